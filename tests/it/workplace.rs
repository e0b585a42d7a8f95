//! A helpdesk on port 0, engines that talk to it, and ways to wait for what is named.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use deskhand::api::{Client, Endpoint, Timeouts};
use deskhand::cache::{Cache, CrashPoints, Dirs, OutboxFilter};
use deskhand::clock::{Clock, Ids, Timings};
use deskhand::domain::{Act, ConversationId, Guard, OutboxId, OutboxRow, OutboxStatus, Secret};
use deskhand::helpdesk::demo::{SeedPlan, seed};
use deskhand::helpdesk::{self, Helpdesk, Options};
use deskhand::sync::message::Event;
use deskhand::sync::{Engine, EngineParts, Hold};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long anything may take before a test gives up.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// What an engine said.
pub type Heard = Arc<Mutex<Vec<Event>>>;

/// Waits that tests can afford.
pub fn quick() -> Timings {
    Timings {
        undo_email: Duration::ZERO,
        undo_chat: Duration::ZERO,
        undo_act: Duration::ZERO,
        poll: Duration::from_millis(200),
        settle: Duration::from_millis(100),
        back_off: Duration::from_millis(50),
        back_off_cap: Duration::from_secs(1),
        lease: Duration::from_secs(5),
        watch_poll: Duration::from_millis(100),
        signed_out_wait: Duration::from_millis(400),
        ..Timings::default()
    }
}

/// Patience that tests can afford.
pub fn impatient() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(2),
        head: Duration::from_secs(4),
        idle: Duration::from_millis(800),
        whole: Duration::from_secs(10),
        quiet: Duration::from_secs(2),
        stride: Duration::from_secs(10),
    }
}

/// What an engine of a test is made of.
#[derive(Clone)]
pub struct Setup {
    pub places: PathBuf,
    pub url: String,
    pub token: String,
    pub timings: Timings,
    pub timeouts: Timeouts,
    pub guard: Guard,
    pub points: CrashPoints,
}

impl Setup {
    pub fn new(places: &Path, url: &str, token: &str) -> Self {
        Self {
            places: places.to_owned(),
            url: url.to_owned(),
            token: token.to_owned(),
            timings: quick(),
            timeouts: Timeouts::default(),
            guard: Guard::Off,
            points: CrashPoints::default(),
        }
    }

    pub fn dirs(&self) -> Dirs {
        Dirs { cache: self.places.join("cache"), state: self.places.join("state") }
    }

    /// An engine, and what it says.
    pub fn engine(self) -> (Engine, Heard) {
        let clock = Clock::system();
        let endpoint = Endpoint::parse(&self.url, Secret::new(&*self.token)).unwrap();
        let client = Client::new(endpoint, clock.clone(), self.timeouts).unwrap();
        let heard: Heard = Arc::default();
        let ears = Arc::clone(&heard);
        let engine = Engine::new(EngineParts {
            cache: Cache::open_with(&self.dirs(), clock.clone(), self.points).unwrap(),
            client,
            clock,
            ids: Ids::system(),
            timings: self.timings,
            zone: jiff::tz::TimeZone::UTC,
            guard: self.guard,
            history: None,
            read_file: deskhand::host::read_attachment,
            sink: Arc::new(move |event| ears.lock().unwrap().push(event)),
        })
        .unwrap();
        (engine, heard)
    }
}

/// A running helpdesk with a small demo workspace.
pub struct Workplace {
    pub places: TempDir,
    pub url: String,
    pub token: String,
    stop: watch::Sender<bool>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Workplace {
    pub async fn open(conversations: usize) -> Self {
        let places = tempfile::tempdir().unwrap();
        Self::open_in(places, conversations, "127.0.0.1:0").await
    }

    async fn open_in(places: TempDir, conversations: usize, address: &str) -> Self {
        let (clock, ids) = (Clock::system(), Ids::system());
        let mut options = Options::new(places.path().join("helpdesk"));
        let store = helpdesk::open_store(&options, &clock, &ids).await.unwrap();
        if store.admins().await.unwrap().is_empty() {
            let plan = SeedPlan { conversations, seed: 11, now: clock.unix_secs() };
            options.acts_as = Some(seed(&store, &plan).await.unwrap().you);
        }
        let helpdesk = Helpdesk::on(store, options, clock, ids).await.unwrap();
        let token = helpdesk.token().expose().to_owned();
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, mut stopping) = watch::channel(false);
        let served = tokio::spawn(helpdesk::run(listener, helpdesk, async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        }));
        Self { places, url, token, stop, served }
    }

    /// Stops serving; the store stays.
    pub async fn close(self) -> (TempDir, String) {
        let _ = self.stop.send(true);
        self.served.await.unwrap().unwrap();
        (self.places, self.url)
    }

    /// Serves again, at the same address.
    pub async fn open_again((places, url): (TempDir, String)) -> Self {
        Self::open_in(places, 0, url.trim_start_matches("http://")).await
    }

    /// What an engine on the account's files is made of.
    pub fn setup(&self) -> Setup {
        Setup::new(self.places.path(), &self.url, &self.token)
    }

    /// An engine of its own on the account's files, talking to `url`.
    pub fn engine_at(&self, url: &str) -> (Engine, Heard) {
        Setup { url: url.to_owned(), ..self.setup() }.engine()
    }

    pub fn engine(&self) -> Engine {
        self.engine_at(&self.url).0
    }

    /// What the helpdesk itself says of a conversation, asked without our client.
    pub fn ask(&self, path: &str) -> Value {
        let answer = super::between::get(&self.url, path, &self.token);
        serde_json::from_slice(&answer).unwrap()
    }

    /// Bodies of the conversation's parts at the helpdesk, oldest first.
    pub fn bodies(&self, id: &ConversationId) -> Vec<String> {
        let whole = self.ask(&format!("/conversations/{id}"));
        let parts = whole["conversation_parts"]["conversation_parts"].as_array().unwrap();
        parts.iter().filter_map(|part| part["body"].as_str().map(ToOwned::to_owned)).collect()
    }

    /// How often the text stands in the conversation at the helpdesk.
    pub fn times_there(&self, id: &ConversationId, text: &str) -> usize {
        self.bodies(id).iter().filter(|body| body.contains(text)).count()
    }

    /// The customer of a conversation writes in it, behind the client's back.
    pub fn customer_writes(&self, id: &ConversationId, text: &str) {
        let whole = self.ask(&format!("/conversations/{id}"));
        let contact = whole["contacts"]["contacts"][0]["id"].as_str().unwrap();
        let body = json!({"message_type": "comment", "type": "user", "intercom_user_id": contact, "body": text});
        self.post(&format!("/conversations/{id}/reply"), &body);
    }

    /// Another teammate than the client's writes or does something, behind the client's back.
    pub fn colleague(&self, me: &str) -> String {
        let all = self.ask("/admins");
        let all = all["admins"].as_array().unwrap();
        all.iter().filter_map(|admin| admin["id"].as_str()).find(|id| *id != me).unwrap().to_owned()
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = super::between::post(&self.url, path, &self.token, body);
        assert!(status < 300, "{path}: {status}: {answer}");
        answer
    }
}

/// An engine on the account's files in `places`.
pub fn engine(places: &Path, url: &str, token: &str) -> (Engine, Heard) {
    Setup::new(places, url, token).engine()
}

/// Commits one act, to be sent at once.
pub fn commit(engine: &Engine, id: &ConversationId, act: Act) -> OutboxId {
    let group = engine.new_group().unwrap();
    engine.commit(&group, &[(id.clone(), act)], &[], None, Hold::Nothing).unwrap()[0].id
}

/// One row of the outbox, sent or not.
pub fn row(engine: &Engine, id: OutboxId) -> OutboxRow {
    engine.cache().load_outbox(&OutboxFilter::Row(id)).unwrap().remove(0)
}

/// Waits for what is named.
pub async fn eventually(what: &str, wanted: impl FnMut() -> bool) {
    eventually_within(what, DEADLINE, wanted).await;
}

/// Waits for what is named, so long at most.
pub async fn eventually_within(what: &str, patience: Duration, mut wanted: impl FnMut() -> bool) {
    let end = Instant::now() + patience;
    while !wanted() {
        assert!(Instant::now() < end, "never came: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub fn reply(text: &str) -> Act {
    Act::Reply { text: text.into(), files: Vec::new() }
}

/// Some open conversation.
pub fn some_open(engine: &Engine) -> ConversationId {
    rows(engine, "state:open")[0].clone()
}

pub fn rows(engine: &Engine, query: &str) -> Vec<ConversationId> {
    let spec = deskhand::sync::message::WindowSpec {
        query: deskhand::query::Query::parse(query).unwrap(),
        sort: deskhand::query::Sort::Newest,
        offset: 0,
        limit: 2_000,
        around: None,
    };
    engine.load_window(&spec).unwrap().rows.into_iter().map(|row| row.id).collect()
}

/// Pushes until every row is as wanted, or the deadline passes.
pub async fn push_until(engine: &Engine, what: &str, wanted: impl Fn(&[OutboxStatus]) -> bool) {
    let end = Instant::now() + DEADLINE;
    loop {
        engine.push().await.unwrap();
        let rows = engine.load_outbox().unwrap();
        let statuses: Vec<_> = rows.iter().map(|row| row.status).collect();
        if wanted(&statuses) {
            return;
        }
        assert!(Instant::now() < end, "never came: {what}: {rows:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
