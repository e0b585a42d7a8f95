//! Every operator and every field of conversation searches.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::bulk::seeded;
use super::*;
use crate::helpdesk::model::page::PageRequest;
use crate::helpdesk::model::{AiAgent, Channel, ContactRef, Priority, Rating};
use crate::helpdesk::search::{CONTACT_FIELDS, CONVERSATION_FIELDS, ContactQuery, ConversationQuery, Kind, Operator};

/// Three conversations: 1 plain and open, 2 rich and closed, 3 snoozed.
async fn filled() -> Desk {
    let desk = Desk::new().await;
    let mut one = seeded(0);
    one.conversation.id = ConversationId(1);
    one.conversation.tags.clear();
    one.conversation.admin_assignee = None;
    one.conversation.source.body = "<p>I need <b>support</b> with the caf&#233; order</p>".into();
    one.conversation.source.subject = "Order 15 is missing".into();
    let mut two = seeded(4);
    let it = &mut two.conversation;
    it.id = ConversationId(2);
    it.admin_assignee = Some(BEN);
    it.source.body = "<p>Refund, please</p>".into();
    it.source.subject = String::new();
    it.source.url = Some("https://shop.example/cart".into());
    it.source.author.name = Some("Zoë Müller".into());
    it.priority = Priority::Urgent;
    it.channel = Channel { initial: Some("email".into()), current: Some("email".into()) };
    it.rating = Some(Rating {
        score: Some(2),
        remark: Some("slow answer".into()),
        created_at: NOON,
        updated_at: NOON + 5,
        contact: ContactRef { id: contact_id(2), external_id: None },
        teammate: Some(BEN),
    });
    it.ai_agent = Some(AiAgent {
        source_type: Some("workflow".into()),
        source_title: Some("Night shift".into()),
        last_answer_type: Some("ai_answer".into()),
        resolution_state: Some("escalated".into()),
        rating: Some(3),
        rating_remark: Some("meh".into()),
        ..AiAgent::default()
    });
    let mut three = seeded(5);
    three.conversation.id = ConversationId(3);
    three.conversation.admin_assignee = None;
    three.conversation.tags.clear();
    let batch = [one, two, three].map(|thread| Record::Thread(Box::new(thread)));
    desk.store.insert_batch(batch.into()).await.unwrap();
    desk.step(ConversationId(3), Step::Snooze { until: NOON + 500 }).await;
    desk
}

async fn ids(desk: &Desk, query: Value) -> Vec<i64> {
    let parsed = ConversationQuery::parse(&query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let page = desk.store.search_conversations(parsed.clone(), PageRequest::first(50)).await.unwrap();
    let mut found: Vec<i64> = page.items.iter().map(|item| item.conversation.id.0).collect();
    found.sort_unstable();
    assert_eq!(page.total_count, found.len(), "{query}");
    assert_eq!(desk.store.count_conversations(parsed).await.unwrap(), found.len(), "{query}");
    found
}

fn f(field: &str, operator: &str, value: Value) -> Value {
    json!({"field": field, "operator": operator, "value": value})
}

#[tokio::test]
async fn each_operator_on_text() {
    let desk = filled().await;
    for (operator, value, wanted) in [
        ("=", json!("closed"), vec![2]),
        ("!=", json!("closed"), vec![1, 3]),
        ("IN", json!(["open", "snoozed"]), vec![1, 3]),
        ("NIN", json!(["open", "snoozed"]), vec![2]),
        ("IN", json!([]), vec![]),
        ("NIN", json!([]), vec![1, 2, 3]),
        ("~", json!("OSE"), vec![2]),
        ("!~", json!("OSE"), vec![1, 3]),
        ("^", json!("Sno"), vec![3]),
        ("$", json!("en"), vec![1]),
        ("~", json!("%"), vec![]),
    ] {
        assert_eq!(ids(&desk, f("state", operator, value.clone())).await, wanted, "{operator} {value}");
    }
    assert_eq!(ids(&desk, f("source.author.name", "~", json!("zoe mull"))).await, [2], "accents and case fold");
}

#[tokio::test]
async fn each_operator_on_numbers_and_instants() {
    let desk = filled().await;
    for (operator, value, wanted) in [
        ("=", json!(0), vec![1, 3]),
        ("!=", json!(0), vec![2]),
        ("=", json!(null), vec![1, 3]),
        ("!=", json!(null), vec![2]),
        ("IN", json!([BEN.0, 5]), vec![2]),
        ("NIN", json!([BEN.0]), vec![1, 3]),
        (">", json!(101), vec![2]),
        (">", json!(102), vec![]),
        (">=", json!("102"), vec![2]),
        ("<", json!(102), vec![1, 3]),
        ("<=", json!(102), vec![1, 2, 3]),
    ] {
        assert_eq!(ids(&desk, f("admin_assignee_id", operator, value.clone())).await, wanted, "{operator} {value}");
    }
    assert_eq!(ids(&desk, f("snoozed_until", ">", json!(NOON))).await, [3]);
    assert_eq!(ids(&desk, f("snoozed_until", "=", json!(null))).await, [1, 2]);
    assert_eq!(ids(&desk, f("snoozed_until", "!=", json!(NOON + 500))).await, [1, 2], "nothing there is different");
    assert_eq!(ids(&desk, f("updated_at", ">", json!(NOON - 1))).await, [3]);
}

#[tokio::test]
async fn each_operator_on_sets_and_booleans() {
    let desk = filled().await;
    let urgent = URGENT.to_string();
    assert_eq!(ids(&desk, f("tag_ids", "=", json!(urgent))).await, [2]);
    assert_eq!(ids(&desk, f("tag_ids", "=", json!(URGENT.0))).await, [2]);
    assert_eq!(ids(&desk, f("tag_ids", "!=", json!(urgent))).await, [1, 3]);
    assert_eq!(ids(&desk, f("tag_ids", "IN", json!([urgent, "7"]))).await, [2]);
    assert_eq!(ids(&desk, f("tag_ids", "NIN", json!([urgent]))).await, [1, 3]);
    assert_eq!(ids(&desk, f("tag_ids", "=", json!(null))).await, [1, 3]);
    assert_eq!(ids(&desk, f("tag_ids", "!=", json!(null))).await, [2]);
    assert_eq!(ids(&desk, f("tag_ids", "=", json!("none"))).await, Vec::<i64>::new());
    assert_eq!(ids(&desk, f("contact_ids", "=", json!(contact_id(2).as_str()))).await, [2]);
    assert_eq!(ids(&desk, f("teammate_ids", "=", json!(ANA.to_string()))).await, [1, 2, 3]);
    assert_eq!(ids(&desk, f("teammate_ids", "~", json!("01"))).await, [1, 2, 3]);
    assert_eq!(ids(&desk, f("open", "=", json!(true))).await, [1, 3]);
    assert_eq!(ids(&desk, f("open", "!=", json!("true"))).await, [2]);
    assert_eq!(ids(&desk, f("read", "=", json!(false))).await, [1]);
    assert_eq!(ids(&desk, f("ai_agent_participated", "=", json!(true))).await, [2]);
}

#[tokio::test]
async fn words_of_the_opening_message_are_matched_one_by_one() {
    let desk = filled().await;
    for (field, operator, value, wanted) in [
        ("source.body", "=", "support", vec![1]),
        ("source.body", "=", "SUPPORT", vec![1]),
        ("source.body", "=", "need support", vec![]),
        ("source.body", "=", "supp", vec![]),
        ("source.body", "=", "cafe", vec![1]),
        ("source.body", "!=", "support", vec![2, 3]),
        ("source.body", "~", "supp", vec![1]),
        ("source.body", "~", "order need", vec![1]),
        ("source.body", "~", "refund order", vec![]),
        ("source.body", "!~", "supp", vec![2, 3]),
        ("source.body", "^", "i need", vec![1]),
        ("source.body", "^", "need", vec![]),
        ("source.body", "$", "PLEASE", vec![2]),
        ("source.body", "=", "b", vec![]),
        ("source.body", "~", "\"; OR x", vec![]),
        ("source.subject", "=", "missing", vec![1]),
        ("source.subject", "=", "support", vec![]),
        ("source.subject", "~", "miss", vec![1]),
    ] {
        assert_eq!(ids(&desk, f(field, operator, json!(value))).await, wanted, "{field} {operator} {value}");
    }
    assert_eq!(ids(&desk, f("source.body", "IN", json!(["support", "refund"]))).await, [1, 2]);
    assert_eq!(ids(&desk, f("source.body", "NIN", json!(["support", "refund"]))).await, [3]);
    assert_eq!(ids(&desk, f("source.subject", "=", json!(null))).await, [2, 3]);
}

#[tokio::test]
async fn groups_nest() {
    let desk = filled().await;
    let or = |list: Value| json!({"operator": "OR", "value": list});
    let and = |list: Value| json!({"operator": "AND", "value": list});
    let (open, closed) = (f("state", "=", json!("open")), f("state", "=", json!("closed")));
    assert_eq!(ids(&desk, or(json!([open, closed]))).await, [1, 2]);
    assert_eq!(ids(&desk, and(json!([open, closed]))).await, Vec::<i64>::new());
    let query = and(json!([
        or(json!([open, closed])),
        or(json!([f("admin_assignee_id", "=", json!(0)), f("priority", "=", json!("low"))]))
    ]));
    assert_eq!(ids(&desk, query).await, [1]);
}

#[tokio::test]
async fn rich_fields_are_found() {
    let desk = filled().await;
    for (field, value) in [
        ("id", json!("2")),
        ("source.url", json!("https://shop.example/cart")),
        ("priority", json!("urgent")),
        ("conversation_rating.score", json!(2)),
        ("conversation_rating.remark", json!("slow answer")),
        ("conversation_rating.contact_id", json!(contact_id(2).as_str())),
        ("conversation_rating.admin_d", json!(BEN.to_string())),
        ("conversation_rating.requested_at", json!(NOON)),
        ("conversation_rating.replied_at", json!(NOON + 5)),
        ("ai_agent.resolution_state", json!("escalated")),
        ("ai_agent.last_answer_type", json!("ai_answer")),
        ("ai_agent.rating", json!(3)),
        ("ai_agent.rating_remark", json!("meh")),
        ("ai_agent.source_type", json!("workflow")),
        ("ai_agent.source_title", json!("Night shift")),
        ("statistics.last_closed_by_id", json!(ANA.to_string())),
        ("statistics.time_to_first_close", json!(120)),
    ] {
        assert_eq!(ids(&desk, f(field, "=", value)).await, [2], "{field}");
    }
    assert_eq!(ids(&desk, f("statistics.time_to_admin_reply", "=", json!(60))).await, [1, 2, 3]);
    assert_eq!(ids(&desk, f("statistics.count_conversation_parts", ">", json!(2))).await, [2, 3]);
}

#[tokio::test]
async fn every_field_takes_every_operator_of_its_kind() {
    let desk = filled().await;
    let value = |kind: Kind| match kind {
        Kind::Integer | Kind::Instant | Kind::Day => json!(1),
        Kind::Boolean => json!(true),
        _ => json!("1"),
    };
    let mut tried = BTreeSet::new();
    for (fields, contacts) in [(CONVERSATION_FIELDS, false), (CONTACT_FIELDS, true)] {
        for (field, kind) in fields {
            for (operator, word) in Operator::ALL {
                let one = value(*kind);
                let given = if matches!(operator, Operator::In | Operator::NotIn) { json!([one]) } else { one };
                for given in [given, Value::Null] {
                    let query = f(field, word, given);
                    let page = PageRequest::first(5);
                    if contacts {
                        let Ok(parsed) = ContactQuery::parse(&query) else { continue };
                        desk.store
                            .search_contacts(parsed, None, page)
                            .await
                            .unwrap_or_else(|e| panic!("{query}: {e:?}"));
                    } else {
                        let Ok(parsed) = ConversationQuery::parse(&query) else { continue };
                        desk.store
                            .search_conversations(parsed, page)
                            .await
                            .unwrap_or_else(|e| panic!("{query}: {e:?}"));
                    }
                    tried.insert((contacts, *field));
                }
            }
        }
    }
    assert_eq!(tried.len(), CONVERSATION_FIELDS.len() + CONTACT_FIELDS.len());
}
