//! What a style stands for.
//!
//! Owns the names of theme files and, for each role, the one that is used when a theme leaves it
//! out. Knows no colour. Enter at [`Role`].

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $name:literal, $fallback:ident;)+) => {
        /// A meaning that has a style.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role {
            $($(#[$doc])* $role,)+
        }

        impl Role {
            /// Every role, in the order of the theme files.
            pub const ALL: &'static [Self] = &[$(Self::$role,)+];

            /// The name in theme files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$role => $name,)+ }
            }

            /// The role whose style is used when a theme does not define this one; itself at the root.
            #[must_use]
            pub const fn fallback(self) -> Self {
                match self { $(Self::$role => Self::$fallback,)+ }
            }
        }
    };
}

roles! {
    /// What matters most on a line: names, titles of what is unread.
    TextBright = "text.bright", Text;
    /// Running text.
    Text = "text.normal", Text;
    /// What may be overlooked: times, channels, hints.
    TextDim = "text.dim", Text;

    /// The bar of what has the focus, and the caret's company.
    Accent = "accent", TextBright;
    /// Title of the focused pane.
    Title = "title.focused", TextBright;
    /// Title of any other pane.
    TitleIdle = "title.idle", Text;
    /// The thin rules between panes.
    Rule = "rule", TextDim;

    /// Ground of the row under the cursor, in the focused pane.
    Selection = "selection.focused", Accent;
    /// The same in any other pane.
    SelectionIdle = "selection.idle", Selection;
    /// The sign of a row that is marked for acting on several.
    Marked = "selection.marked", Accent;

    /// The sign of what is unread.
    Unread = "unread", Accent;
    /// The sign that the customer waits for an answer.
    Turn = "turn", Accent;
    /// A row that is done and about to go.
    Done = "done", TextDim;
    /// A number beside an entry.
    Count = "count", TextDim;

    /// The customer's name above a message.
    Customer = "author.customer", TextBright;
    /// A teammate's name above a message.
    Teammate = "author.teammate", Text;
    /// A bot's name above a message.
    Bot = "author.bot", TextDim;
    /// The word, gutter and author of a note.
    Note = "note.mark", Warning;
    /// Text of a note.
    NoteText = "note.text", Text;
    /// An event: assigned, closed, snoozed.
    System = "system", TextDim;
    /// The line above what is new.
    NewSince = "new-since", Accent;

    /// An address, or text that leads to one.
    Link = "link", Text;
    /// Quoted text, and the line that stands for it.
    Quote = "quote", TextDim;
    /// Code.
    Code = "code", Text;
    /// An attachment.
    File = "file", Link;
    /// A tag.
    Tag = "tag", Text;

    /// An SLA target with time left.
    SlaOk = "sla.ok", Success;
    /// An SLA target that is due soon.
    SlaSoon = "sla.soon", Warning;
    /// An SLA target that was missed.
    SlaBreached = "sla.breached", Error;
    /// An SLA clock that stands still.
    SlaPaused = "sla.paused", TextDim;

    /// Low priority.
    PriorityLow = "priority.low", TextDim;
    /// Medium priority.
    PriorityMedium = "priority.medium", Text;
    /// High priority.
    PriorityHigh = "priority.high", Warning;
    /// Urgent.
    PriorityUrgent = "priority.urgent", Error;

    /// The composer's line while it writes to a customer.
    ModeReply = "mode.reply", Accent;
    /// The composer's line while it writes a note.
    ModeNote = "mode.note", Note;
    /// What was typed.
    Entry = "entry.text", Text;
    /// What an empty line says.
    Placeholder = "entry.placeholder", TextDim;
    /// Marked text in an editor.
    EntrySelection = "entry.selection", Selection;

    /// A message on its way.
    Sending = "outbox.sending", TextDim;
    /// A message that waits to go again, or whose fate is not known.
    Waiting = "outbox.waiting", Warning;
    /// A message that did not get through.
    Failed = "outbox.failed", Error;

    /// A key.
    Key = "key", TextBright;
    /// The letters that matched.
    Match = "match", Accent;
    /// What cannot be done now.
    Disabled = "disabled", TextDim;

    /// Ground of an overlay.
    Overlay = "overlay.ground", Text;
    /// Border of an overlay.
    OverlayBorder = "overlay.border", Rule;
    /// Title of an overlay.
    OverlayTitle = "overlay.title", Title;

    /// The status line.
    Status = "status.text", TextDim;
    /// Away.
    StatusAway = "status.away", Warning;
    /// Not connected.
    StatusOffline = "status.offline", Error;
    /// The mark of a test workspace.
    TestWorkspace = "status.test", Warning;

    /// Something went wrong.
    Error = "error", TextBright;
    /// Something needs care.
    Warning = "warning", TextBright;
    /// Something worked.
    Success = "success", TextBright;
}

impl Role {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The role of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// Its place in [`Role::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether it colours text that has to be read (not a ground, a rule or a border).
    #[must_use]
    pub const fn is_text(self) -> bool {
        !matches!(
            self,
            Self::Selection
                | Self::SelectionIdle
                | Self::EntrySelection
                | Self::Overlay
                | Self::OverlayBorder
                | Self::Rule
        )
    }

    /// Whether text of other roles stands on it.
    #[must_use]
    pub const fn is_ground(self) -> bool {
        matches!(self, Self::Selection | Self::SelectionIdle | Self::EntrySelection | Self::Overlay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_name_and_place() {
        for (index, role) in Role::ALL.iter().enumerate() {
            assert_eq!(Role::parse(role.name()), Some(*role));
            assert_eq!(role.index(), index);
        }
        assert_eq!(Role::parse("text"), None);
    }

    #[test]
    fn fallbacks_end_at_running_text() {
        for role in Role::ALL {
            let mut at = *role;
            for _ in 0..10 {
                at = at.fallback();
            }
            assert_eq!(at, Role::Text, "{}", role.name());
        }
    }
}
