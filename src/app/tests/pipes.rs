//! Commands that are given what is at hand, and what becomes of their answers.

use std::time::Duration;

use super::super::layers::Confirm;
use super::super::pipes::{Given, PipeEnd, PipeJob, PipeNews};
use super::super::{Layer, Msg, Pane};
use super::Desk;
use super::engine::Engine;
use crate::config::settings::{OwnPipe, PipeCommand, PipeInput, PipeOutput, Settings};
use crate::domain::{Format, Mode};
use crate::sync::message::Request;
use crate::text::Untrusted;

/// Commands as they were to run.
#[derive(Default)]
pub(super) struct Piped {
    /// What goes into them stays unwritten.
    holds: bool,
    held: Vec<u64>,
    ran: Vec<(PipeJob, String)>,
    pub(super) stopped: Vec<u64>,
}

impl Piped {
    pub(super) fn write(&mut self, job: PipeJob) -> Option<Msg> {
        if self.holds {
            self.held.push(job.number);
            return None;
        }
        let text = match &job.given {
            Given::Message(id) => format!("message {id} {}", job.format.as_str()),
            Given::Thread => format!("thread {} {}", job.conversation, job.format.as_str()),
            Given::Words(text) => text.clone(),
        };
        Some(written(job.number, &text))
    }

    pub(super) fn run(&mut self, job: PipeJob, text: &[u8]) {
        self.ran.push((job, String::from_utf8(text.to_vec()).unwrap()));
    }
}

fn written(number: u64, text: &str) -> Msg {
    Msg::Pipe(Box::new(PipeNews::Written(number, text.as_bytes().into())))
}

fn pipe(name: &str, input: PipeInput, output: PipeOutput, key: Option<&str>) -> OwnPipe {
    OwnPipe {
        name: name.to_owned(),
        command: PipeCommand::Words(vec!["trans".to_owned(), ":en".to_owned(), name.to_owned()]),
        input,
        format: Format::Plain,
        output,
        key: key.map(str::to_owned),
        timeout: Duration::from_secs(20),
        line: 1,
    }
}

/// A desk whose conversation 1 is open, with pipes of every kind.
fn desk() -> Desk {
    let pipes = vec![
        pipe("Translate", PipeInput::Message, PipeOutput::Under, Some("g x")),
        pipe("Summarise", PipeInput::Thread, PipeOutput::Note, Some("f2")),
        pipe("Answer", PipeInput::Thread, PipeOutput::Draft, Some("f3")),
        pipe("Correct", PipeInput::Draft, PipeOutput::Draft, None),
        pipe("Look", PipeInput::Message, PipeOutput::Pane, Some("f4")),
    ];
    let settings = Settings { pipes, ..Settings::default() };
    let mut desk = Desk::with(160, 48, settings, Engine::filled());
    desk.press("enter");
    assert_eq!((desk.shown().as_str(), desk.focus()), ("1", Pane::Thread));
    desk
}

impl Desk {
    fn ends(&mut self, end: PipeEnd) {
        let number = self.piped.ran.last().unwrap().0.number;
        self.tell(Msg::Pipe(Box::new(PipeNews::Ended(number, end))));
    }

    fn answers(&mut self, text: &str) {
        self.ends(PipeEnd::Answer(Untrusted::new(text), false));
    }

    fn asks(&self) -> Option<String> {
        match self.app.layers.last() {
            Some(Layer::Confirm(Confirm::Pipe(ask))) => {
                Some(format!("{} {}", ask.job.name, String::from_utf8_lossy(&ask.text)))
            }
            _ => None,
        }
    }

    fn under(&self) -> Vec<String> {
        let items = &self.app.thread.open.as_ref().unwrap().items;
        items
            .iter()
            .flat_map(|item| &item.under)
            .map(|under| format!("{}: {}", under.name, under.lines.join("|")))
            .collect()
    }

    fn page(&self) -> Option<String> {
        match self.app.layers.last() {
            Some(Layer::Pager(pager)) => Some(pager.text.whole().to_string()),
            _ => None,
        }
    }
}

#[test]
fn the_first_use_asks_and_consent_is_kept_for_this_command_only() {
    let mut desk = desk();
    desk.press("g x");
    let asked = desk.asks().unwrap();
    assert!(asked.starts_with("Translate message "), "{asked}");
    assert!(desk.piped.ran.is_empty(), "nothing runs before the answer");
    desk.press("n");
    assert!(desk.app.layers.is_empty() && desk.piped.ran.is_empty());
    desk.press("g x y");
    assert_eq!(desk.piped.ran.len(), 1);
    let kept = desk.asked.iter().rev().find_map(|request| match request {
        Request::SaveArrangement(arrangement) => Some(arrangement.pipes.len()),
        _ => None,
    });
    assert_eq!(kept, Some(1));
    desk.answers("done");
    desk.press("g x");
    assert_eq!((desk.piped.ran.len(), desk.asks()), (2, None), "not asked again");
    desk.answers("done");
    desk.app.settings.pipes[0].command = PipeCommand::Words(vec!["rm".to_owned()]);
    desk.press("g x");
    assert!(desk.asks().is_some(), "another command asks again");
    desk.press("esc");
    desk.app.settings.pipes[0].command = desk.app.settings.pipes[1].command.clone();
    desk.press("f2");
    assert!(desk.asks().is_some(), "what goes into it is asked about too");
}

#[test]
fn keys_before_the_question_stands_are_no_answer_to_it() {
    let mut desk = desk();
    desk.piped.holds = true;
    desk.press("g x y y e");
    assert!(desk.piped.ran.is_empty() && desk.acts().is_empty());
    let number = desk.piped.held[0];
    desk.tell(written(number, "words"));
    assert_eq!(desk.asks().as_deref(), Some("Translate words"));
    desk.press("esc");
    desk.piped.holds = true;
    desk.press("g x esc");
    let number = desk.piped.held[1];
    desk.tell(written(number, "words"));
    assert!(desk.asks().is_none(), "who went away is not asked");
    desk.press("u");
    assert!(desk.app.layers.is_empty());
}

#[test]
fn an_answer_stands_under_its_message_and_survives_a_newer_thread() {
    let mut desk = desk();
    desk.press("g x y");
    assert!(desk.notice().contains("running"), "{}", desk.notice());
    let text = desk.piped.ran[0].1.clone();
    assert!(text.starts_with("message ") && text.ends_with(" plain"), "{text}");
    desk.answers("Hel\u{1b}[2Jlo\n\u{202e}there\n");
    let under = desk.under();
    assert_eq!(under.len(), 1);
    assert!(under[0].starts_with("Translate: Hel") && under[0].contains("there"), "{under:?}");
    assert!(!under[0].contains(['\u{1b}', '\u{202e}']), "{under:?}");
    desk.engine.customer_writes(1, "<p>One more thing</p>");
    desk.news();
    assert_eq!(desk.under().len(), 1);
    desk.press("esc j").pass(Duration::from_secs(1));
    assert!(desk.under().is_empty(), "another conversation");
    desk.press("k enter").pass(Duration::from_secs(1));
    assert_eq!(desk.under().len(), 1, "it is kept while the program runs");
    desk.press("g x");
    let at = desk.piped.ran.last().unwrap().0.number;
    desk.tell(Msg::Pipe(Box::new(PipeNews::Ended(at, PipeEnd::Answer(Untrusted::new("again"), false)))));
    assert!(desk.under().iter().any(|under| under.ends_with(": again")));
    assert!(desk.acts().is_empty() && desk.app.composer.is_empty(), "nothing is sent");
}

#[test]
fn an_answer_that_comes_late_is_kept_under_its_message_and_told() {
    let mut desk = desk();
    desk.press("g x y esc j enter").pass(Duration::from_secs(1));
    assert_eq!(desk.shown(), "2");
    desk.answers("late");
    assert!(desk.under().is_empty());
    assert!(desk.notice().contains('1') && desk.notice().contains("Translate"), "{}", desk.notice());
    desk.press("esc k enter").pass(Duration::from_secs(1));
    assert_eq!(desk.under(), ["Translate: late"]);
}

#[test]
fn a_note_and_a_draft_are_written_and_not_sent() {
    let mut desk = desk();
    desk.press("f2 y");
    desk.answers("In short: nothing came.\n");
    assert_eq!((desk.app.composer.mode, desk.focus()), (Mode::Note, Pane::Composer));
    assert_eq!(desk.app.composer.text(), "In short: nothing came.");
    desk.press("esc f3 y");
    desk.answers("Dear Chloé");
    // The note was left open: the mode never flips by itself, and nothing is lost.
    assert!(desk.acts().is_empty());
    let texts = desk.app.composer.text();
    assert!(texts.contains("Dear Chloé") || desk.under().iter().any(|under| under.contains("Dear Chloé")), "{texts}");
}

#[test]
fn a_draft_is_replaced_only_as_it_was_given_and_undo_brings_it_back() {
    let mut desk = desk();
    desk.press("r").write("teh cat");
    desk.press("ctrl-x x").write("corr");
    desk.press("enter");
    assert_eq!(desk.asks().as_deref(), Some("Correct teh cat"));
    desk.press("y");
    desk.answers("the cat\n");
    assert_eq!(desk.app.composer.text(), "the cat");
    desk.press("ctrl-_");
    assert_eq!(desk.app.composer.text(), "teh cat");
    desk.press("ctrl-x x").write("corr");
    desk.press("enter").write(" sat");
    desk.answers("the cat");
    assert_eq!(desk.app.composer.text(), "teh cat sat", "it was written on meanwhile");
    assert_eq!(desk.under(), ["Correct: the cat"]);
}

#[test]
fn a_typed_command_runs_at_once_and_answers_on_a_page() {
    let mut desk = desk();
    desk.press("X").write("wc -w");
    desk.press("tab enter");
    let (job, text) = desk.piped.ran.last().cloned().unwrap();
    assert_eq!(job.command, PipeCommand::Shell("wc -w".to_owned()));
    assert_eq!(text, "thread 1 markdown");
    desk.answers("42\n");
    assert_eq!(desk.page().as_deref(), Some("42"));
    desk.press("esc |").write("wc");
    desk.press("enter");
    // The agent has begun to write: no page under their hands.
    desk.press("r").write("Hello");
    desk.answers("7");
    assert!(desk.app.layers.is_empty());
    assert_eq!(desk.app.composer.text(), "Hello");
    assert_eq!(desk.under(), ["wc: 7"]);
}

#[test]
fn failures_are_told_with_code_and_first_line() {
    let mut desk = desk();
    desk.press("g x y");
    desk.ends(PipeEnd::Failed(Some(3), Untrusted::new("\nno \u{1b}[31mnetwork\nmore")));
    let said = format!("{:?}", desk.app.notices.current());
    assert!(
        said.contains('3') && said.contains("network") && !said.contains("more") && !said.contains('\u{1b}'),
        "{said}"
    );
    for (end, word) in [
        (PipeEnd::TimedOut, "too long"),
        (PipeEnd::NotStarted(Untrusted::new("trans: not found")), "not be started"),
        (PipeEnd::Failed(None, Untrusted::default()), "signal"),
        (PipeEnd::Answer(Untrusted::new(" \n"), false), "nothing to say"),
    ] {
        desk.press("g x");
        desk.ends(end);
        assert!(desk.notice().contains(word), "{word}: {}", desk.notice());
    }
    assert!(desk.under().is_empty());
}

#[test]
fn ctrl_c_calls_the_command_off_and_nothing_else() {
    let mut desk = desk();
    desk.press("g x y ctrl-c");
    let number = desk.piped.ran[0].0.number;
    assert_eq!(desk.piped.stopped, [number]);
    desk.ends(PipeEnd::Stopped);
    assert!(desk.notice().contains("stopped"), "{}", desk.notice());
    desk.press("ctrl-c");
    assert!(!desk.quit && desk.notice().starts_with("Nothing is running"), "{}", desk.notice());
}

#[test]
fn without_a_thread_there_is_nothing_to_give() {
    let mut desk = Desk::with(160, 48, Settings::default(), Engine::filled());
    desk.press("g d").pass(Duration::from_secs(1));
    desk.press("X");
    assert!(desk.app.layers.is_empty(), "{:?}", desk.app.layers);
}

#[test]
fn help_lists_the_keys_of_ones_own_and_runs_them() {
    let mut desk = desk();
    desk.press("?").write("translate");
    let Some(Layer::Help(help)) = desk.app.layers.last() else { panic!() };
    let row = help.visible.first().map(|at| &help.rows[*at]).unwrap();
    assert_eq!((row.keys.as_str(), row.doc.as_str()), ("g x", "Runs a command of your own: trans :en Translate"));
    desk.press("enter y");
    assert_eq!(desk.piped.ran.len(), 1);
}
