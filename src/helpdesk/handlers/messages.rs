//! What is written in a conversation, and who has it in what state:
//! `/conversations/{id}/reply` and `/conversations/{id}/parts`.

use axum::extract::{Path, State};
use axum::response::Response;

use super::conversations::{named_contact, thread};
use super::{acting_admin, conversation_id, dated, path_id};
use crate::helpdesk::body::Fields;
use crate::helpdesk::desk::{App, Caller, Desk, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::act::{Actor, Manage, Reply, ReplyKind, Step};
use crate::helpdesk::model::{ContactId, ConversationId, QuickReplyOption, Target};
use crate::helpdesk::storage::{Missing, Refusal};
use crate::helpdesk::wire::Display;
use crate::helpdesk::{files, markup};

/// Most answers that a quick reply offers.
const MOST_OPTIONS: usize = 10;
/// Longest body, in bytes of HTML.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

/// `POST /conversations/{id}/reply`, by a teammate or on behalf of a contact; the id `last` is the
/// conversation that the contact was last active in.
pub async fn reply(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let by_admin = match fields.required_text("type")? {
        "admin" => true,
        "user" | "contact" | "lead" => false,
        _ => return Err(ApiError::invalid("type", "type must be admin or user")),
    };
    let to_last = id == "last";
    let contact = if by_admin && !to_last { None } else { named_contact(&desk, &fields).await? };
    let id = if to_last { last(&desk, contact.as_ref()).await? } else { conversation_id(&id)? };
    let reply = if by_admin {
        from_admin(&desk, &fields).await?
    } else {
        let contact = contact.ok_or_else(|| ApiError::absent("intercom_user_id"))?;
        from_contact(&desk, &fields, contact)?
    };
    let written = desk.store.reply(id, reply).await?;
    thread(&desk, &caller, &written, Display::Html).await
}

async fn last(desk: &Desk, contact: Option<&ContactId>) -> Result<ConversationId, ApiError> {
    let contact = contact.ok_or_else(|| ApiError::absent("intercom_user_id"))?;
    Ok(desk.store.last_conversation(contact.clone()).await?)
}

async fn from_admin(desk: &Desk, fields: &Fields) -> Result<Reply, ApiError> {
    let by = acting_admin(desk, fields).await?;
    let attachments = files::read(fields)?;
    let kind = match fields.required_text("message_type")? {
        "comment" => ReplyKind::Comment,
        "note" => ReplyKind::Note,
        "quick_reply" => ReplyKind::QuickReply(options(fields)?),
        _ => return Err(ApiError::invalid("message_type", "message_type must be comment, note or quick_reply")),
    };
    let body = markup::from_teammate(text(fields)?);
    let needs_text = !matches!(kind, ReplyKind::QuickReply(_)) && attachments.is_empty();
    if needs_text && body.is_empty() {
        return Err(ApiError::absent("body"));
    }
    Ok(Reply { by, kind, body, attachments, chosen: None, email: None, external_id: None, at: dated(desk, fields)? })
}

fn from_contact(desk: &Desk, fields: &Fields, contact: ContactId) -> Result<Reply, ApiError> {
    match fields.required_text("message_type")? {
        "comment" | "quick_reply" => {}
        _ => return Err(ApiError::invalid("message_type", "message_type must be comment")),
    }
    let attachments = files::read(fields)?;
    let chosen = if fields.has("reply_options") { options(fields)?.into_iter().next() } else { None };
    let mut body = markup::from_contact(text(fields)?);
    if let Some(chosen) = &chosen
        && body.is_empty()
    {
        body = markup::from_contact(&chosen.text);
    }
    if body.is_empty() && attachments.is_empty() {
        return Err(ApiError::absent("body"));
    }
    Ok(Reply {
        by: Actor::Contact(contact),
        kind: ReplyKind::Comment,
        body,
        attachments,
        chosen: chosen.map(|option| option.uuid),
        email: None,
        external_id: None,
        at: dated(desk, fields)?,
    })
}

fn text(fields: &Fields) -> Result<&str, ApiError> {
    let text = fields.body("body")?.unwrap_or_default();
    if text.len() > LONGEST_BODY {
        return Err(ApiError::invalid("body", format!("body must be at most {LONGEST_BODY} bytes long")));
    }
    Ok(text)
}

fn options(fields: &Fields) -> Result<Vec<QuickReplyOption>, ApiError> {
    let options = fields.objects("reply_options", MOST_OPTIONS)?;
    if options.is_empty() {
        return Err(ApiError::absent("reply_options"));
    }
    options
        .iter()
        .map(|option| {
            Ok(QuickReplyOption { text: option.required_text("text")?.to_owned(), uuid: option.required_id("uuid")? })
        })
        .collect()
}

/// `POST /conversations/{id}/parts`: close, open, snooze, assign.
pub async fn manage(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let id = conversation_id(&id)?;
    let step = match fields.required_text("message_type")? {
        "close" => {
            if fields.required_text("type")? != "admin" {
                return Err(ApiError::invalid("type", "type must be admin"));
            }
            Step::Close { body: message(&fields)? }
        }
        "open" => Step::Open,
        "snoozed" => Step::Snooze { until: snoozed_until(&desk, &fields)? },
        "assignment" => Step::Assign { to: assignee(&fields)?, body: message(&fields)? },
        _ => {
            return Err(ApiError::invalid("message_type", "message_type must be close, open, snoozed or assignment"));
        }
    };
    let by = acting_admin(&desk, &fields).await?;
    let managed = desk.store.manage(id, Manage { by, step, at: None }).await?;
    thread(&desk, &caller, &managed, Display::Html).await
}

fn message(fields: &Fields) -> Result<Option<String>, ApiError> {
    Ok(Some(markup::from_teammate(text(fields)?)).filter(|body| !body.is_empty()))
}

fn snoozed_until(desk: &Desk, fields: &Fields) -> Result<i64, ApiError> {
    let until = fields.instant("snoozed_until")?.ok_or_else(|| ApiError::absent("snoozed_until"))?;
    if until <= desk.now() {
        return Err(ApiError::invalid("snoozed_until", "snoozed_until must lie in the future"));
    }
    Ok(until)
}

fn assignee(fields: &Fields) -> Result<Target, ApiError> {
    let is_team = match fields.required_text("type")? {
        "admin" => false,
        "team" => true,
        _ => return Err(ApiError::invalid("type", "type must be admin or team")),
    };
    let missing = || ApiError::from(Refusal::from(Missing::Assignee)).on("assignee_id");
    let id = fields.required_id("assignee_id")?;
    Ok(match (id.as_str(), is_team) {
        ("0", false) => Target::NobodyAdmin,
        ("0", true) => Target::NobodyTeam,
        (id, false) => Target::Admin(path_id(id, Missing::Assignee).map_err(|_| missing())?),
        (id, true) => Target::Team(path_id(id, Missing::Assignee).map_err(|_| missing())?),
    })
}
