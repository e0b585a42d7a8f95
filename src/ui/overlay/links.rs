//! The numbered links and files of a message, or of the thread: one line each, the chosen one in full below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::look::Look;
use super::super::paint::{Row, rule_across};
use super::super::{cut, signs};
use super::file::warning_words;
use super::frame::{self, Border};
use super::{link, visible};
use crate::app::file::kind_words;
use crate::app::link::address_rows;
use crate::app::links::{Entry, LinkList, Row as Line, Target};
use crate::app::thread::item::File;
use crate::app::times;
use crate::text::html::LinkKind;
use crate::text::{Clean, clean, truncate, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 110;
/// Rows of the chosen line in full, the rule above them included, and the room from which on there are any.
const FOOT: usize = 7;
const WITH_FOOT: u16 = 8;

/// Draws the list.
pub fn draw(part: &LinkList, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let blank = Clean::default();
    let (title, foot) =
        if part.whole { ("ui-links-thread", "ui-foot-links-thread") } else { ("ui-links", "ui-foot-links") };
    let total = part.entries().count();
    let count = match total {
        0 => blank.clone(),
        _ => look.with("ui-count-of", &[("count", Arg::from(part.cursor + 1)), ("of", Arg::from(total))]),
    };
    let notes = usize::from(part.unread > 0) + usize::from(part.rows.is_empty());
    let rows = u16::try_from(part.rows.len() + notes + FOOT + 2).unwrap_or(u16::MAX);
    let border = Border { title: &look.say(title), aside: &blank, foot: &look.say(foot), count: &count };
    let within = frame::draw(frame::place(screen, WIDTH, rows), border, look, buf);
    let foot = chosen_in_full(part, look, usize::from(within.width.saturating_sub(1)).max(1));
    let foot_rows = if within.height >= WITH_FOOT { FOOT.min(usize::from(within.height / 2)) } else { 0 };
    let foot_rows = u16::try_from(foot_rows.min(foot.len() + 1)).unwrap_or(0);
    let foot_rows = if foot.is_empty() { 0 } else { foot_rows };
    let list = Rect { height: within.height - foot_rows, ..within };
    draw_rows(part, look, list, buf);
    if foot_rows == 0 {
        return;
    }
    let below = Rect { y: list.bottom(), height: foot_rows, ..within };
    rule_across(buf, below, look.style(Role::OverlayBorder));
    for (line, (text, role)) in (1..below.height).zip(&foot) {
        Row::new(buf, below, line).skip(1).put(text, look.style(*role));
    }
}

fn draw_rows(part: &LinkList, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut notes = Vec::new();
    if part.unread > 0 {
        notes.push(look.with("ui-links-unread", &[("count", Arg::from(part.unread))]));
    } else if part.rows.is_empty() {
        notes.push(look.say("ui-links-nothing"));
    }
    let mut at = 0;
    let mut cursor_row = 0;
    let mut lines: Vec<(Option<usize>, &Line)> = Vec::with_capacity(part.rows.len());
    for row in &part.rows {
        match row {
            Line::Message { .. } => lines.push((None, row)),
            Line::Entry(_) => {
                if at == part.cursor {
                    cursor_row = lines.len();
                }
                lines.push((Some(at), row));
                at += 1;
            }
        }
    }
    let room = usize::from(area.height).saturating_sub(notes.len());
    let mut y = 0;
    for line in visible(lines.len(), cursor_row, room) {
        let place = Rect { y: area.y + y, height: 1, ..area };
        match lines.get(line) {
            Some((Some(index), Line::Entry(entry))) => {
                look.hits.line(place, *index);
                draw_entry(entry, *index == part.cursor, look, place, buf);
            }
            Some((_, Line::Message { author, at })) => {
                let mut row = Row::new(buf, place, 0);
                row.right(&look.when(*at), look.style(Role::TextDim)).skip_right(1);
                row.skip(1).put(author, look.style(Role::TextDim));
            }
            _ => {}
        }
        y += 1;
    }
    for note in &notes {
        if y < area.height {
            Row::new(buf, area, y).skip(1).put(note, look.style(Role::TextDim));
            y += 1;
        }
    }
}

fn draw_entry(entry: &Entry, has_cursor: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut row = frame::line(area, has_cursor, look, buf);
    row.right_field(&Clean::default(), 0, look.style(Role::Text)).skip_right(1);
    row.field(&clean(&format!("{:>3}", entry.number)), 3, look.style(Role::Key)).skip(1);
    match &entry.target {
        Target::Link(link) => {
            match link.warnings.first() {
                Some(_) => row.sign(signs::CARE, look.style(Role::Warning)),
                None => row.skip(1),
            };
            row.skip(1);
            // Host first: it is what counts.
            let half = row.room() / 2;
            let host = if link.kind == LinkKind::Mail { link.host.clone() } else { cut::host(&link.host, half) };
            row.put_within(&host, half, look.style(Role::Link)).skip(2);
            let words = link.text.clone().or(&link.shown);
            row.put(&truncate(&words, usize::from(row.room())), look.style(Role::Text));
        }
        Target::File { file, .. } => {
            let size = file.size.map(|bytes| times::size(bytes, look.words)).unwrap_or_default();
            match file.risk(look.blocked) {
                Some(_) => row.sign(signs::CARE, look.style(Role::Warning)),
                None => row.sign(signs::FILE, look.style(Role::File)),
            };
            row.skip(1);
            row.right(&size, look.style(Role::TextDim)).skip_right(2);
            let name = file.name.clone().or(&look.say("file-no-name"));
            row.put(&cut::file(&name, row.room()), look.style(Role::File));
        }
    }
}

/// The chosen link's address, or the chosen file's whole name and kind; and what is odd about it.
fn chosen_in_full(part: &LinkList, look: &Look<'_>, room: usize) -> Vec<(Clean, Role)> {
    let chosen = match part.chosen().map(|entry| &entry.target) {
        Some(Target::Link(link)) => link,
        Some(Target::File { file, .. }) => return file_in_full(file, look, room),
        None => return Vec::new(),
    };
    let warnings = link::warning_rows(&chosen.warnings, look, room.saturating_sub(3).max(1));
    let mut rows: Vec<(Clean, Role)> = address_rows(chosen, room).into_iter().map(|row| (row, Role::Link)).collect();
    // What is odd comes into sight however long the address is; all of that is in the question.
    let most = FOOT.saturating_sub(1 + warnings.len()).max(1);
    if rows.len() > most {
        rows.truncate(most);
        if let Some((last, _)) = rows.last_mut() {
            *last = truncate(&format!("{last} …"), room);
        }
    }
    rows.extend(marked(warnings));
    rows
}

fn file_in_full(file: &File, look: &Look<'_>, room: usize) -> Vec<(Clean, Role)> {
    let name = file.name.clone().or(&look.say("file-no-name"));
    let mut rows: Vec<(Clean, Role)> = wrap(&name, room).into_iter().take(3).map(|row| (row, Role::File)).collect();
    let kind = kind_words(file.kind(), look.words);
    let says = if file.media.is_empty() { look.say("file-says-nothing") } else { file.media.clean() };
    let key = if file.seen.is_some() { "file-kind-seen" } else { "file-kind-said" };
    let kind = look.with(key, &[("kind", Arg::Text(&kind)), ("says", Arg::Text(&says))]);
    rows.push((truncate(&kind, room), Role::TextDim));
    if let Some(risk) = file.risk(look.blocked) {
        let warning = wrap(&look.say(warning_words(risk)), room.saturating_sub(2).max(1));
        rows.extend(marked(warning.into_iter().enumerate().map(|(at, row)| (at == 0, false, row)).collect()));
    }
    rows
}

/// Rows of warnings, the first of each with its sign.
fn marked(warnings: Vec<(bool, bool, Clean)>) -> Vec<(Clean, Role)> {
    let rows = warnings.into_iter().map(|(first, worst, text)| {
        let text = if first { clean(&format!("{} {text}", signs::CARE.as_str())) } else { clean(&format!("  {text}")) };
        (text, if worst { Role::Error } else { Role::Warning })
    });
    rows.collect()
}
