//! Bad networks and bad answers: nothing lost, nothing doubled, the rest stays usable.

use deskhand::domain::{Act, OutboxStatus};
use deskhand::sync::message::{Connection, Event};

use crate::between::{Between, Fault};
use crate::workplace::{Workplace, commit, push_until, reply, rows, some_open};

fn all_sent(rows: &[OutboxStatus]) -> bool {
    rows.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_whose_answer_is_lost_arrives_once() {
    for fault in [Fault::CutAnswer(0), Fault::bad_gateway(), Fault::HalfAnswer] {
        let place = Workplace::open(60).await;
        let between = Between::start(&place.url);
        let (engine, _) = place.engine_at(&between.url);
        engine.pull_once().await.unwrap();
        let id = some_open(&engine);
        between.plan(&format!("POST /conversations/{id}/reply"), fault.clone(), 1);
        commit(&engine, &id, reply("Once and only once."));
        push_until(&engine, "the reply is settled", all_sent).await;
        assert_eq!(place.times_there(&id, "Once and only once."), 1, "{fault:?}");
        assert_eq!(
            between.count(&format!("POST /conversations/{id}/reply")),
            1,
            "{fault:?}: looked before sending again"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_equal_replies_are_two_even_when_both_answers_are_lost() {
    let place = Workplace::open(60).await;
    let between = Between::start(&place.url);
    let (engine, _) = place.engine_at(&between.url);
    engine.pull_once().await.unwrap();
    let id = some_open(&engine);
    between.plan(&format!("POST /conversations/{id}/reply"), Fault::CutAnswer(0), 2);
    commit(&engine, &id, reply("Thanks!"));
    commit(&engine, &id, reply("Thanks!"));
    push_until(&engine, "both are settled", all_sent).await;
    assert_eq!(place.times_there(&id, "Thanks!"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_takes_no_reply_away() {
    let place = Workplace::open(60).await;
    let between = Between::start(&place.url);
    let (engine, heard) = place.engine_at(&between.url);
    engine.pull_once().await.unwrap();
    let id = some_open(&engine);
    between.plan("POST", Fault::portal(), 1);
    commit(&engine, &id, reply("Through the hotel's network."));
    push_until(&engine, "the reply got through", all_sent).await;
    assert_eq!(place.times_there(&id, "Through the hotel's network."), 1);
    let heard = heard.lock().unwrap();
    assert!(heard.iter().any(|event| matches!(event, Event::Connection(Connection::Offline { .. }))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_helpdesk_leaves_the_inbox_and_gets_the_acts_when_it_is_back() {
    let place = Workplace::open(60).await;
    let engine = place.engine();
    engine.pull_once().await.unwrap();
    let before = rows(&engine, "state:open");
    let id = before[0].clone();
    let kept = place.close().await;
    assert!(engine.pull_once().await.is_err());
    commit(&engine, &id, reply("Written while the helpdesk was away."));
    commit(&engine, &id, Act::Close);
    engine.push().await.unwrap();
    // Shown as done, kept as not sent.
    assert_eq!(rows(&engine, "state:open").len(), before.len() - 1);
    assert_eq!(engine.load_outbox().unwrap().len(), 2);
    let place = Workplace::open_again(kept).await;
    push_until(&engine, "both got through", all_sent).await;
    assert_eq!(place.times_there(&id, "Written while the helpdesk was away."), 1);
    assert_eq!(place.ask(&format!("/conversations/{id}"))["state"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_unreadable_subject_costs_one_row_at_most() {
    let place = Workplace::open(60).await;
    let between = Between::start(&place.url);
    let whole = place.engine();
    whole.pull_once().await.unwrap();
    let expected = rows(&whole, "").len();
    drop(whole);
    let (engine, _) = {
        let other = tempfile::tempdir().unwrap();
        crate::workplace::engine(&other.keep(), &between.url, &place.token)
    };
    // Half of a pair of surrogates in many titles: no JSON by the book.
    between.plan("POST /conversations/search", Fault::Garble("\"title\":\"".into(), "\"title\":\"\\ud800".into()), 100);
    engine.pull_once().await.unwrap();
    assert_eq!(rows(&engine, "").len(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_page_writes_nothing_and_the_next_pull_goes_on() {
    let place = Workplace::open(200).await;
    let between = Between::start(&place.url);
    let (engine, _) = place.engine_at(&between.url);
    between.plan("POST /conversations/search", Fault::HalfAnswer, 1);
    assert!(engine.pull_once().await.is_err());
    assert_eq!(rows(&engine, "").len(), 0);
    engine.pull_once().await.unwrap();
    assert_eq!(rows(&engine, "").len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_act_keeps_its_text_and_blocks_nobody() {
    let place = Workplace::open(60).await;
    let engine = place.engine();
    engine.pull_once().await.unwrap();
    let open = rows(&engine, "state:open");
    // Deleted behind our back.
    let gone = open[0].clone();
    crate::between::delete(&place.url, &format!("/conversations/{gone}"), &place.token);
    commit(&engine, &gone, reply("Too late."));
    commit(&engine, &open[1], reply("In time."));
    engine.push().await.unwrap();
    let left = engine.load_outbox().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].status, left[0].act.text()), (OutboxStatus::Failed, Some("Too late.")));
    assert_eq!(place.times_there(&open[1], "In time."), 1);
}
