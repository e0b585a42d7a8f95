//! The log: a file of ours, one line an event, and the last wall before it.
//!
//! Owns where it lies and what of an event gets there: every line passes the filter for outside text, whatever
//! its fields were made of. Events hold neither messages nor tokens; the wall holds even if one did not keep to
//! that. Enter at [`start_log`].

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::{print, session};
use crate::config::{Paths, private_dir};
use crate::text::{clean, truncate};

/// The longest line, in cells.
const LONGEST: usize = 2_000;

/// Starts the log when `DESKHAND_LOG` asks for one (`info`, `deskhand::sync=debug` …): into
/// `deskhand.log` of the data directory, never onto the screen. Neither messages nor tokens are in it.
pub fn start_log() {
    let Some(filter) = session::variable("DESKHAND_LOG") else { return };
    let Ok(paths) = Paths::from_env(session::variable) else { return };
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = private_dir(&paths.data).and_then(|()| options.open(paths.data.join("deskhand.log")));
    match opened {
        Ok(file) => {
            let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
            tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Wall::before(file)).init();
        }
        Err(error) => print::aside(&error.to_string()),
    }
}

/// What stands between events and the file.
struct Wall<W>(Mutex<W>);

impl<W: Write> Wall<W> {
    const fn before(file: W) -> Self {
        Self(Mutex::new(file))
    }
}

impl<'a, W: Write + 'a> MakeWriter<'a> for Wall<W> {
    type Writer = Event<'a, W>;

    fn make_writer(&'a self) -> Event<'a, W> {
        Event { wall: self, text: Vec::new() }
    }
}

/// One event on its way to the file, which it reaches as one line when it is whole.
struct Event<'a, W: Write> {
    wall: &'a Wall<W>,
    text: Vec<u8>,
}

impl<W: Write> Write for Event<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Drop for Event<'_, W> {
    fn drop(&mut self) {
        if self.text.is_empty() {
            return;
        }
        // A line break within an event would let it write another one's line.
        let line = truncate(&clean(&String::from_utf8_lossy(&self.text)), LONGEST);
        let mut file = self.wall.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that cannot be written is no reason to stop.
        let _ = writeln!(file, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_without_a_control() -> io::Result<()> {
        let wall = Wall::before(Vec::new());
        let mut event = wall.make_writer();
        event.write_all(b" INFO name=\x1b]0;x\x07 a\r\n2026 ERROR forged \x7f \xc2\x9b2J\xe2\x80\xae\n")?;
        event.flush()?;
        drop(event);
        drop(wall.make_writer());
        let mut long = wall.make_writer();
        long.write_all("x".repeat(9_000).as_bytes())?;
        drop(long);
        let text = String::from_utf8(wall.0.into_inner().unwrap_or_default()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text:?}");
        assert!(lines[0].contains("INFO name=") && lines[0].contains("forged"));
        assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n') && !text.contains('\u{202e}'));
        assert!(lines[1].len() < 2_100);
        Ok(())
    }
}
