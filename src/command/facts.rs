//! What a command's sense is judged on: a snapshot without any other room's types.

use crate::domain::{OutboxStatus, State};

/// How things stand now, as far as any command cares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each asked by itself")]
pub struct Facts {
    /// State of the conversation that a key would act on; absent when there is none.
    pub conversation: Option<State>,
    /// It is unread.
    pub unread: bool,
    /// It is assigned to me.
    pub mine: bool,
    /// We know who we are.
    pub me_known: bool,
    /// There are teammates to choose from.
    pub has_teammates: bool,
    /// There are teams to choose from.
    pub has_teams: bool,
    /// The helpdesk can set a priority.
    pub set_priority: bool,
    /// A snooze was chosen before.
    pub has_last_snooze: bool,
    /// There is something to take back.
    pub can_undo: bool,
    /// A thread is shown, with messages in it.
    pub has_messages: bool,
    /// The list has rows.
    pub has_rows: bool,
    /// The composer is open.
    pub composing: bool,
    /// There is something in it beside white space.
    pub has_text: bool,
    /// Files go with it.
    pub has_files: bool,
    /// Something came since the message was begun.
    pub has_arrivals: bool,
    /// Another deskhand wrote in the same place.
    pub two_drafts: bool,
    /// Something was begun for the conversation that a key would act on.
    pub has_draft: bool,
    /// The outbox row under the cursor, in the list or in the thread.
    pub outbox: Option<OutboxStatus>,
    /// That row carries a message.
    pub outbox_message: bool,
    /// The list shows mentions: being done with one is not closing its conversation.
    pub in_mentions: bool,
}
