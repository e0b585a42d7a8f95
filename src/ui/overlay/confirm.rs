//! A question that one key answers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::look::Look;
use super::super::paint::Row;
use super::frame::{self, Border};
use crate::app::layers::Confirm;
use crate::text::{Clean, wrap};
use crate::theme::Role;

const WIDTH: u16 = 52;

/// Draws the question.
pub fn draw(part: Confirm, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let (title, text, answers) = match part {
        Confirm::Quit => ("ui-confirm-quit", "ui-confirm-quit-text", "ui-confirm-quit-answers"),
    };
    let lines = wrap(&look.say(text), usize::from(WIDTH.min(screen.width).saturating_sub(8)));
    let rows = u16::try_from(lines.len()).unwrap_or(1);
    let area = frame::place(screen, WIDTH, rows + 4);
    let blank = Clean::default();
    let border = Border { title: &look.say(title), aside: &blank, foot: &look.say(answers), count: &blank };
    let within = frame::draw(area, border, look, buf);
    for (line, text) in (0..within.height).skip(1).zip(&lines) {
        Row::new(buf, within, line).put(text, look.style(Role::Text));
    }
}
