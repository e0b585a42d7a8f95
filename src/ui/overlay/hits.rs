//! Where the overlay in front lies, and which cells lead somewhere, for whoever has to know what a cell shows:
//! noted while it is drawn.

use std::cell::RefCell;

use ratatui::layout::Rect;

use crate::app::Area;
use crate::app::mouse::Front;

/// Cells of one row that lead somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkCells {
    /// Which cells.
    pub at: Rect,
    /// Where to: a web or mail address in ASCII.
    pub url: String,
}

/// What was noted.
#[derive(Debug, Default)]
pub struct Hits {
    front: RefCell<Option<Front>>,
    /// Absent where nobody asks for them.
    links: Option<RefCell<Vec<LinkCells>>>,
}

const fn area(rect: Rect) -> Area {
    Area::new(rect.x, rect.y, rect.width, rect.height)
}

impl Hits {
    /// The same, noting links too.
    #[must_use]
    pub fn with_links() -> Self {
        Self { links: Some(RefCell::default()), ..Self::default() }
    }

    /// An overlay is drawn here, in front of those before it.
    pub(in crate::ui) fn frame(&self, at: Rect) {
        *self.front.borrow_mut() = Some(Front { frame: area(at), lines: Vec::new() });
        // The cell of air around it is its own too.
        self.cover(Rect { x: at.x.saturating_sub(1), width: at.width.saturating_add(2), ..at });
    }

    /// What lay here is not seen any more.
    pub(in crate::ui) fn cover(&self, at: Rect) {
        if let Some(links) = &self.links {
            links.borrow_mut().retain(|link| !link.at.intersects(at));
        }
    }

    /// The line of this index, among those that are left, is drawn here.
    pub(in crate::ui) fn line(&self, at: Rect, index: usize) {
        if let Some(front) = self.front.borrow_mut().as_mut() {
            front.lines.push((area(at), index));
        }
    }

    /// Cells of one row lead to an address.
    pub(in crate::ui) fn link(&self, at: Rect, url: &str) {
        if let Some(links) = self.links.as_ref().filter(|_| at.width > 0 && at.height > 0) {
            links.borrow_mut().push(LinkCells { at, url: url.to_owned() });
        }
    }

    /// Whether links are noted.
    pub(in crate::ui) const fn wants_links(&self) -> bool {
        self.links.is_some()
    }

    /// The overlay in front, if there is one.
    #[must_use]
    pub fn take(self) -> Option<Front> {
        self.front.into_inner()
    }

    /// Which cells lead somewhere; those that were noted are taken away.
    #[must_use]
    pub fn take_links(&self) -> Vec<LinkCells> {
        self.links.as_ref().map(RefCell::take).unwrap_or_default()
    }
}
