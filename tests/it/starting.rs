//! New conversations: their first message arrives once, whatever happens on the way.

use deskhand::domain::{Act, Channel, ContactRef, ContactRole, ConversationId, Opening, OutboxId, OutboxStatus};
use deskhand::sync::message::Event;
use deskhand::sync::{Engine, Hold};
use deskhand::text::Untrusted;

use crate::between::{Between, Fault};
use crate::workplace::{Heard, Workplace, push_until, row, some_open};

fn all_sent(rows: &[OutboxStatus]) -> bool {
    rows.is_empty()
}

/// To the contact of some conversation that is here.
fn to_somebody(engine: &Engine) -> ContactRef {
    let on = engine.cache().load_conversation(&some_open(engine)).unwrap().unwrap();
    on.contact.unwrap()
}

fn start(engine: &Engine, to: &ContactRef, subject: &str, text: &str, then: &[Act]) -> (ConversationId, OutboxId) {
    let group = engine.new_group().unwrap();
    let id = ConversationId::placeholder(group.as_str()).unwrap();
    let opening = Opening { to: to.clone(), channel: Channel::Email, subject: subject.to_owned() };
    engine.begin_new(&id, &opening).unwrap();
    let kept = engine.cache().load_opening(&id).unwrap().unwrap();
    let mut acts = vec![(id.clone(), kept.act(text.to_owned()))];
    acts.extend(then.iter().map(|act| (id.clone(), act.clone())));
    let rows = engine.commit(&group, &acts, &[], None, Hold::Nothing).unwrap();
    (id, rows[0].id)
}

/// How many conversations of the helpdesk began with these words.
fn begun_with(place: &Workplace, words: &str) -> Vec<String> {
    let body = serde_json::json!({
        "query": {"field": "source.delivered_as", "operator": "=", "value": "admin_initiated"},
        "pagination": {"per_page": 150},
    });
    let found = place.post("/conversations/search", &body);
    let all = found["conversations"].as_array().unwrap();
    let fits = |on: &&serde_json::Value| on["source"]["body"].as_str().unwrap().contains(words);
    all.iter().filter(fits).map(|on| on["id"].as_str().unwrap().to_owned()).collect()
}

fn became(heard: &Heard, id: &ConversationId) -> Option<ConversationId> {
    let heard = heard.lock().unwrap();
    heard.iter().find_map(|event| match event {
        Event::Started { placeholder, became } if placeholder == id => became.clone(),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_begins_a_conversation_and_what_follows_comes_to_it() {
    let place = Workplace::open(60).await;
    let (engine, heard) = place.engine_at(&place.url);
    engine.pull_once().await.unwrap();
    let to = to_somebody(&engine);
    let (id, first) = start(&engine, &to, "Your order", "It left today.", &[Act::Close]);
    push_until(&engine, "both are sent", all_sent).await;
    let begun = begun_with(&place, "It left today.");
    assert_eq!(begun.len(), 1);
    let real = ConversationId::parse(&begun[0]).unwrap();
    assert_eq!(became(&heard, &id), Some(real.clone()));
    assert_eq!(row(&engine, first).conversation, real, "the row says which");
    assert!(row(&engine, first).sent_part.is_some());
    assert_eq!(place.ask(&format!("/conversations/{real}"))["state"], "closed");
    assert!(engine.cache().load_conversation(&id).unwrap().is_none(), "nothing stands for it any more");
    assert!(engine.load_thread(&real).unwrap().unwrap().parts.len() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_whose_answer_is_lost_arrives_once() {
    for fault in [Fault::CutAnswer(0), Fault::bad_gateway(), Fault::HalfAnswer] {
        let place = Workplace::open(60).await;
        let between = Between::start(&place.url);
        let (engine, heard) = place.engine_at(&between.url);
        engine.pull_once().await.unwrap();
        let to = to_somebody(&engine);
        between.plan("POST /messages", fault.clone(), 1);
        let (id, _) = start(&engine, &to, "Your order", "Once and only once.", &[]);
        push_until(&engine, "it is settled", all_sent).await;
        let begun = begun_with(&place, "Once and only once.");
        assert_eq!(begun.len(), 1, "{fault:?}");
        assert_eq!(between.count("POST /messages"), 1, "{fault:?}: looked before sending again");
        assert_eq!(became(&heard, &id), ConversationId::parse(&begun[0]), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_that_did_not_get_through_goes_once_more() {
    let place = Workplace::open(60).await;
    let between = Between::start(&place.url);
    let (engine, _) = place.engine_at(&between.url);
    engine.pull_once().await.unwrap();
    let to = to_somebody(&engine);
    between.plan("POST /messages", Fault::CutRequest, 1);
    start(&engine, &to, "Your order", "After all.", &[]);
    push_until(&engine, "it is settled", all_sent).await;
    assert_eq!(begun_with(&place, "After all.").len(), 1);
    assert_eq!(between.count("POST /messages"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_equal_first_messages_are_two_even_when_both_answers_are_lost() {
    let place = Workplace::open(60).await;
    let between = Between::start(&place.url);
    let (engine, _) = place.engine_at(&between.url);
    engine.pull_once().await.unwrap();
    let to = to_somebody(&engine);
    between.plan("POST /messages", Fault::CutAnswer(0), 2);
    start(&engine, &to, "Your order", "Hello!", &[]);
    push_until(&engine, "the first is settled", all_sent).await;
    start(&engine, &to, "Your order", "Hello!", &[]);
    push_until(&engine, "both are settled", all_sent).await;
    assert_eq!(begun_with(&place, "Hello!").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nobody_has_becomes_one_lead() {
    let place = Workplace::open(60).await;
    let between = Between::start(&place.url);
    let (engine, _) = place.engine_at(&between.url);
    engine.pull_once().await.unwrap();
    let to = ContactRef {
        id: None,
        name: Untrusted::default(),
        email: Untrusted::new("nobody.yet@example.com"),
        role: ContactRole::Lead,
    };
    // The lead is made, its answer is lost: it is found the next time.
    between.plan("POST /contacts", Fault::Delay(std::time::Duration::ZERO), 1);
    between.plan_holding("POST /contacts", "nobody.yet", Fault::CutAnswer(0), 2);
    start(&engine, &to, "Hello", "Are you well?", &[]);
    push_until(&engine, "it is sent", all_sent).await;
    assert_eq!(begun_with(&place, "Are you well?").len(), 1);
    let query = serde_json::json!({"query": {"field": "email", "operator": "=", "value": "nobody.yet@example.com"}});
    assert_eq!(place.post("/contacts/search", &query)["total_count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_died_in_the_middle_is_followed_by_one_that_looks_first() {
    let place = Workplace::open(60).await;
    let (engine, _) = place.engine_at(&place.url);
    engine.pull_once().await.unwrap();
    let to = to_somebody(&engine);
    let (id, first) = start(&engine, &to, "Your order", "Before the power went.", &[]);
    // As a process leaves it that was killed after the helpdesk had it.
    let lease = engine.cache().acquire_lease("dead", std::time::Duration::from_millis(1)).unwrap();
    drop(lease);
    let begun = engine.cache().mark_sending(first, "dead").unwrap();
    if begun.is_none() {
        let _ = engine.cache().acquire_lease("dead", std::time::Duration::from_secs(5)).unwrap();
        engine.cache().mark_sending(first, "dead").unwrap().unwrap();
    }
    let me = engine.me().unwrap();
    place.post(
        "/messages",
        &serde_json::json!({
            "message_type": "email", "from": {"type": "admin", "id": me.as_str().parse::<i64>().unwrap()},
            "to": {"type": "user", "id": to.id.as_ref().unwrap().as_str()}, "subject": "Your order",
            "template": "plain", "body": "<p>Before the power went.</p>",
            "create_conversation_without_contact_reply": true,
        }),
    );
    engine.cache().release_lease("dead").unwrap();
    drop(engine);
    let (engine, heard) = place.engine_at(&place.url);
    push_until(&engine, "it is found", all_sent).await;
    assert_eq!(begun_with(&place, "Before the power went.").len(), 1);
    assert!(became(&heard, &id).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_first_message_keeps_its_words_and_its_recipient() {
    let place = Workplace::open(60).await;
    let between = Between::start(&place.url);
    let (engine, _) = place.engine_at(&between.url);
    engine.pull_once().await.unwrap();
    let to = to_somebody(&engine);
    between.plan("POST /messages", Fault::refuses(403, "api_plan_restricted", "Active subscription needed."), 1);
    let (id, first) = start(&engine, &to, "Your order", "Kept.", &[Act::Close]);
    engine.push().await.unwrap();
    let failed = row(&engine, first);
    assert_eq!((failed.status, failed.act.text()), (OutboxStatus::Failed, Some("Kept.")));
    assert_eq!(failed.reason.as_raw(), "Active subscription needed.");
    engine.discard(first).unwrap();
    let drafts = engine.cache().load_drafts(&id).unwrap();
    assert_eq!(drafts[0].text, "Kept.");
    assert_eq!(engine.cache().load_opening(&id).unwrap().unwrap().to.id, to.id);
    assert!(begun_with(&place, "Kept.").is_empty());
}
