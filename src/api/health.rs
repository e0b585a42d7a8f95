//! Whether the server is there, and whether it knows us: the breaker and the wait after a refused token.
//!
//! Owns two questions that are asked before every request. Is the server failing? Then those who can
//! wait fail at once, and one of them tries now and then. Was the token refused? Then everybody fails at
//! once, and one tries a minute. Pure: time and chance come in as values.

use std::time::Duration;

use super::error::Cause;
use super::limit::Priority;

/// Failures in a row after which the server counts as failing.
const FAILURES: u32 = 5;
/// Longest wait before the first try of a failing server; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Wait between two tries after a refused token.
const SIGNED_OUT_WAIT: Duration = Duration::from_secs(60);

/// What a request that goes out is for the state of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pass {
    /// It tries whether the token is taken again.
    tries_token: bool,
    role: Role,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    /// One of many: the server is well.
    #[default]
    Free,
    /// It tries a failing server for those who wait.
    Probe,
    /// It tries a failing server because a person asked.
    Asked,
}

/// Why a request does not go out, and how long that lasts at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The token was refused.
    SignedOut(Duration),
    /// The server is failing, in this way at last.
    Failing(Cause, Duration),
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The API answered, whatever it said.
    Answered,
    /// The token was refused.
    SignedOut,
    /// Too many requests: the server is there, and no more is known.
    Throttled,
    /// No answer of this API.
    Failed(Cause),
}

/// The state of server and token.
#[derive(Debug)]
pub(super) struct Health {
    failures: u32,
    failing: Option<Failing>,
    /// Monotonic time of the next try after a refused token.
    signed_out: Option<Duration>,
    /// Between two tries after a refused token.
    pub(super) signed_out_wait: Duration,
}

#[derive(Debug)]
struct Failing {
    cause: Cause,
    /// Tries that failed.
    tries: u32,
    /// Monotonic time of the next try.
    next_try: Duration,
    is_trying: bool,
    /// A person's request is on its way.
    is_asked: bool,
}

impl Default for Health {
    fn default() -> Self {
        Self { failures: 0, failing: None, signed_out: None, signed_out_wait: SIGNED_OUT_WAIT }
    }
}

impl Health {
    /// Whether a request may go out, and as what. Changes nothing: [`Health::begin`] does.
    pub(super) fn judge(&self, now: Duration, priority: Priority) -> Result<Pass, Stop> {
        let tries_token = match self.signed_out {
            Some(next) if now < next => return Err(Stop::SignedOut(next.saturating_sub(now))),
            signed_out => signed_out.is_some(),
        };
        let role = match &self.failing {
            None => Role::Free,
            Some(failing) => {
                let due = now >= failing.next_try && !failing.is_trying;
                match priority {
                    Priority::Foreground if !failing.is_asked => Role::Asked,
                    Priority::Background | Priority::Fill if due => Role::Probe,
                    _ => {
                        let wait = failing.next_try.saturating_sub(now).max(Duration::from_secs(1));
                        return Err(Stop::Failing(failing.cause, wait));
                    }
                }
            }
        };
        Ok(Pass { tries_token, role })
    }

    /// A judged request goes out.
    pub(super) fn begin(&mut self, pass: Pass, now: Duration) {
        if pass.tries_token {
            // From now on, so that one a minute is all, whatever becomes of this one.
            self.signed_out = Some(now + self.signed_out_wait);
        }
        self.mark(pass, true);
    }

    /// A request ended in this way; `chance` is any random number.
    pub(super) fn end(&mut self, pass: Pass, outcome: Outcome, now: Duration, chance: u64) {
        self.mark(pass, false);
        match outcome {
            Outcome::Failed(cause) => self.failed(pass, cause, now, chance),
            Outcome::Answered | Outcome::SignedOut | Outcome::Throttled => {
                self.failures = 0;
                self.failing = None;
            }
        }
        match outcome {
            Outcome::SignedOut => {
                self.signed_out.get_or_insert(now + self.signed_out_wait);
            }
            // An answer to a request that went out before the token was refused proves nothing.
            Outcome::Answered if pass.tries_token => self.signed_out = None,
            _ => {}
        }
    }

    /// A request was given up, and nothing is known of it.
    pub(super) fn give_up(&mut self, pass: Pass) {
        self.mark(pass, false);
    }

    /// A person asks: the next request tries.
    pub(super) fn try_now(&mut self) {
        if let Some(next) = &mut self.signed_out {
            *next = Duration::ZERO;
        }
        if let Some(failing) = &mut self.failing {
            failing.next_try = Duration::ZERO;
        }
    }

    /// Whether the token was refused and no try has shown otherwise.
    pub(super) const fn is_signed_out(&self) -> bool {
        self.signed_out.is_some()
    }

    fn mark(&mut self, pass: Pass, on_its_way: bool) {
        match (&mut self.failing, pass.role) {
            (Some(failing), Role::Probe) => failing.is_trying = on_its_way,
            (Some(failing), Role::Asked) => failing.is_asked = on_its_way,
            _ => {}
        }
    }

    fn failed(&mut self, pass: Pass, cause: Cause, now: Duration, chance: u64) {
        self.failures = self.failures.saturating_add(1);
        match &mut self.failing {
            None if self.failures >= FAILURES => {
                let next_try = now + pause(0, chance);
                self.failing = Some(Failing { cause, tries: 0, next_try, is_trying: false, is_asked: false });
            }
            None => {}
            Some(failing) => {
                failing.cause = cause;
                if pass.role == Role::Probe {
                    failing.tries = failing.tries.saturating_add(1);
                    failing.next_try = now + pause(failing.tries, chance);
                }
            }
        }
    }
}

/// Up to twice as long after each failed try, anywhere in that time (full jitter), so that many
/// clients of a server that comes back do not come back together.
fn pause(tries: u32, chance: u64) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tries)).min(LONGEST_PAUSE);
    let millis = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(chance % (millis + 1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);
    const DOWN: Outcome = Outcome::Failed(Cause::ConnectionRefused);
    const LATE: u64 = u64::MAX / 2;

    fn run(health: &mut Health, now: Duration, priority: Priority, outcome: Outcome) -> Result<(), Stop> {
        let pass = health.judge(now, priority)?;
        health.begin(pass, now);
        health.end(pass, outcome, now, 0);
        Ok(())
    }

    /// A failing server whose next try is due.
    fn failing() -> Health {
        let mut health = Health::default();
        for _ in 0..FAILURES {
            run(&mut health, NOW, Priority::Foreground, DOWN).unwrap();
        }
        health
    }

    #[test]
    fn failures_in_a_row_stop_those_who_can_wait() {
        let mut health = Health::default();
        for _ in 0..FAILURES - 1 {
            run(&mut health, NOW, Priority::Background, DOWN).unwrap();
        }
        run(&mut health, NOW, Priority::Background, Outcome::Answered).unwrap();
        for _ in 0..FAILURES - 1 {
            run(&mut health, NOW, Priority::Background, DOWN).unwrap();
        }
        assert!(health.failing.is_none());
        run(&mut health, NOW, Priority::Fill, DOWN).unwrap();
        health.failing.as_mut().unwrap().next_try = NOW + Duration::from_secs(7);
        let stop = Stop::Failing(Cause::ConnectionRefused, Duration::from_secs(7));
        assert_eq!(health.judge(NOW, Priority::Background), Err(stop));
        assert_eq!(health.judge(NOW, Priority::Fill), Err(stop));
        assert!(health.judge(NOW, Priority::Foreground).is_ok());
    }

    #[test]
    fn one_tries_a_failing_server_and_an_answer_lets_all_go() {
        let mut health = failing();
        let probe = health.judge(NOW, Priority::Fill).unwrap();
        health.begin(probe, NOW);
        assert!(health.judge(NOW, Priority::Background).is_err());
        health.end(probe, Outcome::Answered, NOW, 0);
        assert_eq!(health.judge(NOW, Priority::Background), Ok(Pass::default()));
    }

    #[test]
    fn pauses_grow_to_a_minute_with_chance_in_all_of_them() {
        let mut health = failing();
        let mut now = NOW;
        let mut longest = Duration::ZERO;
        for tries in 1..12 {
            let probe = health.judge(now, Priority::Background).unwrap();
            health.begin(probe, now);
            // The largest number that is a whole pause.
            let limit = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(tries)).min(LONGEST_PAUSE);
            health.end(probe, DOWN, now, limit.as_millis() as u64);
            let next = health.failing.as_ref().unwrap().next_try;
            longest = longest.max(next.saturating_sub(now));
            now = next;
        }
        assert_eq!(longest, LONGEST_PAUSE);
        assert!((0..1_000).map(|n| pause(3, LATE.wrapping_mul(n))).all(|pause| pause <= Duration::from_secs(16)));
    }

    #[test]
    fn a_person_may_try_one_request_at_a_time() {
        let mut health = failing();
        let first = health.judge(NOW, Priority::Foreground).unwrap();
        health.begin(first, NOW);
        assert!(matches!(health.judge(NOW, Priority::Foreground), Err(Stop::Failing(..))));
        health.end(first, Outcome::Failed(Cause::Timeout), NOW, LATE);
        let second = health.judge(NOW, Priority::Foreground).unwrap();
        health.begin(second, NOW);
        health.give_up(second);
        run(&mut health, NOW, Priority::Foreground, Outcome::Answered).unwrap();
        assert_eq!(health.judge(NOW, Priority::Fill), Ok(Pass::default()));
    }

    #[test]
    fn a_try_that_was_given_up_leaves_room_for_the_next() {
        let mut health = failing();
        let probe = health.judge(NOW, Priority::Background).unwrap();
        health.begin(probe, NOW);
        health.give_up(probe);
        assert!(health.judge(NOW, Priority::Background).is_ok());
    }

    #[test]
    fn a_refused_token_stops_everybody_but_one_try_a_minute() {
        let mut health = Health::default();
        run(&mut health, NOW, Priority::Foreground, Outcome::SignedOut).unwrap();
        assert!(health.is_signed_out());
        let mut requests = 0;
        for second in 0..600 {
            for priority in [Priority::Foreground, Priority::Background, Priority::Fill] {
                let now = NOW + Duration::from_secs(second);
                requests += u32::from(run(&mut health, now, priority, Outcome::SignedOut).is_ok());
            }
        }
        assert_eq!(requests, 9);
        let wait = health.judge(NOW + Duration::from_secs(590), Priority::Foreground);
        assert_eq!(wait, Err(Stop::SignedOut(Duration::from_secs(10))));
        let now = NOW + Duration::from_secs(600);
        run(&mut health, now, Priority::Background, Outcome::Answered).unwrap();
        assert!(!health.is_signed_out());
    }

    #[test]
    fn only_a_try_shows_that_the_token_is_good_again() {
        let mut health = Health::default();
        let before = health.judge(NOW, Priority::Foreground).unwrap();
        health.begin(before, NOW);
        run(&mut health, NOW, Priority::Foreground, Outcome::SignedOut).unwrap();
        health.end(before, Outcome::Answered, NOW, 0);
        assert!(health.is_signed_out(), "it went out before");
        let later = NOW + SIGNED_OUT_WAIT;
        for outcome in [Outcome::Throttled, DOWN] {
            health.try_now();
            run(&mut health, later, Priority::Foreground, outcome).unwrap();
            assert!(health.is_signed_out(), "{outcome:?}");
        }
    }

    #[test]
    fn who_asks_tries_at_once_and_once() {
        let mut health = Health::default();
        run(&mut health, NOW, Priority::Foreground, Outcome::SignedOut).unwrap();
        assert!(health.judge(NOW, Priority::Foreground).is_err());
        health.try_now();
        run(&mut health, NOW, Priority::Foreground, Outcome::SignedOut).unwrap();
        assert!(health.judge(NOW, Priority::Foreground).is_err());
        let mut health = failing();
        health.failing.as_mut().unwrap().next_try = NOW + LONGEST_PAUSE;
        health.try_now();
        assert!(health.judge(NOW, Priority::Background).is_ok());
    }
}
