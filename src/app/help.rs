//! Help: the keys of the focused place, searchable; a line runs its command.

use super::fuzzy::{Class, Index, Typed};
use super::input::Input;
use super::layers::Layer;
use super::pipes::command_words;
use super::{App, Severity};
use crate::command::{Command, CommandId};
use crate::domain::{ConversationId, Why};
use crate::keymap::{self, Context};
use crate::text::{Clean, clean, fold};

/// What a line runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// A command.
    Run(CommandId),
    /// The pipe of config.toml with this index.
    Pipe(usize),
}

/// A line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// Where the keys work.
    pub context: Context,
    /// The keys, the first binding first, parted by two spaces; digits in a row as `1–9`.
    pub keys: Clean,
    /// The command's title.
    pub title: Clean,
    /// What it does, in a sentence.
    pub doc: Clean,
    /// Why it cannot be done now.
    pub why_not: Option<Why>,
    does: Does,
    /// Every key by itself, for matching.
    bound: Vec<String>,
    /// Folded text that typing is matched against.
    folded: String,
}

impl HelpRow {
    /// A line for what has keys.
    fn new(
        context: Context,
        does: Does,
        bound: Vec<String>,
        (title, doc): (Clean, Clean),
        why_not: Option<Why>,
    ) -> Option<Self> {
        let folded = fold(&format!("{} {title} {doc}", bound.join(" ")));
        (!bound.is_empty()).then(|| Self { context, keys: shown(&bound), title, doc, why_not, does, bound, folded })
    }
}

/// The help's state.
#[derive(Clone, Debug)]
pub struct Help {
    /// What is typed.
    pub input: Input,
    /// Every line, by context.
    pub rows: Vec<HelpRow>,
    /// Indices into `rows` of the lines that are left: in order while nothing is typed, else best first.
    pub visible: Vec<usize>,
    /// Index into `visible` of the line with the cursor.
    pub cursor: usize,
    /// The titles, for matching.
    titles: Index,
    /// The conversation that its commands act on.
    on: Option<ConversationId>,
}

impl Help {
    /// Looks for what is typed now: a key, words of a title, words of the sentence.
    pub(super) fn narrow(&mut self) {
        self.cursor = 0;
        let typed = Typed::new(self.input.text());
        if typed.is_blank() {
            self.visible = (0..self.rows.len()).collect();
            return;
        }
        let key = self.input.text().trim();
        let class = |at: usize, row: &HelpRow| {
            let title = self.titles.score(at, &typed).map(|score| score.class);
            if row.bound.iter().any(|bound| bound == key) {
                Some(0)
            } else if title.is_some_and(|class| class >= Class::WordBegin) {
                Some(1)
            } else if typed.begins_words_of(&row.folded) {
                Some(2)
            } else {
                title.map(|_| 3)
            }
        };
        let mut hits: Vec<(u8, usize)> =
            self.rows.iter().enumerate().filter_map(|(at, row)| Some((class(at, row)?, at))).collect();
        hits.sort_unstable();
        self.visible = hits.into_iter().map(|(_, at)| at).collect();
    }
}

/// Keys as a line shows them: digits in a row need no line of their own each.
fn shown(bound: &[String]) -> Clean {
    let digit = |key: &String| key.parse::<u8>().ok().filter(|_| key.len() == 1);
    let in_a_row =
        bound.windows(2).all(|two| matches!(two, [a, b] if digit(a).is_some_and(|a| digit(b) == Some(a + 1))));
    match bound {
        [first, _, .., last] if in_a_row => clean(&format!("{first}–{last}")),
        _ => clean(&bound.join("  ")),
    }
}

impl App {
    /// Opens the help for what has the keys: the focused pane, or the layer in front of it.
    pub(super) fn open_help(&mut self) {
        let facts = self.facts();
        let mut rows: Vec<HelpRow> = Vec::new();
        for context in &self.contexts() {
            for command in Command::all().iter().filter(|command| command.contexts.contains(context)) {
                let bound = self.keymap.keys_of(command.id, &[*context]).map(keymap::show).collect();
                let (title, doc) = (self.words.say(command.title), self.words.say(command.doc));
                let why_not = command.enabled(&facts).err();
                rows.extend(HelpRow::new(*context, Does::Run(command.id), bound, (title, doc), why_not));
            }
            if *context == Context::Inbox {
                let why_not = CommandId::Pipe.command().enabled(&facts).err();
                for (index, keys, pipe) in self.own_keys() {
                    let doc = self.words.with("pipe-own-doc", &[("command", (&command_words(&pipe.command)).into())]);
                    rows.extend(HelpRow::new(
                        *context,
                        Does::Pipe(index),
                        vec![keys],
                        (clean(&pipe.name), doc),
                        why_not,
                    ));
                }
            }
        }
        let mut titles = Index::default();
        for row in &rows {
            titles.push(&row.title);
        }
        let visible = (0..rows.len()).collect();
        let on = self.target().map(|on| on.id.clone());
        self.layers.push(Layer::Help(Help { input: Input::default(), rows, visible, cursor: 0, titles, on }));
    }

    /// `enter` in the help, which is no longer in front: runs the command, or says why not.
    pub(super) fn chosen_in_help(&mut self, help: Help) {
        let Some(row) = help.visible.get(help.cursor).and_then(|at| help.rows.get(*at)) else {
            self.layers.push(Layer::Help(help));
            return;
        };
        if let Some(why) = row.why_not {
            self.say(Severity::Warning, why.0);
            self.layers.push(Layer::Help(help));
            return;
        }
        if self.target().map(|on| &on.id) != help.on.as_ref() {
            self.say(Severity::Warning, "why-moved-on");
            return;
        }
        match row.does {
            Does::Run(command) => self.run(command),
            Does::Pipe(pipe) => self.run_named(pipe),
        }
    }
}
