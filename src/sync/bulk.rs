//! Deeds on many conversations: looked at first, then committed as one group, then watched.
//!
//! What a deed would do is judged twice by the same rule ([`crate::domain::bulk::judge`]): for the agent
//! to look at, and again when it is committed, so that nothing is run over that came in between.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::engine::{Engine, SyncError};
use super::message::{BulkPlan, Event};
use crate::cache::{CacheError, NewBulk, NewRow, Selectable};
use crate::domain::bulk::{self, Apart, ApartGroup, Chosen, Deed, Known, MOST, Matched, Preview, Verdict};
use crate::domain::{Act, Began, Conversation, ConversationId, GroupId, Guard, OutboxStatus, TeammateId, UnixTime};
use crate::query::{Query, Sort};

/// Conversations judged at a time.
const BATCH: usize = 500;
/// Conversations that are shown by name: of those that change, and of each group that is set apart.
const NAMED: usize = 8;
const NAMED_APART: usize = 2;

/// What was found out about one selected conversation.
struct Weighed {
    chosen: Chosen,
    known: Option<Selectable>,
    verdict: Verdict,
}

/// What is done to one conversation.
struct Change {
    known: Selectable,
    acts: Vec<Act>,
    /// Up to when the agent has seen what happened in it, by the helpdesk's clock.
    seen: UnixTime,
}

impl Engine {
    /// All that a query finds now, in order.
    ///
    /// # Errors
    /// When the query names what the workspace does not have, or the cache cannot be read.
    pub fn load_matching(&self, query: &Query, sort: Sort) -> Result<Matched, SyncError> {
        let query = self.in_context(|context| query.resolve(context))?;
        Ok(Matched::new(self.cache.load_matching(&query, sort)?))
    }

    /// How many a query finds that were not among those that matched.
    ///
    /// # Errors
    /// As [`Engine::load_matching`].
    pub fn count_later(&self, query: &Query, known: &Matched) -> Result<usize, SyncError> {
        let query = self.in_context(|context| query.resolve(context))?;
        let now = self.cache.load_ids(&query, Sort::Newest)?;
        Ok(now.iter().filter(|id| !known.contains(id)).count())
    }

    /// What a deed would do now.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn preview_bulk(&self, plan: &BulkPlan) -> Result<Preview, CacheError> {
        let mut preview = Preview { selected: plan.selected.len(), ..Preview::default() };
        let mut apart: Vec<ApartGroup> = Vec::new();
        self.weigh(plan, |weighed, why| {
            let on = || weighed.known.as_ref().map(|known| known.on.clone());
            if let Some(why) = why {
                let at = apart.iter().position(|group| group.why == why).unwrap_or_else(|| {
                    let included = plan.included.contains(&why) && why.can_be_included();
                    apart.push(ApartGroup { why, count: 0, included, first: Vec::new() });
                    apart.len() - 1
                });
                if let Some(group) = apart.get_mut(at) {
                    group.count += 1;
                    if group.first.len() < NAMED_APART {
                        group.first.extend(on());
                    }
                }
            }
            match weighed.verdict {
                Verdict::AlreadySo => preview.already += 1,
                Verdict::Change(_) if preview.changes == MOST => preview.rest += 1,
                Verdict::Change(_) => {
                    preview.changes += 1;
                    if preview.first.len() < NAMED {
                        preview.first.extend(on());
                    }
                }
                Verdict::Apart(_) => {}
            }
        })?;
        apart.sort_by_key(|group| group.why);
        preview.apart = apart;
        Ok(preview)
    }

    /// Does it: all of it in one commit, or nothing. What was set apart meanwhile is left out and stays
    /// selected, as does what is beyond [`MOST`].
    ///
    /// # Errors
    /// When it could not be made durable; nothing was done then.
    pub fn do_bulk(&self, group: &GroupId, plan: &BulkPlan) -> Result<(), CacheError> {
        let (mut changes, mut left_out, mut already) = (Vec::new(), Vec::new(), 0);
        let mut stay: Vec<Chosen> = Vec::new();
        self.weigh(plan, |weighed, why| match weighed.verdict {
            Verdict::AlreadySo => already += 1,
            Verdict::Change(acts) if changes.len() < MOST => {
                if let Some(known) = weighed.known {
                    // What came since it was selected was seen only where the agent has included it.
                    let is_seen = matches!(why, Some(Apart::Answered | Apart::Closed));
                    let seen = if is_seen { known.on.updated_at } else { weighed.chosen.updated_at };
                    changes.push(Change { known, acts, seen });
                }
            }
            Verdict::Change(_) => stay.push(weighed.chosen),
            Verdict::Apart(why) => {
                left_out.push((weighed.chosen.id.clone(), why));
                stay.push(weighed.chosen);
            }
        })?;
        let stay = Arc::new(Matched::new(stay));
        let (done, apart) = (changes.len(), left_out.len());
        if done == 0 {
            let rows = Vec::new();
            self.tell(Event::BulkDone { group: group.clone(), rows, done, left_out: apart, already, stay });
            return Ok(());
        }
        if matches!(plan.deed, Deed::Unread | Deed::MentionDone) {
            let ids = changes.into_iter().map(|change| (change.known.on.id, change.known.on.updated_at));
            let news = if plan.deed == Deed::Unread {
                self.cache.mark_many_unread(&ids.map(|(id, _)| id).collect::<Vec<_>>())?
            } else {
                self.cache.finish_many_mentions(&ids.collect::<Vec<_>>())?
            };
            let rows = Vec::new();
            self.tell(Event::BulkDone { group: group.clone(), rows, done, left_out: apart, already, stay });
            self.tell_changed(news);
            return Ok(());
        }
        // What was written is one draft, of the conversation in which it was written: that one goes first,
        // so that an undo gives it back there.
        let wrote = plan.anchor.as_ref().map(|(id, _)| id);
        changes.sort_by_key(|change| Some(&change.known.on.id) != wrote);
        let rows = self.rows_of(changes)?;
        let uses: Vec<_> =
            plan.anchor.iter().filter(|(id, _)| rows.iter().any(|row| row.conversation == *id)).collect();
        let uses: Vec<_> = uses.into_iter().cloned().collect();
        let new = NewBulk { deed: plan.deed.clone(), total: done, left_out };
        let rows = self.cache.commit_bulk(group, &rows, &new, &uses)?;
        self.own_groups.lock().unwrap_or_else(PoisonError::into_inner).push(group.clone());
        self.tell(Event::BulkDone { group: group.clone(), rows: rows.clone(), done, left_out: apart, already, stay });
        self.tell_outbox();
        // On disk is what counts; the lists follow in slices.
        self.tell_changed(self.cache.show_bulk(&rows));
        self.wake_outbox();
        Ok(())
    }

    /// The rows of the outbox for these changes.
    fn rows_of(&self, changes: Vec<Change>) -> Result<Vec<NewRow>, CacheError> {
        let now = self.now();
        let me = self.me();
        let mut rows = Vec::with_capacity(changes.len());
        let mut wait = Duration::ZERO;
        for Change { known, acts, seen } in changes {
            let Selectable { mut on, is_thread_current, .. } = known;
            let seen = seen.min(on.updated_at);
            let baseline = self.cache.load_baseline(&on.id)?;
            for act in acts {
                wait = wait.max(self.undo_window(&act, &on.channel));
                let is_guarded = matches!(act, Act::Reply { .. }) && self.guard != Guard::Off;
                // The newest that was known of it when it was selected: its thread where that is current, else
                // the row's time.
                let part = baseline.0.clone().filter(|_| is_thread_current && seen == on.updated_at);
                let at = UnixTime(seen.secs().saturating_sub(self.server_ahead()));
                rows.push(NewRow {
                    conversation: on.id.clone(),
                    inverses: act.inverses(&on),
                    due_at: now,
                    baseline_part: baseline.0.clone(),
                    baseline_count: baseline.1,
                    guard: if is_guarded { self.guard } else { Guard::Off },
                    began: is_guarded.then_some(Began { part, at }),
                    held: None,
                    act: act.clone(),
                });
                act.apply(&mut on, me.as_ref(), now);
            }
        }
        // It is undone as one, so all of it leaves when its longest window ends.
        for row in &mut rows {
            row.due_at = now + wait;
        }
        Ok(rows)
    }

    /// Judges what is selected, in order. `each` hears of every conversation, and what speaks against changing it even where the agent has included that.
    fn weigh(&self, plan: &BulkPlan, mut each: impl FnMut(Weighed, Option<Apart>)) -> Result<(), CacheError> {
        let me: Option<TeammateId> = self.me().filter(|_| plan.takes);
        let stuck = self.cache.load_stuck()?;
        let listed = self.load_listed(plan)?;
        let anchor = plan.anchor.as_ref().map(|(id, _)| id);
        let selected: Vec<&Chosen> = plan.selected.iter().collect();
        for batch in selected.chunks(BATCH) {
            let ids: Vec<&ConversationId> = batch.iter().map(|chosen| &chosen.id).collect();
            let mut found = self.cache.load_selectable(&ids)?;
            for chosen in batch {
                let known = found.remove(&chosen.id);
                let (verdict, why) = judge(plan, chosen, known.as_ref(), &stuck, listed.as_ref(), anchor, me.as_ref());
                each(Weighed { chosen: (*chosen).clone(), known, verdict }, why);
            }
        }
        Ok(())
    }

    /// What is in the list of the selection now; `None` when it has none, or one that means nothing any
    /// more.
    fn load_listed(&self, plan: &BulkPlan) -> Result<Option<HashSet<ConversationId>>, CacheError> {
        let Some(query) = &plan.list else { return Ok(None) };
        let Ok(query) = self.in_context(|context| query.resolve(context)) else { return Ok(None) };
        Ok(Some(self.cache.load_ids(&query, Sort::Newest)?.into_iter().collect()))
    }

    /// Lets the sender leave a deed alone, or go on with it.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn pause_bulk(&self, group: &GroupId, paused: bool) -> Result<(), CacheError> {
        self.cache.pause_bulk(group, paused)?;
        self.tell_bulks();
        self.wake_outbox();
        Ok(())
    }

    /// Sends what the helpdesk refused of a deed again. What is held back or undecided is for a person.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn retry_bulk(&self, group: &GroupId) -> Result<(), CacheError> {
        let again = self.cache.requeue_failed(group)?;
        for row in &again {
            self.forget_pause(row.id);
        }
        let rows = self.cache.load_outbox(&crate::cache::OutboxFilter::Group(group.clone()))?;
        for row in rows.iter().filter(|row| row.status == OutboxStatus::Failed) {
            // A message: each by itself, with the thread as it is known now.
            self.retry(row.id)?;
        }
        let changed = again.iter().map(|row| row.conversation.clone()).collect();
        for row in again {
            self.tell(Event::Row(row));
        }
        self.tell_changed(changed);
        self.tell_outbox();
        self.tell_bulks();
        self.wake_outbox();
        Ok(())
    }

    /// Tells how far the latest deeds are.
    pub(super) fn tell_bulks(&self) {
        match self.cache.load_bulks() {
            Ok(bulks) => self.tell(Event::Bulks(bulks)),
            Err(error) => tracing::warn!(%error, "how far deeds on many are could not be read"),
        }
    }
}

/// What becomes of one, what the agent has included taken in.
fn judge(
    plan: &BulkPlan,
    chosen: &Chosen,
    known: Option<&Selectable>,
    stuck: &BTreeSet<ConversationId>,
    listed: Option<&HashSet<ConversationId>>,
    anchor: Option<&ConversationId>,
    me: Option<&TeammateId>,
) -> (Verdict, Option<Apart>) {
    let now = Known {
        on: known.map(|known| -> &Conversation { &known.on }),
        has_draft: known.is_some_and(|known| known.has_draft) && anchor != Some(&chosen.id),
        is_stuck: stuck.contains(&chosen.id),
        in_list: listed.is_none_or(|listed| listed.contains(&chosen.id)),
    };
    match bulk::judge(&plan.deed, chosen, now, me) {
        (Verdict::Change(_), Some(why)) if !plan.included.contains(&why) => (Verdict::Apart(why), Some(why)),
        judged => judged,
    }
}
