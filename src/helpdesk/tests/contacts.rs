use serde_json::json;

use super::*;

#[tokio::test]
async fn a_contact_tells_every_field_of_the_description() {
    let server = Server::start().await;
    let it = server.get(&format!("/contacts/{MARTA}")).await.ok();
    for field in [
        "type",
        "id",
        "external_id",
        "workspace_id",
        "role",
        "email",
        "email_domain",
        "phone",
        "name",
        "owner_id",
        "has_hard_bounced",
        "marked_email_as_spam",
        "unsubscribed_from_emails",
        "created_at",
        "updated_at",
        "signed_up_at",
        "last_seen_at",
        "last_replied_at",
        "last_contacted_at",
        "last_email_opened_at",
        "last_email_clicked_at",
        "language_override",
        "browser",
        "browser_version",
        "browser_language",
        "os",
        "android_app_name",
        "android_app_version",
        "android_device",
        "android_os_version",
        "android_sdk_version",
        "android_last_seen_at",
        "ios_app_name",
        "ios_app_version",
        "ios_device",
        "ios_os_version",
        "ios_sdk_version",
        "ios_last_seen_at",
        "custom_attributes",
        "avatar",
        "tags",
        "notes",
        "companies",
        "location",
        "social_profiles",
        "opted_out_subscription_types",
        "opted_in_subscription_types",
        "utm_campaign",
        "referrer",
    ] {
        assert!(it.get(field).is_some(), "{field} is not there");
    }
    assert_eq!(it["companies"]["data"][0], json!({"type": "company", "id": ACME, "url": format!("/companies/{ACME}")}));
    assert_eq!(it["workspace_id"], "k3x9v2ab");
    assert!(it.get("merge_history").is_none());
    let with = server.get(&format!("/contacts/{MARTA}?include_merge_history=true")).await.ok();
    assert_eq!(with["merge_history"], json!([]));
}

#[tokio::test]
async fn a_contact_is_made_found_and_changed() {
    let server = Server::start().await;
    let made = server
        .post("/contacts", json!({"role": "user", "email": "nina@example.org", "external_id": 77, "name": "Nina"}))
        .await
        .ok();
    assert_eq!((made["external_id"].as_str(), made["email_domain"].as_str()), (Some("77"), Some("example.org")));
    let id = made["id"].as_str().unwrap();
    assert_eq!(id.len(), 24);
    assert_eq!(server.get("/contacts/find_by_external_id/77").await.ok()["id"], id);
    let path = format!("/contacts/{id}");
    let changed = server.call("PUT", &path, json!({"phone": "+33 1 23 45", "name": null, "owner_id": BEN})).await.ok();
    assert_eq!(changed["phone"], "+33 1 23 45");
    assert_eq!((&changed["name"], &changed["owner_id"]), (&json!(null), &json!(BEN.to_string())));
    assert_eq!(changed["email"], "nina@example.org");

    assert_eq!(server.post("/contacts", json!({"role": "user", "email": "nina@example.org"})).await.status, 409);
    assert_eq!(server.post("/contacts", json!({"name": "nobody"})).await.status, 400);
    assert_eq!(server.post("/contacts", json!({"email": "no address"})).await.refusal().2.as_deref(), Some("email"));
    assert_eq!(server.post("/contacts", json!({"role": "boss"})).await.refusal().2.as_deref(), Some("role"));
    assert_eq!(server.get("/contacts/nobody").await.code(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn contacts_are_searched_and_sorted() {
    let server = Server::start().await;
    let search = |body: Value| {
        let server = &server;
        async move { server.post("/contacts/search", body).await }
    };
    let by_name = json!({"query": {"field": "role", "operator": "=", "value": "user"},
        "sort": {"field": "name", "order": "descending"}, "pagination": {"per_page": 1}});
    let found = search(by_name).await.ok();
    assert_eq!((found["type"].as_str(), found["total_count"].as_u64()), (Some("list"), Some(2)));
    assert_eq!(found["data"][0]["name"], "Otto");
    assert!(found["pages"]["next"]["starting_after"].is_string());
    let wrong = json!({"query": {"field": "role", "operator": "=", "value": "user"}, "sort": {"field": "name", "order": "desc"}});
    assert_eq!(search(wrong).await.code(), (400, "invalid_sort_order".to_owned()));
    let by_email = json!({"query": {"field": "email", "operator": "=", "value": "otto@example.com"}});
    assert_eq!(search(by_email).await.ok()["data"][0]["id"], OTTO);
    let listed = server.get("/contacts?per_page=2").await.ok();
    assert_eq!((listed["total_count"].as_u64(), listed["data"].as_array().unwrap().len()), (Some(3), 2));
}

#[tokio::test]
async fn a_merged_lead_points_at_the_user() {
    let server = Server::start().await;
    let body = json!({"from": LEAD, "into": MARTA});
    assert_eq!(server.post("/contacts/merge", body).await.code(), (400, "invalid_merge".to_owned()));
    let anyway = json!({"from": LEAD, "into": MARTA, "skip_duplicate_validation": true});
    assert_eq!(server.post("/contacts/merge?include_merge_history=true", anyway).await.ok()["id"], MARTA);
    let gone = server.get(&format!("/contacts/{LEAD}")).await;
    assert_eq!(gone.code(), (410, "contact_merged".to_owned()));
    assert_eq!(gone.headers["link"], format!("</contacts/{MARTA}>; rel=\"canonical\""));
}

#[tokio::test]
async fn notes_and_tags_of_a_contact_are_kept() {
    let server = Server::start().await;
    let path = format!("/contacts/{MARTA}/notes");
    let note = server.post(&path, json!({"body": "Likes green", "admin_id": BEN.to_string()})).await.ok();
    assert_eq!((note["type"].as_str(), note["body"].as_str()), (Some("note"), Some("<p>Likes green</p>")));
    assert_eq!(note["author"]["id"], BEN.to_string());
    assert_eq!(note["contact"], json!({"type": "contact", "id": MARTA}));
    let notes = server.get(&path).await.ok();
    assert_eq!((notes["total_count"].as_u64(), &notes["data"][0]), (Some(1), &note));
    assert_eq!(notes["pages"]["next"], json!(null));
    assert_eq!(server.post("/contacts/nobody/notes", json!({"body": "x"})).await.code().0, 404);
    assert_eq!(server.post(&path, json!({"body": ""})).await.refusal().2.as_deref(), Some("body"));

    let path = format!("/contacts/{MARTA}/tags");
    assert_eq!(server.post(&path, json!({"id": REFUND})).await.ok()["name"], "refund");
    assert_eq!(server.get(&path).await.ok()["data"][0]["id"], REFUND.to_string());
    assert_eq!(server.get(&format!("/contacts/{MARTA}")).await.ok()["tags"]["total_count"], 1);
    server.send("DELETE", &format!("{path}/{REFUND}"), &[], b"").await.ok();
    assert_eq!(server.get(&path).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn a_blocked_contact_loses_its_conversations_and_is_not_heard() {
    let server = Server::start().await;
    let (open, closed) = (server.begin(MARTA, "Buy now").await, server.begin(MARTA, "Buy more").await);
    let other = server.begin(OTTO, "Hello").await;
    let close = json!({"message_type": "close", "type": "admin", "admin_id": BEN});
    server.post(&format!("/conversations/{closed}/parts"), close).await.ok();
    let parts = |it: &Value| it["conversation_parts"]["total_count"].clone();
    let before = parts(&server.conversation(&closed).await);
    let path = format!("/contacts/{MARTA}/block");
    let blocked = server.post(&path, json!({})).await.ok();
    assert_eq!(blocked, json!({"type": "contact", "id": MARTA, "external_id": "cust-1", "blocked": true}));
    assert_eq!(server.conversation(&open).await["state"], "closed");
    assert_eq!(parts(&server.conversation(&closed).await), before, "what is closed is not closed again");
    assert_eq!(server.conversation(&other).await["state"], "open");
    assert_eq!(server.post(&path, json!({})).await.ok(), blocked);
    let reply = json!({"type": "user", "message_type": "comment", "intercom_user_id": MARTA, "body": "Please"});
    assert_eq!(
        server.post(&format!("/conversations/{open}/reply"), reply).await.code(),
        (422, "contact_blocked".to_owned())
    );
    let from = json!({"from": {"type": "user", "id": MARTA}, "body": "Me again"});
    assert_eq!(server.post("/conversations", from).await.code(), (422, "contact_blocked".to_owned()));
    assert_eq!(server.post("/contacts/nobody/block", json!({})).await.code(), (404, "not_found".to_owned()));
}
