//! Writing to all that are selected: the composer is bound to one of them, and says to how many it goes.

use super::composer_run::Then;
use super::shelf::Haste;
use super::{App, Severity};
use crate::domain::bulk::Deed;
use crate::domain::{Act, ConversationId, Mode};
use crate::text::Clean;
use crate::words::Arg;

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

    /// To whom it goes, where that is many.
    pub(super) fn many_to(&self, id: &ConversationId) -> Option<Clean> {
        let is_it = self.selection.writing.as_ref() == Some(id) && self.selection.is_on();
        is_it.then(|| self.words.with("bulk-to", &[("count", Arg::from(self.selection.len()))]))
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
