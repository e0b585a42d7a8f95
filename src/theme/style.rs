//! Roles as styles of the terminal at hand.
//!
//! Owns the step from a theme's inks to ratatui's styles, fewer colours included. The only place of
//! this room that knows ratatui. Enter at [`Theme::built_in`] or [`Theme::new`].

use ratatui::style::{Color, Modifier, Style};

use super::colour::{Colour, Depth, Ink};
use super::load::{Sheet, parse};
use super::names;
use super::role::Role;

/// A style for every role, ready for one terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; Role::COUNT],
    plain_signs: bool,
    ascii_only: bool,
    depth: Depth,
    /// Of the workspace's name, where it has a colour of its own.
    frame: Option<Color>,
}

impl Theme {
    /// The styles of a theme file at a colour depth.
    #[must_use]
    pub fn new(sheet: &Sheet, depth: Depth) -> Self {
        let mut styles = [Style::new(); Role::COUNT];
        for (style, role) in styles.iter_mut().zip(Role::ALL) {
            *style = style_of(sheet.ink(*role), depth);
        }
        // Where the grounds are lost with the colours, the attributes of the colourless theme tell
        // rows apart.
        if depth == Depth::Mono {
            let plain = sheet_of(names::WITHOUT_COLOUR);
            for (style, role) in styles.iter_mut().zip(Role::ALL) {
                *style = style.patch(style_of(plain.ink(*role), depth));
            }
        }
        Self { styles, plain_signs: false, ascii_only: false, depth, frame: None }
    }

    /// A built-in theme at a colour depth; the default one when there is none of this name.
    #[must_use]
    pub fn built_in(name: &str, depth: Depth) -> Self {
        let name = if depth == Depth::Mono { names::WITHOUT_COLOUR } else { name };
        Self::new(&sheet_of(name), depth)
    }

    /// The same theme with signs of ASCII only, or not.
    #[must_use]
    pub const fn with_plain_signs(self, plain_signs: bool) -> Self {
        Self { plain_signs, ..self }
    }

    /// The same theme for a terminal that shows nothing but ASCII.
    #[must_use]
    pub const fn with_ascii_only(self, ascii_only: bool) -> Self {
        Self { ascii_only, plain_signs: self.plain_signs || ascii_only, ..self }
    }

    /// The same theme with the workspace's own colour, as near as this terminal has it.
    #[must_use]
    pub fn with_frame(self, colour: Option<Colour>, depth: Depth) -> Self {
        Self { frame: colour.and_then(|colour| colour.at(depth)).map(color), ..self }
    }

    /// A style in the workspace's own colour; as it is where the workspace has none.
    #[must_use]
    pub fn framed(&self, style: Style) -> Style {
        self.frame.map_or(style, |colour| style.fg(colour))
    }

    /// How many colours the terminal has.
    #[must_use]
    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// Whether signs are of ASCII only.
    #[must_use]
    pub const fn has_plain_signs(&self) -> bool {
        self.plain_signs
    }

    /// Whether letters too are of ASCII only; what is not is shown by its base letter, or `?`.
    #[must_use]
    pub const fn is_ascii_only(&self) -> bool {
        self.ascii_only
    }

    /// Whether a locale of this name (`LC_ALL`, `LC_CTYPE` or `LANG`, the first that is set) names a charset that
    /// is not UTF-8. C and POSIX, and names without a charset, say nothing about the terminal.
    #[must_use]
    pub fn names_other_charset(locale: &str) -> bool {
        let locale = locale.to_ascii_lowercase();
        let (name, modifier) = locale.split_once('@').unwrap_or((&locale, ""));
        match name.split_once('.') {
            Some((_, charset)) => !matches!(charset.replace(['-', '_'], "").as_str(), "" | "utf8"),
            // What it meant when it was needed: ISO 8859-15.
            None => modifier == "euro",
        }
    }

    /// Whether a terminal with this value of `TERM` and a locale of this name (`LC_ALL`, `LC_CTYPE` or
    /// `LANG`, the first that is set) has letters for ASCII signs only.
    #[must_use]
    pub fn needs_plain_signs(term: Option<&str>, locale: Option<&str>) -> bool {
        let few = term.is_some_and(|term| ["linux", "vt1", "vt2", "dumb"].iter().any(|few| term.starts_with(few)));
        few || locale.is_some_and(Self::names_other_charset)
    }

    /// The style of a role.
    #[must_use]
    pub const fn style(&self, role: Role) -> Style {
        // A role's place is below `Role::COUNT`, the length of the array.
        self.styles[role.index()]
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::built_in(names::DEFAULT, Depth::default())
    }
}

fn sheet_of(name: &str) -> Sheet {
    let source = names::source(name).or_else(|| names::source(names::DEFAULT)).unwrap_or_default();
    parse(name, source, &|name| names::source(name).map(str::to_owned)).0
}

fn style_of(ink: Ink, depth: Depth) -> Style {
    let mut modifier = Modifier::empty();
    for (wanted, flag) in [
        (ink.bold, Modifier::BOLD),
        (ink.dim, Modifier::DIM),
        (ink.italic, Modifier::ITALIC),
        (ink.underline, Modifier::UNDERLINED),
        (ink.reverse, Modifier::REVERSED),
        (ink.strike, Modifier::CROSSED_OUT),
    ] {
        if wanted {
            modifier |= flag;
        }
    }
    let mut style = Style::new().add_modifier(modifier);
    style.fg = ink.fg.and_then(|colour| colour.at(depth)).map(color);
    style.bg = ink.bg.and_then(|colour| colour.at(depth)).map(color);
    if depth == Depth::Ansi && ink.bg.is_some() && style.fg == style.bg {
        // Too few colours to tell letters from ground.
        style.fg = None;
        style.bg = None;
        style = style.add_modifier(Modifier::REVERSED);
    }
    style
}

const fn color(colour: Colour) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        Colour::Rgb(r, g, b) => Color::Rgb(r, g, b),
        Colour::Ansi(at) => match at {
            0 => Color::Black,
            1 => Color::Red,
            2 => Color::Green,
            3 => Color::Yellow,
            4 => Color::Blue,
            5 => Color::Magenta,
            6 => Color::Cyan,
            7 => Color::Gray,
            8 => Color::DarkGray,
            9 => Color::LightRed,
            10 => Color::LightGreen,
            11 => Color::LightYellow,
            12 => Color::LightBlue,
            13 => Color::LightMagenta,
            14 => Color::LightCyan,
            _ => Color::White,
        },
        Colour::Indexed(at) => Color::Indexed(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colour_is_left_without_colours() {
        let theme = Theme::built_in("dark", Depth::Mono);
        for role in Role::ALL {
            let style = theme.style(*role);
            assert!(style.fg.is_none() && style.bg.is_none(), "{}", role.name());
        }
        assert!(theme.style(Role::Selection).add_modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn a_theme_keeps_rows_apart_at_every_depth() {
        for name in names::BUILT_IN {
            for depth in [Depth::Mono, Depth::Ansi, Depth::Indexed, Depth::True] {
                let theme = Theme::built_in(name, depth);
                assert_ne!(theme.style(Role::Selection), theme.style(Role::Text), "{name} {depth:?}");
                assert_ne!(theme.style(Role::Note), theme.style(Role::Text), "{name} {depth:?}");
            }
        }
    }

    #[test]
    fn consoles_and_other_locales_have_plain_signs() {
        for (term, locale, plain) in [
            (Some("linux"), Some("en_GB.UTF-8"), true),
            (Some("vt100"), None, true),
            (Some("xterm-256color"), Some("C"), false),
            (Some("xterm-256color"), Some("de_DE.ISO-8859-1"), true),
            (Some("xterm-256color"), Some("C.utf8"), false),
            (Some("xterm-256color"), Some("POSIX"), false),
            (Some("xterm-256color"), Some("de_DE"), false),
            (Some("xterm-256color"), Some("de_DE@euro"), true),
            (Some("xterm-256color"), Some("ja_JP.eucJP"), true),
            (Some("xterm-256color"), Some("en_IE.UTF-8@euro"), false),
            (Some("xterm-256color"), None, false),
            (None, Some(""), false),
        ] {
            assert_eq!(Theme::needs_plain_signs(term, locale), plain, "{term:?} {locale:?}");
        }
        assert!(Theme::default().with_plain_signs(true).has_plain_signs());
    }

    #[test]
    fn an_unknown_name_gives_the_default_theme() {
        assert_eq!(Theme::built_in("no such", Depth::True), Theme::default());
    }
}
