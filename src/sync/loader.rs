//! Answers from the cache, on a thread of their own. Of each kind of question only the newest is
//! answered: an older one is of no use to anybody.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::engine::{Engine, SyncError};
use super::message::{Count, Event, Generation, Request, Thread, Window, WindowSpec};
use crate::cache::{CacheError, Span};
use crate::domain::ConversationId;
use crate::query::{Context, Query};

/// How often a question is asked again when the cache cannot answer, and after which pause.
const AGAIN: u32 = 20;
const AGAIN_WAIT: Duration = Duration::from_millis(500);

/// The newest question of each kind.
#[derive(Default)]
struct Waiting {
    window: Option<(Generation, WindowSpec)>,
    counts: Option<(Generation, Vec<(String, Query)>)>,
    thread: Option<(Generation, ConversationId)>,
    outbox: Option<Generation>,
}

impl Waiting {
    /// Keeps a question, unless a newer one of its kind is there.
    fn take_in(&mut self, request: Request) {
        match request {
            Request::Window { generation, spec } if self.window.as_ref().is_none_or(|held| held.0 <= generation) => {
                self.window = Some((generation, spec));
            }
            Request::Counts { generation, entries } if self.counts.as_ref().is_none_or(|held| held.0 <= generation) => {
                self.counts = Some((generation, entries));
            }
            Request::Thread { generation, id } if self.thread.as_ref().is_none_or(|held| held.0 <= generation) => {
                self.thread = Some((generation, id));
            }
            Request::Outbox { generation } if self.outbox.is_none_or(|held| held <= generation) => {
                self.outbox = Some(generation);
            }
            _ => {}
        }
    }
}

/// Answers until the asker is gone. `wants` hears of each thread that was asked for.
pub(super) fn run(engine: &Engine, questions: &Receiver<Request>, wants: impl Fn(ConversationId)) {
    let mut waiting = Waiting::default();
    // A question that the cache could not answer is asked again for a while: the asker waits for it.
    let mut again = 0;
    loop {
        if again == 0 {
            let Ok(first) = questions.recv() else { return };
            waiting.take_in(first);
        } else {
            match questions.recv_timeout(AGAIN_WAIT) {
                Ok(next) => waiting.take_in(next),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        loop {
            while let Ok(next) = questions.try_recv() {
                waiting.take_in(next);
            }
            // What the agent looks at first: the list, then the thread, then the numbers beside them.
            let asked = if let Some((generation, spec)) = waiting.window.take() {
                Request::Window { generation, spec }
            } else if let Some((generation, id)) = waiting.thread.take() {
                wants(id.clone());
                Request::Thread { generation, id }
            } else if let Some((generation, entries)) = waiting.counts.take() {
                Request::Counts { generation, entries }
            } else if let Some(generation) = waiting.outbox.take() {
                Request::Outbox { generation }
            } else {
                again = 0;
                break;
            };
            match answer(engine, &asked) {
                Ok(event) => engine.tell(event),
                Err(error) => {
                    if again == 0 {
                        engine.tell_fault(&error);
                    }
                    again += 1;
                    if again <= AGAIN {
                        waiting.take_in(asked);
                        break;
                    }
                    again = 0;
                }
            }
        }
    }
}

/// Answers one question. A list whose query names what the workspace does not have (any more) is empty.
fn answer(engine: &Engine, asked: &Request) -> Result<Event, CacheError> {
    let without = |error| match error {
        SyncError::Cache(error) => Err(error),
        _ => Ok(()),
    };
    Ok(match asked {
        Request::Window { generation, spec } => {
            let empty = || Window { offset: 0, rows: Vec::new(), total: 0 };
            let window = engine.load_window(spec).or_else(|error| without(error).map(|()| empty()))?;
            Event::Window { generation: *generation, window }
        }
        Request::Thread { generation, id } => {
            let thread = engine.load_thread(id).or_else(|error| without(error).map(|()| None))?;
            Event::Thread { generation: *generation, thread: thread.map(Box::new) }
        }
        Request::Counts { generation, entries } => {
            let counts = engine.load_counts(entries).or_else(|error| without(error).map(|()| BTreeMap::new()))?;
            Event::Counts { generation: *generation, counts }
        }
        Request::Outbox { generation } => Event::Outbox { generation: *generation, rows: engine.load_outbox()? },
        _ => Event::Changed { ids: Vec::new() },
    })
}

impl Engine {
    /// Part of a list.
    ///
    /// # Errors
    /// When the query names what the workspace does not have, or the cache cannot be read.
    pub fn load_window(&self, spec: &WindowSpec) -> Result<Window, SyncError> {
        let query = self.in_context(|context| spec.query.resolve(context))?;
        let span = Span { offset: spec.offset, limit: spec.limit, around: spec.around.clone() };
        Ok(self.cache.load_window(&query, spec.sort, &span)?)
    }

    /// Counts of several queries, by key. One that names what the workspace does not have (any more)
    /// has none.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn load_counts(&self, entries: &[(String, Query)]) -> Result<BTreeMap<String, Count>, SyncError> {
        let resolved: Vec<_> = self.in_context(|context| {
            entries.iter().filter_map(|(key, query)| Some((key.clone(), query.resolve(context).ok()?))).collect()
        });
        Ok(self.cache.load_counts(&resolved, self.now())?)
    }

    /// Count of one query.
    ///
    /// # Errors
    /// As [`Engine::load_window`].
    pub fn count(&self, query: &Query) -> Result<Count, SyncError> {
        self.in_context(|context| query.resolve(context))?;
        let counts = self.load_counts(&[(String::new(), query.clone())])?;
        Ok(counts.into_values().next().unwrap_or_default())
    }

    /// What names and times in queries mean now.
    fn in_context<T>(&self, ask: impl FnOnce(&Context<'_>) -> T) -> T {
        let (directory, me) = (self.directory(), self.me());
        ask(&Context { me: me.as_ref(), now: self.now(), zone: &self.zone, directory: &directory })
    }

    /// A thread with everything that is shown beside it; `None` when the cache has no such
    /// conversation.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn load_thread(&self, id: &ConversationId) -> Result<Option<Thread>, SyncError> {
        let Some(stored) = self.cache.load_thread(id)? else { return Ok(None) };
        Ok(Some(Thread {
            conversation: stored.conversation,
            parts: stored.parts,
            is_here: stored.is_here,
            missing: stored.missing,
            seen_at: stored.seen_at,
            pending: stored.pending,
            drafts: stored.drafts,
            contact: stored.contact,
            contact_notes: stored.contact_notes,
            companies: stored.companies,
            earlier: stored.earlier,
        }))
    }
}
