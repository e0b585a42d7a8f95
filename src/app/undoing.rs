//! Taking back: what has not left is dropped, what has left is asked about first.

use super::layers::{Confirm, Layer};
use super::outbox::{GivingUp, files_of};
use super::shelf::Kept;
use super::undo::Done;
use super::{App, Pane, Severity};
use crate::domain::{Act, Began, GroupId, Mode, OutboxRow, OutboxStatus};
use crate::sync::message::Request;
use crate::text::{Clean, clean};

impl App {
    /// Whether all of it can still be dropped before it leaves.
    fn is_unsent(&self, done: &Done) -> bool {
        let waits = |row: &OutboxRow| {
            self.outbox.find(row.id).is_some_and(|now| {
                !matches!(now.status, OutboxStatus::Sending | OutboxStatus::Unknown | OutboxStatus::Sent)
            })
        };
        done.rows.iter().all(waits)
    }

    /// Whether undo could do anything about it: drop it, or do its opposite.
    pub(super) fn can_undo(&self, done: &Done) -> bool {
        done.until > self.now || self.is_unsent(done) || done.rows.iter().any(|row| !row.inverses.is_empty())
    }

    /// Whether the undo command would change anything.
    pub(super) fn can_take_back(&self) -> bool {
        self.awaited.iter().any(|awaited| !awaited.undo)
            || self.bulk.is_doing()
            || self.undo.last().is_some_and(|done| self.can_undo(done))
    }

    /// `u`: takes the last group back. What has left already is asked about, since everybody sees it.
    pub(super) fn undo_last(&mut self) {
        if let Some(Layer::Confirm(Confirm::TakeBack { .. })) = self.layers.last() {
            self.layers.pop();
            self.take_back_last();
            return;
        }
        if !self.layers.is_empty() {
            self.layers.pop();
            return;
        }
        if self.bring_mention_back() {
            return;
        }
        // The last key's acts may still be on their way to the disk: they are what is meant.
        if self.undo_doing() {
            return;
        }
        if let Some(awaited) = self.awaited.iter_mut().rev().find(|awaited| !awaited.undo) {
            awaited.undo = true;
            return;
        }
        self.undo_newest();
    }

    /// Takes the newest group that is on disk back.
    pub(super) fn undo_newest(&mut self) {
        let Some(done) = self.undo.last() else { return };
        if done.until > self.now || self.is_unsent(done) {
            self.take_back_last();
            return;
        }
        if done.many > 0 {
            let done = done.clone();
            self.undo_many(&done);
            return;
        }
        let opposite: Vec<Clean> =
            done.rows.iter().rev().flat_map(|row| &row.inverses).map(|act| self.act_words(act)).collect();
        let stays: Vec<Clean> =
            done.rows.iter().filter(|row| row.inverses.is_empty()).map(|row| self.act_words(&row.act)).collect();
        let comma = clean(", ");
        let (opposite, stays) = (Clean::join(&opposite, &comma), Clean::join(&stays, &comma));
        if opposite.is_blank() {
            let text = self.words.with("undo-left", &[("what", (&stays).into())]);
            self.say_text(Severity::Warning, text, Clean::default());
            self.undo.pop();
            return;
        }
        let mut acts = done.rows.iter().flat_map(|row| &row.inverses);
        let key = match (acts.next(), acts.next()) {
            (Some(Act::Reopen), None) => "take-back-reopen",
            (Some(Act::Close), None) => "take-back-close",
            _ => "take-back-other",
        };
        let question = self.words.with(key, &[("on", (&done.name).into()), ("what", (&opposite).into())]);
        self.layers.push(Layer::Confirm(Confirm::TakeBack { question, stays }));
    }

    /// Asks the engine to take the last group back.
    pub(super) fn take_back_last(&mut self) {
        if let Some(done) = self.undo.pop() {
            self.ask(Request::Undo { group: done.group.clone() });
            self.undoing.push(done);
        }
    }

    /// Rows were given up, unless the one in question had left: then nothing comes back, since it may
    /// be read by the customer already.
    fn given_up(&mut self, given: GivingUp, dropped: &[OutboxRow]) {
        let Some(row) = dropped.iter().find(|row| row.id == given.row) else {
            self.say(Severity::Warning, "not-given-up");
            return;
        };
        if let (Some(text), Some(mode)) = (row.act.text(), mode_of(&row.act)) {
            if given.edit {
                self.show_thread(&row.conversation, true);
            }
            let kept = Kept { text: text.to_owned(), began: began_of(row), files: files_of(&row.act).to_vec() };
            self.restore_text(&row.conversation, mode, kept);
            let rest: Vec<Clean> =
                dropped.iter().filter(|other| other.id != row.id).map(|other| self.act_words(&other.act)).collect();
            let rest = Clean::join(&rest, &clean(", "));
            if given.edit {
                self.reopen_composer(&row.conversation, mode);
                if self.composer.conversation.as_ref() == Some(&row.conversation) {
                    // Whoever takes it up again has what came before their eyes.
                    self.composer.begin_again(self.now);
                    self.text_changed();
                }
            } else if rest.is_blank() {
                self.say(Severity::Info, "kept-as-draft");
            }
            if !rest.is_blank() {
                let key = if given.edit { "edit-without" } else { "kept-without" };
                let text = self.words.with(key, &[("what", (&rest).into())]);
                self.say_text(Severity::Warning, text, Clean::default());
            }
        } else {
            let what = self.act_words(&row.act);
            let text = self.words.with("given-up", &[("what", (&what).into())]);
            self.say_text(Severity::Info, text, Clean::default());
        }
        self.ask_thread_of(&row.conversation);
        self.refresh_list();
        self.ask_counts();
    }

    /// A group was taken back.
    pub(super) fn undone(
        &mut self,
        group: &GroupId,
        dropped: &[OutboxRow],
        inverted: &[OutboxRow],
        left: &[OutboxRow],
    ) {
        self.outbox.forget(dropped);
        for row in inverted {
            self.outbox.put(row.clone());
        }
        self.outbox_changed();
        let about = |given: &GivingUp| dropped.iter().chain(left).any(|row| row.id == given.row);
        if let Some(given) = self.giving_up.take_if(|given| about(given)) {
            self.undo.forget(group);
            self.given_up(given, dropped);
            return;
        }
        let done = self.undoing.iter().position(|done| done.group == *group).map(|at| self.undoing.remove(at));
        self.undo.forget(group);
        if let Some(done) = done.as_ref().filter(|done| done.many > 0) {
            self.undone_many(done, dropped, inverted, left);
            return;
        }
        let first = dropped.iter().chain(inverted).chain(left).next();
        let Some(id) =
            done.as_ref().map(|done| done.conversation.clone()).or_else(|| first.map(|row| row.conversation.clone()))
        else {
            return;
        };
        if !left.is_empty() {
            let each: Vec<Clean> = left.iter().map(|row| self.act_words(&row.act)).collect();
            let what = Clean::join(&each, &clean(", "));
            let text = self.words.with("undo-left", &[("what", (&what).into())]);
            self.say_text(Severity::Warning, text, Clean::default());
        } else if let Some(done) = &done {
            let text = self.words.with("undone", &[("what", (&done.label).into())]);
            self.say_text(Severity::Info, text, Clean::default());
        }
        if dropped.is_empty() && inverted.is_empty() {
            return;
        }
        self.list.unstrike(&id);
        // What was taken back is what the agent wants to see again.
        let composing = self.focus == Pane::Composer;
        if !composing && !self.shows_outbox() {
            if matches!(self.focus, Pane::Thread | Pane::Details) {
                self.show_thread(&id, false);
            }
            match self.list.index_of(&id) {
                // It is still there: nothing moves but the cursor.
                Some(at) => {
                    self.put_cursor(at);
                    self.refresh_list();
                }
                None => self.take_in(Some(id.clone())),
            }
        }
        self.ask_counts();
        self.ask_thread_of(&id);
        let began = done.and_then(|done| done.began);
        for row in dropped {
            let (Some(text), Some(mode)) = (row.act.text(), mode_of(&row.act)) else { continue };
            let began = began.clone().unwrap_or_else(|| began_of(row));
            let kept = Kept { text: text.to_owned(), began, files: files_of(&row.act).to_vec() };
            self.restore_text(&row.conversation, mode, kept);
            if !composing {
                self.reopen_composer(&row.conversation, mode);
            }
        }
    }
}

/// What the writer of a message had seen when it was begun, as far as the row tells.
pub(super) fn began_of(row: &OutboxRow) -> Began {
    row.began.clone().unwrap_or_else(|| Began { part: row.baseline_part.clone(), at: row.created_at })
}

/// The mode of a message.
pub(super) const fn mode_of(act: &Act) -> Option<Mode> {
    match act {
        Act::Reply { .. } | Act::Start { .. } => Some(Mode::Reply),
        Act::Note { .. } => Some(Mode::Note),
        _ => None,
    }
}
