//! Overlays: what typing and moving does in them.

use super::App;
use super::input::Input;
use super::layers::Layer;
use super::moving::Step;
use crate::command::CommandId;
use crate::keymap::{self, Key, KeyCode};
use crate::text::{Clean, clean};

/// Rows that a page of an overlay moves by.
const PAGE: usize = 10;

impl App {
    /// The line being typed in the front layer, if it has one.
    pub(super) fn front_input(&mut self) -> Option<&mut Input> {
        match self.layers.last_mut()? {
            Layer::Palette(palette) => Some(&mut palette.input),
            Layer::Picker(picker) => Some(picker.line()),
            Layer::Help(help) => Some(&mut help.input),
            Layer::Path(entry) => Some(&mut entry.input),
            Layer::New(form) => Some(form.input()),
            Layer::Pager(pager) => pager.seeking.as_mut(),
            Layer::Find(find) => Some(&mut find.input),
            Layer::Pipe(menu) => menu.line(),
            Layer::File(page) => page.command_line(),
            Layer::Files(_)
            | Layer::Bulk(_)
            | Layer::Shift(_)
            | Layer::Link(_)
            | Layer::Links(_)
            | Layer::Copy(_)
            | Layer::Picture(_)
            | Layer::Confirm(_) => None,
        }
    }

    /// A key for the front layer's line. Returns whether it was one.
    pub(super) fn type_in_layer(&mut self, key: Key) -> bool {
        if matches!(self.layers.last(), Some(Layer::Bulk(_))) {
            return self.type_in_bulk(key);
        }
        if matches!(self.layers.last(), Some(Layer::Copy(_))) {
            return self.type_in_copy(key);
        }
        if matches!(self.layers.last(), Some(Layer::Find(_))) && key.code == KeyCode::Tab && key.shift {
            self.find_step(false);
            return true;
        }
        let Some(taken) = self.front_input().map(|input| input.key(key)) else { return false };
        if taken == Some(true) {
            self.input_changed();
        }
        taken.is_some()
    }

    /// What is typed in the front layer has changed.
    pub(super) fn input_changed(&mut self) {
        match self.layers.pop() {
            Some(Layer::Picker(picker)) => {
                let picker = self.picker_typed(picker);
                self.layers.push(Layer::Picker(picker));
            }
            Some(layer @ Layer::Palette(_)) => {
                self.layers.push(layer);
                self.palette_changed();
            }
            Some(Layer::New(form)) => self.new_typed(form),
            Some(layer @ Layer::Find(_)) => {
                self.layers.push(layer);
                self.find_typed();
            }
            Some(layer @ Layer::Pipe(_)) => {
                self.layers.push(layer);
                self.pipe_typed();
            }
            Some(Layer::Help(mut help)) => {
                help.narrow();
                self.layers.push(Layer::Help(help));
            }
            Some(layer) => {
                self.layers.push(layer);
                self.path_typed();
            }
            None => {}
        }
    }

    /// A step in the front layer. Returns whether there is one.
    pub(super) fn step_layer(&mut self, step: Step) -> bool {
        let (cursor, len) = match self.layers.last_mut() {
            Some(Layer::Palette(palette)) => {
                palette.step(step);
                return true;
            }
            Some(Layer::Picker(picker)) => (&mut picker.cursor, picker.visible.len()),
            Some(Layer::Help(help)) => (&mut help.cursor, help.visible.len()),
            Some(Layer::Path(entry)) => {
                entry.step(step);
                return true;
            }
            Some(Layer::Files(list)) => {
                list.step(step);
                return true;
            }
            Some(Layer::Bulk(bulk)) => {
                bulk.step(step);
                return true;
            }
            Some(Layer::New(form)) => {
                Self::step_new(form, step);
                return true;
            }
            Some(Layer::Shift(page)) => {
                Self::step_shift(page, step);
                return true;
            }
            Some(Layer::Find(_)) => {
                self.step_find(step);
                return true;
            }
            Some(Layer::Pager(_)) => {
                self.step_pager(step);
                return true;
            }
            Some(Layer::Link(_)) => {
                self.step_link(step);
                return true;
            }
            Some(Layer::Links(_)) => {
                self.step_links(step);
                return true;
            }
            Some(Layer::Copy(menu)) => (&mut menu.cursor, menu.rows.len()),
            Some(Layer::Pipe(menu)) => {
                menu.step(step);
                return true;
            }
            Some(Layer::Confirm(_) | Layer::File(_) | Layer::Picture(_)) => return true,
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
}
