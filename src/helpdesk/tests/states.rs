use serde_json::json;

use super::*;

fn close() -> Value {
    json!({"message_type": "close", "type": "admin", "admin_id": ANA})
}

fn assign(kind: &str, to: impl ToString) -> Value {
    json!({"message_type": "assignment", "type": kind, "admin_id": ANA, "assignee_id": to.to_string()})
}

#[tokio::test]
async fn closing_and_opening_leave_their_parts() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/parts");
    let mut goodbye = close();
    goodbye["body"] = json!("Goodbye");
    let closed = server.post(&path, goodbye).await.ok();
    assert_eq!((closed["state"].as_str(), closed["open"].as_bool()), (Some("closed"), Some(false)));
    assert_eq!(last_part(&closed)["part_type"], "close");
    assert_eq!(last_part(&closed)["body"], "<p>Goodbye</p>");
    assert_eq!(closed["statistics"]["last_closed_by_id"], ANA.to_string());
    let opened = server.post(&path, json!({"message_type": "open", "admin_id": BEN})).await.ok();
    assert_eq!(opened["state"], "open");
    assert_eq!(last_part(&opened)["part_type"], "open");
    assert_eq!(last_part(&opened)["author"]["id"], BEN.to_string());
}

#[tokio::test]
async fn a_customers_reply_opens_what_was_closed() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    server.post(&format!("/conversations/{id}/parts"), close()).await.ok();
    let reply = json!({"type": "user", "message_type": "comment", "intercom_user_id": MARTA, "body": "One more thing"});
    let replied = server.post(&format!("/conversations/{id}/reply"), reply).await.ok();
    assert_eq!(replied["state"], "open");
    assert_eq!(replied["read"], false);
    assert_eq!(replied["waiting_since"], NOON);
    assert_eq!(replied["statistics"]["count_reopens"], 1);
}

#[tokio::test]
async fn a_snooze_wakes_by_itself() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/parts");
    let until = |at: i64| json!({"message_type": "snoozed", "admin_id": ANA, "snoozed_until": at});
    let asleep = server.post(&path, until(NOON + 600)).await.ok();
    assert_eq!((asleep["state"].as_str(), asleep["open"].as_bool()), (Some("snoozed"), Some(true)));
    assert_eq!(asleep["snoozed_until"], NOON + 600);
    for wrong in [NOON, NOON - 1, -5] {
        assert_eq!(server.post(&path, until(wrong)).await.refusal().2.as_deref(), Some("snoozed_until"));
    }
    server.clock.advance(Duration::from_secs(601));
    let awake = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let it = server.conversation(&id).await;
            if it["state"] == "open" {
                return it;
            }
        }
    });
    let awake = awake.await.unwrap();
    assert_eq!(awake["snoozed_until"], json!(null));
    assert_eq!(last_part(&awake)["part_type"], "timer_unsnooze");
}

#[tokio::test]
async fn hands_and_team_inboxes_are_set_apart() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/parts");
    let hands = |it: &Value| (it["admin_assignee_id"].as_i64().unwrap(), it["team_assignee_id"].as_i64().unwrap());
    let it = server.post(&path, assign("team", SUPPORT)).await.ok();
    assert_eq!(hands(&it), (0, SUPPORT));
    let it = server.post(&path, assign("admin", BEN)).await.ok();
    assert_eq!(hands(&it), (BEN, SUPPORT), "a person keeps the team");
    assert_eq!(last_part(&it)["part_type"], "assignment");
    assert_eq!(last_part(&it)["assigned_to"], json!({"type": "admin", "id": BEN.to_string()}));
    let it = server.post(&path, assign("admin", 0)).await.ok();
    assert_eq!(hands(&it), (0, SUPPORT));
    let it = server.post(&path, assign("team", "0")).await.ok();
    assert_eq!(hands(&it), (0, 0));
    for (kind, to) in [("admin", 1), ("team", 1), ("admin", SUPPORT)] {
        let (status, code) = server.post(&path, assign(kind, to)).await.code();
        assert_eq!((status, code.as_str()), (404, "assignee_not_found"), "{kind} {to}");
    }
    assert_eq!(server.post(&path, assign("robot", ANA)).await.refusal().2.as_deref(), Some("type"));
}

#[tokio::test]
async fn steps_that_lack_something_name_it() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/parts");
    for (body, field) in [
        (json!({}), "message_type"),
        (json!({"message_type": "explode", "admin_id": ANA}), "message_type"),
        (json!({"message_type": "close", "admin_id": ANA}), "type"),
        (json!({"message_type": "open"}), "admin_id"),
        (json!({"message_type": "snoozed", "admin_id": ANA}), "snoozed_until"),
        (json!({"message_type": "assignment", "type": "admin", "admin_id": ANA}), "assignee_id"),
    ] {
        assert_eq!(server.post(&path, body.clone()).await.refusal().2.as_deref(), Some(field), "{body}");
    }
}

#[tokio::test]
async fn a_deleted_conversation_is_listed_as_deleted() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for text in ["a", "b", "c"] {
        ids.push(server.begin(MARTA, text).await);
        let path = format!("/conversations/{}", ids[ids.len() - 1]);
        let gone = server.send("DELETE", &path, &[], b"").await.ok();
        assert_eq!(gone, json!({"id": ids[ids.len() - 1], "object": "conversation", "deleted": true}));
        server.clock.advance(Duration::from_secs(10));
        assert_eq!(server.get(&path).await.code(), (404, "not_found".to_owned()));
        assert_eq!(server.send("DELETE", &path, &[], b"").await.status, 404);
    }
    let first = server.get("/conversations/deleted?per_page=2").await.ok();
    assert_eq!(first["type"], "conversations.list");
    assert_eq!(first["total_count"], 3);
    assert_eq!(first["conversations"][0]["id"], ids[2].as_str());
    assert_eq!(first["conversations"][0]["metrics_retained"], true);
    let next = first["pages"]["next"].as_str().unwrap();
    let path = next.strip_prefix(&format!("http://{}", server.address)).unwrap();
    let second = server.get(path).await.ok();
    assert_eq!(second["conversations"][0]["id"], ids[0].as_str());
    assert_eq!(second["pages"]["next"], json!(null));
    let oldest = server.get("/conversations/deleted?order=asc&per_page=1").await.ok();
    assert_eq!(oldest["conversations"][0]["id"], ids[0].as_str());
}

#[tokio::test]
async fn going_away_and_coming_back_is_told() {
    let server = Server::start().await;
    let path = format!("/admins/{BEN}/away");
    let away = server.call("PUT", &path, json!({"away_mode_enabled": true, "away_mode_reassign": true})).await.ok();
    assert_eq!((away["away_mode_enabled"].as_bool(), away["away_mode_reassign"].as_bool()), (Some(true), Some(true)));
    assert_eq!(server.get(&format!("/admins/{BEN}")).await.ok()["away_mode_enabled"], true);
    let back = server.call("PUT", &path, json!({"away_mode_enabled": false, "away_mode_reassign": false})).await.ok();
    assert_eq!(back["away_mode_enabled"], false);
    let lacks = server.call("PUT", &path, json!({"away_mode_enabled": true})).await;
    assert_eq!(lacks.refusal().2.as_deref(), Some("away_mode_reassign"));
    let nobody = json!({"away_mode_enabled": true, "away_mode_reassign": false});
    assert_eq!(server.call("PUT", "/admins/1/away", nobody).await.code(), (404, "admin_not_found".to_owned()));
}
