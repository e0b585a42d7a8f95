//! Every path that is served, and what its requests pass on the way.
//!
//! Owns the table of paths and the limits on bodies. Enter at [`router`].

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};

use super::desk::App;
use super::error::ApiError;
use super::gate;
use super::handlers::{
    admins, attributes, companies, contacts, conversations, deskhand, events, messages, outbound, search, settings,
    tags, threads,
};

/// Largest body of a request, in bytes.
const BODY: usize = 1024 * 1024;
/// Largest body of a request that may carry files: ten of them in base64.
const BODY_WITH_FILES: usize = 40 * 1024 * 1024;

/// The whole service.
pub fn router(app: &App) -> Router {
    let signed_in = Router::new()
        .merge(people())
        .merge(conversation())
        .merge(workspace())
        .merge(own())
        .fallback(no_such_path)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(app.clone(), gate::signed_in));
    Router::new()
        .route("/deskhand/attachments/{id}", get(deskhand::attachment))
        .merge(signed_in)
        .layer(from_fn_with_state(app.clone(), gate::our_name))
        .layer(from_fn_with_state(app.clone(), gate::envelope))
        .with_state(app.clone())
}

async fn no_such_path() -> ApiError {
    ApiError::not_found("not_found", "There is no such path")
}

fn people() -> Router<App> {
    Router::new()
        .route("/me", get(admins::me))
        .route("/admins", get(admins::list))
        .route("/admins/{id}", get(admins::get))
        .route("/admins/{id}/away", put(admins::set_away))
        .route("/away_status_reasons", get(admins::away_reasons))
        .route("/teams", get(admins::teams))
        .route("/teams/{id}", get(admins::team))
        .route("/contacts", get(contacts::list).post(contacts::create))
        .route("/contacts/search", post(contacts::search))
        .route("/contacts/merge", post(contacts::merge))
        .route("/contacts/find_by_external_id/{id}", get(contacts::by_external_id))
        .route("/contacts/{id}", get(contacts::get).put(contacts::update))
        .route("/contacts/{id}/tags", get(tags::of_contact).post(tags::put_on_contact))
        .route("/contacts/{id}/tags/{tag}", delete(tags::take_off_contact))
        .route("/contacts/{id}/notes", get(contacts::notes).post(contacts::create_note))
        .route("/contacts/{id}/block", post(contacts::block))
        .route("/contacts/{id}/companies", get(companies::of_contact))
        .route("/contacts/{id}/segments", get(contacts::segments))
        .route("/companies", get(companies::list))
        .route("/companies/{id}", get(companies::get))
}

fn conversation() -> Router<App> {
    let with_files = || DefaultBodyLimit::max(BODY_WITH_FILES);
    Router::new()
        .route("/conversations", get(search::list).post(conversations::create))
        .route("/conversations/search", post(search::search))
        .route("/conversations/deleted", get(search::deleted))
        .route("/conversations/redact", post(conversations::redact))
        .route("/conversations/attributes", get(attributes::list).post(attributes::create))
        .route("/conversations/attributes/{id}", get(attributes::get))
        .route("/conversations/{id}", get(conversations::get).put(conversations::update).delete(conversations::delete))
        .route("/conversations/{id}/reply", post(messages::reply).layer(with_files()))
        .route("/conversations/{id}/parts", post(messages::manage))
        .route("/messages", post(outbound::create))
        .route("/conversations/{id}/tags", post(tags::put_on_conversation))
        .route("/conversations/{id}/tags/{tag}", delete(tags::take_off_conversation))
        .route("/conversations/{id}/merge", post(conversations::merge))
        .route("/conversations/{id}/customers", post(conversations::add_participant))
        .route("/conversations/{id}/customers/{contact}", delete(conversations::remove_participant))
}

fn workspace() -> Router<App> {
    Router::new()
        .route("/tags", get(tags::list).post(tags::save))
        .route("/tags/{id}", get(tags::get).delete(tags::delete))
        .route("/macros", get(settings::macros))
        .route("/macros/{id}", get(settings::get_macro))
        .route("/segments", get(settings::segments))
        .route("/segments/{id}", get(settings::segment))
        .route("/brands", get(settings::brands))
        .route("/brands/{id}", get(settings::brand))
        .route("/data_attributes", get(attributes::data_attributes))
        .route("/office_hours_schedules", get(settings::office_hours))
        .route("/office_hours_schedules/{id}", get(settings::office_hours_schedule))
        .route("/office_hours_schedules/{id}/office_hours_exceptions", get(settings::office_hours_exceptions))
}

fn own() -> Router<App> {
    Router::new()
        .route("/deskhand/capabilities", get(deskhand::capabilities))
        .route("/deskhand/events", get(events::events))
        .route("/deskhand/threads", get(threads::walk).post(threads::of_ids))
        .route("/deskhand/tokens", get(deskhand::tokens).post(deskhand::create_token))
        .route("/deskhand/tokens/{id}", delete(deskhand::revoke_token))
}
