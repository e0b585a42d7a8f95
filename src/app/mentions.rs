//! Done with a mention: `e` in the list of mentions. The conversation stays as it is.

use std::time::Duration;

use super::{App, EntryKind, Severity};
use crate::command::CommandId;
use crate::domain::{Conversation, ConversationId, PartKind, UnixTime};
use crate::sync::message::Request;
use crate::text::Clean;

/// How long its row stays, struck through.
const WINDOW: Duration = Duration::from_secs(5);

/// The mention that was finished last, as long as `u` brings it back.
#[derive(Clone, Debug)]
pub(super) struct Finished {
    id: ConversationId,
    /// Groups of acts begun until then: whatever was done since goes first.
    groups: u64,
}

impl App {
    /// Whether the open list is that of mentions.
    #[must_use]
    pub fn in_mentions(&self) -> bool {
        self.sidebar.open_entry().is_some_and(|entry| entry.kind == EntryKind::Mentions)
    }

    /// `g m`: the list of mentions. The helpdesk does not tell of them, so it is said how far they are known.
    pub(super) fn go_mentions(&mut self) {
        self.go(&EntryKind::Mentions);
        let history = self.status.history;
        if history.here < history.of {
            let numbers = [("here", history.here.into()), ("of", history.of.into())];
            let text = self.words.with("mentions-known-here", &numbers);
            self.say_text(Severity::Info, text, Clean::default());
        }
    }

    /// `e` among mentions: done with this one.
    pub(super) fn finish_mention(&mut self, on: &Conversation) {
        // By the helpdesk's clock, and no later than what can have been seen.
        let noted = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == on.id).and_then(|open| {
            open.thread.parts.iter().filter(|part| part.kind == PartKind::Note).map(|part| part.created_at).max()
        });
        let until: UnixTime = noted.map_or(on.updated_at, |at| at.max(on.updated_at));
        self.ask(Request::MentionDone { id: on.id.clone(), until });
        self.finished = Some(Finished { id: on.id.clone(), groups: self.groups });
        self.list.strike(&on.id, self.now + WINDOW);
        let keys = self.keys_of(CommandId::Undo);
        let text = self.words.with("mention-finished", &[("keys", (&keys).into())]);
        self.say_text(Severity::Info, text, Clean::default());
        self.advance(&on.id);
        self.ask_counts();
    }

    /// Whether `u` would bring a mention back.
    pub(super) fn can_bring_mention_back(&self) -> bool {
        self.finished.as_ref().is_some_and(|finished| finished.groups == self.groups)
    }

    /// `u` right after it. Returns whether there was one.
    pub(super) fn bring_mention_back(&mut self) -> bool {
        if !self.can_bring_mention_back() {
            return false;
        }
        let Some(finished) = self.finished.take() else { return false };
        self.list.unstrike(&finished.id);
        if let Some(at) = self.list.index_of(&finished.id).filter(|_| self.in_mentions()) {
            self.put_cursor(at);
        }
        self.ask(Request::MentionBack(finished.id.clone()));
        self.mention_awaited = Some(finished.id);
        self.say(Severity::Info, "mention-back");
        true
    }

    /// Conversations have changed on disk (all of them when none is named). Returns whether the list is asked
    /// for, since the mention that was brought back is among them: before that it is in no list.
    pub(super) fn mention_came_back(&mut self, ids: &[ConversationId]) -> bool {
        let came = self.mention_awaited.take_if(|id| ids.is_empty() || ids.contains(id));
        let Some(id) = came.filter(|_| self.in_mentions()) else { return false };
        self.take_in(Some(id));
        true
    }
}
