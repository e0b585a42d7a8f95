//! Sending: one group, the right conversation, and a text that is never lost.

use std::time::Duration;

use super::Desk;
use super::engine::id;
use crate::app::{EntryKind, Pane};
use crate::config::settings::Settings;
use crate::domain::{Act, AssignTo, Mode, State, TeammateId};
use crate::sync::message::{Event, Request};

fn reply(text: &str) -> Act {
    Act::Reply { text: text.into(), files: Vec::new() }
}

fn me() -> Act {
    Act::Assign { to: AssignTo::Teammate(TeammateId::parse("7").unwrap()) }
}

#[test]
fn a_reply_is_sent_and_the_cursor_stays() {
    let mut desk = Desk::new();
    desk.press("j r").write("Hi Chloé,\nit is on its way.\n").press("ctrl-s");
    assert_eq!(desk.acts(), [("2".to_owned(), reply("Hi Chloé,\nit is on its way."))]);
    assert_eq!((desk.cursor(), desk.focus()), ("2".into(), Pane::Thread));
    assert!(desk.app.composer.conversation.is_none());
    assert!(desk.app.composer.sending.is_empty());
    assert!(desk.engine.drafts.is_empty());
    let open = desk.app.thread.open.as_ref().unwrap();
    assert!(open.items.last().unwrap().status.is_some(), "it is shown as on its way");
}

#[test]
fn the_keys_that_send_more() {
    for (keys, typed, second, cursor) in [
        ("ctrl-x e", "", Some(Act::Close), "2"),
        ("ctrl-x n", "", None, "2"),
        ("ctrl-enter", "", None, "1"),
        ("ctrl-x a", "ana", Some(Act::Assign { to: AssignTo::Teammate(TeammateId::parse("8").unwrap()) }), "2"),
    ] {
        let mut desk = Desk::new();
        desk.press("r").write("Done").press(keys);
        if !typed.is_empty() {
            assert!(desk.acts().is_empty(), "{keys}");
            desk.write(typed).press("enter");
        }
        let mut expected = vec![("1".to_owned(), reply("Done"))];
        expected.extend(second.map(|act| ("1".to_owned(), act)));
        assert_eq!(desk.acts(), expected, "{keys}");
        assert_eq!(desk.cursor(), cursor, "{keys}");
        let groups = desk.asked.iter().filter(|asked| matches!(asked, Request::Commit { .. })).count();
        assert_eq!(groups, 1, "{keys}");
    }
}

#[test]
fn send_and_snooze_takes_a_time_first() {
    let mut desk = Desk::new();
    desk.press("r").write("Later").press("ctrl-x z");
    assert!(desk.acts().is_empty());
    desk.press("esc");
    assert_eq!((desk.text().as_str(), desk.focus()), ("Later", Pane::Composer));
    desk.press("ctrl-x z").write("1h").press("enter");
    assert_eq!(desk.acts().len(), 2);
    assert_eq!(desk.server("1").state, State::Snoozed);
}

#[test]
fn replying_to_what_nobody_has_also_takes_it() {
    let mut desk = Desk::new();
    desk.press("g u r");
    assert!(desk.app.composer_facts().unwrap().takes);
    desk.write("Hello").press("ctrl-s");
    assert_eq!(desk.acts(), [("6".to_owned(), me()), ("6".to_owned(), reply("Hello"))]);
    assert_eq!(desk.cursor(), "6");
    desk.press("j n");
    assert!(!desk.app.composer_facts().unwrap().takes, "a note takes nothing");
    let mut settings = Settings::default();
    settings.composer_take = false;
    let mut desk = Desk::with(160, 48, settings, super::engine::Engine::filled());
    desk.press("g u r").write("Hello").press("ctrl-s");
    assert_eq!(desk.acts(), [("6".to_owned(), reply("Hello"))]);
}

#[test]
fn a_reply_given_to_a_colleague_is_not_taken() {
    let mut desk = Desk::new();
    desk.press("g u r").write("Hello").press("ctrl-x a").write("ana").press("enter");
    assert_eq!(desk.acts().len(), 2);
    assert_eq!(desk.server("6").assignee, TeammateId::parse("8"));
}

#[test]
fn a_refused_text_stays_in_the_composer_with_its_cursor_and_the_reason() {
    let mut desk = Desk::new();
    desk.engine.refuse = Some("disk-full");
    desk.press("r").write("Hi there").press("ctrl-a ctrl-s");
    assert_eq!((desk.text().as_str(), desk.focus()), ("Hi there", Pane::Composer));
    assert!(desk.app.composer.refused.contains("the disk is full"), "{}", desk.app.composer.refused);
    desk.engine.refuse = None;
    desk.write("O ").press("ctrl-s");
    assert_eq!(desk.acts().last(), Some(&("1".to_owned(), reply("O Hi there"))));
    assert!(desk.app.composer.refused.is_blank());
}

#[test]
fn nothing_is_sent_of_nothing() {
    let mut desk = Desk::new();
    for keys in ["ctrl-s", "ctrl-x e", "ctrl-x z"] {
        desk.press("r").write("  \n ").press(keys);
        assert!(desk.acts().is_empty(), "{keys}");
        assert_eq!(desk.notice(), "There is nothing to send yet.");
        assert_eq!(desk.focus(), Pane::Composer);
        desk.press("esc");
    }
}

#[test]
fn keys_typed_right_after_a_send_are_no_text_and_lose_none() {
    let mut desk = Desk::new();
    desk.slow = true;
    desk.press("r").write("Hi").press("ctrl-s e");
    desk.catch_up();
    assert_eq!(desk.acts(), [("1".to_owned(), reply("Hi")), ("1".to_owned(), Act::Close)]);
}

#[test]
fn a_refused_send_gives_the_text_back() {
    let mut desk = Desk::new();
    desk.engine.refuse = Some("why-not-loaded");
    desk.press("r").write("Precious").press("ctrl-s");
    assert!(desk.notice().starts_with("Nothing was done"));
    assert_eq!((desk.text().as_str(), desk.focus()), ("Precious", Pane::Composer));
    desk.press("esc");
    assert_eq!(desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().text, "Precious");
}

#[test]
fn a_refused_send_comes_before_what_was_written_meanwhile() {
    let mut desk = Desk::new();
    desk.engine.refuse = Some("why-not-loaded");
    desk.press("r").write("First");
    desk.slow = true;
    desk.press("ctrl-s r").write("Second");
    desk.catch_up();
    assert_eq!(desk.text(), "First\n\nSecond");
}

#[test]
fn undo_brings_an_unsent_text_back_into_the_composer() {
    let mut desk = Desk::new();
    desk.press("r").write("Oops").press("ctrl-x e");
    assert_eq!(desk.cursor(), "2");
    desk.press("u");
    assert_eq!((desk.text().as_str(), desk.focus()), ("Oops", Pane::Composer));
    assert_eq!((desk.cursor(), desk.shown()), ("1".into(), "1".into()));
    assert_eq!(desk.server("1").state, State::Open);
    let open = desk.app.thread.open.as_ref().unwrap();
    assert!(open.items.iter().all(|item| item.status.is_none()));
}

#[test]
fn undo_says_what_has_gone_already() {
    let mut desk = Desk::new();
    desk.press("r").write("Gone").press("ctrl-s").pass(Duration::from_secs(11));
    desk.press("u");
    assert!(desk.notice().starts_with("Sent already"), "{}", desk.notice());
    assert_eq!(desk.focus(), Pane::Thread);
}

#[test]
fn the_seconds_of_an_undo_window_are_counted_and_no_longer() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("ctrl-s");
    desk.app.take_dirty();
    desk.pass(Duration::from_secs(1));
    assert!(desk.app.take_dirty());
    desk.pass(Duration::from_secs(60));
    let next = desk.app.next_wake().unwrap() - desk.monotonic;
    assert!(next > Duration::from_secs(1), "{next:?}");
}

#[test]
fn a_draft_list_shows_what_was_begun() {
    let mut desk = Desk::new();
    desk.press("r").write("begun").press("esc g d");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().kind, EntryKind::Drafts);
    assert_eq!(desk.ids(), ["1"]);
}

#[test]
fn a_thread_that_is_gone_says_so_and_keeps_the_text() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi");
    let generation = crate::sync::message::Generation(u64::MAX);
    desk.hear(Event::Thread { generation, thread: None });
    assert!(desk.app.thread.gone);
    assert_eq!(desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().text, "Hi");
    // The hands go on: none of it closes, assigns or opens anything.
    desk.write("ezia");
    assert!(desk.acts().is_empty() && desk.app.layers.is_empty());
    assert_eq!(desk.notice(), "The composer has closed. This was typed nowhere: ezia");
}

#[test]
fn what_was_sent_is_in_view() {
    let mut desk = Desk::sized(80, 24);
    let long: String = (0..60).map(|n| format!("<p>Line {n}.</p>")).collect();
    desk.engine.parts.get_mut(&id(1)).unwrap().last_mut().unwrap().body = Some(crate::text::Untrusted::new(long));
    desk.news();
    desk.press("r").write("Hi").press("ctrl-s");
    let open = desk.app.thread.open.as_ref().unwrap();
    assert_eq!(open.cursor, open.items.len() - 1);
    let last = open.lines().collect::<Vec<_>>().iter().rposition(|line| line.item == Some(open.cursor)).unwrap();
    assert!((open.scroll..open.scroll + desk.app.thread_page()).contains(&last));
}
