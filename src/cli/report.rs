//! `report`: the hand-over at the end of a shift, in words.

use std::pin::pin;
use std::time::Duration;

use clap::{Args, Subcommand};
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use super::session::{Session, cache_failure, sync_failure};
use super::{json, print, write};
use crate::cache::CacheError;
use crate::domain::{Act, Conversation, ConversationId, Deed, Shift, ShiftKind, Turn, UnixTime, when};
use crate::error::{Exit, Failure};
use crate::query::{Query, Sort};
use crate::sync::message::WindowSpec;
use crate::text::{Clean, clean, truncate};
use crate::words::Arg;

/// Conversations of mine that are told.
const MINE: usize = 200;
/// The longest shift that is told.
const LONGEST: Duration = Duration::from_secs(14 * 86_400);
/// Threads that are not here: how many are looked at, how many of them fetched, and how many at once.
const LOOKED_AT: usize = 2_000;
const FETCHED: usize = 300;
const AT_ONCE: usize = 4;
/// Cells of a title.
const TITLE: usize = 60;

#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// The hand-over: what was done since the shift began, and what waits
    #[command(
        after_help = "Examples:\n  deskhand report shift\n  deskhand report shift --since 4h --to \"Ana Ito\"\n  \
                            deskhand report shift --to \"Ana Ito\" --note 2214   # as a note that names her"
    )]
    Shift(ShiftArgs),
}

#[derive(Debug, Args)]
pub(super) struct ShiftArgs {
    /// How long ago the shift began
    #[arg(long, default_value = "8h", value_name = "DURATION")]
    since: String,
    /// Address it to a teammate
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    /// Leave it as a note in this conversation
    #[arg(long, value_name = "ID")]
    note: Option<String>,
    /// Read the cache as it is: ask the helpdesk nothing
    #[arg(long, conflicts_with = "note")]
    offline: bool,
    #[command(flatten)]
    writing: super::Writing,
}

/// What is told.
struct Handover {
    since: UnixTime,
    to: Clean,
    deeds: Vec<Deed>,
    mine: Vec<Conversation>,
    shift: Shift,
}

pub(super) fn run(session: &Session, command: &ReportCommand) -> Result<(), Failure> {
    let ReportCommand::Shift(args) = command;
    let long = duration(&args.since)?;
    session.identify()?;
    session.freshen(args.offline)?;
    let since = session.engine.server_now() - long.min(LONGEST);
    let unknown = fetch_changed(session, since, args.offline)?;
    if unknown > 0 {
        print::aside(&session.words.with("report-incomplete", &[("count", Arg::from(unknown))]));
    }
    let told = gather(session, args, since)?;
    let text = words(session, &told);
    if let Some(id) = &args.note {
        let text: Vec<&str> = text.iter().map(Clean::as_str).collect();
        let act = Act::Note { text: text.join("\n"), files: Vec::new() };
        return write::write(session, id, args.writing, |_, _| Ok(vec![act]));
    }
    if args.writing.json { print::json(&document(session, &told)) } else { print::lines(&text) }
}

/// How long ago the shift began.
fn duration(typed: &str) -> Result<Duration, Failure> {
    let bad = || Failure::new(Exit::Usage, "cli-bad-duration").with("typed", typed);
    when::parse_duration(typed).filter(|long| !long.is_zero()).ok_or_else(bad)
}

/// Fetches the threads of what has changed since, from which it is read what was done; how many of those are
/// not here all the same.
fn fetch_changed(session: &Session, since: UnixTime, offline: bool) -> Result<usize, Failure> {
    let wanted = || -> Result<Vec<ConversationId>, CacheError> {
        let cache = session.engine.cache();
        let mut ids = cache.threads_wanted(LOOKED_AT, None)?;
        let mut kept = Vec::new();
        for id in ids.drain(..) {
            if cache.load_conversation(&id)?.is_some_and(|on| on.updated_at >= since) {
                kept.push(id);
            }
        }
        Ok(kept)
    };
    let ids = wanted().map_err(|error| cache_failure(&error))?;
    if offline || ids.is_empty() {
        return Ok(ids.len());
    }
    let fetches = stream::iter(ids.iter().take(FETCHED)).map(|id| session.engine.fetch_thread(id));
    session.runtime.block_on(async {
        let mut fetches = pin!(fetches.buffer_unordered(AT_ONCE));
        while let Some(outcome) = fetches.next().await {
            // One that fails is counted among those that are not here; without the network all of them would.
            if outcome.is_err_and(|error| sync_failure(&error).exit == Exit::Unreachable) {
                break;
            }
        }
    });
    Ok(wanted().map_err(|error| cache_failure(&error))?.len())
}

fn gather(session: &Session, args: &ShiftArgs, since: UnixTime) -> Result<Handover, Failure> {
    let directory = session.engine.directory();
    let to = match &args.to {
        Some(name) => {
            let unknown = || Failure::new(Exit::NotFound, "cli-no-assignee").with("who", name);
            directory.find_teammate(name).ok_or_else(unknown)?.name.clean()
        }
        None => Clean::default(),
    };
    let me = directory.me().map(|me| me.id.clone()).ok_or_else(|| Failure::new(Exit::NotAllowed, "cli-no-me"))?;
    let deeds = session.engine.cache().load_deeds(since, &me).map_err(|error| cache_failure(&error))?;
    let query = Query::parse("state:open assignee:me")
        .map_err(|error| Failure::new(Exit::Failed, "cli-bad-query").why(error))?;
    let spec = WindowSpec { query, sort: Sort::NextBreach, offset: 0, limit: MINE, around: None };
    let mine = session.engine.load_window(&spec).map_err(|error| sync_failure(&error))?.rows;
    let shift = session.engine.load_shift(session.engine.now()).map_err(|error| cache_failure(&error))?;
    Ok(Handover { since, to, deeds, mine, shift })
}

fn document(session: &Session, told: &Handover) -> Value {
    let (directory, now) = (session.engine.directory(), session.engine.now());
    let one = |on: &Conversation| json::conversation(on, &directory, now);
    let done = told.deeds.iter().map(|deed| {
        json!({
            "conversation": one(&deed.conversation), "replies": deed.replies, "notes": deed.notes,
            "closed": deed.closed, "snoozed": deed.snoozed, "handed_over": deed.handed_over,
        })
    });
    let waits: Vec<Value> = told.mine.iter().map(one).collect();
    let mut document = json!({
        "since": told.since, "to": (!told.to.is_blank()).then(|| told.to.to_string()),
        "done": done.collect::<Vec<_>>(), "mine": waits,
    });
    for kind in [ShiftKind::Breaching, ShiftKind::Draft, ShiftKind::NeedsYou] {
        let lines =
            told.shift.sections.iter().filter(|section| section.kind == kind).flat_map(|section| &section.lines);
        let lines: Vec<Value> =
            lines.map(|line| json!({"conversation": one(&line.conversation), "at": line.at})).collect();
        if let Some(fields) = document.as_object_mut() {
            fields.insert(kind.as_str().to_owned(), lines.into());
        }
    }
    document
}

/// Whether a heading has a deed under it.
type Fits = fn(&Deed) -> bool;

/// The hand-over in lines; a blank one parts what belongs together.
fn words(session: &Session, told: &Handover) -> Vec<Clean> {
    let say = |key: &str, args: &[(&str, Arg<'_>)]| session.words.with(key, args);
    let (directory, now) = (session.engine.directory(), session.engine.server_now());
    let me = directory.me().map(|me| me.name.clean()).unwrap_or_default();
    let since = clean(&when::show(told.since, now, &session.settings.zone));
    let mut lines = Vec::new();
    if !told.to.is_blank() {
        // The whole name after an @ is a mention.
        lines.push(clean(&format!("@{}", told.to)));
    }
    lines.push(say("report-head", &[("name", Arg::Text(&me)), ("since", Arg::Text(&since))]));
    let groups: [(&str, Fits); 5] = [
        ("report-replied", |deed| deed.replies > 0),
        ("report-noted", |deed| deed.notes > 0 && deed.replies == 0),
        ("report-closed", |deed| deed.closed),
        ("report-snoozed", |deed| deed.snoozed),
        ("report-handed-over", |deed| deed.handed_over),
    ];
    for (key, fits) in groups {
        let of: Vec<&Conversation> =
            told.deeds.iter().filter(|deed| fits(deed)).map(|deed| &deed.conversation).collect();
        put(&mut lines, &say(key, &[("count", Arg::from(of.len()))]), of.into_iter().map(named));
    }
    if told.deeds.is_empty() {
        lines.push(session.words.say("report-nothing-done"));
    }
    let waits = told.mine.iter().map(|on| {
        let since = on.waiting_since.unwrap_or(on.last_message_at);
        let age = clean(&super::read::ago(now, since));
        let next = match on.turn {
            Turn::Us => "report-answer",
            Turn::Them => "report-waits",
        };
        clean(&format!("{} · {}", named(on), say(next, &[("age", Arg::Text(&age))])))
    });
    put(&mut lines, &say("report-mine", &[("count", Arg::from(told.mine.len()))]), waits);
    for (kind, key) in [
        (ShiftKind::Breaching, "report-breaching"),
        (ShiftKind::Draft, "report-drafts"),
        (ShiftKind::NeedsYou, "report-needs-you"),
    ] {
        for section in told.shift.sections.iter().filter(|section| section.kind == kind) {
            let of = section.lines.iter().map(|line| named(&line.conversation));
            put(&mut lines, &say(key, &[("count", Arg::from(section.total))]), of);
        }
    }
    lines
}

fn put(lines: &mut Vec<Clean>, heading: &Clean, of: impl ExactSizeIterator<Item = Clean>) {
    if of.len() == 0 {
        return;
    }
    lines.push(Clean::default());
    lines.push(heading.clone());
    lines.extend(of.map(|line| clean(&format!("- {line}"))));
}

/// A conversation as a hand-over names it.
fn named(on: &Conversation) -> Clean {
    let name = on.contact.as_ref().map(crate::domain::ContactRef::shown_name).unwrap_or_default();
    let title = truncate(&on.title.clean().or(&on.preview.clean()), TITLE);
    let parts = [name, title];
    let words = Clean::join(parts.iter().filter(|part| !part.is_blank()), &Clean::literal(": "));
    clean(&format!("#{} {words}", on.id))
}
