//! A thread from the engine becomes one that can be read; a newer one takes its place unnoticed.

use std::collections::HashMap;

use super::item::{self, Item, Source};
use super::{OpenThread, lines};
use crate::domain::{Directory, UnixTime};
use crate::sync::message::Thread;
use crate::words::Words;

impl OpenThread {
    /// Makes a thread ready. It is laid out later, when the width is known.
    #[must_use]
    pub fn new(thread: Thread, directory: &Directory, words: &Words) -> Self {
        let items = item::build(&thread, directory, words, &HashMap::new());
        let mut open = Self {
            first_new: first_new(&thread, &items),
            thread,
            items,
            cursor: 0,
            scroll: 0,
            lines: Vec::new(),
            width: 0,
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
        let cursor = self.items.get(self.cursor).map(|item| key(item, &self.thread));
        let anchor = self.lines.get(self.scroll).and_then(|line| {
            let at = line.item?;
            let first = self.lines.iter().position(|line| line.item == Some(at))?;
            Some((key(self.items.get(at)?, &self.thread), self.scroll - first))
        });
        // What was new when the thread was opened stays marked until it is opened again.
        let seen_at = if fresh { thread.seen_at } else { self.thread.seen_at };
        let old_items = std::mem::take(&mut self.items);
        let old: HashMap<String, Item> = old_items.into_iter().map(|item| (key(&item, &self.thread), item)).collect();
        self.items = item::build(&thread, directory, words, &old);
        self.thread = Thread { seen_at, ..thread };
        self.first_new = first_new(&self.thread, &self.items);
        let find = |wanted: &str| self.items.iter().position(|item| key(item, &self.thread) == wanted);
        self.cursor = match cursor.as_deref().and_then(find) {
            Some(at) if !fresh => at,
            _ => self.opening(),
        };
        let anchored = anchor.and_then(|(wanted, below)| find(&wanted).map(|at| (at, below)));
        let width = self.width;
        self.lay_out(width);
        match anchored.filter(|_| !fresh) {
            Some((at, below)) => {
                self.scroll = self.first_line(at) + below;
                self.clamp(page);
            }
            None => self.show_cursor(page),
        }
    }

    /// Lays the thread out for a pane of this text width and so many lines, if it is not. What was
    /// at the top stays there, and a message with the cursor that was in view stays in view.
    pub fn lay_out_at(&mut self, width: u16, page: usize) {
        if self.width == width && self.page == page && !self.lines.is_empty() {
            return;
        }
        let first = self.lines.is_empty();
        let anchor = self.lines.get(self.scroll).and_then(|line| line.item);
        let visible = self.lines.iter().skip(self.scroll).take(self.page).any(|line| line.item == Some(self.cursor));
        self.page = page;
        if self.width != width || first {
            self.lay_out(width);
            if let Some(at) = anchor {
                self.scroll = self.first_line(at);
            }
        }
        if first || visible {
            self.show_cursor(page);
        } else {
            self.clamp(page);
        }
    }

    pub(super) fn lay_out(&mut self, width: u16) {
        self.width = width;
        self.lines = lines::lay_out(&self.thread, &self.items, self.first_new, width);
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
