//! Office time between two moments.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::helpdesk::model::{ExceptionKind, Interval, OfficeHours};

const DAY: i64 = 1440;

/// A schedule made ready for counting.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    always: bool,
    /// Open minutes of each day from Monday, ascending, not overlapping.
    week: [Vec<(i64, i64)>; 7],
    /// Days that differ.
    dated: BTreeMap<Date, Vec<(i64, i64)>>,
    /// Days that differ every year, by month and day.
    yearly: BTreeMap<(i8, i8), Vec<(i64, i64)>>,
}

impl Calendar {
    /// Makes a schedule ready. An unknown zone counts as UTC, a date that is none is left out.
    #[must_use]
    pub fn new(schedule: &OfficeHours) -> Self {
        let mut week: [Vec<(i64, i64)>; 7] = Default::default();
        for interval in &schedule.intervals {
            for (day, minutes) in (0_i64..).zip(week.iter_mut()) {
                minutes.extend(clip(*interval, day * DAY));
            }
        }
        week.iter_mut().for_each(merge_overlaps);
        let (mut dated, mut yearly) = (BTreeMap::new(), BTreeMap::new());
        for exception in &schedule.exceptions {
            let Ok(date) = exception.date.parse::<Date>() else { continue };
            let mut minutes = match &exception.kind {
                ExceptionKind::Closed => Vec::new(),
                ExceptionKind::CustomHours(intervals) => intervals.iter().filter_map(|each| clip(*each, 0)).collect(),
            };
            merge_overlaps(&mut minutes);
            if exception.recurring_annually {
                yearly.insert((date.month(), date.day()), minutes);
            } else {
                dated.insert(date, minutes);
            }
        }
        Self {
            zone: TimeZone::get(&schedule.time_zone).unwrap_or(TimeZone::UTC),
            always: schedule.twenty_four_seven && schedule.exceptions.is_empty(),
            week: if schedule.twenty_four_seven { std::array::from_fn(|_| vec![(0, DAY)]) } else { week },
            dated,
            yearly,
        }
    }

    /// Open seconds from `from` to `to`, both Unix seconds; 0 when `to` is not later.
    #[must_use]
    pub fn open_seconds(&self, from: i64, to: i64) -> i64 {
        if to <= from {
            return 0;
        }
        if self.always {
            return to - from;
        }
        let (Ok(start), Ok(end)) = (Timestamp::from_second(from), Timestamp::from_second(to)) else {
            return 0;
        };
        let mut day = start.to_zoned(self.zone.clone()).date();
        let last = end.to_zoned(self.zone.clone()).date();
        let mut total = 0;
        while day <= last {
            for (opens, closes) in self.minutes_of(day) {
                let (Some(opens), Some(closes)) = (self.instant(day, *opens), self.instant(day, *closes)) else {
                    continue;
                };
                total += (closes.min(to) - opens.max(from)).max(0);
            }
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        total
    }

    fn minutes_of(&self, day: Date) -> &[(i64, i64)] {
        if let Some(minutes) = self.dated.get(&day).or_else(|| self.yearly.get(&(day.month(), day.day()))) {
            return minutes;
        }
        let index = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.week.get(index).map_or(&[], Vec::as_slice)
    }

    /// The moment that a clock on the wall shows `minute` of `day`: the change to summer time moves it.
    fn instant(&self, day: Date, minute: i64) -> Option<i64> {
        let civil = day.at(0, 0, 0, 0).checked_add(minute.minutes()).ok()?;
        self.zone.to_ambiguous_timestamp(civil).compatible().ok().map(Timestamp::as_second)
    }
}

/// The part of `interval` that lies in the day beginning at minute `start`.
fn clip(interval: Interval, start: i64) -> Option<(i64, i64)> {
    let from = (interval.start_minute - start).max(0);
    let to = (interval.end_minute - start).min(DAY);
    (from < to).then_some((from, to))
}

fn merge_overlaps(minutes: &mut Vec<(i64, i64)>) {
    minutes.sort_unstable();
    let mut merged: Vec<(i64, i64)> = Vec::with_capacity(minutes.len());
    for (from, to) in minutes.drain(..) {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    *minutes = merged;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::helpdesk::model::{HoursException, ScheduleId};

    fn weekdays(zone: &str) -> OfficeHours {
        OfficeHours {
            id: ScheduleId(1),
            name: "Support".into(),
            time_zone: zone.into(),
            twenty_four_seven: false,
            intervals: (0..5)
                .map(|day| Interval { start_minute: day * DAY + 540, end_minute: day * DAY + 1020 })
                .collect(),
            exceptions: Vec::new(),
            created_at: 0,
            updated_at: 0,
        }
    }

    fn unix(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    fn open(schedule: &OfficeHours, from: &str, to: &str) -> i64 {
        Calendar::new(schedule).open_seconds(unix(from), unix(to))
    }

    #[test]
    fn nights_and_weekends_do_not_count() {
        let utc = weekdays("UTC");
        assert_eq!(open(&utc, "2026-03-10T10:00:00Z", "2026-03-10T11:30:00Z"), 5_400);
        assert_eq!(open(&utc, "2026-03-10T16:00:00Z", "2026-03-11T10:00:00Z"), 7_200);
        assert_eq!(open(&utc, "2026-03-13T16:55:00Z", "2026-03-16T09:05:00Z"), 600);
        assert_eq!(open(&utc, "2026-03-14T08:00:00Z", "2026-03-15T20:00:00Z"), 0);
        assert_eq!(open(&utc, "2026-03-10T12:00:00Z", "2026-03-10T11:00:00Z"), 0);
    }

    #[test]
    fn hours_follow_the_clock_on_the_wall() {
        let berlin = weekdays("Europe/Berlin");
        assert_eq!(open(&berlin, "2026-03-27T00:00:00Z", "2026-03-27T08:30:00Z"), 1_800);
        assert_eq!(open(&berlin, "2026-03-30T00:00:00Z", "2026-03-30T08:30:00Z"), 5_400);
    }

    #[test]
    fn holidays_and_short_days_replace_the_week() {
        let mut schedule = weekdays("UTC");
        let day = |date: &str, kind, recurring_annually| HoursException {
            id: ScheduleId(2),
            date: date.into(),
            kind,
            name: None,
            recurring_annually,
            created_at: 0,
            updated_at: 0,
        };
        let short = ExceptionKind::CustomHours(vec![Interval { start_minute: 600, end_minute: 660 }]);
        schedule.exceptions = vec![day("2020-12-25", ExceptionKind::Closed, true), day("2026-12-24", short, false)];
        assert_eq!(open(&schedule, "2026-12-24T00:00:00Z", "2026-12-26T00:00:00Z"), 3_600);
        assert_eq!(open(&schedule, "2025-12-24T00:00:00Z", "2025-12-26T00:00:00Z"), 8 * 3_600);
    }

    #[test]
    fn an_interval_may_cross_midnight() {
        let mut schedule = weekdays("UTC");
        schedule.intervals = vec![Interval { start_minute: 1_320, end_minute: 1_800 }];
        assert_eq!(open(&schedule, "2026-03-09T00:00:00Z", "2026-03-10T23:00:00Z"), 8 * 3_600);
    }

    #[test]
    fn always_open_counts_all() {
        let schedule = OfficeHours { twenty_four_seven: true, ..weekdays("UTC") };
        assert_eq!(open(&schedule, "2026-03-13T00:00:00Z", "2026-03-16T00:00:00Z"), 3 * 86_400);
    }
}
