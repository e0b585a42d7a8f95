//! What is being written: bound to its conversation, in a mode that never flips by itself.
//!
//! Owns the text area, the mode, the files of the text, what its writer had seen when it was begun, and
//! a sent text until it is committed. The texts of other conversations are the shelf's. Knows nothing
//! of sending. The text area is named here and in the drawing of it only.

use std::time::Duration;

use tui_textarea::{CursorMove, TextArea, WrapMode};

use super::shelf::{Haste, Kept, News, Shelf, join};
use crate::domain::{Began, ConversationId, Draft, FilePart, GroupId, Mode, PartId, UnixTime};
use crate::keymap::{Key, KeyCode};
use crate::sync::message::Generation;
use crate::text::{self, Clean};

/// Where a text belongs.
pub use super::shelf::Key as Place;

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
    /// Which part of the thread.
    pub part: PartId,
    /// It was in view when the agent said that it was seen.
    pub(super) looked_at: bool,
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
    /// The text, its files, and what had been seen when it was begun.
    pub kept: Kept,
    /// Where the cursor was: line, column.
    pub(super) cursor: (usize, usize),
}

/// Which of two texts an agent chooses, when another deskhand wrote in the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Theirs,
    Ours,
    Both,
}

/// The composer's state.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent marks")]
pub struct Composer {
    /// The conversation that it is bound to; absent while it is closed.
    pub conversation: Option<ConversationId>,
    /// REPLY or NOTE.
    pub mode: Mode,
    /// What came since the message was begun, oldest first.
    pub arrivals: Vec<Arrival>,
    /// The text is as it was last handed over to be kept as a draft.
    pub saved: bool,
    /// Files that go with the text.
    pub files: Vec<FilePart>,
    /// Why the text could not be sent, while nothing was done about it; blank else.
    pub refused: Clean,
    /// Texts that are on their way to the outbox.
    pub sending: Vec<Sending>,
    area: TextArea<'static>,
    began: Option<Began>,
    /// It was begun before the thread was on the screen.
    began_blind: bool,
    /// The newest part on the screen, if there is one.
    newest: Option<PartId>,
    /// The thread is on the screen.
    sees_thread: bool,
    shelf: Shelf,
    /// A zero-width joiner was typed; it counts once what it joins is typed too.
    joiner_waits: bool,
    /// Monotonic time at which the draft is saved.
    pub(super) save_at: Option<Duration>,
    /// Monotonic time at which what could not be saved is tried again.
    pub(super) retry_at: Option<Duration>,
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

    /// Whether the text is on disk as a draft, as it is here.
    #[must_use]
    pub fn is_on_disk(&self) -> bool {
        self.saved && self.bound().is_some_and(|key| self.shelf.is_on_disk(&key)) && self.held_here().is_some()
    }

    /// What another deskhand wrote in the same place, while nobody has chosen.
    #[must_use]
    pub fn theirs(&self) -> Option<&Draft> {
        self.shelf.theirs(&self.bound()?)
    }

    /// How many texts are known of.
    #[cfg(test)]
    pub(super) fn sheets(&self) -> usize {
        self.shelf.len()
    }

    /// Whether a file is being taken up.
    #[must_use]
    pub fn is_attaching(&self) -> bool {
        self.bound().is_some_and(|key| self.shelf.is_attaching(&key))
    }

    /// Whether a file is being taken up for this text.
    pub(super) fn is_attaching_to(&self, key: &Place) -> bool {
        self.shelf.is_attaching(key)
    }

    /// Whether a text is kept for this conversation, or being written.
    #[must_use]
    pub fn has_text_for(&self, id: &ConversationId) -> bool {
        let bound = self.conversation.as_ref() == Some(id) && self.held_here().is_some();
        bound || self.shelf.holds(id)
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

    /// Rows above the text: what came, another deskhand's text, files.
    #[must_use]
    pub fn rows_above(&self) -> u16 {
        let conflict = if self.theirs().is_some() { 2 } else { 0 };
        let files = !self.files.is_empty() || self.is_attaching();
        u16::from(!self.refused.is_blank()) + u16::from(!self.arrivals.is_empty()) + conflict + u16::from(files)
    }

    /// Where the text in the text area belongs.
    pub(super) fn bound(&self) -> Option<Place> {
        Some((self.conversation.clone()?, self.mode))
    }

    fn is_bound_to(&self, key: &Place) -> bool {
        self.conversation.as_ref() == Some(&key.0) && self.mode == key.1
    }

    /// The text in the text area, with all that belongs to it; absent when there is none.
    fn held_here(&self) -> Option<Kept> {
        if self.is_blank() && self.files.is_empty() {
            return None;
        }
        let began = self.began.clone().unwrap_or(Began { part: None, at: UnixTime::default() });
        Some(Kept { text: self.text(), began, files: self.files.clone() })
    }

    /// The text that is held for a conversation in a mode, written or kept.
    pub(super) fn held(&self, key: &Place) -> Option<Kept> {
        if self.is_bound_to(key) { self.held_here() } else { self.shelf.kept(key).cloned() }
    }

    fn is_saved(&self, key: &Place) -> bool {
        if self.is_bound_to(key) { self.saved } else { self.shelf.is_saved(key) }
    }

    /// Whether it is known what is on disk for the text in the text area: what is there may be used up.
    pub(super) fn knows_disk(&self) -> bool {
        self.bound().is_some_and(|key| self.shelf.is_known(&key))
    }

    /// Opens for a conversation, with the text that was kept for it.
    pub(super) fn open(&mut self, id: &ConversationId, mode: Mode) {
        self.stow();
        self.refused = Clean::default();
        if self.conversation.as_ref() != Some(id) {
            self.arrivals.clear();
            (self.newest, self.sees_thread) = (None, false);
        }
        let key = (id.clone(), mode);
        self.conversation = Some(id.clone());
        self.mode = mode;
        self.saved = self.shelf.is_saved(&key);
        let kept = self.shelf.kept(&key).cloned();
        self.show(kept);
    }

    /// Closes; the text is kept.
    pub(super) fn close(&mut self) {
        self.stow();
        self.conversation = None;
        self.arrivals.clear();
        self.refused = Clean::default();
        (self.newest, self.sees_thread) = (None, false);
        self.show(None);
    }

    /// Keeps the text beside the text area.
    fn stow(&mut self) {
        if let Some(key) = self.bound() {
            let held = self.held_here();
            self.shelf.put(key, held, self.saved);
        }
    }

    /// Shows a text in the text area.
    fn show(&mut self, kept: Option<Kept>) {
        let (text, files, began) = kept.map_or_else(Default::default, |kept| (kept.text, kept.files, Some(kept.began)));
        self.files = files;
        self.began = began;
        self.began_blind = false;
        self.fill(&text);
    }

    /// The thread is on the screen, up to this part. What was begun before that has seen it now.
    pub(super) fn sees(&mut self, newest: Option<&PartId>) {
        (self.newest, self.sees_thread) = (newest.cloned(), true);
        if std::mem::take(&mut self.began_blind)
            && let Some(began) = self.began.as_mut()
        {
            began.part = newest.cloned();
        }
    }

    /// What the writer had seen when the message was begun.
    pub(super) const fn began(&self) -> Option<&Began> {
        self.began.as_ref()
    }

    /// The writer has seen all that is on the screen: the message counts as begun now.
    pub(super) fn begin_again(&mut self, now: UnixTime) {
        self.arrivals.clear();
        if self.began.is_some() {
            self.began = Some(Began { part: self.newest.clone(), at: now });
            self.began_blind = !self.sees_thread;
            self.saved = false;
        }
    }

    /// The draft to be saved, if it changed and can be handed over now.
    pub(super) fn hand_over(&mut self, key: &Place, haste: Haste) -> Option<Draft> {
        if self.is_saved(key) {
            return None;
        }
        let held = self.held(key);
        let blank = held.is_none();
        let draft = self.shelf.hand_over(key, held, haste);
        if self.is_bound_to(key) && (draft.is_some() || (blank && self.shelf.is_saved(key))) {
            self.saved = true;
        }
        draft
    }

    /// Texts that were not handed over yet.
    pub(super) fn unsaved(&self) -> Vec<Place> {
        let mut keys = self.shelf.waiting();
        keys.retain(|key| !self.is_bound_to(key));
        keys.extend(self.bound().filter(|_| !self.saved));
        keys
    }

    /// Another deskhand's or the engine's news of a draft is applied.
    fn apply(&mut self, key: &Place, news: &News) {
        if news.text.is_some() || news.cleared {
            self.put(key, news.text.clone(), !news.save);
        } else if news.save {
            self.unsave(key);
        }
    }

    fn put(&mut self, key: &Place, kept: Option<Kept>, saved: bool) {
        if !self.is_bound_to(key) {
            self.shelf.put(key.clone(), kept, saved);
            return;
        }
        self.saved = saved;
        match kept {
            // The cursor stays where it is.
            Some(kept) if kept.text == self.text() => {
                self.files = kept.files;
                self.began = Some(kept.began);
            }
            kept => self.show(kept),
        }
    }

    /// The text has to be handed over again.
    pub(super) fn unsave(&mut self, key: &Place) {
        if self.is_bound_to(key) {
            self.saved = false;
        } else {
            let kept = self.shelf.kept(key).cloned();
            self.shelf.put(key.clone(), kept, false);
        }
    }

    /// Takes over what is on disk for a conversation in a mode, as the answer to a question says.
    pub(super) fn learn(&mut self, key: &Place, draft: Option<&Draft>, generation: Generation) -> News {
        if self.sending.iter().any(|sending| (&sending.conversation, sending.mode) == (&key.0, key.1)) {
            return News::default();
        }
        self.shelf.tidy(&key.0);
        let (held, saved) = (self.held(key), self.is_saved(key));
        let news = self.shelf.learn(key, draft, held, saved, generation);
        self.apply(key, &news);
        news
    }

    /// A draft is on disk. `asked` is the newest question so far.
    pub(super) fn draft_saved(&mut self, draft: &Draft, asked: Generation) -> News {
        let key = (draft.conversation.clone(), draft.mode);
        let (held, saved) = (self.held(&key), self.is_saved(&key));
        let news = self.shelf.saved(draft, held, saved, asked);
        self.apply(&key, &news);
        news
    }

    /// A draft could not be saved: another one is there.
    pub(super) fn draft_conflict(&mut self, theirs: Draft, asked: Generation) -> News {
        let key = (theirs.conversation.clone(), theirs.mode);
        let (held, saved) = (self.held(&key), self.is_saved(&key));
        let news = self.shelf.conflict(theirs, held, saved, asked);
        self.apply(&key, &news);
        news
    }

    /// Chooses between the text here and another deskhand's; the draft to be written over what is
    /// there. A text that is not chosen can be pasted with the key that puts deleted words back.
    pub(super) fn choose(&mut self, choice: Choice) -> Option<Draft> {
        let key = self.bound()?;
        let theirs = self.shelf.choose(&key)?;
        let ours = self.text();
        let there = text::clean_entry(&theirs.text);
        let text = match choice {
            Choice::Theirs => there,
            Choice::Ours => ours.clone(),
            Choice::Both => join(&there, &ours),
        };
        if choice != Choice::Ours {
            let files = theirs.files.iter().filter(|file| !self.files.contains(file)).cloned();
            let files: Vec<FilePart> = files.collect();
            if choice == Choice::Theirs {
                self.files.clone_from(&theirs.files);
                self.began = Some(Began { part: theirs.seen_part.clone(), at: theirs.begun_at });
            } else {
                self.files.extend(files);
            }
        }
        if text != ours {
            self.fill(&text);
            if choice == Choice::Theirs {
                self.area.set_yank_text(ours);
            }
        }
        self.saved = true;
        let held = self.held_here();
        Some(self.shelf.overwrite(&key, held))
    }

    /// The draft that gets a file, once nothing of it is under way.
    pub(super) fn attach_to(&mut self) -> Option<Draft> {
        let key = self.bound()?;
        let held = self.held_here();
        let draft = self.shelf.attach_to(&key, held)?;
        self.saved = true;
        Some(draft)
    }

    /// A draft could not be saved: it has to be handed over again. Returns whether that is to be told.
    pub(super) fn draft_not_saved(&mut self, key: &Place) -> bool {
        let tell = self.shelf.not_saved(key);
        if !self.shelf.is_leaving(key) {
            self.unsave(key);
        }
        tell
    }

    /// Takes the last file off.
    pub(super) fn detach(&mut self) -> Option<FilePart> {
        let file = self.files.pop()?;
        self.saved = false;
        Some(file)
    }

    /// Puts a text back that could not be sent, or was taken back. What has been written meanwhile
    /// comes after it. The engine has it on disk again, before whatever was there.
    pub(super) fn put_back(&mut self, key: &Place, back: Kept) {
        let kept = match self.held(key) {
            Some(newer) => {
                let mut files = back.files;
                let more: Vec<FilePart> = newer.files.into_iter().filter(|file| !files.contains(file)).collect();
                files.extend(more);
                Kept { text: join(&text::clean_entry(&back.text), &newer.text), began: back.began, files }
            }
            None => Kept { text: text::clean_entry(&back.text), ..back },
        };
        self.shelf.forget_disk(key);
        self.put(key, Some(kept), true);
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
    pub(super) fn take(&mut self, group: &GroupId) {
        let (Some(key), Some(kept)) = (self.bound(), self.held_here()) else { return };
        self.shelf.leave(&key);
        let cursor = self.area.cursor();
        let cursor = (cursor.0, cursor.1);
        self.sending.push(Sending { group: group.clone(), mode: key.1, conversation: key.0, kept, cursor });
        self.saved = true;
        self.save_at = None;
        self.show(None);
        self.close();
    }

    /// Puts the cursor where it was.
    pub(super) fn put_cursor(&mut self, (line, column): (usize, usize)) {
        let at = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(at(line), at(column)));
    }

    /// A group was committed (`done`) or refused: its text.
    pub(super) fn take_back(&mut self, group: &GroupId, done: bool, asked: Generation) -> Option<Sending> {
        let at = self.sending.iter().position(|sending| sending.group == *group)?;
        let sending = self.sending.remove(at);
        self.shelf.left(&(sending.conversation.clone(), sending.mode), done, asked);
        Some(sending)
    }

    /// Swaps reply and note. The text goes along, unless the other mode has one of its own. The other
    /// mode's place is returned when the text has moved away from it.
    pub(super) fn toggle_mode(&mut self) -> Option<Place> {
        let was = self.bound()?;
        let other = (was.0.clone(), if was.1 == Mode::Reply { Mode::Note } else { Mode::Reply });
        // What was written for the team never becomes a reply by one key: it stays, as a note.
        if was.1 == Mode::Note || self.shelf.kept(&other).is_some() {
            self.open(&other.0, other.1);
            return None;
        }
        let moves = self.held_here().is_some();
        self.shelf.put(was.clone(), None, !moves);
        self.mode = other.1;
        self.saved = !moves;
        moves.then_some(was)
    }

    /// Throws the text away, with its files.
    pub(super) fn throw_away(&mut self) {
        if let Some(key) = self.bound() {
            self.shelf.stop_attaching(&key);
        }
        self.show(None);
        self.saved = false;
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
        self.saved = false;
        if self.is_blank() && self.files.is_empty() {
            self.began = None;
        } else if self.began.is_none() {
            self.began = Some(Began { part: self.newest.clone(), at: now });
            self.began_blind = !self.sees_thread;
        }
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
