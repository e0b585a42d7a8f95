//! From the outbox to the helpdesk, each act once.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::engine::{Engine, SyncError};
use super::message::Event;
use super::reconcile::{ATTEMPTS, Verdict, back_off, find, judge};
use crate::api::{ApiError, Class, FetchedThread, LoadedFile};
use crate::cache::{Lease, OutboxFilter, Settlement};
use crate::domain::{Act, ConversationId, OutboxId, OutboxRow, OutboxStatus, PartId, PartKind, TeammateId};
use crate::text::Untrusted;

/// Conversations worked on at once.
const AT_ONCE: usize = 4;
/// After a refused token no more than one probe in this time.
const SIGNED_OUT_WAIT: Duration = Duration::from_secs(60);

/// What became of a push.
#[derive(Debug, Default)]
pub struct Pushed {
    /// The helpdesk has them.
    pub sent: usize,
    /// Refused, or in need of a decision.
    pub stopped: usize,
    /// Still in the outbox.
    pub waiting: usize,
    /// What the helpdesk refused, and why.
    pub refusals: Vec<(OutboxId, ApiError)>,
    /// Another process sends: how long at most until it may be asked again.
    pub elsewhere: Option<Duration>,
}

/// What is known of rows of unknown outcome, beyond the disk: reads since the last attempt, and
/// attempts after a doubt. After a restart counting begins anew; how many attempts there were in all is
/// on disk.
#[derive(Debug, Default)]
pub(super) struct Doubts(HashMap<OutboxId, Doubt>);

#[derive(Clone, Copy, Debug, Default)]
struct Doubt {
    reads: u32,
    resends: u32,
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
        if !self.on_disk(move |cache| cache.next_due(now)).await?.is_empty() {
            // A holder of its own for each push: what an earlier one left as being sent, cut off in the
            // middle, is taken for unknown like anybody else's.
            let holder = self.ids.uuid();
            if self.renew_lease(&holder, &mut pushed).await? {
                let outcome = self.push_all(&me, &holder, &mut pushed).await;
                let released = self.on_disk(move |cache| cache.release_lease(&holder)).await;
                outcome.and(released)?;
            }
        }
        pushed.waiting = self.on_disk(|cache| cache.outbox_counts().map(|counts| counts.waiting)).await?;
        Ok(pushed)
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
                let due = match self.on_disk(move |cache| cache.next_due(now)).await {
                    Ok(due) => due,
                    // What is under way is seen to its end before the failure is told.
                    Err(error) => {
                        failed = Err(error);
                        Vec::new()
                    }
                };
                probed |= self.is_signed_out();
                let room = if self.is_signed_out() { 1 } else { AT_ONCE - under_way.len() };
                for row in due.into_iter().filter(|row| !taken.contains(&row.id)).take(room).collect::<Vec<_>>() {
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
                    self.tell_outbox();
                }
                _ = renewal.tick() => match self.renew_lease(holder, pushed).await {
                    Ok(held) => holding = held,
                    Err(error) => failed = Err(error),
                },
            }
        }
    }

    /// One step with one row; the row as it is afterwards, `None` when another sender has it.
    async fn push_row(
        &self,
        row: &OutboxRow,
        me: &TeammateId,
        holder: &str,
    ) -> Result<(Option<OutboxRow>, Option<ApiError>), SyncError> {
        if row.status == OutboxStatus::Unknown {
            let Some(looked_up) = self.resolve(row, me).await? else { return Ok((None, None)) };
            // What is no message may wait for its back-off: it is judged anew by its effect.
            if looked_up.status != OutboxStatus::Retry || !looked_up.act.is_message() {
                return Ok((Some(looked_up), None));
            }
            // Not there as far as reading can tell: it goes at once, since a later moment would have to
            // look again.
        }
        let (id, holder) = (row.id, holder.to_owned());
        let Some(row) = self.on_disk(move |cache| cache.mark_sending(id, &holder)).await? else {
            return Ok((None, None));
        };
        self.tell(Event::Row(row.clone()));
        let files = match self.load_files(&row).await {
            Ok(files) => files,
            Err(missing) => {
                let row = self.settle(row, OutboxStatus::Failed, Untrusted::new(missing), None, None).await?;
                return Ok((row, None));
            }
        };
        let outcome = self.client.perform(&row.conversation, &row.act, me, &files).await;
        self.note_exchange(&outcome);
        match outcome {
            Ok(performed) => Ok((self.arrived(row, performed.conversation, me).await?, None)),
            Err(error) => Ok((self.not_arrived(row, &error).await?, Some(error))),
        }
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
        row: OutboxRow,
        thread: Option<FetchedThread>,
        me: &TeammateId,
    ) -> Result<Option<OutboxRow>, SyncError> {
        // That it arrived is written down first of all, with its part where that can be told.
        let claimed = self.claimed(&row).await.unwrap_or_default();
        let part = thread
            .as_ref()
            .and_then(|thread| find(&row, &thread.parts, me, &claimed, self.server_ahead()))
            .map(|part| part.id.clone());
        let conversation = row.conversation.clone();
        let merged_into = match &row.act {
            Act::Merge { into } => Some(into.clone()),
            _ => None,
        };
        let row = self.settle(row, OutboxStatus::Sent, Untrusted::default(), part, None).await?;
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
        let mut changed = vec![conversation];
        changed.extend(merged_into);
        self.tell_changed(changed);
        Ok(row)
    }

    async fn not_arrived(&self, row: OutboxRow, error: &ApiError) -> Result<Option<OutboxRow>, SyncError> {
        tracing::warn!(row = row.id.0, %error, "an act did not get through");
        let reason = reason_of(error);
        // An earlier attempt may have arrived: then the thread is read before the next one, whatever
        // became of this one.
        let doubted = self.doubts.lock().unwrap_or_else(PoisonError::into_inner).0.contains_key(&row.id);
        let again = if doubted { OutboxStatus::Unknown } else { OutboxStatus::Retry };
        let refused = if doubted && row.act.is_message() { OutboxStatus::NeedsDecision } else { OutboxStatus::Failed };
        match error.class() {
            Class::Throttled { retry_at } => {
                let wait = retry_at.since(self.now()).max(Duration::from_secs(1));
                self.settle(row, again, reason, None, Some(wait)).await
            }
            Class::Unreachable(_) => {
                let wait = self.wait_after(row.attempts);
                self.settle(row, again, reason, None, Some(wait)).await
            }
            Class::NotSignedIn => self.settle(row, again, reason, None, Some(SIGNED_OUT_WAIT)).await,
            Class::Ambiguous(_) | Class::Server => {
                self.doubts.lock().unwrap_or_else(PoisonError::into_inner).0.entry(row.id).or_default().reads = 0;
                let wait = self.timings.settle;
                self.settle(row, OutboxStatus::Unknown, reason, None, Some(wait)).await
            }
            // Of a write, nonsense means that certainly nothing was done: something that is no helpdesk
            // answered, such as a captive portal.
            Class::Nonsense(_) => {
                let wait = self.wait_after(row.attempts.max(3));
                self.settle(row, again, reason, None, Some(wait)).await
            }
            Class::NotFound { .. } | Class::NotAllowed | Class::Refused => {
                self.settle(row, refused, reason, None, None).await
            }
        }
    }

    /// How many seconds the server's clock is before ours, as far as it is known.
    fn server_ahead(&self) -> i64 {
        self.client.server_offset().map_or(0, |offset| offset.as_secs())
    }

    fn wait_after(&self, attempts: u32) -> Duration {
        back_off(attempts, self.timings.back_off, self.timings.back_off_cap, self.ids.next_u64())
    }

    /// A row of unknown outcome: look first, then decide.
    async fn resolve(&self, row: &OutboxRow, me: &TeammateId) -> Result<Option<OutboxRow>, SyncError> {
        let outcome = self.client.conversation(&row.conversation).await;
        self.note_exchange(&outcome);
        let row = row.clone();
        let thread = match outcome {
            Ok(thread) => thread,
            Err(error) if error.is_permanent() => {
                return self.settle(row, OutboxStatus::NeedsDecision, reason_of(&error), None, None).await;
            }
            Err(error) => {
                let wait = self.wait_after(row.attempts.max(3));
                return self.settle(row, OutboxStatus::Unknown, reason_of(&error), None, Some(wait)).await;
            }
        };
        let reason = row.reason.clone();
        if !row.act.is_message() {
            // What is so already needs no second try; the rest may be done twice without harm, but not
            // without end.
            let done = match &row.act {
                Act::Merge { .. } => thread.parts.iter().any(|part| part.kind == PartKind::Merged),
                act => act.already_so(&thread.conversation),
            };
            if done {
                return self.arrived(row, Some(thread), me).await;
            }
            if row.attempts >= ATTEMPTS {
                return self.settle(row, OutboxStatus::NeedsDecision, reason, None, None).await;
            }
            let wait = self.wait_after(row.attempts);
            return self.settle(row, OutboxStatus::Retry, reason, None, Some(wait)).await;
        }
        let claimed = self.claimed(&row).await?;
        let verdict = {
            let mut doubts = self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
            let doubt = doubts.0.entry(row.id).or_default();
            doubt.reads += 1;
            let verdict = judge(&row, &thread.parts, me, &claimed, self.server_ahead(), (doubt.reads, doubt.resends));
            if verdict == Verdict::Resend {
                doubt.resends += 1;
                doubt.reads = 0;
            }
            verdict
        };
        tracing::info!(row = row.id.0, ?verdict, "looked for an act of unknown outcome");
        match verdict {
            Verdict::Arrived(_) => self.arrived(row, Some(thread), me).await,
            Verdict::ReadAgain => {
                let wait = self.timings.settle;
                self.settle(row, OutboxStatus::Unknown, reason, None, Some(wait)).await
            }
            Verdict::Resend => self.settle(row, OutboxStatus::Retry, reason, None, Some(Duration::ZERO)).await,
            Verdict::Ask => self.settle(row, OutboxStatus::NeedsDecision, reason, None, None).await,
        }
    }

    /// Parts of the conversation that other rows have become.
    async fn claimed(&self, row: &OutboxRow) -> Result<HashSet<PartId>, SyncError> {
        let (id, own): (ConversationId, OutboxId) = (row.conversation.clone(), row.id);
        let rows = self.on_disk(move |cache| cache.load_outbox(&OutboxFilter::Conversation(id))).await?;
        Ok(rows.into_iter().filter(|other| other.id != own).filter_map(|other| other.sent_part).collect())
    }

    /// Writes what became of a row, and tells. `None` when the row has moved on since.
    async fn settle(
        &self,
        row: OutboxRow,
        status: OutboxStatus,
        reason: Untrusted,
        sent_part: Option<PartId>,
        wait: Option<Duration>,
    ) -> Result<Option<OutboxRow>, SyncError> {
        let due_at = wait.map(|wait| self.now() + wait);
        let news = Settlement { id: row.id, attempt: row.attempts, status, reason, due_at, sent_part };
        let settled = self.on_disk(move |cache| cache.settle(&news)).await?;
        // A row that is to be tried again keeps its doubt.
        if !matches!(status, OutboxStatus::Unknown | OutboxStatus::Retry) {
            self.doubts.lock().unwrap_or_else(PoisonError::into_inner).0.remove(&row.id);
        }
        if let Some(settled) = &settled {
            self.tell(Event::Row(settled.clone()));
            if status.needs_you() {
                self.tell_changed(vec![settled.conversation.clone()]);
            }
        }
        Ok(settled)
    }
}

/// The server's words, or else its code; nothing where the status says it all.
fn reason_of(error: &ApiError) -> Untrusted {
    if error.message().is_empty() { Untrusted::new(error.code().unwrap_or_default()) } else { error.message().clone() }
}
