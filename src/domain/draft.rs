//! What an agent has begun to write.

use serde::{Deserialize, Serialize};

use super::{ConversationId, FilePart, PartId, UnixTime};

/// Reply or note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// To the customer.
    #[default]
    Reply,
    /// Among teammates.
    Note,
}

impl Mode {
    /// The word used in files and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Note => "note",
        }
    }

    /// From that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "reply" => Some(Self::Reply),
            "note" => Some(Self::Note),
            _ => None,
        }
    }
}

/// What a writer had seen of a thread when a message was begun: what the guard compares with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    /// The newest part on disk then; absent when there was none.
    pub part: Option<PartId>,
    /// When, by this machine's clock.
    pub at: UnixTime,
}

/// A draft: one for each conversation and mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Reply or note.
    pub mode: Mode,
    /// What was typed.
    pub text: String,
    /// When the first letter was typed.
    pub begun_at: UnixTime,
    /// The newest part that the writer had seen then; absent when none was here.
    pub seen_part: Option<PartId>,
    /// Files that go with it, kept beside state.db.
    pub files: Vec<FilePart>,
    /// The revision on disk that this one was made from: 0 when there was none. Saving over any other
    /// is a conflict with another deskhand.
    pub revision: i64,
}

impl Draft {
    /// A draft begun at a moment, with nothing else known of it.
    #[must_use]
    pub fn new(conversation: ConversationId, mode: Mode, text: impl Into<String>, begun_at: UnixTime) -> Self {
        Self { conversation, mode, text: text.into(), begun_at, seen_part: None, files: Vec::new(), revision: 0 }
    }
}
