//! `outbox`: what waits, what failed, what needs a decision.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::session::{Session, cache_failure};
use super::write::{outcome, push, report};
use super::{Writing, json, print, text_of};
use crate::domain::{OutboxId, OutboxRow, OutboxStatus, Part};
use crate::error::{Exit, Failure};
use crate::text::{Clean, clean, html, truncate};

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
    /// Show all that is known of one act: its words, where it stands and why
    Show {
        /// The row, as list shows it
        id: i64,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Send failed, held or undecided acts again
    Retry(RetryArgs),
    /// Give acts up; their texts become drafts again
    Discard {
        /// The rows, as list shows them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
        /// Say what would be done, and do nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Change the words of a message that has not been sent, then send it
    Edit(EditArgs),
}

#[derive(Debug, Args)]
pub(super) struct RetryArgs {
    /// The rows, as list shows them
    #[arg(required_unless_present = "all", value_name = "ID")]
    ids: Vec<i64>,
    /// All that failed, and all that is in retry; not what is held or undecided
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Debug, Args)]
pub(super) struct EditArgs {
    /// The row, as list shows it
    id: i64,
    /// What to say instead; without it and --file the editor opens
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    body: Option<String>,
    /// Read what to say from a file; - is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    writing: Writing,
}

impl OutboxCommand {
    /// Whether it changes nothing.
    pub(super) const fn only_reads(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Show { .. })
    }
}

pub(super) fn run(session: &Session, command: &OutboxCommand) -> Result<(), Failure> {
    match command {
        OutboxCommand::List { json, jsonl } => list(session, *json, *jsonl),
        OutboxCommand::Show { id, json } => show(session, *id, *json),
        OutboxCommand::Retry(args) => retry(session, args),
        OutboxCommand::Discard { ids, dry_run } => discard(session, ids, *dry_run),
        OutboxCommand::Edit(args) => edit(session, args),
    }
}

/// Rows that were asked for by number; all must be there.
fn find(session: &Session, ids: &[i64]) -> Result<Vec<OutboxRow>, Failure> {
    ids.iter()
        .map(|id| {
            let found = session.engine.load_rows(&[OutboxId(*id)]).map_err(|error| cache_failure(&error))?;
            found.into_iter().next().ok_or_else(|| Failure::new(Exit::NotFound, "cli-no-row").with("id", id))
        })
        .collect()
}

fn line(row: &OutboxRow, beside: &[OutboxRow]) -> Clean {
    clean(&format!(
        "{:>5} {:<14} {:<10} #{} {} {}",
        row.id.0,
        row.status.as_str(),
        row.act.kind().as_str(),
        row.conversation,
        truncate(&clean(row.act.text().unwrap_or_default()), 60),
        json::reason(row, beside),
    ))
}

fn list(session: &Session, as_json: bool, jsonl: bool) -> Result<(), Failure> {
    let rows = session.engine.load_outbox().map_err(|error| cache_failure(&error))?;
    let documents: Vec<_> = rows.iter().map(|row| json::outbox_row(row, &rows)).collect();
    if as_json {
        return print::json(&documents.into());
    }
    if jsonl {
        return print::jsonl(&documents);
    }
    print::lines(&rows.iter().map(|row| line(row, &rows)).collect::<Vec<_>>())
}

fn show(session: &Session, id: i64, as_json: bool) -> Result<(), Failure> {
    let row = find(session, &[id])?.remove(0);
    let known = session.engine.cache().load_known(&row.conversation).map_err(|error| cache_failure(&error))?;
    let parts = known.map(|(_, parts)| parts).unwrap_or_default();
    let came = session.engine.what_came(&row, &parts);
    if as_json {
        let beside = session.engine.load_outbox().map_err(|error| cache_failure(&error))?;
        return print::json(&json::outbox_row_in_full(&row, &beside, &came));
    }
    let words = &session.words;
    let mut lines = Vec::new();
    let mut say = |key: &'static str, value: &str| {
        if !value.is_empty() {
            lines.push(clean(&format!("{:<12} {}", words.say(key), clean(value))));
        }
    };
    say("cli-row-id", &row.id.0.to_string());
    say("cli-row-act", &format!("{} #{}", row.act.kind().as_str(), row.conversation));
    say("cli-row-status", row.status.as_str());
    say("cli-row-reason", &row.reason.clean());
    say("cli-row-attempts", &row.attempts.to_string());
    say("cli-row-created", &row.created_at.secs().to_string());
    if row.began.is_some() {
        say("cli-row-guard", row.guard.as_str());
    }
    if row.may_have_arrived() {
        say("cli-row-doubt", &words.say("cli-row-may-have-arrived"));
    }
    if let Some(part) = &row.sent_part {
        say("cli-row-part", part.as_str());
    }
    for part in came {
        say("cli-row-came", &told(part));
    }
    if let Some(text) = row.act.text() {
        lines.push(Clean::default());
        lines.extend(text.lines().map(clean));
    }
    print::lines(&lines)
}

/// Who did what, in one line.
fn told(part: &Part) -> String {
    format!("{} ({}): {}", who(part), json::kind(&part.kind), first_words(part))
}

/// Whose doing a part is.
pub(super) fn who(part: &Part) -> Clean {
    if part.author.name.is_empty() { part.author.email.clean() } else { part.author.name.clean() }
}

/// The first words of a part, in one line.
pub(super) fn first_words(part: &Part) -> Clean {
    let words = part.body.as_ref().map(|body| html::to_plain(body.as_raw())).unwrap_or_default();
    clean(truncate(&clean(&words), 60).as_ref())
}

fn retry(session: &Session, args: &RetryArgs) -> Result<(), Failure> {
    let rows = if args.all {
        let rows = session.engine.load_outbox().map_err(|error| cache_failure(&error))?;
        rows.into_iter().filter(|row| matches!(row.status, OutboxStatus::Failed | OutboxStatus::Retry)).collect()
    } else {
        find(session, &args.ids)?
    };
    if args.writing.dry_run {
        return print::lines(&rows.iter().map(|row| line(row, &rows)).collect::<Vec<_>>());
    }
    for row in &rows {
        match row.status {
            OutboxStatus::Failed | OutboxStatus::Held | OutboxStatus::NeedsDecision => {
                session.engine.retry(row.id).map_err(|error| cache_failure(&error))?;
            }
            _ => {}
        }
    }
    // What waits for a better moment goes now, too.
    session.engine.hasten();
    send(session, &rows, args.writing)
}

fn discard(session: &Session, ids: &[i64], dry_run: bool) -> Result<(), Failure> {
    let rows = find(session, ids)?;
    if dry_run {
        return print::lines(&rows.iter().map(|row| line(row, &rows)).collect::<Vec<_>>());
    }
    for row in &rows {
        if row.may_have_arrived() && row.act.is_message() && row.status != OutboxStatus::Sent {
            print::aside(&session.words.with("cli-may-have-arrived", &[("id", row.id.0.into())]));
        }
        session.engine.discard(row.id).map_err(|error| cache_failure(&error))?;
    }
    // A row that has left, or is leaving at this moment, is not given up.
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let left = session.engine.load_rows(&ids).map_err(|error| cache_failure(&error))?;
    match left.first() {
        None => Ok(()),
        Some(row) => Err(Failure::new(Exit::Conflict, "cli-row-left").with("id", row.id.0)),
    }
}

fn edit(session: &Session, args: &EditArgs) -> Result<(), Failure> {
    let row = find(session, &[args.id])?.remove(0);
    let Some(before) = row.act.text() else {
        return Err(Failure::new(Exit::Usage, "cli-row-no-message").with("id", args.id));
    };
    let refused = || Failure::new(Exit::Conflict, "cli-row-not-editable").with("id", args.id);
    if matches!(row.status, OutboxStatus::Sending | OutboxStatus::Unknown | OutboxStatus::Sent) {
        return Err(refused());
    }
    if row.may_have_arrived() {
        // Other words for who may have the first ones are a new message: a draft, once the row is given up.
        return Err(Failure::new(Exit::Conflict, "cli-row-in-doubt").with("id", args.id));
    }
    let text = if args.body.is_none() && args.file.is_none() {
        let name = format!("outbox-{}.md", row.id.0);
        let edited = crate::host::edit_text(&session.paths.data, &name, before);
        crate::text::clean_entry(&edited.map_err(|error| Failure::new(Exit::Failed, "cli-editor").why(error))?)
    } else {
        text_of(args.body.as_deref(), args.file.as_ref())?
    };
    if text.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "cli-no-text"));
    }
    if args.writing.dry_run {
        return print::lines(&[clean(&format!("{} → {}", clean(before), clean(&text)))]);
    }
    // It may have begun to leave while the editor was open.
    let row = session.engine.edit(row.id, &text).map_err(|error| cache_failure(&error))?.ok_or_else(refused)?;
    send(session, &[row], args.writing)
}

/// Tries the rows now, unless they are only to be queued, and says what came of them.
fn send(session: &Session, rows: &[OutboxRow], writing: Writing) -> Result<(), Failure> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let load = || session.engine.load_rows(&ids).map_err(|error| cache_failure(&error));
    if writing.queue {
        report(session, &load()?, writing);
        return Ok(());
    }
    session.identify()?;
    let pushed = push(session, &ids);
    let rows = load()?;
    report(session, &rows, writing);
    outcome(session, &rows, &pushed?)
}
