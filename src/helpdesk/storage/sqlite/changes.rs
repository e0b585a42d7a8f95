//! The log of changes.

use rusqlite::{Connection, params};

use super::super::{Answer, Change, ChangeKind, Changes};
use super::rows::{limit as bound, number, run};

const KINDS: [(ChangeKind, &str); 11] = [
    (ChangeKind::Conversation, "conversation"),
    (ChangeKind::ConversationDeleted, "conversation_deleted"),
    (ChangeKind::Contact, "contact"),
    (ChangeKind::ContactMerged, "contact_merged"),
    (ChangeKind::Company, "company"),
    (ChangeKind::Admin, "admin"),
    (ChangeKind::Team, "team"),
    (ChangeKind::Tag, "tag"),
    (ChangeKind::TagDeleted, "tag_deleted"),
    (ChangeKind::Macro, "macro"),
    (ChangeKind::Setting, "setting"),
];

/// Notes a change.
pub(super) fn note(db: &Connection, kind: ChangeKind, id: impl std::fmt::Display) -> Answer<()> {
    let word = KINDS.iter().find(|(known, _)| *known == kind).map_or("setting", |(_, word)| word);
    db.prepare_cached("INSERT INTO change (kind, id) VALUES (?1, ?2)")?.execute(params![word, id.to_string()])?;
    Ok(())
}

/// Changes forgotten in one write: others wait for it.
const FORGOTTEN_AT_ONCE: i64 = 5_000;

/// Changes after `seq`.
pub(super) fn since(db: &Connection, seq: i64, limit: usize) -> Answer<Changes> {
    // Numbers follow each other without a gap, and the last change is never forgotten.
    let first = number(db, "SELECT coalesce(min(seq), 1) FROM change", [])?;
    let is_broken = seq < first - 1 || seq > last(db)?;
    let mut statement = db.prepare_cached("SELECT seq, kind, id FROM change WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let rows = statement.query_map(params![seq, bound(limit)], |row| {
        let word: String = row.get(1)?;
        let kind = KINDS.iter().find(|(_, known)| *known == word).map_or(ChangeKind::Setting, |(kind, _)| *kind);
        Ok(Change { seq: row.get(0)?, kind, id: row.get(2)? })
    })?;
    Ok(Changes { is_broken, changes: rows.collect::<Result<_, _>>()? })
}

/// Forgets old changes; answers whether there are more.
pub(super) fn forget(db: &Connection, keep: usize) -> Answer<bool> {
    let first_kept = last(db)?.saturating_sub(bound(keep.max(1))).saturating_add(1);
    let first = number(db, "SELECT coalesce(min(seq), 0) FROM change", [])?;
    let until = first_kept.min(first.saturating_add(FORGOTTEN_AT_ONCE));
    run(db, "DELETE FROM change WHERE seq < ?1", [until])?;
    Ok(until < first_kept)
}

/// Number of the last change; 0 when there was none.
pub(super) fn last(db: &Connection) -> Answer<i64> {
    Ok(db.prepare_cached("SELECT coalesce(max(seq), 0) FROM change")?.query_row([], |row| row.get(0))?)
}
