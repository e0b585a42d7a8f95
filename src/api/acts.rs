//! Acts on conversations, each as the call that does it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Answer, Ask, Client};
use super::conversations::FetchedThread;
use super::error::ApiError;
use crate::domain::file::MOST_FILES;
use crate::domain::{Act, AssignTo, ContactRef, ConversationId, TeammateId};
use crate::text::markdown;

/// A file to go with a message, read from disk.
#[derive(Clone, PartialEq, Eq)]
pub struct LoadedFile {
    /// Name to send.
    pub name: String,
    /// Media type to send.
    pub content_type: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for LoadedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LoadedFile({} bytes)", self.bytes.len())
    }
}

/// The id that a call must name.
fn id_of(contact: &ContactRef) -> Result<&str, ApiError> {
    contact.id.as_ref().map(crate::domain::ContactId::as_str).ok_or_else(|| ApiError::unsendable("id_invalid"))
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq)]
pub struct Performed {
    /// The conversation as it is now, where the API says so: not for tags. After a merge it is the one
    /// that stays.
    pub conversation: Option<FetchedThread>,
    /// The conversation that a first message began, where the API says so.
    pub began: Option<ConversationId>,
}

impl Client {
    /// Does `act` on a conversation in the name of `me`. `files` go with a reply or a note and are
    /// passed over otherwise. One call, and a second one where a team is given a conversation that
    /// the server leaves with its teammate.
    ///
    /// # Errors
    /// Any [`ApiError`]. When it [is ambiguous](ApiError::is_ambiguous) the act may have been done.
    pub async fn perform(
        &self,
        id: &ConversationId,
        act: &Act,
        me: &TeammateId,
        files: &[LoadedFile],
    ) -> Result<Performed, ApiError> {
        if let Act::Start { to, channel, subject, text } = act {
            let began = self.start_conversation(to, channel, subject, text, me).await?;
            // What fails from here on takes nothing back.
            let conversation = match &began {
                Some(id) => self.conversation(id).await.ok(),
                None => None,
            };
            return Ok(Performed { conversation, began });
        }
        let conversation = match act {
            // Begun above.
            Act::Start { .. } => None,
            Act::Reply { text, .. } => self.write_message(id, "comment", text, me, files).await?,
            Act::Note { text, .. } => self.write_message(id, "note", text, me, files).await?,
            Act::Close => {
                self.write_part(id, json!({"message_type": "close", "type": "admin", "admin_id": me.as_str()})).await?
            }
            Act::Reopen => self.write_part(id, json!({"message_type": "open", "admin_id": me.as_str()})).await?,
            Act::Snooze { until, .. } => {
                let body = json!({"message_type": "snoozed", "admin_id": me.as_str(), "snoozed_until": until.secs()});
                self.write_part(id, body).await?
            }
            Act::Assign { to } => self.assign(id, to, me).await?,
            Act::Tag { tag, .. } => {
                let body = json!({"id": tag.as_str(), "admin_id": me.as_str()});
                let path = ["conversations", id.as_str(), "tags"];
                expect_json(&self.send(Ask::write(Method::POST, &path, body)).await?)?;
                None
            }
            Act::Untag { tag, .. } => {
                let body = json!({"admin_id": me.as_str()});
                let path = ["conversations", id.as_str(), "tags", tag.as_str()];
                expect_json(&self.send(Ask::write(Method::DELETE, &path, body)).await?)?;
                None
            }
            Act::Priority { to } => self.update(id, json!({"priority": to.as_str(), "admin_id": me.as_str()})).await?,
            Act::Merge { into } => {
                let into: u64 = into.as_str().parse().map_err(|_| ApiError::unsendable("id_invalid"))?;
                let path = ["conversations", id.as_str(), "merge"];
                let body = json!({"merge_into_conversation_id": into});
                read_changed(&self.send(Ask::write(Method::POST, &path, body)).await?)?
            }
            Act::AddParticipant { contact } => {
                let customer = match &contact.id {
                    Some(id) => json!({"intercom_user_id": id.as_str()}),
                    None => json!({"email": contact.email.as_raw()}),
                };
                let path = ["conversations", id.as_str(), "customers"];
                let body = json!({"admin_id": me.as_str(), "customer": customer});
                read_changed(&self.send(Ask::write(Method::POST, &path, body)).await?)?
            }
            Act::RemoveParticipant { contact } => {
                let path = ["conversations", id.as_str(), "customers", id_of(contact)?];
                let body = json!({"admin_id": me.as_str()});
                read_changed(&self.send(Ask::write(Method::DELETE, &path, body)).await?)?
            }
            Act::Block { contact } => {
                let path = ["contacts", id_of(contact)?, "block"];
                expect_json(&self.send(Ask::write(Method::POST, &path, json!({}))).await?)?;
                None
            }
        };
        Ok(Performed { conversation, began: None })
    }

    async fn write_message(
        &self,
        id: &ConversationId,
        kind: &str,
        text: &str,
        me: &TeammateId,
        files: &[LoadedFile],
    ) -> Result<Option<FetchedThread>, ApiError> {
        if files.len() > MOST_FILES {
            return Err(ApiError::unsendable("attachment_limit_exceeded"));
        }
        let mut body = json!({"message_type": kind, "type": "admin", "admin_id": me.as_str()});
        if !text.trim().is_empty() || files.is_empty() {
            body["body"] = json!(markdown::to_html(text));
        }
        if !files.is_empty() {
            let files: Vec<Value> = files
                .iter()
                .map(|file| {
                    let data = STANDARD.encode(&file.bytes);
                    json!({"name": file.name, "content_type": file.content_type, "data": data})
                })
                .collect();
            body["attachment_files"] = Value::Array(files);
        }
        let path = ["conversations", id.as_str(), "reply"];
        read_changed(&self.send(Ask::write(Method::POST, &path, body)).await?)
    }

    async fn write_part(&self, id: &ConversationId, body: Value) -> Result<Option<FetchedThread>, ApiError> {
        let path = ["conversations", id.as_str(), "parts"];
        read_changed(&self.send(Ask::write(Method::POST, &path, body)).await?)
    }

    async fn update(&self, id: &ConversationId, body: Value) -> Result<Option<FetchedThread>, ApiError> {
        read_changed(&self.send(Ask::write(Method::PUT, &["conversations", id.as_str()], body)).await?)
    }

    async fn assign(
        &self,
        id: &ConversationId,
        to: &AssignTo,
        me: &TeammateId,
    ) -> Result<Option<FetchedThread>, ApiError> {
        let (kind, assignee) = match to {
            AssignTo::Teammate(teammate) => ("admin", teammate.as_str()),
            AssignTo::Team(team) => ("team", team.as_str()),
            AssignTo::Nobody => ("admin", "0"),
            AssignTo::NoTeam => ("team", "0"),
        };
        let body = |kind: &str, assignee: &str| json!({"message_type": "assignment", "type": kind, "admin_id": me.as_str(), "assignee_id": assignee});
        let changed = self.write_part(id, body(kind, assignee)).await?;
        // To the API teammate and team are independent; to us the team takes it from the teammate.
        let keeps_teammate = changed.as_ref().is_some_and(|thread| thread.conversation.assignee.is_some());
        if matches!(to, AssignTo::Team(_)) && keeps_teammate {
            return self.write_part(id, body("admin", "0")).await;
        }
        Ok(changed)
    }
}

/// The conversation that a write answers with; absent when the answer is empty or has no parts.
fn read_changed(answer: &Answer) -> Result<Option<FetchedThread>, ApiError> {
    if answer.is_empty_success() { Ok(None) } else { FetchedThread::read(answer) }
}

/// A yes without a word of JSON may be anybody's.
fn expect_json(answer: &Answer) -> Result<(), ApiError> {
    if answer.is_empty_success() { Ok(()) } else { answer.fields().map(drop) }
}

#[cfg(test)]
#[path = "acts_tests.rs"]
mod tests;
