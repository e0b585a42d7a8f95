//! A server that says what a test tells it to, byte by byte. Only for the tests of this room.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{Client, Endpoint, Timeouts};
use crate::clock::Clock;
use crate::domain::Secret;

pub(super) const TOKEN: &str = "dG9rOnNlY3JldA==";

/// What happens on one connection, after the request was read.
pub(super) enum Say {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes, then nothing more, and no end.
    Stall(Vec<u8>),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    head: String,
    body: String,
}

impl Heard {
    /// `METHOD /path?query`.
    pub(super) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1")
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// A server that plays a script, one connection after the other.
pub(super) struct Script {
    pub(super) address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    task: JoinHandle<()>,
}

impl Script {
    pub(super) async fn play(says: Vec<Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
        let address = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            let mut stalled = Vec::new();
            for say in says {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                if let Some(request) = read_request(&mut stream).await {
                    ears.lock().expect("no test panics while it holds this").push(request);
                }
                let (Say::Bytes(bytes) | Say::Stall(bytes)) = &say;
                let _ = stream.write_all(bytes).await;
                match say {
                    Say::Bytes(_) => drop(stream.shutdown().await),
                    Say::Stall(_) => stalled.push(stream),
                }
            }
            // The stalled connections stay open until the test ends.
            std::future::pending::<()>().await;
        });
        Self { address, heard, task }
    }

    /// Answers all with status 200 and these bodies.
    pub(super) async fn of_json(bodies: &[&str]) -> Self {
        Self::play(bodies.iter().map(|body| json(200, body)).collect()).await
    }

    pub(super) fn client(&self) -> Client {
        self.client_with(Clock::system(), Timeouts::default())
    }

    pub(super) fn client_with(&self, clock: Clock, timeouts: Timeouts) -> Client {
        client_of(&self.address, clock, timeouts)
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no test panics while it holds this").clone()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.heard().iter().map(|heard| heard.line().to_owned()).collect()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) fn client_of(address: &str, clock: Clock, timeouts: Timeouts) -> Client {
    let endpoint = Endpoint::parse(address, Secret::new(TOKEN)).expect("the address of a test");
    Client::new(endpoint, clock, timeouts).expect("the token of a test")
}

pub(super) fn json(status: u16, body: &str) -> Say {
    answer(status, &[("Content-Type", "application/json; charset=utf-8")], body.as_bytes())
}

pub(super) fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Say {
    let mut bytes = head(status, headers, body.len());
    bytes.extend_from_slice(body);
    Say::Bytes(bytes)
}

pub(super) fn head(status: u16, headers: &[(&str, &str)], length: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    head.into_bytes()
}

async fn read_request(stream: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let heard = Heard { head: head.to_owned(), body: body.to_owned() };
            let length = heard.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(heard);
            }
        }
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(chunk.get(..count)?);
    }
}
