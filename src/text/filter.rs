//! What may be shown, scalar by scalar.
//!
//! Owns the filter behind `Clean`. Knows only which scalars are printable. Enter at [`filter`].
//!
//! The filter is an allow-list (`printable`). What is not on it, class by class:
//!
//! | what | on screen | in what is typed |
//! |---|---|---|
//! | C0 controls, escape, delete | their pictures, `␛` | left out |
//! | C1 controls | `�` | left out |
//! | bidirectional embeddings, overrides, isolates; deprecated format characters | `�` | left out |
//! | tag characters, private use, noncharacters, unassigned, interlinear annotation, invisible musical signs | `�`, one for a run | left out |
//! | line and paragraph separators | a line break; `␤` where there is one line only | a line break |
//! | carriage returns, line feeds, tabs on one line | one space | |
//! | direction marks, soft hyphens, zero-width spaces, byte order marks, fillers | nothing | left out |
//! | variation selectors | nothing; `�` from the third in a row on, which hides something | left out |
//! | joiners | kept within emoji, and between letters of scripts that join; else nothing | the same, also at the end |
//! | combining marks beyond the eighth on a letter, pictographs beyond the fourth in an emoji | nothing | left out |
//! | vowels and finals of Hangul without a syllable | `�` | left out |
//! | a mark without a letter | on a dotted circle | as it is at the beginning |
//! | spaces of all widths, blank Braille | a space | a space |
//!
//! Honest mail is full of what disappears: Outlook's soft hyphens, the direction marks of phone numbers, the
//! zero-width rows that newsletters put behind their first words. None of it can hide or move anything, since
//! it takes no cell, is never written, and the order on the screen is computed from what is left (`bidi`). What
//! could have been meant to change the screen leaves a sign. [`visible_lines`](super::visible_lines) shows
//! all of it. The result is in normal form C, so that a letter and its accent are one cell on every terminal.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_width::UnicodeWidthChar;

use super::printable::is_printable;

/// Stands for a scalar that may not be shown.
const SIGN: char = '\u{FFFD}';
/// A base for a combining mark that came without one, so that it cannot sit on our own frame.
const DOTTED_CIRCLE: char = '\u{25CC}';
const JOINER: char = '\u{200D}';
const NON_JOINER: char = '\u{200C}';
const EMOJI_SELECTOR: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';
const NO_BREAK_SPACE: char = '\u{A0}';
/// Combining marks kept on one base; honest scripts need fewer.
const MARKS_PER_BASE: u8 = 8;
/// Pictographs joined to one emoji; the longest in use (families, kisses) have four.
const PICTOGRAPHS_PER_EMOJI: u8 = 4;
/// Variation selectors in a row that honest text may have; more carry something hidden.
const SELECTORS_IN_A_ROW: u8 = 2;
/// A line break that came where there is one line only, and was no line feed.
const LINE_SIGN: char = '\u{2424}';
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
    /// Variation selectors in a row that were left out.
    selectors: u8,
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
            selectors: 0,
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
            '\n' | '\r' | '\t' => self.break_waits = true,
            '\u{2028}' | '\u{2029}' => self.put(LINE_SIGN),
            JOINER if self.joined > 0 && !self.break_waits => {
                if self.joined < PICTOGRAPHS_PER_EMOJI && next.is_some_and(is_pictograph) {
                    self.out.push(JOINER);
                    self.last = JOINER;
                }
            }
            // The second pass decides, when it is known between which letters it stands.
            JOINER | NON_JOINER if joins(self.last) && !self.break_waits => {
                self.out.push(scalar);
                self.composed = false;
            }
            EMOJI_SELECTOR
                if !self.break_waits
                    && (is_pictograph(self.last)
                        || (matches!(self.last, '0'..='9' | '#' | '*') && next == Some(KEYCAP))) =>
            {
                self.out.push(EMOJI_SELECTOR);
                self.last = EMOJI_SELECTOR;
                self.selectors = 1;
            }
            '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => {
                self.selectors = self.selectors.saturating_add(1);
                if self.selectors > SELECTORS_IN_A_ROW && self.form != Form::Entry {
                    let selectors = self.selectors;
                    self.put_sign(scalar);
                    self.selectors = selectors;
                }
            }
            '\u{1F3FB}'..='\u{1F3FF}' if self.joined > 0 && !self.break_waits => {
                if !self.toned {
                    self.toned = true;
                    self.out.push(scalar);
                    self.last = scalar;
                }
            }
            '\u{E0020}'..='\u{E007F}' if self.flag => {}
            _ if is_printable(scalar) && !has_place(scalar, if self.break_waits { ' ' } else { self.last }, next) => {
                if self.form != Form::Entry {
                    self.put_sign(scalar);
                }
            }
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
        self.selectors = 0;
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

/// Second pass: normal form C, a base for every mark, no towers of marks, joiners only where a script joins.
fn compose(text: &str, form: Form) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0_u8;
    let mut has_base = form == Form::Entry;
    let mut last = ' ';
    // What was parted by something that goes may compose.
    let mut parted = false;
    let mut scalars = text.nfc().peekable();
    while let Some(scalar) = scalars.next() {
        if matches!(scalar, JOINER | NON_JOINER) {
            let in_emoji =
                scalar == JOINER && (is_pictograph(last) || matches!(last, EMOJI_SELECTOR | '\u{1F3FB}'..='\u{1F3FF}'));
            let mut before_letter = || scalars.peek().is_some_and(|next| joins(*next) && !is_mark(*next));
            if !(in_emoji || (joins(last) && (form == Form::Entry || before_letter()))) {
                parted = true;
                continue;
            }
        } else if scalar == EMOJI_SELECTOR {
            // The first pass has seen to it.
        } else if is_mark(scalar) {
            if !has_base {
                out.push(DOTTED_CIRCLE);
                has_base = true;
                marks = 0;
            }
            if marks >= MARKS_PER_BASE {
                continue;
            }
            marks += 1;
        } else {
            marks = 0;
            has_base = !matches!(scalar, ' ' | '\n' | NO_BREAK_SPACE);
        }
        out.push(scalar);
        last = scalar;
    }
    if parted { compose(&out, form) } else { out }
}

/// Every scalar as itself or as a sign: nothing is left out, and nothing but line breaks and spaces is unseen.
pub(super) fn reveal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0_u8;
    let mut has_base = false;
    let mut scalars = text.chars().peekable();
    while let Some(scalar) = scalars.next() {
        let code = u32::from(scalar);
        match scalar {
            '\r' if scalars.peek() == Some(&'\n') => continue,
            ' ' | '\n' => {
                has_base = false;
                out.push(scalar);
            }
            _ if code < 0x20 => {
                has_base = true;
                out.push(char::from_u32(0x2400 + code).unwrap_or(SIGN));
            }
            '\u{7F}' => {
                has_base = true;
                out.push('\u{2421}');
            }
            _ if is_printable(scalar)
                && is_mark(scalar)
                && has_place(scalar, out.chars().next_back().unwrap_or(' '), scalars.peek().copied()) =>
            {
                if !has_base {
                    out.push(DOTTED_CIRCLE);
                    has_base = true;
                    marks = 0;
                }
                marks = marks.saturating_add(1);
                if marks > MARKS_PER_BASE {
                    name(code, &mut out);
                } else {
                    out.push(scalar);
                }
                continue;
            }
            // A tone behind a tone is not drawn.
            '\u{1F3FB}'..='\u{1F3FF}' if matches!(out.chars().next_back(), Some('\u{1F3FB}'..='\u{1F3FF}')) => {
                name(code, &mut out);
            }
            _ if is_printable(scalar) && !is_mark(scalar) => {
                has_base = true;
                out.push(scalar);
            }
            _ => {
                has_base = true;
                name(code, &mut out);
            }
        }
        marks = 0;
    }
    // Decomposed letters become one, and a mark that follows a name stands on its last bracket.
    compose(&out, Form::Lines)
}

/// The name of a scalar that cannot be seen.
fn name(code: u32, out: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(out, "\u{27E8}U+{code:04X}\u{27E9}");
}

/// Whether a scalar is seen where it stands. Vowels and finals of Hangul that no syllable comes before, and the
/// few letters of Indic scripts that are drawn on the next one, take no cell by themselves, and are no marks.
fn has_place(scalar: char, last: char, next: Option<char>) -> bool {
    if is_combining_mark(scalar) || !is_mark(scalar) {
        return true;
    }
    let is_vowel = |letter| matches!(letter, '\u{1160}'..='\u{11A7}' | '\u{D7B0}'..='\u{D7C6}');
    let is_final = |letter| matches!(letter, '\u{11A8}'..='\u{11FF}' | '\u{D7CB}'..='\u{D7FB}');
    let is_open = (u32::from(last).wrapping_sub(0xAC00)) % 28 == 0;
    if is_vowel(scalar) {
        let initial = matches!(last, '\u{1100}'..='\u{115F}' | '\u{A960}'..='\u{A97C}');
        return initial || is_vowel(last) || (is_open && matches!(last, '가'..='힣'));
    }
    if is_final(scalar) {
        return is_vowel(last) || is_final(last) || matches!(last, '가'..='힣');
    }
    next.is_some_and(|next| joins(next) && !is_mark(next))
}

/// Whether the scalar sits on the one before it.
fn is_mark(scalar: char) -> bool {
    is_combining_mark(scalar) || scalar.width() == Some(0)
}

/// Whether the scalar is a letter, or a mark on one, of a script in which a joiner changes what is read:
/// Arabic and its kin, the scripts of India and its neighbours.
fn joins(scalar: char) -> bool {
    let joining = matches!(scalar,
        '\u{600}'..='\u{7FF}' | '\u{840}'..='\u{8FF}' | '\u{900}'..='\u{DFF}' | '\u{F00}'..='\u{109F}' | '\u{1780}'..='\u{17D3}'
        | '\u{1820}'..='\u{18AA}' | '\u{1B00}'..='\u{1BFF}' | '\u{A840}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFC}' | '\u{11000}'..='\u{11FFF}');
    joining && is_printable(scalar) && (scalar.is_alphabetic() || is_mark(scalar))
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

/// Whether a scalar may never be in a [`Clean`](super::Clean), said independently of the allow-list. Joiners
/// and the emoji selector may, where they belong.
pub(super) fn is_forbidden(scalar: char) -> bool {
    let code = u32::from(scalar);
    (scalar.is_control() && scalar != '\n')
        || matches!(code,
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B
            | 0x200E..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164 | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF
            | 0xFE00..=0xFE0E | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFC | 0x1D159 | 0x1D173..=0x1D17A | 0xE0000..)
        || code & 0xFFFE == 0xFFFE
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{clean, clean_entry, clean_lines, visible_lines};

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
        assert_eq!(clean("a\u{2028}b\u{2029}"), "a␤b␤", "no line feed, and seldom honest");
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
    fn joiners_stay_between_letters_of_scripts_that_join() {
        for words in ["می\u{200c}خواهم", "क्\u{200d}ष", "क्\u{200c}ष", "ශ්\u{200d}රී"] {
            assert_eq!(clean(words), *words);
            assert_eq!(clean_entry(words), *words, "it is sent as it was typed");
        }
        assert_eq!(clean("a\u{200c}b می\u{200c} \u{200c}x"), "ab می x");
        assert_eq!(clean("می\u{200c}\u{200c}\u{200c}خ"), "می\u{200c}خ");
        assert_eq!(clean_entry("می\u{200c}"), "می\u{200c}", "the next letter is still to come");
    }

    #[test]
    fn selectors_that_carry_something_hidden_leave_a_sign() {
        assert_eq!(clean("a\u{fe01}b\u{e0101}c"), "abc");
        let hidden: String = ('\u{e0100}'..'\u{e0150}').collect();
        assert_eq!(clean(&format!("😀{hidden}x")), "😀�x");
        assert_eq!(clean_entry(&format!("😀{hidden}x")), "😀x");
    }

    #[test]
    fn the_rows_of_newsletters_disappear() {
        let row = "\u{34f} \u{200c}\u{a0}\u{2007}\u{ad}\u{200b}\u{feff}".repeat(3);
        assert!(clean(&format!("News{row}")).as_str().trim_end().ends_with("News"));
    }

    #[test]
    fn the_source_shows_every_scalar() {
        assert_eq!(visible_lines("a\u{1b}[2J\u{7f}\u{9b}\tb\r\nc\rd"), "a␛[2J␡⟨U+009B⟩␉b\nc␍d");
        assert_eq!(visible_lines("x\u{202e}y\u{200b}\u{a0}\u{3000}"), "x⟨U+202E⟩y⟨U+200B⟩⟨U+00A0⟩⟨U+3000⟩");
        assert_eq!(visible_lines("\u{e0041}\u{fe0f}\u{2028}\u{f8ff}"), "⟨U+E0041⟩⟨U+FE0F⟩⟨U+2028⟩⟨U+F8FF⟩");
        assert_eq!(visible_lines(&format!("a{}", "\u{335}".repeat(9))).matches("U+0335").count(), 1);
        assert_eq!(visible_lines("e\u{301} Größe 日本"), "é Größe 日本");
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

    fn hostile() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            4 => any::<char>(),
            3 => prop::char::range(' ', '~'),
            2 => prop::sample::select(vec![
                '\u{1b}', '\n', '\r', '\t', '\u{200d}', '\u{fe0f}', '\u{20e3}', '\u{202e}', '\u{2066}', '\u{2028}', '\u{301}',
                '\u{335}', '\u{1f3fd}', '\u{200c}', 'ی', 'क', '\u{94d}', '\u{e0100}', '\u{2800}', '\u{1f1eb}', '😀', '👩', '❤', '1', '\u{1100}', '\u{1161}', '\u{e0041}', '\u{feff}',
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
            // A joiner still waits for its letter, and takes no cell.
            let bare = |text: &str| text.replace(['\u{200c}', '\u{200d}'], "").nfc().collect::<String>();
            prop_assert_eq!(bare(&shown), bare(&entry));
        }

        #[test]
        fn the_source_hides_nothing(text in hostile()) {
            let shown = visible_lines(&text);
            prop_assert!(!shown.chars().any(|c| is_forbidden(c) || matches!(c, JOINER | NON_JOINER | EMOJI_SELECTOR)));
            prop_assert_eq!(&clean_lines(&shown), &shown);
            prop_assert!(shown.len() <= 8 * text.len());
        }

        #[test]
        fn no_base_bears_more_marks_than_allowed(text in hostile()) {
            let mut marks = 0;
            for scalar in clean(&text).chars() {
                if matches!(scalar, JOINER | NON_JOINER | EMOJI_SELECTOR) {
                    continue;
                }
                marks = if is_mark(scalar) { marks + 1 } else { 0 };
                prop_assert!(marks <= MARKS_PER_BASE);
            }
        }
    }
}
