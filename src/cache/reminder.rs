//! What the agent wanted to be told when a snoozed conversation comes back.
//!
//! A reminder lives and dies with the outbox: it is written in the transaction that commits the snooze,
//! ended by the act that ends it, and brought back by the undo of either.
//!
//! It is over once the agent does anything to the conversation after it woke, snoozes it without a
//! reminder, or ends the snooze (reopen, close, merge, block). Reading it does not end it: whoever opens
//! a woken conversation is still to be told why. One that waits for an answer is over once the customer
//! has written. While the conversation is snoozed or closed it is kept, and not told.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};

use super::database::Tried;
use super::{Cache, CacheError};
use crate::domain::{Act, Conversation, ConversationId, OutboxRow, Reminder, State, UnixTime};

/// A woken conversation is told of for so long.
const TOLD_FOR: Duration = Duration::from_secs(30 * 86_400);

/// A reminder on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetReminder {
    /// When the conversation comes back.
    pub until: UnixTime,
    /// The agent's words; may be empty. Typed here, in this program or another deskhand.
    pub reason: String,
    /// Forgotten once the customer writes.
    pub unless_reply: bool,
    /// When the agent set it.
    pub set_at: UnixTime,
}

impl SetReminder {
    /// Whether it is to be told of a conversation as it is now.
    fn is_told(&self, of: &Conversation, now: UnixTime) -> bool {
        let has_answer = self.unless_reply && of.last_contact_at.is_some_and(|at| at > self.set_at);
        of.state == State::Open && !has_answer && now < self.until + TOLD_FOR
    }
}

impl Cache {
    /// Conversations that are back, and were to be since a moment or later, each with what the agent wanted
    /// to be told, the latest first. Some are back before their moment: somebody woke them.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_woken(&self, since: UnixTime) -> Result<Vec<(ConversationId, SetReminder)>, CacheError> {
        let now = self.now();
        let set = self.read_state(|state| {
            let mut statement = state.prepare_cached(
                "SELECT until, reason, unless_reply, set_at, conversation_id FROM reminder \
                 WHERE until >= ?1 ORDER BY until DESC, conversation_id",
            )?;
            let rows = statement.query_map([since.0], |row| Ok((reminder(row)?, row.get::<_, String>(4)?)))?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        })?;
        let mut woken = Vec::new();
        for (reminder, id) in set {
            let Some(id) = ConversationId::parse(&id) else { continue };
            if self.load_conversation(&id)?.is_some_and(|of| reminder.is_told(&of, now)) {
                woken.push((id, reminder));
            }
        }
        Ok(woken)
    }

    /// What is to be told of a conversation, as it is now.
    pub(super) fn told(&self, of: &Conversation, set: Option<SetReminder>) -> Option<SetReminder> {
        set.filter(|set| set.is_told(of, self.now()))
    }
}

/// The reminder of a conversation, told or not.
pub(super) fn load(state: &Connection, id: &ConversationId) -> Tried<Option<SetReminder>> {
    let sql = "SELECT until, reason, unless_reply, set_at FROM reminder WHERE conversation_id = ?1";
    Ok(state.prepare_cached(sql)?.query_row([id.as_str()], reminder).optional()?)
}

fn reminder(row: &Row<'_>) -> rusqlite::Result<SetReminder> {
    Ok(SetReminder {
        until: UnixTime(row.get(0)?),
        reason: row.get(1)?,
        unless_reply: row.get(2)?,
        set_at: UnixTime(row.get(3)?),
    })
}

/// What an act of the outbox means for the reminder, in the transaction that commits it.
pub(super) fn follow(state: &Connection, row: &OutboxRow, now: UnixTime) -> Tried<()> {
    let had = load(state, &row.conversation)?;
    let new = match &row.act {
        Act::Snooze { until, reminder: Some(reminder) } => Some((*until, reminder)),
        _ => None,
    };
    let ends = match &row.act {
        Act::Snooze { .. } | Act::Reopen | Act::Close | Act::Merge { .. } | Act::Block { .. } => true,
        // Whatever is done once it is back is what it was told for.
        _ => had.as_ref().is_some_and(|had| had.until <= now),
    };
    if !ends {
        return Ok(());
    }
    if had.is_some() {
        let sql = "INSERT OR REPLACE INTO reminder_aside \
             (outbox_id, conversation_id, until, reason, unless_reply, set_at, set_by) \
             SELECT ?1, conversation_id, until, reason, unless_reply, set_at, set_by FROM reminder \
             WHERE conversation_id = ?2";
        state.prepare_cached(sql)?.execute((row.id.0, row.conversation.as_str()))?;
    }
    match new {
        Some((until, Reminder { reason, unless_reply })) => {
            let set = SetReminder { until, reason: reason.clone(), unless_reply: *unless_reply, set_at: now };
            put(state, row, &set)
        }
        None if had.is_some() => {
            state
                .prepare_cached("DELETE FROM reminder WHERE conversation_id = ?1")?
                .execute([row.conversation.as_str()])?;
            Ok(())
        }
        None => Ok(()),
    }
}

/// The reminder as it was before an act that is taken back, unless a later act has set another one.
pub(super) fn take_back(state: &Connection, row: &OutboxRow) -> Tried<()> {
    let id = row.conversation.as_str();
    let sql = "DELETE FROM reminder WHERE conversation_id = ?1 AND set_by = ?2";
    state.prepare_cached(sql)?.execute((id, row.id.0))?;
    let sql = "INSERT OR IGNORE INTO reminder (conversation_id, until, reason, unless_reply, set_at, set_by) \
         SELECT conversation_id, until, reason, unless_reply, set_at, set_by FROM reminder_aside WHERE outbox_id = ?1";
    state.prepare_cached(sql)?.execute([row.id.0])?;
    state.prepare_cached("DELETE FROM reminder_aside WHERE outbox_id = ?1")?.execute([row.id.0])?;
    Ok(())
}

/// Forgets what no undo brings back any more.
pub(super) fn prune(state: &Connection) -> Tried<()> {
    state.execute("DELETE FROM reminder_aside WHERE outbox_id NOT IN (SELECT id FROM outbox)", [])?;
    Ok(())
}

fn put(state: &Connection, row: &OutboxRow, set: &SetReminder) -> Tried<()> {
    let sql = "INSERT OR REPLACE INTO reminder (conversation_id, until, reason, unless_reply, set_at, set_by) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = (row.conversation.as_str(), set.until.0, &set.reason, set.unless_reply, set.set_at.0, row.id.0);
    state.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::super::fixtures::{NOW, Place, commit, conversation, group, id, new_row, news, note, take_lease};
    use super::*;
    use crate::domain::{OutboxStatus, Priority};

    const UNTIL: i64 = NOW + 3_600;

    fn snooze(reason: &str) -> Act {
        let reminder = Reminder { reason: reason.into(), unless_reply: false };
        Act::Snooze { until: UnixTime(UNTIL), reminder: Some(reminder) }
    }

    fn place() -> Place {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        place
    }

    /// What is on disk, told or not.
    fn set(cache: &Cache) -> Option<String> {
        cache.read_state(|state| load(state, &id("1"))).unwrap().map(|set| set.reason)
    }

    fn told(cache: &Cache) -> Option<String> {
        cache.load_thread(&id("1")).unwrap().unwrap().reminder.map(|set| set.reason)
    }

    /// The helpdesk has woken it.
    fn wake(place: &Place, last_contact_at: Option<i64>) {
        place.clock.advance(Duration::from_secs(3_700));
        let mut woken = conversation("1", UNTIL + 10);
        woken.last_contact_at = last_contact_at.map(UnixTime);
        place.cache.store_page(&[woken], None).unwrap();
    }

    fn send_all(cache: &Cache) {
        take_lease(cache, "me");
        for row in cache.next_due(cache.now()).unwrap() {
            let sending = cache.mark_sending(row.id, "me").unwrap().unwrap();
            cache.settle(&news(&sending, OutboxStatus::Sent)).unwrap();
        }
    }

    #[test]
    fn a_reminder_is_told_once_the_conversation_is_back() {
        let place = place();
        commit(&place.cache, "g", "1", &[snooze("call")]);
        assert_eq!((set(&place.cache), told(&place.cache)), (Some("call".into()), None), "not while it sleeps");
        send_all(&place.cache);
        wake(&place, None);
        assert_eq!(told(&place.cache), Some("call".into()));
        let woken = place.cache.load_woken(UnixTime(NOW)).unwrap();
        assert_eq!((woken.len(), woken[0].0.as_str(), woken[0].1.set_at), (1, "1", UnixTime(NOW)));
        assert!(place.cache.load_woken(UnixTime(UNTIL + 1)).unwrap().is_empty());
    }

    #[test]
    fn the_next_act_on_a_woken_one_ends_it_and_its_undo_brings_it_back() {
        let place = place();
        commit(&place.cache, "g", "1", &[snooze("call")]);
        commit(&place.cache, "h", "1", &[Act::Priority { to: Priority::High }]);
        assert_eq!(set(&place.cache), Some("call".into()), "an act on a sleeping one leaves it");
        send_all(&place.cache);
        send_all(&place.cache);
        wake(&place, None);
        commit(&place.cache, "k", "1", &[note("called")]);
        assert_eq!(set(&place.cache), None);
        place.cache.undo(&group("k"), &group("u")).unwrap();
        assert_eq!(told(&place.cache), Some("call".into()));
    }

    #[test]
    fn an_undone_snooze_leaves_the_reminder_that_was_there_before() {
        let place = place();
        commit(&place.cache, "g", "1", &[snooze("first")]);
        commit(&place.cache, "h", "1", &[snooze("second")]);
        assert_eq!(set(&place.cache), Some("second".into()));
        place.cache.undo(&group("h"), &group("u")).unwrap();
        assert_eq!(set(&place.cache), Some("first".into()));
        place.cache.undo(&group("g"), &group("v")).unwrap();
        assert_eq!(set(&place.cache), None);
    }

    #[test]
    fn what_has_left_is_taken_back_with_its_reminder() {
        let place = place();
        commit(&place.cache, "g", "1", &[snooze("call")]);
        send_all(&place.cache);
        let mut reopen = new_row("1", Act::Reopen);
        reopen.inverses = vec![Act::Snooze { until: UnixTime(UNTIL), reminder: None }];
        place.cache.commit_acts(&group("h"), &[reopen], &[]).unwrap();
        assert_eq!(set(&place.cache), None);
        send_all(&place.cache);
        let undone = place.cache.undo(&group("h"), &group("u")).unwrap();
        assert_eq!((undone.inverted.len(), set(&place.cache)), (1, Some("call".into())));
    }

    #[test]
    fn ending_the_snooze_ends_the_reminder() {
        for act in [Act::Close, Act::Reopen, Act::Snooze { until: UnixTime(UNTIL), reminder: None }] {
            let place = place();
            commit(&place.cache, "g", "1", &[snooze("call")]);
            commit(&place.cache, "h", "1", std::slice::from_ref(&act));
            assert_eq!(set(&place.cache), None, "{act:?}");
        }
    }

    #[test]
    fn an_answer_ends_one_that_waited_for_it() {
        for (answered, is_told) in [(None, true), (Some(NOW - 5), true), (Some(NOW + 60), false)] {
            let place = place();
            let reminder = Reminder { reason: "ask again".into(), unless_reply: true };
            commit(&place.cache, "g", "1", &[Act::Snooze { until: UnixTime(UNTIL), reminder: Some(reminder) }]);
            send_all(&place.cache);
            wake(&place, answered);
            assert_eq!(told(&place.cache).is_some(), is_told, "{answered:?}");
        }
    }

    #[test]
    fn what_can_no_longer_be_undone_is_forgotten() {
        let place = place();
        commit(&place.cache, "g", "1", &[snooze("first")]);
        commit(&place.cache, "h", "1", &[snooze("second")]);
        let asides = || {
            let sql = "SELECT count(*) FROM reminder_aside";
            place.cache.read_state(|state| Ok(state.query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap()
        };
        assert_eq!(asides(), 1);
        send_all(&place.cache);
        send_all(&place.cache);
        place.clock.advance(Duration::from_secs(60));
        place.cache.prune_outbox(place.cache.now()).unwrap();
        assert_eq!((asides(), set(&place.cache)), (0, Some("second".into())));
    }
}
