//! Overlays: the only boxes, centred in the upper third, on a ground of their own.
//!
//! Owns their frames, their input line and which of their lines are visible. Enter at [`draw`].

mod bulk;
mod confirm;
mod copy;
mod file;
mod frame;
mod help;
mod hits;
pub(super) mod keys;
mod link;
mod links;
mod new;
mod pager;
mod palette;
mod path;
mod picker;
mod picture;
mod pipes;
mod question;
mod shift;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub(super) use frame::input;
pub use hits::{Hits, LinkCells};
pub use picture::place_on as picture_place;

use super::look::Look;
use crate::app::Layer;

/// Draws an overlay over everything that is there. Returns where the cursor belongs.
pub fn draw(layer: &Layer, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    match layer {
        Layer::Palette(part) => palette::draw(part, look, screen, buf),
        Layer::Picker(part) => picker::draw(part, look, screen, buf),
        Layer::Help(part) => help::draw(part, look, screen, buf),
        Layer::Path(part) => path::draw(part, look, screen, buf),
        Layer::Files(part) => {
            path::draw_files(part, look, screen, buf);
            None
        }
        Layer::Bulk(part) => {
            bulk::draw(part, look, screen, buf);
            None
        }
        Layer::New(part) => new::draw(part, look, screen, buf),
        Layer::Shift(part) => {
            shift::draw(part, look, screen, buf);
            None
        }
        Layer::Link(part) => {
            link::draw(part, look, screen, buf);
            None
        }
        Layer::Links(part) => {
            links::draw(part, look, screen, buf);
            None
        }
        Layer::Copy(part) => {
            copy::draw(part, look, screen, buf);
            None
        }
        // It stands at the foot of the thread, which draws it.
        Layer::Find(_) => None,
        Layer::Pager(part) => pager::draw(part, look, screen, buf),
        Layer::File(part) => file::draw(part, look, screen, buf),
        Layer::Picture(part) => {
            picture::draw(part, look, screen, buf);
            None
        }
        Layer::Pipe(part) => pipes::draw(part, look, screen, buf),
        Layer::Confirm(part) => {
            confirm::draw(part, look, screen, buf);
            None
        }
    }
}

/// The lines of a list of `len` that are visible in `rows`, so that the one at `cursor` is.
fn visible(len: usize, cursor: usize, rows: usize) -> std::ops::Range<usize> {
    let first = cursor.saturating_sub(rows.saturating_sub(1)).min(len);
    first..first.saturating_add(rows).min(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_always_visible() {
        for len in 0..20 {
            for rows in 1..8 {
                for cursor in 0..len {
                    let range = visible(len, cursor, rows);
                    assert!(range.contains(&cursor) && range.len() <= rows, "{len} {rows} {cursor}");
                }
            }
        }
        assert_eq!(visible(0, 0, 5), 0..0);
        assert_eq!(visible(5, 9, 0), 5..5);
    }
}
