//! The way back after a restart, and what is said only for as long as it is true.

use std::time::Duration;

use super::Desk;
use super::engine::{Engine, id};
use crate::app::{App, Layer, Pane};
use crate::config::settings::Settings;
use crate::domain::{Mode, OutboxStatus};
use crate::keymap::Keymap;
use crate::sync::message::{Event, Place, Request};
use crate::words::Words;

/// Starts again where the desk was, with what `change` does to the workspace meanwhile.
fn again(desk: &Desk, size: (u16, u16), change: impl FnOnce(&mut Engine)) -> Desk {
    let place = desk.engine.place.clone().unwrap();
    let mut engine = Engine::filled();
    engine.drafts = desk.engine.drafts.clone();
    engine.outbox = desk.engine.outbox.clone();
    change(&mut engine);
    let mut desk = Desk::with(size.0, size.1, Settings::default(), engine);
    desk.hear(Event::Place(place));
    desk
}

#[test]
fn a_conversation_that_left_its_list_is_not_shown_beside_another_row() {
    for size in [(160, 48), (100, 30), (80, 24), (60, 20)] {
        let mut desk = Desk::sized(size.0, size.1);
        desk.press("g u j enter").pass(Duration::from_millis(500));
        let desk = again(&desk, size, |engine| engine.close(7));
        assert_eq!((desk.cursor().as_str(), desk.focus()), ("6", Pane::List), "{size:?}");
        assert!(["6", ""].contains(&desk.shown().as_str()), "{size:?} {}", desk.shown());
        assert!(desk.app.composer.conversation.is_none());
    }
}

#[test]
fn a_restart_returns_into_the_composer() {
    let mut desk = Desk::new();
    desk.press("g u j enter r").write("begun").pass(Duration::from_secs(2));
    let desk = again(&desk, (160, 48), |_| {});
    assert_eq!((desk.shown().as_str(), desk.text().as_str(), desk.focus()), ("7", "begun", Pane::Composer));
}

#[test]
fn a_place_is_kept_after_half_a_second_at_rest_and_not_while_moving() {
    let mut desk = Desk::new();
    for _ in 0..3 {
        desk.press("j").pass(Duration::from_millis(100));
    }
    let kept = |desk: &Desk| desk.asked.iter().filter(|asked| matches!(asked, Request::SavePlace(_))).count();
    assert_eq!(kept(&desk), 0);
    desk.pass(Duration::from_millis(500));
    assert_eq!((kept(&desk), desk.engine.place.clone().and_then(|place| place.conversation)), (1, Some(id(4))));
}

#[test]
fn the_keys_of_needs_you_work_wherever_the_cursor_of_the_thread_is() {
    let mut desk = Desk::new();
    desk.press("r").write("Hello").press("ctrl-s");
    let row = desk.engine.outbox.first().unwrap().id;
    for event in desk.engine.set_status(row, OutboxStatus::Failed) {
        desk.hear(event);
    }
    desk.press("g o").pass(Duration::from_secs(1));
    let place = Place { open: true, ..desk.engine.place.clone().unwrap() };
    desk.engine.place = Some(place);
    let mut desk = again(&desk, (100, 30), |_| {});
    assert_eq!((desk.focus(), desk.cursor().as_str()), (Pane::Thread, "1"));
    desk.press("g g");
    let hints: Vec<String> = desk.app.hints().iter().map(|hint| format!("{} {}", hint.keys, hint.label)).collect();
    assert_eq!(hints.first().map(String::as_str), Some("s send again"), "{hints:?}");
    desk.press("E");
    assert_eq!((desk.text().as_str(), desk.focus()), ("Hello", Pane::Composer));
}

#[test]
fn what_is_said_of_a_message_goes_when_it_leaves() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("ctrl-s");
    assert!(desk.notice().starts_with("Reply is on its way"), "{}", desk.notice());
    let row = desk.engine.outbox.last().unwrap().id;
    for event in desk.engine.set_status(row, OutboxStatus::Sending) {
        desk.hear(event);
    }
    assert_eq!(desk.notice(), "");
}

#[test]
fn that_the_helpdesk_is_asked_is_said_until_it_has_answered() {
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("sync").press("enter");
    assert!(desk.notice().starts_with("Asking"), "{}", desk.notice());
    desk.news();
    assert_eq!(desk.notice(), "");
}

#[test]
fn a_note_never_becomes_a_reply_by_one_key() {
    let mut desk = Desk::new();
    desk.press("n").write("for us only").press("ctrl-x t");
    assert_eq!((desk.app.composer.mode, desk.text().as_str()), (Mode::Reply, ""));
    desk.press("ctrl-x t");
    assert_eq!((desk.app.composer.mode, desk.text().as_str()), (Mode::Note, "for us only"));
}

#[test]
fn the_help_has_whole_words_of_its_titles_first() {
    let mut desk = Desk::new();
    desk.press("?").write("draft");
    let Some(Layer::Help(help)) = desk.app.layers.last() else { panic!("the help") };
    let titles: Vec<String> =
        help.visible.iter().filter_map(|at| help.rows.get(*at)).map(|row| row.title.to_string()).take(2).collect();
    assert!(titles.iter().all(|title| title.to_lowercase().contains("draft")), "{titles:?}");
}

#[test]
fn a_full_disk_is_told_in_one_sentence() {
    let mut desk = Desk::new();
    desk.engine.refuse = Some("disk-full");
    desk.press("e");
    assert_eq!(desk.notice(), "Nothing was done: the disk is full.");
    desk.press("r").write("Hi").press("ctrl-s");
    assert_eq!(desk.notice(), "Not sent: the disk is full. The text is back.");
}

#[test]
fn an_overlay_has_no_hints_but_its_own() {
    let mut desk = Desk::new();
    desk.press("e").press("esc q");
    assert!(!desk.app.layers.is_empty() && desk.app.hints().is_empty());
}

#[test]
fn a_screen_that_begins_at_a_conversation_has_the_cursor_on_it_whatever_is_heard_first() {
    for (entry, is_early) in [("inbox:all", false), ("inbox:all", true), ("inbox:unassigned", true)] {
        let mut desk = Desk::sized(100, 30);
        let mut app = App::new(Settings::default(), Words::english(), Keymap::shipped(), "test");
        app.at(desk.engine.now, Duration::from_secs(100));
        app.begin_at(Place { entry: entry.into(), conversation: Some(id(7)), open: true, ..Place::default() });
        desk.app = app;
        if is_early {
            let directory = desk.engine.directory.clone();
            desk.hear(Event::Directory(directory));
        }
        let effects = desk.app.start(100, 30);
        desk.carry_out(effects);
        desk.settle_in();
        assert_eq!((desk.cursor().as_str(), desk.shown().as_str(), desk.focus()), ("7", "7", Pane::Thread), "{entry}");
        desk.press("h").pass(Duration::from_secs(1));
        assert_eq!((desk.cursor().as_str(), desk.shown().as_str()), ("7", "7"), "{entry}");
    }
}
