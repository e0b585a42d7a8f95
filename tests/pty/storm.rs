//! Whatever is typed, pasted or done to the terminal: it goes on, and the terminal is given back.

use std::io::Write as _;
use std::time::Duration;

use crate::terminal::{Terminal, places};

/// Random numbers that are the same for the same seed (xorshift64*).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.below(from.len() as u64)).expect("a place in a list")]
    }
}

const KEYS: [&str; 76] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "v", "w", "x",
    "y", "z", "A", "G", "J", "K", "L", "M", "P", "R", "U", "X", "Z", "*", "!", ".", ",", "<", ">", "[", "]", "/", ":",
    "?", "1", "9", " ", "\r", "\t", "\x1b[Z", "\x1b", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~",
    "\x1b[H", "\x1b[F", "\x7f", "\x03", "\x04", "\x0b", "\x0c", "\x12", "\x13", "\x15", "\x18", "\x1f", "é", "日",
    "🔥", "\x1bj",
];

const ODD: [&str; 12] = [
    "\x1b[200~pasted\nlines\r\nof text\x1b[201~",
    "\x1b[200~\x1b]0;title\x07\x1b[31m\x1b[201~",
    "\x1b[I",
    "\x1b[O",
    "\x1b[<0;20;5M\x1b[<0;20;5m",
    "\x1b[<64;20;5M",
    "\x1b[<65;120;20M",
    "\x1b[999~",
    "\x1b[?1u\x1b[?2026;2$y",
    "\x1bOP",
    "\x1b[27;5;13~",
    "\x1b]52;c;QQ==\x07",
];

/// Presses and resizes for a while; `false` when the program has ended by itself.
fn rage(screen: &mut Terminal, dice: &mut Dice, rounds: u32) -> bool {
    for round in 0..rounds {
        match dice.below(20) {
            0 => {
                // The edges first of all.
                let (columns, rows) = match dice.below(5) {
                    0 => (0, 0),
                    1 => (500, 200),
                    2 => (80, 24),
                    _ => (dice.below(501), dice.below(201)),
                };
                screen.resize(u16::try_from(columns).unwrap_or(80), u16::try_from(rows).unwrap_or(24));
            }
            1 | 2 => screen.press(dice.pick(&ODD)),
            3 => {
                let big = "x".repeat(20_000);
                screen.press(&format!("\x1b[200~{big}\x1b[201~"));
            }
            4 if round % 7 == 0 => {
                // Suspended, and brought back.
                screen.signal("TSTP");
                screen.rest(Duration::from_millis(30));
                screen.signal("CONT");
            }
            _ => {
                // The two keys of the quit question are no part of the storm.
                screen.press(dice.pick(&KEYS));
            }
        }
        // What it writes is read as it comes: a terminal that is not read would stop it.
        while screen.take_in(Duration::from_millis(2)).is_ok() {}
        if screen.child.try_wait().expect("its state").is_some() {
            return false;
        }
    }
    true
}

fn begin(places: &std::path::Path) -> Terminal {
    let arguments = ["demo", "--still", "--seed", "9", "--conversations=60"];
    let mut screen = Terminal::start_with(places, (120, 40), &arguments, &[("EDITOR", "true"), ("VISUAL", "true")]);
    screen.until_shows("online");
    screen
}

#[test]
fn a_storm_of_keys_sizes_and_pastes_ends_as_it_was_told_to() {
    for (seed, signal, code) in [(1_u64, "TERM", 143), (77, "INT", 130), (4_242, "HUP", 129)] {
        let places = places();
        let mut screen = begin(places.path());
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        assert!(rage(&mut screen, &mut dice, 260), "seed {seed}: it ended by itself\n{}", screen.text());
        screen.resize(120, 40);
        screen.rest(Duration::from_millis(300));
        screen.signal(signal);
        assert_eq!(screen.end(), code, "seed {seed}");
        assert!(screen.is_given_back(), "seed {seed}");
        let written = String::from_utf8_lossy(&screen.written);
        assert!(!written.contains("panicked") && !written.contains("fault of its own"), "seed {seed}");
    }
}

#[test]
fn a_storm_and_then_no_terminal() {
    let places = places();
    let mut screen = begin(places.path());
    let mut dice = Dice(0xDE5C_4A2D);
    assert!(rage(&mut screen, &mut dice, 150), "it ended by itself\n{}", screen.text());
    let _ = screen.input.write_all(b"\x1b");
    screen.input = Box::new(std::io::sink());
    screen.output = std::sync::mpsc::channel().1;
    drop(screen.master.take());
    let end = std::time::Instant::now() + Duration::from_secs(10);
    while screen.child.try_wait().expect("its state").is_none() {
        assert!(std::time::Instant::now() < end, "it goes on without a terminal");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}
