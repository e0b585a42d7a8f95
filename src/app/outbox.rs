//! The outbox as the screen knows it: every act that is not settled, and what the agent does to it.
//!
//! Rows come with `Committed`, change with `Row`, and are loaded as a whole at start and when another
//! deskhand changed them. Lists and threads take their signs from here. Enter at [`Outbox`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::layers::{Confirm, Unsent};
use super::thread::ItemKind;
use super::{App, EntryKind, Hint, Layer, ListState, Matter, Pane, Severity};
use crate::command::{CommandId, Facts};
use crate::domain::bulk::weight;
use crate::domain::{Act, Conversation, ConversationId, FilePart, OutboxId, OutboxRow, OutboxStatus, UnixTime};
use crate::query::Sort;
use crate::sync::message::{Count, Generation, Request, Thread, Window, WindowSpec};
use crate::text::{Clean, clean};
use crate::words::Words;

/// What came is looked at before a held message can be sent in spite of it: a key that was pressed
/// twice sends nothing.
const LOOK: Duration = Duration::from_millis(800);

/// Conversations that are asked for by themselves, for their names.
const MOST_FACES: usize = 50;

/// Acts that are not settled.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    rows: BTreeMap<OutboxId, OutboxRow>,
    /// The same by conversation: a list asks for each of its rows, however many are on their way.
    by: BTreeMap<ConversationId, BTreeSet<OutboxId>>,
    /// The question whose answer is awaited.
    asked: Option<Generation>,
    /// Something changed meanwhile: ask again afterwards.
    again: bool,
    /// When each held message was first seen here.
    held: BTreeMap<OutboxId, Duration>,
    /// Rows that were taken back or given up: no answer that is still under way brings them back.
    gone: BTreeSet<OutboxId>,
    /// Conversations of rows that need a person, as they were when last heard of.
    faces: BTreeMap<ConversationId, Conversation>,
    /// Questions for these, each asked once.
    faces_asked: BTreeMap<ConversationId, Generation>,
}

/// What holds a message back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBy {
    /// Who did what, the newest of what came.
    pub what: Clean,
    /// When.
    pub at: UnixTime,
    /// How much more came before it.
    pub more: usize,
}

/// An outbox row that is being given up, until it is known whether it had left.
#[derive(Clone, Copy, Debug)]
pub(super) struct GivingUp {
    pub row: OutboxId,
    /// To be written anew.
    pub edit: bool,
}

/// The files of a message.
pub(super) const fn files_of(act: &Act) -> &[FilePart] {
    match act {
        Act::Reply { files, .. } | Act::Note { files, .. } => files.as_slice(),
        _ => &[],
    }
}

/// Why an act is where it is: the helpdesk's words, or ours for a code and for what holds it.
pub(crate) fn reason_words(row: &OutboxRow, words: &Words) -> Clean {
    let reason = row.reason.clean();
    match row.reason.as_raw() {
        "signed_out" => words.say("reason-signed-out"),
        "waiting_for_server" => words.say("reason-waiting-for-server"),
        code if code.contains('_') && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') => {
            clean(&code.replace('_', " "))
        }
        _ if row.status == OutboxStatus::Held && !reason.is_blank() => {
            words.with("reason-came-between", &[("who", (&reason).into())])
        }
        _ => reason,
    }
}

impl Outbox {
    /// A row by its id.
    #[must_use]
    pub fn find(&self, id: OutboxId) -> Option<&OutboxRow> {
        self.rows.get(&id)
    }

    /// The rows on a conversation, oldest first.
    pub fn of<'a>(&'a self, id: &'a ConversationId) -> impl Iterator<Item = &'a OutboxRow> + 'a {
        self.by.get(id).into_iter().flatten().filter_map(|row| self.rows.get(row))
    }

    /// The rows that a person has to look at, newest first.
    pub fn needs_you(&self) -> impl Iterator<Item = &OutboxRow> {
        self.rows.values().rev().filter(|row| row.status.needs_you())
    }

    /// Where the acts on a conversation stand: the status that matters most; `None` when all are
    /// settled.
    #[must_use]
    pub fn status_of(&self, id: &ConversationId) -> Option<OutboxStatus> {
        self.of(id).map(|row| row.status).max_by_key(|status| weight(*status))
    }

    /// Rows on their way, and rows that need a person.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let needs_you = self.needs_you().count();
        (self.rows.len() - needs_you, needs_you)
    }

    /// What is on its way, by what the agent did: a group with a message is that message. `waiting` rows
    /// are, as far as the engine has told.
    pub(super) fn unsent(&self, waiting: usize) -> Unsent {
        let mut groups: BTreeMap<&crate::domain::GroupId, Unsent> = BTreeMap::new();
        for row in self.rows.values().filter(|row| !row.status.needs_you()) {
            let group = groups.entry(&row.group).or_insert(Unsent { acts: 1, ..Unsent::default() });
            match &row.act {
                Act::Reply { .. } | Act::Start { .. } => *group = Unsent { replies: 1, ..Unsent::default() },
                Act::Note { .. } => *group = Unsent { notes: 1, ..Unsent::default() },
                _ => {}
            }
        }
        let sum = |of: fn(&Unsent) -> usize| groups.values().map(of).sum();
        let known = Unsent { replies: sum(|of| of.replies), notes: sum(|of| of.notes), acts: sum(|of| of.acts) };
        match (waiting, known == Unsent::default()) {
            (0, _) => Unsent::default(),
            // Which they are is still being asked.
            (_, true) => Unsent { acts: waiting, ..Unsent::default() },
            _ => known,
        }
    }

    /// Takes a row over; one that is sent is settled.
    pub(super) fn put(&mut self, row: OutboxRow) {
        if row.status == OutboxStatus::Sent {
            self.remove(&row);
        } else {
            self.by.entry(row.conversation.clone()).or_default().insert(row.id);
            self.rows.insert(row.id, row);
        }
    }

    fn remove(&mut self, row: &OutboxRow) {
        self.rows.remove(&row.id);
        if let Some(rows) = self.by.get_mut(&row.conversation) {
            rows.remove(&row.id);
            if rows.is_empty() {
                self.by.remove(&row.conversation);
            }
        }
    }

    /// These are all that there are.
    fn replace(&mut self, rows: Vec<OutboxRow>) {
        self.rows.clear();
        self.by.clear();
        for row in rows {
            if row.status != OutboxStatus::Sent && !self.gone.contains(&row.id) {
                self.put(row);
            }
        }
    }

    /// Rows that are never to be sent.
    pub(super) fn forget(&mut self, rows: &[OutboxRow]) {
        for row in rows {
            self.remove(row);
            self.gone.insert(row.id);
        }
        while self.gone.len() > 10_000 {
            self.gone.pop_first();
        }
    }
}

impl App {
    /// Asks for the whole outbox; at most one question is under way.
    pub(super) fn ask_outbox(&mut self) {
        if self.outbox.asked.is_some() {
            self.outbox.again = true;
            return;
        }
        let generation = self.next_generation();
        self.outbox.asked = Some(generation);
        self.ask(Request::Outbox { generation });
    }

    /// The whole outbox.
    pub(super) fn hear_outbox(&mut self, generation: Generation, rows: Vec<OutboxRow>) -> bool {
        if self.outbox.asked.take_if(|asked| *asked == generation).is_none() {
            return false;
        }
        if std::mem::take(&mut self.outbox.again) {
            // A row changed meanwhile: this may be older than what is known.
            self.ask_outbox();
        }
        self.outbox.replace(rows);
        if self.shows_outbox() {
            self.list.state = ListState::Ready;
        }
        self.outbox_changed();
        if self.shows_outbox() {
            self.has_returned();
        }
        true
    }

    /// An outbox row changed its status.
    pub(super) fn hear_row(&mut self, row: &OutboxRow) -> bool {
        let before = self.outbox.find(row.id).map(|row| row.status);
        if row.status != OutboxStatus::Queued {
            self.notices.row_moved(row.id);
        }
        if self.outbox.asked.is_some() {
            self.outbox.again = true;
        }
        self.outbox.put(row.clone());
        // A message that is sent stays in view until the thread brings its part.
        if let Some(open) = self.thread.open.as_mut()
            && let Some(held) = open.thread.pending.iter_mut().find(|held| held.id == row.id)
        {
            *held = row.clone();
        }
        if row.status.needs_you() {
            if before != Some(row.status) {
                self.tell_row(row);
            }
            // It is no longer done: the row is what it was.
            self.list.unstrike(&row.conversation);
            self.refresh_list();
        }
        self.outbox_changed();
        self.bulk_row_moved(&row.group);
        if before != Some(row.status) || row.status == OutboxStatus::Sent {
            self.refresh_thread_of(&row.conversation);
        }
        true
    }

    /// What came that holds a message back, where its thread is on the screen.
    #[must_use]
    pub fn held_by(&self, row: &OutboxRow) -> Option<HeldBy> {
        if row.status != OutboxStatus::Held {
            return None;
        }
        let open = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == row.conversation)?;
        let me = self.me();
        let came: Vec<_> =
            open.parts_since(row.began.as_ref()?).filter(|(_, part)| row.guard.stops(part, me.as_ref())).collect();
        let (item, part) = came.last()?;
        let what = match item.kind {
            ItemKind::Note => self.words.with("arrival-noted", &[("who", (&item.author).into())]),
            ItemKind::Event => item.event.clone(),
            _ => self.words.with("arrival-replied", &[("who", (&item.author).into())]),
        };
        Some(HeldBy { what, at: part.created_at, more: came.len() - 1 })
    }

    /// Says that an act needs a person, and which key does what.
    pub(super) fn tell_row(&mut self, row: &OutboxRow) {
        let what = self.act_words(&row.act);
        let number = clean(row.conversation.as_str());
        let why = self.held_by(row).map_or_else(|| reason_words(row, &self.words), |held| held.what);
        let keys = self.keys_of(CommandId::GoNeedsYou);
        let key = match row.status {
            OutboxStatus::Held => "row-held",
            OutboxStatus::NeedsDecision => "row-undecided",
            _ => "row-failed",
        };
        let args = [("what", (&what).into()), ("number", (&number).into()), ("keys", (&keys).into())];
        let text = self.words.with(key, &args);
        self.say_text(Severity::Error, text, why);
    }

    /// What is shown of the outbox is brought into line: list of *Needs you*, thread.
    pub(super) fn outbox_changed(&mut self) {
        let now = self.monotonic;
        let held = &mut self.outbox.held;
        held.retain(|id, _| self.outbox.rows.get(id).is_some_and(|row| row.status == OutboxStatus::Held));
        for row in self.outbox.rows.values().filter(|row| row.status == OutboxStatus::Held) {
            held.entry(row.id).or_insert(now);
        }
        self.learn_faces();
        if self.shows_outbox() {
            self.fill_needs_you();
        }
        let pending = self.thread.open.as_ref().map(|open| self.with_outbox(&open.thread));
        let page = self.thread_page();
        if let (Some(open), Some(pending)) = (self.thread.open.as_mut(), pending) {
            open.renew_pending(pending, &self.directory, &self.words, page);
        }
        self.go_to_wanted_row();
        self.dirty = true;
    }

    /// The conversation of an outbox row, as far as known here.
    #[must_use]
    pub fn conversation_of(&self, row: &OutboxRow) -> Option<&Conversation> {
        self.known(&row.conversation).or_else(|| self.outbox.faces.get(&row.conversation))
    }

    /// Keeps the conversations of the rows that need a person, and asks for those that are not known.
    fn learn_faces(&mut self) {
        let ids: BTreeSet<ConversationId> = self.outbox.needs_you().map(|row| row.conversation.clone()).collect();
        self.outbox.faces.retain(|id, _| ids.contains(id));
        self.outbox.faces_asked.retain(|id, _| ids.contains(id));
        for id in ids {
            if let Some(on) = self.known(&id).cloned() {
                self.outbox.faces.insert(id, on);
            } else if self.started
                && !self.outbox.faces.contains_key(&id)
                && !self.outbox.faces_asked.contains_key(&id)
                && self.outbox.faces_asked.len() < MOST_FACES
            {
                let Some(query) = super::queries::parsed("") else { return };
                let generation = self.next_generation();
                self.outbox.faces_asked.insert(id.clone(), generation);
                let spec = WindowSpec { query, sort: Sort::Newest, offset: 0, limit: 1, around: Some(id) };
                self.ask(Request::Window { generation, spec });
            }
        }
    }

    /// The answer to such a question, when it is one. Returns whether it was.
    pub(super) fn hear_face(&mut self, generation: Generation, window: &Window) -> bool {
        let Some(id) = self.outbox.faces_asked.iter().find(|(_, asked)| **asked == generation).map(|(id, _)| id) else {
            return false;
        };
        if let Some(on) = window.rows.iter().find(|on| on.id == *id) {
            self.outbox.faces.insert(on.id.clone(), on.clone());
        }
        true
    }

    /// The unsent acts of a thread: those that came with it, and those that are known here, which are
    /// newer.
    pub(super) fn with_outbox(&self, thread: &Thread) -> Vec<OutboxRow> {
        let mut pending: BTreeMap<OutboxId, &OutboxRow> = thread.pending.iter().map(|row| (row.id, row)).collect();
        pending.extend(self.outbox.of(&thread.conversation.id).map(|row| (row.id, row)));
        pending.retain(|id, _| !self.outbox.gone.contains(id));
        pending.into_values().cloned().collect()
    }

    /// The rows of *Needs you*; the cursor stays on its row.
    pub(super) fn fill_needs_you(&mut self) {
        let at = self.list.outbox.get(self.list.cursor).map(|row| row.id);
        let rows: Vec<OutboxRow> = self.outbox.needs_you().cloned().collect();
        self.list.total = rows.len();
        let kept = at.and_then(|id| rows.iter().position(|row| row.id == id));
        // After a restart the cursor goes back to its conversation.
        let kept = kept.or_else(|| {
            let back = self.whereabouts.returning.as_ref()?;
            rows.iter().position(|row| row.conversation == *back)
        });
        self.list.cursor = kept.unwrap_or_else(|| self.list.cursor.min(rows.len().saturating_sub(1)));
        let moved = kept.is_none() || self.list.outbox.is_empty();
        self.list.outbox = rows;
        if moved {
            self.cursor_moved();
        }
    }

    pub(super) fn hear_outbox_counts(&mut self, waiting: usize, needs_you: usize) -> bool {
        let changed = (self.status.waiting, self.status.needs_you) != (waiting, needs_you);
        self.status.waiting = waiting;
        self.status.needs_you = needs_you;
        for entry in self.sidebar.entries.iter_mut().filter(|entry| entry.kind == EntryKind::NeedsYou) {
            entry.count = Some(Count { total: needs_you, unread: needs_you > 0, ..Count::default() });
        }
        if let Some(Layer::Confirm(Confirm::Quit { unsent, .. })) = self.layers.last_mut() {
            // What it says is true for as long as it asks.
            *unsent = self.outbox.unsent(waiting);
        }
        if self.started && self.outbox.counts() != (waiting, needs_you) {
            self.ask_outbox();
        }
        changed
    }

    /// The row that a key acts on: under the cursor in *Needs you*, or the unsent act under the cursor
    /// of the thread.
    #[must_use]
    pub fn row_at_cursor(&self) -> Option<&OutboxRow> {
        match self.focus {
            Pane::List if self.shows_outbox() => self.list.outbox.get(self.list.cursor),
            Pane::Thread => self.row_in_thread().or_else(|| {
                // In *Needs you* it is the list's row, wherever the thread's cursor is.
                let row = self.list.outbox.get(self.list.cursor).filter(|_| self.shows_outbox())?;
                (self.thread.wanted.as_ref() == Some(&row.conversation)).then_some(row)
            }),
            _ => None,
        }
    }

    /// The unsent act under the cursor of the thread, when it needs a person.
    pub(super) fn row_in_thread(&self) -> Option<&OutboxRow> {
        let open = self.thread.open.as_ref().filter(|_| !self.thread.is_waiting())?;
        let row = open.pending_at_cursor()?;
        row.status.needs_you().then_some(row)
    }

    /// What is on its way, as the agent did it.
    pub(super) fn unsent(&self) -> Unsent {
        self.outbox.unsent(self.status.waiting)
    }

    /// The keys that settle an act which needs a person, the most important first.
    #[must_use]
    pub fn row_hints(&self, row: &OutboxRow) -> Vec<Hint> {
        let facts = Facts { outbox: Some(row.status), outbox_message: row.act.is_message(), ..Facts::default() };
        [
            CommandId::OutboxAnyway,
            CommandId::OutboxRetry,
            CommandId::OutboxArrived,
            CommandId::OutboxEdit,
            CommandId::OutboxDiscard,
        ]
        .into_iter()
        .filter(|id| id.command().enabled(&facts).is_ok())
        .map(|id| Hint { keys: self.keys_of(id), label: self.words.say(id.command().short) })
        .collect()
    }

    /// The commands that act on an outbox row.
    pub(super) fn run_on_outbox(&mut self, command: CommandId) {
        let Some(row) = self.row_at_cursor().cloned() else { return };
        match command {
            CommandId::OutboxAnyway => self.send_anyway(&row),
            CommandId::OutboxRetry => {
                self.ask(Request::Retry(row.id));
                let text = self.words.say("row-again");
                self.say_about(Matter::Rows(vec![row.id]), text);
            }
            CommandId::OutboxArrived => {
                self.ask(Request::MarkSent(row.id));
                self.say(Severity::Info, "row-arrived");
            }
            CommandId::OutboxDiscard | CommandId::OutboxEdit => {
                // What becomes of it is told by `Undone`: it may have left in the meantime.
                self.giving_up = Some(GivingUp { row: row.id, edit: command == CommandId::OutboxEdit });
                self.ask(Request::Discard(row.id));
            }
            _ => {}
        }
    }

    /// Sends a held message in spite of what came.
    pub(super) fn send_anyway(&mut self, row: &OutboxRow) {
        let seen_since = self.outbox.held.get(&row.id).copied();
        if row.status != OutboxStatus::Held || seen_since.is_none_or(|since| self.monotonic < since + LOOK) {
            let why = self.held_by(row).map_or_else(|| reason_words(row, &self.words), |held| held.what);
            self.say_text(Severity::Warning, self.words.say("row-look-first"), why);
            return;
        }
        self.ask(Request::SendAnyway(row.id));
        let text = self.words.say("row-anyway");
        self.say_about(Matter::Rows(vec![row.id]), text);
    }

    /// Opens the conversation of an outbox row with the cursor on that row.
    pub(super) fn open_row(&mut self, row: OutboxId, conversation: &ConversationId) {
        self.focus = Pane::Thread;
        self.show_thread(conversation, true);
        self.thread.wants_row = Some(row);
        self.go_to_wanted_row();
    }

    /// Puts the thread's cursor on the outbox row that was asked for, once it is there.
    pub(super) fn go_to_wanted_row(&mut self) {
        let page = self.thread_page();
        let Some(row) = self.thread.wants_row else { return };
        let wanted = self.thread.wanted.clone();
        if let Some(open) =
            self.thread.open.as_mut().filter(|open| Some(&open.thread.conversation.id) == wanted.as_ref())
            && open.go_to_pending(row, page)
        {
            self.thread.wants_row = None;
        }
    }
}
