//! The threads that own the database's connections.
//!
//! One thread writes: it takes what waits, runs each job inside a savepoint of one transaction, commits
//! once, and only then answers, so that many small writes share one sync of the disk. A few threads
//! read, each job on one consistent state. Knows nothing of what the jobs do.

use std::fs::{self, File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::super::{Answer, StoreError};
use super::{migrations, words};

/// Threads that read.
const READERS: usize = 3;
/// Most jobs that share one commit.
const GROUP: usize = 64;

type Reading = Box<dyn FnOnce(&Connection) + Send>;
/// Runs a job and answers what to call once it is known whether the commit held.
type Writing = Box<dyn FnOnce(&Connection) -> Settle + Send>;
type Settle = Box<dyn FnOnce(bool) + Send>;

/// The database's threads. Dropping it waits for what was accepted.
pub(super) struct Threads {
    doors: Mutex<Option<Doors>>,
    handles: Mutex<Vec<JoinHandle<()>>>,
    /// Held while the files are open.
    lock: Mutex<Option<File>>,
    last_change: watch::Receiver<i64>,
}

#[derive(Clone)]
struct Doors {
    writer: Sender<Writing>,
    reader: Sender<Reading>,
}

impl Threads {
    /// Opens or makes the database in `dir` and starts the threads.
    pub(super) fn start(dir: &Path) -> Answer<Self> {
        make_private(dir).map_err(|error| StoreError::broken("making the data directory", error))?;
        let lock = lock(dir)?;
        let path = dir.join("helpdesk.db");
        let connect = |reading: bool| -> Answer<Connection> {
            let connection = Connection::open(&path)?;
            prepare(&connection, reading)?;
            Ok(connection)
        };
        let mut writing = connect(false)?;
        migrations::run(&mut writing)?;
        let (tell, last_change) = watch::channel(super::changes::last(&writing)?);
        let (writer, jobs) = channel::<Writing>();
        let (reader, questions) = channel::<Reading>();
        let questions = Arc::new(Mutex::new(questions));
        let mut handles = vec![spawn("helpdesk-write", move || write(&writing, &jobs, &tell))?];
        for _ in 0..READERS {
            let connection = connect(true)?;
            let questions = Arc::clone(&questions);
            handles.push(spawn("helpdesk-read", move || answer(&connection, &questions))?);
        }
        Ok(Self {
            doors: Mutex::new(Some(Doors { writer, reader })),
            handles: Mutex::new(handles),
            lock: Mutex::new(Some(lock)),
            last_change,
        })
    }

    /// Number of the last committed change.
    pub(super) fn last_change(&self) -> watch::Receiver<i64> {
        self.last_change.clone()
    }

    /// Runs a question on one consistent state.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let (reply, result) = oneshot::channel();
        let job: Reading = Box::new(move |connection| {
            let outcome = guarded(|| {
                let transaction = connection.unchecked_transaction()?;
                question(&transaction)
            });
            // Nobody waits any more: the asker was dropped.
            let _ = reply.send(outcome);
        });
        self.doors()?.reader.send(job).map_err(|_| StoreError::Closed)?;
        result.await.map_err(|_| StoreError::broken("running an operation", "the database took it not"))?
    }

    /// Runs a writing job; its effect is on disk when this returns `Ok`, and none is left else.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let (reply, result) = oneshot::channel();
        let job: Writing = Box::new(move |connection| {
            let outcome = guarded(|| in_savepoint(connection, job));
            Box::new(move |committed| {
                let outcome = match outcome {
                    Ok(_) if !committed => Err(StoreError::broken("committing", "the transaction was not taken")),
                    outcome => outcome,
                };
                // Nobody waits any more: the asker was dropped; the effect stays.
                let _ = reply.send(outcome);
            })
        });
        self.doors()?.writer.send(job).map_err(|_| StoreError::Closed)?;
        result.await.map_err(|_| StoreError::broken("running an operation", "the database took it not"))?
    }

    /// Takes no more jobs, finishes those accepted and closes the files. Blocks.
    pub(super) fn finish(&self) {
        drop(self.doors.lock().unwrap_or_else(PoisonError::into_inner).take());
        let handles = std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner));
        for handle in handles {
            if handle.join().is_err() {
                tracing::error!("a thread of the store ended in a panic");
            }
        }
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn doors(&self) -> Answer<Doors> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(StoreError::Closed)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.finish();
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Answer<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::broken("starting a thread", error))
}

/// A panic in one job costs that job, not the thread.
fn guarded<T>(job: impl FnOnce() -> Answer<T>) -> Answer<T> {
    catch_unwind(AssertUnwindSafe(job))
        .unwrap_or_else(|_| Err(StoreError::broken("running an operation", "it ended in a panic")))
}

fn in_savepoint<T>(connection: &Connection, job: impl FnOnce(&Connection) -> Answer<T>) -> Answer<T> {
    connection.execute_batch("SAVEPOINT job")?;
    // A panic passes through here with the savepoint open: the next statement of the writer undoes it.
    let outcome = catch_unwind(AssertUnwindSafe(|| job(connection)));
    match outcome {
        Ok(Ok(value)) => {
            connection.execute_batch("RELEASE job")?;
            Ok(value)
        }
        Ok(Err(error)) => {
            connection.execute_batch("ROLLBACK TO job; RELEASE job")?;
            Err(error)
        }
        Err(panic) => {
            connection.execute_batch("ROLLBACK TO job; RELEASE job")?;
            std::panic::resume_unwind(panic)
        }
    }
}

fn write(connection: &Connection, jobs: &Receiver<Writing>, tell: &watch::Sender<i64>) {
    while let Ok(first) = jobs.recv() {
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            tracing::error!(%error, "the store could not begin a transaction");
            // Run outside of one, each job would commit by itself and still be told as failed.
            drop(first);
            continue;
        }
        let mut settles = vec![first(connection)];
        // A full disk can end the transaction under a job; what came before is lost with it.
        while settles.len() < GROUP && !connection.is_autocommit() {
            let Ok(next) = jobs.try_recv() else { break };
            settles.push(next(connection));
        }
        let committed = match connection.execute_batch("COMMIT") {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "the store could not commit");
                if !connection.is_autocommit()
                    && let Err(error) = connection.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "the store could not roll back");
                }
                false
            }
        };
        if committed && let Ok(last) = super::changes::last(connection) {
            tell.send_if_modified(|known| std::mem::replace(known, last) != last);
        }
        for settle in settles {
            settle(committed);
        }
    }
    if let Err(error) = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
        tracing::warn!(%error, "the store could not tidy up");
    }
}

fn answer(connection: &Connection, questions: &Mutex<Receiver<Reading>>) {
    loop {
        // The lock is held while waiting: the next question wakes one thread, which lets go before it works.
        let question = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match question {
            Ok(question) => question(connection),
            Err(_) => return,
        }
    }
}

/// Takes the directory for this store alone. The system lets go of it when the process ends, however
/// that comes about.
fn lock(dir: &Path) -> Answer<File> {
    let broken = |error| StoreError::broken("locking the data directory", error);
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(dir.join("lock")).map_err(broken)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(broken(error)),
    }
}

fn prepare(connection: &Connection, reading: bool) -> Answer<()> {
    connection.set_prepared_statement_cache_capacity(256);
    connection.execute_batch(
        "PRAGMA busy_timeout = 5000;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -65536;",
    )?;
    if reading {
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -16384;")?;
    }
    words::register(connection)
}

/// Makes the directory readable for its owner only, and the database's file before `SQLite` does.
fn make_private(dir: &Path) -> std::io::Result<()> {
    let file = dir.join("helpdesk.db");
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
        if !dir.exists() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        }
        fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&file)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    {
        fs::create_dir_all(dir)?;
        fs::OpenOptions::new().write(true).create(true).truncate(false).open(&file).map(drop)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_costs_its_own_job_only() {
        let dir = tempfile::tempdir().unwrap();
        let threads = Threads::start(dir.path()).unwrap();
        let add = |name: &'static str| {
            threads.write(move |db| {
                db.execute("INSERT INTO counter VALUES (?1, 1)", [name])?;
                if name == "bad" {
                    panic!("on purpose")
                }
                Ok(())
            })
        };
        assert!(add("one").await.is_ok());
        assert!(add("bad").await.is_err());
        assert!(add("two").await.is_ok());
        assert!(threads.read(|_| -> Answer<()> { panic!("on purpose") }).await.is_err());
        let count =
            threads.read(|db| Ok(db.query_row("SELECT count(*) FROM counter", [], |row| row.get::<_, i64>(0))?));
        assert_eq!(count.await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_lost_asker_does_not_stop_the_write() {
        let dir = tempfile::tempdir().unwrap();
        let threads = Threads::start(dir.path()).unwrap();
        let job = threads.write(|db| Ok(db.execute("INSERT INTO counter VALUES ('x', 1)", [])?));
        // Polled once, the job is with the writer; then nobody waits for it any more.
        tokio::select! {
            biased;
            _ = job => {}
            () = std::future::ready(()) => {}
        }
        let count =
            || threads.write(|db| Ok(db.query_row("SELECT count(*) FROM counter", [], |row| row.get::<_, i64>(0))?));
        assert_eq!(count().await.unwrap(), 1);
    }
}
