//! What stands in for a file that cannot be written: its contents in memory.
//!
//! A read-only home, a full disk or a directory that cannot be used must not keep an agent from
//! reading. What is there is copied to where memory is a file system, brought up to its last commit
//! there, and taken into a database that ends with the program. Enter at [`load_cache`] and
//! [`load_state`].

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::database::{Database, Schema, check_schema_version, check_whole, is_empty, migrate, with_companions};
use super::error::{CacheError, File, OnFile};
use super::salvage::{self, Counts};
use crate::clock::Ids;

/// A larger cache.db is not taken into memory, which is not ours to fill before the first frame: it is
/// fetched again.
const LARGEST_CACHE: u64 = 64 * 1024 * 1024;
/// Names of copies begin so; the process follows.
const COPY: &str = "deskhand-copy-";
/// Pages copied in one step.
const STEP: i32 = 4_096;

/// Why a file lives in memory, or takes no writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InMemory {
    /// The disk is full, or the quota used up.
    Full,
    /// The file, its directory or its file system may not be written.
    ReadOnly,
    /// The directory cannot be made or used, or the disk fails.
    Unusable,
    /// Another program has put a new file in its place: the next start opens that.
    Replaced,
}

impl InMemory {
    /// What a failure to open or to write a file says of it; `None` when memory is no answer to it.
    pub(super) fn because(error: &CacheError) -> Option<Self> {
        match error {
            CacheError::Full { .. } => Some(Self::Full),
            CacheError::ReadOnly { .. } => Some(Self::ReadOnly),
            CacheError::Path { .. } => Some(Self::Unusable),
            CacheError::Other { source, .. } if source.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => {
                Some(Self::Unusable)
            }
            _ => None,
        }
    }

    /// The refusal of a write that must last.
    pub(super) fn refusal(self, file: File, path: &Path) -> CacheError {
        match self {
            Self::Full => CacheError::Full { file },
            Self::ReadOnly => CacheError::ReadOnly { file },
            Self::Replaced => CacheError::Moved { file },
            Self::Unusable => {
                CacheError::Path { path: path.to_path_buf(), source: io::ErrorKind::NotADirectory.into() }
            }
        }
    }
}

/// A copy of a file and its log in a directory of its own, which goes with the value.
pub(super) struct Copied {
    dir: PathBuf,
    path: PathBuf,
}

impl Copied {
    /// Copies into a new directory `dir`.
    pub fn new(dir: PathBuf, from: &Path) -> io::Result<Self> {
        DirBuilder::new().mode(0o700).create(&dir)?;
        let copy = Self { path: dir.join(from.file_name().unwrap_or_default()), dir };
        let _hold = hold_readable(from);
        let [main, log, _] = with_companions(from);
        let [to_main, to_log, _] = with_companions(&copy.path);
        fs::copy(main, to_main)?;
        match fs::copy(log, to_log) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(copy),
        }
    }

    /// Copies to where files live in memory, or at least not beside the original.
    fn elsewhere(from: &Path) -> io::Result<Self> {
        let name = format!("{COPY}{}-{}", std::process::id(), Ids::system().uuid());
        let places = [PathBuf::from("/dev/shm"), std::env::temp_dir()];
        for place in &places {
            sweep(place);
        }
        let [in_memory, beside] = places.map(|place| place.join(&name));
        Self::new(in_memory, from).or_else(|_| Self::new(beside, from))
    }

    /// Removes the copy from its directory; who has it open reads on. What a program that is killed now
    /// leaves is nothing.
    fn unlink(&self) {
        for name in with_companions(&self.path) {
            let _ = fs::remove_file(name);
        }
    }

    /// Where the copy lies; its log has the same name and `-wal`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the copy; whatever the log holds is in.
    pub fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        Ok(connection)
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            tracing::warn!(%error, "a copy of the files could not be removed");
        }
    }
}

/// Removes copies of ours that programs which were killed have left.
fn sweep(place: &Path) {
    let me = rustix::process::geteuid().as_raw();
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let process = name.strip_prefix(COPY).and_then(|rest| rest.split('-').next()?.parse::<i32>().ok());
        let Some(process) = process.and_then(rustix::process::Pid::from_raw) else { continue };
        // A link is no directory here.
        let is_ours = entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == me);
        let has_ended = rustix::process::test_kill_process(process) == Err(rustix::io::Errno::SRCH);
        if is_ours && has_ended {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Holds a snapshot while the file is copied, where that can be had: nobody starts its log anew meanwhile.
fn hold_readable(path: &Path) -> Option<Connection> {
    if is_empty(path) {
        return None;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).ok()?;
    connection.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;").ok()?;
    Some(connection)
}

/// cache.db in memory, with what can be read of it; empty when it is too large or not whole.
pub(super) fn load_cache(dir: &Path, schema: &Schema) -> Result<Database, CacheError> {
    let path = dir.join(schema.file.name());
    let is_small = fs::metadata(&path).is_ok_and(|found| found.len() <= LARGEST_CACHE);
    if is_small && let Ok(copy) = Copied::elsewhere(&path) {
        match Database::open_in_memory(dir, schema, |memory| take_in(&copy, schema, memory)) {
            Ok(database) => return Ok(database),
            Err(error) => tracing::warn!(%error, "the cache could not be taken into memory"),
        }
    }
    Database::open_in_memory(dir, schema, |_| Ok(()))
}

/// state.db in memory, with what can be read of it; what was salvaged of a damaged one.
///
/// # Errors
/// `Newer` when a newer program wrote it; `Damaged` when it is there and nothing can be read.
pub(super) fn load_state(dir: &Path, schema: &Schema) -> Result<(Database, Option<Counts>), CacheError> {
    let path = dir.join(schema.file.name());
    let copy = match Copied::elsewhere(&path) {
        Ok(copy) => copy,
        // Nothing there, or nowhere to read it from: what cannot be read is not written either.
        Err(error) => {
            tracing::warn!(%error, "there is no file of unsent work to be read");
            return Ok((Database::open_in_memory(dir, schema, |_| Ok(()))?, None));
        }
    };
    match Database::open_in_memory(dir, schema, |memory| take_in(&copy, schema, memory)) {
        Err(CacheError::Newer { file, found, known }) => return Err(CacheError::Newer { file, found, known }),
        Ok(database) => return Ok((database, None)),
        Err(error) => tracing::warn!(%error, "the file of unsent work is damaged"),
    }
    let mut counts = None;
    let database = Database::open_in_memory(dir, schema, |memory| {
        migrate(memory, None, schema)?;
        counts = Some(salvage::take_over(&copy, memory)?);
        Ok(())
    })?;
    Ok((database, counts))
}

fn take_in(copy: &Copied, schema: &Schema, memory: &mut Connection) -> Result<(), CacheError> {
    let file = schema.file;
    let source = copy.connect().on(file)?;
    // A database in memory has no log.
    let _: String = source.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).on(file)?;
    check_schema_version(&source, schema)?;
    if file == File::State {
        check_whole(&source, copy.path()).on(file)?;
    } else {
        // Of a state.db that turns out to be damaged more is wanted of the copy.
        copy.unlink();
    }
    Backup::new(&source, memory).and_then(|backup| backup.run_to_completion(STEP, Duration::ZERO, None)).on(file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, commit, conversation, group, id, new_row, reply};
    use super::super::{Cache, Dirs, OutboxFilter};
    use super::*;
    use crate::clock::Clock;
    use crate::domain::{Act, State};

    /// Opens files whose directories are links to nowhere that could be written.
    fn opened_elsewhere(state: Option<&Path>, cache: Option<&Path>) -> (Cache, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let blocked = dir.path().join("a file");
        fs::write(&blocked, "").unwrap();
        let place = |wanted: Option<&Path>| wanted.map_or_else(|| blocked.join("ws"), Path::to_path_buf);
        let dirs = Dirs { cache: place(cache), state: place(state) };
        (Cache::open(&dirs, Clock::manual(NOW)).unwrap(), dir)
    }

    #[test]
    fn the_inbox_works_from_memory_where_nothing_can_be_written() {
        let (cache, _dir) = opened_elsewhere(None, None);
        assert_eq!(cache.storage().state, Some(InMemory::Unusable));
        assert_eq!(cache.storage().cache, Some(InMemory::Unusable));
        cache.reconcile_at_start().unwrap();
        cache.store_page(&[conversation("1", NOW)], Some(("pull", "a"))).unwrap();
        assert_eq!(cache.load_cursor("pull").unwrap().as_deref(), Some("a"));
        let refused = cache.commit_acts(&group("g"), &[new_row("1", Act::Close)], &[]).err().unwrap();
        assert!(matches!(refused, CacheError::Path { .. }), "{refused:?}");
        assert!(cache.load_outbox(&OutboxFilter::All).unwrap().is_empty());
        assert_eq!(cache.load_conversation(&id("1")).unwrap().unwrap().state, State::Open);
        assert!(cache.require_durable().is_err());
    }

    #[test]
    fn only_the_file_that_cannot_be_written_lives_in_memory() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, _blocked) = opened_elsewhere(Some(&dir.path().join("state")), None);
        assert_eq!((cache.storage().state, cache.storage().cache), (None, Some(InMemory::Unusable)));
        cache.store_page(&[conversation("1", NOW)], None).unwrap();
        commit(&cache, "g", "1", &[Act::Close]);
        assert_eq!(cache.load_conversation(&id("1")).unwrap().unwrap().state, State::Closed);
        cache.require_durable().unwrap();

        let (cache, _blocked) = opened_elsewhere(None, Some(&dir.path().join("cache")));
        assert_eq!((cache.storage().state, cache.storage().cache), (Some(InMemory::Unusable), None));
        cache.store_page(&[conversation("2", NOW)], None).unwrap();
        assert!(cache.commit_acts(&group("g"), &[new_row("2", Act::Close)], &[]).is_err());
    }

    #[test]
    fn what_was_on_disk_is_shown_and_neither_sent_nor_changed() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], Some(("pull", "a"))).unwrap();
        let rows = commit(&place.cache, "g", "1", &[reply("Hello"), Act::Close]);
        let before = fs::read(place.dirs.state.join("state.db")).unwrap();
        let cache = Cache::open_in_memory(&place.dirs, Clock::manual(NOW), InMemory::ReadOnly).unwrap();
        assert_eq!(cache.storage().state, Some(InMemory::ReadOnly));
        assert_eq!(cache.load_cursor("pull").unwrap().as_deref(), Some("a"));
        assert_eq!(cache.load_conversation(&id("1")).unwrap().unwrap().state, State::Closed);
        assert_eq!(cache.load_outbox(&OutboxFilter::Unsent).unwrap().len(), 2, "the log was read too");
        assert!(matches!(
            cache.acquire_lease("me", Duration::from_secs(30)).unwrap(),
            super::super::Lease::Taken { .. }
        ));
        assert!(cache.mark_sending(rows[0], "me").is_err());
        assert!(matches!(cache.drop_unsent(&group("g")).err().unwrap(), CacheError::ReadOnly { file: File::State }));
        assert!(cache.save_sort("x", crate::query::Sort::Oldest).is_ok(), "what nobody counts on is kept for now");
        assert_eq!(cache.load_sorts().unwrap().len(), 1);
        assert!(place.another().load_sorts().unwrap().is_empty());
        assert_eq!(fs::read(place.dirs.state.join("state.db")).unwrap(), before);
    }

    #[test]
    fn copies_that_a_killed_program_left_are_removed_and_those_of_the_living_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let named = |process: &str| dir.path().join(format!("{COPY}{process}-0b1d"));
        let (living, dead) = (named(&std::process::id().to_string()), named(&i32::MAX.to_string()));
        let other = dir.path().join("deskhand-notes");
        for place in [&living, &dead, &other] {
            fs::create_dir(place).unwrap();
            fs::write(place.join("cache.db"), "words").unwrap();
        }
        sweep(dir.path());
        assert_eq!((living.exists(), dead.exists(), other.exists()), (true, false, true));
    }

    #[test]
    fn a_newer_file_is_refused_from_memory_too() {
        let place = Place::new();
        let newer = Connection::open(place.dirs.state.join("state.db")).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        let refused = Cache::open_in_memory(&place.dirs, Clock::manual(NOW), InMemory::Full).err().unwrap();
        assert!(matches!(refused, CacheError::Newer { found: 99, .. }), "{refused:?}");
    }

    #[test]
    fn many_readers_and_a_writer_share_what_is_in_memory() {
        let (cache, _dir) = opened_elsewhere(None, None);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let cache = &cache;
                scope.spawn(move || {
                    for n in 0..30 {
                        let on = format!("{thread}-{n}");
                        cache.store_page(&[conversation(&on, NOW + n)], None).unwrap();
                        assert!(cache.load_conversation(&id(&on)).unwrap().is_some());
                    }
                });
            }
        });
    }
}
