//! Where an answer goes: under its message, into a text, onto a page. What was meant for a place that the agent
//! has left is kept under its message, and told.

use super::PipeJob;
use crate::app::layers::Layer;
use crate::app::pager::Pager;
use crate::app::{App, Pane, Severity};
use crate::config::settings::PipeOutput;
use crate::domain::{ConversationId, Mode};
use crate::text::Clean;

/// So many are kept; the oldest go.
const MOST: usize = 200;

/// An answer under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message: a part's id, or that of what is not sent yet.
    pub under: String,
    /// The pipe's name.
    pub name: Clean,
    /// The answer.
    pub text: Clean,
}

impl App {
    /// An answer has come.
    pub(super) fn place_answer(&mut self, job: &PipeJob, text: Clean, is_cut: bool) {
        let placed = match job.output {
            PipeOutput::Under => false,
            PipeOutput::Pane => self.show_answer(job, &text, is_cut),
            PipeOutput::Note => self.write_answer(job, Mode::Note, &text),
            PipeOutput::Draft => match job.draft.clone() {
                Some((mode, before)) => self.replace_draft(job, mode, &before, &text),
                None => {
                    let mode = self.composer.conversation.as_ref().map_or(Mode::Reply, |_| self.composer.mode);
                    self.write_answer(job, mode, &text)
                }
            },
        };
        if !placed {
            self.keep_under(job, text);
        }
    }

    /// On a page of its own, where that takes no text from under the agent's hands.
    fn show_answer(&mut self, job: &PipeJob, text: &Clean, is_cut: bool) -> bool {
        let is_free = match self.layers.last() {
            None => self.focus != Pane::Composer,
            Some(layer) => matches!(layer, Layer::File(_) | Layer::Shift(_)),
        };
        if !is_free || self.thread.wanted.as_ref() != Some(&job.conversation) {
            return false;
        }
        let title = self.words.with("pipe-answer", &[("name", (&job.name).into())]);
        let notes = is_cut.then(|| self.words.with("pipe-cut", &[("name", (&job.name).into())]));
        self.open_pager(Pager::text(title, text).with_notes(notes.into_iter().collect()));
        true
    }

    /// Into a text, at its cursor; the composer opens for it, but never in another mode than it is in.
    fn write_answer(&mut self, job: &PipeJob, mode: Mode, text: &Clean) -> bool {
        let id = &job.conversation;
        let is_open = self.composer.bound().is_some_and(|bound| bound == (id.clone(), mode));
        if !self.layers.is_empty() || self.thread.wanted.as_ref() != Some(id) || id.is_placeholder() {
            return false;
        }
        if !is_open {
            let is_elsewhere = self.composer.conversation.is_some() && self.focus == Pane::Composer;
            if is_elsewhere || self.why_not_written(id).is_some() {
                return false;
            }
            if self.layout().thread.is_none() {
                self.focus = Pane::Thread;
            }
            self.reopen_composer(id, mode);
        }
        let put_in = self.composer.insert_at_cursor(text, self.now);
        self.answer_written(job, put_in == crate::app::composer::Pasted::Whole);
        true
    }

    /// In the place of the draft that was given, if that still stands as it was.
    fn replace_draft(&mut self, job: &PipeJob, mode: Mode, before: &str, text: &Clean) -> bool {
        let is_there = self.composer.bound().is_some_and(|bound| bound == (job.conversation.clone(), mode));
        if !is_there || self.composer.text() != before {
            return false;
        }
        let is_whole = self.composer.replace_all(text, self.now);
        self.answer_written(job, is_whole);
        true
    }

    fn answer_written(&mut self, job: &PipeJob, is_whole: bool) {
        self.text_changed();
        if is_whole {
            let text = self.words.with("pipe-written", &[("name", (&job.name).into())]);
            self.say_text(Severity::Info, text, Clean::default());
        } else {
            self.say(Severity::Warning, "paste-too-long");
        }
    }

    /// Under its message, while the program runs.
    fn keep_under(&mut self, job: &PipeJob, text: Clean) {
        let last = || {
            let open = self.thread.open.as_ref()?;
            let is_its = open.thread.conversation.id == job.conversation;
            open.thread.parts.last().filter(|_| is_its).map(|part| part.id.to_string())
        };
        let is_shown = self.thread.shown() == Some(&job.conversation);
        let meant_for_here = job.output == PipeOutput::Under;
        let Some(under) = job.under.clone().or_else(last) else {
            // There is no message to keep it under: a page it is, whatever is in front.
            let title = self.words.with("pipe-answer", &[("name", (&job.name).into())]);
            self.open_pager(Pager::text(title, &text));
            return;
        };
        let kept = Kept { conversation: job.conversation.clone(), under, name: job.name.clone(), text };
        // The same again takes the place of what it said before.
        let is_same = |other: &Kept| {
            (&other.conversation, &other.under, &other.name) == (&kept.conversation, &kept.under, &kept.name)
        };
        self.pipes.kept.retain(|other| !is_same(other));
        if self.pipes.kept.len() >= MOST {
            self.pipes.kept.remove(0);
        }
        self.pipes.kept.push(kept);
        self.show_kept();
        let key = match (is_shown, meant_for_here) {
            (true, true) => "pipe-under",
            (true, false) => "pipe-kept-here",
            (false, _) => "pipe-kept",
        };
        let number = crate::text::clean(job.conversation.as_str());
        let text = self.words.with(key, &[("name", (&job.name).into()), ("number", (&number).into())]);
        self.say_text(Severity::Info, text, Clean::default());
    }

    /// Puts the answers that are kept into the thread that is shown.
    pub(in crate::app) fn show_kept(&mut self) {
        let page = self.thread_page();
        let Some(open) = self.thread.open.as_mut() else { return };
        let id = &open.thread.conversation.id;
        let kept: Vec<&Kept> = self.pipes.kept.iter().filter(|kept| kept.conversation == *id).collect();
        if !kept.is_empty() {
            open.put_under(&kept, page);
        }
    }
}
