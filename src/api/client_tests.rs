#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::script::{Say, Script, TOKEN, answer, client_of, head, json};
use super::super::{ConversationFilter, TlsFault};
use super::*;
use crate::domain::{Act, ConversationId, TeammateId};

const QUICK: Timeouts = Timeouts {
    connect: Duration::from_millis(400),
    head: Duration::from_millis(100),
    idle: Duration::from_millis(100),
    whole: Duration::from_secs(5),
    quiet: Duration::from_millis(100),
    stride: Duration::from_secs(5),
};
const FAULT: &str =
    r#"{"type":"error.list","request_id":"req-77","errors":[{"code":"some_code","message":"Some words"}]}"#;
const JSON: (&str, &str) = ("Content-Type", "application/json");
const HTML: (&str, &str) = ("Content-Type", "text/html; charset=utf-8");

async fn read_of(says: Vec<Say>) -> ApiError {
    let script = Script::play(says).await;
    script.client_with(Clock::system(), QUICK).me().await.unwrap_err()
}

async fn write_of(says: Vec<Say>) -> ApiError {
    let script = Script::play(says).await;
    close_with(&script.client_with(Clock::system(), QUICK)).await
}

async fn close_with(client: &Client) -> ApiError {
    let (id, me) = (ConversationId::parse("12").unwrap(), TeammateId::parse("7").unwrap());
    client.perform(&id, &Act::Close, &me, &[]).await.unwrap_err()
}

#[tokio::test]
async fn every_request_says_who_it_is_and_which_version_it_speaks() {
    let script = Script::of_json(&[r#"{"id":"7"}"#, r#"{"conversations":[]}"#]).await;
    let client = script.client();
    client.me().await.unwrap();
    client.search_conversations(&ConversationFilter::default(), None).await.unwrap();
    let heard = script.heard();
    assert_eq!(script.lines(), ["GET /me", "POST /conversations/search"]);
    for request in &heard {
        assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        assert_eq!(request.header("intercom-version"), Some("2.16"));
        assert_eq!(request.header("accept"), Some("application/json"));
        assert!(request.header("user-agent").unwrap().starts_with("deskhand/"));
        assert_eq!(request.header("accept-encoding"), Some("gzip"));
    }
    assert_eq!(heard[0].header("content-type"), None);
    assert_eq!(heard[1].header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn each_status_has_its_class() {
    for (status, class) in [
        (400, Class::Refused),
        (401, Class::NotSignedIn),
        (403, Class::NotAllowed),
        (404, Class::NotFound { merged_into: None }),
        (408, Class::Server),
        (409, Class::Refused),
        (410, Class::NotFound { merged_into: None }),
        (422, Class::Refused),
        (500, Class::Server),
        (503, Class::Server),
    ] {
        let error = read_of(vec![json(status, FAULT)]).await;
        assert_eq!(*error.class(), class, "{status}");
        assert_eq!(
            (error.status(), error.code(), error.request_id()),
            (Some(status), Some("some_code"), Some("req-77"))
        );
        assert_eq!(error.message().as_raw(), "Some words");
    }
}

#[tokio::test]
async fn a_5xx_leaves_a_doubt_about_a_write_only() {
    for status in [408, 500, 502, 504] {
        assert_eq!(*write_of(vec![json(status, "{}")]).await.class(), Class::Ambiguous(Cause::Server), "{status}");
        assert_eq!(*read_of(vec![answer(status, &[HTML], b"<h1>Bad gateway")]).await.class(), Class::Server);
    }
    assert_eq!(*write_of(vec![json(422, FAULT)]).await.class(), Class::Refused);
}

#[tokio::test]
async fn a_search_is_a_read_although_it_is_a_post() {
    let script = Script::play(vec![json(500, FAULT)]).await;
    let error = script.client().search_conversations(&ConversationFilter::default(), None).await.unwrap_err();
    assert_eq!(*error.class(), Class::Server);
}

#[tokio::test]
async fn a_refused_version_can_be_told() {
    let body = r#"{"type":"error.list","errors":[{"code":"intercom_version_invalid","message":"no"}]}"#;
    let error = read_of(vec![json(400, body)]).await;
    assert!(error.is_version_refused() && error.is_permanent());
}

#[tokio::test]
async fn a_redirect_is_refused_and_the_token_goes_nowhere_else() {
    let elsewhere = Script::of_json(&[r#"{"id":"7"}"#]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/me", elsewhere.address);
        let error = read_of(vec![answer(status, &[("Location", &location)], b"")]).await;
        assert_eq!(*error.class(), Class::Nonsense(Nonsense::Redirect), "{status}");
        let error = write_of(vec![answer(status, &[("Location", &location)], b"")]).await;
        assert_eq!(error.is_ambiguous(), status == 303, "{status}");
    }
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn a_web_page_is_nonsense_whatever_its_status() {
    for status in [200, 403, 404] {
        let error = read_of(vec![answer(status, &[HTML], b"<html>Log in to the hotel</html>")]).await;
        assert_eq!(*error.class(), Class::Nonsense(Nonsense::NotJson), "{status}");
    }
    let error = write_of(vec![answer(200, &[HTML], b"<html></html>")]).await;
    assert_eq!(*error.class(), Class::Ambiguous(Cause::Answer(Nonsense::NotJson)));
    assert_eq!(
        *write_of(vec![answer(404, &[HTML], b"<html></html>")]).await.class(),
        Class::Nonsense(Nonsense::NotJson)
    );
    assert_eq!(*read_of(vec![answer(401, &[HTML], b"<html></html>")]).await.class(), Class::NotSignedIn);
}

#[tokio::test]
async fn an_answer_without_a_type_is_judged_by_its_content() {
    let script = Script::play(vec![answer(200, &[], br#"{"id":"7"}"#)]).await;
    assert_eq!(script.client().me().await.unwrap().me.id.as_str(), "7");
    let error = read_of(vec![answer(200, &[], b"<html>")]).await;
    assert_eq!(*error.class(), Class::Nonsense(Nonsense::Garbled));
    assert_eq!(*read_of(vec![json(200, "[]")]).await.class(), Class::Nonsense(Nonsense::Shape));
    assert_eq!(*read_of(vec![json(200, r#"{"type":"admin"}"#)]).await.class(), Class::Nonsense(Nonsense::Shape));
}

#[tokio::test]
async fn a_cut_body_is_no_answer() {
    let cut = || {
        let mut bytes = head(200, &[JSON], 500);
        bytes.extend_from_slice(br#"{"type":"admin","id":"7","na"#);
        vec![Say::Bytes(bytes)]
    };
    assert_eq!(*read_of(cut()).await.class(), Class::Unreachable(Cause::Cut));
    assert_eq!(*write_of(cut()).await.class(), Class::Ambiguous(Cause::Cut));
    // A proxy that hides the cut.
    let hidden = || vec![json(200, r#"{"type":"admin","id":"7","na"#)];
    assert_eq!(*read_of(hidden()).await.class(), Class::Nonsense(Nonsense::Garbled));
    assert_eq!(*write_of(hidden()).await.class(), Class::Ambiguous(Cause::Answer(Nonsense::Garbled)));
}

#[tokio::test]
async fn a_connection_that_ends_without_a_word_is_cut() {
    assert_eq!(*read_of(vec![Say::Bytes(Vec::new())]).await.class(), Class::Unreachable(Cause::Cut));
    assert_eq!(*write_of(vec![Say::Bytes(Vec::new())]).await.class(), Class::Ambiguous(Cause::Cut));
    assert_eq!(
        *write_of(vec![Say::Bytes(b"SSH-2.0-OpenSSH\r\n".to_vec())]).await.class(),
        Class::Ambiguous(Cause::Cut)
    );
}

#[tokio::test]
async fn a_stalled_answer_times_out_in_head_and_body() {
    let in_body = || {
        let mut bytes = head(200, &[JSON], 500);
        bytes.push(b'{');
        vec![Say::Stall(bytes)]
    };
    assert_eq!(*read_of(vec![Say::Stall(Vec::new())]).await.class(), Class::Unreachable(Cause::Timeout));
    assert_eq!(*write_of(vec![Say::Stall(Vec::new())]).await.class(), Class::Ambiguous(Cause::Timeout));
    assert_eq!(*read_of(in_body()).await.class(), Class::Unreachable(Cause::Timeout));
    assert_eq!(*write_of(in_body()).await.class(), Class::Ambiguous(Cause::Timeout));
}

#[tokio::test]
async fn nobody_there_means_that_nothing_was_sent() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let client = client_of(&address, Clock::system(), QUICK);
    assert_eq!(*client.me().await.unwrap_err().class(), Class::Unreachable(Cause::ConnectionRefused));
    assert_eq!(*close_with(&client).await.class(), Class::Unreachable(Cause::ConnectionRefused));
}

#[tokio::test]
async fn no_secure_connection_means_that_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.try_write(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let client = client_of(&address, Clock::system(), QUICK);
    let error = close_with(&client).await;
    assert_eq!(
        *error.class(),
        Class::Unreachable(Cause::Tls(TlsFault::Other)),
        "{:?}",
        std::error::Error::source(&error)
    );
    server.abort();
}

/// `{"data":"aaa…"}` with 200,000 letters.
const BOMB: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x31, 0x0d, 0x00, 0x20, 0x10, 0x04, 0x30,
    0x2f, 0x27, 0x03, 0x37, 0x97, 0x20, 0x81, 0x8d, 0xe0, 0xfd, 0x35, 0xb0, 0xb7, 0xbd, 0xd9, 0x3d, 0xcd, 0x4a, 0x01,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x80, 0x6f, 0x79, 0x03, 0x2e, 0x58, 0x0d, 0x73, 0x4b, 0x0d, 0x03, 0x00,
];

#[tokio::test]
async fn the_cap_counts_what_comes_out_of_the_packing() {
    let gzip = || vec![answer(200, &[JSON, ("Content-Encoding", "gzip")], BOMB)];
    let endpoint = |script: &Script| Endpoint::parse(&script.address, crate::domain::Secret::new(TOKEN)).unwrap();
    let script = Script::play(gzip()).await;
    let small =
        Client::with_largest_answer(endpoint(&script), Clock::system(), Timeouts::default(), 64 * 1024).unwrap();
    assert_eq!(*small.me().await.unwrap_err().class(), Class::Nonsense(Nonsense::TooLarge));
    let script = Script::play(gzip()).await;
    let small =
        Client::with_largest_answer(endpoint(&script), Clock::system(), Timeouts::default(), 64 * 1024).unwrap();
    assert_eq!(*close_with(&small).await.class(), Class::Ambiguous(Cause::Answer(Nonsense::TooLarge)));
    // With room enough it is read, and is no admin.
    let script = Script::play(gzip()).await;
    assert_eq!(*script.client().me().await.unwrap_err().class(), Class::Nonsense(Nonsense::Shape));
}

#[tokio::test]
async fn packing_that_does_not_unpack_is_nonsense() {
    let bad = br#"{"id":"7","name":"said to be packed, but plain"}"#;
    let error = read_of(vec![answer(200, &[JSON, ("Content-Encoding", "gzip")], bad)]).await;
    assert_eq!(*error.class(), Class::Nonsense(Nonsense::Garbled));
}

#[tokio::test]
async fn a_429_is_obeyed_without_asking_again() {
    let headers = [
        JSON,
        ("Date", "Sun, 22 Nov 2026 10:00:00 GMT"),
        ("X-RateLimit-Limit", "166"),
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", "1795341640"),
    ];
    let script = Script::play(vec![answer(429, &headers, FAULT.as_bytes())]).await;
    let client = script.client_with(Clock::manual(1_000), QUICK);
    let error = client.me().await.unwrap_err();
    // Up to a tenth later, as chance has it.
    let retry_at = error.retry_at().unwrap();
    assert!((UnixTime(1_040)..=UnixTime(1_044)).contains(&retry_at), "{retry_at:?}");
    assert_eq!(*error.class(), Class::Throttled { retry_at });
    assert!(!error.is_ambiguous() && !error.is_permanent());
    // A clone knows it too, and does not even knock.
    let error = close_with(&client.background()).await;
    assert_eq!(*error.class(), Class::Throttled { retry_at });
    assert_eq!(script.heard().len(), 1);
    assert_eq!(client.server_now(), UnixTime(1_795_341_600));
}

#[tokio::test]
async fn retry_after_goes_before_reset_and_may_be_a_date() {
    for (retry_after, at) in [("30", 1_030), ("Sun, 22 Nov 2026 10:00:25 GMT", 1_025), ("nonsense", 1_040)] {
        let headers = [
            JSON,
            ("Date", "Sun, 22 Nov 2026 10:00:00 GMT"),
            ("X-RateLimit-Reset", "1795341640"),
            ("Retry-After", retry_after),
        ];
        let script = Script::play(vec![answer(429, &headers, b"<html>slow down</html>")]).await;
        let error = script.client_with(Clock::manual(1_000), QUICK).me().await.unwrap_err();
        let retry_at = error.retry_at().unwrap();
        assert!((UnixTime(at)..=UnixTime(at + 4)).contains(&retry_at), "{retry_after}: {retry_at:?}");
    }
}

#[tokio::test]
async fn the_budget_of_the_headers_is_kept() {
    let headers = [JSON, ("X-RateLimit-Limit", "10"), ("X-RateLimit-Remaining", "1"), ("X-RateLimit-Reset", "1050")];
    let says = || vec![answer(200, &headers, br#"{"id":"7"}"#), json(200, r#"{"id":"7"}"#)];
    let script = Script::play(says()).await;
    let client = script.client_with(Clock::manual(1_000), QUICK);
    client.me().await.unwrap();
    // Half of ten are kept for the foreground, and one is left: the background would have to wait.
    let error = client.background().me().await.unwrap_err();
    assert_eq!(*error.class(), Class::Throttled { retry_at: UnixTime(1_050) });
    client.me().await.unwrap();
    assert!(matches!(client.me().await.unwrap_err().class(), Class::Throttled { .. }));
    assert_eq!(script.heard().len(), 2);
}

#[tokio::test]
async fn an_error_without_an_envelope_still_has_its_class() {
    for body in ["", "{}", "[]", r#"{"errors":{"score":["bad"]}}"#, r#"{"errors":null,"request_id":7}"#, "{\"a"] {
        assert_eq!(*read_of(vec![json(422, body)]).await.class(), Class::Refused, "{body}");
    }
    let error = read_of(vec![answer(404, &[("X-Request-Id", "abc-1")], b"")]).await;
    assert_eq!(error.request_id(), Some("abc-1"));
    let hostile = r#"{"request_id":"\u001b[2J","errors":[{"code":"a b\u0007","message":"m"}]}"#;
    let error = read_of(vec![json(400, hostile)]).await;
    assert_eq!((error.request_id(), error.code()), (None, None));
}

#[tokio::test]
async fn connections_can_be_forgotten() {
    let script = Script::of_json(&[r#"{"id":"7"}"#, r#"{"id":"7"}"#]).await;
    let client = script.client();
    client.prepare().await.unwrap();
    client.me().await.unwrap();
    client.disconnect().await;
    client.me().await.unwrap();
}

#[test]
fn a_canonical_contact_is_read_from_the_link() {
    let read = |link: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(LINK, HeaderValue::from_str(link).unwrap());
        canonical_contact(&headers).map(|id| id.to_string())
    };
    assert_eq!(read(r#"</contacts/65a1b2c3>; rel="canonical""#).as_deref(), Some("65a1b2c3"));
    assert_eq!(read(r#"<https://a.b/contacts/9>; rel="canonical""#).as_deref(), Some("9"));
    assert_eq!(read(r#"</contacts/9>; rel="next""#), None);
    assert_eq!(read(r#"</companies/9>; rel="canonical""#), None);
    assert_eq!(read("canonical"), None);
}

#[tokio::test]
async fn a_refused_token_stops_all_traffic_until_somebody_asks() {
    let script = Script::play(vec![json(401, FAULT), json(200, r#"{"id":"7"}"#), json(200, r#"{"id":"7"}"#)]).await;
    let client = script.client_with(Clock::manual(1_000), QUICK);
    client.set_signed_out_wait(Duration::from_secs(90));
    assert_eq!(client.me().await.unwrap_err().code(), Some("some_code"));
    assert!(client.is_signed_out());
    for _ in 0..3 {
        let error = client.background().me().await.unwrap_err();
        assert_eq!((error.class(), error.code()), (&Class::NotSignedIn, Some("signed_out")));
        assert_eq!(error.retry_at(), Some(UnixTime(1_090)));
    }
    assert_eq!(*close_with(&client).await.class(), Class::NotSignedIn);
    assert_eq!(script.lines(), ["GET /me"], "nothing else went out");
    client.try_now();
    client.me().await.unwrap();
    assert!(!client.is_signed_out());
    client.me().await.unwrap();
    assert_eq!(script.lines().len(), 3);
}

#[tokio::test]
async fn a_failing_server_is_left_alone_by_those_who_can_wait() {
    let mut says: Vec<Say> = (0..5).map(|_| json(503, FAULT)).collect();
    says.extend([json(503, FAULT), json(200, r#"{"id":"7"}"#), json(200, r#"{"id":"7"}"#)]);
    let script = Script::play(says).await;
    let client = script.client_with(Clock::manual(1_000), QUICK);
    for _ in 0..5 {
        assert_eq!(*client.background().me().await.unwrap_err().class(), Class::Server);
    }
    // A pause of no length at all is possible, so one more may have tried.
    let error = loop {
        let error = client.fill().me().await.unwrap_err();
        if error.code() == Some("waiting_for_server") {
            break error;
        }
    };
    assert_eq!(*error.class(), Class::Unreachable(Cause::Server));
    assert!(error.retry_at().is_some());
    let sent = script.lines().len();
    while script.lines().len() < 6 {
        assert_eq!(*client.me().await.unwrap_err().class(), Class::Server);
    }
    assert!(sent <= 6);
    client.me().await.unwrap();
    client.background().me().await.unwrap();
}

#[tokio::test]
async fn the_budget_is_told_as_the_headers_tell_it() {
    let headers = [JSON, ("X-RateLimit-Limit", "166"), ("X-RateLimit-Remaining", "150"), ("X-RateLimit-Reset", "9")];
    let script = Script::play(vec![answer(200, &headers, br#"{"id":"7"}"#)]).await;
    let client = script.client_with(Clock::manual(1), QUICK);
    assert_eq!(client.budget(), None);
    client.me().await.unwrap();
    assert_eq!(client.budget(), Some((150, 166)));
}
