//! A conversation with its messages, as it leaves the program: JSON, Markdown or plain text.
//!
//! Owns the shape of each, for copying, for pipes and for the command line alike. Markdown and plain text
//! are clean: they go to terminals and files that people open. JSON keeps the words as they came, with what
//! could act on a terminal escaped. Its own words are English always, as JSON is. Knows the domain only.
//! Enter at [`Transcript::write`], or [`message`] for one message alone.

mod json;
mod prose;

use jiff::tz::TimeZone;

pub use self::json::{conversation, inert, kind, part};
pub use crate::domain::Format;
use crate::domain::{Conversation, Directory, Part, UnixTime};

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
    /// In which zone times are told.
    pub zone: &'a TimeZone,
}

impl Transcript<'_> {
    /// The whole of it in a form. Ends with a line break. Markdown and plain text may go to a terminal as they
    /// are; so may the JSON.
    #[must_use]
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Json => pretty(&json::document(self)),
            Format::Markdown => prose::markdown(self),
            Format::Plain => prose::plain(self),
        }
    }
}

/// The words of one message, or its document. Without author and time, so that a translator gets nothing else;
/// empty where the part has no words. May go to a terminal as it is.
#[must_use]
pub fn message(of: &Part, format: Format) -> String {
    match format {
        Format::Json => pretty(&json::part(of)),
        Format::Markdown => prose::body(of, true),
        Format::Plain => prose::body(of, false),
    }
}

fn pretty(document: &serde_json::Value) -> String {
    let mut text = inert(&serde_json::to_string_pretty(document).unwrap_or_default());
    text.push('\n');
    text
}
