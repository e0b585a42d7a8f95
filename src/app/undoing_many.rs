//! Taking a deed on many back: one key for all of it, the number asked first once some has left.

use std::collections::BTreeSet;

use super::layers::{Confirm, Layer};
use super::outbox::files_of;
use super::shelf::Kept;
use super::undo::Done;
use super::undoing::{began_of, mode_of};
use super::{App, Pane, Severity};
use crate::domain::{Act, ConversationId, OutboxRow, OutboxStatus};
use crate::text::{Clean, clean};
use crate::words::Arg;

impl App {
    /// `u` after a deed on many of which some may have left: with more than one at the helpdesk, their
    /// number is asked first.
    pub(super) fn undo_many(&mut self, done: &Done) {
        let has_left = |row: &&OutboxRow| {
            let now = self.outbox.find(row.id).map(|row| row.status);
            now.is_none_or(|now| matches!(now, OutboxStatus::Sending | OutboxStatus::Unknown | OutboxStatus::Sent))
        };
        let sent: BTreeSet<&ConversationId> = done.rows.iter().filter(has_left).map(|row| &row.conversation).collect();
        let back: Vec<Act> =
            done.rows.iter().map(|row| &row.inverses).find(|back| !back.is_empty()).cloned().unwrap_or_default();
        let (sent, rest) = (sent.len(), done.many.saturating_sub(sent.len()));
        if sent <= 1 {
            self.take_back_last();
            return;
        }
        if back.is_empty() && rest == 0 {
            let text = self.words.with("bulk-undone-left", &[("count", Arg::from(sent))]);
            self.say_text(Severity::Warning, text, Clean::default());
            self.undo.pop();
            return;
        }
        let writes = done.rows.iter().any(|row| row.act.is_message());
        let back: Vec<Clean> = back.iter().map(|act| self.act_words(act)).collect();
        let back = Clean::join(&back, &clean(", "));
        let args = [
            ("sent", Arg::from(sent)),
            ("of", Arg::from(done.many)),
            ("rest", Arg::from(rest)),
            ("what", (&back).into()),
        ];
        let question = self.words.with(if writes { "bulk-take-back-rest" } else { "bulk-take-back" }, &args);
        self.layers.push(Layer::Confirm(Confirm::TakeBack { question, stays: Clean::default() }));
    }

    /// A deed on many was taken back: what was dropped, what is being compensated, what stays.
    pub(super) fn undone_many(
        &mut self,
        done: &Done,
        dropped: &[OutboxRow],
        inverted: &[OutboxRow],
        left: &[OutboxRow],
    ) {
        let back: BTreeSet<&ConversationId> = dropped.iter().chain(inverted).map(|row| &row.conversation).collect();
        let stays: BTreeSet<&ConversationId> = left.iter().map(|row| &row.conversation).collect();
        for row in &mut self.list.rows {
            if back.contains(&row.conversation.id) {
                row.struck_until = None;
            }
        }
        let mut text = self.words.with("bulk-undone", &[("what", (&done.label).into())]);
        let severity = if stays.is_empty() { Severity::Info } else { Severity::Warning };
        if !stays.is_empty() {
            text.push(&Clean::literal(" · "));
            text.push(&self.words.with("bulk-undone-left", &[("count", Arg::from(stays.len()))]));
        }
        // What was written once is one draft again, of the first of them, and goes to all of them again.
        let written = dropped.iter().find_map(|row| Some((row, row.act.text()?, mode_of(&row.act)?)));
        if let Some((row, words, mode)) = written {
            let kept = Kept { text: words.to_owned(), began: began_of(row), files: files_of(&row.act).to_vec() };
            self.restore_text(&row.conversation, mode, kept);
            let wrote = self.bulk.wrote.take_if(|(group, _)| *group == done.group);
            let unsent: BTreeSet<&ConversationId> = dropped.iter().map(|row| &row.conversation).collect();
            if wrote.is_some_and(|(_, before)| self.select_again(&before, &unsent, &row.conversation)) {
                text.push(&Clean::literal(" · "));
                text.push(&self.words.with("bulk-selected-again", &[("count", Arg::from(self.selection.len()))]));
            }
        }
        self.say_text(severity, text, Clean::default());
        if !back.is_empty() && !self.shows_outbox() {
            self.take_in(None);
        }
        if self.focus != Pane::Composer
            && let Some(id) = self.thread.wanted.clone()
        {
            self.ask_thread_of(&id);
        }
        self.ask_counts();
        self.ask_bulks();
    }
}
