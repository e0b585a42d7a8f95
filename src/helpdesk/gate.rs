//! What every request passes on its way in, and every answer on its way out.
//!
//! Owns three steps. [`envelope`]: a request id, a deadline, panics caught, refusals written as
//! `error.list`, `Date` and `X-Request-Id`. [`our_name`]: `Host` and `Origin`. [`signed_in`]: token,
//! rate limit, version. Must not know any resource.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, DATE, HOST, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::desk::{App, Caller, Desk};
use super::error::ApiError;
use super::limit::Allowance;
use super::token;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const VERSION: HeaderName = HeaderName::from_static("intercom-version");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Versions that are taken; all are answered in 2.16's shape.
const VERSIONS: [&str; 4] = ["2.14", "2.15", "2.16", "Preview"];

/// Gives the request an id, runs it within its time, and writes what it was refused with.
pub async fn envelope(State(desk): State<App>, request: Request, next: Next) -> Response {
    let request_id = dashed(&desk.ids.uuid());
    // The path as it is routed: what stands in it may be a customer's.
    let path = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let run = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match tokio::time::timeout(desk.request_timeout, run).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => {
            // What a panic says may hold what a customer wrote: the hook has it, the log has the place.
            tracing::error!(%method, path, request_id, "a request handler panicked");
            ApiError::internal().into_response()
        }
        Err(_elapsed) => ApiError::from_status(StatusCode::REQUEST_TIMEOUT).into_response(),
    };
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let error = response.extensions_mut().remove().unwrap_or_else(|| ApiError::from_status(status));
        *response.body_mut() = Body::from(error.to_body(&request_id));
        let headers = response.headers_mut();
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    if let Some(value) = http_date(desk.now()) {
        headers.insert(DATE, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    tracing::debug!(%method, path, status = status.as_u16(), request_id, "answered");
    response
}

/// 32 hex digits as a UUID of version 4 is written.
#[must_use]
pub fn dashed(hex: &str) -> String {
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

fn http_date(now: i64) -> Option<HeaderValue> {
    let at = jiff::Timestamp::from_second(now).ok()?;
    let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    HeaderValue::from_str(&text).ok()
}

/// Refuses what was meant for another host, or comes from another's page.
pub async fn our_name(State(desk): State<App>, request: Request, next: Next) -> Response {
    match check_names(&desk, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check_names(desk: &Desk, request: &Request) -> Result<(), ApiError> {
    let refused = |what: &str| {
        ApiError::forbidden(format!(
            "This helpdesk does not answer to that {what}; ask it as localhost, or have its operator allow the name"
        ))
    };
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = hosts.next().ok_or_else(|| ApiError::bad_request("A Host header is required"))?;
    let is_ours = |name: &HeaderValue| name.to_str().is_ok_and(|name| desk.hosts.allows(name));
    if !is_ours(host) || hosts.next().is_some() {
        return Err(refused("host"));
    }
    if request.uri().authority().is_some_and(|authority| !desk.hosts.allows(authority.as_str())) {
        return Err(refused("host"));
    }
    let foreign = |origin: &HeaderValue| !origin.to_str().is_ok_and(|origin| desk.hosts.allows_origin(origin));
    if request.headers().get_all(ORIGIN).iter().any(foreign) {
        return Err(refused("origin"));
    }
    Ok(())
}

/// Lets in who has a good token, within its rate, for a version that is served.
pub async fn signed_in(State(desk): State<App>, mut request: Request, next: Next) -> Response {
    let caller = match identify(&desk, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => {
            let mut response = error.into_response();
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return response;
        }
    };
    let now = desk.now();
    let allowance = desk.limit.take(&caller.token.to_string(), now);
    let mut response = if !allowance.granted {
        let message = "Exceeded rate limit: wait until the time in X-RateLimit-Reset";
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message).into_response()
    } else if let Err(error) = check_version(request.headers()) {
        error.into_response()
    } else {
        request.extensions_mut().insert(caller);
        next.run(request).await
    };
    tell_rate(response.headers_mut(), allowance, now);
    response
}

fn tell_rate(headers: &mut HeaderMap, allowance: Allowance, now: i64) {
    headers.insert(LIMIT, allowance.limit.into());
    headers.insert(REMAINING, allowance.remaining.into());
    headers.insert(RESET, allowance.reset_at.into());
    if !allowance.granted {
        headers.insert(RETRY_AFTER, (allowance.reset_at - now).max(1).into());
    }
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(version) = headers.get(VERSION) else { return Ok(()) };
    let served =
        version.to_str().is_ok_and(|version| VERSIONS.iter().any(|known| known.eq_ignore_ascii_case(version.trim())));
    if served {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::BAD_REQUEST,
        "intercom_version_invalid",
        format!("This API version is not served here; ask for {}", VERSIONS.join(", ")),
    ))
}

async fn identify(desk: &Desk, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(ApiError::unauthorized)?;
    let token = desk.store.token_by_hash(token::hash(bearer)).await?.ok_or_else(ApiError::unauthorized)?;
    if token.revoked_at.is_some() {
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "token_revoked", "Access Token has been revoked"));
    }
    Ok(Caller { token: token.id, admin: token.admin, scopes: token.scopes, base_url: base_url(desk, headers) })
}

/// The address for links: the operator's, or the one that the caller used (its host is checked).
fn base_url(desk: &Desk, headers: &HeaderMap) -> String {
    if let Some(url) = &desk.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("http://{host}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_a_uuid() {
        let id = dashed("0123456789abcdef0123456789abcdef");
        assert_eq!(id, "01234567-89ab-4def-a123-456789abcdef");
    }

    #[test]
    fn only_served_versions_pass() {
        let asked = |version: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(VERSION, HeaderValue::from_str(version).unwrap());
            check_version(&headers)
        };
        for version in ["2.14", "2.15", "2.16", "Preview", "preview"] {
            assert_eq!(asked(version), Ok(()), "{version}");
        }
        for version in ["", "2.13", "2.17", "1.0", "latest", "2.16.0"] {
            assert_eq!(asked(version).unwrap_err().faults[0].code, "intercom_version_invalid", "{version}");
        }
        assert_eq!(check_version(&HeaderMap::new()), Ok(()));
    }

    #[test]
    fn dates_are_written_as_http_wants_them() {
        assert_eq!(http_date(784_111_777).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
