//! Draft texts that lost to another deskhand's, kept aside until somebody chooses.
//!
//! Of two programs that write one draft, the second to save is refused: its own text then waits here,
//! one for each program, while its screen shows both. It goes when that program saves or discards the
//! draft with the other's text known. A program that dies before leaves its text behind; the next start
//! of any other puts it below the draft, after a line of dashes, so that nothing is lost and nobody
//! takes the two for one. Whether a program lives is told by a lock on a file of its own.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::database::Tried;
use super::draft::{self, GivenBack};
use super::{Cache, CacheError};
use crate::domain::{ConversationId, Draft, Mode, UnixTime};

/// Stands between two texts of which one was left behind.
pub(super) const DASHES: &str = "\n\n----\n\n";

/// Who writes drafts here: the name of an open [`Cache`], and the lock that says that it lives.
pub(super) struct Pen {
    name: String,
    path: PathBuf,
    held: Mutex<Option<File>>,
}

impl Pen {
    /// A new name. Nothing is written before the first text is put aside.
    pub fn new(dir: &Path) -> Self {
        let name = format!("{:x}-{:016x}", std::process::id(), RandomState::new().hash_one(std::process::id()));
        Self { path: path_of(dir, &name), name, held: Mutex::default() }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// From now on the others can tell that we live. Where no lock can be had they take us for dead:
    /// our text is then shown below the draft early.
    fn hold(&self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none()
            && let Ok(file) = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&self.path)
            && file.try_lock().is_ok()
        {
            *held = Some(file);
        }
    }

    /// Whether the program of this name lives.
    fn is_alive(&self, name: &str) -> bool {
        if name == self.name {
            return true;
        }
        // A name becomes a path: nothing but what we make up ourselves.
        if !name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
            return false;
        }
        let path = self.path.parent().map_or_else(PathBuf::new, |dir| path_of(dir, name));
        let Ok(file) = File::open(&path) else { return false };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => true,
            _ => {
                let _ = fs::remove_file(path);
                false
            }
        }
    }
}

impl Drop for Pen {
    fn drop(&mut self) {
        if self.held.get_mut().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn path_of(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("draft-{name}.lock"))
}

impl Cache {
    /// Texts that wait aside, the last one first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_asides(&self) -> Result<Vec<Draft>, CacheError> {
        Ok(self.read_state(load)?.into_iter().map(|(_, draft)| draft).collect())
    }

    /// Puts the texts of programs that died below their drafts. Gives the conversations concerned.
    ///
    /// # Errors
    /// As [`CacheError`]; the texts stay aside then.
    pub(super) fn join_asides(&self) -> Result<Vec<ConversationId>, CacheError> {
        let mut left = self.read_state(load)?;
        left.retain(|(writer, _)| !self.0.pen.is_alive(writer));
        if left.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.now();
        self.write_state("join_asides", |state| {
            for (writer, aside) in &left {
                // Another start may have been quicker.
                if remove(state, &aside.conversation, aside.mode, writer)? {
                    draft::give_back(state, &GivenBack { above: false, ..GivenBack::of(aside) }, now)?;
                }
            }
            Ok(())
        })?;
        Ok(left.into_iter().map(|(_, draft)| draft.conversation).collect())
    }

    /// Discards the texts that nobody living stands for, and our own.
    pub(super) fn forget_asides(&self, state: &Connection, id: &ConversationId, mode: Mode) -> Tried<()> {
        for (writer, draft) in load(state)? {
            let is_free = writer == self.0.pen.name() || !self.0.pen.is_alive(&writer);
            if draft.conversation == *id && draft.mode == mode && is_free {
                remove(state, id, mode, &writer)?;
            }
        }
        Ok(())
    }

    /// Puts our text aside, inside a transaction.
    pub(super) fn put_aside(&self, state: &Connection, draft: &Draft, now: UnixTime) -> Tried<()> {
        self.0.pen.hold();
        let json = serde_json::to_string(draft)?;
        state.execute(
            "INSERT INTO draft_aside (conversation_id, mode, writer, draft, saved_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (conversation_id, mode, writer) DO UPDATE SET draft = excluded.draft, saved_at = excluded.saved_at",
            (draft.conversation.as_str(), draft.mode.as_str(), self.0.pen.name(), json, now.0),
        )?;
        Ok(())
    }
}

/// Removes one text. Gives whether it was there.
pub(super) fn remove(state: &Connection, id: &ConversationId, mode: Mode, writer: &str) -> Tried<bool> {
    let sql = "DELETE FROM draft_aside WHERE conversation_id = ?1 AND mode = ?2 AND writer = ?3";
    Ok(state.prepare_cached(sql)?.execute((id.as_str(), mode.as_str(), writer))? > 0)
}

/// Every text aside with its writer, the last one first. One that is not understood stays where it is.
fn load(state: &Connection) -> Tried<Vec<(String, Draft)>> {
    let sql = "SELECT writer, draft FROM draft_aside ORDER BY saved_at DESC, conversation_id, mode, writer";
    let mut statement = state.prepare_cached(sql)?;
    let mut found = statement.query([])?;
    let mut asides = Vec::new();
    while let Some(row) = found.next()? {
        if let Ok(draft) = serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default()) {
            asides.push((row.get(0)?, draft));
        }
    }
    Ok(asides)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::SavedDraft;
    use super::super::fixtures::{NOW, Place, conversation, id};
    use super::*;

    fn draft(text: &str) -> Draft {
        Draft::new(id("1"), Mode::Reply, text, UnixTime(NOW))
    }

    /// One program has saved a draft, another was refused.
    fn quarrel(place: &Place) -> Cache {
        let other = place.another();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        place.cache.save_draft(&draft("theirs"), false).unwrap();
        let saved = other.save_draft(&draft("ours"), false).unwrap();
        assert!(matches!(saved, SavedDraft::Conflict { .. }), "{saved:?}");
        other
    }

    fn texts(cache: &Cache) -> Vec<String> {
        cache.load_drafts(&id("1")).unwrap().into_iter().map(|draft| draft.text).collect()
    }

    #[test]
    fn the_text_of_the_living_stays_aside_until_it_is_chosen() {
        let place = Place::new();
        let other = quarrel(&place);
        place.another().reconcile_at_start().unwrap();
        assert_eq!((texts(&place.cache), other.load_asides().unwrap().len()), (vec!["theirs".to_owned()], 1));
        assert!(matches!(other.save_draft(&draft("ours, chosen"), true).unwrap(), SavedDraft::Kept { .. }));
        assert_eq!(texts(&place.cache), ["ours, chosen"]);
        assert!(other.load_asides().unwrap().is_empty());
    }

    #[test]
    fn the_text_of_the_dead_is_found_below_the_draft() {
        let place = Place::new();
        drop(quarrel(&place));
        assert_eq!(place.another().reconcile_at_start().unwrap(), []);
        assert_eq!(texts(&place.cache), ["theirs\n\n----\n\nours"]);
        assert!(place.cache.load_asides().unwrap().is_empty());
        let locks = fs::read_dir(&place.dirs.state).unwrap().flatten();
        let left: Vec<_> = locks.filter(|entry| entry.file_name().to_string_lossy().starts_with("draft-")).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn the_text_of_the_dead_is_the_draft_where_the_other_has_gone() {
        let place = Place::new();
        let other = quarrel(&place);
        place.cache.discard_draft(&id("1"), Mode::Reply).unwrap();
        assert_eq!(other.load_asides().unwrap().len(), 1, "not the discarder's to throw away");
        drop(other);
        assert_eq!(place.another().reconcile_at_start().unwrap(), [id("1")]);
        assert_eq!(texts(&place.cache), ["ours"]);
    }

    #[test]
    fn discarding_forgets_what_the_dead_have_left() {
        let place = Place::new();
        drop(quarrel(&place));
        place.cache.discard_draft(&id("1"), Mode::Reply).unwrap();
        assert!(place.cache.load_asides().unwrap().is_empty());
        assert!(texts(&place.cache).is_empty());
    }

    #[test]
    fn a_name_that_is_no_name_of_ours_is_no_path() {
        let place = Place::new();
        assert!(!place.cache.0.pen.is_alive("../../etc/passwd"));
    }
}
