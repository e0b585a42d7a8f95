//! Writes one thread, step by step.
//!
//! Owns [`Scribe`]. Every state, part and measure comes from the helpdesk's rules; what is said comes
//! from the phrase book. Must not know other threads or the store.

use serde_json::json;

use super::cast::Cast;
use super::catalogue::{ASSISTANT, SECOND_BRAND, WORKSPACE, tag_id, topic_value};
use super::dice::Dice;
use super::files::File;
use super::mail::{self, MENTION, Program, Quoted};
use super::odd;
use super::outline::{Fate, Outline, Step};
use super::people::{MATES, Person, YOU, first_name, mate_for, mate_id, team_id};
use super::talk::{Desk, Talk, Tongue, Topic, Turn, next_turn, talk};
use super::threads::Studio;
use super::wording::{self, Deck, is_mail};
use crate::helpdesk::model::act::Record;
use crate::helpdesk::model::{
    AiAgent, AppliedTag, Attachment, AttachmentId, Attributes, Author, AuthorKind, BrandId, Conversation,
    ConversationId, EmailAddress, EmailMetadata, Part, PartId, Place, Priority, Recipient, ReplyTo, SlaApplied, Source,
    State, Target, Thread,
};
use crate::helpdesk::rules::assign::{Reason, assign};
use crate::helpdesk::rules::thread::{Message, contact_author};
use crate::helpdesk::rules::{self, attributes, operator};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Attachments of conversations older than this are links to an archive, when there are many.
const ARCHIVED_AFTER: i64 = 30 * DAY;
/// From this many conversations on old attachments are in the archive.
const MANY: usize = 5_000;
/// Address that customers write to.
const SHOP: &str = "hello@northwind-outdoor.example";

/// A teammate as the author of a message.
#[must_use]
pub fn mate_author(mate: usize) -> Author {
    Author {
        kind: AuthorKind::Admin,
        id: mate_id(mate).to_string(),
        name: Some(MATES[mate].name.to_owned()),
        email: Some(format!("{}@northwind-outdoor.example", first_name(mate).to_lowercase())),
        from_ai_agent: false,
        is_ai_answer: false,
    }
}

fn assistant() -> Author {
    Author {
        kind: AuthorKind::Bot,
        id: ASSISTANT.to_string(),
        name: Some("Northwind Assistant".to_owned()),
        email: Some("northwind.assistant@northwind-outdoor.example".to_owned()),
        from_ai_agent: true,
        is_ai_answer: true,
    }
}

fn desk_name(desk: Desk) -> &'static str {
    match desk {
        Desk::Support => "Support",
        Desk::Billing => "Billing",
        Desk::Returns => "Returns",
        Desk::Wholesale => "Wholesale",
    }
}

/// Writes one thread.
pub(super) struct Scribe<'a> {
    studio: &'a Studio,
    person: &'a Person,
    contact: Author,
    book: &'static Talk,
    topic: &'static Topic,
    desk: Desk,
    mate: usize,
    channel: &'static str,
    fate: Fate,
    cast: Cast<'a>,
    program: Program,
    subject: String,
    deck: Deck,
    dice: Dice,
    /// Our last message, which the customer's mail quotes.
    quoted: Option<Quoted>,
    files: Vec<Record>,
    file_count: u64,
    tagged: bool,
    answered: bool,
    /// Place of the turn that was taken last: question, answer, and so on.
    turn: Option<usize>,
    /// The answer to the question on the side that was asked last.
    aside: Option<&'static str>,
    parts: Vec<Part>,
    key: (u64, usize),
}

impl<'a> Scribe<'a> {
    /// A scribe for one thread; `key` tells its files from those of other threads.
    #[allow(clippy::too_many_arguments, reason = "called once, with what a thread consists of")]
    pub(super) fn new(
        studio: &'a Studio,
        person: &'a Person,
        topic: &'static Topic,
        desk: Desk,
        mate: usize,
        outline: &Outline,
        cast: Cast<'a>,
        mut dice: Dice,
        key: (u64, usize),
    ) -> Self {
        Self {
            studio,
            person,
            contact: contact_author(&person.contact),
            book: talk(outline.tongue),
            topic,
            desk,
            mate,
            channel: outline.channel,
            fate: outline.fate,
            cast,
            program: *dice.pick(&Program::ALL),
            subject: String::new(),
            deck: Deck::default(),
            dice,
            quoted: None,
            files: Vec::new(),
            file_count: 0,
            tagged: false,
            answered: false,
            turn: None,
            aside: None,
            parts: Vec::new(),
            key,
        }
    }

    /// The whole thread, and the files that belong to it.
    pub(super) fn write(mut self, id: ConversationId, times: &[(i64, Step)]) -> (Thread, Vec<Record>) {
        let began = times.first().map_or(self.studio.now, |(at, _)| *at);
        let mut conversation = self.begin(began);
        conversation.id = id;
        for (place, (at, step)) in times.iter().enumerate().skip(1) {
            let next = times.get(place + 1).map_or(self.studio.now, |(next, _)| *next);
            self.step(&mut conversation, *at, *step, next);
        }
        self.finish(&mut conversation);
        let total_parts = self.parts.len();
        (Thread { conversation, company: None, parts: self.parts, total_parts }, self.files)
    }

    fn begin(&mut self, at: i64) -> Conversation {
        let odd = match self.fate {
            Fate::Odd(which) => Some(&odd::MESSAGES[which % odd::MESSAGES.len()]),
            _ => None,
        };
        let by_us = matches!(self.fate, Fate::Outreach(_));
        if is_mail(self.channel) {
            self.subject = if let Some(odd) = odd {
                odd.subject.to_owned()
            } else {
                let phrase = self.deck.draw(&self.topic.subjects, &mut self.dice);
                self.cast.say(phrase, &mut self.dice)
            };
        }
        let text = match odd {
            Some(odd) => odd.body.to_owned(),
            None => self.opening_text(by_us),
        };
        let mut html = if is_mail(self.channel) && !by_us && odd.is_none() {
            mail::mail(self.program, &text, None, self.cast.tongue).0
        } else {
            mail::paragraphs(&text)
        };
        if is_mail(self.channel) && self.cast.customer.company.is_some() && self.dice.chance(35) {
            html.push_str("<p><img src=\"https://img.northwind-outdoor.example/signature/logo.png\" alt=\"logo\" width=\"96\" height=\"32\"></p>");
        }
        let attachments = self.attach(&text, !by_us, at);
        let author = if by_us { mate_author(self.mate) } else { self.contact.clone() };
        if by_us {
            self.quoted = Some(self.quotable(&html, at));
        }
        let email = is_mail(self.channel).then(|| self.metadata(!by_us, None));
        let source = Source {
            kind: self.channel.to_owned(),
            id: PartId(0),
            delivered_as: if by_us { "admin_initiated" } else { "customer_initiated" }.to_owned(),
            subject: mail::line(&self.subject),
            body: html,
            author,
            attachments,
            url: (self.channel == "conversation").then(|| {
                format!(
                    "https://northwind-outdoor.example/{}",
                    self.dice.pick(&["orders", "cart", "help", "returns", ""])
                )
            }),
            redacted: false,
            recipients: if is_mail(self.channel) {
                let email = if by_us { self.cast.customer.email.unwrap_or(SHOP) } else { SHOP };
                vec![Recipient { kind: "to".to_owned(), email: email.to_owned(), drop_reason: None }]
            } else {
                Vec::new()
            },
            reply_to: match self.cast.customer.email {
                Some(email) if is_mail(self.channel) && !by_us => {
                    vec![ReplyTo { email: email.to_owned(), name: self.cast.customer.name.map(str::to_owned) }]
                }
                _ => Vec::new(),
            },
            email,
        };
        let brand = if self.dice.chance(8) { SECOND_BRAND } else { WORKSPACE };
        rules::thread::begin(&self.person.contact, source, Some(BrandId(brand.to_owned())), &self.studio.scene(at))
    }

    fn opening_text(&mut self, by_us: bool) -> String {
        let voice = self.person.voice;
        let (place, body) = wording::question(&self.cast, self.topic, voice, self.channel, &mut self.dice);
        self.turn = Some(place);
        if by_us {
            let bye = self.dice.word(&self.book.answer_byes);
            let bye = self.cast.say(bye, &mut self.dice);
            format!("{body}\n\n{bye}")
        } else {
            wording::customer(&self.cast, self.book, voice, self.channel, &body, true, &mut self.dice)
        }
    }

    fn step(&mut self, conversation: &mut Conversation, at: i64, step: Step, next: i64) {
        let topic = self.topic;
        self.cast.at = at;
        match step {
            Step::Ask => {}
            Step::ToDesk => {
                let to = Target::Team(team_id(self.desk));
                let parts = assign(
                    conversation,
                    operator(),
                    to,
                    None,
                    Some(desk_name(self.desk)),
                    Reason::Said,
                    &self.studio.scene(at),
                );
                self.parts.extend(parts);
            }
            Step::ToMate => {
                let by = if self.dice.chance(80) { operator() } else { mate_author(self.mate) };
                let to = Target::Admin(mate_id(self.mate));
                self.parts.extend(assign(conversation, by, to, None, None, Reason::Said, &self.studio.scene(at)));
            }
            Step::Bot => self.bot(conversation, at),
            Step::Human => self.customer_says(conversation, at, &self.book.humans),
            Step::Answer => {
                if let Fate::Odd(which) = self.fate {
                    let text = odd::MESSAGES[which % odd::MESSAGES.len()].answer;
                    self.teammate_writes(conversation, at, text);
                } else {
                    let phrase = self.take_turn(&topic.answers);
                    self.teammate_says(conversation, at, &[phrase]);
                }
            }
            Step::Follow => {
                let phrase = self.take_turn(&topic.follows);
                self.customer_says(conversation, at, &[phrase]);
            }
            Step::Solve => {
                let phrase = self.take_turn(&topic.solves);
                self.teammate_says(conversation, at, &[phrase]);
            }
            Step::Thanks => self.customer_says(conversation, at, &self.book.thanks),
            Step::Welcome => self.teammate_says(conversation, at, &self.book.welcomes),
            Step::Chase => self.customer_says(conversation, at, &self.book.chases),
            Step::Update => self.teammate_says(conversation, at, &self.book.updates),
            Step::Ack => self.customer_says(conversation, at, &self.book.acks),
            Step::Aside => {
                let (question, answer) = self.deck.draw(&self.book.asides, &mut self.dice);
                self.aside = Some(answer);
                self.customer_says(conversation, at, &[question]);
            }
            Step::AsideReply => {
                let answer = self.aside.take().unwrap_or_default();
                self.teammate_says(conversation, at, &[answer]);
            }
            Step::Note => self.note(conversation, at, self.mate, &topic.notes, None),
            Step::CallNote => self.note(conversation, at, self.mate, &talk(Tongue::English).call_notes, None),
            Step::MentionYou => {
                let by = if self.mate == YOU { 1 } else { self.mate };
                self.note(conversation, at, by, &talk(Tongue::English).mentions, Some(YOU));
            }
            Step::YouNote => self.note(conversation, at, YOU, &talk(Tongue::English).mentioned, None),
            Step::MentionMate => {
                let other = mate_for(self.desk, self.cast.tongue, false, &mut self.dice);
                let other = if other == self.mate { (other + 1) % MATES.len() } else { other };
                let other = if other == YOU { 1 } else { other };
                let by = if self.mate == other { YOU } else { self.mate };
                self.note(conversation, at, by, &talk(Tongue::English).mentions, Some(other));
                let later = at + ((next - at) / 2).clamp(0, 900);
                self.note(conversation, later, other, &talk(Tongue::English).mentioned, None);
            }
            Step::Snooze(sleep) => {
                let scene = self.studio.scene(at);
                self.parts.extend(rules::thread::snooze(conversation, mate_author(self.mate), at + sleep, &scene));
            }
            Step::Wake => self.parts.extend(rules::thread::wake(conversation, &self.studio.scene(at))),
            Step::Close => {
                let scene = self.studio.scene(at);
                self.parts.extend(rules::thread::close(conversation, mate_author(self.mate), None, &scene));
            }
            Step::Rate(score) => {
                let fitting = |remark: &&str| {
                    let sour = remark.contains("waiting") || remark.contains("attends") || remark.contains("warte");
                    sour == (score <= 2)
                };
                let remarks: Vec<&str> = self.book.remarks.iter().copied().filter(fitting).collect();
                let remark = (self.dice.chance(45) && !remarks.is_empty()).then(|| {
                    let phrase = self.dice.word(&remarks);
                    self.cast.say(phrase, &mut self.dice)
                });
                let contact = &self.person.contact;
                let scene = self.studio.scene(at);
                self.parts.extend(rules::thread::rate(conversation, contact, score, remark, &scene));
            }
        }
    }

    fn take_turn(&mut self, turns: &[Turn]) -> &'static str {
        let (place, phrase) = next_turn(turns, self.turn, &mut self.dice);
        self.turn = Some(place);
        phrase
    }

    fn customer_says(&mut self, conversation: &mut Conversation, at: i64, phrases: &[&'static str]) {
        let phrase = self.deck.draw(phrases, &mut self.dice);
        let body = self.cast.say(phrase, &mut self.dice);
        let text =
            wording::customer(&self.cast, self.book, self.person.voice, self.channel, &body, false, &mut self.dice);
        let (html, history) = if is_mail(self.channel) {
            let quoted = if self.dice.chance(70) { self.quoted.as_ref() } else { None };
            mail::mail(self.program, &text, quoted, self.cast.tongue)
        } else {
            (mail::paragraphs(&text), None)
        };
        let email = is_mail(self.channel).then(|| self.metadata(true, history));
        let attachments = self.attach(&text, true, at);
        let message = Message { attachments, email, ..Message::comment(self.contact.clone(), html) };
        self.parts.extend(rules::thread::message(conversation, message, &self.studio.scene(at)));
    }

    fn teammate_says(&mut self, conversation: &mut Conversation, at: i64, phrases: &[&'static str]) {
        let phrase = self.deck.draw(phrases, &mut self.dice);
        let body = self.cast.say(phrase, &mut self.dice);
        let first = !self.answered;
        let text = wording::teammate(&self.cast, self.book, self.channel, &body, first, &mut self.dice);
        self.teammate_writes(conversation, at, &text);
    }

    fn teammate_writes(&mut self, conversation: &mut Conversation, at: i64, text: &str) {
        self.answered = true;
        let html = mail::paragraphs(text);
        self.quoted = Some(self.quotable(&html, at));
        let email = is_mail(self.channel).then(|| self.metadata(false, None));
        let attachments = self.attach(text, false, at);
        let message = Message { attachments, email, ..Message::comment(mate_author(self.mate), html) };
        self.parts.extend(rules::thread::message(conversation, message, &self.studio.scene(at)));
        self.describe(conversation, at);
    }

    fn bot(&mut self, conversation: &mut Conversation, at: i64) {
        let phrase = self.deck.draw(&self.book.bots, &mut self.dice);
        let html = mail::paragraphs(&self.cast.say(phrase, &mut self.dice));
        self.parts.extend(rules::thread::message(
            conversation,
            Message::comment(assistant(), html),
            &self.studio.scene(at),
        ));
        conversation.ai_agent = Some(AiAgent {
            source_type: Some("workflow".to_owned()),
            source_title: Some("First answer in chat".to_owned()),
            last_answer_type: Some("ai_answer".to_owned()),
            resolution_state: Some("escalated".to_owned()),
            created_at: Some(at),
            updated_at: Some(at),
            ..AiAgent::default()
        });
    }

    fn note(
        &mut self,
        conversation: &mut Conversation,
        at: i64,
        by: usize,
        phrases: &[&'static str],
        to: Option<usize>,
    ) {
        let phrase = self.deck.draw(phrases, &mut self.dice);
        let text = self.cast.say_in(Tongue::English, phrase, &mut self.dice);
        let mentioned = to.map(|mate| (mate_id(mate).to_string(), MATES[mate].name));
        let html = mail::note(&text, mentioned.as_ref().map(|(id, name)| (id.as_str(), *name)));
        debug_assert!(!html.contains(MENTION));
        self.parts.extend(rules::thread::message(
            conversation,
            Message::note(mate_author(by), html),
            &self.studio.scene(at),
        ));
    }

    /// Tags and attributes, which the first answer leaves.
    fn describe(&mut self, conversation: &mut Conversation, at: i64) {
        if std::mem::replace(&mut self.tagged, true) {
            return;
        }
        let mate = mate_id(self.mate);
        let count = 1 + self.dice.index(self.topic.tags.len());
        for tag in self.topic.tags.iter().take(count) {
            conversation.tags.push(AppliedTag {
                id: tag_id(tag),
                name: (*tag).to_owned(),
                applied_at: at,
                applied_by: Some(mate),
            });
        }
        if !self.dice.chance(60) {
            return;
        }
        let topic = topic_value(self.topic.name);
        let values = Attributes::from([("Topic".to_owned(), json!(topic))]);
        // The value is one of the definition's own, so this cannot fail; if it did, the thread would
        // merely lack it.
        if let Ok(parts) = attributes::set(
            conversation,
            &mate_author(self.mate),
            &values,
            &self.studio.definitions,
            &self.studio.scene(at),
        ) {
            self.parts.extend(parts);
        }
        // What a form filled in leaves no part.
        let known = &mut conversation.custom_attributes;
        if self.topic.desk != Desk::Wholesale && self.dice.chance(70) {
            known.insert("Order".to_owned(), json!(self.cast.order()));
        }
        if topic == "Delivery" {
            known.insert("Carrier".to_owned(), json!(self.cast.carrier()));
        }
        if topic == "Refund" {
            #[allow(clippy::cast_precision_loss, reason = "prices")]
            known.insert("Amount".to_owned(), json!(self.cast.cents() as f64 / 100.0));
        }
    }

    /// What no act leaves: priority, SLA, title, who looked.
    fn finish(&mut self, conversation: &mut Conversation) {
        let contact = &self.person.contact;
        let vip = contact.tags.contains(&tag_id("vip"));
        let open = conversation.state == State::Open;
        if vip {
            conversation.tags.insert(
                0,
                AppliedTag {
                    id: tag_id("vip"),
                    name: "vip".to_owned(),
                    applied_at: conversation.created_at,
                    applied_by: None,
                },
            );
        }
        conversation.priority =
            match self.dice.weighted(if open { [58, 6, 15, 15, 6] } else { [86, 3, 6, 4, 1] }.into_iter()) {
                0 if vip && open => Priority::High,
                place => Priority::ALL[place],
            };
        if open && conversation.waiting_since.is_some() && self.dice.chance(35) {
            conversation.read = true;
        }
        if self.dice.chance(12) && !matches!(self.fate, Fate::Odd(_)) {
            let value = topic_value(self.topic.name);
            conversation.title = Some(format!("{value} · {}", self.cast.order()));
        }
        self.apply_sla(conversation, vip);
    }

    fn apply_sla(&mut self, conversation: &mut Conversation, vip: bool) {
        let (name, limit) = if vip {
            ("VIP", HOUR)
        } else if self.person.company.is_some() || self.dice.chance(25) {
            ("Standard", 4 * HOUR)
        } else {
            return;
        };
        let calendar = self.studio.calendar.as_ref();
        let office = |from: i64, to: i64| calendar.map_or(to - from, |calendar| calendar.open_seconds(from, to));
        let first = conversation.statistics.time_to_admin_reply;
        let is_open = conversation.state == State::Open;
        let overdue = |since: i64| office(since, self.studio.now) > limit;
        let status = match (conversation.waiting_since, first) {
            (_, Some(took)) if took > limit => "missed",
            (Some(since), _) if is_open && overdue(since) => "missed",
            (None, Some(_)) => "hit",
            _ if conversation.state == State::Closed => "cancelled",
            _ => "active",
        };
        conversation.sla_applied = Some(SlaApplied { name: name.to_owned(), status: Some(status.to_owned()) });
    }

    fn quotable(&self, html: &str, at: i64) -> Quoted {
        let who = format!("{} · Northwind Outdoor <{SHOP}>", MATES[self.mate].name);
        Quoted { who, at, html: html.to_owned(), subject: self.subject.clone() }
    }

    fn metadata(&mut self, by_customer: bool, history: Option<String>) -> EmailMetadata {
        let address = |kind: &str, address: &str, name: Option<&str>| EmailAddress {
            kind: kind.to_owned(),
            address: address.to_owned(),
            name: name.map(str::to_owned),
        };
        let theirs = self.cast.customer.email.unwrap_or("unknown@mail.example");
        let their_name = self.cast.customer.name;
        let domain = theirs.rsplit('@').next().unwrap_or("mail.example");
        let subject = if self.parts.is_empty() || self.subject.is_empty() {
            self.subject.clone()
        } else {
            format!("Re: {}", self.subject)
        };
        EmailMetadata {
            message_id: Some(format!(
                "<{:016x}@{}>",
                self.dice.next_u64(),
                if by_customer { domain } else { "northwind-outdoor.example" }
            )),
            subject,
            addresses: if by_customer {
                vec![address("from", theirs, their_name), address("to", SHOP, Some("Northwind Outdoor"))]
            } else {
                vec![address("from", SHOP, Some("Northwind Outdoor")), address("to", theirs, their_name)]
            },
            history,
        }
    }

    /// The file that the text announces, kept in the store or named as archived.
    fn attach(&mut self, text: &str, by_customer: bool, at: i64) -> Vec<Attachment> {
        let Some(file) = wording::announced(text, by_customer, &self.cast, &mut self.dice) else { return Vec::new() };
        let File { name, content_type, bytes, pixels } = file;
        let archived = self.studio.plan.fates().len() >= MANY && at < self.studio.now - ARCHIVED_AFTER;
        let mut ids = Dice::stream(self.key.0 ^ 0xF11E, (self.key.1 as u64) << 8 | self.file_count);
        self.file_count += 1;
        let id = format!("{:016x}{:016x}", ids.next_u64(), ids.next_u64());
        let filesize = bytes.len() as u64;
        let place = if archived {
            Place::Linked(format!("https://archive.northwind-outdoor.example/{id}"))
        } else {
            let id = AttachmentId(id);
            let record =
                Record::Attachment { id: id.clone(), name: name.clone(), content_type: content_type.to_owned(), bytes };
            self.files.push(record);
            Place::Stored(id)
        };
        vec![Attachment {
            name,
            content_type: content_type.to_owned(),
            filesize,
            width: pixels.0,
            height: pixels.1,
            place,
        }]
    }
}
