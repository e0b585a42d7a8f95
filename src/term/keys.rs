//! The names of keys, and the numbers that stand for them in control sequences.
//!
//! Owns the tables; knows nothing of reading. Enter at [`KeyPress`].

/// A key without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names of keys")]
pub enum Code {
    /// A printable character; letters as typed, so that shift is part of them.
    Char(char),
    Enter,
    Escape,
    Tab,
    Backspace,
    Delete,
    Insert,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    /// F1 to F24.
    Function(u8),
}

/// Modifiers that were held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is one key of the keyboard")]
pub struct Mods {
    /// Shift; never beside a character that shift itself changes, unless ctrl or alt is held.
    pub shift: bool,
    /// Alt (or a leading escape).
    pub alt: bool,
    /// Ctrl.
    pub ctrl: bool,
    /// Super, hyper or meta: no shipped binding has them.
    pub system: bool,
}

/// A key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyPress {
    /// Which key.
    pub code: Code,
    /// With what held.
    pub mods: Mods,
}

impl KeyPress {
    /// Without anything held.
    pub(super) const fn plain(code: Code) -> Self {
        Self { code, mods: Mods { shift: false, alt: false, ctrl: false, system: false } }
    }
}

/// A byte below 0x80 by itself.
pub(super) fn key_of(byte: u8) -> KeyPress {
    let ctrl =
        |letter: u8| KeyPress { code: Code::Char(char::from(letter)), mods: Mods { ctrl: true, ..Mods::default() } };
    match byte {
        0x09 => KeyPress::plain(Code::Tab),
        0x0d => KeyPress::plain(Code::Enter),
        0x1b => KeyPress::plain(Code::Escape),
        0x7f => KeyPress::plain(Code::Backspace),
        0x00 => ctrl(b' '),
        0x01..=0x1a => ctrl(byte - 1 + b'a'),
        0x1c..=0x1f => ctrl(byte - 0x1c + b'\\'),
        _ => KeyPress::plain(Code::Char(char::from(byte))),
    }
}

/// `ESC O` and one byte.
pub(super) fn shift_three(byte: u8) -> Option<KeyPress> {
    Some(KeyPress::plain(match byte {
        b'M' => Code::Enter,
        b'P'..=b'S' => Code::Function(byte - b'P' + 1),
        // The numeric keypad in application mode.
        b'j'..=b'y' => Code::Char(char::from(byte - b'j' + b'*')),
        _ => cursor_key(byte)?,
    }))
}

const fn cursor_key(byte: u8) -> Option<Code> {
    Some(match byte {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'F' => Code::End,
        b'H' => Code::Home,
        _ => return None,
    })
}

/// The `index`-th parameter's `sub`-th part; both from 0.
fn parameter(params: &[u8], index: usize, sub: usize) -> Option<u32> {
    let part = params.split(|b| *b == b';').nth(index)?.split(|b| *b == b':').nth(sub)?;
    std::str::from_utf8(part).ok()?.parse().ok()
}

/// A key that comes as a control sequence; `None` for what is none, and for releases.
pub(super) fn control_key(params: &[u8], last: u8) -> Option<KeyPress> {
    const RELEASE: u32 = 3;
    if parameter(params, 1, 1) == Some(RELEASE) {
        return None;
    }
    let mut mods = modifiers(parameter(params, 1, 0).unwrap_or(1));
    let code = match last {
        b'Z' => {
            mods.shift = true;
            Code::Tab
        }
        b'P'..=b'S' => Code::Function(last - b'P' + 1),
        b'~' => match parameter(params, 0, 0)? {
            1 | 7 => Code::Home,
            2 => Code::Insert,
            3 => Code::Delete,
            4 | 8 => Code::End,
            5 => Code::PageUp,
            6 => Code::PageDown,
            number @ 11..=15 => Code::Function(u8::try_from(number - 10).ok()?),
            number @ 17..=21 => Code::Function(u8::try_from(number - 11).ok()?),
            number @ 23..=26 => Code::Function(u8::try_from(number - 12).ok()?),
            number @ (28 | 29) => Code::Function(u8::try_from(number - 13).ok()?),
            number @ 31..=34 => Code::Function(u8::try_from(number - 14).ok()?),
            // xterm's modifyOtherKeys.
            27 => return scalar_key(parameter(params, 2, 0)?, None, mods),
            _ => return None,
        },
        b'u' => return scalar_key(parameter(params, 0, 0)?, parameter(params, 0, 1), mods),
        _ => cursor_key(last)?,
    };
    Some(KeyPress { code, mods })
}

const fn modifiers(parameter: u32) -> Mods {
    let bits = parameter.saturating_sub(1);
    Mods { shift: bits & 1 != 0, alt: bits & 2 != 0, ctrl: bits & 4 != 0, system: bits & (8 | 16 | 32) != 0 }
}

/// A key by its Unicode number in the kitty protocol; `shifted` is what shift makes of it, if told.
fn scalar_key(number: u32, shifted: Option<u32>, mut mods: Mods) -> Option<KeyPress> {
    let code = match number {
        9 => Code::Tab,
        10 | 13 | 57414 => Code::Enter,
        27 => Code::Escape,
        8 | 127 => Code::Backspace,
        57399..=57408 => Code::Char(char::from_digit(number - 57399, 10)?),
        57409 => Code::Char('.'),
        57410 => Code::Char('/'),
        57411 => Code::Char('*'),
        57412 => Code::Char('-'),
        57413 => Code::Char('+'),
        57415 => Code::Char('='),
        57416 => Code::Char(','),
        57417 => Code::Left,
        57418 => Code::Right,
        57419 => Code::Up,
        57420 => Code::Down,
        57421 => Code::PageUp,
        57422 => Code::PageDown,
        57423 => Code::Home,
        57424 => Code::End,
        57425 => Code::Insert,
        57426 => Code::Delete,
        // The rest of the private area: locks, media keys, modifiers by themselves.
        57344..=63743 => return None,
        _ => {
            let scalar = char::from_u32(number).filter(|scalar| !scalar.is_control())?;
            if mods.shift && !mods.ctrl {
                let upper = shifted.and_then(char::from_u32).filter(|scalar| !scalar.is_control());
                let upper = upper.or_else(|| Some(scalar.to_ascii_uppercase()).filter(|upper| *upper != scalar));
                if let Some(upper) = upper {
                    mods.shift = false;
                    return Some(KeyPress { code: Code::Char(upper), mods });
                }
                mods.shift = scalar.is_alphabetic() && !scalar.is_uppercase();
            }
            Code::Char(scalar)
        }
    };
    Some(KeyPress { code, mods })
}
