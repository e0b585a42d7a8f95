//! The only reader of time and of randomness in the house.
//!
//! Everything else is handed a [`Clock`], an [`Ids`] or a [`Timings`], so that a test can move the
//! time by hand, repeat the same ids and shorten every wait. Nothing here knows any other room.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A source of wall-clock and monotonic time. Cheap to clone; clones share one source.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `unix_secs` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(unix_secs: i64) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(unix_secs.saturating_mul(1000)))))
    }

    /// Wall-clock time in Unix seconds.
    #[must_use]
    pub fn unix_secs(&self) -> i64 {
        self.unix_millis().div_euclid(1000)
    }

    /// Wall-clock time in Unix milliseconds.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub fn unix_millis(&self) -> i64 {
        match &self.0 {
            Source::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX)),
            Source::Manual(millis) => millis.load(Ordering::SeqCst),
        }
    }

    /// Time since some fixed moment in this process's life; never goes back.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub fn monotonic(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        match &self.0 {
            Source::System => START.get_or_init(Instant::now).elapsed(),
            Source::Manual(millis) => Duration::from_millis(u64::try_from(millis.load(Ordering::SeqCst)).unwrap_or(0)),
        }
    }

    /// Moves a manual clock forward. A system clock does not move.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(millis) = &self.0 {
            millis.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Clock(system)",
            Source::Manual(_) => "Clock(manual)",
        })
    }
}

/// A source of identifiers and random numbers: the machine's, or one that a test seeds.
#[derive(Clone, Debug)]
pub struct Ids(Option<Arc<AtomicU64>>);

impl Ids {
    /// Random, from the operating system.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// The same sequence for the same seed. Not for secrets.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(seed))))
    }

    /// The next 64 random bits.
    #[must_use]
    pub fn next_u64(&self) -> u64 {
        match &self.0 {
            None => {
                let mut bytes = [0; 8];
                if getrandom::fill(&mut bytes).is_err() {
                    // No entropy source: unique is still enough for everything but tokens, which
                    // use `fill` and fail.
                    static COUNT: AtomicU64 = AtomicU64::new(0);
                    let count = COUNT.fetch_add(1, Ordering::Relaxed);
                    return split_mix(Clock::system().monotonic().as_nanos() as u64 ^ count.rotate_left(32));
                }
                u64::from_le_bytes(bytes)
            }
            Some(state) => {
                let step = 0x9E37_79B9_7F4A_7C15;
                split_mix(state.fetch_add(step, Ordering::SeqCst).wrapping_add(step))
            }
        }
    }

    /// A number in `0..bound`; 0 when `bound` is 0.
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next_u64() % bound }
    }

    /// A new identifier of 32 hex digits.
    #[must_use]
    pub fn uuid(&self) -> String {
        format!("{:016x}{:016x}", self.next_u64(), self.next_u64())
    }

    /// Fills `bytes` with random bits fit for a secret.
    ///
    /// # Errors
    /// When the operating system has no random source.
    pub fn fill_secret(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        match &self.0 {
            None => getrandom::fill(bytes),
            Some(_) => {
                for chunk in bytes.chunks_mut(8) {
                    let word = self.next_u64().to_le_bytes();
                    chunk.copy_from_slice(&word[..chunk.len()]);
                }
                Ok(())
            }
        }
    }
}

fn split_mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Every wait in the program, in one value: built from config, shortened by tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timings {
    /// How long a reply by e-mail (and every channel that is not chat) waits for an undo.
    pub undo_email: Duration,
    /// How long a chat reply waits for an undo.
    pub undo_chat: Duration,
    /// How long an act that is no message waits for an undo.
    pub undo_act: Duration,
    /// Between two incremental pulls.
    pub poll: Duration,
    /// Overlap of an incremental pull with the one before.
    pub overlap: Duration,
    /// Between two reads of a thread after a send of unknown outcome.
    pub settle: Duration,
    /// First wait after a failed attempt; doubles up to `back_off_cap`.
    pub back_off: Duration,
    /// Longest wait between two attempts.
    pub back_off_cap: Duration,
    /// How long the sender's lease holds without renewal.
    pub lease: Duration,
    /// Rest of the cursor before a preview follows.
    pub preview_rest: Duration,
    /// Rest on a conversation before it counts as read.
    pub read_rest: Duration,
    /// How often the two files are looked at for another program's changes where no watch works.
    pub watch_poll: Duration,
    /// How often contacts and companies that are here are read again.
    pub contact_poll: Duration,
    /// Between two tries after a refused token.
    pub signed_out_wait: Duration,
    /// How often teammates, teams, tags and the like are read again.
    pub slow_poll: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            undo_email: Duration::from_secs(10),
            undo_chat: Duration::from_secs(3),
            undo_act: Duration::from_secs(5),
            poll: Duration::from_secs(4),
            overlap: Duration::from_secs(60),
            settle: Duration::from_secs(5),
            back_off: Duration::from_secs(1),
            back_off_cap: Duration::from_secs(60),
            lease: Duration::from_secs(45),
            preview_rest: Duration::from_millis(150),
            read_rest: Duration::from_secs(2),
            watch_poll: Duration::from_secs(1),
            contact_poll: Duration::from_secs(3_600),
            signed_out_wait: Duration::from_secs(60),
            slow_poll: Duration::from_secs(300),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(1_000);
        let copy = clock.clone();
        assert_eq!(copy.unix_secs(), 1_000);
        clock.advance(Duration::from_secs(5));
        assert_eq!(copy.unix_secs(), 1_005);
    }

    #[test]
    fn seeded_ids_repeat_and_do_not_collide() {
        let (a, b) = (Ids::seeded(7), Ids::seeded(7));
        let first: Vec<_> = (0..100).map(|_| a.uuid()).collect();
        assert_eq!(first, (0..100).map(|_| b.uuid()).collect::<Vec<_>>());
        let mut unique = first.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), first.len());
    }
}
