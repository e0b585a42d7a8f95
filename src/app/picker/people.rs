//! Who takes part in a conversation: roles, adding, removing.

use super::super::{App, Severity};
use super::{Choice, Picker, PickerKind, Value};
use crate::domain::{Act, ContactId, ContactRef, ContactRole, Conversation};
use crate::sync::message::{Person, Pick};
use crate::text::{Clean, Untrusted, clean, fold};

/// Letters from which on people are looked for.
const LETTERS: usize = 2;

impl App {
    /// Those who take part first, then those who were found.
    pub(super) fn people_choices(&self, on: &Conversation, now: &[Person], found: &[Person]) -> Vec<Choice> {
        let mut choices: Vec<Choice> = Vec::with_capacity(on.participants.len() + found.len());
        for id in &on.participants {
            let known = now.iter().find(|person| person.contact.id.as_ref() == Some(id)).cloned();
            let person = known.unwrap_or_else(|| unknown(on, id));
            let is_main = on.contact.as_ref().and_then(|contact| contact.id.as_ref()) == Some(id);
            let mut choice = self.person_choice(&person, Value::RemovePerson(person.contact.clone()));
            let role = self.words.say(role_word(person.contact.role));
            choice.detail = if is_main { self.words.with("person-main", &[("role", (&role).into())]) } else { role };
            choice.current = true;
            choices.push(choice);
        }
        let is_in = |person: &Person| person.contact.id.as_ref().is_some_and(|id| on.participants.contains(id));
        for person in found.iter().filter(|person| !is_in(person)) {
            let mut choice = self.person_choice(person, Value::AddPerson(person.contact.clone()));
            choice.detail = person.company.clean().or(&person.phone.clean());
            choices.push(choice);
        }
        choices
    }

    fn person_choice(&self, person: &Person, value: Value) -> Choice {
        let (name, email) = (person.contact.name.clean(), person.contact.email.clean());
        let shown = name.clone().or(&email).or(&person.phone.clean()).or(&self.words.say("person-unknown"));
        let folded = fold(&format!("{name} {email} {}", person.phone.clean()));
        let beside = if name.is_blank() { Clean::default() } else { email };
        let mut choice = Choice::new(value, shown);
        choice.beside = beside;
        if !folded.trim().is_empty() {
            choice.folded = folded;
        }
        choice
    }

    /// A typed address that nobody here has: the helpdesk makes a lead of it.
    pub(super) fn typed_person(&self, picker: &Picker) -> Option<Choice> {
        let typed = picker.input.text().trim();
        let folded = fold(typed);
        let is_known = |choice: &Choice| match &choice.value {
            Value::AddPerson(who) | Value::RemovePerson(who) => fold(who.email.as_raw()) == folded,
            _ => false,
        };
        if !is_address(typed) || picker.choices.iter().any(is_known) {
            return None;
        }
        let address = clean(typed);
        let title = self.words.with("choice-add-address", &[("address", (&address).into())]);
        let who = ContactRef { email: Untrusted::new(typed), ..ContactRef::default() };
        Some(Choice::new(Value::AddPerson(who), title).detail(self.words.say("person-new")))
    }

    /// Asks who is meant by what is typed.
    pub(super) fn ask_people(&mut self, picker: &mut Picker) {
        let typed = picker.input.text().trim().to_owned();
        if matches!(picker.kind, PickerKind::Participants(_)) && typed.chars().count() >= LETTERS {
            self.ask_for_picker(picker, Pick::People(typed));
        }
    }

    /// Adds or removes a person. Gives the picker back when it stays open.
    pub(super) fn chosen_person(&mut self, picker: Picker, who: ContactRef, joins: bool) -> Option<Picker> {
        let PickerKind::Participants(on) = &picker.kind else { return Some(picker) };
        let on = on.clone();
        if !joins && on.participants.len() < 2 {
            self.say(Severity::Warning, "why-last-participant");
            return Some(picker);
        }
        let act = if joins { Act::AddParticipant { contact: who } } else { Act::RemoveParticipant { contact: who } };
        self.act(&on, vec![act]);
        None
    }
}

/// Somebody of whom only the id is known, unless the conversation is with them.
fn unknown(on: &Conversation, id: &ContactId) -> Person {
    let main = on.contact.as_ref().filter(|contact| contact.id.as_ref() == Some(id)).cloned();
    let bare = || ContactRef { id: Some(id.clone()), ..ContactRef::default() };
    Person { contact: main.unwrap_or_else(bare), ..Person::default() }
}

/// Whether it has the form of an e-mail address: something, one `@`, a name with a dot, no blank.
fn is_address(typed: &str) -> bool {
    let Some((local, host)) = typed.split_once('@') else { return false };
    let is_plain = |part: &str| !part.is_empty() && !part.contains(['@', ' ', ',', '<', '>', '"']);
    is_plain(local) && is_plain(host) && host.split('.').count() > 1 && host.split('.').all(|part| !part.is_empty())
}

/// The word for a role.
const fn role_word(role: ContactRole) -> &'static str {
    match role {
        ContactRole::Lead => "role-lead",
        ContactRole::User => "role-user",
        ContactRole::Visitor => "role-visitor",
    }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_is_told_from_a_name() {
        for typed in ["ana@example.com", "a.b+c@mail.example.org"] {
            assert!(is_address(typed), "{typed}");
        }
        for typed in ["ana", "ana@", "@example.com", "ana@example", "a b@example.com", "ana@ex@mple.com", "a@b..c"] {
            assert!(!is_address(typed), "{typed}");
        }
    }
}
