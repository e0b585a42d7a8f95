//! `g b`: to the conversation that breaches next.
//!
//! Of the open list when it has one, else of all that is open: what is missed comes first, then what runs,
//! by when it is due, else by who waits longest. The same key again walks on.

use super::sidebar::EntryKind;
use super::window::Purpose;
use super::{App, Pane, Severity, queries};
use crate::domain::{Conversation, ConversationId, SlaStatus, State, UnixTime};
use crate::query::{Query, Sort};
use crate::sync::message::{Generation, Request, Window, WindowSpec};

/// Conversations that are looked at.
const MOST: usize = 200;

/// Where the walk stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    /// The question under way, whether it is about all that is open, and what was at hand then.
    asked: Option<(Generation, bool, Option<ConversationId>)>,
    /// Those that were shown, the last one last.
    visited: Vec<ConversationId>,
}

impl App {
    /// `g b`.
    pub(super) fn go_breach(&mut self) {
        // Whoever went somewhere else meanwhile begins anew.
        if self.walk.visited.last().is_some_and(|last| self.id_at_hand().as_ref() != Some(last)) {
            self.walk.visited.clear();
        }
        let open = self.sidebar.open_entry().and_then(|entry| entry.query.clone());
        let is_all = open.is_none() || self.sidebar.open_entry().is_some_and(|entry| entry.kind == EntryKind::All);
        match open.filter(|_| !is_all) {
            Some(query) => self.ask_breaches(query, false),
            None => self.ask_breaches_of_all(),
        }
    }

    fn ask_breaches_of_all(&mut self) {
        match queries::parsed("state:open") {
            Some(query) => self.ask_breaches(query, true),
            None => self.say(Severity::Info, "breach-none"),
        }
    }

    fn ask_breaches(&mut self, query: Query, is_all: bool) {
        let generation = self.next_generation();
        self.walk.asked = Some((generation, is_all, self.id_at_hand()));
        let spec = WindowSpec { query, sort: Sort::NextBreach, offset: 0, limit: MOST, around: None };
        self.ask(Request::Window { generation, spec });
    }

    /// The answer to that question, when it is one. Returns whether it was.
    pub(super) fn hear_breaches(&mut self, generation: Generation, window: &Window) -> bool {
        let Some((_, is_all, at_hand)) = self.walk.asked.take_if(|(asked, ..)| *asked == generation) else {
            return false;
        };
        if !self.layers.is_empty() || self.focus == Pane::Composer || self.id_at_hand() != at_hand {
            // The agent is at something else by now: nothing takes it out of their hands.
            return true;
        }
        let found = in_order(&window.rows);
        if found.is_empty() && !is_all {
            self.ask_breaches_of_all();
            return true;
        }
        if found.is_empty() {
            self.walk.visited.clear();
            self.say(Severity::Info, "breach-none");
            return true;
        }
        let next = found.iter().find(|id| !self.walk.visited.contains(id)).cloned();
        let Some(next) = next.or_else(|| found.first().cloned()) else { return true };
        if self.walk.visited.contains(&next) {
            // Once around.
            self.walk.visited.clear();
            self.say(Severity::Info, "breach-again");
        }
        self.walk.visited.push(next.clone());
        self.show_in_list(&next, is_all);
        true
    }

    /// Opens a conversation with the cursor on it, in the open list or in that of all.
    pub(super) fn show_in_list(&mut self, id: &ConversationId, in_all: bool) {
        if in_all && self.sidebar.open_entry().is_none_or(|entry| entry.kind != EntryKind::All) {
            self.go(&EntryKind::All);
        }
        if let Some(at) = self.list.index_of(id) {
            self.put_cursor(at);
        } else {
            self.list.touched = true;
            self.ask_list(Purpose::TakeIn { to: Some(id.clone()) });
        }
        self.focus = Pane::Thread;
        self.show_thread(id, true);
    }
}

/// What breaches, in the order in which it does.
fn in_order(rows: &[Conversation]) -> Vec<ConversationId> {
    let rank = |on: &Conversation| match on.sla.as_ref().map(|sla| sla.status) {
        Some(SlaStatus::Missed) => Some(0),
        Some(SlaStatus::Active) => Some(1),
        _ => None,
    };
    let mut all: Vec<_> = rows
        .iter()
        .filter(|on| on.state == State::Open)
        .filter_map(|on| {
            let due = on.sla.as_ref().and_then(|sla| sla.due_at).map_or(i64::MAX, UnixTime::secs);
            let waits = on.waiting_since.map_or(i64::MAX, UnixTime::secs);
            Some(((rank(on)?, due, waits), &on.id))
        })
        .collect();
    all.sort();
    all.into_iter().map(|(_, id)| id.clone()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::SlaFact;
    use crate::text::Untrusted;

    fn on(id: &str, status: SlaStatus, due_at: Option<i64>, waits: i64) -> Conversation {
        let mut on = Conversation::bare(ConversationId::parse(id).unwrap(), UnixTime(0));
        on.sla = Some(SlaFact { policy: Untrusted::default(), target: None, status, due_at: due_at.map(UnixTime) });
        on.waiting_since = Some(UnixTime(waits));
        on
    }

    #[test]
    fn missed_comes_first_then_what_is_due_then_who_waits_longest() {
        let mut closed = on("9", SlaStatus::Missed, None, 1);
        closed.state = State::Closed;
        let rows = [
            on("1", SlaStatus::Active, None, 50),
            on("2", SlaStatus::Active, Some(900), 80),
            on("3", SlaStatus::Missed, None, 70),
            on("4", SlaStatus::Hit, None, 10),
            on("5", SlaStatus::Active, None, 20),
            on("6", SlaStatus::Missed, None, 60),
            on("7", SlaStatus::Paused, None, 5),
            closed,
        ];
        let order: Vec<String> = in_order(&rows).iter().map(ToString::to_string).collect();
        assert_eq!(order, ["6", "3", "2", "5", "1"]);
    }
}
