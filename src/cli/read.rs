//! `list`, `show`, `count`.

use clap::Args;

use super::print;
use super::session::{Session, sync_failure};
use super::{Format, json};
use crate::app::EntryKind;
use crate::domain::{Conversation, ConversationId, Directory, Part, UnixTime, when};
use crate::error::{Exit, Failure};
use crate::query::{Query, Sort};
use crate::sync::message::{Count, WindowSpec};
use crate::text::{Clean, clean, html, pad, truncate};
use crate::transcript::{self, Transcript};
use crate::words::{Arg, Words};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// An inbox (inbox:you, inbox:unassigned …), a team (team:NAME) or a teammate (teammate:NAME)
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    view: Option<String>,
    /// Conversations that match, for example 'state:open tag:vip'
    #[arg(long, value_name = "Q", allow_hyphen_values = true)]
    query: Option<String>,
    /// newest, oldest, waiting-longest, next-breach, priority, wake-time
    #[arg(long, value_name = "S")]
    sort: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Args)]
pub(super) struct CountArgs {
    /// An inbox, a team or a teammate, as in list
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    view: Option<String>,
    /// Conversations that match
    #[arg(long, value_name = "Q", allow_hyphen_values = true)]
    query: Option<String>,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The conversation
    id: String,
    /// As Markdown: a heading, then each message under its author and time
    #[arg(long, conflicts_with_all = ["json", "jsonl", "plain"])]
    markdown: bool,
    /// As plain text: the same without signs
    #[arg(long, conflicts_with_all = ["json", "jsonl"])]
    plain: bool,
    #[command(flatten)]
    format: Format,
}

impl ListArgs {
    pub(super) const fn offline(&self) -> bool {
        self.format.offline
    }
}

impl CountArgs {
    pub(super) const fn offline(&self) -> bool {
        self.format.offline
    }
}

impl ShowArgs {
    pub(super) const fn offline(&self) -> bool {
        self.format.offline
    }
}

/// The query and sort that the arguments name.
fn wanted(session: &Session, view: Option<&str>, typed: Option<&str>) -> Result<(Query, Sort), Failure> {
    let directory = session.engine.directory();
    let (text, sort) = match (view, typed) {
        (Some(view), _) => {
            let (query, sort) = named(view, &directory)
                .ok_or_else(|| Failure::new(Exit::NotFound, "cli-no-view").with("name", view))?;
            return Ok((query, sort));
        }
        (None, Some(typed)) => (typed, Sort::Newest),
        (None, None) => ("", Sort::Newest),
    };
    let query = Query::parse(text).map_err(|error| Failure::new(Exit::Usage, "cli-bad-query").why(error))?;
    Ok((query, sort))
}

/// The query and default sort of an entry of the sidebar, by the name that people type.
fn named(view: &str, directory: &Directory) -> Option<(Query, Sort)> {
    let kind = match view.split_once(':') {
        Some(("team", name)) => EntryKind::Team(directory.find_team(name)?.id.clone()),
        Some(("teammate", name)) => EntryKind::Teammate(directory.find_teammate(name)?.id.clone()),
        _ => {
            EntryKind::INBOX.into_iter().filter(|kind| *kind != EntryKind::NeedsYou).find(|kind| kind.key() == view)?
        }
    };
    Some((Query::parse(&kind.query_text()).ok()?, kind.default_sort()))
}

pub(super) fn list(session: &Session, args: &ListArgs) -> Result<(), Failure> {
    session.freshen(args.format.offline)?;
    let (query, sort) = wanted(session, args.view.as_deref(), args.query.as_deref())?;
    let sort = match &args.sort {
        Some(word) => Sort::parse(word).ok_or_else(|| Failure::new(Exit::Usage, "cli-bad-sort").with("sort", word))?,
        None => sort,
    };
    let spec = WindowSpec { query, sort, offset: 0, limit: args.limit, around: None };
    let window = session.engine.load_window(&spec).map_err(|error| sync_failure(&error))?;
    print_window(session, &window.rows, args.format)
}

/// Prints conversations, one a line.
pub(super) fn print_window(session: &Session, rows: &[Conversation], format: Format) -> Result<(), Failure> {
    let (directory, now) = (session.engine.directory(), session.engine.now());
    if format.json || format.jsonl {
        let rows: Vec<_> = rows.iter().map(|row| json::conversation(row, &directory, now)).collect();
        return if format.jsonl { print::jsonl(&rows) } else { print::json(&rows.into()) };
    }
    let lines: Vec<Clean> = rows.iter().map(|row| line(row, &directory, now)).collect();
    print::lines(&lines)
}

pub(super) fn count(session: &Session, args: &CountArgs) -> Result<(), Failure> {
    session.freshen(args.format.offline)?;
    let count = if args.view.as_ref() == Some(&EntryKind::NeedsYou.key()) {
        // No conversations, but acts: as many as the sidebar tells.
        let rows = session.engine.cache().outbox_counts().map_err(|error| sync_failure(&error.into()))?;
        Count { total: rows.needs_you, unread: rows.needs_you > 0, ..Count::default() }
    } else {
        let (query, _) = wanted(session, args.view.as_deref(), args.query.as_deref())?;
        session.engine.count(&query).map_err(|error| sync_failure(&error))?
    };
    if args.format.json || args.format.jsonl {
        let document = serde_json::json!({"count": count.total, "unread": count.unread, "breached": count.breached});
        return if args.format.jsonl { print::jsonl(&[document]) } else { print::json(&document) };
    }
    print::lines(&[clean(&count.total.to_string())])
}

/// How long ago, in one unit: `5m`, `3h`, `2d`.
pub(super) fn ago(now: UnixTime, then: UnixTime) -> String {
    let secs = now.since(then).as_secs();
    match secs {
        0..60 => format!("{secs}s"),
        60..3_600 => format!("{}m", secs / 60),
        3_600..86_400 => format!("{}h", secs / 3_600),
        _ => format!("{}d", secs / 86_400),
    }
}

fn line(row: &Conversation, directory: &Directory, now: UnixTime) -> Clean {
    let title = if row.title.is_empty() { row.preview.clean() } else { row.title.clean() };
    let contact = row
        .contact
        .as_ref()
        .map(|contact| if contact.name.is_empty() { contact.email.clean() } else { contact.name.clean() });
    let assignee = row.assignee.as_ref().map_or_else(|| clean("-"), |id| directory.teammate_name(id));
    let since = row.waiting_since.unwrap_or(row.last_message_at);
    clean(&format!(
        "{id:<16} {state:<8} {since:>4} {unread} {contact} {assignee} {title}",
        id = row.id,
        state = if row.id.is_placeholder() { "unsent" } else { row.state.as_str() },
        since = ago(now, since),
        unread = if row.unread { '*' } else { ' ' },
        contact = pad(&contact.unwrap_or_default(), 22),
        assignee = pad(&assignee, 16),
        title = truncate(&title, 80),
    ))
}

pub(super) fn show(session: &Session, args: &ShowArgs) -> Result<(), Failure> {
    let id = session.conversation(&args.id)?;
    if !args.format.offline {
        session.identify()?;
    }
    session.freshen_thread(&id, args.format.offline)?;
    let loaded = session.engine.load_thread(&id).map_err(|error| sync_failure(&error))?;
    let Some(thread) = loaded else {
        return Err(Failure::new(Exit::NotFound, "cli-no-conversation").with("id", &id));
    };
    let (directory, now) = (session.engine.directory(), session.engine.now());
    if args.format.json || args.format.jsonl {
        let mut document = json::conversation(&thread.conversation, &directory, now);
        if let Some(fields) = document.as_object_mut() {
            fields.insert("parts".into(), thread.parts.iter().map(json::part).collect());
            fields.insert("missing_parts".into(), thread.missing.into());
            fields.insert(
                "outbox".into(),
                thread.pending.iter().map(|row| json::outbox_row(row, &thread.pending)).collect(),
            );
        }
        if args.format.jsonl { print::jsonl(&[document]) } else { print::json(&document) }?;
        note_shown(session, &id, &thread.parts);
        return Ok(());
    }
    if args.markdown || args.plain {
        let form = if args.markdown { transcript::Format::Markdown } else { transcript::Format::Plain };
        let (conversation, zone) = (&thread.conversation, &session.settings.zone);
        let written = Transcript { conversation, parts: &thread.parts, directory: &directory, now, zone };
        print::bytes(written.write(form).as_bytes())?;
        note_shown(session, &id, &thread.parts);
        return Ok(());
    }
    let words = Words::english();
    let mut lines = vec![line(&thread.conversation, &directory, now), Clean::default()];
    for part in thread.parts.iter() {
        let stamp = when::show(part.created_at, now, &session.settings.zone);
        let name = if part.author.name.is_empty() { part.author.email.clean() } else { part.author.name.clean() };
        lines.push(clean(&format!("{name} · {kind} · {stamp}", kind = json::kind(&part.kind))));
        if let Some(body) = &part.body {
            let document = html::blocks(body.as_raw());
            for row in html::layout(&document, 96, false) {
                let bars = "│ ".repeat(usize::from(row.gutter));
                let words: String = match row.kind {
                    html::LineKind::MoreRows(count) => {
                        format!("… {}", words.with("ui-table-more", &[("count", Arg::from(count))]))
                    }
                    html::LineKind::Cut => format!("… {}", words.say("ui-thread-cut")),
                    html::LineKind::Rule => "───".to_owned(),
                    _ => row.spans.iter().map(|span| span.text.as_str()).collect(),
                };
                lines.push(clean(&format!("  {bars}{}{words}", row.lead)));
            }
        }
        for file in &part.attachments {
            lines.push(clean(&format!("  [{}] {}", file.name.clean(), file.content_type.clean())));
        }
        lines.push(Clean::default());
    }
    for row in &thread.pending {
        lines.push(clean(&format!("{} · {}", row.act.kind().as_str(), row.status.as_str())));
    }
    print::lines(&lines)?;
    note_shown(session, &id, &thread.parts);
    Ok(())
}

/// Whoever called has now been shown a thread: a guarded message is compared with that.
pub(super) fn note_shown(session: &Session, id: &ConversationId, parts: &[Part]) {
    let Some(newest) = parts.last() else { return };
    // It has been printed; where the disk refuses, a guarded message is refused there, too.
    if let Err(error) = session.engine.cache().note_shown(id, Some(&newest.id), newest.created_at) {
        tracing::warn!(%error, "what was shown is not remembered");
    }
}
