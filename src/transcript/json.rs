//! The JSON of conversations and parts: field names and types that scripts rely on. English, Unix seconds,
//! absent is null. Words stand in it as they came; where it goes to a terminal, [`inert`] takes their teeth.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Transcript;
use crate::domain::{AuthorKind, Conversation, Directory, Part, PartKind, Turn, UnixTime};
use crate::text::{Untrusted, clean, html};

/// More marks on one letter are escaped.
const MOST_MARKS: usize = 8;
/// What a mark can stand on without becoming one letter with it.
const BASE: char = '\u{25cc}';

fn text(text: &Untrusted) -> Value {
    if text.as_raw().is_empty() { Value::Null } else { Value::String(text.as_raw().to_owned()) }
}

/// A conversation with its parts.
pub(super) fn document(of: &Transcript<'_>) -> Value {
    let mut document = conversation(of.conversation, of.directory, of.now);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("parts".into(), of.parts.iter().map(part).collect());
    }
    document
}

/// A conversation.
#[must_use]
pub fn conversation(of: &Conversation, directory: &Directory, now: UnixTime) -> Value {
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
        "turn": if of.turn == Turn::Us { "us" } else { "them" },
        // As the customer writes, found on this machine.
        "language": of.language,
        "sla": sla,
        // True of what stands for a conversation until its first message is sent: the helpdesk has none yet.
        "unsent": of.id.is_placeholder(),
    })
}

/// A part of a thread: `body` is its words as plain text, `html` what came.
#[must_use]
pub fn part(of: &Part) -> Value {
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
        "subject": text(&of.subject),
        "body": of.body.as_ref().map(|body| html::to_plain(body.as_raw())),
        "html": of.body.as_ref().map(Untrusted::as_raw),
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
#[must_use]
pub fn kind(of: &PartKind) -> &str {
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

/// The same JSON with every character that could act on a terminal escaped: what a program reads is
/// unchanged, what a terminal gets is inert.
#[must_use]
pub fn inert(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut marks = 0;
    for letter in json.chars() {
        if letter.is_ascii_graphic() || letter == ' ' || letter == '\n' {
            safe.push(letter);
            marks = 0;
            continue;
        }
        // A mark is printable only behind a letter, and only so many are.
        let is_printable = |shown: &str| clean(shown).as_str() == shown;
        let mut behind = String::from(BASE);
        behind.push(letter);
        marks = if behind.strip_prefix(BASE).is_some_and(is_printable) { 0 } else { marks + 1 };
        if marks <= MOST_MARKS && is_printable(&behind) {
            safe.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_and_cannot_act_on_a_terminal() -> Result<(), serde_json::Error> {
        let value = Value::String("a\u{1b}[2J\u{9b}1m\u{202e}é 🔥\u{e0041}".into());
        let text = inert(&value.to_string());
        assert_eq!(serde_json::from_str::<Value>(&text)?, value);
        assert!(!text.contains('\u{9b}') && !text.contains('\u{202e}') && !text.contains('\u{e0041}'));
        assert!(text.contains('é'));
        // A filler that is a letter and shows nothing, and a heap of marks.
        let value = Value::String(format!("\u{3164}हिन्दी n\u{303}{}", "\u{301}".repeat(500)));
        let text = inert(&value.to_string());
        assert_eq!(serde_json::from_str::<Value>(&text)?, value);
        assert!(text.contains("हिन्दी n\u{303}") && !text.contains('\u{3164}'));
        assert!(text.chars().filter(|letter| *letter == '\u{301}').count() < 10);
        Ok(())
    }
}
