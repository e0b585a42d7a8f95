//! Conversations, with and without their parts.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::attribute::read_values;
use super::lax::{Count, Flag, Id, Lax, Listed, Text, Time};
use super::part::{AttachmentItem, AuthorItem, PartItem, body, plain_subject};
use super::people::TagItem;
use super::{Fields, Wire};
use crate::api::page::BadItem;
use crate::domain::{
    AuthorKind, Channel, CompanyId, ContactId, ContactRef, ContactRole, Conversation, ConversationId, Kind, Part,
    PartId, PartKind, Priority, Rating, SlaFact, SlaStatus, State, TagRef, TeamId, TeammateId, Turn, UnixTime,
};
use crate::text::{Language, Untrusted, beginning, html, language};

/// Characters of a preview.
const PREVIEW: usize = 300;
/// Of a longer body only so much is looked at for the preview.
const PREVIEW_SOURCE: usize = 64 * 1024;
/// Bytes of a body that its language is looked for in.
const LANGUAGE_SOURCE: usize = 8 * 1024;
/// So many of the customer's messages are asked for their language, the newest first.
const LATEST: usize = 6;

/// `conversation`, as in lists; a retrieved one has parts besides.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct ConversationItem {
    #[serde(rename = "type")]
    kind: Text,
    id: Id,
    title: Text,
    created_at: Time,
    updated_at: Time,
    waiting_since: Time,
    snoozed_until: Time,
    open: Flag,
    state: Text,
    read: Flag,
    priority: Text,
    admin_assignee_id: Id,
    team_assignee_id: Id,
    company: Lax<CompanyRef>,
    tags: Listed<TagItem>,
    conversation_rating: Lax<RatingItem>,
    source: Lax<Source>,
    contacts: Listed<ContactItemRef>,
    custom_attributes: Lax<Map<String, Value>>,
    sla_applied: Lax<SlaItem>,
    statistics: Lax<Statistics>,
    ai_agent_participated: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CompanyRef {
    id: Id,
    name: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RatingItem {
    rating: Count,
    remark: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ContactItemRef {
    id: Id,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SlaItem {
    sla_name: Text,
    sla_status: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Statistics {
    first_admin_reply_at: Time,
    last_contact_reply_at: Time,
    last_admin_reply_at: Time,
    count_reopens: Count,
    count_conversation_parts: Count,
}

/// The opening message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Source {
    #[serde(rename = "type")]
    kind: Text,
    id: Id,
    subject: Text,
    body: Text,
    author: Lax<AuthorItem>,
    attachments: Listed<AttachmentItem>,
    redacted: Flag,
}

impl ConversationItem {
    fn state(&self) -> State {
        State::parse(self.state.as_str()).unwrap_or(match (self.open.0, self.snoozed_until.0) {
            (Some(false), _) => State::Closed,
            (_, Some(_)) => State::Snoozed,
            _ => State::Open,
        })
    }

    /// The first contact, named as far as the opening message tells.
    fn contact(&self, participants: &[ContactId]) -> Option<ContactRef> {
        let author = &self.source.author;
        let author_id = author.id.parse(ContactId::parse).filter(|_| author.is_contact());
        let id = participants.first().cloned().or_else(|| author_id.clone());
        let is_author = author.is_contact() && (author_id.is_none() || author_id == id);
        let named = |text: &Text| Untrusted::new(if is_author { text.as_str() } else { "" });
        let contact = ContactRef {
            role: if is_author { ContactRole::parse(author.kind.as_str()) } else { ContactRole::default() },
            name: named(&author.name),
            email: named(&author.email),
            id,
        };
        (contact.id.is_some() || is_author).then_some(contact)
    }

    fn sla(&mut self) -> Option<SlaFact> {
        let policy = std::mem::take(&mut self.sla_applied.0.sla_name).untrusted();
        let status = match self.sla_applied.sla_status.as_str() {
            "active" => SlaStatus::Active,
            "paused" => SlaStatus::Paused,
            "hit" => SlaStatus::Hit,
            "missed" => SlaStatus::Missed,
            _ => SlaStatus::None,
        };
        let is_there = !policy.is_empty() || status != SlaStatus::None;
        is_there.then_some(SlaFact { policy, target: None, status, due_at: None })
    }

    fn rating(&mut self) -> Option<Rating> {
        let score = self.conversation_rating.rating.0.and_then(|score| u8::try_from(score).ok());
        let score = score.filter(|score| (1..=5).contains(score))?;
        Some(Rating { score, remark: std::mem::take(&mut self.conversation_rating.0.remark).untrusted() })
    }

    /// The opening message as a part; absent when the conversation has none.
    fn opening(&mut self, id: &ConversationId, created_at: UnixTime) -> Option<Part> {
        let source = std::mem::take(&mut self.source.0);
        let is_there = source.author.id != Id::default()
            || [&source.kind, &source.subject, &source.body].iter().any(|text| !text.as_str().is_empty());
        let part_id = source.id.parse(PartId::parse).or_else(|| PartId::parse(&format!("source-{id}")))?;
        is_there.then(|| Part {
            id: part_id,
            kind: PartKind::Opening,
            author: source.author.0.into_author(),
            body: body(source.body),
            created_at,
            attachments: source.attachments.0.into_iter().map(AttachmentItem::into_attachment).collect(),
            redacted: source.redacted.is_set(),
            state: None,
            subject: plain_subject(source.subject.as_str()),
        })
    }
}

impl ConversationItem {
    /// The conversation and its opening message.
    fn read(mut self) -> Result<(Conversation, Option<Part>), &'static str> {
        let id = self.id.parse(ConversationId::parse).ok_or("no usable id")?;
        let created_at = self.created_at.0.or(self.updated_at.0).unwrap_or_default();
        let participants: Vec<_> =
            self.contacts.0.iter().filter_map(|contact| contact.id.parse(ContactId::parse)).collect();
        let mut seen = HashSet::new();
        let participants: Vec<_> = participants.into_iter().filter(|id| seen.insert(id.clone())).collect();
        let statistics = std::mem::take(&mut self.statistics.0);
        let author = &self.source.author;
        let by_contact = author.is_contact();
        let created_by = author.id.parse_unless_zero(TeammateId::parse).filter(|_| author.kind.as_str() == "admin");
        let has_author = !author.kind.as_str().is_empty();
        // Without statistics the opening message is all there is to go by.
        let last_contact_at = statistics.last_contact_reply_at.0.or_else(|| by_contact.then_some(created_at));
        let last_teammate_at = statistics.last_admin_reply_at.0.or_else(|| created_by.is_some().then_some(created_at));
        let mut conversation = Conversation {
            kind: if self.kind.as_str() == "ticket" { Kind::Ticket } else { Kind::Conversation },
            channel: Channel::parse(self.source.kind.as_str()),
            state: self.state(),
            priority: Priority::parse(self.priority.as_str()).unwrap_or_default(),
            unread: self.read.0 == Some(false),
            contact: self.contact(&participants),
            company: self.company.id.parse(CompanyId::parse),
            assignee: self.admin_assignee_id.parse_unless_zero(TeammateId::parse),
            team: self.team_assignee_id.parse_unless_zero(TeamId::parse),
            updated_at: self.updated_at.0.unwrap_or(created_at),
            waiting_since: self.waiting_since.0,
            last_contact_at,
            last_teammate_at,
            first_teammate_at: statistics.first_admin_reply_at.0,
            last_message_at: [Some(created_at), last_contact_at, last_teammate_at]
                .into_iter()
                .flatten()
                .max()
                .unwrap_or(created_at),
            turn: match (last_contact_at, last_teammate_at) {
                (Some(them), Some(us)) if them == us && self.waiting_since.0.is_none() => Turn::Them,
                (them, us) if them.is_some() && them >= us => Turn::Us,
                (None, None) if !has_author => Turn::Us,
                _ => Turn::Them,
            },
            reopens: statistics.count_reopens.small(),
            created_by,
            rating: self.rating(),
            ai: self.ai_agent_participated.is_set(),
            has_attachment: !self.source.attachments.0.is_empty(),
            sla: self.sla(),
            part_count: statistics.count_conversation_parts.small(),
            participants,
            ..Conversation::bare(id, created_at)
        };
        conversation.snoozed_until = self.snoozed_until.0.filter(|_| conversation.state == State::Snoozed);
        let opening = self.opening(&conversation.id, created_at);
        conversation.preview = opening.as_ref().map(preview_of).unwrap_or_default();
        conversation.title = self.title.untrusted();
        if conversation.title.is_empty() {
            conversation.title = opening.as_ref().map(|part| part.subject.clone()).unwrap_or_default();
        }
        conversation.company_name = self.company.0.name.untrusted();
        // What a teammate began says nothing of how the customer writes.
        if opening.as_ref().is_some_and(Part::is_from_contact) {
            conversation.language = language::detect(conversation.preview.as_raw()).or_else(|| {
                let (title, words) = (&conversation.title, &conversation.preview);
                language::detect(&format!("{} {}", title.as_raw(), words.as_raw()))
            });
        }
        let tags = self.tags.0.into_iter().filter_map(|tag| tag.into_value().ok());
        conversation.tags = tags.map(|tag| TagRef { id: tag.id, name: tag.name }).collect();
        conversation.attributes = read_values(self.custom_attributes.0);
        Ok((conversation, opening))
    }
}

impl Wire for ConversationItem {
    type Value = Conversation;
    const WHAT: &'static str = "conversation";

    fn into_value(self) -> Result<Conversation, &'static str> {
        self.read().map(|(conversation, _)| conversation)
    }
}

/// The first words of a message: plain, on one line.
fn preview_of(part: &Part) -> Untrusted {
    let plain =
        part.body.as_ref().map(|body| html::to_plain(beginning(body.as_raw(), PREVIEW_SOURCE))).unwrap_or_default();
    let mut words = String::new();
    for word in plain.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.len() > PREVIEW * 4 {
            break;
        }
    }
    if let Some(file) = part.attachments.first().filter(|_| words.is_empty()) {
        file.name.as_raw().clone_into(&mut words);
    }
    Untrusted::new(words.chars().take(PREVIEW).collect::<String>())
}

/// A retrieved conversation: its row, its parts (opening message first, then oldest first), those that
/// could not be read, and how many the server kept to itself.
pub(in crate::api) struct Thread {
    pub(in crate::api) conversation: Conversation,
    pub(in crate::api) parts: Vec<Part>,
    pub(in crate::api) rejected: Vec<BadItem>,
    pub(in crate::api) missing: u32,
    /// Whether the answer had a list of parts at all.
    pub(in crate::api) has_parts: bool,
}

/// Reads a conversation that comes with its parts.
///
/// # Errors
/// What is wrong, when it is no conversation.
pub(in crate::api) fn read_thread(mut fields: Fields<'_>) -> Result<Thread, &'static str> {
    let list = fields.take("conversation_parts");
    let (mut conversation, opening) = fields.read::<ConversationItem>().ok_or("another shape")?.read()?;
    let mut thread_fields = list.and_then(|raw| Fields::parse(raw.get()));
    let total = thread_fields.as_ref().map(|fields| fields.peek::<Count>("total_count"));
    let inner =
        thread_fields.as_mut().and_then(|fields| fields.take("conversation_parts").or_else(|| fields.take("data")));
    let raws: Option<Vec<&serde_json::value::RawValue>> =
        inner.or(list).and_then(|raw| serde_json::from_str(raw.get()).ok());

    let mut rejected = Vec::new();
    let mut seen = HashSet::new();
    let mut parts = Vec::new();
    seen.extend(opening.as_ref().map(|part| part.id.clone()));
    let mut last_time = conversation.created_at;
    let count = raws.as_ref().map_or(0, Vec::len);
    let has_parts = raws.is_some();
    for (index, raw) in raws.into_iter().flatten().enumerate() {
        // At once where nothing is wrong with it, field by field where something is.
        let is_object = raw.get().starts_with('{');
        let part = is_object.then(|| serde_json::from_str(raw.get()).ok()).flatten();
        let part = part.or_else(|| Fields::parse(raw.get()).and_then(Fields::read::<PartItem>)).ok_or("another shape");
        match part.and_then(PartItem::into_value) {
            Ok((mut part, time)) => {
                part.created_at = time.unwrap_or(last_time);
                last_time = part.created_at;
                if seen.insert(part.id.clone()) {
                    parts.push(part);
                }
            }
            Err(why) => rejected.push(BadItem { what: format!("part #{index}"), why }),
        }
    }
    // The server's order is by time; a stable sort keeps it where times are equal.
    parts.sort_by_key(|part| part.created_at);
    parts.splice(0..0, opening);
    let total = total.and_then(|count| count.0).unwrap_or(count as u64);
    let missing = u32::try_from(total.saturating_sub(count as u64)).unwrap_or(u32::MAX);
    if has_parts {
        conversation.part_count = u32::try_from(total.max(count as u64)).unwrap_or(u32::MAX);
        learn(&mut conversation, &parts);
    }
    Ok(Thread { conversation, parts, rejected, missing, has_parts })
}

/// Puts into the row what only its parts tell.
fn learn(conversation: &mut Conversation, parts: &[Part]) {
    conversation.has_attachment |= parts.iter().any(|part| !part.attachments.is_empty());
    let mut previews = parts.iter().rev().filter(|part| part.is_message()).map(preview_of);
    if let Some(last) = previews.find(|preview| !preview.is_empty()) {
        conversation.preview = last;
    }
    conversation.language = written_in(parts).or(conversation.language);
    for part in parts.iter().filter(|part| part.is_message()) {
        conversation.last_message_at = conversation.last_message_at.max(part.created_at);
        let (last, turn) = match &part.author.kind {
            AuthorKind::Contact(id) => {
                name_contact(conversation, id.as_ref(), part);
                (&mut conversation.last_contact_at, Turn::Us)
            }
            AuthorKind::Teammate(_) => {
                if part.kind != PartKind::Opening {
                    conversation.first_teammate_at.get_or_insert(part.created_at);
                }
                (&mut conversation.last_teammate_at, Turn::Them)
            }
            AuthorKind::Bot | AuthorKind::Team(_) => continue,
        };
        *last = (*last).max(Some(part.created_at));
        conversation.turn = turn;
    }
}

/// The language of the customer's latest message that is long enough to tell.
fn written_in(parts: &[Part]) -> Option<Language> {
    let theirs = parts.iter().rev().filter(|part| part.is_message() && part.is_from_contact());
    let words = |part: &Part| part.body.as_ref().map(|body| html::to_plain(beginning(body.as_raw(), LANGUAGE_SOURCE)));
    theirs.take(LATEST).filter_map(words).find_map(|words| language::detect(&words))
}

/// A contact who wrote later is named by that part when the opening message was somebody else's.
fn name_contact(conversation: &mut Conversation, id: Option<&ContactId>, part: &Part) {
    let Some(contact) = &mut conversation.contact else { return };
    if id.is_some() && contact.id.as_ref() == id {
        if contact.name.is_empty() {
            contact.name = part.author.name.clone();
        }
        if contact.email.is_empty() {
            contact.email = part.author.email.clone();
        }
    }
}

/// One of the deleted conversations.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct DeletedItem {
    id: Id,
    deleted_at: Time,
}

impl Wire for DeletedItem {
    type Value = (ConversationId, Option<UnixTime>);
    const WHAT: &'static str = "deleted conversation";

    fn into_value(self) -> Result<Self::Value, &'static str> {
        Ok((self.id.parse(ConversationId::parse).ok_or("no usable id")?, self.deleted_at.0))
    }
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
