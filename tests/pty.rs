//! The real program in a real terminal: an agent's way through the demo.
#![cfg(unix)]
#![allow(missing_docs, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "deadlines of waits")]

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test gives up.
const DEADLINE: Duration = Duration::from_secs(60);

/// A side of a terminal, in cells; at least one.
fn cells(side: u16) -> NonZeroU16 {
    NonZeroU16::new(side).unwrap_or(NonZeroU16::MIN)
}

struct Terminal {
    screen: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn std::io::Write + Send>,
    master: Option<Box<dyn MasterPty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    /// Everything that was written to the terminal.
    written: Vec<u8>,
}

impl Terminal {
    fn start(places: &Path, size: (u16, u16), arguments: &[&str]) -> Self {
        Self::start_with(places, size, arguments, &[])
    }

    /// The same with more variables.
    fn start_with(places: &Path, size: (u16, u16), arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (columns, rows): (u16, u16) = size;
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_deskhand"));
        command.args(arguments);
        for (name, folder) in
            [("DESKHAND_CONFIG_DIR", "config"), ("DESKHAND_DATA_DIR", "data"), ("DESKHAND_CACHE_DIR", "cache")]
        {
            command.env(name, places.join(folder));
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        for name in ["DESKHAND_URL", "DESKHAND_TOKEN", "NO_COLOR"] {
            command.env_remove(name);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 || send.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            screen: vt100::Parser::new(cells(rows), cells(columns), 0),
            output,
            input: pair.master.take_writer().expect("a writer"),
            master: Some(pair.master),
            child,
            written: Vec::new(),
        }
    }

    fn take_in(&mut self, wait: Duration) -> Result<(), RecvTimeoutError> {
        let bytes = self.output.recv_timeout(wait)?;
        self.screen.process(&bytes);
        self.written.extend(bytes);
        Ok(())
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen is as wanted.
    fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !wanted(&self.text()) {
            assert!(Instant::now() < end, "never came: {what}\n{}", self.text());
            match self.take_in(Duration::from_millis(100)) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended before: {what}\n{}", self.text()),
            }
        }
    }

    fn until_shows(&mut self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// Waits until the list has this title, its rows, and the thread beside it.
    fn until_lists(&mut self, title: &str) {
        self.until(title, |text| {
            let mut lines = text.lines();
            let head = lines.next().unwrap_or_default().contains(title);
            head && lines.next().is_some_and(|line| line.contains('▌')) && text.contains('#')
        });
    }

    fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.input.flush().expect("the terminal takes keys");
    }

    /// Waits for the end; the exit code.
    fn end(&mut self) -> u32 {
        let end = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the program's state") {
                while self.take_in(Duration::from_millis(200)).is_ok() {}
                return status.exit_code();
            }
            assert!(Instant::now() < end, "the program does not end\n{}", self.text());
            let _ = self.take_in(Duration::from_millis(50));
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("a running program").to_string();
        let sent = Command::new("kill").args([format!("-{name}"), id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// The terminal is as it was: no alternate screen, cursor shown, no bracketed paste.
    fn is_given_back(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn places() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The demo without its scripted customers: what changes is what the keys change.
const STILL: [&str; 5] = ["demo", "--still", "--seed", "5", "--conversations=120"];

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
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        screen.master.as_ref().expect("still open").resize(size).expect("a new size");
        screen.screen.screen_mut().set_size(cells(rows), cells(columns));
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
    again.until_shows("online");
    again.press("gd");
    again.until_lists("Drafts ·");
    again.press("\r");
    again.press("r");
    again.until_shows("Words that must not be lost");
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

/// A helpdesk in a process of its own, with the demo workspace.
struct Served {
    child: std::process::Child,
    url: String,
    token: String,
    data: std::path::PathBuf,
}

impl Served {
    fn start(data: &Path, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskhand"))
            .args(["serve", "--demo", "--seed", "5", "--conversations=120", "--listen", listen, "--data"])
            .arg(data)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the helpdesk starts");
        let mut first = String::new();
        let stdout = child.stdout.take().expect("its output");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut first).expect("its first line");
        let told: serde_json::Value = serde_json::from_str(&first).expect("a line of JSON");
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        Self { child, url: text("url"), token: text("token"), data: data.to_owned() }
    }

    /// Ends, and gives what is needed to start again at the same address.
    fn stop(mut self) -> (std::path::PathBuf, String) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        (self.data.clone(), self.url.trim_start_matches("http://").to_owned())
    }

    /// A screen on an account that has been pulled before: its lists do not grow under the cursor.
    fn pulled_screen(&self, places: &Path) -> Terminal {
        self.run(places, &["sync", "--once"]);
        self.screen(places)
    }

    fn screen(&self, places: &Path) -> Terminal {
        let variables = [("DESKHAND_URL", &*self.url), ("DESKHAND_TOKEN", &*self.token)];
        Terminal::start_with(places, (160, 48), &[], &variables)
    }

    /// A command on the same account.
    fn run(&self, places: &Path, arguments: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_deskhand"))
            .args(arguments)
            .env("DESKHAND_CONFIG_DIR", places.join("config"))
            .env("DESKHAND_DATA_DIR", places.join("data"))
            .env("DESKHAND_CACHE_DIR", places.join("cache"))
            .env("DESKHAND_URL", &self.url)
            .env("DESKHAND_TOKEN", &self.token)
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the command runs")
    }

    /// What a command says as JSON.
    fn ask(&self, places: &Path, arguments: &[&str]) -> serde_json::Value {
        let done = self.run(places, arguments);
        serde_json::from_slice(&done.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&done.stderr)))
    }

    /// How often the helpdesk has this text in a conversation, asked without the program.
    fn times_there(&self, id: &str, text: &str) -> usize {
        let mut server =
            std::net::TcpStream::connect(self.url.trim_start_matches("http://")).expect("the helpdesk listens");
        let request = format!(
            "GET /conversations/{id} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {}\r\n\
             intercom-version: 2.16\r\nconnection: close\r\n\r\n",
            self.token
        );
        server.write_all(request.as_bytes()).expect("it takes the question");
        let mut answer = Vec::new();
        let _ = server.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).matches(text).count()
    }

    fn until_there(&self, id: &str, text: &str) {
        let end = Instant::now() + DEADLINE;
        while self.times_there(id, text) == 0 {
            assert!(Instant::now() < end, "never there: {text}");
            std::thread::park_timeout(Duration::from_millis(200));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
