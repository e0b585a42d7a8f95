//! Where the lines of a text are broken to fit a width: the same answer for drawing, for the cursor and
//! for how high the composer is.
//!
//! A row ends after spaces, after a hyphen within a word, and between wide characters; a word longer
//! than a row is broken between grapheme clusters. Spaces at a break hang over the row's end, so that no
//! row begins with one that nobody typed there. Every byte of a line belongs to one row. Pure. Enter at
//! [`starts`].

use crate::text::{graphemes, width};

/// Punctuation that does not begin a row.
const HANGS: [&str; 14] = ["、", "。", "，", "．", "：", "；", "！", "？", "」", "』", "）", "】", "》", "ー"];

/// Byte offsets at which the rows of a line begin, ascending, the first being 0. `cells` is at least 1.
#[must_use]
pub fn starts(line: &str, cells: usize) -> Vec<usize> {
    let cells = cells.max(1);
    if line.is_ascii() { starts_ascii(line.as_bytes(), cells) } else { starts_wide(line, cells) }
}

/// The row, among those that begin at `starts`, that a byte offset is on. The end of a row is on the next.
#[must_use]
pub fn row_of(starts: &[usize], at: usize) -> usize {
    starts.partition_point(|start| *start <= at).saturating_sub(1)
}

fn starts_ascii(line: &[u8], cells: usize) -> Vec<usize> {
    let mut starts = vec![0];
    let mut start = 0;
    while let Some(rest) = line.get(start..).filter(|rest| rest.len() > cells) {
        let (row, after) = rest.split_at(cells);
        let next = if after.first() == Some(&b' ') {
            // Spaces hang; what follows them begins the next row.
            match after.iter().position(|byte| *byte != b' ') {
                Some(spaces) => cells + spaces,
                None => break,
            }
        } else {
            let joint = (1..=row.len()).rev().find(|at| is_joint(row, *at));
            joint.unwrap_or(cells)
        };
        start += next;
        starts.push(start);
    }
    starts
}

/// Whether a row may be broken before byte `at`.
fn is_joint(row: &[u8], at: usize) -> bool {
    let Some((last, before)) = row.get(..at).and_then(<[u8]>::split_last) else { return false };
    match last {
        b' ' => before.iter().any(|byte| *byte != b' '),
        b'-' => before.last().is_some_and(u8::is_ascii_alphanumeric),
        _ => false,
    }
}

fn starts_wide(line: &str, cells: usize) -> Vec<usize> {
    let mut starts = vec![0];
    // Of the row being filled: where it begins, its cells, and whether more than spaces is on it.
    let (mut start, mut used, mut has_word) = (0, 0, false);
    // The last place to break, and the cells before it.
    let mut joint: Option<(usize, usize)> = None;
    let (mut at, mut before, mut before_cells) = (0, "", 0);
    for cluster in graphemes(line) {
        let own = width(cluster);
        let is_space = cluster == " ";
        let is_wide = own >= 2 || before_cells >= 2;
        if !is_space && is_wide && at > start && !HANGS.contains(&cluster) {
            joint = Some((at, used));
        }
        while !is_space && used + own > cells && at > start {
            let (cut, passed) = joint.take().filter(|(cut, _)| *cut > start).unwrap_or((at, used));
            starts.push(cut);
            (start, used, has_word) = (cut, used - passed, cut < at);
        }
        used += own;
        at += cluster.len();
        has_word |= !is_space;
        let within = at > start + cluster.len() && before.chars().next_back().is_some_and(char::is_alphanumeric);
        let splits = cluster == "-" && within;
        if (is_space && has_word) || splits {
            joint = Some((at, used));
        }
        (before, before_cells) = (cluster, own);
    }
    starts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(line: &str, cells: usize) -> Vec<&str> {
        let starts = starts(line, cells);
        let ends = starts.iter().skip(1).copied().chain([line.len()]);
        starts.iter().zip(ends).map(|(start, end)| &line[*start..end]).collect()
    }

    #[test]
    fn rows_end_between_words() {
        assert_eq!(rows("one two three", 8), ["one two ", "three"]);
        assert_eq!(rows("one two three", 7), ["one two ", "three"]);
        assert_eq!(rows("one  two", 3), ["one  ", "two"]);
        assert_eq!(rows("well-known word", 7), ["well-", "known ", "word"]);
        assert_eq!(rows("", 5), [""]);
        assert_eq!(rows("word   ", 4), ["word   "]);
    }

    #[test]
    fn a_long_word_is_broken_between_clusters() {
        assert_eq!(rows("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(rows("a abcdefghij", 4), ["a ", "abcd", "efgh", "ij"]);
        assert_eq!(rows("  abcdefghij", 4), ["  ab", "cdef", "ghij"]);
        assert_eq!(rows("é👩‍💻👩‍💻x", 4), ["é👩‍💻", "👩‍💻x"]);
    }

    #[test]
    fn wide_letters_break_anywhere_but_before_their_full_stop() {
        assert_eq!(rows("日本語です。", 6), ["日本語", "です。"]);
        assert_eq!(rows("日本語。です", 6), ["日本", "語。で", "す"]);
    }

    #[test]
    fn the_end_of_a_row_is_on_the_next_one() {
        let starts = starts("one two three", 8);
        assert_eq!((row_of(&starts, 0), row_of(&starts, 7), row_of(&starts, 8), row_of(&starts, 13)), (0, 0, 1, 1));
    }

    proptest! {
        #[test]
        fn every_row_fits_but_for_the_spaces_at_its_end(line in "[a-c \\-éß日本👍]{0,60}|\\PC{0,30}", cells in 1_usize..20) {
            let line = crate::text::clean_entry(&line).replace('\n', " ");
            let rows = rows(&line, cells);
            prop_assert_eq!(rows.concat(), line.clone());
            for row in &rows {
                let row = row.trim_end_matches(' ');
                prop_assert!(width(row) <= cells || graphemes(row).count() == 1, "{:?} in {:?} at {}", row, rows, cells);
            }
            if rows.len() > 1 {
                prop_assert!(rows.iter().all(|row| !row.is_empty()));
            }
        }

        #[test]
        fn plain_letters_wrap_the_same_way_whichever_road_they_take(line in "[ab \\-]{0,60}", cells in 1_usize..20) {
            prop_assert_eq!(starts_ascii(line.as_bytes(), cells), starts_wide(&line, cells));
        }
    }
}
