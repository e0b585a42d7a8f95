//! Bulk reading of threads: `/deskhand/threads`, one JSON object a line.
//!
//! Owns the stream: whole conversations in the shape of `GET /conversations/{id}`, and after each
//! batch a line that says where to go on. A batch is read when the one before was taken, so that
//! memory is bounded by one batch, and takes its turn among all such streams, so that nobody else
//! waits for long.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, TryStreamExt};
use serde::Serialize;

use crate::helpdesk::body::{Fields, Query};
use crate::helpdesk::desk::{App, Caller, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::page::{ThreadBatch, ThreadWalk};
use crate::helpdesk::model::{ConversationId, Thread};
use crate::helpdesk::places::Place;
use crate::helpdesk::wire::{ConversationBody, Scene};

const PER_PAGE: u32 = 150;
/// Most conversations of one request by cursor.
pub const MOST_PER_PAGE: u32 = 10_000;
/// Most conversations of one request by identifiers.
pub const MOST_IDS: usize = 500;
/// Most conversations of a batch: the store is somebody else's in between.
const BATCH: usize = 100;

/// What is still to be told.
enum Rest {
    Walk { walk: ThreadWalk, left: usize },
    Ids(Vec<ConversationId>),
    Nothing,
}

/// One answer in the making.
struct Telling {
    desk: App,
    caller: Caller,
    rest: Rest,
    _place: Option<Place>,
}

/// The line after a batch.
#[derive(Serialize)]
struct PageLine<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    next: Option<Next<'a>>,
    gone: Vec<String>,
}

#[derive(Serialize)]
struct Next<'a> {
    starting_after: &'a str,
}

/// `GET /deskhand/threads`
pub async fn walk(State(desk): State<App>, caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let left = usize::try_from(query.count("per_page", PER_PAGE, MOST_PER_PAGE)?).unwrap_or(1);
    let walk = ThreadWalk { since: query.integer("since")?, after: query.text("starting_after").map(str::to_owned) };
    let place = Some(desk.own_walks.take(caller.token)?);
    tell(Telling { desk, caller, rest: Rest::Walk { walk, left }, _place: place }).await
}

/// `POST /deskhand/threads`
pub async fn of_ids(State(desk): State<App>, caller: Caller, fields: Fields) -> Result<Response, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let ids = fields.ids("ids", MOST_IDS)?;
    if ids.is_empty() {
        return Err(ApiError::absent("ids"));
    }
    let parsed: Option<Vec<ConversationId>> = ids.iter().map(|id| id.parse().ok()).collect();
    let ids = parsed.ok_or_else(|| ApiError::invalid("ids", "ids must be ids of conversations"))?;
    // Few, and soon told.
    tell(Telling { desk, caller, rest: Rest::Ids(ids), _place: None }).await
}

async fn tell(mut telling: Telling) -> Result<Response, ApiError> {
    // The first batch comes before the head: until then a refusal can still be told.
    let first = telling.next().await?.unwrap_or_default();
    let rest = stream::try_unfold(telling, |mut telling| async move {
        if *telling.desk.stopping.borrow() {
            return Err(io::Error::other("the helpdesk is shutting down"));
        }
        if !matches!(telling.rest, Rest::Nothing)
            && !telling.desk.is_good(telling.caller.token).await.map_err(|_| io::Error::other("the store failed"))?
        {
            return Err(io::Error::other("the token was revoked"));
        }
        match telling.next().await {
            Ok(Some(bytes)) => Ok(Some((bytes, telling))),
            Ok(None) => Ok(None),
            // The head is gone: the stream is cut, which the other side can tell from its end.
            Err(error) => Err(io::Error::other(format!("{:?}", error.status))),
        }
    });
    let first = stream::once(async move { Ok::<_, Infallible>(first) }).map_err(|never| match never {});
    let body = Body::from_stream(futures_util::StreamExt::chain(first, rest));
    let mut response = body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(response)
}

impl Telling {
    /// The lines of the next batch; none at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        // Streams take turns, and most of the store's readers are left to others.
        let turn = Arc::clone(&self.desk.bulk).acquire_owned().await;
        let batch = match &mut self.rest {
            Rest::Nothing => return Ok(None),
            Rest::Walk { walk, left } => {
                let batch = self.desk.store.threads_after(walk.clone(), BATCH.min(*left)).await?;
                *left = left.saturating_sub(batch.threads.len());
                walk.after.clone_from(&batch.next);
                if batch.next.is_none() || *left == 0 {
                    self.rest = Rest::Nothing;
                }
                batch
            }
            Rest::Ids(ids) => {
                let batch = self.desk.store.threads_of(ids.clone()).await?;
                ids.drain(..(batch.threads.len() + batch.gone.len()).min(ids.len()));
                if ids.is_empty() {
                    self.rest = Rest::Nothing;
                }
                batch
            }
        };
        let companies: Vec<_> = batch.threads.iter().filter_map(|thread| thread.company.as_ref()).collect();
        let scene = self.desk.scene(&self.caller, &companies).await?;
        let lines = tokio::task::spawn_blocking(move || lines(&batch, &scene)).await;
        drop(turn);
        match lines {
            Ok(Ok(lines)) => Ok(Some(lines)),
            Ok(Err(error)) => {
                tracing::error!(%error, "threads could not be written");
                Err(ApiError::internal())
            }
            Err(error) => {
                tracing::error!(%error, "writing threads ended early");
                Err(ApiError::internal())
            }
        }
    }
}

fn lines(batch: &ThreadBatch, scene: &Scene) -> serde_json::Result<Bytes> {
    let mut lines = Vec::with_capacity(64 * 1024);
    for thread in &batch.threads {
        line(&mut lines, thread, scene)?;
    }
    let next = batch.next.as_deref().map(|starting_after| Next { starting_after });
    let gone = batch.gone.iter().map(ToString::to_string).collect();
    serde_json::to_writer(&mut lines, &PageLine { kind: "threads.page", next, gone })?;
    lines.push(b'\n');
    Ok(lines.into())
}

fn line(lines: &mut Vec<u8>, thread: &Thread, scene: &Scene) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *lines, &ConversationBody::thread(thread, scene))?;
    lines.push(b'\n');
    Ok(())
}
