//! The view onto a thread: where its lines are, which of them are seen, and which bodies are wanted for that.
//!
//! Only the bodies near the view are read and kept at hand; of the others it is known, or assumed, how many
//! lines they have. So a thread of ten thousand parts costs what one of ten does, and whatever is read later
//! does not move what the agent looks at. Enter at [`OpenThread::want`].

use std::ops::Range;

use super::find::Hit;
use super::lines::{self, Between, ThreadLine};
use super::reading::{BodyKey, ToRead};
use super::readings::Readings;
use super::{OpenThread, find};
use crate::app::moving::scroll_to;

/// So many items on either side of the view are read ahead, if they are within so many pages.
const AHEAD: usize = 40;
const PAGES_AHEAD: usize = 2;
/// So many items at either end, where one key leads.
const AT_ENDS: usize = 12;
/// Bodies of more bytes are read after all others, and nothing waits for them.
const HEAVY: usize = 96 << 10;
/// Bodies so many items away are let go of.
const KEPT: usize = 400;
/// How often the view is filled from what is known: what comes in can only make fewer items visible.
const PASSES: usize = 6;
/// Lines of one message that a kept place can tell apart.
const ROWS: usize = 4_096;

/// What the view is to show once it can: bodies that are not read yet have one line until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// The message with the cursor, from its head on.
    Cursor,
    /// The head of an item at the top.
    Head(usize),
    /// A line of an item at the top.
    Row(usize, usize),
    /// The line of an item's body that holds this letter, at the top.
    Letter(usize, u32),
    /// The end, as long as the head of an item stays in view.
    End(Option<usize>),
    /// Something that was found in an item.
    Hit(usize, Hit),
}

/// Bodies that the view wants.
#[derive(Debug, Default)]
pub(in crate::app) struct Wanted {
    /// Those on the screen first.
    pub wishes: Vec<ToRead>,
    /// So many of them are on the screen.
    pub seen: usize,
    /// Those on the screen that are soon here: a frame waits for them.
    pub soon: Vec<BodyKey>,
}

impl OpenThread {
    /// Counts the lines anew, from an item on.
    pub(super) fn measure_from(&mut self, from: usize) {
        let header = lines::header(&self.thread).count();
        let from = from.min(self.starts.len().saturating_sub(1));
        self.starts.truncate(from + 1);
        if from == 0 {
            self.starts = vec![header];
        }
        let mut line = self.starts.last().copied().unwrap_or(header);
        for at in from..self.items.len() {
            if let Some(item) = self.items.get(at) {
                line += self.between(at).rows() + lines::rows(item);
            }
            self.starts.push(line);
        }
    }

    fn between(&self, at: usize) -> Between {
        let before = at.checked_sub(1).and_then(|before| self.items.get(before));
        let has_header = lines::header(&self.thread).next().is_some();
        let new = self.first_new == Some(at);
        self.items.get(at).map_or(Between { gap: false, new }, |item| Between::of(before, item, has_header, new))
    }

    /// Lines of the whole thread; a body that was not read yet counts as one.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }

    /// One of them.
    #[must_use]
    pub fn line(&self, at: usize) -> Option<ThreadLine> {
        if at < self.starts.first().copied()? {
            return lines::header(&self.thread).nth(at).map(|kind| ThreadLine { item: None, kind });
        }
        let (item, row) = self.place_of(at)?;
        let between = self.between(item);
        Some(match row.checked_sub(between.rows()) {
            None => ThreadLine { item: None, kind: between.kind(row) },
            Some(row) => ThreadLine { item: Some(item), kind: lines::kind(self.items.get(item)?, row) },
        })
    }

    /// The lines from one on.
    pub fn lines_from(&self, at: usize) -> impl Iterator<Item = ThreadLine> + '_ {
        (at..self.line_count()).map_while(|at| self.line(at))
    }

    /// The lines in view.
    pub fn lines_in_view(&self) -> impl Iterator<Item = ThreadLine> + '_ {
        self.lines_from(self.scroll).take(self.page)
    }

    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = ThreadLine> + '_ {
        self.lines_from(0)
    }

    /// The item whose lines, or the blank ones above it, hold a line; and which of these it is.
    fn place_of(&self, line: usize) -> Option<(usize, usize)> {
        let at = self.starts.partition_point(|start| *start <= line).checked_sub(1)?;
        (at < self.items.len()).then(|| (at, line - self.starts.get(at).copied().unwrap_or(line)))
    }

    /// The first line of an item: its head.
    pub(super) fn first_line(&self, item: usize) -> usize {
        let start = self.starts.get(item).copied().unwrap_or_else(|| self.line_count());
        if item < self.items.len() { start + self.between(item).rows() } else { start }
    }

    /// The last line of an item.
    pub(super) fn last_line(&self, item: usize) -> usize {
        self.starts.get(item + 1).copied().unwrap_or_else(|| self.line_count()).saturating_sub(1)
    }

    /// The items with a line in view.
    pub(super) fn items_in_view(&self) -> Range<usize> {
        self.items_within(self.scroll, self.scroll.saturating_add(self.page))
    }

    fn items_within(&self, from: usize, to: usize) -> Range<usize> {
        let last = self.items.len();
        let first = self.place_of(from).map_or(if from < self.line_count() { 0 } else { last }, |(at, _)| at);
        let end = self.starts.partition_point(|start| *start < to).min(last);
        first..end.max(first)
    }

    /// Fills the view with what is known of the bodies near it, and says which ones have to be read for it.
    pub(in crate::app) fn want(&mut self, readings: &mut Readings) -> Wanted {
        let mut wanted = Wanted::default();
        if self.width == 0 || self.page == 0 {
            return wanted;
        }
        for _ in 0..PASSES {
            let near = self.near();
            if !self.fill(near, readings) {
                break;
            }
        }
        let near = self.near();
        self.let_go(&near);
        let seen = self.items_in_view();
        let len = self.items.len();
        let ends = (len.saturating_sub(AT_ENDS)..len).rev().chain(0..AT_ENDS.min(len));
        let (below, above) = (seen.end..near.end.max(seen.end), near.start.min(seen.start)..seen.start);
        let mut heavy = Vec::new();
        let order = seen.clone().chain(below).chain(above.rev());
        let far: Vec<usize> = ends.filter(|at| !near.contains(at) && !seen.contains(at)).collect();
        for at in order.chain(far) {
            let form = match self.items.get(at) {
                Some(item) => item.form(self.width),
                None => continue,
            };
            let Some(item) = self.items.get_mut(at).filter(|item| !item.is_in(form)) else { continue };
            let is_seen = seen.contains(&at);
            let is_heavy = item.shown.is_none() && item.body(&self.thread).len() > HEAVY;
            // At the ends it is enough that it is known: it is taken when the view comes there.
            if !is_seen && !near.contains(&at) && (is_heavy || item.was_ahead(&self.thread, form, readings)) {
                continue;
            }
            let wish = ToRead { seen: is_seen, ..item.wish(&self.thread, form, readings) };
            if is_heavy {
                heavy.push((is_seen, wish));
                continue;
            }
            if is_seen {
                wanted.seen += 1;
                wanted.soon.push(wish.key.clone());
            }
            wanted.wishes.push(wish);
        }
        let (first, rest): (Vec<_>, Vec<_>) = heavy.into_iter().partition(|(is_seen, _)| *is_seen);
        let at = wanted.seen;
        wanted.seen += first.len();
        wanted.wishes.splice(at..at, first.into_iter().map(|(_, wish)| wish));
        wanted.wishes.extend(rest.into_iter().map(|(_, wish)| wish));
        if wanted.seen == 0 {
            self.aim = None;
        }
        wanted
    }

    /// The items in and around the view.
    fn near(&self) -> Range<usize> {
        let seen = self.items_in_view();
        let pages = self.page * PAGES_AHEAD;
        let within = self.items_within(self.scroll.saturating_sub(pages), self.scroll + self.page + pages);
        let from = within.start.max(seen.start.saturating_sub(AHEAD)).min(seen.start);
        let to = within.end.min(seen.end + AHEAD).max(seen.end).min(self.items.len());
        from..to
    }

    /// Takes what was read before. Returns whether there was something.
    fn fill(&mut self, near: Range<usize>, readings: &mut Readings) -> bool {
        let still = self.anchor_for_filling();
        let mut first = None;
        for at in near.clone() {
            let Some(item) = self.items.get_mut(at) else { continue };
            let form = item.form(self.width);
            if !item.is_in(form) && item.take(&self.thread, form, readings) {
                first.get_or_insert(at);
            }
        }
        let Some(first) = first else { return false };
        self.filled = self.filled.start.min(near.start)..self.filled.end.max(near.end);
        self.measure_from(first);
        self.put_back(still);
        true
    }

    /// Lets go of bodies that are far from the view; how many lines they have stays known.
    fn let_go(&mut self, near: &Range<usize>) {
        let kept = near.start.saturating_sub(KEPT)..near.end.saturating_add(KEPT);
        if self.filled.start >= kept.start && self.filled.end <= kept.end {
            return;
        }
        let still = self.anchor_for_filling();
        let mut first = None;
        for at in self.filled.clone() {
            if kept.contains(&at) {
                continue;
            }
            if let Some(item) = self.items.get_mut(at).filter(|item| item.shown.is_some()) {
                item.shown = None;
                first.get_or_insert(at);
            }
        }
        self.filled = self.filled.start.max(kept.start)..self.filled.end.min(kept.end).max(kept.start);
        if let Some(first) = first {
            self.measure_from(first);
            self.put_back(still);
        }
    }

    /// What stays where it is on the screen while bodies come in: the message with the cursor if its head is
    /// seen, else the first whose head is, else what is at the top.
    fn anchor_for_filling(&self) -> Option<(usize, isize)> {
        let seen = self.scroll..self.scroll.saturating_add(self.page);
        let has_head = |at: &usize| seen.contains(&self.first_line(*at));
        let at = Some(self.cursor).filter(has_head).or_else(|| self.items_in_view().find(has_head));
        let at = at.or_else(|| self.place_of(self.scroll).map(|(at, _)| at))?;
        self.anchor_of(at)
    }

    /// The line of a letter of an item's body.
    fn line_of(&self, item: usize, letter: u32) -> usize {
        self.first_line(item) + self.items.get(item).map_or(0, |item| lines::row_of_letter(item, letter))
    }

    /// The letter of a body that is at the top of the view: of which item, and which one. The one that it was held
    /// by before, as long as that is on the line: a width that changes in small steps does not lead away from it.
    pub(super) fn letter_at_top(&self) -> Option<(usize, u32)> {
        if let Some((at, letter)) = self.held_by.filter(|(at, letter)| self.line_of(*at, *letter) == self.scroll) {
            return Some((at, letter));
        }
        let (at, row) = self.place_of(self.scroll)?;
        let row = row.checked_sub(self.between(at).rows())?;
        Some((at, lines::letter_from(self.items.get(at)?, row)?))
    }

    fn anchor_of(&self, at: usize) -> Option<(usize, isize)> {
        let first = isize::try_from(self.first_line(at)).ok()?;
        Some((at, isize::try_from(self.scroll).ok()? - first))
    }

    /// What is at the top of the view: the first item from there on, and how many of its lines are above
    /// (below, when negative).
    pub(super) fn anchor(&self) -> Option<(usize, isize)> {
        self.anchor_of(self.place_of(self.scroll)?.0)
    }

    pub(super) fn put_anchor(&mut self, at: usize, below: isize) {
        self.scroll = self.first_line(at).saturating_add_signed(below);
    }

    fn put_back(&mut self, anchor: Option<(usize, isize)>) {
        if let Some((at, below)) = anchor {
            self.put_anchor(at, below);
        }
        let page = self.page;
        if let Some(aim) = self.aim {
            self.aim_at(aim, page);
        }
        self.clamp(page);
    }

    /// Moves the view so that it shows this, also once the bodies are read that are not yet.
    pub(super) fn aim_at(&mut self, aim: Aim, page: usize) {
        self.aim = Some(aim);
        match aim {
            Aim::Cursor => self.bring_cursor(page),
            Aim::Head(item) => self.scroll = self.first_line(item),
            Aim::Row(item, row) => {
                let rows = self.items.get(item).map_or(0, lines::rows);
                self.scroll = self.first_line(item) + row.min(rows);
            }
            Aim::Letter(item, letter) => self.scroll = self.line_of(item, letter),
            Aim::End(from) => {
                let end = self.line_count().saturating_sub(page);
                self.scroll = from.map_or(end, |from| end.min(self.first_line(from)));
            }
            Aim::Hit(item, hit) => self.bring_hit(item, hit, page),
        }
    }

    fn bring_cursor(&mut self, page: usize) {
        let (first, last) = (self.first_line(self.cursor), self.last_line(self.cursor));
        // The mark above it belongs to it.
        let first = if self.first_new == Some(self.cursor) { first.saturating_sub(2) } else { first };
        if last - first.min(last) < page {
            self.scroll = scroll_to(self.scroll, last, self.line_count(), page);
            self.scroll = scroll_to(self.scroll, first, self.line_count(), page);
        } else {
            self.scroll = first;
        }
    }

    /// Brings what was found into view; what is folded away is unfolded for it.
    fn bring_hit(&mut self, at: usize, hit: Hit, page: usize) {
        let (head, top) = (self.first_line(at), self.scroll);
        let Some(item) = self.items.get_mut(at) else { return };
        let row = match find::row_of(item, hit) {
            Some(row) => row,
            None => {
                if item.is_read() && item.can_fold && !item.expanded {
                    item.expanded = true;
                }
                0
            }
        };
        let (line, len) = (head + row, self.line_count());
        if line < top || line >= top + page {
            // With some lines above it, and the head where there is room for it.
            let above = if row < page / 2 { head } else { line.saturating_sub(page / 3) };
            self.scroll = above.min(len.saturating_sub(page.max(1)));
        }
    }

    /// Whether every line is counted: after any message.
    #[cfg(test)]
    pub(in crate::app) fn is_measured(&self) -> bool {
        let mut counted = self.clone();
        counted.measure_from(0);
        counted.starts == self.starts
    }

    /// A frame is drawn: what is not read by now does not move the view any more.
    pub(in crate::app) fn drawn(&mut self) {
        self.aim = self.aim.filter(|aim| matches!(aim, Aim::Hit(..)));
    }

    /// Whether the message of this body is in view.
    pub(in crate::app) fn shows_body(&mut self, key: &BodyKey) -> bool {
        let seen = self.items_in_view();
        let thread = &self.thread;
        self.items.get_mut(seen).unwrap_or_default().iter_mut().any(|item| item.has_body && item.key(thread) == key)
    }

    /// Where the view is, as it is kept for the next start.
    #[must_use]
    pub fn mark(&self) -> usize {
        self.place_of(self.scroll).map_or(0, |(at, row)| at * ROWS + row.min(ROWS - 1))
    }

    /// Puts the view where it was, the cursor on what is visible.
    pub(in crate::app) fn go_to_mark(&mut self, mark: usize, page: usize) {
        let (at, row) = (mark / ROWS, mark % ROWS);
        if at < self.items.len() {
            let row = row.saturating_sub(self.between(at).rows());
            self.aim_at(Aim::Row(at, row), page);
            if (at, row) == (0, 0) {
                self.scroll = 0;
            }
        }
        self.clamp(page);
        self.put_cursor_in_view(true, page);
        self.touched = true;
    }
}
