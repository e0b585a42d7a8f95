//! How many requests may still go out.
//!
//! Owns the budget that the server tells in its headers, the wait that a 429 asks for, and the
//! difference between its clock and ours. One value is shared by all clones of a client, and
//! [`Limit::permit`] is the one gate that every request passes: a breaker that opens after repeated
//! failures belongs there too. Knows nothing of what is asked.
//!
//! Intercom deals its budget out in windows of 10 seconds: `X-RateLimit-Limit` and `-Remaining` count
//! requests of this window, `X-RateLimit-Reset` is its end by the server's clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::UnixTime;

/// Length of a window when the server has not said when it ends.
const WINDOW: Duration = Duration::from_secs(10);
/// A window cannot be longer, whatever the header says.
const LONGEST_WINDOW: Duration = Duration::from_secs(60);
/// `Retry-After` is obeyed up to here.
const LONGEST_BLOCK: Duration = Duration::from_secs(3_600);
/// A request waits this long for its turn before it fails as throttled.
const PATIENCE: Duration = Duration::from_secs(15);
/// Two readings of the server's clock further apart than this are a jump, not noise.
const JUMP_MILLIS: i64 = 5_000;

/// Who goes first when the budget is short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for it: takes what is there.
    #[default]
    Foreground,
    /// Can wait: leaves half of every window to the others.
    Background,
}

/// What an answer's headers say about budget and time. Times are Unix seconds by the server's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) date: Option<i64>,
    pub(super) limit: Option<u64>,
    pub(super) remaining: Option<u64>,
    pub(super) reset: Option<i64>,
    /// Asked to stay away (429), and for how long where it says so.
    pub(super) throttled: bool,
    pub(super) retry_after: Option<Duration>,
}

/// The budget, shared by clones.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Requests a window; absent until a header has told.
    limit: Option<u64>,
    /// Left in this window, those on their way counted as used.
    remaining: u64,
    /// Monotonic.
    window_ends: Option<Duration>,
    /// The server's name for this window; absent for one that we only assume.
    reset: Option<i64>,
    /// Monotonic.
    blocked_until: Option<Duration>,
    /// Server minus local.
    offset_millis: Option<i64>,
}

impl State {
    /// Takes one request out of the budget, or says how long to wait for one.
    fn take(&mut self, now: Duration, priority: Priority) -> Result<(), Duration> {
        if let Some(until) = self.blocked_until {
            if now < until {
                return Err(until.saturating_sub(now));
            }
            self.blocked_until = None;
        }
        let Some(limit) = self.limit else { return Ok(()) };
        let ends = match self.window_ends {
            Some(ends) if now < ends => ends,
            _ => {
                self.remaining = limit;
                self.reset = None;
                *self.window_ends.insert(now + WINDOW)
            }
        };
        let kept_for_others = match priority {
            Priority::Foreground => 0,
            Priority::Background => limit / 2,
        };
        if self.remaining > kept_for_others {
            self.remaining -= 1;
            Ok(())
        } else {
            Err(ends.saturating_sub(now))
        }
    }

    fn note(&mut self, told: &Told, now: Duration, server_now: i64) {
        let wait = |reset: i64| Duration::from_secs(u64::try_from(reset.saturating_sub(server_now)).unwrap_or(0));
        if let (Some(limit), Some(remaining)) = (told.limit.filter(|limit| *limit > 0), told.remaining) {
            let remaining = remaining.min(limit);
            self.limit = Some(limit);
            // Answers overtake each other: one of an earlier window says nothing about this one, and
            // within a window the lower number is the later.
            match (told.reset, self.reset) {
                (Some(new), Some(old)) if new < old => {}
                (Some(new), Some(old)) if new > old => {
                    self.remaining = remaining;
                    self.open_window(new, now + wait(new).min(LONGEST_WINDOW));
                }
                (Some(new), _) => {
                    let assumed = self.window_ends.is_some_and(|ends| now < ends);
                    self.remaining = if assumed { self.remaining.min(remaining) } else { remaining };
                    self.open_window(new, now + wait(new).min(LONGEST_WINDOW));
                }
                (None, _) => {
                    self.remaining = remaining;
                    self.window_ends.get_or_insert(now + WINDOW);
                }
            }
        }
        if told.throttled {
            let pause = told
                .retry_after
                .map(|pause| pause.min(LONGEST_BLOCK))
                .or_else(|| told.reset.map(|reset| wait(reset).min(LONGEST_WINDOW)))
                .unwrap_or(WINDOW)
                .max(Duration::from_secs(1));
            let until = now + pause;
            self.blocked_until = Some(self.blocked_until.map_or(until, |old| old.max(until)));
        }
    }

    fn open_window(&mut self, reset: i64, ends: Duration) {
        self.reset = Some(reset);
        self.window_ends = Some(ends);
    }

    /// Learns the server's clock from a `Date`, which has whole seconds: half a second is added, and
    /// the readings are smoothed unless they jump.
    fn note_date(&mut self, date: i64, local_millis: i64) {
        let reading = date.saturating_mul(1_000).saturating_add(500).saturating_sub(local_millis);
        self.offset_millis = Some(match self.offset_millis {
            Some(old) if reading.abs_diff(old) <= JUMP_MILLIS.unsigned_abs() => old + (reading - old) / 8,
            _ => reading,
        });
    }
}

impl Limit {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole after every statement, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn. Dropping the future gives nothing away.
    ///
    /// # Errors
    /// The moment (by this machine's clock) from which another attempt makes sense, when it lies too
    /// far ahead to be waited for here.
    pub(super) async fn permit(&self, priority: Priority) -> Result<(), UnixTime> {
        let begun = self.clock.monotonic();
        loop {
            let now = self.clock.monotonic();
            let taken = self.state().take(now, priority);
            let Err(wait) = taken else { return Ok(()) };
            if now.saturating_sub(begun) + wait > PATIENCE {
                return Err(self.after(wait));
            }
            // A little more than asked, so that one wait is enough.
            tokio::time::sleep(wait + Duration::from_millis(20)).await;
        }
    }

    /// Takes in what an answer told; `sent_millis` is the local wall clock when its request went out.
    pub(super) fn note(&self, told: &Told, sent_millis: i64) {
        let local = self.clock.unix_millis();
        let now = self.clock.monotonic();
        let mut state = self.state();
        if let Some(date) = told.date {
            state.note_date(date, sent_millis + (local - sent_millis) / 2);
        }
        let server_now = told.date.unwrap_or_else(|| (local + state.offset_millis.unwrap_or(0)).div_euclid(1_000));
        state.note(told, now, server_now);
    }

    /// When a throttled request may go again, by this machine's clock.
    pub(super) fn retry_at(&self) -> UnixTime {
        let now = self.clock.monotonic();
        let until = self.state().blocked_until;
        self.after(until.map_or(Duration::ZERO, |until| until.saturating_sub(now)))
    }

    /// The server's clock minus ours, in milliseconds; absent until an answer carried a date.
    pub(super) fn offset_millis(&self) -> Option<i64> {
        self.state().offset_millis
    }

    fn after(&self, wait: Duration) -> UnixTime {
        UnixTime(self.clock.unix_secs()) + wait.saturating_add(Duration::from_millis(999))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    fn told(limit: u64, remaining: u64, reset: i64) -> Told {
        Told { limit: Some(limit), remaining: Some(remaining), reset: Some(reset), ..Told::default() }
    }

    fn granted(state: &mut State, now: Duration, priority: Priority) -> usize {
        (0..1_000).take_while(|_| state.take(now, priority).is_ok()).count()
    }

    #[test]
    fn without_headers_nothing_is_held_back() {
        assert_eq!(granted(&mut State::default(), NOW, Priority::Background), 1_000);
    }

    #[test]
    fn background_leaves_half_a_window_to_the_foreground() {
        let mut state = State::default();
        state.note(&told(166, 166, 510), NOW, 500);
        assert_eq!(granted(&mut state, NOW, Priority::Background), 83);
        assert_eq!(granted(&mut state, NOW, Priority::Foreground), 83);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(10)));
    }

    #[test]
    fn the_next_window_brings_a_new_budget() {
        let mut state = State::default();
        state.note(&told(10, 0, 507), NOW, 500);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(7)));
        assert_eq!(granted(&mut state, NOW + Duration::from_secs(7), Priority::Foreground), 10);
        // Until the server says otherwise the assumed window lasts ten seconds.
        assert_eq!(state.take(NOW + Duration::from_secs(8), Priority::Foreground), Err(Duration::from_secs(9)));
    }

    #[test]
    fn an_answer_that_was_overtaken_does_not_give_budget_back() {
        let mut state = State::default();
        state.note(&told(10, 4, 510), NOW, 500);
        state.note(&told(10, 9, 510), NOW, 500);
        assert_eq!(state.remaining, 4);
        state.note(&told(10, 8, 520), NOW, 511);
        assert_eq!(state.remaining, 8);
        state.note(&told(10, 1, 510), NOW, 511);
        assert_eq!(state.remaining, 8);
    }

    #[test]
    fn requests_on_their_way_count_as_used() {
        let mut state = State::default();
        state.note(&told(10, 5, 510), NOW, 500);
        assert_eq!(granted(&mut state, NOW, Priority::Foreground), 5);
        // The first of the five answers.
        state.note(&told(10, 4, 510), NOW, 500);
        assert!(state.take(NOW, Priority::Foreground).is_err());
    }

    #[test]
    fn a_429_stops_everybody_until_the_server_says() {
        let mut state = State::default();
        let stop = Told { throttled: true, retry_after: Some(Duration::from_secs(30)), ..told(10, 0, 502) };
        state.note(&stop, NOW, 500);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(30)));
        assert!(state.take(NOW + Duration::from_secs(30), Priority::Foreground).is_ok());

        let mut state = State::default();
        state.note(&Told { throttled: true, ..told(10, 0, 504) }, NOW, 500);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(4)));

        let mut state = State::default();
        state.note(&Told { throttled: true, ..Told::default() }, NOW, 500);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(WINDOW));
    }

    #[test]
    fn absurd_headers_cannot_stop_the_program_for_long() {
        let mut state = State::default();
        state.note(&told(10, 0, i64::MAX), NOW, 500);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(LONGEST_WINDOW));
        let mut state = State::default();
        state.note(&told(0, 0, 510), NOW, 500);
        assert!(state.take(NOW, Priority::Foreground).is_ok());
        let mut state = State::default();
        let stop = Told { throttled: true, retry_after: Some(Duration::MAX), ..Told::default() };
        state.note(&stop, NOW, i64::MIN);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(LONGEST_BLOCK));
    }

    #[tokio::test]
    async fn a_wait_that_is_too_long_fails_with_its_end_by_the_local_clock() {
        let limit = Limit::new(Clock::manual(5_000));
        // The server's clock is an hour ahead: only the difference of its own two times counts.
        limit.note(&Told { date: Some(8_600), throttled: true, ..told(10, 0, 8_640) }, 5_000_000);
        assert_eq!(limit.permit(Priority::Foreground).await, Err(UnixTime(5_040)));
        assert_eq!(limit.retry_at(), UnixTime(5_040));
    }

    #[test]
    fn the_servers_clock_is_smoothed_but_follows_a_jump() {
        let clock = Clock::manual(1_000);
        let limit = Limit::new(clock);
        assert_eq!(limit.offset_millis(), None);
        limit.note(&Told { date: Some(1_030), ..Told::default() }, 1_000_000);
        assert_eq!(limit.offset_millis(), Some(30_500));
        limit.note(&Told { date: Some(1_031), ..Told::default() }, 1_000_000);
        assert_eq!(limit.offset_millis(), Some(30_625));
        limit.note(&Told { date: Some(4_600), ..Told::default() }, 1_000_000);
        assert_eq!(limit.offset_millis(), Some(3_600_500));
    }
}
