//! What can be done: the arguments of the store's writing operations.
//!
//! `at` is the moment that an act is dated to; none means now. Only imports and seeds set it.

use super::{
    AdminId, Attributes, BrandId, Company, CompanyId, ContactId, ConversationId, EmailMetadata, NewAttachment, PartId,
    Priority, QuickReplyOption, Role, TagId, TeamId,
};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A teammate.
    Admin(AdminId),
    /// A customer.
    Contact(ContactId),
    /// The helpdesk itself.
    Bot,
}

/// A new conversation that a contact begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConversation {
    /// The customer.
    pub from: ContactId,
    /// Channel, as in [`super::Source::kind`].
    pub channel: String,
    /// Subject; HTML.
    pub subject: Option<String>,
    /// Message; HTML.
    pub body: String,
    /// Files with it.
    pub attachments: Vec<NewAttachment>,
    /// The brand it comes in under; none for the default one.
    pub brand: Option<BrandId>,
    /// The team inbox that it comes in to; none for the channel's.
    pub team: Option<TeamId>,
    /// The page it was sent from.
    pub url: Option<String>,
    /// Mail headers, when it came by mail.
    pub email: Option<EmailMetadata>,
    /// A teammate begins it, by writing to the contact.
    pub outbound: Option<Outbound>,
    /// When; none for now.
    pub at: Option<i64>,
}

/// How a teammate begins a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outbound {
    /// Who writes.
    pub by: AdminId,
    /// Whether it is open from the start; else it is closed until the contact answers.
    pub opens: bool,
}

/// A message or a note in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Who writes. A contact who is not in the conversation is refused.
    pub by: Actor,
    /// Message, note or quick reply.
    pub kind: ReplyKind,
    /// Text; HTML.
    pub body: String,
    /// Files with it.
    pub attachments: Vec<NewAttachment>,
    /// The offered answer that this one chooses.
    pub chosen: Option<String>,
    /// Mail headers, when it goes or came by mail.
    pub email: Option<EmailMetadata>,
    /// The importer's identifier.
    pub external_id: Option<String>,
    /// When; none for now.
    pub at: Option<i64>,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyKind {
    /// A message.
    Comment,
    /// A note among teammates.
    Note,
    /// A message that offers answers.
    QuickReply(Vec<QuickReplyOption>),
}

/// A change of state or hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manage {
    /// Who acts.
    pub by: Actor,
    /// What.
    pub step: Step,
    /// When; none for now.
    pub at: Option<i64>,
}

/// A change of state or hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Done, maybe with a last message in HTML.
    Close {
        /// The message.
        body: Option<String>,
    },
    /// Open again: from closed or from sleep.
    Open,
    /// To sleep until a moment, which must lie ahead.
    Snooze {
        /// When to wake.
        until: i64,
    },
    /// To other hands, maybe with a message in HTML.
    Assign {
        /// Whose.
        to: super::Target,
        /// The message.
        body: Option<String>,
    },
}

/// What an update sets; none leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConversationUpdate {
    /// Who updates, for the parts it leaves; the token's teammate when none is named.
    pub by: Option<AdminId>,
    /// The workspace's read mark.
    pub read: Option<bool>,
    /// Title; empty takes it away.
    pub title: Option<String>,
    /// Attributes to set; null clears one. Names must be defined, values fit their type.
    pub custom_attributes: Attributes,
    /// Company by identifier; empty takes it away.
    pub company: Option<CompanyId>,
    /// How urgent.
    pub priority: Option<Priority>,
}

/// The customer's judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRating {
    /// Who judges.
    pub by: ContactId,
    /// 1 to 5.
    pub score: u8,
    /// Words with it.
    pub remark: Option<String>,
    /// When; none for now.
    pub at: Option<i64>,
}

/// What to take out for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redaction {
    /// A part; it must have a body or files.
    Part(ConversationId, PartId),
    /// The opening message, which must be a contact's.
    Source(ConversationId, PartId),
}

/// What a contact is made with, or what an update sets. In an update an outer none leaves a thing as
/// it is and an inner none clears it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactFields {
    /// User or lead.
    pub role: Option<Role>,
    /// Identifier at the customer's own system.
    pub external_id: Option<Option<String>>,
    /// E-mail address.
    pub email: Option<Option<String>>,
    /// Phone number.
    pub phone: Option<Option<String>>,
    /// Name.
    pub name: Option<Option<String>>,
    /// Address of its picture.
    pub avatar_url: Option<Option<String>>,
    /// When it signed up.
    pub signed_up_at: Option<Option<i64>>,
    /// When it was seen last.
    pub last_seen_at: Option<Option<i64>>,
    /// The teammate who looks after it.
    pub owner: Option<Option<AdminId>>,
    /// Wants no mail.
    pub unsubscribed_from_emails: Option<bool>,
    /// Language it chose.
    pub language_override: Option<Option<String>>,
    /// Attributes to set; null clears one.
    pub custom_attributes: Attributes,
}

/// A new note on a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNote {
    /// On whom.
    pub contact: ContactId,
    /// Who writes.
    pub author: Option<AdminId>,
    /// Text; HTML.
    pub body: String,
}

/// Going away, or coming back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    /// Away or back.
    pub away: bool,
    /// Whether answered conversations go back to their teams.
    pub reassign: bool,
    /// Why, by [`super::AwayReason::id`].
    pub reason: Option<i64>,
}

/// A tag to make, or to rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagSpec {
    /// The tag to rename; none makes one, or finds the one of that name.
    pub id: Option<TagId>,
    /// Name, without white space around it.
    pub name: String,
}

/// One record of a bulk insert. Identifiers that are unset are given by the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// The workspace; replaces the one there is.
    Workspace(super::Workspace),
    /// A teammate.
    Admin(super::Admin),
    /// A team; members must be there already or come before it.
    Team(super::Team),
    /// A tag.
    Tag(super::Tag),
    /// A reason for being away.
    AwayReason(super::AwayReason),
    /// A brand.
    Brand(super::Brand),
    /// Office hours.
    OfficeHours(super::OfficeHours),
    /// A macro.
    Macro(super::Macro),
    /// A segment.
    Segment(super::Segment),
    /// An attribute of contacts or companies.
    DataAttribute(super::DataAttribute),
    /// An attribute of conversations.
    ConversationAttribute(super::ConversationAttribute),
    /// A company.
    Company(Box<Company>),
    /// A contact.
    Contact(Box<super::Contact>),
    /// A note on a contact.
    Note(super::Note),
    /// The bytes behind a [`super::Place::Stored`].
    Attachment {
        /// Its identifier.
        id: super::AttachmentId,
        /// File name.
        name: String,
        /// MIME type.
        content_type: String,
        /// The content.
        bytes: Vec<u8>,
    },
    /// A conversation with all its parts, complete as it stands: no rule is applied to it.
    Thread(Box<super::Thread>),
}

/// What a bulk insert did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inserted {
    /// Records taken.
    pub taken: usize,
    /// Indexes of the records that were there already (same identifier, external identifier or
    /// name) and were left as they are.
    pub known: Vec<usize>,
}
