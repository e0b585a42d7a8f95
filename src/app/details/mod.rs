//! The details panel: whether it is open, what is folded, where its cursor is. Its facts are the thread's.
//!
//! Owns the panel's lines too ([`lines`]), since the cursor stops at some of them and scrolling ends at
//! the last. Drawing gives them colours. Enter at [`App::details_panel`].

mod languages;
pub mod lines;
mod zones;

pub use lines::{DetailLine, DetailsPanel, Section, Stop, Tone};

use super::moving::Step;
use super::{App, Pane, Shape};
use crate::sync::message::Request;

/// The panel's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Open beside the thread, where there is room for it. Elsewhere it lies over the thread while it
    /// has the focus.
    pub open: bool,
    /// First visible line.
    pub scroll: usize,
    /// Which of the panel's stops the cursor is on, by index; the last when there are fewer.
    pub cursor: usize,
    /// All earlier conversations are listed, not only the newest.
    pub lists_all: bool,
}

impl Details {
    /// Another conversation's: it begins at its top.
    pub(super) const fn begin(&mut self) {
        (self.scroll, self.cursor, self.lists_all) = (0, 0, false);
    }
}

impl App {
    /// Visible lines of the panel.
    pub(super) fn details_page(&self) -> usize {
        self.layout().details.map_or(0, |area| usize::from(area.body.height))
    }

    /// Whether a section is folded.
    #[must_use]
    pub fn is_folded(&self, section: Section) -> bool {
        self.arrangement.folded.iter().any(|key| key == section.key())
    }

    /// A step in the panel: to the next stop in view, else a line.
    pub(super) fn step_details(&mut self, step: Step) {
        let panel = self.details_panel();
        let page = self.details_page();
        let end = panel.lines.len().saturating_sub(page);
        let details = &mut self.details;
        details.cursor = details.cursor.min(panel.stops.len().saturating_sub(1));
        let line_of = |at: usize| panel.stops.get(at).map(|(line, _)| *line);
        let scroll = details.scroll.min(end);
        let in_view = |line: &usize| (scroll..scroll + page).contains(line);
        match step {
            Step::Down => match line_of(details.cursor + 1).filter(in_view) {
                Some(_) => details.cursor += 1,
                None => details.scroll = scroll.saturating_add(1).min(end),
            },
            Step::Up => match details.cursor.checked_sub(1).and_then(line_of).filter(in_view) {
                Some(_) => details.cursor -= 1,
                None => details.scroll = scroll.saturating_sub(1),
            },
            Step::Top | Step::Bottom | Step::PageDown | Step::PageUp => {
                details.scroll = step.from(scroll, end + 1, page);
                match step {
                    Step::Top => details.cursor = 0,
                    Step::Bottom => details.cursor = panel.stops.len().saturating_sub(1),
                    _ => {}
                }
            }
        }
        self.keep_details_cursor(&panel, matches!(step, Step::Up | Step::PageUp | Step::Bottom));
    }

    /// The panel's view begins at this line; the cursor goes along.
    pub(super) fn scroll_details(&mut self, line: usize) {
        let panel = self.details_panel();
        let down = line > self.details.scroll;
        self.details.scroll = line.min(panel.lines.len().saturating_sub(self.details_page()));
        self.keep_details_cursor(&panel, !down);
    }

    /// The cursor is in view: on the nearest stop, the last one that is seen where the view went up.
    fn keep_details_cursor(&mut self, panel: &DetailsPanel, last: bool) {
        let (scroll, page) = (self.details.scroll, self.details_page());
        let line_of = |at: usize| panel.stops.get(at).map(|(line, _)| *line);
        let is_seen = |at: &usize| line_of(*at).is_some_and(|line| (scroll..scroll + page).contains(&line));
        if !is_seen(&self.details.cursor) {
            let mut seen = (0..panel.stops.len()).filter(is_seen);
            let nearest = if last { seen.next_back() } else { seen.next() };
            self.details.cursor = nearest.unwrap_or(self.details.cursor);
        }
    }

    /// What the panel's cursor is on, when it is in view.
    fn details_stop(&self) -> Option<Stop> {
        let panel = self.details_panel();
        let page = self.details_page();
        let scroll = self.details.scroll.min(panel.lines.len().saturating_sub(page));
        let at = self.details.cursor.min(panel.stops.len().checked_sub(1)?);
        panel.stops.get(at).filter(|(line, _)| (scroll..scroll + page).contains(line)).map(|(_, stop)| stop.clone())
    }

    /// `enter` in the panel: folds a section, or opens a conversation.
    pub(super) fn open_in_details(&mut self) {
        match self.details_stop() {
            Some(Stop::Section(section)) => self.fold_section(section),
            Some(Stop::Conversation(id)) => {
                self.focus = Pane::Thread;
                self.show_thread(&id, true);
            }
            Some(Stop::More) => self.details.lists_all = true,
            None => {}
        }
    }

    /// Folds a section of the panel, or unfolds it; this is remembered.
    pub(super) fn fold_section(&mut self, section: Section) {
        if self.is_folded(section) {
            self.arrangement.folded.retain(|key| key != section.key());
        } else {
            self.arrangement.folded.push(section.key().to_owned());
        }
        self.ask(Request::SaveArrangement(Box::new(self.arrangement.clone())));
    }

    /// `d`: beside the thread the panel comes and goes; over it, it also takes the focus.
    pub(super) fn toggle_details(&mut self) {
        self.details.begin();
        if self.focus == Pane::Details {
            self.focus = Pane::Thread;
            self.details.open &= self.layout().shape != Shape::Wide;
            self.await_reading();
        } else if self.layout().shape == Shape::Wide {
            self.details.open = !self.details.open;
        } else {
            let from_list = matches!(self.focus, Pane::List | Pane::Sidebar);
            if let Some(id) = self.id_at_cursor().filter(|_| from_list) {
                self.show_thread(&id, true);
            }
            self.focus = Pane::Details;
        }
    }
}
