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
    assert!(desk.notice().contains("is cleared"), "{}", desk.notice());
}

#[test]
fn a_reply_to_all_is_written_in_one_and_previewed_with_ctrl_s() {
    let mut desk = Desk::new();
    desk.press("x x x r").write("Your parcels are on their way.");
    assert_eq!(desk.focus(), Pane::Composer);
    assert_eq!(desk.app.composer_facts().unwrap().many, 3);
    desk.press("ctrl-s");
    assert_eq!(desk.preview(), (3, Vec::new()));
    desk.press("esc");
    assert_eq!(desk.text(), "Your parcels are on their way.", "nothing was taken");
    desk.press("ctrl-s enter");
    assert_eq!(desk.done(), ["1 reply", "2 reply", "3 reply"]);
    assert!(desk.engine.drafts.is_empty() && desk.text().is_empty());
    desk.press("u");
    assert!(desk.engine.outbox.is_empty());
    assert!(desk.app.has_draft(&id(1)), "what was written once is one draft again");
    assert_eq!(desk.selected(), "3 selected", "and those it goes to are selected again");
    desk.press("r");
    assert_eq!((desk.app.composer_facts().unwrap().many, desk.text().as_str()), (3, "Your parcels are on their way."));
}

#[test]
fn a_text_to_many_never_becomes_one_to_a_single_customer_under_the_hands() {
    // The selection is cleared, emptied or left while the composer stands below the thread.
    for keys in ["esc esc", "esc h g g x x x", "esc g u"] {
        let mut desk = Desk::new();
        desk.press("x x x r").write("To all of you");
        let at = desk.app.composer.conversation.clone().unwrap();
        desk.press(keys);
        assert_eq!(desk.app.composer.conversation, None, "{keys}: it is closed");
        assert!(!desk.app.selection.is_on() && desk.app.has_draft(&at), "{keys}: it is kept as a draft");
        assert!(!desk.done().iter().any(|act| act.contains("reply")), "{keys}");
    }
    let mut desk = Desk::new();
    desk.press("x x x r").write("To all of you").press("esc");
    assert_eq!(desk.app.composer_facts().unwrap().many, 3, "esc alone changes nothing about it");
    desk.press("r ctrl-x e");
    assert_eq!((desk.preview().0, desk.done().len()), (3, 0), "send and close is looked at first as well");
    desk.press("enter");
    assert_eq!(desk.done(), ["1 reply", "1 close", "2 reply", "2 close", "3 reply", "3 close"]);
}

#[test]
fn nothing_is_done_before_it_was_counted_what_it_would_do() {
    let mut desk = Desk::new();
    desk.press("x x x e");
    desk.engine.customer_writes(2, "One more thing");
    desk.press("esc e");
    assert_eq!(desk.preview(), (2, vec![("apart-answered", 1)]));
    desk.slow = true;
    desk.press("tab enter");
    assert_eq!((desk.bulks(), desk.notice().contains("counting")), (0, true), "it would do more than it shows");
    desk.catch_up();
    assert_eq!(desk.preview().0, 3);
    desk.press("enter");
    assert_eq!(desk.bulks(), 1);
}

#[test]
fn while_it_is_counted_what_is_selected_no_act_goes_to_the_one_under_the_cursor() {
    let mut desk = Desk::new();
    desk.slow = true;
    desk.press("* e r i t");
    assert!(desk.acts().is_empty() && desk.app.layers.is_empty() && desk.focus() == Pane::List);
    assert!(desk.notice().contains("counting"), "{}", desk.notice());
    desk.catch_up();
    desk.press("e");
    assert_eq!(desk.preview().0, 5);
    // And a choice that was asked for one stays for that one.
    let mut desk = Desk::new();
    desk.press("z");
    desk.app.select_all();
    assert!(desk.app.selection.is_on() || desk.app.is_selecting());
    let requests: Vec<_> = std::mem::take(&mut desk.app.out);
    desk.carry_out(requests);
    desk.press("enter");
    assert_eq!((desk.acts().len(), desk.acts()[0].0.as_str()), (1, "1"));
}

#[test]
fn an_undo_of_what_leaves_no_act_takes_nothing_else_back() {
    let mut desk = Desk::new();
    desk.press("e x x");
    let acts = desk.done();
    assert_eq!(acts.len(), 1);
    desk.slow = true;
    desk.press("U enter u");
    desk.catch_up();
    assert_eq!(desk.done(), acts, "what was done before it stays");
}

#[test]
fn what_the_helpdesk_does_not_have_is_set_apart() {
    let mut desk = Desk::new();
    let mut new = desk.engine.conversation(&id(1)).unwrap().clone();
    new.id = crate::domain::ConversationId::placeholder("1").unwrap();
    desk.engine.conversations.push(new);
    desk.press("g a * e");
    let (changes, apart) = desk.preview();
    assert_eq!((changes, apart), (desk.app.selection.len() - 1, vec![("apart-unsent", 1)]));
    desk.press("tab enter");
    assert!(desk.done().iter().all(|act| !act.starts_with("new-")));
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
