//! Keys of the agent's own commands (`key` of a `[[pipe]]`), beside the keymap.
//!
//! They work where a conversation is at hand and no text is typed. What the keymap has already stays its own.

use std::path::Path;

use super::key::{Key, show};
use super::trie::Keymap;
use crate::command::Context;
use crate::config::Diagnostic;
use crate::config::settings::OwnPipe;

/// Where a conversation is at hand: a key of these is no longer free.
const PLACES: [Context; 7] = [
    Context::Outbox,
    Context::List,
    Context::Thread,
    Context::Details,
    Context::Inbox,
    Context::Global,
    Context::Always,
];

/// Keys, each with the index of its pipe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnKeys(Vec<(Vec<Key>, usize)>);

/// What keys mean among those of one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnLookup {
    /// They run the pipe of this index.
    Run(usize),
    /// More keys must follow.
    Pending,
    /// They mean nothing.
    Nothing,
}

impl OwnKeys {
    /// Takes the keys of pipes that are keys and free; what is wrong with the others, by their lines in `file`.
    #[must_use]
    pub fn read(pipes: &[OwnPipe], keymap: &Keymap, file: &Path) -> (Self, Vec<Diagnostic>) {
        let (mut own, mut found) = (Self::default(), Vec::new());
        for (index, pipe) in pipes.iter().enumerate() {
            let Some(typed) = &pipe.key else { continue };
            match own.judge(typed, pipes, keymap) {
                Ok(keys) => own.0.push((keys, index)),
                Err(what) => {
                    let what = what.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
                    found.push(Diagnostic { file: file.to_owned(), line: pipe.line, what, meant: None });
                }
            }
        }
        (own, found)
    }

    fn judge(&self, typed: &str, pipes: &[OwnPipe], keymap: &Keymap) -> Result<Vec<Key>, String> {
        let Some(keys) = Key::parse_sequence(typed) else {
            return Err(format!("\"{typed}\" is no key: try \"g x\", \"ctrl-t\", \"f2\""));
        };
        let clashes = |other: &[Key]| other.starts_with(&keys) || keys.starts_with(other);
        let taken =
            keymap.bindings().iter().find(|binding| PLACES.contains(&binding.context) && clashes(&binding.keys));
        if let Some(taken) = taken {
            let (ours, theirs) = (show(&keys), show(&taken.keys));
            let name = taken.command.command().name;
            return Err(if ours == theirs {
                format!("\"{ours}\" runs {name} already")
            } else {
                format!("\"{ours}\" and \"{theirs}\" ({name}) cannot both be bound")
            });
        }
        if let Some((other, index)) = self.0.iter().find(|(other, _)| clashes(other)) {
            let name = pipes.get(*index).map_or("", |pipe| pipe.name.as_str());
            return Err(format!("\"{}\" and \"{}\" (pipe {name}) cannot both be bound", show(&keys), show(other)));
        }
        Ok(keys)
    }

    /// What keys mean; to be asked when they mean nothing in the keymap.
    #[must_use]
    pub fn lookup(&self, contexts: &[Context], keys: &[Key]) -> OwnLookup {
        if !contexts.contains(&Context::Inbox) {
            return OwnLookup::Nothing;
        }
        match self.0.iter().find(|(own, _)| own.starts_with(keys)) {
            Some((own, index)) if own.len() == keys.len() => OwnLookup::Run(*index),
            Some(_) => OwnLookup::Pending,
            None => OwnLookup::Nothing,
        }
    }

    /// What may follow a half-typed sequence: the keys still missing, and the pipe that they run.
    #[must_use]
    pub fn continuations(&self, contexts: &[Context], typed: &[Key]) -> Vec<(String, usize)> {
        if !contexts.contains(&Context::Inbox) {
            return Vec::new();
        }
        let rest = |(keys, index): &(Vec<Key>, usize)| {
            let rest = keys.strip_prefix(typed).filter(|rest| !rest.is_empty())?;
            Some((show(rest), *index))
        };
        self.0.iter().filter_map(rest).collect()
    }

    /// The keys of a pipe, as they are shown.
    #[must_use]
    pub fn keys_of(&self, pipe: usize) -> Option<String> {
        self.0.iter().find(|(_, index)| *index == pipe).map(|(keys, _)| show(keys))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::settings::{PipeCommand, PipeInput, PipeOutput};
    use crate::domain::Format;

    fn pipes(keys: &[&str]) -> Vec<OwnPipe> {
        let pipe = |(at, key): (usize, &&str)| OwnPipe {
            name: format!("p{at}"),
            command: PipeCommand::Shell("x".to_owned()),
            input: PipeInput::Thread,
            format: Format::Plain,
            output: PipeOutput::Pane,
            key: Some((*key).to_owned()),
            timeout: Duration::from_secs(1),
            line: at + 1,
        };
        keys.iter().enumerate().map(pipe).collect()
    }

    fn keys(text: &str) -> Vec<Key> {
        Key::parse_sequence(text).expect(text)
    }

    #[test]
    fn a_free_key_runs_its_pipe_where_a_conversation_is_at_hand() {
        let (own, found) = OwnKeys::read(&pipes(&["g x", "f2"]), &Keymap::shipped(), Path::new("config.toml"));
        assert_eq!(found, []);
        let inbox = [Context::Thread, Context::Inbox, Context::Global];
        assert_eq!(own.lookup(&inbox, &keys("g")), OwnLookup::Pending);
        assert_eq!(own.lookup(&inbox, &keys("g x")), OwnLookup::Run(0));
        assert_eq!(own.lookup(&inbox, &keys("f2")), OwnLookup::Run(1));
        assert_eq!(own.lookup(&inbox, &keys("g y")), OwnLookup::Nothing);
        assert_eq!(own.lookup(&[Context::Composer, Context::Always], &keys("f2")), OwnLookup::Nothing);
        assert_eq!(own.continuations(&inbox, &keys("g")), [("x".to_owned(), 0)]);
        assert_eq!(own.keys_of(0).as_deref(), Some("g x"));
    }

    #[test]
    fn what_is_taken_or_no_key_is_named_with_its_line() {
        let taken = ["r", "g", "hyper-x", "f3", "f3 f3"];
        let (own, found) = OwnKeys::read(&pipes(&taken), &Keymap::shipped(), Path::new("config.toml"));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 4, "{found:#?}");
        assert_eq!(found[0], "config.toml:1: \"r\" runs conversation.reply already");
        assert!(found[1].starts_with("config.toml:2: \"g\" and \"g "), "{}", found[1]);
        assert!(found[2].starts_with("config.toml:3: \"hyper-x\" is no key"), "{}", found[2]);
        assert!(found[3].starts_with("config.toml:5: \"f3 f3\" and \"f3\" (pipe p3)"), "{}", found[3]);
        assert_eq!(own.keys_of(3).as_deref(), Some("f3"));
    }
}
