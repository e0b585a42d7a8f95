//! Where keys are looked up.

/// A place that has keys of its own. A stack of these, the front one first, is asked in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Everywhere, also while text is typed.
    Always,
    /// Everywhere but in text.
    Global,
    /// List, thread and details alike: acts on the conversation.
    Inbox,
    /// The sidebar.
    Sidebar,
    /// The list.
    List,
    /// The list, while it shows outbox rows.
    Outbox,
    /// The thread.
    Thread,
    /// The details panel.
    Details,
    /// The composer (text).
    Composer,
    /// The palette and the pickers (text).
    Picker,
    /// The help (text).
    Help,
    /// A question that one key answers.
    Confirm,
    /// A page over all panes, without a line that is typed into.
    Page,
}

impl Context {
    /// All contexts.
    pub const ALL: [Self; 13] = [
        Self::Always,
        Self::Global,
        Self::Inbox,
        Self::Sidebar,
        Self::List,
        Self::Outbox,
        Self::Thread,
        Self::Details,
        Self::Composer,
        Self::Picker,
        Self::Help,
        Self::Confirm,
        Self::Page,
    ];

    /// Its name in keymap files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Global => "global",
            Self::Inbox => "inbox",
            Self::Sidebar => "sidebar",
            Self::List => "list",
            Self::Outbox => "outbox",
            Self::Thread => "thread",
            Self::Details => "details",
            Self::Composer => "composer",
            Self::Picker => "picker",
            Self::Help => "help",
            Self::Confirm => "confirm",
            Self::Page => "page",
        }
    }

    /// From that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.as_str() == name)
    }

    /// Key of its title in the catalogue of words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Always => "context-always",
            Self::Global => "context-global",
            Self::Inbox => "context-inbox",
            Self::Sidebar => "context-sidebar",
            Self::List => "context-list",
            Self::Outbox => "context-outbox",
            Self::Thread => "context-thread",
            Self::Details => "context-details",
            Self::Composer => "context-composer",
            Self::Picker => "context-picker",
            Self::Help => "context-help",
            Self::Confirm => "context-confirm",
            Self::Page => "context-page",
        }
    }

    /// Whether a printable key that is not bound is text here.
    #[must_use]
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Composer | Self::Picker | Self::Help)
    }
}
