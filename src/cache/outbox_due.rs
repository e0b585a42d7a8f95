//! Which rows of the outbox go next.
//!
//! Order is kept within a conversation: a row waits behind every earlier one that is not finished
//! (queued, sending, in retry, unknown, held by the guard, undecided). A refused row is finished and
//! blocks nobody, with one exception: what was done in the same press of a key as a refused message
//! waits, so that "send and close" never closes what was not answered. Conversations never wait for
//! one another.

use super::outbox_rows::{self, ROW};
use super::{Cache, CacheError};
use crate::domain::{ConversationId, GroupId, OutboxId, OutboxRow, UnixTime};

/// Nothing earlier on the same conversation stands before `o`.
pub(super) const IS_FIRST: &str = "NOT EXISTS (SELECT 1 FROM outbox p \
     WHERE p.conversation_id = o.conversation_id AND p.id < o.id \
     AND (p.status IN ('queued', 'sending', 'retry', 'unknown', 'held', 'needs_decision') \
          OR (p.status = 'failed' AND p.is_message = 1 AND p.group_id = o.group_id)))";

/// Whose undo window ends now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// Every row's.
    All,
    /// Those on this conversation.
    Conversation(ConversationId),
    /// Those of one press of a key.
    Group(GroupId),
    /// One row's.
    Row(OutboxId),
}

impl Cache {
    /// Rows that may go now: of each conversation the first unfinished one, when it is queued, in
    /// retry or unknown and its moment has come. In the order of their moments. An unknown one is to be
    /// looked up in its thread before anything else.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn next_due(&self, now: UnixTime) -> Result<Vec<OutboxRow>, CacheError> {
        self.read_state(|state| {
            let sql = format!(
                "SELECT {ROW} FROM outbox o WHERE o.status IN ('queued', 'retry', 'unknown') AND o.due_at <= ?1 \
                 AND {IS_FIRST} ORDER BY o.due_at, o.id"
            );
            outbox_rows::rows(state, &sql, [now.0])
        })
    }

    /// When [`Cache::next_due`] will have something, if nothing else happens; may lie in the past.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn earliest_due(&self) -> Result<Option<UnixTime>, CacheError> {
        self.read_state(|state| {
            let sql = format!(
                "SELECT min(o.due_at) FROM outbox o WHERE o.status IN ('queued', 'retry', 'unknown') AND {IS_FIRST}"
            );
            let due: Option<i64> = state.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
            Ok(due.map(UnixTime))
        })
    }

    /// Whether any row is being sent, or was when its sender ended.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn is_any_sending(&self) -> Result<bool, CacheError> {
        self.read_state(|state| {
            Ok(state.prepare_cached("SELECT 1 FROM outbox WHERE status = 'sending' LIMIT 1")?.exists([])?)
        })
    }

    /// Ends the undo window of queued rows: they may go now. Rows in retry keep their back-off. Gives
    /// how many.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn release(&self, which: &Release) -> Result<usize, CacheError> {
        let now = self.now().0;
        self.write_state("release", |state| {
            let update = |condition: &str| {
                format!("UPDATE outbox SET due_at = ?1 WHERE status = 'queued' AND due_at > ?1 {condition}")
            };
            Ok(match which {
                Release::All => state.execute(&update(""), [now]),
                Release::Conversation(id) => state.execute(&update("AND conversation_id = ?2"), (now, id.as_str())),
                Release::Group(id) => state.execute(&update("AND group_id = ?2"), (now, id.as_str())),
                Release::Row(id) => state.execute(&update("AND id = ?2"), (now, id.0)),
            }?)
        })
    }

    /// Lets rows in retry go now: the connection is back, or the agent said so. Gives how many.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn hasten_retries(&self) -> Result<usize, CacheError> {
        let now = self.now().0;
        self.write_state("hasten_retries", |state| {
            Ok(state.execute("UPDATE outbox SET due_at = ?1 WHERE status = 'retry' AND due_at > ?1", [now])?)
        })
    }
}
