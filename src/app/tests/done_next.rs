//! *Done, next*: whatever comes in between, and in whatever order, an act hits what was on screen when its
//! key was pressed.

use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;

use super::engine::{self, Engine};
use super::{App, Desk, Effect, Keymap, Msg, NOW, Pane, update};
use crate::app::list::ListState;
use crate::config::settings::{Advance, Settings};
use crate::domain::{ConversationId, State, UnixTime};
use crate::keymap::Key;
use crate::sync::message::{Event, Request};
use crate::words::Words;

/// Keys that move, open, and do something; those that do something are the more frequent ones.
const KEYS: [&str; 36] = [
    "j", "j", "j", "k", "k", "J", "K", "space", "space", "enter", "enter", "esc", "tab", "l", "h", "g g", "G", ".",
    "ctrl-d", "ctrl-u", "e", "e", "e", "i", "o", "z", "a", "p", "t", "U", "u", "g u", "g i", "r", "d", "T",
];

/// An app whose engine answers when, and in the order, that chance wants.
struct Late {
    app: App,
    engine: Engine,
    waiting: VecDeque<Request>,
    /// Conversations that the last key committed acts on.
    hit: Vec<ConversationId>,
    /// Conversations that get tags which are only being made.
    promised: Vec<ConversationId>,
    /// What the front layer was opened for.
    asked_of: Option<ConversationId>,
    monotonic: Duration,
}

impl Late {
    fn new(width: u16, height: u16, advance: Advance) -> Self {
        let settings = Settings { advance, ..Settings::default() };
        let app = App::new(settings, Words::english(), Keymap::shipped(), "late");
        let mut late = Self {
            app,
            engine: Engine::filled(),
            waiting: VecDeque::new(),
            hit: Vec::new(),
            promised: Vec::new(),
            asked_of: None,
            monotonic: Duration::from_secs(100),
        };
        late.tell(Msg::Resize(width, height));
        let directory = late.engine.directory.clone();
        late.tell(Msg::Event(Box::new(Event::Directory(directory))));
        while !late.waiting.is_empty() {
            late.answer(0);
        }
        late
    }

    fn tell(&mut self, msg: Msg) {
        self.app.at(self.engine.now, self.monotonic);
        for effect in update(&mut self.app, msg) {
            if let Effect::Request(request) = effect {
                if let Request::Commit { acts, .. } = request.as_ref() {
                    self.hit.extend(acts.iter().map(|(id, _)| id.clone()));
                }
                if matches!(*request, Request::MakeTags { .. }) {
                    self.promised.extend(self.asked_of.clone());
                }
                self.waiting.push_back(*request);
            }
        }
    }

    /// The engine answers one of its questions.
    fn answer(&mut self, at: usize) {
        let at = at % self.waiting.len().max(1);
        let Some(request) = self.waiting.remove(at) else { return };
        for event in self.engine.answer(request) {
            self.tell(Msg::Event(Box::new(event)));
        }
    }

    /// The conversation that the screen says a key would act on.
    fn drawn(&self) -> Option<ConversationId> {
        match self.app.focus {
            // The bar stands beside it.
            Pane::List | Pane::Sidebar => {
                self.app.list.rows.get(self.app.list.cursor).map(|row| row.conversation.id.clone())
            }
            // Its messages are there, or its title is while they are on their way.
            Pane::Thread | Pane::Details => self.app.thread.shown().or(self.app.thread.wanted.as_ref()).cloned(),
            Pane::Composer => self.app.composer.conversation.clone(),
        }
    }

    fn press(&mut self, keys: &str) {
        for key in Key::parse_sequence(keys).unwrap() {
            let drawn = self.drawn();
            let had_layer = !self.app.layers.is_empty();
            self.hit.clear();
            self.tell(Msg::Key(key));
            let meant = if had_layer { self.asked_of.clone() } else { drawn.clone() };
            for id in &self.hit {
                assert_eq!(Some(id), meant.as_ref(), "{keys} hit what was not on screen");
            }
            if !had_layer && !self.app.layers.is_empty() {
                self.asked_of = drawn;
            }
        }
    }

    /// Something happens behind the app's back.
    fn meanwhile(&mut self, what: u8, which: u8) {
        let number = usize::from(which) % 9 + 1;
        match what % 6 {
            0 => self.engine.customer_writes(number, "news"),
            1 => self.engine.edit(number).state = State::Closed,
            2 => self.engine.edit(number).state = State::Open,
            3 => self.engine.edit(number).assignee = None,
            4 => self.engine.conversations.rotate_left(usize::from(which) % 5),
            _ => {
                let number = 100 + usize::from(which);
                if self.engine.conversation(&engine::id(number)).is_none() {
                    let me = self.engine.directory.me().map(|me| me.id.clone());
                    self.engine.add(number, me);
                }
            }
        }
        self.tell(Msg::Event(Box::new(Event::Changed { ids: Vec::new() })));
    }

    fn step(&mut self, kind: u8, value: u8) {
        match kind % 16 {
            0..=6 => {
                let key = KEYS[usize::from(value) % KEYS.len()];
                // Letters are text for whoever writes.
                if self.app.focus == Pane::Composer && self.app.layers.is_empty() {
                    self.press("esc");
                }
                self.press(key);
            }
            7 if !self.app.layers.is_empty() => self.press("enter"),
            8 => self.quietly(|late| {
                late.monotonic += Duration::from_millis(u64::from(value) * 20);
                late.engine.now = UnixTime(NOW.0 + i64::try_from(late.monotonic.as_secs()).unwrap() - 100);
                late.tell(Msg::Tick);
            }),
            9 | 10 => self.quietly(|late| late.meanwhile(value, value / 6)),
            _ => self.quietly(|late| late.answer(usize::from(value))),
        }
        let pane = &self.app.thread;
        if matches!(self.app.focus, Pane::Thread | Pane::Details | Pane::Composer)
            && let Some(shown) = pane.shown()
        {
            assert_eq!(Some(shown), pane.wanted.as_ref(), "another conversation is shown than a key would act on");
        }
    }

    /// What happens by itself moves nothing away from under a key that may be on its way: unless the agent
    /// asked for another place of the list, or took something back, and the answer has just come.
    fn quietly(&mut self, happens: impl FnOnce(&mut Self)) {
        let before = self.drawn();
        let asked = |late: &Self| {
            late.app.list.state == ListState::Loading
                || late.waiting.iter().any(|request| matches!(request, Request::Undo { .. }))
                || late
                    .app
                    .list
                    .asked
                    .as_ref()
                    .is_some_and(|(_, purpose)| !matches!(purpose, crate::app::window::Purpose::Refresh))
        };
        let moves = asked(self);
        self.hit.clear();
        happens(self);
        let promised = self.hit.iter().all(|id| self.promised.contains(id));
        assert!(promised, "nothing is done without a key: {:?}", self.hit);
        if before.is_some() && !moves {
            assert_eq!(self.drawn(), before, "it moved by itself");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn no_act_hits_another_conversation_than_the_one_shown(
        steps in prop::collection::vec(any::<(u8, u8)>(), 1..160),
        size in 0_usize..4,
        advance in 0_usize..3,
    ) {
        let (width, height) = [(160, 48), (100, 30), (80, 24), (60, 20)][size];
        let mut late = Late::new(width, height, [Advance::Next, Advance::Previous, Advance::List][advance]);
        for (kind, value) in steps {
            late.step(kind, value);
        }
    }
}

#[test]
fn a_closed_row_stays_struck_and_the_cursor_and_the_thread_go_on() {
    let mut desk = Desk::new();
    desk.press("enter e");
    assert_eq!((desk.cursor().as_str(), desk.shown().as_str(), desk.focus()), ("2", "2", Pane::Thread));
    let first = desk.app.list.rows[0].clone();
    assert_eq!(first.conversation.id, engine::id(1));
    assert!(first.struck_until.is_some_and(|until| until > desk.engine.now));
    desk.pass(Duration::from_secs(30));
    assert!(desk.app.list.index_of(&engine::id(1)).is_none(), "it goes when its window ends");
    assert_eq!((desk.cursor().as_str(), desk.shown().as_str()), ("2", "2"));
}

#[test]
fn advance_can_go_back_or_to_the_list() {
    let with = |advance| {
        let mut desk = Desk::with(160, 48, Settings { advance, ..Settings::default() }, Engine::filled());
        desk.press("j j enter e");
        (desk.cursor(), desk.focus())
    };
    assert_eq!(with(Advance::Next), ("4".to_owned(), Pane::Thread));
    assert_eq!(with(Advance::Previous), ("2".to_owned(), Pane::Thread));
    assert_eq!(with(Advance::List), ("4".to_owned(), Pane::List));
}

#[test]
fn after_a_send_the_conversation_stays() {
    let mut desk = Desk::new();
    desk.press("r").write("On its way.").press("ctrl-s");
    assert_eq!((desk.cursor().as_str(), desk.shown().as_str()), ("1", "1"));
}

#[test]
fn space_opens_pages_and_goes_on_to_the_next_unread_from_the_top_again_at_the_end() {
    let mut desk = Desk::new();
    desk.press("space");
    assert_eq!((desk.shown().as_str(), desk.focus()), ("1", Pane::Thread));
    for _ in 0..9 {
        if desk.shown() != "1" {
            break;
        }
        desk.press("space");
    }
    assert_eq!(desk.shown(), "2");
    assert!(!desk.server("2").unread, "what space goes to is read");
    desk.press("space");
    assert_eq!(desk.shown(), "4");
    desk.engine.customer_writes(1, "Hello?");
    desk.news();
    desk.press("space");
    assert_eq!(desk.shown(), "1", "an unread one above is not forgotten");
    desk.press("space space");
    assert_eq!(desk.notice(), "No more unread conversations in this list.");
}

#[test]
fn it_counts_as_read_after_two_seconds_of_rest_and_previews_after_a_moment() {
    let mut desk = Desk::new();
    desk.press("j");
    assert!(desk.app.thread.is_waiting() && desk.shown() == "1");
    desk.pass(Duration::from_millis(140));
    assert!(desk.app.thread.is_waiting());
    desk.pass(Duration::from_millis(20));
    assert_eq!(desk.shown(), "2");
    desk.pass(Duration::from_millis(1_900));
    assert!(desk.server("2").unread);
    desk.pass(Duration::from_millis(200));
    assert!(!desk.server("2").unread);
}

#[test]
fn what_is_taken_back_is_not_hidden_behind_the_thread_of_another() {
    let mut desk = Desk::new();
    desk.press("enter e");
    assert_eq!(desk.shown(), "2");
    desk.slow = true;
    desk.press("u");
    assert_eq!((desk.cursor().as_str(), desk.shown().as_str()), ("1", ""), "a key would act on the first again");
    desk.catch_up();
    assert_eq!(desk.shown(), "1");
}

#[test]
fn going_to_the_thread_while_a_list_is_loading_shows_no_other_conversation() {
    let mut late = Late::new(160, 48, Advance::Next);
    late.step(8, 50);
    while !late.waiting.is_empty() {
        late.answer(0);
    }
    assert_eq!(late.app.thread.shown(), Some(&engine::id(1)));
    late.press("j");
    late.step(8, 20);
    late.press("g u tab");
    assert_eq!((late.app.focus, late.app.thread.shown()), (Pane::Thread, None));
    assert_eq!(late.app.thread.wanted, Some(engine::id(2)));
}
