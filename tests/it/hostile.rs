//! Whatever a helpdesk says, in whatever field: no command lets a byte of it act on whoever reads what is printed,
//! the words are there all the same, and a bad item costs itself alone.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::hostile_desk::corpus::WORDS;
use crate::hostile_desk::desk::{HostileDesk, Shown};
use crate::hostile_desk::{TOKEN, judge};

/// What an agent types and a script passes on.
const TYPED: &str = "x\u{1b}[2J\u{9b}1m\u{202e}y\u{2028}z\u{7}";

/// A deskhand that has only ever talked to the desk.
struct Bench {
    desk: HostileDesk,
    places: TempDir,
}

impl Bench {
    fn start(large: bool) -> Self {
        Self { desk: HostileDesk::start(large), places: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.places.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskhand"));
        command
            .env("DESKHAND_CONFIG_DIR", self.at("c"))
            .env("DESKHAND_DATA_DIR", self.at("d"))
            .env("DESKHAND_CACHE_DIR", self.at("k"))
            .env("DESKHAND_URL", &self.desk.url)
            .env("DESKHAND_TOKEN", TOKEN)
            .env("DESKHAND_LOG", "trace")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command; whatever it prints has been judged.
    fn run(&self, arguments: &[&str]) -> Output {
        let done = self.command().args(arguments).output().unwrap();
        judged(arguments, done)
    }

    fn says(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.says(arguments)).unwrap()
    }

    /// What fails, and what it says of that.
    fn refused(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert!(!done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stdout));
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(!said.trim().is_empty(), "{arguments:?} says why");
        assert!(said.len() < 4_000, "{arguments:?}: a flood of words: {said}");
        said
    }

    /// Of the desk's own words, none is in the log, nor the token anywhere.
    fn judge_files(&self) {
        let log = fs::read_to_string(self.at("d").join("deskhand.log")).unwrap();
        assert!(log.lines().count() > 5, "the log was on");
        assert_eq!(judge::forbidden(&log), None, "the log");
        for word in WORDS {
            assert!(!log.contains(word), "words of the helpdesk's in the log: {}", around(&log, word));
        }
        let mut files = Vec::new();
        every_file(self.places.path(), &mut files);
        assert!(files.len() > 3, "{files:?}");
        for file in files {
            let bytes = fs::read(&file).unwrap();
            let holds = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
            assert!(!holds, "the token is in {}", file.display());
        }
    }
}

fn judged(what: &[&str], done: Output) -> Output {
    for (stream, bytes) in [("out", &done.stdout), ("err", &done.stderr)] {
        let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{what:?}: {stream}: {error}"));
        assert_eq!(judge::forbidden(text), None, "{what:?}: standard {stream}");
        assert!(!text.contains(TOKEN), "{what:?} tells the token");
    }
    assert!(done.status.code().is_some_and(|code| code < 100), "{what:?} ended by {:?}", done.status);
    done
}

fn around<'a>(text: &'a str, word: &str) -> &'a str {
    text.lines().find(|line| line.contains(word)).unwrap_or_default()
}

fn every_file(under: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { every_file(&path, found) } else { found.push(path) }
    }
}

/// Which of the words are not there, joined.
fn missing<'a>(words: &'a [String], text: &str) -> Vec<&'a String> {
    words.iter().filter(|word| !text.contains(word.as_str())).collect()
}

#[test]
fn what_is_read_is_inert_whole_and_every_word_of_it_there() {
    let bench = Bench::start(false);
    assert!(bench.run(&["sync", "--once", "--threads"]).status.success());
    let (shown, cases) = (bench.desk.shown(), bench.desk.cases());

    // The list: nobody is lost, and what a program reads is what the customer wrote.
    let rows = bench.json(&["list", "--limit", "2000", "--json"]);
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), cases.len() + shown.len());
    for case in cases.iter().filter(|case| !case.text.contains("@LONE-")) {
        let row = rows.iter().find(|row| row["id"] == HostileDesk::id_of(case)).unwrap();
        assert_eq!(row["title"], case.told(), "the original is kept");
        assert_eq!(row["tags"][0], case.text);
    }
    let lines = bench.says(&["list", "--limit", "2000"]);
    assert_eq!(lines.lines().count(), rows.len(), "a line a conversation, whatever is in it");
    for case in cases {
        let id = HostileDesk::id_of(case);
        let line = lines.lines().find(|line| line.starts_with(&id)).unwrap_or_else(|| panic!("no line for {case:?}"));
        assert!(line.contains(&case.before()), "{line}");
    }
    let lines = bench.says(&["list", "--limit", "2000", "--jsonl"]);
    assert_eq!(lines.lines().count(), rows.len());
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));

    // The threads.
    let (mut wanted, mut lost) = (0, Vec::new());
    for Shown { class, id, words, hidden } in &shown {
        let text = bench.says(&["show", id, "--offline"]);
        wanted += words.len();
        lost.extend(missing(words, &text).into_iter().map(|word| format!("{class}: {word}")));
        assert_eq!(missing(hidden, &text).len(), hidden.len(), "{class}: shows what no browser would");
        let whole = bench.json(&["show", id, "--offline", "--json"]);
        assert!(whole["parts"].as_array().is_some_and(|parts| parts.len() > 1), "{class}: {}", whole["parts"]);
        bench.says(&["attachment", "list", id, "--offline"]);
        bench.json(&["attachment", "list", id, "--offline", "--json"]);
    }
    assert!(lost.len() * 100 <= wanted, "{} of {wanted} words are not shown: {lost:?}", lost.len());

    bench.says(&["search", "plum0001"]);
    bench.json(&["search", "pear0002", "--json"]);
    bench.says(&["count", "--query", "subject:class"]);
    bench.says(&["auth", "status"]);
    bench.json(&["auth", "status", "--json"]);
    for more in [&["doctor"][..], &["doctor", "--json"], &["config", "path"], &["keys"], &["themes"]] {
        bench.run(more);
    }
    bench.judge_files();
}

#[test]
fn what_is_refused_is_told_in_words_that_are_inert_and_few() {
    let bench = Bench::start(false);
    assert!(bench.run(&["sync", "--once"]).status.success());
    let id = bench.desk.shown()[0].id.clone();

    // The helpdesk's own words, kept with the act and told wherever it is told of.
    let said = bench.refused(&["reply", &id, "--body", "A reply"]);
    assert!(said.contains("Refused.") && WORDS.iter().any(|word| said.contains(word)), "{said}");
    bench.refused(&["note", &id, "--body", "A note", "--json"]);
    bench.refused(&["tag", &id, &format!("+{TYPED}")]);
    bench.refused(&["close", &id]);
    let listed = bench.says(&["outbox", "list"]);
    assert!(listed.contains("Refused."), "{listed}");
    assert_eq!(listed.lines().count(), bench.json(&["outbox", "list", "--json"]).as_array().unwrap().len());
    bench.says(&["outbox", "list", "--jsonl"]);
    let row = bench.json(&["outbox", "list", "--json"])[0]["id"].to_string();
    bench.says(&["outbox", "show", &row]);
    bench.says(&["outbox", "show", &row, "--json"]);
    bench.says(&["show", &id]);

    // What is typed may be from outside, too.
    for arguments in [
        &["show", TYPED][..],
        &["list", "--query", &format!("tag:{TYPED}")],
        &["list", "--view", TYPED],
        &["list", "--sort", TYPED],
        &["assign", &id, "--to", TYPED],
        &["snooze", &id, "--until", TYPED],
        &["priority", &id, TYPED],
        &["attachment", "get", &id, TYPED, "-o", "x"],
        &["merge", &id, "--into", TYPED],
        &["away", "on", "--reason", TYPED],
        &["new", "--to", TYPED, "--body", "x"],
        &["workspace", "use", TYPED],
        &["draft", "show", TYPED],
        &[TYPED],
        &["list", &format!("--{TYPED}")],
    ] {
        bench.refused(arguments);
    }

    // Words that nobody wrote are no error.
    bench.says(&["list", "--query", TYPED]);
    bench.says(&["search", TYPED]);

    // Drafts, and files of ours with names of theirs.
    let file = bench.places.path().join("a\u{1b}]0;x\u{7}\u{202e}b.txt");
    fs::write(&file, "x").unwrap();
    bench.says(&["draft", "attach", &id, file.to_str().unwrap()]);
    bench.says(&["draft", "list"]);
    bench.says(&["draft", "show", &id]);
    bench.json(&["draft", "list", "--json"]);
    bench.judge_files();
}

#[test]
fn configuration_that_is_quoted_is_quoted_inert() {
    let bench = Bench::start(false);
    fs::create_dir_all(bench.at("c")).unwrap();
    let config = "theme = \"\\u001b[2Jdark\\u202e\"\n\"a\\u009b2J\" = 1\n[[workspace]]\nname = \"N\\u001b]0;x\\u0007\\u2028\"\n\
                  url = \"https://a\\u001b[2J.example\"\ncolour = \"\\u001b[31m\"\n[[workspace]]\nregion = \"\\u202eeu\"\n";
    fs::write(bench.at("c").join("config.toml"), config).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = bench.command();
        command.env_remove("DESKHAND_URL").env_remove("DESKHAND_TOKEN").args(arguments);
        judged(arguments, command.output().unwrap())
    };
    assert_eq!(run(&["config", "check"]).status.code(), Some(2));
    for arguments in [
        &["config", "check", "--json"][..],
        &["workspace", "list"],
        &["workspace", "list", "--json"],
        &["list"],
        &["doctor"],
        &["auth", "status"],
    ] {
        run(arguments);
    }
    // No TOML at all, and no text at all.
    for broken in [&b"theme = \"\x1b[2J\"\n"[..], b"\x1b]0;x\x07 = \xff\xfe", b"[[[\x9b"] {
        fs::write(bench.at("c").join("config.toml"), broken).unwrap();
        assert_ne!(run(&["config", "check"]).status.code(), Some(0));
        run(&["list"]);
    }
}

#[test]
fn bodies_of_ten_megabytes_are_read_in_time_and_cost_nobody_else() {
    let bench = Bench::start(true);
    assert!(bench.run(&["sync", "--once"]).status.success());
    for Shown { class, id, words, .. } in bench.desk.shown().into_iter().filter(|shown| shown.class.contains("10")) {
        let begun = Instant::now();
        let text = bench.says(&["show", &id]);
        assert!(begun.elapsed() < Duration::from_secs(20), "{class}: {:?}", begun.elapsed());
        assert_eq!(missing(&words, &text).len(), 0, "{class}: its first words");
        assert!(text.len() < 4 << 20, "{class}: {} bytes are no reading", text.len());
    }
    assert!(bench.says(&["list", "--limit", "2000"]).lines().count() > 300);
}

#[test]
fn the_helpdesks_own_log_is_inert_and_tells_no_token() {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};

    let places = tempfile::tempdir().unwrap();
    let mut serving = Command::new(env!("CARGO_BIN_EXE_deskhand"))
        .args(["serve", "--demo", "--conversations", "10", "--listen", "127.0.0.1:0", "--data"])
        .arg(places.path().join("store"))
        .env("DESKHAND_DATA_DIR", places.path())
        .env("DESKHAND_LOG", "trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(serving.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let told: Value = serde_json::from_str(&first).unwrap();
    let (url, token) = (told["url"].as_str().unwrap(), told["token"].as_str().unwrap());
    let host = url.trim_start_matches("http://");
    let ask = |request: &[u8]| {
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let body = "{\"query\":\"plum\u{1b}[2J\u{202e}\"}";
    let answers = [
        ask(format!("GET /plum%1b[2J%0aERROR%20forged HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n").as_bytes()),
        ask(format!("GET /me?plum=%1b]0;x%07 HTTP/1.1\r\nhost: {host}\r\nx-request-id: plum\u{9b}2J\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n").as_bytes()),
        ask(format!("POST /conversations/search HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).as_bytes()),
        ask(b"GET /\x1b[2Jplum HTTP/1.1\r\nhost: plum\r\n\r\n"),
    ];
    assert!(answers[1].starts_with("HTTP/1.1 200"), "{}", answers[1]);
    serving.kill().unwrap();
    serving.wait().unwrap();
    let log = fs::read_to_string(places.path().join("deskhand.log")).unwrap();
    assert!(log.contains("answered"), "{log}");
    assert_eq!(judge::forbidden(&log), None);
    assert!(!log.contains("plum"), "{}", around(&log, "plum"));
    assert!(!log.contains(token), "{}", around(&log, token));
}
