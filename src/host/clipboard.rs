//! The clipboard of the agent's terminal, reached through the terminal itself (OSC 52), so over ssh too.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest text that terminals take in this way, in bytes.
const LONGEST: usize = 74_000;

/// Puts a text into the clipboard, and into tmux's when that is between.
///
/// # Errors
/// When the terminal cannot be written to, or the text is longer than terminals take.
pub fn copy(text: &str, terminal: &mut impl Write) -> io::Result<()> {
    let in_tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
    terminal.write_all(&sequence(text, in_tmux)?)?;
    terminal.flush()
}

/// What asks the terminal for it. tmux takes the plain form when it is set up to; wrapped it is passed on.
fn sequence(text: &str, in_tmux: bool) -> io::Result<Vec<u8>> {
    if text.len() > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "too long for the clipboard"));
    }
    let plain = format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(text));
    Ok(if in_tmux { format!("{plain}\u{1b}Ptmux;\u{1b}{plain}\u{1b}\\") } else { plain }.into_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_in_base64_and_no_byte_of_it_is_a_sequence() {
        let sent = sequence("https://a.example/\u{1b}]52;c;x\u{7}", false).unwrap();
        assert!(sent.starts_with(b"\x1b]52;c;aHR0cHM6Ly9h") && sent.ends_with(b"\x07"));
        assert_eq!(sent.iter().filter(|byte| **byte == 0x1b || **byte == 7).count(), 2);
    }

    #[test]
    fn in_tmux_it_goes_to_tmux_and_through_it() {
        let sent = sequence("hi", true).unwrap();
        assert_eq!(sent, b"\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
        assert!(sequence(&"x".repeat(LONGEST + 1), false).is_err());
    }
}
