//! Where the agent is: kept for the next start, and returned to.

use std::time::Duration;

use super::window::Purpose;
use super::{App, Pane, ThreadPane};
use crate::domain::ConversationId;
use crate::sync::message::{Place, Request};

/// How long the agent rests before the place is kept, and before that is done for a scroll alone.
const REST: Duration = Duration::from_millis(300);
const SCROLL_REST: Duration = Duration::from_secs(2);

/// What is known of the place.
#[derive(Clone, Debug, Default)]
pub(super) struct Whereabouts {
    /// Where the last run ended; until it has been returned to, or a key was pressed.
    coming: Option<Place>,
    /// The conversation that the list goes back to, until its rows are here.
    pub returning: Option<ConversationId>,
    /// The composer had the focus.
    composing: bool,
    /// Where the view goes once the thread is laid out: a mark of the thread pane.
    scroll: Option<usize>,
    /// The place that was kept last.
    kept: Option<Place>,
    /// The place after the latest message.
    here: Option<Place>,
    /// Monotonic time at which it is kept.
    pub keep_at: Option<Duration>,
    /// A key has been pressed: the agent goes where they want.
    pub moved: bool,
}

impl Whereabouts {
    /// The screen begins there, wherever the last run ended.
    pub(super) fn begin(&mut self, place: Place) {
        self.kept = Some(place.clone());
        self.coming = Some(place);
    }
}

impl App {
    /// Where the last run ended is known.
    pub(super) fn hear_place(&mut self, place: Place) {
        // Wherever the screen begins, and also when a key was quicker.
        self.was_last_here(place.at);
        if self.whereabouts.moved || self.whereabouts.kept.is_some() {
            return;
        }
        self.whereabouts.kept = Some(place.clone());
        self.whereabouts.coming = Some(place);
        if self.started {
            self.return_to_place();
        }
    }

    /// Goes back to where the last run ended. An entry that is not known yet (a team) is waited for, and so is the
    /// screen: before it is there no list is asked for.
    pub(super) fn return_to_place(&mut self) -> bool {
        if !self.started {
            return false;
        }
        if self.whereabouts.moved {
            self.whereabouts.coming = None;
        }
        let Some(place) = self.whereabouts.coming.clone() else { return false };
        let entry = self.sidebar.entries.iter().position(|entry| entry.key == place.entry);
        let Some(at) = entry.or_else(|| place.entry.is_empty().then_some(0)) else {
            return false;
        };
        self.whereabouts.coming = None;
        self.sidebar.set_open(at);
        if let Some(kind) = self.sidebar.open_entry().map(|entry| entry.kind.clone()) {
            self.sidebar.cursor = self.sidebar.row_of(&kind).unwrap_or(self.sidebar.cursor);
        }
        self.list = super::List::default();
        match place.conversation {
            Some(id) => {
                self.whereabouts.returning = Some(id.clone());
                self.whereabouts.composing = place.composing;
                self.ask_list(Purpose::TakeIn { to: Some(id.clone()) });
                if place.open {
                    self.focus = Pane::Thread;
                    self.show_thread(&id, true);
                    self.whereabouts.scroll = Some(place.scroll);
                }
            }
            None => self.ask_list(Purpose::Open),
        }
        true
    }

    /// The rows of the list are here. A conversation that left it meanwhile is not shown beside the row of
    /// another one: the agent begins at the list.
    pub(super) fn has_returned(&mut self) {
        let Some(id) = self.whereabouts.returning.take() else { return };
        if self.whereabouts.moved || self.id_at_cursor().as_ref() == Some(&id) {
            return;
        }
        self.whereabouts.scroll = None;
        self.put_composer_away();
        self.focus = Pane::List;
        self.thread = ThreadPane { asked: self.thread.asked, ..ThreadPane::default() };
        match self.id_at_cursor().filter(|_| self.layout().thread.is_some()) {
            Some(first) => self.show_thread(&first, false),
            None => self.cursor_moved(),
        }
    }

    /// The thread that was open has been laid out: it is scrolled to where it was, and a text that was
    /// begun there is in the composer again.
    pub(super) fn scroll_to_place(&mut self) {
        let page = self.thread_page();
        if self.whereabouts.scroll.is_none() || page == 0 || self.whereabouts.moved {
            return;
        }
        let Some(open) = self.thread.open.as_mut().filter(|open| open.thread.is_here && open.width > 0) else {
            return;
        };
        if let Some(scroll) = self.whereabouts.scroll.take() {
            open.go_to_mark(scroll, page);
            let id = open.thread.conversation.id.clone();
            let begun =
                open.thread.drafts.iter().find(|draft| !draft.text.trim().is_empty() || !draft.files.is_empty());
            if let Some(mode) = begun.map(|draft| draft.mode).filter(|_| self.composer.conversation.is_none()) {
                self.composer.open(&id, mode);
                self.show_composer_what_is_here();
                if std::mem::take(&mut self.whereabouts.composing) {
                    self.focus = Pane::Composer;
                }
            }
        }
    }

    /// Where the agent is now.
    fn place(&self) -> Place {
        let open = matches!(self.focus, Pane::Thread | Pane::Composer | Pane::Details);
        let conversation = if open { self.thread.wanted.clone() } else { self.id_at_cursor() };
        let shown =
            self.thread.open.as_ref().filter(|open| Some(&open.thread.conversation.id) == conversation.as_ref());
        Place {
            entry: self.sidebar.open_entry().map(|entry| entry.key.clone()).unwrap_or_default(),
            scroll: shown.filter(|_| open).map_or(0, |open| open.mark()),
            conversation,
            open,
            // What is selected is not remembered: a text to all of it is not begun again as one to one of them.
            composing: self.focus == Pane::Composer && !self.writes_to_many(),
            at: self.last_here(),
        }
    }

    /// Notes where the agent is after a message: kept once they rest.
    pub(super) fn note_place(&mut self) {
        if !self.whereabouts.moved {
            return;
        }
        let here = self.place();
        if self.whereabouts.here.as_ref() != Some(&here) {
            let stays = |was: &Place| Place { scroll: here.scroll, ..was.clone() } == here;
            let only_scrolled = self.whereabouts.here.as_ref().is_some_and(stays);
            let due = self.monotonic + if only_scrolled { SCROLL_REST } else { REST };
            // A move that waits to be kept does not wait longer because of a scroll.
            let soonest = self.whereabouts.keep_at.filter(|at| only_scrolled && *at < due);
            self.whereabouts.keep_at = Some(soonest.unwrap_or(due));
            self.whereabouts.here = Some(here);
        }
    }

    /// Keeps the place now, if it is not kept.
    pub(super) fn save_place(&mut self) {
        self.whereabouts.keep_at = None;
        if !self.whereabouts.moved {
            return;
        }
        let here = self.place();
        if self.whereabouts.kept.as_ref() != Some(&here) {
            self.whereabouts.kept = Some(here.clone());
            self.ask(Request::SavePlace(here));
        }
    }
}
