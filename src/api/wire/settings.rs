//! Macros and office hours.

use serde::Deserialize;
use serde_json::Value;

use super::Wire;
use super::lax::{Flag, Id, Listed, Text, Time};
use crate::domain::{HoursException, Macro, MacroId, OfficeHours, OpenHours, ScheduleId, TeamId};

const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;

/// A macro.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct MacroItem {
    id: Id,
    name: Text,
    body: Text,
    body_text: Text,
    updated_at: Time,
    visible_to: Text,
    visible_to_team_ids: Listed<Id>,
    available_on: Listed<Text>,
}

impl Wire for MacroItem {
    type Value = Macro;
    const WHAT: &'static str = "macro";

    fn into_value(self) -> Result<Macro, &'static str> {
        let teams = self.visible_to_team_ids.0.iter().filter_map(|id| id.parse(TeamId::parse)).collect();
        // A place that is not said is the inbox: where macros have always been.
        let in_inbox = self.available_on.0.is_empty() || self.available_on.0.iter().any(|on| on.as_str() == "inbox");
        Ok(Macro {
            id: self.id.parse(MacroId::parse).ok_or("no usable id")?,
            name: self.name.untrusted(),
            body: self.body.untrusted(),
            body_text: self.body_text.untrusted(),
            updated_at: self.updated_at.0,
            visible_to: (self.visible_to.as_str() == "specific_teams").then_some(teams),
            in_inbox,
        })
    }
}

/// An open time, in minutes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct IntervalItem {
    start_minute: Value,
    end_minute: Value,
}

/// The open times within so many minutes, ascending; what is none is left out.
fn open_hours(intervals: &[IntervalItem], most: i64) -> Vec<OpenHours> {
    let minute = |value: &Value| u32::try_from(value.as_i64()?.clamp(0, most)).ok();
    let hours = |interval: &IntervalItem| {
        Some(OpenHours { start: minute(&interval.start_minute)?, end: minute(&interval.end_minute)? })
    };
    let mut all: Vec<_> = intervals.iter().filter_map(hours).filter(|hours| hours.start < hours.end).collect();
    all.sort_unstable();
    all
}

/// A schedule of office hours, without its exceptions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct ScheduleItem {
    id: Id,
    name: Text,
    time_zone_name: Text,
    twenty_four_seven: Flag,
    time_intervals: Listed<IntervalItem>,
}

impl Wire for ScheduleItem {
    type Value = OfficeHours;
    const WHAT: &'static str = "office hours schedule";

    fn into_value(self) -> Result<OfficeHours, &'static str> {
        Ok(OfficeHours {
            id: self.id.parse(ScheduleId::parse).ok_or("no usable id")?,
            name: self.name.untrusted(),
            time_zone: self.time_zone_name.untrusted(),
            always: self.twenty_four_seven.is_set(),
            week: open_hours(&self.time_intervals.0, WEEK),
            exceptions: Vec::new(),
        })
    }
}

/// A day with other hours.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct ExceptionItem {
    exception_date: Text,
    exception_type: Text,
    name: Text,
    time_intervals: Listed<IntervalItem>,
    recurring_annually: Flag,
}

impl Wire for ExceptionItem {
    type Value = HoursException;
    const WHAT: &'static str = "office hours exception";

    fn into_value(self) -> Result<HoursException, &'static str> {
        let is_closed = self.exception_type.as_str() == "closed";
        Ok(HoursException {
            date: self.exception_date.as_str().trim().parse().map_err(|_| "no usable date")?,
            every_year: self.recurring_annually.is_set(),
            name: self.name.untrusted(),
            open: if is_closed { Vec::new() } else { open_hours(&self.time_intervals.0, DAY) },
        })
    }
}
