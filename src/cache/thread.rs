//! Threads that are on disk, and one conversation with all that belongs to it.

use rusqlite::{Connection, OptionalExtension};

use super::database::{Tried, int};
use super::row::{self, Kept};
use super::tally::Of;
use super::{Cache, CacheError, SetReminder, draft, duplicates, effective, outbox_rows, people, reminder, seen};
use crate::domain::{
    AuthorKind, Contact, ContactNote, ContactRef, Conversation, ConversationId, Draft, Duplicate, OutboxRow, Part,
    PartId, TeammateId, UnixTime,
};
use crate::query::{Clause, SqlValue};
use crate::text::Untrusted;

/// Other conversations of the contact that are loaded with a thread.
const EARLIER: usize = 20;
const HOUR: i64 = 3_600;

/// A thread as the files have it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredThread {
    /// The effective conversation.
    pub conversation: Conversation,
    /// Its parts, oldest first, the opening message first. Empty while not on disk.
    pub parts: Vec<Part>,
    /// Whether the parts are on disk.
    pub is_here: bool,
    /// Whether the conversation has changed since its parts were fetched, or they never were.
    pub is_stale: bool,
    /// The helpdesk no longer has the conversation.
    pub is_gone: bool,
    /// How many older parts the helpdesk does not give.
    pub missing: u32,
    /// Up to when I had seen it.
    pub seen_at: Option<UnixTime>,
    /// Unsettled acts on it, and sent messages whose part is not here yet, in order: what was said does
    /// not vanish between the answer and the next read of the thread.
    pub pending: Vec<OutboxRow>,
    /// Its drafts, the reply first.
    pub drafts: Vec<Draft>,
    /// The contact, once fetched.
    pub contact: Option<Contact>,
    /// Notes about the contact, newest first.
    pub contact_notes: Vec<ContactNote>,
    /// Names of the contact's companies, as far as they are here.
    pub companies: Vec<Untrusted>,
    /// The contact's other conversations, newest first, at most 20.
    pub earlier: Vec<Conversation>,
    /// Who takes part beside the contact, each with a phone number (may be empty). Of those who were never
    /// fetched only the id is given.
    pub others: Vec<(ContactRef, Untrusted)>,
    /// Contacts that may be the same person, at most 5.
    pub duplicates: Vec<Duplicate>,
    /// What the agent wanted to be told when it is back; absent while it is not to be told.
    pub reminder: Option<SetReminder>,
}

impl Cache {
    /// Loads a conversation as the agent sees it; also one that the helpdesk no longer has, while acts
    /// or a draft keep it.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_conversation(&self, id: &ConversationId) -> Result<Option<Conversation>, CacheError> {
        self.read_cache(|cache| row::load_kept(cache, id)?.map(|kept| shown(&kept)).transpose())
    }

    /// Loads a conversation as the helpdesk last said it.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_server_conversation(&self, id: &ConversationId) -> Result<Option<Conversation>, CacheError> {
        self.read_cache(|cache| {
            Ok(row::load_kept(cache, id)?.map(|kept| serde_json::from_str(&kept.server)).transpose()?)
        })
    }

    /// Loads a thread with all that belongs to it; `None` when there is no such conversation.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_thread(&self, id: &ConversationId) -> Result<Option<StoredThread>, CacheError> {
        let (unsettled, sent, drafts, seen_at, reminder) = self.read_state(|state| {
            let unsettled = outbox_rows::load_unsettled(state, id)?;
            let sent = outbox_rows::load_sent_messages(state, id)?;
            let reminder = reminder::load(state, id)?;
            Ok((unsettled, sent, draft::load(state, id)?, seen::load_seen(state, id)?, reminder))
        })?;
        self.read_cache(|cache| {
            let Some(kept) = row::load_kept(cache, id)? else { return Ok(None) };
            let conversation = shown(&kept)?;
            let parts = load_parts(cache, id)?;
            let is_stale = kept.thread.at.is_none_or(|at| at < conversation.updated_at);
            let current = effective::digest(&kept.server);
            let mut pending: Vec<_> = sent
                .into_iter()
                .filter(|(row, over)| {
                    let is_awaited = is_stale || over.as_ref() == Some(&current);
                    is_awaited && parts.iter().all(|part| Some(&part.id) != row.sent_part.as_ref())
                })
                .map(|(row, _)| row)
                .chain(unsettled)
                .collect();
            pending.sort_by_key(|row| row.id);
            let contact_id = conversation.contact.as_ref().and_then(|contact| contact.id.as_ref());
            let mut contact = None;
            let (mut contact_notes, mut companies, mut earlier) = (Vec::new(), Vec::new(), Vec::new());
            let mut duplicates = Vec::new();
            let mut others =
                if conversation.participants.len() > 1 { taking_part(cache, &conversation)? } else { vec![] };
            others.retain(|(other, _)| other.id.as_ref() != contact_id);
            if let Some(contact_id) = contact_id {
                contact = people::find_contact(cache, contact_id)?.here();
                contact_notes = people::load_contact_notes(cache, contact_id)?;
                earlier = load_earlier(cache, id, contact_id.as_str(), EARLIER)?;
            }
            if let Some(with) = &conversation.contact {
                duplicates = duplicates::load(cache, with)?;
            }
            if let Some(contact) = &contact {
                companies = people::company_names(cache, contact)?.into_iter().map(Untrusted::new).collect();
            }
            Ok(Some(StoredThread {
                parts,
                is_here: kept.thread.at.is_some(),
                is_stale,
                is_gone: kept.gone,
                missing: kept.thread.missing,
                seen_at,
                pending,
                drafts,
                contact,
                contact_notes,
                companies,
                earlier,
                others,
                duplicates,
                reminder: self.told(&conversation, reminder),
                conversation,
            }))
        })
    }

    /// Who takes part in a conversation, each with a phone number (may be empty), in the conversation's order.
    /// Of those who were never fetched only the id is given, unless the conversation is with them.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_participants(&self, id: &ConversationId) -> Result<Vec<(ContactRef, Untrusted)>, CacheError> {
        self.read_cache(|cache| {
            let Some(kept) = row::load_kept(cache, id)? else { return Ok(Vec::new()) };
            taking_part(cache, &shown(&kept)?)
        })
    }

    /// The other conversations of a conversation's contact, newest first, at most 100.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_others_of_contact(&self, id: &ConversationId) -> Result<Vec<Conversation>, CacheError> {
        const MOST: usize = 100;
        self.read_cache(|cache| {
            let Some(kept) = row::load_kept(cache, id)? else { return Ok(Vec::new()) };
            match shown(&kept)?.contact.and_then(|contact| contact.id) {
                Some(contact) => load_earlier(cache, id, contact.as_str(), MOST),
                None => Ok(Vec::new()),
            }
        })
    }

    /// The newest part on disk and how many parts the thread has, the opening message apart: what an
    /// agent who writes now could have seen.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_baseline(&self, id: &ConversationId) -> Result<(Option<PartId>, u32), CacheError> {
        self.read_cache(|cache| {
            let Some(kept) = row::load_kept(cache, id)? else { return Ok((None, 0)) };
            if kept.thread.at.is_none() {
                return Ok((None, serde_json::from_str::<Conversation>(&kept.server)?.part_count));
            }
            let newest: Option<String> = cache
                .prepare_cached("SELECT part_id FROM part WHERE conversation_id = ?1 ORDER BY position DESC LIMIT 1")?
                .query_row([id.as_str()], |row| row.get(0))
                .optional()?;
            let count: u32 = cache
                .prepare_cached("SELECT count(*) FROM part WHERE conversation_id = ?1")?
                .query_row([id.as_str()], |row| row.get(0))?;
            // The opening message is no part of the helpdesk's count.
            let count = count.saturating_sub(1).saturating_add(kept.thread.missing);
            Ok((newest.and_then(|id| PartId::parse(&id)), count))
        })
    }

    /// Conversations whose thread is not on disk or older than their row, newest first; with `since`,
    /// only those whose last message came then or later.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn threads_wanted(&self, limit: usize, since: Option<UnixTime>) -> Result<Vec<ConversationId>, CacheError> {
        self.read_cache(|cache| {
            let sql = "SELECT id FROM conversation WHERE thread_wanted = 1 AND last_message_at >= ?2 \
                       ORDER BY last_message_at DESC LIMIT ?1";
            effective::ids(cache, sql, (int(limit), since.map_or(i64::MIN, UnixTime::secs)))
        })
    }

    /// How many conversations are here, and how many of them with their thread as it is now; with
    /// `since`, of those whose last message came after the hour in which that lies. Both are kept: asking
    /// again costs what has changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn count_threads(&self, since: Option<UnixTime>) -> Result<(usize, usize), CacheError> {
        // By the hour, so that it stays the same while time goes by.
        let since = since.map(|since| UnixTime(since.secs().saturating_add(HOUR - 1).div_euclid(HOUR) * HOUR));
        let clause = |sql: &str| match since {
            Some(since) => Clause {
                sql: format!("({sql} AND c.last_message_at >= ?)"),
                params: vec![SqlValue::Integer(since.secs())],
            },
            None => Clause { sql: sql.to_owned(), params: Vec::new() },
        };
        let lengths = self.load_kept_lengths(Of::History, vec![clause("1"), clause("c.thread_wanted = 1")])?;
        let (all, wanted) = (lengths.first().copied().unwrap_or(0), lengths.get(1).copied().unwrap_or(0));
        Ok((all, all.saturating_sub(wanted)))
    }

    /// Ids that begin with some letters, at most `limit`, in order: for completing what was typed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn find_ids(&self, beginning: &str, limit: usize) -> Result<Vec<ConversationId>, CacheError> {
        // Ids are ASCII: every one with this beginning sorts between it and it with `~` behind.
        let end = format!("{beginning}~");
        self.read_cache(|cache| {
            let sql = "SELECT id FROM conversation WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3";
            effective::ids(cache, sql, (beginning, end, int(limit)))
        })
    }
}

/// The participants of a conversation, in its order.
fn taking_part(cache: &Connection, of: &Conversation) -> Tried<Vec<(ContactRef, Untrusted)>> {
    let main = of.contact.as_ref();
    let mut known = Vec::with_capacity(of.participants.len());
    for who in &of.participants {
        if let Some(contact) = people::find_contact(cache, who)?.here() {
            let Contact { id, name, email, role, phone, .. } = contact;
            known.push((ContactRef { id: Some(id), name, email, role }, phone));
        } else {
            let named = main.filter(|main| main.id.as_ref() == Some(who)).cloned();
            let bare = || ContactRef { id: Some(who.clone()), ..ContactRef::default() };
            known.push((named.unwrap_or_else(bare), Untrusted::default()));
        }
    }
    Ok(known)
}

/// The effective conversation.
pub(super) fn shown(kept: &Kept) -> Tried<Conversation> {
    Ok(serde_json::from_str(kept.shown.as_ref().unwrap_or(&kept.server))?)
}

/// The parts on disk, oldest first. One that this program cannot read is left out.
pub(super) fn load_parts(cache: &Connection, id: &ConversationId) -> Tried<Vec<Part>> {
    let mut statement = cache.prepare_cached("SELECT part FROM part WHERE conversation_id = ?1 ORDER BY position")?;
    let mut found = statement.query([id.as_str()])?;
    let mut parts = Vec::new();
    while let Some(row) = found.next()? {
        parts.extend(serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()).ok());
    }
    Ok(parts)
}

/// Writes the parts that differ and removes those beyond; `is_new`: none are here. Gives whether any did.
pub(super) fn put_parts(cache: &Connection, id: &ConversationId, parts: &[Part], is_new: bool) -> Tried<bool> {
    let id = id.as_str();
    let mut changed = false;
    let mut found = cache.prepare_cached("SELECT part = ?3 FROM part WHERE conversation_id = ?1 AND position = ?2")?;
    let mut write = cache.prepare_cached(
        "INSERT INTO part (conversation_id, position, part_id, created_at, author_id, part) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (conversation_id, position) DO UPDATE SET \
         part_id = excluded.part_id, created_at = excluded.created_at, author_id = excluded.author_id, \
         part = excluded.part",
    )?;
    for (position, part) in parts.iter().enumerate() {
        let json = serde_json::to_string(part)?;
        let mut is_same = || found.query_row((id, int(position), &json), |row| row.get(0)).optional();
        if !is_new && is_same()? == Some(true) {
            continue;
        }
        let author = match &part.author.kind {
            AuthorKind::Teammate(author) => author.as_ref().map(TeammateId::as_str),
            _ => None,
        };
        write.execute((id, int(position), part.id.as_str(), part.created_at.0, author, json))?;
        changed = true;
    }
    if is_new {
        return Ok(changed);
    }
    let beyond = cache
        .prepare_cached("DELETE FROM part WHERE conversation_id = ?1 AND position >= ?2")?
        .execute((id, int(parts.len())))?;
    Ok(changed || beyond > 0)
}

fn load_earlier(cache: &Connection, id: &ConversationId, contact: &str, most: usize) -> Tried<Vec<Conversation>> {
    let mut statement = cache.prepare_cached(
        "SELECT coalesce(j.shown, j.server) FROM conversation c JOIN conversation_json j ON j.row = c.row \
         WHERE c.contact_id = ?1 AND c.id <> ?2 AND c.gone = 0 ORDER BY c.last_message_at DESC LIMIT ?3",
    )?;
    let mut found = statement.query((contact, id.as_str(), int(most)))?;
    let mut earlier = Vec::new();
    while let Some(row) = found.next()? {
        earlier.push(serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?);
    }
    Ok(earlier)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Settlement;
    use super::super::fixtures::{NOW, Place, commit, contact, conversation, id, note_by, part_by, reply, take_lease};
    use super::*;
    use crate::domain::{Act, Company, CompanyId, ContactId, Mode, OutboxStatus, PartKind};

    #[test]
    fn a_thread_comes_with_all_that_belongs_to_it() {
        let place = Place::new();
        let cache = &place.cache;
        let who = ContactId::parse("contact-1").unwrap();
        let mut older = conversation("0", NOW - 100);
        older.contact.as_mut().unwrap().id = Some(who.clone());
        cache.store_page(&[conversation("1", NOW), older, conversation("2", NOW)], None).unwrap();
        let mut known = contact("contact-1");
        known.companies = vec![CompanyId::parse("c2").unwrap(), CompanyId::parse("c1").unwrap()];
        cache.store_contacts(&[known.clone()]).unwrap();
        let companies = ["c1", "c2"].map(|id| Company { id: CompanyId::parse(id).unwrap(), name: Untrusted::new(id) });
        cache.store_companies(&companies).unwrap();
        let notes =
            [ContactNote { body: Untrusted::new("vip"), author: Untrusted::default(), created_at: UnixTime(3) }];
        assert!(cache.store_contact_notes(&who, &notes).unwrap());
        assert!(!cache.store_contact_notes(&who, &notes).unwrap());
        commit(cache, "g", "1", &[reply("Hello"), Act::Close]);
        let draft = Draft::new(id("1"), Mode::Note, "hm", UnixTime(1));
        cache.save_draft(&draft, false).unwrap();
        cache.mark_seen(&id("1"), UnixTime(NOW)).unwrap();
        let thread = cache.load_thread(&id("1")).unwrap().unwrap();
        assert_eq!((thread.is_here, thread.is_stale, thread.parts.len(), thread.pending.len()), (false, true, 0, 2));
        assert_eq!((thread.contact, thread.contact_notes.len()), (Some(known), 1));
        assert_eq!(thread.companies, ["c2", "c1"].map(Untrusted::new));
        assert_eq!(thread.earlier.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["0"]);
        let kept = Draft { revision: 1, ..draft };
        assert_eq!((thread.drafts, thread.seen_at), (vec![kept], Some(UnixTime(NOW))));
        assert_eq!(cache.load_thread(&id("9")).unwrap(), None);
        assert_eq!(cache.load_contact(&who).unwrap().unwrap().1, UnixTime(NOW));
    }

    #[test]
    fn a_sent_message_stays_in_sight_until_its_part_is_here() {
        let place = Place::new();
        let cache = &place.cache;
        let opening = part_by("8", PartKind::Opening, "hi", 1);
        cache.store_thread(&conversation("1", NOW), std::slice::from_ref(&opening), 0).unwrap();
        let row = commit(cache, "g", "1", &[reply("Hello")])[0];
        take_lease(cache, "me");
        let attempt = cache.mark_sending(row, "me").unwrap().unwrap().attempts;
        let mine = part_by("7", PartKind::Comment, "Hello", NOW + 1);
        let sent_part = Some(mine.id.clone());
        let (status, reason) = (OutboxStatus::Sent, Untrusted::default());
        cache
            .settle(&Settlement {
                id: row,
                attempt,
                status,
                reason,
                due_at: None,
                sent_part,
                doubt: crate::domain::Doubt::default(),
            })
            .unwrap()
            .unwrap();
        let pending = || cache.load_thread(&id("1")).unwrap().unwrap().pending;
        assert_eq!((pending().len(), pending()[0].status), (1, OutboxStatus::Sent));
        cache.store_page(&[conversation("1", NOW + 2)], None).unwrap();
        assert_eq!(pending().len(), 1, "a list row brings no parts");
        cache.store_thread(&conversation("1", NOW + 2), &[opening, mine], 0).unwrap();
        assert!(pending().is_empty());
    }

    #[test]
    fn a_baseline_is_what_the_agent_could_have_seen() {
        let place = Place::new();
        let cache = &place.cache;
        assert_eq!(cache.load_baseline(&id("1")).unwrap(), (None, 0));
        let mut row = conversation("1", NOW);
        row.part_count = 4;
        cache.store_page(std::slice::from_ref(&row), None).unwrap();
        assert_eq!(cache.load_baseline(&id("1")).unwrap(), (None, 4));
        let parts = [part_by("8", PartKind::Opening, "hi", 1), note_by("8", "a", 2), note_by("8", "b", 3)];
        cache.store_thread(&row, &parts, 2).unwrap();
        row.part_count = 5;
        row.updated_at = UnixTime(NOW + 1);
        cache.store_page(&[row], None).unwrap();
        assert_eq!(
            cache.load_baseline(&id("1")).unwrap(),
            (Some(parts[2].id.clone()), 4),
            "the fifth was not on screen"
        );
    }

    #[test]
    fn ids_are_found_by_their_beginning() {
        let place = Place::new();
        let rows = ["12", "123", "13", "2"].map(|name| conversation(name, NOW));
        place.cache.store_page(&rows, None).unwrap();
        assert_eq!(place.cache.find_ids("12", 9).unwrap(), [id("12"), id("123")]);
        assert_eq!(place.cache.find_ids("", 2).unwrap(), [id("12"), id("123")]);
        assert!(place.cache.find_ids("%", 9).unwrap().is_empty());
    }

    #[test]
    fn a_part_that_is_not_understood_costs_itself() {
        let place = Place::new();
        let cache = &place.cache;
        let parts = [note_by("8", "a", 1), note_by("8", "b", 2)];
        cache.store_thread(&conversation("1", NOW), &parts, 0).unwrap();
        cache.write_cache(|c| Ok(c.execute("UPDATE part SET part = '{}' WHERE position = 0", [])?)).unwrap();
        assert_eq!(cache.load_thread(&id("1")).unwrap().unwrap().parts, parts[1..]);
    }
}
