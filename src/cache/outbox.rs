//! Writing the outbox: every act an agent does passes through here.
//!
//! A row is committed with `synchronous=FULL` before anybody says that it is there, and each change of
//! its status is a compare-and-set, so that of two processes, or of a send and an undo, exactly one
//! wins. What is taken back, given up or sent again is next door, in `outbox_back`.

use rusqlite::Connection;

use super::bulk::IS_PAUSED;
use super::database::Tried;
use super::outbox_due::IS_FIRST;
use super::outbox_rows;
use super::{Cache, CacheError, draft, effective, reminder, row};
use crate::domain::{
    Act, Began, ConversationId, Doubt, GroupId, Guard, Mode, OutboxId, OutboxRow, OutboxStatus, PartId, UnixTime,
};
use crate::text::Untrusted;

/// The newest part of a thread at some moment, and how many parts it had, the opening message apart.
pub type Baseline = (Option<PartId>, u32);

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
    /// Of a message: what stops it.
    pub guard: Guard,
    /// Of a guarded message: what its writer had seen.
    pub began: Option<Began>,
    /// The guard stops it at once: whose doing came since.
    pub held: Option<Untrusted>,
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
    /// Whether an attempt may have arrived, and what was done to find out.
    pub doubt: Doubt,
}

/// How an attempt begins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attempt {
    /// The thread as it was read just now; absent leaves what the row had.
    pub baseline: Option<Baseline>,
    /// In spite of a doubt: the row is of unknown outcome, and reading its thread showed nothing.
    pub resend: bool,
}

impl Cache {
    /// Commits acts, all or none, in order, together with the end of the drafts that they use up, and
    /// of the undo windows of earlier acts on a conversation that gets a message; then shows them. When
    /// this returns, they survive a power cut.
    ///
    /// # Errors
    /// As [`CacheError`], `Full` and `ReadOnly` among them: nothing was done then, the drafts are kept.
    pub fn commit_acts(
        &self,
        group: &GroupId,
        rows: &[NewRow],
        uses_drafts: &[(ConversationId, Mode)],
    ) -> Result<Committed, CacheError> {
        let committed = self.commit_rows("commit_acts", group, rows, uses_drafts, |_| Ok(()))?;
        let mut ids: Vec<_> = rows.iter().map(|row| row.conversation.clone()).collect();
        ids.extend(uses_drafts.iter().map(|(id, _)| id.clone()));
        Ok(Committed { changed: self.show(&ids), rows: committed })
    }

    /// The commit alone, with what belongs into it.
    pub(super) fn commit_rows(
        &self,
        name: &'static str,
        group: &GroupId,
        rows: &[NewRow],
        uses_drafts: &[(ConversationId, Mode)],
        with: impl FnOnce(&Connection) -> Tried<()>,
    ) -> Result<Vec<OutboxRow>, CacheError> {
        let now = self.now();
        self.write_state(name, |state| {
            // The next message to the same person releases the one before.
            for row in rows.iter().filter(|row| row.act.is_message()) {
                let sql = "UPDATE outbox SET due_at = ?1 WHERE status = 'queued' AND due_at > ?1 \
                     AND conversation_id = ?2";
                state.prepare_cached(sql)?.execute((now.0, row.conversation.as_str()))?;
            }
            let committed = rows.iter().map(|row| insert(state, group, row, now)).collect::<Tried<Vec<_>>>()?;
            for (id, mode) in uses_drafts {
                let acts = committed.iter().filter(|row| row.conversation == *id).map(|row| &row.act);
                draft::use_up(state, self.0.pen.name(), id, *mode, acts)?;
            }
            with(state)?;
            Ok(committed)
        })
    }

    /// Takes a row for sending, on behalf of the holder of the lease: the caller, and nobody else, may
    /// send it. `None` when it is no longer queued or in retry, when something stands before it, or when
    /// the lease is another's. Every attempt begins here: the row is `sending` on disk before the first
    /// byte leaves.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing may be sent then.
    pub fn mark_sending(&self, id: OutboxId, holder: &str) -> Result<Option<OutboxRow>, CacheError> {
        self.begin_attempt(id, holder, &Attempt::default())
    }

    /// The same, with what was read of the thread before: a new baseline, or that an act of unknown
    /// outcome is not there, so that it goes once more. The lease must be ours now and for the next
    /// moments, not just not another's.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing may be sent then.
    pub fn begin_attempt(
        &self,
        id: OutboxId,
        holder: &str,
        attempt: &Attempt,
    ) -> Result<Option<OutboxRow>, CacheError> {
        let Some(conversation) = self.read_state(|state| outbox_rows::find(state, id))?.map(|row| row.conversation)
        else {
            return Ok(None);
        };
        let kept = self.read_cache(|cache| Ok(row::load_kept(cache, &conversation)?))?;
        let over = kept.map(|kept| effective::digest(&kept.server));
        let (now, now_ms) = (self.now().0, self.0.clock.unix_millis());
        self.write_state("begin_attempt", |state| {
            let from = if attempt.resend { "o.status = 'unknown'" } else { "o.status IN ('queued', 'retry')" };
            let sql = format!(
                "UPDATE outbox AS o SET status = 'sending', attempts = attempts + 1, reason = '', sender = ?2, \
                 sent_over = ?3, changed_at = ?4, resends = resends + ?5, reads = 0 \
                 WHERE o.id = ?1 AND {from} AND {IS_FIRST} AND NOT {IS_PAUSED} \
                 AND EXISTS (SELECT 1 FROM lease WHERE name = 'sender' AND holder = ?2 AND until_ms > ?6)"
            );
            let values = (id.0, holder, over, now, attempt.resend, now_ms);
            if state.prepare_cached(&sql)?.execute(values)? == 0 {
                return Ok(None);
            }
            if let Some((part, count)) = &attempt.baseline {
                let sql = "UPDATE outbox SET baseline_part = ?2, baseline_count = ?3 WHERE id = ?1";
                state.prepare_cached(sql)?.execute((id.0, part.as_ref().map(PartId::as_str), count))?;
            }
            outbox_rows::find(state, id)
        })
    }

    /// Holds a queued message back, with what was newest of its thread then: up to there its writer is told
    /// of what came. `None` when the row has moved on since.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn hold(&self, row: &OutboxRow, whose: &Untrusted, at: &Baseline) -> Result<Option<OutboxRow>, CacheError> {
        let (now, id) = (self.now().0, row.id);
        let held = self.write_state("hold", |state| {
            let sql = "UPDATE outbox SET status = 'held', reason = ?3, changed_at = ?4, baseline_part = ?5, \
                 baseline_count = ?6 WHERE id = ?1 AND attempts = ?2 AND status IN ('queued', 'retry')";
            let part = at.0.as_ref().map(PartId::as_str);
            if state.prepare_cached(sql)?.execute((id.0, row.attempts, whose.as_raw(), now, part, at.1))? == 0 {
                return Ok(None);
            }
            outbox_rows::find(state, id)
        })?;
        if let Some(row) = &held {
            self.show(std::slice::from_ref(&row.conversation));
        }
        Ok(held)
    }

    /// Writes down what came of an attempt, or of looking an unknown row up, and shows the conversation
    /// accordingly. `None` when the row has moved on since (another attempt, settled already, dropped).
    /// That an act has arrived is always taken.
    ///
    /// # Errors
    /// As [`CacheError`]; the row is then found `sending` at the next start, and looked up.
    pub fn settle(&self, news: &Settlement) -> Result<Option<OutboxRow>, CacheError> {
        let now = self.now().0;
        let row = self.write_state("settle", |state| put_settlement(state, news, now))?;
        if let Some(row) = &row {
            self.show(std::slice::from_ref(&row.conversation));
        }
        Ok(row)
    }
}

/// Writes down what came of an attempt, inside a transaction; `None` when the row has moved on since.
pub(super) fn put_settlement(state: &Connection, news: &Settlement, now: i64) -> Tried<Option<OutboxRow>> {
    let sql = "UPDATE outbox SET status = ?2, reason = ?3, due_at = coalesce(?4, due_at), \
         sent_part = coalesce(?5, sent_part), changed_at = ?7, doubted_at = ?8, reads = ?9, resends = ?10 \
         WHERE id = ?1 AND status <> 'sent' AND (?2 = 'sent' \
         OR (attempts = ?6 AND status IN ('queued', 'sending', 'retry', 'unknown')))";
    let sent_part = news.sent_part.as_ref().map(PartId::as_str);
    let due_at = news.due_at.map(|at| at.0);
    let Doubt { since, reads, resends } = news.doubt;
    let since = since.map(UnixTime::secs);
    let (status, reason) = (news.status.as_str(), news.reason.as_raw());
    let values = (news.id.0, status, reason, due_at, sent_part, news.attempt, now, since, reads, resends);
    if state.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(None);
    }
    outbox_rows::find(state, news.id)
}

/// Writes a new row inside a transaction.
pub(super) fn insert(state: &Connection, group: &GroupId, new: &NewRow, now: UnixTime) -> Tried<OutboxRow> {
    let act = serde_json::to_string(&new.act)?;
    let inverses = serde_json::to_string(&new.inverses)?;
    let status = if new.held.is_some() { OutboxStatus::Held } else { OutboxStatus::Queued };
    let reason = new.held.clone().unwrap_or_default();
    let began = new.began.as_ref();
    let id = state
        .prepare_cached(
            "INSERT INTO outbox (group_id, conversation_id, is_message, act, inverses, created_at, due_at, \
             baseline_part, baseline_count, changed_at, status, reason, guard, seen_part, seen_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?6, ?10, ?11, ?12, ?13, ?14) RETURNING id",
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
                status.as_str(),
                reason.as_raw(),
                new.guard.as_str(),
                began.and_then(|began| began.part.as_ref()).map(PartId::as_str),
                began.map(|began| began.at.0),
            ),
            |row| row.get(0),
        )?;
    let row = OutboxRow {
        id: OutboxId(id),
        group: group.clone(),
        conversation: new.conversation.clone(),
        act: new.act.clone(),
        inverses: new.inverses.clone(),
        status,
        attempts: 0,
        reason,
        created_at: now,
        due_at: new.due_at,
        baseline_part: new.baseline_part.clone(),
        baseline_count: new.baseline_count,
        sent_part: None,
        guard: new.guard,
        began: new.began.clone(),
        doubt: Doubt::default(),
    };
    reminder::follow(state, &row, now)?;
    Ok(row)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, commit, conversation, group, id, new_row, news, reply, take_lease};
    use super::super::{OutboxFilter, Release};
    use super::*;
    use crate::domain::Draft;

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
        cache.save_draft(&draft("Hello"), false).unwrap();
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
        cache.save_draft(&draft("Hello"), false).unwrap();
        let blocker = rusqlite::Connection::open(place.dirs.state.join("state.db")).unwrap();
        blocker
            .execute_batch("CREATE TRIGGER full BEFORE DELETE ON draft BEGIN SELECT raise(ABORT, 'no'); END")
            .unwrap();
        let done = cache.commit_acts(&group("g"), &[new_row("1", reply("Hello"))], &[(id("1"), Mode::Reply)]);
        assert!(done.is_err());
        assert_eq!(cache.load_drafts(&id("1")).unwrap()[0].text, "Hello");
        assert!(cache.load_outbox(&OutboxFilter::All).unwrap().is_empty());
    }

    #[test]
    fn a_full_disk_refuses_the_act_by_name() {
        let place = Place::new();
        place.cache.save_draft(&draft("Hello"), false).unwrap();
        place.cache.0.state.write(|state| Ok(state.pragma_update(None, "max_page_count", 1)?)).unwrap();
        let long = "x".repeat(500_000);
        let done = place.cache.commit_acts(&group("g"), &[new_row("1", reply(&long))], &[(id("1"), Mode::Reply)]);
        assert!(matches!(done, Err(CacheError::Full { .. })), "{done:?}");
        assert_eq!(place.cache.load_drafts(&id("1")).unwrap()[0].text, "Hello");
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
    fn a_row_that_is_not_understood_stays_and_harms_nobody() {
        let place = Place::new();
        let rows = commit(&place.cache, "g", "1", &[reply("a")]);
        place
            .cache
            .write_state("test", |state| Ok(state.execute("UPDATE outbox SET act = '{\"kind\":\"dance\"}'", [])?))
            .unwrap();
        let next = commit(&place.cache, "h", "1", &[reply("b")]);
        assert!(due(&place.cache).is_empty());
        assert_eq!(place.cache.fail_unreadable().unwrap(), 1);
        assert_eq!((due(&place.cache), place.cache.fail_unreadable().unwrap()), (next, 0));
        assert_eq!(place.cache.load_outbox(&OutboxFilter::All).unwrap().len(), 1);
        assert_eq!(place.cache.outbox_counts().unwrap().needs_you, 1);
        let closing = commit(&place.cache, "k", "2", &[reply("c"), Act::Close]);
        let damage = |state: &Connection| state.execute("UPDATE outbox SET act = '?' WHERE id = ?1", [closing[0].0]);
        place.cache.write_state("test", |state| Ok(damage(state)?)).unwrap();
        assert_eq!(place.cache.fail_unreadable().unwrap(), 1);
        assert!(!due(&place.cache).contains(&closing[1]), "nothing is closed that was not answered");
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let sql = "SELECT count(*) FROM outbox WHERE id = ?1";
        let count = place.cache.read_state(|s| Ok(s.query_row(sql, [rows[0].0], |r| r.get::<_, i64>(0))?));
        assert_eq!(count.unwrap(), 1);
    }
}
