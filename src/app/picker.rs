//! A choice for one conversation: to whom, which team, which tags, until when, …
//!
//! Owns what can be chosen, what is typed, and which lines are left. The conversation is fixed when
//! the picker opens: whatever moves behind it, the choice is for that one.

use super::input::Input;
use crate::domain::{AssignTo, AwayState, Conversation, ConversationId, Priority, TagId, TeamId, UnixTime};
use crate::query::Sort;
use crate::text::{Clean, Untrusted};

/// What is chosen, and for which conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum PickerKind {
    /// To whom it is assigned.
    Teammate(Box<Conversation>),
    /// To which team it is assigned.
    Team(Box<Conversation>),
    /// Its tags, several at once.
    Tags(Box<Conversation>),
    /// When it comes back.
    Snooze(Box<Conversation>),
    /// Its priority.
    Priority(Box<Conversation>),
    /// Into which it is merged.
    Merge(Box<Conversation>),
    /// Which team's list to open.
    GoTeam,
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
    Until(UnixTime),
    /// To this level.
    Priority(Priority),
    /// Into this one.
    Merge(ConversationId),
    /// Yes: into this one, for good.
    MergeNow(ConversationId),
    /// No: leave everything as it is.
    Leave,
    /// Open this team's list.
    GoTeam(TeamId),
    /// Away, or back.
    Away(AwayState),
    /// In this order.
    Sort(Sort),
}

/// One line of a picker.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What it stands for.
    pub value: Value,
    /// Its name.
    pub title: Clean,
    /// What helps to choose, dim, on the right; may be blank.
    pub detail: Clean,
    /// How it stands now, where several can be chosen: on or off.
    pub checked: Option<bool>,
    /// It is how things are now.
    pub current: bool,
    /// Folded text that typing is matched against.
    pub(super) folded: String,
}

/// A picker's state.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What is chosen, and for which conversation.
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
    /// Close the composer's send with this choice: the picker came from `send and snooze` or `send
    /// and assign`, and `enter` sends first.
    pub sends: bool,
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
            PickerKind::Merge(_) => "picker-merge",
            PickerKind::GoTeam => "picker-go-team",
            PickerKind::Away => "picker-away",
            PickerKind::Sort => "picker-sort",
        }
    }

    /// The conversation that the choice is for, as it was when the picker opened.
    #[must_use]
    pub fn conversation(&self) -> Option<&Conversation> {
        match &self.kind {
            PickerKind::Teammate(on)
            | PickerKind::Team(on)
            | PickerKind::Tags(on)
            | PickerKind::Snooze(on)
            | PickerKind::Priority(on)
            | PickerKind::Merge(on) => Some(on),
            PickerKind::GoTeam | PickerKind::Away | PickerKind::Sort => None,
        }
    }

    /// The conversation that it asks about, when it only asks whether to merge: yes or no.
    #[must_use]
    pub fn asks(&self) -> Option<&ConversationId> {
        self.choices.iter().find_map(|choice| match &choice.value {
            Value::MergeNow(into) => Some(into),
            _ => None,
        })
    }

    /// The line with the cursor.
    #[must_use]
    pub fn choice(&self) -> Option<&Choice> {
        self.choices.get(*self.visible.get(self.cursor)?)
    }
}
