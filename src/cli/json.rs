//! The JSON of the outbox: field names and types that scripts rely on. English, Unix seconds, absent is null.
//! That of conversations and parts is `transcript`'s.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::domain::{Act, OutboxId, OutboxRow, OutboxStatus, Part};
use crate::text::Clean;
pub(super) use crate::transcript::{conversation, kind, part};
use crate::words::{Arg, Words};

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
