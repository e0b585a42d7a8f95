//! What a caller is told when a request is refused.
//!
//! Owns [`ApiError`]: a status and one or more faults, which the gate turns into the vendor's
//! `error.list` envelope with the request's id. Knows nothing of storage or of any resource.

use axum::http::header::LINK;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A refusal: status, faults, and for a merged contact where the surviving one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The status line.
    pub status: StatusCode,
    /// At least one.
    pub faults: Vec<Fault>,
    /// Path of the resource that replaces this one (`Link`, rel `canonical`).
    pub canonical: Option<String>,
}

/// One entry of `errors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Machine-readable, lower case with underscores.
    pub code: &'static str,
    /// One English sentence.
    pub message: String,
    /// The field or query parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// The body of every refusal.
#[derive(Serialize)]
pub struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    request_id: &'a str,
    errors: &'a [Fault],
}

impl ApiError {
    /// A refusal with one fault.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, faults: vec![Fault { code, message: message.into(), field: None }], canonical: None }
    }

    /// Names the field that every fault is about.
    #[must_use]
    pub fn on(mut self, field: &str) -> Self {
        for fault in &mut self.faults {
            fault.field = Some(field.to_owned());
        }
        self
    }

    /// 400 `bad_request`: the request as a whole cannot be read.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 400 `parameter_invalid`: this field has a value that it cannot have.
    #[must_use]
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parameter_invalid", message).on(field)
    }

    /// 400 `parameter_not_found`: this field must be there.
    #[must_use]
    pub fn absent(field: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parameter_not_found", format!("{field} is required")).on(field)
    }

    /// 404 with the code of the kind of thing that is not there.
    #[must_use]
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 401: no token, or not one of ours.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "Access Token Invalid")
    }

    /// 403: the token is good but may not do this.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// 410 for a contact that was merged into `contact_id`.
    #[must_use]
    pub fn merged_into(contact_id: &str) -> Self {
        let mut error = Self::new(
            StatusCode::GONE,
            "contact_merged",
            "This contact has been merged. See the 'Link' header for the canonical contact.",
        );
        error.canonical = Some(format!("/contacts/{contact_id}"));
        error
    }

    /// 500: our fault; what exactly goes to the log, never to the caller.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "The helpdesk could not finish this request. Try again; its log says why.",
        )
    }

    /// What a bare status (from the router or a body reader) means, in our words.
    #[must_use]
    pub fn from_status(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::NOT_FOUND => ("not_found", "There is no such path"),
            StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "This path does not take that method"),
            StatusCode::REQUEST_TIMEOUT => ("request_timeout", "The request took too long to arrive or to answer"),
            StatusCode::PAYLOAD_TOO_LARGE => ("request_too_large", "The body is larger than this path takes"),
            status if status.is_server_error() => return Self { status, ..Self::internal() },
            _ => ("bad_request", "The request cannot be read"),
        };
        Self::new(status, code, message)
    }

    /// The JSON body for the request with this id.
    #[must_use]
    pub fn to_body(&self, request_id: &str) -> Vec<u8> {
        let envelope = Envelope { kind: "error.list", request_id, errors: &self.faults };
        serde_json::to_vec(&envelope).unwrap_or_default()
    }
}

impl IntoResponse for ApiError {
    /// Status and headers only: the gate writes the body, because it knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(link) = &self.canonical
            && let Ok(value) = HeaderValue::from_str(&format!("<{link}>; rel=\"canonical\""))
        {
            response.headers_mut().insert(LINK, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn envelope_has_type_request_id_and_errors() {
        let body = ApiError::absent("admin_id").to_body("abc");
        let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            value,
            serde_json::json!({
                "type": "error.list",
                "request_id": "abc",
                "errors": [{"code": "parameter_not_found", "message": "admin_id is required", "field": "admin_id"}],
            })
        );
    }

    #[test]
    fn a_merged_contact_points_at_the_survivor() {
        let response = ApiError::merged_into("6762f0").into_response();
        assert_eq!(response.status(), StatusCode::GONE);
        assert_eq!(response.headers().get(LINK).unwrap(), "</contacts/6762f0>; rel=\"canonical\"");
    }
}
