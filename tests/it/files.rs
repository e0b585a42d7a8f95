//! Files of a thread as a bad helpdesk serves them: nothing outside the folder, nothing written over, nothing that
//! runs, half a file is none, and the token for nobody else.
#![cfg(unix)]

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::hostile_desk::corpus::{Case, cases};
use crate::hostile_desk::desk::{FileAnswer, HostileDesk};
use crate::hostile_desk::{TOKEN, judge};

const CONTENT: &[u8] = b"hello there\n";

struct Bench {
    desk: HostileDesk,
    places: TempDir,
}

impl Bench {
    fn start(classes: &[&str]) -> Self {
        let some = cases().into_iter().filter(|case| classes.contains(&case.class)).collect();
        Self { desk: HostileDesk::serve(some, &[]), places: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.places.path().join(name)
    }

    /// An empty folder of its own.
    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.at(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn get(&self, case: &Case, number: &str, to: &Path) -> Output {
        let id = HostileDesk::id_of(case);
        let done = Command::new(env!("CARGO_BIN_EXE_deskhand"))
            .args(["attachment", "get", &id, number, "-o"])
            .arg(to)
            .env("DESKHAND_CONFIG_DIR", self.at("c"))
            .env("DESKHAND_DATA_DIR", self.at("d"))
            .env("DESKHAND_CACHE_DIR", self.at("k"))
            .env("DESKHAND_URL", &self.desk.url)
            .env("DESKHAND_TOKEN", TOKEN)
            .current_dir(self.folder("cwd"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        if to != Path::new("-") {
            let printed = [done.stdout.clone(), done.stderr.clone()].concat();
            assert_eq!(judge::forbidden(&String::from_utf8(printed).unwrap()), None, "{case:?}");
        }
        done
    }

    fn case(&self, text: &str) -> &Case {
        self.desk.cases().iter().find(|case| case.text == text).unwrap()
    }
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// How the names of files on Windows may not begin.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim().to_uppercase();
    ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str())
        || ["COM", "LPT"].iter().any(|port| stem.strip_prefix(port).is_some_and(|rest| rest.len() == 1 && rest != "0"))
}

#[test]
fn a_file_gets_a_harmless_name_in_its_folder_and_never_runs() {
    let bench = Bench::start(&["files", "blank", "bidi", "headers", "frame", "huge"]);
    bench.folder("cwd");
    for case in bench.desk.cases() {
        let folder = bench.folder(&format!("to-{}", case.at));
        let done = bench.get(case, "1", &folder);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(0), "{case:?}: {said}");
        let [file] = inside(&folder).try_into().unwrap_or_else(|all| panic!("{case:?}: {all:?}"));
        let name = file.file_name().unwrap().to_str().unwrap();
        assert_eq!(judge::forbidden(name), None, "{name:?}");
        assert!(!name.starts_with(['.', '-', '~', ' ']) && !name.ends_with(['.', ' ']), "{name:?}");
        assert!(name.len() <= 255 && !is_reserved(name) && !name.contains(['/', '\\', '\n', ':']), "{name:?}");
        let facts = fs::symlink_metadata(&file).unwrap();
        assert!(facts.is_file(), "{name:?}");
        assert_eq!(facts.permissions().mode() & 0o777, 0o600, "{name:?}");
        assert_eq!(fs::read(&file).unwrap(), CONTENT);
    }
    assert_eq!(inside(&bench.at("cwd")), Vec::<PathBuf>::new(), "nothing beside the folder");
    let mut beside: Vec<_> = inside(bench.places.path());
    beside.retain(|path| !path.file_name().unwrap().to_str().unwrap().starts_with("to-"));
    assert_eq!(beside.len(), 3, "the program's own folders and no other: {beside:?}");
}

#[test]
fn nothing_is_written_over_and_no_link_is_followed() {
    let bench = Bench::start(&["files"]);
    let case = bench.case("photo.jpg\u{202e}cod.exe");
    // What it is called when nothing is in the way.
    let first = bench.folder("first");
    assert_eq!(bench.get(case, "1", &first).status.code(), Some(0));
    let name = inside(&first)[0].file_name().unwrap().to_owned();

    let precious = bench.at("precious");
    fs::write(&precious, "keep me").unwrap();
    for (index, target) in [Some(precious.clone()), Some(bench.at("not-there")), None].into_iter().enumerate() {
        let folder = bench.folder(&format!("in-the-way-{index}"));
        let there = folder.join(&name);
        match &target {
            Some(target) => symlink(target, &there).unwrap(),
            None => fs::write(&there, "keep me, too").unwrap(),
        }
        for to in [folder.clone(), there.clone()] {
            let done = bench.get(case, "1", &to);
            // Refused, or under another name: never through what is there.
            if done.status.success() {
                assert_eq!(to, folder, "a name that was asked for is that name");
            }
            match &target {
                Some(_) => assert!(fs::symlink_metadata(&there).unwrap().is_symlink()),
                None => assert_eq!(fs::read_to_string(&there).unwrap(), "keep me, too"),
            }
        }
    }
    assert_eq!(fs::read_to_string(&precious).unwrap(), "keep me");
    assert!(!bench.at("not-there").exists());
}

/// Somebody else's host: what it heard, if anybody spoke to it.
struct Elsewhere {
    address: String,
    heard: std::sync::mpsc::Receiver<Vec<u8>>,
}

impl Elsewhere {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (tell, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
                let mut bytes = vec![0; 4_096];
                let count = stream.read(&mut bytes).unwrap_or(0);
                bytes.truncate(count);
                if tell.send(bytes).is_err() {
                    return;
                }
            }
        });
        Self { address, heard }
    }
}

#[test]
fn a_redirect_takes_the_token_nowhere_else() {
    let bench = Bench::start(&["files"]);
    let case = bench.case("...");
    let path = case.at.to_string();
    let other = Elsewhere::listen();

    // At home, by the same rules, with the token.
    bench.desk.file(&path, FileAnswer::moved("/files/at-home"));
    assert_eq!(bench.get(case, "1", &bench.folder("home")).status.code(), Some(0));
    let asked = bench.desk.asked();
    let home = asked.iter().find(|asked| asked.line == "GET /files/at-home").unwrap();
    assert_eq!(home.authorization.as_deref(), Some(&*format!("Bearer {TOKEN}")));

    // Anywhere else only over a secure connection: no byte goes out without one.
    let none = bench.folder("none");
    for to in [
        format!("http://{}/x", other.address),
        format!("//{}/x", other.address),
        format!("http://localhost:{}/x", other.address.rsplit(':').next().unwrap()),
        "file:///etc/passwd".into(),
        "data:text/plain,x".into(),
        "ftp://127.0.0.1/x".into(),
        "http://[::1".into(),
        "\\\\127.0.0.1\\x".into(),
    ] {
        bench.desk.file(&path, FileAnswer::moved(&to));
        let done = bench.get(case, "1", &none);
        assert_ne!(done.status.code(), Some(0), "{to}");
        assert_eq!(inside(&none), Vec::<PathBuf>::new(), "{to}");
        assert!(other.heard.try_recv().is_err(), "{to}: it was asked");
    }

    // What another host hears first is the beginning of a secure connection, and no token.
    bench.desk.file(&path, FileAnswer::moved(&format!("https://{}/x", other.address)));
    assert_ne!(bench.get(case, "1", &none).status.code(), Some(0));
    let heard = other.heard.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(heard.first(), Some(&0x16), "a handshake of TLS");
    assert!(!heard.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()));

    // Round in circles it ends.
    bench.desk.file(&path, FileAnswer::moved(&format!("/files/{path}")));
    assert_ne!(bench.get(case, "1", &none).status.code(), Some(0));
    assert_eq!(inside(&none), Vec::<PathBuf>::new());
}

#[test]
fn an_address_that_is_none_of_the_webs_is_not_asked() {
    let bench = Bench::start(&["hosts"]);
    let none = bench.folder("none");
    for text in [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:a@b?cc=c@d\r\nbcc:e@f",
        "//evil.example/x",
    ] {
        let done = bench.get(bench.case(text), "2", &none);
        assert_ne!(done.status.code(), Some(0), "{text}");
        assert_eq!(inside(&none), Vec::<PathBuf>::new(), "{text}");
    }
}

#[test]
fn a_length_that_lies_leaves_no_half_of_a_file() {
    let bench = Bench::start(&["files"]);
    let case = bench.case("...");
    let path = case.at.to_string();
    let none = bench.folder("none");
    let answer = FileAnswer::whole(CONTENT);
    for (what, answer) in [
        ("more than comes", FileAnswer { claimed: Some(5_000), ..answer.clone() }),
        ("more than anybody keeps", FileAnswer { claimed: Some(1 << 41), ..answer.clone() }),
        ("gone", FileAnswer { status: 404, ..answer.clone() }),
        ("no more", FileAnswer { status: 410, ..answer.clone() }),
        ("failing", FileAnswer { status: 500, ..answer.clone() }),
        ("refused", FileAnswer { status: 403, ..answer.clone() }),
    ] {
        bench.desk.file(&path, answer);
        let done = bench.get(case, "1", &none);
        assert!(matches!(done.status.code(), Some(1..=6)), "{what}: {:?}", done.status);
        assert!(!done.stderr.is_empty(), "{what}: it says why");
        assert_eq!(inside(&none), Vec::<PathBuf>::new(), "{what}");
    }
    // A type that lies changes nothing but words: the bytes are the bytes, on a pipe too.
    let program = b"MZ\x90\0\x1b]0;x\x07\0\0".to_vec();
    let headers = vec![
        ("Content-Type".into(), "image/png".into()),
        ("Content-Disposition".into(), "attachment; filename=/etc/x".into()),
    ];
    bench.desk.file(&path, FileAnswer { headers, ..FileAnswer::whole(&program) });
    assert_eq!(bench.get(case, "1", Path::new("-")).stdout, program);
    assert_eq!(bench.get(case, "1", &none).status.code(), Some(0));
    let facts = fs::metadata(&inside(&none)[0]).unwrap();
    assert_eq!(facts.permissions().mode() & 0o777, 0o600);
}
