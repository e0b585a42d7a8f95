//! What a picker offers.

use super::acts::priority_word;
use super::fuzzy::rank;
use super::input::Input;
use super::layers::Layer;
use super::picker::{Choice, Picker, PickerKind, Value};
use super::{App, Severity};
use crate::domain::{AssignTo, AwayState, Conversation, ConversationId, Priority, Teammate, UnixTime, when};
use crate::query::Sort;
use crate::text::{Clean, Untrusted, clean, fold};

/// Typed times offered as they stand, in order.
const SNOOZES: [&str; 7] = ["1h", "later", "tonight", "tomorrow 9am", "next monday", "next week", "next month"];

impl Choice {
    fn new(value: Value, title: Clean) -> Self {
        Self { value, folded: fold(&title), title, detail: Clean::default(), checked: None, current: false }
    }

    fn detail(mut self, detail: Clean) -> Self {
        self.detail = detail;
        self
    }

    fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }
}

impl App {
    /// Opens a picker.
    pub(super) fn open_picker(&mut self, kind: PickerKind) {
        self.push_picker(kind, false);
    }

    /// Opens a picker whose choice also sends what is written.
    pub(super) fn open_sending_picker(&mut self, kind: fn(Box<Conversation>) -> PickerKind) {
        let on = self.composer.conversation.as_ref().and_then(|id| self.known(id)).cloned();
        match on {
            Some(on) => self.push_picker(kind(Box::new(on)), true),
            None => self.say(Severity::Warning, "why-not-loaded"),
        }
    }

    fn push_picker(&mut self, kind: PickerKind, sends: bool) {
        let choices = self.choices(&kind);
        let mut picker = Picker {
            kind,
            input: Input::default(),
            visible: (0..choices.len()).collect(),
            choices,
            cursor: 0,
            meaning: Clean::default(),
            sends,
        };
        // The cursor begins where things stand, except where that would do nothing.
        if matches!(picker.kind, PickerKind::Priority(_) | PickerKind::Sort) {
            picker.cursor = picker.choices.iter().position(|choice| choice.current).unwrap_or(0);
        }
        picker.meaning = self.meaning(&picker);
        self.layers.push(Layer::Picker(picker));
    }

    fn choices(&self, kind: &PickerKind) -> Vec<Choice> {
        match kind {
            PickerKind::Teammate(on) => self.teammate_choices(on),
            PickerKind::Team(on) => self.team_choices(on),
            PickerKind::Tags(on) => self.tag_choices(on),
            PickerKind::Snooze(_) => self.snooze_choices(),
            PickerKind::Priority(on) => Priority::ALL
                .into_iter()
                .rev()
                .map(|level| {
                    Choice::new(Value::Priority(level), self.words.say(priority_word(level)))
                        .current(on.priority == level)
                })
                .collect(),
            PickerKind::Merge(on) => self.merge_choices(on),
            PickerKind::GoTeam => self
                .directory
                .teams
                .iter()
                .map(|team| Choice::new(Value::GoTeam(team.id.clone()), team.name.clean()))
                .collect(),
            PickerKind::Away => self.away_choices(),
            PickerKind::Sort => {
                let now = self.sidebar.open_entry().map(|entry| entry.sort);
                Sort::ALL
                    .into_iter()
                    .map(|sort| {
                        Choice::new(Value::Sort(sort), self.words.say(sort_word(sort))).current(now == Some(sort))
                    })
                    .collect()
            }
        }
    }

    /// Ourselves first, nobody second, then everybody else by name.
    fn teammate_choices(&self, on: &Conversation) -> Vec<Choice> {
        let me = self.directory.me();
        let teammate = |mate: &Teammate, title: Clean| {
            let away = if mate.away.away { self.words.say("teammate-away") } else { Clean::default() };
            Choice::new(Value::Assign(AssignTo::Teammate(mate.id.clone())), title)
                .detail(away)
                .current(on.assignee.as_ref() == Some(&mate.id))
        };
        let mut choices = Vec::with_capacity(self.directory.teammates.len() + 2);
        if let Some(me) = me {
            let name = me.name.clean();
            choices.push(teammate(me, self.words.with("choice-me", &[("name", (&name).into())])));
        }
        let nobody = Choice::new(Value::Assign(AssignTo::Nobody), self.words.say("choice-nobody"));
        choices.push(nobody.current(on.assignee.is_none()));
        let others = self.directory.teammates.iter().filter(|mate| Some(&mate.id) != me.map(|me| &me.id));
        choices.extend(others.filter(|mate| mate.has_inbox_seat).map(|mate| teammate(mate, mate.name.clean())));
        choices
    }

    fn team_choices(&self, on: &Conversation) -> Vec<Choice> {
        let teams = self.directory.teams.iter().map(|team| {
            Choice::new(Value::Assign(AssignTo::Team(team.id.clone())), team.name.clean())
                .current(on.team.as_ref() == Some(&team.id))
        });
        let none = Choice::new(Value::Assign(AssignTo::NoTeam), self.words.say("choice-no-team"));
        let mut choices: Vec<Choice> = teams.collect();
        choices.insert(choices.len().min(1), none.current(on.team.is_none()));
        choices
    }

    /// Those that are on first, then by name.
    fn tag_choices(&self, on: &Conversation) -> Vec<Choice> {
        let has = |id| on.tags.iter().any(|tag| tag.id == id);
        let mut choices: Vec<Choice> = self
            .directory
            .tags
            .iter()
            .map(|tag| {
                let mut choice = Choice::new(Value::Tag(tag.id.clone(), tag.name.clone()), tag.name.clean());
                choice.checked = Some(has(tag.id.clone()));
                choice.current = has(tag.id.clone());
                choice
            })
            .collect();
        choices.sort_by_key(|choice| !choice.current);
        choices
    }

    /// A moment to come, to be read back: `tomorrow 9:00`, `Fri 27 Nov 14:00`, with the zone's city.
    pub(super) fn moment(&self, at: UnixTime) -> Clean {
        let zone = &self.settings.zone;
        let shown = when::show(at, self.now, zone);
        let (Some(there), Some(here)) = (at.in_zone(zone), self.now.in_zone(zone)) else { return clean(&shown) };
        let near = here.date() == there.date() || here.date().tomorrow().is_ok_and(|next| next == there.date());
        if near {
            return clean(&shown);
        }
        let format = if there.year() == here.year() { "%a %-d %b %-H:%M" } else { "%a %-d %b %Y %-H:%M" };
        let mut text = there.strftime(format).to_string();
        if let Some(city) = zone.iana_name().and_then(|name| name.rsplit('/').next()) {
            text.push(' ');
            text.push_str(&city.replace('_', " "));
        }
        clean(&text)
    }

    fn snooze_choices(&self) -> Vec<Choice> {
        let mut seen = std::collections::BTreeSet::new();
        SNOOZES
            .into_iter()
            .filter_map(|typed| {
                let until = when::parse(typed, self.now, &self.settings.zone).ok()?;
                // On some days two of them are the same moment: the first one stands for both.
                seen.insert(until).then(|| Choice::new(Value::Until(until), clean(typed)).detail(self.moment(until)))
            })
            .collect()
    }

    /// Recent conversations of the same contact, those of the same channel first.
    fn merge_choices(&self, on: &Conversation) -> Vec<Choice> {
        let mut others: Vec<&Conversation> = Vec::new();
        if let Some(open) = self.thread.open.as_ref().filter(|open| open.thread.conversation.id == on.id) {
            others.extend(&open.thread.earlier);
        }
        let contact = on.contact.as_ref().and_then(|contact| contact.id.as_ref());
        let same = |other: &Conversation| {
            contact.is_some() && other.contact.as_ref().and_then(|contact| contact.id.as_ref()) == contact
        };
        others.extend(self.list.rows.iter().map(|row| &row.conversation).filter(|other| same(other)));
        let mut seen = std::collections::BTreeSet::from([&on.id]);
        others.retain(|other| seen.insert(&other.id));
        others.sort_by_key(|other| (other.channel != on.channel, std::cmp::Reverse(other.last_message_at)));
        others.into_iter().map(|other| self.merge_choice(other)).collect()
    }

    fn merge_choice(&self, other: &Conversation) -> Choice {
        let title = other.title.clean().or(&other.preview.clean()).or(&self.words.say("no-title"));
        let number = clean(other.id.as_str());
        let state = self.words.say(state_word(other.state));
        let detail = self.words.with("merge-detail", &[("number", (&number).into()), ("state", (&state).into())]);
        Choice::new(Value::Merge(other.id.clone()), title).detail(detail)
    }

    fn away_choices(&self) -> Vec<Choice> {
        let now = self.directory.me().map(|me| me.away.clone()).unwrap_or_default();
        let value =
            |away: bool, reason: Option<String>| Value::Away(AwayState { away, reassign: now.reassign, reason });
        let active = Choice::new(value(false, None), self.words.say("choice-active")).current(!now.away);
        let plain = Choice::new(value(true, None), self.words.say("choice-away"));
        let mut choices = vec![active, plain.current(now.away && now.reason.is_none())];
        choices.extend(self.directory.away_reasons.iter().map(|reason| {
            let label = Clean::join([&reason.emoji.clean(), &reason.label.clean()], &clean(" ")).trimmed();
            let current = now.away && now.reason.as_ref() == Some(&reason.id);
            let title = self.words.with("choice-away-reason", &[("reason", (&label).into())]);
            Choice::new(value(true, Some(reason.id.clone())), title).current(current)
        }));
        choices
    }

    /// What is typed has changed: which lines are left, best first.
    pub(super) fn filter_picker(&self, picker: &mut Picker) {
        // A line made of what was typed before is made anew.
        picker.choices.retain(|choice| !choice.folded.is_empty());
        picker.visible = rank(picker.input.text(), picker.choices.iter().map(|choice| choice.folded.as_str()));
        if let Some(typed) = self.typed_choice(picker) {
            let choices = &picker.choices;
            picker.visible.retain(|at| choices.get(*at).is_some_and(|choice| choice.value != typed.value));
            // A new tag is not what a few letters of an old one mean.
            let at = if matches!(typed.value, Value::NewTag(_)) { picker.visible.len() } else { 0 };
            picker.visible.insert(at, picker.choices.len());
            picker.choices.push(typed);
        }
        picker.cursor = 0;
        picker.meaning = self.meaning(picker);
    }

    /// The line for what was typed, where that is a choice of its own: a time, a number.
    fn typed_choice(&self, picker: &Picker) -> Option<Choice> {
        let typed = picker.input.text().trim();
        let choice = match &picker.kind {
            PickerKind::Snooze(_) => {
                let until = when::parse(typed, self.now, &self.settings.zone).ok()?;
                Choice::new(Value::Until(until), clean(typed)).detail(self.moment(until))
            }
            PickerKind::Merge(on) => {
                let id = typed_number(typed).filter(|_| picker.asks().is_none())?;
                if id == on.id || self.is_of_another_contact(&id, on) {
                    return None;
                }
                if let Some(other) = self.seen(&id) {
                    let choice = self.merge_choice(other);
                    let name = other.contact.as_ref().map(|of| of.name.clean().or(&of.email.clean()));
                    let words = [name.unwrap_or_default(), choice.detail.clone()];
                    let words = words.iter().filter(|word| !word.is_blank());
                    choice.detail(Clean::join(words, &clean(" · ")))
                } else {
                    let number = clean(id.as_str());
                    let title = self.words.with("choice-merge-number", &[("number", (&number).into())]);
                    Choice::new(Value::Merge(id), title)
                }
            }
            PickerKind::Tags(_) => {
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

    fn meaning(&self, picker: &Picker) -> Clean {
        match picker.kind {
            PickerKind::Snooze(_) => {
                let typed = picker.input.text();
                if typed.trim().is_empty() {
                    let how = self.words.say("snooze-how");
                    return if self.settings.time_zone_known {
                        how
                    } else {
                        Clean::join([&how, &self.words.say("zone-unknown")], &clean(" · "))
                    };
                }
                match when::parse(typed, self.now, &self.settings.zone) {
                    Ok(until) => self.moment(until),
                    Err(when::WhenError::Past) => self.words.say("why-time-passed"),
                    Err(_) => self.words.say("why-no-time"),
                }
            }
            PickerKind::Merge(ref on) => self.merge_meaning(picker, on),
            PickerKind::Tags(_) => self.words.say("tags-how"),
            _ => Clean::default(),
        }
    }

    fn merge_meaning(&self, picker: &Picker, on: &Conversation) -> Clean {
        if let Some(into) = picker.asks() {
            let (from, into) = (clean(on.id.as_str()), clean(into.as_str()));
            return self.words.with("merge-sure", &[("from", (&from).into()), ("into", (&into).into())]);
        }
        self.words.say(match typed_number(picker.input.text().trim()) {
            Some(id) if id == on.id => "why-merge-self",
            Some(id) if self.is_of_another_contact(&id, on) => "why-merge-contact",
            _ if picker.visible.is_empty() => "merge-none",
            _ => "merge-for-good",
        })
    }

    /// Asks whether to merge, since nothing takes it back once it is sent. The cursor is on *no*.
    pub(super) fn ask_merge(&mut self, on: &Conversation, into: ConversationId) {
        let choices = vec![
            Choice::new(Value::MergeNow(into), self.words.say("choice-merge-yes")),
            Choice::new(Value::Leave, self.words.say("choice-merge-no")),
        ];
        let mut picker = Picker {
            kind: PickerKind::Merge(Box::new(on.clone())),
            input: Input::default(),
            visible: vec![0, 1],
            choices,
            cursor: 1,
            meaning: Clean::default(),
            sends: false,
        };
        picker.meaning = self.meaning(&picker);
        self.layers.push(Layer::Picker(picker));
    }

    /// A conversation that is held here: on screen, or among the contact's earlier ones.
    fn seen(&self, id: &ConversationId) -> Option<&Conversation> {
        let earlier = || self.thread.open.as_ref()?.thread.earlier.iter().find(|on| on.id == *id);
        self.known(id).or_else(earlier)
    }

    /// Whether both contacts are known, and are not the same.
    fn is_of_another_contact(&self, id: &ConversationId, on: &Conversation) -> bool {
        let contact = |of: &Conversation| of.contact.as_ref().and_then(|contact| contact.id.clone());
        self.seen(id).and_then(contact).zip(contact(on)).is_some_and(|(theirs, ours)| theirs != ours)
    }

    /// The typed or offered time of a choice, to be used again with `Z`.
    pub(super) fn typed_time(&self, picker: &Picker, until: UnixTime) -> String {
        let typed = picker.input.text().trim();
        let is_typed = when::parse(typed, self.now, &self.settings.zone) == Ok(until);
        if is_typed {
            return typed.to_owned();
        }
        picker.choice().map_or_else(String::new, |choice| choice.title.to_string())
    }
}

/// `123` or `#123`.
fn typed_number(typed: &str) -> Option<ConversationId> {
    let id = ConversationId::parse(typed.trim_start_matches('#'))?;
    id.as_str().bytes().all(|digit| digit.is_ascii_digit()).then_some(id)
}

/// The word for a sort.
pub(super) const fn sort_word(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => "sort-newest",
        Sort::Oldest => "sort-oldest",
        Sort::WaitingLongest => "sort-waiting",
        Sort::NextBreach => "sort-breach",
        Sort::Priority => "sort-priority",
        Sort::WakeTime => "sort-wake",
    }
}

/// The word for a state.
const fn state_word(state: crate::domain::State) -> &'static str {
    use crate::domain::State;
    match state {
        State::Open => "state-open",
        State::Closed => "state-closed",
        State::Snoozed => "state-snoozed",
    }
}
