//! `sync`: without a screen.

use std::time::Duration;

use clap::Args;

use super::print;
use super::session::Session;
use crate::error::{Exit, Failure};
use crate::sync::CONTACTS_A_ROUND;
use crate::text::clean;
use crate::words::Arg;

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

pub(super) fn run(session: &Session, args: &SyncArgs) -> Result<(), Failure> {
    if args.drain {
        return session.wait(async {
            // What is left after the time goes with the next start.
            let _ = tokio::time::timeout(DRAIN, session.engine.drain()).await;
            Ok(())
        });
    }
    loop {
        let round = once(session, args);
        match (&round, args.once) {
            (_, true) => return round,
            (Err(failure), false) if failure.exit != Exit::Unreachable => return round,
            (Err(failure), false) => print::aside(&failure.say(&session.words)),
            (Ok(()), false) => {}
        }
        let wait = session.settings.timings.poll;
        session.runtime.block_on(tokio::time::sleep(wait));
    }
}

fn once(session: &Session, args: &SyncArgs) -> Result<(), Failure> {
    // What waits in the outbox goes even when a list cannot be read, and now, whatever its back-off.
    session.engine.hasten();
    let known = session.engine.me().is_some();
    let sent = if known { Some(session.wait(session.engine.push())?) } else { None };
    let pulled = session.wait(session.engine.pull_once())?;
    let sent = match sent {
        Some(sent) => sent,
        None => session.wait(session.engine.push())?,
    };
    session.wait(session.engine.pull_contacts(CONTACTS_A_ROUND))?;
    if args.threads {
        session.wait(session.engine.fetch_threads())?;
    }
    let words = &session.words;
    if args.once || pulled.changed > 0 || pulled.deleted > 0 || sent.sent > 0 {
        print::aside(&words.with(
            "cli-synced",
            &[
                ("changed", pulled.changed.into()),
                ("deleted", pulled.deleted.into()),
                ("sent", sent.sent.into()),
                ("waiting", sent.waiting.into()),
            ],
        ));
    }
    if pulled.rejected > 0 {
        print::aside(
            &words.with("cli-rejected", &[("count", Arg::Number(i64::try_from(pulled.rejected).unwrap_or(i64::MAX)))]),
        );
    }
    if sent.stopped > 0 {
        print::aside(&clean(&words.with("cli-stopped-rows", &[("count", sent.stopped.into())])));
    }
    Ok(())
}
