//! What a picker offers when it opens.

use super::super::acts::priority_word;
use super::super::input::Input;
use super::super::layers::Layer;
use super::super::{App, Severity};
use super::{Check, Choice, NoteLine, On, Picker, PickerKind, Value, With};
use crate::domain::{AssignTo, AwayState, Conversation, Priority, State, TagId, Team, Teammate, TeammateId};
use crate::query::Sort;
use crate::text::{Clean, clean, fold};

impl Choice {
    pub(super) fn new(value: Value, title: Clean) -> Self {
        Self {
            value,
            folded: fold(&title),
            title,
            beside: Clean::default(),
            detail: Clean::default(),
            load: None,
            check: None,
            current: false,
            dim: false,
        }
    }

    pub(super) fn detail(mut self, detail: Clean) -> Self {
        self.detail = detail;
        self
    }

    pub(super) fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }
}

impl App {
    /// Opens a picker.
    pub(in crate::app) fn open_picker(&mut self, kind: PickerKind) {
        self.push_picker(kind, false);
    }

    /// Opens a picker whose choice also sends what is written.
    pub(in crate::app) fn open_sending_picker(&mut self, kind: fn(On) -> PickerKind) {
        let on = self.composer.conversation.as_ref().and_then(|id| self.known(id)).map(On::one);
        match on {
            Some(on) => self.push_picker(kind(on), true),
            None => self.say(Severity::Warning, "why-not-loaded"),
        }
    }

    fn push_picker(&mut self, kind: PickerKind, sends: bool) {
        let choices = self.choices(&kind);
        if matches!(kind, PickerKind::Tags(_)) {
            self.ask_tag_use();
        }
        let with = match &kind {
            PickerKind::Teammate(_) if !sends => With::Note(NoteLine::default()),
            PickerKind::Snooze(_) => With::UnlessReply(false),
            PickerKind::Away => With::Reassign(self.directory.me().is_some_and(|me| me.away.reassign)),
            _ => With::Nothing,
        };
        let mut picker = Picker {
            kind,
            input: Input::default(),
            visible: (0..choices.len()).collect(),
            choices,
            cursor: 0,
            meaning: Clean::default(),
            with,
            sends,
            asked: Vec::new(),
            participants: Vec::new(),
            people: Vec::new(),
            others: Vec::new(),
        };
        // The cursor begins where things stand; where that would do nothing, or take something off, on the
        // first line that would not.
        let begins = match picker.kind {
            PickerKind::Priority(_) | PickerKind::Sort => picker.choices.iter().position(|choice| choice.current),
            PickerKind::Tags(_) | PickerKind::Away => picker.choices.iter().position(|choice| !choice.current),
            _ => None,
        };
        picker.cursor = begins.unwrap_or(0);
        picker.meaning = self.meaning(&picker);
        self.ask_beside(&mut picker);
        self.layers.push(Layer::Picker(picker));
    }

    fn choices(&self, kind: &PickerKind) -> Vec<Choice> {
        match kind {
            PickerKind::Teammate(on) => self.teammate_choices(on),
            PickerKind::Team(on) => self.team_choices(on),
            PickerKind::Tags(on) => self.tag_choices(on),
            PickerKind::Snooze(_) => self.snooze_choices(),
            PickerKind::Priority(on) => self.priority_choices(on),
            PickerKind::Participants(on) => self.people_choices(on, &[], &[]),
            PickerKind::Merge(on) => self.merge_choices(on, &[]),
            PickerKind::GoTeam => self
                .directory
                .teams
                .iter()
                .map(|team| Choice::new(Value::GoTeam(team.id.clone()), team.name.clean_or_id(&team.id)))
                .collect(),
            PickerKind::GoView => self
                .entry_lines()
                .into_iter()
                .map(|(kind, name, count, here)| Choice::new(Value::GoView(kind), name).detail(count).current(here))
                .collect(),
            PickerKind::GoWorkspace => self
                .workspace_lines()
                .into_iter()
                .map(|(value, name, detail, here)| Choice::new(value, name).detail(detail).current(here))
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

    /// Those of the conversation's team first, nobody second, then the others by name; who has it already
    /// and who is away last.
    fn teammate_choices(&self, on: &On) -> Vec<Choice> {
        let one = on.as_one();
        let team = one.and_then(|on| on.team.as_ref()).and_then(|team| self.directory.team(team));
        let has_it = |mate: &Teammate| one.is_some_and(|on| on.assignee.as_ref() == Some(&mate.id));
        let is_of_team =
            |mate: &Teammate| team.is_some_and(|team| team.members.contains(&mate.id) || mate.teams.contains(&team.id));
        let mut mates: Vec<&Teammate> = self.directory.teammates.iter().filter(|mate| mate.has_inbox_seat).collect();
        mates.sort_by_key(|mate| (mate.away.away, has_it(mate), !is_of_team(mate)));
        let me = self.me();
        let mut choices: Vec<Choice> =
            mates.into_iter().map(|mate| self.teammate_choice(mate, me.as_ref()).current(has_it(mate))).collect();
        let nobody = Choice::new(Value::Assign(AssignTo::Nobody), self.words.say("choice-nobody"));
        choices.insert(choices.len().min(1), nobody.current(one.is_some_and(|on| on.assignee.is_none())));
        choices
    }

    fn teammate_choice(&self, mate: &Teammate, me: Option<&TeammateId>) -> Choice {
        let name = mate.name.clean_or_id(&mate.id);
        let title = if me == Some(&mate.id) { self.words.with("choice-me", &[("name", (&name).into())]) } else { name };
        let is_in = |team: &&crate::domain::Team| team.members.contains(&mate.id) || mate.teams.contains(&team.id);
        let teams: Vec<Clean> =
            self.directory.teams.iter().filter(is_in).map(|team| team.name.clean_or_id(&team.id)).collect();
        let mut choice = Choice::new(Value::Assign(AssignTo::Teammate(mate.id.clone())), title);
        // Found by the team and the address too.
        choice.folded = fold(&format!("{} {} {}", choice.title, mate.email.clean(), Clean::join(&teams, &clean(" "))));
        choice.beside = Clean::join(&teams, &clean(", "));
        if mate.away.away {
            choice.dim = true;
            choice.detail = self.away_word(mate.away.reason.as_deref());
        }
        choice
    }

    /// `away · 🍜 Lunch`.
    fn away_word(&self, reason: Option<&str>) -> Clean {
        let away = self.words.say("teammate-away");
        let reason = self.directory.away_reasons.iter().find(|known| Some(known.id.as_str()) == reason);
        match reason {
            Some(reason) => {
                let label = Clean::join([&reason.emoji.clean(), &reason.label.clean()], &clean(" ")).trimmed();
                Clean::join([&away, &label], &clean(" · "))
            }
            None => away,
        }
    }

    fn team_choices(&self, on: &On) -> Vec<Choice> {
        let one = on.as_one();
        let has_it = |team: &Team| one.is_some_and(|on| on.team.as_ref() == Some(&team.id));
        let mut teams: Vec<&Team> = self.directory.teams.iter().collect();
        // What would do nothing comes last.
        teams.sort_by_key(|team| has_it(team));
        let mut choices: Vec<Choice> = teams
            .into_iter()
            .map(|team| {
                let of_teammates = self.directory.teammates.iter().filter(|mate| mate.teams.contains(&team.id)).count();
                let count = team.members.len().max(of_teammates);
                Choice::new(Value::Assign(AssignTo::Team(team.id.clone())), team.name.clean_or_id(&team.id))
                    .current(has_it(team))
                    .detail(self.words.with("team-members", &[("count", count.into())]))
            })
            .collect();
        if one.is_none_or(|on| on.team.is_some()) {
            let none = Choice::new(Value::Assign(AssignTo::NoTeam), self.words.say("choice-no-team"));
            choices.insert(choices.len().min(1), none);
        }
        choices
    }

    /// Those that are on it first, then the most used first, here and on the newest conversations, then by name.
    fn tag_choices(&self, on: &On) -> Vec<Choice> {
        let has = |id: &TagId| on.as_one().is_some_and(|on| on.tags.iter().any(|tag| tag.id == *id));
        let puts = |on: &Conversation, id: &TagId| on.tags.iter().any(|tag| tag.id == *id);
        let listed = |id: &TagId| self.list.rows.iter().filter(|row| puts(&row.conversation, id)).count();
        let used = |id: &TagId| self.tag_use.get(id).copied().unwrap_or_else(|| listed(id));
        let mut tags: Vec<_> = self.directory.tags.iter().map(|tag| (has(&tag.id), used(&tag.id), tag)).collect();
        tags.sort_by_key(|(has, used, _)| (!has, std::cmp::Reverse(*used)));
        tags.into_iter()
            .map(|(has, _, tag)| {
                let mut choice =
                    Choice::new(Value::Tag(tag.id.clone(), tag.name.clone()), tag.name.clean_or_id(&tag.id));
                choice.check = Some(if has { Check::On } else { Check::Off });
                choice.current(has)
            })
            .collect()
    }

    fn priority_choices(&self, on: &On) -> Vec<Choice> {
        let now = on.as_one().map(|on| on.priority);
        let level = |(at, level): (usize, Priority)| {
            let digit = clean(&(at + 1).to_string());
            Choice::new(Value::Priority(level), self.words.say(priority_word(level)))
                .current(now == Some(level))
                .detail(digit)
        };
        Priority::ALL.into_iter().rev().enumerate().map(level).collect()
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
}

/// The word for a sort.
const fn sort_word(sort: Sort) -> &'static str {
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
pub(super) const fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "state-open",
        State::Closed => "state-closed",
        State::Snoozed => "state-snoozed",
    }
}
