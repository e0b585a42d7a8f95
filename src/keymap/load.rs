//! Keymap files: a table per context, keys to the name of a command.
//!
//! ```toml
//! [list]
//! "g g" = "move.top"
//! "s" = "none"        # in a user's file: unbinds
//! ```

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::key::{Key, show};
use super::trie::{Clash, Keymap};
use crate::command::{Command, CommandId, Context};
use crate::config::{Diagnostic, nearest};

const SHIPPED: &str = include_str!("../../keymaps/default.toml");
/// What takes a binding away.
const NONE: &str = "none";

impl Keymap {
    /// The keymap that ships with the program.
    #[must_use]
    pub fn shipped() -> Self {
        // A test holds it to zero diagnostics.
        Self::parse(Path::new("keymaps/default.toml"), SHIPPED).0
    }

    /// The text of the keymap that ships with the program; documentation of the format too.
    #[must_use]
    pub const fn shipped_text() -> &'static str {
        SHIPPED
    }

    /// A keymap from a file's text. A bad line costs that line.
    #[must_use]
    pub fn parse(file: &Path, text: &str) -> (Self, Vec<Diagnostic>) {
        let mut map = Self::default();
        let found = map.extend(file, text, false);
        (map, found)
    }

    /// Lays a user's file over this keymap: its bindings replace those that they clash with.
    #[must_use]
    pub fn overlay(&mut self, file: &Path, text: &str) -> Vec<Diagnostic> {
        self.extend(file, text, true)
    }

    fn extend(&mut self, file: &Path, text: &str, replace: bool) -> Vec<Diagnostic> {
        let mut reader = Reader { file, text, found: Vec::new() };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            reader.say(at, error.message(), None);
        }
        let mut lines = reader.lines(table.get_ref());
        lines.sort_by_key(|line| line.at);
        if replace {
            for line in &lines {
                self.unbind(line.context, &line.keys);
            }
        }
        for line in lines {
            let Some(command) = line.command else { continue };
            match self.bind(line.context, &line.keys, command) {
                Ok(()) => {}
                Err(Clash::Same(taken)) => {
                    let what = format!("\"{}\" runs {} already", show(&line.keys), taken.command().name);
                    reader.say(line.at, &what, None);
                }
                Err(Clash::Prefix(other)) => {
                    let what = format!("\"{}\" and \"{other}\" cannot both be bound", show(&line.keys));
                    reader.say(line.at, &what, None);
                }
            }
        }
        reader.found.sort_by_key(|diagnostic| diagnostic.line);
        reader.found
    }
}

/// A line that was understood. Without a command it unbinds.
struct BindingLine {
    at: usize,
    context: Context,
    keys: Vec<Key>,
    command: Option<CommandId>,
}

struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn say(&mut self, at: usize, what: &str, meant: Option<String>) {
        let line = self.text.get(..at).map_or(0, |before| before.matches('\n').count() + 1);
        let what = what.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.found.push(Diagnostic { file: self.file.to_owned(), line, what, meant });
    }

    fn lines(&mut self, table: &DeTable<'_>) -> Vec<BindingLine> {
        let mut lines = Vec::new();
        for (name, value) in table {
            let at = name.span().start;
            let name: &str = name.get_ref();
            let Some(context) = Context::parse(name) else {
                let meant = nearest(name, Context::ALL.iter().map(|context| context.as_str()));
                self.say(at, &format!("no place \"{name}\" for keys"), meant);
                continue;
            };
            let DeValue::Table(bindings) = value.get_ref() else {
                self.say(at, &format!("\"{name}\" is a table: [{name}]"), None);
                continue;
            };
            for (keys, command) in bindings {
                lines.extend(self.line(context, keys.span().start, keys.get_ref(), command.get_ref()));
            }
        }
        lines
    }

    fn line(&mut self, context: Context, at: usize, keys: &str, command: &DeValue<'_>) -> Option<BindingLine> {
        let Some(sequence) = Key::parse_sequence(keys) else {
            self.say(at, &format!("\"{keys}\" is no key: try \"ctrl-k\", \"g i\", \"space\""), None);
            return None;
        };
        let DeValue::String(name) = command else {
            self.say(at, "a command's name in quotes is missing", None);
            return None;
        };
        let name: &str = name;
        let line = |command| Some(BindingLine { at, context, keys: sequence, command });
        if name == NONE {
            return line(None);
        }
        let Some(command) = CommandId::parse(name) else {
            let meant = nearest(name, Command::all().iter().map(|command| command.name));
            self.say(at, &format!("no command \"{name}\""), meant);
            return None;
        };
        if !command.command().contexts.contains(&context) {
            let places: Vec<&str> = command.command().contexts.iter().map(|context| context.as_str()).collect();
            let what = format!("{name} has no place in [{}]", context.as_str());
            self.say(at, &what, (!places.is_empty()).then(|| places.join(" or ")));
            return None;
        }
        line(Some(command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::{KeyCode, Lookup};

    fn parse(text: &str) -> (Keymap, Vec<String>) {
        let (map, found) = Keymap::parse(Path::new("k.toml"), text);
        (map, found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_shipped_map_has_no_fault() {
        assert_eq!(Keymap::parse(Path::new("keymaps/default.toml"), SHIPPED).1, []);
    }

    #[test]
    fn every_command_but_a_few_has_a_key_that_every_terminal_and_layout_can_send() {
        // Characters that need AltGr or a dead key on one of the layouts that we promise.
        let hard = |key: &Key| matches!(key.code, KeyCode::Char(letter) if "[]{}@#|\\~^`´¨€".contains(letter));
        let map = Keymap::shipped();
        for command in Command::all() {
            let easy = map
                .bindings()
                .iter()
                .any(|b| b.command == command.id && b.keys.iter().all(|key| key.is_plain() && !hard(key)));
            // In Mentions the key that closes elsewhere is done with the mention; the results of a bulk act have
            // a letter to pause it.
            let otherwise = matches!(command.id, CommandId::GoClosed | CommandId::MentionDone | CommandId::BulkPause);
            assert!(easy || otherwise, "{}", command.name);
        }
    }

    #[test]
    fn alt_does_nothing_and_text_contexts_bind_no_letter() {
        for binding in Keymap::shipped().bindings() {
            assert!(binding.keys.iter().all(|key| !key.alt), "{binding:?}");
            if binding.context.takes_text() {
                assert!(binding.keys.first().is_some_and(|key| !key.is_text()), "{binding:?}");
            }
        }
    }

    #[test]
    fn a_bad_line_costs_that_line_and_names_the_nearest_word() {
        let (map, found) = parse(
            "[list]\n\"j\" = \"move.down\"\n\"hyper-j\" = \"move.down\"\n\"k\" = \"move.upp\"\n\"x\" = 3\n[lits]\n\"j\" = \"move.down\"\n[global]\n\"e\" = \"conversation.close\"\n",
        );
        assert_eq!(map.bindings().len(), 1);
        assert_eq!(
            found,
            [
                "k.toml:3: \"hyper-j\" is no key: try \"ctrl-k\", \"g i\", \"space\"",
                "k.toml:4: no command \"move.upp\"; did you mean \"move.up\"?",
                "k.toml:5: a command's name in quotes is missing",
                "k.toml:6: no place \"lits\" for keys; did you mean \"list\"?",
                "k.toml:9: conversation.close has no place in [global]; did you mean \"inbox\"?",
            ]
        );
    }

    #[test]
    fn duplicates_and_hidden_sequences_are_reported() {
        let (map, found) = parse(
            "[global]\n\"ctrl-k\" = \"palette.open\"\n\"ctrl-K\" = \"app.quit\"\n\"g i\" = \"go.you\"\n\"g\" = \"app.quit\"\n",
        );
        assert_eq!(map.bindings().len(), 2);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|text| text.contains("k.toml:3") && text.contains("runs palette.open already")));
        assert!(found.iter().any(|text| text.contains("cannot both be bound")));
    }

    #[test]
    fn the_same_line_twice_is_reported_with_its_line() {
        let (_, found) = parse("[global]\n\"q\" = \"app.quit\"\n\"q\" = \"help.open\"\n");
        assert_eq!(found.len(), 1);
        assert!(found.first().is_some_and(|text| text.starts_with("k.toml:3")), "{found:?}");
    }

    #[test]
    fn a_users_file_replaces_and_unbinds() {
        let mut map = Keymap::shipped();
        let found = map.overlay(
            Path::new("mine.toml"),
            "[inbox]\n\"e\" = \"none\"\n\"E\" = \"conversation.close\"\n[global]\n\"g\" = \"go.you\"\n",
        );
        assert_eq!(found, []);
        let keys = |text| Key::parse_sequence(text).unwrap_or_default();
        assert_eq!(map.lookup(&[Context::Inbox], &keys("e")), Lookup::Nothing);
        assert_eq!(map.lookup(&[Context::Inbox], &keys("E")), Lookup::Run(CommandId::Close));
        assert_eq!(map.lookup(&[Context::Global], &keys("g")), Lookup::Run(CommandId::GoYou));
    }
}
