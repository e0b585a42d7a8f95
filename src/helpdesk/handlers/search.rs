//! Lists of conversations: all, found, deleted.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{cursor_in_body, cursor_page, numbered_page};
use crate::helpdesk::body::{Fields, Query};
use crate::helpdesk::desk::{App, Caller, Desk, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::Listed;
use crate::helpdesk::model::page::Page;
use crate::helpdesk::search::ConversationQuery;
use crate::helpdesk::wire::{
    ConversationBody, ConversationList, CursorPages, DeletedItemBody, DeletedList, NumberedPages,
};

const PER_PAGE: u32 = 20;
const MOST_PER_PAGE: u32 = 150;
const MOST_DELETED_PER_PAGE: u32 = 60;

async fn answer(desk: &Desk, caller: &Caller, page: &Page<Listed>, per_page: usize) -> Result<Response, ApiError> {
    let companies: Vec<_> = page.items.iter().filter_map(|listed| listed.company.as_ref()).collect();
    let scene = desk.scene(caller, &companies).await?;
    let conversations = page.items.iter().map(|listed| ConversationBody::listed(listed, &scene)).collect();
    let list = ConversationList::page(conversations, page.total_count, CursorPages::of(page, per_page));
    Ok(Json(list).into_response())
}

/// `GET /conversations`
pub async fn list(State(desk): State<App>, caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let request = cursor_page(&query, PER_PAGE, MOST_PER_PAGE)?;
    let per_page = request.per_page;
    answer(&desk, &caller, &desk.store.list_conversations(request).await?, per_page).await
}

/// `POST /conversations/search`
pub async fn search(
    State(desk): State<App>,
    caller: Caller,
    query: Query,
    fields: Fields,
) -> Result<Response, ApiError> {
    caller.may(Scope::ReadConversations)?;
    // Monitors and scorecards are not kept: the lists are there and empty, asked for or not.
    query.flag("include_monitors")?;
    query.flag("include_scorecards")?;
    let asked = ConversationQuery::parse(fields.value("query").ok_or_else(|| ApiError::absent("query"))?)?;
    let request = cursor_in_body(&fields, PER_PAGE, MOST_PER_PAGE)?;
    let per_page = request.per_page;
    answer(&desk, &caller, &desk.store.search_conversations(asked, request).await?, per_page).await
}

/// `GET /conversations/deleted`
pub async fn deleted(State(desk): State<App>, caller: Caller, query: Query) -> Result<Json<DeletedList>, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let request = numbered_page(&query, PER_PAGE, MOST_DELETED_PER_PAGE)?;
    let found = desk.store.deleted_conversations(request).await?;
    let order = if request.ascending { "asc" } else { "desc" };
    let pages = NumberedPages::new(request.page, request.per_page, found.total_count, |page| {
        let base = &caller.base_url;
        format!("{base}/conversations/deleted?per_page={}&order={order}&page={page}", request.per_page)
    });
    Ok(Json(DeletedList::page(found.items.iter().map(DeletedItemBody::from).collect(), found.total_count, pages)))
}
