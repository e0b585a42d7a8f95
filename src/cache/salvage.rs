//! Saving what can be read of a damaged state.db.
//!
//! The damaged file is moved aside and stays there; a new one takes its place with every row that can
//! still be read: by SQLite, from both ends of a table and around the pages that fail, and where that is
//! not all, from the pages themselves. A row that only the pages have may be one that was given up
//! since: an act among them waits for a decision and is never sent by itself. Enter at [`salvage`].

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags, Row, params_from_iter};

use super::database::{Schema, Tried, damage_mark, is_empty, make_private_file, migrate, with_companions};
use super::error::{CacheError, File, OnFile};
use super::memory::Copied;
use super::outbox_rows;
use super::pages::{self, Record};
use crate::domain::{Act, ConversationId, Mode, OutboxId, OutboxStatus};

/// Tables in which somebody's work lies.
const WORK: [&str; 3] = ["outbox", "draft", "draft_aside"];
/// Tables whose rows are looked for in the pages themselves, where SQLite cannot read all.
const PRECIOUS: [&str; 4] = ["outbox", "draft", "draft_aside", "reminder"];
/// Tables that speak of running programs: what they say ends with the file.
const PASSING: [&str; 2] = ["lease", "writer"];
/// Reads around failing pages, at most.
const READS: u32 = 20_000;
/// How far ids go on where the last one given cannot be told.
const UNSURE: i64 = 1_000_000;
/// How long a writer of the damaged file may take to end its transaction.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of a damaged state.db.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Salvage {
    /// Where the damaged file lies now; absent while it still lies in its place, because that cannot be
    /// written.
    pub aside: Option<PathBuf>,
    /// Acts and drafts that were taken over.
    pub kept: usize,
    /// Acts and drafts that were there and could not be read; more may be, where nothing tells of them.
    pub lost: usize,
}

/// Of acts and drafts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub kept: usize,
    pub lost: usize,
}

/// Puts a new file with all that can be read in place of the damaged one at `path`. Interrupted at any
/// point, it is begun again or finished ([`finish`]) at the next start. The caller holds the directory's
/// lock.
///
/// # Errors
/// As [`CacheError`]; the damaged file is where it was then.
pub(super) fn salvage(path: &Path, schema: &Schema, stamp: i64) -> Result<Salvage, CacheError> {
    let failed = |source| CacheError::from_io(File::State, path, source);
    let _hold = hold(path)?;
    let work = path.with_extension("db.salvaging");
    let _ = fs::remove_dir_all(&work);
    let copy = Copied::new(work.clone(), path).map_err(failed)?;
    let made = work.join("new.db");
    make_private_file(&made, File::State)?;
    let mut new = Connection::open(&made).on(File::State)?;
    new.pragma_update(None, "synchronous", "FULL").on(File::State)?;
    migrate(&mut new, None, schema)?;
    let counts = take_over(&copy, &mut new)?;
    drop(new);
    // From here on it is complete.
    fs::rename(&made, whole(path)).map_err(failed)?;
    sync_directory(path);
    drop(copy);
    let aside = put_in_place(path, stamp)?;
    tracing::warn!(kept = counts.kept, lost = counts.lost, "a damaged file of unsent work was salvaged");
    Ok(Salvage { aside: Some(aside), kept: counts.kept, lost: counts.lost })
}

/// Finishes a salvage that was interrupted when the new file was complete.
///
/// # Errors
/// As [`CacheError`].
pub(super) fn finish(path: &Path, stamp: i64) -> Result<Option<PathBuf>, CacheError> {
    if whole(path).exists() { put_in_place(path, stamp).map(Some) } else { Ok(None) }
}

fn whole(path: &Path) -> PathBuf {
    path.with_extension("db.salvaged")
}

/// Keeps other processes from committing to the damaged file while it is replaced, where that can be had.
/// They look which file lies in its place before they commit again.
fn hold(path: &Path) -> Result<Option<Connection>, CacheError> {
    if is_empty(path) {
        // SQLite would take it for a new file, and drop its log.
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(path, flags) else { return Ok(None) };
    let begun = connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .and_then(|_| connection.busy_timeout(PATIENCE))
        .and_then(|()| connection.execute_batch("BEGIN IMMEDIATE"));
    match begun.map_err(|source| CacheError::from_sqlite(File::State, source)) {
        Err(error @ CacheError::Busy { .. }) => Err(error),
        _ => Ok(Some(connection)),
    }
}

/// The log goes first: one that were left behind would be taken for the new file's.
fn put_in_place(path: &Path, stamp: i64) -> Result<PathBuf, CacheError> {
    let failed = |source| CacheError::from_io(File::State, path, source);
    let named = |suffix: &str| path.with_extension(format!("db.damaged-{stamp}{suffix}"));
    let is_free = |target: &PathBuf| with_companions(target).iter().all(|name| !name.exists());
    let aside = std::iter::once(named(""))
        .chain((2..1_000).map(|n| named(&format!(".{n}"))))
        .find(is_free)
        .ok_or_else(|| failed(std::io::ErrorKind::AlreadyExists.into()))?;
    for (from, to) in with_companions(path).iter().zip(with_companions(&aside)).rev() {
        match fs::rename(from, to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    fs::rename(whole(path), path).map_err(failed)?;
    sync_directory(path);
    let _ = fs::remove_file(damage_mark(path));
    Ok(aside)
}

fn sync_directory(path: &Path) {
    if let Some(dir) = path.parent().and_then(|dir| fs::File::open(dir).ok()) {
        let _ = dir.sync_all();
    }
}

/// Copies every readable row of a damaged file into a new one of our schema.
///
/// # Errors
/// As [`CacheError`], of the new file.
pub(super) fn take_over(copy: &Copied, new: &mut Connection) -> Result<Counts, CacheError> {
    // Before SQLite opens the copy: it works the log in.
    let [main, log, _] = with_companions(copy.path());
    let bytes = (fs::read(main).unwrap_or_default(), fs::read(log).unwrap_or_default());
    let source = copy.connect().and_then(|source| tolerate(&source).map(|()| source)).ok();
    fill(source.as_ref(), &bytes, new).map_err(|failed| failed.into_error(File::State))
}

fn fill(source: Option<&Connection>, bytes: &(Vec<u8>, Vec<u8>), new: &mut Connection) -> Tried<Counts> {
    let new = new.transaction()?;
    let mut is_whole = source.is_some();
    let mut is_outbox_whole = is_whole;
    for table in tables(&new)? {
        let columns = columns(&new, &table)?;
        let is_all = source.is_some_and(|source| Copying { source, new: &new, table: &table }.run(&columns));
        is_whole &= is_all;
        is_outbox_whole &= is_all || table != "outbox";
    }
    let mut known = source.map(listed).unwrap_or_default();
    let mut last = source.and_then(last_id);
    if !is_whole {
        let found = pages::records(&bytes.0, &bytes.1);
        last = last.max(found.iter().filter_map(sequence_of).max());
        known.extend(take_over_pages(&new, &found)?);
    }
    let lost_drafts = drop_what_is_not_understood(&new)?;
    let is_there = |id: &i64| outbox_rows::find(&new, OutboxId(*id)).is_ok_and(|row| row.is_some());
    let lost = lost_drafts + known.iter().filter(|id| !is_there(id)).count();
    let highest: i64 = new.query_row("SELECT coalesce(max(id), 0) FROM outbox", [], |row| row.get(0))?;
    raise_last_id(&new, last.unwrap_or_else(|| highest.saturating_add(UNSURE)).max(highest))?;
    // Nobody can say whether it arrived.
    new.execute("UPDATE outbox SET status = 'unknown', due_at = changed_at WHERE status = 'sending'", [])?;
    if !is_whole {
        doubt_messages(&new, is_outbox_whole)?;
    }
    let mut kept = 0;
    for table in WORK {
        kept += new.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| super::database::size(row, 0))?;
    }
    new.commit()?;
    Ok(Counts { kept, lost })
}

/// A page of a damaged file may be older than it was: a message that was tried before may have arrived
/// since, and where the outbox itself is damaged so may one that was not. What is safe to repeat goes.
fn doubt_messages(new: &Connection, is_outbox_whole: bool) -> rusqlite::Result<()> {
    new.execute(
        "UPDATE outbox SET status = 'unknown', due_at = changed_at \
         WHERE is_message = 1 AND status IN ('queued', 'retry') AND attempts > 0",
        [],
    )?;
    if !is_outbox_whole {
        let sql = "UPDATE outbox SET status = 'needs_decision' \
             WHERE is_message = 1 AND status IN ('queued', 'held', 'retry')";
        new.execute(sql, [])?;
    }
    Ok(())
}

/// Reads on where the schema or a page is not as it should be.
fn tolerate(source: &Connection) -> rusqlite::Result<()> {
    source.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    source.pragma_update(None, "writable_schema", true)?;
    // Fails when the first page is beyond use.
    source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// Tables of the new file that are worth filling, those with work in them first.
fn tables(new: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        new.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let others = names.into_iter().filter(|name| !WORK.contains(&name.as_str()) && !PASSING.contains(&name.as_str()));
    Ok(WORK.iter().map(|name| (*name).to_owned()).chain(others).collect())
}

/// A table's columns in order, and whether each is part of its key.
fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(String, bool)>> {
    let mut statement = connection.prepare("SELECT name, pk > 0 FROM pragma_table_info(?1) ORDER BY cid")?;
    statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// One table on its way.
struct Copying<'a> {
    source: &'a Connection,
    new: &'a Connection,
    table: &'a str,
}

impl Copying<'_> {
    /// Copies what SQLite reads. Whether that was all.
    fn run(&self, wanted: &[(String, bool)]) -> bool {
        let Ok(there) = columns(self.source, self.table) else { return false };
        let both: Vec<_> = wanted.iter().filter(|column| there.iter().any(|known| known.0 == column.0)).collect();
        if both.is_empty() {
            // A table of a later schema, or one that the schema has lost.
            return false;
        }
        let names: Vec<_> = both.iter().map(|column| format!("\"{}\"", column.0)).collect();
        let key: Vec<_> = both.iter().filter(|column| column.1).map(|column| format!("\"{}\"", column.0)).collect();
        let select = format!("SELECT {} FROM \"{}\" NOT INDEXED", names.join(", "), self.table);
        let insert = insert_sql(self.table, &names);
        if self.table == "outbox" {
            // A column that nobody knows is one of ours whose name is damaged.
            return self.run_by_id(&select, &insert) && both.len() == there.len();
        }
        let (up, down) = (key.join(", "), key.join(" DESC, "));
        self.copy(&format!("{select} ORDER BY {up}"), &insert, None).is_ok()
            || self.copy(&format!("{select} ORDER BY {down} DESC"), &insert, None).is_ok()
    }

    /// From both ends, then between them around every page that fails.
    fn run_by_id(&self, select: &str, insert: &str) -> bool {
        let whole = Some((i64::MIN, i64::MAX));
        let ordered = |order: &str| format!("{select} WHERE id BETWEEN ?1 AND ?2 ORDER BY id {order}");
        let Err(from) = self.copy(&ordered("ASC"), insert, whole) else { return true };
        let Err(to) = self.copy(&ordered("DESC"), insert, whole) else { return true };
        let first = from.map_or(1, |id| id.saturating_add(1));
        let last = to.map_or(i64::MAX, |id| id.saturating_sub(1));
        let mut left = vec![(first, last)];
        for _ in 0..READS {
            let Some((first, last)) = left.pop() else { break };
            if first > last {
                continue;
            }
            let Err(read) = self.copy(&ordered("ASC"), insert, Some((first, last))) else { continue };
            let first = read.map_or(first, |id| id.saturating_add(1));
            if first < last {
                let middle = first + (last - first) / 2;
                left.extend([(middle + 1, last), (first, middle)]);
            }
        }
        false
    }

    /// Copies until the end, or gives the first column of the last row that could be read.
    fn copy(&self, select: &str, insert: &str, range: Option<(i64, i64)>) -> Result<(), Option<i64>> {
        let mut last = None;
        let mut run = || -> rusqlite::Result<()> {
            let mut statement = self.source.prepare_cached(select)?;
            let mut rows = match range {
                Some(range) => statement.query(range)?,
                None => statement.query([])?,
            };
            while let Some(row) = rows.next()? {
                last = row.get_ref(0)?.as_i64().ok().or(last);
                // A row that the new file's rules refuse is counted with those that are not there.
                let _ = self.new.prepare_cached(insert)?.execute(params_from_iter(values(row)?))?;
            }
            Ok(())
        };
        run().map_err(|_| last)
    }
}

fn insert_sql(table: &str, names: &[String]) -> String {
    let marks: Vec<_> = (1..=names.len()).map(|n| format!("?{n}")).collect();
    format!("INSERT OR IGNORE INTO \"{table}\" ({}) VALUES ({})", names.join(", "), marks.join(", "))
}

fn values(row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
    (0..row.as_ref().column_count())
        .map(|column| {
            Ok(match row.get_ref(column)? {
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                other => Value::try_from(other)?,
            })
        })
        .collect()
}

/// Ids of acts that the indexes know, up to where each fails, from both ends.
fn listed(source: &Connection) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    for index in ["outbox_conversation", "outbox_group"] {
        let key = if index == "outbox_group" { "group_id" } else { "conversation_id" };
        for order in ["ASC", "DESC"] {
            let sql = format!("SELECT {key}, id FROM outbox INDEXED BY {index} ORDER BY {key} {order}, id {order}");
            let Ok(mut statement) = source.prepare(&sql) else { continue };
            let Ok(mut rows) = statement.query([]) else { continue };
            while let Ok(Some(row)) = rows.next() {
                ids.extend(row.get::<_, i64>(1).ok().filter(|id| *id > 0));
            }
        }
    }
    ids
}

fn last_id(source: &Connection) -> Option<i64> {
    source.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'", [], |row| row.get(0)).ok()
}

fn sequence_of(record: &Record) -> Option<i64> {
    match record.values.as_slice() {
        [Value::Text(name), Value::Integer(last)] if record.rowid.is_some() && name == "outbox" => Some(*last),
        _ => None,
    }
}

/// An id is never given twice, not even after its row was lost.
fn raise_last_id(new: &Connection, last: i64) -> rusqlite::Result<()> {
    if new.execute("UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'outbox'", [last])? == 0 {
        new.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?1)", [last])?;
    }
    Ok(())
}

/// Takes acts, drafts and reminders that only the pages still have. Gives the ids of the acts.
fn take_over_pages(new: &Connection, found: &[Record]) -> Tried<BTreeSet<i64>> {
    let mut ids = BTreeSet::new();
    for table in PRECIOUS {
        let columns = columns(new, table)?;
        for record in found {
            if record.values.len() > columns.len() || !is_of(table, record) {
                continue;
            }
            let (names, mut values): (Vec<_>, Vec<_>) = columns
                .iter()
                .zip(&record.values)
                .map(|(column, value)| (format!("\"{}\"", column.0), value.clone()))
                .unzip();
            if let (Some(id), Some(first)) = (record.rowid, values.first_mut()) {
                *first = Value::Integer(id);
                ids.insert(id);
            }
            if new.execute(&insert_sql(table, &names), params_from_iter(values))? == 1 && table == "outbox" {
                // It may have been given up since: only a person sends it.
                let sql = "UPDATE outbox SET status = 'needs_decision' WHERE id = ?1 \
                     AND status IN ('queued', 'held', 'sending', 'retry', 'unknown')";
                new.execute(sql, [record.rowid])?;
            }
        }
    }
    Ok(ids)
}

/// Whether a record is a row of one of our tables, by what its columns hold.
fn is_of(table: &str, record: &Record) -> bool {
    let text = |at: usize| match record.values.get(at) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let is_number = |at: usize| matches!(record.values.get(at), Some(Value::Integer(_)));
    let is_conversation = |at: usize| text(at).is_some_and(|id| ConversationId::parse(id).is_some());
    let has_mode = || text(1).is_some_and(|mode| Mode::parse(mode).is_some());
    match table {
        "outbox" => {
            record.rowid.is_some_and(|id| id > 0)
                && record.values.len() >= 17
                && is_conversation(2)
                && text(4).is_some_and(|act| serde_json::from_str::<Act>(act).is_ok())
                && text(6).is_some_and(|status| OutboxStatus::parse(status).is_some())
        }
        "draft" => record.rowid.is_none() && is_conversation(0) && has_mode() && is_number(3) && is_number(4),
        "draft_aside" => {
            record.rowid.is_none()
                && record.values.len() == 5
                && is_conversation(0)
                && has_mode()
                && text(3).is_some()
                && is_number(4)
        }
        "reminder" => {
            record.rowid.is_none()
                && record.values.len() == 6
                && is_conversation(0)
                && text(2).is_some()
                && [1, 3, 4].into_iter().all(is_number)
        }
        _ => false,
    }
}

/// Removes rows that this program could not have written. Gives how many of them were drafts.
fn drop_what_is_not_understood(new: &Connection) -> Tried<usize> {
    let mut statement = new.prepare("SELECT id FROM outbox")?;
    let ids: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for id in ids {
        if !outbox_rows::find(new, OutboxId(id)).is_ok_and(|row| row.is_some()) {
            new.execute("DELETE FROM outbox WHERE id = ?1", [id])?;
        }
    }
    let mut lost = 0;
    for table in tables(new)? {
        let mut kinds = new.prepare("SELECT name, lower(type) FROM pragma_table_info(?1)")?;
        let odd = kinds
            .query_map([&table], |row| {
                let (name, kind): (String, String) = (row.get(0)?, row.get(1)?);
                Ok(format!("typeof(\"{name}\") NOT IN ('{kind}', 'null')"))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let removed = new.execute(&format!("DELETE FROM \"{table}\" WHERE {}", odd.join(" OR ")), [])?;
        lost += if table.starts_with("draft") { removed } else { 0 };
    }
    for (table, is_sound) in [("draft", "1"), ("draft_aside", "json_valid(draft)")] {
        let sql = format!("SELECT conversation_id, mode, coalesce({is_sound}, 0) FROM \"{table}\"");
        let mut statement = new.prepare(&sql)?;
        let rows =
            statement.query_map([], |row| Ok((row.get::<_, Value>(0)?, row.get::<_, Value>(1)?, row.get(2)?)))?;
        for (conversation, mode, is_sound) in rows.collect::<rusqlite::Result<Vec<(_, _, bool)>>>()? {
            let is_known = matches!((&conversation, &mode), (Value::Text(id), Value::Text(mode))
                if ConversationId::parse(id).is_some() && Mode::parse(mode).is_some());
            if !is_known || !is_sound {
                let sql = format!("DELETE FROM \"{table}\" WHERE conversation_id IS ?1 AND mode IS ?2");
                lost += new.execute(&sql, (conversation, mode))?;
            }
        }
    }
    new.execute("UPDATE draft SET files = '[]' WHERE NOT json_valid(files)", [])?;
    Ok(lost)
}
