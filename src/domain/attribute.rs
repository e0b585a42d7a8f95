//! Typed custom attributes.

use serde::{Deserialize, Serialize};

use crate::text::Untrusted;

/// A value of a custom attribute, in its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeValue {
    /// Text or a list's option.
    Text(Untrusted),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Decimal(f64),
    /// Yes or no.
    Boolean(bool),
    /// A moment, Unix seconds.
    Time(i64),
    /// Set to nothing.
    Null,
}

// A NaN never enters: JSON has none.
impl Eq for AttributeValue {}

impl AttributeValue {
    /// The value as words, in English and unformatted: for matching and for showing after cleaning.
    #[must_use]
    pub fn to_untrusted(&self) -> Untrusted {
        Untrusted::new(match self {
            Self::Text(text) => return text.clone(),
            Self::Integer(number) | Self::Time(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Boolean(yes) => yes.to_string(),
            Self::Null => String::new(),
        })
    }
}

/// What an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeOwner {
    /// Conversations (`/conversations/attributes`).
    Conversation,
    /// Contacts (`/data_attributes?model=contact`).
    Contact,
    /// Companies (`/data_attributes?model=company`).
    Company,
}

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeKind {
    /// Free text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A moment.
    Time,
    /// One of these.
    List(Vec<Untrusted>),
    /// Newer than this program.
    Other,
}

/// An attribute that the workspace defined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    /// What it belongs to.
    pub owner: AttributeOwner,
    /// Name as in `custom_attributes`.
    pub name: Untrusted,
    /// Type.
    pub kind: AttributeKind,
}
