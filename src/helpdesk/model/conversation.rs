//! The conversation itself, without its parts, and the thread, with them.

use serde::{Deserialize, Serialize};

use super::{
    AdminId, AppliedTag, Attributes, BrandId, Company, CompanyId, ContactId, ConversationId, Part, Source, Statistics,
    TeamId,
};

/// A conversation as lists show it. Its opening message is [`Conversation::source`]; what came after
/// it are the parts of its [`Thread`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Identifier; unset in a record to insert, to be given the next one.
    pub id: ConversationId,
    /// The importer's identifier; importing it twice changes nothing.
    pub external_id: Option<String>,
    /// Title that a teammate gave it.
    pub title: Option<String>,
    /// When it began.
    pub created_at: i64,
    /// When anything about it changed last.
    pub updated_at: i64,
    /// Since when the customer waits; none after a teammate's reply.
    pub waiting_since: Option<i64>,
    /// When it wakes; only while snoozed.
    pub snoozed_until: Option<i64>,
    /// Open, closed or snoozed.
    pub state: State,
    /// Read by somebody; one mark for the workspace.
    pub read: bool,
    /// How urgent.
    pub priority: Priority,
    /// The person who has it.
    pub admin_assignee: Option<AdminId>,
    /// The team inbox it is in.
    pub team_assignee: Option<TeamId>,
    /// The company that it is about.
    pub company: Option<CompanyId>,
    /// The brand it came in under.
    pub brand: Option<BrandId>,
    /// Tags, in the order they were put.
    #[serde(default)]
    pub tags: Vec<AppliedTag>,
    /// The customer's judgement.
    pub rating: Option<Rating>,
    /// The opening message.
    pub source: Source,
    /// The customers in it; the first began it.
    pub contacts: Vec<ContactRef>,
    /// Teammates who wrote a part of it, or the opening message.
    #[serde(default)]
    pub teammates: Vec<AdminId>,
    /// Custom attributes.
    #[serde(default)]
    pub custom_attributes: Attributes,
    /// The customer's first message.
    pub first_contact_reply: Option<FirstContactReply>,
    /// The SLA on it.
    pub sla_applied: Option<SlaApplied>,
    /// Measures.
    #[serde(default)]
    pub statistics: Statistics,
    /// Tickets and conversations tied to it.
    #[serde(default)]
    pub linked_objects: Vec<LinkedObject>,
    /// What the AI agent did; none when it took no part.
    pub ai_agent: Option<AiAgent>,
    /// Channel at first and now.
    #[serde(default)]
    pub channel: Channel,
    /// The same thing in other systems.
    #[serde(default)]
    pub external_references: Vec<ExternalReference>,
    /// The conversation that took this one in; then this one is closed for good.
    pub merged_into: Option<ConversationId>,
    /// Queued in a balanced team's inbox since then, until somebody has room.
    pub queued_since: Option<i64>,
}

/// State of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody should look at it.
    #[default]
    Open,
    /// Done.
    Closed,
    /// Asleep until [`Conversation::snoozed_until`].
    Snoozed,
}

impl State {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Snoozed => "snoozed",
        }
    }

    /// The API's `open`: true for snoozed ones too.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed)
    }
}

/// How urgent a conversation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// All of them, lowest first.
    pub const ALL: [Self; 5] = [Self::None, Self::Low, Self::Medium, Self::High, Self::Urgent];

    /// The API's word.
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

    /// Reads the API's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.as_str() == word)
    }
}

/// A contact as a conversation names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRef {
    /// The contact.
    pub id: ContactId,
    /// Its identifier at the customer's own system.
    pub external_id: Option<String>,
}

/// The customer's judgement of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// 1 to 5; none when it was asked for and not given yet.
    pub score: Option<u8>,
    /// Words with it.
    pub remark: Option<String>,
    /// When it was asked for.
    pub created_at: i64,
    /// When it was given.
    pub updated_at: i64,
    /// Who judged.
    pub contact: ContactRef,
    /// Who is judged.
    pub teammate: Option<AdminId>,
}

/// The customer's first message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstContactReply {
    /// When.
    pub created_at: i64,
    /// Channel.
    pub kind: String,
    /// The page it came from.
    pub url: Option<String>,
}

/// The SLA on a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaApplied {
    /// The policy's name.
    pub name: String,
    /// `hit`, `missed`, `cancelled` or `active`; none once taken off by hand.
    pub status: Option<String>,
}

/// Something tied to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedObject {
    /// Ticket or conversation.
    pub kind: LinkedKind,
    /// Its identifier.
    pub id: String,
    /// A ticket's category: `Customer`, `Back-office` or `Tracker`.
    pub category: Option<String>,
}

/// What can be tied to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkedKind {
    /// A ticket.
    Ticket,
    /// Another conversation.
    Conversation,
}

/// What the AI agent did in a conversation. Words are the API's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AiAgent {
    /// `profile`, `workflow`, ….
    pub source_type: Option<String>,
    /// Title of that.
    pub source_title: Option<String>,
    /// `ai_answer` or `custom_answer`.
    pub last_answer_type: Option<String>,
    /// `assumed_resolution`, `confirmed_resolution`, `escalated`, `negative_feedback`, ….
    pub resolution_state: Option<String>,
    /// 1 to 5.
    pub rating: Option<i64>,
    /// Words with the rating.
    pub rating_remark: Option<String>,
    /// When it began.
    pub created_at: Option<i64>,
    /// When it changed.
    pub updated_at: Option<i64>,
    /// What it answered from.
    pub content_sources: Vec<ContentSource>,
}

/// A page that the AI agent answered from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentSource {
    /// `article`, `file`, `external_content`, ….
    pub content_type: String,
    /// Address.
    pub url: String,
    /// Title.
    pub title: String,
    /// Language.
    pub locale: String,
}

/// Channels of a conversation; words as in [`Source::kind`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Where it began.
    pub initial: Option<String>,
    /// Where it is now.
    pub current: Option<String>,
}

/// The same thing in another system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalReference {
    /// The system's kind of thing.
    pub kind: String,
    /// Its identifier there.
    pub id: String,
}

/// A conversation as lists answer it, with what is kept elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The conversation; tag names filled in.
    pub conversation: Conversation,
    /// Its company in full.
    pub company: Option<Company>,
}

/// A conversation with its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    /// The conversation; tag names filled in when it was read.
    pub conversation: Conversation,
    /// Its company in full, when it was read.
    pub company: Option<Company>,
    /// Parts, oldest first: the most recent [`Thread::PARTS_SHOWN`] when it was read.
    pub parts: Vec<Part>,
    /// How many parts there are in all.
    pub total_parts: usize,
}

impl Thread {
    /// How many parts the API tells at most: the most recent.
    pub const PARTS_SHOWN: usize = 500;
}
