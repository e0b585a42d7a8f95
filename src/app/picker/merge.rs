//! Merging: which ones are offered, and both sides shown before anything happens.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::super::layers::{Confirm, Layer};
use super::super::{App, Severity};
use super::{Choice, Picker, PickerKind, Value};
use crate::domain::{Act, Conversation, ConversationId};
use crate::sync::message::{Connection, Generation, Pick};
use crate::text::{Clean, clean};

/// The question before a merge: both sides, and what happens.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeAsk {
    /// The one that closes.
    pub on: Box<Conversation>,
    /// The one that stays, by number.
    pub into: ConversationId,
    /// The same, as it is here; absent while it is not known.
    pub other: Option<Box<Conversation>>,
    /// Whether it is being looked for.
    pub asked: Option<Generation>,
    /// It is not on disk: the helpdesk is being asked for it.
    pub fetching: bool,
}

impl MergeAsk {
    /// Whether they come in by different channels, which the helpdesk may refuse.
    #[must_use]
    pub fn crosses_channels(&self) -> bool {
        self.other.as_ref().is_some_and(|other| other.channel != self.on.channel)
    }
}

impl App {
    /// Other conversations of the same contact: those of the same channel first, those with the same
    /// company next, the newest first. What is on screen at once, the others when they come.
    pub(super) fn merge_choices(&self, on: &Conversation, more: &[Conversation]) -> Vec<Choice> {
        let mut others: Vec<&Conversation> = Vec::new();
        if let Some(open) = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == on.id) {
            others.extend(&open.thread.earlier);
        }
        others.extend(more);
        let contact = on.contact.as_ref().and_then(|contact| contact.id.as_ref());
        let same = |other: &Conversation| {
            contact.is_some() && other.contact.as_ref().and_then(|contact| contact.id.as_ref()) == contact
        };
        others.extend(self.list.rows.iter().map(|row| &row.conversation).filter(|other| same(other)));
        let mut seen = BTreeSet::from([&on.id]);
        others.retain(|other| !other.id.is_placeholder() && seen.insert(&other.id));
        others.sort_by_key(|other| {
            (other.channel != on.channel, other.company != on.company, Reverse(other.last_message_at))
        });
        others.into_iter().map(|other| self.merge_choice(other)).collect()
    }

    fn merge_choice(&self, other: &Conversation) -> Choice {
        let title = other.title.clean().or(&other.preview.clean()).or(&self.words.say("no-title"));
        let number = clean(other.id.as_str());
        let state = self.words.say(super::build::state_word(other.state));
        let detail = self.words.with("merge-detail", &[("number", (&number).into()), ("state", (&state).into())]);
        Choice::new(Value::Merge(other.id.clone()), title).detail(detail)
    }

    /// The line for a typed number or a pasted address.
    pub(super) fn typed_merge(&self, picker: &Picker, on: &Conversation) -> Option<Choice> {
        let id = ConversationId::parse_typed(picker.input.text())?;
        if id == on.id || id.is_placeholder() || self.is_of_another_contact(&id, on, &picker.others) {
            return None;
        }
        let Some(other) = self.seen(&id, &picker.others) else {
            let number = clean(id.as_str());
            let title = self.words.with("choice-merge-number", &[("number", (&number).into())]);
            return Some(Choice::new(Value::Merge(id), title));
        };
        let choice = self.merge_choice(other);
        let name = other.contact.as_ref().map(|of| of.name.clean().or(&of.email.clean()));
        let words = [name.unwrap_or_default(), choice.detail.clone()];
        let words = words.iter().filter(|word| !word.is_blank());
        Some(choice.detail(Clean::join(words, &clean(" · "))))
    }

    pub(super) fn merge_meaning(&self, picker: &Picker, on: &Conversation) -> Clean {
        self.words.say(match ConversationId::parse_typed(picker.input.text()) {
            Some(id) if id == on.id => "why-merge-self",
            Some(id) if self.is_of_another_contact(&id, on, &picker.others) => "why-merge-contact",
            _ if on.participants.len() > 1 => "merge-several",
            _ => "merge-for-good",
        })
    }

    /// Shows both sides and asks, since nothing takes a merge back once it is sent.
    pub(super) fn ask_merge(&mut self, on: Box<Conversation>, into: ConversationId, others: &[Conversation]) {
        let other = self.seen(&into, others).cloned().map(Box::new);
        let asked = other.is_none().then(|| {
            let generation = self.next_generation();
            self.ask_pick(generation, Pick::Conversation(into.clone()));
            generation
        });
        self.layers.push(Layer::Confirm(Confirm::Merge(Box::new(MergeAsk {
            on,
            into,
            other,
            asked,
            fetching: false,
        }))));
    }

    /// The other side of the question is here, or is not to be had here.
    pub(super) fn merge_side_here(&mut self, generation: Generation, other: Option<Box<Conversation>>) -> bool {
        let question = self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Confirm(Confirm::Merge(ask)) if ask.asked == Some(generation) => Some(ask),
            _ => None,
        });
        let Some(ask) = question else { return false };
        ask.asked = None;
        ask.fetching = other.is_none() && matches!(self.status.connection, Connection::Online);
        ask.other = other;
        true
    }

    /// The conversation that the helpdesk is asked for, so that both sides of a merge are seen.
    pub(in crate::app) fn merge_side_wanted(&self) -> Option<ConversationId> {
        match self.layers.last() {
            Some(Layer::Confirm(Confirm::Merge(ask))) if ask.fetching => Some(ask.into.clone()),
            _ => None,
        }
    }

    /// These changed on disk: the other side of the question may be among them.
    pub(in crate::app) fn merge_side_may_be_here(&mut self, ids: &[ConversationId]) {
        let Some(into) = self.merge_side_wanted().filter(|into| ids.contains(into)) else { return };
        let generation = self.next_generation();
        if let Some(Layer::Confirm(Confirm::Merge(ask))) = self.layers.last_mut() {
            ask.asked = Some(generation);
        }
        self.ask_pick(generation, Pick::Conversation(into));
    }

    /// Yes: into that one, for good.
    pub(in crate::app) fn merge_now(&mut self, ask: MergeAsk) {
        let MergeAsk { on, into, other, .. } = ask;
        self.layers.pop_if(|layer| matches!(layer, Layer::Picker(_)));
        let id = |of: &Conversation| of.contact.as_ref().and_then(|contact| contact.id.clone());
        if other.as_deref().and_then(id).zip(id(&on)).is_some_and(|(theirs, ours)| theirs != ours) {
            self.say(Severity::Warning, "why-merge-contact");
            return;
        }
        self.act(&on, vec![Act::Merge { into }]);
    }

    /// A conversation that is held here: on screen, among the contact's others, or in the picker.
    fn seen<'a>(&'a self, id: &ConversationId, others: &'a [Conversation]) -> Option<&'a Conversation> {
        let earlier = || self.thread.open.as_ref()?.thread.earlier.iter().find(|on| on.id == *id);
        self.known(id).or_else(earlier).or_else(|| others.iter().find(|on| on.id == *id))
    }

    /// Whether both contacts are known, and are not the same.
    fn is_of_another_contact(&self, id: &ConversationId, on: &Conversation, others: &[Conversation]) -> bool {
        let contact = |of: &Conversation| of.contact.as_ref().and_then(|contact| contact.id.clone());
        self.seen(id, others).and_then(contact).zip(contact(on)).is_some_and(|(theirs, ours)| theirs != ours)
    }

    /// The contact's other conversations are here.
    pub(super) fn merge_others_here(&self, picker: &mut Picker, others: Vec<Conversation>) {
        let PickerKind::Merge(on) = &picker.kind else { return };
        let choices = self.merge_choices(on, &others);
        picker.others = others;
        self.renew_choices(picker, choices);
    }
}
