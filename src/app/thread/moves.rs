//! Moving in a thread: by message, by line, by page, to what is new, to notes.

use super::lines::LineKind;
use super::view::Aim;
use super::{Item, ItemKind, OpenThread};
use crate::app::moving::Step;

impl OpenThread {
    /// To the next or previous message (or note) by `step`; events are passed.
    pub(in crate::app) fn step_message(&mut self, step: Step, page: usize) {
        match step {
            Step::PageDown | Step::PageUp => {
                let half = (page / 2).max(1);
                self.scroll_by(step == Step::PageDown, half, page);
                return;
            }
            Step::Top => (self.scroll, self.aim) = (0, None),
            Step::Bottom => self.aim_at(Aim::End(None), page),
            Step::Down | Step::Up => {}
        }
        let Some(to) = self.stop_by(step) else { return };
        self.touched = true;
        let stays = to == self.cursor;
        self.cursor = to;
        match step {
            Step::Down | Step::Up if stays => self.scroll_by(step == Step::Down, 1, page),
            Step::Down | Step::Up => self.show_cursor(page),
            _ => self.clamp(page),
        }
    }

    /// The stop that a step leads to.
    fn stop_by(&self, step: Step) -> Option<usize> {
        let len = self.items.len();
        let is = |at: &usize| self.items.get(*at).is_some_and(Item::is_stop);
        let last = || (0..len).rev().find(is);
        let here = (self.cursor..len).find(is);
        match step {
            Step::Down => here.and_then(|here| (here + 1..len).find(is)).or_else(last),
            Step::Up => (0..here.unwrap_or(len)).rev().find(is).or(here),
            Step::Top => (0..len).find(is),
            _ => last(),
        }
    }

    /// To the last item.
    pub(in crate::app) fn go_to_end(&mut self, page: usize) {
        self.cursor = self.items.len().saturating_sub(1);
        self.show_cursor(page);
    }

    /// To the customer's next or previous message. Returns whether there is one.
    pub(in crate::app) fn step_customer(&mut self, forward: bool, page: usize) -> bool {
        self.step_to_kind(ItemKind::Customer, forward, page)
    }

    /// To the next or previous note. Returns whether there is one.
    pub(in crate::app) fn step_note(&mut self, forward: bool, page: usize) -> bool {
        self.step_to_kind(ItemKind::Note, forward, page)
    }

    fn step_to_kind(&mut self, kind: ItemKind, forward: bool, page: usize) -> bool {
        let is = |at: &usize| self.items.get(*at).is_some_and(|item| item.kind == kind);
        let found = if forward {
            (self.cursor + 1..self.items.len()).find(is)
        } else {
            (0..self.cursor.min(self.items.len())).rev().find(is)
        };
        if let Some(at) = found {
            self.go_to_item(at, page);
        }
        found.is_some()
    }

    /// To the first message that came since the agent last looked. Returns whether there is one.
    pub(in crate::app) fn go_to_new(&mut self, page: usize) -> bool {
        let stop = |at: usize| (at..self.items.len()).find(|at| self.items.get(*at).is_some_and(Item::is_stop));
        let found = self.first_new.and_then(stop).or(self.first_new);
        if let Some(at) = found {
            self.go_to_item(at, page);
        }
        found.is_some()
    }

    /// Puts the cursor on an item, and the item into view.
    pub(super) fn go_to_item(&mut self, at: usize, page: usize) {
        self.touched = true;
        self.cursor = at;
        self.show_cursor(page);
    }

    /// Scrolls by lines; the cursor stays on what is visible.
    pub(in crate::app) fn scroll_by(&mut self, down: bool, lines: usize, page: usize) {
        self.touched = true;
        self.aim = None;
        self.scroll = if down { self.scroll.saturating_add(lines) } else { self.scroll.saturating_sub(lines) };
        self.clamp(page);
        self.put_cursor_in_view(down, page);
    }

    /// Puts the cursor on the first (or last) message in view, if it is on none of them.
    pub(super) fn put_cursor_in_view(&mut self, first: bool, page: usize) {
        let seen = || self.lines_from(self.scroll).take(page.max(1)).filter_map(|line| line.item);
        if seen().any(|at| at == self.cursor) {
            return;
        }
        let stops = || seen().filter(|at| self.items.get(*at).is_some_and(Item::is_stop));
        let found = if first { stops().next() } else { stops().last() };
        if let Some(at) = found {
            self.cursor = at;
        }
    }

    /// A page down. Returns false at the end.
    pub(in crate::app) fn page_down(&mut self, page: usize) -> bool {
        let before = self.scroll;
        self.scroll_by(true, page.saturating_sub(1).max(1), page);
        self.scroll != before
    }

    /// Folds or shows the quoted mail and signature of the message with the cursor.
    pub(in crate::app) fn toggle_fold(&mut self) {
        let cursor = self.cursor;
        let Some(item) = self.items.get_mut(cursor).filter(|item| item.can_fold) else { return };
        item.expanded = !item.expanded;
        self.touched = true;
        self.aim = None;
        // Its head stays, or comes, into view: it is what the others are held by.
        self.scroll = self.scroll.min(self.first_line(cursor));
    }

    /// Moves the view so that the message with the cursor shows from its head on.
    pub(in crate::app) fn show_cursor(&mut self, page: usize) {
        self.aim_at(Aim::Cursor, page);
        self.clamp(page);
    }

    /// Whether the head of an item is in view.
    pub(in crate::app) fn shows_head(&self, item: usize, page: usize) -> bool {
        self.lines_from(self.scroll)
            .take(page)
            .any(|line| line.item == Some(item) && matches!(line.kind, LineKind::Head | LineKind::Event))
    }

    /// Scrolls so that an item is in view from its head on, without moving the cursor.
    pub(in crate::app) fn bring_into_view(&mut self, item: usize, page: usize) {
        self.aim_at(Aim::Head(item), page);
        self.clamp(page);
    }

    /// Keeps the view within the lines.
    pub(in crate::app) fn clamp(&mut self, page: usize) {
        self.scroll = self.scroll.min(self.line_count().saturating_sub(page.max(1)));
        self.cursor = self.cursor.min(self.items.len().saturating_sub(1));
    }
}
