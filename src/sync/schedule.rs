//! What is due, and when. Pure: times come in, times go out.

use std::time::Duration;

use crate::clock::Timings;

/// While the helpdesk tells by itself what changed, it is asked only every so many polls, in case that
/// something went untold.
const POLLS_WHILE_TOLD: u32 = 15;

/// Kinds of pull, each on its own schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Conversations that changed, and deletions.
    Changes,
    /// Ourselves, teammates, teams, tags, attributes, what the helpdesk can do.
    Directory,
    /// Macros and office hours.
    Library,
    /// Contacts and companies that are here, read again.
    People,
}

impl Kind {
    /// All, in the order in which they are pulled when several are due.
    pub const ALL: [Self; 4] = [Self::Directory, Self::Changes, Self::Library, Self::People];
    /// Those that everything else waits for.
    pub const FIRST: [Self; 2] = [Self::Directory, Self::Changes];
    /// Those that nobody waits for.
    pub const SLOW: [Self; 2] = [Self::Library, Self::People];

    /// How often, in general.
    fn every(self, timings: &Timings, told: bool) -> Duration {
        match self {
            Self::Changes if told => timings.poll.saturating_mul(POLLS_WHILE_TOLD),
            Self::Changes => timings.poll,
            Self::Directory | Self::Library => timings.slow_poll,
            Self::People => timings.contact_poll,
        }
    }
}

/// When each kind of pull was done last, in monotonic time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    last: [Option<Duration>; Kind::ALL.len()],
    /// When each is tried again after a failure of its own.
    again: [Option<Duration>; Kind::ALL.len()],
    failures: u32,
    not_before: Option<Duration>,
}

impl Schedule {
    fn next(&self, kind: Kind, now: Duration, timings: &Timings, told: bool) -> Duration {
        let turn = || self.last[kind as usize].map_or(now, |last| last + kind.every(timings, told));
        self.again[kind as usize].unwrap_or_else(turn)
    }

    /// Whether a kind is due at `now`. `told`: the helpdesk tells by itself what changed.
    #[must_use]
    pub fn is_due(&self, kind: Kind, now: Duration, timings: &Timings, told: bool) -> bool {
        self.not_before.is_none_or(|wait| now >= wait) && now >= self.next(kind, now, timings, told)
    }

    /// How long from `now` until one of these is due.
    #[must_use]
    pub fn wait(&self, kinds: &[Kind], now: Duration, timings: &Timings, told: bool) -> Duration {
        let soonest = kinds.iter().copied().map(|kind| self.next(kind, now, timings, told)).min().unwrap_or(now);
        soonest.max(self.not_before.unwrap_or_default()).saturating_sub(now)
    }

    /// A pull went well.
    pub fn done(&mut self, kind: Kind, now: Duration) {
        self.last[kind as usize] = Some(now);
        self.again[kind as usize] = None;
        if self.failures > 0 {
            // What failed with the rest may go well with it again.
            self.again = Default::default();
        }
        self.failures = 0;
        self.not_before = None;
    }

    /// A pull failed in a way that is its own: it is tried again in its turn, who and what there is as
    /// soon as anything that has failed, and nothing else waits.
    pub fn skipped(&mut self, kind: Kind, now: Duration, timings: &Timings) {
        let turn = kind.every(timings, false);
        let wait = if kind == Kind::Directory { turn.min(timings.back_off_cap) } else { turn };
        self.again[kind as usize] = Some(now + wait);
    }

    /// A pull failed in a way that others would too: everything waits, longer each time; after a
    /// refused token at most one try in its time.
    pub fn failed(&mut self, now: Duration, signed_out: bool, timings: &Timings, random: u64) {
        self.failures = self.failures.saturating_add(1);
        let wait = if signed_out {
            timings.signed_out_wait
        } else {
            super::reconcile::back_off(self.failures, timings.back_off, timings.back_off_cap, random)
        };
        self.not_before = Some(now + wait);
    }

    /// Conversations are due at once, whatever failed before.
    pub fn hurry(&mut self) {
        self.last[Kind::Changes as usize] = None;
        self.again[Kind::Changes as usize] = None;
        self.not_before = None;
    }

    /// The agent asks, or the machine has slept: everything but people is due at once.
    pub fn refresh(&mut self) {
        let at = Kind::People as usize;
        let (people, again) = (self.last[at], self.again[at]);
        *self = Self { failures: self.failures, ..Self::default() };
        (self.last[at], self.again[at]) = (people, again);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn due(schedule: &Schedule, at: u64, told: bool) -> Vec<Kind> {
        let timings = Timings::default();
        Kind::ALL.into_iter().filter(|kind| schedule.is_due(*kind, secs(at), &timings, told)).collect()
    }

    fn all_done(at: u64) -> Schedule {
        let mut schedule = Schedule::default();
        for kind in Kind::ALL {
            schedule.done(kind, secs(at));
        }
        schedule
    }

    #[test]
    fn each_kind_has_its_own_schedule_and_the_directory_comes_first() {
        assert_eq!(due(&Schedule::default(), 1, false), Kind::ALL);
        let schedule = all_done(1);
        assert!(due(&schedule, 2, false).is_empty());
        assert_eq!(due(&schedule, 5, false), [Kind::Changes]);
        assert_eq!(due(&schedule, 301, false), [Kind::Directory, Kind::Changes, Kind::Library]);
        assert_eq!(due(&schedule, 3_601, false), Kind::ALL);
        assert_eq!(schedule.wait(&Kind::ALL, secs(2), &Timings::default(), false), secs(3));
    }

    #[test]
    fn a_helpdesk_that_tells_what_changed_is_polled_once_a_minute() {
        let schedule = all_done(1);
        assert!(due(&schedule, 60, true).is_empty());
        assert_eq!(due(&schedule, 61, true), [Kind::Changes]);
        assert_eq!(schedule.wait(&Kind::ALL, secs(2), &Timings::default(), true), secs(59));
        assert_eq!(due(&schedule, 10, false), [Kind::Changes], "when it falls silent the poll is overdue at once");
    }

    #[test]
    fn a_refused_token_is_tried_once_a_minute_and_a_key_tries_at_once() {
        let timings = Timings::default();
        let mut schedule = Schedule::default();
        schedule.failed(secs(10), true, &timings, 3);
        assert!(due(&schedule, 60, false).is_empty());
        assert!(due(&schedule, 70, false).contains(&Kind::Changes));
        schedule.failed(secs(70), true, &timings, 3);
        schedule.refresh();
        assert!(due(&schedule, 71, false).contains(&Kind::Changes));
    }

    #[test]
    fn failures_wait_longer_and_a_success_forgets_them() {
        let timings = Timings::default();
        let mut schedule = Schedule::default();
        for _ in 0..20 {
            schedule.failed(secs(10), false, &timings, u64::MAX - 7);
            assert!(schedule.wait(&Kind::ALL, secs(10), &timings, false) <= timings.back_off_cap);
        }
        assert!(schedule.wait(&Kind::ALL, secs(10), &timings, false) > secs(1));
        schedule.done(Kind::Changes, secs(80));
        schedule.failed(secs(80), false, &timings, u64::MAX - 7);
        assert_eq!(schedule.wait(&Kind::ALL, secs(80), &timings, false), secs(1));
    }

    #[test]
    fn one_list_that_cannot_be_had_holds_up_nothing_else() {
        let mut schedule = Schedule::default();
        schedule.skipped(Kind::Library, secs(1), &Timings::default());
        assert_eq!(due(&schedule, 1, false), [Kind::Directory, Kind::Changes, Kind::People]);
        schedule.skipped(Kind::Directory, secs(1), &Timings::default());
        assert_eq!(due(&schedule, 1, false), [Kind::Changes, Kind::People]);
        assert!(due(&schedule, 61, false).contains(&Kind::Directory), "it is not left alone for long");
        let mut schedule = all_done(1);
        schedule.refresh();
        assert_eq!(due(&schedule, 2, false), [Kind::Directory, Kind::Changes, Kind::Library]);
        let mut schedule = all_done(1);
        schedule.hurry();
        assert_eq!(due(&schedule, 2, false), [Kind::Changes]);
    }
}
