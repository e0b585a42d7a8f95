//! A conversation with its messages, as it leaves the program: JSON, Markdown or plain text.
//!
//! Owns the shape of each, for copying, for pipes and for the command line alike. Markdown and plain text
//! are clean: they go to terminals and files that people open. JSON keeps the words as they came. Knows
//! the domain only. Enter at [`Transcript::write`].

use crate::domain::{Conversation, Directory, Part, UnixTime};

/// In which form a conversation leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON document: the conversation, with `parts`.
    Json,
    /// Markdown: a heading, then each message under its author and time.
    Markdown,
    /// Plain text: the same without signs.
    Plain,
}

/// What is written.
#[derive(Clone, Copy, Debug)]
pub struct Transcript<'a> {
    /// The conversation as the agent sees it.
    pub conversation: &'a Conversation,
    /// Its parts, oldest first.
    pub parts: &'a [Part],
    /// Names of teammates and teams.
    pub directory: &'a Directory,
    /// Now, for what is told as a remainder.
    pub now: UnixTime,
}
