//! The workspace and its settings: brands, hours, tags, macros, segments, attribute definitions.

use serde::{Deserialize, Serialize};

use super::{AdminId, AttributeId, BrandId, ConversationId, MacroId, ScheduleId, SegmentId, TagId, Target, TeamId};

/// The workspace; the API calls it `app`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Identifier: eight letters and digits.
    pub id_code: String,
    /// Name.
    pub name: String,
    /// Region: `US`, `EU` or `AU`.
    pub region: String,
    /// IANA time zone.
    pub timezone: String,
    /// When it was made.
    pub created_at: i64,
    /// Whether customers' identities are checked.
    pub identity_verification: bool,
    /// Who gets a new conversation that no team takes.
    pub default_assignee: Option<Target>,
    /// Whether going away needs a reason.
    pub away_reason_mandatory: bool,
    /// The schedule that statistics count by; none counts every hour.
    pub office_hours: Option<ScheduleId>,
    /// The team that new conversations of a channel go to, by [`super::Source::kind`].
    #[serde(default)]
    pub channel_teams: std::collections::BTreeMap<String, TeamId>,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Identifier; unset in a record to insert.
    pub id: TagId,
    /// Name; unique whatever the case.
    pub name: String,
}

/// A text to reuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Macro {
    /// Identifier; unset in a record to insert.
    pub id: MacroId,
    /// Name.
    pub name: String,
    /// Text in HTML, placeholders as `<attribute key="…" default="…"/>`.
    pub body: String,
    /// Text without markup, placeholders as `{{key | fallback: '…'}}`.
    pub body_text: String,
    /// When it was made.
    pub created_at: i64,
    /// When it changed.
    pub updated_at: i64,
    /// Who sees it.
    pub visible_to: MacroVisibility,
    /// Where it can be used: `inbox`, `messenger`.
    pub available_on: Vec<String>,
}

/// Who sees a macro.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MacroVisibility {
    /// Everyone.
    Everyone,
    /// Members of these teams.
    Teams(Vec<TeamId>),
}

/// A kind of customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Identifier.
    pub id: SegmentId,
    /// Name.
    pub name: String,
    /// `contact` or `user`.
    pub person_type: String,
    /// When it was made.
    pub created_at: i64,
    /// When it changed.
    pub updated_at: i64,
    /// Contacts in it; the store counts them when it reads.
    #[serde(default)]
    pub count: i64,
}

/// A brand that customers see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Identifier; the default brand's is the workspace's.
    pub id: BrandId,
    /// Name.
    pub name: String,
    /// The one that is used when none is named.
    pub is_default: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it changed.
    pub updated_at: i64,
    /// Its help center.
    pub help_center_id: Option<String>,
    /// Its sender address.
    pub default_address_settings_id: Option<String>,
}

/// Definition of an attribute of contacts or companies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataAttribute {
    /// Identifier; unset in a record to insert.
    pub id: AttributeId,
    /// Of what.
    pub model: AttributeModel,
    /// Name, the key in `custom_attributes` when it is custom.
    pub name: String,
    /// Path in the object: `custom_attributes.plan`.
    pub full_name: String,
    /// Name to show.
    pub label: String,
    /// What it means.
    pub description: String,
    /// Type of its values.
    pub data_type: DataKind,
    /// Values to choose from.
    #[serde(default)]
    pub options: Vec<String>,
    /// May be written over the API.
    pub api_writable: bool,
    /// May be written by the messenger.
    pub messenger_writable: bool,
    /// May be written by teammates.
    pub ui_writable: bool,
    /// Made by the workspace.
    pub custom: bool,
    /// No longer used.
    pub archived: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it changed.
    pub updated_at: i64,
    /// Who made it.
    pub admin: Option<AdminId>,
}

/// What a data attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeModel {
    /// Contacts.
    Contact,
    /// Companies.
    Company,
}

impl AttributeModel {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Company => "company",
        }
    }
}

/// Types of data attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// Text.
    String,
    /// Whole number.
    Integer,
    /// Number.
    Float,
    /// Yes or no.
    Boolean,
    /// Instant.
    Date,
}

impl DataKind {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

/// Definition of an attribute of conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationAttribute {
    /// Identifier; unset in a record to insert.
    pub id: AttributeId,
    /// Name, the key in `custom_attributes`; unique among those not archived.
    pub name: String,
    /// What it means.
    pub description: String,
    /// Type of its values, with what belongs to the type.
    pub kind: AttributeKind,
    /// Must be set before closing.
    pub required: bool,
    /// Teams that see it; empty for all.
    #[serde(default)]
    pub visible_to: Vec<TeamId>,
    /// No longer used.
    pub archived: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it changed.
    pub updated_at: i64,
    /// Who made it.
    pub admin: Option<AdminId>,
}

/// Types of conversation attributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// Text, of one line or several.
    String {
        /// Several lines.
        multiline: bool,
    },
    /// Whole number.
    Integer,
    /// One of these.
    List(Vec<AttributeOption>),
    /// Number.
    Decimal,
    /// Yes or no.
    Boolean,
    /// Instant.
    Datetime,
    /// Points at custom objects.
    Relationship {
        /// More than one.
        many: bool,
        /// Type of those objects.
        object_type_id: String,
    },
    /// Files.
    Files,
}

impl AttributeKind {
    /// The API's word.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::String { .. } => "string",
            Self::Integer => "integer",
            Self::List(_) => "list",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
            Self::Relationship { .. } => "relationship",
            Self::Files => "files",
        }
    }
}

/// A value to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeOption {
    /// Identifier: a UUID.
    pub id: String,
    /// What it says; the value that conversations hold.
    pub label: String,
    /// No longer to be chosen.
    pub archived: bool,
}

/// Office hours of a week, in a time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeHours {
    /// Identifier; unset in a record to insert.
    pub id: ScheduleId,
    /// Name.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Always open; then the intervals do not count.
    pub twenty_four_seven: bool,
    /// Open times of the week, ascending, in minutes from Monday 00:00 (0 to 10080).
    pub intervals: Vec<Interval>,
    /// Days that differ.
    #[serde(default)]
    pub exceptions: Vec<HoursException>,
    /// When it was made.
    pub created_at: i64,
    /// When it changed.
    pub updated_at: i64,
}

/// An open time, from a minute to a minute; the end is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// First minute.
    pub start_minute: i64,
    /// Minute after the last.
    pub end_minute: i64,
}

/// A day with other hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursException {
    /// Identifier; unset in a record to insert.
    pub id: ScheduleId,
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// What is different.
    pub kind: ExceptionKind,
    /// Name.
    pub name: Option<String>,
    /// Every year on that day.
    pub recurring_annually: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it changed.
    pub updated_at: i64,
}

/// How a day differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionKind {
    /// Closed all day.
    Closed,
    /// Open at these times, in minutes from midnight (0 to 1440).
    CustomHours(Vec<Interval>),
}

/// A conversation that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedConversation {
    /// What its identifier was.
    pub id: ConversationId,
    /// Whether its figures stay in reports.
    pub metrics_retained: bool,
    /// When.
    pub deleted_at: i64,
}
