//! One entry of a thread.

use serde::{Deserialize, Serialize};

use super::{ContactId, PartId, State, TeamId, TeammateId, UnixTime};
use crate::text::Untrusted;

/// Who wrote or did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthorKind {
    /// A teammate.
    Teammate(Option<TeammateId>),
    /// A contact.
    Contact(Option<ContactId>),
    /// A bot, a workflow or the helpdesk itself.
    Bot,
    /// A team.
    Team(Option<TeamId>),
}

/// Author of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Which kind, with its id when known.
    pub kind: AuthorKind,
    /// Shown name; may be empty.
    pub name: Untrusted,
    /// Address; may be empty.
    pub email: Untrusted,
    /// Written by an AI agent.
    pub is_ai: bool,
}

/// A file that came with a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File name as sent.
    pub name: Untrusted,
    /// Where it can be fetched.
    pub url: Untrusted,
    /// Media type as claimed.
    pub content_type: Untrusted,
    /// Size in bytes, when known.
    pub size: Option<u64>,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// The opening message (API: `source`).
    Opening,
    /// A message that the customer sees.
    Comment,
    /// A note among teammates.
    Note,
    /// A message with buttons.
    QuickReply,
    /// Closed (may carry a message).
    Close,
    /// Opened again (may carry a message).
    Open,
    /// Snoozed until the time in `Part::until`.
    Snoozed,
    /// Woke by itself or by a message.
    Unsnoozed,
    /// Assigned (may carry a message).
    Assignment {
        /// To a teammate.
        teammate: Option<TeammateId>,
        /// To a team.
        team: Option<TeamId>,
    },
    /// Another conversation was merged into this one, or this one into another.
    Merged,
    /// An attribute changed.
    Attribute {
        /// Its name.
        name: Untrusted,
        /// Its new value as words; may be empty.
        value: Untrusted,
    },
    /// Any other event; the API's word for it.
    Other(Untrusted),
}

/// One entry of a thread: a message, a note, or an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The server's id; for a part not yet sent `local-` and the outbox row's id.
    pub id: PartId,
    /// What it is.
    pub kind: PartKind,
    /// Who did it.
    pub author: Author,
    /// HTML as it came; absent for plain events and redacted parts.
    pub body: Option<Untrusted>,
    /// When.
    pub created_at: UnixTime,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Content removed for good.
    pub redacted: bool,
    /// The conversation's state just after, when the server says so.
    pub state: Option<State>,
    /// Subject of an e-mail; may be empty.
    pub subject: Untrusted,
}

impl Part {
    /// Whether the customer sees it and it has words (a message, not a note or an event).
    #[must_use]
    pub fn is_message(&self) -> bool {
        match self.kind {
            PartKind::Opening | PartKind::Comment | PartKind::QuickReply => true,
            PartKind::Close | PartKind::Open | PartKind::Assignment { .. } => {
                self.body.as_ref().is_some_and(|body| !body.is_empty())
            }
            _ => false,
        }
    }

    /// Whether a contact wrote it.
    #[must_use]
    pub const fn is_from_contact(&self) -> bool {
        matches!(self.author.kind, AuthorKind::Contact(_))
    }
}
