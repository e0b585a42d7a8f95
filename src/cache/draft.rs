//! Drafts, read marks and remembered sorts: the rest of state.db.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};

use super::database::Tried;
use super::{Cache, CacheError};
use crate::domain::{ConversationId, Draft, Mode, UnixTime};
use crate::query::Sort;

const COLUMNS: &str = "conversation_id, mode, text, begun_at";

impl Cache {
    /// Keeps a draft; a blank text discards it. Gives whether the conversation's row changed, that is
    /// whether it is the first draft there or was the last.
    ///
    /// # Errors
    /// As [`CacheError`]; what was kept before is still there then.
    pub fn save_draft(&self, draft: &Draft) -> Result<bool, CacheError> {
        if draft.text.trim().is_empty() {
            return self.discard_draft(&draft.conversation, draft.mode);
        }
        let now = self.now();
        let is_first = self.write_state("save_draft", |state| {
            let had_one = has_any(state, &draft.conversation)?;
            put(state, &draft.conversation, draft.mode, &draft.text, draft.begun_at, now)?;
            Ok(!had_one)
        })?;
        Ok(is_first && !self.show(std::slice::from_ref(&draft.conversation)).is_empty())
    }

    /// Discards a draft. Gives whether the conversation's row changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn discard_draft(&self, id: &ConversationId, mode: Mode) -> Result<bool, CacheError> {
        if self.read_state(|state| load(state, id))?.iter().all(|draft| draft.mode != mode) {
            return Ok(false);
        }
        let was_last = self.write_state("discard_draft", |state| {
            delete(state, id, mode)?;
            Ok(!has_any(state, id)?)
        })?;
        Ok(was_last && !self.show(std::slice::from_ref(id)).is_empty())
    }

    /// Loads the drafts of a conversation, the reply first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_drafts(&self, id: &ConversationId) -> Result<Vec<Draft>, CacheError> {
        self.read_state(|state| load(state, id))
    }

    /// Loads every draft, the one that was saved last first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_all_drafts(&self) -> Result<Vec<Draft>, CacheError> {
        self.read_state(|state| {
            let sql = format!("SELECT {COLUMNS} FROM draft ORDER BY saved_at DESC, conversation_id, mode");
            let mut statement = state.prepare_cached(&sql)?;
            let found = statement.query_map([], parse)?.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(found.into_iter().flatten().collect())
        })
    }

    /// I have seen a conversation up to a moment. Never goes back.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn mark_seen(&self, id: &ConversationId, until: UnixTime) -> Result<(), CacheError> {
        if self.load_seen(id)?.is_some_and(|seen| seen >= until) {
            return Ok(());
        }
        self.write_state("mark_seen", |state| {
            state.execute(
                "INSERT INTO seen (conversation_id, seen_at) VALUES (?1, ?2) \
                 ON CONFLICT (conversation_id) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at)",
                (id.as_str(), until.0),
            )?;
            Ok(())
        })
    }

    /// Up to when I have seen a conversation; `None` when never.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_seen(&self, id: &ConversationId) -> Result<Option<UnixTime>, CacheError> {
        self.read_state(|state| load_seen(state, id))
    }

    /// Remembers the sort of an entry of the sidebar, by the entry's key.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn save_sort(&self, entry: &str, sort: Sort) -> Result<(), CacheError> {
        self.write_state("save_sort", |state| {
            state.execute(
                "INSERT INTO sort (entry, sort) VALUES (?1, ?2) ON CONFLICT (entry) DO UPDATE SET sort = excluded.sort",
                (entry, sort.as_str()),
            )?;
            Ok(())
        })
    }

    /// Loads the remembered sorts by the entries' keys. One that this program does not know is left out.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_sorts(&self) -> Result<BTreeMap<String, Sort>, CacheError> {
        self.read_state(|state| {
            let mut statement = state.prepare_cached("SELECT entry, sort FROM sort")?;
            let mut found = statement.query([])?;
            let mut sorts = BTreeMap::new();
            while let Some(row) = found.next()? {
                if let Some(sort) = Sort::parse(row.get_ref(1)?.as_str().unwrap_or_default()) {
                    sorts.insert(row.get(0)?, sort);
                }
            }
            Ok(sorts)
        })
    }
}

/// The drafts of a conversation, the reply first.
pub(super) fn load(state: &Connection, id: &ConversationId) -> Tried<Vec<Draft>> {
    let sql = format!("SELECT {COLUMNS} FROM draft WHERE conversation_id = ?1 ORDER BY mode DESC");
    let mut statement = state.prepare_cached(&sql)?;
    let found = statement.query_map([id.as_str()], parse)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Up to when a conversation was seen.
pub(super) fn load_seen(state: &Connection, id: &ConversationId) -> Tried<Option<UnixTime>> {
    let seen = state
        .prepare_cached("SELECT seen_at FROM seen WHERE conversation_id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(seen.map(UnixTime))
}

/// Writes a draft inside a transaction; one that is there keeps the moment it was begun.
pub(super) fn put(
    state: &Connection,
    id: &ConversationId,
    mode: Mode,
    text: &str,
    begun_at: UnixTime,
    now: UnixTime,
) -> Tried<()> {
    state
        .prepare_cached(
            "INSERT INTO draft (conversation_id, mode, text, begun_at, saved_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (conversation_id, mode) DO UPDATE SET text = excluded.text, saved_at = excluded.saved_at, \
             begun_at = min(begun_at, excluded.begun_at)",
        )?
        .execute((id.as_str(), mode.as_str(), text, begun_at.0, now.0))?;
    Ok(())
}

/// Removes a draft inside a transaction.
pub(super) fn delete(state: &Connection, id: &ConversationId, mode: Mode) -> Tried<()> {
    state
        .prepare_cached("DELETE FROM draft WHERE conversation_id = ?1 AND mode = ?2")?
        .execute((id.as_str(), mode.as_str()))?;
    Ok(())
}

fn has_any(state: &Connection, id: &ConversationId) -> Tried<bool> {
    Ok(state.prepare_cached("SELECT 1 FROM draft WHERE conversation_id = ?1")?.exists([id.as_str()])?)
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Option<Draft>> {
    let (id, mode): (String, String) = (row.get(0)?, row.get(1)?);
    let (Some(conversation), Some(mode)) = (ConversationId::parse(&id), Mode::parse(&mode)) else {
        return Ok(None);
    };
    Ok(Some(Draft::new(conversation, mode, row.get::<_, String>(2)?, UnixTime(row.get(3)?))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, conversation, id};
    use super::*;

    fn draft(mode: Mode, text: &str, begun_at: i64) -> Draft {
        Draft { conversation: id("1"), mode, text: text.into(), begun_at: UnixTime(begun_at) }
    }

    #[test]
    fn drafts_are_kept_for_each_mode_and_survive_a_restart() {
        let place = Place::new();
        let cache = &place.cache;
        cache.store_page(&[conversation("1", NOW)], None).unwrap();
        assert!(cache.save_draft(&draft(Mode::Note, "psst", 5)).unwrap());
        assert!(!cache.save_draft(&draft(Mode::Reply, "Dear", 6)).unwrap(), "the row has its mark already");
        assert!(!cache.save_draft(&draft(Mode::Reply, "Dear Zoë", 9)).unwrap());
        let kept = [draft(Mode::Reply, "Dear Zoë", 6), draft(Mode::Note, "psst", 5)];
        assert_eq!(place.another().load_drafts(&id("1")).unwrap(), kept);
        assert_eq!(cache.load_all_drafts().unwrap().len(), 2);
        assert!(!cache.save_draft(&draft(Mode::Reply, " \n", 6)).unwrap());
        assert!(cache.discard_draft(&id("1"), Mode::Note).unwrap());
        assert!(!cache.discard_draft(&id("1"), Mode::Note).unwrap());
        assert!(cache.load_all_drafts().unwrap().is_empty());
    }

    #[test]
    fn read_marks_never_go_back() {
        let place = Place::new();
        assert_eq!(place.cache.load_seen(&id("1")).unwrap(), None);
        place.cache.mark_seen(&id("1"), UnixTime(7)).unwrap();
        place.cache.mark_seen(&id("1"), UnixTime(5)).unwrap();
        assert_eq!(place.cache.load_seen(&id("1")).unwrap(), Some(UnixTime(7)));
    }

    #[test]
    fn sorts_are_remembered_by_entry() {
        let place = Place::new();
        place.cache.save_sort("inbox:you", Sort::Oldest).unwrap();
        place.cache.save_sort("inbox:you", Sort::Priority).unwrap();
        place.cache.write_state("test", |s| Ok(s.execute("INSERT INTO sort VALUES ('x', 'by-moon')", [])?)).unwrap();
        let sorts = place.another().load_sorts().unwrap();
        assert_eq!(sorts.into_iter().collect::<Vec<_>>(), [("inbox:you".to_owned(), Sort::Priority)]);
    }
}
