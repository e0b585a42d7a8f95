//! Answers that go on: threads in bulk, and events.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::helpdesk::model::{ConversationId, Part, Thread};

/// The lines of an answer in chunks: conversations, and what the lines between them say.
async fn bulk(server: &Server, method: &str, path: &str, body: &str) -> (Vec<Value>, Vec<Value>) {
    let reply = server.send(method, path, &[("Content-Type", "application/json")], body.as_bytes()).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    assert_eq!(reply.headers["content-type"], "application/x-ndjson");
    assert!(reply.headers.contains_key("x-ratelimit-remaining") && reply.headers.contains_key("x-request-id"));
    let mut lines = Vec::new();
    let mut rest = reply.body.as_slice();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").expect("a chunk has a head");
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        lines.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    assert!(lines.ends_with(b"\n"));
    let text = String::from_utf8(lines).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .partition(|line: &Value| line["type"] == "conversation")
}

fn ids(conversations: &[Value]) -> Vec<&str> {
    conversations.iter().map(|conversation| conversation["id"].as_str().unwrap()).collect()
}

async fn fill(server: &Server, many: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..many {
        server.clock.advance(Duration::from_secs(5));
        ids.push(server.begin(MARTA, &format!("number {n}")).await);
    }
    ids
}

#[tokio::test]
async fn threads_come_newest_change_first_exactly_as_they_come_alone() {
    let server = Server::start().await;
    let made = fill(&server, 4).await;
    server.post(&format!("/conversations/{}/reply", made[1]), admin_says("note", "seen")).await.ok();
    server.post(&format!("/conversations/{}/tags", made[1]), json!({"id": REFUND.to_string(), "admin_id": ANA})).await;
    server.clock.advance(Duration::from_secs(60));
    server.post(&format!("/conversations/{}/reply", made[1]), admin_says("comment", "hello")).await.ok();
    let (told, pages) = bulk(&server, "GET", "/deskhand/threads", "").await;
    assert_eq!(ids(&told), [&made[1], &made[3], &made[2], &made[0]]);
    for conversation in &told {
        let alone = server.conversation(conversation["id"].as_str().unwrap()).await;
        assert_eq!(*conversation, alone);
    }
    assert_eq!(pages, [json!({"type": "threads.page", "next": null, "gone": []})]);
    server.stop().await;
}

#[tokio::test]
async fn a_walk_loses_nothing_that_changes_meanwhile() {
    let server = Server::start().await;
    let made = fill(&server, 7).await;
    let mut told: Vec<String> = Vec::new();
    let mut path = "/deskhand/threads?per_page=2".to_owned();
    let mut step = 0;
    loop {
        let (page, lines) = bulk(&server, "GET", &path, "").await;
        told.extend(ids(&page).into_iter().map(str::to_owned));
        server.clock.advance(Duration::from_secs(5));
        match step {
            // One that was not told yet, and one that was: both move to the front.
            0 => {
                for id in [&made[0], &made[6]] {
                    server.post(&format!("/conversations/{id}/reply"), admin_says("note", "x")).await.ok();
                }
            }
            1 => drop(server.send("DELETE", &format!("/conversations/{}", made[1]), &[], b"").await),
            2 => told.push(format!("new {}", server.begin(OTTO, "new").await)),
            _ => {}
        }
        step += 1;
        let Some(next) = lines.last().unwrap()["next"]["starting_after"].as_str() else { break };
        path = format!("/deskhand/threads?per_page=2&starting_after={next}");
        assert!(step < 20, "the walk ends");
    }
    let new = told.iter().find_map(|id| id.strip_prefix("new ")).unwrap().to_owned();
    let times = |id: &str| told.iter().filter(|one| *one == id).count();
    for id in [&made[0], &made[2], &made[3], &made[4], &made[5], &new] {
        assert_eq!(times(id), 1, "{id} in {told:?}");
    }
    assert_eq!((times(&made[6]), times(&made[1])), (2, 0), "a change is told again, a deleted one not");
    server.stop().await;
}

#[tokio::test]
async fn a_walk_can_be_bounded_in_time_and_begun_anew() {
    let server = Server::start().await;
    let made = fill(&server, 3).await;
    let since = server.conversation(&made[1]).await["updated_at"].as_i64().unwrap();
    let (told, _) = bulk(&server, "GET", &format!("/deskhand/threads?since={since}"), "").await;
    assert_eq!(ids(&told), [&made[2], &made[1]]);
    let (told, pages) = bulk(&server, "GET", &format!("/deskhand/threads?since={}", since + 600), "").await;
    assert!(told.is_empty());
    assert_eq!(pages.last().unwrap()["next"], Value::Null);
    for wrong in ["starting_after=nonsense", "per_page=0", "since=soon"] {
        assert_eq!(server.get(&format!("/deskhand/threads?{wrong}")).await.status, 400, "{wrong}");
    }
    server.stop().await;
}

#[tokio::test]
async fn threads_are_told_by_id_in_order_and_what_is_gone_is_named() {
    let server = Server::start().await;
    let made = fill(&server, 3).await;
    let number: u64 = made[0].parse().unwrap();
    let body = json!({"ids": [made[2], number, "99"]}).to_string();
    let (told, pages) = bulk(&server, "POST", "/deskhand/threads", &body).await;
    assert_eq!(ids(&told), [&made[2], &made[0]]);
    assert_eq!(pages, [json!({"type": "threads.page", "next": null, "gone": ["99"]})]);
    for (body, code) in [
        (json!({}), "parameter_not_found"),
        (json!({"ids": []}), "parameter_not_found"),
        (json!({"ids": "1"}), "parameter_invalid"),
        (json!({"ids": ["x"]}), "parameter_invalid"),
        (json!({"ids": vec![1; 501]}), "parameter_invalid"),
    ] {
        assert_eq!(server.post("/deskhand/threads", body).await.code(), (400, code.to_owned()));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_very_long_thread_has_its_most_recent_parts_and_large_batches_are_split() {
    let server = Server::start().await;
    let made = fill(&server, 3).await;
    let id = ConversationId(made[2].parse().unwrap());
    let Thread { conversation, .. } = server.store.conversation(id).await.unwrap();
    let part = Part { body: Some("x".repeat(100)), ..server.store.reply(id, note()).await.unwrap().parts[0].clone() };
    for _ in 0..3 {
        let copies = (0..220).map(|_| Part { id: crate::helpdesk::model::PartId(0), ..part.clone() }).collect();
        let copy = crate::helpdesk::model::Conversation { id: ConversationId(0), ..conversation.clone() };
        let thread = Thread { conversation: copy, company: None, parts: copies, total_parts: 220 };
        server.store.insert_batch(vec![Record::Thread(Box::new(thread))]).await.unwrap();
    }
    for _ in 0..505 {
        server.store.reply(id, note()).await.unwrap();
    }
    server.clock.advance(Duration::from_secs(1));
    let (told, pages) = bulk(&server, "GET", "/deskhand/threads", "").await;
    assert_eq!(told.len(), 6);
    assert!(pages.len() > 1, "{} batches", pages.len());
    assert!(pages[0]["next"]["starting_after"].is_string());
    let long = told.iter().find(|thread| thread["id"] == made[2].as_str()).unwrap();
    assert_eq!((parts(long).len(), long["conversation_parts"]["total_count"].as_i64()), (500, Some(506)));
    assert_eq!(*long, server.conversation(&made[2]).await);
    server.stop().await;
}

fn note() -> crate::helpdesk::model::act::Reply {
    use crate::helpdesk::model::act::{Actor, Reply, ReplyKind};
    Reply {
        by: Actor::Admin(AdminId(ANA)),
        kind: ReplyKind::Note,
        body: "<p>n</p>".to_owned(),
        attachments: Vec::new(),
        chosen: None,
        email: None,
        external_id: None,
        at: None,
    }
}

#[tokio::test]
async fn a_reader_without_the_scope_gets_neither_threads_nor_events() {
    let server = Server::start().await;
    let body = json!({"name": "tags only", "scopes": ["read_tags"]});
    let made = server.post("/deskhand/tokens", body).await.json();
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    for path in ["/deskhand/threads", "/deskhand/events"] {
        let reply = server.send("GET", path, &[("Authorization", &bearer)], b"").await;
        assert_eq!(reply.code(), (403, "forbidden".to_owned()), "{path}");
        assert_eq!(server.send("GET", path, &[("Authorization", "Bearer x")], b"").await.status, 401);
    }
    server.stop().await;
}

/// Somebody who is told of changes.
struct Ear {
    stream: TcpStream,
    heard: String,
}

impl Ear {
    async fn open_as(server: &Server, path: &str, token: &str) -> Self {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let address = server.address;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream, heard: String::new() }
    }

    async fn open(server: &Server, path: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let (address, token) = (server.address, &server.token);
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream, heard: String::new() }
    }

    /// Reads until this was heard; false when the stream ended before.
    async fn hears(&mut self, text: &str) -> bool {
        let listen = async {
            loop {
                if self.heard.contains(text) {
                    return true;
                }
                let mut bytes = [0; 4096];
                match self.stream.read(&mut bytes).await {
                    Ok(0) | Err(_) => return false,
                    Ok(count) => self.heard.push_str(&String::from_utf8_lossy(&bytes[..count])),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), listen).await.expect("an answer in time")
    }
}

fn seq_of(server: &Server) -> i64 {
    *server.store.last_change().borrow()
}

#[tokio::test]
async fn a_change_is_told_as_it_happens() {
    let server = Server::start().await;
    let before = seq_of(&server);
    let mut ear = Ear::open(&server, "/deskhand/events", "").await;
    assert!(ear.hears(&format!("id: {before}\nevent: ready\ndata: {{}}\n\n")).await);
    assert!(ear.heard.to_lowercase().contains("content-type: text/event-stream"));
    let id = server.begin(MARTA, "hello").await;
    let event = format!("event: change\ndata: {{\"ids\":[\"{id}\"],\"kind\":\"conversation\"}}\n\n");
    assert!(ear.hears(&event).await, "{}", ear.heard);
    server.post("/tags", json!({"name": "fresh"})).await.ok();
    assert!(ear.hears("\"kind\":\"tag\"").await);
    assert!(ear.heard.contains(&format!("id: {}\n", seq_of(&server))));
    server.stop().await;
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed() {
    let server = Server::start().await;
    let seq = seq_of(&server);
    let id = server.begin(MARTA, "hello").await;
    let told = format!("\"ids\":[\"{id}\"],\"kind\":\"conversation\"");
    let mut ear = Ear::open(&server, &format!("/deskhand/events?since={seq}"), "").await;
    assert!(ear.hears(&told).await);
    let headers = format!("Last-Event-ID: {seq}\r\n");
    let mut ear = Ear::open(&server, "/deskhand/events?since=1", &headers).await;
    assert!(ear.hears(&told).await);
    assert!(ear.heard.contains(&format!("id: {seq}\nevent: ready")), "the header counts: {}", ear.heard);
    assert!(!ear.heard.contains("\"kind\":\"team\""));
    for wrong in ["since=x", "since=-1"] {
        assert_eq!(server.get(&format!("/deskhand/events?{wrong}")).await.status, 400);
    }
    server.stop().await;
}

#[tokio::test]
async fn who_was_away_for_too_long_is_told_to_begin_anew() {
    let server = Server::start().await;
    fill(&server, 3).await;
    for (back, is_reset) in [(3, true), (2, false), (0, false), (-1, true), (1_000_000, true)] {
        while server.store.forget_changes(2).await.unwrap() {}
        let since = (seq_of(&server) - back).max(0);
        let mut ear = Ear::open(&server, &format!("/deskhand/events?since={since}"), "").await;
        assert!(ear.hears("event: ready").await);
        let id = server.begin(OTTO, "next").await;
        assert!(ear.hears(&format!("\"{id}\"")).await);
        assert_eq!(ear.heard.contains("event: reset"), is_reset, "{back} back: {}", ear.heard);
    }
    server.stop().await;
}

#[tokio::test]
async fn quiet_is_broken_by_a_heartbeat_and_ends_with_the_token() {
    let server = Server::start_with(|options| options.heartbeat = Duration::from_millis(20)).await;
    let made = server.post("/deskhand/tokens", json!({"name": "ear", "scopes": ["read_conversations"]})).await.json();
    let mut ear = Ear::open(&server, "/deskhand/events", "").await;
    assert!(ear.hears("\r\n:\n\n\r\n").await);
    let mut other = TcpStream::connect(server.address).await.unwrap();
    let (address, token) = (server.address, made["token"].as_str().unwrap());
    let request = format!(
        "GET /deskhand/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    other.write_all(request.as_bytes()).await.unwrap();
    let mut other = Ear { stream: other, heard: String::new() };
    assert!(other.hears("event: ready").await);
    let id = server.begin(MARTA, "hi").await;
    assert!(other.hears(&format!("\"{id}\"")).await);
    assert!(!other.heard.contains("\"contact\""), "what the token may not read is not told");
    server.send("DELETE", &format!("/deskhand/tokens/{}", made["id"].as_str().unwrap()), &[], b"").await;
    assert!(!other.hears("never").await, "the stream ends");
    server.stop().await;
}

#[tokio::test]
async fn a_revoked_token_is_told_nothing_more_however_busy_the_helpdesk_is() {
    let server = Server::start_with(|options| options.heartbeat = Duration::from_millis(20)).await;
    let made = server.post("/deskhand/tokens", json!({"name": "ear", "scopes": ["read_conversations"]})).await.json();
    let mut ear = Ear::open_as(&server, "/deskhand/events", made["token"].as_str().unwrap()).await;
    assert!(ear.hears("event: ready").await);
    // Changes that it may not read, one after the other, do not keep it from hearing of us.
    let noise = async {
        for n in 0.. {
            server.post("/tags", json!({"name": format!("tag {n}")})).await.ok();
        }
    };
    tokio::select! {
        heard = ear.hears("\r\n:\n\n\r\n") => assert!(heard),
        () = noise => {}
    }
    server.send("DELETE", &format!("/deskhand/tokens/{}", made["id"].as_str().unwrap()), &[], b"").await;
    let talk = async {
        loop {
            server.begin(MARTA, "hi").await;
        }
    };
    tokio::select! {
        heard = ear.hears("never") => assert!(!heard, "the stream ends"),
        () = talk => {}
    }
    server.stop().await;
}

#[tokio::test]
async fn one_token_has_only_so_many_streams() {
    let server = Server::start().await;
    let mut ears = Vec::new();
    for _ in 0..8 {
        let mut ear = Ear::open(&server, "/deskhand/events", "").await;
        assert!(ear.hears("event: ready").await);
        ears.push(ear);
    }
    assert_eq!(server.get("/deskhand/events").await.code(), (503, "service_unavailable".to_owned()));
    let made = server.post("/deskhand/tokens", json!({"name": "other", "scopes": ["read_conversations"]})).await.json();
    let mut other = Ear::open_as(&server, "/deskhand/events", made["token"].as_str().unwrap()).await;
    assert!(other.hears("event: ready").await);
    server.stop().await;
}

#[tokio::test]
async fn there_is_room_for_so_many_and_the_end_ends_all() {
    let server = Server::start_with(|options| options.subscribers = 1).await;
    let mut ear = Ear::open(&server, "/deskhand/events", "").await;
    assert!(ear.hears("event: ready").await);
    assert_eq!(server.get("/deskhand/events").await.code(), (503, "service_unavailable".to_owned()));
    server.stop().await;
    assert!(!ear.hears("never").await);
    assert!(ear.heard.ends_with("0\r\n\r\n"), "a whole answer: {}", ear.heard);
}

#[tokio::test]
async fn a_second_helpdesk_on_one_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options::new(dir.path());
    let (clock, ids) = (Clock::manual(NOON), Ids::seeded(7));
    let first = open_store(&options, &clock, &ids).await.unwrap();
    let error = open_store(&options, &clock, &ids).await.err().unwrap();
    assert!(error.to_string().contains("another helpdesk uses the data directory"), "{error}");
    assert!(error.next_step().contains("--data"));
    first.close().await;
    assert!(open_store(&options, &clock, &ids).await.is_ok());
}
