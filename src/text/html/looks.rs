//! What an element's `style` and presentational attributes say, as far as it matters for reading.
//!
//! Owns which text counts as hidden. `aria-hidden` does not hide: it is on the screen of whoever sent it.
//! Enter at [`Looks::of`].

use super::tokens::Attributes;
use crate::text::beginning;

/// Bytes of a style that are read.
const STYLE_CAP: usize = 4_000;
/// Margins and paddings from here on, in pixels, part what is above from what is below.
const WIDE: f32 = 8.0;
/// Where nobody looks, in pixels to the left or above.
const FAR: f32 = -500.0;

/// A colour, as 0xRRGGBB.
pub(super) type Colour = u32;

/// What an element's attributes say.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // independent properties
pub(super) struct Looks {
    /// Nobody sees it or anything in it.
    pub(super) hidden: bool,
    /// Text so small that nobody sees it; an element within can be larger again.
    pub(super) tiny: Option<bool>,
    /// The colour of its text, and of what is behind.
    pub(super) colour: Option<Colour>,
    pub(super) background: Option<Colour>,
    /// A style sheet may say more.
    pub(super) classed: bool,
    pub(super) strong: Option<bool>,
    pub(super) emphasis: Option<bool>,
    pub(super) strike: bool,
    pub(super) keeps_space: Option<bool>,
    /// A blank line before, or none, whatever is usual for the element.
    pub(super) above: Option<bool>,
    /// The same, after.
    pub(super) below: Option<bool>,
    /// There is a border on the left or all around; there is none.
    pub(super) bordered: Option<bool>,
    /// `list-style-type`, when it says something.
    pub(super) list: Option<Numbering>,
    /// Word's way to say that a paragraph is a list item: its level from 1.
    pub(super) word_level: Option<u8>,
    /// Word's own list marker.
    pub(super) word_marker: bool,
    /// Width and height in pixels, where given.
    pub(super) edges: [Option<f32>; 2],
}

/// How the items of a list are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbering {
    Decimal,
    Letters,
    Capitals,
    Roman,
    RomanCapitals,
    /// No marker at all.
    Nothing,
}

impl Numbering {
    /// What a list's `type` says.
    pub(super) fn of_type(value: &str) -> Option<Self> {
        Some(match value.trim() {
            "1" => Self::Decimal,
            "a" => Self::Letters,
            "A" => Self::Capitals,
            "i" => Self::Roman,
            "I" => Self::RomanCapitals,
            _ => return None,
        })
    }

    fn of_style(value: &str) -> Option<Self> {
        value.split_ascii_whitespace().find_map(|word| {
            Some(match word {
                "decimal" => Self::Decimal,
                "lower-alpha" | "lower-latin" => Self::Letters,
                "upper-alpha" | "upper-latin" => Self::Capitals,
                "lower-roman" => Self::Roman,
                "upper-roman" => Self::RomanCapitals,
                "none" => Self::Nothing,
                _ => return None,
            })
        })
    }
}

impl Looks {
    /// Reads the attributes that say how an element looks.
    pub(super) fn of(attributes: Attributes<'_>) -> Self {
        let mut looks = Self::default();
        for (key, value) in attributes.each() {
            match key {
                "hidden" => looks.hidden = true,
                "width" => looks.edges[0] = pixels(value.trim()),
                "height" => looks.edges[1] = pixels(value.trim()),
                "color" | "text" => looks.colour = colour(&value.to_ascii_lowercase()),
                "bgcolor" => looks.background = colour(&value.to_ascii_lowercase()),
                "class" => {
                    looks.classed = !value.is_empty();
                    if value.split_ascii_whitespace().any(is_tight) {
                        (looks.above, looks.below) = (Some(false), Some(false));
                    }
                }
                _ => {}
            }
        }
        if let Some(style) = attributes.get("style") {
            looks.read_style(style);
        }
        looks
    }

    fn read_style(&mut self, style: &str) {
        let style = beginning(style, STYLE_CAP).to_ascii_lowercase();
        let (mut shown, mut visible, mut clipped, mut flat, mut low) = (true, true, false, false, false);
        let mut borders: [Option<bool>; 2] = [None, None];
        for declaration in style.split(';') {
            let Some((property, value)) = declaration.split_once(':') else { continue };
            let value = value.trim().trim_end_matches("!important").trim();
            match property.trim() {
                "display" => shown = value != "none",
                "visibility" => visible = !matches!(value, "hidden" | "collapse"),
                "mso-hide" => self.hidden |= value == "all",
                "opacity" => self.hidden |= number(value).is_some_and(|n| n <= 0.01),
                "color" => {
                    self.hidden |= is_transparent(value);
                    self.colour = colour(value).or(self.colour);
                }
                "background" | "background-color" => self.background = colour(value).or(self.background),
                "font-size" => self.tiny = Some(is_tiny(value)),
                "text-indent" | "left" | "top" | "margin-left" => {
                    self.hidden |= number(value).is_some_and(|n| n <= FAR);
                }
                "overflow" | "overflow-y" => clipped = matches!(value, "hidden" | "clip"),
                "max-height" => low |= number(value) == Some(0.0),
                "max-width" => flat |= number(value) == Some(0.0),
                "width" => {
                    flat |= number(value) == Some(0.0);
                    self.edges[0] = pixels(value).or(self.edges[0]);
                }
                "height" => {
                    flat |= number(value) == Some(0.0);
                    self.edges[1] = pixels(value).or(self.edges[1]);
                }
                "clip" => self.hidden |= value.starts_with("rect(0") && !value.contains("auto"),
                "clip-path" => self.hidden |= matches!(value, "inset(50%)" | "inset(100%)" | "circle(0)"),
                "transform" => self.hidden |= matches!(value, "scale(0)" | "scale(0,0)" | "scale(0, 0)"),
                "font-weight" => {
                    self.strong = Some(matches!(value, "bold" | "bolder" | "600" | "700" | "800" | "900"));
                }
                "font-style" => self.emphasis = Some(value.starts_with("italic") || value.starts_with("oblique")),
                "text-decoration" | "text-decoration-line" => self.strike |= value.contains("line-through"),
                "white-space" => self.keeps_space = Some(value.starts_with("pre") || value == "break-spaces"),
                "margin" => {
                    (self.above, self.below) = around(value);
                    self.hidden |= value.split_ascii_whitespace().filter_map(number).any(|n| n <= FAR);
                }
                "margin-top" => {
                    self.above = pixels(value).map(|n| n >= WIDE);
                    self.hidden |= number(value).is_some_and(|n| n <= FAR);
                }
                "margin-bottom" => self.below = pixels(value).map(|n| n >= WIDE),
                // Only more room than usual says something.
                "padding" => {
                    let (above, below) = around(value);
                    self.above = above.filter(|wide| *wide).or(self.above);
                    self.below = below.filter(|wide| *wide).or(self.below);
                }
                "padding-top" if pixels(value).is_some_and(|n| n >= WIDE) => self.above = Some(true),
                "padding-bottom" if pixels(value).is_some_and(|n| n >= WIDE) => self.below = Some(true),
                "border" | "border-style" | "border-width" => borders[0] = Some(is_drawn(value)),
                "border-left" | "border-inline-start" => borders[1] = Some(is_drawn(value)),
                "list-style" | "list-style-type" => self.list = Numbering::of_style(value).or(self.list),
                "mso-list" if value == "ignore" => self.word_marker = true,
                "mso-list" => {
                    let level = value.split_once("level").and_then(|(_, rest)| number(rest));
                    self.word_level = level.map(|level| level.clamp(1.0, 9.0) as u8);
                }
                _ => {}
            }
        }
        self.bordered = match borders {
            [_, Some(left)] => Some(left),
            [all, None] => all,
        };
        self.hidden |= !shown || !visible || low || (clipped && flat);
    }

    /// An image that nobody sees: a pixel at most in one direction, or hidden.
    pub(super) fn is_speck(&self) -> bool {
        self.hidden || self.edges.into_iter().flatten().any(|edge| edge <= 1.0)
    }

    /// An image without any extent: it is there to be fetched, not to be seen.
    pub(super) fn is_pixel(&self) -> bool {
        self.hidden || (self.is_speck() && self.edges.into_iter().flatten().all(|edge| edge <= 1.0))
    }

    /// An image of an icon's size at most.
    pub(super) fn is_icon(&self) -> bool {
        self.edges.into_iter().flatten().any(|edge| edge <= 24.0)
    }
}

/// Classes of paragraphs without a blank line between them.
fn is_tight(class: &str) -> bool {
    let class = class.trim_start_matches("x_");
    class.starts_with("MsoNormal") || class.starts_with("MsoListParagraph") || class == "no-margin"
}

/// Whether a shorthand of up to four lengths leaves room above and below; nothing where it does not say.
fn around(value: &str) -> (Option<bool>, Option<bool>) {
    let mut words = value.split_ascii_whitespace().map(|word| pixels(word).map(|n| n >= WIDE));
    let above = words.next().flatten();
    let below = words.nth(1).unwrap_or(above);
    (above, below)
}

/// Whether a border is there to be seen.
fn is_drawn(value: &str) -> bool {
    !value.contains("none") && !value.contains("hidden") && number(value) != Some(0.0)
}

/// Whether text of this size cannot be read.
fn is_tiny(value: &str) -> bool {
    let Some(size) = number(value) else { return false };
    let relative = value.ends_with("em") || value.ends_with('%');
    size <= 0.0 || (size < 2.0 && !relative) || (value.ends_with("em") && size < 0.1) || value == "1%"
}

/// The number that a length begins with.
fn number(value: &str) -> Option<f32> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(value.len());
    value.get(..end.min(16))?.parse().ok()
}

/// A length in pixels, unless it depends on something else.
fn pixels(value: &str) -> Option<f32> {
    let size = number(value)?;
    let unit = value.trim_end();
    if size == 0.0 {
        Some(0.0)
    } else if unit.ends_with('%') || unit.ends_with("vw") || unit.ends_with("auto") {
        None
    } else if unit.ends_with("em") {
        Some(size * 16.0)
    } else if unit.ends_with("pt") {
        Some(size * 4.0 / 3.0)
    } else if unit.ends_with("cm") {
        Some(size * 38.0)
    } else if unit.ends_with("in") {
        Some(size * 96.0)
    } else {
        Some(size)
    }
}

fn is_transparent(value: &str) -> bool {
    let alpha = || value.strip_prefix("rgba(")?.trim_end_matches(')').rsplit(',').next()?.trim().parse::<f32>().ok();
    value == "transparent" || alpha() == Some(0.0)
}

/// A colour that stands first in a value: `#fff`, `#ffffff`, `rgb(255, 255, 255)`, `white`, `black`.
fn colour(value: &str) -> Option<Colour> {
    let value = value.trim();
    if let Some(parts) = value.strip_prefix("rgb(").and_then(|rest| rest.split(')').next()) {
        let mut of =
            parts.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.trim().parse::<u32>().ok());
        let mut next = || of.next().flatten().filter(|part| *part < 256);
        return Some((next()? << 16) + (next()? << 8) + next()?);
    }
    let word = value.split_ascii_whitespace().next()?;
    match word {
        "white" => return Some(0xFF_FF_FF),
        "black" => return Some(0),
        _ => {}
    }
    let digits = word.strip_prefix('#')?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        6 => Some(code),
        3 => Some(((code >> 8) & 15) * 0x11_00_00 + ((code >> 4) & 15) * 0x11_00 + (code & 15) * 0x11),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styled(style: &str) -> Looks {
        let mut looks = Looks::default();
        looks.read_style(style);
        looks
    }

    #[test]
    fn what_nobody_sees_is_hidden() {
        for style in [
            "DISPLAY: none !important",
            "visibility:hidden",
            "mso-hide:all",
            "opacity:0",
            "max-height:0px",
            "height:0;overflow:hidden",
            "position:absolute;left:-9999px",
            "text-indent:-9999px",
            "color:transparent",
            "color:rgba(0,0,0,0)",
            "clip:rect(0 0 0 0)",
        ] {
            assert!(styled(style).hidden, "{style}");
        }
        for style in ["display:block", "display:none;display:block", "opacity:0.9", "height:0", "left:10px", "margin:0"]
        {
            assert!(!styled(style).hidden, "{style}");
        }
        assert_eq!(styled("font-size:1px").tiny, Some(true));
        assert_eq!(styled("font-size:0.9em").tiny, Some(false));
        assert_eq!(styled("font-size:100%").tiny, Some(false));
    }

    #[test]
    fn colours_are_read_in_every_notation() {
        for value in ["#fff", "#FFFFFF", "white", "rgb(255, 255, 255)", "#fff url(x)"] {
            assert_eq!(colour(&value.to_ascii_lowercase()), Some(0xFF_FF_FF), "{value}");
        }
        assert_eq!(colour("url(x)"), None);
    }

    #[test]
    fn margins_are_told_from_none() {
        let margins = |style| (styled(style).above, styled(style).below);
        assert_eq!(margins("margin:0"), (Some(false), Some(false)));
        assert_eq!(margins("margin:0 0 16px"), (Some(false), Some(true)));
        assert_eq!(margins("margin:0in;margin-bottom:.0001pt"), (Some(false), Some(false)));
        assert_eq!(margins("padding:0 20px"), (None, None));
        assert_eq!(margins("padding:20px"), (Some(true), Some(true)));
        assert_eq!(margins("padding:0 12px 16px"), (None, Some(true)));
        assert_eq!(margins("margin:auto"), (None, None));
    }

    #[test]
    fn long_styles_are_read_in_part() {
        let style = format!("{}display:none", "x:é;".repeat(10_000));
        assert!(!styled(&style).hidden);
    }
}
