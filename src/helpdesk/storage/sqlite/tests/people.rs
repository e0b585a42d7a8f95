//! Contacts, their notes and tags, companies, teammates.

use serde_json::json;

use super::*;
use crate::helpdesk::model::act::{Away, NewNote};
use crate::helpdesk::model::page::{ContactSort, NumberedRequest, PageRequest};
use crate::helpdesk::model::{AwayReason, Company, CompanyId, Role};
use crate::helpdesk::search::ContactQuery;
use crate::helpdesk::storage::{CompanyFilter, StoreError};

const ALL: NumberedRequest = NumberedRequest { page: 1, per_page: 50, ascending: false };

fn lead(email: &str) -> ContactFields {
    ContactFields { role: Some(Role::Lead), ..user(email) }
}

#[tokio::test]
async fn a_contact_is_made_once() {
    let desk = Desk::new().await;
    let made = desk.store.create_contact(user("zoe@example.com")).await.unwrap();
    assert_eq!((made.id.as_str().len(), made.role), (24, Role::User));
    assert_eq!(code(desk.store.create_contact(user("ZOE@example.com")).await), "conflict");
    let external = ContactFields { external_id: Some(Some("ext-1".into())), ..user("other@example.com") };
    let refused = desk.store.create_contact(external).await.unwrap_err();
    assert!(refused.refusal().unwrap().message.contains(contact_id(1).as_str()));
    assert!(desk.store.create_contact(lead("zoe@example.com")).await.is_ok(), "a lead may be a duplicate");
    assert_eq!(code(desk.store.create_contact(ContactFields::default()).await), "parameter_invalid");
    assert_eq!(desk.store.contact_by_external_id("ext-2".into()).await.unwrap().id, contact_id(2));
    assert_eq!(desk.store.contact_by_email("C2@example.com".into()).await.unwrap().id, contact_id(2));
}

#[tokio::test]
async fn an_update_sets_clears_and_reaches_the_conversations() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let fields = ContactFields {
        external_id: Some(Some("new-ext".into())),
        name: Some(None),
        phone: Some(Some("+49301234".into())),
        ..ContactFields::default()
    };
    let contact = desk.store.update_contact(contact_id(1), fields).await.unwrap();
    assert_eq!((contact.name, contact.phone.as_deref()), (None, Some("+49301234")));
    let seen = desk.store.conversation(id).await.unwrap().conversation.contacts;
    assert_eq!(seen[0].external_id.as_deref(), Some("new-ext"));
    let unknown =
        ContactFields { custom_attributes: [("nope".to_owned(), json!(1))].into(), ..ContactFields::default() };
    assert_eq!(code(desk.store.update_contact(contact_id(1), unknown).await), "parameter_invalid");
}

#[tokio::test]
async fn a_lead_merges_into_a_user_and_is_gone() {
    let desk = Desk::new().await;
    let from = desk.store.create_contact(lead("c1@example.com")).await.unwrap().id;
    let conversation = desk.store.create_conversation(NewConversation { from: from.clone(), ..opening(1, "x") }).await;
    let conversation = conversation.unwrap().conversation.id;
    desk.store.tag_contact(from.clone(), URGENT).await.unwrap();
    let note = NewNote { contact: from.clone(), author: Some(ANA), body: "<p>vip</p>".into() };
    desk.store.create_note(note).await.unwrap();
    let other = desk.store.create_contact(lead("else@example.com")).await.unwrap().id;
    let merge = |from: &ContactId, into: &ContactId, skip| desk.store.merge_contacts(from.clone(), into.clone(), skip);
    assert_eq!(code(merge(&contact_id(1), &from, false).await), "invalid_merge");
    assert_eq!(code(merge(&other, &contact_id(1), false).await), "invalid_merge");
    let kept = merge(&from, &contact_id(1), false).await.unwrap();
    assert_eq!((kept.tags.as_slice(), kept.notes.len(), kept.merge_history.len()), (&[URGENT][..], 1, 1));
    let gone = desk.store.contact(from.clone()).await.unwrap_err();
    assert!(matches!(gone, StoreError::ContactMerged { into } if into == contact_id(1)));
    let thread = desk.store.conversation(conversation).await.unwrap();
    assert_eq!(thread.conversation.contacts[0].id, contact_id(1));
    assert!(desk.says(conversation, Actor::Contact(contact_id(1)), "me").await.parts.len() == 1);
    let listed = desk.store.list_contacts(PageRequest::first(50)).await.unwrap();
    assert!(listed.items.iter().all(|contact| contact.id != from));
    assert!(merge(&other, &contact_id(2), true).await.is_ok());
}

#[tokio::test]
async fn notes_and_tags_of_a_contact() {
    let desk = Desk::new().await;
    for body in ["one", "two"] {
        let note = NewNote { contact: contact_id(1), author: Some(BEN), body: body.into() };
        desk.store.create_note(note).await.unwrap();
    }
    let notes = desk.store.contact_notes(contact_id(1), ALL).await.unwrap();
    assert_eq!((notes.total_count, notes.items[0].body.as_str()), (2, "two"));
    assert_eq!(desk.store.contact(contact_id(1)).await.unwrap().notes.len(), 2);
    desk.store.tag_contact(contact_id(1), REFUND).await.unwrap();
    assert_eq!(desk.store.contact_tags(contact_id(1)).await.unwrap()[0].id, REFUND);
    desk.store.untag_contact(contact_id(1), REFUND).await.unwrap();
    assert_eq!(code(desk.store.untag_contact(contact_id(1), REFUND).await), "not_found");
    assert_eq!(code(desk.store.contact_notes(contact_id(9), ALL).await), "not_found");
}

#[tokio::test]
async fn companies_are_listed_when_they_have_people() {
    let desk = Desk::new().await;
    let company = |n: u8, tags: Vec<TagId>| Company {
        id: CompanyId(format!("{n:024x}")),
        company_id: format!("co-{n}"),
        name: format!("Company {n}"),
        updated_at: NOON + i64::from(n),
        tags,
        ..Company::default()
    };
    let member = Contact { companies: vec![company(1, vec![]).id, company(2, vec![]).id], ..contact(40) };
    let records = vec![
        Record::Company(Box::new(company(1, vec![]))),
        Record::Company(Box::new(company(2, vec![REFUND]))),
        Record::Company(Box::new(company(3, vec![]))),
        Record::Contact(Box::new(member)),
    ];
    desk.store.insert_batch(records).await.unwrap();
    let page = desk.store.list_companies(CompanyFilter::default(), ALL).await.unwrap();
    assert_eq!(page.items.iter().map(|c| c.company_id.as_str()).collect::<Vec<_>>(), ["co-2", "co-1"]);
    assert_eq!((page.total_count, page.items[0].user_count), (2, 1));
    let tagged = CompanyFilter { tag: Some(REFUND), segment: None };
    assert_eq!(desk.store.list_companies(tagged, ALL).await.unwrap().total_count, 1);
    assert_eq!(desk.store.company_by_external_id("co-3".into()).await.unwrap().name, "Company 3");
    assert_eq!(desk.store.company_by_name("Company 1".into()).await.unwrap().company_id, "co-1");
    assert_eq!(code(desk.store.company_by_name("None".into()).await), "company_not_found");
    assert_eq!(desk.store.contact_companies(contact_id(40)).await.unwrap().len(), 2);
    let thread = desk.store.create_conversation(NewConversation { from: contact_id(40), ..opening(1, "x") }).await;
    assert_eq!(thread.unwrap().company.unwrap().company_id, "co-1");
}

#[tokio::test]
async fn contacts_are_searched_by_fields_days_tags_and_attributes() {
    let desk = Desk::new().await;
    let special = Contact {
        custom_attributes: [("plan".to_owned(), json!("Pro")), ("seats".to_owned(), json!(5))].into(),
        tags: vec![URGENT],
        // 23:30 on the 9th in Berlin
        created_at: NOON - 13 * 3_600 - 1_800,
        ..contact(50)
    };
    desk.store.insert_batch(vec![Record::Contact(Box::new(special))]).await.unwrap();
    let find = |query: serde_json::Value| {
        let query = ContactQuery::parse(&query).unwrap();
        let store = &desk.store;
        async move {
            let page = store.search_contacts(query, None, PageRequest::first(50)).await.unwrap();
            assert_eq!(page.total_count, page.items.len());
            page.items.len()
        }
    };
    let one = |field: &str, operator: &str, value: serde_json::Value| json!({"field": field, "operator": operator, "value": value});
    assert_eq!(find(one("email", "=", json!("C50@EXAMPLE.com"))).await, 1);
    assert_eq!(find(one("email_domain", "=", json!("example.com"))).await, 4);
    assert_eq!(find(one("name", "~", json!("customer 5"))).await, 1);
    assert_eq!(find(one("external_id", "^", json!("ext-"))).await, 4);
    assert_eq!(find(one("custom_attributes.plan", "=", json!("Pro"))).await, 1);
    assert_eq!(find(one("custom_attributes.plan", "!=", json!("Pro"))).await, 3);
    assert_eq!(find(one("tag_id", "=", json!(URGENT.to_string()))).await, 1);
    assert_eq!(find(one("tag_id", "!=", json!(URGENT.to_string()))).await, 3);
    assert_eq!(find(one("role", "=", json!("lead"))).await, 0);
    assert_eq!(find(one("has_hard_bounced", "=", json!(false))).await, 4);
    assert_eq!(find(one("location.city", "=", json!(null))).await, 4);
    assert_eq!(find(one("created_at", "=", json!(NOON))).await, 3, "the whole day in the workspace's zone");
    assert_eq!(find(one("created_at", "<", json!(NOON))).await, 1);
    assert_eq!(find(one("created_at", ">", json!(NOON - 86_400))).await, 3);
    assert_eq!(find(one("created_at", ">", json!(NOON))).await, 0);
}

#[tokio::test]
async fn contacts_are_paged_in_any_sort() {
    let desk = Desk::new().await;
    let mut records = Vec::new();
    for n in 10..35_u64 {
        let name = (n % 3 > 0).then(|| format!("N{}", n % 7));
        records.push(Record::Contact(Box::new(Contact { name, ..contact(n) })));
    }
    desk.store.insert_batch(records).await.unwrap();
    for (field, ascending) in [("name", true), ("name", false), ("created_at", true), ("email", false)] {
        let mut seen = Vec::new();
        let mut page = PageRequest::first(4);
        loop {
            let sort = ContactSort { field: field.into(), ascending };
            let query = ContactQuery(crate::helpdesk::search::Node::All(Vec::new()));
            let got = desk.store.search_contacts(query, Some(sort), page.clone()).await.unwrap();
            seen.extend(got.items.iter().map(|contact| contact.id.clone()));
            page.starting_after = got.next;
            if page.starting_after.is_none() {
                break;
            }
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((seen.len(), unique.len()), (28, 28), "{field} {ascending}");
    }
    let wrong = PageRequest { per_page: 5, starting_after: Some("zzz".into()) };
    assert_eq!(code(desk.store.list_contacts(wrong).await), "client_error");
}

#[tokio::test]
async fn away_needs_a_good_reason_where_one_is_asked_for() {
    let desk = Desk::new().await;
    desk.store.set_workspace(Workspace { away_reason_mandatory: true, ..workspace() }).await.unwrap();
    let reason = |id, deleted| AwayReason {
        id,
        label: "Lunch".into(),
        emoji: "🍲".into(),
        order: id,
        deleted,
        created_at: NOON,
        updated_at: NOON,
    };
    let records = vec![Record::AwayReason(reason(2, true)), Record::AwayReason(reason(1, false))];
    desk.store.insert_batch(records).await.unwrap();
    let set = |reason| desk.store.set_away(BEN, Away { away: true, reassign: false, reason });
    assert_eq!(code(set(None).await), "away_status_reason_mandatory");
    assert_eq!(code(set(Some(2)).await), "parameter_invalid");
    assert_eq!(code(set(Some(9)).await), "parameter_invalid");
    let away = set(Some(1)).await.unwrap();
    assert_eq!((away.away, away.away_reason, away.away_since), (true, Some(1), Some(NOON)));
    assert_eq!(away.team_ids, [MANUAL, TURNS, BALANCED]);
    let back = desk.store.set_away(BEN, Away { away: false, reassign: false, reason: None }).await.unwrap();
    assert_eq!((back.away, back.away_reason, back.away_since), (false, None, None));
    assert_eq!(
        code(desk.store.set_away(AdminId(5), Away { away: true, reassign: false, reason: None }).await),
        "admin_not_found"
    );
    assert_eq!(desk.store.away_reasons().await.unwrap().len(), 2);
}
