//! A thread from the engine becomes one that can be read; a newer one takes its place unnoticed.

use super::OpenThread;
use super::item::{self, Before, Item, Source};
use super::view::Aim;
use crate::domain::{Began, Directory, OutboxId, OutboxRow, Part, PartId, UnixTime};
use crate::sync::message::Thread;
use crate::text::Untrusted;
use crate::words::Words;

/// What an item is, whatever its index.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Part(PartId),
    Pending(OutboxId),
}

impl OpenThread {
    /// Makes a thread ready. Its bodies are read later, when the width is known.
    #[must_use]
    pub fn new(thread: Thread, directory: &Directory, words: &Words) -> Self {
        let items = item::build(&thread, directory, words, None);
        let mut open = Self {
            first_new: first_new(&thread, &items),
            thread,
            items,
            cursor: 0,
            scroll: 0,
            width: 0,
            starts: Vec::new(),
            filled: 0..0,
            page: 0,
            aim: None,
            held_by: None,
            version: 0,
            touched: false,
        };
        open.cursor = open.opening();
        open.measure_from(0);
        open
    }

    /// The message with the cursor.
    #[must_use]
    pub fn at_cursor(&self) -> Option<&Item> {
        self.items.get(self.cursor)
    }

    /// The part that an item shows; absent for what is not sent yet.
    #[must_use]
    pub fn part_of(&self, item: &Item) -> Option<&Part> {
        match item.source {
            Source::Part(at) => self.thread.parts.get(at),
            Source::Pending(_) => None,
        }
    }

    /// The body of an item as it came: for copying, showing its source and sending on. What is not sent yet has
    /// none: its Markdown is in [`OutboxRow::act`].
    #[must_use]
    pub fn body_of(&self, item: &Item) -> Option<&Untrusted> {
        self.part_of(item)?.body.as_ref()
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
        let same_names = self.thread.conversation.contact == thread.conversation.contact;
        self.rebuild(Thread { seen_at, ..thread }, same_names, directory, words, (page, fresh));
    }

    /// Names have changed.
    pub fn rename(&mut self, directory: &Directory, words: &Words, page: usize) {
        let thread = self.thread.clone();
        self.rebuild(thread, false, directory, words, (page, false));
    }

    /// Takes over the unsent acts.
    pub fn renew_pending(&mut self, pending: Vec<OutboxRow>, directory: &Directory, words: &Words, page: usize) {
        let thread = Thread { pending, ..self.thread.clone() };
        self.rebuild(thread, true, directory, words, (page, false));
    }

    /// Makes items anew; what stood where on the screen stays there, unless it is opened afresh.
    fn rebuild(
        &mut self,
        thread: Thread,
        same_names: bool,
        directory: &Directory,
        words: &Words,
        (page, fresh): (usize, bool),
    ) {
        let name = |open: &Self, at: usize| open.items.get(at).and_then(|item| name(item, &open.thread));
        let cursor = name(self, self.cursor);
        let at_end = self.cursor + 1 >= self.items.len();
        let follows = self.is_at_end();
        let anchor = self.anchor().and_then(|(at, below)| Some((name(self, at)?, below)));
        let last = self.thread.parts.last().map(|part| part.id.clone());
        let pending: Vec<OutboxId> = self.thread.pending.iter().map(|row| row.id).collect();
        let before = Before {
            thread: std::mem::replace(&mut self.thread, thread),
            items: std::mem::take(&mut self.items),
            same_names,
        };
        self.items = item::build(&self.thread, directory, words, Some(before));
        self.first_new = first_new(&self.thread, &self.items);
        self.filled = 0..self.items.len();
        self.version += 1;
        let aimed = self.aim.take() == Some(Aim::Cursor);
        self.measure_from(0);
        self.cursor = match cursor.and_then(|wanted| self.index_of(&wanted)) {
            Some(at) if !fresh => at,
            // What was under the cursor has been settled: its place is the end.
            None if !fresh && at_end => self.items.iter().rposition(Item::is_stop).unwrap_or(0),
            _ => self.opening(),
        };
        let anchored = anchor.and_then(|(wanted, below)| self.index_of(&wanted).map(|at| (at, below)));
        let Some((at, below)) = anchored.filter(|_| !fresh) else {
            self.show_cursor(page);
            return;
        };
        self.put_anchor(at, below);
        self.clamp(page);
        if aimed {
            // It has not been seen yet as it shall be.
            self.show_cursor(page);
        }
        if follows {
            let parts_known = last.and_then(|last| self.index_of(&Name::Part(last))).map_or(0, |at| at + 1);
            let is_new = |item: &Item| match item.source {
                Source::Part(at) => at >= parts_known,
                Source::Pending(at) => self.thread.pending.get(at).is_some_and(|row| !pending.contains(&row.id)),
            };
            let came = (at..self.items.len()).find(|at| self.items.get(*at).is_some_and(is_new));
            let stopped = || self.items.iter().rposition(Item::needs_you);
            if let Some(news) = came.or_else(stopped) {
                self.follow_end(Some(news), page);
            }
        }
    }

    fn index_of(&self, wanted: &Name) -> Option<usize> {
        let is = |item: &Item| name(item, &self.thread).as_ref() == Some(wanted);
        match wanted {
            // Parts come first, each at its own index.
            Name::Part(id) => self.thread.parts.iter().rposition(|part| part.id == *id),
            Name::Pending(_) => self.items.iter().rposition(is),
        }
    }

    /// Whether the end of the thread is in view.
    pub(in crate::app) fn is_at_end(&self) -> bool {
        self.width > 0 && self.page > 0 && !self.has_more_below(self.page)
    }

    /// Puts the end of the thread at the end of the view, but not so far that the head of `from` goes.
    pub(in crate::app) fn follow_end(&mut self, from: Option<usize>, page: usize) {
        if page > 0 && !self.items.is_empty() {
            self.aim_at(Aim::End(from), page);
        }
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
    /// at the top stays there, within a message to the word; a message with the cursor whose head was in view
    /// stays in view.
    pub fn lay_out_at(&mut self, width: u16, page: usize) {
        if self.width == width && self.page == page {
            return;
        }
        let first = self.width == 0;
        let anchor = self.anchor();
        let visible = self.lines_in_view().any(|line| line.item == Some(self.cursor));
        let shows_head = self.shows_head(self.cursor, self.page);
        let letter = self.letter_at_top().filter(|_| !first && !shows_head);
        let is_as_wide = self.width == width;
        self.page = page;
        if !is_as_wide {
            self.width = width;
            self.wrap_under();
            if let Some((at, below)) = anchor.filter(|_| !first) {
                self.put_anchor(at, below.min(0));
            }
        }
        match letter {
            Some((at, letter)) => {
                self.held_by = Some((at, letter));
                self.aim_at(Aim::Letter(at, letter), page);
                self.clamp(page);
            }
            None if first || shows_head || (visible && !is_as_wide) => self.show_cursor(page),
            None => self.clamp(page),
        }
    }

    /// Whether there is something below so many lines from the first visible one.
    #[must_use]
    pub fn has_more_below(&self, lines: usize) -> bool {
        self.line_count() > self.scroll.saturating_add(lines)
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
}

/// What an item is: a part's id, or an outbox row's.
fn name(item: &Item, thread: &Thread) -> Option<Name> {
    match item.source {
        Source::Part(at) => thread.parts.get(at).map(|part| Name::Part(part.id.clone())),
        Source::Pending(at) => thread.pending.get(at).map(|row| Name::Pending(row.id)),
    }
}

fn first_new(thread: &Thread, items: &[Item]) -> Option<usize> {
    let seen: UnixTime = thread.seen_at?;
    // What I did myself is not new to me; a thread that is new as a whole needs no mark.
    let at = items.iter().position(|item| item.at > seen && !item.mine && matches!(item.source, Source::Part(_)))?;
    (at > 0).then_some(at)
}
