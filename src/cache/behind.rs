//! Conversations that are behind a fact about them: a contact or a company that changed, or who I am.
//!
//! One fact may concern any number of conversations, and no transaction may be long. So the fact is
//! stored together with a note of whom it concerns, the conversations follow in many short transactions,
//! and the note goes with the last. A program that ends in between leaves the note, and
//! [`Cache::finish_behind`] goes on from where it stood.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::database::{Tried, int};
use super::effective::{self, Fresh};
use super::row;
use super::{Cache, CacheError, mention};
use crate::clock::Ids;
use crate::domain::{CompanyId, ContactId, Conversation, ConversationId};

/// Up to so many conversations are made anew with the fact itself.
const FEW: usize = 8;
/// After so many conversations the note says how far it went.
const STAGE: usize = 500;
/// Keys of notes in `meta` begin so.
const KEY: &str = "behind.";

/// Whom a fact concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Behind {
    /// Whoever has a thread here: who I am is news.
    Me,
    /// The conversations of contacts.
    Contacts(Vec<ContactId>),
    /// The conversations of the contacts of companies.
    Companies(Vec<CompanyId>),
}

/// What is kept of it.
#[derive(Serialize, Deserialize)]
struct Note {
    behind: Behind,
    /// The last conversation that is done, in the order of ids.
    after: String,
}

impl Behind {
    /// Its conversations after one, in the order of ids, at most so many.
    fn ids(&self, cache: &Connection, after: &str, most: usize) -> Tried<Vec<ConversationId>> {
        let most = int(most);
        match self {
            Self::Me => {
                let sql = "SELECT id FROM conversation WHERE thread_at IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2";
                effective::ids(cache, sql, (after, most))
            }
            Self::Contacts(contacts) => {
                let sql = "SELECT id FROM conversation WHERE contact_id IN (SELECT value FROM json_each(?3)) \
                           AND +id > ?1 ORDER BY +id LIMIT ?2";
                effective::ids(cache, sql, (after, most, serde_json::to_string(contacts)?))
            }
            Self::Companies(companies) => {
                let sql = "SELECT id FROM conversation WHERE contact_id IN (SELECT m.contact_id FROM contact_company m \
                           JOIN json_each(?3) j ON j.value = m.company_id) AND +id > ?1 ORDER BY +id LIMIT ?2";
                effective::ids(cache, sql, (after, most, serde_json::to_string(companies)?))
            }
        }
    }
}

/// What a fact leaves to do, once its transaction is committed.
#[must_use = "the conversations follow only when they are told to"]
pub(super) enum Left {
    /// Nothing: these conversations have changed.
    Nothing(Vec<ConversationId>),
    /// Whatever this note names.
    Noted(String),
}

impl Cache {
    /// To be called in the transaction that stores a fact: makes a few conversations anew at once, and
    /// notes many for [`Cache::finish`].
    pub(super) fn follow(&self, cache: &Connection, behind: Behind) -> Tried<Left> {
        let few = behind.ids(cache, "", FEW + 1)?;
        if few.len() <= FEW && behind != Behind::Me {
            return Ok(Left::Nothing(self.refresh_all(cache, &few)?));
        }
        let key = format!("{KEY}{}", Ids::system().uuid());
        let note = serde_json::to_string(&Note { behind, after: String::new() })?;
        cache.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", (&key, note))?;
        Ok(Left::Noted(key))
    }

    /// Does what is left to do. Gives the conversations that changed.
    pub(super) fn finish(&self, left: Left) -> Result<Vec<ConversationId>, CacheError> {
        match left {
            Left::Nothing(changed) => Ok(changed),
            Left::Noted(key) => self.go_on(&key),
        }
    }

    /// Brings conversations up to date that a program which ended had left behind what it stored about
    /// them. In short transactions, and with nothing to do it costs one look; to be called after the start,
    /// when nobody waits. Gives the conversations that changed.
    ///
    /// # Errors
    /// As [`CacheError`]; what is left then is done the next time.
    pub fn finish_behind(&self) -> Result<Vec<ConversationId>, CacheError> {
        let keys = self.read_cache(|cache| {
            let mut statement =
                cache.prepare_cached("SELECT key FROM meta WHERE key > ?1 AND key < 'behind/' ORDER BY key")?;
            let keys = statement.query_map([KEY], |row| row.get::<_, String>(0))?;
            Ok(keys.collect::<rusqlite::Result<Vec<_>>>()?)
        })?;
        let mut changed = Vec::new();
        for key in keys {
            changed.extend(self.go_on(&key)?);
        }
        Ok(changed)
    }

    /// How many threads a note of who I am would have to look through, up to so many.
    pub(super) fn threads_here(&self, most: usize) -> Result<usize, CacheError> {
        self.read_cache(|cache| Ok(Behind::Me.ids(cache, "", most)?.len()))
    }

    fn go_on(&self, key: &str) -> Result<Vec<ConversationId>, CacheError> {
        let found = self.read_cache(|cache| {
            let mut statement = cache.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
            let mut rows = statement.query([key])?;
            // Another program, or another thread of this one, may have finished it.
            let Some(row) = rows.next()? else { return Ok(None) };
            let note: Note = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?;
            let ids = note.behind.ids(cache, &note.after, usize::MAX)?;
            Ok(Some((note.behind, ids)))
        })?;
        let Some((behind, ids)) = found else { return Ok(Vec::new()) };
        let me = self.me();
        let mut changed = Vec::new();
        for stage in ids.chunks(STAGE) {
            let after = stage.last().map(|id| id.as_str().to_owned()).unwrap_or_default();
            let note = serde_json::to_string(&Note { behind: behind.clone(), after })?;
            changed.extend(self.store_slices(
                stage.iter().cloned().collect(),
                |cache| {
                    cache.execute("UPDATE meta SET value = ?2 WHERE key = ?1", (key, &note))?;
                    Ok(())
                },
                |cache, state, id| {
                    if behind == Behind::Me {
                        mention::look_through(cache, id, me.as_ref())?;
                    }
                    let Some(kept) = row::load_kept(cache, id)? else { return Ok(false) };
                    let server: Conversation = serde_json::from_str(&kept.server)?;
                    let (json, thread) = (kept.server.clone(), kept.thread.clone());
                    let fresh = Fresh { server: &server, json, thread, gone: kept.gone };
                    effective::refresh_one_of(cache, state, me.as_ref(), Some(&kept), &fresh)
                },
            )?);
        }
        self.write_cache(|cache| {
            cache.execute("DELETE FROM meta WHERE key = ?1", [key])?;
            Ok(())
        })?;
        Ok(changed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Me;
    use super::super::fixtures::{NOW, Place, contact, conversation, id, note_by, teammate};
    use super::*;
    use crate::cache::Cache;
    use crate::clock::Clock;
    use crate::domain::Company;
    use crate::text::Untrusted;

    /// So many conversations of one contact of one company.
    fn filled(many: usize) -> Place {
        let place = Place::new();
        let rows: Vec<_> = (0..many)
            .map(|n| {
                let mut row = conversation(&format!("{n:04}"), NOW);
                row.contact.as_mut().unwrap().id = ContactId::parse("one");
                row.company_name = Untrusted::default();
                row
            })
            .collect();
        place.cache.store_page(&rows, None).unwrap();
        let known = crate::domain::Contact { companies: vec![company("x").id], ..contact("one") };
        assert_eq!(place.cache.store_contacts(&[known]).unwrap().len(), many);
        place
    }

    fn company(name: &str) -> Company {
        Company { id: CompanyId::parse("c1").unwrap(), name: Untrusted::new(name) }
    }

    fn named(cache: &Cache, name: &str) -> usize {
        let sql = "SELECT count(*) FROM conversation WHERE company_name = ?1";
        cache.read_cache(|c| Ok(c.query_row(sql, [name], |row| super::super::database::size(row, 0))?)).unwrap()
    }

    fn notes(cache: &Cache) -> i64 {
        let sql = "SELECT count(*) FROM meta WHERE key LIKE 'behind.%'";
        cache.read_cache(|c| Ok(c.query_row(sql, [], |row| row.get(0))?)).unwrap()
    }

    #[test]
    fn a_company_of_many_conversations_is_written_in_several_transactions() {
        let place = filled(700);
        // With a clock that goes on, so that a slice ends.
        let cache = Cache::open(&place.dirs, Clock::system()).unwrap();
        let commits = || {
            let sql = "SELECT count(*) FROM change";
            cache.read_cache(|c| Ok(c.query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap()
        };
        let before = commits();
        assert_eq!(cache.store_companies(&[company("Acme")]).unwrap().len(), 700);
        assert!(commits() > before + 2);
        assert_eq!((named(&cache, "Acme"), notes(&cache)), (700, 0));
    }

    #[test]
    fn what_was_interrupted_goes_on_where_it_stood() {
        let place = filled(700);
        let blocker = Connection::open(place.dirs.cache.join("cache.db")).unwrap();
        let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON conversation WHEN new.id = '0600' \
                      BEGIN SELECT raise(ABORT, 'no'); END";
        blocker.execute_batch(refuse).unwrap();
        assert!(place.cache.store_companies(&[company("Acme")]).is_err());
        blocker.execute_batch("DROP TRIGGER refuse").unwrap();
        assert_eq!((named(&place.cache, "Acme"), notes(&place.cache)), (500, 1));
        let cache = &place.cache;
        assert_eq!(cache.finish_behind().unwrap().len(), 200);
        assert_eq!((named(cache, "Acme"), notes(cache)), (700, 0));
        assert!(cache.finish_behind().unwrap().is_empty());
    }

    #[test]
    fn who_i_am_is_known_at_once_and_many_threads_follow_when_nobody_waits() {
        let place = Place::new();
        for n in 0..240 {
            let on = conversation(&format!("{n:04}"), NOW);
            place.cache.store_thread(&on, &[note_by("8", "ping @Ana Costa", NOW)], 0).unwrap();
        }
        let me = Me { id: teammate("7"), name: "Ana Costa".to_owned() };
        assert!(place.cache.set_me(&me).unwrap().is_empty());
        let again = place.another();
        assert_eq!(again.me(), Some(me.clone()));
        assert!(again.set_me(&me).unwrap().is_empty());
        let changed = again.finish_behind().unwrap();
        assert_eq!((changed.len(), changed.first()), (240, Some(&id("0000"))));
        assert_eq!(notes(&again), 0);
    }
}
