//! Overlays: one stack, front last. Keys go to the front one first.

use super::help::Help;
use super::palette::Palette;
use super::picker::Picker;
use crate::keymap::Context;

/// An overlay.
#[derive(Clone, Debug)]
pub enum Layer {
    /// All commands, entries, teams.
    Palette(Palette),
    /// A choice for one conversation.
    Picker(Picker),
    /// Keys of the focused pane.
    Help(Help),
    /// A question that one key answers.
    Confirm(Confirm),
}

/// A question that one key answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Quit? `q` or `y` does, anything else does not.
    Quit,
}

impl Layer {
    /// The context in which its keys are looked up.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self {
            Self::Palette(_) | Self::Picker(_) => Context::Picker,
            Self::Help(_) => Context::Help,
            Self::Confirm(_) => Context::Confirm,
        }
    }
}
