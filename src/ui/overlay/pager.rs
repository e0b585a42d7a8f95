//! A long text over all panes.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::{Row, rule_across, tint};
use super::super::signs;
use super::frame::{self, Border};
use crate::app::pager::Pager;
use crate::text::Clean;
use crate::theme::Role;
use crate::words::Arg;

/// Draws the page; returns where the cursor belongs while something is typed.
pub fn draw(part: &Pager, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = frame::place(screen, screen.width, screen.height);
    let room = (usize::from(area.width.saturating_sub(4)), usize::from(area.height.saturating_sub(2)));
    let rows = part.body_height(room.0, room.1);
    let place = match part.percent(room.0, rows) {
        Some(percent) => look.with("ui-pager-percent", &[("percent", Arg::from(percent))]),
        None => Clean::default(),
    };
    let foot = look.say(match () {
        () if part.is_seeking() => "ui-foot-pager-seek",
        () if part.text.is_sought() => "ui-foot-pager-sought",
        () => "ui-foot-pager",
    });
    let border = Border { title: &part.title, aside: &Clean::default(), foot: &foot, count: &place };
    let within = frame::draw(area, border, look, buf);
    let mut below = within;
    let notes = part.note_rows(room.0);
    if !notes.is_empty() {
        for (line, note) in (0..within.height).zip(&notes) {
            Row::new(buf, within, line).put(note, look.style(Role::TextDim));
        }
        let taken = u16::try_from(notes.len()).unwrap_or(u16::MAX).min(within.height);
        let rule = Rect { y: within.y + taken, height: within.height - taken, ..within };
        rule_across(buf, Rect { height: rule.height.min(1), ..rule }, look.style(Role::OverlayBorder));
        below = Rect { y: rule.y.saturating_add(1), height: rule.height.saturating_sub(1), ..rule };
    }
    let cursor = part.seeking.as_ref().and_then(|typed| {
        let line = Rect { y: below.bottom().saturating_sub(1), height: below.height.min(1), ..below };
        frame::input(typed, &look.say("ui-pager-seek"), look, line, buf)
    });
    for (line, row) in (0..below.height).zip(part.rows(room.0, rows)) {
        let at = Rect { y: below.y + line, height: 1, ..below };
        if row.hit == Some(true) {
            tint(buf, at, look.style(Role::Selection));
            // Right before the text, within the border's air.
            let margin = Rect { x: at.x.saturating_sub(1), width: 1, ..at };
            Row::new(buf, margin, 0).sign(signs::BAR, look.bar(true));
        }
        let role = if row.hit.is_some() { Role::Match } else { Role::Text };
        Row::new(buf, at, 0).put(&row.text, look.style(role));
    }
    cursor
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::pager;

    #[test]
    fn the_app_scrolls_by_the_rows_that_are_drawn() {
        for (width, height) in [(160, 48), (80, 24), (60, 20), (41, 13), (40, 12), (20, 6), (3, 2), (0, 0)] {
            let area = frame::place(Rect::new(0, 0, width, height), width, height);
            let drawn = (usize::from(area.width.saturating_sub(4)), usize::from(area.height.saturating_sub(2)));
            assert_eq!(pager::room((width, height)), drawn, "{width}x{height}");
        }
    }
}
