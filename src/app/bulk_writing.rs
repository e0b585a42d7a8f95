//! Writing to all that are selected: the composer is bound to one of them, and says to how many it goes.

use super::composer_run::Then;
use super::shelf::Haste;
use super::{App, Severity};
use crate::domain::bulk::Deed;
use crate::domain::{Act, ContactRef, ConversationId, Mode};
use crate::text::{Clean, clean};

impl App {
    /// `r` and `n` while something is selected: the text is written in one of them that has no draft of its
    /// own, where it is kept as a draft until it is sent.
    pub(super) fn compose_to_many(&mut self, mode: Mode) {
        let Some(on) = self.place_to_write() else {
            self.say(Severity::Warning, "why-all-have-drafts");
            return;
        };
        if self.layout().thread.is_none() {
            self.focus = super::Pane::Thread;
        }
        self.show_thread(&on.id, true);
        self.selection.writing = Some(on.id.clone());
        self.reopen_composer(&on.id, mode);
    }

    /// Whether what is being written goes to all that are selected.
    pub(super) fn writes_to_many(&self) -> bool {
        let writing = self.selection.writing.as_ref();
        writing.is_some() && self.selection.is_on() && self.composer.conversation.as_ref() == writing
    }

    /// To how many it goes, where that is all that are selected.
    pub(super) fn many_to(&self, id: &ConversationId) -> Option<usize> {
        (self.writes_to_many() && self.composer.conversation.as_ref() == Some(id)).then(|| self.selection.len())
    }

    /// Those that a text was for are selected no longer: the composer closes, so that it does not become a
    /// text to one of them under the writer's hands. It stays a draft.
    pub(super) fn stop_writing_to_many(&mut self) {
        let Some(id) = self.selection.writing.take() else { return };
        if self.composer.conversation.as_ref() != Some(&id) {
            return;
        }
        let has_text = !self.composer.is_blank();
        self.put_composer_away();
        if has_text {
            let name = self.known(&id).and_then(|on| on.contact.as_ref()).map(ContactRef::shown_name);
            let name = name.filter(|name| !name.is_blank()).unwrap_or_else(|| clean(&format!("#{id}")));
            let text = self.words.with("bulk-writing-stopped", &[("name", (&name).into())]);
            self.say_text(Severity::Warning, text, Clean::default());
        }
    }

    /// Shows what sending it to all of them would do.
    pub(super) fn send_to_many(&mut self, then: &Then) {
        let Some(id) = self.composer.conversation.clone() else { return };
        self.attach_next();
        if self.composer.is_attaching() || self.attach_path.is_some() {
            self.say(Severity::Warning, "why-attaching");
            return;
        }
        let text = self.composer.text().trim_end().to_owned();
        if text.trim().is_empty() {
            self.say(Severity::Warning, "why-empty-text");
            return;
        }
        let (mode, files) = (self.composer.mode, self.composer.files.clone());
        let mut acts = vec![match mode {
            Mode::Reply => Act::Reply { text, files },
            Mode::Note => Act::Note { text, files },
        }];
        match then {
            Then::Close => acts.push(Act::Close),
            Then::Act(act) => acts.push(act.clone()),
            Then::Stay | Then::Next => {}
        }
        self.save_draft(Haste::Pause);
        let selected = self.selection.held().clone();
        self.open_preview(selected, Deed::Acts(acts), Some((id, mode)));
    }
}
