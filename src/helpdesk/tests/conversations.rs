use serde_json::json;

use super::*;

#[tokio::test]
async fn a_new_conversation_answers_a_message_that_names_it() {
    let server = Server::start().await;
    let body = json!({"from": {"type": "user", "id": MARTA}, "body": "Is the <lamp> & cable there?\nThanks"});
    let message = server.post("/conversations", body).await.ok();
    assert_eq!(message["type"], "user_message");
    assert_eq!(message["body"], "Is the <lamp> & cable there?\nThanks");
    assert_eq!(message["message_type"], "inapp");
    let it = server.conversation(message["conversation_id"].as_str().unwrap()).await;
    assert_eq!(it["source"]["body"], "<p>Is the &lt;lamp&gt; &amp; cable there?<br>Thanks</p>");
    assert_eq!(it["source"]["id"], message["id"]);
    assert_eq!(it["source"]["author"]["id"], MARTA);
    assert_eq!((it["state"].as_str(), it["open"].as_bool()), (Some("open"), Some(true)));
    assert_eq!(it["waiting_since"], NOON);
    assert_eq!(it["contacts"]["contacts"][0], json!({"type": "contact", "id": MARTA, "external_id": "cust-1"}));

    let nobody = server.post("/conversations", json!({"from": {"type": "user", "id": "x"}, "body": "a"})).await;
    assert_eq!(nobody.code(), (404, "not_found".to_owned()));
    let empty = server.post("/conversations", json!({"from": {"type": "user", "id": MARTA}, "body": " "})).await;
    assert_eq!(empty.refusal(), (400, "parameter_not_found".to_owned(), Some("body".to_owned())));
}

#[tokio::test]
async fn a_conversation_tells_every_field_of_the_description() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    server.post(&format!("/conversations/{id}/reply"), admin_says("comment", "Hi")).await.ok();
    let it = server.conversation(&id).await;
    for field in [
        "type",
        "id",
        "title",
        "created_at",
        "updated_at",
        "waiting_since",
        "snoozed_until",
        "open",
        "state",
        "read",
        "priority",
        "admin_assignee_id",
        "team_assignee_id",
        "company",
        "tags",
        "conversation_rating",
        "source",
        "contacts",
        "teammates",
        "custom_attributes",
        "first_contact_reply",
        "sla_applied",
        "statistics",
        "conversation_parts",
        "linked_objects",
        "ai_agent_participated",
        "ai_agent",
        "sales_agent_participated",
        "sales_agent",
        "channel",
        "external_references",
        "monitor_evaluations",
        "scorecards",
        "topics",
        "ticket",
    ] {
        assert!(it.get(field).is_some(), "{field} is not there");
    }
    assert_eq!((it["admin_assignee_id"].as_i64(), it["team_assignee_id"].as_i64()), (Some(0), Some(0)));
    for field in [
        "type",
        "id",
        "part_type",
        "body",
        "created_at",
        "updated_at",
        "notified_at",
        "assigned_to",
        "author",
        "attachments",
        "external_id",
        "redacted",
        "email_message_metadata",
        "metadata",
        "state",
        "tags",
        "event_details",
        "app_package_code",
    ] {
        assert!(last_part(&it).get(field).is_some(), "{field} is not there");
    }
    assert_eq!(last_part(&it)["author"]["type"], "admin");
    assert_eq!(it["teammates"]["teammates"][0]["id"], ANA.to_string());
}

#[tokio::test]
async fn a_teammates_reply_ends_the_wait_and_a_note_does_not() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/reply");
    server.clock.advance(Duration::from_secs(60));
    let noted = server.post(&path, admin_says("note", "<b>VIP</b><script>x</script>")).await.ok();
    assert_eq!(noted["waiting_since"], NOON);
    assert_eq!(last_part(&noted)["part_type"], "note");
    assert_eq!(last_part(&noted)["body"], "<p><b>VIP</b></p>");
    server.clock.advance(Duration::from_secs(60));
    let replied = server.post(&path, admin_says("comment", "Yes, it is.")).await.ok();
    assert_eq!(replied["waiting_since"], json!(null));
    assert_eq!(last_part(&replied)["body"], "<p>Yes, it is.</p>");
    assert_eq!(replied["statistics"]["time_to_admin_reply"], 120);
    assert_eq!(replied["updated_at"], NOON + 120);
    assert_eq!(replied["conversation_parts"]["total_count"], 2);
}

#[tokio::test]
async fn replies_that_lack_something_name_it() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/reply");
    for (body, status, code, field) in [
        (json!({}), 400, "parameter_not_found", "type"),
        (json!({"type": "robot", "message_type": "comment"}), 400, "parameter_invalid", "type"),
        (json!({"type": "admin", "message_type": "comment", "body": "x"}), 400, "parameter_not_found", "admin_id"),
        (admin_says("comment", " "), 400, "parameter_not_found", "body"),
        (admin_says("comment", "<script>1</script>"), 400, "parameter_not_found", "body"),
        (admin_says("shout", "x"), 400, "parameter_invalid", "message_type"),
        (admin_says("quick_reply", ""), 400, "parameter_not_found", "reply_options"),
        (
            json!({"type": "admin", "message_type": "note", "admin_id": 1, "body": "x"}),
            404,
            "admin_not_found",
            "admin_id",
        ),
        (
            json!({"type": "user", "message_type": "comment", "body": "x"}),
            400,
            "parameter_not_found",
            "intercom_user_id",
        ),
    ] {
        let refusal = server.post(&path, body.clone()).await.refusal();
        assert_eq!(refusal, (status, code.to_owned(), Some(field.to_owned())), "{body}");
    }
    let gone = server.post("/conversations/42/reply", admin_says("comment", "x")).await;
    assert_eq!(gone.code(), (404, "not_found".to_owned()));
    assert!(parts(&server.conversation(&id).await).is_empty(), "nothing was written");
}

#[tokio::test]
async fn a_contact_replies_by_any_of_its_names_and_to_its_last_conversation() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    for who in [json!({"intercom_user_id": MARTA}), json!({"user_id": "cust-1"}), json!({"email": "marta@example.com"})]
    {
        let mut body = json!({"type": "user", "message_type": "comment", "body": "More"});
        body.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        let written = server.post("/conversations/last/reply", body).await.ok();
        assert_eq!(written["id"], id.as_str());
        assert_eq!(last_part(&written)["author"]["id"], MARTA);
    }
}

#[tokio::test]
async fn a_quick_reply_is_offered_and_chosen() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/reply");
    let options = json!([{"text": "Yes", "uuid": "a5e1c524"}, {"text": "No", "uuid": "f4a98af1"}]);
    let offer = json!({"type": "admin", "message_type": "quick_reply", "admin_id": ANA, "reply_options": options});
    let offered = server.post(&path, offer).await.ok();
    assert_eq!(last_part(&offered)["part_type"], "quick_reply");
    assert_eq!(last_part(&offered)["metadata"]["quick_reply_options"], options);
    let choice = json!({"type": "user", "message_type": "quick_reply", "intercom_user_id": MARTA,
        "reply_options": [{"text": "Yes", "uuid": "a5e1c524"}]});
    let chosen = server.post(&path, choice).await.ok();
    assert_eq!(last_part(&chosen)["body"], "<p>Yes</p>");
    assert_eq!(last_part(&chosen)["metadata"]["quick_reply_uuid"], "a5e1c524");
}

#[tokio::test]
async fn a_file_comes_back_byte_for_byte_at_an_address_of_its_own() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let body = json!({"type": "admin", "message_type": "comment", "admin_id": ANA, "body": "See here",
        "attachment_files": [{"name": "../<b>.html", "content_type": "text/html", "data": "PHNjcmlwdD4="}],
        "attachment_urls": ["https://files.example.com/a.png"]});
    let written = server.post(&format!("/conversations/{id}/reply"), body).await.ok();
    let files = last_part(&written)["attachments"].as_array().unwrap().clone();
    assert_eq!(files[0]["name"], "../<b>.html");
    assert_eq!(files[1]["url"], "https://files.example.com/a.png");
    let url = files[0]["url"].as_str().unwrap();
    let path = url.strip_prefix(&format!("http://{}", server.address)).unwrap();
    let file = server.send("GET", path, &[("Authorization", "none")], b"").await;
    assert_eq!((file.status, file.body.as_slice()), (200, &b"<script>"[..]));
    assert_eq!(file.headers["content-type"], "application/octet-stream");
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    assert!(file.headers["content-disposition"].starts_with("attachment; filename=\"_b_.html\""));
    assert_eq!(server.get("/deskhand/attachments/nothing").await.status, 404);
    let bad = json!({"type": "admin", "message_type": "comment", "admin_id": ANA, "body": "x",
        "attachment_files": [{"name": "a", "content_type": "text/plain", "data": "***"}]});
    let refused = server.post(&format!("/conversations/{id}/reply"), bad).await;
    assert_eq!(refused.refusal().2.as_deref(), Some("attachment_files[0].data"));
}

#[tokio::test]
async fn plain_text_is_told_when_asked_for() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "One & two").await;
    let html = r#"<p>See <a href="https://example.com/x">this</a></p>"#;
    server.post(&format!("/conversations/{id}/reply"), admin_says("comment", html)).await.ok();
    let plain = server.get(&format!("/conversations/{id}?display_as=plaintext")).await.ok();
    assert_eq!(plain["source"]["body"], "One & two");
    let body = last_part(&plain)["body"].as_str().unwrap();
    assert!(body.contains("this") && body.contains("https://example.com/x") && !body.contains('<'), "{body}");
    assert_eq!(server.get(&format!("/conversations/{id}?display_as=pdf")).await.status, 400);
}

#[tokio::test]
async fn an_update_sets_what_it_names_and_nothing_else() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}");
    let attribute = json!({"name": "Kind", "data_type": "list", "options": [{"label": "Billing"}, {"label": "Other"}]});
    server.post("/conversations/attributes", attribute).await.ok();
    let body = json!({"read": true, "title": "Lamp", "priority": "high", "admin_id": BEN, "company_id": ACME,
        "custom_attributes": {"Kind": "Billing"}});
    let updated = server.call("PUT", &path, body).await.ok();
    assert_eq!((updated["title"].as_str(), updated["read"].as_bool()), (Some("Lamp"), Some(true)));
    assert_eq!((updated["priority"].as_str(), &updated["company"]["name"]), (Some("high"), &json!("Acme")));
    assert_eq!(updated["company"]["tags"]["tags"][0]["name"], "refund");
    assert_eq!(updated["custom_attributes"], json!({"Kind": "Billing"}));
    let again = server.call("PUT", &path, json!({"title": null})).await.ok();
    assert_eq!((&again["title"], again["priority"].as_str()), (&json!(null), Some("high")));
    for body in [
        json!({"priority": "sky-high"}),
        json!({"custom_attributes": {"Unknown": 1}}),
        json!({"custom_attributes": {"Kind": "Neither"}}),
        json!({"read": "yes"}),
    ] {
        let (status, code) = server.call("PUT", &path, body.clone()).await.code();
        assert_eq!((status, code.as_str()), (400, "parameter_invalid"), "{body}");
    }
}

#[tokio::test]
async fn a_tag_is_put_on_and_taken_off() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/tags");
    let put = server.post(&path, json!({"id": REFUND.to_string(), "admin_id": BEN.to_string()})).await.ok();
    let expected = json!({"type": "tag", "id": REFUND.to_string(), "name": "refund", "applied_at": NOON,
        "applied_by": {"type": "admin", "id": BEN.to_string()}});
    assert_eq!(put, expected);
    assert_eq!(server.conversation(&id).await["tags"]["tags"], json!([expected]));
    let off = format!("{path}/{REFUND}");
    assert_eq!(server.call("DELETE", &off, json!({"admin_id": BEN})).await.ok(), expected);
    assert_eq!(server.conversation(&id).await["tags"]["tags"], json!([]));
    assert_eq!(server.call("DELETE", &off, json!({"admin_id": BEN})).await.code().1, "tag_not_found");
    assert_eq!(server.post(&path, json!({"id": "1", "admin_id": BEN})).await.status, 404);
    assert_eq!(server.post(&path, json!({"id": REFUND})).await.refusal().2.as_deref(), Some("admin_id"));
}

#[tokio::test]
async fn a_merge_answers_the_primary_and_closes_the_other() {
    let server = Server::start().await;
    let (one, two) = (server.begin(MARTA, "First").await, server.begin(MARTA, "Second").await);
    let path = format!("/conversations/{two}/merge");
    let into = |id: &str| json!({"merge_into_conversation_id": id.parse::<i64>().unwrap()});
    let merged = server.post(&path, into(&one)).await.ok();
    assert_eq!(merged["id"], one.as_str());
    assert_eq!(last_part(&merged)["part_type"], "merged_primary_conversation");
    assert_eq!(server.conversation(&two).await["state"], "closed");
    assert_eq!(server.post(&path, into(&one)).await.code(), (422, "merge_failed".to_owned()));
    let selfish = server.post(&format!("/conversations/{one}/merge"), into(&one)).await;
    assert_eq!(selfish.code(), (422, "merge_failed".to_owned()));
    assert_eq!(server.post(&path, json!({"merge_into_conversation_id": 42})).await.code().0, 422);
    let wrong = server.post(&path, json!({"merge_into_conversation_id": "abc"})).await;
    assert_eq!(wrong.code(), (400, "parameter_invalid".to_owned()));
}

#[tokio::test]
async fn a_redacted_message_is_gone_for_good() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "My card is 4111").await;
    let replied = server.post(&format!("/conversations/{id}/reply"), admin_says("comment", "secret")).await.ok();
    let part = last_part(&replied)["id"].clone();
    let body = json!({"type": "conversation_part", "conversation_id": id, "conversation_part_id": part});
    let redacted = server.post("/conversations/redact", body).await.ok();
    assert_eq!(last_part(&redacted)["redacted"], true);
    assert!(!last_part(&redacted)["body"].to_string().contains("secret"));
    let body = json!({"type": "source", "conversation_id": id, "source_id": redacted["source"]["id"]});
    let redacted = server.post("/conversations/redact", body).await.ok();
    assert_eq!(redacted["source"]["redacted"], true);
    let body = json!({"type": "conversation_part", "conversation_id": "x", "conversation_part_id": "y"});
    let (status, code) = server.post("/conversations/redact", body).await.code();
    assert_eq!((status, code.as_str()), (404, "conversation_part_or_message_not_found"));
}
