//! Client and helpdesk on a good day.

use deskhand::domain::{Act, AssignTo, OutboxStatus, Priority, State};

use crate::workplace::{Workplace, commit, push_until, reply, rows, some_open};

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_brings_every_conversation_and_the_counts_agree() {
    let place = Workplace::open(300).await;
    let engine = place.engine();
    let pulled = engine.pull_once().await.unwrap();
    assert_eq!(pulled.rejected, 0);
    assert_eq!(rows(&engine, "").len(), 300);
    for query in ["state:open", "state:closed", "state:snoozed", "state:open is:unassigned", "state:open assignee:me"] {
        let query_value = deskhand::query::Query::parse(query).unwrap();
        assert_eq!(engine.count(&query_value).unwrap().total, rows(&engine, query).len(), "{query}");
    }
    // Nothing happened since, so nothing changes.
    assert_eq!(engine.pull_conversations(deskhand::api::Priority::Foreground).await.unwrap().changed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_arrives_and_what_is_shown_is_what_the_helpdesk_says() {
    let place = Workplace::open(60).await;
    let engine = place.engine();
    engine.pull_once().await.unwrap();
    let id = some_open(&engine);
    let directory = engine.directory();
    let me = engine.me().unwrap();
    let tag = directory.tags[0].clone();
    let until = engine.now() + std::time::Duration::from_secs(7_200);
    let acts = [
        reply("Hello <b>there</b> & welcome"),
        Act::Note { text: "a note".into(), files: Vec::new() },
        Act::Assign { to: AssignTo::Teammate(me) },
        Act::Assign { to: AssignTo::Team(directory.find_team("Wholesale").unwrap().id.clone()) },
        Act::Tag { tag: tag.id.clone(), name: tag.name.clone() },
        Act::Untag { tag: tag.id, name: tag.name },
        Act::Priority { to: Priority::Urgent },
        Act::Snooze { until, reminder: None },
        Act::Reopen,
        Act::Close,
    ];
    for act in acts {
        commit(&engine, &id, act.clone());
        let shown = engine.cache().load_conversation(&id).unwrap().unwrap();
        push_until(&engine, "the act arrived", <[OutboxStatus]>::is_empty).await;
        let settled = engine.cache().load_conversation(&id).unwrap().unwrap();
        let facts = |of: &deskhand::domain::Conversation| {
            (of.state, of.priority, of.assignee.clone(), of.team.clone(), of.snoozed_until, of.unread, of.tags.clone())
        };
        assert_eq!(facts(&shown), facts(&settled), "{act:?}");
    }
    let last = engine.cache().load_conversation(&id).unwrap().unwrap();
    assert_eq!((last.state, last.priority), (State::Closed, Priority::Urgent));
    assert_eq!(place.times_there(&id, "&lt;b&gt;there&lt;/b&gt;"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_takes_back_what_was_sent_by_its_inverse() {
    let place = Workplace::open(60).await;
    let engine = place.engine();
    engine.pull_once().await.unwrap();
    let id = some_open(&engine);
    let before = engine.cache().load_conversation(&id).unwrap().unwrap();
    let group = engine.new_group().unwrap();
    let team = engine.directory().teams[0].id.clone();
    let acts = vec![(id.clone(), Act::Assign { to: AssignTo::Team(team) }), (id.clone(), Act::Close)];
    engine.commit(&group, &acts, &[], None, deskhand::sync::Hold::Nothing).unwrap();
    push_until(&engine, "both arrived", <[OutboxStatus]>::is_empty).await;
    engine.undo(&group).unwrap();
    push_until(&engine, "both were taken back", <[OutboxStatus]>::is_empty).await;
    let after = engine.cache().load_conversation(&id).unwrap().unwrap();
    assert_eq!((after.state, after.assignee, after.team), (before.state, before.assignee, before.team));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_on_one_account_send_each_act_once() {
    let place = Workplace::open(60).await;
    let (first, second) = (place.engine(), place.engine());
    first.pull_once().await.unwrap();
    second.pull_directory().await.unwrap();
    let id = some_open(&first);
    for number in 0..10 {
        commit(if number % 2 == 0 { &first } else { &second }, &id, reply(&format!("number {number} of ten")));
    }
    tokio::join!(
        push_until(&first, "all are sent", <[OutboxStatus]>::is_empty),
        push_until(&second, "all are sent", <[OutboxStatus]>::is_empty)
    );
    for number in 0..10 {
        assert_eq!(place.times_there(&id, &format!("number {number} of ten")), 1, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_did_is_seen_and_what_was_deleted_goes() {
    let place = Workplace::open(60).await;
    let engine = place.engine();
    engine.pull_once().await.unwrap();
    let open = rows(&engine, "state:open");
    crate::between::delete(&place.url, &format!("/conversations/{}", open[0]), &place.token);
    let other = tempfile::tempdir().unwrap();
    let (colleague, _) = crate::workplace::engine(other.path(), &place.url, &place.token);
    colleague.pull_once().await.unwrap();
    commit(&colleague, &open[1], Act::Close);
    push_until(&colleague, "the colleague's act arrived", <[OutboxStatus]>::is_empty).await;
    engine.pull_once().await.unwrap();
    let now = rows(&engine, "state:open");
    assert!(!now.contains(&open[0]) && !now.contains(&open[1]));
    assert_eq!(now.len(), open.len() - 2);
}
