//! Doing what the script says, with words that fit.
//!
//! Owns [`Stage`]. Every deed looks at the conversation again first: one that has moved on, or that a
//! played teammate has by now, is left alone.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::cast::{Cast, Customer};
use super::super::catalogue::tag_id;
use super::super::dice::Dice;
use super::super::files;
use super::super::mail::{self, Program, Quoted};
use super::super::outline::{throw_channel, throw_tongue};
use super::super::people::{Crowd, MATES, Voice, YOU, first_name, mate_for, mate_id, team_id};
use super::super::seed::{SeedPlan, crowd_of, you};
use super::super::talk::{Desk, Talk, Tongue, Topic, Turn, next_turn, talk};
use super::super::wording::{self, is_mail};
use super::recognise::{best_match, recognise};
use super::scene;
use super::script::{Event, Glimpse, Mood, Scene, Script, To};
use crate::helpdesk::model::act::{Actor, Manage, NewConversation, NewRating, Reply, ReplyKind, Step};
use crate::helpdesk::model::{
    AdminId, ContactId, ConversationId, NewAttachment, Part, PartType, State, Target, Thread,
};
use crate::helpdesk::storage::{Answer, Store};
use crate::text::{fold, html::to_plain};

/// The store with its people.
pub struct Stage {
    store: Arc<dyn Store>,
    crowd: Crowd,
    places: HashMap<ContactId, usize>,
    seed: u64,
    /// Teammates whom people act as, by their tokens.
    played: BTreeSet<AdminId>,
}

/// Whether a part is a message between customer and us.
pub fn is_message(part: &Part) -> bool {
    part.body.is_some()
        && !matches!(part.part_type, PartType::Note | PartType::NoteAndReopen)
        && (part.author.is_contact() || part.author.admin().is_some())
}

/// A conversation that something is about to be said in.
struct Talking {
    thread: Thread,
    tongue: Tongue,
    topic: Option<&'static Topic>,
    /// Who answers, by place in [`MATES`].
    mate: usize,
    voice: Voice,
    person: Option<usize>,
    /// The opening message, as text.
    opening: String,
}

impl Talking {
    fn channel(&self) -> &str {
        &self.thread.conversation.source.kind
    }

    fn book(&self) -> &'static Talk {
        talk(self.tongue)
    }

    /// Our messages so far.
    fn our_messages(&self) -> usize {
        self.thread.parts.iter().filter(|part| is_message(part) && part.author.admin().is_some()).count()
    }

    fn last_message(&self) -> Option<&Part> {
        self.thread.parts.iter().rev().find(|part| is_message(part))
    }
}

impl Stage {
    /// The stage of the workspace that `mark` was filled with.
    pub fn new(store: Arc<dyn Store>, mark: &SeedPlan, seed: u64) -> Self {
        let crowd = crowd_of(mark);
        let places =
            crowd.people.iter().enumerate().map(|(place, person)| (person.contact.id.clone(), place)).collect();
        Self { store, crowd, places, seed, played: BTreeSet::from([you()]) }
    }

    /// What the script sees now.
    pub async fn look(&mut self, script: &Script, now: i64) -> Answer<Scene> {
        let tokens = self.store.tokens().await?;
        self.played = tokens.into_iter().filter(|token| token.revoked_at.is_none()).map(|token| token.admin).collect();
        self.played.insert(you());
        scene::look(&self.store, script, &self.played, now).await
    }

    /// Does it; false when it came to nothing, as what it was about has moved on.
    pub async fn perform(&self, event: &Event, turn: u64, now: i64) -> Answer<bool> {
        match event {
            Event::Arrive(to) => self.arrive(*to, turn, now).await.map(|()| true),
            Event::Answer(glimpse) | Event::Back(glimpse) => self.customer(glimpse, turn, None).await,
            Event::Nudge(glimpse, mood) => self.customer(glimpse, turn, Some(*mood)).await,
            Event::Take(glimpse) => self.take(glimpse, turn).await,
            Event::Reply(glimpse) => self.reply(glimpse, turn).await,
            Event::Note(glimpse, mentions) => self.note(glimpse, turn, *mentions).await,
            Event::Close(glimpse) => self.close(glimpse, turn, now).await,
            Event::Tag(glimpse) => self.tag(glimpse, turn).await,
            Event::Rate(glimpse) => self.rate(glimpse, turn).await,
            Event::Quiet => Ok(false),
        }
    }

    fn dice(&self, turn: u64, id: ConversationId) -> Dice {
        Dice::stream(self.seed ^ 0xDEED ^ u64::try_from(id.0).unwrap_or(0).rotate_left(20), turn)
    }

    async fn arrive(&self, to: To, turn: u64, now: i64) -> Answer<()> {
        let mut dice = self.dice(turn, ConversationId(0));
        let (tongue, channel) = (throw_tongue(&mut dice), throw_channel(&mut dice));
        let book = talk(tongue);
        let mut topic = book.topic(&mut dice);
        for _ in 0..40 {
            let fits = match to {
                // You sit at these desks; at the other ones nothing stays without somebody for long.
                To::You => matches!(topic.desk, Desk::Support | Desk::Wholesale),
                To::Nobody => topic.desk != Desk::Billing,
                To::Any => true,
                To::Desk(desk) => topic.desk == desk,
            };
            if fits {
                break;
            }
            topic = book.topic(&mut dice);
        }
        let place = if topic.desk == Desk::Wholesale {
            self.crowd.somebody_at_work(tongue, &mut dice)
        } else {
            self.crowd.somebody(tongue, &mut dice)
        };
        let person = &self.crowd.people[place];
        let cast = Cast::throw(tongue, self.crowd.customer(place), "", topic.kind, now, &mut dice);
        let (_, body) = wording::question(&cast, topic, person.voice, channel, &mut dice);
        let text = wording::customer(&cast, book, person.voice, channel, &body, true, &mut dice);
        let subject = dice.word(&topic.subjects);
        let subject = is_mail(channel).then(|| mail::line(&cast.say(subject, &mut dice)));
        let html = if is_mail(channel) {
            mail::mail(*dice.pick(&Program::ALL), &text, None, tongue).0
        } else {
            mail::paragraphs(&text)
        };
        let attachments = wording::announced(&text, true, &cast, &mut dice).map(upload).into_iter().collect();
        let new = NewConversation {
            from: person.contact.id.clone(),
            channel: channel.to_owned(),
            subject,
            body: html,
            attachments,
            brand: None,
            team: Some(team_id(topic.desk)),
            url: (channel == "conversation").then(|| "https://northwind-outdoor.example/orders".to_owned()),
            email: None,
            outbound: None,
            at: None,
        };
        let begun = self.store.create_conversation(new).await?.conversation;
        match (to, begun.admin_assignee) {
            (To::You, Some(mate)) if mate != you() => {
                let by = if self.played.contains(&mate) { Actor::Bot } else { Actor::Admin(mate) };
                self.hand_over(begun.id, by, Target::Admin(you())).await
            }
            (To::You, None) => self.hand_over(begun.id, Actor::Bot, Target::Admin(you())).await,
            (To::Nobody, Some(_)) => self.hand_over(begun.id, Actor::Bot, Target::NobodyAdmin).await,
            _ => Ok(()),
        }
    }

    /// Reads the conversation again; none when it is not as `fits` wants it any more.
    async fn enter(
        &self,
        glimpse: &Glimpse,
        dice: &mut Dice,
        fits: impl Fn(&Thread) -> bool,
    ) -> Answer<Option<Talking>> {
        let thread = self.store.conversation(glimpse.id).await?;
        if thread.conversation.merged_into.is_some() || !fits(&thread) {
            return Ok(None);
        }
        let place = self.places.get(&glimpse.contact).copied();
        let person = place.map(|place| &self.crowd.people[place]);
        let opening = to_plain(&format!("{} {}", thread.conversation.source.subject, thread.conversation.source.body));
        let found = recognise(&opening);
        let tongue = found.map(|(tongue, _)| tongue).or(person.map(|person| person.tongue)).unwrap_or(Tongue::English);
        let topic = found.map(|(_, topic)| topic);
        let assigned = thread.conversation.admin_assignee;
        let mate = match assigned.and_then(place_of) {
            Some(mate) => mate,
            None => self.somebody_of(topic.map_or(Desk::Support, |topic| topic.desk), tongue, dice),
        };
        let voice = person.map_or(Voice::Plain, |person| person.voice);
        Ok(Some(Talking { thread, tongue, topic, mate, voice, person: place, opening }))
    }

    /// A colleague of that desk whom nobody plays.
    fn somebody_of(&self, desk: Desk, tongue: Tongue, dice: &mut Dice) -> usize {
        for _ in 0..20 {
            let mate = mate_for(desk, tongue, false, dice);
            if !self.played.contains(&mate_id(mate)) {
                return mate;
            }
        }
        (0..MATES.len()).find(|mate| !self.played.contains(&mate_id(*mate))).unwrap_or(1)
    }

    /// The facts of a conversation, the same whenever somebody says something in it.
    fn cast<'a>(&'a self, talking: &'a Talking) -> Cast<'a> {
        let conversation = &talking.thread.conversation;
        let author = &conversation.source.author;
        let customer = match talking.person {
            Some(place) => self.crowd.customer(place),
            None => Customer {
                name: author.name.as_deref().filter(|_| author.is_contact()),
                email: author.email.as_deref().filter(|_| author.is_contact()),
                town: "Galway",
                street: "4 Harbour Row",
                ..Customer::default()
            },
        };
        let mut dice = Dice::stream(self.seed ^ 0xCA57, u64::try_from(conversation.id.0).unwrap_or(0));
        let kind = talking.topic.map_or_else(Default::default, |topic| topic.kind);
        let mut cast =
            Cast::throw(talking.tongue, customer, first_name(talking.mate), kind, conversation.created_at, &mut dice)
                .about(&talking.opening);
        cast.at = conversation.updated_at;
        cast
    }

    /// Whether it is open and a colleague's whom nobody plays.
    fn is_colleagues(&self, thread: &Thread) -> bool {
        let conversation = &thread.conversation;
        conversation.state == State::Open
            && conversation
                .admin_assignee
                .is_some_and(|admin| !self.played.contains(&admin) && place_of(admin).is_some())
    }

    /// Whether it is open and somebody's who is played.
    fn is_played(&self, thread: &Thread) -> bool {
        let conversation = &thread.conversation;
        conversation.state == State::Open
            && conversation.admin_assignee.is_some_and(|admin| self.played.contains(&admin))
    }

    async fn customer(&self, glimpse: &Glimpse, turn: u64, mood: Option<Mood>) -> Answer<bool> {
        let mut dice = self.dice(turn, glimpse.id);
        // Between the look and now somebody may have closed it, or the customer may have written.
        let fits = |thread: &Thread| {
            thread.conversation.state != State::Closed
                && (thread.conversation.statistics.last_contact_reply_at.unwrap_or(0) <= glimpse.customer_wrote_at)
        };
        let Some(talking) = self.enter(glimpse, &mut dice, fits).await? else { return Ok(false) };
        let cast = self.cast(&talking);
        let phrase = match mood {
            None => fitting(&talking, &mut dice),
            // Who has said thank you waits for nothing.
            Some(_) if is_content(&talking) => return Ok(false),
            Some(Mood::Impatient) => dice.word(&talking.book().chases),
            Some(Mood::Adds) => one_more_question(&talking, &mut dice),
        };
        let body = cast.say(phrase, &mut dice);
        let channel = talking.channel();
        let text = wording::customer(&cast, talking.book(), talking.voice, channel, &body, false, &mut dice);
        let html = if is_mail(channel) {
            let quoted = talking.last_message().filter(|part| !part.author.is_contact()).map(|part| Quoted {
                who: part.author.name.clone().unwrap_or_default(),
                at: part.created_at,
                html: part.body.clone().unwrap_or_default(),
                subject: talking.thread.conversation.source.subject.clone(),
            });
            mail::mail(*dice.pick(&Program::ALL), &text, quoted.as_ref(), talking.tongue).0
        } else {
            mail::paragraphs(&text)
        };
        let file = wording::announced(&text, true, &cast, &mut dice).map(upload);
        self.say(glimpse.id, Actor::Contact(glimpse.contact.clone()), ReplyKind::Comment, html, file).await
    }

    async fn take(&self, glimpse: &Glimpse, turn: u64) -> Answer<bool> {
        let mut dice = self.dice(turn, glimpse.id);
        let free =
            |thread: &Thread| thread.conversation.state == State::Open && thread.conversation.admin_assignee.is_none();
        let Some(talking) = self.enter(glimpse, &mut dice, free).await? else { return Ok(false) };
        let mate = mate_id(talking.mate);
        let step = Step::Assign { to: Target::Admin(mate), body: None };
        self.manage(glimpse.id, mate, step).await
    }

    async fn reply(&self, glimpse: &Glimpse, turn: u64) -> Answer<bool> {
        let mut dice = self.dice(turn, glimpse.id);
        let Some(talking) = self.enter(glimpse, &mut dice, |thread| self.is_colleagues(thread)).await? else {
            return Ok(false);
        };
        let cast = self.cast(&talking);
        let phrase = our_answer(&talking, &mut dice);
        let body = cast.say(phrase, &mut dice);
        let first = talking.our_messages() == 0;
        let text = wording::teammate(&cast, talking.book(), talking.channel(), &body, first, &mut dice);
        let file = wording::announced(&text, false, &cast, &mut dice).map(upload);
        let by = Actor::Admin(mate_id(talking.mate));
        self.say(glimpse.id, by, ReplyKind::Comment, mail::paragraphs(&text), file).await
    }

    async fn note(&self, glimpse: &Glimpse, turn: u64, mentions: bool) -> Answer<bool> {
        let mut dice = self.dice(turn, glimpse.id);
        let fits = |thread: &Thread| self.is_colleagues(thread) || mentions && self.is_played(thread);
        let Some(talking) = self.enter(glimpse, &mut dice, fits).await? else {
            return Ok(false);
        };
        let theirs = self.is_played(&talking.thread);
        let desk = talking.topic.map_or(Desk::Support, |topic| topic.desk);
        let by = if theirs { self.somebody_of(desk, talking.tongue, &mut dice) } else { talking.mate };
        let mentioned = if theirs { talking.mate } else { YOU };
        let mut cast = self.cast(&talking);
        cast.mention = "\u{1}";
        let english = talk(Tongue::English);
        let phrase = match talking.topic {
            _ if theirs => dice.word(&english.in_yours),
            _ if mentions => dice.word(&english.mentions),
            Some(topic) => dice.word(&topic.notes),
            None => dice.word(&english.call_notes),
        };
        let text = cast.say_in(Tongue::English, phrase, &mut dice);
        let id = mate_id(mentioned).to_string();
        let html = mail::note(&text, mentions.then_some((id.as_str(), MATES[mentioned].name)));
        self.say(glimpse.id, Actor::Admin(mate_id(by)), ReplyKind::Note, html, None).await
    }

    async fn close(&self, glimpse: &Glimpse, turn: u64, now: i64) -> Answer<bool> {
        let mut dice = self.dice(turn, glimpse.id);
        let Some(talking) = self.enter(glimpse, &mut dice, |thread| self.is_colleagues(thread)).await? else {
            return Ok(false);
        };
        // Nobody closes on an open question: whoever's turn it is speaks first.
        let last = talking.last_message();
        let silent = last.is_none_or(|part| part.created_at < now - 86_400);
        let theirs = last.filter(|part| part.author.is_contact());
        let asks = theirs.is_some_and(|part| to_plain(part.body.as_deref().unwrap_or_default()).contains('?'));
        if theirs.is_some() && (asks || !is_solved(&talking)) {
            return self.reply(glimpse, turn).await;
        }
        if theirs.is_none() && talking.topic.is_some() && !silent && !is_solved(&talking) {
            return self.customer(glimpse, turn, None).await;
        }
        self.manage(glimpse.id, mate_id(talking.mate), Step::Close { body: None }).await
    }

    async fn tag(&self, glimpse: &Glimpse, turn: u64) -> Answer<bool> {
        let mut dice = self.dice(turn, glimpse.id);
        let Some(talking) = self.enter(glimpse, &mut dice, |thread| self.is_colleagues(thread)).await? else {
            return Ok(false);
        };
        let worn: Vec<_> = talking.thread.conversation.tags.iter().map(|tag| tag.id).collect();
        let fitting =
            talking.topic.and_then(|topic| topic.tags.iter().map(|tag| tag_id(tag)).find(|id| !worn.contains(id)));
        let Some(tag) = fitting else { return Ok(false) };
        self.store.tag_conversation(glimpse.id, tag, Actor::Admin(mate_id(talking.mate))).await.map(|_| true)
    }

    async fn rate(&self, glimpse: &Glimpse, turn: u64) -> Answer<bool> {
        let mut dice = self.dice(turn, glimpse.id);
        let unrated = |thread: &Thread| {
            let rated = thread.conversation.rating.as_ref().is_some_and(|rating| rating.score.is_some());
            thread.conversation.state == State::Closed && !rated
        };
        let Some(talking) = self.enter(glimpse, &mut dice, unrated).await? else { return Ok(false) };
        let score = [5, 4, 3, 2, 1][dice.weighted([55, 25, 10, 5, 5].into_iter())];
        let remark = if score >= 4 && dice.chance(50) {
            let phrase = dice.word(&talking.book().thanks);
            Some(self.cast(&talking).say(phrase, &mut dice))
        } else {
            None
        };
        let rating = NewRating { by: glimpse.contact.clone(), score, remark, at: None };
        self.store.rate_conversation(glimpse.id, rating).await.map(|_| true)
    }

    async fn say(
        &self,
        id: ConversationId,
        by: Actor,
        kind: ReplyKind,
        body: String,
        file: Option<NewAttachment>,
    ) -> Answer<bool> {
        let attachments = file.into_iter().collect();
        let reply = Reply { by, kind, body, attachments, chosen: None, email: None, external_id: None, at: None };
        self.store.reply(id, reply).await.map(|_| true)
    }

    async fn hand_over(&self, id: ConversationId, by: Actor, to: Target) -> Answer<()> {
        self.store.manage(id, Manage { by, step: Step::Assign { to, body: None }, at: None }).await.map(drop)
    }

    async fn manage(&self, id: ConversationId, by: AdminId, step: Step) -> Answer<bool> {
        self.store.manage(id, Manage { by: Actor::Admin(by), step, at: None }).await.map(|_| true)
    }
}

fn place_of(admin: AdminId) -> Option<usize> {
    (0..MATES.len()).find(|mate| mate_id(*mate) == admin)
}

fn upload(file: files::File) -> NewAttachment {
    NewAttachment::Upload {
        name: file.name,
        content_type: file.content_type.to_owned(),
        bytes: file.bytes,
        pixels: (file.pixels.0 > 0).then_some(file.pixels),
    }
}

/// What a customer answers to our last message.
fn fitting(talking: &Talking, dice: &mut Dice) -> &'static str {
    let book = talking.book();
    let ours = talking
        .last_message()
        .filter(|part| part.author.admin().is_some())
        .map(|part| fold(&to_plain(part.body.as_deref().unwrap_or_default())))
        .unwrap_or_default();
    let says = |words: &[&str]| words.iter().any(|word| ours.contains(word));
    let asks = ours.contains('?')
        || says(&["please send", "could you", "merci de", "pouvez-vous", "bitte schick", "konnen sie"]);
    if !asks {
        return match dice.weighted([60, 25, 15].into_iter()) {
            0 => dice.word(&book.thanks),
            1 => dice.word(&book.acks),
            _ => book.asides.get(dice.index(book.asides.len())).map_or("", |(question, _)| question),
        };
    }
    // The topic's own follow-up answers the question that a teammate of the script asks there.
    if let Some(topic) = talking.topic
        && let Some(answer) = best_match(&ours, texts(&topic.answers))
    {
        return next_turn(&topic.follows, Some(answer), dice).1;
    }
    if says(&["photo", "picture", "foto", "bild ", "image"]) {
        dice.word(&book.send_photos)
    } else if says(&["order number", "numero de commande", "bestellnummer", "which order", "quelle commande"]) {
        dice.word(&book.send_orders)
    } else if says(&["address", "adresse", "anschrift"]) {
        dice.word(&book.send_addresses)
    } else if says(&["phone", "telefon", "telephone", "call you", "appeler", "anrufen"]) {
        dice.word(&book.send_phones)
    } else {
        dice.word(&book.agrees)
    }
}

/// Whether the customer's last words were thanks, or that they will wait.
fn is_content(talking: &Talking) -> bool {
    let book = talking.book();
    let phrases = [&book.thanks, &book.acks].into_iter().flatten().copied();
    said(talking, false).last().is_some_and(|last| best_match(last, phrases).is_some())
}

/// A question on the side that the customer has not asked yet.
fn one_more_question(talking: &Talking, dice: &mut Dice) -> &'static str {
    let said = said(talking, false);
    let asked = |question: &'static str| said.iter().any(|text| best_match(text, std::iter::once(question)).is_some());
    let asides = talking.book().asides.iter().map(|(question, _)| *question);
    let fresh: Vec<&str> = asides.filter(|question| !asked(question)).collect();
    dice.word(if fresh.is_empty() { &talking.book().chases } else { &fresh })
}

/// Words of our messages, or of the customer's, oldest first and folded.
fn said(talking: &Talking, by_us: bool) -> Vec<String> {
    let parts = talking.thread.parts.iter().filter(|part| is_message(part));
    parts
        .filter(|part| part.author.admin().is_some() == by_us)
        .map(|part| fold(&to_plain(part.body.as_deref().unwrap_or_default())))
        .collect()
}

fn texts(turns: &'static [Turn]) -> impl Iterator<Item = &'static str> {
    turns.iter().map(|turn| turn.text)
}

/// Whether one of us has given the topic's solution.
fn is_solved(talking: &Talking) -> bool {
    let Some(topic) = talking.topic else { return false };
    said(talking, true).iter().any(|text| best_match(text, texts(&topic.solves)).is_some())
}

/// What a colleague answers: the topic's turns in their order, then what fits any subject.
fn our_answer(talking: &Talking, dice: &mut Dice) -> &'static str {
    let book = talking.book();
    let (ours, theirs) = (said(talking, true), said(talking, false));
    let last = theirs.last().map(String::as_str).unwrap_or_default();
    if let Some(aside) = best_match(last, book.asides.iter().map(|(question, _)| *question)) {
        return book.asides[aside].1;
    }
    let Some(topic) = talking.topic else {
        return if last.contains('?') || ours.is_empty() {
            dice.word(&book.updates)
        } else {
            dice.word(&book.welcomes)
        };
    };
    if ours.is_empty() {
        let ask = best_match(&fold(&talking.opening), topic.asks.iter().copied());
        return next_turn(&topic.answers, ask, dice).1;
    }
    let solved = is_solved(talking);
    let followed = theirs.iter().rev().find_map(|text| best_match(text, texts(&topic.follows)));
    match followed {
        Some(follow) if !solved => next_turn(&topic.solves, Some(follow), dice).1,
        _ if solved && !last.contains('?') => dice.word(&book.welcomes),
        _ => dice.word(&book.updates),
    }
}
