//! One SQLite file: its permissions, its connections, its schema.
//!
//! Owns one writer and a few readers for a file, with SQL's `fold` that queries need; the same for a
//! database that lives in memory because its file cannot be written. Knows nothing of what the tables
//! mean. Enter at [`Database::open`], then [`Database::read`] and [`Database::write`].

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::ffi::SQLITE_CORRUPT;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags, Row, Transaction, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::error::{CacheError, File, OnFile};
use crate::text::fold;

/// The first SQLite without the WAL-reset fault that can damage a file shared by two processes.
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long a writer waits for another process's transaction; all of ours are short.
const BUSY: Duration = Duration::from_secs(5);
/// How often it is tried meanwhile.
const TRY: Duration = Duration::from_micros(500);
/// How long a long work lets others in: longer than they rest between two tries.
const TURN: Duration = Duration::from_millis(1);
/// Readers kept open between reads.
const READERS_KEPT: usize = 4;
const STATEMENTS_KEPT: usize = 64;
/// Up to this many bytes a state.db is checked in full when it is opened.
const CHECKED_WHOLE: u64 = 1024 * 1024;

/// What a file must hold, and how safely.
pub(super) struct Schema {
    /// Which file.
    pub file: File,
    /// `migrations[n]` leads from schema `n` to `n + 1`.
    pub migrations: &'static [&'static str],
    /// `PRAGMA synchronous`.
    pub synchronous: &'static str,
    /// Page cache of the writer in KiB; a reader has half.
    pub cache_kib: u32,
}

/// What a closure over a connection may fail with; [`Database`] puts the file's name to it.
#[derive(Debug)]
pub(super) enum Failed {
    /// SQLite said no.
    Sqlite(rusqlite::Error),
    /// Already sorted, of whichever file.
    Known(CacheError),
}

impl Failed {
    /// Sorted, of a file unless it is known to be another's.
    pub fn into_error(self, file: File) -> CacheError {
        match self {
            Self::Sqlite(source) => CacheError::from_sqlite(file, source),
            Self::Known(error) => error,
        }
    }

    /// Puts a file's name to it.
    pub fn of(self, file: File) -> Self {
        Self::Known(self.into_error(file))
    }
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<CacheError> for Failed {
    fn from(error: CacheError) -> Self {
        Self::Known(error)
    }
}

impl From<serde_json::Error> for Failed {
    fn from(error: serde_json::Error) -> Self {
        Self::Known(CacheError::Json(error))
    }
}

/// Result of a closure over a connection.
pub(super) type Tried<T> = Result<T, Failed>;

/// One open file, or its stand-in in memory.
pub(super) struct Database {
    file: File,
    path: PathBuf,
    /// What connections open.
    target: Target,
    /// Device and number of the file that was opened: another may lie at `path` by now.
    identity: Option<(u64, u64)>,
    cache_kib: u32,
    /// Held by whoever waits for the writer: one that has just written cannot overtake.
    turn: Mutex<()>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

/// What a connection opens.
#[derive(Clone, Debug)]
enum Target {
    Disk(PathBuf),
    /// A URI; gone with the last connection.
    Memory(String),
}

impl Database {
    /// Opens the file in `dir`, makes it when absent, and brings its schema up to date.
    ///
    /// The caller holds the lock of [`lock_directory`].
    ///
    /// # Errors
    /// As [`CacheError`]; `Newer` when a newer program wrote it, `Damaged` when it is no database.
    pub fn open(dir: &Path, schema: &Schema) -> Result<Self, CacheError> {
        check_sqlite()?;
        let file = schema.file;
        let path = dir.join(file.name());
        make_private_file(&path, file)?;
        if file == File::State && is_cut_to_nothing(&path) {
            return Err(CacheError::Damaged { file });
        }
        let target = Target::Disk(path.clone());
        let mut writer = connect(&target, schema.cache_kib).on(file)?;
        check_schema_version(&writer, schema)?;
        let mode: String = writer.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).on(file)?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Err(CacheError::ReadOnly { file });
        }
        writer.pragma_update(None, "synchronous", schema.synchronous).on(file)?;
        migrate(&mut writer, Some(&path), schema)?;
        if writer.is_readonly(rusqlite::MAIN_DB).on(file)? {
            return Err(CacheError::ReadOnly { file });
        }
        // A state.db that somebody has put an index on is still the only one there is.
        if file == File::Cache && stored_digest(&writer).on(file)? != schema_digest(&writer).on(file)? {
            return Err(CacheError::Damaged { file });
        }
        touch_every_table(&writer).on(file)?;
        if file == File::State {
            check_whole(&writer, &path).on(file)?;
        }
        Ok(Self {
            file,
            identity: identity(&path),
            path,
            target,
            cache_kib: schema.cache_kib,
            turn: Mutex::default(),
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
        })
    }

    /// The same in memory, for a file in `dir` that cannot be used: `fill` puts in what could be read of
    /// it, of whatever schema up to ours.
    ///
    /// # Errors
    /// As [`Database::open`], and what `fill` says.
    pub fn open_in_memory(
        dir: &Path,
        schema: &Schema,
        fill: impl FnOnce(&mut Connection) -> Result<(), CacheError>,
    ) -> Result<Self, CacheError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        check_sqlite()?;
        let file = schema.file;
        // The leading slash makes it one database for all connections of this process.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let target = Target::Memory(format!("file:/{}-{number}?vfs=memdb", file.name()));
        let mut writer = connect(&target, schema.cache_kib).on(file)?;
        fill(&mut writer)?;
        migrate(&mut writer, None, schema)?;
        touch_every_table(&writer).on(file)?;
        Ok(Self {
            file,
            identity: None,
            path: dir.join(file.name()),
            target,
            cache_kib: schema.cache_kib,
            turn: Mutex::default(),
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
        })
    }

    /// Whether it lives in memory.
    pub const fn is_in_memory(&self) -> bool {
        matches!(self.target, Target::Memory(_))
    }

    /// Something to be set up on the one connection that writes.
    pub fn prepare_writer(
        &self,
        set_up: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    ) -> Result<(), CacheError> {
        set_up(&mut lock(&self.writer)).on(self.file)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in one read transaction: all its statements see one state of the file.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Tried<T>) -> Result<T, CacheError> {
        self.lend(work).map_err(|failed| failed.into_error(self.file))
    }

    /// The same inside a transaction of another file: what `work` fails with is the other's, unless it
    /// says otherwise by [`Failed::of`].
    pub fn lend<T>(&self, work: impl FnOnce(&Connection) -> Tried<T>) -> Tried<T> {
        let kept = lock(&self.readers).pop();
        let mut reader = match kept {
            Some(reader) => reader,
            None => self.connect_reader()?,
        };
        let result = (|| {
            let snapshot = reader.transaction_with_behavior(TransactionBehavior::Deferred).on(self.file)?;
            work(&snapshot)
        })();
        let mut readers = lock(&self.readers);
        if readers.len() < READERS_KEPT && reader.is_autocommit() {
            readers.push(reader);
        }
        drop(readers);
        result
    }

    /// Runs `work` in one write transaction and commits when it succeeds.
    pub fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Tried<T>) -> Result<T, CacheError> {
        self.write_around(work, || Ok(()), || Ok(()))
    }

    /// The same, with something to do just before and just after the commit.
    pub fn write_around<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Tried<T>,
        before: impl FnOnce() -> Result<(), CacheError>,
        after: impl FnOnce() -> Result<(), CacheError>,
    ) -> Result<T, CacheError> {
        // A panic in `work` has rolled back on the way out: the connection is sound.
        let turn = lock(&self.turn);
        let mut writer = lock(&self.writer);
        drop(turn);
        let result = (|| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Asked under the lock that whoever replaces the file holds meanwhile: nothing is committed
            // to a file that the next start will not see.
            if self.was_replaced() {
                return Err(CacheError::Moved { file: self.file }.into());
            }
            let value = work(&transaction)?;
            before()?;
            transaction.commit()?;
            after()?;
            Ok(value)
        })();
        drop(writer);
        result.map_err(|failed: Failed| failed.into_error(self.file))
    }

    /// Moves what the log holds into the file, while others read and write. To be called now and then by
    /// whoever writes much, so that a small write never pays for it.
    pub fn checkpoint(&self) -> Result<(), CacheError> {
        if self.is_in_memory() {
            return Ok(());
        }
        let kept = lock(&self.readers).pop();
        let reader = match kept {
            Some(reader) => reader,
            None => self.connect_reader()?,
        };
        // Its row says how far it came: the rest is for the next time.
        let done = reader.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        let mut readers = lock(&self.readers);
        if readers.len() < READERS_KEPT {
            readers.push(reader);
        }
        drop(readers);
        done.on(self.file)
    }

    /// Between two transactions of a long work: lets another process have its turn. Others of this one
    /// have theirs anyway.
    pub fn let_others_write(&self) {
        if !self.is_in_memory() {
            rest(TURN);
        }
    }

    /// Whether another file lies in its place since it was opened.
    fn was_replaced(&self) -> bool {
        self.identity.is_some() && identity(&self.path) != self.identity
    }

    fn connect_reader(&self) -> Result<Connection, CacheError> {
        let reader = connect(&self.target, self.cache_kib / 2).on(self.file)?;
        // Read-only in what it may do; opened for writing because a reader of a WAL file must be
        // able to make the shared-memory file.
        reader.pragma_update(None, "query_only", true).on(self.file)?;
        Ok(reader)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.was_replaced() {
            return;
        }
        // The last connection to close deletes the log by its name: that name is another file's now.
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        let readers = self.readers.get_mut().unwrap_or_else(PoisonError::into_inner);
        for connection in std::iter::once(writer).chain(readers) {
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

/// A number of rows or a position, for a parameter.
pub(super) fn int(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A number of rows, from a result.
pub(super) fn size(row: &Row<'_>, index: usize) -> rusqlite::Result<usize> {
    Ok(usize::try_from(row.get::<_, i64>(index)?).unwrap_or(0))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for another process's transaction, with short rests: it may let go for a moment only.
fn wait_for_others(tries: i32) -> bool {
    rest(TRY);
    u32::try_from(tries).is_ok_and(|tries| TRY.saturating_mul(tries) < BUSY)
}

fn rest(time: Duration) {
    let (mutex, never) = (Mutex::new(()), Condvar::new());
    drop(never.wait_timeout(lock(&mutex), time));
}

fn check_sqlite() -> Result<(), CacheError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(CacheError::OldSqlite { found: rusqlite::version() });
    }
    Ok(())
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// An empty file with a log beside it: SQLite would take it for a new one and drop the log.
fn is_cut_to_nothing(path: &Path) -> bool {
    let [main, log, _] = with_companions(path);
    is_empty(&main) && !is_empty(&log)
}

/// Whether a file has no content, or is not there.
pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |found| found.len() == 0)
}

/// Looks at every page; in a file of a usual size also whether every index has every row, since a row
/// that an index has lost is never sent.
pub(super) fn check_whole(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    let is_small = fs::metadata(path).is_ok_and(|found| found.len() <= CHECKED_WHOLE);
    let pragma = if is_small { "integrity_check" } else { "quick_check" };
    let verdict: String = connection.query_row(&format!("PRAGMA {pragma}(1)"), [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(SQLITE_CORRUPT), Some(verdict)))
}

fn connect(target: &Target, cache_kib: u32) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = match target {
        Target::Disk(path) => Connection::open_with_flags(path, flags)?,
        Target::Memory(uri) => {
            Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_URI)?
        }
    };
    connection.busy_handler(Some(wait_for_others))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Else statements that any partial index might serve are compiled anew whenever a value is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "secure_delete", "FAST")?;
    connection.pragma_update(None, "journal_size_limit", 16 * 1024 * 1024)?;
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("fold", 1, flags, |arguments| {
        Ok::<Option<String>, _>(arguments.get_raw(0).as_str().ok().map(fold))
    })?;
    Ok(connection)
}

/// Makes `dir` with all its parents, for us alone. A directory that is there already and ours is
/// closed to others.
///
/// # Errors
/// `ReadOnly`, `Full` or `Path` when it cannot be made.
pub(super) fn make_private_directory(dir: &Path, file: File) -> Result<(), CacheError> {
    let failed = |source| CacheError::from_io(file, dir, source);
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
    let found = fs::metadata(dir).map_err(failed)?;
    let is_shared_by_design = found.mode() & 0o1000 != 0;
    let is_ours = found.uid() == rustix::process::geteuid().as_raw();
    if found.mode() & 0o077 != 0 && is_ours && !is_shared_by_design {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// Makes the file when absent. SQLite gives the files beside it the same mode.
pub(super) fn make_private_file(path: &Path, file: File) -> Result<(), CacheError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            for name in with_companions(path) {
                let Ok(found) = fs::metadata(&name) else { continue };
                if found.mode() & 0o077 != 0 {
                    // Not ours to change is not ours to refuse either: SQLite will say what it can.
                    let _ = fs::set_permissions(&name, fs::Permissions::from_mode(0o600));
                }
            }
            Ok(())
        }
        Err(error) => Err(CacheError::from_io(file, path, error)),
    }
}

/// The file and those that SQLite keeps beside it.
pub(super) fn with_companions(path: &Path) -> [PathBuf; 3] {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    [path.to_path_buf(), beside("-wal"), beside("-shm")]
}

/// Moves a file out of the way, with what lies beside it; the same name with `.damaged-` and `stamp`.
/// One that was moved earlier is removed: it holds customers' words and nobody came for it.
pub(super) fn move_aside(path: &Path, stamp: i64) -> Result<PathBuf, CacheError> {
    let failed = |source| CacheError::Path { path: path.to_path_buf(), source };
    let mark = format!("{}.damaged-", path.file_name().unwrap_or_default().to_string_lossy());
    if let Some(dir) = path.parent() {
        for entry in fs::read_dir(dir).map_err(failed)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&mark) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
    let target = path.with_file_name(format!("{mark}{stamp}"));
    for (from, to) in with_companions(path).iter().zip(with_companions(&target)) {
        match fs::rename(from, to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    Ok(target)
}

/// Where damage that shows up in a running program is remembered for the next start.
pub(super) fn damage_mark(path: &Path) -> PathBuf {
    path.with_extension("db.damaged")
}

/// Keeps other processes from opening, migrating or moving the files until the value is dropped.
/// Where the file system has no locks, SQLite's own must do.
pub(super) fn lock_directory(dir: &Path) -> Result<fs::File, CacheError> {
    let path = dir.join("open.lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(|source| CacheError::from_io(File::State, &path, source))?;
    let _ = file.lock();
    Ok(file)
}

fn user_version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn known_version(schema: &Schema) -> u32 {
    u32::try_from(schema.migrations.len()).unwrap_or(u32::MAX)
}

pub(super) fn check_schema_version(connection: &Connection, schema: &Schema) -> Result<u32, CacheError> {
    let file = schema.file;
    let (found, known) = (user_version(connection).on(file)?, known_version(schema));
    if found > known {
        return Err(CacheError::Newer { file, found, known });
    }
    Ok(found)
}

/// Brings the schema up to date, in one transaction; before an existing state.db is touched, a copy
/// is put beside it, at `path`.
pub(super) fn migrate(connection: &mut Connection, path: Option<&Path>, schema: &Schema) -> Result<(), CacheError> {
    let file = schema.file;
    let known = known_version(schema);
    let found = check_schema_version(connection, schema)?;
    if found == known {
        return Ok(());
    }
    if found == 0 {
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).on(file)?;
        if tables > 0 {
            return Err(CacheError::Damaged { file });
        }
    } else if let (File::State, Some(path)) = (file, path) {
        let copy = path.with_file_name(format!("{}.before-{known}", file.name()));
        make_private_file(&copy, file)?;
        connection.backup(rusqlite::MAIN_DB, &copy, None::<fn(rusqlite::backup::Progress)>).on(file)?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).on(file)?;
    // Again inside: another process may have been quicker where the directory lock does nothing.
    let found = check_schema_version(&transaction, schema)?;
    for migration in schema.migrations.iter().skip(found as usize) {
        transaction.execute_batch(migration).on(file)?;
    }
    transaction.pragma_update(None, "user_version", known).on(file)?;
    let digest = schema_digest(&transaction).on(file)?;
    transaction.pragma_update(None, "application_id", digest).on(file)?;
    transaction.commit().on(file)
}

/// Names the schema as the file tells it, so that damage to it is seen before it does harm.
fn schema_digest(connection: &Connection) -> rusqlite::Result<i32> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY type, name")?;
    let mut rows = statement.query([])?;
    let mut hash = Sha256::new();
    while let Some(row) = rows.next()? {
        for text in [row.get::<_, Option<String>>(0)?, row.get(1)?].into_iter().flatten() {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
    }
    Ok(hash.finalize().iter().take(4).fold(0, |number: i32, byte| (number << 8) | i32::from(*byte)))
}

fn stored_digest(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("PRAGMA application_id", [], |row| row.get(0))
}

/// Reads one row of every table: finds a file that is cut off or overwritten, without reading it all.
fn touch_every_table(connection: &Connection) -> rusqlite::Result<()> {
    let mut names =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for name in names {
        // The names are those of our own migrations.
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\" LIMIT 1"))?;
        statement.query([])?.next()?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ONE: Schema =
        Schema { file: File::State, migrations: &["CREATE TABLE a (x INTEGER)"], synchronous: "FULL", cache_kib: 512 };
    const TWO: Schema = Schema {
        migrations: &["CREATE TABLE a (x INTEGER)", "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 7"],
        ..ONE
    };
    const BROKEN: Schema =
        Schema { migrations: &["CREATE TABLE a (x INTEGER)", "CREATE TABLE b (x INTEGER); nonsense"], ..ONE };

    #[test]
    fn a_migration_goes_forward_and_leaves_a_copy_of_what_was() {
        let dir = tempfile::tempdir().unwrap();
        let old = Database::open(dir.path(), &ONE).unwrap();
        old.write(|tx| Ok(tx.execute("INSERT INTO a VALUES (1)", [])?)).unwrap();
        drop(old);
        let new = Database::open(dir.path(), &TWO).unwrap();
        assert_eq!(new.read(|c| Ok(c.query_row("SELECT y FROM a", [], |r| r.get::<_, i64>(0))?)).unwrap(), 7);
        let copy = dir.path().join("state.db.before-2");
        assert_eq!(fs::metadata(&copy).unwrap().mode() & 0o777, 0o600);
        let copy = Connection::open(copy).unwrap();
        assert_eq!(copy.query_row("SELECT x FROM a", [], |r| r.get::<_, i64>(0)).unwrap(), 1);
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        drop(Database::open(dir.path(), &ONE).unwrap());
        assert!(Database::open(dir.path(), &BROKEN).is_err());
        let again = Database::open(dir.path(), &ONE).unwrap();
        let tables =
            again.read(|c| Ok(c.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get::<_, i64>(0))?)).unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        drop(Database::open(dir.path(), &TWO).unwrap());
        let refused = Database::open(dir.path(), &ONE).err().unwrap();
        assert!(matches!(refused, CacheError::Newer { found: 2, known: 1, file: File::State }));
        assert!(Database::open(dir.path(), &TWO).is_ok());
    }

    #[test]
    fn a_reader_cannot_write_and_a_failed_write_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::open(dir.path(), &ONE).unwrap();
        assert!(database.read(|c| Ok(c.execute("INSERT INTO a VALUES (1)", [])?)).is_err());
        let failed = database.write(|tx| {
            tx.execute("INSERT INTO a VALUES (1)", [])?;
            Err::<(), _>(Failed::from(rusqlite::Error::InvalidQuery))
        });
        assert!(failed.is_err());
        let rows = database.read(|c| Ok(c.query_row("SELECT count(*) FROM a", [], |r| r.get::<_, i64>(0))?)).unwrap();
        assert_eq!(rows, 0);
    }

    #[test]
    fn durability_is_as_the_schema_says() {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::open(dir.path(), &ONE).unwrap();
        let writer = lock(&database.writer);
        let synchronous: i64 = writer.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        let mode: String = writer.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        let keys: bool = writer.query_row("PRAGMA foreign_keys", [], |row| row.get(0)).unwrap();
        assert_eq!((synchronous, mode.as_str(), keys), (2, "wal", true));
    }
}
