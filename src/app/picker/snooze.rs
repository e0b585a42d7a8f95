//! Until when: presets, typed times, what is to be told then.

use std::collections::BTreeSet;

use super::super::{App, Severity};
use super::{Choice, On, Picker, Value, With};
use crate::domain::snooze::{self, Snooze, Typed};
use crate::domain::{Act, UnixTime, when};
use crate::text::{Clean, clean, fold};

/// What is offered: key of its words, and what an agent types for it. Where two are one moment, the first
/// stands for both.
const PRESETS: [(&str, &str); 7] = [
    ("snooze-later", "later today"),
    ("snooze-tonight", "tonight"),
    ("snooze-tomorrow", "tomorrow 9am"),
    ("snooze-weekend", "this weekend"),
    ("snooze-next-week", "next monday"),
    ("snooze-month", "in a month"),
    ("snooze-reply", "when they reply or in a month"),
];

impl App {
    /// A moment to come, to be read back: `tomorrow 9:00`, `Fri 27 Nov 14:00`, with the zone's city.
    pub(in crate::app) fn moment(&self, at: UnixTime) -> Clean {
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

    pub(super) fn snooze_choices(&self) -> Vec<Choice> {
        let mut seen = BTreeSet::new();
        let mut choices: Vec<(UnixTime, Choice)> = PRESETS
            .into_iter()
            .filter_map(|(key, typed)| {
                let Snooze { until, reminder } = snooze::parse(typed, self.now, &self.settings.zone).ok()?;
                seen.insert((until, reminder.is_some())).then(|| {
                    let title = self.words.say(key);
                    let folded = fold(&format!("{title} {typed}"));
                    let choice = Choice::new(Value::Until { until, typed: typed.to_owned() }, title);
                    (until, Choice { folded, ..choice }.detail(self.moment(until)))
                })
            })
            .collect();
        // The soonest first; those of one moment as they are above.
        choices.sort_by_key(|(until, _)| *until);
        choices.into_iter().map(|(_, choice)| choice).collect()
    }

    /// The line for a typed time.
    pub(super) fn typed_until(&self, picker: &Picker) -> Option<Choice> {
        let Typed { time, .. } = snooze::split(picker.input.text().trim());
        let until = when::parse(&time, self.now, &self.settings.zone).ok()?;
        let title = clean(&time);
        Some(Choice::new(Value::Until { until, typed: time }, title).detail(self.moment(until)))
    }

    /// What is typed, read back: the moment, the condition, the reason.
    pub(super) fn snooze_meaning(&self, picker: &Picker) -> Clean {
        let typed = snooze::split(picker.input.text().trim());
        let mut said = Vec::new();
        let unless = typed.unless_reply || picker.with == With::UnlessReply(true);
        let has_words = unless || !typed.reason.is_empty();
        if typed.time.is_empty() {
            // Without a time of its own the reason goes with the line that has the cursor.
            match picker.choice().map(|choice| &choice.value) {
                Some(Value::Until { until, .. }) if has_words => said.push(self.moment(*until)),
                _ => {
                    // How a time is typed stands in the empty line.
                    let is_known = self.settings.time_zone_known;
                    return if is_known { Clean::default() } else { self.words.say("picker-zone-unknown") };
                }
            }
        } else {
            match when::parse(&typed.time, self.now, &self.settings.zone) {
                Ok(until) => said.push(self.moment(until)),
                Err(when::WhenError::Past) => return self.words.say("why-time-passed"),
                // A few letters of a line that is offered.
                Err(_) => match picker.choice().map(|choice| &choice.value) {
                    Some(Value::Until { until, .. }) => said.push(self.moment(*until)),
                    _ => return self.words.say("why-no-time"),
                },
            }
        }
        if unless {
            said.push(self.words.say("snooze-unless"));
        }
        if !typed.reason.is_empty() {
            said.push(self.words.with("snooze-reason", &[("reason", (&clean(&typed.reason)).into())]));
        }
        Clean::join(&said, &clean(" · "))
    }

    /// What was typed or chosen last, counted from now; `None` when its time has passed.
    pub(in crate::app) fn last_snooze_act(&self) -> Option<Act> {
        let typed = self.last_snooze.as_deref()?;
        snooze::parse(typed, self.now, &self.settings.zone).ok().map(Snooze::into_act)
    }

    /// `Z`: the last snooze again.
    pub(in crate::app) fn snooze_again(&mut self, on: &On) {
        match self.last_snooze_act() {
            Some(act) => {
                self.act_on(on, vec![act]);
            }
            None => self.say(Severity::Warning, "why-time-passed"),
        }
    }
}

impl Picker {
    /// What was chosen as an act, and as it is typed, for `Z`.
    pub(super) fn chosen_snooze(&self, until: UnixTime, typed: &str) -> (Act, String) {
        let entered = snooze::split(self.input.text().trim());
        let of_line = snooze::split(typed);
        let unless = entered.unless_reply || of_line.unless_reply || self.with == With::UnlessReply(true);
        let mut again = of_line.time;
        if unless {
            again.push_str(" unless reply");
        }
        if !entered.reason.is_empty() {
            again.push_str(" -- ");
            again.push_str(&entered.reason);
        }
        let reminder = (unless || !entered.reason.is_empty())
            .then_some(crate::domain::Reminder { reason: entered.reason, unless_reply: unless });
        (Act::Snooze { until, reminder }, again)
    }
}
