//! A stand between client and helpdesk that does what bad networks do.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is done to one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request gets through, the answer does not.
    CutAnswer,
    /// The request gets through; the answer is 502 with a web page.
    BadGateway,
    /// Nothing gets through; the answer is a web page, as from a captive portal.
    Portal,
    /// The answer is cut in the middle.
    HalfAnswer,
    /// This text in the answer becomes that one.
    Garble(String, String),
}

/// Faults for the next exchanges whose `METHOD path` begins like this.
type Plan = Arc<Mutex<Vec<(String, Fault, usize)>>>;

pub struct Between {
    pub url: String,
    plan: Plan,
    pub seen: Arc<Mutex<Vec<String>>>,
}

impl Between {
    pub fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let plan: Plan = Arc::default();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let (faults, log) = (Arc::clone(&plan), Arc::clone(&seen));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, faults, log) = (upstream.clone(), Arc::clone(&faults), Arc::clone(&log));
                std::thread::spawn(move || serve(client, &upstream, &faults, &log));
            }
        });
        Self { url, plan, seen }
    }

    /// The next `times` exchanges that begin like `which` suffer `fault`.
    pub fn plan(&self, which: &str, fault: Fault, times: usize) {
        self.plan.lock().unwrap().push((which.to_owned(), fault, times));
    }

    pub fn count(&self, which: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|line| line.starts_with(which)).count()
    }
}

fn read_message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match from.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend(&buffer[..count]),
            _ => return None,
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length: usize =
        text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    while bytes.len() < head + length {
        match from.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend(&buffer[..count]),
            _ => return None,
        }
    }
    Some(bytes)
}

fn forward(upstream: &str, request: &[u8]) -> Option<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).ok()?;
    let head = request.windows(4).position(|window| window == b"\r\n\r\n")?;
    let mut text: Vec<String> = String::from_utf8_lossy(&request[..head]).lines().map(ToOwned::to_owned).collect();
    text.retain(|line| !line.to_lowercase().starts_with("connection:"));
    text.push("connection: close".into());
    server.write_all(text.join("\r\n").as_bytes()).ok()?;
    server.write_all(&request[head..]).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    Some(answer)
}

fn page(status: &str) -> Vec<u8> {
    let body = "<html><body>Please sign in to the hotel's network</body></html>";
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn serve(mut client: TcpStream, upstream: &str, plan: &Plan, seen: &Mutex<Vec<String>>) {
    let Some(request) = read_message(&mut client) else { return };
    let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
    seen.lock().unwrap().push(line.clone());
    let fault = {
        let mut plan = plan.lock().unwrap();
        let hit = plan.iter_mut().find(|(which, _, left)| *left > 0 && line.starts_with(which.as_str()));
        hit.map(|(_, fault, left)| {
            *left -= 1;
            fault.clone()
        })
    };
    let answer = match fault {
        Some(Fault::Portal) => page("200 OK"),
        fault => {
            let Some(answer) = forward(upstream, &request) else { return };
            match fault {
                Some(Fault::CutAnswer) => return,
                Some(Fault::BadGateway) => page("502 Bad Gateway"),
                Some(Fault::HalfAnswer) => answer[..answer.len() * 2 / 3].to_vec(),
                Some(Fault::Garble(from, to)) => {
                    let text = String::from_utf8_lossy(&answer).into_owned();
                    let (head, body) = text.split_once("\r\n\r\n").unwrap();
                    let body = body.replace(&from, &to);
                    let head: Vec<&str> =
                        head.lines().filter(|line| !line.to_lowercase().starts_with("content-length")).collect();
                    format!("{}\r\ncontent-length: {}\r\n\r\n{body}", head.join("\r\n"), body.len()).into_bytes()
                }
                _ => answer,
            }
        }
    };
    // The other side may have gone.
    let _ = client.write_all(&answer);
}

/// A plain DELETE, behind the client's back.
pub fn delete(url: &str, path: &str, token: &str) {
    exchange("DELETE", url, path, token);
}

/// A plain GET; the body.
pub fn get(url: &str, path: &str, token: &str) -> Vec<u8> {
    exchange("GET", url, path, token)
}

fn exchange(method: &str, url: &str, path: &str, token: &str) -> Vec<u8> {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\nintercom-version: 2.16\r\n\r\n"
    );
    let answer = forward(url.trim_start_matches("http://"), request.as_bytes()).unwrap();
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..at]).to_lowercase();
    assert!(!head.contains("transfer-encoding: chunked"), "this little client reads no chunks");
    answer[at + 4..].to_vec()
}
