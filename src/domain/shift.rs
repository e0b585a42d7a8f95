//! What waits for an agent who comes back, and what they did before they went. Plain values.

use super::{Conversation, UnixTime};
use crate::text::Untrusted;

/// Why a conversation is told of at the start of a shift, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShiftKind {
    /// An act that needs a person, or could not be sent.
    NeedsYou,
    /// Its clock is missed, or runs out before noon.
    Breaching,
    /// The customer answered.
    Replied,
    /// It came back from a snooze.
    Woke,
    /// A note names me.
    Mentioned,
    /// Something is begun for it.
    Draft,
}

impl ShiftKind {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::NeedsYou, Self::Breaching, Self::Replied, Self::Woke, Self::Mentioned, Self::Draft];

    /// The word of JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeedsYou => "needs_you",
            Self::Breaching => "breaching",
            Self::Replied => "replied",
            Self::Woke => "woke",
            Self::Mentioned => "mentioned",
            Self::Draft => "draft",
        }
    }
}

/// One conversation of these.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftLine {
    /// Which.
    pub conversation: Conversation,
    /// When it happened: the answer, the waking, the note; for a draft and an act, when it was begun.
    pub at: UnixTime,
    /// Why, in words of the agent or of the helpdesk; may be empty.
    pub why: Untrusted,
}

/// Those of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftSection {
    /// Which.
    pub kind: ShiftKind,
    /// How many there are; may be more than lines.
    pub total: usize,
    /// The first of them.
    pub lines: Vec<ShiftLine>,
}

/// What came since an agent was last here. Kinds that have nothing are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shift {
    /// Since when.
    pub since: UnixTime,
    /// In the order of [`ShiftKind`].
    pub sections: Vec<ShiftSection>,
}

/// What an agent did to one conversation since a shift began; each thing once.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// To which.
    pub conversation: Conversation,
    /// Messages written to the customer.
    pub replies: usize,
    /// Notes written.
    pub notes: usize,
    /// Closed by me.
    pub closed: bool,
    /// Put to sleep by me.
    pub snoozed: bool,
    /// Given to somebody else by me.
    pub handed_over: bool,
}
