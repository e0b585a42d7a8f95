//! A command that is given a text and answers with one.
//!
//! Owns the process: its own group, no terminal to ask, the text on its standard input and nowhere else, its
//! answer capped, its end in time. Nothing of a customer's is in its arguments or its environment, and our
//! token is in neither. Runs on a thread of its own; enter at [`Pipe::start`].

use std::ffi::OsStr;
use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::TOKEN;

/// The longest answer that is taken, in bytes; more is left out, and the command ended.
pub const LONGEST_ANSWER: usize = 1 << 20;
/// So much of what a command says of its failure is kept.
const LONGEST_COMPLAINT: usize = 64 << 10;
/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long a process that was asked to end may take for it, and how long the readers of its answer may take once
/// it has ended.
const GRACE: Duration = Duration::from_millis(600);

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// A program and its arguments; no shell reads them.
    Words(Vec<String>),
    /// A line for `sh -c`, written by the agent.
    Shell(String),
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It answered; whether the answer was longer than is taken.
    Answer {
        /// What it wrote, as text.
        text: String,
        /// More was left out.
        is_cut: bool,
    },
    /// It ended otherwise than with 0.
    Failed {
        /// Its exit code; absent when a signal ended it.
        code: Option<i32>,
        /// What it wrote to standard error.
        complaint: String,
    },
    /// It could not be started.
    NotStarted(String),
    /// It took too long.
    TimedOut,
    /// It was called off.
    Stopped,
}

/// A command that runs. It is called off when this is dropped.
#[derive(Debug)]
pub struct Pipe {
    news: Sender<News>,
}

#[derive(Debug)]
enum News {
    Out(Vec<u8>, bool),
    Complaint(Vec<u8>),
    Stop,
}

impl Pipe {
    /// Starts a command on a text; `then` is told what came of it, on another thread. `facts` are put into its
    /// environment.
    pub fn start(
        program: &Program,
        input: Vec<u8>,
        facts: &[(&'static str, String)],
        timeout: Duration,
        then: impl FnOnce(Ended) + Send + 'static,
    ) -> Self {
        let (news, heard) = channel();
        let (mut command, own) = (command_of(program, facts), news.clone());
        thread::spawn(move || {
            let ended = match command.spawn() {
                Ok(child) => attend(child, input, &own, &heard, timeout),
                Err(error) => {
                    let name = command.get_program().to_string_lossy();
                    Ended::NotStarted(format!("{name}: {error}"))
                }
            };
            then(ended);
        });
        Self { news }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // Fails when it has ended already.
        let _ = self.news.send(News::Stop);
    }
}

fn command_of(program: &Program, facts: &[(&'static str, String)]) -> Command {
    let mut command = match program {
        Program::Shell(line) => {
            let mut command = Command::new("sh");
            command.args([OsStr::new("-c"), OsStr::new(line)]);
            command
        }
        Program::Words(words) => {
            let (first, rest) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
            let mut command = Command::new(first);
            command.args(rest);
            command
        }
    };
    command.env_remove(TOKEN).env("TERM", "dumb").env("NO_COLOR", "1");
    for (name, value) in facts {
        command.env(name, value);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // Its own group: it is ended with all that it started, and keys of the terminal are not for it.
        command.process_group(0);
    }
    command
}

/// Feeds a process and waits for its end.
fn attend(mut child: Child, input: Vec<u8>, own: &Sender<News>, heard: &Receiver<News>, timeout: Duration) -> Ended {
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing closes it: no failure of ours.
        thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
    }
    if let Some(stdout) = child.stdout.take() {
        let own = own.clone();
        thread::spawn(move || {
            let (bytes, is_cut) = read_most(stdout, LONGEST_ANSWER);
            let _ = own.send(News::Out(bytes, is_cut));
        });
    }
    if let Some(stderr) = child.stderr.take() {
        let own = own.clone();
        thread::spawn(move || {
            let _ = own.send(News::Complaint(read_all_keeping(stderr, LONGEST_COMPLAINT)));
        });
    }
    let mut wait = Wait { child, left: timeout, exit: None, out: None, complaint: None, ending: None };
    loop {
        match heard.recv_timeout(LOOK) {
            Ok(News::Out(bytes, is_cut)) => {
                wait.out = Some((bytes, is_cut));
                if is_cut && wait.exit.is_none() {
                    wait.end(Why::Enough);
                }
            }
            Ok(News::Complaint(bytes)) => wait.complaint = Some(bytes),
            // The channel's other end is ours as well: it is not closed before this.
            Ok(News::Stop) | Err(RecvTimeoutError::Disconnected) => wait.end(Why::Stopped),
            Err(RecvTimeoutError::Timeout) => wait.look(),
        }
        if let Some(ended) = wait.ended() {
            return ended;
        }
    }
}

/// Why a process is being ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Enough,
    TimedOut,
    Stopped,
    /// It has ended itself; what it left behind still holds its pipes.
    Leftovers,
}

/// A process, and what is known of it.
struct Wait {
    child: Child,
    /// Time that is left until something is done about it.
    left: Duration,
    exit: Option<ExitStatus>,
    out: Option<(Vec<u8>, bool)>,
    complaint: Option<Vec<u8>>,
    /// Why it is being ended, and whether it was asked kindly only.
    ending: Option<(Why, bool)>,
}

impl Wait {
    /// So much time has passed.
    fn look(&mut self) {
        self.notice_exit();
        self.left = self.left.saturating_sub(LOOK);
        if !self.left.is_zero() {
            return;
        }
        match self.ending {
            None if self.exit.is_some() => self.end(Why::Leftovers),
            None => self.end(Why::TimedOut),
            Some((why, true)) => {
                self.signal(rustix::process::Signal::KILL);
                (self.ending, self.left) = (Some((why, false)), GRACE);
            }
            // Whoever still holds the pipes has left the group: it is no longer waited for.
            Some((_, false)) => {
                self.out.get_or_insert_default();
                self.complaint.get_or_insert_default();
            }
        }
    }

    fn notice_exit(&mut self) {
        if self.exit.is_none()
            && let Ok(Some(exit)) = self.child.try_wait()
        {
            self.exit = Some(exit);
            self.left = self.left.min(GRACE);
        }
    }

    /// Asks all of its group to end.
    fn end(&mut self, why: Why) {
        if self.ending.is_none() {
            self.signal(rustix::process::Signal::TERM);
            (self.ending, self.left) = (Some((why, true)), GRACE);
        }
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let group = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            // Fails when all of them have ended.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }

    /// What came of it, once all is known.
    fn ended(&mut self) -> Option<Ended> {
        if self.out.is_none() || self.complaint.is_none() {
            return None;
        }
        self.notice_exit();
        let is_given_up = matches!(self.ending, Some((_, false))) && self.left.is_zero();
        let exit = self.exit;
        if exit.is_none() && !is_given_up {
            return None;
        }
        let (out, is_cut) = self.out.take().unwrap_or_default();
        let why = self.ending.map(|(why, _)| why);
        let complaint = || String::from_utf8_lossy(self.complaint.as_deref().unwrap_or_default()).into_owned();
        Some(match (why, exit) {
            (Some(Why::TimedOut), _) => Ended::TimedOut,
            (Some(Why::Stopped), _) => Ended::Stopped,
            (None | Some(Why::Leftovers), Some(exit)) if !exit.success() => {
                Ended::Failed { code: exit.code(), complaint: complaint() }
            }
            _ => Ended::Answer { text: String::from_utf8_lossy(&out).into_owned(), is_cut },
        })
    }
}

/// Reads so many bytes at most, and whether there are more.
fn read_most(from: impl Read, most: usize) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let _ = from.take(most as u64 + 1).read_to_end(&mut bytes);
    let is_cut = bytes.len() > most;
    bytes.truncate(most);
    (bytes, is_cut)
}

/// Reads all, so that nobody waits, and keeps so many bytes.
fn read_all_keeping(mut from: impl Read, most: usize) -> Vec<u8> {
    let (bytes, _) = read_most(&mut from, most);
    let _ = io::copy(&mut from, &mut io::sink());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn run_for(program: &Program, input: &str, timeout: Duration) -> Ended {
        let (told, ended) = channel();
        let facts = [("DESKHAND_FORMAT", "plain".to_owned())];
        let pipe = Pipe::start(program, input.into(), &facts, timeout, move |ended| {
            let _ = told.send(ended);
        });
        let ended = ended.recv_timeout(SOON + SOON).unwrap_or(Ended::NotStarted("no end".to_owned()));
        drop(pipe);
        ended
    }

    fn shell(line: &str, input: &str) -> Ended {
        run_for(&Program::Shell(line.to_owned()), input, SOON)
    }

    fn answer(text: &str) -> Ended {
        Ended::Answer { text: text.to_owned(), is_cut: false }
    }

    #[test]
    fn the_text_goes_in_and_the_answer_comes_out() {
        assert_eq!(shell("tr a-z A-Z", "hello\n"), answer("HELLO\n"));
        let words = ["tr", "a-z", "A-Z"].map(str::to_owned).to_vec();
        assert_eq!(run_for(&Program::Words(words), "$(id) `id`", SOON), answer("$(ID) `ID`"));
        assert_eq!(shell("printf %s \"$DESKHAND_FORMAT$DESKHAND_TOKEN\"", ""), answer("plain"));
    }

    #[test]
    fn no_shell_reads_the_words_of_a_list() {
        let words = ["printf", "%s", "$HOME; echo x"].map(str::to_owned).to_vec();
        assert_eq!(run_for(&Program::Words(words), "", SOON), answer("$HOME; echo x"));
        assert!(matches!(run_for(&Program::Words(Vec::new()), "", SOON), Ended::NotStarted(_)));
        let missing = Program::Words(vec!["no-such-program-anywhere".to_owned()]);
        let Ended::NotStarted(why) = run_for(&missing, "", SOON) else { panic!("it was started") };
        assert!(why.starts_with("no-such-program-anywhere: "), "{why}");
    }

    #[test]
    fn a_failure_tells_its_code_and_what_was_said() {
        let ended = shell("cat > /dev/null; echo half; echo broken >&2; exit 3", "x");
        assert_eq!(ended, Ended::Failed { code: Some(3), complaint: "broken\n".to_owned() });
        assert_eq!(shell("kill -9 $$", ""), Ended::Failed { code: None, complaint: String::new() });
        let Ended::Failed { complaint, .. } = shell("head -c 300000 /dev/zero >&2; exit 1", "") else {
            panic!("it did not fail")
        };
        assert_eq!(complaint.len(), LONGEST_COMPLAINT);
    }

    #[test]
    fn one_that_reads_nothing_is_no_failure_however_long_the_text() {
        assert_eq!(shell("echo done", &"x".repeat(5 << 20)), answer("done\n"));
    }

    #[test]
    fn an_answer_without_an_end_is_cut_and_the_command_ended() {
        for line in ["yes", "head -c 10000000 /dev/zero | tr '\\0' a"] {
            let Ended::Answer { text, is_cut } = shell(line, "") else { panic!("no answer of {line}") };
            assert_eq!((text.len(), is_cut), (LONGEST_ANSWER, true), "{line}");
        }
    }

    #[test]
    fn one_that_hangs_is_ended_with_all_that_it_started() {
        let short = Duration::from_millis(200);
        // The inner one would hold the answer open; it ends with the group, and cannot be asked kindly.
        let line = "trap '' TERM; (trap '' TERM; sleep 600) & sleep 600";
        assert_eq!(run_for(&Program::Shell(line.to_owned()), "", short), Ended::TimedOut);
        let line = "sleep 600 & echo started";
        assert_eq!(shell(line, ""), answer("started\n"), "what it left behind is not waited for");
    }

    #[test]
    fn one_that_is_called_off_ends_at_once() {
        let (told, ended) = channel();
        let hangs = Program::Shell("sleep 600".to_owned());
        let pipe = Pipe::start(&hangs, Vec::new(), &[], SOON * 30, move |ended| {
            let _ = told.send(ended);
        });
        drop(pipe);
        assert_eq!(ended.recv_timeout(SOON), Ok(Ended::Stopped));
    }
}
