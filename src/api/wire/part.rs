//! Parts of a thread, and the opening message.

use serde::Deserialize;
use serde_json::Value;

use super::Wire;
use super::lax::{Count, Flag, Id, Lax, Listed, Text, Time};
use crate::domain::{
    Attachment, Author, AuthorKind, ContactId, Part, PartId, PartKind, State, TeamId, TeammateId, UnixTime,
};
use crate::text::{Untrusted, beginning, html};

/// Longer subjects are cut: they are one line.
const LONGEST_SUBJECT: usize = 4_096;

/// `conversation_part`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct PartItem {
    id: Id,
    part_type: Text,
    body: Text,
    created_at: Time,
    assigned_to: Lax<Reference>,
    author: Lax<AuthorItem>,
    attachments: Listed<AttachmentItem>,
    redacted: Flag,
    state: Text,
    email_message_metadata: Lax<MailHead>,
    event_details: Lax<EventDetails>,
    /// The same of a ticket's part.
    updated_attribute_data: Lax<EventDetails>,
}

/// Something or somebody by type and id.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    #[serde(rename = "type")]
    kind: Text,
    id: Id,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MailHead {
    subject: Text,
}

/// What an event changed; other events have other fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EventDetails {
    attribute: Lax<Named>,
    value: Lax<Named>,
}

/// `{"name":…}`, `{"label":…}`, or the bare value.
#[derive(Debug, Default)]
struct Named(Text);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        let name = value.get("name").or_else(|| value.get("label")).unwrap_or(&value);
        Ok(Self(Text::of(name)))
    }
}

/// Author of a part or of the opening message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AuthorItem {
    #[serde(rename = "type")]
    pub(super) kind: Text,
    pub(super) id: Id,
    pub(super) name: Text,
    pub(super) email: Text,
    from_ai_agent: Flag,
    is_ai_answer: Flag,
}

impl AuthorItem {
    /// Whether the type is one of a contact's.
    pub(super) fn is_contact(&self) -> bool {
        matches!(self.kind.as_str(), "user" | "lead" | "contact" | "visitor")
    }

    pub(super) fn into_author(self) -> Author {
        let kind = match self.kind.as_str() {
            "admin" => AuthorKind::Teammate(self.id.parse_unless_zero(TeammateId::parse)),
            "team" => AuthorKind::Team(self.id.parse_unless_zero(TeamId::parse)),
            _ if self.is_contact() => AuthorKind::Contact(self.id.parse(ContactId::parse)),
            _ => AuthorKind::Bot,
        };
        Author {
            kind,
            is_ai: self.from_ai_agent.is_set() || self.is_ai_answer.is_set(),
            name: self.name.untrusted(),
            email: self.email.untrusted(),
        }
    }
}

/// A file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AttachmentItem {
    name: Text,
    url: Text,
    content_type: Text,
    filesize: Count,
}

impl AttachmentItem {
    pub(super) fn into_attachment(self) -> Attachment {
        Attachment {
            name: self.name.untrusted(),
            url: self.url.untrusted(),
            content_type: self.content_type.untrusted(),
            size: self.filesize.0,
        }
    }
}

/// A subject, which may be HTML, as plain text.
pub(super) fn plain_subject(subject: &str) -> Untrusted {
    let short = beginning(subject, LONGEST_SUBJECT);
    let is_html = short.contains(['<', '&']);
    Untrusted::new(if is_html { html::to_plain(short).trim().to_owned() } else { short.trim().to_owned() })
}

impl PartItem {
    fn kind(&mut self) -> PartKind {
        match self.part_type.as_str() {
            "comment" => PartKind::Comment,
            "note" | "note_and_reopen" => PartKind::Note,
            "quick_reply" => PartKind::QuickReply,
            "close" => PartKind::Close,
            "open" => PartKind::Open,
            "snoozed" => PartKind::Snoozed,
            "unsnoozed" | "timer_unsnooze" => PartKind::Unsnoozed,
            "assignment"
            | "assign_and_reopen"
            | "assign_and_unsnooze"
            | "away_mode_assignment"
            | "default_assignment"
            | "message_strategy_assignment" => {
                let to = &self.assigned_to;
                let is_team = to.kind.as_str() == "team";
                PartKind::Assignment {
                    teammate: to.id.parse_unless_zero(TeammateId::parse).filter(|_| to.kind.as_str() == "admin"),
                    team: to.id.parse_unless_zero(TeamId::parse).filter(|_| is_team),
                }
            }
            word if word.starts_with("merged_") => PartKind::Merged,
            word if word.contains("attribute_updated") => self.attribute(),
            _ => PartKind::Other(std::mem::take(&mut self.part_type).untrusted()),
        }
    }

    fn attribute(&mut self) -> PartKind {
        let details = [&mut self.event_details, &mut self.updated_attribute_data];
        for Lax(EventDetails { attribute: Lax(attribute), value: Lax(value) }) in details {
            let name = std::mem::take(&mut attribute.0).untrusted();
            if !name.is_empty() {
                return PartKind::Attribute { name, value: std::mem::take(&mut value.0).untrusted() };
            }
        }
        PartKind::Other(std::mem::take(&mut self.part_type).untrusted())
    }
}

impl Wire for PartItem {
    /// Without its time where none is said.
    type Value = (Part, Option<UnixTime>);
    const WHAT: &'static str = "part";

    fn into_value(mut self) -> Result<Self::Value, &'static str> {
        let id = self.id.parse(PartId::parse).ok_or("no usable id")?;
        let part = Part {
            id,
            kind: self.kind(),
            author: self.author.0.into_author(),
            body: body(self.body),
            created_at: self.created_at.0.unwrap_or_default(),
            attachments: self.attachments.0.into_iter().map(AttachmentItem::into_attachment).collect(),
            redacted: self.redacted.is_set(),
            state: State::parse(self.state.as_str()),
            subject: plain_subject(self.email_message_metadata.subject.as_str()),
        };
        Ok((part, self.created_at.0))
    }
}

/// A body, unless there is nothing in it.
pub(super) fn body(body: Text) -> Option<Untrusted> {
    Some(body.untrusted()).filter(|body| !body.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(json: &str) -> Part {
        serde_json::from_str::<PartItem>(json).unwrap().into_value().unwrap().0
    }

    fn kind(json: &str) -> PartKind {
        read(&format!(r#"{{"id":1,{json}}}"#)).kind
    }

    #[test]
    fn a_comment_has_author_body_and_files() {
        let part = read(
            r#"{"type":"conversation_part","id":"88","part_type":"comment","body":"<p>On its way.</p>",
            "created_at":1795000000,"author":{"type":"admin","id":"4021","name":"Ines","email":"i@shop.example"},
            "attachments":[{"type":"upload","name":"a.pdf","url":"https://f.example/a","content_type":"application/pdf","filesize":12},"bad"],
            "redacted":false,"state":"open","email_message_metadata":{"subject":"Re: Parcel &amp; bill"}}"#,
        );
        assert_eq!(part.kind, PartKind::Comment);
        assert_eq!(part.author.kind, AuthorKind::Teammate(TeammateId::parse("4021")));
        assert_eq!(part.body.unwrap().as_raw(), "<p>On its way.</p>");
        assert_eq!((part.created_at, part.state), (UnixTime(1_795_000_000), Some(State::Open)));
        assert_eq!(part.attachments.len(), 1);
        assert_eq!(part.attachments[0].size, Some(12));
        assert_eq!(part.subject.as_raw(), "Re: Parcel & bill");
    }

    #[test]
    fn a_part_with_an_id_alone_is_an_event_of_unknown_kind() {
        let part = read(r#"{"id":5,"body":null,"author":null,"attachments":null,"state":"levitating"}"#);
        assert_eq!(part.kind, PartKind::Other(Untrusted::default()));
        assert_eq!((part.body, part.state), (None, None));
        assert_eq!(part.author.kind, AuthorKind::Bot);
    }

    #[test]
    fn part_types_have_their_kinds() {
        assert_eq!(kind(r#""part_type":"timer_unsnooze""#), PartKind::Unsnoozed);
        assert_eq!(kind(r#""part_type":"merged_primary_conversation""#), PartKind::Merged);
        assert_eq!(kind(r#""part_type":"hologram""#), PartKind::Other(Untrusted::new("hologram")));
        assert_eq!(
            kind(r#""part_type":"assign_and_reopen","assigned_to":{"type":"admin","id":"7"}"#),
            PartKind::Assignment { teammate: TeammateId::parse("7"), team: None }
        );
        assert_eq!(
            kind(r#""part_type":"assignment","assigned_to":{"type":"team","id":9}"#),
            PartKind::Assignment { teammate: None, team: TeamId::parse("9") }
        );
        assert_eq!(
            kind(r#""part_type":"assignment","assigned_to":null"#),
            PartKind::Assignment { teammate: None, team: None }
        );
    }

    #[test]
    fn attribute_events_name_attribute_and_value() {
        let attribute =
            |name: &str, value: &str| PartKind::Attribute { name: Untrusted::new(name), value: Untrusted::new(value) };
        assert_eq!(
            kind(
                r#""part_type":"conversation_attribute_updated_by_workflow","event_details":{"workflow":{"name":"w"},"attribute":{"name":"Topic"},"value":{"name":"Refund"}}"#
            ),
            attribute("Topic", "Refund")
        );
        assert_eq!(
            kind(
                r#""part_type":"ticket_attribute_updated_by_admin","updated_attribute_data":{"attribute":{"type":"attribute","id":"1","label":"Size"},"value":{"name":4}}"#
            ),
            attribute("Size", "4")
        );
        assert_eq!(
            kind(r#""part_type":"conversation_attribute_updated_by_admin","event_details":null"#),
            PartKind::Other(Untrusted::new("conversation_attribute_updated_by_admin"))
        );
    }

    #[test]
    fn an_ai_answer_is_marked() {
        let part = read(r#"{"id":1,"author":{"type":"bot","id":"3","name":"Fin","from_ai_agent":true}}"#);
        assert!(part.author.is_ai);
    }
}
