//! Merging one conversation into another.

use crate::helpdesk::model::{Author, Conversation, ConversationId, LinkedKind, LinkedObject, Part, PartType, State};

use super::{Scene, operator, settle, thread};

/// Why two conversations cannot be merged; the words are Intercom's where it has some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    /// One and the same.
    #[error("Cannot merge a conversation into itself")]
    Itself,
    /// Merged already.
    #[error("Secondary conversation has already been merged")]
    SecondaryMerged,
    /// The target is merged itself.
    #[error("Primary conversation has already been merged")]
    PrimaryMerged,
    /// Somebody else's.
    #[error("Conversations can only be merged when they belong to the same contact")]
    OtherContact,
    /// Several people take part.
    #[error("Conversations with several participants cannot be merged")]
    Participants,
    /// Another channel.
    #[error("Conversations can only be merged when they are on the same channel")]
    OtherChannel,
}

/// Checks that `secondary` may be merged into `primary`: the same single contact, the same channel,
/// neither merged yet.
///
/// # Errors
/// When one of these does not hold.
pub fn check(secondary: &Conversation, primary: &Conversation) -> Result<(), Unmergeable> {
    if secondary.id == primary.id {
        return Err(Unmergeable::Itself);
    }
    if secondary.merged_into.is_some() {
        return Err(Unmergeable::SecondaryMerged);
    }
    if primary.merged_into.is_some() {
        return Err(Unmergeable::PrimaryMerged);
    }
    let [one] = secondary.contacts.as_slice() else { return Err(Unmergeable::Participants) };
    let [other] = primary.contacts.as_slice() else { return Err(Unmergeable::Participants) };
    if one.id != other.id {
        return Err(Unmergeable::OtherContact);
    }
    if secondary.source.kind != primary.source.kind {
        return Err(Unmergeable::OtherChannel);
    }
    Ok(())
}

/// Merges what [`check`] allowed: the secondary is closed for good and tied to the primary, which goes
/// on, and waits since the earlier of the two. Answers the parts of the secondary and the primary.
#[must_use]
pub fn merge(
    secondary: &mut Conversation,
    primary: &mut Conversation,
    by: Author,
    scene: &Scene<'_>,
) -> (Vec<Part>, Vec<Part>) {
    primary.waiting_since = match (primary.waiting_since, secondary.waiting_since) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    if secondary.waiting_since.is_some() && primary.state == State::Closed {
        primary.state = State::Open;
        primary.statistics.count_reopens += 1;
    }
    let mut gone = thread::close(secondary, by.clone(), None, scene);
    secondary.merged_into = Some(primary.id);
    let note = Part::event(PartType::MergedSecondary, by, scene.at, State::Closed);
    settle(secondary, std::slice::from_ref(&note), scene);
    gone.push(note);
    link(secondary, primary.id);
    link(primary, secondary.id);
    let kept = vec![Part::event(PartType::MergedPrimary, operator(), scene.at, primary.state)];
    settle(primary, &kept, scene);
    (gone, kept)
}

fn link(conversation: &mut Conversation, to: ConversationId) {
    conversation.linked_objects.push(LinkedObject {
        kind: LinkedKind::Conversation,
        id: to.to_string(),
        category: None,
    });
}

#[cfg(test)]
mod tests {
    use super::super::sample::{NOON, admin, at, conversation};
    use super::*;

    fn pair() -> (Conversation, Conversation) {
        let (mut one, mut two) = (conversation(), conversation());
        one.id = ConversationId(1);
        two.id = ConversationId(2);
        (one, two)
    }

    #[test]
    fn the_secondary_is_closed_and_tied_to_the_primary() {
        let (mut one, mut two) = pair();
        two.waiting_since = Some(NOON + 50);
        assert_eq!(check(&one, &two), Ok(()));
        let (gone, kept) = merge(&mut one, &mut two, admin(1), &at(NOON + 100));
        assert_eq!((one.state, one.merged_into), (State::Closed, Some(ConversationId(2))));
        assert_eq!(gone.last().map(|part| &part.part_type), Some(&PartType::MergedSecondary));
        assert_eq!(kept[0].part_type, PartType::MergedPrimary);
        assert_eq!((two.state, two.waiting_since), (State::Open, Some(NOON)));
        assert_eq!((one.linked_objects[0].id.as_str(), two.linked_objects[0].id.as_str()), ("2", "1"));
        assert_eq!(check(&one, &two), Err(Unmergeable::SecondaryMerged));
        assert_eq!(check(&two, &one), Err(Unmergeable::PrimaryMerged));
    }

    #[test]
    fn only_the_same_contact_on_the_same_channel_is_merged() {
        let (one, mut two) = pair();
        assert_eq!(check(&one, &one), Err(Unmergeable::Itself));
        two.source.kind = "whatsapp".into();
        assert_eq!(check(&one, &two), Err(Unmergeable::OtherChannel));
        two.contacts[0].id = "bbbbbbbbbbbbbbbbbbbbbbbb".into();
        assert_eq!(check(&one, &two), Err(Unmergeable::OtherContact));
        two.contacts.push(one.contacts[0].clone());
        assert_eq!(check(&one, &two), Err(Unmergeable::Participants));
    }
}
