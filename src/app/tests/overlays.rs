//! Palette, pickers and help.

use super::Desk;
use crate::app::Layer;
use crate::app::picker::Picker;
use crate::domain::Act;

fn picker(desk: &Desk) -> &Picker {
    match desk.app.layers.last() {
        Some(Layer::Picker(picker)) => picker,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_palette_runs_by_name_and_shows_keys_and_reasons() {
    let mut desk = Desk::new();
    desk.press("j :").write("close");
    let Some(Layer::Palette(palette)) = desk.app.layers.last() else { panic!() };
    let found = palette.found().unwrap();
    assert_eq!((found.title.as_str(), found.keys.as_str()), ("Close", "e"));
    desk.press("enter");
    assert_eq!(desk.acts(), [("2".to_owned(), Act::Close)]);
    desk.press("ctrl-k");
    let Some(Layer::Palette(palette)) = desk.app.layers.last() else { panic!() };
    assert_eq!(palette.found().unwrap().title.as_str(), "Close", "what was used lately comes first");
    desk.write("reopen").press("enter");
    assert_eq!(desk.app.layers.len(), 1, "what cannot be done says why and stays");
    assert_eq!(desk.notice(), "It is open already.");
}

#[test]
fn the_palette_finds_teams_teammates_and_tags() {
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("billing").press("enter");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().key, "team:3");
    desk.press("g i ctrl-k").write("kowalski").press("enter");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().key, "teammate:9");
    desk.press("g i ctrl-k").write("tag vip").press("enter");
    assert_eq!(desk.server("1").tags.len(), 1);
}

#[test]
fn the_palette_over_a_text_sends_it() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").press("ctrl-k").write("send and close").press("enter");
    assert_eq!(desk.acts().len(), 2);
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("send and close");
    let Some(Layer::Palette(palette)) = desk.app.layers.last() else { panic!() };
    assert!(palette.found().is_none_or(|found| found.title.as_str() != "Send and close"));
}

#[test]
fn the_palette_does_nothing_when_its_conversation_has_changed_behind_it() {
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("close");
    desk.app.list.cursor = 2;
    desk.press("enter");
    assert!(desk.acts().is_empty());
}

#[test]
fn help_lists_the_keys_of_the_pane_and_is_searched() {
    let mut desk = Desk::new();
    desk.press("?");
    let rows = |desk: &Desk| match desk.app.layers.last() {
        Some(Layer::Help(help)) => help.visible.len(),
        other => panic!("{other:?}"),
    };
    let all = rows(&desk);
    assert!(all > 40);
    desk.write("snooze");
    assert!((1..all).contains(&rows(&desk)));
    desk.press("down up pagedown esc j");
    assert_eq!(desk.cursor(), "2");
}

#[test]
fn what_is_pasted_into_a_picker_is_its_text() {
    let mut desk = Desk::new();
    desk.press("a");
    desk.tell(super::Msg::Paste("Ana\nIto".into()));
    assert_eq!(picker(&desk).input.text(), "Ana Ito");
}

#[test]
fn a_picker_without_a_match_does_nothing_on_enter() {
    let mut desk = Desk::new();
    desk.press("a").write("xyzzy").press("enter");
    assert_eq!(desk.app.layers.len(), 1);
    assert!(desk.acts().is_empty());
}

#[test]
fn tags_that_are_used_most_come_first() {
    let mut desk = Desk::new();
    let tags = desk.engine.directory.tags.clone();
    let last = tags.last().unwrap().clone();
    for number in [6, 7, 8] {
        // None of these is in the list.
        let on = crate::domain::TagRef { id: last.id.clone(), name: last.name.clone() };
        desk.engine.edit(number).tags = vec![on];
    }
    let directory = desk.engine.directory.clone();
    desk.hear(crate::sync::message::Event::Directory(directory));
    desk.press("t");
    let first = picker(&desk).choice().unwrap().title.to_string();
    assert!(tags.len() > 1 && first == last.name.as_raw(), "{first}");
}

#[test]
fn help_is_there_in_every_overlay_that_takes_no_text() {
    let mut desk = Desk::new();
    desk.press("g h ?");
    let Some(Layer::Help(help)) = desk.app.layers.last() else { panic!() };
    assert!(help.rows.iter().any(|row| row.title.as_str() == "Next"));
    desk.press("esc");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Shift(_))), "one layer back");
}

#[test]
fn help_shows_numbers_as_one_and_finds_each() {
    let mut desk = Desk::new();
    desk.press("enter ?").write("4");
    let Some(Layer::Help(help)) = desk.app.layers.last() else { panic!() };
    let first = help.visible.first().map(|at| &help.rows[*at]).unwrap();
    assert_eq!((first.keys.as_str(), first.title.as_str()), ("1–9", "Link or file by its number"));
}

#[test]
fn what_a_page_does_is_offered_on_the_page_alone() {
    let mut desk = Desk::new();
    desk.press("enter ctrl-k").write("find on the page");
    let Some(Layer::Palette(palette)) = desk.app.layers.last() else { panic!() };
    let lines = (0..palette.len()).filter_map(|at| palette.line(at));
    assert!(!lines.into_iter().any(|line| line.title.as_str() == "Find on the page"));
}
