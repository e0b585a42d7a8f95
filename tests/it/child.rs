//! Processes of our own that can be killed: this test binary, run again for one of its ignored tests.
//!
//! Nothing of this is in the product: the entries are tests that nobody runs by name, and do nothing
//! without the variable that tells them what to do.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

const WHAT: &str = "DESKHAND_TEST_CHILD";

/// The entry `test` (its full name) as a process of its own; `first` is run before it by a shell in a
/// mount namespace of its own.
pub fn command(test: &str, what: &impl Serialize, first: Option<&str>) -> Command {
    let ours = std::env::current_exe().unwrap();
    let mut command = match first {
        None => Command::new(ours),
        Some(first) => {
            let mut command = Command::new("unshare");
            let script = format!("{first} && exec \"$0\" \"$@\"");
            command.args(["-rm", "sh", "-c", &script]).arg(ours);
            command
        }
    };
    command
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .env(WHAT, serde_json::to_string(what).unwrap())
        .stdin(Stdio::null());
    command
}

/// Starts an entry. What it writes goes to `log`.
pub fn start(test: &str, what: &impl Serialize, log: &Path) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(log).unwrap();
    command(test, what, None).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

/// What this process was started for; absent when it is no such child.
pub fn told<T: DeserializeOwned>() -> Option<T> {
    serde_json::from_str(&std::env::var(WHAT).ok()?).ok()
}

/// Ends this process as `kill -9` does: nothing is finished, nothing is given back.
pub fn die() -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}
