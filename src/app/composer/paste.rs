//! Text that comes all at once: pasted, put in by a macro, or composed by an input method.
//!
//! Owns how much of it fits. It is cleaned and put in as one edit, whatever its length.

use super::{Composer, LONGEST};
use crate::domain::UnixTime;
use crate::text::{clean_entry, graphemes};

/// Longest paste in bytes that is looked at.
const MOST_READ: usize = 8 * LONGEST;

/// What became of a pasted text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// All of it is in the text.
    Whole,
    /// Its beginning is, the rest did not fit.
    Beginning,
    /// Nothing of it fitted or could be kept.
    Nothing,
}

/// The beginning of a text that fits into so many bytes, cut between grapheme clusters.
fn beginning(text: &str, room: usize) -> &str {
    if text.len() <= room {
        return text;
    }
    let mut end = 0;
    for cluster in graphemes(text) {
        if end + cluster.len() > room {
            break;
        }
        end += cluster.len();
    }
    text.get(..end).unwrap_or("")
}

impl Composer {
    /// Puts text in at the cursor, cleaned, as one step of undo: pasted text, or a macro's. What does not
    /// fit at its end is left out.
    pub(in crate::app) fn insert_at_cursor(&mut self, pasted: &str, now: UnixTime) -> Pasted {
        // Nobody waits for hundreds of megabytes to be looked through for what can be kept.
        let mut most = MOST_READ.min(pasted.len());
        while !pasted.is_char_boundary(most) {
            most -= 1;
        }
        let (looked_at, unread) = pasted.split_at(most);
        let cleaned = clean_entry(looked_at);
        let fits = beginning(&cleaned, LONGEST.saturating_sub(self.text.bytes()));
        if fits.is_empty() {
            return if pasted.is_empty() { Pasted::Whole } else { Pasted::Nothing };
        }
        self.text.insert(fits);
        self.edited(now);
        if fits.len() == cleaned.len() && unread.is_empty() { Pasted::Whole } else { Pasted::Beginning }
    }

    /// Puts a text in the place of the whole, cleaned, as one step of undo. Returns whether all of it
    /// fitted.
    pub(in crate::app) fn replace_all(&mut self, text: &str, now: UnixTime) -> bool {
        let cleaned = clean_entry(text);
        // The line break that each line counts for is not there after the last one.
        let fits = beginning(&cleaned, LONGEST - 1);
        if fits != self.text() {
            self.text.replace_all(fits);
            self.edited(now);
        }
        fits.len() == cleaned.len()
    }
}
