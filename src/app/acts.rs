//! Acts: from a key to a committed group, and back with undo.
//!
//! Every act names its conversation when the key is pressed. Nothing is shown as done before the
//! engine has said that it is on disk.

use super::composer::Sending;
use super::undo::Done;
use super::{App, Pane, Severity};
use crate::command::CommandId;
use crate::domain::{Act, AssignTo, Conversation, ConversationId, GroupId, Mode, OutboxId, OutboxRow, UnixTime};
use crate::query::{Context, Subject};
use crate::sync::message::{Connection, Request};
use crate::text::{Clean, clean, truncate};
use crate::words::Arg;

/// A group that waits for its `Committed` or `Refused`.
#[derive(Clone, Debug)]
pub(super) struct Awaited {
    pub group: GroupId,
    pub conversation: Conversation,
    /// Done by the program, not by the agent: no notice, no undo.
    pub quiet: bool,
    /// Taken back before it was on disk: undone as soon as it is.
    pub undo: bool,
}

/// An outbox row that is being given up, until it is known whether it had left.
#[derive(Clone, Copy, Debug)]
pub(super) struct GivingUp {
    pub row: OutboxId,
    /// To be written anew.
    pub edit: bool,
}

impl App {
    /// A new group's id.
    pub(super) fn next_group(&mut self) -> Option<GroupId> {
        self.groups += 1;
        GroupId::parse(&format!("{}-{}", self.session, self.groups))
    }

    /// The conversation that a key acts on: under the cursor in the list, shown in the thread.
    #[must_use]
    pub fn target(&self) -> Option<&Conversation> {
        match self.focus {
            Pane::List | Pane::Sidebar => {
                let id = self.id_at_cursor()?;
                self.known(&id)
            }
            Pane::Thread | Pane::Details | Pane::Composer => self.known(self.thread.wanted.as_ref()?),
        }
    }

    /// A conversation that is on screen.
    pub(super) fn known(&self, id: &ConversationId) -> Option<&Conversation> {
        let shown = self.thread.open.as_ref().map(|open| &open.thread.conversation);
        let row = || self.list.index_of(id).and_then(|at| self.list.rows.get(at)).map(|row| &row.conversation);
        shown.filter(|on| on.id == *id).or_else(row)
    }

    /// Commits acts on one conversation as one group, leaving out what is so already.
    pub(super) fn act(&mut self, on: &Conversation, acts: Vec<Act>) -> bool {
        let acts: Vec<Act> = acts.into_iter().filter(|act| !act.already_so(on)).collect();
        if acts.is_empty() {
            self.say(Severity::Info, "already-so");
            return false;
        }
        let moves_on = acts.iter().any(|act| act.moves_on() && !self.is_mine(act));
        let Some(_) = self.commit(on, acts, Vec::new(), false) else { return false };
        if moves_on {
            self.advance(&on.id);
        }
        true
    }

    fn is_mine(&self, act: &Act) -> bool {
        let me = self.directory.me().map(|me| &me.id);
        matches!(act, Act::Assign { to: AssignTo::Teammate(to) } if Some(to) == me)
    }

    /// Hands a group of acts to the engine.
    pub(super) fn commit(
        &mut self,
        on: &Conversation,
        acts: Vec<Act>,
        uses_drafts: Vec<(ConversationId, Mode)>,
        quiet: bool,
    ) -> Option<GroupId> {
        let group = self.next_group()?;
        let acts = acts.into_iter().map(|act| (on.id.clone(), act)).collect();
        self.awaited.push(Awaited { group: group.clone(), conversation: on.clone(), quiet, undo: false });
        self.ask(Request::Commit { group: group.clone(), acts, uses_drafts, began: None });
        Some(group)
    }

    /// Marks a conversation read, as a consequence of reading it.
    pub(super) fn mark_read_quietly(&mut self, on: &Conversation) {
        let waits = |awaited: &Awaited| awaited.quiet && awaited.conversation.id == on.id;
        if !self.awaited.iter().any(waits) {
            let _ = self.commit(on, vec![Act::MarkRead { read: true }], Vec::new(), true);
        }
    }

    /// The engine has a group on disk: now it is shown.
    pub(super) fn committed(&mut self, group: &GroupId, rows: Vec<OutboxRow>) {
        let awaited = self.awaited.iter().position(|awaited| awaited.group == *group).map(|at| self.awaited.remove(at));
        let newer = self.composer.take_back(group).and_then(|sent| self.composer.held(&sent.conversation, sent.mode));
        if let Some(draft) = newer {
            // The commit used the draft up; what has been written since then is one again.
            self.ask(Request::SaveDraft(draft));
        }
        self.apply(&rows);
        let awaited = awaited.or_else(|| self.made(group, &rows));
        let Some(awaited) = awaited.filter(|awaited| !awaited.quiet) else { return };
        let before = awaited.conversation;
        let until = rows.iter().map(|row| row.due_at).max().unwrap_or(self.now);
        let mut after = before.clone();
        for row in &rows {
            row.act.apply(&mut after, self.me().as_ref(), self.now);
        }
        if self.leaves(&before, &after) {
            self.list.strike(&before.id, until.max(self.now));
        }
        let label = self.label(&before, &rows);
        if rows.iter().any(|row| row.act.is_message()) {
            // What was just written is what the agent wants to see on its way.
            let page = self.thread_page();
            if let Some(open) = self.thread.open.as_mut().filter(|open| open.thread.conversation.id == before.id) {
                open.go_to_end(page);
            }
            self.ask_thread_of(&before.id);
        }
        let done = Done { group: group.clone(), rows, label, until, conversation: before.id };
        let text = self.done_words(&done);
        self.say_text(Severity::Info, text, Clean::default());
        self.undo.push(done);
        if awaited.undo {
            self.take_back_last();
        }
        self.refresh_list();
        self.ask_counts();
    }

    /// A group of the engine's own that puts on a tag which was asked for here.
    fn made(&mut self, group: &GroupId, rows: &[OutboxRow]) -> Option<Awaited> {
        let at = self.making.iter().position(|(on, wanted)| {
            let puts_on = |row: &OutboxRow| matches!(&row.act, Act::Tag { name, .. } if name == wanted);
            rows.iter().any(|row| row.conversation == on.id && puts_on(row))
        })?;
        let (conversation, _) = self.making.remove(at);
        Some(Awaited { group: group.clone(), conversation, quiet: false, undo: false })
    }

    /// Applies committed rows to what is on screen.
    fn apply(&mut self, rows: &[OutboxRow]) {
        let me = self.me();
        let now = self.now;
        for row in rows {
            for held in self.list.rows.iter_mut().filter(|held| held.conversation.id == row.conversation) {
                row.act.apply(&mut held.conversation, me.as_ref(), now);
            }
        }
        let Some(open) = self.thread.open.as_mut() else { return };
        let id = open.thread.conversation.id.clone();
        let mut thread = open.thread.clone();
        for row in rows.iter().filter(|row| row.conversation == id) {
            row.act.apply(&mut thread.conversation, me.as_ref(), now);
            if row.act.is_message() && !thread.pending.iter().any(|pending| pending.id == row.id) {
                thread.pending.push(row.clone());
            }
        }
        self.renew_thread(thread);
    }

    pub(super) fn me(&self) -> Option<crate::domain::TeammateId> {
        self.directory.me().map(|me| me.id.clone())
    }

    /// Whether an act takes the conversation out of the open list.
    fn leaves(&self, before: &Conversation, after: &Conversation) -> bool {
        let Some(query) = self.sidebar.open_entry().and_then(|entry| entry.query.as_ref()) else { return false };
        let me = self.me();
        let context = Context { me: me.as_ref(), now: self.now, zone: &self.settings.zone, directory: &self.directory };
        let Ok(query) = query.resolve(&context) else { return false };
        let held = |on: &Conversation| query.matches(&Subject::of(on));
        // Where the row alone does not say (mentions, drafts), being done with it is what counts.
        if held(before) { !held(after) } else { after.state != before.state }
    }

    /// What a group did, to what, in words.
    fn label(&self, on: &Conversation, rows: &[OutboxRow]) -> Clean {
        const CELLS: usize = 40;
        let each: Vec<Clean> = rows.iter().map(|row| self.act_words(&row.act)).collect();
        let what = Clean::join(&each, &clean(", "));
        let number = clean(on.id.as_str());
        let title = truncate(&on.title.clean().or(&on.preview.clean()).or(&number), CELLS);
        self.words.with("done-to", &[("what", (&what).into()), ("title", (&title).into())])
    }

    /// What is said once a group is on disk: a message only waits to be sent.
    fn done_words(&self, done: &Done) -> Clean {
        let what = match done.rows.iter().find(|row| row.act.is_message()) {
            Some(row) => {
                let note = matches!(row.act, Act::Note { .. });
                if matches!(self.status.connection, Connection::Offline { .. } | Connection::SignedOut { .. }) {
                    self.words.say(if note { "note-waits" } else { "reply-waits" })
                } else {
                    let secs = row.due_at.since(self.now).as_secs();
                    let key = if note { "note-goes" } else { "reply-goes" };
                    self.words.with(key, &[("secs", Arg::from(usize::try_from(secs).unwrap_or(usize::MAX)))])
                }
            }
            None => sentence(&done.label),
        };
        let keys = self.keys_of(CommandId::Undo);
        if keys.is_blank() || !done.can_be_taken_back(self.now) {
            return what;
        }
        self.words.with("done", &[("what", (&what).into()), ("keys", (&keys).into())])
    }

    /// Whether the undo command would change anything.
    pub(super) fn can_take_back(&self) -> bool {
        let waits = |awaited: &Awaited| !awaited.quiet && !awaited.undo;
        self.awaited.iter().any(waits) || self.undo.last().is_some_and(|done| done.can_be_taken_back(self.now))
    }

    /// What an act does, in words.
    #[must_use]
    pub fn act_words(&self, act: &Act) -> Clean {
        let with = |key: &str, what: &Clean| self.words.with(key, &[("what", what.into())]);
        match act {
            Act::Reply { .. } => self.words.say("act-reply"),
            Act::Note { .. } => self.words.say("act-note"),
            Act::Close => self.words.say("act-close"),
            Act::Reopen => self.words.say("act-reopen"),
            Act::Snooze { until } => with("act-snooze", &self.moment(*until)),
            Act::Assign { to } => match to {
                AssignTo::Teammate(id) => with("act-assign", &self.directory.teammate_name(id)),
                AssignTo::Team(id) => with("act-assign", &self.directory.team_name(id)),
                AssignTo::Nobody => self.words.say("act-unassign"),
                AssignTo::NoTeam => self.words.say("act-no-team"),
            },
            Act::Tag { name, .. } => with("act-tag", &name.clean()),
            Act::Untag { name, .. } => with("act-untag", &name.clean()),
            Act::Priority { to } => with("act-priority", &self.words.say(priority_word(*to))),
            Act::Merge { into } => with("act-merge", &clean(into.as_str())),
            Act::MarkRead { read: true } => self.words.say("act-read"),
            Act::MarkRead { read: false } => self.words.say("act-unread"),
        }
    }

    /// The engine could not commit a group: nothing was done.
    pub(super) fn refused(&mut self, group: &GroupId, why: &'static str, texts: Vec<(ConversationId, Mode, String)>) {
        let awaited = self.awaited.iter().position(|awaited| awaited.group == *group).map(|at| self.awaited.remove(at));
        let mut kept = self.composer.take_back(group);
        if kept.is_none() {
            kept = texts.into_iter().next().map(|(conversation, mode, text)| Sending {
                group: group.clone(),
                conversation,
                mode,
                text,
                begun_at: self.now,
            });
        }
        if let Some(sending) = kept {
            self.restore_text(&sending.conversation, sending.mode, &sending.text, sending.begun_at);
        }
        if awaited.is_some_and(|awaited| !awaited.quiet) {
            let why = self.words.say(why);
            let text = self.words.with("not-done", &[("why", (&why).into())]);
            self.say_text(Severity::Error, text, Clean::default());
        }
    }

    /// `u`: takes the last group back.
    pub(super) fn undo_last(&mut self) {
        // The last key's acts may still be on their way to the disk: they are what is meant.
        if let Some(awaited) = self.awaited.iter_mut().rev().find(|awaited| !awaited.quiet && !awaited.undo) {
            awaited.undo = true;
            return;
        }
        self.take_back_last();
    }

    fn take_back_last(&mut self) {
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
        if let Some(text) = row.act.text() {
            let mode = if matches!(row.act, Act::Note { .. }) { Mode::Note } else { Mode::Reply };
            self.restore_text(&row.conversation, mode, text, row.created_at);
            if given.edit {
                self.show_thread(&row.conversation, true);
                self.reopen_composer(&row.conversation, mode);
            } else {
                self.say(Severity::Info, "kept-as-draft");
            }
        }
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
        let about = |given: &GivingUp| dropped.iter().chain(left).any(|row| row.id == given.row);
        if let Some(given) = self.giving_up.take_if(|given| about(given)) {
            self.given_up(given, dropped);
            return;
        }
        let done = self.undoing.iter().position(|done| done.group == *group).map(|at| self.undoing.remove(at));
        self.undo.forget(group);
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
        if let Some(open) = self.thread.open.as_mut().filter(|open| open.thread.conversation.id == id) {
            let mut thread = open.thread.clone();
            thread.pending.retain(|row| !dropped.iter().any(|gone| gone.id == row.id));
            self.renew_thread(thread);
        }
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
        for row in dropped {
            if let Some(text) = row.act.text() {
                let mode = if matches!(row.act, Act::Note { .. }) { Mode::Note } else { Mode::Reply };
                self.restore_text(&row.conversation, mode, text, row.created_at);
                if !composing {
                    self.reopen_composer(&row.conversation, mode);
                }
            }
        }
    }

    /// Asks again for the thread, when it is the one shown.
    pub(super) fn ask_thread_of(&mut self, id: &ConversationId) {
        if self.thread.wanted.as_ref() == Some(id) {
            self.ask_thread();
        }
    }

    /// The moment at which the oldest undo window that is still open ends.
    pub(super) fn undo_ends(&self) -> Option<UnixTime> {
        self.undo.open(self.now).map(|done| done.until).min()
    }
}

/// Words as a sentence begins.
fn sentence(words: &Clean) -> Clean {
    let mut letters = words.chars();
    letters.next().map_or_else(Clean::default, |first| clean(&format!("{}{}", first.to_uppercase(), letters.as_str())))
}

/// The word for a priority.
pub(super) const fn priority_word(priority: crate::domain::Priority) -> &'static str {
    use crate::domain::Priority;
    match priority {
        Priority::None => "priority-none",
        Priority::Low => "priority-low",
        Priority::Medium => "priority-medium",
        Priority::High => "priority-high",
        Priority::Urgent => "priority-urgent",
    }
}
