//! What the engine says.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bulk::BulkCounts;
use super::composer::Arrival;
use super::status::Away;
use super::thread::{Item, ItemKind, OpenThread, Source};
use super::{App, Pane, Severity};
use crate::domain::{ConversationId, Directory, PartId};
use crate::sync::message::{Event, Generation, History, Progress, Request, Storage, Thread};
use crate::text::Clean;

/// What is said of an act without words when the disk refuses it.
fn not_done(why: &str) -> Option<&'static str> {
    match why {
        "disk-full" => Some("refused-full"),
        "disk-read-only" => Some("refused-read-only"),
        _ => None,
    }
}

/// How loud a notice is: what went as it was asked for is no warning.
fn severity(key: &str) -> Severity {
    match key {
        "link-opened" | "link-mail-opened" | "link-remote" | "link-address-copied" => Severity::Info,
        _ => Severity::Warning,
    }
}

impl App {
    /// Takes an event in. Returns whether anything visible may have changed.
    pub(super) fn hear(&mut self, event: Event) -> bool {
        match event {
            Event::Window { generation, window } => {
                self.hear_begun(generation, &window)
                    || self.hear_breaches(generation, &window)
                    || self.hear_face(generation, &window)
                    || self.hear_window(generation, window)
            }
            Event::Counts { generation, counts } => {
                if generation != self.counts_asked {
                    return false;
                }
                let changed = self.sidebar.take_counts(&counts) && self.layout().sidebar.is_some();
                self.counts_await = false;
                if std::mem::take(&mut self.counts_again) {
                    self.ask_counts();
                }
                changed
            }
            Event::Thread { generation, thread } => self.hear_thread(generation, thread.map(|thread| *thread)),
            Event::Found { generation, contacts, conversations } => {
                self.hear_found_for_new(generation, &contacts) || self.hear_found(generation, contacts, conversations)
            }
            Event::Shift { generation, shift } => self.hear_shift(generation, *shift),
            Event::NewBegun(id) => {
                self.hear_new_begun(&id);
                true
            }
            Event::Started { placeholder, became } => {
                self.hear_started(&placeholder, became.as_ref());
                true
            }
            Event::Outbox { generation, rows } => self.hear_outbox(generation, rows),
            Event::Directory(directory) => {
                self.ask_tag_use();
                self.hear_directory(directory)
            }
            Event::Sorts(sorts) => {
                let before = self.sidebar.open_entry().map(|entry| entry.sort);
                self.sidebar.set_sorts(sorts);
                if self.sidebar.open_entry().map(|entry| entry.sort) != before {
                    self.ask_anew();
                }
                true
            }
            Event::Matching { generation, matched } => self.hear_matching(generation, matched),
            Event::Later { generation, count } => self.hear_later(generation, count),
            Event::BulkPreview { generation, preview } => self.hear_bulk_preview(generation, *preview),
            Event::BulkDone { group, rows, done, left_out, already, stay } => {
                self.hear_bulk_done(&group, rows, &BulkCounts { done, left_out, already }, stay);
                true
            }
            Event::Bulks(runs) => self.hear_bulks(runs),
            Event::BulkItems { generation, group, items } => self.hear_bulk_items(generation, &group, items),
            Event::Changed { ids } => {
                self.hear_changed(&ids);
                self.merge_side_may_be_here(&ids);
                self.notices.pulled()
            }
            Event::Committed { group, rows } => {
                self.committed(&group, rows);
                true
            }
            Event::TagsMade { group, tags } => {
                self.tags_made(&group, tags);
                true
            }
            Event::Picked { generation, what } => self.hear_picked(generation, what),
            Event::Refused { group, why, texts } => {
                self.refused(&group, why, texts);
                true
            }
            Event::Undone { group, dropped, inverted, left } => {
                for row in &dropped {
                    self.notices.row_moved(row.id);
                }
                self.undone(&group, &dropped, &inverted, &left);
                true
            }
            Event::Row(row) => self.hear_row(&row),
            Event::OutboxCounts { waiting, needs_you } => self.hear_outbox_counts(waiting, needs_you),
            Event::Connection(connection) => {
                let mut changed = self.status.connection != connection;
                if changed {
                    changed |= self.notices.pulled();
                }
                self.status.connection = connection;
                changed
            }
            Event::Progress(progress) => self.hear_progress(progress),
            Event::DraftSaved(draft) => {
                self.hear_draft_saved(&draft);
                true
            }
            Event::DraftConflict { ours: _, theirs } => {
                self.hear_draft_conflict(*theirs);
                true
            }
            Event::DraftNotSaved { conversation, mode, why, details } => {
                self.hear_draft_not_saved(&(conversation, mode), why, details.clean());
                true
            }
            Event::StateChanged => {
                self.hear_state_changed();
                false
            }
            Event::Place(place) => {
                self.hear_place(place);
                true
            }
            Event::Arrangement(arrangement) => {
                self.arrangement = *arrangement;
                self.sidebar.arrange(&self.arrangement);
                true
            }
            Event::Storage(storage) => self.hear_storage(storage),
            Event::History(history) => self.hear_history(history),
            Event::ClockOff(seconds) => std::mem::replace(&mut self.status.clock_off, seconds) != seconds,
            Event::Budget(left) => std::mem::replace(&mut self.status.budget, left) != left,
            Event::Notice { key, details } => {
                // A file that cannot be written is told in one sentence; the log has the rest.
                match not_done(key) {
                    Some(key) => self.say(Severity::Warning, key),
                    None => self.say_text(severity(key), self.words.say(key), details.clean()),
                }
                if matches!(key, "attach-no-file" | "attach-unreadable") {
                    self.mend_path();
                }
                true
            }
        }
    }

    /// How far the first pull is; told once a second at most, its end at once.
    fn hear_progress(&mut self, progress: Option<Progress>) -> bool {
        let now = self.monotonic;
        let shown = if progress.is_some() {
            self.calm_progress.take(progress, now)
        } else {
            self.calm_progress.skip(now);
            Some(None)
        };
        let pulled = progress.is_none() && self.notices.pulled();
        let Some(progress) = shown else { return false };
        (std::mem::replace(&mut self.status.progress, progress) != progress) | pulled
    }

    /// How much of the threads is here; told once a second at most, that all are at once.
    fn hear_history(&mut self, history: History) -> bool {
        let now = self.monotonic;
        let shown = if history.here < history.of {
            self.calm_history.take(history, now)
        } else {
            // What follows is told as soon as it comes: there was nothing to change too often.
            self.calm_history.forget();
            Some(history)
        };
        let Some(history) = shown else { return false };
        std::mem::replace(&mut self.status.history, history) != history
    }

    /// What had to wait for its turn.
    pub(super) fn tell_calmly(&mut self) -> bool {
        let now = self.monotonic;
        let mut changed = false;
        if let Some(progress) = self.calm_progress.due(now) {
            changed |= std::mem::replace(&mut self.status.progress, progress) != progress;
        }
        if let Some(history) = self.calm_history.due(now) {
            changed |= std::mem::replace(&mut self.status.history, history) != history;
        }
        changed
    }

    fn hear_storage(&mut self, storage: Storage) -> bool {
        let changed = self.status.storage != storage;
        let back = changed && storage == Storage::Disk;
        self.status.storage = storage;
        if back {
            self.say(Severity::Info, "storage-back");
            self.save_unsaved();
        }
        changed
    }

    /// Another deskhand changed the outbox, drafts or marks.
    fn hear_state_changed(&mut self) {
        self.ask_outbox();
        self.ask_bulks();
        self.ask_begun();
        self.refresh_list();
        self.ask_counts();
        self.refresh_thread();
    }

    fn hear_changed(&mut self, ids: &[ConversationId]) {
        if !self.mention_came_back(ids) && !self.shows_outbox() {
            self.refresh_list();
        }
        self.selection_may_grow();
        self.ask_counts();
        let shown = self.thread.wanted.as_ref();
        if ids.is_empty() || shown.is_some_and(|shown| ids.contains(shown)) {
            self.refresh_thread();
        }
    }

    /// Asks for all counts; at most one question is under way.
    pub(super) fn ask_counts(&mut self) {
        if !self.started {
            return;
        }
        if self.counts_await {
            self.counts_again = true;
            return;
        }
        let entries = self.sidebar.counted();
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
            if self.focus == Pane::Composer {
                // Whoever types goes on typing: none of it is a command.
                self.hush_typing();
            }
            self.put_composer_away();
            return true;
        };
        let id = thread.conversation.id.clone();
        if self.thread.wanted.as_ref() != Some(&id) {
            return false;
        }
        self.thread.gone = false;
        self.learn_drafts(&id, &thread.drafts, generation);
        thread.pending = self.with_outbox(&thread);
        if let Some(open) = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == id) {
            // What has been seen meanwhile is no change of what is shown.
            let seen_at = std::mem::replace(&mut thread.seen_at, open.thread.seen_at);
            if open.thread == thread {
                return false;
            }
            thread.seen_at = seen_at;
            let answering = self.composer.conversation.as_ref() == Some(&id);
            let known = answering.then(|| open.thread.parts.iter().map(|part| part.id.clone()).collect());
            self.renew_thread(thread);
            if let Some(known) = known.filter(|known: &BTreeSet<PartId>| !known.is_empty()) {
                self.announce(&known);
            }
        } else {
            self.thread.open = Some(Box::new(OpenThread::new(thread, &self.directory, &self.words)));
            self.show_kept();
        }
        self.show_composer_what_is_here();
        self.attach_next();
        self.go_to_wanted_row();
        self.await_reading();
        true
    }

    /// The thread that is shown may have changed in this conversation.
    pub(super) fn refresh_thread_of(&mut self, id: &ConversationId) {
        if self.thread.wanted.as_ref() == Some(id) {
            self.refresh_thread();
        }
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
            let Source::Part(at) = item.source else { continue };
            let Some(part) = open.thread.parts.get(at).map(|part| part.id.clone()) else { continue };
            let (who, what) = match item.kind {
                ItemKind::Customer | ItemKind::Ours => (&item.author, "arrival-replied"),
                ItemKind::Note => (&item.author, "arrival-noted"),
                ItemKind::Event => (&item.event, "arrival-event"),
                ItemKind::Redacted => continue,
            };
            self.composer.arrivals.push(Arrival { who: who.clone(), what, at: item.at, part, looked_at: false });
        }
        let surplus = self.composer.arrivals.len().saturating_sub(20);
        self.composer.arrivals.drain(..surplus);
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
            self.ask_anew();
        }
        // Its entry may be known only now.
        self.return_to_place();
        self.ask_counts();
        let page = self.thread_page();
        if let Some(open) = self.thread.open.as_mut() {
            open.rename(&self.directory, &self.words, page);
        }
        true
    }
}
