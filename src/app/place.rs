//! Where the agent is: kept for the next start, and returned to.

use std::time::Duration;

use super::window::Purpose;
use super::{App, Pane};
use crate::sync::message::{Place, Request};

/// How long the agent rests before the place is kept.
const REST: Duration = Duration::from_secs(2);

/// What is known of the place.
#[derive(Clone, Debug, Default)]
pub(super) struct Whereabouts {
    /// Where the last run ended; until it has been returned to, or a key was pressed.
    coming: Option<Place>,
    /// Lines to be scrolled down once the thread is laid out.
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

impl App {
    /// Where the last run ended is known.
    pub(super) fn hear_place(&mut self, place: Place) {
        if self.whereabouts.moved || self.whereabouts.kept.is_some() {
            return;
        }
        self.whereabouts.kept = Some(place.clone());
        self.whereabouts.coming = Some(place);
        if self.started {
            self.return_to_place();
        }
    }

    /// Goes back to where the last run ended. An entry that is not known yet (a team) is waited for.
    pub(super) fn return_to_place(&mut self) -> bool {
        if self.whereabouts.moved {
            self.whereabouts.coming = None;
        }
        let Some(place) = self.whereabouts.coming.clone() else { return false };
        let entry = self.sidebar.entries.iter().position(|entry| entry.key == place.entry);
        let Some(at) = entry.or_else(|| place.entry.is_empty().then_some(0)) else {
            return false;
        };
        self.whereabouts.coming = None;
        self.sidebar.open = at;
        if let Some(kind) = self.sidebar.open_entry().map(|entry| entry.kind.clone()) {
            self.sidebar.teammates_shown |= matches!(kind, super::EntryKind::Teammate(_));
            self.sidebar.cursor = self.sidebar.row_of(&kind).unwrap_or(self.sidebar.cursor);
        }
        self.list = super::List::default();
        match place.conversation {
            Some(id) => {
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

    /// The thread that was open has been laid out: it is scrolled to where it was, and a text that was
    /// begun there is in the composer again.
    pub(super) fn scroll_to_place(&mut self) {
        let page = self.thread_page();
        if self.whereabouts.scroll.is_none() || page == 0 || self.whereabouts.moved {
            return;
        }
        let Some(open) = self.thread.open.as_mut().filter(|open| open.thread.is_here && !open.lines.is_empty()) else {
            return;
        };
        if let Some(scroll) = self.whereabouts.scroll.take() {
            open.scroll_to_line(scroll, page);
            let id = open.thread.conversation.id.clone();
            let begun =
                open.thread.drafts.iter().find(|draft| !draft.text.trim().is_empty() || !draft.files.is_empty());
            if let Some(mode) = begun.map(|draft| draft.mode).filter(|_| self.composer.conversation.is_none()) {
                self.composer.open(&id, mode);
                self.show_composer_what_is_here();
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
            scroll: shown.filter(|_| open).map_or(0, |open| open.lines_above()),
            conversation,
            open,
        }
    }

    /// Notes where the agent is after a message: kept once they rest.
    pub(super) fn note_place(&mut self) {
        if !self.whereabouts.moved {
            return;
        }
        let here = self.place();
        if self.whereabouts.here.as_ref() != Some(&here) {
            self.whereabouts.keep_at = Some(self.monotonic + REST);
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
