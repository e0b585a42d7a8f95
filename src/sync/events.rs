//! What the helpdesk tells by itself: a stream of changes, held open.
//!
//! Only the built-in helpdesk has it, and nothing depends on it for being right: while it flows, polls
//! are rare; when it breaks they are as often as ever. What changed is read from the API like anything
//! else, so an event that comes twice, or late, does no harm. Enter at [`follow`].

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::engine::{Engine, SyncError};
use super::fill::{Fill, is_its_own};
use super::reconcile::back_off;
use crate::api::{ApiError, ChangeEvent, Changed, Class, ConversationFilter, Events};
use crate::domain::{CompanyId, ContactId, ConversationId};

/// Where the stream stands: the number of the last event that was acted on.
const MARK: &str = "events";
/// What comes within this time after an event is read together with it.
const GATHER: Duration = Duration::from_millis(15);
/// Conversations and contacts read together at most.
const MOST: usize = 500;
/// Companies that are read one by one.
const FEW_COMPANIES: usize = 10;
/// Conversations that are read one by one where many cannot be read at once.
const FEW: usize = 3;
/// Ids of one search then.
const A_SEARCH: usize = 100;
/// How often it is looked whether the helpdesk has such a stream by now.
const LOOK: Duration = Duration::from_secs(2);
/// A stream that held this long was a good one: the next try comes soon.
const GOOD: Duration = Duration::from_secs(60);

/// Whether the helpdesk tells what changes.
#[derive(Debug, Default)]
pub(super) struct Stream {
    flows: AtomicBool,
    stop: Notify,
    now: Notify,
    /// Conversations are to be polled at once.
    pub poll: Notify,
    /// What else has changed, to be read beside the conversations.
    aside: Mutex<Aside>,
    /// There is something of it.
    pub aside_news: Notify,
}

/// Changes that no conversation waits for.
#[derive(Debug, Default)]
struct Aside {
    contacts: BTreeSet<ContactId>,
    companies: BTreeSet<CompanyId>,
    directory: bool,
    library: bool,
}

impl Stream {
    /// Whether it flows now.
    pub fn flows(&self) -> bool {
        self.flows.load(Ordering::Relaxed)
    }

    fn set_flowing(&self, flows: bool) {
        if self.flows.swap(flows, Ordering::Relaxed) != flows {
            tracing::info!(flows, "changes are told by the helpdesk");
        }
    }

    /// Puts what concerns no conversation where it is read without holding them up.
    fn put_aside(&self, news: &mut News) {
        let (contacts, companies) = (std::mem::take(&mut news.contacts), std::mem::take(&mut news.companies));
        if contacts.is_empty() && companies.is_empty() && !news.directory && !news.library {
            return;
        }
        let mut aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        aside.contacts.extend(contacts);
        aside.companies.extend(companies);
        aside.directory |= news.directory;
        aside.library |= news.library;
        drop(aside);
        self.aside_news.notify_one();
    }

    /// The connection is not to be trusted any more: it is made anew.
    pub fn interrupt(&self) {
        self.stop.notify_waiters();
        self.now.notify_one();
    }

    /// The agent asks: the next try comes at once.
    pub fn hurry(&self) {
        self.now.notify_one();
    }
}

/// What several events have told.
#[derive(Debug, Default, PartialEq, Eq)]
struct News {
    seq: Option<i64>,
    is_ready: bool,
    /// Something may have gone untold.
    poll: bool,
    conversations: BTreeSet<ConversationId>,
    deleted: BTreeSet<ConversationId>,
    contacts: BTreeSet<ContactId>,
    companies: BTreeSet<CompanyId>,
    directory: bool,
    library: bool,
}

impl News {
    fn take_in(&mut self, event: ChangeEvent) {
        // A number that goes back is another log's: the last one heard counts.
        self.seq = Some(event.seq);
        match event.what {
            Changed::Ready => self.is_ready = true,
            Changed::Reset => {
                self.poll = true;
                self.directory = true;
                self.library = true;
            }
            Changed::Conversations(ids) => {
                for id in ids {
                    self.deleted.remove(&id);
                    self.conversations.insert(id);
                }
            }
            Changed::DeletedConversations(ids) => {
                for id in ids {
                    self.conversations.remove(&id);
                    self.deleted.insert(id);
                }
            }
            Changed::Contacts(ids) | Changed::MergedContacts(ids) => self.contacts.extend(ids),
            Changed::Companies(ids) => self.companies.extend(ids),
            Changed::Teammates | Changed::Teams | Changed::Tags => self.directory = true,
            Changed::Macros => self.library = true,
            Changed::Settings => {
                self.directory = true;
                self.library = true;
            }
        }
    }

    fn is_full(&self) -> bool {
        self.conversations.len() + self.deleted.len() + self.contacts.len() >= MOST
    }
}

/// Keeps the stream open and acts on what it tells, for ever.
pub(super) async fn follow(engine: Engine) {
    let mut failures = 0_u32;
    loop {
        // Before the lists are here there is nothing to keep current.
        if !engine.directory().capabilities.events || !engine.is_online() || !engine.has_lists().await {
            tokio::time::sleep(LOOK).await;
            continue;
        }
        let begun = engine.clock.monotonic();
        let outcome = engine.follow_once().await;
        engine.stream.set_flowing(false);
        // What went untold meanwhile is polled.
        engine.stream.poll.notify_one();
        let held = engine.clock.monotonic().saturating_sub(begun);
        failures = if held >= GOOD { 1 } else { failures.saturating_add(1) };
        let timings = &engine.timings;
        let wait = match &outcome {
            // No such stream, or not for us: that may change, but not soon.
            Err(SyncError::Api(error)) if error.is_permanent() => timings.slow_poll,
            _ => back_off(failures, timings.back_off, timings.back_off_cap, engine.ids.next_u64()),
        };
        if let Err(error) = &outcome {
            tracing::debug!(%error, "changes are not told by the helpdesk");
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.stream.now.notified() => {}
        }
    }
}

impl Engine {
    /// One connection, from its beginning to its end.
    async fn follow_once(&self) -> Result<(), SyncError> {
        let stored = self.on_disk(|cache| cache.load_cursor(MARK)).await?;
        let since = stored.and_then(|text| text.parse().ok());
        let outcome = self.client.background().events(since).await;
        self.note_stream(&outcome);
        let mut events = outcome?;
        let mut fill = Fill::new(self.client.clone());
        let stopped = self.stream.stop.notified();
        tokio::pin!(stopped);
        loop {
            let first = tokio::select! {
                event = events.next() => event,
                () = &mut stopped => return Ok(()),
            };
            let Some(event) = first? else { return Ok(()) };
            let mut news = News::default();
            news.take_in(event);
            let ended = gather(&mut events, &mut news).await;
            self.act_on(&mut news, since.is_none(), &mut fill).await?;
            if let Some(seq) = news.seq {
                self.on_disk(move |cache| cache.store_cursor(MARK, Some(&seq.to_string()))).await?;
            }
            if let Some(end) = ended {
                return Ok(end?);
            }
        }
    }

    /// Reads what has changed. Whatever concerns a single thing only is left to the polls.
    async fn act_on(&self, news: &mut News, is_new: bool, fill: &mut Fill) -> Result<(), SyncError> {
        if news.is_ready {
            self.stream.set_flowing(true);
        }
        // A stream that begins somewhere tells nothing of before.
        if news.poll || (news.is_ready && is_new) {
            self.stream.poll.notify_one();
        }
        let mut ids: Vec<_> = std::mem::take(&mut news.conversations).into_iter().collect();
        self.attention.first(&mut ids);
        if !ids.is_empty() {
            its_own(self.fetch_changed(&ids, fill).await)?;
        }
        if !news.deleted.is_empty() {
            self.drop_deleted(std::mem::take(&mut news.deleted).into_iter().collect()).await?;
        }
        self.stream.put_aside(news);
        Ok(())
    }

    /// Reads what has changed besides the conversations. What fails is left to the polls.
    pub(super) async fn read_aside(&self) {
        let aside = std::mem::take(&mut *self.stream.aside.lock().unwrap_or_else(PoisonError::into_inner));
        if let Err(error) = self.read_those(aside).await {
            tracing::warn!(%error, "a change could not be read and is left to the next poll");
        }
    }

    async fn read_those(&self, aside: Aside) -> Result<(), SyncError> {
        let mut contacts: Vec<_> = aside.contacts.into_iter().collect();
        if !contacts.is_empty() {
            // A workspace has far more contacts than those whose conversations are here.
            contacts = self
                .on_disk(move |cache| {
                    let mut here = Vec::new();
                    for id in contacts {
                        if cache.load_contact(&id)?.is_some() {
                            here.push(id);
                        }
                    }
                    Ok(here)
                })
                .await?;
        }
        for some in contacts.chunks(A_SEARCH) {
            its_own(self.fetch_contacts(some).await)?;
        }
        // Companies are read one by one, or all of them when many have changed.
        let companies: Vec<_> = aside.companies.into_iter().collect();
        if companies.len() > FEW_COMPANIES {
            its_own(self.refresh_companies().await)?;
        } else if !companies.is_empty() {
            its_own(self.fetch_companies(&companies).await)?;
        }
        if aside.directory {
            its_own(self.pull_directory().await)?;
        }
        if aside.library {
            its_own(self.pull_library().await)?;
        }
        Ok(())
    }

    /// Reads these conversations, the first ones first.
    async fn fetch_changed(&self, ids: &[ConversationId], fill: &mut Fill) -> Result<(), SyncError> {
        if self.directory().capabilities.bulk_threads {
            let mut outcome = Ok(());
            for some in ids.chunks(MOST) {
                outcome = outcome.and(self.fill_bulk(some, fill).await);
            }
            self.tell_changed(fill.untold());
            return outcome;
        }
        let (few, rest) = ids.split_at(ids.len().min(FEW));
        for id in few {
            its_own(self.fetch_thread(id).await)?;
        }
        for some in rest.chunks(A_SEARCH) {
            self.pull_rows(&ConversationFilter::ids(some)).await?;
        }
        Ok(())
    }
}

/// Takes in what else is there already; how the stream ended, when it did.
async fn gather(events: &mut Events, news: &mut News) -> Option<Result<(), ApiError>> {
    let rest = tokio::time::sleep(GATHER);
    tokio::pin!(rest);
    while !news.is_full() {
        let next = tokio::select! {
            biased;
            next = events.next() => next,
            () = &mut rest => return None,
        };
        match next {
            Ok(Some(event)) => news.take_in(event),
            Ok(None) => return Some(Ok(())),
            Err(error) => return Some(Err(error)),
        }
    }
    None
}

/// A failure that says something of one thing only does not end the stream: the polls come to it.
fn its_own(outcome: Result<(), SyncError>) -> Result<(), SyncError> {
    match outcome {
        Err(SyncError::Api(error)) if is_its_own(&error) || *error.class() == Class::NotAllowed => {
            tracing::warn!(%error, "a change could not be read and is left to the next poll");
            Ok(())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(texts: &[&str]) -> Vec<ConversationId> {
        texts.iter().filter_map(|text| ConversationId::parse(text)).collect()
    }

    #[test]
    fn what_several_events_tell_is_read_once_and_the_last_word_counts() {
        let mut news = News::default();
        for (seq, what) in [
            (4, Changed::Ready),
            (5, Changed::Conversations(ids(&["1", "2"]))),
            (6, Changed::Conversations(ids(&["2", "3"]))),
            (7, Changed::DeletedConversations(ids(&["1"]))),
            (8, Changed::Tags),
        ] {
            news.take_in(ChangeEvent { seq, what });
        }
        assert_eq!(news.seq, Some(8));
        assert!(news.is_ready && news.directory && !news.poll && !news.library);
        assert_eq!(news.conversations.into_iter().collect::<Vec<_>>(), ids(&["2", "3"]));
        assert_eq!(news.deleted.into_iter().collect::<Vec<_>>(), ids(&["1"]));
    }

    #[test]
    fn a_log_that_was_cut_is_polled_once() {
        let mut news = News::default();
        news.take_in(ChangeEvent { seq: 2, what: Changed::Reset });
        assert!(news.poll && news.directory && news.library);
        assert_eq!(news.seq, Some(2));
    }
}
