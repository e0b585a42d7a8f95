//! Overlays: what opens them, and what typing and moving does in them.

use super::App;
use super::fuzzy::rank;
use super::help::{Help, HelpRow};
use super::input::Input;
use super::layers::Layer;
use super::moving::Step;
use super::palette::{Found, Palette, Target};
use super::sidebar::EntryKind;
use crate::command::{Command, CommandId, Context};
use crate::domain::Why;
use crate::keymap::{self, Key};
use crate::text::{Clean, clean, fold};

/// Rows that a page of an overlay moves by.
const PAGE: usize = 10;

/// Whether a word of the text begins with what is typed. Both are folded.
fn has_word(text: &str, typed: &str) -> bool {
    text.match_indices(typed)
        .any(|(at, _)| !text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric)))
}

impl App {
    /// The line being typed in the front layer, if it has one.
    pub(super) fn front_input(&mut self) -> Option<&mut Input> {
        match self.layers.last_mut()? {
            Layer::Palette(palette) => Some(&mut palette.input),
            Layer::Picker(picker) => Some(&mut picker.input),
            Layer::Help(help) => Some(&mut help.input),
            Layer::Path(input) => Some(input),
            Layer::Confirm(_) => None,
        }
    }

    /// A key for the front layer's line. Returns whether it was one.
    pub(super) fn type_in_layer(&mut self, key: Key) -> bool {
        let Some(taken) = self.front_input().map(|input| input.key(key)) else { return false };
        if taken == Some(true) {
            self.input_changed();
        }
        taken.is_some()
    }

    /// What is typed in the front layer has changed.
    pub(super) fn input_changed(&mut self) {
        match self.layers.pop() {
            Some(Layer::Picker(mut picker)) if picker.asks().is_some() => match picker.input.text() {
                "y" | "Y" => {
                    // Yes is the first line.
                    (picker.visible, picker.cursor) = (vec![0], 0);
                    self.layers.push(Layer::Picker(picker));
                    self.choose();
                }
                "n" | "N" => {}
                _ => {
                    picker.input = Input::default();
                    self.layers.push(Layer::Picker(picker));
                }
            },
            Some(Layer::Picker(mut picker)) => {
                self.filter_picker(&mut picker);
                self.layers.push(Layer::Picker(picker));
            }
            Some(Layer::Palette(mut palette)) => {
                palette.visible = rank(palette.input.text(), palette.items.iter().map(|item| item.folded.as_str()));
                palette.cursor = 0;
                self.layers.push(Layer::Palette(palette));
            }
            Some(Layer::Help(mut help)) => {
                let mut visible = rank(help.input.text(), help.rows.iter().map(|row| row.folded.as_str()));
                // Whole words in a title, then whole words, then letters found here and there; each by place.
                let typed = fold(help.input.text().trim());
                let class = |at: &usize| match help.rows.get(*at) {
                    Some(row) if has_word(&fold(&row.title), &typed) => 0,
                    Some(row) if has_word(&row.folded, &typed) => 1,
                    _ => 2,
                };
                visible.sort_by_key(|at| (class(at), *at));
                help.visible = visible;
                help.cursor = 0;
                self.layers.push(Layer::Help(help));
            }
            Some(layer) => self.layers.push(layer),
            None => {}
        }
    }

    /// A step in the front layer. Returns whether there is one.
    pub(super) fn step_layer(&mut self, step: Step) -> bool {
        let (cursor, len) = match self.layers.last_mut() {
            Some(Layer::Palette(palette)) => (&mut palette.cursor, palette.visible.len()),
            Some(Layer::Picker(picker)) => (&mut picker.cursor, picker.visible.len()),
            Some(Layer::Help(help)) => (&mut help.cursor, help.visible.len()),
            Some(Layer::Confirm(_) | Layer::Path(_)) => return true,
            None => return false,
        };
        *cursor = step.from(*cursor, len, PAGE * 2);
        true
    }

    /// The keys of a command as they are shown: its first binding; blank when it has none.
    #[must_use]
    pub fn keys_of(&self, command: CommandId) -> Clean {
        let contexts = command.command().contexts;
        let mut bound = self.keymap.keys_of(command, contexts);
        bound.next().map_or_else(Clean::default, |keys| clean(&keymap::show(keys)))
    }

    /// Opens the palette on the conversation at hand.
    pub(super) fn open_palette(&mut self) {
        let facts = self.facts();
        let mut items: Vec<Found> = Vec::new();
        let mut commands: Vec<&Command> = Command::all().iter().filter(|command| command.is_for_palette()).collect();
        commands.retain(|command| command.id != CommandId::Palette && self.makes_sense(command));
        // Those used lately first, then those that can be done, then the others.
        let recency = |id: CommandId| self.recent.iter().position(|recent| *recent == id).unwrap_or(usize::MAX);
        commands.sort_by_key(|command| (recency(command.id), command.enabled(&facts).is_err()));
        for command in commands {
            let title = self.words.say(command.title);
            items.push(Found {
                target: Target::Command(command.id),
                folded: fold(&title),
                title,
                kind: "kind-command",
                keys: self.keys_of(command.id),
                why_not: command.enabled(&facts).err(),
            });
        }
        for entry in &self.sidebar.entries {
            let (kind, known) = match &entry.kind {
                EntryKind::Team(_) => ("kind-team", false),
                EntryKind::Teammate(_) => ("kind-teammate", false),
                // They have a command of their own.
                _ => ("kind-view", true),
            };
            if !known {
                items.push(Found {
                    target: Target::Entry(entry.kind.clone()),
                    title: entry.name.clone(),
                    kind,
                    keys: Clean::default(),
                    why_not: None,
                    folded: fold(&entry.name),
                });
            }
        }
        let on = self.target().map(|on| on.id.clone());
        for tag in &self.directory.tags {
            let title = self.words.with("palette-tag", &[("name", (&tag.name.clean()).into())]);
            items.push(Found {
                target: Target::Tag(tag.id.clone(), tag.name.clone()),
                folded: fold(&title),
                title,
                kind: "kind-tag",
                keys: Clean::default(),
                why_not: on.is_none().then_some(Why("why-no-conversation")),
            });
        }
        let visible = (0..items.len()).collect();
        self.layers.push(Layer::Palette(Palette { input: Input::default(), items, visible, cursor: 0, on }));
    }

    /// Whether the palette offers a command here: what belongs to the composer only while it is open,
    /// what belongs to outbox rows only among them.
    fn makes_sense(&self, command: &Command) -> bool {
        let only = |context: Context| command.contexts == [context];
        let composer = only(Context::Composer) && self.composer.conversation.is_none();
        let outbox = only(Context::Outbox) && self.row_at_cursor().is_none();
        !composer && !outbox
    }

    /// Opens the help for the focused pane.
    pub(super) fn open_help(&mut self) {
        let facts = self.facts();
        let contexts = self.contexts();
        let mut rows: Vec<HelpRow> = Vec::new();
        for context in &contexts {
            for command in Command::all().iter().filter(|command| command.contexts.contains(context)) {
                let keys: Vec<String> = self.keymap.keys_of(command.id, &[*context]).map(keymap::show).collect();
                if keys.is_empty() {
                    continue;
                }
                let (title, doc) = (self.words.say(command.title), self.words.say(command.doc));
                let keys = keys.join("  ");
                rows.push(HelpRow {
                    context: *context,
                    folded: fold(&format!("{keys} {title} {doc}")),
                    keys: clean(&keys),
                    title,
                    doc,
                    why_not: command.enabled(&facts).err(),
                });
            }
        }
        let visible = (0..rows.len()).collect();
        self.layers.push(Layer::Help(Help { input: Input::default(), rows, visible, cursor: 0 }));
    }
}
