//! The columns of a conversation, from a [`Conversation`] and what the contact and thread add.

use std::sync::LazyLock;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row};

use super::database::Tried;
use crate::domain::{Contact, Conversation, ConversationId, PartId, SlaStatus, UnixTime};
use crate::query::haystack;
use crate::text::Language;

/// Every column but `row`, in the order of [`values`].
pub(super) const COLUMNS: [&str; COLUMN_COUNT] = [
    "id",
    "kind",
    "title",
    "preview",
    "channel",
    "state",
    "priority",
    "unread",
    "contact_id",
    "contact_name",
    "contact_email",
    "contact_role",
    "contact_phone",
    "country",
    "language",
    "company_name",
    "assignee_id",
    "team_id",
    "created_at",
    "updated_at",
    "waiting_since",
    "snoozed_until",
    "last_message_at",
    "turn",
    "reopens",
    "created_by",
    "rating",
    "ai",
    "brand",
    "sla_policy",
    "sla_target",
    "sla_status",
    "sla_due_at",
    "has_attachment",
    "has_note",
    "has_draft",
    "mentioned",
    "attributes",
    "contact_attributes",
    "folded",
    "waiting_key",
    "breach_key",
    "wake_key",
    "gone",
    "thread_at",
    "thread_missing",
    "thread_preview",
    "thread_files",
    "thread_notes",
    "mentioned_at",
    "touched",
    "thread_wanted",
    "contact_wanted",
    "others_at",
    "others_part",
    "mine_at",
    "written_in",
    "thread_language",
];

/// How many there are.
pub(super) const COLUMN_COUNT: usize = 58;

/// Sort key of what has no such moment.
pub(super) const LAST: i64 = i64::MAX;

/// A missed target sorts this far before a running one.
const MISSED_FIRST: i64 = 1 << 50;

/// What the thread on disk says about its conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ThreadFacts {
    /// `updated_at` of the conversation that the thread came with; absent when no thread is here.
    pub at: Option<UnixTime>,
    /// Older parts that the helpdesk does not give.
    pub missing: u32,
    /// First words of the last message.
    pub preview: Option<String>,
    /// Some part has files.
    pub files: bool,
    /// Some part is a note.
    pub notes: bool,
    /// The latest note that names me, unless I wrote after it.
    pub mentioned_at: Option<UnixTime>,
    /// The last message or note by a customer or another teammate.
    pub others_at: Option<UnixTime>,
    /// Its id.
    pub others_part: Option<PartId>,
    /// My last message or note.
    pub mine_at: Option<UnixTime>,
    /// What the customer writes in.
    pub language: Option<Language>,
}

/// All that a row is made of.
pub(super) struct Parts<'a> {
    /// The effective conversation.
    pub shown: &'a Conversation,
    /// Its contact, once fetched.
    pub contact: Option<&'a Contact>,
    /// Whether the contact was fetched, be it in vain.
    pub contact_known: bool,
    /// What the thread says.
    pub thread: &'a ThreadFacts,
    /// The helpdesk no longer has it.
    pub gone: bool,
    /// Notes in the thread or on their way.
    pub has_note: bool,
    /// A draft is in state.db.
    pub has_draft: bool,
    /// Named, not answered, not done with.
    pub mentioned: bool,
    /// Something in state.db shaped it.
    pub touched: bool,
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn optional(value: Option<&str>) -> Value {
    value.map_or(Value::Null, text)
}

fn flag(value: bool) -> Value {
    Value::Integer(i64::from(value))
}

/// A moment in a sort key: helpdesks have been seen to give absurd ones, which would wrap.
fn moment(at: UnixTime) -> i64 {
    at.0.clamp(-(1 << 48), 1 << 48)
}

fn time(at: Option<UnixTime>) -> Value {
    at.map_or(Value::Null, |at| Value::Integer(at.0))
}

/// Missed targets first, those missed longest ago before all; then running ones by due time; the rest
/// last.
fn breach_key(conversation: &Conversation) -> i64 {
    let Some(sla) = &conversation.sla else { return LAST };
    let due = sla.due_at.map(moment);
    match sla.status {
        SlaStatus::Missed => due.unwrap_or(-MISSED_FIRST).saturating_sub(MISSED_FIRST),
        SlaStatus::Active => due.unwrap_or(LAST - 1),
        _ => LAST,
    }
}

/// The state of what the helpdesk does not have yet: in none of its lists.
const UNSENT: &str = "unsent";

fn is_unsent(shown: &crate::domain::Conversation) -> bool {
    shown.id.is_placeholder() && shown.state == crate::domain::State::Closed
}

/// The values of [`COLUMNS`].
pub(super) fn values(parts: &Parts<'_>) -> Tried<[Value; COLUMN_COUNT]> {
    let Parts { shown, contact, thread, .. } = parts;
    let with = shown.contact.as_ref();
    let raw = |get: fn(&Contact) -> &crate::text::Untrusted| contact.map_or("", |contact| get(contact).as_raw());
    let name = with.map_or("", |with| with.name.as_raw());
    let email = with.map_or("", |with| with.email.as_raw());
    let contact_attributes = match contact {
        Some(contact) => serde_json::to_string(&contact.attributes)?,
        None => "{}".to_owned(),
    };
    let is_stale = thread.at.is_none_or(|at| at < shown.updated_at);
    let sla = shown.sla.as_ref();
    Ok([
        text(shown.id.as_str()),
        text(match shown.kind {
            crate::domain::Kind::Conversation => "conversation",
            crate::domain::Kind::Ticket => "ticket",
        }),
        text(shown.title.as_raw()),
        text(shown.preview.as_raw()),
        text(shown.channel.as_str()),
        text(if is_unsent(shown) { UNSENT } else { shown.state.as_str() }),
        Value::Integer(i64::from(shown.priority.level())),
        flag(shown.unread),
        optional(with.and_then(|with| with.id.as_ref()).map(crate::domain::ContactId::as_str)),
        text(name),
        text(email),
        text(with.map(|with| with.role).unwrap_or_default().as_str()),
        text(raw(|contact| &contact.phone)),
        text(raw(|contact| &contact.country)),
        text(raw(|contact| &contact.language)),
        text(shown.company_name.as_raw()),
        optional(shown.assignee.as_ref().map(crate::domain::TeammateId::as_str)),
        optional(shown.team.as_ref().map(crate::domain::TeamId::as_str)),
        Value::Integer(shown.created_at.0),
        Value::Integer(shown.updated_at.0),
        time(shown.waiting_since),
        time(shown.snoozed_until),
        Value::Integer(shown.last_message_at.0),
        text(match shown.turn {
            crate::domain::Turn::Us => "us",
            crate::domain::Turn::Them => "them",
        }),
        Value::Integer(i64::from(shown.reopens)),
        optional(shown.created_by.as_ref().map(crate::domain::TeammateId::as_str)),
        shown.rating.as_ref().map_or(Value::Null, |rating| Value::Integer(i64::from(rating.score))),
        flag(shown.ai),
        text(shown.brand.as_raw()),
        optional(sla.map(|sla| sla.policy.as_raw())),
        optional(sla.and_then(|sla| sla.target.as_deref())),
        optional(sla.map(|sla| sla.status.as_str())),
        time(sla.and_then(|sla| sla.due_at)),
        flag(shown.has_attachment),
        flag(parts.has_note),
        flag(parts.has_draft),
        flag(parts.mentioned),
        Value::Text(serde_json::to_string(&shown.attributes)?),
        Value::Text(contact_attributes),
        Value::Text(haystack(shown)),
        Value::Integer(shown.waiting_since.map_or(LAST, moment)),
        Value::Integer(breach_key(shown)),
        Value::Integer(shown.snoozed_until.map_or(LAST, moment)),
        flag(parts.gone),
        time(thread.at),
        Value::Integer(i64::from(thread.missing)),
        optional(thread.preview.as_deref()),
        flag(thread.files),
        flag(thread.notes),
        time(thread.mentioned_at),
        flag(parts.touched),
        flag(is_stale && !parts.gone),
        flag(with.is_some_and(|with| with.id.is_some()) && !parts.contact_known && !parts.gone),
        time(thread.others_at),
        optional(thread.others_part.as_ref().map(PartId::as_str)),
        time(thread.mine_at),
        optional(shown.language.as_ref().map(Language::as_str)),
        optional(thread.language.as_ref().map(Language::as_str)),
    ])
}

/// What cache.db has of a conversation.
pub(super) struct Kept {
    /// Its id.
    pub id: ConversationId,
    /// Its row.
    pub row: i64,
    /// JSON of what the helpdesk last said.
    pub server: String,
    /// JSON of the effective conversation, when it differs.
    pub shown: Option<String>,
    /// The helpdesk no longer has it.
    pub gone: bool,
    /// Something in state.db shaped it when it was last made.
    pub touched: bool,
    /// What the thread said.
    pub thread: ThreadFacts,
}

/// Loads what cache.db has of a conversation.
pub(super) fn load_kept(cache: &Connection, id: &ConversationId) -> rusqlite::Result<Option<Kept>> {
    cache
        .prepare_cached(
            "SELECT c.row, j.server, j.shown, c.gone, c.thread_at, c.thread_missing, c.thread_preview, \
             c.thread_files, c.thread_notes, c.mentioned_at, c.others_at, c.others_part, c.mine_at, \
             c.touched, c.thread_language \
             FROM conversation c JOIN conversation_json j ON j.row = c.row WHERE c.id = ?1",
        )?
        .query_row([id.as_str()], |row| {
            Ok(Kept {
                id: id.clone(),
                row: row.get(0)?,
                server: row.get(1)?,
                shown: row.get(2)?,
                gone: row.get(3)?,
                touched: row.get(13)?,
                thread: ThreadFacts {
                    at: optional_time(row, 4)?,
                    missing: row.get(5)?,
                    preview: row.get(6)?,
                    files: row.get(7)?,
                    notes: row.get(8)?,
                    mentioned_at: optional_time(row, 9)?,
                    others_at: optional_time(row, 10)?,
                    others_part: row.get::<_, Option<String>>(11)?.and_then(|id| PartId::parse(&id)),
                    mine_at: optional_time(row, 12)?,
                    language: row.get::<_, Option<String>>(14)?.and_then(|code| Language::parse(&code)),
                },
            })
        })
        .optional()
}

fn optional_time(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<UnixTime>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(UnixTime))
}

/// Writes the columns that differ from what is there. Gives the row and whether anything an agent could
/// see, sort or count by changed.
pub(super) fn put(
    cache: &Connection,
    row: Option<i64>,
    values: &[Value; COLUMN_COUNT],
) -> rusqlite::Result<(i64, bool)> {
    let Some(row) = row else {
        cache.prepare_cached(&INSERT)?.execute(rusqlite::params_from_iter(values))?;
        return Ok((cache.last_insert_rowid(), true));
    };
    let different: Vec<usize> = cache.prepare_cached(&SELECT)?.query_row([row], |found| {
        let mut different = Vec::new();
        for (index, value) in values.iter().enumerate() {
            if found.get_ref(index)? != value.into() {
                different.push(index);
            }
        }
        Ok(different)
    })?;
    if different.is_empty() {
        return Ok((row, false));
    }
    // Only these: a column that is named costs every index that has it, be it the same as before.
    let named = different.iter().filter_map(|index| COLUMNS.get(*index));
    let sets: Vec<String> = named.map(|column| format!("{column} = ?")).collect();
    let sql = format!("UPDATE conversation SET {} WHERE row = ?", sets.join(","));
    let row_value = Value::Integer(row);
    let bound = different.iter().filter_map(|index| values.get(*index)).chain([&row_value]);
    cache.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(bound))?;
    Ok((row, true))
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let marks = vec!["?"; COLUMN_COUNT].join(",");
    format!("INSERT INTO conversation ({}) VALUES ({marks})", COLUMNS.join(","))
});

static SELECT: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {} FROM conversation WHERE row = ?", COLUMNS.join(",")));

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::SlaFact;
    use crate::text::Untrusted;

    fn with_sla(status: SlaStatus, due_at: Option<i64>) -> Conversation {
        let mut conversation = Conversation::bare(ConversationId::parse("1").unwrap(), UnixTime(1));
        let due_at = due_at.map(UnixTime);
        conversation.sla = Some(SlaFact { policy: Untrusted::new("VIP"), target: None, status, due_at });
        conversation
    }

    #[test]
    fn missed_targets_sort_first_and_met_ones_last() {
        let keys = [
            with_sla(SlaStatus::Missed, None),
            with_sla(SlaStatus::Missed, Some(100)),
            with_sla(SlaStatus::Missed, Some(900)),
            with_sla(SlaStatus::Active, Some(50)),
            with_sla(SlaStatus::Active, Some(60)),
            with_sla(SlaStatus::Active, None),
            with_sla(SlaStatus::Hit, Some(10)),
        ]
        .map(|conversation| breach_key(&conversation));
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]), "{keys:?}");
    }

    #[test]
    fn absurd_moments_keep_their_order_at_the_ends() {
        let keys =
            [Some(i64::MIN), Some(0), Some(i64::MAX), None].map(|due| breach_key(&with_sla(SlaStatus::Missed, due)));
        assert!(keys[0] <= keys[1] && keys[1] <= keys[2]);
        assert!(keys[2] < breach_key(&with_sla(SlaStatus::Active, Some(i64::MIN))));
    }

    #[test]
    fn every_column_of_the_schema_is_written() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("migrations/cache-0001.sql")).unwrap();
        connection.execute_batch(include_str!("migrations/cache-0002.sql")).unwrap();
        connection.execute_batch(include_str!("migrations/cache-0005.sql")).unwrap();
        let mut statement = connection.prepare("SELECT name FROM pragma_table_info('conversation')").unwrap();
        let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>()[1..], COLUMNS);
    }
}
