//! Pulls from a helpdesk that lies, turns in circles, or breaks off: each ends, and each ends right.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::fill::Fill;
use super::message::{Event, Progress};
use super::pull::{Haul, Walked};
use super::{Engine, EngineParts};
use crate::api::{Client, Endpoint, Priority, Timeouts};
use crate::cache::{Cache, Dirs};
use crate::clock::{Clock, Ids, Timings};
use crate::domain::{ConversationId, Guard, Secret};

/// Conversations a page.
const PAGE: usize = 10;

/// One conversation of the helpdesk: its id, its state, when it changed.
type Row = (usize, &'static str, i64);

/// What the helpdesk does wrong.
#[derive(Clone, Default)]
struct Vices {
    /// What is told as the number of all.
    total: Option<i64>,
    /// This page (from 0) of a walk is given twice, the second time in place of the next.
    duplicate: Option<usize>,
    /// After this page the list begins anew.
    circle: Option<usize>,
    /// Searches by state are refused.
    no_states: bool,
    /// Lists by state leave out every conversation whose number divides by this.
    leaks: Option<usize>,
    /// Conversations whose number divides by this cannot be read.
    broken: Option<usize>,
    /// Requests after which everything fails.
    fails_after: Option<usize>,
    /// The cursor of the next walk is refused, once.
    forgets_cursor: bool,
    /// `Date` is left out.
    no_date: bool,
    /// After the first answer there are so many more, which changed since.
    grows: Option<usize>,
    /// What is answered to paths that begin so, other than searches of conversations.
    says: Vec<(&'static str, u16, &'static str, String)>,
}

struct Desk {
    rows: Vec<Row>,
    vices: Vices,
    /// Requests so far: the value of the state filter, and the cursor.
    heard: Vec<(String, String)>,
}

#[derive(Clone)]
struct Liar(Arc<Mutex<Desk>>, String);

impl Liar {
    async fn serve(rows: Vec<Row>, vices: Vices) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let desk = Arc::new(Mutex::new(Desk { rows, vices, heard: Vec::new() }));
        let shared = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared)));
            }
        });
        Self(desk, address)
    }

    fn change(&self, change: impl FnOnce(&mut Desk)) {
        change(&mut self.0.lock().unwrap());
    }

    fn heard(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap().heard.clone()
    }
}

async fn answer(mut stream: TcpStream, desk: Arc<Mutex<Desk>>) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let (path, body) = loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_lowercase().strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok())
            });
            if body.len() >= length.unwrap_or(0) {
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                break (path, body.to_owned());
            }
        }
        match stream.read(&mut chunk).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return,
        }
    };
    let body: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
    let (status, kind, answer, has_date) = {
        let mut desk = desk.lock().unwrap();
        let said = desk.vices.says.iter().find(|(start, ..)| path.starts_with(start)).cloned();
        let (status, kind, answer) = match said {
            Some((_, status, kind, answer)) => (status, kind, answer),
            None => {
                let (status, answer) = desk.search(&body);
                (status, "application/json", answer.to_string())
            }
        };
        (status, kind, answer, !desk.vices.no_date)
    };
    let date = if has_date { "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{date}Connection: close\r\nContent-Length: {}\r\n\r\n",
        answer.len()
    );
    let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
}

/// The moment of the `Date` above.
const NOW: i64 = 1_700_000_000;

impl Desk {
    fn search(&mut self, body: &Value) -> (u16, Value) {
        let filters = body["query"]["value"].as_array().cloned().unwrap_or_default();
        let state = filters.iter().find(|filter| filter["field"] == "state");
        let since = filters.iter().find(|filter| filter["field"] == "updated_at").map(|f| f["value"].as_i64().unwrap());
        let cursor = body["pagination"]["starting_after"].as_str().unwrap_or_default().to_owned();
        self.heard.push((state.map_or_else(String::new, |filter| filter["value"].to_string()), cursor.clone()));
        if self.vices.fails_after.is_some_and(|most| self.heard.len() > most) {
            return (500, json!({}));
        }
        if self.vices.no_states && state.is_some() {
            return (400, json!({"errors": [{"code": "parameter_invalid"}]}));
        }
        if self.vices.forgets_cursor && !cursor.is_empty() {
            self.vices.forgets_cursor = false;
            return (400, json!({"errors": [{"code": "client_error"}]}));
        }
        let is_in = |row: &&Row| {
            let by_state = state.is_none_or(|filter| {
                let leaks = self.vices.leaks.is_some_and(|every| row.0.is_multiple_of(every));
                !leaks
                    && match filter["operator"].as_str().unwrap() {
                        "=" => filter["value"] == row.1,
                        "NIN" => filter["value"].as_array().unwrap().iter().all(|state| *state != row.1),
                        other => panic!("{other}"),
                    }
            });
            by_state && since.is_none_or(|since| row.2 > since)
        };
        let rows: Vec<&Row> = self.rows.iter().filter(is_in).collect();
        // `cN` is page N; `dN` the page before it once more.
        let at: usize = cursor.get(1..).and_then(|text| text.parse().ok()).unwrap_or(0);
        let given = if cursor.starts_with('d') { at - 1 } else { at };
        let items: Vec<Value> = rows.iter().skip(given * PAGE).take(PAGE).map(|row| self.item(row)).collect();
        let last = (given + 1) * PAGE >= rows.len();
        let next = if self.vices.circle == Some(given) && !last {
            Some("c0".to_owned())
        } else if self.vices.duplicate == Some(given) && !cursor.starts_with('d') && !last {
            Some(format!("d{}", at + 1))
        } else {
            (!last).then(|| format!("c{}", given + 1))
        };
        let total = self.vices.total.unwrap_or(i64::try_from(rows.len()).unwrap());
        if let Some(more) = self.vices.grows.take() {
            self.rows.extend((1_001..=1_000 + more).map(|n| (n, "closed", NOW - 5)));
            // Some of those that were open are snoozed while they are walked.
            self.rows.iter_mut().take(5).for_each(|row| *row = (row.0, "open", NOW - 5));
        }
        let next = next.map(|cursor| json!({"starting_after": cursor, "per_page": PAGE}));
        (
            200,
            json!({"type": "conversation.list", "total_count": total, "pages": {"next": next}, "conversations": items}),
        )
    }

    fn item(&self, row: &Row) -> Value {
        if self.vices.broken.is_some_and(|every| row.0.is_multiple_of(every)) {
            return json!({"type": "conversation", "id": {"not": "an id"}});
        }
        json!({
            "type": "conversation", "id": row.0.to_string(), "state": row.1,
            "created_at": 1, "updated_at": row.2, "read": true,
            "source": {"type": "email", "body": "<p>hi</p>", "author": {"type": "user", "id": "u", "name": "Una"}},
        })
    }
}

struct Place {
    engine: Engine,
    heard: Arc<Mutex<Vec<Event>>>,
    dir: tempfile::TempDir,
}

impl Place {
    fn at(liar: &Liar, clock: Clock) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs { cache: dir.path().join("cache"), state: dir.path().join("state") };
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = Arc::clone(&heard);
        let endpoint = Endpoint::parse(&liar.1, Secret::new("t")).unwrap();
        let engine = Engine::new(EngineParts {
            cache: Cache::open(&dirs, clock.clone()).unwrap(),
            client: Client::new(endpoint, clock.clone(), Timeouts::default()).unwrap(),
            clock,
            ids: Ids::seeded(1),
            timings: Timings::default(),
            guard: Guard::default(),
            zone: jiff::tz::TimeZone::UTC,
            history: None,
            read_file: |_| Err(std::io::Error::other("no files here")),
            sink: Arc::new(move |event| ears.lock().unwrap().push(event)),
        })
        .unwrap();
        Self { engine, heard, dir }
    }

    async fn pull(&self) -> Result<super::Pulled, super::SyncError> {
        self.engine.pull_conversations(Priority::Foreground).await
    }

    fn here(&self) -> BTreeSet<usize> {
        let wanted = self.engine.cache.threads_wanted(100_000, None).unwrap();
        wanted.iter().map(|id| id.as_str().parse().unwrap()).collect()
    }

    fn progress(&self) -> Vec<Option<Progress>> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter_map(|event| if let Event::Progress(told) = event { Some(*told) } else { None }).collect()
    }
}

/// 95 conversations: 25 open, 12 snoozed, the rest closed.
fn rows() -> Vec<Row> {
    (1..=95)
        .map(|n| {
            (
                n,
                if n <= 25 {
                    "open"
                } else if n <= 37 {
                    "snoozed"
                } else {
                    "closed"
                },
                NOW - 1_000,
            )
        })
        .collect()
}

fn all() -> BTreeSet<usize> {
    (1..=95).collect()
}

#[tokio::test]
async fn a_first_pull_takes_each_page_once_and_the_most_urgent_first() {
    let liar = Liar::serve(rows(), Vices::default()).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    assert_eq!(place.here(), all());
    let states: Vec<String> = liar.heard().into_iter().map(|(state, _)| state).collect();
    let expected = [
        (1, ""),
        (3, "\"open\""),
        (2, "\"snoozed\""),
        (6, "[\"open\",\"snoozed\"]"),
        // What changed meanwhile.
        (1, ""),
    ];
    let expected: Vec<&str> = expected.iter().flat_map(|(times, state)| vec![*state; *times]).collect();
    assert_eq!(states, expected);
    let told = place.progress();
    assert_eq!(told.last(), Some(&None));
    assert!(told.iter().flatten().all(|progress| progress.of == Some(95) && progress.done <= 95));
    assert!(place.engine.is_filled().unwrap());
}

#[tokio::test]
async fn totals_that_lie_cost_a_walk_at_most() {
    for total in [-1, 0, 3, 1_000_000_000] {
        let liar = Liar::serve(rows(), Vices { total: Some(total), ..Vices::default() }).await;
        let place = Place::at(&liar, Clock::manual(NOW));
        place.pull().await.unwrap();
        assert_eq!(place.here(), all(), "{total}");
        let told = place.progress();
        assert_eq!(told.last(), Some(&None), "{total}");
        assert!(told.iter().flatten().all(|progress| progress.of.is_none_or(|of| of >= progress.done)), "{total}");
    }
}

#[tokio::test]
async fn pages_given_twice_and_lists_in_circles_lose_and_double_nothing() {
    for page in 0..5 {
        let liar = Liar::serve(rows(), Vices { duplicate: Some(page), ..Vices::default() }).await;
        let place = Place::at(&liar, Clock::manual(NOW));
        place.pull().await.unwrap();
        assert_eq!(place.here(), all(), "page {page} twice");
    }
    let liar = Liar::serve(rows(), Vices { circle: Some(2), ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    let before = place.here();
    assert!(before.len() >= 30, "what can be reached is here");
    // The list is mended: a pull of changes has not moved on past what it did not see.
    liar.change(|desk| {
        desk.vices.circle = None;
        desk.rows.iter_mut().for_each(|row| row.2 = NOW - 5);
    });
    place.pull().await.unwrap();
    assert_eq!(place.here(), all());
}

#[tokio::test]
async fn a_circle_in_the_changes_does_not_hide_what_it_does_not_lead_to() {
    let liar = Liar::serve(rows(), Vices::default()).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    // Fifty new ones, of which a circle shows the first twenty.
    liar.change(|desk| {
        desk.rows.extend((101..=150).map(|n| (n, "open", NOW - 10)));
        desk.vices.circle = Some(1);
    });
    place.pull().await.unwrap();
    assert!(place.here().contains(&101) && !place.here().contains(&150));
    liar.change(|desk| desk.vices.circle = None);
    place.pull().await.unwrap();
    assert!(place.here().contains(&150));
}

#[tokio::test]
async fn lists_by_state_that_do_not_add_up_are_walked_whole() {
    for vices in [
        Vices { leaks: Some(7), ..Vices::default() },
        Vices { no_states: true, ..Vices::default() },
        Vices { forgets_cursor: true, ..Vices::default() },
    ] {
        let liar = Liar::serve(rows(), vices).await;
        let place = Place::at(&liar, Clock::manual(NOW));
        place.pull().await.unwrap();
        assert_eq!(place.here(), all());
    }
}

#[tokio::test]
async fn broken_items_cost_themselves() {
    let liar = Liar::serve(rows(), Vices { broken: Some(9), ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    assert!(place.pull().await.unwrap().rejected >= 10);
    assert_eq!(place.here(), all().into_iter().filter(|n| n % 9 != 0).collect());
    assert!(place.engine.is_filled().unwrap());
}

#[tokio::test]
async fn a_pull_that_breaks_off_goes_on_where_it_stood() {
    for most in 1..12 {
        let liar = Liar::serve(rows(), Vices { fails_after: Some(most), ..Vices::default() }).await;
        let place = Place::at(&liar, Clock::manual(NOW));
        assert!(place.pull().await.is_err());
        let asked = liar.heard().len();
        liar.change(|desk| desk.vices.fails_after = None);
        place.pull().await.unwrap();
        assert_eq!(place.here(), all(), "after {most}");
        // 13 requests for everything; one that failed is asked again, and none that went well.
        let again = liar.heard().len() - asked;
        assert!(again <= 14 - most, "after {most}: {again} more");
    }
}

#[tokio::test]
async fn a_wrong_local_clock_hides_nothing() {
    for (local, no_date) in [
        (NOW + 86_400 * 400, false),
        (NOW - 86_400 * 400, false),
        (NOW + 86_400 * 400, true),
        (NOW - 86_400 * 400, true),
    ] {
        let liar = Liar::serve(rows(), Vices { no_date, ..Vices::default() }).await;
        let place = Place::at(&liar, Clock::manual(local));
        place.pull().await.unwrap();
        assert_eq!(place.here(), all());
        for (number, at) in [(200, NOW + 3), (201, NOW + 90)] {
            liar.change(|desk| desk.rows.push((number, "open", at)));
            place.pull().await.unwrap();
            assert!(place.here().contains(&number), "{local} {no_date}");
        }
    }
}

#[tokio::test]
async fn news_of_the_open_thread_is_noted() {
    let liar = Liar::serve(rows(), Vices::default()).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    place.engine.attention.turn_to(ConversationId::parse("40"), Vec::new());
    liar.change(|desk| {
        let row = desk.rows.iter_mut().find(|row| row.0 == 40).unwrap();
        *row = (40, "open", NOW + 1);
    });
    place.pull().await.unwrap();
    let noted = tokio::time::timeout(Duration::from_secs(5), place.engine.attention.news.notified()).await;
    assert!(noted.is_ok());
}

#[tokio::test]
async fn a_helpdesk_that_grows_meanwhile_is_not_walked_twice() {
    let mut rows = rows();
    // One that no list by state shows: it is closed when the first lists are read.
    rows.iter_mut().take(5).for_each(|row| row.1 = "closed");
    let liar = Liar::serve(rows, Vices { grows: Some(30), total: None, ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    assert_eq!(place.here().len(), 125);
    assert!(liar.heard().len() < 24, "{} requests", liar.heard().len());
    assert!(place.engine.is_filled().unwrap());
}

#[tokio::test]
async fn a_list_that_always_turns_in_circles_ends_the_first_pull_and_holds_up_no_changes() {
    let liar = Liar::serve(rows(), Vices { circle: Some(2), ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    liar.change(|desk| desk.rows.insert(0, (300, "open", NOW - 3)));
    place.pull().await.unwrap();
    assert!(place.here().contains(&300));
    place.pull().await.unwrap();
    assert!(place.engine.is_filled().unwrap(), "what can be had is here");
}

#[tokio::test]
async fn a_first_pull_goes_on_where_another_program_stands() {
    let liar = Liar::serve(rows(), Vices { fails_after: Some(3), ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    assert!(place.pull().await.is_err());
    liar.change(|desk| desk.vices.fails_after = None);
    // The other one has done all of it meanwhile.
    let done = r#"{"pass":null,"cursor":null,"upto":1699999990,"done":95,"of":95}"#;
    let mut haul = Haul::new(Priority::Foreground);
    let mut mark = place.engine.stored_mark().await.unwrap().unwrap();
    place.engine.cache.store_cursor("conversations", Some(done)).unwrap();
    let pass = mark.pass.unwrap();
    assert_eq!(place.engine.fill_pass(pass, &mut mark, &mut haul).await.unwrap(), Walked::TakenOver);
    assert_eq!((mark.pass, mark.upto), (None, 1_699_999_990));
    assert_eq!(place.engine.cache.load_cursor("conversations").unwrap().as_deref(), Some(done));
}

fn not_found() -> String {
    json!({"type": "error.list", "errors": [{"code": "not_found"}]}).to_string()
}

#[tokio::test]
async fn a_thread_that_is_not_found_once_stays_and_goes_when_it_is_not_found_again_later() {
    let vices = Vices { says: vec![("/conversations/40", 404, "application/json", not_found())], ..Vices::default() };
    let liar = Liar::serve(rows(), vices).await;
    let clock = Clock::manual(NOW);
    let place = Place::at(&liar, clock.clone());
    place.pull().await.unwrap();
    let id = ConversationId::parse("40").unwrap();
    for _ in 0..3 {
        assert!(place.engine.fetch_thread(&id).await.is_err());
        assert!(place.engine.cache.load_conversation(&id).unwrap().is_some(), "a replica may lag");
    }
    clock.advance(place.engine.timings.settle);
    // Nobody has asked for it: it is left alone.
    let fill = place.engine.client.fill();
    assert!(place.engine.fetch_thread_by(&fill, &id).await.is_err());
    assert!(place.engine.cache.load_conversation(&id).unwrap().is_some());
    assert!(place.engine.fetch_thread(&id).await.is_err());
    assert!(place.engine.cache.load_conversation(&id).unwrap().is_none());
}

#[tokio::test]
async fn one_thread_that_fails_says_nothing_of_the_connection() {
    let vices = Vices { says: vec![("/conversations/40", 500, "application/json", "{}".into())], ..Vices::default() };
    let liar = Liar::serve(rows(), vices).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    assert!(place.engine.fetch_thread(&ConversationId::parse("40").unwrap()).await.is_err());
    assert!(place.engine.is_online());
}

#[tokio::test]
async fn a_thread_that_is_wanted_still_after_its_answer_is_not_asked_for_without_end() {
    // Whatever is asked for, the answer is the state of long ago.
    let parts = json!({"type": "conversation_part.list", "conversation_parts": [], "total_count": 0});
    let old = json!({
        "type": "conversation", "id": "40", "created_at": 1, "updated_at": 2, "state": "open",
        "conversation_parts": parts,
    });
    let says = vec![("/conversations/4", 200, "application/json", old.to_string())];
    let liar = Liar::serve(rows(), Vices { says, ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    let all = place.engine.fetch_threads();
    assert!(tokio::time::timeout(std::time::Duration::from_secs(60), all).await.is_ok(), "it comes to an end");
}

#[tokio::test]
async fn a_bulk_read_ends_when_the_disk_refuses() {
    let thread = |n: usize| {
        let parts = json!({"type": "conversation_part.list", "conversation_parts": [], "total_count": 0});
        let thread = json!({
            "type": "conversation", "id": n.to_string(), "created_at": 1, "updated_at": NOW, "state": "open",
            "conversation_parts": parts,
        });
        format!("{thread}\n{{\"type\":\"threads.page\",\"next\":null,\"gone\":[]}}\n")
    };
    let lines: String = (1..=9).map(thread).collect();
    let says = vec![("/deskhand/threads", 200, "application/x-ndjson", lines)];
    let liar = Liar::serve(rows(), Vices { says, ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.pull().await.unwrap();
    let blocker = rusqlite::Connection::open(place.dir.path().join("cache").join("cache.db")).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON conversation BEGIN SELECT raise(ABORT, 'no'); END;";
    blocker.execute_batch(refuse).unwrap();
    let wanted: Vec<_> = (1..=9).filter_map(|n| ConversationId::parse(&n.to_string())).collect();
    let mut fill = Fill::new(place.engine.client.fill());
    let ended = tokio::time::timeout(Duration::from_secs(20), place.engine.fill_bulk(&wanted, &mut fill)).await;
    assert!(ended.unwrap().is_err());
    blocker.execute_batch("DROP TRIGGER refuse").unwrap();
    place.engine.fill_bulk(&wanted, &mut fill).await.unwrap();
    assert!(place.here().is_disjoint(&(1..=9).collect()));
}

#[tokio::test]
async fn a_token_that_may_not_see_the_team_still_tells_who_we_are() {
    let me = json!({
        "type": "admin", "id": "7", "name": "Ann", "email": "ann@example.com",
        "app": {"type": "app", "id_code": "w1", "name": "Shop", "region": "EU"},
    });
    let refused = json!({"type": "error.list", "errors": [{"code": "action_forbidden"}]}).to_string();
    let kind = "application/json";
    let says = vec![("/me", 200, kind, me.to_string()), ("/", 403, kind, refused)];
    let liar = Liar::serve(rows(), Vices { says: says.clone(), ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    place.engine.pull_directory().await.unwrap();
    assert!(place.engine.me().is_some());
    assert!(place.engine.cache.load_directory().unwrap().me().is_some());
    // A list that fails costs the lists, not who we are.
    let says = vec![says[0].clone(), ("/", 500, kind, "{}".into())];
    let liar = Liar::serve(rows(), Vices { says, ..Vices::default() }).await;
    let place = Place::at(&liar, Clock::manual(NOW));
    assert!(place.engine.pull_directory().await.is_err());
    assert!(place.engine.me().is_some() && place.engine.is_online());
}

#[tokio::test]
async fn deletions_without_a_moment_are_read_as_far_as_they_are_here() {
    let deleted = |ids: std::ops::RangeInclusive<usize>| {
        let items: Vec<_> = ids.map(|n| json!({"id": n.to_string()})).collect();
        json!({"type": "conversation.list", "conversations": items, "pages": {"type": "pages", "next": null}})
    };
    let kind = "application/json";
    let says = vec![("/conversations/deleted", 404, kind, not_found())];
    let liar = Liar::serve(rows(), Vices { says, ..Vices::default() }).await;
    let clock = Clock::manual(NOW);
    let place = Place::at(&liar, clock.clone());
    place.pull().await.unwrap();
    assert_eq!(place.engine.pull_deletions().await.unwrap(), 0);
    liar.change(|desk| desk.vices.says[0] = ("/conversations/deleted", 200, kind, deleted(90..=120).to_string()));
    assert_eq!(place.engine.pull_deletions().await.unwrap(), 0, "it was asked a moment ago");
    clock.advance(Duration::from_secs(86_401));
    assert_eq!(place.engine.pull_deletions().await.unwrap(), 6);
    assert_eq!(place.engine.pull_deletions().await.unwrap(), 0);
    assert_eq!(place.here(), (1..=89).collect());
}
