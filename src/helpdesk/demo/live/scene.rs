//! What the script sees: a few searches over the store.
//!
//! Owns [`look`]. Must not change anything.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::script::{Glimpse, Scene, Script};
use crate::helpdesk::model::page::PageRequest;
use crate::helpdesk::model::{AdminId, Conversation};
use crate::helpdesk::search::ConversationQuery;
use crate::helpdesk::storage::{Answer, Store, StoreError};

/// Conversations of each kind that are looked at.
const SOME: usize = 40;
/// How far back a reply of yours is looked for, in seconds.
const LATELY: i64 = 90;

/// Looks at the helpdesk. `played` are the teammates whom people act as: theirs is yours.
pub async fn look(store: &Arc<dyn Store>, script: &Script, played: &BTreeSet<AdminId>, now: i64) -> Answer<Scene> {
    let mut dice = script.dice(0x10);
    let field =
        |field: &str, operator: &str, value: Value| json!({"field": field, "operator": operator, "value": value});
    let all = |filters: Vec<Value>| json!({"operator": "AND", "value": filters});
    let open = field("state", "=", json!("open"));
    let theirs: Vec<i64> = played.iter().map(|admin| admin.0).collect();
    let mut not_colleagues = theirs.clone();
    not_colleagues.push(0);
    // Now the fresh ones, now those that have rested for long.
    let rested = now - *dice.pick(&[60, 60, 600, 7_200, 86_400]);

    let counts = store.counts().await?;
    let of_yours = all(vec![open.clone(), field("admin_assignee_id", "IN", json!(theirs))]);
    let yours = count(store, &of_yours).await?;
    let yours_open = some(store, &of_yours).await?;
    let nobodys = all(vec![open.clone(), field("admin_assignee_id", "=", json!(0))]);
    let unassigned = count(store, &nobodys).await?;
    let free = some(store, &nobodys).await?;
    let colleagues_before = |before: i64| {
        all(vec![
            open.clone(),
            field("admin_assignee_id", "NIN", json!(not_colleagues)),
            field("updated_at", "<", json!(before)),
        ])
    };
    let mut colleagues = some(store, &colleagues_before(rested)).await?;
    if colleagues.len() < SOME / 2 {
        let fresh = some(store, &colleagues_before(now - 60)).await?;
        colleagues
            .extend(fresh.into_iter().filter(|glimpse| glimpse.we_wrote_at.max(glimpse.customer_wrote_at) >= rested));
    }
    let written = some(
        store,
        &all(vec![
            field("state", "!=", json!("closed")),
            field("statistics.last_admin_reply_at", ">", json!(now - LATELY)),
            field("teammate_ids", "IN", json!(theirs.iter().map(ToString::to_string).collect::<Vec<_>>())),
        ]),
    )
    .await?;
    let mut heard = Vec::new();
    for glimpse in written {
        if yours_is_last(store, &glimpse, played).await? {
            heard.push(glimpse);
        }
    }
    let closed = some(
        store,
        &all(vec![
            field("state", "=", json!("closed")),
            field("statistics.last_close_at", ">", json!(now - 3 * 3_600)),
            field("admin_assignee_id", "NIN", json!([0])),
        ]),
    )
    .await?;
    Ok(Scene { now, open: counts.open, yours, unassigned, free, colleagues, yours_open, heard, closed })
}

/// Whether the last message is by a teammate whom somebody plays.
async fn yours_is_last(store: &Arc<dyn Store>, glimpse: &Glimpse, played: &BTreeSet<AdminId>) -> Answer<bool> {
    if glimpse.we_wrote_at <= glimpse.customer_wrote_at {
        return Ok(false);
    }
    let thread = store.conversation(glimpse.id).await?;
    let last = thread.parts.iter().rev().find(|part| super::deeds::is_message(part));
    Ok(last.and_then(|part| part.author.admin()).is_some_and(|admin| played.contains(&admin)))
}

fn parsed(query: &Value) -> Answer<ConversationQuery> {
    // The queries are ours and of the language; a test asks them all.
    ConversationQuery::parse(query).map_err(|error| StoreError::broken("read a query of the script", error))
}

async fn count(store: &Arc<dyn Store>, query: &Value) -> Answer<usize> {
    store.count_conversations(parsed(query)?).await
}

async fn some(store: &Arc<dyn Store>, query: &Value) -> Answer<Vec<Glimpse>> {
    let page = store.search_conversations(parsed(query)?, PageRequest::first(SOME)).await?;
    Ok(page.items.into_iter().filter_map(|listed| glimpse(&listed.conversation)).collect())
}

fn glimpse(conversation: &Conversation) -> Option<Glimpse> {
    if conversation.merged_into.is_some() {
        return None;
    }
    Some(Glimpse {
        id: conversation.id,
        contact: conversation.contacts.first()?.id.clone(),
        assignee: conversation.admin_assignee,
        team: conversation.team_assignee,
        customer_wrote_at: conversation.statistics.last_contact_reply_at.unwrap_or(conversation.created_at),
        we_wrote_at: conversation.statistics.last_admin_reply_at.unwrap_or(0),
        rated: conversation.rating.as_ref().is_some_and(|rating| rating.score.is_some()),
    })
}
