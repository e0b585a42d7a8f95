//! Where the agent is: remembered sorts, and the place that the next start returns to.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;

use super::{Cache, CacheError};
use crate::query::Sort;

/// Key in state.db's `meta`.
const PLACE: &str = "place";

impl Cache {
    /// Remembers a place, in whatever form the asker gives it; nothing is written when it is known.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn save_place(&self, place: &str) -> Result<(), CacheError> {
        if self.load_place()?.as_deref() == Some(place) {
            return Ok(());
        }
        self.write_state("save_place", |state| {
            state.execute(
                "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (PLACE, place),
            )?;
            Ok(())
        })
    }

    /// Loads the remembered place, as it was given; `None` when there is none.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_place(&self) -> Result<Option<String>, CacheError> {
        self.read_state(|state| {
            let sql = "SELECT value FROM meta WHERE key = ?1";
            Ok(state.query_row(sql, [PLACE], |row| row.get(0)).optional()?)
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
        assert_eq!(place.cache.load_place().unwrap(), None);
        place.cache.save_place("a").unwrap();
        place.cache.save_place("b").unwrap();
        assert_eq!(place.another().load_place().unwrap().as_deref(), Some("b"));
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
