//! Tags, macros, tokens, segments.

use std::collections::BTreeSet;

use super::*;
use crate::helpdesk::model::act::TagSpec;
use crate::helpdesk::model::page::PageRequest;
use crate::helpdesk::model::{Macro, MacroId, MacroVisibility, Segment, SegmentId, Token, TokenId};

fn named(name: &str) -> TagSpec {
    TagSpec { id: None, name: name.into() }
}

#[tokio::test]
async fn a_tags_name_is_the_same_in_any_case() {
    let desk = Desk::new().await;
    let again = desk.store.save_tag(named(" URGENT ")).await.unwrap();
    assert_eq!((again.id, again.name.as_str()), (URGENT, "Urgent"));
    let new = desk.store.save_tag(named("Über")).await.unwrap();
    assert_eq!(desk.store.save_tag(named("über")).await.unwrap().id, new.id);
    let taken = TagSpec { id: Some(new.id), name: "urgent".into() };
    assert_eq!(code(desk.store.save_tag(taken).await), "parameter_invalid");
    let renamed = TagSpec { id: Some(URGENT), name: "URGENT".into() };
    assert_eq!(desk.store.save_tag(renamed).await.unwrap().name, "URGENT");
    assert_eq!(code(desk.store.save_tag(named("  ")).await), "parameter_invalid");
    assert_eq!(code(desk.store.save_tag(TagSpec { id: Some(TagId(1)), name: "x".into() }).await), "not_found");
}

#[tokio::test]
async fn a_tag_in_use_is_not_deleted() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    desk.store.tag_conversation(id, URGENT, Actor::Admin(ANA)).await.unwrap();
    let refused = desk.store.delete_tag(URGENT).await.unwrap_err();
    let refusal = refused.refusal().unwrap();
    assert_eq!(refusal.code, "tag_has_dependent_objects");
    assert!(refusal.message.contains("Conversations: 1."), "{}", refusal.message);
    desk.store.delete_tag(REFUND).await.unwrap();
    assert_eq!(code(desk.store.delete_tag(REFUND).await), "not_found");
    assert_eq!(desk.store.tags().await.unwrap().len(), 1);
}

#[tokio::test]
async fn macros_are_seen_by_whom_they_are_for() {
    let desk = Desk::new().await;
    let text = |n: i64, visible_to| {
        Record::Macro(Macro {
            id: MacroId(n),
            name: format!("M{n}"),
            body: "<p>Hi</p>".into(),
            body_text: "Hi".into(),
            created_at: NOON,
            updated_at: NOON + n / 2,
            visible_to,
            available_on: vec!["inbox".into()],
        })
    };
    let own = Team { members: vec![BEN], ..team(TeamId(260), "Own", Distribution::Manual) };
    let mut records = vec![Record::Team(own)];
    for n in 1..=6 {
        records.push(text(n, MacroVisibility::Everyone));
    }
    records.push(text(7, MacroVisibility::Teams(vec![TeamId(260)])));
    desk.store.insert_batch(records).await.unwrap();
    let walk = |reader, since| {
        let store = &desk.store;
        async move {
            let (mut seen, mut page) = (Vec::new(), PageRequest::first(2));
            loop {
                let got = store.list_macros(reader, since, page.clone()).await.unwrap();
                seen.extend(got.items.iter().map(|text| text.id.0));
                page.starting_after = got.next;
                if page.starting_after.is_none() {
                    return seen;
                }
            }
        }
    };
    assert_eq!(walk(BEN, None).await, [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(walk(ANA, None).await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(walk(ANA, Some(NOON + 2)).await, [6, 5, 4]);
    assert_eq!(code(desk.store.get_macro(MacroId(7), ANA).await), "not_found");
    assert_eq!(desk.store.get_macro(MacroId(7), BEN).await.unwrap().name, "M7");
    let wrong = PageRequest { per_page: 2, starting_after: Some("?".into()) };
    assert_eq!(code(desk.store.list_macros(ANA, None, wrong).await), "parameter_invalid");
}

#[tokio::test]
async fn tokens_are_found_by_hash_and_revoked_for_good() {
    let desk = Desk::new().await;
    let token = Token {
        id: TokenId(0),
        name: "first".into(),
        hash: "ab12".into(),
        admin: ANA,
        scopes: BTreeSet::from(["read_conversations".to_owned()]),
        created_at: NOON,
        revoked_at: None,
    };
    let kept = desk.store.create_token(token.clone()).await.unwrap();
    assert_eq!(kept.id, TokenId(1));
    assert_eq!(code(desk.store.create_token(token.clone()).await), "conflict");
    let stranger = Token { hash: "cd".into(), admin: AdminId(5), ..token };
    assert_eq!(code(desk.store.create_token(stranger).await), "admin_not_found");
    assert_eq!(desk.store.token_by_hash("ab12".into()).await.unwrap(), Some(kept.clone()));
    assert_eq!(desk.store.token_by_hash("zz".into()).await.unwrap(), None);
    desk.store.revoke_token(kept.id).await.unwrap();
    desk.pass(9);
    desk.store.revoke_token(kept.id).await.unwrap();
    assert_eq!(desk.store.tokens().await.unwrap()[0].revoked_at, Some(NOON));
}

#[tokio::test]
async fn segments_are_counted() {
    let desk = Desk::new().await;
    let id = SegmentId::from("56203d253cba154d39010062");
    let segment = Segment {
        id: id.clone(),
        name: "Active".into(),
        person_type: "user".into(),
        created_at: NOON,
        updated_at: NOON,
        count: 99,
    };
    let member = Contact { segments: vec![id.clone()], ..contact(60) };
    desk.store.insert_batch(vec![Record::Segment(segment), Record::Contact(Box::new(member))]).await.unwrap();
    assert_eq!(desk.store.segment(id).await.unwrap().count, 1);
}
