//! Contacts and the notes on them.

use serde::Serialize;

use super::{AdminBody, Reference};
use crate::helpdesk::model::{AppDevice, Attributes, Contact, MergedContact, Note};

/// How many tags, notes and companies a contact tells itself; its own lists tell all.
const INLINED: usize = 10;

/// A contact that is blocked.
#[derive(Debug, Serialize)]
pub struct BlockedBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    external_id: Option<&'a str>,
    blocked: bool,
}

impl<'a> BlockedBody<'a> {
    /// The body of a contact.
    #[must_use]
    pub fn new(contact: &'a Contact) -> Self {
        let (id, external_id) = (contact.id.as_str(), contact.external_id.as_deref());
        Self { kind: "contact", id, external_id, blocked: contact.blocked }
    }
}

/// A contact.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "the description's shape")]
pub struct ContactBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    external_id: Option<&'a str>,
    workspace_id: &'a str,
    role: &'static str,
    // Described as strings that are never null.
    email: &'a str,
    email_domain: &'a str,
    phone: Option<&'a str>,
    name: Option<&'a str>,
    owner_id: Option<String>,
    has_hard_bounced: bool,
    marked_email_as_spam: bool,
    unsubscribed_from_emails: bool,
    created_at: i64,
    updated_at: i64,
    signed_up_at: Option<i64>,
    last_seen_at: Option<i64>,
    last_replied_at: Option<i64>,
    last_contacted_at: Option<i64>,
    last_email_opened_at: Option<i64>,
    last_email_clicked_at: Option<i64>,
    language_override: Option<&'a str>,
    browser: Option<&'a str>,
    browser_version: Option<&'a str>,
    browser_language: Option<&'a str>,
    os: Option<&'a str>,
    #[serde(flatten)]
    android: Android<'a>,
    #[serde(flatten)]
    ios: Ios<'a>,
    custom_attributes: &'a Attributes,
    avatar: Option<Avatar<'a>>,
    tags: Addresses,
    notes: Addresses,
    companies: Addresses,
    opted_out_subscription_types: Addresses,
    opted_in_subscription_types: Addresses,
    location: LocationBody<'a>,
    social_profiles: SocialProfiles<'a>,
    /// There only when it was asked for (`include_merge_history=true`).
    #[serde(skip_serializing_if = "Option::is_none")]
    merge_history: Option<Vec<MergedBody<'a>>>,
    enabled_push_messaging: Option<bool>,
    utm_campaign: Option<&'a str>,
    utm_content: Option<&'a str>,
    utm_medium: Option<&'a str>,
    utm_source: Option<&'a str>,
    utm_term: Option<&'a str>,
    referrer: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the description's names")]
struct Android<'a> {
    android_app_name: Option<&'a str>,
    android_app_version: Option<&'a str>,
    android_device: Option<&'a str>,
    android_os_version: Option<&'a str>,
    android_sdk_version: Option<&'a str>,
    android_last_seen_at: Option<i64>,
}

impl<'a> From<&'a AppDevice> for Android<'a> {
    fn from(app: &'a AppDevice) -> Self {
        Self {
            android_app_name: app.app_name.as_deref(),
            android_app_version: app.app_version.as_deref(),
            android_device: app.device.as_deref(),
            android_os_version: app.os_version.as_deref(),
            android_sdk_version: app.sdk_version.as_deref(),
            android_last_seen_at: app.last_seen_at,
        }
    }
}

#[derive(Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the description's names")]
struct Ios<'a> {
    ios_app_name: Option<&'a str>,
    ios_app_version: Option<&'a str>,
    ios_device: Option<&'a str>,
    ios_os_version: Option<&'a str>,
    ios_sdk_version: Option<&'a str>,
    ios_last_seen_at: Option<i64>,
}

impl<'a> From<&'a AppDevice> for Ios<'a> {
    fn from(app: &'a AppDevice) -> Self {
        Self {
            ios_app_name: app.app_name.as_deref(),
            ios_app_version: app.app_version.as_deref(),
            ios_device: app.device.as_deref(),
            ios_os_version: app.os_version.as_deref(),
            ios_sdk_version: app.sdk_version.as_deref(),
            ios_last_seen_at: app.last_seen_at,
        }
    }
}

#[derive(Debug, Serialize)]
struct Avatar<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    image_url: Option<&'a str>,
}

/// A list that tells where its items are.
#[derive(Debug, Serialize)]
struct Addresses {
    #[serde(rename = "type")]
    kind: &'static str,
    data: Vec<Address>,
    url: String,
    total_count: usize,
    has_more: bool,
}

#[derive(Debug, Serialize)]
struct Address {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    url: String,
}

impl Addresses {
    fn new<T: ToString>(ids: &[T], kind: &'static str, at: &str, list: String) -> Self {
        let address = |id: &T| {
            let id = id.to_string();
            Address { kind, url: format!("/{at}/{id}"), id }
        };
        Self {
            kind: "list",
            data: ids.iter().take(INLINED).map(address).collect(),
            url: list,
            total_count: ids.len(),
            has_more: ids.len() > INLINED,
        }
    }
}

#[derive(Debug, Serialize)]
struct LocationBody<'a> {
    #[serde(rename = "type")]
    kind: Option<&'static str>,
    country: Option<&'a str>,
    region: Option<&'a str>,
    city: Option<&'a str>,
    country_code: Option<&'a str>,
    continent_code: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct SocialProfiles<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: Vec<SocialProfileBody<'a>>,
}

#[derive(Debug, Serialize)]
struct SocialProfileBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    url: &'a str,
}

#[derive(Debug, Serialize)]
struct MergedBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    source_contact_id: &'a str,
    source_contact_role: &'static str,
    merged_at: Option<i64>,
}

impl<'a> From<&'a MergedContact> for MergedBody<'a> {
    fn from(merged: &'a MergedContact) -> Self {
        Self {
            kind: "contact_merge",
            source_contact_id: merged.id.as_str(),
            source_contact_role: merged.role.as_str(),
            merged_at: Some(merged.merged_at),
        }
    }
}

impl<'a> ContactBody<'a> {
    /// A contact of the workspace `app_id`, with the merges that made it when asked for.
    #[must_use]
    pub fn new(contact: &'a Contact, app_id: &'a str, with_merges: bool) -> Self {
        let id = contact.id.as_str();
        let list = |name: &str| format!("/contacts/{id}/{name}");
        let none: &[&str] = &[];
        Self {
            kind: "contact",
            id,
            external_id: contact.external_id.as_deref(),
            workspace_id: app_id,
            role: contact.role.as_str(),
            email: contact.email.as_deref().unwrap_or_default(),
            email_domain: contact.email_domain().unwrap_or_default(),
            phone: contact.phone.as_deref(),
            name: contact.name.as_deref(),
            owner_id: contact.owner.map(|id| id.to_string()),
            has_hard_bounced: contact.has_hard_bounced,
            marked_email_as_spam: contact.marked_email_as_spam,
            unsubscribed_from_emails: contact.unsubscribed_from_emails,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            signed_up_at: contact.signed_up_at,
            last_seen_at: contact.last_seen_at,
            last_replied_at: contact.last_replied_at,
            last_contacted_at: contact.last_contacted_at,
            last_email_opened_at: contact.last_email_opened_at,
            last_email_clicked_at: contact.last_email_clicked_at,
            language_override: contact.language_override.as_deref(),
            browser: contact.browser.as_deref(),
            browser_version: contact.browser_version.as_deref(),
            browser_language: contact.browser_language.as_deref(),
            os: contact.os.as_deref(),
            android: (&contact.android).into(),
            ios: (&contact.ios).into(),
            custom_attributes: &contact.custom_attributes,
            avatar: contact.avatar_url.as_deref().map(|url| Avatar { kind: "avatar", image_url: Some(url) }),
            tags: Addresses::new(&contact.tags, "tag", "tags", list("tags")),
            notes: Addresses::new(&contact.notes, "note", "notes", list("notes")),
            companies: Addresses::new(&contact.companies, "company", "companies", list("companies")),
            opted_out_subscription_types: Addresses::new(
                none,
                "subscription",
                "subscription_types",
                list("subscriptions"),
            ),
            opted_in_subscription_types: Addresses::new(
                none,
                "subscription",
                "subscription_types",
                list("subscriptions"),
            ),
            location: LocationBody {
                kind: Some("location"),
                country: contact.location.country.as_deref(),
                region: contact.location.region.as_deref(),
                city: contact.location.city.as_deref(),
                country_code: None,
                continent_code: None,
            },
            social_profiles: SocialProfiles {
                kind: "list",
                data: contact
                    .social_profiles
                    .iter()
                    .map(|profile| SocialProfileBody { kind: "social_profile", name: &profile.name, url: &profile.url })
                    .collect(),
            },
            merge_history: with_merges.then(|| contact.merge_history.iter().map(MergedBody::from).collect()),
            enabled_push_messaging: None,
            utm_campaign: None,
            utm_content: None,
            utm_medium: None,
            utm_source: None,
            utm_term: None,
            referrer: None,
        }
    }
}

/// A note on a contact.
#[derive(Debug, Serialize)]
pub struct NoteBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    created_at: i64,
    contact: Option<Reference>,
    company: Option<Reference>,
    author: Option<AdminBody>,
    body: String,
}

impl NoteBody {
    /// A note, with the teammate who wrote it.
    #[must_use]
    pub fn new(note: &Note, author: Option<AdminBody>) -> Self {
        Self {
            kind: "note",
            id: note.id.to_string(),
            created_at: note.created_at,
            contact: Some(Reference::new("contact", &note.contact)),
            company: None,
            author,
            body: note.body.clone(),
        }
    }
}
