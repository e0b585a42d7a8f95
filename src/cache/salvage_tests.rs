//! A damaged state.db never costs what can still be read of it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::fixtures::{NOW, Place, closed, commit, conversation, id, new_row, reply, take_lease};
use super::*;
use crate::clock::Ids;
use crate::domain::{Act, Draft, Mode, OutboxId, OutboxStatus};

const PAGE: usize = 4_096;

/// Acts with texts long enough to fill many pages, and drafts; everything in the file itself.
fn filled(acts: usize, drafts: usize) -> (Dirs, tempfile::TempDir, Vec<OutboxId>) {
    let place = Place::new();
    let mut ids = Vec::new();
    for n in 0..acts {
        let text = format!("text {n} {}", "x".repeat(400));
        ids.extend(commit(&place.cache, &format!("g{n}"), &n.to_string(), &[reply(&text)]));
    }
    for n in 0..drafts {
        let text = format!("draft {n} {}", "y".repeat(300));
        place.cache.save_draft(&Draft::new(id(&format!("d{n}")), Mode::Reply, text, UnixTime(NOW)), false).unwrap();
    }
    let (dirs, dir) = settled(place);
    (dirs, dir, ids)
}

/// The files with nobody in them and nothing in their logs.
fn settled(place: Place) -> (Dirs, tempfile::TempDir) {
    let file = Connection::open(place.dirs.state.join("state.db")).unwrap();
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(file);
    closed(place)
}

fn state(dirs: &Dirs) -> PathBuf {
    dirs.state.join("state.db")
}

fn open(dirs: &Dirs) -> Cache {
    Cache::open(dirs, Clock::manual(NOW + 60)).unwrap()
}

fn texts(cache: &Cache) -> Vec<String> {
    let rows = cache.load_outbox(&OutboxFilter::All).unwrap();
    rows.iter().map(|row| row.act.text().unwrap().split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Root page of a table or index.
fn root(path: &Path, name: &str) -> usize {
    let file = Connection::open(path).unwrap();
    let page: i64 =
        file.query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [name], |row| row.get(0)).unwrap();
    usize::try_from(page).unwrap()
}

fn spoil(path: &Path, page: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[(page - 1) * PAGE..page * PAGE].fill(0xA5);
    fs::write(path, bytes).unwrap();
}

#[test]
fn every_row_of_whole_pages_survives_and_the_damaged_file_stays() {
    let (dirs, _dir, ids) = filled(200, 30);
    let file = state(&dirs);
    let whole = fs::read(&file).unwrap();
    let pages = whole.len() / PAGE;
    assert!(pages > 30);
    let (mut fully_kept, mut with_losses) = (0, 0);
    for page in 1..=pages {
        fs::write(&file, &whole).unwrap();
        spoil(&file, page);
        let damaged = fs::read(&file).unwrap();
        let cache = open(&dirs);
        let Some(salvage) = cache.salvaged().cloned() else {
            // Damage that nothing sees, such as to a page that is free.
            assert_eq!(texts(&cache).len(), 200, "page {page}");
            continue;
        };
        let aside = salvage.aside.unwrap();
        assert_eq!((fs::read(&aside).unwrap() == damaged, mode(&aside)), (true, 0o600), "page {page}");
        let rows = cache.load_outbox(&OutboxFilter::All).unwrap();
        let drafts = cache.load_all_drafts().unwrap();
        assert_eq!(rows.len() + drafts.len(), salvage.kept, "page {page}");
        assert!(salvage.kept >= 230 - 10, "page {page}: {} of 230", salvage.kept);
        assert!(rows.iter().all(|row| ids.contains(&row.id)), "page {page}");
        if salvage.kept == 230 {
            fully_kept += 1;
        } else {
            with_losses += 1;
            // Of the drafts nothing else tells.
            assert!(salvage.lost == 200 - rows.len(), "page {page}: {} lost, {} here", salvage.lost, rows.len());
        }
        let next = commit(&cache, "next", "next", &[Act::Close]);
        assert!(ids.iter().all(|id| *id < next[0]), "page {page}: an id is given once");
        assert!(open(&dirs).salvaged().is_none(), "page {page}: the new file is whole");
        for entry in fs::read_dir(&dirs.state).unwrap().flatten() {
            let _ = fs::remove_file(entry.path());
        }
    }
    assert!(fully_kept > 3 && with_losses > 10, "{fully_kept} {with_losses}");
}

#[test]
fn acts_that_sqlite_still_reads_keep_their_status_and_go() {
    let (dirs, _dir, _) = filled(120, 0);
    // The index is gone, the rows are whole.
    spoil(&state(&dirs), root(&state(&dirs), "outbox_conversation"));
    let cache = open(&dirs);
    assert_eq!(cache.salvaged().map(|salvage| (salvage.kept, salvage.lost)), Some((120, 0)));
    assert_eq!(cache.next_due(UnixTime(NOW + 99)).unwrap().len(), 120);
}

#[test]
fn acts_that_only_the_pages_have_wait_for_a_decision() {
    let (dirs, _dir, _) = filled(120, 5);
    spoil(&state(&dirs), 1);
    let cache = open(&dirs);
    assert_eq!(cache.salvaged().map(|salvage| (salvage.kept, salvage.lost)), Some((125, 0)));
    assert!(cache.next_due(UnixTime(NOW + 99)).unwrap().is_empty(), "one of them may have been given up since");
    assert_eq!(cache.load_outbox(&OutboxFilter::NeedsYou).unwrap().len(), 120);
    assert_eq!(cache.load_all_drafts().unwrap().len(), 5);
}

#[test]
fn what_is_only_in_the_log_survives_too() {
    let place = Place::new();
    for n in 0..20 {
        commit(&place.cache, &format!("g{n}"), "1", &[reply(&format!("text {n}"))]);
    }
    let (dirs, _dir) = closed(place);
    let file = state(&dirs);
    let bytes = fs::metadata(&file).unwrap().len();
    fs::write(&file, vec![0xA5; usize::try_from(bytes).unwrap()]).unwrap();
    let cache = open(&dirs);
    // Where the log has the first page too, nothing is missing at all.
    assert_eq!(texts(&cache).len(), 20);
    drop(cache);

    let place = Place::new();
    commit(&place.cache, "g", "1", &[reply("text 0")]);
    let (dirs, _dir) = closed(place);
    fs::write(state(&dirs), "").unwrap();
    assert_eq!(texts(&open(&dirs)), ["text 0"], "a file that was cut to nothing is not a new one");
}

#[test]
fn a_file_that_is_no_database_is_kept_and_the_program_starts() {
    let (dirs, _dir) = settled(Place::new());
    let words = "drafts of a year, in an unknown format";
    fs::write(state(&dirs), words).unwrap();
    let cache = open(&dirs);
    let first = cache.salvaged().unwrap().aside.clone().unwrap();
    assert_eq!(fs::read_to_string(&first).unwrap(), words);
    drop(cache);
    fs::write(state(&dirs), "again").unwrap();
    for beside in ["state.db-wal", "state.db-shm"] {
        let _ = fs::remove_file(dirs.state.join(beside));
    }
    let second = open(&dirs).salvaged().unwrap().aside.clone().unwrap();
    assert_ne!(first, second);
    assert_eq!(fs::read_to_string(first).unwrap(), words, "the first is still there");
    assert_eq!(fs::read_to_string(second).unwrap(), "again");
}

#[test]
fn what_was_being_sent_is_unknown_and_what_is_not_understood_stays_out() {
    let place = Place::new();
    let rows = commit(&place.cache, "g", "1", &[reply("text 0")]);
    let odd = commit(&place.cache, "h", "2", &[reply("text 1")]);
    take_lease(&place.cache, "me");
    let file = Connection::open(place.dirs.state.join("state.db")).unwrap();
    file.execute("UPDATE outbox SET status = 'sending' WHERE id = ?1", [rows[0].0]).unwrap();
    file.execute("UPDATE outbox SET act = 'gibberish' WHERE id = ?1", [odd[0].0]).unwrap();
    drop(file);
    let (dirs, _dir) = settled(place);
    fs::write(dirs.state.join("state.db.damaged"), "").unwrap();
    let cache = open(&dirs);
    assert_eq!(cache.salvaged().map(|salvage| (salvage.kept, salvage.lost)), Some((1, 1)));
    let row = cache.load_outbox(&OutboxFilter::All).unwrap().remove(0);
    assert_eq!((row.id, row.status), (rows[0], OutboxStatus::Unknown));
    assert!(take_lease(&cache, "next").is_empty(), "nobody holds the lease");
    assert!(!dirs.state.join("state.db.damaged").exists());
}

#[test]
fn a_message_that_a_damaged_file_may_remember_wrongly_is_not_sent_by_itself() {
    let place = Place::new();
    let mut rows = Vec::new();
    for n in 0..120 {
        let text = format!("text {n} {}", "x".repeat(400));
        rows.extend(commit(&place.cache, &format!("g{n}"), &n.to_string(), &[reply(&text), Act::Close]));
    }
    let file = Connection::open(place.dirs.state.join("state.db")).unwrap();
    file.execute("UPDATE outbox SET status = 'retry', attempts = 1 WHERE id = ?1", [rows[0].0]).unwrap();
    drop(file);
    let (dirs, _dir) = settled(place);
    let whole = fs::read(state(&dirs)).unwrap();
    let status = |cache: &Cache, at: usize| {
        let all = cache.load_outbox(&OutboxFilter::All).unwrap();
        all.into_iter().find(|row| row.id == rows[at]).map(|row| row.status)
    };
    // Another table is damaged: what was tried before is looked for, the rest goes.
    spoil(&state(&dirs), root(&state(&dirs), "seen"));
    let cache = open(&dirs);
    assert_eq!(status(&cache, 0), Some(OutboxStatus::Unknown));
    assert_eq!((status(&cache, 2), status(&cache, 3)), (Some(OutboxStatus::Queued), Some(OutboxStatus::Queued)));
    drop(cache);
    // The outbox itself is: nobody can say of any message whether it arrived; what is safe to repeat goes.
    for entry in fs::read_dir(&dirs.state).unwrap().flatten() {
        let _ = fs::remove_file(entry.path());
    }
    fs::write(state(&dirs), whole).unwrap();
    let outbox = Connection::open(state(&dirs)).unwrap();
    let leaf: i64 = outbox
        .query_row(
            "SELECT pageno FROM dbstat WHERE name = 'outbox' AND pagetype = 'leaf' ORDER BY path DESC",
            [],
            |r| r.get(0),
        )
        .unwrap();
    drop(outbox);
    spoil(&state(&dirs), usize::try_from(leaf).unwrap());
    let cache = open(&dirs);
    assert!(cache.salvaged().is_some_and(|salvage| salvage.lost > 0));
    let kinds = [status(&cache, 0), status(&cache, 1), status(&cache, 2), status(&cache, 3)];
    let (unknown, decide, queued) = (OutboxStatus::Unknown, OutboxStatus::NeedsDecision, OutboxStatus::Queued);
    assert_eq!(kinds, [unknown, queued, decide, queued].map(Some));
}

#[test]
fn damage_in_a_running_program_refuses_acts_and_the_next_start_salvages() {
    let (dirs, _dir, _) = filled(200, 0);
    let cache = open(&dirs);
    // Behind its back.
    spoil(&state(&dirs), root(&state(&dirs), "outbox"));
    assert!(cache.load_outbox(&OutboxFilter::All).err().unwrap().is_damage_of(File::State));
    let refused = cache.commit_acts(&fixtures::group("z"), &[new_row("1", Act::Close)], &[]).err().unwrap();
    assert!(refused.is_damage_of(File::State) && cache.require_durable().is_err());
    drop(cache);
    let next = open(&dirs);
    assert_eq!(next.salvaged().map(|salvage| (salvage.kept, salvage.lost)), Some((200, 0)));
    commit(&next, "z", "1", &[Act::Close]);
}

#[test]
fn a_program_that_still_has_the_damaged_file_open_commits_nothing_to_it() {
    let place = Place::new();
    commit(&place.cache, "g", "1", &[reply("text 0")]);
    fs::write(place.dirs.state.join("state.db.damaged"), "").unwrap();
    let next = open(&place.dirs);
    assert!(next.salvaged().is_some());
    let refused = place.cache.commit_acts(&fixtures::group("h"), &[new_row("1", Act::Close)], &[]).err().unwrap();
    assert!(matches!(refused, CacheError::Moved { file: File::State }), "{refused:?}");
    assert_eq!(place.cache.storage().state, Some(InMemory::Replaced), "the agent is told to start again");
    let dirs = place.dirs.clone();
    commit(&next, "i", "1", &[reply("text 1")]);
    // Closing the old file leaves the new one's log alone.
    drop(place.cache);
    assert_eq!(texts(&next), ["text 0", "text 1"]);
    assert_eq!(texts(&open(&dirs)), ["text 0", "text 1"]);
}

#[test]
fn a_salvage_that_was_interrupted_is_finished_or_begun_again() {
    let (dirs, _dir, _) = filled(30, 2);
    let file = state(&dirs);
    // Complete, but not in its place: the log has been moved, the file has not.
    let good = fs::read(&file).unwrap();
    fs::write(dirs.state.join("state.db.salvaged"), &good).unwrap();
    fs::write(&file, "damaged").unwrap();
    let cache = open(&dirs);
    assert_eq!(texts(&cache).len(), 30);
    assert!(!dirs.state.join("state.db.salvaged").exists());
    drop(cache);
    // Not complete.
    let work = dirs.state.join("state.db.salvaging");
    fs::create_dir(&work).unwrap();
    fs::write(work.join("new.db"), "half").unwrap();
    fs::write(&file, &good).unwrap();
    for beside in ["state.db-wal", "state.db-shm"] {
        let _ = fs::remove_file(dirs.state.join(beside));
    }
    spoil(&file, root(&file, "outbox_sent"));
    let cache = open(&dirs);
    assert_eq!(texts(&cache).len(), 30);
    assert!(!work.exists());
}

#[test]
fn no_damage_keeps_the_program_from_starting() {
    let (dirs, _dir, _) = filled(60, 10);
    let file = state(&dirs);
    let whole = fs::read(&file).unwrap();
    let ids = Ids::seeded(3);
    for round in 0..80 {
        for entry in fs::read_dir(&dirs.state).unwrap().flatten() {
            let _ = fs::remove_file(entry.path());
        }
        let mut bytes = whole.clone();
        if round % 3 == 0 {
            bytes.truncate(usize::try_from(ids.below(bytes.len() as u64)).unwrap());
        }
        for _ in 0..ids.below(40) {
            let size = bytes.len() as u64;
            let at = if ids.below(2) == 0 { ids.below(size.min(8_192)) } else { ids.below(size) };
            if let Some(byte) = bytes.get_mut(usize::try_from(at).unwrap()) {
                *byte = ids.next_u64().to_le_bytes()[0];
            }
        }
        fs::write(&file, &bytes).unwrap();
        // Refused by name, or usable, or found damaged in use: then the next start mends it.
        let (mut works, mut errors) = (false, Vec::new());
        for start in 0..2 {
            let cache = match Cache::open(&dirs, Clock::manual(NOW)) {
                Err(CacheError::Newer { .. }) => {
                    works = true;
                    break;
                }
                opened => opened.unwrap_or_else(|error| panic!("round {round}: {error:?}")),
            };
            cache.reconcile_at_start().ok();
            let read = cache.load_outbox(&OutboxFilter::All).and_then(|_| cache.load_all_drafts());
            let read = read.and_then(|_| cache.load_sorts());
            let rows = [new_row("1", Act::Close)];
            let written = cache.commit_acts(&fixtures::group(&format!("fresh{start}")), &rows, &[]);
            works = read.is_ok() && written.is_ok();
            if works {
                break;
            }
            errors.push((read.err(), written.err()));
        }
        assert!(works, "round {round}: {errors:?}");
    }
}

#[test]
fn reminders_survive_whatever_else_is_damaged() {
    let place = Place::new();
    for n in 0..60 {
        let reminder = crate::domain::Reminder { reason: format!("call {n} {}", "z".repeat(200)), unless_reply: false };
        let act = Act::Snooze { until: UnixTime(NOW + 60), reminder: Some(reminder) };
        commit(&place.cache, &format!("g{n}"), &n.to_string(), &[act]);
    }
    let (dirs, _dir) = settled(place);
    let (file, held) = (state(&dirs), |cache: &Cache| {
        let sql = "SELECT count(*) FROM reminder WHERE reason LIKE 'call %'";
        cache.read_state(|state| Ok(state.query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap()
    });
    let whole = fs::read(&file).unwrap();
    // The schema itself; the outbox; the page that leads to all reminders.
    for page in [1, root(&file, "outbox"), root(&file, "reminder")] {
        fs::write(&file, &whole).unwrap();
        spoil(&file, page);
        let cache = open(&dirs);
        assert!(cache.salvaged().is_some(), "page {page}");
        // A row may lie in the page that leads to the others.
        assert!(held(&cache) >= 59 - 4, "page {page}: {}", held(&cache));
        drop(cache);
        for entry in fs::read_dir(&dirs.state).unwrap().flatten() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[test]
fn a_file_of_the_first_schema_opens_with_all_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let dirs = Dirs { cache: dir.path().join("cache"), state: dir.path().join("state") };
    fs::create_dir_all(&dirs.state).unwrap();
    let old = Connection::open(state(&dirs)).unwrap();
    old.execute_batch(STATE.migrations[0]).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    let act = serde_json::to_string(&reply("from before")).unwrap();
    old.execute(
        "INSERT INTO outbox (group_id, conversation_id, is_message, act, status, created_at, due_at, changed_at) \
         VALUES ('g', '1', 1, ?1, 'queued', 5, 5, 5)",
        [act],
    )
    .unwrap();
    old.execute_batch(
        "INSERT INTO draft VALUES ('2', 'note', 'half a note', 5, 6); INSERT INTO seen VALUES ('3', 7); \
         INSERT INTO mention_done VALUES ('4', 8); INSERT INTO sort VALUES ('inbox:you', 'oldest'); \
         INSERT INTO lease VALUES ('sender', 'somebody', 1);",
    )
    .unwrap();
    drop(old);
    let cache = Cache::open(&dirs, Clock::manual(NOW)).unwrap();
    assert!(cache.salvaged().is_none());
    let row = cache.load_outbox(&OutboxFilter::Unsent).unwrap().remove(0);
    assert_eq!((row.act, row.status), (reply("from before"), OutboxStatus::Queued));
    let draft = cache.load_all_drafts().unwrap().remove(0);
    assert_eq!((draft.conversation, draft.mode, draft.text.as_str()), (id("2"), Mode::Note, "half a note"));
    assert_eq!(cache.load_sorts().unwrap().len(), 1);
    let seen: i64 = cache.read_state(|s| Ok(s.query_row("SELECT seen_at FROM seen", [], |row| row.get(0))?)).unwrap();
    assert_eq!(seen, 7);
    assert!(take_lease(&cache, "me").is_empty());
    let copy = dirs.state.join(format!("state.db.before-{}", STATE.migrations.len()));
    assert_eq!(mode(&copy), 0o600);
    let copy = Connection::open(copy).unwrap();
    assert_eq!(copy.query_row("SELECT count(*) FROM outbox", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    cache.store_page(&[conversation("1", NOW)], None).unwrap();
}

#[test]
fn a_disk_that_fills_up_refuses_acts_and_says_so_until_there_is_room() {
    let place = Place::new();
    let limit = |pages: i64| {
        let set = |c: &mut Connection| c.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()));
        place.cache.0.state.prepare_writer(set).unwrap();
    };
    limit(1);
    let rows: Vec<_> = (0..40).map(|n| new_row("1", reply(&format!("{n} {}", "x".repeat(500))))).collect();
    let refused = place.cache.commit_acts(&fixtures::group("g"), &rows, &[]).err().unwrap();
    assert!(matches!(refused, CacheError::Full { file: File::State }), "{refused:?}");
    assert_eq!(place.cache.storage().state, Some(InMemory::Full));
    assert!(place.cache.load_outbox(&OutboxFilter::All).unwrap().is_empty());
    place.cache.store_page(&[conversation("1", NOW)], None).unwrap();
    limit(1_000_000);
    place.cache.commit_acts(&fixtures::group("g"), &rows, &[]).unwrap();
    assert_eq!(place.cache.storage(), Storage::default());
}
