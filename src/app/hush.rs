//! Words typed by mistake, where keys are commands.
//!
//! After a printable key that means nothing, the letters that follow at once are the rest of a word,
//! not commands. They are swallowed, and that is said.

use std::time::Duration;

use super::{App, Severity};
use crate::keymap::{Key, KeyCode};
use crate::text::{Clean, clean};

/// A letter belongs to the one before it when it follows within this time.
const PAUSE: Duration = Duration::from_millis(700);
/// Letters told at most.
const TOLD: usize = 30;

/// What was typed by mistake.
#[derive(Clone, Debug)]
pub(super) struct Hush {
    until: Duration,
    /// The keys that meant nothing; blank when the text they were for has gone.
    keys: Clean,
    /// What followed them.
    typed: String,
}

const fn letter(key: Key) -> Option<char> {
    match key.code {
        KeyCode::Char(letter) if !key.ctrl && !key.alt => Some(letter),
        _ => None,
    }
}

impl App {
    /// Says that keys mean nothing here. Letters that follow the last of them at once mean nothing
    /// either.
    pub(super) fn not_bound(&mut self, keys: &str, last: Key) {
        let keys = clean(keys);
        let text = self.words.with("not-bound", &[("keys", (&keys).into())]);
        self.say_text(Severity::Info, text, Clean::default());
        if letter(last).is_some() {
            self.hush = Some(Hush { until: self.monotonic + PAUSE, keys, typed: String::new() });
        }
    }

    /// What was being written has gone: the letters that follow at once were meant for it.
    pub(super) fn hush_typing(&mut self) {
        self.hush = Some(Hush { until: self.monotonic + PAUSE, keys: Clean::default(), typed: String::new() });
    }

    /// Whether a key is the rest of a word that was typed by mistake. `in_text`: it goes to a text.
    pub(super) fn swallows(&mut self, key: Key, in_text: bool) -> bool {
        let Some(mut hush) = self.hush.take().filter(|hush| self.monotonic < hush.until && !in_text) else {
            return false;
        };
        let Some(letter) = letter(key) else { return false };
        if hush.typed.chars().count() < TOLD {
            hush.typed.push(letter);
        }
        hush.until = self.monotonic + PAUSE;
        let typed = clean(hush.typed.trim());
        let word = if hush.keys.is_blank() { "not-bound-gone" } else { "not-bound-word" };
        let text = self.words.with(word, &[("keys", (&hush.keys).into()), ("typed", (&typed).into())]);
        self.say_text(Severity::Info, text, Clean::default());
        self.hush = Some(hush);
        true
    }
}
