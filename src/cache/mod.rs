//! The two SQLite files: cache.db (what can be fetched again) and state.db (what cannot).
//!
//! Owns both files, their schemas and everything read from or written to them: effective
//! conversations, threads, people, cursors; outbox, drafts, read marks, remembered sorts, the sender's
//! lease. Knows nothing of the network, of the screen, or of who asks. Enter at [`Cache::open`].
//!
//! **Effective columns.** A conversation is stored twice: as the helpdesk last said it, and as the
//! agent sees it: the helpdesk's row with the unsettled acts of the outbox applied in order. Lists,
//! queries and counts read the second. It is made anew under the write lock of cache.db whenever a row
//! arrives or the outbox changes, from what state.db holds at that moment; whichever of two processes
//! writes last has therefore seen the acts of both. state.db is committed first, so a crash between the
//! two files leaves an act that is safe and not yet shown: [`Cache::reconcile_at_start`] shows it.
//!
//! Every method blocks (on disk, never on the network) and may be called from any thread; two
//! processes may hold the same files.

#[cfg(test)]
mod agreement;
mod aside;
mod behind;
mod bulk;
mod change;
mod checkup;
mod crash;
#[cfg(test)]
mod crash_tests;
mod database;
mod draft;
mod duplicates;
mod effective;
mod error;
mod files;
mod find;
#[cfg(test)]
mod fixtures;
mod lease;
mod list;
mod memory;
mod mention;
mod opening;
mod outbox;
mod outbox_back;
mod outbox_due;
mod outbox_rows;
mod pages;
mod people;
mod place;
mod recount;
mod reminder;
mod row;
mod row_set;
mod salvage;
#[cfg(test)]
mod salvage_tests;
mod seen;
mod shift;
mod shown;
mod start;
mod store;
mod tally;
mod thread;
mod watch;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::{ConversationId, UnixTime};

pub use bulk::{NewBulk, Selectable};
pub use checkup::{FileCheck, check_file, sqlite_version};
pub use crash::{CrashPoints, Moment};
pub use draft::SavedDraft;
pub use error::{CacheError, File};
pub use find::{Findings, FoundContact};
pub use lease::Lease;
pub use list::{Count, Span, Window};
pub use memory::InMemory;
pub use mention::Me;
pub use outbox::{Attempt, Baseline, Committed, NewRow, Settlement};
pub use outbox_back::Undone;
pub use outbox_due::Release;
pub use outbox_rows::{OutboxCounts, OutboxFilter};
pub use place::Kept;
pub use recount::Recount;
pub use reminder::SetReminder;
pub use salvage::Salvage;
pub use store::Fetched;
pub use tally::Watched;
pub use thread::StoredThread;
pub use watch::{News, Watch};

use change::Writer;
use database::{Database, Schema, Tried, damage_mark, lock_directory, make_private_directory, make_private_file};
use opening::{OpenCache, OpenState};

const CACHE: Schema = Schema {
    file: File::Cache,
    migrations: &[
        include_str!("migrations/cache-0001.sql"),
        include_str!("migrations/cache-0002.sql"),
        include_str!("migrations/cache-0003.sql"),
        include_str!("migrations/cache-0004.sql"),
        include_str!("migrations/cache-0005.sql"),
    ],
    // A power cut may cost the last moments of what can be fetched again, never its integrity.
    synchronous: "NORMAL",
    cache_kib: 8 * 1024,
};

const STATE: Schema = Schema {
    file: File::State,
    migrations: &[
        include_str!("migrations/state-0001.sql"),
        include_str!("migrations/state-0002.sql"),
        include_str!("migrations/state-0003.sql"),
        include_str!("migrations/state-0004.sql"),
    ],
    synchronous: "FULL",
    cache_kib: 1024,
};

/// How long a sent act can still be undone by its inverse, and is listed.
const SENT_ROWS_KEPT: Duration = Duration::from_secs(7 * 86_400);

/// Pages of cache.db's log beyond which any write moves them into the file.
const LONGEST_LOG: u32 = 8_000;

/// Where the two files lie: directories of one workspace and teammate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// For cache.db.
    pub cache: PathBuf,
    /// For state.db.
    pub state: PathBuf,
}

/// The two files, open. Clones share them.
#[derive(Clone)]
pub struct Cache(Arc<Shared>);

struct Shared {
    cache: Database,
    state: Database,
    clock: Clock,
    me: RwLock<Option<Me>>,
    /// Conversations whose effective row is behind state.db because cache.db could not be written.
    owed: Mutex<BTreeSet<ConversationId>>,
    crash_points: CrashPoints,
    /// Who saves drafts here.
    pen: aside::Pen,
    /// This process start, as other programs hear of it.
    writer: Writer,
    damaged_cache: Option<PathBuf>,
    salvage: Option<Salvage>,
    /// Why the files live in memory.
    in_memory: Storage,
    tally: Mutex<tally::Tally>,
    /// Conditions that are asked without an index.
    unplanned: Mutex<BTreeSet<String>>,
    edges: Mutex<list::Edges>,
    /// Transactions of many rows since the log was last moved into the file.
    slices: AtomicUsize,
    /// Why the last write of state.db was refused.
    refused: Mutex<Option<Refusal>>,
    /// Another program has put a new file in the place of one of ours.
    is_replaced: AtomicBool,
}

/// What keeps state.db from being written for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// Until a write succeeds.
    Disk(InMemory),
    /// Until the next start.
    Damage,
}

/// Why which of the two files is not kept on disk; all absent when both are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// cache.db: what was pulled is gone with the program.
    pub cache: Option<InMemory>,
    /// state.db: acts are refused.
    pub state: Option<InMemory>,
}

/// Commits of state.db that may be made in memory alone: nobody counts on them, and a draft is better
/// kept until the program ends than not at all.
const FOR_NOW: [&str; 15] = [
    "save_draft",
    "give_draft_back",
    "discard_draft",
    "join_asides",
    "note_first_sync",
    "mark_seen",
    "mark_unread",
    "note_shown",
    "finish_mention",
    "save_sort",
    "keep",
    "prune_outbox",
    "release",
    "release_lease",
    "hasten_retries",
];

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Cache").field(&self.0.cache.path()).finish()
    }
}

impl Cache {
    /// Opens both files, makes them when absent (0600, in directories of mode 0700), and brings their
    /// schemas up to date. A cache.db that is damaged is moved aside and made anew:
    /// [`Cache::damaged_cache`] says so. A state.db that is damaged is moved aside and kept, and what can be
    /// read of it is taken over: [`Cache::salvaged`] says so. A file that cannot be used because the disk is
    /// full, read-only or not there lives in memory, with what can be read of it: [`Cache::storage`] says so.
    ///
    /// # Errors
    /// `Newer` when a newer program wrote one of the files, `Busy` when another process holds one.
    pub fn open(dirs: &Dirs, clock: Clock) -> Result<Self, CacheError> {
        Self::open_with(dirs, clock, CrashPoints::default())
    }

    /// The same with crash points, for tests.
    ///
    /// # Errors
    /// As [`Cache::open`].
    pub fn open_with(dirs: &Dirs, clock: Clock, crash_points: CrashPoints) -> Result<Self, CacheError> {
        // Where nothing can be locked nothing can be written either.
        let _lock = make_private_directory(&dirs.state, File::State).and_then(|()| lock_directory(&dirs.state)).ok();
        let stamp = clock.unix_secs();
        let state = opening::open_state(&dirs.state, stamp)?;
        let cache = opening::open_cache(&dirs.cache, stamp)?;
        Self::assemble(dirs, state, cache, clock, crash_points)
    }

    /// Opens both files in memory, as where they cannot be written.
    #[cfg(test)]
    fn open_in_memory(dirs: &Dirs, clock: Clock, why: InMemory) -> Result<Self, CacheError> {
        let (state, cache) = (opening::load_state(&dirs.state, why)?, opening::load_cache(&dirs.cache, why)?);
        Self::assemble(dirs, state, cache, clock, CrashPoints::default())
    }

    fn assemble(
        dirs: &Dirs,
        state: OpenState,
        cache: OpenCache,
        clock: Clock,
        crash_points: CrashPoints,
    ) -> Result<Self, CacheError> {
        let writer = Writer::new();
        cache.database.prepare_writer(|connection| {
            // Whoever writes much moves the log into the file before it gets that long: `store`.
            connection.pragma_update(None, "wal_autocheckpoint", LONGEST_LOG)?;
            writer.listen(connection)
        })?;
        Ok(Self(Arc::new(Shared {
            in_memory: Storage { cache: cache.in_memory, state: state.in_memory },
            cache: cache.database,
            state: state.database,
            clock,
            me: RwLock::new(cache.me),
            owed: Mutex::default(),
            crash_points,
            pen: aside::Pen::new(&dirs.state),
            writer,
            damaged_cache: cache.aside,
            tally: Mutex::default(),
            unplanned: Mutex::default(),
            edges: Mutex::default(),
            slices: AtomicUsize::default(),
            salvage: state.salvage,
            refused: Mutex::default(),
            is_replaced: AtomicBool::default(),
        })))
    }

    /// What is not kept on disk, and why: since the files were opened, because the last write of
    /// state.db was refused, or because another program has replaced one of the files meanwhile.
    #[must_use]
    pub fn storage(&self) -> Storage {
        let refused = match *self.refused() {
            _ if self.0.is_replaced.load(Ordering::Relaxed) => Some(InMemory::Replaced),
            Some(Refusal::Disk(why)) => Some(why),
            _ => None,
        };
        Storage { cache: self.0.in_memory.cache, state: self.0.in_memory.state.or(refused) }
    }

    /// Whether what is written to state.db now is kept.
    ///
    /// # Errors
    /// `Full`, `ReadOnly` or `Path` when state.db lives in memory, `Damaged` when damage has shown up in it:
    /// the words of the refusal of an act.
    pub fn require_durable(&self) -> Result<(), CacheError> {
        if let Some(why) = self.0.in_memory.state {
            return Err(why.refusal(File::State, self.0.state.path()));
        }
        match *self.refused() {
            Some(Refusal::Damage) => Err(CacheError::Damaged { file: File::State }),
            _ => Ok(()),
        }
    }

    /// Writes to state.db without changing anything that is kept: tells whether the disk takes writes
    /// again.
    ///
    /// # Errors
    /// As [`CacheError`]; at once where state.db lives in memory or is damaged.
    pub fn probe(&self) -> Result<(), CacheError> {
        self.write_state("probe", |state| {
            let sql = "INSERT INTO meta (key, value) VALUES ('probe', '') ON CONFLICT (key) DO UPDATE SET value = ''";
            state.execute(sql, [])?;
            Ok(())
        })
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Option<Refusal>> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What came of a damaged state.db when this one was opened.
    #[must_use]
    pub fn salvaged(&self) -> Option<&Salvage> {
        self.0.salvage.as_ref()
    }

    /// Where a damaged cache.db was moved when this one was opened; the cache is then empty and has to
    /// be fetched again.
    #[must_use]
    pub fn damaged_cache(&self) -> Option<&Path> {
        self.0.damaged_cache.as_deref()
    }

    /// Makes the effective rows follow state.db again after a crash between the two files, and after a
    /// rebuild of cache.db; forgets sent acts and their files after a week. To be called once, before the
    /// first list is shown. Gives the conversations that changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn reconcile_at_start(&self) -> Result<Vec<ConversationId>, CacheError> {
        let last_week = self.now() - SENT_ROWS_KEPT;
        if self.require_durable().is_ok() {
            // What cannot be forgotten now is forgotten another time.
            let pruned = self.prune_outbox(last_week).and_then(|_| self.prune_files(last_week));
            if let Err(error) = pruned {
                tracing::warn!(%error, "old rows and files stay");
            }
        }
        let left_behind = self.join_asides().unwrap_or_else(|error| {
            tracing::warn!(%error, "texts of programs that ended stay aside");
            Vec::new()
        });
        self.restore_new()?;
        let mut ids = self.read_state(outbox_rows::touched_conversations)?;
        ids.extend(left_behind);
        ids.extend(self.read_state(seen::marked_lately)?);
        ids.extend(self.read_cache(effective::marked_by_state)?);
        let ids: Vec<_> = ids.into_iter().collect();
        self.rebase(&ids)
    }

    fn now(&self) -> UnixTime {
        UnixTime(self.0.clock.unix_secs())
    }

    fn read_cache<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> Tried<T>) -> Result<T, CacheError> {
        self.remember_damage(self.0.cache.read(work))
    }

    /// The one door to a commit of cache.db. What it touches is logged for other programs.
    fn write_cache<T>(&self, work: impl FnOnce(&rusqlite::Transaction<'_>) -> Tried<T>) -> Result<T, CacheError> {
        self.remember_damage(self.0.cache.write(|cache| {
            self.0.writer.begin();
            let value = work(cache)?;
            self.0.writer.log_cache(cache)?;
            Ok(value)
        }))
    }

    fn read_state<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> Tried<T>) -> Result<T, CacheError> {
        self.remember_damage(self.0.state.read(work))
    }

    /// The one door to a commit of state.db; `name` is its crash point. Refused when state.db lives in
    /// memory and somebody would count on it, and once it is damaged.
    fn write_state<T>(
        &self,
        name: &'static str,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Tried<T>,
    ) -> Result<T, CacheError> {
        let is_for_now = self.0.state.is_in_memory() && FOR_NOW.contains(&name);
        if !is_for_now {
            self.require_durable()?;
        }
        let points = &self.0.crash_points;
        let written = self.0.state.write_around(
            |state| {
                let before = state.total_changes();
                let value = work(state)?;
                if state.total_changes() != before {
                    self.0.writer.log_state(state, self.now())?;
                }
                Ok(value)
            },
            || points.pass(name, Moment::BeforeCommit),
            || points.pass(name, Moment::AfterCommit),
        );
        if !self.0.state.is_in_memory() {
            let mut refused = self.refused();
            match &written {
                Ok(_) => *refused = None,
                Err(error) => *refused = InMemory::because(error).map(Refusal::Disk).or(*refused),
            }
        }
        self.remember_damage(written)
    }

    /// Damage that shows up in the middle of a file is remembered beside it, so that the next start
    /// makes the cache anew, or salvages the state; until then nothing is written to the latter.
    fn remember_damage<T>(&self, result: Result<T, CacheError>) -> Result<T, CacheError> {
        match result {
            Err(error) if error.is_nonsense_from(File::Cache) => {
                mark_damaged(&self.0.cache);
                Err(CacheError::Damaged { file: File::Cache })
            }
            Err(error)
                if error.is_damage_of(File::State)
                    || error.is_odd_value_of(File::State)
                    || error.is_unlike_schema_of(File::State) =>
            {
                mark_damaged(&self.0.state);
                *self.refused() = Some(Refusal::Damage);
                Err(CacheError::Damaged { file: File::State })
            }
            Err(error @ CacheError::Moved { .. }) => {
                // Until the next start: what this one has loaded may speak of neither file any more.
                self.0.is_replaced.store(true, Ordering::Relaxed);
                Err(error)
            }
            result => result,
        }
    }

    fn owe(&self, ids: impl IntoIterator<Item = ConversationId>) {
        self.0.owed.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
    }

    fn take_owed(&self) -> BTreeSet<ConversationId> {
        std::mem::take(&mut *self.0.owed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn mark_damaged(database: &Database) {
    if !database.is_in_memory() {
        // The next start finds the damage again by itself when this cannot be written.
        let _ = make_private_file(&damage_mark(database.path()), File::Cache);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::fixtures::{NOW, Place, closed, commit, conversation, id, reply, take_lease};
    use super::*;
    use crate::domain::Act;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn path(place: &Place, file: File) -> PathBuf {
        match file {
            File::Cache => place.dirs.cache.join(file.name()),
            File::State => place.dirs.state.join(file.name()),
        }
    }

    #[test]
    fn nobody_else_can_read_the_files() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        commit(&place.cache, "g", "1", &[Act::Close]);
        for dir in [&place.dirs.cache, &place.dirs.state] {
            assert_eq!(mode(dir), 0o700);
            let mut names = Vec::new();
            for entry in fs::read_dir(dir).unwrap() {
                let entry = entry.unwrap();
                assert_eq!(mode(&entry.path()), 0o600, "{:?}", entry.path());
                names.push(entry.file_name().into_string().unwrap());
            }
            assert!(names.iter().any(|name| name.ends_with("-wal")), "{names:?}");
        }
    }

    #[test]
    fn files_that_were_open_to_others_are_closed_to_them() {
        let (dirs, _dir) = closed(Place::new());
        fs::set_permissions(&dirs.state, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(dirs.state.join("state.db"), fs::Permissions::from_mode(0o644)).unwrap();
        let _cache = Cache::open(&dirs, Clock::manual(NOW)).unwrap();
        assert_eq!((mode(&dirs.state), mode(&dirs.state.join("state.db"))), (0o700, 0o600));
    }

    #[test]
    fn a_damaged_cache_is_made_anew_and_the_outbox_survives() {
        for damage in [&b"this is no database, and it is long enough to look like one"[..], b"SQLite format 3\0garbage"]
        {
            let place = Place::new();
            place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
            commit(&place.cache, "g", "1", &[reply("Hello"), Act::Close]);
            let (dirs, _dir) = closed(place);
            fs::write(dirs.cache.join("cache.db"), damage).unwrap();
            fs::write(dirs.cache.join("cache.db-wal"), damage).unwrap();
            let cache = Cache::open(&dirs, Clock::manual(NOW)).unwrap();
            let aside = cache.damaged_cache().unwrap();
            assert_eq!((fs::read(aside).unwrap().as_slice(), mode(aside)), (damage, 0o600));
            assert!(aside.file_name().unwrap().to_str().unwrap().ends_with(&NOW.to_string()));
            assert_eq!(cache.load_conversation(&id("1")).unwrap(), None);
            assert_eq!(cache.load_outbox(&OutboxFilter::Unsent).unwrap().len(), 2);
            cache.store_page(&[conversation("1", NOW)], None).unwrap();
            let shown = cache.load_conversation(&id("1")).unwrap().unwrap();
            assert_eq!(shown.state, crate::domain::State::Closed, "what is fetched again shows the acts again");
        }
    }

    #[test]
    fn damage_in_the_middle_of_the_cache_is_mended_at_the_next_start() {
        let place = Place::new();
        let many: Vec<_> = (0..400).map(|n| conversation(&n.to_string(), NOW + n)).collect();
        place.cache.store_page(&many, None).unwrap();
        let copy = rusqlite::Connection::open(path(&place, File::Cache)).unwrap();
        copy.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(copy);
        let (dirs, _dir) = closed(place);
        let file = dirs.cache.join("cache.db");
        let mut bytes = fs::read(&file).unwrap();
        let (from, to) = (bytes.len() / 4, bytes.len() * 3 / 4);
        bytes[from..to].fill(0xA5);
        fs::write(&file, bytes).unwrap();
        let cache = Cache::open(&dirs, Clock::manual(NOW)).unwrap();
        if cache.damaged_cache().is_none() {
            let newer: Vec<_> = (0..400).map(|n| conversation(&n.to_string(), NOW + 1_000 + n)).collect();
            assert!(cache.store_page(&newer, None).err().unwrap().is_damage_of(File::Cache));
            drop(cache);
            let cache = Cache::open(&dirs, Clock::manual(NOW)).unwrap();
            assert!(cache.damaged_cache().is_some());
            cache.store_page(&newer, None).unwrap();
            assert!(Cache::open(&dirs, Clock::manual(NOW)).unwrap().damaged_cache().is_none());
        }
    }

    #[test]
    fn no_damage_to_the_cache_keeps_the_program_from_starting_twice() {
        let place = Place::new();
        let rows: Vec<_> = (0..60).map(|n| conversation(&n.to_string(), NOW + n)).collect();
        place.cache.store_page(&rows, Some(("pull", "a"))).unwrap();
        commit(&place.cache, "g", "1", &[Act::Close]);
        let copy = rusqlite::Connection::open(path(&place, File::Cache)).unwrap();
        copy.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        drop(copy);
        let (dirs, _dir) = closed(place);
        let file = dirs.cache.join("cache.db");
        let whole = fs::read(&file).unwrap();
        let ids = crate::clock::Ids::seeded(7);
        let newer: Vec<_> = (0..60).map(|n| conversation(&n.to_string(), NOW + 500 + n)).collect();
        for round in 0..60 {
            let mut bytes = whole.clone();
            if round % 3 == 0 {
                bytes.truncate(ids.below(bytes.len() as u64) as usize);
            }
            for _ in 0..ids.below(40) {
                let size = bytes.len() as u64;
                // The header and the schema more often than the rest.
                let at = if ids.below(2) == 0 { ids.below(size.min(8_192)) } else { ids.below(size) };
                if let Some(byte) = bytes.get_mut(at as usize) {
                    *byte = ids.next_u64() as u8;
                }
            }
            for beside in ["cache.db-wal", "cache.db-shm", "cache.db.damaged"] {
                let _ = fs::remove_file(dirs.cache.join(beside));
            }
            fs::write(&file, bytes).unwrap();
            // Refused by name, or usable, or found damaged in use: then the next start mends it.
            let (mut works, mut errors) = (false, Vec::new());
            for _ in 0..2 {
                let cache = match Cache::open(&dirs, Clock::manual(NOW)) {
                    Err(CacheError::Newer { .. }) => {
                        works = true;
                        break;
                    }
                    opened => opened.unwrap(),
                };
                assert_eq!(cache.outbox_counts().unwrap().waiting, 1);
                let used = cache.reconcile_at_start().and_then(|_| cache.store_page(&newer, Some(("pull", "b"))));
                if used.is_ok() {
                    works = true;
                    break;
                }
                errors.push(used);
            }
            assert!(works, "round {round}: {errors:?}");
        }
    }

    #[test]
    fn files_of_a_newer_program_are_refused_and_left_alone() {
        for file in [File::Cache, File::State] {
            let place = Place::new();
            let newer = rusqlite::Connection::open(path(&place, file)).unwrap();
            newer.pragma_update(None, "user_version", 99).unwrap();
            let refused = Cache::open(&place.dirs, Clock::manual(NOW)).err().unwrap();
            assert!(matches!(refused, CacheError::Newer { found: 99, .. }), "{refused:?}");
            assert!(path(&place, file).exists());
        }
    }

    #[test]
    fn two_processes_work_side_by_side() {
        let place = Place::new();
        let other = place.another();
        take_lease(&place.cache, "me");
        std::thread::scope(|scope| {
            for (name, cache) in [("a", &place.cache), ("b", &other)] {
                scope.spawn(move || {
                    for n in 0..40 {
                        let on = format!("{name}{n}");
                        cache.store_page(&[conversation(&on, NOW + n)], Some((name, &n.to_string()))).unwrap();
                        commit(cache, &format!("g{on}"), &on, &[Act::Close]);
                    }
                });
            }
        });
        for cache in [&place.cache, &other] {
            assert_eq!(cache.outbox_counts().unwrap().waiting, 80);
            assert_eq!(cache.count_threads(None).unwrap().0, 80);
            assert_eq!(cache.load_cursor("b").unwrap().as_deref(), Some("39"));
            assert!(cache.next_due(UnixTime(NOW)).unwrap().len() == 80);
        }
    }

    #[test]
    fn many_can_open_new_files_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs { cache: dir.path().join("c"), state: dir.path().join("s") };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let cache = Cache::open(&dirs, Clock::manual(NOW)).unwrap();
                    assert!(cache.damaged_cache().is_none());
                });
            }
        });
    }

    #[test]
    fn who_i_am_and_my_mentions_survive_a_restart() {
        let place = Place::new();
        let cache = &place.cache;
        let parts = [fixtures::note_by("8", "ping @Ana Costa", NOW)];
        cache.store_thread(&conversation("1", NOW), &parts, 0).unwrap();
        let me = Me { id: fixtures::teammate("7"), name: "Ana Costa".into() };
        assert_eq!(cache.set_me(&me).unwrap(), [id("1")]);
        assert!(cache.set_me(&me).unwrap().is_empty());
        let mentioned = |cache: &Cache| {
            let sql = "SELECT mentioned FROM conversation";
            cache.read_cache(|c| Ok(c.query_row(sql, [], |row| row.get::<_, bool>(0))?)).unwrap()
        };
        let again = place.another();
        assert_eq!(again.me(), Some(me));
        assert!(mentioned(&again));
        commit(cache, "g", "1", &[fixtures::note("on it")]);
        assert!(!mentioned(cache), "an answer on its way is an answer");
        cache.drop_unsent(&fixtures::group("g")).unwrap();
        assert!(mentioned(cache));
        assert!(cache.finish_mention(&id("1"), UnixTime(NOW)).unwrap());
        assert!(!mentioned(cache));
        let parts = [parts[0].clone(), fixtures::note_by("8", "@Ana Costa?!", NOW + 5)];
        cache.store_thread(&conversation("1", NOW + 5), &parts, 0).unwrap();
        assert!(mentioned(cache), "named again");
    }
}
