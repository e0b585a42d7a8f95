//! A choice: to whom, which team, which tags, until when, …
//!
//! Owns what can be chosen, what is typed, and which lines are left. What the choice is for is fixed when
//! the picker opens ([`On`]): whatever moves behind it, the choice is for that. Opening is in `build`, what
//! typing does in `filter`, what `enter` does in `chosen`; what was chosen becomes acts in `target`.

mod build;
mod chosen;
mod filter;
mod heard;
mod merge;
mod note;
mod people;
mod snooze;
mod spam;
mod target;

pub use merge::MergeAsk;
pub use note::NoteLine;
pub use spam::SpamAsk;
pub use target::On;

use super::input::Input;
use super::sidebar::EntryKind;
use crate::domain::{AssignTo, AwayState, ContactRef, Conversation, ConversationId, Priority, TagId, TeamId, UnixTime};
use crate::query::Sort;
use crate::sync::message::{Generation, Person};
use crate::text::{Clean, Untrusted};

pub(super) use target::Making;

/// What is chosen, and for what.
#[derive(Clone, Debug, PartialEq)]
pub enum PickerKind {
    /// To whom it is assigned.
    Teammate(On),
    /// To which team it is assigned.
    Team(On),
    /// Its tags, several at once.
    Tags(On),
    /// When it comes back.
    Snooze(On),
    /// Its priority.
    Priority(On),
    /// Who takes part in it.
    Participants(Box<Conversation>),
    /// Into which it is merged.
    Merge(Box<Conversation>),
    /// Which team's list to open.
    GoTeam,
    /// Which list to open: any entry of the sidebar.
    GoView,
    /// Which workspace to change to.
    GoWorkspace,
    /// Active, or away with a reason.
    Away,
    /// How the list is sorted.
    Sort,
}

/// What one line stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Give it to them.
    Assign(AssignTo),
    /// Toggle a tag.
    Tag(TagId, Untrusted),
    /// Make this tag, and put it on.
    NewTag(Untrusted),
    /// Until then.
    Until {
        /// The moment.
        until: UnixTime,
        /// What an agent types for it.
        typed: String,
    },
    /// To this level.
    Priority(Priority),
    /// Let them take part.
    AddPerson(ContactRef),
    /// Take them out.
    RemovePerson(ContactRef),
    /// Into this one.
    Merge(ConversationId),
    /// Open this team's list.
    GoTeam(TeamId),
    /// Open this entry.
    GoView(EntryKind),
    /// Change to this workspace of config.toml.
    GoWorkspace(String),
    /// Away, or back.
    Away(AwayState),
    /// In this order.
    Sort(Sort),
}

/// What is asked of a line where several can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Not on it. For many conversations: left as it is on each.
    Off,
    /// On it.
    On,
    /// For many conversations only: taken off all that have it.
    Remove,
}

/// One line of a picker.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it stands for.
    pub value: Value,
    /// Its name.
    pub title: Clean,
    /// What belongs to the name, dim, beside it; may be blank.
    pub beside: Clean,
    /// What helps to choose, dim, on the right; may be blank.
    pub detail: Clean,
    /// How many open conversations they have; absent while that is not known.
    pub load: Option<usize>,
    /// What is asked of it, where several can be chosen.
    pub check: Option<Check>,
    /// It is how things are now.
    pub current: bool,
    /// Somebody who is away: dim.
    pub dim: bool,
    /// Folded text that typing is matched against; empty for a line made of what was typed.
    pub(super) folded: String,
}

/// What goes with the choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum With {
    /// Nothing.
    #[default]
    Nothing,
    /// A note among teammates.
    Note(NoteLine),
    /// Whether a reminder is about an answer that may not come.
    UnlessReply(bool),
    /// Whether replies go back to the team meanwhile.
    Reassign(bool),
}

/// A picker's state.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What is chosen, and for what.
    pub kind: PickerKind,
    /// What is typed.
    pub input: Input,
    /// Everything that can be chosen.
    pub choices: Vec<Choice>,
    /// Indices into `choices` of the lines that are left, best first.
    pub visible: Vec<usize>,
    /// Index into `visible` of the line with the cursor.
    pub cursor: usize,
    /// What the typed text means (snooze: the moment in the agent's zone), or why it means nothing;
    /// may be blank.
    pub meaning: Clean,
    /// What goes with the choice.
    pub with: With,
    /// Close the composer's send with this choice: the picker came from `send and snooze` or `send
    /// and assign`, and `enter` sends first.
    pub sends: bool,
    /// Numbers of its questions, the latest of each kind: an older answer is dropped.
    asked: Vec<Generation>,
    /// Who takes part now.
    participants: Vec<Person>,
    /// Who was found by what is typed.
    people: Vec<Person>,
    /// The contact's other conversations.
    others: Vec<Conversation>,
}

impl Picker {
    /// Key of its title in the catalogue of words.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self.kind {
            PickerKind::Teammate(_) => "picker-teammate",
            PickerKind::Team(_) => "picker-team",
            PickerKind::Tags(_) => "picker-tags",
            PickerKind::Snooze(_) => "picker-snooze",
            PickerKind::Priority(_) => "picker-priority",
            PickerKind::Participants(_) => "picker-participants",
            PickerKind::Merge(_) => "picker-merge",
            PickerKind::GoTeam => "picker-go-team",
            PickerKind::GoView => "picker-go-view",
            PickerKind::GoWorkspace => "picker-go-workspace",
            PickerKind::Away => "picker-away",
            PickerKind::Sort => "picker-sort",
        }
    }

    /// Key of what its foot says in the catalogue of words: which keys do what.
    #[must_use]
    pub const fn foot(&self) -> &'static str {
        match (&self.kind, &self.with) {
            (_, With::Note(NoteLine { open: true, .. })) => "picker-foot-note",
            (PickerKind::Teammate(_), With::Note(_)) => "picker-foot-teammate",
            (PickerKind::Tags(_), _) => "picker-foot-tags",
            (PickerKind::Snooze(_), _) => "picker-foot-snooze",
            (PickerKind::Participants(_), _) => "picker-foot-participants",
            (PickerKind::Merge(_), _) => "picker-foot-merge",
            (PickerKind::Priority(_), _) => "picker-foot-priority",
            (PickerKind::Away, _) => "picker-foot-away",
            _ => "picker-foot",
        }
    }

    /// Key of what its empty line says in the catalogue of words.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self.kind {
            PickerKind::Snooze(_) => "picker-hint-snooze",
            PickerKind::Participants(_) => "picker-hint-participants",
            PickerKind::Merge(_) => "picker-hint-merge",
            _ => "picker-hint",
        }
    }

    /// Key of what it says when there is nothing to choose.
    #[must_use]
    pub const fn empty(&self) -> &'static str {
        match self.kind {
            PickerKind::Merge(_) => "picker-empty-merge",
            PickerKind::Participants(_) => "picker-empty-participants",
            PickerKind::Tags(_) => "picker-empty-tags",
            _ => "picker-empty",
        }
    }

    /// Whether its lines have a number of open conversations: its column is there from the beginning, so
    /// that nothing moves when the numbers come.
    #[must_use]
    pub const fn has_loads(&self) -> bool {
        matches!(self.kind, PickerKind::Teammate(_) | PickerKind::Team(_))
    }

    /// What the choice is for; absent where it is for no conversation.
    #[must_use]
    pub const fn on(&self) -> Option<&On> {
        match &self.kind {
            PickerKind::Teammate(on)
            | PickerKind::Team(on)
            | PickerKind::Tags(on)
            | PickerKind::Snooze(on)
            | PickerKind::Priority(on) => Some(on),
            _ => None,
        }
    }

    /// The one conversation that the choice is for, as it was when the picker opened.
    #[must_use]
    pub fn conversation(&self) -> Option<&Conversation> {
        match &self.kind {
            PickerKind::Merge(on) | PickerKind::Participants(on) => Some(on),
            _ => self.on().and_then(On::as_one),
        }
    }

    /// The line with the cursor.
    #[must_use]
    pub fn choice(&self) -> Option<&Choice> {
        self.choices.get(*self.visible.get(self.cursor)?)
    }

    /// The line that keys are typed into.
    pub(super) const fn line(&mut self) -> &mut Input {
        match &mut self.with {
            With::Note(NoteLine { input, open: true }) => input,
            _ => &mut self.input,
        }
    }

    /// Whether the note is being written.
    #[must_use]
    pub const fn is_in_note(&self) -> bool {
        matches!(self.with, With::Note(NoteLine { open: true, .. }))
    }
}
