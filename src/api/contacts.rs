//! Contacts, notes about them, companies.

use std::collections::HashSet;

use serde_json::json;

use super::client::{Ask, Client};
use super::error::{ApiError, Class, Nonsense};
use super::page::{BadItem, Cursor, Page, Shape, Walk};
use super::wire::{ChangedContactItem, CompanyItem, ContactItem, NoteItem};
use crate::domain::{Company, CompanyId, Contact, ContactId, ContactNote, UnixTime};

/// Contacts that are asked for in one search.
const BATCH: usize = 50;
const PER_PAGE: u32 = 150;
const COMPANIES_PER_PAGE: u32 = 60;
const DAY_SECS: i64 = 86_400;

/// What became of contacts that were asked for by id. Every id is in one of these.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundContacts {
    /// Those that are there; a merged one under its new id.
    pub found: Vec<Contact>,
    /// Old id and new id of merged ones.
    pub merged: Vec<(ContactId, ContactId)>,
    /// Those that are not there any more.
    pub gone: Vec<ContactId>,
    /// Those that could not be read.
    pub rejected: Vec<BadItem>,
}

impl Client {
    /// Contacts by id: searched for in batches, then one by one where the search does not know them
    /// (it learns of new contacts late, and never of merged ones).
    ///
    /// # Errors
    /// Any [`ApiError`] but that a contact is not found. What was fetched before it is lost, so ask for
    /// no more than can be asked again.
    pub async fn contacts(&self, ids: &[ContactId]) -> Result<FoundContacts, ApiError> {
        let mut all = FoundContacts::default();
        for batch in ids.chunks(BATCH) {
            let mut missing: Vec<&ContactId> = Vec::new();
            let mut seen = HashSet::new();
            missing.extend(batch.iter().filter(|id| seen.insert(*id)));
            if missing.len() > 1 {
                match self.search_contacts(&missing).await {
                    Ok(found) => {
                        let known: HashSet<_> = found.iter().map(|contact| contact.id.clone()).collect();
                        missing.retain(|id| !known.contains(*id));
                        all.found.extend(found);
                    }
                    // A helpdesk whose search does not take ids: one by one, then.
                    Err(error) if matches!(error.class(), Class::Refused) => {}
                    Err(error) => return Err(error),
                }
            }
            for id in missing {
                self.fetch_into(id, &mut all).await?;
            }
        }
        Ok(all)
    }

    /// One page of the contacts that changed at `since` or later, the last change first. The API compares
    /// days only: what is older is dropped here, and ends the list.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn contacts_updated_since(
        &self,
        since: UnixTime,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Contact>, ApiError> {
        // "Later than the day before" is that day and all after it, in whatever zone.
        let after = since.secs().saturating_sub(DAY_SECS);
        let mut pagination = json!({"per_page": PER_PAGE});
        if let Some(Cursor::After(after)) = cursor {
            pagination["starting_after"] = json!(after);
        }
        let filter = json!({"field": "updated_at", "operator": ">", "value": after});
        let body = json!({
            "query": {"operator": "AND", "value": [filter]},
            "sort": {"field": "updated_at", "order": "descending"},
            "pagination": pagination,
        });
        let answer = self.send(Ask::search(&["contacts", "search"], body)).await?;
        let mut page = Page::read::<ChangedContactItem>(&answer, &["data", "contacts"], Shape::After, cursor)?;
        let is_older = |updated_at: Option<UnixTime>| updated_at.is_some_and(|at| at < since);
        if page.items.last().is_some_and(|(_, updated_at)| is_older(*updated_at)) {
            page.next = None;
        }
        Ok(page.filter_map(|(contact, updated_at)| (!is_older(updated_at)).then_some(contact)))
    }

    async fn search_contacts(&self, ids: &[&ContactId]) -> Result<Vec<Contact>, ApiError> {
        let texts: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
        let query = json!({"operator": "AND", "value": [{"field": "id", "operator": "IN", "value": texts}]});
        let mut found = Vec::new();
        let mut walk = Walk::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let mut pagination = json!({"per_page": PER_PAGE});
            if let Some(Cursor::After(after)) = &cursor {
                pagination["starting_after"] = json!(after);
            }
            let body = json!({"query": query, "pagination": pagination});
            let answer = self.send(Ask::search(&["contacts", "search"], body)).await?;
            let page = Page::read::<ContactItem>(&answer, &["data", "contacts"], Shape::After, cursor.as_ref())?;
            cursor = walk.next(&page);
            // A server that ignores the query must not fill the cache with everybody.
            found.extend(page.items.into_iter().filter(|contact| ids.contains(&&contact.id)));
            if cursor.is_none() || found.len() >= ids.len() {
                return Ok(found);
            }
        }
    }

    async fn fetch_into(&self, id: &ContactId, all: &mut FoundContacts) -> Result<(), ApiError> {
        match self.contact(id).await {
            Ok(contact) => {
                if contact.id != *id {
                    all.merged.push((id.clone(), contact.id.clone()));
                }
                all.found.push(contact);
            }
            Err(error) => match error.class() {
                Class::NotFound { merged_into } => {
                    all.merged.extend(merged_into.clone().map(|new| (id.clone(), new)));
                    all.gone.push(id.clone());
                }
                Class::Nonsense(Nonsense::Shape) => {
                    all.rejected.push(BadItem { what: format!("contact {id}"), why: "another shape" });
                }
                _ => return Err(error),
            },
        }
        Ok(())
    }

    /// A contact, or the one that it was merged into (two calls).
    ///
    /// # Errors
    /// Any [`ApiError`]; not found when it is gone.
    pub async fn contact(&self, id: &ContactId) -> Result<Contact, ApiError> {
        let first = self.fetch_contact(id).await;
        match first.as_ref().map_err(ApiError::class) {
            Err(Class::NotFound { merged_into: Some(new) }) if new != id => self.fetch_contact(new).await,
            _ => first,
        }
    }

    async fn fetch_contact(&self, id: &ContactId) -> Result<Contact, ApiError> {
        self.send(Ask::get(&["contacts", id.as_str()])).await?.item::<ContactItem>()
    }

    /// Notes about a contact, the newest ones (how to ask for more is not documented).
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn contact_notes(&self, id: &ContactId) -> Result<Page<ContactNote>, ApiError> {
        let answer = self.send(Ask::get(&["contacts", id.as_str(), "notes"])).await?;
        let mut page = Page::read::<NoteItem>(&answer, &["data", "notes"], Shape::Whole, None)?;
        page.items.sort_by_key(|note| std::cmp::Reverse(note.created_at));
        Ok(page)
    }

    /// A company.
    ///
    /// # Errors
    /// Any [`ApiError`]; not found when it is gone.
    pub async fn company(&self, id: &CompanyId) -> Result<Company, ApiError> {
        self.send(Ask::get(&["companies", id.as_str()])).await?.item::<CompanyItem>()
    }

    /// Companies by id, one call each. Those that are gone are left out.
    ///
    /// # Errors
    /// Any [`ApiError`] but that a company is not found.
    pub async fn companies(&self, ids: &[CompanyId]) -> Result<Vec<Company>, ApiError> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match self.company(id).await {
                Ok(company) => found.push(company),
                Err(error) if matches!(error.class(), Class::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// One page of all companies; at most 10,000 can be reached in this way.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn list_companies(&self, cursor: Option<&Cursor>) -> Result<Page<Company>, ApiError> {
        let page = cursor.map_or(("page", "1".to_owned()), Cursor::parameter);
        let ask = Ask::get(&["companies"]).with(page).with(("per_page", COMPANIES_PER_PAGE.to_string()));
        let answer = self.send(ask).await?;
        Page::read::<CompanyItem>(&answer, &["data", "companies"], Shape::Number, cursor)
    }

    /// One page of all companies, however many. One such walk at a time in a workspace; it ends after
    /// a minute without a call.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn scroll_companies(&self, cursor: Option<&Cursor>) -> Result<Page<Company>, ApiError> {
        let mut ask = Ask::get(&["companies", "scroll"]);
        if let Some(cursor) = cursor {
            ask = ask.with(cursor.parameter());
        }
        let answer = self.send(ask).await?;
        // The same parameter comes with every page: an empty page is the end, not a repeated cursor.
        Page::read::<CompanyItem>(&answer, &["data", "companies"], Shape::Scroll, None)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::script::{Script, answer, json as says};
    use super::*;

    fn id(text: &str) -> ContactId {
        ContactId::parse(text).unwrap()
    }

    fn ids(contacts: &[Contact]) -> Vec<&str> {
        contacts.iter().map(|contact| contact.id.as_str()).collect()
    }

    const MERGED: &str = r#"{"type":"error.list","errors":[{"code":"contact_merged","message":"merged"}]}"#;

    fn merged_into(new: &str) -> super::super::script::Say {
        let link = format!(r#"</contacts/{new}>; rel="canonical""#);
        answer(410, &[("Content-Type", "application/json"), ("Link", &link)], MERGED.as_bytes())
    }

    #[tokio::test]
    async fn contacts_are_searched_for_and_the_rest_is_fetched_one_by_one() {
        let script = Script::play(vec![
            says(200, r#"{"type":"list","data":[{"id":"a"},{"id":"stranger"}],"total_count":1,"pages":{"next":null}}"#),
            says(200, r#"{"type":"contact","id":"b"}"#),
            merged_into("z"),
            says(200, r#"{"type":"contact","id":"z"}"#),
            says(404, "{}"),
            says(200, r#"{"type":"contact"}"#),
        ])
        .await;
        let wanted = [id("a"), id("b"), id("c"), id("d"), id("e"), id("a")];
        let all = script.client().contacts(&wanted).await.unwrap();
        assert_eq!(ids(&all.found), ["a", "b", "z"]);
        assert_eq!(all.merged, [(id("c"), id("z"))]);
        assert_eq!(all.gone, [id("d")]);
        assert_eq!(all.rejected.len(), 1);
        assert_eq!(
            script.lines(),
            [
                "POST /contacts/search",
                "GET /contacts/b",
                "GET /contacts/c",
                "GET /contacts/z",
                "GET /contacts/d",
                "GET /contacts/e"
            ]
        );
        let query = json!({"operator": "AND", "value": [{"field": "id", "operator": "IN", "value": ["a", "b", "c", "d", "e"]}]});
        assert_eq!(script.heard()[0].json(), json!({"query": query, "pagination": {"per_page": 150}}));
    }

    #[tokio::test]
    async fn a_search_that_is_refused_is_done_without() {
        let script = Script::play(vec![
            says(400, r#"{"errors":[{"code":"parameter_invalid"}]}"#),
            says(200, r#"{"id":"a"}"#),
            says(200, r#"{"id":"b"}"#),
        ])
        .await;
        let all = script.client().contacts(&[id("a"), id("b")]).await.unwrap();
        assert_eq!(ids(&all.found), ["a", "b"]);
    }

    #[tokio::test]
    async fn an_outage_is_not_taken_for_missing_contacts() {
        let script = Script::play(vec![says(500, "{}")]).await;
        assert_eq!(*script.client().contacts(&[id("a"), id("b")]).await.unwrap_err().class(), Class::Server);
    }

    #[tokio::test]
    async fn contacts_merged_in_a_circle_end() {
        let script = Script::play(vec![merged_into("b"), merged_into("a"), merged_into("a")]).await;
        let client = script.client();
        let circle = client.contact(&id("a")).await.unwrap_err();
        assert_eq!(*circle.class(), Class::NotFound { merged_into: Some(id("a")) });
        let itself = client.contact(&id("a")).await.unwrap_err();
        assert_eq!(*itself.class(), Class::NotFound { merged_into: Some(id("a")) });
    }

    #[tokio::test]
    async fn notes_come_newest_first() {
        let script = Script::of_json(&[
            r#"{"data":[{"id":1,"created_at":5,"body":"old"},{"id":2,"created_at":9,"body":"new"}]}"#,
        ])
        .await;
        let notes = script.client().contact_notes(&id("a")).await.unwrap().items;
        assert_eq!(notes.iter().map(|note| note.body.as_raw()).collect::<Vec<_>>(), ["new", "old"]);
    }

    #[tokio::test]
    async fn companies_are_fetched_listed_and_scrolled() {
        let page = |id: &str, rest: &str| format!(r#"{{"type":"list","data":[{{"id":"{id}","name":"n"}}],{rest}}}"#);
        let script = Script::play(vec![
            says(200, r#"{"id":"c1","name":"Ohm"}"#),
            says(404, "{}"),
            says(200, &page("c1", r#""pages":{"page":1,"per_page":60,"total_pages":2,"next":{"page":2}}"#)),
            says(200, &page("c1", r#""scroll_param":"s""#)),
            says(200, &page("c2", r#""scroll_param":"s""#)),
            says(200, r#"{"data":[],"scroll_param":"s"}"#),
        ])
        .await;
        let client = script.client();
        let company = |text: &str| CompanyId::parse(text).unwrap();
        assert_eq!(client.companies(&[company("c1"), company("c9")]).await.unwrap().len(), 1);
        assert_eq!(client.list_companies(None).await.unwrap().next, Some(Cursor::Number(2)));
        let (mut walk, mut cursor, mut found) = (Walk::new(), None, Vec::new());
        loop {
            let page = client.scroll_companies(cursor.as_ref()).await.unwrap();
            cursor = walk.next(&page);
            found.extend(page.items.into_iter().map(|company| company.id));
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, [company("c1"), company("c2")]);
        assert_eq!(
            script.lines()[3..],
            ["GET /companies/scroll", "GET /companies/scroll?scroll_param=s", "GET /companies/scroll?scroll_param=s"]
        );
    }
}
