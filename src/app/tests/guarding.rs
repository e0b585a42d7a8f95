//! What came since a message was begun stops it, and only the agent lets it go.

use std::time::Duration;

use super::Desk;
use super::engine::{Engine, id};
use crate::app::{Pane, Severity};
use crate::config::settings::Settings;
use crate::domain::{Act, Began, Guard, Mode, OutboxStatus};
use crate::sync::message::{Event, Request};

/// What the last commit of a message says was seen.
fn began(desk: &Desk) -> Option<Began> {
    desk.asked.iter().rev().find_map(|asked| match asked {
        Request::Commit { began, .. } => Some(began.clone()),
        _ => None,
    })?
}

fn held() -> Desk {
    let mut desk = Desk::new();
    desk.press("r").write("Hi");
    desk.engine.customer_writes(1, "One more thing");
    desk.news().press("ctrl-s");
    desk
}

#[test]
fn a_message_tells_what_was_seen_when_its_first_letter_was_typed() {
    let mut desk = Desk::new();
    desk.press("r");
    desk.engine.customer_writes(1, "seen before the first letter");
    desk.news().write("H");
    desk.engine.customer_writes(1, "came while writing");
    desk.news().pass(Duration::from_secs(60));
    desk.write("i").press("ctrl-s");
    let began = began(&desk).unwrap();
    assert_eq!(began.part.unwrap().as_str(), "p1-5", "going on typing does not move it");
}

#[test]
fn the_draft_remembers_what_was_seen_over_a_restart() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("esc");
    let kept = desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap();
    assert_eq!(kept.seen_part.as_ref().unwrap().as_str(), "p1-4");
    let mut engine = Engine::filled();
    engine.drafts = desk.engine.drafts.clone();
    engine.customer_writes(1, "in between");
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.press("r").write("!").press("ctrl-s");
    assert_eq!(began(&desk).unwrap().part.unwrap().as_str(), "p1-4");
    assert_eq!(desk.engine.outbox.last().unwrap().status, OutboxStatus::Held);
}

#[test]
fn a_note_and_an_unguarded_reply_are_stopped_by_nothing() {
    let mut desk = Desk::new();
    desk.press("n").write("Hi").press("ctrl-s");
    assert_eq!(began(&desk), None);
    let settings = Settings { guard: Guard::Off, ..Settings::default() };
    let mut desk = Desk::with(160, 48, settings, Engine::filled());
    desk.press("r").write("Hi").press("ctrl-s");
    assert_eq!(began(&desk), None);
}

#[test]
fn a_held_message_is_shown_as_not_sent_with_what_came() {
    let desk = held();
    let notice = desk.app.notices.current().unwrap();
    assert_eq!(notice.severity, Severity::Error);
    assert!(notice.text.starts_with("Held, not sent: reply #1."), "{}", notice.text);
    assert_eq!(notice.details, "came in between: Chloé Dubois replied");
    let open = desk.app.thread.open.as_ref().unwrap();
    let last = open.items.get(open.cursor).unwrap();
    assert_eq!(last.status.as_ref().unwrap().0, OutboxStatus::Held);
    assert_eq!((desk.focus(), desk.app.status.needs_you), (Pane::Thread, 1));
    let keys: Vec<String> = desk.app.hints().iter().map(|hint| hint.keys.to_string()).collect();
    assert!(keys.starts_with(&["y".to_owned()]), "{keys:?}");
}

#[test]
fn a_key_pressed_twice_sends_nothing_and_a_look_later_it_does() {
    for key in ["y", "enter", "ctrl-s"] {
        let mut desk = held();
        desk.press(key);
        assert!(!desk.asked.iter().any(|asked| matches!(asked, Request::SendAnyway(_))), "{key}");
        assert!(desk.notice().starts_with("Not sent yet"), "{}", desk.notice());
        desk.pass(Duration::from_secs(1)).press(key);
        assert!(desk.asked.iter().any(|asked| matches!(asked, Request::SendAnyway(_))), "{key}");
        assert_eq!(desk.engine.outbox.last().unwrap().status, OutboxStatus::Queued);
    }
}

#[test]
fn a_held_message_can_be_written_on_having_seen_what_came() {
    let mut desk = held();
    desk.press("E");
    assert_eq!((desk.text().as_str(), desk.focus()), ("Hi", Pane::Composer));
    desk.write("!").press("ctrl-s");
    assert_eq!(began(&desk).unwrap().part.unwrap().as_str(), "p1-5");
    assert_eq!(desk.engine.outbox.last().unwrap().status, OutboxStatus::Queued);
}

#[test]
fn what_was_to_follow_a_message_is_told_when_it_is_written_on() {
    for (key, expected) in
        [("E", "Given up with it, to be done again: closed"), ("D", "The text is kept as a draft. Given up with it:")]
    {
        let mut desk = Desk::new();
        desk.press("r").write("Hi").press("ctrl-x e");
        let row = desk.engine.outbox.first().unwrap().id;
        for event in desk.engine.set_status(row, OutboxStatus::Failed) {
            desk.hear(event);
        }
        // Another conversation is open meanwhile: what was seen of it is not what was seen here.
        desk.press("g o").press(key);
        assert!(desk.notice().starts_with(expected), "{}", desk.notice());
        assert!(desk.engine.outbox.is_empty());
        let began = desk.app.composer.held(&(id(1), Mode::Reply)).unwrap().began;
        assert!(began.part.is_none_or(|part| part.as_str().starts_with("p1-")));
    }
}

#[test]
fn a_held_message_can_be_given_up_and_stays_a_draft() {
    let mut desk = held();
    desk.press("D");
    assert!(desk.engine.outbox.is_empty());
    assert_eq!(desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().text, "Hi");
    desk.press("r");
    assert_eq!(desk.text(), "Hi");
}

#[test]
fn saying_that_it_was_seen_lets_the_message_go() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi");
    desk.press("ctrl-x s");
    assert_eq!(desk.notice(), "Nothing came since this was begun.");
    desk.engine.customer_writes(1, "One more thing");
    desk.news();
    assert_eq!(desk.app.composer.arrivals.len(), 1);
    desk.press("ctrl-x s");
    assert!(desk.app.composer.arrivals.is_empty());
    assert_eq!(desk.text(), "Hi");
    desk.press("ctrl-s");
    assert_eq!(desk.engine.outbox.last().unwrap().status, OutboxStatus::Queued);
}

#[test]
fn what_came_out_of_view_is_shown_before_it_counts_as_seen() {
    let mut desk = Desk::sized(80, 24);
    let parts = desk.engine.parts.get_mut(&id(1)).unwrap();
    parts[0].body = Some(crate::text::Untrusted::new("<p>word</p>".repeat(60)));
    desk.news().press("enter g g r").write("Hi");
    let scroll = desk.app.thread.open.as_ref().unwrap().scroll;
    desk.engine.customer_writes(1, "One more thing");
    desk.news();
    assert_eq!(desk.app.thread.open.as_ref().unwrap().scroll, scroll, "what is read does not move");
    desk.press("ctrl-x s");
    assert!(desk.notice().starts_with("This came: look at it"), "{}", desk.notice());
    assert_eq!(desk.app.composer.arrivals.len(), 1);
    assert!(desk.app.thread.open.as_ref().unwrap().scroll > scroll);
    desk.press("ctrl-x s");
    assert!(desk.app.composer.arrivals.is_empty());
}

#[test]
fn the_end_of_a_thread_stays_in_view_as_messages_come() {
    let mut desk = Desk::sized(60, 20);
    desk.press("enter G r").write("Hi");
    for _ in 0..4 {
        desk.engine.customer_writes(1, "One more thing");
        desk.news();
        assert!(desk.app.thread.open.as_ref().unwrap().is_at_end());
    }
    desk.write("\n\n\n");
    assert!(desk.app.thread.open.as_ref().unwrap().is_at_end(), "the composer grew");
}

#[test]
fn a_held_message_names_who_did_what_once_the_thread_is_open() {
    let mut desk = held();
    let mut row = desk.engine.outbox.last().unwrap().clone();
    row.guard = Guard::On;
    row.began = Some(Began { part: crate::domain::PartId::parse("p1-4"), at: desk.engine.now });
    let held = desk.app.held_by(&row).unwrap();
    assert_eq!((held.what.as_str(), held.more), ("Chloé Dubois replied", 0));
    row.began = Some(Began { part: crate::domain::PartId::parse("p1-5"), at: desk.engine.now });
    assert_eq!(desk.app.held_by(&row), None);
    desk.press("esc");
}

#[test]
fn undo_brings_a_text_back_with_what_had_been_seen_then() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("ctrl-s");
    desk.engine.customer_writes(1, "crossing");
    desk.news().press("u");
    assert_eq!((desk.text().as_str(), desk.focus()), ("Hi", Pane::Composer));
    desk.press("ctrl-s");
    assert_eq!(began(&desk).unwrap().part.unwrap().as_str(), "p1-4", "taking back is not looking");
}

#[test]
fn needs_you_opens_the_conversation_at_the_row() {
    let mut desk = held();
    desk.press("g o");
    assert_eq!(desk.app.list.outbox.len(), 1);
    desk.press("enter");
    assert_eq!((desk.focus(), desk.shown()), (Pane::Thread, "1".into()));
    let open = desk.app.thread.open.as_ref().unwrap();
    assert_eq!(open.pending_at_cursor().unwrap().status, OutboxStatus::Held);
    desk.pass(Duration::from_secs(1)).press("esc y");
    assert!(desk.asked.iter().any(|asked| matches!(asked, Request::SendAnyway(_))));
    assert!(desk.app.list.outbox.is_empty(), "it goes from the list at once");
}

#[test]
fn each_stop_has_its_own_keys() {
    for (status, key, expected) in [
        (OutboxStatus::Failed, "s", true),
        (OutboxStatus::NeedsDecision, "s", true),
        (OutboxStatus::Held, "s", false),
        (OutboxStatus::NeedsDecision, "Y", true),
        (OutboxStatus::Failed, "Y", false),
        (OutboxStatus::Failed, "y", false),
    ] {
        let mut desk = Desk::new();
        desk.press("r").write("Hi").press("ctrl-s");
        let row = desk.engine.outbox.first().unwrap().id;
        for event in desk.engine.set_status(row, status) {
            desk.hear(event);
        }
        desk.press("g o").pass(Duration::from_secs(1)).press(key);
        let done = desk
            .asked
            .iter()
            .any(|asked| matches!(asked, Request::Retry(_) | Request::MarkSent(_) | Request::SendAnyway(_)));
        assert_eq!(done, expected, "{status:?} {key}: {}", desk.notice());
    }
}

#[test]
fn rows_of_the_list_are_marked_until_the_act_is_settled() {
    let mut desk = Desk::new();
    assert_eq!(desk.app.outbox.status_of(&id(1)), None);
    desk.press("r").write("Hi").press("ctrl-s");
    assert_eq!(desk.app.outbox.status_of(&id(1)), Some(OutboxStatus::Queued));
    let row = desk.engine.outbox.first().unwrap().id;
    for status in [OutboxStatus::Sending, OutboxStatus::Unknown, OutboxStatus::Retry, OutboxStatus::Failed] {
        for event in desk.engine.set_status(row, status) {
            desk.hear(event);
        }
        assert_eq!(desk.app.outbox.status_of(&id(1)), Some(status));
        let open = desk.app.thread.open.as_ref().unwrap();
        assert_eq!(open.items.last().unwrap().status.as_ref().unwrap().0, status);
    }
    for event in desk.engine.set_status(row, OutboxStatus::Sent) {
        desk.hear(event);
    }
    assert_eq!(desk.app.outbox.status_of(&id(1)), None);
}

#[test]
fn what_another_deskhand_did_is_taken_in() {
    let mut desk = Desk::new();
    let mut other = Desk::new();
    other.press("e");
    desk.engine.outbox.clone_from(&other.engine.outbox);
    desk.engine.other_writes(3, Mode::Note, "from elsewhere");
    assert!(!desk.app.has_draft(&id(3)));
    desk.hear(Event::StateChanged);
    assert_eq!(desk.app.outbox.status_of(&id(1)), Some(OutboxStatus::Queued));
    assert!(desk.app.has_draft(&id(3)));
    assert!(desk.acts().is_empty());
}

#[test]
fn a_sent_act_is_taken_back_by_its_opposite_only_when_asked() {
    for (answer, undone) in [("u", true), ("y", true), ("n", false), ("q", false), ("esc", false), ("x", false)] {
        let mut desk = Desk::new();
        desk.press("e").pass(Duration::from_secs(10)).deliver().press("u");
        assert_eq!(desk.app.layers.len(), 1, "{answer}");
        let asked = |desk: &Desk| desk.asked.iter().any(|asked| matches!(asked, Request::Undo { .. }));
        assert!(!asked(&desk));
        desk.press(answer);
        assert_eq!((asked(&desk), desk.quit, desk.app.layers.len()), (undone, false, 0), "{answer}");
    }
}

#[test]
fn a_sent_message_is_said_to_stay_and_the_act_before_it_can_still_go() {
    let mut desk = Desk::new();
    desk.press("p").write("high").press("enter").pass(Duration::from_secs(20)).deliver();
    desk.press("r").write("Gone").press("ctrl-s").pass(Duration::from_secs(11)).deliver();
    desk.press("u");
    assert!(desk.notice().starts_with("Sent already, cannot be taken back: reply"), "{}", desk.notice());
    desk.press("u");
    assert_eq!(desk.app.layers.len(), 1, "the priority is asked about");
}

#[test]
fn quitting_tells_how_many_are_unsent() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("ctrl-s").press("q q");
    let unsent = crate::app::layers::Unsent { replies: 1, ..<_>::default() };
    let quit = crate::app::layers::Confirm::Quit { unsent, loses: false };
    assert!(matches!(desk.app.layers.last(), Some(crate::app::Layer::Confirm(asked)) if *asked == quit));
    desk.press("u");
    assert!(!desk.quit && desk.app.layers.is_empty(), "undo is no yes");
    desk.press("q q");
    assert!(desk.quit);
    assert!(matches!(desk.acts().last(), Some((_, Act::Reply { .. }))));
}
