//! The composer never loses a text and never changes its mode by itself.

use std::time::Duration;

use super::engine::id;
use super::{Desk, Msg};
use crate::app::Pane;
use crate::app::composer::LONGEST;
use crate::domain::{Draft, Mode};

#[test]
fn reply_and_note_open_the_composer_for_the_cursors_conversation() {
    for (key, mode) in [("r", Mode::Reply), ("n", Mode::Note)] {
        let mut desk = Desk::new();
        desk.press("j").press(key);
        assert_eq!(desk.focus(), Pane::Composer);
        let facts = desk.app.composer_facts().unwrap();
        assert_eq!((facts.mode, facts.conversation, facts.to.as_str()), (mode, id(2), "Chloé Dubois"));
        assert_eq!(desk.shown(), "2");
    }
}

#[test]
fn printable_keys_are_text_and_tab_never_leaves() {
    let mut desk = Desk::new();
    desk.press("r").write("jkq:?e g").press("tab shift-tab enter").write("x");
    assert_eq!(desk.text(), "jkq:?e g\nx");
    assert_eq!(desk.focus(), Pane::Composer);
    assert!(desk.acts().is_empty());
}

#[test]
fn escape_leaves_and_the_draft_stays() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi Chloé").press("esc");
    assert_eq!(desk.focus(), Pane::Thread);
    assert_eq!(desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().text, "Hi Chloé");
    desk.press("r").write("!");
    assert_eq!(desk.text(), "Hi Chloé!");
    desk.press("esc J r");
    assert_eq!(desk.text(), "");
    desk.press("esc K r");
    assert_eq!(desk.text(), "Hi Chloé!");
}

#[test]
fn a_draft_on_disk_is_taken_up() {
    let mut desk = Desk::new();
    let draft = Draft::new(id(3), Mode::Note, "kept\u{1b}[2J", desk.engine.now);
    desk.engine.drafts.insert((id(3), Mode::Note), draft);
    desk.press("j j n");
    assert_eq!(desk.text(), "kept[2J");
    desk.press("esc r");
    assert_eq!(desk.text(), "", "a note is no reply");
}

#[test]
fn a_draft_that_comes_late_does_not_take_the_place_of_what_is_written() {
    let mut desk = Desk::new();
    let draft = Draft::new(id(1), Mode::Reply, "old", desk.engine.now);
    desk.press("r").write("new");
    desk.engine.drafts.insert((id(1), Mode::Reply), draft);
    desk.news();
    assert_eq!(desk.text(), "new");
}

#[test]
fn what_was_begun_before_the_draft_was_known_comes_after_it() {
    let mut desk = Desk::new();
    let draft = Draft::new(id(2), Mode::Reply, "old", desk.engine.now);
    desk.engine.drafts.insert((id(2), Mode::Reply), draft);
    desk.slow = true;
    desk.press("j r").write("new").pass(Duration::from_secs(3));
    assert_eq!(desk.engine.drafts.get(&(id(2), Mode::Reply)).unwrap().text, "old");
    desk.catch_up();
    assert_eq!(desk.text(), "old\n\nnew");
    assert_eq!(desk.engine.drafts.get(&(id(2), Mode::Reply)).unwrap().text, "old\n\nnew");
}

#[test]
fn drafts_are_saved_while_writing() {
    let mut desk = Desk::new();
    desk.press("r").write("Hel");
    assert!(desk.engine.drafts.is_empty());
    desk.pass(Duration::from_millis(1_100));
    assert_eq!(desk.engine.drafts.len(), 1);
    assert!(desk.app.composer.saved);
    desk.press("backspace backspace backspace").pass(Duration::from_secs(2));
    assert!(desk.engine.drafts.is_empty(), "an empty draft is none");
}

#[test]
fn the_mode_is_sticky_and_the_text_goes_along_when_it_is_changed() {
    let mut desk = Desk::new();
    desk.press("r").write("careful").press("ctrl-x t");
    assert_eq!((desk.app.composer.mode, desk.text().as_str()), (Mode::Note, "careful"));
    desk.press("esc");
    assert!(desk.engine.drafts.contains_key(&(id(1), Mode::Note)));
    assert!(!desk.engine.drafts.contains_key(&(id(1), Mode::Reply)));
    desk.engine.customer_writes(1, "hello?");
    desk.news();
    desk.press("tab");
    assert_eq!(desk.app.composer.mode, Mode::Note);
}

#[test]
fn each_mode_keeps_its_own_text() {
    let mut desk = Desk::new();
    desk.press("r").write("to you").press("esc n").write("to us").press("ctrl-x t");
    assert_eq!((desk.app.composer.mode, desk.text().as_str()), (Mode::Reply, "to you"));
    desk.press("ctrl-x t");
    assert_eq!((desk.app.composer.mode, desk.text().as_str()), (Mode::Note, "to us"));
}

#[test]
fn what_arrives_while_composing_is_told_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi");
    desk.engine.customer_writes(1, "One more thing");
    desk.news();
    let arrival = desk.app.composer.arrivals.first().unwrap();
    assert_eq!((arrival.who.as_str(), arrival.what, arrival.at), ("Chloé Dubois", "arrival-replied", desk.engine.now));
    assert_eq!((desk.text().as_str(), desk.focus()), ("Hi", Pane::Composer));
    desk.news();
    assert_eq!(desk.app.composer.arrivals.len(), 1);
}

#[test]
fn readline_keys_edit() {
    let mut desk = Desk::new();
    desk.press("r").write("one two three").press("ctrl-w").write("3").press("ctrl-a");
    desk.write(">").press("ctrl-e").write("<").press("ctrl-b ctrl-h");
    assert_eq!(desk.text(), ">one two <");
    desk.press("ctrl-_ ctrl-_");
    assert_ne!(desk.text(), ">one two <");
    desk.press("ctrl-e ctrl-u");
    assert_eq!(desk.text(), "");
    desk.press("ctrl-y");
    assert_ne!(desk.text(), "");
}

#[test]
fn a_character_is_deleted_whole() {
    let mut desk = Desk::new();
    desk.press("r").write("ae\u{301}👩‍💻");
    assert_eq!(desk.text(), "aé👩‍💻");
    desk.press("left right backspace");
    assert_eq!(desk.text(), "aé");
    desk.press("backspace");
    assert_eq!(desk.text(), "a");
}

#[test]
fn what_is_pasted_is_cleaned() {
    let mut desk = Desk::new();
    desk.press("r");
    desk.tell(Msg::Paste("a  \r\nb\u{1b}]0;x\u{7}\u{202e}\tc\u{1b}[31m\u{200b}!".into()));
    assert_eq!(desk.text(), "a\nb    c!");
}

#[test]
fn a_megabyte_is_taken_and_the_rest_left_out_with_a_sentence() {
    let mut desk = Desk::new();
    desk.press("r");
    let line = "0123456789".repeat(7) + "\n";
    desk.tell(Msg::Paste(line.repeat(LONGEST * 10 / line.len())));
    assert!(desk.text().len() > LONGEST - 100);
    assert!(desk.notice().contains("the rest of the paste was left out"), "{}", desk.notice());
    desk.tell(Msg::Paste(line.repeat(1_000)));
    assert!(desk.text().len() <= LONGEST);
    assert!(desk.notice().starts_with("Nothing of the paste was kept"), "{}", desk.notice());
    desk.write("abcdefghijklmnopqrstuvwxyz".repeat(20).as_str());
    assert!(desk.text().len() <= LONGEST);
}

#[test]
fn a_long_paste_with_marks_that_are_not_shown_keeps_its_beginning() {
    let mut desk = Desk::new();
    desk.press("r");
    let line = "order \u{202e}4711\u{7} e\u{301}\n";
    desk.tell(Msg::Paste(line.repeat(1_900_000 / line.len())));
    let text = desk.text();
    assert!((LONGEST - 20..=LONGEST).contains(&text.len()), "{}", text.len());
    assert!(text.starts_with("order 4711 é\norder"), "{:?}", text.chars().take(40).collect::<String>());
    assert!(!text.ends_with('e'), "cut between what a person sees as letters");
    assert!(desk.notice().contains("the rest of the paste was left out"), "{}", desk.notice());
    let mut desk = Desk::new();
    desk.press("r");
    desk.tell(Msg::Paste("\u{7}\u{202e}".repeat(10)));
    assert_eq!(desk.text(), "");
    assert!(desk.notice().starts_with("Nothing of the paste was kept"), "{}", desk.notice());
}

#[test]
fn a_paste_outside_a_text_runs_nothing() {
    let mut desk = Desk::new();
    desk.tell(Msg::Paste("e e e q y\n".into()));
    assert!(desk.acts().is_empty() && !desk.quit);
    assert!(desk.notice().contains("nothing was run"));
}

#[test]
fn escape_and_enter_in_one_breath_send_nothing_and_escape_e_closes() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("alt-enter");
    assert!(desk.acts().is_empty());
    assert_eq!((desk.focus(), desk.engine.drafts.len()), (Pane::Thread, 1));
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("alt-e");
    assert_eq!(desk.acts(), [("1".to_owned(), crate::domain::Act::Close)]);
}

#[test]
fn half_a_sequence_is_no_text() {
    let mut desk = Desk::new();
    desk.press("r ctrl-x");
    assert_eq!(desk.app.pending_keys(), "ctrl-x");
    let follow: Vec<String> = desk.app.pending_hint().iter().map(|hint| hint.keys.to_string()).collect();
    assert!(follow.contains(&"e".to_owned()) && follow.contains(&"z".to_owned()), "{follow:?}");
    desk.press("w");
    assert_eq!((desk.text().as_str(), desk.app.pending_keys().as_str()), ("", ""));
    desk.press("ctrl-x esc").write("a");
    assert_eq!(desk.text(), "a");
}

#[test]
fn quitting_keeps_the_draft() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi");
    desk.press("ctrl-z");
    assert!(desk.suspended);
    assert_eq!(desk.engine.drafts.len(), 1);
    desk.write("!").press("esc q q q");
    assert!(desk.quit);
    assert_eq!(desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().text, "Hi!");
}

#[test]
fn being_told_to_end_keeps_the_draft() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi");
    desk.tell(Msg::Leaving);
    assert_eq!(desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().text, "Hi");
}
