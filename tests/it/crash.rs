//! The program is killed before and after each commit of state.db in a journey of an agent and a
//! sender, every boundary in turn; then the files are opened again and the journey goes on. Nothing of
//! what was committed may be missing, and every intent must have had its effect exactly once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use deskhand::cache::{CrashPoints, OutboxFilter};
use deskhand::clock::Timings;
use deskhand::domain::{Act, ConversationId, Draft, GroupId, Mode, OutboxRow, OutboxStatus};
use deskhand::sync::{Engine, Hold};
use serde::{Deserialize, Serialize};

use crate::between::{Between, Fault};
use crate::child;
use crate::workplace::{Setup, Workplace, push_until, quick, reply, rows};

/// Who plays in one journey.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cast {
    /// In every text, so that it is found at the helpdesk.
    name: String,
    /// Where messages go.
    talk: ConversationId,
    /// Closed and opened again.
    other: ConversationId,
    /// No longer at the helpdesk.
    gone: ConversationId,
}

/// What a child is told.
#[derive(Serialize, Deserialize)]
struct Told {
    places: PathBuf,
    url: String,
    token: String,
    cast: Cast,
    /// It dies at this boundary.
    dies_at: usize,
}

fn timings() -> Timings {
    Timings {
        undo_email: Duration::from_secs(60),
        undo_chat: Duration::from_secs(60),
        undo_act: Duration::from_secs(60),
        settle: Duration::from_millis(20),
        back_off: Duration::from_millis(20),
        lease: Duration::from_millis(300),
        ..quick()
    }
}

/// What has been done, as the agent remembers it: a line for each step, before and after.
struct Memory(PathBuf);

impl Memory {
    fn of(places: &Path) -> Self {
        Self(places.join("memory"))
    }

    fn note(&self, what: &str) {
        use std::io::Write as _;
        let mut file = std::fs::File::options().create(true).append(true).open(&self.0).unwrap();
        file.write_all(format!("{what}\n").as_bytes()).unwrap();
    }

    fn has(&self, what: &str) -> bool {
        std::fs::read_to_string(&self.0).unwrap_or_default().lines().any(|line| line == what)
    }

    /// Does a step unless it was done, or its effect is on disk although the note is missing.
    fn once(&self, step: &str, is_done: impl FnOnce() -> bool, work: impl FnOnce()) {
        if self.has(&format!("done {step}")) {
            return;
        }
        let begun = self.has(&format!("begin {step}"));
        if !(begun && is_done()) {
            self.note(&format!("begin {step}"));
            work();
        }
        self.note(&format!("done {step}"));
    }
}

/// The texts of the journey that must arrive, in order.
const SENT: [&str; 7] = ["first", "second", "third", "fifth", "sixth", "seventh", "eighth"];

struct Journey<'a> {
    engine: &'a Engine,
    /// Where to look when reading cannot settle a row; a child does not look.
    place: Option<&'a Workplace>,
    cast: &'a Cast,
    memory: Memory,
}

impl Journey<'_> {
    fn text(&self, step: &str) -> String {
        format!("{} {step}.", self.cast.name)
    }

    fn group(&self, step: &str) -> GroupId {
        GroupId::parse(&format!("{}-{step}", self.cast.name)).unwrap()
    }

    fn group_rows(&self, step: &str) -> Vec<OutboxRow> {
        self.engine.cache().load_outbox(&OutboxFilter::Group(self.group(step))).unwrap()
    }

    fn draft(&self, on: &ConversationId, mode: Mode) -> Option<Draft> {
        self.engine.cache().load_drafts(on).unwrap().into_iter().find(|draft| draft.mode == mode)
    }

    fn commits(&self, step: &str, acts: &[(ConversationId, Act)], drafts: &[(ConversationId, Mode)], hold: Hold) {
        self.memory.once(
            step,
            || !self.group_rows(step).is_empty(),
            || {
                self.engine.commit(&self.group(step), acts, drafts, None, hold).unwrap();
            },
        );
    }

    fn types(&self, step: &str, on: &ConversationId, mode: Mode, text: &str) {
        self.memory.once(
            &format!("draft {step}"),
            || self.draft(on, mode).is_some_and(|draft| draft.text == text),
            || {
                let draft = Draft::new(on.clone(), mode, text, self.engine.now());
                self.engine.save_draft(&draft, false).unwrap();
            },
        );
    }

    fn clears(&self, step: &str, on: &ConversationId, mode: Mode) {
        self.memory.once(
            &format!("clear {step}"),
            || self.draft(on, mode).is_none(),
            || {
                let mut draft = self.draft(on, mode).expect("given up words are a draft again");
                draft.text.clear();
                self.engine.save_draft(&draft, false).unwrap();
            },
        );
    }

    /// Sends until nothing of this press is under way any more. What reading cannot settle is settled
    /// as an agent would: by looking.
    async fn pushes(&self, step: &str) {
        loop {
            push_until(self.engine, step, |all| {
                all.contains(&OutboxStatus::NeedsDecision)
                    || self
                        .group_rows(step)
                        .iter()
                        .all(|row| row.status == OutboxStatus::Sent || row.status.needs_you())
            })
            .await;
            let rows = self.engine.load_outbox().unwrap();
            // What is gone cannot be looked at; it is given up later.
            let undecided =
                |row: &&OutboxRow| row.status == OutboxStatus::NeedsDecision && row.conversation != self.cast.gone;
            let Some(row) = rows.iter().find(undecided) else { return };
            let place = self.place.expect("only after a kill is anything left to decide");
            match place.times_there(&row.conversation, row.act.text().unwrap()) {
                0 => self.engine.retry(row.id).unwrap(),
                _ => self.engine.mark_sent(row.id).unwrap(),
            }
        }
    }

    async fn run(&self) {
        let Cast { talk, other, gone, .. } = self.cast;
        // A draft, sent with a tag in one press.
        let first = self.text("first");
        self.types("first", talk, Mode::Reply, &first);
        let tag = self.engine.directory().tags[0].clone();
        let acts = [(talk.clone(), reply(&first)), (talk.clone(), Act::Tag { tag: tag.id, name: tag.name })];
        self.commits("first", &acts, &[(talk.clone(), Mode::Reply)], Hold::Nothing);
        self.pushes("first").await;
        // The answer is lost; then a request is lost.
        self.commits("second", &[(talk.clone(), reply(&self.text("second")))], &[], Hold::Nothing);
        self.pushes("second").await;
        self.commits("third", &[(talk.clone(), reply(&self.text("third")))], &[], Hold::Nothing);
        self.pushes("third").await;
        // A note, taken back within its window: a draft again, then cleared.
        let fourth = Act::Note { text: self.text("fourth"), files: Vec::new() };
        self.commits("fourth", &[(talk.clone(), fourth)], &[], Hold::UndoWindow);
        self.memory.once(
            "undo fourth",
            || self.group_rows("fourth").is_empty(),
            || self.engine.undo(&self.group("fourth")).unwrap(),
        );
        self.clears("fourth", talk, Mode::Note);
        // Refused once; sent again by hand.
        self.commits("fifth", &[(talk.clone(), reply(&self.text("fifth")))], &[], Hold::Nothing);
        self.pushes("fifth").await;
        for row in self.group_rows("fifth").into_iter().filter(|row| row.status.needs_you()) {
            self.engine.retry(row.id).unwrap();
        }
        self.pushes("fifth").await;
        // One that waits for its window is released by the next.
        self.commits("sixth", &[(talk.clone(), reply(&self.text("sixth")))], &[], Hold::UndoWindow);
        self.commits("seventh", &[(talk.clone(), reply(&self.text("seventh")))], &[], Hold::Nothing);
        self.pushes("sixth").await;
        self.pushes("seventh").await;
        // With a file.
        let file = self.engine.keep_file("invoice.txt", "text/plain", self.cast.name.as_bytes()).unwrap();
        let eighth = Act::Reply { text: self.text("eighth"), files: vec![file] };
        self.commits("eighth", &[(talk.clone(), eighth)], &[], Hold::Nothing);
        self.pushes("eighth").await;
        // To nobody: failed, given up, cleared.
        self.commits("ninth", &[(gone.clone(), reply(&self.text("ninth")))], &[], Hold::Nothing);
        self.pushes("ninth").await;
        self.memory.once(
            "discard ninth",
            || self.group_rows("ninth").is_empty(),
            || {
                let row = self.group_rows("ninth").remove(0);
                self.engine.discard(row.id).unwrap();
            },
        );
        self.clears("ninth", gone, Mode::Reply);
        // Closed (its answer is lost), then taken back by its inverse.
        self.commits("tenth", &[(other.clone(), Act::Close)], &[], Hold::Nothing);
        self.pushes("tenth").await;
        self.memory.once("undo tenth", || false, || self.engine.undo(&self.group("tenth")).unwrap());
        push_until(self.engine, "all is settled", <[OutboxStatus]>::is_empty).await;
    }

    /// What must be on disk at any moment, by what the agent remembers.
    fn is_whole(&self, at: &str) {
        let done = |step: &str| self.memory.has(&format!("done {step}"));
        let begun = |step: &str| self.memory.has(&format!("begin {step}"));
        let Cast { talk, gone, .. } = self.cast;
        for (step, rows) in [
            ("first", 2),
            ("second", 1),
            ("third", 1),
            ("fifth", 1),
            ("sixth", 1),
            ("seventh", 1),
            ("eighth", 1),
            ("tenth", 1),
        ] {
            let found = self.group_rows(step);
            assert!(found.is_empty() || found.len() == rows, "{at}: half of the {step} press");
            assert!(!done(step) || found.len() == rows, "{at}: the {step} press is lost");
            if let Some(text) = found.first().and_then(|row| row.act.text()) {
                assert_eq!(text, self.text(step), "{at}");
            }
        }
        let typed = self.draft(talk, Mode::Reply).is_some();
        if done("draft first") && !begun("first") {
            assert!(typed, "{at}: the draft is lost");
        }
        if !self.group_rows("first").is_empty() && !begun("discard ninth") {
            assert!(!typed, "{at}: the draft and what was sent of it");
        }
        for (step, on, mode) in [("fourth", talk, Mode::Note), ("ninth", gone, Mode::Reply)] {
            if done(step) && !begun(&format!("clear {step}")) {
                let rows = !self.group_rows(step).is_empty();
                let draft = self.draft(on, mode).is_some_and(|draft| draft.text.contains(&self.text(step)));
                assert!(rows != draft, "{at}: the {step} words are in the outbox: {rows}, a draft: {draft}");
            }
        }
    }
}

/// Entry of the child.
#[test]
#[ignore = "the crash test runs it as a process of its own"]
fn journey_of_a_child() {
    let Some(told) = child::told::<Told>() else { return };
    let memory = Memory::of(&told.places);
    let passed = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&passed);
    let names = Memory(told.places.join("boundary"));
    let dies_at = told.dies_at;
    let points = CrashPoints::new(move |name, moment| {
        if counter.fetch_add(1, Ordering::SeqCst) == dies_at {
            names.note(&format!("{name} {moment:?}"));
            child::die();
        }
        false
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let setup = Setup { timings: timings(), points, ..Setup::new(&told.places, &told.url, &told.token) };
        let (engine, _) = setup.engine();
        Journey { engine: &engine, place: None, cast: &told.cast, memory }.run().await;
    });
    Memory(told.places.join("boundary")).note(&format!("end {}", passed.load(Ordering::SeqCst)));
}

fn copy_files(from: &Path, to: &Path) {
    for folder in ["cache", "state"] {
        std::fs::create_dir_all(to.join(folder)).unwrap();
        for entry in std::fs::read_dir(from.join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), to.join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
}

fn check_integrity(places: &Path, at: &str) {
    let state = rusqlite::Connection::open(places.join("state/state.db")).unwrap();
    let answer: String = state.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(answer, "ok", "{at}: state.db");
}

/// What all journeys share.
struct Theatre {
    place: Workplace,
    between: Between,
    template: PathBuf,
    runtime: tokio::runtime::Handle,
}

impl Theatre {
    /// One journey, killed at a boundary and gone on with. Whether there was such a boundary.
    fn play(&self, dies_at: usize, cast: &Cast) -> bool {
        let places = tempfile::tempdir().unwrap();
        copy_files(&self.template, places.path());
        let replies = format!("POST /conversations/{}/reply", cast.talk);
        for (step, fault) in [
            ("second", Fault::CutAnswer(0)),
            ("third", Fault::CutRequest),
            ("fifth", Fault::refuses(422, "parameter_invalid", "Not today")),
        ] {
            self.between.plan_holding(&replies, &format!("{} {step}.", cast.name), fault, 1);
        }
        self.between.plan(&format!("POST /conversations/{}/parts", cast.other), Fault::CutAnswer(0), 1);
        let whole = self.place.ask(&format!("/conversations/{}", cast.other));
        let closed_before = count_closes(&whole);
        let told = Told {
            places: places.path().to_owned(),
            url: self.between.url.clone(),
            token: self.place.token.clone(),
            cast: cast.clone(),
            dies_at,
        };
        let log = places.path().join("log");
        let status = child::start("crash::journey_of_a_child", &told, &log).wait().unwrap();
        let boundary = std::fs::read_to_string(places.path().join("boundary")).unwrap_or_default();
        let at = format!("boundary {dies_at}, {}", boundary.trim());
        let ended = boundary.starts_with("end");
        assert!(ended == status.success(), "{at}: {}", std::fs::read_to_string(&log).unwrap_or_default());

        check_integrity(places.path(), &at);
        let opening = Instant::now();
        let (engine, _) = {
            let _inside = self.runtime.enter();
            Setup {
                timings: timings(),
                url: self.between.url.clone(),
                ..Setup::new(places.path(), &self.place.url, &self.place.token)
            }
            .engine()
        };
        assert!(opening.elapsed() < Duration::from_secs(1), "{at}: opening took {:?}", opening.elapsed());
        let journey = Journey { engine: &engine, place: Some(&self.place), cast, memory: Memory::of(places.path()) };
        journey.is_whole(&at);
        self.runtime.block_on(journey.run());

        let bodies = self.place.bodies(&cast.talk);
        let ours: Vec<_> = bodies.iter().filter(|body| body.contains(&format!("{} ", cast.name))).collect();
        assert_eq!(ours.len(), SENT.len(), "{at}: {ours:?}");
        for (body, step) in ours.iter().zip(SENT) {
            assert!(body.contains(&journey.text(step)), "{at}: {step} in its place: {ours:?}");
        }
        let whole = self.place.ask(&format!("/conversations/{}", cast.other));
        assert_eq!(whole["state"], "open", "{at}");
        assert_eq!(count_closes(&whole) - closed_before, 1, "{at}: closed once");
        let left = engine.cache().load_all_drafts().unwrap();
        assert!(left.is_empty(), "{at}: {left:?}");
        assert!(engine.load_outbox().unwrap().is_empty(), "{at}");
        check_integrity(places.path(), &at);
        !ended
    }
}

fn count_closes(whole: &serde_json::Value) -> usize {
    let parts = whole["conversation_parts"]["conversation_parts"].as_array().unwrap();
    parts.iter().filter(|part| part["part_type"] == "close").count()
}

#[test]
fn killed_at_any_boundary_nothing_is_lost_and_nothing_is_doubled() {
    /// How many journeys go on at once.
    const AT_ONCE: usize = 8;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let place = runtime.block_on(Workplace::open(400));
    let template = tempfile::tempdir().unwrap();
    let (open, others) = runtime.block_on(async {
        let (engine, _) =
            Setup { timings: timings(), ..Setup::new(template.path(), &place.url, &place.token) }.engine();
        engine.pull_once().await.unwrap();
        (rows(&engine, "state:open"), rows(&engine, "-state:open"))
    });
    // A quarter of the others is deleted; talks are in the rest.
    let (gone, talks) = others.split_at(others.len() / 4);
    for id in gone {
        crate::between::delete(&place.url, &format!("/conversations/{id}"), &place.token);
    }
    let between = Between::start(&place.url);
    let theatre = Theatre { place, between, template: template.path().to_owned(), runtime: runtime.handle().clone() };
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    let beyond = AtomicUsize::new(usize::MAX);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let dies_at = next.fetch_add(1, Ordering::SeqCst);
                    if dies_at >= beyond.load(Ordering::SeqCst) {
                        return;
                    }
                    let cast = Cast {
                        name: format!("journey{dies_at}"),
                        talk: talks[dies_at % talks.len()].clone(),
                        other: open[dies_at % open.len()].clone(),
                        gone: gone[dies_at % gone.len()].clone(),
                    };
                    if !theatre.play(dies_at, &cast) {
                        beyond.fetch_min(dies_at, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let boundaries = beyond.load(Ordering::SeqCst);
    eprintln!("{boundaries} boundaries in {:?}", begun.elapsed());
    assert!(boundaries > 80, "{boundaries} boundaries were tried");
    drop(theatre);
}
