//! Help: keys, what they do, and why not now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::{Row, tint};
use super::super::signs;
use super::frame::{self, Border};
use super::visible;
use crate::app::help::{Help, HelpRow};
use crate::text::Clean;
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 100;
const ROWS: u16 = 26;
/// Cells of the keys.
const KEYS: u16 = 18;

/// Draws the help.
pub fn draw(part: &Help, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = frame::place(screen, WIDTH, ROWS + 4);
    let count =
        look.with("ui-count-of", &[("count", Arg::from(part.visible.len())), ("of", Arg::from(part.rows.len()))]);
    let foot = look.say("ui-foot-help");
    let border = Border { title: &look.say("ui-help"), aside: &Clean::default(), foot: &foot, count: &count };
    let within = frame::draw(area, border, look, buf);
    let cursor = frame::input(&part.input, &look.say("ui-help-hint"), look, within, buf);
    let list = Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2), ..within };
    if part.visible.is_empty() {
        Row::new(buf, list, 0).skip(1).put(&look.say("ui-nothing-found"), look.style(Role::TextDim));
    }
    // A heading takes a line where another context begins, so fewer rows may be visible than lines.
    let lines = lines(part);
    let at_cursor = lines.iter().position(|line| *line == Line::Row(part.cursor)).unwrap_or(0);
    for (y, at) in (0..list.height).zip(visible(lines.len(), at_cursor, usize::from(list.height))) {
        let place = Rect { y: list.y + y, height: 1, ..list };
        match lines.get(at) {
            Some(Line::Heading(key)) => {
                Row::new(buf, place, 0).skip(1).put(&look.heading(key), look.style(Role::TextDim));
            }
            Some(Line::Row(index)) => {
                if let Some(row) = part.visible.get(*index).and_then(|at| part.rows.get(*at)) {
                    draw_row(row, *index == part.cursor, look, place, buf);
                }
            }
            Some(Line::Blank) | None => {}
        }
    }
    cursor
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Blank,
    Heading(&'static str),
    /// Index into the visible rows.
    Row(usize),
}

fn lines(part: &Help) -> Vec<Line> {
    let mut lines = Vec::with_capacity(part.visible.len() + 16);
    let mut last = None;
    for (index, row) in part.visible.iter().enumerate().filter_map(|(index, at)| Some((index, part.rows.get(*at)?))) {
        if last != Some(row.context) {
            if last.is_some() {
                lines.push(Line::Blank);
            }
            last = Some(row.context);
            lines.push(Line::Heading(row.context.title()));
        }
        lines.push(Line::Row(index));
    }
    lines
}

fn draw_row(row: &HelpRow, has_cursor: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    if has_cursor {
        tint(buf, area, look.style(Role::Selection));
    }
    let mut line = Row::new(buf, area, 0);
    if has_cursor {
        line.sign(signs::BAR, look.bar(true));
    } else {
        line.skip(1);
    }
    let off = row.why_not.is_some();
    let keys = KEYS.min(line.room() / 3);
    line.field(&row.keys, keys, look.style(if off { Role::Disabled } else { Role::Key })).skip(1);
    let title = (line.room() / 3).clamp(12, 26);
    line.field(&row.title, title, look.style(if off { Role::Disabled } else { Role::Text })).skip(1);
    let (text, role) = match row.why_not {
        Some(why) => (look.with("ui-not-now", &[("why", Arg::Text(&look.say(why.0)))]), Role::Warning),
        None => (row.doc.clone(), Role::TextDim),
    };
    line.skip_right(1).put(&text, look.style(role));
}
