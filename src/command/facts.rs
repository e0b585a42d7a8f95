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
    /// Another workspace is configured than the one that is shown.
    pub has_workspaces: bool,
    /// The helpdesk can set a priority.
    pub set_priority: bool,
    /// A snooze was chosen before.
    pub has_last_snooze: bool,
    /// So many conversations are selected: acts are for them.
    pub selected: usize,
    /// The list has conversations that can be selected.
    pub can_select: bool,
    /// Something was done to many at once.
    pub has_bulks: bool,
    /// Some of that is on its way.
    pub bulk_open: bool,
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
    /// The helpdesk has macros.
    pub has_macros: bool,
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
    /// The helpdesk does not have it yet: it is being begun.
    pub is_new: bool,
    /// The list shows mentions: being done with one is not closing its conversation.
    pub in_mentions: bool,
    /// The page of a file is in front.
    pub on_file: bool,
    /// The sidebar has the focus.
    pub in_sidebar: bool,
    /// Its cursor is on an entry or a folder.
    pub sidebar_entry: bool,
    /// Its cursor is on something that can be hidden and moved.
    pub sidebar_row: bool,
}
