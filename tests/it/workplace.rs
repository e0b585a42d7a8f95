//! A helpdesk on port 0, an engine that talks to it, and a way to wait for what is named.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use deskhand::api::{Client, Endpoint, Timeouts};
use deskhand::cache::{Cache, Dirs};
use deskhand::clock::{Clock, Ids, Timings};
use deskhand::domain::{Act, ConversationId, OutboxStatus, Secret};
use deskhand::helpdesk::demo::{SeedPlan, seed};
use deskhand::helpdesk::{self, Helpdesk, Options};
use deskhand::sync::message::Event;
use deskhand::sync::{Engine, EngineParts, Hold};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;

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
        ..Timings::default()
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

    /// An engine of its own on the account's files, talking to `url`.
    pub fn engine_at(&self, url: &str) -> (Engine, Arc<Mutex<Vec<Event>>>) {
        engine(self.places.path(), url, &self.token)
    }

    pub fn engine(&self) -> Engine {
        self.engine_at(&self.url).0
    }

    /// What the helpdesk itself says of a conversation, asked without our client.
    pub fn ask(&self, path: &str) -> serde_json::Value {
        let answer = super::between::get(&self.url, path, &self.token);
        serde_json::from_slice(&answer).unwrap()
    }

    /// How often the text stands in the conversation at the helpdesk.
    pub fn times_there(&self, id: &ConversationId, text: &str) -> usize {
        let whole = self.ask(&format!("/conversations/{id}"));
        let parts = whole["conversation_parts"]["conversation_parts"].as_array().unwrap();
        parts.iter().filter(|part| part["body"].as_str().is_some_and(|body| body.contains(text))).count()
    }
}

pub fn engine(places: &Path, url: &str, token: &str) -> (Engine, Arc<Mutex<Vec<Event>>>) {
    let clock = Clock::system();
    let endpoint = Endpoint::parse(url, Secret::new(token)).unwrap();
    let client = Client::new(endpoint, clock.clone(), Timeouts::default()).unwrap();
    let dirs = Dirs { cache: places.join("cache"), state: places.join("state") };
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let engine = Engine::new(EngineParts {
        cache: Cache::open(&dirs, clock.clone()).unwrap(),
        client,
        clock,
        ids: Ids::system(),
        timings: quick(),
        zone: jiff::tz::TimeZone::UTC,
        sink: Arc::new(move |event| ears.lock().unwrap().push(event)),
    })
    .unwrap();
    (engine, heard)
}

/// Commits one act, to be sent at once.
pub fn commit(engine: &Engine, id: &ConversationId, act: Act) {
    let group = engine.new_group().unwrap();
    engine.commit(&group, &[(id.clone(), act)], &[], Hold::Nothing).unwrap();
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
        limit: 1_000,
        around: None,
    };
    engine.load_window(&spec).unwrap().rows.into_iter().map(|row| row.id).collect()
}

/// Pushes until every row is as wanted, or the deadline passes.
pub async fn push_until(engine: &Engine, what: &str, wanted: impl Fn(&[OutboxStatus]) -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        engine.push().await.unwrap();
        let rows: Vec<_> = engine.load_outbox().unwrap().into_iter().map(|row| row.status).collect();
        if wanted(&rows) {
            return;
        }
        assert!(Instant::now() < end, "never came: {what}: {rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
