//! The command layer by keystrokes: palette, help, half-typed sequences, hints.

use std::sync::Arc;
use std::time::Duration;

use super::Desk;
use crate::app::palette::{Line, Palette, Target};
use crate::app::{Layer, Pane};
use crate::command::{CommandId, Context};
use crate::domain::{Act, Macro, MacroId, State, Tag, TagId};
use crate::sync::message::{Arrangement, Event, Request};
use crate::text::Untrusted;

fn palette(desk: &Desk) -> &Palette {
    match desk.app.layers.last() {
        Some(Layer::Palette(palette)) => palette,
        other => panic!("{other:?}"),
    }
}

fn lines(desk: &Desk) -> Vec<Line<'_>> {
    let palette = palette(desk);
    (0..palette.len()).filter_map(|at| palette.line(at)).collect()
}

fn titles(desk: &Desk) -> Vec<String> {
    lines(desk).iter().map(|line| line.title.to_string()).collect()
}

/// A desk whose helpdesk has macros.
fn with_macros() -> Desk {
    let mut desk = Desk::new();
    let of = |id: &str, name: &str, text: &str| Macro {
        id: MacroId::parse(id).unwrap(),
        name: Untrusted::new(name),
        body: Untrusted::default(),
        body_text: Untrusted::new(text),
        updated_at: None,
        visible_to: None,
        in_inbox: name != "Hidden",
    };
    let mut directory = (*desk.engine.directory).clone();
    directory.macros = vec![
        of("31", "Refund approved", "Your refund is on its way.\nIt takes three days."),
        of("32", "Greeting", "Hello {{user.name | fallback: 'there'}}!"),
        of("33", "Hidden", "x"),
    ];
    desk.engine.directory = Arc::new(directory);
    let directory = desk.engine.directory.clone();
    desk.hear(Event::Directory(directory));
    desk
}

fn saved(desk: &Desk) -> Vec<String> {
    let last = desk.asked.iter().rev().find_map(|asked| match asked {
        Request::SaveArrangement(arrangement) => Some(arrangement.recent.clone()),
        _ => None,
    });
    last.unwrap_or_default()
}

#[test]
fn everything_is_found_by_a_few_letters() {
    let mut desk = with_macros();
    for (typed, title, kind) in [
        ("snoo", "Snooze", "kind-command"),
        ("refund appr", "Refund approved", "kind-macro"),
        ("bill", "Billing", "kind-team"),
        ("kowal", "Zoë Kowalski", "kind-teammate"),
        ("tag vip", "Tag: vip", "kind-tag"),
        ("chloe dub", "Chloé Dubois", "kind-contact"),
        ("#7", "Order 7", "kind-conversation"),
        ("https://app.intercom.com/a/inbox/x/inbox/conversation/8", "Order 8", "kind-conversation"),
    ] {
        desk.press("ctrl-k");
        desk.tell(super::Msg::Paste(typed.into()));
        let first = palette(&desk).found().unwrap_or_else(|| panic!("{typed}"));
        assert_eq!((first.title.as_str(), first.kind), (title, kind), "{typed}");
        desk.press("esc");
    }
    desk.press("ctrl-k").write("hidden");
    assert!(!lines(&desk).iter().any(|line| line.kind == "kind-macro"), "a macro that is not for the inbox");
}

#[test]
fn what_has_a_name_comes_before_conversations_that_have_the_word() {
    let mut desk = with_macros();
    for number in [1, 2, 3] {
        desk.engine.edit(number).title = Untrusted::new("Refund");
    }
    for typed in ["refu", "refund"] {
        desk.press("ctrl-k").write(typed);
        let kinds: Vec<_> = lines(&desk).iter().map(|line| line.kind).collect();
        let named = kinds.iter().rposition(|kind| matches!(*kind, "kind-macro" | "kind-tag")).unwrap();
        let first = kinds.iter().position(|kind| *kind == "kind-conversation").unwrap();
        assert!(named < first, "{typed} {:?}", titles(&desk));
        desk.press("esc");
    }
    // Two words that no name has are a conversation's.
    desk.engine.edit(2).title = Untrusted::new("Refund for the tent");
    desk.press("ctrl-k").write("refund tent");
    assert_eq!(titles(&desk).first().map(String::as_str), Some("Refund for the tent"));
}

#[test]
fn what_may_follow_half_a_sequence_is_named_shortly() {
    let mut desk = Desk::new();
    for keys in ["g", "r ctrl-x"] {
        desk.press(keys);
        let following = desk.app.pending_hint();
        assert!(following.len() > 8, "{keys}");
        for hint in following {
            assert!(crate::text::width(&hint.label) <= 26, "{}", hint.label);
        }
        desk.press("esc");
    }
}

#[test]
fn a_chosen_conversation_is_opened_wherever_it_is() {
    let mut desk = Desk::new();
    // In the list: the cursor goes along.
    desk.press("ctrl-k").write("#3").press("enter");
    assert_eq!((desk.shown().as_str(), desk.cursor().as_str(), desk.focus()), ("3", "3", Pane::Thread));
    // Not in the list: keys act on what is shown, and the list stays.
    desk.press("ctrl-k").write("#8").press("enter");
    assert_eq!((desk.shown().as_str(), desk.cursor().as_str(), desk.focus()), ("8", "3", Pane::Thread));
    desk.press("e");
    assert_eq!(desk.acts(), [("8".to_owned(), Act::Close)]);
}

#[test]
fn a_number_that_is_not_on_disk_is_offered_and_its_thread_is_asked_for() {
    for typed in ["987654", "#987654", "https://app.intercom.com/a/inbox/x/inbox/conversation/987654"] {
        let mut desk = Desk::new();
        desk.press("ctrl-k");
        desk.tell(super::Msg::Paste(typed.into()));
        let line = palette(&desk).found().unwrap();
        assert_eq!((line.title.as_str(), line.kind), ("Open #987654", "kind-conversation"), "{typed}");
        desk.press("enter");
        let wanted = desk.asked.iter().rev().find_map(|asked| match asked {
            Request::Thread { id, .. } => Some(id.to_string()),
            _ => None,
        });
        assert_eq!(wanted.as_deref(), Some("987654"), "its thread is asked for, which fetches it");
        assert!(desk.app.thread.gone && desk.app.thread.sought, "it is not said to be deleted");
        // It comes: it is shown, and is like any other.
        let mut came = desk.engine.conversations[0].clone();
        came.id = crate::domain::ConversationId::parse("987654").unwrap();
        desk.engine.conversations.push(came.clone());
        desk.hear(Event::Changed { ids: vec![came.id] });
        assert_eq!((desk.shown().as_str(), desk.app.thread.gone), ("987654", false));
    }
    // One that is here is offered by its title, once; words are words.
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("#7");
    assert!(!titles(&desk).iter().any(|title| title.starts_with("Open #")), "{:?}", titles(&desk));
    desk.press("esc ctrl-k").write("24/7");
    assert!(!titles(&desk).iter().any(|title| title.starts_with("Open #")), "{:?}", titles(&desk));
}

#[test]
fn a_person_opens_the_newest_conversation_and_tells_of_the_others() {
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("dubois");
    let at = lines(&desk).iter().position(|line| matches!(line.target, Target::Contact(_))).unwrap();
    for _ in 0..at {
        desk.press("down");
    }
    desk.press("enter");
    assert_eq!((desk.shown().as_str(), desk.focus()), ("1", Pane::Thread));
    assert_eq!(desk.notice(), "Chloé Dubois has 8 more conversations.");
}

#[test]
fn what_the_cache_finds_never_moves_the_chosen_line() {
    let mut desk = Desk::new();
    desk.slow = false;
    desk.press("ctrl-k");
    // The question is heard, the answer comes later.
    let (found, typed) = late(&mut desk, "or");
    desk.press("down");
    let chosen = palette(&desk).found().unwrap().title.to_string();
    let before = titles(&desk);
    desk.hear(found);
    assert_eq!(palette(&desk).found().unwrap().title.as_str(), chosen);
    assert_eq!(titles(&desk)[..before.len()], before[..], "{typed}");
    assert!(titles(&desk).len() > before.len());
    // Without a choice the best comes first.
    desk.press("esc ctrl-k");
    let (found, _) = late(&mut desk, "order 4");
    desk.hear(found);
    assert_eq!(titles(&desk).first().map(String::as_str), Some("Order 4"));
}

/// Types in a palette whose last answer does not come yet: that answer, and what was asked.
fn late(desk: &mut Desk, typed: &str) -> (Event, String) {
    let mut last = None;
    for letter in typed.chars() {
        desk.app.at(desk.engine.now, desk.monotonic);
        let key = crate::keymap::Key::char(letter);
        for effect in super::update(&mut desk.app, super::Msg::Key(key)) {
            if let super::Effect::Request(request) = effect
                && let Request::Find { text, .. } = &*request
            {
                last = Some((text.clone(), *request));
            }
        }
    }
    let (text, request) = last.unwrap();
    (desk.engine.answer(request).remove(0), text)
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut desk = Desk::new();
    desk.press("ctrl-k");
    let (older, _) = late(&mut desk, "order");
    let (_, newer) = late(&mut desk, " 5");
    let before = titles(&desk);
    desk.hear(older);
    assert_eq!((titles(&desk), newer.as_str()), (before, "order 5"));
    desk.press("esc");
    assert!(desk.app.layers.is_empty());
}

#[test]
fn the_cache_is_asked_from_the_second_letter_on() {
    let mut desk = Desk::new();
    let finds = |desk: &Desk| desk.asked.iter().filter(|asked| matches!(asked, Request::Find { .. })).count();
    desk.press("ctrl-k").write("o");
    assert_eq!(finds(&desk), 0);
    desk.write("r");
    assert_eq!(finds(&desk), 1);
    desk.press("backspace").write("7").press("backspace");
    assert_eq!(finds(&desk), 2, "a letter less asks for nothing when it is one");
}

#[test]
fn what_was_chosen_comes_first_the_next_time_and_is_kept() {
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("billing").press("enter");
    desk.press("g i ctrl-k").write("tag vip").press("enter");
    desk.press("ctrl-k").write("close").press("enter");
    assert_eq!(saved(&desk), ["cmd:conversation.close", "tag:22", "entry:team:3"]);
    desk.press("ctrl-k");
    assert_eq!(titles(&desk)[..3], ["Close", "Tag: vip", "Billing"]);
    // The next start remembers.
    let mut next = Desk::new();
    let recent = saved(&desk);
    next.hear(Event::Arrangement(Box::new(Arrangement { recent, ..Arrangement::default() })));
    next.press("ctrl-k");
    assert_eq!(titles(&next)[..3], ["Close", "Tag: vip", "Billing"]);
    // Of two that answer equally well, the one used lately.
    next.press("esc ctrl-k").write("b");
    assert_eq!(titles(&next)[0], "Billing");
}

#[test]
fn no_more_than_thirty_are_remembered() {
    let mut desk = Desk::new();
    let recent = (0..60).map(|at| format!("tag:{at}")).collect();
    desk.hear(Event::Arrangement(Box::new(Arrangement { recent, ..Arrangement::default() })));
    desk.press("ctrl-k").write("billing").press("enter");
    assert_eq!((saved(&desk).len(), saved(&desk)[0].as_str()), (30, "entry:team:3"));
}

#[test]
fn a_macro_is_written_at_the_cursor_or_begins_a_reply() {
    let mut desk = with_macros();
    desk.press("ctrl-k").write("refund appr").press("enter");
    assert_eq!(desk.focus(), Pane::Composer);
    assert_eq!(desk.text(), "Your refund is on its way.\nIt takes three days.");
    let mut desk = with_macros();
    desk.press("r").write("Hi.  Bye").press("left left left left ctrl-k").write("greeting").press("enter");
    assert_eq!(desk.text(), "Hi. Hello {{user.name | fallback: 'there'}}! Bye");
    assert!(desk.notice().contains("gaps"), "{}", desk.notice());
}

#[test]
fn a_line_that_cannot_be_done_says_why_and_stays() {
    let mut desk = Desk::new();
    desk.press("g u G").pass(Duration::from_secs(1)).press("ctrl-k").write("reopen");
    let line = palette(&desk).found().unwrap();
    assert_eq!((line.keys.as_str(), line.why_not.is_some()), ("o", true));
    desk.press("enter");
    assert_eq!(desk.notice(), "It is open already.");
    assert_eq!(palette(&desk).input.text(), "reopen");
    // Without a conversation nothing is tagged.
    let mut empty = Desk::new();
    empty.press("g s ctrl-k").write("tag vip");
    assert!(palette(&empty).found().unwrap().why_not.is_some());
}

#[test]
fn going_somewhere_minds_no_change_behind_the_palette_and_an_act_does() {
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("close");
    desk.app.list.cursor = 2;
    desk.press("enter");
    assert!(desk.acts().is_empty());
    assert!(saved(&desk).is_empty(), "what was not done is not remembered");
    desk.press("ctrl-k").write("billing");
    desk.app.list.cursor = 3;
    desk.press("enter");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().key, "team:3");
}

#[test]
fn a_new_tag_is_found_and_a_gone_one_is_not() {
    let mut desk = Desk::new();
    desk.press("ctrl-k esc");
    let mut directory = (*desk.engine.directory).clone();
    directory.tags = vec![Tag { id: TagId::parse("77").unwrap(), name: Untrusted::new("zebra") }];
    desk.engine.directory = Arc::new(directory);
    let directory = desk.engine.directory.clone();
    desk.hear(Event::Directory(directory));
    desk.press("ctrl-k").write("tag ");
    let tags: Vec<String> =
        lines(&desk).iter().filter(|it| it.kind == "kind-tag").map(|it| it.title.to_string()).collect();
    assert_eq!(tags, ["Tag: zebra"]);
}

#[test]
fn tab_shows_and_hides_what_a_line_does() {
    let mut desk = Desk::new();
    desk.press("ctrl-k");
    assert!(palette(&desk).shows_preview(160) && !palette(&desk).shows_preview(80));
    desk.press("tab");
    assert!(!palette(&desk).shows_preview(160));
    let mut narrow = Desk::sized(80, 24);
    narrow.press("ctrl-k tab");
    assert!(palette(&narrow).shows_preview(80));
}

#[test]
fn typos_are_forgiven() {
    let mut desk = Desk::new();
    for (typed, title) in [("snozoe", "Snooze"), ("assing to me", "Assign to me"), ("detials", "Details")] {
        desk.press("ctrl-k").write(typed);
        assert!(titles(&desk).iter().any(|found| found == title), "{typed} {:?}", titles(&desk));
        desk.press("esc");
    }
}

#[test]
fn the_help_runs_what_is_under_its_cursor() {
    let mut desk = Desk::new();
    desk.press("?").write("conversation is done").press("enter");
    assert_eq!(desk.acts(), [("1".to_owned(), Act::Close)]);
    assert!(desk.app.layers.is_empty());
    // By its key, and only that key.
    desk.press("?").write("A");
    let Some(Layer::Help(help)) = desk.app.layers.last() else { panic!() };
    let first = &help.rows[help.visible[0]];
    assert_eq!(first.title.as_str(), "Assign to a team");
    desk.press("esc");
    // What cannot be done says why, and stays.
    desk.press("?").write("opens a closed conversation again").press("enter");
    assert_eq!((desk.app.layers.len(), desk.notice().as_str()), (1, "It is open already."));
}

#[test]
fn every_place_can_show_its_keys() {
    for (there, keys, context) in [
        ("", "?", Context::List),
        ("", "f1", Context::List),
        ("r", "f1", Context::Composer),
        ("r", "ctrl-x ?", Context::Composer),
        ("a", "f1", Context::Picker),
        ("ctrl-k", "f1", Context::Picker),
        ("h", "?", Context::Sidebar),
        ("enter", "?", Context::Thread),
    ] {
        let mut desk = Desk::new();
        if !there.is_empty() {
            desk.press(there);
        }
        desk.press(keys);
        let Some(Layer::Help(help)) = desk.app.layers.last() else { panic!("{there} {keys}") };
        assert_eq!(help.rows.first().map(|row| row.context), Some(context), "{there} {keys}");
        assert_eq!(desk.text(), "", "no letter of it is typed");
    }
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("help").press("enter");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Help(_))), "from the palette too");
    let mut desk = Desk::new();
    desk.press("r");
    assert!(desk.app.hints().iter().any(|hint| hint.keys.as_str() == "f1"));
}

#[test]
fn a_half_typed_sequence_tells_what_may_follow_until_the_next_key() {
    let mut desk = Desk::new();
    desk.press("g");
    let follow: Vec<String> =
        desk.app.pending_hint().iter().map(|hint| format!("{} {}", hint.keys, hint.label)).collect();
    assert!(follow.contains(&"i You".to_owned()) && follow.contains(&"m Mentions".to_owned()), "{follow:?}");
    desk.press("esc");
    assert!(desk.app.pending_hint().is_empty());
    assert_eq!(desk.notice(), "", "esc just ends it");
    desk.press("r ctrl-x");
    assert!(desk.app.pending_hint().iter().any(|hint| hint.keys.as_str() == "e"));
    desk.press("esc");
    assert_eq!((desk.focus(), desk.app.pending_keys().as_str()), (Pane::Composer, ""));
}

#[test]
fn the_palette_runs_over_any_state_of_a_conversation() {
    let mut desk = Desk::new();
    desk.press("ctrl-k").write("snooze").press("enter enter");
    assert_eq!(desk.server("1").state, State::Snoozed);
    assert_eq!(desk.cursor(), "2", "and the list goes on");
    assert!(lines_of(CommandId::Palette, &mut desk).is_empty(), "it does not offer itself");
}

fn lines_of(command: CommandId, desk: &mut Desk) -> Vec<String> {
    desk.press("ctrl-k");
    let of = |line: &Line<'_>| *line.target == Target::Command(command);
    lines(desk).iter().filter(|line| of(line)).map(|line| line.title.to_string()).collect()
}
