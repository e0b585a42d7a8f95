//! Screens on an account of a helpdesk beside them: what is sent, kept, and seen by each other.

use crate::served::Served;
use crate::terminal::{Terminal, places};

/// Opens the first conversation of all and sends a reply, up to its undo window.
fn send_in(screen: &mut Terminal, words: &str) {
    screen.until_shows("online");
    screen.press("ga");
    screen.until_lists("All ·");
    screen.press("\r");
    screen.press("r");
    screen.until_shows("REPLY");
    screen.press(words);
    screen.until_shows(words);
    screen.press("\x13");
}

#[test]
fn a_reply_whose_program_is_killed_in_the_undo_window_is_sent_once() {
    let (places, data) = (places(), places());
    let helpdesk = Served::start(data.path(), "127.0.0.1:0");
    let mut screen = helpdesk.pulled_screen(places.path());
    send_in(&mut screen, "Killed before it left.");
    screen.until_shows("sending in");
    screen.signal("KILL");
    let _ = screen.end();
    let rows = helpdesk.ask(places.path(), &["outbox", "list", "--json"]);
    let rows = rows.as_array().expect("a list");
    let row = rows.iter().find(|row| row["kind"] == "reply").expect("the reply is in the outbox");
    let id = row["conversation_id"].as_str().expect("an id").to_owned();
    assert_eq!(helpdesk.times_there(&id, "Killed before it left."), 0);
    let mut again = helpdesk.screen(places.path());
    again.until_shows("online");
    helpdesk.until_there(&id, "Killed before it left.");
    again.press("\x1b\x1b\x1bqq");
    assert_eq!(again.end(), 0);
    assert_eq!(helpdesk.times_there(&id, "Killed before it left."), 1);
}

#[test]
fn what_is_typed_on_one_screen_is_on_the_other() {
    let (places, data) = (places(), places());
    let helpdesk = Served::start(data.path(), "127.0.0.1:0");
    let mut left = helpdesk.pulled_screen(places.path());
    left.until_shows("online");
    let mut right = helpdesk.screen(places.path());
    right.until_shows("online");
    left.press("ga");
    left.until_lists("All ·");
    left.press("\r");
    left.press("r");
    left.until_shows("REPLY");
    left.press("Begun on the left");
    left.until_shows("draft saved");
    right.press("gd");
    right.until_lists("Drafts ·");
    right.press("\r");
    right.press("r");
    right.until_shows("Begun on the left");
    for mut screen in [left, right] {
        screen.press("\x1b\x1b\x1bqq");
        assert_eq!(screen.end(), 0);
    }
}

#[test]
fn leaving_with_unsent_work_says_how_much_and_it_goes_out_by_itself() {
    let (places, data) = (places(), places());
    let helpdesk = Served::start(data.path(), "127.0.0.1:0");
    let mut screen = helpdesk.pulled_screen(places.path());
    screen.until_shows("online");
    screen.press("ga");
    screen.until_lists("All ·");
    let (url, token) = (helpdesk.url.clone(), helpdesk.token.clone());
    let kept = helpdesk.stop();
    screen.press("\r");
    screen.press("r");
    screen.until_shows("REPLY");
    screen.press("Sent by nobody on screen.");
    screen.until_shows("Sent by nobody on screen.");
    screen.press("\x13");
    screen.until_shows("outbox 1");
    screen.press("\x1b\x1b\x1bq");
    screen.until_shows("Quit?");
    // The reply, and with it the taking of a conversation that nobody had.
    screen.until("how much is unsent", |text| {
        text.lines().any(|line| line.chars().any(|sign| ('1'..='3').contains(&sign)) && line.contains("unsent"))
    });
    screen.press("q");
    assert_eq!(screen.end(), 0);
    assert!(screen.is_given_back());
    let helpdesk = Served::start(&kept.0, &kept.1);
    assert_eq!((&helpdesk.url, &helpdesk.token), (&url, &token));
    // A drain that was started detached finishes it: nobody runs a screen now.
    let id = {
        let rows = helpdesk.ask(places.path(), &["outbox", "list", "--json"]);
        let row = rows.as_array().and_then(|rows| rows.iter().find(|row| row["kind"] == "reply").cloned());
        row.and_then(|row| row["conversation_id"].as_str().map(ToOwned::to_owned))
    };
    let Some(id) = id else {
        // It has gone out before we could look.
        let found = helpdesk.ask(places.path(), &["list", "--json", "--limit", "200"]);
        let all = found.as_array().expect("a list");
        let there = all.iter().filter_map(|row| row["id"].as_str());
        assert_eq!(there.map(|id| helpdesk.times_there(id, "Sent by nobody on screen.")).sum::<usize>(), 1);
        return;
    };
    helpdesk.until_there(&id, "Sent by nobody on screen.");
    assert_eq!(helpdesk.times_there(&id, "Sent by nobody on screen."), 1);
}
