//! What the agent does, written in order: acts, drafts, marks. On a thread of its own, since it blocks on
//! the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;

use super::engine::{Engine, Hold, mode_of, why_not_durable};
use super::message::{Event, Request, Storage};
use crate::cache::CacheError;
use crate::domain::{Act, Began, ConversationId, Draft, GroupId, Mode};
use crate::text::Untrusted;

/// Writes until nobody asks any more: requests in order, each whole before the next.
pub(super) fn run(engine: &Engine, requests: &Receiver<Request>) {
    let mut storage = engine.tell_storage(Storage::Disk);
    while let Ok(request) = requests.recv() {
        // A fault of ours costs the request that found it; the hook has said where it is.
        match catch_unwind(AssertUnwindSafe(|| write(engine, request))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "a write failed");
                engine.tell_fault(&error);
            }
            Err(_) => engine.tell(Event::Notice { key: "disk-other", details: Untrusted::default() }),
        }
        storage = engine.tell_storage(storage);
    }
}

fn write(engine: &Engine, request: Request) -> Result<(), CacheError> {
    match request {
        Request::Commit { group, acts, uses_drafts, began } => {
            commit(engine, group, &acts, &uses_drafts, began);
            Ok(())
        }
        Request::Undo { group } => engine.undo(&group),
        Request::SaveDraft(draft) => engine.save_draft(&draft, false).map(drop),
        Request::OverwriteDraft(draft) => engine.save_draft(&draft, true).map(drop),
        Request::AttachFile { draft, path } => {
            // What came of it is told.
            let _ = engine.attach(draft, std::path::Path::new(&path));
            Ok(())
        }
        Request::Seen { id, until } => engine.seen(&id, until),
        Request::MarkUnread(id) => engine.mark_unread(&id),
        Request::SavePlace(place) => engine.save_place(&place),
        Request::SaveSort { entry, sort } => engine.cache().save_sort(&entry, sort),
        Request::Retry(id) => engine.retry(id),
        Request::Discard(id) => engine.discard(id),
        Request::MarkSent(id) => engine.mark_sent(id),
        Request::SendAnyway(id) => engine.send_anyway(id),
        _ => Ok(()),
    }
}

/// Commits, or says why not, with the texts that would be lost.
fn commit(
    engine: &Engine,
    group: GroupId,
    acts: &[(ConversationId, Act)],
    uses_drafts: &[(ConversationId, Mode)],
    began: Option<Began>,
) {
    // A fault of ours must not swallow a reply either.
    let outcome = catch_unwind(AssertUnwindSafe(|| engine.commit(&group, acts, uses_drafts, began, Hold::UndoWindow)));
    let why = match outcome {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => why_not_durable(&error),
        Err(_) => "disk-other",
    };
    let mut texts: Vec<(ConversationId, Mode, String)> = Vec::new();
    for (id, act) in acts {
        let (Some(mode), Act::Reply { text, files } | Act::Note { text, files }) = (mode_of(act), act) else {
            continue;
        };
        // Nobody may be there any more to hear of the refusal.
        let mut draft = Draft::new(id.clone(), mode, text.clone(), engine.now());
        draft.files.clone_from(files);
        if let Err(error) = engine.cache().give_draft_back(&draft) {
            tracing::error!(%error, "a refused text could not be kept as a draft");
        }
        texts.push((id.clone(), mode, text.clone()));
    }
    engine.tell(Event::Refused { group, why, texts });
}
