//! The palette: every command, entry, team and tag, found by a few letters.

use super::input::Input;
use super::sidebar::EntryKind;
use crate::command::CommandId;
use crate::domain::{ConversationId, TagId, Why};
use crate::text::{Clean, Untrusted};

/// What a line of the palette does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Runs a command.
    Command(CommandId),
    /// Opens an entry of the sidebar.
    Entry(EntryKind),
    /// Puts a tag on, or takes it off.
    Tag(TagId, Untrusted),
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it does.
    pub target: Target,
    /// Its name.
    pub title: Clean,
    /// Key of the word for its kind in the catalogue: `kind-command`, `kind-view`, `kind-team`,
    /// `kind-teammate`, `kind-tag`.
    pub kind: &'static str,
    /// The keys that do the same; may be blank.
    pub keys: Clean,
    /// Why it cannot be done now.
    pub why_not: Option<Why>,
    /// Folded text that typing is matched against.
    pub(super) folded: String,
}

/// The palette's state.
#[derive(Clone, Debug)]
pub struct Palette {
    /// What is typed.
    pub input: Input,
    /// Everything that can be found.
    pub items: Vec<Found>,
    /// Indices into `items` of the lines that are left, best first.
    pub visible: Vec<usize>,
    /// Index into `visible` of the line with the cursor.
    pub cursor: usize,
    /// The conversation that its commands act on.
    pub(super) on: Option<ConversationId>,
}

impl Palette {
    /// The line with the cursor.
    #[must_use]
    pub fn found(&self) -> Option<&Found> {
        self.items.get(*self.visible.get(self.cursor)?)
    }
}
