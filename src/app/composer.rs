//! What is being written: bound to its conversation, in a mode that never flips by itself.
//!
//! Owns the text area, the mode, the texts of other conversations until they are on disk as drafts,
//! and a sent text until it is committed. Knows nothing of sending. The text area is named here and in
//! the drawing of it only.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tui_textarea::{CursorMove, TextArea, WrapMode};

use crate::domain::{ConversationId, Draft, GroupId, Mode, UnixTime};
use crate::keymap::{Key, KeyCode};
use crate::text::{self, Clean};

/// Longest text in bytes that the composer takes.
pub const LONGEST: usize = 1_048_576;

/// Longest paste in bytes that is looked at.
const MOST_READ: usize = 8 * LONGEST;

/// What became of a pasted text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pasted {
    /// All of it is in the text.
    Whole,
    /// Its beginning is, the rest did not fit.
    Beginning,
    /// Nothing of it fitted or could be kept.
    Nothing,
}

/// Something that came while composing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Who.
    pub who: Clean,
    /// What: key of the catalogue of words (`arrival-replied`, `arrival-noted`, `arrival-closed`, …)
    /// with the argument `who`.
    pub what: &'static str,
    /// When.
    pub at: UnixTime,
}

/// A text on its way to the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The group of acts that carries it.
    pub group: GroupId,
    /// To which conversation.
    pub conversation: ConversationId,
    /// As what.
    pub mode: Mode,
    /// The text.
    pub text: String,
    /// When its first letter was typed.
    pub begun_at: UnixTime,
}

/// A text as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The text.
    pub text: String,
    /// When its first letter was typed.
    pub begun_at: UnixTime,
}

/// The composer's state.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// The conversation that it is bound to; absent while it is closed.
    pub conversation: Option<ConversationId>,
    /// REPLY or NOTE.
    pub mode: Mode,
    /// What came since it was opened, oldest first.
    pub arrivals: Vec<Arrival>,
    /// The text is on disk as a draft.
    pub saved: bool,
    /// Texts that are on their way to the outbox.
    pub sending: Vec<Sending>,
    area: TextArea<'static>,
    begun_at: Option<UnixTime>,
    kept: BTreeMap<(ConversationId, Mode), Kept>,
    /// Where the draft on disk is known, or was put there from here: what comes from there is older.
    known: BTreeSet<(ConversationId, Mode)>,
    /// A zero-width joiner was typed; it counts once what it joins is typed too.
    joiner_waits: bool,
    /// Monotonic time at which the draft is saved.
    pub(super) save_at: Option<Duration>,
}

impl Composer {
    /// The text area, to be drawn. It wraps by itself and draws no cursor.
    #[must_use]
    pub const fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether there is nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.area.lines().iter().all(|line| line.trim().is_empty())
    }

    /// Whether a text is kept for this conversation, or being written.
    #[must_use]
    pub fn has_text_for(&self, id: &ConversationId) -> bool {
        let bound = self.conversation.as_ref() == Some(id) && !self.is_blank();
        bound || [Mode::Reply, Mode::Note].into_iter().any(|mode| self.kept.contains_key(&(id.clone(), mode)))
    }

    /// Rows that the text takes at `width` cells, counting no further than `most`.
    #[must_use]
    pub fn rows(&self, width: u16, most: u16) -> u16 {
        let width = usize::from(width.max(1));
        let mut rows = 0_usize;
        for line in self.area.lines() {
            // A very long line is not measured: it fills the room whatever it is made of.
            let long = line.len() > width * usize::from(most.max(1)) * 8;
            rows += if long { usize::from(most) } else { text::width(line).max(1).div_ceil(width) };
            if rows >= usize::from(most) {
                return most;
            }
        }
        u16::try_from(rows).unwrap_or(most).min(most)
    }

    /// Opens for a conversation, with the text that was kept for it.
    pub(super) fn open(&mut self, id: &ConversationId, mode: Mode) {
        self.stow();
        if self.conversation.as_ref() != Some(id) {
            self.arrivals.clear();
        }
        self.conversation = Some(id.clone());
        self.mode = mode;
        let kept = self.kept.get(&(id.clone(), mode)).cloned();
        self.begun_at = kept.as_ref().map(|kept| kept.begun_at);
        self.saved = kept.is_some();
        self.fill(kept.as_ref().map_or("", |kept| &kept.text));
    }

    /// Closes; the text is kept.
    pub(super) fn close(&mut self) {
        self.stow();
        self.conversation = None;
        self.arrivals.clear();
        self.begun_at = None;
        self.fill("");
    }

    /// Keeps the text beside the text area.
    fn stow(&mut self) {
        let Some(id) = self.conversation.clone() else { return };
        let key = (id, self.mode);
        if self.is_blank() {
            self.kept.remove(&key);
        } else {
            let begun_at = self.begun_at.unwrap_or_default();
            self.kept.insert(key, Kept { text: self.text(), begun_at });
        }
    }

    /// Takes the drafts of a conversation over, as they are on disk. What is known here already is
    /// newer. What was begun before its draft was known comes after it: then the whole text is
    /// returned, to be saved.
    pub(super) fn learn(&mut self, id: &ConversationId, drafts: &[Draft]) -> Option<Draft> {
        let mut joined = None;
        for mode in [Mode::Reply, Mode::Note] {
            let key = (id.clone(), mode);
            let leaving = self.sending.iter().any(|sending| sending.conversation == *id && sending.mode == mode);
            let draft = drafts.iter().find(|draft| draft.mode == mode);
            if !self.known.insert(key.clone()) || leaving {
                continue;
            }
            let Some(draft) = draft.filter(|_| !self.kept.contains_key(&key)) else { continue };
            let bound = self.conversation.as_ref() == Some(id) && self.mode == mode;
            let text = text::clean_entry(&draft.text);
            if bound && !self.is_blank() {
                let text = self.put_back(id, mode, &text, draft.begun_at);
                joined = Some(Draft { text, ..draft.clone() });
            } else if bound {
                self.begun_at = Some(draft.begun_at);
                self.saved = true;
                self.fill(&text);
            } else {
                self.kept.insert(key, Kept { text, begun_at: draft.begun_at });
            }
        }
        joined
    }

    /// What is on disk for this one is what was put there from here.
    pub(super) fn saved_as(&mut self, id: &ConversationId, mode: Mode) {
        self.known.insert((id.clone(), mode));
    }

    /// The text that is held for a conversation in a mode, written or kept.
    pub(super) fn held(&self, id: &ConversationId, mode: Mode) -> Option<Draft> {
        let bound = self.conversation.as_ref() == Some(id) && self.mode == mode && !self.is_blank();
        let (text, begun_at) = if bound {
            (self.text(), self.begun_at?)
        } else {
            let kept = self.kept.get(&(id.clone(), mode))?;
            (kept.text.clone(), kept.begun_at)
        };
        Some(Draft::new(id.clone(), mode, text, begun_at))
    }

    /// Puts a text back that could not be sent, or was taken back. What has been written meanwhile
    /// comes after it. Returns the whole text, to be saved.
    pub(super) fn put_back(&mut self, id: &ConversationId, mode: Mode, text: &str, begun_at: UnixTime) -> String {
        self.known.insert((id.clone(), mode));
        let text = text::clean_entry(text);
        let join = |newer: &str| {
            if newer.trim().is_empty() || newer == text { text.clone() } else { format!("{text}\n\n{newer}") }
        };
        if self.conversation.as_ref() == Some(id) && self.mode == mode {
            let joined = join(&self.text());
            self.begun_at = Some(begun_at);
            self.saved = true;
            self.fill(&joined);
            joined
        } else {
            let key = (id.clone(), mode);
            let joined = join(self.kept.get(&key).map_or("", |kept| &kept.text));
            self.kept.insert(key, Kept { text: joined.clone(), begun_at });
            joined
        }
    }

    fn fill(&mut self, text: &str) {
        let lines = text.split('\n').map(str::to_owned).collect();
        let mut area = TextArea::new(lines);
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        // Colours are the theme's, and the cursor is the terminal's own: both without a style, which
        // an area without a mask or a line has.
        let plain = area.style();
        area.set_cursor_line_style(plain);
        area.set_cursor_style(plain);
        area.set_max_histories(1_000);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        self.area = area;
        self.joiner_waits = false;
    }

    /// Takes the text out to be sent; the composer is empty and closed afterwards.
    pub(super) fn take(&mut self, group: &GroupId, now: UnixTime) {
        let Some(conversation) = self.conversation.clone() else { return };
        self.sending.push(Sending {
            group: group.clone(),
            text: self.text(),
            mode: self.mode,
            begun_at: self.begun_at.unwrap_or(now),
            conversation: conversation.clone(),
        });
        self.known.insert((conversation, self.mode));
        self.fill("");
        self.save_at = None;
        self.close();
    }

    /// A group was committed or refused: its text.
    pub(super) fn take_back(&mut self, group: &GroupId) -> Option<Sending> {
        let at = self.sending.iter().position(|sending| sending.group == *group)?;
        Some(self.sending.remove(at))
    }

    /// What has to be saved: the text as it is now.
    pub(super) fn unsaved(&self) -> Option<(ConversationId, Mode, Kept)> {
        let id = self.conversation.clone().filter(|_| !self.saved)?;
        Some((id, self.mode, Kept { text: self.text(), begun_at: self.begun_at? }))
    }

    /// Swaps reply and note. The text goes along, unless the other mode has one of its own.
    pub(super) fn toggle_mode(&mut self) -> Option<(ConversationId, Mode)> {
        let id = self.conversation.clone()?;
        let other = if self.mode == Mode::Reply { Mode::Note } else { Mode::Reply };
        let was = self.mode;
        if self.kept.contains_key(&(id.clone(), other)) {
            self.open(&id, other);
            return None;
        }
        self.kept.remove(&(id.clone(), was));
        self.known.insert((id.clone(), was));
        self.known.insert((id.clone(), other));
        self.mode = other;
        self.saved = self.begun_at.is_none();
        self.begun_at.is_some().then_some((id, was))
    }

    /// Takes a key, if it is one of a text's. Returns whether it was.
    pub(super) fn key(&mut self, key: Key, now: UnixTime) -> bool {
        let area = &mut self.area;
        let mut edits = true;
        match (key.code, key.ctrl, key.alt) {
            (KeyCode::Char(letter), false, false) => return self.type_char(letter, now),
            (KeyCode::Enter, false, false) => area.insert_newline(),
            // Completion comes later; it never leaves and puts nothing in.
            (KeyCode::Tab, ..) => edits = false,
            (KeyCode::Backspace, false, false) | (KeyCode::Char('h'), true, false) => {
                // A character is what a person sees as one, whatever it is made of.
                for _ in 0..beside(area, false).max(1) {
                    area.delete_char();
                }
            }
            (KeyCode::Delete, false, false) | (KeyCode::Char('d'), true, false) => {
                for _ in 0..beside(area, true).max(1) {
                    area.delete_next_char();
                }
            }
            (KeyCode::Char('w') | KeyCode::Backspace, true, false) => {
                area.delete_word();
            }
            (KeyCode::Char('u'), true, false) => {
                area.delete_line_by_head();
            }
            (KeyCode::Char('y'), true, false) => {
                area.paste();
            }
            (KeyCode::Char('_'), true, false) => {
                area.undo();
            }
            (KeyCode::Char('r'), true, false) => {
                area.redo();
            }
            _ => {
                edits = false;
                let Some(to) = movement(key) else { return false };
                let times = match to {
                    CursorMove::Back => beside(area, false),
                    CursorMove::Forward => beside(area, true),
                    _ => 1,
                };
                for _ in 0..times.max(1) {
                    area.move_cursor(to);
                }
            }
        }
        self.joiner_waits = false;
        if edits {
            self.edited(now);
        }
        true
    }

    /// One typed character. What only makes sense with what is before it is judged together with it.
    fn type_char(&mut self, letter: char, now: UnixTime) -> bool {
        const JOINER: char = '\u{200D}';
        if letter == JOINER {
            self.joiner_waits = true;
            return true;
        }
        let before = text::graphemes(at_cursor(&self.area).0).next_back().unwrap_or("").to_owned();
        let joiner = if std::mem::take(&mut self.joiner_waits) { "\u{200D}" } else { "" };
        let together = text::clean_entry(&format!("{before}{joiner}{letter}"));
        match together.strip_prefix(before.as_str()) {
            Some(added) if self.has_room(added.len()) => {
                let added = added.to_owned();
                self.area.insert_str(&added);
            }
            Some(_) => {}
            None => {
                // A combining mark makes one character with the letter before it.
                for _ in before.chars() {
                    self.area.delete_char();
                }
                self.area.insert_str(&together);
            }
        }
        self.edited(now);
        true
    }

    fn bytes(&self) -> usize {
        self.area.lines().iter().map(|line| line.len() + 1).sum()
    }

    fn has_room(&self, more: usize) -> bool {
        // Counting a long text at every key would be felt; a short one cannot be full.
        self.area.lines().len() < 1_000 && self.area.lines().iter().all(|line| line.len() < 500)
            || self.bytes() + more <= LONGEST
    }

    /// Puts pasted text in, cleaned. What does not fit at its end is left out.
    pub(super) fn paste(&mut self, pasted: &str, now: UnixTime) -> Pasted {
        // Nobody waits for hundreds of megabytes to be looked through for what can be kept.
        let mut most = MOST_READ.min(pasted.len());
        while !pasted.is_char_boundary(most) {
            most -= 1;
        }
        let (looked_at, unread) = pasted.split_at(most);
        let cleaned = text::clean_entry(looked_at);
        let room = LONGEST.saturating_sub(self.bytes());
        let fits = if cleaned.len() <= room {
            cleaned.as_str()
        } else {
            let mut end = 0;
            for cluster in text::graphemes(&cleaned) {
                if end + cluster.len() > room {
                    break;
                }
                end += cluster.len();
            }
            cleaned.get(..end).unwrap_or("")
        };
        if fits.is_empty() {
            return if pasted.is_empty() { Pasted::Whole } else { Pasted::Nothing };
        }
        self.area.insert_str(fits);
        self.edited(now);
        if fits.len() == cleaned.len() && unread.is_empty() { Pasted::Whole } else { Pasted::Beginning }
    }

    fn edited(&mut self, now: UnixTime) {
        self.begun_at = self.begun_at.or(Some(now));
        self.saved = false;
    }
}

/// The cursor's line, before and after it.
fn at_cursor<'a>(area: &'a TextArea<'_>) -> (&'a str, &'a str) {
    let cursor = area.cursor();
    let line = area.lines().get(cursor.0).map_or("", String::as_str);
    let at = line.char_indices().nth(cursor.1).map_or(line.len(), |(at, _)| at);
    line.split_at(at)
}

/// Scalars of the grapheme cluster before or after the cursor; 0 at the line's end.
fn beside(area: &TextArea<'_>, forward: bool) -> usize {
    let (before, after) = at_cursor(area);
    let cluster = if forward { text::graphemes(after).next() } else { text::graphemes(before).next_back() };
    cluster.map_or(0, |cluster| cluster.chars().count())
}

/// The cursor movement of a key, as readline has it.
fn movement(key: Key) -> Option<CursorMove> {
    Some(match (key.code, key.ctrl, key.alt) {
        (KeyCode::Left, true, _) | (KeyCode::Char('b'), false, true) => CursorMove::WordBack,
        (KeyCode::Right, true, _) | (KeyCode::Char('f'), false, true) => CursorMove::WordForward,
        (KeyCode::Left, false, false) | (KeyCode::Char('b'), true, false) => CursorMove::Back,
        (KeyCode::Right, false, false) | (KeyCode::Char('f'), true, false) => CursorMove::Forward,
        (KeyCode::Up, false, false) | (KeyCode::Char('p'), true, false) => CursorMove::Up,
        (KeyCode::Down, false, false) | (KeyCode::Char('n'), true, false) => CursorMove::Down,
        (KeyCode::Home, false, false) | (KeyCode::Char('a'), true, false) => CursorMove::Head,
        (KeyCode::End, false, false) | (KeyCode::Char('e'), true, false) => CursorMove::End,
        (KeyCode::Home, true, _) => CursorMove::Top,
        (KeyCode::End, true, _) => CursorMove::Bottom,
        (KeyCode::PageUp, ..) => CursorMove::ParagraphBack,
        (KeyCode::PageDown, ..) => CursorMove::ParagraphForward,
        _ => return None,
    })
}
