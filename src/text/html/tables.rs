//! Tables while they are read: which of them mean something, and their rows and columns.
//!
//! Mail uses tables to place things far more often than to say something in rows and columns. A table counts as
//! one that means something when its cells hold short text in at least two columns and nothing in it is a block
//! of its own kind. All others stay what is in them, in reading order. Enter at [`OpenTable`].

use std::ops::Range;

use super::document::SpanStyle;
use super::piece::{Piece, PieceKind, Rows, Words, is_visible};
use super::tokens::Attributes;

/// Columns kept; what is beyond them stands in the last.
pub(super) const COLUMNS_CAP: usize = 32;
/// Rows in which cells that reach over several columns or rows are put in their places.
const PLACED_ROWS: usize = 2_000;
/// Bytes of text that a cell of a data table may have, and pieces.
const CELL_BYTES: usize = 600;
const CELL_PIECES: usize = 8;
/// Bytes per cell on average, where nothing but its shape says that a table means something.
const USUAL_BYTES: usize = 80;
/// Bytes of a row of short cells that is put on one line.
const ROW_BYTES: usize = 90;
/// Between the cells of a row that only places them.
const BETWEEN: &str = " · ";

/// A table whose end was not seen yet.
pub(super) struct OpenTable {
    /// Index of the first piece in it.
    start: usize,
    /// Its sender says that it only places things.
    presentational: bool,
    /// It has lines around its cells.
    ruled: bool,
    /// Another table was in it.
    pub(super) has_inner: bool,
    rows: Vec<Vec<CellRange>>,
}

/// A cell, and the pieces in it.
struct CellRange {
    pieces: Range<usize>,
    open: bool,
    columns: usize,
    rows: usize,
    is_header: bool,
}

/// What a table turned out to be.
#[derive(PartialEq, Eq)]
enum Meaning {
    Data,
    /// It places things; its short rows may share a line.
    Layout,
    /// Other tables were in it.
    Frame,
}

impl OpenTable {
    pub(super) fn new(start: usize, attributes: Attributes<'_>) -> Self {
        let role = attributes.get("role").map(str::trim);
        let presentational =
            role.is_some_and(|role| role.eq_ignore_ascii_case("presentation") || role.eq_ignore_ascii_case("none"));
        let bordered = attributes.get("border").is_some_and(|width| !matches!(width.trim(), "0" | ""));
        let named = attributes.get("class").is_some_and(|class| class.contains("MsoTableGrid"));
        Self { start, presentational, ruled: bordered || named, has_inner: false, rows: Vec::new() }
    }

    pub(super) fn open_row(&mut self) {
        if self.rows.last().is_none_or(|row| !row.is_empty()) {
            self.rows.push(Vec::new());
        }
    }

    pub(super) fn open_cell(&mut self, at: usize, is_header: bool, attributes: Attributes<'_>) {
        let span = |name| attributes.get(name).and_then(count).unwrap_or(1);
        let cell = CellRange {
            pieces: at..at,
            open: true,
            columns: span("colspan").min(COLUMNS_CAP),
            rows: span("rowspan").min(PLACED_ROWS),
            is_header,
        };
        match self.rows.last_mut() {
            Some(row) => row.push(cell),
            None => self.rows.push(vec![cell]),
        }
    }

    pub(super) fn close_cell(&mut self, at: usize) {
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut())
            && std::mem::take(&mut cell.open)
        {
            cell.pieces.end = at;
        }
    }

    /// Makes one piece of a table that means something, of the pieces since its start.
    pub(super) fn finish(self, pieces: &mut Vec<Piece>) {
        if self.start >= pieces.len() {
            return;
        }
        match self.meaning(pieces) {
            Meaning::Data => self.into_rows(pieces),
            Meaning::Layout => self.into_lines(pieces),
            Meaning::Frame => {}
        }
    }

    fn meaning(&self, pieces: &[Piece]) -> Meaning {
        if self.has_inner {
            return Meaning::Frame;
        }
        if self.presentational {
            return Meaning::Layout;
        }
        let depth = pieces.get(self.start).map_or(0, |piece| piece.quote_depth);
        let (mut cells, mut bytes, mut images, mut many) = (0_usize, 0_usize, 0_usize, 0_usize);
        let (mut filled, mut has_header) = (0_usize, false);
        for row in &self.rows {
            let mut in_row = 0_usize;
            for cell in row.iter().filter(|cell| !cell.pieces.is_empty()) {
                let Some(within) = pieces.get(cell.pieces.clone()) else { return Meaning::Layout };
                let plain = within.iter().all(|piece| {
                    matches!(piece.kind, PieceKind::Paragraph | PieceKind::Item(_)) && piece.quote_depth == depth
                });
                let words = || within.iter().flat_map(|piece| &piece.words);
                let length: usize = words().map(|(text, _)| text.len()).sum();
                if !plain || within.len() > CELL_PIECES || length > CELL_BYTES {
                    return Meaning::Layout;
                }
                images += usize::from(words().all(|(text, style)| style.image || !is_visible(text)));
                in_row += 1;
                bytes += length;
                has_header |= cell.is_header;
            }
            cells += in_row;
            filled += usize::from(in_row > 0);
            many += usize::from(in_row > 1);
        }
        // Pictures side by side are placed, not told.
        if many == 0 || images * 3 > cells {
            return Meaning::Layout;
        }
        let shaped = many > 1 && many * 2 > filled && bytes <= cells * USUAL_BYTES;
        if (has_header && filled > 1) || (self.ruled && many > 1) || shaped { Meaning::Data } else { Meaning::Layout }
    }

    fn into_rows(self, pieces: &mut Vec<Piece>) {
        let mut taken: Vec<Option<Piece>> = pieces.drain(self.start..).map(Some).collect();
        let mut grid = Grid::default();
        let mut head = Head::default();
        let mut titles: Vec<Piece> = Vec::new();
        let mut place: Option<Piece> = None;
        for row in self.rows {
            let filled = row.iter().filter(|cell| !cell.pieces.is_empty()).count();
            let mut placed: Vec<(Words, usize, usize)> = Vec::with_capacity(row.len());
            let is_header = filled > 1 && row.iter().all(|cell| cell.is_header || cell.pieces.is_empty());
            for cell in row {
                let range = cell.pieces.start.saturating_sub(self.start)..cell.pieces.end.saturating_sub(self.start);
                let within: Vec<Piece> =
                    taken.get_mut(range).unwrap_or_default().iter_mut().filter_map(Option::take).collect();
                if let Some(piece) = within.first() {
                    let Piece { quote_depth, indent, fold, cited, .. } = *piece;
                    place.get_or_insert_with(|| Piece { quote_depth, indent, fold, cited, ..Piece::default() });
                }
                if filled == 1 && grid.rows.is_empty() && !within.is_empty() {
                    // A cell alone above the others is a title.
                    titles.extend(within);
                } else {
                    placed.push((joined(within), cell.columns, cell.rows));
                }
            }
            if filled > 1 || !grid.rows.is_empty() {
                if filled > 0 {
                    head.note(is_header, &placed);
                }
                grid.place(placed);
            }
        }
        // What is in no cell comes before it: a caption, for the most part.
        let outside: Vec<Piece> = taken.into_iter().flatten().collect();
        pieces.extend(outside);
        pieces.append(&mut titles);
        let kind = PieceKind::Table(Box::new(grid.finish(head.is_header())));
        let gap = !pieces.is_empty();
        pieces.push(Piece { kind, gap, ..place.unwrap_or_default() });
    }

    /// Rows of a few short words share a line: a menu, a label and its value.
    fn into_lines(self, pieces: &mut Vec<Piece>) {
        let mut taken: Vec<Option<Piece>> = pieces.drain(self.start..).map(Some).collect();
        let mut next = 0;
        for row in self.rows {
            let cells: Vec<Range<usize>> = row
                .iter()
                .filter(|cell| !cell.pieces.is_empty())
                .map(|cell| cell.pieces.start.saturating_sub(self.start)..cell.pieces.end.saturating_sub(self.start))
                .collect();
            let [first, .., last] = cells.as_slice() else { continue };
            if !shares_a_line(&taken, &cells) {
                continue;
            }
            let (start, end) = (first.start, last.end);
            let within = |at: usize| cells.iter().any(|cell| cell.contains(&at));
            if start < next || !(start..end).all(within) {
                continue;
            }
            pieces.extend(taken.get_mut(next..start).unwrap_or_default().iter_mut().filter_map(Option::take));
            let mut line: Option<Piece> = None;
            for piece in taken.get_mut(start..end).unwrap_or_default().iter_mut().filter_map(Option::take) {
                match &mut line {
                    None => line = Some(piece),
                    Some(line) => {
                        line.words.push((BETWEEN.to_owned(), SpanStyle::default()));
                        line.words.extend(piece.words);
                    }
                }
            }
            pieces.extend(line);
            next = end;
        }
        pieces.extend(taken.get_mut(next..).unwrap_or_default().iter_mut().filter_map(Option::take));
    }
}

/// Whether the cells of a row are a line of text each, short enough together.
fn shares_a_line(pieces: &[Option<Piece>], cells: &[Range<usize>]) -> bool {
    let mut bytes = 0;
    cells.iter().all(|cell| {
        let [Some(piece)] = pieces.get(cell.clone()).unwrap_or_default() else { return false };
        bytes += piece.words.iter().map(|(text, _)| text.len()).sum::<usize>() + BETWEEN.len();
        let single = piece.words.iter().all(|(text, _)| !text.contains('\n'));
        matches!(piece.kind, PieceKind::Paragraph) && single && bytes <= ROW_BYTES
    })
}

/// The text of a cell, a line for each of its pieces.
fn joined(within: Vec<Piece>) -> Words {
    let mut words = Words::new();
    for piece in within {
        if !words.is_empty() {
            words.push(("\n".to_owned(), SpanStyle::default()));
        }
        if let PieceKind::Item(marker) = &piece.kind {
            words.push((format!("{} ", marker.label(piece.indent)), SpanStyle::default()));
        }
        words.extend(piece.words);
    }
    words
}

/// A count of columns or rows as browsers read it: digits first.
fn count(value: &str) -> Option<usize> {
    let value = value.trim();
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    // Beyond what fits, it is many.
    (end > 0).then(|| value[..end].parse().unwrap_or(usize::MAX)).filter(|count| *count > 0)
}

/// Rows whose cells stand in their columns.
#[derive(Default)]
struct Grid {
    rows: Vec<Vec<Words>>,
    /// For how many more rows each column is taken by a cell from above.
    held: Vec<usize>,
}

impl Grid {
    fn place(&mut self, cells: Vec<(Words, usize, usize)>) {
        let mut row: Vec<Words> = Vec::with_capacity(cells.len());
        let placed = self.rows.len() < PLACED_ROWS;
        let mut held = std::mem::take(&mut self.held);
        for (words, columns, rows) in cells {
            while placed && row.len() < COLUMNS_CAP && held.get(row.len()).is_some_and(|rows| *rows > 0) {
                row.push(Words::new());
            }
            if row.len() >= COLUMNS_CAP {
                if let Some(last) = row.last_mut().filter(|_| !words.is_empty()) {
                    last.push((" ".to_owned(), SpanStyle::default()));
                    last.extend(words);
                }
                continue;
            }
            let first = row.len();
            row.push(words);
            if !placed {
                continue;
            }
            let reach = (first + columns).min(COLUMNS_CAP);
            row.resize_with(reach, Words::new);
            if rows > 1 {
                held.resize(held.len().max(reach), 0);
                // One more than the rows below: this row takes one away at its end.
                held[first..reach].fill(rows);
            }
        }
        for rows in &mut held {
            *rows = rows.saturating_sub(1);
        }
        self.held = held;
        while row.last().is_some_and(Vec::is_empty) {
            row.pop();
        }
        self.rows.push(row);
    }

    /// Without rows and columns in which there is nothing.
    fn finish(self, has_header: bool) -> Rows {
        let mut used = [false; COLUMNS_CAP];
        for row in &self.rows {
            for (column, _) in row.iter().enumerate().filter(|(_, words)| !words.is_empty()) {
                used[column] = true;
            }
        }
        let kept = |row: Vec<Words>| -> Vec<Words> {
            row.into_iter().enumerate().filter(|(column, _)| used[*column]).map(|(_, words)| words).collect()
        };
        let mut rows = self.rows.into_iter().filter(|row| !row.is_empty()).map(kept);
        let header = if has_header { rows.next().unwrap_or_default() } else { Vec::new() };
        Rows { header, rows: rows.collect() }
    }
}

/// Whether the first row says what the columns are called.
#[derive(Default)]
struct Head {
    rows: usize,
    first_is_header: bool,
    first_is_strong: bool,
    others_are_strong: bool,
}

impl Head {
    fn note(&mut self, is_header: bool, row: &[(Words, usize, usize)]) {
        let is_strong = row.iter().flat_map(|(words, ..)| words).all(|(text, style)| style.strong || !is_visible(text));
        if self.rows == 0 {
            self.first_is_header = is_header;
            self.first_is_strong = is_strong;
        } else {
            self.others_are_strong |= is_strong;
        }
        self.rows += 1;
    }

    const fn is_header(&self) -> bool {
        self.rows > 1 && (self.first_is_header || (self.first_is_strong && !self.others_are_strong))
    }
}
