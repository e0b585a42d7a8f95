//! One line of typed text: the search of a palette, a picker or the help.
//!
//! Readline's keys, grapheme by grapheme. Everything is cleaned on its way in.

use crate::keymap::{Key, KeyCode};
use crate::text::{self, Clean};

/// Longest line in bytes: nobody searches for more.
const LONGEST: usize = 1_000;

/// A line of text with a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    /// Byte offset, between grapheme clusters.
    cursor: usize,
}

impl Input {
    /// The text as typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, to be shown.
    #[must_use]
    pub fn shown(&self) -> Clean {
        text::clean(&self.text)
    }

    /// The cursor's column in terminal cells.
    #[must_use]
    pub fn column(&self) -> usize {
        text::width(self.before())
    }

    /// What is before the cursor, to be shown.
    #[must_use]
    pub fn shown_before(&self) -> Clean {
        text::clean(self.before())
    }

    /// Whether a blank is right before the cursor.
    #[must_use]
    pub fn ends_before_with_space(&self) -> bool {
        self.before().ends_with(' ')
    }

    fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or(&self.text)
    }

    fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or("")
    }

    /// Puts cleaned text in at the cursor; line breaks become spaces.
    pub fn insert(&mut self, typed: &str) {
        let typed = text::clean_entry(typed).replace('\n', " ");
        let room = LONGEST.saturating_sub(self.text.len());
        let mut taken = 0;
        for cluster in text::graphemes(&typed) {
            if taken + cluster.len() > room {
                break;
            }
            taken += cluster.len();
        }
        let typed = typed.get(..taken).unwrap_or("");
        self.text.insert_str(self.cursor.min(self.text.len()), typed);
        self.cursor += typed.len();
    }

    /// Replaces the whole text; the cursor goes to its end.
    pub fn set(&mut self, text: &str) {
        self.text.clear();
        self.cursor = 0;
        self.insert(text);
    }

    /// Takes a key, if it is one of a text's. Returns whether the text changed, or `None` when the
    /// key is not for a text.
    pub fn key(&mut self, key: Key) -> Option<bool> {
        let before = self.text.len();
        match (key.code, key.ctrl, key.alt) {
            (KeyCode::Char(letter), false, false) => self.insert(letter.encode_utf8(&mut [0; 4])),
            (KeyCode::Left, false, _) | (KeyCode::Char('b'), true, false) => self.cursor = self.left(),
            (KeyCode::Right, false, _) | (KeyCode::Char('f'), true, false) => self.cursor = self.right(),
            (KeyCode::Home, ..) | (KeyCode::Char('a'), true, false) => self.cursor = 0,
            (KeyCode::End, ..) | (KeyCode::Char('e'), true, false) => self.cursor = self.text.len(),
            (KeyCode::Backspace, false, false) | (KeyCode::Char('h'), true, false) => {
                self.cut(self.left(), self.cursor);
            }
            (KeyCode::Delete, ..) | (KeyCode::Char('d'), true, false) => self.cut(self.cursor, self.right()),
            (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, ..) => self.cut(self.word_left(), self.cursor),
            (KeyCode::Char('u'), true, false) => self.cut(0, self.cursor),
            _ => return None,
        }
        Some(self.text.len() != before)
    }

    fn left(&self) -> usize {
        self.cursor - text::graphemes(self.before()).next_back().map_or(0, str::len)
    }

    fn right(&self) -> usize {
        self.cursor + text::graphemes(self.after()).next().map_or(0, str::len)
    }

    fn word_left(&self) -> usize {
        let trimmed = self.before().trim_end();
        trimmed.rfind(' ').map_or(0, |space| space + 1)
    }

    fn cut(&mut self, from: usize, to: usize) {
        if from <= to && self.text.is_char_boundary(from) && self.text.is_char_boundary(to) {
            self.text.replace_range(from..to, "");
            self.cursor = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(input: &mut Input, keys: &str) {
        for key in keys.split(' ') {
            let key = Key::parse(key).unwrap_or_default();
            let _ = input.key(key);
        }
    }

    #[test]
    fn it_edits_by_grapheme_and_word() {
        let mut input = Input::default();
        input.insert("héllo wörld 👨‍👩‍👧");
        press(&mut input, "backspace");
        assert_eq!(input.text(), "héllo wörld ");
        press(&mut input, "ctrl-w");
        assert_eq!(input.text(), "héllo ");
        press(&mut input, "ctrl-a right right ctrl-d x");
        assert_eq!(input.text(), "héxlo ");
        press(&mut input, "ctrl-u");
        assert_eq!(input.text(), "xlo ".trim_start_matches('x'));
    }

    #[test]
    fn what_is_pasted_is_cleaned_and_kept_on_one_line() {
        let mut input = Input::default();
        input.insert("a\u{1b}[2J\nb\u{202e}");
        assert_eq!(input.text(), "a[2J b");
        assert_eq!(input.column(), 6);
    }

    #[test]
    fn a_key_that_is_no_letter_is_left_to_others() {
        let mut input = Input::default();
        assert_eq!(input.key(Key::parse("enter").unwrap_or_default()), None);
        assert_eq!(input.key(Key::parse("ctrl-k").unwrap_or_default()), None);
        assert_eq!(input.key(Key::parse("alt-x").unwrap_or_default()), None);
    }
}
