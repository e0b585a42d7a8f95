//! How this process's terminal draws letters: what is set, what it says itself, and what follows from that.
//!
//! Owns the step from config and the terminal's answers to widths, order and charset. Enter at [`begin`] and
//! [`TheScreen::hear_drawn`].

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};

use super::screen::{End, TheScreen};
use crate::app::Msg;
use crate::config::settings::{AmbiguousWidth, Bidi, Settings};
use crate::term::{Drawn, Guard};
use crate::text::{bidi, is_ambiguous_wide, set_ambiguous_wide};
use crate::theme::Theme;

/// What the terminal said about its charset.
static CHARSET: AtomicU8 = AtomicU8::new(NOT_SAID);
const NOT_SAID: u8 = 0;
const UTF8: u8 = 1;
const OTHER: u8 = 2;

/// Sets what is not for the terminal to say. Before anything is laid out.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn begin(settings: &Settings, guard: &mut Guard) -> io::Result<()> {
    set_ambiguous_wide(settings.ambiguous_width == AmbiguousWidth::Wide);
    let by_terminal = match settings.bidi {
        Bidi::Auto => orders_anyway(|name| std::env::var(name).ok()),
        Bidi::Visual => false,
        Bidi::Terminal => true,
    };
    bidi::set_by_terminal(by_terminal);
    if by_terminal { Ok(()) } else { guard.order_letters() }
}

/// Whether the terminal that these variables tell of orders right-to-left letters whatever it is told: what is
/// written in the order in which it is seen would be turned round once more. kitty turns each word, Konsole, mlterm,
/// `PuTTY` and macOS's Terminal whole lines; VTE and mintty leave letters alone when asked, but tmux and screen do not
/// pass that on. All others order nothing.
fn orders_anyway(variable: impl Fn(&str) -> Option<String>) -> bool {
    let has = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is = |name: &str, beginnings: &[&str]| {
        variable(name).is_some_and(|value| beginnings.iter().any(|beginning| value.starts_with(beginning)))
    };
    let within = has("TMUX") || has("STY");
    has("KITTY_WINDOW_ID")
        || has("KONSOLE_VERSION")
        || has("MLTERM")
        || is("TERM", &["xterm-kitty", "konsole", "mlterm", "putty"])
        || is("TERM_PROGRAM", &["Apple_Terminal"])
        || (within && (has("VTE_VERSION") || has("MINTTY_SHORTCUT")))
}

/// A theme for the charset that the terminal showed, or else the locale names.
pub(super) fn themed(theme: Theme, locale: Option<&str>) -> Theme {
    let other = match CHARSET.load(Ordering::Relaxed) {
        NOT_SAID => locale.is_some_and(Theme::names_other_charset),
        said => said == OTHER,
    };
    theme.with_ascii_only(other)
}

impl TheScreen {
    /// The terminal says how it draws letters. Almost always before the first frame; later, what is on the
    /// screen is laid out anew.
    pub(super) fn hear_drawn(&mut self, drawn: Drawn) -> io::Result<Option<End>> {
        let setting = self.app.settings.ambiguous_width;
        match drawn {
            Drawn::Utf8 => {
                CHARSET.store(UTF8, Ordering::Relaxed);
                if self.theme.is_ascii_only() {
                    // What it does counts for more than what the locale says.
                    self.theme = std::mem::take(&mut self.theme).with_ascii_only(false);
                    self.screen.forget();
                    self.draw()?;
                }
                return Ok(None);
            }
            Drawn::OtherCharset => {
                CHARSET.store(OTHER, Ordering::Relaxed);
                self.theme = std::mem::take(&mut self.theme).with_ascii_only(true);
            }
            // In another charset it was two letters.
            Drawn::AmbiguousWide if self.theme.is_ascii_only() => return Ok(None),
            Drawn::AmbiguousWide => {
                // Whatever is set, and whichever of these letters it means.
                self.screen.doubt_ambiguous(true);
                set_ambiguous_wide(setting != AmbiguousWidth::Narrow);
            }
            Drawn::AmbiguousNarrow => {
                self.screen.doubt_ambiguous(setting == AmbiguousWidth::Wide);
                if setting != AmbiguousWidth::Auto || !is_ambiguous_wide() {
                    return Ok(None);
                }
                set_ambiguous_wide(false);
            }
        }
        self.screen.forget();
        // Lines are kept by the width that they were laid out for.
        let (columns, rows) = self.app.size;
        if columns > 1 {
            if let Some(end) = self.tell(Msg::Resize(columns - 1, rows))? {
                return Ok(Some(end));
            }
            return self.tell(Msg::Resize(columns, rows));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_left_to_terminals_that_cannot_be_kept_from_it() {
        let orders = |set: &[(&str, &str)]| {
            orders_anyway(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        for set in [
            &[("TERM", "xterm-kitty")][..],
            &[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1"), ("TMUX", "x")],
            &[("TERM", "xterm-256color"), ("KONSOLE_VERSION", "230804")],
            &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")],
            &[("TERM", "screen-256color"), ("VTE_VERSION", "7600"), ("TMUX", "/tmp/tmux,1,0")],
        ] {
            assert!(orders(set), "{set:?}");
        }
        for set in [
            &[][..],
            &[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")],
            &[("TERM", "foot")],
            &[("TERM", "alacritty")],
            &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")],
            &[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux,1,0"), ("KONSOLE_VERSION", "")],
        ] {
            assert!(!orders(set), "{set:?}");
        }
    }
}
