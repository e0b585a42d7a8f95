//! What changes, as it happens: `/deskhand/events`, of helpdesks that have it.
//!
//! Owns the reading of server-sent events and what they mean. What changed is named, not told: it is
//! fetched as ever. Enter at [`Client::events`].

use serde_json::Value;

use super::client::{Ask, Client};
use super::error::ApiError;
use super::lines::{Line, Lines};
use super::wire::{Fields, Text, mend};
use crate::domain::{CompanyId, ContactId, ConversationId};

const MEDIA: &str = "text/event-stream";
/// Data of one event that is kept; more is cut off, and what is left cannot be read.
const LONGEST_DATA: usize = 1024 * 1024;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeEvent {
    /// Its number in the helpdesk's log of changes: to be given as `since` when the connection was lost.
    /// Store it after what it tells was taken in.
    pub seq: i64,
    /// What it tells.
    pub what: Changed,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing: the first event, which says that from here on all is told.
    Ready,
    /// Too much was missed to be told: poll once, as without events.
    Reset,
    /// Conversations that are new or changed, each once.
    Conversations(Vec<ConversationId>),
    /// Conversations that were deleted.
    DeletedConversations(Vec<ConversationId>),
    /// Contacts that are new or changed.
    Contacts(Vec<ContactId>),
    /// Contacts that were merged into others.
    MergedContacts(Vec<ContactId>),
    /// Companies that are new or changed.
    Companies(Vec<CompanyId>),
    /// Teammates: their names, teams, absence.
    Teammates,
    /// Teams.
    Teams,
    /// Tags, made, renamed or deleted.
    Tags,
    /// Macros of the helpdesk.
    Macros,
    /// Anything else that the workspace has set up.
    Settings,
}

/// Events as they come. Dropping it ends the request.
#[derive(Debug)]
pub struct Events {
    lines: Lines,
    seq: i64,
    name: String,
    data: Vec<u8>,
}

impl Client {
    /// What changes from now on, after the change `since` when it is given. One request of the rate
    /// budget, however long it lasts.
    ///
    /// # Errors
    /// Any [`ApiError`]; not found where there is no such thing ([`Client::capabilities`] tells), the
    /// server's failure when too many are told already.
    pub async fn events(&self, since: Option<i64>) -> Result<Events, ApiError> {
        let path = ["deskhand", "events"];
        let mut ask = Ask::get(&path).accept(MEDIA);
        if let Some(since) = since {
            ask = ask.with(("since", since.max(0).to_string()));
        }
        let lines = Lines::new(self.open(ask).await?, self.timeouts().quiet);
        Ok(Events { lines, seq: since.unwrap_or(0), name: String::new(), data: Vec::new() })
    }
}

impl Events {
    /// The next event; absent when the helpdesk ended it, as at its own end. Dropping the future loses
    /// nothing: the next call goes on.
    ///
    /// # Errors
    /// When the connection breaks, or nothing at all was heard for [`super::Timeouts::quiet`] (the
    /// helpdesk gives a sign of life every 15 seconds).
    pub async fn next(&mut self) -> Result<Option<ChangeEvent>, ApiError> {
        while let Some(line) = self.lines.next().await? {
            let line = match line {
                Line::Bytes(line) => line,
                // Too much to be an event: whatever it told is read again by a poll.
                Line::TooLong => {
                    self.name.clear();
                    self.data.clear();
                    return Ok(Some(ChangeEvent { seq: self.seq, what: Changed::Reset }));
                }
            };
            if line.is_empty() {
                if let Some(event) = self.dispatch() {
                    return Ok(Some(event));
                }
            } else {
                self.field(&line);
            }
        }
        Ok(None)
    }

    fn field(&mut self, line: &[u8]) {
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => line.split_at(colon),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"id" => {
                if let Some(seq) = std::str::from_utf8(value).ok().and_then(|id| id.trim().parse().ok()) {
                    self.seq = seq;
                }
            }
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            b"data" if self.data.len() + value.len() <= LONGEST_DATA => {
                if !self.data.is_empty() {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            // A comment, or a field that means nothing to us.
            _ => {}
        }
    }

    /// The event that an empty line ends; none of those that we do not know.
    fn dispatch(&mut self) -> Option<ChangeEvent> {
        let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
        let what = match name.as_str() {
            "ready" => Changed::Ready,
            "reset" => Changed::Reset,
            "change" => changed(&mend(data))?,
            _ => return None,
        };
        Some(ChangeEvent { seq: self.seq, what })
    }
}

/// What the data of a change says. A kind without a usable id tells nothing.
fn changed(json: &str) -> Option<Changed> {
    fn ids<T>(values: &[Value], parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        let ids: Vec<T> = values.iter().filter_map(|id| parse(Text::of(id).as_str())).collect();
        (!ids.is_empty()).then_some(ids)
    }
    let fields = Fields::parse(json)?;
    let values: Vec<Value> = fields.peek("ids");
    Some(match fields.peek::<Text>("kind").as_str() {
        "conversation" => Changed::Conversations(ids(&values, ConversationId::parse)?),
        "conversation_deleted" => Changed::DeletedConversations(ids(&values, ConversationId::parse)?),
        "contact" => Changed::Contacts(ids(&values, ContactId::parse)?),
        "contact_merged" => Changed::MergedContacts(ids(&values, ContactId::parse)?),
        "company" => Changed::Companies(ids(&values, CompanyId::parse)?),
        "admin" => Changed::Teammates,
        "team" => Changed::Teams,
        "tag" | "tag_deleted" => Changed::Tags,
        "macro" => Changed::Macros,
        "setting" => Changed::Settings,
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::script::{Say, Script, answer, head, json as says};
    use super::super::{Cause, Class, Nonsense, Timeouts};
    use super::*;
    use crate::clock::Clock;

    const STREAM: (&str, &str) = ("Content-Type", "text/event-stream; charset=utf-8");

    async fn heard(body: &[u8]) -> Vec<ChangeEvent> {
        let script = Script::play(vec![answer(200, &[STREAM], body)]).await;
        let mut events = script.client().events(Some(40)).await.unwrap();
        assert_eq!(script.lines(), ["GET /deskhand/events?since=40"]);
        assert_eq!(script.heard()[0].header("accept"), Some(MEDIA));
        let mut all = Vec::new();
        while let Some(event) = events.next().await.unwrap() {
            all.push(event);
        }
        all
    }

    fn conversation(text: &str) -> ConversationId {
        ConversationId::parse(text).unwrap()
    }

    #[tokio::test]
    async fn events_are_read_in_order_with_their_numbers() {
        let body = b"retry: 1000\nid: 40\nevent: ready\ndata: {}\n\n:\n\n\
            id: 41\nevent: change\ndata: {\"kind\":\"conversation\",\"ids\":[\"7\",8,\"7\\u001b\"]}\n\n\
            id: 42\r\nevent: change\r\ndata: {\"kind\":\"tag\",\r\ndata:\"ids\":[\"1\"]}\r\n\r\n\
            id: 43\nevent: change\ndata: {\"kind\":\"contact\",\"ids\":[\"a1\"]}\n\n\
            id: 44\nevent: reset\ndata: {}\n\n";
        let event = |seq, what| ChangeEvent { seq, what };
        assert_eq!(
            heard(body).await,
            [
                event(40, Changed::Ready),
                event(41, Changed::Conversations(vec![conversation("7"), conversation("8")])),
                event(42, Changed::Tags),
                event(43, Changed::Contacts(vec![ContactId::parse("a1").unwrap()])),
                event(44, Changed::Reset),
            ]
        );
    }

    #[tokio::test]
    async fn what_means_nothing_is_passed_over() {
        let body = b"event: hologram\ndata: {}\n\n\
            id: x\nevent: change\ndata: nonsense\n\n\
            event: change\ndata: {\"kind\":\"conversation\",\"ids\":[]}\n\n\
            event: change\ndata: {\"kind\":\"planet\",\"ids\":[\"1\"]}\n\n\
            event\ndata\n\ndata: {}\n\n\
            id: 50\nevent: change\ndata: {\"kind\":\"team\",\"ids\":[\"1\"]}\n\n\
            id: 51\nevent: change\ndata: {\"kind\":\"team\"";
        assert_eq!(heard(body).await, [ChangeEvent { seq: 50, what: Changed::Teams }]);
    }

    #[tokio::test]
    async fn silence_is_a_dead_connection() {
        let mut bytes = head(200, &[STREAM], 10_000);
        bytes.extend_from_slice(b"id: 1\nevent: ready\ndata: {}\n\n");
        let script = Script::play(vec![Say::Stall(bytes)]).await;
        let timeouts = Timeouts { quiet: Duration::from_millis(50), ..Timeouts::default() };
        let mut events = script.client_with(Clock::system(), timeouts).events(None).await.unwrap();
        assert_eq!(events.next().await.unwrap().unwrap().what, Changed::Ready);
        assert_eq!(*events.next().await.unwrap_err().class(), Class::Unreachable(Cause::Timeout));
        assert_eq!(events.next().await.unwrap(), None, "over is over");
    }

    #[tokio::test]
    async fn an_answer_that_is_no_stream_is_told_by_its_class() {
        for (say, class) in [
            (says(404, "{}"), Class::NotFound { merged_into: None }),
            (says(503, "{}"), Class::Server),
            (says(200, "{}"), Class::Nonsense(Nonsense::NotJson)),
        ] {
            let script = Script::play(vec![say]).await;
            assert_eq!(*script.client().events(None).await.unwrap_err().class(), class);
        }
    }

    #[tokio::test]
    async fn a_dropped_wait_loses_nothing() {
        let mut bytes = head(200, &[STREAM], 10_000);
        bytes.extend_from_slice(b"id: 9\nevent: ready\ndata: {}\n\nid: 10\nevent: ch");
        let script = Script::play(vec![Say::Stall(bytes)]).await;
        let mut events = script.client().events(None).await.unwrap();
        assert_eq!(events.next().await.unwrap().unwrap().seq, 9);
        for _ in 0..3 {
            assert!(tokio::time::timeout(Duration::from_millis(5), events.next()).await.is_err());
        }
        assert_eq!((events.seq, events.name.as_str()), (10, ""));
    }
}
