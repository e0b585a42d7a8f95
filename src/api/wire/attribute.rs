//! Custom attributes: their definitions and their values.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Wire;
use super::lax::{Flag, Listed, Text, parse_iso};
use crate::domain::{AttributeDefinition, AttributeKind, AttributeOwner, AttributeValue};
use crate::text::Untrusted;

/// One of `/conversations/attributes` or `/data_attributes`; the latter lists built-in ones too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attribute {
    name: Text,
    data_type: Text,
    options: Listed<Choice>,
    archived: Flag,
    custom: Flag,
}

/// An option of a list: `{"label":…}`, `{"value":…}`, or the bare text.
#[derive(Debug)]
struct Choice(Option<Untrusted>);

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        if value.get("archived") == Some(&Value::Bool(true)) {
            return Ok(Self(None));
        }
        let text = value.get("label").or_else(|| value.get("value")).unwrap_or(&value);
        Ok(Self(Text::of(text).into_string().map(Untrusted::new)))
    }
}

impl Attribute {
    fn into_definition(self, owner: AttributeOwner) -> Result<Option<AttributeDefinition>, &'static str> {
        if self.archived.is_set() || (owner != AttributeOwner::Conversation && self.custom.0 == Some(false)) {
            return Ok(None);
        }
        let options: Vec<_> = self.options.0.into_iter().filter_map(|choice| choice.0).collect();
        let kind = match self.data_type.as_str() {
            "list" => AttributeKind::List(options),
            "string" if !options.is_empty() => AttributeKind::List(options),
            "string" => AttributeKind::Text,
            "integer" => AttributeKind::Integer,
            "decimal" | "float" => AttributeKind::Decimal,
            "boolean" => AttributeKind::Boolean,
            "datetime" | "date" => AttributeKind::Time,
            _ => AttributeKind::Other,
        };
        let name = self.name.untrusted();
        if name.is_empty() {
            return Err("no name");
        }
        Ok(Some(AttributeDefinition { owner, name, kind }))
    }
}

macro_rules! owned_attribute {
    ($($name:ident $what:literal $owner:ident),+) => {$(
        #[derive(Debug, Default, Deserialize)]
        #[serde(transparent)]
        pub(in crate::api) struct $name(Attribute);

        impl Wire for $name {
            /// Absent for archived and built-in ones.
            type Value = Option<AttributeDefinition>;
            const WHAT: &'static str = $what;

            fn into_value(self) -> Result<Self::Value, &'static str> {
                self.0.into_definition(AttributeOwner::$owner)
            }
        }
    )+};
}

owned_attribute! {
    ConversationAttributeItem "conversation attribute" Conversation,
    ContactAttributeItem "contact attribute" Contact,
    CompanyAttributeItem "company attribute" Company
}

/// `custom_attributes` by name, each value in the type in which it came.
pub(super) fn read_values(map: Map<String, Value>) -> BTreeMap<String, AttributeValue> {
    map.into_iter().map(|(name, value)| (name, read_attribute(value))).collect()
}

fn read_attribute(value: Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null,
        Value::Bool(yes) => AttributeValue::Boolean(yes),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => AttributeValue::Integer(whole),
            (None, Some(decimal)) => AttributeValue::Decimal(decimal),
            (None, None) => AttributeValue::Null,
        },
        Value::String(text) => match text.contains('T').then(|| parse_iso(&text)).flatten() {
            Some(secs) => AttributeValue::Time(secs),
            None => AttributeValue::Text(Untrusted::new(text)),
        },
        Value::Array(items) => AttributeValue::Text(join(&items)),
        // A relation: `{"type":"order.list","instances":[{"id":…,"external_id":…}]}`.
        Value::Object(object) => {
            let items = object.get("instances").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            AttributeValue::Text(join(items))
        }
    }
}

fn join(items: &[Value]) -> Untrusted {
    let named = |item: &Value| {
        let name = ["external_id", "name", "label", "id"].iter().find_map(|key| item.get(key)).unwrap_or(item);
        Text::of(name).into_string()
    };
    Untrusted::new(items.iter().filter_map(named).collect::<Vec<_>>().join(", "))
}

/// Gives attribute values the type of their definition where the API's JSON cannot tell: a moment
/// comes as a number, a number of a form as text. A value that does not fit keeps its type.
#[allow(clippy::implicit_hasher)]
pub fn retype_attributes(
    values: &mut BTreeMap<String, AttributeValue>,
    owner: AttributeOwner,
    definitions: &[AttributeDefinition],
) {
    for definition in definitions.iter().filter(|definition| definition.owner == owner) {
        let Some(value) = values.get_mut(definition.name.as_raw()) else { continue };
        let better = match (&definition.kind, &*value) {
            (AttributeKind::Time, AttributeValue::Integer(secs)) => Some(AttributeValue::Time(*secs)),
            (AttributeKind::Decimal, AttributeValue::Integer(whole)) => Some(AttributeValue::Decimal(*whole as f64)),
            (kind, AttributeValue::Text(text)) => parse_as(kind, text.as_raw().trim()),
            (
                AttributeKind::Text | AttributeKind::List(_),
                number @ (AttributeValue::Integer(_) | AttributeValue::Decimal(_) | AttributeValue::Boolean(_)),
            ) => Some(AttributeValue::Text(number.to_untrusted())),
            _ => None,
        };
        if let Some(better) = better {
            *value = better;
        }
    }
}

fn parse_as(kind: &AttributeKind, text: &str) -> Option<AttributeValue> {
    match kind {
        AttributeKind::Integer => text.parse().ok().map(AttributeValue::Integer),
        AttributeKind::Decimal => {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(AttributeValue::Decimal)
        }
        AttributeKind::Boolean => text.parse().ok().map(AttributeValue::Boolean),
        AttributeKind::Time => text.parse().ok().or_else(|| parse_iso(text)).map(AttributeValue::Time),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(text: &str) -> AttributeValue {
        AttributeValue::Text(Untrusted::new(text))
    }

    #[test]
    fn values_keep_the_type_in_which_they_came() {
        let json = serde_json::json!({
            "plan": "gold", "seats": 12, "rate": 1.5, "vip": true, "gone": null,
            "renewal": "2026-11-20T08:00:00Z", "Tshirt": "T-shirt", "tags": ["a", 2],
            "orders": {"type": "order.list", "instances": [{"id": "7", "external_id": "A-1"}, {"id": "8"}]},
        });
        let Value::Object(map) = json else { unreachable!() };
        let values = read_values(map);
        for (name, value) in [
            ("plan", text("gold")),
            ("seats", AttributeValue::Integer(12)),
            ("rate", AttributeValue::Decimal(1.5)),
            ("vip", AttributeValue::Boolean(true)),
            ("gone", AttributeValue::Null),
            ("renewal", AttributeValue::Time(1_795_161_600)),
            ("Tshirt", text("T-shirt")),
            ("tags", text("a, 2")),
            ("orders", text("A-1, 8")),
        ] {
            assert_eq!(values.get(name), Some(&value), "{name}");
        }
    }

    #[test]
    fn definitions_settle_what_json_leaves_open() {
        let define =
            |name: &str, kind| AttributeDefinition { owner: AttributeOwner::Contact, name: Untrusted::new(name), kind };
        let definitions = [
            define("due", AttributeKind::Time),
            define("code", AttributeKind::Text),
            define("seats", AttributeKind::Integer),
            define("vip", AttributeKind::Boolean),
            define("odd", AttributeKind::Integer),
        ];
        let mut values = BTreeMap::from([
            ("due".to_owned(), AttributeValue::Integer(1_795_161_600)),
            ("code".to_owned(), AttributeValue::Integer(7)),
            ("seats".to_owned(), text("12")),
            ("vip".to_owned(), text("true")),
            ("odd".to_owned(), text("many")),
        ]);
        retype_attributes(&mut values, AttributeOwner::Contact, &definitions);
        assert_eq!(values["due"], AttributeValue::Time(1_795_161_600));
        assert_eq!(values["code"], text("7"));
        assert_eq!(values["seats"], AttributeValue::Integer(12));
        assert_eq!(values["vip"], AttributeValue::Boolean(true));
        assert_eq!(values["odd"], text("many"));
        retype_attributes(&mut values, AttributeOwner::Company, &[define("code", AttributeKind::Integer)]);
        assert_eq!(values["code"], text("7"));
    }

    #[test]
    fn built_in_and_archived_attributes_are_left_out() {
        let read = |json: &str| serde_json::from_str::<ContactAttributeItem>(json).unwrap().into_value();
        assert_eq!(read(r#"{"name":"email","data_type":"string","custom":false}"#), Ok(None));
        assert_eq!(read(r#"{"name":"old","data_type":"string","custom":true,"archived":true}"#), Ok(None));
        assert_eq!(read(r#"{"data_type":"string","custom":true}"#), Err("no name"));
        let list = read(r#"{"name":"tier","data_type":"string","custom":true,"options":["a",{"value":"b"}]}"#);
        let options = vec![Untrusted::new("a"), Untrusted::new("b")];
        assert_eq!(list.unwrap().unwrap().kind, AttributeKind::List(options));
    }

    #[test]
    fn conversation_attributes_have_lists_and_unknown_types() {
        let read = |json: &str| serde_json::from_str::<ConversationAttributeItem>(json).unwrap().into_value().unwrap();
        let list = read(
            r#"{"id":4,"name":"Topic","data_type":"list","options":[{"label":"Billing","archived":false},{"label":"Old","archived":true}]}"#,
        );
        assert_eq!(list.unwrap().kind, AttributeKind::List(vec![Untrusted::new("Billing")]));
        assert_eq!(read(r#"{"name":"Box","data_type":"hologram"}"#).unwrap().kind, AttributeKind::Other);
        assert_eq!(read(r#"{"name":"Due","data_type":"datetime"}"#).unwrap().kind, AttributeKind::Time);
    }
}
