//! Deeds on many conversations, through the real engine and the real helpdesk.

use std::collections::BTreeSet;
use std::sync::Arc;

use deskhand::domain::bulk::{Apart, Deed, Selected};
use deskhand::domain::{Act, ConversationId, GroupId, Guard, Mode, OutboxStatus};
use deskhand::query::{Query, Sort};
use deskhand::sync::Engine;
use deskhand::sync::message::{BulkPlan, Event};

use crate::workplace::{Heard, Setup, Workplace, eventually, push_until, reply};

/// All open conversations, with what shall be done to them.
fn plan(engine: &Engine, deed: Deed) -> BulkPlan {
    let query = Query::parse("state:open").unwrap();
    let matched = engine.load_matching(&query, Sort::Newest).unwrap();
    let selected = Selected::all(Arc::new(matched));
    BulkPlan { selected, deed, list: Some(query), included: BTreeSet::new(), anchor: None, takes: false }
}

/// The group's rows as they were committed, and what was left out.
fn done(heard: &Heard, group: &GroupId) -> (Vec<ConversationId>, usize) {
    let heard = heard.lock().unwrap();
    let done = heard.iter().find_map(|event| match event {
        Event::BulkDone { group: of, rows, left_out, .. } if of == group => {
            Some((rows.iter().map(|row| row.conversation.clone()).collect(), *left_out))
        }
        _ => None,
    });
    done.expect("it is told")
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_are_closed_and_one_undo_opens_them_again() {
    let place = Workplace::open(220).await;
    let (engine, heard) = place.setup().engine();
    engine.pull_once().await.unwrap();
    let mut plan = plan(&engine, Deed::Acts(vec![Act::Close]));
    let mut kept: Vec<_> = plan.selected.iter().cloned().collect();
    assert!(kept.len() >= 60, "{}", kept.len());
    kept.truncate(60);
    plan.selected = Selected::default();
    for chosen in kept {
        plan.selected.insert(chosen);
    }
    let preview = engine.preview_bulk(&plan).unwrap();
    assert_eq!((preview.changes, preview.already, preview.apart.len()), (60, 0, 0));
    let group = engine.new_group().unwrap();
    engine.do_bulk(&group, &plan).unwrap();
    let (ids, left_out) = done(&heard, &group);
    assert_eq!((ids.len(), left_out), (60, 0));
    push_until(&engine, "all are closed", <[OutboxStatus]>::is_empty).await;
    for id in &ids {
        assert_eq!(place.ask(&format!("/conversations/{id}"))["state"], "closed");
    }
    let bulks = engine.cache().load_bulks().unwrap();
    assert_eq!((bulks[0].done, bulks[0].waiting, bulks[0].failed), (60, 0, 0));
    engine.undo(&group).unwrap();
    push_until(&engine, "all are open again", <[OutboxStatus]>::is_empty).await;
    for id in &ids {
        assert_eq!(place.ask(&format!("/conversations/{id}"))["state"], "open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_deed_stays_paused_over_a_restart_and_can_be_taken_back() {
    let place = Workplace::open(40).await;
    let (engine, _) = place.setup().engine();
    engine.pull_once().await.unwrap();
    let plan = plan(&engine, Deed::Acts(vec![Act::Close]));
    let group = engine.new_group().unwrap();
    engine.do_bulk(&group, &plan).unwrap();
    engine.pause_bulk(&group, true).unwrap();
    drop(engine);
    let (engine, _) = place.setup().engine();
    let pushed = engine.push().await.unwrap();
    assert_eq!((pushed.sent, pushed.waiting), (0, 0), "nobody waits for what is paused");
    let bulks = engine.cache().load_bulks().unwrap();
    assert!(bulks[0].paused && bulks[0].waiting == plan.selected.len());
    engine.undo(&group).unwrap();
    assert!(engine.load_outbox().unwrap().is_empty());
    assert!(engine.cache().load_bulks().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_to_many_are_guarded_each_by_its_own_thread() {
    let place = Workplace::open(30).await;
    let (engine, heard) = Setup { guard: Guard::On, ..place.setup() }.engine();
    engine.pull_once().await.unwrap();
    let mut plan = plan(&engine, Deed::Acts(vec![reply("We are back on Monday.")]));
    let mut chosen: Vec<_> = plan.selected.iter().cloned().collect();
    chosen.truncate(6);
    plan.selected = Selected::default();
    for one in &chosen {
        engine.fetch_thread(&one.id).await.unwrap();
        plan.selected.insert(one.clone());
    }
    // One is answered before the deed, and this is known here; another one after, and it is not.
    place.customer_writes(&chosen[0].id, "Anybody there?");
    engine.fetch_thread(&chosen[0].id).await.unwrap();
    let preview = engine.preview_bulk(&plan).unwrap();
    assert_eq!(preview.changes, 5);
    assert_eq!(preview.apart.iter().map(|group| (group.why, group.count)).collect::<Vec<_>>(), [(Apart::Answered, 1)]);
    let group = engine.new_group().unwrap();
    plan.anchor = Some((chosen[2].id.clone(), Mode::Reply));
    place.customer_writes(&chosen[1].id, "One more thing.");
    engine.do_bulk(&group, &plan).unwrap();
    assert_eq!(done(&heard, &group).1, 1);
    push_until(&engine, "four are sent and one is held", |rows| rows == [OutboxStatus::Held]).await;
    eventually("the replies are there", || {
        chosen[2..].iter().all(|one| place.times_there(&one.id, "back on Monday") == 1)
    })
    .await;
    for one in &chosen[..2] {
        assert_eq!(place.times_there(&one.id, "back on Monday"), 0);
    }
    let items = engine.cache().load_bulk_items(&group).unwrap();
    assert_eq!(items.len(), 6, "five and the one that was left out");
}
