//! Rows to values and back: documents, numbers, sets.

use rusqlite::{Connection, OptionalExtension, ToSql, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::{Answer, StoreError};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::broken("using the database", error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::broken("reading or writing a kept document", error)
    }
}

/// The document that a query's first column holds.
pub(super) fn document<T: DeserializeOwned>(
    db: &Connection,
    sql: &str,
    with: impl rusqlite::Params,
) -> Answer<Option<T>> {
    let found: Option<String> = db.prepare_cached(sql)?.query_row(with, |row| row.get(0)).optional()?;
    found.map(|text| parse(&text)).transpose()
}

/// The documents that a query's first column holds.
pub(super) fn documents<T: DeserializeOwned>(
    db: &Connection,
    sql: &str,
    with: impl rusqlite::Params,
) -> Answer<Vec<T>> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(with)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(parse(row.get_ref(0)?.as_str().map_err(|error| StoreError::broken("reading a document", error))?)?);
    }
    Ok(all)
}

/// The first column of every row.
pub(super) fn column<T: rusqlite::types::FromSql>(
    db: &Connection,
    sql: &str,
    with: impl rusqlite::Params,
) -> Answer<Vec<T>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(with, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The number that a query answers.
pub(super) fn number(db: &Connection, sql: &str, with: impl rusqlite::Params) -> Answer<i64> {
    Ok(db.prepare_cached(sql)?.query_row(with, |row| row.get(0))?)
}

/// The same as a count.
pub(super) fn count(db: &Connection, sql: &str, with: impl rusqlite::Params) -> Answer<usize> {
    Ok(usize::try_from(number(db, sql, with)?).unwrap_or(0))
}

/// Whether a query finds anything.
pub(super) fn exists(db: &Connection, sql: &str, with: impl rusqlite::Params) -> Answer<bool> {
    Ok(db.prepare_cached(sql)?.exists(with)?)
}

/// Runs a statement.
pub(super) fn run(db: &Connection, sql: &str, with: impl rusqlite::Params) -> Answer<usize> {
    Ok(db.prepare_cached(sql)?.execute(with)?)
}

/// Reads a kept document.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Answer<T> {
    Ok(serde_json::from_str(text)?)
}

/// Writes a document to keep.
pub(super) fn write(value: &impl Serialize) -> Answer<String> {
    Ok(serde_json::to_string(value)?)
}

/// Gives the next `many` numbers of a series that begins at `first`; answers the first of them.
pub(super) fn next_numbers(db: &Connection, series: &str, first: i64, many: usize) -> Answer<i64> {
    let many = i64::try_from(many).unwrap_or(i64::MAX);
    number(
        db,
        "INSERT INTO counter (name, next) VALUES (?1, ?2 + ?3)
         ON CONFLICT (name) DO UPDATE SET next = next + ?3 RETURNING next - ?3",
        params![series, first, many],
    )
}

/// Lets a series go on after `used`, a number that came from elsewhere.
pub(super) fn reserve_number(db: &Connection, series: &str, first: i64, used: i64) -> Answer<()> {
    run(
        db,
        "INSERT INTO counter (name, next) VALUES (?1, max(?2, ?3 + 1))
         ON CONFLICT (name) DO UPDATE SET next = max(next, ?3 + 1)",
        params![series, first, used],
    )?;
    Ok(())
}

/// Replaces an owner's rows in a two-column table.
pub(super) fn replace_set<O: ToSql, V: ToSql>(
    db: &Connection,
    delete: &str,
    insert: &str,
    owner: &O,
    values: impl Iterator<Item = V>,
    is_new: bool,
) -> Answer<()> {
    if !is_new {
        run(db, delete, params![owner])?;
    }
    for value in values {
        run(db, insert, params![owner, value])?;
    }
    Ok(())
}

/// A bound of a query, as `SQLite` takes it.
pub(super) fn limit(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}
