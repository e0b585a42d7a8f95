//! Drafts: two deskhands in one place, what has never been read, files, and the way back after a
//! restart.

use std::time::Duration;

use super::engine::{Engine, id};
use super::{Desk, Msg};
use crate::app::{EntryKind, Pane};
use crate::config::settings::Settings;
use crate::domain::Mode;
use crate::sync::message::{Event, History, Place, Progress, Request, Storage};

fn on_disk(desk: &Desk, number: usize) -> String {
    desk.engine.drafts.get(&(id(number), Mode::Reply)).map(|draft| draft.text.clone()).unwrap_or_default()
}

#[test]
fn each_save_names_the_revision_that_it_was_made_from() {
    let mut desk = Desk::new();
    desk.press("r").write("a").pass(Duration::from_secs(2));
    desk.write("b").pass(Duration::from_secs(2));
    desk.write("c").press("esc");
    let saves = desk.asked.iter().filter_map(|asked| match asked {
        Request::SaveDraft(draft) => Some((draft.text.clone(), draft.revision)),
        _ => None,
    });
    assert_eq!(saves.collect::<Vec<_>>(), [("a".into(), 0), ("ab".into(), 1), ("abc".into(), 2)]);
    assert_eq!(desk.notice(), "");
}

#[test]
fn another_deskhands_text_is_told_and_nothing_is_lost() {
    for (key, text) in [("1", "theirs"), ("2", "mine too"), ("3", "theirs\n\nmine too")] {
        let mut desk = Desk::new();
        desk.press("r").write("mine");
        desk.engine.other_writes(1, Mode::Reply, "theirs");
        desk.pass(Duration::from_secs(2));
        assert_eq!(on_disk(&desk, 1), "theirs", "not written over");
        assert_eq!(desk.app.theirs_first_words().unwrap(), "theirs");
        assert!(desk.notice().starts_with("Another deskhand wrote"), "{}", desk.notice());
        desk.write(" too").pass(Duration::from_secs(2));
        assert_eq!((desk.text().as_str(), on_disk(&desk, 1).as_str()), ("mine too", "theirs"));
        desk.press("ctrl-x").press(key);
        assert_eq!((desk.text(), on_disk(&desk, 1)), (text.to_owned(), text.to_owned()), "{key}");
        assert!(desk.app.theirs_first_words().is_none());
        desk.write("!").pass(Duration::from_secs(2));
        assert_eq!(on_disk(&desk, 1), format!("{text}!"), "saved as ever afterwards");
        if key == "1" {
            desk.press("ctrl-y");
            assert!(desk.text().contains("mine too"), "what was not chosen can be put in");
        }
    }
}

#[test]
fn a_text_that_was_not_touched_here_follows_the_disk() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi").pass(Duration::from_secs(2));
    let revision = desk.engine.drafts.get(&(id(1), Mode::Reply)).unwrap().revision;
    desk.engine.other_writes(1, Mode::Reply, "Hi there");
    desk.hear(Event::StateChanged);
    assert_eq!(desk.text(), "Hi there");
    assert!(revision > 0 && desk.app.theirs_first_words().is_none());
    desk.engine.drafts.clear();
    desk.hear(Event::StateChanged);
    assert_eq!(desk.text(), "");
    assert!(desk.notice().starts_with("This draft was sent or discarded"), "{}", desk.notice());
}

#[test]
fn a_draft_that_was_never_read_is_never_written_over() {
    for end in ["esc", "leave", "lost"] {
        let mut engine = Engine::filled();
        engine.other_writes(2, Mode::Reply, "old");
        let mut desk = Desk::with(160, 48, Settings::default(), engine);
        desk.slow = true;
        desk.press("j r").write("new");
        match end {
            "esc" => {
                desk.press("esc");
            }
            "leave" => desk.tell(Msg::Leaving),
            _ => desk.tell(Msg::FocusLost),
        }
        assert!(on_disk(&desk, 2).starts_with("old"), "{end}: {}", on_disk(&desk, 2));
        desk.catch_up();
        assert_eq!(on_disk(&desk, 2), "old\n\nnew", "{end}");
    }
}

#[test]
fn a_refused_text_is_joined_to_a_draft_that_was_never_read() {
    let mut engine = Engine::filled();
    engine.other_writes(2, Mode::Reply, "old");
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.engine.refuse = Some("why-not-loaded");
    desk.slow = true;
    desk.press("j r").write("new").press("ctrl-s");
    desk.catch_up();
    let text = on_disk(&desk, 2);
    assert!(text.contains("old") && text.contains("new"), "{text}");
}

#[test]
fn the_last_words_are_saved_although_a_save_is_under_way() {
    let mut desk = Desk::new();
    desk.press("r").write("a").pass(Duration::from_secs(2));
    // The answer to this one does not come any more.
    desk.app.at(desk.engine.now, desk.monotonic);
    desk.write("b");
    let effects = super::update(&mut desk.app, Msg::FocusLost);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, super::Effect::Request(ask) if matches!(**ask, Request::SaveDraft(_))))
    );
    desk.write("c");
    let effects = super::update(&mut desk.app, Msg::Leaving);
    let last = effects.into_iter().find_map(|effect| match effect {
        super::Effect::Request(ask) => match *ask {
            Request::SaveDraft(draft) => Some((draft.text, draft.revision)),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(last, Some(("abc".into(), 1)), "made from the revision that is known");
}

#[test]
fn drafts_of_earlier_runs_are_marked_and_can_be_thrown_away() {
    let mut engine = Engine::filled();
    engine.other_writes(3, Mode::Note, "from last week");
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    assert!(desk.app.has_draft(&id(3)) && !desk.app.has_draft(&id(1)));
    desk.press("D");
    assert_eq!(desk.notice(), "Nothing was begun here.");
    desk.press("j j enter D");
    desk.press("n");
    assert_eq!(desk.engine.drafts.len(), 1, "any other key keeps it");
    desk.press("D y");
    assert!(desk.engine.drafts.is_empty() && !desk.app.has_draft(&id(3)));
}

#[test]
fn of_two_drafts_the_one_at_hand_is_thrown_away_and_both_only_when_said_so() {
    for (answer, left) in [("y", vec![Mode::Reply]), ("a", vec![]), ("x", vec![Mode::Reply, Mode::Note])] {
        let mut desk = Desk::new();
        desk.engine.other_writes(1, Mode::Reply, "to the customer");
        desk.engine.other_writes(1, Mode::Note, "among us");
        desk.hear(Event::StateChanged);
        desk.press("n esc D");
        let Some(crate::app::Layer::Confirm(crate::app::layers::Confirm::DiscardDraft { name, draft, other, .. })) =
            desk.app.layers.last()
        else {
            panic!("a question")
        };
        assert_eq!((name.as_str(), draft.0, draft.1.as_str()), ("Chloé Dubois", Mode::Note, "among us"));
        assert_eq!(other.as_ref().map(|(mode, words)| (*mode, words.as_str())), Some((Mode::Reply, "to the customer")));
        desk.press(answer);
        let modes: Vec<Mode> = desk.engine.drafts.keys().map(|(_, mode)| *mode).collect();
        assert_eq!(modes, left, "{answer}");
        assert_eq!(desk.app.has_draft(&id(1)), !left.is_empty());
    }
}

#[test]
fn files_go_with_the_text_and_come_off_again() {
    let mut desk = Desk::new();
    desk.press("r").write("See").press("ctrl-x f").write("~/a/photo.png").press("enter");
    assert_eq!((desk.app.composer.files.len(), desk.text().as_str()), (1, "See"));
    desk.press("ctrl-x f").write("missing.png").press("enter");
    assert_eq!(desk.app.composer.files.len(), 1);
    assert_eq!(desk.notice(), "There is no such file.");
    let typed = desk.app.layers.last().map(|layer| match layer {
        crate::app::Layer::Path(entry) => entry.input.text().to_owned(),
        _ => String::new(),
    });
    assert_eq!(typed.as_deref(), Some("missing.png"), "the path stays, to be mended");
    desk.press("esc");
    desk.press("ctrl-x f").write("b.png").press("enter").press("ctrl-x F enter").write("!").press("ctrl-s");
    let Some((_, crate::domain::Act::Reply { text, files })) = desk.acts().pop() else { panic!("a reply") };
    assert_eq!((text.as_str(), files.len()), ("See!", 1));
    assert!(desk.engine.drafts.is_empty());
    desk.press("u");
    assert_eq!((desk.text().as_str(), desk.app.composer.files.len()), ("See!", 1));
}

#[test]
fn a_file_never_comes_into_another_text_than_it_was_named_for() {
    for leave in ["esc", "ctrl-x t", "esc esc j r", "esc D y"] {
        let mut desk = Desk::new();
        desk.slow = true;
        // What is on disk is not known yet: the file waits.
        desk.press("j r").write("x").press("ctrl-x f").write("secret.pdf").press("enter").press(leave);
        assert!(desk.app.attach_path.is_none(), "{leave}");
        desk.catch_up();
        desk.press("j r").write("y").pass(Duration::from_secs(2));
        let attached = desk.asked.iter().any(|asked| matches!(asked, Request::AttachFile { .. }));
        assert!(!attached && desk.app.composer.files.is_empty(), "{leave}");
    }
    let mut desk = Desk::new();
    desk.slow = true;
    desk.press("j r").write("x").press("ctrl-x f").write("a.png").press("enter");
    desk.catch_up();
    assert_eq!(desk.app.composer.files.len(), 1, "it comes as soon as it can");
    desk.slow = true;
    desk.press("esc esc j r").press("ctrl-x f").write("b.png").press("enter esc");
    assert_eq!(desk.notice(), "Not attached, because you left that text: b.png");
}

#[test]
fn a_file_that_is_being_taken_up_is_waited_for_whatever_else_happens() {
    let mut desk = Desk::new();
    desk.press("r").write("See").press("ctrl-x f").write("a.png");
    // Its answer takes its time.
    let _ = super::update(&mut desk.app, Msg::Key(crate::keymap::Key::parse("enter").unwrap()));
    let details = crate::text::Untrusted::default;
    desk.hear(Event::Notice { key: "deletions-unknown", details: details() });
    desk.press("ctrl-s");
    assert!(desk.app.composer.is_attaching() && desk.acts().is_empty(), "no reply without its file");
    let (conversation, mode) = (id(1), Mode::Reply);
    desk.hear(Event::DraftNotSaved { conversation, mode, why: "disk-full", details: details() });
    assert!(!desk.app.composer.is_attaching());
    assert!(desk.notice().starts_with("The file was not attached"), "{}", desk.notice());
    desk.pass(Duration::from_secs(6));
    assert_eq!(on_disk(&desk, 1), "See");
}

#[test]
fn a_save_that_failed_is_told_once_and_tried_until_it_is_done() {
    let mut desk = Desk::new();
    desk.engine.full = true;
    desk.press("r").write("Precious").pass(Duration::from_secs(2));
    assert!(!desk.app.composer.is_on_disk());
    assert_eq!(desk.notice(), "The draft is not saved: the disk is full.");
    desk.pass(Duration::from_secs(30));
    assert_eq!(desk.notice(), "", "once is enough");
    desk.write("!").pass(Duration::from_secs(2));
    desk.press("esc").press("esc j");
    assert_eq!(desk.notice(), "");
    desk.engine.full = false;
    desk.pass(Duration::from_secs(6));
    assert_eq!(on_disk(&desk, 1), "Precious!");
    let before = desk.asked.len();
    desk.pass(Duration::from_secs(30));
    let saves = desk.asked[before..].iter().filter(|asked| matches!(asked, Request::SaveDraft(_))).count();
    assert_eq!(saves, 0);
}

#[test]
fn the_last_words_are_in_the_draft_that_a_message_uses_up() {
    let mut engine = Engine::filled();
    engine.other_writes(1, Mode::Reply, "Dear Zo");
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.press("r").write("ë").press("ctrl-s");
    let order: Vec<String> = desk
        .asked
        .iter()
        .filter_map(|asked| match asked {
            Request::SaveDraft(draft) => Some(draft.text.clone()),
            Request::Commit { uses_drafts, .. } => Some(format!("uses {}", uses_drafts.len())),
            _ => None,
        })
        .collect();
    assert_eq!(order, ["Dear Zoë", "uses 1"]);
    assert!(desk.engine.drafts.is_empty() && !desk.app.has_draft(&id(1)));
    desk.pass(Duration::from_secs(5)).press("r");
    assert_eq!(desk.text(), "");
}

#[test]
fn looking_at_a_thousand_conversations_keeps_nothing_of_them() {
    let mut composer = crate::app::Composer::default();
    composer.open(&id(1), Mode::Reply);
    composer.insert_at_cursor("kept", crate::domain::UnixTime(5));
    for number in 1..1_000 {
        for mode in [Mode::Reply, Mode::Note] {
            let generation = crate::sync::message::Generation(number as u64);
            composer.learn(&(id(number), mode), None, generation);
        }
    }
    assert!(composer.sheets() <= 258, "{}", composer.sheets());
    assert_eq!(composer.text(), "kept");
}

#[test]
fn a_restart_returns_to_the_place_and_the_draft() {
    let mut desk = Desk::new();
    desk.press("g u j enter r").write("begun").press("esc").pass(Duration::from_secs(3));
    let place = desk.engine.place.clone().unwrap();
    assert_eq!((place.entry.as_str(), place.conversation.clone(), place.open), ("inbox:unassigned", Some(id(7)), true));
    let mut engine = Engine::filled();
    engine.drafts = desk.engine.drafts.clone();
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.hear(Event::Place(place));
    assert_eq!(desk.app.sidebar.open_entry().unwrap().kind, EntryKind::Unassigned);
    assert_eq!((desk.cursor(), desk.shown(), desk.focus()), ("7".into(), "7".into(), Pane::Thread));
    assert_eq!(desk.text(), "begun");
}

#[test]
fn a_place_that_comes_after_a_key_is_left_alone() {
    let mut desk = Desk::new();
    desk.press("j");
    desk.hear(Event::Place(Place { entry: "inbox:all".into(), ..Place::default() }));
    assert_eq!(desk.app.sidebar.open_entry().unwrap().kind, EntryKind::You);
    desk.tell(Msg::Leaving);
    assert_eq!(desk.engine.place.as_ref().unwrap().conversation, Some(id(2)));
}

#[test]
fn a_place_that_is_known_before_the_first_list_is_the_first_list() {
    let engine = Engine::filled();
    let mut app = super::App::new(Settings::default(), super::Words::english(), super::Keymap::shipped(), "test");
    app.at(engine.now, Duration::ZERO);
    for event in [
        Event::Directory(engine.directory.clone()),
        Event::Place(Place { entry: "team:3".into(), conversation: Some(id(4)), ..Place::default() }),
    ] {
        let effects = super::update(&mut app, Msg::Event(Box::new(event)));
        assert!(effects.is_empty(), "nothing is asked before there is a screen: {effects:?}");
    }
    let effects = app.start(160, 48);
    let windows: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            super::Effect::Request(ask) => match &**ask {
                Request::Window { spec, .. } if spec.limit == 200 => Some(spec.around.clone()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(windows, [Some(id(4))]);
}

#[test]
fn the_first_pull_is_told_once_a_second_and_the_history_too() {
    let mut desk = Desk::new();
    let progress = |done| Event::Progress(Some(Progress { done, of: Some(100), rate: 9 }));
    let done = |desk: &Desk| desk.app.status.progress.map(|progress| progress.done);
    desk.hear(progress(1));
    desk.hear(progress(2));
    assert_eq!(done(&desk), Some(1));
    desk.pass(Duration::from_secs(1));
    assert_eq!(done(&desk), Some(2));
    desk.hear(Event::Progress(None));
    assert_eq!(done(&desk), None);
    desk.pass(Duration::from_secs(5));
    assert_eq!(done(&desk), None);
    let here = |desk: &Desk| desk.app.status.history.here;
    // Nothing there yet is told at the start: it holds nothing up.
    desk.hear(Event::History(History::default()));
    desk.hear(Event::History(History { here: 10, of: 100 }));
    desk.hear(Event::History(History { here: 20, of: 100 }));
    assert_eq!(here(&desk), 10);
    desk.pass(Duration::from_secs(1));
    assert_eq!(here(&desk), 20);
    desk.hear(Event::History(History { here: 100, of: 100 }));
    assert_eq!(here(&desk), 100);
}

#[test]
fn without_a_disk_the_banner_stays_and_quitting_says_what_goes() {
    let mut desk = Desk::new();
    assert!(desk.app.layout().banner.is_none());
    desk.hear(Event::Storage(Storage::Memory("why-not-loaded")));
    let layout = desk.app.layout();
    assert!(layout.banner.is_some_and(|area| area.y == 0));
    assert!(layout.list.is_some_and(|list| list.head.y == 1));
    desk.press("q");
    let quit = crate::app::layers::Confirm::Quit { unsent: crate::app::layers::Unsent::default(), loses: true };
    assert!(matches!(desk.app.layers.last(), Some(crate::app::Layer::Confirm(asked)) if *asked == quit));
    desk.press("esc");
    desk.hear(Event::Storage(Storage::Disk));
    assert!(desk.app.layout().banner.is_none());
}
