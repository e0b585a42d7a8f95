//! Acts on their way.

use serde::{Deserialize, Serialize};

use super::{Act, AuthorKind, Began, ConversationId, GroupId, OutboxId, Part, PartId, PartKind, TeammateId, UnixTime};
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

    /// Whether a part that came after a message was begun stops that message. What I did myself never
    /// does, nor do bots and workflows.
    #[must_use]
    pub fn stops(self, part: &Part, me: Option<&TeammateId>) -> bool {
        if self == Self::Off {
            return false;
        }
        let says = part.is_message() || part.kind == PartKind::Note;
        match &part.author.kind {
            AuthorKind::Contact(_) => says && part.kind != PartKind::Note,
            AuthorKind::Teammate(who) => {
                let moves = matches!(part.kind, PartKind::Close | PartKind::Assignment { .. });
                let is_me = who.is_some() && who.as_ref() == me;
                self == Self::On && !is_me && !part.author.is_ai && (says || moves)
            }
            AuthorKind::Bot | AuthorKind::Team(_) => false,
        }
    }
}

/// What is known of an attempt that may have arrived although nobody said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// When the last such attempt ended, or was first heard of, by the helpdesk's clock; absent when
    /// there was none.
    pub since: Option<UnixTime>,
    /// Reads of the thread since then that count and showed nothing.
    pub reads: u32,
    /// Attempts made in spite of the doubt.
    pub resends: u32,
}

impl Doubt {
    /// Reads that must show nothing before the one resend.
    pub const READS: u32 = 4;
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
    /// Of a message: what stops it.
    #[serde(default = "off")]
    pub guard: Guard,
    /// Of a guarded message: what its writer had seen when it was begun.
    #[serde(default)]
    pub began: Option<Began>,
    /// Whether an attempt may have arrived, and what was done to find out.
    #[serde(default)]
    pub doubt: Doubt,
}

impl OutboxRow {
    /// Whether a message that may have arrived is sent once more because its writer looked and chose so:
    /// it goes unless it is found. (What was never guarded has no `began`.)
    #[must_use]
    pub const fn is_chosen(&self) -> bool {
        matches!(self.guard, Guard::Off) && self.began.is_some()
    }

    /// Whether the helpdesk may have it although nobody said so: to be looked up before anything else
    /// is done with it.
    #[must_use]
    pub const fn may_have_arrived(&self) -> bool {
        self.doubt.since.is_some() || matches!(self.status, OutboxStatus::Sending | OutboxStatus::Unknown)
    }
}

const fn off() -> Guard {
    Guard::Off
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Author, ContactId};

    fn part(kind: PartKind, by: AuthorKind, body: Option<&str>) -> Part {
        Part {
            id: PartId::parse("1").expect("a plain id"),
            kind,
            author: Author { kind: by, name: Untrusted::default(), email: Untrusted::default(), is_ai: false },
            body: body.map(Untrusted::new),
            created_at: UnixTime(1),
            attachments: Vec::new(),
            redacted: false,
            state: None,
            subject: Untrusted::default(),
        }
    }

    #[test]
    fn the_guard_stops_for_people_and_never_for_me_or_a_bot() {
        let me = TeammateId::parse("7");
        let customer = || AuthorKind::Contact(ContactId::parse("c1"));
        let ben = || AuthorKind::Teammate(TeammateId::parse("8"));
        let mine = || AuthorKind::Teammate(TeammateId::parse("7"));
        let given = || PartKind::Assignment { teammate: TeammateId::parse("8"), team: None };
        let cases = [
            (PartKind::Comment, customer(), Some("Hello?"), true, true),
            (PartKind::Comment, ben(), Some("Hello"), true, false),
            (PartKind::Note, ben(), Some("wait"), true, false),
            (PartKind::Close, ben(), None, true, false),
            (given(), ben(), None, true, false),
            (PartKind::Close, customer(), None, false, false),
            (PartKind::Open, ben(), None, false, false),
            (PartKind::Snoozed, ben(), None, false, false),
            (PartKind::Comment, mine(), Some("Hello"), false, false),
            (given(), mine(), None, false, false),
            (given(), AuthorKind::Bot, None, false, false),
            (PartKind::Close, AuthorKind::Bot, None, false, false),
            (PartKind::Comment, AuthorKind::Bot, Some("Hi, I am Fin"), false, false),
        ];
        for (kind, by, body, on, customers) in cases {
            let part = part(kind, by, body);
            assert_eq!(Guard::On.stops(&part, me.as_ref()), on, "{part:?}");
            assert_eq!(Guard::Customers.stops(&part, me.as_ref()), customers, "{part:?}");
            assert!(!Guard::Off.stops(&part, me.as_ref()));
        }
    }
}
