//! Answers from the cache, on a thread of their own. Of each kind of question only the newest is
//! answered: an older one is of no use to anybody.

use std::collections::BTreeMap;
use std::mem::discriminant;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::engine::{Engine, SyncError};
use super::message::{Count, Event, Generation, Person, Pick, Picked, Request, Thread, Window, WindowSpec};
use crate::cache::{CacheError, FoundContact, Recount, Span, Watched};
use crate::domain::bulk::Matched;
use crate::domain::{ContactRef, ConversationId, Shift, UnixTime, when};
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
    shift: Option<(Generation, UnixTime)>,
    find: Option<(Generation, String)>,
    /// Of each kind of thing that a picker wants to know.
    picks: Vec<(Generation, Pick)>,
    /// Of each kind of question about deeds on many, and of all that matches.
    bulk: Vec<Request>,
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
            Request::Find { generation, text } if self.find.as_ref().is_none_or(|held| held.0 <= generation) => {
                self.find = Some((generation, text));
            }
            Request::Matching { .. }
            | Request::Later { .. }
            | Request::BulkPreview { .. }
            | Request::Bulks
            | Request::BulkItems { .. } => {
                self.bulk.retain(|held| discriminant(held) != discriminant(&request));
                self.bulk.push(request);
            }
            Request::Pick { generation, what } => {
                let is_same = |held: &(Generation, Pick)| discriminant(&held.1) == discriminant(&what);
                if self.picks.iter().any(|held| is_same(held) && held.0 > generation) {
                    return;
                }
                self.picks.retain(|held| !is_same(held));
                self.picks.push((generation, what));
            }
            Request::Shift { generation, since } if self.shift.is_none_or(|held| held.0 <= generation) => {
                self.shift = Some((generation, since));
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
            } else if let Some((generation, text)) = waiting.find.take() {
                Request::Find { generation, text }
            } else if !waiting.bulk.is_empty() {
                waiting.bulk.remove(0)
            } else if let Some((generation, what)) = waiting.picks.pop() {
                Request::Pick { generation, what }
            } else if let Some(generation) = waiting.outbox.take() {
                Request::Outbox { generation }
            } else if let Some((generation, since)) = waiting.shift.take() {
                Request::Shift { generation, since }
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
        Request::Find { generation, text } => {
            let found = engine.cache.find(text)?;
            Event::Found { generation: *generation, contacts: found.contacts, conversations: found.conversations }
        }
        Request::Matching { generation, query, sort } => {
            let matched =
                engine.load_matching(query, *sort).or_else(|error| without(error).map(|()| Matched::default()))?;
            Event::Matching { generation: *generation, matched: Arc::new(matched) }
        }
        Request::Later { generation, query, known } => {
            let count = engine.count_later(query, known).or_else(|error| without(error).map(|()| 0))?;
            Event::Later { generation: *generation, count }
        }
        Request::BulkPreview { generation, plan } => {
            Event::BulkPreview { generation: *generation, preview: Box::new(engine.preview_bulk(plan)?) }
        }
        Request::Bulks => Event::Bulks(engine.cache().load_bulks()?),
        Request::BulkItems { generation, group } => {
            let items = engine.cache().load_bulk_items(group)?;
            Event::BulkItems { generation: *generation, group: group.clone(), items }
        }
        Request::Pick { generation, what } => Event::Picked { generation: *generation, what: engine.pick(what)? },
        Request::Shift { generation, since } => {
            Event::Shift { generation: *generation, shift: Box::new(engine.load_shift(*since)?) }
        }
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

    /// Counts queries from the rows themselves, and compares that with what is kept of them and with the
    /// lists that opening them shows. Reads every row.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn recount(&self, entries: &[(String, Query)]) -> Result<Vec<Recount>, SyncError> {
        let now = self.now();
        let moment = self.cache.counting_moment(now);
        let watched: Vec<_> = self.in_context(|context| {
            let then = Context { now: moment, ..*context };
            let watch = |(key, query): &(String, Query)| {
                let query_now = query.resolve(&then).ok()?;
                Some(Watched { key: key.clone(), query: query_now, is_timed: query.changes_with_time() })
            };
            entries.iter().filter_map(watch).collect()
        });
        Ok(self.cache.recount(&watched, now)?)
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
    pub(super) fn in_context<T>(&self, ask: impl FnOnce(&Context<'_>) -> T) -> T {
        let (directory, me) = (self.directory(), self.me());
        ask(&Context { me: me.as_ref(), now: self.server_now(), zone: &self.zone, directory: &directory })
    }

    /// What came since a moment by our clock, for whoever comes back: answers to what is mine or in my teams,
    /// what woke, mentions, what breaches before the next noon, drafts, and what needs a person.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn load_shift(&self, since: UnixTime) -> Result<Shift, CacheError> {
        let directory = self.directory();
        let teams = directory.me().map(|me| me.teams.clone()).unwrap_or_default();
        let since = UnixTime(since.secs().saturating_add(self.server_ahead()));
        let now = self.server_now();
        let noon = when::parse("noon", now, &self.zone).unwrap_or(now + Duration::from_secs(43_200));
        self.cache.load_shift(since, noon, directory.me().map(|me| &me.id), &teams)
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
            parts: stored.parts.into(),
            is_here: stored.is_here,
            missing: stored.missing,
            seen_at: stored.seen_at,
            pending: stored.pending,
            drafts: stored.drafts,
            contact: stored.contact,
            contact_notes: stored.contact_notes,
            companies: stored.companies,
            earlier: stored.earlier,
            others: stored.others.into_iter().map(|(other, _)| other).collect(),
            duplicates: stored.duplicates,
            reminder: stored.reminder,
        }))
    }

    /// What a picker wants to know.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn pick(&self, what: &Pick) -> Result<Picked, CacheError> {
        Ok(match what {
            Pick::Loads(entries) => {
                let counts = self.load_counts(entries).or_else(|error| match error {
                    SyncError::Cache(error) => Err(error),
                    _ => Ok(BTreeMap::new()),
                })?;
                Picked::Loads(counts.into_iter().map(|(key, count)| (key, count.total)).collect())
            }
            Pick::Participants(id) => {
                let known = self.cache.load_participants(id)?.into_iter();
                Picked::Participants(
                    known.map(|(contact, phone)| Person { contact, phone, ..Person::default() }).collect(),
                )
            }
            Pick::People(typed) => {
                let person = |found: FoundContact| Person {
                    contact: ContactRef {
                        id: Some(found.id),
                        name: found.name,
                        email: found.email,
                        ..ContactRef::default()
                    },
                    phone: found.phone,
                    company: found.company,
                };
                Picked::People(self.cache.find(typed)?.contacts.into_iter().map(person).collect())
            }
            Pick::MergeInto(id) => Picked::MergeInto(self.cache.load_others_of_contact(id)?),
            Pick::Conversation(id) => Picked::Conversation(self.cache.load_conversation(id)?.map(Box::new)),
            Pick::TagUse => Picked::TagUse(self.cache.load_tag_use()?),
        })
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
    fn of_what_is_to_be_found_only_the_newest_is_looked_for() {
        let mut waiting = Waiting::default();
        for (generation, text) in [(1, "or"), (3, "order"), (2, "ord")] {
            waiting.take_in(Request::Find { generation: Generation(generation), text: text.to_owned() });
        }
        assert_eq!(waiting.find, Some((Generation(3), "order".to_owned())));
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
