//! The JSON of the command line: field names and types that scripts rely on. English, Unix seconds,
//! absent is null.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::domain::{
    Act, AuthorKind, Conversation, Directory, OutboxId, OutboxRow, OutboxStatus, Part, PartKind, UnixTime,
};
use crate::text::{Clean, Untrusted, html};
use crate::words::{Arg, Words};

fn text(text: &Untrusted) -> Value {
    if text.as_raw().is_empty() { Value::Null } else { Value::String(text.as_raw().to_owned()) }
}

/// A conversation.
pub(super) fn conversation(of: &Conversation, directory: &Directory, now: UnixTime) -> Value {
    let contact = of.contact.as_ref().map(|contact| {
        json!({
            "id": contact.id.as_ref().map(ToString::to_string),
            "name": text(&contact.name),
            "email": text(&contact.email),
            "role": contact.role.as_str(),
        })
    });
    let assignee = of
        .assignee
        .as_ref()
        .map(|id| json!({"id": id.as_str(), "name": directory.teammate(id).map(|teammate| teammate.name.as_raw())}));
    let team = of
        .team
        .as_ref()
        .map(|id| json!({"id": id.as_str(), "name": directory.team(id).map(|team| team.name.as_raw())}));
    let sla = of.sla.as_ref().map(|sla| {
        json!({
            "policy": text(&sla.policy),
            "target": sla.target,
            "status": sla.status.as_str(),
            "due_at": sla.due_at,
            "remaining_seconds": sla.due_at.map(|due| due.secs().saturating_sub(now.secs())),
        })
    });
    let title = if of.title.is_empty() { &of.preview } else { &of.title };
    json!({
        "id": of.id.as_str(),
        "title": title.as_raw(),
        "state": of.state.as_str(),
        "priority": of.priority.as_str(),
        "channel": of.channel.as_str(),
        "contact": contact,
        "assignee": assignee,
        "team": team,
        "tags": of.tags.iter().map(|tag| tag.name.as_raw()).collect::<Vec<_>>(),
        "unread": of.unread,
        "created_at": of.created_at,
        "updated_at": of.updated_at,
        "waiting_since": of.waiting_since,
        "snoozed_until": of.snoozed_until,
        "last_message_at": of.last_message_at,
        "turn": if of.turn == crate::domain::Turn::Us { "us" } else { "them" },
        "sla": sla,
        // True of what stands for a conversation until its first message is sent: the helpdesk has none yet.
        "unsent": of.id.is_placeholder(),
    })
}

/// A part of a thread; bodies as plain text.
pub(super) fn part(of: &Part) -> Value {
    let (author_kind, author_id) = match &of.author.kind {
        AuthorKind::Teammate(id) => ("teammate", id.as_ref().map(ToString::to_string)),
        AuthorKind::Contact(id) => ("contact", id.as_ref().map(ToString::to_string)),
        AuthorKind::Bot => ("bot", None),
        AuthorKind::Team(id) => ("team", id.as_ref().map(ToString::to_string)),
    };
    json!({
        "id": of.id.as_str(),
        "kind": kind(&of.kind),
        "author": {"kind": author_kind, "id": author_id, "name": text(&of.author.name)},
        "body": of.body.as_ref().map(|body| html::to_plain(body.as_raw())),
        "created_at": of.created_at,
        "redacted": of.redacted,
        "attachments": of.attachments.iter().map(|file| json!({
            "name": file.name.as_raw(),
            "url": file.url.as_raw(),
            "content_type": file.content_type.as_raw(),
            "size": file.size,
        })).collect::<Vec<_>>(),
    })
}

/// The word for a kind of part.
pub(super) fn kind(of: &PartKind) -> &str {
    match of {
        PartKind::Opening => "opening",
        PartKind::Comment => "comment",
        PartKind::Note => "note",
        PartKind::QuickReply => "quick_reply",
        PartKind::Close => "close",
        PartKind::Open => "open",
        PartKind::Snoozed => "snoozed",
        PartKind::Unsnoozed => "unsnoozed",
        PartKind::Assignment { .. } => "assignment",
        PartKind::Merged => "merged",
        PartKind::Attribute { .. } => "attribute",
        PartKind::Other(word) => word.as_raw(),
    }
}

/// The unfinished row that this one waits behind, among the unsent rows beside it.
pub(super) fn waits_for(of: &OutboxRow, beside: &[OutboxRow]) -> Option<OutboxId> {
    use OutboxStatus::{Failed, Held, NeedsDecision, Queued, Retry, Sending, Unknown};
    if !matches!(of.status, Queued | Retry | Unknown) {
        return None;
    }
    let stands_before = |other: &&OutboxRow| {
        let is_open = matches!(other.status, Queued | Sending | Retry | Unknown | Held | NeedsDecision);
        let is_refused = other.status == Failed && other.act.is_message() && other.group == of.group;
        other.conversation == of.conversation && other.id < of.id && (is_open || is_refused)
    };
    beside.iter().filter(stands_before).map(|other| other.id).max()
}

/// Why a row is where it is, in words; codes of our own become words. English, as all of JSON is.
pub(super) fn reason(of: &OutboxRow, beside: &[OutboxRow]) -> Clean {
    static ENGLISH: LazyLock<Words> = LazyLock::new(Words::english);
    let key = match (of.reason.as_raw(), of.status) {
        _ if waits_for(of, beside).is_some() => "cli-why-behind",
        ("signed_out", _) => "cli-why-signed-out",
        ("waiting_for_server", _) => "cli-why-server",
        ("", OutboxStatus::NeedsDecision | OutboxStatus::Unknown | OutboxStatus::Sending) if of.may_have_arrived() => {
            "cli-why-doubt"
        }
        ("", OutboxStatus::Retry) => "cli-why-unreachable",
        _ => return of.reason.clean(),
    };
    let before = waits_for(of, beside).map_or(0, |before| before.0);
    ENGLISH.with(key, &[("row", Arg::Number(before))])
}

/// A row of the outbox; `beside` are the other unsent rows.
pub(super) fn outbox_row(of: &OutboxRow, beside: &[OutboxRow]) -> Value {
    let why = reason(of, beside);
    json!({
        "id": of.id,
        "kind": of.act.kind().as_str(),
        "conversation_id": of.conversation.as_str(),
        "body": of.act.text(),
        "status": of.status.as_str(),
        "attempts": of.attempts,
        "reason": if why.is_empty() { Value::Null } else { Value::String(why.to_string()) },
        "waits_for": waits_for(of, beside),
        "created_at": of.created_at,
        "due_at": of.due_at,
        "part_id": of.sent_part.as_ref().map(ToString::to_string),
        "group": of.group.as_str(),
        "guard": of.guard.as_str(),
        "may_have_arrived": of.may_have_arrived(),
    })
}

/// A row of the outbox with all that is known of it; `came` are the parts that hold it back.
pub(super) fn outbox_row_in_full(of: &OutboxRow, beside: &[OutboxRow], came: &[&Part]) -> Value {
    let mut document = outbox_row(of, beside);
    let files = match &of.act {
        Act::Reply { files, .. } | Act::Note { files, .. } => files.as_slice(),
        _ => &[],
    };
    if let Value::Object(fields) = &mut document {
        let more = json!({
            "act": of.act,
            "inverses": of.inverses,
            "files": files.iter().map(|file| json!({
                "name": file.name, "content_type": file.content_type, "size": file.size,
            })).collect::<Vec<_>>(),
            "baseline": {"part_id": of.baseline_part.as_ref().map(ToString::to_string), "count": of.baseline_count},
            "began": of.began.as_ref().map(|began| json!({
                "part_id": began.part.as_ref().map(ToString::to_string), "at": began.at,
            })),
            "doubt": {"since": of.doubt.since, "reads": of.doubt.reads, "resends": of.doubt.resends},
            "came": came.iter().map(|came| part(came)).collect::<Vec<_>>(),
        });
        if let Value::Object(more) = more {
            fields.extend(more);
        }
    }
    document
}
