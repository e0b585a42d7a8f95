//! Who may name whom. One package cannot hold walls between its rooms, so this test does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every room of `src/` that may be named, with the rooms that it may name itself.
fn walls() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::from([
        ("clock", vec![]),
        ("text", vec![]),
        ("words", vec!["text"]),
        ("domain", vec!["text"]),
        ("error", vec!["domain", "words", "text"]),
        ("config", vec!["domain", "words", "text", "clock", "error"]),
        ("query", vec!["domain", "text"]),
        ("transcript", vec!["domain", "text"]),
        ("theme", vec!["config"]),
        ("command", vec!["domain", "words", "text"]),
        ("keymap", vec!["command", "config"]),
        ("api", vec!["domain", "text", "clock"]),
        ("cache", vec!["domain", "query", "text", "clock"]),
        ("sync", vec!["api", "cache", "domain", "query", "text", "clock"]),
        ("helpdesk", vec!["domain", "text", "query", "clock"]),
        (
            "app",
            vec![
                "domain",
                "text",
                "query",
                "command",
                "keymap",
                "words",
                "error",
                "config::settings",
                "sync::message",
                "clock::Timings",
                "transcript::Format",
                "transcript::kind",
            ],
        ),
        ("ui", vec!["app", "theme", "text", "words", "domain", "command", "keymap", "sync::message", "query::Sort"]),
        ("host", vec!["domain", "text"]),
        ("term", vec![]),
    ])
}

/// Crates that only some rooms may name.
fn fences() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("ratatui", vec!["ui/", "theme/style.rs", "runtime/", "term/"]),
        ("tui_textarea", vec!["app/composer", "ui/composer"]),
        ("reqwest", vec!["api/"]),
        ("axum", vec!["helpdesk/"]),
        ("rusqlite", vec!["cache/", "helpdesk/storage/"]),
        ("crossterm", vec!["term/", "runtime/", "host/"]),
        ("html5ever", vec!["text/"]),
        ("pulldown_cmark", vec!["text/"]),
        ("idna", vec!["text/"]),
        ("unicode_bidi", vec!["text/"]),
        ("unicode_script", vec!["text/"]),
        ("whatlang", vec!["text/"]),
        ("infer", vec!["domain/file.rs"]),
        ("image", vec!["host/"]),
        ("icy_sixel", vec!["host/", "term/"]),
        // A watch on the two files; hot reload of config will be the second user.
        ("notify", vec!["cache/"]),
    ]
}

fn sources(under: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        fs::read_dir(under).expect("a readable folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Whether a file is only there for tests: its headers and walls are the tests' own affair.
fn is_test_code(file: &str) -> bool {
    file.contains("/tests/")
        || file.ends_with("tests.rs")
        || file.ends_with("fixtures.rs")
        || file.ends_with("agreement.rs")
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 50, "the walk found the house");
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(path).expect("readable source"))
        })
        .filter(|(name, _)| !is_test_code(name))
        .collect()
}

/// The code of a file, without comments and without what only its tests use.
fn code(text: &str) -> String {
    // An inline module of tests ends a file; a declaration of one does not.
    let ends = text.match_indices("#[cfg(test)]\n").map(|(at, _)| at).find(|at| {
        let item = text[*at..].lines().skip(1).find(|line| !line.trim_start().starts_with("#["));
        item.is_some_and(|line| line.contains("mod ") && line.trim_end().ends_with('{'))
    });
    ends.map_or(text, |at| &text[..at])
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.split(" // ").next().unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Paths after `crate::`, nested braces spread out.
fn named(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(inner) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut item = String::new();
            for letter in inner.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || (depth == 1 && letter == ',') {
                    paths.push(item.trim().to_owned());
                    item.clear();
                    if depth == 0 {
                        break;
                    }
                } else {
                    item.push(letter);
                }
            }
        } else {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
            let mut path = rest[..end].to_owned();
            if rest[end..].starts_with('{') {
                let close = rest[end..].find('}').map_or(rest.len(), |at| end + at);
                rest[..close].clone_into(&mut path);
            }
            paths.push(path);
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}

#[test]
fn no_room_names_one_that_it_must_not_know() {
    let walls = walls();
    let mut holes = Vec::new();
    for (file, text) in all_sources() {
        let room = file.split(['/', '.']).next().unwrap_or_default().to_owned();
        let Some(allowed) = walls.get(room.as_str()) else { continue };
        for path in named(&code(&text)) {
            let first = path.split("::").next().unwrap_or_default().trim();
            if first == room {
                continue;
            }
            let may = allowed.iter().any(|wall| {
                let wall_room = wall.split("::").next().unwrap_or_default();
                wall_room == first
                    && (wall == &wall_room || path.starts_with(wall) || path.starts_with(&format!("{wall_room}::{{")))
            });
            if !may {
                holes.push(format!("{file}: names {path}"));
            }
        }
    }
    assert!(holes.is_empty(), "holes in the walls:\n{}", holes.join("\n"));
}

#[test]
fn a_library_stays_in_its_room() {
    let mut holes = Vec::new();
    for (file, text) in all_sources() {
        for (library, rooms) in fences() {
            let used = code(&text).lines().any(|line| {
                line.match_indices(&format!("{library}::"))
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
            });
            if used && !rooms.iter().any(|room| file.starts_with(room)) {
                holes.push(format!("{file}: names {library}"));
            }
        }
    }
    assert!(holes.is_empty(), "libraries outside their rooms:\n{}", holes.join("\n"));
}

#[test]
fn no_file_is_too_long_to_hold_in_the_head() {
    let long: Vec<_> = all_sources()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > 800)
        .map(|(file, text)| format!("{file}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "over 800 lines:\n{}", long.join("\n"));
}

#[test]
fn every_module_says_what_it_owns() {
    let silent: Vec<_> =
        all_sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(file, _)| file).collect();
    assert!(silent.is_empty(), "without a header:\n{}", silent.join("\n"));
}

#[test]
fn the_map_in_the_crate_docs_names_every_room() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("src/lib.rs");
    let docs: String = map.lines().filter(|line| line.starts_with("//!")).collect();
    for (file, _) in all_sources() {
        let room = file.split(['/', '.']).next().unwrap_or_default();
        if room != "lib" && room != "main" {
            assert!(docs.contains(&format!("`{room}`")), "the map does not name {room}");
        }
    }
}

#[test]
fn the_package_speaks_of_itself_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests", "docs", "benches"] {
        let folder = root.join(folder);
        if folder.is_dir() {
            every_file(&folder, &mut files);
        }
    }
    files.extend(["README.md", "Cargo.toml", ".ci/run"].map(|name| root.join(name)));
    for file in files {
        if file.ends_with("architecture.rs") {
            continue;
        }
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for word in ["/work/", "/root/", "/home/"] {
            assert!(!text.contains(word), "{} holds an absolute path ({word})", file.display());
        }
    }
}

fn every_file(under: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(under).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            every_file(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Text literals of code, each with the line that it begins on. Those of attributes are left out: they are the
/// grammar of arguments, its help and examples, and the reasons of lints.
fn literals(code: &str) -> Vec<(usize, String)> {
    let letters: Vec<char> = code.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or_default();
    let (mut found, mut line, mut index) = (Vec::new(), 1, 0);
    // Brackets of an attribute that are open.
    let mut attribute = 0;
    while index < letters.len() {
        let letter = at(index);
        let raw = letter == 'r' && matches!(at(index + 1), '"' | '#') && !is_word(at(index.wrapping_sub(1)));
        let hashes = letters[(index + 1).min(letters.len())..].iter().take_while(|letter| **letter == '#').count();
        if letter == '"' || (raw && at(index + 1 + hashes) == '"') {
            let (raw, hashes) = if raw { (true, hashes) } else { (false, 0) };
            index += if raw { hashes + 2 } else { 1 };
            let (begins, mut text) = (line, String::new());
            while index < letters.len() {
                let closes = (1..=hashes).all(|more| at(index + more) == '#');
                match at(index) {
                    '"' if closes => break,
                    '\\' if !raw => {
                        // A line that goes on in the next one is one line.
                        index += 1;
                        if at(index) == '\n' {
                            line += 1;
                            while at(index + 1).is_whitespace() {
                                index += 1;
                                line += usize::from(at(index) == '\n');
                            }
                        } else {
                            text.push(if matches!(at(index), 'n' | 't') { ' ' } else { at(index) });
                        }
                    }
                    letter => {
                        line += usize::from(letter == '\n');
                        text.push(letter);
                    }
                }
                index += 1;
            }
            index += hashes;
            if attribute == 0 {
                found.push((begins, text));
            }
        } else if letter == '\'' && at(index + 1) == '\\' {
            // A letter, escaped: to its end.
            index += 2;
            while index + 1 < letters.len() && at(index + 1) != '\'' {
                index += 1;
            }
            index += 1;
        } else if letter == '\'' && at(index + 2) == '\'' {
            index += 2;
        } else {
            match letter {
                '\n' => line += 1,
                '#' if attribute == 0 && (at(index + 1) == '[' || (at(index + 1) == '!' && at(index + 2) == '[')) => {
                    index += if at(index + 1) == '[' { 1 } else { 2 };
                    attribute = 1;
                }
                '[' if attribute > 0 => attribute += 1,
                ']' if attribute > 0 => attribute -= 1,
                _ => {}
            }
        }
        index += 1;
    }
    found
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[test]
fn literals_are_found_and_those_of_attributes_are_not() {
    let code = "#[command(\n    after_help = \"Example: [\\n  \\\n        go on\"\n)]\nlet a = ['\"', '\\''];\n\
                say(\"one\", r#\"t\"wo\"#, \"a long \\\n     one\");\nfn f<'a>(x: &'a str) { y(\"three\") }";
    let found = literals(code);
    let found: Vec<(usize, &str)> = found.iter().map(|(line, text)| (*line, text.as_str())).collect();
    assert_eq!(found, [(6, "one"), (6, "t\"wo"), (6, "a long one"), (8, "three")]);
}

#[test]
fn no_sentence_stands_outside_the_catalogue_of_words() {
    let is_sentence = |text: &str| {
        let words = text.split(' ').filter(|word| word.len() > 2 && word.chars().all(char::is_alphabetic)).count();
        words >= 2
    };
    // For the log, and for those who read a failed test.
    let ours = ["tracing::", "expect(", "assert"];
    let mut found = Vec::new();
    for (file, text) in all_sources() {
        if !file.starts_with("ui/") && !file.starts_with("cli/") && !file.starts_with("runtime") {
            continue;
        }
        // An example of a command is no sentence: it is the same in every language.
        if file == "cli/examples.rs" {
            continue;
        }
        let code = code(&text);
        let lines: Vec<&str> = code.lines().collect();
        let is_ours = |line: usize| lines.get(line - 1).is_some_and(|line| ours.iter().any(|word| line.contains(word)));
        let sentences = literals(&code).into_iter().filter(|(line, text)| !is_ours(*line) && is_sentence(text));
        found.extend(sentences.map(|(_, text)| format!("{file}: {text}")));
    }
    assert!(found.is_empty(), "sentences that belong into src/words:\n{}", found.join("\n"));
}

#[test]
fn every_failure_has_its_sentence() {
    let catalogue =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words/en.ftl")).expect("the catalogue");
    let mut missing = Vec::new();
    for (file, text) in all_sources() {
        let code = code(&text);
        for (at, _) in code.match_indices("Failure::new(Exit::") {
            // One that is chosen first stands elsewhere.
            let Some(key) = code[at..].split_once(", ").and_then(|(_, rest)| rest.strip_prefix('"')) else { continue };
            let key = key.split('"').next().unwrap_or_default();
            if !catalogue.lines().any(|line| line.split(" =").next() == Some(key)) {
                missing.push(format!("{file}: {key}"));
            }
        }
    }
    assert!(missing.is_empty(), "without a sentence:\n{}", missing.join("\n"));
}

#[test]
fn every_sentence_is_said_and_whatever_is_said_has_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalogue = fs::read_to_string(root.join("src/words/en.ftl")).expect("the catalogue");
    let entries = catalogue.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key);
    let keys: BTreeSet<&str> = entries.filter(|key| key.starts_with(|letter: char| letter.is_lowercase())).collect();
    assert!(keys.len() > 1000, "{}", keys.len());
    let is_key = |text: &str| {
        text.contains('-')
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let (mut said, mut missing) = (BTreeSet::new(), Vec::new());
    for (file, text) in all_sources() {
        let code = code(&text);
        for call in ["say(\"", ".with(\"", "Why(\"", "\"ui-"] {
            for (at, _) in code.match_indices(call) {
                let key = code[at..].split('"').nth(1).unwrap_or_default();
                if is_key(key) && !key.ends_with('-') && !keys.contains(key) {
                    missing.push(format!("{file}: {key}"));
                }
            }
        }
        said.extend(literals(&code).into_iter().map(|(_, literal)| literal));
    }
    assert!(missing.is_empty(), "without a sentence:\n{}", missing.join("\n"));
    // Those of commands and orders are made of the command's or the order's own word.
    let is_said = |key: &str| {
        let word = ["cmd-", "hint-", "ui-sort-"].iter().find_map(|begins| key.strip_prefix(begins));
        said.contains(key) || word.is_some_and(|word| said.contains(word.strip_suffix("-doc").unwrap_or(word)))
    };
    let silent: Vec<&str> = keys.into_iter().filter(|key| !is_said(key)).collect();
    assert!(silent.is_empty(), "never said:\n{}", silent.join("\n"));
}

#[test]
fn only_the_text_room_makes_text_that_may_be_shown() {
    let mut holes = Vec::new();
    for (file, text) in all_sources() {
        let code = code(&text);
        if !file.starts_with("text/") {
            for maker in ["Clean(", "vouch("] {
                let made = code.match_indices(maker).any(|(at, _)| {
                    !code[..at].ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':' | '.'))
                });
                if made || code.contains(&format!("Clean::{maker}")) {
                    holes.push(format!("{file}: makes text with {maker}"));
                }
            }
        }
        // What is drawn and what a terminal is sent is never taken from the original.
        if ["ui/", "term/", "words/", "error.rs"].iter().any(|room| file.starts_with(room)) && code.contains("as_raw") {
            // Where a link leads goes to the wall in `term/links.rs`; the other is a number of the system's, not a
            // text.
            let known = ["hits.link(", "from_raw("];
            let shown = |line: &&str| line.contains("as_raw") && !known.iter().any(|known| line.contains(known));
            let ours = code.lines().filter(shown);
            holes.extend(ours.map(|line| format!("{file}: {}", line.trim())));
        }
    }
    assert!(holes.is_empty(), "ways past the filter:\n{}", holes.join("\n"));
}

#[test]
fn words_leave_by_few_doors() {
    // Each of these passes what it says through the filter, or says nothing from outside.
    let doors = [
        "main.rs",
        "cli/print.rs",
        // Bytes of a file to a pipe, which a terminal is refused; progress in numbers.
        "cli/attachment.rs",
        // Progress in numbers, a line written over.
        "cli/sync.rs",
        // After the screen: sentences of ours.
        "runtime/mod.rs",
        // The clipboard, in base64.
        "runtime/links.rs",
        // How large a cell is.
        "runtime/pictures.rs",
        "term/",
    ];
    let exits = ["stdout()", "stderr()", "print!(", "println!(", "eprint!(", "eprintln!(", ".print()"];
    let mut holes = Vec::new();
    for (file, text) in all_sources() {
        if doors.iter().any(|door| file.starts_with(door)) {
            continue;
        }
        for line in code(&text).lines() {
            // Asking what it is says nothing.
            let line = ["stdout().is_terminal()", "stderr().is_terminal()", "on_stdout()"]
                .iter()
                .fold(line.to_owned(), |line, question| line.replace(question, ""));
            if exits.iter().any(|exit| line.contains(exit)) {
                holes.push(format!("{file}: {}", line.trim()));
            }
        }
    }
    assert!(holes.is_empty(), "other doors:\n{}", holes.join("\n"));
}
