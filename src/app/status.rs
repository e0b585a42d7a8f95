//! What the status line tells: connection, away, outbox, first pull.

use crate::domain::UnixTime;
pub use crate::sync::message::{Connection, Progress};
use crate::text::Clean;

/// Facts of the status line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// How the connection stands.
    pub connection: Connection,
    /// Away, since when as far as this run knows, and the reason (may be blank).
    pub away: Option<Away>,
    /// Outbox rows on their way.
    pub waiting: usize,
    /// Outbox rows that need a person.
    pub needs_you: usize,
    /// How far the first pull has come; absent once it is complete.
    pub progress: Option<Progress>,
}

/// Being away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    /// Since when; absent when it was so before this run.
    pub since: Option<UnixTime>,
    /// The reason; may be blank.
    pub reason: Clean,
}

impl Default for Status {
    fn default() -> Self {
        Self { connection: Connection::Starting, away: None, waiting: 0, needs_you: 0, progress: None }
    }
}

/// A key and what it does, for the status line and for a half-typed sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// `z`, `ctrl-x e`.
    pub keys: Clean,
    /// What it does, in one or two words.
    pub label: Clean,
}
