//! Our own marks: literals that take one cell. Where letters of ambiguous width are wide, as many of these are,
//! ASCII stands for them ([`Sign::shown`]).
//!
//! Owns every glyph of the chrome. Beside [`Clean`](crate::text::Clean) text a [`Sign`] is the only
//! thing that reaches a cell. No emoji: their width is a matter of taste. Each colour meaning has one
//! of these or a word beside it.

use ratatui::buffer::Buffer;

use crate::domain::{Channel, Priority};
use crate::text::is_ambiguous_wide;

/// A glyph of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign(&'static str);

impl Sign {
    /// The glyph.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The glyph as it is shown: where letters of ambiguous width take two cells, one of ASCII stands for it if
    /// it is one of them.
    pub fn shown(self) -> &'static str {
        if is_ambiguous_wide() { self.narrow() } else { self.0 }
    }

    fn narrow(self) -> &'static str {
        // ASCII takes one cell everywhere.
        if self.0.len() == 1 { self.0 } else { plain(self.0).unwrap_or("?") }
    }
}

/// What has the cursor.
pub const BAR: Sign = Sign("▌");
/// What has the cursor in a pane without the focus.
pub const BAR_IDLE: Sign = Sign("▏");
/// What is quoted, and the side of a note.
pub const GUTTER: Sign = Sign("▎");
/// Between panes.
pub const RULE_DOWN: Sign = Sign("│");
/// Between parts of a pane.
pub const RULE_ACROSS: Sign = Sign("─");
/// Around events and dividers.
pub const DOTS: Sign = Sign("┄");
/// Selected.
pub const MARKED: Sign = Sign("■");
/// Not read.
pub const UNREAD: Sign = Sign("●");
/// It is the customer's turn: we owe an answer.
pub const TURN: Sign = Sign("↩");
/// Asleep.
pub const SNOOZED: Sign = Sign("☾");
/// Opened again.
pub const REOPENED: Sign = Sign("↺");
/// Given to somebody else.
pub const GIVEN: Sign = Sign("→");
/// Closed, done.
pub const DONE: Sign = Sign("✓");
/// Not done.
pub const CROSS: Sign = Sign("×");
/// No longer in this list.
pub const LEFT: Sign = Sign("◌");
/// A draft.
pub const DRAFT: Sign = Sign("✎");
/// A file.
pub const FILE: Sign = Sign("◫");
/// More below a folded line, or a folded section.
pub const FOLDED: Sign = Sign("▸");
/// An unfolded section.
pub const UNFOLDED: Sign = Sign("▾");
/// Where one is in what is longer than its pane.
pub const THUMB: Sign = Sign("▐");
/// Needs care at once.
pub const URGENT: Sign = Sign("‼");
/// Needs care.
pub const CARE: Sign = Sign("!");
/// Something cut or left out.
pub const MORE: Sign = Sign("…");
/// Leads from one to the next.
pub const INTO: Sign = Sign("›");
/// Between facts.
pub const DOT: Sign = Sign("·");
/// Rated.
pub const STAR: Sign = Sign("★");
/// Where typing goes, when nothing is typed yet.
pub const PROMPT: Sign = Sign("❯");
/// On its way.
pub const SENDING: Sign = Sign("↗");
/// Goes again.
pub const AGAIN: Sign = Sign("↻");
/// Nobody knows yet.
pub const UNKNOWN: Sign = Sign("?");

/// The upper half of a cell.
pub const HALF: Sign = Sign("▀");
/// From dark to light, on a dark ground.
pub const SHADES: [Sign; 10] =
    [Sign(" "), Sign("."), Sign(":"), Sign("-"), Sign("="), Sign("+"), Sign("*"), Sign("#"), Sign("%"), Sign("@")];

/// Corners and sides of an overlay.
pub const CORNERS: [Sign; 4] = [Sign("╭"), Sign("╮"), Sign("╰"), Sign("╯")];

/// The bar: thinner without the focus, for those who see no colours.
pub const fn bar(focused: bool) -> Sign {
    if focused { BAR } else { BAR_IDLE }
}

/// How a conversation came in.
pub const fn channel(channel: &Channel) -> Sign {
    Sign(match channel {
        Channel::Chat => "❞",
        Channel::Email => "✉",
        Channel::Phone => "☏",
        Channel::Sms => "✆",
        Channel::Whatsapp => "w",
        Channel::Facebook => "f",
        Channel::Instagram => "i",
        Channel::Twitter => "t",
        Channel::Push => "↑",
        Channel::Other(_) => "·",
    })
}

/// How much it matters; a blank for none.
pub const fn priority(priority: Priority) -> Sign {
    Sign(match priority {
        Priority::None => " ",
        Priority::Low => "↓",
        Priority::Medium => "·",
        Priority::High => "!",
        Priority::Urgent => "‼",
    })
}

/// The ASCII letter that stands for one of our signs where a terminal has no more; `None` for others.
pub fn plain(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "▌" | "▐" => "#",
        "▏" | "▎" | "│" | "‖" => "|",
        "─" | "┄" | "−" | "—" | "–" => "-",
        "●" | "★" => "*",
        "■" => "X",
        "↩" => "<",
        "☾" => "z",
        "↺" | "↻" => "@",
        "→" | "›" | "❯" | "▸" => ">",
        "✓" | "▾" | "↓" => "v",
        "×" => "x",
        "◌" => "o",
        "✎" => "e",
        "‼" => "!",
        "…" => "~",
        "·" => ".",
        "↗" | "↑" => "^",
        "❞" => "c",
        "✉" => "m",
        "☏" => "p",
        "✆" => "s",
        "◫" | "╭" | "╮" | "╰" | "╯" => "+",
        "’" | "‘" => "'",
        "“" | "”" => "\"",
        _ => return None,
    })
}

/// The ASCII sign nearest to one of lists and tables that messages are laid out with, and of money.
fn rough(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "•" | "◦" | "▪" | "▸" | "‣" | "■" => "*",
        "┼" | "├" | "┤" | "┬" | "┴" | "┌" | "┐" | "└" | "┘" => "+",
        "═" | "━" | "‑" | "‐" => "-",
        "§" => "S",
        "€" => "E",
        "£" => "L",
        "«" => "<",
        "»" => ">",
        _ => return None,
    })
}

/// Puts ASCII in the place of our signs, and of every letter too where the terminal shows nothing else: its base
/// letter, or `?`.
pub fn make_plain(buf: &mut Buffer, ascii_only: bool) {
    for cell in &mut buf.content {
        if cell.symbol().len() == 1 {
            continue;
        }
        if let Some(plain) = plain(cell.symbol()) {
            cell.set_symbol(plain);
        } else if ascii_only {
            let base = match rough(cell.symbol()) {
                Some(sign) => sign.to_owned(),
                None => crate::text::fold(cell.symbol()),
            };
            let letter = base.chars().next().filter(|letter| base.len() == 1 && letter.is_ascii_graphic());
            // Folding makes letters small.
            let is_large = cell.symbol().chars().next().is_some_and(char::is_uppercase);
            let letter = letter.map_or('?', |letter| if is_large { letter.to_ascii_uppercase() } else { letter });
            cell.set_char(if cell.symbol() == "\u{A0}" { ' ' } else { letter });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width;

    #[test]
    fn a_terminal_of_ascii_gets_nothing_else() {
        let mut buf = Buffer::with_lines(["│ Zoë ÉTÉ 日本 ● – 5 € שלום • ┼"]);
        make_plain(&mut buf, true);
        let shown: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(shown, "| Zoe ETE ? ?  * - 5 E ???? * +");
    }

    #[test]
    fn every_sign_takes_one_cell() {
        let mut all = vec![
            BAR,
            BAR_IDLE,
            REOPENED,
            GIVEN,
            GUTTER,
            RULE_DOWN,
            RULE_ACROSS,
            DOTS,
            MARKED,
            UNREAD,
            TURN,
            SNOOZED,
            DONE,
            CROSS,
            LEFT,
            DRAFT,
            FILE,
            FOLDED,
            UNFOLDED,
            URGENT,
            CARE,
            MORE,
            INTO,
            DOT,
            STAR,
            PROMPT,
            SENDING,
            AGAIN,
            UNKNOWN,
            THUMB,
        ];
        all.extend(CORNERS);
        all.extend(Priority::ALL.map(priority));
        for word in ["chat", "email", "phone", "sms", "whatsapp", "facebook", "instagram", "twitter", "push", "new"] {
            all.push(channel(&Channel::parse(word)));
        }
        for sign in all {
            assert_eq!(width(sign.as_str()), 1, "{}", sign.as_str());
            assert_eq!(sign.as_str().chars().count(), 1, "{}", sign.as_str());
            let plain = plain(sign.as_str()).unwrap_or(sign.as_str());
            assert!(plain.is_ascii() && plain.len() == 1, "{plain}");
            assert_eq!(sign.narrow(), plain);
        }
    }
}
