//! The grammar of typed times: `2h`, `tomorrow 9am`, `next monday`, `fri 14:00`, `2026-12-01`.
//!
//! English always. A time without a day is the next such time; a day without a time is 9:00. The
//! zone is the agent's, handed in; nothing here reads a clock. What follows a time when a conversation
//! is put aside (a reason, *unless they reply*) is next door, in `snooze`.

use std::time::Duration;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use super::UnixTime;

const MORNING: Time = jiff::civil::time(9, 0, 0, 0);
const EVENING: Time = jiff::civil::time(18, 0, 0, 0);
/// *Tonight*, said in the evening.
const NIGHT: Time = jiff::civil::time(21, 0, 0, 0);

/// Why a typed time was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Nothing was typed.
    #[error("no time given: try 2h, tomorrow 9am, next monday, fri 14:00")]
    Empty,
    /// Not in the grammar.
    #[error("this is no time: try 2h, tomorrow 9am, next monday, fri 14:00, 2026-12-01 9:00")]
    Unknown,
    /// Lies in the past.
    #[error("this time has passed")]
    Past,
}

/// Parses a typed time, later than `now`, in `zone`.
///
/// # Errors
/// When nothing was typed, when it is not in the grammar, or when it has passed.
pub fn parse(text: &str, now: UnixTime, zone: &TimeZone) -> Result<UnixTime, WhenError> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Err(WhenError::Empty);
    }
    if let Some(wait) = parse_duration(text.strip_prefix("in ").unwrap_or(&text)) {
        return if wait.is_zero() { Err(WhenError::Past) } else { Ok(now + wait) };
    }
    let here = now.in_zone(zone).ok_or(WhenError::Unknown)?;
    let words: Vec<&str> = text.split([' ', ',']).filter(|w| !w.is_empty() && *w != "at" && *w != "on").collect();
    let at = parse_day(&words, &here).or_else(|| parse_turned(&words, &here)).ok_or(WhenError::Unknown)?;
    let at = UnixTime(at.timestamp().as_second());
    if at <= now { Err(WhenError::Past) } else { Ok(at) }
}

/// Parses a duration: `90s`, `30m`, `2h`, `2h30m`, `1d`, `3 days`, `1w`, `1y` (365 days).
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut total: u64 = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?.trim_start();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match rest.get(..letters)? {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            "y" | "year" | "years" => 31_536_000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = rest.get(letters..)?.trim_start();
    }
    // A thousand years is a slip of the finger.
    (total < 31_557_600_000).then(|| Duration::from_secs(total))
}

/// The time before the day: `9am tomorrow`.
fn parse_turned(words: &[&str], here: &Zoned) -> Option<Zoned> {
    (1..=2).find_map(|count| {
        let (time, day) = words.split_at_checked(count)?;
        let turned: Vec<&str> = day.iter().chain(time).copied().collect();
        (!day.is_empty() && parse_time(time).is_some()).then(|| parse_day(&turned, here))?
    })
}

fn parse_day(words: &[&str], here: &Zoned) -> Option<Zoned> {
    let today = here.date();
    let put = |date: Date, time: Time| date.to_datetime(time).to_zoned(here.time_zone().clone()).ok();
    match words {
        ["tonight"] => put(today, if here.time() < EVENING { EVENING } else { NIGHT }),
        ["later"] | ["later", "today"] => here.checked_add(3.hours()).ok(),
        ["in", "an" | "one", "hour"] => here.checked_add(1.hour()).ok(),
        ["in", "half", "an", "hour"] | ["half", "an", "hour"] => here.checked_add(30.minutes()).ok(),
        ["in", "a" | "one", "day"] => here.checked_add(1.day()).ok(),
        ["in", "a" | "one", "week"] => here.checked_add(1.week()).ok(),
        ["in", count, unit] | [count, unit] if matches!(*unit, "month" | "months") => {
            let count = if matches!(*count, "a" | "one") { 1 } else { count.parse::<u16>().ok()? };
            put(today.checked_add(i64::from(count).months()).ok()?, MORNING)
        }
        ["end", "of", "day"] | ["eod"] | ["end", "of", "the", "day"] => {
            // Said after it: the one that comes.
            put(if here.time() < EVENING { today } else { today.tomorrow().ok()? }, EVENING)
        }
        ["end", "of", "week"] | ["eow"] | ["end", "of", "the", "week"] => {
            let is_ahead = today.weekday() == Weekday::Friday && here.time() < EVENING;
            put(if is_ahead { today } else { next_weekday(today, Weekday::Friday)? }, EVENING)
        }
        ["this", "weekend"] | ["weekend"] => put(next_weekday(today, Weekday::Saturday)?, MORNING),
        ["day", "after", "tomorrow", rest @ ..] => put(today.checked_add(2.days()).ok()?, time_or_morning(rest)?),
        ["next", "week"] => put(next_weekday(today, Weekday::Monday)?, MORNING),
        ["next", "month"] => put(today.first_of_month().checked_add(1.month()).ok()?, MORNING),
        ["today" | "this", rest @ ..] if !rest.is_empty() => put(today, parse_time(rest)?),
        ["tomorrow" | "tmr" | "tmrw", rest @ ..] => put(today.tomorrow().ok()?, time_or_morning(rest)?),
        ["next", day, rest @ ..] if weekday(day).is_some() => {
            put(next_weekday(today, weekday(day)?)?, time_or_morning(rest)?)
        }
        [day, rest @ ..] if weekday(day).is_some() => {
            let (day, time) = (weekday(day)?, time_or_morning(rest)?);
            // Said on the day itself: today when the time lies ahead, else in a week.
            if today.weekday() == day && time > here.time() {
                put(today, time)
            } else {
                put(next_weekday(today, day)?, time)
            }
        }
        [day, name, rest @ ..] | [name, day, rest @ ..] if month(name).is_some() && day_of_month(day).is_some() => {
            let (month, day) = (month(name)?, day_of_month(day)?);
            match rest {
                [year, rest @ ..] if year.len() == 4 && year.parse::<i16>().is_ok() => {
                    put(Date::new(year.parse().ok()?, month, day).ok()?, time_or_morning(rest)?)
                }
                rest => put(coming_date(today, month, day)?, time_or_morning(rest)?),
            }
        }
        [date, rest @ ..] if date.parse::<Date>().is_ok() => put(date.parse().ok()?, time_or_morning(rest)?),
        _ => {
            let time = parse_time(words)?;
            if time > here.time() { put(today, time) } else { put(today.tomorrow().ok()?, time) }
        }
    }
}

/// `1`, `1st`, `22nd`.
fn day_of_month(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let suffix = word.get(digits.len()..)?;
    matches!(suffix, "" | "st" | "nd" | "rd" | "th").then(|| digits.parse().ok()).flatten()
}

fn coming_date(today: Date, month: i8, day: i8) -> Option<Date> {
    let this_year = Date::new(today.year(), month, day).ok();
    match this_year {
        Some(date) if date >= today => Some(date),
        _ => (1..=8).find_map(|ahead| Date::new(today.year() + ahead, month, day).ok()),
    }
}

fn next_weekday(today: Date, day: Weekday) -> Option<Date> {
    today.nth_weekday(1, day).ok()
}

fn time_or_morning(words: &[&str]) -> Option<Time> {
    if words.is_empty() { Some(MORNING) } else { parse_time(words) }
}

fn parse_time(words: &[&str]) -> Option<Time> {
    match words {
        ["morning"] => Some(MORNING),
        ["noon" | "midday"] => Time::new(12, 0, 0, 0).ok(),
        ["midnight"] => Some(Time::midnight()),
        ["afternoon"] => Time::new(14, 0, 0, 0).ok(),
        ["evening"] => Some(EVENING),
        [clock] => parse_clock(clock, None),
        [clock, half @ ("am" | "pm")] => parse_clock(clock, Some(half)),
        _ => None,
    }
}

fn parse_clock(text: &str, half: Option<&str>) -> Option<Time> {
    let (text, half) = match half {
        Some(half) => (text, Some(half)),
        None => ["am", "pm"]
            .into_iter()
            .find_map(|half| text.strip_suffix(half).map(|digits| (digits, Some(half))))
            .unwrap_or((text, None)),
    };
    let (hour, minute) = match text.split_once([':', '.', 'h']) {
        Some((hour, "")) if text.ends_with('h') => (hour, "0"),
        Some(pair) => pair,
        // A bare number is a time only with am or pm: `9` alone says too little.
        None => {
            half?;
            (text, "0")
        }
    };
    let hour: i8 = hour.parse().ok()?;
    let minute: i8 = minute.parse().ok()?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some("am") => hour % 12,
        Some(_) => hour % 12 + 12,
    };
    Time::new(hour, minute, 0, 0).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" | "monday" => Weekday::Monday,
        "tue" | "tues" | "tuesday" => Weekday::Tuesday,
        "wed" | "wednesday" => Weekday::Wednesday,
        "thu" | "thur" | "thurs" | "thursday" => Weekday::Thursday,
        "fri" | "friday" => Weekday::Friday,
        "sat" | "saturday" => Weekday::Saturday,
        "sun" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn month(word: &str) -> Option<i8> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    if word.len() < 3 {
        return None;
    }
    let at = NAMES.iter().position(|name| name.starts_with(word))?;
    i8::try_from(at + 1).ok()
}

/// `Tue 9:00` within a week, `1 Dec 9:00` within the year, else with the year; with the zone's city.
#[must_use]
pub fn show(at: UnixTime, now: UnixTime, zone: &TimeZone) -> String {
    let (Some(there), Some(here)) = (at.in_zone(zone), now.in_zone(zone)) else {
        return String::from("—");
    };
    let days = here.date().until(there.date()).map_or(i32::MAX, |span| span.get_days());
    let format = match days {
        0 => "today %-H:%M",
        1 => "tomorrow %-H:%M",
        2..=6 => "%a %-H:%M",
        _ if there.year() == here.year() => "%-d %b %-H:%M",
        _ => "%-d %b %Y %-H:%M",
    };
    let mut text = there.strftime(format).to_string();
    if let Some(name) = zone.iana_name() {
        let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
        text.push(' ');
        text.push_str(&city);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").expect("the bundled zones have Berlin")
    }

    /// Wednesday 2026-11-18, 15:30 in Berlin.
    const NOW: UnixTime = UnixTime(1_795_012_200);

    fn at(text: &str) -> String {
        match parse(text, NOW, &berlin()) {
            Ok(time) => {
                let there = time.in_zone(&berlin()).expect("in range");
                there.strftime("%a %Y-%m-%d %H:%M").to_string()
            }
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn now_is_what_the_tests_say() {
        assert_eq!(NOW.in_zone(&berlin()).expect("in range").strftime("%a %F %R").to_string(), "Wed 2026-11-18 15:30");
    }

    #[test]
    fn typed_times_mean_what_people_mean() {
        for (typed, meant) in [
            ("2h", "Wed 2026-11-18 17:30"),
            ("2h30m", "Wed 2026-11-18 18:00"),
            ("in 3 days", "Sat 2026-11-21 15:30"),
            ("90 min", "Wed 2026-11-18 17:00"),
            ("tomorrow 9am", "Thu 2026-11-19 09:00"),
            ("tomorrow", "Thu 2026-11-19 09:00"),
            ("tomorrow at 14:15", "Thu 2026-11-19 14:15"),
            ("next monday", "Mon 2026-11-23 09:00"),
            ("next week", "Mon 2026-11-23 09:00"),
            ("fri 14:00", "Fri 2026-11-20 14:00"),
            ("wed 14:00", "Wed 2026-11-25 14:00"),
            ("wed 16:00", "Wed 2026-11-18 16:00"),
            ("9am", "Thu 2026-11-19 09:00"),
            ("5pm", "Wed 2026-11-18 17:00"),
            ("5 pm", "Wed 2026-11-18 17:00"),
            ("17:45", "Wed 2026-11-18 17:45"),
            ("tonight", "Wed 2026-11-18 18:00"),
            ("noon", "Thu 2026-11-19 12:00"),
            ("12am", "Thu 2026-11-19 00:00"),
            ("2026-12-01", "Tue 2026-12-01 09:00"),
            ("2026-12-01 7:30", "Tue 2026-12-01 07:30"),
            ("15 dec 14:00", "Tue 2026-12-15 14:00"),
            ("feb 29", "Tue 2028-02-29 09:00"),
            ("1 january", "Fri 2027-01-01 09:00"),
            ("mon", "Mon 2026-11-23 09:00"),
            ("later today", "Wed 2026-11-18 18:30"),
            ("in an hour", "Wed 2026-11-18 16:30"),
            ("half an hour", "Wed 2026-11-18 16:00"),
            ("in a week", "Wed 2026-11-25 15:30"),
            ("in a month", "Fri 2026-12-18 09:00"),
            ("2 months", "Mon 2027-01-18 09:00"),
            ("end of day", "Wed 2026-11-18 18:00"),
            ("eod", "Wed 2026-11-18 18:00"),
            ("end of week", "Fri 2026-11-20 18:00"),
            ("this weekend", "Sat 2026-11-21 09:00"),
            ("weekend", "Sat 2026-11-21 09:00"),
            ("midnight", "Thu 2026-11-19 00:00"),
            ("tomorrow noon", "Thu 2026-11-19 12:00"),
            ("this evening", "Wed 2026-11-18 18:00"),
            ("monday afternoon", "Mon 2026-11-23 14:00"),
            ("day after tomorrow 8:00", "Fri 2026-11-20 08:00"),
            ("9am tomorrow", "Thu 2026-11-19 09:00"),
            ("9 am next monday", "Mon 2026-11-23 09:00"),
            ("14:00 on fri", "Fri 2026-11-20 14:00"),
            ("dec 3rd", "Thu 2026-12-03 09:00"),
            ("1st of", "Unknown"),
            ("15 dec 2027 14:00", "Wed 2027-12-15 14:00"),
        ] {
            assert_eq!(at(typed), meant, "{typed}");
        }
    }

    #[test]
    fn nonsense_and_the_past_are_refused() {
        assert_eq!(at(""), "Empty");
        for typed in ["soon", "9", "25:00", "13pm", "2 parsecs", "99999999999999999999d", "31 feb"] {
            assert_eq!(at(typed), "Unknown", "{typed}");
        }
        for typed in ["today 9am", "2026-11-01", "0m"] {
            assert_eq!(at(typed), "Past", "{typed}");
        }
    }

    #[test]
    fn what_is_said_late_means_what_comes() {
        let zone = berlin();
        // 20:00 on that Wednesday; Friday 19:00.
        for (now, typed, meant) in [
            (NOW.0 + 16_200, "tonight", "Wed 21:00"),
            (NOW.0 + 16_200, "end of day", "Thu 18:00"),
            (NOW.0 + 2 * 86_400 + 12_600, "end of week", "Fri 18:00"),
            (NOW.0 + 3 * 86_400, "weekend", "Sat 9:00"),
        ] {
            let at = parse(typed, UnixTime(now), &zone).expect("a time");
            let there = at.in_zone(&zone).expect("in range");
            assert_eq!(there.strftime("%a %-H:%M").to_string(), meant, "{typed}");
            assert!(at > UnixTime(now), "{typed}");
        }
    }

    #[test]
    fn nine_stays_nine_across_a_change_of_the_clock() {
        // The night of 2026-03-29 has 23 hours in Berlin.
        let saturday = UnixTime(1_774_688_400);
        let next = parse("tomorrow 9am", saturday, &berlin()).expect("a time");
        assert_eq!(next.in_zone(&berlin()).expect("in range").hour(), 9);
    }
}
