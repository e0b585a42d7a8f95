//! The order in which a line of mixed directions is seen (UAX #9).
//!
//! Owns [`Order`]: the clusters of one line from left to right, with brackets turned where they stand among
//! right-to-left letters. The base direction is that of the first letter that has one. Computed here, since
//! no directional control is ever written and terminals do not agree on an order of their own; `bidi =
//! "terminal"` leaves it to them ([`set_by_terminal`], once at the start: a process has one terminal). Knows
//! widths. Enter at [`order`]; a line without right-to-left letters has none and costs a look at its bytes.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use unicode_bidi::{BidiInfo, Level, ParagraphBidiInfo};

use super::measure::{cluster_indices, cluster_width};

/// The terminal of this process orders letters by itself.
static BY_TERMINAL: AtomicBool = AtomicBool::new(false);

/// Says whether the terminal of this process orders letters by itself: then every line is left as it is.
pub fn set_by_terminal(by_terminal: bool) {
    BY_TERMINAL.store(by_terminal, Ordering::Relaxed);
}

/// A cluster of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it is in the line: bytes.
    pub range: Range<usize>,
    /// Cells before it in the order in which the line is read.
    pub read_at: usize,
    /// Cells before it as it is seen.
    pub seen_at: usize,
    /// Its cells; 0 for what has no place of its own.
    pub cells: usize,
    /// It stands among letters that run from right to left.
    pub is_turned: bool,
}

impl Piece {
    /// What is shown for it: itself, or the opposite bracket among right-to-left letters.
    #[must_use]
    pub fn symbol<'a>(&self, line: &'a str) -> &'a str {
        let own = line.get(self.range.clone()).unwrap_or_default();
        if self.is_turned { mirrored(own).unwrap_or(own) } else { own }
    }
}

/// A line's clusters as they are seen, from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The clusters, leftmost first.
    pub pieces: Vec<Piece>,
    /// The line begins at the right.
    pub from_right: bool,
    /// Cells of the line.
    pub cells: usize,
}

impl Order {
    /// Cells left of the line in a field of so many: a line from the right stands at the right.
    #[must_use]
    pub const fn shift(&self, room: usize) -> usize {
        if self.from_right { room.saturating_sub(self.cells) } else { 0 }
    }

    /// The cell of the cursor that stands before what is read at cell `read`. The end of the line is right of it,
    /// or left of it (-1) where the line is from the right; spaces at the end that are not part of it go on there.
    #[must_use]
    pub fn seen(&self, read: usize) -> isize {
        let here = |piece: &&Piece| (piece.read_at..piece.read_at + piece.cells).contains(&read);
        match self.pieces.iter().find(here) {
            Some(piece) => piece.seen_at.cast_signed(),
            None if self.from_right => -1 - read.saturating_sub(self.cells).cast_signed(),
            None => read.cast_signed(),
        }
    }

    /// The cell, in the order of reading, of what is seen at a cell: the opposite of [`Order::seen`].
    #[must_use]
    pub fn read(&self, seen: isize) -> usize {
        match usize::try_from(seen) {
            Ok(cell) => {
                let here = |piece: &&Piece| (piece.seen_at..piece.seen_at + piece.cells).contains(&cell);
                if let Some(piece) = self.pieces.iter().find(here) {
                    return piece.read_at;
                }
                if self.from_right { 0 } else { cell }
            }
            Err(_) if self.from_right => self.cells + (-1 - seen).unsigned_abs(),
            Err(_) => 0,
        }
    }
}

/// Whether a line has letters that run from right to left, and it is for us to put them in order.
#[must_use]
pub fn is_mixed(line: &str) -> bool {
    !line.is_ascii() && line.chars().any(runs_left) && !BY_TERMINAL.load(Ordering::Relaxed)
}

/// The order of a line (no line breaks) with letters that run from right to left; `None` for all others, which
/// are seen as they are read.
#[must_use]
pub fn order(line: &str) -> Option<Order> {
    order_from(line, None)
}

/// The same, where the line is part of a text whose direction is known: true for one from the right, of which
/// every line has an order.
#[must_use]
pub fn order_from(line: &str, from_right: Option<bool>) -> Option<Order> {
    if !is_mixed(line) && from_right != Some(true) {
        return None;
    }
    let base = from_right.map(|right| if right { Level::rtl() } else { Level::ltr() });
    let paragraph = ParagraphBidiInfo::new(line, base);
    let levels = paragraph.reordered_levels(0..line.len());
    let mut read_at = 0;
    let mut clusters: Vec<Piece> = Vec::new();
    let mut heights: Vec<Level> = Vec::new();
    for (start, cluster) in cluster_indices(line) {
        let level = levels.get(start).copied().unwrap_or(paragraph.paragraph_level);
        let cells = cluster_width(cluster);
        let range = start..start + cluster.len();
        clusters.push(Piece { range, read_at, seen_at: 0, cells, is_turned: level.is_rtl() });
        heights.push(level);
        read_at += cells;
    }
    let mut seen_at = 0;
    let pieces = BidiInfo::reorder_visual(&heights)
        .into_iter()
        .filter_map(|place| {
            let mut piece = clusters.get(place)?.clone();
            piece.seen_at = seen_at;
            seen_at += piece.cells;
            Some(piece)
        })
        .collect();
    Some(Order { pieces, from_right: paragraph.paragraph_level.is_rtl(), cells: read_at })
}

/// Whether a text begins, with its first letter that has a direction, from the right.
#[must_use]
pub fn begins_right(text: &str) -> bool {
    is_mixed(text) && unicode_bidi::get_base_direction(text) == unicode_bidi::Direction::Rtl
}

/// Whether a scalar is of a script that runs from right to left.
const fn runs_left(scalar: char) -> bool {
    matches!(scalar,
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10800}'..='\u{10FFF}'
        | '\u{1E800}'..='\u{1EFFF}')
}

/// The bracket that faces the other way (the pairs of `BidiMirroring.txt` that people write).
fn mirrored(symbol: &str) -> Option<&'static str> {
    const PAIRS: [(&str, &str); 24] = [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("<", ">"),
        ("«", "»"),
        ("‹", "›"),
        ("≤", "≥"),
        ("≪", "≫"),
        ("⟨", "⟩"),
        ("⟪", "⟫"),
        ("⁽", "⁾"),
        ("₍", "₎"),
        ("⁅", "⁆"),
        ("（", "）"),
        ("［", "］"),
        ("｛", "｝"),
        ("＜", "＞"),
        ("「", "」"),
        ("『", "』"),
        ("【", "】"),
        ("〈", "〉"),
        ("《", "》"),
        ("〔", "〕"),
        ("⌈", "⌉"),
    ];
    PAIRS.iter().find_map(|&(left, right)| match symbol {
        _ if symbol == left => Some(right),
        _ if symbol == right => Some(left),
        _ => None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{clean, width};

    fn seen(line: &str) -> String {
        order(line)
            .map_or_else(|| line.to_owned(), |order| order.pieces.iter().map(|piece| piece.symbol(line)).collect())
    }

    #[test]
    fn lines_without_such_letters_have_no_order_of_their_own() {
        for line in ["", "Hello", "größer 日本 Привет 😀", "क्षि ภาษา"] {
            assert_eq!(order(line), None);
        }
    }

    #[test]
    fn letters_numbers_and_brackets_are_seen_as_the_standard_says() {
        assert_eq!(seen("שלום"), "םולש");
        assert_eq!(seen("abc שלום def"), "abc םולש def");
        assert_eq!(seen("שלום abc"), "abc םולש");
        assert_eq!(seen("מחיר 1,250 ש"), "ש 1,250 ריחמ");
        assert_eq!(seen("א (ב) ג"), "ג (ב) א");
        assert_eq!(seen("Order #42 (שלום) ok"), "Order #42 (םולש) ok");
        assert_eq!(seen("رقم 12345"), "12345 مقر");
        assert_eq!(seen("א [b] ג"), "ג [b] א");
        assert!(order("שלום abc").unwrap().from_right);
        assert!(!order("abc שלום").unwrap().from_right);
    }

    #[test]
    fn a_given_direction_holds() {
        let order = order_from("abc שלום", Some(true)).unwrap();
        let line: String = order.pieces.iter().map(|piece| piece.symbol("abc שלום")).collect();
        assert_eq!(line, "םולש abc");
        assert!(begins_right("42: שלום abc"));
        assert!(!begins_right("abc שלום"));
    }

    #[test]
    fn clusters_stay_whole() {
        assert_eq!(seen("שָׁלוֹם"), "םוֹלשָׁ");
        assert_eq!(seen("ש 👩‍👩‍👧‍👦 ל"), "ל 👩‍👩‍👧‍👦 ש");
    }

    #[test]
    fn the_cursor_goes_where_the_letter_is_and_back() {
        let order = order("ab שלום").unwrap();
        // a b _ ם ו ל ש
        assert_eq!([0, 3, 6, 7].map(|read| order.seen(read)), [0, 6, 3, 7]);
        assert_eq!([0, 6, 3, 9].map(|seen| order.read(seen)), [0, 3, 6, 9]);
        let order = super::order("שלום").unwrap();
        assert_eq!([0, 3, 4].map(|read| order.seen(read)), [3, 0, -1]);
        assert_eq!([3, 0, -1, -3, 9].map(|seen| order.read(seen)), [0, 3, 4, 6, 0]);
        assert_eq!((order.seen(6), order.shift(10)), (-3, 6));
    }

    proptest! {
        #[test]
        fn every_cluster_is_seen_once(text in "[a-z0-9 ()א-ת\u{5b0}-\u{5c2}ا-ي٠-٩日😀.,-]{0,40}|\\PC{0,40}") {
            let line = clean(&text);
            if let Some(order) = order(&line) {
                prop_assert_eq!(order.cells, width(&line));
                let mut ranges: Vec<_> = order.pieces.iter().map(|piece| piece.range.clone()).collect();
                ranges.sort_by_key(|range| range.start);
                let mut end = 0;
                for range in ranges {
                    prop_assert_eq!(range.start, end);
                    end = range.end;
                }
                prop_assert_eq!(end, line.len());
                for piece in order.pieces.iter().filter(|piece| piece.cells > 0) {
                    prop_assert_eq!(order.seen(piece.read_at), piece.seen_at.cast_signed());
                    prop_assert_eq!(order.read(piece.seen_at.cast_signed()), piece.read_at);
                }
            }
        }
    }
}
