//! The effective row: the helpdesk's row, what the contact and the thread add, and the unsettled acts
//! of state.db, in order.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Connection, Params};
use sha2::{Digest, Sha256};

use super::database::{Tried, int};
use super::outbox_rows::{self, Applied};
use super::people::Known;
use super::row::{self, Kept, Parts, ThreadFacts};
use super::seen::{self, Marks};
use super::{Cache, CacheError, File, Me, files, people, tally};
use crate::domain::{Act, ActKind, Contact, ContactId, Conversation, ConversationId, GroupId, OutboxStatus, UnixTime};
use crate::text::fold;

/// Ids refreshed in one transaction, so that no other process waits long.
const BATCH: usize = 100;

impl Cache {
    /// Makes the effective rows of these conversations anew, after the outbox, a draft or a mark of
    /// theirs changed. Gives those that changed; an unknown id is none of them.
    ///
    /// # Errors
    /// As [`CacheError`]; what could not be done is done with the next write of cache.db.
    pub fn rebase(&self, ids: &[ConversationId]) -> Result<Vec<ConversationId>, CacheError> {
        let mut wanted = self.take_owed();
        wanted.extend(ids.iter().cloned());
        let wanted: Vec<_> = wanted.into_iter().collect();
        let mut changed = Vec::new();
        for (at, batch) in wanted.chunks(BATCH).enumerate() {
            match self.write_cache(|cache| self.refresh_all(cache, batch)) {
                Ok(ids) => changed.extend(ids),
                Err(error) => {
                    self.owe(wanted.iter().skip(at * BATCH).cloned());
                    return Err(error);
                }
            }
        }
        Ok(changed)
    }

    /// The same after a commit of state.db: what is committed is committed, so failing to show it is
    /// no failure of the act.
    pub(super) fn show(&self, ids: &[ConversationId]) -> Vec<ConversationId> {
        self.rebase(ids).unwrap_or_else(|error| {
            tracing::warn!(%error, "an effective row is behind the outbox");
            Vec::new()
        })
    }

    /// Inside a write transaction of cache.db: what state.db holds is read after the lock was taken,
    /// so that nobody's acts are overlooked.
    pub(super) fn refresh_all(&self, cache: &Connection, ids: &[ConversationId]) -> Tried<Vec<ConversationId>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let me = self.me();
        self.0.state.lend(|state| {
            let mut changed = Vec::new();
            for id in ids {
                let Some(kept) = row::load_kept(cache, id)? else { continue };
                let server: Conversation = serde_json::from_str(&kept.server)?;
                let thread = kept.thread.clone();
                let fresh = Fresh { json: kept.server.clone(), server: &server, thread, gone: kept.gone };
                if refresh(cache, state, me.as_ref(), Some(&kept), &fresh)? {
                    changed.push(id.clone());
                }
            }
            Ok(changed)
        })
    }
}

/// What the helpdesk says now about a conversation.
pub(super) struct Fresh<'a> {
    /// Its row.
    pub server: &'a Conversation,
    /// The same as JSON.
    pub json: String,
    /// What its thread says.
    pub thread: ThreadFacts,
    /// It is no longer there.
    pub gone: bool,
}

/// Which of a page's conversations state.db has something about: one question for all of them, since it
/// has nothing about most.
pub(super) struct StateOf {
    /// Rows of the outbox, a draft, an end of a mention.
    shaped: BTreeSet<ConversationId>,
    /// Those that I have looked at.
    seen: BTreeSet<ConversationId>,
    marks: Marks,
}

impl StateOf {
    /// Asks about some conversations.
    pub fn load(state: &Connection, ids: &[&ConversationId]) -> Tried<Self> {
        let mut of = Self { shaped: BTreeSet::new(), seen: BTreeSet::new(), marks: seen::load_unmarked(state)? };
        let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        let mut statement = state.prepare_cached(
            "SELECT value, EXISTS (SELECT 1 FROM outbox o WHERE o.conversation_id = value \
             AND (o.status <> 'sent' OR o.sent_over IS NOT NULL)) \
             OR EXISTS (SELECT 1 FROM draft d WHERE d.conversation_id = value) \
             OR EXISTS (SELECT 1 FROM mention_done m WHERE m.conversation_id = value), \
             EXISTS (SELECT 1 FROM seen s WHERE s.conversation_id = value) FROM json_each(?1)",
        )?;
        let mut found = statement.query([serde_json::to_string(&ids)?])?;
        while let Some(row) = found.next()? {
            let (shaped, seen): (bool, bool) = (row.get(1)?, row.get(2)?);
            if (shaped || seen)
                && let Some(id) = ConversationId::parse(row.get_ref(0)?.as_str().unwrap_or_default())
            {
                if seen {
                    of.seen.insert(id.clone());
                }
                if shaped {
                    of.shaped.insert(id);
                }
            }
        }
        Ok(of)
    }

    /// Whether nothing of state.db shapes what is shown of a conversation, now or when its row was last
    /// made: the same from the helpdesk again is then no news. (Read marks are shown when they are made.)
    pub fn leaves_alone(&self, kept: &Kept) -> bool {
        !kept.touched && !kept.gone && !self.shaped.contains(&kept.id)
    }
}

/// What state.db adds.
struct Mine {
    applied: Vec<Applied>,
    has_open_rows: bool,
    has_draft: bool,
    mention_done: Option<UnixTime>,
    marks: Marks,
}

impl Mine {
    /// Of a conversation that state.db has nothing about.
    const fn nothing(marks: Marks) -> Self {
        Self { applied: Vec::new(), has_open_rows: false, has_draft: false, mention_done: None, marks }
    }
}

fn load_mine(state: &Connection, id: &ConversationId, server_json: &str) -> Tried<Mine> {
    let mut applied = outbox_rows::load_applicable(state, id)?;
    let has_open_rows = applied.iter().any(|row| row.status != OutboxStatus::Sent);
    drop_what_waits_for_a_person(&mut applied);
    if applied.iter().any(|row| row.sent_over.is_some()) {
        // A sent act is shown as done until the helpdesk's row says something new: nothing flickers
        // back between the answer and the next pull.
        let current = digest(server_json);
        // A later act that was sent over another row has seen this one's effect come, even where the
        // row has come to look as before since (a tag put on and taken off within a second).
        let is_sent = |row: &Applied| row.status == OutboxStatus::Sent;
        let overtaken = applied.iter().rposition(|row| is_sent(row) && row.sent_over.as_ref() != Some(&current));
        let mut at = 0;
        applied.retain(|row| {
            at += 1;
            if is_sent(row) { overtaken.is_none_or(|last| at > last + 1) } else { row.status.is_unsettled() }
        });
    } else {
        applied.retain(|row| row.status.is_unsettled());
    }
    let has_draft = state.prepare_cached("SELECT 1 FROM draft WHERE conversation_id = ?1")?.exists([id.as_str()])?;
    let mut done = state.prepare_cached("SELECT done_at FROM mention_done WHERE conversation_id = ?1")?;
    let mention_done = done.query([id.as_str()])?.next()?.map(|row| row.get(0)).transpose()?.map(UnixTime);
    Ok(Mine { applied, has_open_rows, has_draft, mention_done, marks: seen::load_marks(state, id)? })
}

/// Takes out what stands behind a row that needs a person, as `IS_FIRST` has it: nobody knows whether it
/// will ever be done, and a conversation whose reply is held must not vanish from the open ones.
fn drop_what_waits_for_a_person(applied: &mut Vec<Applied>) {
    let mut is_stuck = false;
    let mut refused: Vec<GroupId> = Vec::new();
    applied.retain(|row| {
        match row.status {
            OutboxStatus::Held | OutboxStatus::NeedsDecision => is_stuck = true,
            OutboxStatus::Failed if row.act.is_message() => refused.push(row.group.clone()),
            OutboxStatus::Queued | OutboxStatus::Retry | OutboxStatus::Unknown => {
                is_stuck |= refused.contains(&row.group);
                return !is_stuck;
            }
            OutboxStatus::Failed | OutboxStatus::Sending | OutboxStatus::Sent => {}
        }
        true
    });
}

/// Names a helpdesk's row, to tell whether another has come.
pub(super) fn digest(server_json: &str) -> String {
    let mut digest = files::hex(&Sha256::digest(server_json.as_bytes()));
    digest.truncate(24);
    digest
}

/// Writes everything that cache.db keeps of one conversation but its thread and contact. Gives whether
/// anything changed that an agent could see.
pub(super) fn refresh(
    cache: &Connection,
    state: &Connection,
    me: Option<&Me>,
    kept: Option<&Kept>,
    fresh: &Fresh<'_>,
) -> Tried<bool> {
    let mine = load_mine(state, &fresh.server.id, &fresh.json).map_err(|failed| failed.of(File::State))?;
    refresh_with(cache, me, kept, fresh, &mine)
}

/// The same for one of many.
pub(super) fn refresh_one_of(
    cache: &Connection,
    state: (&Connection, &StateOf),
    me: Option<&Me>,
    kept: Option<&Kept>,
    fresh: &Fresh<'_>,
) -> Tried<bool> {
    let (state, of) = state;
    let id = &fresh.server.id;
    if of.shaped.contains(id) || of.seen.contains(id) {
        return refresh(cache, state, me, kept, fresh);
    }
    refresh_with(cache, me, kept, fresh, &Mine::nothing(of.marks.clone()))
}

fn refresh_with(
    cache: &Connection,
    me: Option<&Me>,
    kept: Option<&Kept>,
    fresh: &Fresh<'_>,
    mine: &Mine,
) -> Tried<bool> {
    let id = &fresh.server.id;
    if fresh.gone && !mine.has_open_rows && !mine.has_draft {
        let deleted = cache.prepare_cached("DELETE FROM conversation WHERE id = ?1")?.execute([id.as_str()])? > 0;
        if let Some(kept) = kept.filter(|_| deleted) {
            tally::note(cache, kept.row)?;
        }
        return Ok(deleted);
    }
    let contact_id = fresh.server.contact.as_ref().and_then(|contact| contact.id.as_ref());
    let contact = match contact_id {
        Some(id) => people::find_contact(cache, id)?,
        None => Known::Missing,
    };
    let contact_known = !matches!(contact, Known::Unasked);
    let contact = contact.here();
    let known = contact.as_ref();
    let company = match known {
        Some(known) if fresh.server.company_name.is_empty() => people::first_company(cache, known)?,
        _ => None,
    };
    let mut shown = enrich(fresh.server, &fresh.thread, known, company);
    shown.unread = mine.marks.is_unread(fresh.server, &fresh.thread, me);
    for row in &mine.applied {
        row.act.apply(&mut shown, me.map(|me| &me.id), row.created_at);
        if let Act::Reply { files, .. } | Act::Note { files, .. } = &row.act {
            shown.has_attachment |= !files.is_empty();
        }
    }
    let sends = |kind| mine.applied.iter().any(|row| row.act.kind() == kind);
    let writes = sends(ActKind::Reply) || sends(ActKind::Note);
    let is_named = fresh.thread.mentioned_at.is_some_and(|at| mine.mention_done.is_none_or(|done| at > done));
    let values = row::values(&Parts {
        shown: &shown,
        contact: known,
        contact_known,
        thread: &fresh.thread,
        gone: fresh.gone,
        has_note: fresh.thread.notes || sends(ActKind::Note),
        has_draft: mine.has_draft,
        mentioned: is_named && !writes,
        touched: mine.has_open_rows || mine.has_draft || !mine.applied.is_empty() || mine.mention_done.is_some(),
    })?;
    let shown_json =
        if shown == *fresh.server { Cow::Borrowed(&fresh.json) } else { Cow::Owned(serde_json::to_string(&shown)?) };
    let changed = put(cache, kept, &values, fresh, &shown_json)?;
    put_tags(cache, &shown, kept.is_none())?;
    put_participants(cache, &shown, kept.is_none())?;
    Ok(changed)
}

/// The helpdesk's row with what the thread and the contact know better.
fn enrich(
    server: &Conversation,
    thread: &ThreadFacts,
    contact: Option<&Contact>,
    company: Option<String>,
) -> Conversation {
    let mut shown = server.clone();
    if let Some(preview) = &thread.preview {
        shown.preview = crate::text::Untrusted::new(preview.as_str());
    }
    shown.has_attachment |= thread.files;
    shown.language = thread.language.or(shown.language);
    if let (Some(with), Some(contact)) = (&mut shown.contact, contact) {
        if !contact.name.is_empty() {
            with.name = contact.name.clone();
        }
        if !contact.email.is_empty() {
            with.email = contact.email.clone();
        }
        with.role = contact.role;
        shown.company = shown.company.or_else(|| contact.companies.first().cloned());
    }
    if let Some(company) = company {
        shown.company_name = crate::text::Untrusted::new(company);
    }
    shown
}

fn put(
    cache: &Connection,
    kept: Option<&Kept>,
    values: &[Value; row::COLUMN_COUNT],
    fresh: &Fresh<'_>,
    shown_json: &str,
) -> Tried<bool> {
    let (row, columns_changed) = row::put(cache, kept.map(|kept| kept.row), values)?;
    let shown = (shown_json != fresh.json).then_some(shown_json);
    let is_same_json = kept.is_some_and(|kept| kept.server == fresh.json && kept.shown.as_deref() == shown);
    if !is_same_json {
        cache
            .prepare_cached(
                "INSERT INTO conversation_json (row, server, shown) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (row) DO UPDATE SET server = excluded.server, shown = excluded.shown",
            )?
            .execute((row, &fresh.json, shown))?;
    }
    let was_shown = kept.map(|kept| kept.shown.as_ref().unwrap_or(&kept.server).as_str());
    let changed = columns_changed || was_shown != Some(shown_json);
    if changed {
        tally::note(cache, row)?;
    }
    Ok(changed)
}

/// Writes the tags when they differ from what is there; `is_new`: nothing is.
fn put_tags(cache: &Connection, shown: &Conversation, is_new: bool) -> rusqlite::Result<()> {
    let id = shown.id.as_str();
    let mut seen = BTreeSet::new();
    let tags: Vec<_> = shown.tags.iter().filter(|tag| seen.insert(&tag.id)).collect();
    if !is_new {
        let mut statement = cache
            .prepare_cached("SELECT tag_id, name FROM conversation_tag WHERE conversation_id = ?1 ORDER BY position")?;
        let found: Vec<(String, String)> =
            statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        let is_same = found.len() == tags.len()
            && found.iter().zip(&tags).all(|(found, tag)| found.0 == tag.id.as_str() && found.1 == tag.name.as_raw());
        if is_same {
            return Ok(());
        }
        cache.prepare_cached("DELETE FROM conversation_tag WHERE conversation_id = ?1")?.execute([id])?;
    }
    if tags.is_empty() {
        return Ok(());
    }
    let mut insert = cache.prepare_cached(
        "INSERT INTO conversation_tag (conversation_id, tag_id, name, folded, position) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (position, tag) in tags.into_iter().enumerate() {
        let name = tag.name.as_raw();
        insert.execute((id, tag.id.as_str(), name, fold(name), int(position)))?;
    }
    Ok(())
}

/// Writes the participants when they differ from what is there. The contact alone is in its own column,
/// which whoever asks for participants looks at as well.
fn put_participants(cache: &Connection, shown: &Conversation, is_new: bool) -> rusqlite::Result<()> {
    let id = shown.id.as_str();
    let mut seen = BTreeSet::new();
    let mut participants: Vec<&str> =
        shown.participants.iter().filter(|id| seen.insert(*id)).map(ContactId::as_str).collect();
    let contact = shown.contact.as_ref().and_then(|contact| contact.id.as_ref()).map(ContactId::as_str);
    if let [only] = participants.as_slice()
        && Some(*only) == contact
    {
        participants.clear();
    }
    if !is_new {
        let mut statement = cache.prepare_cached(
            "SELECT contact_id FROM conversation_participant WHERE conversation_id = ?1 ORDER BY position",
        )?;
        let found: Vec<String> = statement.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        if found == participants {
            return Ok(());
        }
        cache.prepare_cached("DELETE FROM conversation_participant WHERE conversation_id = ?1")?.execute([id])?;
    }
    if participants.is_empty() {
        return Ok(());
    }
    let mut insert = cache.prepare_cached(
        "INSERT INTO conversation_participant (conversation_id, contact_id, position) VALUES (?1, ?2, ?3)",
    )?;
    for (position, contact) in participants.into_iter().enumerate() {
        insert.execute((id, contact, int(position)))?;
    }
    Ok(())
}

/// Conversations whose effective row was shaped by state.db when it was last made.
pub(super) fn marked_by_state(cache: &Connection) -> Tried<Vec<ConversationId>> {
    ids(cache, "SELECT id FROM conversation WHERE touched = 1", [])
}

/// Ids that a statement gives in its first column.
pub(super) fn ids(cache: &Connection, sql: &str, params: impl Params) -> Tried<Vec<ConversationId>> {
    let mut statement = cache.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(ConversationId::parse(row.get_ref(0)?.as_str().unwrap_or_default()));
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, commit, contact, conversation, id, note, reply, tag, team};
    use super::super::{OutboxFilter, Settlement};
    use super::*;
    use crate::domain::{AssignTo, Company, CompanyId, Draft, Mode, OutboxId, Priority, State, Turn};
    use crate::text::Untrusted;

    fn load(cache: &Cache, on: &str) -> Conversation {
        cache.load_conversation(&id(on)).unwrap().unwrap()
    }

    fn settle(cache: &Cache, row: OutboxId, status: OutboxStatus) {
        let attempt = cache.load_outbox(&OutboxFilter::Row(row)).unwrap()[0].attempts;
        let news = Settlement {
            id: row,
            attempt,
            status,
            reason: Untrusted::default(),
            due_at: None,
            sent_part: None,
            doubt: crate::domain::Doubt::default(),
        };
        cache.settle(&news).unwrap().unwrap();
    }

    #[test]
    fn acts_show_at_once_and_in_order() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW - 60)], None).unwrap();
        let acts = [Act::Close, Act::Reopen, Act::Priority { to: Priority::Low }, Act::Priority { to: Priority::High }];
        commit(&place.cache, "g", "1", &acts);
        let shown = load(&place.cache, "1");
        assert_eq!((shown.state, shown.priority), (State::Open, Priority::High));
        let server = place.cache.load_server_conversation(&id("1")).unwrap().unwrap();
        assert_eq!(server, conversation("1", NOW - 60));
    }

    #[test]
    fn a_row_that_arrives_is_rebased_under_unsettled_acts() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW - 60)], None).unwrap();
        commit(&place.cache, "g", "1", &[Act::Assign { to: AssignTo::Team(team("3")) }, reply("Hello")]);
        let mut news = conversation("1", NOW - 30);
        news.priority = Priority::Urgent;
        assert_eq!(place.cache.store_page(&[news], None).unwrap(), [id("1")]);
        let shown = load(&place.cache, "1");
        assert_eq!((shown.priority, shown.team, shown.turn), (Priority::Urgent, Some(team("3")), Turn::Them));
        assert_eq!(shown.waiting_since, None);
    }

    #[test]
    fn a_refused_act_no_longer_shows() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let rows = commit(&place.cache, "g", "1", &[Act::Close]);
        settle(&place.cache, rows[0], OutboxStatus::Failed);
        assert_eq!(load(&place.cache, "1").state, State::Open);
    }

    #[test]
    fn what_waits_behind_a_held_or_refused_reply_does_not_show() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let rows = commit(&place.cache, "g", "1", &[reply("a"), Act::Close]);
        assert_eq!(load(&place.cache, "1").state, State::Closed);
        for status in [OutboxStatus::Held, OutboxStatus::NeedsDecision, OutboxStatus::Failed] {
            settle(&place.cache, rows[0], status);
            assert_eq!(load(&place.cache, "1").state, State::Open, "{status:?}");
            place.cache.requeue(rows[0], None).unwrap().unwrap();
            assert_eq!(load(&place.cache, "1").state, State::Closed, "{status:?}: it goes after all");
        }
    }

    #[test]
    fn a_sent_act_shows_until_the_helpdesk_says_something_new() {
        let place = Place::new();
        let cache = &place.cache;
        cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let rows = commit(cache, "g", "1", &[Act::Close]);
        super::super::fixtures::take_lease(cache, "me");
        cache.mark_sending(rows[0], "me").unwrap().unwrap();
        settle(cache, rows[0], OutboxStatus::Sent);
        cache.store_page(&[conversation("1", NOW)], None).unwrap();
        cache.rebase(&[id("1")]).unwrap();
        assert_eq!(load(cache, "1").state, State::Closed, "a page from before the act changes nothing");
        let mut reopened = conversation("1", NOW + 5);
        reopened.preview = Untrusted::new("One more thing");
        cache.store_page(&[reopened], None).unwrap();
        assert_eq!(load(cache, "1").state, State::Open, "the customer wrote again");
    }

    #[test]
    fn unsettled_notes_and_files_count_for_queries() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        commit(&place.cache, "g", "1", &[note("for us")]);
        let flags = || {
            let sql = "SELECT has_note, touched FROM conversation";
            place.cache.read_cache(|c| Ok(c.query_row(sql, [], |r| Ok((r.get::<_, i64>(0)?, r.get(1)?)))?)).unwrap()
        };
        assert_eq!(flags(), (1, 1));
        place.cache.drop_unsent(&super::super::fixtures::group("g")).unwrap();
        assert_eq!(flags(), (0, 1), "its words are a draft again");
        place.cache.discard_draft(&id("1"), Mode::Note).unwrap();
        assert_eq!(flags(), (0, 0));
    }

    #[test]
    fn what_the_contact_and_company_say_reaches_their_conversations() {
        let place = Place::new();
        let cache = &place.cache;
        cache.store_page(&[conversation("1", NOW)], None).unwrap();
        assert_eq!(cache.contacts_wanted(9).unwrap().len(), 1);
        let mut who = contact("contact-1");
        who.name = Untrusted::new("Zoë Meyer");
        who.country = Untrusted::new("France");
        let company = CompanyId::parse("c1").unwrap();
        who.companies = vec![company.clone()];
        assert_eq!(cache.store_contacts(&[who.clone()]).unwrap(), [id("1")]);
        assert_eq!(cache.store_companies(&[Company { id: company, name: Untrusted::new("Äcme") }]).unwrap(), [id("1")]);
        assert!(cache.contacts_wanted(9).unwrap().is_empty());
        let shown = load(cache, "1");
        let with = shown.contact.unwrap();
        assert_eq!((with.name.as_raw(), with.email.as_raw()), ("Zoë Meyer", "zoe@example.com"));
        assert_eq!(shown.company_name.as_raw(), "Äcme");
        let sql = "SELECT country, folded FROM conversation";
        let (country, folded): (String, String) =
            cache.read_cache(|c| Ok(c.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?)))?)).unwrap();
        assert_eq!(country, "France");
        assert!(folded.contains("zoe meyer") && folded.contains("acme"), "{folded}");
        assert!(cache.store_contacts(&[who]).unwrap().is_empty(), "the same again is no news");
        cache.store_page(&[conversation("1", NOW + 1)], None).unwrap();
        assert_eq!(load(cache, "1").company_name.as_raw(), "Äcme", "a later row keeps what the contact says");
    }

    #[test]
    fn a_contact_that_is_not_there_is_not_asked_for_again() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        place.cache.store_contact_missing(&place.cache.contacts_wanted(1).unwrap()[0]).unwrap();
        assert!(place.cache.contacts_wanted(1).unwrap().is_empty());
    }

    #[test]
    fn tags_follow_the_acts() {
        let place = Place::new();
        let name = Untrusted::new("VIP");
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let vip = Act::Tag { tag: tag("9"), name: name.clone() };
        commit(&place.cache, "g", "1", std::slice::from_ref(&vip));
        let count = || {
            let sql = "SELECT count(*) FROM conversation_tag WHERE folded = 'vip'";
            place.cache.read_cache(|c| Ok(c.query_row(sql, [], |r| r.get::<_, i64>(0))?)).unwrap()
        };
        assert_eq!(count(), 1);
        commit(&place.cache, "h", "1", &[Act::Untag { tag: tag("9"), name }]);
        assert_eq!(count(), 0);
    }

    #[test]
    fn a_start_after_a_crash_between_the_files_shows_what_is_committed() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW), conversation("2", NOW)], None).unwrap();
        let draft = Draft::new(id("2"), Mode::Reply, "Dear", UnixTime(NOW));
        // As a crash leaves them: state.db has what cache.db has not heard of.
        let stopped = place
            .with_crash_points(super::super::CrashPoints::new(|_, moment| moment == super::super::Moment::AfterCommit));
        let row = super::super::fixtures::new_row("1", Act::Close);
        assert!(stopped.commit_acts(&super::super::fixtures::group("g"), &[row], &[]).is_err());
        assert!(stopped.save_draft(&draft, false).is_err());
        assert_eq!(load(&place.cache, "1").state, State::Open);
        let next = place.another();
        assert_eq!(next.reconcile_at_start().unwrap(), [id("1"), id("2")]);
        assert_eq!(load(&next, "1").state, State::Closed);
        // And the other way round: state.db has let go of what cache.db still shows.
        assert!(stopped.drop_unsent(&super::super::fixtures::group("g")).is_err());
        assert!(stopped.discard_draft(&id("2"), Mode::Reply).is_err());
        assert_eq!(next.reconcile_at_start().unwrap(), [id("1"), id("2")]);
        assert_eq!(load(&next, "1").state, State::Open);
        assert!(next.reconcile_at_start().unwrap().is_empty());
    }

    #[test]
    fn two_processes_never_lose_sight_of_each_others_acts() {
        let place = Place::new();
        let other = place.another();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        commit(&place.cache, "g", "1", &[Act::Close]);
        other.store_page(&[conversation("1", NOW + 9)], None).unwrap();
        assert_eq!(load(&place.cache, "1").state, State::Closed);
        commit(&other, "h", "1", &[Act::Priority { to: Priority::High }]);
        let shown = load(&place.cache, "1");
        assert_eq!((shown.state, shown.priority), (State::Closed, Priority::High));
    }

    #[test]
    fn what_could_not_be_shown_is_shown_with_the_next_write() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let blocker = rusqlite::Connection::open(place.dirs.cache.join(File::Cache.name())).unwrap();
        blocker.execute_batch("ALTER TABLE conversation_tag RENAME TO away").unwrap();
        let done = place.cache.commit_acts(
            &super::super::fixtures::group("g"),
            &[super::super::fixtures::new_row("1", Act::Close)],
            &[],
        );
        assert_eq!(done.unwrap().rows.len(), 1, "the act is safe, whatever the cache says");
        blocker.execute_batch("ALTER TABLE away RENAME TO conversation_tag").unwrap();
        assert_eq!(place.cache.store_page(&[], None).unwrap(), [id("1")]);
        assert_eq!(load(&place.cache, "1").state, State::Closed);
    }
}
