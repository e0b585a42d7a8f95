//! Setting a conversation's custom attributes.

use serde_json::Value;

use crate::helpdesk::model::{
    AttributeKind, Attributes, Author, Conversation, ConversationAttribute, EventDetails, Part, PartType, Priority,
};

use super::{Scene, settle};

/// Why an attribute was not set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unfit {
    /// The attribute.
    pub name: String,
    /// What a person reads.
    pub message: String,
}

/// Sets attributes; null clears one. All of them are checked before any is set. What is so already
/// leaves nothing.
///
/// # Errors
/// When a name is not defined (or is archived), or a value does not fit its definition.
pub fn set(
    conversation: &mut Conversation,
    by: &Author,
    values: &Attributes,
    definitions: &[ConversationAttribute],
    scene: &Scene<'_>,
) -> Result<Vec<Part>, Unfit> {
    let mut checked = Vec::with_capacity(values.len());
    for (name, value) in values {
        let definition = definitions
            .iter()
            .find(|definition| definition.name == *name && !definition.archived)
            .ok_or_else(|| unfit(name, format!("Custom attribute '{name}' does not exist")))?;
        checked.push((name, fit(definition, value)?));
    }
    let mut parts = Vec::new();
    for (name, value) in checked {
        let previous = conversation.custom_attributes.get(name).filter(|value| !value.is_null());
        if previous == value.as_ref() {
            continue;
        }
        let mut part = Part::event(PartType::AttributeUpdatedByAdmin, by.clone(), scene.at, conversation.state);
        part.event_details = Some(EventDetails::Attribute {
            name: name.clone(),
            value: value.as_ref().map(shown),
            previous: previous.map(shown),
            workflow: None,
        });
        parts.push(part);
        match value {
            Some(value) => conversation.custom_attributes.insert(name.clone(), value),
            None => conversation.custom_attributes.remove(name),
        };
    }
    if !parts.is_empty() {
        settle(conversation, &parts, scene);
    }
    Ok(parts)
}

/// Sets the priority. The part is that of an attribute, since the API has no type of its own for it.
/// What is so already leaves nothing.
#[must_use]
pub fn prioritise(conversation: &mut Conversation, by: &Author, priority: Priority, scene: &Scene<'_>) -> Vec<Part> {
    if conversation.priority == priority {
        return Vec::new();
    }
    let previous = std::mem::replace(&mut conversation.priority, priority);
    let mut part = Part::event(PartType::AttributeUpdatedByAdmin, by.clone(), scene.at, conversation.state);
    part.event_details = Some(EventDetails::Attribute {
        name: "Priority".to_owned(),
        value: Some(priority.as_str().to_owned()),
        previous: Some(previous.as_str().to_owned()),
        workflow: None,
    });
    let parts = vec![part];
    settle(conversation, &parts, scene);
    parts
}

/// The value as it is kept; none clears.
fn fit(definition: &ConversationAttribute, value: &Value) -> Result<Option<Value>, Unfit> {
    let wrong =
        |wanted: &str| unfit(&definition.name, format!("Custom attribute '{}' must be {wanted}", definition.name));
    let kept = match (&definition.kind, value) {
        (_, Value::Null) => return Ok(None),
        (AttributeKind::String { .. }, Value::String(_))
        | (AttributeKind::Decimal, Value::Number(_))
        | (AttributeKind::Boolean, Value::Bool(_))
        | (AttributeKind::Relationship { .. } | AttributeKind::Files, Value::Object(_) | Value::Array(_)) => {
            value.clone()
        }
        (AttributeKind::String { .. }, _) => return Err(wrong("a string")),
        (AttributeKind::Integer, _) => whole(value).ok_or_else(|| wrong("an integer"))?,
        (AttributeKind::Decimal, Value::String(text)) => text
            .trim()
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| wrong("a number"))?,
        (AttributeKind::Decimal, _) => return Err(wrong("a number")),
        (AttributeKind::Boolean, Value::String(word)) if word == "true" || word == "false" => {
            Value::Bool(word == "true")
        }
        (AttributeKind::Boolean, _) => return Err(wrong("a boolean")),
        (AttributeKind::Datetime, _) => instant(value).ok_or_else(|| wrong("a Unix timestamp or an ISO 8601 date"))?,
        (AttributeKind::List(options), Value::String(label)) => {
            let known = options.iter().any(|option| !option.archived && option.label == *label);
            if !known {
                return Err(wrong("one of its options"));
            }
            value.clone()
        }
        (AttributeKind::List(_), _) => return Err(wrong("one of its options")),
        (AttributeKind::Relationship { .. } | AttributeKind::Files, _) => return Err(wrong("an object or an array")),
    };
    Ok(Some(kept))
}

fn whole(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .map(Value::from)
}

/// An instant in Unix seconds, given as such, as its digits or in ISO 8601.
fn instant(value: &Value) -> Option<Value> {
    whole(value).or_else(|| {
        let text = value.as_str()?;
        text.parse::<jiff::Timestamp>().ok().map(|moment| Value::from(moment.as_second()))
    })
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn unfit(name: &str, message: String) -> Unfit {
    Unfit { name: name.to_owned(), message }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use serde_json::json;

    use super::super::sample::{NOON, admin, at, conversation};
    use super::*;
    use crate::helpdesk::model::{AttributeId, AttributeOption};

    fn defined(name: &str, kind: AttributeKind) -> ConversationAttribute {
        ConversationAttribute {
            id: AttributeId(1),
            name: name.into(),
            description: String::new(),
            kind,
            required: false,
            visible_to: Vec::new(),
            archived: false,
            created_at: 0,
            updated_at: 0,
            admin: None,
        }
    }

    fn one(name: &str, value: Value) -> Attributes {
        [(name.to_owned(), value)].into()
    }

    #[test]
    fn a_change_leaves_a_part_with_old_and_new() {
        let mut it = conversation();
        let definitions = [defined("Order", AttributeKind::String { multiline: false })];
        let _ = set(&mut it, &admin(1), &one("Order", json!("A1")), &definitions, &at(NOON + 1)).unwrap();
        let parts = set(&mut it, &admin(1), &one("Order", json!("B2")), &definitions, &at(NOON + 2)).unwrap();
        assert_eq!(parts[0].part_type, PartType::AttributeUpdatedByAdmin);
        let Some(EventDetails::Attribute { value, previous, .. }) = &parts[0].event_details else { panic!("details") };
        assert_eq!((value.as_deref(), previous.as_deref()), (Some("B2"), Some("A1")));
        assert!(set(&mut it, &admin(1), &one("Order", json!("B2")), &definitions, &at(NOON + 3)).unwrap().is_empty());
        let cleared = set(&mut it, &admin(1), &one("Order", json!(null)), &definitions, &at(NOON + 4)).unwrap();
        assert_eq!((cleared.len(), it.custom_attributes.len()), (1, 0));
    }

    #[test]
    fn a_priority_leaves_a_part_with_old_and_new() {
        let mut it = conversation();
        let parts = prioritise(&mut it, &admin(1), Priority::High, &at(NOON + 1));
        let Some(EventDetails::Attribute { name, value, previous, .. }) = &parts[0].event_details else {
            panic!("details")
        };
        assert_eq!((name.as_str(), value.as_deref(), previous.as_deref()), ("Priority", Some("high"), Some("none")));
        assert_eq!((it.priority, it.teammates.len(), it.updated_at), (Priority::High, 1, NOON + 1));
        assert!(prioritise(&mut it, &admin(1), Priority::High, &at(NOON + 2)).is_empty());
    }

    #[test]
    fn values_must_fit_and_nothing_is_set_by_halves() {
        let mut it = conversation();
        let option = AttributeOption { id: "o1".into(), label: "High".into(), archived: false };
        let definitions = [
            defined("a", AttributeKind::Integer),
            defined("b", AttributeKind::Boolean),
            defined("c", AttributeKind::List(vec![option])),
            defined("d", AttributeKind::Datetime),
            defined("e", AttributeKind::Decimal),
        ];
        let mut refuse = |name: &str, value: Value| {
            set(&mut it, &admin(1), &one(name, value), &definitions, &at(NOON)).unwrap_err().message
        };
        assert!(refuse("a", json!("x")).contains("integer"));
        assert!(refuse("b", json!(1)).contains("boolean"));
        assert!(refuse("c", json!("Low")).contains("options"));
        assert!(refuse("d", json!("soon")).contains("timestamp"));
        assert!(refuse("z", json!(1)).contains("does not exist"));
        let both: Attributes = [("a".to_owned(), json!(5)), ("b".to_owned(), json!(5))].into();
        assert!(set(&mut it, &admin(1), &both, &definitions, &at(NOON)).is_err());
        assert!(it.custom_attributes.is_empty());
        let fine: Attributes = [
            ("a".to_owned(), json!("5")),
            ("c".to_owned(), json!("High")),
            ("d".to_owned(), json!("2026-01-01T00:00:00Z")),
            ("e".to_owned(), json!(1.5)),
        ]
        .into();
        assert_eq!(set(&mut it, &admin(1), &fine, &definitions, &at(NOON)).unwrap().len(), 4);
        assert_eq!(it.custom_attributes["a"], json!(5));
        assert_eq!(it.custom_attributes["d"], json!(1_767_225_600));
    }
}
