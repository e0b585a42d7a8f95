//! The details panel: whether it is open, and how far it is scrolled. Its facts are the thread's.

/// The panel's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Open beside the thread, where there is room for it. Elsewhere it lies over the thread while it
    /// has the focus.
    pub open: bool,
    /// First visible line; drawing stops at the last.
    pub scroll: usize,
}
