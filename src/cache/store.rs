//! Writing what the helpdesk says: pages of conversations, threads, deletions, cursors.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use super::database::{Tried, int};
use super::effective::{self, Fresh, StateOf};
use super::row::{self, Kept, ThreadFacts};
use super::{Cache, CacheError, mention, thread};
use crate::domain::{Conversation, ConversationId, Part, UnixTime};

/// A transaction that stores many rows ends after so long, so that an act which is to be shown never
/// waits longer for its turn; what is left goes into the next.
const SLICE: Duration = Duration::from_millis(4);
/// So many of them leave their pages in the log before it is moved into the file.
const SLICES_IN_LOG: usize = 32;
/// Conversations that state.db is asked about at once.
const STRIDE: usize = 8;

/// A thread as it came: the conversation, its parts, and how many older ones the helpdesk does not give.
pub type Fetched = (Conversation, Vec<Part>, u32);

impl Cache {
    /// Stores a page of conversations and where the pull stands now (`cursor`: name and opaque value). A
    /// row older than the one that is here (by `updated_at`) is left out, and of two for one
    /// conversation the newer counts. What is the same is not written. A page that takes long is written
    /// in several transactions, the cursor in the last. Gives the conversations that look different now.
    ///
    /// # Errors
    /// As [`CacheError`]; the cursor has not moved then.
    pub fn store_page(
        &self,
        conversations: &[Conversation],
        cursor: Option<(&str, &str)>,
    ) -> Result<Vec<ConversationId>, CacheError> {
        let mut newest: BTreeMap<&ConversationId, &Conversation> = BTreeMap::new();
        for conversation in conversations {
            let kept = newest.entry(&conversation.id).or_insert(conversation);
            if conversation.updated_at > kept.updated_at {
                *kept = conversation;
            }
        }
        let rows: Vec<&Conversation> = newest.into_values().collect();
        // What an earlier write owes is shown first.
        let mut changed = self.rebase(&[])?;
        if !self.is_known(&rows, cursor)? {
            changed.extend(self.store_slices(rows.into(), put_last(cursor), |cache, state, server| {
                let kept = row::load_kept(cache, &server.id)?;
                self.put_row(cache, state, kept.as_ref(), server)
            })?);
        }
        Ok(changed)
    }

    /// Whether all of it is here already: a poll without news writes nothing and waits for nobody.
    fn is_known(&self, rows: &[&Conversation], cursor: Option<(&str, &str)>) -> Result<bool, CacheError> {
        let ids: Vec<&ConversationId> = rows.iter().map(|row| &row.id).collect();
        self.read_cache(|cache| {
            if let Some((name, value)) = cursor
                && load_cursor(cache, name)?.as_deref() != Some(value)
            {
                return Ok(false);
            }
            let of = self.0.state.lend(|state| StateOf::load(state, &ids))?;
            for server in rows {
                let Some(kept) = row::load_kept(cache, &server.id)? else { return Ok(false) };
                if !of.leaves_alone(&kept) || serde_json::to_string(server)? != kept.server {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    fn put_row(
        &self,
        cache: &Connection,
        (state, of): (&Connection, &StateOf),
        kept: Option<&Kept>,
        server: &Conversation,
    ) -> Tried<bool> {
        let json = serde_json::to_string(server)?;
        if let Some(kept) = kept
            && ((kept.server == json && of.leaves_alone(kept)) || is_older(server, &kept.server))
        {
            return Ok(false);
        }
        let thread = kept.map_or_else(ThreadFacts::default, |kept| kept.thread.clone());
        let fresh = Fresh { server, json, thread, gone: false };
        effective::refresh_one_of(cache, (state, of), self.me().as_ref(), kept, &fresh)
    }

    /// Writes many in as many transactions as it takes, none of them long; `last` is done in the last.
    pub(super) fn store_slices<T: HasId>(
        &self,
        mut rest: VecDeque<T>,
        last: impl Fn(&Connection) -> Tried<()>,
        put: impl Fn(&Connection, (&Connection, &StateOf), &T) -> Tried<bool>,
    ) -> Result<Vec<ConversationId>, CacheError> {
        let clock = &self.0.clock;
        let mut changed = Vec::new();
        loop {
            self.write_cache(|cache| {
                let began = clock.monotonic();
                self.0.state.lend(|state| {
                    loop {
                        let ids: Vec<&ConversationId> = rest.iter().take(STRIDE).map(HasId::id).collect();
                        let stride = ids.len();
                        let of = StateOf::load(state, &ids)?;
                        for _ in 0..stride {
                            let Some(item) = rest.pop_front() else { return Ok(()) };
                            if put(cache, (state, &of), &item)? {
                                changed.push(item.id().clone());
                            }
                            if clock.monotonic().saturating_sub(began) >= SLICE {
                                return Ok(());
                            }
                        }
                        if rest.is_empty() {
                            return Ok(());
                        }
                    }
                })?;
                if rest.is_empty() { last(cache) } else { Ok(()) }
            })?;
            self.move_log_in()?;
            if rest.is_empty() {
                return Ok(changed);
            }
            self.0.cache.let_others_write();
        }
    }

    /// What many rows have left in the log goes into the file now and then, while nobody waits for it.
    fn move_log_in(&self) -> Result<(), CacheError> {
        if self.0.slices.fetch_add(1, Ordering::Relaxed) % SLICES_IN_LOG == SLICES_IN_LOG - 1 {
            self.0.cache.checkpoint()?;
        }
        Ok(())
    }

    /// Stores a conversation with all its parts, oldest first and the opening message first, in place
    /// of those before; `missing` is how many older parts the helpdesk does not give. A thread older
    /// than the one that is here is left out. Gives whether anything changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_thread(&self, server: &Conversation, parts: &[Part], missing: u32) -> Result<bool, CacheError> {
        self.write_cache(|cache| {
            self.0.state.lend(|state| {
                let of = StateOf::load(state, &[&server.id])?;
                self.put_thread(cache, (state, &of), server, parts, missing)
            })
        })
    }

    /// Stores many threads, and where the pull stands with the last of them. They are written in several
    /// short transactions; storing the same again does no harm. Gives the conversations that changed, in
    /// their rows or in their parts.
    ///
    /// # Errors
    /// As [`CacheError`]; the cursor has not moved then.
    pub fn store_threads(
        &self,
        threads: &[Fetched],
        cursor: Option<(&str, &str)>,
    ) -> Result<Vec<ConversationId>, CacheError> {
        let mut changed = self.rebase(&[])?;
        changed.extend(self.store_slices(
            threads.iter().collect(),
            put_last(cursor),
            |cache, state, (server, parts, missing)| self.put_thread(cache, state, server, parts, *missing),
        )?);
        Ok(changed)
    }

    fn put_thread(
        &self,
        cache: &Connection,
        state: (&Connection, &StateOf),
        server: &Conversation,
        parts: &[Part],
        missing: u32,
    ) -> Tried<bool> {
        let me = self.me();
        let kept = row::load_kept(cache, &server.id)?;
        let had_thread = kept.as_ref().and_then(|kept| kept.thread.at);
        if had_thread.is_some_and(|at| at > server.updated_at) {
            return Ok(false);
        }
        let thread = mention::thread_facts(server, parts, missing, me.as_ref());
        let newer_row = match &kept {
            // A replica that lags: the thread is better than none, the row stays.
            Some(kept) if is_older(server, &kept.server) => {
                Some((kept.server.clone(), serde_json::from_str::<Conversation>(&kept.server)?))
            }
            _ => None,
        };
        let gone = newer_row.is_some() && kept.as_ref().is_some_and(|kept| kept.gone);
        let fresh = match &newer_row {
            Some((json, newer)) => Fresh { server: newer, json: json.clone(), thread, gone },
            None => Fresh { server, json: serde_json::to_string(server)?, thread, gone },
        };
        let row_changed = effective::refresh_one_of(cache, state, me.as_ref(), kept.as_ref(), &fresh)?;
        Ok(thread::put_parts(cache, &server.id, parts, had_thread.is_none())? || row_changed)
    }

    /// The helpdesk no longer has these conversations. They go; one with unsettled or failed acts or a
    /// draft leaves the lists and stays to be looked at until those are settled. Gives those that were
    /// here.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn remove(&self, ids: &[ConversationId]) -> Result<Vec<ConversationId>, CacheError> {
        // What it never had it cannot lose.
        self.remove_all(ids.iter().filter(|id| !id.is_placeholder()).cloned().collect())
    }

    /// Takes away what stood for a conversation that the helpdesk has now, or that was never begun.
    pub(super) fn remove_placeholder(&self, id: &ConversationId) -> Result<(), CacheError> {
        self.remove_all([id.clone()].into()).map(drop)
    }

    fn remove_all(&self, ids: VecDeque<ConversationId>) -> Result<Vec<ConversationId>, CacheError> {
        let me = self.me();
        self.store_slices(
            ids,
            |_| Ok(()),
            |cache, state, id| {
                let Some(kept) = row::load_kept(cache, id)? else { return Ok(false) };
                let server: Conversation = serde_json::from_str(&kept.server)?;
                let (json, thread) = (kept.server.clone(), kept.thread.clone());
                let fresh = Fresh { server: &server, json, thread, gone: true };
                effective::refresh_one_of(cache, state, me.as_ref(), Some(&kept), &fresh)
            },
        )
    }

    /// Removes the parts of threads whose last message came before `since`, the oldest first, at most
    /// `most` of them; what their lists show stays. Threads with acts or drafts of ours stay. Gives how
    /// many it were: fewer than `most` when none are left.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn forget_threads_before(&self, since: UnixTime, most: usize) -> Result<usize, CacheError> {
        let ids = self.read_cache(|cache| {
            let sql = "SELECT id FROM conversation WHERE thread_at IS NOT NULL AND touched = 0 \
                       AND last_message_at < ?1 ORDER BY last_message_at LIMIT ?2";
            effective::ids(cache, sql, (since.0, int(most)))
        })?;
        let (many, me) = (ids.len(), self.me());
        self.store_slices(
            ids.into(),
            |_| Ok(()),
            |cache, state, id| {
                let Some(kept) = row::load_kept(cache, id)? else { return Ok(false) };
                let server: Conversation = serde_json::from_str(&kept.server)?;
                cache.prepare_cached("DELETE FROM part WHERE conversation_id = ?1")?.execute([id.as_str()])?;
                let thread = ThreadFacts { at: None, ..kept.thread.clone() };
                let fresh = Fresh { server: &server, json: kept.server.clone(), thread, gone: kept.gone };
                effective::refresh_one_of(cache, state, me.as_ref(), Some(&kept), &fresh)
            },
        )?;
        Ok(many)
    }

    /// Where a pull stands; `None` when it never began.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_cursor(&self, name: &str) -> Result<Option<String>, CacheError> {
        self.read_cache(|cache| load_cursor(cache, name))
    }

    /// Writes where a pull stands; absent begins it anew. For pulls whose rows are not conversations.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn store_cursor(&self, name: &str, value: Option<&str>) -> Result<(), CacheError> {
        self.write_cache(|cache| {
            match value {
                Some(value) => put_cursor(cache, name, value)?,
                None => {
                    cache.execute("DELETE FROM cursor WHERE name = ?1", [name])?;
                }
            }
            Ok(())
        })
    }
}

fn load_cursor(cache: &Connection, name: &str) -> Tried<Option<String>> {
    let sql = "SELECT value FROM cursor WHERE name = ?1";
    Ok(cache.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?)
}

/// What is stored under a conversation's id.
pub(super) trait HasId {
    /// The id.
    fn id(&self) -> &ConversationId;
}

impl HasId for &Conversation {
    fn id(&self) -> &ConversationId {
        &self.id
    }
}

impl HasId for ConversationId {
    fn id(&self) -> &ConversationId {
        self
    }
}

impl HasId for &Fetched {
    fn id(&self) -> &ConversationId {
        &self.0.id
    }
}

/// Writes the cursor with the last of many rows.
fn put_last(cursor: Option<(&str, &str)>) -> impl Fn(&Connection) -> Tried<()> {
    move |cache| cursor.map_or(Ok(()), |(name, value)| put_cursor(cache, name, value))
}

fn put_cursor(cache: &Connection, name: &str, value: &str) -> Tried<()> {
    cache
        .prepare_cached(
            "INSERT INTO cursor (name, value) VALUES (?1, ?2) ON CONFLICT (name) \
             DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        )?
        .execute((name, value))?;
    Ok(())
}

/// Whether a row is older than what is here. What is here and not understood is older than anything.
fn is_older(server: &Conversation, kept: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Age {
        updated_at: i64,
    }
    serde_json::from_str::<Age>(kept).is_ok_and(|kept| server.updated_at.0 < kept.updated_at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, commit, conversation, group, id, new_row, note_by, part_by, reply};
    use crate::domain::{Act, Draft, Mode, PartKind, State, UnixTime};
    use crate::text::Untrusted;

    #[test]
    fn rows_and_cursor_move_together() {
        let place = Place::new();
        let cache = &place.cache;
        assert_eq!(cache.store_page(&[conversation("1", 5)], Some(("pull", "a"))).unwrap(), [id("1")]);
        assert_eq!(cache.load_cursor("pull").unwrap().as_deref(), Some("a"));
        // The cursor cannot be written: the row must not be there either.
        let blocker = rusqlite::Connection::open(place.dirs.cache.join("cache.db")).unwrap();
        let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON cursor BEGIN SELECT raise(ABORT, 'no'); END";
        blocker.execute_batch(refuse).unwrap();
        assert!(cache.store_page(&[conversation("2", 6)], Some(("pull", "b"))).is_err());
        blocker.execute_batch("DROP TRIGGER refuse").unwrap();
        assert_eq!(cache.load_conversation(&id("2")).unwrap(), None);
        assert_eq!(cache.load_cursor("pull").unwrap().as_deref(), Some("a"));
        cache.store_cursor("pull", None).unwrap();
        assert_eq!(cache.load_cursor("pull").unwrap(), None);
    }

    #[test]
    fn the_newest_row_wins_however_pages_arrive() {
        let place = Place::new();
        let cache = &place.cache;
        let mut closed = conversation("1", 10);
        closed.state = State::Closed;
        cache.store_page(&[conversation("1", 9), closed.clone(), conversation("1", 8)], None).unwrap();
        assert_eq!(cache.load_conversation(&id("1")).unwrap(), Some(closed.clone()));
        assert!(cache.store_page(&[conversation("1", 9)], None).unwrap().is_empty());
        assert_eq!(cache.load_conversation(&id("1")).unwrap(), Some(closed));
    }

    #[test]
    fn the_same_page_again_writes_nothing() {
        let place = Place::new();
        let page: Vec<_> = (0..50).map(|n| conversation(&n.to_string(), n)).collect();
        assert_eq!(place.cache.store_page(&page, Some(("pull", "a"))).unwrap().len(), 50);
        let watch = rusqlite::Connection::open(place.dirs.cache.join("cache.db")).unwrap();
        let version = || watch.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).unwrap();
        let before = version();
        assert!(place.cache.store_page(&page, Some(("pull", "a"))).unwrap().is_empty());
        assert_eq!(version(), before, "a poll without news leaves the file alone");
    }

    #[test]
    fn a_list_row_after_its_thread_keeps_the_better_preview() {
        let place = Place::new();
        let cache = &place.cache;
        let mut with_thread = conversation("1", 10);
        with_thread.preview = Untrusted::new("the last words");
        let parts = [part_by("8", PartKind::Opening, "hello", 1), note_by("8", "aside", 2)];
        assert!(cache.store_thread(&with_thread, &parts, 3).unwrap());
        assert!(!cache.store_thread(&with_thread, &parts, 3).unwrap());
        let mut as_listed = conversation("1", 10);
        as_listed.preview = Untrusted::new("hello");
        assert!(cache.store_page(&[as_listed], None).unwrap().is_empty(), "nothing an agent could see is new");
        let thread = cache.load_thread(&id("1")).unwrap().unwrap();
        assert_eq!(thread.conversation.preview.as_raw(), "the last words");
        assert_eq!((thread.is_here, thread.is_stale, thread.missing), (true, false, 3));
        assert_eq!(thread.parts, parts);
        cache.store_page(&[conversation("1", 11)], None).unwrap();
        assert!(cache.load_thread(&id("1")).unwrap().unwrap().is_stale);
        assert_eq!(cache.threads_wanted(9, None).unwrap(), [id("1")]);
        assert_eq!(cache.count_threads(None).unwrap(), (1, 0));
    }

    #[test]
    fn a_thread_is_replaced_as_a_whole_and_never_by_an_older_one() {
        let place = Place::new();
        let cache = &place.cache;
        let three = [note_by("8", "a", 1), note_by("8", "b", 2), note_by("8", "c", 3)];
        cache.store_thread(&conversation("1", 10), &three, 0).unwrap();
        cache.store_thread(&conversation("1", 12), &three[..2], 0).unwrap();
        assert_eq!(cache.load_thread(&id("1")).unwrap().unwrap().parts, three[..2]);
        assert!(!cache.store_thread(&conversation("1", 11), &three, 0).unwrap());
        assert_eq!(cache.load_thread(&id("1")).unwrap().unwrap().parts, three[..2]);
    }

    #[test]
    fn many_threads_at_once_are_as_if_one_by_one() {
        let place = Place::new();
        let (one, many) = (&place.cache, Place::new());
        let threads: Vec<_> = (0..40_i64)
            .map(|n| {
                let parts = (0..n % 5).map(|k| note_by("8", &format!("{n} {k}"), k)).collect::<Vec<_>>();
                (conversation(&format!("{n:02}"), NOW + n), parts, u32::from(n == 3))
            })
            .collect();
        one.store_page(&[conversation("07", NOW)], None).unwrap();
        many.cache.store_page(&[conversation("07", NOW)], None).unwrap();
        for (row, parts, missing) in &threads {
            one.store_thread(row, parts, *missing).unwrap();
        }
        assert_eq!(many.cache.store_threads(&threads, Some(("fill", "9"))).unwrap().len(), 40);
        assert!(many.cache.store_threads(&threads, Some(("fill", "9"))).unwrap().is_empty());
        assert_eq!(many.cache.load_cursor("fill").unwrap().as_deref(), Some("9"));
        for (row, ..) in &threads {
            assert_eq!(one.load_thread(&row.id).unwrap(), many.cache.load_thread(&row.id).unwrap());
        }
    }

    #[test]
    fn a_long_page_is_written_in_several_transactions() {
        // With a clock that goes on, so that a slice ends.
        let place = Place::new();
        let cache = crate::cache::Cache::open(&place.dirs, crate::clock::Clock::system()).unwrap();
        let page: Vec<_> = (0..600).map(|n| conversation(&n.to_string(), n)).collect();
        assert_eq!(cache.store_page(&page, Some(("pull", "a"))).unwrap().len(), 600);
        let commits = "SELECT count(*) FROM change";
        let commits: i64 = cache.read_cache(|c| Ok(c.query_row(commits, [], |row| row.get(0))?)).unwrap();
        assert!(commits > 1);
        assert_eq!(cache.load_cursor("pull").unwrap().as_deref(), Some("a"));
    }

    #[test]
    fn a_lagging_thread_does_not_take_the_row_back() {
        let place = Place::new();
        let cache = &place.cache;
        let mut closed = conversation("1", 20);
        closed.state = State::Closed;
        cache.store_page(&[closed], None).unwrap();
        cache.store_thread(&conversation("1", 15), &[note_by("8", "a", 1)], 0).unwrap();
        let thread = cache.load_thread(&id("1")).unwrap().unwrap();
        assert_eq!((thread.conversation.state, thread.parts.len(), thread.is_stale), (State::Closed, 1, true));
    }

    #[test]
    fn a_deleted_conversation_goes_unless_something_of_ours_hangs_on_it() {
        let place = Place::new();
        let cache = &place.cache;
        cache.store_page(&[conversation("1", 1), conversation("2", 1), conversation("3", 1)], None).unwrap();
        let rows = commit(cache, "g", "2", &[reply("Wait!")]);
        let draft = Draft::new(id("3"), Mode::Note, "hm", UnixTime(NOW));
        cache.save_draft(&draft, false).unwrap();
        assert_eq!(cache.remove(&[id("1"), id("2"), id("3"), id("4")]).unwrap(), [id("1"), id("2"), id("3")]);
        assert_eq!(cache.load_conversation(&id("1")).unwrap(), None);
        assert!(cache.load_thread(&id("2")).unwrap().unwrap().is_gone);
        assert!(cache.load_conversation(&id("3")).unwrap().is_some());
        assert!(cache.threads_wanted(9, None).unwrap().is_empty(), "nobody asks for what is gone");
        cache.discard(rows[0]).unwrap();
        assert!(cache.load_conversation(&id("2")).unwrap().is_some(), "its words are a draft now");
        cache.discard_draft(&id("2"), Mode::Reply).unwrap();
        cache.discard_draft(&id("3"), Mode::Note).unwrap();
        assert_eq!(cache.load_conversation(&id("2")).unwrap(), None);
        assert_eq!(cache.load_conversation(&id("3")).unwrap(), None);
    }

    #[test]
    fn threads_before_a_limit_are_forgotten_and_their_rows_stay() {
        let place = Place::new();
        let cache = &place.cache;
        for n in 0..4 {
            let on = conversation(&n.to_string(), NOW + n);
            cache.store_thread(&on, &[note_by("8", "a", NOW), note_by("8", "b", NOW + 1)], 0).unwrap();
        }
        commit(cache, "g", "0", &[reply("Wait!")]);
        let rows = cache.load_conversation(&id("1")).unwrap();
        assert_eq!(cache.forget_threads_before(UnixTime(NOW + 3), 9).unwrap(), 2, "one is ours, one is new");
        assert_eq!(cache.forget_threads_before(UnixTime(NOW + 3), 9).unwrap(), 0);
        let kept = |n: &str| cache.load_thread(&id(n)).unwrap().unwrap();
        assert_eq!((kept("0").parts.len(), kept("1").parts.len(), kept("3").parts.len()), (2, 0, 2));
        assert!(!kept("1").is_here);
        assert_eq!(cache.load_conversation(&id("1")).unwrap(), rows);
        assert!(cache.store_thread(&conversation("1", NOW + 1), &[note_by("8", "a", NOW)], 0).unwrap());
        assert_eq!(kept("1").parts.len(), 1, "it can be fetched again");
    }

    #[test]
    fn acts_on_a_conversation_that_is_not_here_wait_for_it() {
        let place = Place::new();
        let row = new_row("1", Act::Close);
        let done = place.cache.commit_acts(&group("g"), &[row], &[]).unwrap();
        assert_eq!((done.rows.len(), done.changed.len()), (1, 0));
        place.cache.store_page(&[conversation("1", 1)], None).unwrap();
        assert_eq!(place.cache.load_conversation(&id("1")).unwrap().unwrap().state, State::Closed);
    }
}
