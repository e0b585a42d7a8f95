//! The real screen on a helpdesk that says the worst in every field: no byte of it reaches the terminal as more than
//! a letter, nothing leaves its pane, and the words are all there.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use crate::hostile_desk::corpus::{Case, WORDS, bodies, cases};
use crate::hostile_desk::desk::HostileDesk;
use crate::hostile_desk::{TOKEN, judge};
use crate::terminal::{Terminal, places};

/// Nothing more comes for so long: what was asked for is on the screen, most likely.
const QUIET: Duration = Duration::from_millis(60);
/// Nothing more comes for so long: that was all.
const END: Duration = Duration::from_millis(600);
/// What stands in for a body that is being read.
const READING: &str = "… reading…";
/// Pages of one thread at most.
const PAGES: usize = 400;

/// A screen with what is known of how it must look.
struct Watched {
    screen: Terminal,
    size: (u16, u16),
    /// Columns of the lines between panes.
    lines: Vec<u16>,
    /// Everything that was shown, screen by screen.
    seen: BTreeSet<String>,
}

impl Watched {
    fn open(desk: &HostileDesk, places: &Path, size: (u16, u16)) -> Self {
        let variables = [("DESKHAND_URL", &*desk.url), ("DESKHAND_TOKEN", TOKEN), ("DESKHAND_LOG", "trace")];
        let done = Command::new(env!("CARGO_BIN_EXE_deskhand"))
            .args(["sync", "--once", "--threads"])
            .envs(variables)
            .env("DESKHAND_CONFIG_DIR", places.join("config"))
            .env("DESKHAND_DATA_DIR", places.join("data"))
            .env("DESKHAND_CACHE_DIR", places.join("cache"))
            .stdin(Stdio::null())
            .output()
            .expect("the command runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let mut screen = Terminal::start_with(places, size, &[], &variables);
        screen.until_shows("online");
        let mut watched = Self { screen, size, lines: Vec::new(), seen: BTreeSet::new() };
        watched.settle();
        watched.settle_for(END);
        // Of everybody's open conversations, those that nobody has: one a class of texts.
        watched.press("gu");
        watched.settle_for(END);
        watched.lines = watched.upright_lines();
        if size.0 >= 120 {
            assert!(watched.lines.len() >= 2, "panes side by side have lines between them\n{}", watched.screen.text());
        }
        watched
    }

    fn settle(&mut self) {
        self.settle_for(QUIET);
    }

    fn settle_for(&mut self, quiet: Duration) {
        let end = Instant::now() + Duration::from_secs(8);
        while Instant::now() < end {
            match self.screen.take_in(quiet) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => panic!("it ended by itself\n{}", self.screen.text()),
            }
        }
    }

    fn cell(&self, row: u16, column: u16) -> &str {
        self.screen.screen.screen().cell(row, column).map_or("", vt100::Cell::contents)
    }

    /// Columns in which a line goes from the top to the status line.
    fn upright_lines(&self) -> Vec<u16> {
        let (columns, rows) = self.size;
        (0..columns).filter(|column| (0..rows - 1).all(|row| self.cell(row, *column) == "│")).collect()
    }

    /// Every cell holds what may be shown.
    fn judge_cells(&mut self, what: &str) {
        let (columns, rows) = self.size;
        for row in 0..rows {
            for column in 0..columns {
                let cell = self.cell(row, column);
                assert_eq!(judge::forbidden(cell), None, "{what}: row {row}, column {column}\n{}", self.screen.text());
            }
        }
        let text = self.screen.text();
        self.seen.insert(text);
    }

    /// Every cell holds what may be shown, and the lines between panes are where they were, and the status line is the program's own.
    fn judge_frame(&mut self, what: &str) {
        self.judge_cells(what);
        for column in &self.lines {
            for row in 0..self.size.1 - 1 {
                let cell = self.cell(row, *column);
                assert_eq!(cell, "│", "{what}: row {row}, column {column} is no frame\n{}", self.screen.text());
            }
        }
        let text = self.screen.text();
        let status = text.lines().last().unwrap_or_default();
        assert!(!WORDS.iter().any(|word| status.contains(word)), "{what}: their words in the status line: {status}");
    }

    fn press(&mut self, keys: &str) {
        self.screen.press(keys);
        self.settle();
    }

    /// Shows the focused pane from its beginning to its end.
    fn read_through(&mut self, what: &str) {
        self.press("gg");
        let mut before = String::new();
        for _ in 0..PAGES {
            let now = self.screen.text();
            if now == before || now.contains(READING) {
                self.settle_for(END);
            }
            self.judge_frame(what);
            let now = self.screen.text();
            if now == before {
                return;
            }
            assert!(!now.contains(READING), "{what}: it is not read\n{now}");
            before = now;
            self.press("\x04");
        }
        panic!("{what}: no end\n{}", self.screen.text());
    }

    /// Which of these words were on no screen.
    fn unseen(&self, words: &[String]) -> Vec<String> {
        words.iter().filter(|word| !self.seen.iter().any(|text| text.contains(word.as_str()))).cloned().collect()
    }

    /// Ends the program, and judges every byte that it has ever written.
    fn end(mut self, what: &str) -> judge::Told {
        self.screen.signal("TERM");
        assert_eq!(self.screen.end(), 143, "{what}");
        assert!(self.screen.is_given_back(), "{what}");
        let told = judge::stream(&self.screen.written);
        assert!(
            told.faults.is_empty(),
            "{what}: {} faults, such as {:?}",
            told.faults.len(),
            &told.faults[..told.faults.len().min(9)]
        );
        for title in &told.titles {
            assert!(
                !WORDS.iter().any(|word| title.contains(word)),
                "{what}: a customer's words in the title {title:?}"
            );
        }
        for copied in &told.copied {
            assert_eq!(judge::forbidden(copied), None, "{what}: copied");
        }
        told
    }
}

/// The texts of some classes.
fn some(classes: &[&str]) -> Vec<Case> {
    cases().into_iter().filter(|case| classes.contains(&case.class)).collect()
}

/// Reads every thread of the desk, one after the other, and looks whether its words were there.
fn every_thread_is_read(desk: &HostileDesk, size: (u16, u16)) {
    let places = places();
    let mut watched = Watched::open(desk, places.path(), size);
    let shown = desk.shown();
    watched.judge_frame("list");
    watched.press("gg");
    watched.settle_for(END);
    watched.press("\r");
    for at in 0..shown.len() {
        watched.settle_for(END);
        watched.read_through(&format!("thread {at}"));
        watched.press("J");
    }
    let words: Vec<String> = shown.iter().flat_map(|one| one.words.clone()).collect();
    let unseen = watched.unseen(&words);
    let few = unseen.len() * 100 <= words.len();
    assert!(few, "{} of {} words unseen: {unseen:?}\n{}", unseen.len(), words.len(), watched.screen.text());
    let hidden: Vec<String> = shown.iter().flat_map(|one| one.hidden.clone()).collect();
    assert_eq!(watched.unseen(&hidden).len(), hidden.len(), "shows what no browser would");
    watched.end("threads");
}

#[test]
fn every_text_is_read_on_a_wide_screen_and_stays_in_its_pane() {
    // What is huge is in the lists, and under the layers.
    let cases = cases().into_iter().filter(|case| case.class != "huge").collect();
    every_thread_is_read(&HostileDesk::serve(cases, &bodies(false)), (160, 48));
}

#[test]
fn texts_are_read_at_eighty_columns() {
    let desk = HostileDesk::serve(some(&["c0", "bidi", "breaks", "wide", "frame", "tags"]), &bodies(false));
    every_thread_is_read(&desk, (80, 24));
}

#[test]
fn texts_are_read_at_sixty_columns() {
    let desk = HostileDesk::serve(some(&["c1", "stacks", "right-to-left", "hosts", "headers"]), &bodies(false));
    every_thread_is_read(&desk, (60, 20));
}

#[test]
fn every_row_of_the_list_keeps_to_itself_and_none_is_lost() {
    let desk = HostileDesk::start(false);
    for size in [(160, 48), (80, 24), (60, 20)] {
        let places = places();
        let mut watched = Watched::open(&desk, places.path(), size);
        watched.press("ga");
        watched.screen.until("everybody's rows", |text| {
            text.lines().next().is_some_and(|title| title.contains("All")) && text.contains("body ")
        });
        watched.settle_for(END);
        watched.read_through("list");
        let subjects: Vec<String> = desk.cases().iter().map(Case::before).collect();
        let unseen = watched.unseen(&subjects);
        let text = watched.screen.text();
        let few = unseen.len() * 100 <= subjects.len();
        assert!(few, "{size:?}: {} of {} rows: {unseen:?}\n{text}", unseen.len(), subjects.len());
        watched.end("list");
    }
}

#[test]
fn layers_over_the_worst_threads_stay_inert() {
    let desk = HostileDesk::serve(
        some(&["sequence", "bidi", "invisible", "stacks", "wide", "hosts", "blank", "frame", "files", "huge"]),
        &bodies(false),
    );
    for size in [(160, 48), (80, 24), (60, 20)] {
        let places = places();
        let mut watched = Watched::open(&desk, places.path(), size);
        watched.press("\r");
        for at in 0..desk.shown().len() {
            watched.press("gg");
            // Details, links and files, the source, the pickers of people, teams, tags, macros, reasons, participants;
            // the palette and what is found there; help; the message at the cursor, its number one.
            for keys in ["d", "L", "R", "a", "A", "t", "m", "w", "P", "M", ":plum", "?", "y", "ym", "yt", "1", "s", "v"]
            {
                let in_short = if size.0 > 100 { at > 1 } else { at % 4 != 1 };
                if in_short && !matches!(keys, "d" | "L" | "R") || (at > 9 && size.0 < 100) {
                    continue;
                }
                watched.press(keys);
                watched.judge_cells(&format!("{size:?}: {keys} over thread {at}"));
                watched.press("\x04");
                watched.judge_cells(&format!("{size:?}: {keys} over thread {at}, further down"));
                watched.screen.press("\x1b");
                watched.settle();
                watched.screen.press("\x1b");
                watched.settle();
                if !watched.screen.text().contains("class") && !watched.screen.text().contains("body") {
                    watched.press("\r");
                }
            }
            watched.press("J");
        }
        watched.end("layers");
    }
}

#[test]
fn what_the_helpdesk_says_no_with_is_shown_inert_here_and_after_the_end() {
    let desk = HostileDesk::serve(some(&["sequence", "sequence-c1", "bidi", "frame"]), &bodies(false));
    let places = places();
    let mut watched = Watched::open(&desk, places.path(), (120, 40));
    watched.press("\r");
    watched.press("n");
    watched.press("A note that will be refused");
    watched.press("\x13");
    watched.press("go");
    watched.screen.until("the refusal", |text| text.contains("Refused."));
    watched.settle();
    watched.judge_cells("needs you");
    for keys in ["\r", "gu", "e", "i"] {
        watched.press(keys);
        watched.judge_cells(keys);
    }
    // Left with something unsent: what is said after the screen has been given back is judged with the rest.
    watched.press("\x1b\x1b\x1b");
    watched.end("refusals");
}
