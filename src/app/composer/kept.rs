//! What of a text is on disk, and what other deskhands did to it: between the composer and the shelf.
//!
//! Owns the way of a text from the composer to its draft and back. Knows nothing of editing.

use super::{Choice, Composer, Place, Sending};
use crate::app::shelf::{Haste, Kept, News, join};
use crate::domain::{Began, Draft, FilePart, GroupId};
use crate::sync::message::Generation;
use crate::text;

impl Composer {
    /// The draft to be saved, if it changed and can be handed over now.
    pub(in crate::app) fn hand_over(&mut self, key: &Place, haste: Haste) -> Option<Draft> {
        if self.is_saved(key) {
            return None;
        }
        let held = self.held(key);
        let blank = held.is_none();
        let draft = self.shelf.hand_over(key, held, haste);
        if self.is_bound_to(key) && (draft.is_some() || (blank && self.shelf.is_saved(key))) {
            self.saved = true;
        }
        draft
    }

    /// Texts that were not handed over yet.
    pub(in crate::app) fn unsaved(&self) -> Vec<Place> {
        let mut keys = self.shelf.waiting();
        keys.retain(|key| !self.is_bound_to(key));
        keys.extend(self.bound().filter(|_| !self.saved));
        keys
    }

    /// Another deskhand's or the engine's news of a draft is applied.
    fn apply(&mut self, key: &Place, news: &News) {
        if news.text.is_some() || news.cleared {
            self.put(key, news.text.clone(), !news.save);
        } else if news.save {
            self.unsave(key);
        }
    }

    fn put(&mut self, key: &Place, kept: Option<Kept>, saved: bool) {
        if !self.is_bound_to(key) {
            self.shelf.put(key.clone(), kept, saved);
            return;
        }
        self.saved = saved;
        match kept {
            // The cursor stays where it is.
            Some(kept) if kept.text == self.text() => {
                self.files = kept.files;
                self.began = Some(kept.began);
            }
            kept => self.show(kept),
        }
    }

    /// The text has to be handed over again.
    pub(in crate::app) fn unsave(&mut self, key: &Place) {
        if self.is_bound_to(key) {
            self.saved = false;
        } else {
            let kept = self.shelf.kept(key).cloned();
            self.shelf.put(key.clone(), kept, false);
        }
    }

    /// Takes over what is on disk for a conversation in a mode, as the answer to a question says.
    pub(in crate::app) fn learn(&mut self, key: &Place, draft: Option<&Draft>, generation: Generation) -> News {
        if self.sending.iter().any(|sending| (&sending.conversation, sending.mode) == (&key.0, key.1)) {
            return News::default();
        }
        self.shelf.tidy(&key.0);
        let (held, saved) = (self.held(key), self.is_saved(key));
        let news = self.shelf.learn(key, draft, held, saved, generation);
        self.apply(key, &news);
        news
    }

    /// A draft is on disk. `asked` is the newest question so far.
    pub(in crate::app) fn draft_saved(&mut self, draft: &Draft, asked: Generation) -> News {
        let key = (draft.conversation.clone(), draft.mode);
        let (held, saved) = (self.held(&key), self.is_saved(&key));
        let news = self.shelf.saved(draft, held, saved, asked);
        self.apply(&key, &news);
        news
    }

    /// A draft could not be saved: another one is there.
    pub(in crate::app) fn draft_conflict(&mut self, theirs: Draft, asked: Generation) -> News {
        let key = (theirs.conversation.clone(), theirs.mode);
        let (held, saved) = (self.held(&key), self.is_saved(&key));
        let news = self.shelf.conflict(theirs, held, saved, asked);
        self.apply(&key, &news);
        news
    }

    /// Chooses between the text here and another deskhand's; the draft to be written over what is
    /// there. A text that is not chosen can be pasted with the key that puts deleted words back.
    pub(in crate::app) fn choose(&mut self, choice: Choice) -> Option<Draft> {
        let key = self.bound()?;
        let theirs = self.shelf.choose(&key)?;
        let ours = self.text();
        let there = text::clean_entry(&theirs.text);
        let text = match choice {
            Choice::Theirs => there,
            Choice::Ours => ours.clone(),
            Choice::Both => join(&there, &ours),
        };
        if choice != Choice::Ours {
            let files = theirs.files.iter().filter(|file| !self.files.contains(file)).cloned();
            let files: Vec<FilePart> = files.collect();
            if choice == Choice::Theirs {
                self.files.clone_from(&theirs.files);
                self.began = Some(Began { part: theirs.seen_part.clone(), at: theirs.begun_at });
            } else {
                self.files.extend(files);
            }
        }
        if text != ours {
            self.fill(&text);
            if choice == Choice::Theirs {
                self.text.set_yank(ours);
            }
        }
        self.saved = true;
        let held = self.held_here();
        Some(self.shelf.overwrite(&key, held))
    }

    /// The draft that gets a file, once nothing of it is under way.
    pub(in crate::app) fn attach_to(&mut self) -> Option<Draft> {
        let key = self.bound()?;
        let held = self.held_here();
        let draft = self.shelf.attach_to(&key, held)?;
        self.saved = true;
        Some(draft)
    }

    /// A draft could not be saved: it has to be handed over again. Returns whether that is to be told.
    pub(in crate::app) fn draft_not_saved(&mut self, key: &Place) -> bool {
        let tell = self.shelf.not_saved(key);
        if !self.shelf.is_leaving(key) {
            self.unsave(key);
        }
        tell
    }

    /// Takes a file off.
    pub(in crate::app) fn detach(&mut self, at: usize) -> Option<FilePart> {
        let file = (at < self.files.len()).then(|| self.files.remove(at))?;
        self.saved = false;
        Some(file)
    }

    /// Puts a text back that could not be sent, or was taken back. What has been written meanwhile
    /// comes after it. The engine has it on disk again, before whatever was there.
    pub(in crate::app) fn put_back(&mut self, key: &Place, back: Kept) {
        let kept = match self.held(key) {
            Some(newer) => {
                let mut files = back.files;
                let more: Vec<FilePart> = newer.files.into_iter().filter(|file| !files.contains(file)).collect();
                files.extend(more);
                Kept { text: join(&text::clean_entry(&back.text), &newer.text), began: back.began, files }
            }
            None => Kept { text: text::clean_entry(&back.text), ..back },
        };
        self.shelf.forget_disk(key);
        self.put(key, Some(kept), true);
    }

    /// A group was committed (`done`) or refused: its text.
    pub(in crate::app) fn take_back(&mut self, group: &GroupId, done: bool, asked: Generation) -> Option<Sending> {
        let at = self.sending.iter().position(|sending| sending.group == *group)?;
        let sending = self.sending.remove(at);
        self.shelf.left(&(sending.conversation.clone(), sending.mode), done, asked);
        Some(sending)
    }
}
