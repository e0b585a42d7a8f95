//! What a script was shown of a conversation: what a guarded message of the command line is compared with.
//!
//! Kept apart from the read marks, which are a person's, and from what is on disk, which nobody may have
//! looked at. Enter at [`Cache::note_shown`].

use rusqlite::OptionalExtension;

use super::{Cache, CacheError};
use crate::domain::{ConversationId, PartId, UnixTime};

/// Conversations that are remembered, the newest.
const KEPT: u32 = 2_000;

impl Cache {
    /// A script was shown a thread up to its newest part (absent when it had none), at a moment of the
    /// helpdesk's.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn note_shown(&self, id: &ConversationId, part: Option<&PartId>, at: UnixTime) -> Result<(), CacheError> {
        self.write_state("note_shown", |state| {
            state.execute(
                "INSERT INTO shown (conversation_id, part_id, at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (conversation_id) DO UPDATE SET part_id = excluded.part_id, at = excluded.at",
                (id.as_str(), part.map(PartId::as_str), at.0),
            )?;
            state.execute(
                "DELETE FROM shown WHERE conversation_id IN \
                 (SELECT conversation_id FROM shown ORDER BY at DESC, conversation_id LIMIT -1 OFFSET ?1)",
                [KEPT],
            )?;
            Ok(())
        })
    }

    /// The newest part that a script was shown of a conversation, and when; `None` when it was shown none
    /// of it.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_shown(&self, id: &ConversationId) -> Result<Option<(Option<PartId>, UnixTime)>, CacheError> {
        self.read_state(|state| {
            let shown = state
                .prepare_cached("SELECT part_id, at FROM shown WHERE conversation_id = ?1")?
                .query_row([id.as_str()], |row| Ok((row.get::<_, Option<String>>(0)?, row.get(1)?)))
                .optional()?;
            Ok(shown.map(|(part, at)| (part.and_then(|part| PartId::parse(&part)), UnixTime(at))))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, id};
    use super::*;

    #[test]
    fn what_was_shown_last_is_remembered() {
        let place = Place::new();
        assert_eq!(place.cache.load_shown(&id("1")).unwrap(), None);
        place.cache.note_shown(&id("1"), None, UnixTime(NOW)).unwrap();
        let part = PartId::parse("7");
        place.cache.note_shown(&id("1"), part.as_ref(), UnixTime(NOW + 1)).unwrap();
        assert_eq!(place.another().load_shown(&id("1")).unwrap(), Some((part, UnixTime(NOW + 1))));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let place = Place::new();
        let fill = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {KEPT}) \
             INSERT INTO shown SELECT 'c' || i, NULL, i FROM n"
        );
        place.cache.write_state("test", |state| Ok(state.execute(&fill, [])?)).unwrap();
        place.cache.note_shown(&id("1"), None, UnixTime(NOW)).unwrap();
        assert_eq!(place.cache.load_shown(&id("c1")).unwrap(), None);
        assert!(place.cache.load_shown(&id("c2")).unwrap().is_some());
        assert!(place.cache.load_shown(&id("1")).unwrap().is_some());
    }
}
