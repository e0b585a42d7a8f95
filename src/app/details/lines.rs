//! The panel's lines, in words but without colours: who the contact is, what the conversation is.
//!
//! Labels stand in one column, values in another; what is too long is wrapped, and cut with a sign.

use std::collections::BTreeMap;

use super::super::{App, OpenThread, times};
use super::zones::{self, Told};
use crate::domain::{
    AttributeValue, ContactNote, ContactRef, ContactRole, Conversation, ConversationId, Priority, Shared, SlaFact,
    SlaStatus, State, UnixTime, when,
};
use crate::text::{Clean, Untrusted, clean, html, truncate, width, wrap};
use crate::words::Arg;

/// A value takes at most so many lines.
const VALUE_LINES: usize = 3;
/// A note about the contact takes at most so many.
const NOTE_LINES: usize = 5;
/// So many notes are shown.
const NOTES: usize = 3;
/// So many earlier conversations are listed until all of them are asked for; one more is listed, not told of.
const EARLIER: usize = 6;
/// Cells of the widest label that has its value beside it.
const LABEL: u16 = 24;
/// Cells that a value below its label is set in.
const BELOW: u16 = 2;

/// A part of the panel that folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Attributes of the contact.
    Person,
    /// Notes about the contact.
    Notes,
    /// The conversation.
    Conversation,
    /// The SLA clock.
    Clock,
    /// Attributes of the conversation.
    Attributes,
    /// The contact's other conversations.
    Earlier,
    /// Contacts that may be the same person.
    Duplicates,
}

impl Section {
    /// What it is remembered by.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Person => "details:person",
            Self::Notes => "details:notes",
            Self::Conversation => "details:conversation",
            Self::Clock => "details:clock",
            Self::Attributes => "details:attributes",
            Self::Earlier => "details:earlier",
            Self::Duplicates => "details:duplicates",
        }
    }

    /// Key of its title in the catalogue of words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Person | Self::Attributes => "ui-details-attributes",
            Self::Notes => "ui-details-notes",
            Self::Conversation => "ui-details-conversation",
            Self::Clock => "ui-details-clock",
            Self::Earlier => "ui-details-earlier",
            Self::Duplicates => "ui-details-duplicates",
        }
    }
}

/// What the panel's cursor stops at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A section's title: `enter` folds it.
    Section(Section),
    /// Another conversation: `enter` opens it.
    Conversation(ConversationId),
    /// More of the earlier conversations: `enter` lists them all.
    More,
}

/// What a text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Plain.
    Text,
    /// May be overlooked.
    Dim,
    /// An address.
    Link,
    /// Tags.
    Tag,
    /// The customer's words.
    Quote,
    /// A note among teammates.
    Note,
    /// A priority.
    Priority(Priority),
}

/// One line of the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetailLine {
    /// Nothing.
    Blank,
    /// A section's title, whether it is folded, and how many things it holds (0: not told).
    Heading(Section, bool, usize),
    /// Label and value, and the cells of the labels' column; the label is blank on a value's further lines.
    Fact(Clean, Clean, Tone, u16),
    /// A line of its own.
    Text(Clean, Tone),
    /// The SLA clock that breaches next.
    Clock(Box<SlaFact>),
    /// Another conversation: its title (or number), state, and when anybody wrote last.
    Earlier(Clean, State, UnixTime),
    /// Another contact: its name, and its role in a word.
    Person(Clean, Clean),
}

/// The panel: its lines, and what the cursor stops at, by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetailsPanel {
    /// The lines.
    pub lines: Vec<DetailLine>,
    /// Line and what is there, downwards.
    pub stops: Vec<(usize, Stop)>,
}

/// Cells of the label column in a panel of `width` cells.
#[must_use]
pub const fn label_cells(width: u16) -> u16 {
    let part = width * 2 / 5;
    if part < 8 {
        8
    } else if part > 13 {
        13
    } else {
        part
    }
}

impl App {
    /// The panel's lines for the conversation that is shown; none without one.
    #[must_use]
    pub fn details_panel(&self) -> DetailsPanel {
        let Some(open) = self.thread.open.as_deref() else { return DetailsPanel::default() };
        let width = self.layout().details.map_or(0, |area| area.body.width.saturating_sub(2));
        let mut made = Maker { app: self, width, panel: DetailsPanel::default(), folded: false };
        made.person(open);
        made.earlier(open);
        made.duplicates(open);
        made.conversation(open);
        made.attributes(Section::Attributes, &open.thread.conversation.attributes);
        made.clock(&open.thread.conversation);
        made.panel
    }
}

struct Maker<'a> {
    app: &'a App,
    width: u16,
    panel: DetailsPanel,
    /// The section at hand is folded: its lines are left out.
    folded: bool,
}

impl Maker<'_> {
    fn say(&self, key: &'static str) -> Clean {
        self.app.words.say(key)
    }

    fn about(&self, at: UnixTime) -> Clean {
        if self.app.absolute_times {
            return times::absolute(at, self.app.now, &self.app.settings.zone, &self.app.words);
        }
        times::about(at, self.app.now, &self.app.settings.zone, &self.app.words)
    }

    fn push(&mut self, line: DetailLine) {
        if !self.folded {
            self.panel.lines.push(line);
        }
    }

    fn blank(&mut self) {
        if !self.panel.lines.is_empty() {
            self.panel.lines.push(DetailLine::Blank);
        }
    }

    fn section(&mut self, section: Section, count: usize) {
        self.blank();
        self.folded = self.app.is_folded(section);
        self.panel.stops.push((self.panel.lines.len(), Stop::Section(section)));
        self.panel.lines.push(DetailLine::Heading(section, self.folded, count));
    }

    /// A fact; nothing when its value is blank.
    fn fact(&mut self, label: &Clean, value: &Clean, tone: Tone) {
        self.fact_at(label, value, tone, label_cells(self.width));
    }

    /// A fact whose value begins behind a column of labels; below its label where one of them is too long.
    fn fact_at(&mut self, label: &Clean, value: &Clean, tone: Tone, column: u16) {
        if value.is_blank() {
            return;
        }
        let value = value.replace('\n', " ");
        let all = self.width;
        let lines_of = |column: u16| wrap(&value, usize::from(all.saturating_sub(column)).max(1));
        let (mut label, mut column) = (label.clone(), column);
        let mut lines = lines_of(column + 1);
        if width(&label) > usize::from(column) || lines.len() > VALUE_LINES {
            self.push(DetailLine::Text(truncate(&label, usize::from(self.width)), Tone::Dim));
            (label, column) = (Clean::default(), BELOW - 1);
            lines = lines_of(BELOW);
        }
        let room = usize::from(self.width.saturating_sub(column + 1)).max(1);
        if lines.len() > VALUE_LINES {
            lines.truncate(VALUE_LINES);
            if let Some(last) = lines.last_mut() {
                *last = truncate(&format!("{last} ……"), room);
            }
        }
        for (at, line) in lines.into_iter().enumerate() {
            let label = if at == 0 { label.clone() } else { Clean::default() };
            self.push(DetailLine::Fact(label, line, tone, column));
        }
    }

    fn known(&mut self, key: &'static str, value: &Clean) {
        self.fact(&self.say(key), value, Tone::Text);
    }

    fn moment(&mut self, key: &'static str, at: Option<UnixTime>) {
        if let Some(at) = at {
            self.known(key, &self.about(at));
        }
    }

    /// Lines of its own; nothing when it is blank.
    fn line(&mut self, text: &Clean, tone: Tone) {
        if text.is_blank() {
            return;
        }
        for line in wrap(text, usize::from(self.width).max(1)).into_iter().take(VALUE_LINES) {
            self.push(DetailLine::Text(line, tone));
        }
    }

    fn person(&mut self, open: &OpenThread) {
        let on = &open.thread.conversation;
        let Some(contact) = open.thread.contact.as_ref() else {
            if let Some(contact) = &on.contact {
                self.line(&contact.email.clean(), Tone::Link);
            }
            self.line(&on.company_name.clean(), Tone::Text);
            return;
        };
        self.line(&contact.email.clean(), Tone::Link);
        self.line(&contact.phone.clean(), Tone::Text);
        let places = [&contact.city, &contact.region, &contact.country].map(Untrusted::clean);
        let mut named: Vec<&Clean> = places.iter().filter(|place| !place.is_blank()).collect();
        named.dedup();
        self.line(&Clean::join(named, &Clean::literal(", ")), Tone::Text);
        if let Some((zone, place, told)) = zones::of(contact)
            && let Some(there) = self.app.now.in_zone(&zone)
        {
            // The place says what told it, except where an attribute names the zone.
            let by_attribute = told == Told::Attribute;
            let key = if by_attribute { "ui-details-local-attribute" } else { "ui-details-local" };
            let clock = times::clock(&there);
            let text = self.app.words.with(key, &[("clock", Arg::Text(&clock)), ("place", Arg::Text(&place))]);
            self.line(&text, Tone::Text);
        }
        let companies: Vec<Clean> = open.thread.companies.iter().map(Untrusted::clean).collect();
        let companies = Clean::join(&companies, &Clean::literal(", ")).or(&on.company_name.clean());
        self.line(&companies, Tone::Text);
        self.blank();
        if let Some(language) = on.language {
            self.known("ui-details-writes", &super::languages::name(language, &self.app.words));
        }
        self.known("ui-details-language", &contact.language.clean());
        self.moment("ui-details-seen", contact.last_seen_at);
        self.moment("ui-details-since", contact.created_at);
        self.known("ui-details-external-id", &contact.external_id.clean());
        let known = &self.app.directory.tags;
        let tags: Vec<Clean> = contact
            .tags
            .iter()
            .filter_map(|id| known.iter().find(|tag| tag.id == *id))
            .map(|tag| tag.name.clean_or_id(&tag.id))
            .collect();
        self.fact(&self.say("ui-details-tags"), &Clean::join(&tags, &Clean::literal(", ")), Tone::Tag);
        self.attributes(Section::Person, &contact.attributes);
        if !open.thread.contact_notes.is_empty() {
            self.section(Section::Notes, open.thread.contact_notes.len());
            for note in open.thread.contact_notes.iter().take(NOTES) {
                self.note(note);
            }
            self.more(open.thread.contact_notes.len().saturating_sub(NOTES));
            self.folded = false;
        }
    }

    fn note(&mut self, note: &ContactNote) {
        if self.folded {
            return;
        }
        let text = html::to_plain(note.body.as_raw());
        let mut lines = wrap(text.trim(), usize::from(self.width).max(1));
        let cut = lines.len() > NOTE_LINES;
        lines.truncate(NOTE_LINES);
        for line in lines {
            self.push(DetailLine::Text(line, Tone::Note));
        }
        // The name gives way to the date.
        let at = self.about(note.created_at);
        let room = usize::from(self.width).saturating_sub(width(&at) + 3 + if cut { 2 } else { 0 });
        let by = [truncate(&note.author.clean(), room.max(1)), at];
        let by = Clean::join(by.iter().filter(|part| !part.is_blank()), &Clean::literal(" · "));
        let by = if cut { Clean::join([&Clean::literal("…"), &by], &Clean::literal(" ")) } else { by };
        self.push(DetailLine::Text(by, Tone::Dim));
    }

    fn more(&mut self, count: usize) {
        if count > 0 {
            let text = self.app.words.with("ui-details-more", &[("count", Arg::from(count))]);
            self.push(DetailLine::Text(text, Tone::Dim));
        }
    }

    fn attributes(&mut self, section: Section, attributes: &BTreeMap<String, AttributeValue>) {
        let set: Vec<_> = attributes.iter().filter(|(_, value)| **value != AttributeValue::Null).collect();
        if set.is_empty() {
            return;
        }
        self.section(section, set.len());
        // One column for all of them, as wide as the longest name that leaves the values their room.
        let usual = label_cells(self.width);
        let most = (self.width * 3 / 5).clamp(usual, LABEL.max(usual));
        let cells = |name: &str| u16::try_from(width(&clean(&name.replace('_', " ")))).unwrap_or(u16::MAX);
        let column =
            set.iter().map(|(name, _)| cells(name)).filter(|cells| *cells <= most).max().unwrap_or(0).max(usual);
        for (name, value) in set {
            let value = match value {
                AttributeValue::Null => continue,
                AttributeValue::Boolean(yes) => self.say(if *yes { "ui-yes" } else { "ui-no" }),
                AttributeValue::Time(at) => self.about(UnixTime(*at)),
                // By custom a number of this name is a moment: the API has no type for it here.
                AttributeValue::Integer(at @ 1_000_000_000..4_000_000_000) if name.ends_with("_at") => {
                    self.about(UnixTime(*at))
                }
                other => other.to_untrusted().clean(),
            };
            self.fact_at(&clean(&name.replace('_', " ")), &value, Tone::Text, column);
        }
        self.folded = false;
    }

    fn conversation(&mut self, open: &OpenThread) {
        let on = &open.thread.conversation;
        let (now, zone) = (self.app.now, &self.app.settings.zone);
        self.section(Section::Conversation, 0);
        if on.id.is_placeholder() {
            let unsent = self.say("ui-unsent");
            self.line(&unsent, Tone::Text);
        } else {
            self.line(&clean(&format!("#{}", on.id)), Tone::Text);
        }
        match on.snoozed_until {
            _ if on.id.is_placeholder() => {}
            Some(until) if on.state == State::Snoozed => {
                self.known("ui-details-snoozed", &clean(&when::show(until, now, zone)));
            }
            _ => self.known("ui-details-state", &self.say(state_word(on.state))),
        }
        let directory = &self.app.directory;
        let team = on.team.as_ref().map_or_else(|| self.say("ui-no-team"), |id| directory.team_name(id));
        self.known("ui-details-team", &team);
        let who = on.assignee.as_ref().map_or_else(|| self.say("ui-nobody"), |id| directory.teammate_name(id));
        self.known("ui-details-assignee", &who);
        if on.priority != Priority::None {
            self.fact(&self.say("ui-details-priority"), &self.say(priority_word(on.priority)), {
                Tone::Priority(on.priority)
            });
        }
        let tags: Vec<Clean> = on.tags.iter().map(|tag| tag.name.clean_or_id(&tag.id)).collect();
        self.fact(&self.say("ui-details-tags"), &Clean::join(&tags, &Clean::literal(", ")), Tone::Tag);
        self.moment("ui-details-opened", Some(on.created_at));
        if on.reopens > 0 {
            self.known("ui-details-reopens", &times::count(usize::try_from(on.reopens).unwrap_or(usize::MAX)));
        }
        if let Some(by) = &on.created_by {
            self.known("ui-details-by", &directory.teammate_name(by));
        }
        if let Some(rating) = &on.rating {
            let score = rating.score.min(5);
            let text = format!("{}{} {score}/5", "★".repeat(score.into()), "·".repeat((5 - score).into()));
            self.known("ui-details-rating", &clean(&text));
            self.line(&rating.remark.clean(), Tone::Quote);
        }
        if on.ai {
            self.known("ui-details-ai", &self.say("ui-details-ai-took-part"));
        }
        self.known("ui-details-brand", &on.brand.clean());
        let known: Vec<Clean> = open.thread.others.iter().map(ContactRef::shown_name).collect();
        let mut others: Vec<Clean> = known.iter().filter(|name| !name.is_blank()).cloned().collect();
        // Those who were never fetched have no names here.
        match known.len() - others.len() {
            0 => {}
            nameless if others.is_empty() => others.push(times::count(nameless)),
            nameless => others.push(clean(&format!("+{nameless}"))),
        }
        self.known("ui-details-participants", &Clean::join(&others, &Clean::literal(", ")));
        self.folded = false;
    }

    /// The clock that breaches next: by which policy, which target, until when, and why it stands so.
    fn clock(&mut self, on: &Conversation) {
        let Some(fact) = on.sla.as_ref().filter(|fact| fact.status != SlaStatus::None) else { return };
        let (now, zone) = (self.app.now, &self.app.settings.zone);
        self.section(Section::Clock, 0);
        self.known("ui-details-policy", &fact.policy.clean());
        let target = match fact.target.as_deref() {
            Some("FRT") => self.say("ui-sla-target-frt"),
            Some("NRT") => self.say("ui-sla-target-nrt"),
            Some("TTC") => self.say("ui-sla-target-ttc"),
            Some("TTR") => self.say("ui-sla-target-ttr"),
            Some(other) => clean(other),
            None => Clean::default(),
        };
        self.known("ui-details-sla", &target);
        if fact.target.is_some() {
            self.push(DetailLine::Clock(Box::new(fact.clone())));
        }
        if let Some(due) = fact.due_at {
            self.known("ui-details-due", &times::absolute(due, now, zone, &self.app.words));
        }
        let word = match fact.status {
            SlaStatus::Active => "ui-sla-status-active",
            SlaStatus::Paused => "ui-sla-status-paused",
            SlaStatus::Missed => "ui-sla-status-missed",
            SlaStatus::Hit => "ui-sla-status-hit",
            SlaStatus::None => return,
        };
        self.known("ui-details-status", &self.say(word));
        let waits = matches!(fact.target.as_deref(), Some("FRT" | "NRT"));
        match (on.waiting_since, fact.status) {
            (_, SlaStatus::Paused) => self.line(&self.say("ui-sla-why-paused"), Tone::Dim),
            (Some(since), SlaStatus::Active | SlaStatus::Missed) if waits => {
                let since = times::absolute(since, now, zone, &self.app.words);
                let why = self.app.words.with("ui-sla-why-waits", &[("time", Arg::Text(&since))]);
                self.line(&why, Tone::Dim);
            }
            _ if fact.target.is_none() => self.line(&self.say("ui-sla-why-summary"), Tone::Dim),
            _ => {}
        }
        self.folded = false;
    }

    fn earlier(&mut self, open: &OpenThread) {
        let earlier = &open.thread.earlier;
        if earlier.is_empty() {
            return;
        }
        self.section(Section::Earlier, earlier.len());
        if !self.folded {
            let all = self.app.details.lists_all || earlier.len() <= EARLIER + 1;
            let shown = if all { earlier.len() } else { EARLIER };
            for on in earlier.iter().take(shown) {
                let title = if on.title.is_empty() { on.preview.clean() } else { on.title.clean() };
                let title = title.or(&clean(&format!("#{}", on.id)));
                self.panel.stops.push((self.panel.lines.len(), Stop::Conversation(on.id.clone())));
                self.push(DetailLine::Earlier(title, on.state, on.last_message_at));
            }
            if shown < earlier.len() {
                self.panel.stops.push((self.panel.lines.len(), Stop::More));
                self.more(earlier.len() - shown);
            }
        }
        self.folded = false;
    }

    /// Who may be the same person, and what tells so.
    fn duplicates(&mut self, open: &OpenThread) {
        let duplicates = &open.thread.duplicates;
        if duplicates.is_empty() {
            return;
        }
        self.section(Section::Duplicates, duplicates.len());
        if !self.folded {
            for one in duplicates {
                let contact = &one.contact;
                self.panel.stops.push((self.panel.lines.len(), Stop::Conversation(one.newest.clone())));
                let role = self.say(role_word(contact.role));
                self.push(DetailLine::Person(contact.shown_name().or(&self.say("ui-contact-unknown")), role));
                let why = self.say(match one.shares {
                    Shared::Email => "ui-details-same-email",
                    Shared::Phone => "ui-details-same-phone",
                });
                self.push(DetailLine::Fact(Clean::default(), why, Tone::Dim, BELOW - 1));
            }
        }
        self.folded = false;
    }
}

/// The word of a contact's role.
#[must_use]
pub const fn role_word(role: ContactRole) -> &'static str {
    match role {
        ContactRole::User => "ui-role-user",
        ContactRole::Lead => "ui-role-lead",
        ContactRole::Visitor => "ui-role-visitor",
    }
}

/// The word of a state.
#[must_use]
pub const fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "ui-state-open",
        State::Closed => "ui-state-closed",
        State::Snoozed => "ui-state-snoozed",
    }
}

/// The word of a priority.
#[must_use]
pub const fn priority_word(priority: Priority) -> &'static str {
    match priority {
        Priority::None => "ui-priority-none",
        Priority::Low => "ui-priority-low",
        Priority::Medium => "ui-priority-medium",
        Priority::High => "ui-priority-high",
        Priority::Urgent => "ui-priority-urgent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_column_is_never_wider_than_it_should_be() {
        for width in 0..200 {
            assert!((8..=13).contains(&label_cells(width)));
        }
    }
}
