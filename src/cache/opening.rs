//! Opening the two files, whatever has become of them.
//!
//! A damaged cache.db is moved aside and made anew, a damaged state.db is salvaged, and a file that
//! cannot be used on disk lives in memory with what can be read of it.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::database::{Database, damage_mark, make_private_directory, move_aside};
use super::error::{CacheError, File};
use super::memory::{self, InMemory};
use super::mention::{self, Me};
use super::salvage::{self, Salvage};
use super::{CACHE, STATE};

/// cache.db, open.
pub(super) struct OpenCache {
    pub database: Database,
    pub me: Option<Me>,
    pub in_memory: Option<InMemory>,
    /// Where the damaged one was moved.
    pub aside: Option<PathBuf>,
}

/// state.db, open.
pub(super) struct OpenState {
    pub database: Database,
    pub in_memory: Option<InMemory>,
    pub salvage: Option<Salvage>,
}

/// Opens cache.db in `dir`. `stamp` names what is moved aside. The caller holds the directory's lock.
///
/// # Errors
/// As [`super::Cache::open`].
pub(super) fn open_cache(dir: &Path, stamp: i64) -> Result<OpenCache, CacheError> {
    match open_cache_on_disk(dir, stamp) {
        Ok((database, me, aside)) => Ok(OpenCache { database, me, in_memory: None, aside }),
        Err(error) => match InMemory::because(&error) {
            Some(why) => {
                tracing::warn!(%error, "the cache lives in memory");
                load_cache(dir, why)
            }
            None => Err(error),
        },
    }
}

/// The same in memory.
pub(super) fn load_cache(dir: &Path, why: InMemory) -> Result<OpenCache, CacheError> {
    let database = memory::load_cache(dir, &CACHE)?;
    let me = database.read(mention::load_me)?;
    Ok(OpenCache { database, me, in_memory: Some(why), aside: None })
}

fn open_cache_on_disk(dir: &Path, stamp: i64) -> Result<(Database, Option<Me>, Option<PathBuf>), CacheError> {
    make_private_directory(dir, File::Cache)?;
    let open = || {
        let cache = Database::open(dir, &CACHE)?;
        let me = cache.read(mention::load_me)?;
        Ok((cache, me))
    };
    let path = dir.join(File::Cache.name());
    let mark = damage_mark(&path);
    if !mark.exists() {
        match open() {
            Ok((cache, me)) => return Ok((cache, me, None)),
            Err(error) if !is_beyond_use(&error) => return Err(error),
            Err(error) => {
                // In a directory that cannot be written there is nothing to be done about the file.
                let Ok(aside) = move_aside(&path, stamp) else { return Err(error) };
                let (cache, me) = open()?;
                return Ok((cache, me, Some(aside)));
            }
        }
    }
    let aside = move_aside(&path, stamp)?;
    let (cache, me) = open()?;
    let _ = fs::remove_file(mark);
    Ok((cache, me, Some(aside)))
}

/// Opens state.db in `dir`. `stamp` names what is moved aside. The caller holds the directory's lock.
///
/// # Errors
/// As [`super::Cache::open`].
pub(super) fn open_state(dir: &Path, stamp: i64) -> Result<OpenState, CacheError> {
    match open_state_on_disk(dir, stamp) {
        Ok((database, salvage)) => Ok(OpenState { database, in_memory: None, salvage }),
        Err(error) => match InMemory::because(&error) {
            Some(why) => {
                tracing::warn!(%error, "unsent work is shown from memory");
                load_state(dir, why)
            }
            None => Err(error),
        },
    }
}

/// The same in memory.
pub(super) fn load_state(dir: &Path, why: InMemory) -> Result<OpenState, CacheError> {
    let (database, counts) = memory::load_state(dir, &STATE)?;
    let salvage = counts.map(|counts| Salvage { aside: None, kept: counts.kept, lost: counts.lost });
    Ok(OpenState { database, in_memory: Some(why), salvage })
}

fn open_state_on_disk(dir: &Path, stamp: i64) -> Result<(Database, Option<Salvage>), CacheError> {
    make_private_directory(dir, File::State)?;
    let path = dir.join(File::State.name());
    // What an interrupted salvage saved was told by nobody; how much it was is in its log.
    salvage::finish(&path, stamp)?;
    if !damage_mark(&path).exists() {
        match Database::open(dir, &STATE) {
            Err(error) if is_state_damaged(&error) => {
                tracing::warn!(%error, "the file of unsent work is damaged");
            }
            opened => return opened.map(|database| (database, None)),
        }
    }
    let salvage = salvage::salvage(&path, &STATE, stamp)?;
    Ok((Database::open(dir, &STATE)?, Some(salvage)))
}

/// Whether a file that can be fetched again is better fetched again.
fn is_beyond_use(error: &CacheError) -> bool {
    match error {
        CacheError::Damaged { .. } | CacheError::ReadOnly { .. } | CacheError::Path { .. } => true,
        // A disk that answers badly is not the file's fault.
        CacheError::Other { source, .. } => source.sqlite_error_code() != Some(ErrorCode::SystemIoFailure),
        _ => false,
    }
}

/// Whether a file that cannot be fetched again is better salvaged.
fn is_state_damaged(error: &CacheError) -> bool {
    match error {
        CacheError::Damaged { .. } => true,
        CacheError::Other { source, .. } => source.sqlite_error_code() != Some(ErrorCode::SystemIoFailure),
        _ => false,
    }
}
