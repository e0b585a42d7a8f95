//! What became of a deed on many: one line for each conversation, pause, retry, take back.

use super::bulk::BulkLayer;
use super::layers::Layer;
use super::undo::Done;
use super::{App, Severity};
use crate::domain::bulk::{Bulk, BulkItem, Outcome};
use crate::domain::{ConversationId, GroupId, OutboxRow, OutboxStatus};
use crate::keymap::{Key, KeyCode};
use crate::sync::message::{Generation, Request};
use crate::text::Clean;

/// The results of one deed.
#[derive(Clone, Debug)]
pub struct BulkResults {
    /// The deed, and how far it is.
    pub run: Bulk,
    /// The deed in words.
    pub what: Clean,
    /// Its place among the latest deeds, from 1, and how many there are.
    pub place: (usize, usize),
    /// What became of each; absent while it is being read.
    pub items: Option<Vec<BulkItem>>,
    /// Index into `items`.
    pub cursor: usize,
    asked: Generation,
}

impl BulkResults {
    /// Whether it can be paused, or go on.
    #[must_use]
    pub const fn can_pause(&self) -> bool {
        self.run.paused || self.run.waiting > 0
    }

    /// Whether anything was refused, so that it can be tried again.
    #[must_use]
    pub fn can_retry(&self) -> bool {
        let has_failed = |items: &Vec<BulkItem>| items.iter().any(|item| stands(item) == Some(OutboxStatus::Failed));
        self.items.as_ref().is_some_and(has_failed)
    }
}

/// The status of an item, unless it was left out.
fn stands(item: &BulkItem) -> Option<OutboxStatus> {
    match &item.outcome {
        Outcome::Row(row) => Some(row.status),
        Outcome::LeftOut(_) => None,
    }
}

impl App {
    /// Opens what became of the deed that the status line tells of, else of the latest.
    pub(super) fn open_results(&mut self) {
        let group = self.bulk.current().or(self.bulk.runs.first()).map(|run| run.group.clone());
        if let Some(group) = group {
            self.show_results(&group);
        }
    }

    fn show_results(&mut self, group: &GroupId) {
        let Some(at) = self.bulk.runs.iter().position(|run| run.group == *group) else { return };
        let Some(run) = self.bulk.runs.get(at).cloned() else { return };
        self.bulk.unseen.remove(group);
        let asked = self.ask_items(group);
        let (what, place) = (self.deed_words(&run.deed), (at + 1, self.bulk.runs.len()));
        let results = BulkResults { run, what, place, items: None, cursor: 0, asked };
        if matches!(self.layers.last(), Some(Layer::Bulk(BulkLayer::Results(_)))) {
            self.layers.pop();
        }
        self.layers.push(Layer::Bulk(BulkLayer::Results(Box::new(results))));
        self.bulk_changed();
    }

    fn ask_items(&mut self, group: &GroupId) -> Generation {
        let generation = self.next_generation();
        self.ask(Request::BulkItems { generation, group: group.clone() });
        generation
    }

    fn front_results(&mut self) -> Option<&mut BulkResults> {
        match self.layers.last_mut() {
            Some(Layer::Bulk(BulkLayer::Results(results))) => Some(results),
            _ => None,
        }
    }

    /// How far the deed is has changed: what is shown of it is read again.
    pub(super) fn renew_results(&mut self) {
        let Some(group) = self.front_results().map(|results| results.run.group.clone()) else { return };
        let Some(run) = self.bulk.runs.iter().find(|run| run.group == group).cloned() else { return };
        if self.front_results().is_some_and(|results| results.run == run) {
            return;
        }
        let asked = self.ask_items(&group);
        if let Some(results) = self.front_results() {
            (results.run, results.asked) = (run, asked);
        }
    }

    /// What became of each is known.
    pub(super) fn hear_bulk_items(&mut self, generation: Generation, group: &GroupId, items: Vec<BulkItem>) -> bool {
        let Some(results) = self.front_results() else { return false };
        if results.asked != generation || results.run.group != *group {
            return false;
        }
        // The cursor stays on its conversation.
        let at = results.items.as_ref().and_then(|items| items.get(results.cursor)).map(|item| item.id.clone());
        let kept = at.and_then(|id| items.iter().position(|item| item.id == id));
        results.cursor = kept.unwrap_or(results.cursor).min(items.len().saturating_sub(1));
        results.items = Some(items);
        true
    }

    /// `enter`: opens the conversation under the cursor; what needs a person with the cursor on it.
    pub(super) fn open_result(&mut self, results: Box<BulkResults>) {
        let Some(item) = results.items.as_ref().and_then(|items| items.get(results.cursor)).cloned() else {
            self.layers.push(Layer::Bulk(BulkLayer::Results(results)));
            return;
        };
        match item.outcome {
            Outcome::Row(row) if row.status.needs_you() => self.open_row(row.id, &item.id),
            _ => {
                self.focus = super::Pane::Thread;
                self.show_thread(&item.id, true);
            }
        }
    }

    /// A key in the results.
    pub(super) fn type_in_results(&mut self, key: Key) -> bool {
        let KeyCode::Char(letter) = key.code else { return false };
        if key.ctrl || key.alt {
            return false;
        }
        match letter {
            'p' => self.toggle_pause(),
            'r' => self.retry_failed(),
            'u' => self.take_back_results(),
            'n' => self.other_results(true),
            'N' => self.other_results(false),
            'q' => {
                self.layers.pop();
            }
            _ => {}
        }
        true
    }

    fn other_results(&mut self, older: bool) {
        let Some((at, _)) = self.front_results().map(|results| results.place) else { return };
        let to = if older { at } else { at.saturating_sub(2) };
        if let Some(group) = self.bulk.runs.get(to).map(|run| run.group.clone()) {
            self.show_results(&group);
        }
    }

    fn toggle_pause(&mut self) {
        let Some(results) = self.front_results() else { return };
        let (group, paused, can) = (results.run.group.clone(), results.run.paused, results.can_pause());
        if can {
            self.pause_bulk(group, !paused);
        } else {
            self.say(Severity::Info, "bulk-is-over");
        }
    }

    /// Lets the sender leave a deed alone, or go on with it.
    pub(super) fn pause_bulk(&mut self, group: GroupId, paused: bool) {
        self.ask(Request::PauseBulk { group, paused });
        self.say(Severity::Info, if paused { "bulk-now-paused" } else { "bulk-goes-on" });
    }

    /// Pauses the deed that is on its way, or lets it go on. Whether there is one.
    pub(super) fn pause_current(&mut self, only_pause: bool) -> bool {
        let current = self.bulk.runs.iter().find(|run| run.waiting > 0);
        let Some((group, paused)) = current.map(|run| (run.group.clone(), run.paused)) else { return false };
        if paused && only_pause {
            return false;
        }
        self.pause_bulk(group, !paused);
        true
    }

    fn retry_failed(&mut self) {
        let Some(results) = self.front_results() else { return };
        if !results.can_retry() {
            self.say(Severity::Info, "bulk-none-failed");
            return;
        }
        let group = results.run.group.clone();
        self.ask(Request::RetryBulk(group));
        self.say(Severity::Info, "bulk-again");
    }

    /// Takes the whole deed back, whatever was done since.
    fn take_back_results(&mut self) {
        let Some(results) = self.front_results() else { return };
        let (group, what, many) = (results.run.group.clone(), results.what.clone(), results.run.total);
        let Some(items) = results.items.clone() else { return };
        self.layers.pop();
        if let Some(done) = self.undo.take(&group) {
            self.undo.push(done);
        } else {
            // From an earlier run: what is known of it is what its rows say.
            let rows: Vec<OutboxRow> = items
                .into_iter()
                .filter_map(|item| match item.outcome {
                    Outcome::Row(row) => Some(*row),
                    Outcome::LeftOut(_) => None,
                })
                .collect();
            let first: Option<ConversationId> = rows.first().map(|row| row.conversation.clone());
            let Some(conversation) = first else { return };
            let (label, name, until) = (what.clone(), what, self.now);
            self.undo.push(Done { group, rows, label, name, until, conversation, began: None, many });
        }
        // This one, whatever was begun since.
        self.undo_newest();
    }
}
