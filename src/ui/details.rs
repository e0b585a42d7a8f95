//! The details panel: who the contact is, and what the conversation is.
//!
//! Lines are made first and drawn from the scroll on, so that the panel knows its end. Labels stand in
//! one column, values in another.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::Look;
use super::paint::{self, Row, inset};
use super::{list_row, signs, sla, thread, times};
use crate::app::{Details, OpenThread};
use crate::domain::{AttributeValue, Contact, ContactRole, Conversation, Directory, Priority, State, UnixTime};
use crate::text::html;
use crate::text::{Clean, clean, truncate, wrap};
use crate::theme::Role;
use crate::words::Arg;

/// A value takes at most so many lines.
const VALUE_LINES: usize = 3;
/// A note about the contact takes at most so many.
const NOTE_LINES: usize = 5;
/// So many earlier conversations are listed.
const EARLIER: usize = 12;

enum Line {
    Blank,
    Heading(Clean),
    /// Label, value and the value's role; the label is blank on a value's further lines.
    Fact(Clean, Clean, Role),
    /// A line of its own.
    Text(Clean, Role),
    /// An earlier conversation: number, title, state, age.
    Earlier(Clean, Clean, State, Clean),
}

/// What the panel is drawn with beside itself.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// Names of teammates and teams.
    pub directory: &'a Directory,
    /// The panel has the focus.
    pub focused: bool,
    /// Another conversation's thread is on its way: the title is only `…`.
    pub waits: bool,
}

/// Draws the panel.
pub fn draw(
    part: &Details,
    open: Option<&OpenThread>,
    beside: Beside<'_>,
    look: &Look<'_>,
    areas: (Rect, Rect),
    buf: &mut Buffer,
) {
    let (head, body) = areas;
    let Some(open) = open else {
        Row::new(buf, head, 0).skip(1).skip_right(1).put(&look.say("ui-details"), look.title(beside.focused));
        return look.note(&[look.say("ui-details-none")], body, buf);
    };
    let on = &open.thread.conversation;
    let mut row = Row::new(buf, head, 0);
    if beside.focused {
        row.sign(signs::BAR, look.bar(true));
    } else {
        row.skip(1);
    }
    row.skip_right(1);
    if beside.waits {
        row.sign(signs::MORE, look.title(beside.focused));
    } else {
        row.right(&role_words(open.thread.contact.as_ref(), on, look), look.style(Role::TextDim)).skip_right(1);
        row.put(&list_row::contact(on, look), look.title(beside.focused));
    }
    let text = inset(body, 1, 1);
    let mut lines = Lines { made: Vec::with_capacity(48), width: text.width, look };
    lines.contact(open);
    lines.conversation(on, beside.directory);
    lines.earlier(open);
    let lines = lines.made;
    let scroll = part.scroll.min(lines.len().saturating_sub(usize::from(text.height)));
    let label = label_cells(text.width);
    for (at, line) in (0..text.height).zip(lines.iter().skip(scroll)) {
        draw_line(line, label, look, Row::new(buf, text, at));
    }
}

const fn label_cells(width: u16) -> u16 {
    let part = width * 9 / 20;
    if part < 8 {
        8
    } else if part > 13 {
        13
    } else {
        part
    }
}

fn role_words(contact: Option<&Contact>, on: &Conversation, look: &Look<'_>) -> Clean {
    let role = contact.map(|contact| contact.role).or_else(|| on.contact.as_ref().map(|contact| contact.role));
    role.map_or_else(Clean::default, |role| {
        look.say(match role {
            ContactRole::User => "ui-role-user",
            ContactRole::Lead => "ui-role-lead",
            ContactRole::Visitor => "ui-role-visitor",
        })
    })
}

fn draw_line(line: &Line, label: u16, look: &Look<'_>, mut row: Row<'_>) {
    let dim = look.style(Role::TextDim);
    match line {
        Line::Blank => {}
        Line::Heading(text) => {
            row.put(text, dim);
        }
        Line::Fact(name, value, role) => {
            row.field(name, label, dim).skip(1).put(value, look.style(*role));
        }
        Line::Text(text, role) => {
            row.put(text, look.style(*role));
        }
        Line::Earlier(number, title, state, age) => {
            row.right_field(age, 4, dim).skip_right(1);
            let sign = match state {
                State::Open => signs::DOT,
                State::Closed => signs::DONE,
                State::Snoozed => signs::SNOOZED,
            };
            row.sign(sign, dim).skip(1);
            if title.is_blank() {
                row.put(number, look.style(Role::Text));
            } else {
                row.put(title, look.style(Role::Text));
            }
        }
    }
}

struct Lines<'a> {
    made: Vec<Line>,
    width: u16,
    look: &'a Look<'a>,
}

impl Lines<'_> {
    fn heading(&mut self, key: &'static str) {
        if !self.made.is_empty() {
            self.made.push(Line::Blank);
        }
        self.made.push(Line::Heading(self.look.heading(key)));
    }

    /// A fact; nothing when its value is blank.
    fn fact(&mut self, label: &Clean, value: &Clean, role: Role) {
        if value.is_blank() {
            return;
        }
        // A label that its column would cut has a line of its own.
        let (label, own_line) = if paint::cells(label) > label_cells(self.width) {
            (Clean::default(), Some(label.clone()))
        } else {
            (label.clone(), None)
        };
        if let Some(label) = own_line {
            self.made.push(Line::Text(truncate(&label, usize::from(self.width)), Role::TextDim));
        }
        let room = usize::from(self.width.saturating_sub(label_cells(self.width) + 1)).max(1);
        let mut lines = wrap(&value.replace('\n', " "), room);
        if lines.len() > VALUE_LINES {
            lines.truncate(VALUE_LINES);
            if let Some(last) = lines.last_mut() {
                *last = truncate(&format!("{last} {}", "…".repeat(2)), room);
            }
        }
        for (at, line) in lines.into_iter().enumerate() {
            let label = if at == 0 { label.clone() } else { Clean::default() };
            self.made.push(Line::Fact(label, line, role));
        }
    }

    fn known(&mut self, key: &'static str, value: &Clean) {
        self.fact(&self.look.say(key), value, Role::Text);
    }

    fn moment(&mut self, key: &'static str, at: Option<UnixTime>) {
        if let Some(at) = at {
            self.known(key, &self.look.about(at));
        }
    }

    fn contact(&mut self, open: &OpenThread) {
        let on = &open.thread.conversation;
        let Some(contact) = open.thread.contact.as_ref() else {
            if let Some(contact) = &on.contact {
                self.line(&contact.email.clean(), Role::Link);
            }
            self.line(&on.company_name.clean(), Role::Text);
            return;
        };
        self.line(&contact.email.clean(), Role::Link);
        self.line(&contact.phone.clean(), Role::Text);
        let places = [&contact.city, &contact.region, &contact.country].map(crate::text::Untrusted::clean);
        let mut named: Vec<&Clean> = places.iter().filter(|place| !place.is_blank()).collect();
        named.dedup();
        self.line(&Clean::join(named, &Clean::literal(", ")), Role::Text);
        let companies: Vec<Clean> = open.thread.companies.iter().map(crate::text::Untrusted::clean).collect();
        let companies = Clean::join(&companies, &Clean::literal(", ")).or(&on.company_name.clean());
        self.line(&companies, Role::Text);
        if !self.made.is_empty() {
            self.made.push(Line::Blank);
        }
        self.known("ui-details-language", &contact.language.clean());
        self.moment("ui-details-seen", contact.last_seen_at);
        self.moment("ui-details-since", contact.created_at);
        self.known("ui-details-external-id", &contact.external_id.clean());
        if contact.attributes.values().any(|value| *value != AttributeValue::Null) {
            self.heading("ui-details-attributes");
            self.attributes(&contact.attributes);
        }
        if !open.thread.contact_notes.is_empty() {
            self.heading("ui-details-notes");
            for note in open.thread.contact_notes.iter().take(3) {
                self.note(note);
            }
        }
    }

    fn note(&mut self, note: &crate::domain::ContactNote) {
        let text = html::to_plain(note.body.as_raw());
        let mut lines = wrap(text.trim(), usize::from(self.width));
        let cut = lines.len() > NOTE_LINES;
        lines.truncate(NOTE_LINES);
        for line in lines {
            self.made.push(Line::Text(line, Role::NoteText));
        }
        let by = [note.author.clean(), self.look.about(note.created_at)];
        let by = Clean::join(by.iter().filter(|part| !part.is_blank()), &Clean::literal(" · "));
        let by = if cut { Clean::join([&Clean::literal("…"), &by], &Clean::literal(" ")) } else { by };
        self.made.push(Line::Text(by, Role::TextDim));
    }

    /// Lines of its own; nothing when it is blank.
    fn line(&mut self, text: &Clean, role: Role) {
        if text.is_blank() {
            return;
        }
        for line in wrap(text, usize::from(self.width).max(1)).into_iter().take(VALUE_LINES) {
            self.made.push(Line::Text(line, role));
        }
    }

    fn attributes(&mut self, attributes: &std::collections::BTreeMap<String, AttributeValue>) {
        for (name, value) in attributes {
            let value = match value {
                AttributeValue::Null => continue,
                AttributeValue::Boolean(yes) => self.look.say(if *yes { "ui-yes" } else { "ui-no" }),
                AttributeValue::Time(at) => self.look.about(UnixTime(*at)),
                // By custom a number of this name is a moment: the API has no type for it here.
                AttributeValue::Integer(at @ 1_000_000_000..4_000_000_000) if name.ends_with("_at") => {
                    self.look.about(UnixTime(*at))
                }
                other => other.to_untrusted().clean(),
            };
            self.fact(&clean(&name.replace('_', " ")), &value, Role::Text);
        }
    }

    fn conversation(&mut self, on: &Conversation, directory: &Directory) {
        let look = self.look;
        self.heading("ui-details-conversation");
        self.line(&clean(&format!("#{}", on.id)), Role::Text);
        let state = match on.snoozed_until {
            Some(until) if on.state == State::Snoozed => clean(&crate::domain::when::show(until, look.now, look.zone)),
            _ => look.say(thread::state_word(on.state)),
        };
        self.known(if on.state == State::Snoozed { "ui-details-snoozed" } else { "ui-details-state" }, &state);
        let team = on.team.as_ref().map_or_else(|| look.say("ui-no-team"), |id| directory.team_name(id));
        self.known("ui-details-team", &team);
        let who = on.assignee.as_ref().map_or_else(|| look.say("ui-nobody"), |id| directory.teammate_name(id));
        self.known("ui-details-assignee", &who);
        if on.priority != Priority::None {
            let word = look.say(thread::priority_word(on.priority));
            let text = clean(&format!("{} {word}", signs::priority(on.priority).as_str()));
            self.fact(&look.say("ui-details-priority"), &text, list_row::priority_role(on.priority));
        }
        if let Some(fact) = &on.sla {
            self.known("ui-details-policy", &fact.policy.clean());
            if let Some((text, role)) = sla::chip(fact, look, true) {
                match sla::status(fact) {
                    // Without a target and its time there is only how it stands.
                    Some(word) if fact.target.is_none() && fact.due_at.is_none() => {
                        self.fact(&look.say("ui-details-status"), &look.say(word), role);
                    }
                    _ => self.fact(&look.say("ui-details-sla"), &text, role),
                }
            }
        }
        let tags: Vec<Clean> = on.tags.iter().map(|tag| tag.name.clean()).collect();
        self.fact(&look.say("ui-details-tags"), &Clean::join(&tags, &Clean::literal(", ")), Role::Tag);
        self.moment("ui-details-opened", Some(on.created_at));
        if on.reopens > 0 {
            self.known("ui-details-reopens", &times::count(usize::try_from(on.reopens).unwrap_or(usize::MAX)));
        }
        if let Some(rating) = &on.rating {
            let stars = signs::STAR.as_str().repeat(usize::from(rating.score.min(5)));
            let text = clean(&format!("{stars} {}/5", rating.score.min(5)));
            self.known("ui-details-rating", &text);
            self.line(&rating.remark.clean(), Role::Quote);
        }
        if on.ai {
            self.known("ui-details-ai", &look.say("ui-yes"));
        }
        self.known("ui-details-brand", &on.brand.clean());
        if on.participants.len() > 1 {
            self.known("ui-details-participants", &times::count(on.participants.len()));
        }
        if on.attributes.values().any(|value| *value != AttributeValue::Null) {
            self.heading("ui-details-attributes");
            self.attributes(&on.attributes);
        }
    }

    fn earlier(&mut self, open: &OpenThread) {
        let earlier = &open.thread.earlier;
        if earlier.is_empty() {
            return;
        }
        self.heading("ui-details-earlier");
        for on in earlier.iter().take(EARLIER) {
            let title = if on.title.is_empty() { on.preview.clean() } else { on.title.clean() };
            let number = clean(&format!("#{}", on.id));
            let age = times::single(self.look.now.since(on.last_message_at), self.look.words);
            self.made.push(Line::Earlier(number, title, on.state, age));
        }
        if earlier.len() > EARLIER {
            let more = Arg::from(earlier.len() - EARLIER);
            self.made.push(Line::Text(self.look.with("ui-details-more", &[("count", more)]), Role::TextDim));
        }
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
