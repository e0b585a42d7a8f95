//! `config.toml`: what is in it, and what is wrong with it.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, nearest};
use super::paths::Paths;
use super::pipes;
use super::settings::{Advance, AmbiguousWidth, Bidi, Density, EditorUse, LinkUse, Preview, Settings};
use crate::domain::{Guard, when};

/// Where a workspace's helpdesk is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Intercom, in this region: `us`, `eu` or `au`.
    Region(String),
    /// A self-hosted helpdesk.
    Url(String),
}

/// One `[[workspace]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceConfig {
    /// The user's name for it.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// No customer is behind it: the screen says so.
    pub test: bool,
    /// Colour of its name on screen, as a theme file writes one: `#rrggbb`, or one of the 16 names.
    pub colour: Option<String>,
}

impl WorkspaceConfig {
    /// A workspace without marks.
    #[must_use]
    pub fn new(name: impl Into<String>, place: Place) -> Self {
        Self { name: name.into(), place, test: false, colour: None }
    }
}

/// All of `config.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// In the order of the file.
    pub workspaces: Vec<WorkspaceConfig>,
    /// Name of the default one; the first where none is named.
    pub default: Option<String>,
    /// Theme's name; empty for the default.
    pub theme: String,
    /// What the screen needs.
    pub settings: Settings,
}

const TOP: &[&str] = &[
    "time_zone",
    "theme",
    "default",
    "workspace",
    "advance",
    "preview",
    "density",
    "mouse",
    "ambiguous_width",
    "bidi",
    "links",
    "undo_window",
    "composer",
    "guard",
    "history",
    "blocked_files",
    "pipe",
];

pub(super) struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.text.get(..at).map_or(0, |before| before.matches('\n').count() + 1)
    }

    pub(super) fn say(&mut self, at: usize, what: impl Into<String>, meant: Option<String>) {
        let line = self.line_of(at);
        let what: String = what.into().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.found.push(Diagnostic { file: self.file.to_owned(), line, what, meant });
    }

    pub(super) fn check_keys(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let meant = nearest(name, known.iter().copied());
                self.say(key.span().start, format!("no setting \"{name}\""), meant);
            }
        }
    }

    pub(super) fn text<'t>(&mut self, table: &'t DeTable<'_>, key: &str) -> Option<(usize, &'t str)> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some((value.span().start, text)),
            _ => {
                self.say(value.span().start, format!("\"{key}\" takes a text in quotes"), None);
                None
            }
        }
    }

    pub(super) fn choice<T: Copy>(&mut self, table: &DeTable<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let (at, word) = self.text(table, key)?;
        let hit = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if hit.is_none() {
            let meant = nearest(word, choices.iter().map(|(name, _)| *name));
            self.say(at, format!("\"{key}\" cannot be \"{word}\""), meant);
        }
        hit
    }

    pub(super) fn flag(&mut self, table: &DeTable<'_>, key: &str) -> Option<bool> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.say(value.span().start, format!("\"{key}\" is true or false"), None);
                None
            }
        }
    }

    pub(super) fn duration(&mut self, table: &DeTable<'_>, key: &str) -> Option<Duration> {
        let (at, text) = self.text(table, key)?;
        let value = when::parse_duration(text);
        if value.is_none() {
            self.say(at, format!("\"{key}\" takes a duration like \"10s\", not \"{text}\""), None);
        }
        value
    }
}

impl Config {
    /// Reads `config.toml`; a missing one is an empty one.
    ///
    /// # Errors
    /// When the file is there and cannot be read. Bad lines are diagnostics, not errors.
    pub fn load(paths: &Paths) -> io::Result<(Self, Vec<Diagnostic>)> {
        let file = paths.config_file();
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        Ok(Self::parse(&file, &text))
    }

    /// Reads the text of a `config.toml`. Ours is the good part; each bad line is a diagnostic.
    #[must_use]
    pub fn parse(file: &Path, text: &str) -> (Self, Vec<Diagnostic>) {
        let mut read = Reader { file, text, found: Vec::new() };
        let mut config = Self::default();
        // The parser recovers: one line of nonsense leaves the other lines standing.
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            read.say(at, error.message().to_owned(), None);
        }
        let table = table.get_ref();
        read.check_keys(table, TOP);
        let settings = &mut config.settings;
        if let Some((at, name)) = read.text(table, "time_zone") {
            match TimeZone::get(name) {
                Ok(zone) => {
                    settings.zone = zone;
                    settings.time_zone_known = true;
                }
                Err(_) => {
                    let names: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
                    let meant = nearest(name, names.iter().map(String::as_str));
                    read.say(at, format!("no time zone \"{name}\""), meant);
                }
            }
        }
        if let Some((_, theme)) = read.text(table, "theme") {
            theme.clone_into(&mut config.theme);
        }
        if let Some(advance) = read.choice(
            table,
            "advance",
            &[("next", Advance::Next), ("previous", Advance::Previous), ("list", Advance::List)],
        ) {
            settings.advance = advance;
        }
        if let Some(preview) = read.choice(table, "preview", &[("follow", Preview::Follow), ("open", Preview::Open)]) {
            settings.preview = preview;
        }
        if let Some(density) =
            read.choice(table, "density", &[("comfortable", Density::Comfortable), ("compact", Density::Compact)])
        {
            settings.density = density;
        }
        if let Some(mouse) = read.flag(table, "mouse") {
            settings.mouse = mouse;
        }
        let widths =
            [("auto", AmbiguousWidth::Auto), ("narrow", AmbiguousWidth::Narrow), ("wide", AmbiguousWidth::Wide)];
        if let Some(width) = read.choice(table, "ambiguous_width", &widths) {
            settings.ambiguous_width = width;
        }
        let orders = [("auto", Bidi::Auto), ("visual", Bidi::Visual), ("terminal", Bidi::Terminal)];
        if let Some(bidi) = read.choice(table, "bidi", &orders) {
            settings.bidi = bidi;
        }
        let uses = [("open", LinkUse::Open), ("copy", LinkUse::Copy), ("osc8", LinkUse::Osc8)];
        if let Some(links) = read.choice(table, "links", &uses) {
            settings.links = links;
        }
        let guards = [Guard::On, Guard::Customers, Guard::Off].map(|guard| (guard.as_str(), guard));
        if let Some(guard) = read.choice(table, "guard", &guards) {
            settings.guard = guard;
        }
        match read.text(table, "history") {
            Some((_, "all")) => settings.history = None,
            Some((at, text)) => match when::parse_duration(text).filter(|kept| !kept.is_zero()) {
                Some(kept) => settings.history = Some(kept),
                None => {
                    let meant = nearest(text, ["all"]);
                    read.say(
                        at,
                        format!("\"history\" takes a duration like \"1y\", or \"all\", not \"{text}\""),
                        meant,
                    );
                }
            },
            None => {}
        }
        if let Some(endings) = read_endings(&mut read, table) {
            settings.blocked_files = endings;
        }
        if let Some(value) = table.get("undo_window") {
            if let DeValue::Table(windows) = value.get_ref() {
                read.check_keys(windows, &["email", "chat", "act"]);
                if let Some(wait) = read.duration(windows, "email") {
                    settings.timings.undo_email = wait;
                }
                if let Some(wait) = read.duration(windows, "chat") {
                    settings.timings.undo_chat = wait;
                }
                if let Some(wait) = read.duration(windows, "act") {
                    settings.timings.undo_act = wait;
                }
            } else {
                read.say(value.span().start, "\"undo_window\" takes { email = \"10s\", chat = \"3s\" }", None);
            }
        }
        if let Some(value) = table.get("composer") {
            if let DeValue::Table(composer) = value.get_ref() {
                read.check_keys(composer, &["take", "editor"]);
                let uses = [("key", EditorUse::OnKey), ("always", EditorUse::Always)];
                if let Some(editor) = read.choice(composer, "editor", &uses) {
                    settings.composer_editor = editor;
                }
                match composer.get("take").map(toml::Spanned::get_ref) {
                    Some(DeValue::Boolean(take)) => settings.composer_take = *take,
                    Some(_) => read.say(value.span().start, "\"composer.take\" is true or false", None),
                    None => {}
                }
            } else {
                read.say(value.span().start, "\"composer\" takes { take = true }", None);
            }
        }
        settings.pipes = pipes::read(&mut read, table);
        if let Some(value) = table.get("workspace") {
            if let DeValue::Array(list) = value.get_ref() {
                for entry in list {
                    if let DeValue::Table(workspace) = entry.get_ref() {
                        config.workspaces.extend(read_workspace(&mut read, entry.span().start, workspace));
                    }
                }
            } else {
                read.say(value.span().start, "a workspace is written [[workspace]]", None);
            }
        }
        if let Some((at, name)) = read.text(table, "default") {
            if config.workspaces.iter().any(|workspace| workspace.name == name) {
                config.default = Some(name.to_owned());
            } else {
                let meant = nearest(name, config.workspaces.iter().map(|workspace| workspace.name.as_str()));
                read.say(at, format!("no workspace is called \"{name}\""), meant);
            }
        }
        (config, read.found)
    }

    /// The workspace of this name; without one the default.
    #[must_use]
    pub fn workspace(&self, name: Option<&str>) -> Option<&WorkspaceConfig> {
        match name {
            Some(name) => self.workspaces.iter().find(|workspace| workspace.name == name),
            None => {
                let named = self.workspaces.iter().find(|workspace| Some(&workspace.name) == self.default.as_ref());
                named.or_else(|| self.workspaces.first())
            }
        }
    }
}

/// `blocked_files = [".js", ".bat"]`: each a dot and letters or digits; the dot may be left out.
fn read_endings(read: &mut Reader<'_>, table: &DeTable<'_>) -> Option<Vec<String>> {
    const KEY: &str = "blocked_files";
    let value = table.get(KEY)?;
    let DeValue::Array(list) = value.get_ref() else {
        read.say(value.span().start, format!("\"{KEY}\" takes a list like [\".js\", \".bat\"]"), None);
        return None;
    };
    let mut endings = Vec::new();
    for entry in list {
        let text = if let DeValue::String(text) = entry.get_ref() { text.as_ref() } else { "" };
        let ending = text.trim_start_matches('.').to_lowercase();
        if ending.is_empty() || !ending.chars().all(char::is_alphanumeric) {
            let what = format!("\"{KEY}\" takes endings like \".js\", not \"{text}\"");
            read.say(entry.span().start, what, None);
        } else {
            endings.push(format!(".{ending}"));
        }
    }
    Some(endings)
}

fn read_workspace(read: &mut Reader<'_>, at: usize, table: &DeTable<'_>) -> Option<WorkspaceConfig> {
    read.check_keys(table, &["name", "region", "url", "test", "colour"]);
    let name = read.text(table, "name").map(|(_, name)| name.to_owned());
    let region = read.choice(table, "region", &[("us", "us"), ("eu", "eu"), ("au", "au")]);
    let url = read.text(table, "url").map(|(_, url)| url.to_owned());
    let place = match (region, url) {
        (_, Some(url)) => Place::Url(url),
        (Some(region), None) => Place::Region(region.to_owned()),
        (None, None) => {
            read.say(at, "a workspace needs region = \"us\", \"eu\" or \"au\", or url = \"https://…\"", None);
            return None;
        }
    };
    let Some(name) = name else {
        read.say(at, "a workspace needs a name", None);
        return None;
    };
    let test = read.flag(table, "test").unwrap_or(false);
    let colour = read.text(table, "colour").and_then(|(at, word)| {
        let known = is_colour(word).then(|| word.to_owned());
        if known.is_none() {
            let meant = nearest(word, COLOURS);
            read.say(at, format!("\"colour\" takes \"#rrggbb\" or a name like \"red\", not \"{word}\""), meant);
        }
        known
    });
    Some(WorkspaceConfig { name, place, test, colour })
}

/// Names of colours that a terminal has, as theme files and config.toml write them; in the order of their numbers.
pub const COLOURS: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// Whether a theme file and `colour` take this word for a colour: `#rrggbb`, or one of the 16 names.
#[must_use]
pub fn is_colour(word: &str) -> bool {
    let is_hex = |digits: &str| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    COLOURS.contains(&word) || word.strip_prefix('#').is_some_and(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Config, Vec<String>) {
        let (config, found) = Config::parse(Path::new("config.toml"), text);
        (config, found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_good_file_is_read_whole() {
        let (config, found) = parse(
            "time_zone = \"Europe/Berlin\"\nadvance = \"list\"\nundo_window = { email = \"20s\", chat = \"0s\" }\n\
             composer = { take = false, editor = \"always\" }\n[[workspace]]\nname = \"Northwind\"\nregion = \"eu\"\n\
             [[workspace]]\nname = \"Own\"\nurl = \"https://desk.example\"\n",
        );
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(config.settings.advance, Advance::List);
        assert_eq!(config.settings.timings.undo_email, Duration::from_secs(20));
        assert!(!config.settings.composer_take);
        assert_eq!(config.settings.composer_editor, EditorUse::Always);
        assert!(config.settings.time_zone_known);
        assert_eq!(config.workspace(None).map(|w| w.name.as_str()), Some("Northwind"));
        assert_eq!(config.workspace(Some("Own")).map(|w| &w.place), Some(&Place::Url("https://desk.example".into())));
    }

    #[test]
    fn guard_and_history_are_read() {
        let (config, found) = parse("guard = \"customers\"\nhistory = \"1y\"\n");
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(config.settings.guard, Guard::Customers);
        assert_eq!(config.settings.history, Some(Duration::from_secs(365 * 86_400)));
        let (config, found) = parse("history = \"all\"\n");
        assert_eq!((config.settings.history, found), (None, Vec::new()));
        let (config, found) = parse("guard = \"custmers\"\nhistory = \"al\"\n");
        assert_eq!((config.settings.guard, config.settings.history), (Guard::On, None));
        assert!(found[0].ends_with("did you mean \"customers\"?"), "{found:?}");
        assert!(found[1].ends_with("or \"all\", not \"al\"; did you mean \"all\"?"), "{found:?}");
        let (_, found) = parse("history = \"0d\"\nguard = true\n");
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn links_open_unless_it_is_said() {
        assert_eq!(parse("").0.settings.links, LinkUse::Open);
        let (config, found) = parse("links = \"osc8\"\n");
        assert_eq!((config.settings.links, found), (LinkUse::Osc8, Vec::new()));
        assert_eq!(parse("links = \"copy\"\n").0.settings.links, LinkUse::Copy);
        assert_eq!(parse("links = \"shell\"\n").1.len(), 1);
    }

    #[test]
    fn widths_and_order_are_the_terminals_affair_unless_it_is_said() {
        let settings = parse("").0.settings;
        assert_eq!((settings.ambiguous_width, settings.bidi), (AmbiguousWidth::Auto, Bidi::Auto));
        let (config, found) = parse("ambiguous_width = \"wide\"\nbidi = \"terminal\"\n");
        assert_eq!((config.settings.ambiguous_width, config.settings.bidi), (AmbiguousWidth::Wide, Bidi::Terminal));
        assert!(found.is_empty(), "{found:?}");
        let (config, found) = parse("ambiguous_width = \"narow\"\n");
        assert_eq!((config.settings.ambiguous_width, found.len()), (AmbiguousWidth::Auto, 1));
    }

    #[test]
    fn endings_are_read_with_and_without_their_dot() {
        let (config, found) = parse("blocked_files = [\".JS\", \"bat\"]\n");
        assert_eq!((config.settings.blocked_files, found), (vec![".js".to_owned(), ".bat".to_owned()], Vec::new()));
        let (config, found) = parse("blocked_files = [\".js\", 7, \"a/b\", \"\"]\n");
        assert_eq!((config.settings.blocked_files.len(), found.len()), (1, 3), "{found:?}");
        assert_eq!(parse("blocked_files = \".js\"\n").1.len(), 1);
    }

    #[test]
    fn the_mouse_is_ours_unless_it_is_said() {
        assert!(parse("").0.settings.mouse);
        let (config, found) = parse("mouse = false\n");
        assert_eq!((config.settings.mouse, found), (false, Vec::new()));
        let (config, found) = parse("mouse = \"off\"\n");
        assert_eq!((config.settings.mouse, found.len()), (true, 1));
    }

    #[test]
    fn a_bad_line_costs_that_line_and_is_named() {
        let (config, found) = parse(
            "tiem_zone = \"Europe/Berlin\"\nadvance = \"nxt\"\ntime_zone = \"Europe/Berln\"\npreview = \"open\"\n",
        );
        assert_eq!(config.settings.preview, Preview::Open);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found.iter().any(|line| line == "config.toml:1: no setting \"tiem_zone\"; did you mean \"time_zone\"?")
        );
        assert!(found.iter().any(|line| line.ends_with("did you mean \"next\"?")));
        assert!(found.iter().any(|line| line.contains("Europe/Berlin")));
    }

    #[test]
    fn nonsense_leaves_the_other_lines_standing() {
        let (config, found) = parse("theme = \"light\"\n== what\npreview = \"open\"\n");
        assert_eq!(config.theme, "light");
        assert_eq!(config.settings.preview, Preview::Open);
        assert!(!found.is_empty());
    }
}
