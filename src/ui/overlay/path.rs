//! The line that a file's path is typed into with what is found there, and the files that can come off.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::{Row, cells};
use super::super::{signs, times};
use super::frame::{self, Border};
use super::visible;
use crate::app::composer::attach::{Entry, FileList, PathEntry, Purpose};
use crate::domain::file::LARGEST_SENT;
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 72;
/// Rows of entries: as many at any time, so that typing does not move the line.
const ROWS: u16 = 8;

/// Draws the line and what is found; returns where the cursor belongs.
pub fn draw(part: &PathEntry, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = frame::place(screen, WIDTH, ROWS + 4);
    let blank = Clean::default();
    let count = match &part.listing {
        Some(listing) if !part.visible.is_empty() => {
            let of = listing.entries.len();
            look.with("ui-count-of", &[("count", Arg::from(part.visible.len())), ("of", Arg::from(of))])
        }
        _ => Clean::default(),
    };
    let (title, foot) = match part.purpose {
        Purpose::Attach => ("ui-path", "ui-foot-path"),
        Purpose::Save(_) => ("ui-path-save", "ui-foot-path-save"),
    };
    let border = Border { title: &look.say(title), aside: &blank, foot: &look.say(foot), count: &count };
    let within = frame::draw(area, border, look, buf);
    let cursor = frame::input(&part.input, &look.say("ui-path-hint"), look, within, buf);
    let (dim, warning) = (look.style(Role::TextDim), look.style(Role::Warning));
    if !part.refused.is_blank() {
        Row::new(buf, within, 1).sign(signs::CARE, warning).skip(1).put(&part.refused, warning);
    }
    let list = Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2), ..within };
    let missing = part.listing.as_ref().is_some_and(|listing| listing.is_missing);
    if part.visible.is_empty() {
        let key = match () {
            () if part.is_waiting() => "ui-path-reading",
            () if missing => "ui-path-no-folder",
            () if part.purpose != Purpose::Attach => "ui-path-new",
            () if part.listing.as_ref().is_some_and(|listing| listing.entries.is_empty()) => "ui-path-empty",
            () => "ui-path-nothing",
        };
        Row::new(buf, list, 0).skip(2).put(&look.say(key), dim);
    }
    let range = visible(part.visible.len(), part.cursor.unwrap_or(0), usize::from(list.height));
    let shown = part.shown().enumerate().skip(range.start);
    for (line, (at, entry)) in (0..list.height).zip(shown) {
        let row = Rect { y: list.y + line, height: 1, ..list };
        look.hits.line(row, at);
        draw_entry(entry, part.cursor == Some(at), look, row, buf);
    }
    cursor
}

/// `photo.jpg                  image/jpeg   1.2 MB`
fn draw_entry(entry: &Entry, chosen: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut row = frame::line(area, chosen, look, buf);
    row.skip(1);
    row.skip_right(1);
    let dim = look.style(Role::TextDim);
    if !entry.is_folder {
        let too_large = entry.size > LARGEST_SENT;
        let size = times::size(entry.size, look.words);
        row.right_field(&size, 8, if too_large { look.style(Role::Warning) } else { dim }).skip_right(2);
        let note = if too_large { look.say("ui-path-too-large") } else { clean(entry.kind) };
        if cells(&note) + 16 <= row.room() {
            row.right(&note, dim).skip_right(2);
        }
    }
    let mut name = entry.name.clean();
    if entry.is_folder {
        name.push(&Clean::literal("/"));
    }
    let role = match (chosen, entry.is_folder) {
        (true, _) => Role::TextBright,
        (false, true) => Role::Accent,
        (false, false) => Role::Text,
    };
    row.put(&name, look.style(role));
}

/// Draws the files of a text, to take some off.
pub fn draw_files(part: &FileList, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let rows = u16::try_from(part.files.len()).unwrap_or(u16::MAX);
    let area = frame::place(screen, WIDTH, rows.saturating_add(2));
    let blank = Clean::default();
    let border =
        Border { title: &look.say("ui-files"), aside: &blank, foot: &look.say("ui-foot-files"), count: &blank };
    let within = frame::draw(area, border, look, buf);
    let range = visible(part.files.len(), part.cursor, usize::from(within.height));
    for (line, at) in (0..within.height).zip(range) {
        let Some((name, size)) = part.files.get(at) else { break };
        let row = Rect { y: within.y + line, height: 1, ..within };
        look.hits.line(row, at);
        let chosen = at == part.cursor;
        let mut row = frame::line(row, chosen, look, buf);
        row.skip(1);
        row.skip_right(1).right_field(&times::size(*size, look.words), 8, look.style(Role::TextDim)).skip_right(2);
        row.put(name, look.style(if chosen { Role::TextBright } else { Role::File }));
    }
}
