//! The terminal's keys and mouse as the keymap and the app know them.

use crate::app::mouse::{Mouse, MouseKind};
use crate::keymap::{Key, KeyCode};
use crate::term::{Code, KeyPress, MouseAct, MouseReport};

/// The terminal's key as the keymap knows it.
pub(super) fn key_of(press: KeyPress) -> Key {
    let code = match press.code {
        // No binding has these modifiers: such a key is nobody's.
        _ if press.mods.system => KeyCode::Other,
        Code::Char(letter) => KeyCode::Char(letter),
        Code::Enter => KeyCode::Enter,
        Code::Escape => KeyCode::Esc,
        Code::Tab => KeyCode::Tab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Insert => KeyCode::Insert,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        Code::Function(number) => KeyCode::F(number),
    };
    Key::new(code, press.mods.ctrl, press.mods.alt, press.mods.shift)
}

/// What the terminal reports of the mouse as the app knows it.
pub(super) const fn mouse_of(report: MouseReport) -> Mouse {
    let kind = match report.act {
        MouseAct::Press => MouseKind::Press,
        MouseAct::Drag => MouseKind::Drag,
        MouseAct::Release => MouseKind::Release,
        MouseAct::WheelUp => MouseKind::WheelUp,
        MouseAct::WheelDown => MouseKind::WheelDown,
    };
    Mouse { kind, column: report.column, row: report.row }
}
