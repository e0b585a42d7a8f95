//! Pulling through whatever comes between: all of it is here in the end, and what was here stays.

use std::collections::BTreeSet;
use std::time::Duration;

use deskhand::domain::{ConversationId, State};
use deskhand::sync::message::Event;
use deskhand::sync::{Desk, Engine};
use serde_json::{Value, json};

use crate::between::{Between, Fault};
use crate::child;
use crate::soak::Told;
use crate::workplace::{Setup, Workplace, eventually, eventually_within, rows};

const SEARCH: &str = "POST /conversations/search";

/// Every conversation that the helpdesk has, asked without our client.
fn all_there(place: &Workplace) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut pagination = json!({"per_page": 150});
    loop {
        let query = json!({"query": {"operator": "AND", "value": [{"field": "created_at", "operator": ">", "value": 0}]},
            "pagination": pagination});
        let page = place.post("/conversations/search", &query);
        let items = page["conversations"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let next = &page["pages"]["next"]["starting_after"];
        if next.is_null() {
            return found;
        }
        pagination = json!({"per_page": 150, "starting_after": next});
    }
}

fn all_here(engine: &Engine) -> BTreeSet<String> {
    rows(engine, "").iter().map(ToString::to_string).collect()
}

/// Fails with what is missing, not with everything.
fn assert_whole(engine: &Engine, place: &Workplace, what: &str) {
    let (here, there) = (all_here(engine), all_there(place));
    let missing: Vec<_> = there.difference(&here).take(5).collect();
    let extra: Vec<_> = here.difference(&there).take(5).collect();
    assert!(here == there, "{what}: {} of {}, missing {missing:?}, too many {extra:?}", here.len(), there.len());
}

/// Entry of a puller: pulls until it is done or killed.
#[test]
#[ignore = "a test of resumption runs it as a process of its own"]
fn puller() {
    let Some(told) = child::told::<Told>() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (engine, _) = Setup::new(&told.places, &told.url, &told.token).engine();
        engine.pull_once().await.unwrap();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_pull_that_is_killed_again_and_again_goes_on_where_it_stood() {
    let place = Workplace::open(1_000).await;
    let between = Between::start(&place.url);
    let unhurried = tempfile::tempdir().unwrap();
    Setup::new(unhurried.path(), &between.url, &place.token).engine().0.pull_once().await.unwrap();
    let pages = between.count(SEARCH);
    assert!(pages >= 6, "{pages} pages");

    let account = tempfile::tempdir().unwrap();
    // Slow pages, so that the middle can be met.
    between.chances(SEARCH, 3, &[(1_000, Fault::Delay(Duration::from_millis(60)))]);
    let told = Told { places: account.path().to_owned(), url: between.url.clone(), token: place.token.clone() };
    let mut kills = 0;
    for stop_after in [2, 2, 2] {
        let begun = between.count(SEARCH);
        let mut puller = child::start("pulling::puller", &told, &account.path().join("log"));
        eventually("pages have come", || {
            between.count(SEARCH) - begun >= stop_after || puller.try_wait().unwrap().is_some()
        })
        .await;
        if puller.try_wait().unwrap().is_none() {
            puller.kill().unwrap();
            kills += 1;
        }
        puller.wait().unwrap();
    }
    assert!(kills >= 2);
    let (engine, _) = Setup::new(account.path(), &between.url, &place.token).engine();
    assert!(!engine.is_filled().unwrap(), "it was killed before its end");
    let before = between.count(SEARCH);
    assert!(!rows(&engine, "").is_empty(), "what had come is there");
    engine.pull_once().await.unwrap();
    assert_whole(&engine, &place, "after the kills");
    // Each kill costs the pages that were under way; the last run needs less than all.
    assert!(between.count(SEARCH) - before < pages, "{} of {pages} pages again", between.count(SEARCH) - before);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_lie_cost_nothing_in_the_end() {
    let place = Workplace::open(500).await;
    let there = all_there(&place);
    let lies = [
        ("no total", Fault::Garble("\"total_count\":".into(), "\"total_cnt\":".into())),
        ("a negative total", Fault::Garble("\"total_count\":".into(), "\"total_count\":-".into())),
        ("a huge total", Fault::Garble("\"total_count\":".into(), "\"total_count\":9999999".into())),
        ("pages that are too few", Fault::Garble("\"total_pages\":".into(), "\"total_pages\":0,\"was\":".into())),
        ("a state of another type", Fault::Garble("\"state\":\"open\"".into(), "\"state\":{\"of\":\"mind\"}".into())),
        ("a new state", Fault::Garble("\"state\":\"snoozed\"".into(), "\"state\":\"pondering\"".into())),
        ("tags of another type", Fault::Garble("\"tags\":{".into(), "\"tags\":7,\"were\":{".into())),
        ("half a surrogate", Fault::Garble("\"title\":\"".into(), "\"title\":\"\\ud800".into())),
        ("a page twice", Fault::Again),
        ("a page cut off", Fault::Truncated),
        ("a page reset", Fault::CutAnswer(2_000)),
    ];
    for (name, fault) in lies {
        let between = Between::start(&place.url);
        let account = tempfile::tempdir().unwrap();
        let (engine, _) = Setup::new(account.path(), &between.url, &place.token).engine();
        // Every page of a third of them.
        between.chances(SEARCH, 5, &[(330, fault)]);
        let mut whole = false;
        for _ in 0..40 {
            if engine.pull_once().await.is_ok() {
                whole = true;
                break;
            }
            engine.wake();
        }
        between.heal();
        // What a lie kept back comes with the truth.
        if !whole || all_here(&engine) != there {
            eventually_pulled(&engine).await;
        }
        assert_whole(&engine, &place, name);
    }
}

async fn eventually_pulled(engine: &Engine) {
    let mut failed = None;
    for _ in 0..400 {
        engine.wake();
        match engine.pull_once().await {
            Ok(_) => return,
            Err(error) => failed = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never pulled: {failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helpdesk_whose_cursors_go_round_does_not_hold_the_pull_for_ever() {
    let place = Workplace::open(400).await;
    let between = Between::start(&place.url);
    let (engine, _) = place.engine_at(&between.url);
    // After two pages, always the same one.
    engine.pull_directory().await.unwrap();
    between.chances(SEARCH, 9, &[(1_000, Fault::Again)]);
    let pulled = tokio::time::timeout(Duration::from_secs(20), engine.pull_once()).await;
    assert!(pulled.is_ok(), "it ends, well or not");
    assert!(between.count(SEARCH) < 60, "{} pages were asked for", between.count(SEARCH));
    between.heal();
    eventually_pulled(&engine).await;
    assert_whole(&engine, &place, "after the cycle");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_goes_and_a_list_that_is_gone_deletes_nothing() {
    let place = Workplace::open(80).await;
    let between = Between::start(&place.url);
    let (engine, _) = place.engine_at(&between.url);
    engine.pull_once().await.unwrap();
    let before = rows(&engine, "");
    for id in &before[..3] {
        crate::between::delete(&place.url, &format!("/conversations/{id}"), &place.token);
    }
    // The search gives nothing at all for a while, and says so with a good status.
    between.plan(SEARCH, Fault::refuses(404, "not_found", "No such list"), 3);
    let _ = engine.pull_once().await;
    assert!(rows(&engine, "").len() >= before.len() - 3, "a missing list is an error, not an empty inbox");
    between.heal();
    eventually_pulled(&engine).await;
    assert_whole(&engine, &place, "after the deletions");
    assert_eq!(rows(&engine, "").len(), before.len() - 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_contact_is_followed_by_its_conversations() {
    let place = Workplace::open(120).await;
    let engine = place.engine();
    engine.pull_once().await.unwrap();
    engine.pull_contacts(1_000).await.unwrap();
    let contact_of = |id: &ConversationId| {
        engine.cache().load_conversation(id).unwrap().and_then(|row| row.contact.and_then(|contact| contact.id))
    };
    let roles: Vec<(ConversationId, String, String)> = rows(&engine, "")
        .into_iter()
        .filter_map(|id| {
            let contact = contact_of(&id)?.to_string();
            let whole: Value = place.ask(&format!("/contacts/{contact}"));
            Some((id, contact, whole["role"].as_str()?.to_owned()))
        })
        .collect();
    let Some((of_lead, lead, _)) = roles.iter().find(|(_, _, role)| role == "lead") else {
        panic!("the demo has a lead: {roles:?}");
    };
    let (_, user, _) = roles.iter().find(|(_, _, role)| role == "user").unwrap();
    let merge = json!({"from": lead, "into": user, "skip_duplicate_validation": true});
    place.post("/contacts/merge", &merge);
    // It is met when its conversation is looked at, or by the schedule of contacts.
    let lead = contact_of(of_lead).unwrap();
    let _ = engine.fetch_contact(&lead, of_lead).await;
    engine.pull_once().await.unwrap();
    let _ = engine.fetch_thread(of_lead).await;
    assert_eq!(contact_of(of_lead).map(|id| id.to_string()).as_ref(), Some(user));
    assert_eq!(rows(&engine, "").len(), 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_thread_comes_by_the_fill_and_is_what_the_helpdesk_has() {
    for bulk in [true, false] {
        let place = Workplace::open(150).await;
        let between = Between::start(&place.url);
        if !bulk {
            between.plan("GET /deskhand", Fault::refuses(404, "not_found", "There is no such path"), usize::MAX);
            between.plan("POST /deskhand", Fault::refuses(404, "not_found", "There is no such path"), usize::MAX);
        }
        let (engine, heard) = place.engine_at(&between.url);
        let desk = Desk::start(&engine);
        eventually("all lists are here", || rows(&engine, "").len() == 150).await;
        eventually("all threads are here", || {
            let (all, here) = engine.cache().count_threads(None).unwrap();
            all == 150 && here == all
        })
        .await;
        for id in rows(&engine, "").iter().take(25) {
            let stored = engine.cache().load_thread(id).unwrap().unwrap();
            let whole = place.ask(&format!("/conversations/{id}"));
            let parts = whole["conversation_parts"]["conversation_parts"].as_array().unwrap();
            assert_eq!(stored.parts.len(), parts.len() + 1, "bulk: {bulk}: {id}: the opening message and its parts");
        }
        let told = heard.lock().unwrap().iter().any(|event| matches!(event, Event::History(_)));
        assert!(told, "bulk: {bulk}: it says how much is on disk");
        desk.finish(Duration::from_secs(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_the_helpdesk_is_soon_on_the_screen_by_events_or_without_them() {
    for events in [true, false] {
        let place = Workplace::open(60).await;
        let between = Between::start(&place.url);
        if !events {
            between.plan("GET /deskhand", Fault::refuses(404, "not_found", "There is no such path"), usize::MAX);
        }
        let (engine, heard) = place.engine_at(&between.url);
        let desk = Desk::start(&engine);
        eventually("all is here", || {
            let (all, here) = engine.cache().count_threads(None).unwrap();
            all == 60 && here == all
        })
        .await;
        let id = rows(&engine, "state:open")[0].clone();
        let mark = heard.lock().unwrap().len();
        place.customer_writes(&id, "Is anybody there?");
        eventually_within("the screen hears of the message", Duration::from_secs(5), || {
            let heard = heard.lock().unwrap();
            heard.iter().skip(mark).any(|event| matches!(event, Event::Changed { ids } if ids.contains(&id)))
        })
        .await;
        // By event, a closing by another is seen as well.
        place.post(
            &format!("/conversations/{id}/parts"),
            &json!({"message_type": "close", "type": "admin", "admin_id": engine.me().unwrap().as_str()}),
        );
        eventually_within("the closing is here", Duration::from_secs(5), || {
            engine.cache().load_conversation(&id).unwrap().is_some_and(|row| row.state == State::Closed)
        })
        .await;
        desk.finish(Duration::from_secs(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_comes_through_an_hour_of_bad_network_in_seconds() {
    let place = Workplace::open(120).await;
    let between = Between::start(&place.url);
    let setup = Setup { url: between.url.clone(), timeouts: crate::workplace::impatient(), ..place.setup() };
    let (engine, heard) = setup.engine();
    let faults = [
        (70, Fault::CutRequest),
        (70, Fault::CutAnswer(100)),
        (70, Fault::HalfAnswer),
        (70, Fault::bad_gateway()),
        (70, Fault::portal()),
        (70, Fault::Truncated),
        (80, Fault::Delay(Duration::from_millis(50))),
    ];
    between.chances("", 31, &faults);
    let desk = Desk::start(&engine);
    eventually("something is here in spite of all", || {
        desk.ask(deskhand::sync::message::Request::SyncNow);
        rows(&engine, "").len() == 120
    })
    .await;
    let open = rows(&engine, "state:open");
    for number in 0..20 {
        crate::workplace::commit(&engine, &open[number % 7], crate::workplace::reply(&format!("Through it {number}.")));
    }
    eventually("many were tried through it", || between.count("POST /conversations/#/reply") >= 12).await;
    between.heal();
    // Back at the helpdesk's truth soon after the faults stop.
    desk.ask(deskhand::sync::message::Request::SyncNow);
    eventually_within("every reply is settled", Duration::from_secs(20), || {
        for row in engine.load_outbox().unwrap() {
            if row.status == deskhand::domain::OutboxStatus::NeedsDecision {
                match place.times_there(&row.conversation, row.act.text().unwrap()) {
                    0 => engine.retry(row.id).unwrap(),
                    _ => engine.mark_sent(row.id).unwrap(),
                }
            }
        }
        engine.load_outbox().unwrap().is_empty()
    })
    .await;
    for number in 0..20 {
        assert_eq!(place.times_there(&open[number % 7], &format!("Through it {number}.")), 1, "{number}");
    }
    eventually("it says that it is online", || {
        let heard = heard.lock().unwrap();
        let last = heard.iter().rev().find_map(|event| match event {
            Event::Connection(connection) => Some(connection.clone()),
            _ => None,
        });
        last == Some(deskhand::sync::message::Connection::Online)
    })
    .await;
    desk.finish(Duration::from_secs(5)).await;
}
