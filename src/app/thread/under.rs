//! What commands of the agent's own have answered, under the messages that it is about: on this screen only.
//!
//! Owns the answers of the open thread, by message, wrapped to its width. Enter at [`OpenThread::put_under`].

use super::item::{Item, Source};
use super::{OpenThread, lines};
use crate::app::pipes::Kept;
use crate::text::{Clean, wrap};

/// More lines of one answer are not shown.
const MOST: usize = 400;
/// Cells left of an answer's lines: a line at its side, and a blank.
const LEFT: usize = 2;

/// An answer under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// The command's name.
    pub name: Clean,
    /// Its lines at the width of the thread.
    pub lines: Vec<Clean>,
    /// So many more there are.
    pub more: usize,
    text: Clean,
}

impl Under {
    fn new(kept: &Kept, width: u16) -> Self {
        let mut under = Self { name: kept.name.clone(), lines: Vec::new(), more: 0, text: kept.text.clone() };
        under.wrap(width);
        under
    }

    fn wrap(&mut self, width: u16) {
        let width = usize::from(width).saturating_sub(LEFT).max(1);
        self.lines.clear();
        let mut lines = self.text.each_line();
        for line in lines.by_ref() {
            let wrapped = if line.is_blank() { vec![Clean::default()] } else { wrap(&line, width) };
            self.lines.extend(wrapped);
            if self.lines.len() >= MOST {
                break;
            }
        }
        self.more = lines.count() + self.lines.len().saturating_sub(MOST);
        self.lines.truncate(MOST);
    }

    /// Lines that it takes: its head, its text, and that there is more.
    pub(super) fn rows(&self) -> usize {
        1 + self.lines.len() + usize::from(self.more > 0)
    }
}

impl OpenThread {
    /// What a message is, whatever its index: a part's id, or that of what is not sent yet.
    pub(in crate::app) fn key_of(&self, item: &Item) -> Option<String> {
        match item.source {
            Source::Part(at) => self.thread.parts.get(at).map(|part| part.id.to_string()),
            Source::Pending(at) => self.thread.pending.get(at).map(|row| format!("local-{}", row.id)),
        }
    }

    /// Puts answers under their messages, in the place of those that were there. What is in view stays there; where
    /// the message with the cursor has a new one, it comes into view.
    pub(in crate::app) fn put_under(&mut self, kept: &[&Kept], page: usize) {
        let anchor = self.anchor();
        let mut grew = false;
        for at in 0..self.items.len() {
            let Some(key) = self.items.get(at).and_then(|item| self.key_of(item)) else { continue };
            let its = kept.iter().filter(|kept| kept.under == key);
            let under: Vec<Under> = its.map(|kept| Under::new(kept, self.width)).collect();
            if let Some(item) = self.items.get_mut(at).filter(|item| item.under != under) {
                grew |= at == self.cursor;
                item.under = under;
            }
        }
        self.measure_from(0);
        if let Some((at, below)) = anchor {
            self.put_anchor(at, below);
        }
        if grew {
            self.show_cursor(page);
        }
        self.clamp(page);
    }

    /// The width has changed.
    pub(super) fn wrap_under(&mut self) {
        let mut any = false;
        for under in self.items.iter_mut().flat_map(|item| &mut item.under) {
            under.wrap(self.width);
            any = true;
        }
        if any {
            self.measure_from(0);
        }
    }
}

/// Which answer, and which of its lines, an item's row below all else holds.
pub(super) fn place(item: &Item, mut row: usize) -> Option<lines::LineKind> {
    for (index, under) in item.under.iter().enumerate() {
        if row < under.rows() {
            return Some(lines::LineKind::Under(index, row));
        }
        row -= under.rows();
    }
    None
}
