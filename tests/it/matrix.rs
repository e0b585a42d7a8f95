//! Every fault against every route that matters: nothing lost, nothing doubled, the right words, and
//! all well again when the fault is over.

use std::time::{Duration, Instant};

use deskhand::domain::{Act, AssignTo, ConversationId, OutboxId, OutboxStatus, Priority};
use deskhand::sync::message::{Connection, Event};
use deskhand::sync::{Desk, Engine, SyncError};

use crate::between::{Between, Fault, Plain, http_date};
use crate::workplace::{Heard, Setup, Workplace, commit, eventually, impatient, push_until, quick, reply, row, rows};

/// A helpdesk, the stand before it, an engine that has pulled through it, and open conversations.
struct Stage {
    place: Workplace,
    between: Between,
    engine: Engine,
    heard: Heard,
    open: Vec<ConversationId>,
}

impl Stage {
    async fn set(conversations: usize) -> Self {
        let place = Workplace::open(conversations).await;
        let between = Between::start(&place.url);
        let setup = Setup { url: between.url.clone(), timeouts: impatient(), ..place.setup() };
        let (engine, heard) = setup.engine();
        engine.pull_once().await.unwrap();
        let open = rows(&engine, "state:open");
        Self { place, between, engine, heard, open }
    }

    fn was_offline_for(&self, wanted: &str) -> bool {
        let heard = self.heard.lock().unwrap();
        heard.iter().any(|event| matches!(event, Event::Connection(Connection::Offline { why, .. }) if *why == wanted))
    }

    fn is_online(&self) -> bool {
        let heard = self.heard.lock().unwrap();
        let last = heard.iter().rev().find_map(|event| match event {
            Event::Connection(connection) => Some(connection.clone()),
            _ => None,
        });
        last == Some(Connection::Online)
    }

    /// Parts of a kind in a thread at the helpdesk.
    fn parts(&self, id: &ConversationId, kind: &str) -> usize {
        let whole = self.place.ask(&format!("/conversations/{id}"));
        let parts = whole["conversation_parts"]["conversation_parts"].as_array().unwrap();
        parts.iter().filter(|part| part["part_type"] == kind).count()
    }
}

fn after(status: u16) -> Fault {
    Fault::After(Plain::refusal(status, "server_error", "Something went wrong on our side"))
}

fn instead(status: u16) -> Fault {
    Fault::refuses(status, "server_error", "Something went wrong on our side")
}

/// Faults after which the helpdesk has the request.
fn effect_without_answer() -> Vec<(&'static str, Fault)> {
    let garbage =
        Plain { status: 200, headers: vec![("content-type".into(), "application/json".into())], body: "{{{".into() };
    vec![
        ("reset before the answer", Fault::CutAnswer(0)),
        ("reset in the answer's head", Fault::CutAnswer(30)),
        ("reset in the answer's body", Fault::CutAnswer(900)),
        ("half an answer", Fault::HalfAnswer),
        ("an answer that stalls", Fault::Stall),
        ("500 after the effect", after(500)),
        ("502 page after the effect", Fault::bad_gateway()),
        ("504 after the effect", after(504)),
        ("408 after the effect", after(408)),
        ("truncated JSON", Fault::Truncated),
        ("garbage for JSON", Fault::After(garbage)),
        ("empty answer", Fault::After(Plain { status: 200, headers: Vec::new(), body: String::new() })),
        ("wrong content type", Fault::Typed("text/html".into())),
    ]
}

/// Faults after which the helpdesk does not have the request, and nobody said so.
fn no_effect() -> Vec<(&'static str, Fault)> {
    vec![
        ("request reset", Fault::CutRequest),
        ("500 without effect", instead(500)),
        ("503 without effect", instead(503)),
        ("408 without effect", instead(408)),
        ("captive portal", Fault::portal()),
    ]
}

/// What only takes longer, or is odd beside the point.
fn harmless() -> Vec<(&'static str, Fault)> {
    vec![
        ("delay", Fault::Delay(Duration::from_millis(400))),
        ("trickle", Fault::Trickle(200, Duration::from_millis(2))),
        ("a wrong date", Fault::Date(-90_000)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_survives_every_fault_of_its_route_once() {
    let cases: Vec<_> = effect_without_answer()
        .into_iter()
        .map(|case| (case, 1..=1))
        .chain(no_effect().into_iter().map(|case| (case, 2..=2)))
        .chain(harmless().into_iter().map(|case| (case, 1..=1)))
        .collect();
    let stage = Stage::set(120).await;
    assert!(stage.open.len() >= cases.len(), "{} open", stage.open.len());
    for (number, ((_, fault), _)) in cases.iter().enumerate() {
        let id = &stage.open[number];
        stage.between.plan(&format!("POST /conversations/{id}/reply"), fault.clone(), 1);
        commit(&stage.engine, id, reply(&format!("Words number {number}.")));
    }
    push_until(&stage.engine, "every reply is settled", <[OutboxStatus]>::is_empty).await;
    for (number, ((name, _), posts)) in cases.into_iter().enumerate() {
        let id = &stage.open[number];
        assert_eq!(stage.place.times_there(id, &format!("Words number {number}.")), 1, "{name}");
        let posted = stage.between.count(&format!("POST /conversations/{id}/reply"));
        assert!(posts.contains(&posted), "{name}: posted {posted} times");
        let looked = stage.between.count(&format!("GET /conversations/{id}"));
        if posts.contains(&2) {
            assert!(looked >= 2, "{name}: looked {looked} times before it was sent again");
        }
    }
    stage.engine.pull_once().await.unwrap();
    assert!(stage.is_online());
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_that_are_safe_to_repeat_are_done_once_whatever_the_fault() {
    let stage = Stage::set(140).await;
    let me = stage.engine.me().unwrap();
    let tag = stage.engine.directory().tags[0].clone();
    let until = stage.engine.now() + Duration::from_secs(7_200);
    let kinds: [(&str, Act); 5] = [
        ("close", Act::Close),
        ("assign", Act::Assign { to: AssignTo::Teammate(me.clone()) }),
        ("tag", Act::Tag { tag: tag.id.clone(), name: tag.name.clone() }),
        ("snooze", Act::Snooze { until, reminder: None }),
        ("priority", Act::Priority { to: Priority::Urgent }),
    ];
    let faults = [
        ("reset before the answer", Fault::CutAnswer(0)),
        ("502 page after the effect", Fault::bad_gateway()),
        ("truncated JSON", Fault::Truncated),
        ("request reset", Fault::CutRequest),
        ("503 without effect", instead(503)),
    ];
    let plain = stage.engine.clone();
    // Those on which each act changes something.
    let mut free: Vec<_> = stage
        .open
        .iter()
        .filter(|id| {
            let known = plain.cache().load_conversation(id).unwrap().unwrap();
            kinds.iter().all(|(_, act)| !act.already_so(&known))
        })
        .cloned()
        .collect();
    assert!(free.len() >= kinds.len() * faults.len(), "{} are fit", free.len());
    let mut cases = Vec::new();
    for (kind, act) in &kinds {
        for (name, fault) in &faults {
            let id = free.pop().unwrap();
            for method in ["POST", "PUT"] {
                stage.between.plan(&format!("{method} /conversations/{id}"), fault.clone(), 1);
            }
            let before = stage.parts(&id, "close");
            commit(&stage.engine, &id, act.clone());
            cases.push((format!("{kind}: {name}"), id, act.clone(), before));
        }
    }
    push_until(&stage.engine, "every act is settled", <[OutboxStatus]>::is_empty).await;
    stage.between.heal();
    for (name, id, act, closed_before) in cases {
        stage.engine.fetch_thread(&id).await.unwrap();
        let server = stage.engine.cache().load_server_conversation(&id).unwrap().unwrap();
        assert!(act.already_so(&server), "{name}: {server:?}");
        if act == Act::Close {
            assert_eq!(stage.parts(&id, "close") - closed_before, 1, "{name}: closed once");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_helpdesk_refuses_fails_with_its_words_and_blocks_nobody() {
    let stage = Stage::set(80).await;
    let refusals = [
        (403, "action_forbidden", "This teammate may not reply here"),
        (404, "not_found", "Conversation not found by our records"),
        (410, "gone", "Conversation is gone for good"),
        (409, "conflict", "Somebody else is changing this conversation"),
        (422, "parameter_invalid", "The body holds words we do not take"),
        (400, "parameter_invalid", "Something is missing from this"),
    ];
    let mut sent: Vec<(u16, &str, OutboxId, OutboxId)> = Vec::new();
    for (number, (status, code, words)) in refusals.iter().enumerate() {
        let id = &stage.open[number];
        let fault = Fault::refuses(*status, code, words);
        stage.between.plan_holding(&format!("POST /conversations/{id}/reply"), "Refused", fault, 100);
        let first = commit(&stage.engine, id, reply(&format!("Refused words {number}")));
        let second =
            commit(&stage.engine, &stage.open[number + refusals.len()], reply(&format!("Taken words {number}")));
        sent.push((*status, words, first, second));
    }
    push_until(&stage.engine, "every row is refused or sent", |left| {
        left.len() == refusals.len() && left.iter().all(|status| status.needs_you())
    })
    .await;
    for (number, (status, words, first, second)) in sent.into_iter().enumerate() {
        let refused = row(&stage.engine, first);
        assert!(refused.status.needs_you(), "{status}: {refused:?}");
        assert_eq!(refused.act.text(), Some(&*format!("Refused words {number}")), "{status}: the text is kept");
        assert!(refused.reason.as_raw().contains(words), "{status}: {:?}", refused.reason);
        assert_eq!(stage.place.times_there(&stage.open[number], "Refused words"), 0, "{status}");
        assert_eq!(row(&stage.engine, second).status, OutboxStatus::Sent, "{status}");
    }
    assert!(stage.is_online(), "a refusal is no bad connection");
    // The agent tries again once it is allowed: sent once.
    stage.between.heal();
    for row in stage.engine.load_outbox().unwrap() {
        stage.engine.retry(row.id).unwrap();
    }
    push_until(&stage.engine, "all are sent after all", <[OutboxStatus]>::is_empty).await;
    for number in 0..refusals.len() {
        assert_eq!(stage.place.times_there(&stage.open[number], &format!("Refused words {number}")), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_reply_waits_as_long_as_it_is_told_and_arrives_once() {
    let now = deskhand::clock::Clock::system().unix_secs();
    let busy = || Plain::refusal(429, "rate_limit_exceeded", "Too many requests");
    let told = [
        ("seconds", busy().with("Retry-After", "2"), Duration::from_millis(1_900)),
        ("a date", busy().with("Retry-After", &http_date(3)), Duration::from_millis(1_500)),
        (
            "the window's end",
            busy()
                .with("X-RateLimit-Limit", "100")
                .with("X-RateLimit-Remaining", "0")
                .with("X-RateLimit-Reset", &(now + 9).to_string()),
            Duration::from_secs(1),
        ),
        ("nothing", busy(), Duration::from_millis(900)),
    ];
    let mut all = Vec::new();
    for (name, answer, least) in told {
        all.push(tokio::spawn(async move {
            let stage = Stage::set(30).await;
            let id = &stage.open[0];
            let route = format!("POST /conversations/{id}/reply");
            stage.between.plan(&route, Fault::Instead(answer), 1);
            commit(&stage.engine, id, reply("Patience."));
            let begun = stage.between.count_all();
            stage.engine.push().await.unwrap();
            assert!(stage.was_offline_for("offline-throttled"), "{name}");
            push_until(&stage.engine, name, <[OutboxStatus]>::is_empty).await;
            let times = stage.between.times(&route);
            assert_eq!(times.len(), 2, "{name}");
            assert!(times[1] - times[0] >= least, "{name}: {:?}", times[1] - times[0]);
            // What is throttled asks for nothing else meanwhile.
            assert!(stage.between.count_all() - begun <= 6, "{name}: {}", stage.between.count_all() - begun);
            assert_eq!(stage.place.times_there(id, "Patience."), 1, "{name}");
        }));
    }
    for one in all {
        one.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_stops_all_traffic_but_a_probe_and_nothing_is_lost() {
    let stage = Stage::set(40).await;
    stage.between.plan("", Fault::refuses(401, "token_revoked", "Access token revoked"), usize::MAX);
    for number in 0..5 {
        commit(&stage.engine, &stage.open[number], reply(&format!("Kept words {number}")));
    }
    let begun = (Instant::now(), stage.between.count_all());
    stage.engine.push().await.unwrap();
    assert!(stage.engine.pull_once().await.is_err());
    eventually("it says that the token was refused", || {
        stage.heard.lock().unwrap().iter().any(|event| matches!(event, Event::Connection(Connection::SignedOut { .. })))
    })
    .await;
    // A second of insisting: one probe for each wait, not more.
    while begun.0.elapsed() < Duration::from_secs(1) {
        stage.engine.push().await.unwrap();
        let _ = stage.engine.pull_once().await;
        tokio::task::yield_now().await;
    }
    let asked = stage.between.count_all() - begun.1;
    assert!(asked <= 8, "{asked} requests in a second, of which one in 400 ms is due");
    assert_eq!(stage.engine.load_outbox().unwrap().len(), 5);
    assert!(!rows(&stage.engine, "").is_empty(), "the inbox stays readable");
    stage.between.heal();
    push_until(&stage.engine, "all are sent with a good token", <[OutboxStatus]>::is_empty).await;
    for number in 0..5 {
        assert_eq!(stage.place.times_there(&stage.open[number], &format!("Kept words {number}")), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_fails_takes_nothing_away_and_the_next_one_is_whole() {
    let stage = Stage::set(160).await;
    let before = rows(&stage.engine, "");
    let id = stage.open[0].clone();
    stage.engine.fetch_thread(&id).await.unwrap();
    let thread = stage.engine.cache().load_thread(&id).unwrap().unwrap();
    let mut faults: Vec<_> = effect_without_answer().into_iter().chain(no_effect()).collect();
    faults.retain(|(name, _)| !name.contains("stalls"));
    faults.extend([
        ("403", Fault::refuses(403, "api_plan_restricted", "Not in your plan")),
        ("404 on a list", Fault::refuses(404, "not_found", "Not here")),
        ("409", Fault::refuses(409, "conflict", "Locked")),
        ("422", Fault::refuses(422, "parameter_invalid", "No")),
    ]);
    for (name, fault) in faults {
        for route in ["POST /conversations/search", "GET /me", "GET /deskhand", "GET /conversations/deleted"] {
            stage.between.plan(route, fault.clone(), 1);
        }
        let outcome = stage.engine.pull_once().await;
        assert!(!matches!(outcome, Err(SyncError::Cache(_))), "{name}: {outcome:?}");
        assert_eq!(rows(&stage.engine, "").len(), before.len(), "{name}");
        stage.between.heal();
        // The thread, unless it is said to be gone.
        if !name.contains("404") {
            stage.between.plan(&format!("GET /conversations/{id}"), fault, 1);
            let outcome = stage.engine.fetch_thread(&id).await;
            assert!(outcome.is_err(), "{name}");
            let kept = stage.engine.cache().load_thread(&id).unwrap().unwrap();
            assert_eq!(kept.parts.len(), thread.parts.len(), "{name}");
        }
        stage.between.heal();
        // A breaker may let one call through at a time; the agent's own try passes it.
        let end = Instant::now() + Duration::from_secs(20);
        while let Err(error) = stage.engine.pull_once().await {
            assert!(Instant::now() < end, "{name}: not well again: {error:?}");
            stage.engine.wake();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(rows(&stage.engine, "").len(), before.len(), "{name}");
    }
    assert!(stage.is_online());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_port_is_offline_and_what_waited_goes_when_it_opens() {
    let stage = Stage::set(40).await;
    stage.between.close();
    assert!(stage.engine.pull_once().await.is_err());
    assert!(stage.was_offline_for("offline-unreachable"));
    for number in 0..6 {
        commit(&stage.engine, &stage.open[number / 2], reply(&format!("Offline words {number}.")));
    }
    stage.engine.push().await.unwrap();
    assert!(stage.engine.load_outbox().unwrap().iter().all(|row| row.status.is_unsettled()));
    stage.between.open();
    push_until(&stage.engine, "all are sent", <[OutboxStatus]>::is_empty).await;
    for pair in 0..3 {
        let bodies = stage.place.bodies(&stage.open[pair]).join(" ");
        let first = bodies.find(&format!("Offline words {}.", pair * 2)).unwrap();
        let second = bodies.find(&format!("Offline words {}.", pair * 2 + 1)).unwrap();
        assert!(first < second, "in order");
    }
    assert_eq!(stage.between.count("POST /conversations/#/reply"), 6, "each went once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_lags_less_than_the_settle_time_makes_no_double() {
    let stage = Stage::set(40).await;
    stage.between.lag(quick().settle * 6 / 10);
    for number in 0..8 {
        let id = &stage.open[number];
        stage.between.plan(&format!("POST /conversations/{id}/reply"), Fault::CutAnswer(0), 1);
        commit(&stage.engine, id, reply(&format!("Seen late {number}.")));
    }
    push_until(&stage.engine, "every reply is settled", <[OutboxStatus]>::is_empty).await;
    for number in 0..8 {
        let id = &stage.open[number];
        assert_eq!(stage.place.times_there(id, &format!("Seen late {number}.")), 1);
        assert_eq!(stage.between.count(&format!("POST /conversations/{id}/reply")), 1, "looked again before resending");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_lacks_what_is_known_to_be_there_is_no_proof_of_absence() {
    let stage = Stage::set(30).await;
    stage.between.lag(quick().settle * 12);
    let id = stage.open[0].clone();
    let known = commit(&stage.engine, &id, reply("This one is known to be there."));
    stage.engine.push().await.unwrap();
    assert_eq!(row(&stage.engine, known).status, OutboxStatus::Sent);
    stage.between.plan(&format!("POST /conversations/{id}/reply"), Fault::CutAnswer(0), 1);
    commit(&stage.engine, &id, reply("And this one?"));
    push_until(&stage.engine, "the second is settled, or left to a person", |left| {
        left.iter().all(|status| *status == OutboxStatus::NeedsDecision)
    })
    .await;
    assert_eq!(stage.place.times_there(&id, "And this one?"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_date_changes_nothing_but_a_warning() {
    for away in [-86_400, 86_400] {
        let place = Workplace::open(60).await;
        let between = Between::start(&place.url);
        between.plan("", Fault::Date(away), usize::MAX);
        let (engine, heard) = place.engine_at(&between.url);
        engine.pull_once().await.unwrap();
        assert_eq!(rows(&engine, "").len(), 60, "{away}");
        let id = rows(&engine, "state:open")[0].clone();
        between.plan(&format!("POST /conversations/{id}/reply"), Fault::CutAnswer(0), 1);
        commit(&engine, &id, reply("By which clock?"));
        // It may be left to a person; it may not go twice.
        push_until(&engine, "the reply is settled", |left| {
            left.iter().all(|status| *status == OutboxStatus::NeedsDecision)
        })
        .await;
        assert_eq!(place.times_there(&id, "By which clock?"), 1, "{away}");
        place.customer_writes(&id, "And then?");
        engine.pull_once().await.unwrap();
        let known = engine.cache().load_server_conversation(&id).unwrap().unwrap();
        let there = place.ask(&format!("/conversations/{id}"))["updated_at"].as_i64().unwrap();
        assert_eq!(known.updated_at.secs(), there, "{away}: what came since is pulled");
        let desk = Desk::start(&engine);
        eventually("it is said that the clocks differ", || {
            heard.lock().unwrap().iter().any(|event| matches!(event, Event::ClockOff(off) if off.abs() > 30))
        })
        .await;
        desk.finish(Duration::from_secs(5)).await;
    }
}
