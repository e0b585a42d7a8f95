//! A message that began, or will begin, a conversation.

use serde::Deserialize;

use super::Wire;
use super::lax::Id;
use crate::domain::ConversationId;

/// The answer to a new message. Only the conversation is of use; the message has an id of its own, which
/// is said before a conversation exists.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct MessageItem {
    id: Id,
    conversation_id: Id,
}

impl Wire for MessageItem {
    type Value = Option<ConversationId>;
    const WHAT: &'static str = "message";

    fn into_value(self) -> Result<Self::Value, &'static str> {
        let conversation = self.conversation_id.parse_unless_zero(ConversationId::parse);
        // Something that is no message at all says nothing of what was done.
        if conversation.is_none() && self.id.plain().is_none() {
            return Err("neither a message nor a conversation");
        }
        Ok(conversation)
    }
}
