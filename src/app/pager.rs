//! The pager: a page over all panes that shows one long text.
//!
//! Owns the text, where in it the agent is, and what is sought in it. Only what is visible is wrapped: a
//! hundred thousand lines are as quick as ten. Opened with `App::open_pager`. Knows nothing of where the
//! text comes from, nor how it is drawn; the drawing asks [`Pager::rows`].

use std::ops::Range;

use super::input::Input;
use super::layers::Layer;
use super::moving::Step;
use super::{App, Effect, Severity};
use crate::keymap::{Key, KeyCode};
use crate::text::{Clean, fold, graphemes, wrap};

/// A hard line longer than this is worked on in pieces, in bytes: sources come without line breaks.
const PIECE: usize = 4_096;
/// Notes above the text take at most so many rows.
const NOTE_ROWS: usize = 6;

/// The pager's state.
#[derive(Clone, Debug)]
pub struct Pager {
    /// What is shown, in a few words.
    pub title: Clean,
    /// What is said about it, above it; it stays there, and is not copied.
    pub notes: Vec<Clean>,
    /// What is shown.
    pub text: Text,
    /// What is being sought, while it is typed.
    pub seeking: Option<Input>,
}

/// A long text, and where in it one is.
#[derive(Clone, Debug, Default)]
pub struct Text {
    whole: Clean,
    /// Pieces that are wrapped one by one, ascending: the lines, long ones in several.
    pieces: Vec<Range<usize>>,
    /// The first visible row.
    top: Place,
    /// What was sought last, folded; and where it was found.
    sought: String,
    found: Option<Place>,
}

/// A row: of which piece, and the how many-th of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    piece: usize,
    row: usize,
}

/// A row that is visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its text.
    pub text: Clean,
    /// What was sought is in it: `Some(true)` where the agent was led to.
    pub hit: Option<bool>,
}

impl Pager {
    /// A text, line by line as it is broken; longer lines are wrapped.
    #[must_use]
    pub fn text(title: Clean, text: &Clean) -> Self {
        Self { title, notes: Vec::new(), text: Text::new(text.clone()), seeking: None }
    }

    /// The same with notes above it.
    #[must_use]
    pub fn with_notes(mut self, notes: Vec<Clean>) -> Self {
        self.notes = notes;
        self
    }

    /// The notes in rows of `width` cells.
    #[must_use]
    pub fn note_rows(&self, width: usize) -> Vec<Clean> {
        let mut rows: Vec<Clean> = self.notes.iter().flat_map(|note| wrap(note, width)).collect();
        rows.truncate(NOTE_ROWS);
        rows
    }

    /// Rows that are left for the body of a page of `width` × `height` cells: notes and the rule below them
    /// take theirs, and what is being sought.
    #[must_use]
    pub fn body_height(&self, width: usize, height: usize) -> usize {
        let notes = match self.note_rows(width).len() {
            0 => 0,
            rows => rows + 1,
        };
        height.saturating_sub(notes + usize::from(self.seeking.is_some()))
    }

    /// The visible rows of the text, `width` cells and `height` rows at most.
    #[must_use]
    pub fn rows(&self, width: usize, height: usize) -> Vec<Shown> {
        self.text.rows(width, height)
    }

    /// How far the view is, in hundredths; none while all of it is visible.
    #[must_use]
    pub fn percent(&self, width: usize, height: usize) -> Option<usize> {
        let text = &self.text;
        let last = text.last_top(width, height);
        let before = |place: Place| text.pieces.get(place.piece).map_or(0, |piece| piece.start);
        (last > Place::default())
            .then(|| if text.top >= last { 100 } else { (before(text.top) * 100 / before(last).max(1)).min(99) })
    }

    /// Whether something is being typed that shall be found.
    #[must_use]
    pub const fn is_seeking(&self) -> bool {
        self.seeking.is_some()
    }

    /// A step of the view, in a page of `width` × `height` cells.
    pub(super) fn step(&mut self, step: Step, width: usize, height: usize) {
        let height = self.body_height(width, height);
        self.text.step(step, width, height);
    }
}

impl Text {
    fn new(whole: Clean) -> Self {
        let mut pieces = Vec::new();
        let mut from = 0;
        for line in whole.split('\n') {
            cut_line(line, from, &mut pieces);
            from += line.len() + 1;
        }
        // The last line break ends a line and begins none.
        if whole.ends_with('\n') {
            pieces.pop();
        }
        Self { whole, pieces, ..Self::default() }
    }

    /// All of it.
    #[must_use]
    pub const fn whole(&self) -> &Clean {
        &self.whole
    }

    /// Whether there is something to go on to, where it was found.
    #[must_use]
    pub const fn is_sought(&self) -> bool {
        !self.sought.is_empty()
    }

    fn wrapped(&self, piece: usize, width: usize) -> Vec<Clean> {
        let Some(range) = self.pieces.get(piece) else { return Vec::new() };
        let mut rows = wrap(&self.whole.slice(range.clone()), width.max(1));
        if rows.is_empty() {
            rows.push(Clean::default());
        }
        rows
    }

    fn rows(&self, width: usize, height: usize) -> Vec<Shown> {
        let mut shown = Vec::with_capacity(height);
        let top = self.top.min(self.last_top(width, height));
        for piece in top.piece..self.pieces.len() {
            let skip = if piece == top.piece { top.row } else { 0 };
            for (row, text) in self.wrapped(piece, width).into_iter().enumerate().skip(skip) {
                if shown.len() >= height {
                    return shown;
                }
                let is_hit = !self.sought.is_empty() && fold(&text).contains(&self.sought);
                let here = self.found == Some(Place { piece, row });
                shown.push(Shown { text, hit: (is_hit || here).then_some(here) });
            }
        }
        shown
    }

    /// The row to begin with so that the last row is at the bottom.
    fn last_top(&self, width: usize, height: usize) -> Place {
        let mut left = height.max(1);
        for piece in (0..self.pieces.len()).rev() {
            let rows = self.wrapped(piece, width).len();
            if rows >= left {
                return Place { piece, row: rows - left };
            }
            left -= rows;
        }
        Place::default()
    }

    fn step(&mut self, step: Step, width: usize, height: usize) {
        let last = self.last_top(width, height);
        // Another width may have been here since.
        let rows = self.wrapped(self.top.piece, width).len();
        self.top.row = self.top.row.min(rows.saturating_sub(1));
        let half = (height / 2).max(1);
        let to = match step {
            Step::Down => self.below(self.top, 1, width),
            Step::Up => self.above(self.top, 1, width),
            Step::PageDown => self.below(self.top, half, width),
            Step::PageUp => self.above(self.top, half, width),
            Step::Top => Place::default(),
            Step::Bottom => last,
        };
        self.top = to.min(last);
    }

    fn below(&self, from: Place, count: usize, width: usize) -> Place {
        let mut place = from;
        let mut left = count;
        loop {
            let rows = self.wrapped(place.piece, width).len();
            if place.row + left < rows || place.piece + 1 >= self.pieces.len() {
                return Place { row: (place.row + left).min(rows.saturating_sub(1)), ..place };
            }
            left -= rows - place.row;
            place = Place { piece: place.piece + 1, row: 0 };
        }
    }

    fn above(&self, from: Place, count: usize, width: usize) -> Place {
        let mut place = from;
        let mut left = count;
        loop {
            if left <= place.row {
                return Place { row: place.row - left, ..place };
            }
            let Some(before) = place.piece.checked_sub(1) else { return Place::default() };
            left -= place.row + 1;
            place = Place { piece: before, row: self.wrapped(before, width).len().saturating_sub(1) };
        }
    }

    /// Goes to the next row with what is sought, from the last one found or from the view's first row on;
    /// past the end it begins again. Returns whether there is one.
    fn find(&mut self, afresh: bool, width: usize, height: usize) -> bool {
        if self.sought.is_empty() || self.pieces.is_empty() {
            return false;
        }
        let after = self.found.filter(|_| !afresh);
        let from = after.unwrap_or(self.top);
        let count = self.pieces.len();
        for step in 0..=count {
            let piece = (from.piece + step) % count;
            let Some(range) = self.pieces.get(piece) else { continue };
            if !self.whole.get(range.clone()).is_some_and(|text| fold(text).contains(&self.sought)) {
                continue;
            }
            let rows = self.wrapped(piece, width);
            let mut hits: Vec<usize> = (0..rows.len())
                .filter(|row| rows.get(*row).is_some_and(|text| fold(text).contains(&self.sought)))
                .collect();
            if hits.is_empty() {
                // It is broken over two rows.
                hits.push(0);
            }
            let hit = hits.into_iter().find(|row| match (step, after) {
                (0, Some(after)) => *row > after.row,
                (0, None) => *row >= from.row,
                _ => true,
            });
            if let Some(row) = hit {
                let place = Place { piece, row };
                self.found = Some(place);
                // Some rows before it give it a place.
                self.top = self.above(place, height / 3, width).min(self.last_top(width, height));
                return true;
            }
        }
        false
    }
}

/// The pieces of a line: itself, or some of it at a time, cut at a space where there is one.
fn cut_line(line: &str, from: usize, pieces: &mut Vec<Range<usize>>) {
    if line.len() <= PIECE {
        pieces.push(from..from + line.len());
        return;
    }
    let (mut start, mut end, mut space) = (0, 0, None);
    for cluster in graphemes(line) {
        if end + cluster.len() - start > PIECE && end > start {
            let cut = space.take().filter(|space| *space > start).unwrap_or(end);
            pieces.push(from + start..from + cut);
            start = cut;
        }
        end += cluster.len();
        if cluster == " " {
            space = Some(end);
        }
    }
    pieces.push(from + start..from + end);
}

/// Columns and rows within the page's border, on a screen of this size.
#[must_use]
pub fn room(size: (u16, u16)) -> (usize, usize) {
    let (width, height) = size;
    let width = width.saturating_sub(if width > 40 { 4 } else { 0 }).saturating_sub(4);
    let height = height.saturating_sub(if height > 12 { 2 } else { 0 }).saturating_sub(2);
    (usize::from(width), usize::from(height))
}

impl App {
    /// Opens a pager over all panes.
    pub(super) fn open_pager(&mut self, pager: Pager) {
        self.layers.push(Layer::Pager(Box::new(pager)));
        self.dirty = true;
    }

    fn front_pager(&mut self) -> Option<&mut Pager> {
        match self.layers.last_mut() {
            Some(Layer::Pager(pager)) => Some(pager),
            _ => None,
        }
    }

    /// A step in the pager in front.
    pub(super) fn step_pager(&mut self, step: Step) {
        let (width, height) = room(self.size);
        if let Some(pager) = self.front_pager() {
            pager.step(step, width, height);
        }
    }

    /// `/` in a pager: something is sought.
    pub(super) fn seek_in_page(&mut self) {
        if let Some(pager) = self.front_pager() {
            pager.seeking = Some(Input::default());
        }
    }

    /// `enter` in a pager: to the first place of what was typed.
    pub(super) fn sought_in_page(&mut self, mut pager: Box<Pager>) {
        if let Some(typed) = pager.seeking.take() {
            pager.text.sought = fold(typed.text().trim());
            pager.text.found = None;
        }
        self.layers.push(Layer::Pager(pager));
        self.find_in_page(true);
    }

    fn find_in_page(&mut self, afresh: bool) {
        let (width, height) = room(self.size);
        let Some(pager) = self.front_pager() else { return };
        let height = pager.body_height(width, height);
        if !pager.text.sought.is_empty() && !pager.text.find(afresh, width, height) {
            self.say(Severity::Info, "pager-not-found");
        }
    }

    /// `n` and `space` in a pager: to the next place of what is sought; `space`, and where nothing is sought,
    /// half a page down.
    pub(super) fn page_on(&mut self, struck: Option<Key>) {
        let is_sought = self.front_pager().is_some_and(|pager| pager.text.is_sought());
        if is_sought && struck.is_none_or(|key| key.code != KeyCode::Char(' ')) {
            self.find_in_page(false);
        } else {
            self.step_pager(Step::PageDown);
        }
    }

    /// `y` in a pager: all of it goes to the clipboard.
    pub(super) fn copy_page(&mut self) {
        let Some(text) = self.front_pager().map(|pager| pager.text.whole().to_string()) else { return };
        self.out.push(Effect::Copy(text));
    }

    /// `esc` while something is sought: it is sought no more. Returns whether it was.
    pub(super) fn leave_seeking(&mut self) -> bool {
        self.front_pager().is_some_and(|pager| pager.seeking.take().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{clean, clean_lines};

    fn texts(pager: &Pager, width: usize, height: usize) -> Vec<String> {
        pager.rows(width, height).into_iter().map(|row| row.text.into_string()).collect()
    }

    fn pager(text: &str) -> Pager {
        Pager::text(clean("t"), &clean_lines(text))
    }

    #[test]
    fn it_scrolls_by_rows_and_stops_at_both_ends() {
        let mut page = pager("one two three\nfour\n\nfive\n");
        assert_eq!(texts(&page, 7, 3), ["one two", "three", "four"]);
        page.step(Step::Down, 7, 3);
        assert_eq!(texts(&page, 7, 3), ["three", "four", ""]);
        page.step(Step::Bottom, 7, 3);
        assert_eq!(texts(&page, 7, 3), ["four", "", "five"]);
        page.step(Step::Down, 7, 3);
        assert_eq!(texts(&page, 7, 3), ["four", "", "five"]);
        page.step(Step::Up, 7, 3);
        assert_eq!(texts(&page, 7, 3), ["three", "four", ""]);
        page.step(Step::PageUp, 7, 9);
        page.step(Step::Top, 7, 3);
        assert_eq!(page.percent(7, 3), Some(0));
        assert_eq!(page.percent(7, 30), None);
    }

    #[test]
    fn another_width_and_no_room_are_survived() {
        let mut page = pager(&"word ".repeat(500));
        page.step(Step::Bottom, 5, 10);
        for (width, height) in [(80, 24), (0, 0), (1, 1), (3, 0), (0, 9)] {
            page.step(Step::Down, width, height);
            page.step(Step::Up, width, height);
            assert!(texts(&page, width, height).len() <= height);
        }
        let mut empty = pager("");
        empty.step(Step::Bottom, 10, 10);
        assert_eq!(texts(&empty, 10, 10), [""]);
    }

    #[test]
    fn a_hundred_thousand_lines_and_a_line_without_an_end_wrap_only_what_is_visible() {
        let mut page = pager(&"a line of some text\n".repeat(100_000));
        page.step(Step::Bottom, 80, 40);
        assert_eq!(texts(&page, 80, 40).len(), 40);
        let mut page = pager(&"<td>x</td>é".repeat(100_000));
        for step in [Step::Bottom, Step::Up, Step::PageUp, Step::Top, Step::PageDown] {
            page.step(step, 80, 40);
            assert_eq!(texts(&page, 80, 40).len(), 40);
        }
        let text = &page.text;
        assert!(text.pieces.iter().all(|piece| piece.len() <= PIECE));
        let joined: String = text.pieces.iter().filter_map(|piece| text.whole.get(piece.clone())).collect();
        assert_eq!(joined, text.whole.as_str(), "nothing is lost between pieces");
    }

    #[test]
    fn what_is_sought_is_found_whatever_its_case_and_again_from_the_start() {
        let mut page = pager(&format!("Café\n{}cafe here\nend", "x\n".repeat(50)));
        let text = &mut page.text;
        text.sought = fold("CAFÉ");
        assert!(text.find(true, 20, 5));
        assert_eq!(text.found, Some(Place { piece: 0, row: 0 }));
        assert!(text.find(false, 20, 5));
        assert_eq!(text.found, Some(Place { piece: 51, row: 0 }));
        assert!(text.find(false, 20, 5));
        assert_eq!(text.found, Some(Place { piece: 0, row: 0 }));
        assert_eq!(page.rows(20, 5)[0].hit, Some(true));
        let text = &mut page.text;
        text.sought = fold("nowhere");
        assert!(!text.find(true, 20, 5));
    }

    #[test]
    fn notes_take_rows_of_the_page() {
        let page = pager("a\nb").with_notes(vec![clean("one"), clean("two")]);
        assert_eq!(page.body_height(20, 10), 7);
        assert_eq!(page.note_rows(20).len(), 2);
    }
}
