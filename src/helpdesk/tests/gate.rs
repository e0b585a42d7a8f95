use std::time::Duration;

use axum::routing::get;
use axum::{Router, middleware};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::helpdesk::desk::App;
use crate::helpdesk::gate;

#[tokio::test]
async fn a_good_token_is_told_whose_it_is() {
    let server = Server::start().await;
    let reply = server.get("/me").await;
    let me = reply.ok();
    assert_eq!((me["type"].as_str(), me["id"].as_str()), (Some("admin"), Some(ANA.to_string().as_str())));
    assert_eq!(me["app"]["id_code"], "k3x9v2ab");
    assert_eq!(reply.headers["date"], "Tue, 10 Mar 2026 12:00:00 GMT");
    assert_eq!(reply.headers["content-type"], "application/json");
    server.stop().await;
}

#[tokio::test]
async fn without_a_good_token_nothing_is_told() {
    let server = Server::start().await;
    for authorization in ["", "Bearer", "Bearer nonsense", "Basic YTpi", &server.token] {
        for path in ["/me", "/conversations", "/nothing/here"] {
            let reply = server.send("GET", path, &[("Authorization", authorization)], b"").await;
            assert_eq!(reply.code(), (401, "unauthorized".to_owned()), "{authorization} {path}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
            assert!(!reply.headers.contains_key("x-ratelimit-limit"));
        }
    }
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_told_in_the_envelope() {
    let server = Server::start().await;
    assert_eq!(server.get("/nothing/here").await.code(), (404, "not_found".to_owned()));
    let reply = server.send("PATCH", "/me", &[], b"").await;
    assert_eq!(reply.code(), (405, "method_not_allowed".to_owned()));
    assert!(reply.headers["allow"].contains("GET"));
    assert_eq!(server.get("/conversations/search").await.status, 405);
    assert_eq!(server.get("/conversations/abc").await.code(), (404, "not_found".to_owned()));
    let id = reply.headers["x-request-id"].clone();
    assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
}

#[tokio::test]
async fn versions_from_2_14_to_preview_are_served() {
    let server = Server::start().await;
    for version in ["2.14", "2.15", "2.16", "Preview"] {
        assert_eq!(server.send("GET", "/me", &[("Intercom-Version", version)], b"").await.status, 200);
    }
    for version in ["2.13", "1.0", "3.0", "nonsense"] {
        let reply = server.send("GET", "/me", &[("Intercom-Version", version)], b"").await;
        assert_eq!(reply.code(), (400, "intercom_version_invalid".to_owned()));
        assert!(reply.headers.contains_key("x-ratelimit-limit"));
    }
}

#[tokio::test]
async fn foreign_hosts_and_pages_are_turned_away_before_anything_else() {
    let server = Server::start_with(|options| options.allowed_hosts = vec!["desk.example.com".to_owned()]).await;
    for host in ["example.com", "127.0.0.1.example.com", ""] {
        let reply = server.send("GET", "/me", &[("Host", host)], b"").await;
        assert_eq!(reply.code(), (403, "forbidden".to_owned()), "{host}");
    }
    for host in ["localhost:1", "[::1]:80", "desk.example.com", "desk.example.com:8443"] {
        assert_eq!(server.send("GET", "/me", &[("Host", host)], b"").await.status, 200, "{host}");
    }
    for (origin, status) in [("http://localhost:3000", 200), ("https://example.com", 403), ("null", 403)] {
        assert_eq!(server.send("GET", "/me", &[("Origin", origin)], b"").await.status, status, "{origin}");
    }
    let absolute = format!(
        "GET http://example.com/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        server.token
    );
    assert_eq!(server.raw(absolute.as_bytes()).await.status, 403);
}

#[tokio::test]
async fn a_rate_limit_is_told_and_kept() {
    let server = Server::start_with(|options| options.rate_limit_per_minute = Some(18)).await;
    server.clock.advance(Duration::from_secs(4));
    for remaining in ["2", "1", "0"] {
        let reply = server.get("/me").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["x-ratelimit-limit"], "3");
        assert_eq!(reply.headers["x-ratelimit-remaining"], remaining);
        assert_eq!(reply.headers["x-ratelimit-reset"], (NOON + 10).to_string());
    }
    let reply = server.get("/me").await;
    assert_eq!(reply.code(), (429, "rate_limit_exceeded".to_owned()));
    assert_eq!(reply.headers["retry-after"], "6");
    server.clock.advance(Duration::from_secs(6));
    assert_eq!(server.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_until_it_is_revoked() {
    let server = Server::start().await;
    let made = server
        .post("/deskhand/tokens", json!({"name": "reader", "admin_id": BEN, "scopes": ["read_conversations"]}))
        .await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let as_reader = |method: &'static str, path: &'static str, body: &'static [u8]| {
        let (server, bearer) = (&server, bearer.clone());
        async move { server.send(method, path, &[("Authorization", &bearer)], body).await }
    };
    assert_eq!(as_reader("GET", "/me", b"").await.ok()["id"], BEN.to_string());
    assert_eq!(as_reader("GET", "/conversations", b"").await.status, 200);
    let refused = as_reader("POST", "/conversations/1/reply", b"{}").await;
    assert_eq!(refused.code(), (403, "forbidden".to_owned()));
    assert!(refused.json()["errors"][0]["message"].as_str().unwrap().contains("write_conversations"));
    assert_eq!(as_reader("GET", "/contacts", b"").await.status, 403);
    assert_eq!(as_reader("GET", "/deskhand/tokens", b"").await.status, 403);

    let listed = server.get("/deskhand/tokens").await.ok();
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    assert!(listed["data"].as_array().unwrap().iter().all(|token| token.get("token").is_none()));

    let path = format!("/deskhand/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(server.send("DELETE", &path, &[], b"").await.ok()["revoked_at"], NOON);
    assert_eq!(as_reader("GET", "/me", b"").await.code(), (401, "token_revoked".to_owned()));
}

#[tokio::test]
async fn a_token_gives_no_more_than_it_has() {
    let server = Server::start().await;
    let scopes = json!({"name": "clerk", "scopes": ["manage_tokens"]});
    let clerk = server.post("/deskhand/tokens", scopes).await.json()["token"].as_str().unwrap().to_owned();
    let body = json!({"name": "x", "scopes": ["write_conversations"]}).to_string();
    let bearer = format!("Bearer {clerk}");
    let reply = server.send("POST", "/deskhand/tokens", &[("Authorization", &bearer)], body.as_bytes()).await;
    assert_eq!(reply.status, 403);
    let unknown = server.post("/deskhand/tokens", json!({"name": "x", "scopes": ["everything"]})).await;
    assert_eq!(unknown.refusal(), (400, "parameter_invalid".to_owned(), Some("scopes".to_owned())));
}

#[tokio::test]
async fn the_first_token_is_the_same_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let helpdesk = Helpdesk::open(Options::new(dir.path()), Clock::manual(NOON), Ids::system()).await.unwrap();
        tokens.push(helpdesk.token().expose().to_owned());
        assert_eq!(helpdesk.store().tokens().await.unwrap().len(), 1);
        assert_eq!(helpdesk.store().admins().await.unwrap().len(), 1, "an empty store is given one teammate");
        helpdesk.store().close().await;
    }
    assert_eq!(tokens[0], tokens[1]);
    let file = dir.path().join("token");
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), tokens[0]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_revoked_first_token_is_replaced_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Helpdesk::open(Options::new(dir.path()), Clock::manual(NOON), Ids::system());
    let first = open().await.unwrap();
    let before = first.token().clone();
    let id = first.store().tokens().await.unwrap()[0].id;
    first.store().revoke_token(id).await.unwrap();
    first.store().close().await;
    drop(first);
    let second = open().await.unwrap();
    assert_ne!(second.token().expose(), before.expose());
    assert_eq!(second.store().tokens().await.unwrap().len(), 2);
}

#[tokio::test]
async fn bodies_that_are_no_json_or_too_large_are_refused() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    for body in [&b""[..], b"not json", b"[1]", b"{\"a\": \"\\ud800\"}", b"a=1&b=2"] {
        let reply = server.send("POST", "/conversations/search", &[], body).await;
        assert_eq!(reply.code(), (400, "bad_request".to_owned()), "{body:?}");
    }
    let large = format!("{{\"title\": \"{}\"}}", "x".repeat(1_100_000));
    let reply = server.send("PUT", &format!("/conversations/{id}"), &[], large.as_bytes()).await;
    assert_eq!(reply.code(), (413, "request_too_large".to_owned()));
    let file = "QUJD".repeat(500_000);
    let with_file = json!({"message_type": "comment", "type": "admin", "admin_id": ANA, "body": "here",
        "attachment_files": [{"name": "a.bin", "content_type": "application/octet-stream", "data": file}]});
    let reply = server.post(&format!("/conversations/{id}/reply"), with_file).await;
    assert_eq!(last_part(&reply.ok())["attachments"][0]["filesize"], 1_500_000);
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_off_and_others_are_served() {
    let server = Server::start_with(|options| options.patience.head = Duration::from_millis(50)).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    slow.write_all(b"GET /me HTTP/1.1\r\nHost: local").await.unwrap();
    assert_eq!(server.get("/me").await.status, 200);
    let mut rest = Vec::new();
    // Closed, with or without a word of why.
    let ended = tokio::time::timeout(Duration::from_secs(10), slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection stays open");
}

#[tokio::test]
async fn one_connection_serves_one_request_after_another() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = |last: &str| {
        format!("GET /me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n{last}\r\n", server.token)
    };
    stream.write_all((request("") + &request("Connection: close\r\n")).as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&bytes).matches("HTTP/1.1 200").count(), 2);
}

async fn fails() {
    panic!("a bug");
}

#[tokio::test]
async fn panics_and_endless_handlers_end_in_the_envelope() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = Options::new(dir.path());
    options.request_timeout = Duration::from_millis(50);
    let helpdesk = Helpdesk::open(options, Clock::manual(NOON), Ids::seeded(1)).await.unwrap();
    let app = helpdesk.into_desk([127, 0, 0, 1].into(), tokio::sync::watch::channel(false).1);
    let router: Router<App> =
        Router::new().route("/panic", get(fails)).route("/endless", get(std::future::pending::<()>));
    let router = router.layer(middleware::from_fn_with_state(app.clone(), gate::envelope)).with_state(app);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move { axum::serve(listener, router).await });
    for (path, status, code) in [("/panic", 500, "server_error"), ("/endless", 408, "request_timeout")] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        assert_eq!(parse(&bytes).code(), (status, code.to_owned()));
    }
    task.abort();
}

#[tokio::test]
async fn a_stopped_helpdesk_ends_with_its_connections_open() {
    let server = Server::start_with(|options| options.patience.grace = Duration::from_millis(50)).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /me HTTP/1.1\r\nHo").await.unwrap();
    assert_eq!(server.get("/me").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_start_says_what_why_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let opened = Helpdesk::open(Options::new(file.join("desk")), Clock::manual(NOON), Ids::seeded(1)).await;
    let error = opened.err().unwrap();
    assert!(error.to_string().contains("data directory"));
    assert!(!error.why().is_empty() && error.next_step().ends_with('.'));

    std::fs::create_dir(dir.path().join("token")).unwrap();
    let opened = Helpdesk::open(Options::new(dir.path()), Clock::manual(NOON), Ids::seeded(1)).await;
    assert!(opened.err().unwrap().to_string().contains("token"));
}
