//! Bodies that have been read, kept for as long as there is room: going back to a conversation, looking
//! at it again and changing the width back cost no reading.
//!
//! Knows nothing of threads. Enter at [`Readings`].

use std::collections::HashMap;
use std::sync::Arc;

use super::reading::{BodyKey, Form, Reading};
use crate::text::html::{Document, Line};

/// Bytes that are kept at most.
const ROOM: usize = 16 << 20;
/// So many forms of one body are kept.
const FORMS: usize = 4;

/// A body as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub document: Arc<Document>,
    pub plainly: bool,
    /// In these forms, the one that was used last at the end.
    forms: Vec<(Form, Arc<Vec<Line>>)>,
    bytes: usize,
    used: u64,
}

/// Bodies that have been read, by message.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    held: HashMap<BodyKey, Held>,
    bytes: usize,
    clock: u64,
}

impl Readings {
    /// A body, and its lines if it was laid out in this form.
    pub(super) fn get(&mut self, key: &BodyKey, form: Form) -> Option<(&Held, Option<Arc<Vec<Line>>>)> {
        let held = self.held.get_mut(key)?;
        self.clock += 1;
        held.used = self.clock;
        let at = held.forms.iter().position(|(known, _)| *known == form);
        let lines = at.map(|at| {
            let known = held.forms.remove(at);
            let lines = Arc::clone(&known.1);
            held.forms.push(known);
            lines
        });
        Some((held, lines))
    }

    /// Keeps a body; those that were not used for longest go when there is no room.
    pub(super) fn put(&mut self, reading: Reading) {
        self.clock += 1;
        let held = self.held.entry(reading.key).or_insert_with(|| Held {
            document: Arc::clone(&reading.document),
            plainly: reading.plainly,
            forms: Vec::new(),
            bytes: 0,
            used: 0,
        });
        held.document = reading.document;
        held.plainly = reading.plainly;
        held.used = self.clock;
        let newest = self.clock;
        if let Some(at) = held.forms.iter().position(|(known, _)| *known == reading.form) {
            held.forms.remove(at);
        } else {
            held.bytes += reading.bytes;
            self.bytes += reading.bytes;
        }
        held.forms.push((reading.form, reading.lines));
        if held.forms.len() > FORMS {
            // Each form has been counted as much as any other.
            let share = held.bytes / (FORMS + 1);
            held.forms.remove(0);
            held.bytes -= share;
            self.bytes -= share;
        }
        if self.bytes > ROOM {
            self.make_room(newest);
        }
    }

    /// Lets go of a quarter, so that this is done seldom. What came just now stays, however large: nobody has
    /// taken it yet.
    fn make_room(&mut self, newest: u64) {
        let mut by_use: Vec<(u64, BodyKey)> = self.held.iter().map(|(key, held)| (held.used, key.clone())).collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        for (_, key) in by_use {
            if self.bytes <= ROOM / 4 * 3 {
                return;
            }
            if self.held.get(&key).is_some_and(|held| held.used == newest) {
                continue;
            }
            if let Some(gone) = self.held.remove(&key) {
                self.bytes = self.bytes.saturating_sub(gone.bytes);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn reading(id: usize, width: u16, bytes: usize) -> Reading {
        Reading {
            key: BodyKey::of(id.to_string(), "body"),
            document: Arc::default(),
            plainly: false,
            lines: Arc::default(),
            form: Form { width, folds: true, wide: false },
            bytes,
        }
    }

    fn has(readings: &mut Readings, id: usize, width: u16) -> bool {
        let key = BodyKey::of(id.to_string(), "body");
        readings.get(&key, Form { width, folds: true, wide: false }).is_some_and(|(_, lines)| lines.is_some())
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut readings = Readings::default();
        for id in 0..10 {
            readings.put(reading(id, 80, ROOM / 10));
        }
        assert!(has(&mut readings, 0, 80));
        readings.put(reading(10, 80, ROOM / 10));
        assert!(has(&mut readings, 0, 80) && has(&mut readings, 10, 80));
        assert!(!has(&mut readings, 1, 80));
        assert!(readings.bytes <= ROOM);
    }

    #[test]
    fn a_body_is_kept_at_several_widths_but_not_at_all_of_them() {
        let mut readings = Readings::default();
        for width in 20..40 {
            readings.put(reading(1, width, 1_000));
        }
        assert!(has(&mut readings, 1, 39) && has(&mut readings, 1, 36) && !has(&mut readings, 1, 20));
        assert_eq!(readings.held.len(), 1);
        assert!(readings.bytes <= 5_000);
        readings.put(reading(1, 39, 1_000));
        assert!(readings.bytes <= 5_000, "the same again counts once");
    }

    #[test]
    fn a_body_larger_than_the_room_is_there_until_the_next_one_comes() {
        let mut readings = Readings::default();
        readings.put(reading(0, 80, 1_000));
        readings.put(reading(1, 80, ROOM * 2));
        assert!(has(&mut readings, 1, 80) && !has(&mut readings, 0, 80));
        readings.put(reading(2, 80, 1_000));
        assert!(!has(&mut readings, 1, 80) && has(&mut readings, 2, 80));
        assert!(readings.bytes <= ROOM);
    }
}
