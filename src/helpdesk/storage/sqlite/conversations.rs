//! Conversations and parts as rows: reading, saving, listing, searching.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::super::{Answer, ChangeKind, Missing};
use super::filter::{self, Condition, Walk};
use super::rows::{
    column, count, document, documents, exists, limit, next_numbers, replace_set, reserve_number, run, write,
};
use super::threads::Shared;
use super::totals::Totals;
use super::{changes, columns, cursor, words};
use crate::helpdesk::model::page::{NumberedPage, NumberedRequest, Page, PageRequest};
use crate::helpdesk::model::{
    ContactId, Conversation, ConversationId, DeletedConversation, Listed, Part, PartId, TagId, Thread,
};
use crate::helpdesk::search::ConversationQuery;

/// The conversation without its parts; tag names filled in.
pub(super) fn load(db: &Connection, id: ConversationId) -> Answer<Conversation> {
    Ok(Shared::new(db).conversation(id)?.ok_or(Missing::Conversation)?)
}

/// The conversation with its most recent parts, by time and among equals by identifier.
pub(super) fn thread(db: &Connection, id: ConversationId) -> Answer<Thread> {
    let mut shared = Shared::new(db);
    let conversation = shared.conversation(id)?.ok_or(Missing::Conversation)?;
    let total_parts = count(db, "SELECT count(*) FROM part WHERE conversation_id = ?1", [id.0])?;
    // Only which of very many are the most recent is for the database to find out.
    let sql = if total_parts > Thread::PARTS_SHOWN {
        "SELECT doc FROM part WHERE conversation_id = ?1 ORDER BY doc ->> '$.created_at' DESC, id DESC LIMIT ?2"
    } else {
        "SELECT doc FROM part WHERE conversation_id = ?1 LIMIT ?2"
    };
    let mut parts: Vec<Part> = documents(db, sql, params![id.0, limit(Thread::PARTS_SHOWN)])?;
    parts.sort_by_key(|part| (part.created_at, part.id.0));
    for part in &mut parts {
        shared.name_tags(&mut part.tags)?;
    }
    let company = shared.company_of(&conversation)?;
    Ok(Thread { conversation, company, parts, total_parts })
}

/// Writes the conversation, new or known, and notes the change. Unset identifiers are given.
pub(super) fn save(db: &Connection, conversation: &mut Conversation) -> Answer<()> {
    let is_new = conversation.id.is_unset() || !known(db, conversation.id)?;
    if conversation.id.is_unset() {
        conversation.id = ConversationId(next_numbers(db, "conversation", ConversationId::FIRST, 1)?);
    } else if is_new {
        reserve_number(db, "conversation", ConversationId::FIRST, conversation.id.0)?;
    }
    if conversation.source.id.is_unset() {
        conversation.source.id = PartId(next_numbers(db, "part", PartId::FIRST, 1)?);
    } else if is_new {
        reserve_number(db, "part", PartId::FIRST, conversation.source.id.0)?;
    }
    let id = conversation.id.0;
    db.prepare_cached(&columns::SAVE)?.execute(params_from_iter(columns::values(conversation)))?;
    run(
        db,
        "INSERT INTO conversation_doc (id, doc) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
        params![id, write(conversation)?],
    )?;
    replace_set(
        db,
        "DELETE FROM conversation_tag WHERE conversation_id = ?1",
        "INSERT OR IGNORE INTO conversation_tag VALUES (?1, ?2)",
        &id,
        conversation.tags.iter().map(|tag| tag.id.0),
        is_new,
    )?;
    replace_set(
        db,
        "DELETE FROM conversation_contact WHERE conversation_id = ?1",
        "INSERT OR IGNORE INTO conversation_contact VALUES (?1, ?2)",
        &id,
        conversation.contacts.iter().map(|contact| contact.id.as_str()),
        is_new,
    )?;
    replace_set(
        db,
        "DELETE FROM conversation_teammate WHERE conversation_id = ?1",
        "INSERT OR IGNORE INTO conversation_teammate VALUES (?1, ?2)",
        &id,
        conversation.teammates.iter().map(|admin| admin.0),
        is_new,
    )?;
    if is_new {
        index_words(db, conversation, false)?;
    }
    changes::note(db, ChangeKind::Conversation, conversation.id)
}

/// Puts the words of the opening message into the word index, in place of those there when `again`.
pub(super) fn index_words(db: &Connection, conversation: &Conversation, again: bool) -> Answer<()> {
    if again {
        run(db, "DELETE FROM source_words WHERE rowid = ?1", [conversation.id.0])?;
    }
    run(
        db,
        "INSERT INTO source_words (rowid, subject, body) VALUES (?1, ?2, ?3)",
        params![conversation.id.0, words::plain(&conversation.source.subject), words::plain(&conversation.source.body)],
    )?;
    Ok(())
}

pub(super) fn known(db: &Connection, id: ConversationId) -> Answer<bool> {
    exists(db, "SELECT 1 FROM conversation_doc WHERE id = ?1", [id.0])
}

/// Appends parts in order; unset identifiers are given.
pub(super) fn append(db: &Connection, id: ConversationId, parts: &mut [Part]) -> Answer<()> {
    let unset = parts.iter().filter(|part| part.id.is_unset()).count();
    let mut next = if unset > 0 { next_numbers(db, "part", PartId::FIRST, unset)? } else { 0 };
    for part in parts {
        if part.id.is_unset() {
            part.id = PartId(next);
            next += 1;
        } else {
            reserve_number(db, "part", PartId::FIRST, part.id.0)?;
        }
        run(
            db,
            "INSERT INTO part (id, conversation_id, doc) VALUES (?1, ?2, ?3)",
            params![part.id.0, id.0, write(part)?],
        )?;
    }
    Ok(())
}

/// Writes a changed conversation with the parts that the change left.
pub(super) fn save_with(db: &Connection, conversation: &mut Conversation, mut parts: Vec<Part>) -> Answer<()> {
    save(db, conversation)?;
    append(db, conversation.id, &mut parts)
}

/// One part of a conversation.
pub(super) fn part(db: &Connection, id: ConversationId, part: PartId) -> Answer<Part> {
    let found = document(db, "SELECT doc FROM part WHERE id = ?1 AND conversation_id = ?2", params![part.0, id.0])?;
    Ok(found.ok_or(Missing::PartOrMessage)?)
}

/// Writes a changed part.
pub(super) fn save_part(db: &Connection, part: &Part) -> Answer<()> {
    run(db, "UPDATE part SET doc = ?2 WHERE id = ?1", params![part.id.0, write(part)?])?;
    Ok(())
}

/// The conversation that a contact was last active in.
pub(super) fn last_of(db: &Connection, contact: &ContactId) -> Answer<ConversationId> {
    let found: Option<i64> = db
        .prepare_cached(
            "SELECT c.id FROM conversation_contact x JOIN conversation c ON c.id = x.conversation_id
             WHERE x.contact_id = ?1 ORDER BY c.updated_at DESC, c.id DESC LIMIT 1",
        )?
        .query_row([contact.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found.map(ConversationId).ok_or(Missing::Conversation)?)
}

/// From so many matches on, walking the list finds a page sooner than sorting the matches does.
const MANY: usize = 2_000;

/// Where a page of conversations ended: last change, identifier, pages so far.
type Key = (i64, i64, usize);

/// A page of the conversations that match, changed last first.
pub(super) fn search(
    db: &Connection,
    totals: &Totals,
    query: &ConversationQuery,
    page: &PageRequest,
) -> Answer<Page<Listed>> {
    let total_count = count_matching(db, totals, query)?;
    let walk = if total_count > MANY { Walk::List } else { Walk::Matches };
    let condition = filter::conversations(&query.0, walk)?;
    let key: Option<Key> = page.starting_after.as_deref().map(cursor::read).transpose()?;
    let mut sql = format!("SELECT c.id, c.updated_at FROM conversation c WHERE {}", condition.sql);
    let mut values = condition.values;
    if let Some((updated_at, id, _)) = key {
        sql.push_str(" AND (c.updated_at, c.id) < (?, ?)");
        values.extend([Value::Integer(updated_at), Value::Integer(id)]);
    }
    sql.push_str(" ORDER BY c.updated_at DESC, c.id DESC LIMIT ?");
    values.push(Value::Integer(limit(page.per_page.saturating_add(1))));
    let mut statement = db.prepare_cached(&sql)?;
    let mut found: Vec<(i64, i64)> = statement
        .query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let more = found.len() > page.per_page;
    found.truncate(page.per_page);
    let number = key.map_or(1, |(_, _, before)| before + 1);
    let next = match found.last() {
        Some((id, updated_at)) if more => Some(cursor::write(&(updated_at, id, number))?),
        _ => None,
    };
    let mut shared = Shared::new(db);
    let items = found.into_iter().map(|(id, _)| shared.listed(ConversationId(id))).collect::<Answer<_>>()?;
    Ok(Page { items, next, total_count, page: number })
}

/// How many conversations match.
pub(super) fn count_matching(db: &Connection, totals: &Totals, query: &ConversationQuery) -> Answer<usize> {
    // Whatever changes a conversation is noted in the same transaction, so that the number tells states apart.
    let seq = changes::last(db)?;
    if let Some(total) = totals.known(query, seq) {
        return Ok(total);
    }
    let counting = if let Some(counting) = filter::counted_elsewhere(&query.0) {
        counting
    } else {
        let condition = filter::conversations(&query.0, Walk::Matches)?;
        Condition { sql: format!("SELECT count(*) FROM conversation c WHERE {}", condition.sql), ..condition }
    };
    let total = count(db, &counting.sql, params_from_iter(counting.values.iter()))?;
    totals.keep(query, seq, total);
    Ok(total)
}

/// Takes a conversation away and notes that.
pub(super) fn delete(db: &Connection, id: ConversationId, metrics_retained: bool, now: i64) -> Answer<()> {
    if !known(db, id)? {
        return Err(Missing::Conversation.into());
    }
    for sql in [
        "DELETE FROM conversation WHERE id = ?1",
        "DELETE FROM conversation_doc WHERE id = ?1",
        "DELETE FROM conversation_tag WHERE conversation_id = ?1",
        "DELETE FROM conversation_contact WHERE conversation_id = ?1",
        "DELETE FROM conversation_teammate WHERE conversation_id = ?1",
        "DELETE FROM source_words WHERE rowid = ?1",
        "DELETE FROM part WHERE conversation_id = ?1",
        "DELETE FROM attachment WHERE conversation_id = ?1",
    ] {
        run(db, sql, [id.0])?;
    }
    run(db, "INSERT OR REPLACE INTO deleted_conversation VALUES (?1, ?2, ?3)", params![id.0, metrics_retained, now])?;
    changes::note(db, ChangeKind::ConversationDeleted, id)
}

/// A page of the deleted ones.
pub(super) fn deleted(db: &Connection, page: NumberedRequest) -> Answer<NumberedPage<DeletedConversation>> {
    let order = if page.ascending { "deleted_at, id" } else { "deleted_at DESC, id DESC" };
    let skip = page.page.saturating_sub(1).saturating_mul(page.per_page);
    let mut statement = db.prepare_cached(&format!(
        "SELECT id, metrics_retained, deleted_at FROM deleted_conversation ORDER BY {order} LIMIT ?1 OFFSET ?2"
    ))?;
    let items = statement
        .query_map(params![limit(page.per_page), limit(skip)], |row| {
            Ok(DeletedConversation {
                id: ConversationId(row.get(0)?),
                metrics_retained: row.get(1)?,
                deleted_at: row.get(2)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(NumberedPage { items, total_count: count(db, "SELECT count(*) FROM deleted_conversation", [])? })
}

/// Conversations that sleep no longer than `now`, in the order of waking.
pub(super) fn due(db: &Connection, now: i64) -> Answer<Vec<ConversationId>> {
    let ids: Vec<i64> = column(
        db,
        "SELECT id FROM conversation WHERE snoozed_until IS NOT NULL AND snoozed_until <= ?1 ORDER BY snoozed_until, id",
        [now],
    )?;
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// Conversations that carry a tag.
pub(super) fn count_tagged(db: &Connection, tag: TagId) -> Answer<usize> {
    count(db, "SELECT count(*) FROM conversation_tag WHERE tag_id = ?1", [tag.0])
}
