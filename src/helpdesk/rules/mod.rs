//! What every act does to a conversation: parts, state, waiting, measures, hands.
//!
//! Owns pure functions over the model; time, hours and people come in as values. Must not know
//! storage, HTTP or a clock. Enter at [`thread`] for messages and states, [`assign`] for who gets what.
//!
//! Each function changes the conversation in place and returns the parts to append, oldest first,
//! with unset ids.

pub mod assign;
pub mod attributes;
pub mod hours;
pub mod merge;
pub mod redact;
mod statistics;
pub mod thread;

use crate::helpdesk::model::{Author, AuthorKind, Conversation, Part};
use hours::Calendar;

/// What an act happens in.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// The moment that the act is dated to.
    pub at: i64,
    /// The moment at which it is done: later than `at` for what is dated back.
    pub now: i64,
    /// The hours that measures count; none counts every hour.
    pub hours: Option<&'a Calendar>,
}

impl<'a> Scene<'a> {
    /// A scene of things that happen as they are done.
    #[must_use]
    pub const fn live(now: i64, hours: Option<&'a Calendar>) -> Self {
        Self { at: now, now, hours }
    }

    /// Seconds between two moments, office hours only.
    fn measured(&self, from: i64, to: i64) -> i64 {
        self.hours.map_or_else(|| (to - from).max(0), |calendar| calendar.open_seconds(from, to))
    }
}

/// The helpdesk's own voice when it has no bot of its own.
#[must_use]
pub fn operator() -> Author {
    Author {
        kind: AuthorKind::Bot,
        id: "1".to_owned(),
        name: Some("Operator".to_owned()),
        email: Some("operator@deskhand.invalid".to_owned()),
        from_ai_agent: false,
        is_ai_answer: false,
    }
}

/// Books parts that are about to be appended: counts them, notes who wrote them, dates the change.
fn settle(conversation: &mut Conversation, parts: &[Part], scene: &Scene<'_>) {
    let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    conversation.statistics.count_conversation_parts += count;
    note_teammates(conversation, parts);
    touch(conversation, scene);
}

/// Notes the teammates who wrote the parts, each once, in the order of their first part.
pub fn note_teammates(conversation: &mut Conversation, parts: &[Part]) {
    for admin in parts.iter().filter_map(|part| part.author.admin()) {
        if !conversation.teammates.contains(&admin) {
            conversation.teammates.push(admin);
        }
    }
}

/// Dates the last change; it never goes back.
fn touch(conversation: &mut Conversation, scene: &Scene<'_>) {
    conversation.updated_at = conversation.updated_at.max(scene.now);
}

#[cfg(test)]
pub(crate) mod sample {
    //! A conversation and its people, for the rules' tests.

    use super::*;
    use crate::helpdesk::model::{AdminId, Contact, ContactId, PartId, Role, Source};

    /// A Tuesday noon in 2026, UTC.
    pub const NOON: i64 = 1_773_144_000;

    pub fn admin(id: i64) -> Author {
        Author {
            kind: AuthorKind::Admin,
            id: AdminId(id).to_string(),
            name: Some(format!("Teammate {id}")),
            email: Some(format!("t{id}@example.com")),
            from_ai_agent: false,
            is_ai_answer: false,
        }
    }

    pub fn customer() -> Contact {
        Contact {
            id: ContactId::from("5ba682d23d7cf92bef87bfd4"),
            external_id: Some("u1".into()),
            role: Role::User,
            email: Some("ana@example.com".into()),
            name: Some("Ana".into()),
            ..Contact::default()
        }
    }

    pub fn source(kind: &str, body: &str) -> Source {
        Source {
            kind: kind.into(),
            id: PartId(0),
            delivered_as: "customer_initiated".into(),
            subject: String::new(),
            body: body.into(),
            author: super::thread::contact_author(&customer()),
            attachments: Vec::new(),
            url: None,
            redacted: false,
            recipients: Vec::new(),
            reply_to: Vec::new(),
            email: None,
        }
    }

    pub fn at(at: i64) -> Scene<'static> {
        Scene::live(at, None)
    }

    pub fn conversation() -> Conversation {
        super::thread::begin(&customer(), source("email", "<p>Hello</p>"), None, &at(NOON))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sample::{NOON, admin, at, conversation, customer};
    use super::thread::{Message, close, contact_author, message, open, snooze, wake};
    use crate::helpdesk::model::{AdminId, State, Target, TeamId};

    proptest! {
        #[test]
        fn whatever_is_done_the_conversation_agrees_with_its_parts(acts in proptest::collection::vec(0_u8..10, 1..60)) {
            let mut it = conversation();
            let mut parts = Vec::new();
            for (step, act) in (1_i64..).zip(acts) {
                let now = NOON + step * 60;
                let scene = at(now);
                let before = it.updated_at;
                parts.extend(match act {
                    0 => message(&mut it, Message::comment(contact_author(&customer()), "in"), &scene),
                    1 => message(&mut it, Message::comment(admin(1), "out"), &scene),
                    2 => message(&mut it, Message::note(admin(2), "note"), &scene),
                    3 => close(&mut it, admin(1), None, &scene),
                    4 => close(&mut it, admin(1), Some("bye".into()), &scene),
                    5 => open(&mut it, admin(1), &scene),
                    6 => snooze(&mut it, admin(1), now + 90, &scene),
                    7 => wake(&mut it, &scene),
                    other => {
                        let to = if other == 8 { Target::Admin(AdminId(3)) } else { Target::Team(TeamId(4)) };
                        super::assign::assign(&mut it, admin(1), to, None, Some("T"), super::assign::Reason::Said, &scene)
                    }
                });
                prop_assert_eq!(it.snoozed_until.is_some(), it.state == State::Snoozed);
                prop_assert!(it.state != State::Closed || it.waiting_since.is_none());
                prop_assert_eq!(it.statistics.count_conversation_parts, i64::try_from(parts.len()).unwrap_or(-1));
                prop_assert_eq!(parts.last().map_or(State::Open, |part| part.state), it.state);
                prop_assert!(it.updated_at >= before && it.updated_at <= now);
                let s = &it.statistics;
                prop_assert!(s.first_close_at <= s.last_close_at && s.first_admin_reply_at <= s.last_admin_reply_at);
            }
        }
    }
}
