//! Definitions of attributes: of conversations, and of contacts and companies.

use serde::Serialize;

use crate::helpdesk::model::{AttributeKind, AttributeOption, ConversationAttribute, DataAttribute};

/// Definition of an attribute of conversations.
#[derive(Debug, Serialize)]
pub struct ConversationAttributeBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: i64,
    name: String,
    description: String,
    data_type: &'static str,
    required: bool,
    visible_to_team_ids: Vec<String>,
    archived: bool,
    created_at: i64,
    updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_id: Option<String>,
    // What belongs to one type alone is told with that type alone, as described.
    #[serde(skip_serializing_if = "Option::is_none")]
    multiline: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<OptionBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<ReferenceBody>,
}

#[derive(Debug, Serialize)]
struct OptionBody {
    id: String,
    label: String,
    archived: bool,
}

impl From<&AttributeOption> for OptionBody {
    fn from(option: &AttributeOption) -> Self {
        Self { id: option.id.clone(), label: option.label.clone(), archived: option.archived }
    }
}

#[derive(Debug, Serialize)]
struct ReferenceBody {
    #[serde(rename = "type")]
    kind: &'static str,
    object_type_id: String,
}

impl From<&ConversationAttribute> for ConversationAttributeBody {
    fn from(attribute: &ConversationAttribute) -> Self {
        let mut body = Self {
            kind: "conversation_attribute",
            id: attribute.id.0,
            name: attribute.name.clone(),
            description: attribute.description.clone(),
            data_type: attribute.kind.as_str(),
            required: attribute.required,
            visible_to_team_ids: attribute.visible_to.iter().map(ToString::to_string).collect(),
            archived: attribute.archived,
            created_at: attribute.created_at,
            updated_at: attribute.updated_at,
            admin_id: attribute.admin.map(|id| id.to_string()),
            multiline: None,
            options: None,
            reference: None,
        };
        match &attribute.kind {
            AttributeKind::String { multiline } => body.multiline = Some(*multiline),
            AttributeKind::List(options) => body.options = Some(options.iter().map(OptionBody::from).collect()),
            AttributeKind::Relationship { many, object_type_id } => {
                body.reference = Some(ReferenceBody {
                    kind: if *many { "many" } else { "one" },
                    object_type_id: object_type_id.clone(),
                });
            }
            _ => {}
        }
        body
    }
}

/// Definition of an attribute of contacts or companies.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "the description's shape")]
pub struct DataAttributeBody {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Only custom ones have an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    model: &'static str,
    name: String,
    full_name: String,
    label: String,
    description: String,
    data_type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
    api_writable: bool,
    messenger_writable: bool,
    ui_writable: bool,
    custom: bool,
    archived: bool,
    created_at: i64,
    updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_id: Option<String>,
}

impl From<&DataAttribute> for DataAttributeBody {
    fn from(attribute: &DataAttribute) -> Self {
        Self {
            kind: "data_attribute",
            id: attribute.custom.then_some(attribute.id.0),
            model: attribute.model.as_str(),
            name: attribute.name.clone(),
            full_name: attribute.full_name.clone(),
            label: attribute.label.clone(),
            description: attribute.description.clone(),
            data_type: attribute.data_type.as_str(),
            options: attribute.options.clone(),
            api_writable: attribute.api_writable,
            messenger_writable: attribute.messenger_writable,
            ui_writable: attribute.ui_writable,
            custom: attribute.custom,
            archived: attribute.archived,
            created_at: attribute.created_at,
            updated_at: attribute.updated_at,
            admin_id: attribute.admin.map(|id| id.to_string()),
        }
    }
}
