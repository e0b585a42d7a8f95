//! The choice of a command: a named one, or one that is typed.

use super::command_words;
use crate::app::input::Input;
use crate::app::layers::Layer;
use crate::app::moving::Step;
use crate::app::{App, Pane, Severity};
use crate::config::settings::{PipeInput, PipeOutput};
use crate::domain::Format;
use crate::text::{Clean, clean, fold};

/// Rows that a page of it moves by.
const PAGE: usize = 8;

/// A pipe of config.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is called.
    pub name: Clean,
    /// What it runs, on one line.
    pub command: Clean,
    /// What it is given.
    pub input: PipeInput,
    /// Where its answer goes.
    pub output: PipeOutput,
    /// Its keys; blank without.
    pub keys: Clean,
}

/// The choice of a command.
#[derive(Clone, Debug, Default)]
pub struct PipeMenu {
    /// What is typed: a name's beginning, or a command.
    pub input: Input,
    /// The pipes of config.toml, in the order of the file.
    pub named: Vec<Named>,
    /// Indices into `named` of those that fit what is typed.
    pub visible: Vec<usize>,
    /// Index among `visible`; one more for the typed command.
    pub cursor: usize,
    /// What a typed command is given.
    pub given: PipeInput,
    /// In which form.
    pub format: Format,
    /// A command was chosen, and what goes into it is being written: its name and number.
    pub waiting: Option<(Clean, u64)>,
}

impl PipeMenu {
    /// A command was chosen; it is asked about as soon as it is known what goes into it.
    pub(super) fn waiting(name: Clean, number: u64) -> Self {
        Self { waiting: Some((name, number)), ..Self::default() }
    }

    /// The line that is typed into, unless something was chosen.
    pub(in crate::app) fn line(&mut self) -> Option<&mut Input> {
        if self.waiting.is_some() { None } else { Some(&mut self.input) }
    }

    /// Whether it waits for this one.
    pub(super) fn waits_for(&self, number: u64) -> bool {
        self.waiting.as_ref().is_some_and(|(_, waits)| *waits == number)
    }

    /// The typed command, if something is typed.
    #[must_use]
    pub fn typed(&self) -> Option<&str> {
        Some(self.input.text().trim()).filter(|typed| !typed.is_empty())
    }

    /// How many lines there are to choose from.
    #[must_use]
    pub fn len(&self) -> usize {
        self.visible.len() + usize::from(self.typed().is_some())
    }

    /// Whether there is nothing to choose.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is typed has changed.
    fn sift(&mut self) {
        let typed = fold(self.typed().unwrap_or_default());
        let fits = |named: &Named| {
            let name = fold(&named.name);
            name.starts_with(&typed) || name.split_whitespace().any(|word| word.starts_with(&typed))
        };
        self.visible = (0..self.named.len()).filter(|at| self.named.get(*at).is_some_and(fits)).collect();
        self.cursor = 0;
    }

    /// A step of the cursor.
    pub(in crate::app) fn step(&mut self, step: Step) {
        self.cursor = step.from(self.cursor, self.len(), PAGE);
    }

    /// What a typed command can be given, in turn.
    fn turn(&mut self, can_draft: bool) {
        let inputs: &[PipeInput] = if can_draft {
            &[PipeInput::Draft, PipeInput::Thread, PipeInput::Message]
        } else {
            &[PipeInput::Thread, PipeInput::Message]
        };
        let all: Vec<(PipeInput, Format)> =
            inputs.iter().flat_map(|input| Format::ALL.map(|format| (*input, format))).collect();
        let at = all.iter().position(|one| *one == (self.given, self.format)).map_or(0, |at| at + 1);
        if let Some((given, format)) = all.get(at % all.len().max(1)) {
            (self.given, self.format) = (*given, *format);
        }
    }
}

impl App {
    /// `X`, the bar: a command on what is at hand.
    pub(in crate::app) fn open_pipes(&mut self) {
        let writes = self.focus == Pane::Composer;
        if !writes && self.thread.is_waiting() {
            self.say(Severity::Warning, "why-no-thread");
            return;
        }
        let named = self.settings.pipes.iter().enumerate().map(|(at, pipe)| Named {
            name: clean(&pipe.name),
            command: clean(&command_words(&pipe.command)),
            input: pipe.input,
            output: pipe.output,
            keys: self.pipes.keys.keys_of(at).map_or_else(Clean::default, |keys| clean(&keys)),
        });
        let given = if writes { PipeInput::Draft } else { PipeInput::Thread };
        let mut menu = PipeMenu { named: named.collect(), given, ..PipeMenu::default() };
        menu.sift();
        self.layers.push(Layer::Pipe(Box::new(menu)));
    }

    /// What is typed in the menu has changed.
    pub(in crate::app) fn pipe_typed(&mut self) {
        if let Some(Layer::Pipe(menu)) = self.layers.last_mut() {
            menu.sift();
        }
    }

    /// `tab`: what a typed command is given, and in which form.
    pub(in crate::app) fn turn_pipe(&mut self) {
        let can_draft = self.focus == Pane::Composer;
        if let Some(Layer::Pipe(menu)) = self.layers.last_mut() {
            menu.turn(can_draft);
        }
    }

    /// `enter`: what has the cursor runs.
    pub(in crate::app) fn pipe_chosen(&mut self, menu: Box<PipeMenu>) {
        if menu.waiting.is_some() || menu.is_empty() {
            self.layers.push(Layer::Pipe(menu));
            return;
        }
        match (menu.visible.get(menu.cursor), menu.typed()) {
            (Some(named), _) => self.run_named(*named),
            (None, Some(typed)) => self.run_typed(typed, menu.given, menu.format),
            (None, None) => {}
        }
    }
}
