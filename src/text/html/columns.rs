//! Tables in columns of a given width, or, where these do not fit, one record a row.
//!
//! Knows the widths that cells would like to have and gives each its share. Enter at [`lay`].

use super::document::{Cell, Span, SpanStyle, Table};
use super::layout::{Flow, Line, LineKind, NOWHERE, Placed, Targets, letter_after};
use crate::text::measure::break_lines;
use crate::text::{Clean, clean, width};

/// Between columns, and where a line across meets that.
const BETWEEN: &str = " │ ";
const CROSSING: &str = "─┼─";
const BETWEEN_CELLS: usize = 3;
/// Cells that a column has at least, when its text takes more.
const LEAST: usize = 8;
/// Cells up to which a word is kept whole.
const WORD: usize = 20;
/// Lines of a row beyond which columns are too narrow to be read.
const TALL: usize = 5;
/// Cells by which the second line of a record's entry is set in.
const HANG: usize = 2;
/// Cells of a first column that can name the second.
const NAME: usize = 30;

/// Draws a table in `room` cells behind the lead.
pub(super) fn lay(table: &Table, links: &Targets<'_>, place: &Place<'_>, room: usize, lines: &mut Vec<Line>) {
    let (gutter, lead) = (place.gutter, place.lead);
    let room = room.saturating_sub(width(lead));
    let before = links.place();
    let mut letters = place.letters;
    let mut flows = |row: &Vec<Cell>| -> Vec<Flow> {
        let places = places(row, &mut letters);
        row.iter().zip(places).map(|(cell, letters)| Flow::of(cell, letters, links)).collect()
    };
    let header = flows(&table.header);
    let rows: Vec<Vec<Flow>> = table.rows.iter().map(flows).collect();
    match shares(&header, &rows, table.numeric.len(), room) {
        Some(widths) => Columns { widths: &widths, numeric: &table.numeric, room }.lay(&header, &rows, place, lines),
        None => {
            links.back_to(before);
            lay_records(table, links, room, place, lines);
        }
    }
    if table.more_rows > 0 {
        let kind = LineKind::MoreRows(table.more_rows);
        lines.push(Line { kind, gutter, lead: lead.clone(), ..Line::default() });
    }
}

/// Where all lines of a table begin.
pub(super) struct Place<'a> {
    pub(super) gutter: u8,
    pub(super) lead: &'a Clean,
    /// Which letter of the document the table begins with.
    pub(super) letters: u32,
}

impl Place<'_> {
    fn line(&self, kind: LineKind, Placed { spans, places }: Placed) -> Line {
        Line { kind, gutter: self.gutter, lead: self.lead.clone(), spans, places, ..Line::default() }
    }
}

/// Which letter of the document each cell of a row begins with; `letters` goes on behind them.
fn places(row: &[Cell], letters: &mut u32) -> Vec<u32> {
    let mut place = |cell: &Cell| {
        let first = *letters;
        *letters = cell.iter().fold(first, letter_after);
        first
    };
    row.iter().map(&mut place).collect()
}

/// Whether a row is one cell that may reach across the whole table.
fn is_across(row: &[Flow]) -> bool {
    row.len() == 1
}

/// The cells of each column; none when they do not fit.
fn shares(header: &[Flow], rows: &[Vec<Flow>], columns: usize, room: usize) -> Option<Vec<usize>> {
    let spare = room.checked_sub(columns.checked_sub(1)? * BETWEEN_CELLS)?;
    if spare < columns {
        return None;
    }
    let mut likes = vec![0; columns];
    let mut needs = vec![0; columns];
    let measured = rows.iter().map(Vec::as_slice).filter(|row| !is_across(row)).chain([header]);
    for row in measured {
        for ((cell, like), need) in row.iter().zip(&mut likes).zip(&mut needs) {
            for line in cell.text.split('\n') {
                *like = width(line).max(*like);
            }
            // Markers hold together by spaces that do not break.
            for word in cell.text.split([' ', '\n']) {
                *need = width(word).max(*need);
            }
        }
    }
    for (need, like) in needs.iter_mut().zip(&likes) {
        *need = (*need).clamp(1, WORD).max(LEAST.min(*like)).max(1);
    }
    let liked: usize = likes.iter().map(|like| (*like).max(1)).sum();
    if liked <= spare {
        return Some(likes.iter().map(|like| (*like).max(1)).collect());
    }
    let needed: usize = needs.iter().sum();
    let left = spare.checked_sub(needed)?;
    let widths = shared(&likes, needs, left);
    let tall = rows
        .iter()
        .filter(|row| !is_across(row))
        .any(|row| row.iter().zip(&widths).any(|(cell, cells)| width(&cell.text) > cells * TALL));
    (!tall).then_some(widths)
}

/// Gives what is left to those who want more, in equal steps, the modest first.
fn shared(likes: &[usize], mut widths: Vec<usize>, mut left: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..likes.len()).collect();
    order.sort_by_key(|&at| likes[at].saturating_sub(widths[at]));
    for (done, &at) in order.iter().enumerate() {
        let share = left / (order.len() - done);
        let more = likes[at].saturating_sub(widths[at]).min(share);
        widths[at] += more;
        left -= more;
    }
    widths
}

struct Columns<'a> {
    widths: &'a [usize],
    numeric: &'a [bool],
    room: usize,
}

impl Columns<'_> {
    fn lay(&self, header: &[Flow], rows: &[Vec<Flow>], place: &Place<'_>, lines: &mut Vec<Line>) {
        if !header.is_empty() {
            self.lay_row(header, LineKind::TableHead, place, lines);
            lines.push(self.rule(place));
        }
        let start = lines.len();
        let mut ends = Vec::with_capacity(rows.len());
        for row in rows {
            self.lay_row(row, LineKind::TableRow, place, lines);
            ends.push(lines.len());
        }
        // Where many rows take several lines, one cannot tell where one ends.
        let further = (lines.len() - start).saturating_sub(rows.len());
        if further * 3 >= rows.len() && rows.len() > 1 {
            let laid = lines.split_off(start);
            let mut next = start;
            let mut laid = laid.into_iter();
            for end in ends {
                if next > start {
                    lines.push(self.rule(place));
                }
                lines.extend(laid.by_ref().take(end - next));
                next = end;
            }
        }
    }

    fn rule(&self, place: &Place<'_>) -> Line {
        let across: Vec<String> = self.widths.iter().map(|cells| "─".repeat(*cells)).collect();
        let mut line = Placed::default();
        line.push(mark(across.join(CROSSING)), NOWHERE);
        place.line(LineKind::TableRule, line)
    }

    fn lay_row(&self, row: &[Flow], kind: LineKind, place: &Place<'_>, lines: &mut Vec<Line>) {
        if is_across(row) {
            let Some(cell) = row.first() else { return };
            let mut cut = cell.cut();
            for range in break_lines(&cell.text, self.room, self.room) {
                lines.push(place.line(kind, cut.take(&range)));
            }
            return;
        }
        let broken: Vec<_> =
            row.iter().zip(self.widths).map(|(cell, cells)| break_lines(&cell.text, *cells, *cells)).collect();
        let mut cuts: Vec<_> = row.iter().map(Flow::cut).collect();
        let height = broken.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut line = Placed::default();
            // Blanks are put down only when something comes after them.
            let mut blanks = 0;
            for (column, cells) in self.widths.iter().enumerate() {
                if column > 0 {
                    push_blanks(&mut blanks, &mut line);
                    line.push(mark(BETWEEN.to_owned()), NOWHERE);
                }
                let words = match (broken.get(column).and_then(|lines| lines.get(at)), cuts.get_mut(column)) {
                    (Some(range), Some(cut)) => cut.take(range),
                    _ => Placed::default(),
                };
                let is_empty = words.spans.is_empty();
                let taken: usize = words.spans.iter().map(|span| width(&span.text)).sum();
                let free = cells.saturating_sub(taken);
                let is_right = self.numeric.get(column) == Some(&true);
                if is_right && !is_empty {
                    blanks += free;
                }
                if !is_empty {
                    push_blanks(&mut blanks, &mut line);
                }
                line.append(words);
                if taken == 0 || !is_right {
                    blanks += free;
                }
            }
            lines.push(place.line(kind, line));
        }
    }
}

fn mark(text: String) -> Span {
    Span { text: Clean::vouch(text), style: SpanStyle { marker: true, ..SpanStyle::default() } }
}

fn push_blanks(blanks: &mut usize, line: &mut Placed) {
    let count = std::mem::take(blanks);
    if count > 0 {
        line.push(Span { text: Clean::vouch(" ".repeat(count)), style: SpanStyle::default() }, NOWHERE);
    }
}

/// One record a row: `Header: value`, a line each. Without a header a row is a line: `first: second` or
/// `a · b · c`.
fn lay_records(table: &Table, links: &Targets<'_>, room: usize, place: &Place<'_>, lines: &mut Vec<Line>) {
    let strong = SpanStyle { strong: true, ..SpanStyle::default() };
    let plain = SpanStyle::default();
    let is_filled = |cell: &&Cell| !cell.is_empty();
    let named = !table.header.is_empty();
    let mut letters = place.letters;
    let names = places(&table.header, &mut letters);
    for (at, row) in table.rows.iter().enumerate() {
        let begin = places(row, &mut letters);
        if named && at > 0 {
            lines.push(Line { gutter: place.gutter, ..Line::default() });
        }
        if named && row.len() > 1 {
            for (column, (cell, begin)) in row.iter().zip(begin).enumerate().filter(|(_, (cell, _))| !cell.is_empty()) {
                let mut flow = Flow::default();
                if let (Some(name), Some(at)) = (table.header.get(column).filter(is_filled), names.get(column)) {
                    push_name(name, *at, strong, &mut flow);
                }
                flow.go_on_at(begin);
                flow.push_spans(cell, links);
                lay_flow(&flow, room, place, lines);
            }
            continue;
        }
        let mut flow = Flow::default();
        let cells: Vec<(&Cell, u32)> = row.iter().zip(begin).filter(|(cell, _)| is_filled(cell)).collect();
        match cells.as_slice() {
            [(first, name), (second, begin)] if table.numeric.len() == 2 && is_name(first) => {
                push_name(first, *name, plain, &mut flow);
                flow.go_on_at(*begin);
                flow.push_spans(second, links);
            }
            _ => {
                for (index, (cell, begin)) in cells.into_iter().enumerate() {
                    if index > 0 {
                        flow.push(&Clean::literal(" · "), SpanStyle { marker: true, ..plain });
                    }
                    flow.go_on_at(begin);
                    flow.push_spans(cell, links);
                }
            }
        }
        lay_flow(&flow, room, place, lines);
    }
}

fn is_name(cell: &Cell) -> bool {
    let plain = cell.iter().all(|span| span.style.link.is_none() && !span.style.image && !span.text.contains('\n'));
    plain && cell.iter().map(|span| width(&span.text)).sum::<usize>() <= NAME
}

/// Puts the words of a cell behind as a name: on one line, with a colon behind.
fn push_name(cell: &Cell, letters: u32, style: SpanStyle, flow: &mut Flow) {
    let words: String = cell.iter().map(|span| span.text.as_str()).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    flow.go_on_at(letters);
    flow.push(&clean(words.trim_end_matches([':', '：', ' '])), style);
    flow.go_on_at(NOWHERE);
    flow.push(&Clean::literal(": "), style);
}

/// An entry of a record; its further lines are set in.
fn lay_flow(flow: &Flow, room: usize, place: &Place<'_>, lines: &mut Vec<Line>) {
    let hang = if room > HANG + LEAST { HANG } else { 0 };
    let mut cut = flow.cut();
    for (index, range) in break_lines(&flow.text, room, room - hang).iter().enumerate() {
        let mut line = place.line(LineKind::Text, cut.take(range));
        if index > 0 {
            line.lead.push(&Clean::vouch(" ".repeat(hang)));
        }
        lines.push(line);
    }
}
