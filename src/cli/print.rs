//! Printing to standard output, which may be a terminal: nothing from outside gets there uncleaned.

use std::io::{self, Write as _};

use serde_json::Value;

use crate::error::{Exit, Failure};
use crate::text::Clean;
use crate::transcript::inert;

fn done(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        // The reader has seen enough (`deskhand list | head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(Exit::Failed, "cli-output").why(error)),
        Ok(()) => Ok(()),
    }
}

/// Prints bytes of our own making.
pub(super) fn bytes(content: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    done(out.write_all(content).and_then(|()| out.flush()))
}

/// Prints lines.
pub(super) fn lines(lines: &[Clean]) -> Result<(), Failure> {
    let mut text = String::new();
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    bytes(text.as_bytes())
}

/// Prints one JSON document.
pub(super) fn json(value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    bytes(format!("{}\n", inert(&text)).as_bytes())
}

/// Prints one JSON document a line.
pub(super) fn jsonl(values: &[Value]) -> Result<(), Failure> {
    let mut text = String::new();
    for value in values {
        text.push_str(&inert(&value.to_string()));
        text.push('\n');
    }
    bytes(text.as_bytes())
}

/// Says something on standard error.
pub fn aside(words: &str) {
    let mut out = io::stderr().lock();
    let _ = writeln!(out, "{}", crate::text::clean_lines(words));
}
