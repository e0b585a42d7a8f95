//! The promise that nothing is lost and nothing is doubled, tried by stopping at every boundary.
//!
//! A journey of an agent and a sender is run again and again, stopped before and after each commit of
//! state.db in turn. After each stop the files are opened as a new process would, and the journey goes
//! on to its end; then every intent must have had exactly one effect.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::fixtures::{NOW, Place, conversation, group, id, new_row, reply};
use super::*;
use crate::domain::{Act, Draft, Mode, OutboxRow, OutboxStatus, State};
use crate::text::Untrusted;

const TEXTS: [&str; 3] = ["first", "second", "third"];

/// The helpdesk: what arrived, by text, however often.
#[derive(Default)]
struct Helpdesk(BTreeMap<String, usize>);

impl Helpdesk {
    fn post(&mut self, row: &OutboxRow) {
        *self.0.entry(name(row)).or_default() += 1;
    }

    fn has(&self, row: &OutboxRow) -> bool {
        self.0.contains_key(&name(row))
    }
}

fn name(row: &OutboxRow) -> String {
    row.act.text().map_or_else(|| format!("close {}", row.group), str::to_owned)
}

/// What the agent wants done next, judged by what is on disk: type a draft, then send and close.
fn act(cache: &Cache, desk: &Helpdesk, text: &str) -> Result<(), CacheError> {
    let press = group(text);
    let committed = !cache.load_outbox(&OutboxFilter::Group(press.clone()))?.is_empty();
    if committed || desk.0.contains_key(text) {
        return Ok(());
    }
    let draft = Draft::new(id("1"), Mode::Reply, text, UnixTime(NOW));
    cache.save_draft(&draft)?;
    let rows = [new_row("1", reply(text)), new_row("1", Act::Close)];
    cache.commit_acts(&press, &rows, &[(id("1"), Mode::Reply)])?;
    Ok(())
}

/// Sends whatever is due, as a sender that has just started or goes on.
fn drain(cache: &Cache, desk: &mut Helpdesk, holder: &str) -> Result<(), CacheError> {
    let Lease::Held { .. } = cache.acquire_lease(holder, Duration::from_secs(30))? else {
        panic!("the old lease has run out");
    };
    loop {
        let due = cache.next_due(UnixTime(NOW + 9_999))?;
        let Some(row) = due.first() else { return Ok(()) };
        let row = if row.status == OutboxStatus::Unknown {
            // Looked up in the thread: it is there, or it goes once more.
            let status = if desk.has(row) { OutboxStatus::Sent } else { OutboxStatus::Retry };
            cache.settle(&settlement(row, status))?;
            continue;
        } else {
            cache.mark_sending(row.id, holder)?.expect("nobody else sends in this test")
        };
        desk.post(&row);
        cache.settle(&settlement(&row, OutboxStatus::Sent))?;
    }
}

fn settlement(row: &OutboxRow, status: OutboxStatus) -> Settlement {
    Settlement {
        id: row.id,
        attempt: row.attempts,
        status,
        reason: Untrusted::default(),
        due_at: None,
        sent_part: None,
    }
}

fn journey(cache: &Cache, desk: &mut Helpdesk, holder: &str) -> Result<(), CacheError> {
    cache.reconcile_at_start()?;
    for text in TEXTS {
        act(cache, desk, text)?;
        drain(cache, desk, holder)?;
    }
    cache.release_lease(holder)
}

#[test]
fn a_crash_at_any_boundary_loses_nothing_and_doubles_nothing() {
    let mut boundary = 0;
    loop {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        let mut desk = Helpdesk::default();
        let passed = Arc::new(AtomicUsize::new(0));
        let counter = passed.clone();
        let stopped =
            place.with_crash_points(CrashPoints::new(move |_, _| counter.fetch_add(1, Ordering::SeqCst) == boundary));
        let ended = journey(&stopped, &mut desk, "before");
        drop(stopped);
        if ended.is_ok() {
            assert!(boundary > 40, "{boundary} boundaries were tried");
            return;
        }
        assert!(matches!(ended, Err(CacheError::Stopped(_))), "boundary {boundary}: {ended:?}");

        // Whatever was committed is whole: either the draft is there or the acts are.
        let next = place.another();
        for text in TEXTS {
            let rows = next.load_outbox(&OutboxFilter::Group(group(text))).unwrap();
            assert!(rows.is_empty() || rows.len() == 2, "boundary {boundary}: half a press of a key");
            let has_draft = next.load_drafts(&id("1")).unwrap().iter().any(|draft| draft.text == text);
            assert!(!has_draft || rows.is_empty(), "boundary {boundary}: {text} twice");
        }
        place.clock.advance(Duration::from_secs(31));
        journey(&next, &mut desk, "after").unwrap();
        for text in TEXTS {
            for intent in [text.to_owned(), format!("close {text}")] {
                assert_eq!(desk.0.get(&intent), Some(&1), "boundary {boundary}: {intent}");
            }
        }
        assert_eq!(next.outbox_counts().unwrap(), OutboxCounts::default());
        assert!(next.load_all_drafts().unwrap().is_empty());
        assert_eq!(next.load_conversation(&id("1")).unwrap().unwrap().state, State::Closed);
        boundary += 1;
    }
}

#[test]
fn a_crash_around_an_undo_keeps_the_words_on_one_side() {
    for at in [Moment::BeforeCommit, Moment::AfterCommit] {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
        super::fixtures::commit(&place.cache, "g", "1", &[reply("words"), Act::Close]);
        let stopped = place.with_crash_points(CrashPoints::new(move |_, moment| moment == at));
        assert!(stopped.drop_unsent(&group("g")).is_err());
        drop(stopped);
        let next = place.another();
        next.reconcile_at_start().unwrap();
        let rows = next.load_outbox(&OutboxFilter::All).unwrap().len();
        let drafts = next.load_drafts(&id("1")).unwrap().len();
        let state = next.load_conversation(&id("1")).unwrap().unwrap().state;
        let expected = if at == Moment::BeforeCommit { (2, 0, State::Closed) } else { (0, 1, State::Open) };
        assert_eq!((rows, drafts, state), expected);
    }
}
