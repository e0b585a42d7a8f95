//! From what a body says to blocks that may be shown.

use super::document::{Block, BlockKind, Cell, Document, Span, SpanStyle, Table};
use super::links::{Links, addresses};
use super::piece::{Piece, PieceKind, Rows, Words};
use super::quotes;
use super::read::read_while;
use crate::text::{Clean, clean, clean_lines};

/// Line breaks kept in a row: one blank line.
const BREAKS_CAP: usize = 2;
/// Rows of a table that are kept; the rest is counted.
const ROWS_CAP: usize = 500;
/// Blocks between two questions whether to go on.
const ASK_EVERY: usize = 64;

/// A body, HTML or plain text, as blocks of styled text. Linear in its length; reads 512 KB and 20,000
/// lines at most.
#[must_use]
pub fn blocks(body: &str) -> Document {
    blocks_while(body, &|| true).unwrap_or_default()
}

/// The same as [`blocks`], asking every few hundred tags and pieces of text whether to go on; `None` when not.
/// For a thread of its own: the caller looks at a clock, this room has none.
#[must_use]
pub fn blocks_while(body: &str, go_on: &dyn Fn() -> bool) -> Option<Document> {
    if !go_on() {
        return None;
    }
    let mut reading = read_while(body, go_on)?;
    let mut drafts = Vec::with_capacity(reading.pieces.len());
    for (index, piece) in reading.pieces.into_iter().enumerate() {
        if index % ASK_EVERY == 0 && !go_on() {
            return None;
        }
        let (attribution, cited) = (piece.attribution, piece.cited);
        drafts.push(quotes::Draft { block: block(piece, &mut reading.links), attribution, cited });
    }
    let blocks = quotes::mark(drafts, go_on)?;
    Some(Document {
        blocks,
        links: reading.links.finish(),
        hidden: reading.hidden,
        trackers: reading.trackers,
        cut: reading.cut,
    })
}

fn block(piece: Piece, links: &mut Links) -> Block {
    let kind = match piece.kind {
        PieceKind::Paragraph => BlockKind::Paragraph,
        PieceKind::Heading(level) => BlockKind::Heading(level),
        PieceKind::Item(marker) => {
            let depth = piece.indent.max(1);
            BlockKind::ListItem { marker: clean(&marker.label(depth)), depth }
        }
        PieceKind::Code => BlockKind::Code,
        PieceKind::Rule => BlockKind::Rule,
        PieceKind::Table(rows) => BlockKind::Table(Box::new(table(*rows, links))),
    };
    let spans = spans(piece.words, kind == BlockKind::Code, links);
    Block { kind, quote_depth: piece.quote_depth, indent: piece.indent, gap: piece.gap, fold: piece.fold, spans }
}

fn spans(words: Words, code: bool, links: &mut Links) -> Vec<Span> {
    let mut spans = Vec::with_capacity(words.len());
    for (text, style) in words {
        if style.image {
            spans.push(Span { text: image_label(&text), style });
        } else if style.link.is_some() || code {
            push_span(&mut spans, &text, style);
        } else {
            push_linked(&mut spans, &text, style, links);
        }
    }
    if !code {
        limit_breaks(&mut spans);
    }
    spans
}

fn table(rows: Rows, links: &mut Links) -> Table {
    let mut cells =
        |row: Vec<Words>| -> Vec<Cell> { row.into_iter().map(|words| spans(words, false, links)).collect() };
    let header = cells(rows.header);
    let more_rows = rows.rows.len().saturating_sub(ROWS_CAP);
    let rows: Vec<Vec<Cell>> = rows.rows.into_iter().take(ROWS_CAP).map(cells).collect();
    let columns = rows.iter().map(Vec::len).chain([header.len()]).max().unwrap_or(0);
    let numeric = (0..columns).map(|column| is_numeric(rows.iter().filter_map(|row| row.get(column)))).collect();
    Table { header, rows, numeric, more_rows }
}

/// Whether all that stands in a column is numbers.
fn is_numeric<'a>(cells: impl Iterator<Item = &'a Cell>) -> bool {
    let mut some = false;
    for cell in cells.filter(|cell| !cell.is_empty()) {
        let length: usize = cell.iter().map(|span| span.text.len()).sum();
        if length > 40 || cell.iter().any(|span| span.style.image || span.style.link.is_some()) {
            return false;
        }
        let text: String = cell.iter().map(|span| span.text.as_str()).collect();
        if !is_number(&text) {
            return false;
        }
        some = true;
    }
    some
}

/// `1,234.50 €`, `-3 %`, `2 ×`, `CHF 12.–`: digits, what parts them, and a unit.
fn is_number(text: &str) -> bool {
    const UNITS: &[&str] = &[
        "eur", "usd", "gbp", "chf", "sek", "nok", "dkk", "pln", "czk", "huf", "jpy", "cad", "aud", "kr", "zl", "fr",
        "x", "kg", "g", "l", "ml", "cm", "mm", "m", "km", "h", "min", "pcs", "st", "us", "ca",
    ];
    let sign = |c: char| {
        matches!(
            c,
            '.' | ','
                | '\''
                | '’'
                | '+'
                | '-'
                | '−'
                | '–'
                | '%'
                | '('
                | ')'
                | '×'
                | '*'
                | '$'
                | '€'
                | '£'
                | '¥'
                | '₹'
                | '₽'
                | '₺'
                | '₩'
        )
    };
    let mut digits = 0;
    let known =
        text.split(|c: char| c.is_whitespace() || c.is_ascii_digit() || sign(c)).filter(|word| !word.is_empty());
    digits += text.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && known.into_iter().all(|word| UNITS.iter().any(|unit| word.eq_ignore_ascii_case(unit)))
}

fn image_label(alt: &str) -> Clean {
    if alt.is_empty() { Clean::literal("[image]") } else { clean(&format!("[image: {alt}]")) }
}

fn push_span(spans: &mut Vec<Span>, text: &str, style: SpanStyle) {
    let text = clean_lines(text);
    if !text.is_empty() {
        spans.push(Span { text, style });
    }
}

/// Text in which web addresses become links of their own.
fn push_linked(spans: &mut Vec<Span>, text: &str, style: SpanStyle, links: &mut Links) {
    let mut done = 0;
    for range in addresses(text) {
        let address = &text[range.clone()];
        let number = if address.contains("://") {
            links.number(address, false)
        } else {
            links.number(&format!("https://{address}"), false)
        };
        let Some(number) = number else { continue };
        links.note_text(number, address);
        push_span(spans, &text[done..range.start], style);
        push_span(spans, address, SpanStyle { link: Some(number), ..style });
        done = range.end;
    }
    push_span(spans, &text[done..], style);
}

/// Several blank lines in a row become one.
fn limit_breaks(spans: &mut [Span]) {
    let mut breaks = 0;
    for span in spans {
        if span.style.image {
            breaks = 0;
            continue;
        }
        if breaks == 0 && !span.text.contains('\n') {
            continue;
        }
        let mut kept = String::with_capacity(span.text.len());
        // Blanks that begin a line, until something else is on it.
        let mut blanks = String::new();
        for scalar in span.text.chars() {
            match scalar {
                '\n' => {
                    breaks += 1;
                    blanks.clear();
                    if breaks <= BREAKS_CAP {
                        kept.push('\n');
                    }
                }
                ' ' | '\u{A0}' if breaks > 0 => blanks.push(scalar),
                _ => {
                    breaks = 0;
                    kept.push_str(&std::mem::take(&mut blanks));
                    kept.push(scalar);
                }
            }
        }
        kept.push_str(&blanks);
        if kept.len() != span.text.len() {
            span.text = Clean::vouch(kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_words() {
        for number in ["2", "1,234.50 €", "CHF 12.–", "-3 %", "2 ×", "3 kg", "€ 5", "(1'000)"] {
            assert!(is_number(number), "{number}");
        }
        for words in ["", "–", "A-1042", "2025/03/03", "10:30", "two", "3 boxes"] {
            assert!(!is_number(words), "{words}");
        }
    }
}
