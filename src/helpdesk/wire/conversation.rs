//! Conversations, as lists tell them and with their parts.

use std::borrow::Cow;

use serde::Serialize;

use super::source::SourceBody;
use super::statistics::{AiAgentBody, StatisticsBody};
use super::workspace::Empty;
use super::{AppliedTagBody, CompanyBody, PartBody, Reference, Scene};
use crate::helpdesk::model::{
    Attributes, Channel, ContactRef, Conversation, ConversationId, DeletedConversation, LinkedKind, LinkedObject,
    Listed, Rating, SlaApplied, Thread,
};

/// A conversation; with its parts when it was asked for by itself.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "the description's shape")]
pub struct ConversationBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    title: Option<&'a str>,
    created_at: i64,
    updated_at: i64,
    waiting_since: Option<i64>,
    snoozed_until: Option<i64>,
    open: bool,
    state: &'static str,
    read: bool,
    priority: &'static str,
    /// 0 for nobody.
    admin_assignee_id: i64,
    /// 0 for no team.
    team_assignee_id: i64,
    company: Option<CompanyBody<'a>>,
    tags: Tags,
    conversation_rating: Option<RatingBody<'a>>,
    source: SourceBody<'a>,
    contacts: Contacts<'a>,
    teammates: Option<Teammates>,
    custom_attributes: &'a Attributes,
    first_contact_reply: Option<FirstContactReplyBody<'a>>,
    sla_applied: Option<SlaBody<'a>>,
    statistics: Option<StatisticsBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_parts: Option<Parts<'a>>,
    linked_objects: LinkedObjects<'a>,
    ai_agent_participated: bool,
    ai_agent: Option<AiAgentBody<'a>>,
    sales_agent_participated: bool,
    sales_agent: Option<Empty>,
    channel: ChannelBody<'a>,
    external_references: Vec<ExternalReferenceBody<'a>>,
    monitor_evaluations: [(); 0],
    scorecards: [(); 0],
    topics: Empty,
    ticket: Option<Empty>,
    /// In the answer to a merge alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    ai_topics: Option<[(); 0]>,
    /// In the answer to a change of participants alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    customers: Option<Vec<Reference>>,
}

impl<'a> ConversationBody<'a> {
    /// A conversation as lists tell it.
    #[must_use]
    pub fn listed(listed: &'a Listed, scene: &'a Scene) -> Self {
        Self {
            company: listed.company.as_ref().map(|company| CompanyBody::new(company, scene)),
            ..Self::bare(&listed.conversation, scene)
        }
    }

    /// A conversation with its parts.
    #[must_use]
    pub fn thread(thread: &'a Thread, scene: &'a Scene) -> Self {
        Self {
            company: thread.company.as_ref().map(|company| CompanyBody::new(company, scene)),
            conversation_parts: Some(Parts {
                kind: "conversation_part.list",
                conversation_parts: thread.parts.iter().map(|part| PartBody::new(part, scene)).collect(),
                total_count: thread.total_parts,
            }),
            ..Self::bare(&thread.conversation, scene)
        }
    }

    /// A conversation that another one was merged into.
    #[must_use]
    pub fn merged(thread: &'a Thread, scene: &'a Scene) -> Self {
        Self { ai_topics: Some([]), ..Self::thread(thread, scene) }
    }

    /// A conversation whose participants have changed.
    #[must_use]
    pub fn joined(thread: &'a Thread, scene: &'a Scene) -> Self {
        let contacts = thread.conversation.contacts.iter();
        let customers = contacts.map(|contact| Reference::new("contact", &contact.id)).collect();
        Self { customers: Some(customers), ..Self::thread(thread, scene) }
    }

    fn bare(conversation: &'a Conversation, scene: &'a Scene) -> Self {
        Self {
            kind: "conversation",
            id: conversation.id.to_string(),
            title: conversation.title.as_deref(),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            waiting_since: conversation.waiting_since,
            snoozed_until: conversation.snoozed_until,
            open: conversation.state.is_open(),
            state: conversation.state.as_str(),
            read: conversation.read,
            priority: conversation.priority.as_str(),
            admin_assignee_id: conversation.admin_assignee.map_or(0, |id| id.0),
            team_assignee_id: conversation.team_assignee.map_or(0, |id| id.0),
            company: None,
            tags: Tags { kind: "tag.list", tags: conversation.tags.iter().map(AppliedTagBody::from).collect() },
            conversation_rating: conversation.rating.as_ref().map(RatingBody::from),
            source: SourceBody::new(&conversation.source, scene),
            contacts: Contacts {
                kind: "contact.list",
                contacts: conversation.contacts.iter().map(ContactRefBody::from).collect(),
            },
            teammates: (!conversation.teammates.is_empty()).then(|| Teammates {
                kind: "admin.list",
                teammates: conversation.teammates.iter().copied().map(Reference::admin).collect(),
            }),
            custom_attributes: &conversation.custom_attributes,
            first_contact_reply: conversation.first_contact_reply.as_ref().map(|reply| FirstContactReplyBody {
                created_at: reply.created_at,
                kind: &reply.kind,
                url: reply.url.as_deref(),
            }),
            sla_applied: conversation.sla_applied.as_ref().map(SlaBody::from),
            statistics: Some(StatisticsBody::from(&conversation.statistics)),
            conversation_parts: None,
            linked_objects: LinkedObjects::from(conversation.linked_objects.as_slice()),
            ai_agent_participated: conversation.ai_agent.is_some(),
            ai_agent: conversation.ai_agent.as_ref().map(AiAgentBody::from),
            sales_agent_participated: false,
            sales_agent: None,
            channel: ChannelBody::from(&conversation.channel),
            external_references: conversation
                .external_references
                .iter()
                .map(|reference| ExternalReferenceBody { kind: &reference.kind, id: &reference.id })
                .collect(),
            monitor_evaluations: [],
            scorecards: [],
            topics: Empty {},
            ticket: None,
            ai_topics: None,
            customers: None,
        }
    }
}

#[derive(Debug, Serialize)]
struct Tags {
    #[serde(rename = "type")]
    kind: &'static str,
    tags: Vec<AppliedTagBody>,
}

#[derive(Debug, Serialize)]
struct Contacts<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    contacts: Vec<ContactRefBody<'a>>,
}

#[derive(Debug, Serialize)]
struct ContactRefBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    external_id: Option<&'a str>,
}

impl<'a> From<&'a ContactRef> for ContactRefBody<'a> {
    fn from(contact: &'a ContactRef) -> Self {
        Self { kind: "contact", id: contact.id.as_str(), external_id: contact.external_id.as_deref() }
    }
}

#[derive(Debug, Serialize)]
struct Teammates {
    #[serde(rename = "type")]
    kind: &'static str,
    teammates: Vec<Reference>,
}

#[derive(Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the description's names")]
struct Parts<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    conversation_parts: Vec<PartBody<'a>>,
    total_count: usize,
}

#[derive(Debug, Serialize)]
struct RatingBody<'a> {
    /// Left out while it was asked for and not given yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<u8>,
    remark: &'a str,
    created_at: i64,
    updated_at: i64,
    contact: ContactRefBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    teammate: Option<Reference>,
}

impl<'a> From<&'a Rating> for RatingBody<'a> {
    fn from(rating: &'a Rating) -> Self {
        Self {
            rating: rating.score,
            remark: rating.remark.as_deref().unwrap_or_default(),
            created_at: rating.created_at,
            updated_at: rating.updated_at,
            contact: (&rating.contact).into(),
            teammate: rating.teammate.map(Reference::admin),
        }
    }
}

#[derive(Debug, Serialize)]
struct FirstContactReplyBody<'a> {
    created_at: i64,
    #[serde(rename = "type")]
    kind: &'a str,
    url: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct SlaBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    sla_name: &'a str,
    /// Left out once it was taken off by hand: the description has no word for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    sla_status: Option<&'a str>,
}

impl<'a> From<&'a SlaApplied> for SlaBody<'a> {
    fn from(sla: &'a SlaApplied) -> Self {
        Self { kind: "conversation_sla_summary", sla_name: &sla.name, sla_status: sla.status.as_deref() }
    }
}

#[derive(Debug, Serialize)]
struct LinkedObjects<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: Vec<LinkedBody<'a>>,
    total_count: usize,
    has_more: bool,
}

#[derive(Debug, Serialize)]
struct LinkedBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    category: Option<&'a str>,
}

impl<'a> From<&'a [LinkedObject]> for LinkedObjects<'a> {
    fn from(objects: &'a [LinkedObject]) -> Self {
        let body = |object: &'a LinkedObject| LinkedBody {
            kind: match object.kind {
                LinkedKind::Ticket => "ticket",
                LinkedKind::Conversation => "conversation",
            },
            id: &object.id,
            category: object.category.as_deref(),
        };
        Self { kind: "list", data: objects.iter().map(body).collect(), total_count: objects.len(), has_more: false }
    }
}

#[derive(Debug, Serialize)]
struct ChannelBody<'a> {
    initial: Option<&'a str>,
    current: Option<&'a str>,
}

impl<'a> From<&'a Channel> for ChannelBody<'a> {
    fn from(channel: &'a Channel) -> Self {
        Self { initial: channel.initial.as_deref(), current: channel.current.as_deref() }
    }
}

#[derive(Debug, Serialize)]
struct ExternalReferenceBody<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: &'a str,
}

/// The answer to a deletion.
#[derive(Debug, Serialize)]
pub struct ConversationDeletedBody {
    id: String,
    object: &'static str,
    deleted: bool,
}

impl ConversationDeletedBody {
    /// The conversation of this id is gone.
    #[must_use]
    pub fn new(id: ConversationId) -> Self {
        Self { id: id.to_string(), object: "conversation", deleted: true }
    }
}

/// A conversation that is gone, as the list of deleted ones tells it.
#[derive(Debug, Serialize)]
pub struct DeletedItemBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    metrics_retained: bool,
    deleted_at: i64,
}

impl From<&DeletedConversation> for DeletedItemBody {
    fn from(deleted: &DeletedConversation) -> Self {
        Self {
            kind: "conversation",
            id: deleted.id.to_string(),
            metrics_retained: deleted.metrics_retained,
            deleted_at: deleted.deleted_at,
        }
    }
}

/// The message that began a conversation: the answer to its creation.
#[derive(Debug, Serialize)]
pub struct MessageBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    created_at: i64,
    subject: &'a str,
    body: Cow<'a, str>,
    message_type: &'static str,
    conversation_id: String,
}

impl<'a> MessageBody<'a> {
    /// The opening message of this conversation; `body` as the caller gave it.
    #[must_use]
    pub fn new(conversation: &'a Conversation, body: &'a str) -> Self {
        Self {
            kind: "user_message",
            id: conversation.source.id.to_string(),
            created_at: conversation.created_at,
            subject: &conversation.source.subject,
            body: Cow::Borrowed(body),
            message_type: if conversation.source.kind == "email" { "email" } else { "inapp" },
            conversation_id: conversation.id.to_string(),
        }
    }
}
