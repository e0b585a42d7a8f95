//! What the agent should know: a queue of notices, the newest in the status line.

use std::time::Duration;

use crate::domain::OutboxId;
use crate::text::Clean;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Done as asked.
    Info,
    /// Not done, and why.
    Warning,
    /// Something failed.
    Error,
}

/// What a notice is about, when it is only true for as long as that lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Matter {
    /// Nothing that ends.
    #[default]
    None,
    /// Acts that wait to be sent.
    Rows(Vec<OutboxId>),
    /// A pull that was asked for.
    Pull,
    /// A command that runs, by its number.
    Pipe(u64),
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub severity: Severity,
    /// What happened.
    pub text: Clean,
    /// In the server's words; may be blank.
    pub details: Clean,
    /// Monotonic time at which it goes by itself.
    pub until: Duration,
    /// The next key takes it away.
    pub until_key: bool,
    /// It goes when this is over.
    pub matter: Matter,
}

/// The notices that are still shown, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    queue: Vec<Notice>,
}

/// More than this nobody reads.
const MOST: usize = 20;

impl Notices {
    /// The newest notice of the highest severity that is still shown.
    #[must_use]
    pub fn current(&self) -> Option<&Notice> {
        self.queue.iter().max_by_key(|notice| notice.severity)
    }

    /// All that are still shown, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Notice] {
        &self.queue
    }

    /// Adds one; the same words twice are one notice.
    pub fn push(&mut self, notice: Notice) {
        self.queue.retain(|old| old.text != notice.text || old.details != notice.details);
        self.queue.push(notice);
        if self.queue.len() > MOST {
            self.queue.remove(0);
        }
    }

    /// A key was pressed: what it answers goes. Returns whether anything did.
    pub fn key_pressed(&mut self) -> bool {
        let before = self.queue.len();
        self.queue.retain(|notice| !notice.until_key);
        self.queue.len() != before
    }

    /// An act no longer waits: what was said of its waiting goes.
    pub fn row_moved(&mut self, row: OutboxId) {
        self.queue.retain(|notice| !matches!(&notice.matter, Matter::Rows(rows) if rows.contains(&row)));
    }

    /// The pull that was asked for is done. Returns whether anything went.
    pub fn pulled(&mut self) -> bool {
        let before = self.queue.len();
        self.queue.retain(|notice| notice.matter != Matter::Pull);
        self.queue.len() != before
    }

    /// A command has ended: that it runs is no longer so.
    pub fn pipe_ended(&mut self, number: u64) {
        self.queue.retain(|notice| notice.matter != Matter::Pipe(number));
    }

    /// Time has passed. Returns whether anything went.
    pub fn tick(&mut self, monotonic: Duration) -> bool {
        let before = self.queue.len();
        self.queue.retain(|notice| notice.until > monotonic);
        self.queue.len() != before
    }

    /// When the next one goes by itself.
    #[must_use]
    pub fn next_wake(&self) -> Option<Duration> {
        self.queue.iter().map(|notice| notice.until).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::clean;

    fn notice(text: &str, severity: Severity, until: u64) -> Notice {
        Notice {
            severity,
            text: clean(text),
            details: Clean::default(),
            until: Duration::from_secs(until),
            until_key: true,
            matter: Matter::None,
        }
    }

    #[test]
    fn an_error_is_shown_before_a_later_trifle_until_a_key_or_its_time() {
        let mut notices = Notices::default();
        notices.push(notice("not sent", Severity::Error, 30));
        notices.push(notice("tagged", Severity::Info, 5));
        assert_eq!(notices.current().map(|n| n.text.as_str()), Some("not sent"));
        assert!(notices.tick(Duration::from_secs(5)));
        assert_eq!(notices.all().len(), 1);
        assert!(notices.tick(Duration::from_secs(30)));
        assert_eq!(notices.current(), None);
        notices.push(notice("not sent", Severity::Error, 60));
        assert!(notices.key_pressed());
        assert_eq!(notices.current(), None);
    }

    #[test]
    fn the_newest_of_equals_is_shown_and_repeats_are_one() {
        let mut notices = Notices::default();
        for text in ["a", "b", "a"] {
            notices.push(notice(text, Severity::Info, 5));
        }
        assert_eq!(notices.current().map(|n| n.text.as_str()), Some("a"));
        assert_eq!(notices.all().len(), 2);
    }

    #[test]
    fn what_is_said_of_a_matter_ends_with_it() {
        let mut notices = Notices::default();
        notices.push(Notice { matter: Matter::Rows(vec![OutboxId(3)]), ..notice("goes", Severity::Info, 9) });
        notices.push(Notice { matter: Matter::Pull, ..notice("asking", Severity::Info, 9) });
        notices.row_moved(OutboxId(4));
        assert_eq!(notices.all().len(), 2);
        notices.row_moved(OutboxId(3));
        assert_eq!(notices.current().map(|n| n.text.as_str()), Some("asking"));
        assert!(notices.pulled() && notices.all().is_empty());
    }
}
