//! What a choice does.

use super::composer_run::Then;
use super::layers::Layer;
use super::palette::Target;
use super::picker::{Choice, Picker, PickerKind, Value};
use super::sidebar::EntryKind;
use super::{App, Severity};
use crate::domain::{Act, Conversation};
use crate::sync::message::Request;
use crate::text::{Clean, Untrusted};

impl App {
    /// `enter` in the palette, a picker or the help.
    pub(super) fn choose(&mut self) {
        match self.layers.pop() {
            Some(Layer::Picker(picker)) => self.chosen(picker),
            Some(Layer::Palette(palette)) => {
                let Some(found) = palette.found() else {
                    self.layers.push(Layer::Palette(palette));
                    return;
                };
                if let Some(why) = found.why_not {
                    // It stays open: the reason is about the line under the cursor.
                    self.say(Severity::Warning, why.0);
                    self.layers.push(Layer::Palette(palette));
                    return;
                }
                if self.target().map(|on| &on.id) != palette.on.as_ref() {
                    self.say(Severity::Warning, "why-moved-on");
                    return;
                }
                let target = found.target.clone();
                self.reach(target);
            }
            Some(Layer::Path(input)) => self.attach(input.text()),
            Some(layer @ Layer::Help(_)) => drop(layer),
            Some(layer @ Layer::Confirm(_)) => self.layers.push(layer),
            None => {}
        }
    }

    fn reach(&mut self, target: Target) {
        match target {
            Target::Command(command) => {
                self.recent.retain(|recent| *recent != command);
                self.recent.insert(0, command);
                self.recent.truncate(10);
                self.run(command);
            }
            Target::Entry(kind) => self.go(&kind),
            Target::Tag(tag, name) => {
                if let Some(on) = self.target().cloned() {
                    let has = on.tags.iter().any(|held| held.id == tag);
                    let act = if has { Act::Untag { tag, name } } else { Act::Tag { tag, name } };
                    self.act(&on, vec![act]);
                }
            }
        }
    }

    /// `tab` in a picker of several: turns the line on or off.
    pub(super) fn toggle_choice(&mut self) {
        if let Some(Layer::Picker(picker)) = self.layers.last_mut() {
            picker.toggle();
        }
    }

    fn chosen(&mut self, mut picker: Picker) {
        if let PickerKind::Tags(on) = &picker.kind {
            let on = on.clone();
            let changed = |choice: &Choice| choice.checked.is_some_and(|is| is != choice.current);
            let new = match picker.choice().map(|choice| &choice.value) {
                Some(Value::NewTag(name)) => Some(name.clone()),
                _ => None,
            };
            // The line that was looked for by name is meant, whatever else was turned on before.
            let looked_for = !picker.input.text().trim().is_empty() && !picker.choice().is_some_and(changed);
            if new.is_none() && (looked_for || !picker.choices.iter().any(changed)) {
                picker.toggle();
            }
            let acts = picker.tag_acts();
            if acts.is_empty() && new.is_none() {
                self.layers.push(Layer::Picker(picker));
                return;
            }
            if !acts.is_empty() {
                self.act(&on, acts);
            }
            if let Some(name) = new {
                self.make_tag(&on, name);
            }
            return;
        }
        let Some(value) = picker.choice().map(|choice| choice.value.clone()) else {
            self.layers.push(Layer::Picker(picker));
            return;
        };
        if let Value::Until(until) = &value {
            self.last_snooze = Some(self.typed_time(&picker, *until));
        }
        let on = picker.conversation().cloned();
        match (value, on) {
            (Value::Assign(to), Some(on)) => self.chosen_act(&picker, &on, Act::Assign { to }),
            (Value::Until(until), Some(on)) => self.chosen_act(&picker, &on, Act::Snooze { until, reminder: None }),
            (Value::Priority(to), Some(on)) => self.chosen_act(&picker, &on, Act::Priority { to }),
            (Value::Merge(into), Some(on)) => self.ask_merge(&on, into),
            (Value::MergeNow(into), Some(on)) => self.chosen_act(&picker, &on, Act::Merge { into }),
            (Value::GoTeam(team), _) => self.go(&EntryKind::Team(team)),
            (Value::Away(state), _) => {
                self.ask(Request::SetAway(state));
                self.say(Severity::Info, "away-asked");
            }
            (Value::Sort(sort), _) => {
                self.sidebar.set_open_sort(sort);
                if let Some(entry) = self.sidebar.open_entry().map(|entry| entry.key.clone()) {
                    self.ask(Request::SaveSort { entry, sort });
                }
                self.open_list();
            }
            _ => {}
        }
    }

    /// Asks the engine for a new tag on a conversation. What comes of it is told when it is on disk.
    fn make_tag(&mut self, on: &Conversation, name: Untrusted) {
        let shown = name.clean();
        let text = self.words.with("tag-making", &[("name", (&shown).into())]);
        self.say_text(Severity::Info, text, Clean::default());
        self.making.truncate(20);
        self.making.insert(0, (on.clone(), name.clone()));
        self.ask(Request::CreateTag { name, on: on.id.clone() });
    }

    fn chosen_act(&mut self, picker: &Picker, on: &Conversation, act: Act) {
        if picker.sends {
            // The composer may have been closed or rebound behind the picker.
            if self.composer.conversation.as_ref() == Some(&on.id) {
                self.send(&Then::Act(act));
            }
        } else {
            self.act(on, vec![act]);
        }
    }
}

impl Picker {
    fn toggle(&mut self) {
        let at = self.visible.get(self.cursor).copied();
        let choice = at.and_then(|at| self.choices.get_mut(at));
        if let Some(checked) = choice.and_then(|choice| choice.checked.as_mut()) {
            *checked = !*checked;
        }
    }

    /// What turns the tags as they were into the tags as they are checked.
    fn tag_acts(&self) -> Vec<Act> {
        let changed = self.choices.iter().filter(|choice| choice.checked.is_some_and(|on| on != choice.current));
        changed
            .filter_map(|choice| match (&choice.value, choice.checked) {
                (Value::Tag(tag, name), Some(true)) => Some(Act::Tag { tag: tag.clone(), name: name.clone() }),
                (Value::Tag(tag, name), _) => Some(Act::Untag { tag: tag.clone(), name: name.clone() }),
                _ => None,
            })
            .collect()
    }
}
