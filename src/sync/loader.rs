//! Answers from the cache, on a thread of their own. Of each kind of question only the newest is
//! answered: an older one is of no use to anybody.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;

use super::engine::{Engine, SyncError};
use super::message::{Count, Event, Generation, Request, Thread, Window, WindowSpec};
use crate::cache::{self, Span};
use crate::domain::ConversationId;
use crate::query::{Context, Query};

/// The newest question of each kind.
#[derive(Default)]
struct Waiting {
    window: Option<(Generation, WindowSpec)>,
    counts: Option<(Generation, Vec<(String, Query)>)>,
    thread: Option<(Generation, ConversationId)>,
    outbox: Option<Generation>,
}

impl Waiting {
    fn take_in(&mut self, request: Request) {
        match request {
            Request::Window { generation, spec } => self.window = Some((generation, spec)),
            Request::Counts { generation, entries } => self.counts = Some((generation, entries)),
            Request::Thread { generation, id } => self.thread = Some((generation, id)),
            Request::Outbox { generation } => self.outbox = Some(generation),
            _ => {}
        }
    }
}

/// Answers until the asker is gone. `wants` hears of each thread that was asked for.
pub(super) fn run(engine: &Engine, questions: &Receiver<Request>, wants: impl Fn(ConversationId)) {
    let mut waiting = Waiting::default();
    while let Ok(first) = questions.recv() {
        waiting.take_in(first);
        loop {
            while let Ok(next) = questions.try_recv() {
                waiting.take_in(next);
            }
            // What the agent looks at first: the list, then the thread, then the numbers beside them.
            let answered = if let Some((generation, spec)) = waiting.window.take() {
                engine.load_window(&spec).map(|window| Event::Window { generation, window })
            } else if let Some((generation, id)) = waiting.thread.take() {
                let loaded =
                    engine.load_thread(&id).map(|thread| Event::Thread { generation, thread: thread.map(Box::new) });
                wants(id);
                loaded
            } else if let Some((generation, entries)) = waiting.counts.take() {
                engine.load_counts(&entries).map(|counts| Event::Counts { generation, counts })
            } else if let Some(generation) = waiting.outbox.take() {
                engine.load_outbox().map_err(SyncError::from).map(|rows| Event::Outbox { generation, rows })
            } else {
                break;
            };
            match answered {
                Ok(event) => engine.tell(event),
                Err(SyncError::Cache(error)) => engine.tell_fault(&error),
                Err(error) => tracing::debug!(%error, "a question could not be answered"),
            }
        }
    }
}

impl Engine {
    /// Part of a list.
    ///
    /// # Errors
    /// When the query names what the workspace does not have, or the cache cannot be read.
    pub fn load_window(&self, spec: &WindowSpec) -> Result<Window, SyncError> {
        let query = self.in_context(|context| spec.query.resolve(context))?;
        let span = Span { offset: spec.offset, limit: spec.limit, around: spec.around.clone() };
        let window = self.cache.load_window(&query, spec.sort, &span)?;
        Ok(Window { offset: window.offset, rows: window.rows, total: window.total })
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
        let counts = self.cache.load_counts(&resolved, self.now())?;
        let told = |count: cache::Count| Count { total: count.total, unread: count.unread, breached: count.breached };
        Ok(counts.into_iter().map(|(key, count)| (key, told(count))).collect())
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
