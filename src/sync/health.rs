//! What may be wrong around us: a machine that slept, a clock that is off, a budget that runs out.
//!
//! [`Health`] is pure: readings in, findings out. [`watch`] takes the readings while a screen is open.

use std::time::Duration;

use super::engine::Engine;
use super::message::Event;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// The wall clock has gone so much further than the monotonic one: the machine slept, or its clock was
/// set. Either way connections and marks are looked at anew.
const SLEPT: Duration = Duration::from_secs(8);
/// No look for so long: the program was stopped, and the other end has given up on us.
const STOPPED: Duration = Duration::from_secs(40);
/// A clock this far off is told, and taken back when it is nearer than the second.
const OFF_SECS: i64 = 30;
const RIGHT_SECS: i64 = 27;
/// A told difference is told again when it has moved so much.
const MOVED_SECS: i64 = 30;

/// What was read at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Wall clock, Unix milliseconds.
    pub wall_millis: i64,
    /// Monotonic time.
    pub monotonic: Duration,
    /// The server's clock minus ours, seconds.
    pub server_ahead_secs: Option<i64>,
    /// Requests left, and how many there are a window.
    pub budget: Option<(u64, u64)>,
}

/// What a look has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// The machine or the program has slept.
    Woke,
    /// Our clock is so many seconds ahead; 0 when it is right again.
    ClockOff(i64),
    /// Fewer than a tenth of the requests of this window is left; none when there is room again.
    Budget(Option<(u64, u64)>),
}

/// What was found before.
#[derive(Clone, Debug, Default)]
pub(super) struct Health {
    last: Option<(i64, Duration)>,
    clock_told: i64,
    budget_told: bool,
}

impl Health {
    /// Looks at a reading.
    pub fn look(&mut self, now: Reading) -> Vec<Finding> {
        let mut found = Vec::new();
        if let Some((wall, monotonic)) = self.last.replace((now.wall_millis, now.monotonic)) {
            let ticked = now.monotonic.saturating_sub(monotonic);
            let passed = Duration::from_millis(u64::try_from(now.wall_millis.saturating_sub(wall)).unwrap_or(0));
            if passed.saturating_sub(ticked) >= SLEPT || ticked >= STOPPED {
                found.push(Finding::Woke);
            }
        }
        if let Some(ahead) = now.server_ahead_secs.map(i64::saturating_neg) {
            let told = match ahead.unsigned_abs() {
                off if off > OFF_SECS.unsigned_abs() => {
                    let moved = self.clock_told == 0 || ahead.abs_diff(self.clock_told) >= MOVED_SECS.unsigned_abs();
                    if moved { ahead } else { self.clock_told }
                }
                off if off > RIGHT_SECS.unsigned_abs() => self.clock_told,
                _ => 0,
            };
            if told != self.clock_told {
                self.clock_told = told;
                found.push(Finding::ClockOff(told));
            }
        }
        let short = now.budget.filter(|(left, of)| left.saturating_mul(10) < *of);
        if short.is_some() != self.budget_told {
            self.budget_told = short.is_some();
            found.push(Finding::Budget(short));
        }
        found
    }
}

/// Looks, acts and tells, for ever.
pub(super) async fn watch(engine: Engine) {
    let mut health = Health::default();
    loop {
        let reading = Reading {
            wall_millis: engine.clock.unix_millis(),
            monotonic: engine.clock.monotonic(),
            server_ahead_secs: engine.client.server_offset().map(|offset| offset.as_secs()),
            budget: engine.client.budget(),
        };
        for finding in health.look(reading) {
            match finding {
                Finding::Woke => {
                    tracing::info!("the machine was asleep: everything is read again");
                    engine.client.disconnect().await;
                    engine.stream.interrupt();
                    engine.wake();
                }
                Finding::ClockOff(secs) => engine.tell(Event::ClockOff(secs)),
                Finding::Budget(left) => engine.tell(Event::Budget(left)),
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: u64) -> Reading {
        let wall_millis = 1_700_000_000_000 + i64::try_from(secs).unwrap_or(0) * 1_000;
        Reading { wall_millis, monotonic: Duration::from_secs(secs), ..Reading::default() }
    }

    #[test]
    fn a_jump_of_the_wall_clock_or_a_long_pause_is_a_sleep() {
        let mut health = Health::default();
        assert!(health.look(at(0)).is_empty());
        assert!(health.look(at(2)).is_empty());
        let slept = Reading { wall_millis: at(604).wall_millis, ..at(4) };
        assert_eq!(health.look(slept), [Finding::Woke]);
        let goes_on = Reading { wall_millis: at(606).wall_millis, ..at(6) };
        assert!(health.look(goes_on).is_empty());
        assert!(health.look(at(8)).is_empty(), "a clock that is set back is no sleep");
        assert_eq!(health.look(at(70)), [Finding::Woke], "stopped for a minute");
    }

    #[test]
    fn a_clock_that_is_off_is_told_once_and_taken_back() {
        let mut health = Health::default();
        let mut look = |ahead: i64| health.look(Reading { server_ahead_secs: Some(-ahead), ..at(1) });
        assert!(look(30).is_empty());
        assert_eq!(look(31), [Finding::ClockOff(31)]);
        assert!(look(33).is_empty() && look(28).is_empty(), "noise is not told");
        assert_eq!(look(2), [Finding::ClockOff(0)]);
        assert_eq!(look(-3_600), [Finding::ClockOff(-3_600)]);
        assert!(look(-3_590).is_empty());
        assert_eq!(look(90), [Finding::ClockOff(90)]);
    }

    #[test]
    fn a_budget_that_runs_out_is_told_until_there_is_room() {
        let mut health = Health::default();
        let mut look = |left| health.look(Reading { budget: Some((left, 100)), ..at(1) });
        assert!(look(10).is_empty());
        assert_eq!(look(9), [Finding::Budget(Some((9, 100)))]);
        assert!(look(3).is_empty());
        assert_eq!(look(100), [Finding::Budget(None)]);
        let mut health = Health::default();
        assert!(health.look(at(1)).is_empty(), "a helpdesk that tells no budget");
    }
}
