//! Brings a database up to date: forward only, each step in one transaction.

use rusqlite::Connection;

use super::super::{Answer, StoreError};

/// Steps in order; a step that has been published is never changed.
const STEPS: &[&str] =
    &[include_str!("../migrations/001_first.sql"), include_str!("../migrations/002_inbox_order.sql")];

/// Runs the steps that are missing.
pub(super) fn run(connection: &mut Connection) -> Answer<()> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > STEPS.len() {
        return Err(StoreError::broken(
            "opening the database",
            format!("it is of version {version}; this program knows {} and older", STEPS.len()),
        ));
    }
    for (index, step) in STEPS.iter().enumerate().skip(done) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", i64::try_from(index + 1).unwrap_or(i64::MAX))?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_once_and_a_newer_database_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection).unwrap();
        run(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 999).unwrap();
        assert!(run(&mut connection).is_err());
    }
}
