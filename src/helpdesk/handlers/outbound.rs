//! Messages that a teammate begins: `/messages`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{admin_named, dated};
use crate::helpdesk::body::Fields;
use crate::helpdesk::desk::{App, Caller, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::ContactId;
use crate::helpdesk::model::act::{NewConversation, Outbound};
use crate::helpdesk::wire::AdminMessageBody;
use crate::helpdesk::{files, markup};

/// Longest body, in bytes of HTML.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

/// `POST /messages`: a teammate writes to one contact, by mail or in the messenger.
pub async fn create(State(desk): State<App>, caller: Caller, fields: Fields) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let is_mail = match fields.required_text("message_type")? {
        "email" => true,
        "in_app" | "inapp" => false,
        _ => return Err(ApiError::invalid("message_type", "message_type must be in_app or email")),
    };
    let from = fields.object("from")?.ok_or_else(|| ApiError::absent("from"))?;
    if from.required_text("type")? != "admin" {
        return Err(ApiError::invalid("from.type", "from.type must be admin"));
    }
    let by = admin_named(&desk, &from, "id").await.map_err(|error| error.on("from.id"))?;
    let by = by.ok_or_else(|| ApiError::absent("from.id"))?;
    let to = recipient(&fields)?;
    for copies in ["cc", "bcc"] {
        if fields.value(copies).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty())) {
            return Err(ApiError::invalid(copies, format!("{copies} is not taken by this helpdesk")));
        }
    }
    let text = fields.body("body")?.unwrap_or_default();
    if text.len() > LONGEST_BODY {
        return Err(ApiError::invalid("body", format!("body must be at most {LONGEST_BODY} bytes long")));
    }
    let body = markup::from_teammate(text);
    if body.is_empty() {
        return Err(ApiError::invalid("body", "Body is required"));
    }
    let subject = fields.text("subject")?.map(markup::line).filter(|subject| !subject.is_empty());
    if is_mail {
        if subject.is_none() {
            let absent = "No subject supplied for email message";
            return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "parameter_not_found", absent).on("subject"));
        }
        if !matches!(fields.required_text("template")?, "plain" | "personal") {
            return Err(ApiError::invalid("template", "template must be plain or personal"));
        }
    }
    if !files::read(&fields)?.is_empty() {
        return Err(ApiError::invalid("attachment_files", "a message takes no files"));
    }
    let opens = fields.boolean("create_conversation_without_contact_reply")?.unwrap_or(false);
    let made = desk
        .store
        .create_conversation(NewConversation {
            from: to,
            channel: if is_mail { "email" } else { "conversation" }.to_owned(),
            subject: subject.filter(|_| is_mail),
            body,
            attachments: Vec::new(),
            brand: None,
            team: None,
            url: None,
            email: None,
            outbound: Some(Outbound { by, opens }),
            at: dated(&desk, &fields)?,
        })
        .await?;
    let owner = desk.store.admin(by).await?;
    Ok(Json(AdminMessageBody::new(&made.conversation, text, &owner, opens)).into_response())
}

/// The one contact that it goes to.
fn recipient(fields: &Fields) -> Result<ContactId, ApiError> {
    let to = match fields.object("to") {
        Ok(to) => to.ok_or_else(|| ApiError::absent("to"))?,
        Err(_) => {
            let mut all = fields.objects("to", 1).map_err(|_| ApiError::invalid("to", "to must be one recipient"))?;
            all.pop().ok_or_else(|| ApiError::absent("to"))?
        }
    };
    match to.required_text("type")? {
        "user" | "lead" | "contact" => {}
        _ => return Err(ApiError::invalid("to.type", "to.type must be user or lead")),
    }
    Ok(ContactId(to.required_id("id")?))
}
