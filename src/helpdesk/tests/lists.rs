use serde_json::json;

use super::*;

#[tokio::test]
async fn people_are_listed_with_their_teams() {
    let server = Server::start().await;
    let admins = server.get("/admins").await.ok();
    assert_eq!(admins["type"], "admin.list");
    assert_eq!(admins["admins"][0]["team_ids"], json!([SUPPORT, BILLING]));
    assert_eq!(server.get("/admins/1").await.code(), (404, "admin_not_found".to_owned()));
    let teams = server.get("/teams").await.ok();
    assert_eq!(teams["teams"][0]["admin_ids"], json!([ANA, BEN]));
    assert_eq!(server.get(&format!("/teams/{BILLING}")).await.ok()["name"], "Billing");
    assert_eq!(server.get("/teams/1").await.code(), (404, "team_not_found".to_owned()));
    assert_eq!(server.get("/away_status_reasons").await.ok(), json!({"type": "list", "data": []}));
}

#[tokio::test]
async fn tags_are_made_renamed_and_deleted() {
    let server = Server::start().await;
    let made = server.post("/tags", json!({"name": " Late "})).await.ok();
    assert_eq!(made["name"], "Late");
    let id = made["id"].as_str().unwrap();
    assert_eq!(server.post("/tags", json!({"name": "late"})).await.ok()["id"], id, "one name whatever its case");
    assert_eq!(server.post("/tags", json!({"id": id, "name": "Delayed"})).await.ok()["name"], "Delayed");
    assert_eq!(server.get(&format!("/tags/{id}")).await.ok(), json!({"type": "tag", "id": id, "name": "Delayed"}));
    let users = json!({"name": "Delayed", "users": [{"id": MARTA}, {"id": "nobody"}]});
    let tagged = server.post("/tags", users).await.ok();
    assert_eq!(tagged["users"], json!([{"id": MARTA, "tagged": true}, {"id": "nobody", "tagged": false}]));
    let path = format!("/tags/{id}");
    assert_eq!(server.send("DELETE", &path, &[], b"").await.code().1, "tag_has_dependent_objects");
    server.send("DELETE", &format!("/contacts/{MARTA}/tags/{id}"), &[], b"").await.ok();
    assert_eq!(server.send("DELETE", &path, &[], b"").await.status, 200);
    assert_eq!(server.get(&path).await.code(), (404, "not_found".to_owned()));
    assert_eq!(server.post("/tags", json!({"name": ""})).await.refusal().2.as_deref(), Some("name"));
    assert_eq!(server.get("/tags").await.ok()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn companies_are_listed_and_found_by_their_own_names() {
    let server = Server::start().await;
    let listed = server.get("/companies").await.ok();
    assert_eq!((listed["total_count"].as_u64(), listed["pages"]["per_page"].as_u64()), (Some(1), Some(15)));
    assert_eq!(listed["pages"]["next"], json!(null));
    let it = &listed["data"][0];
    assert_eq!((it["id"].as_str(), it["user_count"].as_u64()), (Some(ACME), Some(2)));
    assert_eq!(
        (&it["app_id"], &it["plan"], &it["custom_attributes"]["tier"]),
        (&json!("k3x9v2ab"), &json!({}), &json!("gold"))
    );
    assert_eq!(&server.get(&format!("/companies/{ACME}")).await.ok(), it);
    for query in ["company_id=acme-1", "name=Acme", &format!("tag_id={REFUND}")] {
        assert_eq!(server.get(&format!("/companies?{query}")).await.ok()["data"][0]["id"], ACME, "{query}");
    }
    assert_eq!(server.get("/companies?name=Nobody").await.code(), (404, "company_not_found".to_owned()));
    assert_eq!(server.get(&format!("/contacts/{MARTA}/companies")).await.ok()["data"][0]["id"], ACME);
}

#[tokio::test]
async fn macros_tell_both_forms_of_their_text() {
    let server = Server::start().await;
    let listed = server.get("/macros").await.ok();
    assert_eq!(listed["pages"], json!({"type": "pages", "per_page": 50, "next": null}));
    let it = &listed["data"][0];
    assert_eq!(it["created_at"], "2026-03-10T12:00:00.000Z");
    assert_eq!((it["visible_to"].as_str(), &it["visible_to_team_ids"]), (Some("everyone"), &json!([])));
    assert_eq!(&server.get("/macros/5310101").await.ok(), it);
    assert_eq!(server.get("/macros/1").await.code(), (404, "not_found".to_owned()));
    assert_eq!(server.get(&format!("/macros?updated_since={}", NOON + 1)).await.ok()["data"], json!([]));
    assert_eq!(server.get("/macros?updated_since=yesterday").await.code(), (400, "parameter_invalid".to_owned()));
}

#[tokio::test]
async fn attributes_are_defined_by_type() {
    let server = Server::start().await;
    for (body, has) in [
        (json!({"name": "Order", "data_type": "string", "multiline": true}), "multiline"),
        (json!({"name": "Kind", "data_type": "list", "options": [{"label": "A"}]}), "options"),
    ] {
        let made = server.post("/conversations/attributes", body).await.ok();
        assert!(made.get(has).is_some() && made["id"].is_i64(), "{made}");
        let path = format!("/conversations/attributes/{}", made["id"]);
        assert_eq!(server.get(&path).await.ok(), made);
    }
    let listed = server.get("/conversations/attributes").await.ok();
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    for (body, status, field) in [
        (json!({"name": "X", "data_type": "colour"}), 422, "data_type"),
        (json!({"name": "Order", "data_type": "integer"}), 400, "name"),
        (json!({"name": "X", "data_type": "list"}), 400, "options"),
        (json!({"data_type": "list"}), 400, "name"),
    ] {
        let refusal = server.post("/conversations/attributes", body).await.refusal();
        assert_eq!((refusal.0, refusal.2.as_deref()), (status, Some(field)));
    }
    assert_eq!(server.get("/data_attributes?model=conversation").await.status, 422);
    assert_eq!(server.get("/data_attributes?model=contact").await.ok()["type"], "list");
}

#[tokio::test]
async fn the_rest_of_the_workspace_is_listed() {
    let server = Server::start().await;
    assert_eq!(server.get("/segments").await.ok()["type"], "segment.list");
    assert_eq!(server.get("/brands").await.ok()["type"], "list");
    assert_eq!(server.get("/office_hours_schedules").await.ok()["type"], "office_hours_schedule.list");
    for path in ["/segments/x", "/brands/x", "/office_hours_schedules/1"] {
        assert_eq!(server.get(path).await.code(), (404, "not_found".to_owned()), "{path}");
    }
    let can = server.get("/deskhand/capabilities").await.ok();
    for what in ["priority", "tokens", "events", "bulk_threads"] {
        assert_eq!(can[what], true, "{what}");
    }
    assert_eq!((&can["threads_per_page"], &can["threads_ids"]), (&json!(10_000), &json!(500)));
}

#[tokio::test]
async fn days_with_other_hours_are_listed_with_their_schedule() {
    use crate::helpdesk::model::{ExceptionKind, HoursException, Interval, OfficeHours, ScheduleId};
    let server = Server::start().await;
    let exception = |date: &str, kind| HoursException {
        id: ScheduleId(0),
        date: date.to_owned(),
        kind,
        name: None,
        recurring_annually: false,
        created_at: NOON,
        updated_at: NOON,
    };
    let short = ExceptionKind::CustomHours(vec![Interval { start_minute: 600, end_minute: 660 }]);
    let hours = OfficeHours {
        id: ScheduleId(0),
        name: "Support".to_owned(),
        time_zone: "Europe/Paris".to_owned(),
        twenty_four_seven: false,
        intervals: vec![Interval { start_minute: 540, end_minute: 1_020 }],
        exceptions: vec![exception("2026-12-25", ExceptionKind::Closed), exception("2026-12-31", short)],
        created_at: NOON,
        updated_at: NOON,
    };
    server.store.insert_batch(vec![Record::OfficeHours(hours)]).await.unwrap();
    let schedule = server.get("/office_hours_schedules").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let list = server.get(&format!("/office_hours_schedules/{schedule}/office_hours_exceptions")).await.ok();
    assert_eq!(list["type"], "office_hours_exception.list");
    let (closed, short) = (&list["data"][0], &list["data"][1]);
    assert_eq!((&closed["exception_type"], &closed["time_intervals"]), (&json!("closed"), &Value::Null));
    assert_eq!(closed["office_hours_schedule_id"], json!(schedule));
    // A Thursday.
    assert_eq!(short["time_intervals"], json!([{"start_minute": 600, "end_minute": 660, "day_of_week": 3}]));
    assert_eq!(server.get("/office_hours_schedules/7/office_hours_exceptions").await.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn participants_join_and_leave() {
    let server = Server::start().await;
    let id = server.begin(MARTA, "Hello").await;
    let path = format!("/conversations/{id}/customers");
    let joined = server.post(&path, json!({"admin_id": ANA, "customer": {"intercom_user_id": OTTO}})).await.ok();
    assert_eq!(joined["contacts"]["contacts"].as_array().unwrap().len(), 2);
    let joined = server.post(&path, json!({"admin_id": ANA, "customer": {"email": "new@example.net"}})).await.ok();
    assert_eq!(joined["contacts"]["contacts"].as_array().unwrap().len(), 3, "an unknown address becomes a lead");
    let left = server.call("DELETE", &format!("{path}/{OTTO}"), json!({"admin_id": ANA})).await.ok();
    assert_eq!(left["contacts"]["contacts"].as_array().unwrap().len(), 2);
    assert_eq!(left["customers"][0], json!({"type": "contact", "id": MARTA}));
    assert_eq!(server.post(&path, json!({"admin_id": ANA, "customer": {}})).await.status, 400);
}
