//! Where the overlay in front lies, for whoever has to know what a cell shows: noted while it is drawn.

use std::cell::RefCell;

use ratatui::layout::Rect;

use crate::app::Area;
use crate::app::mouse::Front;

/// What was noted.
#[derive(Debug, Default)]
pub struct Hits(RefCell<Option<Front>>);

const fn area(rect: Rect) -> Area {
    Area::new(rect.x, rect.y, rect.width, rect.height)
}

impl Hits {
    /// An overlay is drawn here, in front of those before it.
    pub(in crate::ui) fn frame(&self, at: Rect) {
        *self.0.borrow_mut() = Some(Front { frame: area(at), lines: Vec::new() });
    }

    /// The line of this index, among those that are left, is drawn here.
    pub(in crate::ui) fn line(&self, at: Rect, index: usize) {
        if let Some(front) = self.0.borrow_mut().as_mut() {
            front.lines.push((area(at), index));
        }
    }

    /// The overlay in front, if there is one.
    #[must_use]
    pub fn take(self) -> Option<Front> {
        self.0.into_inner()
    }
}
