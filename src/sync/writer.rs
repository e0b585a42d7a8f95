//! What the agent does, written in order: acts, drafts, marks. On a thread of its own, since it blocks on
//! the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::engine::{Engine, Hold, mode_of, why_not_durable};
use super::message::{BulkPlan, Event, Request, Storage};
use crate::cache::CacheError;
use crate::domain::{Act, Began, ConversationId, Draft, GroupId, Mode};
use crate::text::Untrusted;

/// Writes until nobody asks any more: requests in order, each whole before the next.
pub(super) fn run(engine: &Engine, requests: &Receiver<Request>) {
    let mut storage = engine.tell_storage(Storage::Disk);
    loop {
        let request = match next(requests, storage) {
            Ok(request) => request,
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = engine.cache().probe() {
                    tracing::debug!(%error, "the disk still refuses");
                }
                storage = engine.tell_storage(storage);
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let draft = draft_of(&request);
        let is_quiet = matches!(
            request,
            Request::SavePlace(_) | Request::SaveArrangement(_) | Request::SaveSort { .. } | Request::Seen { .. }
        );
        // A fault of ours costs the request that found it; the hook has said where it is.
        let failure = match catch_unwind(AssertUnwindSafe(|| write(engine, request))) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => {
                tracing::error!(%error, "a write failed");
                Some((why_not_durable(&error), Untrusted::new(error.to_string())))
            }
            Err(_) => Some(("disk-other", Untrusted::default())),
        };
        // That nothing is kept is told by the storage; nobody has to hear of every mark.
        let told = failure.filter(|(why, _)| !(is_quiet && matches!(*why, "disk-full" | "disk-read-only")));
        if let Some((why, details)) = told {
            engine.tell(match draft {
                // Whoever waits for the answer tries again.
                Some((conversation, mode)) => Event::DraftNotSaved { conversation, mode, why, details },
                None => Event::Notice { key: why, details },
            });
        }
        storage = engine.tell_storage(storage);
    }
}

/// The next request; while nothing is kept on disk, none within a second is a time to look again.
fn next(requests: &Receiver<Request>, storage: Storage) -> Result<Request, RecvTimeoutError> {
    const LOOK_AGAIN: Duration = Duration::from_secs(1);
    match storage {
        Storage::Disk => requests.recv().map_err(|_| RecvTimeoutError::Disconnected),
        Storage::Memory(_) => requests.recv_timeout(LOOK_AGAIN),
    }
}

/// The draft that a request saves.
fn draft_of(request: &Request) -> Option<(ConversationId, Mode)> {
    match request {
        Request::SaveDraft(draft) | Request::OverwriteDraft(draft) | Request::AttachFile { draft, .. } => {
            Some((draft.conversation.clone(), draft.mode))
        }
        _ => None,
    }
}

fn write(engine: &Engine, request: Request) -> Result<(), CacheError> {
    match request {
        Request::Commit { group, acts, uses_drafts, began } => {
            commit(engine, group, &acts, &uses_drafts, began.as_ref());
            Ok(())
        }
        Request::Bulk { group, plan } => {
            do_bulk(engine, group, &plan);
            Ok(())
        }
        Request::PauseBulk { group, paused } => engine.pause_bulk(&group, paused),
        Request::RetryBulk(group) => engine.retry_bulk(&group),
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
        Request::BeginNew { id, opening } => engine.begin_new(&id, &opening),
        Request::ForgetNew(id) => engine.forget_new(&id),
        Request::MentionDone { id, until } => engine.finish_mention(&id, until),
        Request::MentionBack(id) => engine.bring_mention_back(&id),
        Request::SavePlace(place) => engine.save_place(&place),
        Request::SaveArrangement(arrangement) => engine.save_arrangement(&arrangement),
        Request::SaveSort { entry, sort } => engine.cache().save_sort(&entry, sort),
        Request::Retry(id) => engine.retry(id),
        Request::Discard(id) => engine.discard(id),
        Request::MarkSent(id) => engine.mark_sent(id),
        Request::SendAnyway(id) => engine.send_anyway(id),
        _ => Ok(()),
    }
}

/// Does a deed on many, or says why not: what was written is its draft still.
fn do_bulk(engine: &Engine, group: GroupId, plan: &BulkPlan) {
    let why = match catch_unwind(AssertUnwindSafe(|| engine.do_bulk(&group, plan))) {
        Ok(Ok(())) => return,
        Ok(Err(error)) => why_not_durable(&error),
        Err(_) => "disk-other",
    };
    engine.tell(Event::Refused { group, why, texts: Vec::new() });
}

/// Commits, or says why not, with the texts that would be lost.
fn commit(
    engine: &Engine,
    group: GroupId,
    acts: &[(ConversationId, Act)],
    uses_drafts: &[(ConversationId, Mode)],
    began: Option<&Began>,
) {
    // A fault of ours must not swallow a reply either.
    let outcome =
        catch_unwind(AssertUnwindSafe(|| engine.commit(&group, acts, uses_drafts, began.cloned(), Hold::UndoWindow)));
    let why = match outcome {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => why_not_durable(&error),
        Err(_) => "disk-other",
    };
    let mut texts: Vec<(ConversationId, Mode, String)> = Vec::new();
    for (id, act) in acts {
        let (Some(mode), Some(text)) = (mode_of(act), act.text()) else { continue };
        // Nobody may be there any more to hear of the refusal.
        let begun_at = began.map_or_else(|| engine.now(), |began| began.at);
        let mut draft = Draft::new(id.clone(), mode, text, begun_at);
        draft.seen_part = began.and_then(|began| began.part.clone());
        if let Act::Reply { files, .. } | Act::Note { files, .. } = act {
            draft.files.clone_from(files);
        }
        if let Err(error) = engine.cache().give_draft_back(&draft) {
            tracing::error!(%error, "a refused text could not be kept as a draft");
        }
        texts.push((id.clone(), mode, text.to_owned()));
    }
    engine.tell(Event::Refused { group, why, texts });
}
