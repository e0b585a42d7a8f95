//! The paths that the vendor's API lacks: what this helpdesk can do, files, tokens.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::{admin_named, path_id, threads};
use crate::helpdesk::body::Fields;
use crate::helpdesk::desk::{App, Caller, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::{AttachmentId, Token, TokenId};
use crate::helpdesk::storage::Missing;
use crate::helpdesk::token::{self, Secret};
use crate::helpdesk::{files, wire};

/// Most scopes that a request for a token names.
const MOST_SCOPES: usize = 50;

/// What this helpdesk can do beyond version 2.16.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "one answer each to questions that have nothing to do with another")]
pub struct CapabilitiesBody {
    /// `PUT /conversations/{id}` takes `priority` and `admin_id`.
    priority: bool,
    /// `/deskhand/tokens` is there.
    tokens: bool,
    /// Server-sent events.
    events: bool,
    /// Reading many threads at once.
    bulk_threads: bool,
    /// Writing macros.
    write_macros: bool,
    /// SLA policies with their targets.
    sla_policies: bool,
    /// Most conversations that one `GET /deskhand/threads` tells.
    threads_per_page: u32,
    /// Most ids that one `POST /deskhand/threads` takes.
    threads_ids: usize,
}

/// `GET /deskhand/capabilities`
pub async fn capabilities(_caller: Caller) -> Json<CapabilitiesBody> {
    Json(CapabilitiesBody {
        priority: true,
        tokens: true,
        events: true,
        bulk_threads: true,
        write_macros: false,
        sla_policies: false,
        threads_per_page: threads::MOST_PER_PAGE,
        threads_ids: threads::MOST_IDS,
    })
}

/// `GET /deskhand/attachments/{id}`: whoever knows the address may read, as with the vendor's. What
/// customers send never runs in a browser: it is a stream of octets to be saved.
pub async fn attachment(State(desk): State<App>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let file = desk.store.attachment(AttachmentId(id)).await?;
    let mut response = Body::from(file.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(files::OCTETS));
    headers.insert(CONTENT_DISPOSITION, files::disposition(&file.name));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// A token, without its secret.
#[derive(Debug, Serialize)]
pub struct TokenBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    admin_id: String,
    scopes: BTreeSet<String>,
    created_at: i64,
    revoked_at: Option<i64>,
    /// Told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl From<&Token> for TokenBody {
    fn from(token: &Token) -> Self {
        Self {
            kind: "token",
            id: token.id.to_string(),
            name: token.name.clone(),
            admin_id: token.admin.to_string(),
            scopes: token.scopes.clone(),
            created_at: token.created_at,
            revoked_at: token.revoked_at,
            token: None,
        }
    }
}

/// `GET /deskhand/tokens`
pub async fn tokens(State(desk): State<App>, caller: Caller) -> Result<Json<wire::List<TokenBody>>, ApiError> {
    caller.may(Scope::ManageTokens)?;
    Ok(Json(wire::List::whole(desk.store.tokens().await?.iter().map(TokenBody::from).collect())))
}

/// `POST /deskhand/tokens`: a token for a teammate, with no more scopes than the caller has.
pub async fn create_token(
    State(desk): State<App>,
    caller: Caller,
    fields: Fields,
) -> Result<(StatusCode, Json<TokenBody>), ApiError> {
    caller.may(Scope::ManageTokens)?;
    let name = fields.required_text("name")?.trim().to_owned();
    let admin = admin_named(&desk, &fields, "admin_id").await?.unwrap_or(caller.admin);
    let asked = fields.texts("scopes", MOST_SCOPES)?;
    if asked.is_empty() {
        return Err(ApiError::absent("scopes"));
    }
    let mut scopes = Vec::with_capacity(asked.len());
    for word in &asked {
        let scope = Scope::parse(word).ok_or_else(|| {
            let known: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
            ApiError::invalid("scopes", format!("scopes must be of {}", known.join(", ")))
        })?;
        caller.may(scope)?;
        scopes.push(scope);
    }
    let secret = Secret::fresh(&desk.ids).map_err(|error| {
        tracing::error!(%error, "no token could be made");
        ApiError::internal()
    })?;
    let made = desk.store.create_token(token::record(&secret, &name, admin, &scopes, desk.now())).await?;
    let body = TokenBody { token: Some(secret.expose().to_owned()), ..TokenBody::from(&made) };
    Ok((StatusCode::CREATED, Json(body)))
}

/// `DELETE /deskhand/tokens/{id}`: revokes for good; revoking again changes nothing.
pub async fn revoke_token(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<TokenBody>, ApiError> {
    caller.may(Scope::ManageTokens)?;
    let id: TokenId = path_id(&id, Missing::Other)?;
    desk.store.revoke_token(id).await?;
    let tokens = desk.store.tokens().await?;
    let revoked = tokens.iter().find(|token| token.id == id);
    revoked
        .map(|token| Json(TokenBody::from(token)))
        .ok_or_else(|| ApiError::not_found("not_found", "Resource Not Found"))
}
