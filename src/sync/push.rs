//! From the outbox to the helpdesk, each act once.
//!
//! One step with a row begins with reading where reading is owed: a message reads its thread before the
//! first byte, a row of unknown outcome is looked up. Then the row is `sending` on disk, and
//! the very next thing is the request. Whatever came of it is written down before anything else.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::engine::{Engine, SyncError};
use super::message::Event;
use super::reconcile::{
    ATTEMPTS, Look, Verdict, back_off, came_over, find, is_behind, is_behind_for_good, is_merged, judge, settle_before,
    stops, whose,
};
use crate::api::{ApiError, Class, FetchedThread, LoadedFile};
use crate::cache::{Attempt, Baseline, Cache, Lease, OutboxFilter, Settlement};
use crate::domain::{Act, Conversation, Doubt, OutboxId, OutboxRow, OutboxStatus, Part, PartId, TeammateId};
use crate::text::Untrusted;

/// Conversations worked on at once.
const AT_ONCE: usize = 4;
/// Reads before a guarded send that are provably behind; then what is known has to do.
const READS_BEHIND: u32 = 3;

/// What became of a push.
#[derive(Debug, Default)]
pub struct Pushed {
    /// The helpdesk has them.
    pub sent: usize,
    /// Refused, held back, or in need of a decision.
    pub stopped: usize,
    /// Still in the outbox.
    pub waiting: usize,
    /// What the helpdesk refused, and why.
    pub refusals: Vec<(OutboxId, ApiError)>,
    /// Another process sends: how long at most until it may be asked again.
    pub elsewhere: Option<Duration>,
}

/// Waits of this process beside those on disk, which know whole seconds of a clock that may jump.
pub(super) type Pauses = HashMap<OutboxId, Pause>;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pause {
    /// Not looked up again before this moment of the monotonic clock.
    until: Duration,
    /// Reads before a send that failed or were behind, one after the other.
    misses: u32,
}

/// What came of one step with a row: the row as it is afterwards (`None` when somebody else has it),
/// and what the helpdesk refused.
pub(super) type Step = (Option<OutboxRow>, Option<ApiError>);

/// What is to be written down of a row.
pub(super) struct News {
    status: OutboxStatus,
    reason: Untrusted,
    sent_part: Option<PartId>,
    wait: Option<Duration>,
    doubt: Doubt,
}

impl News {
    pub(super) fn of(row: &OutboxRow, status: OutboxStatus) -> Self {
        Self { status, reason: Untrusted::default(), sent_part: None, wait: None, doubt: row.doubt }
    }

    pub(super) fn because(self, reason: Untrusted) -> Self {
        Self { reason, ..self }
    }

    pub(super) fn after(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }

    pub(super) fn with(self, doubt: Doubt) -> Self {
        Self { doubt, ..self }
    }
}

/// What is to be done after reading came before sending.
#[allow(clippy::large_enum_variant, reason = "it lives for one step")]
pub(super) enum Cleared {
    /// It may go.
    Go(Attempt),
    /// It may not, not now.
    Stop(Step),
}

impl Engine {
    /// Tries every row that is due, the oldest of each conversation first, until nothing is due.
    /// Conversations do not wait for one another. Sends nothing while another process holds the
    /// sender's lease.
    ///
    /// # Errors
    /// When the disk refuses. What the helpdesk refuses is kept in the rows.
    pub async fn push(&self) -> Result<Pushed, SyncError> {
        let _alone = self.pushing.lock().await;
        let mut pushed = Pushed::default();
        let now = self.now();
        let Some(me) = self.me() else { return Ok(pushed) };
        let most = self.paused_count() + 1;
        let due = self.on_disk(move |cache| cache.next_due_of(now, most)).await?;
        // What a sender that ended was sending is due to nobody: whoever takes the lease looks it up.
        if due.iter().any(|row| !self.is_paused(row)) || self.on_disk(Cache::is_any_sending).await? {
            // A holder of its own for each push: what an earlier one left as being sent, cut off in the
            // middle, is taken for unknown like anybody else's.
            let holder = self.ids.uuid();
            if self.renew_lease(&holder, &mut pushed).await? {
                let outcome = self.push_all(&me, &holder, &mut pushed).await;
                let released = self.on_disk(move |cache| cache.release_lease(&holder)).await;
                outcome.and(released)?;
            }
        }
        // What the agent has paused is waited for by nobody.
        let waits = |cache: &Cache| Ok(cache.outbox_counts()?.waiting.saturating_sub(cache.paused_count()?));
        pushed.waiting = self.on_disk(waits).await?;
        Ok(pushed)
    }

    /// Works on the outbox until nothing waits or `patience` is over; a disk that is busy is asked again.
    /// In the last quarter nothing new is begun: what has left is seen to its end rather than cut.
    pub async fn drain_for(&self, patience: Duration) {
        let drain = async {
            while !self.is_leaving() {
                match self.push().await {
                    Ok(pushed) if pushed.waiting == 0 => return,
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "the outbox could not be worked on"),
                }
                tokio::time::sleep(self.outbox_wait().await.max(Duration::from_secs(1))).await;
            }
        };
        let mut drain = std::pin::pin!(drain);
        if tokio::time::timeout(patience * 3 / 4, &mut drain).await.is_err() {
            self.leave();
            let _ = tokio::time::timeout(patience / 4, drain).await;
        }
    }

    /// Whether the lease is ours for its time.
    async fn renew_lease(&self, holder: &str, pushed: &mut Pushed) -> Result<bool, SyncError> {
        let (holder, lease) = (holder.to_owned(), self.timings.lease);
        match self.on_disk(move |cache| cache.acquire_lease(&holder, lease)).await? {
            Lease::Held { recovered } => {
                if !recovered.is_empty() {
                    tracing::warn!(rows = recovered.len(), "acts were being sent when a sender ended: to be looked up");
                }
                Ok(true)
            }
            Lease::Taken { wait } => {
                pushed.elsewhere = Some(wait);
                Ok(false)
            }
        }
    }

    async fn push_all(&self, me: &TeammateId, holder: &str, pushed: &mut Pushed) -> Result<(), SyncError> {
        let mut under_way = FuturesUnordered::new();
        let mut taken: HashSet<OutboxId> = HashSet::new();
        let mut renewal = tokio::time::interval(self.timings.lease / 3);
        renewal.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        renewal.tick().await;
        let mut holding = true;
        let mut probed = false;
        let mut failed = Ok(());
        loop {
            // After a refused token one row probes; the others keep.
            let may_probe = !self.is_signed_out() || !probed;
            if holding && may_probe && failed.is_ok() && !self.is_leaving() && under_way.len() < AT_ONCE {
                let now = self.now();
                let most = taken.len() + self.paused_count() + AT_ONCE;
                let due = match self.on_disk(move |cache| cache.next_due_of(now, most)).await {
                    Ok(due) => due,
                    // What is under way is seen to its end before the failure is told.
                    Err(error) => {
                        failed = Err(error);
                        Vec::new()
                    }
                };
                probed |= self.is_signed_out();
                let room = if self.is_signed_out() { 1 } else { AT_ONCE - under_way.len() };
                let free = |row: &OutboxRow| !taken.contains(&row.id) && !self.is_paused(row);
                for row in due.into_iter().filter(free).take(room).collect::<Vec<_>>() {
                    taken.insert(row.id);
                    under_way.push(async move { (row.id, self.push_row(&row, me, holder).await) });
                }
            }
            tokio::select! {
                done = under_way.next() => {
                    let Some((id, outcome)) = done else { return failed };
                    taken.remove(&id);
                    match outcome {
                        Ok((row, refusal)) => {
                            match row.as_ref().map(|row| row.status) {
                                Some(OutboxStatus::Sent) => pushed.sent += 1,
                                Some(status) if status.needs_you() => pushed.stopped += 1,
                                // Somebody else has it; this push leaves it to them.
                                None => { taken.insert(id); }
                                _ => {}
                            }
                            if let Some(refusal) = refusal {
                                pushed.refusals.push((id, refusal));
                            }
                        }
                        Err(error) => failed = Err(error),
                    }
                    if let Err(error) = self.tell_outbox_soon().await {
                        failed = Err(error);
                    }
                }
                _ = renewal.tick() => match self.renew_lease(holder, pushed).await {
                    Ok(held) => holding = held,
                    Err(error) => failed = Err(error),
                },
            }
        }
    }

    /// One step with one row.
    async fn push_row(&self, row: &OutboxRow, me: &TeammateId, holder: &str) -> Result<Step, SyncError> {
        let attempt = if matches!(row.act, Act::Start { .. }) {
            match self.clear_start(row, me).await? {
                Cleared::Go(attempt) => attempt,
                Cleared::Stop(step) => return Ok(step),
            }
        } else if row.status == OutboxStatus::Unknown {
            match self.resolve(row, me).await? {
                Cleared::Go(attempt) => attempt,
                Cleared::Stop(step) => return Ok(step),
            }
        } else if row.act.is_message() && row.doubt.since.is_some() {
            // It may have arrived, whatever brought it here: it is looked up like any other.
            let news = News::of(row, OutboxStatus::Unknown).because(row.reason.clone()).after(Duration::ZERO);
            return Ok((self.settle(row, news).await?, None));
        } else if row.act.is_message() {
            match self.clear(row, me).await? {
                Cleared::Go(attempt) => attempt,
                Cleared::Stop(step) => return Ok(step),
            }
        } else {
            Attempt::default()
        };
        // Before the row is being sent: nothing but the request comes after that.
        let files = match self.load_files(row).await {
            Ok(files) => files,
            Err(missing) => {
                let news = News::of(row, OutboxStatus::Failed).because(Untrusted::new(missing));
                return Ok((self.settle(row, news).await?, None));
            }
        };
        // Its turn in the request budget comes before the mark, since it may be waited for.
        let client = match self.client.reserve().await {
            Ok(client) => client,
            Err(error) => {
                let refused = Err::<(), _>(error);
                self.note_exchange(&refused);
                return match refused {
                    Ok(()) => Ok((None, None)),
                    Err(error) => self.not_read(row, error).await,
                };
            }
        };
        let (id, holder, clock) = (row.id, holder.to_owned(), self.clock.clone());
        let (begun, marked) = self
            .on_disk(move |cache| {
                let begun = (clock.monotonic(), clock.unix_millis());
                Ok((begun, cache.begin_attempt(id, &holder, &attempt)?))
            })
            .await?;
        let Some(row) = marked else { return Ok((None, None)) };
        self.tell(Event::Row(row.clone()));
        if self.is_late(begun) {
            tracing::warn!(row = row.id.0, "too long between the mark and the first byte: not sent");
            let news = Self::not_gone(&row).because(row.reason.clone()).after(Duration::ZERO);
            return Ok((self.settle(&row, news).await?, None));
        }
        let outcome = client.perform(&row.conversation, &row.act, me, &files).await;
        self.note_exchange(&outcome);
        match outcome {
            Ok(performed) if matches!(row.act, Act::Start { .. }) => {
                Ok((self.started(&row, performed, me).await?, None))
            }
            Ok(performed) => Ok((self.arrived(&row, performed.conversation, me).await?, None)),
            Err(error) => Ok((self.not_arrived(&row, &error, me).await?, Some(error))),
        }
    }

    /// Whether so much time has passed since the attempt was marked that another sender may have taken
    /// it for ended: this process was stopped, or the machine slept. Either clock may tell.
    fn is_late(&self, (monotonic, millis): (Duration, i64)) -> bool {
        let most = self.timings.lease / 3;
        let passed = self.clock.monotonic().saturating_sub(monotonic);
        let wall = Duration::from_millis(self.clock.unix_millis().abs_diff(millis));
        passed > most || wall > most
    }

    /// The row of an attempt of which certainly no byte left: as it was before it.
    fn not_gone(row: &OutboxRow) -> News {
        if row.doubt.since.is_none() {
            return News::of(row, OutboxStatus::Retry);
        }
        // An earlier attempt may have arrived. This one has not been made, so it may be made again, after
        // one more read that shows nothing.
        let doubt = Doubt { reads: Doubt::READS - 1, resends: row.doubt.resends.saturating_sub(1), ..row.doubt };
        News::of(row, OutboxStatus::Unknown).with(doubt)
    }

    /// Reads the thread before the first byte of a message: what is there is the baseline for finding it
    /// again, so that nothing older is taken for it. What came since a guarded one was begun stops it.
    async fn clear(&self, row: &OutboxRow, me: &TeammateId) -> Result<Cleared, SyncError> {
        let outcome = self.client.conversation(&row.conversation).await;
        self.note_exchange(&outcome);
        let thread = match outcome {
            Ok(thread) => thread,
            Err(error) => return Ok(Cleared::Stop(self.not_read(row, error).await?)),
        };
        let (rows, known) = self.beside(row).await?;
        let look = self.look(&thread, me, &rows);
        let lags = is_behind(row, &look, known.as_ref());
        if lags && self.count_miss(row.id) <= READS_BEHIND {
            let news = News::of(row, OutboxStatus::Retry).because(row.reason.clone()).after(self.timings.settle);
            return Ok(Cleared::Stop((self.settle(row, news).await?, None)));
        }
        let ahead = look.server_ahead;
        let came = row.began.as_ref().and_then(|began| {
            let kept = known.as_ref().filter(|_| lags).map_or(&[][..], |(_, parts)| parts);
            let came = |parts| stops(row.guard, began, parts, Some(me), ahead).map(whose);
            came(&thread.parts).or_else(|| came(kept))
        });
        // What is on disk is newer than a read that is behind.
        let kept = known.as_ref().filter(|_| lags).and_then(|(conversation, parts)| {
            parts.last().map(|newest| (Some(newest.id.clone()), conversation.part_count))
        });
        let baseline = kept.unwrap_or_else(|| baseline_of(&thread));
        self.keep(thread).await?;
        self.forget_pause(row.id);
        if let Some(whose) = came {
            tracing::info!(row = row.id.0, "the conversation moved on: held back");
            let queued = row.clone();
            let held = self.on_disk(move |cache| cache.hold(&queued, &whose, &baseline)).await?;
            if let Some(held) = &held {
                self.tell(Event::Row(held.clone()));
                self.tell_changed(vec![held.conversation.clone()]);
            }
            return Ok(Cleared::Stop((held, None)));
        }
        Ok(Cleared::Go(Attempt { baseline: Some(baseline), resend: false }))
    }

    /// The thread could not be read before a send, or the send had no turn: nothing has left.
    pub(super) async fn not_read(&self, row: &OutboxRow, error: ApiError) -> Result<Step, SyncError> {
        let misses = self.count_miss(row.id);
        let wait = match error.class() {
            Class::NotFound { .. } | Class::NotAllowed | Class::Refused => {
                if matches!(error.class(), Class::NotFound { .. }) {
                    self.gone(row).await?;
                }
                let news = News::of(row, OutboxStatus::Failed).because(reason_of(&error));
                return Ok((self.settle(row, news).await?, Some(error)));
            }
            Class::Throttled { retry_at } => retry_at.since(self.now()).max(Duration::from_secs(1)),
            Class::NotSignedIn => self.timings.signed_out_wait,
            _ => self.wait_after(row.attempts.saturating_add(misses)),
        };
        // What is of unknown outcome stays so, and is looked up again.
        let status = if row.status == OutboxStatus::Unknown { row.status } else { OutboxStatus::Retry };
        let news = News::of(row, status).because(reason_of(&error)).after(wait);
        Ok((self.settle(row, news).await?, Some(error)))
    }

    /// The helpdesk has no such conversation any more: its cached copy is marked, the act keeps it.
    async fn gone(&self, row: &OutboxRow) -> Result<(), SyncError> {
        let id = row.conversation.clone();
        let changed = self.on_disk(move |cache| cache.remove(&[id])).await?;
        self.tell_changed(changed);
        Ok(())
    }

    /// Rows on the same conversation, and what is on disk of it.
    async fn beside(&self, row: &OutboxRow) -> Result<(Vec<OutboxRow>, Option<(Conversation, Vec<Part>)>), SyncError> {
        let id = row.conversation.clone();
        self.on_disk(move |cache| {
            Ok((cache.load_outbox(&OutboxFilter::Conversation(id.clone()))?, cache.load_known(&id)?))
        })
        .await
    }

    fn look<'a>(&self, thread: &'a FetchedThread, me: &'a TeammateId, rows: &'a [OutboxRow]) -> Look<'a> {
        Look {
            parts: &thread.parts,
            missing: thread.missing,
            updated_at: thread.conversation.updated_at,
            me,
            rows,
            server_ahead: self.server_ahead(),
        }
    }

    /// Keeps a thread that was read on the way, and tells when it is news.
    pub(super) async fn keep(&self, thread: FetchedThread) -> Result<(), SyncError> {
        let id = thread.conversation.id.clone();
        let store =
            move |cache: &crate::cache::Cache| cache.store_thread(&thread.conversation, &thread.parts, thread.missing);
        if self.on_disk(store).await? {
            self.tell_changed(vec![id]);
        }
        Ok(())
    }

    /// Whether this process leaves a row of unknown outcome alone for now.
    fn is_paused(&self, row: &OutboxRow) -> bool {
        let pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        row.status == OutboxStatus::Unknown
            && pauses.get(&row.id).is_some_and(|pause| self.clock.monotonic() < pause.until)
    }

    /// What was remembered of a row's waits is over.
    pub(super) fn forget_pause(&self, id: OutboxId) {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn paused_count(&self) -> usize {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn pause(&self, id: OutboxId, wait: Duration) {
        let until = self.clock.monotonic().saturating_add(wait);
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default().until = until;
    }

    /// Counts one more read before a send that came to nothing; gives how many in a row.
    fn count_miss(&self, id: OutboxId) -> u32 {
        let mut pauses = self.pauses.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = pauses.entry(id).or_default();
        pause.misses = pause.misses.saturating_add(1);
        pause.misses
    }

    async fn load_files(&self, row: &OutboxRow) -> Result<Vec<LoadedFile>, String> {
        let (Act::Reply { files, .. } | Act::Note { files, .. }) = &row.act else {
            return Ok(Vec::new());
        };
        let mut loaded = Vec::with_capacity(files.len());
        for file in files {
            let (cache, hash) = (self.cache.clone(), file.hash.clone());
            let read = tokio::task::spawn_blocking(move || cache.load_file(&hash)).await;
            let bytes = match read {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(error)) => return Err(format!("{}: {error}", file.name)),
                Err(_) => return Err(file.name.clone()),
            };
            loaded.push(LoadedFile { name: file.name.clone(), content_type: file.content_type.clone(), bytes });
        }
        Ok(loaded)
    }

    /// The helpdesk has it: the row takes the part's id, then the thread goes into the cache. Either
    /// step can be repeated without harm.
    async fn arrived(
        &self,
        row: &OutboxRow,
        thread: Option<FetchedThread>,
        me: &TeammateId,
    ) -> Result<Option<OutboxRow>, SyncError> {
        // That it arrived is written down first of all, with its part where that can be told.
        let rows = self.beside(row).await.map(|(rows, _)| rows).unwrap_or_default();
        let part = thread.as_ref().and_then(|thread| find(row, &self.look(thread, me, &rows)));
        let news = News { sent_part: part.map(|part| part.id.clone()), ..News::of(row, OutboxStatus::Sent) };
        let conversation = row.conversation.clone();
        let mut changed = vec![conversation.clone()];
        if let Act::Merge { into } = &row.act {
            changed.push(into.clone());
        }
        let row = self.settle(row, news).await?;
        match thread {
            Some(thread) => {
                let own = thread.conversation.id == conversation;
                self.on_disk(move |cache| cache.store_thread(&thread.conversation, &thread.parts, thread.missing))
                    .await?;
                if !own {
                    // A merge answers with the one that stays.
                    let _ = self.fetch_thread(&conversation).await;
                }
            }
            // Some acts answer with less than the row; until it has been read again the cache keeps the
            // act applied on what it knows.
            None => {
                let _ = self.fetch_thread(&conversation).await;
            }
        }
        self.tell_changed(changed);
        Ok(row)
    }

    async fn not_arrived(
        &self,
        row: &OutboxRow,
        error: &ApiError,
        me: &TeammateId,
    ) -> Result<Option<OutboxRow>, SyncError> {
        tracing::warn!(row = row.id.0, %error, "an act did not get through");
        let reason = reason_of(error);
        let news = match error.class() {
            Class::Throttled { retry_at } => {
                Self::not_gone(row).after(retry_at.since(self.now()).max(Duration::from_secs(1)))
            }
            Class::Unreachable(_) => Self::not_gone(row).after(self.wait_after(row.attempts)),
            Class::NotSignedIn => Self::not_gone(row).after(self.timings.signed_out_wait),
            // Of a write, nonsense means that certainly nothing was done: something that is no helpdesk
            // answered, such as a captive portal.
            Class::Nonsense(_) => Self::not_gone(row).after(self.wait_after(row.attempts.max(3))),
            Class::Ambiguous(_) | Class::Server => {
                let doubt = Doubt { since: Some(self.client.server_now()), reads: 0, ..row.doubt };
                let wait = if row.act.is_message() {
                    settle_before(1, self.timings.settle)
                } else {
                    self.wait_after(row.attempts)
                };
                News::of(row, OutboxStatus::Unknown).with(doubt).after(wait)
            }
            Class::NotFound { .. } if Self::may_come_late(row, error) => {
                Self::not_gone(row).after(self.wait_after(row.attempts.max(3)))
            }
            Class::NotFound { .. } | Class::NotAllowed | Class::Refused => {
                return self.refused(row, error, reason, me).await;
            }
        };
        self.settle(row, news.because(reason)).await
    }

    /// The helpdesk turned an attempt down: nothing was done, now. A conflict is shown beside the thread
    /// as it is, for a person to decide; so is a message of which an earlier attempt may have arrived.
    async fn refused(
        &self,
        row: &OutboxRow,
        error: &ApiError,
        reason: Untrusted,
        me: &TeammateId,
    ) -> Result<Option<OutboxRow>, SyncError> {
        let is_conflict = matches!(error.status(), Some(409 | 423));
        if matches!(error.class(), Class::NotFound { .. }) {
            self.gone(row).await?;
        } else if matches!(error.status(), Some(409 | 422 | 423))
            && !row.conversation.is_placeholder()
            && let Ok(thread) = self.client.conversation(&row.conversation).await
        {
            if !row.act.is_message() && row.act.already_so(&thread.conversation) {
                return self.arrived(row, Some(thread), me).await;
            }
            self.keep(thread).await?;
        }
        let asks = is_conflict || (row.doubt.since.is_some() && row.act.is_message());
        let status = if asks { OutboxStatus::NeedsDecision } else { OutboxStatus::Failed };
        self.settle(row, News::of(row, status).because(reason)).await
    }

    /// How long a row of unknown outcome waits after it could not be looked up.
    pub(super) fn wait_to_read(&self, row: &OutboxRow, error: &ApiError) -> Duration {
        match error.class() {
            Class::Throttled { retry_at } => retry_at.since(self.now()).max(Duration::from_secs(1)),
            Class::NotSignedIn => self.timings.signed_out_wait,
            _ => self.wait_after(row.attempts.max(3)),
        }
    }

    fn wait_after(&self, attempts: u32) -> Duration {
        back_off(attempts, self.timings.back_off, self.timings.back_off_cap, self.ids.next_u64())
    }

    /// A row of unknown outcome: look first, then decide.
    async fn resolve(&self, row: &OutboxRow, me: &TeammateId) -> Result<Cleared, SyncError> {
        let stop = |row: Option<OutboxRow>| Ok(Cleared::Stop((row, None)));
        // What was cut off with its process has been in doubt since somebody heard of it at the latest.
        let since = row.doubt.since.unwrap_or_else(|| self.client.server_now());
        let mut doubt = Doubt { since: Some(since), ..row.doubt };
        let (still, reason) = (News::of(row, OutboxStatus::Unknown).with(doubt), row.reason.clone());
        let ask = |doubt, reason| News::of(row, OutboxStatus::NeedsDecision).with(doubt).because(reason);
        let outcome = self.client.conversation(&row.conversation).await;
        self.note_exchange(&outcome);
        let thread = match outcome {
            Ok(thread) => thread,
            Err(error) if error.is_permanent() => {
                if matches!(error.class(), Class::NotFound { .. }) {
                    self.gone(row).await?;
                }
                return stop(self.settle(row, ask(doubt, reason_of(&error))).await?);
            }
            Err(error) => {
                let wait = self.wait_to_read(row, &error);
                return stop(self.settle(row, still.because(reason).after(wait)).await?);
            }
        };
        let (rows, known) = self.beside(row).await?;
        let look = self.look(&thread, me, &rows);
        let settle = self.timings.settle;
        let is_message = row.act.is_message();
        let is_there = if is_message {
            find(row, &look).is_some()
        } else if matches!(row.act, Act::Merge { .. }) {
            is_merged(row, &look)
        } else {
            !is_behind(row, &look, known.as_ref()) && row.act.already_so(&thread.conversation)
        };
        if is_there {
            return stop(self.arrived(row, Some(thread), me).await?);
        }
        if is_behind(row, &look, known.as_ref()) {
            // It shows the past, and so nothing.
            let is_for_good = is_behind_for_good(doubt, self.client.server_now(), settle);
            if is_for_good && is_message && row.is_chosen() {
                self.forget_pause(row.id);
                return Ok(Cleared::Go(Attempt { baseline: None, resend: true }));
            }
            let news = if is_for_good { ask(doubt, reason) } else { still.because(reason).after(settle) };
            tracing::info!(row = row.id.0, "a read of the thread is behind");
            return stop(self.settle(row, news).await?);
        }
        doubt.reads = doubt.reads.saturating_add(1);
        let counted = OutboxRow { doubt, ..row.clone() };
        let verdict = if is_message {
            judge(&counted, &look)
        } else if let Some(came) = came_over(row, &look) {
            tracing::info!(row = row.id.0, part = came.id.as_str(), "somebody came after an act of unknown outcome");
            Verdict::Ask
        } else if row.attempts < ATTEMPTS {
            // What is not so yet may be done twice without harm, but not without end.
            Verdict::Resend
        } else {
            Verdict::Ask
        };
        tracing::info!(row = row.id.0, ?verdict, "looked for an act of unknown outcome");
        self.keep(thread).await?;
        match verdict {
            // Judged on the same thread as above.
            Verdict::Arrived(_) | Verdict::ReadAgain => {
                let wait = settle_before(doubt.reads.saturating_add(1), settle);
                let news = News::of(row, OutboxStatus::Unknown).with(doubt).because(reason).after(wait);
                stop(self.settle(row, news).await?)
            }
            Verdict::Ask => stop(self.settle(row, ask(doubt, reason)).await?),
            // It goes at once, since a later moment would have to look again.
            Verdict::Resend => {
                self.forget_pause(row.id);
                Ok(Cleared::Go(Attempt { baseline: None, resend: true }))
            }
        }
    }

    /// Writes what became of a row, and tells. `None` when the row has moved on since.
    pub(super) async fn settle(&self, row: &OutboxRow, news: News) -> Result<Option<OutboxRow>, SyncError> {
        let News { status, reason, sent_part, wait, doubt } = news;
        let due_at = wait.map(|wait| self.now() + wait);
        let news = Settlement { id: row.id, attempt: row.attempts, status, reason, due_at, sent_part, doubt };
        match (status, wait) {
            (OutboxStatus::Unknown, Some(wait)) => self.pause(row.id, wait),
            // How often reading failed before is remembered as long as it goes on.
            (OutboxStatus::Retry, _) => {}
            _ => self.forget_pause(row.id),
        }
        let settled = self.on_disk(move |cache| cache.settle(&news)).await?;
        if let Some(settled) = &settled {
            self.tell(Event::Row(settled.clone()));
            if status.needs_you() {
                self.tell_changed(vec![settled.conversation.clone()]);
            }
        }
        Ok(settled)
    }
}

/// The newest part of a thread and how many it has, the opening message apart.
fn baseline_of(thread: &FetchedThread) -> Baseline {
    let count = u32::try_from(thread.parts.len().saturating_sub(1)).unwrap_or(u32::MAX);
    (thread.parts.last().map(|part| part.id.clone()), count.saturating_add(thread.missing))
}

/// The server's words, or else its code; nothing where the status says it all.
pub(super) fn reason_of(error: &ApiError) -> Untrusted {
    if error.message().is_empty() { Untrusted::new(error.code().unwrap_or_default()) } else { error.message().clone() }
}

#[cfg(test)]
#[path = "push_tests.rs"]
mod tests;
