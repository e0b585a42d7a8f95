//! The agent's own editor: what it is given, and what is taken back.
//!
//! Owns the file's form: the text, a line where it ends, and the thread below that line, the newest
//! message first. Running the editor is the host's. The draft is handed over before, and again after.

use std::collections::BTreeSet;

use super::{Composer, Place};
use crate::app::shelf::Haste;
use crate::app::{App, Effect, Severity};
use crate::config::settings::EditorUse;
use crate::domain::{ConversationId, Mode, Part, PartKind};
use crate::sync::message::Thread;
use crate::text::{Clean, clean, clean_entry, html};

/// Cells of a line of the thread in the file.
const WIDTH: u16 = 76;
/// Bytes of the thread that are put into the file.
const MOST: usize = 200_000;
/// What every line of the thread begins with.
const QUOTE: &str = "> ";

/// A text that is with an editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditorText {
    /// Where it belongs.
    place: Place,
    /// The line under which nothing is the agent's.
    scissors: String,
    /// The first line of the thread, should that line be gone.
    first: String,
    /// What was given below the text, from that line on.
    below: String,
}

impl EditorText {
    /// What the agent wrote, and what was below the line.
    fn parted<'t>(&self, text: &'t str) -> (&'t str, &'t str) {
        let line_start = |at: usize| at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
        let begins = |line: &str| {
            (!line.is_empty()).then(|| text.rmatch_indices(line).map(|(at, _)| at).find(|at| line_start(*at))).flatten()
        };
        let end = begins(&self.scissors).or_else(|| begins(&self.first)).unwrap_or(text.len());
        let (own, below) = text.split_at_checked(end).unwrap_or((text, ""));
        (own.trim_end(), below)
    }

    /// Lines that were written below the line, where nothing is sent from; empty when there are none.
    fn misplaced(&self, below: &str) -> String {
        if below.trim_end() == self.below.trim_end() {
            return String::new();
        }
        let given: BTreeSet<&str> = self.below.lines().map(str::trim_end).collect();
        let is_new = |line: &&str| !given.contains(line) && !line.starts_with(QUOTE.trim_end());
        below.lines().map(str::trim_end).filter(is_new).collect::<Vec<_>>().join("\n").trim().to_owned()
    }
}

impl Composer {
    /// Whether the text is with an editor.
    #[must_use]
    pub const fn is_outside(&self) -> bool {
        self.outside.is_some()
    }
}

impl App {
    /// The composer was opened: the editor follows where the agent always wants it.
    pub(in crate::app) fn open_editor_if_wanted(&mut self) {
        self.composer.editor_waits = self.settings.composer_editor == EditorUse::Always;
        self.open_waiting_editor();
    }

    /// Opens the editor that waits for the thread, which goes into the file.
    pub(in crate::app) fn open_waiting_editor(&mut self) {
        let is_here = |id: &ConversationId| self.thread_to_quote().is_some_and(|thread| thread.conversation.id == *id);
        if self.composer.editor_waits && self.composer.conversation.as_ref().is_some_and(is_here) {
            self.edit_outside();
        }
    }

    fn thread_to_quote(&self) -> Option<&Thread> {
        self.thread.open.as_ref().map(|open| &open.thread).filter(|thread| thread.is_here)
    }

    /// `ctrl-x o`: hands the text to the agent's editor.
    pub(in crate::app) fn edit_outside(&mut self) {
        let Some(place) = self.composer.bound() else { return };
        self.composer.editor_waits = false;
        (self.composer.completion, self.composer.preview) = (None, None);
        // Whatever becomes of the editor, what is written so far is on its way to the disk before it starts.
        self.save_draft(Haste::Leave);
        let scissors = self.words.say("editor-scissors").to_string();
        let (below, first) = match self.thread_to_quote().filter(|thread| thread.conversation.id == place.0) {
            Some(thread) => self.thread_below(thread),
            None => (String::new(), String::new()),
        };
        let below = format!("{scissors}\n{}\n\n{below}", self.words.say("editor-below"));
        let text = format!("{}\n\n{below}", self.composer.text());
        let mode = if place.1 == Mode::Note { "note" } else { "reply" };
        let name = format!("{mode}-{}.md", place.0);
        self.composer.outside = Some(EditorText { place, scissors, first, below });
        self.out.push(Effect::EditText { name, text });
    }

    /// The editor has ended: the text as it was saved, or why there is none.
    pub(in crate::app) fn hear_edited(&mut self, edited: Result<String, String>) {
        let Some(given) = self.composer.outside.take() else { return };
        match edited {
            Ok(text) if self.composer.bound().as_ref() == Some(&given.place) => {
                let (own, below) = given.parted(&text);
                let whole = self.composer.replace_all(own, self.now);
                self.text_changed();
                self.save_draft(Haste::Leave);
                let misplaced = given.misplaced(below);
                if !whole {
                    self.say(Severity::Warning, "paste-too-long");
                } else if !misplaced.is_empty() {
                    self.composer.text.set_yank(clean_entry(&misplaced));
                    self.say(Severity::Warning, "editor-below-line");
                }
            }
            // The conversation is gone from the screen meanwhile: nothing of the text is lost.
            Ok(text) => {
                let began = crate::domain::Began { part: None, at: self.now };
                let text = given.parted(&text).0.to_owned();
                let back = crate::app::shelf::Kept { text, began, files: Vec::new() };
                self.composer.put_back(&given.place, back);
                self.save_again(&given.place);
            }
            Err(why) => {
                let text = self.words.say("editor-failed");
                self.say_text(Severity::Error, text, clean(&why));
            }
        }
    }

    /// The thread as it stands under the text, the newest message first, and its first line.
    fn thread_below(&self, thread: &Thread) -> (String, String) {
        let mut below = String::new();
        for part in thread.parts.iter().rev() {
            let Some(body) = part.body.as_ref().filter(|body| !body.is_empty()) else { continue };
            below.push_str(QUOTE);
            below.push_str(&self.head_of(part));
            below.push('\n');
            for line in html::layout(&html::blocks(body.as_raw()), WIDTH, false) {
                let mut words = "> ".repeat(usize::from(line.gutter));
                words.push_str(&line.lead);
                line.spans.iter().for_each(|span| words.push_str(&span.text));
                below.push_str(format!("{QUOTE}  {words}").trim_end());
                below.push('\n');
            }
            below.push_str(">\n");
            if below.len() > MOST {
                break;
            }
        }
        let first = below.lines().next().unwrap_or_default().to_owned();
        (below, first)
    }

    /// `Chloé Dubois, 2026-11-18 14:30`, and whether it is a note.
    fn head_of(&self, part: &Part) -> Clean {
        let author = part.author.name.clean().or(&part.author.email.clean()).or(&self.words.say("ui-contact-unknown"));
        let at = jiff::Timestamp::from_second(part.created_at.secs()).unwrap_or_default();
        let at = clean(&at.to_zoned(self.settings.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string());
        let key = if part.kind == PartKind::Note { "editor-head-note" } else { "editor-head" };
        self.words.with(key, &[("who", (&author).into()), ("when", (&at).into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_above_the_line_is_the_agents() {
        let Some(id) = ConversationId::parse("1") else { return };
        let below = "--8<--\nwords\n> Ana, 14:30\n> x\n".to_owned();
        let given =
            EditorText { place: (id, Mode::Reply), scissors: "--8<--".into(), first: "> Ana, 14:30".into(), below };
        let own = |text| given.parted(text).0.to_owned();
        assert_eq!(own("Hi\n\nBye\n\n--8<--\nwords\n> Ana, 14:30\n> x\n"), "Hi\n\nBye");
        assert_eq!(own("a --8<-- b\n--8<--\n"), "a --8<-- b");
        assert_eq!(own("--8<--\nmine, too\n--8<--\nnot"), "--8<--\nmine, too");
        assert_eq!(own("Hi\n> Ana, 14:30\n> x\n"), "Hi", "the line was taken away, the thread was not");
        assert_eq!(own("Hi\n> quoted"), "Hi\n> quoted");
        assert_eq!(own(""), "");
        let misplaced = |text| given.misplaced(given.parted(text).1);
        assert_eq!(misplaced("Hi\n--8<--\nwords  \n> Ana, 14:30\n> x"), "");
        assert_eq!(misplaced("Hi\n--8<--\nwords\n\n"), "", "the thread was taken away");
        assert_eq!(misplaced("Hi\n--8<--\nwords\n> Ana, 14:30\n> x\nSee\n\nyou\n"), "See\n\nyou");
    }
}
