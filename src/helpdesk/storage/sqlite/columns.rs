//! The narrow table of conversations: one column for each thing that a search compares.

use std::sync::LazyLock;

use rusqlite::types::Value;

use crate::helpdesk::model::Conversation;

type Column = (&'static str, fn(&Conversation) -> Value);

/// Columns of the table `conversation` with where each comes from, `id` first.
const COLUMNS: &[Column] = &[
    ("id", |c| Value::Integer(c.id.0)),
    ("external_id", |c| text(c.external_id.as_ref())),
    ("created_at", |c| Value::Integer(c.created_at)),
    ("updated_at", |c| Value::Integer(c.updated_at)),
    ("waiting_since", |c| whole(c.waiting_since)),
    ("snoozed_until", |c| whole(c.snoozed_until)),
    ("queued_since", |c| whole(c.queued_since)),
    ("state", |c| word(c.state.as_str())),
    ("is_open", |c| flag(c.state.is_open())),
    ("is_read", |c| flag(c.read)),
    ("priority", |c| word(c.priority.as_str())),
    ("admin_assignee_id", |c| Value::Integer(c.admin_assignee.map_or(0, |id| id.0))),
    ("team_assignee_id", |c| Value::Integer(c.team_assignee.map_or(0, |id| id.0))),
    ("source_type", |c| word(&c.source.kind)),
    ("source_id", |c| Value::Integer(c.source.id.0)),
    ("source_delivered_as", |c| word(&c.source.delivered_as)),
    ("source_url", |c| text(c.source.url.as_ref())),
    ("author_id", |c| word(&c.source.author.id)),
    ("author_type", |c| word(c.source.author.kind.as_str())),
    ("author_name", |c| text(c.source.author.name.as_ref())),
    ("author_email", |c| text(c.source.author.email.as_ref())),
    ("channel_initiated", |c| text(c.channel.initial.as_ref())),
    ("time_to_assignment", |c| whole(c.statistics.time_to_assignment)),
    ("time_to_admin_reply", |c| whole(c.statistics.time_to_admin_reply)),
    ("time_to_first_close", |c| whole(c.statistics.time_to_first_close)),
    ("time_to_last_close", |c| whole(c.statistics.time_to_last_close)),
    ("median_time_to_reply", |c| whole(c.statistics.median_time_to_reply)),
    ("first_contact_reply_at", |c| whole(c.statistics.first_contact_reply_at)),
    ("first_assignment_at", |c| whole(c.statistics.first_assignment_at)),
    ("first_admin_reply_at", |c| whole(c.statistics.first_admin_reply_at)),
    ("first_close_at", |c| whole(c.statistics.first_close_at)),
    ("last_assignment_at", |c| whole(c.statistics.last_assignment_at)),
    ("last_assignment_admin_reply_at", |c| whole(c.statistics.last_assignment_admin_reply_at)),
    ("last_contact_reply_at", |c| whole(c.statistics.last_contact_reply_at)),
    ("last_admin_reply_at", |c| whole(c.statistics.last_admin_reply_at)),
    ("last_close_at", |c| whole(c.statistics.last_close_at)),
    ("last_closed_by_id", |c| text(c.statistics.last_closed_by_id.as_ref())),
    ("count_reopens", |c| Value::Integer(c.statistics.count_reopens)),
    ("count_assignments", |c| Value::Integer(c.statistics.count_assignments)),
    ("count_conversation_parts", |c| Value::Integer(c.statistics.count_conversation_parts)),
    ("rating_requested_at", |c| whole(c.rating.as_ref().map(|r| r.created_at))),
    ("rating_replied_at", |c| whole(c.rating.as_ref().filter(|r| r.score.is_some()).map(|r| r.updated_at))),
    ("rating_score", |c| whole(c.rating.as_ref().and_then(|r| r.score).map(i64::from))),
    ("rating_remark", |c| text(c.rating.as_ref().and_then(|r| r.remark.as_ref()))),
    ("rating_contact_id", |c| text(c.rating.as_ref().map(|r| &r.contact.id.0))),
    ("rating_admin_id", |c| {
        c.rating.as_ref().and_then(|r| r.teammate).map_or(Value::Null, |id| Value::Text(id.to_string()))
    }),
    ("ai_participated", |c| flag(c.ai_agent.is_some())),
    ("ai_resolution_state", |c| text(c.ai_agent.as_ref().and_then(|ai| ai.resolution_state.as_ref()))),
    ("ai_last_answer_type", |c| text(c.ai_agent.as_ref().and_then(|ai| ai.last_answer_type.as_ref()))),
    ("ai_rating", |c| whole(c.ai_agent.as_ref().and_then(|ai| ai.rating))),
    ("ai_rating_remark", |c| text(c.ai_agent.as_ref().and_then(|ai| ai.rating_remark.as_ref()))),
    ("ai_source_type", |c| text(c.ai_agent.as_ref().and_then(|ai| ai.source_type.as_ref()))),
    ("ai_source_title", |c| text(c.ai_agent.as_ref().and_then(|ai| ai.source_title.as_ref()))),
];

/// Writes a row, whether it is there or not.
pub(super) static SAVE: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let marks = vec!["?"; names.len()].join(", ");
    let sets: Vec<String> = names.iter().skip(1).map(|name| format!("{name} = excluded.{name}")).collect();
    format!(
        "INSERT INTO conversation ({}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {}",
        names.join(", "),
        sets.join(", ")
    )
});

/// The values of a row, in the order of [`SAVE`].
pub(super) fn values(conversation: &Conversation) -> impl Iterator<Item = Value> + '_ {
    COLUMNS.iter().map(|(_, value)| value(conversation))
}

const fn whole(value: Option<i64>) -> Value {
    match value {
        Some(number) => Value::Integer(number),
        None => Value::Null,
    }
}

fn flag(value: bool) -> Value {
    Value::Integer(i64::from(value))
}

fn word(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn text(value: Option<&String>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.clone()))
}
