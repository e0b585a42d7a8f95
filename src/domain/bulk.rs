//! One deed on many conversations: which ones, what becomes of each, and what is set apart.
//!
//! Pure. A selection holds conversations as they were when they were selected; [`judge`] compares that
//! with how they are now. Enter at [`Selected`] and [`judge`].

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Act, AssignTo, Conversation, ConversationId, GroupId, OutboxRow, OutboxStatus, State, TeammateId, UnixTime,
};
use crate::text::Untrusted;

/// So many conversations are changed by one deed at most; the rest stays selected.
pub const MOST: usize = 5_000;

/// So many customers are written to without typing their number.
pub const WRITTEN_TO: usize = 25;

/// A conversation as it was when it was selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Which.
    pub id: ConversationId,
    /// When the last message in it came or went.
    pub message_at: UnixTime,
    /// Its state.
    pub state: State,
    /// When it last changed, by the helpdesk's clock: what an answer to it is guarded against came later.
    pub updated_at: UnixTime,
}

impl Chosen {
    /// The conversation as it is now.
    #[must_use]
    pub fn of(on: &Conversation) -> Self {
        Self { id: on.id.clone(), message_at: on.last_message_at, state: on.state, updated_at: on.updated_at }
    }
}

/// All that matched a query at one moment.
#[derive(Debug, Default)]
pub struct Matched {
    list: Vec<Chosen>,
    ids: HashSet<ConversationId>,
}

impl Matched {
    /// These, in the order of their list.
    #[must_use]
    pub fn new(list: Vec<Chosen>) -> Self {
        let ids = list.iter().map(|chosen| chosen.id.clone()).collect();
        Self { list, ids }
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nothing matched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether this one did.
    #[must_use]
    pub fn contains(&self, id: &ConversationId) -> bool {
        self.ids.contains(id)
    }

    /// They, in the order of their list.
    pub fn iter(&self) -> impl Iterator<Item = &Chosen> {
        self.list.iter()
    }
}

/// Conversations that were selected. Cheap to clone, however many matched.
#[derive(Clone, Debug, Default)]
pub struct Selected {
    /// What matched when all were selected.
    all: Option<Arc<Matched>>,
    /// Those of them that were taken out again.
    but: BTreeSet<ConversationId>,
    /// Those that were selected one by one, in the order in which they were.
    single: BTreeMap<ConversationId, (u64, Chosen)>,
    next: u64,
}

impl PartialEq for Selected {
    /// Whether they are the same selection, not whether two selections happen to hold the same.
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.all, &other.all) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        same && self.but == other.but && self.single == other.single
    }
}

impl Selected {
    /// All that matched.
    #[must_use]
    pub fn all(matched: Arc<Matched>) -> Self {
        Self { all: (!matched.is_empty()).then_some(matched), ..Self::default() }
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.as_ref().map_or(0, |all| all.len() - self.but.len()) + self.single.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this one is selected.
    #[must_use]
    pub fn contains(&self, id: &ConversationId) -> bool {
        self.single.contains_key(id) || (self.in_all(id) && !self.but.contains(id))
    }

    fn in_all(&self, id: &ConversationId) -> bool {
        self.all.as_ref().is_some_and(|all| all.contains(id))
    }

    /// What matched when all were selected.
    #[must_use]
    pub const fn matched(&self) -> Option<&Arc<Matched>> {
        self.all.as_ref()
    }

    /// Selects one.
    pub fn insert(&mut self, chosen: Chosen) {
        if self.in_all(&chosen.id) {
            self.but.remove(&chosen.id);
        } else if !self.single.contains_key(&chosen.id) {
            self.single.insert(chosen.id.clone(), (self.next, chosen));
            self.next += 1;
        }
    }

    /// Takes one out. Whether it was in.
    pub fn remove(&mut self, id: &ConversationId) -> bool {
        if self.single.remove(id).is_some() {
            return true;
        }
        self.in_all(id) && self.but.insert(id.clone())
    }

    /// They: what matched in the order of its list, then the others in the order in which they were
    /// selected.
    pub fn iter(&self) -> impl Iterator<Item = &Chosen> {
        let all = self.all.iter().flat_map(|all| all.iter()).filter(|chosen| !self.but.contains(&chosen.id));
        let mut single: Vec<&(u64, Chosen)> = self.single.values().collect();
        single.sort_unstable_by_key(|(at, _)| *at);
        all.chain(single.into_iter().map(|(_, chosen)| chosen))
    }
}

/// What is done to each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// These acts, in order.
    Acts(Vec<Act>),
    /// It counts as unread until it is looked at again.
    Unread,
    /// I am done with being mentioned in it.
    MentionDone,
}

impl Deed {
    /// The act that names it: the message, else the last one. None when it is no act.
    #[must_use]
    pub fn main(&self) -> Option<&Act> {
        match self {
            Self::Acts(acts) => acts.iter().find(|act| act.is_message()).or_else(|| acts.last()),
            Self::Unread | Self::MentionDone => None,
        }
    }

    /// Whether customers are written to.
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(self, Self::Acts(acts) if acts.iter().any(|act| matches!(act, Act::Reply { .. })))
    }

    /// Whether it would run over what somebody has not looked at yet: an answer, or the end of a hold.
    fn is_careful(&self) -> bool {
        matches!(self, Self::Acts(acts) if acts.iter().any(|act| act.moves_on() || matches!(act, Act::Reply { .. })))
    }
}

/// Why one is set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    /// The helpdesk no longer has it.
    Gone,
    /// An act on it waits for a person: whatever follows would wait behind it.
    Stuck,
    /// A customer or a teammate wrote in it since it was selected.
    Answered,
    /// Somebody closed it since it was selected.
    Closed,
    /// I have begun to write in it.
    Draft,
    /// It is no longer in the list that it was selected in.
    Left,
    /// The helpdesk does not have it yet: its first message is not sent.
    Unsent,
    /// It was taken back or given up after the deed was done.
    TakenBack,
}

impl Apart {
    /// Every reason, the strongest first.
    pub const ALL: [Self; 8] =
        [Self::Gone, Self::Unsent, Self::Stuck, Self::Answered, Self::Closed, Self::Draft, Self::Left, Self::TakenBack];

    /// Whether an agent may choose to include them nevertheless.
    #[must_use]
    pub const fn can_be_included(self) -> bool {
        !matches!(self, Self::Gone | Self::Stuck | Self::Unsent | Self::TakenBack)
    }
}

/// How a selected conversation is now.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The conversation as it is shown; absent when it is not here any more.
    pub on: Option<&'a Conversation>,
    /// A draft is on disk, beside the one that is to be sent.
    pub has_draft: bool,
    /// An act on it is held back or undecided.
    pub is_stuck: bool,
    /// It is still in the list that it was selected in.
    pub in_list: bool,
}

/// What becomes of one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// These acts are done to it; none for a deed that is no act.
    Change(Vec<Act>),
    /// It is so already.
    AlreadySo,
    /// It is left out, unless the agent includes what is set apart for this reason.
    Apart(Apart),
}

/// What a deed means for one conversation, and whether something speaks against it. With `take`, whoever
/// answers what is nobody's also takes it.
#[must_use]
pub fn judge(deed: &Deed, chosen: &Chosen, known: Known<'_>, take: Option<&TeammateId>) -> (Verdict, Option<Apart>) {
    let apart = |why| (Verdict::Apart(why), Some(why));
    let Some(on) = known.on else { return apart(Apart::Gone) };
    if on.id.is_placeholder() {
        return apart(Apart::Unsent);
    }
    let change = match deed {
        Deed::Unread if on.unread => return (Verdict::AlreadySo, None),
        Deed::Unread | Deed::MentionDone => Vec::new(),
        Deed::Acts(acts) => {
            let is_news = |act: &&Act| !act.is_message() && !act.already_so(on);
            // A note that goes with an assignment goes where that does.
            let rides = !deed.writes() && acts.iter().any(|act| matches!(act, Act::Assign { .. }));
            let says = !rides && acts.iter().any(Act::is_message);
            if !says && !acts.iter().any(|act| is_news(&act)) {
                return (Verdict::AlreadySo, None);
            }
            let mut left: Vec<Act> = acts.iter().filter(|act| act.is_message() || is_news(act)).cloned().collect();
            let assigns = left.iter().any(|act| matches!(act, Act::Assign { .. }));
            if let Some(me) = take.filter(|_| deed.writes() && on.assignee.is_none() && !assigns) {
                left.push(Act::Assign { to: AssignTo::Teammate(me.clone()) });
            }
            left
        }
    };
    let is_act = matches!(deed, Deed::Acts(_));
    if known.is_stuck && is_act {
        return apart(Apart::Stuck);
    }
    let careful = deed.is_careful();
    let why = if careful && on.last_message_at > chosen.message_at {
        Some(Apart::Answered)
    } else if careful && chosen.state != State::Closed && on.state == State::Closed {
        Some(Apart::Closed)
    } else if careful && known.has_draft {
        Some(Apart::Draft)
    } else if !known.in_list {
        Some(Apart::Left)
    } else {
        None
    };
    (Verdict::Change(change), why)
}

/// What a deed would do, for an agent to look at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// So many are selected.
    pub selected: usize,
    /// So many will change, those that were included among them; [`MOST`] at most.
    pub changes: usize,
    /// So many more would, and stay selected.
    pub rest: usize,
    /// So many are so already.
    pub already: usize,
    /// Those that are set apart, the strongest reason first.
    pub apart: Vec<ApartGroup>,
    /// The first of those that will change.
    pub first: Vec<Conversation>,
}

/// Conversations that are set apart for one reason.
#[derive(Clone, Debug, PartialEq)]
pub struct ApartGroup {
    /// Which.
    pub why: Apart,
    /// How many.
    pub count: usize,
    /// The agent has included them.
    pub included: bool,
    /// The first of them.
    pub first: Vec<Conversation>,
}

/// A deed on many conversations that is on disk, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Its group of acts.
    pub group: GroupId,
    /// What.
    pub deed: Deed,
    /// On so many conversations.
    pub total: usize,
    /// So many of them have all of it at the helpdesk.
    pub done: usize,
    /// So many are on their way.
    pub waiting: usize,
    /// So many need a person.
    pub failed: usize,
    /// The sender leaves it alone.
    pub paused: bool,
    /// So many were left out.
    pub left_out: usize,
    /// When it was done.
    pub created_at: UnixTime,
}

/// What became of one conversation of a deed.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkItem {
    /// Which.
    pub id: ConversationId,
    /// Its contact's name, else address.
    pub name: Untrusted,
    /// Its title, else its first words.
    pub title: Untrusted,
    /// What became of it.
    pub outcome: Outcome,
}

/// Where one conversation of a deed stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The row that matters most: what needs a person, then what is on its way, then what is sent.
    Row(Box<OutboxRow>),
    /// It was left out.
    LeftOut(Apart),
}

/// How much a status matters among several of one conversation: the greatest tells how it stands.
#[must_use]
pub const fn weight(status: OutboxStatus) -> u8 {
    match status {
        OutboxStatus::Sent => 0,
        OutboxStatus::Queued => 1,
        OutboxStatus::Sending => 2,
        OutboxStatus::Retry => 3,
        OutboxStatus::Unknown => 4,
        OutboxStatus::Held => 5,
        OutboxStatus::NeedsDecision => 6,
        OutboxStatus::Failed => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Priority;

    fn on(id: &str) -> Conversation {
        Conversation::bare(ConversationId::parse(id).expect("a plain id"), UnixTime(100))
    }

    fn known(on: &Conversation) -> Known<'_> {
        Known { on: Some(on), has_draft: false, is_stuck: false, in_list: true }
    }

    fn close() -> Deed {
        Deed::Acts(vec![Act::Close])
    }

    fn reply() -> Deed {
        Deed::Acts(vec![Act::Reply { text: "Hello".into(), files: Vec::new() }])
    }

    #[test]
    fn a_selection_of_all_takes_single_ones_out_and_in() {
        let list: Vec<Chosen> = (1..=3).map(|n| Chosen::of(&on(&n.to_string()))).collect();
        let mut selected = Selected::all(Arc::new(Matched::new(list)));
        let two = on("2").id;
        assert!(selected.remove(&two) && !selected.remove(&two));
        selected.insert(Chosen::of(&on("9")));
        assert_eq!((selected.len(), selected.contains(&two)), (3, false));
        let ids: Vec<&str> = selected.iter().map(|chosen| chosen.id.as_str()).collect();
        assert_eq!(ids, ["1", "3", "9"]);
        selected.insert(Chosen::of(&on("2")));
        assert_eq!(selected.iter().count(), 4);
        assert!(Selected::all(Arc::new(Matched::default())).is_empty());
    }

    #[test]
    fn what_is_so_already_is_no_change_and_not_set_apart() {
        let mut now = on("1");
        let chosen = Chosen::of(&now);
        now.state = State::Closed;
        now.last_message_at = UnixTime(900);
        assert_eq!(judge(&close(), &chosen, known(&now), None), (Verdict::AlreadySo, None));
        assert_eq!(judge(&reply(), &chosen, known(&now), None).1, Some(Apart::Answered));
    }

    #[test]
    fn what_came_since_sets_apart_what_would_run_over_it() {
        let before = on("1");
        let chosen = Chosen::of(&before);
        let mut now = before.clone();
        now.last_message_at = UnixTime(101);
        let tag = Deed::Acts(vec![Act::Priority { to: Priority::High }]);
        for (deed, why) in [(close(), Some(Apart::Answered)), (reply(), Some(Apart::Answered)), (tag, None)] {
            assert_eq!(judge(&deed, &chosen, known(&now), None).1, why, "{deed:?}");
        }
        let mut closed = before.clone();
        closed.state = State::Closed;
        assert_eq!(judge(&reply(), &chosen, known(&closed), None).1, Some(Apart::Closed));
        let begun = Known { has_draft: true, ..known(&before) };
        assert_eq!(judge(&close(), &chosen, begun, None).1, Some(Apart::Draft));
        assert_eq!(judge(&Deed::Unread, &chosen, begun, None).1, None);
        let elsewhere = Known { in_list: false, ..known(&before) };
        assert_eq!(judge(&close(), &chosen, elsewhere, None).1, Some(Apart::Left));
        let gone = Known { on: None, ..known(&before) };
        assert_eq!(judge(&close(), &chosen, gone, None).0, Verdict::Apart(Apart::Gone));
        let unsent = on("new-1");
        assert_eq!(judge(&close(), &Chosen::of(&unsent), known(&unsent), None).0, Verdict::Apart(Apart::Unsent));
        assert!(!Apart::Unsent.can_be_included());
        let stuck = Known { is_stuck: true, ..known(&before) };
        assert_eq!(judge(&close(), &chosen, stuck, None).0, Verdict::Apart(Apart::Stuck));
    }

    #[test]
    fn a_reply_takes_what_is_nobodys_and_a_note_goes_where_its_act_goes() {
        let me = TeammateId::parse("7").expect("a plain id");
        let mut now = on("1");
        let chosen = Chosen::of(&now);
        let mine = Act::Assign { to: AssignTo::Teammate(me.clone()) };
        let (verdict, _) = judge(&reply(), &chosen, known(&now), Some(&me));
        assert!(matches!(verdict, Verdict::Change(acts) if acts.len() == 2 && acts.last() == Some(&mine)));
        now.assignee = Some(me.clone());
        let (verdict, _) = judge(&reply(), &chosen, known(&now), Some(&me));
        assert!(matches!(verdict, Verdict::Change(acts) if acts.len() == 1));
        let note = Act::Note { text: "yours".into(), files: Vec::new() };
        let deed = Deed::Acts(vec![note, mine]);
        assert_eq!(judge(&deed, &chosen, known(&now), None).0, Verdict::AlreadySo);
    }
}
