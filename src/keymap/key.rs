//! A key as it is bound, typed and shown: `ctrl-k`, `g i`, `space`.

use std::fmt;

/// What was pressed, without its modifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyCode {
    /// A character; shift is in it.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Up.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// A function key, from 1.
    F(u8),
    /// A key that we have no name for; bound to nothing.
    #[default]
    Other,
}

const NAMED: [(&str, KeyCode); 17] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("return", KeyCode::Enter),
    ("escape", KeyCode::Esc),
];

/// A key with its modifiers, in one spelling: two keys that a plain terminal cannot tell apart
/// through shift are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What was pressed.
    pub code: KeyCode,
    /// With control.
    pub ctrl: bool,
    /// With alt (or after an escape that came in the same breath).
    pub alt: bool,
    /// With shift; never set for a character, which carries it.
    pub shift: bool,
}

impl Key {
    /// A key from what a terminal library says.
    #[must_use]
    pub fn new(code: KeyCode, ctrl: bool, alt: bool, shift: bool) -> Self {
        match code {
            // AltGr as some terminals tell it: the character is what was meant.
            KeyCode::Char(letter) if ctrl && alt && !letter.is_ascii_alphanumeric() => {
                Self { code, ctrl: false, alt: false, shift: false }
            }
            KeyCode::Char(letter) if ctrl => {
                let letter = match letter.to_ascii_lowercase() {
                    // The control character 0x1F has four names.
                    '7' | '/' | '-' => '_',
                    other => other,
                };
                Self { code: KeyCode::Char(letter), ctrl, alt, shift: false }
            }
            KeyCode::Char(letter) => {
                let letter = if shift && letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter };
                Self { code: KeyCode::Char(letter), ctrl, alt, shift: false }
            }
            _ => Self { code, ctrl, alt, shift },
        }
    }

    /// A character without modifiers.
    #[must_use]
    pub fn char(letter: char) -> Self {
        Self::new(KeyCode::Char(letter), false, false, false)
    }

    /// A key without modifiers.
    #[must_use]
    pub fn plain(code: KeyCode) -> Self {
        Self::new(code, false, false, false)
    }

    /// Parses `ctrl-k`, `shift-tab`, `alt-enter`, `space`, `f5`, `G`, `-`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        loop {
            let (flag, after) = if let Some(after) = rest.strip_prefix("ctrl-") {
                (&mut ctrl, after)
            } else if let Some(after) = rest.strip_prefix("alt-") {
                (&mut alt, after)
            } else if let Some(after) = rest.strip_prefix("shift-") {
                (&mut shift, after)
            } else {
                break;
            };
            if *flag {
                return None;
            }
            *flag = true;
            rest = after;
        }
        let mut letters = rest.chars();
        let code = match (letters.next(), letters.next()) {
            (Some(letter), None) if !letter.is_whitespace() && !letter.is_control() => KeyCode::Char(letter),
            _ => Self::named(rest)?,
        };
        Some(Self::new(code, ctrl, alt, shift))
    }

    fn named(name: &str) -> Option<KeyCode> {
        let function = name.strip_prefix('f').and_then(|number| number.parse().ok());
        if let Some(number) = function {
            return (1..=24).contains(&number).then_some(KeyCode::F(number));
        }
        NAMED.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
    }

    /// Parses a sequence: keys parted by spaces.
    #[must_use]
    pub fn parse_sequence(text: &str) -> Option<Vec<Self>> {
        let keys: Option<Vec<Self>> = text.split_whitespace().map(Self::parse).collect();
        keys.filter(|keys| !keys.is_empty())
    }

    /// Whether every terminal can send it as itself: not `ctrl-enter`, nor what is a tab or an enter
    /// to a plain one.
    #[must_use]
    pub const fn is_plain(self) -> bool {
        match self.code {
            KeyCode::Char(letter) if self.ctrl => {
                !self.alt && (letter.is_ascii_lowercase() && !matches!(letter, 'h' | 'i' | 'j' | 'm') || letter == '_')
            }
            KeyCode::Char(_) => !self.alt,
            KeyCode::Tab => !self.ctrl && !self.alt,
            KeyCode::Other => false,
            _ => !self.ctrl && !self.alt && !self.shift,
        }
    }

    /// Whether it is a character that a text would take.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.ctrl && !self.alt
    }

    /// The same key without alt.
    #[must_use]
    pub const fn without_alt(self) -> Self {
        Self { alt: false, ..self }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (on, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if on {
                f.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(letter) => write!(f, "{letter}"),
            KeyCode::F(number) => write!(f, "f{number}"),
            _ => f.write_str("other"),
        }
    }
}

/// A sequence as it is shown and written: `g i`.
#[must_use]
pub fn show(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_comes_back_as_it_was() {
        for text in [
            "ctrl-k",
            "g i",
            "space",
            "shift-tab",
            "?",
            "<",
            "-",
            "ctrl-x e",
            "f12",
            "alt-b",
            "G",
            "ctrl-enter",
            "]",
            "ctrl-_",
            "pagedown",
            "é",
        ] {
            let keys = Key::parse_sequence(text).expect(text);
            assert_eq!(show(&keys), text);
        }
    }

    #[test]
    fn nonsense_is_no_key() {
        for text in ["", "ctrl-", "ctrl-ctrl-k", "hyper-k", "f0", "f99", "ab", "alt-"] {
            assert_eq!(Key::parse_sequence(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_plain_terminal_cannot_tell_apart_is_one_key() {
        let of = |letter, ctrl, alt, shift| Key::new(KeyCode::Char(letter), ctrl, alt, shift);
        assert_eq!(of('K', true, false, true), of('k', true, false, false));
        assert_eq!(of('g', false, false, true), of('G', false, false, false));
        assert_eq!(of('7', true, false, false), of('_', true, false, false));
        assert_eq!(of('@', true, true, false), of('@', false, false, false));
    }

    #[test]
    fn what_only_some_terminals_send_is_known() {
        for (text, plain) in [
            ("ctrl-s", true),
            ("ctrl-enter", false),
            ("ctrl-m", false),
            ("tab", true),
            ("shift-tab", true),
            ("alt-x", false),
            ("Z", true),
        ] {
            assert_eq!(Key::parse(text).expect(text).is_plain(), plain, "{text}");
        }
    }
}
