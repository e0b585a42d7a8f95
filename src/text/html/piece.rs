//! What a body says, in order, still as it came: the pieces between reading and building.

use super::document::{Fold, SpanStyle};
use super::links::Links;
use super::looks::Numbering;
use crate::text::filter::is_silent;

/// Text and how it is meant, not clean yet.
pub(super) type Words = Vec<(String, SpanStyle)>;

/// What a body says, in order.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) pieces: Vec<Piece>,
    pub(super) links: Links,
    pub(super) hidden: usize,
    pub(super) trackers: usize,
    pub(super) cut: bool,
}

/// A block, not clean yet.
#[derive(Default)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    pub(super) quote_depth: u8,
    pub(super) indent: u8,
    pub(super) gap: bool,
    pub(super) fold: Option<Fold>,
    /// The sender's program says that this introduces a quote.
    pub(super) attribution: bool,
    /// The sender's program says that this is an earlier message.
    pub(super) cited: bool,
    pub(super) words: Words,
}

#[derive(Default)]
pub(super) enum PieceKind {
    #[default]
    Paragraph,
    Heading(u8),
    Item(Marker),
    Code,
    Rule,
    Table(Box<Rows>),
}

/// A table that means something.
#[derive(Default)]
pub(super) struct Rows {
    /// Empty when nothing says what the columns are called.
    pub(super) header: Vec<Words>,
    pub(super) rows: Vec<Vec<Words>>,
}

/// What stands before a list item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Bullet,
    Number(i32, Numbering),
    /// As the sender's program wrote it.
    Written(String),
}

impl Marker {
    /// As it is shown on this level of lists, from 1.
    pub(super) fn label(&self, depth: u8) -> String {
        match self {
            Self::Bullet => match depth {
                0 | 1 => "•",
                2 => "◦",
                _ => "–",
            }
            .to_owned(),
            Self::Number(number, numbering) => match numbering {
                Numbering::Letters => format!("{}.", letters(*number)),
                Numbering::Capitals => format!("{}.", letters(*number).to_ascii_uppercase()),
                Numbering::Roman => format!("{}.", roman(*number).to_ascii_lowercase()),
                Numbering::RomanCapitals => format!("{}.", roman(*number)),
                Numbering::Decimal | Numbering::Nothing => format!("{number}."),
            },
            Self::Written(text) => text.clone(),
        }
    }
}

/// `a` … `z`, `aa` …; digits below 1.
fn letters(number: i32) -> String {
    if number < 1 {
        return number.to_string();
    }
    let mut rest = number;
    let mut reversed = Vec::new();
    while rest > 0 {
        rest -= 1;
        reversed.push(b'a' + u8::try_from(rest % 26).unwrap_or(0));
        rest /= 26;
    }
    reversed.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// `I` to `MMMCMXCIX`; digits beyond.
fn roman(number: i32) -> String {
    const SIGNS: [(i32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..4_000).contains(&number) {
        return number.to_string();
    }
    let mut rest = number;
    let mut text = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            text.push_str(sign);
            rest -= value;
        }
    }
    text
}

/// Whether a reader would see anything of it.
pub(super) fn is_visible(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_silent(c) && c != '\u{2800}')
}

/// Whether a reader would see anything of them.
pub(super) fn are_visible(words: &Words) -> bool {
    words.iter().any(|(text, style)| style.image || is_visible(text))
}

fn is_blank(scalar: char) -> bool {
    scalar.is_whitespace() || is_silent(scalar)
}

/// Takes line breaks (and spaces, unless they matter) from the start; says how many line breaks.
pub(super) fn trim_start(words: &mut Words, keep_indent: bool) -> usize {
    let mut breaks = 0;
    let mut empty = 0;
    for (text, style) in words.iter_mut() {
        if style.image {
            break;
        }
        // Blank lines go; the indent of the first line stays where it was meant.
        let body = text.trim_start_matches(is_blank);
        let mut kept = text[..text.len() - body.len()].rfind('\n').map_or(0, |at| at + 1);
        if body.is_empty() {
            kept = text.len();
        } else if !keep_indent {
            kept += text[kept..].len() - text[kept..].trim_start_matches(' ').len();
        }
        breaks += text[..kept].matches('\n').count();
        text.drain(..kept);
        if !text.is_empty() {
            break;
        }
        empty += 1;
    }
    words.drain(..empty);
    breaks
}

/// Takes white space from the end; says how many line breaks it had.
pub(super) fn trim_end(words: &mut Words) -> usize {
    let mut breaks = 0;
    while let Some((text, style)) = words.last_mut() {
        if style.image {
            break;
        }
        let kept = text.trim_end_matches(is_blank).len();
        breaks += text[kept..].matches('\n').count();
        text.truncate(kept);
        if !text.is_empty() {
            break;
        }
        words.pop();
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_lists_ask() {
        let label = |number, numbering| Marker::Number(number, numbering).label(1);
        assert_eq!(label(28, Numbering::Letters), "ab.");
        assert_eq!(label(3, Numbering::Capitals), "C.");
        assert_eq!(label(1994, Numbering::RomanCapitals), "MCMXCIV.");
        assert_eq!(label(4, Numbering::Roman), "iv.");
        assert_eq!(label(-2, Numbering::Roman), "-2.");
        assert_eq!(label(0, Numbering::Letters), "0.");
        assert_eq!(label(i32::MAX, Numbering::Roman), format!("{}.", i32::MAX));
    }
}
