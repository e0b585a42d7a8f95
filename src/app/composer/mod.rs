//! What is being written: bound to its conversation, in a mode that never flips by itself.
//!
//! Owns the mode, the files of the text, what its writer had seen when it was begun, and a sent text
//! until it is committed. The text itself, its cursor and its undo are `text`'s; where its rows break is
//! `wrap`'s; what `tab` completes is `complete`'s; what is on disk of it is `kept`'s; files are chosen in
//! `attach`, and an editor of the agent's own is `outside`. The texts of other conversations are the
//! shelf's. Knows nothing of sending. The text area is named under here only.

pub mod attach;
pub mod complete;
mod emoji;
mod kept;
mod outside;
mod paste;
mod preview;
mod text;
mod typing;
mod wrap;

use std::time::Duration;

use super::shelf::{Kept, Shelf};
use crate::domain::{Began, ConversationId, Draft, FilePart, GroupId, Mode, PartId, UnixTime};
use crate::text::Clean;

/// Where a text belongs.
pub use super::shelf::Key as Place;
pub use complete::Completion;
pub(super) use outside::EditorText;
pub use paste::Pasted;
pub use preview::Preview;
use text::Text;
pub use text::{LONGEST, View};

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
    /// What `tab` would put in.
    pub completion: Option<Completion>,
    /// What the customer would get, while it is shown in the place of the text.
    pub preview: Option<Preview>,
    /// The path of a file that was pasted last, while nothing else was written.
    dropped: Option<String>,
    text: Text,
    began: Option<Began>,
    /// It was begun before the thread was on the screen.
    began_blind: bool,
    /// The newest part on the screen, if there is one.
    newest: Option<PartId>,
    /// The thread is on the screen.
    sees_thread: bool,
    shelf: Shelf,
    /// The text is with the agent's own editor.
    outside: Option<EditorText>,
    /// The agent's own editor opens as soon as the thread is on the screen.
    pub(super) editor_waits: bool,
    /// Monotonic time at which the draft is saved.
    pub(super) save_at: Option<Duration>,
    /// Monotonic time at which what could not be saved is tried again.
    pub(super) retry_at: Option<Duration>,
}

impl Composer {
    /// What is visible of the text in so many cells and rows, and where the cursor is.
    #[must_use]
    pub fn view(&self, cells: u16, rows: u16) -> View<'_> {
        self.text.view(usize::from(cells.max(1)), usize::from(rows))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.text()
    }

    /// Whether there is nothing at all, not even white space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.text.lines(), [] | [_]) && self.text.lines().iter().all(String::is_empty)
    }

    /// Whether there is nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.is_blank()
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

    /// Rows that the text takes at so many cells, counting no further than `most`. A preview takes its
    /// own.
    #[must_use]
    pub fn rows(&self, cells: u16, most: u16) -> u16 {
        if let Some(preview) = &self.preview {
            return preview.rows(cells.max(1), most);
        }
        let rows = self.text.rows(usize::from(cells.max(1)), usize::from(most));
        u16::try_from(rows).unwrap_or(most).min(most)
    }

    /// It is shown in so many cells and rows from now on: the cursor stays among them.
    pub(super) fn shown_in(&mut self, cells: u16, rows: u16) {
        self.text.shown_in(usize::from(cells.max(1)), usize::from(rows));
        if let Some(preview) = self.preview.as_mut() {
            preview.shown_in(cells, rows);
        }
    }

    /// Rows above the text: what came, another deskhand's text, files.
    #[must_use]
    pub fn rows_above(&self) -> u16 {
        let conflict = if self.theirs().is_some() { 2 } else { 0 };
        let files = u16::from(self.has_file_row());
        u16::from(!self.refused.is_blank()) + u16::from(!self.arrivals.is_empty()) + conflict + files
    }

    /// Whether files are told of.
    #[must_use]
    pub fn has_file_row(&self) -> bool {
        !self.files.is_empty() || self.is_attaching()
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
        self.refused = Clean::default();
        if self.conversation.as_ref() == Some(id) && self.mode == mode {
            // It was only left for a moment: cursor and undo are as they were.
            (self.completion, self.preview) = (None, None);
            return;
        }
        self.stow();
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

    fn fill(&mut self, text: &str) {
        self.text = Text::new(text);
        (self.completion, self.preview, self.dropped) = (None, None, None);
    }

    /// Takes the text out to be sent; the composer is empty and closed afterwards.
    pub(super) fn take(&mut self, group: &GroupId) {
        let (Some(key), Some(kept)) = (self.bound(), self.held_here()) else { return };
        self.shelf.leave(&key);
        let cursor = self.text.cursor();
        self.sending.push(Sending { group: group.clone(), mode: key.1, conversation: key.0, kept, cursor });
        self.saved = true;
        self.save_at = None;
        self.show(None);
        self.close();
    }

    /// Puts the cursor where it was.
    pub(super) fn put_cursor(&mut self, (line, column): (usize, usize)) {
        self.text.go(line, column);
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
        self.completion = None;
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

    fn edited(&mut self, now: UnixTime) {
        self.saved = false;
        (self.preview, self.dropped) = (None, None);
        if self.is_blank() && self.files.is_empty() {
            self.began = None;
        } else if self.began.is_none() {
            self.began = Some(Began { part: self.newest.clone(), at: now });
            self.began_blind = !self.sees_thread;
        }
    }
}
