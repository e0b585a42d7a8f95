//! Whole threads and rows of lists in batches: what many of them share is read once.
//!
//! Owns the walk through all threads and its cursor, and the memory of names and companies that one
//! question keeps while it reads many conversations.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde::{Deserialize, Serialize};

use super::super::{Answer, Missing, StoreError};
use super::rows::{limit, parse};
use super::{companies, conversations, cursor};
use crate::helpdesk::model::page::{ThreadBatch, ThreadWalk};
use crate::helpdesk::model::{AppliedTag, Company, CompanyId, Conversation, ConversationId, Listed, Part, Thread};

/// Most parts of a batch, and most bytes of their documents; the first thread counts whatever its size.
const MOST_PARTS: usize = 1_000;
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// What conversations that are read together share.
pub(super) struct Shared<'a> {
    db: &'a Connection,
    tags: HashMap<i64, String>,
    companies: HashMap<CompanyId, Option<Company>>,
}

impl<'a> Shared<'a> {
    /// Nothing read yet.
    pub(super) fn new(db: &'a Connection) -> Self {
        Self { db, tags: HashMap::new(), companies: HashMap::new() }
    }

    /// Fills in the names of tags; one that is gone has none.
    pub(super) fn name_tags(&mut self, tags: &mut [AppliedTag]) -> Answer<()> {
        for tag in tags {
            if let Some(name) = self.tags.get(&tag.id.0) {
                tag.name.clone_from(name);
                continue;
            }
            let name: Option<String> = self
                .db
                .prepare_cached("SELECT name FROM tag WHERE id = ?1")?
                .query_row([tag.id.0], |row| row.get(0))
                .optional()?;
            tag.name = name.unwrap_or_default();
            self.tags.insert(tag.id.0, tag.name.clone());
        }
        Ok(())
    }

    /// The company of a conversation.
    pub(super) fn company_of(&mut self, conversation: &Conversation) -> Answer<Option<Company>> {
        let Some(id) = &conversation.company else { return Ok(None) };
        if let Some(known) = self.companies.get(id) {
            return Ok(known.clone());
        }
        let found = companies::find(self.db, id)?;
        self.companies.insert(id.clone(), found.clone());
        Ok(found)
    }

    /// The conversation without its parts, when it is there.
    pub(super) fn conversation(&mut self, id: ConversationId) -> Answer<Option<Conversation>> {
        let mut statement = self.db.prepare_cached("SELECT doc FROM conversation_doc WHERE id = ?1")?;
        let mut rows = statement.query([id.0])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut conversation: Conversation = parse(text(row.get_ref(0)?)?)?;
        self.name_tags(&mut conversation.tags)?;
        Ok(Some(conversation))
    }

    /// The conversation as a list tells it.
    pub(super) fn listed(&mut self, id: ConversationId) -> Answer<Listed> {
        let conversation = self.conversation(id)?.ok_or(Missing::Conversation)?;
        let company = self.company_of(&conversation)?;
        Ok(Listed { conversation, company })
    }

    /// The thread and about how many bytes its parts take, when it is there.
    fn thread(&mut self, id: ConversationId) -> Answer<Option<(Thread, usize)>> {
        let Some(conversation) = self.conversation(id)? else { return Ok(None) };
        let mut parts: Vec<Part> = Vec::new();
        let mut bytes = 0;
        {
            // One more than is shown: then which of very many are the most recent is another question.
            let sql = "SELECT doc FROM part WHERE conversation_id = ?1 ORDER BY id LIMIT ?2";
            let mut statement = self.db.prepare_cached(sql)?;
            let mut rows = statement.query([id.0, limit(Thread::PARTS_SHOWN + 1)])?;
            while let Some(row) = rows.next()? {
                let document = text(row.get_ref(0)?)?;
                bytes += document.len();
                parts.push(parse(document)?);
            }
        }
        if parts.len() > Thread::PARTS_SHOWN {
            return Ok(Some((conversations::thread(self.db, id)?, bytes)));
        }
        parts.sort_by_key(|part| (part.created_at, part.id.0));
        for part in &mut parts {
            self.name_tags(&mut part.tags)?;
        }
        let company = self.company_of(&conversation)?;
        let total_parts = parts.len();
        Ok(Some((Thread { conversation, company, parts, total_parts }, bytes)))
    }
}

fn text(value: rusqlite::types::ValueRef<'_>) -> Answer<&str> {
    value.as_str().map_err(|error| StoreError::broken("reading a document", error))
}

/// A batch that fills up.
#[derive(Default)]
struct Filling {
    threads: Vec<Thread>,
    parts: usize,
    bytes: usize,
}

impl Filling {
    fn is_full(&self) -> bool {
        self.parts >= MOST_PARTS || self.bytes >= MOST_BYTES
    }

    fn add(&mut self, thread: Thread, bytes: usize) {
        self.parts += thread.parts.len();
        self.bytes += bytes;
        self.threads.push(thread);
    }
}

/// The first of these threads, and which of those looked at are gone.
pub(super) fn of(db: &Connection, ids: &[ConversationId]) -> Answer<ThreadBatch> {
    let mut shared = Shared::new(db);
    let mut batch = Filling::default();
    let mut gone = Vec::new();
    for id in ids {
        if batch.is_full() {
            break;
        }
        match shared.thread(*id)? {
            Some((thread, bytes)) => batch.add(thread, bytes),
            None => gone.push(*id),
        }
    }
    Ok(ThreadBatch { threads: batch.threads, next: None, gone })
}

/// Where a walk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// What comes after this key changed after the walk began.
    began: (i64, i64),
    /// Whether the walk is through with what was there, and follows what changed meanwhile.
    follows: bool,
    /// Last change and identifier of the last conversation.
    key: (i64, i64),
}

/// The next batch of a walk, at `now`.
pub(super) fn after(db: &Connection, walk: &ThreadWalk, most: usize, now: i64) -> Answer<ThreadBatch> {
    let mut place: Option<Place> = walk.after.as_deref().map(cursor::read).transpose()?;
    let mut shared = Shared::new(db);
    let mut batch = Filling::default();
    let mut more = true;
    while more && batch.threads.len() < most && !batch.is_full() {
        let wanted = most - batch.threads.len();
        let keys = keys(db, walk.since, place, wanted)?;
        let came_to_an_end = keys.len() < wanted;
        for (updated_at, id) in keys {
            if batch.is_full() {
                break;
            }
            if let Some((thread, bytes)) = shared.thread(ConversationId(id))? {
                batch.add(thread, bytes);
            }
            let key = (updated_at, id);
            // While its second lasts, another one may yet change in it: then all of it is told again.
            let began = if updated_at < now { key } else { (updated_at, i64::MIN) };
            let new = Place { began, follows: false, key };
            place = Some(place.map_or(new, |place| Place { key, ..place }));
        }
        if came_to_an_end && !batch.is_full() {
            match place {
                Some(Place { began, follows: false, .. }) => {
                    place = Some(Place { began, follows: true, key: began });
                    // Nothing can have changed while nobody else could write: this one state is all.
                    more = walk.after.is_some();
                }
                _ => more = false,
            }
        }
    }
    let next = match place {
        Some(place) if more => Some(cursor::write(&place)?),
        _ => None,
    };
    Ok(ThreadBatch { threads: batch.threads, next, gone: Vec::new() })
}

/// The next conversations of a walk: last change and identifier of each.
fn keys(db: &Connection, since: Option<i64>, place: Option<Place>, most: usize) -> Answer<Vec<(i64, i64)>> {
    let mut sql = "SELECT c.updated_at, c.id FROM conversation c WHERE c.updated_at >= ?".to_owned();
    let mut values = vec![Value::Integer(since.unwrap_or(i64::MIN))];
    let follows = place.is_some_and(|place| place.follows);
    if let Some(place) = place {
        sql.push_str(if follows { " AND (c.updated_at, c.id) > (?, ?)" } else { " AND (c.updated_at, c.id) < (?, ?)" });
        values.extend([Value::Integer(place.key.0), Value::Integer(place.key.1)]);
    }
    sql.push_str(if follows { " ORDER BY c.updated_at, c.id" } else { " ORDER BY c.updated_at DESC, c.id DESC" });
    sql.push_str(" LIMIT ?");
    values.push(Value::Integer(limit(most)));
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
