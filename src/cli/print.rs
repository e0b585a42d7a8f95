//! Printing to standard output, which may be a terminal: nothing from outside gets there uncleaned.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde_json::Value;

use crate::error::{Exit, Failure};
use crate::text::{Clean, clean};

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

/// The same JSON with every character that could act on a terminal escaped: what a program reads is
/// unchanged, what a terminal gets is inert.
fn inert(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii_graphic() || letter == ' ' || letter == '\n' {
            safe.push(letter);
            continue;
        }
        let mut alone = [0; 4];
        let alone: &str = letter.encode_utf8(&mut alone);
        if letter.is_alphanumeric() || clean(alone).as_str() == alone {
            safe.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        }
    }
    safe
}

/// Says something on standard error.
pub(super) fn aside(words: &str) {
    let mut out = io::stderr().lock();
    let _ = writeln!(out, "{}", crate::text::clean_lines(words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_and_cannot_act_on_a_terminal() -> Result<(), serde_json::Error> {
        let value = Value::String("a\u{1b}[2J\u{9b}1m\u{202e}é 🔥\u{e0041}".into());
        let text = inert(&value.to_string());
        assert_eq!(serde_json::from_str::<Value>(&text)?, value);
        assert!(!text.contains('\u{9b}') && !text.contains('\u{202e}') && !text.contains('\u{e0041}'));
        assert!(text.contains('é'));
        Ok(())
    }
}
