//! What the status line and the banner tell: connection, away, outbox, disk, clock, budget, pulls.

use std::time::Duration;

use crate::domain::UnixTime;
pub use crate::sync::message::{Connection, History, Progress, Storage};
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
    /// How far the first pull has come; absent once it is complete. Changes once a second at most.
    pub progress: Option<Progress>,
    /// Whether what is done is kept on disk.
    pub storage: Storage,
    /// How much of the threads is on disk. Changes once a second at most.
    pub history: History,
    /// Seconds that this machine's clock is ahead (behind when negative); 0 when it is right.
    pub clock_off: i64,
    /// Requests left of so many, while they are nearly used up.
    pub budget: Option<(u64, u64)>,
    /// `[TEST]` for a test workspace; blank for any other.
    pub mark: Clean,
    /// How many conversations are selected, in words; blank while none are.
    pub selected: Clean,
    /// How far a deed on many is, in words; blank while there is none.
    pub bulk: Clean,
}

/// A value that is shown at once, and then changes no more often than its pause allows.
#[derive(Clone, Debug)]
pub(super) struct Calm<T> {
    pause: Duration,
    next: Option<T>,
    shown_at: Option<Duration>,
}

impl<T> Calm<T> {
    pub const fn new(pause: Duration) -> Self {
        Self { pause, next: None, shown_at: None }
    }

    /// A new value came: it, when it may be shown now.
    pub fn take(&mut self, value: T, now: Duration) -> Option<T> {
        self.next = Some(value);
        self.due(now)
    }

    /// The value that waited, once its time has come.
    pub fn due(&mut self, now: Duration) -> Option<T> {
        if self.shown_at.is_some_and(|at| now < at + self.pause) {
            return None;
        }
        let value = self.next.take()?;
        self.shown_at = Some(now);
        Some(value)
    }

    /// A value that is shown whatever was before, at once.
    pub fn skip(&mut self, now: Duration) {
        self.next = None;
        self.shown_at = Some(now);
    }

    /// Nothing waits, and the next value is shown at once.
    pub fn forget(&mut self) {
        (self.next, self.shown_at) = (None, None);
    }

    /// When the value that waits may be shown.
    pub fn next_wake(&self) -> Option<Duration> {
        self.next.as_ref()?;
        Some(self.shown_at? + self.pause)
    }
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
        Self {
            connection: Connection::Starting,
            away: None,
            waiting: 0,
            needs_you: 0,
            progress: None,
            storage: Storage::Disk,
            history: History::default(),
            clock_off: 0,
            budget: None,
            selected: Clean::default(),
            bulk: Clean::default(),
            mark: Clean::default(),
        }
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
