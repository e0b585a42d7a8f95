//! Contacts and their notes as rows.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::super::{Answer, ChangeKind, Class, Missing, Refusal, StoreError};
use super::filter::{self, ContactScope};
use super::rows::{column, count, document, documents, limit, next_numbers, replace_set, reserve_number, run, write};
use super::{Work, acts, changes, companies, cursor, people, settings};
use crate::helpdesk::model::act::{ContactFields, NewNote};
use crate::helpdesk::model::page::{ContactSort, NumberedPage, NumberedRequest, Page, PageRequest};
use crate::helpdesk::model::{
    AttributeModel, Company, CompanyId, Contact, ContactId, MergedContact, Note, NoteId, Role, SegmentId, Tag, TagId,
};
use crate::helpdesk::search::{ContactQuery, Node};
use jiff::tz::TimeZone;

/// The contact; one that was merged away says into which.
pub(super) fn load(db: &Connection, id: &ContactId) -> Answer<Contact> {
    if let Some(contact) = find(db, id)? {
        return Ok(contact);
    }
    gone(db, "SELECT into_id FROM merged_contact WHERE id = ?1", id.as_str())
}

/// The contact, when it is there.
pub(super) fn find(db: &Connection, id: &ContactId) -> Answer<Option<Contact>> {
    let found = document(db, "SELECT doc FROM contact WHERE id = ?1", [id.as_str()])?;
    found.map(|contact| complete(db, contact)).transpose()
}

/// The contact of an external identifier.
pub(super) fn by_external_id(db: &Connection, external_id: &str) -> Answer<Contact> {
    match document(db, "SELECT doc FROM contact WHERE external_id = ?1", [external_id])? {
        Some(contact) => complete(db, contact),
        None => gone(db, "SELECT into_id FROM merged_contact WHERE external_id = ?1", external_id),
    }
}

/// The contact of an address.
pub(super) fn by_email(db: &Connection, email: &str) -> Answer<Contact> {
    let sql = "SELECT doc FROM contact WHERE email = ?1 ORDER BY updated_at DESC, id LIMIT 1";
    let found = document(db, sql, [email])?;
    complete(db, found.ok_or(Missing::Contact)?)
}

fn gone(db: &Connection, sql: &str, key: &str) -> Answer<Contact> {
    let into: Option<String> = db.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?;
    Err(into.map_or_else(|| Missing::Contact.into(), |into| StoreError::ContactMerged { into: ContactId(into) }))
}

fn complete(db: &Connection, mut contact: Contact) -> Answer<Contact> {
    contact.notes = column(db, "SELECT id FROM note WHERE contact_id = ?1 ORDER BY id", [contact.id.as_str()])?
        .into_iter()
        .map(NoteId)
        .collect();
    Ok(contact)
}

/// Writes the contact, new or known, and notes the change.
pub(super) fn save(db: &Connection, contact: &mut Contact, is_new: bool) -> Answer<()> {
    contact.notes.clear();
    run(
        db,
        "INSERT INTO contact (id, external_id, role, email, email_domain, phone, name, created_at, updated_at,
             last_seen_at, doc)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET external_id = excluded.external_id, role = excluded.role,
             email = excluded.email, email_domain = excluded.email_domain, phone = excluded.phone,
             name = excluded.name, created_at = excluded.created_at, updated_at = excluded.updated_at,
             last_seen_at = excluded.last_seen_at, doc = excluded.doc",
        params![
            contact.id.as_str(),
            contact.external_id,
            contact.role.as_str(),
            contact.email,
            contact.email_domain(),
            contact.phone,
            contact.name,
            contact.created_at,
            contact.updated_at,
            contact.last_seen_at,
            write(contact)?
        ],
    )?;
    let id = contact.id.as_str();
    replace_set(
        db,
        "DELETE FROM contact_tag WHERE contact_id = ?1",
        "INSERT OR IGNORE INTO contact_tag VALUES (?1, ?2)",
        &id,
        contact.tags.iter().map(|tag| tag.0),
        is_new,
    )?;
    replace_set(
        db,
        "DELETE FROM contact_segment WHERE contact_id = ?1",
        "INSERT OR IGNORE INTO contact_segment VALUES (?1, ?2)",
        &id,
        contact.segments.iter().map(SegmentId::as_str),
        is_new,
    )?;
    replace_set(
        db,
        "DELETE FROM contact_company WHERE contact_id = ?1",
        "INSERT OR IGNORE INTO contact_company VALUES (?1, ?2)",
        &id,
        contact.companies.iter().map(CompanyId::as_str),
        is_new,
    )?;
    changes::note(db, ChangeKind::Contact, &contact.id)
}

/// Makes a contact.
pub(super) fn create(work: &Work<'_>, fields: ContactFields) -> Answer<Contact> {
    let mut contact =
        Contact { id: ContactId::fresh(work.ids), created_at: work.now, updated_at: work.now, ..Contact::default() };
    set(work, &mut contact, fields)?;
    if contact.external_id.is_none() && contact.email.is_none() && contact.role == Role::User {
        return Err(Refusal::invalid("a user needs an external_id or an email").into());
    }
    save(work.db, &mut contact, true)?;
    complete(work.db, contact)
}

/// Changes a contact.
pub(super) fn update(work: &Work<'_>, id: &ContactId, fields: ContactFields) -> Answer<Contact> {
    let before = load(work.db, id)?;
    let mut contact = before.clone();
    set(work, &mut contact, fields)?;
    if contact != before {
        contact.updated_at = contact.updated_at.max(work.now);
        save(work.db, &mut contact, false)?;
        if contact.external_id != before.external_id {
            acts::rename_contact(work.db, &contact, id, work.now)?;
        }
    }
    complete(work.db, contact)
}

/// Sets fields after checking that nobody else has what must be unique.
fn set(work: &Work<'_>, contact: &mut Contact, fields: ContactFields) -> Answer<()> {
    let ContactFields {
        role,
        external_id,
        email,
        phone,
        name,
        avatar_url,
        signed_up_at,
        last_seen_at,
        owner,
        unsubscribed_from_emails,
        language_override,
        custom_attributes,
    } = fields;
    if let Some(Some(owner)) = owner
        && people::admin(work.db, owner)?.is_none()
    {
        return Err(Missing::Admin.into());
    }
    put(&mut contact.role, role);
    put(&mut contact.external_id, external_id.map(filled));
    put(&mut contact.email, email.map(filled));
    put(&mut contact.phone, phone.map(filled));
    put(&mut contact.name, name);
    put(&mut contact.avatar_url, avatar_url);
    put(&mut contact.signed_up_at, signed_up_at);
    put(&mut contact.last_seen_at, last_seen_at);
    put(&mut contact.owner, owner);
    put(&mut contact.unsubscribed_from_emails, unsubscribed_from_emails);
    put(&mut contact.language_override, language_override);
    let definitions = settings::data_attributes(work.db, Some(AttributeModel::Contact))?;
    for (name, value) in custom_attributes {
        if !definitions.iter().any(|known| known.name == name && !known.archived) {
            return Err(Refusal::invalid(format!("Custom attribute '{name}' does not exist"))
                .at(format!("custom_attributes.{name}"))
                .into());
        }
        if value.is_null() {
            contact.custom_attributes.remove(&name);
        } else {
            contact.custom_attributes.insert(name, value);
        }
    }
    let same_external = "SELECT id FROM contact WHERE external_id = ?1 AND id <> ?2 LIMIT 1";
    let same_email = "SELECT id FROM contact WHERE email = ?1 AND id <> ?2 AND role = 'user' LIMIT 1";
    let by_email = contact.email.as_ref().filter(|_| contact.role == Role::User);
    for (sql, key) in [(same_external, contact.external_id.as_ref()), (same_email, by_email)] {
        let Some(key) = key else { continue };
        let other: Option<String> =
            work.db.prepare_cached(sql)?.query_row(params![key, contact.id.as_str()], |row| row.get(0)).optional()?;
        if let Some(other) = other {
            let message = format!("A contact matching those details already exists with id={other}");
            return Err(Refusal::new(Class::Conflict, "conflict", message).into());
        }
    }
    Ok(())
}

fn put<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// Empty text is none.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Books that a contact wrote.
pub(super) fn wrote(db: &Connection, id: &ContactId, at: i64, now: i64) -> Answer<()> {
    let mut contact = load(db, id)?;
    contact.last_replied_at = Some(contact.last_replied_at.unwrap_or(at).max(at));
    contact.last_seen_at = Some(contact.last_seen_at.unwrap_or(at).max(at));
    contact.updated_at = contact.updated_at.max(now);
    save(db, &mut contact, false)
}

/// Books that a contact was written to.
pub(super) fn written_to(db: &Connection, id: &ContactId, at: i64, now: i64) -> Answer<()> {
    let Some(mut contact) = find(db, id)? else { return Ok(()) };
    contact.last_contacted_at = Some(contact.last_contacted_at.unwrap_or(at).max(at));
    contact.updated_at = contact.updated_at.max(now);
    save(db, &mut contact, false)
}

/// Merges a lead into a user.
pub(super) fn merge(work: &Work<'_>, from: &ContactId, into: &ContactId, skip_check: bool) -> Answer<Contact> {
    let db = work.db;
    let refused = |message: &str| Err(Refusal::new(Class::BadRequest, "invalid_merge", message).into());
    let lead = load(db, from)?;
    let mut user = load(db, into)?;
    if lead.role != Role::Lead || user.role != Role::User {
        return refused("Only a lead can be merged, and only into a user.");
    }
    let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    };
    if !skip_check && !same(&lead.email, &user.email) && !same(&lead.phone, &user.phone) {
        return refused(
            "Contacts can only be merged when they are duplicates (matching email or phone). \
             Pass skip_duplicate_validation=true to override this check.",
        );
    }
    for (name, value) in lead.custom_attributes {
        user.custom_attributes.entry(name).or_insert(value);
    }
    join(&mut user.tags, lead.tags);
    join(&mut user.companies, lead.companies);
    join(&mut user.segments, lead.segments);
    user.phone = user.phone.or(lead.phone);
    user.email = user.email.or(lead.email);
    user.name = user.name.or(lead.name);
    user.last_replied_at = user.last_replied_at.max(lead.last_replied_at);
    user.last_contacted_at = user.last_contacted_at.max(lead.last_contacted_at);
    user.last_seen_at = user.last_seen_at.max(lead.last_seen_at);
    user.merge_history.extend(lead.merge_history);
    user.merge_history.push(MergedContact { id: from.clone(), role: lead.role, merged_at: work.now });
    user.updated_at = user.updated_at.max(work.now);
    for sql in [
        "DELETE FROM contact WHERE id = ?1",
        "DELETE FROM contact_tag WHERE contact_id = ?1",
        "DELETE FROM contact_segment WHERE contact_id = ?1",
        "DELETE FROM contact_company WHERE contact_id = ?1",
    ] {
        run(db, sql, [from.as_str()])?;
    }
    run(db, "UPDATE merged_contact SET into_id = ?2 WHERE into_id = ?1", params![from.as_str(), into.as_str()])?;
    run(
        db,
        "INSERT OR REPLACE INTO merged_contact (id, into_id, external_id) VALUES (?1, ?2, ?3)",
        params![from.as_str(), into.as_str(), lead.external_id],
    )?;
    let notes: Vec<Note> = documents(db, "SELECT doc FROM note WHERE contact_id = ?1", [from.as_str()])?;
    for mut note in notes {
        note.contact = into.clone();
        run(
            db,
            "UPDATE note SET contact_id = ?2, doc = ?3 WHERE id = ?1",
            params![note.id.0, into.as_str(), write(&note)?],
        )?;
    }
    save(db, &mut user, false)?;
    acts::rename_contact(db, &user, from, work.now)?;
    complete(db, user)
}

fn join<T: PartialEq>(kept: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
}

/// A contact's tags.
pub(super) fn tags(db: &Connection, id: &ContactId) -> Answer<Vec<Tag>> {
    let contact = load(db, id)?;
    let mut tags = Vec::new();
    for tag in contact.tags {
        tags.extend(settings::tag(db, tag)?);
    }
    tags.sort_by_key(|tag| crate::text::fold(&tag.name));
    Ok(tags)
}

/// Puts a tag on, or takes one off.
pub(super) fn set_tag(work: &Work<'_>, id: &ContactId, tag: TagId, on: bool) -> Answer<Tag> {
    let mut contact = load(work.db, id)?;
    let found = settings::tag(work.db, tag)?.ok_or(Missing::Tag)?;
    let has = contact.tags.contains(&tag);
    if !on && !has {
        return Err(Missing::Tag.into());
    }
    if on != has {
        if on {
            contact.tags.push(tag);
        } else {
            contact.tags.retain(|known| *known != tag);
        }
        contact.updated_at = contact.updated_at.max(work.now);
        save(work.db, &mut contact, false)?;
    }
    Ok(found)
}

/// A contact's companies.
pub(super) fn companies_of(db: &Connection, id: &ContactId) -> Answer<Vec<Company>> {
    let contact = load(db, id)?;
    let found = contact.companies.iter().map(|company: &CompanyId| companies::find(db, company));
    let mut all: Vec<Company> = found.collect::<Answer<Vec<_>>>()?.into_iter().flatten().collect();
    all.sort_by_key(|company| crate::text::fold(&company.name));
    Ok(all)
}

/// The notes on a contact.
pub(super) fn notes(db: &Connection, id: &ContactId, page: NumberedRequest) -> Answer<NumberedPage<Note>> {
    load(db, id)?;
    let order = if page.ascending { "" } else { "DESC" };
    let skip = page.page.saturating_sub(1).saturating_mul(page.per_page);
    let items = documents(
        db,
        &format!("SELECT doc FROM note WHERE contact_id = ?1 ORDER BY id {order} LIMIT ?2 OFFSET ?3"),
        params![id.as_str(), limit(page.per_page), limit(skip)],
    )?;
    let total_count = count(db, "SELECT count(*) FROM note WHERE contact_id = ?1", [id.as_str()])?;
    Ok(NumberedPage { items, total_count })
}

/// Writes a note on a contact.
pub(super) fn create_note(work: &Work<'_>, new: NewNote) -> Answer<Note> {
    let mut contact = load(work.db, &new.contact)?;
    if let Some(author) = new.author
        && people::admin(work.db, author)?.is_none()
    {
        return Err(Missing::Other.into());
    }
    let note = Note { id: NoteId(0), contact: new.contact, created_at: work.now, author: new.author, body: new.body };
    let note = insert_note(work.db, note)?;
    contact.updated_at = contact.updated_at.max(work.now);
    save(work.db, &mut contact, false)?;
    Ok(note)
}

/// Writes a note as it stands; an unset identifier is given.
pub(super) fn insert_note(db: &Connection, mut note: Note) -> Answer<Note> {
    if note.id.is_unset() {
        note.id = NoteId(next_numbers(db, "note", NoteId::FIRST, 1)?);
    } else {
        reserve_number(db, "note", NoteId::FIRST, note.id.0)?;
    }
    run(
        db,
        "INSERT INTO note (id, contact_id, doc) VALUES (?1, ?2, ?3)",
        params![note.id.0, note.contact.as_str(), write(&note)?],
    )?;
    Ok(note)
}

/// Where a page of contacts ended: whether its sort value was missing, that value, identifier, pages.
type Key = (bool, serde_json::Value, String, usize);

/// A page of contacts that match, or of all of them.
pub(super) fn search(
    db: &Connection,
    query: Option<&ContactQuery>,
    sort: Option<&ContactSort>,
    page: &PageRequest,
) -> Answer<Page<Contact>> {
    let scope = ContactScope {
        zone: TimeZone::get(&settings::workspace(db)?.timezone).unwrap_or(TimeZone::UTC),
        attributes: settings::data_attributes(db, Some(AttributeModel::Contact))?,
    };
    let all = Node::All(Vec::new());
    let condition = filter::contacts(query.map_or(&all, |query| &query.0), &scope)?;
    let total_count = count(
        db,
        &format!("SELECT count(*) FROM contact c WHERE {}", condition.sql),
        params_from_iter(condition.values.iter()),
    )?;
    let (field, ascending) = sort.map_or(("created_at", false), |sort| (sort.field.as_str(), sort.ascending));
    let order = filter::contact_order(field)
        .ok_or_else(|| Refusal::invalid("contacts cannot be sorted by this field").at("sort.field"))?;
    let (sign, direction) = if ascending { (">", "ASC") } else { ("<", "DESC") };
    // What is always there is sorted as it is, so that an index serves.
    let always = matches!(field, "id" | "role" | "created_at" | "updated_at");
    let (missing, value) =
        if always { ("0".to_owned(), order) } else { (format!("({order} IS NULL)"), format!("coalesce({order}, '')")) };
    let mut sql = format!("SELECT c.doc, {missing}, {value}, c.id FROM contact c WHERE {}", condition.sql);
    let mut values = condition.values;
    let key: Option<Key> = page.starting_after.as_deref().map(cursor::read).transpose()?;
    if let Some((was_missing, last, id, _)) = &key {
        let after = format!("({value}, c.id) {sign} (?, ?)");
        if always {
            sql = format!("{sql} AND {after}");
        } else {
            sql = format!("{sql} AND ({missing} > ? OR ({missing} = ? AND {after}))");
            let was_missing = Value::Integer(i64::from(*was_missing));
            values.extend([was_missing.clone(), was_missing]);
        }
        values.extend([sort_value(last), Value::Text(id.clone())]);
    }
    let leading = if always { String::new() } else { format!("{missing}, ") };
    sql = format!("{sql} ORDER BY {leading}{value} {direction}, c.id {direction} LIMIT ?");
    values.push(Value::Integer(limit(page.per_page.saturating_add(1))));
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let (mut items, mut last, mut more) = (Vec::new(), None, false);
    while let Some(row) = rows.next()? {
        if items.len() == page.per_page {
            more = true;
            break;
        }
        items.push(complete(db, super::rows::parse(&row.get::<_, String>(0)?)?)?);
        last = Some((row.get::<_, bool>(1)?, cursor_value(row.get(2)?), row.get::<_, String>(3)?));
    }
    let number = key.map_or(1, |(_, _, _, before)| before + 1);
    let next = match last {
        Some((missing, value, id)) if more => Some(cursor::write(&(missing, value, id, number))?),
        _ => None,
    };
    Ok(Page { items, next, total_count, page: number })
}

fn sort_value(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Real(number.as_f64().unwrap_or(0.0)), Value::Integer)
        }
        serde_json::Value::String(text) => Value::Text(text.clone()),
        _ => Value::Text(String::new()),
    }
}

fn cursor_value(value: Value) -> serde_json::Value {
    match value {
        Value::Integer(number) => number.into(),
        Value::Real(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Null | Value::Blob(_) => "".into(),
    }
}
