//! The guard of a message: what comes while it is written holds it back, once, and no other time.

use std::time::Duration;

use deskhand::clock::Timings;
use deskhand::domain::{Began, ConversationId, Guard, OutboxId, OutboxStatus};
use deskhand::sync::{Engine, Hold};
use serde_json::json;

use crate::between::{Between, Fault};
use crate::workplace::{Setup, Workplace, push_until, quick, reply, row, some_open};

struct Desk {
    place: Workplace,
    engine: Engine,
    id: ConversationId,
}

impl Desk {
    async fn with(guard: Guard) -> Self {
        Self::at(guard, Workplace::open(40).await, None).await
    }

    async fn at(guard: Guard, place: Workplace, url: Option<&str>) -> Self {
        let setup = place.setup();
        let (engine, _) = Setup { guard, url: url.unwrap_or(&place.url).to_owned(), ..setup }.engine();
        engine.pull_once().await.unwrap();
        let id = some_open(&engine);
        engine.fetch_thread(&id).await.unwrap();
        Self { place, engine, id }
    }

    /// What an agent sees who begins to write now.
    fn begins(&self) -> Began {
        let (part, _) = self.engine.cache().load_baseline(&self.id).unwrap();
        Began { part, at: self.engine.now() }
    }

    fn sends(&self, text: &str, began: Option<Began>) -> OutboxId {
        let group = self.engine.new_group().unwrap();
        let acts = [(self.id.clone(), reply(text))];
        self.engine.commit(&group, &acts, &[], began, Hold::Nothing).unwrap()[0].id
    }

    async fn ends(&self, id: OutboxId, wanted: OutboxStatus) {
        push_until(&self.engine, "the row is settled", |left| {
            left.is_empty() || left.iter().all(|status| status.needs_you())
        })
        .await;
        assert_eq!(row(&self.engine, id).status, wanted);
    }

    fn by_colleague(&self, kind: &str) {
        let me = self.engine.me().unwrap();
        let colleague = self.place.colleague(me.as_str());
        let id = &self.id;
        let (path, body) = match kind {
            "reply" => (
                format!("/conversations/{id}/reply"),
                json!({"message_type": "comment", "type": "admin", "admin_id": colleague, "body": "I have it."}),
            ),
            "note" => (
                format!("/conversations/{id}/reply"),
                json!({"message_type": "note", "type": "admin", "admin_id": colleague, "body": "Careful here."}),
            ),
            "close" => (
                format!("/conversations/{id}/parts"),
                json!({"message_type": "close", "type": "admin", "admin_id": colleague}),
            ),
            _ => (
                format!("/conversations/{id}/parts"),
                json!({"message_type": "assignment", "type": "admin", "admin_id": colleague, "assignee_id": colleague}),
            ),
        };
        self.place.post(&path, &body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_message_holds_the_reply_and_send_anyway_sends_it_once() {
    let desk = Desk::with(Guard::On).await;
    let began = desk.begins();
    desk.place.customer_writes(&desk.id, "Wait, one more thing!");
    let id = desk.sends("Written before that.", Some(began));
    desk.ends(id, OutboxStatus::Held).await;
    assert_eq!(desk.place.times_there(&desk.id, "Written before that."), 0);
    let held = row(&desk.engine, id);
    assert!(held.began.is_some(), "it knows what its writer had seen");
    // Held stays held, whatever happens beside it.
    desk.engine.pull_once().await.unwrap();
    desk.engine.push().await.unwrap();
    assert_eq!(row(&desk.engine, id).status, OutboxStatus::Held);
    desk.engine.send_anyway(id).unwrap();
    desk.ends(id, OutboxStatus::Sent).await;
    assert_eq!(desk.place.times_there(&desk.id, "Written before that."), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_conversation_holds_nothing() {
    let desk = Desk::with(Guard::On).await;
    for text in ["First words.", "Second words."] {
        let id = desk.sends(text, Some(desk.begins()));
        desk.ends(id, OutboxStatus::Sent).await;
        assert_eq!(desk.place.times_there(&desk.id, text), 1);
    }
    // Two in a row, begun before either had left.
    let began = desk.begins();
    let third = desk.sends("Third words.", Some(began.clone()));
    let fourth = desk.sends("Fourth words.", Some(began));
    desk.ends(fourth, OutboxStatus::Sent).await;
    assert_eq!(row(&desk.engine, third).status, OutboxStatus::Sent, "our own messages are no news to us");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_colleagues_do_holds_by_the_guards_setting() {
    for (guard, kind, held) in [
        (Guard::On, "reply", true),
        (Guard::On, "note", true),
        (Guard::On, "close", true),
        (Guard::On, "assignment", true),
        (Guard::Customers, "reply", false),
        (Guard::Customers, "note", false),
        (Guard::Customers, "close", false),
        (Guard::Customers, "customer", true),
        (Guard::Off, "customer", false),
    ] {
        let desk = Desk::with(guard).await;
        let began = desk.begins();
        if kind == "customer" {
            desk.place.customer_writes(&desk.id, "And another thing");
        } else {
            desk.by_colleague(kind);
        }
        let id = desk.sends("Begun before.", Some(began));
        let wanted = if held { OutboxStatus::Held } else { OutboxStatus::Sent };
        push_until(&desk.engine, kind, |left| left.is_empty() || left.iter().all(|status| status.needs_you())).await;
        assert_eq!(row(&desk.engine, id).status, wanted, "{guard:?}: {kind}");
        assert_eq!(desk.place.times_there(&desk.id, "Begun before."), usize::from(!held), "{guard:?}: {kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_beginning_nothing_is_guarded() {
    let desk = Desk::with(Guard::On).await;
    desk.place.customer_writes(&desk.id, "Hello?");
    let id = desk.sends("From a script.", None);
    desk.ends(id, OutboxStatus::Sent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_within_the_undo_window_holds_too() {
    let place = Workplace::open(40).await;
    let timings = Timings { undo_email: Duration::from_secs(2), undo_chat: Duration::from_secs(2), ..quick() };
    let (engine, _) = Setup { guard: Guard::On, timings, ..place.setup() }.engine();
    engine.pull_once().await.unwrap();
    let id = some_open(&engine);
    engine.fetch_thread(&id).await.unwrap();
    let desk = Desk { place, engine, id };
    let group = desk.engine.new_group().unwrap();
    let acts = [(desk.id.clone(), reply("Gone in two seconds."))];
    let sent = desk.engine.commit(&group, &acts, &[], Some(desk.begins()), Hold::UndoWindow).unwrap()[0].id;
    desk.place.customer_writes(&desk.id, "Never mind, solved.");
    desk.ends(sent, OutboxStatus::Held).await;
    assert_eq!(desk.place.times_there(&desk.id, "Gone in two seconds."), 0);
    // Given up, the words are a draft again.
    desk.engine.discard(sent).unwrap();
    let drafts = desk.engine.cache().load_drafts(&desk.id).unwrap();
    assert_eq!(drafts[0].text, "Gone in two seconds.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_send_is_settled_by_reading_not_held_by_what_came_after_it() {
    let place = Workplace::open(40).await;
    let between = Between::start(&place.url);
    let desk = Desk::at(Guard::On, place, Some(&between.url)).await;
    between.plan(&format!("POST /conversations/{}/reply", desk.id), Fault::CutAnswer(0), 1);
    let id = desk.sends("Did it arrive?", Some(desk.begins()));
    desk.engine.push().await.unwrap();
    desk.place.customer_writes(&desk.id, "Thanks, it did.");
    desk.ends(id, OutboxStatus::Sent).await;
    assert_eq!(desk.place.times_there(&desk.id, "Did it arrive?"), 1);
    assert_eq!(between.count(&format!("POST /conversations/{}/reply", desk.id)), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_and_close_that_is_held_does_not_close() {
    let desk = Desk::with(Guard::On).await;
    let began = desk.begins();
    desk.place.customer_writes(&desk.id, "Do not close this yet");
    let group = desk.engine.new_group().unwrap();
    let acts = [(desk.id.clone(), reply("Done, closing.")), (desk.id.clone(), deskhand::domain::Act::Close)];
    let rows = desk.engine.commit(&group, &acts, &[], Some(began), Hold::Nothing).unwrap();
    desk.engine.push().await.unwrap();
    desk.engine.push().await.unwrap();
    assert_eq!(row(&desk.engine, rows[0].id).status, OutboxStatus::Held);
    assert_eq!(desk.place.ask(&format!("/conversations/{}", desk.id))["state"], "open");
    desk.engine.send_anyway(rows[0].id).unwrap();
    push_until(&desk.engine, "both are sent", <[OutboxStatus]>::is_empty).await;
    assert_eq!(desk.place.ask(&format!("/conversations/{}", desk.id))["state"], "closed");
    assert_eq!(desk.place.times_there(&desk.id, "Done, closing."), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_already_holds_at_the_keypress() {
    let place = Workplace::open(40).await;
    let between = Between::start(&place.url);
    let desk = Desk::at(Guard::On, place, Some(&between.url)).await;
    let began = desk.begins();
    desk.place.customer_writes(&desk.id, "I have found it myself.");
    desk.engine.pull_once().await.unwrap();
    desk.engine.fetch_thread(&desk.id).await.unwrap();
    let group = desk.engine.new_group().unwrap();
    let acts = [(desk.id.clone(), reply("Have you looked under the sofa?"))];
    let rows = desk.engine.commit(&group, &acts, &[], Some(began), Hold::Nothing).unwrap();
    assert_eq!(rows[0].status, OutboxStatus::Held, "without asking anybody");
    desk.engine.push().await.unwrap();
    assert_eq!(between.count("POST /conversations/#/reply"), 0);
}
