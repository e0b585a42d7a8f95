//! How many cells text takes, and where it may be cut.
//!
//! Owns widths, truncation and wrapping, all by whole grapheme clusters. Knows only `Clean`. Enter at
//! [`width`]. The sum of cluster widths is the rule, since that is how the screen lays cells out.
//!
//! Letters of ambiguous width (UAX #11: Greek, Cyrillic, accents, rules, `…`) take one cell, or two in the
//! terminals of East Asia. Which it is, is one fact about the one terminal that a process has, and is kept here:
//! [`set_ambiguous_wide`] is called at the start, or once when the terminal has said so, and before anything is
//! laid out anew. Nothing else here is state.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::ambiguous::is_ambiguous;
use super::clean::{Clean, clean, clean_lines};

const ELLIPSIS: char = '…';
/// In its place where it would take two cells.
const PLAIN_ELLIPSIS: char = '~';
/// A cluster wider than this is parted: a chain of consonants without end is one cluster by rule, and would fit
/// on no line.
const WIDEST_CLUSTER: usize = 8;
/// So many bytes are looked at for the end of a cluster.
const LONGEST_CLUSTER: usize = 256;

/// Letters of ambiguous width take two cells on this process's terminal.
static AMBIGUOUS_WIDE: AtomicBool = AtomicBool::new(false);

/// Says whether letters of ambiguous width take two cells on this process's terminal. What was laid out before
/// has to be laid out again.
pub fn set_ambiguous_wide(wide: bool) {
    AMBIGUOUS_WIDE.store(wide, Ordering::Relaxed);
}

/// Whether letters of ambiguous width take two cells on this process's terminal.
#[must_use]
pub fn is_ambiguous_wide() -> bool {
    AMBIGUOUS_WIDE.load(Ordering::Relaxed)
}

/// Stands for what was cut; one cell on this process's terminal.
fn ellipsis() -> char {
    if is_ambiguous_wide() { PLAIN_ELLIPSIS } else { ELLIPSIS }
}

/// The grapheme clusters: what a reader calls characters. One of more than eight cells is parted.
#[must_use]
pub fn graphemes(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    Clusters(text)
}

/// The clusters of a text. Most of what is shown is plain letters, each a cluster without a question: a
/// screen of text is walked through at every frame.
struct Clusters<'a>(&'a str);

/// Whether two bytes side by side have a cluster's end between them whatever is around: `\r\n` is the one
/// pair of ASCII that stays together (UAX #29, GB3).
const fn parted(before: u8, after: u8) -> bool {
    before.is_ascii() && after.is_ascii() && !(before == b'\r' && after == b'\n')
}

impl<'a> Iterator for Clusters<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let length = match self.0.as_bytes() {
            [] => return None,
            [one] if one.is_ascii() => 1,
            [before, after, ..] if parted(*before, *after) => 1,
            _ => first_cluster(self.0),
        };
        let (cluster, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(cluster)
    }
}

impl<'a> DoubleEndedIterator for Clusters<'a> {
    fn next_back(&mut self) -> Option<&'a str> {
        let length = match self.0.as_bytes() {
            [] => return None,
            [one] if one.is_ascii() => 1,
            [.., before, after] if parted(*before, *after) => 1,
            _ => last_piece(self.0.graphemes(true).next_back()?),
        };
        let (rest, cluster) = self.0.split_at(self.0.len() - length);
        self.0 = rest;
        Some(cluster)
    }
}

/// The beginning of a text: at most so many bytes, whole scalars. For text of any kind, as it came or clean.
#[must_use]
pub fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Bytes of the first cluster of a text that is not empty.
fn first_cluster(text: &str) -> usize {
    let near = beginning(text, LONGEST_CLUSTER);
    first_piece(near.graphemes(true).next().unwrap_or(near))
}

/// Bytes of a cluster's first piece: all of it, but where it is wider than a cluster may be.
fn first_piece(cluster: &str) -> usize {
    // No scalar has more cells than bytes.
    if cluster.len() <= WIDEST_CLUSTER || cluster_width(cluster) <= WIDEST_CLUSTER {
        return cluster.len();
    }
    let mut used = 0;
    for (at, scalar) in cluster.char_indices() {
        // Any of them may be wide.
        let cells = if scalar.width() == Some(0) { 0 } else { 2 };
        if at > 0 && cells > 0 && used + cells > WIDEST_CLUSTER {
            return at;
        }
        used += cells;
    }
    cluster.len()
}

/// Bytes of a cluster's last piece.
fn last_piece(cluster: &str) -> usize {
    let mut rest = cluster;
    loop {
        let (first, after) = rest.split_at(first_cluster(rest));
        if after.is_empty() {
            return first.len();
        }
        rest = after;
    }
}

/// The clusters with the offset of each.
pub(super) fn cluster_indices(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    Clusters(text).map(move |cluster| {
        let start = next;
        next += cluster.len();
        (start, cluster)
    })
}

/// Terminal cells that one line of text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_ascii_line(text) {
        return text.len();
    }
    let mut scalars = text.chars();
    // Cells are measured one by one, and most hold one scalar: a cluster without a question.
    if scalars.next().is_some() && scalars.as_str().is_empty() {
        return cluster_width(text);
    }
    graphemes(text).map(cluster_width).sum()
}

/// Cells of one grapheme cluster.
pub(super) fn cluster_width(cluster: &str) -> usize {
    if cluster.len() == 1 {
        return 1;
    }
    cells_of(cluster, is_ambiguous_wide())
}

fn cells_of(cluster: &str, ambiguous_wide: bool) -> usize {
    let mut cells = UnicodeWidthStr::width(cluster);
    if ambiguous_wide && cells == 1 && cluster.chars().next().is_some_and(is_ambiguous) {
        cells = 2;
    }
    cells
}

/// The start of the grapheme cluster that byte `offset` is in; the end of the text when it is past it.
pub(super) fn cluster_start(text: &str, offset: usize) -> usize {
    if offset >= text.len() {
        return text.len();
    }
    if text.is_ascii() {
        return offset;
    }
    cluster_indices(text).map(|(start, _)| start).take_while(|start| *start <= offset).last().unwrap_or(0)
}

/// One line of at most `cells` cells; `…` stands for what was cut.
#[must_use]
pub fn truncate(text: &str, cells: usize) -> Clean {
    let line = clean(text);
    if width(&line) <= cells {
        return line;
    }
    let Some(room) = cells.checked_sub(1) else { return Clean::default() };
    let mut kept = head(&line, room).trim_end_matches(' ').to_owned();
    kept.push(ellipsis());
    Clean::vouch(kept)
}

/// One line of exactly `cells` cells: cut with `…` or filled with spaces behind.
#[must_use]
pub fn pad(text: &str, cells: usize) -> Clean {
    let mut line = truncate(text, cells).into_string();
    let missing = cells.saturating_sub(width(&line));
    line.extend(std::iter::repeat_n(' ', missing));
    Clean::vouch(line)
}

/// As many whole clusters from the start as fit.
fn head(line: &str, cells: usize) -> &str {
    let mut used = 0;
    for (start, cluster) in cluster_indices(line) {
        used += cluster_width(cluster);
        if used > cells {
            return &line[..start];
        }
    }
    line
}

/// Lines of at most `cells` cells. Breaks at spaces, after hyphens and between wide characters; a word
/// longer than a line (an address) is broken after `/`, `?`, `&` and the like where one is near. `\n`
/// ends a line. Without any room (`cells` 0) there are no lines.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<Clean> {
    let lines = clean_lines(text);
    break_lines(&lines, cells, cells).into_iter().map(|range| Clean::vouch(lines[range].to_owned())).collect()
}

/// Where the lines of clean text are: byte ranges, ascending, on cluster boundaries. The first line has
/// `first` cells, the others `rest`. Spaces at a break belong to no line. A cluster wider than a whole
/// line is left out.
pub(super) fn break_lines(text: &str, first: usize, rest: usize) -> Vec<Range<usize>> {
    if first == 0 || rest == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut offset = 0;
    let mut room = first;
    for hard_line in text.split('\n') {
        break_hard_line(hard_line, offset, room, rest, &mut lines);
        offset += hard_line.len() + 1;
        room = rest;
    }
    lines
}

fn break_hard_line(text: &str, offset: usize, first: usize, rest: usize, lines: &mut Vec<Range<usize>>) {
    if is_ascii_line(text) && text.len() <= first {
        lines.push(offset..offset + text.trim_end_matches(' ').len());
        return;
    }
    let mut filler = Filler { text, offset, room: first, rest, line: None, used: 0, lines };
    let mut word = Word::default();
    let mut after_wide = false;
    for (at, cluster) in cluster_indices(text) {
        let cells = cluster_width(cluster);
        let wide = cells >= 2;
        let space = cluster == " ";
        if word.cells > 0 && (space || ((wide || after_wide) && !hangs(cluster))) {
            filler.add(&word);
            word = Word { spaces_at: at, start: at, end: at, ..Word::default() };
        }
        after_wide = wide;
        word.end = at + cluster.len();
        if space {
            word.start = word.end;
            word.spaces += 1;
        } else {
            word.cells += cells;
            if matches!(cluster, "-" | "‐" | "–" | "—") {
                filler.add(&word);
                word = Word { spaces_at: word.end, start: word.end, end: word.end, ..Word::default() };
            }
        }
    }
    if word.cells > 0 {
        filler.add(&word);
    }
    filler.finish();
}

/// What is kept together: spaces, then clusters without a place to break. Byte offsets.
#[derive(Default)]
struct Word {
    spaces_at: usize,
    start: usize,
    end: usize,
    spaces: usize,
    cells: usize,
}

/// Fills lines of one hard line greedily.
struct Filler<'a> {
    text: &'a str,
    offset: usize,
    /// Cells of the line being filled, and of those after it.
    room: usize,
    rest: usize,
    /// The line being filled, when something is on it, and its cells.
    line: Option<Range<usize>>,
    used: usize,
    lines: &'a mut Vec<Range<usize>>,
}

impl Filler<'_> {
    fn add(&mut self, word: &Word) {
        if let Some(line) = &mut self.line {
            if self.used + word.spaces + word.cells <= self.room {
                line.end = word.end;
                self.used += word.spaces + word.cells;
                return;
            }
            self.close();
        }
        // Spaces at a break go; those that indent a hard line stay, as far as there is room.
        let indent = if word.spaces_at == 0 { word.spaces.min(self.room - 1) } else { 0 };
        // A space is one byte, so cells and bytes agree.
        let start = word.start - indent;
        if indent + word.cells <= self.room {
            self.line = Some(start..word.end);
            self.used = indent + word.cells;
        } else {
            self.break_word(word, start, indent);
        }
    }

    /// Spreads a word over several lines, after a joint where one is in the second half of the line.
    fn break_word(&mut self, word: &Word, start: usize, indent: usize) {
        let (mut start, mut used) = (start, indent);
        let mut joint: Option<(usize, usize)> = None;
        for (within, cluster) in cluster_indices(&self.text[word.start..word.end]) {
            let at = word.start + within;
            let next = at + cluster.len();
            let cells = cluster_width(cluster);
            if used + cells > self.room {
                if let Some((cut, before)) = joint.take().filter(|(_, before)| before * 2 > self.room) {
                    self.close_at(start..cut);
                    (start, used) = (cut, used - before);
                }
                if used + cells > self.room {
                    self.close_at(start..at);
                    (start, used) = (at, 0);
                }
                if cells > self.room {
                    // Wider than any line: left out.
                    start = next;
                    continue;
                }
            }
            used += cells;
            if matches!(cluster, "/" | "?" | "&" | "=" | "." | "_" | "," | ";" | ":" | "@" | "%" | "#") {
                joint = Some((next, used));
            }
        }
        self.line = Some(start..word.end);
        self.used = used;
    }

    fn close_at(&mut self, line: Range<usize>) {
        if !line.is_empty() {
            self.lines.push(self.offset + line.start..self.offset + line.end);
            self.room = self.rest;
        }
    }

    fn close(&mut self) {
        if let Some(line) = self.line.take() {
            self.close_at(line);
        }
        self.used = 0;
    }

    /// Every hard line is at least one line, if an empty one.
    fn finish(mut self) {
        let line = self.line.take().unwrap_or(0..0);
        self.lines.push(self.offset + line.start..self.offset + line.end);
    }
}

/// Closing punctuation that should not begin a line.
fn hangs(cluster: &str) -> bool {
    matches!(
        cluster,
        "、" | "。"
            | "，"
            | "．"
            | "）"
            | "」"
            | "』"
            | "】"
            | "！"
            | "？"
            | "："
            | "；"
            | ","
            | "."
            | ")"
            | "!"
            | "?"
            | ":"
            | ";"
    )
}

fn is_ascii_line(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrapped(text: &str, cells: usize) -> Vec<String> {
        wrap(text, cells).into_iter().map(Clean::into_string).collect()
    }

    proptest! {
        #[test]
        fn clusters_end_where_the_standard_says_from_either_side(
            text in prop::collection::vec(prop_oneof![
                "[a-z \r\n]{0,6}", Just("e\u{301}".to_owned()), Just("🇫🇷🇩🇪🇫".to_owned()), Just("👩‍👩‍👧‍👦".to_owned()),
                Just("\u{600}".to_owned()), Just("\u{301}".to_owned()), Just("日本".to_owned()), any::<String>(),
            ], 0..6).prop_map(|parts| parts.concat()),
        ) {
            let standard: Vec<&str> = text.graphemes(true).collect();
            prop_assert_eq!(graphemes(&text).collect::<Vec<_>>(), standard.clone());
            let mut back: Vec<&str> = graphemes(&text).rev().collect();
            back.reverse();
            prop_assert_eq!(back, standard);
        }
    }

    #[test]
    fn counts_cells_by_cluster() {
        assert_eq!(width("hello"), 5);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("👩‍👩‍👧‍👦"), 2);
        assert_eq!(width("🇫🇷"), 2);
        assert_eq!(width("Zoë"), 3);
        assert_eq!(width("ﾊﾞｯｸﾞ"), 5, "halfwidth sound marks have a cell of their own");
        assert_eq!(width(""), 0);
    }

    #[test]
    fn ambiguous_letters_take_one_cell_or_two() {
        for letter in ["é", "α", "ж", "…", "─", "●", "\u{fffd}"] {
            assert_eq!((cells_of(letter, false), cells_of(letter, true)), (1, 2), "{letter}");
        }
        for (text, cells) in [("ý", 1), ("日", 2), ("ｱ", 1), ("😀", 2), ("ש", 1), ("e\u{335}", 1)] {
            assert_eq!((cells_of(text, false), cells_of(text, true)), (cells, cells), "{text}");
        }
    }

    #[test]
    fn a_cluster_without_end_is_parted_and_shown() {
        let chain = "क्".repeat(5_000);
        assert!(graphemes(&chain).all(|cluster| cluster_width(cluster) <= WIDEST_CLUSTER));
        assert_eq!(graphemes(&chain).collect::<String>(), chain);
        let mut back: Vec<&str> = graphemes(&chain[..600]).rev().collect();
        back.reverse();
        assert_eq!(back.concat(), chain[..600]);
        let shown: String = wrap(&chain, 40).iter().map(ToString::to_string).collect();
        assert_eq!(shown, chain, "nothing of it is left out");
        let jamo = "\u{1100}".repeat(5_000);
        assert!(wrap(&jamo, 20).iter().all(|line| width(line) <= 20));
        let kiss = "👩🏽‍❤️‍💋‍👨🏽";
        assert_eq!(graphemes(kiss).collect::<Vec<_>>(), [kiss]);
    }

    #[test]
    fn truncates_with_an_ellipsis() {
        assert_eq!(truncate("hello", 5), "hello");
        assert_eq!(truncate("hello", 4), "hel…");
        assert_eq!(truncate("日本語", 4), "日…");
        assert_eq!(truncate("hello", 1), "…");
        assert_eq!(truncate("hello", 0), "");
        assert_eq!(truncate("a b c", 3), "a…");
    }

    #[test]
    fn pads_to_the_cell() {
        assert_eq!(pad("日", 4), "日  ");
        assert_eq!(pad("日本語", 4), "日… ");
    }

    #[test]
    fn wraps_at_spaces() {
        assert_eq!(wrapped("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrapped("a\n\nb", 10), ["a", "", "b"]);
        assert_eq!(wrapped("", 10), [""]);
        assert_eq!(wrapped("one   two", 5), ["one", "two"]);
        assert_eq!(wrapped("well-known words", 8), ["well-", "known", "words"]);
    }

    #[test]
    fn keeps_the_indent_of_a_line() {
        assert_eq!(wrapped("    if x then y", 10), ["    if x", "then y"]);
        assert_eq!(wrapped("          x", 4), ["   x"]);
    }

    #[test]
    fn breaks_addresses_at_joints() {
        assert_eq!(
            wrapped("see https://example.com/path/to/something?id=1", 20),
            ["see", "https://example.com/", "path/to/something?", "id=1"]
        );
        assert_eq!(wrapped("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
    }

    #[test]
    fn breaks_between_wide_characters_but_not_before_a_full_stop() {
        assert_eq!(wrapped("日本語です。", 6), ["日本語", "です。"]);
        assert_eq!(wrapped("日本語。", 6), ["日本", "語。"]);
    }

    #[test]
    fn tiny_widths_are_survived() {
        assert!(wrap("hello", 0).is_empty());
        assert_eq!(wrapped("ab", 1), ["a", "b"]);
        assert_eq!(wrapped("日", 1), [""]);
        assert_eq!(wrapped("a日b", 1), ["a", "b"]);
    }

    #[test]
    fn spaces_without_end_take_linear_time() {
        let text = format!("{}é", " ".repeat(400_000));
        assert_eq!(wrap(&text, 80).len(), 1);
        let text = "é ".repeat(200_000);
        assert_eq!(wrap(&text, 80).len(), 5_000);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked(text in "\\PC{0,80}|[a-z /é日.-]{0,80}", cells in 0_usize..30) {
            for line in wrap(&text, cells) {
                prop_assert!(width(&line) <= cells, "{:?}", line);
            }
            prop_assert!(width(&truncate(&text, cells)) <= cells);
            prop_assert_eq!(width(&pad(&text, cells)), cells);
        }

        #[test]
        fn wrapping_loses_nothing_but_spaces(text in "[a-z é日/.,?-]{0,80}", cells in 2_usize..30) {
            let seen: String = wrap(&text, cells).iter().flat_map(|line| line.chars().collect::<Vec<_>>()).collect();
            let bare = |text: &str| text.replace(' ', "");
            prop_assert_eq!(bare(&seen), bare(&clean_lines(&text)));
        }
    }
}
