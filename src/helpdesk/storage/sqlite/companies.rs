//! Companies as rows.

use rusqlite::{Connection, params};

use super::super::{Answer, ChangeKind, CompanyFilter, Missing};
use super::changes;
use super::rows::{count, document, documents, limit, number, replace_set, run, write};
use crate::helpdesk::model::page::{NumberedPage, NumberedRequest};
use crate::helpdesk::model::{Company, CompanyId, SegmentId};

/// The company, when it is there.
pub(super) fn find(db: &Connection, id: &CompanyId) -> Answer<Option<Company>> {
    let found = document(db, "SELECT doc FROM company WHERE id = ?1", [id.as_str()])?;
    found.map(|company| complete(db, company)).transpose()
}

/// The company of a column's value.
pub(super) fn by(db: &Connection, sql: &'static str, key: &str) -> Answer<Company> {
    let found = document(db, sql, [key])?;
    complete(db, found.ok_or(Missing::Company)?)
}

fn complete(db: &Connection, mut company: Company) -> Answer<Company> {
    company.user_count =
        number(db, "SELECT count(*) FROM contact_company WHERE company_id = ?1", [company.id.as_str()])?;
    Ok(company)
}

/// Writes a company, new or known.
pub(super) fn save(db: &Connection, company: &Company, is_new: bool) -> Answer<()> {
    run(
        db,
        "INSERT INTO company (id, company_id, name, updated_at, doc) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET company_id = excluded.company_id, name = excluded.name,
             updated_at = excluded.updated_at, doc = excluded.doc",
        params![company.id.as_str(), company.company_id, company.name, company.updated_at, write(company)?],
    )?;
    let id = company.id.as_str();
    replace_set(
        db,
        "DELETE FROM company_tag WHERE company_id = ?1",
        "INSERT OR IGNORE INTO company_tag VALUES (?1, ?2)",
        &id,
        company.tags.iter().map(|tag| tag.0),
        is_new,
    )?;
    replace_set(
        db,
        "DELETE FROM company_segment WHERE company_id = ?1",
        "INSERT OR IGNORE INTO company_segment VALUES (?1, ?2)",
        &id,
        company.segments.iter().map(SegmentId::as_str),
        is_new,
    )?;
    changes::note(db, ChangeKind::Company, &company.id)
}

/// Companies that have contacts.
pub(super) fn list(db: &Connection, filter: &CompanyFilter, page: NumberedRequest) -> Answer<NumberedPage<Company>> {
    let condition = "EXISTS (SELECT 1 FROM contact_company x WHERE x.company_id = c.id)
        AND (?1 IS NULL OR EXISTS (SELECT 1 FROM company_tag t WHERE t.company_id = c.id AND t.tag_id = ?1))
        AND (?2 IS NULL OR EXISTS (SELECT 1 FROM company_segment s WHERE s.company_id = c.id AND s.segment_id = ?2))";
    let (tag, segment) = (filter.tag.map(|tag| tag.0), filter.segment.as_ref().map(SegmentId::as_str));
    let order = if page.ascending { "updated_at, id" } else { "updated_at DESC, id DESC" };
    let skip = page.page.saturating_sub(1).saturating_mul(page.per_page);
    let found: Vec<Company> = documents(
        db,
        &format!("SELECT doc FROM company c WHERE {condition} ORDER BY {order} LIMIT ?3 OFFSET ?4"),
        params![tag, segment, limit(page.per_page), limit(skip)],
    )?;
    let items = found.into_iter().map(|company| complete(db, company)).collect::<Answer<_>>()?;
    let total_count = count(db, &format!("SELECT count(*) FROM company c WHERE {condition}"), params![tag, segment])?;
    Ok(NumberedPage { items, total_count })
}
