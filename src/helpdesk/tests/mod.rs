//! The helpdesk as a stranger sees it: bytes over a socket, no client of ours in between.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "tests say what they mean in the shortest way"
)]

mod contacts;
mod conversations;
mod gate;
mod lists;
mod outbound;
mod search;
mod states;
mod streams;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::model::act::Record;
use super::model::{
    Admin, AdminId, Attributes, Company, CompanyId, Contact, ContactId, Distribution, Macro, MacroId, MacroVisibility,
    Role, Tag, TagId, Team, TeamId, Workspace,
};
use super::storage::Store;
use super::{Helpdesk, Options, open_store, run};
use crate::clock::{Clock, Ids};

/// A Tuesday noon in 2026, UTC.
pub const NOON: i64 = 1_773_144_000;
pub const ANA: i64 = 7_412_101;
pub const BEN: i64 = 7_412_102;
pub const SUPPORT: i64 = 8_146_501;
pub const BILLING: i64 = 8_146_502;
pub const REFUND: i64 = 10_258_301;
pub const MARTA: &str = "66b0f1a2c3d4e5f601020304";
pub const OTTO: &str = "66b0f1a2c3d4e5f601020305";
pub const LEAD: &str = "66b0f1a2c3d4e5f601020306";
pub const ACME: &str = "66b0f1a2c3d4e5f6010203a1";

/// A helpdesk on a port of its own, with a small workspace.
pub struct Server {
    pub address: SocketAddr,
    pub token: String,
    #[allow(dead_code, reason = "for a test that looks behind the API")]
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
    /// Kept until the server is gone.
    dir: Option<tempfile::TempDir>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// Status, code and field of a refusal; its envelope is checked on the way.
    pub fn refusal(&self) -> (u16, String, Option<String>) {
        let body = self.json();
        assert_eq!(body["type"], "error.list");
        assert_eq!(body["request_id"].as_str(), self.headers.get("x-request-id").map(String::as_str));
        let first = &body["errors"][0];
        assert!(first["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
        (self.status, first["code"].as_str().unwrap().to_owned(), first["field"].as_str().map(str::to_owned))
    }

    pub fn code(&self) -> (u16, String) {
        let (status, code, _) = self.refusal();
        (status, code)
    }
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut options = Options::new(dir.path());
        change(&mut options);
        let clock = Clock::manual(NOON);
        let ids = Ids::seeded(7);
        let store = open_store(&options, &clock, &ids).await.unwrap();
        store.insert_batch(small_workspace()).await.unwrap();
        let mut server = Self::serve(store, options, clock, ids).await;
        server.dir = Some(dir);
        server
    }

    pub async fn serve(store: Arc<dyn Store>, options: Options, clock: Clock, ids: Ids) -> Self {
        let helpdesk = Helpdesk::on(Arc::clone(&store), options, clock.clone(), ids).await.unwrap();
        let token = helpdesk.token().expose().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(run(listener, helpdesk, async move {
            let _ = stopped.await;
        }));
        Self { address, token, store, clock, stop: Some(stop), task, dir: None }
    }

    pub async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        (&mut self.task).await.unwrap().unwrap();
    }

    /// Sends a request byte by byte as given: no header is added.
    pub async fn raw(&self, request: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may answer and close before it has read all of a body that it does not want.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await.unwrap();
        parse(&bytes)
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        let given = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let (address, bearer) = (self.address.to_string(), format!("Bearer {}", self.token));
        let usual = [("Host", address.as_str()), ("Authorization", bearer.as_str())];
        let missing = usual.iter().filter(|(name, _)| !given(name));
        for (name, value) in missing.chain(headers) {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        self.raw(&[head.as_bytes(), body].concat()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], b"").await
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send(method, path, &[("Content-Type", "application/json")], body.to_string().as_bytes()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, body).await
    }

    /// Marta (or who is named) writes; answers the conversation's id.
    pub async fn begin(&self, contact: &str, text: &str) -> String {
        let message = self.post("/conversations", json!({"from": {"type": "user", "id": contact}, "body": text})).await;
        message.ok()["conversation_id"].as_str().unwrap().to_owned()
    }

    pub async fn conversation(&self, id: &str) -> Value {
        self.get(&format!("/conversations/{id}")).await.ok()
    }
}

fn parse(bytes: &[u8]) -> Reply {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| {
        panic!("no head in {:?}", String::from_utf8_lossy(bytes));
    });
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Reply { status, headers, body: bytes[end + 4..].to_vec() }
}

fn small_workspace() -> Vec<Record> {
    let admin = |id: i64, name: &str| {
        Record::Admin(Admin {
            id: AdminId(id),
            name: name.to_owned(),
            email: format!("{}@desk.example", name.to_lowercase()),
            has_inbox_seat: true,
            ..Admin::default()
        })
    };
    let team = |id: i64, name: &str| {
        Record::Team(Team {
            id: TeamId(id),
            name: name.to_owned(),
            members: vec![AdminId(ANA), AdminId(BEN)],
            distribution: Distribution::Manual,
            ..Team::default()
        })
    };
    let contact = |id: &str, external: Option<&str>, role: Role, name: &str| {
        Record::Contact(Box::new(Contact {
            id: ContactId::from(id),
            external_id: external.map(str::to_owned),
            role,
            email: Some(format!("{}@example.com", name.to_lowercase())),
            name: Some(name.to_owned()),
            created_at: NOON - 86_400,
            updated_at: NOON - 86_400,
            companies: if role == Role::User { vec![CompanyId::from(ACME)] } else { Vec::new() },
            ..Contact::default()
        }))
    };
    vec![
        Record::Workspace(Workspace {
            id_code: "k3x9v2ab".to_owned(),
            name: "Lamp shop".to_owned(),
            region: "EU".to_owned(),
            timezone: "UTC".to_owned(),
            created_at: NOON - 90 * 86_400,
            identity_verification: false,
            default_assignee: None,
            away_reason_mandatory: false,
            office_hours: None,
            channel_teams: BTreeMap::new(),
        }),
        admin(ANA, "Ana"),
        admin(BEN, "Ben"),
        team(SUPPORT, "Support"),
        team(BILLING, "Billing"),
        Record::Tag(Tag { id: TagId(REFUND), name: "refund".to_owned() }),
        Record::Company(Box::new(Company {
            id: CompanyId::from(ACME),
            company_id: "acme-1".to_owned(),
            name: "Acme".to_owned(),
            created_at: NOON - 86_400,
            updated_at: NOON - 86_400,
            custom_attributes: Attributes::from([("tier".to_owned(), json!("gold"))]),
            tags: vec![TagId(REFUND)],
            ..Company::default()
        })),
        contact(MARTA, Some("cust-1"), Role::User, "Marta"),
        contact(OTTO, Some("cust-2"), Role::User, "Otto"),
        contact(LEAD, None, Role::Lead, "Visitor"),
        Record::Macro(Macro {
            id: MacroId(5_310_101),
            name: "Greeting".to_owned(),
            body: "<p>Hello <attribute key=\"user.name\" default=\"there\"/></p>".to_owned(),
            body_text: "Hello {{user.name | fallback: 'there'}}".to_owned(),
            created_at: NOON,
            updated_at: NOON,
            visible_to: MacroVisibility::Everyone,
            available_on: vec!["inbox".to_owned()],
        }),
    ]
}

pub fn parts(conversation: &Value) -> Vec<&Value> {
    conversation["conversation_parts"]["conversation_parts"].as_array().unwrap().iter().collect()
}

pub fn last_part(conversation: &Value) -> &Value {
    parts(conversation).last().copied().unwrap()
}

pub fn admin_says(kind: &str, body: &str) -> Value {
    json!({"message_type": kind, "type": "admin", "admin_id": ANA.to_string(), "body": body})
}
