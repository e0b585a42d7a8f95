//! Messages and states: begin, message, close, open, snooze, wake, rate, read.

use crate::helpdesk::model::{
    Attachment, Author, AuthorKind, BrandId, Channel, Contact, ContactRef, Conversation, ConversationId, EmailMetadata,
    FirstContactReply, Part, PartMetadata, PartType, Priority, QuickReplyOption, Rating, Role, Source, State,
    Statistics,
};

use super::{Scene, operator, settle, statistics, touch};

/// A message that is about to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who writes.
    pub author: Author,
    /// A note among teammates.
    pub note: bool,
    /// Answers offered; any make it a quick reply.
    pub offers: Vec<QuickReplyOption>,
    /// The offered answer that it chooses.
    pub chosen: Option<String>,
    /// Text; HTML. Empty for a bare quick reply or bare files.
    pub body: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Mail headers.
    pub email: Option<EmailMetadata>,
    /// The importer's identifier.
    pub external_id: Option<String>,
}

impl Message {
    /// A plain message.
    #[must_use]
    pub fn comment(author: Author, body: impl Into<String>) -> Self {
        Self {
            author,
            note: false,
            offers: Vec::new(),
            chosen: None,
            body: body.into(),
            attachments: Vec::new(),
            email: None,
            external_id: None,
        }
    }

    /// A note among teammates.
    #[must_use]
    pub fn note(author: Author, body: impl Into<String>) -> Self {
        Self { note: true, ..Self::comment(author, body) }
    }
}

/// A contact as the author of a message.
#[must_use]
pub fn contact_author(contact: &Contact) -> Author {
    Author {
        kind: match contact.role {
            Role::User => AuthorKind::User,
            Role::Lead => AuthorKind::Lead,
        },
        id: contact.id.to_string(),
        name: contact.name.clone(),
        email: contact.email.clone(),
        from_ai_agent: false,
        is_ai_answer: false,
    }
}

/// A contact as a conversation names it.
#[must_use]
pub fn contact_ref(contact: &Contact) -> ContactRef {
    ContactRef { id: contact.id.clone(), external_id: contact.external_id.clone() }
}

/// Begins a conversation with its opening message. When a teammate or the helpdesk wrote that, the
/// customer is not waiting yet.
#[must_use]
pub fn begin(contact: &Contact, source: Source, brand: Option<BrandId>, scene: &Scene<'_>) -> Conversation {
    let by_contact = source.author.is_contact();
    let teammates = source.author.admin().into_iter().collect();
    let mut conversation = Conversation {
        id: ConversationId(0),
        external_id: None,
        title: None,
        created_at: scene.at,
        updated_at: scene.now,
        waiting_since: None,
        snoozed_until: None,
        state: State::Open,
        read: !by_contact,
        priority: Priority::None,
        admin_assignee: None,
        team_assignee: None,
        company: contact.companies.first().cloned(),
        brand,
        tags: Vec::new(),
        rating: None,
        contacts: vec![contact_ref(contact)],
        teammates,
        custom_attributes: std::collections::BTreeMap::new(),
        first_contact_reply: None,
        sla_applied: None,
        statistics: Statistics::default(),
        linked_objects: Vec::new(),
        ai_agent: None,
        channel: Channel { initial: Some(source.kind.clone()), current: Some(source.kind.clone()) },
        external_references: Vec::new(),
        merged_into: None,
        queued_since: None,
        source,
    };
    if by_contact {
        contact_wrote(&mut conversation, scene);
    }
    conversation
}

/// Adds a message or a note.
///
/// A customer's message starts the wait (the first one since our last reply does), unreads, and opens
/// what was closed or asleep: from closed as a part `open` that carries the message. A teammate's
/// message ends the wait, unless it is dated before what the customer wrote last, and leaves the state
/// as it is. A note changes nothing but the thread.
#[must_use]
pub fn message(conversation: &mut Conversation, message: Message, scene: &Scene<'_>) -> Vec<Part> {
    let by_contact = message.author.is_contact();
    let reopens = by_contact && conversation.state == State::Closed;
    let part_type = if message.note {
        PartType::Note
    } else if reopens {
        PartType::Open
    } else if message.offers.is_empty() {
        PartType::Comment
    } else {
        PartType::QuickReply
    };
    if by_contact {
        if reopens {
            statistics::reopened(conversation);
        }
        conversation.state = State::Open;
        conversation.snoozed_until = None;
        conversation.read = false;
        contact_wrote(conversation, scene);
    } else if !message.note {
        teammate_wrote(conversation, &message.author, scene);
    }
    let mut part = Part::event(part_type, message.author, scene.at, conversation.state);
    part.body = Some(message.body).filter(|body| !body.is_empty());
    part.attachments = message.attachments;
    part.email = message.email;
    part.external_id = message.external_id;
    if !message.offers.is_empty() || message.chosen.is_some() {
        part.metadata = Some(PartMetadata { quick_reply_options: message.offers, quick_reply_uuid: message.chosen });
    }
    finish(conversation, vec![part], scene)
}

/// Closes, maybe with a last message. Closing what is closed without a message leaves nothing.
#[must_use]
pub fn close(conversation: &mut Conversation, by: Author, body: Option<String>, scene: &Scene<'_>) -> Vec<Part> {
    let body = body.filter(|body| !body.is_empty());
    if conversation.state == State::Closed && body.is_none() {
        return Vec::new();
    }
    if body.is_some() {
        teammate_wrote(conversation, &by, scene);
    }
    conversation.state = State::Closed;
    conversation.snoozed_until = None;
    conversation.waiting_since = None;
    conversation.queued_since = None;
    conversation.read = true;
    statistics::closed(conversation, &by, scene);
    let mut part = Part::event(PartType::Close, by, scene.at, State::Closed);
    part.body = body;
    finish(conversation, vec![part], scene)
}

/// Opens what is closed, or wakes what is asleep. Opening what is open leaves nothing.
#[must_use]
pub fn open(conversation: &mut Conversation, by: Author, scene: &Scene<'_>) -> Vec<Part> {
    let part_type = match conversation.state {
        State::Open => return Vec::new(),
        State::Closed => {
            statistics::reopened(conversation);
            PartType::Open
        }
        State::Snoozed => PartType::Unsnoozed,
    };
    conversation.state = State::Open;
    conversation.snoozed_until = None;
    let part = Part::event(part_type, by, scene.at, State::Open);
    finish(conversation, vec![part], scene)
}

/// Puts to sleep until `until`. The same sleep again leaves nothing. The caller has checked that
/// `until` lies ahead.
#[must_use]
pub fn snooze(conversation: &mut Conversation, by: Author, until: i64, scene: &Scene<'_>) -> Vec<Part> {
    if conversation.state == State::Snoozed && conversation.snoozed_until == Some(until) {
        return Vec::new();
    }
    conversation.state = State::Snoozed;
    conversation.snoozed_until = Some(until);
    conversation.queued_since = None;
    conversation.read = true;
    let part = Part::event(PartType::Snoozed, by, scene.at, State::Snoozed);
    finish(conversation, vec![part], scene)
}

/// Wakes what has slept long enough at `scene.now`; else leaves nothing. The part is dated to the
/// moment that the sleep ended.
#[must_use]
pub fn wake(conversation: &mut Conversation, scene: &Scene<'_>) -> Vec<Part> {
    let Some(until) = conversation.snoozed_until.filter(|until| *until <= scene.now) else {
        return Vec::new();
    };
    if conversation.state != State::Snoozed {
        return Vec::new();
    }
    conversation.state = State::Open;
    conversation.snoozed_until = None;
    conversation.read = false;
    let part = Part::event(PartType::TimerUnsnooze, operator(), until, State::Open);
    finish(conversation, vec![part], scene)
}

/// Takes the customer's judgement; it is the assigned teammate's.
#[must_use]
pub fn rate(
    conversation: &mut Conversation,
    by: &Contact,
    score: u8,
    remark: Option<String>,
    scene: &Scene<'_>,
) -> Vec<Part> {
    let created_at = conversation.rating.as_ref().map_or(scene.at, |rating| rating.created_at);
    conversation.rating = Some(Rating {
        score: Some(score),
        remark,
        created_at,
        updated_at: scene.at,
        contact: contact_ref(by),
        teammate: conversation.admin_assignee,
    });
    let part = Part::event(PartType::RatingChanged, contact_author(by), scene.at, conversation.state);
    finish(conversation, vec![part], scene)
}

/// Adds a contact; one who is in already leaves nothing.
#[must_use]
pub fn add_participant(conversation: &mut Conversation, contact: &Contact, by: Author, scene: &Scene<'_>) -> Vec<Part> {
    if conversation.contacts.iter().any(|known| known.id == contact.id) {
        return Vec::new();
    }
    conversation.contacts.push(contact_ref(contact));
    let part = Part::event(PartType::ParticipantAdded, by, scene.at, conversation.state);
    finish(conversation, vec![part], scene)
}

/// Takes a contact out. The caller has checked that others stay.
#[must_use]
pub fn remove_participant(
    conversation: &mut Conversation,
    contact: &Contact,
    by: Author,
    scene: &Scene<'_>,
) -> Vec<Part> {
    let before = conversation.contacts.len();
    conversation.contacts.retain(|known| known.id != contact.id);
    if conversation.contacts.len() == before {
        return Vec::new();
    }
    let part = Part::event(PartType::ParticipantRemoved, by, scene.at, conversation.state);
    finish(conversation, vec![part], scene)
}

/// Sets the read mark; answers whether that changed anything.
pub fn mark_read(conversation: &mut Conversation, read: bool, scene: &Scene<'_>) -> bool {
    let changed = conversation.read != read;
    if changed {
        conversation.read = read;
        touch(conversation, scene);
    }
    changed
}

/// Books that something else about the conversation changed, without a part.
pub fn changed(conversation: &mut Conversation, scene: &Scene<'_>) {
    touch(conversation, scene);
}

fn finish(conversation: &mut Conversation, parts: Vec<Part>, scene: &Scene<'_>) -> Vec<Part> {
    settle(conversation, &parts, scene);
    parts
}

fn contact_wrote(conversation: &mut Conversation, scene: &Scene<'_>) {
    conversation.waiting_since.get_or_insert(scene.at);
    if conversation.first_contact_reply.as_ref().is_none_or(|first| scene.at < first.created_at) {
        conversation.first_contact_reply = Some(FirstContactReply {
            created_at: scene.at,
            kind: conversation.source.kind.clone(),
            url: conversation.source.url.clone(),
        });
    }
    statistics::contact_wrote(conversation, scene);
}

fn teammate_wrote(conversation: &mut Conversation, author: &Author, scene: &Scene<'_>) {
    if author.kind == AuthorKind::Admin {
        statistics::admin_replied(conversation, scene);
        // A reply that is dated back answers nothing that was written after it.
        let unanswered = conversation.statistics.last_contact_reply_at.filter(|asked| *asked > scene.at);
        conversation.waiting_since = match conversation.waiting_since {
            Some(since) if since > scene.at => Some(since),
            Some(_) => unanswered,
            None => None,
        };
        if conversation.waiting_since.is_none() {
            conversation.read = true;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::sample::{NOON, admin, at, conversation, customer, source};
    use super::*;
    use crate::helpdesk::model::AdminId;

    fn says(body: &str) -> Message {
        Message::comment(contact_author(&customer()), body)
    }

    #[test]
    fn an_opening_message_starts_the_wait_unread() {
        let it = conversation();
        assert_eq!((it.state, it.read, it.waiting_since), (State::Open, false, Some(NOON)));
        assert_eq!(it.statistics.first_contact_reply_at, Some(NOON));
        assert_eq!(it.statistics.count_conversation_parts, 0);
        assert_eq!(it.first_contact_reply.unwrap().created_at, NOON);
    }

    #[test]
    fn nobody_waits_for_what_a_teammate_began() {
        let opening = Source { author: admin(1), ..source("email", "<p>Offer</p>") };
        let it = begin(&customer(), opening, None, &at(NOON));
        assert_eq!((it.waiting_since, it.read, it.teammates.len()), (None, true, 1));
        assert_eq!(it.statistics.first_contact_reply_at, None);
    }

    #[test]
    fn a_teammates_reply_ends_the_wait_and_is_measured() {
        let mut it = conversation();
        let parts = message(&mut it, Message::comment(admin(1), "<p>Hi</p>"), &at(NOON + 600));
        assert_eq!(parts[0].part_type, PartType::Comment);
        assert_eq!((it.waiting_since, it.read, it.updated_at), (None, true, NOON + 600));
        let s = &it.statistics;
        assert_eq!((s.time_to_admin_reply, s.median_time_to_reply), (Some(600), Some(600)));
        assert_eq!((s.first_admin_reply_at, s.last_admin_reply_at), (Some(NOON + 600), Some(NOON + 600)));
        assert_eq!((s.count_conversation_parts, it.teammates.clone()), (1, vec![AdminId(1)]));
    }

    #[test]
    fn a_reply_dated_back_answers_nothing_that_came_after_it() {
        let mut it = conversation();
        let back = |seconds| Scene { at: NOON + seconds, now: NOON + 1_000, hours: None };
        let _ = message(&mut it, Message::comment(admin(1), "hi"), &at(NOON + 100));
        let _ = message(&mut it, says("and now?"), &at(NOON + 500));
        let _ = message(&mut it, Message::comment(admin(2), "from the phone"), &back(50));
        assert_eq!((it.waiting_since, it.read), (Some(NOON + 500), false));
        let s = &it.statistics;
        assert_eq!((s.first_admin_reply_at, s.last_admin_reply_at), (Some(NOON + 50), Some(NOON + 100)));
        assert_eq!((s.time_to_admin_reply, s.reply_waits.clone()), (Some(50), vec![100]));
        let _ = message(&mut it, says("late mail"), &back(20));
        assert_eq!(it.statistics.last_contact_reply_at, Some(NOON + 500));
        let _ = message(&mut it, says("hello?"), &at(NOON + 800));
        let _ = message(&mut it, Message::comment(admin(1), "between"), &back(600));
        assert_eq!(it.waiting_since, Some(NOON + 800), "what came after the reply waits");
        let _ = close(&mut it, admin(1), None, &at(NOON + 900));
        let _ = close(&mut it, admin(2), Some("bye".into()), &back(850));
        let s = &it.statistics;
        assert_eq!((s.first_close_at, s.last_close_at), (Some(NOON + 850), Some(NOON + 900)));
        assert_eq!(s.last_closed_by_id.as_deref(), Some("1"));
        assert_eq!(it.updated_at, NOON + 1_000);
    }

    #[test]
    fn the_wait_runs_from_the_first_unanswered_message() {
        let mut it = conversation();
        let _ = message(&mut it, says("still there?"), &at(NOON + 60));
        assert_eq!(it.waiting_since, Some(NOON));
        let _ = message(&mut it, Message::comment(admin(1), "yes"), &at(NOON + 100));
        let _ = message(&mut it, says("thanks"), &at(NOON + 200));
        assert_eq!((it.waiting_since, it.read), (Some(NOON + 200), false));
        assert_eq!(it.statistics.last_contact_reply_at, Some(NOON + 200));
    }

    #[test]
    fn the_median_is_over_all_waits() {
        let mut it = conversation();
        for (asked, answered) in [(0, 10), (100, 400), (1_000, 1_100)] {
            if asked > 0 {
                let _ = message(&mut it, says("?"), &at(NOON + asked));
            }
            let _ = message(&mut it, Message::comment(admin(1), "!"), &at(NOON + answered));
        }
        assert_eq!(it.statistics.median_time_to_reply, Some(100));
        let _ = message(&mut it, Message::comment(admin(1), "and one more"), &at(NOON + 2_000));
        assert_eq!(it.statistics.reply_waits.len(), 3, "a second reply ends no wait");
    }

    #[test]
    fn a_note_leaves_wait_state_and_read_mark() {
        let mut it = conversation();
        let parts = message(&mut it, Message::note(admin(2), "<p>look</p>"), &at(NOON + 5));
        assert_eq!(parts[0].part_type, PartType::Note);
        assert_eq!((it.waiting_since, it.read, it.state), (Some(NOON), false, State::Open));
        assert_eq!(it.statistics.first_admin_reply_at, None);
        assert_eq!(it.teammates, [AdminId(2)]);
    }

    #[test]
    fn a_customers_message_opens_what_was_closed() {
        let mut it = conversation();
        let _ = close(&mut it, admin(1), None, &at(NOON + 10));
        let parts = message(&mut it, says("again"), &at(NOON + 20));
        assert_eq!((&parts[0].part_type, parts[0].state), (&PartType::Open, State::Open));
        assert_eq!(parts[0].body.as_deref(), Some("again"));
        assert_eq!((it.state, it.statistics.count_reopens, it.waiting_since), (State::Open, 1, Some(NOON + 20)));
    }

    #[test]
    fn a_customers_message_wakes_what_sleeps() {
        let mut it = conversation();
        let _ = snooze(&mut it, admin(1), NOON + 9_000, &at(NOON + 10));
        let parts = message(&mut it, says("now"), &at(NOON + 20));
        assert_eq!(parts[0].part_type, PartType::Comment);
        assert_eq!((it.state, it.snoozed_until, it.statistics.count_reopens), (State::Open, None, 0));
    }

    #[test]
    fn a_teammates_message_leaves_closed_closed_and_asleep_asleep() {
        let mut it = conversation();
        let _ = close(&mut it, admin(1), None, &at(NOON + 10));
        let _ = message(&mut it, Message::comment(admin(1), "P.S."), &at(NOON + 20));
        assert_eq!(it.state, State::Closed);
        let _ = open(&mut it, admin(1), &at(NOON + 30));
        let _ = snooze(&mut it, admin(1), NOON + 900, &at(NOON + 40));
        let _ = message(&mut it, Message::comment(admin(1), "P.P.S."), &at(NOON + 50));
        assert_eq!((it.state, it.snoozed_until), (State::Snoozed, Some(NOON + 900)));
    }

    #[test]
    fn a_close_is_measured_and_ends_the_wait() {
        let mut it = conversation();
        let parts = close(&mut it, admin(3), Some("<p>Bye</p>".into()), &at(NOON + 300));
        assert_eq!((&parts[0].part_type, parts[0].state), (&PartType::Close, State::Closed));
        assert_eq!(parts[0].body.as_deref(), Some("<p>Bye</p>"));
        let s = &it.statistics;
        assert_eq!((s.time_to_first_close, s.time_to_last_close), (Some(300), Some(300)));
        assert_eq!((s.first_close_at, s.last_closed_by_id.as_deref()), (Some(NOON + 300), Some("3")));
        assert_eq!(s.first_admin_reply_at, Some(NOON + 300), "a last message is a reply");
        assert_eq!((it.waiting_since, it.read), (None, true));
    }

    #[test]
    fn the_first_close_stays_the_last_one_moves() {
        let mut it = conversation();
        let _ = close(&mut it, admin(1), None, &at(NOON + 100));
        let _ = open(&mut it, admin(1), &at(NOON + 200));
        let _ = close(&mut it, admin(2), None, &at(NOON + 300));
        let s = &it.statistics;
        assert_eq!((s.first_close_at, s.last_close_at), (Some(NOON + 100), Some(NOON + 300)));
        assert_eq!((s.time_to_first_close, s.time_to_last_close, s.count_reopens), (Some(100), Some(300), 1));
    }

    #[test]
    fn what_is_so_already_leaves_nothing() {
        let mut it = conversation();
        assert!(open(&mut it, admin(1), &at(NOON + 1)).is_empty());
        let _ = close(&mut it, admin(1), None, &at(NOON + 2));
        let before = it.clone();
        assert!(close(&mut it, admin(1), None, &at(NOON + 3)).is_empty());
        assert_eq!(it, before);
        let _ = snooze(&mut it, admin(1), NOON + 50, &at(NOON + 4));
        assert!(snooze(&mut it, admin(1), NOON + 50, &at(NOON + 5)).is_empty());
        assert_eq!(snooze(&mut it, admin(1), NOON + 60, &at(NOON + 5)).len(), 1);
    }

    #[test]
    fn a_sleep_ends_by_its_timer_and_not_before() {
        let mut it = conversation();
        let parts = snooze(&mut it, admin(1), NOON + 100, &at(NOON));
        assert_eq!((&parts[0].part_type, parts[0].state), (&PartType::Snoozed, State::Snoozed));
        assert!(wake(&mut it, &at(NOON + 99)).is_empty());
        let parts = wake(&mut it, &at(NOON + 130));
        assert_eq!((&parts[0].part_type, parts[0].created_at), (&PartType::TimerUnsnooze, NOON + 100));
        assert_eq!((it.state, it.snoozed_until, it.updated_at), (State::Open, None, NOON + 130));
        assert_eq!(it.statistics.count_reopens, 0, "waking is no reopening");
        assert!(wake(&mut it, &at(NOON + 140)).is_empty());
    }

    #[test]
    fn opening_a_sleeper_is_told_as_such() {
        let mut it = conversation();
        let _ = snooze(&mut it, admin(1), NOON + 100, &at(NOON));
        assert_eq!(open(&mut it, admin(1), &at(NOON + 1))[0].part_type, PartType::Unsnoozed);
        assert_eq!(it.snoozed_until, None);
    }

    #[test]
    fn offers_and_choices_are_kept_with_the_message() {
        let mut it = conversation();
        let offers = vec![QuickReplyOption { text: "Yes".into(), uuid: "u-1".into() }];
        let parts = message(&mut it, Message { offers, ..Message::comment(admin(1), "") }, &at(NOON + 1));
        assert_eq!((&parts[0].part_type, &parts[0].body), (&PartType::QuickReply, &None));
        assert_eq!(parts[0].metadata.as_ref().unwrap().quick_reply_options.len(), 1);
        let parts = message(&mut it, Message { chosen: Some("u-1".into()), ..says("Yes") }, &at(NOON + 2));
        assert_eq!(parts[0].metadata.as_ref().unwrap().quick_reply_uuid.as_deref(), Some("u-1"));
    }

    #[test]
    fn what_is_dated_back_still_counts_as_changed_now() {
        let mut it = conversation();
        let scene = Scene { at: NOON - 1_000, now: NOON + 50, hours: None };
        let parts = message(&mut it, Message::comment(admin(1), "old"), &scene);
        assert_eq!((parts[0].created_at, it.updated_at), (NOON - 1_000, NOON + 50));
    }

    #[test]
    fn a_rating_is_the_assigned_teammates() {
        let mut it = conversation();
        it.admin_assignee = Some(AdminId(4));
        let parts = rate(&mut it, &customer(), 5, Some("great".into()), &at(NOON + 9));
        assert_eq!(parts[0].part_type, PartType::RatingChanged);
        let rating = it.rating.clone().unwrap();
        assert_eq!((rating.score, rating.teammate), (Some(5), Some(AdminId(4))));
        let _ = rate(&mut it, &customer(), 2, None, &at(NOON + 20));
        let again = it.rating.unwrap();
        assert_eq!((again.created_at, again.updated_at, again.score), (NOON + 9, NOON + 20, Some(2)));
    }

    #[test]
    fn participants_come_once_and_go() {
        let mut it = conversation();
        let other = Contact { id: "aaaaaaaaaaaaaaaaaaaaaaaa".into(), ..customer() };
        assert_eq!(add_participant(&mut it, &other, admin(1), &at(NOON + 1)).len(), 1);
        assert!(add_participant(&mut it, &other, admin(1), &at(NOON + 2)).is_empty());
        assert_eq!(remove_participant(&mut it, &other, admin(1), &at(NOON + 3)).len(), 1);
        assert_eq!(it.contacts.len(), 1);
    }
}
