//! The message that began a conversation.

use std::borrow::Cow;

use serde::Serialize;

use super::part::{EmailBody, attachments};
use super::{AttachmentBody, Scene};
use crate::helpdesk::model::Source;

/// The opening message.
#[derive(Debug, Serialize)]
pub(super) struct SourceBody<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: Option<String>,
    delivered_as: &'a str,
    recipients: Option<Vec<RecipientBody<'a>>>,
    reply_to: Option<Vec<ReplyToBody<'a>>>,
    subject: Cow<'a, str>,
    body: Cow<'a, str>,
    author: SourceAuthor<'a>,
    attachments: Vec<AttachmentBody<'a>>,
    url: Option<&'a str>,
    redacted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_message_metadata: Option<EmailBody<'a>>,
}

#[derive(Debug, Serialize)]
struct RecipientBody<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    email: &'a str,
    drop_reason: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ReplyToBody<'a> {
    email: &'a str,
    name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct SourceAuthor<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: Option<&'a str>,
    name: Option<&'a str>,
    email: Option<&'a str>,
}

impl<'a> SourceBody<'a> {
    /// An opening message, told in this scene.
    pub(super) fn new(source: &'a Source, scene: &Scene) -> Self {
        let is_mail = source.kind == "email";
        Self {
            kind: &source.kind,
            id: (!source.id.is_unset()).then(|| source.id.to_string()),
            delivered_as: &source.delivered_as,
            recipients: is_mail.then(|| {
                source
                    .recipients
                    .iter()
                    .map(|to| RecipientBody {
                        kind: &to.kind,
                        email: &to.email,
                        drop_reason: to.drop_reason.as_deref(),
                    })
                    .collect()
            }),
            reply_to: is_mail.then(|| {
                source.reply_to.iter().map(|to| ReplyToBody { email: &to.email, name: to.name.as_deref() }).collect()
            }),
            subject: scene.display.text(&source.subject),
            body: scene.display.text(&source.body),
            author: SourceAuthor {
                kind: source.author.kind.as_str(),
                id: Some(&source.author.id),
                name: source.author.name.as_deref(),
                email: source.author.email.as_deref(),
            },
            attachments: attachments(&source.attachments, scene),
            url: source.url.as_deref(),
            redacted: source.redacted,
            email_message_metadata: source.email.as_ref().map(|mail| EmailBody::with_history(mail, scene.display)),
        }
    }
}
