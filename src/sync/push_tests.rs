//! The sender against a helpdesk that does as it is told, on a clock that a test moves.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::engine::{Engine, EngineParts, Hold};
use crate::api::{Client, Endpoint, Timeouts};
use crate::cache::{Cache, Dirs};
use crate::clock::{Clock, Ids, Timings};
use crate::domain::{
    Act, AwayState, Began, ConversationId, Guard, OutboxId, OutboxRow, OutboxStatus, PartId, Secret, Teammate,
    TeammateId, UnixTime, Workspace,
};
use crate::text::Untrusted;

const NOW: i64 = 1_795_000_000;
const ME: &str = "7";

/// What becomes of a write.
enum Fate {
    /// Done, and nobody is told.
    Cut,
    /// Not done, and nobody is told.
    Lost,
    /// Turned down with this status and this header.
    Status(u16, &'static str),
    /// Nothing is done until the clock has moved so far; then as ever.
    Slow(Duration),
}

/// Conversation 1 of a helpdesk.
struct Desk {
    clock: Clock,
    parts: Vec<Value>,
    state: &'static str,
    fates: VecDeque<Fate>,
    /// Reads show only so many parts: a replica that lags.
    shows: Option<usize>,
    /// Reads that answer with this status first.
    reads: VecDeque<u16>,
    log: Vec<String>,
}

impl Desk {
    fn part(&mut self, kind: &str, by: (&str, &str), body: &str) {
        let id = (self.parts.len() + 1).to_string();
        let (author, author_id) = by;
        self.parts.push(json!({"type": "conversation_part", "id": id, "part_type": kind, "body": body,
            "created_at": self.clock.unix_secs(), "author": {"type": author, "id": author_id, "name": "Ben"},
            "attachments": [], "redacted": false}));
    }

    fn document(&self, shows: usize) -> Value {
        let parts = &self.parts[..shows.min(self.parts.len())];
        let updated_at = parts.last().map_or(NOW - 900, |part| part["created_at"].as_i64().unwrap());
        json!({"type": "conversation", "id": "1", "created_at": NOW - 900, "updated_at": updated_at,
            "state": self.state, "open": self.state == "open", "read": true, "priority": "not_priority",
            "source": {"type": "email", "id": "s", "delivered_as": "customer_initiated", "subject": "", "body": "Help",
                "author": {"type": "user", "id": "c1", "name": "Mara", "email": "m@x.example"}, "attachments": []},
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "c1"}]},
            "tags": {"type": "tag.list", "tags": []},
            "conversation_parts": {"type": "conversation_part.list", "conversation_parts": parts,
                "total_count": parts.len()}})
    }

    fn answer(&mut self, line: &str, body: &Value) -> Option<Vec<u8>> {
        self.log.push(line.to_owned());
        if line.starts_with("GET") {
            if let Some(status) = self.reads.pop_front() {
                return Some(fault(status, ""));
            }
            return Some(http(200, "", &self.document(self.shows.unwrap_or(usize::MAX))));
        }
        match self.fates.pop_front() {
            Some(Fate::Lost) => return None,
            Some(Fate::Status(status, header)) => return Some(fault(status, header)),
            Some(Fate::Slow(wait)) => self.clock.advance(wait),
            Some(Fate::Cut) => {
                self.write(body);
                return None;
            }
            None => {}
        }
        self.write(body);
        Some(http(200, "", &self.document(usize::MAX)))
    }

    fn write(&mut self, body: &Value) {
        let kind = body["message_type"].as_str().unwrap();
        if kind == "close" {
            self.state = "closed";
        }
        let text = body["body"].as_str().unwrap_or_default().to_owned();
        self.part(kind, ("admin", ME), &text);
    }

    fn times(&self, text: &str) -> usize {
        self.parts.iter().filter(|part| part["body"].as_str().unwrap().contains(text)).count()
    }

    fn writes(&self) -> usize {
        self.log.iter().filter(|line| line.starts_with("POST")).count()
    }
}

fn fault(status: u16, header: &str) -> Vec<u8> {
    let words = json!({"type": "error.list", "request_id": "r1",
        "errors": [{"code": "some_code", "message": format!("no, says {status}")}]});
    http(status, header, &words)
}

fn http(status: u16, header: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{header}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn serve(mut stream: TcpStream, desk: &Mutex<Desk>) -> Option<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    while bytes.len() < head + length {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
    }
    let line = String::from_utf8_lossy(&bytes).lines().next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let body = serde_json::from_slice(&bytes[head..]).unwrap_or(Value::Null);
    let answer = desk.lock().unwrap().answer(&line, &body)?;
    stream.write_all(&answer).ok()
}

struct Stage {
    engine: Engine,
    desk: Arc<Mutex<Desk>>,
    clock: Clock,
    dirs: Dirs,
    address: String,
    _dir: tempfile::TempDir,
}

fn id() -> ConversationId {
    ConversationId::parse("1").unwrap()
}

fn reply(text: &str) -> Act {
    Act::Reply { text: text.into(), files: Vec::new() }
}

fn engine(dirs: &Dirs, address: &str, clock: &Clock) -> Engine {
    let endpoint = Endpoint::parse(address, Secret::new("token")).unwrap();
    Engine::new(EngineParts {
        cache: Cache::open(dirs, clock.clone()).unwrap(),
        client: Client::new(endpoint, clock.clone(), Timeouts::default()).unwrap(),
        clock: clock.clone(),
        ids: Ids::seeded(5),
        timings: Timings { undo_email: Duration::ZERO, undo_act: Duration::ZERO, ..Timings::default() },
        guard: Guard::On,
        zone: jiff::tz::TimeZone::UTC,
        history: None,
        read_file: |_| Err(std::io::Error::other("no files here")),
        sink: Arc::new(|_| {}),
    })
    .unwrap()
}

impl Stage {
    /// A helpdesk whose customer has asked something, and an engine that has read it.
    async fn new() -> Self {
        let clock = Clock::manual(NOW);
        let desk = Desk {
            clock: clock.clone(),
            parts: Vec::new(),
            state: "open",
            fates: VecDeque::new(),
            shows: None,
            reads: VecDeque::new(),
            log: Vec::new(),
        };
        let desk = Arc::new(Mutex::new(desk));
        desk.lock().unwrap().part("comment", ("user", "c1"), "<p>Where is it?</p>");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::clone(&desk);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &served);
            }
        });
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs { cache: dir.path().join("cache"), state: dir.path().join("state") };
        let me = Teammate {
            id: TeammateId::parse(ME).unwrap(),
            name: Untrusted::new("Ana"),
            email: Untrusted::default(),
            has_inbox_seat: true,
            away: AwayState::default(),
            teams: Vec::new(),
        };
        let workspace = Workspace {
            id: "w".into(),
            name: Untrusted::default(),
            region: Untrusted::default(),
            time_zone: Untrusted::default(),
            me,
        };
        Cache::open(&dirs, clock.clone()).unwrap().store_directory_workspace(&workspace).unwrap();
        let engine = engine(&dirs, &address, &clock);
        engine.fetch_thread(&id()).await.unwrap();
        desk.lock().unwrap().log.clear();
        Self { engine, desk, clock, dirs, address, _dir: dir }
    }

    /// The same account in a new process.
    fn restart(&mut self) {
        self.engine = engine(&self.dirs, &self.address, &self.clock);
    }

    fn fates(&self, fates: impl IntoIterator<Item = Fate>) {
        self.desk.lock().unwrap().fates.extend(fates);
    }

    fn began(&self) -> Began {
        let (part, _) = self.engine.cache().load_baseline(&id()).unwrap();
        Began { part, at: self.engine.now() }
    }

    fn commit(&self, act: Act, began: Option<Began>) -> OutboxId {
        let group = self.engine.new_group().unwrap();
        self.engine.commit(&group, &[(id(), act)], &[], began, Hold::Nothing).unwrap()[0].id
    }

    fn row(&self, id: OutboxId) -> OutboxRow {
        self.engine.load_rows(&[id]).unwrap().remove(0)
    }

    fn status(&self, id: OutboxId) -> OutboxStatus {
        self.row(id).status
    }

    async fn push(&self) {
        self.engine.push().await.unwrap();
    }

    /// Moves the clock second by second, pushing, for so long.
    async fn live(&self, time: u64) {
        for _ in 0..time {
            self.clock.advance(Duration::from_secs(1));
            self.push().await;
        }
    }

    fn times(&self, text: &str) -> usize {
        self.desk.lock().unwrap().times(text)
    }

    fn writes(&self) -> usize {
        self.desk.lock().unwrap().writes()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_and_nothing_is_sent_again() {
    let stage = Stage::new().await;
    stage.fates([Fate::Cut]);
    let row = stage.commit(reply("Here it is."), None);
    stage.push().await;
    assert_eq!(stage.status(row), OutboxStatus::Unknown);
    stage.live(6).await;
    assert_eq!((stage.status(row), stage.writes(), stage.times("Here it is.")), (OutboxStatus::Sent, 1, 1));
    assert_eq!(stage.row(row).sent_part, PartId::parse("2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_lags_half_a_minute_doubles_nothing() {
    for lag in [1, 9, 20, 30] {
        let stage = Stage::new().await;
        stage.fates([Fate::Cut]);
        stage.desk.lock().unwrap().shows = Some(1);
        let row = stage.commit(reply("Once."), None);
        stage.push().await;
        stage.live(lag).await;
        stage.desk.lock().unwrap().shows = None;
        stage.live(60).await;
        assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::Sent, 1), "lag {lag}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_request_goes_once_more_and_then_a_person_decides() {
    let stage = Stage::new().await;
    stage.fates([Fate::Lost]);
    let row = stage.commit(reply("Once."), None);
    stage.push().await;
    stage.live(39).await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::Unknown, 1), "not before the last read");
    stage.live(3).await;
    assert_eq!((stage.status(row), stage.times("Once.")), (OutboxStatus::Sent, 1));

    stage.fates([Fate::Lost, Fate::Lost]);
    let row = stage.commit(reply("Twice lost."), None);
    stage.push().await;
    stage.live(200).await;
    assert_eq!((stage.status(row), stage.times("Twice lost.")), (OutboxStatus::NeedsDecision, 0));
    assert_eq!(stage.writes(), 4, "never a second silent resend");
    // The agent looked, and says: again. One more look, and it goes.
    stage.engine.retry(row).unwrap();
    stage.push().await;
    assert_eq!((stage.status(row), stage.times("Twice lost.")), (OutboxStatus::Sent, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn again_finds_what_has_come_to_light_since() {
    let stage = Stage::new().await;
    stage.fates([Fate::Lost, Fate::Cut]);
    stage.desk.lock().unwrap().shows = Some(1);
    let row = stage.commit(reply("Once."), None);
    stage.push().await;
    stage.live(200).await;
    assert_eq!((stage.status(row), stage.times("Once.")), (OutboxStatus::NeedsDecision, 1));
    stage.desk.lock().unwrap().shows = None;
    stage.engine.retry(row).unwrap();
    stage.push().await;
    assert_eq!((stage.status(row), stage.times("Once.")), (OutboxStatus::Sent, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_at_any_moment_of_doubt_forgets_nothing() {
    for at in [0, 3, 6, 12, 25] {
        let mut stage = Stage::new().await;
        stage.fates([Fate::Lost, Fate::Lost]);
        let row = stage.commit(reply("Once."), None);
        stage.push().await;
        stage.live(at).await;
        stage.restart();
        stage.live(200).await;
        assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::NeedsDecision, 2), "restart after {at} s");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_equal_replies_need_two_parts() {
    let stage = Stage::new().await;
    stage.fates([Fate::Cut, Fate::Lost]);
    let rows = [stage.commit(reply("Thanks!"), None), stage.commit(reply("Thanks!"), None)];
    stage.push().await;
    stage.live(120).await;
    assert_eq!(rows.map(|row| stage.status(row)), [OutboxStatus::Sent; 2]);
    assert_eq!(stage.times("Thanks!"), 2);
    assert_ne!(stage.row(rows[0]).sent_part, stage.row(rows[1]).sent_part);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_lacks_what_was_seen_does_not_count() {
    let stage = Stage::new().await;
    stage.desk.lock().unwrap().part("note", ("admin", ME), "<p>seen</p>");
    stage.engine.fetch_thread(&id()).await.unwrap();
    stage.fates([Fate::Cut]);
    stage.desk.lock().unwrap().shows = Some(1);
    let row = stage.commit(reply("Once."), None);
    stage.push().await;
    stage.live(100).await;
    assert_eq!((stage.status(row), stage.row(row).doubt.reads), (OutboxStatus::Unknown, 0));
    stage.live(60).await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::NeedsDecision, 1), "for ever is too long");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_keep_the_helpdesks_words_and_a_conflict_asks() {
    for (status, ends) in [
        (400, OutboxStatus::Failed),
        (403, OutboxStatus::Failed),
        (404, OutboxStatus::Failed),
        (410, OutboxStatus::Failed),
        (422, OutboxStatus::Failed),
        (409, OutboxStatus::NeedsDecision),
    ] {
        let stage = Stage::new().await;
        stage.fates([Fate::Status(status, "")]);
        let row = stage.commit(reply("No?"), None);
        stage.push().await;
        let row = stage.row(row);
        assert_eq!((row.status, row.reason.as_raw()), (ends, format!("no, says {status}").as_str()));
        assert!(!row.may_have_arrived());
        stage.engine.retry(row.id).unwrap();
        stage.push().await;
        assert_eq!(stage.status(row.id), OutboxStatus::Sent, "{status}: the agent may try again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_certainly_not_done_goes_again_without_doubt() {
    let stage = Stage::new().await;
    stage.fates([Fate::Status(429, "retry-after: 30\r\n")]);
    let row = stage.commit(reply("Busy?"), None);
    stage.push().await;
    assert_eq!(stage.status(row), OutboxStatus::Retry);
    assert!(stage.row(row).due_at >= UnixTime(NOW + 30) && !stage.row(row).may_have_arrived());
    stage.live(35).await;
    assert_eq!((stage.status(row), stage.times("Busy?")), (OutboxStatus::Sent, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_leaves_doubt() {
    for status in [408, 500, 502, 503] {
        let stage = Stage::new().await;
        stage.fates([Fate::Status(status, "")]);
        let row = stage.commit(reply("Done or not?"), None);
        stage.push().await;
        assert_eq!(stage.status(row), OutboxStatus::Unknown, "{status}");
        assert_eq!(stage.row(row).doubt.since, Some(UnixTime(NOW)), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_probed_once_a_minute() {
    let stage = Stage::new().await;
    stage.fates((0..4).map(|_| Fate::Status(401, "")));
    let rows = [stage.commit(reply("a"), None), stage.commit(reply("b"), None)];
    stage.push().await;
    assert_eq!(stage.status(rows[0]), OutboxStatus::Retry);
    stage.live(180).await;
    assert!(stage.writes() <= 4, "{} probes in three minutes", stage.writes());
    stage.live(180).await;
    assert_eq!(rows.map(|row| stage.status(row)), [OutboxStatus::Sent; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_whose_answer_was_lost_is_not_repeated_when_it_is_so() {
    let stage = Stage::new().await;
    stage.fates([Fate::Cut]);
    let row = stage.commit(Act::Close, None);
    stage.push().await;
    stage.live(5).await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::Sent, 1));
    let stage = Stage::new().await;
    stage.fates([Fate::Lost, Fate::Lost]);
    let row = stage.commit(Act::Close, None);
    stage.push().await;
    stage.live(20).await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::Sent, 3), "what is not so is done again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_the_key_or_before_the_first_byte_holds_a_guarded_message() {
    let stage = Stage::new().await;
    let began = stage.began();
    stage.desk.lock().unwrap().part("comment", ("user", "c1"), "<p>Found it!</p>");
    // Not on disk yet: the read before the first byte finds it.
    let row = stage.commit(reply("Let me look"), Some(began.clone()));
    assert_eq!(stage.status(row), OutboxStatus::Queued);
    stage.push().await;
    let held = stage.row(row);
    assert_eq!((held.status, held.reason.as_raw(), held.attempts), (OutboxStatus::Held, "Ben", 0));
    // On disk now: the key finds it.
    let second = stage.commit(reply("Another"), Some(began));
    assert_eq!(stage.status(second), OutboxStatus::Held);
    assert_eq!(stage.writes(), 0);
    // The agent has seen it.
    stage.engine.discard(second).unwrap();
    stage.engine.send_anyway(row).unwrap();
    stage.push().await;
    assert_eq!((stage.status(row), stage.times("Let me look")), (OutboxStatus::Sent, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_reply_holds_the_acts_of_its_key_and_my_own_doing_holds_nothing() {
    let stage = Stage::new().await;
    let began = stage.began();
    stage.desk.lock().unwrap().part("note", ("admin", ME), "<p>from my other screen</p>");
    let mine = stage.commit(reply("Mine goes"), Some(began.clone()));
    stage.push().await;
    assert_eq!(stage.status(mine), OutboxStatus::Sent);
    stage.desk.lock().unwrap().part("note", ("admin", "8"), "<p>wait</p>");
    let group = stage.engine.new_group().unwrap();
    let take = Act::Assign { to: crate::domain::AssignTo::Teammate(TeammateId::parse(ME).unwrap()) };
    let acts = [(id(), take), (id(), reply("Not this")), (id(), Act::Close)];
    let rows = stage.engine.commit(&group, &acts, &[], Some(began), Hold::Nothing).unwrap();
    assert!(rows[0].act.is_message(), "the guarded message goes first");
    stage.push().await;
    let statuses: Vec<_> = rows.iter().map(|row| stage.status(row.id)).collect();
    assert_eq!(statuses, [OutboxStatus::Held, OutboxStatus::Queued, OutboxStatus::Queued]);
    assert_eq!(stage.writes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_message_waits_while_the_thread_cannot_be_read() {
    let stage = Stage::new().await;
    stage.desk.lock().unwrap().reads.extend([502, 502]);
    let row = stage.commit(reply("Later"), Some(stage.began()));
    stage.push().await;
    assert_eq!((stage.status(row), stage.writes(), stage.row(row).attempts), (OutboxStatus::Retry, 0, 0));
    stage.live(30).await;
    assert_eq!((stage.status(row), stage.times("Later")), (OutboxStatus::Sent, 1));
    assert_eq!(stage.row(row).baseline_part, PartId::parse("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_stopped_before_the_first_byte_does_not_send() {
    let stage = Stage::new().await;
    let row = stage.commit(reply("Late"), None);
    // Two minutes pass between the mark and the request.
    let begun = (stage.clock.monotonic(), stage.clock.unix_millis());
    assert!(!stage.engine.is_late(begun));
    stage.clock.advance(Duration::from_secs(120));
    assert!(stage.engine.is_late(begun));
    let news = Engine::not_gone(&stage.row(row));
    assert_eq!((news.status, news.doubt), (OutboxStatus::Retry, crate::domain::Doubt::default()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_takes_longer_than_the_lease_is_settled_all_the_same() {
    let stage = Stage::new().await;
    stage.fates([Fate::Slow(Duration::from_secs(90))]);
    let row = stage.commit(reply("Slow"), None);
    stage.push().await;
    assert_eq!((stage.status(row), stage.times("Slow")), (OutboxStatus::Sent, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_words_go_instead_of_the_refused_ones() {
    let stage = Stage::new().await;
    stage.fates([Fate::Status(422, "")]);
    let row = stage.commit(reply("wrong"), None);
    stage.push().await;
    assert_eq!(stage.engine.edit(row, "right").unwrap().unwrap().status, OutboxStatus::Queued);
    stage.push().await;
    assert_eq!((stage.status(row), stage.times("right"), stage.times("wrong")), (OutboxStatus::Sent, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn my_same_words_from_elsewhere_are_not_taken_for_a_message_that_never_came() {
    let stage = Stage::new().await;
    // Written on the web after the thread was last read here.
    stage.desk.lock().unwrap().part("comment", ("admin", ME), "<p>Thanks!</p>");
    stage.fates([Fate::Lost]);
    let row = stage.commit(reply("Thanks!"), None);
    stage.push().await;
    assert_eq!(stage.row(row).baseline_part, PartId::parse("2"), "unguarded ones read the thread as well");
    stage.live(60).await;
    assert_eq!((stage.status(row), stage.times("Thanks!")), (OutboxStatus::Sent, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_the_helpdesk_rewrote_are_asked_about_and_go_again_only_when_chosen() {
    let stage = Stage::new().await;
    stage.fates([Fate::Cut]);
    let row = stage.commit(reply("Hooray :tada:"), Some(stage.began()));
    stage.push().await;
    stage.desk.lock().unwrap().parts[1]["body"] = json!("<p>Hooray \u{1f389}</p>");
    stage.live(200).await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::NeedsDecision, 1));
    assert_eq!(stage.engine.edit(row, "Other words").unwrap(), None, "the customer may have the first ones");
    // What came meanwhile has been shown beside it.
    stage.desk.lock().unwrap().part("comment", ("user", "c1"), "<p>Thanks</p>");
    stage.engine.retry(row).unwrap();
    stage.push().await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::Sent, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_of_unknown_outcome_is_not_repeated_over_a_customer_who_came_back() {
    let stage = Stage::new().await;
    stage.fates([Fate::Cut]);
    let row = stage.commit(Act::Close, None);
    stage.push().await;
    stage.clock.advance(Duration::from_secs(2));
    {
        let mut desk = stage.desk.lock().unwrap();
        desk.part("comment", ("user", "c1"), "<p>It broke again</p>");
        desk.state = "open";
    }
    stage.live(20).await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::NeedsDecision, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn send_anyway_does_not_take_for_seen_what_came_after_it_was_held() {
    let stage = Stage::new().await;
    let began = stage.began();
    stage.desk.lock().unwrap().part("comment", ("user", "c1"), "<p>Found it!</p>");
    let row = stage.commit(reply("Let me look"), Some(began));
    stage.push().await;
    assert_eq!(stage.status(row), OutboxStatus::Held);
    stage.desk.lock().unwrap().part("note", ("admin", "8"), "<p>wait</p>");
    stage.engine.fetch_thread(&id()).await.unwrap();
    stage.engine.send_anyway(row).unwrap();
    stage.push().await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::Held, 0));
    stage.engine.send_anyway(row).unwrap();
    stage.push().await;
    assert_eq!((stage.status(row), stage.writes()), (OutboxStatus::Sent, 1));
}
