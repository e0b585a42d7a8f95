//! Acts: each key does its own, on the right conversation, and on no other.

use std::time::Duration;

use super::engine::Engine;
use super::{Desk, NOW};
use crate::app::Pane;
use crate::config::settings::{Advance, Settings};
use crate::domain::{
    Act, AssignTo, ConversationId, OutboxStatus, Priority, State, TagId, TeamId, TeammateId, UnixTime,
};
use crate::sync::message::{Connection, Event};
use crate::text::Untrusted;

fn to_mate(id: &str) -> Act {
    Act::Assign { to: AssignTo::Teammate(TeammateId::parse(id).unwrap()) }
}

#[test]
fn every_key_does_its_act_on_the_cursors_conversation() {
    let tomorrow = UnixTime(1_795_078_800);
    let cases: &[(&str, &str, Act)] = &[
        ("e", "", Act::Close),
        ("a", "zoe", to_mate("9")),
        ("a", "nobody", Act::Assign { to: AssignTo::Nobody }),
        ("A", "bill", Act::Assign { to: AssignTo::Team(TeamId::parse("3").unwrap()) }),
        ("t", "vip", Act::Tag { tag: TagId::parse("22").unwrap(), name: Untrusted::new("vip") }),
        ("z", "tomorrow 9am", Act::Snooze { until: tomorrow, reminder: None }),
        ("p", "urgent", Act::Priority { to: Priority::Urgent }),
        ("M", "7", Act::Merge { into: ConversationId::parse("7").unwrap() }),
    ];
    for (key, typed, act) in cases {
        for focus in ["", "enter"] {
            let mut desk = Desk::new();
            desk.press("j j");
            if !focus.is_empty() {
                desk.press(focus);
            }
            desk.press(key);
            if !typed.is_empty() {
                desk.write(typed).press("enter");
            }
            if *key == "M" {
                desk.press("y");
            }
            assert_eq!(desk.acts(), [("3".to_owned(), act.clone())], "{key} {typed} {focus}");
        }
    }
}

#[test]
fn the_other_acts() {
    let mut desk = Desk::new();
    desk.press("g u i");
    assert_eq!(desk.acts(), [("6".to_owned(), to_mate("7"))]);
    let mut desk = Desk::new();
    desk.engine.edit(3).state = State::Closed;
    desk.press("g c").press("ctrl-k").write("go to closed").press("enter o");
    assert_eq!(desk.acts(), [("3".to_owned(), Act::Reopen)]);
}

#[test]
fn a_key_acts_on_the_cursors_conversation_while_the_preview_is_on_its_way() {
    let mut desk = Desk::new();
    desk.press("j");
    assert_eq!(desk.shown(), "1");
    desk.press("e");
    assert_eq!(desk.acts(), [("2".to_owned(), Act::Close)]);
}

#[test]
fn keys_typed_ahead_of_the_engine_go_to_one_conversation_each() {
    for start in ["", "enter"] {
        let mut desk = Desk::new();
        if !start.is_empty() {
            desk.press(start);
        }
        desk.slow = true;
        desk.press("e e e");
        desk.catch_up();
        let on: Vec<String> = desk.acts().into_iter().map(|(id, _)| id).collect();
        assert_eq!(on, ["1", "2", "3"], "{start}");
        assert_eq!(desk.cursor(), "4");
    }
}

#[test]
fn what_a_thread_key_acts_on_is_what_the_thread_shows() {
    let mut desk = Desk::new();
    desk.press("enter");
    desk.slow = true;
    desk.press("J");
    assert_eq!(desk.shown(), "", "nothing of the one before stays");
    desk.catch_up();
    assert_eq!(desk.shown(), "2");
    desk.press("e");
    assert_eq!(desk.acts(), [("2".to_owned(), Act::Close)]);
}

#[test]
fn a_picker_is_for_the_conversation_that_it_was_opened_on() {
    let mut desk = Desk::new();
    desk.press("j a");
    desk.engine.close(2);
    desk.news();
    desk.write("ana").press("enter");
    assert_eq!(desk.acts(), [("2".to_owned(), to_mate("8"))]);
}

#[test]
fn done_then_next() {
    let mut desk = Desk::new();
    desk.press("j e");
    assert_eq!((desk.cursor(), desk.ids().len()), ("3".into(), 5));
    let row = desk.app.list.rows.get(1).unwrap();
    assert!(row.struck_until.is_some());
    desk.pass(Duration::from_secs(4));
    assert_eq!(desk.ids().len(), 5);
    desk.pass(Duration::from_secs(2));
    assert_eq!(desk.ids(), ["1", "3", "4", "5"]);
    assert_eq!(desk.cursor(), "3");
}

#[test]
fn the_open_thread_goes_on_to_the_next_too() {
    let mut desk = Desk::new();
    desk.press("enter e");
    assert_eq!((desk.shown(), desk.focus()), ("2".into(), Pane::Thread));
    desk.press("z").write("2h").press("enter");
    assert_eq!(desk.shown(), "3");
    desk.press("a").write("ana").press("enter");
    assert_eq!(desk.shown(), "4");
    let acts = desk.acts();
    assert_eq!(
        acts.get(1),
        Some(&("2".to_owned(), Act::Snooze { until: NOW + Duration::from_secs(7_203), reminder: None }))
    );
}

#[test]
fn advance_is_as_the_agent_likes_it() {
    for (advance, cursor, focus) in
        [(Advance::Next, "4", Pane::Thread), (Advance::Previous, "2", Pane::Thread), (Advance::List, "4", Pane::List)]
    {
        let settings = Settings { advance, ..Settings::default() };
        let mut desk = Desk::with(160, 48, settings, Engine::filled());
        desk.press("j j enter e");
        assert_eq!((desk.cursor().as_str(), desk.focus()), (cursor, focus), "{advance:?}");
    }
}

#[test]
fn after_the_last_one_the_list_has_the_focus() {
    let mut desk = Desk::new();
    desk.engine.conversations.truncate(1);
    desk.press("ctrl-r enter e");
    assert_eq!(desk.focus(), Pane::List);
    desk.pass(Duration::from_secs(10));
    assert_eq!(desk.cursor(), "1", "never removed under the cursor");
}

#[test]
fn taking_one_stays_on_it() {
    let mut desk = Desk::new();
    desk.press("g u i");
    assert_eq!(desk.cursor(), "6");
    assert!(desk.app.list.row_at_cursor().unwrap().struck_until.is_some());
    desk.pass(Duration::from_secs(20));
    assert_eq!(desk.cursor(), "6");
    desk.press("j");
    assert_eq!(desk.ids(), ["7", "8", "9"]);
    assert_eq!(desk.cursor(), "7");
}

#[test]
fn an_act_that_stays_in_the_list_is_not_struck_through() {
    let mut desk = Desk::new();
    desk.press("g a p").write("high").press("enter");
    assert!(desk.app.list.rows.iter().all(|row| row.struck_until.is_none()));
    assert_eq!(desk.cursor(), "1");
    assert_eq!(desk.app.list.at_cursor().unwrap().priority, Priority::High);
}

#[test]
fn undo_takes_the_last_group_back_and_returns_to_it() {
    let mut desk = Desk::new();
    desk.press("e e");
    assert_eq!(desk.cursor(), "3");
    desk.press("u");
    assert_eq!((desk.cursor(), desk.server("2").state), ("2".into(), State::Open));
    assert!(desk.app.list.row_at_cursor().unwrap().struck_until.is_none());
    desk.press("u");
    assert_eq!((desk.cursor(), desk.server("1").state), ("1".into(), State::Open));
    desk.press("u");
    assert!(desk.notice().contains("nothing to take back"));
}

#[test]
fn undo_after_the_row_has_gone_brings_it_back() {
    let mut desk = Desk::new();
    desk.press("e").pass(Duration::from_secs(20));
    assert_eq!(desk.ids().len(), 4);
    desk.press("u");
    assert_eq!((desk.ids().len(), desk.cursor()), (5, "1".into()));
}

#[test]
fn nothing_is_shown_as_done_before_it_is_on_disk() {
    let mut desk = Desk::new();
    desk.slow = true;
    desk.press("e");
    assert!(desk.app.list.rows.iter().all(|row| row.struck_until.is_none()));
    assert_eq!(desk.notice(), "");
    desk.catch_up();
    assert!(desk.app.list.rows.first().unwrap().struck_until.is_some());
    assert_eq!(desk.notice(), "Closed · Order 1 · u takes it back");
}

#[test]
fn a_refused_act_is_said_and_nothing_is_struck() {
    let mut desk = Desk::new();
    desk.engine.refuse = Some("why-not-loaded");
    desk.press("e");
    assert!(desk.app.list.rows.iter().all(|row| row.struck_until.is_none()));
    assert!(desk.notice().starts_with("Nothing was done"), "{}", desk.notice());
    assert!(desk.app.undo.last().is_none());
}

#[test]
fn what_is_so_already_is_not_done_again() {
    let mut desk = Desk::new();
    desk.press("g a p").write("none").press("enter");
    assert!(desk.acts().is_empty());
    assert_eq!(desk.notice(), "It is so already.");
    desk.press("i");
    assert_eq!(desk.notice(), "It is assigned to you already.");
}

#[test]
fn priority_says_why_it_cannot_be_set() {
    let mut engine = Engine::filled();
    let mut directory = (*engine.directory).clone();
    directory.capabilities.set_priority = false;
    engine.directory = std::sync::Arc::new(directory);
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.press("p");
    assert!(desk.app.layers.is_empty());
    assert!(desk.notice().contains("cannot set a priority"));
}

#[test]
fn marked_unread_stays_so_while_it_is_in_view() {
    let mut desk = Desk::new();
    desk.press("enter U").pass(Duration::from_secs(10));
    assert!(desk.server("1").unread);
}

#[test]
fn snooze_as_last_time_counts_from_now() {
    let mut desk = Desk::new();
    desk.press("Z");
    assert!(desk.notice().contains("Nothing has been snoozed"));
    desk.press("z").write("2h").press("enter").pass(Duration::from_secs(60));
    desk.press("Z");
    let acts = desk.acts();
    let until = |at: usize| match acts.get(at) {
        Some((_, Act::Snooze { until, .. })) => until.0,
        other => panic!("{other:?}"),
    };
    assert_eq!(until(1) - until(0), 60);
    assert_eq!(acts.get(1).unwrap().0, "2");
}

#[test]
fn a_failed_row_is_told_and_can_be_sent_again_edited_or_given_up() {
    let mut desk = Desk::new();
    desk.press("r").write("Hello").press("ctrl-s");
    let id = desk.engine.outbox.first().unwrap().id;
    for event in desk.engine.set_status(id, OutboxStatus::Failed) {
        desk.hear(event);
    }
    assert!(desk.notice().starts_with("Not sent"), "{}", desk.notice());
    desk.press("g o");
    assert_eq!((desk.app.list.outbox.len(), desk.cursor()), (1, "1".into()));
    desk.press("Y");
    assert!(desk.notice().starts_with("Its outcome"), "an error goes with the next key: {}", desk.notice());
    desk.press("E");
    assert_eq!((desk.text().as_str(), desk.focus()), ("Hello", Pane::Composer));
    assert!(desk.engine.outbox.is_empty());
}

#[test]
fn a_message_is_said_to_go_and_other_acts_to_be_done() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("ctrl-s");
    assert_eq!(desk.notice(), "Reply is on its way · u takes it back");
    desk.press("n").write("Hm").press("ctrl-s");
    assert_eq!(desk.notice(), "Note is on its way · u takes it back");
    desk.hear(Event::Connection(Connection::Offline { since: NOW, why: "offline-unreachable" }));
    desk.press("r").write("Hi").press("ctrl-s");
    assert_eq!(desk.notice(), "Reply waits for the helpdesk · u takes it back");
    desk.press("esc t").write("vip").press("enter");
    assert_eq!(desk.notice(), "Tagged vip · Order 1 · u takes it back");
    desk.press("z").write("27 nov 14:00").press("enter");
    assert!(desk.notice().starts_with("Snoozed until Fri 27 Nov 14:00"), "{}", desk.notice());
}

#[test]
fn an_error_leaves_by_itself() {
    let mut desk = Desk::new();
    desk.press("r").write("Hello").press("ctrl-s");
    let id = desk.engine.outbox.first().unwrap().id;
    for event in desk.engine.set_status(id, OutboxStatus::Failed) {
        desk.hear(event);
    }
    assert!(desk.notice().starts_with("Not sent"), "{}", desk.notice());
    desk.pass(Duration::from_secs(9));
    assert_eq!((desk.notice().as_str(), desk.app.status.needs_you), ("", 1));
}

#[test]
fn undo_keeps_the_rows_in_their_place() {
    let mut engine = Engine::filled();
    for number in 100..150 {
        engine.add(number, TeammateId::parse("7"));
    }
    let mut desk = Desk::with(80, 24, Settings::default(), engine);
    for _ in 0..30 {
        desk.press("j");
    }
    desk.press("k k k");
    let (ids, scroll, cursor) = (desk.ids(), desk.app.list.scroll, desk.cursor());
    assert!(scroll > 0);
    desk.press("e u");
    assert_eq!((desk.ids(), desk.app.list.scroll, desk.cursor()), (ids.clone(), scroll, cursor.clone()));
    desk.press("e").pass(Duration::from_secs(20));
    let top = |desk: &Desk| desk.ids().get(desk.app.list.scroll).cloned();
    let before = top(&desk);
    desk.press("u");
    assert_eq!((desk.ids(), top(&desk), desk.cursor()), (ids, before, cursor));
}

#[test]
fn undo_is_hinted_at_while_something_can_be_taken_back() {
    let hinted = |desk: &Desk| desk.app.hints().iter().any(|hint| hint.keys.as_str() == "u");
    let mut desk = Desk::new();
    assert!(!hinted(&desk));
    desk.press("r").write("Hi").press("ctrl-s");
    assert!(hinted(&desk));
    desk.app.take_dirty();
    desk.pass(Duration::from_secs(12)).deliver();
    assert!(!hinted(&desk) && desk.app.take_dirty());
}
