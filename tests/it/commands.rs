//! The rest of the command line: workspaces, search, files, keys, themes, manual, doctor.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::command_line::Shell;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A command without any helpdesk in its environment.
fn alone(places: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_deskhand"))
        .args(arguments)
        .env("DESKHAND_CONFIG_DIR", places.join("c"))
        .env("DESKHAND_DATA_DIR", places.join("d"))
        .env("DESKHAND_CACHE_DIR", places.join("k"))
        .env_remove("DESKHAND_URL")
        .env_remove("DESKHAND_TOKEN")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn parsed(output: &Output) -> Value {
    serde_json::from_str(&done(output)).unwrap()
}

#[test]
fn workspaces_are_added_marked_used_and_removed_and_comments_stay() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    std::fs::create_dir_all(at.join("c")).unwrap();
    let file = at.join("c/config.toml");
    std::fs::write(&file, "# mine\ntheme = \"light\" # bright room\n").unwrap();
    let before = std::fs::read_to_string(&file).unwrap();
    let dry = parsed(&alone(at, &["workspace", "add", "Shop", "--region", "eu", "--dry-run", "--json"]));
    assert_eq!((&dry["name"], &dry["dry_run"]), (&Value::from("Shop"), &Value::from(true)));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before, "a dry run writes nothing");
    done(&alone(at, &["workspace", "add", "Shop", "--region", "eu"]));
    let url = "http://127.0.0.1:9";
    done(&alone(at, &["workspace", "add", "Sandbox", "--url", url, "--test", "--colour", "red"]));
    let all = parsed(&alone(at, &["workspace", "list", "--json"]));
    assert_eq!(all[0]["name"], "Shop");
    assert_eq!((&all[0]["default"], &all[1]["default"]), (&Value::from(true), &Value::from(false)));
    assert_eq!((&all[1]["test"], &all[1]["colour"], &all[1]["url"]), (&true.into(), &"red".into(), &url.into()));
    done(&alone(at, &["workspace", "use", "Sandbox"]));
    let lines = done(&alone(at, &["workspace", "list", "--jsonl"]));
    let second: Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
    assert_eq!(second["default"], true);
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.contains("# mine") && kept.contains("# bright room"), "{kept}");
    for (arguments, code) in [
        (vec!["workspace", "use", "Nowhere"], 3),
        (vec!["workspace", "add", "Shop", "--region", "eu"], 2),
        (vec!["workspace", "add", "Mars", "--region", "mars"], 2),
        (vec!["workspace", "add", "Open", "--url", "http://desk.example"], 2),
        (vec!["workspace", "add", "Odd", "--region", "eu", "--colour", "reddish"], 2),
        (vec!["workspace", "remove", "Sandbox"], 2),
        (vec!["workspace", "remove", "Nowhere", "--yes"], 3),
        (vec!["workspace"], 2),
    ] {
        let output = alone(at, &arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), kept, "what was refused changed nothing");
    // One that could never be opened can be taken out, too.
    std::fs::write(&file, format!("{kept}\n[[workspace]]\nname = \"Odd\"\nurl = \"http://desk.example\"\n")).unwrap();
    done(&alone(at, &["workspace", "remove", "Odd", "--yes"]));
    done(&alone(at, &["workspace", "remove", "Sandbox", "--yes"]));
    assert_eq!(parsed(&alone(at, &["workspace", "list", "--json"])).as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_a_workspace_keeps_what_is_unsent_unless_it_is_told_to_go() {
    let shell = Shell::open().await;
    let at = shell.place.places.path().to_owned();
    let sign_in = || {
        let mut command = shell.command();
        command.env_remove("DESKHAND_URL").args(["auth", "login", "--url", &shell.place.url, "--name", "Shop"]);
        assert!(command.output().unwrap().status.success());
    };
    let ask = |arguments: &[&str]| alone(&at, arguments);
    sign_in();
    let rows = parsed(&ask(&["list", "--query", "state:open", "--limit", "1", "--json"]));
    let id = rows[0]["id"].as_str().unwrap();
    let file = at.join("notes.txt");
    std::fs::write(&file, "hello").unwrap();
    done(&ask(&["draft", "attach", id, file.to_str().unwrap()]));
    done(&ask(&["note", id, "--body", "Later", "--queue"]));
    let state = std::fs::read_dir(at.join("d/accounts")).unwrap().next().unwrap().unwrap().path().join("state.db");
    let dry = parsed(&ask(&["workspace", "remove", "Shop", "--purge", "--dry-run", "--json"]));
    assert_eq!((&dry["unsent"], &dry["drafts"], &dry["purged"]), (&1.into(), &1.into(), &true.into()));
    let kept = ask(&["workspace", "remove", "Shop", "--yes"]);
    done(&kept);
    assert!(text(&kept.stderr).contains("1 unsent and 1 drafts"), "{}", text(&kept.stderr));
    assert!(state.exists());
    sign_in();
    let purged = ask(&["workspace", "remove", "Shop", "--purge", "--yes"]);
    done(&purged);
    assert!(text(&purged.stderr).contains("deleted for good"), "{}", text(&purged.stderr));
    assert!(!state.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_searched_and_what_is_not_on_disk_is_told() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--json", "--limit", "100"]);
    let title = rows.as_array().unwrap().iter().find_map(|row| {
        let title = row["title"].as_str()?;
        title.split(' ').find(|word| word.len() > 5 && word.chars().all(char::is_alphanumeric)).map(str::to_owned)
    });
    let word = title.unwrap();
    let found = shell.run(&["search", &word, "--json"]);
    let hits: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert!(!hits.as_array().unwrap().is_empty(), "{word}");
    assert!(text(&found.stderr).contains("threads"), "most threads are not here yet: {}", text(&found.stderr));
    let times: Vec<i64> = hits.as_array().unwrap().iter().map(|row| row["last_message_at"].as_i64().unwrap()).collect();
    assert!(times.is_sorted_by(|one, next| one >= next), "newest first: {times:?}");
    let closed = shell.json(&["search", "state:closed", "--limit", "2", "--json", "--offline"]);
    assert!(closed.as_array().unwrap().iter().all(|row| row["state"] == "closed"));
    assert_eq!(closed.as_array().unwrap().len(), 2);
    assert_eq!(
        shell.json(&["search", "--json", "--", "-state:closed", "-state:open", "-state:snoozed"]),
        Value::Array(vec![])
    );
    assert_eq!(shell.code(&["search", "asignee:me"]), 2);
    assert_eq!(shell.code(&["search"]), 2);
    assert_eq!(shell.code(&["sync", "--once", "--threads"]), 0);
    let whole = shell.run(&["search", &word]);
    assert!(!text(&whole.stderr).contains("threads"), "{}", text(&whole.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_conversation_is_listed_and_saved_and_nothing_is_written_over() {
    let shell = Shell::open().await;
    let at = shell.place.places.path().to_owned();
    let rows = shell.json(&["list", "--query", "state:open -has:attachment", "--limit", "1", "--json"]);
    let id = rows[0]["id"].as_str().unwrap();
    let sent = at.join("receipt.txt");
    std::fs::write(&sent, "Twelve euros").unwrap();
    assert_eq!(shell.code(&["reply", id, "--body", "Here", "--attach", sent.to_str().unwrap()]), 0);
    let files = shell.json(&["attachment", "list", id, "--json"]);
    let file = files.as_array().unwrap().iter().find(|file| file["name"] == "receipt.txt").unwrap();
    let number = file["number"].to_string();
    let saved = at.join("saved.txt");
    let target = saved.to_str().unwrap();
    assert_eq!(shell.code(&["attachment", "get", id, &number, "-o", target, "--dry-run"]), 0);
    assert!(!saved.exists());
    assert_eq!(shell.code(&["attachment", "get", &format!("#{id}"), &number, "-o", target]), 0);
    assert_eq!(std::fs::read_to_string(&saved).unwrap(), "Twelve euros");
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&saved.metadata().unwrap().permissions()) & 0o777, 0o600);
    assert_eq!(shell.code(&["attachment", "get", id, &number, "-o", target]), 2, "it is there already");
    let inside = at.join("in");
    std::fs::create_dir(&inside).unwrap();
    let outcome = shell.json(&["attachment", "get", id, &number, "-o", inside.to_str().unwrap(), "--json"]);
    assert_eq!(outcome["path"], inside.join("receipt.txt").to_str().unwrap());
    assert_eq!(outcome["size"], 12);
    let piped = shell.run(&["attachment", "get", id, &number, "-o", "-"]);
    assert_eq!(text(&piped.stdout), "Twelve euros");
    let by_name = shell.run(&["attachment", "get", id, "receipt.txt", "-o", "-"]);
    assert_eq!(text(&by_name.stdout), "Twelve euros");
    assert_eq!(shell.code(&["attachment", "get", id, "no such.txt", "-o", "-"]), 3);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut lost = shell.command();
    lost.args(["attachment", "get", id, &number, "-o", "-"]).stdout(full);
    assert_eq!(lost.status().unwrap().code(), Some(1), "what did not arrive is told");
    // The screen counts within a message, links first.
    let body = "See https://shop.example/a and https://shop.example/b";
    assert_eq!(shell.code(&["reply", id, "--body", body, "--attach", target]), 0);
    let files = shell.json(&["attachment", "list", id, "--json"]);
    let last = files.as_array().unwrap().last().unwrap();
    assert_eq!((&last["number"], &last["number_on_screen"]), (&files.as_array().unwrap().len().into(), &3.into()));
    assert_eq!(files[0]["number_on_screen"], 1);
    assert_eq!(shell.code(&["attachment", "get", id, "99", "-o", target]), 3);
    assert_eq!(shell.code(&["attachment", "get", id, "0", "-o", target]), 3);
    assert_eq!(shell.code(&["attachment", "list", "1"]), 3);
}

#[test]
fn keys_themes_and_the_manual_are_printed() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let table = done(&alone(at, &["keys"]));
    assert!(table.contains("conversation.reply") && table.contains("ctrl-x e"), "{table}");
    let french = done(&alone(at, &["keys", "--layout", "fr"]));
    assert!(french.contains("needs AltGr"), "the second key of the neighbour is hard there: {french}");
    let rows = parsed(&alone(at, &["keys", "--layout", "fr", "--json"]));
    let next = rows.as_array().unwrap().iter().find(|row| row["command"] == "conversation.next").unwrap();
    assert!(next["keys"].as_array().unwrap().contains(&"J".into()));
    assert_eq!(next["hard"][0]["needs"], "altgr");
    assert_eq!(alone(at, &["keys", "--layout", "mars"]).status.code(), Some(2));

    let themes = done(&alone(at, &["themes"]));
    assert!(themes.contains("* dark") && themes.contains("lowest contrast"), "{themes}");
    assert!(!themes.contains('\u{1b}'), "no colours where nobody sees them");
    let themes = parsed(&alone(at, &["themes", "--json"]));
    assert!(themes[0]["lowest_contrast"].as_f64().unwrap() >= 4.5);

    let page = done(&alone(at, &["man"]));
    assert!(page.contains(".TH deskhand 1") && page.contains("doctor"), "{page}");
    let pages = at.join("man");
    done(&alone(at, &["man", "--dir", pages.to_str().unwrap()]));
    for name in ["deskhand.1", "deskhand-list.1", "deskhand-workspace-add.1", "deskhand-attachment-get.1"] {
        assert!(pages.join(name).exists(), "{name}");
    }
}

#[test]
fn every_command_has_help_with_a_sentence_and_an_example() {
    let dir = tempfile::tempdir().unwrap();
    let mut todo = vec![Vec::<String>::new()];
    let (mut seen, mut without) = (0, Vec::new());
    while let Some(path) = todo.pop() {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = done(&alone(dir.path(), &arguments));
        let first = help.lines().next().unwrap_or_default();
        assert!(first.contains(' '), "{path:?} says what it is: {first}");
        seen += 1;
        let mut is_leaf = true;
        let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in commands.take_while(|line| !line.is_empty()) {
            is_leaf = false;
            let name = line.trim().split(' ').next().unwrap_or_default();
            // A wrapped line has no name in its first column.
            if line.starts_with("  ") && !line.starts_with("   ") && !name.is_empty() && name != "help" {
                todo.push(path.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
        if is_leaf && !help.contains("Example") {
            without.push(path);
        }
    }
    assert!(seen > 40, "{seen}");
    assert!(without.is_empty(), "no example: {without:?}");
}

#[test]
fn completions_are_scripts_that_their_shells_take() {
    let dir = tempfile::tempdir().unwrap();
    for (shell, check) in [("bash", Some(["bash", "-n"])), ("zsh", Some(["zsh", "-n"])), ("fish", Some(["fish", "-n"]))]
    {
        let script = done(&alone(dir.path(), &["completions", shell]));
        for word in ["workspace", "doctor", "attachment"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        let file = dir.path().join(shell);
        std::fs::write(&file, &script).unwrap();
        let Some([program, flag]) = check else { continue };
        // A shell that is not here takes nothing.
        if let Ok(output) = Command::new(program).arg(flag).arg(&file).output() {
            assert!(output.status.success(), "{shell}: {}", text(&output.stderr));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_how_things_stand_and_what_to_do() {
    let shell = Shell::open().await;
    assert_eq!(shell.code(&["sync", "--once"]), 0);
    let found = shell.json(&["doctor", "--json"]);
    let found = found.as_array().unwrap();
    let of = |check: &str| found.iter().find(|finding| finding["check"] == check).unwrap_or(&Value::Null).clone();
    for check in [
        "program",
        "config",
        "data-dir",
        "disk",
        "state.db",
        "cache.db",
        "account",
        "connection",
        "clock",
        "outbox",
        "drafts",
        "history",
        "terminal",
        "keymap",
        "theme",
    ] {
        let finding = of(check);
        assert!(matches!(finding["status"].as_str(), Some("ok" | "warn")), "{check}: {finding}");
        assert!(!finding["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(of("connection")["api_version"], "2.16");
    assert_eq!(of("outbox")["waiting"], 0);
    assert_eq!(of("history")["conversations"], 80);
    let all = text(&shell.run(&["doctor"]).stdout);
    assert!(!all.contains(&shell.place.token), "the token is never told");

    let counts = shell.json(&["doctor", "--counts", "--json"]);
    let counts = counts.as_array().unwrap();
    assert!(counts.len() > 8, "inbox, teams and teammates: {}", counts.len());
    for entry in counts {
        assert_eq!(entry["status"], "ok", "{entry}");
        let counted = shell.json(&["count", "--query", "state:open", "--json", "--offline"]);
        if entry["entry"] == "inbox:all" {
            assert_eq!(entry["rows"], counted["count"]);
        }
    }

    let nobody = shell.command().env("DESKHAND_URL", "http://127.0.0.1:9").args(["doctor"]).output().unwrap();
    assert_eq!(nobody.status.code(), Some(1));
    let said = text(&nobody.stdout);
    assert!(said.contains("fail  connection"), "{said}");
    let dir = tempfile::tempdir().unwrap();
    let fresh = alone(dir.path(), &["doctor"]);
    assert_eq!(fresh.status.code(), Some(0), "a fresh machine is no fault: {}", text(&fresh.stdout));
    assert!(text(&fresh.stdout).contains("no workspace yet"));
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_finds_a_broken_file() {
    let shell = Shell::open().await;
    assert_eq!(shell.code(&["sync", "--once"]), 0);
    let at = shell.place.places.path();
    let account = std::fs::read_dir(at.join("k/accounts")).unwrap().next().unwrap().unwrap().path();
    let file = account.join("cache.db");
    let length = file.metadata().unwrap().len();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = usize::try_from(length / 2).unwrap();
    bytes[middle..].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    let _ = std::fs::remove_file(account.join("cache.db-wal"));
    let _ = std::fs::remove_file(account.join("cache.db-shm"));
    let output = shell.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("fail  cache.db"), "{}", text(&output.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_does_not_call_a_file_damaged_that_cannot_be_written() {
    if !crate::disk::has_namespaces() {
        return;
    }
    let shell = Shell::open().await;
    assert_eq!(shell.code(&["sync", "--once"]), 0);
    let at = shell.place.places.path();
    for bad in ["mount -o remount,ro \"$HERE/ro\"", "dd if=/dev/zero of=\"$HERE/ro/filler\" bs=4k 2>/dev/null; true"] {
        let script = "mkdir -p \"$HERE/ro\" && mount -t tmpfs -o size=16m tmpfs \"$HERE/ro\" && \
                      cp -r \"$HERE/d\" \"$HERE/k\" \"$HERE/ro\" && ";
        let mut command = shell.command();
        let envs: Vec<_> =
            command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
        command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", &format!("{script}{{ {bad}; }} && exec \"$0\" doctor --json")]);
        command.arg(env!("CARGO_BIN_EXE_deskhand")).envs(envs).env("HERE", at);
        command.env("DESKHAND_DATA_DIR", at.join("ro/d")).env("DESKHAND_CACHE_DIR", at.join("ro/k"));
        let output = command.stdin(Stdio::null()).output().unwrap();
        let found: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
        let of = |check: &str| found.as_array().unwrap().iter().find(|one| one["check"] == check).cloned().unwrap();
        assert_eq!((output.status.code(), &of("disk")["status"]), (Some(1), &"fail".into()), "{bad}");
        for file in ["state.db", "cache.db"] {
            assert_eq!(of(file)["status"], "ok", "{bad}: {}", of(file));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_listed_shown_and_discarded() {
    let shell = Shell::open().await;
    let at = shell.place.places.path().to_owned();
    let rows = shell.json(&["list", "--query", "state:open", "--limit", "1", "--json"]);
    let id = rows[0]["id"].as_str().unwrap();
    let file = at.join("photo.png");
    std::fs::write(&file, b"png").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(shell.code(&["draft", "attach", id, path, "--dry-run"]), 0);
    assert_eq!(shell.json(&["draft", "list", "--json"]), Value::Array(Vec::new()));
    assert_eq!(shell.code(&["draft", "attach", id, path, "--mode", "note"]), 0);
    let shown = shell.json(&["draft", "show", id, "--json"]);
    assert_eq!((&shown[0]["mode"], &shown[0]["files"][0]["name"]), (&"note".into(), &"photo.png".into()));
    assert_eq!(shell.code(&["draft", "show", id, "--mode", "reply"]), 3);
    assert_eq!(shell.code(&["draft", "discard", id, "--dry-run"]), 0);
    assert_eq!(text(&shell.run(&["draft", "list", "--jsonl"]).stdout).lines().count(), 1);
    assert_eq!(shell.code(&["draft", "discard", id]), 0);
    assert_eq!(shell.code(&["draft", "show", id]), 3);
}

#[test]
fn the_config_is_checked_and_found_by_scripts() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let places = parsed(&alone(at, &["config", "path", "--json"]));
    assert_eq!(places["config"], at.join("c").to_str().unwrap());
    assert_eq!(parsed(&alone(at, &["config", "check", "--json"])), Value::Array(Vec::new()));
    std::fs::create_dir_all(at.join("c")).unwrap();
    std::fs::write(at.join("c/config.toml"), "theme = \"dark\"\nadvnce = \"next\"\n").unwrap();
    let checked = alone(at, &["config", "check", "--json"]);
    let found: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!((checked.status.code(), &found[0]["line"], &found[0]["meant"]), (Some(2), &2.into(), &"advance".into()));
    assert_eq!(alone(at, &["auth", "logout", "--dry-run"]).status.code(), Some(2), "nobody to sign out of");
}

#[test]
fn without_a_workspace_it_says_what_to_do_and_at_goes_with_no_command() {
    let dir = tempfile::tempdir().unwrap();
    let output = alone(dir.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("deskhand demo"), "{}", text(&output.stderr));
    assert_eq!(alone(dir.path(), &["--at", "5", "list"]).status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_begun_once_and_what_cannot_be_begun_is_told() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--json", "--limit", "200"]);
    let count = || shell.json(&["count", "--json"])["count"].as_u64().unwrap();
    let before = count();
    let with = |field: &str| {
        let known = rows.as_array().unwrap().iter().find_map(|row| row["contact"][field].as_str());
        known.unwrap().to_owned()
    };
    let (name, email) = (with("name"), with("email"));
    let nobody = "nobody.yet@new.example";
    // What is wrong is told before anything is written.
    for (arguments, code) in [
        (vec!["new", "--to", nobody, "--subject", "Hello"], 2),
        (vec!["new", "--to", nobody, "--subject", "Hello", "--body", " "], 2),
        (vec!["new", "--to", nobody, "--body", "No subject"], 2),
        (vec!["new", "--to", nobody, "--body", "No messenger", "--channel", "chat"], 2),
        (vec!["new", "--to", "Nobody Nowhere", "--body", "x"], 3),
        (vec!["new", "--to", "e", "--subject", "s", "--body", "a part of a name is nobody's"], 3),
        (vec!["new", "--body", "to whom?"], 2),
    ] {
        let done = shell.run(&arguments);
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {}", text(&done.stderr));
    }
    let plan = shell.json(&["new", "--to", &email, "--subject", "Hello", "--body", "Hi", "--dry-run", "--json"]);
    assert_eq!((&plan["kind"], &plan["channel"]), (&"start".into(), &"email".into()));
    assert_eq!(plan["to"]["email"], email);
    assert_eq!((count(), shell.json(&["outbox", "list", "--json"])), (before, Value::Array(Vec::new())));

    // To an address that nobody has, from standard input.
    let mut child = shell.command();
    child.args(["new", "--to", nobody, "--subject", "Your parcel", "--file", "-", "--json"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"It left today.").unwrap();
    let outcome = parsed(&child.wait_with_output().unwrap());
    assert_eq!((&outcome[0]["kind"], &outcome[0]["status"]), (&"start".into(), &"sent".into()));
    let id = outcome[0]["conversation_id"].as_str().unwrap();
    let there = shell.place.ask(&format!("/conversations/{id}"));
    assert!(there["source"]["body"].as_str().unwrap().contains("It left today."), "{there}");
    assert_eq!(count(), before + 1);
    let shown = shell.json(&["show", id, "--json"]);
    assert_eq!((&shown["title"], &shown["contact"]["email"]), (&"Your parcel".into(), &nobody.into()));

    // To one by name, in the messenger; it waits, and what is done to it waits behind it.
    assert_eq!(shell.code(&["new", "--to", &name, "--channel", "chat", "--body", "Are you there?", "--queue"]), 0);
    let waiting = shell.json(&["outbox", "list", "--json"]);
    let waits = waiting[0]["conversation_id"].as_str().unwrap().to_owned();
    assert_eq!(waiting.as_array().unwrap().len(), 1);
    let shown = shell.json(&["show", &waits, "--json"]);
    assert_eq!(shown["id"], waits);
    assert_eq!(shown["outbox"][0]["body"], "Are you there?");
    assert_eq!(shell.json(&["attachment", "list", &waits, "--json"]), Value::Array(Vec::new()));
    let all = shell.json(&["list", "--json", "--limit", "500"]);
    assert_eq!(count(), all.as_array().unwrap().len() as u64, "the two agree while it waits");
    assert_eq!(shell.code(&["note", &waits, "--body", "Rings a bell", "--queue"]), 0);
    assert_eq!(shell.code(&["sync", "--once"]), 0);
    assert_eq!(shell.json(&["outbox", "list", "--json"]), Value::Array(Vec::new()));
    assert_eq!(shell.code(&["show", &waits]), 3, "it is the helpdesk's now, under another number");
    let found = shell.json(&["list", "--json", "--limit", "1"]);
    let began = deskhand::domain::ConversationId::parse(found[0]["id"].as_str().unwrap()).unwrap();
    assert_eq!(shell.place.times_there(&began, "Rings a bell"), 1);
    assert_eq!(shell.code(&["reply", "new-nothing", "--body", "x"]), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_tells_what_was_done_from_any_machine() {
    let shell = Shell::open().await;
    let rows = shell.json(&["list", "--query", "state:open", "--json", "--limit", "4"]);
    let ids: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    let done = |told: &Value, id: &str| -> Value {
        let all = told["done"].as_array().unwrap();
        all.iter().find(|deed| deed["conversation"]["id"] == id).cloned().unwrap_or_default()
    };
    // The demo's past has me at work, too.
    let told = shell.json(&["report", "shift", "--since", "30m", "--json"]);
    let before = done(&told, ids[0])["replies"].as_u64().unwrap_or(0);
    assert_eq!(shell.code(&["reply", ids[0], "--body", "On its way."]), 0);
    assert_eq!(shell.code(&["close", ids[1]]), 0);
    let elsewhere = tempfile::tempdir().unwrap();
    for at in [shell.place.places.path(), elsewhere.path()] {
        let mut command = shell.command();
        command.env("DESKHAND_DATA_DIR", at.join("d")).env("DESKHAND_CACHE_DIR", at.join("k"));
        let told = parsed(&command.args(["report", "shift", "--since", "30m", "--json"]).output().unwrap());
        assert_eq!(done(&told, ids[0])["replies"], before + 1, "{}", at.display());
        assert_eq!(done(&told, ids[1])["closed"], true);
    }
    let said = text(&shell.run(&["report", "shift"]).stdout);
    assert!(said.starts_with("Hand-over by") && said.contains(&format!("- #{} ", ids[0])), "{said}");
    for (arguments, code) in [
        (vec!["report"], 2),
        (vec!["report", "shift", "--since", "soon"], 2),
        (vec!["report", "shift", "--to", "Nobody Nowhere"], 3),
        (vec!["report", "shift", "--note", "1"], 3),
    ] {
        assert_eq!(shell.code(&arguments), code, "{arguments:?}");
    }
    // As a note that names who goes on.
    let admins = shell.place.ask("/admins");
    let colleague = admins["admins"][1]["name"].as_str().unwrap();
    let there = deskhand::domain::ConversationId::parse(ids[3]).unwrap();
    let note = ["report", "shift", "--to", colleague, "--note", ids[3]];
    assert_eq!(shell.code(&[&note[..], &["--dry-run"]].concat()), 0);
    assert_eq!(shell.place.times_there(&there, "Hand-over by"), 0);
    assert_eq!(shell.code(&note), 0);
    assert_eq!(shell.place.times_there(&there, "Hand-over by"), 1);
    assert!(shell.place.bodies(&there).concat().contains(colleague));
}
