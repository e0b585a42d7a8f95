//! Mouse reports: what the terminal says of the left button and the wheel.
//!
//! Owns the SGR encoding (xterm's `ctlseqs`, "Extended coordinates", mode 1006) and the modes that ask for
//! it: presses and the wheel (1000), movement only while a button is down (1002). The pointer alone
//! reports nothing. Enter at [`report`].

/// Asks for reports, in the order in which terminals expect them.
pub(super) const ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
/// Takes that back.
pub(super) const OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MouseAct {
    /// The left button went down.
    Press,
    /// The mouse moved while it was down.
    Drag,
    /// It went up.
    Release,
    /// The wheel was turned away from the person.
    WheelUp,
    /// It was turned towards the person.
    WheelDown,
}

/// A report of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MouseReport {
    /// What it did.
    pub act: MouseAct,
    /// Column, from 0.
    pub column: u16,
    /// Row, from 0.
    pub row: u16,
}

const SHIFT_META_CTRL: u16 = 4 | 8 | 16;
const MOTION: u16 = 32;
const WHEEL: u16 = 64;

/// A report by its parameters, without the leading `<`; `last` is `M`, or `m` for a release. `None` for
/// what is nothing to us: other buttons, a held modifier, nonsense.
pub(super) fn report(params: &[u8], last: u8) -> Option<MouseReport> {
    let text = std::str::from_utf8(params).ok()?;
    let mut numbers = text.split(';').map(str::parse::<u16>);
    let mut next = || numbers.next()?.ok();
    let (button, column, row) = (next()?, next()?.checked_sub(1)?, next()?.checked_sub(1)?);
    if numbers.next().is_some() || button & SHIFT_META_CTRL != 0 {
        // A held modifier is the terminal's own, or a window manager's.
        return None;
    }
    let act = match (button, last) {
        (0, b'M') => MouseAct::Press,
        (0 | MOTION, b'm') => MouseAct::Release,
        (MOTION, b'M') => MouseAct::Drag,
        (WHEEL, b'M') => MouseAct::WheelUp,
        (65, b'M') => MouseAct::WheelDown,
        _ => return None,
    };
    Some(MouseReport { act, column, row })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(params: &str, last: u8) -> Option<(MouseAct, u16, u16)> {
        report(params.as_bytes(), last).map(|report| (report.act, report.column, report.row))
    }

    #[test]
    fn the_left_button_and_the_wheel_are_read() {
        assert_eq!(read("0;1;1", b'M'), Some((MouseAct::Press, 0, 0)));
        assert_eq!(read("0;80;24", b'm'), Some((MouseAct::Release, 79, 23)));
        assert_eq!(read("32;300;200", b'M'), Some((MouseAct::Drag, 299, 199)));
        assert_eq!(read("64;5;6", b'M'), Some((MouseAct::WheelUp, 4, 5)));
        assert_eq!(read("65;5;6", b'M'), Some((MouseAct::WheelDown, 4, 5)));
    }

    #[test]
    fn everything_else_is_nothing() {
        for params in
            ["1;5;6", "2;5;6", "35;5;6", "66;5;6", "4;5;6", "0;0;6", "0;5", "0;5;6;7", "", ";;", "0;70000;1", "x"]
        {
            assert_eq!(read(params, b'M'), None, "{params}");
        }
        assert_eq!(read("65;5;6", b'm'), None);
    }
}
