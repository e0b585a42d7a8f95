//! Deeds on many conversations: what a selection compares with, their one commit, how far they are.
//!
//! A deed's acts are rows of the outbox like any others, all of one group, committed together with the
//! row of `bulk` that tells what the group is. The sender knows one thing of it: whether it is paused.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Connection;

use super::database::{Tried, size};
use super::outbox_rows::{self, ROW};
use super::{Cache, CacheError, NewRow};
use crate::domain::bulk::{Apart, Bulk, BulkItem, Chosen, Deed, Outcome, weight};
use crate::domain::{Conversation, ConversationId, GroupId, Mode, OutboxRow, State, UnixTime};
use crate::query::{Resolved, Sort};
use crate::text::Untrusted;

/// The row `o` belongs to a deed that the agent has paused, and nothing that was done later on the same
/// conversation waits behind it: that would be kept back without anybody knowing, so it goes, and this one
/// before it.
pub(super) const IS_PAUSED: &str = "(EXISTS (SELECT 1 FROM bulk b WHERE b.group_id = o.group_id AND b.paused = 1) \
     AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.conversation_id = o.conversation_id AND n.id > o.id \
         AND n.group_id <> o.group_id AND n.status IN ('queued', 'retry', 'unknown') \
         AND NOT EXISTS (SELECT 1 FROM bulk b WHERE b.group_id = n.group_id AND b.paused = 1)))";

/// Conversations read in one go.
const BATCH: usize = 500;

/// A deed that is to be committed.
#[derive(Clone, Debug, PartialEq)]
pub struct NewBulk {
    /// What.
    pub deed: Deed,
    /// On so many conversations.
    pub total: usize,
    /// Those that were set apart and left out.
    pub left_out: Vec<(ConversationId, Apart)>,
}

/// What is known of a selected conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Selectable {
    /// As it is shown.
    pub on: Conversation,
    /// A draft is on disk.
    pub has_draft: bool,
    /// Its thread is on disk, and as new as its row.
    pub is_thread_current: bool,
}

impl Cache {
    /// All that a query finds, in order, as it is now: what is frozen when all are selected.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_matching(&self, query: &Resolved, sort: Sort) -> Result<Vec<Chosen>, CacheError> {
        self.load_listed(query, sort, "c.id, c.last_message_at, c.state, c.updated_at", |row| {
            let id = ConversationId::parse(row.get_ref(0)?.as_str().unwrap_or_default());
            let state = State::parse(row.get_ref(2)?.as_str().unwrap_or_default()).unwrap_or_default();
            let (message_at, updated_at) = (UnixTime(row.get(1)?), UnixTime(row.get(3)?));
            Ok(id.map(|id| Chosen { id, message_at, state, updated_at }))
        })
    }

    /// How these conversations are now, by id; what the helpdesk no longer has is left out.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_selectable(&self, ids: &[&ConversationId]) -> Result<HashMap<ConversationId, Selectable>, CacheError> {
        let mut found = HashMap::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let names: Vec<&str> = batch.iter().map(|id| id.as_str()).collect();
            let names = serde_json::to_string(&names);
            self.read_cache(|cache| {
                let mut statement = cache.prepare_cached(
                    "SELECT coalesce(j.shown, j.server), c.has_draft, coalesce(c.thread_at >= c.updated_at, 0) \
                     FROM json_each(?1) e \
                     JOIN conversation c ON c.id = e.value JOIN conversation_json j ON j.row = c.row \
                     WHERE c.gone = 0",
                )?;
                let mut rows = statement.query([names?])?;
                while let Some(row) = rows.next()? {
                    let on: Conversation = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default())?;
                    let selectable = Selectable { on, has_draft: row.get(1)?, is_thread_current: row.get(2)? };
                    found.insert(selectable.on.id.clone(), selectable);
                }
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// Conversations on which an act waits for a person, so that what is done now would wait behind it.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_stuck(&self) -> Result<BTreeSet<ConversationId>, CacheError> {
        self.read_state(|state| {
            let sql = "SELECT DISTINCT conversation_id FROM outbox WHERE status IN ('held', 'needs_decision')";
            Ok(super::effective::ids(state, sql, [])?.into_iter().collect())
        })
    }

    /// Commits a deed, all or none, together with the end of the draft that it uses up. When this
    /// returns, it survives a power cut. What it changes is shown with [`Cache::show_bulk`], or after a
    /// crash at the next start.
    ///
    /// # Errors
    /// As [`CacheError`], `Full` and `ReadOnly` among them: nothing was done then.
    pub fn commit_bulk(
        &self,
        group: &GroupId,
        rows: &[NewRow],
        bulk: &NewBulk,
        uses_drafts: &[(ConversationId, Mode)],
    ) -> Result<Vec<OutboxRow>, CacheError> {
        let now = self.now();
        self.commit_rows("commit_bulk", group, rows, uses_drafts, |state| {
            let sql = "INSERT INTO bulk (group_id, deed, total, left_out, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
            let deed = serde_json::to_string(&bulk.deed)?;
            let left_out = serde_json::to_string(&bulk.left_out)?;
            let total = i64::try_from(bulk.total).unwrap_or(i64::MAX);
            state.execute(sql, (group.as_str(), deed, total, left_out, now.0))?;
            Ok(())
        })
    }

    /// Shows what a commit of many rows did. Gives the conversations that look different now.
    #[must_use]
    pub fn show_bulk(&self, rows: &[OutboxRow]) -> Vec<ConversationId> {
        let ids: Vec<ConversationId> = rows.iter().map(|row| row.conversation.clone()).collect();
        if ids.is_empty() { Vec::new() } else { self.show(&ids) }
    }

    /// Marks many as unread, in one commit. Gives those that look different now.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn mark_many_unread(&self, ids: &[ConversationId]) -> Result<Vec<ConversationId>, CacheError> {
        self.write_state("mark_unread", |state| ids.iter().try_for_each(|id| super::seen::put_unread(state, id)))?;
        Ok(if ids.is_empty() { Vec::new() } else { self.show(ids) })
    }

    /// I am done with being mentioned in these, each up to a moment, in one commit. Gives those that look
    /// different now.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn finish_many_mentions(&self, ids: &[(ConversationId, UnixTime)]) -> Result<Vec<ConversationId>, CacheError> {
        self.write_state("finish_mention", |state| {
            ids.iter().try_for_each(|(id, until)| super::mention::put_done(state, id, *until))
        })?;
        let ids: Vec<ConversationId> = ids.iter().map(|(id, _)| id.clone()).collect();
        Ok(if ids.is_empty() { Vec::new() } else { self.show(&ids) })
    }

    /// The latest deeds, the newest first: each is kept until a week after its last act was sent.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_bulks(&self) -> Result<Vec<Bulk>, CacheError> {
        self.read_state(|state| {
            let mut statement = state.prepare_cached(
                "SELECT group_id, deed, total, json_array_length(left_out), paused, created_at FROM bulk \
                 ORDER BY created_at DESC, group_id DESC LIMIT 10",
            )?;
            let mut found = statement.query([])?;
            let mut bulks = Vec::new();
            while let Some(row) = found.next()? {
                let group = GroupId::parse(row.get_ref(0)?.as_str().unwrap_or_default());
                let deed = serde_json::from_str::<Deed>(row.get_ref(1)?.as_str().unwrap_or_default());
                let (Some(group), Ok(deed)) = (group, deed) else { continue };
                let Counted { done, waiting, failed } = count(state, &group)?;
                bulks.push(Bulk {
                    group,
                    deed,
                    total: size(row, 2)?,
                    done,
                    waiting,
                    failed,
                    left_out: size(row, 3)?,
                    paused: row.get(4)?,
                    created_at: UnixTime(row.get(5)?),
                });
            }
            Ok(bulks)
        })
    }

    /// What became of each conversation of a deed: what needs a person first, then what is on its way,
    /// what was left out, and what is sent.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_bulk_items(&self, group: &GroupId) -> Result<Vec<BulkItem>, CacheError> {
        let (rows, left_out) = self.read_state(|state| {
            let sql = format!("SELECT {ROW} FROM outbox WHERE group_id = ?1 ORDER BY id");
            let rows = outbox_rows::rows(state, &sql, [group.as_str()])?;
            Ok((rows, load_left_out(state, group)?))
        })?;
        let mut outcomes: BTreeMap<ConversationId, Outcome> = BTreeMap::new();
        for row in rows {
            let is_less = |held: &Outcome| match held {
                Outcome::Row(held) => weight(held.status) < weight(row.status),
                Outcome::LeftOut(_) => true,
            };
            if outcomes.get(&row.conversation).is_none_or(is_less) {
                outcomes.insert(row.conversation.clone(), Outcome::Row(Box::new(row)));
            }
        }
        for (id, why) in left_out {
            outcomes.entry(id).or_insert(Outcome::LeftOut(why));
        }
        let ids: Vec<&ConversationId> = outcomes.keys().collect();
        let mut known = self.load_selectable(&ids)?;
        let mut items: Vec<BulkItem> = outcomes
            .into_iter()
            .map(|(id, outcome)| {
                let on = known.remove(&id).map(|known| known.on);
                let (name, title) = on.as_ref().map(words_of).unwrap_or_default();
                BulkItem { id, name, title, outcome }
            })
            .collect();
        items.sort_by_key(|item| match &item.outcome {
            Outcome::Row(row) if row.status.needs_you() => 0,
            Outcome::Row(row) if row.status.is_unsettled() => 1,
            Outcome::LeftOut(_) => 2,
            Outcome::Row(_) => 3,
        });
        Ok(items)
    }

    /// Lets the sender leave a deed alone, or go on with it. A row goes nevertheless when something that was
    /// done later waits behind it. Whether there is such a deed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn pause_bulk(&self, group: &GroupId, paused: bool) -> Result<bool, CacheError> {
        self.write_state("pause_bulk", |state| {
            let sql = "UPDATE bulk SET paused = ?2 WHERE group_id = ?1";
            Ok(state.execute(sql, (group.as_str(), paused))? > 0)
        })
    }

    /// How many rows wait because the agent has paused them.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn paused_count(&self) -> Result<usize, CacheError> {
        self.read_state(|state| {
            let sql = format!(
                "SELECT count(*) FROM outbox o WHERE o.status IN ('queued', 'retry', 'unknown') AND {IS_PAUSED}"
            );
            Ok(state.prepare_cached(&sql)?.query_row([], |row| size(row, 0))?)
        })
    }

    /// Queues what the helpdesk refused of a deed again, in one commit. Messages are not among it: each
    /// is looked at by itself. Gives the rows that go again.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn requeue_failed(&self, group: &GroupId) -> Result<Vec<OutboxRow>, CacheError> {
        let now = self.now().0;
        let rows = self.write_state("requeue_failed", |state| {
            let sql = format!(
                "UPDATE outbox SET status = 'queued', reason = '', due_at = ?2, changed_at = ?2, doubted_at = NULL, \
                 reads = 0, resends = 0 WHERE group_id = ?1 AND status = 'failed' AND is_message = 0 RETURNING {ROW}"
            );
            outbox_rows::rows(state, &sql, (group.as_str(), now))
        })?;
        let ids: Vec<ConversationId> = rows.iter().map(|row| row.conversation.clone()).collect();
        if !ids.is_empty() {
            self.show(&ids);
        }
        Ok(rows)
    }
}

/// Whether a group is a deed on many.
pub(super) fn is_bulk(state: &Connection, group: &GroupId) -> Tried<bool> {
    Ok(state.prepare_cached("SELECT 1 FROM bulk WHERE group_id = ?1")?.exists([group.as_str()])?)
}

/// Forgets deeds that were done before a moment and have no row any more.
pub(super) fn prune(state: &Connection, before: UnixTime) -> Tried<()> {
    let sql = "DELETE FROM bulk WHERE created_at < ?1 \
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.group_id = bulk.group_id)";
    state.execute(sql, [before.0])?;
    Ok(())
}

/// A deed of which everything was taken back is none any more.
pub(super) fn forget_if_empty(state: &Connection, group: &GroupId) -> Tried<()> {
    let sql = "DELETE FROM bulk WHERE group_id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.group_id = bulk.group_id)";
    state.prepare_cached(sql)?.execute([group.as_str()])?;
    Ok(())
}

/// Rows of a deed were dropped: what has none of it any more was taken back, and is not counted among what
/// the deed was done on.
pub(super) fn note_taken_back(state: &Connection, group: &GroupId, dropped: &[OutboxRow]) -> Tried<()> {
    let mut left_out = load_left_out(state, group)?;
    let before = left_out.len();
    let ids: BTreeSet<&ConversationId> = dropped.iter().map(|row| &row.conversation).collect();
    let mut has_more = state.prepare_cached("SELECT 1 FROM outbox WHERE conversation_id = ?1 AND group_id = ?2")?;
    for id in ids {
        if !has_more.exists((id.as_str(), group.as_str()))? {
            left_out.push((id.clone(), Apart::TakenBack));
        }
    }
    let fewer = i64::try_from(left_out.len() - before).unwrap_or(i64::MAX);
    let sql = "UPDATE bulk SET left_out = ?2, total = max(0, total - ?3) WHERE group_id = ?1";
    state.prepare_cached(sql)?.execute((group.as_str(), serde_json::to_string(&left_out)?, fewer))?;
    Ok(())
}

/// How many conversations of a group stand how.
#[derive(Default)]
struct Counted {
    done: usize,
    waiting: usize,
    failed: usize,
}

/// Counts conversations: one with anything that needs a person counts as failed, else one with anything on
/// its way as waiting.
fn count(state: &Connection, group: &GroupId) -> Tried<Counted> {
    let mut statement = state.prepare_cached(
        "SELECT worst, count(*) FROM (SELECT max(CASE WHEN status IN ('failed', 'held', 'needs_decision') THEN 2 \
         WHEN status <> 'sent' THEN 1 ELSE 0 END) AS worst FROM outbox WHERE group_id = ?1 \
         GROUP BY conversation_id) GROUP BY worst",
    )?;
    let mut found = statement.query([group.as_str()])?;
    let mut counted = Counted::default();
    while let Some(row) = found.next()? {
        let place = match row.get::<_, i64>(0)? {
            2 => &mut counted.failed,
            1 => &mut counted.waiting,
            _ => &mut counted.done,
        };
        *place = size(row, 1)?;
    }
    Ok(counted)
}

fn load_left_out(state: &Connection, group: &GroupId) -> Tried<Vec<(ConversationId, Apart)>> {
    let mut statement = state.prepare_cached("SELECT left_out FROM bulk WHERE group_id = ?1")?;
    let mut found = statement.query([group.as_str()])?;
    let Some(row) = found.next()? else { return Ok(Vec::new()) };
    Ok(serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()).unwrap_or_default())
}

/// Whose it is, and what it is about.
fn words_of(on: &Conversation) -> (Untrusted, Untrusted) {
    let or = |first: &Untrusted, second: &Untrusted| if first.is_empty() { second.clone() } else { first.clone() };
    let name = on.contact.as_ref().map(|contact| or(&contact.name, &contact.email)).unwrap_or_default();
    (name, or(&on.title, &on.preview))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, conversation, group, id, new_row, news, reply, take_lease};
    use super::super::{OutboxFilter, Undone};
    use super::*;
    use crate::domain::{Act, Draft, OutboxStatus};

    fn deed(act: &Act, total: usize) -> NewBulk {
        NewBulk { deed: Deed::Acts(vec![act.clone()]), total, left_out: vec![(id("9"), Apart::Draft)] }
    }

    /// A deed on conversations 1 to `total`.
    fn done(place: &Place, total: usize, act: &Act) -> Vec<OutboxRow> {
        let names: Vec<String> = (1..=total).map(|n| n.to_string()).collect();
        let rows: Vec<Conversation> = names.iter().map(|name| conversation(name, NOW)).collect();
        place.cache.store_page(&rows, None).unwrap();
        let rows: Vec<NewRow> = names.iter().map(|name| new_row(name, act.clone())).collect();
        let rows = place.cache.commit_bulk(&group("g"), &rows, &deed(act, total), &[]).unwrap();
        assert_eq!(place.cache.show_bulk(&rows).len(), total);
        rows
    }

    fn settle(place: &Place, row: &OutboxRow, status: OutboxStatus) {
        let row = place.cache.mark_sending(row.id, "me").unwrap().unwrap();
        place.cache.settle(&news(&row, status)).unwrap().unwrap();
    }

    #[test]
    fn a_deed_is_one_commit_and_says_how_far_it_is() {
        let place = Place::new();
        let rows = done(&place, 4, &Act::Close);
        take_lease(&place.cache, "me");
        settle(&place, &rows[0], OutboxStatus::Sent);
        settle(&place, &rows[1], OutboxStatus::Failed);
        let bulks = place.another().load_bulks().unwrap();
        let [bulk] = bulks.as_slice() else { panic!("{bulks:?}") };
        assert_eq!((bulk.total, bulk.done, bulk.failed, bulk.waiting, bulk.left_out), (4, 1, 1, 2, 1));
        let items = place.cache.load_bulk_items(&group("g")).unwrap();
        let order: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(order, ["2", "3", "4", "9", "1"]);
        assert_eq!(items[0].title.as_raw(), "Order 2");
        assert_eq!(items[3].outcome, Outcome::LeftOut(Apart::Draft));
    }

    #[test]
    fn what_is_given_up_is_told_as_taken_back_and_counts_no_more() {
        let place = Place::new();
        let rows = done(&place, 3, &Act::Close);
        take_lease(&place.cache, "me");
        settle(&place, &rows[0], OutboxStatus::Sent);
        settle(&place, &rows[1], OutboxStatus::Failed);
        place.cache.discard(rows[1].id).unwrap();
        let bulk = &place.cache.load_bulks().unwrap()[0];
        assert_eq!((bulk.total, bulk.done, bulk.failed, bulk.waiting, bulk.left_out), (2, 1, 0, 1, 2));
        let items = place.cache.load_bulk_items(&group("g")).unwrap();
        let of = |name: &str| items.iter().find(|item| item.id == id(name)).map(|item| item.outcome.clone());
        assert_eq!(of("2"), Some(Outcome::LeftOut(Apart::TakenBack)));
        // Of what is taken back the rest is told, too, and what has left stays.
        place.cache.undo(&group("g"), &group("u")).unwrap();
        let bulk = &place.cache.load_bulks().unwrap()[0];
        assert_eq!((bulk.total, bulk.done, bulk.waiting, bulk.left_out), (1, 1, 0, 3));
    }

    #[test]
    fn a_paused_deed_is_left_alone_over_a_restart_and_nothing_else_is() {
        let place = Place::new();
        let rows = done(&place, 3, &Act::Close);
        super::super::fixtures::commit(&place.cache, "h", "8", &[Act::Close]);
        take_lease(&place.cache, "me");
        assert!(place.cache.pause_bulk(&group("g"), true).unwrap());
        let next = place.another();
        assert_eq!(next.next_due(UnixTime(NOW)).unwrap().len(), 1);
        assert_eq!(next.mark_sending(rows[0].id, "me").unwrap(), None, "not even when it was taken before");
        assert_eq!(next.paused_count().unwrap(), 3);
        assert!(next.pause_bulk(&group("g"), false).unwrap());
        assert_eq!(next.next_due(UnixTime(NOW)).unwrap().len(), 4);
        assert!(!next.pause_bulk(&group("x"), true).unwrap());
    }

    #[test]
    fn what_is_done_later_is_not_kept_back_by_a_pause() {
        let place = Place::new();
        let rows = done(&place, 3, &Act::Close);
        place.cache.pause_bulk(&group("g"), true).unwrap();
        let later = super::super::fixtures::commit(&place.cache, "h", "2", &[reply("One moment")]);
        let due = || place.cache.next_due(UnixTime(NOW)).unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(due(), [rows[1].id], "the one before it goes first");
        take_lease(&place.cache, "me");
        settle(&place, &rows[1], OutboxStatus::Sent);
        assert_eq!(due(), later);
        assert_eq!(place.cache.paused_count().unwrap(), 2);
    }

    #[test]
    fn what_was_refused_goes_again_and_messages_are_looked_at_one_by_one() {
        let place = Place::new();
        let rows = done(&place, 3, &Act::Close);
        take_lease(&place.cache, "me");
        for row in &rows[..2] {
            settle(&place, row, OutboxStatus::Failed);
        }
        assert_eq!(place.cache.requeue_failed(&group("g")).unwrap().len(), 2);
        assert_eq!(place.cache.load_bulks().unwrap()[0].failed, 0);
        assert_eq!(place.cache.next_due(UnixTime(NOW)).unwrap().len(), 3);
    }

    #[test]
    fn taking_back_replies_to_many_leaves_one_draft() {
        let place = Place::new();
        place.cache.save_draft(&Draft::new(id("1"), Mode::Reply, "Hello all", UnixTime(NOW)), false).unwrap();
        let rows: Vec<NewRow> = ["1", "2", "3"].map(|on| new_row(on, reply("Hello all"))).into();
        let bulk = deed(&reply("Hello all"), 3);
        place.cache.commit_bulk(&group("g"), &rows, &bulk, &[(id("1"), Mode::Reply)]).unwrap();
        assert!(place.cache.load_drafts(&id("1")).unwrap().is_empty(), "its draft is used up");
        let Undone { dropped, .. } = place.cache.undo(&group("g"), &group("u")).unwrap();
        assert_eq!(dropped.len(), 3);
        assert_eq!(place.cache.load_drafts(&id("1")).unwrap()[0].text, "Hello all");
        assert!(place.cache.load_drafts(&id("2")).unwrap().is_empty());
        assert!(place.cache.load_bulks().unwrap().is_empty());
        assert!(place.cache.load_outbox(&OutboxFilter::All).unwrap().is_empty());
    }

    #[test]
    fn a_crash_right_after_the_commit_loses_nothing_and_shows_it_at_the_next_start() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW), conversation("2", NOW)], None).unwrap();
        let rows = [new_row("1", Act::Close), new_row("2", Act::Close)];
        place.cache.commit_bulk(&group("g"), &rows, &deed(&Act::Close, 2), &[]).unwrap();
        let next = place.another();
        assert_eq!(next.reconcile_at_start().unwrap(), [id("1"), id("2")]);
        assert_eq!(next.load_outbox(&OutboxFilter::Unsent).unwrap().len(), 2);
    }

    #[test]
    fn what_is_selected_is_read_as_it_is_shown() {
        let place = Place::new();
        done(&place, 2, &Act::Close);
        place.cache.save_draft(&Draft::new(id("2"), Mode::Note, "hm", UnixTime(NOW)), false).unwrap();
        let known = place.cache.load_selectable(&[&id("1"), &id("2"), &id("7")]).unwrap();
        assert_eq!(known.len(), 2);
        assert_eq!((known[&id("1")].on.state, known[&id("1")].has_draft), (State::Closed, false));
        assert!(known[&id("2")].has_draft);
        assert!(place.cache.load_stuck().unwrap().is_empty());
    }
}
