//! Writing the outbox: every act an agent does passes through here.
//!
//! A row is committed with `synchronous=FULL` before anybody says that it is there, and each change of
//! its status is a compare-and-set, so that of two processes, or of a send and an undo, exactly one
//! wins.

use rusqlite::{Connection, OptionalExtension};

use super::database::Tried;
use super::outbox_due::IS_FIRST;
use super::outbox_rows::{self, ROW};
use super::{Cache, CacheError, draft, effective, row};
use crate::domain::{Act, ConversationId, GroupId, Mode, OutboxId, OutboxRow, OutboxStatus, PartId, UnixTime};
use crate::text::Untrusted;

/// An act to be committed.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRow {
    /// On which conversation.
    pub conversation: ConversationId,
    /// What.
    pub act: Act,
    /// What undoes it once it is sent, in order.
    pub inverses: Vec<Act>,
    /// End of its undo window.
    pub due_at: UnixTime,
    /// The newest part that the agent could have seen.
    pub baseline_part: Option<PartId>,
    /// How many parts the thread had then.
    pub baseline_count: u32,
}

/// Acts that are on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Committed {
    /// Their rows, in order.
    pub rows: Vec<OutboxRow>,
    /// Conversations that look different now.
    pub changed: Vec<ConversationId>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// Which row.
    pub id: OutboxId,
    /// Which attempt, as `OutboxRow::attempts` says; news of an earlier one changes nothing, unless it
    /// is that the act has arrived.
    pub attempt: u32,
    /// Where the row stands now.
    pub status: OutboxStatus,
    /// Why, in the server's or our words; may be empty.
    pub reason: Untrusted,
    /// Not again before this moment; absent leaves what was.
    pub due_at: Option<UnixTime>,
    /// The part that it became.
    pub sent_part: Option<PartId>,
}

/// What came of an undo or of giving up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undone {
    /// Rows that were dropped, never to be sent; their texts are drafts again. Their files are still
    /// on disk.
    pub dropped: Vec<OutboxRow>,
    /// Rows of the group that have left, or may have.
    pub left: Vec<OutboxRow>,
    /// Conversations that look different now.
    pub changed: Vec<ConversationId>,
}

impl Cache {
    /// Commits acts, all or none, in order, together with the end of the drafts that they use up; then
    /// shows them. When this returns, they survive a power cut.
    ///
    /// # Errors
    /// As [`CacheError`], `Full` and `ReadOnly` among them: nothing was done then, the drafts are kept.
    pub fn commit_acts(
        &self,
        group: &GroupId,
        rows: &[NewRow],
        uses_drafts: &[(ConversationId, Mode)],
    ) -> Result<Committed, CacheError> {
        let now = self.now();
        let rows = self.write_state("commit_acts", |state| {
            let committed = rows.iter().map(|row| insert(state, group, row, now)).collect::<Tried<Vec<_>>>()?;
            for (id, mode) in uses_drafts {
                draft::delete(state, id, *mode)?;
            }
            Ok(committed)
        })?;
        let mut ids: Vec<_> = rows.iter().map(|row| row.conversation.clone()).collect();
        ids.extend(uses_drafts.iter().map(|(id, _)| id.clone()));
        Ok(Committed { changed: self.show(&ids), rows })
    }

    /// Takes a row for sending, on behalf of the holder of the lease: the caller, and nobody else, may
    /// send it. `None` when it is no longer queued or in retry, when something stands before it, or when
    /// the lease is another's. Every attempt begins here: the row is `sending` on disk before the first
    /// byte leaves.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing may be sent then.
    pub fn mark_sending(&self, id: OutboxId, holder: &str) -> Result<Option<OutboxRow>, CacheError> {
        let Some(conversation) = self.read_state(|state| outbox_rows::find(state, id))?.map(|row| row.conversation)
        else {
            return Ok(None);
        };
        let kept = self.read_cache(|cache| Ok(row::load_kept(cache, &conversation)?))?;
        let over = kept.map(|kept| effective::digest(&kept.server));
        let now = self.now().0;
        let row = self.write_state("mark_sending", |state| {
            let sql = format!(
                "UPDATE outbox AS o SET status = 'sending', attempts = attempts + 1, reason = '', sender = ?2, \
                 sent_over = ?3, changed_at = ?4 \
                 WHERE o.id = ?1 AND o.status IN ('queued', 'retry') AND {IS_FIRST} \
                 AND EXISTS (SELECT 1 FROM lease WHERE name = 'sender' AND holder = ?2)"
            );
            if state.prepare_cached(&sql)?.execute((id.0, holder, over, now))? == 0 {
                return Ok(None);
            }
            outbox_rows::find(state, id)
        })?;
        Ok(row)
    }

    /// Writes down what came of an attempt, or of looking an unknown row up, and shows the conversation
    /// accordingly. `None` when the row has moved on since (another attempt, settled already, dropped).
    /// That an act has arrived is always taken.
    ///
    /// # Errors
    /// As [`CacheError`]; the row is then found `sending` at the next start, and looked up.
    pub fn settle(&self, news: &Settlement) -> Result<Option<OutboxRow>, CacheError> {
        let now = self.now().0;
        let row = self.write_state("settle", |state| {
            let sql = "UPDATE outbox SET status = ?2, reason = ?3, due_at = coalesce(?4, due_at), \
                 sent_part = coalesce(?5, sent_part), changed_at = ?7 \
                 WHERE id = ?1 AND status <> 'sent' AND (?2 = 'sent' \
                 OR (attempts = ?6 AND status IN ('queued', 'sending', 'retry', 'unknown')))";
            let sent_part = news.sent_part.as_ref().map(PartId::as_str);
            let due_at = news.due_at.map(|at| at.0);
            let values = (news.id.0, news.status.as_str(), news.reason.as_raw(), due_at, sent_part, news.attempt, now);
            if state.prepare_cached(sql)?.execute(values)? == 0 {
                return Ok(None);
            }
            outbox_rows::find(state, news.id)
        })?;
        if let Some(row) = &row {
            self.show(std::slice::from_ref(&row.conversation));
        }
        Ok(row)
    }

    /// Takes back a press of a key, as far as it has not left: rows that were certainly not sent are
    /// dropped, and the text of a message becomes a draft again, before what stands in that draft now.
    /// Against a sender in the same moment, each row ends on exactly one side.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing was taken back then.
    pub fn drop_unsent(&self, group: &GroupId) -> Result<Undone, CacheError> {
        let now = self.now();
        let (dropped, left) = self.write_state("drop_unsent", |state| {
            let sql = format!("SELECT {ROW} FROM outbox WHERE group_id = ?1 ORDER BY id");
            let all = outbox_rows::rows(state, &sql, [group.as_str()])?;
            let (dropped, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| was_never_sent(row.status));
            drop_rows(state, &dropped, now)?;
            Ok((dropped, left))
        })?;
        Ok(self.undone(dropped, left))
    }

    /// Gives a row up: whatever is not being sent at this moment and has not arrived. The text of a
    /// message becomes a draft again, and what waits behind a message from the same press of a key goes
    /// with it. Nothing is dropped when the row is being sent, has been sent, or is not there.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing was given up then.
    pub fn discard(&self, id: OutboxId) -> Result<Undone, CacheError> {
        let now = self.now();
        let (dropped, left) = self.write_state("discard", |state| {
            let Some(first) = outbox_rows::find(state, id)? else { return Ok((Vec::new(), Vec::new())) };
            if matches!(first.status, OutboxStatus::Sending | OutboxStatus::Sent) {
                return Ok((Vec::new(), vec![first]));
            }
            let mut dropped = Vec::new();
            if first.act.is_message() {
                let sql = format!(
                    "SELECT {ROW} FROM outbox WHERE group_id = ?1 AND conversation_id = ?2 AND id > ?3 ORDER BY id"
                );
                let key = (first.group.as_str(), first.conversation.as_str(), id.0);
                dropped = outbox_rows::rows(state, &sql, key)?;
                dropped.retain(|row| was_never_sent(row.status));
            }
            dropped.insert(0, first);
            drop_rows(state, &dropped, now)?;
            Ok((dropped, Vec::new()))
        })?;
        Ok(self.undone(dropped, left))
    }

    /// Queues a failed, held or undecided row again, to go at once; with a new baseline when the agent
    /// has seen what came since. `None` when the row is in no such state.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn requeue(
        &self,
        id: OutboxId,
        baseline: Option<(Option<PartId>, u32)>,
    ) -> Result<Option<OutboxRow>, CacheError> {
        let now = self.now().0;
        let row = self.write_state("requeue", |state| {
            let sql = "UPDATE outbox SET status = 'queued', reason = '', due_at = ?2, changed_at = ?2 \
                 WHERE id = ?1 AND status IN ('failed', 'held', 'needs_decision')";
            if state.execute(sql, (id.0, now))? == 0 {
                return Ok(None);
            }
            if let Some((part, count)) = baseline {
                let sql = "UPDATE outbox SET baseline_part = ?2, baseline_count = ?3 WHERE id = ?1";
                state.execute(sql, (id.0, part.as_ref().map(PartId::as_str), count))?;
            }
            outbox_rows::find(state, id)
        })?;
        if let Some(row) = &row {
            self.show(std::slice::from_ref(&row.conversation));
        }
        Ok(row)
    }

    /// Forgets sent rows that were settled before a moment. Gives how many.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn prune_outbox(&self, settled_before: UnixTime) -> Result<usize, CacheError> {
        self.write_state("prune_outbox", |state| {
            let sql = "DELETE FROM outbox WHERE status = 'sent' AND changed_at < ?1";
            Ok(state.execute(sql, [settled_before.0])?)
        })
    }

    fn undone(&self, dropped: Vec<OutboxRow>, left: Vec<OutboxRow>) -> Undone {
        let ids: Vec<_> = dropped.iter().map(|row| row.conversation.clone()).collect();
        let changed = if ids.is_empty() { Vec::new() } else { self.show(&ids) };
        Undone { dropped, left, changed }
    }
}

/// Whether no byte of it can have reached the helpdesk, or the helpdesk refused it.
const fn was_never_sent(status: OutboxStatus) -> bool {
    matches!(status, OutboxStatus::Queued | OutboxStatus::Retry | OutboxStatus::Held | OutboxStatus::Failed)
}

fn insert(state: &Connection, group: &GroupId, new: &NewRow, now: UnixTime) -> Tried<OutboxRow> {
    let act = serde_json::to_string(&new.act)?;
    let inverses = serde_json::to_string(&new.inverses)?;
    let id = state
        .prepare_cached(
            "INSERT INTO outbox (group_id, conversation_id, is_message, act, inverses, status, created_at, due_at, \
             baseline_part, baseline_count, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?7, ?8, ?9, ?6) \
             RETURNING id",
        )?
        .query_row(
            (
                group.as_str(),
                new.conversation.as_str(),
                new.act.is_message(),
                act,
                inverses,
                now.0,
                new.due_at.0,
                new.baseline_part.as_ref().map(PartId::as_str),
                new.baseline_count,
            ),
            |row| row.get(0),
        )?;
    Ok(OutboxRow {
        id: OutboxId(id),
        group: group.clone(),
        conversation: new.conversation.clone(),
        act: new.act.clone(),
        inverses: new.inverses.clone(),
        status: OutboxStatus::Queued,
        attempts: 0,
        reason: Untrusted::default(),
        created_at: now,
        due_at: new.due_at,
        baseline_part: new.baseline_part.clone(),
        baseline_count: new.baseline_count,
        sent_part: None,
    })
}

/// Removes rows and gives their words back to the drafts, the first row's words on top.
fn drop_rows(state: &Connection, rows: &[OutboxRow], now: UnixTime) -> Tried<()> {
    for row in rows.iter().rev() {
        state.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([row.id.0])?;
        let mode = match row.act {
            Act::Reply { .. } => Mode::Reply,
            Act::Note { .. } => Mode::Note,
            _ => continue,
        };
        let text = row.act.text().unwrap_or_default();
        let found: Option<String> = state
            .query_row(
                "SELECT text FROM draft WHERE conversation_id = ?1 AND mode = ?2",
                (row.conversation.as_str(), mode.as_str()),
                |row| row.get(0),
            )
            .optional()?;
        let text = match found {
            Some(newer) if !newer.trim().is_empty() && newer != text => format!("{text}\n\n{newer}"),
            _ => text.to_owned(),
        };
        draft::put(state, &row.conversation, mode, &text, row.created_at, now)?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Barrier;
    use std::time::Duration;

    use super::super::fixtures::{NOW, Place, commit, conversation, group, id, new_row, note, reply, take_lease};
    use super::super::{OutboxFilter, Release};
    use super::*;
    use crate::domain::Draft;

    fn news(row: &OutboxRow, status: OutboxStatus) -> Settlement {
        let reason = Untrusted::new("because");
        Settlement { id: row.id, attempt: row.attempts, status, reason, due_at: None, sent_part: None }
    }

    fn draft(text: &str) -> Draft {
        Draft::new(id("1"), Mode::Reply, text, UnixTime(NOW - 9))
    }

    fn due(cache: &Cache) -> Vec<OutboxId> {
        cache.next_due(UnixTime(NOW)).unwrap().iter().map(|row| row.id).collect()
    }

    #[test]
    fn acts_and_the_end_of_their_draft_are_one() {
        let place = Place::new();
        let cache = &place.cache;
        cache.store_page(&[conversation("1", NOW)], None).unwrap();
        cache.save_draft(&draft("Hello")).unwrap();
        let rows = [new_row("1", reply("Hello")), new_row("1", Act::Close)];
        let done = cache.commit_acts(&group("g"), &rows, &[(id("1"), Mode::Reply)]).unwrap();
        assert_eq!(done.changed, [id("1")]);
        assert!(cache.load_drafts(&id("1")).unwrap().is_empty());
        assert_eq!(cache.load_outbox(&OutboxFilter::Unsent).unwrap(), done.rows);
        assert_eq!(cache.unsettled_for(&id("1")).unwrap(), done.rows);
        assert!(done.rows[0].id < done.rows[1].id);
    }

    #[test]
    fn a_commit_that_fails_leaves_the_draft_and_no_act() {
        let place = Place::new();
        let cache = &place.cache;
        cache.save_draft(&draft("Hello")).unwrap();
        let blocker = rusqlite::Connection::open(place.dirs.state.join("state.db")).unwrap();
        blocker
            .execute_batch("CREATE TRIGGER full BEFORE DELETE ON draft BEGIN SELECT raise(ABORT, 'no'); END")
            .unwrap();
        let done = cache.commit_acts(&group("g"), &[new_row("1", reply("Hello"))], &[(id("1"), Mode::Reply)]);
        assert!(done.is_err());
        assert_eq!(cache.load_drafts(&id("1")).unwrap(), [draft("Hello")]);
        assert!(cache.load_outbox(&OutboxFilter::All).unwrap().is_empty());
    }

    #[test]
    fn a_full_disk_refuses_the_act_by_name() {
        let place = Place::new();
        place.cache.save_draft(&draft("Hello")).unwrap();
        place.cache.0.state.write(|state| Ok(state.pragma_update(None, "max_page_count", 1)?)).unwrap();
        let long = "x".repeat(500_000);
        let done = place.cache.commit_acts(&group("g"), &[new_row("1", reply(&long))], &[(id("1"), Mode::Reply)]);
        assert!(matches!(done, Err(CacheError::Full { .. })), "{done:?}");
        assert_eq!(place.cache.load_drafts(&id("1")).unwrap(), [draft("Hello")]);
    }

    #[test]
    fn one_conversation_goes_in_order_and_others_go_on() {
        let place = Place::new();
        let cache = &place.cache;
        let first = commit(cache, "g", "1", &[reply("a"), Act::Close]);
        let other = commit(cache, "h", "2", &[Act::Close]);
        take_lease(cache, "me");
        assert_eq!(due(cache), [first[0], other[0]]);
        assert_eq!(cache.mark_sending(first[1], "me").unwrap(), None, "not before the one in front");
        let sending = cache.mark_sending(first[0], "me").unwrap().unwrap();
        assert_eq!((sending.attempts, sending.status), (1, OutboxStatus::Sending));
        assert_eq!(due(cache), [other[0]]);
        cache.settle(&news(&sending, OutboxStatus::Unknown)).unwrap().unwrap();
        assert_eq!(due(cache), [first[0], other[0]], "an unknown one is looked up, the next waits behind it");
        cache.settle(&news(&sending, OutboxStatus::Sent)).unwrap().unwrap();
        assert_eq!(
            due(cache),
            [other[0], first[1]].into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_waits_on_a_person_keeps_its_followers_back() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a"), Act::Close]);
        let later = commit(cache, "h", "1", &[Act::Reopen]);
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        for status in [OutboxStatus::Held, OutboxStatus::NeedsDecision] {
            cache.settle(&news(&sending, status)).unwrap();
            assert!(due(cache).is_empty(), "{status:?}");
            cache.requeue(rows[0], None).unwrap().unwrap();
        }
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        cache.settle(&news(&sending, OutboxStatus::Failed)).unwrap();
        assert!(due(cache).is_empty(), "send and close does not close what was not answered");
        let undone = cache.discard(rows[0]).unwrap();
        assert_eq!(undone.dropped.iter().map(|row| row.id).collect::<Vec<_>>(), rows);
        assert_eq!(due(cache), later);
    }

    #[test]
    fn a_failed_act_that_is_no_message_blocks_nobody() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[Act::Close, Act::Reopen]);
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        cache.settle(&news(&sending, OutboxStatus::Failed)).unwrap();
        assert_eq!(due(cache), [rows[1]]);
    }

    #[test]
    fn undo_windows_end_by_time_or_by_release() {
        let place = Place::new();
        let cache = &place.cache;
        let mut row = new_row("1", reply("a"));
        row.due_at = UnixTime(NOW + 10);
        cache.commit_acts(&group("g"), &[row], &[]).unwrap();
        assert!(due(cache).is_empty());
        assert_eq!(cache.earliest_due().unwrap(), Some(UnixTime(NOW + 10)));
        assert_eq!(cache.next_due(UnixTime(NOW + 10)).unwrap().len(), 1);
        assert_eq!(cache.release(&Release::Group(group("h"))).unwrap(), 0);
        assert_eq!(cache.release(&Release::Conversation(id("1"))).unwrap(), 1);
        assert_eq!(due(cache).len(), 1);
        assert_eq!(cache.release(&Release::All).unwrap(), 0);
    }

    #[test]
    fn retries_wait_and_can_be_hastened() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a")]);
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        let mut later = news(&sending, OutboxStatus::Retry);
        later.due_at = Some(UnixTime(NOW + 60));
        let row = cache.settle(&later).unwrap().unwrap();
        assert_eq!((row.due_at, row.reason.as_raw()), (UnixTime(NOW + 60), "because"));
        assert!(due(cache).is_empty());
        assert_eq!(cache.hasten_retries().unwrap(), 1);
        assert_eq!(due(cache), rows);
    }

    #[test]
    fn nobody_sends_without_the_lease() {
        let place = Place::new();
        let (ours, theirs) = (&place.cache, place.another());
        let rows = commit(ours, "g", "1", &[reply("a")]);
        assert_eq!(ours.mark_sending(rows[0], "me").unwrap(), None);
        take_lease(&theirs, "them");
        assert_eq!(ours.mark_sending(rows[0], "me").unwrap(), None);
        assert!(theirs.mark_sending(rows[0], "them").unwrap().is_some());
        assert_eq!(theirs.mark_sending(rows[0], "them").unwrap(), None, "once taken is taken");
    }

    #[test]
    fn late_news_of_an_earlier_attempt_changes_nothing_but_arrival() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a")]);
        take_lease(cache, "me");
        let first = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        cache.settle(&news(&first, OutboxStatus::Retry)).unwrap().unwrap();
        let second = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        assert_eq!(cache.settle(&news(&first, OutboxStatus::Failed)).unwrap(), None);
        let mut arrived = news(&first, OutboxStatus::Sent);
        arrived.sent_part = PartId::parse("99");
        assert_eq!(cache.settle(&arrived).unwrap().unwrap().sent_part, PartId::parse("99"));
        assert_eq!(cache.settle(&news(&second, OutboxStatus::Retry)).unwrap(), None, "sent stays sent");
    }

    #[test]
    fn undo_gives_the_words_back_before_newer_ones() {
        let place = Place::new();
        let cache = &place.cache;
        commit(cache, "g", "1", &[reply("first"), reply("second"), note("aside"), Act::Close]);
        cache.save_draft(&draft("newer")).unwrap();
        let undone = cache.drop_unsent(&group("g")).unwrap();
        assert_eq!((undone.dropped.len(), undone.left.len()), (4, 0));
        let drafts = cache.load_drafts(&id("1")).unwrap();
        assert_eq!(drafts[0].text, "first\n\nsecond\n\nnewer");
        assert_eq!((drafts[1].mode, drafts[1].text.as_str()), (Mode::Note, "aside"));
        assert!(cache.load_outbox(&OutboxFilter::All).unwrap().is_empty());
        assert_eq!(cache.drop_unsent(&group("g")).unwrap(), Undone::default());
    }

    #[test]
    fn undo_leaves_what_may_have_left() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a"), Act::Close]);
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        let undone = cache.drop_unsent(&group("g")).unwrap();
        assert_eq!(undone.left, std::slice::from_ref(&sending));
        assert_eq!(undone.dropped[0].id, rows[1]);
        assert_eq!(cache.discard(rows[0]).unwrap().left, [sending]);
    }

    #[test]
    fn between_undo_and_send_exactly_one_wins() {
        let place = Place::new();
        let other = place.another();
        take_lease(&place.cache, "me");
        for round in 0..40 {
            let press = format!("g{round}");
            let row = commit(&place.cache, &press, "1", &[reply("a")])[0];
            let start = Barrier::new(2);
            let (sent, undone) = std::thread::scope(|scope| {
                let send = scope.spawn(|| {
                    start.wait();
                    place.cache.mark_sending(row, "me").unwrap()
                });
                start.wait();
                let undone = other.drop_unsent(&group(&press)).unwrap();
                (send.join().unwrap(), undone)
            });
            assert_eq!(sent.is_some(), undone.dropped.is_empty(), "round {round}");
            assert_eq!(sent.is_some(), undone.left.len() == 1, "round {round}");
            if let Some(sent) = sent {
                place.cache.settle(&news(&sent, OutboxStatus::Sent)).unwrap().unwrap();
            }
        }
    }

    #[test]
    fn a_row_queued_again_can_take_a_new_baseline() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a")]);
        assert_eq!(cache.requeue(rows[0], None).unwrap(), None, "it is queued already");
        let row = cache.load_outbox(&OutboxFilter::Row(rows[0])).unwrap().remove(0);
        cache.settle(&news(&row, OutboxStatus::Held)).unwrap().unwrap();
        let counts = cache.outbox_counts().unwrap();
        assert_eq!((counts.waiting, counts.needs_you), (0, 1));
        assert_eq!(cache.load_outbox(&OutboxFilter::NeedsYou).unwrap().len(), 1);
        let row = cache.requeue(rows[0], Some((PartId::parse("5"), 4))).unwrap().unwrap();
        assert_eq!((row.baseline_part, row.baseline_count, row.status), (PartId::parse("5"), 4, OutboxStatus::Queued));
        assert_eq!(cache.outbox_counts().unwrap().waiting, 1);
    }

    #[test]
    fn old_sent_rows_are_forgotten_and_their_ids_never_given_again() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a")]);
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        cache.settle(&news(&sending, OutboxStatus::Sent)).unwrap();
        assert_eq!(cache.prune_outbox(UnixTime(NOW)).unwrap(), 0);
        place.clock.advance(Duration::from_secs(60));
        assert_eq!(cache.prune_outbox(UnixTime(NOW + 60)).unwrap(), 1);
        assert!(commit(cache, "h", "1", &[reply("b")])[0] > rows[0]);
    }

    #[test]
    fn a_row_that_is_not_understood_stays_and_harms_nobody() {
        let place = Place::new();
        let rows = commit(&place.cache, "g", "1", &[reply("a")]);
        place
            .cache
            .write_state("test", |state| Ok(state.execute("UPDATE outbox SET act = '{\"kind\":\"dance\"}'", [])?))
            .unwrap();
        assert!(place.cache.load_outbox(&OutboxFilter::All).unwrap().is_empty());
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let sql = "SELECT count(*) FROM outbox WHERE id = ?1";
        let count = place.cache.read_state(|s| Ok(s.query_row(sql, [rows[0].0], |r| r.get::<_, i64>(0))?));
        assert_eq!(count.unwrap(), 1);
    }
}
