//! The shapes of the API, version 2.16: what the helpdesk answers, field by field.
//!
//! Owns one serializable value per object of the vendor's description. Every field is present, with
//! null where the description allows null; a field that it does not allow to be null is left out
//! when there is nothing to say (a duration that was not measured, the width of a text file). Fields
//! that the description's examples carry beside its schemas are there too. Must not know storage,
//! rules or HTTP. Enter at [`Scene`], which says what a shape needs to know besides the model.

mod attribute;
mod company;
mod contact;
mod conversation;
mod message;
mod page;
mod part;
mod source;
mod statistics;
mod team;
mod workspace;

pub use attribute::{ConversationAttributeBody, DataAttributeBody};
pub use company::CompanyBody;
pub use contact::{BlockedBody, ContactBody, NoteBody};
pub use conversation::{ConversationBody, ConversationDeletedBody, DeletedItemBody, MessageBody};
pub use message::AdminMessageBody;
pub use page::{ConversationList, CursorPages, DeletedList, List, MacroPages, NumberedPages};
pub use part::{AttachmentBody, PartBody};
pub use team::{AdminBody, AdminList, AwayReasonBody, MeBody, TeamBody, TeamList};
pub use workspace::{
    AppliedTagBody, BrandBody, ExceptionBody, MacroBody, OfficeHoursBody, SegmentBody, SegmentList, TagBody,
    TaggedBody, TaggedItem,
};

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;

use super::model::{AdminId, Segment, SegmentId, TagId};

/// How texts are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Display {
    /// As they are kept.
    #[default]
    Html,
    /// `display_as=plaintext`: bodies and subjects without markup.
    Plaintext,
}

impl Display {
    /// A stored body or subject as it is told.
    #[must_use]
    pub fn text(self, html: &str) -> Cow<'_, str> {
        match self {
            Self::Html => Cow::Borrowed(html),
            Self::Plaintext => Cow::Owned(crate::text::html::to_plain(html)),
        }
    }
}

/// What shapes need to know besides the value that they show.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// Address of this server, without a slash at its end, for links to attachments.
    pub base_url: String,
    /// The workspace's code.
    pub app_id: String,
    /// Names of tags, for companies.
    pub tags: HashMap<TagId, String>,
    /// Segments, for companies.
    pub segments: HashMap<SegmentId, Segment>,
    /// How texts are told.
    pub display: Display,
}

/// A thing named by type and id.
#[derive(Debug, Serialize)]
pub struct Reference {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its id.
    pub id: Option<String>,
}

impl Reference {
    /// A thing of this type with this id.
    #[must_use]
    pub fn new(kind: &'static str, id: &impl ToString) -> Self {
        Self { kind, id: Some(id.to_string()) }
    }

    /// A teammate.
    #[must_use]
    pub fn admin(id: AdminId) -> Self {
        Self::new("admin", &id)
    }
}

/// Unix seconds as the vendor writes instants in ISO 8601: in UTC, with milliseconds.
fn iso(unix_secs: i64) -> String {
    jiff::Timestamp::from_second(unix_secs)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%dT%H:%M:%S.000Z")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc_with_milliseconds() {
        assert_eq!(iso(1_752_751_088), "2025-07-17T11:18:08.000Z");
    }
}
