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

impl ConversationId {
    /// The id of a conversation as people name it: `2214`, `#2214`, or the web address of its page.
    #[must_use]
    pub fn parse_typed(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if !typed.contains('/') {
            return Self::parse(typed.strip_prefix('#').unwrap_or(typed));
        }
        // What stands behind `?` and `#` says where in the conversation, not which; unless the page's own
        // address stands there.
        let (path, within) = typed.split_once('#').unwrap_or((typed, ""));
        Self::of_path(path).or_else(|| Self::of_path(within).filter(|_| within.contains('/')))
    }

    /// The id in the path of a page: behind `conversation`, else a number at its end.
    fn of_path(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or(path);
        let mut segments = path.split('/').skip_while(|segment| !matches!(*segment, "conversation" | "conversations"));
        match segments.nth(1) {
            Some(id) => Self::parse(id),
            None => {
                let last = path.rsplit('/').find(|segment| !segment.is_empty())?;
                Self::parse(last).filter(|_| last.bytes().all(|byte| byte.is_ascii_digit()))
            }
        }
    }
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
    fn a_conversation_is_named_by_its_number_or_its_address() {
        for (typed, id) in [
            ("2214", Some("2214")),
            (" #2214 ", Some("2214")),
            ("a-b_1", Some("a-b_1")),
            ("https://app.intercom.com/a/inbox/ab12cd/inbox/admin/814860/conversation/215468213", Some("215468213")),
            ("https://app.intercom.com/a/inbox/x/inbox/conversation/77?view=List&part=12#part_9", Some("77")),
            ("http://127.0.0.1:8080/conversations/42/", Some("42")),
            ("https://desk.example/t/9", Some("9")),
            ("https://app.intercom.com/a/apps/x#/conversations/5", Some("5")),
            ("https://desk.example/about", None),
            ("https://desk.example/about#part_9", None),
            ("order 2214", None),
            ("#", None),
            ("", None),
        ] {
            assert_eq!(ConversationId::parse_typed(typed).as_ref().map(ConversationId::as_str), id, "{typed}");
        }
    }

    #[test]
    fn an_id_with_an_escape_sequence_is_refused() {
        assert_eq!(ConversationId::parse("12\u{1b}[2J"), None);
        assert_eq!(ConversationId::parse(""), None);
        assert!(ConversationId::parse("215468213").is_some());
    }
}
