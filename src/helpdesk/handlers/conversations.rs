//! One conversation: `/conversations` and what is done to it that is no message.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::{acting_admin, acting_admin_or_caller, conversation_id, dated, path_id};
use crate::helpdesk::body::{Fields, OptionalFields, Query};
use crate::helpdesk::desk::{App, Caller, Desk, Scope, display_of};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::act::{Actor, ContactFields, ConversationUpdate, NewConversation, Redaction};
use crate::helpdesk::model::{BrandId, CompanyId, ContactId, ConversationId, PartId, Priority, Role, Thread};
use crate::helpdesk::storage::{Class, Missing, StoreError};
use crate::helpdesk::wire::{ConversationBody, ConversationDeletedBody, Display, MessageBody, Scene};
use crate::helpdesk::{files, markup};

/// Answers a conversation with its parts.
pub(super) async fn thread(
    desk: &Desk,
    caller: &Caller,
    thread: &Thread,
    display: Display,
) -> Result<Response, ApiError> {
    let companies: Vec<_> = thread.company.iter().collect();
    let scene = Scene { display, ..desk.scene(caller, &companies).await? };
    Ok(Json(ConversationBody::thread(thread, &scene)).into_response())
}

/// `GET /conversations/{id}`
pub async fn get(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let display = display_of(&query)?;
    let found = desk.store.conversation(conversation_id(&id)?).await?;
    thread(&desk, &caller, &found, display).await
}

/// `POST /conversations`: a contact begins one, in the messenger.
pub async fn create(State(desk): State<App>, caller: Caller, fields: Fields) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let from = fields.object("from")?.ok_or_else(|| ApiError::absent("from"))?;
    match from.required_text("type")? {
        "user" | "lead" | "contact" => {}
        _ => return Err(ApiError::invalid("from.type", "from.type must be user, lead or contact")),
    }
    let from = ContactId(from.required_id("id")?);
    let text = fields.body("body")?.unwrap_or_default();
    let body = markup::from_contact(text);
    let attachments = files::read(&fields)?;
    if body.is_empty() && attachments.is_empty() {
        return Err(ApiError::absent("body"));
    }
    let made = desk
        .store
        .create_conversation(NewConversation {
            from,
            channel: "conversation".to_owned(),
            subject: fields.text("subject")?.map(markup::line),
            body,
            attachments,
            brand: fields.id("brand_id")?.map(BrandId),
            team: None,
            url: None,
            email: None,
            outbound: None,
            at: dated(&desk, &fields)?,
        })
        .await?;
    Ok(Json(MessageBody::new(&made.conversation, text)).into_response())
}

/// `PUT /conversations/{id}`
pub async fn update(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let display = display_of(&query)?;
    let id = conversation_id(&id)?;
    let priority =
        match fields.text("priority")? {
            None => None,
            Some(word) => Some(Priority::parse(word).ok_or_else(|| {
                ApiError::invalid("priority", "priority must be one of none, low, medium, high, urgent")
            })?),
        };
    let cleared_by_null = |name: &str, given: Option<String>| fields.has(name).then(|| given.unwrap_or_default());
    let update = ConversationUpdate {
        by: Some(acting_admin_or_caller(&desk, &caller, &fields).await?),
        read: fields.boolean("read")?,
        title: cleared_by_null("title", fields.text("title")?.map(str::to_owned)),
        custom_attributes: fields
            .map("custom_attributes")?
            .map(|map| map.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
            .unwrap_or_default(),
        company: cleared_by_null("company_id", fields.id("company_id")?).map(CompanyId),
        priority,
    };
    let updated = desk.store.update_conversation(id, update).await?;
    thread(&desk, &caller, &updated, display).await
}

/// `DELETE /conversations/{id}`: the figures stay in reports unless `retain_metrics=false`.
pub async fn delete(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<ConversationDeletedBody>, ApiError> {
    let retain = query.text("retain_metrics").is_none() || query.flag("retain_metrics")?;
    caller.may(if retain { Scope::WriteConversations } else { Scope::DeleteConversations })?;
    let id = conversation_id(&id)?;
    desk.store.delete_conversation(id, retain).await?;
    Ok(Json(ConversationDeletedBody::new(id)))
}

/// `POST /conversations/{id}/merge`: merges this one into another and answers the other.
pub async fn merge(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let id = conversation_id(&id)?;
    let field = "merge_into_conversation_id";
    let into = fields
        .integer(field)
        .ok()
        .flatten()
        .filter(|number| *number > 0)
        .ok_or_else(|| ApiError::invalid(field, format!("{field} must be a valid integer conversation ID")))?;
    let by = Actor::Admin(acting_admin_or_caller(&desk, &caller, &fields).await?);
    let primary = desk.store.merge_conversations(id, ConversationId(into), by).await?;
    let companies: Vec<_> = primary.company.iter().collect();
    let scene = desk.scene(&caller, &companies).await?;
    Ok(Json(ConversationBody::merged(&primary, &scene)).into_response())
}

/// `POST /conversations/redact`
pub async fn redact(State(desk): State<App>, caller: Caller, fields: Fields) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let is_part = match fields.required_text("type")? {
        "conversation_part" => true,
        "source" => false,
        _ => return Err(ApiError::invalid("type", "type must be conversation_part or source")),
    };
    let id: ConversationId = path_id(&fields.required_id("conversation_id")?, Missing::PartOrMessage)?;
    let message = if is_part { "conversation_part_id" } else { "source_id" };
    let message: PartId = path_id(&fields.required_id(message)?, Missing::PartOrMessage)?;
    let what = if is_part { Redaction::Part(id, message) } else { Redaction::Source(id, message) };
    let redacted = desk.store.redact(what).await?;
    thread(&desk, &caller, &redacted, Display::Html).await
}

/// `POST /conversations/{id}/customers`: adds a participant, a new lead when nobody has the address.
pub async fn add_participant(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let id = conversation_id(&id)?;
    let by = acting_admin(&desk, &fields).await?;
    let customer = fields.object("customer")?.ok_or_else(|| ApiError::absent("customer"))?;
    let contact = match named_contact(&desk, &customer).await {
        Ok(contact) => contact.ok_or_else(|| ApiError::absent("customer.intercom_user_id"))?,
        Err(StoreError::Refused(refusal)) if refusal.class == Class::NotFound && customer.has("email") => {
            let email = customer.text("email")?.map(|email| email.trim().to_owned());
            let lead = ContactFields { role: Some(Role::Lead), email: Some(email), ..ContactFields::default() };
            desk.store.create_contact(lead).await?.id
        }
        Err(error) => return Err(error.into()),
    };
    let added = desk.store.add_participant(id, contact, by).await?;
    joined(&desk, &caller, &added).await
}

/// `DELETE /conversations/{id}/customers/{contact}`
pub async fn remove_participant(
    State(desk): State<App>,
    caller: Caller,
    Path((id, contact)): Path<(String, String)>,
    OptionalFields(fields): OptionalFields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteConversations)?;
    let id = conversation_id(&id)?;
    let by = Actor::Admin(acting_admin_or_caller(&desk, &caller, &fields).await?);
    let removed = desk.store.remove_participant(id, ContactId(contact), by).await?;
    joined(&desk, &caller, &removed).await
}

async fn joined(desk: &Desk, caller: &Caller, thread: &Thread) -> Result<Response, ApiError> {
    let companies: Vec<_> = thread.company.iter().collect();
    let scene = desk.scene(caller, &companies).await?;
    Ok(Json(ConversationBody::joined(thread, &scene)).into_response())
}

/// The contact that `intercom_user_id`, `user_id` (the customer's own id) or `email` names.
pub(super) async fn named_contact(desk: &Desk, fields: &Fields) -> Result<Option<ContactId>, StoreError> {
    let given = |name: &str| fields.id(name).ok().flatten();
    if let Some(id) = given("intercom_user_id") {
        return desk.store.contact(ContactId(id)).await.map(|contact| Some(contact.id));
    }
    if let Some(external_id) = given("user_id") {
        return desk.store.contact_by_external_id(external_id).await.map(|contact| Some(contact.id));
    }
    if let Some(email) = given("email") {
        return desk.store.contact_by_email(email).await.map(|contact| Some(contact.id));
    }
    Ok(None)
}
