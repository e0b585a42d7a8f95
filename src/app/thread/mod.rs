//! The thread pane: the conversation that a key would act on, and no other.
//!
//! Owns which conversation is shown and which is wanted, its parts made ready to be shown once, the
//! message cursor, folds, the scroll in lines, and what is searched for in it. Bodies are read and laid out
//! aside: [`reading`] says what is wanted and what came of it, `asking` asks for what the view needs, [`readings`]
//! keeps it. Enter at [`ThreadPane`]; [`item`] makes parts ready, [`lines`] says which lines they have, `view`
//! which of these are seen.

mod asking;
pub mod find;
mod finding;
pub mod item;
pub mod lines;
mod moves;
mod open;
pub mod reading;
pub mod readings;
pub mod search;
mod under;
mod view;

use std::time::Duration;

pub use asking::Bodies;
pub use find::Find;
pub(in crate::app) use finding::Seeking;
pub use item::{Item, ItemKind, Source};
pub use lines::{LineKind, ThreadLine};
pub use reading::{Reading, ToRead};
pub use search::{Found, Search};
pub use under::Under;

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
    /// The first visible line, counted from the thread's beginning; a body that was not read yet counts as one
    /// line.
    pub scroll: usize,
    /// Width in cells that bodies are laid out at; zero until that is known.
    pub width: u16,
    /// Lines of the pane, as far as known.
    pub(super) page: usize,
    /// The first line of each item, with the blank ones above it; one more for the end.
    starts: Vec<usize>,
    /// Items outside this range have no body at hand.
    filled: std::ops::Range<usize>,
    /// What the view is to show, also when bodies in it have more lines than they have now.
    aim: Option<view::Aim>,
    /// The letter by which the view was held last, while the width changed: of which item, and which one.
    held_by: Option<(usize, u32)>,
    /// Ascending with every change of what the thread holds.
    version: u64,
    /// Index into `items` of the first that came since the agent last looked.
    pub first_new: Option<usize>,
    /// The agent has scrolled or moved: what comes in does not move the view.
    pub(super) touched: bool,
}
