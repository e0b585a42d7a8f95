//! Moving in a thread: by message, by line, by page.

use super::{ItemKind, OpenThread};
use crate::app::moving::{Step, scroll_to};

impl OpenThread {
    /// To the next or previous message (or note) by `step`; events are passed.
    pub(in crate::app) fn step_message(&mut self, step: Step, page: usize) {
        match step {
            Step::PageDown | Step::PageUp => {
                let half = (page / 2).max(1);
                self.scroll_by(step == Step::PageDown, half, page);
                return;
            }
            Step::Top => {
                self.reach(0);
                self.scroll = 0;
            }
            Step::Bottom => {
                self.reach(self.items.len().saturating_sub(1));
                self.scroll = self.lines.len().saturating_sub(page);
            }
            Step::Down | Step::Up => {}
        }
        let stops: Vec<usize> =
            (0..self.items.len()).filter(|at| self.items.get(*at).is_some_and(super::Item::is_stop)).collect();
        let here = stops.iter().position(|stop| *stop >= self.cursor).unwrap_or(stops.len());
        let Some(to) = stops.get(step.from(here, stops.len(), page)).copied() else { return };
        self.touched = true;
        let stays = to == self.cursor;
        self.cursor = to;
        match step {
            Step::Down | Step::Up if stays => self.scroll_by(step == Step::Down, 1, page),
            Step::Down | Step::Up => self.show_cursor(page),
            _ => self.clamp(page),
        }
    }

    /// To the last item.
    pub(in crate::app) fn go_to_end(&mut self, page: usize) {
        self.cursor = self.items.len().saturating_sub(1);
        self.show_cursor(page);
    }

    /// To the customer's next or previous message. Returns whether there is one.
    pub(in crate::app) fn step_customer(&mut self, forward: bool, page: usize) -> bool {
        let is = |at: &usize| self.items.get(*at).is_some_and(|item| item.kind == ItemKind::Customer);
        let found = if forward {
            (self.cursor + 1..self.items.len()).find(is)
        } else {
            (0..self.cursor.min(self.items.len())).rev().find(is)
        };
        if let Some(at) = found {
            self.touched = true;
            self.cursor = at;
            self.show_cursor(page);
        }
        found.is_some()
    }

    /// Scrolls by lines; the cursor stays on what is visible. Returns whether anything moved.
    pub(in crate::app) fn scroll_by(&mut self, down: bool, lines: usize, page: usize) {
        self.touched = true;
        let near = lines.saturating_add(page);
        if self.scroll.saturating_add(near).saturating_add(page) > self.lines.len() || self.scroll < near {
            self.lay_out_more();
        }
        self.scroll = if down { self.scroll.saturating_add(lines) } else { self.scroll.saturating_sub(lines) };
        self.clamp(page);
        let to = (self.scroll + page.max(1)).min(self.lines.len());
        let visible: Vec<usize> =
            self.lines.get(self.scroll..to).unwrap_or_default().iter().filter_map(|line| line.item).collect();
        if !visible.contains(&self.cursor) {
            let stop = |at: &&usize| self.items.get(**at).is_some_and(super::Item::is_stop);
            let found = if down { visible.iter().find(stop) } else { visible.iter().rev().find(stop) };
            if let Some(at) = found {
                self.cursor = *at;
            }
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
        let head = self.first_line(cursor);
        let above = self.scroll.min(head);
        self.lay_out_item(cursor);
        self.scroll = above;
    }

    /// Moves the view so that the message with the cursor shows from its head on.
    pub(in crate::app) fn show_cursor(&mut self, page: usize) {
        self.reach(self.cursor);
        let first = self.first_line(self.cursor);
        let last = self.lines.iter().rposition(|line| line.item == Some(self.cursor)).unwrap_or(first);
        // The mark above it belongs to it.
        let first = if self.first_new == Some(self.cursor) { first.saturating_sub(2) } else { first };
        if last - first.min(last) < page {
            self.scroll = scroll_to(self.scroll, last, self.lines.len(), page);
            self.scroll = scroll_to(self.scroll, first, self.lines.len(), page);
        } else {
            self.scroll = first;
        }
        self.clamp(page);
    }

    /// Keeps the view within the lines.
    pub(in crate::app) fn clamp(&mut self, page: usize) {
        self.scroll = self.scroll.min(self.lines.len().saturating_sub(page.max(1)));
        self.cursor = self.cursor.min(self.items.len().saturating_sub(1));
    }
}
