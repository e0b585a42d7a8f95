//! Tags, macros, segments, brands and office hours.

use serde::Serialize;

use super::{Reference, iso};
use crate::helpdesk::model::{
    AppliedTag, Brand, ExceptionKind, HoursException, Interval, Macro, MacroVisibility, OfficeHours, ScheduleId,
    Segment, Tag, TagId,
};

/// A tag by itself.
#[derive(Clone, Debug, Serialize)]
pub struct TagBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
}

impl TagBody {
    /// A tag of this id and name.
    #[must_use]
    pub fn new(id: TagId, name: &str) -> Self {
        Self { kind: "tag", id: id.to_string(), name: name.to_owned() }
    }
}

impl From<&Tag> for TagBody {
    fn from(tag: &Tag) -> Self {
        Self::new(tag.id, &tag.name)
    }
}

/// A tag with what it was put on.
#[derive(Debug, Serialize)]
pub struct TaggedBody {
    /// The tag.
    #[serde(flatten)]
    pub tag: TagBody,
    /// Contacts that were tagged or untagged.
    pub users: Option<Vec<TaggedItem>>,
    /// Companies that were tagged or untagged.
    pub companies: Option<Vec<TaggedItem>>,
}

/// A thing that was tagged or untagged.
#[derive(Debug, Serialize)]
pub struct TaggedItem {
    /// Its id, as the caller gave it.
    pub id: String,
    /// Whether the tag is on it now.
    pub tagged: bool,
}

/// A tag where it was put.
#[derive(Debug, Serialize)]
pub struct AppliedTagBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    applied_at: Option<i64>,
    applied_by: Option<Reference>,
}

impl From<&AppliedTag> for AppliedTagBody {
    fn from(tag: &AppliedTag) -> Self {
        Self {
            kind: "tag",
            id: tag.id.to_string(),
            name: tag.name.clone(),
            applied_at: Some(tag.applied_at),
            applied_by: tag.applied_by.map(Reference::admin),
        }
    }
}

impl From<&Tag> for AppliedTagBody {
    /// A tag of which it is not kept when and by whom it was put.
    fn from(tag: &Tag) -> Self {
        Self { kind: "tag", id: tag.id.to_string(), name: tag.name.clone(), applied_at: None, applied_by: None }
    }
}

/// A macro.
#[derive(Debug, Serialize)]
pub struct MacroBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    body: String,
    body_text: String,
    created_at: String,
    updated_at: String,
    visible_to: &'static str,
    visible_to_team_ids: Vec<String>,
    available_on: Vec<String>,
}

impl From<&Macro> for MacroBody {
    fn from(text: &Macro) -> Self {
        let (visible_to, teams) = match &text.visible_to {
            MacroVisibility::Everyone => ("everyone", Vec::new()),
            MacroVisibility::Teams(teams) => ("specific_teams", teams.iter().map(ToString::to_string).collect()),
        };
        Self {
            kind: "macro",
            id: text.id.to_string(),
            name: text.name.clone(),
            body: text.body.clone(),
            body_text: text.body_text.clone(),
            created_at: iso(text.created_at),
            updated_at: iso(text.updated_at),
            visible_to,
            visible_to_team_ids: teams,
            available_on: text.available_on.clone(),
        }
    }
}

/// A segment.
#[derive(Clone, Debug, Serialize)]
pub struct SegmentBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    created_at: i64,
    updated_at: i64,
    person_type: String,
    count: Option<i64>,
}

impl SegmentBody {
    /// A segment; with the number of its contacts when that was asked for.
    #[must_use]
    pub fn new(segment: &Segment, with_count: bool) -> Self {
        Self {
            kind: "segment",
            id: segment.id.to_string(),
            name: segment.name.clone(),
            created_at: segment.created_at,
            updated_at: segment.updated_at,
            person_type: segment.person_type.clone(),
            count: with_count.then_some(segment.count),
        }
    }
}

/// All segments.
#[derive(Debug, Serialize)]
pub struct SegmentList {
    #[serde(rename = "type")]
    kind: &'static str,
    segments: Vec<SegmentBody>,
    pages: Empty,
}

/// `{}`.
#[derive(Debug, Serialize)]
pub(super) struct Empty {}

impl SegmentList {
    /// The list.
    #[must_use]
    pub const fn new(segments: Vec<SegmentBody>) -> Self {
        Self { kind: "segment.list", segments, pages: Empty {} }
    }
}

/// A brand.
#[derive(Debug, Serialize)]
pub struct BrandBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    is_default: bool,
    created_at: i64,
    updated_at: i64,
    help_center_id: String,
    default_address_settings_id: String,
}

impl From<&Brand> for BrandBody {
    fn from(brand: &Brand) -> Self {
        Self {
            kind: "brand",
            id: brand.id.to_string(),
            name: brand.name.clone(),
            is_default: brand.is_default,
            created_at: brand.created_at,
            updated_at: brand.updated_at,
            help_center_id: brand.help_center_id.clone().unwrap_or_default(),
            default_address_settings_id: brand.default_address_settings_id.clone().unwrap_or_default(),
        }
    }
}

/// An office hours schedule.
#[derive(Debug, Serialize)]
pub struct OfficeHoursBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    time_zone_name: String,
    time_intervals: Vec<IntervalBody>,
    twenty_four_seven: bool,
    created_at: i64,
    updated_at: i64,
}

#[derive(Debug, Serialize)]
struct IntervalBody {
    start_minute: i64,
    end_minute: i64,
    day_of_week: i64,
}

impl From<&Interval> for IntervalBody {
    fn from(interval: &Interval) -> Self {
        Self {
            start_minute: interval.start_minute,
            end_minute: interval.end_minute,
            day_of_week: interval.start_minute.div_euclid(24 * 60).rem_euclid(7),
        }
    }
}

impl From<&OfficeHours> for OfficeHoursBody {
    fn from(hours: &OfficeHours) -> Self {
        Self {
            kind: "office_hours_schedule",
            id: hours.id.to_string(),
            name: hours.name.clone(),
            time_zone_name: hours.time_zone.clone(),
            time_intervals: hours.intervals.iter().map(IntervalBody::from).collect(),
            twenty_four_seven: hours.twenty_four_seven,
            created_at: hours.created_at,
            updated_at: hours.updated_at,
        }
    }
}

/// A day with other hours.
#[derive(Debug, Serialize)]
pub struct ExceptionBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    office_hours_schedule_id: String,
    exception_date: String,
    exception_type: &'static str,
    name: Option<String>,
    time_intervals: Option<Vec<IntervalBody>>,
    recurring_annually: bool,
    created_at: i64,
    updated_at: i64,
}

impl ExceptionBody {
    /// An exception of this schedule.
    #[must_use]
    pub fn new(schedule: ScheduleId, exception: &HoursException) -> Self {
        let date: Option<jiff::civil::Date> = exception.date.parse().ok();
        // Derived from the date here, not from the minutes of a week.
        let day_of_week = date.map_or(0, |date| i64::from(date.weekday().to_monday_zero_offset()));
        let (exception_type, time_intervals) = match &exception.kind {
            ExceptionKind::Closed => ("closed", None),
            ExceptionKind::CustomHours(intervals) => {
                let body = |interval| IntervalBody { day_of_week, ..IntervalBody::from(interval) };
                ("custom_hours", Some(intervals.iter().map(body).collect()))
            }
        };
        Self {
            kind: "office_hours_exception",
            id: exception.id.to_string(),
            office_hours_schedule_id: schedule.to_string(),
            exception_date: exception.date.clone(),
            exception_type,
            name: exception.name.clone(),
            time_intervals,
            recurring_annually: exception.recurring_annually,
            created_at: exception.created_at,
            updated_at: exception.updated_at,
        }
    }
}
