//! Bytes of the terminal to keys, pastes and answers. Pure: no terminal, no clock.
//!
//! Owns the encodings: UTF-8, xterm and rxvt sequences, the kitty keyboard protocol, bracketed paste,
//! focus, the mouse, and answers to our own questions. What is not understood is swallowed whole, so
//! that it never turns into keys. Enter at [`Decoder::feed`].
//!
//! Sources: ECMA-48 §5.4 (the form of control sequences), xterm's `ctlseqs` (modifiers, paste, focus),
//! the kitty keyboard protocol's own page.

use super::burst::join_bursts;
use super::keys::{Code, KeyPress, control_key, key_of, shift_three};
use super::mouse::{MouseReport, report};

/// What a terminal says that it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// The kitty keyboard protocol.
    Keyboard,
    /// Synchronized updates (mode 2026).
    SynchronizedUpdate,
}

/// How a terminal draws what it was given to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Drawn {
    /// A letter of two bytes as one: it reads UTF-8.
    Utf8,
    /// Not so: it reads another charset.
    OtherCharset,
    /// Letters of ambiguous width in one cell.
    AmbiguousNarrow,
    /// In two.
    AmbiguousWide,
}

/// What came from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(KeyPress),
    /// The mouse did something.
    Mouse(MouseReport),
    /// Pasted text, raw. Line ends are `\n`.
    Paste(String),
    /// A paste too long to be kept; so many bytes were dropped.
    PasteRefused(usize),
    /// The terminal's window has the focus.
    FocusGained,
    /// It has not.
    FocusLost,
    /// The terminal can do this.
    Offers(Protocol),
    /// The terminal draws letters like this.
    Draws(Drawn),
    /// The terminal is gone; nothing follows.
    HungUp,
}

/// A longer paste is refused.
const LONGEST_PASTE: usize = 4 << 20;
/// A longer sequence is no sequence of ours.
const LONGEST_SEQUENCE: usize = 256;
const PASTE_END: &[u8] = b"\x1b[201~";

/// Where a sequence of bytes stands.
#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Between sequences.
    #[default]
    Ground,
    /// In the middle of one; the bytes are in `held`.
    Sequence,
    /// After `CSI M`: so many bytes of an old mouse report are to be dropped.
    OldMouse(u8),
    /// In a string (OSC, DCS, …) that is swallowed up to its end; true after an escape.
    Swallow(bool),
    /// Between the brackets of a paste. The text is in `paste`.
    Paste,
}

/// Turns bytes into [`Input`].
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    held: Vec<u8>,
    paste: Vec<u8>,
    /// Bytes of the paste that were dropped because it is too long.
    dropped: usize,
    /// The beginning of a control sequence that nothing followed in time.
    torn: Vec<u8>,
}

impl Decoder {
    /// Whether a sequence is unfinished: [`Decoder::flush`] wants to be called when nothing follows.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.state != State::Ground
    }

    /// Whether the unfinished sequence is a paste, which may take its time.
    #[must_use]
    pub fn is_pasting(&self) -> bool {
        self.state == State::Paste
    }

    /// Takes the bytes of one read.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        let first = out.len();
        for byte in self.rejoin(bytes, out) {
            self.byte(*byte, out);
        }
        join_bursts(out, first);
    }

    /// Nothing followed for a while: what is unfinished is taken for what it is.
    pub fn flush(&mut self, out: &mut Vec<Input>) {
        match std::mem::take(&mut self.state) {
            State::Sequence => {
                let held = std::mem::take(&mut self.held);
                // An escape alone is the key; an escape and one more is alt with it; anything else is
                // the torso of a sequence, and better lost than taken for keys.
                match held.as_slice() {
                    [0x1b] => out.push(Input::Key(KeyPress::plain(Code::Escape))),
                    [0x1b, byte @ 0x20..=0x7e] => out.push(alt(KeyPress::plain(Code::Char(char::from(*byte))))),
                    _ => {}
                }
                if matches!(held.as_slice(), [0x1b] | [0x1b, b'[', ..]) {
                    self.torn = held;
                }
            }
            State::Paste => self.end_paste(out),
            State::Ground | State::OldMouse(_) | State::Swallow(_) => {}
        }
    }

    /// A sequence that seemed to be over goes on after all, as on a slow line: its rest is no keys. Returns what
    /// is left of the bytes. Nobody's fingers put a whole rest into one read.
    fn rejoin<'b>(&mut self, bytes: &'b [u8], out: &mut Vec<Input>) -> &'b [u8] {
        let mut torn = std::mem::take(&mut self.torn);
        let missing = usize::from(torn.len() == 1);
        if torn.is_empty() || (missing == 1 && bytes.first() != Some(&b'[')) {
            return bytes;
        }
        let params = bytes.iter().skip(missing).take_while(|byte| (0x20..=0x3f).contains(*byte)).count();
        if torn.len() == 2 && params == 0 {
            // It may well have been alt and a bracket.
            return bytes;
        }
        let (more, rest) = bytes.split_at_checked(missing + params).unwrap_or((bytes, &[]));
        torn.extend(more);
        if torn.len() > LONGEST_SEQUENCE {
            return rest;
        }
        let inside = torn.get(2..).unwrap_or_default();
        match rest.split_first() {
            None if torn.len() > 3 => {
                self.torn = torn;
                rest
            }
            Some((last @ 0x40..=0x7e, after)) => {
                let before = out.len();
                self.finish(inside, *last, out);
                let is_one = out.len() > before || self.state != State::Ground || is_answer(inside, *last);
                if is_one { after } else { bytes }
            }
            _ => bytes,
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<Input>) {
        match self.state {
            State::Ground => self.ground(byte, out),
            State::Sequence => self.sequence(byte, out),
            State::OldMouse(left) => {
                self.state = if left <= 1 { State::Ground } else { State::OldMouse(left - 1) };
            }
            State::Swallow(escaped) => match (escaped, byte) {
                (_, 0x07) | (true, b'\\') => self.state = State::Ground,
                (_, 0x1b) => self.state = State::Swallow(true),
                // An escape that begins something else ended the string.
                (true, _) => {
                    self.state = State::Sequence;
                    self.held = vec![0x1b];
                    self.sequence(byte, out);
                }
                (false, _) => {}
            },
            State::Paste => self.pasted(byte, out),
        }
    }

    fn ground(&mut self, byte: u8, out: &mut Vec<Input>) {
        match byte {
            0x1b | 0xc2..=0xf4 => {
                self.held = vec![byte];
                self.state = State::Sequence;
            }
            0x80.. => {}
            _ => out.push(Input::Key(key_of(byte))),
        }
    }

    fn sequence(&mut self, byte: u8, out: &mut Vec<Input>) {
        let first = self.held.first().copied().unwrap_or_default();
        if first != 0x1b {
            return self.scalar(byte, 0, out);
        }
        match self.held.get(1).copied() {
            None => self.after_escape(byte, out),
            Some(b'[') => self.control(byte, out),
            Some(b'O') => {
                self.reset();
                out.extend(shift_three(byte).map(Input::Key));
            }
            Some(_) => self.scalar(byte, 1, out),
        }
    }

    fn after_escape(&mut self, byte: u8, out: &mut Vec<Input>) {
        match byte {
            0x1b => out.push(Input::Key(KeyPress::plain(Code::Escape))),
            b'[' | b'O' | 0xc2..=0xf4 => self.held.push(byte),
            // Strings: swallowed once it is clear that they are one, see `control` for the rest.
            b']' | b'P' | b'X' | b'^' | b'_' => {
                self.reset();
                self.state = State::Swallow(false);
            }
            _ => {
                self.reset();
                if byte < 0x80 {
                    out.push(alt(key_of(byte)));
                }
            }
        }
    }

    /// One more byte of a character in UTF-8, which begins at `from` in what is held.
    fn scalar(&mut self, byte: u8, from: usize, out: &mut Vec<Input>) {
        if !(0x80..=0xbf).contains(&byte) {
            // It was none: this byte begins something new.
            self.reset();
            self.byte(byte, out);
            return;
        }
        self.held.push(byte);
        let bytes = self.held.get(from..).unwrap_or_default();
        let wanted = match bytes.first() {
            Some(0xc2..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            _ => 4,
        };
        if bytes.len() < wanted {
            return;
        }
        let scalar = std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
        self.reset();
        // C1 controls are no keys.
        if let Some(scalar) = scalar.filter(|scalar| !scalar.is_control()) {
            let key = KeyPress::plain(Code::Char(scalar));
            out.push(if from == 1 { alt(key) } else { Input::Key(key) });
        }
    }

    /// One more byte of a control sequence (`ESC [ …`).
    fn control(&mut self, byte: u8, out: &mut Vec<Input>) {
        let is_first = self.held.len() == 2;
        match byte {
            // The Linux console's F1 to F5 are `ESC [ [ A` to `E`.
            b'[' if is_first => self.held.push(byte),
            0x20..=0x3f if self.held.len() < LONGEST_SEQUENCE => self.held.push(byte),
            0x20..=0x3f => self.reset(),
            0x40..=0x7e => {
                let held = std::mem::take(&mut self.held);
                self.state = State::Ground;
                self.finish(held.get(2..).unwrap_or_default(), byte, out);
            }
            0x1b => {
                self.held = vec![byte];
            }
            // A control or a byte beyond ASCII does not belong here: the sequence is void.
            _ => {
                self.reset();
                self.byte(byte, out);
            }
        }
    }

    /// A whole control sequence.
    fn finish(&mut self, params: &[u8], last: u8, out: &mut Vec<Input>) {
        match (params, last) {
            (b"200", b'~') => {
                self.state = State::Paste;
                self.paste.clear();
                self.dropped = 0;
            }
            (b"", b'I') => out.push(Input::FocusGained),
            (b"", b'O') => out.push(Input::FocusLost),
            (b"", b'M') => self.state = State::OldMouse(3),
            ([b'?', ..], b'u') => out.push(Input::Offers(Protocol::Keyboard)),
            // DECRPM: 1 and 2 say that the mode exists and can be changed.
            (b"?2026;1$" | b"?2026;2$", b'y') => out.push(Input::Offers(Protocol::SynchronizedUpdate)),
            // A cursor's place. In the first row it would be F3 with a modifier; we ask in the second and third.
            ([b'2'..=b'9', ..] | [b'1', b'0'..=b'9', ..], b'R') => out.extend(drawn(params).map(Input::Draws)),
            ([b'[', ..], b'A'..=b'E') => {
                out.push(Input::Key(KeyPress::plain(Code::Function(last - b'A' + 1))));
            }
            ([b'<', params @ ..], b'M' | b'm') => out.extend(report(params, last).map(Input::Mouse)),
            // Private sequences are answers; none is a key.
            ([b'<'..=b'?', ..], _) => {}
            _ => out.extend(control_key(params, last).map(Input::Key)),
        }
    }

    fn pasted(&mut self, byte: u8, out: &mut Vec<Input>) {
        if self.paste.len() < LONGEST_PASTE + PASTE_END.len() {
            self.paste.push(byte);
        } else {
            // Only enough of the tail is kept to see the end.
            self.paste.remove(LONGEST_PASTE);
            self.paste.push(byte);
            self.dropped += 1;
        }
        if byte == b'~' && self.paste.ends_with(PASTE_END) {
            self.paste.truncate(self.paste.len() - PASTE_END.len());
            self.state = State::Ground;
            self.end_paste(out);
        }
    }

    fn end_paste(&mut self, out: &mut Vec<Input>) {
        let bytes = std::mem::take(&mut self.paste);
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 || bytes.len() > LONGEST_PASTE {
            out.push(Input::PasteRefused(bytes.len() + dropped));
        } else {
            out.push(Input::Paste(unix_lines(&String::from_utf8_lossy(&bytes))));
        }
    }

    fn reset(&mut self) {
        self.held.clear();
        self.state = State::Ground;
    }
}

/// Whether a control sequence is of the terminal's own making, and no key of any kind.
fn is_answer(params: &[u8], last: u8) -> bool {
    matches!(params, [b'<'..=b'?', ..]) || (last == b'R' && params.contains(&b';'))
}

/// What the place of the cursor says after a letter at the left edge: see the guard's questions.
fn drawn(params: &[u8]) -> Option<Drawn> {
    match params {
        b"2;2" => Some(Drawn::Utf8),
        b"2;3" | b"2;4" => Some(Drawn::OtherCharset),
        b"3;2" => Some(Drawn::AmbiguousNarrow),
        b"3;3" => Some(Drawn::AmbiguousWide),
        _ => None,
    }
}

fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn alt(mut key: KeyPress) -> Input {
    key.mods.alt = true;
    Input::Key(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::keys::Mods;
    use super::super::mouse::MouseAct;
    use super::*;

    fn all(chunks: &[&[u8]]) -> Vec<Input> {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        for chunk in chunks {
            decoder.feed(chunk, &mut out);
        }
        decoder.flush(&mut out);
        out
    }

    fn key(code: Code, mods: &str) -> Input {
        let held = |letter| mods.contains(letter);
        Input::Key(KeyPress {
            code,
            mods: Mods { shift: held('s'), alt: held('a'), ctrl: held('c'), system: held('w') },
        })
    }

    fn letter(scalar: char) -> Input {
        key(Code::Char(scalar), "")
    }

    #[test]
    fn plain_keys_are_what_they_are() {
        assert_eq!(
            all(&[b"aZ\r\t\x7f"]),
            [letter('a'), letter('Z'), key(Code::Enter, ""), key(Code::Tab, ""), key(Code::Backspace, ""),]
        );
        assert_eq!(all(&[b"\x0b"]), [key(Code::Char('k'), "c")]);
        assert_eq!(all(&[b"\x1f\x00"]), [key(Code::Char('_'), "c"), key(Code::Char(' '), "c")]);
        assert_eq!(all(&["é日🔥".as_bytes()]), [letter('é'), letter('日'), letter('🔥')]);
    }

    #[test]
    fn a_character_may_come_in_pieces() {
        assert_eq!(all(&[b"\xe6", b"\x97", b"\xa5"]), [letter('日')]);
        assert_eq!(all(&[b"\x1b", b"[", b"1;5", b"A"]), [key(Code::Up, "c")]);
    }

    #[test]
    fn an_escape_alone_is_the_key_and_before_a_letter_is_alt() {
        assert_eq!(all(&[b"\x1b"]), [key(Code::Escape, "")]);
        assert_eq!(all(&[b"\x1be"]), [key(Code::Char('e'), "a")]);
        assert_eq!(all(&[b"\x1b\r"]), [key(Code::Enter, "a")]);
        assert_eq!(all(&[b"\x1b\x1b"]), [key(Code::Escape, ""), key(Code::Escape, "")]);
        assert_eq!(all(&["\u{1b}é".as_bytes()]), [key(Code::Char('é'), "a")]);
    }

    #[test]
    fn an_escape_that_waits_long_enough_is_not_joined_to_the_next_key() {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        decoder.feed(b"\x1b", &mut out);
        assert!(decoder.is_waiting() && out.is_empty());
        decoder.flush(&mut out);
        decoder.feed(b"e", &mut out);
        assert_eq!(out, [key(Code::Escape, ""), letter('e')]);
    }

    #[test]
    fn named_keys_come_in_many_spellings() {
        for (bytes, code, mods) in [
            (&b"\x1b[A"[..], Code::Up, ""),
            (b"\x1bOB", Code::Down, ""),
            (b"\x1b[1;2C", Code::Right, "s"),
            (b"\x1b[1;3D", Code::Left, "a"),
            (b"\x1b[H", Code::Home, ""),
            (b"\x1b[4~", Code::End, ""),
            (b"\x1b[3;5~", Code::Delete, "c"),
            (b"\x1b[5~", Code::PageUp, ""),
            (b"\x1b[Z", Code::Tab, "s"),
            (b"\x1bOP", Code::Function(1), ""),
            (b"\x1b[[E", Code::Function(5), ""),
            (b"\x1b[15~", Code::Function(5), ""),
            (b"\x1b[24~", Code::Function(12), ""),
            (b"\x1b[34~", Code::Function(20), ""),
            (b"\x1bOM", Code::Enter, ""),
            (b"\x1bOq", Code::Char('1'), ""),
        ] {
            assert_eq!(all(&[bytes]), [key(code, mods)], "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn the_kitty_protocol_tells_more_keys_apart() {
        for (bytes, code, mods) in [
            (&b"\x1b[13;5u"[..], Code::Enter, "c"),
            (b"\x1b[27u", Code::Escape, ""),
            (b"\x1b[107;5u", Code::Char('k'), "c"),
            (b"\x1b[107;6u", Code::Char('k'), "cs"),
            (b"\x1b[97:65;2u", Code::Char('A'), ""),
            (b"\x1b[97;4u", Code::Char('A'), "a"),
            (b"\x1b[49:33;2u", Code::Char('!'), ""),
            (b"\x1b[9;2u", Code::Tab, "s"),
            (b"\x1b[27;5;13~", Code::Enter, "c"),
            (b"\x1b[57404u", Code::Char('5'), ""),
            (b"\x1b[97;9u", Code::Char('a'), "w"),
            (b"\x1b[97;1:2u", Code::Char('a'), ""),
        ] {
            assert_eq!(all(&[bytes]), [key(code, mods)], "{}", bytes.escape_ascii());
        }
        assert_eq!(all(&[b"\x1b[97;1:3u\x1b[57441;2u"]), [], "releases and bare modifiers are no keys");
    }

    #[test]
    fn answers_of_the_terminal_are_no_keys() {
        assert_eq!(all(&[b"\x1b[?0u\x1b[?62;22c"]), [Input::Offers(Protocol::Keyboard)]);
        assert_eq!(all(&[b"\x1b[?2026;2$y"]), [Input::Offers(Protocol::SynchronizedUpdate)]);
        assert_eq!(all(&[b"\x1b[?2026;0$y\x1b[?2026;4$y"]), []);
        assert_eq!(all(&[b"\x1b]11;rgb:1010/1212/1414\x1b\\a"]), [letter('a')]);
        assert_eq!(all(&[b"\x1b]11;rgb:1010/1212/1414\x07a"]), [letter('a')]);
        assert_eq!(all(&[b"\x1bP>|kitty\x1b\\a"]), [letter('a')]);
        assert_eq!(all(&[b"\x1b[M !!a"]), [letter('a')]);
        assert_eq!(all(&[b"\x1b[I\x1b[O"]), [Input::FocusGained, Input::FocusLost]);
    }

    #[test]
    fn the_mouse_is_reported_between_keys_and_never_becomes_one() {
        let mouse = |act, column, row| Input::Mouse(MouseReport { act, column, row });
        let (press, release) = (mouse(MouseAct::Press, 2, 3), mouse(MouseAct::Release, 2, 3));
        assert_eq!(all(&[b"\x1b[<0;3;4M\x1b[<0;3;4ma"]), [press.clone(), release, letter('a')]);
        assert_eq!(all(&[b"\x1b[<6", b"5;120;", b"40M"]), [mouse(MouseAct::WheelDown, 119, 39)]);
        assert_eq!(all(&[b"\x1b[<2;3;4M\x1b[<35;3;4M\x1b[<0;;4Ma"]), [letter('a')]);
        // A paste is a paste with reports around it, and a burst is one beside them.
        let paste = Input::Paste("where is it".to_owned());
        assert_eq!(all(&[b"\x1b[<0;3;4M\x1b[200~where is it\x1b[201~"]), [press.clone(), paste.clone()]);
        assert_eq!(all(&[b"\x1b[<0;3;4Mwhere is it"]), [press, paste]);
        assert_eq!(all(&[&b"\x1b[<65;1;1M".repeat(200)]).len(), 200);
    }

    #[test]
    fn a_paste_is_one_thing_whatever_is_in_it() {
        let paste = |text: &str| Input::Paste(text.to_owned());
        assert_eq!(all(&[b"\x1b[200~q\r\nq\x1b[A\x1b[201~x"]), [paste("q\nq\u{1b}[A"), letter('x')]);
        assert_eq!(all(&[b"\x1b[200~a\x1b", b"[20", b"1~"]), [paste("a")]);
        assert_eq!(all(&[b"\x1b[200~\xff\xfe\x1b[201~"]), [paste("\u{FFFD}\u{FFFD}")]);
        assert_eq!(all(&[b"\x1b[201~q"]), [letter('q')], "an end without a beginning is nothing");
        assert_eq!(all(&[b"\x1b[200~lost"]), [paste("lost")], "a beginning without an end is given up in time");
    }

    #[test]
    fn a_paste_beyond_measure_is_refused_and_its_end_is_found() {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        decoder.feed(b"\x1b[200~", &mut out);
        decoder.feed(&vec![b'x'; LONGEST_PASTE], &mut out);
        decoder.feed(b"yz\x1b[201~q", &mut out);
        assert_eq!(out, [Input::PasteRefused(LONGEST_PASTE + 2), letter('q')]);
    }

    #[test]
    fn mixed_letters_in_one_read_are_a_paste_and_a_held_key_is_not() {
        assert_eq!(all(&[b"delete everything\r"]), [Input::Paste("delete everything\n".to_owned())]);
        assert_eq!(all(&[b"jjjjjjjjjj"]), vec![letter('j'); 10]);
        assert_eq!(all(&[b"jjjjjkkkkk"]).len(), 10);
        assert_eq!(all(&[b"hello"]).len(), 5);
        assert_eq!(all(&[b"hello", b" you"]).len(), 9, "two reads are two runs");
        assert_eq!(
            all(&[b"\x1b[Aabcdef\x1b[B"]),
            [key(Code::Up, ""), Input::Paste("abcdef".to_owned()), key(Code::Down, ""),]
        );
    }

    #[test]
    fn places_of_the_cursor_answer_what_was_tried_and_are_no_keys() {
        assert_eq!(all(&[b"\x1b[2;2R\x1b[3;3R"]), [Input::Draws(Drawn::Utf8), Input::Draws(Drawn::AmbiguousWide)]);
        assert_eq!(
            all(&[b"\x1b[2;3R", b"\x1b[3;2R"]),
            [Input::Draws(Drawn::OtherCharset), Input::Draws(Drawn::AmbiguousNarrow)]
        );
        assert_eq!(all(&[b"\x1b[24;80R\x1b[5R\x1b[12;1R"]), []);
        assert_eq!(all(&[b"\x1b[1;2R"]), [key(Code::Function(3), "s")]);
    }

    /// Every piece in a read of its own, with a silence behind it.
    fn slowly(pieces: &[&[u8]]) -> Vec<Input> {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        for piece in pieces {
            decoder.feed(piece, &mut out);
            decoder.flush(&mut out);
        }
        out
    }

    #[test]
    fn an_answer_in_pieces_is_an_answer_however_long_the_line_takes() {
        let (utf8, wide) = (Input::Draws(Drawn::Utf8), Input::Draws(Drawn::AmbiguousWide));
        assert_eq!(slowly(&[b"\x1b[2;", b"2R\x1b[3;3R", b"j"]), [utf8.clone(), wide.clone(), letter('j')]);
        assert_eq!(slowly(&[b"\x1b[2", b";2", b"R", b"j"]), [utf8.clone(), letter('j')]);
        assert_eq!(slowly(&[b"\x1b[?2026;", b"0$yj"]), [letter('j')]);
        // Nobody can know that an escape is not the key, but its rest is nobody's typing.
        assert_eq!(slowly(&[b"\x1b", b"[2;2R"]), [key(Code::Escape, ""), utf8]);
        assert_eq!(slowly(&[b"\x1b[<0;3", b";4m"]).len(), 1, "a report of the mouse");
        assert_eq!(slowly(&[b"\x1b[20", b"0~quit\x1b[201~"]), [Input::Paste("quit".to_owned())]);
        // Keys after an escape are keys.
        assert_eq!(slowly(&[b"\x1b", b"j"]), [key(Code::Escape, ""), letter('j')]);
        assert_eq!(slowly(&[b"\x1b", b"[", b"A"]), [key(Code::Escape, ""), letter('['), letter('A')]);
        assert_eq!(slowly(&[b"\x1b", b"[j"]), [key(Code::Escape, ""), letter('['), letter('j')]);
        assert_eq!(slowly(&[b"\x1b[", b"A"]), [key(Code::Char('['), "a"), letter('A')]);
        assert_eq!(slowly(&[b"\x1b[2;", b"j"]), [letter('j')]);
        assert_eq!(slowly(&[b"\x1b[2;", b"\x1b[A"]), [key(Code::Up, "")]);
    }

    #[test]
    fn broken_input_costs_itself_only() {
        assert_eq!(all(&[b"\xff\xfea"]), [letter('a')]);
        assert_eq!(all(&[b"\xc3a"]), [letter('a')]);
        assert_eq!(all(&[b"\x1b[", b"\x03"]), [key(Code::Char('c'), "c")]);
        assert_eq!(all(&[b"\x1b[12\x1b[A"]), [key(Code::Up, "")]);
        assert_eq!(all(&["\u{9b}A".as_bytes()]), [letter('A')], "a C1 control begins nothing");
        let mut long = b"\x1b[".to_vec();
        long.extend([b'1'; 1_000]);
        long.extend(b"~");
        assert_eq!(all(&[&long]).iter().filter(|input| **input == key(Code::Home, "")).count(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_survived(
            chunks in prop::collection::vec(
                prop::collection::vec(prop_oneof![Just(0x1b_u8), Just(b'['), any::<u8>()], 0..12), 0..12)
        ) {
            let pieces: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
            for input in all(&pieces) {
                if let Input::Key(KeyPress { code: Code::Char(scalar), .. }) = input {
                    prop_assert!(!scalar.is_control());
                }
            }
        }
    }
}
