//! A terminal with the program in it, and what is seen there.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test gives up.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A side of a terminal, in cells; at least one.
pub fn cells(side: u16) -> NonZeroU16 {
    NonZeroU16::new(side).unwrap_or(NonZeroU16::MIN)
}

pub struct Terminal {
    pub screen: vt100::Parser,
    pub output: Receiver<Vec<u8>>,
    pub input: Box<dyn std::io::Write + Send>,
    pub master: Option<Box<dyn MasterPty + Send>>,
    pub child: Box<dyn Child + Send + Sync>,
    /// Everything that was written to the terminal.
    pub written: Vec<u8>,
    /// The beginning of a letter of which the rest has not come yet.
    held: Vec<u8>,
}

/// Terminals draw `�` in a cell; the one of these tests leaves it out, as if it were no letter.
const SIGN: &[u8] = "\u{fffd}".as_bytes();
const STAND_IN: &[u8] = "¿".as_bytes();

impl Terminal {
    pub fn start(places: &Path, size: (u16, u16), arguments: &[&str]) -> Self {
        Self::start_with(places, size, arguments, &[])
    }

    /// The same with more variables.
    pub fn start_with(places: &Path, size: (u16, u16), arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::run(places, size, env!("CARGO_BIN_EXE_deskhand"), arguments, variables)
    }

    /// Another program, in the places and with the variables of a deskhand.
    pub fn run(places: &Path, size: (u16, u16), program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let (columns, rows): (u16, u16) = size;
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for (name, folder) in
            [("DESKHAND_CONFIG_DIR", "config"), ("DESKHAND_DATA_DIR", "data"), ("DESKHAND_CACHE_DIR", "cache")]
        {
            command.env(name, places.join(folder));
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        for name in [
            "DESKHAND_URL",
            "DESKHAND_TOKEN",
            "NO_COLOR",
            "TMUX",
            "STY",
            // Whose terminal the tests are started from is of no account.
            "KITTY_WINDOW_ID",
            "KONSOLE_VERSION",
            "MLTERM",
            "TERM_PROGRAM",
            "VTE_VERSION",
        ] {
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
            held: Vec::new(),
        }
    }

    pub fn take_in(&mut self, wait: Duration) -> Result<(), RecvTimeoutError> {
        let bytes = self.output.recv_timeout(wait)?;
        self.held.extend_from_slice(&bytes);
        self.written.extend(bytes);
        let mut rest = self.held.as_slice();
        while let Some(at) = rest.windows(SIGN.len()).position(|letter| letter == SIGN) {
            self.screen.process(&rest[..at]);
            self.screen.process(STAND_IN);
            rest = &rest[at + SIGN.len()..];
        }
        let begun = (1..SIGN.len()).rev().find(|count| rest.ends_with(&SIGN[..*count])).unwrap_or(0);
        self.screen.process(&rest[..rest.len() - begun]);
        let begun = rest[rest.len() - begun..].to_vec();
        self.held = begun;
        Ok(())
    }

    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen is as wanted.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !wanted(&self.text()) {
            assert!(Instant::now() < end, "never came: {what}\n{}", self.text());
            match self.take_in(Duration::from_millis(100)) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended before: {what}\n{}", self.text()),
            }
        }
    }

    pub fn until_shows(&mut self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// Waits until the list has this title, its rows, and the thread beside it.
    pub fn until_lists(&mut self, title: &str) {
        self.until(title, |text| {
            let mut lines = text.lines();
            let head = lines.next().unwrap_or_default().contains(title);
            head && lines.next().is_some_and(|line| line.contains('▌')) && text.contains('#')
        });
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().expect("still open").resize(size).expect("a new size");
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
    }

    /// Takes in what comes within this time.
    pub fn rest(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if matches!(self.take_in(left), Err(RecvTimeoutError::Disconnected)) {
                return;
            }
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.input.flush().expect("the terminal takes keys");
    }

    /// Waits for the end; the exit code.
    pub fn end(&mut self) -> u32 {
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

    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("a running program").to_string();
        let sent = Command::new("kill").args([format!("-{name}"), id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// The terminal is as it was: no alternate screen, cursor shown, no bracketed paste, no mouse.
    pub fn is_given_back(&self) -> bool {
        let screen = self.screen.screen();
        !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste() && !self.has_mouse()
    }

    /// Whether the mouse is reported to the program.
    pub fn has_mouse(&self) -> bool {
        self.screen.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

pub fn places() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The demo without its scripted customers: what changes is what the keys change.
pub const STILL: [&str; 5] = ["demo", "--still", "--seed", "5", "--conversations=120"];
