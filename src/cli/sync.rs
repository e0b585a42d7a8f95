//! `sync`: without a screen.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::print;
use super::session::{Session, cache_failure};
use crate::domain::{ConversationId, OutboxRow, OutboxStatus};
use crate::error::{Exit, Failure};
use crate::sync::message::{Connection, Event, Progress};
use crate::sync::{CONTACTS_A_ROUND, Desk, Pushed, Threads};
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
    /// By the token that was kept at sign-in
    #[arg(long, hide = true, requires = "drain")]
    kept_token: bool,
}

/// How long a process goes on with the outbox after the screen has gone.
const DRAIN: Duration = Duration::from_secs(120);
/// How long the outbox gets when the program is told to end.
const PATIENCE: Duration = Duration::from_secs(2);
/// A look at what is of unknown outcome that is due within this time is waited for, so many times at most.
const LOOK_WITHIN: Duration = Duration::from_secs(10);
const LOOKS: u32 = 6;
/// Changes that come within this time are told together.
const TOGETHER: Duration = Duration::from_secs(1);

impl SyncArgs {
    /// Whether the environment's token is left aside.
    pub(super) const fn by_kept_token(&self) -> bool {
        self.kept_token
    }
}

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
    let (said, code) = done?;
    for line in said {
        print::aside(&line);
    }
    Ok(code)
}

/// What the helpdesk may have, or could not be reached with.
const fn is_in_doubt(row: &OutboxRow) -> bool {
    matches!(row.status, OutboxStatus::Unknown | OutboxStatus::Sending)
}

/// Looks for what is of unknown outcome as often as the next look is due before long.
fn look_again(session: &Session, sent: &mut Pushed) -> Result<Vec<OutboxRow>, Failure> {
    let load = || session.engine.load_outbox().map_err(|error| cache_failure(&error));
    let mut rows = load()?;
    for _ in 0..LOOKS {
        let now = session.engine.now();
        // What waits behind another row comes after it, and is due later.
        let waits = rows.iter().filter(|row| is_in_doubt(row)).map(|row| row.due_at.since(now));
        let Some(wait) = waits.min().filter(|wait| *wait <= LOOK_WITHIN) else { break };
        session.runtime.block_on(tokio::time::sleep(wait.max(TOGETHER)));
        let more = session.wait(session.engine.push())?;
        sent.sent += more.sent;
        sent.stopped += more.stopped;
        sent.waiting = more.waiting;
        rows = load()?;
    }
    Ok(rows)
}

fn once(session: &Session, args: &SyncArgs) -> Result<(Vec<Clean>, u8), Failure> {
    let engine = &session.engine;
    // What waits in the outbox goes even when a list cannot be read, and now, whatever its back-off.
    engine.hasten();
    let known = engine.me().is_some();
    let sent = if known { Some(session.wait(engine.push())?) } else { None };
    let pulled = session.wait(engine.pull_once())?;
    let mut sent = match sent {
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
    let rows = look_again(session, &mut sent)?;
    session.warn_of_clock();
    let count = |is: fn(&OutboxRow) -> bool| rows.iter().filter(|row| is(row)).count();
    let unknown = count(is_in_doubt);
    let unsent = count(|row| row.status == OutboxStatus::Retry);
    let stopped = count(|row| row.status.needs_you());
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
    if unknown > 0 {
        said.push(words.with("cli-unknown-rows", &[("count", unknown.into())]));
    }
    if unsent > 0 {
        said.push(words.with("cli-unsent-rows", &[("count", unsent.into())]));
    }
    if stopped > 0 {
        said.push(words.with("cli-stopped-rows", &[("count", stopped.into())]));
    }
    let code = if unknown + unsent > 0 { Exit::Unreachable.code() } else { 0 };
    Ok((said, code))
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
