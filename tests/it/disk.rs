//! Disks that refuse: the inbox opens all the same, and what cannot be kept is not taken.
//!
//! The places are made in a mount namespace of the child's own, which leaves nothing behind; where the
//! system does not allow one, these tests say so and do nothing.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use deskhand::domain::{ConversationId, Mode};
use deskhand::sync::Desk;
use deskhand::sync::message::{Event, Request, Storage};
use serde::{Deserialize, Serialize};

use crate::child;
use crate::workplace::{Setup, Workplace, eventually, reply, rows};

/// What a child on a bad disk is told.
#[derive(Serialize, Deserialize)]
struct Told {
    places: PathBuf,
    url: String,
    token: String,
    /// Filled up once the files are open.
    fill: bool,
    /// Where it writes what it found.
    report: PathBuf,
}

/// What it found.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Found {
    memory: Option<String>,
    rows: usize,
    conversation: String,
    refused: Option<(String, Vec<String>)>,
    committed: bool,
    draft_kept: bool,
}

const WORDS: &str = "Words that must not vanish.";

/// Entry of the child.
#[test]
#[ignore = "the tests of bad disks run it as a process of its own"]
fn agent_on_a_bad_disk() {
    let Some(told) = child::told::<Told>() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let found = runtime.block_on(work_on_a_bad_disk(&told));
    std::fs::write(&told.report, serde_json::to_string(&found).unwrap()).unwrap();
}

async fn work_on_a_bad_disk(told: &Told) -> Found {
    let (engine, heard) = Setup::new(&told.places, &told.url, &told.token).engine();
    let desk = Desk::start(&engine);
    let mut found = Found::default();
    eventually("conversations are there to be read", || !rows(&engine, "state:open").is_empty()).await;
    if told.fill {
        // To the last byte.
        for size in [1024 * 1024, 4096, 1] {
            let _ = Command::new("sh")
                .arg("-c")
                .arg(format!("dd if=/dev/zero of={}/filler{size} bs={size} 2>/dev/null", told.places.display()))
                .status();
        }
    }
    let id: ConversationId = rows(&engine, "state:open")[0].clone();
    found.conversation = id.to_string();
    let group = engine.new_group().unwrap();
    let words = if told.fill { format!("{WORDS} {}", "x".repeat(300_000)) } else { WORDS.to_owned() };
    desk.ask(Request::Commit { group, acts: vec![(id.clone(), reply(&words))], uses_drafts: Vec::new(), began: None });
    eventually("it is taken or refused", || {
        heard.lock().unwrap().iter().any(|event| matches!(event, Event::Committed { .. } | Event::Refused { .. }))
    })
    .await;
    for event in heard.lock().unwrap().iter() {
        match event {
            Event::Storage(Storage::Memory(why)) => found.memory = Some((*why).to_owned()),
            Event::Refused { why, texts, .. } => {
                found.refused = Some(((*why).to_owned(), texts.iter().map(|(_, _, text)| text.clone()).collect()));
            }
            Event::Committed { .. } => found.committed = true,
            _ => {}
        }
    }
    found.rows = rows(&engine, "").len();
    let drafts = engine.cache().load_drafts(&id).unwrap_or_default();
    found.draft_kept = drafts.iter().any(|draft| draft.mode == Mode::Reply && draft.text.starts_with(WORDS));
    desk.finish(Duration::from_secs(1)).await;
    found
}

pub fn has_namespaces() -> bool {
    let allowed = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    let allowed = allowed.is_ok_and(|done| done.status.success());
    if !allowed {
        eprintln!("no mount namespaces here: bad disks are not tried");
    }
    allowed
}

/// Runs the child after `mounts`, shell commands in which `$PLACES` is its place.
fn run(mounts: &str, places: &Path, place: &Workplace, fill: bool) -> Found {
    let outside = tempfile::tempdir().unwrap();
    let told = Told {
        places: places.to_owned(),
        url: place.url.clone(),
        token: place.token.clone(),
        fill,
        report: outside.path().join("report"),
    };
    let done =
        child::command("disk::agent_on_a_bad_disk", &told, Some(&format!("PLACES={}; {mounts}", places.display())))
            .output()
            .unwrap();
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    serde_json::from_str(&std::fs::read_to_string(&told.report).unwrap()).unwrap()
}

fn check_refused(found: &Found, place: &Workplace, conversations: usize) {
    assert_eq!(found.rows, conversations, "{found:?}");
    let (_, texts) = found.refused.as_ref().expect("what cannot be kept is refused");
    assert!(texts[0].starts_with(WORDS), "the text is given back");
    assert!(!found.committed);
    let id = ConversationId::parse(&found.conversation).unwrap();
    assert_eq!(place.times_there(&id, WORDS), 0, "what was refused was not sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_home_opens_from_memory_and_takes_no_act() {
    if !has_namespaces() {
        return;
    }
    let place = Workplace::open(60).await;
    let read_only = "mount --bind $PLACES $PLACES && mount -o remount,ro,bind $PLACES";
    // Nothing there yet, and files of an earlier day.
    for filled in [false, true] {
        let places = tempfile::tempdir().unwrap();
        if filled {
            Setup::new(places.path(), &place.url, &place.token).engine().0.pull_once().await.unwrap();
        }
        let found = run(read_only, places.path(), &place, false);
        assert!(found.memory.is_some(), "it says so; files there: {filled}");
        check_refused(&found, &place, 60);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_opens_from_memory_and_takes_no_act() {
    if !has_namespaces() {
        return;
    }
    let place = Workplace::open(60).await;
    let places = tempfile::tempdir().unwrap();
    let full =
        "mount -t tmpfs -o size=64k tmpfs $PLACES && { dd if=/dev/zero of=$PLACES/filler bs=1k 2>/dev/null; true; }";
    let found = run(full, places.path(), &place, false);
    assert!(found.memory.is_some(), "it says so");
    check_refused(&found, &place, 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_refuses_the_act_and_gives_its_text_back() {
    if !has_namespaces() {
        return;
    }
    let place = Workplace::open(60).await;
    let places = tempfile::tempdir().unwrap();
    let found = run("mount -t tmpfs -o size=24m tmpfs $PLACES", places.path(), &place, true);
    check_refused(&found, &place, 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_on_a_read_only_home_reads_and_refuses_to_write() {
    if !has_namespaces() {
        return;
    }
    let place = Workplace::open(60).await;
    let places = tempfile::tempdir().unwrap();
    let run = |arguments: &str| {
        let at = places.path().display();
        let script = format!(
            "mount --bind {at} {at} && mount -o remount,ro,bind {at} && exec {} {arguments}",
            env!("CARGO_BIN_EXE_deskhand")
        );
        Command::new("unshare")
            .args(["-rm", "sh", "-c", &script])
            .env("DESKHAND_CONFIG_DIR", places.path().join("c"))
            .env("DESKHAND_DATA_DIR", places.path().join("d"))
            .env("DESKHAND_CACHE_DIR", places.path().join("k"))
            .env("DESKHAND_URL", &place.url)
            .env("DESKHAND_TOKEN", &place.token)
            .output()
            .unwrap()
    };
    let listed = run("list --json --limit 100");
    let said = String::from_utf8_lossy(&listed.stderr).into_owned();
    assert_eq!(listed.status.code(), Some(0), "{said}");
    let found: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 60);
    let id = found[0]["id"].as_str().unwrap();
    let refused = run(&format!("reply {id} --body 'Not to be lost'"));
    assert_eq!(refused.status.code(), Some(1), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(!refused.stderr.is_empty());
    assert_eq!(place.times_there(&ConversationId::parse(id).unwrap(), "Not to be lost"), 0);
}
