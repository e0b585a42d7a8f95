//! The promise that nothing is lost and nothing is doubled, tried by stopping at every boundary.
//!
//! A journey of an agent and a sender is run again and again, stopped before and after each commit of
//! state.db in turn. After each stop the files are opened as a new process would, and the journey goes
//! on to its end; then every intent must have had exactly one effect. The helpdesk of the journey loses
//! answers and requests and refuses, and the agent changes, gives up, takes back and sends anyway.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::fixtures::{NOW, Place, conversation, group, id, new_row, reply};
use super::*;
use crate::domain::{Act, Began, Doubt, Draft, Guard, Mode, OutboxRow, OutboxStatus, PartId, State};
use crate::text::Untrusted;

/// An hour that no journey reaches.
const LATER: i64 = NOW + 9_999 + 300;

/// The helpdesk: what arrived, by name, however often; and the faults that it still has in store.
struct Helpdesk {
    effects: BTreeMap<String, usize>,
    /// What was typed and, as far as the agent was told, kept.
    typed: BTreeSet<String>,
    /// Done, but nobody is told: once each.
    answers_lost: BTreeSet<String>,
    /// Not done, and nobody is told: once each.
    requests_lost: BTreeSet<String>,
    /// Turned down, always.
    refused: BTreeSet<String>,
    /// Turned down so far.
    refusals: BTreeSet<String>,
}

/// What comes of one request.
enum Answer {
    Done,
    Nothing,
    No,
}

impl Helpdesk {
    fn new() -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            effects: BTreeMap::new(),
            typed: BTreeSet::new(),
            answers_lost: names(&["answer-lost", "close of 5 in tail"]),
            requests_lost: names(&["request-lost"]),
            refused: names(&["wrong", "given-up"]),
            refusals: BTreeSet::new(),
        }
    }

    fn post(&mut self, row: &OutboxRow) -> Answer {
        let name = name(row);
        if self.refused.contains(&name) {
            self.refusals.insert(name);
            return Answer::No;
        }
        if self.requests_lost.remove(&name) {
            return Answer::Nothing;
        }
        *self.effects.entry(name.clone()).or_default() += 1;
        if self.answers_lost.remove(&name) { Answer::Nothing } else { Answer::Done }
    }

    fn has(&self, row: &OutboxRow) -> bool {
        self.effects.contains_key(&name(row))
    }
}

fn name(row: &OutboxRow) -> String {
    let kind = row.act.kind().as_str();
    row.act.text().map_or_else(|| format!("{kind} of {} in {}", row.conversation, row.group), str::to_owned)
}

fn rows_of(cache: &Cache, press: &str) -> Result<Vec<OutboxRow>, CacheError> {
    cache.load_outbox(&OutboxFilter::Group(group(press)))
}

fn began(part: &str) -> Began {
    Began { part: PartId::parse(part), at: UnixTime(NOW) }
}

/// A message as the guard lets it pass, or stops it.
fn guarded(on: &str, text: &str, held: bool) -> NewRow {
    let held = held.then(|| Untrusted::new("Ben"));
    NewRow { guard: Guard::On, began: Some(began("1")), held, ..new_row(on, reply(text)) }
}

/// Types a message and sends it with a close behind it, unless that has been done.
fn send(cache: &Cache, desk: &mut Helpdesk, on: &str, press: &str, text: &str, held: bool) -> Result<(), CacheError> {
    let is_done = desk.effects.contains_key(text) || desk.refusals.contains(text);
    if is_done || !rows_of(cache, press)?.is_empty() {
        return Ok(());
    }
    let mut draft = Draft::new(id(on), Mode::Reply, text, UnixTime(NOW));
    draft.seen_part = PartId::parse("1");
    cache.save_draft(&draft, true)?;
    desk.typed.insert(text.to_owned());
    let close = NewRow { inverses: vec![Act::Reopen], ..new_row(on, Act::Close) };
    cache.commit_acts(&group(press), &[guarded(on, text, held), close], &[(id(on), Mode::Reply)])?;
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
        let mut attempt = Attempt { baseline: Some((PartId::parse("1"), 1)), resend: false };
        if row.status == OutboxStatus::Unknown {
            // Looked up in the thread: it is there, or it is looked for again, or it goes once more.
            if desk.has(row) {
                cache.settle(&settlement(row, OutboxStatus::Sent))?;
                continue;
            }
            let mut unknown = settlement(row, OutboxStatus::Unknown);
            unknown.doubt = Doubt { since: Some(UnixTime(NOW)), reads: row.doubt.reads + 1, ..row.doubt };
            if row.act.is_message() && unknown.doubt.reads < Doubt::READS {
                cache.settle(&unknown)?;
                continue;
            }
            attempt = Attempt { baseline: None, resend: true };
        }
        let row = cache.begin_attempt(row.id, holder, &attempt)?.expect("nobody else sends in this test");
        let mut news = settlement(&row, OutboxStatus::Sent);
        match desk.post(&row) {
            Answer::Done => {}
            // An earlier attempt may have arrived: then a person decides.
            Answer::No if row.doubt.since.is_some() && row.act.is_message() => {
                news.status = OutboxStatus::NeedsDecision;
            }
            Answer::No => news.status = OutboxStatus::Failed,
            Answer::Nothing => {
                news.status = OutboxStatus::Unknown;
                news.doubt = Doubt { since: Some(UnixTime(NOW)), reads: 0, ..row.doubt };
            }
        }
        cache.settle(&news)?;
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
        doubt: row.doubt,
    }
}

/// All that the agent does, each step judged by what is on disk: begun anew after a stop, it goes on.
fn journey(cache: &Cache, desk: &mut Helpdesk, holder: &str) -> Result<(), CacheError> {
    cache.reconcile_at_start()?;
    for text in ["plain", "answer-lost", "request-lost"] {
        send(cache, desk, "1", text, text, false)?;
        drain(cache, desk, holder)?;
    }

    // Held back by the guard, then sent anyway.
    send(cache, desk, "1", "held", "held", true)?;
    if let Some(row) = rows_of(cache, "held")?.first().filter(|row| row.status == OutboxStatus::Held) {
        cache.send_anyway(row.id, &began("2"), &(PartId::parse("2"), 2))?.unwrap();
    }
    drain(cache, desk, holder)?;

    // Refused, then said in other words.
    send(cache, desk, "1", "edited", "wrong", false)?;
    drain(cache, desk, holder)?;
    if let Some(row) = rows_of(cache, "edited")?.first().filter(|row| row.status.needs_you()) {
        cache.edit_message(row.id, "right", &began("2"), &(PartId::parse("2"), 2))?.unwrap();
    }
    drain(cache, desk, holder)?;

    // Refused, then given up: a draft again.
    send(cache, desk, "3", "given-up", "given-up", false)?;
    drain(cache, desk, holder)?;
    if let Some(row) = rows_of(cache, "given-up")?.first() {
        cache.discard(row.id)?;
    }

    // Two closes in one press, one of them sent when it is taken back.
    if rows_of(cache, "bulk")?.is_empty() && rows_of(cache, "back")?.is_empty() {
        let close = |on, due_at| NewRow { inverses: vec![Act::Reopen], due_at, ..new_row(on, Act::Close) };
        cache.commit_acts(&group("bulk"), &[close("2", UnixTime(NOW)), close("4", UnixTime(LATER))], &[])?;
    }
    drain(cache, desk, holder)?;
    if rows_of(cache, "back")?.is_empty() {
        cache.undo(&group("bulk"), &group("back"))?;
    }
    drain(cache, desk, holder)?;

    // A lost answer to what may be done twice, and a release of what still waits.
    if rows_of(cache, "tail")?.is_empty() {
        let close = NewRow { due_at: UnixTime(LATER), ..new_row("5", Act::Close) };
        cache.commit_acts(&group("tail"), &[close], &[])?;
    }
    cache.release(&Release::All)?;
    drain(cache, desk, holder)?;
    cache.release_lease(holder)
}

/// What must be so after any stop, before anything else happens.
fn check_whole(cache: &Cache, desk: &Helpdesk, boundary: usize) {
    let integrity: String =
        cache.read_state(|state| Ok(state.query_row("PRAGMA integrity_check", [], |row| row.get(0))?)).unwrap();
    assert_eq!(integrity, "ok", "boundary {boundary}");
    let rows = cache.load_outbox(&OutboxFilter::All).unwrap();
    let drafts = cache.load_all_drafts().unwrap();
    for (press, texts) in [
        ("plain", &["plain"][..]),
        ("answer-lost", &["answer-lost"]),
        ("request-lost", &["request-lost"]),
        ("held", &["held"]),
        ("edited", &["wrong", "right"]),
        ("given-up", &["given-up"]),
    ] {
        let own: Vec<_> = rows.iter().filter(|row| row.group == group(press)).collect();
        assert!(own.is_empty() || own.len() == 2, "boundary {boundary}: half a press of a key: {own:?}");
        let has_draft = drafts.iter().any(|draft| texts.contains(&draft.text.as_str()));
        assert!(!has_draft || own.is_empty(), "boundary {boundary}: {press} twice");
        let was_typed = texts.iter().any(|text| desk.typed.contains(*text));
        assert!(!was_typed || has_draft || !own.is_empty(), "boundary {boundary}: {press} is lost");
    }
    let count = |press: &str| rows.iter().filter(|row| row.group == group(press)).count();
    // Taken back as a whole, or not at all.
    assert!(matches!((count("bulk"), count("back")), (0 | 2, 0) | (1, 1)), "boundary {boundary}: half an undo");
}

#[test]
fn a_crash_at_any_boundary_loses_nothing_and_doubles_nothing() {
    let mut boundary = 0;
    loop {
        let place = Place::new();
        let all: Vec<_> = (1..=5).map(|n| conversation(&n.to_string(), NOW)).collect();
        place.cache.store_page(&all, None).unwrap();
        let mut desk = Helpdesk::new();
        let passed = Arc::new(AtomicUsize::new(0));
        let counter = passed.clone();
        // Once stopped it stays so: what follows in the same process does not happen either.
        let dies = CrashPoints::new(move |_, _| counter.fetch_add(1, Ordering::SeqCst) >= boundary);
        let stopped = place.with_crash_points(dies);
        let ended = journey(&stopped, &mut desk, "before");
        drop(stopped);
        if passed.load(Ordering::SeqCst) <= boundary {
            ended.unwrap();
            assert!(boundary > 130, "{boundary} boundaries were tried");
            return;
        }
        assert!(matches!(ended, Ok(()) | Err(CacheError::Stopped(_))), "boundary {boundary}: {ended:?}");

        let next = place.another();
        check_whole(&next, &desk, boundary);
        place.clock.advance(Duration::from_secs(31));
        journey(&next, &mut desk, "after").unwrap();
        check_whole(&next, &desk, boundary);

        let mut expected: Vec<String> = Vec::new();
        for (press, text) in [
            ("plain", "plain"),
            ("answer-lost", "answer-lost"),
            ("request-lost", "request-lost"),
            ("held", "held"),
            ("edited", "right"),
        ] {
            expected.extend([text.to_owned(), format!("close of 1 in {press}")]);
        }
        expected.extend(["close of 2 in bulk", "reopen of 2 in back", "close of 5 in tail"].map(str::to_owned));
        expected.sort();
        let effects: Vec<_> = desk.effects.iter().collect();
        let expected: Vec<_> = expected.iter().map(|name| (name, &1)).collect();
        assert_eq!(effects, expected, "boundary {boundary}");
        assert_eq!(next.outbox_counts().unwrap(), OutboxCounts::default(), "boundary {boundary}");
        let drafts: Vec<_> = next.load_all_drafts().unwrap().into_iter().map(|draft| draft.text).collect();
        assert_eq!(drafts, ["given-up"], "boundary {boundary}");
        for (on, state) in [("1", State::Closed), ("2", State::Open), ("4", State::Open), ("5", State::Closed)] {
            assert_eq!(next.load_conversation(&id(on)).unwrap().unwrap().state, state, "boundary {boundary}: {on}");
        }
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
        assert!(stopped.undo(&group("g"), &group("back")).is_err());
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
