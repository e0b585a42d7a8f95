//! What can be copied: one line and one key each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::look::Look;
use super::super::paint::cells;
use super::frame::{self, Border};
use super::visible;
use crate::app::copy::CopyMenu;
use crate::text::{Clean, clean, truncate};
use crate::theme::Role;

const WIDTH: u16 = 76;

/// Draws the menu.
pub fn draw(part: &CopyMenu, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let blank = Clean::default();
    let rows = u16::try_from(part.rows.len()).unwrap_or(u16::MAX);
    let border = Border { title: &look.say("ui-copy"), aside: &blank, foot: &look.say("ui-foot-copy"), count: &blank };
    let within = frame::draw(frame::place(screen, WIDTH, rows.saturating_add(2)), border, look, buf);
    let titles = part.rows.iter().map(|row| cells(&row.title)).max().unwrap_or(0);
    for (y, at) in (0..within.height).zip(visible(part.rows.len(), part.cursor, usize::from(within.height))) {
        let Some(line) = part.rows.get(at) else { continue };
        let place = Rect { y: within.y + y, height: 1, ..within };
        look.hits.line(place, at);
        let mut row = frame::line(place, at == part.cursor, look, buf);
        row.field(&clean(&line.key.to_string()), 1, look.style(Role::Key)).skip(2);
        row.field(&line.title, titles, look.style(Role::Text)).skip(2);
        row.put(&truncate(&line.shown, usize::from(row.room())), look.style(Role::TextDim));
    }
}
