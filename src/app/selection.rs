//! The selection: conversations that the next act is for, instead of the one under the cursor.
//!
//! Kept by id, so that nothing that comes or goes in the background disturbs it. It belongs to the list it
//! was made in: opening another list drops it, with a word. *All that match* are frozen at that moment;
//! what comes to match later is counted and not in it.

use std::time::Duration;

use super::{App, Pane, Severity};
use crate::domain::bulk::{Chosen, Matched, Selected};
use crate::domain::{Conversation, ConversationId};
use crate::query::Query;
use crate::sync::message::{Generation, Request};
use crate::text::{Clean, clean};
use crate::words::Arg;

/// How often at most it is counted what came to match later.
const LATER_REST: Duration = Duration::from_secs(2);

/// What a question for all that matches is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// All of it.
    All,
    /// The rows from one to another, which are not all held here.
    Between(ConversationId, ConversationId),
}

/// The list that a selection was made in.
#[derive(Clone, Debug)]
struct Origin {
    key: String,
    query: Query,
}

/// The selection's state.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    held: Selected,
    origin: Option<Origin>,
    /// Where the last single one was selected: a range goes on from there.
    last: Option<ConversationId>,
    /// A range has been begun here and waits for its end.
    range: Option<ConversationId>,
    asked: Option<(Generation, Wanted)>,
    /// So many match now that were not there when all were selected.
    later: usize,
    later_asked: Option<Generation>,
    /// Something changed since that was counted.
    later_due: bool,
    later_from: Duration,
    /// Where a text to all of them is being written.
    pub(super) writing: Option<ConversationId>,
}

impl Selection {
    /// Whether anything is selected.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.held.is_empty()
    }

    /// How many are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether this one is.
    #[must_use]
    pub fn contains(&self, id: &ConversationId) -> bool {
        self.held.contains(id)
    }

    /// The selection itself: what an act is for is fixed with it.
    #[must_use]
    pub const fn held(&self) -> &Selected {
        &self.held
    }

    /// How many match by now that were not there when all were selected.
    #[must_use]
    pub const fn later(&self) -> usize {
        self.later
    }

    /// Whether a range waits for its end.
    #[must_use]
    pub const fn is_ranging(&self) -> bool {
        self.range.is_some()
    }

    /// The query of its list.
    pub(super) fn list(&self) -> Option<&Query> {
        self.origin.as_ref().map(|origin| &origin.query)
    }

    /// When it is to be counted again what came later.
    pub(super) fn next_wake(&self) -> Option<Duration> {
        (self.later_due && self.later_asked.is_none()).then_some(self.later_from)
    }
}

impl App {
    /// The list that a selection can be made in; absent where there are no conversations.
    fn origin(&self) -> Option<Origin> {
        let entry = self.sidebar.open_entry()?;
        Some(Origin { key: entry.key.clone(), query: entry.query.clone()? })
    }

    /// Whether something can be selected here.
    pub(super) fn can_select(&self) -> bool {
        !self.shows_outbox() && self.origin().is_some()
    }

    /// `x`: selects the conversation at hand, or takes it out, and goes on to the next row.
    pub(super) fn toggle_selected(&mut self) {
        let Some(on) = self.target().cloned() else { return };
        self.begin_selection();
        if !self.selection.held.remove(&on.id) {
            self.selection.held.insert(Chosen::of(&on));
        }
        self.selection.last = Some(on.id);
        self.selection.range = None;
        if self.focus == Pane::List {
            self.list.touched = true;
            let next = (self.list.cursor + 1).min(self.list.rows.len().saturating_sub(1));
            self.put_cursor(next);
        }
        let writes = self.selection.writing.as_ref();
        if writes.is_some_and(|writing| !self.selection.contains(writing)) {
            self.stop_writing_to_many();
        }
        self.selection_changed();
    }

    /// `V`: from where the last one was selected to here; with nothing to begin at, the range begins
    /// here and ends with the next `V`.
    pub(super) fn select_range(&mut self) {
        let Some(here) = self.target().cloned() else { return };
        self.begin_selection();
        let from = self.selection.range.take().or_else(|| self.selection.last.clone()).filter(|from| *from != here.id);
        let Some(from) = from else {
            self.selection.held.insert(Chosen::of(&here));
            self.selection.range = Some(here.id);
            self.selection_changed();
            return;
        };
        self.selection.last = Some(here.id.clone());
        match (self.list.index_of(&from), self.list.index_of(&here.id)) {
            (Some(one), Some(other)) => {
                let (from, to) = (one.min(other), one.max(other));
                let rows: Vec<Chosen> = self
                    .list
                    .rows
                    .iter()
                    .skip(from)
                    .take(to - from + 1)
                    .map(|row| Chosen::of(&row.conversation))
                    .collect();
                for chosen in rows {
                    self.selection.held.insert(chosen);
                }
            }
            // Its other end is not held here any more.
            _ => self.ask_matching(Wanted::Between(from, here.id)),
        }
        self.selection_changed();
    }

    /// `*`: all that match, not only those shown; pressed again, none.
    pub(super) fn select_all(&mut self) {
        if self.selection.held.matched().is_some() || matches!(self.selection.asked, Some((_, Wanted::All))) {
            self.clear_selection();
            return;
        }
        self.begin_selection();
        self.ask_matching(Wanted::All);
        self.selection_changed();
    }

    fn begin_selection(&mut self) {
        if !self.selection.is_on() {
            let asked = self.selection.asked.take();
            self.selection = Selection { origin: self.origin(), asked, ..Selection::default() };
        }
    }

    fn ask_matching(&mut self, wanted: Wanted) {
        let Some(entry) = self.sidebar.open_entry() else { return };
        let (Some(query), sort) = (entry.query.clone(), entry.sort) else { return };
        let generation = self.next_generation();
        self.selection.asked = Some((generation, wanted));
        self.ask(Request::Matching { generation, query, sort });
    }

    /// All that matches is here.
    pub(super) fn hear_matching(&mut self, generation: Generation, matched: std::sync::Arc<Matched>) -> bool {
        let Some((_, wanted)) = self.selection.asked.take_if(|(asked, _)| *asked == generation) else { return false };
        match wanted {
            Wanted::All => {
                if matched.is_empty() {
                    self.say(Severity::Info, "why-list-empty");
                }
                let origin = self.selection.origin.take().or_else(|| self.origin());
                if self.selection.writing.as_ref().is_some_and(|writing| !matched.contains(writing)) {
                    self.stop_writing_to_many();
                }
                let writing = self.selection.writing.take();
                self.selection = Selection { held: Selected::all(matched), origin, writing, ..Selection::default() };
            }
            Wanted::Between(one, other) => {
                let mut inside = false;
                for chosen in matched.iter() {
                    let is_end = chosen.id == one || chosen.id == other;
                    if inside || is_end {
                        self.selection.held.insert(chosen.clone());
                    }
                    inside ^= is_end;
                    if is_end && !inside {
                        break;
                    }
                }
            }
        }
        self.selection_changed();
        true
    }

    /// Something changed: what came to match later is counted, in its time.
    pub(super) fn selection_may_grow(&mut self) {
        self.selection.later_due |= self.selection.held.matched().is_some();
    }

    /// Counts what came to match later, when that is due.
    pub(super) fn count_later(&mut self) {
        if self.selection.next_wake().is_none_or(|at| at > self.monotonic) {
            return;
        }
        self.selection.later_due = false;
        let (Some(known), Some(query)) = (self.selection.held.matched().cloned(), self.selection.list().cloned())
        else {
            return;
        };
        let generation = self.next_generation();
        self.selection.later_asked = Some(generation);
        self.ask(Request::Later { generation, query, known });
    }

    /// So many came to match.
    pub(super) fn hear_later(&mut self, generation: Generation, count: usize) -> bool {
        if self.selection.later_asked.take_if(|asked| *asked == generation).is_none() {
            return false;
        }
        self.selection.later_from = self.monotonic + LATER_REST;
        let changed = std::mem::replace(&mut self.selection.later, count) != count;
        if changed {
            self.selection_changed();
        }
        changed
    }

    /// Another list is opened: what was selected in the one before is dropped, with a word.
    pub(super) fn selection_leaves(&mut self) {
        let key = self.sidebar.open_entry().map(|entry| entry.key.as_str());
        let stays = self.selection.origin.as_ref().is_none_or(|origin| Some(origin.key.as_str()) == key);
        if stays {
            return;
        }
        let (count, wrote) = (self.selection.len(), self.writes_to_many());
        self.clear_selection();
        // What becomes of a text to them has been said.
        if count > 0 && !wrote {
            let text = self.words.with("selection-dropped", &[("count", Arg::from(count))]);
            self.say_text(Severity::Info, text, Clean::default());
        }
    }

    /// `esc` first clears a selection. Whether there was one.
    pub(super) fn clear_selection(&mut self) -> bool {
        if !self.selection.is_on() && self.selection.range.is_none() && self.selection.asked.is_none() {
            return false;
        }
        self.stop_writing_to_many();
        self.selection = Selection::default();
        self.selection_changed();
        true
    }

    /// Whether it is still being counted what is selected: an act now would be for something else.
    pub(super) fn is_selecting(&self) -> bool {
        self.selection.asked.is_some()
    }

    /// After a deed: what was left out stays selected.
    pub(super) fn keep_selected(&mut self, stay: std::sync::Arc<Matched>) {
        let origin = self.selection.origin.take();
        // What was written to them, and was not sent, stays with those that are left.
        if self.selection.writing.as_ref().is_some_and(|writing| !stay.contains(writing)) {
            self.stop_writing_to_many();
        }
        let writing = self.selection.writing.take();
        self.selection = Selection { held: Selected::all(stay), origin, writing, ..Selection::default() };
        if !self.selection.is_on() {
            self.selection.origin = None;
        }
        self.selection_changed();
    }

    /// A text to many was taken back: those that it does not go to any more are selected as they were, and
    /// it waits at `on` for all of them. Not in another list, nor over what is being written there. Whether
    /// they are.
    pub(super) fn select_again(
        &mut self,
        before: &Selection,
        back: &std::collections::BTreeSet<&ConversationId>,
        on: &ConversationId,
    ) -> bool {
        let key = |origin: &Option<Origin>| origin.as_ref().map(|origin| origin.key.clone());
        if self.composer.conversation.as_ref() == Some(on) || key(&before.origin) != key(&self.origin()) {
            return false;
        }
        if !self.selection.is_on() {
            self.selection = Selection { origin: before.origin.clone(), ..Selection::default() };
        }
        for chosen in before.held.iter().filter(|chosen| back.contains(&chosen.id)) {
            self.selection.held.insert(chosen.clone());
        }
        self.selection.writing = Some(on.clone()).filter(|on| self.selection.contains(on));
        self.selection_changed();
        self.selection.writing.is_some()
    }

    /// What the status line and the list's head tell of it.
    pub(super) fn selection_changed(&mut self) {
        let selection = &self.selection;
        self.status.selected = if selection.asked.is_some() {
            self.words.say("selection-counting")
        } else if selection.is_on() {
            let count = self.words.with("selection-count", &[("count", Arg::from(selection.len()))]);
            let mut told = vec![count];
            if selection.later > 0 {
                told.push(clean(&format!("+{}", selection.later)));
            }
            if selection.is_ranging() {
                let keys = self.keys_of(crate::command::CommandId::SelectRange);
                told.push(self.words.with("selection-range", &[("keys", (&keys).into())]));
            }
            Clean::join(&told, &Clean::literal(" "))
        } else {
            Clean::default()
        };
        self.dirty = true;
    }

    /// One of the selected conversations in which a text to all of them can be written: the one at hand if
    /// it may be, else the first in the list, that has no draft of its own.
    pub(super) fn place_to_write(&self) -> Option<Conversation> {
        let selection = &self.selection;
        let before = selection.writing.as_ref().filter(|id| selection.contains(id)).and_then(|id| self.known(id));
        let is_free =
            |on: &&Conversation| selection.contains(&on.id) && !self.has_draft(&on.id) && !on.id.is_placeholder();
        let rows = self.list.rows.iter().filter(|row| row.struck_until.is_none()).map(|row| &row.conversation);
        before.or_else(|| self.target().filter(is_free)).or_else(|| rows.into_iter().find(is_free)).cloned()
    }
}
