//! Anything an agent does to a conversation: one type for keys, command line, outbox and undo.

use serde::{Deserialize, Serialize};

use super::{
    Channel, ContactRef, Conversation, ConversationId, Priority, State, TagId, TagRef, TeamId, TeammateId, Turn,
    UnixTime,
};
use crate::text::Untrusted;

/// Characters of a preview.
const PREVIEW: usize = 300;

/// Whom a conversation is given to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignTo {
    /// A teammate; the team stays.
    Teammate(TeammateId),
    /// A team; the teammate is cleared.
    Team(TeamId),
    /// No teammate; the team stays.
    Nobody,
    /// No team; the teammate stays.
    NoTeam,
}

/// A file to go with a message, kept beside state.db until it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePart {
    /// Name to send.
    pub name: String,
    /// Media type to send.
    pub content_type: String,
    /// SHA-256 of the content, in hex: its name on disk.
    pub hash: String,
    /// Size in bytes.
    pub size: u64,
}

/// What an agent does to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// A message to the customer; `text` is what was typed.
    Reply {
        /// Plain text as typed.
        text: String,
        /// Files.
        #[serde(default)]
        files: Vec<FilePart>,
    },
    /// A note among teammates.
    Note {
        /// Plain text as typed.
        text: String,
        /// Files.
        #[serde(default)]
        files: Vec<FilePart>,
    },
    /// A first message to a contact, by which a conversation begins. Its row stands under a placeholder
    /// until the helpdesk has named the conversation.
    Start {
        /// To whom: by id, or by an address that nobody has yet (a lead is made of it first).
        to: ContactRef,
        /// Mail or messenger.
        channel: Channel,
        /// Subject of a mail; empty else.
        subject: String,
        /// Plain text as typed.
        text: String,
    },
    /// Done.
    Close,
    /// Open again (wakes a snoozed one too).
    Reopen,
    /// Hide until a moment.
    Snooze {
        /// When it comes back.
        until: UnixTime,
        /// What the agent wants to be told then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reminder: Option<Reminder>,
    },
    /// Give it to somebody.
    Assign {
        /// To whom.
        to: AssignTo,
    },
    /// Put a tag on.
    Tag {
        /// Which.
        tag: TagId,
        /// Its name, to be shown before the server answers.
        name: Untrusted,
    },
    /// Take a tag off.
    Untag {
        /// Which.
        tag: TagId,
        /// Its name.
        name: Untrusted,
    },
    /// Set the priority.
    Priority {
        /// To what.
        to: Priority,
    },
    /// Merge this conversation into another; this one closes.
    Merge {
        /// The one that stays.
        into: ConversationId,
    },
    /// Let another person take part.
    AddParticipant {
        /// Who: by id, or by an address that nobody has yet (the helpdesk makes a lead of it).
        contact: ContactRef,
    },
    /// Take a person out.
    RemoveParticipant {
        /// Who; their id is known.
        contact: ContactRef,
    },
    /// Unwanted mail: block the person who wrote, which closes all that they wrote. The API knows no way
    /// back.
    Block {
        /// Who; their id is known.
        contact: ContactRef,
    },
}

/// What a snooze is for: told to the agent when the conversation comes back. The helpdesk's API keeps no
/// such thing, so it stays on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// The agent's words; may be empty.
    pub reason: String,
    /// It is about an answer that did not come: forgotten once the customer writes.
    #[serde(default)]
    pub unless_reply: bool,
}

/// The kinds of act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the same names as in `Act`")]
pub enum ActKind {
    Reply,
    Note,
    Start,
    Close,
    Reopen,
    Snooze,
    Assign,
    Tag,
    Untag,
    Priority,
    Merge,
    AddParticipant,
    RemoveParticipant,
    Block,
}

impl ActKind {
    /// The word of files and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Note => "note",
            Self::Start => "start",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Snooze => "snooze",
            Self::Assign => "assign",
            Self::Tag => "tag",
            Self::Untag => "untag",
            Self::Priority => "priority",
            Self::Merge => "merge",
            Self::AddParticipant => "add_participant",
            Self::RemoveParticipant => "remove_participant",
            Self::Block => "block",
        }
    }
}

impl Act {
    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> ActKind {
        match self {
            Self::Reply { .. } => ActKind::Reply,
            Self::Note { .. } => ActKind::Note,
            Self::Start { .. } => ActKind::Start,
            Self::Close => ActKind::Close,
            Self::Reopen => ActKind::Reopen,
            Self::Snooze { .. } => ActKind::Snooze,
            Self::Assign { .. } => ActKind::Assign,
            Self::Tag { .. } => ActKind::Tag,
            Self::Untag { .. } => ActKind::Untag,
            Self::Priority { .. } => ActKind::Priority,
            Self::Merge { .. } => ActKind::Merge,
            Self::AddParticipant { .. } => ActKind::AddParticipant,
            Self::RemoveParticipant { .. } => ActKind::RemoveParticipant,
            Self::Block { .. } => ActKind::Block,
        }
    }

    /// The words of a message or note.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Reply { text, .. } | Self::Note { text, .. } | Self::Start { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether sending it twice would show twice: it must never be repeated blindly.
    #[must_use]
    pub const fn is_message(&self) -> bool {
        matches!(self, Self::Reply { .. } | Self::Note { .. } | Self::Start { .. })
    }

    /// Whether it takes the conversation out of an agent's hands (`done, next`).
    #[must_use]
    pub const fn moves_on(&self) -> bool {
        matches!(
            self,
            Self::Close | Self::Snooze { .. } | Self::Assign { .. } | Self::Merge { .. } | Self::Block { .. }
        )
    }

    /// Whether it can be done to many conversations at once: it is not about one of them or its people.
    #[must_use]
    pub const fn suits_many(&self) -> bool {
        !matches!(
            self,
            Self::Start { .. }
                | Self::Merge { .. }
                | Self::AddParticipant { .. }
                | Self::RemoveParticipant { .. }
                | Self::Block { .. }
        )
    }

    /// Whether the conversation is already as the act would make it. Never true of a message.
    #[must_use]
    pub fn already_so(&self, now: &Conversation) -> bool {
        match self {
            Self::Reply { .. } | Self::Note { .. } | Self::Start { .. } | Self::Merge { .. } | Self::Block { .. } => {
                false
            }
            Self::Close => now.state == State::Closed,
            Self::Reopen => now.state == State::Open,
            // A reminder may be new.
            Self::Snooze { until, reminder } => {
                reminder.is_none() && now.state == State::Snoozed && now.snoozed_until == Some(*until)
            }
            Self::Assign { to } => match to {
                AssignTo::Teammate(id) => now.assignee.as_ref() == Some(id),
                AssignTo::Team(id) => now.team.as_ref() == Some(id) && now.assignee.is_none(),
                AssignTo::Nobody => now.assignee.is_none(),
                AssignTo::NoTeam => now.team.is_none(),
            },
            Self::Tag { tag, .. } => now.tags.iter().any(|has| has.id == *tag),
            Self::Untag { tag, .. } => now.tags.iter().all(|has| has.id != *tag),
            Self::Priority { to } => now.priority == *to,
            Self::AddParticipant { contact } => contact.id.as_ref().is_some_and(|id| now.participants.contains(id)),
            Self::RemoveParticipant { contact } => contact.id.as_ref().is_none_or(|id| !now.participants.contains(id)),
        }
    }

    /// The act that takes this one back, judged on the conversation before it; `None` when nothing
    /// does (a sent message, a merge).
    #[must_use]
    pub fn inverse(&self, before: &Conversation) -> Option<Self> {
        match self {
            Self::Reply { .. } | Self::Note { .. } | Self::Start { .. } | Self::Merge { .. } | Self::Block { .. } => {
                None
            }
            Self::Close | Self::Reopen | Self::Snooze { .. } => Some(match (before.state, before.snoozed_until) {
                (State::Closed, _) => Self::Close,
                (State::Snoozed, Some(until)) => Self::Snooze { until, reminder: None },
                _ => Self::Reopen,
            }),
            Self::Assign { to } => Some(Self::Assign {
                to: match (to, &before.assignee, &before.team) {
                    (AssignTo::Teammate(_) | AssignTo::Nobody, Some(was), _) => AssignTo::Teammate(was.clone()),
                    (AssignTo::Teammate(_) | AssignTo::Nobody, None, _) => AssignTo::Nobody,
                    // Giving it back to the teammate keeps the team, so the team goes first when
                    // both were set: see `inverses`.
                    (_, _, Some(team)) => AssignTo::Team(team.clone()),
                    (_, _, None) => AssignTo::NoTeam,
                },
            }),
            Self::Tag { tag, name } => Some(Self::Untag { tag: tag.clone(), name: name.clone() }),
            Self::Untag { tag, name } => Some(Self::Tag { tag: tag.clone(), name: name.clone() }),
            Self::Priority { .. } => Some(Self::Priority { to: before.priority }),
            // Whom the helpdesk made of an address is not known here.
            Self::AddParticipant { contact } => {
                contact.id.as_ref().map(|_| Self::RemoveParticipant { contact: contact.clone() })
            }
            Self::RemoveParticipant { contact } => Some(Self::AddParticipant { contact: contact.clone() }),
        }
    }

    /// Every act needed to take this one back, in order: as [`Act::inverse`], and the teammate too
    /// where giving the conversation back to a team clears one.
    #[must_use]
    pub fn inverses(&self, before: &Conversation) -> Vec<Self> {
        let mut acts: Vec<Self> = self.inverse(before).into_iter().collect();
        if let (Self::Assign { to: AssignTo::Team(_) | AssignTo::NoTeam }, Some(was)) = (self, &before.assignee) {
            acts.push(Self::Assign { to: AssignTo::Teammate(was.clone()) });
        }
        acts
    }

    /// Makes `on` look as it will once the helpdesk has the act, done by `me` at `now`.
    pub fn apply(&self, on: &mut Conversation, _me: Option<&TeammateId>, now: UnixTime) {
        match self {
            Self::Reply { .. } => {
                on.waiting_since = None;
                on.last_message_at = on.last_message_at.max(now);
                on.last_teammate_at = Some(now);
                on.first_teammate_at = on.first_teammate_at.or(Some(now));
                on.turn = Turn::Them;
                on.unread = false;
            }
            Self::Start { subject, text, .. } => {
                on.state = State::Open;
                on.title = Untrusted::new(subject.as_str());
                on.preview = Untrusted::new(text.chars().take(PREVIEW).collect::<String>());
                on.last_message_at = on.last_message_at.max(now);
                on.last_teammate_at = Some(now);
                on.first_teammate_at = on.first_teammate_at.or(Some(now));
                on.turn = Turn::Them;
                on.unread = false;
            }
            // Who writes has read.
            Self::Note { .. } => on.unread = false,
            Self::Close => {
                on.state = State::Closed;
                on.snoozed_until = None;
                on.waiting_since = None;
            }
            Self::Reopen => {
                on.state = State::Open;
                on.snoozed_until = None;
            }
            Self::Snooze { until, .. } => {
                on.state = State::Snoozed;
                on.snoozed_until = Some(*until);
            }
            Self::Assign { to } => match to {
                AssignTo::Teammate(id) => on.assignee = Some(id.clone()),
                AssignTo::Team(id) => {
                    on.team = Some(id.clone());
                    on.assignee = None;
                }
                AssignTo::Nobody => on.assignee = None,
                AssignTo::NoTeam => on.team = None,
            },
            Self::Tag { tag, name } => {
                if !self.already_so(on) {
                    on.tags.push(TagRef { id: tag.clone(), name: name.clone() });
                }
            }
            Self::Untag { tag, .. } => on.tags.retain(|has| has.id != *tag),
            Self::Priority { to } => on.priority = *to,
            Self::Merge { .. } | Self::Block { .. } => {
                on.state = State::Closed;
                on.snoozed_until = None;
            }
            Self::AddParticipant { contact } => {
                if let Some(id) = contact.id.as_ref().filter(|id| !on.participants.contains(id)) {
                    on.participants.push(id.clone());
                }
            }
            Self::RemoveParticipant { contact } => on.participants.retain(|id| Some(id) != contact.id.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation() -> Conversation {
        let id = ConversationId::parse("1").expect("a plain id");
        Conversation::bare(id, UnixTime(1_000))
    }

    fn teammate(id: &str) -> TeammateId {
        TeammateId::parse(id).expect("a plain id")
    }

    fn team(id: &str) -> TeamId {
        TeamId::parse(id).expect("a plain id")
    }

    #[test]
    fn every_act_that_is_no_message_is_undone_by_its_inverses() {
        let mut before = conversation();
        before.assignee = Some(teammate("7"));
        before.team = Some(team("3"));
        before.priority = Priority::Low;
        let tag = TagId::parse("9").expect("a plain id");
        let acts = [
            Act::Close,
            Act::Snooze { until: UnixTime(5_000), reminder: None },
            Act::Assign { to: AssignTo::Teammate(teammate("8")) },
            Act::Assign { to: AssignTo::Team(team("4")) },
            Act::Assign { to: AssignTo::Nobody },
            Act::Assign { to: AssignTo::NoTeam },
            Act::Tag { tag: tag.clone(), name: Untrusted::new("vip") },
            Act::Priority { to: Priority::Urgent },
        ];
        for act in acts {
            let mut now = before.clone();
            act.apply(&mut now, None, UnixTime(2_000));
            assert!(act.already_so(&now), "{act:?}");
            for back in act.inverses(&before) {
                back.apply(&mut now, None, UnixTime(2_001));
            }
            assert_eq!(
                (&now.state, &now.assignee, &now.team),
                (&before.state, &before.assignee, &before.team),
                "{act:?}"
            );
            assert_eq!((&now.tags, now.priority), (&before.tags, before.priority), "{act:?}");
        }
    }

    #[test]
    fn a_message_is_never_already_so() {
        let reply = Act::Reply { text: "Thanks!".into(), files: Vec::new() };
        let mut now = conversation();
        reply.apply(&mut now, None, UnixTime(2_000));
        assert!(!reply.already_so(&now));
        assert_eq!(now.turn, Turn::Them);
        assert_eq!(reply.inverse(&now), None);
    }

    #[test]
    fn acts_survive_the_way_through_the_outbox() -> Result<(), serde_json::Error> {
        let act = Act::Assign { to: AssignTo::Team(team("4")) };
        let json = serde_json::to_string(&act)?;
        assert_eq!(serde_json::from_str::<Act>(&json)?, act);
        Ok(())
    }
}
