//! Records in bulk, and lists over many.

use super::*;
use crate::helpdesk::model::page::PageRequest;
use crate::helpdesk::model::{AppliedTag, PartId, State};
use crate::helpdesk::rules::thread::{Message, begin, close, contact_author, message};
use crate::helpdesk::rules::{Scene, sample};
use crate::helpdesk::search::ConversationQuery;
use serde_json::json;

/// A thread as a seed would make it.
pub(super) fn seeded(n: i64) -> Thread {
    let contact = contact(u64::try_from(n % 3 + 1).unwrap());
    let start = NOON - 1_000_000 + n * 7;
    let scene = |after: i64| Scene::live(start + after, None);
    let mut source = sample::source(if n % 2 == 0 { "email" } else { "conversation" }, "");
    source.body = format!("<p>Parcel {n} is <b>late</b>, please help</p>");
    source.author = contact_author(&contact);
    let mut conversation = begin(&contact, source, None, &scene(0));
    conversation.external_id = Some(format!("seed-{n}"));
    let reply = Message::comment(sample::admin(ANA.0), "<p>We look into it.</p>");
    let mut parts = message(&mut conversation, reply, &scene(60));
    parts.extend(message(&mut conversation, Message::comment(contact_author(&contact), "<p>ok</p>"), &scene(90)));
    if n % 5 > 1 {
        parts.extend(close(&mut conversation, sample::admin(ANA.0), None, &scene(120)));
    }
    if n % 3 == 0 {
        conversation.admin_assignee = Some(BEN);
    }
    if n % 4 == 0 {
        conversation.tags.push(AppliedTag { id: URGENT, name: String::new(), applied_at: start, applied_by: None });
    }
    conversation.team_assignee = Some([MANUAL, TURNS, BALANCED][usize::try_from(n % 3).unwrap()]);
    Thread { conversation, company: None, parts, total_parts: 0 }
}

fn records(from: i64, to: i64) -> Vec<Record> {
    (from..to).map(|n| Record::Thread(Box::new(seeded(n)))).collect()
}

#[tokio::test]
async fn importing_again_changes_nothing() {
    let desk = Desk::new().await;
    let first = desk.store.insert_batch(records(0, 20)).await.unwrap();
    assert_eq!((first.taken, first.known.len()), (20, 0));
    let counts = desk.store.counts().await.unwrap();
    let again = desk.store.insert_batch(records(10, 30)).await.unwrap();
    assert_eq!((again.taken, again.known), (10, (0..10).collect::<Vec<_>>()));
    let after = desk.store.counts().await.unwrap();
    assert_eq!((counts.conversations, after.conversations, after.contacts), (20, 30, 3));
    let known = desk.store.known_conversations(vec!["seed-3".into(), "seed-99".into()]).await.unwrap();
    assert_eq!(known.len(), 1);
    let known = desk.store.known_contacts(vec!["ext-2".into(), "zz".into()]).await.unwrap();
    assert_eq!(known, [("ext-2".to_owned(), contact_id(2))]);
}

#[tokio::test]
async fn a_batch_is_taken_whole_or_not_at_all() {
    let desk = Desk::new().await;
    let mut batch = records(0, 3);
    batch.push(Record::Team(Team { members: vec![AdminId(5)], ..team(TeamId(9), "Bad", Distribution::Manual) }));
    assert!(desk.store.insert_batch(batch).await.is_err());
    assert_eq!(desk.store.counts().await.unwrap().conversations, 0);
}

#[tokio::test]
async fn given_identifiers_are_kept_and_numbers_go_on_after_them() {
    let desk = Desk::new().await;
    let mut thread = seeded(1);
    thread.conversation.id = ConversationId(900_000_000_000_000_005);
    thread.conversation.source.id = PartId(90_000_000_001);
    thread.parts[0].id = PartId(90_000_000_777);
    desk.store.insert_batch(vec![Record::Thread(Box::new(thread))]).await.unwrap();
    let next = desk.begin(1, "x").await.conversation;
    assert_eq!(next.id, ConversationId(900_000_000_000_000_006));
    assert!(next.source.id.0 > 90_000_000_777);
    assert_eq!(desk.store.counts().await.unwrap().open, 2);
}

#[tokio::test]
async fn a_walk_sees_every_row_once_and_a_total() {
    let desk = Desk::new().await;
    desk.store.insert_batch(records(0, 53)).await.unwrap();
    let mut seen = Vec::new();
    let mut page = PageRequest::first(10);
    for number in 1.. {
        let got = desk.store.list_conversations(page.clone()).await.unwrap();
        assert_eq!((got.total_count, got.page, got.total_pages(10)), (53, number, 6));
        seen.extend(got.items.iter().map(|item| (item.conversation.updated_at, item.conversation.id)));
        page.starting_after = got.next;
        if page.starting_after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 53);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "changed last first");
}

#[tokio::test]
async fn a_walk_loses_no_unchanged_row_while_others_change() {
    let desk = Desk::new().await;
    desk.store.insert_batch(records(0, 40)).await.unwrap();
    let query =
        || ConversationQuery::parse(&json!({"field": "state", "operator": "IN", "value": ["open", "closed"]})).unwrap();
    let mut page = PageRequest::first(7);
    let (mut seen, mut changed) = (Vec::new(), Vec::new());
    loop {
        let got = desk.store.search_conversations(query(), page.clone()).await.unwrap();
        seen.extend(got.items.iter().map(|item| item.conversation.id));
        // One that was seen moves to the front, one is new, one that was not seen yet is deleted.
        desk.pass(1);
        let moved = got.items[0].conversation.id;
        desk.says(moved, Actor::Admin(ANA), "bump").await;
        changed.push(desk.begin(1, "new").await.conversation.id);
        page.starting_after = got.next;
        if page.starting_after.is_none() {
            break;
        }
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (40, 40));
    assert!(changed.iter().all(|id| !seen.contains(id)));
}

#[tokio::test]
async fn counts_tell_states_apart() {
    let desk = Desk::new().await;
    desk.store.insert_batch(records(0, 10)).await.unwrap();
    let id = desk.begin(1, "x").await.conversation.id;
    assert_eq!(desk.step(id, Step::Snooze { until: NOON + 5 }).await.conversation.state, State::Snoozed);
    let counts = desk.store.counts().await.unwrap();
    assert_eq!((counts.conversations, counts.open, counts.closed, counts.snoozed), (11, 4, 6, 1));
    assert_eq!((counts.admins, counts.teams, counts.tags), (3, 3, 2));
}

/// Measures; run by hand in a release build: `cargo test --release storage::sqlite::tests::bulk -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "a measurement of many seconds"]
async fn speed_over_100_000_conversations() {
    let desk = Desk::new().await;
    let clock = Clock::system();
    let start = clock.monotonic();
    for from in (0..100_000).step_by(2_000) {
        desk.store.insert_batch(records(from, from + 2_000)).await.unwrap();
    }
    eprintln!("insert: {:?}", clock.monotonic() - start);
    let group = |filters: serde_json::Value| json!({"operator": "AND", "value": filters});
    let f = |field: &str, operator: &str, value: serde_json::Value| json!({"field": field, "operator": operator, "value": value});
    let updated = f("updated_at", ">", json!(NOON - 400_000));
    let open = f("state", "=", json!("open"));
    let queries = [
        ("state open", open.clone()),
        ("open flag", f("open", "=", json!(true))),
        ("unassigned open", group(json!([f("admin_assignee_id", "=", json!(0)), open.clone()]))),
        ("assignee", f("admin_assignee_id", "=", json!(BEN.0))),
        ("team open", group(json!([f("team_assignee_id", "=", json!(TURNS.0)), open.clone()]))),
        (
            "team open unassigned",
            group(json!([
                f("team_assignee_id", "=", json!(TURNS.0)),
                open.clone(),
                f("admin_assignee_id", "=", json!(0))
            ])),
        ),
        ("updated_at", updated.clone()),
        ("updated_at none", f("updated_at", ">", json!(NOON))),
        ("open + updated", group(json!([open.clone(), updated]))),
        ("open + tag", group(json!([open.clone(), f("tag_ids", "=", json!(URGENT.to_string()))]))),
        ("tag", f("tag_ids", "=", json!(URGENT.to_string()))),
        ("contact", f("contact_ids", "=", json!(contact_id(1).as_str()))),
        ("waiting + open", group(json!([open.clone(), f("waiting_since", "<", json!(NOON))]))),
        ("source type", f("source.type", "=", json!("email"))),
        ("word, rare", f("source.body", "=", json!("77777"))),
        ("word, everywhere", f("source.body", "=", json!("late"))),
        ("state or", json!({"operator": "OR", "value": [open, f("state", "=", json!("snoozed"))]})),
    ];
    for (name, query) in queries {
        let parsed = ConversationQuery::parse(&query).unwrap();
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..40 {
            let start = clock.monotonic();
            let got = desk.store.search_conversations(parsed.clone(), PageRequest::first(50)).await.unwrap();
            times.push(clock.monotonic() - start);
            total = got.total_count;
        }
        times.sort();
        eprintln!("{name:24} total {total:6}  p50 {:?}  max {:?}", times[20], times[39]);
    }
    let id = desk.begin(1, "x").await.conversation.id;
    let start = clock.monotonic();
    for _ in 0..50 {
        desk.says(id, Actor::Admin(ANA), "x").await;
    }
    eprintln!("write: {:?}", (clock.monotonic() - start) / 50);
}
