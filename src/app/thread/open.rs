//! A thread from the engine becomes one that can be read; a newer one takes its place unnoticed.
//!
//! Items are laid out around the view first; the rest follows little by little
//! ([`OpenThread::lay_out_more`]), so that no length of a thread is felt.

use std::collections::{HashMap, HashSet};

use super::item::{self, Item, Source};
use super::{OpenThread, lines};
use crate::domain::{Began, Directory, OutboxId, OutboxRow, Part, UnixTime};
use crate::sync::message::Thread;
use crate::words::Words;

/// Bytes of bodies that are read or laid out at a time: a few milliseconds.
const AT_A_TIME: usize = 150_000;

impl OpenThread {
    /// Makes a thread ready. It is laid out later, when the width is known.
    #[must_use]
    pub fn new(thread: Thread, directory: &Directory, words: &Words) -> Self {
        let items = item::build(&thread, directory, words, HashMap::new());
        let mut open = Self {
            first_new: first_new(&thread, &items),
            thread,
            items,
            cursor: 0,
            scroll: 0,
            lines: Vec::new(),
            width: 0,
            range: 0..0,
            page: 0,
            touched: false,
        };
        open.cursor = open.opening();
        open
    }

    /// Where reading begins: what is new since the agent last looked, else the customer's last
    /// message, else the last message.
    fn opening(&self) -> usize {
        let stop_from = |at: usize| (at..self.items.len()).find(|at| self.items.get(*at).is_some_and(Item::is_stop));
        let customer = || self.items.iter().rposition(|item| item.kind == super::ItemKind::Customer);
        let last = || self.items.iter().rposition(Item::is_stop);
        self.first_new.and_then(stop_from).or_else(customer).or_else(last).unwrap_or(0)
    }

    /// Takes over a newer state of the same thread: folds, cursor and view stay where they are. A
    /// thread that had no parts yet is opened afresh.
    pub fn renew(&mut self, thread: Thread, directory: &Directory, words: &Words, page: usize) {
        let fresh = self.thread.parts.is_empty() && !self.touched;
        // What was new when the thread was opened stays marked until it is opened again.
        let seen_at = if fresh { thread.seen_at } else { self.thread.seen_at };
        let thread = Thread { seen_at, ..thread };
        self.rebuild(page, fresh, |open, old| {
            open.items = item::build(&thread, directory, words, old.into_iter().collect());
            open.thread = thread;
        });
    }

    /// Takes over the unsent acts.
    pub fn renew_pending(&mut self, pending: Vec<OutboxRow>, words: &Words, page: usize) {
        self.rebuild(page, false, |open, old| {
            let is_part = |(_, item): &(String, Item)| matches!(item.source, Source::Part(_));
            let (parts, acts): (Vec<_>, Vec<_>) = old.into_iter().partition(is_part);
            open.items = parts.into_iter().map(|(_, item)| item).collect();
            open.thread.pending = pending;
            open.items.extend(item::build_pending(&open.thread, words, acts.into_iter().collect()));
        });
    }

    /// Makes items anew; what stood where on the screen stays there.
    fn rebuild(&mut self, page: usize, fresh: bool, make: impl FnOnce(&mut Self, Vec<(String, Item)>)) {
        let cursor = self.items.get(self.cursor).map(|item| key(item, &self.thread));
        let at_end = self.cursor + 1 >= self.items.len();
        let follows = self.is_at_end();
        let anchor = self.anchor().and_then(|(at, below)| Some((key(self.items.get(at)?, &self.thread), below)));
        let old: Vec<Item> = std::mem::take(&mut self.items);
        let old: Vec<(String, Item)> = old.into_iter().map(|item| (key(&item, &self.thread), item)).collect();
        let known: HashSet<String> = old.iter().map(|(key, _)| key.clone()).collect();
        make(self, old);
        self.first_new = first_new(&self.thread, &self.items);
        let find = |wanted: &str| self.items.iter().position(|item| key(item, &self.thread) == wanted);
        self.cursor = match cursor.as_deref().and_then(find) {
            Some(at) if !fresh => at,
            // What was under the cursor has been settled: its place is the end.
            None if !fresh && at_end => self.items.iter().rposition(Item::is_stop).unwrap_or(0),
            _ => self.opening(),
        };
        let anchored = anchor.and_then(|(wanted, below)| find(&wanted).map(|at| (at, below)));
        if let Some((at, below)) = anchored.filter(|_| !fresh) {
            self.lay_out_around(at);
            self.put_anchor(at, below);
            self.clamp(page);
            if follows {
                let came = (at..self.items.len())
                    .find(|at| self.items.get(*at).is_some_and(|item| !known.contains(&key(item, &self.thread))));
                let stopped = || self.items.iter().rposition(super::item::Item::needs_you);
                if let Some(news) = came.or_else(stopped) {
                    self.follow_end(Some(news), page);
                }
            }
        } else {
            self.lay_out_around(self.cursor);
            self.show_cursor(page);
        }
    }

    /// Whether the end of the thread is in view.
    pub(in crate::app) fn is_at_end(&self) -> bool {
        !self.lines.is_empty() && self.page > 0 && !self.has_more_below(self.page)
    }

    /// Puts the end of the thread at the end of the view, but not so far that the head of `from` goes.
    pub(in crate::app) fn follow_end(&mut self, from: Option<usize>, page: usize) {
        if page == 0 || self.items.is_empty() {
            return;
        }
        self.reach(self.items.len() - 1);
        let end = self.lines.len().saturating_sub(page);
        let head = from.filter(|at| self.range.contains(at)).map(|at| self.first_line(at));
        self.scroll = head.map_or(end, |head| end.min(head));
    }

    /// Whether the head of an item is in view.
    pub(in crate::app) fn shows_head(&self, item: usize, page: usize) -> bool {
        self.lines
            .iter()
            .skip(self.scroll)
            .take(page)
            .any(|line| line.item == Some(item) && matches!(line.kind, lines::LineKind::Head | lines::LineKind::Event))
    }

    /// Scrolls so that an item is in view from its head on, without moving the cursor.
    pub(in crate::app) fn bring_into_view(&mut self, item: usize, page: usize) {
        self.reach(item);
        self.scroll = self.first_line(item);
        self.clamp(page);
    }

    /// The parts that came after another one.
    pub(in crate::app) fn parts_since(&self, began: &Began) -> impl Iterator<Item = (&Item, &Part)> {
        let seen = began.part.as_ref();
        let from = seen.and_then(|seen| self.thread.parts.iter().position(|part| part.id == *seen));
        let at = began.at;
        self.items.iter().filter_map(move |item| match item.source {
            Source::Part(index) => {
                let part = self.thread.parts.get(index)?;
                from.map_or(part.created_at > at, |from| index > from).then_some((item, part))
            }
            Source::Pending(_) => None,
        })
    }

    /// Lays the thread out for a pane of this text width and so many lines, if it is not. What was
    /// at the top stays there, and a message with the cursor that was in view stays in view.
    pub fn lay_out_at(&mut self, width: u16, page: usize) {
        if self.width == width && self.page == page && !self.lines.is_empty() {
            return;
        }
        let first = self.lines.is_empty();
        let anchor = self.anchor();
        let visible = self.lines.iter().skip(self.scroll).take(self.page).any(|line| line.item == Some(self.cursor));
        self.page = page;
        if self.width != width || first {
            self.width = width;
            self.lay_out_around(anchor.map_or(self.cursor, |(at, _)| at));
            if let Some((at, below)) = anchor {
                self.put_anchor(at, below.min(0));
            }
        }
        if first || visible {
            self.show_cursor(page);
        } else {
            self.clamp(page);
        }
    }

    /// Whether everything is laid out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.range.start == 0 && self.range.end >= self.items.len()
    }

    /// Whether there is something below so many lines from the first visible one.
    #[must_use]
    pub fn has_more_below(&self, lines: usize) -> bool {
        self.range.end < self.items.len() || self.lines.len() > self.scroll.saturating_add(lines)
    }

    /// Lays out some more items around those that are. What is on the screen stays where it is.
    /// Returns whether there was something to do.
    pub fn lay_out_more(&mut self) -> bool {
        if self.is_whole() || self.width == 0 {
            return false;
        }
        let anchor = self.anchor();
        self.grow();
        self.list_lines();
        if let Some((at, below)) = anchor {
            self.put_anchor(at, below);
        }
        true
    }

    /// Lays out items around one, as many as are done quickly.
    pub(super) fn lay_out_around(&mut self, at: usize) {
        let at = at.min(self.items.len());
        self.range = at..at;
        self.grow();
        self.list_lines();
    }

    fn grow(&mut self) {
        if self.width == 0 {
            self.range = 0..0;
            return;
        }
        let mut spent = 0;
        while spent < AT_A_TIME && !self.is_whole() {
            if let Some(item) = self.items.get_mut(self.range.end) {
                spent += item.lay_out(&self.thread, self.width);
                self.range.end += 1;
            }
            if let Some(before) = self.range.start.checked_sub(1)
                && let Some(item) = self.items.get_mut(before)
            {
                spent += item.lay_out(&self.thread, self.width);
                self.range.start = before;
            }
        }
    }

    /// Lays one item out anew: its folds changed.
    pub(super) fn lay_out_item(&mut self, at: usize) {
        if let Some(item) = self.items.get_mut(at) {
            item.lay_out(&self.thread, self.width);
        }
        self.list_lines();
    }

    fn list_lines(&mut self) {
        self.lines = lines::list(&self.thread, &self.items, self.first_new, self.range.clone());
    }

    /// Sees to it that an item is laid out.
    pub(super) fn reach(&mut self, at: usize) {
        if self.range.contains(&at) || at >= self.items.len() {
            return;
        }
        let near = at.saturating_add(3) >= self.range.start && at < self.range.end.saturating_add(3);
        for _ in 0..4 {
            if !near || self.range.contains(&at) || !self.lay_out_more() {
                break;
            }
        }
        if !self.range.contains(&at) {
            self.lay_out_around(at);
        }
    }

    /// Puts the view so many lines from the thread's beginning, the cursor on what is visible.
    pub(in crate::app) fn scroll_to_line(&mut self, line: usize, page: usize) {
        self.reach(0);
        while self.lines.len() < line.saturating_add(page) && self.lay_out_more() {}
        self.scroll = line;
        self.scroll_by(true, 0, page);
    }

    /// Lines above the first visible one, as far as they are laid out.
    #[must_use]
    pub const fn lines_above(&self) -> usize {
        self.scroll
    }

    /// The unsent act under the cursor.
    #[must_use]
    pub fn pending_at_cursor(&self) -> Option<&OutboxRow> {
        match self.items.get(self.cursor)?.source {
            Source::Pending(at) => self.thread.pending.get(at),
            Source::Part(_) => None,
        }
    }

    /// Puts the cursor on an unsent act. Returns whether it is there.
    pub(in crate::app) fn go_to_pending(&mut self, id: OutboxId, page: usize) -> bool {
        let is = |item: &Item| match item.source {
            Source::Pending(at) => self.thread.pending.get(at).is_some_and(|row| row.id == id),
            Source::Part(_) => false,
        };
        let Some(at) = self.items.iter().position(is) else { return false };
        self.cursor = at;
        self.show_cursor(page);
        true
    }

    /// What is at the top of the view: the first item from there on, and how many of its lines are
    /// above (below, when negative).
    fn anchor(&self) -> Option<(usize, isize)> {
        let at = self.lines.iter().skip(self.scroll).find_map(|line| line.item)?;
        let first = isize::try_from(self.first_line(at)).ok()?;
        Some((at, isize::try_from(self.scroll).ok()? - first))
    }

    fn put_anchor(&mut self, at: usize, below: isize) {
        self.scroll = self.first_line(at).saturating_add_signed(below);
    }

    /// The first line of an item.
    pub(super) fn first_line(&self, item: usize) -> usize {
        self.lines.iter().position(|line| line.item == Some(item)).unwrap_or(0)
    }
}

/// What an item is, whatever its index: a part's id, or an outbox row's.
fn key(item: &Item, thread: &Thread) -> String {
    match item.source {
        Source::Part(at) => thread.parts.get(at).map(|part| part.id.to_string()).unwrap_or_default(),
        Source::Pending(at) => thread.pending.get(at).map(|row| format!("local-{}", row.id)).unwrap_or_default(),
    }
}

fn first_new(thread: &Thread, items: &[Item]) -> Option<usize> {
    let seen: UnixTime = thread.seen_at?;
    // What I did myself is not new to me; a thread that is new as a whole needs no mark.
    let at = items.iter().position(|item| item.at > seen && !item.mine && matches!(item.source, Source::Part(_)))?;
    (at > 0).then_some(at)
}
