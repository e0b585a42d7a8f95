//! Writing: opening the composer for the right conversation, drafts, sending.

use super::composer::{Kept, Pasted};
use super::{App, Effect, Pane, Severity};
use crate::domain::{Act, AssignTo, Channel, Conversation, ConversationId, Draft, Mode, UnixTime};
use crate::sync::message::Request;
use crate::text::Clean;

/// What the composer's title tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposerFacts {
    /// REPLY or NOTE.
    pub mode: Mode,
    /// To whom (reply): the contact's name, else address.
    pub to: Clean,
    /// By which channel.
    pub channel: Channel,
    /// The conversation's number.
    pub conversation: ConversationId,
    /// Sending also assigns the conversation to me.
    pub takes: bool,
    /// The text is on disk as a draft.
    pub saved: bool,
}

/// What follows a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Stay,
    Next,
    Close,
    Act(Act),
}

impl App {
    /// What the composer's title tells; absent while it is closed.
    #[must_use]
    pub fn composer_facts(&self) -> Option<ComposerFacts> {
        let id = self.composer.conversation.as_ref()?;
        let on = self.known(id)?;
        let to =
            on.contact.as_ref().map_or_else(Clean::default, |contact| contact.name.clean().or(&contact.email.clean()));
        Some(ComposerFacts {
            mode: self.composer.mode,
            to,
            channel: on.channel.clone(),
            conversation: id.clone(),
            takes: self.composer.mode == Mode::Reply && self.takes(on),
            saved: self.composer.saved,
        })
    }

    fn takes(&self, on: &Conversation) -> bool {
        self.settings.composer_take && on.assignee.is_none() && self.directory.me().is_some()
    }

    /// `r` and `n`: writes to the conversation that the key acts on, which is shown from now on.
    pub(super) fn compose(&mut self, mode: Mode) {
        let Some(id) = self.target().map(|on| on.id.clone()) else { return };
        if self.layout().thread.is_none() {
            self.focus = Pane::Thread;
        }
        self.show_thread(&id, true);
        self.reopen_composer(&id, mode);
    }

    /// Opens the composer for a conversation, if it is the one wanted in the thread pane.
    pub(super) fn reopen_composer(&mut self, id: &ConversationId, mode: Mode) {
        if self.thread.wanted.as_ref() != Some(id) {
            return;
        }
        self.save_draft();
        self.composer.open(id, mode);
        self.focus = Pane::Composer;
    }

    /// A text comes back: into the composer if it is bound to it, else kept for when it is opened. On
    /// disk it is a draft again at once.
    pub(super) fn restore_text(&mut self, id: &ConversationId, mode: Mode, text: &str, begun_at: UnixTime) {
        let text = self.composer.put_back(id, mode, text, begun_at);
        self.ask(Request::SaveDraft(Draft::new(id.clone(), mode, text, begun_at)));
    }

    /// `esc`: leaves; the draft stays. An empty composer closes.
    pub(super) fn leave_composer(&mut self) {
        self.save_draft();
        if self.composer.is_blank() {
            self.composer.close();
        }
        self.focus = Pane::Thread;
    }

    /// Closes the composer because another conversation comes into its place; the draft stays.
    pub(super) fn put_composer_away(&mut self) {
        if self.composer.conversation.is_none() {
            return;
        }
        self.save_draft();
        self.composer.close();
        if self.focus == Pane::Composer {
            self.focus = Pane::Thread;
        }
    }

    /// Keeps what is being written, if it changed since the last time.
    pub(super) fn save_draft(&mut self) {
        self.composer.save_at = None;
        if let Some((conversation, mode, Kept { text, begun_at })) = self.composer.unsaved() {
            self.composer.saved = true;
            self.composer.saved_as(&conversation, mode);
            let text = if text.trim().is_empty() { String::new() } else { text };
            self.ask(Request::SaveDraft(Draft::new(conversation, mode, text, begun_at)));
        }
    }

    /// The text changed: it is saved once typing pauses, but no later than a few seconds on.
    pub(super) fn text_changed(&mut self) {
        const SOON: std::time::Duration = std::time::Duration::from_secs(1);
        if !self.composer.saved && self.composer.save_at.is_none() {
            self.composer.save_at = Some(self.monotonic + SOON);
        }
    }

    /// `ctrl-x t`: the other mode.
    pub(super) fn toggle_mode(&mut self) {
        self.save_draft();
        if let Some((conversation, mode)) = self.composer.toggle_mode() {
            // The text has moved to the other mode: the old draft goes once the new one is safe.
            self.save_draft();
            let begun_at = self.now;
            self.ask(Request::SaveDraft(Draft::new(conversation, mode, "", begun_at)));
        }
    }

    /// Sends what is written, with what follows, as one group.
    pub(super) fn send(&mut self, then: &Then) {
        let Some(id) = self.composer.conversation.clone() else { return };
        let text = self.composer.text();
        let text = text.trim_end();
        if text.trim().is_empty() {
            self.say(Severity::Warning, "why-empty-text");
            return;
        }
        let Some(on) = self.known(&id).cloned() else {
            self.say(Severity::Warning, "why-not-loaded");
            return;
        };
        let mode = self.composer.mode;
        let mut acts = Vec::new();
        let assigns = matches!(then, Then::Act(Act::Assign { .. }));
        let takes = mode == Mode::Reply && self.takes(&on) && !assigns;
        if let Some(me) = self.me().filter(|_| takes) {
            acts.push(Act::Assign { to: AssignTo::Teammate(me) });
        }
        let (text, files) = (text.to_owned(), Vec::new());
        acts.push(match mode {
            Mode::Reply => Act::Reply { text, files },
            Mode::Note => Act::Note { text, files },
        });
        match then {
            Then::Close if on.state != crate::domain::State::Closed => acts.push(Act::Close),
            Then::Act(act) if !act.already_so(&on) => acts.push(act.clone()),
            _ => {}
        }
        let Some(group) = self.commit(&on, acts, vec![(id.clone(), mode)], false) else { return };
        self.composer.take(&group, self.now);
        self.focus = Pane::Thread;
        if *then != Then::Stay {
            self.advance(&id);
        }
    }

    /// Pasted text. Where there is no text to put it into, it runs nothing.
    pub(super) fn paste(&mut self, pasted: &str) {
        self.pending.clear();
        if let Some(input) = self.front_input() {
            input.insert(pasted);
            self.input_changed();
        } else if self.layers.is_empty() && self.focus == Pane::Composer {
            let pasted = self.composer.paste(pasted, self.now);
            self.text_changed();
            match pasted {
                Pasted::Whole => {}
                Pasted::Beginning => self.say(Severity::Warning, "paste-too-long"),
                Pasted::Nothing => self.say(Severity::Warning, "paste-not-kept"),
            }
        } else if !pasted.trim().is_empty() {
            self.say(Severity::Info, "paste-runs-nothing");
        }
    }

    /// Everything that must be safe before the program leaves.
    pub(super) fn quit(&mut self) {
        self.save_draft();
        self.out.push(Effect::Quit);
    }
}
