//! The box of an overlay: where it stands, its border, its title and foot.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::{Row, cells, clear, inset, tint};
use super::super::signs;
use crate::app::input::Input;
use crate::text::Clean;
use crate::theme::Role;

/// What stands in the border.
#[derive(Clone, Copy)]
pub struct Border<'a> {
    /// In the upper border.
    pub title: &'a Clean,
    /// At its right end; may be blank.
    pub aside: &'a Clean,
    /// In the lower border: which keys do what.
    pub foot: &'a Clean,
    /// At its right end; may be blank.
    pub count: &'a Clean,
}

/// A box of at most `width` × `height` cells (border included), centred in the upper third of `screen`
/// where that has room, with a free cell around it.
pub fn place(screen: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(screen.width.saturating_sub(if screen.width > 40 { 4 } else { 0 }));
    let height = height.min(screen.height.saturating_sub(if screen.height > 12 { 2 } else { 0 }));
    let x = screen.x + (screen.width - width) / 2;
    let below = screen.height - height;
    // Its middle at a third of the height, but never closer to the top than two rows where there is
    // room for them.
    let third = (screen.height / 3).saturating_sub(height / 2);
    let y = screen.y + third.clamp(below.min(2), below.max(below.min(2)));
    Rect { x, y, width, height }
}

/// Draws the box; returns the room within, one cell from the border at the sides.
pub fn draw(area: Rect, border: Border<'_>, look: &Look<'_>, buf: &mut Buffer) -> Rect {
    look.hits.frame(area);
    let ground = look.style(Role::Overlay);
    let line = ground.patch(look.style(Role::OverlayBorder));
    // One cell of air around it, where the screen has it.
    let air = Rect {
        x: area.x.saturating_sub(1),
        y: area.y,
        width: area.width.saturating_add(2).min(buf.area.right().saturating_sub(area.x.saturating_sub(1))),
        height: area.height,
    };
    clear(buf, air, ratatui::style::Style::new());
    clear(buf, area, ground);
    let [top_left, top_right, bottom_left, bottom_right] = signs::CORNERS;
    let last = area.height.saturating_sub(1);
    for y in 0..area.height {
        let mut row = Row::new(buf, area, y);
        if y == 0 {
            row.sign(top_left, line).right_sign(top_right, line);
            row.skip(1);
            if !border.aside.is_blank() && row.room() > cells(border.aside) + 8 {
                row.right_sign(signs::RULE_ACROSS, line).skip_right(1);
                row.right(border.aside, look.style(Role::TextDim)).skip_right(1);
            }
            row.put(border.title, look.style(Role::OverlayTitle)).skip(1).fill(signs::RULE_ACROSS, line);
        } else if y == last {
            row.sign(bottom_left, line).right_sign(bottom_right, line);
            if !border.count.is_blank() {
                row.right_sign(signs::RULE_ACROSS, line).skip_right(1);
                row.right(border.count, look.style(Role::TextDim)).skip_right(1);
            }
            let foot = fitting(border.foot, row.room().saturating_sub(3));
            if !foot.is_blank() {
                row.skip(1).put(&foot, look.style(Role::TextDim)).skip(1);
            }
            row.fill(signs::RULE_ACROSS, line);
        } else {
            row.sign(signs::RULE_DOWN, line).right_sign(signs::RULE_DOWN, line);
        }
    }
    within(area, buf.area)
}

/// The room within a box on a screen, one cell from the border at the sides.
pub fn within(area: Rect, screen: Rect) -> Rect {
    let within = inset(area, 2, 2);
    Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(2), ..within }.intersection(screen)
}

/// As many of a foot's parts as there is room for, the first ones first.
fn fitting(foot: &Clean, room: u16) -> Clean {
    let mut ends = foot.match_indices(" · ").map(|(at, _)| at).collect::<Vec<_>>();
    ends.push(foot.len());
    let fit = ends.into_iter().rev().map(|end| foot.slice(0..end)).find(|part| cells(part) <= room);
    fit.unwrap_or_default()
}

/// A row of a list in a box: the one with the cursor is tinted, and has a bar that needs no colour.
pub fn line<'a>(area: Rect, has_cursor: bool, look: &Look<'_>, buf: &'a mut Buffer) -> Row<'a> {
    if has_cursor {
        tint(buf, area, look.style(Role::Selection));
    }
    let mut row = Row::new(buf, area, 0);
    if has_cursor {
        row.sign(signs::BAR, look.bar(true));
    } else {
        row.skip(1);
    }
    row
}

/// Draws the line that is typed into; returns where the cursor belongs.
pub fn input(input: &Input, hint: &Clean, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let mut row = Row::new(buf, area, 0);
    if row.room() < 4 {
        return None;
    }
    row.sign(signs::PROMPT, look.style(Role::Accent)).skip(1);
    let (x, room) = (row.column(), row.room());
    let shown = input.shown();
    let column = u16::try_from(input.column()).unwrap_or(u16::MAX);
    if shown.is_empty() {
        row.put(hint, look.style(Role::Placeholder));
    } else if column < room && cells(&shown) <= room {
        row.put(&shown, look.style(Role::Entry));
    } else {
        // Too long: its end near the cursor.
        let skip = column.saturating_sub(room.saturating_sub(1));
        row.put(&from_cell(&shown, skip), look.style(Role::Entry));
        return Some(Position::new(x + column.saturating_sub(skip).min(room - 1), area.y));
    }
    Some(Position::new(x + column.min(room - 1), area.y))
}

/// The text from a cell on.
fn from_cell(text: &Clean, skip: u16) -> Clean {
    let mut seen: u16 = 0;
    let mut start = 0;
    for cluster in crate::text::graphemes(text) {
        if seen >= skip {
            break;
        }
        seen = seen.saturating_add(cells(cluster));
        start += cluster.len();
    }
    text.slice(start..text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foot_tells_what_there_is_room_for() {
        let foot = crate::text::clean("enter opens · esc closes · p pause");
        for (room, told) in [
            (40, "enter opens · esc closes · p pause"),
            (33, "enter opens · esc closes"),
            (24, "enter opens · esc closes"),
            (23, "enter opens"),
            (5, ""),
        ] {
            assert_eq!(fitting(&foot, room).as_str(), told, "{room}");
        }
        assert!(fitting(&Clean::default(), 9).is_blank());
    }

    #[test]
    fn a_box_lies_on_the_screen_at_any_size() {
        for width in 0..130 {
            for height in 0..50 {
                let screen = Rect::new(0, 0, width, height);
                let area = place(screen, 82, 16);
                assert!(area.right() <= width && area.bottom() <= height, "{width}x{height} {area:?}");
            }
        }
        let area = place(Rect::new(0, 0, 160, 48), 82, 16);
        assert_eq!((area.x, area.y), (39, 8));
    }
}
