//! Who gets what: on arrival, by hand, while away, when there is room again.

use super::*;
use crate::helpdesk::model::act::Away;

async fn away(desk: &Desk, admin: AdminId, away: bool, reassign: bool) {
    desk.store.set_away(admin, Away { away, reassign, reason: None }).await.unwrap();
}

async fn limit(desk: &Desk, limit: i64) {
    // A team of its own, since records that are there stay as they are.
    let team = Team { assignment_limit: Some(limit), ..team(TeamId(250), "Limited", Distribution::Balanced) };
    desk.store.insert_batch(vec![Record::Team(team)]).await.unwrap();
}

#[tokio::test]
async fn round_robin_takes_turns_on_arrival() {
    let desk = Desk::new().await;
    let mut got = Vec::new();
    for _ in 0..4 {
        got.push(desk.begin_in(TURNS).await.conversation.admin_assignee.unwrap());
    }
    assert_eq!(got, [ANA, BEN, EVA, ANA]);
    away(&desk, BEN, true, false).await;
    assert_eq!(desk.begin_in(TURNS).await.conversation.admin_assignee, Some(EVA));
    for admin in [ANA, EVA] {
        away(&desk, admin, true, false).await;
    }
    let left = desk.begin_in(TURNS).await;
    assert_eq!((left.conversation.admin_assignee, left.conversation.team_assignee), (None, Some(TURNS)));
    away(&desk, ANA, false, false).await;
    let still = desk.store.conversation(left.conversation.id).await.unwrap();
    assert_eq!(still.conversation.admin_assignee, None, "round robin runs once, on arrival");
}

#[tokio::test]
async fn an_arrival_leaves_a_part_for_the_team_and_one_for_the_person() {
    let desk = Desk::new().await;
    let thread = desk.begin_in(TURNS).await;
    assert_eq!(types(&thread.parts), [&PartType::Assignment, &PartType::Assignment]);
    assert_eq!(thread.parts[0].assigned_to, Some(Target::Team(TURNS)));
    assert_eq!(thread.parts[1].assigned_to, Some(Target::Admin(ANA)));
    let manual = desk.begin_in(MANUAL).await;
    assert_eq!((manual.parts.len(), manual.conversation.admin_assignee), (1, None));
}

#[tokio::test]
async fn a_move_by_hand_runs_no_method() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let moved = desk.assign(id, Target::Team(TURNS)).await;
    assert_eq!((moved.conversation.admin_assignee, moved.parts.len()), (None, 1));
    let rule = Manage { by: Actor::Bot, step: Step::Assign { to: Target::Team(BALANCED), body: None }, at: None };
    let ruled = desk.store.manage(id, rule).await.unwrap();
    assert!(ruled.conversation.admin_assignee.is_some(), "what a rule moves arrives");
}

#[tokio::test]
async fn balanced_goes_to_the_fewest_and_counts_open_ones_only() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(desk.begin_in(BALANCED).await.conversation.id);
    }
    let mut holders = Vec::new();
    for id in &ids {
        holders.push(desk.store.conversation(*id).await.unwrap().conversation.admin_assignee.unwrap());
    }
    holders.sort();
    assert_eq!(holders, [ANA, BEN, EVA]);
    let freed = desk.store.conversation(ids[1]).await.unwrap().conversation.admin_assignee;
    desk.step(ids[1], Step::Snooze { until: NOON + 500 }).await;
    assert_eq!(desk.begin_in(BALANCED).await.conversation.admin_assignee, freed);
}

#[tokio::test]
async fn what_finds_nobody_waits_and_goes_to_whoever_has_room_first() {
    let desk = Desk::new().await;
    limit(&desk, 1).await;
    let team = TeamId(250);
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(desk.begin_in(team).await.conversation.id);
        desk.pass(1);
    }
    let holder = |id| {
        let store = &desk.store;
        async move { store.conversation(id).await.unwrap().conversation.admin_assignee }
    };
    assert_eq!((holder(ids[3]).await, holder(ids[4]).await), (None, None));
    let freed = holder(ids[1]).await;
    desk.close(ids[1]).await;
    assert_eq!((holder(ids[3]).await, holder(ids[4]).await), (freed, None), "the longest waiting first");
    desk.store.delete_conversation(ids[0], false).await.unwrap();
    assert!(holder(ids[4]).await.is_some());
}

#[tokio::test]
async fn who_comes_back_gets_what_waits() {
    let desk = Desk::new().await;
    for admin in [ANA, BEN, EVA] {
        away(&desk, admin, true, false).await;
    }
    let id = desk.begin_in(BALANCED).await.conversation.id;
    assert!(desk.store.conversation(id).await.unwrap().conversation.queued_since.is_some());
    away(&desk, BEN, false, false).await;
    let it = desk.store.conversation(id).await.unwrap().conversation;
    assert_eq!((it.admin_assignee, it.queued_since), (Some(BEN), None));
}

#[tokio::test]
async fn an_answered_conversation_of_the_away_returns_to_its_team() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    desk.assign(id, Target::Team(MANUAL)).await;
    desk.assign(id, Target::Admin(BEN)).await;
    away(&desk, BEN, true, false).await;
    let kept = desk.says(id, Actor::Contact(contact_id(1)), "hello?").await;
    assert_eq!(kept.conversation.admin_assignee, Some(BEN), "only with reassignment on");
    away(&desk, BEN, true, true).await;
    let given = desk.says(id, Actor::Contact(contact_id(1)), "hello??").await;
    assert_eq!((given.conversation.admin_assignee, given.conversation.team_assignee), (None, Some(MANUAL)));
    assert_eq!(given.parts.last().unwrap().part_type, PartType::AwayModeAssignment);
}

#[tokio::test]
async fn the_default_assignee_takes_what_no_team_takes() {
    let desk = Desk::new().await;
    let mut settings = workspace();
    settings.default_assignee = Some(Target::Admin(EVA));
    settings.channel_teams = [("email".to_owned(), MANUAL)].into();
    desk.store.set_workspace(settings.clone()).await.unwrap();
    let mailed = desk.begin(1, "x").await;
    assert_eq!((mailed.conversation.team_assignee, mailed.conversation.admin_assignee), (Some(MANUAL), None));
    let chat = NewConversation { channel: "conversation".into(), ..opening(1, "x") };
    let chatted = desk.store.create_conversation(chat.clone()).await.unwrap();
    assert_eq!(chatted.conversation.admin_assignee, Some(EVA));
    assert_eq!(types(&chatted.parts), [&PartType::DefaultAssignment]);
    settings.default_assignee = Some(Target::Team(TURNS));
    desk.store.set_workspace(settings).await.unwrap();
    let turned = desk.store.create_conversation(chat).await.unwrap();
    assert_eq!(types(&turned.parts), [&PartType::DefaultAssignment, &PartType::Assignment]);
    assert_eq!(turned.conversation.admin_assignee, Some(ANA));
}

#[tokio::test]
async fn what_wakes_without_a_person_waits_in_a_balanced_team() {
    let desk = Desk::new().await;
    for admin in [ANA, BEN, EVA] {
        away(&desk, admin, true, false).await;
    }
    let id = desk.begin_in(BALANCED).await.conversation.id;
    desk.step(id, Step::Snooze { until: NOON + 10 }).await;
    away(&desk, ANA, false, false).await;
    assert_eq!(desk.store.conversation(id).await.unwrap().conversation.admin_assignee, None, "asleep");
    desk.store.wake_due(NOON + 10).await.unwrap();
    assert_eq!(desk.store.conversation(id).await.unwrap().conversation.admin_assignee, Some(ANA));
}

#[tokio::test]
async fn what_is_moved_by_hand_into_a_balanced_team_waits_there_and_is_handed_out() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    desk.assign(id, Target::Team(BALANCED)).await;
    let it = desk.store.conversation(id).await.unwrap().conversation;
    assert_eq!((it.admin_assignee, it.team_assignee, it.queued_since), (None, Some(BALANCED), Some(NOON)));
    assert!(desk.store.wake_due(NOON + 1).await.unwrap().is_empty(), "nobody slept");
    let thread = desk.store.conversation(id).await.unwrap();
    assert_eq!(thread.conversation.admin_assignee, Some(ANA));
    assert_eq!(types(&thread.parts), [&PartType::Assignment, &PartType::Assignment]);
}
