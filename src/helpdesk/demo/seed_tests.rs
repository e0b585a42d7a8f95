#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::clock::{Clock, Ids};
use crate::helpdesk::model::page::PageRequest;
use crate::helpdesk::model::{AuthorKind, PartType, Place, State};
use crate::helpdesk::search::ConversationQuery;
use crate::helpdesk::storage::SqliteStore;
use crate::text::html::to_plain;

/// Tuesday, 3 November 2026, 14:02 in Paris.
const NOW: i64 = 1_793_710_920;

fn plan(conversations: usize) -> SeedPlan {
    SeedPlan { conversations, seed: 1, now: NOW }
}

fn open(now: i64) -> (TempDir, Arc<dyn Store>) {
    let dir = TempDir::new().unwrap();
    let store = SqliteStore::open(dir.path(), Clock::manual(now), Ids::seeded(9)).unwrap();
    (dir, Arc::new(store))
}

/// Everything that a plan makes, without a store.
fn made(plan: &SeedPlan) -> Vec<Record> {
    let (sender, mut batches) = mpsc::channel(1_000);
    make(plan, &sender);
    drop(sender);
    let mut records = Vec::new();
    while let Ok(batch) = batches.try_recv() {
        records.extend(batch);
    }
    records
}

fn threads(records: &[Record]) -> Vec<&Thread> {
    records
        .iter()
        .filter_map(|record| if let Record::Thread(thread) = record { Some(&**thread) } else { None })
        .collect()
}

#[test]
fn the_same_seed_makes_the_same_world() {
    assert_eq!(made(&plan(120)), made(&plan(120)));
    assert_ne!(made(&plan(120)), made(&SeedPlan { seed: 2, ..plan(120) }));
}

#[test]
fn every_thread_reads_forward_and_lies_in_the_past() {
    let records = made(&plan(400));
    let threads = threads(&records);
    assert_eq!(threads.len(), 400);
    for thread in threads {
        let conversation = &thread.conversation;
        let mut last = conversation.created_at;
        for part in &thread.parts {
            assert!(part.created_at >= last, "{:?} {part:?}", conversation.id);
            last = part.created_at;
        }
        assert!(last < NOW && conversation.updated_at <= NOW, "{:?}", conversation.id);
        let merged = !conversation.linked_objects.is_empty();
        assert!(
            conversation.waiting_since.is_none_or(|since| (merged || since >= conversation.created_at) && since < NOW)
        );
        assert_eq!(conversation.statistics.count_conversation_parts, i64::try_from(thread.parts.len()).unwrap());
        match conversation.state {
            State::Snoozed => assert!(conversation.snoozed_until.is_some_and(|until| until > NOW)),
            _ => assert_eq!(conversation.snoozed_until, None),
        }
    }
}

#[test]
fn every_author_is_somebody_and_every_text_is_whole() {
    let records = made(&plan(400));
    let mut contacts = BTreeMap::new();
    let (mut admins, mut tags, mut files) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for record in &records {
        match record {
            Record::Contact(contact) => {
                contacts.insert(contact.id.to_string(), contact);
            }
            Record::Admin(admin) => {
                admins.insert(admin.id.to_string());
            }
            Record::Tag(tag) => {
                tags.insert(tag.id);
            }
            Record::Attachment { id, .. } => {
                assert!(files.insert(id.clone()), "two files of one identifier");
            }
            _ => {}
        }
    }
    for thread in threads(&records) {
        let conversation = &thread.conversation;
        let contact = contacts[conversation.contacts[0].id.as_str()];
        assert!(contact.created_at < conversation.created_at, "a customer is older than what they write");
        assert!(conversation.tags.iter().all(|tag| tags.contains(&tag.id)));
        let messages = thread.parts.iter().filter_map(|part| Some((&part.author, part.body.as_ref()?)));
        for (author, body) in messages.chain([(&conversation.source.author, &conversation.source.body)]) {
            let known = match author.kind {
                AuthorKind::Admin => admins.contains(&author.id),
                AuthorKind::Bot => admins.contains(&author.id) || author.id == "1",
                _ => author.id == contact.id.as_str(),
            };
            assert!(known, "{author:?}");
            let text = to_plain(body).replace("[image: logo]", "");
            assert!(!text.trim().is_empty(), "{body}");
            for sign in ["{", "}", "[", "]", "|", "\\n", " ,", "  "] {
                // The hard customers write what they like.
                assert!(!text.contains(sign) || is_odd(&text), "{sign:?} in {text}");
            }
        }
        for attachment in thread.parts.iter().flat_map(|part| &part.attachments).chain(&conversation.source.attachments)
        {
            assert!(matches!(&attachment.place, Place::Stored(id) if files.contains(id)));
            assert!(attachment.filesize > 0);
        }
    }
}

fn is_odd(text: &str) -> bool {
    use super::super::{mail::paragraphs, odd::MESSAGES};
    MESSAGES.iter().any(|message| to_plain(&paragraphs(message.body)) == text)
}

#[test]
fn the_channels_languages_and_events_of_a_real_inbox_are_there() {
    let records = made(&plan(400));
    let threads = threads(&records);
    let channels: BTreeSet<_> = threads.iter().map(|thread| thread.conversation.source.kind.as_str()).collect();
    for channel in ["email", "conversation", "phone_call", "sms", "whatsapp", "facebook", "instagram", "twitter"] {
        assert!(channels.contains(channel), "{channel}");
    }
    let parts = || threads.iter().flat_map(|thread| &thread.parts);
    for kind in [
        PartType::Comment,
        PartType::Note,
        PartType::Assignment,
        PartType::Close,
        PartType::Open,
        PartType::Snoozed,
        PartType::TimerUnsnooze,
        PartType::RatingChanged,
        PartType::MergedPrimary,
        PartType::MergedSecondary,
        PartType::AttributeUpdatedByAdmin,
    ] {
        assert!(parts().any(|part| part.part_type == kind), "{kind:?}");
    }
    let bodies = || {
        parts()
            .filter_map(|part| part.body.as_deref())
            .chain(threads.iter().map(|t| t.conversation.source.body.as_str()))
    };
    for sign in [
        "gmail_quote",
        "<blockquote type=\"cite\">",
        "<img src=",
        "<a href=\"https://",
        "Bonjour",
        "Guten Tag",
        "refund",
        "C-",
    ] {
        assert!(bodies().any(|body| body.contains(sign)), "{sign}");
    }
    assert!(bodies().filter(|body| body.contains("refund")).count() > 40);
    let files: Vec<_> = parts()
        .flat_map(|part| &part.attachments)
        .chain(threads.iter().flat_map(|t| &t.conversation.source.attachments))
        .collect();
    for kind in ["image/png", "application/pdf", "text/plain"] {
        assert!(files.iter().any(|file| file.content_type == kind), "{kind}");
    }
    let slas: BTreeSet<_> = threads
        .iter()
        .filter_map(|thread| thread.conversation.sla_applied.as_ref())
        .map(|sla| (sla.name.as_str(), sla.status.as_deref().unwrap_or_default()))
        .collect();
    for sla in [("VIP", "hit"), ("Standard", "hit"), ("Standard", "missed"), ("Standard", "active")] {
        assert!(slas.contains(&sla), "{sla:?} of {slas:?}");
    }
    let waits: Vec<_> = threads
        .iter()
        .filter(|thread| thread.conversation.state == State::Open)
        .filter_map(|thread| Some(NOW - thread.conversation.waiting_since?))
        .collect();
    assert!(waits.iter().any(|wait| *wait < 600) && waits.iter().any(|wait| *wait > 2 * 86_400));
}

#[test]
fn hardly_two_questions_are_the_same() {
    let records = made(&plan(2_000));
    let bodies: Vec<_> = threads(&records).into_iter().map(|thread| &thread.conversation.source.body).collect();
    let different: BTreeSet<_> = bodies.iter().collect();
    assert!(different.len() * 1_000 >= bodies.len() * 995, "{} of {}", different.len(), bodies.len());
}

async fn count(store: &Arc<dyn Store>, filters: serde_json::Value) -> usize {
    let query = ConversationQuery::parse(&json!({"operator": "AND", "value": filters})).unwrap();
    store.count_conversations(query).await.unwrap()
}

#[tokio::test]
async fn the_sidebar_has_what_it_should() {
    let (_dir, store) = open(NOW);
    let seeded = seed(&store, &plan(400)).await.unwrap();
    assert_eq!((seeded.conversations, seeded.contacts, seeded.companies), (400, 250, 30));
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.open, counts.snoozed, counts.closed), (150, 10, 240));
    assert_eq!((counts.admins, counts.teams, counts.macros), (8, 4, 25));
    let open = json!({"field": "state", "operator": "=", "value": "open"});
    let of = |admin: i64| json!([open, {"field": "admin_assignee_id", "operator": "=", "value": admin}]);
    assert!((7..=10).contains(&count(&store, of(seeded.you.0)).await));
    assert!((14..=17).contains(&count(&store, of(0)).await));
    assert_eq!(store.admin(seeded.you).await.unwrap().name, "Ana Ito");
    assert_eq!(store.admins().await.unwrap().len(), 8, "bots are not listed");
}

#[tokio::test]
async fn you_are_mentioned_where_you_have_not_answered_yet() {
    let (_dir, store) = open(NOW);
    let you = seed(&store, &plan(400)).await.unwrap().you;
    let link = format!("data-admin-id=\"{you}\"");
    let mut unanswered = 0;
    let all = store.list_conversations(PageRequest::first(400)).await.unwrap();
    for listed in all.items {
        let thread = store.conversation(listed.conversation.id).await.unwrap();
        let mentioned =
            thread.parts.iter().rposition(|part| part.body.as_ref().is_some_and(|body| body.contains(&link)));
        let answered = thread.parts.iter().rposition(|part| part.author.admin() == Some(you));
        unanswered += usize::from(mentioned.is_some_and(|at| answered.is_none_or(|answer| answer < at)));
    }
    assert_eq!(unanswered, 3);
}

#[tokio::test]
async fn one_conversation_was_merged_into_another_of_the_same_customer() {
    let (_dir, store) = open(NOW);
    seed(&store, &plan(400)).await.unwrap();
    let all = store.list_conversations(PageRequest::first(400)).await.unwrap();
    let merged: Vec<_> = all.items.iter().filter(|listed| listed.conversation.merged_into.is_some()).collect();
    assert_eq!(merged.len(), 1);
    let primary = store.conversation(merged[0].conversation.merged_into.unwrap()).await.unwrap();
    assert_eq!(primary.conversation.contacts, merged[0].conversation.contacts);
    assert_eq!(primary.conversation.state, State::Open);
}

#[tokio::test]
async fn a_day_long_a_store_is_used_again_for_the_same_plan() {
    let (_dir, store) = open(NOW);
    assert!(needs_seed(&store, &plan(60)).await.unwrap());
    seed(&store, &plan(60)).await.unwrap();
    assert!(!needs_seed(&store, &plan(60)).await.unwrap());
    assert!(!needs_seed(&store, &SeedPlan { now: NOW + 86_000, ..plan(60) }).await.unwrap());
    for other in [
        SeedPlan { now: NOW + 86_400, ..plan(60) },
        SeedPlan { now: NOW - 1, ..plan(60) },
        SeedPlan { seed: 2, ..plan(60) },
        plan(61),
    ] {
        assert!(needs_seed(&store, &other).await.unwrap(), "{other:?}");
    }
    assert!(matches!(seed(&store, &plan(60)).await, Err(SeedError::NotEmpty)));
}

#[tokio::test]
async fn any_number_of_conversations_is_made() {
    for conversations in [0, 1, 5, 59, 60] {
        let (_dir, store) = open(NOW);
        let seeded = seed(&store, &plan(conversations)).await.unwrap();
        assert_eq!(seeded.conversations, conversations);
    }
}

#[tokio::test]
async fn new_conversations_are_assigned_by_all_three_methods() {
    use super::super::people::team_id;
    use super::super::talk::Desk;
    use crate::helpdesk::model::act::NewConversation;
    let (_dir, store) = open(NOW);
    seed(&store, &plan(400)).await.unwrap();
    let from = store.list_contacts(PageRequest::first(1)).await.unwrap().items.remove(0).id;
    for (desk, finds_somebody) in
        [(Desk::Support, true), (Desk::Returns, true), (Desk::Billing, true), (Desk::Wholesale, false)]
    {
        let new = NewConversation {
            from: from.clone(),
            channel: "email".to_owned(),
            subject: None,
            body: "<p>Hello</p>".to_owned(),
            attachments: Vec::new(),
            brand: None,
            team: Some(team_id(desk)),
            url: None,
            email: None,
            outbound: None,
            at: None,
        };
        let thread = store.create_conversation(new).await.unwrap();
        assert_eq!(thread.conversation.team_assignee, Some(team_id(desk)));
        assert_eq!(thread.conversation.admin_assignee.is_some(), finds_somebody, "{desk:?}");
    }
}

/// Not run by itself: `cargo test --release --lib -- --ignored a_hundred_thousand` takes the time.
#[tokio::test]
#[ignore = "takes a minute in a debug build"]
async fn a_hundred_thousand_are_made() {
    let (_dir, store) = open(NOW);
    let seeded = seed(&store, &plan(100_000)).await.unwrap();
    assert_eq!(seeded.conversations, 100_000);
}
