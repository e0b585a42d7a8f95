//! In which form words leave the program.

/// In which form a conversation, a message or a draft leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON document: the conversation, with `parts`.
    Json,
    /// Markdown: a heading, then each message under its author and time.
    Markdown,
    /// Plain text: the same without signs.
    #[default]
    Plain,
}

impl Format {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Markdown, Self::Json];

    /// Its word in files and in the environment of a command.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Plain => "plain",
        }
    }
}
