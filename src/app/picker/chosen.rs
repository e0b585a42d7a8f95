//! What `enter` does in a picker.

use super::super::composer_run::Then;
use super::super::layers::Layer;
use super::super::sidebar::EntryKind;
use super::super::{App, Severity};
use super::{Check, Choice, On, Picker, PickerKind, Value, With};
use crate::domain::{Act, AwayState, ConversationId};
use crate::query::Sort;
use crate::sync::message::Request;
use crate::text::Untrusted;

impl App {
    /// `enter`: does what the line with the cursor says; without one the picker stays.
    pub(in crate::app) fn chosen(&mut self, picker: Picker) {
        if let PickerKind::Tags(on) = &picker.kind {
            let on = on.clone();
            self.chosen_tags(picker, on);
            return;
        }
        let Some(value) = picker.choice().map(|choice| choice.value.clone()) else {
            self.layers.push(Layer::Picker(picker));
            return;
        };
        let on = picker.on().cloned();
        match (value, on) {
            (Value::Assign(to), Some(on)) => {
                let mut acts: Vec<Act> = picker.note_act().into_iter().collect();
                acts.push(Act::Assign { to });
                self.chosen_acts(&picker, &on, acts);
            }
            (Value::Until { until, typed }, Some(on)) => {
                let (act, again) = picker.chosen_snooze(until, &typed);
                self.last_snooze = Some(again);
                self.chosen_acts(&picker, &on, vec![act]);
            }
            (Value::Priority(to), Some(on)) => self.chosen_acts(&picker, &on, vec![Act::Priority { to }]),
            (Value::AddPerson(who), _) => self.stays(|app, picker| app.chosen_person(picker, who, true), picker),
            (Value::RemovePerson(who), _) => self.stays(|app, picker| app.chosen_person(picker, who, false), picker),
            (Value::Merge(into), _) => self.chosen_merge(picker, into),
            (Value::GoTeam(team), _) => self.go(&EntryKind::Team(team)),
            (Value::GoView(kind), _) => self.go(&kind),
            (Value::GoWorkspace(name), _) => self.go_workspace(name),
            (Value::Away(state), _) => self.chosen_away(&picker, state),
            (Value::Sort(sort), _) => self.chosen_sort(sort),
            _ => {}
        }
    }

    fn stays(&mut self, act: impl FnOnce(&mut Self, Picker) -> Option<Picker>, picker: Picker) {
        if let Some(picker) = act(self, picker) {
            self.layers.push(Layer::Picker(picker));
        }
    }

    fn chosen_tags(&mut self, mut picker: Picker, on: On) {
        let new = match picker.choice().map(|choice| &choice.value) {
            Some(Value::NewTag(name)) => Some(name.clone()),
            _ => None,
        };
        // The line that was looked for by name is meant, whatever else was turned on before.
        let looked_for = !picker.input.text().trim().is_empty() && !picker.choice().is_some_and(is_changed);
        if new.is_none() && (looked_for || !picker.choices.iter().any(is_changed)) {
            picker.toggle();
        }
        let acts = picker.tag_acts();
        let names: Vec<Untrusted> = new.into_iter().collect();
        if !names.is_empty() {
            self.act_with_new_tags(on, acts, names);
        } else if acts.is_empty() {
            self.layers.push(Layer::Picker(picker));
        } else {
            self.act_on(&on, acts);
        }
    }

    fn chosen_merge(&mut self, picker: Picker, into: ConversationId) {
        if let PickerKind::Merge(on) = picker.kind.clone() {
            let others = picker.others.clone();
            // It stays behind the question: a no goes back to it.
            self.layers.push(Layer::Picker(picker));
            self.ask_merge(on, into, &others);
        }
    }

    fn chosen_away(&mut self, picker: &Picker, state: AwayState) {
        let reassign = match picker.with {
            With::Reassign(reassign) => reassign,
            _ => state.reassign,
        };
        self.ask(Request::SetAway(AwayState { reassign, ..state }));
        self.say(Severity::Info, "away-asked");
    }

    fn chosen_sort(&mut self, sort: Sort) {
        self.sidebar.set_open_sort(sort);
        if let Some(entry) = self.sidebar.open_entry().map(|entry| entry.key.clone()) {
            self.ask(Request::SaveSort { entry, sort });
        }
        self.open_list();
    }

    fn chosen_acts(&mut self, picker: &Picker, on: &On, acts: Vec<Act>) {
        if !picker.sends {
            self.act_on(on, acts);
            return;
        }
        // The composer may have been closed or rebound behind the picker.
        let is_bound = self.composer.conversation.as_ref() == on.as_one().map(|on| &on.id);
        if let (true, Some(act)) = (is_bound, acts.into_iter().next_back()) {
            self.send(&Then::Act(act));
        }
    }
}

/// Whether a line is to be otherwise than it was.
fn is_changed(choice: &Choice) -> bool {
    match choice.check {
        Some(Check::On) => !choice.current,
        Some(Check::Off) => choice.current,
        Some(Check::Remove) => true,
        None => false,
    }
}

impl Picker {
    /// Turns the line with the cursor on or off; for many conversations also *taken off all*.
    pub(super) fn toggle(&mut self) {
        let is_many = matches!(self.on(), Some(On::Many(_)));
        let at = self.visible.get(self.cursor).copied();
        let choice = at.and_then(|at| self.choices.get_mut(at));
        if let Some(check) = choice.and_then(|choice| choice.check.as_mut()) {
            *check = match check {
                Check::Off => Check::On,
                Check::On if is_many => Check::Remove,
                Check::On | Check::Remove => Check::Off,
            };
        }
    }

    /// What turns the tags as they were into the tags as they are checked.
    fn tag_acts(&self) -> Vec<Act> {
        self.choices
            .iter()
            .filter(|choice| is_changed(choice))
            .filter_map(|choice| match (&choice.value, choice.check) {
                (Value::Tag(tag, name), Some(Check::On)) => Some(Act::Tag { tag: tag.clone(), name: name.clone() }),
                (Value::Tag(tag, name), _) => Some(Act::Untag { tag: tag.clone(), name: name.clone() }),
                _ => None,
            })
            .collect()
    }
}
