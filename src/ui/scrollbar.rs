//! A thin bar at the right edge of a pane whose content is longer than the pane.

use ratatui::buffer::Buffer;

use super::look::Look;
use super::paint::{Row, rect};
use super::signs;
use crate::app::mouse::Thumb;
use crate::theme::Role;

/// Draws a bar; nothing when everything is in view.
pub fn draw(thumb: Option<Thumb>, look: &Look<'_>, buf: &mut Buffer) {
    let Some(thumb) = thumb else { return };
    let track = rect(thumb.track, buf);
    for line in thumb.top..thumb.top.saturating_add(thumb.rows) {
        Row::new(buf, track, line).sign(signs::THUMB, look.style(Role::TextDim));
    }
}
