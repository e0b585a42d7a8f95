//! Contacts, companies and the notes on them.

use serde::{Deserialize, Serialize};

use super::{AdminId, Attributes, CompanyId, ContactId, NoteId, SegmentId, TagId};

/// A customer, known (user) or not yet (lead).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Identifier.
    pub id: ContactId,
    /// Identifier at the customer's own system; unique.
    pub external_id: Option<String>,
    /// User or lead.
    pub role: Role,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// The teammate who looks after it.
    pub owner: Option<AdminId>,
    /// Mail came back.
    pub has_hard_bounced: bool,
    /// Marked mail as spam.
    pub marked_email_as_spam: bool,
    /// Wants no mail.
    pub unsubscribed_from_emails: bool,
    /// Unwanted: what it writes is refused.
    pub blocked: bool,
    /// When it was made here.
    pub created_at: i64,
    /// When anything about it changed.
    pub updated_at: i64,
    /// When it signed up.
    pub signed_up_at: Option<i64>,
    /// When it was seen last.
    pub last_seen_at: Option<i64>,
    /// When it wrote last.
    pub last_replied_at: Option<i64>,
    /// When it was written to last.
    pub last_contacted_at: Option<i64>,
    /// When it opened a mail last.
    pub last_email_opened_at: Option<i64>,
    /// When it followed a link in a mail last.
    pub last_email_clicked_at: Option<i64>,
    /// Language it chose.
    pub language_override: Option<String>,
    /// Browser.
    pub browser: Option<String>,
    /// Browser's version.
    pub browser_version: Option<String>,
    /// Browser's language.
    pub browser_language: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// Its Android app.
    pub android: AppDevice,
    /// Its iOS app.
    pub ios: AppDevice,
    /// Custom attributes.
    pub custom_attributes: Attributes,
    /// Address of its picture.
    pub avatar_url: Option<String>,
    /// Tags.
    pub tags: Vec<TagId>,
    /// Notes, oldest first. The store keeps this in step; what a caller gives is not used.
    pub notes: Vec<NoteId>,
    /// Companies.
    pub companies: Vec<CompanyId>,
    /// Segments it falls into.
    pub segments: Vec<SegmentId>,
    /// Where it is.
    pub location: Location,
    /// Social profiles.
    pub social_profiles: Vec<SocialProfile>,
    /// Contacts that were merged into it.
    pub merge_history: Vec<MergedContact>,
}

impl Contact {
    /// What follows the `@` of its address.
    #[must_use]
    pub fn email_domain(&self) -> Option<&str> {
        self.email.as_deref()?.rsplit_once('@').map(|(_, domain)| domain)
    }
}

/// Role of a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Known to the customer's own system.
    #[default]
    User,
    /// Not known there yet.
    Lead,
}

impl Role {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Lead => "lead",
        }
    }
}

/// An app on a contact's device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppDevice {
    /// The app.
    pub app_name: Option<String>,
    /// Its version.
    pub app_version: Option<String>,
    /// The device.
    pub device: Option<String>,
    /// The system's version.
    pub os_version: Option<String>,
    /// The messenger kit's version.
    pub sdk_version: Option<String>,
    /// When it was seen last.
    pub last_seen_at: Option<i64>,
}

/// Where a contact is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    /// Country.
    pub country: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// City.
    pub city: Option<String>,
}

/// A contact's page on a social network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocialProfile {
    /// The network.
    pub name: String,
    /// Address of the page.
    pub url: String,
}

/// A contact that was merged into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedContact {
    /// Its identifier, which now answers "gone".
    pub id: ContactId,
    /// Its role then.
    pub role: Role,
    /// When.
    pub merged_at: i64,
}

/// A note on a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Identifier; unset in a record to insert.
    pub id: NoteId,
    /// The contact it is on.
    pub contact: ContactId,
    /// When it was written.
    pub created_at: i64,
    /// Who wrote it.
    pub author: Option<AdminId>,
    /// Text; HTML.
    pub body: String,
}

/// A company.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Company {
    /// Identifier.
    pub id: CompanyId,
    /// Identifier at the customer's own system; unique.
    pub company_id: String,
    /// Name.
    pub name: String,
    /// Plan it pays for.
    pub plan: Option<Plan>,
    /// When it began at the customer's own system.
    pub remote_created_at: Option<i64>,
    /// When it was made here.
    pub created_at: i64,
    /// When anything about it changed.
    pub updated_at: i64,
    /// When one of its people was seen last.
    pub last_request_at: Option<i64>,
    /// People that work there.
    pub size: Option<i64>,
    /// Address of its site.
    pub website: Option<String>,
    /// Line of business.
    pub industry: Option<String>,
    /// What it spends a month.
    pub monthly_spend: f64,
    /// Sessions of its people.
    pub session_count: i64,
    /// Contacts that belong to it. The store keeps this in step.
    pub user_count: i64,
    /// Custom attributes.
    pub custom_attributes: Attributes,
    /// Tags.
    pub tags: Vec<TagId>,
    /// Segments it falls into.
    pub segments: Vec<SegmentId>,
}

/// A plan that a company pays for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
}
