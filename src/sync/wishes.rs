//! What the agent waits for, or soon will: the open thread, those near the cursor, a new tag, away.
//!
//! The open thread is fetched at once, beside whatever else is under way; a few of those near the
//! cursor are fetched ahead of it. Enter at [`grant`].

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

use super::engine::{Engine, SyncError};
use super::message::Event;
use super::pace::Setbacks;
use crate::api::Client;
use crate::domain::{AwayState, ConversationId, GroupId, TagRef};
use crate::text::Untrusted;

/// How many threads near the cursor are fetched before they are asked for, and how many beside each
/// other.
const AHEAD: usize = 8;
const AHEAD_AT_ONCE: usize = 3;
/// How long a thread that could not be fetched is left alone, at first and at most.
const SETBACK: Duration = Duration::from_secs(1);
const LONG_SETBACK: Duration = Duration::from_secs(60);

/// What is asked of the network for the agent.
#[derive(Debug)]
pub(super) enum Wanted {
    /// Shown now.
    Thread(ConversationId),
    /// Near the cursor, nearest first.
    Ahead(Vec<ConversationId>),
    /// Away, or back.
    Away(AwayState),
    /// Tags to be made, and who asks for them.
    Tags(GroupId, Vec<Untrusted>),
}

/// What became of one of them.
enum Done {
    /// A thread: whether it was the shown one, and whether it is as new as its row.
    Thread(ConversationId, bool, Result<bool, SyncError>),
    /// A thread may be tried again.
    Again(ConversationId),
    Other,
}

#[derive(Default)]
struct Wishes {
    shown: Option<ConversationId>,
    /// Nearest last.
    ahead: Vec<ConversationId>,
}

/// Grants wishes, the newest first, until nobody has any.
pub(super) async fn grant(engine: Engine, wanted: Arc<Mutex<UnboundedReceiver<Wanted>>>) {
    let mut wanted = wanted.lock().await;
    let mut wishes = Wishes::default();
    let mut jobs: FuturesUnordered<BoxFuture<'_, Done>> = FuturesUnordered::new();
    // Of those on their way: the shown ones, those ahead of the cursor.
    let mut under_way: HashSet<ConversationId> = HashSet::new();
    let mut ahead: HashSet<ConversationId> = HashSet::new();
    // Those that will be tried again, and the one that was opened last.
    let mut again: HashSet<ConversationId> = HashSet::new();
    let mut opened: Option<ConversationId> = None;
    let mut setbacks = Setbacks::new(SETBACK, LONG_SETBACK);
    let engine = &engine;
    let thread = |id: ConversationId, is_shown: bool| -> BoxFuture<'_, Done> {
        let client = if is_shown { engine.client.clone() } else { engine.client.background() };
        Box::pin(async move {
            let outcome = engine.freshen_thread(&client, &id, is_shown).await;
            Done::Thread(id, is_shown, outcome)
        })
    };
    loop {
        let now = engine.clock.monotonic();
        // One that is on its way already is looked at when it is here. One that was fetched ahead may
        // have to wait for its turn: what is shown does not wait with it.
        if let Some(id) = wishes.shown.take_if(|id| !under_way.contains(id)) {
            if setbacks.may_try(&id, now) {
                under_way.insert(id.clone());
                jobs.push(thread(id, true));
            } else if again.insert(id.clone()) {
                jobs.push(later(setbacks.wait(&id, now), id));
            }
        }
        while ahead.len() < AHEAD_AT_ONCE
            && let Some(id) = wishes.ahead.pop()
        {
            if setbacks.may_try(&id, now) && !under_way.contains(&id) && ahead.insert(id.clone()) {
                jobs.push(thread(id, false));
            }
        }
        tokio::select! {
            biased;
            wish = wanted.recv() => match wish {
                None => return,
                Some(Wanted::Thread(id)) => {
                    // What is opened is tried at once; what is drawn again waits for its turn.
                    if opened.as_ref() != Some(&id) {
                        setbacks.clear(&id);
                        opened = Some(id.clone());
                    }
                    wishes.shown = Some(id);
                }
                Some(Wanted::Ahead(ids)) => wishes.ahead = ids.into_iter().take(AHEAD).rev().collect(),
                Some(Wanted::Away(state)) => jobs.push(Box::pin(engine.go_away(state))),
                Some(Wanted::Tags(group, names)) => jobs.push(Box::pin(engine.make_wanted_tags(group, names))),
            },
            () = engine.attention.news.notified() => {
                if let Some(id) = engine.attention.thread() {
                    setbacks.clear(&id);
                    wishes.shown = Some(id);
                }
            }
            Some(done) = jobs.next(), if !jobs.is_empty() => match done {
                Done::Other => {}
                Done::Again(id) => {
                    again.remove(&id);
                    if engine.attention.thread().as_ref() == Some(&id) {
                        wishes.shown = Some(id);
                    }
                }
                Done::Thread(id, is_shown, outcome) => {
                    if is_shown { &mut under_way } else { &mut ahead }.remove(&id);
                    if matches!(outcome, Ok(true)) {
                        setbacks.clear(&id);
                        continue;
                    }
                    let now = engine.clock.monotonic();
                    setbacks.waiting(now);
                    setbacks.note(id.clone(), now);
                    if is_shown && again.insert(id.clone()) {
                        jobs.push(later(setbacks.wait(&id, now), id));
                    }
                }
            },
        }
    }
}

fn later<'a>(wait: Duration, id: ConversationId) -> BoxFuture<'a, Done> {
    Box::pin(async move {
        tokio::time::sleep(wait).await;
        Done::Again(id)
    })
}

impl Engine {
    /// Fetches a thread that is not on disk or older than its row, and its contact when wanted. Gives
    /// whether it is as new as its row now.
    async fn freshen_thread(
        &self,
        client: &Client,
        id: &ConversationId,
        with_contact: bool,
    ) -> Result<bool, SyncError> {
        let asked = id.clone();
        let stored = self.on_disk(move |cache| cache.load_thread(&asked)).await?;
        let mut is_current = stored.as_ref().is_some_and(|thread| thread.is_here && !thread.is_stale);
        if !is_current {
            let fetched = self.fetch_thread_by(client, id).await;
            self.note_missed(id, &fetched).await?;
            is_current = fetched?;
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
        Ok(is_current)
    }

    async fn go_away(&self, state: AwayState) -> Done {
        if let Err(error) = self.set_away(&state).await {
            tracing::warn!(%error, "away could not be set");
            self.tell(Event::Notice { key: "away-not-set", details: Untrusted::default() });
        }
        Done::Other
    }

    async fn make_wanted_tags(&self, group: GroupId, names: Vec<Untrusted>) -> Done {
        let mut tags = Vec::with_capacity(names.len());
        for name in names {
            match self.create_tag(name.as_raw().trim()).await {
                Ok(tag) => tags.push(TagRef { id: tag.id, name: tag.name }),
                Err(error) => {
                    tracing::warn!(%error, "a tag could not be made");
                    self.tell(Event::Refused { group, why: "tag-not-made", texts: Vec::new() });
                    return Done::Other;
                }
            }
        }
        self.tell(Event::TagsMade { group, tags });
        Done::Other
    }
}
