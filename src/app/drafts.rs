//! Drafts: when they are saved, and what is heard of them from the disk and from other deskhands.

use super::composer::{Choice, Place};
use super::layers::{Confirm, Layer};
use super::shelf::{Haste, Kept, News};
use super::{App, Severity};
use crate::command::CommandId;
use crate::domain::{ConversationId, Draft, Mode};
use crate::query::Sort;
use crate::sync::message::{Generation, Request, Window, WindowSpec};
use crate::text::{Clean, beginning, clean_lines, truncate};

/// Conversations with a draft that are marked in the lists.
const MARKED: usize = 500;

impl App {
    /// Keeps what is being written, if it changed since the last time.
    pub(super) fn save_draft(&mut self, haste: Haste) {
        self.composer.save_at = None;
        if let Some(key) = self.composer.bound() {
            self.save_text(&key, haste);
        }
    }

    fn save_text(&mut self, key: &Place, haste: Haste) {
        if let Some(draft) = self.composer.hand_over(key, haste) {
            self.note_begun(&draft);
            self.ask(Request::SaveDraft(draft));
        }
    }

    /// Saves a text whether or not it was handed over before.
    pub(super) fn save_again(&mut self, key: &Place) {
        self.composer.unsave(key);
        self.save_text(key, Haste::Leave);
    }

    /// Texts that could not be handed over before.
    pub(super) fn save_unsaved(&mut self) {
        for key in self.composer.unsaved() {
            self.save_text(&key, Haste::Leave);
        }
    }

    /// The program leaves: everything that is not on disk goes there.
    pub(super) fn save_all(&mut self) {
        for key in self.composer.unsaved() {
            self.save_text(&key, Haste::End);
        }
    }

    /// The text changed: it is saved once typing pauses, but no later than a second on.
    pub(super) fn text_changed(&mut self) {
        const SOON: std::time::Duration = std::time::Duration::from_secs(1);
        if !self.composer.saved && self.composer.save_at.is_none() {
            self.composer.save_at = Some(self.monotonic + SOON);
        }
    }

    /// A second has passed since the text changed. What cannot be saved yet is tried again.
    pub(super) fn save_in_pause(&mut self) {
        self.save_draft(Haste::Pause);
        self.text_changed();
    }

    /// `ctrl-x t`: the other mode. The text goes along, and its old draft goes once the new one is safe.
    pub(super) fn toggle_mode(&mut self) {
        if self.composer.conversation.as_ref().is_some_and(ConversationId::is_placeholder) {
            self.say(Severity::Warning, "new-no-note");
            return;
        }
        self.save_draft(Haste::Leave);
        let was_note = self.composer.mode == Mode::Note && !self.composer.is_blank();
        let left = self.composer.toggle_mode();
        if was_note && self.composer.is_blank() {
            let keys = self.keys_of(CommandId::ToggleMode);
            let text = self.words.with("note-stays", &[("keys", (&keys).into())]);
            self.say_text(Severity::Info, text, Clean::default());
        }
        self.save_draft(Haste::Leave);
        if let Some(key) = left {
            self.save_text(&key, Haste::Leave);
        }
        self.attach_next();
    }

    /// The drafts of a conversation, as the answer to a question says.
    pub(super) fn learn_drafts(&mut self, id: &ConversationId, drafts: &[Draft], generation: Generation) {
        let marked = drafts.iter().any(|draft| !draft.text.trim().is_empty() || !draft.files.is_empty());
        if marked {
            self.begun.insert(id.clone());
        } else {
            self.begun.remove(id);
        }
        for mode in [Mode::Reply, Mode::Note] {
            let key = (id.clone(), mode);
            let draft = drafts.iter().find(|draft| draft.mode == mode);
            let news = self.composer.learn(&key, draft, generation);
            self.follow(&key, &news);
        }
    }

    /// A draft is on disk.
    pub(super) fn hear_draft_saved(&mut self, draft: &Draft) {
        self.note_begun(draft);
        let key = (draft.conversation.clone(), draft.mode);
        let news = self.composer.draft_saved(draft, self.generation);
        self.follow(&key, &news);
        self.attach_next();
    }

    /// A draft is not on disk: another deskhand's is.
    pub(super) fn hear_draft_conflict(&mut self, theirs: Draft) {
        let key = (theirs.conversation.clone(), theirs.mode);
        let known = self.composer.theirs().map(|known| known.revision);
        let revision = theirs.revision;
        let news = self.composer.draft_conflict(theirs, self.generation);
        if news.conflict && known != Some(revision) {
            self.say(Severity::Warning, "draft-two");
        }
        self.follow(&key, &news);
    }

    /// A draft is not on disk, and nothing new is there: it is tried again.
    pub(super) fn hear_draft_not_saved(&mut self, key: &Place, why: &'static str, details: Clean) {
        const REST: std::time::Duration = std::time::Duration::from_secs(5);
        let has_file = self.composer.is_attaching_to(key);
        if self.composer.draft_not_saved(key) {
            match why {
                _ if has_file => self.say_text(Severity::Warning, self.words.say("attach-not-kept"), details),
                "disk-full" => self.say(Severity::Warning, "draft-unsaved-full"),
                "disk-read-only" => self.say(Severity::Warning, "draft-unsaved-read-only"),
                _ => self.say_text(Severity::Warning, self.words.say("draft-not-saved"), details),
            }
        }
        self.composer.retry_at = Some(self.monotonic + REST);
    }

    fn follow(&mut self, key: &Place, news: &News) {
        if news.save {
            self.save_text(key, Haste::Leave);
        }
        if news.vanished {
            self.say(Severity::Info, "draft-gone");
        }
    }

    /// Chooses between two texts in one place.
    pub(super) fn choose_draft(&mut self, choice: Choice) {
        if let Some(draft) = self.composer.choose(choice) {
            self.note_begun(&draft);
            self.ask(Request::OverwriteDraft(draft));
            self.say(
                Severity::Info,
                match choice {
                    Choice::Theirs => "draft-took-theirs",
                    Choice::Ours => "draft-kept-ours",
                    Choice::Both => "draft-joined",
                },
            );
        }
    }

    /// The first words of another deskhand's text, while nobody has chosen.
    #[must_use]
    pub fn theirs_first_words(&self) -> Option<Clean> {
        const CELLS: usize = 200;
        let theirs = self.composer.theirs()?;
        Some(first_words(&theirs.text, CELLS))
    }

    /// A text comes back: into the composer if it is bound to it, else kept for when it is opened. The
    /// engine has it on disk as a draft again.
    pub(super) fn restore_text(&mut self, id: &ConversationId, mode: Mode, back: Kept) {
        self.composer.put_back(&(id.clone(), mode), back);
        self.begun.insert(id.clone());
        self.ask_thread_of(id);
    }

    /// Asks before the drafts of the conversation at hand are thrown away.
    pub(super) fn ask_discard_draft(&mut self) {
        let Some(id) = self.id_at_hand() else { return };
        if !self.has_draft(&id) {
            self.say(Severity::Warning, "why-no-draft");
            return;
        }
        if !self.is_looked_at(&id) {
            self.say(Severity::Warning, "why-not-loaded");
            return;
        }
        let drafts = self.drafts_of(&id);
        let shown = drafts
            .iter()
            .position(|(mode, _)| self.composer.conversation.as_ref() == Some(&id) && self.composer.mode == *mode);
        let named = |(mode, kept): &(Mode, Kept)| (*mode, first_words(&kept.text, 40));
        let Some(draft) = drafts.get(shown.unwrap_or(0)).map(named) else {
            self.say(Severity::Warning, "why-no-draft");
            return;
        };
        let other = drafts.iter().find(|(mode, _)| *mode != draft.0).map(named);
        let contact = self.known(&id).and_then(|on| on.contact.as_ref());
        let name = contact.map(|contact| contact.name.clean().or(&contact.email.clean())).unwrap_or_default();
        let name = name.or(&crate::text::clean(&format!("#{id}")));
        self.layers.push(Layer::Confirm(Confirm::DiscardDraft { on: id, name, draft, other }));
    }

    /// The texts begun for a conversation, as far as they are at hand: reply, note.
    #[must_use]
    pub(crate) fn drafts_of(&self, id: &ConversationId) -> Vec<(Mode, Kept)> {
        let held = |mode| Some((mode, self.composer.held(&(id.clone(), mode))?));
        [Mode::Reply, Mode::Note].into_iter().filter_map(held).collect()
    }

    /// Its thread is on the screen, and with it its drafts are known.
    fn is_looked_at(&self, id: &ConversationId) -> bool {
        self.thread.wanted.as_ref() == Some(id) && self.thread.shown() == Some(id)
    }

    /// Throws drafts of a conversation away, as was confirmed.
    pub(super) fn discard_drafts(&mut self, id: &ConversationId, modes: &[Mode]) {
        if !self.is_looked_at(id) {
            // Only what has been looked at is thrown away.
            self.say(Severity::Warning, "why-not-loaded");
            return;
        }
        self.drop_path();
        let mode = self.composer.mode;
        let was_open = self.composer.conversation.as_ref() == Some(id);
        for mode in modes.iter().copied() {
            self.composer.open(id, mode);
            self.composer.throw_away();
            self.save_draft(Haste::Leave);
        }
        self.composer.open(id, mode);
        self.composer.close();
        if !self.composer.has_text_for(id) {
            self.begun.remove(id);
        }
        if was_open && self.focus == super::Pane::Composer {
            self.focus = super::Pane::Thread;
        }
        self.say(Severity::Info, "draft-discarded");
    }

    /// Whether a text was begun for a conversation, here or in another run.
    #[must_use]
    pub fn has_draft(&self, id: &ConversationId) -> bool {
        self.begun.contains(id) || self.composer.has_text_for(id)
    }

    fn note_begun(&mut self, draft: &Draft) {
        if !draft.text.trim().is_empty() || !draft.files.is_empty() {
            self.begun.insert(draft.conversation.clone());
        } else if self.begun.contains(&draft.conversation) && !self.composer.has_text_for(&draft.conversation) {
            self.begun.remove(&draft.conversation);
            // The other mode may have one.
            self.ask_begun();
        }
    }

    /// Asks which conversations have a draft.
    pub(super) fn ask_begun(&mut self) {
        let Some(query) = super::queries::parsed("has:draft") else { return };
        if !self.started {
            return;
        }
        let generation = self.next_generation();
        self.begun_asked = Some(generation);
        let spec = WindowSpec { query, sort: Sort::Newest, offset: 0, limit: MARKED, around: None };
        self.ask(Request::Window { generation, spec });
    }

    /// The answer to that question, when it is one. Returns whether it was.
    pub(super) fn hear_begun(&mut self, generation: Generation, window: &Window) -> bool {
        if self.begun_asked.take_if(|asked| *asked == generation).is_none() {
            return false;
        }
        self.begun = window.rows.iter().map(|row| row.id.clone()).collect();
        true
    }

    /// A path was typed: its file goes with the text.
    pub(super) fn attach(&mut self, path: &str) {
        let path = path.trim();
        if path.is_empty() {
            return;
        }
        let Some(key) = self.composer.bound() else { return };
        self.attach_path = Some((key, path.to_owned()));
        self.attach_next();
    }

    /// Asks for the file as soon as nothing of the draft is under way. It goes with the text that it was
    /// named for, and with no other.
    pub(super) fn attach_next(&mut self) {
        let Some((key, _)) = self.attach_path.clone() else { return };
        if self.composer.bound().as_ref() != Some(&key) {
            self.drop_path();
        } else if let Some(draft) = self.composer.attach_to()
            && let Some((_, path)) = self.attach_path.take()
        {
            self.attach_asked = Some((key, path.clone()));
            self.ask(Request::AttachFile { draft, path });
        }
    }

    /// A file could not be read: its path can be mended where it was typed.
    pub(super) fn mend_path(&mut self) {
        let Some((key, path)) = self.attach_asked.take() else { return };
        let writing = self.layers.is_empty() && self.focus == super::Pane::Composer;
        if writing && self.composer.bound() == Some(key) {
            self.open_path(&path);
        }
    }

    /// The text is left: a file that waits for its turn does not come after it.
    pub(super) fn drop_path(&mut self) {
        if let Some((_, path)) = self.attach_path.take() {
            let path = crate::text::clean(&path);
            let text = self.words.with("attach-left", &[("path", (&path).into())]);
            self.say_text(Severity::Warning, text, Clean::default());
        }
    }
}

/// The beginning of a text, on one line.
pub(crate) fn first_words(text: &str, cells: usize) -> Clean {
    const BYTES: usize = 2_000;
    let lines: Vec<Clean> = clean_lines(beginning(text, BYTES).trim()).each_line().take(4).collect();
    truncate(&Clean::join(lines.iter().filter(|line| !line.is_blank()), &Clean::literal(" ")), cells)
}
