//! Going places: entries, panes, back and out.

use std::time::Duration;

use super::Desk;
use crate::app::{EntryKind, Layer, Pane};
use crate::domain::TeamId;

fn open(desk: &Desk) -> EntryKind {
    desk.app.sidebar.open_entry().unwrap().kind.clone()
}

#[test]
fn go_keys_open_their_entries() {
    let mut desk = Desk::new();
    for (keys, kind) in [
        ("g u", EntryKind::Unassigned),
        ("g a", EntryKind::All),
        ("g m", EntryKind::Mentions),
        ("g s", EntryKind::Snoozed),
        ("g d", EntryKind::Drafts),
        ("g o", EntryKind::NeedsYou),
        ("g i", EntryKind::You),
    ] {
        desk.press("tab").press(keys);
        assert_eq!((open(&desk), desk.focus()), (kind, Pane::List), "{keys}");
    }
    desk.press("g t").write("bill").press("enter");
    assert_eq!(open(&desk), EntryKind::Team(TeamId::parse("3").unwrap()));
}

#[test]
fn the_sidebar_opens_what_its_cursor_is_on() {
    let mut desk = Desk::new();
    desk.press("h j j");
    assert_eq!(open(&desk), EntryKind::You, "moving alone opens nothing");
    desk.press("enter");
    assert_eq!((open(&desk), desk.focus(), desk.cursor()), (EntryKind::Unassigned, Pane::List, "6".into()));
    desk.press("h G enter");
    assert_eq!(desk.app.sidebar.rows().last().map(|row| row.section), Some(crate::app::sidebar::Section::Teammates));
    desk.press("G enter");
    assert!(matches!(open(&desk), EntryKind::Teammate(_)));
    desk.press("h g g enter");
    assert_eq!(open(&desk), EntryKind::You);
}

#[test]
fn panes_follow_each_other() {
    let mut desk = Desk::new();
    let mut seen = Vec::new();
    for _ in 0..4 {
        desk.press("tab");
        seen.push(desk.focus());
    }
    assert_eq!(seen, [Pane::Thread, Pane::Details, Pane::Sidebar, Pane::List]);
    desk.press("shift-tab");
    assert_eq!(desk.focus(), Pane::Sidebar);
    desk.press("l l l l");
    assert_eq!(desk.focus(), Pane::Details);
    desk.press("h h h h");
    assert_eq!(desk.focus(), Pane::Sidebar);
    desk.press("l l r").write("x").press("esc l");
    assert_eq!(desk.focus(), Pane::Details, "h and l pass the composer");
    desk.press("h tab");
    assert_eq!(desk.focus(), Pane::Composer);
}

#[test]
fn escape_goes_one_layer_back_and_never_out() {
    let mut desk = Desk::new();
    desk.press("enter r").write("x").press("ctrl-k");
    assert_eq!(desk.app.layers.len(), 1);
    for (focus, layers) in [(Pane::Composer, 0), (Pane::Thread, 0), (Pane::List, 0), (Pane::List, 0)] {
        desk.press("esc");
        assert_eq!((desk.focus(), desk.app.layers.len()), (focus, layers));
    }
    assert!(!desk.quit);
}

#[test]
fn q_goes_back_then_asks_and_again_quits() {
    let mut desk = Desk::new();
    desk.press("enter q");
    assert_eq!(desk.focus(), Pane::List);
    desk.press("q");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Confirm(_))) && !desk.quit);
    desk.press("x");
    assert!(desk.app.layers.is_empty() && !desk.quit);
    desk.press("q esc q n");
    assert!(!desk.quit);
    desk.press("q y");
    assert!(desk.quit);
}

#[test]
fn ctrl_c_never_quits() {
    let mut desk = Desk::new();
    desk.press("ctrl-c ctrl-c g ctrl-c ctrl-k ctrl-c q ctrl-c r ctrl-c");
    assert!(!desk.quit && desk.app.layers.is_empty());
    assert_eq!(desk.focus(), Pane::Composer);
}

#[test]
fn half_a_sequence_shows_what_may_follow() {
    let mut desk = Desk::new();
    desk.press("g");
    let hints = desk.app.pending_hint();
    let has = |keys: &str| hints.iter().any(|hint| hint.keys.as_str() == keys);
    assert!(has("i") && has("g") && has("o"), "{hints:?}");
    desk.press("x");
    assert_eq!(desk.notice(), "g x does nothing here.");
    desk.pass(Duration::from_secs(1));
    desk.press("g esc j");
    assert_eq!(desk.cursor(), "2");
}

#[test]
fn one_pane_at_a_time_has_the_same_keys() {
    let mut desk = Desk::sized(60, 20);
    assert!(desk.app.layout().thread.is_none());
    desk.press("j enter");
    assert_eq!((desk.shown(), desk.focus()), ("2".into(), Pane::Thread));
    assert!(desk.app.layout().list.is_none());
    desk.press("e");
    assert_eq!(desk.shown(), "3");
    desk.press("r").write("Hi").press("ctrl-s q h");
    assert_eq!(desk.focus(), Pane::Sidebar);
    assert_eq!(desk.acts().len(), 2);
}

#[test]
fn away_is_asked_for_and_told() {
    let mut desk = Desk::new();
    desk.press("w").write("lunch").press("enter");
    let away = desk.app.status.away.clone().unwrap();
    assert_eq!((away.reason.as_str(), away.since), ("Lunch", Some(desk.engine.now)));
    desk.press("w").write("active").press("enter");
    assert_eq!(desk.app.status.away, None);
}

#[test]
fn hints_name_the_keys_that_matter_here() {
    let mut desk = Desk::new();
    let shown = |desk: &Desk| -> Vec<String> {
        desk.app.hints().iter().map(|hint| format!("{} {}", hint.keys, hint.label)).collect()
    };
    let hints = shown(&desk);
    assert_eq!(hints.first().map(String::as_str), Some("r reply"));
    assert_eq!(hints.last().map(String::as_str), Some("? help"));
    assert!(hints.contains(&"? help".to_owned()) && !hints.contains(&"o reopen".to_owned()), "{hints:?}");
    desk.press("r").write("x");
    let hints = shown(&desk);
    assert_eq!(hints.first().map(String::as_str), Some("ctrl-s send"));
    assert!(!hints.contains(&"r reply".to_owned()));
}

#[test]
fn a_word_typed_by_mistake_runs_nothing() {
    for place in ["", "enter", "h"] {
        let mut desk = Desk::new();
        if !place.is_empty() {
            desk.press(place);
        }
        desk.write("%");
        assert_eq!(desk.notice(), "% does nothing here.", "{place}");
        for letter in "erna ".chars() {
            desk.pass(Duration::from_millis(300)).write(&letter.to_string());
        }
        assert!(desk.acts().is_empty(), "{place}");
        assert_eq!(desk.app.composer.conversation, None);
        assert_eq!(desk.notice(), "% does nothing here, nor does what was typed with it: erna");
    }
}

#[test]
fn a_key_after_a_rest_or_no_letter_runs_again() {
    let mut desk = Desk::new();
    desk.write("/").pass(Duration::from_millis(700)).press("e");
    assert_eq!(desk.acts().len(), 1);
    let mut desk = Desk::new();
    desk.write("/").press("down r").write("erna");
    assert_eq!((desk.cursor(), desk.text()), ("2".into(), "erna".into()));
}
