//! Everything that changes a conversation: one way from arguments to acts, and one from acts to an
//! exit code.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::outbox::{first_words, who};
use super::read::ago;
use super::session::{Session, api_failure, cache_failure, not_kept};
use super::{Writing, json, print, text_of};
use crate::domain::file::{LARGEST_TOGETHER, MOST_FILES, is_blocked};
use crate::domain::{
    Act, AssignTo, Began, Conversation, ConversationId, FilePart, Guard, Mode, OutboxId, OutboxRow, OutboxStatus, Part,
    PartKind, Priority, UnixTime, snooze, when,
};
use crate::error::{Exit, Failure};
use crate::sync::{Hold, Pushed};
use crate::text::{Clean, clean};
use crate::words::Arg;

/// While another program sends: between two looks at the rows, and how many of them (ten seconds).
const LOOK: Duration = Duration::from_millis(200);
const LOOKS: u32 = 50;

#[derive(Debug, Args)]
pub(super) struct TargetArgs {
    /// The conversation
    id: String,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Debug, Args)]
pub(super) struct MessageArgs {
    /// The conversation
    id: String,
    /// What to say
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    body: Option<String>,
    /// Read what to say from a file; - is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Attach a file; may be given ten times
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// Hold it back when the conversation has moved on since it was last read here
    #[arg(long)]
    guard: bool,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Debug, Args)]
pub(super) struct SnoozeArgs {
    /// The conversation
    id: String,
    /// 2h, tomorrow 9am, next monday, fri 14:00, 2026-12-01 9:00; then `unless reply` and ` -- reason`
    #[arg(long, value_name = "WHEN")]
    until: String,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Debug, Args)]
pub(super) struct AssignArgs {
    /// The conversation
    id: String,
    /// me, nobody, a teammate's name, or team:NAME
    #[arg(long, value_name = "WHO")]
    to: String,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Debug, Args)]
pub(super) struct TagArgs {
    /// The conversation
    id: String,
    /// +name puts a tag on, -name takes it off
    #[arg(required = true, allow_hyphen_values = true, value_name = "+TAG|-TAG")]
    tags: Vec<String>,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Debug, Args)]
pub(super) struct PriorityArgs {
    /// The conversation
    id: String,
    /// none, low, medium, high, urgent
    priority: String,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// The conversation that closes
    id: String,
    /// The conversation that stays
    #[arg(long, value_name = "ID")]
    into: String,
    #[command(flatten)]
    writing: Writing,
}

pub(super) fn simple(session: &Session, args: &TargetArgs, act: &Act) -> Result<(), Failure> {
    write(session, &args.id, args.writing, |_, _| Ok(vec![act.clone()]))
}

pub(super) fn message(session: &Session, args: &MessageArgs, mode: Mode) -> Result<(), Failure> {
    // A file may go without words.
    let wordless = args.body.is_none() && args.file.is_none() && !args.attach.is_empty();
    let text = if wordless { String::new() } else { text_of(args.body.as_deref(), args.file.as_ref())? };
    if text.trim().is_empty() && args.attach.is_empty() {
        return Err(Failure::new(Exit::Usage, "cli-no-text"));
    }
    if args.attach.len() > MOST_FILES {
        let failure = Failure::new(Exit::Usage, "cli-many-files").with("most", MOST_FILES);
        return Err(failure.with("count", args.attach.len()));
    }
    // All are looked at before one is read: a message goes whole or not at all.
    let (mut files, mut total) = (Vec::new(), 0_u64);
    for path in &args.attach {
        let refused = Failure::new(Exit::Usage, "cli-attachment").with("file", path.display());
        let (name, size) = crate::host::check_attachment(path).map_err(|error| refused.why(error))?;
        if is_blocked(&name, &session.settings.blocked_files) {
            return Err(Failure::new(Exit::Usage, "cli-blocked-file").with("file", clean(&name)));
        }
        total += size;
        if total > LARGEST_TOGETHER {
            return Err(Failure::new(Exit::Usage, "cli-many-bytes").with("most", LARGEST_TOGETHER >> 20));
        }
        if args.writing.dry_run {
            files.push(FilePart { name, content_type: String::new(), hash: String::new(), size });
        }
    }
    for path in args.attach.iter().filter(|_| !args.writing.dry_run) {
        let refused = |exit| Failure::new(exit, "cli-attachment").with("file", path.display());
        let (name, content_type, content) =
            crate::host::read_attachment(path).map_err(|error| refused(Exit::Usage).why(error))?;
        // The file is fine, the disk is not.
        let kept = session.engine.keep_file(&name, &content_type, &content);
        files.push(kept.map_err(|error| refused(Exit::Failed).why(error))?);
    }
    write_guarded(session, &args.id, args.writing, args.guard, |_, _| {
        Ok(vec![match mode {
            Mode::Reply => Act::Reply { text: text.clone(), files: files.clone() },
            Mode::Note => Act::Note { text: text.clone(), files: files.clone() },
        }])
    })
}

pub(super) fn snooze(session: &Session, args: &SnoozeArgs) -> Result<(), Failure> {
    let parse = || {
        snooze::parse(&args.until, session.engine.server_now(), &session.settings.zone)
            .map_err(|error| Failure::new(Exit::Usage, "cli-bad-time").with("typed", &args.until).why(error))
    };
    // What is no time needs no request.
    parse()?;
    write(session, &args.id, args.writing, |session, id| {
        // A time from now on is one of the helpdesk's: an exchange tells how far our clock is off. Without
        // the network ours is all there is.
        if session.engine.clock_off().is_none()
            && let Err(failure) = session.wait(session.engine.fetch_thread(id))
        {
            tracing::info!(key = failure.key, "the helpdesk's time is not known");
        }
        Ok(vec![parse()?.into_act()])
    })
}

pub(super) fn assign(session: &Session, args: &AssignArgs) -> Result<(), Failure> {
    write(session, &args.id, args.writing, |session, _| {
        let directory = session.engine.directory();
        let unknown = || Failure::new(Exit::NotFound, "cli-no-assignee").with("who", &args.to);
        let to = match args.to.as_str() {
            "nobody" | "none" => AssignTo::Nobody,
            "me" => AssignTo::Teammate(directory.me().ok_or_else(unknown)?.id.clone()),
            other => match other.split_once(':') {
                Some(("team", "none" | "nobody")) => AssignTo::NoTeam,
                Some(("team", team)) => AssignTo::Team(directory.find_team(team).ok_or_else(unknown)?.id.clone()),
                Some(("teammate", name)) => {
                    AssignTo::Teammate(directory.find_teammate(name).ok_or_else(unknown)?.id.clone())
                }
                _ => match (directory.find_teammate(other), directory.find_team(other)) {
                    (Some(teammate), _) => AssignTo::Teammate(teammate.id.clone()),
                    (None, Some(team)) => AssignTo::Team(team.id.clone()),
                    (None, None) => return Err(unknown()),
                },
            },
        };
        Ok(vec![Act::Assign { to }])
    })
}

pub(super) fn tag(session: &Session, args: &TagArgs) -> Result<(), Failure> {
    // `-name` takes a tag off, so options behind the first tag arrive among the tags.
    let mut writing = args.writing;
    let mut tags = Vec::new();
    for typed in &args.tags {
        match typed.as_str() {
            "--dry-run" => writing.dry_run = true,
            "--queue" => writing.queue = true,
            "--json" => writing.json = true,
            option if option.starts_with("--") => {
                return Err(Failure::new(Exit::Usage, "cli-no-option").with("option", option));
            }
            "+" | "-" | "" => return Err(Failure::new(Exit::Usage, "cli-no-tag-name")),
            tag => tags.push(tag),
        }
    }
    if tags.is_empty() {
        return Err(Failure::new(Exit::Usage, "cli-no-tag-name"));
    }
    write(session, &args.id, writing, |session, _| {
        let mut acts = Vec::new();
        for typed in tags {
            let (put, name) = match (typed.strip_prefix('+'), typed.strip_prefix('-')) {
                (_, Some(name)) => (false, name),
                (Some(name), _) => (true, name),
                (None, None) => (true, typed),
            };
            let known = session.engine.directory().find_tag(name).cloned();
            let tag = match known {
                Some(tag) => tag,
                None if put && !writing.dry_run => {
                    let made = session.wait(session.engine.create_tag(name))?;
                    print::aside(&session.words.with("cli-made-tag", &[("name", Arg::Text(&made.name.clean()))]));
                    made
                }
                None if put => {
                    print::aside(&session.words.with("cli-new-tag", &[("name", Arg::Text(&clean(name)))]));
                    continue;
                }
                None => return Err(Failure::new(Exit::NotFound, "cli-no-tag").with("name", name)),
            };
            acts.push(if put {
                Act::Tag { tag: tag.id, name: tag.name }
            } else {
                Act::Untag { tag: tag.id, name: tag.name }
            });
        }
        Ok(acts)
    })
}

pub(super) fn priority(session: &Session, args: &PriorityArgs) -> Result<(), Failure> {
    let to = Priority::parse(&args.priority)
        .ok_or_else(|| Failure::new(Exit::Usage, "cli-bad-priority").with("priority", &args.priority))?;
    write(session, &args.id, args.writing, |session, _| {
        if session.engine.directory().capabilities.set_priority {
            Ok(vec![Act::Priority { to }])
        } else {
            Err(Failure::new(Exit::NotAllowed, "cli-no-priority"))
        }
    })
}

pub(super) fn merge(session: &Session, args: &MergeArgs) -> Result<(), Failure> {
    write(session, &args.id, args.writing, |session, from| {
        let into = session.conversation(&args.into)?;
        if into.is_placeholder() {
            return Err(Failure::new(Exit::NotFound, "cli-not-begun").with("id", into));
        }
        if into == *from {
            return Err(Failure::new(Exit::Usage, "cli-merge-self"));
        }
        Ok(vec![Act::Merge { into }])
    })
}

/// From a conversation and what to do with it to the outbox, the helpdesk, and the exit code.
pub(super) fn write(
    session: &Session,
    typed: &str,
    writing: Writing,
    acts: impl FnOnce(&Session, &ConversationId) -> Result<Vec<Act>, Failure>,
) -> Result<(), Failure> {
    write_guarded(session, typed, writing, false, acts)
}

/// What whoever calls has seen of a conversation: what a command has shown of it, else what was read on
/// the screen, else what is on disk of it.
fn seen(session: &Session, id: &ConversationId) -> Result<Began, Failure> {
    let cache = session.engine.cache();
    // Moments of the helpdesk's, which the guard takes by this machine's clock.
    let ours = |at: UnixTime| UnixTime(at.secs().saturating_add(session.engine.clock_off().unwrap_or(0)));
    if let Some((part, at)) = cache.load_shown(id).map_err(|error| cache_failure(&error))? {
        return Ok(Began { part, at: ours(at) });
    }
    let read = cache.load_seen_part(id).map_err(|error| cache_failure(&error))?;
    let known = cache.load_known(id).map_err(|error| cache_failure(&error))?;
    if let Some((at, last)) = read {
        // Of the second itself only what was there then.
        let parts = known.map(|(_, parts)| parts).unwrap_or_default();
        let until = parts.iter().rposition(|part| part.created_at < at || Some(&part.id) == last.as_ref());
        let part = until.and_then(|until| parts.get(until)).map(|part| part.id.clone());
        return Ok(Began { part, at: ours(at) });
    }
    let (part, _) = cache.load_baseline(id).map_err(|error| cache_failure(&error))?;
    let known = cache.load_server_conversation(id).map_err(|error| cache_failure(&error))?;
    // Without the thread the list's row is what was seen.
    let at = known.map_or_else(|| session.engine.now(), |known| ours(known.updated_at));
    Ok(Began { part, at })
}

/// What a message is held for, which is printed with the failure: whoever called has been shown it then.
fn held(session: &Session, row: &OutboxRow) -> Failure {
    let refusal = Failure::new(Exit::Conflict, "cli-held").with("id", row.id.0);
    let parts = came(session, row);
    let Some(first) = parts.first() else { return refusal.with("what", row.reason.clean()) };
    let now = session.engine.server_now();
    let what: Vec<String> = parts
        .iter()
        .map(|part| {
            let did = session.words.say(match part.kind {
                PartKind::Opening | PartKind::Comment | PartKind::QuickReply => "cli-came-wrote",
                PartKind::Note => "cli-came-noted",
                PartKind::Close => "cli-came-closed",
                PartKind::Assignment { .. } => "cli-came-assigned",
                _ => "cli-came-changed",
            });
            let words = first_words(part);
            let quoted = if words.is_empty() { String::new() } else { format!(": “{words}”") };
            format!("{} {did} {} ago{quoted}", who(part), ago(now, part.created_at))
        })
        .collect();
    // All of the thread was compared with, but only what is printed here is known to the caller.
    let last = parts.last().unwrap_or(first);
    if let Err(error) = session.engine.cache().note_shown(&row.conversation, Some(&last.id), last.created_at) {
        tracing::warn!(%error, "what was shown is not remembered");
    }
    refusal.with("what", what.join("; "))
}

/// What holds a row back, oldest first.
fn came(session: &Session, row: &OutboxRow) -> Vec<Part> {
    if row.status != OutboxStatus::Held {
        return Vec::new();
    }
    let Ok(Some((_, parts))) = session.engine.cache().load_known(&row.conversation) else { return Vec::new() };
    session.engine.what_came(row, &parts).into_iter().cloned().collect()
}

/// Nothing can be done to a conversation that the helpdesk does not have, unless its first message is on its way:
/// then it follows that.
fn begun(session: &Session, id: &ConversationId) -> Result<(), Failure> {
    if !id.is_placeholder() {
        return Ok(());
    }
    let rows = session.engine.load_outbox().map_err(|error| cache_failure(&error))?;
    if rows.iter().any(|row| row.conversation == *id && row.act.opening().is_some()) {
        return Ok(());
    }
    Err(Failure::new(Exit::NotFound, "cli-not-begun").with("id", id))
}

fn write_guarded(
    session: &Session,
    typed: &str,
    writing: Writing,
    is_guarded: bool,
    acts: impl FnOnce(&Session, &ConversationId) -> Result<Vec<Act>, Failure>,
) -> Result<(), Failure> {
    session.identify()?;
    let id = session.conversation(typed)?;
    begun(session, &id)?;
    let began = if is_guarded { Some(seen(session, &id)?) } else { None };
    let acts = acts(session, &id)?;
    if writing.dry_run {
        return plan(session, &id, &acts, writing);
    }
    // What is so already needs no act: doing it twice does no harm, and says so.
    let load = || session.engine.cache().load_conversation(&id).map_err(|error| cache_failure(&error));
    let mut known = load()?;
    let is_so = |known: &Option<Conversation>, act: &Act| known.as_ref().is_some_and(|known| act.already_so(known));
    if acts.iter().any(|act| is_so(&known, act)) && session.wait(session.engine.fetch_thread(&id)).is_ok() {
        // The cache may be behind.
        known = load()?;
    }
    let (already, acts): (Vec<_>, Vec<_>) = acts.into_iter().partition(|act| is_so(&known, act));
    if !writing.json {
        for act in &already {
            let (kind, id) = (clean(act.kind().as_str()), clean(id.as_str()));
            let said = [("act", Arg::Text(&kind)), ("id", Arg::Text(&id))];
            print::lines(&[session.words.with("cli-outcome-so", &said)])?;
        }
    }
    if acts.is_empty() {
        return if writing.json { print::json(&serde_json::Value::Array(Vec::new())) } else { Ok(()) };
    }
    let group = session.engine.new_group().ok_or_else(|| Failure::new(Exit::Failed, "cli-stopped"))?;
    let acts: Vec<_> = acts.into_iter().map(|act| (id.clone(), act)).collect();
    // Asked for by name it is on, whatever the screen's is.
    let guard = match session.settings.guard {
        Guard::Off => Guard::On,
        guard => guard,
    };
    let rows = session
        .engine
        .commit_guarded(guard, &group, &acts, &[], began, Hold::Nothing)
        .map_err(|error| not_kept(&error))?;
    if writing.queue {
        report(session, &rows, writing);
        return match rows.iter().find(|row| row.status == OutboxStatus::Held) {
            Some(row) => Err(held(session, row)),
            None => Ok(()),
        };
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let pushed = push(session, &ids);
    let rows = session.engine.load_rows(&ids).map_err(|error| cache_failure(&error))?;
    report(session, &rows, writing);
    outcome(session, &rows, &pushed?)
}

/// Tries rows now. While another program sends, it is given some time to come to them.
pub(super) fn push(session: &Session, ids: &[OutboxId]) -> Result<Pushed, Failure> {
    let mut pushed = session.wait(session.engine.push())?;
    for _ in 0..LOOKS {
        if pushed.elsewhere.is_none() {
            break;
        }
        let rows = session.engine.load_rows(ids).map_err(|error| cache_failure(&error))?;
        if !rows.iter().any(|row| matches!(row.status, OutboxStatus::Queued | OutboxStatus::Sending)) {
            break;
        }
        let again = async {
            tokio::time::sleep(LOOK).await;
            session.engine.push().await
        };
        pushed = session.wait(again)?;
    }
    Ok(pushed)
}

/// The exit code of rows after a push: the first that the helpdesk does not have decides.
pub(super) fn outcome(session: &Session, rows: &[OutboxRow], pushed: &Pushed) -> Result<(), Failure> {
    let beside = session.engine.load_outbox().unwrap_or_default();
    for row in rows {
        let failure = match row.status {
            OutboxStatus::Sent => continue,
            OutboxStatus::Failed => pushed.refusals.iter().find(|(refused, _)| *refused == row.id).map_or_else(
                || Failure::new(Exit::Failed, "cli-not-sent").why(row.reason.clean()),
                |(_, error)| api_failure(error),
            ),
            OutboxStatus::Held => held(session, row),
            // Turned down because of what the conversation is now.
            OutboxStatus::NeedsDecision if !row.may_have_arrived() => {
                Failure::new(Exit::Conflict, "cli-moved-on").why(row.reason.clean())
            }
            OutboxStatus::NeedsDecision => Failure::new(Exit::Unreachable, "cli-undecided"),
            // A script must not take this for "not sent": it may be.
            OutboxStatus::Unknown | OutboxStatus::Sending => Failure::new(Exit::Unreachable, "cli-unknown"),
            _ => pushed.refusals.iter().find(|(refused, _)| *refused == row.id).map_or_else(
                || Failure::new(Exit::Unreachable, "cli-queued").why(json::reason(row, &beside)),
                |(_, error)| match api_failure(error) {
                    failure if failure.exit == Exit::NotAllowed => failure,
                    failure => Failure::new(Exit::Unreachable, "cli-queued").why(failure.say_what(&session.words)),
                },
            ),
        };
        return Err(failure);
    }
    Ok(())
}

/// Prints where rows stand. That it cannot be printed changes nothing about it: the exit code says it still.
pub(super) fn report(session: &Session, rows: &[OutboxRow], writing: Writing) {
    if let Err(failure) = print_rows(session, rows, writing) {
        print::aside(&failure.say(&session.words));
    }
}

fn print_rows(session: &Session, rows: &[OutboxRow], writing: Writing) -> Result<(), Failure> {
    if writing.json {
        // What they wait for is beside what is known of them.
        let beside = session.engine.load_outbox().unwrap_or_default();
        let document = |row: &OutboxRow| {
            let mut document = json::outbox_row(row, &beside);
            let came = came(session, row);
            if let Some(fields) = document.as_object_mut().filter(|_| !came.is_empty()) {
                let came = came.iter().map(|part| {
                    json!({"author": who(part).as_str(), "kind": json::kind(&part.kind), "created_at": part.created_at})
                });
                fields.insert("came".into(), came.collect());
            }
            document
        };
        return print::json(&rows.iter().map(document).collect::<Vec<_>>().into());
    }
    let lines: Vec<Clean> = rows
        .iter()
        .map(|row| {
            let (kind, status) = (clean(row.act.kind().as_str()), clean(row.status.as_str()));
            let id = clean(row.conversation.as_str());
            session.words.with(
                "cli-outcome",
                &[("act", Arg::Text(&kind)), ("id", Arg::Text(&id)), ("status", Arg::Text(&status))],
            )
        })
        .collect();
    print::lines(&lines)
}

/// What the acts would change: *was → becomes*, one line or object each.
fn plan(session: &Session, id: &ConversationId, acts: &[Act], writing: Writing) -> Result<(), Failure> {
    let loaded = session.engine.cache().load_conversation(id).map_err(|error| cache_failure(&error))?;
    let Some(mut now) = loaded else {
        return Err(Failure::new(Exit::NotFound, "cli-no-conversation").with("id", id));
    };
    let mut steps = Vec::new();
    for act in acts {
        let before = now.clone();
        let already = act.already_so(&before);
        act.apply(&mut now, session.engine.me().as_ref(), session.engine.now());
        let (was, becomes) = difference(session, act, &before, &now);
        steps.push((act.kind().as_str(), was, becomes, already));
    }
    if writing.json {
        let steps: Vec<_> = steps
            .iter()
            .map(|(kind, was, becomes, already)| {
                json!({"conversation_id": id.as_str(), "kind": kind, "was": was.as_str(), "becomes": becomes.as_str(), "already": already})
            })
            .collect();
        return print::json(&steps.into());
    }
    let lines: Vec<Clean> = steps
        .iter()
        .map(|(kind, was, becomes, already)| {
            let same = if *already { session.words.say("cli-already") } else { Clean::default() };
            clean(&format!("#{id} {kind}: {was} → {becomes} {same}"))
        })
        .collect();
    print::lines(&lines)
}

fn difference(session: &Session, act: &Act, before: &Conversation, after: &Conversation) -> (Clean, Clean) {
    let directory = session.engine.directory();
    let none = || clean("—");
    let state = |of: &Conversation| match of.snoozed_until {
        Some(until) => {
            clean(&format!("{} {}", of.state.as_str(), when::show(until, session.engine.now(), &session.settings.zone)))
        }
        None => clean(of.state.as_str()),
    };
    let hands = |of: &Conversation| {
        let team = of.team.as_ref().map_or_else(none, |id| directory.team_name(id));
        let teammate = of.assignee.as_ref().map_or_else(none, |id| directory.teammate_name(id));
        clean(&format!("{team} › {teammate}"))
    };
    let tags = |of: &Conversation| {
        let names: Vec<String> = of.tags.iter().map(|tag| tag.name.clean().to_string()).collect();
        if names.is_empty() { none() } else { clean(&names.join(", ")) }
    };
    match act {
        Act::Reply { text, .. } | Act::Note { text, .. } | Act::Start { text, .. } => (none(), clean(text)),
        Act::Assign { .. } => (hands(before), hands(after)),
        Act::Tag { .. } | Act::Untag { .. } => (tags(before), tags(after)),
        Act::Priority { .. } => (clean(before.priority.as_str()), clean(after.priority.as_str())),
        Act::Merge { into } => (state(before), clean(&format!("{} → #{into}", state(after)))),
        Act::Close | Act::Reopen | Act::Snooze { .. } | Act::Block { .. } => (state(before), state(after)),
        Act::AddParticipant { contact } => (none(), contact.shown_name()),
        Act::RemoveParticipant { contact } => (contact.shown_name(), none()),
    }
}
