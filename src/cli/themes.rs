//! `themes`: what each looks like, and how well it can be read.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use clap::Args;
use serde_json::{Value, json};

use super::print;
use super::session::{configuration, variable};
use crate::error::Failure;
use crate::text::{clean, pad};
use crate::theme::{Colour, Depth, Ink, Role, Sheet, names, parse};
use crate::words::{Arg, Words};

#[derive(Debug, Args)]
pub(super) struct ThemesArgs {
    /// Print one JSON document
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Print one JSON document a line
    #[arg(long)]
    jsonl: bool,
}

/// The roles of a sample line, each shown by its own name.
const SAMPLE: [Role; 8] = [
    Role::TextBright,
    Role::Text,
    Role::TextDim,
    Role::Accent,
    Role::Note,
    Role::SlaOk,
    Role::SlaSoon,
    Role::SlaBreached,
];

/// A theme with the ground that its text is measured against.
struct Theme {
    name: &'static str,
    sheet: Sheet,
    ground: Option<Colour>,
}

fn load(name: &'static str) -> Theme {
    let source = names::source(name).unwrap_or_default();
    let (sheet, _) = parse(name, source, &|name| names::source(name).map(str::to_owned));
    // What stands behind text is the terminal's; a theme says which it is made for by its overlays.
    let ground = sheet.ink(Role::Overlay).bg;
    Theme { name, sheet, ground }
}

impl Theme {
    /// Contrast of a role's text to what is behind it, 1 to 21; absent where the terminal chooses a colour.
    fn contrast(&self, role: Role) -> Option<f64> {
        let ink = self.sheet.ink(role);
        ink.fg?.contrast(ink.bg.or(self.ground)?)
    }

    /// The text that is hardest to read.
    fn worst(&self) -> Option<(Role, f64)> {
        let all = Role::ALL.iter().filter(|role| role.is_text());
        let known = all.filter_map(|role| Some((*role, self.contrast(*role)?)));
        known.min_by(|one, other| one.1.total_cmp(&other.1))
    }
}

pub(super) fn run(args: &ThemesArgs) -> Result<(), Failure> {
    let (_, config) = configuration()?;
    let words = Words::english();
    let chosen = if config.theme.is_empty() { names::DEFAULT } else { config.theme.as_str() };
    let themes: Vec<Theme> = names::BUILT_IN.into_iter().map(load).collect();
    if args.json || args.jsonl {
        let all: Vec<Value> = themes
            .iter()
            .map(|theme| {
                let rounded = |ratio: f64| (ratio * 100.0).round() / 100.0;
                let roles: Vec<Value> = Role::ALL
                    .iter()
                    .filter(|role| role.is_text())
                    .map(|role| json!({"role": role.name(), "contrast": theme.contrast(*role).map(rounded)}))
                    .collect();
                json!({
                    "name": theme.name,
                    "chosen": theme.name == chosen,
                    "lowest_contrast": theme.worst().map(|(_, ratio)| rounded(ratio)),
                    "roles": roles,
                })
            })
            .collect();
        return if args.jsonl { print::jsonl(&all) } else { print::json(&all.into()) };
    }
    let depth = if io::stdout().is_terminal() {
        Depth::from_environment(
            variable("NO_COLOR").as_deref(),
            variable("COLORTERM").as_deref(),
            variable("TERM").as_deref(),
        )
    } else {
        Depth::Mono
    };
    let coloured = io::stdout().is_terminal() && variable("NO_COLOR").is_none();
    let mut text = String::new();
    for theme in &themes {
        let star = if theme.name == chosen { '*' } else { ' ' };
        let _ = write!(text, "{star} {} ", pad(&clean(theme.name), 8));
        for role in SAMPLE {
            let ink = Ink { bg: theme.sheet.ink(role).bg.or(theme.ground), ..theme.sheet.ink(role) };
            let (on, off) = if coloured { (escape(ink, depth), "\u{1b}[0m") } else { (String::new(), "") };
            let _ = write!(text, "{on} {} {off}", role.name());
        }
        let measured = match theme.worst() {
            Some((role, ratio)) => {
                let (ratio, role) = (clean(&format!("{ratio:.1}:1")), clean(role.name()));
                words.with("cli-theme-contrast", &[("ratio", Arg::Text(&ratio)), ("role", Arg::Text(&role))])
            }
            None => words.say("cli-theme-terminal"),
        };
        let _ = writeln!(text, "  {measured}");
    }
    print::bytes(text.as_bytes())
}

/// The sequence that turns a style on.
fn escape(ink: Ink, depth: Depth) -> String {
    let mut codes = String::from("\u{1b}[0");
    let flags = [(ink.bold, 1), (ink.dim, 2), (ink.italic, 3), (ink.underline, 4), (ink.reverse, 7), (ink.strike, 9)];
    for (_, code) in flags.into_iter().filter(|(on, _)| *on) {
        let _ = write!(codes, ";{code}");
    }
    for (colour, base) in [(ink.fg, 30_u16), (ink.bg, 40)] {
        let _ = match colour.and_then(|colour| colour.at(depth)) {
            None => Ok(()),
            Some(Colour::Default) => write!(codes, ";{}", base + 9),
            Some(Colour::Ansi(at @ 0..8)) => write!(codes, ";{}", base + u16::from(at)),
            Some(Colour::Ansi(at)) => write!(codes, ";{}", base + 52 + u16::from(at)),
            Some(Colour::Indexed(at)) => write!(codes, ";{};5;{at}", base + 8),
            Some(Colour::Rgb(r, g, b)) => write!(codes, ";{};2;{r};{g};{b}", base + 8),
        };
    }
    codes.push('m');
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_the_codes_of_the_terminal() {
        let ink = Ink { fg: Some(Colour::Ansi(9)), bg: Some(Colour::Rgb(1, 2, 3)), bold: true, ..Ink::default() };
        assert_eq!(escape(ink, Depth::True), "\u{1b}[0;1;91;48;2;1;2;3m");
        assert_eq!(escape(ink, Depth::Mono), "\u{1b}[0;1m");
    }

    #[test]
    fn every_built_in_theme_with_colours_can_be_read() {
        for name in names::BUILT_IN {
            if let Some((role, ratio)) = load(name).worst() {
                assert!(ratio >= 4.5, "{name}: {} has {ratio:.2}", role.name());
            }
        }
    }
}
