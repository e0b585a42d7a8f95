//! Times and amounts in words, as short as they may be.
//!
//! Owns how long ago, until when, and how large. Columns of numbers have fixed widths: no short
//! duration and no stamp is wider than [`SHORT`] cells. Enter at [`short`], [`when`], [`stamp`].

use std::time::Duration;

use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::domain::UnixTime;
use crate::text::{Clean, clean};
use crate::words::{Arg, Words};

/// Cells of the widest short duration (`9h 59m`).
pub const SHORT: u16 = 6;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

const WEEKDAYS: [&str; 7] =
    ["ui-weekday-1", "ui-weekday-2", "ui-weekday-3", "ui-weekday-4", "ui-weekday-5", "ui-weekday-6", "ui-weekday-7"];
const MONTHS: [&str; 12] = [
    "ui-month-1",
    "ui-month-2",
    "ui-month-3",
    "ui-month-4",
    "ui-month-5",
    "ui-month-6",
    "ui-month-7",
    "ui-month-8",
    "ui-month-9",
    "ui-month-10",
    "ui-month-11",
    "ui-month-12",
];

fn number(value: u64) -> Arg<'static> {
    Arg::Number(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A duration in one or two units: `now`, `48m`, `2h 4m`, `15h`, `3d`, `5w`, `4mo`, `2y`.
#[must_use]
pub fn short(duration: Duration, words: &Words) -> Clean {
    let secs = duration.as_secs();
    match secs {
        0..MINUTE => words.say("ui-time-now"),
        MINUTE..HOUR => words.with("ui-time-minutes", &[("m", number(secs / MINUTE))]),
        _ if secs < 10 * HOUR && secs % HOUR >= MINUTE => {
            words.with("ui-time-hours-minutes", &[("h", number(secs / HOUR)), ("m", number(secs % HOUR / MINUTE))])
        }
        _ => single(duration, words),
    }
}

/// A duration in one unit: `now`, `48m`, `2h`, `3d`, `5w`, `4mo`, `2y`.
#[must_use]
pub fn single(duration: Duration, words: &Words) -> Clean {
    let secs = duration.as_secs();
    match secs {
        0..MINUTE => words.say("ui-time-now"),
        MINUTE..HOUR => words.with("ui-time-minutes", &[("m", number(secs / MINUTE))]),
        HOUR..DAY => words.with("ui-time-hours", &[("h", number(secs / HOUR))]),
        _ => match secs / DAY {
            days @ 0..14 => words.with("ui-time-days", &[("d", number(days))]),
            days @ 14..61 => words.with("ui-time-weeks", &[("w", number(days / 7))]),
            days @ 61..730 => words.with("ui-time-months", &[("n", number(days / 30))]),
            days => words.with("ui-time-years", &[("n", number(days / 365))]),
        },
    }
}

/// When something was, beside a message: `just now`, `2h 4m ago`, `yesterday 16:02`, `Tue 16:02`,
/// `3 Nov 16:02`, `3 Nov 2025`. In `zone`.
#[must_use]
pub fn when(at: UnixTime, now: UnixTime, zone: &TimeZone, words: &Words) -> Clean {
    let ago = now.since(at);
    if ago < Duration::from_secs(MINUTE) && at.secs() <= now.secs().saturating_add(300) {
        return words.say("ui-time-just-now");
    }
    let (Some(there), Some(here)) = (at.in_zone(zone), now.in_zone(zone)) else {
        return words.say("ui-time-unknown");
    };
    let days = there.date().until(here.date()).map_or(i32::MAX, |span| span.get_days());
    if at < now && (days == 0 || ago < Duration::from_secs(6 * HOUR)) {
        return words.with("ui-time-ago", &[("time", Arg::Text(&short(ago, words)))]);
    }
    let clock = clock(&there);
    match days {
        0 => clock,
        1 => words.with("ui-time-yesterday", &[("clock", Arg::Text(&clock))]),
        2..=6 => {
            let weekday = weekday(&there, words);
            words.with("ui-time-weekday", &[("weekday", Arg::Text(&weekday)), ("clock", Arg::Text(&clock))])
        }
        _ => {
            let day = day(&there, &here, words);
            if there.year() == here.year() {
                words.with("ui-time-day", &[("day", Arg::Text(&day)), ("clock", Arg::Text(&clock))])
            } else {
                day
            }
        }
    }
}

/// When something was, where there is little room: `just now`, `3h ago`, `2 May`, `2 May 2025`.
#[must_use]
pub fn about(at: UnixTime, now: UnixTime, zone: &TimeZone, words: &Words) -> Clean {
    let ago = now.since(at);
    match (at.in_zone(zone), now.in_zone(zone)) {
        (Some(there), Some(here)) if at > now || ago >= Duration::from_secs(14 * DAY) => day(&there, &here, words),
        (Some(_), Some(_)) if ago < Duration::from_secs(MINUTE) => words.say("ui-time-just-now"),
        (Some(_), Some(_)) => words.with("ui-time-ago", &[("time", Arg::Text(&single(ago, words)))]),
        _ => words.say("ui-time-unknown"),
    }
}

/// When something was, by day and clock: `16:02` today, `3 Nov 16:02`, `3 Nov 2025 16:02`. In `zone`.
#[must_use]
pub fn absolute(at: UnixTime, now: UnixTime, zone: &TimeZone, words: &Words) -> Clean {
    let (Some(there), Some(here)) = (at.in_zone(zone), now.in_zone(zone)) else {
        return words.say("ui-time-unknown");
    };
    let clock = clock(&there);
    if there.date() == here.date() {
        return clock;
    }
    let day = day(&there, &here, words);
    words.with("ui-time-day", &[("day", Arg::Text(&day)), ("clock", Arg::Text(&clock))])
}

/// When something was, in a column: `16:02` today, `3 Nov`, `2025`. In `zone`.
#[must_use]
pub fn stamp(at: UnixTime, now: UnixTime, zone: &TimeZone, words: &Words) -> Clean {
    match (at.in_zone(zone), now.in_zone(zone)) {
        (Some(there), Some(here)) if there.date() == here.date() => clock(&there),
        (Some(there), Some(here)) if there.year() == here.year() => day(&there, &here, words),
        (Some(there), Some(_)) => clean(&there.year().to_string()),
        _ => words.say("ui-time-unknown"),
    }
}

/// The day: `3 Nov`, with the year when it is another than `here`'s.
#[must_use]
pub fn day(there: &Zoned, here: &Zoned, words: &Words) -> Clean {
    let month = usize::try_from(there.month() - 1).ok().and_then(|at| MONTHS.get(at)).map(|key| words.say(key));
    let month = month.unwrap_or_default();
    let args = [
        ("day", Arg::Number(there.day().into())),
        ("month", Arg::Text(&month)),
        ("year", Arg::Number(there.year().into())),
    ];
    words.with(if there.year() == here.year() { "ui-date-short" } else { "ui-date-year" }, &args)
}

fn weekday(there: &Zoned, words: &Words) -> Clean {
    let at = usize::try_from(there.weekday().to_monday_zero_offset()).unwrap_or_default();
    WEEKDAYS.get(at).map(|key| words.say(key)).unwrap_or_default()
}

/// Hours and minutes: `16:02`.
#[must_use]
pub fn clock(there: &Zoned) -> Clean {
    clean(&format!("{}:{:02}", there.hour(), there.minute()))
}

/// A size: `88 kB`, `1.2 MB`.
#[must_use]
pub fn size(bytes: u64, words: &Words) -> Clean {
    let tenths = |unit: u64| {
        let tenths = bytes.saturating_mul(10) / unit;
        clean(&if tenths < 100 { format!("{}.{}", tenths / 10, tenths % 10) } else { (tenths / 10).to_string() })
    };
    match bytes {
        0..1_000 => words.with("ui-size-bytes", &[("n", number(bytes))]),
        1_000..1_000_000 => words.with("ui-size-kilobytes", &[("n", number(bytes.div_ceil(1_000)))]),
        1_000_000..1_000_000_000 => words.with("ui-size-megabytes", &[("n", Arg::Text(&tenths(1_000_000)))]),
        _ => words.with("ui-size-gigabytes", &[("n", Arg::Text(&tenths(1_000_000_000)))]),
    }
}

/// A number with its thousands parted: `12,400`.
#[must_use]
pub fn grouped(number: usize, words: &Words) -> Clean {
    let digits = number.to_string();
    let separator = words.say("ui-thousands");
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(&separator);
        }
        text.push(digit);
    }
    clean(&text)
}

/// A number in at most four cells: `9999`, then `12k`.
#[must_use]
pub fn count(number: usize) -> Clean {
    clean(&match number {
        0..10_000 => number.to_string(),
        10_000..1_000_000 => format!("{}k", number / 1_000),
        _ => format!("{}M", (number / 1_000_000).min(999)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width;

    const NOW: UnixTime = UnixTime(1_795_012_200);

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC)
    }

    #[test]
    fn durations_are_short_and_fit_their_column() {
        let words = Words::english();
        for (secs, text) in [
            (0, "now"),
            (59, "now"),
            (60, "1m"),
            (48 * 60, "48m"),
            (2 * 3600 + 240, "2h 4m"),
            (3600, "1h"),
            (15 * 3600 + 1_000, "15h"),
            (3 * 86_400, "3d"),
            (40 * 86_400, "5w"),
            (150 * 86_400, "5mo"),
            (800 * 86_400, "2y"),
        ] {
            assert_eq!(short(Duration::from_secs(secs), &words), text);
        }
        for minutes in (0..5_000_000_u64).step_by(733) {
            assert!(width(&short(Duration::from_secs(minutes * 60), &words)) <= usize::from(SHORT));
        }
    }

    #[test]
    fn moments_are_told_from_where_the_agent_is() {
        let words = Words::english();
        let told = |before: i64| when(UnixTime(NOW.0 - before), NOW, &berlin(), &words);
        assert_eq!(told(20), "just now");
        assert_eq!(told(-100), "just now");
        assert_eq!(told(2 * 3600 + 240), "2h 4m ago");
        assert_eq!(told(86_400), "yesterday 15:30");
        assert_eq!(told(3 * 86_400), "Sun 15:30");
        assert_eq!(told(20 * 86_400), "29 Oct 15:30");
        assert_eq!(told(400 * 86_400), "14 Oct 2025");
        assert_eq!(when(UnixTime(i64::MAX), NOW, &berlin(), &words), "—");
        // 23:50 yesterday is more than a calendar day away, but not long ago at ten past midnight.
        let after_midnight = UnixTime(1_795_043_400);
        assert_eq!(when(UnixTime(after_midnight.0 - 1_200), after_midnight, &berlin(), &words), "20m ago");
    }

    #[test]
    fn sizes_have_two_digits_that_matter() {
        let words = Words::english();
        for (bytes, text) in [(12, "12 B"), (87_300, "88 kB"), (1_240_000, "1.2 MB"), (34_000_000, "34 MB")] {
            assert_eq!(size(bytes, &words), text);
        }
    }

    #[test]
    fn numbers_take_four_cells_at_most() {
        for (number, text) in [(0, "0"), (9_999, "9999"), (12_345, "12k"), (2_000_000, "2M")] {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn moments_are_told_by_the_clock_on_demand() {
        let words = Words::english();
        for (before, full, column) in
            [(60, "15:29", "15:29"), (86_400, "17 Nov 15:30", "17 Nov"), (400 * 86_400, "14 Oct 2025 16:30", "2025")]
        {
            let at = UnixTime(NOW.0 - before);
            assert_eq!(absolute(at, NOW, &berlin(), &words), full);
            assert_eq!(stamp(at, NOW, &berlin(), &words), column);
            assert!(width(column) <= usize::from(SHORT));
        }
    }

    #[test]
    fn midnight_and_the_change_of_clocks_are_those_of_the_agents_zone() {
        let words = Words::english();
        let at = |text: &str| UnixTime(text.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_second));
        let told = |then: &str, now: &str, zone: &str| {
            let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
            when(at(then), at(now), &zone, &words).to_string()
        };
        // The same moment is yesterday in one zone and today in another.
        let (then, now) = ("2026-11-17T23:30:00Z", "2026-11-18T12:00:00Z");
        assert_eq!(told(then, now, "Europe/London"), "yesterday 23:30");
        assert_eq!(told(then, now, "Europe/Berlin"), "12h ago");
        assert_eq!(told(then, now, "America/New_York"), "yesterday 18:30");
        // A day of 25 hours is still one day, and each side has its own offset.
        assert_eq!(told("2026-10-24T20:00:00Z", "2026-10-25T20:30:00Z", "Europe/Berlin"), "yesterday 22:00");
        assert_eq!(told("2026-03-28T20:00:00Z", "2026-03-29T20:30:00Z", "Europe/Berlin"), "yesterday 21:00");
        // What is hours ago is told in hours that passed, whatever the clocks did.
        assert_eq!(told("2026-03-29T00:30:00Z", "2026-03-29T02:30:00Z", "Europe/Berlin"), "2h ago");
    }
}
