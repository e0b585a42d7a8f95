//! A message that a teammate began, as it is told.

use std::borrow::Cow;

use serde::Serialize;

use super::AdminBody;
use crate::helpdesk::model::{Admin, Conversation};

/// Answers `POST /messages`.
#[derive(Debug, Serialize)]
pub struct AdminMessageBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    created_at: i64,
    subject: &'a str,
    body: Cow<'a, str>,
    message_type: &'static str,
    owner: AdminBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<String>,
}

impl<'a> AdminMessageBody<'a> {
    /// The opening message of this conversation; `body` as the caller gave it. The conversation is named
    /// when it is open.
    #[must_use]
    pub fn new(conversation: &'a Conversation, body: &'a str, owner: &Admin, is_open: bool) -> Self {
        Self {
            kind: "admin_message",
            id: conversation.source.id.to_string(),
            created_at: conversation.created_at,
            subject: &conversation.source.subject,
            body: Cow::Borrowed(body),
            message_type: if conversation.source.kind == "email" { "email" } else { "inapp" },
            owner: AdminBody::new(owner, &[]),
            conversation_id: is_open.then(|| conversation.id.to_string()),
        }
    }
}
