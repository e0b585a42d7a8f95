#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Cursor;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::helpdesk::demo;
use crate::helpdesk::model::State;
use crate::helpdesk::model::page::PageRequest;
use crate::helpdesk::storage::SqliteStore;

const NOW: i64 = 1_793_710_920;
const THEN: i64 = 1_585_762_292;

fn open() -> (TempDir, Arc<dyn Store>) {
    let dir = TempDir::new().unwrap();
    let store = SqliteStore::open(dir.path(), Clock::manual(NOW), Ids::seeded(5)).unwrap();
    (dir, Arc::new(store))
}

fn dialogue(id: &str) -> Value {
    json!({
        "external_id": id, "channel": "twitter", "brand": "Northwind", "subject": null, "created_at": THEN,
        "contact": {"external_id": "u1", "name": "Zoë Jansen", "email": "zoe@example.com"},
        "parts": [
            {"author": "contact", "name": "Zoë Jansen", "body": "Where is it?\nI <b>wait</b> &amp; wait", "created_at": THEN},
            {"author": "teammate", "name": "Northwind", "body": "On its way.", "created_at": THEN + 60},
            {"author": "contact", "name": "Zoë Jansen", "body": "Still?", "created_at": THEN + 500},
        ],
    })
}

async fn take(store: &Arc<dyn Store>, text: impl Into<Vec<u8>>) -> ImportReport {
    import(store, Cursor::new(text.into()), &Ids::seeded(1), NOW).await.unwrap()
}

async fn only(store: &Arc<dyn Store>) -> Thread {
    let page = store.list_conversations(PageRequest::first(10)).await.unwrap();
    assert_eq!(page.items.len(), 1);
    store.conversation(page.items[0].conversation.id).await.unwrap()
}

#[tokio::test]
async fn a_dialogue_keeps_its_dates_names_and_lines() {
    let (_dir, store) = open();
    let report = take(&store, format!("{}\n", dialogue("d1"))).await;
    assert_eq!((report.lines, report.conversations_created, report.parts, report.contacts_created), (1, 1, 3, 1));
    assert_eq!((report.already_there, report.rejected.len()), (0, 0));
    let thread = only(&store).await;
    let conversation = &thread.conversation;
    assert_eq!(conversation.source.body, "<p>Where is it?<br>I &lt;b&gt;wait&lt;/b&gt; &amp; wait</p>");
    assert_eq!((conversation.created_at, conversation.source.kind.as_str()), (THEN, "twitter"));
    assert_eq!(conversation.external_id.as_deref(), Some("d1"));
    assert!(conversation.updated_at > THEN + 500, "changed by the import: whoever pulls changes gets it");
    let references: Vec<_> = conversation.external_references.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(references, ["d1"]);
    assert_eq!((conversation.state, conversation.waiting_since), (State::Open, Some(THEN + 500)));
    assert_eq!((conversation.admin_assignee, conversation.team_assignee), (None, None));
    let told: Vec<_> = thread.parts.iter().map(|p| (p.created_at, p.author.kind, p.author.name.as_deref())).collect();
    assert_eq!(
        told,
        [(THEN + 60, AuthorKind::Team, Some("Northwind")), (THEN + 500, AuthorKind::User, Some("Zoë Jansen")),]
    );
    assert_eq!(conversation.statistics.time_to_admin_reply, Some(60));
    assert!(conversation.teammates.is_empty());
    let brands = store.brands().await.unwrap();
    let brand = brands.iter().find(|brand| Some(&brand.id) == conversation.brand.as_ref()).unwrap();
    assert_eq!(brand.name, "Northwind");
    let contact = store.contact_by_external_id("u1".to_owned()).await.unwrap();
    assert_eq!((contact.name.as_deref(), contact.last_replied_at), (Some("Zoë Jansen"), Some(THEN + 500)));
}

#[tokio::test]
async fn a_second_import_doubles_nothing() {
    let (_dir, store) = open();
    let file = format!("{}\n{}\n{}\n", dialogue("d1"), dialogue("d2"), dialogue("d1"));
    let first = take(&store, file.clone()).await;
    assert_eq!((first.lines, first.conversations_created, first.already_there, first.contacts_created), (3, 2, 1, 1));
    let before = store.counts().await.unwrap();
    let second = take(&store, file).await;
    assert_eq!(
        (second.conversations_created, second.already_there, second.parts, second.contacts_created),
        (0, 3, 0, 0)
    );
    assert_eq!(store.counts().await.unwrap(), before);
}

#[tokio::test]
async fn every_bad_line_is_reported_with_its_number_and_costs_itself() {
    let change = |edit: &dyn Fn(&mut Value)| {
        let mut line = dialogue("x");
        edit(&mut line);
        line.to_string()
    };
    let bad: Vec<(String, &str)> = vec![
        ("{\"external_id\": \"a".to_owned(), "ends in the middle"),
        ("[1, 2]".to_owned(), "the line is not a JSON object"),
        ("nonsense".to_owned(), "the line is not JSON (at column"),
        (dialogue("x").to_string().replace("Still?", "\\uzzzz"), "not JSON"),
        (change(&|line| line["external_id"] = json!("")), "external_id is missing"),
        (change(&|line| line["external_id"] = json!("i".repeat(600))), "longer than"),
        (change(&|line| line["external_id"] = json!(7)), "external_id must be text"),
        (change(&|line| drop(line.as_object_mut().unwrap().remove("contact"))), "contact is missing"),
        (change(&|line| line["contact"]["external_id"] = Value::Null), "contact.external_id is missing"),
        (change(&|line| line["parts"] = json!([])), "parts is empty"),
        (change(&|line| drop(line.as_object_mut().unwrap().remove("parts"))), "parts is missing"),
        (change(&|line| line["created_at"] = json!(-5)), "before 1990"),
        (change(&|line| line["created_at"] = json!(THEN * 1_000)), "in the future"),
        (change(&|line| line["created_at"] = json!(1e300)), "created_at must be a whole number of seconds"),
        (change(&|line| line["created_at"] = json!("2020-04-01")), "created_at must be a whole number of seconds"),
        (change(&|line| line["contact"] = json!("Zoë")), "contact must be an object"),
        (change(&|line| line["parts"] = json!({})), "parts must be a list"),
        (change(&|line| line["parts"][1] = json!(1)), "parts[1] must be an object"),
        (change(&|line| line["parts"][1]["created_at"] = Value::Null), "parts[1].created_at is missing"),
        (
            change(&|line| line["parts"][1]["created_at"] = json!(NOW + 86_400)),
            "parts[1].created_at lies in the future",
        ),
        (change(&|line| line["parts"][2]["author"] = json!("robot")), "parts[2].author"),
        (change(&|line| line["parts"][0]["body"] = json!(" \n ")), "parts[0].body is empty"),
        (change(&|line| line["parts"][0]["body"] = json!("x".repeat(300_000))), "parts[0].body is longer"),
        (change(&|line| line["subject"] = json!("s".repeat(5_000))), "subject is longer"),
    ];
    let mut file = Vec::new();
    for (number, (line, _)) in bad.iter().enumerate() {
        file.extend(dialogue(&format!("good{number}")).to_string().into_bytes());
        file.push(b'\n');
        file.extend(line.as_bytes());
        file.push(b'\n');
    }
    file.extend(b"{\"external_id\": \"\xff\xfe\"}\n");
    let (_dir, store) = open();
    let report = take(&store, file).await;
    assert_eq!(report.conversations_created as usize, bad.len());
    assert_eq!(report.lines as usize, bad.len() * 2 + 1);
    for (number, (line, why)) in bad.iter().enumerate() {
        let found = report.rejected.iter().find(|(at, _)| *at == number as u64 * 2 + 2);
        let Some((_, said)) = found else { panic!("line {} was not reported: {line:.80}", number * 2 + 2) };
        assert!(said.contains(why), "{said:?} for {line:.80}");
        assert!(!said.contains("Zoë"), "no text of people in a report: {said}");
    }
    assert_eq!(report.rejected.last(), Some(&(report.lines, "it is not UTF-8".to_owned())));
    assert_eq!(report.rejected.len(), bad.len() + 1);
}

#[tokio::test]
async fn a_line_without_end_is_not_held_in_memory() {
    let (_dir, store) = open();
    let mut file = vec![b' '; LONGEST_LINE + 10];
    file.push(b'\n');
    file.extend(dialogue("d1").to_string().into_bytes());
    let report = take(&store, file).await;
    assert_eq!((report.lines, report.conversations_created), (2, 1));
    assert!(report.rejected[0].1.contains("longer than"));
}

#[tokio::test]
async fn a_known_teammate_and_customer_are_recognised() {
    let (_dir, store) = open();
    demo::seed(&store, &demo::SeedPlan { conversations: 20, seed: 1, now: NOW }).await.unwrap();
    let mut line = dialogue("d1");
    line["contact"]["external_id"] = json!("cust-20000");
    line["parts"][1]["name"] = json!("ana ITO");
    let report = take(&store, line.to_string()).await;
    assert_eq!((report.conversations_created, report.contacts_created), (1, 0));
    let contact = store.contact_by_external_id("cust-20000".to_owned()).await;
    let id = store.known_conversations(vec!["d1".to_owned()]).await.unwrap().remove(0).1;
    let thread = store.conversation(id).await.unwrap();
    assert_eq!(thread.conversation.teammates, [demo::you()]);
    assert_eq!(thread.parts[0].author.admin(), Some(demo::you()));
    if let Ok(contact) = contact {
        assert_eq!(thread.conversation.contacts[0].id, contact.id);
    }
}

#[tokio::test]
async fn blank_lines_are_passed_over() {
    let (_dir, store) = open();
    let report = take(&store, format!("\n{}\n  \r\n\n", dialogue("d1"))).await;
    assert_eq!((report.lines, report.conversations_created, report.rejected.len()), (4, 1, 0));
}

#[test]
fn half_a_character_becomes_the_sign_for_one_that_is_lost() {
    let body = |escaped: &str| {
        let line = dialogue("d1").to_string().replace("Still?", escaped);
        parse_line(line.as_bytes(), NOW).unwrap().unwrap().parts[2].body.clone()
    };
    assert_eq!(body("cut \\ud83d"), "cut \u{fffd}");
    assert_eq!(body("\\uDE00 cut \\ud83d\\ud83d\\ude00"), "\u{fffd} cut \u{fffd}\u{1f600}");
    assert_eq!(body("whole \\ud83d\\ude00 \\u00e9"), "whole \u{1f600} é");
    assert_eq!(body("typed \\\\ud83d"), "typed \\ud83d", "an escaped backslash begins no escape");
}

#[test]
fn entities_are_text_but_in_twitters_exports() {
    let mut line = dialogue("d1");
    line["parts"][1]["body"] = json!("5 &lt; 6 &amp;lt; &quot;");
    let body = |line: &Value| parse_line(line.to_string().as_bytes(), NOW).unwrap().unwrap().parts[1].body.clone();
    assert_eq!(body(&line), "5 < 6 &lt; &quot;");
    line["channel"] = json!("email");
    assert_eq!(body(&line), "5 &lt; 6 &amp;lt; &quot;");
}

#[test]
fn channels_are_the_apis_words() {
    for (given, word) in [
        (json!("Twitter"), "twitter"),
        (json!("x"), "twitter"),
        (json!("chat"), "conversation"),
        (Value::Null, "conversation"),
        (json!("E-Mail"), "email"),
        (json!("phone"), "phone_call"),
        (json!("whatsapp"), "whatsapp"),
        (json!("carrier pigeon"), "carrier_pigeon"),
    ] {
        let mut line = dialogue("d1");
        line["channel"] = given;
        assert_eq!(parse_line(line.to_string().as_bytes(), NOW).unwrap().unwrap().channel, word);
    }
}

#[test]
fn parts_out_of_order_are_put_in_order() {
    let mut line = dialogue("d1");
    line["parts"][0]["created_at"] = json!(THEN + 900);
    let parsed = parse_line(line.to_string().as_bytes(), NOW).unwrap().unwrap();
    assert_eq!(parsed.parts.iter().map(|part| part.created_at - THEN).collect::<Vec<_>>(), [60, 500, 900]);
    assert_eq!((parsed.parts[0].by_contact, parsed.created_at), (false, THEN));
}

#[tokio::test]
async fn a_dialogue_that_we_began_keeps_nobody_waiting() {
    let (_dir, store) = open();
    let mut line = dialogue("d1");
    line["parts"] = json!([line["parts"][1]]);
    take(&store, line.to_string()).await;
    let conversation = only(&store).await.conversation;
    assert_eq!((conversation.source.author.kind, conversation.waiting_since), (AuthorKind::Team, None));
    assert_eq!((conversation.source.delivered_as.as_str(), conversation.state), ("admin_initiated", State::Open));
}

#[test]
fn different_names_are_different_authors() {
    assert_ne!(name_number("TeamYouTube"), name_number("Google"));
    assert!(i64::try_from(name_number("Google")).is_err(), "never a teammate's identifier");
}
