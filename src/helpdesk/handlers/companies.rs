//! Companies: `/companies`, and those of a contact.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::{numbered_page, path_id};
use crate::helpdesk::body::Query;
use crate::helpdesk::desk::{App, Caller, Desk, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::page::{NumberedPage, NumberedRequest};
use crate::helpdesk::model::{Company, CompanyId, ContactId, SegmentId};
use crate::helpdesk::storage::{CompanyFilter, Missing};
use crate::helpdesk::wire::{CompanyBody, CursorPages, List};

/// The list ends here, as the vendor's does.
const CEILING: usize = 10_000;

/// `GET /companies`: all, or those that `name`, `company_id`, `tag_id` or `segment_id` asks for.
pub async fn list(State(desk): State<App>, caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let request = numbered_page(&query, 15, 60)?;
    if request.page.saturating_mul(request.per_page) > CEILING + request.per_page {
        return Err(ApiError::bad_request("page limit reached: only the first 10000 companies are listed"));
    }
    let found = if let Some(id) = query.text("company_id") {
        one(desk.store.company_by_external_id(id.to_owned()).await?)
    } else if let Some(name) = query.text("name") {
        one(desk.store.company_by_name(name.to_owned()).await?)
    } else {
        let tag = query.text("tag_id").map(|id| path_id(id, Missing::Tag)).transpose()?;
        let segment = query.text("segment_id").map(SegmentId::from);
        desk.store.list_companies(CompanyFilter { tag, segment }, request).await?
    };
    answer(&desk, &caller, &found, request).await
}

fn one(company: Company) -> NumberedPage<Company> {
    NumberedPage { items: vec![company], total_count: 1 }
}

async fn answer(
    desk: &Desk,
    caller: &Caller,
    found: &NumberedPage<Company>,
    request: NumberedRequest,
) -> Result<Response, ApiError> {
    let companies: Vec<_> = found.items.iter().collect();
    let scene = desk.scene(caller, &companies).await?;
    let list = List {
        kind: "list",
        data: found.items.iter().map(|company| CompanyBody::new(company, &scene)).collect(),
        total_count: Some(found.total_count),
        pages: Some(CursorPages::numbered(request.page, request.per_page, found.total_count)),
    };
    Ok(Json(list).into_response())
}

/// `GET /companies/{id}`
pub async fn get(State(desk): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let company = desk.store.company(CompanyId(id)).await?;
    let scene = desk.scene(&caller, &[&company]).await?;
    Ok(Json(CompanyBody::new(&company, &scene)).into_response())
}

/// `GET /contacts/{id}/companies`
pub async fn of_contact(State(desk): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let items = desk.store.contact_companies(ContactId(id)).await?;
    let count = items.len();
    let request = NumberedRequest { page: 1, per_page: count.max(50), ascending: true };
    answer(&desk, &caller, &NumberedPage { items, total_count: count }, request).await
}
