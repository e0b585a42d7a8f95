//! A conversation from its first message to its deletion.

use serde_json::json;

use super::*;
use crate::helpdesk::model::act::{ConversationUpdate, NewRating, Redaction};
use crate::helpdesk::model::page::NumberedRequest;
use crate::helpdesk::model::{
    AttributeId, AttributeKind, ConversationAttribute, NewAttachment, Place, Priority, State,
};
use crate::helpdesk::storage::{ChangeKind, StoreError};

#[tokio::test]
async fn a_new_conversation_has_an_id_that_looks_right_and_waits() {
    let desk = Desk::new().await;
    let one = desk.begin(1, "<p>Where is it?</p>").await;
    let two = desk.begin(2, "<p>And mine?</p>").await;
    assert!(one.conversation.id.to_string().len() >= 15);
    assert!(two.conversation.id > one.conversation.id);
    assert!(!one.conversation.source.id.is_unset());
    assert_eq!(one.conversation.waiting_since, Some(NOON));
    assert_eq!(one.conversation.contacts[0].external_id.as_deref(), Some("ext-1"));
    assert_eq!(desk.store.last_conversation(contact_id(2)).await.unwrap(), two.conversation.id);
    assert_eq!(desk.store.contact(contact_id(1)).await.unwrap().last_replied_at, Some(NOON));
}

#[tokio::test]
async fn a_whole_life_leaves_its_parts_in_order() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "<p>Hello</p>").await.conversation.id;
    desk.pass(60);
    desk.assign(id, Target::Admin(BEN)).await;
    desk.says(id, Actor::Admin(BEN), "<p>Hi</p>").await;
    desk.store.reply(id, reply(Actor::Admin(EVA), ReplyKind::Note, "<p>psst</p>")).await.unwrap();
    desk.pass(60);
    desk.step(id, Step::Snooze { until: NOON + 1_000 }).await;
    desk.step(id, Step::Open).await;
    desk.close(id).await;
    desk.pass(60);
    let thread = desk.says(id, Actor::Contact(contact_id(1)), "<p>one more thing</p>").await;
    assert_eq!(
        types(&thread.parts),
        [
            &PartType::Assignment,
            &PartType::Comment,
            &PartType::Note,
            &PartType::Snoozed,
            &PartType::Unsnoozed,
            &PartType::Close,
            &PartType::Open
        ]
    );
    assert!(thread.parts.windows(2).all(|pair| pair[0].id < pair[1].id));
    let it = &thread.conversation;
    assert_eq!((it.state, it.waiting_since, it.read), (State::Open, Some(NOON + 180), false));
    assert_eq!((it.statistics.count_conversation_parts, thread.total_parts), (7, 7));
    assert_eq!(it.teammates, [ANA, BEN, EVA], "everyone who wrote a part, in that order");
    let contact = desk.store.contact(contact_id(1)).await.unwrap();
    assert_eq!((contact.last_contacted_at, contact.last_replied_at), (Some(NOON + 60), Some(NOON + 180)));
}

#[tokio::test]
async fn what_is_so_already_changes_nothing() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let before = desk.close(id).await;
    let seq = *desk.store.last_change().borrow();
    desk.pass(5);
    assert_eq!(desk.close(id).await, before);
    assert_eq!(*desk.store.last_change().borrow(), seq);
}

#[tokio::test]
async fn a_snooze_wakes_when_due() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    assert_eq!(code(desk.try_step(id, Step::Snooze { until: NOON }).await), "parameter_invalid");
    desk.step(id, Step::Snooze { until: NOON + 100 }).await;
    assert_eq!(desk.store.next_wake().await.unwrap(), Some(NOON + 100));
    assert!(desk.store.wake_due(NOON + 99).await.unwrap().is_empty());
    assert_eq!(desk.store.wake_due(NOON + 100).await.unwrap(), [id]);
    assert!(desk.store.wake_due(NOON + 100).await.unwrap().is_empty());
    let thread = desk.store.conversation(id).await.unwrap();
    assert_eq!(thread.conversation.state, State::Open);
    assert_eq!(thread.parts.last().unwrap().part_type, PartType::TimerUnsnooze);
    assert_eq!(desk.store.next_wake().await.unwrap(), None);
}

#[tokio::test]
async fn who_is_not_there_cannot_act() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let unknown = ConversationId(7);
    let comment = |by| reply(by, ReplyKind::Comment, "x");
    assert_eq!(code(desk.store.reply(unknown, comment(Actor::Admin(ANA))).await), "not_found");
    assert_eq!(code(desk.store.reply(id, comment(Actor::Admin(AdminId(9)))).await), "admin_not_found");
    assert_eq!(code(desk.store.reply(id, comment(Actor::Contact(contact_id(2)))).await), "not_found");
    let nobody = Step::Assign { to: Target::Admin(AdminId(9)), body: None };
    assert_eq!(code(desk.try_step(id, nobody).await), "assignee_not_found");
    let nowhere = Step::Assign { to: Target::Team(TeamId(9)), body: None };
    assert_eq!(code(desk.try_step(id, nowhere).await), "assignee_not_found");
    assert_eq!(desk.store.conversation(id).await.unwrap().parts.len(), 0, "nothing by halves");
}

#[tokio::test]
async fn updates_set_title_read_priority_and_attributes() {
    let desk = Desk::new().await;
    let attribute = ConversationAttribute {
        id: AttributeId(0),
        name: "Order".into(),
        description: String::new(),
        kind: AttributeKind::Integer,
        required: false,
        visible_to: Vec::new(),
        archived: false,
        created_at: NOON,
        updated_at: NOON,
        admin: Some(ANA),
    };
    desk.store.insert_batch(vec![Record::ConversationAttribute(attribute)]).await.unwrap();
    let id = desk.begin(1, "x").await.conversation.id;
    desk.pass(10);
    let update = ConversationUpdate {
        by: Some(ANA),
        read: Some(true),
        title: Some("Lost parcel".into()),
        custom_attributes: [("Order".to_owned(), json!(42))].into(),
        priority: Some(Priority::High),
        ..ConversationUpdate::default()
    };
    let thread = desk.store.update_conversation(id, update.clone()).await.unwrap();
    let it = &thread.conversation;
    assert_eq!((it.read, it.title.as_deref(), it.priority), (true, Some("Lost parcel"), Priority::High));
    assert_eq!((it.updated_at, types(&thread.parts)), (NOON + 10, vec![&PartType::AttributeUpdatedByAdmin; 2]));
    assert_eq!(it.teammates, [ANA]);
    desk.pass(10);
    let again = desk.store.update_conversation(id, update).await.unwrap();
    assert_eq!(again.conversation.updated_at, NOON + 10);
    let wrong = |name: &str, value| ConversationUpdate {
        custom_attributes: [(name.to_owned(), value)].into(),
        title: Some("not this".into()),
        ..ConversationUpdate::default()
    };
    assert_eq!(code(desk.store.update_conversation(id, wrong("Order", json!("x"))).await), "parameter_invalid");
    assert_eq!(code(desk.store.update_conversation(id, wrong("Nope", json!(1))).await), "parameter_invalid");
    let kept = desk.store.conversation(id).await.unwrap();
    assert_eq!(kept.conversation.title.as_deref(), Some("Lost parcel"));
    let cleared = ConversationUpdate { title: Some(String::new()), ..ConversationUpdate::default() };
    assert_eq!(desk.store.update_conversation(id, cleared).await.unwrap().conversation.title, None);
}

#[tokio::test]
async fn tags_go_on_once_and_come_off() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let by = || Actor::Admin(BEN);
    assert_eq!(desk.store.tag_conversation(id, URGENT, by()).await.unwrap().name, "Urgent");
    desk.store.tag_conversation(id, URGENT, by()).await.unwrap();
    let tags = desk.store.conversation(id).await.unwrap().conversation.tags;
    assert_eq!((tags.len(), tags[0].name.as_str(), tags[0].applied_by), (1, "Urgent", Some(BEN)));
    assert_eq!(code(desk.store.tag_conversation(id, TagId(9), by()).await), "tag_not_found");
    desk.store.untag_conversation(id, URGENT, by()).await.unwrap();
    assert_eq!(code(desk.store.untag_conversation(id, URGENT, by()).await), "tag_not_found");
    assert!(desk.store.conversation(id).await.unwrap().conversation.tags.is_empty());
}

#[tokio::test]
async fn a_merge_ends_one_and_goes_on_in_the_other() {
    let desk = Desk::new().await;
    let one = desk.begin(1, "one").await.conversation.id;
    let two = desk.begin(1, "two").await.conversation.id;
    let other = desk.begin(2, "three").await.conversation.id;
    let merge = |from, into| desk.store.merge_conversations(from, into, Actor::Admin(ANA));
    assert_eq!(code(merge(one, one).await), "merge_failed");
    assert_eq!(code(merge(one, ConversationId(5)).await), "merge_failed");
    assert_eq!(code(merge(ConversationId(5), one).await), "not_found");
    assert_eq!(code(merge(one, other).await), "merge_failed");
    let primary = merge(one, two).await.unwrap();
    assert_eq!(primary.conversation.id, two);
    assert_eq!(types(&primary.parts), [&PartType::MergedPrimary]);
    let secondary = desk.store.conversation(one).await.unwrap();
    assert_eq!((secondary.conversation.state, secondary.conversation.merged_into), (State::Closed, Some(two)));
    assert_eq!(code(merge(one, two).await), "merge_failed");
    assert_eq!(code(desk.try_step(one, Step::Open).await), "parameter_invalid");
    let goes_on = desk.says(one, Actor::Contact(contact_id(1)), "still me").await;
    assert_eq!(goes_on.conversation.id, two, "the customer's words land where the thread lives");
}

#[tokio::test]
async fn redacted_words_and_files_are_gone_for_good() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "<p>my secretword is 1234</p>").await.conversation.id;
    let upload = NewAttachment::Upload {
        name: "card.png".into(),
        content_type: "image/png".into(),
        bytes: vec![1, 2, 3],
        pixels: Some((2, 1)),
    };
    let with_file = Reply { attachments: vec![upload], ..reply(Actor::Admin(ANA), ReplyKind::Comment, "<p>oops</p>") };
    let thread = desk.store.reply(id, with_file).await.unwrap();
    let part = thread.parts[0].clone();
    let Place::Stored(file) = part.attachments[0].place.clone() else { panic!("stored") };
    assert_eq!(desk.store.attachment(file.clone()).await.unwrap().bytes, [1, 2, 3]);
    let thread = desk.store.redact(Redaction::Part(id, part.id)).await.unwrap();
    assert!(thread.parts[0].redacted && thread.parts[0].body.is_none());
    assert_eq!(code(desk.store.attachment(file).await), "not_found");
    let source = thread.conversation.source.id;
    let thread = desk.store.redact(Redaction::Source(id, source)).await.unwrap();
    assert!(thread.conversation.source.redacted && thread.conversation.source.body.is_empty());
    let query = json!({"field": "source.body", "operator": "=", "value": "secretword"});
    let query = crate::helpdesk::search::ConversationQuery::parse(&query).unwrap();
    assert_eq!(desk.store.count_conversations(query).await.unwrap(), 0);
    let missing = Redaction::Part(id, source);
    assert_eq!(code(desk.store.redact(missing).await), "conversation_part_or_message_not_found");
    let event = desk.close(id).await.parts.last().unwrap().id;
    assert_eq!(code(desk.store.redact(Redaction::Part(id, event)).await), "conversation_part_not_redactable");
}

#[tokio::test]
async fn deleted_conversations_are_listed_and_gone() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let id = desk.begin(1, "x").await.conversation.id;
        desk.pass(10);
        desk.store.delete_conversation(id, n == 0).await.unwrap();
        ids.push(id);
    }
    assert_eq!(code(desk.store.conversation(ids[0]).await), "not_found");
    assert_eq!(code(desk.store.delete_conversation(ids[0], false).await), "not_found");
    let page = |page, ascending| NumberedRequest { page, per_page: 2, ascending };
    let newest = desk.store.deleted_conversations(page(1, false)).await.unwrap();
    assert_eq!((newest.total_count, newest.items[0].id, newest.items.len()), (3, ids[2], 2));
    let oldest = desk.store.deleted_conversations(page(1, true)).await.unwrap();
    assert_eq!((oldest.items[0].id, oldest.items[0].metrics_retained), (ids[0], true));
    assert_eq!(oldest.items[0].deleted_at, NOON + 10);
    assert_eq!(desk.store.deleted_conversations(page(2, true)).await.unwrap().items.len(), 1);
    assert_eq!(desk.store.counts().await.unwrap().parts, 0);
}

#[tokio::test]
async fn a_rating_is_kept_and_one_to_five() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    desk.assign(id, Target::Admin(BEN)).await;
    let rate = |score| NewRating { by: contact_id(1), score, remark: Some("fine".into()), at: None };
    assert_eq!(code(desk.store.rate_conversation(id, rate(6)).await), "parameter_invalid");
    let thread = desk.store.rate_conversation(id, rate(4)).await.unwrap();
    assert_eq!(thread.conversation.rating.unwrap().teammate, Some(BEN));
}

#[tokio::test]
async fn participants_join_and_the_last_one_stays() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let by = || Actor::Admin(ANA);
    let thread = desk.store.add_participant(id, contact_id(2), by()).await.unwrap();
    assert_eq!(thread.conversation.contacts.len(), 2);
    desk.says(id, Actor::Contact(contact_id(2)), "me too").await;
    desk.store.remove_participant(id, contact_id(1), by()).await.unwrap();
    assert_eq!(code(desk.store.remove_participant(id, contact_id(2), by()).await), "parameter_invalid");
}

#[tokio::test]
async fn only_the_most_recent_500_parts_are_told() {
    let desk = Desk::new().await;
    let mut thread = desk.begin(1, "x").await;
    let template = desk.says(thread.conversation.id, Actor::Admin(ANA), "0").await.parts[0].clone();
    thread.conversation.id = ConversationId(0);
    thread.conversation.source.id = crate::helpdesk::model::PartId(0);
    thread.parts = (0..520)
        .map(|n| Part { id: crate::helpdesk::model::PartId(0), body: Some(n.to_string()), ..template.clone() })
        .collect();
    desk.store.insert_batch(vec![Record::Thread(Box::new(thread))]).await.unwrap();
    let last = desk.store.last_conversation(contact_id(1)).await.unwrap();
    let found = desk.store.conversation(last).await.unwrap();
    assert_eq!((found.parts.len(), found.total_parts), (500, 520));
    assert_eq!(found.parts[0].body.as_deref(), Some("20"));
}

#[tokio::test]
async fn every_write_is_noted_in_order() {
    let desk = Desk::new().await;
    let mut last = desk.store.last_change();
    let start = *last.borrow_and_update();
    let id = desk.begin(1, "x").await.conversation.id;
    assert!(last.has_changed().unwrap());
    desk.close(id).await;
    desk.store.delete_conversation(id, false).await.unwrap();
    let changes = desk.store.changes_since(start, 100).await.unwrap().changes;
    assert!(changes.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let of_it: Vec<_> = changes.iter().filter(|change| change.id == id.to_string()).map(|change| change.kind).collect();
    assert_eq!(of_it, [ChangeKind::Conversation, ChangeKind::Conversation, ChangeKind::ConversationDeleted]);
    assert!(changes.iter().any(|change| change.kind == ChangeKind::Contact));
    assert_eq!(desk.store.changes_since(start, 1).await.unwrap().changes.len(), 1);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let desk = Desk::new().await;
    desk.store.close().await;
    assert!(matches!(desk.store.tags().await, Err(StoreError::Closed)));
}
