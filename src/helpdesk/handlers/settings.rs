//! What the workspace has set up: macros, segments, brands, office hours.

use axum::Json;
use axum::extract::{Path, State};

use super::{cursor_page, path_id};
use crate::helpdesk::body::Query;
use crate::helpdesk::desk::{App, Caller, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::{ScheduleId, SegmentId};
use crate::helpdesk::storage::{Missing, Refusal};
use crate::helpdesk::wire::{
    BrandBody, ExceptionBody, List, MacroBody, MacroPages, OfficeHoursBody, SegmentBody, SegmentList,
};

/// `GET /macros`
pub async fn macros(
    State(desk): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<MacroBody, MacroPages>>, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let since = query
        .integer("updated_since")
        .map_err(|_| ApiError::invalid("updated_since", "Invalid updated_since timestamp"))?;
    let request = cursor_page(&query, 50, 150)?;
    let per_page = request.per_page;
    let page = desk.store.list_macros(caller.admin, since, request).await?;
    Ok(Json(List {
        kind: "list",
        data: page.items.iter().map(MacroBody::from).collect(),
        total_count: None,
        pages: Some(MacroPages::new(per_page, page.next)),
    }))
}

/// `GET /macros/{id}`
pub async fn get_macro(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<MacroBody>, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let found = desk.store.get_macro(path_id(&id, Missing::Macro)?, caller.admin).await?;
    Ok(Json(MacroBody::from(&found)))
}

/// `GET /segments`
pub async fn segments(State(desk): State<App>, caller: Caller, query: Query) -> Result<Json<SegmentList>, ApiError> {
    caller.may(Scope::ReadContacts)?;
    let with_count = query.flag("include_count")?;
    let segments = desk.store.segments().await?;
    Ok(Json(SegmentList::new(segments.iter().map(|segment| SegmentBody::new(segment, with_count)).collect())))
}

/// `GET /segments/{id}`
pub async fn segment(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<SegmentBody>, ApiError> {
    caller.may(Scope::ReadContacts)?;
    Ok(Json(SegmentBody::new(&desk.store.segment(SegmentId(id)).await?, true)))
}

/// `GET /brands`
pub async fn brands(State(desk): State<App>, caller: Caller) -> Result<Json<List<BrandBody>>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    Ok(Json(List::whole(desk.store.brands().await?.iter().map(BrandBody::from).collect())))
}

/// `GET /brands/{id}`
pub async fn brand(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<BrandBody>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    let brands = desk.store.brands().await?;
    let brand = brands.iter().find(|brand| brand.id.as_str() == id);
    brand.map(|brand| Json(BrandBody::from(brand))).ok_or_else(|| ApiError::not_found("not_found", "Brand not found"))
}

/// `GET /office_hours_schedules`
pub async fn office_hours(State(desk): State<App>, caller: Caller) -> Result<Json<List<OfficeHoursBody>>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    let schedules = desk.store.office_hours().await?;
    let list = List::whole(schedules.iter().map(OfficeHoursBody::from).collect());
    Ok(Json(List { kind: "office_hours_schedule.list", ..list }))
}

/// `GET /office_hours_schedules/{id}`
pub async fn office_hours_schedule(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<OfficeHoursBody>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    let id: ScheduleId = path_id(&id, Missing::Other)?;
    let schedules = desk.store.office_hours().await?;
    let schedule = schedules.iter().find(|schedule| schedule.id == id);
    schedule.map(|schedule| Json(OfficeHoursBody::from(schedule))).ok_or_else(|| Refusal::from(Missing::Other).into())
}

/// `GET /office_hours_schedules/{id}/office_hours_exceptions`
pub async fn office_hours_exceptions(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<List<ExceptionBody>>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    let id: ScheduleId = path_id(&id, Missing::Other)?;
    let schedules = desk.store.office_hours().await?;
    let schedule = schedules.iter().find(|schedule| schedule.id == id).ok_or_else(|| Refusal::from(Missing::Other))?;
    let list = List::whole(schedule.exceptions.iter().map(|one| ExceptionBody::new(id, one)).collect());
    Ok(Json(List { kind: "office_hours_exception.list", ..list }))
}
