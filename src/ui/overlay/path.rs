//! The line that a file's path is typed into.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::frame::{self, Border};
use crate::app::input::Input;
use crate::text::Clean;

const WIDTH: u16 = 72;

/// Draws the line; returns where the cursor belongs.
pub fn draw(part: &Input, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = frame::place(screen, WIDTH, 3);
    let blank = Clean::default();
    let border = Border { title: &look.say("ui-path"), aside: &blank, foot: &look.say("ui-foot-path"), count: &blank };
    let within = frame::draw(area, border, look, buf);
    frame::input(part, &look.say("ui-path-hint"), look, within, buf)
}
