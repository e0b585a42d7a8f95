//! The command line as scripts use it: output, exit codes, and no surprises.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::workplace::Workplace;

pub struct Shell {
    pub place: Workplace,
}

impl Shell {
    pub async fn open() -> Self {
        Self { place: Workplace::open(80).await }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        let at = self.place.places.path();
        command
            .env("DESKHAND_CONFIG_DIR", at.join("c"))
            .env("DESKHAND_DATA_DIR", at.join("d"))
            .env("DESKHAND_CACHE_DIR", at.join("k"))
            .env("DESKHAND_URL", &self.place.url)
            .env("DESKHAND_TOKEN", &self.place.token)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let done = self.run(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    pub fn code(&self, arguments: &[&str]) -> i32 {
        self.run(arguments).status.code().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_commands_print_what_scripts_rely_on() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--json", "--limit", "100"]);
    assert_eq!(rows.as_array().unwrap().len(), 80);
    let row = &rows[0];
    for field in [
        "id",
        "title",
        "state",
        "priority",
        "channel",
        "contact",
        "assignee",
        "team",
        "tags",
        "unread",
        "created_at",
        "updated_at",
        "waiting_since",
        "snoozed_until",
        "sla",
    ] {
        assert!(row.get(field).is_some(), "no {field}");
    }
    let id = row["id"].as_str().unwrap();
    let shown = shell.json(&["show", id, "--json"]);
    assert!(!shown["parts"].as_array().unwrap().is_empty());
    let listed = shell.json(&["list", "--view", "inbox:unassigned", "--json", "--limit", "1000"]);
    let counted = shell.json(&["count", "--view", "inbox:unassigned", "--json"]);
    assert_eq!(counted["count"].as_u64().unwrap() as usize, listed.as_array().unwrap().len());
    let lines = shell.run(&["list", "--jsonl", "--limit", "3"]);
    assert_eq!(String::from_utf8_lossy(&lines.stdout).lines().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_commands_write_and_say_how_it_ended() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--query", "state:open", "--json", "--limit", "2"]);
    let (id, other) = (rows[0]["id"].as_str().unwrap(), rows[1]["id"].as_str().unwrap());
    let shown = |field: &str| shell.json(&["show", id, "--json"])[field].clone();

    // A dry run does nothing.
    assert_eq!(shell.code(&["close", id, "--dry-run"]), 0);
    assert_eq!(shown("state"), "open");

    assert_eq!(shell.code(&["reply", id, "--body", "From a script"]), 0);
    assert_eq!(shell.code(&["note", id, "--body", "From a script too"]), 0);
    assert_eq!(shell.code(&["tag", id, "+from-a-script", "--json"]), 0);
    assert!(shown("tags").as_array().unwrap().contains(&Value::from("from-a-script")));
    assert_eq!(shell.code(&["tag", id, "-from-a-script"]), 0);
    assert_eq!(shell.code(&["assign", id, "--to", "me"]), 0);
    assert!(shown("assignee").is_object());
    assert_eq!(shell.code(&["assign", id, "--to", "nobody"]), 0);
    assert_eq!(shell.code(&["assign", id, "--to", "team:Billing"]), 0);
    assert_eq!(shown("team")["name"], "Billing");
    assert_eq!(shell.code(&["priority", id, "urgent"]), 0);
    assert_eq!(shown("priority"), "urgent");
    assert_eq!(shell.code(&["snooze", id, "--until", "2h"]), 0);
    assert_eq!(shown("state"), "snoozed");
    assert_eq!(shell.code(&["open", id]), 0);
    assert_eq!(shell.code(&["close", id]), 0);
    assert_eq!(shown("state"), "closed");
    assert_eq!(shell.json(&["outbox", "list", "--json"]), Value::Array(Vec::new()));
    // Another contact's conversation is not merged.
    assert_eq!(shell.code(&["merge", id, "--into", other]), 1);
    assert_eq!(shell.json(&["outbox", "list", "--json"])[0]["status"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_what_went_wrong() {
    let shell = Shell::open().await;
    assert_eq!(shell.code(&["sync", "--once"]), 0);
    let id = shell.json(&["list", "--json", "--limit", "1"])[0]["id"].as_str().unwrap().to_owned();
    for (arguments, code) in [
        (vec!["no-such-command"], 2),
        (vec!["list", "--query", "asignee:me"], 2),
        (vec!["list", "--sort", "wat"], 2),
        (vec!["reply", &id], 2),
        (vec!["snooze", &id, "--until", "soon"], 2),
        (vec!["priority", &id, "huge"], 2),
        (vec!["list", "--view", "team:Nobody"], 3),
        (vec!["show", "1"], 3),
        (vec!["reply", "1", "--body", "x"], 3),
        (vec!["assign", &id, "--to", "Nobody Nowhere"], 3),
    ] {
        let done = shell.run(&arguments);
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        assert!(!done.stderr.is_empty(), "{arguments:?} says why");
    }
    let wrong = shell.command().env("DESKHAND_TOKEN", "wrong").args(["list"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(4));
    let nobody = shell.command().env("DESKHAND_URL", "http://127.0.0.1:9").args(["list"]).output().unwrap();
    assert_eq!(nobody.status.code(), Some(5));
    let insecure = shell.command().env("DESKHAND_URL", "http://example.com").args(["list"]).output().unwrap();
    assert_eq!(insecure.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_helpdesk_the_cache_answers_and_writes_wait() {
    let shell = Shell::open().await;
    let id =
        shell.json(&["list", "--query", "state:open", "--json", "--limit", "1"])[0]["id"].as_str().unwrap().to_owned();
    let Shell { place } = shell;
    let token = place.token.clone();
    let kept = place.close().await;
    let (folder, url) = (kept.0.path().to_owned(), kept.1.clone());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        command
            .env("DESKHAND_CONFIG_DIR", folder.join("c"))
            .env("DESKHAND_DATA_DIR", folder.join("d"))
            .env("DESKHAND_CACHE_DIR", folder.join("k"))
            .env("DESKHAND_URL", &url)
            .env("DESKHAND_TOKEN", &token);
        command.args(arguments).output().unwrap()
    };
    let listed = run(&["list", "--json"]);
    assert_eq!(listed.status.code(), Some(0));
    assert!(!listed.stderr.is_empty(), "it says that this is from the cache");
    assert_eq!(run(&["reply", &id, "--body", "Later, then"]).status.code(), Some(5));
    let place = Workplace::open_again(kept).await;
    assert_eq!(run(&["sync", "--once"]).status.code(), Some(0));
    let wanted = deskhand::domain::ConversationId::parse(&id).unwrap();
    assert_eq!(place.times_there(&wanted, "Later, then"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_is_seen_and_settled_from_a_script() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--query", "state:open", "--json", "--limit", "3"]);
    let ids: Vec<String> = rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    // Known here, no longer known there.
    crate::between::delete(&shell.place.url, &format!("/conversations/{}", ids[0]), &shell.place.token);
    assert_ne!(shell.code(&["reply", &ids[0], "--body", "To nobody"]), 0);
    let failed = shell.json(&["outbox", "list", "--json"]);
    assert_eq!(failed[0]["status"], "failed");
    assert_eq!(failed[0]["body"], "To nobody");
    assert!(!failed[0]["reason"].as_str().unwrap().is_empty(), "the helpdesk's own words: {failed}");
    let number = failed[0]["id"].to_string();
    let shown = shell.json(&["outbox", "show", &number, "--json"]);
    assert_eq!(shown["body"], "To nobody");
    assert_ne!(shell.code(&["outbox", "retry", &number]), 0, "it is refused again");
    assert_eq!(shell.code(&["outbox", "show", "999999"]), 3);
    assert_eq!(shell.code(&["outbox", "discard", &number]), 0);
    assert_eq!(shell.json(&["outbox", "list", "--json"]), Value::Array(Vec::new()));
    assert!(shell.json(&["draft", "list", "--json"]).to_string().contains("To nobody"), "the words are a draft again");

    // Put in now, sent by the next that comes by; changed in between.
    assert_eq!(shell.code(&["reply", &ids[1], "--body", "With a tpyo", "--queue"]), 0);
    let queued = shell.json(&["outbox", "list", "--json"]);
    assert_eq!(queued[0]["status"], "queued");
    let there = deskhand::domain::ConversationId::parse(&ids[1]).unwrap();
    assert_eq!(shell.place.times_there(&there, "tpyo"), 0);
    assert_eq!(shell.code(&["outbox", "edit", &queued[0]["id"].to_string(), "--body", "Without a typo"]), 0);
    assert_eq!(shell.place.times_there(&there, "Without a typo"), 1);
    assert_eq!(shell.place.times_there(&there, "tpyo"), 0);
    assert_eq!(shell.json(&["outbox", "list", "--json"]), Value::Array(Vec::new()));

    // Guarded: what came since it was read here holds it, and says so by its exit code.
    assert_eq!(shell.code(&["show", &ids[2]]), 0);
    let moved = deskhand::domain::ConversationId::parse(&ids[2]).unwrap();
    shell.place.customer_writes(&moved, "Something new");
    assert_eq!(shell.code(&["reply", &ids[2], "--body", "Something old", "--guard"]), 6);
    assert_eq!(shell.place.times_there(&moved, "Something old"), 0);
    let held = shell.json(&["outbox", "list", "--json"]);
    assert_eq!(held[0]["status"], "held");
    assert_eq!(shell.code(&["outbox", "retry", &held[0]["id"].to_string()]), 0);
    assert_eq!(shell.place.times_there(&moved, "Something old"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_compares_with_what_was_shown_and_shows_what_came() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--query", "state:open", "--json", "--limit", "1"]);
    let id = rows[0]["id"].as_str().unwrap();
    let there = deskhand::domain::ConversationId::parse(id).unwrap();
    assert_eq!(shell.code(&["show", id, "--json"]), 0);
    shell.place.customer_writes(&there, "Wait, there is more");
    // Fetching is not reading.
    assert_eq!(shell.code(&["sync", "--once", "--threads"]), 0);
    let refused = shell.run(&["reply", id, "--body", "Done, then", "--guard", "--json"]);
    assert_eq!(refused.status.code(), Some(6));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("Wait, there is more") && said.contains("outbox retry"), "{said}");
    let outcome: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert!(outcome[0]["came"][0]["created_at"].is_i64(), "{outcome}");
    assert_eq!(shell.place.times_there(&there, "Done, then"), 0);

    // The same again waits behind it: it does not go over it.
    assert_eq!(shell.code(&["reply", id, "--body", "Done, then", "--guard"]), 5);
    assert_eq!(shell.place.times_there(&there, "Done, then"), 0);
    let waiting = shell.json(&["outbox", "list", "--json"]);
    assert_eq!(waiting[1]["waits_for"], waiting[0]["id"]);
    assert!(waiting[1]["reason"].is_string());
    // Nor does another customer's word go unseen once it is given up.
    for row in waiting.as_array().unwrap() {
        assert_eq!(shell.code(&["outbox", "discard", &row["id"].to_string()]), 0);
    }
    shell.place.customer_writes(&there, "And more still");
    assert_eq!(shell.code(&["sync", "--once", "--threads"]), 0);
    assert_eq!(shell.code(&["reply", id, "--body", "Done, then", "--guard"]), 6);
    assert_eq!(shell.place.times_there(&there, "Done, then"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_cannot_be_printed_is_an_outcome_still() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--query", "state:open", "--json", "--limit", "1"]);
    let id = rows[0]["id"].as_str().unwrap();
    let there = deskhand::domain::ConversationId::parse(id).unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = shell.command();
    command.args(["reply", id, "--body", "Said into the void", "--json"]).stdout(full);
    assert_eq!(command.status().unwrap().code(), Some(0));
    assert_eq!(shell.place.times_there(&there, "Said into the void"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_the_only_account_of_an_address_is_read() {
    let shell = Shell::open().await;
    let unseen = |arguments: &[&str]| {
        shell.command().env("DESKHAND_TOKEN", "another-token").args(arguments).output().unwrap().status.code()
    };
    assert_eq!(unseen(&["list", "--offline"]), Some(4), "whose?");
    assert_eq!(shell.code(&["sync", "--once"]), 0);
    assert_eq!(unseen(&["list", "--offline"]), Some(0));
    assert_eq!(unseen(&["list"]), Some(4), "with the network the helpdesk decides");
    assert_eq!(shell.code(&["tag", "no-such", "+"]), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_listed_shown_given_files_and_discarded() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--json", "--limit", "1"]);
    let id = rows[0]["id"].as_str().unwrap();
    let path = shell.place.places.path().join("see this.txt");
    std::fs::write(&path, "seen").unwrap();
    let file = path.to_str().unwrap();
    let count = || shell.json(&["draft", "list", "--json"]).as_array().unwrap().len();

    assert_eq!(shell.code(&["draft", "show", id]), 3, "none yet");
    assert_eq!(shell.code(&["draft", "attach", id, file, "--dry-run"]), 0);
    assert_eq!(count(), 0, "a dry run does nothing");
    assert_eq!(shell.code(&["draft", "attach", id, file, "no such file"]), 2);
    assert_eq!(count(), 0, "all or none");
    let kept = shell.json(&["draft", "attach", id, file, "--json"]);
    assert_eq!((&kept["mode"], &kept["files"][0]["name"]), (&"reply".into(), &"see this.txt".into()));
    assert_eq!(shell.code(&["draft", "attach", id, file, "--mode", "note"]), 0);
    assert_eq!(shell.json(&["draft", "show", id, "--json"]).as_array().unwrap().len(), 2);
    let shown = shell.run(&["draft", "show", id, "--mode", "note"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("[see this.txt]"));
    assert_eq!(shell.json(&["list", "--query", "has:draft", "--json"])[0]["id"], id);

    assert_eq!(shell.code(&["draft", "discard", id]), 2, "which of the two?");
    assert_eq!(shell.code(&["draft", "discard", id, "--mode", "note", "--dry-run"]), 0);
    assert_eq!(count(), 2);
    assert_eq!(shell.code(&["draft", "discard", id, "--mode", "note"]), 0);
    assert_eq!(shell.code(&["draft", "discard", id]), 0);
    assert_eq!((count(), shell.code(&["draft", "discard", id])), (0, 3));
    assert_eq!(shell.code(&["draft", "discard", "no-such", "--mode", "song"]), 2);
}
