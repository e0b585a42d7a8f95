#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::domain::{AttributeValue, TagId};

const FULL: &str = r#"{"type":"conversation","id":"215468","title":null,"created_at":1795000000,"updated_at":1795000900,
  "waiting_since":1795000800,"snoozed_until":null,"open":true,"state":"open","read":false,"priority":"high",
  "admin_assignee_id":4021,"team_assignee_id":0,
  "company":{"type":"company","id":"c77","name":"Ohm GmbH"},
  "tags":{"type":"tag.list","tags":[{"type":"tag","id":"31","name":"vip"},{"type":"tag","name":"no id"},{"id":32,"name":"refund"}]},
  "conversation_rating":{"rating":4,"remark":"quick","contact":{"id":"65a1"},"teammate":null},
  "source":{"type":"email","id":"900","delivered_as":"customer_initiated","subject":"<p>Parcel &amp; bill</p>",
    "body":"<p>Where is   my parcel?</p><p>Mara</p>","author":{"type":"user","id":"65a1","name":"Mara Ohm","email":"mara@mail.example"},
    "attachments":[{"type":"upload","name":"bill.pdf","url":"https://f.example/1","content_type":"application/pdf","filesize":9}],
    "url":null,"redacted":false},
  "contacts":{"type":"contact.list","contacts":[{"type":"contact","id":"65a1","external_id":"C-9"},{"id":"65a1"},{"id":"65a2"}]},
  "teammates":{"type":"admin.list","teammates":[{"type":"admin","id":"4021"}]},
  "custom_attributes":{"Topic":"Delivery","Orders":3},
  "sla_applied":{"type":"conversation_sla_summary","sla_name":"Gold","sla_status":"active"},
  "statistics":{"first_admin_reply_at":1795000300,"last_admin_reply_at":1795000300,"last_contact_reply_at":1795000800,
    "count_reopens":2,"count_conversation_parts":6},
  "ai_agent_participated":true,"ai_agent":null,"topics":{},"ticket":null,"hologram":{"a":[1]}}"#;

fn row(json: &str) -> Conversation {
    Fields::parse(json).unwrap().read::<ConversationItem>().unwrap().into_value().unwrap()
}

fn thread(json: &str) -> Thread {
    read_thread(Fields::parse(json).unwrap()).unwrap()
}

#[test]
fn a_full_row_is_read_field_by_field() {
    let row = row(FULL);
    assert_eq!(row.id.as_str(), "215468");
    assert_eq!(
        (row.kind, row.state, row.priority, row.unread),
        (Kind::Conversation, State::Open, Priority::High, true)
    );
    assert_eq!(row.title.as_raw(), "Parcel & bill");
    assert_eq!(row.preview.as_raw(), "Where is my parcel? Mara");
    assert_eq!(row.channel, Channel::Email);
    let contact = row.contact.unwrap();
    assert_eq!(
        (contact.id.unwrap().as_str(), contact.name.as_raw(), contact.email.as_raw()),
        ("65a1", "Mara Ohm", "mara@mail.example")
    );
    assert_eq!(contact.role, ContactRole::User);
    assert_eq!(row.participants.iter().map(ContactId::as_str).collect::<Vec<_>>(), ["65a1", "65a2"]);
    assert_eq!((row.company.unwrap().as_str(), row.company_name.as_raw()), ("c77", "Ohm GmbH"));
    assert_eq!((row.assignee, row.team), (TeammateId::parse("4021"), None));
    assert_eq!(
        row.tags.iter().map(|tag| tag.id.clone()).collect::<Vec<_>>(),
        [TagId::parse("31").unwrap(), TagId::parse("32").unwrap()]
    );
    assert_eq!((row.created_at, row.updated_at), (UnixTime(1_795_000_000), UnixTime(1_795_000_900)));
    assert_eq!((row.waiting_since, row.snoozed_until), (Some(UnixTime(1_795_000_800)), None));
    assert_eq!((row.last_message_at, row.last_contact_at), (UnixTime(1_795_000_800), Some(UnixTime(1_795_000_800))));
    assert_eq!(
        (row.last_teammate_at, row.first_teammate_at),
        (Some(UnixTime(1_795_000_300)), Some(UnixTime(1_795_000_300)))
    );
    assert_eq!((row.turn, row.reopens, row.part_count), (Turn::Us, 2, 6));
    assert_eq!(row.created_by, None);
    assert_eq!(row.rating, Some(Rating { score: 4, remark: Untrusted::new("quick") }));
    assert!(row.ai && row.has_attachment);
    let sla = row.sla.unwrap();
    assert_eq!((sla.policy.as_raw(), sla.status, sla.due_at), ("Gold", SlaStatus::Active, None));
    assert_eq!(row.attributes.get("Orders"), Some(&AttributeValue::Integer(3)));
}

#[test]
fn a_row_with_an_id_alone_will_do() {
    let row = row(r#"{"id":7}"#);
    assert_eq!(row, Conversation::bare(ConversationId::parse("7").unwrap(), UnixTime(0)));
}

#[test]
fn nulls_and_wrong_types_cost_their_field_only() {
    let nulls = r#"{"id":"7","created_at":5,"title":{},"tags":null,"source":null,"contacts":"x","statistics":null,
        "sla_applied":[],"conversation_rating":{"rating":9},"custom_attributes":null,"company":3,"priority":"galactic",
        "admin_assignee_id":null,"team_assignee_id":"0","waiting_since":0,"state":null,"read":null}"#;
    let row = row(nulls);
    assert_eq!(row, Conversation::bare(ConversationId::parse("7").unwrap(), UnixTime(5)));
    let no_id = Fields::parse(r#"{"id":null}"#).unwrap().read::<ConversationItem>().unwrap();
    assert_eq!(no_id.into_value(), Err("no usable id"));
}

#[test]
fn the_state_is_guessed_where_its_word_is_new() {
    for (fields, state) in [
        (r#""state":"levitating","open":false"#, State::Closed),
        (r#""state":"levitating","open":true"#, State::Open),
        (r#""open":true,"snoozed_until":99"#, State::Snoozed),
        (r#""state":"closed","open":true"#, State::Closed),
    ] {
        assert_eq!(row(&format!(r#"{{"id":1,{fields}}}"#)).state, state, "{fields}");
    }
    // A wake-up time without a snooze means nothing.
    assert_eq!(row(r#"{"id":1,"state":"open","snoozed_until":99}"#).snoozed_until, None);
    assert_eq!(row(r#"{"id":1,"state":"snoozed","snoozed_until":99}"#).snoozed_until, Some(UnixTime(99)));
    assert_eq!(row(r#"{"id":1,"priority":"not_priority"}"#).priority, Priority::None);
}

#[test]
fn a_conversation_begun_by_a_teammate_names_nobody_as_the_contact() {
    let row = row(
        r#"{"id":1,"created_at":50,"source":{"type":"conversation","author":{"type":"admin","id":"4021","name":"Ines"},"body":"<p>Hi</p>"},
        "contacts":{"contacts":[{"id":"65a1"}]},"statistics":null}"#,
    );
    assert_eq!(row.created_by, TeammateId::parse("4021"));
    let contact = row.contact.unwrap();
    assert!(contact.name.is_empty() && contact.id.is_some());
    assert_eq!((row.turn, row.last_teammate_at, row.first_teammate_at), (Turn::Them, Some(UnixTime(50)), None));
}

#[test]
fn a_reply_takes_the_turn() {
    let answered = FULL.replace("\"last_admin_reply_at\":1795000300", "\"last_admin_reply_at\":1795000850");
    assert_eq!(row(&answered).turn, Turn::Them);
    let same = FULL.replace("\"last_admin_reply_at\":1795000300", "\"last_admin_reply_at\":1795000800");
    assert_eq!(row(&same).turn, Turn::Us);
    assert_eq!(row(&same.replace("\"waiting_since\":1795000800", "\"waiting_since\":null")).turn, Turn::Them);
}

#[test]
fn previews_are_short_whatever_the_body() {
    let long = format!(r#"{{"id":1,"source":{{"type":"email","body":"<p>{}</p>"}}}}"#, "añb ".repeat(60_000));
    let row = row(&long);
    assert_eq!(row.preview.as_raw().chars().count(), 300);
    assert!(row.preview.as_raw().starts_with("añb añb"));
}

fn full_thread(parts: &str, total: &str) -> Thread {
    let head = FULL.strip_suffix('}').unwrap();
    thread(&format!(
        r#"{head},"conversation_parts":{{"type":"conversation_part.list","conversation_parts":[{parts}],"total_count":{total}}}}}"#
    ))
}

const ANSWER: &str = r#"{"id":"901","part_type":"comment","body":"<p>On its way</p>","created_at":1795000300,"author":{"type":"admin","id":"4021"}}"#;
const THANKS: &str = r#"{"id":902,"part_type":"comment","body":"<p>Great, <b>thanks</b></p>","created_at":1795000800,"author":{"type":"user","id":"65a1"},"attachments":[]}"#;
const NOTE: &str = r#"{"id":"903","part_type":"note","body":"<p>VIP</p>","created_at":1795000850,"author":{"type":"admin","id":"4021"}}"#;

#[test]
fn a_thread_begins_with_the_opening_message() {
    let thread = full_thread(&[THANKS, NOTE, ANSWER].join(","), "3");
    let ids: Vec<_> = thread.parts.iter().map(|part| part.id.as_str()).collect();
    assert_eq!(ids, ["900", "901", "902", "903"]);
    assert_eq!(thread.parts[0].kind, PartKind::Opening);
    assert_eq!(thread.parts[0].subject.as_raw(), "Parcel & bill");
    assert_eq!(thread.parts[0].created_at, UnixTime(1_795_000_000));
    assert_eq!((thread.missing, thread.conversation.part_count, thread.has_parts), (0, 3, true));
    // The last message, not the note.
    assert_eq!(thread.conversation.preview.as_raw(), "Great, thanks");
    assert_eq!(thread.conversation.turn, Turn::Us);
}

#[test]
fn an_opening_message_without_an_id_gets_one() {
    let json = r#"{"id":"7","source":{"type":"email","id":null,"body":"<p>x</p>"},"conversation_parts":{"conversation_parts":[]}}"#;
    assert_eq!(thread(json).parts[0].id.as_str(), "source-7");
    let none = r#"{"id":"7","source":null,"conversation_parts":{"conversation_parts":[]}}"#;
    assert!(thread(none).parts.is_empty());
}

#[test]
fn what_the_server_keeps_is_counted() {
    assert_eq!(full_thread(&[ANSWER, THANKS].join(","), "502").missing, 500);
    assert_eq!(full_thread(ANSWER, "-1").missing, 0);
    assert_eq!(full_thread(ANSWER, "null").missing, 0);
    assert_eq!(full_thread(ANSWER, "502").conversation.part_count, 502);
}

#[test]
fn a_bad_part_costs_itself_and_a_doubled_one_counts_once() {
    let deep = format!(r#"{{"id":"904","part_type":"comment","x":{}{}}}"#, "[".repeat(3_000), "]".repeat(3_000));
    let parts = [ANSWER, "7", r#"{"part_type":"comment"}"#, ANSWER, &deep, THANKS].join(",");
    let thread = full_thread(&parts, "6");
    let ids: Vec<_> = thread.parts.iter().map(|part| part.id.as_str()).collect();
    assert_eq!(ids, ["900", "901", "904", "902"]);
    let bad: Vec<_> = thread.rejected.iter().map(|bad| (bad.what.as_str(), bad.why)).collect();
    assert_eq!(bad, [("part #1", "another shape"), ("part #2", "no usable id")]);
    // A part without a time stands where it stood.
    assert_eq!(thread.parts[2].created_at, UnixTime(1_795_000_300));
}

#[test]
fn a_contact_who_answers_a_teammate_is_named_by_the_answer() {
    let json = r#"{"id":1,"created_at":50,"source":{"type":"email","author":{"type":"admin","id":"4021"},"body":"<p>Hi</p>"},
        "contacts":{"contacts":[{"id":"65a1"}]},"statistics":null,"conversation_parts":{"total_count":1,"conversation_parts":[
        {"id":"2","part_type":"comment","body":"<p>Hello</p>","created_at":60,"author":{"type":"lead","id":"65a1","name":"Mara","email":"m@x.example"}}]}}"#;
    let row = thread(json).conversation;
    let contact = row.contact.unwrap();
    assert_eq!((contact.name.as_raw(), contact.email.as_raw()), ("Mara", "m@x.example"));
    assert_eq!((row.turn, row.last_contact_at, row.last_message_at), (Turn::Us, Some(UnixTime(60)), UnixTime(60)));
}

#[test]
fn a_row_without_parts_says_so() {
    let thread = thread(r#"{"id":"7","source":{"type":"email","body":"x"}}"#);
    assert!(!thread.has_parts);
    assert_eq!(thread.parts.len(), 1);
}

#[test]
fn the_language_is_that_of_the_customers_latest_words() {
    let of = |author: &str, parts: &str| {
        let json = format!(
            r#"{{"id":1,"created_at":50,"title":"Order","source":{{"type":"email","author":{{"type":"{author}","id":"4"}},
            "body":"<p>Hello, I would like to know when my order will be here.</p>"}},
            "conversation_parts":{{"total_count":1,"conversation_parts":[{parts}]}}}}"#
        );
        thread(&json).conversation.language.map(|language| language.to_string())
    };
    let part = |author: &str, body: &str| {
        format!(
            r#"{{"id":"{author}{}","part_type":"comment","body":"{body}","created_at":60,
            "author":{{"type":"{author}","id":"5"}}}}"#,
            body.len()
        )
    };
    let french = part("user", "<p>Bonjour, je n'ai toujours pas reçu ma commande.</p>");
    assert_eq!(of("user", "").as_deref(), Some("en"));
    assert_eq!(of("admin", "").as_deref(), None, "what we wrote says nothing of them");
    assert_eq!(of("user", &french).as_deref(), Some("fr"));
    assert_eq!(of("admin", &[french.clone(), part("user", "ok")].join(",")).as_deref(), Some("fr"));
    let ours = part("admin", "<p>Guten Tag, wir haben das nicht bekommen und bitten Sie um ein Foto.</p>");
    assert_eq!(of("user", &[french, ours].join(",")).as_deref(), Some("fr"));
}
