//! Find in thread: what is typed, what was found, and where in the lines that is.
//!
//! Owns the state of the line at the foot of the thread ([`Find`]) and the way from a place in a text to cells
//! of the screen (`marks`). Searching itself is in [`super::search`], what keys do in `finding`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::item::Item;
use super::lines;
use super::search::{Found, Texts};
use crate::app::input::Input;
use crate::domain::ConversationId;

/// Where in an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HitPlace {
    /// The author, or the words of an event.
    Head,
    /// The body.
    Body,
    /// The name of the file of this index.
    File(usize),
}

/// Something that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where.
    pub place: HitPlace,
    /// The first letter of it in the text there, white space not counted.
    pub from: u32,
    /// How many letters, white space not counted; 1 at least.
    pub len: u32,
}

/// A piece of a line that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The line of the body; 0 in a head or a file's line.
    pub line: usize,
    /// The bytes of the line's spans, one after the other; of the name, in a head or a file's line.
    pub bytes: Range<usize>,
    /// It is what the cursor is on.
    pub current: bool,
}

/// The line at the foot of a thread, and what was found.
#[derive(Clone, Debug)]
pub struct Find {
    /// What is typed.
    pub input: Input,
    /// The conversation in which it is searched for.
    pub(super) conversation: ConversationId,
    /// The thread's state that is searched.
    pub(super) version: u64,
    pub(super) texts: Arc<Texts>,
    /// The item that the cursor was on when it began: from there on.
    pub(super) origin: usize,
    /// Number of the latest question; zero before the first.
    pub(super) generation: u64,
    /// What was found is an answer to the question before.
    pub(super) stale: bool,
    pub(super) hits: BTreeMap<usize, Vec<Hit>>,
    /// What the cursor is on: the item, and which of what was found in it.
    pub(super) current: Option<(usize, usize)>,
    pub(super) done: bool,
    pub(super) more: bool,
    /// The last step went on at the other end: forward or back.
    pub wrapped: Option<bool>,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// What the cursor is on, from 1; 0 for nothing.
    pub at: usize,
    /// So many were found.
    pub of: usize,
    /// Everything was searched.
    pub done: bool,
    /// There are more than are counted.
    pub more: bool,
}

impl Find {
    pub(super) fn new(conversation: ConversationId, origin: usize, version: u64, texts: Arc<Texts>) -> Self {
        Self {
            input: Input::default(),
            conversation,
            version,
            texts,
            origin,
            generation: 0,
            stale: false,
            hits: BTreeMap::new(),
            current: None,
            done: true,
            more: false,
            wrapped: None,
        }
    }

    /// How many were found; `None` while nothing is searched for.
    #[must_use]
    pub fn tally(&self) -> Option<Tally> {
        if self.generation == 0 || self.input.text().trim().is_empty() {
            return None;
        }
        let of = self.hits.values().map(Vec::len).sum();
        let before = |item: usize| self.hits.range(..item).map(|(_, hits)| hits.len()).sum::<usize>();
        let at = self.current.map_or(0, |(item, hit)| before(item) + hit + 1);
        Some(Tally { at, of, done: self.done && !self.stale, more: self.more })
    }

    /// Takes some of the answer. Returns whether it is one to the latest question.
    pub(super) fn take(&mut self, found: Found) -> bool {
        if found.generation != self.generation {
            return false;
        }
        if std::mem::take(&mut self.stale) {
            self.hits.clear();
        }
        self.hits.extend(found.hits);
        self.done = found.done;
        self.more |= found.more;
        if self.current.is_some_and(|at| self.hit_at(at).is_none()) {
            self.current = None;
        }
        true
    }

    fn hit_at(&self, (item, hit): (usize, usize)) -> Option<Hit> {
        self.hits.get(&item)?.get(hit).copied()
    }

    /// What the cursor is on.
    pub(super) fn current_hit(&self) -> Option<(usize, Hit)> {
        let at = self.current?;
        Some((at.0, self.hit_at(at)?))
    }

    /// The first that was found from an item on, else from the beginning.
    pub(super) fn first_from(&self, item: usize) -> Option<(usize, usize)> {
        let first = |(item, _): (&usize, &Vec<Hit>)| (*item, 0);
        self.hits.range(item..).next().or_else(|| self.hits.iter().next()).map(first)
    }

    /// The one after (or before) what the cursor is on; at the end on from the other one, which is noted.
    pub(super) fn step(&mut self, forward: bool) -> Option<(usize, usize)> {
        let (item, hit) = self.current.or_else(|| self.first_from(self.origin))?;
        let here = self.hits.get(&item).map_or(0, Vec::len);
        let last = |(item, hits): (&usize, &Vec<Hit>)| (*item, hits.len().saturating_sub(1));
        let next = if forward {
            let later = self.hits.range(item + 1..).next().map(|(item, _)| (*item, 0));
            if hit + 1 < here { Some((item, hit + 1)) } else { later }
        } else {
            let earlier = self.hits.range(..item).next_back().map(last);
            hit.checked_sub(1).map(|hit| (item, hit)).or(earlier)
        };
        self.wrapped = None;
        if next.is_none() {
            if !self.done {
                // More may come.
                return None;
            }
            self.wrapped = Some(forward);
        }
        let end = if forward {
            self.hits.iter().next().map(|(item, _)| (*item, 0))
        } else {
            self.hits.iter().next_back().map(last)
        };
        next.or(end)
    }

    /// What was found in an item, as pieces of lines: in one place of it.
    #[must_use]
    pub fn marks(&self, at: usize, item: &Item, place: HitPlace) -> Vec<Mark> {
        let Some(hits) = self.hits.get(&at) else { return Vec::new() };
        let current = self.current.filter(|(item, _)| *item == at).map(|(_, hit)| hit);
        let hits: Vec<(Hit, bool)> = hits
            .iter()
            .enumerate()
            .filter(|(_, hit)| hit.place == place)
            .map(|(index, hit)| (*hit, Some(index) == current))
            .collect();
        if hits.is_empty() {
            return Vec::new();
        }
        match place {
            HitPlace::Body => body_marks(item, &hits),
            HitPlace::Head if item.kind == super::ItemKind::Event => text_marks(&item.event, &hits),
            HitPlace::Head => text_marks(&item.author, &hits),
            HitPlace::File(index) => item.files.get(index).map_or_else(Vec::new, |file| text_marks(&file.name, &hits)),
        }
    }
}

/// The line of what was found, among the item's lines; `None` when it is folded away or not laid out yet.
pub(super) fn row_of(item: &Item, hit: Hit) -> Option<usize> {
    match hit.place {
        HitPlace::Head => Some(0),
        HitPlace::File(index) => Some(lines::rows_above_files(item) + index),
        HitPlace::Body => {
            let mark = body_marks(item, &[(hit, false)]).into_iter().next()?;
            Some(lines::head_rows(item) + mark.line)
        }
    }
}

/// Finds the pieces of lines that are marked.
struct Marker<'a> {
    /// In the order of their letters.
    hits: &'a [(Hit, bool)],
    marks: Vec<Mark>,
    /// What the last mark is a piece of, as long as nothing else stands behind it on its line.
    open: Option<u32>,
}

impl<'a> Marker<'a> {
    const fn new(hits: &'a [(Hit, bool)]) -> Self {
        Self { hits, marks: Vec::new(), open: None }
    }

    /// A text of a line, which begins at a byte of it, and with a letter of what was searched.
    fn pass(&mut self, line: usize, at: usize, text: &str, letter: u32) {
        let from = self.hits.partition_point(|(hit, _)| hit.from.saturating_add(hit.len) <= letter);
        let mut hits = self.hits.get(from..).unwrap_or_default();
        let end = letter.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
        if hits.first().is_none_or(|(hit, _)| hit.from >= end) {
            return;
        }
        let mut passed = letter;
        for (offset, scalar) in text.char_indices().filter(|(_, scalar)| !scalar.is_whitespace()) {
            while let Some(((hit, _), rest)) = hits.split_first()
                && passed >= hit.from.saturating_add(hit.len)
            {
                hits = rest;
            }
            let Some((hit, current)) = hits.first() else { return };
            if passed >= hit.from {
                let bytes = at + offset..at + offset + scalar.len_utf8();
                match self.marks.last_mut().filter(|mark| mark.line == line && self.open == Some(hit.from)) {
                    Some(mark) => mark.bytes.end = bytes.end,
                    None => self.marks.push(Mark { line, bytes, current: *current }),
                }
                self.open = Some(hit.from);
            }
            passed = passed.saturating_add(1);
        }
    }
}

fn text_marks(text: &str, hits: &[(Hit, bool)]) -> Vec<Mark> {
    let mut marker = Marker::new(hits);
    marker.pass(0, 0, text, 0);
    marker.marks
}

fn body_marks(item: &Item, hits: &[(Hit, bool)]) -> Vec<Mark> {
    let mut marker = Marker::new(hits);
    for (index, line) in item.lines().iter().enumerate() {
        let mut at = 0;
        for (span, letter) in line.spans.iter().zip(&line.places) {
            if span.style.marker {
                marker.open = None;
            } else {
                marker.pass(index, at, &span.text, *letter);
            }
            at += span.text.len();
        }
    }
    marker.marks
}
