//! The sidebar: workspace, sections, entries with their counts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::Look;
use super::paint::Row;
use super::{signs, times};
use crate::app::sidebar::{Entry, Sidebar, SidebarRow};
use crate::text::{Clean, clean};
use crate::theme::Role;

/// Cells of a count.
const COUNT: u16 = 4;

/// Draws the sidebar.
pub fn draw(part: &Sidebar, focused: bool, look: &Look<'_>, head: Rect, body: Rect, buf: &mut Buffer) {
    let name = part.workspace.clone().or(&look.say("ui-workspace-unknown"));
    Row::new(buf, head, 0).skip(1).skip_right(1).put(&name, look.title(focused));
    let rows = part.rows();
    let titles = rows.iter().filter(|row| matches!(row, SidebarRow::Title { .. })).count();
    // Air between the sections, where everything has room with it.
    let airy = part.scroll == 0 && rows.len() + titles <= usize::from(body.height);
    let mut line = 0;
    for (at, row) in rows.iter().enumerate().skip(part.scroll) {
        if line >= body.height {
            break;
        }
        let under_cursor = focused && at == part.cursor;
        match row {
            SidebarRow::Title { section, folded } => {
                line += u16::from(airy);
                let mut row = Row::new(buf, body, line);
                if under_cursor {
                    row.sign(signs::BAR, look.bar(true));
                } else {
                    row.skip(1);
                }
                row.put(&look.heading(section.title()), look.style(Role::TextDim));
                if *folded {
                    row.skip(1).sign(signs::FOLDED, look.style(Role::TextDim));
                }
            }
            SidebarRow::Entry(index) => {
                if let Some(entry) = part.entries.get(*index) {
                    let marks = Marks { open: *index == part.open, under_cursor, focused };
                    draw_entry(entry, marks, look, Row::new(buf, body, line));
                }
            }
        }
        line += 1;
    }
}

#[derive(Clone, Copy)]
struct Marks {
    /// The list shows it.
    open: bool,
    /// It has the sidebar's cursor.
    under_cursor: bool,
    /// The sidebar has the focus.
    focused: bool,
}

fn draw_entry(entry: &Entry, marks: Marks, look: &Look<'_>, mut row: Row<'_>) {
    if marks.under_cursor || (marks.open && !marks.focused) {
        row.sign(signs::bar(marks.under_cursor), look.bar(marks.under_cursor));
    } else {
        row.skip(1);
    }
    row.skip_right(1);
    let count = entry.count.unwrap_or_default();
    let shown = entry.count.map_or_else(Clean::default, |count| times::count(count.total));
    let emphasis = marks.open || count.unread;
    // An empty entry is quiet, and has no number.
    let number = if count.total == 0 { Clean::default() } else { shown };
    row.right_field(&number, COUNT, look.style(if count.unread { Role::Text } else { Role::Count }));
    // The mark ends in one column; a name may be as long as no mark is in its way.
    if count.breached > 0 {
        let breached = clean(&format!("{}{}", signs::URGENT.as_str(), count.breached.min(99)));
        row.skip_right(1).right(&breached, look.style(Role::SlaBreached)).skip_right(1);
    } else if count.unread {
        row.skip_right(1).right_sign(signs::UNREAD, look.style(Role::Unread)).skip_right(1);
    }
    let role = match (marks.open, emphasis, count.total) {
        (true, ..) => Role::Title,
        (false, true, _) => Role::TextBright,
        (false, false, 0) => Role::TextDim,
        (false, false, _) => Role::Text,
    };
    row.put(&entry.name, look.style(role));
}
