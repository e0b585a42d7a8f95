//! Overlays: one stack, front last. Keys go to the front one first.

use super::help::Help;
use super::input::Input;
use super::palette::Palette;
use super::picker::Picker;
use crate::domain::{ConversationId, Mode};
use crate::keymap::Context;
use crate::text::Clean;

/// An overlay.
#[derive(Clone, Debug)]
pub enum Layer {
    /// All commands, entries, teams.
    Palette(Palette),
    /// A choice for one conversation.
    Picker(Picker),
    /// Keys of the focused pane.
    Help(Help),
    /// The path of a file that shall go with the text.
    Path(Input),
    /// A question that one key answers.
    Confirm(Confirm),
}

/// What is not sent yet, as the agent did it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// Replies, each with what went with it.
    pub replies: usize,
    /// Notes, each with what went with it.
    pub notes: usize,
    /// Presses of other keys.
    pub acts: usize,
}

/// A question that one key answers with yes; any other key is a no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Quit? `q` or `y` does.
    Quit {
        /// What is not sent.
        unsent: Unsent,
        /// Nothing is kept on disk: texts that were begun go too.
        loses: bool,
    },
    /// What was sent is answered by its opposite? `u` or `y` does.
    TakeBack {
        /// What would be done, and to what, in words.
        question: Clean,
        /// What stays as it is, in words; may be blank.
        stays: Clean,
    },
    /// A draft is thrown away? `y` does; where there are two, `a` throws both away.
    DiscardDraft {
        /// Of which conversation.
        on: ConversationId,
        /// Its contact.
        name: Clean,
        /// Which one, and its first words.
        draft: (Mode, Clean),
        /// The other one, which stays.
        other: Option<(Mode, Clean)>,
    },
}

impl Layer {
    /// The context in which its keys are looked up.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self {
            Self::Palette(_) | Self::Picker(_) | Self::Path(_) => Context::Picker,
            Self::Help(_) => Context::Help,
            Self::Confirm(_) => Context::Confirm,
        }
    }
}
