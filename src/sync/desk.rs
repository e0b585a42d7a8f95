//! An engine kept running for a screen.
//!
//! Owns the threads: one that writes (acts, drafts, marks: in order), one that reads the cache, and
//! three tasks on the network (pull, push, threads). None of them waits for another, and the asker
//! waits for none.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle as Task;

use super::engine::{Engine, Hold, SyncError, mode_of, why_not_durable};
use super::loader;
use super::message::{Event, Request};
use super::schedule::Schedule;
use crate::api::Priority;
use crate::cache::{Cache, CacheError};
use crate::domain::{Act, AwayState, ConversationId, Draft, GroupId, Mode, UnixTime};
use crate::text::Untrusted;

/// How many threads near the cursor are fetched before they are asked for.
const AHEAD: usize = 8;
/// How many more are fetched in quiet moments of one run.
const FILL: usize = 2_000;
/// How often it is looked whether there are more, when all are here.
const FILL_PAUSE: Duration = Duration::from_secs(5);
/// How long a thread that could not be fetched is left alone.
const FAILED_WAIT: Duration = Duration::from_secs(5);

/// An engine at work for a screen.
pub struct Desk {
    engine: Engine,
    write: Sender<Request>,
    read: Sender<Request>,
    wanted: UnboundedSender<Wanted>,
    stop: watch::Sender<bool>,
    writer: JoinHandle<()>,
    reader: JoinHandle<()>,
    tasks: Vec<Task<()>>,
}

/// What the network task for threads is asked.
enum Wanted {
    /// Shown now.
    Thread(ConversationId),
    /// Near the cursor.
    Ahead(Vec<ConversationId>),
    /// Away, or back.
    Away(AwayState),
    /// A tag to be made, and the conversation that gets it.
    Tag(Untrusted, ConversationId),
}

impl Desk {
    /// Starts the threads and tasks. Must be called within the network's runtime.
    #[must_use]
    pub fn start(engine: &Engine) -> Self {
        let (write, to_write) = channel();
        let (read, to_read) = channel();
        let (wanted, to_fetch) = unbounded_channel();
        let (stop, stopping) = watch::channel(false);
        let writer = {
            let engine = engine.clone();
            std::thread::spawn(move || write_all(&engine, &to_write))
        };
        let reader = {
            let (engine, wanted) = (engine.clone(), wanted.clone());
            std::thread::spawn(move || {
                loader::run(&engine, &to_read, |id| {
                    let _ = wanted.send(Wanted::Thread(id));
                });
            })
        };
        let tasks = vec![
            tokio::spawn(until(stopping.clone(), pull_on_schedule(engine.clone()))),
            tokio::spawn(push_when_due(engine.clone(), stopping.clone())),
            tokio::spawn(until(stopping, fetch_wanted(engine.clone(), to_fetch))),
        ];
        let desk = Self { engine: engine.clone(), write, read, wanted, stop, writer, reader, tasks };
        desk.greet();
        let client = engine.client.clone();
        // Certificates are read before the first request needs them; a failure shows with that.
        tokio::spawn(async move {
            let _ = client.prepare().await;
        });
        desk
    }

    /// What a screen has to know before it asks.
    fn greet(&self) {
        self.engine.tell(Event::Directory(self.engine.directory()));
        match self.engine.cache().load_sorts() {
            Ok(sorts) => self.engine.tell(Event::Sorts(sorts)),
            Err(error) => self.engine.tell_fault(&error),
        }
        self.engine.tell_outbox();
        if self.engine.cache().damaged_cache().is_some() {
            self.engine.tell(Event::Notice { key: "cache-rebuilt", details: Untrusted::default() });
        }
    }

    /// Asks. Returns at once; whatever comes of it is an event.
    pub fn ask(&self, request: Request) {
        // A send fails only after the thread has ended, that is after a panic that was reported.
        match request {
            Request::Window { .. } | Request::Counts { .. } | Request::Thread { .. } | Request::Outbox { .. } => {
                let _ = self.read.send(request);
            }
            Request::SyncNow => self.engine.wake(),
            Request::SetAway(state) => {
                let _ = self.wanted.send(Wanted::Away(state));
            }
            Request::CreateTag { name, on } => {
                let _ = self.wanted.send(Wanted::Tag(name, on));
            }
            Request::Showing { list, .. } => {
                let _ = self.wanted.send(Wanted::Ahead(list));
            }
            other => {
                // The writer is gone only after a fault of ours: nothing is done then, and that is said.
                if let Err(mpsc::SendError(Request::Commit { group, acts, .. })) = self.write.send(other) {
                    let texts = acts
                        .into_iter()
                        .filter_map(|(id, act)| Some((id, mode_of(&act)?, act.text()?.to_owned())))
                        .collect();
                    self.engine.tell(Event::Refused { group, why: "disk-other", texts });
                }
            }
        }
    }

    /// Lets what was asked be written, ends the undo windows, and gives the outbox `patience` to get
    /// through. Whether anything is left to send.
    pub async fn finish(self, patience: Duration) -> bool {
        let Self { engine, write, read, wanted, stop, writer, reader, tasks } = self;
        drop((write, read, wanted));
        // What the agent did is written, however long the disk takes; what nobody reads any more is not
        // waited for. A panic was reported by the hook.
        let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        drop(reader);
        if let Err(error) = engine.release_own() {
            tracing::error!(%error, "the undo windows could not be ended");
        }
        // Requests that have left are seen to their end: cutting them would only make doubt.
        engine.leave();
        let _ = stop.send(true);
        let ended = async {
            for task in tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(patience, ended).await.is_ok() && engine.has_unsent() {
            engine.stay();
            let last = engine.clone();
            let mut push = tokio::spawn(async move { last.push().await.map(drop) });
            if tokio::time::timeout(patience, &mut push).await.is_err() {
                engine.leave();
            }
        }
        engine.has_unsent()
    }
}

/// Runs a task until it is to stop. A step on the disk that has begun is not cut.
async fn until(mut stopping: watch::Receiver<bool>, task: impl Future<Output = ()>) {
    tokio::select! {
        () = task => {}
        _ = stopping.wait_for(|stop| *stop) => {}
    }
}

/// The writer: requests in order, each whole before the next.
fn write_all(engine: &Engine, requests: &Receiver<Request>) {
    while let Ok(request) = requests.recv() {
        let outcome = match request {
            Request::Commit { group, acts, uses_drafts, began: _ } => {
                commit(engine, group, &acts, &uses_drafts);
                Ok(())
            }
            Request::Undo { group } => engine.undo(&group),
            Request::SaveDraft(draft) => engine.save_draft(&draft),
            Request::Seen { id, until } => engine.seen(&id, until),
            Request::SaveSort { entry, sort } => engine.cache().save_sort(&entry, sort),
            Request::Retry(id) => engine.retry(id),
            Request::Discard(id) => engine.discard(id),
            Request::MarkSent(id) => engine.mark_sent(id),
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "a write failed");
            engine.tell_fault(&error);
        }
    }
}

/// Commits, or says why not, with the texts that would be lost.
fn commit(engine: &Engine, group: GroupId, acts: &[(ConversationId, Act)], uses_drafts: &[(ConversationId, Mode)]) {
    // A fault of ours must not swallow a reply either.
    let outcome = catch_unwind(AssertUnwindSafe(|| engine.commit(&group, acts, uses_drafts, Hold::UndoWindow)));
    let why = match outcome {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => why_not_durable(&error),
        Err(_) => "disk-other",
    };
    let texts: Vec<(ConversationId, Mode, String)> =
        acts.iter().filter_map(|(id, act)| Some((id.clone(), mode_of(act)?, act.text()?.to_owned()))).collect();
    for (id, mode, text) in &texts {
        // Nobody may be there any more to hear of the refusal.
        let draft = Draft::new(id.clone(), *mode, text.clone(), engine.now());
        if let Err(error) = engine.cache().save_draft(&draft) {
            tracing::error!(%error, "a refused text could not be kept as a draft");
        }
    }
    engine.tell(Event::Refused { group, why, texts });
}

/// Pulls what is due, for ever.
async fn pull_on_schedule(engine: Engine) {
    let mut schedule = Schedule::default();
    loop {
        let now = engine.clock.monotonic();
        let due = schedule.due(now, &engine.timings);
        let outcome: Result<(), SyncError> = async {
            if due.directory || (due.changes && engine.me().is_none()) {
                engine.pull_directory().await?;
            }
            if due.changes {
                engine.pull_conversations(Priority::Background).await?;
                // These are worth little enough to wait for the next round when they fail alone.
                if let Err(error) = engine.pull_deletions().await {
                    tracing::warn!(%error, "deletions could not be pulled");
                }
                if let Err(error) = engine.pull_contacts(100).await {
                    tracing::warn!(%error, "contacts could not be pulled");
                }
            }
            Ok(())
        }
        .await;
        let now = engine.clock.monotonic();
        match outcome {
            Ok(()) if due.changes || due.directory => {
                schedule.done(due, now);
                // The way is open: what waited for it goes.
                if engine.came_back() {
                    engine.hasten();
                }
            }
            Ok(()) => {}
            Err(SyncError::Cache(error)) => {
                engine.tell_fault(&error);
                schedule.failed(now, false, &engine.timings, engine.ids.next_u64());
            }
            Err(_) => schedule.failed(now, engine.is_signed_out(), &engine.timings, engine.ids.next_u64()),
        }
        let wait = schedule.wait(engine.clock.monotonic(), &engine.timings);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.wake_pull.notified() => schedule.hurry(),
        }
    }
}

/// Sends what is due, until it is to stop; never stops in the middle of a send.
async fn push_when_due(engine: Engine, mut stopping: watch::Receiver<bool>) {
    loop {
        let elsewhere = match engine.push().await {
            Ok(pushed) => pushed.elsewhere,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be worked on");
                None
            }
        };
        let wait = match elsewhere {
            // Another process sends; it gives the lease back as soon as it has nothing to send.
            Some(_) => Duration::from_secs(1),
            None => engine.outbox_wait().await,
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.wake_push.notified() => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// Threads to be fetched: the shown one, those near the cursor, and in quiet moments the newest others.
#[derive(Default)]
struct Wishes {
    shown: Option<ConversationId>,
    /// Nearest last.
    ahead: Vec<ConversationId>,
    away: Option<AwayState>,
    tags: Vec<(Untrusted, ConversationId)>,
}

impl Wishes {
    fn take_in(&mut self, wish: Wanted) {
        match wish {
            Wanted::Thread(id) => self.shown = Some(id),
            Wanted::Ahead(ids) => self.ahead = ids.into_iter().take(AHEAD).rev().collect(),
            Wanted::Away(state) => self.away = Some(state),
            Wanted::Tag(name, on) => self.tags.push((name, on)),
        }
    }
}

/// Fetches what is wished for, newest wish first, for ever. In between, one at a time, the threads of
/// the newest conversations: search, mentions and the way offline live on them.
async fn fetch_wanted(engine: Engine, mut wanted: UnboundedReceiver<Wanted>) {
    let mut wishes = Wishes::default();
    let mut filled = 0;
    // When a fetch failed last, so that a broken one is not asked for without end.
    let mut failed: HashMap<ConversationId, Duration> = HashMap::new();
    loop {
        while let Ok(wish) = wanted.try_recv() {
            wishes.take_in(wish);
        }
        if let Some(state) = wishes.away.take()
            && engine.set_away(&state).await.is_err()
        {
            engine.tell(Event::Notice { key: "away-not-set", details: Untrusted::default() });
        }
        for (name, on) in std::mem::take(&mut wishes.tags) {
            if let Err(error) = engine.make_tag(name, on).await {
                tracing::warn!(%error, "a tag could not be made");
                engine.tell(Event::Notice { key: "tag-not-made", details: Untrusted::default() });
            }
        }
        let now = engine.clock.monotonic();
        failed.retain(|_, at| now < *at + FAILED_WAIT);
        let shown = wishes.shown.take();
        let is_shown = shown.is_some();
        let next = match shown.or_else(|| wishes.ahead.pop()) {
            Some(id) => Some(id),
            None if filled < FILL && engine.is_online() => engine.next_to_fill(&failed).await.inspect(|_| filled += 1),
            None => None,
        };
        let Some(id) = next else {
            match tokio::time::timeout(FILL_PAUSE, wanted.recv()).await {
                Ok(Some(wish)) => wishes.take_in(wish),
                Ok(None) => return,
                Err(_) => {}
            }
            continue;
        };
        if !failed.contains_key(&id) && engine.freshen_thread(&id, is_shown).await.is_err() {
            failed.insert(id, engine.clock.monotonic());
        }
    }
}

impl Engine {
    /// Fetches a thread that is not on disk or older than its row, and its contact when wanted.
    async fn freshen_thread(&self, id: &ConversationId, with_contact: bool) -> Result<(), SyncError> {
        let asked = id.clone();
        let stored = self.on_disk(move |cache| cache.load_thread(&asked)).await?;
        let is_current = stored.as_ref().is_some_and(|thread| thread.is_here && !thread.is_stale);
        if !is_current {
            self.fetch_thread(id).await?;
        }
        let contact = stored.as_ref().and_then(|thread| thread.conversation.contact.as_ref()?.id.clone());
        if let (true, Some(contact)) = (with_contact, contact) {
            let asked = contact.clone();
            let known = self.on_disk(move |cache| cache.load_contact(&asked)).await?;
            let fresh = known.is_some_and(|(_, at)| self.now().since(at) < self.timings.slow_poll);
            if !fresh {
                self.fetch_contact(&contact, id).await?;
            }
        }
        Ok(())
    }

    /// Makes a tag and commits putting it on.
    async fn make_tag(&self, name: Untrusted, on: ConversationId) -> Result<(), SyncError> {
        let tag = self.create_tag(name.as_raw().trim()).await?;
        let Some(group) = self.new_group() else { return Ok(()) };
        let engine = self.clone();
        // The name as typed: whoever asked knows the act by it.
        let acts = vec![(on, Act::Tag { tag: tag.id, name })];
        let committed = tokio::task::spawn_blocking(move || engine.commit(&group, &acts, &[], Hold::UndoWindow)).await;
        committed.map_err(|_| SyncError::Stopped)?.map(drop).map_err(SyncError::from)
    }

    /// The newest conversation whose thread is not on disk, those that failed lately left out.
    async fn next_to_fill(&self, failed: &HashMap<ConversationId, Duration>) -> Option<ConversationId> {
        let limit = failed.len() + 1;
        let wanted = self.on_disk(move |cache| cache.threads_wanted(limit)).await.ok()?;
        wanted.into_iter().find(|id| !failed.contains_key(id))
    }

    /// How long the outbox can be left alone. Another process may put something in, so it is looked at
    /// now and then.
    async fn outbox_wait(&self) -> Duration {
        let longest = self.timings.poll.max(Duration::from_secs(1));
        if self.me().is_none() {
            return longest;
        }
        match self.on_disk(Cache::earliest_due).await {
            Ok(Some(due)) => due.since(self.now()).max(Duration::from_millis(200)).min(longest),
            _ => longest,
        }
    }

    fn seen(&self, id: &ConversationId, until: UnixTime) -> Result<(), CacheError> {
        self.cache.mark_seen(id, until)
    }

    /// Sends until nothing waits any more.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn drain(&self) -> Result<(), SyncError> {
        loop {
            let pushed = self.push().await?;
            if pushed.waiting == 0 {
                return Ok(());
            }
            tokio::time::sleep(self.outbox_wait().await.max(Duration::from_secs(1))).await;
        }
    }

    /// Lets what waits for the connection go now.
    pub fn hasten(&self) {
        match self.cache.hasten_retries() {
            Ok(_) => self.wake_outbox(),
            Err(error) => self.tell_fault(&error),
        }
    }
}
