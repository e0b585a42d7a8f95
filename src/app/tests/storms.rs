//! Random keys, pastes, sizes and news: nothing panics, no text is lost, nothing acts on another
//! conversation than the one in question.

use std::time::Duration;

use super::{Desk, Msg};
use crate::keymap::Key;
use crate::sync::message::{Event, Request};

/// Numbers that look like chance and are the same for the same seed.
struct Dice(std::cell::Cell<u64>);

impl Dice {
    fn seeded(seed: u64) -> Self {
        Self(std::cell::Cell::new(seed))
    }

    /// A number in `0..bound`.
    fn below(&self, bound: u64) -> u64 {
        let state = self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed ^ (mixed >> 27)) >> 16) % bound
    }
}

const KEYS: [&str; 62] = [
    "j",
    "k",
    "J",
    "K",
    "g",
    "G",
    "i",
    "u",
    "a",
    "A",
    "e",
    "o",
    "p",
    "t",
    "z",
    "Z",
    "M",
    "U",
    "n",
    "r",
    "s",
    "d",
    "w",
    "l",
    "h",
    "q",
    "x",
    "m",
    ":",
    "?",
    "<",
    ">",
    ".",
    "[",
    "]",
    "E",
    "D",
    "Y",
    "space",
    "enter",
    "esc",
    "tab",
    "shift-tab",
    "up",
    "down",
    "left",
    "right",
    "pageup",
    "pagedown",
    "home",
    "end",
    "backspace",
    "delete",
    "ctrl-d",
    "ctrl-u",
    "ctrl-k",
    "ctrl-x",
    "ctrl-s",
    "ctrl-r",
    "ctrl-c",
    "alt-j",
    "ctrl-w",
];

fn storm(seed: u64) {
    let dice = Dice::seeded(seed);
    let mut desk = Desk::sized(100, 30);
    let mut asked = desk.asked.len();
    for _ in 0..1_500 {
        let target = desk.app.target().map(|on| on.id.clone());
        let picked = desk.app.layers.iter().find_map(|layer| match layer {
            crate::app::Layer::Picker(picker) => picker.conversation().map(|on| on.id.clone()),
            _ => None,
        });
        let bound = desk.app.composer.conversation.clone();
        match dice.below(40) {
            0 => {
                let side = |most: u64| u16::try_from(dice.below(most)).unwrap_or(0);
                desk.tell(Msg::Resize(side(200), side(60)));
            }
            1 => desk.tell(Msg::Paste("Lorem\u{1b} ipsum\n👩‍💻".into())),
            2 => {
                let number = usize::try_from(dice.below(9)).unwrap_or(0) + 1;
                desk.engine.customer_writes(number, "news");
                desk.hear(Event::Changed { ids: Vec::new() });
            }
            3 => {
                desk.pass(Duration::from_millis(dice.below(3_000)));
            }
            4 => desk.slow = true,
            5 => desk.catch_up(),
            _ => {
                let at = usize::try_from(dice.below(62)).unwrap_or(0);
                let key = KEYS.get(at).and_then(|key| Key::parse(key)).unwrap_or_default();
                desk.tell(Msg::Key(key));
            }
        }
        for request in desk.asked.iter().skip(asked) {
            let Request::Commit { acts, .. } = request else { continue };
            for (id, _) in acts {
                let meant = [&target, &picked, &bound].into_iter().flatten().any(|on| on == id);
                assert!(meant, "seed {seed}: {id} was not in question ({target:?} {picked:?} {bound:?})");
            }
        }
        asked = desk.asked.len();
        if desk.quit {
            break;
        }
    }
}

#[test]
fn nothing_panics_and_nothing_is_hit_by_chance() {
    for seed in 0..24 {
        storm(seed);
    }
}

#[test]
fn every_size_is_survived() {
    let mut desk = Desk::new();
    desk.press("enter r").write("Hello there");
    for (width, height) in
        [(0, 0), (1, 1), (19, 5), (20, 6), (60, 20), (79, 24), (80, 24), (100, 30), (500, 200), (0, 48), (160, 0)]
    {
        desk.tell(Msg::Resize(width, height));
        desk.press("left right");
        assert_eq!(desk.text(), "Hello there", "{width}x{height}");
    }
    desk.press("esc j k G esc j G");
}

/// Types marked words between random keys that delete nothing; at the end each word is in a draft or
/// was sent, exactly once.
fn no_word_is_lost(seed: u64) {
    let dice = Dice::seeded(seed);
    let mut desk = Desk::new();
    desk.engine.refuse = seed.is_multiple_of(3).then_some("why-not-loaded");
    let mut words = Vec::new();
    for round in 0..120 {
        let keys =
            ["r", "n", "j", "k", "J", "K", "esc", "enter", "g u", "g i", "tab", "e", "u", "space", "ctrl-k", "l", "h"];
        let in_text = desk.focus() == crate::app::Pane::Composer && desk.app.layers.is_empty();
        if in_text && dice.below(3) > 0 {
            let word = format!("w{round:03}x");
            desk.write(&word).write(" ");
            words.push(word);
        }
        match dice.below(10) {
            0 => desk.slow = true,
            1 | 2 => desk.catch_up(),
            3 if in_text => {
                desk.press("ctrl-s");
            }
            4 if in_text => {
                desk.press("ctrl-x t");
            }
            5 => {
                desk.pass(Duration::from_millis(dice.below(3_000)));
            }
            6 if in_text => {
                desk.press("ctrl-k").write("go to all").press("enter");
            }
            6 => {
                desk.engine.customer_writes(usize::try_from(dice.below(9)).unwrap_or(0) + 1, "news");
                desk.news();
            }
            _ if in_text => {
                desk.press("esc");
            }
            _ => {
                let at = usize::try_from(dice.below(17)).unwrap_or(0);
                desk.press(keys.get(at).unwrap_or(&"esc"));
            }
        }
    }
    desk.catch_up();
    desk.catch_up();
    desk.press("esc esc esc esc q q");
    assert!(desk.quit, "seed {seed}");
    let drafts = desk.engine.drafts.values().map(|draft| draft.text.clone());
    let sent = desk.engine.outbox.iter().filter_map(|row| row.act.text().map(str::to_owned));
    let all: Vec<String> = drafts.chain(sent).collect();
    let all = all.join("\n");
    for word in words {
        assert_eq!(all.matches(&word).count(), 1, "seed {seed}: {word} in {all:?}");
    }
}

#[test]
fn the_composer_loses_no_word() {
    for seed in 0..150 {
        no_word_is_lost(seed);
    }
}
