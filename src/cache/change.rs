//! Telling other running programs what was changed here.
//!
//! cache.db: one row of `change` for each commit that changed conversations or what is known of the
//! workspace, with their ids. state.db: a number for each writer that grows with each commit. Written in
//! the same transaction as what they speak of; read by the watch ([`super::watch`]). A commit that
//! changes nothing writes nothing here either.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::functions::FunctionFlags;
use rusqlite::hooks::Action;
use rusqlite::{Connection, OptionalExtension};

use super::database::Tried;
use crate::clock::Ids;
use crate::domain::{ConversationId, UnixTime};

/// More conversations than these in one commit: anything may have changed.
const NAMED: usize = 200;
/// Rows of `change` that are kept: who has missed more takes it that anything may have changed.
const KEPT: i64 = 500;
/// How long a writer that ended is remembered.
const WRITER_SECS: i64 = 86_400;
/// How many writers are remembered when another begins.
const WRITERS: i64 = 100;

/// What this process start is called in both files, and what it has changed in the running transaction.
pub(super) struct Writer {
    /// Its name; no other process and no other start has it.
    pub id: String,
    commits: AtomicI64,
    touched: Arc<Touched>,
}

#[derive(Default)]
struct Touched(Mutex<Rows>);

#[derive(Default)]
struct Rows {
    rows: BTreeSet<i64>,
    anything: bool,
}

impl Touched {
    fn row(&self, row: Option<i64>) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.anything {
            return;
        }
        match row {
            Some(row) if rows.rows.len() < NAMED || rows.rows.contains(&row) => {
                rows.rows.insert(row);
            }
            _ => rows.anything = true,
        }
    }

    fn take(&self) -> Rows {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Writer {
    /// A new one.
    pub fn new() -> Self {
        Self { id: Ids::system().uuid(), commits: AtomicI64::new(0), touched: Arc::default() }
    }

    /// Lets the connection that writes cache.db note which conversations each transaction touches.
    pub fn listen(&self, cache: &mut Connection) -> rusqlite::Result<()> {
        let touched = self.touched.clone();
        cache.update_hook(Some(move |action, _database: &str, table: &str, row| {
            if table == "conversation" || table == "conversation_json" {
                // Of a row that is gone nobody can tell the id any more.
                touched.row((action != Action::SQLITE_DELETE).then_some(row));
            }
        }))?;
        let touched = self.touched.clone();
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        cache.create_scalar_function("told", 0, flags, move |_| {
            touched.row(None);
            Ok(0)
        })?;
        // Tables without rowids are not heard of by the hook.
        for table in ["directory", "contact_note"] {
            for event in ["INSERT", "UPDATE", "DELETE"] {
                cache.execute_batch(&format!(
                    "CREATE TEMP TRIGGER told_{table}_{event} AFTER {event} ON main.{table} BEGIN SELECT told(); END"
                ))?;
            }
        }
        Ok(())
    }

    /// Forgets what a transaction that was rolled back had touched.
    pub fn begin(&self) {
        self.touched.take();
    }

    /// Logs what the transaction has touched, at its end.
    pub fn log_cache(&self, cache: &Connection) -> Tried<()> {
        let Rows { rows, anything } = self.touched.take();
        if rows.is_empty() && !anything {
            return Ok(());
        }
        let mut ids: Vec<String> = Vec::new();
        if !anything {
            let mut statement = cache.prepare_cached("SELECT id FROM conversation WHERE row = ?1")?;
            for row in rows {
                ids.extend(statement.query_row([row], |row| row.get(0)).optional()?);
            }
        }
        let ids = serde_json::to_string(&ids)?;
        cache.prepare_cached("INSERT INTO change (writer, ids) VALUES (?1, ?2)")?.execute((&self.id, ids))?;
        let last = cache.last_insert_rowid();
        cache.prepare_cached("DELETE FROM change WHERE seq <= ?1")?.execute([last - KEPT])?;
        Ok(())
    }

    /// Counts a commit of state.db, at the transaction's end.
    pub fn log_state(&self, state: &Connection, now: UnixTime) -> Tried<()> {
        let commits = self.commits.fetch_add(1, Ordering::Relaxed) + 1;
        if commits == 1 {
            // Of those that ended soon after they began, as commands do, only the last count.
            let sql = "DELETE FROM writer WHERE at < ?1 \
                 OR id NOT IN (SELECT id FROM writer ORDER BY at DESC, id LIMIT ?2)";
            state.execute(sql, (now.0 - WRITER_SECS, WRITERS))?;
        }
        state
            .prepare_cached(
                "INSERT INTO writer (id, commits, at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (id) DO UPDATE SET commits = excluded.commits, at = excluded.at",
            )?
            .execute((&self.id, commits, now.0))?;
        Ok(())
    }
}

/// How far a reader of both files has read, not counting what it wrote itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    seq: i64,
    /// Other writers and their commits.
    writers: BTreeMap<String, i64>,
}

impl Place {
    /// The end of both.
    pub fn end_of_cache(&mut self, cache: &Connection) -> Tried<()> {
        self.seq = cache.query_row("SELECT coalesce(max(seq), 0) FROM change", [], |row| row.get(0))?;
        Ok(())
    }

    /// What others changed in cache.db since: `None` nothing, empty anything.
    pub fn news_of_cache(&mut self, cache: &Connection, me: &str) -> Tried<Option<Vec<ConversationId>>> {
        let mut statement = cache.prepare_cached("SELECT seq, writer, ids FROM change WHERE seq > ?1 ORDER BY seq")?;
        let mut rows = statement.query([self.seq])?;
        let mut ids: BTreeSet<ConversationId> = BTreeSet::new();
        let (mut is_news, mut anything) = (false, false);
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            // What is missing in between was pruned before it was read.
            anything |= seq != self.seq + 1;
            self.seq = seq;
            if row.get_ref(1)?.as_str().unwrap_or_default() == me {
                continue;
            }
            is_news = true;
            let named: Vec<ConversationId> =
                serde_json::from_str(row.get_ref(2)?.as_str().unwrap_or_default()).unwrap_or_default();
            anything |= named.is_empty();
            ids.extend(named);
        }
        if !is_news && !anything {
            return Ok(None);
        }
        Ok(Some(if anything { Vec::new() } else { ids.into_iter().collect() }))
    }

    /// Whether others have committed to state.db since.
    pub fn news_of_state(&mut self, state: &Connection, me: &str) -> Tried<bool> {
        let mut statement = state.prepare_cached("SELECT id, commits FROM writer WHERE id <> ?1")?;
        let found = statement
            .query_map([me], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<BTreeMap<String, i64>>>()?;
        // One that is no longer remembered has ended, which is no news.
        let is_news = found.iter().any(|(writer, commits)| self.writers.get(writer) != Some(commits));
        self.writers = found;
        Ok(is_news)
    }
}
