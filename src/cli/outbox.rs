//! `outbox`: what waits, what failed, what needs a decision.

use clap::Subcommand;

use super::session::{Session, cache_failure};
use super::{json, print};
use crate::domain::OutboxId;
use crate::error::{Exit, Failure};
use crate::text::{Clean, clean, truncate};

#[derive(Debug, Subcommand)]
pub(super) enum OutboxCommand {
    /// List the acts that the helpdesk does not have yet
    List {
        /// Print one JSON document
        #[arg(long, conflicts_with = "jsonl")]
        json: bool,
        /// Print one JSON document a line
        #[arg(long)]
        jsonl: bool,
    },
    /// Send a failed, held or undecided act again
    Retry {
        /// The row, as list shows it
        id: i64,
    },
    /// Give an act up; its text becomes a draft again
    Discard {
        /// The row, as list shows it
        id: i64,
    },
}

pub(super) fn run(session: &Session, command: &OutboxCommand) -> Result<(), Failure> {
    let known = |id: i64| -> Result<OutboxId, Failure> {
        let rows = session.engine.load_outbox().map_err(|error| cache_failure(&error))?;
        let row = rows.iter().find(|row| row.id.0 == id);
        Ok(row.ok_or_else(|| Failure::new(Exit::NotFound, "cli-no-row").with("id", id))?.id)
    };
    match command {
        OutboxCommand::List { json: as_json, jsonl } => {
            let rows = session.engine.load_outbox().map_err(|error| cache_failure(&error))?;
            let documents: Vec<_> = rows.iter().map(json::outbox_row).collect();
            if *as_json {
                return print::json(&documents.into());
            }
            if *jsonl {
                return print::jsonl(&documents);
            }
            let lines: Vec<Clean> = rows
                .iter()
                .map(|row| {
                    clean(&format!(
                        "{:>5} {:<14} {:<10} #{} {} {}",
                        row.id.0,
                        row.status.as_str(),
                        row.act.kind().as_str(),
                        row.conversation,
                        truncate(&clean(row.act.text().unwrap_or_default()), 60),
                        row.reason.clean(),
                    ))
                })
                .collect();
            print::lines(&lines)
        }
        OutboxCommand::Retry { id } => {
            session.engine.retry(known(*id)?).map_err(|error| cache_failure(&error))?;
            session.identify()?;
            session.wait(session.engine.push()).map(|_| ())
        }
        OutboxCommand::Discard { id } => session.engine.discard(known(*id)?).map_err(|error| cache_failure(&error)),
    }
}
