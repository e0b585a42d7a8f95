//! The clipboard of the agent's terminal, reached through the terminal itself (OSC 52), so over ssh too.
//!
//! Owns the sequence, what tmux and GNU screen need around it, and how long a text may be. Enter at [`copy`].

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest text that terminals take in this way, in bytes: xterm and others stop at 100,000 letters of
/// base64.
pub const LONGEST_COPY: usize = 74_000;
/// GNU screen passes no more on at a time, in bytes, its own frame around it included.
const SCREEN_TAKES: usize = 768;
const SCREEN_BEGINS: &[u8] = b"\x1bP";
const SCREEN_ENDS: &[u8] = b"\x1b\\";

/// What is between this program and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Nothing,
    Tmux,
    Screen,
}

impl Between {
    /// By the variables that each of them sets. Over ssh they are gone, and the plain form is right: tmux takes
    /// it when it is set up to.
    fn of(tmux: Option<&str>, screen: Option<&str>, term: Option<&str>) -> Self {
        let set = |value: Option<&str>| value.is_some_and(|value| !value.is_empty());
        // One within the other leaves both; the terminal's name is that of the inner one.
        let says_screen = term.is_some_and(|term| term.starts_with("screen"));
        match (set(tmux), set(screen)) {
            (true, true) if says_screen => Self::Screen,
            (true, _) => Self::Tmux,
            (false, true) => Self::Screen,
            (false, false) => Self::Nothing,
        }
    }
}

/// Puts a text into the clipboard, and into tmux's when that is between. An empty text is copied too.
///
/// # Errors
/// When the terminal cannot be written to, or the text is longer than [`LONGEST_COPY`] (`InvalidInput`).
pub fn copy(text: &str, terminal: &mut impl Write) -> io::Result<()> {
    let variable = |name: &str| std::env::var(name).ok();
    let (tmux, screen, term) = (variable("TMUX"), variable("STY"), variable("TERM"));
    let between = Between::of(tmux.as_deref(), screen.as_deref(), term.as_deref());
    terminal.write_all(&sequence(text, between)?)?;
    terminal.flush()
}

/// What asks the terminal for it. tmux takes the plain form when it is set up to; wrapped it is passed on.
fn sequence(text: &str, between: Between) -> io::Result<Vec<u8>> {
    if text.len() > LONGEST_COPY {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "too long for the clipboard"));
    }
    let plain = format!("\u{1b}]52;c;{}\u{7}", STANDARD.encode(text)).into_bytes();
    Ok(match between {
        Between::Nothing => plain,
        Between::Tmux => [plain.as_slice(), b"\x1bPtmux;\x1b", plain.as_slice(), b"\x1b\\"].concat(),
        Between::Screen => {
            let room = SCREEN_TAKES - SCREEN_BEGINS.len() - SCREEN_ENDS.len();
            // The terminal puts the pieces together again: none of them ends it before its last byte.
            plain.chunks(room).flat_map(|piece| [SCREEN_BEGINS, piece, SCREEN_ENDS].concat()).collect()
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_in_base64_and_no_byte_of_it_is_a_sequence() {
        let sent = sequence("https://a.example/\u{1b}]52;c;x\u{7}", Between::Nothing).unwrap();
        assert!(sent.starts_with(b"\x1b]52;c;aHR0cHM6Ly9h") && sent.ends_with(b"\x07"));
        assert_eq!(sent.iter().filter(|byte| **byte == 0x1b || **byte == 7).count(), 2);
    }

    #[test]
    fn in_tmux_it_goes_to_tmux_and_through_it() {
        let sent = sequence("hi", Between::Tmux).unwrap();
        assert_eq!(sent, b"\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[test]
    fn in_screen_it_goes_in_pieces_that_screen_takes() {
        assert_eq!(sequence("hi", Between::Screen).unwrap(), b"\x1bP\x1b]52;c;aGk=\x07\x1b\\");
        let text = "x".repeat(10_000);
        let sent = sequence(&text, Between::Screen).unwrap();
        let mut whole = Vec::new();
        let mut rest = sent.as_slice();
        while !rest.is_empty() {
            let end = rest.windows(2).position(|pair| pair == SCREEN_ENDS).unwrap() + 2;
            let (piece, after) = rest.split_at(end);
            assert!(piece.len() <= SCREEN_TAKES && piece.starts_with(SCREEN_BEGINS));
            whole.extend_from_slice(&piece[2..end - 2]);
            rest = after;
        }
        assert_eq!(whole, sequence(&text, Between::Nothing).unwrap());
    }

    #[test]
    fn a_longer_text_is_refused_as_a_whole() {
        for between in [Between::Nothing, Between::Tmux, Between::Screen] {
            assert!(sequence(&"x".repeat(LONGEST_COPY), between).is_ok());
            let error = sequence(&"x".repeat(LONGEST_COPY + 1), between).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn what_is_between_is_known_by_what_it_sets() {
        let of = |tmux, screen, term| Between::of(tmux, screen, Some(term));
        assert_eq!(of(None, None, "xterm"), Between::Nothing);
        assert_eq!(of(None, Some(""), "screen"), Between::Nothing, "over ssh nobody knows");
        assert_eq!(of(Some("/tmp/x"), None, "screen"), Between::Tmux);
        assert_eq!(of(None, Some("1.tty"), "screen"), Between::Screen);
        assert_eq!(of(Some("/tmp/x"), Some("1.tty"), "tmux-256color"), Between::Tmux);
        assert_eq!(of(Some("/tmp/x"), Some("1.tty"), "screen.xterm"), Between::Screen);
    }
}
