//! Moments to spans of Unix seconds: one rule for memory and SQL.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ast::{Compared, Moment};
use crate::domain::{UnixTime, when};

/// Seconds from `from` (included) to `until` (excluded); open where absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Option<i64>,
    pub(super) until: Option<i64>,
}

impl Span {
    pub(super) fn contains(self, at: i64) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at < until)
    }
}

/// Reads a moment: `2h`, `2026-11-01`, `today`.
pub(super) fn parse_moment(text: &str) -> Option<Moment> {
    if let Some((_, day)) = Moment::DAYS.iter().find(|(word, _)| *word == text) {
        return Some(Moment::Day(*day));
    }
    if let Some(age) = when::parse_duration(text) {
        return Some(Moment::Age(age));
    }
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = year.len() == 4 && [year, month, day].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !plain || parts.next().is_some() {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().map(Moment::Date)
}

/// A duration in days and smaller: `2h30m`, `14d`.
pub(super) fn print_duration(duration: Duration) -> String {
    let mut rest = duration.as_secs();
    let mut text = String::new();
    for (unit, secs) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
        if rest >= secs {
            text.push_str(&(rest / secs).to_string());
            text.push(unit);
            rest %= secs;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Where spans are measured from.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) now: UnixTime,
    pub(super) zone: &'a TimeZone,
}

impl Here<'_> {
    /// The span in which an instant must lie. Durations count back from now, or on from now when the
    /// instant lies `ahead`; a bare duration means at most so long.
    pub(super) fn span(self, test: &Compared<Moment>, ahead: bool) -> Span {
        let point = |moment: &Moment| self.point(moment, ahead);
        // For an age, older is smaller.
        let flip = |moment: &Moment| matches!(moment, Moment::Age(_)) && !ahead;
        let before = |at: i64| Span { from: None, until: Some(at) };
        let from = |at: i64| Span { from: Some(at), until: None };
        match test {
            Compared::Is(moment @ Moment::Age(_)) => self.span(&Compared::AtMost(moment.clone()), ahead),
            Compared::Is(moment) => {
                let (start, end) = point(moment);
                Span { from: Some(start), until: Some(end) }
            }
            Compared::Less(moment) if flip(moment) => from(point(moment).1),
            Compared::AtMost(moment) if flip(moment) => from(point(moment).0),
            Compared::More(moment) if flip(moment) => before(point(moment).0),
            Compared::AtLeast(moment) if flip(moment) => before(point(moment).1),
            Compared::Less(moment) => before(point(moment).0),
            Compared::AtMost(moment) => before(point(moment).1),
            Compared::More(moment) => from(point(moment).1),
            Compared::AtLeast(moment) => from(point(moment).0),
            Compared::Range(first, last) => {
                let (first, last) = (first.as_ref().map(point), last.as_ref().map(point));
                match (first, last) {
                    // Either end may come first: `7d..1d` and `1d..7d` are the same days.
                    (Some(a), Some(b)) => Span { from: Some(a.0.min(b.0)), until: Some(a.1.max(b.1)) },
                    (a, b) => Span { from: a.map(|at| at.0), until: b.map(|at| at.1) },
                }
            }
        }
    }

    /// First second of a moment and the one after its last.
    fn point(self, moment: &Moment, ahead: bool) -> (i64, i64) {
        match moment {
            Moment::Age(age) => {
                let at = if ahead { self.now + *age } else { self.now - *age };
                (at.0, at.0.saturating_add(1))
            }
            Moment::Date(date) => self.day(Some(*date)),
            Moment::Day(offset) => {
                let today = self.now.in_zone(self.zone).map(|now| now.date());
                let day = today.and_then(|today| today.checked_add(jiff::Span::new().days(i64::from(*offset))).ok());
                self.day(day)
            }
        }
    }

    /// A day in the zone; one that the calendar cannot reach holds nothing.
    fn day(self, date: Option<Date>) -> (i64, i64) {
        let start = |date: Date| {
            let midnight = date.to_zoned(self.zone.clone()).and_then(|at| at.start_of_day());
            midnight.ok().map(|at| at.timestamp().as_second())
        };
        let bounds = date.and_then(|date| Some((start(date)?, start(date.tomorrow().ok()?)?)));
        bounds.unwrap_or((i64::MAX, i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;
    /// 2026-11-15 12:00 in Berlin.
    const NOW: i64 = 1_794_740_400;

    fn span(test: &Compared<Moment>, ahead: bool) -> Span {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Here { now: UnixTime(NOW), zone: &zone }.span(test, ahead)
    }

    fn moment(text: &str) -> Moment {
        parse_moment(text).unwrap()
    }

    #[test]
    fn a_greater_age_is_longer_ago() {
        assert!(span(&Compared::More(moment("2h")), false).contains(NOW - 2 * HOUR - 1));
        assert!(!span(&Compared::More(moment("2h")), false).contains(NOW - 2 * HOUR));
        assert!(span(&Compared::AtLeast(moment("2h")), false).contains(NOW - 2 * HOUR));
        assert!(span(&Compared::Less(moment("2h")), false).contains(NOW - 2 * HOUR + 1));
        assert!(!span(&Compared::Less(moment("2h")), false).contains(NOW - 2 * HOUR));
        assert!(span(&Compared::Is(moment("2h")), false).contains(NOW - 2 * HOUR));
    }

    #[test]
    fn what_lies_ahead_counts_forward() {
        let soon = span(&Compared::Less(moment("2h")), true);
        assert!(soon.contains(NOW + 2 * HOUR - 1) && soon.contains(NOW - 9 * HOUR) && !soon.contains(NOW + 2 * HOUR));
        assert!(span(&Compared::More(moment("2h")), true).contains(NOW + 2 * HOUR + 1));
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let today = span(&Compared::Is(moment("today")), false);
        assert_eq!(today, Span { from: Some(NOW - 12 * HOUR), until: Some(NOW + 12 * HOUR) });
        assert_eq!(today, span(&Compared::Is(moment("2026-11-15")), false));
        assert_eq!(span(&Compared::Less(moment("2026-11-15")), false).until, Some(NOW - 12 * HOUR));
        assert_eq!(span(&Compared::More(moment("2026-11-15")), false).from, Some(NOW + 12 * HOUR));
        // The clocks change: a day of 25 hours.
        let long = span(&Compared::Is(moment("2026-10-25")), false);
        assert_eq!(long.until.unwrap() - long.from.unwrap(), 25 * HOUR);
    }

    #[test]
    fn ranges_may_be_written_either_way_round() {
        let test = |a: &str, b: &str| span(&Compared::Range(Some(moment(a)), Some(moment(b))), false);
        assert_eq!(test("7d", "1d"), test("1d", "7d"));
        assert!(test("7d", "1d").contains(NOW - 24 * HOUR) && !test("7d", "1d").contains(NOW - 24 * HOUR + 1));
    }

    #[test]
    fn durations_print_as_they_are_read() {
        for (text, printed) in [("2h30m", "2h30m"), ("90m", "1h30m"), ("2w", "14d"), ("10d", "10d"), ("0s", "0s")] {
            let Moment::Age(age) = moment(text) else { panic!("{text}") };
            assert_eq!(print_duration(age), printed);
        }
    }

    #[test]
    fn no_moment_is_made_of_anything_else() {
        for text in ["", "2", "h", "2026-13-01", "2026-02-30", "26-1-1", "now", "-2h", "2026-11-01-1"] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }
}
