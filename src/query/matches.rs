//! The answer for one conversation in memory. `sql` gives the same answer on the cache.

use std::collections::BTreeMap;

use super::ast::{AttributeOf, Has, NumberField, TimeField};
use super::resolve::{Column, ContactTest, Resolved, Test, ValueTest};
use super::span::Span;
use super::words::{bare_number, haystack};
use crate::domain::{AttributeValue, Contact, Conversation, SlaStatus, State, UnixTime};
use crate::text::{Untrusted, fold};

/// A conversation as the agent sees it, and what is known beside it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The effective conversation.
    pub conversation: &'a Conversation,
    /// Its contact, once fetched.
    pub contact: Option<&'a Contact>,
    /// A note is in its thread.
    pub has_note: bool,
    /// A draft is kept for it.
    pub has_draft: bool,
    /// A note names us, and we neither answered since nor marked it done.
    pub mentioned: bool,
}

impl<'a> Subject<'a> {
    /// A conversation of which nothing more is known.
    #[must_use]
    pub const fn of(conversation: &'a Conversation) -> Self {
        Self { conversation, contact: None, has_note: false, has_draft: false, mentioned: false }
    }
}

impl Resolved {
    /// Whether the conversation is one of those asked for.
    #[must_use]
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        holds(&self.test, subject)
    }
}

fn holds(test: &Test, subject: &Subject<'_>) -> bool {
    let conversation = subject.conversation;
    match test {
        Test::All => true,
        Test::Nothing => false,
        Test::Not(inner) => !holds(inner, subject),
        Test::And(members) => members.iter().all(|member| holds(member, subject)),
        Test::Or(members) => members.iter().any(|member| holds(member, subject)),
        Test::Words(pattern) => pattern.is_in(&haystack(conversation)),
        // What the helpdesk does not have yet is not closed: it waits for its first message.
        Test::State(State::Closed) if conversation.id.is_placeholder() => false,
        Test::State(state) => conversation.state == *state,
        Test::Kind(kind) => conversation.kind == *kind,
        Test::Unread => conversation.unread,
        Test::Breached(now) => sla_holds(conversation, Span { from: None, until: Some(now.saturating_add(1)) }, true),
        Test::Mentioned => subject.mentioned,
        Test::Has(Has::Attachment) => conversation.has_attachment,
        Test::Has(Has::Note) => subject.has_note,
        Test::Has(Has::Draft) => subject.has_draft,
        Test::Turn(turn) => conversation.turn == *turn,
        Test::Assignee(id) => conversation.assignee == *id,
        Test::Team(id) => conversation.team == *id,
        Test::CreatedBy(id) => conversation.created_by == *id,
        Test::Tag(id) => conversation.tags.iter().any(|tag| tag.id == *id),
        Test::Priority(low, high) => (*low..=*high).contains(&conversation.priority.level()),
        Test::Channel(word) => conversation.channel.as_str() == word,
        Test::Contact(wanted) => contact_holds(wanted, conversation),
        Test::Participant(wanted) => {
            conversation.participants.iter().any(|id| id.as_str() == wanted.id) || contact_holds(wanted, conversation)
        }
        Test::Email(part) => conversation.contact.as_ref().is_some_and(|with| fold(with.email.as_raw()).contains(part)),
        Test::Phone(part) => bare_number(contact_text(subject, |contact| &contact.phone)).contains(part),
        Test::ColumnWords(column, pattern) => pattern.is_in(&fold(column_text(*column, subject))),
        Test::ColumnIs(column, folded) => fold(column_text(*column, subject)) == *folded,
        Test::Language(folded) => {
            // As the customer writes, where that is known; else as the contact's profile says.
            let language = match conversation.language {
                Some(written) => written.to_string(),
                None => fold(contact_text(subject, |contact| &contact.language)),
            };
            language.strip_prefix(folded).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        }
        Test::Time(field, span) => time_of(*field, conversation).is_some_and(|at| span.contains(at.0)),
        Test::SlaStatus(status) => conversation.sla.as_ref().is_some_and(|sla| sla.status == *status),
        Test::SlaTarget(target) => conversation.sla.as_ref().is_some_and(|sla| sla.target.as_deref() == Some(*target)),
        Test::SlaLeft { due, missed } => sla_holds(conversation, *due, *missed),
        Test::Number(field, low, high) => {
            let number = match field {
                NumberField::Reopens => Some(conversation.reopens),
                NumberField::Rating => conversation.rating.as_ref().map(|rating| u32::from(rating.score)),
            };
            number.is_some_and(|number| (*low..=*high).contains(&number))
        }
        Test::Ai(yes) => conversation.ai == *yes,
        Test::Attribute { of: AttributeOf::Conversation, name, test } => {
            attribute_holds(&conversation.attributes, name, test)
        }
        Test::Attribute { of: AttributeOf::Contact, name, test } => {
            subject.contact.is_some_and(|contact| attribute_holds(&contact.attributes, name, test))
        }
    }
}

fn sla_holds(conversation: &Conversation, due: Span, missed: bool) -> bool {
    conversation.sla.as_ref().is_some_and(|sla| match sla.status {
        SlaStatus::Missed => missed,
        SlaStatus::Active => sla.due_at.is_some_and(|at| due.contains(at.0)),
        SlaStatus::Paused | SlaStatus::Hit | SlaStatus::None => false,
    })
}

fn contact_holds(wanted: &ContactTest, conversation: &Conversation) -> bool {
    conversation.contact.as_ref().is_some_and(|with| {
        with.id.as_ref().is_some_and(|id| id.as_str() == wanted.id)
            || wanted.name.is_in(&fold(with.name.as_raw()))
            || fold(with.email.as_raw()) == wanted.email
    })
}

fn contact_text<'a>(subject: &Subject<'a>, get: fn(&Contact) -> &Untrusted) -> &'a str {
    subject.contact.map_or("", |contact| get(contact).as_raw())
}

fn column_text<'a>(column: Column, subject: &Subject<'a>) -> &'a str {
    let conversation = subject.conversation;
    match column {
        Column::Title => conversation.title.as_raw(),
        Column::Company => conversation.company_name.as_raw(),
        Column::Country => contact_text(subject, |contact| &contact.country),
        Column::Policy => conversation.sla.as_ref().map_or("", |sla| sla.policy.as_raw()),
        Column::Brand => conversation.brand.as_raw(),
    }
}

fn time_of(field: TimeField, conversation: &Conversation) -> Option<UnixTime> {
    match field {
        TimeField::Created => Some(conversation.created_at),
        TimeField::Updated => Some(conversation.updated_at),
        TimeField::Waiting => conversation.waiting_since,
        TimeField::Snoozed => conversation.snoozed_until,
    }
}

fn attribute_holds(attributes: &BTreeMap<String, AttributeValue>, name: &str, test: &ValueTest) -> bool {
    attributes.iter().any(|(key, value)| fold(key) == name && value_holds(value, test))
}

fn value_holds(value: &AttributeValue, test: &ValueTest) -> bool {
    match value {
        AttributeValue::Text(text) => test.text.as_ref().is_some_and(|wanted| fold(text.as_raw()) == *wanted),
        #[allow(clippy::cast_precision_loss)] // as SQL casts it
        AttributeValue::Integer(number) => test.number.is_some_and(|test| test.holds(*number as f64)),
        AttributeValue::Decimal(number) => test.number.is_some_and(|test| test.holds(*number)),
        AttributeValue::Boolean(yes) => test.yes == Some(*yes),
        AttributeValue::Time(at) => test.time.is_some_and(|span| span.contains(*at)),
        AttributeValue::Null => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{
        Channel, ContactRef, ConversationId, Directory, Priority, Rating, SlaFact, State, Tag, TagId, TagRef, Team,
        TeamId, Teammate, TeammateId, Turn,
    };
    use crate::query::{Context, Query};

    const NOW: i64 = 1_794_740_400;
    const HOUR: i64 = 3_600;

    fn directory() -> Directory {
        let teammate = |id: &str, name: &str| Teammate {
            id: TeammateId::parse(id).unwrap(),
            name: Untrusted::new(name),
            email: Untrusted::default(),
            has_inbox_seat: true,
            away: crate::domain::AwayState::default(),
            teams: Vec::new(),
        };
        Directory {
            teammates: vec![teammate("1", "Ana Gómez"), teammate("2", "Ben")],
            teams: vec![Team { id: TeamId::parse("7").unwrap(), name: Untrusted::new("Billing"), members: Vec::new() }],
            tags: vec![Tag { id: TagId::parse("t1").unwrap(), name: Untrusted::new("VIP") }],
            ..Directory::default()
        }
    }

    fn conversation() -> Conversation {
        let mut conversation = Conversation::bare(ConversationId::parse("100").unwrap(), UnixTime(NOW - 48 * HOUR));
        conversation.title = Untrusted::new("Where is my Größe 42 parcel?");
        conversation.contact = Some(ContactRef {
            id: crate::domain::ContactId::parse("c9"),
            name: Untrusted::new("Zoë Jansen"),
            email: Untrusted::new("Zoe@Example.com"),
            ..ContactRef::default()
        });
        conversation.state = State::Open;
        conversation.priority = Priority::High;
        conversation.channel = Channel::Phone;
        conversation.assignee = TeammateId::parse("1");
        conversation.tags = vec![TagRef { id: TagId::parse("t1").unwrap(), name: Untrusted::new("VIP") }];
        conversation.waiting_since = Some(UnixTime(NOW - 3 * HOUR));
        conversation.turn = Turn::Us;
        conversation.reopens = 2;
        conversation.rating = Some(Rating { score: 2, remark: Untrusted::default() });
        conversation.sla = Some(SlaFact {
            policy: Untrusted::new("Gold"),
            target: Some("NRT".to_owned()),
            status: SlaStatus::Active,
            due_at: Some(UnixTime(NOW + HOUR / 2)),
        });
        conversation.attributes.insert("Plan name".to_owned(), AttributeValue::Text(Untrusted::new("Enterprise")));
        conversation.attributes.insert("seats".to_owned(), AttributeValue::Integer(12));
        conversation.attributes.insert("renews".to_owned(), AttributeValue::Time(NOW - 24 * HOUR));
        conversation.attributes.insert("beta".to_owned(), AttributeValue::Boolean(true));
        conversation
    }

    fn resolve(text: &str) -> Result<Resolved, crate::query::QueryError> {
        let (zone, directory, me) = (TimeZone::UTC, directory(), TeammateId::parse("2"));
        Query::parse(text)?.resolve(&Context {
            me: me.as_ref(),
            now: UnixTime(NOW),
            zone: &zone,
            directory: &directory,
        })
    }

    fn matches(text: &str) -> bool {
        resolve(text).unwrap().matches(&Subject::of(&conversation()))
    }

    #[test]
    fn every_field_finds_its_conversation() {
        for text in [
            "",
            "parcel",
            "grosse 42",
            "\"my größe\"",
            "parc*",
            "zoe",
            "state:open",
            "is:open",
            "assignee:ana",
            "assignee:\"ana gomez\"",
            "assignee:1",
            "-assignee:me",
            "team:none",
            "tag:vip",
            "priority:high",
            "priority:>=medium",
            "priority:low..high",
            "channel:phone",
            "contact:jansen",
            "contact:c9",
            "contact:zoe@example.com",
            "email:@example.com",
            "subject:parcel",
            "participant:zoe",
            "turn:us",
            "created:>1d",
            "created:3d..1d",
            "created:2026-11-13",
            "waiting:>2h",
            "waiting:<4h",
            "sla:<31m",
            "sla:>29m",
            "sla:nrt",
            "sla:active",
            "policy:gold",
            "reopens:>1",
            "rating:<=2",
            "ai:no",
            "ticket:no",
            "attr.\"plan name\":enterprise",
            "attr.seats:12",
            "attr.seats:>11.5",
            "attr.seats:10..12",
            "attr.renews:<2d",
            "attr.beta:yes",
            "tag:vip (state:closed OR reopens:2)",
            "NOT is:unread",
            "-is:breached",
        ] {
            assert!(matches(text), "{text}");
        }
    }

    #[test]
    fn and_no_other() {
        for text in [
            "parce",
            "state:closed",
            "assignee:ben",
            "assignee:me",
            "is:unassigned",
            "team:billing",
            "-tag:vip",
            "priority:<high",
            "channel:email",
            "contact:zo",
            "created:<1d",
            "waiting:>4h",
            "sla:<29m",
            "sla:missed",
            "snoozed:<9d",
            "-snoozed:>0s OR snoozed:>0s created:today",
            "reopens:3..",
            "rating:>2",
            "ai:yes",
            "attr.seats:enterprise",
            "attr.seats:<5",
            "attr.none:1",
            "contact.seats:12",
            "country:de",
            "has:draft",
            "is:mentioned",
            "is:breached",
            "priority:high..low",
        ] {
            let expected = text.starts_with("-snoozed");
            assert_eq!(matches(text), expected, "{text}");
        }
    }

    #[test]
    fn a_due_clock_is_breached() {
        let mut late = conversation();
        late.sla.as_mut().unwrap().due_at = Some(UnixTime(NOW));
        let breached =
            |conversation: &Conversation, text: &str| resolve(text).unwrap().matches(&Subject::of(conversation));
        assert!(breached(&late, "is:breached") && breached(&late, "sla:<30m"));
        late.sla.as_mut().unwrap().status = SlaStatus::Missed;
        late.sla.as_mut().unwrap().due_at = None;
        assert!(breached(&late, "is:breached") && breached(&late, "sla:<1m") && !breached(&late, "sla:>1m"));
        late.sla.as_mut().unwrap().status = SlaStatus::Paused;
        assert!(!breached(&late, "is:breached") && !breached(&late, "sla:<1m"));
    }

    #[test]
    fn what_stands_beside_a_conversation_counts() {
        let conversation = conversation();
        let subject = Subject { has_draft: true, has_note: true, mentioned: true, ..Subject::of(&conversation) };
        for text in ["has:draft", "has:note", "is:mentioned", "mention:me"] {
            assert!(resolve(text).unwrap().matches(&subject), "{text}");
        }
    }

    #[test]
    fn unknown_names_are_errors_with_their_place() {
        let error = |text: &str| resolve(text).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(error("state:open assignee:anna"), "column 21: no teammate \"anna\"; did you mean \"Ana Gómez\"?");
        assert_eq!(error("team:Biling"), "column 6: no team \"Biling\"; did you mean \"Billing\"?");
        assert_eq!(error("tag:xyz"), "column 5: no tag \"xyz\"");
    }
}
