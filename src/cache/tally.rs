//! Counts that are kept, not counted.
//!
//! Owns, for each watched query, the set of rows that it finds. `row_change` in cache.db names the rows
//! that changed, in order and whoever changed them; those since the last question are asked about
//! again, all queries in one statement, and put in or taken out. Only what is new, or too far behind, is
//! read by its index. The sets are kept in the file as well, so that a start counts nothing. Enter at
//! [`Cache::load_watched_counts`].

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::database::Tried;
use super::list::{Count, values};
use super::row_set::RowSet;
use super::{Cache, CacheError};
use crate::domain::{BREACH_SOON, SlaStatus, UnixTime};
use crate::query::{Clause, Resolved};

/// Changes kept in the file.
const CHANGES_KEPT: i64 = 8_192;
/// Old changes are removed when so many have come.
const PRUNED_AFTER: i64 = 1_024;
/// Rows asked about one by one; beyond that, the indexes are quicker.
const ASKED_ABOUT: i64 = 6_000;
/// The same for a list's total on the way to its first rows.
const ASKED_IN_PASSING: i64 = 100;
/// Queries in one statement; the database bounds its columns and parameters.
const TOGETHER: usize = 64;
/// Between two writes of the sets.
const SAVED_EVERY: Duration = Duration::from_secs(30);
/// A query whose answer changes with time alone is asked again after so many seconds.
const MOMENT_HOLDS: i64 = 60;
/// What every count looks at, among the names of the sets in the file; no condition begins so.
const UNREAD: &str = "#unread";
const MISSED: &str = "#missed";

/// A query whose count is kept.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Whose count it is.
    pub key: String,
    /// The query; one that changes with time is to be resolved at [`Cache::counting_moment`].
    pub query: Resolved,
    /// Whether its answer changes with time alone.
    pub is_timed: bool,
}

/// The sets, as of one state of the rows.
#[derive(Default)]
pub(super) struct Tally {
    /// The last change that they know of; absent: they know nothing yet.
    seq: Option<i64>,
    sets: Vec<Set>,
    /// What the file had and nobody has asked for yet, by name, and the last change that it knows of.
    asleep: BTreeMap<String, RowSet>,
    asleep_seq: i64,
    unread: RowSet,
    missed: RowSet,
    /// Rows with a running target, and when it is due.
    due: BTreeMap<i64, i64>,
    /// When queries that change with time were last resolved.
    moment: Option<UnixTime>,
    /// The last change and the number of sets that the file has.
    saved: (i64, usize),
    saved_at: Option<Duration>,
}

struct Set {
    name: String,
    clause: Clause,
    rows: RowSet,
    /// Whose it is.
    of: Of,
    is_timed: bool,
}

/// Who wants a set: it is kept until they want another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The counts of the sidebar.
    Sidebar,
    /// How much of the history is here.
    History,
}

/// Says that a row changed, in the transaction that changes it.
pub(super) fn note(cache: &Connection, row: i64) -> rusqlite::Result<()> {
    cache.prepare_cached("INSERT INTO row_change (row) VALUES (?1)")?.execute([row])?;
    let seq = cache.last_insert_rowid();
    if seq % PRUNED_AFTER == 0 {
        cache.prepare_cached("DELETE FROM row_change WHERE seq <= ?1")?.execute([seq - CHANGES_KEPT])?;
    }
    Ok(())
}

/// Names the state of the rows: greater after every change.
pub(super) fn current(cache: &Connection) -> rusqlite::Result<i64> {
    cache.prepare_cached("SELECT ifnull(max(seq), 0) FROM row_change")?.query_row([], |row| row.get(0))
}

fn name_of(clause: &Clause) -> String {
    format!("{} {:?}", clause.sql, clause.params)
}

impl Tally {
    /// Brings the sets to the state of the rows that `cache` sees, when at most `most` changes have come
    /// after `since`. Gives whether it did.
    fn catch_up(&mut self, cache: &Connection, since: i64, most: i64) -> Tried<bool> {
        let now = current(cache)?;
        if since == now {
            return Ok(true);
        }
        let first: i64 =
            cache.prepare_cached("SELECT ifnull(min(seq), 0) FROM row_change")?.query_row([], |row| row.get(0))?;
        if since > now || since + 1 < first || now - since > most {
            return Ok(false);
        }
        for at in (0..self.sets.len().max(1)).step_by(TOGETHER) {
            self.ask_about_changes(cache, since, at)?;
        }
        self.seq = Some(now);
        Ok(true)
    }

    fn ask_about_changes(&mut self, cache: &Connection, since: i64, from: usize) -> Tried<()> {
        let until = self.sets.len().min(from + TOGETHER);
        let sets = self.sets.get_mut(from..until).unwrap_or_default();
        let mut sql = "SELECT d.row, c.unread, c.sla_status, c.sla_due_at".to_owned();
        let mut bound: Vec<Value> = Vec::new();
        for set in sets.iter() {
            sql.push_str(", ");
            sql.push_str(&set.clause.sql);
            bound.extend(values(&set.clause));
        }
        sql.push_str(
            " FROM (SELECT DISTINCT row FROM row_change WHERE seq > ?) d \
             LEFT JOIN conversation c ON c.row = d.row AND c.gone = 0",
        );
        bound.push(Value::Integer(since));
        let mut statement = cache.prepare_cached(&sql)?;
        let mut found = statement.query(rusqlite::params_from_iter(bound))?;
        while let Some(found) = found.next()? {
            let row: i64 = found.get(0)?;
            let unread: Option<bool> = found.get(1)?;
            let is_here = unread.is_some();
            for (at, set) in sets.iter_mut().enumerate() {
                set.rows.set(row, is_here && found.get::<_, Option<bool>>(at + 4)? == Some(true));
            }
            if from > 0 {
                continue;
            }
            let status = if is_here { found.get_ref(2)?.as_str().ok() } else { None };
            self.unread.set(row, unread == Some(true));
            self.missed.set(row, status == Some(SlaStatus::Missed.as_str()));
            match found.get::<_, Option<i64>>(3)? {
                Some(due) if status == Some(SlaStatus::Active.as_str()) => self.due.insert(row, due),
                _ => self.due.remove(&row),
            };
        }
        Ok(())
    }

    /// Reads what every count looks at anew, and forgets the sets.
    fn begin(&mut self, cache: &Connection) -> Tried<()> {
        self.sets.clear();
        self.asleep.clear();
        self.unread = rows(cache, "SELECT row FROM conversation WHERE gone = 0 AND unread = 1", [])?;
        self.missed = rows(cache, "SELECT row FROM conversation WHERE gone = 0 AND sla_status = 'missed'", [])?;
        self.read_due(cache)?;
        self.seq = Some(current(cache)?);
        Ok(())
    }

    fn read_due(&mut self, cache: &Connection) -> Tried<()> {
        let mut statement = cache.prepare_cached(
            "SELECT row, sla_due_at FROM conversation WHERE gone = 0 AND sla_status = 'active' \
             AND sla_due_at IS NOT NULL",
        )?;
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.due = found.collect::<rusqlite::Result<_>>()?;
        Ok(())
    }

    /// Takes over what the file has. Gives whether that could be done.
    fn read_saved(&mut self, cache: &Connection) -> Tried<bool> {
        let mut statement = cache.prepare_cached("SELECT name, seq, members FROM tally")?;
        let mut found = statement.query([])?;
        let (mut saved, mut seq) = (BTreeMap::new(), None);
        while let Some(row) = found.next()? {
            let Some(members) = row.get_ref(2)?.as_blob().ok().and_then(RowSet::from_bytes) else { return Ok(false) };
            let at: i64 = row.get(1)?;
            if *seq.get_or_insert(at) != at {
                return Ok(false);
            }
            saved.insert(row.get::<_, String>(0)?, members);
        }
        let (Some(unread), Some(missed), Some(seq)) = (saved.remove(UNREAD), saved.remove(MISSED), seq) else {
            return Ok(false);
        };
        (self.unread, self.missed) = (unread, missed);
        self.saved = (seq, saved.len());
        (self.asleep, self.asleep_seq) = (saved, seq);
        self.seq = Some(seq);
        // Few are running: they are read by their index, as they are now.
        self.read_due(cache)?;
        Ok(true)
    }

    /// Has these sets, as the rows are now, and none that their owner wanted before. Gives their places.
    fn want(&mut self, cache: &Connection, of: Of, wanted: &[(Clause, bool)]) -> Tried<Vec<usize>> {
        if self.seq.is_none() && !self.read_saved(cache)? {
            self.begin(cache)?;
        }
        let mut since = self.seq.unwrap_or(0);
        let names: Vec<String> = wanted.iter().map(|(clause, _)| name_of(clause)).collect();
        self.sets.retain(|set| set.of != of || names.contains(&set.name));
        for ((clause, is_timed), name) in wanted.iter().zip(&names) {
            if let Some(rows) = self.asleep.remove(name) {
                since = since.min(self.asleep_seq);
                self.sets.push(Set { name: name.clone(), clause: clause.clone(), rows, of, is_timed: *is_timed });
            }
        }
        if of == Of::Sidebar {
            self.asleep.clear();
        }
        if !self.catch_up(cache, since, ASKED_ABOUT)? {
            let others: Vec<Set> = std::mem::take(&mut self.sets);
            self.begin(cache)?;
            for set in others {
                self.sets.push(Set { rows: load_rows(cache, &set.clause)?, ..set });
            }
        }
        let mut places = Vec::with_capacity(wanted.len());
        for ((clause, is_timed), name) in wanted.iter().zip(names) {
            if let Some(place) = self.sets.iter().position(|set| set.name == name) {
                places.push(place);
                continue;
            }
            let rows = load_rows(cache, clause)?;
            places.push(self.sets.len());
            self.sets.push(Set { name, clause: clause.clone(), rows, of, is_timed: *is_timed });
        }
        Ok(places)
    }

    /// Length of a list, when it is watched and nearly up to date.
    pub fn total(&mut self, cache: &Connection, clause: &Clause) -> Tried<Option<usize>> {
        let (Some(seq), name) = (self.seq, name_of(clause)) else { return Ok(None) };
        if !self.sets.iter().any(|set| set.name == name) || !self.catch_up(cache, seq, ASKED_IN_PASSING)? {
            return Ok(None);
        }
        Ok(self.sets.iter().find(|set| set.name == name).map(|set| set.rows.len()))
    }

    /// Rows that have missed a target, or have one due by now.
    fn breached(&self, now: UnixTime) -> RowSet {
        let mut breached = self.missed.clone();
        for (row, due) in &self.due {
            if *due <= now.0 {
                breached.set(*row, true);
            }
        }
        breached
    }

    /// Rows that have a target due before long.
    fn due_soon(&self, now: UnixTime) -> RowSet {
        let soon = now.0..(now + BREACH_SOON).0;
        self.due.iter().filter(|(_, due)| **due > soon.start && **due < soon.end).map(|(row, _)| *row).collect()
    }
}

fn load_rows(cache: &Connection, clause: &Clause) -> Tried<RowSet> {
    let sql = format!("SELECT c.row FROM conversation c WHERE c.gone = 0 AND {}", clause.sql);
    rows(cache, &sql, rusqlite::params_from_iter(values(clause)))
}

fn rows(cache: &Connection, sql: &str, params: impl rusqlite::Params) -> Tried<RowSet> {
    let mut statement = cache.prepare_cached(sql)?;
    let found = statement.query_map(params, |row| row.get::<_, i64>(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

impl Cache {
    /// The moment at which queries that change with time are to be resolved for their counts: `now`, or
    /// up to a minute before, so that they are not counted at every look.
    #[must_use]
    pub fn counting_moment(&self, now: UnixTime) -> UnixTime {
        let mut tally = self.tally();
        match tally.moment {
            Some(moment) if moment <= now && now.0 - moment.0 < MOMENT_HOLDS => moment,
            _ => *tally.moment.insert(now),
        }
    }

    /// Counts the queries that are watched from now on, in place of those before, all at one moment of the
    /// cache. What is watched already costs what has changed since.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_watched_counts(
        &self,
        watched: &[Watched],
        now: UnixTime,
    ) -> Result<BTreeMap<String, Count>, CacheError> {
        let clauses: Vec<Clause> = watched.iter().map(|one| one.query.to_sql()).collect();
        self.planned(&clauses, || {
            let planned = clauses.iter().map(|clause| self.plan(clause.clone()));
            let wanted: Vec<_> = planned.zip(watched).map(|(clause, one)| (clause, one.is_timed)).collect();
            self.with_tally(|tally, cache| {
                let places = tally.want(cache, Of::Sidebar, &wanted)?;
                let breached = tally.breached(now);
                let soon = tally.due_soon(now);
                let sets = places.iter().filter_map(|place| tally.sets.get(*place));
                let count = |set: &Set| Count {
                    total: set.rows.len(),
                    unread: set.rows.meets(&tally.unread),
                    breached: set.rows.len_with(&breached),
                    soon: set.rows.len_with(&soon),
                };
                Ok(watched.iter().zip(sets).map(|(one, set)| (one.key.clone(), count(set))).collect())
            })
        })
    }

    /// Looks at the kept sets of queries that the sidebar watches, in their order, beside the rows as they
    /// are at the same moment.
    pub(super) fn with_sidebar_sets<T>(
        &self,
        watched: &[Watched],
        look: impl Fn(&Connection, &[&RowSet]) -> Tried<T>,
    ) -> Result<T, CacheError> {
        let clauses: Vec<Clause> = watched.iter().map(|one| one.query.to_sql()).collect();
        self.planned(&clauses, || {
            let planned = clauses.iter().map(|clause| self.plan(clause.clone()));
            let wanted: Vec<_> = planned.zip(watched).map(|(clause, one)| (clause, one.is_timed)).collect();
            self.with_tally(|tally, cache| {
                let places = tally.want(cache, Of::Sidebar, &wanted)?;
                let sets: Vec<&RowSet> =
                    places.iter().filter_map(|place| tally.sets.get(*place)).map(|set| &set.rows).collect();
                look(cache, &sets)
            })
        })
    }

    /// How many rows some conditions hold for, each kept like a watched query until others are asked for.
    pub(super) fn load_kept_lengths(&self, of: Of, clauses: Vec<Clause>) -> Result<Vec<usize>, CacheError> {
        let wanted: Vec<_> = clauses.into_iter().map(|clause| (clause, false)).collect();
        self.with_tally(|tally, cache| {
            let places = tally.want(cache, of, &wanted)?;
            Ok(places.iter().filter_map(|place| tally.sets.get(*place)).map(|set| set.rows.len()).collect())
        })
    }

    /// Writes the kept counts to the file when they have changed and were not written lately. To be
    /// called when nobody waits.
    ///
    /// # Errors
    /// As [`CacheError`]; they are counted anew at the next start then, nothing else.
    pub fn save_counts(&self) -> Result<(), CacheError> {
        let mut tally = self.tally();
        let now = self.0.clock.monotonic();
        let Some(seq) = tally.seq else { return Ok(()) };
        let kept: Vec<&Set> = tally.sets.iter().filter(|set| !set.is_timed).collect();
        let state = (seq, kept.len());
        if state == tally.saved || tally.saved_at.is_some_and(|at| now.saturating_sub(at) < SAVED_EVERY) {
            return Ok(());
        }
        let named = [(UNREAD, &tally.unread), (MISSED, &tally.missed)];
        let named = named.into_iter().chain(kept.iter().map(|set| (set.name.as_str(), &set.rows)));
        self.write_cache(|cache| {
            cache.execute("DELETE FROM tally", [])?;
            let mut insert = cache.prepare_cached("INSERT INTO tally (name, seq, members) VALUES (?1, ?2, ?3)")?;
            for (name, rows) in named {
                insert.execute((name, seq, rows.to_bytes()))?;
            }
            Ok(())
        })?;
        tally.saved = state;
        tally.saved_at = Some(now);
        Ok(())
    }

    /// Length of a list, when it is watched; `None` as well while another question is being answered.
    pub(super) fn watched_total(&self, cache: &Connection, clause: &Clause) -> Tried<Option<usize>> {
        let Ok(mut tally) = self.0.tally.try_lock() else { return Ok(None) };
        let total = tally.total(cache, clause);
        if total.is_err() {
            *tally = Tally::default();
        }
        total
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.0.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_tally<T>(&self, work: impl FnOnce(&mut Tally, &Connection) -> Tried<T>) -> Result<T, CacheError> {
        // Taken before the rows are looked at: the sets never go back to an older state of them.
        let mut tally = self.tally();
        let result = self.read_cache(|cache| work(&mut tally, cache));
        if result.is_err() {
            // Halfway to another state.
            *tally = Tally::default();
        }
        result
    }
}
