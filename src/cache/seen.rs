//! Read marks: what I have looked at, and therefore what is unread.
//!
//! Marks are this teammate's own and stay here: the helpdesk has one `read` for all teammates. A
//! conversation is unread when a customer or another teammate wrote after I last looked at it and after
//! I last wrote in it myself, or when I marked it so by hand. Where I never looked, what came after the
//! first sync of this account is unread, and what was there before is as the helpdesk says. Only the
//! helpdesk's times are compared: this machine's clock has no say.

use rusqlite::{Connection, OptionalExtension};

use super::database::Tried;
use super::row::{self, ThreadFacts};
use super::{Cache, CacheError, Me, effective};
use crate::domain::{AuthorKind, Conversation, ConversationId, Part, PartId, PartKind, UnixTime};

/// Key in state.db's `meta` of the last message that the first sync brought.
const FIRST_SYNC: &str = "first_sync";
/// Marks that may be newer than the rows that they change, after a crash between the two files.
const LATELY: u32 = 16;

/// The marks that decide whether a conversation is unread.
#[derive(Clone)]
pub(super) struct Marks {
    seen: Option<Seen>,
    first_sync: Option<UnixTime>,
}

#[derive(Clone)]
struct Seen {
    /// The time of the newest thing that I have seen; absent when I only marked it unread.
    at: Option<UnixTime>,
    /// The last message or note by somebody else that was there then.
    part: Option<PartId>,
    /// Marked unread by hand since.
    unread: bool,
}

impl Marks {
    /// Whether something came since I last looked.
    pub fn is_unread(&self, server: &Conversation, thread: &ThreadFacts, me: Option<&Me>) -> bool {
        if self.seen.as_ref().is_some_and(|seen| seen.unread) {
            return true;
        }
        let is_current = thread.at.is_some_and(|at| at >= server.updated_at);
        let from_row = if is_current { None } else { contact_at(server, me) };
        let others_at = thread.others_at.max(from_row);
        if others_at > thread.mine_at
            && let Some(Seen { at: Some(at), part, .. }) = &self.seen
        {
            let is_another = || match (part, &thread.others_part) {
                (Some(seen), Some(last)) => seen != last,
                _ => false,
            };
            return others_at > Some(*at) || (others_at == Some(*at) && is_another());
        }
        match self.first_sync {
            _ if self.seen.as_ref().is_some_and(|seen| seen.at.is_some()) => false,
            Some(first) if others_at > Some(first) => others_at > thread.mine_at,
            Some(first) if thread.mine_at > Some(first) && thread.mine_at >= others_at => false,
            _ => server.unread,
        }
    }
}

/// Marks a conversation unread inside a transaction of state.db.
pub(super) fn put_unread(state: &Connection, id: &ConversationId) -> Tried<()> {
    state
        .prepare_cached(
            "INSERT INTO seen (conversation_id, seen_at, unread, marked) \
             VALUES (?1, 0, 1, (SELECT coalesce(max(marked), 0) + 1 FROM seen)) \
             ON CONFLICT (conversation_id) DO UPDATE SET unread = 1, marked = excluded.marked",
        )?
        .execute([id.as_str()])?;
    Ok(())
}

/// When the customer wrote last, as far as the row of a list says.
fn contact_at(server: &Conversation, me: Option<&Me>) -> Option<UnixTime> {
    let is_mine = server.created_by.is_some() && server.created_by.as_ref() == me.map(|me| &me.id);
    let began = (!is_mine).then_some(server.created_at);
    server.last_contact_at.max(server.waiting_since).max(began)
}

/// Who wrote last in a thread; `parts` are oldest first. What programs write is nobody's: it makes
/// nothing unread.
pub(super) fn who_wrote(parts: &[Part], me: Option<&Me>) -> ThreadFacts {
    let mut facts = ThreadFacts::default();
    for part in parts.iter().filter(|part| part.is_message() || part.kind == PartKind::Note) {
        let at = Some(part.created_at);
        match (&part.author.kind, me) {
            (AuthorKind::Teammate(Some(id)), Some(me)) if *id == me.id => facts.mine_at = facts.mine_at.max(at),
            // Until it is known who I am, a teammate's words may be my own.
            (AuthorKind::Teammate(_), Some(_)) | (AuthorKind::Contact(_), _) if at >= facts.others_at => {
                facts.others_at = at;
                facts.others_part = Some(part.id.clone());
            }
            _ => {}
        }
    }
    facts
}

impl Cache {
    /// I have seen a conversation up to a moment, at most up to the newest thing that is here of it; a
    /// mark by hand goes. Never goes back. Gives whether that changed the conversation's row.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn mark_seen(&self, id: &ConversationId, until: UnixTime) -> Result<bool, CacheError> {
        let (until, part) = self.read_cache(|cache| {
            let Some(kept) = row::load_kept(cache, id)? else { return Ok((until, None)) };
            let server: Conversation = serde_json::from_str(&kept.server)?;
            let newest: Option<i64> = cache
                .prepare_cached("SELECT max(created_at) FROM part WHERE conversation_id = ?1")?
                .query_row([id.as_str()], |row| row.get(0))?;
            // A moment of this machine's clock, should one come in, is not one of the helpdesk's.
            let until = until.min(newest.map_or(server.last_message_at, |at| server.last_message_at.max(UnixTime(at))));
            let is_seen = kept.thread.others_at.is_some_and(|at| at <= until);
            Ok((until, kept.thread.others_part.filter(|_| is_seen)))
        })?;
        let known = self.read_state(|state| load(state, id))?;
        let is_news = known.is_none_or(|seen| {
            let is_later = seen.at.is_none_or(|at| at < until);
            seen.unread || is_later || (seen.at == Some(until) && part.is_some() && seen.part != part)
        });
        if !is_news {
            return Ok(false);
        }
        self.write_state("mark_seen", |state| {
            state.execute(
                "INSERT INTO seen (conversation_id, seen_at, unread, seen_part, marked) \
                 VALUES (?1, ?2, 0, ?3, (SELECT coalesce(max(marked), 0) + 1 FROM seen)) \
                 ON CONFLICT (conversation_id) DO UPDATE SET unread = 0, marked = excluded.marked, \
                 seen_part = iif(excluded.seen_at >= seen_at, excluded.seen_part, seen_part), \
                 seen_at = max(seen_at, excluded.seen_at)",
                (id.as_str(), until.0, part.as_ref().map(PartId::as_str)),
            )?;
            Ok(())
        })?;
        Ok(!self.show(std::slice::from_ref(id)).is_empty())
    }

    /// A conversation counts as unread until I look at it again. Gives whether that changed its row.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn mark_unread(&self, id: &ConversationId) -> Result<bool, CacheError> {
        self.write_state("mark_unread", |state| put_unread(state, id))?;
        Ok(!self.show(std::slice::from_ref(id)).is_empty())
    }

    /// Up to when I have seen a conversation; `None` when never.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_seen(&self, id: &ConversationId) -> Result<Option<UnixTime>, CacheError> {
        self.read_state(|state| load_seen(state, id))
    }

    /// The same, with the last message or note by somebody else that was there then.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_seen_part(&self, id: &ConversationId) -> Result<Option<(UnixTime, Option<PartId>)>, CacheError> {
        let seen = self.read_state(|state| load(state, id))?;
        Ok(seen.and_then(|seen| seen.at.map(|at| (at, seen.part))))
    }

    /// The first sync of this account is complete: what comes from here on is news to me. The helpdesk's
    /// time now bounds what absurd dates could do. Does nothing when that was noted before.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn note_first_sync(&self, server_now: UnixTime) -> Result<(), CacheError> {
        if self.read_state(load_first_sync)?.is_some() {
            return Ok(());
        }
        let newest: Option<i64> = self.read_cache(|cache| {
            // What our own unsettled acts shaped has times of this machine's clock.
            Ok(cache.query_row("SELECT max(last_message_at) FROM conversation WHERE touched = 0", [], |r| r.get(0))?)
        })?;
        let newest = UnixTime(newest.unwrap_or(0)).min(server_now);
        self.write_state("note_first_sync", |state| {
            state.execute(
                "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)",
                (FIRST_SYNC, newest.0.to_string()),
            )?;
            Ok(())
        })
    }
}

/// Everything that [`Marks::is_unread`] needs from state.db.
pub(super) fn load_marks(state: &Connection, id: &ConversationId) -> Tried<Marks> {
    Ok(Marks { seen: load(state, id)?, first_sync: load_first_sync(state)? })
}

/// The same for any conversation that was never looked at.
pub(super) fn load_unmarked(state: &Connection) -> Tried<Marks> {
    Ok(Marks { seen: None, first_sync: load_first_sync(state)? })
}

/// Up to when a conversation was seen.
pub(super) fn load_seen(state: &Connection, id: &ConversationId) -> Tried<Option<UnixTime>> {
    Ok(load(state, id)?.and_then(|seen| seen.at))
}

/// Conversations that were marked last: a crash may have come before their rows said so.
pub(super) fn marked_lately(state: &Connection) -> Tried<Vec<ConversationId>> {
    effective::ids(state, "SELECT conversation_id FROM seen ORDER BY marked DESC LIMIT ?1", [LATELY])
}

fn load(state: &Connection, id: &ConversationId) -> Tried<Option<Seen>> {
    let mut statement =
        state.prepare_cached("SELECT seen_at, seen_part, unread FROM seen WHERE conversation_id = ?1")?;
    let seen = statement.query_row([id.as_str()], |row| {
        let at: i64 = row.get(0)?;
        let part: Option<String> = row.get(1)?;
        Ok(Seen {
            // Marked unread before it was ever looked at.
            at: (at != 0).then_some(UnixTime(at)),
            part: part.and_then(|id| PartId::parse(&id)),
            unread: row.get(2)?,
        })
    });
    Ok(seen.optional()?)
}

fn load_first_sync(state: &Connection) -> Tried<Option<UnixTime>> {
    let found: Option<String> = state
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([FIRST_SYNC], |row| row.get(0))
        .optional()?;
    Ok(found.and_then(|text| text.parse().ok()).map(UnixTime))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, commit, conversation, id, note_by, part_by, reply, teammate};
    use super::*;
    use crate::domain::ContactId;

    fn written_by_contact(at: i64) -> Part {
        let mut part = part_by("0", PartKind::Comment, "Hello?", at);
        part.author.kind = AuthorKind::Contact(ContactId::parse("contact-1"));
        part
    }

    fn be_somebody(cache: &Cache) {
        cache.set_me(&Me { id: teammate("7"), name: "Ana Costa".into() }).unwrap();
    }

    fn is_unread(cache: &Cache) -> bool {
        cache.load_conversation(&id("1")).unwrap().unwrap().unread
    }

    /// The helpdesk's row at a moment, with its thread.
    fn store(cache: &Cache, at: i64, parts: &[Part]) {
        cache.store_thread(&conversation("1", at), parts, 0).unwrap();
    }

    #[test]
    fn marks_never_go_back() {
        let place = Place::new();
        assert_eq!(place.cache.load_seen(&id("1")).unwrap(), None);
        place.cache.mark_seen(&id("1"), UnixTime(7)).unwrap();
        place.cache.mark_seen(&id("1"), UnixTime(5)).unwrap();
        assert_eq!(place.cache.load_seen(&id("1")).unwrap(), Some(UnixTime(7)));
    }

    #[test]
    fn at_first_it_is_as_the_helpdesk_says_and_what_comes_later_is_unread() {
        let place = Place::new();
        let cache = &place.cache;
        let mut before = conversation("1", NOW - 100);
        cache.store_page(&[before.clone(), conversation("2", NOW - 50)], None).unwrap();
        assert!(!is_unread(cache));
        before.unread = true;
        before.updated_at = UnixTime(NOW - 60);
        cache.store_page(&[before], None).unwrap();
        assert!(is_unread(cache));
        cache.note_first_sync(UnixTime(NOW)).unwrap();
        assert!(is_unread(cache), "as the helpdesk says still");
        cache.store_page(&[conversation("2", NOW - 50), conversation("3", NOW - 49)], None).unwrap();
        let unread = |on: &str| cache.load_conversation(&id(on)).unwrap().unwrap().unread;
        assert!(!unread("2") && unread("3"));
        place.another().note_first_sync(UnixTime(NOW + 900)).unwrap();
        cache.store_page(&[conversation("4", NOW - 40)], None).unwrap();
        assert!(unread("4"), "the first sync is the first one for good");
    }

    #[test]
    fn absurd_dates_do_not_hide_what_comes() {
        let place = Place::new();
        place.cache.store_page(&[conversation("9", i64::MAX / 2)], None).unwrap();
        place.cache.note_first_sync(UnixTime(NOW)).unwrap();
        place.cache.store_page(&[conversation("1", NOW + 5)], None).unwrap();
        assert!(is_unread(&place.cache));
    }

    #[test]
    fn looking_at_it_reads_it_until_somebody_else_writes() {
        let place = Place::new();
        let cache = &place.cache;
        be_somebody(cache);
        cache.note_first_sync(UnixTime(NOW)).unwrap();
        store(cache, NOW, &[written_by_contact(NOW)]);
        assert!(is_unread(cache));
        assert!(cache.mark_seen(&id("1"), UnixTime(NOW)).unwrap());
        assert!(!is_unread(cache));
        assert!(!cache.mark_seen(&id("1"), UnixTime(NOW)).unwrap(), "nothing new");
        // A colleague's note makes it unread, an event does not, nor does what I write.
        let mut parts = vec![written_by_contact(NOW), note_by("7", "I look", NOW + 5)];
        store(cache, NOW + 5, &parts);
        assert!(!is_unread(cache), "my own words");
        let mut event = part_by("8", PartKind::Close, "", NOW + 6);
        event.body = None;
        parts.push(event);
        store(cache, NOW + 6, &parts);
        assert!(!is_unread(cache), "an event");
        let mut bot = part_by("8", PartKind::Comment, "Your ticket is 5", NOW + 7);
        bot.author.kind = AuthorKind::Bot;
        parts.push(bot);
        store(cache, NOW + 7, &parts);
        assert!(!is_unread(cache), "a program");
        parts.push(note_by("8", "Me too", NOW + 8));
        store(cache, NOW + 8, &parts);
        assert!(is_unread(cache), "a colleague's note");
        cache.mark_seen(&id("1"), UnixTime(NOW + 8)).unwrap();
        assert!(!is_unread(&place.another()));
        // The list knows of the customer's message before the thread is here.
        let mut row = conversation("1", NOW + 9);
        row.last_contact_at = Some(UnixTime(NOW + 9));
        cache.store_page(&[row], None).unwrap();
        assert!(is_unread(cache), "the row alone says so");
    }

    #[test]
    fn two_messages_of_one_second_are_told_apart() {
        let place = Place::new();
        let cache = &place.cache;
        be_somebody(cache);
        let mut parts = vec![written_by_contact(NOW)];
        store(cache, NOW, &parts);
        cache.mark_seen(&id("1"), UnixTime(NOW)).unwrap();
        assert!(!is_unread(cache));
        parts.push(note_by("8", "At the same moment", NOW));
        store(cache, NOW, &parts);
        assert!(is_unread(cache));
        assert!(cache.mark_seen(&id("1"), UnixTime(NOW)).unwrap());
        assert!(!is_unread(cache));
    }

    #[test]
    fn what_i_answered_is_read() {
        let place = Place::new();
        let cache = &place.cache;
        be_somebody(cache);
        cache.note_first_sync(UnixTime(NOW - 10)).unwrap();
        let mut parts = vec![written_by_contact(NOW)];
        store(cache, NOW, &parts);
        assert!(is_unread(cache));
        commit(cache, "g", "1", &[reply("Coming")]);
        assert!(!is_unread(cache), "at once");
        parts.push(part_by("7", PartKind::Comment, "Coming", NOW + 4));
        store(cache, NOW + 4, &parts);
        assert!(!is_unread(cache));
    }

    #[test]
    fn marked_by_hand_it_stays_unread_until_it_is_looked_at() {
        let place = Place::new();
        let cache = &place.cache;
        store(cache, NOW, &[written_by_contact(NOW)]);
        assert!(!is_unread(cache));
        assert!(cache.mark_unread(&id("1")).unwrap());
        assert!(is_unread(cache));
        assert_eq!(cache.load_seen(&id("1")).unwrap(), None, "never looked at");
        store(cache, NOW + 1, &[written_by_contact(NOW)]);
        assert!(is_unread(&place.another()), "whatever the helpdesk says");
        assert!(cache.mark_seen(&id("1"), UnixTime(NOW)).unwrap());
        assert!(!is_unread(cache));
        cache.mark_unread(&id("1")).unwrap();
        assert_eq!(cache.load_seen(&id("1")).unwrap(), Some(UnixTime(NOW)));
    }

    #[test]
    fn a_moment_of_this_machines_clock_hides_nothing() {
        let place = Place::new();
        let cache = &place.cache;
        be_somebody(cache);
        cache.note_first_sync(UnixTime(NOW - 10)).unwrap();
        store(cache, NOW, &[written_by_contact(NOW)]);
        cache.mark_seen(&id("1"), UnixTime(NOW + 86_400)).unwrap();
        assert_eq!(cache.load_seen(&id("1")).unwrap(), Some(UnixTime(NOW)));
        store(cache, NOW + 60, &[written_by_contact(NOW), written_by_contact(NOW + 60)]);
        assert!(is_unread(cache));
    }

    #[test]
    fn a_mark_that_was_not_shown_is_shown_at_the_next_start() {
        let place = Place::new();
        let cache = &place.cache;
        store(cache, NOW, &[written_by_contact(NOW)]);
        let sql = "INSERT INTO seen (conversation_id, seen_at, unread, marked) VALUES ('1', 0, 1, 1)";
        cache.write_state("test", |state| Ok(state.execute(sql, [])?)).unwrap();
        assert!(!is_unread(cache));
        assert_eq!(place.another().reconcile_at_start().unwrap(), [id("1")]);
        assert!(is_unread(cache));
    }

    #[test]
    fn who_i_am_is_learnt_late() {
        let place = Place::new();
        let cache = &place.cache;
        cache.note_first_sync(UnixTime(NOW - 10)).unwrap();
        store(cache, NOW, &[written_by_contact(NOW - 5), part_by("7", PartKind::Comment, "Hello", NOW)]);
        assert!(is_unread(cache));
        be_somebody(cache);
        assert!(!is_unread(cache), "the last word was mine");
    }
}
