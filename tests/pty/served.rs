//! A helpdesk in a process of its own.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::terminal::{DEADLINE, Terminal};

/// A helpdesk in a process of its own, with the demo workspace.
pub struct Served {
    child: std::process::Child,
    pub url: String,
    pub token: String,
    data: std::path::PathBuf,
}

impl Served {
    pub fn start(data: &Path, listen: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskhand"))
            .args(["serve", "--demo", "--seed", "5", "--conversations=120", "--listen", listen, "--data"])
            .arg(data)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the helpdesk starts");
        let mut first = String::new();
        let stdout = child.stdout.take().expect("its output");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut first).expect("its first line");
        let told: serde_json::Value = serde_json::from_str(&first).expect("a line of JSON");
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        Self { child, url: text("url"), token: text("token"), data: data.to_owned() }
    }

    /// Ends, and gives what is needed to start again at the same address.
    pub fn stop(mut self) -> (std::path::PathBuf, String) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        (self.data.clone(), self.url.trim_start_matches("http://").to_owned())
    }

    /// A screen on an account that has been pulled before: its lists do not grow under the cursor.
    pub fn pulled_screen(&self, places: &Path) -> Terminal {
        self.run(places, &["sync", "--once"]);
        self.screen(places)
    }

    pub fn screen(&self, places: &Path) -> Terminal {
        let variables = [("DESKHAND_URL", &*self.url), ("DESKHAND_TOKEN", &*self.token)];
        Terminal::start_with(places, (160, 48), &[], &variables)
    }

    /// A command on the same account.
    pub fn run(&self, places: &Path, arguments: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_deskhand"))
            .args(arguments)
            .env("DESKHAND_CONFIG_DIR", places.join("config"))
            .env("DESKHAND_DATA_DIR", places.join("data"))
            .env("DESKHAND_CACHE_DIR", places.join("cache"))
            .env("DESKHAND_URL", &self.url)
            .env("DESKHAND_TOKEN", &self.token)
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the command runs")
    }

    /// What a command says as JSON.
    pub fn ask(&self, places: &Path, arguments: &[&str]) -> serde_json::Value {
        let done = self.run(places, arguments);
        serde_json::from_slice(&done.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&done.stderr)))
    }

    /// How often the helpdesk has this text in a conversation, asked without the program.
    pub fn times_there(&self, id: &str, text: &str) -> usize {
        let mut server =
            std::net::TcpStream::connect(self.url.trim_start_matches("http://")).expect("the helpdesk listens");
        let request = format!(
            "GET /conversations/{id} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {}\r\n\
             intercom-version: 2.16\r\nconnection: close\r\n\r\n",
            self.token
        );
        server.write_all(request.as_bytes()).expect("it takes the question");
        let mut answer = Vec::new();
        let _ = server.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).matches(text).count()
    }

    pub fn until_there(&self, id: &str, text: &str) {
        let end = Instant::now() + DEADLINE;
        while self.times_there(id, text) == 0 {
            assert!(Instant::now() < end, "never there: {text}");
            std::thread::park_timeout(Duration::from_millis(200));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
