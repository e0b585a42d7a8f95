//! What a picker asks beside the names that it has, and what it does with the answer. Lines that have been
//! seen do not move: a number comes into its column, new lines go below the cursor's.

use super::super::App;
use super::super::layers::Layer;
use super::{Choice, Picker, PickerKind, Value};
use crate::domain::AssignTo;
use crate::query::Query;
use crate::sync::message::{Generation, Pick, Picked, Request};

impl App {
    pub(super) fn ask_pick(&mut self, generation: Generation, what: Pick) {
        self.ask(Request::Pick { generation, what });
    }

    pub(super) fn ask_for_picker(&mut self, picker: &mut Picker, what: Pick) {
        let generation = self.next_generation();
        // Two kinds of question at most belong to one picker.
        picker.asked.truncate(1);
        picker.asked.insert(0, generation);
        self.ask_pick(generation, what);
    }

    /// What has to be asked when a picker opens.
    pub(super) fn ask_beside(&mut self, picker: &mut Picker) {
        let what = match &picker.kind {
            PickerKind::Teammate(_) | PickerKind::Team(_) => Pick::Loads(loads_of(&picker.choices)),
            PickerKind::Participants(on) => Pick::Participants(on.id.clone()),
            PickerKind::Tags(_) => Pick::TagUse,
            PickerKind::Merge(on) => Pick::MergeInto(on.id.clone()),
            _ => return,
        };
        self.ask_for_picker(picker, what);
    }

    /// Asks how often each tag is used, so that it is known when tags are chosen.
    pub(in crate::app) fn ask_tag_use(&mut self) {
        if !self.started {
            return;
        }
        let generation = self.next_generation();
        self.ask_pick(generation, Pick::TagUse);
    }

    /// An answer. Whether anything that is shown changed.
    pub(in crate::app) fn hear_picked(&mut self, generation: Generation, what: Picked) -> bool {
        let what = match what {
            Picked::Conversation(other) => return self.merge_side_here(generation, other),
            // For the next time: a list that is open does not move.
            Picked::TagUse(used) => {
                self.tag_use = used;
                return false;
            }
            what => what,
        };
        let at = self
            .layers
            .iter()
            .position(|layer| matches!(layer, Layer::Picker(picker) if picker.asked.contains(&generation)));
        let Some(at) = at else { return false };
        let Layer::Picker(mut picker) = self.layers.remove(at) else { return false };
        match what {
            Picked::Loads(loads) => {
                for choice in &mut picker.choices {
                    choice.load = load_key(&choice.value).and_then(|key| loads.get(&key).copied());
                }
            }
            Picked::Participants(people) => {
                picker.participants = people;
                self.renew_people(&mut picker);
            }
            // They answer what was typed then; what was typed since has asked again.
            Picked::People(people) => {
                picker.people = people;
                self.renew_people(&mut picker);
            }
            Picked::MergeInto(others) => self.merge_others_here(&mut picker, others),
            Picked::Conversation(_) | Picked::TagUse(_) => {}
        }
        self.layers.insert(at, Layer::Picker(picker));
        true
    }

    fn renew_people(&self, picker: &mut Picker) {
        let PickerKind::Participants(on) = &picker.kind else { return };
        let choices = self.people_choices(on, &picker.participants, &picker.people);
        self.renew_choices(picker, choices);
    }

    /// Puts other lines in; the cursor stays on the line that it is on.
    pub(super) fn renew_choices(&self, picker: &mut Picker, choices: Vec<Choice>) {
        let moved = picker.cursor > 0;
        let on = picker.choice().map(|choice| choice.value.clone());
        picker.choices = choices;
        self.filter_picker(picker);
        let at = on.filter(|_| moved).and_then(|on| {
            picker.visible.iter().position(|at| picker.choices.get(*at).is_some_and(|choice| choice.value == on))
        });
        picker.cursor = at.unwrap_or(0);
        picker.meaning = self.meaning(picker);
    }
}

/// Under which key the load of a line is asked for.
fn load_key(value: &Value) -> Option<String> {
    match value {
        Value::Assign(AssignTo::Teammate(id)) => Some(format!("teammate:{id}")),
        Value::Assign(AssignTo::Team(id)) => Some(format!("team:{id}")),
        _ => None,
    }
}

fn loads_of(choices: &[Choice]) -> Vec<(String, Query)> {
    let query = |choice: &Choice| {
        let text = match &choice.value {
            Value::Assign(AssignTo::Teammate(id)) => format!("state:open assignee:\"{id}\""),
            Value::Assign(AssignTo::Team(id)) => format!("state:open team:\"{id}\""),
            _ => return None,
        };
        Some((load_key(&choice.value)?, Query::parse(&text).ok()?))
    };
    choices.iter().filter_map(query).collect()
}
