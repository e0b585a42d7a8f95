//! Where the agent is: remembered sorts, and the place that the next start returns to.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;

use super::{Cache, CacheError};
use crate::query::Sort;

/// Something small that is kept for the next start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Where the agent is.
    Place,
    /// How the agent has arranged the screen.
    Arrangement,
}

impl Kept {
    /// Key in state.db's `meta`.
    const fn key(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Arrangement => "arrangement",
        }
    }
}

impl Cache {
    /// Remembers something small by its name, in whatever form the asker gives it; nothing is written when
    /// it is known.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn keep(&self, name: Kept, value: &str) -> Result<(), CacheError> {
        if self.load_kept(name)?.as_deref() == Some(value) {
            return Ok(());
        }
        self.write_state("keep", |state| {
            state.execute(
                "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (name.key(), value),
            )?;
            Ok(())
        })
    }

    /// Loads what was kept, as it was given; `None` when there is none.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_kept(&self, name: Kept) -> Result<Option<String>, CacheError> {
        self.read_state(|state| {
            let sql = "SELECT value FROM meta WHERE key = ?1";
            Ok(state.query_row(sql, [name.key()], |row| row.get(0)).optional()?)
        })
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::Place;
    use super::*;

    #[test]
    fn the_next_start_returns_to_the_last_place() {
        let place = Place::new();
        assert_eq!(place.cache.load_kept(Kept::Place).unwrap(), None);
        place.cache.keep(Kept::Place, "a").unwrap();
        place.cache.keep(Kept::Place, "b").unwrap();
        assert_eq!(place.another().load_kept(Kept::Place).unwrap().as_deref(), Some("b"));
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
