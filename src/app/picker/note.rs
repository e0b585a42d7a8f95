//! The note that goes with an assignment.

use super::super::App;
use super::super::input::Input;
use super::super::layers::Layer;
use super::{Picker, With};
use crate::domain::Act;

/// A note among teammates, written in the picker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoteLine {
    /// What is written.
    pub input: Input,
    /// It has the keys.
    pub open: bool,
}

impl Picker {
    /// The note as an act; `None` when nothing is written.
    pub(super) fn note_act(&self) -> Option<Act> {
        match &self.with {
            With::Note(note) if !note.input.text().trim().is_empty() => {
                Some(Act::Note { text: note.input.text().trim().to_owned(), files: Vec::new() })
            }
            _ => None,
        }
    }
}

impl App {
    /// `esc` in the note goes back to the names; what is written stays. Whether it was there.
    pub(in crate::app) fn leave_picker_note(&mut self) -> bool {
        match self.layers.last_mut() {
            Some(Layer::Picker(Picker { with: With::Note(note), .. })) if note.open => {
                note.open = false;
                true
            }
            _ => false,
        }
    }
}
