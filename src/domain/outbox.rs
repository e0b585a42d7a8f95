//! Acts on their way.

use serde::{Deserialize, Serialize};

use super::{Act, ConversationId, GroupId, OutboxId, PartId, UnixTime};
use crate::text::Untrusted;

/// Where an act stands. It ends as sent, failed, or in need of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxStatus {
    /// Committed; goes when its undo window has ended.
    Queued,
    /// The guard stopped it: the conversation moved on.
    Held,
    /// The first byte may have left.
    Sending,
    /// Did not get through; goes again.
    Retry,
    /// May have got through: the thread is read before anything else.
    Unknown,
    /// Reading the thread did not settle it: a person decides.
    NeedsDecision,
    /// Refused by the helpdesk.
    Failed,
    /// The helpdesk has it.
    Sent,
}

impl OutboxStatus {
    /// The word of files and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Held => "held",
            Self::Sending => "sending",
            Self::Retry => "retry",
            Self::Unknown => "unknown",
            Self::NeedsDecision => "needs_decision",
            Self::Failed => "failed",
            Self::Sent => "sent",
        }
    }

    /// From that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Queued,
            Self::Held,
            Self::Sending,
            Self::Retry,
            Self::Unknown,
            Self::NeedsDecision,
            Self::Failed,
            Self::Sent,
        ]
        .into_iter()
        .find(|status| status.as_str() == word)
    }

    /// Whether the act still changes what the agent sees: not yet at the server, nor given up.
    #[must_use]
    pub const fn is_unsettled(self) -> bool {
        matches!(self, Self::Queued | Self::Sending | Self::Retry | Self::Unknown)
    }

    /// Whether a person has to look at it.
    #[must_use]
    pub const fn needs_you(self) -> bool {
        matches!(self, Self::Held | Self::NeedsDecision | Self::Failed)
    }
}

/// What stops a message at the last moment: something came since it was begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Guard {
    /// A customer's message, a teammate's reply or note, or a person's closing or reassigning.
    #[default]
    On,
    /// A customer's message only.
    Customers,
    /// Nothing.
    Off,
}

impl Guard {
    /// The word of files, config and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Customers => "customers",
            Self::Off => "off",
        }
    }

    /// From that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::On, Self::Customers, Self::Off].into_iter().find(|guard| guard.as_str() == word)
    }
}

/// One act in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Ascending in the order of commits.
    pub id: OutboxId,
    /// All rows of one press of a key.
    pub group: GroupId,
    /// On which conversation.
    pub conversation: ConversationId,
    /// What.
    pub act: Act,
    /// What undoes it once it is sent, in order; empty when nothing does.
    pub inverses: Vec<Act>,
    /// Where it stands.
    pub status: OutboxStatus,
    /// Attempts so far.
    pub attempts: u32,
    /// Why it is where it is, in the server's or our words; may be empty.
    pub reason: Untrusted,
    /// When it was committed.
    pub created_at: UnixTime,
    /// Not before this moment (end of the undo window, or of a back-off).
    pub due_at: UnixTime,
    /// The newest part that the agent could have seen when writing.
    pub baseline_part: Option<PartId>,
    /// How many parts the thread had then.
    pub baseline_count: u32,
    /// The part that it became at the server.
    pub sent_part: Option<PartId>,
}
