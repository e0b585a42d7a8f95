//! The thread pane: the conversation that a key would act on, and no other.
//!
//! Owns which conversation is shown and which is wanted, its parts made ready to be shown once, the
//! message cursor, folds, and the scroll in laid-out lines. Enter at [`ThreadPane`];
//! [`item`] makes parts ready, [`lines`] lays them out.

pub mod item;
pub mod lines;
mod moves;
mod open;

use std::time::Duration;

pub use item::{Item, ItemKind, Source};
pub use lines::{LineKind, ThreadLine};

use crate::domain::{ConversationId, OutboxId};
use crate::sync::message::{Generation, Thread};

/// The pane's state.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent: each is asked by itself")]
pub struct ThreadPane {
    /// The conversation that the pane shall show; its thread may be on its way.
    pub wanted: Option<ConversationId>,
    /// What is shown, once loaded. Another conversation's than `wanted` only while the list has the
    /// focus and the preview is on its way ([`ThreadPane::is_waiting`]).
    pub open: Option<Box<OpenThread>>,
    /// The list's cursor has moved on and the preview has not followed yet: the title shows `…`.
    pub preview_waits: bool,
    /// The conversation that was asked for does not exist (any more).
    pub gone: bool,
    /// It was opened by a number that is not on disk: the helpdesk is asked for it.
    pub sought: bool,
    /// Monotonic time at which the preview follows the cursor.
    pub(super) preview_at: Option<Duration>,
    /// Monotonic time at which what is shown counts as read.
    pub(super) read_at: Option<Duration>,
    /// It was opened, not only previewed: it counts as read as soon as it is here.
    pub(super) read_on_arrival: bool,
    /// The cursor goes to this outbox row once it is there.
    pub(super) wants_row: Option<OutboxId>,
    /// Number of the latest question.
    pub(super) asked: Generation,
    /// Its first answer has not come yet.
    pub(super) awaited: bool,
    /// Something changed meanwhile: ask again afterwards.
    pub(super) ask_again: bool,
}

impl ThreadPane {
    /// What is shown is not what a key in the list would act on, or not here yet: the title line
    /// shows `…`.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.preview_waits || self.wanted.as_ref() != self.shown()
    }

    /// The conversation whose messages are shown.
    #[must_use]
    pub fn shown(&self) -> Option<&ConversationId> {
        self.open.as_ref().map(|open| &open.thread.conversation.id)
    }
}

/// A loaded thread and where the agent is in it.
#[derive(Clone, Debug)]
pub struct OpenThread {
    /// The thread as the engine gave it.
    pub thread: Thread,
    /// Its parts and unsent messages, ready to be shown, oldest first.
    pub items: Vec<Item>,
    /// Index into `items` of the message with the cursor.
    pub cursor: usize,
    /// Index into `lines` of the first visible line.
    pub scroll: usize,
    /// Lines of the items that are laid out at `width`: those around the view first, the others
    /// little by little.
    pub lines: Vec<ThreadLine>,
    /// Width in cells that `lines` are laid out at.
    pub width: u16,
    /// Which items `lines` are of.
    pub(super) range: std::ops::Range<usize>,
    /// Lines of the pane, as far as known.
    pub(super) page: usize,
    /// Index into `items` of the first that came since the agent last looked.
    pub first_new: Option<usize>,
    /// The agent has scrolled or moved: what comes in does not move the view.
    pub(super) touched: bool,
}
