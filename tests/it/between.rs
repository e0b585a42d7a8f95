//! A stand between client and helpdesk that does what bad networks, proxies and replicas do.
//!
//! Owns the faults and when they strike: the next so many exchanges of a route, those whose request
//! holds certain words, or some of them by a seeded dice. What the helpdesk made of it is asked of the
//! helpdesk itself, with the plain calls at the end. Enter at [`Between::start`].

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What is done to one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing gets through: the connection is reset where the answer should begin.
    CutRequest,
    /// The request gets through, the answer does not: the connection is reset after so many bytes of it.
    CutAnswer(usize),
    /// The request gets through; two thirds of the answer come, then the connection closes.
    HalfAnswer,
    /// The request gets through; half of the answer comes, then nothing for as long as the client waits.
    Stall,
    /// Nothing gets through, and nothing is said for as long as the client waits.
    Hold,
    /// The answer comes this much later.
    Delay(Duration),
    /// The answer comes so many bytes at a time, with this pause between.
    Trickle(usize, Duration),
    /// Nothing gets through; this is the answer.
    Instead(Plain),
    /// The request gets through; this is the answer all the same.
    After(Plain),
    /// This text in the answer becomes that one; the length is put right.
    Garble(String, String),
    /// The answer's JSON ends in its middle, as whole as its headers say.
    Truncated,
    /// The right bytes under this content type.
    Typed(String),
    /// The answer that this route gave the time before (a page given twice).
    Again,
    /// The helpdesk's clock by its `Date` header, in seconds away from the true one.
    Date(i64),
}

/// An answer of our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Plain {
    /// A refusal in the API's own shape.
    pub fn refusal(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            r#"{{"type":"error.list","request_id":"r-1","errors":[{{"code":"{code}","message":"{message}"}}]}}"#
        );
        Self { status, headers: vec![("content-type".into(), "application/json".into())], body }
    }

    /// A web page.
    pub fn page(status: u16) -> Self {
        let body = "<html><body>Please sign in to the hotel's network</body></html>".into();
        Self { status, headers: vec![("content-type".into(), "text/html".into())], body }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn into_answer(self) -> Answer {
        let mut head = vec![format!("HTTP/1.1 {} Because", self.status)];
        head.extend(self.headers.into_iter().map(|(name, value)| format!("{name}: {value}")));
        Answer { head, body: self.body.into_bytes() }
    }
}

impl Fault {
    /// The effect, and a page of a gateway's for it.
    pub fn bad_gateway() -> Self {
        Self::After(Plain::page(502))
    }

    /// A captive portal: a web page for everything.
    pub fn portal() -> Self {
        Self::Instead(Plain::page(200))
    }

    pub fn refuses(status: u16, code: &str, message: &str) -> Self {
        Self::Instead(Plain::refusal(status, code, message))
    }
}

/// When faults strike.
struct Rule {
    which: String,
    /// Words that the request holds.
    holding: String,
    /// Exchanges left; absent for all to come.
    left: Option<usize>,
    /// Each with its share of a thousand, rising.
    faults: Vec<(u64, Fault)>,
}

struct Shared {
    upstream: String,
    rules: Mutex<Vec<Rule>>,
    dice: Mutex<u64>,
    seen: Mutex<Vec<(Instant, String)>>,
    /// How far reads of threads lag behind.
    lag: Mutex<Duration>,
    /// By path of a thread, what it was before each write, and when the write was done.
    past: Mutex<HashMap<String, Vec<(Instant, Answer)>>>,
    /// The last answer of each route.
    last: Mutex<HashMap<String, Answer>>,
}

pub struct Between {
    pub url: String,
    shared: Arc<Shared>,
    open: watch::Sender<bool>,
    told: Mutex<std::sync::mpsc::Receiver<()>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for Between {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Between {
    pub fn start(upstream: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let shared = Arc::new(Shared {
            upstream: upstream.trim_start_matches("http://").to_owned(),
            rules: Mutex::default(),
            dice: Mutex::new(1),
            seen: Mutex::default(),
            lag: Mutex::default(),
            past: Mutex::default(),
            last: Mutex::default(),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let (open, opened) = watch::channel(true);
        let (tell, told) = std::sync::mpsc::channel();
        runtime.spawn(accept(listener, Arc::clone(&shared), opened, tell));
        told.recv().unwrap();
        Self { url: format!("http://{address}"), shared, open, told: Mutex::new(told), runtime: Some(runtime) }
    }

    /// Nobody listens any more, and what was connected is cut.
    pub fn close(&self) {
        self.open.send(false).unwrap();
        self.told.lock().unwrap().recv().unwrap();
    }

    /// It listens again, at the same address.
    pub fn open(&self) {
        self.open.send(true).unwrap();
        self.told.lock().unwrap().recv().unwrap();
    }

    /// The next `times` exchanges of a route suffer `fault`. A route is `METHOD path`, as far as it is
    /// given, with `#` for a number in it.
    pub fn plan(&self, which: &str, fault: Fault, times: usize) {
        self.rule(which, "", Some(times), vec![(1_000, fault)]);
    }

    /// The same for the next `times` requests that hold these words.
    pub fn plan_holding(&self, which: &str, words: &str, fault: Fault, times: usize) {
        self.rule(which, words, Some(times), vec![(1_000, fault)]);
    }

    /// From now on, exchanges of a route suffer these faults, each in so many of a thousand.
    pub fn chances(&self, which: &str, seed: u64, faults: &[(u64, Fault)]) {
        *self.shared.dice.lock().unwrap() = seed;
        let mut upto = 0;
        let faults = faults.iter().map(|(share, fault)| {
            upto += share;
            (upto, fault.clone())
        });
        self.rule(which, "", None, faults.collect());
    }

    fn rule(&self, which: &str, holding: &str, left: Option<usize>, faults: Vec<(u64, Fault)>) {
        let rule = Rule { which: which.to_owned(), holding: holding.to_owned(), left, faults };
        self.shared.rules.lock().unwrap().push(rule);
    }

    /// No more faults.
    pub fn heal(&self) {
        self.shared.rules.lock().unwrap().clear();
        self.lag(Duration::ZERO);
    }

    /// Threads are read from a replica that is so far behind.
    pub fn lag(&self, by: Duration) {
        *self.shared.lag.lock().unwrap() = by;
    }

    /// How many exchanges of a route there were.
    pub fn count(&self, which: &str) -> usize {
        self.shared.seen.lock().unwrap().iter().filter(|(_, line)| fits(which, line)).count()
    }

    /// When there were exchanges of a route.
    pub fn times(&self, which: &str) -> Vec<Instant> {
        let seen = self.shared.seen.lock().unwrap();
        seen.iter().filter(|(_, line)| fits(which, line)).map(|(at, _)| *at).collect()
    }

    /// How many exchanges there were.
    pub fn count_all(&self) -> usize {
        self.shared.seen.lock().unwrap().len()
    }
}

/// Whether a request's first line is of a route.
fn fits(which: &str, line: &str) -> bool {
    let (mut rest_of_route, mut line) = (which, line);
    while let Some((before, after)) = rest_of_route.split_once('#') {
        let Some(rest) = line.strip_prefix(before) else { return false };
        line = rest.trim_start_matches(|sign: char| sign.is_ascii_digit());
        if line.len() == rest.len() {
            return false;
        }
        rest_of_route = after;
    }
    // A number at the end is a whole number, and the end of the path.
    line.starts_with(rest_of_route) && (!which.ends_with('#') || line.starts_with([' ', '?']))
}

async fn accept(
    listener: std::net::TcpListener,
    shared: Arc<Shared>,
    mut open: watch::Receiver<bool>,
    tell: std::sync::mpsc::Sender<()>,
) {
    let address = listener.local_addr().unwrap();
    let mut next = Some(TcpListener::from_std(listener).unwrap());
    let connected = open.clone();
    loop {
        let listener = match next.take() {
            Some(listener) => listener,
            // Tokio binds so that an address can be taken again at once.
            None => TcpListener::bind(address).await.unwrap(),
        };
        if tell.send(()).is_err() {
            return;
        }
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let Ok((client, _)) = accepted else { continue };
                    let (shared, mut open) = (Arc::clone(&shared), connected.clone());
                    tokio::spawn(async move {
                        tokio::select! {
                            _ = serve(client, &shared) => {}
                            _ = open.wait_for(|open| !*open) => {}
                        }
                    });
                }
                closed = open.wait_for(|open| !*open) => {
                    if closed.is_err() {
                        return;
                    }
                    break;
                }
            }
        }
        drop(listener);
        let _ = tell.send(());
        if open.wait_for(|open| *open).await.is_err() {
            return;
        }
    }
}

/// A head's lines, and what follows it.
#[derive(Clone, Debug)]
struct Answer {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    fn set(&mut self, name: &str, value: Option<&str>) {
        let first = self.head.remove(0);
        self.head.retain(|line| !line.split(':').next().unwrap_or_default().eq_ignore_ascii_case(name));
        self.head.insert(0, first);
        self.head.extend(value.map(|value| format!("{name}: {value}")));
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut whole = self.clone();
        whole.set("connection", None);
        if whole.header("transfer-encoding").is_none() {
            whole.set("content-length", Some(&whole.body.len().to_string()));
        }
        let mut bytes = whole.head.join("\r\n").into_bytes();
        bytes.extend(b"\r\n\r\n");
        bytes.extend(&whole.body);
        bytes
    }
}

/// A message's head and what has come of its body.
async fn read_head(from: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..at]).lines().map(ToOwned::to_owned).collect();
            return Some(Answer { head, body: bytes[at + 4..].to_vec() });
        }
        match from.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend(&buffer[..count]),
            _ => return None,
        }
    }
}

async fn read_request(from: &mut TcpStream) -> Option<Answer> {
    let mut request = read_head(from).await?;
    let length: usize = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut buffer = vec![0; 16 * 1024];
    while request.body.len() < length {
        match from.read(&mut buffer).await {
            Ok(count) if count > 0 => request.body.extend(&buffer[..count]),
            _ => return None,
        }
    }
    Some(request)
}

/// What came of passing a request on.
enum Passed {
    Answer(Answer),
    /// An answer without an end: events.
    Stream(Answer, TcpStream),
}

async fn pass_on(upstream: &str, request: &Answer) -> Option<Passed> {
    let mut server = TcpStream::connect(upstream).await.ok()?;
    let mut request = request.clone();
    request.set("connection", Some("close"));
    request.set("accept-encoding", None);
    let mut bytes = request.head.join("\r\n").into_bytes();
    bytes.extend(b"\r\n\r\n");
    bytes.extend(&request.body);
    server.write_all(&bytes).await.ok()?;
    let mut answer = read_head(&mut server).await?;
    if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream")) {
        return Some(Passed::Stream(answer, server));
    }
    server.read_to_end(&mut answer.body).await.ok()?;
    Some(Passed::Answer(answer))
}

impl Shared {
    fn throw(&self) -> u64 {
        let mut state = self.dice.lock().unwrap();
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % 1_000
    }

    fn fault(&self, line: &str, body: &[u8]) -> Option<Fault> {
        let body = String::from_utf8_lossy(body);
        let mut rules = self.rules.lock().unwrap();
        // What was planned last comes first.
        let rule = rules.iter_mut().rev().find(|rule| {
            rule.left != Some(0) && fits(&rule.which, line) && (rule.holding.is_empty() || body.contains(&rule.holding))
        })?;
        let thrown = self.throw();
        let fault = rule.faults.iter().find(|(upto, _)| thrown < *upto)?.1.clone();
        rule.left = rule.left.map(|left| left - 1);
        Some(fault)
    }

    /// Passes a request on; what a thread was before a write is kept for the replica.
    async fn pass_on(&self, line: &str, request: &Answer) -> Option<Passed> {
        let lag = *self.lag.lock().unwrap();
        let thread = thread_of(line);
        let Some(path) = thread.filter(|_| !lag.is_zero()) else { return pass_on(&self.upstream, request).await };
        if line.starts_with("GET") {
            let now = Instant::now();
            let old = self.past.lock().unwrap().get(&path).and_then(|past| {
                past.iter().find(|(written, _)| now.duration_since(*written) < lag).map(|(_, before)| before.clone())
            });
            if let Some(old) = old {
                return Some(Passed::Answer(old));
            }
            return pass_on(&self.upstream, request).await;
        }
        let mut read = Answer { head: request.head.clone(), body: Vec::new() };
        read.head[0] = format!("GET {path} HTTP/1.1");
        read.set("content-length", None);
        let before = pass_on(&self.upstream, &read).await;
        let passed = pass_on(&self.upstream, request).await;
        if let Some(Passed::Answer(before)) = before {
            self.past.lock().unwrap().entry(path).or_default().push((Instant::now(), before));
        }
        passed
    }
}

/// The path of the thread that a request is about.
fn thread_of(line: &str) -> Option<String> {
    let path = line.split(' ').nth(1)?.split('?').next()?;
    let id = path.strip_prefix("/conversations/")?.split('/').next()?;
    id.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("/conversations/{id}"))
}

async fn serve(mut client: TcpStream, shared: &Shared) -> Option<()> {
    let _ = client.set_nodelay(true);
    loop {
        let request = read_request(&mut client).await?;
        let line = request.head.first()?.clone();
        shared.seen.lock().unwrap().push((Instant::now(), line.clone()));
        let route = line.split('?').next().unwrap_or_default().to_owned();
        let fault = shared.fault(&line, &request.body);
        match &fault {
            Some(Fault::CutRequest) => return reset(client),
            Some(Fault::Hold) => {
                let _ = client.read(&mut [0; 1]).await;
                return None;
            }
            Some(Fault::Instead(plain)) => {
                client.write_all(&plain.clone().into_answer().to_bytes()).await.ok()?;
                continue;
            }
            Some(Fault::Again) => {
                let again = shared.last.lock().unwrap().get(&route).cloned();
                if let Some(again) = again {
                    client.write_all(&again.to_bytes()).await.ok()?;
                    continue;
                }
            }
            _ => {}
        }
        let mut answer = match shared.pass_on(&line, &request).await? {
            Passed::Answer(answer) => answer,
            Passed::Stream(head, mut server) => {
                let mut bytes = head.head.join("\r\n").into_bytes();
                bytes.extend(b"\r\n\r\n");
                bytes.extend(&head.body);
                client.write_all(&bytes).await.ok()?;
                tokio::io::copy_bidirectional(&mut server, &mut client).await.ok()?;
                return None;
            }
        };
        shared.last.lock().unwrap().insert(route, answer.clone());
        match fault {
            Some(Fault::CutAnswer(after)) => {
                let bytes = answer.to_bytes();
                client.write_all(&bytes[..after.min(bytes.len() - 1)]).await.ok()?;
                return reset(client);
            }
            Some(Fault::HalfAnswer) => {
                let bytes = answer.to_bytes();
                client.write_all(&bytes[..bytes.len() * 2 / 3]).await.ok()?;
                return None;
            }
            Some(Fault::Stall) => {
                let bytes = answer.to_bytes();
                client.write_all(&bytes[..bytes.len() / 2]).await.ok()?;
                // Until the client gives up.
                let _ = client.read(&mut [0; 1]).await;
                return None;
            }
            Some(Fault::Delay(by)) => tokio::time::sleep(by).await,
            Some(Fault::Trickle(bytes, pause)) => {
                for piece in answer.to_bytes().chunks(bytes) {
                    client.write_all(piece).await.ok()?;
                    tokio::time::sleep(pause).await;
                }
                continue;
            }
            Some(Fault::After(plain)) => answer = plain.into_answer(),
            Some(Fault::Garble(from, to)) => {
                answer.body = String::from_utf8_lossy(&answer.body).replace(&from, &to).into_bytes();
            }
            Some(Fault::Truncated) => answer.body.truncate(answer.body.len() / 2),
            Some(Fault::Typed(kind)) => answer.set("content-type", Some(&kind)),
            Some(Fault::Date(away)) => answer.set("date", Some(&http_date(away))),
            Some(Fault::CutRequest | Fault::Hold | Fault::Instead(_) | Fault::Again) | None => {}
        }
        client.write_all(&answer.to_bytes()).await.ok()?;
    }
}

/// The other side hears of a reset, not of an end.
fn reset(client: TcpStream) -> Option<()> {
    let _ = client.set_zero_linger();
    drop(client);
    None
}

/// The time, so many seconds away, as HTTP writes it.
pub fn http_date(away: i64) -> String {
    let now = deskhand::clock::Clock::system().unix_secs();
    let at = jiff::Timestamp::from_second(now + away).unwrap();
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap()
}

/// A plain DELETE, behind the client's back.
pub fn delete(url: &str, path: &str, token: &str) {
    exchange("DELETE", url, path, token, "");
}

/// A plain GET; the body.
pub fn get(url: &str, path: &str, token: &str) -> Vec<u8> {
    exchange("GET", url, path, token, "").1
}

/// A plain POST of JSON; status and body.
pub fn post(url: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
    let (status, answer) = exchange("POST", url, path, token, &body.to_string());
    (status, serde_json::from_slice(&answer).unwrap_or(Value::Null))
}

fn exchange(method: &str, url: &str, path: &str, token: &str, body: &str) -> (u16, Vec<u8>) {
    // The helpdesk may be served by the very threads that ask.
    tokio::task::block_in_place(|| exchange_blocking(method, url, path, token, body))
}

fn exchange_blocking(method: &str, url: &str, path: &str, token: &str, body: &str) -> (u16, Vec<u8>) {
    let mut server = std::net::TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\nintercom-version: 2.16\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    server.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..at]).to_lowercase();
    assert!(!head.contains("transfer-encoding: chunked"), "this little client reads no chunks");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer[at + 4..].to_vec())
}
