//! An engine in memory: it answers at once, and keeps what it is given.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::NOW;
use crate::domain::{
    Act, Author, AuthorKind, AwayReason, AwayState, Began, Capabilities, Channel, ContactId, ContactRef, Conversation,
    ConversationId, Directory, Draft, FilePart, GroupId, Mode, OutboxId, OutboxRow, OutboxStatus, Part, PartId,
    PartKind, Shift, ShiftSection, State, Tag, TagId, TagRef, Team, TeamId, Teammate, TeammateId, UnixTime, Workspace,
};
use crate::query::{Context, Query, Subject};
use crate::sync::message::{
    Count, Event, FoundContact, Generation, Person, Pick, Picked, Place, Request, Thread, Window,
};
use crate::text::Untrusted;

pub(super) struct Engine {
    pub now: UnixTime,
    pub directory: Arc<Directory>,
    pub conversations: Vec<Conversation>,
    pub parts: BTreeMap<ConversationId, Vec<Part>>,
    pub drafts: BTreeMap<(ConversationId, Mode), Draft>,
    pub outbox: Vec<OutboxRow>,
    pub shift: Vec<ShiftSection>,
    /// Conversations as they were before each row.
    before: BTreeMap<OutboxId, Conversation>,
    revisions: i64,
    pub place: Option<Place>,
    pub seen: BTreeMap<ConversationId, UnixTime>,
    /// Commits are refused for this reason.
    pub refuse: Option<&'static str>,
    /// No draft can be saved.
    pub full: bool,
    /// Deeds on many, the newest first.
    pub bulks: Vec<crate::domain::bulk::Bulk>,
    /// No tag can be made.
    pub no_tags: bool,
    /// Contacts that are known.
    pub people: Vec<Person>,
}

pub(super) fn id(number: usize) -> ConversationId {
    ConversationId::parse(&number.to_string()).unwrap()
}

fn teammate(id: &str, name: &str) -> Teammate {
    Teammate {
        id: TeammateId::parse(id).unwrap(),
        name: Untrusted::new(name),
        email: Untrusted::default(),
        has_inbox_seat: true,
        away: AwayState::default(),
        teams: Vec::new(),
    }
}

pub(super) fn part(id: &str, kind: PartKind, author: AuthorKind, body: &str, at: i64) -> Part {
    let name = match author {
        AuthorKind::Contact(_) => "Chloé Dubois",
        _ => "Ana Ito",
    };
    Part {
        id: PartId::parse(id).unwrap(),
        kind,
        author: Author { kind: author, name: Untrusted::new(name), email: Untrusted::default(), is_ai: false },
        body: Some(Untrusted::new(body)),
        created_at: UnixTime(at),
        attachments: Vec::new(),
        redacted: false,
        state: None,
        subject: Untrusted::default(),
    }
}

impl Engine {
    /// Conversations 1 to 5 are mine, 6 to 9 are nobody's; 2 and 4 are unread; 8 is a chat.
    pub fn filled() -> Self {
        let me = teammate("7", "Mia Berg");
        let team = |id: &str, name: &str| Team {
            id: TeamId::parse(id).unwrap(),
            name: Untrusted::new(name),
            members: Vec::new(),
        };
        let tag = |id: &str, name: &str| Tag { id: TagId::parse(id).unwrap(), name: Untrusted::new(name) };
        let directory = Directory {
            workspace: Some(Workspace {
                id: "w".into(),
                name: Untrusted::new("Northwind"),
                region: Untrusted::default(),
                time_zone: Untrusted::default(),
                me: me.clone(),
            }),
            teammates: vec![teammate("8", "Ana Ito"), me.clone(), teammate("9", "Zoë Kowalski")],
            teams: vec![team("3", "Billing"), team("4", "Support")],
            tags: vec![tag("21", "refund"), tag("22", "vip")],
            away_reasons: vec![AwayReason {
                id: "1".into(),
                label: Untrusted::new("Lunch"),
                emoji: Untrusted::new("🍜"),
            }],
            attributes: Vec::new(),
            capabilities: Capabilities { set_priority: true, ..Capabilities::default() },
            ..Directory::default()
        };
        let mut engine = Self {
            now: NOW,
            directory: Arc::new(directory),
            conversations: Vec::new(),
            parts: BTreeMap::new(),
            drafts: BTreeMap::new(),
            outbox: Vec::new(),
            shift: Vec::new(),
            before: BTreeMap::new(),
            revisions: 0,
            place: None,
            seen: BTreeMap::new(),
            refuse: None,
            full: false,
            bulks: Vec::new(),
            no_tags: false,
            people: Vec::new(),
        };
        for number in 1..=9 {
            engine.add(number, (number < 6).then(|| me.id.clone()));
        }
        engine
    }

    /// A conversation in which a customer wrote twice and Ana left a note in between.
    pub fn add(&mut self, number: usize, assignee: Option<TeammateId>) {
        let at = NOW.0 - 10_000;
        let mut conversation = Conversation::bare(id(number), UnixTime(at));
        conversation.title = Untrusted::new(format!("Order {number}"));
        conversation.assignee = assignee;
        conversation.unread = number == 2 || number == 4;
        conversation.channel = if number == 8 { Channel::Chat } else { Channel::Email };
        conversation.last_message_at = UnixTime(at + 200);
        conversation.contact = Some(ContactRef {
            id: ContactId::parse("c1"),
            name: Untrusted::new("Chloé Dubois"),
            ..ContactRef::default()
        });
        let customer = AuthorKind::Contact(ContactId::parse("c1"));
        let ana = AuthorKind::Teammate(TeammateId::parse("8"));
        let name = |n: usize| format!("p{number}-{n}");
        let parts = vec![
            part(&name(1), PartKind::Opening, customer.clone(), "Where is my order?", at),
            part(&name(2), PartKind::Note, ana.clone(), "I asked the carrier.", at + 100),
            part(&name(3), PartKind::Assignment { teammate: None, team: TeamId::parse("3") }, ana, "", at + 150),
            part(&name(4), PartKind::Comment, customer, "Any news?", at + 200),
        ];
        self.parts.insert(id(number), parts);
        self.conversations.push(conversation);
    }

    pub fn conversation(&self, id: &ConversationId) -> Option<&Conversation> {
        self.conversations.iter().find(|on| on.id == *id)
    }

    pub fn edit(&mut self, number: usize) -> &mut Conversation {
        self.conversations.iter_mut().find(|on| on.id == id(number)).unwrap()
    }

    fn mark_read(&mut self, id: ConversationId, read: bool) -> Vec<Event> {
        if let Some(conversation) = self.conversations.iter_mut().find(|on| on.id == id) {
            conversation.unread = !read;
        }
        vec![Event::Changed { ids: vec![id] }]
    }

    /// The customer writes in a conversation.
    pub fn customer_writes(&mut self, number: usize, body: &str) {
        let at = self.now.0;
        let parts = self.parts.get_mut(&id(number)).unwrap();
        let name = format!("p{number}-{}", parts.len() + 1);
        parts.push(part(&name, PartKind::Comment, AuthorKind::Contact(ContactId::parse("c1")), body, at));
        let conversation = self.edit(number);
        conversation.last_message_at = UnixTime(at);
        conversation.unread = true;
    }

    pub fn matching(&self, query: &Query) -> Vec<Conversation> {
        let me = self.directory.me().map(|me| me.id.clone());
        let context =
            Context { me: me.as_ref(), now: self.now, zone: &jiff::tz::TimeZone::UTC, directory: &self.directory };
        let query = query.resolve(&context).unwrap();
        let holds = |on: &&Conversation| {
            let has_draft = self.drafts.keys().any(|(id, _)| *id == on.id);
            query.matches(&Subject { has_draft, ..Subject::of(on) })
        };
        self.conversations.iter().filter(holds).cloned().collect()
    }

    pub fn answer(&mut self, request: Request) -> Vec<Event> {
        match request {
            Request::Window { generation, spec } => {
                let all = self.matching(&spec.query);
                let around = spec.around.and_then(|id| all.iter().position(|row| row.id == id));
                let offset = around.map_or(spec.offset, |at| at.saturating_sub(spec.limit / 2));
                let rows = all.iter().skip(offset).take(spec.limit).cloned().collect();
                vec![Event::Window { generation, window: Window { offset, rows, total: all.len() } }]
            }
            Request::Counts { generation, entries } => {
                let count = |query: &Query| {
                    let rows = self.matching(query);
                    Count { total: rows.len(), unread: rows.iter().any(|row| row.unread), ..Count::default() }
                };
                let counts = entries.iter().map(|(key, query)| (key.clone(), count(query))).collect();
                vec![Event::Counts { generation, counts }]
            }
            Request::Thread { generation, id } => {
                vec![Event::Thread { generation, thread: self.thread(&id).map(Box::new) }]
            }
            Request::Commit { group, acts, uses_drafts, began } => self.commit(&group, acts, &uses_drafts, began),
            Request::Undo { group } => self.undo(&group),
            Request::SaveDraft(draft) if self.full => {
                let (conversation, mode) = (draft.conversation, draft.mode);
                vec![Event::DraftNotSaved { conversation, mode, why: "disk-full", details: Untrusted::default() }]
            }
            Request::SaveDraft(draft) => {
                let key = (draft.conversation.clone(), draft.mode);
                match self.drafts.get(&key) {
                    Some(theirs) if theirs.revision != draft.revision => {
                        vec![Event::DraftConflict { theirs: Box::new(theirs.clone()), ours: Box::new(draft) }]
                    }
                    _ => self.keep(draft),
                }
            }
            Request::OverwriteDraft(draft) => self.keep(draft),
            Request::AttachFile { mut draft, path } => {
                if path.contains("missing") {
                    let mut told = self.keep(draft);
                    told.push(Event::Notice { key: "attach-no-file", details: Untrusted::new(path) });
                    return told;
                }
                let name = path.rsplit('/').next().unwrap_or_default().to_owned();
                let content_type = "image/png".to_owned();
                draft.files.push(FilePart { name, content_type, hash: "h".into(), size: 1_240_000 });
                self.keep(draft)
            }
            Request::SavePlace(place) => {
                self.place = Some(place);
                Vec::new()
            }
            Request::Seen { id, until } => {
                self.seen.insert(id.clone(), until);
                self.mark_read(id, true)
            }
            Request::MarkUnread(id) => self.mark_read(id, false),
            Request::Find { generation, text } => self.find(generation, &text),
            Request::Outbox { generation } => {
                let rows = self.outbox.iter().rev().filter(|row| row.status != OutboxStatus::Sent).cloned().collect();
                vec![Event::Outbox { generation, rows }]
            }
            Request::Retry(id) | Request::SendAnyway(id) => self.set_status(id, OutboxStatus::Queued),
            Request::MarkSent(id) => self.set_status(id, OutboxStatus::Sent),
            Request::Discard(id) => {
                let group =
                    self.outbox.iter().find(|row| row.id == id && row.act.is_message()).map(|row| row.group.clone());
                // What was to follow a message goes with it.
                let goes = |row: &OutboxRow| row.id == id || (Some(&row.group) == group.as_ref() && row.id > id);
                let (dropped, kept): (Vec<_>, Vec<_>) = self.outbox.drain(..).partition(goes);
                self.outbox = kept;
                self.put_back(&dropped);
                let group = dropped[0].group.clone();
                let undone = Event::Undone { group, dropped, inverted: Vec::new(), left: Vec::new() };
                vec![undone, self.outbox_counts()]
            }
            Request::Matching { .. }
            | Request::Later { .. }
            | Request::BulkPreview { .. }
            | Request::Bulk { .. }
            | Request::Bulks
            | Request::BulkItems { .. }
            | Request::PauseBulk { .. }
            | Request::RetryBulk(_) => self.answer_bulk(request),
            Request::MakeTags { group, .. } if self.no_tags => {
                vec![Event::Refused { group, why: "tag-not-made", texts: Vec::new() }]
            }
            Request::MakeTags { group, names } => {
                let tag = |(at, name)| TagRef { id: TagId::parse(&format!("9{at}")).unwrap(), name };
                vec![Event::TagsMade { group, tags: names.into_iter().enumerate().map(tag).collect() }]
            }
            Request::Pick { generation, what } => {
                vec![Event::Picked { generation, what: self.pick(&what) }]
            }
            Request::SetAway(state) => {
                let mut directory = (*self.directory).clone();
                for mate in directory.teammates.iter_mut().filter(|mate| mate.id.as_str() == "7") {
                    mate.away = state.clone();
                }
                self.directory = Arc::new(directory);
                vec![Event::Directory(self.directory.clone())]
            }
            Request::BeginNew { id, opening } => {
                let me = self.directory.me().map(|me| me.id.clone());
                self.conversations.insert(0, opening.conversation(id.clone(), me, self.now));
                vec![Event::NewBegun(id)]
            }
            Request::ForgetNew(id) => {
                self.conversations.retain(|on| on.id != id);
                vec![Event::Changed { ids: vec![id] }]
            }
            Request::MentionDone { .. } | Request::MentionBack(_) => Vec::new(),
            Request::Shift { generation, since } => {
                let shift = Box::new(Shift { since, sections: self.shift.clone() });
                vec![Event::Shift { generation, shift }]
            }
            Request::SaveSort { .. } | Request::SaveArrangement(_) | Request::SyncNow | Request::Showing { .. } => {
                Vec::new()
            }
        }
    }

    /// Contacts by name, conversations by id and by words.
    fn find(&self, generation: Generation, text: &str) -> Vec<Event> {
        let folded = crate::text::fold(text);
        let id = text.trim_start_matches('#');
        let mut conversations: Vec<Conversation> =
            self.conversations.iter().filter(|on| on.id.as_str() == id).cloned().collect();
        let has_words = |on: &&Conversation| folded.split(' ').all(|word| crate::query::haystack(on).contains(word));
        conversations.extend(self.conversations.iter().filter(has_words).filter(|on| on.id.as_str() != id).cloned());
        conversations.truncate(20);
        let mut contacts: Vec<FoundContact> = Vec::new();
        for on in &self.conversations {
            let Some(with) = on.contact.as_ref() else { continue };
            let Some(contact) = with.id.clone() else { continue };
            if let Some(known) = contacts.iter_mut().find(|known| known.id == contact) {
                known.conversations += 1;
            } else if crate::text::fold(with.name.as_raw()).contains(&folded) {
                contacts.push(FoundContact {
                    id: contact,
                    name: with.name.clone(),
                    email: with.email.clone(),
                    phone: Untrusted::default(),
                    company: Untrusted::default(),
                    newest: on.id.clone(),
                    conversations: 1,
                });
            }
        }
        vec![Event::Found { generation, contacts, conversations }]
    }

    fn pick(&self, what: &Pick) -> Picked {
        let others = |id: &ConversationId| self.conversations.iter().filter(|on| on.id != *id).cloned().collect();
        match what {
            Pick::Loads(entries) => {
                let count = |(key, query): &(String, Query)| (key.clone(), self.matching(query).len());
                Picked::Loads(entries.iter().map(count).collect())
            }
            Pick::Participants(id) => {
                let on = self.conversation(id).unwrap();
                let known = |id: &ContactId| self.people.iter().find(|person| person.contact.id.as_ref() == Some(id));
                Picked::Participants(on.participants.iter().filter_map(known).cloned().collect())
            }
            Pick::People(typed) => {
                let has = |person: &&Person| crate::text::fold(person.contact.name.as_raw()).contains(typed.as_str());
                Picked::People(self.people.iter().filter(has).cloned().collect())
            }
            Pick::MergeInto(id) => Picked::MergeInto(others(id)),
            Pick::Conversation(id) => Picked::Conversation(self.conversation(id).cloned().map(Box::new)),
            Pick::TagUse => {
                let mut used = BTreeMap::new();
                let tags = self.conversations.iter().flat_map(|on| &on.tags);
                tags.for_each(|tag| *used.entry(tag.id.clone()).or_default() += 1);
                Picked::TagUse(used)
            }
        }
    }

    /// Keeps a draft as the files do: each save has a revision of its own.
    fn keep(&mut self, mut draft: Draft) -> Vec<Event> {
        let key = (draft.conversation.clone(), draft.mode);
        if draft.text.trim().is_empty() && draft.files.is_empty() {
            self.drafts.remove(&key);
            draft.revision = 0;
        } else {
            self.revisions += 1;
            draft.revision = self.revisions;
            self.drafts.insert(key, draft.clone());
        }
        vec![Event::DraftSaved(Box::new(draft))]
    }

    /// Another deskhand keeps a draft.
    pub fn other_writes(&mut self, number: usize, mode: Mode, text: &str) {
        let draft = Draft::new(id(number), mode, text, self.now);
        let _ = self.keep(draft);
    }

    /// Messages become drafts again, before what stands there.
    fn put_back(&mut self, rows: &[OutboxRow]) {
        for row in rows {
            let Some(text) = row.act.text() else { continue };
            let mode = if matches!(row.act, Act::Note { .. }) { Mode::Note } else { Mode::Reply };
            let there = self.drafts.get(&(row.conversation.clone(), mode));
            let text = there.map_or(text.to_owned(), |there| format!("{text}\n\n{}", there.text));
            let _ = self.keep(Draft::new(row.conversation.clone(), mode, text, row.created_at));
        }
    }

    /// What is due reaches the helpdesk.
    pub fn deliver(&mut self) -> Vec<Event> {
        let now = self.now;
        let due = |row: &OutboxRow| row.due_at <= now && row.status.is_unsettled();
        let ids: Vec<OutboxId> = self.outbox.iter().filter(|row| due(row)).map(|row| row.id).collect();
        ids.into_iter().flat_map(|id| self.set_status(id, OutboxStatus::Sent)).collect()
    }

    pub fn thread(&self, id: &ConversationId) -> Option<Thread> {
        let conversation = self.conversation(id)?.clone();
        let unsettled = |row: &&OutboxRow| row.conversation == *id && row.status.is_unsettled();
        Some(Thread {
            parts: self.parts.get(id).cloned().unwrap_or_default().into(),
            is_here: true,
            missing: 0,
            seen_at: self.seen.get(id).copied(),
            pending: self.outbox.iter().filter(unsettled).cloned().collect(),
            drafts: self.drafts.values().filter(|draft| draft.conversation == *id).cloned().collect(),
            contact: None,
            contact_notes: Vec::new(),
            companies: Vec::new(),
            earlier: Vec::new(),
            others: Vec::new(),
            duplicates: Vec::new(),
            reminder: None,
            conversation,
        })
    }

    pub fn commit(
        &mut self,
        group: &GroupId,
        acts: Vec<(ConversationId, Act)>,
        uses: &[(ConversationId, Mode)],
        began: Option<Began>,
    ) -> Vec<Event> {
        if let Some(why) = self.refuse {
            let texts = acts.into_iter().filter_map(|(id, act)| {
                let mode = if matches!(act, Act::Note { .. }) { Mode::Note } else { Mode::Reply };
                Some((id, mode, act.text()?.to_owned()))
            });
            return vec![Event::Refused { group: group.clone(), why, texts: texts.collect() }];
        }
        for key in uses {
            self.drafts.remove(key);
        }
        let me = self.directory.me().map(|me| me.id.clone());
        let newest =
            |on: &ConversationId| self.parts.get(on).and_then(|parts| parts.last()).map(|part| part.id.clone());
        let held = began.is_some_and(|began| acts.iter().any(|(on, _)| newest(on) != began.part));
        let mut rows = Vec::new();
        for (conversation, act) in acts {
            let row_id = OutboxId(i64::try_from(self.before.len()).unwrap() + 1);
            let now = self.now;
            let on = self.conversations.iter_mut().find(|on| on.id == conversation).unwrap();
            self.before.insert(row_id, on.clone());
            let wait = Duration::from_secs(if act.is_message() { 10 } else { 5 });
            let row = OutboxRow {
                id: row_id,
                group: group.clone(),
                conversation,
                inverses: act.inverses(on),
                status: if held && act.is_message() { OutboxStatus::Held } else { OutboxStatus::Queued },
                attempts: 0,
                reason: Untrusted::new(if held && act.is_message() { "Chloé Dubois replied" } else { "" }),
                created_at: now,
                due_at: now + wait,
                baseline_part: None,
                baseline_count: 0,
                sent_part: None,
                guard: crate::domain::Guard::Off,
                began: None,
                doubt: crate::domain::Doubt::default(),
                act,
            };
            row.act.apply(on, me.as_ref(), now);
            rows.push(row);
        }
        self.outbox.extend(rows.clone());
        let ids = rows.iter().map(|row| row.conversation.clone()).collect();
        vec![Event::Committed { group: group.clone(), rows }, Event::Changed { ids }, self.outbox_counts()]
    }

    fn undo(&mut self, group: &GroupId) -> Vec<Event> {
        let (mine, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.outbox).into_iter().partition(|row| row.group == *group);
        self.outbox = others;
        let (mut dropped, mut left) = (Vec::new(), Vec::new());
        for row in mine.into_iter().rev() {
            if row.due_at > self.now || !row.inverses.is_empty() {
                let before = self.before.get(&row.id).unwrap().clone();
                *self.conversations.iter_mut().find(|on| on.id == row.conversation).unwrap() = before;
                dropped.push(row);
            } else {
                left.push(row);
            }
        }
        self.outbox.extend(left.clone());
        dropped.reverse();
        self.put_back(&dropped);
        vec![
            Event::Undone { group: group.clone(), dropped, inverted: Vec::new(), left },
            Event::Changed { ids: Vec::new() },
        ]
    }

    pub fn set_status(&mut self, id: OutboxId, status: OutboxStatus) -> Vec<Event> {
        let Some(row) = self.outbox.iter_mut().find(|row| row.id == id) else { return Vec::new() };
        row.status = status;
        vec![Event::Row(row.clone()), self.outbox_counts()]
    }

    fn outbox_counts(&self) -> Event {
        Event::OutboxCounts {
            waiting: self.outbox.iter().filter(|row| row.status.is_unsettled()).count(),
            needs_you: self.outbox.iter().filter(|row| row.status.needs_you()).count(),
        }
    }

    /// Closes behind the app's back, as a colleague would.
    pub fn close(&mut self, number: usize) {
        self.edit(number).state = State::Closed;
    }
}
