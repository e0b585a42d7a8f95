//! What a person can set, resolved and typed. Built by the loader; everything else only reads it.

use std::time::Duration;

use jiff::tz::TimeZone;

pub use super::pipes::{OwnPipe, PipeCommand, PipeInput, PipeOutput};
use crate::clock::Timings;
use crate::domain::Guard;

/// Where the cursor goes once a conversation is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Advance {
    /// To the one below.
    #[default]
    Next,
    /// To the one above.
    Previous,
    /// Back to the list.
    List,
}

/// Whether the thread follows the list's cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preview {
    /// It follows once the cursor rests.
    #[default]
    Follow,
    /// It changes on `enter` only.
    Open,
}

/// How many rows a conversation takes in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// One.
    Compact,
    /// Two, where the list is wide and high enough.
    #[default]
    Comfortable,
}

/// How many cells letters of ambiguous width take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmbiguousWidth {
    /// As many as the terminal says when it is asked; one where it says nothing.
    #[default]
    Auto,
    /// One.
    Narrow,
    /// Two.
    Wide,
}

/// Who puts right-to-left letters in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bidi {
    /// The terminal where it is one of those that cannot be kept from it, else we do.
    #[default]
    Auto,
    /// We do: what is written is in the order in which it is seen, and a terminal that would order it once more
    /// is asked not to.
    Visual,
    /// The terminal does.
    Terminal,
}

/// When the agent's own editor opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EditorUse {
    /// On its key.
    #[default]
    OnKey,
    /// As soon as a reply or a note is begun.
    Always,
}

/// What opening a link does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkUse {
    /// It opens in the agent's browser; over ssh it is copied.
    #[default]
    Open,
    /// It is copied.
    Copy,
    /// As `Open`, and the terminal is told which words are links (OSC 8), so that it can open them itself.
    Osc8,
}

/// Settings that the screen reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The agent's zone: typed times are in it, and shown times too.
    pub zone: TimeZone,
    /// The zone was chosen by a person; otherwise it is asked for before a typed time is taken.
    pub time_zone_known: bool,
    /// Where the cursor goes once a conversation is done.
    pub advance: Advance,
    /// Whether the thread follows the list's cursor.
    pub preview: Preview,
    /// Rows per conversation in the list.
    pub density: Density,
    /// The mouse is ours; else the terminal's, which selects text with it.
    pub mouse: bool,
    /// How many cells letters of ambiguous width take.
    pub ambiguous_width: AmbiguousWidth,
    /// Who puts right-to-left letters in order.
    pub bidi: Bidi,
    /// Replying to an unassigned conversation also takes it.
    pub composer_take: bool,
    /// When the agent's own editor opens.
    pub composer_editor: EditorUse,
    /// What opening a link does.
    pub links: LinkUse,
    /// What stops a reply when something came since it was begun.
    pub guard: Guard,
    /// Threads whose last message is older are not kept on disk unasked; absent keeps them all.
    pub history: Option<Duration>,
    /// Endings of files that are warned of, beside those that are warned of anyway; not sent either.
    pub blocked_files: Vec<String>,
    /// Commands of the agent's own that are given a message, a thread or a draft.
    pub pipes: Vec<OwnPipe>,
    /// Waits: undo windows, rest of the cursor, reading.
    pub timings: Timings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            time_zone_known: false,
            advance: Advance::default(),
            preview: Preview::default(),
            density: Density::default(),
            mouse: true,
            ambiguous_width: AmbiguousWidth::default(),
            bidi: Bidi::default(),
            composer_take: true,
            composer_editor: EditorUse::default(),
            links: LinkUse::default(),
            guard: Guard::default(),
            history: None,
            blocked_files: Vec::new(),
            pipes: Vec::new(),
            timings: Timings::default(),
        }
    }
}
