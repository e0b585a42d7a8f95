//! Theme files: TOML in, styles by role out, and what was wrong with which line.
//!
//! Owns the format. A bad line costs that line, never the file. Knows no terminal and reads no
//! disk: the text is handed in, and so is the way to a theme that another inherits from. Enter at
//! [`parse`].
//!
//! ```toml
//! inherits = "dark"              # optional
//! [palette]
//! snow = "#f2f4f8"               # #rrggbb, a name of the 16, 0 to 255, or default
//! [roles]
//! title.focused = "snow bold"    # a colour, `on` a colour, and attributes, in any order
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::colour::{Colour, Ink};
use super::role::Role;

/// Themes inherit at most so deep.
const DEEPEST: usize = 8;
/// Faults of TOML itself that one file may have before the rest is left alone.
const MOST_BAD_LINES: usize = 50;

const ATTRIBUTES: [&str; 6] = ["bold", "dim", "italic", "underline", "reverse", "strike"];

/// What can be wrong with a line of a theme file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Not TOML.
    Syntax,
    /// No such key or section.
    UnknownKey,
    /// No such role.
    UnknownRole,
    /// Neither a colour, nor in the palette, nor an attribute.
    UnknownWord,
    /// Should be text.
    NotText,
    /// No such theme to inherit from.
    UnknownTheme,
    /// Inherits from itself, perhaps by way of others.
    Circle,
}

/// A line that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, as it was named by the caller.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub fault: Fault,
    /// The word in question; raw text of the file.
    pub word: String,
    /// The nearest word that would be right.
    pub nearest: Option<String>,
}

/// A theme file as read: styles by role, inherited ones included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    inks: BTreeMap<Role, Ink>,
}

impl Sheet {
    /// The style that the files give to a role itself.
    #[must_use]
    pub fn own(&self, role: Role) -> Option<Ink> {
        self.inks.get(&role).copied()
    }

    /// The style of a role: its own, else that of the role it falls back to.
    #[must_use]
    pub fn ink(&self, role: Role) -> Ink {
        let mut at = role;
        loop {
            if let Some(ink) = self.own(at) {
                return ink;
            }
            if at == at.fallback() {
                return Ink::default();
            }
            at = at.fallback();
        }
    }
}

/// Reads a theme file. `find` gives the text of a theme by name, for `inherits`.
#[must_use]
pub fn parse(file: &str, source: &str, find: &dyn Fn(&str) -> Option<String>) -> (Sheet, Vec<Diagnostic>) {
    let mut reader = Reader { find, diagnostics: Vec::new() };
    let mut raw = Raw::default();
    reader.read(file, source, &mut raw, 0);
    let sheet = reader.settle(&raw);
    (sheet, reader.diagnostics)
}

/// What the files say, before colours are looked up: a theme may change its parent's palette.
#[derive(Default)]
struct Raw {
    palette: BTreeMap<String, Colour>,
    roles: BTreeMap<Role, (String, String, usize)>,
}

struct Reader<'a> {
    find: &'a dyn Fn(&str) -> Option<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(&mut self, file: &str, line: usize, fault: Fault, word: &str, nearest: Option<String>) {
        self.diagnostics.push(Diagnostic { file: file.to_owned(), line, fault, word: word.to_owned(), nearest });
    }

    fn read(&mut self, file: &str, source: &str, raw: &mut Raw, depth: usize) {
        let Some(document) = self.parse_leniently(file, source) else { return };
        // Of what was read: faulty lines are blank in it, so offsets are not those of the file.
        let source = document.raw();
        let line = |item: &Item| line_of(source, item.span());
        let table = document.as_table();
        if let Some(item) = table.get("inherits") {
            self.inherit(file, line(item), item, raw, depth);
        }
        if let Some(palette) = table.get("palette").and_then(Item::as_table_like) {
            for (name, item) in palette.iter() {
                match item.as_str().map(|text| Colour::parse(text.trim())) {
                    Some(Some(colour)) => {
                        raw.palette.insert(name.to_owned(), colour);
                    }
                    Some(None) => {
                        self.report(file, line(item), Fault::UnknownWord, item.as_str().unwrap_or_default(), None);
                    }
                    None => self.report(file, line(item), Fault::NotText, name, None),
                }
            }
        }
        if let Some(roles) = table.get("roles").and_then(Item::as_table_like) {
            self.roles(file, source, roles, "", raw);
        }
        for (key, item) in table {
            if !matches!(key, "inherits" | "palette" | "roles") {
                let nearest = nearest(key, ["inherits", "palette", "roles"].into_iter());
                self.report(file, line(item), Fault::UnknownKey, key, nearest);
            }
        }
    }

    fn inherit(&mut self, file: &str, line: usize, item: &Item, raw: &mut Raw, depth: usize) {
        let Some(parent) = item.as_str() else {
            self.report(file, line, Fault::NotText, "inherits", None);
            return;
        };
        if depth >= DEEPEST {
            self.report(file, line, Fault::Circle, parent, None);
            return;
        }
        if let Some(source) = (self.find)(parent) {
            self.read(parent, &source, raw, depth + 1);
        } else {
            let nearest = nearest(parent, super::names::BUILT_IN.into_iter());
            self.report(file, line, Fault::UnknownTheme, parent, nearest);
        }
    }

    fn roles(&mut self, file: &str, source: &str, table: &dyn TableLike, prefix: &str, raw: &mut Raw) {
        for (key, item) in table.iter() {
            let name = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
            if let Some(deeper) = item.as_table_like() {
                self.roles(file, source, deeper, &name, raw);
                continue;
            }
            let line = line_of(source, item.span());
            let Some(role) = Role::parse(&name) else {
                let nearest = nearest(&name, Role::ALL.iter().map(|role| role.name()));
                self.report(file, line, Fault::UnknownRole, &name, nearest);
                continue;
            };
            match item.as_str() {
                Some(text) => {
                    raw.roles.insert(role, (text.to_owned(), file.to_owned(), line));
                }
                None => self.report(file, line, Fault::NotText, &name, None),
            }
        }
    }

    fn settle(&mut self, raw: &Raw) -> Sheet {
        let mut sheet = Sheet::default();
        for (role, (text, file, line)) in &raw.roles {
            match parse_ink(text, &raw.palette) {
                Ok(ink) => {
                    sheet.inks.insert(*role, ink);
                }
                Err(word) => {
                    let known = raw.palette.keys().map(String::as_str).chain(ATTRIBUTES);
                    let nearest = nearest(&word, known);
                    self.report(file, *line, Fault::UnknownWord, &word, nearest);
                }
            }
        }
        sheet
    }

    /// TOML with its faulty lines left out, one after the other.
    fn parse_leniently(&mut self, file: &str, source: &str) -> Option<Document<String>> {
        let mut lines: Vec<&str> = source.split('\n').collect();
        for _ in 0..MOST_BAD_LINES {
            let text = lines.join("\n");
            match Document::parse(text.clone()) {
                Ok(document) => return Some(document),
                Err(error) => {
                    let number = line_of(&text, error.span());
                    let bad = lines.get_mut(number - 1)?;
                    self.diagnostics.push(Diagnostic {
                        file: file.to_owned(),
                        line: number,
                        fault: Fault::Syntax,
                        word: bad.trim().to_owned(),
                        nearest: None,
                    });
                    if bad.is_empty() {
                        return None;
                    }
                    *bad = "";
                }
            }
        }
        None
    }
}

/// The line, from 1, on which a span begins.
fn line_of(source: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start).min(source.len());
    source.as_bytes().iter().take(start).filter(|byte| **byte == b'\n').count() + 1
}

/// The word in question, when there is a fault.
fn parse_ink(text: &str, palette: &BTreeMap<String, Colour>) -> Result<Ink, String> {
    let mut ink = Ink::default();
    let mut on_ground = false;
    for word in text.split_whitespace() {
        match word {
            "bold" => ink.bold = true,
            "dim" => ink.dim = true,
            "italic" => ink.italic = true,
            "underline" => ink.underline = true,
            "reverse" => ink.reverse = true,
            "strike" => ink.strike = true,
            "on" => {
                on_ground = true;
                continue;
            }
            _ => {
                let colour = palette.get(word).copied().or_else(|| Colour::parse(word));
                let colour = colour.ok_or_else(|| word.to_owned())?;
                if on_ground {
                    ink.bg = Some(colour);
                } else {
                    ink.fg = Some(colour);
                }
            }
        }
        on_ground = false;
    }
    Ok(ink)
}

fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().div_ceil(3))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::names;
    use super::*;

    fn read(source: &str) -> (Sheet, Vec<Diagnostic>) {
        parse("mine.toml", source, &|name| names::source(name).map(str::to_owned))
    }

    #[test]
    fn built_in_themes_have_no_fault_and_leave_no_role_out() {
        for name in names::BUILT_IN {
            let source = names::source(name).unwrap();
            let (sheet, diagnostics) = parse(name, source, &|name| names::source(name).map(str::to_owned));
            assert_eq!(diagnostics, [], "{name}");
            for role in Role::ALL {
                assert!(sheet.own(*role).is_some(), "{name} lacks {}", role.name());
            }
        }
    }

    #[test]
    fn text_of_every_role_can_be_read_on_every_ground() {
        for (name, ground) in [("dark", Colour::Rgb(0x10, 0x12, 0x14)), ("light", Colour::Rgb(0xff, 0xff, 0xff))] {
            let (sheet, _) = read(&format!("inherits = {name:?}"));
            let grounds = Role::ALL.iter().filter(|role| role.is_ground()).filter_map(|role| sheet.ink(*role).bg);
            for ground in grounds.chain([ground]) {
                for role in Role::ALL.iter().filter(|role| role.is_text()) {
                    let ink = sheet.ink(*role);
                    let ratio = ink.fg.unwrap().contrast(ink.bg.unwrap_or(ground)).unwrap();
                    assert!(ratio >= 4.5, "{name}: {} on {ground:?} has {ratio:.2}", role.name());
                }
            }
        }
    }

    #[test]
    fn the_theme_without_colour_has_none_and_still_tells_rows_apart() {
        let (sheet, _) = read("inherits = \"mono\"");
        for role in Role::ALL {
            let ink = sheet.ink(*role);
            assert!(ink.fg.is_none() && ink.bg.is_none(), "{}", role.name());
        }
        assert!(sheet.ink(Role::Selection).reverse);
        assert!(sheet.ink(Role::Done).strike);
    }

    #[test]
    fn a_child_changes_its_parents_palette() {
        let (sheet, diagnostics) = read("inherits = \"dark\"\n[palette]\nsnow = \"#123456\"\n");
        assert_eq!(diagnostics, []);
        assert_eq!(sheet.ink(Role::TextBright).fg, Some(Colour::Rgb(0x12, 0x34, 0x56)));
    }

    #[test]
    fn a_bad_line_costs_that_line_and_names_the_nearest_word() {
        let source = "[palette]\nsnow = \"#ffffff\"\nmud = \"#fffff\"\n[roles]\ntext.normal = \"snwo\"\n\
                      text.brigth = \"snow\"\n=\nlink = \"snow underline on 4\"\nerror = 3\n[role]\n";
        let (sheet, diagnostics) = read(source);
        let seen: Vec<_> = diagnostics.iter().map(|d| (d.line, d.fault, d.nearest.as_deref())).collect();
        assert_eq!(
            seen,
            [
                (7, Fault::Syntax, None),
                (3, Fault::UnknownWord, None),
                (6, Fault::UnknownRole, Some("text.bright")),
                (9, Fault::NotText, None),
                (10, Fault::UnknownKey, Some("roles")),
                (5, Fault::UnknownWord, Some("snow")),
            ]
        );
        let link = sheet.own(Role::Link).unwrap();
        assert_eq!((link.fg, link.bg, link.underline), (Some(Colour::Rgb(255, 255, 255)), Some(Colour::Ansi(4)), true));
    }

    #[test]
    fn a_circle_of_themes_ends() {
        let (_, diagnostics) = parse("a", "inherits = \"a\"", &|_| Some("inherits = \"a\"".to_owned()));
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics.first().map(|d| d.fault), Some(Fault::Circle));
    }

    #[test]
    fn nonsense_is_survived() {
        for source in ["\u{0}\u{1b}[2J", "[[[[", "\"", "roles = 3\npalette = 4", &"=\n".repeat(200)] {
            let _ = read(source);
        }
    }
}
