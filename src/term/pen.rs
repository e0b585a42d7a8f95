//! Bytes for cells, as few as will do.
//!
//! Owns where the terminal's cursor is and which style it writes with, so that neither is said twice.
//! Pure: bytes go into a vector. Enter at [`Pen::write`].

use std::cmp::Ordering;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::links;

/// A run of blanks from this length on is erased instead of written.
const WORTH_ERASING: u16 = 8;

/// Bytes in the making, and what the terminal will be like after them.
#[derive(Clone, Debug, Default)]
pub struct Pen {
    /// The bytes so far.
    pub bytes: Vec<u8>,
    /// Column and row of the cursor, when known.
    at: Option<(u16, u16)>,
    /// The style that is set, when known.
    ink: Option<Ink>,
    /// The terminal erases with the ground that is set.
    keeps_ground: bool,
    /// Where what is written leads (OSC 8); empty for nowhere.
    link: String,
    /// The terminal draws some letters wider than others do.
    doubts: bool,
}

/// A style as the terminal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Ink {
    /// The terminal's own.
    pub const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    /// A cell's.
    #[must_use]
    pub const fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// Whether a blank in it shows its ground and nothing else.
    #[must_use]
    pub const fn leaves_blanks(self) -> bool {
        !self.modifier.intersects(VISIBLE_ON_BLANK)
    }

    /// Its ground.
    #[must_use]
    pub const fn ground(self) -> Color {
        self.bg
    }

    /// Whether blanks are the same in both.
    #[must_use]
    pub fn blanks_as(self, other: Self) -> bool {
        self.bg == other.bg && self.leaves_blanks() && other.leaves_blanks()
    }
}

const VISIBLE_ON_BLANK: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// Attributes with the numbers that set them.
const ATTRIBUTES: [(Modifier, u8); 6] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

/// What can be taken away by itself on every terminal that has it (ECMA-48), with the numbers that do.
const REMOVALS: [(Modifier, u16); 4] = [
    (Modifier::BOLD.union(Modifier::DIM), 22),
    (Modifier::ITALIC, 23),
    (Modifier::UNDERLINED, 24),
    (Modifier::REVERSED, 27),
];
const REMOVABLE: Modifier =
    Modifier::BOLD.union(Modifier::DIM).union(Modifier::ITALIC).union(Modifier::UNDERLINED).union(Modifier::REVERSED);

impl Pen {
    /// Nothing is known of the terminal any more.
    pub fn forget(&mut self) {
        self.at = None;
        self.ink = None;
    }

    /// Another pen over the same terminal, with nothing written yet.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { bytes: Vec::new(), link: self.link.clone(), ..*self }
    }

    /// Takes over what a fork has written.
    pub fn adopt(&mut self, fork: &Self) {
        self.bytes.extend_from_slice(&fork.bytes);
        (self.at, self.ink) = (fork.at, fork.ink);
        self.link.clone_from(&fork.link);
    }

    /// What is written from now on leads there, or nowhere.
    pub fn lead(&mut self, url: Option<&str>) {
        let url = url.unwrap_or_default();
        if self.link == url {
            return;
        }
        if url.is_empty() {
            self.raw(links::END);
        } else {
            self.raw(links::begin(url).as_bytes());
        }
        url.clone_into(&mut self.link);
    }

    /// The terminal draws letters of ambiguous width (UAX #11) in two cells, or some of them: it is told where
    /// to go on after each.
    pub const fn doubt_ambiguous(&mut self, doubts: bool) {
        self.doubts = doubts;
    }

    /// Whether letters of ambiguous width are doubted.
    #[must_use]
    pub const fn doubts(&self) -> bool {
        self.doubts
    }

    /// Whether terminals, this one among them, agree on how wide a cluster is.
    #[must_use]
    pub fn is_certain(&self, symbol: &str) -> bool {
        symbol.len() == 1 || (if self.doubts { is_never_ambiguous(symbol) } else { is_certain(symbol) })
    }

    /// The terminal is known to erase with the ground that is set, not only with its own.
    pub const fn trust_ground(&mut self) {
        self.keeps_ground = true;
    }

    /// Whether blanks on this ground may be erased.
    #[must_use]
    pub fn erases_on(&self, ground: Color) -> bool {
        ground == Color::Reset || self.keeps_ground
    }

    /// Puts a sequence in as it is.
    pub fn raw(&mut self, sequence: &[u8]) {
        self.bytes.extend_from_slice(sequence);
    }

    /// Clears the screen.
    pub fn clear(&mut self) {
        self.raw(b"\x1b[m\x1b[2J");
        self.forget();
        self.ink = Some(Ink::PLAIN);
    }

    /// Moves the cursor, the shortest way.
    pub fn go(&mut self, x: u16, y: u16) {
        let Some((from, row)) = self.at else { return self.go_to(x, y) };
        self.at = Some((x, y));
        let absolute = 3 + digits(y + 1) + if x > 0 { 1 + digits(x + 1) } else { 0 };
        let straight = vertical(row, y) + across(from, x);
        // A return and some line feeds: raw mode leaves them as they are.
        let feeds = y.checked_sub(row).filter(|feeds| (1..=3).contains(feeds));
        let folded = feeds.map_or(usize::MAX, |feeds| 1 + usize::from(feeds) + across(0, x));
        if straight <= folded.min(absolute) {
            match y.cmp(&row) {
                Ordering::Less => self.control(row - y, b'A'),
                Ordering::Equal => {}
                Ordering::Greater => self.control(y - row, b'B'),
            }
            self.along(from, x);
        } else if folded <= absolute {
            self.raw(b"\r");
            for _ in 0..feeds.unwrap_or_default() {
                self.raw(b"\n");
            }
            self.along(0, x);
        } else {
            self.go_to(x, y);
        }
    }

    fn go_to(&mut self, x: u16, y: u16) {
        self.at = Some((x, y));
        self.raw(b"\x1b[");
        self.number(y + 1);
        if x > 0 {
            self.raw(b";");
            self.number(x + 1);
        }
        self.raw(b"H");
    }

    /// Moves along a row.
    fn along(&mut self, from: u16, to: u16) {
        if to == from {
        } else if to > from {
            self.control(to - from, b'C');
        } else if to == 0 {
            self.raw(b"\r");
        } else if from - to == 1 {
            self.raw(b"\x08");
        } else {
            self.control(from - to, b'D');
        }
    }

    fn control(&mut self, count: u16, letter: u8) {
        self.raw(b"\x1b[");
        if count > 1 {
            self.number(count);
        }
        self.raw(&[letter]);
    }

    /// Whether a cell looks as it should when it is written in the style that is set.
    #[must_use]
    pub fn suits(&self, cell: &Cell) -> bool {
        let Some(now) = self.ink else { return false };
        let ink = Ink::of(cell);
        now == ink || (cell.symbol() == " " && now.bg == ink.bg && ink.leaves_blanks() && now.leaves_blanks())
    }

    /// Where the cursor is, when known.
    #[must_use]
    pub const fn at(&self) -> Option<(u16, u16)> {
        self.at
    }

    /// Writes a cell of `width` columns on a screen of `columns`.
    pub fn write(&mut self, x: u16, y: u16, cell: &Cell, width: u16, columns: u16) {
        self.go(x, y);
        let symbol = cell.symbol();
        let mut ink = Ink::of(cell);
        if symbol == " " && !ink.modifier.intersects(VISIBLE_ON_BLANK) {
            // Letters' attributes do not show on a blank: whatever is set will do.
            let now = self.ink.unwrap_or(Ink::PLAIN);
            ink.fg = now.fg;
            ink.modifier = now.modifier.difference(VISIBLE_ON_BLANK);
        }
        self.set(ink);
        self.raw(symbol.as_bytes());
        // Terminals do not agree on how wide some clusters are, nor on what follows the last column.
        let certain = self.is_certain(symbol);
        self.at = (certain && x + width < columns).then_some((x + width, y));
    }

    /// Erases `count` cells that are blank on a ground, without moving.
    pub fn erase(&mut self, x: u16, y: u16, count: u16, ground: Color) {
        self.lead(None);
        self.go(x, y);
        // Some terminals erase with all that is set, not only with the ground.
        let blank = match self.ink {
            Some(now) => Ink { bg: ground, modifier: now.modifier.difference(VISIBLE_ON_BLANK), ..now },
            None => Ink { bg: ground, ..Ink::PLAIN },
        };
        self.set(blank);
        self.raw(b"\x1b[");
        self.number(count);
        self.raw(b"X");
    }

    /// Whether so many blanks are better erased than written.
    #[must_use]
    pub const fn erases(count: u16) -> bool {
        count >= WORTH_ERASING
    }

    fn set(&mut self, ink: Ink) {
        let was = self.ink;
        if was == Some(ink) {
            return;
        }
        self.ink = Some(ink);
        let start = self.bytes.len();
        let goes = was.map_or(Modifier::empty(), |was| was.modifier.difference(ink.modifier));
        if let Some(was) = was.filter(|_| REMOVABLE.contains(goes)) {
            self.raw(b"\x1b[");
            let weight = Modifier::BOLD.union(Modifier::DIM);
            let mut left = Ink { modifier: was.modifier.difference(goes), ..was };
            if goes.intersects(weight) {
                // One number takes both away.
                left.modifier.remove(weight);
            }
            let mut separate = false;
            for (modifiers, number) in REMOVALS {
                if goes.intersects(modifiers) {
                    if separate {
                        self.raw(b";");
                    }
                    separate = true;
                    self.number(number);
                }
            }
            self.differences(left, ink, separate);
        }
        let middle = self.bytes.len();
        if middle == start || !goes.is_empty() {
            self.raw(b"\x1b[0");
            self.differences(Ink::PLAIN, ink, true);
            // The shorter of the two stays.
            if middle > start && self.bytes.len() - middle >= middle - start {
                self.bytes.truncate(middle);
            } else {
                self.bytes.drain(start..middle);
            }
        }
    }

    fn differences(&mut self, from: Ink, to: Ink, mut separate: bool) {
        let mut part = |pen: &mut Self| {
            if separate {
                pen.raw(b";");
            }
            separate = true;
        };
        for (modifier, number) in ATTRIBUTES {
            if to.modifier.contains(modifier) && !from.modifier.contains(modifier) {
                part(self);
                self.number(number.into());
            }
        }
        if to.fg != from.fg {
            part(self);
            self.colour(to.fg, 30, 90);
        }
        if to.bg != from.bg {
            part(self);
            self.colour(to.bg, 40, 100);
        }
        self.raw(b"m");
    }

    fn colour(&mut self, colour: Color, dark: u16, bright: u16) {
        let (base, at) = match colour {
            Color::Reset => (dark, 9),
            Color::Black => (dark, 0),
            Color::Red => (dark, 1),
            Color::Green => (dark, 2),
            Color::Yellow => (dark, 3),
            Color::Blue => (dark, 4),
            Color::Magenta => (dark, 5),
            Color::Cyan => (dark, 6),
            Color::Gray => (dark, 7),
            Color::DarkGray => (bright, 0),
            Color::LightRed => (bright, 1),
            Color::LightGreen => (bright, 2),
            Color::LightYellow => (bright, 3),
            Color::LightBlue => (bright, 4),
            Color::LightMagenta => (bright, 5),
            Color::LightCyan => (bright, 6),
            Color::White => (bright, 7),
            Color::Indexed(index) => {
                self.number(dark + 8);
                self.raw(b";5;");
                self.number(index.into());
                return;
            }
            Color::Rgb(r, g, b) => {
                self.number(dark + 8);
                self.raw(b";2");
                for part in [r, g, b] {
                    self.raw(b";");
                    self.number(part.into());
                }
                return;
            }
        };
        self.number(base + at);
    }

    fn number(&mut self, number: u16) {
        let mut digits = [0; 5];
        let mut left = number;
        let mut count = 0;
        for digit in &mut digits {
            // A remainder of ten is below 256.
            *digit = b'0' + u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
            count += 1;
            if left == 0 {
                break;
            }
        }
        self.bytes.extend(digits.iter().take(count).rev());
    }
}

const fn digits(number: u16) -> usize {
    match number {
        0..10 => 1,
        10..100 => 2,
        100..1_000 => 3,
        1_000..10_000 => 4,
        _ => 5,
    }
}

/// Bytes of a control sequence with a count, which is left out when it is 1.
const fn control(count: u16) -> usize {
    if count > 1 { 3 + digits(count) } else { 3 }
}

const fn vertical(from: u16, to: u16) -> usize {
    match from.abs_diff(to) {
        0 => 0,
        rows => control(rows),
    }
}

const fn across(from: u16, to: u16) -> usize {
    match from.abs_diff(to) {
        0 => 0,
        _ if to == 0 => 1,
        1 if to < from => 1,
        columns => control(columns),
    }
}

/// Whether it is one of those that are as wide everywhere, where letters of ambiguous width are doubted.
fn is_never_ambiguous(symbol: &str) -> bool {
    let mut scalars = symbol.chars();
    let (Some(letter), None) = (scalars.next(), scalars.next()) else { return false };
    matches!(letter, 'ぁ'..='ん' | 'ァ'..='ヶ' | '一'..='鿋' | '가'..='힣')
}

/// Whether terminals agree on how wide it is: lines and half blocks, the letters of Europe, kana, CJK
/// ideographs, Hangul.
fn is_certain(symbol: &str) -> bool {
    let mut scalars = symbol.chars();
    let (Some(letter), None) = (scalars.next(), scalars.next()) else { return false };
    matches!(letter,
        '─'..='╿' | '▌' | '…' | '·' | '’' | '–' | '−' | 'À'..='ɏ' | 'Α'..='ω' | 'Ѐ'..='ӿ' | 'ぁ'..='ん' | 'ァ'..='ヶ'
        | '一'..='鿋' | '가'..='힣')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_on_a_blank_is_taken_away_before_blanks_are_written_or_erased() {
        for modifier in [Modifier::UNDERLINED, Modifier::REVERSED, Modifier::CROSSED_OUT] {
            let mut marked = Cell::new("a");
            marked.modifier = modifier;
            let after = |blank: fn(&mut Pen)| {
                let mut pen = Pen::default();
                pen.clear();
                pen.write(0, 0, &marked, 1, 80);
                let start = pen.bytes.len();
                blank(&mut pen);
                String::from_utf8_lossy(pen.bytes.get(start..).unwrap_or_default()).into_owned()
            };
            let off = match modifier {
                Modifier::UNDERLINED => "\x1b[24m",
                Modifier::REVERSED => "\x1b[27m",
                _ => "\x1b[0m",
            };
            assert!([off, "\x1b[0m"].contains(&after(|pen| pen.write(1, 0, &Cell::new(" "), 1, 80)).trim_end()));
            assert_eq!(after(|pen| pen.erase(1, 0, 9, Color::Reset)), "\x1b[0m\x1b[9X");
        }
    }

    fn moved(from: (u16, u16), to: (u16, u16)) -> String {
        let mut pen = Pen::default();
        pen.go(from.0, from.1);
        pen.bytes.clear();
        pen.go(to.0, to.1);
        String::from_utf8_lossy(&pen.bytes).into_owned()
    }

    #[test]
    fn the_cursor_goes_the_shortest_way() {
        for (from, to, bytes) in [
            ((5, 5), (5, 5), ""),
            ((5, 5), (6, 5), "\x1b[C"),
            ((5, 5), (4, 5), "\x08"),
            ((5, 5), (0, 5), "\r"),
            ((5, 5), (0, 6), "\r\n"),
            ((5, 5), (0, 7), "\r\n\n"),
            ((24, 5), (23, 6), "\x1b[B\x08"),
            ((24, 9), (24, 5), "\x1b[4A"),
            ((90, 5), (23, 8), "\x1b[9;24H"),
        ] {
            assert_eq!(moved(from, to), bytes, "{from:?} {to:?}");
        }
    }

    #[test]
    fn an_attribute_goes_alone_where_that_is_shorter() {
        let mut loud = Cell::new("a");
        (loud.fg, loud.modifier) = (Color::Rgb(200, 200, 200), Modifier::BOLD);
        let mut quiet = loud.clone();
        quiet.modifier = Modifier::empty();
        let mut pen = Pen::default();
        pen.clear();
        pen.write(0, 0, &loud, 1, 80);
        pen.bytes.clear();
        pen.write(1, 0, &quiet, 1, 80);
        assert_eq!(pen.bytes, b"\x1b[22ma");
    }
}
