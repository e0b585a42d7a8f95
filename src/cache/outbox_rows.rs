//! Reading the outbox.

use std::collections::BTreeSet;

use rusqlite::{Connection, Params, Row};

use super::database::{Tried, size};
use super::outbox_due::IS_STUCK;
use super::{Cache, CacheError, effective, row, thread};
use crate::domain::{
    Act, Began, Conversation, ConversationId, Doubt, GroupId, Guard, OutboxId, OutboxRow, OutboxStatus, Part, PartId,
    UnixTime,
};
use crate::text::Untrusted;

/// Columns of [`parse_row`], in its order.
pub(super) const ROW: &str = "id, group_id, conversation_id, act, inverses, status, attempts, reason, created_at, \
     due_at, baseline_part, baseline_count, sent_part, guard, seen_part, seen_at, doubted_at, reads, resends";

/// Which rows of the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboxFilter {
    /// Every row that is kept, the sent ones of the last days included.
    All,
    /// All but the sent ones.
    Unsent,
    /// Those that a person has to look at: failed, held, undecided.
    NeedsYou,
    /// Those on one conversation, sent or not.
    Conversation(ConversationId),
    /// Those of one press of a key, sent or not.
    Group(GroupId),
    /// One row.
    Row(OutboxId),
}

/// How many rows wait, and how many need a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// Queued, sending, in retry or unknown; not what stands behind something that needs a person.
    pub waiting: usize,
    /// Failed, held or undecided.
    pub needs_you: usize,
}

/// An act that may still shape what the agent sees.
pub(super) struct Applied {
    pub group: GroupId,
    pub act: Act,
    pub status: OutboxStatus,
    pub created_at: UnixTime,
    pub sent_over: Option<String>,
}

impl Cache {
    /// Loads rows of the outbox, oldest first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_outbox(&self, filter: &OutboxFilter) -> Result<Vec<OutboxRow>, CacheError> {
        self.read_state(|state| {
            let all = |condition: &str| format!("SELECT {ROW} FROM outbox {condition} ORDER BY id");
            match filter {
                OutboxFilter::All => rows(state, &all(""), []),
                OutboxFilter::Unsent => rows(state, &all("WHERE status <> 'sent'"), []),
                OutboxFilter::NeedsYou => rows(state, &all("WHERE status IN ('failed', 'held', 'needs_decision')"), []),
                OutboxFilter::Conversation(id) => rows(state, &all("WHERE conversation_id = ?1"), [id.as_str()]),
                OutboxFilter::Group(id) => rows(state, &all("WHERE group_id = ?1"), [id.as_str()]),
                OutboxFilter::Row(id) => rows(state, &all("WHERE id = ?1"), [id.0]),
            }
        })
    }

    /// Acts on one conversation that have neither arrived nor been given up, oldest first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn unsettled_for(&self, id: &ConversationId) -> Result<Vec<OutboxRow>, CacheError> {
        self.read_state(|state| load_unsettled(state, id))
    }

    /// A conversation as the helpdesk last said it, and its parts that are on disk, oldest first: what
    /// the guard and the search for a lost message compare with. `None` when there is no such
    /// conversation here.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_known(&self, id: &ConversationId) -> Result<Option<(Conversation, Vec<Part>)>, CacheError> {
        self.read_cache(|cache| {
            let Some(kept) = row::load_kept(cache, id)? else { return Ok(None) };
            Ok(Some((serde_json::from_str(&kept.server)?, thread::load_parts(cache, id)?)))
        })
    }

    /// Sets rows that this program cannot read aside as failed, so that they keep nothing else back: what
    /// they say is kept. Gives how many.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn fail_unreadable(&self) -> Result<usize, CacheError> {
        let open = "status IN ('queued', 'sending', 'retry', 'unknown', 'held', 'needs_decision')";
        let unreadable = self.read_state(|state| {
            let mut statement = state.prepare_cached(&format!("SELECT {ROW} FROM outbox WHERE {open}"))?;
            let mut found = statement.query([])?;
            let mut unreadable: Vec<i64> = Vec::new();
            while let Some(row) = found.next()? {
                if parse_row(row)?.is_none() {
                    unreadable.push(row.get(0)?);
                }
            }
            Ok(unreadable)
        })?;
        if unreadable.is_empty() {
            return Ok(0);
        }
        self.write_state("fail_unreadable", |state| {
            // It stays what it is: what was done in the same press of a key as a message waits, so that
            // nothing is closed that was not answered.
            let sql =
                format!("UPDATE outbox SET status = 'failed', reason = 'not understood' WHERE id = ?1 AND {open}");
            let mut statement = state.prepare_cached(&sql)?;
            unreadable.iter().try_fold(0, |count, id| Ok(count + statement.execute([id])?))
        })
    }

    /// Counts the outbox for the status line.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn outbox_counts(&self) -> Result<OutboxCounts, CacheError> {
        self.read_state(|state| {
            let mut counts = OutboxCounts::default();
            let mut statement = state.prepare_cached(&format!(
                "SELECT o.status, count(*) FROM outbox o WHERE o.status IN ('failed', 'held', 'needs_decision', \
                 'sending') OR (o.status IN ('queued', 'retry', 'unknown') AND NOT {IS_STUCK}) GROUP BY o.status"
            ))?;
            let mut found = statement.query([])?;
            while let Some(row) = found.next()? {
                let count = size(row, 1)?;
                match OutboxStatus::parse(row.get_ref(0)?.as_str().unwrap_or_default()) {
                    Some(status) if status.needs_you() => counts.needs_you += count,
                    _ => counts.waiting += count,
                }
            }
            Ok(counts)
        })
    }
}

/// Rows that a statement over [`ROW`] gives. A row that this program cannot read is left where it is
/// and left out.
pub(super) fn rows(state: &Connection, sql: &str, params: impl Params) -> Tried<Vec<OutboxRow>> {
    let mut statement = state.prepare_cached(sql)?;
    let mut found = statement.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.extend(parse_row(row)?);
    }
    Ok(rows)
}

/// One row by its id.
pub(super) fn find(state: &Connection, id: OutboxId) -> Tried<Option<OutboxRow>> {
    Ok(rows(state, &format!("SELECT {ROW} FROM outbox WHERE id = ?1"), [id.0])?.pop())
}

/// Unsettled rows of a conversation, oldest first.
pub(super) fn load_unsettled(state: &Connection, id: &ConversationId) -> Tried<Vec<OutboxRow>> {
    let sql = format!(
        "SELECT {ROW} FROM outbox WHERE conversation_id = ?1 \
         AND status IN ('queued', 'sending', 'retry', 'unknown') ORDER BY id"
    );
    rows(state, &sql, [id.as_str()])
}

/// Messages of a conversation that were sent and became a part, with the digest of the row that each was
/// sent over, oldest first.
pub(super) fn load_sent_messages(state: &Connection, id: &ConversationId) -> Tried<Vec<(OutboxRow, Option<String>)>> {
    let sql = format!(
        "SELECT {ROW}, sent_over FROM outbox \
         WHERE conversation_id = ?1 AND status = 'sent' AND is_message = 1 AND sent_part IS NOT NULL ORDER BY id"
    );
    let mut statement = state.prepare_cached(&sql)?;
    let mut found = statement.query([id.as_str()])?;
    let mut sent = Vec::new();
    while let Some(row) = found.next()? {
        if let Some(parsed) = parse_row(row)? {
            sent.push((parsed, row.get("sent_over")?));
        }
    }
    Ok(sent)
}

/// Rows of a conversation that are not sent, or were sent over a row that may still be the newest,
/// oldest first.
pub(super) fn load_applicable(state: &Connection, id: &ConversationId) -> Tried<Vec<Applied>> {
    let mut statement = state.prepare_cached(
        "SELECT act, status, created_at, sent_over, group_id FROM outbox \
         WHERE conversation_id = ?1 AND (status <> 'sent' OR sent_over IS NOT NULL) ORDER BY id",
    )?;
    let mut found = statement.query([id.as_str()])?;
    let mut applied = Vec::new();
    while let Some(row) = found.next()? {
        let (act, status) =
            (row.get_ref(0)?.as_str().unwrap_or_default(), row.get_ref(1)?.as_str().unwrap_or_default());
        let group = GroupId::parse(row.get_ref(4)?.as_str().unwrap_or_default());
        let (Ok(act), Some(status), Some(group)) = (serde_json::from_str(act), OutboxStatus::parse(status), group)
        else {
            continue;
        };
        applied.push(Applied { group, act, status, created_at: UnixTime(row.get(2)?), sent_over: row.get(3)? });
    }
    Ok(applied)
}

/// Conversations that have a row which is not sent, a draft or a mark.
pub(super) fn touched_conversations(state: &Connection) -> Tried<BTreeSet<ConversationId>> {
    let sql = "SELECT conversation_id FROM outbox WHERE status <> 'sent' UNION SELECT conversation_id FROM draft";
    Ok(effective::ids(state, sql, [])?.into_iter().collect())
}

fn parse_row(row: &Row<'_>) -> rusqlite::Result<Option<OutboxRow>> {
    let text = |index: usize| -> rusqlite::Result<String> { row.get(index) };
    let optional = |index: usize| -> rusqlite::Result<Option<String>> { row.get(index) };
    let id = OutboxId(row.get(0)?);
    let understood = (
        GroupId::parse(&text(1)?),
        ConversationId::parse(&text(2)?),
        serde_json::from_str::<Act>(&text(3)?).ok(),
        OutboxStatus::parse(&text(5)?),
    );
    let (Some(group), Some(conversation), Some(act), Some(status)) = understood else {
        tracing::warn!(%id, "a row of the outbox is not understood");
        return Ok(None);
    };
    Ok(Some(OutboxRow {
        id,
        group,
        conversation,
        act,
        inverses: serde_json::from_str(&text(4)?).unwrap_or_default(),
        status,
        attempts: row.get(6)?,
        reason: Untrusted::new(text(7)?),
        created_at: UnixTime(row.get(8)?),
        due_at: UnixTime(row.get(9)?),
        baseline_part: optional(10)?.and_then(|id| PartId::parse(&id)),
        baseline_count: row.get(11)?,
        sent_part: optional(12)?.and_then(|id| PartId::parse(&id)),
        // What is not understood guards the more.
        guard: Guard::parse(&text(13)?).unwrap_or_default(),
        began: match row.get::<_, Option<i64>>(15)? {
            Some(at) => Some(Began { part: optional(14)?.and_then(|id| PartId::parse(&id)), at: UnixTime(at) }),
            None => None,
        },
        doubt: Doubt {
            since: row.get::<_, Option<i64>>(16)?.map(UnixTime),
            reads: row.get(17)?,
            resends: row.get(18)?,
        },
    }))
}
