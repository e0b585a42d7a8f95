//! Drafts: one for each conversation and mode.
//!
//! A save is a compare-and-set: it says which revision its text was made from, and is refused where a
//! different text was saved since; the refused text waits in `aside`. Revisions are never given twice.

use rusqlite::{Connection, OptionalExtension, Row};

use super::aside::{self, DASHES};
use super::database::Tried;
use super::{Cache, CacheError};
use crate::domain::{Act, ConversationId, Draft, FilePart, Mode, PartId, UnixTime};

/// Saved a text that came back: it may be used up only by a message that says all of it.
const NOBODY: &str = "";

const COLUMNS: &str = "conversation_id, mode, text, begun_at, seen_part, files, revision, writer";

/// What came of saving a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedDraft {
    /// It is on disk.
    Kept {
        /// As it is there now, with its revision; with revision 0 when nothing was left to keep.
        draft: Draft,
        /// The conversation's row changed: it is the first draft there, or was the last.
        changed: bool,
    },
    /// It is not: another deskhand has saved another text there.
    Conflict {
        /// What was to be saved; kept aside until one of the two is chosen.
        ours: Draft,
        /// What is there.
        theirs: Draft,
    },
}

impl Cache {
    /// Keeps a draft when nobody else has written there since the revision that it was made from (our own
    /// saves since then are earlier states of it), or when it is to be kept in any case. A blank text without files discards it.
    ///
    /// # Errors
    /// As [`CacheError`]; what was kept before is still there then.
    pub fn save_draft(&self, draft: &Draft, overwrite: bool) -> Result<SavedDraft, CacheError> {
        let (id, mode, me, now) = (&draft.conversation, draft.mode, self.0.pen.name(), self.now());
        let (saved, turned) = self.write_state("save_draft", |state| {
            let there = find(state, id, mode)?;
            if let Some(Found { draft: theirs, writer }) = &there {
                // Our own saves are in order: one that we have not heard of yet is no other's.
                let is_ours = writer == me && theirs.revision > draft.revision;
                let is_known = overwrite || theirs.revision == draft.revision || is_ours;
                if !is_known && !holds(theirs, &draft.text, &draft.files) {
                    if !is_blank(draft) {
                        self.put_aside(state, draft, now)?;
                    }
                    return Ok((SavedDraft::Conflict { ours: draft.clone(), theirs: theirs.clone() }, false));
                }
                aside::remove(state, id, mode, me)?;
                if !is_known || (same(theirs, draft) && !is_blank(draft)) {
                    return Ok((SavedDraft::Kept { draft: theirs.clone(), changed: false }, false));
                }
            } else {
                aside::remove(state, id, mode, me)?;
            }
            let had_any = has_any(state, id)?;
            if is_blank(draft) {
                delete(state, id, mode)?;
                let gone = Draft { revision: 0, ..draft.clone() };
                return Ok((SavedDraft::Kept { draft: gone, changed: false }, had_any && !has_any(state, id)?));
            }
            let mut kept = draft.clone();
            if let Some(Found { draft: before, .. }) = there {
                kept.begun_at = kept.begun_at.min(before.begun_at);
                kept.seen_part = kept.seen_part.or(before.seen_part);
            }
            put(state, me, &mut kept, now)?;
            Ok((SavedDraft::Kept { draft: kept, changed: false }, !had_any))
        })?;
        Ok(match saved {
            SavedDraft::Kept { draft, .. } => {
                let changed = turned && !self.show(std::slice::from_ref(&draft.conversation)).is_empty();
                SavedDraft::Kept { draft, changed }
            }
            conflict @ SavedDraft::Conflict { .. } => conflict,
        })
    }

    /// Makes a text and its files a draft again: for what was to be sent and could not be. What we saved
    /// there ourselves is an earlier state of it and ends; any other text stays, behind it. Gives whether
    /// the conversation's row changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn give_draft_back(&self, draft: &Draft) -> Result<bool, CacheError> {
        let (me, now) = (self.0.pen.name(), self.now());
        self.write_state("give_draft_back", |state| match find(state, &draft.conversation, draft.mode)? {
            Some(Found { draft: there, writer }) if writer == me && !is_blank(draft) => {
                let mut back = draft.clone();
                back.begun_at = back.begun_at.min(there.begun_at);
                back.seen_part = back.seen_part.or(there.seen_part);
                put(state, NOBODY, &mut back, now)
            }
            _ => give_back(state, &GivenBack::of(draft), now),
        })?;
        Ok(!self.show(std::slice::from_ref(&draft.conversation)).is_empty())
    }

    /// Discards a draft, and what was kept aside of it by us or by programs that died. Gives whether the
    /// conversation's row changed.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn discard_draft(&self, id: &ConversationId, mode: Mode) -> Result<bool, CacheError> {
        let is_there = self.read_state(|state| {
            let aside = "SELECT 1 FROM draft_aside WHERE conversation_id = ?1 AND mode = ?2";
            Ok(find(state, id, mode)?.is_some() || state.prepare_cached(aside)?.exists((id.as_str(), mode.as_str()))?)
        })?;
        if !is_there {
            return Ok(false);
        }
        let was_last = self.write_state("discard_draft", |state| {
            let had_any = has_any(state, id)?;
            delete(state, id, mode)?;
            self.forget_asides(state, id, mode)?;
            Ok(had_any && !has_any(state, id)?)
        })?;
        Ok(was_last && !self.show(std::slice::from_ref(id)).is_empty())
    }

    /// Loads the drafts of a conversation, the reply first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_drafts(&self, id: &ConversationId) -> Result<Vec<Draft>, CacheError> {
        self.read_state(|state| load(state, id))
    }

    /// Loads every draft, the one that was saved last first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_all_drafts(&self) -> Result<Vec<Draft>, CacheError> {
        self.read_state(|state| {
            let sql = format!("SELECT {COLUMNS} FROM draft ORDER BY saved_at DESC, conversation_id, mode");
            let mut statement = state.prepare_cached(&sql)?;
            let found = statement.query_map([], parse)?.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(found.into_iter().flatten().map(|found| found.draft).collect())
        })
    }
}

/// A draft on disk, and who saved it last.
struct Found {
    draft: Draft,
    writer: String,
}

/// The drafts of a conversation, the reply first.
pub(super) fn load(state: &Connection, id: &ConversationId) -> Tried<Vec<Draft>> {
    let sql = format!("SELECT {COLUMNS} FROM draft WHERE conversation_id = ?1 ORDER BY mode DESC");
    let mut statement = state.prepare_cached(&sql)?;
    let found = statement.query_map([id.as_str()], parse)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(found.into_iter().flatten().map(|found| found.draft).collect())
}

/// A message is on its way: its draft ends with it, inside the same transaction. What another deskhand
/// has written there meanwhile, or what came back there, and the message does not say, stays a draft.
pub(super) fn use_up<'a>(
    state: &Connection,
    me: &str,
    id: &ConversationId,
    mode: Mode,
    acts: impl IntoIterator<Item = &'a Act>,
) -> Tried<()> {
    aside::remove(state, id, mode, me)?;
    let Some(Found { draft, writer }) = find(state, id, mode)? else { return Ok(()) };
    let is_said = acts.into_iter().any(|act| match (mode, act) {
        (Mode::Reply, Act::Reply { text, files }) | (Mode::Note, Act::Note { text, files }) => {
            says(text, &draft.text) && draft.files.iter().all(|file| files.iter().any(|sent| same_file(sent, file)))
        }
        (Mode::Reply, Act::Start { text, .. }) => says(text, &draft.text) && draft.files.is_empty(),
        _ => false,
    });
    if writer == me || is_said {
        delete(state, id, mode)?;
    }
    Ok(())
}

/// A text that becomes a draft again.
pub(super) struct GivenBack<'a> {
    /// Where.
    pub conversation: &'a ConversationId,
    /// Reply or note.
    pub mode: Mode,
    /// The text.
    pub text: &'a str,
    /// Its files.
    pub files: &'a [FilePart],
    /// When it was begun.
    pub begun_at: UnixTime,
    /// The newest part that its writer had seen then.
    pub seen_part: Option<&'a PartId>,
    /// It goes before what stands in the draft now; else below it, after a line of dashes.
    pub above: bool,
}

impl<'a> GivenBack<'a> {
    /// A draft, above what stands there now.
    pub fn of(draft: &'a Draft) -> Self {
        Self {
            conversation: &draft.conversation,
            mode: draft.mode,
            text: &draft.text,
            files: &draft.files,
            begun_at: draft.begun_at,
            seen_part: draft.seen_part.as_ref(),
            above: true,
        }
    }
}

/// Makes a text a draft again inside a transaction, together with what stands in the draft now: no
/// word and no file of either is lost.
pub(super) fn give_back(state: &Connection, back: &GivenBack<'_>, now: UnixTime) -> Tried<()> {
    let mut draft = Draft::new(back.conversation.clone(), back.mode, back.text, back.begun_at);
    draft.files = back.files.to_vec();
    draft.seen_part = back.seen_part.cloned();
    if let Some(Found { draft: there, .. }) = find(state, back.conversation, back.mode)? {
        draft.text = if there.text.trim().is_empty() || contains(&draft.text, &there.text) {
            draft.text
        } else if draft.text.trim().is_empty() || contains(&there.text, &draft.text) {
            there.text
        } else if back.above {
            format!("{}\n\n{}", draft.text, there.text)
        } else {
            format!("{}{DASHES}{}", there.text, draft.text)
        };
        let (first, second) = if back.above { (draft.files, there.files) } else { (there.files, draft.files) };
        draft.files = first;
        for file in second {
            if !draft.files.iter().any(|has| same_file(has, &file)) {
                draft.files.push(file);
            }
        }
        draft.begun_at = draft.begun_at.min(there.begun_at);
        draft.seen_part = draft.seen_part.or(there.seen_part);
    }
    if is_blank(&draft) {
        return Ok(());
    }
    put(state, NOBODY, &mut draft, now)
}

/// Writes a draft inside a transaction, with a revision of its own.
fn put(state: &Connection, me: &str, draft: &mut Draft, now: UnixTime) -> Tried<()> {
    draft.revision = next_revision(state)?;
    let files = serde_json::to_string(&draft.files)?;
    state
        .prepare_cached(
            "INSERT OR REPLACE INTO draft \
             (conversation_id, mode, text, begun_at, saved_at, seen_part, files, revision, writer) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            draft.conversation.as_str(),
            draft.mode.as_str(),
            &draft.text,
            draft.begun_at.0,
            now.0,
            draft.seen_part.as_ref().map(PartId::as_str),
            files,
            draft.revision,
            me,
        ))?;
    Ok(())
}

/// A draft that is deleted and begun again must not look like the one that somebody still knows.
fn next_revision(state: &Connection) -> Tried<i64> {
    const NEXT: &str = "INSERT INTO meta (key, value) \
         VALUES ('draft_revision', (SELECT coalesce(max(revision), 0) + 1 FROM draft)) \
         ON CONFLICT (key) DO UPDATE SET value = max(CAST(value AS INTEGER) + 1, CAST(excluded.value AS INTEGER)) \
         RETURNING CAST(value AS INTEGER)";
    Ok(state.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?)
}

fn delete(state: &Connection, id: &ConversationId, mode: Mode) -> Tried<()> {
    state
        .prepare_cached("DELETE FROM draft WHERE conversation_id = ?1 AND mode = ?2")?
        .execute((id.as_str(), mode.as_str()))?;
    Ok(())
}

fn has_any(state: &Connection, id: &ConversationId) -> Tried<bool> {
    Ok(state.prepare_cached("SELECT 1 FROM draft WHERE conversation_id = ?1")?.exists([id.as_str()])?)
}

fn find(state: &Connection, id: &ConversationId, mode: Mode) -> Tried<Option<Found>> {
    let sql = format!("SELECT {COLUMNS} FROM draft WHERE conversation_id = ?1 AND mode = ?2");
    let found = state.prepare_cached(&sql)?.query_row((id.as_str(), mode.as_str()), parse).optional()?;
    Ok(found.flatten())
}

fn is_blank(draft: &Draft) -> bool {
    draft.text.trim().is_empty() && draft.files.is_empty()
}

fn same(there: &Draft, draft: &Draft) -> bool {
    there.text == draft.text
        && there.files == draft.files
        && draft.seen_part.as_ref().is_none_or(|part| there.seen_part.as_ref() == Some(part))
}

fn same_file(one: &FilePart, other: &FilePart) -> bool {
    one.hash == other.hash && one.name == other.name
}

/// Whether a draft says all of a text, and has its files.
fn holds(draft: &Draft, text: &str, files: &[FilePart]) -> bool {
    draft.text.trim() == text.trim() && files.iter().all(|file| draft.files.iter().any(|has| same_file(has, file)))
}

/// Whether a message says all of a draft, and perhaps more behind it.
fn says(message: &str, draft: &str) -> bool {
    stands_in(message, draft, |rest| !rest.starts_with(char::is_alphanumeric))
}

/// Whether all lines of a text stand in another in one piece.
fn contains(whole: &str, text: &str) -> bool {
    stands_in(whole, text, |rest| rest.is_empty() || rest.starts_with(['\r', '\n']))
}

/// Whether a text stands in another from the beginning of a line on, with a rest behind that will do.
fn stands_in(whole: &str, text: &str, will_do: impl Fn(&str) -> bool) -> bool {
    let text = text.trim();
    // A match begins and ends between two characters.
    text.is_empty()
        || whole
            .match_indices(text)
            .any(|(at, _)| (at == 0 || whole[..at].ends_with('\n')) && will_do(&whole[at + text.len()..]))
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Option<Found>> {
    let (id, mode): (String, String) = (row.get(0)?, row.get(1)?);
    let (Some(conversation), Some(mode)) = (ConversationId::parse(&id), Mode::parse(&mode)) else {
        return Ok(None);
    };
    let (seen_part, files): (Option<String>, String) = (row.get(4)?, row.get(5)?);
    let draft = Draft {
        conversation,
        mode,
        text: row.get(2)?,
        begun_at: UnixTime(row.get(3)?),
        seen_part: seen_part.and_then(|id| PartId::parse(&id)),
        files: serde_json::from_str(&files).unwrap_or_default(),
        revision: row.get(6)?,
    };
    Ok(Some(Found { draft, writer: row.get(7)? }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::OutboxFilter;
    use super::super::fixtures::{NOW, Place, conversation, group, id, new_row, note, reply};
    use super::*;

    fn draft(mode: Mode, text: &str, begun_at: i64) -> Draft {
        Draft::new(id("1"), mode, text, UnixTime(begun_at))
    }

    fn file(name: &str) -> FilePart {
        FilePart { name: name.into(), content_type: "text/plain".into(), hash: "ab".repeat(32), size: 3 }
    }

    fn save(cache: &Cache, draft: &Draft) -> (Draft, bool) {
        match cache.save_draft(draft, false).unwrap() {
            SavedDraft::Kept { draft, changed } => (draft, changed),
            conflict @ SavedDraft::Conflict { .. } => panic!("{conflict:?}"),
        }
    }

    /// As what was to be sent is taken back.
    fn take_back(cache: &Cache, draft: &Draft) {
        cache.write_state("give_draft_back", |state| give_back(state, &GivenBack::of(draft), UnixTime(NOW))).unwrap();
    }

    fn texts(cache: &Cache) -> Vec<String> {
        cache.load_drafts(&id("1")).unwrap().into_iter().map(|draft| draft.text).collect()
    }

    #[test]
    fn drafts_are_kept_for_each_mode_and_survive_a_restart() {
        let place = Place::new();
        let cache = &place.cache;
        cache.store_page(&[conversation("1", NOW)], None).unwrap();
        assert!(save(cache, &draft(Mode::Note, "psst", 5)).1);
        let (mut reply, changed) = save(cache, &draft(Mode::Reply, "Dear", 6));
        assert!(!changed, "the row has its mark already");
        reply.text = "Dear Zoë".into();
        reply.begun_at = UnixTime(9);
        reply.seen_part = PartId::parse("p5");
        let (reply, changed) = save(cache, &reply);
        assert!(!changed && reply.begun_at == UnixTime(6));
        let kept = place.another().load_drafts(&id("1")).unwrap();
        assert_eq!((kept[0].clone(), kept[1].text.as_str()), (reply.clone(), "psst"));
        assert_eq!(cache.load_all_drafts().unwrap().len(), 2);
        let (gone, changed) = save(cache, &Draft { text: " \n".into(), ..reply });
        assert_eq!((gone.revision, changed), (0, false));
        assert!(cache.discard_draft(&id("1"), Mode::Note).unwrap());
        assert!(!cache.discard_draft(&id("1"), Mode::Note).unwrap());
        assert!(cache.load_all_drafts().unwrap().is_empty());
    }

    #[test]
    fn files_keep_a_draft_without_words() {
        let place = Place::new();
        let mut wordless = draft(Mode::Reply, "", 5);
        wordless.files = vec![file("a.txt")];
        let (kept, _) = save(&place.cache, &wordless);
        assert_eq!(place.another().load_drafts(&id("1")).unwrap(), std::slice::from_ref(&kept));
        save(&place.cache, &Draft { files: Vec::new(), ..kept });
        assert!(texts(&place.cache).is_empty());
    }

    #[test]
    fn of_two_deskhands_neither_overwrites_the_other_silently() {
        let place = Place::new();
        let (ours, theirs) = (&place.cache, place.another());
        let (first, _) = save(ours, &draft(Mode::Reply, "One", 5));
        let known = theirs.load_drafts(&id("1")).unwrap().remove(0);
        assert_eq!(known, first);
        let (second, _) = save(&theirs, &Draft { text: "One, two".into(), ..known });
        let late = Draft { text: "One, three".into(), ..first };
        let SavedDraft::Conflict { ours: refused, theirs: there } = ours.save_draft(&late, false).unwrap() else {
            panic!("silently overwritten");
        };
        assert_eq!((&refused, &there), (&late, &second));
        assert_eq!((texts(ours), ours.load_asides().unwrap()), (vec!["One, two".to_owned()], vec![late.clone()]));
        // Typing on before choosing: the newest text waits.
        ours.save_draft(&Draft { text: "One, three, four".into(), ..late.clone() }, false).unwrap();
        assert_eq!(ours.load_asides().unwrap()[0].text, "One, three, four");
        // Theirs is chosen.
        save(ours, &Draft { text: "One, two!".into(), ..there });
        assert!(ours.load_asides().unwrap().is_empty());
        assert!(matches!(theirs.save_draft(&second, false).unwrap(), SavedDraft::Conflict { .. }));
    }

    #[test]
    fn an_emptied_composer_does_not_discard_what_another_wrote() {
        let place = Place::new();
        let other = place.another();
        save(&other, &draft(Mode::Reply, "Dear Zoë", 5));
        let saved = place.cache.save_draft(&draft(Mode::Reply, "", 5), false).unwrap();
        assert!(matches!(saved, SavedDraft::Conflict { .. }));
        assert_eq!((texts(&other), other.load_asides().unwrap().len()), (vec!["Dear Zoë".to_owned()], 0));
    }

    #[test]
    fn the_same_text_twice_is_no_conflict() {
        let place = Place::new();
        let (there, _) = save(&place.another(), &draft(Mode::Reply, "Dear Zoë", 5));
        assert_eq!(save(&place.cache, &draft(Mode::Reply, "Dear Zoë", 7)), (there, false));
    }

    #[test]
    fn what_was_given_back_is_not_written_over_by_whoever_has_not_heard_of_it() {
        let place = Place::new();
        let cache = &place.cache;
        take_back(cache, &draft(Mode::Reply, "Taken back", 5));
        let saved = cache.save_draft(&draft(Mode::Reply, "Typed meanwhile", 6), false).unwrap();
        let SavedDraft::Conflict { theirs, .. } = saved else { panic!("{saved:?}") };
        let both = Draft { text: format!("{}\n\nTyped meanwhile", theirs.text), ..theirs };
        save(cache, &both);
        assert_eq!(texts(&place.another()), ["Taken back\n\nTyped meanwhile"]);
        assert!(cache.load_asides().unwrap().is_empty());
    }

    #[test]
    fn a_refused_text_takes_the_place_of_its_earlier_state_and_of_no_other_text() {
        let place = Place::new();
        let (ours, theirs) = (&place.cache, place.another());
        save(ours, &draft(Mode::Reply, "Dear Zo", 5));
        assert!(!ours.give_draft_back(&draft(Mode::Reply, "Dear Zoë", 6)).unwrap(), "no such row");
        assert_eq!(texts(ours), ["Dear Zoë"]);
        let back = ours.load_drafts(&id("1")).unwrap().remove(0);
        assert_eq!(back.begun_at, UnixTime(5));
        save(&theirs, &Draft { text: "Theirs".into(), ..back });
        ours.give_draft_back(&draft(Mode::Reply, "Dear Zoë", 6)).unwrap();
        assert_eq!(texts(ours), ["Dear Zoë\n\nTheirs"]);
        // What came back is written over by nobody who has not heard of it.
        let saved = ours.save_draft(&draft(Mode::Reply, "Next", 7), false).unwrap();
        assert!(matches!(saved, SavedDraft::Conflict { .. }), "{saved:?}");
    }

    #[test]
    fn a_save_behind_ones_own_save_is_no_conflict() {
        let place = Place::new();
        let (ours, theirs) = (&place.cache, place.another());
        let (first, _) = save(ours, &draft(Mode::Reply, "One", 5));
        // Revisions are everybody's: others take some meanwhile.
        save(&theirs, &draft(Mode::Note, "psst", 5));
        save(ours, &Draft { text: "One, two".into(), ..first.clone() });
        save(ours, &Draft { text: "One, two, three".into(), ..first.clone() });
        assert_eq!(texts(ours), ["One, two, three", "psst"]);
        save(ours, &Draft { text: String::new(), ..first });
        assert_eq!((texts(ours), ours.load_asides().unwrap().len()), (vec!["psst".to_owned()], 0));
    }

    #[test]
    fn a_revision_is_never_given_twice() {
        let place = Place::new();
        let (ours, theirs) = (&place.cache, place.another());
        let (first, _) = save(ours, &draft(Mode::Reply, "One", 5));
        ours.discard_draft(&id("1"), Mode::Reply).unwrap();
        save(&theirs, &draft(Mode::Reply, "Another", 6));
        let saved = ours.save_draft(&Draft { text: "One more".into(), ..first }, false).unwrap();
        assert!(matches!(saved, SavedDraft::Conflict { .. }), "{saved:?}");
    }

    #[test]
    fn sending_uses_the_draft_up() {
        let place = Place::new();
        let cache = &place.cache;
        // The last words were typed after the last save.
        save(cache, &draft(Mode::Reply, "Dear Zo", 5));
        save(cache, &draft(Mode::Note, "psst", 5));
        let uses = [(id("1"), Mode::Reply)];
        cache.commit_acts(&group("g"), &[new_row("1", reply("Dear Zoë"))], &uses).unwrap();
        assert_eq!(texts(cache), ["psst"]);
    }

    #[test]
    fn what_another_wrote_and_nobody_sent_stays_a_draft() {
        let place = Place::new();
        let (ours, theirs) = (&place.cache, place.another());
        let uses = [(id("1"), Mode::Reply)];
        let (first, _) = save(ours, &draft(Mode::Reply, "Dear Zoë", 5));
        save(&theirs, &Draft { text: "Dear Zoë, sorry".into(), ..first });
        ours.commit_acts(&group("g"), &[new_row("1", reply("Dear Zoë"))], &uses).unwrap();
        assert_eq!(texts(ours), ["Dear Zoë, sorry"]);
        // Said in full, it is used up whoever wrote it; its file must have gone too.
        let mut with_file = ours.load_drafts(&id("1")).unwrap().remove(0);
        with_file.files = vec![file("a.txt")];
        save(&theirs, &with_file);
        let whole = [new_row("1", reply("Dear Zoë, sorry!")), new_row("1", note("Dear Zoë, sorry"))];
        ours.commit_acts(&group("h"), &whole, &uses).unwrap();
        assert_eq!(texts(ours), ["Dear Zoë, sorry"]);
        let sent = Act::Reply { text: "Dear Zoë, sorry!".into(), files: vec![file("a.txt")] };
        ours.commit_acts(&group("i"), &[new_row("1", sent)], &uses).unwrap();
        assert!(texts(ours).is_empty());
    }

    #[test]
    fn what_came_back_is_not_used_up_by_another_message() {
        let place = Place::new();
        let cache = &place.cache;
        save(cache, &draft(Mode::Reply, "And this", 5));
        take_back(cache, &draft(Mode::Reply, "Taken back", 5));
        let uses = [(id("1"), Mode::Reply)];
        cache.commit_acts(&group("g"), &[new_row("1", reply("And this"))], &uses).unwrap();
        assert_eq!(texts(cache), ["Taken back\n\nAnd this"]);
    }

    #[test]
    fn what_is_taken_back_has_its_files_again() {
        let place = Place::new();
        let cache = &place.cache;
        let act = Act::Reply { text: "See file".into(), files: vec![file("a.txt"), file("b.txt")] };
        cache.commit_acts(&group("g"), &[new_row("1", act)], &[]).unwrap();
        let mut newer = draft(Mode::Reply, "And this", 5);
        newer.files = vec![file("b.txt"), file("c.txt")];
        save(cache, &newer);
        cache.drop_unsent(&group("g")).unwrap();
        assert!(cache.load_outbox(&OutboxFilter::All).unwrap().is_empty());
        let back = cache.load_drafts(&id("1")).unwrap().remove(0);
        assert_eq!(back.text, "See file\n\nAnd this");
        let names: Vec<_> = back.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a.txt", "b.txt", "c.txt"]);
    }
}
