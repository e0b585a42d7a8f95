//! A stage for screen tests: a real app, driven by keys, over an inbox held in memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::{Buffer, Cell, CellWidth as _};
use ratatui::layout::{Position, Rect};

use crate::app::{App, Effect, Msg, update};
use crate::config::Settings;
use crate::domain::{
    Act, Attachment, AttributeValue, Author, AuthorKind, AwayState, Channel, CompanyId, Contact, ContactId,
    ContactNote, ContactRef, ContactRole, Conversation, ConversationId, Directory, Duplicate, GroupId, Kind, OutboxId,
    OutboxRow, OutboxStatus, Part, PartId, PartKind, Priority, Shared, SlaFact, SlaStatus, State, Tag, TagId, TagRef,
    Team, TeamId, Teammate, TeammateId, Turn, UnixTime, Workspace,
};
use crate::keymap::{Key, Keymap};
use crate::query::Query;
use crate::sync::message::{Connection, Count, Event, Request, Thread, Window};
use crate::text::Untrusted;
use crate::theme::Theme;
use crate::words::Words;

/// Wednesday 2026-11-18, 15:30 in Berlin.
pub const NOW: UnixTime = UnixTime(1_795_012_200);

/// The app, the inbox behind it, and what is drawn.
pub struct Stage {
    pub app: App,
    pub theme: Theme,
    pub inbox: Vec<Conversation>,
    /// Threads by conversation id; others are made from their row.
    pub threads: BTreeMap<String, Thread>,
    pub outbox: Vec<OutboxRow>,
    /// Conversations with a draft on disk.
    pub drafts: Vec<&'static str>,
    /// While set, no body is read.
    pub holds_reading: bool,
    monotonic: Duration,
}

fn raw(text: &str) -> Untrusted {
    Untrusted::new(text)
}

pub fn ago(secs: i64) -> UnixTime {
    UnixTime(NOW.0 - secs)
}

pub fn conversation_id(id: &str) -> ConversationId {
    ConversationId::parse(id).unwrap()
}

pub fn teammate(id: &str, name: &str) -> Teammate {
    Teammate {
        id: TeammateId::parse(id).unwrap(),
        name: raw(name),
        email: raw(""),
        has_inbox_seat: true,
        away: AwayState::default(),
        teams: Vec::new(),
    }
}

pub fn directory() -> Directory {
    let me = teammate("1", "Noor Haddad");
    let team = |id: &str, name: &str| Team { id: TeamId::parse(id).unwrap(), name: raw(name), members: Vec::new() };
    let tag = |id: &str, name: &str| Tag { id: TagId::parse(id).unwrap(), name: raw(name) };
    Directory {
        workspace: Some(Workspace {
            id: "northwind".into(),
            name: raw("Northwind Outdoor"),
            region: raw(""),
            time_zone: raw("Europe/Berlin"),
            me: me.clone(),
        }),
        teammates: vec![teammate("2", "Ana Ito"), teammate("3", "Ben Okafor"), me, teammate("4", "Zoë Lindqvist")],
        teams: vec![team("11", "Billing"), team("12", "Returns"), team("13", "Support")],
        tags: vec![tag("21", "order"), tag("22", "vip"), tag("23", "refund"), tag("24", "billing")],
        capabilities: crate::domain::Capabilities { set_priority: true, ..Default::default() },
        ..Directory::default()
    }
}

pub fn conversation(id: &str, name: &str, title: &str, waits: i64) -> Conversation {
    let mut on = Conversation::bare(conversation_id(id), ago(waits + 90_000));
    on.kind = Kind::Conversation;
    on.title = raw(title);
    on.contact = Some(ContactRef {
        id: ContactId::parse(&format!("c{id}")),
        name: raw(name),
        email: raw("someone@example.org"),
        role: ContactRole::User,
    });
    on.waiting_since = Some(ago(waits));
    on.last_message_at = ago(waits);
    on.turn = Turn::Us;
    on
}

fn sla(target: &str, left: i64) -> SlaFact {
    let status = if left < 0 { SlaStatus::Missed } else { SlaStatus::Active };
    let due_at = Some(UnixTime(NOW.0 + left));
    SlaFact { policy: raw("Standard"), target: Some(target.into()), status, due_at }
}

fn tags(on: &mut Conversation, names: &[&str]) {
    for (at, name) in names.iter().enumerate() {
        on.tags.push(TagRef { id: TagId::parse(&format!("2{}", at + 1)).unwrap(), name: raw(name) });
    }
}

/// Twelve conversations as a shop has them.
pub fn inbox() -> Vec<Conversation> {
    let mut chloe = conversation("2214", "Chloé Dubois", "Order 1042 never arrived", 7_440);
    (chloe.channel, chloe.priority, chloe.unread) = (Channel::Email, Priority::Urgent, true);
    chloe.sla = Some(sla("FRT", -300));
    chloe.team = TeamId::parse("11");
    tags(&mut chloe, &["order", "vip"]);
    let mut amir = conversation("2215", "Amir Haddad", "Call back about the invoice", 48 * 60);
    (amir.channel, amir.priority, amir.unread) = (Channel::Phone, Priority::High, true);
    amir.sla = Some(sla("FRT", 720));
    tags(&mut amir, &["billing"]);
    let mut zoe = conversation("2216", "Zoë Kowalski", "Re: tent pole broke on day two", 31 * 60);
    zoe.sla = Some(sla("NRT", 7_300));
    zoe.assignee = TeammateId::parse("2");
    let mut luis = conversation("2217", "Luis Castillo", "¿Dónde está mi reembolso?", 12 * 60);
    luis.channel = Channel::Email;
    luis.sla = Some(sla("NRT", 18_100));
    luis.assignee = TeammateId::parse("1");
    tags(&mut luis, &["refund", "spanish", "escalated"]);
    let mut mina = conversation("2218", "佐藤 美奈", "テントの寸法について質問があります", 6 * 3600);
    (mina.channel, mina.unread) = (Channel::Whatsapp, true);
    mina.sla = Some(sla("NRT", 90_000));
    let mut long = conversation(
        "2219",
        "Maximiliane Freifrau von und zu Hohenstein-Waldburg",
        "Meine Bestellung vom vergangenen Dienstag ist leider unvollständig angekommen, was nun?",
        86_400 * 3,
    );
    long.channel = Channel::Email;
    long.priority = Priority::Low;
    tags(&mut long, &["unvollständig", "nachlieferung", "order"]);
    let mut answered = conversation("2220", "Tom Berger", "Discount for our scout group", 86_400);
    answered.turn = Turn::Them;
    answered.waiting_since = None;
    answered.assignee = TeammateId::parse("1");
    let mut no_title = conversation("2221", "", "", 3 * 3600);
    no_title.preview = raw("hello? anybody there? I have been waiting since this morning and nobody");
    no_title.channel = Channel::Instagram;
    let mut snoozed = conversation("2222", "Ingrid Sørensen", "Backordered boots", 9 * 86_400);
    (snoozed.state, snoozed.snoozed_until) = (State::Snoozed, Some(UnixTime(NOW.0 + 64_000)));
    let mut closed = conversation("2223", "Pat Lee", "Thanks!", 40 * 86_400);
    closed.state = State::Closed;
    let mut emoji = conversation("2224", "Sam 🏕️ Rivera", "👩‍👩‍👧‍👦 family tent 🏕️ in stock?", 4 * 3600);
    emoji.unread = true;
    let sms =
        Conversation { channel: Channel::Sms, ..conversation("2225", "+33 6 12 34 56 78", "Is my parcel lost", 60) };
    vec![chloe, amir, zoe, luis, mina, long, answered, no_title, snoozed, closed, emoji, sms]
}

fn author(kind: AuthorKind, name: &str) -> Author {
    Author { kind, name: raw(name), email: raw(""), is_ai: false }
}

pub fn part(id: &str, kind: PartKind, by: Author, html: Option<&str>, secs_ago: i64) -> Part {
    Part {
        id: PartId::parse(id).unwrap(),
        kind,
        author: by,
        body: html.map(raw),
        created_at: ago(secs_ago),
        attachments: Vec::new(),
        redacted: false,
        state: None,
        subject: raw(""),
    }
}

/// The thread of the first conversation.
pub fn chloes_thread(on: &Conversation) -> Thread {
    let chloe = || author(AuthorKind::Contact(None), "Chloé Dubois");
    let ana = || author(AuthorKind::Teammate(TeammateId::parse("2")), "Ana Ito");
    let mut opening = part(
        "p1",
        PartKind::Opening,
        chloe(),
        Some(
            "<p>Bonjour, my order <b>1042</b> was due on Monday and nothing came.</p><p>The tracking page says \
             <a href=\"https://track.example.net/c/1042?lang=fr\">\"handed over\"</a>.</p><blockquote>On Tuesday \
             Northwind wrote:<br>one<br>two<br>three<br>four<br>five</blockquote>",
        ),
        84_480,
    );
    let file = |name: &str, media: &str, size| Attachment {
        name: raw(name),
        url: raw("https://files.example.net/1"),
        content_type: raw(media),
        size: Some(size),
    };
    opening.attachments =
        vec![file("photo.jpg", "image/jpeg", 1_240_000), file("receipt.pdf", "application/pdf", 87_300)];
    let mut parts = vec![opening];
    parts.push(part("p2", PartKind::Assignment { teammate: None, team: TeamId::parse("11") }, ana(), None, 84_000));
    parts.push(part(
        "p3",
        PartKind::Note,
        ana(),
        Some("<p>Carrier confirms loss. <a data-admin-id=\"1\">@Noor Haddad</a> can you refund?</p>"),
        83_940,
    ));
    parts.push(part("p4", PartKind::Comment, chloe(), Some("<p>Any news? I leave on Friday.</p>"), 7_440));
    let earlier =
        [("1988", "Wrong size of boots", 21), ("1740", "Where is my invoice?", 61)].map(|(id, title, days)| {
            let mut on = conversation(id, "Chloé Dubois", title, days * 86_400);
            on.state = State::Closed;
            on
        });
    Thread {
        conversation: on.clone(),
        parts: parts.into(),
        is_here: true,
        missing: 0,
        seen_at: Some(ago(80_000)),
        pending: Vec::new(),
        drafts: Vec::new(),
        contact: Some(chloes_contact()),
        contact_notes: vec![ContactNote {
            body: raw("<p>Leads a scout group; orders in spring.</p>"),
            author: raw("Ben Okafor"),
            created_at: ago(200 * 86_400),
        }],
        companies: vec![raw("Scouts du Rhône")],
        earlier: earlier.to_vec(),
        others: vec![ContactRef { name: raw("Tom Berger"), ..ContactRef::default() }, ContactRef::default()],
        duplicates: vec![Duplicate {
            contact: ContactRef {
                id: ContactId::parse("c77"),
                name: raw("Chloe Dubois"),
                email: raw("chloe@example.fr"),
                role: ContactRole::Lead,
            },
            shares: Shared::Email,
            newest: conversation_id("1501"),
        }],
        reminder: None,
    }
}

fn chloes_contact() -> Contact {
    let attributes = [
        ("Plan".to_owned(), AttributeValue::Text(raw("pro"))),
        ("Orders".to_owned(), AttributeValue::Integer(14)),
        ("Newsletter".to_owned(), AttributeValue::Boolean(true)),
    ];
    Contact {
        id: ContactId::parse("c2214").unwrap(),
        external_id: raw("u-88213"),
        role: ContactRole::User,
        name: raw("Chloé Dubois"),
        email: raw("chloe@example.fr"),
        phone: raw("+33 4 72 00 00 00"),
        country: raw("France"),
        region: raw("Rhône"),
        city: raw("Lyon"),
        language: raw("fr"),
        created_at: Some(ago(500 * 86_400)),
        last_seen_at: Some(ago(7_000)),
        companies: vec![CompanyId::parse("k1").unwrap()],
        tags: Vec::new(),
        attributes: attributes.into_iter().collect(),
    }
}

/// An outbox row.
pub fn row(id: i64, on: &str, act: Act, status: OutboxStatus, reason: &str) -> OutboxRow {
    OutboxRow {
        id: OutboxId(id),
        group: GroupId::parse(&format!("g{id}")).unwrap(),
        conversation: conversation_id(on),
        act,
        inverses: Vec::new(),
        status,
        attempts: 1,
        reason: raw(reason),
        created_at: ago(600),
        due_at: UnixTime(NOW.0 + 4),
        baseline_part: None,
        baseline_count: 0,
        sent_part: None,
        guard: crate::domain::Guard::Off,
        began: None,
        doubt: crate::domain::Doubt::default(),
    }
}

impl Stage {
    /// A stage with the shop's inbox, at a size.
    pub fn new(width: u16, height: u16) -> Self {
        let inbox = inbox();
        let threads = BTreeMap::from([("2214".to_owned(), chloes_thread(&inbox[0]))]);
        Self::with(width, height, inbox, threads)
    }

    /// A stage with another inbox.
    pub fn with(width: u16, height: u16, inbox: Vec<Conversation>, threads: BTreeMap<String, Thread>) -> Self {
        let settings = Settings {
            zone: jiff::tz::TimeZone::get("Europe/Berlin").unwrap(),
            time_zone_known: true,
            ..Settings::default()
        };
        let app = App::new(settings, Words::english(), Keymap::shipped(), "session");
        let mut stage = Self {
            app,
            theme: Theme::default(),
            inbox,
            threads,
            outbox: Vec::new(),
            drafts: Vec::new(),
            holds_reading: false,
            monotonic: Duration::ZERO,
        };
        stage.app.at(NOW, Duration::ZERO);
        let effects = stage.app.start(width, height);
        stage.answer(effects);
        stage.tell(Event::Directory(Arc::new(directory())));
        stage.tell(Event::Connection(Connection::Online));
        stage.wait(2);
        stage
    }

    /// The engine says something.
    pub fn tell(&mut self, event: Event) {
        self.send(Msg::Event(Box::new(event)));
    }

    /// Keys, parted by blanks.
    pub fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.send(Msg::Key(Key::parse(key).unwrap()));
        }
    }

    /// Text is typed.
    pub fn write(&mut self, text: &str) {
        for letter in text.chars() {
            let key = if letter == '\n' { Key::parse("enter").unwrap() } else { Key::char(letter) };
            self.send(Msg::Key(key));
        }
    }

    /// Time passes; the preview follows.
    pub fn wait(&mut self, secs: u64) {
        self.monotonic += Duration::from_secs(secs);
        self.app.at(NOW, self.monotonic);
        self.send(Msg::Tick);
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.send(Msg::Resize(width, height));
    }

    fn send(&mut self, msg: Msg) {
        self.app.at(NOW, self.monotonic);
        let effects = update(&mut self.app, msg);
        self.answer(effects);
    }

    /// Answers what the app asks, until it asks no more.
    fn answer(&mut self, mut effects: Vec<Effect>) {
        for _ in 0..50 {
            let mut next = Vec::new();
            for effect in effects {
                if let Effect::Search(Some(search)) = &effect {
                    let mut searcher = crate::app::thread::search::Searcher::default();
                    searcher.take(&search.texts);
                    let hits = search.order().filter_map(|at| {
                        let hits = searcher.search(at, &search.needle, &|| true)?;
                        (!hits.is_empty()).then_some((at, hits))
                    });
                    let hits = hits.collect();
                    let found =
                        crate::app::thread::Found { generation: search.generation, hits, done: true, more: false };
                    next.extend(update(&mut self.app, Msg::Found(Box::new(found))));
                }
                if let Effect::Read(wishes) = &effect
                    && !self.holds_reading
                {
                    let readings = wishes.iter().filter_map(|wish| crate::app::thread::reading::read(wish, &|| true));
                    next.extend(update(&mut self.app, Msg::Read(readings.collect())));
                }
                if let Effect::Request(request) = effect {
                    for event in self.events(*request) {
                        next.extend(update(&mut self.app, Msg::Event(Box::new(event))));
                    }
                }
            }
            if next.is_empty() {
                return;
            }
            effects = next;
        }
    }

    fn events(&self, request: Request) -> Vec<Event> {
        match request {
            Request::Window { generation, spec } if Ok(&spec.query) == Query::parse("has:draft").as_ref() => {
                let drafts = |on: &&Conversation| self.drafts.contains(&on.id.as_str());
                let rows: Vec<Conversation> = self.inbox.iter().filter(drafts).cloned().collect();
                vec![Event::Window { generation, window: Window { offset: 0, total: rows.len(), rows } }]
            }
            Request::Window { generation, spec } => {
                let rows: Vec<Conversation> = self.inbox.iter().skip(spec.offset).take(spec.limit).cloned().collect();
                let offset = if spec.around.is_some() { 0 } else { spec.offset };
                let rows = if spec.around.is_some() { self.inbox.clone() } else { rows };
                vec![Event::Window { generation, window: Window { offset, rows, total: self.inbox.len() } }]
            }
            Request::Counts { generation, entries } => {
                let count = |key: &str| match key {
                    "inbox:you" => Count { total: 4, unread: false, breached: 0, soon: 0 },
                    "inbox:mentions" => Count { total: 1, unread: true, breached: 0, soon: 0 },
                    "inbox:unassigned" => Count { total: self.inbox.len(), unread: true, breached: 2, soon: 0 },
                    "inbox:all" => Count { total: 148, unread: true, breached: 0, soon: 0 },
                    "inbox:snoozed" => Count { total: 9, unread: false, breached: 0, soon: 0 },
                    "inbox:closed" => Count { total: 23_417, unread: false, breached: 0, soon: 0 },
                    "team:11" => Count { total: 23, unread: false, breached: 1, soon: 0 },
                    "team:13" => Count { total: 41, unread: true, breached: 0, soon: 0 },
                    _ => Count::default(),
                };
                let counts = entries.into_iter().map(|(key, _)| (key.clone(), count(&key))).collect();
                vec![Event::Counts { generation, counts }]
            }
            Request::Thread { generation, id } => {
                let thread = self.threads.get(id.as_str()).cloned().or_else(|| {
                    let on = self.inbox.iter().find(|on| on.id == id)?;
                    Some(short_thread(on))
                });
                vec![Event::Thread { generation, thread: thread.map(Box::new) }]
            }
            Request::Outbox { generation } => vec![Event::Outbox { generation, rows: self.outbox.clone() }],
            other => super::bulk::answer(other, &self.inbox),
        }
    }

    /// What is drawn, and where the cursor is.
    pub fn draw(&self) -> (Buffer, Option<Position>) {
        let (width, height) = self.app.size;
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let cursor = crate::ui::draw(&self.app, &self.theme, area, &mut buf);
        (buf, cursor)
    }

    /// What is drawn, as lines of text.
    pub fn lines(&self) -> Vec<String> {
        lines(&self.draw().0)
    }

    /// What is drawn, as text.
    pub fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// The line that holds a text.
    pub fn line_with(&self, text: &str) -> String {
        self.lines().into_iter().find(|line| line.contains(text)).unwrap_or_default()
    }

    /// The first cell of a text on the screen.
    pub fn cell_of(&self, text: &str) -> Cell {
        let (buf, _) = self.draw();
        for y in 0..buf.area.height {
            for x in 0..buf.area.width {
                if text_from(&buf, x, y).starts_with(text) {
                    return buf.cell((x, y)).unwrap().clone();
                }
            }
        }
        panic!("{text:?} is not on the screen:\n{}", self.text());
    }
}

fn short_thread(on: &Conversation) -> Thread {
    let name = on.contact.as_ref().map(|contact| contact.name.as_raw().to_owned()).unwrap_or_default();
    let body = format!("<p>{}</p>", on.title.as_raw());
    Thread {
        conversation: on.clone(),
        parts: vec![part(
            &format!("p{}", on.id),
            PartKind::Opening,
            author(AuthorKind::Contact(None), &name),
            Some(&body),
            NOW.0 - on.last_message_at.0,
        )]
        .into(),
        is_here: true,
        missing: 0,
        seen_at: None,
        pending: Vec::new(),
        drafts: Vec::new(),
        contact: None,
        contact_notes: Vec::new(),
        companies: Vec::new(),
        earlier: Vec::new(),
        others: Vec::new(),
        duplicates: Vec::new(),
        reminder: None,
    }
}

fn text_from(buf: &Buffer, from: u16, y: u16) -> String {
    let mut text = String::new();
    let mut x = from;
    while let Some(cell) = buf.cell((x, y)) {
        text.push_str(cell.symbol());
        x += cell.symbol().cell_width().max(1);
    }
    text
}

/// Rows of a buffer as text.
pub fn lines(buf: &Buffer) -> Vec<String> {
    (0..buf.area.height).map(|y| text_from(buf, 0, y)).collect()
}
