//! A web address, shown in full before anything opens.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::look::Look;
use super::super::paint::Row;
use super::frame::{self, Border};
use crate::app::link::Link;
use crate::text::{Clean, wrap};
use crate::theme::Role;

const WIDTH: u16 = 90;

/// Draws the address.
pub fn draw(part: &Link, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let room = usize::from(WIDTH.min(screen.width).saturating_sub(8)).max(1);
    let lines: Vec<Clean> = wrap(&part.url, room);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX - 4);
    let blank = Clean::default();
    let border = Border { title: &look.say("ui-link"), aside: &blank, foot: &look.say("ui-foot-link"), count: &blank };
    let within = frame::draw(frame::place(screen, WIDTH, rows.saturating_add(4)), border, look, buf);
    for (line, text) in (0..within.height).skip(1).zip(&lines) {
        Row::new(buf, within, line).put(text, look.style(Role::Link));
    }
}
