//! What a person can set, resolved and typed. Built by the loader; everything else only reads it.

use std::time::Duration;

use jiff::tz::TimeZone;

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

/// When the agent's own editor opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EditorUse {
    /// On its key.
    #[default]
    OnKey,
    /// As soon as a reply or a note is begun.
    Always,
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
    /// Replying to an unassigned conversation also takes it.
    pub composer_take: bool,
    /// When the agent's own editor opens.
    pub composer_editor: EditorUse,
    /// What stops a reply when something came since it was begun.
    pub guard: Guard,
    /// Threads whose last message is older are not kept on disk unasked; absent keeps them all.
    pub history: Option<Duration>,
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
            composer_take: true,
            composer_editor: EditorUse::default(),
            guard: Guard::default(),
            history: None,
            timings: Timings::default(),
        }
    }
}
