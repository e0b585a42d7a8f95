//! What a choice is for, and how it becomes acts.

use super::super::{App, Pane, Severity};
use crate::domain::bulk::Selected;
use crate::domain::{Act, Conversation, GroupId, TagRef};
use crate::sync::message::Request;
use crate::text::{Clean, Untrusted, clean};

/// What a choice is for. Fixed when it is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum On {
    /// One conversation, as it was then.
    One(Box<Conversation>),
    /// Several, in the order of the list.
    Many(Selected),
}

impl On {
    /// One conversation.
    #[must_use]
    pub fn one(on: &Conversation) -> Self {
        Self::One(Box::new(on.clone()))
    }

    /// The conversation, when it is one.
    #[must_use]
    pub fn as_one(&self) -> Option<&Conversation> {
        match self {
            Self::One(on) => Some(on),
            Self::Many(_) => None,
        }
    }

    /// How many.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a choice is for something")]
    pub fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(selected) => selected.len(),
        }
    }
}

/// Acts that wait for tags to be made.
#[derive(Clone, Debug)]
pub(in crate::app) struct Making {
    /// Which question it is.
    group: GroupId,
    /// What gets them.
    on: On,
    /// What else was chosen with them; goes first.
    acts: Vec<Act>,
    /// That is done also when they cannot be made.
    without: bool,
}

impl App {
    /// Does what was chosen: on one conversation as one group of acts, on several as the selection does.
    pub(in crate::app) fn act_on(&mut self, on: &On, acts: Vec<Act>) -> bool {
        match on {
            On::One(on) => self.act_on_one(on, acts),
            On::Many(selected) => self.act_on_many(selected, acts),
        }
    }

    /// The same, with tags that are to be made first: all of it is done once they are there, or nothing.
    pub(in crate::app) fn act_with_new_tags(&mut self, on: On, acts: Vec<Act>, names: Vec<Untrusted>) {
        self.make_tags(on, acts, names, false);
    }

    /// Closes, and tags with one that is to be made first; where it cannot be made, it is closed without.
    pub(super) fn close_with_new_tag(&mut self, on: On, name: Untrusted) {
        self.make_tags(on, vec![Act::Close], vec![name], true);
    }

    fn make_tags(&mut self, on: On, acts: Vec<Act>, names: Vec<Untrusted>, without: bool) {
        let Some(group) = self.next_group() else { return };
        let shown: Vec<Clean> = names.iter().map(Untrusted::clean).collect();
        let shown = Clean::join(&shown, &clean(", "));
        let text = self.words.with("tag-making", &[("name", (&shown).into())]);
        self.say_text(Severity::Info, text, Clean::default());
        self.making.push(Making { group: group.clone(), on, acts, without });
        self.ask(Request::MakeTags { group, names });
    }

    /// The tags are there.
    pub(in crate::app) fn tags_made(&mut self, group: &GroupId, tags: Vec<TagRef>) {
        let Some(at) = self.making.iter().position(|making| making.group == *group) else { return };
        let Making { on, mut acts, .. } = self.making.remove(at);
        acts.extend(tags.into_iter().map(|TagRef { id, name }| Act::Tag { tag: id, name }));
        self.act_later(&on, acts);
    }

    /// The same after an answer was waited for. A question comes up only where it takes nothing that is typed.
    fn act_later(&mut self, on: &On, acts: Vec<Act>) {
        let is_busy = !self.layers.is_empty() || self.focus == Pane::Composer;
        if is_busy && matches!(on, On::Many(_)) {
            self.say(Severity::Warning, "tag-made-for-many");
        } else {
            self.act_on(on, acts);
        }
    }

    /// They could not be made: nothing is done, or what goes without them. Whether that is what the group was
    /// about.
    pub(in crate::app) fn tags_not_made(&mut self, group: &GroupId, why: &'static str) -> bool {
        let Some(at) = self.making.iter().position(|making| making.group == *group) else { return false };
        let Making { on, acts, without, .. } = self.making.remove(at);
        if without {
            self.act_later(&on, acts);
            self.say(Severity::Warning, "tag-not-put-on");
            return true;
        }
        let text = self.words.with("not-done", &[("why", (&self.words.say(why)).into())]);
        self.say_text(Severity::Error, text, Clean::default());
        true
    }
}
