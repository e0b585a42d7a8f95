//! `[[pipe]]` of config.toml: commands of the agent's own that are given a message, a thread or a draft.
//!
//! Owns what one is and how it is read. Only the agent's own file can name one. Running them is the host's.

use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::load::Reader;
use crate::domain::Format;

/// How long a command may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The longest that can be said.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// More of them nobody finds again.
const MOST: usize = 100;

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PipeCommand {
    /// A program and its arguments; no shell reads them.
    Words(Vec<String>),
    /// A line for `sh -c`.
    Shell(String),
}

/// What a command is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PipeInput {
    /// The message under the cursor.
    #[default]
    Message,
    /// The whole conversation.
    Thread,
    /// What is being written.
    Draft,
}

/// Where a command's answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PipeOutput {
    /// Under the message, on this screen only.
    Under,
    /// Into a note, which is not sent by itself.
    Note,
    /// Into the draft.
    Draft,
    /// Onto a page of its own.
    Pane,
}

impl PipeInput {
    /// Its word in config.toml.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Thread => "thread",
            Self::Draft => "draft",
        }
    }
}

impl PipeOutput {
    /// Its word in config.toml.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Under => "under",
            Self::Note => "note",
            Self::Draft => "draft",
            Self::Pane => "pane",
        }
    }
}

/// One `[[pipe]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPipe {
    /// What it is called; no other is.
    pub name: String,
    /// What is run.
    pub command: PipeCommand,
    /// What it is given.
    pub input: PipeInput,
    /// In which form.
    pub format: Format,
    /// Where its answer goes.
    pub output: PipeOutput,
    /// Keys of its own, as written; whether they are keys, and free, is the keymap's to say.
    pub key: Option<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// The line of config.toml in which its keys stand, or else itself; from 1.
    pub line: usize,
}

/// Reads all of them; a bad one costs itself.
pub(super) fn read(read: &mut Reader<'_>, table: &DeTable<'_>) -> Vec<OwnPipe> {
    let mut pipes: Vec<OwnPipe> = Vec::new();
    let Some(value) = table.get("pipe") else { return pipes };
    let DeValue::Array(list) = value.get_ref() else {
        read.say(value.span().start, "a pipe is written [[pipe]]", None);
        return pipes;
    };
    for entry in list {
        let at = entry.span().start;
        let DeValue::Table(table) = entry.get_ref() else {
            read.say(at, "a pipe is written [[pipe]]", None);
            continue;
        };
        let Some(pipe) = read_one(read, at, table) else { continue };
        if pipes.iter().any(|other| other.name == pipe.name) {
            read.say(at, format!("two pipes are called \"{}\"", pipe.name), None);
        } else if pipes.len() < MOST {
            pipes.push(pipe);
        }
    }
    pipes
}

fn read_one(read: &mut Reader<'_>, at: usize, table: &DeTable<'_>) -> Option<OwnPipe> {
    read.check_keys(table, &["name", "command", "input", "format", "output", "key", "timeout"]);
    let name = read.text(table, "name").map(|(_, name)| name.trim().to_owned());
    let command = read_command(read, table);
    let inputs = [PipeInput::Message, PipeInput::Thread, PipeInput::Draft].map(|input| (input.as_str(), input));
    let input = read.choice(table, "input", &inputs).unwrap_or_default();
    let format = read.choice(table, "format", &Format::ALL.map(|format| (format.as_str(), format)));
    let outputs = [PipeOutput::Under, PipeOutput::Note, PipeOutput::Draft, PipeOutput::Pane]
        .map(|output| (output.as_str(), output));
    let said = read.choice(table, "output", &outputs);
    let output = match (input, said) {
        (PipeInput::Draft, Some(PipeOutput::Under)) => {
            read.say(at, "\"output\" cannot be \"under\": a draft is under no message", None);
            PipeOutput::Pane
        }
        (_, Some(output)) => output,
        (PipeInput::Message, None) => PipeOutput::Under,
        (PipeInput::Thread, None) => PipeOutput::Pane,
        (PipeInput::Draft, None) => PipeOutput::Draft,
    };
    let key = read.text(table, "key").map(|(at, key)| (at, key.to_owned()));
    let timeout = read.duration(table, "timeout").unwrap_or(TIMEOUT);
    if timeout.is_zero() || timeout > LONGEST {
        read.say(at, "\"timeout\" is longer than nothing and no longer than 30m", None);
    }
    let timeout = if timeout.is_zero() { TIMEOUT } else { timeout.min(LONGEST) };
    let line = read.line_of(key.as_ref().map_or(at, |(at, _)| *at));
    let key = key.map(|(_, key)| key);
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        read.say(at, "a pipe needs a name", None);
        return None;
    };
    Some(OwnPipe { name, command: command?, input, format: format.unwrap_or_default(), output, key, timeout, line })
}

/// `command = ["trans", "-b"]` or `command = "trans -b | head"`.
fn read_command(read: &mut Reader<'_>, table: &DeTable<'_>) -> Option<PipeCommand> {
    let Some(value) = table.get("command") else {
        let at = table.iter().next().map_or(0, |(key, _)| key.span().start);
        read.say(at, "a pipe needs a command", None);
        return None;
    };
    // Nothing that a process is started with may hold it.
    let is_sound = |text: &str| !text.contains('\0');
    let command = match value.get_ref() {
        DeValue::String(line) if !line.trim().is_empty() && is_sound(line) => {
            Some(PipeCommand::Shell(line.to_string()))
        }
        DeValue::Array(words) => {
            let word = |word: &toml::Spanned<DeValue<'_>>| match word.get_ref() {
                DeValue::String(word) if is_sound(word) => Some(word.to_string()),
                _ => None,
            };
            let words: Option<Vec<String>> = words.iter().map(word).collect();
            let is_named = |words: &Vec<String>| words.first().is_some_and(|first| !first.trim().is_empty());
            words.filter(is_named).map(PipeCommand::Words)
        }
        _ => None,
    };
    if command.is_none() {
        let what = "\"command\" takes words like [\"trans\", \"-b\"], or a line for sh in quotes";
        read.say(value.span().start, what, None);
    }
    command
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    fn parse(text: &str) -> (Vec<OwnPipe>, Vec<String>) {
        let (config, found) = Config::parse(Path::new("config.toml"), text);
        (config.settings.pipes, found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_pipe_is_read_whole() {
        let (pipes, found) = parse(
            "theme = \"dark\"\n[[pipe]]\nname = \"Translate\"\ncommand = [\"trans\", \"-b\", \":en\"]\n\
             input = \"message\"\nformat = \"markdown\"\noutput = \"note\"\nkey = \"g x\"\ntimeout = \"5s\"\n\
             [[pipe]]\nname = \"Spell\"\ncommand = \"aspell list | sort -u\"\ninput = \"draft\"\noutput = \"pane\"\n",
        );
        assert_eq!(found, Vec::<String>::new());
        let first = &pipes[0];
        assert_eq!(first.command, PipeCommand::Words(vec!["trans".into(), "-b".into(), ":en".into()]));
        assert_eq!((first.input, first.format, first.output), (PipeInput::Message, Format::Markdown, PipeOutput::Note));
        assert_eq!((first.key.as_deref(), first.timeout, first.line), (Some("g x"), Duration::from_secs(5), 8));
        assert_eq!(pipes[1].command, PipeCommand::Shell("aspell list | sort -u".into()));
        assert_eq!((pipes[1].output, pipes[1].timeout), (PipeOutput::Pane, TIMEOUT));
    }

    #[test]
    fn where_nothing_is_said_an_answer_goes_where_its_text_came_from() {
        let of = |input: &str| {
            let (pipes, found) = parse(&format!("[[pipe]]\nname = \"x\"\ncommand = \"x\"\n{input}"));
            assert_eq!(found, Vec::<String>::new());
            (pipes[0].input, pipes[0].output, pipes[0].format)
        };
        assert_eq!(of(""), (PipeInput::Message, PipeOutput::Under, Format::Plain));
        assert_eq!(of("input = \"thread\"\n").1, PipeOutput::Pane);
        assert_eq!(of("input = \"draft\"\n").1, PipeOutput::Draft);
    }

    #[test]
    fn a_bad_line_is_named_and_costs_no_more_than_its_pipe() {
        let (pipes, found) = parse(
            "[[pipe]]\nname = \"a\"\ncomand = \"x\"\n[[pipe]]\ncommand = \"x\"\n[[pipe]]\nname = \"b\"\ncommand = 3\n\
             [[pipe]]\nname = \"c\"\ncommand = []\n[[pipe]]\nname = \"d\"\ncommand = \"x\"\ninput = \"mesage\"\n\
             timeout = \"0s\"\n[[pipe]]\nname = \"d\"\ncommand = \"y\"\n[[pipe]]\nname = \"e\"\ncommand = \"x\"\n\
             input = \"draft\"\noutput = \"under\"\n",
        );
        let names: Vec<&str> = pipes.iter().map(|pipe| pipe.name.as_str()).collect();
        assert_eq!(names, ["d", "e"]);
        assert_eq!((pipes[0].input, pipes[0].timeout), (PipeInput::Message, TIMEOUT));
        assert_eq!(pipes[1].output, PipeOutput::Pane);
        let is_told = |line: &str| assert!(found.iter().any(|told| told.contains(line)), "{line} in {found:#?}");
        is_told("config.toml:3: no setting \"comand\"; did you mean \"command\"?");
        is_told("a pipe needs a command");
        is_told("config.toml:4: a pipe needs a name");
        is_told("config.toml:8: \"command\" takes words");
        is_told("config.toml:11: \"command\" takes words");
        is_told("\"input\" cannot be \"mesage\"; did you mean \"message\"?");
        is_told("two pipes are called \"d\"");
        is_told("a draft is under no message");
        is_told("no longer than 30m");
    }

    #[test]
    fn the_examples_that_ship_have_no_fault() {
        let (pipes, found) = parse(include_str!("../../docs/pipes.toml"));
        assert_eq!((pipes.len(), found), (7, Vec::<String>::new()));
        assert!(pipes.iter().any(|pipe| pipe.input == PipeInput::Draft && pipe.output == PipeOutput::Draft));
    }

    #[test]
    fn what_is_no_table_is_named() {
        for text in ["pipe = 3\n", "[pipe]\nname = \"x\"\n", "pipe = [1]\n"] {
            let (pipes, found) = parse(text);
            assert!(pipes.is_empty() && found.len() == 1, "{text}: {found:?}");
        }
    }
}
