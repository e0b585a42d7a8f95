//! Taking text and files out for good.

use crate::helpdesk::model::{Attachment, AttachmentId, Conversation, Part, Place};

use super::{Scene, touch};

/// Takes a part's text and files out. Answers the stored files that are gone with it; none when the
/// part holds nothing that could be taken out.
#[must_use]
pub fn part(conversation: &mut Conversation, part: &mut Part, scene: &Scene<'_>) -> Option<Vec<AttachmentId>> {
    if part.redacted {
        return Some(Vec::new());
    }
    if part.body.is_none() && part.attachments.is_empty() {
        return None;
    }
    part.body = None;
    part.redacted = true;
    part.updated_at = scene.now;
    if let Some(email) = &mut part.email {
        email.history = None;
    }
    touch(conversation, scene);
    Some(stored(&std::mem::take(&mut part.attachments)))
}

/// Takes the opening message out, which must be a contact's; else answers none.
#[must_use]
pub fn source(conversation: &mut Conversation, scene: &Scene<'_>) -> Option<Vec<AttachmentId>> {
    let source = &mut conversation.source;
    if !source.author.is_contact() {
        return None;
    }
    if source.redacted {
        return Some(Vec::new());
    }
    source.body.clear();
    source.subject.clear();
    source.redacted = true;
    if let Some(email) = &mut source.email {
        email.subject.clear();
        email.history = None;
    }
    let files = stored(&std::mem::take(&mut source.attachments));
    touch(conversation, scene);
    Some(files)
}

/// The stored files among attachments.
#[must_use]
pub fn stored(attachments: &[Attachment]) -> Vec<AttachmentId> {
    attachments
        .iter()
        .filter_map(|attachment| match &attachment.place {
            Place::Stored(id) => Some(id.clone()),
            Place::Linked(_) => None,
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample::{NOON, admin, at, conversation, source as opening};
    use super::super::thread::{Message, message, open, snooze};
    use super::*;

    #[test]
    fn a_redacted_part_keeps_its_row_and_loses_its_words() {
        let mut it = conversation();
        let file = Attachment {
            name: "card.png".into(),
            content_type: "image/png".into(),
            filesize: 3,
            width: 1,
            height: 1,
            place: Place::Stored("f1".into()),
        };
        let mut parts =
            message(&mut it, Message { attachments: vec![file], ..Message::comment(admin(1), "x") }, &at(NOON));
        let gone = part(&mut it, &mut parts[0], &at(NOON + 9)).unwrap();
        assert_eq!(gone, [AttachmentId::from("f1")]);
        assert!(parts[0].redacted && parts[0].body.is_none() && parts[0].attachments.is_empty());
        assert_eq!(part(&mut it, &mut parts[0], &at(NOON + 10)), Some(Vec::new()), "again changes nothing");
    }

    #[test]
    fn a_bare_event_cannot_be_redacted() {
        let mut it = conversation();
        let mut parts = snooze(&mut it, admin(1), NOON + 60, &at(NOON));
        assert_eq!(part(&mut it, &mut parts[0], &at(NOON)), None);
        let _ = open(&mut it, admin(1), &at(NOON + 1));
    }

    #[test]
    fn only_a_customers_opening_message_is_redacted() {
        let mut it = conversation();
        assert!(source(&mut it, &at(NOON + 1)).is_some());
        assert!(it.source.redacted && it.source.body.is_empty());
        let mut ours = conversation();
        ours.source = crate::helpdesk::model::Source { author: admin(1), ..opening("email", "hi") };
        assert!(source(&mut ours, &at(NOON + 1)).is_none());
    }
}
