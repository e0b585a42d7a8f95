//! Definitions of attributes: `/conversations/attributes`, `/data_attributes`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::path_id;
use crate::helpdesk::body::{Fields, Query};
use crate::helpdesk::desk::{App, Caller, Desk, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::act::Record;
use crate::helpdesk::model::{
    AttributeId, AttributeKind, AttributeModel, AttributeOption, ConversationAttribute, TeamId,
};
use crate::helpdesk::storage::{Missing, Refusal};
use crate::helpdesk::wire::{ConversationAttributeBody, DataAttributeBody, List};

/// Most values that a list attribute starts with.
const MOST_OPTIONS: usize = 250;

/// `GET /conversations/attributes`
pub async fn list(
    State(desk): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<ConversationAttributeBody>>, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let with_archived = query.flag("include_archived")?;
    let attributes = desk.store.conversation_attributes().await?;
    let shown = attributes.iter().filter(|attribute| with_archived || !attribute.archived);
    Ok(Json(List::whole(shown.map(ConversationAttributeBody::from).collect())))
}

/// `GET /conversations/attributes/{id}`
pub async fn get(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ConversationAttributeBody>, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let id: AttributeId = path_id(&id, Missing::ConversationAttribute)?;
    let attributes = desk.store.conversation_attributes().await?;
    let found = attributes.iter().find(|attribute| attribute.id == id);
    found
        .map(|attribute| Json(ConversationAttributeBody::from(attribute)))
        .ok_or_else(|| Refusal::from(Missing::ConversationAttribute).into())
}

/// `POST /conversations/attributes`
pub async fn create(
    State(desk): State<App>,
    caller: Caller,
    fields: Fields,
) -> Result<Json<ConversationAttributeBody>, ApiError> {
    caller.may(Scope::WriteWorkspace)?;
    let name = fields.required_text("name")?.trim().to_owned();
    let now = desk.now();
    let visible_to = fields
        .texts("visible_to_team_ids", MOST_OPTIONS)?
        .iter()
        .map(|id| path_id::<TeamId>(id, Missing::Team))
        .collect::<Result<_, _>>()?;
    let attribute = ConversationAttribute {
        id: AttributeId(0),
        name: name.clone(),
        description: fields.text("description")?.unwrap_or_default().to_owned(),
        kind: kind(&desk, &fields)?,
        required: fields.boolean("required")?.unwrap_or(false),
        visible_to,
        archived: false,
        created_at: now,
        updated_at: now,
        admin: Some(caller.admin),
    };
    let inserted = desk.store.insert_batch(vec![Record::ConversationAttribute(attribute)]).await?;
    if inserted.taken == 0 {
        return Err(ApiError::invalid("name", "An attribute of that name exists already"));
    }
    let attributes = desk.store.conversation_attributes().await?;
    let made = attributes.iter().rfind(|attribute| !attribute.archived && attribute.name == name);
    made.map(|attribute| Json(ConversationAttributeBody::from(attribute))).ok_or_else(ApiError::internal)
}

fn kind(desk: &Desk, fields: &Fields) -> Result<AttributeKind, ApiError> {
    Ok(match fields.required_text("data_type")? {
        "string" => AttributeKind::String { multiline: fields.boolean("multiline")?.unwrap_or(false) },
        "integer" => AttributeKind::Integer,
        "list" => AttributeKind::List(options(desk, fields)?),
        "decimal" => AttributeKind::Decimal,
        "boolean" => AttributeKind::Boolean,
        "datetime" => AttributeKind::Datetime,
        "relationship" => {
            let reference = fields.object("reference")?.ok_or_else(|| ApiError::absent("reference"))?;
            let many = match reference.required_text("type")? {
                "one" => false,
                "many" => true,
                _ => return Err(ApiError::invalid("reference.type", "reference.type must be one or many")),
            };
            let object_type_id = reference.text("object_type_id")?.unwrap_or_default().to_owned();
            AttributeKind::Relationship { many, object_type_id }
        }
        "files" => AttributeKind::Files,
        other => {
            let other: String = other.chars().take(40).collect();
            let allowed = "string, integer, list, decimal, boolean, datetime, relationship, files";
            return Err(ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "parameter_invalid",
                format!("data_type '{other}' is not valid. Allowed types: {allowed}"),
            )
            .on("data_type"));
        }
    })
}

fn options(desk: &Desk, fields: &Fields) -> Result<Vec<AttributeOption>, ApiError> {
    let options = fields.objects("options", MOST_OPTIONS)?;
    if options.is_empty() {
        return Err(ApiError::absent("options"));
    }
    options
        .iter()
        .map(|option| {
            let label = option.required_text("label")?.trim().to_owned();
            Ok(AttributeOption { id: crate::helpdesk::gate::dashed(&desk.ids.uuid()), label, archived: false })
        })
        .collect()
}

/// `GET /data_attributes`
pub async fn data_attributes(
    State(desk): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<DataAttributeBody>>, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let model = match query.text("model") {
        None => None,
        Some("contact") => Some(AttributeModel::Contact),
        Some("company") => Some(AttributeModel::Company),
        Some("conversation") => {
            return Err(ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "parameter_invalid",
                "model=conversation is no longer supported. Use GET /conversations/attributes instead",
            )
            .on("model"));
        }
        Some(_) => return Err(ApiError::invalid("model", "model must be contact or company")),
    };
    let with_archived = query.flag("include_archived")?;
    let attributes = desk.store.data_attributes(model).await?;
    let shown = attributes.iter().filter(|attribute| with_archived || !attribute.archived);
    Ok(Json(List::whole(shown.map(DataAttributeBody::from).collect())))
}
