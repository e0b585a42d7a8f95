//! What an agent does with acts: commit them, take them back, change them, send them again.
//!
//! Each is one commit of state.db, and is told to whoever listens once it is on disk. Sending is
//! [`super::push`]'s. Everything here blocks on the disk: never call it where frames are drawn.

use std::sync::PoisonError;
use std::time::Duration;

use super::engine::{Engine, Hold};
use super::message::Event;
use super::reconcile::{stops, whose};
use crate::cache::{Baseline, CacheError, NewRow, OutboxFilter, Release, Settlement};
use crate::domain::{
    Act, Began, Channel, Conversation, ConversationId, GroupId, Guard, Mode, OutboxId, OutboxRow, OutboxStatus, Part,
    UnixTime,
};
use crate::text::Untrusted;

impl Engine {
    /// Commits acts to the outbox, all or none, in order, and applies them to what is shown.
    ///
    /// With `began` a message is guarded as the settings say: when more has come than its writer had
    /// seen, its row is `held` from the start, and what belongs to the same press of a key waits behind
    /// it. A guarded message therefore goes before the other acts on its conversation.
    ///
    /// # Errors
    /// When it could not be made durable; nothing was done then.
    pub fn commit(
        &self,
        group: &GroupId,
        acts: &[(ConversationId, Act)],
        uses_drafts: &[(ConversationId, Mode)],
        began: Option<Began>,
        hold: Hold,
    ) -> Result<Vec<OutboxRow>, CacheError> {
        self.commit_guarded(self.guard, group, acts, uses_drafts, began, hold)
    }

    /// The same with a guard of one's own.
    ///
    /// # Errors
    /// As [`Engine::commit`].
    pub fn commit_guarded(
        &self,
        guard: Guard,
        group: &GroupId,
        acts: &[(ConversationId, Act)],
        uses_drafts: &[(ConversationId, Mode)],
        began: Option<Began>,
        hold: Hold,
    ) -> Result<Vec<OutboxRow>, CacheError> {
        let now = self.now();
        let me = self.me();
        let began = began.filter(|_| guard != Guard::Off);
        let mut acts: Vec<&(ConversationId, Act)> = acts.iter().collect();
        if began.is_some() {
            // Stable: of several messages, and of several acts, the order stays.
            acts.sort_by_key(|(_, act)| !act.is_message());
        }
        let mut planned: Vec<Conversation> = Vec::new();
        let mut rows = Vec::with_capacity(acts.len());
        let mut waits: Vec<Duration> = Vec::with_capacity(acts.len());
        for (id, act) in acts {
            // What the conversation is like when this act comes to it: earlier acts of the same group
            // are already in.
            let at = match planned.iter().position(|known| known.id == *id) {
                Some(at) => at,
                None => {
                    let known = self.cache.load_conversation(id)?;
                    planned.push(known.unwrap_or_else(|| Conversation::bare(id.clone(), now)));
                    planned.len() - 1
                }
            };
            let Some(before) = planned.get_mut(at) else { continue };
            waits.push(match hold {
                Hold::Nothing => Duration::ZERO,
                Hold::UndoWindow => self.undo_window(act, &before.channel),
            });
            let (baseline_part, baseline_count) = self.cache.load_baseline(id)?;
            let began = began.clone().filter(|_| act.is_message());
            let held = match &began {
                Some(began) => self.what_stops(guard, began, id)?,
                None => None,
            };
            rows.push(NewRow {
                conversation: id.clone(),
                act: act.clone(),
                inverses: act.inverses(before),
                due_at: now,
                baseline_part,
                baseline_count,
                guard: if began.is_some() { guard } else { Guard::Off },
                began,
                held,
            });
            act.apply(before, me.as_ref(), now);
        }
        // One press of a key is undone as one, so all of it leaves when its longest window ends.
        let wait = waits.into_iter().max().unwrap_or_default();
        for row in &mut rows {
            row.due_at = now + wait;
        }
        let committed = self.cache.commit_acts(group, &rows, uses_drafts)?;
        self.own_groups.lock().unwrap_or_else(PoisonError::into_inner).push(group.clone());
        self.tell(Event::Committed { group: group.clone(), rows: committed.rows.clone() });
        self.tell_outbox();
        self.tell_changed(committed.changed);
        self.wake_outbox();
        Ok(committed.rows)
    }

    pub(super) fn undo_window(&self, act: &Act, channel: &Channel) -> Duration {
        match act {
            Act::Reply { .. } | Act::Start { .. } => {
                let by = if let Act::Start { channel, .. } = act { channel } else { channel };
                if by.is_chat() { self.timings.undo_chat } else { self.timings.undo_email }
            }
            _ => self.timings.undo_act,
        }
    }

    /// Whose doing came on disk after what a writer had seen, if that stops the message.
    fn what_stops(&self, guard: Guard, began: &Began, id: &ConversationId) -> Result<Option<Untrusted>, CacheError> {
        let Some((_, parts)) = self.cache.load_known(id)? else { return Ok(None) };
        Ok(stops(guard, began, &parts, self.me().as_ref(), self.server_ahead()).map(whose))
    }

    /// What the writer of a held message has been told of: what was newest when it was held. What came
    /// after that is not taken for seen.
    fn seen_when_held(&self, row: &OutboxRow) -> Result<(Began, Baseline), CacheError> {
        let part = row.baseline_part.clone();
        let known = self.cache.load_known(&row.conversation)?;
        let dated = known.iter().flat_map(|(_, parts)| parts).find(|known| Some(&known.id) == part.as_ref());
        // By our clock, as all that was seen.
        let at = dated.map(|part| UnixTime(part.created_at.secs().saturating_sub(self.server_ahead())));
        let before = row.began.as_ref().map_or(row.created_at, |began| began.at);
        Ok((Began { part: part.clone(), at: at.unwrap_or(before) }, (part, row.baseline_count)))
    }

    /// Takes a group of acts back: what has not left is dropped, what has gets its compensating acts,
    /// both or neither.
    ///
    /// # Errors
    /// When it could not be made durable; nothing was taken back then.
    pub fn undo(&self, group: &GroupId) -> Result<(), CacheError> {
        // A group of its own, so that the undo can be told from what it undoes.
        let Some(undo) = self.new_group() else { return Ok(()) };
        let undone = self.cache.undo(group, &undo)?;
        self.tell(Event::Undone {
            group: group.clone(),
            dropped: undone.dropped,
            inverted: undone.inverted,
            left: undone.left,
        });
        self.tell_outbox();
        self.tell_changed(undone.changed);
        self.wake_outbox();
        Ok(())
    }

    /// Gives a row up: its effect goes, and the text of a message becomes a draft again.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn discard(&self, id: OutboxId) -> Result<(), CacheError> {
        let undone = self.cache.discard(id)?;
        // What has left meanwhile is not given up: whoever asked hears which.
        if let Some(group) = undone.dropped.iter().chain(&undone.left).next().map(|row| row.group.clone()) {
            self.tell(Event::Undone { group, dropped: undone.dropped, inverted: Vec::new(), left: undone.left });
        }
        self.tell_outbox();
        self.tell_changed(undone.changed);
        // What waited behind it may go now.
        self.wake_outbox();
        Ok(())
    }

    /// Sends a failed, held or undecided row again. A held one goes in spite of what came; a message that
    /// may have arrived is looked up once more and goes only when it is not there.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn retry(&self, id: OutboxId) -> Result<(), CacheError> {
        let Some(row) = self.find_row(id)? else { return Ok(()) };
        if row.status == OutboxStatus::Held {
            return self.send_anyway(id);
        }
        let baseline = self.cache.load_baseline(&row.conversation)?;
        if row.act.is_message() && row.doubt.since.is_some() {
            let began = Began { part: baseline.0, at: self.now() };
            let row = self.cache.choose_resend(id, &began, self.client.server_now())?;
            self.moved(row);
            return Ok(());
        }
        // The agent has seen what came since, so the match begins after that.
        let row = self.cache.requeue(id, Some(&baseline))?;
        self.moved(row);
        Ok(())
    }

    /// Sends a held message in spite of what came up to the moment when it was held, of which the agent was
    /// told. What came after that stops it again.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn send_anyway(&self, id: OutboxId) -> Result<(), CacheError> {
        let Some(row) = self.find_row(id)? else { return Ok(()) };
        let (began, baseline) = self.seen_when_held(&row)?;
        let row = self.cache.send_anyway(id, &began, &baseline)?;
        self.moved(row);
        Ok(())
    }

    /// Puts other words into a message that has not left, was refused or held back; then it goes. `None`
    /// when there is no such message, or it is being sent, or may have arrived: other words would go to who
    /// has the first ones.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn edit(&self, id: OutboxId, text: &str) -> Result<Option<OutboxRow>, CacheError> {
        let Some(row) = self.find_row(id)? else { return Ok(None) };
        if row.act.is_message() && row.may_have_arrived() {
            return Ok(None);
        }
        let (began, baseline) = if row.status == OutboxStatus::Held {
            self.seen_when_held(&row)?
        } else {
            let began = row.began.clone().unwrap_or(Began { part: None, at: row.created_at });
            (began, self.cache.load_baseline(&row.conversation)?)
        };
        let row = self.cache.edit_message(id, text, &began, &baseline)?;
        self.moved(row.clone());
        Ok(row)
    }

    /// The agent says that an undecided row has arrived.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn mark_sent(&self, id: OutboxId) -> Result<(), CacheError> {
        let is_open = |row: &OutboxRow| matches!(row.status, OutboxStatus::NeedsDecision | OutboxStatus::Unknown);
        let Some(row) = self.find_row(id)?.filter(is_open) else { return Ok(()) };
        let news = Settlement {
            id,
            attempt: row.attempts,
            status: OutboxStatus::Sent,
            reason: Untrusted::default(),
            due_at: None,
            sent_part: None,
            doubt: row.doubt,
        };
        let row = self.cache.settle(&news)?;
        self.moved(row);
        Ok(())
    }

    /// Of a guarded message, what came after its writer had begun it and stops it: the first such part and
    /// all that stop it after that, of these parts of its thread.
    #[must_use]
    pub fn what_came<'a>(&self, row: &OutboxRow, parts: &'a [Part]) -> Vec<&'a Part> {
        let me = self.me();
        let began = row.began.as_ref();
        let first = began.and_then(|began| stops(row.guard, began, parts, me.as_ref(), self.server_ahead()));
        let at = first.and_then(|first| parts.iter().position(|part| part.id == first.id)).unwrap_or(parts.len());
        parts.iter().skip(at).filter(|part| row.guard.stops(part, me.as_ref())).collect()
    }

    fn find_row(&self, id: OutboxId) -> Result<Option<OutboxRow>, CacheError> {
        Ok(self.cache.load_outbox(&OutboxFilter::Row(id))?.pop())
    }

    /// Tells of a row that the agent moved, and tries what may go now.
    fn moved(&self, row: Option<OutboxRow>) {
        if let Some(row) = row {
            self.forget_pause(row.id);
            self.tell_changed(vec![row.conversation.clone()]);
            self.tell(Event::Row(row));
        }
        self.tell_outbox();
        self.wake_outbox();
    }

    /// Rows that the helpdesk does not have yet, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn load_outbox(&self) -> Result<Vec<OutboxRow>, CacheError> {
        self.cache.load_outbox(&OutboxFilter::Unsent)
    }

    /// Rows by id, sent ones too.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn load_rows(&self, ids: &[OutboxId]) -> Result<Vec<OutboxRow>, CacheError> {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(self.find_row(*id)?);
        }
        Ok(rows)
    }

    /// Ends the undo windows of what was committed here; another screen's are its own.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn release_own(&self) -> Result<(), CacheError> {
        let groups = std::mem::take(&mut *self.own_groups.lock().unwrap_or_else(PoisonError::into_inner));
        let mut waiting: Vec<GroupId> = self
            .load_outbox()?
            .into_iter()
            .filter(|row| row.status == OutboxStatus::Queued && groups.contains(&row.group))
            .map(|row| row.group)
            .collect();
        waiting.dedup();
        for group in waiting {
            self.cache.release(&Release::Group(group))?;
        }
        Ok(())
    }

    /// How many rows wait to be sent; what needs a person first is not among them.
    #[must_use]
    pub fn unsent_count(&self) -> usize {
        self.cache.outbox_counts().map_or(0, |counts| counts.waiting)
    }

    /// Whether anything waits to be sent.
    #[must_use]
    pub fn has_unsent(&self) -> bool {
        self.unsent_count() > 0
    }
}
