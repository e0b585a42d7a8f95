//! Writing: editing as a person sees it, completion, the preview, the agent's own editor, files.

use std::time::Duration;

use super::engine::id;
use super::{Desk, Msg};
use crate::app::composer::attach::{Entry, Listing};
use crate::app::composer::{LONGEST, View};
use crate::app::{Layer, Pane};
use crate::config::settings::{EditorUse, Settings};
use crate::domain::{FilePart, Mode};
use crate::text::{Untrusted, width};

/// A composer with a text in it.
fn writing(text: &str) -> Desk {
    let mut desk = Desk::new();
    desk.press("r").write(text);
    desk
}

/// What is on the screen of the text, the cursor shown as `|`.
fn shown(desk: &Desk) -> Vec<String> {
    let area = desk.app.layout().composer.unwrap().body;
    let View { rows, cursor, .. } = desk.app.composer.view(area.width - 3, area.height);
    let mut rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
    let row = rows.get_mut(cursor.0).unwrap();
    let mut cells = 0;
    let at = row
        .char_indices()
        .find(|(_, letter)| {
            let here = cells >= cursor.1;
            cells += width(&letter.to_string());
            here
        })
        .map_or(row.len(), |(at, _)| at);
    row.insert(at, '|');
    rows
}

#[test]
fn up_and_down_go_by_the_rows_that_are_drawn() {
    let mut desk = writing(&"wörd ".repeat(40));
    let rows = shown(&desk);
    assert!(rows.len() > 2, "{rows:?}");
    desk.press("up");
    let above = shown(&desk);
    assert_eq!(above.iter().position(|row| row.contains('|')), Some(rows.len() - 2));
    desk.press("up up up up up up up up").write("x");
    assert!(desk.text().starts_with('x'), "above the first row is its beginning");
    desk.press("down down down down down down down down down").write("y");
    assert!(desk.text().ends_with('y'), "below the last row is its end");
}

#[test]
fn going_down_keeps_to_its_cell_over_short_rows() {
    let mut desk = writing("longer line\nab\nanother line");
    desk.press("up up end down down").write("|");
    assert_eq!(desk.text(), "longer line\nab\nanother lin|e");
    let mut desk = writing("日本語\nabc");
    desk.press("up").write("x");
    assert_eq!(desk.text(), "日x本語\nabc", "a wide letter is not split");
}

#[test]
fn a_cluster_is_one_step_of_the_cursor_and_one_backspace() {
    for cluster in ["👩‍👩‍👧‍👦", "❤️", "🇫🇷", "👍🏽", "日", "é", "ก็"] {
        let mut desk = writing(&format!("a{cluster}b"));
        desk.press("left left").write("|");
        assert_eq!(desk.text(), format!("a|{cluster}b"));
        desk.press("backspace right backspace");
        assert_eq!(desk.text(), "ab", "{cluster}");
        desk.press("ctrl-_");
        assert_eq!(desk.text(), format!("a{cluster}b"), "one step brings it back");
    }
    let mut desk = writing("ab");
    desk.press("left");
    desk.tell(Msg::Paste("🇫🇷".into()));
    desk.press("left delete");
    assert_eq!(desk.text(), "ab");
}

#[test]
fn a_word_is_one_step_of_undo_and_comes_again() {
    let mut desk = writing("one two  three");
    desk.press("ctrl-_");
    assert_eq!(desk.text(), "one two  ");
    desk.press("ctrl-_ ctrl-_");
    assert_eq!(desk.text(), "");
    desk.press("ctrl-_ ctrl-r ctrl-r");
    assert_eq!(desk.text(), "one two  ");
    desk.write("x").press("ctrl-r");
    assert_eq!(desk.text(), "one two  x", "what was undone is gone once something else is written");
}

#[test]
fn words_are_gone_over_and_taken_away() {
    let mut desk = writing("one two three");
    desk.press("alt-b alt-b").write("x");
    assert_eq!(desk.text(), "one xtwo three");
    desk.press("alt-f").write("y");
    assert_eq!(desk.text(), "one xtwo ythree");
    desk.press("alt-backspace");
    desk.press("ctrl-a alt-d");
    assert_eq!(desk.text(), " xtwo three");
    assert_eq!(desk.focus(), Pane::Composer);
}

#[test]
fn a_megabyte_is_one_operation_and_taken_back_as_one() {
    let mut desk = writing("before");
    let line = "0123456789".repeat(7) + "\n";
    desk.tell(Msg::Paste(line.repeat(1_000_000 / line.len())));
    assert!(desk.text().len() > 999_000);
    desk.press("ctrl-_");
    assert_eq!(desk.text(), "before");
    desk.press("ctrl-r").write("x");
    assert!(desk.text().ends_with("\nx") && desk.text().len() < LONGEST);
    // Far down in a long text the cursor still goes where it is sent.
    desk.press("up").write("y").press("ctrl-home").write("z").press("ctrl-end").write("w");
    let text = desk.text();
    assert!(text.starts_with("zbefore") && text.ends_with("xw"), "{:?}", &text[text.len() - 20..]);
}

#[test]
fn a_text_of_very_many_lines_is_edited_where_the_cursor_is() {
    let mut desk = writing("");
    desk.tell(Msg::Paste("é\n".repeat(100_000)));
    desk.press("up").write("x").press("left left up").write("y");
    let text = desk.text();
    let tail: Vec<&str> = text.split('\n').rev().take(3).collect();
    assert_eq!(tail, ["", "xé", "é"], "{tail:?}");
    assert_eq!(text.matches('y').count(), 1);
}

#[test]
fn what_comes_from_an_input_method_at_once_is_text() {
    let mut desk = writing("");
    desk.write("これは日本語です");
    assert_eq!(desk.text(), "これは日本語です");
    desk.tell(Msg::Paste("と漢字。".into()));
    desk.press("ctrl-_");
    assert_eq!(desk.text(), "これは日本語です");
}

#[test]
fn teammates_are_completed_in_notes_and_tab_never_leaves() {
    let mut desk = Desk::new();
    desk.press("n").write("ask @an");
    let offered = desk.app.composer.completion.clone().expect("something is offered");
    let name = offered.items[0].name.to_string();
    desk.press("tab").write("?");
    assert_eq!(desk.text(), format!("ask @{name} ?"));
    desk.press("ctrl-_ ctrl-_");
    assert_eq!(desk.text(), "ask @an", "what was put in is one step");
    desk.press("esc");
    assert_eq!(desk.focus(), Pane::Composer, "esc takes the offer away first");
    desk.press("tab tab esc");
    assert_eq!((desk.focus(), desk.text().as_str()), (Pane::Thread, "ask @an"));
    let mut desk = writing("@an");
    desk.press("tab");
    assert_eq!((desk.text().as_str(), desk.focus()), ("@an", Pane::Composer));
}

#[test]
fn emoji_are_completed_by_name_and_chosen_with_the_arrows() {
    let mut desk = writing("Done :tad");
    desk.press("tab");
    assert_eq!(desk.text(), "Done 🎉");
    desk.write(" :heart");
    let second = desk.app.composer.completion.as_ref().unwrap().items[1].insert.clone();
    desk.press("down tab");
    assert_eq!(desk.text(), format!("Done 🎉 {second}"));
    desk.write(" at 14:30").press("tab up");
    assert!(desk.text().ends_with("14:30") && desk.app.composer.completion.is_none());
}

#[test]
fn the_preview_shows_what_is_sent_and_goes_when_the_text_goes_on() {
    let mut desk = writing("Hi **you**\n- a\n- b");
    desk.press("ctrl-x p");
    let preview = desk.app.composer.preview.as_ref().unwrap();
    let lines: Vec<String> = preview
        .visible()
        .map(|line| {
            let spans: String = line.spans.iter().map(|span| span.text.as_str()).collect();
            format!("{}{spans}", line.lead)
        })
        .collect();
    assert!(lines.contains(&"Hi you".to_owned()) && lines.iter().any(|line| line.contains('•')), "{lines:?}");
    desk.press("down pagedown up");
    assert!(desk.app.composer.preview.is_some());
    desk.press("esc");
    assert_eq!((desk.app.composer.preview.is_none(), desk.focus()), (true, Pane::Composer));
    desk.press("ctrl-x p").write("!");
    assert!(desk.app.composer.preview.is_none() && desk.text().ends_with("- b!"));
    desk.press("ctrl-x p ctrl-s");
    assert_eq!(desk.acts().len(), 1, "what is shown can be sent");
}

#[test]
fn the_editor_gets_the_thread_below_the_text_and_only_the_text_comes_back() {
    let mut desk = writing("Hello");
    desk.engine.customer_writes(1, "<p>Any news?</p>\u{1b}[2J");
    desk.news();
    desk.press("ctrl-x o");
    let (name, given) = desk.edited.pop().expect("an editor");
    assert_eq!(name, "reply-1.md");
    assert!(desk.engine.drafts.get(&(id(1), Mode::Reply)).is_some_and(|draft| draft.text == "Hello"), "safe before");
    assert!(
        given.starts_with("Hello\n\n---") && given.contains("\n> Chloé Dubois, 2026-11-18 14:30\n>   Any news?"),
        "{given}"
    );
    assert!(!given.contains('\u{1b}'));
    let text = given.replacen("Hello", "Hello **there**\n\nBye", 1);
    desk.tell(Msg::Edited(Ok(text)));
    assert_eq!((desk.text().as_str(), desk.focus()), ("Hello **there**\n\nBye", Pane::Composer));
    assert_eq!(desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().text, "Hello **there**\n\nBye", "safe after");
    desk.press("ctrl-_");
    assert_eq!(desk.text(), "Hello", "one step");
}

#[test]
fn what_was_written_below_the_editors_line_is_told_and_can_be_put_in() {
    let mut desk = writing("Hello");
    desk.press("ctrl-x o");
    let (_, given) = desk.edited.pop().expect("an editor");
    desk.tell(Msg::Edited(Ok(format!("{given}\nMy answer\nis here\n"))));
    assert_eq!(desk.text(), "Hello");
    assert!(desk.notice().contains("below the line"), "{}", desk.notice());
    desk.press("ctrl-y");
    assert_eq!(desk.text(), "HelloMy answer\nis here");
}

#[test]
fn a_text_that_was_only_left_for_a_moment_keeps_its_cursor_and_its_undo() {
    let mut desk = writing("one two");
    desk.press("ctrl-a esc r").write("zero ");
    assert_eq!(desk.text(), "zero one two");
    desk.press("esc r ctrl-_");
    assert_eq!(desk.text(), "one two");
    desk.press("ctrl-_ ctrl-_");
    assert_eq!(desk.text(), "");
}

#[test]
fn ctrl_j_is_a_line_break_and_alt_with_an_arrow_a_word() {
    let mut desk = writing("one two");
    desk.press("alt-left ctrl-j").write("x ").press("alt-right").write("!");
    assert_eq!((desk.text().as_str(), desk.focus()), ("one \nx two!", Pane::Composer));
}

#[test]
fn an_editor_that_fails_leaves_the_text_and_says_so() {
    let mut desk = writing("Hello");
    desk.press("ctrl-x o");
    desk.tell(Msg::Edited(Err("vi: not found".into())));
    assert_eq!(desk.text(), "Hello");
    assert!(desk.notice().starts_with("The editor failed"), "{}", desk.notice());
    // Nothing is taken in that was not asked for.
    desk.tell(Msg::Edited(Ok("other".into())));
    assert_eq!(desk.text(), "Hello");
}

#[test]
fn the_editor_opens_by_itself_where_it_is_always_wanted() {
    let settings = Settings { composer_editor: EditorUse::Always, ..Settings::default() };
    let mut desk = Desk::with(160, 48, settings.clone(), super::engine::Engine::filled());
    desk.press("n");
    assert_eq!(desk.edited.pop().map(|(name, _)| name).as_deref(), Some("note-1.md"));
    desk.tell(Msg::Edited(Ok("From outside\n".into())));
    assert_eq!(desk.text(), "From outside");
    // It waits for the thread, but not for somebody who writes already.
    let mut desk = Desk::with(160, 48, settings, super::engine::Engine::filled());
    desk.slow = true;
    desk.press("j r").write("I began");
    desk.catch_up();
    assert!(desk.edited.is_empty());
}

fn listing(folder: &str, names: &[(&str, u64)]) -> Msg {
    let entry = |(name, size): &(&str, u64)| Entry {
        name: Untrusted::new(name.trim_end_matches('/')),
        is_folder: name.ends_with('/'),
        size: *size,
        kind: "",
    };
    let entries = names.iter().map(entry).collect();
    Msg::Listed(Box::new(Listing { folder: folder.into(), entries, is_missing: false }))
}

fn path(desk: &Desk) -> (String, Vec<String>) {
    match desk.app.layers.last() {
        Some(Layer::Path(entry)) => {
            (entry.input.text().to_owned(), entry.shown().map(|entry| entry.name.as_raw().to_owned()).collect())
        }
        _ => panic!("no path"),
    }
}

#[test]
fn a_path_is_completed_from_what_is_there() {
    let mut desk = writing("See");
    desk.press("ctrl-x f");
    assert_eq!(desk.listed, [""]);
    desk.tell(listing("", &[("photos/", 0), ("phone.txt", 9), (".secret", 1), ("zoo.png", 5)]));
    assert_eq!(path(&desk).1, ["photos", "phone.txt", "zoo.png"]);
    desk.write("p").press("tab");
    assert_eq!(path(&desk), ("pho".into(), vec!["photos".into(), "phone.txt".into()]));
    desk.write("t").press("tab");
    assert_eq!((path(&desk).0.as_str(), desk.listed.last().map(String::as_str)), ("photos/", Some("photos/")));
    desk.tell(listing("photos/", &[("tent.png", 900), ("raw.png", 21 << 20)]));
    desk.press("down down enter");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Path(entry)) if !entry.refused.is_blank()), "too large");
    assert!(desk.app.composer.files.is_empty());
    desk.press("ctrl-u").write("photos/t");
    desk.press("tab enter");
    assert_eq!(desk.app.composer.files.first().map(|file| file.name.as_str()), Some("tent.png"));
    assert_eq!(desk.focus(), Pane::Composer);
}

#[test]
fn an_answer_about_another_folder_changes_nothing_and_the_right_one_is_asked_for() {
    let mut desk = writing("See");
    desk.press("ctrl-x f").write("~/x/");
    assert_eq!(desk.listed, [""], "one question at a time");
    desk.tell(listing("", &[("a", 1)]));
    assert_eq!(desk.listed, ["", "~/x/"]);
    assert!(path(&desk).1.is_empty());
    desk.tell(listing("other/", &[("b", 1)]));
    assert!(path(&desk).1.is_empty());
    desk.write(".").tell(listing("~/x/", &[(".hidden", 1), ("seen", 1)]));
    assert_eq!(path(&desk).1, [".hidden"], "hidden files when they are asked for");
    desk.press("esc");
    desk.tell(listing("~/x/", &[]));
    assert_eq!(desk.text(), "See");
}

#[test]
fn of_several_files_any_can_come_off_and_an_eleventh_is_refused() {
    let mut desk = writing("See");
    let file = |name: &str| FilePart { name: name.into(), content_type: "x/y".into(), hash: "h".into(), size: 1 };
    desk.app.composer.files = vec![file("one"), file("two"), file("three")];
    desk.press("ctrl-x F up enter");
    let names = |desk: &Desk| desk.app.composer.files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&desk), ["one", "three"]);
    desk.press("esc ctrl-x F up enter");
    assert_eq!((names(&desk), desk.app.layers.is_empty()), (vec!["three".to_owned()], true));
    desk.press("ctrl-x F");
    assert!(names(&desk).is_empty());
    desk.app.composer.files = (0..10).map(|number| file(&number.to_string())).collect();
    desk.press("ctrl-x f");
    assert!(desk.app.layers.is_empty() && desk.notice().contains("ten already"), "{}", desk.notice());
}

#[test]
fn every_key_after_ctrl_x_is_told_and_a_macro_says_why_not() {
    let mut desk = writing("Hi");
    desk.press("ctrl-x");
    let follow: Vec<String> = desk.app.pending_hint().iter().map(|hint| hint.keys.to_string()).collect();
    for key in ["e", "z", "n", "a", "t", "f", "o", "k", "p", "r", "m"] {
        assert!(follow.contains(&key.to_owned()), "{key} in {follow:?}");
    }
    desk.press("m");
    assert_eq!(desk.notice(), "There are no macros yet.");
    assert_eq!(desk.text(), "Hi");
}

#[test]
fn the_head_tells_the_address_and_who_else_takes_part() {
    let mut desk = Desk::new();
    desk.press("r");
    let facts = desk.app.composer_facts().unwrap();
    assert_eq!(facts.to, "Chloé Dubois");
    assert!(!facts.from.is_blank() && facts.cc.is_blank());
    let on = desk.engine.conversations.iter_mut().find(|on| on.id == id(1)).unwrap();
    let ids = ["c1", "c8", "c9"].map(|id| crate::domain::ContactId::parse(id).unwrap());
    on.participants = ids.to_vec();
    on.contact.as_mut().unwrap().id = Some(ids[0].clone());
    desk.news();
    assert_eq!(desk.app.composer_facts().unwrap().cc, "2 others");
}

#[test]
fn text_put_in_at_the_cursor_is_saved_like_typed_text() {
    let mut desk = writing("Hi ,");
    desk.press("left");
    desk.app.insert_at_cursor("Chloé\u{1b}");
    assert_eq!(desk.text(), "Hi Chloé,");
    desk.pass(Duration::from_secs(2));
    assert_eq!(desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().text, "Hi Chloé,");
}
