//! What typing does: which lines are left, and what the text means.

use super::super::App;
use super::super::fuzzy::rank;
use super::super::layers::Layer;
use super::{Choice, On, Picker, PickerKind, Value, With};
use crate::domain::snooze;
use crate::keymap::{Key, KeyCode};
use crate::text::{Clean, Untrusted, clean, fold};

impl App {
    /// What is typed in the front picker has changed.
    pub(in crate::app) fn picker_typed(&mut self, mut picker: Picker) -> Picker {
        if !picker.is_in_note() {
            self.filter_picker(&mut picker);
            self.ask_people(&mut picker);
        }
        picker
    }

    /// Which lines are left, best first.
    pub(super) fn filter_picker(&self, picker: &mut Picker) {
        // A line made of what was typed before is made anew.
        picker.choices.retain(|choice| !is_typed(choice));
        let typed = match picker.kind {
            // The reason narrows nothing.
            PickerKind::Snooze(_) => snooze::split(picker.input.text().trim()).time,
            _ => picker.input.text().to_owned(),
        };
        picker.visible = rank(&typed, picker.choices.iter().map(|choice| choice.folded.as_str()));
        if let Some(typed) = self.typed_choice(picker) {
            let choices = &picker.choices;
            picker.visible.retain(|at| choices.get(*at).is_some_and(|choice| !is_same(&choice.value, &typed.value)));
            // A new tag or address is not what a few letters of an old one mean.
            let comes_last = matches!(typed.value, Value::NewTag(_) | Value::AddPerson(_));
            let at = if comes_last { picker.visible.len() } else { 0 };
            picker.visible.insert(at, picker.choices.len());
            picker.choices.push(typed);
        }
        picker.cursor = 0;
        picker.meaning = self.meaning(picker);
    }

    /// The line for what was typed, where that is a choice of its own: a time, a number, a name.
    fn typed_choice(&self, picker: &Picker) -> Option<Choice> {
        let choice = match &picker.kind {
            PickerKind::Snooze(_) => self.typed_until(picker)?,
            PickerKind::Merge(on) => self.typed_merge(picker, on)?,
            PickerKind::Participants(_) => self.typed_person(picker)?,
            PickerKind::Tags(_) => {
                let typed = picker.input.text().trim();
                let folded = fold(typed);
                if typed.is_empty() || picker.choices.iter().any(|choice| choice.folded == folded) {
                    return None;
                }
                let name = clean(typed);
                let title = self.words.with("choice-new-tag", &[("name", (&name).into())]);
                Choice::new(Value::NewTag(Untrusted::new(typed)), title)
            }
            _ => return None,
        };
        Some(Choice { folded: String::new(), ..choice })
    }

    pub(super) fn meaning(&self, picker: &Picker) -> Clean {
        match &picker.kind {
            PickerKind::Snooze(_) => self.snooze_meaning(picker),
            PickerKind::Merge(on) => self.merge_meaning(picker, on),
            PickerKind::Tags(On::One(_)) => self.words.say("tags-how"),
            PickerKind::Tags(On::Many(_)) => self.words.say("tags-how-many"),
            PickerKind::Participants(_) => self.words.say("participants-how"),
            _ => Clean::default(),
        }
    }

    /// A key that means something of its own in the front picker: a digit for a priority, a space for a
    /// tag, while nothing is typed. Whether it was one.
    pub(in crate::app) fn picker_key(&mut self, key: Key) -> bool {
        let Some(Layer::Picker(picker)) = self.layers.last_mut() else { return false };
        let (KeyCode::Char(letter), false, false) = (key.code, key.ctrl, key.alt) else { return false };
        if !picker.input.text().is_empty() || picker.is_in_note() {
            return false;
        }
        match (&picker.kind, letter) {
            (PickerKind::Tags(_), ' ') => self.toggle_choice(),
            (PickerKind::Priority(_), '1'..='9') => {
                let at = letter.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(0);
                // A digit beyond the last line means nothing, and is no text either.
                if at >= 1 && at <= picker.visible.len() {
                    picker.cursor = at - 1;
                    self.choose();
                }
            }
            _ => return false,
        }
        true
    }

    /// `tab`: turns a line on or off where several can be chosen, else what goes with the choice.
    pub(in crate::app) fn toggle_choice(&mut self) {
        let Some(Layer::Picker(mut picker)) = self.layers.pop_if(|layer| matches!(layer, Layer::Picker(_))) else {
            return;
        };
        match &mut picker.with {
            With::Note(note) => note.open = !note.open,
            With::UnlessReply(on) | With::Reassign(on) => *on = !*on,
            With::Nothing => picker.toggle(),
        }
        picker.meaning = self.meaning(&picker);
        self.layers.push(Layer::Picker(picker));
    }
}

/// Whether a line was made of what was typed.
fn is_typed(choice: &Choice) -> bool {
    choice.folded.is_empty()
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // However it is said.
        (Value::Until { until, typed }, Value::Until { until: then, typed: said }) => {
            until == then && snooze::split(typed).unless_reply == snooze::split(said).unless_reply
        }
        _ => one == other,
    }
}
