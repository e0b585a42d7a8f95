//! What the agent leaves behind without telling the helpdesk: drafts and their files, read marks, and
//! the place that the next start returns to.
//!
//! Thin: the cache does it, and whoever listens hears of it. Everything here blocks on the disk and
//! asks nothing of the network.

use std::io;
use std::path::Path;

use super::engine::Engine;
use super::message::{Arrangement, Event, Place};
use crate::cache::{CacheError, Kept, SavedDraft};
use crate::domain::file::LARGEST_TOGETHER;
use crate::domain::{ConversationId, Draft, Mode, UnixTime};
use crate::text::{Untrusted, clean};

/// Reads a file that goes with a message: its base name, its media type, its content.
pub type ReadFile = fn(&Path) -> io::Result<(String, String, Vec<u8>)>;

pub use crate::domain::file::MOST_FILES;

/// Why a file was not attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// It cannot be read, is no regular file, or is too large.
    #[error(transparent)]
    Unreadable(io::Error),
    /// The draft has as many as a message can carry.
    #[error("a message carries at most {MOST_FILES} files")]
    TooMany,
    /// With it the files of the draft are more than a message can carry.
    #[error("the files of a message have {} MiB together at most", LARGEST_TOGETHER >> 20)]
    TooMuch,
    /// Its content could not be kept beside state.db.
    #[error(transparent)]
    NotKept(io::Error),
    /// The draft could not be saved.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// Another deskhand has saved another text there.
    #[error("another deskhand has written in this draft")]
    Conflict,
}

impl AttachError {
    fn key(&self) -> &'static str {
        match self {
            Self::Unreadable(error) if error.kind() == io::ErrorKind::NotFound => "attach-no-file",
            Self::Unreadable(_) => "attach-unreadable",
            Self::TooMany => "attach-too-many",
            Self::TooMuch => "attach-too-much",
            Self::NotKept(_) => "attach-not-kept",
            Self::Cache(error) => super::engine::why_not_durable(error),
            Self::Conflict => "attach-conflict",
        }
    }
}

impl Engine {
    /// Keeps a draft, or discards it when neither words nor files are left, and tells which. Another
    /// deskhand's later text is overwritten only when that is asked for; else both texts are told.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn save_draft(&self, draft: &Draft, overwrite: bool) -> Result<SavedDraft, CacheError> {
        let saved = self.cache.save_draft(draft, overwrite)?;
        match &saved {
            SavedDraft::Kept { draft, changed } => {
                self.tell(Event::DraftSaved(Box::new(draft.clone())));
                if *changed {
                    self.tell_changed(vec![draft.conversation.clone()]);
                }
            }
            SavedDraft::Conflict { ours, theirs } => {
                let (ours, theirs) = (Box::new(ours.clone()), Box::new(theirs.clone()));
                self.tell(Event::DraftConflict { ours, theirs });
            }
        }
        Ok(saved)
    }

    /// Discards a draft whoever wrote it, and tells.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn discard_draft(&self, id: &ConversationId, mode: Mode) -> Result<(), CacheError> {
        let changed = self.cache.discard_draft(id, mode)?;
        self.tell(Event::DraftSaved(Box::new(Draft::new(id.clone(), mode, "", self.now()))));
        if changed {
            self.tell_changed(vec![id.clone()]);
        }
        Ok(())
    }

    /// Keeps a file and puts it to a draft, which is saved in any case. What comes of it is told:
    /// `DraftSaved` or `DraftConflict`, and a `Notice` when the file is not with it; `DraftNotSaved` when
    /// the draft is not on disk either.
    ///
    /// # Errors
    /// As [`AttachError`]; the draft is without the file then.
    pub fn attach(&self, mut draft: Draft, path: &Path) -> Result<Draft, AttachError> {
        let place = (draft.conversation.clone(), draft.mode);
        let kept = self.keep_at(&mut draft, path);
        let outcome = match self.save_draft(&draft, false) {
            Ok(SavedDraft::Kept { draft, .. }) => kept.map(|()| draft),
            Ok(SavedDraft::Conflict { .. }) => kept.and(Err(AttachError::Conflict)),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = &outcome {
            let shown = clean(&path.to_string_lossy());
            let details = Untrusted::new(match error.key() {
                // Our own words say it all.
                "attach-no-file" => shown.to_string(),
                _ => format!("{shown}: {error}"),
            });
            self.tell(match (error, place) {
                (AttachError::Cache(_), (conversation, mode)) => {
                    Event::DraftNotSaved { conversation, mode, why: error.key(), details }
                }
                _ => Event::Notice { key: error.key(), details },
            });
        }
        outcome
    }

    fn keep_at(&self, draft: &mut Draft, path: &Path) -> Result<(), AttachError> {
        let (name, content_type, content) = (self.read_file)(path).map_err(AttachError::Unreadable)?;
        let file = self.keep_file(&name, &content_type, &content).map_err(AttachError::NotKept)?;
        if draft.files.contains(&file) {
            return Ok(());
        }
        if draft.files.len() >= MOST_FILES {
            return Err(AttachError::TooMany);
        }
        if draft.files.iter().map(|file| file.size).sum::<u64>() + file.size > LARGEST_TOGETHER {
            return Err(AttachError::TooMuch);
        }
        draft.files.push(file);
        Ok(())
    }

    /// I have seen a conversation up to a moment of the helpdesk's.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn seen(&self, id: &ConversationId, until: UnixTime) -> Result<(), CacheError> {
        if self.cache.mark_seen(id, until)? {
            self.tell_changed(vec![id.clone()]);
        }
        Ok(())
    }

    /// Marks me as done with being mentioned in a conversation, for mentions up to a moment by the helpdesk's
    /// clock.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn finish_mention(&self, id: &ConversationId, until: UnixTime) -> Result<(), CacheError> {
        if self.cache.finish_mention(id, until)? {
            self.tell_changed(vec![id.clone()]);
        }
        Ok(())
    }

    /// Takes that back.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn bring_mention_back(&self, id: &ConversationId) -> Result<(), CacheError> {
        if self.cache.bring_mention_back(id)? {
            self.tell_changed(vec![id.clone()]);
        }
        Ok(())
    }

    /// A conversation counts as unread until I look at it again.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn mark_unread(&self, id: &ConversationId) -> Result<(), CacheError> {
        if self.cache.mark_unread(id)? {
            self.tell_changed(vec![id.clone()]);
        }
        Ok(())
    }

    /// Remembers where the agent is.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn save_place(&self, place: &Place) -> Result<(), CacheError> {
        self.cache.keep(Kept::Place, &serde_json::to_string(place)?)
    }

    /// Where the agent was when the program ended; `None` at the first start, or when an older program's
    /// place is not understood.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load_place(&self) -> Result<Option<Place>, CacheError> {
        Ok(self.cache.load_kept(Kept::Place)?.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// Remembers how the agent has arranged the screen.
    ///
    /// # Errors
    /// When it could not be made durable.
    pub fn save_arrangement(&self, arrangement: &Arrangement) -> Result<(), CacheError> {
        self.cache.keep(Kept::Arrangement, &serde_json::to_string(arrangement)?)
    }

    /// How the agent has arranged the screen; `None` when it is as it comes, or not understood.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load_arrangement(&self) -> Result<Option<Arrangement>, CacheError> {
        Ok(self.cache.load_kept(Kept::Arrangement)?.and_then(|json| serde_json::from_str(&json).ok()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::message::Request;
    use super::*;
    use crate::api::{Client, Endpoint, Timeouts};
    use crate::cache::{Cache, Dirs};
    use crate::clock::{Clock, Ids, Timings};
    use crate::domain::{Conversation, Guard, Secret};
    use crate::sync::EngineParts;

    /// An engine that never reaches anybody, and what it told.
    fn engine(dir: &Path) -> (Engine, Arc<Mutex<Vec<Event>>>) {
        let clock = Clock::manual(1_795_000_000);
        let dirs = Dirs { cache: dir.join("cache"), state: dir.join("state") };
        let endpoint = Endpoint::parse("http://127.0.0.1:9", Secret::new("t")).unwrap();
        let told: Arc<Mutex<Vec<Event>>> = Arc::default();
        let ears = told.clone();
        let engine = Engine::new(EngineParts {
            cache: Cache::open(&dirs, clock.clone()).unwrap(),
            client: Client::new(endpoint, clock.clone(), Timeouts::default()).unwrap(),
            clock,
            ids: Ids::seeded(1),
            timings: Timings::default(),
            zone: jiff::tz::TimeZone::UTC,
            guard: Guard::default(),
            history: None,
            read_file: |path| match path.to_str() {
                Some("broken") => panic!("a fault of ours"),
                Some("gone") => Err(io::ErrorKind::NotFound.into()),
                Some(name) => Ok((name.into(), "text/plain".into(), name.as_bytes().to_vec())),
                None => panic!("a plain name"),
            },
            sink: Arc::new(move |event| ears.lock().unwrap().push(event)),
        });
        (engine.unwrap(), told)
    }

    fn take(told: &Mutex<Vec<Event>>) -> Vec<Event> {
        std::mem::take(&mut *told.lock().unwrap())
    }

    fn draft(text: &str) -> Draft {
        Draft::new(ConversationId::parse("1").unwrap(), Mode::Reply, text, UnixTime(5))
    }

    #[tokio::test]
    async fn a_saved_draft_is_told_with_its_revision_and_a_conflict_with_both_texts() {
        let dir = tempfile::tempdir().unwrap();
        let ((ours, told), (theirs, _)) = (engine(dir.path()), engine(dir.path()));
        ours.save_draft(&draft("One"), false).unwrap();
        let [Event::DraftSaved(first)] = &take(&told)[..] else { panic!("told once") };
        assert!(first.revision > 0);
        theirs.save_draft(&Draft { text: "One, two".into(), ..(**first).clone() }, false).unwrap();
        ours.save_draft(&Draft { text: "One, three".into(), ..(**first).clone() }, false).unwrap();
        let [Event::DraftConflict { ours: mine, theirs: there }] = &take(&told)[..] else { panic!("a conflict") };
        assert_eq!((mine.text.as_str(), there.text.as_str()), ("One, three", "One, two"));
        ours.save_draft(mine, true).unwrap();
        let [Event::DraftSaved(kept)] = &take(&told)[..] else { panic!("chosen") };
        assert_eq!((kept.text.as_str(), kept.revision > there.revision), ("One, three", true));
    }

    #[tokio::test]
    async fn a_file_goes_with_its_draft_and_one_that_cannot_be_read_costs_no_word() {
        let dir = tempfile::tempdir().unwrap();
        let (engine, told) = engine(dir.path());
        let kept = engine.attach(draft("See"), Path::new("a.txt")).unwrap();
        assert_eq!(kept.files.iter().map(|file| (file.name.as_str(), file.size)).collect::<Vec<_>>(), [("a.txt", 5)]);
        assert_eq!(engine.cache().load_file(&kept.files[0].hash).unwrap(), b"a.txt");
        let again = engine.attach(kept, Path::new("a.txt")).unwrap();
        assert_eq!(again.files.len(), 1, "once is enough");
        take(&told);
        let refused = engine.attach(Draft { text: "See there".into(), ..again }, Path::new("gone"));
        assert!(matches!(refused, Err(AttachError::Unreadable(_))));
        let [Event::DraftSaved(kept), Event::Notice { key, details }] = &take(&told)[..] else { panic!("both told") };
        assert_eq!((kept.text.as_str(), kept.files.len(), *key), ("See there", 1, "attach-no-file"));
        assert_eq!(details.as_raw(), "gone");
        let mut full = (**kept).clone();
        for n in 1..MOST_FILES {
            full = engine.attach(full, Path::new(&format!("{n}"))).unwrap();
        }
        assert!(matches!(engine.attach(full, Path::new("one more")), Err(AttachError::TooMany)));
    }

    #[tokio::test]
    async fn whoever_waits_for_a_draft_hears_of_a_fault_too() {
        let dir = tempfile::tempdir().unwrap();
        let (engine, told) = engine(dir.path());
        let (ask, asked) = std::sync::mpsc::channel();
        ask.send(Request::AttachFile { draft: draft("See"), path: "broken".into() }).unwrap();
        ask.send(Request::SaveDraft(draft("See"))).unwrap();
        drop(ask);
        crate::sync::writer::run(&engine, &asked);
        let told: Vec<Event> = take(&told)
            .into_iter()
            .filter(|event| !matches!(event, Event::Changed { .. } | Event::Storage(_)))
            .collect();
        let [Event::DraftNotSaved { conversation, mode, .. }, Event::DraftSaved(saved)] = &told[..] else {
            panic!("{told:?}")
        };
        assert_eq!((conversation, *mode), (&saved.conversation, saved.mode));
    }

    #[tokio::test]
    async fn marks_and_discards_are_told_and_the_place_is_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let (engine, told) = engine(dir.path());
        let row = Conversation::bare(ConversationId::parse("1").unwrap(), UnixTime(1_794_000_000));
        engine.cache().store_page(std::slice::from_ref(&row), None).unwrap();
        engine.mark_unread(&row.id).unwrap();
        engine.seen(&row.id, UnixTime(1_794_000_000)).unwrap();
        engine.seen(&row.id, UnixTime(1_794_000_000)).unwrap();
        let changes = take(&told).into_iter().filter(|event| matches!(event, Event::Changed { .. })).count();
        assert_eq!(changes, 2);
        engine.save_draft(&draft("x"), false).unwrap();
        take(&told);
        engine.discard_draft(&row.id, Mode::Reply).unwrap();
        assert!(matches!(&take(&told)[..], [Event::DraftSaved(gone), Event::Changed { .. }] if gone.text.is_empty()));
        assert_eq!(engine.load_place().unwrap(), None);
        let place =
            Place { entry: "inbox:you".into(), conversation: Some(row.id), open: true, scroll: 7, ..Place::default() };
        engine.save_place(&place).unwrap();
        assert_eq!(engine.load_place().unwrap(), Some(place));
        engine.cache().keep(Kept::Place, "{\"entry\": 5}").unwrap();
        assert_eq!(engine.load_place().unwrap(), None, "what is not understood is none");
    }
}
