//! Frames: what changed since the last one, in one write.
//!
//! Owns the two buffers and the cursor's state. A frame without a change writes nothing. Knows the
//! terminal only as something that takes bytes. Enter at [`Screen::draw`].

use std::io;
use std::os::fd::BorrowedFd;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};

use super::frame::Frame;
use super::guard::write_all;
use super::links::{Links, Painted};
use super::pen::Pen;

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
    /// Where the cells that are shown lead.
    links: Links,
    /// Cells that a cluster takes.
    measure: fn(&str) -> usize,
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
            links: Links::default(),
            measure: |symbol| str::cell_width(symbol).into(),
            cursor: None,
            fresh: true,
            synchronizes: false,
        }
    }

    /// The next frame is drawn whole: the terminal was somebody else's, or `ctrl-l` was pressed.
    pub const fn forget(&mut self) {
        self.fresh = true;
    }

    /// Whether the next frame is drawn whole.
    #[must_use]
    pub const fn is_forgotten(&self) -> bool {
        self.fresh
    }

    /// The terminal said that it knows synchronized updates.
    pub const fn use_synchronized_updates(&mut self) {
        self.synchronizes = true;
    }

    /// The terminal erases with the ground that is set (its `bce`).
    pub const fn trust_ground(&mut self) {
        self.pen.trust_ground();
    }

    /// Cells are as wide as this says: the one measure that what is painted was laid out by.
    pub const fn measure_by(&mut self, measure: fn(&str) -> usize) {
        self.measure = measure;
    }

    /// The terminal draws letters of ambiguous width wide, or some of them: none is relied on, so that a
    /// letter that comes out wider or narrower shifts nothing.
    pub const fn doubt_ambiguous(&mut self, doubts: bool) {
        self.fresh |= self.pen.doubts() != doubts;
        self.pen.doubt_ambiguous(doubts);
    }

    /// What takes the bytes.
    pub const fn terminal(&self) -> &T {
        &self.terminal
    }

    /// Draws a frame of `size` (columns, rows). `paint` fills a blank buffer and says where the cursor
    /// belongs, and which cells are links when there are any. Returns how many bytes were written; none at all when a side is 0 or nothing changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw<P: Into<Painted>>(
        &mut self,
        size: (u16, u16),
        paint: impl FnOnce(Rect, &mut Buffer) -> P,
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
        let Painted { cursor, links } = paint(area, &mut self.next).into();
        let cursor = cursor.filter(|at| area.contains(*at));
        let links = Links::of(&links, area);
        if self.fresh || self.shown.area != area {
            self.fresh = false;
            self.cursor = None;
            self.shown = Buffer::empty(area);
            self.links = Links::default();
            self.pen.raw(HIDE_CURSOR);
            self.pen.clear();
        }
        let frame =
            Frame { shown: &self.shown, next: &self.next, were: &self.links, links: &links, measure: self.measure };
        frame.write_changes(&mut self.pen);
        self.pen.lead(None);
        self.links = links;
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
    use ratatui::style::{Color, Modifier, Style};

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
            assert_eq!(screen.draw(size, |_, _| -> Option<Position> { panic!("nothing to paint") }).unwrap(), 0);
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
