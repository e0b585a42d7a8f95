//! Acts: from a key to a committed group, and back with undo.
//!
//! Every act names its conversation when the key is pressed. Nothing is shown as done before the
//! engine has said that it is on disk.

use super::shelf::Kept;
use super::undo::Done;
use super::{App, Matter, Pane, Severity};
use crate::command::CommandId;
use crate::domain::{Act, AssignTo, Began, Conversation, ConversationId, GroupId, Mode, OutboxRow, UnixTime};
use crate::query::{Context, Subject};
use crate::sync::message::{Connection, Request};
use crate::text::{Clean, clean, truncate};

/// A group that waits for its `Committed` or `Refused`.
#[derive(Clone, Debug)]
pub(super) struct Awaited {
    pub group: GroupId,
    pub conversation: Conversation,
    /// Taken back before it was on disk: undone as soon as it is.
    pub undo: bool,
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
        if self.is_selecting() {
            self.say(Severity::Warning, "bulk-counting");
            return false;
        }
        if self.selection.is_on() && acts.iter().all(Act::suits_many) {
            let selected = self.selection.held().clone();
            return self.act_on_many(&selected, acts);
        }
        self.act_on_one(on, acts)
    }

    /// The same, on this one whatever is selected.
    pub(super) fn act_on_one(&mut self, on: &Conversation, acts: Vec<Act>) -> bool {
        if on.id.is_placeholder() {
            self.say(Severity::Warning, "why-not-begun");
            return false;
        }
        let acts: Vec<Act> = acts.into_iter().filter(|act| !act.already_so(on)).collect();
        if acts.is_empty() {
            self.say(Severity::Info, "already-so");
            return false;
        }
        let moves_on = acts.iter().any(|act| act.moves_on() && !self.is_mine(act));
        let Some(_) = self.commit(on, acts, Vec::new(), None) else { return false };
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
        began: Option<Began>,
    ) -> Option<GroupId> {
        let group = self.next_group()?;
        let acts = acts.into_iter().map(|act| (on.id.clone(), act)).collect();
        self.awaited.push(Awaited { group: group.clone(), conversation: on.clone(), undo: false });
        self.ask(Request::Commit { group: group.clone(), acts, uses_drafts, began });
        Some(group)
    }

    /// The engine has a group on disk: now it is shown.
    pub(super) fn committed(&mut self, group: &GroupId, rows: Vec<OutboxRow>) {
        let awaited = self.awaited.iter().position(|awaited| awaited.group == *group).map(|at| self.awaited.remove(at));
        let sent = self.composer.take_back(group, true, self.generation);
        if let Some(sent) = &sent {
            // The commit used the draft up; what has been written since then is one again.
            self.begun.remove(&sent.conversation);
            self.save_unsaved();
            self.ask_begun();
        }
        self.apply(&rows);
        let Some(awaited) = awaited else { return };
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
        let began = sent.map(|sent| sent.kept.began);
        let held = rows.iter().find(|row| row.status.needs_you()).cloned();
        let name = self.named(&before);
        let done = Done { group: group.clone(), rows, label, name, until, conversation: before.id, began, many: 0 };
        if let Some(row) = held {
            self.tell_row(&row);
        } else {
            let text = self.done_words(&done);
            // What is said of a message is true until it leaves.
            let messages: Vec<_> = done.rows.iter().filter(|row| row.act.is_message()).map(|row| row.id).collect();
            let matter = if messages.is_empty() { Matter::None } else { Matter::Rows(messages) };
            self.say_about(matter, text);
        }
        self.undo.push(done);
        if awaited.undo {
            self.take_back_last();
        }
        self.refresh_list();
        self.ask_counts();
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
        if let Some(open) = self.thread.open.as_mut() {
            let id = open.thread.conversation.id.clone();
            for row in rows.iter().filter(|row| row.conversation == id) {
                row.act.apply(&mut open.thread.conversation, me.as_ref(), now);
            }
        }
        for row in rows {
            self.outbox.put(row.clone());
        }
        self.outbox_changed();
    }

    pub(super) fn me(&self) -> Option<crate::domain::TeammateId> {
        self.directory.me().map(|me| me.id.clone())
    }

    /// Whether an act takes the conversation out of the open list.
    fn leaves(&self, before: &Conversation, after: &Conversation) -> bool {
        self.leaving()(before, after)
    }

    /// Tells of a conversation before and after an act whether it leaves the open list by it.
    pub(super) fn leaving(&self) -> impl Fn(&Conversation, &Conversation) -> bool + use<> {
        let me = self.me();
        let context = Context { me: me.as_ref(), now: self.now, zone: &self.settings.zone, directory: &self.directory };
        let query = self.sidebar.open_entry().and_then(|entry| entry.query.as_ref()?.resolve(&context).ok());
        move |before, after| {
            let Some(query) = &query else { return false };
            let held = |on: &Conversation| query.matches(&Subject::of(on));
            // Where the row alone does not say (mentions, drafts), being done with it is what counts.
            if held(before) { !held(after) } else { after.state != before.state }
        }
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
            // A note that goes with something: both are said.
            Some(OutboxRow { act: Act::Note { .. }, .. }) if done.rows.len() > 1 => sentence(&done.label),
            Some(row) => {
                let note = matches!(row.act, Act::Note { .. });
                if matches!(self.status.connection, Connection::Offline { .. } | Connection::SignedOut { .. }) {
                    self.words.say(if note { "note-waits" } else { "reply-waits" })
                } else {
                    self.words.say(if note { "note-goes" } else { "reply-goes" })
                }
            }
            None => sentence(&done.label),
        };
        let keys = self.keys_of(CommandId::Undo);
        if keys.is_blank() || !self.can_undo(done) {
            return what;
        }
        self.words.with("done", &[("what", (&what).into()), ("keys", (&keys).into())])
    }

    /// What an act does, in words.
    #[must_use]
    pub fn act_words(&self, act: &Act) -> Clean {
        let with = |key: &str, what: &Clean| self.words.with(key, &[("what", what.into())]);
        match act {
            Act::Reply { .. } => self.words.say("act-reply"),
            Act::Note { .. } => self.words.say("act-note"),
            Act::Start { to, .. } => with("act-start", &to.shown_name()),
            Act::Close => self.words.say("act-close"),
            Act::Reopen => self.words.say("act-reopen"),
            Act::Snooze { until, .. } => with("act-snooze", &self.moment(*until)),
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
            Act::AddParticipant { contact } => with("act-add-participant", &contact.shown_name()),
            Act::RemoveParticipant { contact } => with("act-remove-participant", &contact.shown_name()),
            Act::Block { contact } => with("act-block", &contact.shown_name()),
        }
    }

    /// The engine could not commit a group: nothing was done.
    pub(super) fn refused(&mut self, group: &GroupId, why: &'static str, texts: Vec<(ConversationId, Mode, String)>) {
        if self.tags_not_made(group, why) {
            return;
        }
        let awaited = self.awaited.iter().position(|awaited| awaited.group == *group).map(|at| self.awaited.remove(at));
        let is_bulk = self.bulk_refused(group);
        let sending = self.composer.take_back(group, false, self.generation);
        let ours = sending.as_ref().map(|sending| (sending.conversation.clone(), sending.mode, sending.cursor));
        let mut back = sending.map(|sending| (sending.conversation, sending.mode, sending.kept));
        if back.is_none() {
            let began = Began { part: None, at: self.now };
            back = texts.into_iter().next().map(|(id, mode, text)| (id, mode, Kept { text, began, files: Vec::new() }));
        }
        let has_text = back.is_some();
        if let Some((id, mode, kept)) = back {
            self.restore_text(&id, mode, kept);
            // Whether the engine could keep it by itself is not known: what is there is joined.
            self.save_again(&(id, mode));
        }
        if awaited.is_some() || is_bulk {
            let text = match (why, has_text) {
                ("disk-full", false) => self.words.say("refused-full"),
                ("disk-full", true) => self.words.say("refused-full-text"),
                ("disk-read-only", false) => self.words.say("refused-read-only"),
                ("disk-read-only", true) => self.words.say("refused-read-only-text"),
                _ => self.words.with("not-done", &[("why", (&self.words.say(why)).into())]),
            };
            self.say_text(Severity::Error, text.clone(), Clean::default());
            if let Some((id, mode, cursor)) = ours {
                self.stay_in_composer(&id, mode, cursor, text);
            }
        }
    }

    /// A text was not taken: it is in the composer as it was, with the reason above it, unless another
    /// one is being written there by now.
    fn stay_in_composer(&mut self, id: &ConversationId, mode: Mode, cursor: (usize, usize), why: Clean) {
        let bound = self.composer.conversation.as_ref();
        if bound.is_some_and(|bound| bound != id || self.composer.mode != mode) {
            return;
        }
        let newer = bound.is_some();
        if !newer {
            self.show_thread(id, true);
            self.reopen_composer(id, mode);
            self.composer.put_cursor(cursor);
        }
        self.composer.refused = why;
    }

    /// A conversation as a question names it: title, and whose it is.
    fn named(&self, on: &Conversation) -> Clean {
        const CELLS: usize = 40;
        let number = clean(on.id.as_str());
        let title = truncate(&on.title.clean().or(&on.preview.clean()), CELLS);
        let name = on.contact.as_ref().map(|contact| contact.name.clean().or(&contact.email.clean()));
        let name = truncate(&name.unwrap_or_default(), CELLS);
        if title.is_blank() || name.is_blank() {
            return title.or(&name).or(&self.words.with("conversation-number", &[("number", (&number).into())]));
        }
        self.words.with("conversation-named", &[("title", (&title).into()), ("name", (&name).into())])
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
