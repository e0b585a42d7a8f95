//! Contacts and the notes on them: `/contacts`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::{admin_named, cursor_in_body, cursor_page, numbered_page};
use crate::helpdesk::body::{Fields, Query};
use crate::helpdesk::desk::{App, Caller, Desk, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::markup;
use crate::helpdesk::model::act::{Actor, ContactFields, NewNote};
use crate::helpdesk::model::page::{ContactSort, Page};
use crate::helpdesk::model::{Admin, Contact, ContactId, Note, Role};
use crate::helpdesk::search::{ContactQuery, contact_field};
use crate::helpdesk::wire::{AdminBody, BlockedBody, ContactBody, CursorPages, List, NoteBody, SegmentBody};

const PER_PAGE: u32 = 50;
const MOST_PER_PAGE: u32 = 150;

fn with_merges(query: &Query) -> Result<bool, ApiError> {
    query.flag("include_merge_history")
}

async fn one(desk: &Desk, contact: &Contact, query: &Query) -> Result<Response, ApiError> {
    let workspace = desk.store.workspace().await?;
    Ok(Json(ContactBody::new(contact, &workspace.id_code, with_merges(query)?)).into_response())
}

async fn page(desk: &Desk, found: Page<Contact>, per_page: usize, query: &Query) -> Result<Response, ApiError> {
    let workspace = desk.store.workspace().await?;
    let with_merges = with_merges(query)?;
    let pages = CursorPages::of(&found, per_page);
    let list = List {
        kind: "list",
        data: found.items.iter().map(|contact| ContactBody::new(contact, &workspace.id_code, with_merges)).collect(),
        total_count: Some(found.total_count),
        pages: Some(pages),
    };
    Ok(Json(list).into_response())
}

/// `GET /contacts`
pub async fn list(State(desk): State<App>, caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let request = cursor_page(&query, PER_PAGE, MOST_PER_PAGE)?;
    let per_page = request.per_page;
    page(&desk, desk.store.list_contacts(request).await?, per_page, &query).await
}

/// `POST /contacts/search`
pub async fn search(
    State(desk): State<App>,
    caller: Caller,
    query: Query,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let asked = ContactQuery::parse(fields.value("query").ok_or_else(|| ApiError::absent("query"))?)?;
    let sort = sort(&fields)?;
    let request = cursor_in_body(&fields, PER_PAGE, MOST_PER_PAGE)?;
    let per_page = request.per_page;
    page(&desk, desk.store.search_contacts(asked, sort, request).await?, per_page, &query).await
}

fn sort(fields: &Fields) -> Result<Option<ContactSort>, ApiError> {
    let Some(sort) = fields.object("sort")? else { return Ok(None) };
    let ascending = match sort.text("order")? {
        None | Some("descending") => false,
        Some("ascending") => true,
        Some(other) => {
            let other: String = other.chars().take(40).collect();
            return Err(ApiError::new(
                axum::http::StatusCode::BAD_REQUEST,
                "invalid_sort_order",
                format!("Invalid sort order '{other}'. Must be one of: ascending, descending"),
            )
            .on("sort.order"));
        }
    };
    let field = sort.text("field")?.unwrap_or("created_at").to_owned();
    if contact_field(&field).is_none() {
        return Err(ApiError::invalid("sort.field", "sort.field must be a searchable field of contacts"));
    }
    Ok(Some(ContactSort { field, ascending }))
}

/// `GET /contacts/{id}`
pub async fn get(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    one(&desk, &desk.store.contact(ContactId(id)).await?, &query).await
}

/// `GET /contacts/find_by_external_id/{external_id}`
pub async fn by_external_id(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    one(&desk, &desk.store.contact_by_external_id(id).await?, &query).await
}

/// `POST /contacts`
pub async fn create(
    State(desk): State<App>,
    caller: Caller,
    query: Query,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteContacts)?;
    let given = contact_fields(&desk, &fields).await?;
    if given.role.is_none() && given.email.is_none() && given.external_id.is_none() {
        return Err(ApiError::new(
            axum::http::StatusCode::BAD_REQUEST,
            "parameter_not_found",
            "One of email, external_id or role is required",
        ));
    }
    one(&desk, &desk.store.create_contact(given).await?, &query).await
}

/// `PUT /contacts/{id}`
pub async fn update(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteContacts)?;
    let given = contact_fields(&desk, &fields).await?;
    one(&desk, &desk.store.update_contact(ContactId(id), given).await?, &query).await
}

async fn contact_fields(desk: &Desk, fields: &Fields) -> Result<ContactFields, ApiError> {
    let role = match fields.text("role")? {
        None => None,
        Some("user") => Some(Role::User),
        Some("lead") => Some(Role::Lead),
        Some(_) => return Err(ApiError::invalid("role", "role must be user or lead")),
    };
    // A field that is there and null, or blank, clears; one that is not there leaves as it is.
    let text = |name: &str| -> Result<Option<Option<String>>, ApiError> {
        let given = fields.text(name)?.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(fields.has(name).then_some(given))
    };
    let instant = |name: &str| -> Result<Option<Option<i64>>, ApiError> {
        let given = fields.instant(name)?;
        Ok(fields.has(name).then_some(given))
    };
    let external_id = fields.id("external_id")?;
    if let Some(email) = fields.text("email")?
        && !email.trim().is_empty()
        && !is_email(email.trim())
    {
        return Err(ApiError::invalid("email", "email must be an e-mail address"));
    }
    let owner = admin_named(desk, fields, "owner_id").await?;
    Ok(ContactFields {
        role,
        external_id: fields.has("external_id").then_some(external_id),
        email: text("email")?,
        phone: text("phone")?,
        name: text("name")?,
        avatar_url: text("avatar")?,
        signed_up_at: instant("signed_up_at")?,
        last_seen_at: instant("last_seen_at")?,
        owner: fields.has("owner_id").then_some(owner),
        unsubscribed_from_emails: fields.boolean("unsubscribed_from_emails")?,
        language_override: text("language_override")?,
        custom_attributes: fields
            .map("custom_attributes")?
            .map(|map| map.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
            .unwrap_or_default(),
    })
}

/// Something, an `@`, something; no spaces or controls. More only a mail can tell.
fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// `POST /contacts/merge`
pub async fn merge(
    State(desk): State<App>,
    caller: Caller,
    query: Query,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteContacts)?;
    let from = ContactId(fields.required_id("from")?);
    let into = ContactId(fields.required_id("into")?);
    let anyway = fields.boolean("skip_duplicate_validation")?.unwrap_or(false);
    one(&desk, &desk.store.merge_contacts(from, into, anyway).await?, &query).await
}

/// `POST /contacts/{id}/block`
pub async fn block(State(desk): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.may(Scope::WriteContacts)?;
    let contact = desk.store.block_contact(ContactId(id), Actor::Admin(caller.admin)).await?;
    Ok(Json(BlockedBody::new(&contact)).into_response())
}

fn note_body(note: &Note, admins: &[Admin]) -> NoteBody {
    let author = admins.iter().find(|admin| Some(admin.id) == note.author);
    NoteBody::new(note, author.map(|admin| AdminBody::new(admin, &[])))
}

/// `GET /contacts/{id}/notes`
pub async fn notes(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let request = numbered_page(&query, PER_PAGE, MOST_PER_PAGE)?;
    let notes = desk.store.contact_notes(ContactId(id), request).await?;
    let admins = desk.store.admins().await?;
    let list = List {
        kind: "list",
        data: notes.items.iter().map(|note| note_body(note, &admins)).collect(),
        total_count: Some(notes.total_count),
        pages: Some(CursorPages::numbered(request.page, request.per_page, notes.total_count)),
    };
    Ok(Json(list).into_response())
}

/// `POST /contacts/{id}/notes`
pub async fn create_note(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::WriteContacts)?;
    let body = markup::from_teammate(fields.body("body")?.unwrap_or_default());
    if body.is_empty() {
        return Err(ApiError::absent("body"));
    }
    let author = admin_named(&desk, &fields, "admin_id").await?.unwrap_or(caller.admin);
    let note = desk.store.create_note(NewNote { contact: ContactId(id), author: Some(author), body }).await?;
    let admins = desk.store.admins().await?;
    Ok(Json(note_body(&note, &admins)).into_response())
}

/// `GET /contacts/{id}/segments`
pub async fn segments(State(desk): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let contact = desk.store.contact(ContactId(id)).await?;
    let segments = desk.store.segments().await?;
    let its = segments.iter().filter(|segment| contact.segments.contains(&segment.id));
    let data: Vec<_> = its.map(|segment| SegmentBody::new(segment, false)).collect();
    Ok(Json(List::whole(data)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_both_sides_and_no_spaces() {
        for good in ["a@b", "anna.k+x@example.com", "\"odd@name\"@example.com"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "@", "a@", "@b", "a b@c", "anna"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
