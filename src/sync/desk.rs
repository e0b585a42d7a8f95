//! An engine kept running for a screen.
//!
//! Owns the threads: one that writes (acts, drafts, marks: in order) and one that reads the cache; and
//! starts the tasks on the network. None of them waits for another, and the asker waits for none.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle as Task;

use super::engine::{Engine, mode_of};
use super::message::{Event, Request};
use super::tasks::{self, Threads};
use super::wishes::Wanted;
use super::{loader, writer};
use crate::cache::Watch;
use crate::text::Untrusted;

/// An engine at work for a screen.
pub struct Desk {
    engine: Engine,
    write: Sender<Request>,
    read: Sender<Request>,
    wanted: UnboundedSender<Wanted>,
    stop: watch::Sender<bool>,
    writer: JoinHandle<()>,
    reader: JoinHandle<()>,
    tasks: Vec<Task<()>>,
    /// Ends with the desk.
    others: Watch,
}

impl Desk {
    /// Starts the threads and tasks. Must be called within the network's runtime.
    #[must_use]
    pub fn start(engine: &Engine) -> Self {
        Self::start_with(engine, Threads::All)
    }

    /// The same with or without the threads that nobody asks for.
    #[must_use]
    pub fn start_with(engine: &Engine, threads: Threads) -> Self {
        let (write, to_write) = channel();
        let (read, to_read) = channel();
        let (wanted, to_fetch) = unbounded_channel();
        let (stop, stopping) = watch::channel(false);
        let writer = {
            let engine = engine.clone();
            std::thread::spawn(move || writer::run(&engine, &to_write))
        };
        let reader = {
            let (engine, wanted) = (engine.clone(), wanted.clone());
            std::thread::spawn(move || {
                let wants = |id| {
                    let _ = wanted.send(Wanted::Thread(id));
                };
                // A fault of ours costs the question that found it; the hook has said where it is.
                while catch_unwind(AssertUnwindSafe(|| loader::run(&engine, &to_read, wants))).is_err() {
                    engine.tell(Event::Notice { key: "disk-other", details: Untrusted::default() });
                }
            })
        };
        let tasks = tasks::start(engine, threads, to_fetch, &stopping);
        let desk = Self {
            engine: engine.clone(),
            write,
            read,
            wanted,
            stop,
            writer,
            reader,
            tasks,
            others: engine.hear_others(),
        };
        desk.greet();
        let client = engine.client.clone();
        // Certificates are read before the first request needs them; a failure shows with that.
        tokio::spawn(async move {
            let _ = client.prepare().await;
        });
        desk
    }

    /// What a screen has to know before it asks.
    fn greet(&self) {
        self.engine.tell(Event::Directory(self.engine.directory()));
        match self.engine.cache().load_sorts() {
            Ok(sorts) => self.engine.tell(Event::Sorts(sorts)),
            Err(error) => self.engine.tell_fault(&error),
        }
        match self.engine.load_arrangement() {
            Ok(Some(arrangement)) => self.engine.tell(Event::Arrangement(Box::new(arrangement))),
            Ok(None) => {}
            Err(error) => self.engine.tell_fault(&error),
        }
        match self.engine.load_place() {
            Ok(place) => place.into_iter().for_each(|place| self.engine.tell(Event::Place(place))),
            Err(error) => self.engine.tell_fault(&error),
        }
        self.engine.tell_outbox();
        self.engine.tell_repairs();
    }

    /// Asks. Returns at once; whatever comes of it is an event.
    pub fn ask(&self, request: Request) {
        // A send fails only after the thread has ended, that is after a panic that was reported.
        match request {
            Request::Window { .. }
            | Request::Counts { .. }
            | Request::Thread { .. }
            | Request::Outbox { .. }
            | Request::Shift { .. }
            | Request::Find { .. }
            | Request::Matching { .. }
            | Request::Later { .. }
            | Request::BulkPreview { .. }
            | Request::Bulks
            | Request::BulkItems { .. }
            | Request::Pick { .. } => {
                let _ = self.read.send(request);
            }
            Request::SyncNow => {
                self.engine.client.try_now();
                self.engine.stream.hurry();
                self.engine.wake();
            }
            Request::SetAway(state) => {
                let _ = self.wanted.send(Wanted::Away(state));
            }
            Request::MakeTags { group, names } => {
                let _ = self.wanted.send(Wanted::Tags(group, names));
            }
            Request::Showing { thread, list } => {
                self.engine.attention.turn_to(thread, list.clone());
                let _ = self.wanted.send(Wanted::Ahead(list));
            }
            other => {
                // The writer is gone only after a fault of ours: nothing is done then, and that is said.
                match self.write.send(other) {
                    Err(mpsc::SendError(Request::Commit { group, acts, .. })) => {
                        let texts = acts
                            .into_iter()
                            .filter_map(|(id, act)| Some((id, mode_of(&act)?, act.text()?.to_owned())))
                            .collect();
                        self.engine.tell(Event::Refused { group, why: "disk-other", texts });
                    }
                    Err(mpsc::SendError(Request::Bulk { group, .. })) => {
                        self.engine.tell(Event::Refused { group, why: "disk-other", texts: Vec::new() });
                    }
                    _ => {}
                }
            }
        }
    }

    /// Lets what was asked be written, ends the undo windows, and gives the outbox `patience` to get
    /// through. Whether anything is left to send.
    pub async fn finish(self, patience: Duration) -> bool {
        let Self { engine, write, read, wanted, stop, writer, reader, tasks, others } = self;
        drop((write, read, wanted));
        // What the agent did is written, however long the disk takes; what nobody reads any more is not
        // waited for. A panic was reported by the hook.
        let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        drop((reader, others));
        if let Err(error) = engine.release_own() {
            tracing::error!(%error, "the undo windows could not be ended");
        }
        // Requests that have left are seen to their end: cutting them would only make doubt.
        engine.leave();
        let _ = stop.send(true);
        let ended = async {
            for task in tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(patience, ended).await.is_ok() && engine.has_unsent() {
            engine.stay();
            let last = engine.clone();
            let mut push = tokio::spawn(async move { last.push().await.map(drop) });
            if tokio::time::timeout(patience, &mut push).await.is_err() {
                engine.leave();
            }
        }
        engine.has_unsent()
    }
}
