//! What a thread is made of: the opening message and the parts after it.

use serde::{Deserialize, Serialize};

use super::{AdminId, Attachment, PartId, State, TagId, TeamId};

/// Who wrote or did something, as it is told with the message itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// What kind of author.
    pub kind: AuthorKind,
    /// Identifier within its kind: digits for teammates, bots and teams, hex for contacts.
    pub id: String,
    /// Name to show.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Sent by the AI agent.
    #[serde(default)]
    pub from_ai_agent: bool,
    /// Written by the AI agent.
    #[serde(default)]
    pub is_ai_answer: bool,
}

impl Author {
    /// Whether a customer, of whatever role.
    #[must_use]
    pub const fn is_contact(&self) -> bool {
        matches!(self.kind, AuthorKind::User | AuthorKind::Lead | AuthorKind::Contact)
    }

    /// The teammate, when it is one.
    #[must_use]
    pub fn admin(&self) -> Option<AdminId> {
        if self.kind == AuthorKind::Admin { self.id.parse().ok() } else { None }
    }
}

/// Kinds of authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// A teammate.
    Admin,
    /// The helpdesk itself, a workflow or the AI agent.
    Bot,
    /// A contact of role user.
    User,
    /// A contact of role lead.
    Lead,
    /// A contact of a role not told.
    Contact,
    /// A team, speaking as one.
    Team,
}

impl AuthorKind {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Bot => "bot",
            Self::User => "user",
            Self::Lead => "lead",
            Self::Contact => "contact",
            Self::Team => "team",
        }
    }
}

/// Whom a part assigned the conversation to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A teammate.
    Admin(AdminId),
    /// A team inbox.
    Team(TeamId),
    /// Nobody: the conversation lost its person.
    NobodyAdmin,
    /// No team: the conversation left its team inbox.
    NobodyTeam,
}

/// One part of a thread: a message, a note, or something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Identifier; ascending within the store.
    pub id: PartId,
    /// What happened.
    pub part_type: PartType,
    /// Message in HTML; none for a bare event.
    pub body: Option<String>,
    /// When it happened.
    pub created_at: i64,
    /// When it was changed last.
    pub updated_at: i64,
    /// When people were told.
    pub notified_at: Option<i64>,
    /// Whom it assigned the conversation to.
    pub assigned_to: Option<Target>,
    /// Who did it.
    pub author: Author,
    /// Files with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// The importer's identifier.
    pub external_id: Option<String>,
    /// Taken out: body and files are gone for good.
    #[serde(default)]
    pub redacted: bool,
    /// Mail headers, when it came or went by mail.
    pub email: Option<EmailMetadata>,
    /// Quick replies.
    pub metadata: Option<PartMetadata>,
    /// State of the conversation just after it.
    pub state: State,
    /// Tags on this message alone.
    #[serde(default)]
    pub tags: Vec<AppliedTag>,
    /// Details of an event.
    pub event_details: Option<EventDetails>,
    /// The app that wrote it.
    pub app_package_code: Option<String>,
}

impl Part {
    /// A bare event of `part_type` by `author` at `at`; the store gives the id.
    #[must_use]
    pub const fn event(part_type: PartType, author: Author, at: i64, state: State) -> Self {
        Self {
            id: PartId(0),
            part_type,
            body: None,
            created_at: at,
            updated_at: at,
            notified_at: Some(at),
            assigned_to: None,
            author,
            attachments: Vec::new(),
            external_id: None,
            redacted: false,
            email: None,
            metadata: None,
            state,
            tags: Vec::new(),
            event_details: None,
            app_package_code: None,
        }
    }
}

macro_rules! part_types {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// What a part is. The set is open: what the helpdesk does not make itself is `Other`.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum PartType {
            $($(#[$doc])* $variant,)*
            /// Any other word of the API.
            Other(String),
        }

        impl PartType {
            /// The API's word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for PartType {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)*
                    _ => Self::Other(word),
                }
            }
        }
    };
}

part_types! {
    /// A message to or from the customer.
    Comment = "comment",
    /// A note among teammates.
    Note = "note",
    /// A message that offers answers to choose from.
    QuickReply = "quick_reply",
    /// Opened again by a teammate, maybe with a message.
    Open = "open",
    /// Closed, maybe with a message.
    Close = "close",
    /// Put to sleep.
    Snoozed = "snoozed",
    /// Woken by a teammate or by the customer.
    Unsnoozed = "unsnoozed",
    /// Woken by its timer.
    TimerUnsnooze = "timer_unsnooze",
    /// Assigned, maybe with a message.
    Assignment = "assignment",
    /// Assigned, which opened it.
    AssignAndReopen = "assign_and_reopen",
    /// Assigned, which woke it.
    AssignAndUnsnooze = "assign_and_unsnooze",
    /// Given to the workspace's default assignee.
    DefaultAssignment = "default_assignment",
    /// Given back to the team because the teammate is away.
    AwayModeAssignment = "away_mode_assignment",
    /// A note that opened it.
    NoteAndReopen = "note_and_reopen",
    /// Another conversation was merged into this one.
    MergedPrimary = "merged_primary_conversation",
    /// This conversation was merged into another one.
    MergedSecondary = "merged_secondary_conversation",
    /// A teammate set an attribute.
    AttributeUpdatedByAdmin = "conversation_attribute_updated_by_admin",
    /// A workflow set an attribute.
    AttributeUpdatedByWorkflow = "conversation_attribute_updated_by_workflow",
    /// The customer set an attribute.
    AttributeUpdatedByUser = "conversation_attribute_updated_by_user",
    /// The customer rated.
    RatingChanged = "conversation_rating_changed",
    /// Somebody joined.
    ParticipantAdded = "participant_added",
    /// Somebody left.
    ParticipantRemoved = "participant_removed",
}

impl From<PartType> for String {
    fn from(part: PartType) -> Self {
        match part {
            PartType::Other(word) => word,
            known => known.as_str().to_owned(),
        }
    }
}

/// Details of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventDetails {
    /// An attribute changed.
    Attribute {
        /// The attribute's name.
        name: String,
        /// New value as text; none when it was cleared.
        value: Option<String>,
        /// Value before, as text.
        previous: Option<String>,
        /// The workflow that did it.
        workflow: Option<String>,
    },
    /// A custom action started, or finished with a result (`success`, `failed`).
    Action {
        /// The action's name.
        name: String,
        /// How it ended; none while it runs.
        result: Option<String>,
    },
    /// A workflow did something.
    Workflow {
        /// The workflow's name.
        name: String,
        /// What it did.
        event: String,
        /// How it ended.
        result: Option<String>,
    },
}

/// Quick replies that a part offers or answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartMetadata {
    /// Answers offered.
    #[serde(default)]
    pub quick_reply_options: Vec<QuickReplyOption>,
    /// The answer that the customer chose.
    pub quick_reply_uuid: Option<String>,
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickReplyOption {
    /// What it says.
    pub text: String,
    /// Its identifier.
    pub uuid: String,
}

/// A tag where it was put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedTag {
    /// The tag.
    pub id: TagId,
    /// Its name now; filled in when read, not kept.
    #[serde(skip)]
    pub name: String,
    /// When it was put.
    pub applied_at: i64,
    /// Which teammate put it; none when a rule or the customer did.
    pub applied_by: Option<AdminId>,
}

/// The opening message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Channel: `conversation` (chat), `email`, `facebook`, `instagram`, `phone_call`,
    /// `phone_switch`, `push`, `sms`, `twitter`, `whatsapp`.
    pub kind: String,
    /// Identifier, of the same series as the parts'.
    pub id: PartId,
    /// Who began: `customer_initiated`, `admin_initiated`, `operator_initiated`, `automated`, ….
    pub delivered_as: String,
    /// Subject; HTML. Empty where the channel has none.
    pub subject: String,
    /// Message; HTML.
    pub body: String,
    /// Who wrote it.
    pub author: Author,
    /// Files with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// The page it was sent from.
    pub url: Option<String>,
    /// Taken out for good.
    #[serde(default)]
    pub redacted: bool,
    /// To whom it went, by mail.
    #[serde(default)]
    pub recipients: Vec<Recipient>,
    /// Where answers should go, by mail.
    #[serde(default)]
    pub reply_to: Vec<ReplyTo>,
    /// Mail headers, when it came by mail.
    pub email: Option<EmailMetadata>,
}

/// Mail headers of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailMetadata {
    /// `Message-ID`.
    pub message_id: Option<String>,
    /// Subject.
    pub subject: String,
    /// From, to, cc and the like.
    #[serde(default)]
    pub addresses: Vec<EmailAddress>,
    /// Quoted mail below the message; HTML.
    pub history: Option<String>,
}

/// One address in a mail's header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailAddress {
    /// `from`, `to`, `cc`, `bcc` or `reply_to`.
    pub kind: String,
    /// The address.
    pub address: String,
    /// The name beside it.
    pub name: Option<String>,
}

/// Somebody a message went to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// `to`, `cc` or `bcc`.
    pub kind: String,
    /// The address.
    pub email: String,
    /// Why it was not sent there after all.
    pub drop_reason: Option<String>,
}

/// An address for answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    /// The address.
    pub email: String,
    /// The name beside it.
    pub name: Option<String>,
}
