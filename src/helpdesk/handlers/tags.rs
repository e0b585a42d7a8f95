//! Tags: `/tags`, and tags on conversations and contacts.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{acting_admin, acting_admin_or_caller, conversation_id, path_id};
use crate::helpdesk::body::{Fields, OptionalFields};
use crate::helpdesk::desk::{App, Caller, Desk, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::act::{Actor, TagSpec};
use crate::helpdesk::model::{AppliedTag, ContactId, ConversationId, Tag, TagId};
use crate::helpdesk::storage::{Missing, StoreError};
use crate::helpdesk::wire::{AppliedTagBody, List, TagBody, TaggedBody, TaggedItem};

/// Most contacts that one request tags.
const MOST_USERS: usize = 50;
/// Longest name, in characters.
const LONGEST_NAME: usize = 191;

/// `GET /tags`
pub async fn list(State(desk): State<App>, caller: Caller) -> Result<Json<List<TagBody>>, ApiError> {
    caller.may(Scope::ReadTags)?;
    Ok(Json(List::whole(desk.store.tags().await?.iter().map(TagBody::from).collect())))
}

/// `GET /tags/{id}`
pub async fn get(State(desk): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<TagBody>, ApiError> {
    caller.may(Scope::ReadTags)?;
    let tag = desk.store.tag(path_id(&id, Missing::Tag)?).await?;
    Ok(Json(TagBody::from(&tag)))
}

/// `POST /tags`: makes a tag, renames one, or puts one on contacts.
pub async fn save(State(desk): State<App>, caller: Caller, fields: Fields) -> Result<Json<TaggedBody>, ApiError> {
    caller.may(Scope::WriteTags)?;
    let name = fields.required_text("name")?.trim().to_owned();
    if name.chars().count() > LONGEST_NAME {
        return Err(ApiError::invalid("name", format!("name must have at most {LONGEST_NAME} characters")));
    }
    if fields.has("companies") {
        return Err(ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "parameter_invalid",
            "This helpdesk does not tag companies",
        )
        .on("companies"));
    }
    let users = fields.objects("users", MOST_USERS)?;
    if !users.is_empty() {
        caller.may(Scope::WriteContacts)?;
    }
    let id = fields.id("id")?.map(|id| path_id(&id, Missing::Tag)).transpose()?;
    let tag = desk.store.save_tag(TagSpec { id, name }).await?;
    let mut tagged = Vec::with_capacity(users.len());
    for user in users {
        let id = user.required_id("id")?;
        let contact = ContactId::from(id.as_str());
        let untag = user.boolean("untag")?.unwrap_or(false);
        let done = if untag {
            desk.store.untag_contact(contact, tag.id).await
        } else {
            desk.store.tag_contact(contact, tag.id).await
        };
        match done {
            Ok(_) => tagged.push(TaggedItem { id, tagged: !untag }),
            // One that is not there does not keep the others from being tagged.
            Err(StoreError::Refused(_) | StoreError::ContactMerged { .. }) => {
                tagged.push(TaggedItem { id, tagged: false });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(TaggedBody { tag: TagBody::from(&tag), users: Some(tagged), companies: Some(Vec::new()) }))
}

/// `DELETE /tags/{id}`
pub async fn delete(State(desk): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    caller.may(Scope::WriteTags)?;
    desk.store.delete_tag(path_id(&id, Missing::Tag)?).await?;
    Ok(StatusCode::OK)
}

/// `POST /conversations/{id}/tags`
pub async fn put_on_conversation(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<AppliedTagBody>, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let id = conversation_id(&id)?;
    let tag: TagId = path_id(&fields.required_id("id")?, Missing::Tag)?;
    let by = acting_admin(&desk, &fields).await?;
    let made = desk.store.tag_conversation(id, tag, by.clone()).await?;
    let applied = applied_tag(&desk, id, tag).await?.unwrap_or_else(|| applied_now(&desk, made, &by));
    Ok(Json(AppliedTagBody::from(&applied)))
}

/// `DELETE /conversations/{id}/tags/{tag}`
pub async fn take_off_conversation(
    State(desk): State<App>,
    caller: Caller,
    Path((id, tag)): Path<(String, String)>,
    OptionalFields(fields): OptionalFields,
) -> Result<Json<AppliedTagBody>, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let id = conversation_id(&id)?;
    let tag: TagId = path_id(&tag, Missing::TagOnConversation)?;
    let by = Actor::Admin(acting_admin_or_caller(&desk, &caller, &fields).await?);
    // When it was put on is known only before it is taken off.
    let before = applied_tag(&desk, id, tag).await?;
    let taken = desk.store.untag_conversation(id, tag, by.clone()).await?;
    let applied = before.unwrap_or_else(|| applied_now(&desk, taken, &by));
    Ok(Json(AppliedTagBody::from(&applied)))
}

async fn applied_tag(desk: &Desk, id: ConversationId, tag: TagId) -> Result<Option<AppliedTag>, ApiError> {
    let thread = desk.store.conversation(id).await?;
    Ok(thread.conversation.tags.into_iter().find(|applied| applied.id == tag))
}

fn applied_now(desk: &Desk, tag: Tag, by: &Actor) -> AppliedTag {
    let applied_by = if let Actor::Admin(id) = by { Some(*id) } else { None };
    AppliedTag { id: tag.id, name: tag.name, applied_at: desk.now(), applied_by }
}

/// `GET /contacts/{id}/tags`
pub async fn of_contact(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<List<AppliedTagBody>>, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let tags = desk.store.contact_tags(ContactId(id)).await?;
    Ok(Json(List::whole(tags.iter().map(AppliedTagBody::from).collect())))
}

/// `POST /contacts/{id}/tags`
pub async fn put_on_contact(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<AppliedTagBody>, ApiError> {
    caller.may(Scope::WriteContacts)?;
    let tag = path_id(&fields.required_id("id")?, Missing::Tag)?;
    let tag = desk.store.tag_contact(ContactId(id), tag).await?;
    Ok(Json(AppliedTagBody::from(&applied_now(&desk, tag, &Actor::Admin(caller.admin)))))
}

/// `DELETE /contacts/{id}/tags/{tag}`
pub async fn take_off_contact(
    State(desk): State<App>,
    caller: Caller,
    Path((id, tag)): Path<(String, String)>,
) -> Result<Json<AppliedTagBody>, ApiError> {
    caller.may(Scope::WriteContacts)?;
    let tag = desk.store.untag_contact(ContactId(id), path_id(&tag, Missing::Tag)?).await?;
    Ok(Json(AppliedTagBody::from(&tag)))
}
