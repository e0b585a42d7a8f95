//! The workspace and its settings as rows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::{Answer, ChangeKind, Class, Missing, Refusal};
use super::rows::{count, document, documents, exists, next_numbers, number, reserve_number, run, write};
use super::{changes, people};
use crate::helpdesk::model::act::TagSpec;
use crate::helpdesk::model::page::{Page, PageRequest};
use crate::helpdesk::model::{
    AdminId, AttributeModel, Brand, ConversationAttribute, DataAttribute, Macro, MacroId, MacroVisibility, OfficeHours,
    Segment, SegmentId, Tag, TagId, Workspace,
};
use crate::helpdesk::rules::hours::Calendar;
use crate::text;

/// The workspace; a plain one until one is set.
pub(super) fn workspace(db: &Connection) -> Answer<Workspace> {
    Ok(document(db, "SELECT doc FROM workspace WHERE one = 1", [])?.unwrap_or_else(|| Workspace {
        id_code: "deskhand".to_owned(),
        name: "Helpdesk".to_owned(),
        region: "US".to_owned(),
        timezone: "UTC".to_owned(),
        created_at: 0,
        identity_verification: false,
        default_assignee: None,
        away_reason_mandatory: false,
        office_hours: None,
        channel_teams: std::collections::BTreeMap::new(),
    }))
}

/// Replaces the workspace.
pub(super) fn set_workspace(db: &Connection, workspace: &Workspace) -> Answer<()> {
    run(db, "INSERT OR REPLACE INTO workspace (one, doc) VALUES (1, ?1)", [write(workspace)?])?;
    changes::note(db, ChangeKind::Setting, "workspace")
}

/// The hours that measures count; none counts every hour.
pub(super) fn calendar(db: &Connection) -> Answer<Option<Calendar>> {
    let Some(wanted) = workspace(db)?.office_hours else { return Ok(None) };
    Ok(office_hours(db)?.iter().find(|schedule| schedule.id == wanted).map(Calendar::new))
}

/// Settings of a kind in their order.
fn list<T: DeserializeOwned>(db: &Connection, kind: &str) -> Answer<Vec<T>> {
    documents(db, "SELECT doc FROM setting WHERE kind = ?1 ORDER BY place, id", [kind])
}

/// Writes a setting.
pub(super) fn save(
    db: &Connection,
    kind: &str,
    id: &str,
    name: &str,
    place: i64,
    setting: &impl Serialize,
) -> Answer<()> {
    run(
        db,
        "INSERT OR REPLACE INTO setting (kind, id, name, place, doc) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![kind, id, name, place, write(setting)?],
    )?;
    changes::note(db, ChangeKind::Setting, format_args!("{kind}:{id}"))
}

/// Whether there is a setting of that identifier or name.
pub(super) fn has(db: &Connection, kind: &str, id: &str, name: Option<&str>) -> Answer<bool> {
    exists(db, "SELECT 1 FROM setting WHERE kind = ?1 AND (id = ?2 OR name = ?3)", params![kind, id, name])
}

/// Brands, the default one first.
pub(super) fn brands(db: &Connection) -> Answer<Vec<Brand>> {
    list(db, "brand")
}

/// Office hours schedules.
pub(super) fn office_hours(db: &Connection) -> Answer<Vec<OfficeHours>> {
    list(db, "office_hours")
}

/// Definitions of conversations' attributes.
pub(super) fn conversation_attributes(db: &Connection) -> Answer<Vec<ConversationAttribute>> {
    list(db, "conversation_attribute")
}

/// Definitions of the attributes of contacts and companies.
pub(super) fn data_attributes(db: &Connection, model: Option<AttributeModel>) -> Answer<Vec<DataAttribute>> {
    let mut all: Vec<DataAttribute> = list(db, "data_attribute")?;
    all.retain(|attribute| model.is_none_or(|model| attribute.model == model));
    Ok(all)
}

/// Segments with their counts.
pub(super) fn segments(db: &Connection) -> Answer<Vec<Segment>> {
    let mut all: Vec<Segment> = list(db, "segment")?;
    for segment in &mut all {
        segment.count =
            number(db, "SELECT count(*) FROM contact_segment WHERE segment_id = ?1", [segment.id.as_str()])?;
    }
    Ok(all)
}

/// One segment.
pub(super) fn segment(db: &Connection, id: &SegmentId) -> Answer<Segment> {
    Ok(segments(db)?.into_iter().find(|segment| segment.id == *id).ok_or(Missing::Other)?)
}

/// Tags by identifier.
pub(super) fn tags(db: &Connection) -> Answer<Vec<Tag>> {
    let mut statement = db.prepare_cached("SELECT id, name FROM tag ORDER BY id")?;
    let rows = statement.query_map([], read_tag)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One tag, when there is one.
pub(super) fn tag(db: &Connection, id: TagId) -> Answer<Option<Tag>> {
    Ok(db.prepare_cached("SELECT id, name FROM tag WHERE id = ?1")?.query_row([id.0], read_tag).optional()?)
}

/// The tag of a name, whatever its case.
pub(super) fn tag_named(db: &Connection, name: &str) -> Answer<Option<Tag>> {
    let mut statement = db.prepare_cached("SELECT id, name FROM tag WHERE folded = ?1")?;
    Ok(statement.query_row([name.to_lowercase()], read_tag).optional()?)
}

fn read_tag(row: &rusqlite::Row<'_>) -> rusqlite::Result<Tag> {
    Ok(Tag { id: TagId(row.get(0)?), name: row.get(1)? })
}

/// Makes or renames a tag.
pub(super) fn save_tag(db: &Connection, spec: &TagSpec) -> Answer<Tag> {
    let name = spec.name.trim();
    if name.is_empty() {
        return Err(Refusal::invalid("invalid tag parameters").at("name").into());
    }
    let namesake = tag_named(db, name)?;
    let Some(id) = spec.id else {
        return match namesake {
            Some(known) => Ok(known),
            None => insert_tag(db, Tag { id: TagId(0), name: name.to_owned() }),
        };
    };
    if tag(db, id)?.is_none() {
        return Err(Missing::Tag.into());
    }
    if namesake.is_some_and(|other| other.id != id) {
        return Err(Refusal::invalid(format!("A tag named '{name}' already exists")).at("name").into());
    }
    run(db, "UPDATE tag SET name = ?2, folded = ?3 WHERE id = ?1", params![id.0, name, name.to_lowercase()])?;
    changes::note(db, ChangeKind::Tag, id)?;
    Ok(Tag { id, name: name.to_owned() })
}

/// Writes a new tag; an unset identifier is given.
pub(super) fn insert_tag(db: &Connection, mut tag: Tag) -> Answer<Tag> {
    if tag.id.is_unset() {
        tag.id = TagId(next_numbers(db, "tag", TagId::FIRST, 1)?);
    } else {
        reserve_number(db, "tag", TagId::FIRST, tag.id.0)?;
    }
    run(
        db,
        "INSERT INTO tag (id, name, folded) VALUES (?1, ?2, ?3)",
        params![tag.id.0, tag.name, tag.name.to_lowercase()],
    )?;
    changes::note(db, ChangeKind::Tag, tag.id)?;
    Ok(tag)
}

/// Deletes a tag that nothing carries.
pub(super) fn delete_tag(db: &Connection, id: TagId) -> Answer<()> {
    if tag(db, id)?.is_none() {
        return Err(Missing::Tag.into());
    }
    let carriers = [
        ("Conversations", super::conversations::count_tagged(db, id)?),
        ("Contacts", count(db, "SELECT count(*) FROM contact_tag WHERE tag_id = ?1", [id.0])?),
        ("Companies", count(db, "SELECT count(*) FROM company_tag WHERE tag_id = ?1", [id.0])?),
    ];
    let told: Vec<String> =
        carriers.iter().filter(|(_, many)| *many > 0).map(|(what, many)| format!("{what}: {many}.")).collect();
    if !told.is_empty() {
        let message = format!("Unable to delete Tag with dependent objects. {}", told.join(" "));
        return Err(Refusal::new(Class::BadRequest, "tag_has_dependent_objects", message).into());
    }
    run(db, "DELETE FROM tag WHERE id = ?1", [id.0])?;
    changes::note(db, ChangeKind::TagDeleted, id)
}

/// Writes a macro, new or known. An unset identifier is given.
pub(super) fn save_macro(db: &Connection, text: &mut Macro) -> Answer<()> {
    if text.id.is_unset() {
        text.id = MacroId(next_numbers(db, "macro", MacroId::FIRST, 1)?);
    } else {
        reserve_number(db, "macro", MacroId::FIRST, text.id.0)?;
    }
    run(
        db,
        "INSERT OR REPLACE INTO macro (id, updated_at, doc) VALUES (?1, ?2, ?3)",
        params![text.id.0, text.updated_at, write(text)?],
    )?;
    changes::note(db, ChangeKind::Macro, text.id)
}

/// Macros that a teammate sees. There are hundreds at most, so they are filtered here.
///
/// The cursor is what Intercom documents: base64 of the JSON `[updated_at, id]`.
pub(super) fn macros(
    db: &Connection,
    reader: AdminId,
    updated_since: Option<i64>,
    page: &PageRequest,
) -> Answer<Page<Macro>> {
    let after: Option<(i64, i64)> = page.starting_after.as_deref().map(macro_cursor).transpose()?;
    let teams = people::teams_of(db, reader)?;
    let mut all: Vec<Macro> = documents(db, "SELECT doc FROM macro ORDER BY updated_at DESC, id DESC", [])?;
    all.retain(|text| updated_since.is_none_or(|since| text.updated_at >= since) && sees(text, &teams));
    let total_count = all.len();
    let skipped = after.map_or(0, |after| all.iter().take_while(|text| (text.updated_at, text.id.0) >= after).count());
    let mut items: Vec<Macro> = all.into_iter().skip(skipped).collect();
    let more = items.len() > page.per_page;
    items.truncate(page.per_page);
    let next = match items.last() {
        Some(last) if more => Some(STANDARD.encode(serde_json::to_vec(&(last.updated_at, last.id.to_string()))?)),
        _ => None,
    };
    Ok(Page { items, next, total_count, page: skipped / page.per_page.max(1) + 1 })
}

fn macro_cursor(cursor: &str) -> Answer<(i64, i64)> {
    STANDARD
        .decode(cursor)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<(i64, String)>(&bytes).ok())
        .and_then(|(updated_at, id)| Some((updated_at, id.parse().ok()?)))
        .ok_or_else(|| Refusal::invalid("starting_after is not a valid cursor").at("starting_after").into())
}

/// One macro that a teammate sees.
pub(super) fn get_macro(db: &Connection, id: MacroId, reader: AdminId) -> Answer<Macro> {
    let found: Option<Macro> = document(db, "SELECT doc FROM macro WHERE id = ?1", [id.0])?;
    let teams = people::teams_of(db, reader)?;
    Ok(found.filter(|text| sees(text, &teams)).ok_or(Missing::Macro)?)
}

fn sees(text: &Macro, teams: &[crate::helpdesk::model::TeamId]) -> bool {
    match &text.visible_to {
        MacroVisibility::Everyone => true,
        MacroVisibility::Teams(seen_by) => seen_by.iter().any(|team| teams.contains(team)),
    }
}

/// The name that a definition is found by.
pub(super) fn folded(name: &str) -> String {
    text::fold(name)
}
