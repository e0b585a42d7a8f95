//! Contacts, companies, teammates, teams, tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    AttributeValue, CompanyId, ContactId, ContactRef, ContactRole, ConversationId, TagId, TeamId, TeammateId, UnixTime,
};
use crate::text::Untrusted;

/// A person who writes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The workspace's own id for the person; may be empty.
    pub external_id: Untrusted,
    /// Lead or user.
    pub role: ContactRole,
    /// Name; may be empty.
    pub name: Untrusted,
    /// Address; may be empty.
    pub email: Untrusted,
    /// Phone number; may be empty.
    pub phone: Untrusted,
    /// Country; may be empty.
    pub country: Untrusted,
    /// Region; may be empty.
    pub region: Untrusted,
    /// City; may be empty.
    pub city: Untrusted,
    /// Language tag; may be empty.
    pub language: Untrusted,
    /// First seen.
    pub created_at: Option<UnixTime>,
    /// Last seen in the messenger.
    pub last_seen_at: Option<UnixTime>,
    /// Companies.
    pub companies: Vec<CompanyId>,
    /// Tags by id.
    pub tags: Vec<TagId>,
    /// Custom attributes by name.
    pub attributes: BTreeMap<String, AttributeValue>,
}

/// A note about a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactNote {
    /// HTML as it came.
    pub body: Untrusted,
    /// Who wrote it; may be empty.
    pub author: Untrusted,
    /// When.
    pub created_at: UnixTime,
}

/// Another contact that may be the same person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// Who.
    pub contact: ContactRef,
    /// What both have.
    pub shares: Shared,
    /// Its newest conversation.
    pub newest: ConversationId,
}

/// What two contacts have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// The address.
    Email,
    /// The phone number.
    Phone,
}

/// A company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its name.
    pub name: Untrusted,
}

/// Whether a teammate is away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwayState {
    /// Away now.
    pub away: bool,
    /// Replies go back to the team meanwhile.
    pub reassign: bool,
    /// Reason, by id.
    pub reason: Option<String>,
}

/// A reason to be away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwayReason {
    /// Its id (plain digits).
    pub id: String,
    /// What it says.
    pub label: Untrusted,
    /// Its emoji; may be empty.
    pub emoji: Untrusted,
}

/// A colleague (API: admin).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teammate {
    /// Its id.
    pub id: TeammateId,
    /// Name.
    pub name: Untrusted,
    /// Address.
    pub email: Untrusted,
    /// Has a seat in the inbox.
    pub has_inbox_seat: bool,
    /// Away or not.
    pub away: AwayState,
    /// Teams, by id.
    pub teams: Vec<TeamId>,
}

/// A team (team inbox).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Name.
    pub name: Untrusted,
    /// Members, by id.
    pub members: Vec<TeammateId>,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Name; unique in any case of letters.
    pub name: Untrusted,
}

/// The workspace and who we are in it, as `/me` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// The workspace's id (API: `app.id_code`).
    pub id: String,
    /// Its name.
    pub name: Untrusted,
    /// `US`, `EU`, `AU`, or empty for a self-hosted helpdesk.
    pub region: Untrusted,
    /// Its IANA time zone; may be empty.
    pub time_zone: Untrusted,
    /// The teammate whose token this is.
    pub me: Teammate,
}
