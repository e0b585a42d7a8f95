//! What changes, as it happens: `/deskhand/events`, server-sent events.
//!
//! Owns the stream of one subscriber. Nothing is kept for anybody: a subscriber is a number in the log
//! of changes, woken after each commit, and reads on when the other side has taken what came before.
//! One that does not take anything is cut off by the connection's deadline.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{FutureExt, stream};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Sleep, sleep};

use crate::helpdesk::body::Query;
use crate::helpdesk::desk::{App, Caller, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::places::Place;
use crate::helpdesk::storage::{Change, ChangeKind, StoreError};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Most changes read at once, and so most ids of an event.
const AT_ONCE: usize = 500;

/// What a subscriber is told of a kind of change, and the scope that it takes.
const fn told(kind: ChangeKind) -> (&'static str, Scope) {
    match kind {
        ChangeKind::Conversation => ("conversation", Scope::ReadConversations),
        ChangeKind::ConversationDeleted => ("conversation_deleted", Scope::ReadConversations),
        ChangeKind::Contact => ("contact", Scope::ReadContacts),
        ChangeKind::ContactMerged => ("contact_merged", Scope::ReadContacts),
        ChangeKind::Company => ("company", Scope::ReadContacts),
        ChangeKind::Admin => ("admin", Scope::ReadWorkspace),
        ChangeKind::Team => ("team", Scope::ReadWorkspace),
        ChangeKind::Tag => ("tag", Scope::ReadTags),
        ChangeKind::TagDeleted => ("tag_deleted", Scope::ReadTags),
        ChangeKind::Macro => ("macro", Scope::ReadConversations),
        ChangeKind::Setting => ("setting", Scope::ReadWorkspace),
    }
}

/// One subscriber.
struct Subscriber {
    desk: App,
    caller: Caller,
    /// The last change that was told, or passed over.
    seq: i64,
    commits: watch::Receiver<i64>,
    stopping: watch::Receiver<bool>,
    heartbeat: Duration,
    /// When to look after the token, and say that we are there: however much is told meanwhile.
    beat: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
    _own_place: Place,
}

/// `GET /deskhand/events`
pub async fn events(
    State(desk): State<App>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.may(Scope::ReadConversations)?;
    let since = match headers.get(LAST_EVENT_ID) {
        // What came last is newer than what the address says.
        Some(id) => {
            let id = id.to_str().ok().and_then(|id| id.trim().parse::<i64>().ok());
            Some(id.ok_or_else(|| ApiError::invalid("Last-Event-ID", "Last-Event-ID must be an integer"))?)
        }
        None => query.integer("since")?,
    };
    if since.is_some_and(|since| since < 0) {
        return Err(ApiError::invalid("since", "since must not be negative"));
    }
    let own_place = desk.own_subscribers.take(caller.token)?;
    let place = Arc::clone(&desk.subscribers).try_acquire_owned().map_err(|_| {
        let message = "Too many are being told of changes already; ask again later";
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", message)
    })?;
    let mut commits = desk.store.last_change();
    let last = *commits.borrow_and_update();
    let seq = since.unwrap_or(last);
    let (stopping, heartbeat) = (desk.stopping.clone(), desk.heartbeat);
    let beat = Box::pin(sleep(heartbeat));
    let subscriber =
        Subscriber { desk, caller, seq, commits, stopping, heartbeat, beat, _place: place, _own_place: own_place };
    let begin = format!("retry: 1000\n{}", event(seq, "ready", "{}"));
    let stream = stream::try_unfold((Some(begin), subscriber), |(begin, mut subscriber)| async move {
        let text = match begin {
            Some(text) => Some(text),
            None => subscriber.next().await.map_err(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "a subscriber is left");
                io::Error::other("the store failed")
            })?,
        };
        Ok::<_, io::Error>(text.map(|text| (Bytes::from(text), (None, subscriber))))
    });
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // A proxy that collects an answer before it passes it on would make news old.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

impl Subscriber {
    /// What to tell next; none when it is over.
    async fn next(&mut self) -> Result<Option<String>, StoreError> {
        loop {
            if *self.stopping.borrow() {
                return Ok(None);
            }
            if (&mut self.beat).now_or_never().is_some() {
                return self.beat().await;
            }
            // Marked as seen before the log is read: a commit in between wakes us again.
            let last = *self.commits.borrow_and_update();
            let found = self.desk.store.changes_since(self.seq, AT_ONCE).await?;
            if found.is_broken {
                self.seq = last;
                return Ok(Some(event(last, "reset", "{}")));
            }
            if let Some(newest) = found.changes.last() {
                self.seq = newest.seq;
                let text = self.tell(&found.changes);
                if !text.is_empty() {
                    return Ok(Some(text));
                }
                continue;
            }
            let is_over = tokio::select! {
                changed = self.commits.changed() => changed.is_err(),
                _ = self.stopping.changed() => true,
                () = &mut self.beat => return self.beat().await,
            };
            if is_over {
                return Ok(None);
            }
        }
    }

    /// Says that we are still there, while the token is good.
    async fn beat(&mut self) -> Result<Option<String>, StoreError> {
        self.beat = Box::pin(sleep(self.heartbeat));
        let is_good = self.desk.is_good(self.caller.token).await?;
        Ok(is_good.then(|| ":\n\n".to_owned()))
    }

    /// One event for each run of changes of one kind, each id once, of what the token may read.
    fn tell(&self, changes: &[Change]) -> String {
        let mut text = String::new();
        for run in changes.chunk_by(|one, next| one.kind == next.kind) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let (kind, scope) = told(first.kind);
            if self.caller.may(scope).is_err() {
                continue;
            }
            let mut seen = HashSet::new();
            let ids: Vec<_> = run.iter().map(|change| change.id.as_str()).filter(|id| seen.insert(*id)).collect();
            text.push_str(&event(last.seq, "change", &serde_json::json!({"kind": kind, "ids": ids}).to_string()));
        }
        text
    }
}

/// An event of one line of data.
fn event(id: i64, name: &str, data: &str) -> String {
    let mut text = String::with_capacity(data.len() + 64);
    // Writing to a string cannot fail.
    let _ = write!(text, "id: {id}\nevent: {name}\ndata: {data}\n\n");
    text
}
