//! Overlays: one stack, front last. Keys go to the front one first.

use super::help::Help;
use super::input::Input;
use super::palette::Palette;
use super::picker::Picker;
use crate::domain::ConversationId;
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

/// A question that one key answers with yes; any other key is a no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Quit? `q` or `y` does.
    Quit {
        /// Acts that are not sent.
        unsent: usize,
        /// Nothing is kept on disk: texts that were begun go too.
        loses: bool,
    },
    /// What was sent is answered by its opposite? `u` or `y` does.
    TakeBack {
        /// On which conversation.
        on: ConversationId,
        /// What would be done, in words.
        opposite: Clean,
        /// What stays as it is, in words; may be blank.
        stays: Clean,
    },
    /// The drafts of this conversation are thrown away? `y` does.
    DiscardDraft(ConversationId),
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
