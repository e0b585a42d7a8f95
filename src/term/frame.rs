//! What differs between two frames, as bytes.
//!
//! Owns the order in which cells are written, and what is done where terminals disagree on a cluster's width:
//! its place is cleared, the cursor is placed anew after it, and what it may have spilled over is written
//! again, so that a disagreement costs a cell of one field and shifts nothing. Enter at
//! [`Frame::write_changes`].

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;

use super::links::Links;
use super::pen::{Ink, Pen};

/// One frame over another.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    /// What is on the terminal.
    pub shown: &'a Buffer,
    /// What is to be there.
    pub next: &'a Buffer,
    /// Where the cells that are shown lead.
    pub were: &'a Links,
    /// Where those of the next frame do.
    pub links: &'a Links,
    /// Cells that a cluster takes.
    pub measure: fn(&str) -> usize,
}

impl<'a> Frame<'a> {
    /// Cells that a cell's cluster takes: one at least.
    fn width(&self, cell: &Cell) -> u16 {
        let symbol = cell.symbol();
        if symbol.len() == 1 { 1 } else { u16::try_from((self.measure)(symbol)).unwrap_or(1).max(1) }
    }

    /// Writes what differs, in the order that takes fewer bytes: row by row, or style by style.
    pub fn write_changes(&self, pen: &mut Pen) {
        let (cells, doubtful) = self.differing(pen);
        let runs = self.runs(&cells, pen);
        let mut by_style = pen.fork();
        let before = pen.bytes.len();
        for run in &runs {
            self.write_run(run, &cells, pen);
        }
        if runs.len() < 3 {
            return;
        }
        // What a doubtful cluster may spill over has to be written after it: such rows keep their order.
        let is_doubtful = |run: &Run| cells.get(run.cells.start).is_some_and(|(_, row, _)| doubtful.contains(row));
        let (in_order, runs): (Vec<Run>, Vec<Run>) = runs.into_iter().partition(is_doubtful);
        for run in &in_order {
            self.write_run(run, &cells, &mut by_style);
        }
        let mut inks: Vec<Ink> = Vec::with_capacity(24);
        for run in &runs {
            if !inks.contains(&run.ink) {
                inks.push(run.ink);
            }
        }
        for ink in inks {
            for run in runs.iter().filter(|run| run.ink == ink) {
                self.write_run(run, &cells, &mut by_style);
            }
        }
        if by_style.bytes.len() < pen.bytes.len() - before {
            pen.bytes.truncate(before);
            pen.adopt(&by_style);
        }
    }

    /// Parts the differing cells into runs. A blank goes with its neighbours, whatever their letters' style.
    fn runs(&self, cells: &[(u16, u16, &Cell)], pen: &Pen) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::with_capacity(64);
        let mut at = 0;
        // Whether the last run is of blanks only, so that its letters' style is still open.
        let mut open = false;
        while let Some(&(x, y, cell)) = cells.get(at) {
            let blanks = cells.iter().skip(at).zip(x..).take_while(|((column, row, next), expected)| {
                *row == y && column == expected && is_blank(next, cell.bg)
            });
            let blanks = if pen.erases_on(cell.bg) { blanks.count() } else { 0 };
            let beside = at
                .checked_sub(1)
                .and_then(|before| cells.get(before))
                .is_some_and(|&(column, row, before)| row == y && column.saturating_add(self.width(before)) == x);
            if Pen::erases(u16::try_from(blanks).unwrap_or(u16::MAX)) {
                // What was written last will do if its blanks are the same.
                let own = Ink::of(cell);
                let ink = runs.last().map(|run| run.ink).filter(|ink| ink.blanks_as(own)).unwrap_or(own);
                runs.push(Run { cells: at..at + blanks, ink, erases: true });
                (at, open) = (at + blanks, false);
                continue;
            }
            let ink = Ink::of(cell);
            let is_open = cell.symbol() == " " && ink.leaves_blanks();
            match runs.last_mut().filter(|run| beside && !run.erases) {
                Some(run) if run.ink == ink || (is_open && run.ink.blanks_as(ink)) => run.cells.end = at + 1,
                Some(run) if open && run.ink.blanks_as(ink) => {
                    run.ink = ink;
                    run.cells.end = at + 1;
                    open = is_open;
                }
                _ => {
                    runs.push(Run { cells: at..at + 1, ink, erases: false });
                    open = is_open;
                }
            }
            at += 1;
        }
        runs
    }

    fn write_run(&self, run: &Run, cells: &[(u16, u16, &Cell)], pen: &mut Pen) {
        let cells = cells.get(run.cells.clone()).unwrap_or_default();
        let Some(&(x, y, _)) = cells.first() else { return };
        if run.erases {
            pen.erase(x, y, u16::try_from(cells.len()).unwrap_or(u16::MAX), run.ink.ground());
            return;
        }
        if self.links.is_empty() {
            self.bridge(x, y, pen);
        }
        for &(x, y, cell) in cells {
            if Self::is_doubtful(cell, pen) {
                self.write_doubtful(x, y, cell, pen);
            } else {
                self.write_cell(x, y, cell, pen);
            }
        }
    }

    fn write_cell(&self, x: u16, y: u16, cell: &Cell, pen: &mut Pen) {
        pen.lead(self.links.url(x, y));
        pen.write(x, y, cell, self.width(cell), self.next.area.width);
    }

    /// Writes a few letters that stand between the cursor and `x` anew, where that is shorter than a move.
    fn bridge(&self, x: u16, y: u16, pen: &mut Pen) {
        let Some((from, row)) = pen.at() else { return };
        if row != y || x <= from || x - from > 3 {
            return;
        }
        let between = || (from..x).filter_map(|column| Some((column, self.next.cell((column, y))?)));
        if between().all(|(_, cell)| cell.symbol().len() == 1 && pen.suits(cell)) {
            for (column, cell) in between() {
                pen.write(column, y, cell, 1, self.next.area.width);
            }
        }
    }

    /// The cells to be written, in order, and the rows with doubtful ones among them, ascending. Where a wide character was, all
    /// of its cells are: terminals do not agree on what is left of one that is half overwritten. What a doubtful
    /// cluster may spill over is written again after it.
    fn differing(&self, pen: &Pen) -> (Vec<(u16, u16, &'a Cell)>, Vec<u16>) {
        let columns = self.next.area.width;
        let mut doubtful: Vec<u16> = Vec::new();
        let mut cells = Vec::new();
        let (mut x, mut y) = (0, 0);
        // Columns still covered by a wide character of the next frame, and by one that goes.
        let (mut covered, mut uncovered) = (0_u16, 0_u16);
        let link_free = self.were.is_empty() && self.links.is_empty();
        for (was, is) in self.shown.content().iter().zip(self.next.content()) {
            let differs = was != is || !(link_free || self.were.url(x, y) == self.links.url(x, y));
            if covered > 0 {
                covered -= 1;
            } else if uncovered > 0 || differs {
                cells.push((x, y, is));
                covered = self.width(is) - 1;
            } else if is.symbol().len() > 1 {
                covered = self.width(is) - 1;
            }
            let written = cells.last().is_some_and(|(column, row, _)| (*column, *row) == (x, y));
            uncovered = uncovered.saturating_sub(1);
            if written && Self::is_doubtful(is, pen) {
                if doubtful.last() != Some(&y) {
                    doubtful.push(y);
                }
                uncovered = uncovered.max(self.spill(is) - 1);
            }
            if was != is && was.symbol().len() > 1 {
                uncovered = uncovered.max(self.width(was) - 1);
            }
            x += 1;
            if x == columns {
                (x, covered, uncovered) = (0, 0, 0);
                y += 1;
            }
        }
        (cells, doubtful)
    }

    /// Cells that a doubtful cluster may take on some terminal.
    fn spill(&self, cell: &Cell) -> u16 {
        let scalars = u16::try_from(cell.symbol().chars().count()).unwrap_or(u16::MAX);
        self.width(cell).max(scalars.saturating_mul(2))
    }

    /// Whether a terminal may draw a cluster over more or fewer cells than are kept for it: several scalars,
    /// an emoji younger than the terminal may be, a letter of ambiguous width where these are wide.
    fn is_doubtful(cell: &Cell, pen: &Pen) -> bool {
        let symbol = cell.symbol();
        if symbol.len() == 1 {
            return false;
        }
        let mut scalars = symbol.chars();
        let first = scalars.next();
        scalars.next().is_some() || first.is_some_and(is_young) || (pen.doubts() && !pen.is_certain(symbol))
    }

    /// Writes a doubtful cluster: its place is cleared first, for a terminal that draws it narrower. The cursor
    /// is placed anew after it, since the pen relies on no such width.
    fn write_doubtful(&self, x: u16, y: u16, cell: &Cell, pen: &mut Pen) {
        pen.erase(x, y, self.width(cell).min(self.next.area.width - x), cell.bg);
        self.write_cell(x, y, cell, pen);
    }
}

/// Cells side by side that are written in one style, or erased.
#[derive(Clone, Debug)]
struct Run {
    /// Which of the differing cells.
    cells: std::ops::Range<usize>,
    ink: Ink,
    erases: bool,
}

/// Whether a scalar became an emoji after Unicode 11: terminals and their fonts may not know it yet, and take
/// it for one cell.
const fn is_young(scalar: char) -> bool {
    matches!(scalar,
        '\u{1F6D5}'..='\u{1F6DF}' | '\u{1F6FA}'..='\u{1F6FF}' | '\u{1F7E0}'..='\u{1F7FF}' | '\u{1F90C}'..='\u{1F90F}'
        | '\u{1F93F}' | '\u{1F971}'..='\u{1F972}' | '\u{1F977}'..='\u{1F979}' | '\u{1F97B}' | '\u{1F9A3}'..='\u{1F9AF}'
        | '\u{1F9BA}'..='\u{1F9BF}' | '\u{1F9C3}'..='\u{1F9CF}' | '\u{1FA70}'..='\u{1FAFF}')
}

fn is_blank(cell: &Cell, ground: Color) -> bool {
    cell.symbol() == " " && cell.bg == ground && Ink::of(cell).leaves_blanks()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::collections::BTreeMap;

    use ratatui::layout::Position;
    use ratatui::style::Style;

    use super::super::links::LinkRun;
    use super::super::screen::Screen;
    use super::*;

    /// A terminal that takes every scalar for itself, in as many cells as it likes.
    struct Stubborn {
        wide: fn(char) -> usize,
        rows: Vec<Vec<char>>,
        at: (usize, usize),
    }

    impl Stubborn {
        fn shows(bytes: &[u8], size: (usize, usize), wide: fn(char) -> usize) -> Vec<String> {
            let mut it = Self { wide, rows: vec![vec![' '; size.0]; size.1], at: (0, 0) };
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let mut scalars = text.chars().peekable();
            while let Some(scalar) = scalars.next() {
                match scalar {
                    '\r' => it.at.0 = 0,
                    '\n' => it.at.1 += 1,
                    '\x08' => it.at.0 -= 1,
                    '\x1b' => {
                        assert_eq!(scalars.next(), Some('['), "only control sequences");
                        let mut params = String::new();
                        let last = loop {
                            let next = scalars.next().unwrap();
                            if next.is_ascii_alphabetic() {
                                break next;
                            }
                            params.push(next);
                        };
                        it.control(&params, last);
                    }
                    _ => it.print(scalar),
                }
            }
            it.rows.into_iter().map(String::from_iter).collect()
        }

        fn control(&mut self, params: &str, last: char) {
            let mut numbers = params.split(';').map(|number| number.parse::<usize>().unwrap_or(1));
            let first = numbers.next().unwrap_or(1);
            match last {
                'H' => self.at = (numbers.next().unwrap_or(1) - 1, first - 1),
                'C' => self.at.0 += first,
                'D' => self.at.0 -= first,
                'A' => self.at.1 -= first,
                'B' => self.at.1 += first,
                'X' => (0..first).for_each(|column| self.set(self.at.0 + column, ' ')),
                'J' => self.rows.iter_mut().flatten().for_each(|cell| *cell = ' '),
                _ => {}
            }
        }

        fn set(&mut self, column: usize, scalar: char) {
            if let Some(cell) = self.rows[self.at.1].get_mut(column) {
                *cell = scalar;
            }
        }

        fn print(&mut self, scalar: char) {
            let width = (self.wide)(scalar);
            for cell in 0..width {
                self.set(self.at.0 + cell, if cell == 0 { scalar } else { '+' });
            }
            self.at.0 += width;
        }
    }

    fn paint(buf: &mut Buffer, line: &str) {
        let size = buf.area.width.into();
        buf.set_stringn(0, 0, line, size, Style::new());
    }

    /// What is right of the cluster, frame after frame, whatever the terminal makes of it.
    fn right_of_it(clusters: &[&str], wide: fn(char) -> usize, doubts: bool) {
        let mut screen = Screen::new(Vec::new());
        if doubts {
            screen.doubt_ambiguous(true);
        }
        for (before, after) in [("ab", "words here"), ("ab", "other here"), ("xyz", "other here")] {
            for cluster in clusters {
                let line = format!("{before}{cluster}{after}");
                let mut columns = Vec::new();
                let _ = screen.draw((40, 1), |_, buf| {
                    paint(buf, &line);
                    columns = buf.content().iter().map(|cell| cell.symbol().to_owned()).collect();
                    None::<Position>
                });
                let seen: Vec<char> = Stubborn::shows(screen.terminal(), (40, 1), wide)[0].chars().collect();
                let start = columns.iter().rposition(|symbol| symbol == &after[..1]).unwrap_or(0).min(40 - after.len());
                let start = (0..=start).rev().find(|at| columns[*at..].concat().starts_with(after)).unwrap();
                let shown: String = seen[start..start + after.len()].iter().collect();
                assert_eq!(shown, after, "{line}: {seen:?}");
                let shown: String = seen[..before.len()].iter().collect();
                assert_eq!(shown, before, "{line}: {seen:?}");
            }
        }
    }

    #[test]
    fn a_terminal_that_counts_every_scalar_shifts_nothing() {
        let clusters = ["👩‍👩‍👧‍👦", "🇫🇷", "❤\u{fe0f}", "👍🏽", "क्षि", "กำ", "🫠", "1\u{fe0f}\u{20e3}", "a\u{335}"];
        right_of_it(&clusters, |scalar| if scalar.is_ascii() { 1 } else { 2 }, false);
        right_of_it(&clusters, |_| 1, false);
    }

    #[test]
    fn ambiguous_letters_shift_nothing_once_they_are_doubted() {
        let clusters = ["é", "│", "…", "·", "ж", "α", "▌", "①", "°"];
        right_of_it(&clusters, |scalar| if scalar.is_ascii() { 1 } else { 2 }, true);
        right_of_it(&clusters, |_| 1, true);
    }

    #[test]
    fn plain_words_and_rules_cost_no_moves() {
        let mut screen = Screen::new(Vec::new());
        let _ = screen.draw((40, 1), |_, buf| {
            paint(buf, "Zoë │ größer … 日本 ─── Привет");
            None::<Position>
        });
        let written = String::from_utf8_lossy(screen.terminal()).into_owned();
        assert_eq!(written.matches('\x1b').count(), 4, "{written:?}");
    }

    fn linked(screen: &mut Screen<Vec<u8>>, line: &str, links: &[(u16, u16, &str)]) -> String {
        let from = screen.terminal().len();
        let runs: Vec<LinkRun> = links
            .iter()
            .map(|(x, cells, url)| LinkRun { x: *x, y: 0, cells: *cells, url: (*url).to_owned() })
            .collect();
        let _ = screen.draw((30, 2), |_, buf| {
            paint(buf, line);
            (None, runs)
        });
        String::from_utf8_lossy(&screen.terminal()[from..]).into_owned()
    }

    /// Which address every letter was written with.
    fn addresses(bytes: &str) -> BTreeMap<char, String> {
        let mut found = BTreeMap::new();
        let mut now = String::new();
        let mut rest = bytes;
        while let Some(scalar) = rest.chars().next() {
            if let Some(link) = rest.strip_prefix("\x1b]8;") {
                let (params, tail) = link.split_once(';').unwrap();
                let (url, tail) = tail.split_once("\x1b\\").unwrap();
                assert_eq!(params.is_empty(), url.is_empty());
                (now, rest) = (url.to_owned(), tail);
                continue;
            }
            if let Some(control) = rest.strip_prefix("\x1b[") {
                let end = control.find(|byte: char| byte.is_ascii_alphabetic()).unwrap();
                rest = &control[end + 1..];
                continue;
            }
            if scalar.is_alphabetic() {
                found.insert(scalar, now.clone());
            }
            rest = &rest[scalar.len_utf8()..];
        }
        assert_eq!(now, "", "a frame leaves no link open");
        found
    }

    #[test]
    fn cells_of_a_link_are_written_between_its_brackets() {
        let mut screen = Screen::new(Vec::new());
        let bytes = linked(&mut screen, "ab cd ef", &[(3, 2, "https://a.example/é"), (6, 1, "https://b.example/")]);
        let seen = addresses(&bytes);
        assert_eq!(seen[&'b'], "");
        assert_eq!(seen[&'c'], "https://a.example/%C3%A9");
        assert_eq!(seen[&'d'], "https://a.example/%C3%A9");
        assert_eq!(seen[&'e'], "https://b.example/");
        assert_eq!(seen[&'f'], "");
    }

    #[test]
    fn cells_whose_link_changed_are_written_anew_and_no_others() {
        let mut screen = Screen::new(Vec::new());
        linked(&mut screen, "ab cd ef", &[(3, 2, "https://a.example/")]);
        assert_eq!(linked(&mut screen, "ab cd ef", &[(3, 2, "https://a.example/")]), "");
        let seen = addresses(&linked(&mut screen, "ab cd ef", &[(4, 2, "https://a.example/")]));
        assert_eq!(seen.get(&'c').map(String::as_str), Some(""));
        assert_eq!(seen.get(&'d'), None, "it leads where it led");
        let seen = addresses(&linked(&mut screen, "ab cd ef", &[]));
        assert_eq!(seen.get(&'d').map(String::as_str), Some(""));
        assert_eq!(seen.get(&'a'), None);
    }

    #[test]
    fn without_links_nothing_of_them_is_written() {
        let mut screen = Screen::new(Vec::new());
        assert!(!linked(&mut screen, "ab cd ef", &[]).contains("\x1b]"));
        assert!(!linked(&mut screen, "ab cd xy", &[(0, 2, "javascript:1")]).contains("\x1b]"));
    }
}
