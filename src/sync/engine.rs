//! The engine: what a screen and the command line do alike.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Notify;

use super::marks::ReadFile;
use super::message::{Connection, Event};
use crate::api::{ApiError, Cause, Class, Client};
use crate::cache::{Cache, CacheError, Me};
use crate::clock::{Clock, Ids, Timings};
use crate::domain::{Act, ConversationId, Directory, GroupId, Guard, Mode, TeammateId, UnixTime};
use crate::query::QueryError;
use crate::text::Untrusted;

/// Where events go. Called from any thread; must not block.
pub type Sink = Arc<dyn Fn(Event) + Send + Sync>;

/// What an engine is made of.
pub struct EngineParts {
    /// Cache and state on disk.
    pub cache: Cache,
    /// The way to the helpdesk.
    pub client: Client,
    /// Time.
    pub clock: Clock,
    /// Identifiers and jitter.
    pub ids: Ids,
    /// Every wait.
    pub timings: Timings,
    /// What stops a message at the last moment.
    pub guard: Guard,
    /// The agent's zone: where days begin in queries.
    pub zone: jiff::tz::TimeZone,
    /// Threads whose last message is older are not fetched unasked; absent fetches them all.
    pub history: Option<Duration>,
    /// Reads files that the agent attaches.
    pub read_file: ReadFile,
    /// Where events go.
    pub sink: Sink,
}

/// When a committed act may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// After its undo window.
    UndoWindow,
    /// At once.
    Nothing,
}

/// What stopped the engine.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The helpdesk or the way to it.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The disk.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// A query names what the workspace does not have.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The program is ending.
    #[error("stopped")]
    Stopped,
}

/// Joins one account's cache to its helpdesk. Cheap to clone; clones are the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

/// The engine's parts, for this room.
pub struct Inner {
    pub(super) cache: Cache,
    pub(super) client: Client,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    pub(super) timings: Timings,
    pub(super) guard: Guard,
    pub(super) zone: jiff::tz::TimeZone,
    pub(super) history: Option<Duration>,
    /// What the agent looks at.
    pub(super) attention: super::attention::Attention,
    /// Whether the helpdesk tells what changes.
    pub(super) stream: super::events::Stream,
    pub(super) read_file: ReadFile,
    pub(super) sink: Sink,
    pub(super) directory: RwLock<Arc<Directory>>,
    pub(super) connection: Mutex<Connection>,
    /// Something may be due in the outbox.
    pub(super) wake_push: Notify,
    /// A pull is wanted now.
    pub(super) wake_pull: Notify,
    /// The same of what has a slower schedule.
    pub(super) wake_slow: Notify,
    /// Rows have changed: threads may be wanted.
    pub(super) wake_fill: Notify,
    /// Rows have changed: contacts may be wanted.
    pub(super) wake_contacts: Notify,
    /// Groups that were committed here: their undo windows are ours to end.
    pub(super) own_groups: Mutex<Vec<GroupId>>,
    /// The screen is going: nothing new is taken from the outbox.
    leaving: AtomicBool,
    /// Rows of the outbox that this process leaves alone for a while.
    pub(super) pauses: Mutex<super::push::Pauses>,
    /// The connection has come back since somebody last asked.
    came_back: AtomicBool,
    /// Conversations that the helpdesk said it does not have, and when it said so first (monotonic).
    pub(super) missed: Mutex<HashMap<ConversationId, Duration>>,
    /// Deletions have been asked for since the start.
    pub(super) asked_deletions: AtomicBool,
    /// One push at a time in this process.
    pub(super) pushing: tokio::sync::Mutex<()>,
}

impl std::ops::Deref for Engine {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Engine {
    /// An engine over an open cache. Reads the directory from disk; asks nothing of the network.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn new(parts: EngineParts) -> Result<Self, CacheError> {
        let EngineParts { cache, client, clock, ids, timings, guard, zone, history, read_file, sink } = parts;
        let directory = cache.load_directory()?;
        if let Some(me) = me_of(&directory) {
            cache.set_me(&me)?;
        }
        cache.reconcile_at_start()?;
        match cache.fail_unreadable() {
            Ok(0) => {}
            Ok(rows) => tracing::warn!(rows, "rows of the outbox are not understood: set aside as failed"),
            Err(error) => tracing::warn!(%error, "rows of the outbox that are not understood could not be set aside"),
        }
        client.set_signed_out_wait(timings.signed_out_wait);
        Ok(Self(Arc::new(Inner {
            cache,
            client,
            clock,
            ids,
            timings,
            guard,
            zone,
            history,
            attention: super::attention::Attention::default(),
            stream: super::events::Stream::default(),
            read_file,
            sink,
            directory: RwLock::new(Arc::new(directory)),
            connection: Mutex::new(Connection::Starting),
            wake_push: Notify::new(),
            wake_pull: Notify::new(),
            wake_slow: Notify::new(),
            wake_fill: Notify::new(),
            wake_contacts: Notify::new(),
            own_groups: Mutex::default(),
            leaving: AtomicBool::new(false),
            pauses: Mutex::default(),
            came_back: AtomicBool::new(false),
            missed: Mutex::default(),
            asked_deletions: AtomicBool::new(false),
            pushing: tokio::sync::Mutex::default(),
        })))
    }

    /// The cache.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The client of the helpdesk: for what is no matter of the cache.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Teammates, teams, tags and ourselves, as last known.
    #[must_use]
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ourselves, once known.
    #[must_use]
    pub fn me(&self) -> Option<TeammateId> {
        self.directory().me().map(|me| me.id.clone())
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        UnixTime(self.clock.unix_secs())
    }

    /// Now by the helpdesk's clock, as far as it is known; else by ours.
    #[must_use]
    pub fn server_now(&self) -> UnixTime {
        self.client.server_now()
    }

    /// How many seconds our clock is ahead of the helpdesk's; absent until an answer told.
    #[must_use]
    pub fn clock_off(&self) -> Option<i64> {
        self.client.server_offset().map(|offset| offset.as_secs().saturating_neg())
    }

    /// Tells whoever listens.
    pub(super) fn tell(&self, event: Event) {
        (self.sink)(event);
    }

    /// Runs a step on the disk away from the network's threads.
    pub(super) async fn on_disk<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Cache) -> Result<T, CacheError> + Send + 'static,
    ) -> Result<T, SyncError> {
        let cache = self.cache.clone();
        match tokio::task::spawn_blocking(move || step(&cache)).await {
            Ok(done) => Ok(done?),
            // The runtime is going down; a panic in the step has been reported by the hook.
            Err(_) => Err(SyncError::Stopped),
        }
    }

    /// Keeps what the connection is after an exchange, and tells when it changed.
    pub(super) fn note_exchange<T>(&self, outcome: &Result<T, ApiError>) {
        let now = self.now();
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let offline = |why| Connection::Offline { since: since(&connection, now), why };
        let next = match outcome.as_ref().map_err(ApiError::class) {
            Err(Class::NotSignedIn) => Connection::SignedOut { since: since(&connection, now) },
            Err(Class::Ambiguous(Cause::Server) | Class::Unreachable(Cause::Server) | Class::Server) => {
                offline("offline-server")
            }
            // What was not sent because the server is failing names what it failed with.
            Err(Class::Nonsense(_) | Class::Unreachable(Cause::Answer(_))) => offline("offline-nonsense"),
            Err(Class::Unreachable(_) | Class::Ambiguous(_)) => offline("offline-unreachable"),
            Err(Class::Throttled { .. }) => offline("offline-throttled"),
            // The helpdesk answered; that one thing was not to be had.
            Ok(_) | Err(Class::NotAllowed | Class::NotFound { .. } | Class::Refused) => Connection::Online,
        };
        if *connection != next {
            if next == Connection::Online && *connection != Connection::Starting {
                self.came_back.store(true, Ordering::Relaxed);
            }
            *connection = next.clone();
            drop(connection);
            self.tell(Event::Connection(next));
        }
    }

    /// The same after asking for one thing: a failure that may be its alone says nothing of the connection.
    pub(super) fn note_item<T>(&self, outcome: &Result<T, ApiError>) {
        let says_nothing = |error: &ApiError| super::fill::is_its_own(error) && !error.is_permanent();
        if !outcome.as_ref().is_err_and(says_nothing) {
            self.note_exchange(outcome);
        }
    }

    /// The same after a long answer was asked for, which a proxy may cut or hold back while all else goes
    /// well: only that it began, or that the token was refused, says something.
    pub(super) fn note_stream<T>(&self, outcome: &Result<T, ApiError>) {
        if outcome.as_ref().err().is_none_or(|error| *error.class() == Class::NotSignedIn) {
            self.note_exchange(outcome);
        }
    }

    /// Whether the token was refused: nothing but a rare probe goes out then.
    pub(super) fn is_signed_out(&self) -> bool {
        matches!(*self.connection.lock().unwrap_or_else(PoisonError::into_inner), Connection::SignedOut { .. })
    }

    /// Whether the last exchange went well.
    pub(super) fn is_online(&self) -> bool {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) == Connection::Online
    }

    pub(super) fn wake_outbox(&self) {
        self.wake_push.notify_one();
    }

    /// How many seconds the helpdesk's clock is before ours, as far as it is known.
    pub(super) fn server_ahead(&self) -> i64 {
        self.client.server_offset().map_or(0, |offset| offset.as_secs())
    }

    /// Asks for a pull and a try of the outbox now.
    pub fn wake(&self) {
        self.wake_pull.notify_one();
        self.wake_slow.notify_one();
        self.wake_push.notify_one();
    }

    /// From now on nothing new is taken from the outbox; what is under way is finished.
    pub(super) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// The outbox may be worked on again.
    pub(super) fn stay(&self) {
        self.leaving.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Whether the connection has come back since this was asked last.
    pub(super) fn came_back(&self) -> bool {
        self.came_back.swap(false, Ordering::Relaxed)
    }

    /// A name for one press of a key.
    #[must_use]
    pub fn new_group(&self) -> Option<GroupId> {
        GroupId::parse(&self.ids.uuid())
    }

    pub(super) fn tell_changed(&self, ids: Vec<ConversationId>) {
        if !ids.is_empty() {
            self.tell(Event::Changed { ids });
            // Their threads and contacts may be wanted.
            self.wake_fill.notify_one();
            self.wake_contacts.notify_one();
        }
    }

    /// Tells how many rows wait and how many need a person.
    pub(super) fn tell_outbox(&self) {
        if let Ok(counts) = self.cache.outbox_counts() {
            self.tell(Event::OutboxCounts { waiting: counts.waiting, needs_you: counts.needs_you });
        }
    }

    /// The same from a thread of the network's.
    pub(super) async fn tell_outbox_soon(&self) -> Result<(), SyncError> {
        let counts = self.on_disk(Cache::outbox_counts).await?;
        self.tell(Event::OutboxCounts { waiting: counts.waiting, needs_you: counts.needs_you });
        Ok(())
    }

    /// Says something of the disk's faults.
    pub(super) fn tell_fault(&self, error: &CacheError) {
        self.tell(Event::Notice { key: why_not_durable(error), details: Untrusted::new(error.to_string()) });
    }
}

/// Since when the connection has been down.
fn since(connection: &Connection, now: UnixTime) -> UnixTime {
    match connection {
        Connection::Offline { since, .. } | Connection::SignedOut { since } => *since,
        _ => now,
    }
}

pub(super) const fn mode_of(act: &Act) -> Option<Mode> {
    match act {
        Act::Reply { .. } | Act::Start { .. } => Some(Mode::Reply),
        Act::Note { .. } => Some(Mode::Note),
        _ => None,
    }
}

/// Why an act could not be made durable, as a key of the catalogue of words.
pub(super) const fn why_not_durable(error: &CacheError) -> &'static str {
    match error {
        CacheError::Full { .. } => "disk-full",
        CacheError::ReadOnly { .. } => "disk-read-only",
        CacheError::Damaged { .. } => "disk-damaged",
        CacheError::Busy { .. } => "disk-busy",
        _ => "disk-other",
    }
}

/// Who we are, for finding mentions.
pub(super) fn me_of(directory: &Directory) -> Option<Me> {
    directory.me().map(|me| Me { id: me.id.clone(), name: me.name.as_raw().to_owned() })
}
