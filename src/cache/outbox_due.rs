//! Which rows of the outbox go next.
//!
//! Order is kept within a conversation: a row waits behind every earlier one that is not finished
//! (queued, sending, in retry, unknown, held by the guard, undecided). A refused row is finished and
//! blocks nobody, with one exception: what was done in the same press of a key as a refused message
//! waits, so that "send and close" never closes what was not answered. And nothing goes to a conversation
//! that the helpdesk does not have (`new-…`): it waits until the first message is sent. Conversations never
//! wait for one another.

use super::bulk::IS_PAUSED;
use super::outbox_rows::{self, ROW};
use super::{Cache, CacheError};
use crate::domain::{ConversationId, GroupId, OutboxId, OutboxRow, UnixTime};

/// Nothing earlier on the same conversation stands before `o`.
pub(super) const IS_FIRST: &str = "NOT EXISTS (SELECT 1 FROM outbox p \
     WHERE p.conversation_id = o.conversation_id AND p.id < o.id \
     AND (p.status IN ('queued', 'sending', 'retry', 'unknown', 'held', 'needs_decision') \
          OR (p.status = 'failed' AND p.is_message = 1 \
              AND (p.group_id = o.group_id OR p.conversation_id GLOB 'new-*'))))";

/// The row `o` stands, by itself or by what it waits for, behind what a person has to look at.
pub(super) const IS_STUCK: &str = "EXISTS (SELECT 1 FROM outbox p \
     WHERE p.conversation_id = o.conversation_id AND p.id < o.id \
     AND (p.status IN ('held', 'needs_decision') \
          OR (p.status = 'failed' AND p.is_message = 1 AND (p.group_id = o.group_id OR p.conversation_id GLOB 'new-*' \
              OR EXISTS (SELECT 1 FROM outbox q WHERE q.conversation_id = o.conversation_id \
                         AND q.id > p.id AND q.id < o.id AND q.group_id = p.group_id \
                         AND q.status IN ('queued', 'retry', 'unknown'))))))";

/// The moment of `o` has come at `?1`. A moment further ahead than any wait is long was written by a
/// clock that has been set back since, and so was a row that changed in times to come.
const IS_DUE: &str = "(o.due_at <= ?1 OR o.due_at > ?1 + CASE o.status WHEN 'queued' THEN 600 ELSE 7200 END \
     OR o.changed_at > ?1 + 120)";

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
    /// retry or unknown, its moment has come and no agent has paused it. In the order of their moments. An unknown one is to be
    /// looked up in its thread before anything else.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn next_due(&self, now: UnixTime) -> Result<Vec<OutboxRow>, CacheError> {
        self.next_due_of(now, usize::MAX)
    }

    /// The same, at most so many.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn next_due_of(&self, now: UnixTime, most: usize) -> Result<Vec<OutboxRow>, CacheError> {
        self.read_state(|state| {
            let sql = format!(
                "SELECT {ROW} FROM outbox o WHERE o.status IN ('queued', 'retry', 'unknown') AND {IS_DUE} \
                 AND {IS_FIRST} AND NOT {IS_PAUSED} ORDER BY o.due_at, o.id LIMIT ?2"
            );
            outbox_rows::rows(state, &sql, (now.0, i64::try_from(most).unwrap_or(i64::MAX)))
        })
    }

    /// When [`Cache::next_due`] will have something, if nothing else happens; may lie in the past.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn earliest_due(&self) -> Result<Option<UnixTime>, CacheError> {
        let now = self.now().0;
        self.read_state(|state| {
            let sql = format!(
                "SELECT min(CASE WHEN {IS_DUE} THEN min(o.due_at, ?1) ELSE o.due_at END) FROM outbox o \
                 WHERE o.status IN ('queued', 'retry', 'unknown') AND {IS_FIRST} AND NOT {IS_PAUSED}"
            );
            let due: Option<i64> = state.prepare_cached(&sql)?.query_row([now], |row| row.get(0))?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, commit, reply, take_lease};
    use super::super::{Cache, Settlement};
    use super::*;
    use crate::clock::Clock;
    use crate::domain::OutboxStatus;
    use crate::text::Untrusted;

    fn settle(cache: &Cache, row: &OutboxRow, status: OutboxStatus, due_at: Option<i64>) {
        let reason = Untrusted::default();
        let (due_at, doubt) = (due_at.map(UnixTime), row.doubt);
        let news = Settlement { id: row.id, attempt: row.attempts, status, reason, due_at, sent_part: None, doubt };
        cache.settle(&news).unwrap().unwrap();
    }

    #[test]
    fn a_clock_that_is_set_back_delays_nothing() {
        let place = Place::new();
        place.clock.advance(std::time::Duration::from_secs(86_400));
        let rows = commit(&place.cache, "g", "1", &[reply("a")]);
        let retried = commit(&place.cache, "h", "2", &[reply("b")]);
        take_lease(&place.cache, "me");
        let row = place.cache.mark_sending(retried[0], "me").unwrap().unwrap();
        settle(&place.cache, &row, OutboxStatus::Retry, Some(NOW + 86_430));
        let back = Cache::open(&place.dirs, Clock::manual(NOW)).unwrap();
        assert_eq!(back.next_due(UnixTime(NOW)).unwrap().len(), rows.len() + retried.len());
        assert!(back.earliest_due().unwrap().unwrap() <= UnixTime(NOW));
        assert_eq!(back.next_due_of(UnixTime(NOW), 1).unwrap().len(), 1);
    }

    #[test]
    fn what_stands_behind_a_person_is_not_counted_as_waiting() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a"), crate::domain::Act::Close]);
        commit(cache, "h", "1", &[crate::domain::Act::Reopen]);
        commit(cache, "i", "2", &[reply("b")]);
        assert_eq!(cache.outbox_counts().unwrap().waiting, 4);
        take_lease(cache, "me");
        for status in [OutboxStatus::Failed, OutboxStatus::NeedsDecision, OutboxStatus::Held] {
            let row = cache.mark_sending(rows[0], "me").unwrap().unwrap();
            settle(cache, &row, status, None);
            let counts = cache.outbox_counts().unwrap();
            assert_eq!((counts.waiting, counts.needs_you), (1, 1), "{status:?}");
            cache.requeue(rows[0], None).unwrap().unwrap();
        }
        assert_eq!(cache.outbox_counts().unwrap().waiting, 4);
    }
}
