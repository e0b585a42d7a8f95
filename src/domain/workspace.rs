//! What the workspace has set up besides people: macros and office hours.

use serde::{Deserialize, Serialize};

use super::{MacroId, ScheduleId, TeamId, UnixTime};
use crate::text::Untrusted;

/// A macro that the helpdesk keeps: text only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Macro {
    /// Its id.
    pub id: MacroId,
    /// Its name.
    pub name: Untrusted,
    /// HTML as it came, placeholders as `<attribute key=… default=…/>`.
    pub body: Untrusted,
    /// Plain text, placeholders as `{{user.name | fallback: 'there'}}`.
    pub body_text: Untrusted,
    /// When it changed last.
    pub updated_at: Option<UnixTime>,
    /// The teams that see it; absent for everyone.
    pub visible_to: Option<Vec<TeamId>>,
    /// Offered in the inbox.
    pub in_inbox: bool,
}

/// A weekly schedule of office hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeHours {
    /// Its id.
    pub id: ScheduleId,
    /// Its name.
    pub name: Untrusted,
    /// IANA time zone as it came; may name none.
    pub time_zone: Untrusted,
    /// Always open; then the intervals do not count.
    pub always: bool,
    /// Open times in minutes from Monday 00:00 (0 to 10,080), ascending.
    pub week: Vec<OpenHours>,
    /// Days that differ, by date.
    pub exceptions: Vec<HoursException>,
}

/// An open time: from a minute to a minute, the end not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OpenHours {
    /// First minute.
    pub start: u32,
    /// The minute after the last; greater than the first.
    pub end: u32,
}

/// A day with other hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursException {
    /// The day.
    pub date: jiff::civil::Date,
    /// Every year on that day.
    pub every_year: bool,
    /// Its name; may be empty.
    pub name: Untrusted,
    /// Open times in minutes from 00:00 (0 to 1,440), ascending; none when closed all day.
    pub open: Vec<OpenHours>,
}
