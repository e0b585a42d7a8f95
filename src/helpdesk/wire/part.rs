//! Parts of a thread and what messages carry: authors, files, mail headers.

use std::borrow::Cow;

use serde::Serialize;

use super::{Display, Reference, Scene, TagBody};
use crate::helpdesk::model::{
    Attachment, Author, EmailAddress, EmailMetadata, EventDetails, Part, PartMetadata, Place, QuickReplyOption, Target,
};

/// One part of a thread.
#[derive(Debug, Serialize)]
pub struct PartBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    part_type: &'a str,
    body: Option<Cow<'a, str>>,
    created_at: i64,
    updated_at: i64,
    notified_at: i64,
    assigned_to: Option<Reference>,
    author: PartAuthor<'a>,
    attachments: Vec<AttachmentBody<'a>>,
    external_id: Option<&'a str>,
    redacted: bool,
    email_message_metadata: Option<EmailBody<'a>>,
    metadata: Option<MetadataBody<'a>>,
    state: &'static str,
    tags: Option<Vec<TagBody>>,
    event_details: Option<EventBody<'a>>,
    app_package_code: Option<&'a str>,
}

impl<'a> PartBody<'a> {
    /// A part, told in this scene.
    #[must_use]
    pub fn new(part: &'a Part, scene: &Scene) -> Self {
        Self {
            kind: "conversation_part",
            id: part.id.to_string(),
            part_type: part.part_type.as_str(),
            body: part.body.as_deref().map(|body| scene.display.text(body)),
            created_at: part.created_at,
            updated_at: part.updated_at,
            notified_at: part.notified_at.unwrap_or(part.created_at),
            assigned_to: part.assigned_to.map(assignee),
            author: (&part.author).into(),
            attachments: attachments(&part.attachments, scene),
            external_id: part.external_id.as_deref(),
            redacted: part.redacted,
            email_message_metadata: part.email.as_ref().map(|mail| EmailBody::new(mail, scene.display)),
            metadata: part.metadata.as_ref().map(MetadataBody::from),
            state: part.state.as_str(),
            tags: Some(part.tags.iter().map(|tag| TagBody::new(tag.id, &tag.name)).collect()),
            event_details: part.event_details.as_ref().map(EventBody::from),
            app_package_code: part.app_package_code.as_deref(),
        }
    }
}

fn assignee(target: Target) -> Reference {
    match target {
        Target::Admin(id) => Reference::admin(id),
        Target::Team(id) => Reference::new("team", &id),
        Target::NobodyAdmin => Reference { kind: "nobody_admin", id: None },
        Target::NobodyTeam => Reference { kind: "nobody_team", id: None },
    }
}

#[derive(Debug, Serialize)]
struct PartAuthor<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    name: Option<&'a str>,
    // Described as a string that is never null.
    email: &'a str,
    from_ai_agent: bool,
    is_ai_answer: bool,
}

impl<'a> From<&'a Author> for PartAuthor<'a> {
    fn from(author: &'a Author) -> Self {
        Self {
            kind: author.kind.as_str(),
            id: &author.id,
            name: author.name.as_deref(),
            email: author.email.as_deref().unwrap_or_default(),
            from_ai_agent: author.from_ai_agent,
            is_ai_answer: author.is_ai_answer,
        }
    }
}

/// A file.
#[derive(Debug, Serialize)]
pub struct AttachmentBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    url: Cow<'a, str>,
    content_type: &'a str,
    filesize: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
}

pub(super) fn attachments<'a>(files: &'a [Attachment], scene: &Scene) -> Vec<AttachmentBody<'a>> {
    let pixels = |side: u32| (side > 0).then_some(side);
    let body = |file: &'a Attachment| AttachmentBody {
        kind: "upload",
        name: &file.name,
        url: match &file.place {
            Place::Stored(id) => Cow::Owned(format!("{}/deskhand/attachments/{id}", scene.base_url)),
            Place::Linked(url) => Cow::Borrowed(url),
        },
        content_type: &file.content_type,
        filesize: file.filesize,
        width: pixels(file.width),
        height: pixels(file.height),
    };
    files.iter().map(body).collect()
}

/// Mail headers of a message.
#[derive(Debug, Serialize)]
pub(super) struct EmailBody<'a> {
    subject: Cow<'a, str>,
    email_address_headers: Vec<EmailAddressBody<'a>>,
    message_id: Option<&'a str>,
    /// Of the opening message alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Cow<'a, str>>,
}

impl<'a> EmailBody<'a> {
    fn new(mail: &'a EmailMetadata, display: Display) -> Self {
        Self {
            subject: display.text(&mail.subject),
            email_address_headers: mail.addresses.iter().map(EmailAddressBody::from).collect(),
            message_id: mail.message_id.as_deref(),
            history: None,
        }
    }

    /// The headers of an opening message, with the quoted mail below it.
    pub(super) fn with_history(mail: &'a EmailMetadata, display: Display) -> Self {
        let history = Some(display.text(mail.history.as_deref().unwrap_or_default()));
        Self { history, ..Self::new(mail, display) }
    }
}

#[derive(Debug, Serialize)]
struct EmailAddressBody<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    email_address: &'a str,
    name: Option<&'a str>,
}

impl<'a> From<&'a EmailAddress> for EmailAddressBody<'a> {
    fn from(address: &'a EmailAddress) -> Self {
        Self { kind: &address.kind, email_address: &address.address, name: address.name.as_deref() }
    }
}

#[derive(Debug, Serialize)]
struct MetadataBody<'a> {
    quick_reply_options: Vec<OptionBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quick_reply_uuid: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct OptionBody<'a> {
    text: &'a str,
    uuid: &'a str,
}

impl<'a> From<&'a PartMetadata> for MetadataBody<'a> {
    fn from(metadata: &'a PartMetadata) -> Self {
        let option = |option: &'a QuickReplyOption| OptionBody { text: &option.text, uuid: &option.uuid };
        Self {
            quick_reply_options: metadata.quick_reply_options.iter().map(option).collect(),
            quick_reply_uuid: metadata.quick_reply_uuid.as_deref(),
        }
    }
}

/// What an event was about.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum EventBody<'a> {
    Attribute {
        #[serde(skip_serializing_if = "Option::is_none")]
        workflow: Option<Named<'a>>,
        attribute: Named<'a>,
        value: Change<'a>,
    },
    Action {
        action: Finished<'a>,
    },
    Workflow {
        workflow: Named<'a>,
        event: Step<'a>,
    },
}

#[derive(Debug, Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Change<'a> {
    // Described as a string that is never null: empty for a cleared value.
    name: &'a str,
    previous: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Finished<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a str>,
}

impl<'a> From<&'a EventDetails> for EventBody<'a> {
    fn from(details: &'a EventDetails) -> Self {
        match details {
            EventDetails::Attribute { name, value, previous, workflow } => Self::Attribute {
                workflow: workflow.as_deref().map(|name| Named { name }),
                attribute: Named { name },
                value: Change { name: value.as_deref().unwrap_or_default(), previous: previous.as_deref() },
            },
            EventDetails::Action { name, result } => {
                Self::Action { action: Finished { name, result: result.as_deref() } }
            }
            EventDetails::Workflow { name, event, result } => {
                Self::Workflow { workflow: Named { name }, event: Step { kind: event, result: result.as_deref() } }
            }
        }
    }
}
