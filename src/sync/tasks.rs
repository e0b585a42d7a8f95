//! What runs by itself while a screen is open, or a `sync` goes on: pulls, the outbox, contacts.
//!
//! Each task runs for ever and is begun anew after a panic, after a pause that grows. None waits for
//! another. Enter at [`start`].

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::engine::{Engine, SyncError};
use super::fill::is_its_own;
use super::reconcile::back_off;
use super::schedule::{Kind, Schedule};
use super::wishes::{self, Wanted};
use super::{events, fill, health};
use crate::api::{ApiError, Class, Priority};
use crate::cache::Cache;
use crate::clock::Clock;

/// Contacts looked up before anything else is looked at again.
const CONTACTS: usize = 100;
/// How often contacts are looked for when nothing changes.
const REST: Duration = Duration::from_secs(60);
/// The outbox is left alone at least so long.
const SHORTEST_WAIT: Duration = Duration::from_millis(200);
/// After a panic: the first pause, the longest, and how long a task must run to be as good as new.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
const SOUND: Duration = Duration::from_secs(300);

/// What runs besides the pulls and the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// Threads are fetched when they are asked for, and all others in the background.
    All,
    /// Only those that are asked for.
    Asked,
}

/// Starts the tasks. They end when `stopping` says so, none in the middle of a send.
pub(super) fn start(
    engine: &Engine,
    threads: Threads,
    wanted: UnboundedReceiver<Wanted>,
    stopping: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let wanted = Arc::new(Mutex::new(wanted));
    let clock = &engine.clock;
    let mut tasks = vec![
        spawn_until("pull", clock, stopping, engine, pull_on_schedule),
        spawn_until("slow", clock, stopping, engine, pull_the_slow),
        spawn_until("contacts", clock, stopping, engine, look_up_contacts),
        spawn_until("events", clock, stopping, engine, events::follow),
        spawn_until("health", clock, stopping, engine, health::watch),
        spawn_until("threads", clock, stopping, engine, move |engine| wishes::grant(engine, Arc::clone(&wanted))),
        {
            let (engine, stopping, clock) = (engine.clone(), stopping.clone(), clock.clone());
            tokio::spawn(supervised("push", clock, PAUSE, move || push_when_due(engine.clone(), stopping.clone())))
        },
    ];
    if threads == Threads::All {
        tasks.push(spawn_until("fill", clock, stopping, engine, fill::fill));
    }
    tasks
}

/// Runs a task until it is to stop. A step on the disk that has begun is not cut.
fn spawn_until<F: Future<Output = ()> + Send + 'static>(
    name: &'static str,
    clock: &Clock,
    stopping: &watch::Receiver<bool>,
    engine: &Engine,
    task: impl Fn(Engine) -> F + Send + 'static,
) -> JoinHandle<()> {
    let (engine, clock, mut stopping) = (engine.clone(), clock.clone(), stopping.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = supervised(name, clock, PAUSE, move || task(engine.clone())) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    })
}

/// Runs a task to its end, and anew after a panic.
async fn supervised<F: Future<Output = ()>>(name: &'static str, clock: Clock, first: Duration, task: impl Fn() -> F) {
    let mut pause = first;
    loop {
        let begun = clock.monotonic();
        if AssertUnwindSafe(task()).catch_unwind().await.is_ok() {
            return;
        }
        if clock.monotonic().saturating_sub(begun) >= SOUND {
            pause = first;
        }
        // Where it happened was said by the hook.
        tracing::error!(name, pause_secs = pause.as_secs(), "a task panicked and is begun anew");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Pulls what is due, for ever.
async fn pull_on_schedule(engine: Engine) {
    let mut schedule = Schedule::default();
    let mut hastened = None;
    loop {
        engine.pull_due(&Kind::FIRST, &mut schedule).await;
        engine.go_on(&mut hastened).await;
        let wait = schedule.wait(&Kind::FIRST, engine.clock.monotonic(), &engine.timings, engine.stream.flows());
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.wake_pull.notified() => schedule.refresh(),
            () = engine.stream.poll.notified() => schedule.hurry(),
        }
    }
}

/// Pulls what nobody waits for when it is due, for ever: beside the changes, after the first pull.
async fn pull_the_slow(engine: Engine) {
    let mut schedule = Schedule::default();
    loop {
        let may_ask = engine.is_online() && engine.has_lists().await;
        let wait = if may_ask {
            engine.pull_due(&Kind::SLOW, &mut schedule).await;
            schedule.wait(&Kind::SLOW, engine.clock.monotonic(), &engine.timings, engine.stream.flows())
        } else {
            engine.timings.poll.min(PAUSE)
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.wake_slow.notified() => schedule.refresh(),
        }
    }
}

/// Looks up contacts of whom the rows know only the id, for ever.
async fn look_up_contacts(engine: Engine) {
    let mut failures = 0_u32;
    loop {
        let may_ask = engine.is_online() && engine.has_lists().await;
        if may_ask {
            engine.read_aside().await;
        }
        let found = if may_ask { engine.pull_contacts(CONTACTS).await } else { Ok(0) };
        let wait = match found {
            Ok(0) if may_ask => REST,
            Ok(0) => engine.timings.poll,
            Ok(_) => {
                failures = 0;
                continue;
            }
            Err(error) => {
                tracing::debug!(%error, "contacts could not be looked up");
                failures = failures.saturating_add(1);
                let timings = &engine.timings;
                back_off(failures, timings.back_off, timings.back_off_cap, engine.ids.next_u64()).max(timings.poll)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.stream.aside_news.notified(), if failures == 0 && may_ask => {}
            () = engine.wake_contacts.notified(), if failures == 0 && may_ask => {}
        }
    }
}

/// Sends what is due, until it is to stop; never stops in the middle of a send.
async fn push_when_due(engine: Engine, mut stopping: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    let mut last_fault = None;
    loop {
        let wait = match engine.push().await {
            Ok(pushed) => {
                (failures, last_fault) = (0, None);
                match pushed.elsewhere {
                    // Another process sends; it gives the lease back as soon as it has nothing to send.
                    Some(_) => Duration::from_secs(1),
                    None => engine.outbox_wait().await,
                }
            }
            Err(error) => {
                let fault = error.to_string();
                if last_fault.as_ref() != Some(&fault) {
                    tracing::error!(%error, "the outbox could not be worked on");
                    last_fault = Some(fault);
                }
                failures = failures.saturating_add(1);
                let timings = &engine.timings;
                let wait = back_off(failures, timings.back_off, timings.back_off_cap, engine.ids.next_u64());
                wait.max(SHORTEST_WAIT)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.wake_push.notified() => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

impl Engine {
    /// What waited for the connection goes when it is back; how often it comes and goes, what waits for
    /// other reasons is not driven on.
    async fn go_on(&self, hastened: &mut Option<Duration>) {
        let now = self.clock.monotonic();
        if !self.is_online() || hastened.is_some_and(|at| now < at + self.timings.back_off_cap) || !self.came_back() {
            return;
        }
        *hastened = Some(now);
        match self.on_disk(Cache::hasten_retries).await {
            Ok(_) => self.wake_outbox(),
            Err(error) => tracing::warn!(%error, "what waited for the connection keeps its wait"),
        }
        self.attention.note_changed(&[]);
    }

    /// Pulls each of these kinds that is due.
    async fn pull_due(&self, kinds: &[Kind], schedule: &mut Schedule) {
        for kind in kinds.iter().copied() {
            let (now, told) = (self.clock.monotonic(), self.stream.flows());
            // Without knowing who we are nothing else means much.
            let asks_who = kind == Kind::Directory
                && self.me().is_none()
                && schedule.is_due(Kind::Changes, now, &self.timings, told);
            if !asks_who && !schedule.is_due(kind, now, &self.timings, told) {
                continue;
            }
            let outcome = match kind {
                Kind::Directory => self.pull_directory().await,
                Kind::Changes => self.pull_changes_and_deletions().await,
                Kind::Library => {
                    self.tidy().await;
                    self.pull_library().await
                }
                Kind::People => self.refresh_people().await,
            };
            let now = self.clock.monotonic();
            match outcome {
                Ok(()) => schedule.done(kind, now),
                Err(SyncError::Api(error)) if is_skipped(kind, &error) => {
                    tracing::warn!(%error, ?kind, "a list could not be pulled");
                    schedule.skipped(kind, now, &self.timings);
                }
                Err(error) => {
                    if let SyncError::Cache(error) = &error {
                        self.tell_fault(error);
                    }
                    tracing::debug!(%error, ?kind, "a pull failed");
                    schedule.failed(now, self.is_signed_out(), &self.timings, self.ids.next_u64());
                }
            }
        }
    }

    /// Goes on with what an earlier run left half done in the cache, and forgets threads that are older
    /// than the history that is to be kept.
    async fn tidy(&self) {
        const AT_ONCE: usize = 500;
        match self.on_disk(Cache::finish_behind).await {
            Ok(changed) => self.tell_changed(changed),
            Err(error) => tracing::warn!(%error, "the cache could not be brought up to date"),
        }
        let Some(history) = self.history else { return };
        let since = self.client.server_now() - history;
        loop {
            match self.on_disk(move |cache| cache.forget_threads_before(since, AT_ONCE)).await {
                Ok(AT_ONCE..) => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, "old threads could not be forgotten");
                    return;
                }
            }
        }
    }

    async fn pull_changes_and_deletions(&self) -> Result<(), SyncError> {
        self.pull_conversations(Priority::Background).await?;
        // These are worth little enough to wait for the next round when they fail alone.
        if let Err(error) = self.pull_deletions().await {
            tracing::warn!(%error, "deletions could not be pulled");
        }
        Ok(())
    }

    /// How long the outbox can be left alone. Another process may put something in, so it is looked at
    /// now and then.
    pub(super) async fn outbox_wait(&self) -> Duration {
        // Another's commit wakes the task by the watch; one that ended with its lease is found this late.
        let longest = self.timings.poll.max(Duration::from_secs(15));
        if self.me().is_none() {
            return longest;
        }
        match self.on_disk(Cache::earliest_due).await {
            Ok(Some(due)) => due.since(self.now()).max(SHORTEST_WAIT).min(longest),
            _ => longest,
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

/// Whether a failure holds up nothing else. When it is the way to the helpdesk that fails, the changes
/// find that out for themselves.
fn is_skipped(kind: Kind, error: &ApiError) -> bool {
    match kind {
        Kind::Directory => *error.class() != Class::NotSignedIn,
        Kind::Changes => false,
        Kind::Library | Kind::People => is_its_own(error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_begun_anew_and_one_that_ends_is_not() {
        let runs = AtomicU32::new(0);
        let task = || async {
            assert!(runs.fetch_add(1, Ordering::Relaxed) >= 2, "the first two runs go wrong");
        };
        supervised("test", Clock::manual(1), Duration::from_millis(1), task).await;
        assert_eq!(runs.load(Ordering::Relaxed), 3);
    }
}
