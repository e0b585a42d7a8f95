//! Reading what a caller sends: JSON objects field by field, and query strings.
//!
//! Owns [`Fields`] (each reader names the field in its refusal), [`Query`], and the extractors that
//! make them. Ids come as strings or integers and are strings from here on. Knows no resource.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use super::error::ApiError;

/// Longest text that a field other than a body takes, in bytes.
const LONGEST_LINE: usize = 4 * 1024;

/// The fields of a JSON object.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    map: Map<String, Value>,
    /// Where the object is in the body, for names in refusals: empty or ending in a dot.
    prefix: String,
}

impl Fields {
    /// Reads an object from bytes.
    ///
    /// # Errors
    /// 400 when the bytes are no JSON, or not an object.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApiError> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => Ok(Self { map, prefix: String::new() }),
            Ok(_) => Err(ApiError::bad_request("The body must be a JSON object")),
            Err(error) => Err(ApiError::bad_request(format!("The body is not valid JSON: {error}"))),
        }
    }

    fn name(&self, field: &str) -> String {
        format!("{}{field}", self.prefix)
    }

    fn invalid(&self, field: &str, wanted: &str) -> ApiError {
        let name = self.name(field);
        ApiError::invalid(&name, format!("{name} must be {wanted}"))
    }

    /// The value, unless it is absent or null.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.map.get(field).filter(|value| !value.is_null())
    }

    /// Whether the field is there, null included.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.map.contains_key(field)
    }

    /// A text of any length.
    ///
    /// # Errors
    /// 400 when it is no string.
    pub fn body(&self, field: &str) -> Result<Option<&str>, ApiError> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.invalid(field, "a string")),
        }
    }

    /// A text of one line's length.
    ///
    /// # Errors
    /// 400 when it is no string or too long.
    pub fn text(&self, field: &str) -> Result<Option<&str>, ApiError> {
        match self.body(field)? {
            Some(text) if text.len() > LONGEST_LINE => {
                Err(self.invalid(field, &format!("at most {LONGEST_LINE} bytes long")))
            }
            text => Ok(text),
        }
    }

    /// A text that must be there and not blank.
    ///
    /// # Errors
    /// 400 when it is absent, blank, no string or too long.
    pub fn required_text(&self, field: &str) -> Result<&str, ApiError> {
        self.text(field)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| ApiError::absent(&self.name(field)))
    }

    /// An id: a string or an integer.
    ///
    /// # Errors
    /// 400 when it is neither.
    pub fn id(&self, field: &str) -> Result<Option<String>, ApiError> {
        match self.value(field) {
            None => Ok(None),
            Some(value) => id_of(value).map(Some).ok_or_else(|| self.invalid(field, "an id")),
        }
    }

    /// An id that must be there.
    ///
    /// # Errors
    /// 400 when it is absent or no id.
    pub fn required_id(&self, field: &str) -> Result<String, ApiError> {
        self.id(field)?.ok_or_else(|| ApiError::absent(&self.name(field)))
    }

    /// A boolean.
    ///
    /// # Errors
    /// 400 when it is none.
    pub fn boolean(&self, field: &str) -> Result<Option<bool>, ApiError> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.invalid(field, "true or false")),
        }
    }

    /// An integer, also as a string of digits.
    ///
    /// # Errors
    /// 400 when it is none.
    pub fn integer(&self, field: &str) -> Result<Option<i64>, ApiError> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::Number(number)) if number.is_i64() => Ok(number.as_i64()),
            Some(Value::String(text)) => match text.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(self.invalid(field, "an integer")),
            },
            Some(_) => Err(self.invalid(field, "an integer")),
        }
    }

    /// An instant in Unix seconds.
    ///
    /// # Errors
    /// 400 when it is none, or outside the years 1970 to 9999.
    pub fn instant(&self, field: &str) -> Result<Option<i64>, ApiError> {
        match self.integer(field)? {
            Some(at) if !(0..=253_402_300_799).contains(&at) => Err(self.invalid(field, "a time in Unix seconds")),
            at => Ok(at),
        }
    }

    /// An object.
    ///
    /// # Errors
    /// 400 when it is none.
    pub fn object(&self, field: &str) -> Result<Option<Self>, ApiError> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Self { map: map.clone(), prefix: format!("{}{field}.", self.prefix) })),
            Some(_) => Err(self.invalid(field, "an object")),
        }
    }

    /// A list of objects; empty when absent.
    ///
    /// # Errors
    /// 400 when it is none, or has more than `most` entries.
    pub fn objects(&self, field: &str, most: usize) -> Result<Vec<Self>, ApiError> {
        self.list(field, most)?
            .iter()
            .enumerate()
            .map(|(index, value)| match value {
                Value::Object(map) => {
                    Ok(Self { map: map.clone(), prefix: format!("{}{field}[{index}].", self.prefix) })
                }
                _ => Err(self.invalid(field, "a list of objects")),
            })
            .collect()
    }

    /// A list of texts; empty when absent.
    ///
    /// # Errors
    /// 400 when it is none, or has more than `most` entries.
    pub fn texts(&self, field: &str, most: usize) -> Result<Vec<String>, ApiError> {
        self.list(field, most)?
            .iter()
            .map(|value| value.as_str().map(str::to_owned).ok_or_else(|| self.invalid(field, "a list of strings")))
            .collect()
    }

    /// A list of identifiers, as strings or integers.
    ///
    /// # Errors
    /// 400 when it is none, or longer than `most`.
    pub fn ids(&self, field: &str, most: usize) -> Result<Vec<String>, ApiError> {
        let id = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if number.is_u64() => Some(number.to_string()),
            _ => None,
        };
        let ids = self.list(field, most)?.iter();
        ids.map(|value| id(value).ok_or_else(|| self.invalid(field, "a list of ids"))).collect()
    }

    fn list(&self, field: &str, most: usize) -> Result<&[Value], ApiError> {
        match self.value(field) {
            None => Ok(&[]),
            Some(Value::Array(list)) if list.len() <= most => Ok(list),
            Some(Value::Array(_)) => Err(self.invalid(field, &format!("a list of at most {most}"))),
            Some(_) => Err(self.invalid(field, "a list")),
        }
    }

    /// A map of anything.
    ///
    /// # Errors
    /// 400 when it is no object.
    pub fn map(&self, field: &str) -> Result<Option<&Map<String, Value>>, ApiError> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(self.invalid(field, "an object")),
        }
    }
}

/// A string that is not blank or an integer that is not negative, as text.
fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() && text.len() <= 255 => Some(text.trim().to_owned()),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => None,
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Err(ApiError::bad_request("A JSON body is required"));
        }
        Self::parse(&bytes)
    }
}

/// The fields of a body that may be left out.
#[derive(Clone, Debug, Default)]
pub struct OptionalFields(pub Fields);

impl<S: Send + Sync> FromRequest<S> for OptionalFields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = read(request, state).await?;
        if bytes.is_empty() { Ok(Self::default()) } else { Fields::parse(&bytes).map(Self) }
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::from_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => ApiError::bad_request("The body did not arrive whole"),
    })
}

/// The parameters of a query string; of a repeated one the last counts.
#[derive(Clone, Debug, Default)]
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// A parameter that is there and not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A flag; false when absent.
    ///
    /// # Errors
    /// 400 when it is neither `true` nor `false`.
    pub fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::invalid(name, format!("{name} must be true or false"))),
        }
    }

    /// An integer.
    ///
    /// # Errors
    /// 400 when it is none.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.text(name)
            .map(|text| text.parse().map_err(|_| ApiError::invalid(name, format!("{name} must be an integer"))))
            .transpose()
    }

    /// A count from 1 to `most`; more than `most` counts as `most`.
    ///
    /// # Errors
    /// 400 when it is no positive integer.
    pub fn count(&self, name: &str, default: u32, most: u32) -> Result<u32, ApiError> {
        bounded(name, self.integer(name)?, default, most)
    }
}

/// A count from 1 to `most`; more than `most` counts as `most`.
///
/// # Errors
/// 400 when it is not positive.
pub fn bounded(name: &str, value: Option<i64>, default: u32, most: u32) -> Result<u32, ApiError> {
    match value {
        None => Ok(default),
        Some(value) if value < 1 => Err(ApiError::invalid(name, format!("{name} must be at least 1"))),
        Some(value) => Ok(u32::try_from(value).unwrap_or(most).min(most)),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map(|pairs| Self(pairs.0.into_iter().collect()))
            .map_err(|_| ApiError::bad_request("The query string cannot be read"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields {
        Fields::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn ids_come_as_strings_or_integers() {
        let fields = fields(r#"{"a": "814", "b": 814, "c": -1, "d": true, "e": null}"#);
        assert_eq!(fields.id("a").unwrap().as_deref(), Some("814"));
        assert_eq!(fields.id("b").unwrap().as_deref(), Some("814"));
        assert!(fields.id("c").is_err() && fields.id("d").is_err());
        assert_eq!(fields.id("e").unwrap(), None);
        assert_eq!(fields.required_id("e").unwrap_err(), ApiError::absent("e"));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in ["", "[]", "1", "{", "{\"a\": \"\\ud800\"}", "\u{feff}{}"] {
            let error = Fields::parse(body.as_bytes()).unwrap_err();
            assert_eq!((error.status, error.faults[0].code), (StatusCode::BAD_REQUEST, "bad_request"), "{body}");
        }
    }

    #[test]
    fn a_refusal_names_the_field_with_its_place() {
        let fields = fields(r#"{"from": {"id": []}, "files": [{"name": 1}]}"#);
        let from = fields.object("from").unwrap().unwrap();
        assert_eq!(from.id("id").unwrap_err().faults[0].field.as_deref(), Some("from.id"));
        let files = fields.objects("files", 10).unwrap();
        assert_eq!(files[0].text("name").unwrap_err().faults[0].field.as_deref(), Some("files[0].name"));
        assert!(fields.objects("files", 0).is_err());
    }

    #[test]
    fn counts_are_capped_and_positive() {
        assert_eq!(bounded("per_page", Some(1_000_000), 20, 150).unwrap(), 150);
        assert_eq!(bounded("per_page", None, 20, 150).unwrap(), 20);
        assert!(bounded("per_page", Some(0), 20, 150).is_err());
    }
}
