//! What is due, and when. Pure: times come in, times go out.

use std::time::Duration;

use crate::clock::Timings;

/// When each kind of pull was done last, in monotonic time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    changes: Option<Duration>,
    directory: Option<Duration>,
    failures: u32,
    not_before: Option<Duration>,
}

/// Kinds of pull that are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Conversations that changed.
    pub changes: bool,
    /// Teammates, teams, tags and the like.
    pub directory: bool,
}

impl Schedule {
    /// What is due at `now`.
    #[must_use]
    pub fn due(&self, now: Duration, timings: &Timings) -> Due {
        if self.not_before.is_some_and(|wait| now < wait) {
            return Due::default();
        }
        let passed = |last: Option<Duration>, every: Duration| last.is_none_or(|last| now >= last + every);
        Due { changes: passed(self.changes, timings.poll), directory: passed(self.directory, timings.slow_poll) }
    }

    /// How long from `now` until something is due.
    #[must_use]
    pub fn wait(&self, now: Duration, timings: &Timings) -> Duration {
        let next = |last: Option<Duration>, every: Duration| last.map_or(now, |last| last + every);
        let soonest = next(self.changes, timings.poll).min(next(self.directory, timings.slow_poll));
        soonest.max(self.not_before.unwrap_or_default()).saturating_sub(now)
    }

    /// A pull went well.
    pub fn done(&mut self, what: Due, now: Duration) {
        if what.changes {
            self.changes = Some(now);
        }
        if what.directory {
            self.directory = Some(now);
        }
        self.failures = 0;
        self.not_before = None;
    }

    /// A pull failed: wait longer each time; after a refused token at most one try a minute.
    pub fn failed(&mut self, now: Duration, signed_out: bool, timings: &Timings, random: u64) {
        self.failures = self.failures.saturating_add(1);
        let wait = if signed_out {
            Duration::from_secs(60)
        } else {
            super::reconcile::back_off(self.failures, timings.back_off, timings.back_off_cap, random)
        };
        self.not_before = Some(now + wait);
    }

    /// Everything is due at once, whatever failed before.
    pub fn hurry(&mut self) {
        *self = Self { failures: self.failures, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn changes_are_due_often_and_the_directory_seldom() {
        let timings = Timings::default();
        let mut schedule = Schedule::default();
        assert_eq!(schedule.due(secs(1), &timings), Due { changes: true, directory: true });
        schedule.done(Due { changes: true, directory: true }, secs(1));
        assert_eq!(schedule.due(secs(2), &timings), Due::default());
        assert_eq!(schedule.due(secs(6), &timings), Due { changes: true, directory: false });
        assert_eq!(schedule.wait(secs(2), &timings), secs(3));
    }

    #[test]
    fn a_refused_token_is_tried_once_a_minute_and_a_key_tries_at_once() {
        let timings = Timings::default();
        let mut schedule = Schedule::default();
        schedule.failed(secs(10), true, &timings, 3);
        assert_eq!(schedule.due(secs(60), &timings), Due::default());
        assert!(schedule.due(secs(70), &timings).changes);
        schedule.failed(secs(70), true, &timings, 3);
        schedule.hurry();
        assert!(schedule.due(secs(71), &timings).changes);
    }
}
