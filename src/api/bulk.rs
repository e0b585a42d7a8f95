//! Many threads with one request: `/deskhand/threads`, of helpdesks that have it.
//!
//! Owns the lines of that answer and what they mean. A thread is read here exactly as when it is asked
//! for by itself; a line that cannot be read costs itself. Enter at [`Client::threads_bulk`].

use serde_json::json;
use tokio::task::JoinHandle;

use super::client::{Ask, Client};
use super::conversations::FetchedThread;
use super::error::{ApiError, Cause, Nonsense};
use super::lines::{Line, Lines};
use super::page::{BadItem, Cursor, next_after};
use super::wire::{Fields, Id, Text, mend, read_thread};
use crate::domain::{ConversationId, UnixTime};

const MEDIA: &str = "application/x-ndjson";
/// Most threads that one request asks for.
const MOST: u32 = 10_000;
/// A longer line is read on a thread of its own: others wait for this one.
const LONG_LINE: usize = 256 * 1024;

/// What a line of the answer is.
#[derive(Clone, Debug, PartialEq)]
pub enum BulkItem {
    /// A conversation with its parts.
    Thread(Box<FetchedThread>),
    /// One that could not be read.
    Bad(BadItem),
    /// The end of a batch: everything before it is told.
    Page {
        /// Where to go on; absent at the end of the walk, and always when ids were asked for.
        next: Option<Cursor>,
        /// Of the ids that were asked for, those that are not there.
        gone: Vec<ConversationId>,
    },
}

/// Threads as they come. Dropping it ends the request.
#[derive(Debug)]
pub struct BulkThreads {
    lines: Lines,
    /// A long line that is being read.
    reading: Option<JoinHandle<Result<BulkItem, ApiError>>>,
    /// Whether the last line ended a batch, so that the answer may end here.
    is_whole: bool,
}

impl Client {
    /// At most `most` (1 to 10,000) conversations with their parts, the last change first, from `after`
    /// on; those that changed at `since` or later when it is given. What changes while the walk goes on
    /// comes (again) at its end. One request of the rate budget, however many come.
    ///
    /// # Errors
    /// Any [`ApiError`]; refused (`client_error`) when the cursor is none; not found where there is no
    /// such thing ([`Client::capabilities`] tells).
    pub async fn threads_bulk(
        &self,
        since: Option<UnixTime>,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<BulkThreads, ApiError> {
        let path = ["deskhand", "threads"];
        let mut ask = Ask::get(&path).with(("per_page", most.clamp(1, MOST).to_string())).accept(MEDIA);
        if let Some(since) = since {
            ask = ask.with(("since", since.secs().to_string()));
        }
        if let Some(cursor) = after {
            ask = ask.with(cursor.parameter());
        }
        self.bulk(ask).await
    }

    /// These conversations (at most 500) with their parts, in this order.
    ///
    /// # Errors
    /// Any [`ApiError`]; refused when there are none or too many.
    pub async fn threads_by_ids(&self, ids: &[ConversationId]) -> Result<BulkThreads, ApiError> {
        let ids: Vec<_> = ids.iter().map(ConversationId::as_str).collect();
        let path = ["deskhand", "threads"];
        self.bulk(Ask::search(&path, json!({"ids": ids})).accept(MEDIA)).await
    }

    async fn bulk(&self, ask: Ask<'_>) -> Result<BulkThreads, ApiError> {
        let lines = Lines::new(self.open(ask).await?, self.timeouts().idle);
        Ok(BulkThreads { lines, reading: None, is_whole: false })
    }
}

impl BulkThreads {
    /// The next item; absent at the end. Dropping the future loses nothing: the next call goes on.
    ///
    /// # Errors
    /// When the connection breaks, is silent for too long, or the answer ends before it is whole. What
    /// came before the last [`BulkItem::Page`] is good, and its cursor is where to go on.
    pub async fn next(&mut self) -> Result<Option<BulkItem>, ApiError> {
        loop {
            if let Some(reading) = &mut self.reading {
                let read = reading.await;
                self.reading = None;
                let item = match read {
                    Ok(item) => item?,
                    Err(_panic) => BulkItem::Bad(bad("too much for us")),
                };
                return Ok(Some(self.passed(item)));
            }
            let Some(line) = self.lines.next().await? else {
                return if self.is_whole { Ok(None) } else { Err(ApiError::no_answer(Cause::Cut, false)) };
            };
            match line {
                Line::TooLong => return Ok(Some(self.passed(BulkItem::Bad(bad("too large"))))),
                Line::Bytes(line) if line.is_empty() => {}
                Line::Bytes(line) if line.len() > LONG_LINE => {
                    self.reading = Some(tokio::task::spawn_blocking(|| read(line)));
                }
                Line::Bytes(line) => {
                    let item = read(line)?;
                    return Ok(Some(self.passed(item)));
                }
            }
        }
    }

    fn passed(&mut self, item: BulkItem) -> BulkItem {
        self.is_whole = matches!(item, BulkItem::Page { .. });
        item
    }
}

fn bad(why: &'static str) -> BadItem {
    BadItem { what: "conversation".to_owned(), why }
}

/// Reads a line.
///
/// # Errors
/// When it says that the server could not go on.
fn read(line: Vec<u8>) -> Result<BulkItem, ApiError> {
    let text = mend(line);
    let Some(fields) = Fields::parse(&text) else { return Ok(BulkItem::Bad(bad("not an object"))) };
    match fields.peek::<Text>("type").as_str() {
        "threads.page" => {
            let gone: Vec<serde_json::Value> = fields.peek("gone");
            let gone = gone.iter().filter_map(|id| ConversationId::parse(Text::of(id).as_str())).collect();
            return Ok(BulkItem::Page { next: next_after(&fields), gone });
        }
        "error.list" => return Err(ApiError::bad_answer(Nonsense::Shape, false)),
        _ => {}
    }
    let name = fields.peek::<Id>("id").plain().map(|id| format!("conversation {id}"));
    Ok(match read_thread(fields) {
        Ok(thread) if thread.has_parts => BulkItem::Thread(Box::new(thread.into())),
        Ok(_) => BulkItem::Bad(BadItem { what: name.unwrap_or_else(|| "conversation".to_owned()), why: "no parts" }),
        Err(why) => BulkItem::Bad(BadItem { what: name.unwrap_or_else(|| "conversation".to_owned()), why }),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::script::{Say, Script, answer, head, json as says};
    use super::super::{Class, Timeouts};
    use super::*;
    use crate::clock::Clock;

    const STREAM: (&str, &str) = ("Content-Type", "application/x-ndjson");
    const LAST: &str = "{\"type\":\"threads.page\",\"next\":null,\"gone\":[\"9\",10,\"\\u0007\"]}\n";

    fn thread(id: u32, body: &str) -> String {
        let part = format!(
            r#"{{"type":"conversation_part","id":"{id}1","part_type":"comment","body":"{body}","created_at":5,"author":{{"type":"user","id":"a"}}}}"#
        );
        format!(
            "{{\"type\":\"conversation\",\"id\":\"{id}\",\"created_at\":4,\"conversation_parts\":{{\"conversation_parts\":[{part}],\"total_count\":3}}}}\n"
        )
    }

    fn told(item: BulkItem) -> String {
        match item {
            BulkItem::Thread(thread) => format!("{} {}+{}", thread.conversation.id, thread.parts.len(), thread.missing),
            BulkItem::Bad(bad) => format!("{}: {}", bad.what, bad.why),
            BulkItem::Page { next, gone } => format!("page {} {gone:?}", next.is_some()),
        }
    }

    async fn all(threads: &mut BulkThreads) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(item) = threads.next().await.unwrap() {
            all.push(told(item));
        }
        all
    }

    #[tokio::test]
    async fn threads_come_line_by_line_and_a_bad_line_costs_itself() {
        let body = [
            &thread(1, "bad \\ud800 text"),
            "nonsense\n\n",
            "{\"type\":\"conversation\",\"id\":\"2\"}\n",
            "{\"type\":\"conversation\",\"conversation_parts\":{\"conversation_parts\":[]}}\n",
            "{\"type\":\"threads.page\",\"next\":{\"starting_after\":\"abc\"}}\r\n",
            &thread(3, "fine"),
            LAST,
        ]
        .concat();
        let script = Script::play(vec![answer(200, &[STREAM], body.as_bytes())]).await;
        let mut threads = script.client().threads_bulk(Some(UnixTime(77)), None, 50_000).await.unwrap();
        assert_eq!(
            all(&mut threads).await,
            [
                "1 1+2",
                "conversation: not an object",
                "conversation 2: no parts",
                "conversation: no usable id",
                "page true []",
                "3 1+2",
                "page false [ConversationId(\"9\"), ConversationId(\"10\")]",
            ]
        );
        assert_eq!(script.lines(), ["GET /deskhand/threads?per_page=10000&since=77"]);
        assert_eq!(script.heard()[0].header("accept"), Some(MEDIA));
    }

    #[tokio::test]
    async fn a_thread_in_bulk_is_the_thread_alone() {
        let body = thread(1, "<p>Hello</p>");
        let whole = format!("{body}{LAST}");
        let script = Script::play(vec![says(200, &body), answer(200, &[STREAM], whole.as_bytes())]).await;
        let client = script.client();
        let id = ConversationId::parse("1").unwrap();
        let alone = client.conversation(&id).await.unwrap();
        let mut threads = client.threads_by_ids(std::slice::from_ref(&id)).await.unwrap();
        assert_eq!(threads.next().await.unwrap(), Some(BulkItem::Thread(Box::new(alone))));
        assert_eq!(script.heard()[1].json(), json!({"ids": ["1"]}));
        assert_eq!(script.heard()[1].line(), "POST /deskhand/threads");
    }

    #[tokio::test]
    async fn an_answer_that_ends_too_early_is_an_error_after_what_was_whole() {
        for end in ["", "{\"type\":\"conver"] {
            let body = format!("{}{end}", thread(1, "x"));
            let script = Script::play(vec![answer(200, &[STREAM], body.as_bytes())]).await;
            let after = Cursor::After("k".into());
            let mut threads = script.client().threads_bulk(None, Some(&after), 10).await.unwrap();
            assert!(matches!(threads.next().await, Ok(Some(BulkItem::Thread(_)))));
            assert_eq!(*threads.next().await.unwrap_err().class(), Class::Unreachable(Cause::Cut));
            assert_eq!(script.lines(), ["GET /deskhand/threads?per_page=10&starting_after=k"]);
        }
        let mut cut = head(200, &[STREAM], 100_000);
        cut.extend_from_slice(LAST.as_bytes());
        let script = Script::play(vec![Say::Bytes(cut)]).await;
        let mut threads = script.client().threads_bulk(None, None, 10).await.unwrap();
        assert!(threads.next().await.unwrap().is_some());
        assert_eq!(*threads.next().await.unwrap_err().class(), Class::Unreachable(Cause::Cut));
    }

    #[tokio::test]
    async fn a_stalled_answer_is_given_up_and_a_slow_one_is_not() {
        let mut stalled = head(200, &[STREAM], 100_000);
        stalled.extend_from_slice(thread(1, "x").as_bytes());
        let script = Script::play(vec![Say::Stall(stalled)]).await;
        let short = Duration::from_millis(60);
        let timeouts = Timeouts { idle: short, whole: Duration::from_millis(1), ..Timeouts::default() };
        let mut threads = script.client_with(Clock::system(), timeouts).threads_bulk(None, None, 10).await.unwrap();
        assert!(threads.next().await.unwrap().is_some());
        assert_eq!(*threads.next().await.unwrap_err().class(), Class::Unreachable(Cause::Timeout));
    }

    #[tokio::test]
    async fn long_lines_are_read_apart_and_too_long_ones_skipped() {
        let long = thread(1, &"x".repeat(LONG_LINE));
        let body = [&long, &thread(2, &"y".repeat(2 * LONG_LINE)), &thread(3, "z"), LAST].concat();
        let script = Script::play(vec![answer(200, &[STREAM], body.as_bytes())]).await;
        let mut threads = script.client().threads_bulk(None, None, 10).await.unwrap();
        threads.lines = threads.lines.with_longest(LONG_LINE + 10_000);
        // A wait that is dropped while a line is being read loses nothing.
        let mut first = None;
        while first.is_none() {
            first = tokio::select! { biased; item = threads.next() => Some(item), () = std::future::ready(()) => None };
            tokio::task::yield_now().await;
        }
        assert_eq!(told(first.unwrap().unwrap().unwrap()), "1 1+2");
        let rest = all(&mut threads).await;
        assert_eq!(rest[..2], ["conversation: too large", "3 1+2"]);
    }

    #[tokio::test]
    async fn an_answer_of_another_type_is_no_stream() {
        for (say, class) in [
            (says(200, "{}"), Class::Nonsense(Nonsense::NotJson)),
            (says(400, "{}"), Class::Refused),
            (says(401, "{}"), Class::NotSignedIn),
            (answer(302, &[("Location", "https://elsewhere.example")], b""), Class::Nonsense(Nonsense::Redirect)),
        ] {
            let script = Script::play(vec![say]).await;
            assert_eq!(*script.client().threads_bulk(None, None, 10).await.unwrap_err().class(), class);
        }
    }
}
