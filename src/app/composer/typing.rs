//! Keys of the composer: what is offered for completion and the preview get them before the text.

use super::text::Pressed;
use super::{Composer, complete};
use crate::app::App;
use crate::app::composer_run::LEFT;
use crate::domain::{Directory, UnixTime};
use crate::keymap::{Key, KeyCode};

/// Bytes that come at once and may still be typed.
const AT_ONCE: usize = 64;

impl App {
    /// A key that no binding of the composer's takes. Returns whether it was one of a text's.
    pub(in crate::app) fn type_in_composer(&mut self, key: Key) -> bool {
        // Who types here does not want to be interrupted by another editor.
        self.composer.editor_waits = false;
        let taken = self.composer.key(key, &self.directory, self.now);
        self.text_changed();
        taken
    }

    /// A click on a row of the composer, so many cells from its left: the cursor goes there.
    pub(in crate::app) fn click_composer(&mut self, row: usize, cell: u16) {
        let above = usize::from(self.composer.rows_above());
        if self.composer.preview.is_none()
            && let Some(row) = row.checked_sub(above)
        {
            self.composer.completion = None;
            self.composer.text.point(row, usize::from(cell.saturating_sub(LEFT)));
        }
    }

    /// `esc` closes what is open over the text before the text is left. Returns whether something was.
    pub(in crate::app) fn close_over_text(&mut self) -> bool {
        let completion = self.composer.completion.take().is_some();
        completion || self.composer.preview.take().is_some()
    }

    /// Puts text in at the composer's cursor, cleaned, and says what did not fit. Nothing happens while
    /// the composer is closed.
    pub(in crate::app) fn insert_at_cursor(&mut self, text: &str) {
        use super::Pasted;
        if self.composer.conversation.is_none() {
            return;
        }
        let pasted = self.composer.insert_at_cursor(text, self.now);
        // An input method or a quick hand may give a whole word at once.
        let is_short = text.len() <= AT_ONCE && !text.contains('\n');
        self.composer.offer(&self.directory, is_short);
        self.text_changed();
        match pasted {
            Pasted::Whole => self.offer_file(text),
            Pasted::Beginning => self.say(crate::app::Severity::Warning, "paste-too-long"),
            Pasted::Nothing => self.say(crate::app::Severity::Warning, "paste-not-kept"),
        }
    }
}

impl Composer {
    /// Takes a key, if it is one of a text's. Returns whether it was.
    pub(in crate::app) fn key(&mut self, key: Key, directory: &Directory, now: UnixTime) -> bool {
        if key.code == KeyCode::Tab {
            // It completes, or does nothing; it never leaves and puts no blanks in.
            self.complete(now);
            return true;
        }
        if self.preview.as_mut().is_some_and(|preview| preview.key(key)) {
            return true;
        }
        if self.completion.as_mut().is_some_and(|completion| completion.key(key)) {
            return true;
        }
        match self.text.key(key) {
            Pressed::NotMine => return false,
            Pressed::Moved => {
                self.preview = None;
                self.completion = None;
            }
            Pressed::Edited => {
                self.edited(now);
                self.offer(directory, true);
            }
        }
        true
    }

    /// Offers what the words around the cursor may become, if anything is to be offered.
    fn offer(&mut self, directory: &Directory, offers: bool) {
        let (before, after) = self.text.at_cursor();
        let offered = offers.then(|| complete::offered(self.mode, before, after, directory));
        self.completion = offered.flatten();
    }

    /// `tab`: puts in what is offered.
    fn complete(&mut self, now: UnixTime) {
        let Some(completion) = self.completion.take() else { return };
        let Some(item) = completion.item() else { return };
        let more = item.insert.len();
        if self.text.has_room(more) {
            self.text.replace_before(completion.typed, &item.insert);
            self.edited(now);
        }
    }
}
