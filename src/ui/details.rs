//! The details panel: who the contact is, and what the conversation is.
//!
//! The lines are the app's, which scrolls and stops by them; here they get signs and colours. Labels
//! stand in one column, values in another.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::Look;
use super::paint::{Row, inset};
use super::{cut, list_row, signs, sla, times};
use crate::app::details::lines::{label_cells, role_word};
use crate::app::details::{DetailLine, DetailsPanel, Tone};
use crate::app::{Details, OpenThread};
use crate::domain::{Contact, Conversation, State};
use crate::text::Clean;
use crate::theme::Role;

/// Cells of the longest age in one unit (`10mo`).
const AGE: u16 = 4;

/// What the panel is drawn with beside itself.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// Its lines.
    pub panel: &'a DetailsPanel,
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
    draw_title(open, beside, look, head, buf);
    let panel = beside.panel;
    let scroll = part.scroll.min(panel.lines.len().saturating_sub(usize::from(body.height)));
    let cursor = panel.stops.get(part.cursor.min(panel.stops.len().saturating_sub(1))).map(|(line, _)| *line);
    let text = inset(body, 1, 1);
    for (at, (number, line)) in (0..body.height).zip(panel.lines.iter().enumerate().skip(scroll)) {
        let has_cursor = beside.focused && cursor == Some(number);
        if has_cursor {
            Row::new(buf, body, at).sign(signs::BAR, look.bar(true));
        }
        draw_line(line, has_cursor, look, Row::new(buf, text, at));
    }
}

fn draw_title(open: &OpenThread, beside: Beside<'_>, look: &Look<'_>, head: Rect, buf: &mut Buffer) {
    let on = &open.thread.conversation;
    let mut row = Row::new(buf, head, 0);
    row.skip(1).skip_right(1);
    if beside.waits {
        row.sign(signs::MORE, look.title(beside.focused));
        return;
    }
    row.right(&role_words(open.thread.contact.as_ref(), on, look), look.style(Role::TextDim)).skip_right(1);
    let name = cut::name(&list_row::contact(on, look), row.room());
    row.put(&name, look.title(beside.focused));
}

fn role_words(contact: Option<&Contact>, on: &Conversation, look: &Look<'_>) -> Clean {
    let role = contact.map(|contact| contact.role).or_else(|| on.contact.as_ref().map(|contact| contact.role));
    role.map_or_else(Clean::default, |role| look.say(role_word(role)))
}

const fn role_of(tone: Tone) -> Role {
    match tone {
        Tone::Text => Role::Text,
        Tone::Dim => Role::TextDim,
        Tone::Link => Role::Link,
        Tone::Tag => Role::Tag,
        Tone::Quote => Role::Quote,
        Tone::Note => Role::NoteText,
        Tone::Priority(priority) => list_row::priority_role(priority),
    }
}

fn draw_line(line: &DetailLine, has_cursor: bool, look: &Look<'_>, mut row: Row<'_>) {
    let dim = look.style(Role::TextDim);
    let label = label_cells(row.room());
    match line {
        DetailLine::Blank => {}
        DetailLine::Heading(section, folded, count) => {
            if *folded {
                if *count > 0 {
                    row.right(&times::count(*count), look.style(Role::Count)).skip_right(1);
                }
                row.sign(signs::FOLDED, dim).skip(1);
            }
            row.put(&look.heading(section.title()), look.title(has_cursor));
        }
        DetailLine::Fact(name, value, tone, column) => {
            row.field(name, *column, dim).skip(1);
            if let Tone::Priority(priority) = tone {
                row.sign(signs::priority(*priority), look.style(role_of(*tone))).skip(1);
            }
            row.put(value, look.style(role_of(*tone)));
        }
        DetailLine::Text(text, tone) => {
            row.put(text, look.style(role_of(*tone)));
        }
        DetailLine::Clock(fact) => {
            if let Some((text, role)) = sla::chip(fact, look, true) {
                row.skip(label + 1).put(&text, look.style(role));
            }
        }
        DetailLine::Earlier(title, state, at) => {
            row.right_field(&look.once(*at), if look.absolute { times::SHORT } else { AGE }, dim).skip_right(1);
            let sign = match state {
                State::Open => signs::DOT,
                State::Closed => signs::DONE,
                State::Snoozed => signs::SNOOZED,
            };
            row.sign(sign, dim).skip(1);
            let title = cut::title(title, row.room());
            row.put(&title, look.style(if has_cursor { Role::TextBright } else { Role::Text }));
        }
        DetailLine::Person(name, role) => {
            row.right(role, dim).skip_right(1);
            let name = cut::name(name, row.room());
            row.put(&name, look.style(if has_cursor { Role::TextBright } else { Role::Text }));
        }
    }
}
