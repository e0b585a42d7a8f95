//! What the engine says.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::composer::Arrival;
use super::status::Away;
use super::thread::{Item, ItemKind, OpenThread, Source};
use super::{App, EntryKind, ListState, Severity};
use crate::domain::{ConversationId, Directory, OutboxRow, OutboxStatus, PartId};
use crate::sync::message::{Count, Event, Generation, Request, Thread};
use crate::text::{Clean, Untrusted};

impl App {
    /// Takes an event in. Returns whether anything visible may have changed.
    pub(super) fn hear(&mut self, event: Event) -> bool {
        match event {
            Event::Window { generation, window } => self.hear_window(generation, window),
            Event::Counts { generation, counts } => {
                if generation != self.counts_asked {
                    return false;
                }
                let mut changed = false;
                for entry in &mut self.sidebar.entries {
                    if let Some(count) = counts.get(&entry.key) {
                        changed |= entry.count != Some(*count);
                        entry.count = Some(*count);
                    }
                }
                self.counts_await = false;
                if std::mem::take(&mut self.counts_again) {
                    self.ask_counts();
                }
                changed
            }
            Event::Thread { generation, thread } => self.hear_thread(generation, thread.map(|thread| *thread)),
            Event::Outbox { generation, rows } => self.hear_outbox(generation, rows),
            Event::Directory(directory) => self.hear_directory(directory),
            Event::Sorts(sorts) => {
                let before = self.sidebar.open_entry().map(|entry| entry.sort);
                self.sidebar.set_sorts(sorts);
                if self.sidebar.open_entry().map(|entry| entry.sort) != before {
                    self.open_list();
                }
                true
            }
            Event::Changed { ids } => {
                self.hear_changed(&ids);
                false
            }
            Event::Committed { group, rows } => {
                self.committed(&group, rows);
                true
            }
            Event::Refused { group, why, texts } => {
                self.refused(&group, why, texts);
                true
            }
            Event::Undone { group, dropped, inverted, left } => {
                self.undone(&group, &dropped, &inverted, &left);
                true
            }
            Event::Row(row) => self.hear_row(&row),
            Event::OutboxCounts { waiting, needs_you } => self.hear_outbox_counts(waiting, needs_you),
            Event::Connection(connection) => {
                let changed = self.status.connection != connection;
                self.status.connection = connection;
                changed
            }
            Event::Progress(progress) => {
                let changed = self.status.progress != progress;
                self.status.progress = progress;
                changed
            }
            Event::DraftSaved(_)
            | Event::DraftConflict { .. }
            | Event::StateChanged
            | Event::Place(_)
            | Event::Storage(_)
            | Event::History(_)
            | Event::ClockOff(_)
            | Event::Budget(_) => false,
            Event::Notice { key, details } => {
                let text = self.words.say(key);
                self.say_text(Severity::Warning, text, details.clean());
                true
            }
        }
    }

    fn hear_changed(&mut self, ids: &[ConversationId]) {
        if !self.shows_outbox() {
            self.refresh_list();
        }
        self.ask_counts();
        let shown = self.thread.wanted.as_ref();
        if ids.is_empty() || shown.is_some_and(|shown| ids.contains(shown)) {
            self.refresh_thread();
        }
    }

    /// Asks for all counts; at most one question is under way.
    pub(super) fn ask_counts(&mut self) {
        if self.counts_await {
            self.counts_again = true;
            return;
        }
        let shown = self.sidebar.teammates_shown;
        let entries: Vec<_> = self
            .sidebar
            .entries
            .iter()
            .filter(|entry| shown || !matches!(entry.kind, EntryKind::Teammate(_)))
            .filter_map(|entry| Some((entry.key.clone(), entry.query.clone()?)))
            .collect();
        let generation = self.next_generation();
        self.counts_asked = generation;
        self.counts_await = true;
        self.ask(Request::Counts { generation, entries });
    }

    fn hear_thread(&mut self, generation: Generation, thread: Option<Thread>) -> bool {
        if generation < self.thread.asked {
            return false;
        }
        self.thread.awaited = false;
        if std::mem::take(&mut self.thread.ask_again) {
            self.ask_thread();
        }
        let Some(mut thread) = thread else {
            self.thread.open = None;
            self.thread.gone = true;
            self.put_composer_away();
            return true;
        };
        let id = thread.conversation.id.clone();
        if self.thread.wanted.as_ref() != Some(&id) {
            return false;
        }
        self.thread.gone = false;
        if let Some(draft) = self.composer.learn(&id, &thread.drafts) {
            self.ask(Request::SaveDraft(draft));
        }
        if let Some(open) = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == id) {
            // What has been seen meanwhile is no change of what is shown.
            let seen_at = std::mem::replace(&mut thread.seen_at, open.thread.seen_at);
            if open.thread == thread {
                return false;
            }
            thread.seen_at = seen_at;
            let known: Vec<PartId> = open.thread.parts.iter().map(|part| part.id.clone()).collect();
            self.renew_thread(thread);
            if !known.is_empty() {
                self.announce(&known.into_iter().collect());
            }
        } else {
            self.thread.open = Some(Box::new(OpenThread::new(thread, &self.directory, &self.words)));
        }
        self.await_reading();
        true
    }

    /// A newer state of the thread that is shown.
    pub(super) fn renew_thread(&mut self, thread: Thread) {
        let page = self.thread_page();
        if let Some(open) = self.thread.open.as_mut() {
            open.renew(thread, &self.directory, &self.words, page);
        }
    }

    /// What came in the conversation being answered is told above the composer.
    fn announce(&mut self, known: &BTreeSet<PartId>) {
        let Some(open) = self.thread.open.as_ref() else { return };
        if self.composer.conversation.as_ref() != Some(&open.thread.conversation.id) {
            return;
        }
        let is_new = |item: &&Item| match item.source {
            Source::Part(at) => open.thread.parts.get(at).is_some_and(|part| !known.contains(&part.id)),
            Source::Pending(_) => false,
        };
        for item in open.items.iter().filter(|item| !item.mine).filter(is_new) {
            let (who, what) = match item.kind {
                ItemKind::Customer | ItemKind::Ours => (&item.author, "arrival-replied"),
                ItemKind::Note => (&item.author, "arrival-noted"),
                ItemKind::Event => (&item.event, "arrival-event"),
                ItemKind::Redacted => continue,
            };
            self.composer.arrivals.push(Arrival { who: who.clone(), what, at: item.at });
        }
        let surplus = self.composer.arrivals.len().saturating_sub(20);
        self.composer.arrivals.drain(..surplus);
    }

    fn hear_outbox(&mut self, generation: Generation, rows: Vec<OutboxRow>) -> bool {
        if self.list.asked.take_if(|(asked, _)| *asked == generation).is_none() {
            return false;
        }
        let at = self.list.outbox.get(self.list.cursor).map(|row| row.id);
        self.list.outbox = rows.into_iter().filter(|row| row.status.needs_you()).collect();
        self.list.total = self.list.outbox.len();
        self.list.state = ListState::Ready;
        let kept = at.and_then(|id| self.list.outbox.iter().position(|row| row.id == id));
        self.list.cursor = kept.unwrap_or_else(|| self.list.cursor.min(self.list.total.saturating_sub(1)));
        if std::mem::take(&mut self.list.look_again) {
            self.refresh_list();
        }
        self.cursor_moved();
        true
    }

    fn hear_directory(&mut self, directory: Arc<Directory>) -> bool {
        if *directory == *self.directory {
            return false;
        }
        let first = self.directory.workspace.is_none() && directory.workspace.is_some();
        self.directory = directory;
        self.sidebar.rebuild(&self.directory, &self.words);
        let away = self.directory.me().map(|me| me.away.clone()).unwrap_or_default();
        self.status.away = away.away.then(|| {
            let reason = self.directory.away_reasons.iter().find(|reason| Some(&reason.id) == away.reason.as_ref());
            let reason = reason.map_or_else(Clean::default, |reason| reason.label.clean());
            let since = match &self.status.away {
                Some(before) => before.since,
                // Away from the start: since when is not known.
                None if first => None,
                None => Some(self.now),
            };
            Away { since, reason }
        });
        let asks_for_me = self.sidebar.open_entry().is_some_and(|entry| entry.kind.is_about_me());
        if first && asks_for_me {
            // Only now is `me` somebody.
            self.open_list();
        }
        self.ask_counts();
        if let Some(thread) = self.thread.open.as_ref().map(|open| open.thread.clone()) {
            self.renew_thread(thread);
        }
        true
    }

    /// An outbox row changed its status.
    fn hear_row(&mut self, row: &OutboxRow) -> bool {
        let mut changed = false;
        if row.status.needs_you() {
            let what = self.act_words(&row.act);
            let key = match row.status {
                OutboxStatus::Held => "row-held",
                OutboxStatus::NeedsDecision => "row-undecided",
                _ => "row-failed",
            };
            let text = self.words.with(key, &[("what", (&what).into())]);
            let reason: &Untrusted = &row.reason;
            self.say_text(Severity::Error, text, reason.clean());
            // It is no longer done: the row is what it was.
            changed |= self.list.unstrike(&row.conversation);
        }
        if let Some(open) = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == row.conversation) {
            let mut thread = open.thread.clone();
            if let Some(held) = thread.pending.iter_mut().find(|held| held.id == row.id) {
                *held = row.clone();
                self.renew_thread(thread);
                changed = true;
            }
            self.ask_thread();
        }
        if self.shows_outbox() || row.status.needs_you() {
            self.refresh_list();
        }
        changed || row.status.needs_you()
    }

    fn hear_outbox_counts(&mut self, waiting: usize, needs_you: usize) -> bool {
        let changed = (self.status.waiting, self.status.needs_you) != (waiting, needs_you);
        self.status.waiting = waiting;
        self.status.needs_you = needs_you;
        for entry in self.sidebar.entries.iter_mut().filter(|entry| entry.kind == EntryKind::NeedsYou) {
            entry.count = Some(Count { total: needs_you, unread: needs_you > 0, breached: 0 });
        }
        if changed && self.shows_outbox() {
            self.refresh_list();
        }
        changed
    }
}
