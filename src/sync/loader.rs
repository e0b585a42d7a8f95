//! Answers from the cache, on a thread of their own. Of each kind of question only the newest is
//! answered: an older one is of no use to anybody.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::engine::{Engine, SyncError};
use super::message::{Count, Event, Generation, Request, Thread, Window, WindowSpec};
use crate::cache::{CacheError, Span, Watched};
use crate::domain::ConversationId;
use crate::query::{Context, Query};

/// How often a question is asked again when the cache cannot answer, and after which pause.
const AGAIN: u32 = 20;
const AGAIN_WAIT: Duration = Duration::from_millis(500);
/// Counts may take a fraction of the time: after they took so long, they rest so many times as long. While
/// much is pulled, they are asked for all the time.
const COUNTS_REST: u32 = 8;
const COUNTS_REST_AT_MOST: Duration = Duration::from_secs(2);

/// Lists that are waited for at once at most: the one on screen, and those that mark its rows.
const LISTS: usize = 4;

/// The newest question of each kind; of lists the newest of each query.
#[derive(Default)]
struct Waiting {
    windows: Vec<(Generation, WindowSpec)>,
    counts: Option<(Generation, Vec<(String, Query)>)>,
    thread: Option<(Generation, ConversationId)>,
    outbox: Option<Generation>,
    /// No counts before this moment of the monotonic clock.
    counts_from: Duration,
}

impl Waiting {
    /// Keeps a question, unless a newer one of its kind is there.
    fn take_in(&mut self, request: Request) {
        match request {
            Request::Window { generation, spec } => {
                let is_same = |held: &(Generation, WindowSpec)| held.1.query == spec.query;
                if self.windows.iter().any(|held| is_same(held) && held.0 > generation) {
                    return;
                }
                self.windows.retain(|held| !is_same(held));
                self.windows.push((generation, spec));
                self.windows.sort_by_key(|held| held.0);
                if self.windows.len() > LISTS {
                    self.windows.remove(0);
                }
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
        let counts_rest = waiting.counts_from.saturating_sub(engine.clock.monotonic());
        if again == 0 && waiting.counts.is_none() {
            let Ok(first) = questions.recv() else { return };
            waiting.take_in(first);
        } else {
            match questions.recv_timeout(if again == 0 { counts_rest } else { AGAIN_WAIT }) {
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
            let asked = if let Some((generation, spec)) = waiting.windows.pop() {
                Request::Window { generation, spec }
            } else if let Some((generation, id)) = waiting.thread.take() {
                wants(id.clone());
                Request::Thread { generation, id }
            } else if let Some(generation) = waiting.outbox.take() {
                Request::Outbox { generation }
            } else if engine.clock.monotonic() >= waiting.counts_from
                && let Some((generation, entries)) = waiting.counts.take()
            {
                Request::Counts { generation, entries }
            } else {
                again = 0;
                break;
            };
            let began = engine.clock.monotonic();
            match answer(engine, &asked) {
                Ok(event) => {
                    engine.tell(event);
                    if matches!(asked, Request::Counts { .. }) {
                        let now = engine.clock.monotonic();
                        let rest = now.saturating_sub(began).saturating_mul(COUNTS_REST);
                        waiting.counts_from = now + rest.min(COUNTS_REST_AT_MOST);
                        if let Err(error) = engine.cache.save_counts() {
                            tracing::debug!(%error, "the counts are counted anew at the next start");
                        }
                    }
                }
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
            let counts =
                engine.load_watched_counts(entries).or_else(|error| without(error).map(|()| BTreeMap::new()))?;
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

    /// The same for queries that are asked for again and again: their counts are kept, in place of those
    /// asked for before. Where time alone changes an answer, it is up to a minute old.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn load_watched_counts(&self, entries: &[(String, Query)]) -> Result<BTreeMap<String, Count>, SyncError> {
        let now = self.now();
        let moment = self.cache.counting_moment(now);
        let watched: Vec<_> = self.in_context(|context| {
            let then = Context { now: moment, ..*context };
            let watch = |(key, query): &(String, Query)| {
                Some(Watched {
                    key: key.clone(),
                    query: query.resolve(&then).ok()?,
                    is_timed: query.changes_with_time(),
                })
            };
            entries.iter().filter_map(watch).collect()
        });
        Ok(self.cache.load_watched_counts(&watched, now)?)
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
        ask(&Context { me: me.as_ref(), now: self.server_now(), zone: &self.zone, directory: &directory })
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::query::Sort;

    fn window(generation: u64, query: &str) -> Request {
        let query = Query::parse(query).unwrap();
        let spec = WindowSpec { query, sort: Sort::Newest, offset: 0, limit: 10, around: None };
        Request::Window { generation: Generation(generation), spec }
    }

    #[test]
    fn a_question_about_one_list_takes_no_answer_from_another() {
        let mut waiting = Waiting::default();
        for (generation, query) in [(1, "state:open"), (2, "state:open"), (3, "has:draft")] {
            waiting.take_in(window(generation, query));
        }
        let held: Vec<u64> = waiting.windows.iter().map(|held| held.0.0).collect();
        assert_eq!(held, [2, 3], "the newest of each");
        waiting.take_in(window(1, "state:open"));
        assert_eq!(waiting.windows.len(), 2, "an older one is of no use");
    }
}
