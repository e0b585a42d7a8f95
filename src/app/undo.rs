//! What `u` takes back: groups of acts, the newest first.

use crate::domain::{Began, ConversationId, GroupId, OutboxRow, UnixTime};
use crate::text::Clean;

/// One press of a key that did something.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Its group.
    pub group: GroupId,
    /// The rows that were committed.
    pub rows: Vec<OutboxRow>,
    /// What was done, in words.
    pub label: Clean,
    /// The conversation, as a question names it.
    pub name: Clean,
    /// When its undo window ends; afterwards a message is sent and stays sent.
    pub until: UnixTime,
    /// The conversation that was shown.
    pub conversation: ConversationId,
    /// For a message: what its writer had seen when it was begun.
    pub began: Option<Began>,
    /// A deed on so many conversations; 0 for an act on one.
    pub many: usize,
}

/// The stack of what can be taken back.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    done: Vec<Done>,
}

const MOST: usize = 50;
/// Rows of all that is kept, so that a day of deeds on thousands does not grow without end.
const MOST_ROWS: usize = 20_000;

impl Undo {
    /// What `u` would take back.
    #[must_use]
    pub fn last(&self) -> Option<&Done> {
        self.done.last()
    }

    pub(super) fn push(&mut self, done: Done) {
        self.done.push(done);
        let rows = |done: &[Done]| done.iter().map(|done| done.rows.len()).sum::<usize>();
        while self.done.len() > MOST || (self.done.len() > 1 && rows(&self.done) > MOST_ROWS) {
            self.done.remove(0);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Done> {
        self.done.pop()
    }

    /// Takes out what was done in a group, wherever it stands.
    pub(super) fn take(&mut self, group: &GroupId) -> Option<Done> {
        let at = self.done.iter().position(|done| done.group == *group)?;
        Some(self.done.remove(at))
    }

    pub(super) fn forget(&mut self, group: &GroupId) {
        self.done.retain(|done| done.group != *group);
    }

    /// The windows that are still open, oldest first.
    pub fn open(&self, now: UnixTime) -> impl Iterator<Item = &Done> {
        self.done.iter().filter(move |done| done.until > now)
    }
}
