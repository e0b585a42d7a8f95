//! Threads that nobody has asked for yet: search, mentions and the way offline live on them.
//!
//! Newest first, behind everything else in the budget, and never in the way of what the agent opens:
//! that is fetched beside it. What is wanted stands in the cache with the rows, so that a run goes on
//! where the last one was killed. Enter at [`fill`]; `sync --threads` at [`Engine::fetch_threads`].

use std::collections::HashSet;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::mpsc;

use super::engine::{Engine, SyncError};
use super::message::{Event, History};
use super::pace::{News, Setbacks};
use crate::api::{ApiError, BulkItem, Class, Client, FetchedThread, Nonsense, Priority};
use crate::domain::{Conversation, ConversationId, Part, UnixTime};

/// Threads of one request where many can be read at once.
const BULK: usize = 250;
/// Threads read beside each other where they cannot.
const AT_ONCE: usize = 4;
/// Threads of a round then.
const ROUND: usize = 40;
/// How long it rests after a failure.
const PAUSE: Duration = Duration::from_secs(5);
/// How often it is looked whether there are more, when all are here and nothing changes.
const REST: Duration = Duration::from_secs(60);
/// The same while the lists are not here yet, or the helpdesk is not reached.
const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// How long a thread that could not be fetched is left alone, at first and at most.
const SETBACK: Duration = Duration::from_secs(5);
const LONG_SETBACK: Duration = Duration::from_secs(3_600);
/// How often it is told how many are here, and what share of all is worth telling.
const TELL: Duration = Duration::from_secs(1);
const SHARE: usize = 100;

/// Where a fill stands.
pub(super) struct Fill {
    client: Client,
    setbacks: Setbacks<ConversationId>,
    /// Tried in the last round. One that is wanted still, whatever was answered, is left alone for a
    /// while: the helpdesk speaks of another, or of the past.
    tried: HashSet<ConversationId>,
    news: News,
    /// What was told, and when.
    told: Option<(History, Duration)>,
}

impl Fill {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            setbacks: Setbacks::new(SETBACK, LONG_SETBACK),
            tried: HashSet::new(),
            news: News::default(),
            told: None,
        }
    }

    /// What has changed and was not told yet.
    pub fn untold(&mut self) -> Vec<ConversationId> {
        self.news.take()
    }
}

/// Whether a count is worth telling: the first, every hundredth part, and the last.
fn is_noticeable(told: History, now: History) -> bool {
    let is_complete = |history: History| history.here == history.of;
    told.here.abs_diff(now.here) * SHARE >= now.of.max(1)
        || told.of.abs_diff(now.of) * SHARE >= now.of.max(1)
        || is_complete(told) != is_complete(now)
}

/// Whether a failure says something of the thread that was asked for, not of the way to the helpdesk.
pub(super) fn is_its_own(error: &ApiError) -> bool {
    match error.class() {
        Class::Nonsense(what) => matches!(what, Nonsense::Shape | Nonsense::Garbled | Nonsense::TooLarge),
        Class::Server => true,
        _ => error.is_permanent(),
    }
}

/// Fetches what is wanted, for ever.
pub(super) async fn fill(engine: Engine) {
    let mut fill = Fill::new(engine.client.fill());
    loop {
        // The lists come first: only they tell which threads are the newest.
        let may_fill = engine.is_online() && engine.has_lists().await;
        let done = if may_fill { engine.fill_some(&mut fill).await } else { Ok(0) };
        if let Err(error) = &done {
            tracing::debug!(%error, "the fill of threads waits");
        }
        engine.tell_history(&mut fill, matches!(done, Ok(0))).await;
        match done {
            Ok(count) if count > 0 => {}
            Ok(_) if !may_fill => tokio::time::sleep(SHORT_PAUSE).await,
            Ok(_) => {
                // What changes wakes it: an idle inbox costs next to nothing.
                let now = engine.clock.monotonic();
                let rest = fill.setbacks.soonest(now).map_or(REST, |wait| wait.min(REST));
                let _ = tokio::time::timeout(rest, engine.wake_fill.notified()).await;
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

impl Engine {
    /// Fetches every thread that is not on disk or older than its row, newest first, within the
    /// retention limit. Gives how many were fetched.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses; what was stored stays.
    pub async fn fetch_threads(&self) -> Result<usize, SyncError> {
        let mut fill = Fill::new(self.client.with_priority(Priority::Foreground));
        let mut count = 0;
        loop {
            let outcome = self.fill_some(&mut fill).await;
            self.tell_history(&mut fill, matches!(outcome, Ok(0))).await;
            match outcome? {
                0 => return Ok(count),
                some => count += some,
            }
        }
    }

    /// Messages before this moment are not fetched unasked.
    fn history_since(&self) -> Option<UnixTime> {
        self.history.map(|kept| self.client.server_now() - kept)
    }

    /// Fetches some of what is wanted. Gives how many were tried; 0 when nothing is wanted that may be.
    async fn fill_some(&self, fill: &mut Fill) -> Result<usize, SyncError> {
        let is_bulk = self.directory().capabilities.bulk_threads;
        let now = self.clock.monotonic();
        let most = if is_bulk { BULK } else { ROUND };
        let tried = std::mem::take(&mut fill.tried);
        let (limit, since) = (fill.setbacks.waiting(now) + tried.len() + most, self.history_since());
        let mut wanted = self.on_disk(move |cache| cache.threads_wanted(limit, since)).await?;
        for id in wanted.iter().filter(|id| tried.contains(*id)) {
            if fill.setbacks.may_try(id, now) {
                fill.setbacks.note(id.clone(), now);
            }
        }
        wanted.retain(|id| fill.setbacks.may_try(id, now));
        wanted.truncate(most);
        if wanted.is_empty() {
            return Ok(0);
        }
        fill.tried.extend(wanted.iter().cloned());
        let mut outcome =
            if is_bulk { self.fill_bulk(&wanted, fill).await } else { self.fill_each(&wanted, fill).await };
        if let (true, Err(SyncError::Api(error))) = (is_bulk, &outcome)
            && is_its_own(error)
        {
            // One of them may be what the helpdesk stumbles over: it is to cost itself.
            wanted.truncate(ROUND);
            outcome = self.fill_each(&wanted, fill).await;
        }
        self.tell_changed(fill.untold());
        outcome.map(|()| wanted.len())
    }

    /// One by one, some beside each other.
    async fn fill_each(&self, wanted: &[ConversationId], fill: &mut Fill) -> Result<(), SyncError> {
        let client = fill.client.clone();
        let mut fetched = stream::iter(wanted.iter().cloned())
            .map(|id| {
                let client = client.clone();
                async move { (self.fetch_thread_by(&client, &id).await, id) }
            })
            .buffer_unordered(AT_ONCE);
        while let Some((outcome, id)) = fetched.next().await {
            let now = self.clock.monotonic();
            match outcome {
                Ok(true) => fill.setbacks.clear(&id),
                // One that is gone, cannot be read, or comes older than its row costs itself.
                Ok(false) => fill.setbacks.note(id, now),
                Err(SyncError::Api(error)) if is_its_own(&error) => fill.setbacks.note(id, now),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Many with one request: the next ones are read while those before are stored.
    pub(super) async fn fill_bulk(&self, wanted: &[ConversationId], fill: &mut Fill) -> Result<(), SyncError> {
        let outcome = fill.client.threads_by_ids(wanted).await;
        self.note_stream(&outcome);
        let mut threads = outcome?;
        let (to_store, mut came) = mpsc::channel::<Batch>(2);
        let read = async move {
            let mut batch = Batch::default();
            loop {
                match threads.next().await? {
                    Some(BulkItem::Thread(thread)) => batch.take_in(*thread),
                    Some(BulkItem::Bad(bad)) => {
                        tracing::warn!(item = %bad.what, why = %bad.why, "a thread could not be read and was left out");
                    }
                    Some(BulkItem::Page { gone, .. }) => {
                        // A replica that lags has not everything: deletions are told elsewhere.
                        if !gone.is_empty() {
                            tracing::debug!(count = gone.len(), "threads that the helpdesk does not have now");
                        }
                        // The receiver is gone only after it failed, and that counts.
                        if to_store.send(std::mem::take(&mut batch)).await.is_err() {
                            return Ok(());
                        }
                    }
                    None => return Ok::<(), ApiError>(()),
                }
            }
        };
        let keeps = &mut *fill;
        // The receiver goes with the block: after a failure nobody waits to hand over more.
        let store = async move {
            while let Some(batch) = came.recv().await {
                self.keep_batch(batch, keeps).await?;
            }
            Ok::<(), SyncError>(())
        };
        let (read, stored) = tokio::join!(read, store);
        self.note_stream(&read);
        stored?;
        read?;
        // What did not come, or came older than its row, is left alone for a while.
        let now = self.clock.monotonic();
        let (limit, since) = (fill.setbacks.waiting(now) + wanted.len(), self.history_since());
        let still = self.on_disk(move |cache| cache.threads_wanted(limit, since)).await?;
        for id in wanted {
            if still.contains(id) {
                fill.setbacks.note(id.clone(), now);
            } else {
                fill.setbacks.clear(id);
            }
        }
        Ok(())
    }

    /// Stores some threads.
    async fn keep_batch(&self, batch: Batch, fill: &mut Fill) -> Result<(), SyncError> {
        let threads = batch.0;
        let changed = self.on_disk(move |cache| cache.store_threads(&threads, None)).await?;
        self.attention.note_changed(&changed);
        if let Some(changed) = fill.news.add(changed, self.clock.monotonic()) {
            self.tell_changed(changed);
        }
        Ok(())
    }

    /// Tells how many threads are here, when that is news; at once when there is nothing more to fetch.
    async fn tell_history(&self, fill: &mut Fill, is_end: bool) {
        let now = self.clock.monotonic();
        if !is_end && fill.told.is_some_and(|(_, at)| now < at + TELL) {
            return;
        }
        let since = self.history_since();
        let Ok((of, here)) = self.on_disk(move |cache| cache.count_threads(since)).await else { return };
        let history = History { here, of };
        let is_news = fill.told.is_none_or(|(told, _)| is_noticeable(told, history));
        let told = if is_news { history } else { fill.told.map_or(history, |(told, _)| told) };
        fill.told = Some((told, now));
        if is_news {
            self.tell(Event::History(history));
        }
    }
}

/// Threads of a bulk read that are stored together.
#[derive(Default)]
struct Batch(Vec<(Conversation, Vec<Part>, u32)>);

impl Batch {
    fn take_in(&mut self, thread: FetchedThread) {
        for bad in &thread.rejected {
            tracing::warn!(item = %bad.what, why = %bad.why, "a part could not be read and was left out");
        }
        self.0.push((thread.conversation, thread.parts, thread.missing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundredth_part_is_noticeable_and_so_is_the_end() {
        let of = |here| History { here, of: 1_000 };
        assert!(!is_noticeable(of(500), of(509)));
        assert!(is_noticeable(of(500), of(510)));
        assert!(is_noticeable(of(999), of(1_000)));
        assert!(is_noticeable(of(1_000), of(999)), "one more to be fetched");
        assert!(!is_noticeable(History::default(), History::default()));
        assert!(is_noticeable(History::default(), History { here: 0, of: 3 }));
    }
}
