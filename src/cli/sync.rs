//! `sync`: without a screen.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::print;
use super::session::Session;
use crate::domain::ConversationId;
use crate::error::{Exit, Failure};
use crate::sync::message::{Connection, Event, Progress};
use crate::sync::{CONTACTS_A_ROUND, Desk, Threads};
use crate::text::{Clean, clean};
use crate::words::{Arg, Words};

#[derive(Debug, Args)]
pub(super) struct SyncArgs {
    /// Bring everything up to date, try the outbox, and exit
    #[arg(long)]
    once: bool,
    /// Fetch threads that are not on disk, too
    #[arg(long)]
    threads: bool,
    /// Only finish the outbox, for two minutes at most
    #[arg(long, hide = true)]
    drain: bool,
}

/// How long a process goes on with the outbox after the screen has gone.
const DRAIN: Duration = Duration::from_secs(120);
/// How long the outbox gets when the program is told to end.
const PATIENCE: Duration = Duration::from_secs(2);
/// Changes that come within this time are told together.
const TOGETHER: Duration = Duration::from_secs(1);

pub(super) fn run(session: &Session, args: &SyncArgs) -> Result<u8, Failure> {
    if args.drain {
        session.wait(async {
            // What is left after the time goes with the next start.
            session.engine.drain_for(DRAIN).await;
            Ok(())
        })?;
        return Ok(0);
    }
    let (tell, told) = channel();
    if !args.once {
        return keep_on(session, args, tell, &told);
    }
    // The telling ends with the sender, which the listener holds until it gets another.
    let words = session.words.clone();
    let teller = std::thread::spawn(move || Teller::new(words).tell_progress(&told));
    session.listener.set(move |event| drop(tell.send(Told::Event(Box::new(event)))));
    let done = once(session, args);
    session.listener.set(|_| ());
    // A panic there was reported by the hook.
    let _ = teller.join();
    let said = done?;
    for line in said {
        print::aside(&line);
    }
    Ok(0)
}

fn once(session: &Session, args: &SyncArgs) -> Result<Vec<Clean>, Failure> {
    let engine = &session.engine;
    // What waits in the outbox goes even when a list cannot be read, and now, whatever its back-off.
    engine.hasten();
    let known = engine.me().is_some();
    let sent = if known { Some(session.wait(engine.push())?) } else { None };
    let pulled = session.wait(engine.pull_once())?;
    let sent = match sent {
        Some(sent) => sent,
        None => session.wait(engine.push())?,
    };
    session.wait(async {
        engine.pull_library().await?;
        while engine.pull_contacts(CONTACTS_A_ROUND).await? > 0 {}
        engine.refresh_people().await?;
        if args.threads {
            engine.fetch_threads().await?;
        }
        Ok(())
    })?;
    let words = &session.words;
    let mut said = vec![words.with(
        "cli-synced",
        &[
            ("changed", pulled.changed.into()),
            ("deleted", pulled.deleted.into()),
            ("sent", sent.sent.into()),
            ("waiting", sent.waiting.into()),
        ],
    )];
    if pulled.rejected > 0 {
        said.push(words.with("cli-rejected", &[("count", pulled.rejected.into())]));
    }
    if sent.stopped > 0 {
        said.push(words.with("cli-stopped-rows", &[("count", sent.stopped.into())]));
    }
    Ok(said)
}

/// What the loop hears.
enum Told {
    Event(Box<Event>),
    /// The program is to end with this exit code.
    Signal(u8),
}

/// Goes on until a signal comes or the token is refused: by the helpdesk's own events where it has
/// them, else by polls.
fn keep_on(session: &Session, args: &SyncArgs, tell: Sender<Told>, told: &Receiver<Told>) -> Result<u8, Failure> {
    pass_on_signals(session, tell.clone())?;
    // A send fails only after the loop has ended: nobody is left to be told.
    session.listener.set(move |event| drop(tell.send(Told::Event(Box::new(event)))));
    let desk = {
        let _inside = session.runtime.enter();
        Desk::start_with(&session.engine, if args.threads { Threads::All } else { Threads::Asked })
    };
    let ended = Teller::new(session.words.clone()).tell_all(told);
    session.runtime.block_on(desk.finish(PATIENCE));
    ended
}

fn pass_on_signals(session: &Session, tell: Sender<Told>) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::new(Exit::Failed, "cli-threads").why(error);
    let _inside = session.runtime.enter();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(failed)?;
    session.runtime.spawn(async move {
        let code = tokio::select! {
            _ = interrupt.recv() => 130,
            _ = terminate.recv() => 143,
            _ = hang_up.recv() => 129,
        };
        // Fails only when the loop has ended by itself.
        let _ = tell.send(Told::Signal(code));
    });
    Ok(())
}

/// Says on standard error what goes on; what is under way only where somebody watches.
struct Teller {
    words: Words,
    is_watched: bool,
    /// Letters of the line that is written over.
    width: usize,
    is_online: bool,
}

impl Teller {
    fn new(words: Words) -> Self {
        Self { words, is_watched: io::stderr().is_terminal(), width: 0, is_online: true }
    }

    /// How far it is, until nobody tells any more.
    fn tell_progress(&mut self, told: &Receiver<Told>) {
        while let Ok(told) = told.recv() {
            if let Told::Event(event) = told {
                self.progress(&event);
            }
        }
        self.clear();
    }

    /// Everything, until the end; the exit code.
    fn tell_all(&mut self, told: &Receiver<Told>) -> Result<u8, Failure> {
        let mut changed: BTreeSet<ConversationId> = BTreeSet::new();
        loop {
            let wait = if changed.is_empty() { Duration::MAX } else { TOGETHER };
            match told.recv_timeout(wait) {
                Ok(Told::Signal(code)) => {
                    self.clear();
                    return Ok(code);
                }
                Ok(Told::Event(event)) => match *event {
                    Event::Changed { ids } => changed.extend(ids),
                    Event::Connection(Connection::SignedOut { .. }) => {
                        self.clear();
                        return Err(Failure::new(Exit::NotAllowed, "api-not-signed-in"));
                    }
                    Event::Connection(Connection::Offline { why, .. }) if self.is_online => {
                        self.is_online = false;
                        let why = self.words.say(why);
                        self.say(&self.words.with("cli-sync-offline", &[("why", (&why).into())]));
                    }
                    Event::Connection(Connection::Online) if !self.is_online => {
                        self.is_online = true;
                        self.say(&self.words.say("cli-sync-online"));
                    }
                    Event::ClockOff(secs) if secs != 0 => {
                        self.say(&self.words.with("cli-sync-clock", &[("secs", Arg::Number(secs))]));
                    }
                    Event::Notice { key, .. } => self.say(&self.words.say(key)),
                    event => self.progress(&event),
                },
                Err(RecvTimeoutError::Timeout) => {
                    let count = std::mem::take(&mut changed).len();
                    self.say(&self.words.with("cli-sync-changed", &[("changed", count.into())]));
                }
                // The listener keeps a sender for as long as the session lives.
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }

    fn progress(&mut self, event: &Event) {
        let line = match event {
            Event::Progress(Some(progress)) => lists_line(&self.words, *progress),
            Event::History(history) => {
                self.words.with("cli-sync-threads", &[("here", history.here.into()), ("of", history.of.into())])
            }
            Event::Progress(None) => return self.clear(),
            _ => return,
        };
        if self.is_watched {
            let width = crate::text::width(&line);
            let blank = " ".repeat(self.width.saturating_sub(width));
            self.width = width;
            let mut out = io::stderr().lock();
            let _ = write!(out, "\r{line}{blank}");
            let _ = out.flush();
        }
    }

    fn clear(&mut self) {
        if self.width > 0 {
            let _ = write!(io::stderr().lock(), "\r{}\r", " ".repeat(self.width));
            self.width = 0;
        }
    }

    fn say(&mut self, line: &Clean) {
        self.clear();
        print::aside(line);
    }
}

/// How far the lists are, and how long it will take as far as can be told.
fn lists_line(words: &Words, progress: Progress) -> Clean {
    let Progress { done, of, rate } = progress;
    let rate_arg = ("rate", Arg::Number(i64::from(rate)));
    match of {
        Some(of) if rate > 0 => {
            let left = time_left(of.saturating_sub(done), rate);
            let arguments = [("done", done.into()), ("of", of.into()), rate_arg, ("left", (&left).into())];
            words.with("cli-sync-lists", &arguments)
        }
        _ => words.with("cli-sync-lists-open", &[("done", done.into()), rate_arg]),
    }
}

/// Minutes and seconds, or hours and minutes with an `h` between.
fn time_left(rows: usize, rate: u32) -> Clean {
    let secs = rows.div_ceil(rate.max(1) as usize);
    let (hours, minutes) = (secs / 3_600, secs / 60);
    clean(&if hours > 0 { format!("{hours}h{:02}", minutes % 60) } else { format!("{minutes}:{:02}", secs % 60) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_count_and_rate() {
        assert_eq!(time_left(100, 10).as_str(), "0:10");
        assert_eq!(time_left(100_000, 4_000).as_str(), "0:25");
        assert_eq!(time_left(90_001, 1_000).as_str(), "1:31");
        assert_eq!(time_left(1_000_000, 100).as_str(), "2h46");
    }

    #[test]
    fn without_a_total_nothing_is_said_of_the_time_left() {
        let words = Words::english();
        let line = |of, rate| lists_line(&words, Progress { done: 150, of, rate });
        assert!(line(Some(1_000), 50).contains("0:17"));
        assert!(!line(Some(1_000), 0).contains("left"));
        assert!(!line(None, 50).contains("left"));
    }
}
