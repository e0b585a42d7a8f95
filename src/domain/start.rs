//! A conversation that an agent begins: to whom, by which channel, under which subject.

use serde::{Deserialize, Serialize};

use super::{Act, Channel, ContactRef, Conversation, ConversationId, State, TeammateId, Turn, UnixTime};
use crate::text::Untrusted;

/// What the ids of conversations begin with that the helpdesk does not have yet. Its own never do.
const PLACEHOLDER: &str = "new-";

/// What is settled of a new conversation before its text is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// To whom: by id, or by an address that nobody has yet.
    pub to: ContactRef,
    /// Mail or messenger: all that the API takes.
    pub channel: Channel,
    /// Subject of a mail; empty else.
    pub subject: String,
}

impl Opening {
    /// The act that begins it with these words.
    #[must_use]
    pub fn act(&self, text: String) -> Act {
        Act::Start { to: self.to.clone(), channel: self.channel.clone(), subject: self.subject.clone(), text }
    }

    /// What stands for it until the helpdesk has it. It is closed, so that no list of open ones has it
    /// before its message is on its way.
    #[must_use]
    pub fn conversation(&self, id: ConversationId, by: Option<TeammateId>, now: UnixTime) -> Conversation {
        let mut on = Conversation::bare(id, now);
        on.title = Untrusted::new(self.subject.as_str());
        on.channel = self.channel.clone();
        on.participants.extend(self.to.id.clone());
        on.contact = Some(self.to.clone());
        on.created_by = by;
        (on.state, on.turn) = (State::Closed, Turn::Them);
        on
    }
}

impl Act {
    /// What it begins, when it begins a conversation.
    #[must_use]
    pub fn opening(&self) -> Option<Opening> {
        let Self::Start { to, channel, subject, .. } = self else { return None };
        Some(Opening { to: to.clone(), channel: channel.clone(), subject: subject.clone() })
    }
}

impl ConversationId {
    /// An id for a conversation that the helpdesk does not have yet; `unique` is plain letters and digits.
    #[must_use]
    pub fn placeholder(unique: &str) -> Option<Self> {
        Self::parse(&format!("{PLACEHOLDER}{unique}"))
    }

    /// Whether it stands for a conversation that the helpdesk does not have yet.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.as_str().starts_with(PLACEHOLDER)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_told_from_the_helpdesks_own() {
        let id = ConversationId::placeholder("7f3a-1").unwrap();
        assert!(id.is_placeholder());
        assert!(!ConversationId::parse("2214").unwrap().is_placeholder());
        assert_eq!(ConversationId::placeholder("\u{1b}"), None);
    }

    #[test]
    fn what_begins_a_conversation_opens_it_and_is_never_repeated_blindly() {
        let opening = Opening { to: ContactRef::default(), channel: Channel::Email, subject: "Order".to_owned() };
        let act = opening.act("It left today.".to_owned());
        let mut on = opening.conversation(ConversationId::placeholder("1").unwrap(), None, UnixTime(5));
        assert!(!act.already_so(&on) && act.is_message() && act.inverse(&on).is_none());
        assert_eq!(on.state, State::Closed);
        act.apply(&mut on, None, UnixTime(9));
        assert_eq!((on.state, on.preview.as_raw(), on.last_message_at), (State::Open, "It left today.", UnixTime(9)));
        assert_eq!(act.opening(), Some(opening));
    }
}
