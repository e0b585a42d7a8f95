//! What may be shown, scalar by scalar.
//!
//! Owns the filter behind `Clean`. Knows only which scalars are printable. Enter at [`filter`].
//!
//! The filter is an allow-list. What it does not let through becomes a visible sign when it could
//! have changed the screen (controls: their pictures, `␛`; bidirectional overrides, tag characters,
//! private use, unassigned: `�`), and disappears when it is invisible and common in honest mail (soft
//! hyphens, zero-width spaces and joiners, direction marks, variation selectors). Joiners and the
//! emoji selector stay inside emoji. The result is in normal form C, so that a letter and its accent
//! are one cell on every terminal.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_width::UnicodeWidthChar;

use super::printable::is_printable;

/// Stands for a scalar that may not be shown.
const SIGN: char = '\u{FFFD}';
/// A base for a combining mark that came without one, so that it cannot sit on our own frame.
const DOTTED_CIRCLE: char = '\u{25CC}';
const JOINER: char = '\u{200D}';
const EMOJI_SELECTOR: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';
const NO_BREAK_SPACE: char = '\u{A0}';
/// Combining marks kept on one base; honest scripts need fewer.
const MARKS_PER_BASE: u8 = 8;
/// Pictographs joined to one emoji; the longest in use (families, kisses) have four.
const PICTOGRAPHS_PER_EMOJI: u8 = 4;
const SPACES_PER_TAB: &str = "    ";

/// What is being filtered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One line to show.
    Line,
    /// Lines to show.
    Lines,
    /// What is typed: to show and to send.
    Entry,
}

/// Text of which every scalar may be shown.
pub(super) fn filter(text: &str, form: Form) -> String {
    let plain = |byte: u8| (b' '..=b'~').contains(&byte) || (byte == b'\n' && form != Form::Line);
    if text.bytes().all(plain) {
        return text.to_owned();
    }
    let mut sieve = Sieve::new(text.len(), form);
    let mut scalars = text.chars().peekable();
    while let Some(scalar) = scalars.next() {
        sieve.take(scalar, scalars.peek().copied());
    }
    if sieve.composed { sieve.out } else { compose(&sieve.out, form) }
}

/// First pass: scalar by scalar, with one to look ahead.
struct Sieve {
    out: String,
    form: Form,
    last: char,
    /// A line break or tab waits to become one space (one line only).
    break_waits: bool,
    /// Pictographs joined so far to the emoji that ends `out`; 0 when it does not end with one.
    joined: u8,
    toned: bool,
    /// In a flag made with tag characters, which is shown as the flag alone.
    flag: bool,
    /// Nothing was taken that normal form C could change.
    composed: bool,
}

impl Sieve {
    fn new(capacity: usize, form: Form) -> Self {
        Self {
            out: String::with_capacity(capacity),
            form,
            last: '\n',
            break_waits: false,
            joined: 0,
            toned: false,
            flag: false,
            composed: true,
        }
    }

    fn take(&mut self, scalar: char, next: Option<char>) {
        match scalar {
            '!'..='~' => self.put(scalar),
            ' '
            | '\u{1680}'
            | '\u{2000}'..='\u{2006}'
            | '\u{2008}'..='\u{200A}'
            | '\u{205F}'
            | '\u{3000}'
            | '\u{2800}' => {
                self.put(' ');
            }
            NO_BREAK_SPACE | '\u{2007}' | '\u{202F}' => self.put(NO_BREAK_SPACE),
            '\r' if next == Some('\n') => {}
            '\n' | '\r' | '\u{2028}' | '\u{2029}' if self.form != Form::Line => self.put('\n'),
            '\t' if self.form != Form::Line => {
                self.put(' ');
                self.out.push_str(&SPACES_PER_TAB[1..]);
            }
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => self.break_waits = true,
            JOINER => {
                let fits = self.joined > 0 && self.joined < PICTOGRAPHS_PER_EMOJI && next.is_some_and(is_pictograph);
                if fits {
                    self.out.push(JOINER);
                    self.last = JOINER;
                }
            }
            EMOJI_SELECTOR => {
                let keycap = matches!(self.last, '0'..='9' | '#' | '*') && next == Some(KEYCAP);
                if keycap || is_pictograph(self.last) {
                    self.out.push(EMOJI_SELECTOR);
                    self.last = EMOJI_SELECTOR;
                }
            }
            '\u{1F3FB}'..='\u{1F3FF}' if self.joined > 0 => {
                if !self.toned {
                    self.toned = true;
                    self.out.push(scalar);
                    self.last = scalar;
                }
            }
            '\u{E0020}'..='\u{E007F}' if self.flag => {}
            _ if is_printable(scalar) => {
                // Everything below U+0300 is its own normal form C.
                self.composed &= scalar < '\u{300}' || is_settled(scalar);
                self.put(scalar);
            }
            _ if is_silent(scalar) => {}
            _ if self.form == Form::Entry => {}
            _ => self.put_sign(scalar),
        }
    }

    fn put(&mut self, scalar: char) {
        if self.break_waits {
            self.break_waits = false;
            if scalar != ' ' && self.last != ' ' && !self.out.is_empty() {
                self.out.push(' ');
                self.last = ' ';
            }
        }
        if is_pictograph(scalar) {
            self.joined = if self.last == JOINER { self.joined + 1 } else { 1 };
            self.flag = scalar == '\u{1F3F4}';
            self.toned = false;
        } else {
            self.joined = 0;
            self.flag = false;
        }
        self.out.push(scalar);
        self.last = scalar;
    }

    fn put_sign(&mut self, scalar: char) {
        let code = u32::from(scalar);
        let sign = match code {
            0..0x20 => char::from_u32(0x2400 + code).unwrap_or(SIGN),
            0x7F => '\u{2421}',
            _ => SIGN,
        };
        // One sign for a run: ten thousand hidden tag characters need no ten thousand cells.
        if !(sign == SIGN && self.last == SIGN) || self.break_waits {
            self.put(sign);
        }
    }
}

/// Second pass: normal form C, a base for every mark, and no towers of marks.
fn compose(text: &str, form: Form) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0_u8;
    let mut has_base = form == Form::Entry;
    for scalar in text.nfc() {
        if matches!(scalar, JOINER | EMOJI_SELECTOR) {
            out.push(scalar);
        } else if is_mark(scalar) {
            if !has_base {
                out.push(DOTTED_CIRCLE);
                has_base = true;
                marks = 0;
            }
            if marks < MARKS_PER_BASE {
                marks += 1;
                out.push(scalar);
            }
        } else {
            marks = 0;
            has_base = !matches!(scalar, ' ' | '\n' | NO_BREAK_SPACE);
            out.push(scalar);
        }
    }
    out
}

/// Whether the scalar sits on the one before it.
fn is_mark(scalar: char) -> bool {
    is_combining_mark(scalar) || scalar.width() == Some(0)
}

/// Common scalars beyond U+0300 that normal form C leaves alone and that start no cluster with the next.
fn is_settled(scalar: char) -> bool {
    matches!(scalar, '\u{2010}'..='\u{2027}' | '\u{20AC}' | '\u{2190}'..='\u{21FF}' | '\u{2400}'..='\u{27BF}' | '\u{FFFD}')
        || (is_pictograph(scalar) && !matches!(scalar, '\u{2329}' | '\u{232A}'))
}

/// Whether the scalar can be part of an emoji. A little wider than Unicode's `Extended_Pictographic`
/// (whole blocks), without regional indicators and skin tones.
fn is_pictograph(scalar: char) -> bool {
    matches!(scalar,
        '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2194}'..='\u{2199}'
        | '\u{21A9}'..='\u{21AA}' | '\u{2300}'..='\u{23FF}' | '\u{24C2}' | '\u{25AA}'..='\u{25AB}' | '\u{25B6}'
        | '\u{25C0}' | '\u{25FB}'..='\u{25FE}' | '\u{2600}'..='\u{27BF}' | '\u{2934}'..='\u{2935}'
        | '\u{2B05}'..='\u{2B07}' | '\u{2B1B}'..='\u{2B1C}' | '\u{2B50}' | '\u{2B55}' | '\u{3030}' | '\u{303D}'
        | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1F1E5}' | '\u{1F200}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1FAFF}')
}

/// What is invisible and common in honest text: left out without a sign.
pub(super) fn is_silent(scalar: char) -> bool {
    matches!(scalar,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether a scalar may never be in a [`Clean`], said independently of the allow-list.
#[cfg(test)]
pub(super) fn is_forbidden(scalar: char) -> bool {
    let code = u32::from(scalar);
    (scalar.is_control() && scalar != '\n')
        || matches!(code,
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200C
            | 0x200E..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF
            | 0xFE00..=0xFE0E | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFC | 0x1D173..=0x1D17A | 0xE0000..)
        || code & 0xFFFE == 0xFFFE
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{clean, clean_entry, clean_lines};

    #[test]
    fn plain_words_pass_unchanged() {
        for words in ["", "Hello, world!", "Ça va, Zoë? Größe 42 – 5 €", "日本語", "مرحبا", "हिन्दी", "C:\\path"]
        {
            assert_eq!(clean(words), *words);
        }
    }

    #[test]
    fn controls_become_pictures() {
        assert_eq!(clean("a\u{1b}[31mb\u{7f}\u{0}\u{9b}2J"), "a␛[31mb␡␀�2J");
    }

    #[test]
    fn line_breaks_and_tabs_become_one_space_on_one_line() {
        assert_eq!(clean("\na\r\n\r\n\tb\n c \n"), "a b c ");
        assert_eq!(clean("a\u{2028}b"), "a b");
    }

    #[test]
    fn line_breaks_stay_in_lines() {
        assert_eq!(clean_lines("a\r\nb\rc\u{2029}d\te"), "a\nb\nc\nd    e");
    }

    #[test]
    fn bidi_overrides_and_tags_show_and_direction_marks_go() {
        assert_eq!(clean("pay\u{202e}lap\u{202c}"), "pay�lap�");
        assert_eq!(clean("a\u{200e}b\u{200f}c\u{61c}"), "abc");
        assert_eq!(clean("hi\u{e0041}\u{e0042}\u{e0043}there"), "hi�there");
    }

    #[test]
    fn emoji_sequences_stay_whole() {
        for emoji in ["👩‍👩‍👧‍👦", "❤️", "1️⃣", "👍🏽", "🏳️‍🌈", "👩🏽‍🚀", "🇫🇷", "😶‍🌫️"]
        {
            assert_eq!(clean(emoji), *emoji);
        }
        assert_eq!(clean("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}!"), "🏴!");
    }

    #[test]
    fn joiners_and_selectors_outside_emoji_go() {
        assert_eq!(clean("a\u{200d}b\u{fe0f}c\u{fe0e}"), "abc");
        assert_eq!(clean("😀\u{200d}x"), "😀x");
        assert_eq!(clean("👍🏽🏽🏽"), "👍🏽");
        let chain = ["😀"; 9].join("\u{200d}");
        assert_eq!(clean(&chain).matches('\u{200d}').count(), 6);
    }

    #[test]
    fn towers_of_marks_are_cut_and_marks_get_a_base() {
        let tower = format!("a{}b", "\u{335}".repeat(500));
        assert_eq!(clean(&tower).chars().count(), 2 + usize::from(MARKS_PER_BASE));
        assert_eq!(clean("\u{301}x"), "\u{25cc}\u{301}x");
        assert_eq!(clean("a \u{301}x"), "a \u{25cc}\u{301}x");
        assert_eq!(clean("e\u{301}"), "é");
    }

    #[test]
    fn private_use_and_noncharacters_show_a_sign() {
        assert_eq!(clean("\u{f8ff}-\u{fdd0}-\u{10ffff}-\u{378}"), "�-�-�-�");
    }

    #[test]
    fn entry_leaves_out_what_it_may_not_show() {
        assert_eq!(clean_entry("a\u{1b}[1m\tb\r\nc\u{202e}\u{200b}"), "a[1m    b\nc");
    }

    pub(crate) fn hostile() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            4 => any::<char>(),
            3 => prop::char::range(' ', '~'),
            2 => prop::sample::select(vec![
                '\u{1b}', '\n', '\r', '\t', '\u{200d}', '\u{fe0f}', '\u{20e3}', '\u{202e}', '\u{2066}', '\u{2028}', '\u{301}',
                '\u{335}', '\u{1f3fd}', '\u{1f1eb}', '😀', '👩', '❤', '1', '\u{1100}', '\u{1161}', '\u{e0041}', '\u{feff}',
            ]),
        ];
        prop::collection::vec(scalar, 0..60).prop_map(|scalars| scalars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_forbidden_is_ever_clean(text in hostile()) {
            let line = clean(&text);
            prop_assert!(!line.contains('\n'));
            prop_assert!(!line.chars().any(is_forbidden), "{:?}", line);
            prop_assert!(!clean_lines(&text).chars().any(is_forbidden));
            prop_assert!(!clean_entry(&text).chars().any(is_forbidden));
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in hostile()) {
            let line = clean(&text);
            prop_assert_eq!(&clean(&line), &line);
            let lines = clean_lines(&text);
            prop_assert_eq!(&clean_lines(&lines), &lines);
            let entry = clean_entry(&text);
            prop_assert_eq!(&clean_entry(&entry), &entry);
        }

        #[test]
        fn what_is_entered_is_shown_as_it_is(text in hostile()) {
            let entry = clean_entry(&format!("x{text}"));
            let shown = clean_lines(&entry);
            prop_assert_eq!(shown.as_str(), entry.as_str());
        }

        #[test]
        fn no_base_bears_more_marks_than_allowed(text in hostile()) {
            let mut marks = 0;
            for scalar in clean(&text).chars() {
                let on_base = is_mark(scalar) && !matches!(scalar, JOINER | EMOJI_SELECTOR);
                marks = if on_base { marks + 1 } else { 0 };
                prop_assert!(marks <= MARKS_PER_BASE);
            }
        }
    }
}
