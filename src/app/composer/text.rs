//! The text being written: a text area with a cursor between grapheme clusters, soft rows, and undo in
//! steps that a person made.
//!
//! Owns the keys of a text, what one step of undo is, and which of its rows are visible. Where rows
//! break is `wrap`'s. The text area keeps lines and history; it neither wraps nor draws. Knows nothing
//! of conversations.

use tui_textarea::{CursorMove, TextArea};

use super::wrap;
use crate::keymap::{Key, KeyCode};
use crate::text::{bidi, clean_entry, graphemes, width};

/// Longest text in bytes that the composer takes.
pub const LONGEST: usize = 1_048_576;

/// Edits that are kept to be undone.
const HISTORY: usize = 2_000;

const JOINER: char = '\u{200D}';

/// What the last edit was, as far as the next one may join its step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    /// Letters of a word.
    Word,
    /// Spaces after a word.
    Space,
    /// Characters taken away.
    Deletion,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// The text changed.
    Edited,
    /// The cursor moved, or could not.
    Moved,
    /// It is no key of a text.
    NotMine,
}

/// The rows that are visible, and where the cursor is among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View<'a> {
    /// Rows from the top; spaces at a row's end may hang over it.
    pub rows: Vec<&'a str>,
    /// For each row whether its line is from the right.
    pub from_right: Vec<bool>,
    /// Row and cell of the cursor, as it is read. The cell may be one past the last, at the end of a full row.
    pub cursor: (usize, usize),
}

impl View<'_> {
    /// The cell that the cursor is seen at in a field of so many: what is read from the right ends at the left,
    /// and the end of a full row is one cell beyond it on that side.
    #[must_use]
    pub fn cursor_seen(&self, cells: usize) -> isize {
        let (row, cell) = self.cursor;
        let words = self.rows.get(row).map_or("", |words| words.trim_end_matches(' '));
        match bidi::order_from(words, self.from_right.get(row).copied()) {
            Some(order) => order.shift(cells).cast_signed() + order.seen(cell),
            None => cell.cast_signed(),
        }
    }
}

/// A text with a cursor.
#[derive(Clone, Debug)]
pub(super) struct Text {
    area: TextArea<'static>,
    /// For each step that can be undone, how many edits of the area it was.
    done: Vec<usize>,
    /// The same of steps that were undone.
    undone: Vec<usize>,
    last: Last,
    /// A zero-width joiner was typed; it counts once what it joins is typed too.
    joiner_waits: bool,
    /// The cell that going up and down keeps to.
    goal: Option<usize>,
    /// Cells and rows that it was shown in last; 0 before.
    shown: (usize, usize),
    /// Line, and row of it, that was shown at the top.
    top: (usize, usize),
}

impl Default for Text {
    fn default() -> Self {
        Self::new("")
    }
}

impl Text {
    /// A text with the cursor at its end and nothing to be undone.
    pub(super) fn new(text: &str) -> Self {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.set_max_histories(HISTORY);
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self {
            area,
            done: Vec::new(),
            undone: Vec::new(),
            last: Last::Other,
            joiner_waits: false,
            goal: None,
            shown: (0, 0),
            top: (0, 0),
        }
    }

    /// The text.
    pub(super) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Its lines.
    pub(super) fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Whether there is nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        self.lines().iter().all(|line| line.trim().is_empty())
    }

    /// Its length in bytes, a line break for each line counted.
    pub(super) fn bytes(&self) -> usize {
        self.lines().iter().map(|line| line.len() + 1).sum()
    }

    /// Line and column in characters of the cursor.
    pub(super) fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// The cursor's line, before and after the cursor.
    pub(super) fn at_cursor(&self) -> (&str, &str) {
        let (line, column) = self.cursor();
        let line = self.lines().get(line).map_or("", String::as_str);
        line.split_at(byte_of(line, column))
    }

    /// Puts the cursor on a line, before the character with this index; as near as there is one.
    pub(super) fn go(&mut self, line: usize, column: usize) {
        if let (Ok(line), Ok(column)) = (u16::try_from(line), u16::try_from(column)) {
            self.area.move_cursor(CursorMove::Jump(line, column));
            return;
        }
        // The text area's own jump reaches 65,535 lines and columns; beyond that it is walked.
        let line = line.min(self.lines().len().saturating_sub(1));
        let column = column.min(self.lines().get(line).map_or(0, |line| line.chars().count()));
        for _ in 0..line.saturating_sub(self.cursor().0) {
            self.area.move_cursor(CursorMove::End);
            self.area.move_cursor(CursorMove::Forward);
        }
        for _ in 0..self.cursor().0.saturating_sub(line) {
            self.area.move_cursor(CursorMove::Head);
            self.area.move_cursor(CursorMove::Back);
        }
        let here = self.cursor().1;
        for _ in 0..here.abs_diff(column) {
            self.area.move_cursor(if here < column { CursorMove::Forward } else { CursorMove::Back });
        }
    }

    /// Remembers in how many cells and rows it is shown, and keeps the cursor among those.
    pub(super) fn shown_in(&mut self, cells: usize, rows: usize) {
        self.shown = (cells, rows);
        self.top = self.top_for(cells, rows);
    }

    /// What is visible in so many cells and rows.
    pub(super) fn view(&self, cells: usize, rows: usize) -> View<'_> {
        let top = self.top_for(cells, rows);
        let cursor = self.cursor_row(cells);
        let mut view = View::default();
        let mut place = (0, 0);
        for (line, text) in self.lines().iter().enumerate().skip(top.0) {
            if view.rows.len() >= rows {
                break;
            }
            let starts = wrap::starts(text, cells);
            let skip = if line == top.0 { top.1 } else { 0 };
            let from_right = bidi::begins_right(text);
            for (row, start) in starts.iter().enumerate().skip(skip).take(rows - view.rows.len()) {
                let end = starts.get(row + 1).copied().unwrap_or(text.len());
                if (line, row) == cursor {
                    let before = self.at_cursor().0.get(*start..).unwrap_or("");
                    place = (view.rows.len(), width(before).min(cells));
                }
                view.rows.push(text.get(*start..end).unwrap_or(""));
                view.from_right.push(from_right);
            }
        }
        view.cursor = place;
        view
    }

    /// How many rows it takes at so many cells, counting no further than `most`.
    pub(super) fn rows(&self, cells: usize, most: usize) -> usize {
        let mut rows = 0;
        for line in self.lines() {
            // A very long line is not measured: it fills the room whatever it is made of.
            let is_long = line.len() > cells.max(1) * most.max(1) * 8;
            rows += if is_long { most } else { wrap::starts(line, cells).len() };
            if rows >= most {
                return most;
            }
        }
        rows
    }

    /// Line, and row of it, that the cursor is on.
    fn cursor_row(&self, cells: usize) -> (usize, usize) {
        let (line, _) = self.cursor();
        let before = self.at_cursor().0;
        let whole = self.lines().get(line).map_or("", String::as_str);
        (line, wrap::row_of(&wrap::starts(whole, cells), before.len()))
    }

    /// The top that shows the cursor, as near to the last one as can be, with no room left over below
    /// while there is text above.
    fn top_for(&self, cells: usize, rows: usize) -> (usize, usize) {
        let cursor = self.cursor_row(cells);
        let rows = rows.max(1);
        let last = (self.lines().len().saturating_sub(1), usize::MAX);
        let top = self.top.min(cursor).max(self.rows_before(cursor, rows - 1, cells));
        top.min(self.rows_before(last, rows - 1, cells))
    }

    /// The row that is `count` rows above another, or the first.
    fn rows_before(&self, from: (usize, usize), count: usize, cells: usize) -> (usize, usize) {
        let rows_of = |line: usize| self.lines().get(line).map_or(1, |text| wrap::starts(text, cells).len());
        let (mut line, mut row) = from;
        row = if row == usize::MAX { rows_of(line).saturating_sub(1) } else { row };
        let mut left = count;
        while left > row {
            if line == 0 {
                return (0, 0);
            }
            left -= row + 1;
            line -= 1;
            row = rows_of(line).saturating_sub(1);
        }
        (line, row - left)
    }

    /// Takes a key, if it is one of a text's.
    pub(super) fn key(&mut self, key: Key) -> Pressed {
        let edits = match (key.code, key.ctrl, key.alt) {
            (KeyCode::Char(letter), false, false) => return self.type_char(letter),
            // ctrl-j is the line end of an unbracketed paste, and of shift-enter in many terminals.
            (KeyCode::Enter, false, false) | (KeyCode::Char('j'), true, false) => {
                let edits = if self.has_room(1) {
                    self.area.insert_newline();
                    1
                } else {
                    0
                };
                self.step(edits, Last::Other)
            }
            (KeyCode::Backspace, false, false) | (KeyCode::Char('h'), true, false) => self.delete_back(),
            (KeyCode::Delete, false, false) | (KeyCode::Char('d'), true, false) => self.delete_forward(),
            (KeyCode::Char('w') | KeyCode::Backspace, true, false) | (KeyCode::Backspace, false, true) => {
                let edits = usize::from(self.area.delete_word());
                self.step(edits, Last::Other)
            }
            (KeyCode::Delete, true, false) | (KeyCode::Char('d'), false, true) => {
                let edits = usize::from(self.area.delete_next_word());
                self.step(edits, Last::Other)
            }
            (KeyCode::Char('u'), true, false) => {
                let edits = usize::from(self.area.delete_line_by_head());
                self.step(edits, Last::Other)
            }
            (KeyCode::Char('y'), true, false) => {
                let fits = self.has_room(self.area.yank_text().len());
                let edits = usize::from(fits && self.area.paste());
                self.step(edits, Last::Other)
            }
            (KeyCode::Char('_'), true, false) => self.undo(),
            (KeyCode::Char('r'), true, false) => self.redo(),
            _ => return if self.moves(key) { Pressed::Moved } else { Pressed::NotMine },
        };
        self.joiner_waits = false;
        self.goal = None;
        if edits { Pressed::Edited } else { Pressed::Moved }
    }

    /// Puts cleaned text in at the cursor, as one step.
    pub(super) fn insert(&mut self, text: &str) {
        self.joiner_waits = false;
        self.goal = None;
        let edits = usize::from(self.area.insert_str(text));
        self.step(edits, Last::Other);
    }

    /// Puts cleaned text in the place of the last `characters` before the cursor, as one step.
    pub(super) fn replace_before(&mut self, characters: usize, text: &str) {
        let mut edits = 0;
        for _ in 0..characters {
            edits += usize::from(self.area.delete_char());
        }
        edits += usize::from(self.area.insert_str(text));
        self.goal = None;
        self.step(edits, Last::Other);
    }

    /// Puts a cleaned text in the place of the whole, as one step; the cursor goes to its end.
    pub(super) fn replace_all(&mut self, text: &str) {
        let yank = self.area.yank_text();
        self.go(0, 0);
        let all = self.lines().iter().map(|line| line.chars().count() + 1).sum::<usize>().saturating_sub(1);
        let mut edits = usize::from(self.area.delete_str(all));
        edits += usize::from(self.area.insert_str(text));
        self.area.set_yank_text(yank);
        self.goal = None;
        self.step(edits, Last::Other);
    }

    /// What `ctrl-y` puts in from now on.
    pub(super) fn set_yank(&mut self, text: String) {
        self.area.set_yank_text(text);
    }

    /// Whether so many bytes more fit.
    pub(super) fn has_room(&self, more: usize) -> bool {
        // Counting a long text at every key would be felt; a short one cannot be full.
        more < 500_000 && self.lines().len() < 1_000 && self.lines().iter().all(|line| line.len() < 500)
            || self.bytes() + more <= LONGEST
    }

    /// One typed character. What only makes sense with what is before it is judged together with it.
    fn type_char(&mut self, letter: char) -> Pressed {
        self.goal = None;
        if letter == JOINER {
            self.joiner_waits = true;
            return Pressed::Moved;
        }
        let before = graphemes(self.at_cursor().0).next_back().unwrap_or("").to_owned();
        let joiner = if std::mem::take(&mut self.joiner_waits) { "\u{200D}" } else { "" };
        let together = clean_entry(&format!("{before}{joiner}{letter}"));
        let edits = match together.strip_prefix(before.as_str()) {
            Some(added) if self.has_room(added.len()) => usize::from(self.area.insert_str(added)),
            Some(_) => 0,
            None => {
                // A combining mark makes one character with the letter before it.
                let mut edits = 0;
                for _ in before.chars() {
                    edits += usize::from(self.area.delete_char());
                }
                edits + usize::from(self.area.insert_str(&together))
            }
        };
        let kind = if letter == ' ' { Last::Space } else { Last::Word };
        let edited = self.step(edits, kind);
        if edited { Pressed::Edited } else { Pressed::Moved }
    }

    fn delete_back(&mut self) -> bool {
        // A character is what a person sees as one, whatever it is made of.
        let count = graphemes(self.at_cursor().0).next_back().map_or(1, |cluster| cluster.chars().count());
        let mut edits = 0;
        for _ in 0..count {
            edits += usize::from(self.area.delete_char());
        }
        self.step(edits, Last::Deletion)
    }

    fn delete_forward(&mut self) -> bool {
        let here = self.cursor();
        self.go_beside(true);
        if self.cursor() == here {
            return false;
        }
        let count = if self.cursor().0 == here.0 { self.cursor().1 - here.1 } else { 1 };
        let mut edits = 0;
        for _ in 0..count {
            edits += usize::from(self.area.delete_char());
        }
        self.step(edits, Last::Deletion)
    }

    /// So many edits of the area were one step, or part of the last. Returns whether there was any.
    fn step(&mut self, edits: usize, kind: Last) -> bool {
        if edits == 0 {
            return false;
        }
        self.undone.clear();
        // A word and the spaces after it are one step, and so is a run of deletions.
        let joins = matches!(
            (self.last, kind),
            (Last::Word, Last::Word | Last::Space) | (Last::Space, Last::Space) | (Last::Deletion, Last::Deletion)
        );
        self.last = kind;
        match self.done.last_mut() {
            Some(step) if joins => *step += edits,
            _ => self.done.push(edits),
        }
        if self.done.len() > HISTORY {
            self.done.remove(0);
        }
        true
    }

    /// Takes the last step back. Returns whether there was one.
    pub(super) fn undo(&mut self) -> bool {
        self.last = Last::Other;
        let Some(step) = self.done.pop() else { return false };
        let edits = (0..step).take_while(|_| self.area.undo()).count();
        if edits > 0 {
            self.undone.push(edits);
        }
        edits > 0
    }

    fn redo(&mut self) -> bool {
        self.last = Last::Other;
        let Some(step) = self.undone.pop() else { return false };
        let edits = (0..step).take_while(|_| self.area.redo()).count();
        if edits > 0 {
            self.done.push(edits);
        }
        edits > 0
    }

    /// The cursor movement of a key, as readline has it. Returns whether it is one.
    fn moves(&mut self, key: Key) -> bool {
        let goal = self.goal.take();
        let mut word = |to| {
            self.area.move_cursor(to);
            self.snap();
        };
        match (key.code, key.ctrl, key.alt) {
            (KeyCode::Left, true, _) | (KeyCode::Left | KeyCode::Char('b'), false, true) => word(CursorMove::WordBack),
            (KeyCode::Right, true, _) | (KeyCode::Right | KeyCode::Char('f'), false, true) => {
                word(CursorMove::WordForward);
            }
            (KeyCode::Left, false, false) | (KeyCode::Char('b'), true, false) => self.go_beside(false),
            (KeyCode::Right, false, false) | (KeyCode::Char('f'), true, false) => self.go_beside(true),
            (KeyCode::Up, false, false) | (KeyCode::Char('p'), true, false) => self.go_rows(false, 1, goal),
            (KeyCode::Down, false, false) | (KeyCode::Char('n'), true, false) => self.go_rows(true, 1, goal),
            (KeyCode::Home, false, false) | (KeyCode::Char('a'), true, false) => {
                self.area.move_cursor(CursorMove::Head);
            }
            (KeyCode::End, false, false) | (KeyCode::Char('e'), true, false) => {
                self.area.move_cursor(CursorMove::End);
            }
            (KeyCode::Home, true, _) => {
                self.area.move_cursor(CursorMove::Top);
                self.area.move_cursor(CursorMove::Head);
            }
            (KeyCode::End, true, _) => {
                self.area.move_cursor(CursorMove::Bottom);
                self.area.move_cursor(CursorMove::End);
            }
            (KeyCode::PageUp, ..) => self.go_rows(false, self.page(), goal),
            (KeyCode::PageDown, ..) => self.go_rows(true, self.page(), goal),
            _ => return false,
        }
        self.last = Last::Other;
        self.joiner_waits = false;
        true
    }

    fn page(&self) -> usize {
        self.shown.1.saturating_sub(1).max(1)
    }

    /// One grapheme cluster on or back, over the line's end.
    fn go_beside(&mut self, forward: bool) {
        let (line, column) = self.cursor();
        let (before, after) = self.at_cursor();
        let cluster = if forward { graphemes(after).next() } else { graphemes(before).next_back() };
        let count = cluster.map_or(0, |cluster| cluster.chars().count());
        match (forward, count) {
            (true, 0) if line + 1 < self.lines().len() => self.go(line + 1, 0),
            (false, 0) if line > 0 => {
                let end = self.lines().get(line - 1).map_or(0, |line| line.chars().count());
                self.go(line - 1, end);
            }
            (true, _) => self.go(line, column + count),
            (false, _) => self.go(line, column - count),
        }
    }

    /// So many rows up or down, as they are drawn, keeping to a cell.
    fn go_rows(&mut self, down: bool, count: usize, goal: Option<usize>) {
        let cells = if self.shown.0 == 0 { usize::MAX } else { self.shown.0 };
        let (mut line, mut row) = self.cursor_row(cells);
        let mut starts = wrap::starts(self.lines().get(line).map_or("", String::as_str), cells);
        let begins = starts.get(row).copied().unwrap_or(0);
        let goal = goal.unwrap_or_else(|| width(self.at_cursor().0.get(begins..).unwrap_or("")));
        for _ in 0..count {
            if down && row + 1 < starts.len() {
                row += 1;
            } else if !down && row > 0 {
                row -= 1;
            } else {
                let next = if down { line + 1 } else { line.wrapping_sub(1) };
                let Some(text) = self.lines().get(next) else {
                    // Past the first or the last row there is only its end.
                    let end = if down { self.lines().get(line).map_or(0, |line| line.chars().count()) } else { 0 };
                    self.go(line, end);
                    return;
                };
                starts = wrap::starts(text, cells);
                line = next;
                row = if down { 0 } else { starts.len() - 1 };
            }
        }
        let text = self.lines().get(line).map_or("", String::as_str);
        let start = starts.get(row).copied().unwrap_or(0);
        let end = starts.get(row + 1).copied().unwrap_or(text.len());
        let column = text.get(..start).unwrap_or("").chars().count();
        let is_last = row + 1 == starts.len();
        self.go(line, column + column_at(text.get(start..end).unwrap_or(""), goal, is_last));
        self.goal = Some(goal);
    }

    /// Puts the cursor where a cell of what is shown was pointed at.
    pub(super) fn point(&mut self, row: usize, cell: usize) {
        let (cells, rows) = self.shown;
        let (mut line, mut at) = self.top_for(cells, rows);
        let mut left = row;
        loop {
            let Some(text) = self.lines().get(line) else {
                self.area.move_cursor(CursorMove::Bottom);
                self.area.move_cursor(CursorMove::End);
                break;
            };
            let starts = wrap::starts(text, cells);
            if at + left < starts.len() {
                let start = starts.get(at + left).copied().unwrap_or(0);
                let end = starts.get(at + left + 1).copied().unwrap_or(text.len());
                let column = text.get(..start).unwrap_or("").chars().count();
                let is_last = at + left + 1 == starts.len();
                let words = text.get(start..end).unwrap_or("");
                let cell = match bidi::order_from(words.trim_end_matches(' '), Some(bidi::begins_right(text))) {
                    Some(order) => order.read(cell.cast_signed() - order.shift(cells).cast_signed()),
                    None => cell,
                };
                let within = column_at(words, cell, is_last);
                self.go(line, column + within);
                break;
            }
            left -= starts.len() - at;
            (line, at) = (line + 1, 0);
        }
        self.last = Last::Other;
        self.goal = None;
    }

    /// Moves a cursor within a cluster to its beginning.
    fn snap(&mut self) {
        let (line, column) = self.cursor();
        let text = self.lines().get(line).map_or("", String::as_str);
        let at = byte_of(text, column);
        let mut start = 0;
        for cluster in graphemes(text) {
            if start + cluster.len() > at {
                break;
            }
            start += cluster.len();
        }
        if start < at {
            let column = text.get(..start).unwrap_or("").chars().count();
            self.go(line, column);
        }
    }
}

/// The byte offset of a character.
fn byte_of(line: &str, column: usize) -> usize {
    line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}

/// The column in characters nearest to a cell of a row. The end of a row is another row's beginning, unless
/// it is the last.
fn column_at(row: &str, cell: usize, is_last: bool) -> usize {
    let (mut cells, mut column) = (0, 0);
    let mut clusters = graphemes(row).peekable();
    while let Some(cluster) = clusters.next() {
        let own = width(cluster);
        if cells + own > cell || (!is_last && clusters.peek().is_none()) {
            break;
        }
        cells += own;
        column += cluster.chars().count();
    }
    column
}
