//! One function per operation of the API: read the request, call the store, answer a shape.
//!
//! Owns what a request may say and nothing else: rules live in the store, shapes in `wire`. One file
//! per resource. Enter at `routes.rs`, which names every function here.

pub mod admins;
pub mod attributes;
pub mod companies;
pub mod contacts;
pub mod conversations;
pub mod deskhand;
pub mod events;
pub mod messages;
pub mod outbound;
pub mod search;
pub mod settings;
pub mod tags;
pub mod threads;

use std::str::FromStr;

use super::body::{Fields, Query, bounded};
use super::desk::{Caller, Desk};
use super::error::ApiError;
use super::model::act::Actor;
use super::model::page::{NumberedRequest, PageRequest};
use super::model::{AdminId, ConversationId};
use super::storage::{Missing, Refusal};

/// Reads an id out of a path; what is none names nothing.
fn path_id<T: FromStr>(text: &str, missing: Missing) -> Result<T, ApiError> {
    text.parse().map_err(|_| Refusal::from(missing).into())
}

fn conversation_id(text: &str) -> Result<ConversationId, ApiError> {
    path_id(text, Missing::Conversation)
}

/// The teammate that a field names; they must exist.
async fn admin_named(desk: &Desk, fields: &Fields, field: &str) -> Result<Option<AdminId>, ApiError> {
    let Some(text) = fields.id(field)? else { return Ok(None) };
    let id = path_id(&text, Missing::Admin).map_err(|error| error.on(field))?;
    desk.store.admin(id).await.map_err(|error| ApiError::from(error).on(field))?;
    Ok(Some(id))
}

/// The teammate who acts: `admin_id`, which must be there.
async fn acting_admin(desk: &Desk, fields: &Fields) -> Result<Actor, ApiError> {
    let admin = admin_named(desk, fields, "admin_id").await?;
    admin.map(Actor::Admin).ok_or_else(|| ApiError::absent("admin_id"))
}

/// The teammate who acts: `admin_id`, or else the token's.
async fn acting_admin_or_caller(desk: &Desk, caller: &Caller, fields: &Fields) -> Result<AdminId, ApiError> {
    Ok(admin_named(desk, fields, "admin_id").await?.unwrap_or(caller.admin))
}

/// The moment that a caller dates an act to: past or now.
fn dated(desk: &Desk, fields: &Fields) -> Result<Option<i64>, ApiError> {
    match fields.instant("created_at")? {
        // Clocks differ: a caller's "now" may be a little ahead of ours.
        Some(at) if at > desk.now() + 60 => {
            Err(ApiError::invalid("created_at", "created_at must not lie in the future"))
        }
        Some(at) => Ok(Some(at.min(desk.now()))),
        None => Ok(None),
    }
}

/// A page by cursor out of a query string.
fn cursor_page(query: &Query, default: u32, most: u32) -> Result<PageRequest, ApiError> {
    Ok(PageRequest {
        per_page: size(query.count("per_page", default, most)?),
        starting_after: query.text("starting_after").map(str::to_owned),
    })
}

/// A page by cursor out of a body's `pagination`.
fn cursor_in_body(fields: &Fields, default: u32, most: u32) -> Result<PageRequest, ApiError> {
    let Some(pagination) = fields.object("pagination")? else { return Ok(PageRequest::first(size(default))) };
    Ok(PageRequest {
        per_page: size(bounded("pagination.per_page", pagination.integer("per_page")?, default, most)?),
        starting_after: pagination.text("starting_after")?.filter(|cursor| !cursor.is_empty()).map(str::to_owned),
    })
}

/// A page by number out of a query string.
fn numbered_page(query: &Query, default: u32, most: u32) -> Result<NumberedRequest, ApiError> {
    let ascending = match query.text("order") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => return Err(ApiError::invalid("order", "order must be asc or desc")),
    };
    Ok(NumberedRequest {
        page: size(query.count("page", 1, 1_000_000)?),
        per_page: size(query.count("per_page", default, most)?),
        ascending,
    })
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
