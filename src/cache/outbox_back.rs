//! What is taken back, given up, changed, or sent again: the agent's side of the outbox.
//!
//! Each is one commit: words leave a row and come to a draft, or an undo drops what has not left and
//! queues what compensates the rest, together or not at all.

use std::collections::HashMap;

use rusqlite::Connection;

use super::database::Tried;
use super::draft::{self, GivenBack};
use super::outbox::{self, Baseline, NewRow};
use super::outbox_rows::{self, ROW};
use super::{Cache, CacheError, OutboxFilter, bulk, reminder};
use crate::domain::{
    Act, Began, Conversation, ConversationId, Doubt, GroupId, Guard, Mode, OutboxId, OutboxRow, OutboxStatus, PartId,
    State, UnixTime,
};

/// What came of an undo or of giving up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undone {
    /// Rows that were dropped, never to be sent; their texts are drafts again. Their files are still
    /// on disk.
    pub dropped: Vec<OutboxRow>,
    /// Compensating acts that were committed.
    pub inverted: Vec<OutboxRow>,
    /// Rows of the group that have left, or may have, and that nothing takes back.
    pub left: Vec<OutboxRow>,
    /// Conversations that look different now.
    pub changed: Vec<ConversationId>,
}

impl Cache {
    /// Takes back a press of a key: rows that were certainly not sent are dropped, and the text of a
    /// message becomes a draft again, before what stands in that draft now; what has left, or is leaving,
    /// is followed by its compensating acts, as the press of a key `undo`, in reverse order. All of it in
    /// one commit. Against a sender in the same moment, each row ends on exactly one side. What was
    /// compensated once is not compensated again.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing was taken back then.
    pub fn undo(&self, group: &GroupId, undo: &GroupId) -> Result<Undone, CacheError> {
        let now = self.now();
        // As they are shown; what came over an act is not taken back with it.
        let mut shown: HashMap<ConversationId, Conversation> = HashMap::new();
        for row in self.load_outbox(&OutboxFilter::Group(group.clone()))? {
            if !shown.contains_key(&row.conversation)
                && let Some(conversation) = self.load_conversation(&row.conversation)?
            {
                shown.insert(row.conversation, conversation);
            }
        }
        let mut undone = self.write_state("undo", |state| {
            let (dropped, left) = drop_group(state, group, now)?;
            let mut shown = shown.clone();
            let mut undone = Undone { dropped, ..Undone::default() };
            let mut all: Vec<(bool, OutboxRow)> = left.into_iter().map(|row| (true, row)).collect();
            all.extend(undone.dropped.iter().map(|row| (false, row.clone())));
            all.sort_unstable_by_key(|(_, row)| std::cmp::Reverse(row.id));
            for (has_left, row) in all {
                let shown = shown.get_mut(&row.conversation);
                let holds = shown.as_ref().is_none_or(|shown| still_holds(&row.act, shown));
                if has_left && (row.inverses.is_empty() || row.status == OutboxStatus::NeedsDecision || !holds) {
                    undone.left.push(row);
                    continue;
                }
                // As it was before this act, for the one that came before.
                if let Some(shown) = shown {
                    row.inverses.iter().for_each(|act| act.apply(shown, None, now));
                }
                if !has_left {
                    continue;
                }
                for act in &row.inverses {
                    let back = NewRow {
                        conversation: row.conversation.clone(),
                        act: act.clone(),
                        inverses: Vec::new(),
                        due_at: now,
                        baseline_part: row.baseline_part.clone(),
                        baseline_count: row.baseline_count,
                        guard: Guard::Off,
                        began: None,
                        held: None,
                    };
                    undone.inverted.push(outbox::insert(state, undo, &back, now)?);
                }
                reminder::take_back(state, &row)?;
                state.prepare_cached("UPDATE outbox SET inverses = '[]' WHERE id = ?1")?.execute([row.id.0])?;
            }
            Ok(undone)
        })?;
        undone.changed = self.show_rows(undone.dropped.iter().chain(&undone.inverted));
        Ok(undone)
    }

    /// Takes back a press of a key as far as it has not left; nothing is compensated.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing was taken back then.
    pub fn drop_unsent(&self, group: &GroupId) -> Result<Undone, CacheError> {
        let now = self.now();
        let (dropped, left) = self.write_state("drop_unsent", |state| drop_group(state, group, now))?;
        let changed = self.show_rows(dropped.iter());
        Ok(Undone { dropped, left, changed, ..Undone::default() })
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
                dropped.retain(was_never_sent);
            }
            let group = first.group.clone();
            dropped.insert(0, first);
            drop_rows(state, &dropped, now)?;
            if bulk::is_bulk(state, &group)? {
                bulk::note_taken_back(state, &group, &dropped)?;
                bulk::forget_if_empty(state, &group)?;
            }
            Ok((dropped, Vec::new()))
        })?;
        let changed = self.show_rows(dropped.iter());
        Ok(Undone { dropped, left, changed, ..Undone::default() })
    }

    /// Queues a failed, held or undecided row again, to go at once; with a new baseline when the agent
    /// has seen what came since. A message that may have arrived is not queued but looked up: one more
    /// read that shows nothing, and it goes once more. `None` when the row is in no such state.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn requeue(&self, id: OutboxId, baseline: Option<&Baseline>) -> Result<Option<OutboxRow>, CacheError> {
        let now = self.now().0;
        let row = self.write_state("requeue", |state| {
            let Some(row) = outbox_rows::find(state, id)? else { return Ok(None) };
            if !row.status.needs_you() {
                return Ok(None);
            }
            if row.act.is_message() && row.doubt.since.is_some() {
                let sql = "UPDATE outbox SET status = 'unknown', reason = '', due_at = ?2, changed_at = ?2, \
                     reads = ?3, resends = 0 WHERE id = ?1";
                state.execute(sql, (id.0, now, Doubt::READS - 1))?;
                return outbox_rows::find(state, id);
            }
            let sql = "UPDATE outbox SET status = 'queued', reason = '', due_at = ?2, changed_at = ?2, \
                 doubted_at = NULL, reads = 0, resends = 0 WHERE id = ?1";
            state.execute(sql, (id.0, now))?;
            set_baseline(state, id, baseline)?;
            outbox_rows::find(state, id)
        })?;
        Ok(self.shown(row))
    }

    /// Sends a message that may have arrived once more, because its writer has looked and says so: `began`
    /// is what was shown, and `since` now by the helpdesk's clock. It is looked up once more, and only when
    /// it is found there it does not go ([`OutboxRow::is_chosen`]). `None` when the row needs no person or
    /// is in no doubt.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn choose_resend(&self, id: OutboxId, began: &Began, since: UnixTime) -> Result<Option<OutboxRow>, CacheError> {
        let now = self.now().0;
        let row = self.write_state("choose_resend", |state| {
            let sql = "UPDATE outbox SET status = 'unknown', reason = '', due_at = ?2, changed_at = ?2, \
                 guard = 'off', doubted_at = ?3, reads = ?4, resends = 0 WHERE id = ?1 AND is_message = 1 \
                 AND doubted_at IS NOT NULL AND status IN ('failed', 'held', 'needs_decision')";
            if state.execute(sql, (id.0, now, since.0, Doubt::READS - 1))? == 0 {
                return Ok(None);
            }
            set_began(state, id, began)?;
            outbox_rows::find(state, id)
        })?;
        Ok(self.shown(row))
    }

    /// Lets a held message go in spite of what came: its writer has seen the thread as `began` and
    /// `baseline` say. Only what comes after that stops it again. `None` when it is not held.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn send_anyway(
        &self,
        id: OutboxId,
        began: &Began,
        baseline: &Baseline,
    ) -> Result<Option<OutboxRow>, CacheError> {
        let now = self.now().0;
        let row = self.write_state("send_anyway", |state| {
            let sql = "UPDATE outbox SET status = 'queued', reason = '', due_at = ?2, changed_at = ?2 \
                 WHERE id = ?1 AND status = 'held'";
            if state.execute(sql, (id.0, now))? == 0 {
                return Ok(None);
            }
            set_began(state, id, began)?;
            set_baseline(state, id, Some(baseline))?;
            outbox_rows::find(state, id)
        })?;
        Ok(self.shown(row))
    }

    /// Puts other words into a message that is queued, in retry, failed, held or undecided; but for a
    /// queued one it goes at once, from the beginning, as if it had never been tried. What its writer has
    /// seen becomes `began`. `None` when there is no such message or it is in no such state: what is being
    /// sent or of unknown outcome cannot be changed.
    ///
    /// # Errors
    /// As [`CacheError`]; the words are as they were then.
    pub fn edit_message(
        &self,
        id: OutboxId,
        text: &str,
        began: &Began,
        baseline: &Baseline,
    ) -> Result<Option<OutboxRow>, CacheError> {
        let now = self.now().0;
        let row = self.write_state("edit_message", |state| {
            let Some(row) = outbox_rows::find(state, id)? else { return Ok(None) };
            let waits = row.status == OutboxStatus::Queued;
            if !was_never_sent(&row) && !row.status.needs_you() {
                return Ok(None);
            }
            let act = match &row.act {
                Act::Reply { files, .. } => Act::Reply { text: text.to_owned(), files: files.clone() },
                Act::Note { files, .. } => Act::Note { text: text.to_owned(), files: files.clone() },
                Act::Start { to, channel, subject, .. } => Act::Start {
                    to: to.clone(),
                    channel: channel.clone(),
                    subject: subject.clone(),
                    text: text.to_owned(),
                },
                _ => return Ok(None),
            };
            let due_at = if waits { row.due_at.0 } else { now };
            let sql = "UPDATE outbox SET act = ?2, status = 'queued', reason = '', due_at = ?3, changed_at = ?4, \
                 doubted_at = NULL, reads = 0, resends = 0 WHERE id = ?1";
            state.execute(sql, (id.0, serde_json::to_string(&act)?, due_at, now))?;
            if !waits {
                if row.began.is_some() {
                    set_began(state, id, began)?;
                }
                set_baseline(state, id, Some(baseline))?;
            }
            outbox_rows::find(state, id)
        })?;
        Ok(self.shown(row))
    }

    /// Forgets sent rows that were settled before a moment. Gives how many.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn prune_outbox(&self, settled_before: UnixTime) -> Result<usize, CacheError> {
        self.write_state("prune_outbox", |state| {
            let sql = "DELETE FROM outbox WHERE status = 'sent' AND changed_at < ?1";
            let pruned = state.execute(sql, [settled_before.0])?;
            reminder::prune(state)?;
            bulk::prune(state, settled_before)?;
            Ok(pruned)
        })
    }

    fn shown(&self, row: Option<OutboxRow>) -> Option<OutboxRow> {
        self.show_rows(row.iter());
        row
    }

    fn show_rows<'a>(&self, rows: impl Iterator<Item = &'a OutboxRow>) -> Vec<ConversationId> {
        let ids: Vec<_> = rows.map(|row| row.conversation.clone()).collect();
        if ids.is_empty() { Vec::new() } else { self.show(&ids) }
    }
}

/// Whether what an act did is still so: not undone or done otherwise since.
fn still_holds(act: &Act, now: &Conversation) -> bool {
    match act {
        // The helpdesk may have rounded the moment.
        Act::Snooze { .. } => now.state == State::Snoozed,
        _ => act.already_so(now),
    }
}

/// Whether no byte of it can have reached the helpdesk, or the helpdesk refused every attempt.
const fn was_never_sent(row: &OutboxRow) -> bool {
    row.doubt.since.is_none()
        && matches!(row.status, OutboxStatus::Queued | OutboxStatus::Retry | OutboxStatus::Held | OutboxStatus::Failed)
}

fn set_baseline(state: &Connection, id: OutboxId, baseline: Option<&Baseline>) -> Tried<()> {
    if let Some((part, count)) = baseline {
        let sql = "UPDATE outbox SET baseline_part = ?2, baseline_count = ?3 WHERE id = ?1";
        state.execute(sql, (id.0, part.as_ref().map(PartId::as_str), count))?;
    }
    Ok(())
}

fn set_began(state: &Connection, id: OutboxId, began: &Began) -> Tried<()> {
    let sql = "UPDATE outbox SET seen_part = ?2, seen_at = ?3 WHERE id = ?1";
    state.execute(sql, (id.0, began.part.as_ref().map(PartId::as_str), began.at.0))?;
    Ok(())
}

/// Drops what has not left of a press of a key; gives that and the rest.
fn drop_group(state: &Connection, group: &GroupId, now: UnixTime) -> Tried<(Vec<OutboxRow>, Vec<OutboxRow>)> {
    let sql = format!("SELECT {ROW} FROM outbox WHERE group_id = ?1 ORDER BY id");
    let all = outbox_rows::rows(state, &sql, [group.as_str()])?;
    let (dropped, left): (Vec<_>, Vec<_>) = all.into_iter().partition(was_never_sent);
    if bulk::is_bulk(state, group)? {
        drop_bulk(state, &dropped, now)?;
        bulk::note_taken_back(state, group, &dropped)?;
        bulk::forget_if_empty(state, group)?;
    } else {
        drop_rows(state, &dropped, now)?;
    }
    Ok((dropped, left))
}

/// The same of a deed on many: what was written once becomes one draft again, the first row's.
fn drop_bulk(state: &Connection, rows: &[OutboxRow], now: UnixTime) -> Tried<()> {
    let written = rows.iter().find(|row| row.act.is_message());
    for row in rows.iter().rev().filter(|row| Some(row.id) != written.map(|row| row.id)) {
        state.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([row.id.0])?;
        reminder::take_back(state, row)?;
    }
    written.map_or(Ok(()), |row| drop_rows(state, std::slice::from_ref(row), now))
}

/// Removes rows and gives their words and files back to the drafts, the first row's words on top.
fn drop_rows(state: &Connection, rows: &[OutboxRow], now: UnixTime) -> Tried<()> {
    let no_files = Vec::new();
    for row in rows.iter().rev() {
        state.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([row.id.0])?;
        reminder::take_back(state, row)?;
        let (mode, text, files) = match &row.act {
            Act::Reply { text, files } => (Mode::Reply, text, files),
            Act::Note { text, files } => (Mode::Note, text, files),
            Act::Start { text, .. } => (Mode::Reply, text, &no_files),
            _ => continue,
        };
        let conversation = &row.conversation;
        // What its writer had seen when it was begun stays what the guard compares with.
        let seen_part = row.began.as_ref().and_then(|began| began.part.as_ref());
        let begun_at = row.began.as_ref().map_or(row.created_at, |began| began.at);
        let back = GivenBack { conversation, mode, text, files, begun_at, seen_part, above: true };
        draft::give_back(state, &back, now)?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Barrier;
    use std::time::Duration;

    use super::super::fixtures::{
        NOW, Place, commit, conversation, group, id, new_row, news, note, reply, take_lease, team, teammate,
    };
    use super::super::{Attempt, Settlement};
    use super::*;
    use crate::domain::{AssignTo, Draft, FilePart};
    use crate::text::Untrusted;

    fn draft(text: &str) -> Draft {
        Draft::new(id("1"), Mode::Reply, text, UnixTime(NOW - 9))
    }

    fn doubted(row: &OutboxRow, status: OutboxStatus) -> Settlement {
        let doubt = Doubt { since: Some(UnixTime(NOW)), reads: 2, resends: 1 };
        Settlement { doubt, ..news(row, status) }
    }

    fn load(cache: &Cache, row: OutboxId) -> OutboxRow {
        cache.load_outbox(&OutboxFilter::Row(row)).unwrap().remove(0)
    }

    #[test]
    fn undo_gives_the_words_back_before_newer_ones() {
        let place = Place::new();
        let cache = &place.cache;
        commit(cache, "g", "1", &[reply("first"), reply("second"), note("aside"), Act::Close]);
        cache.save_draft(&draft("newer"), false).unwrap();
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
        let row = cache.requeue(rows[0], Some(&(PartId::parse("5"), 4))).unwrap().unwrap();
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
    fn undo_drops_and_compensates_in_one_commit() {
        let place = Place::new();
        let cache = &place.cache;
        cache.store_page(&[conversation("1", NOW), conversation("2", NOW)], None).unwrap();
        let mut close = new_row("1", Act::Close);
        close.inverses = vec![Act::Reopen];
        let mut other = new_row("2", Act::Close);
        other.inverses = vec![Act::Reopen];
        let rows = cache.commit_acts(&group("bulk"), &[close, other], &[]).unwrap().rows;
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0].id, "me").unwrap().unwrap();
        cache.settle(&news(&sending, OutboxStatus::Sent)).unwrap().unwrap();
        let undone = cache.undo(&group("bulk"), &group("back")).unwrap();
        assert_eq!(undone.dropped.iter().map(|row| row.id).collect::<Vec<_>>(), [rows[1].id]);
        assert_eq!(undone.inverted.iter().map(|row| row.act.clone()).collect::<Vec<_>>(), [Act::Reopen]);
        assert!(undone.left.is_empty());
        for on in ["1", "2"] {
            assert_eq!(cache.load_conversation(&id(on)).unwrap().unwrap().state, State::Open, "{on}");
        }
        let again = cache.undo(&group("bulk"), &group("twice")).unwrap();
        assert!(again.inverted.is_empty(), "once is enough");
    }

    #[test]
    fn an_undo_takes_nothing_from_who_came_after() {
        let place = Place::new();
        let cache = &place.cache;
        let to = |who: &str| Act::Assign { to: AssignTo::Teammate(teammate(who)) };
        let mut mine = conversation("1", NOW);
        cache.store_page(std::slice::from_ref(&mine), None).unwrap();
        let inverse = |row: NewRow| NewRow { inverses: row.act.inverses(&mine), ..row };
        let team = inverse(new_row("1", Act::Assign { to: AssignTo::Team(team("3")) }));
        let rows = [team, inverse(new_row("1", to("7")))];
        let sent = |press: &str| {
            take_lease(cache, "me");
            for row in cache.commit_acts(&group(press), &rows, &[]).unwrap().rows {
                let sending = cache.mark_sending(row.id, "me").unwrap().unwrap();
                cache.settle(&news(&sending, OutboxStatus::Sent)).unwrap().unwrap();
            }
        };
        sent("mine");
        let undone = cache.undo(&group("mine"), &group("back")).unwrap();
        assert_eq!((undone.inverted.len(), undone.left.len()), (2, 0), "nobody came");
        cache.drop_unsent(&group("back")).unwrap();
        sent("again");
        mine.updated_at = UnixTime(NOW + 5);
        (mine.assignee, mine.team) = (Some(teammate("8")), Some(super::super::fixtures::team("3")));
        cache.store_page(&[mine.clone()], None).unwrap();
        let undone = cache.undo(&group("again"), &group("back-again")).unwrap();
        assert_eq!((undone.inverted.len(), undone.left.len()), (0, 2), "Ben has it");
    }

    #[test]
    fn what_is_leaving_at_the_moment_of_undo_is_compensated_behind_it() {
        let place = Place::new();
        let cache = &place.cache;
        let mut close = new_row("1", Act::Close);
        close.inverses = vec![Act::Reopen];
        let rows = cache.commit_acts(&group("g"), &[close], &[]).unwrap().rows;
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0].id, "me").unwrap().unwrap();
        let undone = cache.undo(&group("g"), &group("back")).unwrap();
        assert_eq!(undone.inverted.len(), 1);
        assert!(cache.next_due(UnixTime(NOW)).unwrap().is_empty(), "it waits for what it undoes");
        cache.settle(&news(&sending, OutboxStatus::Sent)).unwrap().unwrap();
        assert_eq!(cache.next_due(UnixTime(NOW)).unwrap()[0].id, undone.inverted[0].id);
    }

    #[test]
    fn a_message_in_doubt_is_not_taken_back() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a")]);
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        cache.settle(&doubted(&sending, OutboxStatus::Retry)).unwrap().unwrap();
        let undone = cache.undo(&group("g"), &group("back")).unwrap();
        assert_eq!((undone.dropped.len(), undone.left.len()), (0, 1));
    }

    #[test]
    fn doubt_survives_a_restart_and_an_attempt_begins_its_reads_anew() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a")]);
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        assert_eq!(sending.doubt, Doubt::default());
        let mut unknown = doubted(&sending, OutboxStatus::Unknown);
        unknown.doubt.resends = 0;
        cache.settle(&unknown).unwrap().unwrap();
        let row = load(&place.another(), rows[0]);
        assert_eq!(row.doubt, Doubt { since: Some(UnixTime(NOW)), reads: 2, resends: 0 });
        assert!(row.may_have_arrived());
        assert_eq!(cache.mark_sending(rows[0], "me").unwrap(), None, "not without having looked");
        let resend = Attempt { baseline: None, resend: true };
        let again = cache.begin_attempt(rows[0], "me", &resend).unwrap().unwrap();
        assert_eq!((again.doubt.reads, again.doubt.resends, again.attempts), (0, 1, 2));
        assert_eq!(cache.begin_attempt(rows[0], "me", &resend).unwrap(), None);
    }

    #[test]
    fn a_message_in_doubt_is_looked_up_before_it_is_sent_again() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a")]);
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        cache.settle(&doubted(&sending, OutboxStatus::NeedsDecision)).unwrap().unwrap();
        let row = cache.requeue(rows[0], Some(&(PartId::parse("9"), 9))).unwrap().unwrap();
        assert_eq!((row.status, row.baseline_part), (OutboxStatus::Unknown, None));
        assert_eq!((row.doubt.reads, row.doubt.resends), (Doubt::READS - 1, 0));
    }

    #[test]
    fn a_held_message_keeps_its_followers_back_until_it_goes_anyway() {
        let place = Place::new();
        let cache = &place.cache;
        let began = |part: &str| Began { part: PartId::parse(part), at: UnixTime(NOW) };
        let held = NewRow {
            guard: Guard::On,
            began: Some(began("3")),
            held: Some(Untrusted::new("Ben")),
            ..new_row("1", reply("a"))
        };
        let rows = cache.commit_acts(&group("g"), &[held, new_row("1", Act::Close)], &[]).unwrap().rows;
        assert_eq!((rows[0].status, rows[0].reason.as_raw()), (OutboxStatus::Held, "Ben"));
        assert_eq!(load(&place.another(), rows[0].id), rows[0]);
        assert!(cache.next_due(UnixTime(NOW)).unwrap().is_empty());
        assert_eq!(cache.outbox_counts().unwrap().needs_you, 1);
        let baseline = (PartId::parse("5"), 4);
        let row = cache.send_anyway(rows[0].id, &began("5"), &baseline).unwrap().unwrap();
        assert_eq!((row.status, row.guard, row.began), (OutboxStatus::Queued, Guard::On, Some(began("5"))));
        assert_eq!((row.baseline_part, row.baseline_count), baseline);
        assert_eq!(cache.send_anyway(rows[0].id, &began("6"), &(None, 0)).unwrap(), None, "it is not held any more");
        assert_eq!(cache.next_due(UnixTime(NOW)).unwrap()[0].id, rows[0].id);
    }

    #[test]
    fn words_are_changed_only_where_nothing_may_have_arrived_unseen() {
        let place = Place::new();
        let cache = &place.cache;
        let rows = commit(cache, "g", "1", &[reply("a"), Act::Close]);
        let seen = (Began { part: None, at: UnixTime(NOW) }, (PartId::parse("5"), 4));
        let edit = |row, text: &str| cache.edit_message(row, text, &seen.0, &seen.1).unwrap();
        assert_eq!(edit(rows[0], "b").unwrap().act.text(), Some("b"));
        assert_eq!(edit(rows[1], "b"), None, "no message");
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        assert_eq!(edit(rows[0], "c"), None, "being sent");
        cache.settle(&doubted(&sending, OutboxStatus::Unknown)).unwrap().unwrap();
        assert_eq!(edit(rows[0], "c"), None, "of unknown outcome");
        cache.settle(&doubted(&sending, OutboxStatus::NeedsDecision)).unwrap().unwrap();
        let row = edit(rows[0], "c").unwrap();
        assert_eq!((row.status, row.doubt, row.act.text()), (OutboxStatus::Queued, Doubt::default(), Some("c")));
        assert_eq!(row.baseline_part, PartId::parse("5"));
        let sending = cache.mark_sending(rows[0], "me").unwrap().unwrap();
        cache.settle(&news(&sending, OutboxStatus::Failed)).unwrap().unwrap();
        assert_eq!(edit(rows[0], "d").unwrap().status, OutboxStatus::Queued);
    }

    #[test]
    fn files_and_what_was_seen_go_back_to_the_draft() {
        let place = Place::new();
        let cache = &place.cache;
        let file = FilePart { name: "a.txt".into(), content_type: "text/plain".into(), hash: "00".into(), size: 1 };
        let row = NewRow {
            guard: Guard::On,
            began: Some(Began { part: PartId::parse("3"), at: UnixTime(NOW) }),
            ..new_row("1", Act::Reply { text: "with a file".into(), files: vec![file.clone()] })
        };
        cache.commit_acts(&group("g"), &[row], &[]).unwrap();
        cache.drop_unsent(&group("g")).unwrap();
        let draft = cache.load_drafts(&id("1")).unwrap().remove(0);
        assert_eq!((draft.files, draft.seen_part), (vec![file], PartId::parse("3")));
    }
}
