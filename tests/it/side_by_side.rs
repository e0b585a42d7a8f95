//! Several deskhands on one account's files: each sees what the others do, one sends, and nobody
//! overwrites another's words without a question.

use std::time::{Duration, Instant};

use deskhand::domain::{Act, ConversationId, Draft, Mode, OutboxStatus, UnixTime};
use deskhand::sync::message::{Event, Request};
use deskhand::sync::{Desk, Engine};

use crate::between::{Between, Fault};
use crate::child;
use crate::soak::Told;
use crate::workplace::{Heard, Setup, Workplace, commit, eventually, eventually_within, push_until, reply, row, rows};

/// How soon another deskhand's change is seen; a quarter of a second in the product, with room here for
/// machines that do other things.
const SOON: Duration = Duration::from_secs(2);

/// A deskhand with a screen, as far as files and network go.
struct Screen {
    engine: Engine,
    heard: Heard,
    desk: Desk,
}

impl Screen {
    fn open(setup: Setup) -> Self {
        let (engine, heard) = setup.engine();
        let desk = Desk::start(&engine);
        Self { engine, heard, desk }
    }

    fn hears(&self, from: usize, wanted: impl Fn(&Event) -> bool) -> bool {
        self.heard.lock().unwrap().iter().skip(from).any(wanted)
    }

    fn mark(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    fn draft(&self, id: &ConversationId) -> Option<Draft> {
        self.engine.cache().load_drafts(id).unwrap().into_iter().find(|draft| draft.mode == Mode::Reply)
    }

    async fn close(self) {
        self.desk.finish(Duration::from_secs(5)).await;
    }
}

async fn two(place: &Workplace) -> (Screen, Screen, Vec<ConversationId>) {
    place.engine().pull_once().await.unwrap();
    let (left, right) = (Screen::open(place.setup()), Screen::open(place.setup()));
    let open = rows(&left.engine, "state:open");
    (left, right, open)
}

fn typed(id: &ConversationId, text: &str, revision: i64) -> Draft {
    Draft { revision, ..Draft::new(id.clone(), Mode::Reply, text, UnixTime(1_700_000_000)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_in_one_shows_in_the_other_at_once() {
    let place = Workplace::open(60).await;
    let (left, right, open) = two(&place).await;
    let id = open[0].clone();
    let mark = right.mark();
    let begun = Instant::now();
    let group = left.engine.new_group().unwrap();
    left.desk.ask(Request::Commit {
        group,
        acts: vec![(id.clone(), Act::Close)],
        uses_drafts: Vec::new(),
        began: None,
    });
    eventually_within("the other screen hears of the act", SOON, || {
        right.hears(mark, |event| match event {
            Event::Changed { ids } => ids.is_empty() || ids.contains(&id),
            Event::StateChanged => true,
            _ => false,
        })
    })
    .await;
    eprintln!("seen by the other after {:?}", begun.elapsed());
    eventually_within("its lists show it", SOON, || !rows(&right.engine, "state:open").contains(&id)).await;
    eventually("the helpdesk has it", || place.ask(&format!("/conversations/{id}"))["state"] == "closed").await;
    left.close().await;
    right.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_in_one_is_seen_and_never_silently_overwritten_by_the_other() {
    let place = Workplace::open(60).await;
    let (left, right, open) = two(&place).await;
    let id = open[0].clone();
    let (left_mark, right_mark) = (left.mark(), right.mark());
    left.desk.ask(Request::SaveDraft(typed(&id, "Words of the left.", 0)));
    eventually("it is on disk", || left.hears(left_mark, |event| matches!(event, Event::DraftSaved(_)))).await;
    eventually_within("the other hears of it", SOON, || {
        right.hears(right_mark, |event| matches!(event, Event::StateChanged | Event::Changed { .. }))
    })
    .await;
    let there = right.draft(&id).unwrap();
    assert_eq!(there.text, "Words of the left.");

    // The other has not looked, and saves words of its own.
    right.desk.ask(Request::SaveDraft(typed(&id, "Words of the right.", 0)));
    eventually("it is told that it would overwrite", || {
        right.hears(right_mark, |event| {
            matches!(event, Event::DraftConflict { ours, theirs }
                if ours.text == "Words of the right." && theirs.text == "Words of the left.")
        })
    })
    .await;
    assert_eq!(left.draft(&id).unwrap().text, "Words of the left.");

    // The agent there decides for its own.
    right.desk.ask(Request::OverwriteDraft(typed(&id, "Words of the right.", there.revision)));
    eventually("the choice is on disk", || left.draft(&id).is_some_and(|draft| draft.text == "Words of the right."))
        .await;
    // And the first, which goes on typing, is asked in turn.
    let mark = left.mark();
    left.desk.ask(Request::SaveDraft(typed(&id, "Words of the left, and more.", there.revision)));
    eventually("the first is told", || left.hears(mark, |event| matches!(event, Event::DraftConflict { .. }))).await;
    assert_eq!(right.draft(&id).unwrap().text, "Words of the right.");
    left.close().await;
    right.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_uses_up_ones_own_draft_and_not_newer_words_of_another() {
    let place = Workplace::open(60).await;
    let (left, right, open) = two(&place).await;
    let id = open[0].clone();
    let mark = left.mark();
    left.desk.ask(Request::SaveDraft(typed(&id, "Sent from the left.", 0)));
    eventually("it is on disk", || left.hears(mark, |event| matches!(event, Event::DraftSaved(_)))).await;
    let group = left.engine.new_group().unwrap();
    left.desk.ask(Request::Commit {
        group,
        acts: vec![(id.clone(), reply("Sent from the left."))],
        uses_drafts: vec![(id.clone(), Mode::Reply)],
        began: None,
    });
    eventually("the helpdesk has it", || place.times_there(&id, "Sent from the left.") == 1).await;
    eventually_within("the draft is gone for both", SOON, || right.draft(&id).is_none()).await;
    left.close().await;
    right.close().await;
    assert_eq!(place.times_there(&id, "Sent from the left."), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_beside_a_screen_is_seen_by_it() {
    let place = Workplace::open(60).await;
    place.engine().pull_once().await.unwrap();
    let screen = Screen::open(place.setup());
    let id = rows(&screen.engine, "state:open")[0].clone();
    let mark = screen.mark();
    // A command: an engine for a moment, without a desk.
    let command = place.engine();
    commit(&command, &id, Act::Close);
    eventually_within("the screen hears of it", SOON, || {
        screen.hears(mark, |event| matches!(event, Event::StateChanged | Event::Changed { .. }))
    })
    .await;
    drop(command);
    // The command has ended without sending: the screen sees to it.
    eventually("the helpdesk has it", || place.ask(&format!("/conversations/{id}"))["state"] == "closed").await;
    screen.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_send_each_act_once_and_in_order() {
    let place = Workplace::open(60).await;
    let between = Between::start(&place.url);
    place.engine().pull_once().await.unwrap();
    let setup = Setup { url: between.url.clone(), ..place.setup() };
    let screens: Vec<_> = (0..4).map(|_| Screen::open(setup.clone())).collect();
    let open = rows(&screens[0].engine, "state:open");
    eventually("all know who they are", || screens.iter().all(|screen| screen.engine.me().is_some())).await;
    for number in 0..40 {
        commit(&screens[number % 4].engine, &open[number / 4 % 3], reply(&format!("{number:02} of forty.")));
    }
    eventually("all are sent", || screens[0].engine.load_outbox().unwrap().is_empty()).await;
    for screen in screens {
        screen.close().await;
    }
    for (conversation, id) in open.iter().take(3).enumerate() {
        let bodies = place.bodies(id);
        let ours: Vec<_> =
            bodies.iter().filter_map(|body| body.find(" of forty").map(|at| body[at - 2..at].to_owned())).collect();
        let wanted: Vec<_> =
            (0..40).filter(|number| number / 4 % 3 == conversation).map(|number| format!("{number:02}")).collect();
        assert_eq!(ours, wanted);
    }
    assert_eq!(between.count("POST /conversations/#/reply"), 40, "one sender at a time");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_sender_was_sending_is_looked_up_and_settled_once() {
    for arrived in [true, false] {
        let place = Workplace::open(40).await;
        let between = Between::start(&place.url);
        let (engine, _) = place.engine_at(&between.url);
        engine.pull_once().await.unwrap();
        let id = rows(&engine, "state:open")[0].clone();
        let route = format!("POST /conversations/{id}/reply");
        let fault = if arrived { Fault::Delay(Duration::from_secs(60)) } else { Fault::Hold };
        between.plan(&route, fault, 1);
        let sent = commit(&engine, &id, reply("Caught in the middle."));
        let told =
            Told { places: place.places.path().to_owned(), url: between.url.clone(), token: place.token.clone() };
        let mut sender = child::start("soak::sender_of_the_soak", &told, &place.places.path().join("log"));
        eventually("the request is under way", || between.count(&route) == 1).await;
        if arrived {
            eventually("the helpdesk has it", || place.times_there(&id, "Caught in the middle.") == 1).await;
        }
        assert_eq!(row(&engine, sent).status, OutboxStatus::Sending);
        let pushed = engine.push().await.unwrap();
        assert!(pushed.sent == 0 && between.count(&route) == 1, "the other one has the lease");
        sender.kill().unwrap();
        sender.wait().unwrap();
        push_until(&engine, "it is settled", <[OutboxStatus]>::is_empty).await;
        assert_eq!(place.times_there(&id, "Caught in the middle."), 1, "arrived: {arrived}");
        assert_eq!(between.count(&route), if arrived { 1 } else { 2 }, "arrived: {arrived}");
    }
}
