//! Commands that are given a message, a thread or a draft, and what becomes of their answers.
//!
//! Owns which command is to run on what, the consent that the first use asks for, those that run, and answers
//! that are kept under their messages while the program runs. The choice among them is `menu`'s, where an answer
//! goes `answers`'s. Nothing runs here: [`Effect::WritePipe`] has what goes in written, [`Effect::RunPipe`] runs,
//! and [`PipeNews`] comes back.

mod answers;
mod menu;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

pub use answers::Kept;
pub use menu::{Named, PipeMenu};

use super::layers::{Confirm, Layer};
use super::notices::{Matter, Notice};
use super::{App, Effect, Severity};
use crate::command::Context;
use crate::config::settings::OwnPipe;
pub use crate::config::settings::{PipeCommand, PipeInput, PipeOutput};
use crate::domain::file::shell_word;
use crate::domain::{ConversationId, Format, Mode, PartId};
use crate::keymap::{Key, Keymap, OwnKeys, OwnLookup};
use crate::text::{Clean, Language, Untrusted, clean, clean_lines};

/// So many run at a time.
const MOST: usize = 8;
/// How long a typed command may take.
const TYPED_TIMEOUT: Duration = Duration::from_secs(60);
/// A notice of what runs goes by itself so long after its command should have ended.
const LATE: Duration = Duration::from_secs(5);

/// What a command is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A message of the open thread.
    Message(PartId),
    /// The open thread.
    Thread,
    /// What is being written, or waits to be sent.
    Words(String),
}

/// A command that is to run, or runs.
#[derive(Clone, Debug, PartialEq)]
pub struct PipeJob {
    /// Its number; news of it carry this.
    pub number: u64,
    /// The pipe's name; a typed command itself.
    pub name: Clean,
    /// What is run.
    pub command: PipeCommand,
    /// What it is given.
    pub given: Given,
    /// In which form.
    pub format: Format,
    /// Where its answer goes.
    pub output: PipeOutput,
    /// How long it may take.
    pub timeout: Duration,
    /// The conversation that was at hand.
    pub conversation: ConversationId,
    /// The language of it, where known.
    pub language: Option<Language>,
    /// The message that was at hand: a part's id, or that of what is not sent yet.
    under: Option<String>,
    /// The text that it was given, when that was a draft: only that text is replaced.
    draft: Option<(Mode, String)>,
    /// The first use asks.
    asks: bool,
}

impl PipeJob {
    /// Names the command and what goes into it: consent is to this and to nothing else.
    fn consent(&self) -> String {
        let mut digest = Sha256::new();
        let mut add = |word: &str| {
            digest.update((word.len() as u64).to_le_bytes());
            digest.update(word.as_bytes());
        };
        match &self.command {
            PipeCommand::Shell(line) => ["sh", line].into_iter().for_each(&mut add),
            PipeCommand::Words(words) => words.iter().map(String::as_str).for_each(&mut add),
        }
        add(match self.given {
            Given::Message(_) => "message",
            Given::Thread => "thread",
            Given::Words(_) => "words",
        });
        add(self.format.as_str());
        digest.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// What is asked before a command runs for the first time.
#[derive(Clone, Debug, PartialEq)]
pub struct PipeAsk {
    /// The command.
    pub job: Box<PipeJob>,
    /// What goes into it.
    pub text: Arc<[u8]>,
}

/// What becomes of a command.
#[derive(Clone, Debug)]
pub enum PipeNews {
    /// What goes into it is written.
    Written(u64, Arc<[u8]>),
    /// It has ended.
    Ended(u64, PipeEnd),
}

/// How a command ended.
#[derive(Clone, Debug)]
pub enum PipeEnd {
    /// It answered; whether the answer was longer than is taken.
    Answer(Untrusted, bool),
    /// It failed, with this exit code if it had one, and said this.
    Failed(Option<i32>, Untrusted),
    /// It could not be started, and why.
    NotStarted(Untrusted),
    /// It took too long.
    TimedOut,
    /// It was called off.
    Stopped,
}

/// Commands of the agent's own, at work.
#[derive(Debug, Default)]
pub struct Pipes {
    /// Keys of their own.
    keys: OwnKeys,
    last: u64,
    /// What goes into them is being written.
    writing: Vec<PipeJob>,
    /// They run.
    running: Vec<PipeJob>,
    /// Answers under messages.
    kept: Vec<Kept>,
}

impl Pipes {
    /// Those of the settings, with the keys that are free.
    pub(super) fn new(pipes: &[OwnPipe], keymap: &Keymap) -> Self {
        // What is wrong with a key is told by `config check`, and once at the start.
        Self { keys: OwnKeys::read(pipes, keymap, Path::new("config.toml")).0, ..Self::default() }
    }

    /// How many run, or are about to.
    #[must_use]
    pub const fn at_work(&self) -> usize {
        self.running.len() + self.writing.len()
    }
}

/// A command as it is shown: words as a shell would take them, a line for `sh` as it stands.
#[must_use]
pub fn command_words(command: &PipeCommand) -> Clean {
    match command {
        PipeCommand::Shell(line) => clean_lines(line),
        PipeCommand::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
            clean(&words.join(" "))
        }
    }
}

impl App {
    /// Keys that the keymap does not know, in the order of typing: those of a pipe run it. Returns whether they are
    /// some, or the beginning of some.
    pub(super) fn press_own(&mut self, contexts: &[Context]) -> bool {
        match self.pipes.keys.lookup(contexts, &self.pending) {
            OwnLookup::Nothing => false,
            OwnLookup::Pending => true,
            OwnLookup::Run(pipe) => {
                self.pending.clear();
                self.run_named(pipe);
                true
            }
        }
    }

    /// What may follow a half-typed sequence among the pipes' keys: the keys, and the pipe's name.
    pub(super) fn own_continuations(&self, contexts: &[Context], typed: &[Key]) -> Vec<(String, Clean)> {
        let name = |(keys, pipe): (String, usize)| {
            let pipe = self.settings.pipes.get(pipe)?;
            Some((keys, clean(&pipe.name)))
        };
        self.pipes.keys.continuations(contexts, typed).into_iter().filter_map(name).collect()
    }

    /// The pipes that have keys of their own: their places in the settings, and the keys.
    pub(super) fn own_keys(&self) -> impl Iterator<Item = (usize, String, &OwnPipe)> {
        let pipes = self.settings.pipes.iter().enumerate();
        pipes.filter_map(|(index, pipe)| Some((index, self.pipes.keys.keys_of(index)?, pipe)))
    }

    /// Runs a pipe of config.toml on what is at hand, or says why not.
    pub(super) fn run_named(&mut self, pipe: usize) {
        let Some(pipe) = self.settings.pipes.get(pipe).cloned() else { return };
        let name = clean(&pipe.name);
        let job = self.job(name, pipe.command, pipe.input, (pipe.format, pipe.output), pipe.timeout);
        match job {
            Ok(job) => self.begin_pipe(PipeJob { asks: true, ..job }),
            Err(why) => self.say(Severity::Warning, why),
        }
    }

    /// Runs what was typed.
    fn run_typed(&mut self, line: &str, input: PipeInput, format: Format) {
        let name = clean(line);
        let command = PipeCommand::Shell(line.to_owned());
        match self.job(name, command, input, (format, PipeOutput::Pane), TYPED_TIMEOUT) {
            // The agent has just typed it, before words that say what it gets.
            Ok(job) => self.begin_pipe(job),
            Err(why) => self.say(Severity::Warning, why),
        }
    }

    /// A command on what is at hand.
    fn job(
        &self,
        name: Clean,
        command: PipeCommand,
        input: PipeInput,
        (format, output): (Format, PipeOutput),
        timeout: Duration,
    ) -> Result<PipeJob, &'static str> {
        let draft = self.composer.bound().map(|(id, mode)| (id, mode, self.composer.text()));
        let open = self.thread.open.as_ref().filter(|_| !self.thread.is_waiting());
        let under = open.and_then(|open| open.at_cursor().and_then(|item| open.key_of(item)));
        let (given, draft) = match input {
            PipeInput::Draft => match draft {
                Some((_, mode, text)) if !self.composer.is_blank() => (Given::Words(text.clone()), Some((mode, text))),
                Some(_) => return Err("why-empty-text"),
                None => return Err("why-not-composing"),
            },
            PipeInput::Thread if open.is_some_and(|open| open.thread.is_here) => (Given::Thread, None),
            PipeInput::Message => (self.message_at_hand()?, None),
            PipeInput::Thread => return Err("why-no-thread"),
        };
        let conversation = match (open, self.composer.conversation.as_ref()) {
            (Some(open), _) => open.thread.conversation.id.clone(),
            (None, Some(id)) => id.clone(),
            (None, None) => return Err("why-no-thread"),
        };
        let language = open.and_then(|open| open.thread.conversation.language);
        Ok(PipeJob {
            number: 0,
            name,
            command,
            given,
            format,
            output,
            timeout,
            conversation,
            language,
            under,
            draft,
            asks: false,
        })
    }

    /// The message with the cursor.
    fn message_at_hand(&self) -> Result<Given, &'static str> {
        let open = self.thread.open.as_ref().filter(|_| !self.thread.is_waiting()).ok_or("why-no-thread")?;
        let item = open.at_cursor().ok_or("pipe-no-message")?;
        if let Some(part) = open.part_of(item) {
            let has_words = !part.redacted && part.body.as_ref().is_some_and(|body| !body.is_empty());
            return if has_words { Ok(Given::Message(part.id.clone())) } else { Err("pipe-no-message") };
        }
        let words = open.pending_at_cursor().and_then(|row| row.act.text()).filter(|text| !text.trim().is_empty());
        words.map(|text| Given::Words(text.to_owned())).ok_or("pipe-no-message")
    }

    /// A command is to run: what goes into it is written first, and where it runs for the first time it is asked.
    fn begin_pipe(&mut self, mut job: PipeJob) {
        if self.pipes.at_work() >= MOST {
            self.say(Severity::Warning, "pipe-too-many");
            return;
        }
        self.pipes.last += 1;
        job.number = self.pipes.last;
        job.asks &= !self.arrangement.pipes.contains(&job.consent());
        if job.asks {
            // Keys that are typed before the question stands are no answer to it.
            self.layers.push(Layer::Pipe(Box::new(PipeMenu::waiting(job.name.clone(), job.number))));
        }
        self.pipes.writing.push(job.clone());
        self.out.push(Effect::WritePipe(Box::new(job)));
    }

    /// Yes: it runs, and is not asked about again.
    pub(super) fn consent_to_pipe(&mut self, ask: PipeAsk) {
        self.arrangement.pipes.push(ask.job.consent());
        self.ask(crate::sync::message::Request::SaveArrangement(Box::new(self.arrangement.clone())));
        self.run_pipe(*ask.job, ask.text);
    }

    fn run_pipe(&mut self, job: PipeJob, text: Arc<[u8]>) {
        let args = [("name", (&job.name).into())];
        let notice = Notice {
            severity: Severity::Info,
            text: self.words.with("pipe-runs", &args),
            details: Clean::default(),
            until: self.monotonic + job.timeout + LATE,
            until_key: false,
            matter: Matter::Pipe(job.number),
        };
        self.notices.push(notice);
        self.pipes.running.push(job.clone());
        self.out.push(Effect::RunPipe(Box::new(job), text));
    }

    /// `ctrl-c`: calls the newest one off. Returns whether there was one.
    pub(super) fn stop_pipe(&mut self) -> bool {
        if self.pipes.writing.pop().is_some() {
            return true;
        }
        let Some(job) = self.pipes.running.last() else { return false };
        self.out.push(Effect::StopPipe(job.number));
        true
    }

    /// News of a command.
    pub(super) fn hear_pipe(&mut self, news: PipeNews) {
        match news {
            PipeNews::Written(number, text) => self.hear_written(number, text),
            PipeNews::Ended(number, end) => {
                self.out.push(Effect::StopPipe(number));
                self.notices.pipe_ended(number);
                let Some(at) = self.pipes.running.iter().position(|job| job.number == number) else { return };
                let job = self.pipes.running.remove(at);
                self.hear_end(&job, end);
            }
        }
    }

    fn hear_written(&mut self, number: u64, text: Arc<[u8]>) {
        let waits =
            self.layers.last().is_some_and(|layer| matches!(layer, Layer::Pipe(menu) if menu.waits_for(number)));
        if waits {
            self.layers.pop();
        }
        let Some(at) = self.pipes.writing.iter().position(|job| job.number == number) else { return };
        let job = self.pipes.writing.remove(at);
        if text.is_empty() {
            self.say(Severity::Warning, "pipe-no-message");
        } else if !job.asks {
            self.run_pipe(job, text);
        } else if waits {
            self.layers.push(Layer::Confirm(Confirm::Pipe(Box::new(PipeAsk { job: Box::new(job), text }))));
        }
    }

    fn hear_end(&mut self, job: &PipeJob, end: PipeEnd) {
        let args = [("name", (&job.name).into())];
        let first_line = |said: &Untrusted| {
            let said = said.clean_lines();
            said.each_line().find(|line| !line.is_blank()).unwrap_or_default()
        };
        let (key, severity, details) = match end {
            PipeEnd::Answer(text, is_cut) => {
                let text = text.clean_lines();
                let text = clean_lines(text.trim_end().trim_start_matches('\n'));
                if is_cut {
                    let text = self.words.with("pipe-cut", &args);
                    self.say_text(Severity::Warning, text, Clean::default());
                }
                if !text.is_blank() {
                    self.place_answer(job, text, is_cut);
                    return;
                }
                ("pipe-nothing", Severity::Info, Clean::default())
            }
            PipeEnd::Failed(code, said) => {
                let code = code.map(|code| clean(&code.to_string()));
                let key = if code.is_some() { "pipe-failed" } else { "pipe-killed" };
                let code = code.unwrap_or_default();
                let text = self.words.with(key, &[("name", (&job.name).into()), ("code", (&code).into())]);
                self.say_text(Severity::Error, text, first_line(&said));
                return;
            }
            PipeEnd::NotStarted(why) => ("pipe-not-started", Severity::Error, first_line(&why)),
            PipeEnd::TimedOut => ("pipe-timed-out", Severity::Error, Clean::default()),
            PipeEnd::Stopped => ("pipe-stopped", Severity::Info, Clean::default()),
        };
        let text = self.words.with(key, &args);
        self.say_text(severity, text, details);
    }
}
