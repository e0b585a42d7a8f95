//! Records in bulk: seeds and imports.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::Answer;
use super::rows::{exists, next_numbers, reserve_number, run};
use super::{Work, acts, companies, contacts, conversations, people, settings};
use crate::helpdesk::model::act::{Inserted, Record};
use crate::helpdesk::model::{
    AttributeId, Company, CompanyId, Contact, ContactId, ConversationId, OfficeHours, ScheduleId, SegmentId, Thread,
};

/// Inserts records as they are; what is known already is reported.
pub(super) fn insert(work: &Work<'_>, records: Vec<Record>) -> Answer<Inserted> {
    let mut report = Inserted::default();
    for (index, record) in records.into_iter().enumerate() {
        if one(work, record)? {
            report.taken += 1;
        } else {
            report.known.push(index);
        }
    }
    Ok(report)
}

/// Inserts one record; answers whether it was new.
fn one(work: &Work<'_>, record: Record) -> Answer<bool> {
    let db = work.db;
    match record {
        Record::Workspace(workspace) => settings::set_workspace(db, &workspace)?,
        Record::Admin(mut admin) => {
            if !admin.id.is_unset() && people::admin(db, admin.id)?.is_some() {
                return Ok(false);
            }
            people::save_admin(db, &mut admin)?;
        }
        Record::Team(mut team) => {
            if !team.id.is_unset() && people::team(db, team.id)?.is_some() {
                return Ok(false);
            }
            people::save_team(db, &mut team)?;
        }
        Record::Tag(tag) => {
            if settings::tag_named(db, &tag.name)?.is_some()
                || (!tag.id.is_unset() && settings::tag(db, tag.id)?.is_some())
            {
                return Ok(false);
            }
            settings::insert_tag(db, tag)?;
        }
        Record::AwayReason(reason) => {
            return setting(db, "away_reason", &reason.id.to_string(), None, reason.order, &reason);
        }
        Record::Brand(brand) => {
            return setting(db, "brand", brand.id.as_str(), None, i64::from(!brand.is_default), &brand);
        }
        Record::OfficeHours(mut hours) => {
            number_hours(db, &mut hours)?;
            return setting(db, "office_hours", &hours.id.to_string(), None, hours.id.0, &hours);
        }
        Record::Macro(mut text) => {
            if !text.id.is_unset() && exists(db, "SELECT 1 FROM macro WHERE id = ?1", [text.id.0])? {
                return Ok(false);
            }
            settings::save_macro(db, &mut text)?;
        }
        Record::Segment(mut segment) => {
            if segment.id.is_unset() {
                segment.id = SegmentId::fresh(work.ids);
            }
            return setting(db, "segment", segment.id.as_str(), None, segment.created_at, &segment);
        }
        Record::DataAttribute(mut attribute) => {
            attribute.id = AttributeId(numbered(db, "attribute", AttributeId::FIRST, attribute.id.0)?);
            let name = format!("{}.{}", attribute.model.as_str(), settings::folded(&attribute.name));
            return setting(db, "data_attribute", &attribute.id.to_string(), Some(&name), attribute.id.0, &attribute);
        }
        Record::ConversationAttribute(mut attribute) => {
            attribute.id = AttributeId(numbered(db, "attribute", AttributeId::FIRST, attribute.id.0)?);
            let name = settings::folded(&attribute.name);
            return setting(
                db,
                "conversation_attribute",
                &attribute.id.to_string(),
                Some(&name),
                attribute.id.0,
                &attribute,
            );
        }
        Record::Company(company) => return insert_company(work, *company),
        Record::Contact(contact) => return insert_contact(work, *contact),
        Record::Note(note) => {
            if !note.id.is_unset() && exists(db, "SELECT 1 FROM note WHERE id = ?1", [note.id.0])? {
                return Ok(false);
            }
            contacts::insert_note(db, note)?;
        }
        Record::Attachment { id, name, content_type, bytes } => {
            let done = run(
                db,
                "INSERT OR IGNORE INTO attachment (id, name, content_type, bytes) VALUES (?1, ?2, ?3, ?4)",
                params![id.as_str(), name, content_type, bytes],
            )?;
            return Ok(done > 0);
        }
        Record::Thread(thread) => return insert_thread(db, *thread),
    }
    Ok(true)
}

fn setting(
    db: &Connection,
    kind: &str,
    id: &str,
    name: Option<&str>,
    place: i64,
    value: &impl serde::Serialize,
) -> Answer<bool> {
    if settings::has(db, kind, id, name)? {
        return Ok(false);
    }
    settings::save(db, kind, id, name.unwrap_or_default(), place, value)?;
    Ok(true)
}

/// The number given, or the next one.
fn numbered(db: &Connection, series: &str, first: i64, given: i64) -> Answer<i64> {
    if given == 0 {
        return next_numbers(db, series, first, 1);
    }
    reserve_number(db, series, first, given)?;
    Ok(given)
}

fn number_hours(db: &Connection, hours: &mut OfficeHours) -> Answer<()> {
    hours.id = ScheduleId(numbered(db, "schedule", ScheduleId::FIRST, hours.id.0)?);
    for exception in &mut hours.exceptions {
        exception.id = ScheduleId(numbered(db, "schedule", ScheduleId::FIRST, exception.id.0)?);
    }
    Ok(())
}

fn insert_company(work: &Work<'_>, mut company: Company) -> Answer<bool> {
    let same = "SELECT 1 FROM company WHERE id = ?1 OR company_id = ?2";
    if exists(work.db, same, params![company.id.as_str(), company.company_id])? {
        return Ok(false);
    }
    if company.id.is_unset() {
        company.id = CompanyId::fresh(work.ids);
    }
    companies::save(work.db, &company, true)?;
    Ok(true)
}

fn insert_contact(work: &Work<'_>, mut contact: Contact) -> Answer<bool> {
    let same = "SELECT 1 FROM contact WHERE id = ?1 OR (?2 IS NOT NULL AND external_id = ?2)";
    let gone = "SELECT 1 FROM merged_contact WHERE id = ?1 OR (?2 IS NOT NULL AND external_id = ?2)";
    for sql in [same, gone] {
        if exists(work.db, sql, params![contact.id.as_str(), contact.external_id])? {
            return Ok(false);
        }
    }
    if contact.id.is_unset() {
        contact.id = ContactId::fresh(work.ids);
    }
    contacts::save(work.db, &mut contact, true)?;
    Ok(true)
}

fn insert_thread(db: &Connection, thread: Thread) -> Answer<bool> {
    let conversation = &thread.conversation;
    let deleted = "SELECT 1 FROM deleted_conversation WHERE id = ?1";
    if !conversation.id.is_unset()
        && (conversations::known(db, conversation.id)? || exists(db, deleted, [conversation.id.0])?)
    {
        return Ok(false);
    }
    if let Some(external_id) = &conversation.external_id
        && exists(db, "SELECT 1 FROM conversation WHERE external_id = ?1", [external_id])?
    {
        return Ok(false);
    }
    acts::insert(db, thread)?;
    Ok(true)
}

/// Contacts of external identifiers; one merged away answers the one that took it in.
pub(super) fn known_contacts(db: &Connection, external_ids: Vec<String>) -> Answer<Vec<(String, ContactId)>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM contact WHERE external_id = ?1
         UNION ALL SELECT into_id FROM merged_contact WHERE external_id = ?1 LIMIT 1",
    )?;
    let mut known = Vec::new();
    for external_id in external_ids {
        let found: Option<String> = statement.query_row([&external_id], |row| row.get(0)).optional()?;
        known.extend(found.map(|id| (external_id, ContactId(id))));
    }
    Ok(known)
}

/// Conversations of external identifiers.
pub(super) fn known_conversations(db: &Connection, external_ids: Vec<String>) -> Answer<Vec<(String, ConversationId)>> {
    let mut statement = db.prepare_cached("SELECT id FROM conversation WHERE external_id = ?1")?;
    let mut known = Vec::new();
    for external_id in external_ids {
        let found: Option<i64> = statement.query_row([&external_id], |row| row.get(0)).optional()?;
        known.extend(found.map(|id| (external_id, ConversationId(id))));
    }
    Ok(known)
}
