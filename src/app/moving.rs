//! Moving: the cursor of the list and of the sidebar, the focus, and which conversation is shown.

use super::focus::Pane;
use super::sidebar::EntryKind;
use super::{App, ListState, Severity, Shape, ThreadPane};
use crate::config::settings::{Advance, Density, Preview};
use crate::domain::{ConversationId, OutboxStatus, Part};
use crate::sync::message::{Generation, Request};

/// How far a key moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Down,
    Up,
    PageDown,
    PageUp,
    Top,
    Bottom,
}

impl Step {
    /// The index that the step leads to, in `len` rows of which `page` are visible.
    pub(super) fn from(self, at: usize, len: usize, page: usize) -> usize {
        let last = len.saturating_sub(1);
        let half = (page / 2).max(1);
        match self {
            Self::Down => at + 1,
            Self::Up => at.saturating_sub(1),
            Self::PageDown => at + half,
            Self::PageUp => at.saturating_sub(half),
            Self::Top => 0,
            Self::Bottom => last,
        }
        .min(last)
    }
}

/// Keeps `cursor` visible in `page` rows, moving as little as possible.
pub(super) fn scroll_to(scroll: usize, cursor: usize, len: usize, page: usize) -> usize {
    if page == 0 {
        return cursor;
    }
    let most = len.saturating_sub(page);
    scroll.clamp((cursor + 1).saturating_sub(page), cursor).min(most)
}

/// Rows that stay in view when a list turns a page under its cursor.
const CONTEXT: usize = 2;

/// Keeps `cursor` visible in `page` rows, turning most of a page when it passes the edge: a step seldom
/// repaints the list, and a step back never does at once.
pub(super) fn page_to(scroll: usize, cursor: usize, len: usize, page: usize) -> usize {
    let most = len.saturating_sub(page);
    let context = CONTEXT.min(page / 3);
    if cursor < scroll {
        (cursor + 1 + context).saturating_sub(page).min(most)
    } else if cursor >= scroll.saturating_add(page) {
        cursor.saturating_sub(context).min(most)
    } else {
        scroll.min(most)
    }
}

impl App {
    /// Rows of the terminal that one conversation takes in the list.
    #[must_use]
    pub fn row_height(&self) -> u16 {
        let list = self.layout().list.map(|list| list.body).unwrap_or_default();
        let roomy = list.height >= 8 && list.width >= 30;
        match self.density() {
            // What it is, whose, what stopped it, and its words have a line each; in a strip, two for all.
            _ if roomy && self.shows_outbox() => 4,
            _ if list.height >= 4 && list.width >= 30 && self.shows_outbox() => 2,
            Density::Comfortable if roomy => 2,
            _ => 1,
        }
    }

    /// How roomy the list is: as chosen on screen, else as set.
    #[must_use]
    pub fn density(&self) -> Density {
        match self.arrangement.density.as_str() {
            "compact" => Density::Compact,
            "comfortable" => Density::Comfortable,
            _ => self.settings.density,
        }
    }

    /// To the other density; this is remembered.
    pub(super) fn toggle_density(&mut self) {
        let (density, said) = match self.density() {
            Density::Comfortable => ("compact", "list-now-compact"),
            Density::Compact => ("comfortable", "list-now-comfortable"),
        };
        density.clone_into(&mut self.arrangement.density);
        self.ask(Request::SaveArrangement(Box::new(self.arrangement.clone())));
        self.say(Severity::Info, said);
    }

    /// How many rows of the list are visible.
    #[must_use]
    pub fn list_page(&self) -> usize {
        let height = self.layout().list.map_or(0, |list| list.body.height);
        usize::from(height / self.row_height().max(1))
    }

    /// Whether the list shows outbox rows instead of conversations.
    #[must_use]
    pub fn shows_outbox(&self) -> bool {
        self.sidebar.open_entry().is_some_and(|entry| entry.kind == EntryKind::NeedsYou)
    }

    fn list_len(&self) -> usize {
        if self.shows_outbox() { self.list.outbox.len() } else { self.list.rows.len() }
    }

    /// The id of the conversation under the list's cursor, outbox rows included.
    #[must_use]
    pub fn id_at_cursor(&self) -> Option<ConversationId> {
        if self.shows_outbox() {
            self.list.outbox.get(self.list.cursor).map(|row| row.conversation.clone())
        } else {
            self.list.cursor_id()
        }
    }

    /// A step of the list's cursor.
    pub(super) fn step_list(&mut self, step: Step) {
        self.list.touched = true;
        let outbox = self.shows_outbox();
        match step {
            // The top and the bottom are those of the whole list, and a way to take the news in.
            Step::Top if !outbox && (self.list.news > 0 || self.list.offset > 0) => {
                self.ask_top();
                if self.list.offset > 0 {
                    return;
                }
            }
            Step::Bottom if !outbox && self.list.offset + self.list.rows.len() < self.list.total => {
                self.ask_bottom();
                return;
            }
            _ => {}
        }
        let (len, page) = (self.list_len(), self.list_page());
        let to = step.from(self.list.cursor, len, page);
        let offset = self.list.offset;
        self.put_cursor(to);
        if matches!(step, Step::PageDown | Step::PageUp) && self.list.offset == offset {
            // A page key says itself how far the view goes.
            self.list.scroll = scroll_to(self.list.scroll, self.list.cursor, self.list_len(), page);
        }
    }

    /// Puts the list's cursor on a row.
    pub(super) fn put_cursor(&mut self, to: usize) {
        if to == self.list.cursor {
            return;
        }
        self.list.cursor = to;
        self.list.sweep(self.now);
        self.cursor_moved();
        self.extend_list();
    }

    /// The list's cursor is on another conversation: the preview follows once it rests.
    pub(super) fn cursor_moved(&mut self) {
        if self.focus == Pane::Thread || self.focus == Pane::Composer || self.focus == Pane::Details {
            return;
        }
        let id = self.id_at_cursor();
        let thread = &mut self.thread;
        thread.preview_at = None;
        if id.is_none() && self.list.state == ListState::Ready {
            // Nothing that a key could act on: nothing is shown.
            self.put_composer_away();
            self.thread = ThreadPane { asked: self.thread.asked, ..ThreadPane::default() };
            return;
        }
        thread.preview_waits = id != thread.wanted;
        if !thread.preview_waits {
            return;
        }
        thread.read_at = None;
        if self.settings.preview == Preview::Follow && self.layout().thread.is_some() && id.is_some() {
            self.thread.preview_at = Some(self.monotonic + self.settings.timings.preview_rest);
        }
    }

    /// Shows a conversation in the thread pane. With `opened`, it was asked for: it counts as read at
    /// once, and nothing of another one stays on the screen meanwhile.
    pub(super) fn show_thread(&mut self, id: &ConversationId, opened: bool) {
        self.thread.preview_waits = false;
        self.thread.preview_at = None;
        if self.composer.conversation.as_ref().is_some_and(|bound| bound != id) {
            self.put_composer_away();
        }
        if self.thread.wanted.as_ref() != Some(id) {
            self.thread.wanted = Some(id.clone());
            self.thread.wants_row = None;
            self.thread.gone = false;
            self.thread.sought = false;
            self.thread.read_at = None;
            self.details.begin();
            self.marked_unread.retain(|held| held == id);
            self.ask_thread();
        }
        let here = self.thread.shown() == Some(id);
        // Only beside the list may something else be seen meanwhile: there its title says so.
        if !here && (opened || !matches!(self.focus, Pane::List | Pane::Sidebar)) {
            self.thread.open = None;
        }
        if opened {
            self.thread.read_on_arrival = true;
        }
        if here {
            self.await_reading();
        }
    }

    /// Asks for the wanted thread (again).
    pub(super) fn ask_thread(&mut self) {
        let Some(id) = self.thread.wanted.clone() else { return };
        let generation = self.next_generation();
        self.thread.asked = generation;
        self.thread.awaited = true;
        self.thread.ask_again = false;
        self.ask(Request::Thread { generation, id });
    }

    /// The thread may have changed: asks again, once the answer under way has come.
    pub(super) fn refresh_thread(&mut self) {
        if self.thread.awaited {
            self.thread.ask_again = true;
        } else {
            self.ask_thread();
        }
    }

    pub(super) fn next_generation(&mut self) -> Generation {
        self.generation = Generation(self.generation.0 + 1);
        self.generation
    }

    /// What is shown counts as read: at once when it was opened, else after a rest.
    pub(super) fn await_reading(&mut self) {
        if self.layout().thread.is_none() {
            // What lies behind another pane is not read.
            self.thread.read_at = None;
        } else if std::mem::take(&mut self.thread.read_on_arrival) {
            self.read_thread();
        } else if self.terminal_focused {
            self.thread.read_at = Some(self.monotonic + self.settings.timings.read_rest);
        }
    }

    /// Says that what is shown has been read.
    pub(super) fn read_thread(&mut self) {
        self.thread.read_at = None;
        let visible = self.layout().thread.is_some() && !self.thread.is_waiting();
        let Some(open) = self.thread.open.as_ref().filter(|_| visible) else { return };
        if !open.thread.is_here {
            self.thread.read_on_arrival = true;
            return;
        }
        let conversation = &open.thread.conversation;
        if self.marked_unread.contains(&conversation.id) {
            return;
        }
        // Both are the helpdesk's times: this machine's clock has no say in what was seen.
        let newest = open.thread.parts.iter().map(|part: &Part| part.created_at).max();
        let until = newest.map_or(conversation.last_message_at, |newest| newest.max(conversation.last_message_at));
        if conversation.unread || open.thread.seen_at.is_none_or(|seen| seen < until) {
            let id = conversation.id.clone();
            if self.seen_told.as_ref() == Some(&(id.clone(), until)) && !conversation.unread {
                return;
            }
            self.seen_told = Some((id.clone(), until));
            self.show_unread(&id, false);
            self.ask(Request::Seen { id, until });
        }
    }

    /// Whether a conversation is read shows at once, before the disk has it.
    pub(super) fn show_unread(&mut self, id: &ConversationId, unread: bool) {
        let rows = self.list.rows.iter_mut().map(|row| &mut row.conversation);
        let open = self.thread.open.as_mut().map(|open| &mut open.thread.conversation);
        for on in rows.chain(open).filter(|on| on.id == *id) {
            on.unread = unread;
        }
    }

    /// Opens what is under the cursor: `enter`.
    pub(super) fn open_item(&mut self) {
        match self.focus {
            Pane::Sidebar => self.open_sidebar_row(),
            Pane::List => {
                if let Some(row) = self.row_at_cursor().cloned() {
                    self.open_row(row.id, &row.conversation);
                } else if let Some(id) = self.id_at_cursor() {
                    self.list.touched = true;
                    self.focus = Pane::Thread;
                    self.show_thread(&id, true);
                }
            }
            Pane::Thread => {
                if let Some(row) = self.row_in_thread().filter(|row| row.status == OutboxStatus::Held).cloned() {
                    self.send_anyway(&row);
                    return;
                }
                if let Some(open) = self.thread.open.as_mut() {
                    open.toggle_fold();
                }
            }
            Pane::Details => self.open_in_details(),
            Pane::Composer => {}
        }
    }

    /// To the next or previous conversation of the list, from list or thread; struck ones are passed.
    pub(super) fn neighbour(&mut self, forward: bool) {
        self.list.touched = true;
        match self.row_beside(forward) {
            Some(to) => self.go_to_row(to),
            None => self.say(Severity::Info, if forward { "list-at-end" } else { "list-at-start" }),
        }
    }

    fn row_beside(&self, forward: bool) -> Option<usize> {
        let alive = |at: &usize| self.list.rows.get(*at).is_some_and(|row| row.struck_until.is_none());
        if self.shows_outbox() {
            let to = if forward { self.list.cursor + 1 } else { self.list.cursor.checked_sub(1)? };
            return (to < self.list.outbox.len()).then_some(to);
        }
        if forward {
            (self.list.cursor + 1..self.list.rows.len()).find(alive)
        } else {
            (0..self.list.cursor.min(self.list.rows.len())).rev().find(alive)
        }
    }

    /// Puts the cursor on a row and, where a thread is open, shows it.
    fn go_to_row(&mut self, to: usize) {
        self.put_cursor(to);
        self.led_on = true;
        let in_thread = self.focus != Pane::List && self.focus != Pane::Sidebar;
        if let Some(id) = self.id_at_cursor().filter(|_| in_thread) {
            if self.thread.shown() != Some(&id) {
                self.thread.open = None;
            }
            self.show_thread(&id, false);
        }
    }

    /// Done with this one: on to the next, as the agent likes it.
    pub(super) fn advance(&mut self, from: &ConversationId) {
        if self.id_at_cursor().as_ref() != Some(from) || self.shows_outbox() {
            // It was opened from elsewhere: nothing to go on from.
            return;
        }
        let forward = self.settings.advance != Advance::Previous;
        let next = self.row_beside(forward).or_else(|| self.row_beside(!forward));
        if self.settings.advance == Advance::List || next.is_none() {
            self.focus = Pane::List;
        }
        if let Some(to) = next {
            self.go_to_row(to);
        }
    }

    /// `space`: open, page down, at the end on to the next unread.
    pub(super) fn read_on(&mut self) {
        if self.focus != Pane::Thread {
            self.focus = Pane::List;
            self.open_item();
            return;
        }
        let page = self.thread_page();
        if self.thread.open.as_mut().is_some_and(|open| open.page_down(page)) {
            return;
        }
        let unread = |row: &&super::ListRow| row.conversation.unread && row.struck_until.is_none();
        let rows = &self.list.rows;
        let (above, below) = rows.split_at(self.list.cursor.min(rows.len()));
        // Those above come after the last one: nothing unread is passed for good.
        let next = below.iter().skip(1).position(|row| unread(&row)).map(|at| at + self.list.cursor + 1);
        let next = next.or_else(|| above.iter().position(|row| unread(&row)));
        let Some(to) = next else {
            self.say(Severity::Info, "no-more-unread");
            return;
        };
        self.list.touched = true;
        self.go_to_row(to);
        self.thread.read_on_arrival = true;
        if self.thread.shown() == self.thread.wanted.as_ref() {
            self.await_reading();
        }
    }

    /// Visible lines of the thread.
    #[must_use]
    pub fn thread_page(&self) -> usize {
        let rows = self.layout().thread.map_or(0, |area| usize::from(area.body.height));
        // The line that finds stands in the last one.
        rows.saturating_sub(usize::from(self.finding().is_some() && rows > 1))
    }

    /// Whether a pane can have the focus now.
    #[must_use]
    pub fn can_focus(&self, pane: Pane) -> bool {
        match pane {
            Pane::Sidebar | Pane::List => true,
            Pane::Thread => self.id_at_cursor().is_some() || self.thread.wanted.is_some(),
            Pane::Composer => self.composer.conversation.is_some(),
            // Where they lie over the thread, only their own key opens them.
            Pane::Details => self.details.open && self.layout().shape == Shape::Wide,
        }
    }

    /// Gives the focus to a pane. Leaving the list for the thread opens what the cursor is on.
    pub(super) fn focus_on(&mut self, pane: Pane) {
        if !self.can_focus(pane) {
            return;
        }
        let from_list = matches!(self.focus, Pane::List | Pane::Sidebar);
        let opens = from_list && matches!(pane, Pane::Thread | Pane::Details | Pane::Composer);
        self.focus = pane;
        // While a list is loading nothing has the cursor: then it is what was to be shown before.
        let id = self.id_at_cursor().or_else(|| self.thread.wanted.clone());
        if let Some(id) = id.filter(|_| opens) {
            // A composer that is bound to another conversation closes, and the thread has the focus.
            self.show_thread(&id, true);
        }
    }

    /// To the pane beside; the composer is passed, since it would keep the next key.
    pub(super) fn focus_beside(&mut self, forward: bool) {
        let to = self.focus.neighbour(forward, false, |pane| pane != Pane::Composer && self.can_focus(pane));
        if let Some(pane) = to {
            self.focus_on(pane);
        }
    }

    /// To the next pane of the cycle.
    pub(super) fn focus_cycle(&mut self, forward: bool) {
        if let Some(pane) = self.focus.neighbour(forward, true, |pane| self.can_focus(pane)) {
            self.focus_on(pane);
        }
    }

    /// `esc` and `q`: one layer or pane back. Returns whether there was one.
    pub(super) fn back(&mut self) -> bool {
        if self.leave_picker_note() || self.leave_new_line() || self.leave_seeking() || self.leave_file() {
            return true;
        }
        if self.layers.pop().is_some() {
            return true;
        }
        match self.focus {
            Pane::Composer => self.leave_composer(),
            Pane::Details => {
                self.focus = Pane::Thread;
                self.await_reading();
            }
            Pane::Thread | Pane::Sidebar => {
                self.focus = Pane::List;
                self.cursor_moved();
            }
            Pane::List => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_stays_within_the_rows() {
        for step in [Step::Down, Step::Up, Step::PageDown, Step::PageUp, Step::Top, Step::Bottom] {
            assert_eq!(step.from(0, 0, 0), 0);
            assert!(step.from(4, 5, 10) < 5);
        }
        assert_eq!(Step::PageDown.from(0, 100, 10), 5);
    }

    #[test]
    fn the_view_moves_as_little_as_possible() {
        assert_eq!(scroll_to(0, 5, 20, 10), 0);
        assert_eq!(scroll_to(0, 10, 20, 10), 1);
        assert_eq!(scroll_to(15, 10, 20, 10), 10);
        assert_eq!(scroll_to(8, 3, 4, 10), 0);
        assert_eq!(scroll_to(3, 7, 20, 0), 7);
    }

    #[test]
    fn a_list_turns_most_of_a_page_at_its_edge_and_does_not_bounce() {
        let (len, page) = (100, 23);
        let mut scroll = 0;
        let mut turns = 0;
        for cursor in 0..len {
            let to = page_to(scroll, cursor, len, page);
            turns += usize::from(to != scroll);
            scroll = to;
            assert!((scroll..scroll + page).contains(&cursor));
        }
        assert_eq!(turns, 4);
        assert_eq!(page_to(0, 23, len, page), 21, "two rows stay above the cursor");
        assert_eq!(page_to(21, 22, len, page), 21, "a step back repaints nothing");
        assert_eq!(page_to(21, 20, len, page), 0, "and two rows below it");
        for (len, page) in [(0, 0), (3, 0), (3, 1), (9, 2), (9, 5), (2, 5)] {
            for cursor in 0..len {
                let scroll = page_to(4, cursor, len, page);
                assert!(page == 0 || (scroll..scroll + page).contains(&cursor), "{len} {page} {cursor}");
            }
        }
    }
}
