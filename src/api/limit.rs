//! How many requests may still go out.
//!
//! Owns the budget that the server tells in its headers, the wait that a 429 asks for, and the
//! difference between its clock and ours. One value is shared by all clones of a client, and
//! [`Limit::permit`] is the one gate that every request passes; what [`super::health`] says of the
//! server and the token is asked there too. Knows nothing of what is asked.
//!
//! Intercom deals its budget out in windows of 10 seconds: `X-RateLimit-Limit` and `-Remaining` count
//! requests of this window, `X-RateLimit-Reset` is its end by the server's clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::error::Cause;
use super::health::{Health, Outcome, Pass, Stop};
use crate::clock::{Clock, Ids};
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
/// An answer that took longer says too little about the server's clock.
const LONGEST_READING: Duration = Duration::from_secs(10);

/// Who goes first when the budget is short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits for it: takes what is there.
    #[default]
    Foreground,
    /// Can wait: leaves half of every window to the others.
    Background,
    /// Can wait for long, as the reading of old threads: leaves five eighths of every window, so that
    /// what is in the background comes first.
    Fill,
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
    ids: Ids,
    state: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    budget: State,
    health: Health,
}

#[derive(Debug, Default)]
struct State {
    /// Requests a window; absent until a header has told.
    limit: Option<u64>,
    /// Left in this window, those on their way counted as used.
    remaining: u64,
    /// Requests on their way.
    on_their_way: u64,
    /// Monotonic.
    window_ends: Option<Duration>,
    /// The server's name for this window; absent for one that we only assume.
    reset: Option<i64>,
    /// Monotonic.
    blocked_until: Option<Duration>,
    /// Times in a row that we were asked to stay away without being told for how long.
    asked_away: u32,
    /// Server minus local.
    offset_millis: Option<i64>,
    /// A reading that is far from the offset, until another one agrees with it.
    doubtful_millis: Option<i64>,
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
        let Some(limit) = self.limit else {
            self.on_their_way += 1;
            return Ok(());
        };
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
            Priority::Fill => limit.saturating_mul(5) / 8,
        };
        if self.remaining > kept_for_others {
            self.remaining -= 1;
            self.on_their_way += 1;
            Ok(())
        } else {
            Err(ends.saturating_sub(now))
        }
    }

    /// Left in this window and its whole, when a header has told.
    fn left(&self, now: Duration) -> Option<(u64, u64)> {
        let limit = self.limit?;
        let is_over = self.window_ends.is_none_or(|ends| now >= ends);
        Some((if is_over { limit } else { self.remaining.min(limit) }, limit))
    }

    /// Takes in what an answer told; `chance` is any random number.
    fn note(&mut self, told: &Told, now: Duration, server_now: i64, chance: u64) {
        let wait = |reset: i64| Duration::from_secs(u64::try_from(reset.saturating_sub(server_now)).unwrap_or(0));
        if let (Some(limit), Some(remaining)) = (told.limit.filter(|limit| *limit > 0), told.remaining) {
            // Of a window that begins, those on their way but this one may not have been counted yet.
            let others = self.on_their_way.saturating_sub(1);
            let begun = remaining.min(limit).saturating_sub(others);
            let remaining = remaining.min(limit);
            self.limit = Some(limit);
            // Answers overtake each other: one of an earlier window says nothing about this one, and
            // within a window the lower number is the later.
            match (told.reset, self.reset) {
                (Some(new), Some(old)) if new < old => {}
                (Some(new), Some(old)) if new > old => {
                    self.remaining = begun;
                    self.open_window(new, now + wait(new).min(LONGEST_WINDOW));
                }
                (Some(new), _) => {
                    let assumed = self.window_ends.is_some_and(|ends| now < ends);
                    self.remaining = if assumed { self.remaining.min(remaining) } else { begun };
                    self.open_window(new, now + wait(new).min(LONGEST_WINDOW));
                }
                (None, _) => {
                    self.remaining = begun;
                    self.window_ends.get_or_insert(now + WINDOW);
                }
            }
        }
        if told.throttled {
            let pause = told
                .retry_after
                .map(|pause| pause.min(LONGEST_BLOCK))
                .or_else(|| told.reset.map(|reset| wait(reset).min(LONGEST_WINDOW)));
            let pause = pause.map_or_else(
                || {
                    // Nothing was said: twice as long each time. Answers to requests of before count once.
                    if self.blocked_until.is_none_or(|until| now >= until) {
                        self.asked_away = self.asked_away.saturating_add(1);
                    }
                    let doubled = WINDOW.saturating_mul(2_u32.saturating_pow(self.asked_away.saturating_sub(1)));
                    doubled.min(LONGEST_WINDOW)
                },
                |pause| pause.max(Duration::from_secs(1)),
            );
            // A tenth more at most, so that many clients do not come back in the same moment.
            let tenth = u64::try_from(pause.as_millis() / 10).unwrap_or(u64::MAX);
            let until = now + pause + Duration::from_millis(chance % (tenth + 1));
            self.blocked_until = Some(self.blocked_until.map_or(until, |old| old.max(until)));
        } else {
            self.asked_away = 0;
        }
    }

    fn open_window(&mut self, reset: i64, ends: Duration) {
        self.reset = Some(reset);
        self.window_ends = Some(ends);
    }

    /// Learns the server's clock from a `Date`, which has whole seconds: half a second is added, and
    /// the readings are smoothed. One that is far off counts when the next one agrees with it: a single
    /// wrong date changes nothing.
    fn note_date(&mut self, date: i64, local_millis: i64) {
        let reading = date.saturating_mul(1_000).saturating_add(500).saturating_sub(local_millis);
        let is_near = |other: i64| reading.abs_diff(other) <= JUMP_MILLIS.unsigned_abs();
        match (self.offset_millis, self.doubtful_millis) {
            (Some(old), _) if is_near(old) => {
                self.offset_millis = Some(old + (reading - old) / 8);
                self.doubtful_millis = None;
            }
            (Some(_), Some(doubtful)) if is_near(doubtful) => {
                self.offset_millis = Some(reading);
                self.doubtful_millis = None;
            }
            (Some(_), _) => self.doubtful_millis = Some(reading),
            (None, _) => self.offset_millis = Some(reading),
        }
    }
}

/// Why a request may not go out. Moments are by this machine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The budget is used up, or the server asked us to stay away; another attempt makes sense then.
    Throttled(UnixTime),
    /// The token was refused; the next try is then.
    SignedOut(UnixTime),
    /// The server is failing, in this way at last; another attempt makes sense then.
    Failing(Cause, UnixTime),
}

/// One request on its way. Dropping it gives its place up without a word about the server.
#[derive(Debug)]
pub(super) struct Turn {
    limit: Limit,
    pass: Pass,
    /// Monotonic time at which it went out.
    sent: Duration,
    is_over: bool,
}

impl Turn {
    /// Takes in what the head of the answer told.
    pub(super) fn note(&self, told: &Told) {
        self.limit.note(told, self.sent);
    }

    /// The request came to this.
    pub(super) fn end(mut self, outcome: Outcome) {
        self.is_over = true;
        let now = self.limit.clock.monotonic();
        let chance = self.limit.ids.next_u64();
        self.limit.state().health.end(self.pass, outcome, now, chance);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut shared = self.limit.state();
        shared.budget.on_their_way = shared.budget.on_their_way.saturating_sub(1);
        if !self.is_over {
            shared.health.give_up(self.pass);
        }
    }
}

impl Limit {
    pub(super) fn new(clock: Clock, ids: Ids) -> Self {
        Self { clock, ids, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, Shared> {
        // The state is whole after every statement, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn. Dropping the future gives nothing away.
    ///
    /// # Errors
    /// Why not, at once where waiting does not help; a wait for the budget fails only when it is too
    /// long to be waited for here.
    pub(super) async fn permit(&self, priority: Priority) -> Result<Turn, Refusal> {
        let begun = self.clock.monotonic();
        loop {
            let now = self.clock.monotonic();
            let wait = match self.take(now, priority) {
                Ok(turn) => return Ok(turn),
                Err(Held::Stop(Stop::SignedOut(wait))) => return Err(Refusal::SignedOut(self.after(wait))),
                Err(Held::Stop(Stop::Failing(cause, wait))) => return Err(Refusal::Failing(cause, self.after(wait))),
                Err(Held::Budget(wait)) => wait,
            };
            if now.saturating_sub(begun) + wait > PATIENCE {
                return Err(Refusal::Throttled(self.after(wait)));
            }
            // A little more than asked, so that one wait is enough.
            tokio::time::sleep(wait + Duration::from_millis(20)).await;
        }
    }

    fn take(&self, now: Duration, priority: Priority) -> Result<Turn, Held> {
        let mut shared = self.state();
        let pass = shared.health.judge(now, priority).map_err(Held::Stop)?;
        shared.budget.take(now, priority).map_err(Held::Budget)?;
        shared.health.begin(pass, now);
        Ok(Turn { limit: self.clone(), pass, sent: now, is_over: false })
    }

    /// Takes in what an answer told to a request that went out at `sent` (monotonic).
    fn note(&self, told: &Told, sent: Duration) {
        let local = self.clock.unix_millis();
        let now = self.clock.monotonic();
        let chance = self.ids.next_u64();
        let mut shared = self.state();
        let budget = &mut shared.budget;
        let took = now.saturating_sub(sent);
        if let Some(date) = told.date.filter(|_| took <= LONGEST_READING || budget.offset_millis.is_none()) {
            // The date was written half way, as far as we know.
            let half = i64::try_from(took.as_millis() / 2).unwrap_or(i64::MAX);
            budget.note_date(date, local.saturating_sub(half));
        }
        let by_offset = local.saturating_add(budget.offset_millis.unwrap_or(0)).div_euclid(1_000);
        budget.note(told, now, told.date.unwrap_or(by_offset), chance);
    }

    /// When a throttled request may go again, by this machine's clock.
    pub(super) fn retry_at(&self) -> UnixTime {
        let now = self.clock.monotonic();
        let until = self.state().budget.blocked_until;
        self.after(until.map_or(Duration::ZERO, |until| until.saturating_sub(now)))
    }

    /// The server's clock minus ours, in milliseconds; absent until an answer carried a date.
    pub(super) fn offset_millis(&self) -> Option<i64> {
        self.state().budget.offset_millis
    }

    /// Requests left in this window and in a whole one; absent until an answer told.
    pub(super) fn left(&self) -> Option<(u64, u64)> {
        let now = self.clock.monotonic();
        self.state().budget.left(now)
    }

    /// Sets how long nobody tries after a refused token.
    pub(super) fn set_signed_out_wait(&self, wait: Duration) {
        self.state().health.signed_out_wait = wait;
    }

    /// Whether the token was refused, and no try has shown otherwise.
    pub(super) fn is_signed_out(&self) -> bool {
        self.state().health.is_signed_out()
    }

    /// Lets the next request try, whatever is known of server and token.
    pub(super) fn try_now(&self) {
        self.state().health.try_now();
    }

    fn after(&self, wait: Duration) -> UnixTime {
        UnixTime(self.clock.unix_secs()) + wait.saturating_add(Duration::from_millis(999))
    }
}

/// Why there is no turn now.
enum Held {
    Stop(Stop),
    Budget(Duration),
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
        state.note(&told(166, 166, 510), NOW, 500, 0);
        assert_eq!(granted(&mut state, NOW, Priority::Background), 83);
        assert_eq!(granted(&mut state, NOW, Priority::Foreground), 83);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(10)));
    }

    #[test]
    fn the_next_window_brings_a_new_budget() {
        let mut state = State::default();
        state.note(&told(10, 0, 507), NOW, 500, 0);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(7)));
        assert_eq!(granted(&mut state, NOW + Duration::from_secs(7), Priority::Foreground), 10);
        // Until the server says otherwise the assumed window lasts ten seconds.
        assert_eq!(state.take(NOW + Duration::from_secs(8), Priority::Foreground), Err(Duration::from_secs(9)));
    }

    #[test]
    fn an_answer_that_was_overtaken_does_not_give_budget_back() {
        let mut state = State::default();
        state.note(&told(10, 4, 510), NOW, 500, 0);
        state.note(&told(10, 9, 510), NOW, 500, 0);
        assert_eq!(state.remaining, 4);
        state.note(&told(10, 8, 520), NOW, 511, 0);
        assert_eq!(state.remaining, 8);
        state.note(&told(10, 1, 510), NOW, 511, 0);
        assert_eq!(state.remaining, 8);
    }

    #[test]
    fn requests_on_their_way_count_as_used() {
        let mut state = State::default();
        state.note(&told(10, 5, 510), NOW, 500, 0);
        assert_eq!(granted(&mut state, NOW, Priority::Foreground), 5);
        // The first of the five answers.
        state.note(&told(10, 4, 510), NOW, 500, 0);
        assert!(state.take(NOW, Priority::Foreground).is_err());
    }

    #[test]
    fn a_429_stops_everybody_until_the_server_says() {
        let mut state = State::default();
        let stop = Told { throttled: true, retry_after: Some(Duration::from_secs(30)), ..told(10, 0, 502) };
        state.note(&stop, NOW, 500, 0);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(30)));
        assert!(state.take(NOW + Duration::from_secs(30), Priority::Foreground).is_ok());

        let mut state = State::default();
        state.note(&Told { throttled: true, ..told(10, 0, 504) }, NOW, 500, 0);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(4)));

        let mut state = State::default();
        state.note(&Told { throttled: true, ..Told::default() }, NOW, 500, 0);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(WINDOW));
    }

    #[test]
    fn absurd_headers_cannot_stop_the_program_for_long() {
        let mut state = State::default();
        state.note(&told(10, 0, i64::MAX), NOW, 500, 0);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(LONGEST_WINDOW));
        let mut state = State::default();
        state.note(&told(0, 0, 510), NOW, 500, 0);
        assert!(state.take(NOW, Priority::Foreground).is_ok());
        let mut state = State::default();
        let stop = Told { throttled: true, retry_after: Some(Duration::MAX), ..Told::default() };
        state.note(&stop, NOW, i64::MIN, 0);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(LONGEST_BLOCK));
    }

    #[tokio::test]
    async fn a_wait_that_is_too_long_fails_with_its_end_by_the_local_clock() {
        let clock = Clock::manual(5_000);
        let limit = Limit::new(clock.clone(), Ids::seeded(1));
        // The server's clock is an hour ahead: only the difference of its own two times counts.
        limit.note(&Told { date: Some(8_600), throttled: true, ..told(10, 0, 8_640) }, clock.monotonic());
        let until = limit.retry_at();
        assert!((UnixTime(5_040)..=UnixTime(5_045)).contains(&until), "{until:?}");
        assert_eq!(limit.permit(Priority::Foreground).await.unwrap_err(), Refusal::Throttled(until));
    }

    #[test]
    fn a_fill_leaves_room_for_the_background() {
        let mut state = State::default();
        state.note(&told(160, 160, 510), NOW, 500, 0);
        assert_eq!(granted(&mut state, NOW, Priority::Fill), 60);
        assert_eq!(granted(&mut state, NOW, Priority::Background), 20);
        assert_eq!(granted(&mut state, NOW, Priority::Foreground), 80);
        // However small the budget, something is left for everyone in the end.
        let mut state = State::default();
        state.note(&told(1, 1, 510), NOW, 500, 0);
        assert_eq!(granted(&mut state, NOW, Priority::Fill), 1);
    }

    #[test]
    fn what_is_left_is_told_with_the_whole() {
        let mut state = State::default();
        assert_eq!(state.left(NOW), None);
        state.note(&told(166, 40, 510), NOW, 500, 0);
        state.take(NOW, Priority::Foreground).unwrap();
        assert_eq!(state.left(NOW), Some((39, 166)));
        assert_eq!(state.left(NOW + Duration::from_secs(10)), Some((166, 166)));
    }

    #[test]
    fn a_429_without_a_word_is_obeyed_for_longer_each_time() {
        let mut state = State::default();
        let stop = Told { throttled: true, ..Told::default() };
        let mut now = NOW;
        for secs in [10, 20, 40, 60, 60] {
            state.note(&stop, now, 500, 0);
            // Others that were on their way are told the same, and that is not another time.
            state.note(&stop, now, 500, 0);
            assert_eq!(state.take(now, Priority::Foreground), Err(Duration::from_secs(secs)));
            now += Duration::from_secs(secs);
            assert_eq!(state.take(now, Priority::Foreground), Ok(()));
        }
        state.note(&Told::default(), now, 500, 0);
        state.note(&stop, now, 500, 0);
        assert_eq!(state.take(now, Priority::Foreground), Err(WINDOW));
    }

    #[test]
    fn a_little_chance_is_added_to_a_429() {
        let mut state = State::default();
        let stop = Told { throttled: true, retry_after: Some(Duration::from_secs(30)), ..Told::default() };
        state.note(&stop, NOW, 500, 3_000);
        assert_eq!(state.take(NOW, Priority::Foreground), Err(Duration::from_secs(33)));
    }

    #[test]
    fn a_throttled_client_sends_no_more_than_the_headers_allow() {
        // A server of 20 requests in ten seconds whose clock is 0.7 s off a whole second, and whose
        // answers take 300 ms; eight requests at a time, as fast as they may.
        let mut state = State::default();
        let (mut in_flight, mut counted) = (Vec::new(), std::collections::BTreeMap::<u64, u64>::new());
        for tick in 0..12_000_u64 {
            let now = NOW + Duration::from_millis(tick * 10);
            let server_millis = 500_700 + tick * 10;
            in_flight.retain(|(due, told): &(u64, Told)| {
                if *due > tick {
                    return true;
                }
                state.note(told, now, told.date.unwrap(), 0);
                state.on_their_way -= 1;
                false
            });
            while in_flight.len() < 8 && state.take(now, Priority::Foreground).is_ok() {
                let window = server_millis / 10_000;
                let used = counted.entry(window).or_default();
                *used += 1;
                let told = Told {
                    date: Some((server_millis / 1_000) as i64),
                    throttled: *used > 20,
                    ..told(20, 20_u64.saturating_sub(*used), ((window + 1) * 10) as i64)
                };
                in_flight.push((tick + 30, told));
            }
        }
        let (sent, windows): (u64, u64) = (counted.values().sum(), counted.len() as u64);
        assert!(sent * 100 <= windows * 20 * 105, "{sent} in {windows} windows");
        assert!(sent * 100 >= windows * 20 * 75, "nor far less: {sent} in {windows} windows");
    }

    #[tokio::test]
    async fn a_refused_token_and_a_failing_server_refuse_at_once() {
        let clock = Clock::manual(5_000);
        let limit = Limit::new(clock.clone(), Ids::seeded(1));
        limit.set_signed_out_wait(Duration::from_secs(90));
        limit.permit(Priority::Foreground).await.unwrap().end(Outcome::SignedOut);
        assert!(limit.is_signed_out());
        let refusal = limit.permit(Priority::Foreground).await.unwrap_err();
        assert_eq!(refusal, Refusal::SignedOut(UnixTime(5_090)));
        clock.advance(Duration::from_secs(90));
        limit.permit(Priority::Foreground).await.unwrap().end(Outcome::Answered);
        for _ in 0..5 {
            limit.permit(Priority::Background).await.unwrap().end(Outcome::Failed(Cause::Dns));
        }
        let asked = limit.permit(Priority::Foreground).await.unwrap();
        assert!(matches!(limit.permit(Priority::Foreground).await, Err(Refusal::Failing(Cause::Dns, _))));
        drop(asked);
        assert!(limit.permit(Priority::Foreground).await.is_ok());
        assert_eq!(limit.state().budget.on_their_way, 0);
    }

    #[test]
    fn the_servers_clock_is_smoothed_and_follows_a_jump_that_lasts() {
        let clock = Clock::manual(1_000);
        let limit = Limit::new(clock.clone(), Ids::seeded(1));
        let read = |date| limit.note(&Told { date, ..Told::default() }, clock.monotonic());
        read(None);
        assert_eq!(limit.offset_millis(), None);
        read(Some(1_030));
        assert_eq!(limit.offset_millis(), Some(30_500));
        read(Some(1_031));
        assert_eq!(limit.offset_millis(), Some(30_625));
        read(Some(4_600));
        read(None);
        assert_eq!(limit.offset_millis(), Some(30_625), "one wrong date changes nothing");
        read(Some(1_031));
        read(Some(4_600));
        assert!(limit.offset_millis() < Some(31_000));
        read(Some(4_601));
        assert_eq!(limit.offset_millis(), Some(3_601_500));
    }

    #[test]
    fn half_of_the_way_there_and_back_is_taken_off() {
        let clock = Clock::manual(1_000);
        let limit = Limit::new(clock.clone(), Ids::seeded(1));
        let sent = clock.monotonic();
        clock.advance(Duration::from_secs(4));
        limit.note(&Told { date: Some(1_002), ..Told::default() }, sent);
        assert_eq!(limit.offset_millis(), Some(500));
        // One that took too long says nothing.
        clock.advance(Duration::from_secs(60));
        limit.note(&Told { date: Some(1_036), ..Told::default() }, sent);
        assert_eq!(limit.offset_millis(), Some(500));
    }
}
