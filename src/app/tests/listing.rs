//! The list never moves by itself; the preview follows a cursor at rest.

use std::time::Duration;

use super::engine::{Engine, id};
use super::{Desk, NOW};
use crate::app::{EntryKind, Pane};
use crate::config::settings::{Preview, Settings};
use crate::domain::TeammateId;
use crate::sync::message::{Event, Progress, Request};

#[test]
fn it_opens_on_you() {
    let desk = Desk::new();
    assert_eq!(desk.ids(), ["1", "2", "3", "4", "5"]);
    assert_eq!((desk.cursor(), desk.focus()), ("1".into(), Pane::List));
    let count = desk.app.sidebar.open_entry().unwrap().count.unwrap();
    assert_eq!((count.total, count.unread), (5, true));
}

#[test]
fn moving_keys_move() {
    let mut desk = Desk::new();
    for (keys, at) in [
        ("j", "2"),
        ("down", "3"),
        ("k", "2"),
        ("up", "1"),
        ("G", "5"),
        ("g g", "1"),
        ("end", "5"),
        ("home", "1"),
        ("k", "1"),
        ("J", "2"),
        ("]", "3"),
        ("K", "2"),
        ("[", "1"),
        ("ctrl-d", "5"),
        ("ctrl-u", "1"),
    ] {
        desk.press(keys);
        assert_eq!(desk.cursor(), at, "{keys}");
    }
}

#[test]
fn news_is_announced_and_taken_in_on_a_key() {
    for key in [".", "ctrl-r"] {
        let mut desk = Desk::new();
        desk.press("j j");
        desk.engine.add(10, TeammateId::parse("7"));
        desk.engine.conversations.rotate_right(1);
        desk.engine.close(1);
        desk.engine.edit(3).title = crate::text::Untrusted::new("changed");
        desk.news();
        assert_eq!(desk.ids(), ["1", "2", "3", "4", "5"], "{key}");
        assert_eq!(desk.app.list.news, 1);
        assert_eq!(desk.cursor(), "3");
        assert!(desk.app.list.rows.first().unwrap().left);
        assert_eq!(desk.app.list.at_cursor().unwrap().title.as_raw(), "changed");
        desk.press(key);
        assert_eq!(desk.ids(), ["10", "2", "3", "4", "5"], "{key}");
        assert_eq!((desk.cursor(), desk.app.list.news), ("3".into(), 0));
    }
}

#[test]
fn going_to_the_top_takes_the_news_in() {
    let mut desk = Desk::new();
    desk.press("j");
    desk.engine.add(10, TeammateId::parse("7"));
    desk.engine.conversations.rotate_right(1);
    desk.news();
    desk.press("g g");
    assert_eq!(desk.cursor(), "10");
}

#[test]
fn an_empty_list_fills_by_itself() {
    let mut desk = Desk::new();
    desk.press("g s");
    assert!(desk.ids().is_empty());
    desk.engine.edit(3).state = crate::domain::State::Snoozed;
    desk.news();
    assert_eq!(desk.ids(), ["3"]);
}

#[test]
fn the_first_pull_fills_a_list_until_somebody_moves_in_it() {
    let mut engine = Engine::filled();
    engine.conversations.truncate(1);
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.hear(Event::Progress(Some(Progress { done: 1, of: None, rate: 0 })));
    desk.engine.add(20, TeammateId::parse("7"));
    desk.news();
    assert_eq!(desk.ids(), ["1", "20"]);
    desk.press("j");
    desk.engine.add(21, TeammateId::parse("7"));
    desk.news();
    assert_eq!((desk.ids().len(), desk.app.list.news), (2, 1));
}

#[test]
fn the_preview_follows_after_a_rest_and_until_then_the_title_waits() {
    let mut desk = Desk::new();
    assert_eq!(desk.shown(), "1");
    desk.press("j j");
    assert!(desk.app.thread.is_waiting());
    assert_eq!(desk.shown(), "1");
    desk.pass(Duration::from_millis(100));
    assert!(desk.app.thread.is_waiting());
    desk.pass(Duration::from_millis(60));
    assert!(!desk.app.thread.is_waiting());
    assert_eq!(desk.shown(), "3");
    desk.press("j k");
    assert!(!desk.app.thread.is_waiting(), "back where it was");
}

#[test]
fn a_preview_on_demand_does_not_follow() {
    let settings = Settings { preview: Preview::Open, ..Settings::default() };
    let mut desk = Desk::with(160, 48, settings, Engine::filled());
    desk.press("j").pass(Duration::from_secs(5));
    assert_eq!(desk.shown(), "");
    desk.press("enter");
    assert_eq!(desk.shown(), "2");
}

#[test]
fn it_counts_as_read_after_two_seconds_at_rest_or_on_enter() {
    let mut desk = Desk::new();
    desk.press("j").pass(Duration::from_millis(1_900));
    assert!(desk.server("2").unread);
    desk.pass(Duration::from_millis(400));
    assert!(!desk.server("2").unread);
    assert!(desk.engine.seen.contains_key(&id(2)));
    desk.press("j j enter");
    assert!(!desk.server("4").unread);
    assert!(desk.acts().is_empty(), "reading is nothing that undo would take back");
    desk.press("u");
    assert!(desk.notice().contains("nothing to take back"), "{}", desk.notice());
}

#[test]
fn nothing_counts_as_read_while_the_terminal_is_not_in_front() {
    let mut desk = Desk::new();
    desk.press("j").pass(Duration::from_millis(500));
    desk.tell(super::Msg::FocusLost);
    desk.pass(Duration::from_secs(10));
    assert!(desk.server("2").unread);
    desk.tell(super::Msg::FocusGained);
    desk.pass(Duration::from_secs(3));
    assert!(!desk.server("2").unread);
}

#[test]
fn a_long_list_is_loaded_in_parts() {
    let mut engine = Engine::filled();
    for number in 100..1_500 {
        engine.add(number, TeammateId::parse("7"));
    }
    let mut desk = Desk::with(80, 24, Settings::default(), engine);
    assert_eq!((desk.app.list.total, desk.app.list.rows.len()), (1_405, 200));
    for _ in 0..700 {
        desk.press("pagedown");
    }
    assert_eq!(desk.app.list.position(), 1_401.min(desk.app.list.position()));
    assert!(desk.app.list.rows.len() <= 1_000, "{}", desk.app.list.rows.len());
    desk.press("G");
    assert_eq!((desk.cursor(), desk.app.list.position()), ("1499".into(), 1_405));
    desk.press("g g");
    assert_eq!((desk.cursor(), desk.app.list.position()), ("1".into(), 1));
    let mut expected = 1;
    for _ in 0..500 {
        desk.press("j");
        expected += 1;
        assert_eq!(desk.app.list.position(), expected);
    }
    for _ in 0..500 {
        desk.press("k");
    }
    assert_eq!(desk.app.list.position(), 1);
}

#[test]
fn the_engine_is_told_what_is_on_screen_nearest_to_the_cursor_first() {
    let mut desk = Desk::new();
    desk.press("j j");
    let showing = desk.asked.iter().rev().find_map(|request| match request {
        Request::Showing { list, .. } => Some(list.clone()),
        _ => None,
    });
    assert_eq!(showing.unwrap().first(), Some(&id(3)));
}

#[test]
fn a_sort_is_chosen_and_remembered() {
    let mut desk = Desk::new();
    desk.press("s").write("oldest").press("enter");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().sort, crate::query::Sort::Oldest);
    assert!(
        desk.asked.iter().any(|request| matches!(request, Request::SaveSort { entry, .. } if entry == "inbox:you"))
    );
    desk.press("g u g i");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().sort, crate::query::Sort::Oldest);
}

#[test]
fn idle_wakes_once_a_minute_and_draws_nothing_else() {
    let mut desk = Desk::new();
    desk.pass(Duration::from_secs(60));
    desk.app.take_dirty();
    let mut wakes = 0;
    let mut at = desk.monotonic;
    for _ in 0..10 {
        let next = desk.app.next_wake().unwrap();
        desk.pass(next - at);
        at = desk.monotonic;
        wakes += 1;
    }
    assert_eq!(wakes, 10);
    assert!(desk.engine.now.0 - NOW.0 >= 600, "{}", desk.engine.now.0 - NOW.0);
}

#[test]
fn an_answer_that_changes_nothing_is_not_drawn() {
    let mut desk = Desk::new();
    desk.app.take_dirty();
    desk.news();
    assert!(!desk.app.take_dirty());
}

#[test]
fn an_old_answer_is_dropped() {
    let mut desk = Desk::new();
    let stale = desk.asked.iter().find_map(|request| match request {
        Request::Window { generation, .. } => Some(*generation),
        _ => None,
    });
    let window = crate::sync::message::Window { offset: 0, rows: Vec::new(), total: 0 };
    desk.hear(Event::Window { generation: stale.unwrap(), window });
    assert_eq!(desk.ids().len(), 5);
    assert_eq!(desk.app.sidebar.open_entry().unwrap().kind, EntryKind::You);
}

#[test]
fn an_empty_list_shows_no_thread() {
    let mut desk = Desk::new();
    assert_eq!(desk.shown(), "1");
    desk.press("g s");
    assert_eq!((desk.shown(), desk.app.thread.is_waiting()), (String::new(), false));
    desk.press("e enter tab r");
    assert!(desk.acts().is_empty());
    assert_eq!(desk.app.composer.conversation, None);
}

#[test]
fn what_is_not_on_screen_is_not_read() {
    let mut desk = Desk::sized(60, 20);
    desk.press("enter esc j enter esc").pass(Duration::from_secs(5));
    desk.engine.customer_writes(2, "again");
    desk.news().pass(Duration::from_secs(10));
    assert!(desk.server("2").unread, "the list hides the thread");
    desk.press("enter");
    assert!(!desk.server("2").unread);
}

#[test]
fn changes_that_come_fast_ask_once_at_a_time() {
    let mut desk = Desk::new();
    desk.slow = true;
    let before = desk.asked.len();
    for _ in 0..50 {
        desk.news();
    }
    let threads = desk.asked.iter().skip(before).filter(|asked| matches!(asked, Request::Thread { .. })).count();
    assert_eq!(threads, 1);
    desk.engine.customer_writes(1, "last words");
    desk.catch_up();
    assert_eq!(desk.app.thread.open.as_ref().unwrap().items.len(), 5);
}

#[test]
fn a_customers_new_message_is_shown_in_its_row_at_once_and_counted() {
    let mut desk = Desk::new();
    desk.engine.customer_writes(3, "still nothing");
    let at = desk.engine.now;
    let written = desk.engine.edit(3);
    written.preview = crate::text::Untrusted::new("still nothing");
    written.waiting_since = Some(at);
    // Newest first: it would come first.
    let row = desk.engine.conversations.remove(2);
    desk.engine.conversations.insert(0, row);
    desk.app.take_dirty();
    desk.hear(Event::Changed { ids: vec![id(3)] });
    assert!(desk.app.take_dirty());
    assert_eq!((desk.ids(), desk.cursor()), (["1", "2", "3", "4", "5"].map(String::from).to_vec(), "1".into()));
    let shown = &desk.app.list.rows.get(2).unwrap().conversation;
    assert!(shown.unread && shown.waiting_since == Some(at));
    assert_eq!((shown.preview.as_raw(), desk.app.list.news), ("still nothing", 1));
    desk.press(".");
    assert_eq!((desk.ids().first().map(String::as_str), desk.app.list.news), (Some("3"), 0));
}

#[test]
fn the_way_to_the_inboxes_is_told_where_they_are_hidden() {
    for (width, told) in [(160, false), (100, true), (80, true), (60, false)] {
        let desk = Desk::sized(width, 24);
        let hints: Vec<String> = desk.app.hints().iter().map(|hint| format!("{} {}", hint.keys, hint.label)).collect();
        assert_eq!(hints.contains(&"h inboxes".to_owned()), told, "{width} {hints:?}");
        assert!(hints.ends_with(&["ctrl-k commands".to_owned(), "? help".to_owned()]), "{hints:?}");
    }
}
