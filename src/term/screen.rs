//! Frames: what changed since the last one, in one write.
//!
//! Owns the two buffers and the cursor's state. A frame without a change writes nothing. Knows the
//! terminal only as something that takes bytes. Enter at [`Screen::draw`].

use std::io;
use std::os::fd::BorrowedFd;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::Color;

use super::guard::write_all;
use super::pen::{Ink, Pen};

/// From so many bytes on a frame is worth the brackets of a synchronized update.
const WORTH_BRACKETS: usize = 256;

const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";
const SHOW_CURSOR: &[u8] = b"\x1b[?25h";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";

/// Something that takes a frame's bytes.
pub trait Terminal {
    /// Takes all of them, as one write where that is possible.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn write_frame(&mut self, bytes: &[u8]) -> io::Result<()>;
}

impl Terminal for Vec<u8> {
    fn write_frame(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

impl Terminal for BorrowedFd<'_> {
    fn write_frame(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_all(*self, bytes)
    }
}

/// The screen as it is, and the next frame.
#[derive(Debug)]
pub struct Screen<T> {
    terminal: T,
    shown: Buffer,
    next: Buffer,
    pen: Pen,
    /// Where the visible cursor is; absent while it is hidden.
    cursor: Option<Position>,
    /// What is on the terminal is not known.
    fresh: bool,
    /// The terminal said that it can update as a whole.
    synchronizes: bool,
}

impl Screen<BorrowedFd<'static>> {
    /// A screen on standard output, which a [`Guard`](super::Guard) has taken over.
    #[must_use]
    pub fn on_stdout() -> Self {
        let mut screen = Self::new(rustix::stdio::stdout());
        if std::env::var("TERM").is_ok_and(|term| keeps_ground(&term)) {
            screen.trust_ground();
        }
        screen
    }
}

impl<T: Terminal> Screen<T> {
    /// A screen of which nothing is known yet; its cursor is hidden.
    #[must_use]
    pub fn new(terminal: T) -> Self {
        Self {
            terminal,
            shown: Buffer::empty(Rect::ZERO),
            next: Buffer::empty(Rect::ZERO),
            pen: Pen::default(),
            cursor: None,
            fresh: true,
            synchronizes: false,
        }
    }

    /// The next frame is drawn whole: the terminal was somebody else's, or `ctrl-l` was pressed.
    pub const fn forget(&mut self) {
        self.fresh = true;
    }

    /// The terminal said that it knows synchronized updates.
    pub const fn use_synchronized_updates(&mut self) {
        self.synchronizes = true;
    }

    /// The terminal erases with the ground that is set (its `bce`).
    pub const fn trust_ground(&mut self) {
        self.pen.trust_ground();
    }

    /// What takes the bytes.
    pub const fn terminal(&self) -> &T {
        &self.terminal
    }

    /// Draws a frame of `size` (columns, rows). `paint` fills a blank buffer and says where the cursor
    /// belongs. Returns how many bytes were written; none at all when a side is 0 or nothing changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(
        &mut self,
        size: (u16, u16),
        paint: impl FnOnce(Rect, &mut Buffer) -> Option<Position>,
    ) -> io::Result<usize> {
        let area = Rect::new(0, 0, size.0, size.1);
        if area.is_empty() {
            self.fresh = true;
            return Ok(0);
        }
        if self.next.area == area {
            self.next.reset();
        } else {
            self.next = Buffer::empty(area);
        }
        let cursor = paint(area, &mut self.next).filter(|at| area.contains(*at));
        if self.fresh || self.shown.area != area {
            self.fresh = false;
            self.cursor = None;
            self.shown = Buffer::empty(area);
            self.pen.raw(HIDE_CURSOR);
            self.pen.clear();
        }
        changes(&self.shown, &self.next, &mut self.pen);
        let body = self.pen.bytes.len();
        self.place_cursor(cursor, body > WORTH_BRACKETS);
        std::mem::swap(&mut self.shown, &mut self.next);
        let count = self.pen.bytes.len();
        if count == 0 {
            return Ok(0);
        }
        if self.synchronizes && count > WORTH_BRACKETS {
            self.pen.bytes.splice(0..0, BEGIN_UPDATE.iter().copied());
            self.pen.raw(END_UPDATE);
        }
        let written = self.terminal.write_frame(&self.pen.bytes);
        let count = self.pen.bytes.len();
        self.pen.bytes.clear();
        if written.is_err() {
            self.pen.forget();
            self.fresh = true;
        }
        written.map(|()| count)
    }

    fn place_cursor(&mut self, cursor: Option<Position>, is_large: bool) {
        let drew = !self.pen.bytes.is_empty();
        match (self.cursor, cursor) {
            (None, None) => {}
            (Some(_), None) => {
                self.pen.bytes.splice(0..0, HIDE_CURSOR.iter().copied());
            }
            (was, Some(at)) => {
                if is_large && was.is_some() {
                    // It would be seen running over the screen.
                    self.pen.bytes.splice(0..0, HIDE_CURSOR.iter().copied());
                }
                if drew || was != Some(at) {
                    self.pen.go(at.x, at.y);
                }
                if is_large || was.is_none() {
                    self.pen.raw(SHOW_CURSOR);
                }
            }
        }
        self.cursor = cursor;
    }
}

/// Writes what differs, in the order that takes fewer bytes: row by row, or style by style.
fn changes(shown: &Buffer, next: &Buffer, pen: &mut Pen) {
    let cells = differing(shown, next);
    let runs = runs(&cells, pen);
    let mut by_style = pen.fork();
    let before = pen.bytes.len();
    for run in &runs {
        write_run(run, &cells, next, pen);
    }
    if runs.len() < 3 {
        return;
    }
    let mut inks: Vec<Ink> = Vec::with_capacity(24);
    for run in &runs {
        if !inks.contains(&run.ink) {
            inks.push(run.ink);
        }
    }
    for ink in inks {
        for run in runs.iter().filter(|run| run.ink == ink) {
            write_run(run, &cells, next, &mut by_style);
        }
    }
    if by_style.bytes.len() < pen.bytes.len() - before {
        pen.bytes.truncate(before);
        pen.adopt(&by_style);
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

/// Parts the differing cells into runs. A blank goes with its neighbours, whatever their letters' style.
fn runs(cells: &[(u16, u16, &Cell)], pen: &Pen) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::with_capacity(64);
    let mut at = 0;
    // Whether the last run is of blanks only, so that its letters' style is still open.
    let mut open = false;
    while let Some(&(x, y, cell)) = cells.get(at) {
        let blanks =
            cells.iter().skip(at).zip(x..).take_while(|((column, row, next), expected)| {
                *row == y && column == expected && is_blank(next, cell.bg)
            });
        let blanks = if pen.erases_on(cell.bg) { blanks.count() } else { 0 };
        let beside = at
            .checked_sub(1)
            .and_then(|before| cells.get(before))
            .is_some_and(|&(column, row, before)| row == y && column.saturating_add(before.cell_width().max(1)) == x);
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

fn write_run(run: &Run, cells: &[(u16, u16, &Cell)], next: &Buffer, pen: &mut Pen) {
    let columns = next.area.width;
    let cells = cells.get(run.cells.clone()).unwrap_or_default();
    let Some(&(x, y, _)) = cells.first() else { return };
    if run.erases {
        pen.erase(x, y, u16::try_from(cells.len()).unwrap_or(u16::MAX), run.ink.ground());
        return;
    }
    bridge(x, y, next, pen);
    for &(x, y, cell) in cells {
        if cell.symbol().chars().nth(1).is_some() {
            doubtful(x, y, cell, next, pen);
        } else {
            pen.write(x, y, cell, cell.cell_width().max(1), columns);
        }
    }
}

/// Writes a few letters that stand between the cursor and `x` anew, where that is shorter than a move.
fn bridge(x: u16, y: u16, next: &Buffer, pen: &mut Pen) {
    let Some((from, row)) = pen.at() else { return };
    if row != y || x <= from || x - from > 3 {
        return;
    }
    let between = || (from..x).filter_map(|column| Some((column, next.cell((column, y))?)));
    if between().all(|(_, cell)| cell.symbol().len() == 1 && pen.suits(cell)) {
        for (column, cell) in between() {
            pen.write(column, y, cell, 1, next.area.width);
        }
    }
}

/// The cells to be written, in order. Where a wide character was, all of its cells are: terminals do not
/// agree on what is left of one that is half overwritten.
fn differing<'b>(shown: &Buffer, next: &'b Buffer) -> Vec<(u16, u16, &'b Cell)> {
    let columns = next.area.width;
    let mut cells = Vec::new();
    let (mut x, mut y) = (0, 0);
    // Columns still covered by a wide character of the next frame, and by one that goes.
    let (mut covered, mut uncovered) = (0_u16, 0_u16);
    for (was, is) in shown.content().iter().zip(next.content()) {
        if covered > 0 {
            covered -= 1;
        } else if uncovered > 0 || was != is {
            cells.push((x, y, is));
            covered = is.cell_width().saturating_sub(1);
        } else if is.symbol().len() > 1 {
            covered = is.cell_width().saturating_sub(1);
        }
        uncovered = uncovered.saturating_sub(1);
        if was != is && was.symbol().len() > 1 {
            uncovered = uncovered.max(was.cell_width().saturating_sub(1));
        }
        x += 1;
        if x == columns {
            (x, covered, uncovered) = (0, 0, 0);
            y += 1;
        }
    }
    cells
}

/// A cluster of several scalars: a terminal may draw it wider or narrower than it should be, so its
/// place is cleared first, and what it may spill over is written again.
fn doubtful(x: u16, y: u16, cell: &Cell, next: &Buffer, pen: &mut Pen) {
    let columns = next.area.width;
    let width = cell.cell_width().max(1);
    let scalars = u16::try_from(cell.symbol().chars().count()).unwrap_or(u16::MAX);
    let end = x.saturating_add(width.max(scalars.saturating_mul(2))).min(columns);
    pen.erase(x, y, width.min(columns - x), Color::Reset);
    pen.write(x, y, cell, width, columns);
    let mut after = x.saturating_add(width);
    while after < end {
        let Some(cell) = next.cell((after, y)) else { break };
        let width = cell.cell_width().max(1);
        if cell.symbol().chars().nth(1).is_none() && after + width <= columns {
            pen.write(after, y, cell, width, columns);
        }
        after += width;
    }
}

fn is_blank(cell: &Cell, ground: Color) -> bool {
    cell.symbol() == " " && cell.bg == ground && Ink::of(cell).leaves_blanks()
}

/// Whether a terminal of this name erases with the ground that is set: those that are known to.
fn keeps_ground(term: &str) -> bool {
    const KNOWN: [&str; 12] = [
        "xterm",
        "tmux",
        "alacritty",
        "foot",
        "kitty",
        "wezterm",
        "ghostty",
        "konsole",
        "vte",
        "gnome",
        "rxvt",
        "linux",
    ];
    KNOWN.iter().any(|known| term.starts_with(known))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::{Modifier, Style};

    use super::*;

    /// A frame of text lines, each with a style.
    type Lines<'a> = &'a [(&'a str, Style)];

    struct Bench {
        screen: Screen<Vec<u8>>,
        size: (u16, u16),
    }

    impl Bench {
        fn new(size: (u16, u16)) -> Self {
            Self { screen: Screen::new(Vec::new()), size }
        }

        fn draw(&mut self, lines: Lines<'_>, cursor: Option<(u16, u16)>) -> usize {
            self.screen
                .draw(self.size, |area, buf| {
                    for (y, (line, style)) in (0..area.height).zip(lines) {
                        buf.set_stringn(0, y, line, area.width.into(), *style);
                    }
                    cursor.map(Position::from)
                })
                .unwrap()
        }

        /// What a terminal shows after all that was written.
        fn seen(&self) -> vt100::Parser {
            let mut parser = vt100::Parser::new(self.size.1.try_into().unwrap(), self.size.0.try_into().unwrap(), 0);
            parser.process(self.screen.terminal());
            parser
        }
    }

    const PLAIN: Style = Style::new();

    #[test]
    fn an_unchanged_frame_writes_nothing() {
        let mut bench = Bench::new((20, 4));
        assert!(bench.draw(&[("hello", PLAIN)], None) > 0);
        assert_eq!(bench.draw(&[("hello", PLAIN)], None), 0);
        assert_eq!(bench.draw(&[("hello", PLAIN)], Some((5, 0))), b"\x1b[?25h".len());
        assert_eq!(bench.draw(&[("hello", PLAIN)], Some((5, 0))), 0);
    }

    #[test]
    fn a_typed_character_costs_few_bytes() {
        let mut bench = Bench::new((160, 48));
        let style = Style::new().fg(Color::Rgb(200, 200, 200));
        bench.draw(&[("hell", style)], Some((4, 0)));
        assert!(bench.draw(&[("hello", style)], Some((5, 0))) <= 12);
    }

    #[test]
    fn a_frame_without_cells_writes_nothing() {
        let mut screen = Screen::new(Vec::new());
        for size in [(0, 0), (0, 10), (10, 0)] {
            assert_eq!(screen.draw(size, |_, _| panic!("nothing to paint")).unwrap(), 0);
        }
    }

    #[test]
    fn brackets_are_only_put_round_large_frames_of_terminals_that_know_them() {
        let mut bench = Bench::new((80, 24));
        let long = "x".repeat(80);
        bench.draw(&[(long.as_str(), PLAIN); 24], None);
        assert!(!bench.screen.terminal().windows(8).any(|window| window == BEGIN_UPDATE));
        bench.screen.use_synchronized_updates();
        bench.draw(&[("y", PLAIN)], None);
        let long = "z".repeat(80);
        bench.draw(&[(long.as_str(), PLAIN); 24], None);
        let written = bench.screen.terminal();
        assert!(written.windows(8).any(|window| window == BEGIN_UPDATE));
        assert!(written.ends_with(END_UPDATE));
    }

    #[test]
    fn what_was_lost_is_drawn_whole_again() {
        let mut bench = Bench::new((20, 2));
        let first = bench.draw(&[("hello", PLAIN)], None);
        bench.screen.forget();
        assert_eq!(bench.draw(&[("hello", PLAIN)], None), first);
    }

    #[test]
    fn what_follows_an_emoji_of_doubtful_width_is_placed_anew() {
        let mut bench = Bench::new((20, 1));
        bench.draw(&[("👩‍👩‍👧‍👦ab", PLAIN)], None);
        let written = String::from_utf8_lossy(bench.screen.terminal()).into_owned();
        let after = written.split("👩‍👩‍👧‍👦").nth(1).unwrap();
        assert!(after.starts_with("\x1b[1;3Hab"), "{after:?}");
    }

    #[test]
    fn the_cursor_is_shown_where_it_was_asked_for() {
        let mut bench = Bench::new((20, 4));
        bench.draw(&[("hello", PLAIN)], None);
        assert!(bench.seen().screen().hide_cursor());
        bench.draw(&[("hello", PLAIN)], Some((3, 2)));
        assert_eq!(bench.seen().screen().cursor_position(), (2, 3));
        assert!(!bench.seen().screen().hide_cursor());
        bench.draw(&[("hello you", PLAIN)], Some((3, 2)));
        assert_eq!(bench.seen().screen().cursor_position(), (2, 3));
        bench.draw(&[("hello you", PLAIN)], Some((30, 2)));
        assert!(bench.seen().screen().hide_cursor(), "a cursor beyond the screen is none");
    }

    fn style() -> impl Strategy<Value = Style> {
        let colour = prop_oneof![
            Just(Color::Reset),
            Just(Color::Red),
            Just(Color::LightBlue),
            any::<u8>().prop_map(Color::Indexed),
            any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
        ];
        let modifier = prop_oneof![
            Just(Modifier::empty()),
            Just(Modifier::BOLD),
            Just(Modifier::ITALIC | Modifier::UNDERLINED),
            Just(Modifier::REVERSED),
        ];
        (colour.clone(), colour, modifier)
            .prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier))
    }

    proptest! {
        /// Whatever was drawn before, the terminal shows the last frame.
        #[test]
        fn the_terminal_shows_the_last_frame(
            frames in prop::collection::vec(
                prop::collection::vec(("[a-c ]{0,12}|[a日é ]{0,8}|a {11}", style()), 0..5), 1..5),
            trusts: bool,
        ) {
            let mut bench = Bench::new((12, 4));
            if trusts {
                bench.screen.trust_ground();
            }
            let mut last = Buffer::empty(Rect::ZERO);
            for frame in &frames {
                bench.screen.draw(bench.size, |area, buf| {
                    for (y, (line, style)) in (0..area.height).zip(frame) {
                        buf.set_stringn(0, y, line, area.width.into(), *style);
                    }
                    last = buf.clone();
                    None
                }).unwrap();
            }
            let parser = bench.seen();
            for y in 0..4 {
                let mut x = 0;
                while x < 12 {
                    let wanted = last.cell((x, y)).unwrap();
                    let seen = parser.screen().cell(y, x).unwrap();
                    let symbol = if seen.has_contents() { seen.contents() } else { " " };
                    prop_assert_eq!(symbol, wanted.symbol(), "{},{}", x, y);
                    if wanted.symbol() != " " {
                        prop_assert_eq!(seen.bold(), wanted.modifier.contains(Modifier::BOLD));
                        prop_assert_eq!(seen.fgcolor(), vt(wanted.fg), "{},{}", x, y);
                    }
                    prop_assert_eq!(seen.bgcolor(), vt(wanted.bg), "{},{}", x, y);
                    prop_assert_eq!(seen.inverse(), wanted.modifier.contains(Modifier::REVERSED));
                    x += wanted.cell_width().max(1);
                }
            }
        }
    }

    fn vt(colour: Color) -> vt100::Color {
        match colour {
            Color::Red => vt100::Color::Idx(1),
            Color::LightBlue => vt100::Color::Idx(12),
            Color::Indexed(index) => vt100::Color::Idx(index),
            Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
            _ => vt100::Color::Default,
        }
    }
}
