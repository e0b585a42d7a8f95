//! Commands of the agent's own: what goes into them is written aside, and they run aside.
//!
//! Owns those that run. Whether one may is the app's to say ([`crate::app::pipes`]); the process is the host's.

use std::collections::HashMap;
use std::sync::Arc;

use super::screen::{TheScreen, Wake};
use crate::app::Msg;
use crate::app::pipes::{Given, PipeEnd, PipeJob, PipeNews};
use crate::config::settings::PipeCommand;
use crate::domain::{Format, Part};
use crate::host::{Ended, Pipe, Program};
use crate::text::{Untrusted, clean_lines};
use crate::transcript::{self, Transcript};

/// Commands that run, by their numbers.
pub(super) type Running = HashMap<u64, Pipe>;

impl TheScreen {
    /// Writes what goes into a command, aside: threads are long.
    pub(super) fn write_pipe(&self, job: PipeJob) {
        let open = self.app.thread.open.as_ref();
        let open = open.filter(|open| open.thread.conversation.id == job.conversation);
        let thread = open.map(|open| (open.thread.conversation.clone(), Arc::clone(&open.thread.parts)));
        let (directory, zone, now) = (Arc::clone(&self.app.directory), self.app.settings.zone.clone(), self.app.now);
        let wake = self.wake.clone();
        std::thread::spawn(move || {
            let text = match (&job.given, &thread) {
                (Given::Words(text), _) => words(text, job.format),
                (Given::Message(id), Some((_, parts))) => {
                    let part: Option<&Part> = parts.iter().find(|part| part.id == *id);
                    part.map(|part| transcript::message(part, job.format)).unwrap_or_default()
                }
                (Given::Thread, Some((conversation, parts))) => {
                    let zone = &zone;
                    Transcript { conversation, parts, directory: &directory, now, zone }.write(job.format)
                }
                // The thread has gone from the screen in this very moment.
                (Given::Message(_) | Given::Thread, None) => String::new(),
            };
            tell(&wake, PipeNews::Written(job.number, text.into_bytes().into()));
        });
    }

    /// Runs a command on a text.
    pub(super) fn run_pipe(&mut self, job: &PipeJob, text: &[u8]) {
        let program = match &job.command {
            PipeCommand::Words(words) => Program::Words(words.clone()),
            PipeCommand::Shell(line) => Program::Shell(line.clone()),
        };
        let facts = [
            ("DESKHAND_CONVERSATION_ID", job.conversation.to_string()),
            ("DESKHAND_FORMAT", job.format.as_str().to_owned()),
            ("DESKHAND_LANGUAGE", job.language.map(|language| language.to_string()).unwrap_or_default()),
        ];
        let (wake, number) = (self.wake.clone(), job.number);
        let pipe = Pipe::start(&program, text.to_vec(), &facts, job.timeout, move |ended| {
            tell(&wake, PipeNews::Ended(number, end_of(ended)));
        });
        self.pipes.insert(number, pipe);
    }

    /// Calls a command off; one that has ended is only forgotten.
    pub(super) fn stop_pipe(&mut self, number: u64) {
        self.pipes.remove(&number);
    }
}

fn tell(wake: &std::sync::mpsc::Sender<Wake>, news: PipeNews) {
    // Fails only after the loop has ended.
    let _ = wake.send(Wake::Told(Box::new(Msg::Pipe(Box::new(news)))));
}

fn end_of(ended: Ended) -> PipeEnd {
    match ended {
        Ended::Answer { text, is_cut } => PipeEnd::Answer(Untrusted::new(text), is_cut),
        Ended::Failed { code, complaint } => PipeEnd::Failed(code, Untrusted::new(complaint)),
        Ended::NotStarted(why) => PipeEnd::NotStarted(Untrusted::new(why)),
        Ended::TimedOut => PipeEnd::TimedOut,
        Ended::Stopped => PipeEnd::Stopped,
    }
}

/// A text of ours as it was typed, its last line ended as those of every text are: what a command makes of it can
/// take its place.
fn words(text: &str, format: Format) -> String {
    let mut words = match format {
        Format::Markdown | Format::Plain => clean_lines(text).into_string(),
        Format::Json => transcript::inert(&serde_json::json!({ "body": text }).to_string()),
    };
    if !words.is_empty() && !words.ends_with('\n') {
        words.push('\n');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_goes_in_as_it_was_typed_with_its_last_line_ended() {
        assert_eq!(words("**a**\n\n b", Format::Plain), "**a**\n\n b\n");
        assert_eq!(words("a\n", Format::Markdown), "a\n");
        assert_eq!(words("a \u{202e}b", Format::Json), "{\"body\":\"a \\u202eb\"}\n");
        assert_eq!(words("", Format::Plain), "");
    }
}
