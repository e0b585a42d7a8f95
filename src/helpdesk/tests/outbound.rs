use serde_json::json;

use super::*;

fn mail() -> Value {
    json!({
        "message_type": "email",
        "from": {"type": "admin", "id": ANA},
        "to": {"type": "user", "id": MARTA},
        "subject": "Your order <1042>",
        "template": "plain",
        "body": "It left today.",
        "create_conversation_without_contact_reply": true,
    })
}

#[tokio::test]
async fn a_teammate_begins_a_conversation_by_mail() {
    let server = Server::start().await;
    let message = server.post("/messages", mail()).await.ok();
    assert_eq!((message["type"].as_str(), message["message_type"].as_str()), (Some("admin_message"), Some("email")));
    assert_eq!(message["body"], "It left today.");
    assert_eq!(message["owner"]["id"], ANA.to_string());
    let begun = server.conversation(message["conversation_id"].as_str().unwrap()).await;
    assert_eq!(begun["source"]["id"], message["id"]);
    assert_eq!(begun["source"]["delivered_as"], "admin_initiated");
    assert_eq!(begun["source"]["type"], "email");
    assert_eq!(begun["source"]["subject"], "Your order &lt;1042&gt;");
    assert_eq!(begun["source"]["body"], "<p>It left today.</p>");
    assert_eq!(
        (&begun["source"]["author"]["type"], &begun["source"]["author"]["id"]),
        (&json!("admin"), &json!(ANA.to_string()))
    );
    assert_eq!(
        (&begun["state"], &begun["read"], &begun["waiting_since"]),
        (&json!("open"), &json!(true), &json!(null))
    );
    assert_eq!(begun["contacts"]["contacts"][0]["id"], MARTA);
    assert_eq!((begun["admin_assignee_id"].as_i64(), begun["team_assignee_id"].as_i64()), (Some(0), Some(0)));
}

#[tokio::test]
async fn in_the_messenger_a_list_of_one_and_no_subject_will_do() {
    let server = Server::start().await;
    let mut chat = mail();
    chat["message_type"] = json!("in_app");
    chat["to"] = json!([{"type": "lead", "id": LEAD}]);
    chat.as_object_mut().unwrap().remove("subject");
    chat.as_object_mut().unwrap().remove("template");
    let message = server.post("/messages", chat).await.ok();
    assert_eq!((&message["message_type"], &message["subject"]), (&json!("inapp"), &json!("")));
    let begun = server.conversation(message["conversation_id"].as_str().unwrap()).await;
    assert_eq!(begun["source"]["type"], "conversation");
}

#[tokio::test]
async fn without_being_asked_no_conversation_is_open_before_the_contact_answers() {
    let server = Server::start().await;
    let mut quiet = mail();
    quiet.as_object_mut().unwrap().remove("create_conversation_without_contact_reply");
    let message = server.post("/messages", quiet).await.ok();
    assert!(message.get("conversation_id").is_none());
    let found = server
        .post("/conversations/search", json!({"query": {"field": "contact_ids", "operator": "=", "value": MARTA}}))
        .await
        .ok();
    let begun = &found["conversations"][0];
    assert_eq!((&begun["source"]["id"], &begun["state"]), (&message["id"], &json!("closed")));
    let id = begun["id"].as_str().unwrap();
    let reply = json!({"type": "user", "message_type": "comment", "intercom_user_id": MARTA, "body": "Thanks"});
    assert_eq!(server.post(&format!("/conversations/{id}/reply"), reply).await.ok()["state"], "open");
}

#[tokio::test]
async fn messages_that_lack_something_name_it() {
    let server = Server::start().await;
    for (change, status, code, field) in [
        (json!({"message_type": null}), 400, "parameter_not_found", "message_type"),
        (json!({"message_type": "whatsapp"}), 400, "parameter_invalid", "message_type"),
        (json!({"from": null}), 400, "parameter_not_found", "from"),
        (json!({"from": {"type": "user", "id": MARTA}}), 400, "parameter_invalid", "from.type"),
        (json!({"from": {"type": "admin", "id": 1}}), 404, "admin_not_found", "from.id"),
        (json!({"to": null}), 400, "parameter_not_found", "to"),
        (json!({"to": [{"type": "user", "id": MARTA}, {"type": "user", "id": OTTO}]}), 400, "parameter_invalid", "to"),
        (json!({"cc": {"type": "user", "id": OTTO}}), 400, "parameter_invalid", "cc"),
        (json!({"body": " "}), 400, "parameter_invalid", "body"),
        (json!({"subject": " "}), 422, "parameter_not_found", "subject"),
        (json!({"template": "fancy"}), 400, "parameter_invalid", "template"),
    ] {
        let mut body = mail();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refusal = server.post("/messages", body).await.refusal();
        assert_eq!(refusal, (status, code.to_owned(), Some(field.to_owned())), "{change}");
    }
    let mut nobody = mail();
    nobody["to"]["id"] = json!("000000000000000000000000");
    assert_eq!(server.post("/messages", nobody).await.code().0, 404);
    let all = server.get("/conversations").await.ok();
    assert_eq!(all["total_count"], 0, "nothing was written");
}
