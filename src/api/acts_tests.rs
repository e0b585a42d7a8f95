#![allow(clippy::unwrap_used, clippy::panic)]

use super::super::Class;
use super::super::script::{Script, answer, json as says};
use super::*;
use crate::domain::{Priority, TagId, TeamId, UnixTime};
use crate::text::{Untrusted, html};

const CHANGED: &str = r#"{"type":"conversation","id":"512","created_at":1795000000,"updated_at":1795000100,"state":"open",
    "admin_assignee_id":0,"team_assignee_id":31,
    "source":{"type":"email","id":"900","body":"<p>Hello</p>","author":{"type":"user","id":"65a1","name":"Mara"}},
    "conversation_parts":{"type":"conversation_part.list","total_count":1,"conversation_parts":[
        {"type":"conversation_part","id":"901","part_type":"comment","body":"<p>Hi</p>","created_at":1795000100,
         "author":{"type":"admin","id":"7","name":"Ines"}}]}}"#;
const TAG: &str = r#"{"type":"tag","id":"88","name":"vip"}"#;

fn id(text: &str) -> ConversationId {
    ConversationId::parse(text).unwrap()
}

fn me() -> TeammateId {
    TeammateId::parse("7").unwrap()
}

fn tag() -> (TagId, Untrusted) {
    (TagId::parse("88").unwrap(), Untrusted::new("vip"))
}

/// Does the act and returns the request line and body.
async fn request_of(act: &Act) -> (String, Value) {
    let script = Script::of_json(&[CHANGED]).await;
    script.client().perform(&id("512"), act, &me(), &[]).await.unwrap();
    let heard = script.heard();
    assert_eq!(heard.len(), 1);
    (heard[0].line().to_owned(), heard[0].json())
}

#[tokio::test]
async fn each_act_is_the_call_of_the_vendors_description() {
    let (tag_id, name) = tag();
    let parts = "POST /conversations/512/parts";
    let to = |to| Act::Assign { to };
    let assigned =
        |kind: &str, to: &str| json!({"message_type": "assignment", "type": kind, "admin_id": "7", "assignee_id": to});
    for (act, line, body) in [
        (Act::Close, parts, json!({"message_type": "close", "type": "admin", "admin_id": "7"})),
        (Act::Reopen, parts, json!({"message_type": "open", "admin_id": "7"})),
        (
            Act::Snooze { until: UnixTime(1_796_000_000), reminder: None },
            parts,
            json!({"message_type": "snoozed", "admin_id": "7", "snoozed_until": 1_796_000_000}),
        ),
        (to(AssignTo::Teammate(TeammateId::parse("9").unwrap())), parts, assigned("admin", "9")),
        (to(AssignTo::Team(TeamId::parse("31").unwrap())), parts, assigned("team", "31")),
        (to(AssignTo::Nobody), parts, assigned("admin", "0")),
        (to(AssignTo::NoTeam), parts, assigned("team", "0")),
        (
            Act::Tag { tag: tag_id.clone(), name: name.clone() },
            "POST /conversations/512/tags",
            json!({"id": "88", "admin_id": "7"}),
        ),
        (Act::Untag { tag: tag_id, name }, "DELETE /conversations/512/tags/88", json!({"admin_id": "7"})),
        (
            Act::Priority { to: Priority::Urgent },
            "PUT /conversations/512",
            json!({"priority": "urgent", "admin_id": "7"}),
        ),
        (Act::Merge { into: id("600") }, "POST /conversations/512/merge", json!({"merge_into_conversation_id": 600})),
    ] {
        assert_eq!(request_of(&act).await, (line.to_owned(), body), "{act:?}");
    }
}

#[tokio::test]
async fn a_reply_is_html_and_comes_back_with_its_thread() {
    let script = Script::of_json(&[CHANGED]).await;
    let reply = Act::Reply { text: "1 < 2 & more".into(), files: Vec::new() };
    let performed = script.client().perform(&id("512"), &reply, &me(), &[]).await.unwrap();
    let heard = script.heard();
    assert_eq!(heard[0].line(), "POST /conversations/512/reply");
    let body = heard[0].json();
    assert_eq!(body["message_type"], "comment");
    assert_eq!((&body["type"], &body["admin_id"]), (&json!("admin"), &json!("7")));
    assert_eq!(body["body"], html::from_plain("1 < 2 & more"));
    assert!(body["body"].as_str().unwrap().contains("1 &lt; 2 &amp; more"));
    assert_eq!(body.get("attachment_files"), None);
    let thread = performed.conversation.unwrap();
    assert_eq!(thread.parts.iter().map(|part| part.id.as_str()).collect::<Vec<_>>(), ["900", "901"]);
}

#[tokio::test]
async fn files_go_in_base64_with_or_without_words() {
    let script = Script::of_json(&[CHANGED]).await;
    let file = LoadedFile { name: "a.txt".into(), content_type: "text/plain".into(), bytes: b"hi\n".to_vec() };
    let note = Act::Note { text: String::new(), files: Vec::new() };
    script.client().perform(&id("512"), &note, &me(), std::slice::from_ref(&file)).await.unwrap();
    let body = script.heard()[0].json();
    assert_eq!(body["message_type"], "note");
    assert_eq!(body.get("body"), None);
    assert_eq!(body["attachment_files"], json!([{"name": "a.txt", "content_type": "text/plain", "data": "aGkK"}]));
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_before_it_is_sent() {
    let script = Script::of_json(&[]).await;
    let client = script.client();
    let file = LoadedFile { name: "a".into(), content_type: "text/plain".into(), bytes: Vec::new() };
    let note = Act::Note { text: "x".into(), files: Vec::new() };
    let error = client.perform(&id("1"), &note, &me(), &vec![file; 11]).await.unwrap_err();
    assert_eq!((error.code(), error.is_permanent()), (Some("attachment_limit_exceeded"), true));
    let error = client.perform(&id("1"), &Act::Merge { into: id("abc") }, &me(), &[]).await.unwrap_err();
    assert_eq!(error.code(), Some("id_invalid"));
    let error = client.perform(&id(".."), &Act::Close, &me(), &[]).await.unwrap_err();
    assert_eq!(error.code(), Some("id_invalid"));
    assert!(script.heard().is_empty());
}

#[tokio::test]
async fn a_team_takes_the_conversation_from_its_teammate() {
    let kept = CHANGED.replace(r#""admin_assignee_id":0"#, r#""admin_assignee_id":9"#);
    let script = Script::of_json(&[&kept, CHANGED]).await;
    let act = Act::Assign { to: AssignTo::Team(TeamId::parse("31").unwrap()) };
    let performed = script.client().perform(&id("512"), &act, &me(), &[]).await.unwrap();
    let heard = script.heard();
    assert_eq!((&heard[0].json()["type"], &heard[0].json()["assignee_id"]), (&json!("team"), &json!("31")));
    assert_eq!((&heard[1].json()["type"], &heard[1].json()["assignee_id"]), (&json!("admin"), &json!("0")));
    assert_eq!(performed.conversation.unwrap().conversation.assignee, None);
}

#[tokio::test]
async fn a_yes_that_cannot_be_read_leaves_a_doubt() {
    let (tag, name) = tag();
    let acts = [Act::Close, Act::Tag { tag, name }, Act::Priority { to: Priority::Urgent }];
    for act in acts {
        let script = Script::play(vec![answer(200, &[("Content-Type", "application/json")], b"")]).await;
        let error = script.client().perform(&id("512"), &act, &me(), &[]).await.unwrap_err();
        assert!(error.is_ambiguous(), "{act:?}");
        let script = Script::play(vec![answer(204, &[], b"")]).await;
        let performed = script.client().perform(&id("512"), &act, &me(), &[]).await.unwrap();
        assert_eq!(performed.conversation, None);
    }
    let script = Script::of_json(&[r#"{"ok":true}"#]).await;
    let error = script.client().perform(&id("512"), &Act::Close, &me(), &[]).await.unwrap_err();
    assert!(error.is_ambiguous());
}

#[tokio::test]
async fn a_refusal_keeps_the_servers_words() {
    let body =
        r#"{"type":"error.list","request_id":"r-9","errors":[{"code":"merge_failed","message":"Already merged"}]}"#;
    let script = Script::play(vec![says(422, body)]).await;
    let act = Act::Merge { into: id("600") };
    let error = script.client().perform(&id("512"), &act, &me(), &[]).await.unwrap_err();
    assert_eq!(*error.class(), Class::Refused);
    assert_eq!((error.code(), error.message().as_raw()), (Some("merge_failed"), "Already merged"));
}

#[tokio::test]
async fn a_tag_is_answered_with_a_tag() {
    let (tag, name) = tag();
    let script = Script::of_json(&[TAG]).await;
    let performed = script.client().perform(&id("512"), &Act::Tag { tag, name }, &me(), &[]).await.unwrap();
    assert_eq!(performed.conversation, None);
}
