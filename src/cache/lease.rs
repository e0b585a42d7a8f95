//! One sender for each account: of several running programs, the holder of the lease sends.
//!
//! A lease runs out by itself. One whose holder has certainly ended is taken over before that: it names
//! the boot, the process and when that began, and the system knows whether such a process still runs.

use std::fs;
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
    /// Another program has it, or this one cannot write down that it has: nothing is to be sent here.
    Taken {
        /// How long at most until it may be asked for again.
        wait: Duration,
    },
}

impl Cache {
    /// Takes the lease, or renews it when it is ours: for `time`, at most ten minutes. One that has run
    /// out, or whose holder has certainly ended, is taken over, and what its holder was sending becomes
    /// unknown, never queued: nobody can say whether it arrived. `holder` names this process and start, and
    /// no other.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing may be sent then.
    pub fn acquire_lease(&self, holder: &str, time: Duration) -> Result<Lease, CacheError> {
        if self.0.state.is_in_memory() {
            // What is on disk is for those to send who can say there that they do.
            return Ok(Lease::Taken { wait: LONGEST });
        }
        let now_ms = self.0.clock.unix_millis();
        let (now, time) = (self.now().0, millis(time.min(LONGEST)));
        let process = Process::current().to_string();
        self.write_state("acquire_lease", |state| {
            let found: Option<(String, i64, String)> = state
                .query_row("SELECT holder, until_ms, process FROM lease WHERE name = 'sender'", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            if let Some((other, until, process)) = &found
                && other != holder
                && !Process::parse(process).is_some_and(|process| process.has_ended())
            {
                let left = until.saturating_sub(now_ms);
                if left > 0 && left <= millis(LONGEST) {
                    return Ok(Lease::Taken { wait: Duration::from_millis(left.unsigned_abs()) });
                }
            }
            state.execute(
                "INSERT INTO lease (name, holder, until_ms, process) VALUES ('sender', ?1, ?2, ?3) \
                 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms, \
                 process = excluded.process",
                (holder, now_ms.saturating_add(time), process),
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

    /// Whether the lease is `holder`'s at this moment, by name and by clock. To be asked again just before
    /// the first byte: a program that was stopped or asleep since it took a row may have lost the lease
    /// meanwhile, and the row with it.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing may be sent then.
    pub fn holds_lease(&self, holder: &str) -> Result<bool, CacheError> {
        let now_ms = self.0.clock.unix_millis();
        self.read_state(|state| {
            let sql = "SELECT 1 FROM lease WHERE name = 'sender' AND holder = ?1 AND until_ms > ?2";
            Ok(state.prepare_cached(sql)?.exists((holder, now_ms))?)
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

/// A running program, as a lease names it: absent parts are empty, and tell nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    /// This start of the machine.
    boot: String,
    /// Among which processes its number counts: those of another container are not seen from here.
    namespace: String,
    pid: i32,
    /// When it began, in the system's ticks: numbers are given again.
    began: String,
}

impl std::fmt::Display for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}/{}", self.boot, self.namespace, self.pid, self.began)
    }
}

impl Process {
    fn current() -> Self {
        let pid = std::process::id().cast_signed();
        let began = stat(pid).map_or_else(String::new, |stat| stat.began);
        Self { boot: boot(), namespace: namespace(), pid, began }
    }

    fn parse(text: &str) -> Option<Self> {
        let [boot, namespace, pid, began] = text.split('/').collect::<Vec<_>>().try_into().ok()?;
        let pid = pid.parse().ok()?;
        Some(Self { boot: boot.to_owned(), namespace: namespace.to_owned(), pid, began: began.to_owned() })
    }

    /// Whether it certainly no longer runs; a program that is stopped still does.
    fn has_ended(&self) -> bool {
        let known = [&self.boot, &self.namespace, &self.began].iter().all(|part| !part.is_empty());
        if !known || self.boot != boot() || self.namespace != namespace() {
            return false;
        }
        let Some(pid) = rustix::process::Pid::from_raw(self.pid) else { return false };
        if rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH) {
            return true;
        }
        stat(self.pid).is_some_and(|found| found.began != self.began || found.is_over)
    }
}

/// What /proc says of a process.
struct Stat {
    began: String,
    is_over: bool,
}

fn stat(pid: i32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, whatever that holds (proc_pid_stat(5)).
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    Some(Stat { began: (*fields.get(19)?).to_owned(), is_over: matches!(*fields.first()?, "Z" | "X") })
}

fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().replace('/', "")
}

fn namespace() -> String {
    let name = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    name.to_string_lossy().replace('/', "")
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
    fn a_holder_that_has_certainly_ended_is_not_waited_for() {
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        let pid = ended.id().cast_signed();
        let began = stat(pid).map(|stat| stat.began);
        ended.wait().unwrap();
        let Some(began) = began else { return };
        let me = Process::current();
        let dead = Process { pid, began, ..me.clone() };
        assert!(dead.has_ended());
        assert!(Process { began: "1".to_owned(), ..me.clone() }.has_ended(), "its number was given again");
        for alive in [
            me.clone(),
            Process { boot: "another".to_owned(), ..dead.clone() },
            Process { namespace: "another".to_owned(), ..dead.clone() },
            Process { began: String::new(), ..dead.clone() },
        ] {
            assert!(!alive.has_ended(), "{alive}");
            assert_eq!(Process::parse(&alive.to_string()), Some(alive));
        }
        let place = Place::new();
        let rows = commit(&place.cache, "g", "1", &[reply("a")]);
        take_lease(&place.cache, "a");
        place.cache.write_state("test", |s| Ok(s.execute("UPDATE lease SET process = ?1", [me.to_string()])?)).unwrap();
        let other = place.another();
        assert!(matches!(other.acquire_lease("b", HALF_MINUTE).unwrap(), Lease::Taken { .. }), "it lives");
        let sending = "UPDATE outbox SET status = 'sending', sender = 'a'";
        place.cache.write_state("test", |s| Ok(s.execute(sending, [])?)).unwrap();
        let died = "UPDATE lease SET process = ?1";
        place.cache.write_state("test", |s| Ok(s.execute(died, [dead.to_string()])?)).unwrap();
        assert_eq!(take_lease(&other, "b"), rows);
        assert!(!place.cache.holds_lease("a").unwrap() && place.cache.holds_lease("b").unwrap());
        place.clock.advance(HALF_MINUTE);
        assert!(!place.cache.holds_lease("b").unwrap(), "it has slept through its time");
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
