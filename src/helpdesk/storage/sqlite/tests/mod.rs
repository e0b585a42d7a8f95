//! The store as a whole, each test on a directory of its own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod arrivals;
mod bulk;
mod durability;
mod lifecycle;
mod people;
mod search;
mod settings;

use std::time::Duration;

use super::SqliteStore;
use crate::clock::{Clock, Ids};
use crate::helpdesk::model::act::{Actor, ContactFields, Manage, NewConversation, Record, Reply, ReplyKind, Step};
use crate::helpdesk::model::{
    Admin, AdminId, Contact, ContactId, ConversationId, Distribution, Part, PartType, Tag, TagId, Target, Team, TeamId,
    Thread, Workspace,
};
use crate::helpdesk::storage::{Answer, Store};

/// A Tuesday noon in 2026, UTC.
const NOON: i64 = 1_773_144_000;
const ANA: AdminId = AdminId(101);
const BEN: AdminId = AdminId(102);
const EVA: AdminId = AdminId(103);
const MANUAL: TeamId = TeamId(201);
const TURNS: TeamId = TeamId(202);
const BALANCED: TeamId = TeamId(203);
const URGENT: TagId = TagId(301);
const REFUND: TagId = TagId(302);

struct Desk {
    store: SqliteStore,
    clock: Clock,
    dir: tempfile::TempDir,
}

fn contact_id(n: u64) -> ContactId {
    ContactId(format!("{n:024x}"))
}

fn admin(id: AdminId, name: &str) -> Admin {
    Admin {
        id,
        name: name.into(),
        email: format!("{}@shop.example", name.to_lowercase()),
        has_inbox_seat: true,
        ..Admin::default()
    }
}

fn team(id: TeamId, name: &str, distribution: Distribution) -> Team {
    Team { id, name: name.into(), members: vec![ANA, BEN, EVA], distribution, ..Team::default() }
}

fn contact(n: u64) -> Contact {
    Contact {
        id: contact_id(n),
        external_id: Some(format!("ext-{n}")),
        email: Some(format!("c{n}@example.com")),
        name: Some(format!("Customer {n}")),
        created_at: NOON - 1_000 + i64::try_from(n).unwrap(),
        updated_at: NOON - 1_000,
        ..Contact::default()
    }
}

fn workspace() -> Workspace {
    Workspace {
        id_code: "abcd1234".into(),
        name: "Shop".into(),
        region: "EU".into(),
        timezone: "Europe/Berlin".into(),
        created_at: 1,
        identity_verification: false,
        default_assignee: None,
        away_reason_mandatory: false,
        office_hours: None,
        channel_teams: std::collections::BTreeMap::new(),
    }
}

impl Desk {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOON);
        let store = SqliteStore::open(dir.path(), clock.clone(), Ids::seeded(1)).unwrap();
        let desk = Self { store, clock, dir };
        let mut records = vec![Record::Workspace(workspace())];
        for (id, name) in [(ANA, "Ana"), (BEN, "Ben"), (EVA, "Eva")] {
            records.push(Record::Admin(admin(id, name)));
        }
        records.push(Record::Team(team(MANUAL, "Manual", Distribution::Manual)));
        records.push(Record::Team(team(TURNS, "Turns", Distribution::RoundRobin)));
        records.push(Record::Team(team(BALANCED, "Balanced", Distribution::Balanced)));
        records.push(Record::Tag(Tag { id: URGENT, name: "Urgent".into() }));
        records.push(Record::Tag(Tag { id: REFUND, name: "refund".into() }));
        for n in 1..=3 {
            records.push(Record::Contact(Box::new(contact(n))));
        }
        let report = desk.store.insert_batch(records).await.unwrap();
        assert_eq!(report.known, Vec::<usize>::new());
        desk
    }

    fn reopen(self) -> Self {
        let Self { store, clock, dir } = self;
        drop(store);
        let store = SqliteStore::open(dir.path(), clock.clone(), Ids::seeded(2)).unwrap();
        Self { store, clock, dir }
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    async fn begin(&self, n: u64, body: &str) -> Thread {
        self.store.create_conversation(opening(n, body)).await.unwrap()
    }

    async fn begin_in(&self, team: TeamId) -> Thread {
        let new = NewConversation { team: Some(team), ..opening(1, "<p>hi</p>") };
        self.store.create_conversation(new).await.unwrap()
    }

    async fn says(&self, id: ConversationId, by: Actor, body: &str) -> Thread {
        self.store.reply(id, reply(by, ReplyKind::Comment, body)).await.unwrap()
    }

    async fn step(&self, id: ConversationId, step: Step) -> Thread {
        self.try_step(id, step).await.unwrap()
    }

    async fn try_step(&self, id: ConversationId, step: Step) -> Answer<Thread> {
        self.store.manage(id, Manage { by: Actor::Admin(ANA), step, at: None }).await
    }

    async fn close(&self, id: ConversationId) -> Thread {
        self.step(id, Step::Close { body: None }).await
    }

    async fn assign(&self, id: ConversationId, to: Target) -> Thread {
        self.step(id, Step::Assign { to, body: None }).await
    }
}

fn opening(n: u64, body: &str) -> NewConversation {
    NewConversation {
        from: contact_id(n),
        channel: "email".into(),
        subject: Some("About my order".into()),
        body: body.into(),
        attachments: Vec::new(),
        brand: None,
        team: None,
        url: None,
        email: None,
        outbound: None,
        at: None,
    }
}

fn reply(by: Actor, kind: ReplyKind, body: &str) -> Reply {
    Reply {
        by,
        kind,
        body: body.into(),
        attachments: Vec::new(),
        chosen: None,
        email: None,
        external_id: None,
        at: None,
    }
}

fn user(email: &str) -> ContactFields {
    ContactFields { email: Some(Some(email.into())), ..ContactFields::default() }
}

fn types(parts: &[Part]) -> Vec<&PartType> {
    parts.iter().map(|part| &part.part_type).collect()
}

fn code<T: std::fmt::Debug>(answer: Answer<T>) -> &'static str {
    answer.unwrap_err().refusal().unwrap().code
}
