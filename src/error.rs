//! What went wrong, for a person: what, why, and what to do next; and the exit code for a script.
//!
//! A [`Failure`] names its sentences by key; [`Failure::say`] takes them from the catalogue of words.

use std::fmt::Display;

use crate::text::{Clean, clean, truncate};
use crate::words::{Arg, Words};

/// Somebody else's words are an explanation, and what was typed is an example: so many cells of either will do.
const LONGEST: usize = 400;

/// The classes of failure, as exit codes of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 1: failed.
    Failed,
    /// 2: wrong usage or config.
    Usage,
    /// 3: not found.
    NotFound,
    /// 4: not signed in, not allowed, or not possible with this API.
    NotAllowed,
    /// 5: helpdesk not reachable, or outcome not known yet.
    Unreachable,
    /// 6: the conversation moved on.
    Conflict,
}

impl Exit {
    /// The process's exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::NotAllowed => 4,
            Self::Unreachable => 5,
            Self::Conflict => 6,
        }
    }
}

/// A failure: its class, and its sentences by key of the catalogue of words.
///
/// The message of `key` says what happened, its attribute `next` what to do. `why` is somebody
/// else's words (the system's, the server's), cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The class.
    pub exit: Exit,
    /// Key of the sentence.
    pub key: &'static str,
    /// What goes into it.
    pub args: Vec<(&'static str, Clean)>,
    /// Why; may be empty.
    pub why: Clean,
}

impl Failure {
    /// A failure told by the sentence of `key`.
    #[must_use]
    pub fn new(exit: Exit, key: &'static str) -> Self {
        Self { exit, key, args: Vec::new(), why: Clean::default() }
    }

    /// Puts something into the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.args.push((name, short(&value)));
        self
    }

    /// Adds why, in somebody else's words.
    #[must_use]
    pub fn why(mut self, why: impl Display) -> Self {
        self.why = short(&why);
        self
    }

    /// What happened, without why and what to do next.
    #[must_use]
    pub fn say_what(&self, words: &Words) -> Clean {
        let args: Vec<(&str, Arg<'_>)> = self.args.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
        words.with(self.key, &args)
    }

    /// What happened, why, and what to do next: one or two lines.
    #[must_use]
    pub fn say(&self, words: &Words) -> String {
        let args: Vec<(&str, Arg<'_>)> = self.args.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
        let mut said = words.with(self.key, &args).to_string();
        if !self.why.is_empty() {
            said.push_str(": ");
            said.push_str(&self.why);
        }
        if let Some(next) = words.next_step(self.key, &args) {
            said.push('\n');
            said.push_str(&next);
        }
        said
    }
}

/// One line of something, cut where it is long.
fn short(value: &impl Display) -> Clean {
    truncate(&clean(&value.to_string()), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_what_next() {
        let failure = Failure::new(Exit::Usage, "cli-no-workspace").why("x\u{1b}[2J");
        let said = failure.say(&Words::english());
        assert_eq!(said.lines().count(), 2, "{said}");
        assert!(!said.contains('\u{1b}'));
    }

    #[test]
    fn somebody_elses_words_are_no_flood() {
        let flood = Failure::new(Exit::Failed, "cli-no-row").with("id", "x".repeat(9_000)).why("y ".repeat(9_000));
        assert!(flood.say(&Words::english()).len() < 1_000);
    }
}
