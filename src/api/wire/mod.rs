//! The vendor's shapes, read with patience.
//!
//! Owns what arrives and how it becomes a value of [`crate::domain`]. A field that is missing, null or
//! of another type costs itself; an item without a usable id costs itself; unknown fields are passed
//! over. Knows nothing of HTTP. Enter at [`Fields`] for an object and at [`Wire`] for an item.

mod attribute;
mod contact;
mod conversation;
mod fault;
mod lax;
mod mend;
mod message;
mod part;
mod people;
mod settings;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

pub use attribute::retype_attributes;
pub(super) use attribute::{CompanyAttributeItem, ContactAttributeItem, ConversationAttributeItem};
pub(super) use contact::{ChangedContactItem, CompanyItem, ContactItem, NoteItem};
pub(super) use conversation::{ConversationItem, DeletedItem, Thread, read_thread};
pub(super) use fault::Fault;
pub(super) use lax::{Flag, Id, Text};
pub(super) use mend::mend;
pub(super) use message::MessageItem;
pub(super) use people::{AdminItem, AwayReasonItem, MeItem, TagItem, TeamItem};
pub(super) use settings::{ExceptionItem, MacroItem, ScheduleItem};

/// An item of the API and the value it stands for.
pub(super) trait Wire: DeserializeOwned {
    /// What it becomes.
    type Value;
    /// What it is called in reports.
    const WHAT: &'static str;

    /// The value, or what is wrong.
    fn into_value(self) -> Result<Self::Value, &'static str>;
}

/// The fields of one JSON object, each still as it came. So one that cannot be read (nested too deep,
/// a number out of range) does not spoil the others, and of two of the same name the last counts.
pub(super) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// The object's fields; absent when `json` is none.
    pub(super) fn parse(json: &'a str) -> Option<Self> {
        Self::parse_strictly(json).ok()
    }

    /// The same, with what is wrong.
    pub(super) fn parse_strictly(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(Self)
    }

    /// Takes a field out, unread.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        self.0.remove(name)
    }

    /// A field's value; null when it cannot be read.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.0.get(name).map(|raw| read_value(raw))
    }

    /// A field as `T`, or the default where it is missing or something else.
    pub(super) fn peek<T: DeserializeOwned + Default>(&self, name: &str) -> T {
        self.value(name).and_then(|value| T::deserialize(value).ok()).unwrap_or_default()
    }

    /// All fields that are left, as one wire type.
    pub(super) fn read<T: DeserializeOwned>(self) -> Option<T> {
        let object = self.0.into_iter().map(|(name, raw)| (name, read_value(raw))).collect();
        T::deserialize(Value::Object(object)).ok()
    }
}

fn read_value(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or(Value::Null)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_cannot_be_read_costs_itself() {
        let deep = format!("{}1{}", "[".repeat(2_000), "]".repeat(2_000));
        let json = format!(r#"{{"a":1,"deep":{deep},"big":1e999,"a":2}}"#);
        let fields = Fields::parse(&json).unwrap();
        assert_eq!(fields.peek::<u64>("a"), 2);
        assert_eq!(fields.value("deep"), Some(Value::Null));
        assert_eq!(fields.value("big"), Some(Value::Null));
        assert_eq!(fields.value("absent"), None);
    }
}
