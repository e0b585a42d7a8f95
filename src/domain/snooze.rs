//! What an agent types to put a conversation aside: a time, `unless reply`, and a reason after `--`.
//!
//! `tomorrow 9am -- call the carrier`, `fri unless reply`, `when they reply or next week`. English
//! always; the times are [`when`]'s.

use jiff::tz::TimeZone;

use super::when::{self, WhenError};
use super::{Act, Reminder, UnixTime};

/// How long *when they reply* waits at most.
const LONGEST_WAIT: &str = "in a month";
const UNLESS: [&str; 6] =
    ["unless they reply", "unless they write", "unless replied", "unless reply", "if they do not reply", "if no reply"];
const WHEN: [&str; 5] = ["when they reply", "until they reply", "when they write", "till they reply", "on reply"];

/// A moment, and what is to be told then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snooze {
    /// When it comes back.
    pub until: UnixTime,
    /// What the agent is told then; absent when there is nothing to tell.
    pub reminder: Option<Reminder>,
}

impl Snooze {
    /// The act that puts a conversation aside so.
    #[must_use]
    pub fn into_act(self) -> Act {
        Act::Snooze { until: self.until, reminder: self.reminder }
    }
}

/// The parts of a typed snooze, before the time is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The time alone; may be empty.
    pub time: String,
    /// It is about an answer that may not come.
    pub unless_reply: bool,
    /// What is behind `--`; may be empty.
    pub reason: String,
}

/// Takes a typed snooze apart. Never fails: the time is judged by whoever reads it.
#[must_use]
pub fn split(text: &str) -> Typed {
    let (head, reason) = match text.split_once(" -- ") {
        Some((head, reason)) => (head, reason.trim()),
        None => match (text.strip_prefix("-- "), text.strip_suffix(" --")) {
            (Some(reason), _) => ("", reason.trim()),
            (_, Some(head)) => (head, ""),
            _ => (text, ""),
        },
    };
    let head = head.trim();
    // The grammar is ASCII: lowering it moves no byte.
    let lower = head.to_ascii_lowercase();
    let mut typed = Typed { time: head.to_owned(), unless_reply: false, reason: reason.to_owned() };
    if let Some(end) = UNLESS.iter().find(|end| lower.ends_with(*end)) {
        typed.time.truncate(head.len() - end.len());
        typed.time.truncate(typed.time.trim_end_matches([' ', ',']).len());
        typed.unless_reply = true;
    } else if let Some(start) = WHEN.iter().find(|start| lower.starts_with(*start)) {
        let rest = head.get(start.len()..).unwrap_or_default().trim_start_matches([' ', ',']);
        let rest = rest.strip_prefix("or ").map_or(rest, str::trim_start);
        typed.time = if rest.is_empty() || rest == "or" { LONGEST_WAIT.to_owned() } else { rest.to_owned() };
        typed.unless_reply = true;
    }
    typed
}

/// Parses a typed snooze, later than `now`, in `zone`.
///
/// # Errors
/// As [`when::parse`], of the time.
pub fn parse(text: &str, now: UnixTime, zone: &TimeZone) -> Result<Snooze, WhenError> {
    let Typed { time, unless_reply, reason } = split(text);
    let until = when::parse(&time, now, zone)?;
    let has_words = unless_reply || !reason.is_empty();
    Ok(Snooze { until, reminder: has_words.then_some(Reminder { reason, unless_reply }) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday 2026-11-18, 14:30 UTC.
    const NOW: UnixTime = UnixTime(1_795_012_200);

    fn parsed(text: &str) -> Result<(i64, Option<(String, bool)>), WhenError> {
        let snooze = parse(text, NOW, &TimeZone::UTC)?;
        let reminder = snooze.reminder.map(|reminder| (reminder.reason, reminder.unless_reply));
        Ok((snooze.until.0 - NOW.0, reminder))
    }

    #[test]
    fn a_reason_and_a_condition_go_with_the_time() {
        let words = |reason: &str, unless| Some((reason.to_owned(), unless));
        for (typed, secs, reminder) in [
            ("2h", 7_200, None),
            ("2h -- call the carrier", 7_200, words("call the carrier", false)),
            ("2h unless reply", 7_200, words("", true)),
            ("2h, unless they reply -- ask again -- twice", 7_200, words("ask again -- twice", true)),
            ("when they reply or 1d", 86_400, words("", true)),
            ("Until they reply", 30 * 86_400 - 19_800, words("", true)),
            ("2h --", 7_200, None),
        ] {
            assert_eq!(parsed(typed), Ok((secs, reminder)), "{typed}");
        }
    }

    #[test]
    fn without_a_time_there_is_none() {
        assert_eq!(parsed("-- call"), Err(WhenError::Empty));
        assert_eq!(parsed("unless reply"), Err(WhenError::Empty));
        assert_eq!(parsed("soon -- call"), Err(WhenError::Unknown));
        assert_eq!(split("-- call").reason, "call");
    }
}
