//! The engine: what a screen and the command line do alike.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Notify;

use super::message::{Connection, Event};
use crate::api::{ApiError, Cause, Class, Client};
use crate::cache::{Cache, CacheError, Me, NewRow, OutboxFilter, Release, Settlement};
use crate::clock::{Clock, Ids, Timings};
use crate::domain::{
    Act, Channel, Conversation, ConversationId, Directory, Draft, GroupId, Mode, OutboxId, OutboxRow, OutboxStatus,
    TeammateId, UnixTime,
};
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
    /// The agent's zone: where days begin in queries.
    pub zone: jiff::tz::TimeZone,
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
    pub(super) zone: jiff::tz::TimeZone,
    pub(super) sink: Sink,
    pub(super) directory: RwLock<Arc<Directory>>,
    pub(super) connection: Mutex<Connection>,
    /// Something may be due in the outbox.
    pub(super) wake_push: Notify,
    /// A pull is wanted now.
    pub(super) wake_pull: Notify,
    /// Groups that were committed here: their undo windows are ours to end.
    own_groups: Mutex<Vec<GroupId>>,
    /// The screen is going: nothing new is taken from the outbox.
    leaving: AtomicBool,
    pub(super) doubts: Mutex<super::push::Doubts>,
    /// The connection has come back since somebody last asked.
    came_back: AtomicBool,
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
        let EngineParts { cache, client, clock, ids, timings, zone, sink } = parts;
        let directory = cache.load_directory()?;
        if let Some(me) = me_of(&directory) {
            cache.set_me(&me)?;
        }
        cache.reconcile_at_start()?;
        Ok(Self(Arc::new(Inner {
            cache,
            client,
            clock,
            ids,
            timings,
            zone,
            sink,
            directory: RwLock::new(Arc::new(directory)),
            connection: Mutex::new(Connection::Starting),
            wake_push: Notify::new(),
            wake_pull: Notify::new(),
            own_groups: Mutex::default(),
            leaving: AtomicBool::new(false),
            doubts: Mutex::default(),
            came_back: AtomicBool::new(false),
            pushing: tokio::sync::Mutex::default(),
        })))
    }

    /// The cache.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.cache
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
            Err(Class::Ambiguous(Cause::Server) | Class::Server) => offline("offline-server"),
            Err(Class::Unreachable(_) | Class::Ambiguous(_)) => offline("offline-unreachable"),
            Err(Class::Nonsense(_)) => offline("offline-nonsense"),
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

    /// Asks for a pull and a try of the outbox now.
    pub fn wake(&self) {
        self.wake_pull.notify_one();
        self.wake_push.notify_one();
    }

    /// Commits acts to the outbox, all or none, in order, and applies them to what is shown. Blocks on
    /// the disk: never call it where frames are drawn.
    ///
    /// # Errors
    /// When it could not be made durable; nothing was done then.
    pub fn commit(
        &self,
        group: &GroupId,
        acts: &[(ConversationId, Act)],
        uses_drafts: &[(ConversationId, Mode)],
        hold: Hold,
    ) -> Result<Vec<OutboxRow>, CacheError> {
        let now = self.now();
        let me = self.me();
        let mut planned: Vec<Conversation> = Vec::new();
        let mut rows = Vec::with_capacity(acts.len());
        let mut waits: Vec<Duration> = Vec::with_capacity(acts.len());
        for (id, act) in acts {
            // What the conversation is like when this act comes to it: earlier acts of the same group
            // are already in.
            let at = match planned.iter().position(|known| known.id == *id) {
                Some(at) => at,
                None => {
                    let known = self.cache.load_conversation(id)?;
                    planned.push(known.unwrap_or_else(|| Conversation::bare(id.clone(), now)));
                    planned.len() - 1
                }
            };
            let Some(before) = planned.get_mut(at) else { continue };
            waits.push(match hold {
                Hold::Nothing => Duration::ZERO,
                Hold::UndoWindow => self.undo_window(act, &before.channel),
            });
            let (baseline_part, baseline_count) = self.cache.load_baseline(id)?;
            rows.push(NewRow {
                conversation: id.clone(),
                act: act.clone(),
                inverses: act.inverses(before),
                due_at: now,
                baseline_part,
                baseline_count,
            });
            act.apply(before, me.as_ref(), now);
        }
        // One press of a key is undone as one, so all of it leaves when its longest window ends.
        let wait = waits.into_iter().max().unwrap_or_default();
        for row in &mut rows {
            row.due_at = now + wait;
        }
        // The next message to the same person releases the one before.
        for (id, _) in acts.iter().filter(|(_, act)| act.is_message()) {
            self.cache.release(&Release::Conversation(id.clone()))?;
        }
        let committed = self.cache.commit_acts(group, &rows, uses_drafts)?;
        self.own_groups.lock().unwrap_or_else(PoisonError::into_inner).push(group.clone());
        self.tell(Event::Committed { group: group.clone(), rows: committed.rows.clone() });
        self.tell_outbox();
        self.tell_changed(committed.changed);
        self.wake_outbox();
        Ok(committed.rows)
    }

    fn undo_window(&self, act: &Act, channel: &Channel) -> Duration {
        match act {
            Act::Reply { .. } if channel.is_chat() => self.timings.undo_chat,
            Act::Reply { .. } => self.timings.undo_email,
            // Reading is not taken back by waiting.
            Act::MarkRead { .. } => Duration::ZERO,
            _ => self.timings.undo_act,
        }
    }

    /// Takes a group of acts back: what has not left is dropped, what has arrived gets its inverses.
    /// Blocks on the disk.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn undo(&self, group: &GroupId) -> Result<(), CacheError> {
        let now = self.now();
        let undone = self.cache.drop_unsent(group)?;
        let mut left = Vec::new();
        let mut back = Vec::new();
        for row in undone.left.into_iter().rev() {
            if row.inverses.is_empty() || row.status != OutboxStatus::Sent {
                left.push(row);
                continue;
            }
            let (baseline_part, baseline_count) = self.cache.load_baseline(&row.conversation)?;
            back.extend(row.inverses.into_iter().map(|act| NewRow {
                conversation: row.conversation.clone(),
                act,
                inverses: Vec::new(),
                due_at: now,
                baseline_part: baseline_part.clone(),
                baseline_count,
            }));
        }
        let mut changed = undone.changed;
        let mut inverted = Vec::new();
        if !back.is_empty()
            && let Some(undo) = self.new_group()
        {
            let committed = self.cache.commit_acts(&undo, &back, &[])?;
            inverted = committed.rows;
            changed.extend(committed.changed);
        }
        self.tell(Event::Undone { group: group.clone(), dropped: undone.dropped, inverted, left });
        self.tell_outbox();
        self.tell_changed(changed);
        self.wake_outbox();
        Ok(())
    }

    /// Gives a row up: its effect goes, and the text of a message becomes a draft again. Blocks.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn discard(&self, id: OutboxId) -> Result<(), CacheError> {
        let undone = self.cache.discard(id)?;
        // What has left meanwhile is not given up: whoever asked hears which.
        if let Some(group) = undone.dropped.iter().chain(&undone.left).next().map(|row| row.group.clone()) {
            self.tell(Event::Undone { group, dropped: undone.dropped, inverted: Vec::new(), left: undone.left });
        }
        self.tell_outbox();
        self.tell_changed(undone.changed);
        Ok(())
    }

    /// Queues a failed, held or undecided row again. Blocks.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn retry(&self, id: OutboxId) -> Result<(), CacheError> {
        let row = self.cache.load_outbox(&OutboxFilter::Row(id))?.into_iter().next();
        let Some(row) = row else { return Ok(()) };
        // The agent has seen what came since, so the match begins after that.
        let baseline = self.cache.load_baseline(&row.conversation)?;
        if let Some(row) = self.cache.requeue(id, Some(baseline))? {
            self.tell_changed(vec![row.conversation.clone()]);
            self.tell(Event::Row(row));
        }
        self.tell_outbox();
        self.wake_outbox();
        Ok(())
    }

    /// The agent says that an undecided row has arrived. Blocks.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn mark_sent(&self, id: OutboxId) -> Result<(), CacheError> {
        let row = self.cache.load_outbox(&OutboxFilter::Row(id))?.into_iter().next();
        let Some(row) = row.filter(|row| row.status == OutboxStatus::NeedsDecision) else { return Ok(()) };
        let news = Settlement {
            id,
            attempt: row.attempts,
            status: OutboxStatus::Sent,
            reason: Untrusted::default(),
            due_at: None,
            sent_part: None,
        };
        if let Some(row) = self.cache.settle(&news)? {
            self.tell_changed(vec![row.conversation.clone()]);
            self.tell(Event::Row(row));
        }
        self.tell_outbox();
        Ok(())
    }

    /// Keeps a draft, or discards it when its text is empty. Blocks.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn save_draft(&self, draft: &Draft) -> Result<(), CacheError> {
        let changed = if draft.text.is_empty() {
            self.cache.discard_draft(&draft.conversation, draft.mode)?
        } else {
            self.cache.save_draft(draft)?
        };
        if changed {
            self.tell_changed(vec![draft.conversation.clone()]);
        }
        Ok(())
    }

    /// Rows that the helpdesk does not have yet, oldest first. Blocks.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn load_outbox(&self) -> Result<Vec<OutboxRow>, CacheError> {
        self.cache.load_outbox(&OutboxFilter::Unsent)
    }

    /// Rows by id, sent ones too. Blocks.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn load_rows(&self, ids: &[OutboxId]) -> Result<Vec<OutboxRow>, CacheError> {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(self.cache.load_outbox(&OutboxFilter::Row(*id))?);
        }
        Ok(rows)
    }

    /// Ends the undo windows of what was committed here; another screen's are its own. Blocks.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn release_own(&self) -> Result<(), CacheError> {
        let groups = std::mem::take(&mut *self.own_groups.lock().unwrap_or_else(PoisonError::into_inner));
        for row in self.load_outbox()?.into_iter().filter(|row| row.status == OutboxStatus::Queued) {
            if groups.contains(&row.group) {
                self.cache.release(&Release::Row(row.id))?;
            }
        }
        Ok(())
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

    /// Whether anything waits to be sent.
    #[must_use]
    pub fn has_unsent(&self) -> bool {
        self.cache.outbox_counts().is_ok_and(|counts| counts.waiting > 0)
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
        }
    }

    /// Tells how many rows wait and how many need a person.
    pub(super) fn tell_outbox(&self) {
        if let Ok(counts) = self.cache.outbox_counts() {
            self.tell(Event::OutboxCounts { waiting: counts.waiting, needs_you: counts.needs_you });
        }
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
        Act::Reply { .. } => Some(Mode::Reply),
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
