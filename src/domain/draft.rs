//! What an agent has begun to write.

use serde::{Deserialize, Serialize};

use super::{ConversationId, UnixTime};

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
}
