//! Identifiers. They come from a server, so each is checked once, here, and may be shown afterwards.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

const LONGEST: usize = 128;

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'@' | b'+'))
}

macro_rules! text_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id, when `text` is one: 1 to 128 ASCII letters, digits and `-_.:@+`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                is_plain(text).then(|| Self(text.to_owned()))
            }

            /// The id's text; safe to show.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(concat!("not a ", stringify!($name))))
            }
        }
    )+};
}

text_id! {
    /// A conversation's (or ticket's) id.
    ConversationId,
    /// A part's id; the opening message has its source's id.
    PartId,
    /// A contact's id.
    ContactId,
    /// A company's id.
    CompanyId,
    /// A teammate's id (API: admin).
    TeammateId,
    /// A team's id.
    TeamId,
    /// A tag's id.
    TagId,
    /// The id of a macro of the helpdesk.
    MacroId,
    /// The id of a schedule of office hours.
    ScheduleId,
    /// One press of a key: all acts that are undone together.
    GroupId,
}

/// A row of the outbox: ascending in the order of commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutboxId(pub i64);

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_an_escape_sequence_is_refused() {
        assert_eq!(ConversationId::parse("12\u{1b}[2J"), None);
        assert_eq!(ConversationId::parse(""), None);
        assert!(ConversationId::parse("215468213").is_some());
    }
}
