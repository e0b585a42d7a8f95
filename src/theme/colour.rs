//! Colours and attributes, without a terminal.
//!
//! Owns how a colour is written in a theme file, how it is made coarser for terminals that have
//! few, and the contrast of two colours. Enter at [`Ink`] and [`Depth`].

use crate::config::COLOURS;

/// A colour of a theme file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Colour {
    /// The terminal's own foreground or background.
    #[default]
    Default,
    /// One of the terminal's 16 colours: 0 to 7, and 8 to 15 for the bright ones.
    Ansi(u8),
    /// One of the 240 fixed colours of the 256: 16 to 255.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// What text of a role looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is one attribute of the terminal")]
pub struct Ink {
    /// Colour of the letters; absent leaves what is there.
    pub fg: Option<Colour>,
    /// Colour of the ground; absent leaves what is there.
    pub bg: Option<Colour>,
    /// Bold.
    pub bold: bool,
    /// Faint.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Letters and ground exchanged.
    pub reverse: bool,
    /// Struck through.
    pub strike: bool,
}

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// None, or none wanted (`NO_COLOR`).
    Mono,
    /// The 16 that the user has chosen.
    Ansi,
    /// 256.
    Indexed,
    /// All.
    #[default]
    True,
}

/// What the 16 colours are on most terminals; only used to find the nearest.
const ANSI_VALUES: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 49, 49),
    (13, 188, 121),
    (229, 229, 16),
    (36, 114, 200),
    (188, 63, 188),
    (17, 168, 205),
    (204, 204, 204),
    (102, 102, 102),
    (241, 76, 76),
    (35, 209, 139),
    (245, 245, 67),
    (59, 142, 234),
    (214, 112, 214),
    (41, 184, 219),
    (255, 255, 255),
];

const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Colour {
    /// From `#rrggbb`, `default`, a name of the 16 (`bright-red`), or `0` to `255`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        if let Some(hex) = word.strip_prefix('#') {
            if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            let [_, r, g, b] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
            return Some(Self::Rgb(r, g, b));
        }
        if word == "default" {
            return Some(Self::Default);
        }
        if let Some(at) = COLOURS.iter().position(|name| *name == word) {
            return u8::try_from(at).ok().map(Self::Ansi);
        }
        let number: u8 = word.parse().ok()?;
        Some(if number < 16 { Self::Ansi(number) } else { Self::Indexed(number) })
    }

    /// The nearest colour that the terminal has; `None` when it has none.
    #[must_use]
    pub fn at(self, depth: Depth) -> Option<Self> {
        match (depth, self) {
            (Depth::Mono, _) => None,
            (Depth::True, colour)
            | (_, colour @ (Self::Default | Self::Ansi(_)))
            | (Depth::Indexed, colour @ Self::Indexed(_)) => Some(colour),
            (Depth::Indexed, Self::Rgb(r, g, b)) => Some(Self::Indexed(nearest_of_256(r, g, b))),
            (Depth::Ansi, colour) => {
                let (r, g, b) = colour.rgb()?;
                Some(Self::Ansi(nearest_of_16(r, g, b)))
            }
        }
    }

    /// Red, green, blue; `None` for the terminal's own colour. The 16 are taken as most terminals
    /// have them.
    #[must_use]
    pub fn rgb(self) -> Option<(u8, u8, u8)> {
        match self {
            Self::Default => None,
            Self::Ansi(at) => ANSI_VALUES.get(usize::from(at)).copied(),
            Self::Rgb(r, g, b) => Some((r, g, b)),
            Self::Indexed(at @ 232..) => {
                let grey = 8 + (at - 232) * 10;
                Some((grey, grey, grey))
            }
            Self::Indexed(at) => {
                let at = usize::from(at.saturating_sub(16));
                let step = |n: usize| CUBE.get(n % 6).copied().unwrap_or_default();
                Some((step(at / 36), step(at / 6), step(at)))
            }
        }
    }

    /// Contrast of two colours by WCAG 2.1, 1 to 21; `None` when one is the terminal's own.
    #[must_use]
    pub fn contrast(self, with: Self) -> Option<f64> {
        let (one, other) = (luminance(self.rgb()?), luminance(with.rgb()?));
        Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
    }
}

impl Depth {
    /// From the values of `NO_COLOR`, `COLORTERM` and `TERM`.
    #[must_use]
    pub fn from_environment(no_color: Option<&str>, colorterm: Option<&str>, term: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        if no_color.is_some_and(|value| !value.is_empty()) || matches!(term, "dumb" | "vt100" | "vt102" | "vt220") {
            Self::Mono
        } else if matches!(colorterm, Some("truecolor" | "24bit")) || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color")
            || ["kitty", "alacritty", "foot", "wezterm", "ghostty"].iter().any(|name| term.contains(name))
        {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }
}

fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
    let channel = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
}

fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    // The eye sees green best and blue least.
    3 * square(one.0, other.0) + 6 * square(one.1, other.1) + square(one.2, other.2)
}

fn nearest_of_256(r: u8, g: u8, b: u8) -> u8 {
    (16..=255_u8)
        .min_by_key(|at| Colour::Indexed(*at).rgb().map_or(u32::MAX, |value| distance(value, (r, g, b))))
        .unwrap_or(16)
}

fn nearest_of_16(r: u8, g: u8, b: u8) -> u8 {
    (0..16_u8)
        .min_by_key(|at| Colour::Ansi(*at).rgb().map_or(u32::MAX, |value| distance(value, (r, g, b))))
        .unwrap_or(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_every_spelling() {
        assert_eq!(Colour::parse("#10aBfF"), Some(Colour::Rgb(0x10, 0xab, 0xff)));
        assert_eq!(Colour::parse("bright-red"), Some(Colour::Ansi(9)));
        assert_eq!(Colour::parse("7"), Some(Colour::Ansi(7)));
        assert_eq!(Colour::parse("200"), Some(Colour::Indexed(200)));
        assert_eq!(Colour::parse("default"), Some(Colour::Default));
        for wrong in ["#10abf", "#10abfg", "#éé", "256", "-1", "mauve", ""] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn few_colours_are_the_nearest_ones() {
        assert_eq!(Colour::Rgb(255, 0, 0).at(Depth::Indexed), Some(Colour::Indexed(196)));
        assert_eq!(Colour::Rgb(128, 128, 128).at(Depth::Indexed), Some(Colour::Indexed(244)));
        assert_eq!(Colour::Rgb(250, 250, 250).at(Depth::Ansi), Some(Colour::Ansi(15)));
        assert_eq!(Colour::Rgb(200, 40, 40).at(Depth::Ansi), Some(Colour::Ansi(1)));
        assert_eq!(Colour::Rgb(200, 40, 40).at(Depth::Mono), None);
        assert_eq!(Colour::Ansi(3).at(Depth::Indexed), Some(Colour::Ansi(3)));
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let ratio = Colour::Rgb(0, 0, 0).contrast(Colour::Rgb(255, 255, 255)).unwrap_or_default();
        assert!((ratio - 21.0).abs() < 0.01, "{ratio}");
        let ratio = Colour::Rgb(0x77, 0x77, 0x77).contrast(Colour::Rgb(255, 255, 255)).unwrap_or_default();
        assert!((ratio - 4.48).abs() < 0.01, "{ratio}");
    }

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        let depth = Depth::from_environment;
        assert_eq!(depth(Some("1"), Some("truecolor"), Some("xterm-256color")), Depth::Mono);
        assert_eq!(depth(Some(""), Some("truecolor"), Some("xterm-256color")), Depth::True);
        assert_eq!(depth(None, None, Some("tmux-256color")), Depth::Indexed);
        assert_eq!(depth(None, None, Some("linux")), Depth::Ansi);
        assert_eq!(depth(None, None, Some("vt100")), Depth::Mono);
        assert_eq!(depth(None, None, None), Depth::Ansi);
    }
}
