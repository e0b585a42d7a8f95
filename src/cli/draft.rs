//! `draft`: what was begun and not sent.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::print;
use super::read::ago;
use super::session::{Session, cache_failure, not_kept};
use crate::domain::{ConversationId, Draft, Mode};
use crate::error::{Exit, Failure};
use crate::sync::{AttachError, MOST_FILES};
use crate::text::{Clean, clean, truncate};
use crate::words::Arg;

#[derive(Debug, Subcommand)]
pub(super) enum DraftCommand {
    /// List the drafts, the one saved last first
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Show the drafts of a conversation in full
    Show {
        /// The conversation
        id: String,
        /// reply or note; both without it
        #[arg(long, value_name = "MODE", value_parser = modes())]
        mode: Option<Mode>,
        #[command(flatten)]
        format: Format,
    },
    /// Put files to a draft, which is begun if there is none
    Attach {
        /// The conversation
        id: String,
        /// The files; a message carries ten at most
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// reply or note
        #[arg(long, value_name = "MODE", default_value = "reply", value_parser = modes())]
        mode: Mode,
        #[command(flatten)]
        writing: Writing,
    },
    /// Throw a draft away
    Discard {
        /// The conversation
        id: String,
        /// reply or note; needed where the conversation has both
        #[arg(long, value_name = "MODE", value_parser = modes())]
        mode: Option<Mode>,
        #[command(flatten)]
        writing: Writing,
    },
}

/// Drafts are here: there is nobody to ask.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Format {
    /// Print one JSON document
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Print one JSON document a line
    #[arg(long)]
    jsonl: bool,
}

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Writing {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

fn modes() -> impl TypedValueParser<Value = Mode> {
    // Nothing but the two words gets past the first.
    PossibleValuesParser::new([Mode::Reply.as_str(), Mode::Note.as_str()])
        .map(|word| Mode::parse(&word).unwrap_or_default())
}

/// A draft, and whether it waits aside for a choice between it and another deskhand's.
struct Shown {
    draft: Draft,
    aside: bool,
}

impl DraftCommand {
    /// Whether it changes nothing.
    pub(super) const fn only_reads(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Show { .. })
    }
}

pub(super) fn run(session: &Session, command: &DraftCommand) -> Result<(), Failure> {
    match command {
        DraftCommand::List { format } => list(session, *format),
        DraftCommand::Show { id, mode, format } => {
            let found = some(of(session, id, *mode)?, id)?;
            if format.json || format.jsonl {
                return print_json(&found, *format);
            }
            let mut lines = Vec::new();
            for shown in &found {
                lines.push(heading(session, shown));
                lines.extend(shown.draft.text.lines().map(|line| clean(&format!("  {line}"))));
                lines.extend(
                    shown.draft.files.iter().map(|file| clean(&format!("  [{}] {}", file.name, file.content_type))),
                );
            }
            print::lines(&lines)
        }
        DraftCommand::Attach { id, files, mode, writing } => attach(session, id, *mode, files, *writing),
        DraftCommand::Discard { id, mode, writing } => discard(session, id, *mode, *writing),
    }
}

fn list(session: &Session, format: Format) -> Result<(), Failure> {
    let found = all(session)?;
    if format.json || format.jsonl {
        return print_json(&found, format);
    }
    let lines: Vec<Clean> = found
        .iter()
        .map(|shown| {
            let words = clean(shown.draft.text.trim());
            let names: Vec<String> = shown.draft.files.iter().map(|file| format!("[{}]", file.name)).collect();
            clean(&format!("{} {} {}", heading(session, shown), truncate(&words, 60), names.join(" ")))
        })
        .collect();
    print::lines(&lines)
}

/// Which draft it is, and how old.
fn heading(session: &Session, shown: &Shown) -> Clean {
    let Shown { draft, aside } = shown;
    let aside = if *aside { session.words.say("cli-draft-aside") } else { Clean::default() };
    let age = ago(session.engine.now(), draft.begun_at);
    clean(&format!("#{:<16} {:<5} {age:>4} {aside}", draft.conversation.as_str(), draft.mode.as_str()))
}

fn print_json(found: &[Shown], format: Format) -> Result<(), Failure> {
    let documents: Vec<Value> = found.iter().map(|shown| document(&shown.draft, shown.aside)).collect();
    if format.jsonl { print::jsonl(&documents) } else { print::json(&documents.into()) }
}

fn document(draft: &Draft, aside: bool) -> Value {
    json!({
        "conversation_id": draft.conversation.as_str(),
        "mode": draft.mode.as_str(),
        "text": draft.text,
        "files": draft.files.iter().map(|file| json!({
            "name": file.name,
            "content_type": file.content_type,
            "size": file.size,
        })).collect::<Vec<_>>(),
        "begun_at": draft.begun_at,
        "revision": draft.revision,
        "aside": aside,
    })
}

fn all(session: &Session) -> Result<Vec<Shown>, Failure> {
    let cache = session.engine.cache();
    let drafts = cache.load_all_drafts().map_err(|error| cache_failure(&error))?;
    let asides = cache.load_asides().map_err(|error| cache_failure(&error))?;
    let drafts = drafts.into_iter().map(|draft| Shown { draft, aside: false });
    Ok(drafts.chain(asides.into_iter().map(|draft| Shown { draft, aside: true })).collect())
}

/// The drafts of a conversation, in a mode when one is given.
fn of(session: &Session, typed: &str, mode: Option<Mode>) -> Result<Vec<Shown>, Failure> {
    let id = parse_id(typed)?;
    let mut found = all(session)?;
    found.retain(|shown| shown.draft.conversation == id && mode.is_none_or(|mode| shown.draft.mode == mode));
    Ok(found)
}

fn some(found: Vec<Shown>, typed: &str) -> Result<Vec<Shown>, Failure> {
    if found.is_empty() { Err(Failure::new(Exit::NotFound, "cli-no-draft").with("id", typed)) } else { Ok(found) }
}

fn parse_id(typed: &str) -> Result<ConversationId, Failure> {
    ConversationId::parse_typed(typed)
        .ok_or_else(|| Failure::new(Exit::NotFound, "cli-no-conversation").with("id", typed))
}

fn attach(session: &Session, typed: &str, mode: Mode, files: &[PathBuf], writing: Writing) -> Result<(), Failure> {
    let known = of(session, typed, Some(mode))?.into_iter().find(|shown| !shown.aside).map(|shown| shown.draft);
    let id = match &known {
        Some(draft) => draft.conversation.clone(),
        None => session.conversation(typed)?,
    };
    // A draft that the command line begins has seen what is here.
    let (seen_part, _) = session.engine.cache().load_baseline(&id).map_err(|error| cache_failure(&error))?;
    let begun = || Draft { seen_part, ..Draft::new(id, mode, "", session.engine.now()) };
    let mut draft = known.unwrap_or_else(begun);
    let refused = |file: &PathBuf| Failure::new(Exit::Usage, "cli-attachment").with("file", file.display());
    // All or none: what cannot be read is found out first.
    let mut would = draft.files.len();
    for file in files {
        crate::host::read_attachment(file).map_err(|error| refused(file).why(error))?;
        would += 1;
        if writing.dry_run && would > MOST_FILES {
            return Err(refused(file).why(AttachError::TooMany));
        }
    }
    if !writing.dry_run {
        for file in files {
            draft = session.engine.attach(draft, file).map_err(|error| match error {
                AttachError::Cache(error) => not_kept(&error),
                // The file is fine, the disk is not.
                AttachError::NotKept(error) => {
                    Failure::new(Exit::Failed, "cli-attachment").with("file", file.display()).why(error)
                }
                AttachError::Conflict => Failure::new(Exit::Conflict, "attach-conflict"),
                error => refused(file).why(error),
            })?;
        }
    }
    if writing.json {
        return print::json(&document(&draft, false));
    }
    let key = if writing.dry_run { "cli-would-attach" } else { "cli-attached" };
    let lines: Vec<Clean> = files.iter().map(|file| say(session, key, &draft, &file.display().to_string())).collect();
    print::lines(&lines)
}

fn discard(session: &Session, typed: &str, mode: Option<Mode>, writing: Writing) -> Result<(), Failure> {
    let found = some(of(session, typed, mode)?, typed)?;
    let Some(first) = found.first() else { return Ok(()) };
    let mode = first.draft.mode;
    if found.iter().any(|shown| shown.draft.mode != mode) {
        return Err(Failure::new(Exit::Usage, "cli-which-draft").with("id", typed));
    }
    if !writing.dry_run {
        session.engine.discard_draft(&first.draft.conversation, mode).map_err(|error| cache_failure(&error))?;
    }
    if writing.json {
        let documents: Vec<Value> = found.iter().map(|shown| document(&shown.draft, shown.aside)).collect();
        return print::json(&documents.into());
    }
    let key = if writing.dry_run { "cli-would-discard-draft" } else { "cli-draft-discarded" };
    print::lines(&[say(session, key, &first.draft, "")])
}

fn say(session: &Session, key: &'static str, draft: &Draft, file: &str) -> Clean {
    let (mode, id, file) = (clean(draft.mode.as_str()), clean(draft.conversation.as_str()), clean(file));
    session.words.with(key, &[("mode", Arg::Text(&mode)), ("id", Arg::Text(&id)), ("file", Arg::Text(&file))])
}
