//! An act on the selection: looked at first, then done as one, then told how far it is.
//!
//! Every act comes here while something is selected. Nothing happens before the preview was answered with
//! `enter`; what it says is judged by the engine, and once more when it is done. Enter at
//! `App::act_on_many`.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::bulk_results::BulkResults;
use super::layers::Layer;
use super::moving::Step;
use super::picker::{On, PickerKind};
use super::undo::Done;
use super::{App, Severity};
use crate::command::CommandId;
use crate::domain::bulk::{Apart, ApartGroup, Bulk, Deed, Matched, Preview, Selected, WRITTEN_TO};
use crate::domain::{Act, AssignTo, ConversationId, GroupId, Mode, OutboxRow, UnixTime};
use crate::keymap::{Key, KeyCode};
use crate::sync::message::{BulkPlan, Generation, Request};
use crate::text::{Clean, clean};
use crate::words::Arg;

/// How often at most it is asked how far deeds are.
const REST: Duration = Duration::from_millis(250);

/// An overlay of this room.
#[derive(Clone, Debug)]
pub enum BulkLayer {
    /// What would be done.
    Preview(Box<BulkPreview>),
    /// What became of it.
    Results(Box<BulkResults>),
}

/// What would be done, to be answered with `enter`.
#[derive(Clone, Debug)]
pub struct BulkPreview {
    pub(super) plan: BulkPlan,
    /// The deed in words: "Close", "Tag refund".
    pub what: Clean,
    /// What it means; absent while it is being counted.
    pub preview: Option<Preview>,
    asked: Generation,
    /// What is shown is the answer to that question, not to the one before.
    is_counted: bool,
    /// Index into the groups that are set apart.
    pub cursor: usize,
    /// What is typed of the number of those who are written to.
    pub typed: String,
}

impl BulkLayer {
    /// A step of its cursor.
    pub(super) fn step(&mut self, step: Step) {
        const PAGE: usize = 16;
        match self {
            Self::Preview(preview) => preview.cursor = step.from(preview.cursor, preview.apart().len(), PAGE),
            Self::Results(results) => {
                let len = results.items.as_ref().map_or(0, Vec::len);
                results.cursor = step.from(results.cursor, len, PAGE * 2);
            }
        }
    }
}

impl BulkPreview {
    /// How many would change.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.preview.as_ref().map_or(0, |preview| preview.changes)
    }

    /// Those that are set apart.
    #[must_use]
    pub fn apart(&self) -> &[ApartGroup] {
        self.preview.as_ref().map_or(&[], |preview| &preview.apart)
    }

    /// Whether the number must be typed: so many customers are written to.
    #[must_use]
    pub fn asks_number(&self) -> bool {
        self.plan.deed.writes() && self.changes() > WRITTEN_TO
    }

    /// Whether customers are written to.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.plan.deed.writes()
    }

    /// What is written, in one line; blank where nothing is.
    #[must_use]
    pub fn text(&self) -> Clean {
        let Deed::Acts(acts) = &self.plan.deed else { return Clean::default() };
        acts.iter().find_map(Act::text).map(clean).unwrap_or_default()
    }
}

/// A deed that is not on disk yet.
#[derive(Clone, Debug)]
struct Doing {
    group: GroupId,
    what: Clean,
    /// Taken back before it was on disk: undone as soon as it is.
    undo: bool,
}

/// What is known of deeds on many.
#[derive(Clone, Debug, Default)]
pub struct Bulks {
    /// The latest ones, the newest first.
    pub runs: Vec<Bulk>,
    doing: Option<Doing>,
    asked: bool,
    again: bool,
    from: Duration,
    /// Those that were on their way when last heard of: their end is told.
    open: BTreeSet<GroupId>,
    /// The text that was written to many last, and what was selected then.
    pub(super) wrote: Option<(GroupId, super::selection::Selection)>,
    /// Those that ended with something that needs a person, until it was looked at.
    pub(super) unseen: BTreeSet<GroupId>,
}

impl Bulks {
    /// The deed that the status line tells of: the newest on its way, else one that ended with failures
    /// that nobody has looked at.
    #[must_use]
    pub fn current(&self) -> Option<&Bulk> {
        let open = self.runs.iter().find(|run| run.waiting > 0);
        open.or_else(|| self.runs.iter().find(|run| self.unseen.contains(&run.group) && run.failed > 0))
    }

    /// Whether one waits to be on disk.
    pub(super) const fn is_doing(&self) -> bool {
        self.doing.is_some()
    }

    /// When it is to be asked again how far they are.
    pub(super) fn next_wake(&self) -> Option<Duration> {
        (self.again && !self.asked).then_some(self.from)
    }
}

impl App {
    /// Shows what acts would do to all that are selected. Always answers that something happened.
    pub(super) fn act_on_many(&mut self, selected: &Selected, acts: Vec<Act>) -> bool {
        self.open_preview(selected.clone(), Deed::Acts(acts), None);
        true
    }

    /// The commands that act on the selection, while there is one. Whether this was one.
    pub(super) fn run_on_selection(&mut self, command: CommandId) -> bool {
        if !self.selection.is_on() {
            return false;
        }
        let held = self.selection.held().clone();
        let many = || On::Many(held.clone());
        let picker = match command {
            CommandId::Assign => Some(PickerKind::Teammate(many())),
            CommandId::AssignTeam => Some(PickerKind::Team(many())),
            CommandId::Tags => Some(PickerKind::Tags(many())),
            CommandId::Snooze => Some(PickerKind::Snooze(many())),
            CommandId::Priority => Some(PickerKind::Priority(many())),
            CommandId::Spam => {
                self.open_spam(many());
                return true;
            }
            CommandId::SnoozeAgain => {
                self.snooze_again(&many());
                return true;
            }
            _ => None,
        };
        if let Some(picker) = picker {
            self.open_picker(picker);
            return true;
        }
        let deed = match command {
            CommandId::Close => Deed::Acts(vec![Act::Close]),
            CommandId::Reopen => Deed::Acts(vec![Act::Reopen]),
            CommandId::MarkUnread => Deed::Unread,
            CommandId::MentionDone => Deed::MentionDone,
            CommandId::AssignMe => match self.me() {
                Some(me) => Deed::Acts(vec![Act::Assign { to: AssignTo::Teammate(me) }]),
                None => return false,
            },
            _ => return false,
        };
        self.open_preview(held, deed, None);
        true
    }

    pub(super) fn open_preview(&mut self, selected: Selected, deed: Deed, anchor: Option<(ConversationId, Mode)>) {
        if self.bulk.is_doing() {
            self.say(Severity::Warning, "bulk-one-at-a-time");
            return;
        }
        let what = self.deed_words(&deed);
        let plan = BulkPlan {
            takes: self.settings.composer_take && deed.writes(),
            selected,
            deed,
            list: self.selection.list().cloned(),
            included: BTreeSet::new(),
            anchor,
        };
        let asked = self.ask_preview(&plan);
        let layer =
            BulkPreview { plan, what, preview: None, asked, is_counted: false, cursor: 0, typed: String::new() };
        self.layers.push(Layer::Bulk(BulkLayer::Preview(Box::new(layer))));
    }

    fn ask_preview(&mut self, plan: &BulkPlan) -> Generation {
        let generation = self.next_generation();
        self.ask(Request::BulkPreview { generation, plan: Box::new(plan.clone()) });
        generation
    }

    fn front_preview(&mut self) -> Option<&mut BulkPreview> {
        match self.layers.last_mut() {
            Some(Layer::Bulk(BulkLayer::Preview(preview))) => Some(preview),
            _ => None,
        }
    }

    /// What a deed would do is known.
    pub(super) fn hear_bulk_preview(&mut self, generation: Generation, preview: Preview) -> bool {
        // The help may lie over it.
        let layer = self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Bulk(BulkLayer::Preview(layer)) if layer.asked == generation => Some(layer),
            _ => None,
        });
        let Some(layer) = layer else { return false };
        layer.cursor = layer.cursor.min(preview.apart.len().saturating_sub(1));
        layer.preview = Some(preview);
        layer.is_counted = true;
        true
    }

    /// `tab` in the preview: includes what is set apart under the cursor, or leaves it out again.
    pub(super) fn toggle_in_bulk(&mut self) {
        let Some(layer) = self.front_preview() else { return };
        let Some(why) = layer.apart().get(layer.cursor).map(|group| group.why) else { return };
        if !why.can_be_included() {
            self.say(Severity::Warning, apart_why(why));
            return;
        }
        if !layer.plan.included.remove(&why) {
            layer.plan.included.insert(why);
        }
        // A number that was typed was that of another question.
        layer.typed.clear();
        let plan = layer.plan.clone();
        let asked = self.ask_preview(&plan);
        if let Some(layer) = self.front_preview() {
            (layer.asked, layer.is_counted) = (asked, false);
        }
    }

    /// `enter` in an overlay of this room.
    pub(super) fn choose_in_bulk(&mut self, layer: BulkLayer) {
        match layer {
            BulkLayer::Preview(preview) => self.answer_preview(preview),
            BulkLayer::Results(results) => self.open_result(results),
        }
    }

    fn answer_preview(&mut self, layer: Box<BulkPreview>) {
        let changes = layer.changes();
        let why_not = if layer.preview.is_none() || !layer.is_counted {
            Some("bulk-counting")
        } else if changes == 0 {
            Some("bulk-nothing")
        } else if layer.asks_number() && layer.typed != changes.to_string() {
            Some("bulk-type-number")
        } else {
            None
        };
        if let Some(why) = why_not {
            self.say(Severity::Warning, why);
            self.layers.push(Layer::Bulk(BulkLayer::Preview(layer)));
            return;
        }
        let Some(group) = self.next_group() else { return };
        let BulkPreview { plan, what, .. } = *layer;
        if let Some((anchor, mode)) = &plan.anchor {
            if self.composer.conversation.as_ref() != Some(anchor) || self.composer.mode != *mode {
                // What was written is elsewhere by now.
                self.say(Severity::Warning, "why-moved-on");
                return;
            }
            self.bulk.wrote = Some((group.clone(), self.selection.clone()));
            self.composer.take(&group);
            self.focus = super::Pane::Thread;
        }
        let text = self.words.with("bulk-doing", &[("what", (&what).into()), ("count", Arg::from(changes))]);
        self.say_text(Severity::Info, text, Clean::default());
        if plan.deed == Deed::Unread
            && let Some(shown) = self.thread.wanted.clone().filter(|shown| plan.selected.contains(shown))
        {
            // It stays unread although it is in view.
            self.thread.read_at = None;
            self.marked_unread.insert(shown);
        }
        self.bulk.doing = Some(Doing { group: group.clone(), what, undo: false });
        self.ask(Request::Bulk { group, plan: Box::new(plan) });
    }

    /// A key that is typed in an overlay of this room: a digit of the number, or what the results take.
    pub(super) fn type_in_bulk(&mut self, key: Key) -> bool {
        let step = match key.code {
            _ if key.ctrl || key.alt => None,
            KeyCode::Char('j') => Some(Step::Down),
            KeyCode::Char('k') => Some(Step::Up),
            _ => None,
        };
        if let (Some(step), Some(Layer::Bulk(layer))) = (step, self.layers.last_mut()) {
            layer.step(step);
            return true;
        }
        if matches!(self.layers.last(), Some(Layer::Bulk(BulkLayer::Results(_)))) {
            return self.type_in_results(key);
        }
        let Some(layer) = self.front_preview() else { return false };
        match key.code {
            KeyCode::Char(digit) if digit.is_ascii_digit() && !key.ctrl && !key.alt && layer.asks_number() => {
                if layer.typed.len() < 6 {
                    layer.typed.push(digit);
                }
                true
            }
            KeyCode::Backspace => layer.typed.pop().is_some(),
            // Anything else means nothing here, and must not reach what lies behind.
            KeyCode::Char(_) => !key.alt,
            _ => false,
        }
    }

    /// `u` before a deed is on disk: it is taken back as soon as it is. Whether there is one.
    pub(super) fn undo_doing(&mut self) -> bool {
        self.bulk.doing.as_mut().is_some_and(|doing| !std::mem::replace(&mut doing.undo, true))
    }

    /// A deed could not be made durable: nothing was done. Whether the group was one.
    pub(super) fn bulk_refused(&mut self, group: &GroupId) -> bool {
        self.bulk.doing.take_if(|doing| doing.group == *group).is_some()
    }

    /// A deed is on disk: now it is shown.
    pub(super) fn hear_bulk_done(
        &mut self,
        group: &GroupId,
        rows: Vec<OutboxRow>,
        done: &BulkCounts,
        stay: std::sync::Arc<Matched>,
    ) {
        let Some(doing) = self.bulk.doing.take_if(|doing| doing.group == *group) else { return };
        self.settle_text(group, &rows);
        self.keep_selected(stay);
        let until = rows.iter().map(|row| row.due_at).max().unwrap_or(self.now);
        self.show_done(&rows, until);
        let mut told =
            vec![self.words.with("bulk-done", &[("what", (&doing.what).into()), ("count", Arg::from(done.done))])];
        if done.already > 0 {
            told.push(self.words.with("bulk-done-already", &[("count", Arg::from(done.already))]));
        }
        if done.left_out > 0 {
            told.push(self.words.with("bulk-done-left-out", &[("count", Arg::from(done.left_out))]));
        }
        let text = Clean::join(&told, &Clean::literal(" · "));
        let has_rows = !rows.is_empty();
        if let Some(first) = rows.first() {
            let conversation = first.conversation.clone();
            let (label, name) = (text.clone(), doing.what.clone());
            let keys = self.keys_of(CommandId::Undo);
            let text = self.words.with("done", &[("what", (&text).into()), ("keys", (&keys).into())]);
            self.say_text(Severity::Info, text, Clean::default());
            let group = group.clone();
            self.undo.push(Done { group, rows, label, name, until, conversation, began: None, many: done.done });
        } else {
            self.say_text(Severity::Info, text, Clean::default());
        }
        // Without rows there is nothing of it to be undone, and what was done before it is not meant.
        if doing.undo && has_rows {
            self.take_back_last();
        }
        self.refresh_list();
        self.ask_counts();
        self.ask_bulks();
    }

    /// The text that a deed took: used up, or back in its place when its conversation was left out.
    fn settle_text(&mut self, group: &GroupId, rows: &[OutboxRow]) {
        let asked = self.generation;
        let Some(sent) = self.composer.take_back(group, true, asked) else { return };
        if rows.iter().any(|row| row.conversation == sent.conversation) {
            self.begun.remove(&sent.conversation);
        } else {
            self.restore_text(&sent.conversation, sent.mode, sent.kept);
        }
        self.save_unsaved();
        self.ask_begun();
    }

    /// Applies committed rows to what is on screen, all at once.
    fn show_done(&mut self, rows: &[OutboxRow], until: UnixTime) {
        let (me, now) = (self.me(), self.now);
        let mut acts: HashMap<&ConversationId, Vec<&Act>> = HashMap::with_capacity(rows.len());
        for row in rows {
            acts.entry(&row.conversation).or_default().push(&row.act);
        }
        let leaves = self.leaving();
        for row in &mut self.list.rows {
            let Some(acts) = acts.get(&row.conversation.id) else { continue };
            let before = row.conversation.clone();
            for act in acts {
                act.apply(&mut row.conversation, me.as_ref(), now);
            }
            if leaves(&before, &row.conversation) {
                row.struck_until = Some(until.max(now));
            }
        }
        if let Some(open) = self.thread.open.as_mut()
            && let Some(acts) = acts.get(&open.thread.conversation.id)
        {
            for act in acts {
                act.apply(&mut open.thread.conversation, me.as_ref(), now);
            }
        }
        for row in rows {
            self.outbox.put(row.clone());
        }
        self.outbox_changed();
        let struck = self.list.row_at_cursor().filter(|row| row.struck_until.is_some());
        if let Some(id) = struck.map(|row| row.conversation.id.clone()) {
            self.advance(&id);
        }
        if let Some(id) = self.thread.wanted.clone() {
            self.ask_thread_of(&id);
        }
    }

    /// Asks how far the latest deeds are; now and then, and at most one question is under way.
    pub(super) fn ask_bulks(&mut self) {
        if !self.started {
            return;
        }
        if self.bulk.asked || self.monotonic < self.bulk.from {
            self.bulk.again = true;
            return;
        }
        (self.bulk.asked, self.bulk.again) = (true, false);
        self.ask(Request::Bulks);
    }

    /// Asks again when that is due.
    pub(super) fn ask_bulks_in_time(&mut self) {
        if self.bulk.next_wake().is_some_and(|at| at <= self.monotonic) {
            self.ask_bulks();
        }
    }

    /// A row of the outbox moved: how far its deed is may have changed.
    pub(super) fn bulk_row_moved(&mut self, group: &GroupId) {
        if self.bulk.runs.iter().any(|run| run.group == *group) {
            self.ask_bulks();
        }
    }

    /// How far the latest deeds are.
    pub(super) fn hear_bulks(&mut self, runs: Vec<Bulk>) -> bool {
        self.bulk.asked = false;
        self.bulk.from = self.monotonic + REST;
        let changed = self.bulk.runs != runs;
        self.bulk.runs = runs;
        let ended: Vec<Bulk> = {
            let open = &self.bulk.open;
            let has_ended = |run: &&Bulk| run.waiting == 0 && open.contains(&run.group);
            self.bulk.runs.iter().filter(has_ended).cloned().collect()
        };
        self.bulk.open = self.bulk.runs.iter().filter(|run| run.waiting > 0).map(|run| run.group.clone()).collect();
        for run in ended {
            if run.failed > 0 {
                self.bulk.unseen.insert(run.group.clone());
            }
            self.tell_end(&run);
        }
        if changed {
            self.bulk_changed();
        }
        changed
    }

    fn tell_end(&mut self, run: &Bulk) {
        let what = self.deed_words(&run.deed);
        let args = [
            ("what", (&what).into()),
            ("done", Arg::from(run.done)),
            ("of", Arg::from(run.total)),
            ("failed", Arg::from(run.failed)),
        ];
        if run.failed > 0 {
            self.say_text(Severity::Error, self.words.with("bulk-ended-failed", &args), Clean::default());
        } else if run.done > 0 {
            self.say_text(Severity::Info, self.words.with("bulk-ended", &args), Clean::default());
        }
    }

    /// What the status line tells of it, and the results, when they are open.
    pub(super) fn bulk_changed(&mut self) {
        self.status.bulk = self.bulk.current().map_or_else(Clean::default, |run| self.progress_words(run));
        self.renew_results();
        self.dirty = true;
    }

    /// "closing 212 of 300 · 3 failed · g p".
    #[must_use]
    pub fn progress_words(&self, run: &Bulk) -> Clean {
        let what = self.words.say(doing_word(run.deed.main()));
        let args = [("what", (&what).into()), ("done", Arg::from(run.done)), ("of", Arg::from(run.total))];
        let mut told = vec![self.words.with("bulk-progress", &args)];
        if run.paused {
            told.push(self.words.say("bulk-paused"));
        }
        if run.failed > 0 {
            told.push(self.words.with("bulk-failed", &[("count", Arg::from(run.failed))]));
        }
        let keys = self.keys_of(CommandId::BulkResults);
        if !keys.is_blank() {
            told.push(keys);
        }
        Clean::join(&told, &Clean::literal(" · "))
    }

    /// A deed in words, as a title: "Close", "Tag refund, close".
    #[must_use]
    pub fn deed_words(&self, deed: &Deed) -> Clean {
        let acts = match deed {
            Deed::Acts(acts) => acts,
            Deed::Unread => return self.words.say("bulk-unread"),
            Deed::MentionDone => return self.words.say("bulk-mention-done"),
        };
        let each: Vec<Clean> = acts.iter().map(|act| self.deed_word(act)).collect();
        Clean::join(&each, &clean(", "))
    }

    fn deed_word(&self, act: &Act) -> Clean {
        let with = |key: &str, what: &Clean| self.words.with(key, &[("what", what.into())]);
        match act {
            Act::Reply { .. } => self.words.say("bulk-reply"),
            Act::Note { .. } => self.words.say("bulk-note"),
            Act::Close => self.words.say("bulk-close"),
            Act::Reopen => self.words.say("bulk-reopen"),
            Act::Snooze { until, .. } => with("bulk-snooze", &self.moment(*until)),
            Act::Assign { to } => match to {
                AssignTo::Teammate(id) => with("bulk-assign", &self.directory.teammate_name(id)),
                AssignTo::Team(id) => with("bulk-assign", &self.directory.team_name(id)),
                AssignTo::Nobody => self.words.say("bulk-unassign"),
                AssignTo::NoTeam => self.words.say("bulk-no-team"),
            },
            Act::Tag { name, .. } => with("bulk-tag", &name.clean()),
            Act::Untag { name, .. } => with("bulk-untag", &name.clean()),
            Act::Priority { to } => with("bulk-priority", &self.words.say(super::acts::priority_word(*to))),
            // Those are for one conversation only.
            Act::Start { .. }
            | Act::Merge { .. }
            | Act::AddParticipant { .. }
            | Act::RemoveParticipant { .. }
            | Act::Block { .. } => self.act_words(act),
        }
    }
}

/// How many a deed was done on, and what became of the others.
pub(super) struct BulkCounts {
    pub done: usize,
    pub left_out: usize,
    pub already: usize,
}

/// Key of what is being done.
const fn doing_word(act: Option<&Act>) -> &'static str {
    match act {
        Some(Act::Reply { .. }) => "bulk-now-reply",
        Some(Act::Note { .. }) => "bulk-now-note",
        Some(Act::Close) => "bulk-now-close",
        Some(Act::Reopen) => "bulk-now-reopen",
        Some(Act::Snooze { .. }) => "bulk-now-snooze",
        Some(Act::Assign { .. }) => "bulk-now-assign",
        Some(Act::Tag { .. } | Act::Untag { .. }) => "bulk-now-tag",
        Some(Act::Priority { .. }) => "bulk-now-priority",
        _ => "bulk-now-other",
    }
}

/// Key of why some are set apart.
#[must_use]
pub const fn apart_why(why: Apart) -> &'static str {
    match why {
        Apart::Gone => "apart-gone",
        Apart::Stuck => "apart-stuck",
        Apart::Answered => "apart-answered",
        Apart::Closed => "apart-closed",
        Apart::Draft => "apart-draft",
        Apart::Left => "apart-left",
        Apart::Unsent => "apart-unsent",
        Apart::TakenBack => "apart-taken-back",
    }
}
