//! Help: the keys of the focused pane, searchable.

use super::input::Input;
use crate::domain::Why;
use crate::keymap::Context;
use crate::text::Clean;

/// A line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// Where the keys work.
    pub context: Context,
    /// The keys, the first binding first, parted by two spaces.
    pub keys: Clean,
    /// The command's title.
    pub title: Clean,
    /// What it does, in a sentence.
    pub doc: Clean,
    /// Why it cannot be done now.
    pub why_not: Option<Why>,
    /// Folded text that typing is matched against.
    pub(super) folded: String,
}

/// The help's state.
#[derive(Clone, Debug)]
pub struct Help {
    /// What is typed.
    pub input: Input,
    /// Every line, by context.
    pub rows: Vec<HelpRow>,
    /// Indices into `rows` of the lines that are left, in order.
    pub visible: Vec<usize>,
    /// Index into `visible` of the line with the cursor.
    pub cursor: usize,
}
