//! What may come out.
//!
//! Owns two judgements, made without the program's own filter: which characters may be shown, and which
//! sequences a terminal may be sent. Enter at [`forbidden`] and [`stream`].

use std::collections::BTreeMap;

/// Marks on one letter; more are a tower.
const MOST_MARKS: usize = 10;

/// Whether a character may never be shown: it acts, hides, turns the order round, or is none.
fn is_forbidden(letter: char) -> bool {
    let code = u32::from(letter);
    matches!(code,
        0..=0x1f | 0x7f..=0x9f | 0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
        | 0x200b | 0x200c | 0x200e | 0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164 | 0xe000..=0xf8ff
        | 0xfdd0..=0xfdef | 0xfe00..=0xfe0e | 0xfeff | 0xffa0 | 0xfff0..=0xfffc | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff
        | 0xf0000..=0x10_ffff)
        || code & 0xfffe == 0xfffe
}

fn is_mark(letter: char) -> bool {
    matches!(u32::from(letter), 0x300..=0x36f | 0x483..=0x489 | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

/// Joiners and the selector of emoji belong between pictographs; everywhere else they hide something.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200d}' | '\u{fe0f}')
}

/// The first thing that must not be in a text of lines, with what stands around it.
pub fn forbidden(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut marks = 0;
    for (at, letter) in letters.iter().enumerate() {
        marks = if is_mark(*letter) { marks + 1 } else { 0 };
        let before = at.checked_sub(1).map_or(' ', |at| letters[at]);
        let loose = is_joiner(*letter)
            && (before.is_ascii_alphabetic() || before == ' ' || is_joiner(before) && before == *letter);
        if (*letter != '\n' && is_forbidden(*letter)) || marks > MOST_MARKS || loose {
            let around: String = letters[at.saturating_sub(40)..(at + 20).min(letters.len())].iter().collect();
            return Some(format!("U+{:04X} in {around:?}", u32::from(*letter)));
        }
    }
    None
}

/// What a terminal was sent: what is no allowed sequence, and the clipboards that were filled.
#[derive(Debug, Default)]
pub struct Told {
    /// What must not be there; empty is as it should be.
    pub faults: Vec<String>,
    /// How often each sequence came, by its final letter and mode.
    pub seen: BTreeMap<String, usize>,
    /// Texts that went to the clipboard.
    pub copied: Vec<String>,
    /// Titles.
    pub titles: Vec<String>,
}

/// Modes that may be set and taken back: cursor keys stay, the alternate screen, the cursor, mouse reports, focus,
/// paste, synchronized updates.
const MODES: [&str; 10] = ["25", "1000", "1002", "1003", "1004", "1006", "1049", "2004", "2026", "2027"];

/// Reads everything that was written to a terminal, strictly.
pub fn stream(bytes: &[u8]) -> Told {
    let mut told = Told::default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            told.faults.push(format!("no UTF-8 at {}", error.valid_up_to()));
            String::from_utf8_lossy(bytes).into_owned()
        }
    };
    let mut run = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        // A return and line feeds move the cursor, and so does a backspace.
        if !matches!(letter, '\x1b' | '\r' | '\n' | '\x08') {
            run.push(letter);
            continue;
        }
        told.faults.extend(forbidden(&run));
        run.clear();
        if letter != '\x1b' {
            continue;
        }
        match letters.next() {
            Some('[') => {
                let mut inside = String::new();
                let mut last = None;
                for letter in letters.by_ref() {
                    if ('\x40'..='\x7e').contains(&letter) {
                        last = Some(letter);
                        break;
                    }
                    inside.push(letter);
                }
                control(&mut told, &inside, last);
            }
            Some(']') => {
                let mut inside = String::new();
                while let Some(letter) = letters.next() {
                    match letter {
                        '\x07' => break,
                        '\x1b' => {
                            if letters.next() != Some('\\') {
                                told.faults.push(format!("an unended OSC {inside:?}"));
                            }
                            break;
                        }
                        letter => inside.push(letter),
                    }
                }
                command(&mut told, &inside);
            }
            other => told.faults.push(format!("ESC {other:?}")),
        }
    }
    told.faults.extend(forbidden(&run));
    told
}

fn control(told: &mut Told, inside: &str, last: Option<char>) {
    let numbers = inside.chars().all(|letter| letter.is_ascii_digit() || letter == ';');
    let colours = inside.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, ';' | ':'));
    let allowed = match last {
        Some('m') => colours,
        Some('H' | 'A' | 'B' | 'C' | 'D' | 'G' | 'X' | 'd') => numbers,
        Some('J' | 'K') => matches!(inside, "" | "0" | "1" | "2"),
        // The order of letters is ours (ECMA-48 BDSM).
        Some('h' | 'l') if inside == "8" => true,
        Some('h' | 'l') => {
            inside.strip_prefix('?').is_some_and(|mode| mode.split(';').all(|mode| MODES.contains(&mode)))
        }
        // Kitty's keyboard: asked for, pushed, popped.
        Some('u') => matches!(inside, "?" | ">1" | "<1" | "<"),
        // Whether synchronized updates are known; where the cursor is (how wide a letter was); what it is.
        Some('p') => inside.starts_with('?') && inside.ends_with('$'),
        Some('n') => inside == "6",
        Some('c') => inside.is_empty(),
        _ => false,
    };
    let name = match last {
        Some(last @ ('h' | 'l')) => format!("{inside}{last}"),
        Some(last) => last.to_string(),
        None => "nothing".into(),
    };
    if !allowed {
        told.faults.push(format!("CSI {inside}{}", last.unwrap_or('?')));
    }
    *told.seen.entry(name).or_default() += 1;
}

fn command(told: &mut Told, inside: &str) {
    if let Some(payload) = inside.strip_prefix("52;c;") {
        use base64::Engine as _;
        match base64::engine::general_purpose::STANDARD.decode(payload).map(String::from_utf8) {
            Ok(Ok(text)) => told.copied.push(text),
            _ => told.faults.push(format!("a clipboard that is no base64 of text: {payload:?}")),
        }
    } else if let Some(title) = inside.strip_prefix("0;").or_else(|| inside.strip_prefix("2;")) {
        told.faults.extend(forbidden(title));
        told.titles.push(title.to_owned());
    } else {
        told.faults.push(format!("OSC {inside:?}"));
    }
}

#[test]
fn the_judge_knows_a_sequence_from_a_frame() {
    assert!(
        stream(b"\x1b[?1049h\x1b[?25l\x1b[m\x1b[2J\x1b[3;4Hab\x1b[1;38;2;1;2;3mc\r\n\x08\x1b[?2026$p\x1b[?1049l")
            .faults
            .is_empty()
    );
    for bad in [
        "\x1b[6;1t",
        "\x1b]0;a\x1b[2J\x07",
        "\x1bPq\x1b\\",
        "\x1bc",
        "a\u{9b}2J",
        "a\u{202e}",
        "\x07",
        "\x1b[?5h",
        "\x1b]8;;x\x07",
        "\t",
    ] {
        assert!(!stream(bad.as_bytes()).faults.is_empty(), "{bad:?}");
    }
    assert_eq!(stream(b"\x1b]52;c;aGk=\x07").copied, ["hi"]);
    assert!(forbidden("👩‍👩‍👧‍👦 ❤️ é e\u{301} 日本 हिन्दी │▎").is_none());
    assert!(forbidden("in\u{200d}voice").is_some() && forbidden(&"\u{301}".repeat(12)).is_some());
}
