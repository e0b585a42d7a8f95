//! Texts that were begun, for each conversation and mode, and what of them is on disk.
//!
//! A draft on disk has a revision; a save names the one that it was made from, and at most one save of
//! a text is under way. So two running programs cannot write over each other unnoticed, and what has
//! never been read is never written over. Knows nothing of text areas and of sending. Enter at
//! [`Shelf`].

use std::collections::BTreeMap;

use crate::domain::{Began, ConversationId, Draft, FilePart, Mode};
use crate::sync::message::Generation;
use crate::text;

/// Where a text belongs.
pub type Key = (ConversationId, Mode);

/// A text as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The text.
    pub text: String,
    /// What its writer had seen when its first letter was typed.
    pub began: Began,
    /// Files that go with it.
    pub files: Vec<FilePart>,
}

/// How much a save hurries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Haste {
    /// Typing paused: what is on disk must be known first.
    Pause,
    /// The text is left: it is saved whatever is on disk, which is joined to it then.
    Leave,
    /// The program ends: nothing can be waited for.
    End,
}

/// One text.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent marks")]
struct Sheet {
    /// The text, while it is not in the composer's text area; absent when there is none.
    kept: Option<Kept>,
    /// The revision on disk that the text was made from, 0 for none; absent while that is not known.
    revision: Option<i64>,
    /// It differs from what was handed over last.
    dirty: bool,
    /// A save is under way.
    under_way: bool,
    /// A commit that uses the draft up is under way.
    leaving: bool,
    /// The last save failed, which was told.
    failing: bool,
    /// It was saved without knowing what is on disk.
    blind: bool,
    /// A file is being taken up.
    attaching: bool,
    /// Answers to questions up to this one may be older than what is on disk now.
    settled: Generation,
    /// What another deskhand wrote there.
    theirs: Option<Draft>,
}

impl Sheet {
    /// Nothing may be handed over.
    const fn is_busy(&self) -> bool {
        self.under_way || self.attaching || self.leaving
    }

    /// There is no text here, and nothing is waited for.
    const fn is_idle(&self) -> bool {
        self.kept.is_none() && !self.dirty && !self.is_busy() && self.theirs.is_none()
    }
}

/// What becomes of a text after news from the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent marks")]
pub(super) struct News {
    /// The text is this one from now on.
    pub text: Option<Kept>,
    /// There is no text from now on.
    pub cleared: bool,
    /// It has to be saved.
    pub save: bool,
    /// It was sent or discarded elsewhere.
    pub vanished: bool,
    /// Another deskhand's text stands against it.
    pub conflict: bool,
}

/// All texts but the one in the text area.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    sheets: BTreeMap<Key, Sheet>,
}

/// Two versions of a text made one: theirs first, unless one is the beginning or the end of the other.
pub(super) fn join(theirs: &str, ours: &str) -> String {
    let (theirs, ours) = (theirs.trim_end(), ours.trim_end());
    let holds = |whole: &str, part: &str| {
        part.trim().is_empty() || whole.starts_with(part) || whole.ends_with(&format!("\n{part}"))
    };
    if holds(ours, theirs) {
        ours.to_owned()
    } else if holds(theirs, ours) {
        theirs.to_owned()
    } else {
        format!("{theirs}\n\n{ours}")
    }
}

fn join_files(theirs: &[FilePart], ours: &[FilePart]) -> Vec<FilePart> {
    let mut files = theirs.to_vec();
    files.extend(ours.iter().filter(|file| !theirs.contains(file)).cloned());
    files
}

fn kept(draft: &Draft) -> Option<Kept> {
    let text = text::clean_entry(&draft.text);
    let is_there = !text.trim().is_empty() || !draft.files.is_empty();
    is_there.then(|| Kept {
        text,
        began: Began { part: draft.seen_part.clone(), at: draft.begun_at },
        files: draft.files.clone(),
    })
}

fn merged(theirs: Kept, ours: &Kept) -> Kept {
    let text = join(&theirs.text, &ours.text);
    let files = join_files(&theirs.files, &ours.files);
    // Where there are two texts, the guard counts from the earlier one.
    let ours_is_all = text.trim_end() == ours.text.trim_end();
    let began = if ours_is_all || ours.began.at < theirs.began.at { ours.began.clone() } else { theirs.began };
    Kept { text, began, files }
}

impl Shelf {
    /// The text kept here.
    pub fn kept(&self, key: &Key) -> Option<&Kept> {
        self.sheets.get(key)?.kept.as_ref()
    }

    /// Puts a text here, or takes it away. `saved`: it is what was handed over last.
    pub fn put(&mut self, key: Key, kept: Option<Kept>, saved: bool) {
        let sheet = self.sheets.entry(key).or_default();
        sheet.kept = kept;
        sheet.dirty = !saved;
    }

    /// Whether what is kept here has been handed over.
    pub fn is_saved(&self, key: &Key) -> bool {
        self.sheets.get(key).is_none_or(|sheet| !sheet.dirty)
    }

    /// Whether what is on disk is known to be what was handed over last.
    pub fn is_on_disk(&self, key: &Key) -> bool {
        self.sheets.get(key).is_some_and(|sheet| !sheet.is_busy() && sheet.revision.is_some_and(|at| at > 0))
    }

    /// Whether it is known what is on disk, or a save of ours is on its way there.
    pub fn is_known(&self, key: &Key) -> bool {
        self.sheets.get(key).is_some_and(|sheet| sheet.revision.is_some() || sheet.under_way)
    }

    /// Conversations that have a text here.
    pub fn holds(&self, id: &ConversationId) -> bool {
        [Mode::Reply, Mode::Note].into_iter().any(|mode| self.kept(&(id.clone(), mode)).is_some())
    }

    /// What another deskhand wrote there, while nobody has chosen.
    pub fn theirs(&self, key: &Key) -> Option<&Draft> {
        self.sheets.get(key)?.theirs.as_ref()
    }

    /// Texts that were not handed over, and may be now.
    pub fn waiting(&self) -> Vec<Key> {
        self.sheets.iter().filter(|(_, sheet)| sheet.dirty).map(|(key, _)| key.clone()).collect()
    }

    /// The draft to be saved, if it changed and can be handed over now. From then on it is under way.
    pub fn hand_over(&mut self, key: &Key, held: Option<Kept>, haste: Haste) -> Option<Draft> {
        let sheet = self.sheets.entry(key.clone()).or_default();
        if sheet.is_busy() && haste != Haste::End {
            return None;
        }
        // Where a save is under way its revision is not known; the cache knows it for ours.
        let revision = match sheet.revision {
            Some(at) => at,
            None if haste == Haste::Pause => return None,
            None => 0,
        };
        sheet.dirty = false;
        if held.is_none() && revision == 0 && !sheet.under_way {
            // Nothing here, and nothing there that is known: nothing to be taken away.
            return None;
        }
        sheet.blind = sheet.revision.is_none();
        sheet.under_way = true;
        Some(draft_of(key, held, revision))
    }

    /// A draft as it would be saved, to have a file added to it; from then on that is under way.
    pub fn attach_to(&mut self, key: &Key, held: Option<Kept>) -> Option<Draft> {
        let sheet = self.sheets.entry(key.clone()).or_default();
        let revision = sheet.revision.filter(|_| !sheet.is_busy())?;
        sheet.attaching = true;
        sheet.dirty = false;
        Some(draft_of(key, held, revision))
    }

    /// Whether a file is being taken up.
    pub fn is_attaching(&self, key: &Key) -> bool {
        self.sheets.get(key).is_some_and(|sheet| sheet.attaching)
    }

    /// The text is thrown away: the file that is being taken up does not come into it.
    pub fn stop_attaching(&mut self, key: &Key) {
        if let Some(sheet) = self.sheets.get_mut(key) {
            sheet.under_way |= std::mem::take(&mut sheet.attaching);
        }
    }

    /// A save failed, or what was to take a file up. Returns whether that is to be told.
    pub fn not_saved(&mut self, key: &Key) -> bool {
        let Some(sheet) = self.sheets.get_mut(key) else { return true };
        sheet.under_way = false;
        let attaching = std::mem::take(&mut sheet.attaching);
        !std::mem::replace(&mut sheet.failing, true) || attaching
    }

    /// Whether a commit that uses the draft up is under way.
    pub fn is_leaving(&self, key: &Key) -> bool {
        self.sheets.get(key).is_some_and(|sheet| sheet.leaving)
    }

    /// How many texts are known of, or were.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.sheets.len()
    }

    /// Forgets the texts that there are none of, when there are many; `id`'s excepted.
    pub fn tidy(&mut self, id: &ConversationId) {
        const MANY: usize = 256;
        if self.sheets.len() > MANY {
            self.sheets.retain(|key, sheet| key.0 == *id || !sheet.is_idle());
        }
    }

    /// The text is on its way to the outbox.
    pub fn leave(&mut self, key: &Key) {
        let sheet = self.sheets.entry(key.clone()).or_default();
        sheet.kept = None;
        sheet.dirty = false;
        sheet.leaving = true;
        sheet.theirs = None;
    }

    /// The commit is done. Its draft is used up when that was known.
    pub fn left(&mut self, key: &Key, done: bool, asked: Generation) {
        let sheet = self.sheets.entry(key.clone()).or_default();
        sheet.leaving = false;
        sheet.settled = asked;
        // After a refusal the engine may have kept the text by itself.
        sheet.revision = if done { sheet.revision.map(|_| 0) } else { None };
    }

    /// The engine wrote the draft by itself: what is there has to be read again.
    pub fn forget_disk(&mut self, key: &Key) {
        let sheet = self.sheets.entry(key.clone()).or_default();
        sheet.revision = None;
        sheet.theirs = None;
    }

    /// A draft is on disk. `now`: the text as it is here, `saved`: it is what was handed over last.
    pub fn saved(&mut self, draft: &Draft, now: Option<Kept>, saved: bool, asked: Generation) -> News {
        let sheet = self.sheets.entry((draft.conversation.clone(), draft.mode)).or_default();
        if !sheet.under_way && !sheet.attaching {
            // Not an answer to a save of ours: the engine put a text back.
            if sheet.leaving || sheet.revision == Some(draft.revision) {
                return News::default();
            }
            sheet.settled = asked;
            return take_up(sheet, Some(draft), now, saved);
        }
        sheet.under_way = false;
        sheet.failing = false;
        sheet.blind = false;
        sheet.theirs = None;
        sheet.settled = asked;
        sheet.revision = Some(draft.revision);
        let mut news = News { save: !saved, ..News::default() };
        if std::mem::take(&mut sheet.attaching) {
            let began = Began { part: draft.seen_part.clone(), at: draft.begun_at };
            let text = now.unwrap_or_else(|| Kept { text: String::new(), began, files: Vec::new() });
            news.text = Some(Kept { files: draft.files.clone(), ..text });
        }
        news
    }

    /// A draft was not saved, since another one is there.
    pub fn conflict(&mut self, theirs: Draft, now: Option<Kept>, saved: bool, asked: Generation) -> News {
        let sheet = self.sheets.entry((theirs.conversation.clone(), theirs.mode)).or_default();
        sheet.under_way = false;
        sheet.attaching = false;
        sheet.failing = false;
        sheet.settled = asked;
        if sheet.leaving {
            // What is sent is no draft any more; the other text stays one.
            return News::default();
        }
        let same = match (&now, kept(&theirs)) {
            (Some(ours), Some(there)) => ours.text.trim_end() == there.text.trim_end() && ours.files == there.files,
            (None, there) => there.is_none(),
            (Some(_), None) => false,
        };
        if std::mem::take(&mut sheet.blind) || same {
            sheet.revision = None;
            return take_up(sheet, Some(&theirs), now, saved);
        }
        sheet.theirs = Some(theirs);
        News { conflict: true, ..News::default() }
    }

    /// A choice between the two texts: the revision that it stands on is known from then on.
    pub fn choose(&mut self, key: &Key) -> Option<Draft> {
        let sheet = self.sheets.get_mut(key)?;
        let theirs = sheet.theirs.take()?;
        sheet.revision = Some(theirs.revision);
        Some(theirs)
    }

    /// A chosen text as it is to be written over what is there; from then on it is under way.
    pub fn overwrite(&mut self, key: &Key, held: Option<Kept>) -> Draft {
        let sheet = self.sheets.entry(key.clone()).or_default();
        sheet.under_way = true;
        sheet.dirty = false;
        draft_of(key, held, sheet.revision.unwrap_or(0))
    }

    /// What is on disk, as an answer to question `generation` says. `now` and `saved` as above.
    pub fn learn(
        &mut self,
        key: &Key,
        draft: Option<&Draft>,
        now: Option<Kept>,
        saved: bool,
        generation: Generation,
    ) -> News {
        let sheet = self.sheets.entry(key.clone()).or_default();
        if sheet.is_busy() || generation <= sheet.settled {
            return News::default();
        }
        take_up(sheet, draft, now, saved)
    }
}

fn draft_of(key: &Key, held: Option<Kept>, revision: i64) -> Draft {
    let (id, mode) = key.clone();
    let Some(Kept { text, began, files }) = held else {
        return Draft { revision, ..Draft::new(id, mode, "", <_>::default()) };
    };
    Draft { seen_part: began.part, files, revision, ..Draft::new(id, mode, text, began.at) }
}

/// Takes over what is on disk.
fn take_up(sheet: &mut Sheet, draft: Option<&Draft>, now: Option<Kept>, saved: bool) -> News {
    let there = draft.and_then(kept);
    let at = draft.map_or(0, |draft| draft.revision);
    match sheet.revision {
        Some(known) if known == at => News::default(),
        // It is written on here: the next save tells that there are two.
        Some(_) if !saved && at > 0 => News::default(),
        Some(_) if !saved => {
            sheet.revision = Some(0);
            News { save: true, ..News::default() }
        }
        Some(_) => {
            sheet.revision = Some(at);
            let vanished = there.is_none() && now.is_some();
            News { cleared: there.is_none(), text: there, vanished, ..News::default() }
        }
        None => {
            sheet.revision = Some(at);
            match (there, now) {
                (None, now) => News { save: now.is_some(), ..News::default() },
                (Some(there), None) => News { text: Some(there), ..News::default() },
                (Some(there), Some(ours)) => {
                    let both = merged(there.clone(), &ours);
                    let save = both.text.trim_end() != there.text.trim_end() || both.files != there.files;
                    News { text: (both != ours).then_some(both), save, ..News::default() }
                }
            }
        }
    }
}
