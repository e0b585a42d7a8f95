//! The same keys inside a tmux as it comes: it holds `esc` back, and may deliver it with the next key.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::terminal::{STILL, Terminal, places};

/// A tmux of its own, with nobody's settings, that shows the demo.
struct Tmux<'a> {
    places: &'a Path,
    screen: Terminal,
}

impl<'a> Tmux<'a> {
    /// Nothing where there is no tmux.
    fn start(places: &'a Path) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("no tmux here: left out");
            return None;
        }
        let socket = places.to_string_lossy().into_owned();
        let mut arguments = vec!["-L", "deskhand-test", "-f", "/dev/null", "new-session"];
        arguments.push(env!("CARGO_BIN_EXE_deskhand"));
        arguments.extend(STILL);
        let screen = Terminal::run(places, (160, 48), "tmux", &arguments, &[("TMUX_TMPDIR", &socket)]);
        Some(Self { places, screen })
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        let _ =
            Command::new("tmux").args(["-L", "deskhand-test", "kill-server"]).env("TMUX_TMPDIR", self.places).output();
    }
}

#[test]
fn in_tmux_escape_and_enter_send_nothing_and_escape_then_e_closes() {
    let places = places();
    let Some(mut tmux) = Tmux::start(places.path()) else { return };
    let screen = &mut tmux.screen;
    screen.until_shows("online");
    screen.press("ga");
    screen.until_lists("All ·");
    screen.press("\r");
    screen.press("r");
    screen.until_shows("REPLY to");
    screen.press("Not to be sent");
    screen.until_shows("Not to be sent");
    // Out of the composer, and a key that means open: by then tmux may have made Alt+Enter of the two.
    screen.press("\x1b");
    screen.rest(Duration::from_millis(200));
    screen.press("\r");
    screen.rest(Duration::from_millis(1_200));
    let text = screen.text();
    assert!(!text.contains("sending") && !text.contains("outbox 1"), "nothing is on its way\n{text}");
    // Still a draft: it is where the drafts are.
    screen.press("gd");
    screen.until_lists("Drafts ·");
    screen.press("ga");
    screen.until_lists("All ·");
    screen.press("\r");
    screen.rest(Duration::from_millis(700));
    // One layer back, and close: in one breath, as a fast hand types it.
    screen.press("\x1b");
    screen.rest(Duration::from_millis(50));
    screen.press("e");
    screen.until("it is closed", |text| text.contains("Closed"));
    screen.press("u");
    screen.until("it is open again", |text| {
        let text = text.to_lowercase();
        text.contains("undone") || text.contains("taken back")
    });
}
