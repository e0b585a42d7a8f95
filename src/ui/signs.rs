//! Our own marks: literals that take one cell on every terminal.
//!
//! Owns every glyph of the chrome. Beside [`Clean`](crate::text::Clean) text a [`Sign`] is the only
//! thing that reaches a cell. No emoji: their width is a matter of taste. Each colour meaning has one
//! of these or a word beside it.

use crate::domain::{Channel, Priority};

/// A glyph of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign(&'static str);

impl Sign {
    /// The glyph.
    pub const fn as_str(self) -> &'static str {
        self.0
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width;

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
        }
    }
}
