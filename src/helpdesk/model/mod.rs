//! What the helpdesk keeps: conversations, people, the workspace around them, and the acts upon them.
//!
//! Owns plain values with public fields, complete enough for every shape the API answers with. Must
//! not know HTTP, SQL or the wire's spelling. Enter at [`Conversation`] for what is kept,
//! [`act`] for what can be done to it, [`page`] for how lists are asked for.
//!
//! Every instant is in Unix seconds, every duration in seconds. Text from outside is held as it
//! came: this room never shows anything, it only hands text on over the API.

pub mod act;
mod attachment;
mod contact;
mod conversation;
mod ids;
pub mod page;
mod part;
mod statistics;
mod team;
mod token;
mod workspace;

pub use attachment::{Attachment, NewAttachment, Place};
pub use contact::{AppDevice, Company, Contact, Location, MergedContact, Note, Plan, Role, SocialProfile};
pub use conversation::{
    AiAgent, Channel, ContactRef, ContentSource, Conversation, ExternalReference, FirstContactReply, LinkedKind,
    LinkedObject, Listed, Priority, Rating, SlaApplied, State, Thread,
};
pub use ids::{
    AdminId, AttachmentId, AttributeId, BrandId, CompanyId, ContactId, ConversationId, MacroId, NoteId, PartId,
    ScheduleId, SegmentId, TagId, TeamId, TokenId,
};
pub use part::{
    AppliedTag, Author, AuthorKind, EmailAddress, EmailMetadata, EventDetails, Part, PartMetadata, PartType,
    QuickReplyOption, Recipient, ReplyTo, Source, Target,
};
pub use statistics::{Statistics, TeamResponse};
pub use team::{Admin, AdminRole, AwayReason, Distribution, Team};
pub use token::Token;
pub use workspace::{
    AttributeKind, AttributeModel, AttributeOption, Brand, ConversationAttribute, DataAttribute, DataKind,
    DeletedConversation, ExceptionKind, HoursException, Interval, Macro, MacroVisibility, OfficeHours, Segment, Tag,
    Workspace,
};

/// Values of custom attributes by name. A value is null, a boolean, a number, a string or a list of
/// these, as its definition says.
pub type Attributes = std::collections::BTreeMap<String, serde_json::Value>;
