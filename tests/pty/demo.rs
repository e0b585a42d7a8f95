//! An agent's way through the demo, bare.

use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::terminal::{STILL, Terminal, places};

#[test]
fn an_agent_triages_from_the_list_to_the_reply_and_back() {
    let places = places();
    let mut screen = Terminal::start(places.path(), (160, 48), &STILL);
    screen.until_shows("INBOX");
    // A team's inbox.
    screen.until("teams with counts", |text| text.contains("Billing") && text.contains("Support"));
    screen.press("gt");
    screen.until_shows("Team");
    screen.press("supp\r");
    screen.until_lists("Support ·");
    // Open, reply, see it sent.
    screen.press("\r");
    screen.press("r");
    screen.until_shows("REPLY to");
    screen.press("A parcel is on its way to you.");
    screen.until_shows("A parcel is on its way to you.");
    screen.press("\x13");
    screen.until("the reply waits for its undo window", |text| {
        text.contains("A parcel is on its way to you.") && text.contains("sending in")
    });
    screen.until("the reply is sent", |text| {
        text.contains("A parcel is on its way to you.") && !text.contains("sending")
    });
    // A note.
    screen.press("n");
    screen.until_shows("only teammates see this");
    screen.press("Ask the carrier tomorrow.");
    screen.until_shows("Ask the carrier tomorrow.");
    screen.press("\x13");
    screen.until("the note is in the thread", |text| {
        text.contains("Ask the carrier tomorrow.") && !text.contains("only teammates see this")
    });
    screen.press("\x1b");
    // Snooze with a typed time; the next conversation comes by itself.
    screen.press("z");
    screen.until_shows("Snooze until");
    screen.press("tomorrow 9am");
    // A return in the same breath would be part of a paste.
    screen.until_shows("❯ tomorrow 9am");
    screen.press("\r");
    screen.until_shows("Snoozed until");
    // Close, and take it back.
    screen.press("e");
    screen.press("u");
    screen.until("the close is undone", |text| {
        let text = text.to_lowercase();
        text.contains("undone") || text.contains("taken back")
    });
    screen.press("\x1b\x1b\x1bqq");
    assert_eq!(screen.end(), 0);
    assert!(screen.is_given_back());
}

#[test]
fn the_terminal_is_given_back_on_every_end() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let places = places();
        let mut screen = Terminal::start(places.path(), (100, 30), &STILL);
        screen.until_shows("online");
        screen.signal(signal);
        assert_eq!(screen.end(), code, "{signal}");
        assert!(screen.is_given_back(), "{signal}");
    }
}

#[test]
fn every_size_is_drawn_and_none_is_fatal() {
    let places = places();
    let mut screen = Terminal::start(places.path(), (160, 48), &STILL);
    screen.until_shows("online");
    for (columns, rows) in [(120, 40), (100, 30), (80, 24), (60, 20), (20, 6), (19, 5), (1, 1), (300, 100), (80, 24)] {
        screen.resize(columns, rows);
        screen.press("j");
        let _ = screen.take_in(Duration::from_millis(300));
    }
    screen.until_shows("online");
    screen.press("\x1b\x1bqq");
    assert_eq!(screen.end(), 0);
    assert!(screen.is_given_back());
}

#[test]
fn a_draft_outlives_a_kill_without_warning() {
    let places = places();
    let mut screen = Terminal::start(places.path(), (160, 48), &STILL);
    screen.until_shows("online");
    screen.press("ga");
    screen.until_lists("All ·");
    screen.press("\r");
    screen.press("r");
    screen.until_shows("REPLY");
    screen.press("Words that must not be lost");
    screen.until_shows("draft saved");
    screen.signal("KILL");
    let _ = screen.end();
    let mut again = Terminal::start(places.path(), (160, 48), &STILL);
    // It begins where the last run ended, with the text in the composer.
    again.until_shows("Words that must not be lost");
    again.until("the draft is counted", |text| text.lines().any(|line| line.contains("Drafts") && line.contains('1')));
}

#[test]
fn without_a_terminal_it_says_what_else_there_is() {
    let places = places();
    let done = Command::new(env!("CARGO_BIN_EXE_deskhand"))
        .args(STILL)
        .env("DESKHAND_CONFIG_DIR", places.path().join("config"))
        .env("DESKHAND_DATA_DIR", places.path().join("data"))
        .env("DESKHAND_CACHE_DIR", places.path().join("cache"))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the program runs");
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("deskhand list"));
}

#[test]
fn a_closed_terminal_ends_the_program() {
    let places = places();
    let mut screen = Terminal::start(places.path(), (100, 30), &STILL);
    screen.until_shows("online");
    let id = screen.child.process_id().expect("a running program").to_string();
    // Every end of ours goes: the reading thread's too, with the next thing that it reads.
    screen.output = channel().1;
    screen.press("j?");
    screen.input = Box::new(std::io::sink());
    drop(screen.master.take());
    let end = Instant::now() + Duration::from_secs(10);
    while screen.child.try_wait().expect("its state").is_none() {
        assert!(Instant::now() < end, "process {id} goes on without a terminal");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}
