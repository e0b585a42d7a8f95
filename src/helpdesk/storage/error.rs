//! How a store operation fails.

use crate::helpdesk::model::ContactId;

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What was asked for is not there or may not be; to be told as it is.
    #[error("{0}")]
    Refused(Refusal),
    /// The contact was merged into another one.
    #[error("contact was merged into {into}")]
    ContactMerged {
        /// The one that took it in.
        into: ContactId,
    },
    /// The store failed.
    #[error("{doing}: {source}")]
    Broken {
        /// What it was about to do.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another one is open in the same directory.
    #[error("another helpdesk has it open")]
    InUse,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// A failure of the store itself.
    pub fn broken(doing: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken { doing, source: source.into() }
    }

    /// The refusal, when it is one.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        if let Self::Refused(refusal) = self { Some(refusal) } else { None }
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Missing> for StoreError {
    fn from(missing: Missing) -> Self {
        Self::Refused(missing.into())
    }
}

/// A refusal in the API's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// What kind of refusal; decides the status.
    pub class: Class,
    /// The API's code.
    pub code: &'static str,
    /// What a person reads.
    pub message: String,
    /// The field at fault.
    pub field: Option<String>,
}

/// Kinds of refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 404.
    NotFound,
    /// 400.
    BadRequest,
    /// 409.
    Conflict,
    /// 422.
    Unprocessable,
}

impl Refusal {
    /// A refusal without a field.
    pub fn new(class: Class, code: &'static str, message: impl Into<String>) -> Self {
        Self { class, code, message: message.into(), field: None }
    }

    /// 400 `parameter_invalid`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Class::BadRequest, "parameter_invalid", message)
    }

    /// 422 with a code.
    pub fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Class::Unprocessable, code, message)
    }

    /// The same, naming the field at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

/// Things that may not be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A conversation that the path names.
    Conversation,
    /// A contact.
    Contact,
    /// A company.
    Company,
    /// A teammate.
    Admin,
    /// A team.
    Team,
    /// A tag that the path names.
    Tag,
    /// A tag that the conversation does not carry.
    TagOnConversation,
    /// A macro, or one that the reader does not see.
    Macro,
    /// A part or an opening message.
    PartOrMessage,
    /// Whom a conversation was to be assigned to.
    Assignee,
    /// A definition of a conversation attribute.
    ConversationAttribute,
    /// Anything else.
    Other,
}

impl From<Missing> for Refusal {
    fn from(missing: Missing) -> Self {
        let (code, message) = match missing {
            Missing::Conversation | Missing::Tag | Missing::Other => ("not_found", "Resource Not Found"),
            Missing::Contact => ("not_found", "User Not Found"),
            Missing::Company => ("company_not_found", "Company Not Found"),
            Missing::Admin => ("admin_not_found", "Admin not found"),
            Missing::Team => ("team_not_found", "Team not found"),
            Missing::TagOnConversation => ("tag_not_found", "Tag not found"),
            Missing::Macro => ("not_found", "Macro not found"),
            Missing::PartOrMessage => {
                ("conversation_part_or_message_not_found", "Conversation part or message not found")
            }
            Missing::Assignee => ("assignee_not_found", "Assignee not found"),
            Missing::ConversationAttribute => ("conversation_attribute_not_found", "Conversation attribute not found"),
        };
        Self::new(Class::NotFound, code, message)
    }
}
