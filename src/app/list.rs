//! The list: a window of rows around a cursor that stays where the agent put it.
//!
//! Owns the rows of the open entry, the cursor (kept by id), and what is announced but not taken in.
//! Background news changes rows in place; it never inserts, removes or reorders them under the
//! cursor. What an own act took out of the list stays, struck through, until its undo window ends.

use super::window::Purpose;
use crate::domain::{Conversation, ConversationId, OutboxRow, UnixTime};
use crate::sync::message::Generation;

/// One conversation of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRow {
    /// The conversation as the agent's acts have made it.
    pub conversation: Conversation,
    /// An own act took it out of this list; the row goes at this moment. Shown struck through.
    pub struck_until: Option<UnixTime>,
    /// It left this list by itself or by a colleague; the row goes when news is taken in. Shown dim.
    pub left: bool,
    /// The last look at the list did not cover it: it is asked for when it comes into view.
    pub(super) stale: bool,
}

/// What the list pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListState {
    /// The first window has not come yet.
    #[default]
    Loading,
    /// Rows, or none at all.
    Ready,
}

/// The list's state.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Loading or ready.
    pub state: ListState,
    /// The rows that are held: part of the whole list.
    pub rows: Vec<ListRow>,
    /// Index in the whole list of the first held row.
    pub offset: usize,
    /// Length of the whole list, struck-through rows included.
    pub total: usize,
    /// Index into `rows` of the row with the cursor; 0 when there is none.
    pub cursor: usize,
    /// Index into `rows` of the first visible row.
    pub scroll: usize,
    /// How many new conversations wait to be taken in.
    pub news: usize,
    /// Rows that *Needs you* shows instead of conversations, newest first.
    pub outbox: Vec<OutboxRow>,
    /// The agent has moved since the entry was opened.
    pub(super) touched: bool,
    /// The question whose answer is awaited, and what it is for.
    pub(super) asked: Option<(Generation, Purpose)>,
    /// Something changed while an answer was awaited: look again afterwards.
    pub(super) look_again: bool,
}

impl List {
    /// The row with the cursor.
    #[must_use]
    pub fn row_at_cursor(&self) -> Option<&ListRow> {
        self.rows.get(self.cursor)
    }

    /// The conversation with the cursor.
    #[must_use]
    pub fn at_cursor(&self) -> Option<&Conversation> {
        self.row_at_cursor().map(|row| &row.conversation)
    }

    /// Position of the cursor in the whole list, from 1; 0 when it is empty.
    #[must_use]
    pub fn position(&self) -> usize {
        if self.rows.is_empty() { 0 } else { self.offset + self.cursor + 1 }
    }

    /// How many conversations the open entry counts: without those that are only shown until their undo window
    /// ends, or until the news is taken in.
    #[must_use]
    pub fn standing(&self) -> usize {
        let going = self.rows.iter().filter(|row| row.struck_until.is_some() || row.left).count();
        self.total.saturating_sub(going)
    }

    /// Index of a conversation's row.
    #[must_use]
    pub fn index_of(&self, id: &ConversationId) -> Option<usize> {
        self.rows.iter().position(|row| row.conversation.id == *id)
    }
}
