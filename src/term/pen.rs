//! Bytes for cells, as few as will do.
//!
//! Owns where the terminal's cursor is and which style it writes with, so that neither is said twice.
//! Pure: bytes go into a vector. Enter at [`Pen::write`].

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// A run of blanks from this length on is erased instead of written.
const WORTH_ERASING: u16 = 6;

/// Bytes in the making, and what the terminal will be like after them.
#[derive(Clone, Debug, Default)]
pub struct Pen {
    /// The bytes so far.
    pub bytes: Vec<u8>,
    /// Column and row of the cursor, when known.
    at: Option<(u16, u16)>,
    /// The style that is set, when known.
    ink: Option<Ink>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ink {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Ink {
    const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    const fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
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

impl Pen {
    /// Nothing is known of the terminal any more.
    pub fn forget(&mut self) {
        self.at = None;
        self.ink = None;
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

    /// Moves the cursor.
    pub fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((from, row)) if row == y && x > from => {
                self.raw(b"\x1b[");
                if x - from > 1 {
                    self.number(x - from);
                }
                self.raw(b"C");
            }
            Some((_, row)) if x == 0 && y == row + 1 => self.raw(b"\r\n"),
            _ => {
                self.raw(b"\x1b[");
                self.number(y + 1);
                if x > 0 {
                    self.raw(b";");
                    self.number(x + 1);
                }
                self.raw(b"H");
            }
        }
        self.at = Some((x, y));
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
        let certain = symbol.len() == 1 || is_box_drawing(symbol);
        self.at = (certain && x + width < columns).then_some((x + width, y));
    }

    /// Erases `count` blank cells, without moving.
    pub fn erase(&mut self, x: u16, y: u16, count: u16) {
        self.go(x, y);
        let now = self.ink.unwrap_or(Ink::PLAIN);
        // Some terminals erase with all that is set, not only with the ground.
        if now.bg != Color::Reset || now.modifier.intersects(VISIBLE_ON_BLANK) || self.ink.is_none() {
            self.set(Ink::PLAIN);
        }
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
        let now = match self.ink {
            Some(now) if now == ink => return,
            Some(now) if now.modifier.difference(ink.modifier).is_empty() => now,
            // An attribute has to go, and only all of them can safely be taken away.
            _ => {
                self.ink = Some(ink);
                self.raw(b"\x1b[0");
                self.differences(Ink::PLAIN, ink, true);
                return;
            }
        };
        self.ink = Some(ink);
        self.raw(b"\x1b[");
        self.differences(now, ink, false);
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

/// Lines and half blocks: one column on every terminal that we draw on.
fn is_box_drawing(symbol: &str) -> bool {
    let mut scalars = symbol.chars();
    matches!((scalars.next(), scalars.next()), (Some('─'..='╿' | '▌'), None))
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
            assert_eq!(after(|pen| pen.write(1, 0, &Cell::new(" "), 1, 80)), "\x1b[0m ");
            assert_eq!(after(|pen| pen.erase(1, 0, 9)), "\x1b[0m\x1b[9X");
        }
    }
}
