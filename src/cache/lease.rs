//! One sender for each account: of several running programs, the holder of the lease sends.

use std::time::Duration;

use rusqlite::OptionalExtension;

use super::{Cache, CacheError};
use crate::domain::OutboxId;

/// No lease lasts longer, and one that claims to was written by a clock that has been set back since.
const LONGEST: Duration = Duration::from_secs(600);

/// What came of asking for the lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lease {
    /// It is ours until the time asked for has passed.
    Held {
        /// Rows that an earlier holder was sending when it ended; they are unknown now.
        recovered: Vec<OutboxId>,
    },
    /// Another program has it.
    Taken {
        /// How long at most until it may be asked for again.
        wait: Duration,
    },
}

impl Cache {
    /// Takes the lease, or renews it when it is ours: for `time`, at most ten minutes. One that has run
    /// out is taken over, and what its holder was sending becomes unknown, never queued: nobody can say
    /// whether it arrived. `holder` names this process and start, and no other.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing may be sent then.
    pub fn acquire_lease(&self, holder: &str, time: Duration) -> Result<Lease, CacheError> {
        let now_ms = self.0.clock.unix_millis();
        let (now, time) = (self.now().0, millis(time.min(LONGEST)));
        self.write_state("acquire_lease", |state| {
            let found: Option<(String, i64)> = state
                .query_row("SELECT holder, until_ms FROM lease WHERE name = 'sender'", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            if let Some((other, until)) = &found
                && other != holder
            {
                let left = until.saturating_sub(now_ms);
                if left > 0 && left <= millis(LONGEST) {
                    return Ok(Lease::Taken { wait: Duration::from_millis(left.unsigned_abs()) });
                }
            }
            state.execute(
                "INSERT INTO lease (name, holder, until_ms) VALUES ('sender', ?1, ?2) \
                 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms",
                (holder, now_ms.saturating_add(time)),
            )?;
            let mut statement = state.prepare_cached(
                "UPDATE outbox SET status = 'unknown', due_at = ?2, changed_at = ?2 \
                 WHERE status = 'sending' AND sender IS NOT ?1 RETURNING id",
            )?;
            let mut recovered = statement
                .query_map((holder, now), |row| row.get(0).map(OutboxId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            recovered.sort_unstable();
            Ok(Lease::Held { recovered })
        })
    }

    /// Gives the lease back, when it is ours. Rows that are still `sending` stay so, and become unknown
    /// with the next holder.
    ///
    /// # Errors
    /// As [`CacheError`]; the lease then runs out by itself.
    pub fn release_lease(&self, holder: &str) -> Result<(), CacheError> {
        self.write_state("release_lease", |state| {
            state.execute("DELETE FROM lease WHERE name = 'sender' AND holder = ?1", [holder])?;
            Ok(())
        })
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::OutboxFilter;
    use super::super::fixtures::{Place, commit, reply, take_lease};
    use super::*;
    use crate::domain::OutboxStatus;

    const HALF_MINUTE: Duration = Duration::from_secs(30);

    #[test]
    fn one_holder_at_a_time() {
        let place = Place::new();
        let other = place.another();
        take_lease(&place.cache, "a");
        assert_eq!(other.acquire_lease("b", HALF_MINUTE).unwrap(), Lease::Taken { wait: HALF_MINUTE });
        place.clock.advance(Duration::from_secs(20));
        take_lease(&place.cache, "a");
        place.clock.advance(Duration::from_secs(20));
        assert!(matches!(other.acquire_lease("b", HALF_MINUTE).unwrap(), Lease::Taken { .. }), "it was renewed");
        place.cache.release_lease("a").unwrap();
        take_lease(&other, "b");
        place.cache.release_lease("a").unwrap();
        assert!(matches!(place.cache.acquire_lease("a", HALF_MINUTE).unwrap(), Lease::Taken { .. }));
    }

    #[test]
    fn what_a_dead_holder_was_sending_is_unknown_and_not_sent_again() {
        let place = Place::new();
        let other = place.another();
        let rows = commit(&place.cache, "g", "1", &[reply("a")]);
        take_lease(&place.cache, "a");
        place.cache.mark_sending(rows[0], "a").unwrap().unwrap();
        assert!(take_lease(&place.cache, "a").is_empty(), "renewing leaves one's own attempts alone");
        place.clock.advance(HALF_MINUTE);
        assert_eq!(take_lease(&other, "b"), rows);
        let row = other.load_outbox(&OutboxFilter::Row(rows[0])).unwrap().remove(0);
        assert_eq!(row.status, OutboxStatus::Unknown);
        assert_eq!(other.mark_sending(rows[0], "b").unwrap(), None);
        assert_eq!(other.next_due(place.cache.now()).unwrap(), [row], "it is there to be looked up");
    }

    #[test]
    fn a_lease_from_a_clock_that_was_set_back_does_not_hold_for_ever() {
        let place = Place::new();
        place.clock.advance(Duration::from_secs(86_400));
        take_lease(&place.cache, "a");
        let earlier = super::super::Cache::open(&place.dirs, crate::clock::Clock::manual(super::super::fixtures::NOW));
        take_lease(&earlier.unwrap(), "b");
    }
}
