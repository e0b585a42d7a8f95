//! Field types that take whatever comes.
//!
//! Owns the tolerance of single fields: each of these reads any JSON value without an error and is
//! empty where the value makes no sense. Use with `#[serde(default)]` for missing ones.

use std::ops::Deref;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::UnixTime;
use crate::text::Untrusted;

/// The end of year 9999: later times are clamped to it.
const LATEST: i64 = 253_402_300_799;

/// An identifier: a string or an integer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::api) struct Id(Option<String>);

impl Id {
    /// The identifier through one of the domain's parsers.
    pub(in crate::api) fn parse<T>(&self, parser: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.0.as_deref().and_then(parser)
    }

    /// The same where `0` means nobody.
    pub(in crate::api) fn parse_unless_zero<T>(&self, parser: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.0.as_deref().filter(|text| *text != "0").and_then(parser)
    }

    /// The identifier, when it is fit to be shown.
    pub(in crate::api) fn plain(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| is_plain(text, 64))
    }
}

/// Whether a short text is made of letters, digits and `-_.:` only.
pub(in crate::api) fn is_plain(text: &str, longest: usize) -> bool {
    !text.is_empty()
        && text.len() <= longest
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(from)? {
            Value::String(text) if !text.is_empty() => Some(text),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (None, None, Some(float)) if float.fract() == 0.0 && float.abs() < 1e15 => {
                    Some((float as i64).to_string())
                }
                (None, None, _) => None,
                _ => Some(number.to_string()),
            },
            _ => None,
        }))
    }
}

/// Text; a number or yes/no counts as its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::api) struct Text(Option<String>);

impl Text {
    /// The text of a JSON value.
    pub(in crate::api) fn of(value: &Value) -> Self {
        Self(match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(yes) => Some(yes.to_string()),
            _ => None,
        })
    }

    pub(in crate::api) fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    pub(in crate::api) fn into_string(self) -> Option<String> {
        self.0
    }

    /// The text as it came; empty where there is none.
    pub(in crate::api) fn untrusted(self) -> Untrusted {
        Untrusted::new(self.0.unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(from)? {
            Value::String(text) => Self(Some(text)),
            other => Self::of(&other),
        })
    }
}

/// A moment: Unix seconds as a number or its digits, or ISO 8601. Absent at 0 and before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::api) struct Time(pub(in crate::api) Option<UnixTime>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let secs = match Value::deserialize(from)? {
            // A float beyond the range of integers saturates.
            Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|float| float as i64)),
            Value::String(text) => text.trim().parse().ok().or_else(|| parse_iso(&text)),
            _ => None,
        };
        Ok(Self(secs.filter(|secs| *secs > 0).map(|secs| UnixTime(secs.min(LATEST)))))
    }
}

/// Unix seconds of an ISO 8601 date and time with a zone.
pub(in crate::api) fn parse_iso(text: &str) -> Option<i64> {
    text.trim().parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

/// Yes, no, or unsaid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::api) struct Flag(pub(in crate::api) Option<bool>);

impl Flag {
    /// Whether it is said and yes.
    pub(in crate::api) fn is_set(self) -> bool {
        self.0 == Some(true)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(from)? {
            Value::Bool(yes) => Some(yes),
            Value::Number(number) => number.as_i64().map(|number| number != 0),
            Value::String(text) => match text.as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        }))
    }
}

/// A number of things: negative and absurd ones are clamped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::api) struct Count(pub(in crate::api) Option<u64>);

impl Count {
    /// The number, 0 where it is unsaid, at most `u32::MAX`.
    pub(in crate::api) fn small(self) -> u32 {
        u32::try_from(self.0.unwrap_or(0)).unwrap_or(u32::MAX)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(from)? {
            Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(|float| float as u64)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }))
    }
}

/// An object of its own; the default where it is null or something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::api) struct Lax<T>(pub(in crate::api) T);

impl<'de, T: DeserializeOwned + Default> Deserialize<'de> for Lax<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(Value::deserialize(from)?).unwrap_or_default()))
    }
}

impl<T> Deref for Lax<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A list within an object: an array, or an object that has one (`{"type":"tag.list","tags":[…]}`).
/// Elements that cannot be read are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) struct Listed<T>(pub(in crate::api) Vec<T>);

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let array = match Value::deserialize(from)? {
            Value::Array(array) => array,
            Value::Object(object) => object
                .into_iter()
                .find_map(|(_, value)| if let Value::Array(array) = value { Some(array) } else { None })
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        Ok(Self(array.into_iter().filter_map(|item| T::deserialize(item).ok()).collect()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read<T: DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn ids_come_as_strings_or_integers() {
        for (json, id) in [
            (r#""64a1""#, Some("64a1")),
            ("991", Some("991")),
            ("12.0", Some("12")),
            ("-3", Some("-3")),
            ("1.5", None),
            ("null", None),
            (r#""""#, None),
            ("{}", None),
            ("true", None),
        ] {
            assert_eq!(read::<Id>(json).0.as_deref(), id, "{json}");
        }
        let nobody = |json| read::<Id>(json).parse_unless_zero(|text| Some(text.to_owned()));
        assert_eq!(nobody("0"), None);
        assert_eq!(nobody(r#""0""#), None);
        assert_eq!(nobody("null"), None);
        assert_eq!(nobody("10"), Some("10".to_owned()));
    }

    #[test]
    fn times_come_as_seconds_or_iso_and_are_clamped() {
        for (json, secs) in [
            ("1734537511", Some(1_734_537_511)),
            (r#""1734537511""#, Some(1_734_537_511)),
            (r#""2024-12-18T15:58:31Z""#, Some(1_734_537_511)),
            (r#""2024-12-18T16:58:31+01:00""#, Some(1_734_537_511)),
            ("1734537511.9", Some(1_734_537_511)),
            ("1e30", Some(LATEST)),
            ("0", None),
            ("-5", None),
            ("null", None),
            (r#""soon""#, None),
            ("[]", None),
        ] {
            assert_eq!(read::<Time>(json).0.map(UnixTime::secs), secs, "{json}");
        }
    }

    #[test]
    fn nothing_is_an_error() {
        for json in ["null", "7", "-7", "1e99", "true", r#""x""#, "[1]", r#"{"a":[1]}"#] {
            let _ = read::<Id>(json);
            let _ = read::<Text>(json);
            let _ = read::<Time>(json);
            let _ = read::<Flag>(json);
            let _ = read::<Count>(json);
            let _ = read::<Lax<Vec<String>>>(json);
            let _ = read::<Listed<u8>>(json);
        }
        assert_eq!(read::<Count>("-1").small(), 0);
        assert_eq!(read::<Count>("99999999999").small(), u32::MAX);
        assert_eq!(read::<Text>("12").as_str(), "12");
        assert!(read::<Flag>("1").is_set());
        assert_eq!(read::<Flag>(r#""perhaps""#).0, None);
    }

    #[test]
    fn a_list_may_be_wrapped_and_loses_only_what_is_bad() {
        assert_eq!(read::<Listed<u8>>(r#"[1,"x",3]"#).0, [1, 3]);
        assert_eq!(read::<Listed<u8>>(r#"{"type":"list","tags":[1,2],"total_count":2}"#).0, [1, 2]);
        assert_eq!(read::<Listed<u8>>("null").0, Vec::<u8>::new());
    }
}
