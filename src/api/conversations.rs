//! Conversations: lists, searches, threads, deletions.

use serde_json::{Value, json};

use super::client::{Answer, Ask, Client};
use super::error::{ApiError, Nonsense};
use super::page::{BadItem, Cursor, Page, Shape};
use super::wire::{ConversationItem, DeletedItem, Thread, read_thread};
use crate::domain::{ContactId, Conversation, ConversationId, Part, State, UnixTime};

/// Conversations a page: the most that the API gives.
const PER_PAGE: u32 = 150;
/// The same for deleted ones.
const DELETED_PER_PAGE: u32 = 60;

/// Which conversations a search finds: all conditions hold. Without any it finds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Changed at this moment or later.
    pub updated_since: Option<UnixTime>,
    /// Begun at this moment or later.
    pub created_since: Option<UnixTime>,
    /// Begun before this moment.
    pub created_before: Option<UnixTime>,
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// In none of these states; empty means any. What has a state that is not known here is found, too.
    pub other_states: Vec<State>,
    /// One of these; empty means any.
    pub ids: Vec<ConversationId>,
    /// With this contact.
    pub contact: Option<ContactId>,
}

impl ConversationFilter {
    /// Changed at this moment or later.
    #[must_use]
    pub fn updated_since(moment: UnixTime) -> Self {
        Self { updated_since: Some(moment), ..Self::default() }
    }

    /// Open or snoozed.
    #[must_use]
    pub fn unfinished() -> Self {
        Self { states: vec![State::Open, State::Snoozed], ..Self::default() }
    }

    /// With one of these ids.
    #[must_use]
    pub fn ids(ids: &[ConversationId]) -> Self {
        Self { ids: ids.to_vec(), ..Self::default() }
    }

    /// With this contact.
    #[must_use]
    pub fn of_contact(contact: ContactId) -> Self {
        Self { contact: Some(contact), ..Self::default() }
    }

    /// The query of a search. `>` and `<` are said to include the value in places and not in others,
    /// so one second is added and what comes too much does no harm.
    fn to_query(&self) -> Value {
        let filter =
            |field: &str, operator: &str, value: Value| json!({"field": field, "operator": operator, "value": value});
        let after = |field, moment: UnixTime| filter(field, ">", json!(moment.secs().saturating_sub(1)));
        let mut filters = Vec::new();
        filters.extend(self.updated_since.map(|moment| after("updated_at", moment)));
        filters.extend(self.created_since.map(|moment| after("created_at", moment)));
        filters.extend(self.created_before.map(|moment| filter("created_at", "<", json!(moment.secs()))));
        match self.states.as_slice() {
            [] => {}
            [state] => filters.push(filter("state", "=", json!(state.as_str()))),
            states => {
                let words: Vec<_> = states.iter().map(|state| state.as_str()).collect();
                filters.push(filter("state", "IN", json!(words)));
            }
        }
        if !self.other_states.is_empty() {
            let words: Vec<_> = self.other_states.iter().map(|state| state.as_str()).collect();
            filters.push(filter("state", "NIN", json!(words)));
        }
        if !self.ids.is_empty() {
            let ids: Vec<_> = self.ids.iter().map(ConversationId::as_str).collect();
            filters.push(filter("id", "IN", json!(ids)));
        }
        filters.extend(self.contact.as_ref().map(|id| filter("contact_ids", "=", json!(id.as_str()))));
        if filters.is_empty() {
            filters.push(filter("created_at", ">", json!(0)));
        }
        json!({"operator": "AND", "value": filters})
    }
}

/// A conversation with its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchedThread {
    /// Its row; more exact than a list's, since the parts tell more.
    pub conversation: Conversation,
    /// The opening message, then the parts, oldest first, each id once.
    pub parts: Vec<Part>,
    /// How many older parts the server keeps to itself (it gives the newest 500).
    pub missing: u32,
    /// Parts that could not be read.
    pub rejected: Vec<BadItem>,
}

/// A conversation that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Its id.
    pub id: ConversationId,
    /// When, where the server says so.
    pub deleted_at: Option<UnixTime>,
}

impl FetchedThread {
    /// Reads an answer that is a conversation; absent when it came without parts.
    pub(super) fn read(answer: &Answer) -> Result<Option<Self>, ApiError> {
        let thread = read_thread(answer.fields()?).map_err(|_| answer.bad(Nonsense::Shape))?;
        Ok(thread.has_parts.then(|| thread.into()))
    }
}

impl From<Thread> for FetchedThread {
    fn from(thread: Thread) -> Self {
        let Thread { conversation, parts, missing, rejected, .. } = thread;
        Self { conversation, parts, missing, rejected }
    }
}

impl Client {
    /// One page of all conversations, in the server's order (which is not documented).
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn list_conversations(&self, cursor: Option<&Cursor>) -> Result<Page<Conversation>, ApiError> {
        let mut ask = Ask::get(&["conversations"]).with(("per_page", PER_PAGE.to_string()));
        if let Some(cursor) = cursor {
            ask = ask.with(cursor.parameter());
        }
        let answer = self.send(ask).await?;
        Page::read::<ConversationItem>(&answer, &["conversations", "data"], Shape::After, cursor)
    }

    /// One page of the conversations that a filter finds, in the server's order.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn search_conversations(
        &self,
        filter: &ConversationFilter,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Conversation>, ApiError> {
        let mut pagination = json!({"per_page": PER_PAGE});
        if let Some(Cursor::After(after)) = cursor {
            pagination["starting_after"] = json!(after);
        }
        let body = json!({"query": filter.to_query(), "pagination": pagination});
        let answer = self.send(Ask::search(&["conversations", "search"], body)).await?;
        // A page that points at itself is a circle for the walk to see, not the end of the list.
        Page::read::<ConversationItem>(&answer, &["conversations", "data"], Shape::After, None)
    }

    /// A conversation with its newest 500 parts.
    ///
    /// # Errors
    /// Any [`ApiError`]; not found when it is gone.
    pub async fn conversation(&self, id: &ConversationId) -> Result<FetchedThread, ApiError> {
        let answer = self.send(Ask::get(&["conversations", id.as_str()])).await?;
        FetchedThread::read(&answer)?.ok_or_else(|| answer.bad(Nonsense::Shape))
    }

    /// One page of the conversations that were deleted, the latest first.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn deleted_conversations(&self, cursor: Option<&Cursor>) -> Result<Page<Deleted>, ApiError> {
        let page = cursor.map_or(("page", "1".to_owned()), Cursor::parameter);
        let ask = Ask::get(&["conversations", "deleted"])
            .with(page)
            .with(("per_page", DELETED_PER_PAGE.to_string()))
            .with(("order", "desc".to_owned()));
        let answer = self.send(ask).await?;
        let page = Page::read::<DeletedItem>(&answer, &["conversations", "data"], Shape::Number, cursor)?;
        Ok(page.map(|(id, deleted_at)| Deleted { id, deleted_at }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::script::{Script, json as says};
    use super::super::{Class, Walk};
    use super::*;

    fn id(text: &str) -> ConversationId {
        ConversationId::parse(text).unwrap()
    }

    #[test]
    fn a_filter_is_one_group_of_conditions() {
        let filter = ConversationFilter {
            updated_since: Some(UnixTime(1_000)),
            created_before: Some(UnixTime(5_000)),
            states: vec![State::Open, State::Snoozed],
            ids: vec![id("1"), id("2")],
            contact: ContactId::parse("65a1"),
            ..ConversationFilter::default()
        };
        assert_eq!(
            filter.to_query(),
            json!({"operator": "AND", "value": [
                {"field": "updated_at", "operator": ">", "value": 999},
                {"field": "created_at", "operator": "<", "value": 5_000},
                {"field": "state", "operator": "IN", "value": ["open", "snoozed"]},
                {"field": "id", "operator": "IN", "value": ["1", "2"]},
                {"field": "contact_ids", "operator": "=", "value": "65a1"},
            ]})
        );
        let all = json!({"operator": "AND", "value": [{"field": "created_at", "operator": ">", "value": 0}]});
        assert_eq!(ConversationFilter::default().to_query(), all);
        let one = ConversationFilter { states: vec![State::Closed], ..ConversationFilter::default() };
        assert_eq!(one.to_query()["value"][0], json!({"field": "state", "operator": "=", "value": "closed"}));
        let rest = ConversationFilter { other_states: vec![State::Open], ..ConversationFilter::default() };
        assert_eq!(rest.to_query()["value"][0], json!({"field": "state", "operator": "NIN", "value": ["open"]}));
    }

    #[tokio::test]
    async fn a_search_walks_from_cursor_to_cursor() {
        let page = |id: u32, next: &str| {
            format!(
                r#"{{"type":"conversation.list","total_count":2,"conversations":[{{"id":{id}}}],
                "pages":{{"type":"pages","page":1,"per_page":150,"total_pages":1,"next":{next}}}}}"#
            )
        };
        let script =
            Script::of_json(&[&page(1, r#"{"per_page":150,"starting_after":"WzE="}"#), &page(2, "null")]).await;
        let client = script.client();
        let filter = ConversationFilter::updated_since(UnixTime(10));
        let (mut walk, mut cursor, mut found) = (Walk::new(), None, Vec::new());
        loop {
            let page = client.search_conversations(&filter, cursor.as_ref()).await.unwrap();
            assert_eq!(page.total, Some(2));
            cursor = walk.next(&page);
            found.extend(page.items.into_iter().map(|conversation| conversation.id));
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, [id("1"), id("2")]);
        let heard = script.heard();
        assert_eq!(heard[0].json()["pagination"], json!({"per_page": 150}));
        assert_eq!(heard[1].json()["pagination"], json!({"per_page": 150, "starting_after": "WzE="}));
    }

    #[tokio::test]
    async fn lists_and_deletions_are_asked_for_as_described() {
        let deleted = r#"{"type":"conversations.list","total_count":3,"conversations":[
            {"type":"conversation","id":"5","deleted_at":1795000000},{"id":6},{"deleted_at":1}],
            "pages":{"type":"pages","page":1,"next":"https://elsewhere.example/x?page=2&per_page=60&order=desc"}}"#;
        let last = r#"{"conversations":[],"pages":{"next":null}}"#;
        let script = Script::of_json(&[r#"{"conversations":[]}"#, r#"{"conversations":[]}"#, deleted, last]).await;
        let client = script.client();
        client.list_conversations(None).await.unwrap();
        client.list_conversations(Some(&Cursor::After("a b".into()))).await.unwrap();
        let page = client.deleted_conversations(None).await.unwrap();
        assert_eq!(
            page.items,
            [
                Deleted { id: id("5"), deleted_at: Some(UnixTime(1_795_000_000)) },
                Deleted { id: id("6"), deleted_at: None }
            ]
        );
        assert_eq!(page.rejected.len(), 1);
        assert_eq!(page.next, Some(Cursor::Number(2)));
        assert_eq!(client.deleted_conversations(page.next.as_ref()).await.unwrap().next, None);
        assert_eq!(
            script.lines(),
            [
                "GET /conversations?per_page=150",
                "GET /conversations?per_page=150&starting_after=a+b",
                "GET /conversations/deleted?page=1&per_page=60&order=desc",
                "GET /conversations/deleted?page=2&per_page=60&order=desc",
            ]
        );
    }

    #[tokio::test]
    async fn a_lone_surrogate_in_one_subject_does_not_lose_the_list() {
        let body = r#"{"conversations":[{"id":"1","title":"bad \ud800 subject"},{"id":"2","title":"good"}]}"#;
        let script = Script::of_json(&[body]).await;
        let page = script.client().list_conversations(None).await.unwrap();
        let titles: Vec<_> = page.items.iter().map(|conversation| conversation.title.as_raw()).collect();
        assert_eq!(titles, ["bad \u{FFFD} subject", "good"]);
    }

    #[tokio::test]
    async fn a_missing_page_is_an_error_and_not_an_empty_list() {
        let script = Script::play(vec![says(404, "{}"), says(200, r#"{"type":"conversation.list"}"#)]).await;
        let client = script.client();
        let error = client.list_conversations(None).await.unwrap_err();
        assert_eq!(*error.class(), Class::NotFound { merged_into: None });
        let error = client.list_conversations(None).await.unwrap_err();
        assert_eq!(*error.class(), Class::Nonsense(Nonsense::Shape));
    }

    #[tokio::test]
    async fn a_thread_without_its_parts_is_no_thread() {
        let script = Script::of_json(&[r#"{"type":"conversation","id":"1"}"#]).await;
        let error = script.client().conversation(&id("1")).await.unwrap_err();
        assert_eq!(*error.class(), Class::Nonsense(Nonsense::Shape));
    }
}
