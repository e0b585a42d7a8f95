//! What must hold of any text whatever, said once: for the bounded test that always runs, and for the fuzz
//! targets (`docs/fuzzing.md`) that run as long as they are let.
//!
//! Every function takes a text and says what does not hold of it. Knows the doors of this room. Not part of the
//! program; enter at [`door`].

use super::filter::is_forbidden;
use super::{
    bidi, canonical, clean, clean_entry, clean_lines, graphemes, html, markdown, pad, truncate, visible_lines, width,
    wrap,
};

/// Bytes that may come of one byte: a tab is four spaces, a control a picture of three bytes, a mark gets a base,
/// normal form C parts some letters.
const GROWTH: usize = 8;
/// Widths that are tried.
const WIDTHS: [usize; 4] = [1, 7, 20, 80];

/// What did not hold.
pub type Held = Result<(), String>;

fn hold(holds: bool, what: &str, seen: &str) -> Held {
    if holds { Ok(()) } else { Err(format!("{what}: {seen:?}")) }
}

fn shows_only_what_may_be_shown(text: &str, what: &str) -> Held {
    hold(!text.chars().any(is_forbidden), what, text)?;
    let unseen = |scalar: char| matches!(scalar, '\u{200C}' | '\u{200D}' | '\u{FE0F}');
    hold(!text.split('\n').any(|line| line.starts_with(unseen)), what, text)?;
    let repeats = text.chars().zip(text.chars().skip(1)).any(|(before, after)| before == after && unseen(after));
    hold(!repeats, "invisible scalars in a row", text)
}

/// Of the filter and the measures.
///
/// # Errors
/// Says what does not hold.
pub fn door(text: &str) -> Held {
    let (line, lines, entry) = (clean(text), clean_lines(text), clean_entry(text));
    let source = visible_lines(text);
    shows_only_what_may_be_shown(&line, "a line")?;
    hold(!line.contains('\n'), "a line is one line", &line)?;
    shows_only_what_may_be_shown(&lines, "lines")?;
    shows_only_what_may_be_shown(&entry, "an entry")?;
    shows_only_what_may_be_shown(&source, "a source")?;
    hold(clean(&line) == line, "cleaning a line twice changes it", &line)?;
    hold(clean_lines(&lines) == lines, "cleaning lines twice changes them", &lines)?;
    hold(clean_entry(&entry) == entry, "cleaning an entry twice changes it", &entry)?;
    hold(clean_lines(&source) == source, "cleaning a source changes it", &source)?;
    for made in [line.as_str(), lines.as_str(), entry.as_str(), source.as_str()] {
        hold(made.len() <= GROWTH * text.len() + GROWTH, "grown out of bounds", made)?;
    }
    measures(&line, &lines)
}

fn measures(line: &str, lines: &str) -> Held {
    let sum: usize = graphemes(line).map(width).sum();
    hold(sum == width(line), "a width is the sum of its clusters", line)?;
    hold(graphemes(line).collect::<String>() == *line, "clusters are the text", line)?;
    let widest = graphemes(line).chain(graphemes(lines)).map(width).max().unwrap_or(0);
    hold(widest <= 8, "no cluster is wider than a line", line)?;
    let bare = |text: &str| text.chars().filter(|scalar| !scalar.is_whitespace()).collect::<String>();
    for cells in WIDTHS {
        hold(width(&truncate(line, cells)) <= cells, "a cut line is too wide", line)?;
        hold(width(&pad(line, cells)) == cells, "a padded line is not as wide as asked", line)?;
        let rows = wrap(lines, cells);
        hold(rows.iter().all(|row| width(row) <= cells), "a wrapped line is too wide", lines)?;
        if cells >= widest {
            let seen: String = rows.iter().map(|row| bare(row)).collect();
            hold(seen == bare(lines), "wrapping lost something", lines)?;
        }
    }
    Ok(())
}

/// Of the order in which a line is seen.
///
/// # Errors
/// Says what does not hold.
pub fn order(text: &str) -> Held {
    let line = clean(text);
    for base in [None, Some(true), Some(false)] {
        let Some(order) = bidi::order_from(&line, base) else { continue };
        hold(order.cells == width(&line), "the order has other cells than the line", &line)?;
        let mut ranges: Vec<_> = order.pieces.iter().map(|piece| piece.range.clone()).collect();
        ranges.sort_by_key(|range| range.start);
        let mut end = 0;
        for range in ranges {
            hold(range.start == end, "the order is not of every cluster once", &line)?;
            end = range.end;
        }
        hold(end == line.len(), "the order is not of the whole line", &line)?;
        let mut seen_at = 0;
        for piece in &order.pieces {
            hold(piece.seen_at == seen_at, "the order has a gap", &line)?;
            seen_at += piece.cells;
            let symbol = piece.symbol(&line);
            hold(!symbol.chars().any(is_forbidden), "the order shows what may not be shown", symbol)?;
            hold(width(symbol) == piece.cells, "a turned bracket is of another width", symbol)?;
            if piece.cells > 0 {
                let there_and_back = order.read(order.seen(piece.read_at));
                hold(there_and_back == piece.read_at, "a click misses the cursor's letter", &line)?;
            }
        }
    }
    Ok(())
}

/// Of a message body.
///
/// # Errors
/// Says what does not hold.
pub fn body(text: &str) -> Held {
    let document = html::blocks(text);
    for cells in [12_u16, 40] {
        let mut bytes = 0;
        for line in html::layout(&document, cells, false) {
            hold(line.width() <= cells.into(), "a line of a body is too wide", text)?;
            for words in line.spans.iter().map(|span| &span.text).chain([&line.lead]) {
                bytes += words.len();
                hold(!words.contains('\n'), "a span is of one line", words)?;
                hold(!words.chars().any(is_forbidden), "a body shows what may not be shown", words)?;
            }
        }
        // Markers of links name their host once more, lists and tables have leads.
        hold(bytes <= 64 * text.len() + 256, "a body grew out of bounds", text)?;
    }
    let plain = html::to_plain(text);
    hold(canonical(&html::from_plain(&plain)) == canonical(&plain), "plain text does not come back", &plain)
}

/// Of what is written.
///
/// # Errors
/// Says what does not hold.
pub fn written(text: &str) -> Held {
    let entry = clean_entry(text);
    let sent = markdown::to_html(&entry);
    hold(!sent.chars().any(|scalar| scalar.is_control() && scalar != '\n'), "a control is sent", &sent)?;
    hold(!sent.to_ascii_lowercase().contains("<script"), "a script is sent", &sent)?;
    body(&sent)
}
