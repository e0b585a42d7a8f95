//! Selecting, and acts on all that are selected.

use std::time::Duration;

use super::Desk;
use super::engine::{Engine, id};
use crate::app::bulk::BulkLayer;
use crate::app::{Layer, Pane};
use crate::config::settings::Settings;
use crate::domain::{Act, AssignTo, Draft, Mode, OutboxStatus, State, TagId, TeammateId};
use crate::sync::message::{Event, Request};
use crate::text::Untrusted;

impl Desk {
    fn selected(&self) -> String {
        self.app.status.selected.to_string()
    }

    fn preview(&self) -> (usize, Vec<(&'static str, usize)>) {
        match self.app.layers.last() {
            Some(Layer::Bulk(BulkLayer::Preview(preview))) => {
                let apart = preview.apart().iter();
                (preview.changes(), apart.map(|group| (crate::app::bulk::apart_why(group.why), group.count)).collect())
            }
            other => panic!("no preview but {other:?}"),
        }
    }

    /// Conversations of the deeds that were asked for, with their acts as they were committed.
    fn done(&self) -> Vec<String> {
        self.engine.outbox.iter().map(|row| format!("{} {}", row.conversation, row.act.kind().as_str())).collect()
    }

    fn bulks(&self) -> usize {
        self.asked.iter().filter(|request| matches!(request, Request::Bulk { .. })).count()
    }
}

#[test]
fn x_selects_and_goes_on_and_esc_clears_first() {
    let mut desk = Desk::new();
    desk.press("x x");
    assert_eq!((desk.cursor(), desk.selected().as_str()), ("3".into(), "2 selected"));
    desk.press("k x");
    assert_eq!(desk.selected(), "1 selected", "the same key takes it out again");
    desk.press("esc");
    assert_eq!((desk.selected().as_str(), desk.quit), ("", false));
}

#[test]
fn a_range_goes_from_the_last_one_selected_to_here() {
    let mut desk = Desk::new();
    desk.press("x G V");
    assert_eq!(desk.selected(), "5 selected");
    let mut desk = Desk::new();
    desk.press("j V j j");
    assert!(desk.selected().contains("V ends the range"), "{}", desk.selected());
    desk.press("V");
    assert_eq!(desk.selected(), "3 selected");
}

#[test]
fn all_that_match_are_frozen_and_later_ones_are_told() {
    let mut desk = Desk::new();
    desk.press("*");
    assert_eq!(desk.selected(), "5 selected");
    let me = TeammateId::parse("7");
    desk.engine.add(20, me.clone());
    desk.engine.add(21, me);
    desk.news().pass(Duration::from_secs(3));
    assert_eq!(desk.selected(), "5 selected +2");
    desk.press("e");
    assert_eq!(desk.preview().0, 5);
    desk.press("esc *");
    assert_eq!(desk.selected(), "", "pressed again, none");
}

#[test]
fn every_act_is_looked_at_before_it_is_done_to_all() {
    let mine = Act::Assign { to: AssignTo::Teammate(TeammateId::parse("7").unwrap()) };
    assert!(mine.suits_many());
    for (keys, typed, wanted) in [
        ("e", "", "close"),
        ("a", "zoe", "assign"),
        ("A", "bill", "assign"),
        ("z", "tomorrow 9am", "snooze"),
        ("p", "urgent", "priority"),
    ] {
        let mut desk = Desk::new();
        desk.press("x x").press(keys);
        if !typed.is_empty() {
            desk.write(typed).press("enter");
        }
        assert_eq!(desk.preview(), (2, Vec::new()), "{keys}");
        assert!(desk.engine.outbox.is_empty(), "{keys}: nothing happens before enter");
        desk.press("enter");
        assert_eq!(desk.done(), [format!("1 {wanted}"), format!("2 {wanted}")], "{keys}");
        assert_eq!(desk.selected(), "", "{keys}");
    }
}

#[test]
fn tags_go_on_all_of_them_and_merging_says_why_not() {
    let mut desk = Desk::new();
    desk.engine
        .edit(2)
        .tags
        .push(crate::domain::TagRef { id: TagId::parse("22").unwrap(), name: Untrusted::new("vip") });
    desk.news().press("x x M");
    assert!(desk.notice().contains("one conversation at a time"), "{}", desk.notice());
    desk.press("t").write("vip").press("enter");
    assert_eq!(desk.preview().0, 1, "the other has it already");
    desk.press("enter");
    assert_eq!(desk.done(), ["1 tag"]);
}

#[test]
fn what_was_answered_has_a_draft_or_was_closed_is_set_apart_until_it_is_included() {
    let mut desk = Desk::new();
    desk.press("*");
    desk.engine.now = crate::domain::UnixTime(desk.engine.now.0 + 5);
    desk.engine.customer_writes(2, "Hello?");
    let draft = Draft::new(id(3), Mode::Reply, "Dear", desk.engine.now);
    desk.engine.drafts.insert((id(3), Mode::Reply), draft);
    desk.engine.close(4);
    desk.press("e");
    assert_eq!(desk.preview(), (2, vec![("apart-answered", 1), ("apart-draft", 1)]), "4 is closed already");
    desk.press("tab");
    assert_eq!(desk.preview().0, 3);
    desk.press("enter");
    assert_eq!(desk.done(), ["1 close", "2 close", "5 close"]);
    assert_eq!(desk.selected(), "1 selected", "what was left out stays");
    assert!(desk.app.selection.contains(&id(3)));
}

#[test]
fn background_news_never_disturbs_a_selection() {
    let mut desk = Desk::new();
    desk.press("j x");
    desk.engine.edit(2).assignee = None;
    desk.news().press(".");
    assert!(!desk.ids().contains(&"2".to_owned()));
    assert_eq!(desk.selected(), "1 selected");
    desk.press("e");
    assert_eq!(desk.preview(), (0, vec![("apart-left", 1)]));
    desk.press("enter");
    assert_eq!(desk.bulks(), 0, "there is nothing to change");
}

#[test]
fn another_list_drops_the_selection_with_a_word() {
    let mut desk = Desk::new();
    desk.press("x x enter");
    assert_eq!((desk.focus(), desk.selected().as_str()), (Pane::Thread, "2 selected"));
    desk.press("g u");
    assert_eq!(desk.selected(), "");
    assert!(desk.notice().contains("dropped"), "{}", desk.notice());
}

#[test]
fn a_reply_to_all_is_written_in_one_and_previewed_with_ctrl_s() {
    let mut desk = Desk::new();
    desk.press("x x x r").write("Your parcels are on their way.");
    assert_eq!(desk.focus(), Pane::Composer);
    assert!(desk.app.composer_facts().unwrap().to.contains("3 selected"));
    desk.press("ctrl-s");
    assert_eq!(desk.preview(), (3, Vec::new()));
    desk.press("esc");
    assert_eq!(desk.text(), "Your parcels are on their way.", "nothing was taken");
    desk.press("ctrl-s enter");
    assert_eq!(desk.done(), ["1 reply", "2 reply", "3 reply"]);
    assert!(desk.engine.drafts.is_empty() && desk.text().is_empty());
    desk.press("u");
    assert!(desk.engine.outbox.is_empty());
    let again = desk.app.has_draft(&id(1)) || desk.app.has_draft(&id(2)) || desk.app.has_draft(&id(3));
    assert!(again, "what was written once is one draft again");
}

#[test]
fn writing_to_more_than_25_customers_takes_their_number() {
    let mut engine = Engine::filled();
    let me = TeammateId::parse("7");
    for number in 30..56 {
        engine.add(number, me.clone());
    }
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.press("* r").write("Hello").press("ctrl-s");
    assert_eq!(desk.preview().0, 31);
    desk.press("enter");
    assert_eq!(desk.bulks(), 0);
    desk.press("3 0 enter backspace 1 enter");
    assert_eq!((desk.bulks(), desk.done().len()), (1, 31));
}

#[test]
fn one_undo_takes_all_back_and_asks_once_some_have_left() {
    let mut desk = Desk::new();
    desk.press("* e enter");
    assert_eq!(desk.done().len(), 5);
    assert!(desk.notice().contains("Close: 5"), "{}", desk.notice());
    desk.press("u");
    assert!(desk.engine.outbox.is_empty() && desk.server("1").state == State::Open);
    desk.press("* e enter").pass(Duration::from_secs(60)).deliver();
    desk.press("u");
    let asked = match desk.app.layers.last() {
        Some(Layer::Confirm(crate::app::layers::Confirm::TakeBack { question, .. })) => question.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(asked.contains("5 of 5"), "{asked}");
    desk.press("u");
    assert_eq!(desk.server("3").state, State::Open);
}

#[test]
fn how_far_it_is_is_told_and_it_can_be_paused_and_tried_again() {
    let mut desk = Desk::new();
    desk.press("* e enter").pass(Duration::from_secs(1));
    assert_eq!(desk.app.status.bulk.to_string(), "closing 0 of 5 · g p");
    desk.press("ctrl-c").pass(Duration::from_secs(1));
    assert!(desk.app.status.bulk.contains("paused"), "{}", desk.app.status.bulk);
    desk.press("g p p").pass(Duration::from_secs(1));
    assert!(!desk.app.status.bulk.contains("paused"));
    let rows: Vec<_> = desk.engine.outbox.iter().map(|row| row.id).collect();
    for (at, row) in rows.iter().enumerate() {
        let status = if at == 0 { OutboxStatus::Failed } else { OutboxStatus::Sent };
        for event in desk.engine.set_status(*row, status) {
            desk.hear(event);
        }
    }
    desk.pass(Duration::from_secs(1));
    assert_eq!(desk.app.status.bulk.to_string(), "closing 4 of 5 · 1 failed · g p");
    desk.press("r").pass(Duration::from_secs(1));
    assert_eq!(desk.engine.outbox[0].status, OutboxStatus::Queued);
    desk.press("j enter");
    assert_eq!((desk.focus(), desk.shown().as_str()), (Pane::Thread, "2"));
}

#[test]
fn a_deed_that_the_disk_refuses_is_not_done_and_the_text_stays() {
    let mut desk = Desk::new();
    desk.engine.refuse = Some("disk-full");
    desk.press("x x n").write("for us").press("ctrl-s enter");
    assert!(desk.engine.outbox.is_empty());
    assert_eq!((desk.text().as_str(), desk.selected().as_str()), ("for us", "2 selected"));
}

#[test]
fn five_thousand_rows_are_taken_in_at_once_and_keys_go_on() {
    let mut engine = Engine::filled();
    let me = TeammateId::parse("7");
    for number in 100..600 {
        engine.add(number, me.clone());
    }
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.press("* U");
    assert_eq!(desk.preview().0, 503, "two are unread already");
    desk.press("esc e enter j k");
    assert_eq!(desk.done().len(), 505);
    assert!(desk.app.list.rows.iter().all(|row| row.struck_until.is_some()));
    desk.hear(Event::Changed { ids: Vec::new() });
}
