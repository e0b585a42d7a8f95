//! Palette, pickers and help.

use super::Desk;
use crate::app::Layer;
use crate::app::picker::Picker;
use crate::domain::{Act, State, TagId};

fn picker(desk: &Desk) -> &Picker {
    match desk.app.layers.last() {
        Some(Layer::Picker(picker)) => picker,
        other => panic!("{other:?}"),
    }
}

fn titles(desk: &Desk) -> Vec<String> {
    let picker = picker(desk);
    picker.visible.iter().map(|at| picker.choices.get(*at).unwrap().title.to_string()).collect()
}

#[test]
fn nobody_is_the_second_row() {
    let mut desk = Desk::new();
    desk.press("a");
    assert_eq!(titles(&desk), ["Me (Mia Berg)", "Nobody", "Ana Ito", "Zoë Kowalski"]);
    desk.press("down enter");
    assert_eq!(desk.server("1").assignee, None);
}

#[test]
fn names_are_found_without_their_accents() {
    let mut desk = Desk::new();
    desk.press("a").write("zoe");
    assert_eq!(titles(&desk), ["Zoë Kowalski"]);
    desk.press("backspace backspace backspace").write("me");
    assert_eq!(titles(&desk).first().map(String::as_str), Some("Me (Mia Berg)"));
}

#[test]
fn several_tags_at_once_are_one_group() {
    let mut desk = Desk::new();
    desk.press("t tab down tab enter");
    let tags: Vec<&str> = desk.server("1").tags.iter().map(|tag| tag.id.as_str()).collect();
    assert_eq!(tags, ["21", "22"]);
    assert_eq!(desk.cursor(), "1", "tagging stays");
    desk.press("t tab enter");
    assert_eq!(
        desk.acts().last().unwrap().1,
        Act::Untag { tag: TagId::parse("21").unwrap(), name: crate::text::Untrusted::new("refund") }
    );
    desk.press("u u");
    assert!(desk.server("1").tags.is_empty());
}

#[test]
fn tags_turned_on_and_off_again_change_nothing() {
    let mut desk = Desk::new();
    desk.press("t tab tab down tab").write("vip").press("enter");
    assert_eq!(desk.acts().len(), 1);
}

#[test]
fn a_typed_time_shows_what_it_means() {
    let mut desk = Desk::new();
    desk.press("z");
    assert!(picker(&desk).meaning.contains("UTC"), "the zone was never chosen");
    desk.write("tomorrow 9am");
    assert!(picker(&desk).meaning.starts_with("tomorrow 9:00"), "{}", picker(&desk).meaning);
    desk.write("x");
    assert!(picker(&desk).meaning.contains("Not a time"));
    desk.press("enter");
    assert!(desk.acts().is_empty() || desk.server("1").state == State::Open);
}

#[test]
fn a_preset_snoozes_with_two_keys() {
    let mut desk = Desk::new();
    desk.press("z enter");
    assert_eq!(desk.server("1").state, State::Snoozed);
    assert_eq!(desk.cursor(), "2");
}

#[test]
fn merging_offers_the_same_contacts_conversations_by_channel_first() {
    let mut desk = Desk::new();
    desk.press("g a M");
    assert_eq!(titles(&desk).len(), 8);
    assert_eq!(titles(&desk).last().map(String::as_str), Some("Order 8"), "the chat comes last");
    assert!(picker(&desk).meaning.contains("cannot be undone"));
    desk.write("#1");
    assert!(titles(&desk).iter().all(|title| !title.contains("Conversation 1")), "never into itself");
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
fn a_tag_that_does_not_exist_is_made() {
    let mut desk = Desk::new();
    desk.press("t").write("re");
    assert_eq!(titles(&desk), ["refund", "Create tag “re”"]);
    desk.write("call");
    assert_eq!(titles(&desk), ["Create tag “recall”"]);
    desk.press("enter");
    assert!(desk.asked.iter().any(|asked| matches!(asked, crate::sync::message::Request::CreateTag { .. })));
    assert_eq!(desk.server("1").tags.len(), 1);
    assert_eq!(desk.notice(), "Tagged recall · Order 1 · u takes it back");
    desk.press("u");
    assert!(desk.server("1").tags.is_empty());
}

#[test]
fn the_tag_looked_for_is_put_on_beside_those_turned_on() {
    let mut desk = Desk::new();
    desk.press("t tab").write("vip").press("enter");
    assert_eq!(desk.server("1").tags.len(), 2);
    assert_eq!(desk.notice(), "Tagged refund, tagged vip · Order 1 · u takes it back");
}

#[test]
fn merging_asks_and_does_nothing_without_a_yes() {
    for answer in ["enter", "n", "esc", "x esc"] {
        let mut desk = Desk::new();
        desk.press("M").write("3").press("enter");
        assert_eq!(picker(&desk).meaning.as_str(), "Merge #1 into #3? This cannot be undone.");
        desk.press(answer);
        assert!(desk.acts().is_empty() && desk.app.layers.is_empty(), "{answer}");
    }
    let mut desk = Desk::new();
    desk.press("M").write("3").press("enter up enter");
    assert_eq!(desk.acts().len(), 1);
    assert!(desk.notice().starts_with("Merging into #3 · Order 1"), "{}", desk.notice());
}

#[test]
fn a_typed_number_shows_what_it_is_and_refuses_what_cannot_be() {
    let mut desk = Desk::new();
    desk.engine.edit(4).contact = Some(crate::domain::ContactRef {
        id: crate::domain::ContactId::parse("c2"),
        ..crate::domain::ContactRef::default()
    });
    desk.news();
    desk.press("M").write("#3");
    let choice = picker(&desk).choice().unwrap();
    assert_eq!((choice.title.as_str(), choice.detail.as_str()), ("Order 3", "Chloé Dubois · #3 open"));
    for (typed, why) in [("#1", "into itself"), ("#4", "another contact"), ("xyzzy", "Nothing found")] {
        let mut other = Desk::new();
        std::mem::swap(&mut other.engine.conversations, &mut desk.engine.conversations);
        other.news().press("M").write(typed);
        assert!(picker(&other).meaning.contains(why), "{typed} {}", picker(&other).meaning);
        std::mem::swap(&mut other.engine.conversations, &mut desk.engine.conversations);
    }
}

#[test]
fn no_moment_is_offered_twice_and_the_past_is_named() {
    let mut desk = Desk::new();
    // The Sunday after: tomorrow and next Monday are one.
    desk.engine.now = crate::domain::UnixTime(super::NOW.0 + 4 * 86_400);
    desk.press("z");
    let moments: Vec<_> = picker(&desk).choices.iter().map(|choice| choice.detail.clone()).collect();
    let unique: std::collections::BTreeSet<_> = moments.iter().collect();
    assert_eq!((unique.len(), moments.len() < 7), (moments.len(), true), "{moments:?}");
    assert!(picker(&desk).meaning.starts_with("Type a time"));
    desk.write("2026-11-01");
    assert!(picker(&desk).meaning.contains("is past"));
}
