//! Conversations, parts and files for the tests of this room.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use tempfile::TempDir;

use super::{Cache, CrashPoints, Dirs, Lease, NewRow, Settlement};
use crate::clock::Clock;
use crate::domain::{
    Act, Author, AuthorKind, Contact, ContactId, ContactRef, ContactRole, Conversation, ConversationId, GroupId,
    OutboxRow, OutboxStatus, Part, PartId, PartKind, TagId, TeamId, TeammateId, UnixTime,
};
use crate::text::Untrusted;

/// The manual clock's start.
pub const NOW: i64 = 1_795_000_000;

/// Both files in a directory of their own, and the clock.
pub struct Place {
    pub cache: Cache,
    pub clock: Clock,
    pub dirs: Dirs,
    _dir: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs { cache: dir.path().join("cache/ws"), state: dir.path().join("data/ws") };
        let clock = Clock::manual(NOW);
        Self { cache: Cache::open(&dirs, clock.clone()).unwrap(), clock, dirs, _dir: dir }
    }

    /// Another process on the same files.
    pub fn another(&self) -> Cache {
        Cache::open(&self.dirs, self.clock.clone()).unwrap()
    }

    pub fn with_crash_points(&self, points: CrashPoints) -> Cache {
        Cache::open_with(&self.dirs, self.clock.clone(), points).unwrap()
    }
}

/// The same directories with nobody in them; a copy, so that no connection is open.
pub fn closed(place: Place) -> (Dirs, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let dirs = Dirs { cache: dir.path().join("cache"), state: dir.path().join("state") };
    for (from, to) in [(&place.dirs.cache, &dirs.cache), (&place.dirs.state, &dirs.state)] {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    drop(place);
    (dirs, dir)
}

pub fn id(text: &str) -> ConversationId {
    ConversationId::parse(text).unwrap()
}

pub fn teammate(text: &str) -> TeammateId {
    TeammateId::parse(text).unwrap()
}

pub fn team(text: &str) -> TeamId {
    TeamId::parse(text).unwrap()
}

pub fn tag(text: &str) -> TagId {
    TagId::parse(text).unwrap()
}

pub fn group(text: &str) -> GroupId {
    GroupId::parse(text).unwrap()
}

/// An open conversation whose newest message and last change lie at `at`.
pub fn conversation(name: &str, at: i64) -> Conversation {
    let mut conversation = Conversation::bare(id(name), UnixTime(at));
    conversation.title = Untrusted::new(format!("Order {name}"));
    conversation.waiting_since = Some(UnixTime(at));
    let contact = ContactId::parse(&format!("contact-{name}")).unwrap();
    conversation.participants = vec![contact.clone()];
    conversation.contact = Some(ContactRef {
        id: Some(contact),
        name: Untrusted::new("Zoë"),
        email: Untrusted::new("zoe@example.com"),
        role: ContactRole::User,
    });
    conversation
}

pub fn contact(name: &str) -> Contact {
    Contact {
        id: ContactId::parse(name).unwrap(),
        external_id: Untrusted::default(),
        role: ContactRole::Lead,
        name: Untrusted::default(),
        email: Untrusted::default(),
        phone: Untrusted::default(),
        country: Untrusted::default(),
        region: Untrusted::default(),
        city: Untrusted::default(),
        language: Untrusted::default(),
        created_at: None,
        last_seen_at: None,
        companies: Vec::new(),
        tags: Vec::new(),
        attributes: std::collections::BTreeMap::new(),
    }
}

pub fn part_by(author: &str, kind: PartKind, body: &str, at: i64) -> Part {
    Part {
        id: PartId::parse(&format!("part-{author}-{at}")).unwrap(),
        kind,
        author: Author {
            kind: AuthorKind::Teammate(Some(teammate(author))),
            name: Untrusted::new("Ben"),
            email: Untrusted::default(),
            is_ai: false,
        },
        body: Some(Untrusted::new(body)),
        created_at: UnixTime(at),
        attachments: Vec::new(),
        redacted: false,
        state: None,
        subject: Untrusted::default(),
    }
}

pub fn note_by(author: &str, body: &str, at: i64) -> Part {
    part_by(author, PartKind::Note, body, at)
}

pub fn reply(text: &str) -> Act {
    Act::Reply { text: text.to_owned(), files: Vec::new() }
}

pub fn note(text: &str) -> Act {
    Act::Note { text: text.to_owned(), files: Vec::new() }
}

/// A row that may go at once.
pub fn new_row(on: &str, act: Act) -> NewRow {
    NewRow {
        conversation: id(on),
        act,
        inverses: Vec::new(),
        due_at: UnixTime(NOW),
        baseline_part: None,
        baseline_count: 0,
        guard: crate::domain::Guard::Off,
        began: None,
        held: None,
    }
}

/// Commits acts on one conversation as one press of a key; gives their row ids.
pub fn commit(cache: &Cache, press: &str, on: &str, acts: &[Act]) -> Vec<crate::domain::OutboxId> {
    let rows: Vec<_> = acts.iter().map(|act| new_row(on, act.clone())).collect();
    cache.commit_acts(&group(press), &rows, &[]).unwrap().rows.iter().map(|row| row.id).collect()
}

/// Takes the lease; gives what was recovered.
pub fn take_lease(cache: &Cache, holder: &str) -> Vec<crate::domain::OutboxId> {
    match cache.acquire_lease(holder, Duration::from_secs(30)).unwrap() {
        Lease::Held { recovered } => recovered,
        Lease::Taken { .. } => panic!("the lease is another's"),
    }
}

/// What came of the last attempt at a row, for a reason.
pub fn news(row: &OutboxRow, status: OutboxStatus) -> Settlement {
    let (id, attempt, doubt) = (row.id, row.attempts, row.doubt);
    Settlement { id, attempt, status, reason: Untrusted::new("because"), due_at: None, sent_part: None, doubt }
}
