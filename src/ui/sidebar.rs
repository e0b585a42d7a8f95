//! The sidebar: workspace, sections, folders, entries with their marks and counts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::look::Look;
use super::paint::{Row, cells};
use super::signs::{self, Sign};
use crate::app::sidebar::{RowKind, Sidebar, SidebarRow};
use crate::app::times;
use crate::sync::message::Count;
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

/// Cells of a count.
const COUNT: u16 = 4;
/// Cells of an emoji, the blank behind it included.
const EMOJI: u16 = 3;
/// Cells of each step into a folder, and how many are taken at most.
const INDENT: u16 = 2;
const DEEPEST: u16 = 3;

/// Draws the sidebar.
pub fn draw(part: &Sidebar, focused: bool, look: &Look<'_>, head: Rect, body: Rect, buf: &mut Buffer) {
    let name = part.workspace.clone().or(&look.say("ui-workspace-unknown"));
    let mut title = Row::new(buf, head, 0);
    title.skip(1).skip_right(1);
    if !part.mark.is_blank() && title.room() > 2 * cells(&part.mark) {
        title.right(&part.mark, look.theme.framed(look.style(Role::Warning))).skip_right(1);
    }
    title.put(&name, look.theme.framed(look.title(focused)));
    for (line, at) in (0..body.height).zip(part.lines(body.height)) {
        let Some((at, row)) = at.and_then(|at| Some((at, part.rows().get(at)?))) else { continue };
        let pen = Pen { part, look, has_cursor: focused && at == part.cursor, focused };
        pen.row(row, Row::new(buf, body, line));
    }
}

/// What a row is drawn with.
#[derive(Clone, Copy)]
struct Pen<'a> {
    part: &'a Sidebar,
    look: &'a Look<'a>,
    has_cursor: bool,
    focused: bool,
}

impl Pen<'_> {
    fn row(self, row: &SidebarRow, mut line: Row<'_>) {
        let look = self.look;
        let is_open = row.kind == RowKind::Entry(self.part.open);
        if self.has_cursor {
            line.sign(signs::BAR, look.bar(true));
        } else if is_open {
            // The sidebar's own cursor is elsewhere: what is open has the thinner bar.
            line.sign(signs::BAR_IDLE, look.bar(!self.focused));
        } else {
            line.skip(1);
        }
        line.skip_right(1);
        match row.kind {
            RowKind::Title(section) => self.title(row, &look.heading(section.title()), line),
            RowKind::Hidden(count) => {
                let text = look.with("sidebar-hidden-count", &[("count", Arg::from(count))]);
                line.sign(fold_sign(row.folded), self.dim()).skip(1).put(&text, self.dim());
            }
            RowKind::Folder(at) => {
                let name = self.part.tree.folders.get(at).map(|folder| folder.name.clone()).unwrap_or_default();
                let count = self.numbers(row, &mut line);
                indent(row, &mut line);
                line.sign(fold_sign(row.folded), self.dim()).skip(1);
                line.put(&name, self.name_style(row, false, count));
            }
            RowKind::Entry(at) => {
                let Some(entry) = self.part.entries.get(at) else { return };
                let count = self.numbers(row, &mut line);
                indent(row, &mut line);
                let style = self.name_style(row, is_open, count);
                if !entry.emoji.is_blank() {
                    if look.theme.has_plain_signs() {
                        line.sign(signs::STAR, style).skip(1);
                    } else {
                        line.field(&entry.emoji, EMOJI, style);
                    }
                }
                line.put(&entry.name, style);
            }
        }
    }

    fn dim(self) -> Style {
        self.look.style(Role::TextDim)
    }

    /// A title, its fold, and what is marked on it while it is folded.
    fn title(self, row: &SidebarRow, name: &Clean, mut line: Row<'_>) {
        if row.folded {
            line.skip_right(COUNT);
            self.mark(self.part.count_of(row).unwrap_or_default(), false, &mut line);
        }
        let style = if self.has_cursor { self.look.style(Role::TextBright) } else { self.dim() };
        line.put(name, style).skip(1);
        // Unfolded is what one sees: only the cursor asks whether it can be folded.
        if row.folded || self.has_cursor {
            line.sign(fold_sign(row.folded), self.dim());
        }
    }

    /// The number in its column at the right, and the mark before it.
    fn numbers(self, row: &SidebarRow, line: &mut Row<'_>) -> Count {
        let counted = self.part.count_of(row);
        let count = counted.unwrap_or_default();
        // An empty entry is quiet, and has no number.
        let number = if count.total == 0 { Clean::default() } else { times::count(count.total) };
        let role = if count.unread && !row.hidden { Role::Text } else { Role::Count };
        line.right_field(&number, COUNT, self.look.style(role));
        if !row.hidden {
            self.mark(count, true, line);
        }
        count
    }

    /// Breached, about to be, or unread: the most urgent one, with its number where that is one of the
    /// line's own. It ends in one column; a name may be as long as no mark is in its way.
    fn mark(self, count: Count, numbered: bool, line: &mut Row<'_>) {
        let (sign, number, role) = match count {
            Count { breached: 1.., .. } => (signs::URGENT, count.breached, Role::SlaBreached),
            Count { soon: 1.., .. } => (signs::CARE, count.soon, Role::SlaSoon),
            Count { unread: true, .. } => (signs::UNREAD, 0, Role::Unread),
            _ => return,
        };
        let style = self.look.style(role);
        line.skip_right(1);
        if numbered && number > 0 {
            line.right(&clean(&format!("{}{}", sign.as_str(), number.min(99))), style);
        } else {
            line.right_sign(sign, style);
        }
        line.skip_right(1);
    }

    fn name_style(self, row: &SidebarRow, is_open: bool, count: Count) -> Style {
        self.look.style(match (is_open, row.hidden) {
            (true, _) => Role::Title,
            (false, true) => Role::TextDim,
            (false, false) if count.unread => Role::TextBright,
            (false, false) if count.total == 0 => Role::TextDim,
            (false, false) => Role::Text,
        })
    }
}

const fn fold_sign(folded: bool) -> Sign {
    if folded { signs::FOLDED } else { signs::UNFOLDED }
}

fn indent(row: &SidebarRow, line: &mut Row<'_>) {
    line.skip(u16::from(row.depth).min(DEEPEST) * INDENT);
}
