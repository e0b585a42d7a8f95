use std::collections::BTreeSet;

use serde_json::json;

use super::*;

fn filter(field: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"query": {"field": field, "operator": operator, "value": value.into()}})
}

fn ids(list: &Value) -> Vec<String> {
    let rows = list["conversations"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_search_finds_by_state_hands_tag_and_word() {
    let server = Server::start().await;
    let (lamp, cable) = (server.begin(MARTA, "The lamp is broken").await, server.begin(OTTO, "A cable please").await);
    let parts = format!("/conversations/{lamp}/parts");
    server.post(&parts, json!({"message_type": "close", "type": "admin", "admin_id": ANA})).await.ok();
    server.post(&format!("/conversations/{cable}/tags"), json!({"id": REFUND, "admin_id": ANA})).await.ok();
    for (query, expected) in [
        (filter("state", "=", "open"), &cable),
        (filter("open", "=", false), &lamp),
        (filter("tag_ids", "=", REFUND.to_string()), &cable),
        (filter("source.body", "=", "lamp"), &lamp),
        (filter("contact_ids", "=", MARTA), &lamp),
        (filter("id", "IN", json!([cable])), &cable),
        (
            json!({"query": {"operator": "AND", "value": [
                {"operator": "OR", "value": [
                    {"field": "state", "operator": "=", "value": "closed"},
                    {"field": "state", "operator": "=", "value": "snoozed"},
                ]},
                {"operator": "AND", "value": [{"field": "created_at", "operator": ">", "value": (NOON - 10).to_string()}]},
            ]}}),
            &lamp,
        ),
    ] {
        let found = server.post("/conversations/search", query.clone()).await.ok();
        assert_eq!(found["type"], "conversation.list");
        assert_eq!(ids(&found), [expected.as_str()], "{query}");
        assert_eq!(found["total_count"], 1);
        assert!(found["conversations"][0].get("conversation_parts").is_none(), "lists tell no parts");
    }
    let both = server.post("/conversations/search", filter("admin_assignee_id", "=", 0)).await.ok();
    assert_eq!(both["total_count"], 2);
}

#[tokio::test]
async fn walking_by_cursor_visits_each_once() {
    let server = Server::start().await;
    let mut all = BTreeSet::new();
    for text in ["a", "b", "c", "d", "e"] {
        all.insert(server.begin(MARTA, text).await);
    }
    let mut seen = Vec::new();
    let mut cursor = json!(null);
    for page in 1..=3 {
        let body = json!({"query": {"field": "open", "operator": "=", "value": true},
            "pagination": {"per_page": 2, "starting_after": cursor}});
        let found = server.post("/conversations/search", body).await.ok();
        assert_eq!(found["pages"]["type"], "pages");
        assert_eq!((found["pages"]["page"].as_u64(), found["pages"]["per_page"].as_u64()), (Some(page), Some(2)));
        assert_eq!((found["pages"]["total_pages"].as_u64(), found["total_count"].as_u64()), (Some(3), Some(5)));
        seen.extend(ids(&found));
        cursor = found["pages"]["next"]["starting_after"].clone();
    }
    assert_eq!(cursor, json!(null));
    assert_eq!((seen.len(), seen.into_iter().collect::<BTreeSet<_>>()), (5, all.clone()));

    let mut seen = BTreeSet::new();
    let mut path = "/conversations?per_page=3".to_owned();
    loop {
        let found = server.get(&path).await.ok();
        seen.extend(ids(&found));
        let Some(next) = found["pages"]["next"]["starting_after"].as_str() else { break };
        path = format!("/conversations?per_page=3&starting_after={next}");
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_bad_cursor_or_page_size_is_refused() {
    let server = Server::start().await;
    assert_eq!(server.get("/conversations?starting_after=nonsense").await.code(), (400, "client_error".to_owned()));
    let mut body = filter("open", "=", true);
    body["pagination"] = json!({"starting_after": "nonsense"});
    assert_eq!(server.post("/conversations/search", body).await.code(), (400, "client_error".to_owned()));
    assert_eq!(server.get("/conversations?per_page=0").await.refusal().2.as_deref(), Some("per_page"));
    assert_eq!(server.get("/conversations?per_page=x").await.refusal().2.as_deref(), Some("per_page"));
    assert_eq!(server.get("/conversations?per_page=1000").await.ok()["pages"]["per_page"], 150);
}

#[tokio::test]
async fn searches_that_cannot_be_are_refused_in_words() {
    let server = Server::start().await;
    let leaf = json!({"field": "open", "operator": "=", "value": true});
    let nested = |inner: Value| json!({"operator": "AND", "value": [inner]});
    for (body, says) in [
        (json!({}), "query is required"),
        (filter("title", "=", "x"), "title"),
        (filter("state", ">", "open"), "not supported"),
        (filter("created_at", "=", "foorbar"), "timestamp"),
        (filter("state", "LIKE", "x"), "valid operator"),
        (filter("state", "IN", "open"), "array"),
        (json!({"query": {"operator": "AND", "value": vec![&leaf; 16]}}), "15"),
        (json!({"query": nested(nested(nested(leaf.clone())))}), "2 levels"),
        (json!({"query": leaf, "pagination": {"per_page": "many"}}), "per_page"),
    ] {
        let reply = server.post("/conversations/search", body.clone()).await;
        assert_eq!(reply.status, 400, "{body}");
        let message = reply.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(says), "{message}");
    }
}
