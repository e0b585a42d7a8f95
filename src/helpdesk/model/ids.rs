//! Identifiers that look like Intercom's: decimal numbers for most, 24 hex digits for people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Ids;

macro_rules! numeric_id {
    ($($(#[$doc:meta])* $name:ident from $first:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// A positive decimal number; written as digits. Zero means "not given yet": the store
        /// gives the next number when it inserts.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// The first number that a new workspace gives.
            pub const FIRST: i64 = $first;

            /// Whether the store has yet to give a number.
            #[must_use]
            pub const fn is_unset(self) -> bool {
                self.0 == 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Reads plain digits; no sign, no spaces, not zero.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(NotAnId);
                }
                match text.parse() {
                    Ok(0) | Err(_) => Err(NotAnId),
                    Ok(number) => Ok(Self(number)),
                }
            }
        }
    )*};
}

numeric_id! {
    /// A conversation. Fifteen digits or more, ascending in the order of creation.
    ConversationId from 215_473_900_000_001;
    /// A part of a conversation, or its opening message (`source.id`): one series for both.
    PartId from 30_418_200_001;
    /// A teammate.
    AdminId from 7_412_101;
    /// A team inbox.
    TeamId from 8_146_501;
    /// A tag.
    TagId from 10_258_301;
    /// A note on a contact or company.
    NoteId from 17_495_101;
    /// A macro.
    MacroId from 5_310_101;
    /// An attribute's definition, of whatever model.
    AttributeId from 12_871;
    /// An office hours schedule, or one of its exceptions.
    ScheduleId from 3_101;
    /// An API token.
    TokenId from 1;
}

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A new one, as 24 hex digits.
            #[must_use]
            pub fn fresh(ids: &Ids) -> Self {
                Self(format!("{:016x}{:08x}", ids.next_u64(), ids.next_u64() & 0xffff_ffff))
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether the store has yet to give one.
            #[must_use]
            pub fn is_unset(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )*};
}

text_id! {
    /// A contact: 24 hex digits.
    ContactId;
    /// A company: 24 hex digits.
    CompanyId;
    /// A segment of contacts: 24 hex digits.
    SegmentId;
    /// A brand; the default brand's is the workspace's id.
    BrandId;
    /// A stored attachment; unguessable, since its address is all that a reader needs.
    AttachmentId;
}

/// What was given is no identifier of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_positive_digits_are_a_number() {
        assert_eq!("42".parse(), Ok(AdminId(42)));
        for wrong in ["", "0", "-1", "+1", " 1", "1a", "99999999999999999999"] {
            assert_eq!(wrong.parse::<AdminId>(), Err(NotAnId), "{wrong}");
        }
    }

    #[test]
    fn a_fresh_contact_id_has_24_hex_digits() {
        let id = ContactId::fresh(&Ids::seeded(3));
        assert_eq!(id.as_str().len(), 24);
        assert!(id.as_str().bytes().all(|b| b.is_ascii_hexdigit()));
    }
}
