//! A conversation (or ticket): one kind of row for both.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{AttributeValue, CompanyId, ContactId, ConversationId, TagId, TeamId, TeammateId, UnixTime};
use crate::text::{Clean, Language, Untrusted};

/// What the row stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A conversation.
    #[default]
    Conversation,
    /// A ticket.
    Ticket,
}

/// Open, closed or snoozed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Waiting for somebody.
    #[default]
    Open,
    /// Done.
    Closed,
    /// Hidden until a time.
    Snoozed,
}

impl State {
    /// The API's and the query language's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Snoozed => "snoozed",
        }
    }

    /// From that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Closed, Self::Snoozed].into_iter().find(|s| s.as_str() == word)
    }
}

/// Five levels, ascending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Not set.
    #[default]
    None,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Urgent.
    Urgent,
}

impl Priority {
    /// All levels, ascending.
    pub const ALL: [Self; 5] = [Self::None, Self::Low, Self::Medium, Self::High, Self::Urgent];

    /// The API's and the query language's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// From that word; `priority` and `not_priority` are those of API 2.15 and before.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "priority" => Some(Self::High),
            "not_priority" => Some(Self::None),
            _ => Self::ALL.into_iter().find(|p| p.as_str() == word),
        }
    }

    /// 0 (none) to 4 (urgent).
    #[must_use]
    pub const fn level(self) -> u8 {
        self as u8
    }
}

/// How the conversation came in (API: `source.type`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Channel {
    /// The messenger (`conversation`).
    #[default]
    Chat,
    /// E-mail.
    Email,
    /// A phone call.
    Phone,
    /// Text message.
    Sms,
    /// WhatsApp.
    Whatsapp,
    /// Facebook.
    Facebook,
    /// Instagram.
    Instagram,
    /// Twitter.
    Twitter,
    /// Push message.
    Push,
    /// Anything newer than this program; the word is kept when it is plain.
    Other(String),
}

impl Channel {
    /// Those that have a name of their own.
    pub const NAMED: [Self; 9] = [
        Self::Chat,
        Self::Email,
        Self::Phone,
        Self::Sms,
        Self::Whatsapp,
        Self::Facebook,
        Self::Instagram,
        Self::Twitter,
        Self::Push,
    ];

    /// The API's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Chat => "conversation",
            Self::Email => "email",
            Self::Phone => "phone_call",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
            Self::Twitter => "twitter",
            Self::Push => "push",
            Self::Other(word) => word,
        }
    }

    /// From the API's word (or `chat`, `phone`); an unusable word is `Other("unknown")`.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "conversation" | "chat" | "" => Self::Chat,
            "email" => Self::Email,
            "phone_call" | "phone_switch" | "phone" => Self::Phone,
            "sms" => Self::Sms,
            "whatsapp" => Self::Whatsapp,
            "facebook" => Self::Facebook,
            "instagram" => Self::Instagram,
            "twitter" => Self::Twitter,
            "push" => Self::Push,
            other if other.len() <= 40 && other.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                Self::Other(other.to_owned())
            }
            _ => Self::Other("unknown".to_owned()),
        }
    }

    /// Whether an answer is expected within moments.
    #[must_use]
    pub const fn is_chat(&self) -> bool {
        matches!(self, Self::Chat | Self::Whatsapp | Self::Facebook | Self::Instagram | Self::Sms)
    }
}

impl From<String> for Channel {
    fn from(word: String) -> Self {
        Self::parse(&word)
    }
}

impl From<Channel> for String {
    fn from(channel: Channel) -> Self {
        channel.as_str().to_owned()
    }
}

/// What a contact is to the workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactRole {
    /// Not identified.
    #[default]
    Lead,
    /// Signed in.
    User,
    /// Looking around.
    Visitor,
}

impl ContactRole {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::User => "user",
            Self::Visitor => "visitor",
        }
    }

    /// From that word; anything else is a lead.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "user" => Self::User,
            "visitor" => Self::Visitor,
            _ => Self::Lead,
        }
    }
}

/// The contact that a conversation is with, as far as the conversation itself says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRef {
    /// Absent in hand-made data only.
    pub id: Option<ContactId>,
    /// Shown name; may be empty.
    pub name: Untrusted,
    /// Address; may be empty.
    pub email: Untrusted,
    /// Lead or user.
    pub role: ContactRole,
}

impl ContactRef {
    /// Its name, else its address; blank when neither is known.
    #[must_use]
    pub fn shown_name(&self) -> Clean {
        self.name.clean().or(&self.email.clean())
    }
}

/// A tag on a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagRef {
    /// Its id.
    pub id: TagId,
    /// Its name.
    pub name: Untrusted,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// The customer wrote last.
    #[default]
    Us,
    /// A teammate wrote last.
    Them,
}

/// What the customer thought of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// 1 (bad) to 5.
    pub score: u8,
    /// The customer's words; may be empty.
    pub remark: Untrusted,
}

/// Where an SLA target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlaStatus {
    /// The clock runs.
    Active,
    /// The clock is stopped.
    Paused,
    /// Met.
    Hit,
    /// Breached.
    Missed,
    /// Taken away.
    None,
}

impl SlaStatus {
    /// The word of the command line's JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Hit => "hit",
            Self::Missed => "missed",
            Self::None => "none",
        }
    }
}

/// A target that is due within this time is about to be missed.
pub const BREACH_SOON: Duration = Duration::from_secs(30 * 60);

/// The clock that breaches next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaFact {
    /// The policy's name.
    pub policy: Untrusted,
    /// `FRT`, `NRT`, `TTC` or `TTR`; absent when only the helpdesk's summary is known.
    pub target: Option<String>,
    /// Where it stands.
    pub status: SlaStatus,
    /// When it is (or was) due; absent when only the helpdesk's summary is known.
    pub due_at: Option<UnixTime>,
}

/// One conversation or ticket, without its parts.
///
/// The same type holds what the server last said and what the agent sees (the server's row with the
/// unsettled acts applied, in order): see [`Act::apply`](super::Act::apply).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Conversation or ticket.
    pub kind: Kind,
    /// Title or subject; may be empty (then `preview` is shown).
    pub title: Untrusted,
    /// The last message's (or the first's) first words, plain text, at most 300 characters.
    pub preview: Untrusted,
    /// How it came in.
    pub channel: Channel,
    /// Open, closed, snoozed.
    pub state: State,
    /// Priority.
    pub priority: Priority,
    /// From the helpdesk: no teammate has read it. As the agent sees it: something came since the agent
    /// last looked.
    pub unread: bool,
    /// Whom it is with; the first of `participants`.
    pub contact: Option<ContactRef>,
    /// Every contact in it.
    pub participants: Vec<ContactId>,
    /// The contact's company, when the server says so.
    pub company: Option<CompanyId>,
    /// The company's name.
    pub company_name: Untrusted,
    /// The teammate who has it.
    pub assignee: Option<TeammateId>,
    /// The team that has it; independent of `assignee`.
    pub team: Option<TeamId>,
    /// Tags, in the order in which they were set.
    pub tags: Vec<TagRef>,
    /// When it began.
    pub created_at: UnixTime,
    /// When anything changed last.
    pub updated_at: UnixTime,
    /// Since when the customer waits; absent when a teammate wrote last.
    pub waiting_since: Option<UnixTime>,
    /// When it comes back.
    pub snoozed_until: Option<UnixTime>,
    /// When anybody wrote last (notes apart); at least `created_at`.
    pub last_message_at: UnixTime,
    /// When the customer wrote last.
    pub last_contact_at: Option<UnixTime>,
    /// When a teammate answered last.
    pub last_teammate_at: Option<UnixTime>,
    /// When a teammate answered first.
    pub first_teammate_at: Option<UnixTime>,
    /// Whose turn it is.
    pub turn: Turn,
    /// How often it was reopened.
    pub reopens: u32,
    /// The teammate who began it.
    pub created_by: Option<TeammateId>,
    /// The customer's rating.
    pub rating: Option<Rating>,
    /// An AI agent took part.
    pub ai: bool,
    /// Attachments in the opening message or, once the thread is here, anywhere.
    pub has_attachment: bool,
    /// The language that the customer writes, as far as the words on disk tell; found here, the API has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Brand, when the server says so.
    pub brand: Untrusted,
    /// The SLA clock that breaches next.
    pub sla: Option<SlaFact>,
    /// Custom attributes by name.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// Number of parts at the server (the opening message apart).
    pub part_count: u32,
}

impl Conversation {
    /// A conversation of which only the id and times are known.
    #[must_use]
    pub fn bare(id: ConversationId, created_at: UnixTime) -> Self {
        Self {
            id,
            kind: Kind::default(),
            title: Untrusted::default(),
            preview: Untrusted::default(),
            channel: Channel::default(),
            state: State::default(),
            priority: Priority::default(),
            unread: false,
            contact: None,
            participants: Vec::new(),
            company: None,
            company_name: Untrusted::default(),
            assignee: None,
            team: None,
            tags: Vec::new(),
            created_at,
            updated_at: created_at,
            waiting_since: None,
            snoozed_until: None,
            last_message_at: created_at,
            last_contact_at: None,
            last_teammate_at: None,
            first_teammate_at: None,
            turn: Turn::default(),
            reopens: 0,
            created_by: None,
            rating: None,
            ai: false,
            has_attachment: false,
            language: None,
            brand: Untrusted::default(),
            sla: None,
            attributes: BTreeMap::new(),
            part_count: 0,
        }
    }
}
