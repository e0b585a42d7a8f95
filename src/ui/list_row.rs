//! One conversation in the list: two lines, or one where there is little room.
//!
//! Columns are the same for all rows of a list, so that numbers stand below each other: bar and
//! unread mark, SLA chip, priority, channel, contact, title, tags, assignee, turn, time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::list::Beside;
use super::look::Look;
use super::paint::{Row, cells};
use super::sla::{self, CHIP};
use super::{signs, times};
use crate::app::ListRow;
use crate::domain::{Conversation, Priority, State, Turn};
use crate::text::{Clean, clean};
use crate::theme::Role;

/// Which columns there are, and how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The SLA chip's; 0 when no row has one.
    chip: u16,
    /// The contact's, where everything is on one line.
    contact: u16,
    /// Tags and assignee, at most.
    tags: u16,
    /// The assignee's, where everything is on one line.
    assignee: u16,
}

impl Columns {
    /// The columns for rows in `width` cells.
    pub fn of(rows: &[ListRow], width: u16, row_height: u16) -> Self {
        let has_chip = rows.iter().any(|row| row.conversation.sla.is_some());
        let chip = if has_chip && width >= 34 { CHIP } else { 0 };
        if row_height > 1 {
            return Self { chip, contact: 0, tags: width / 3, assignee: 0 };
        }
        Self {
            chip,
            contact: if width >= 50 { (width / 4).clamp(12, 22) } else { width / 3 },
            tags: if width >= 70 { width / 6 } else { 0 },
            assignee: if width >= 64 { 8 } else { 0 },
        }
    }

    /// Cells before the contact: bar, mark, chip and blank, priority and blank, channel and blank.
    const fn lead(self) -> u16 {
        2 + (if self.chip > 0 { self.chip + 1 } else { 0 }) + 4
    }
}

/// Draws one row.
pub fn draw(
    row: &ListRow,
    has_cursor: bool,
    columns: Columns,
    beside: Beside<'_>,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let on = &row.conversation;
    let done = row.struck_until.is_some() || row.left;
    let name = contact(on, look);
    let ink = Inks::of(row, has_cursor, look);
    let mut line = Row::new(buf, area, 0);
    draw_lead(row, has_cursor, columns, beside, look, &mut line);
    draw_time(on, done, look, &mut line);
    if area.height > 1 {
        line.put(&name, ink.contact);
        let mut line = Row::new(buf, area, 1);
        if has_cursor {
            line.sign(signs::BAR, look.bar(beside.focused)).skip(columns.lead() - 1);
        } else {
            line.skip(columns.lead());
        }
        line.skip_right(1);
        draw_tags(on, columns.tags, beside, done, look, &mut line);
        line.put(&title(on, look), ink.title);
    } else {
        line.field(&name, columns.contact, ink.contact).skip(1);
        if columns.assignee > 0 {
            line.skip_right(1);
            let style = if done { look.style(Role::Done) } else { look.style(Role::TextDim) };
            line.right_field(&assignee(on, beside, look), columns.assignee, style);
        }
        draw_tags_alone(on, columns.tags, done, look, &mut line);
        line.put(&title(on, look), ink.title);
    }
}

/// The contact's name, else its address, else a word.
pub fn contact(on: &Conversation, look: &Look<'_>) -> Clean {
    let name = on.contact.as_ref().map(|contact| contact.name.clean().or(&contact.email.clean()));
    name.unwrap_or_default().or(&look.say("ui-contact-unknown"))
}

/// The title, else the first words, else a word.
pub fn title(on: &Conversation, look: &Look<'_>) -> Clean {
    if !on.title.is_empty() {
        let title = on.title.clean();
        if !title.is_blank() {
            return title;
        }
    }
    on.preview.clean().or(&look.say("ui-title-unknown"))
}

/// Styles of the words in a row.
struct Inks {
    contact: Style,
    title: Style,
}

impl Inks {
    fn of(row: &ListRow, has_cursor: bool, look: &Look<'_>) -> Self {
        if row.struck_until.is_some() {
            let done = look.style(Role::Done).add_modifier(Modifier::CROSSED_OUT);
            return Self { contact: done, title: done };
        }
        if row.left {
            let dim = look.style(Role::TextDim);
            return Self { contact: dim, title: dim };
        }
        let bright = look.style(Role::TextBright);
        let bold = bright.add_modifier(Modifier::BOLD);
        match (has_cursor, row.conversation.unread) {
            (true, _) => {
                Self { contact: bold, title: if row.conversation.unread { bright } else { look.style(Role::Text) } }
            }
            (false, true) => Self { contact: bright, title: bright },
            (false, false) => Self { contact: look.style(Role::Text), title: look.style(Role::TextDim) },
        }
    }
}

fn draw_lead(
    row: &ListRow,
    has_cursor: bool,
    columns: Columns,
    beside: Beside<'_>,
    look: &Look<'_>,
    line: &mut Row<'_>,
) {
    let on = &row.conversation;
    if has_cursor {
        line.sign(signs::BAR, look.bar(beside.focused));
    } else {
        line.skip(1);
    }
    match on {
        _ if row.struck_until.is_some() => line.sign(signs::DONE, look.style(Role::TextDim)),
        _ if row.left => line.sign(signs::CROSS, look.style(Role::TextDim)),
        _ if beside.composer.has_text_for(&on.id) => line.sign(signs::DRAFT, look.style(Role::Warning)),
        _ if on.unread => line.sign(signs::UNREAD, look.style(Role::Unread)),
        _ => line.skip(1),
    };
    if columns.chip > 0 {
        match on.sla.as_ref().and_then(|fact| sla::chip(fact, look, false)) {
            Some((text, role)) => line.field(&text, columns.chip, look.style(role)).skip(1),
            None => line.skip(columns.chip + 1),
        };
    }
    line.sign(signs::priority(on.priority), look.style(priority_role(on.priority))).skip(1);
    line.sign(signs::channel(&on.channel), look.style(Role::TextDim)).skip(1);
}

/// The role of a priority.
pub const fn priority_role(priority: Priority) -> Role {
    match priority {
        Priority::None | Priority::Low => Role::PriorityLow,
        Priority::Medium => Role::PriorityMedium,
        Priority::High => Role::PriorityHigh,
        Priority::Urgent => Role::PriorityUrgent,
    }
}

/// Turn and time at the right end: how long the customer waits, else how long ago anybody wrote, or
/// how long it sleeps.
fn draw_time(on: &Conversation, done: bool, look: &Look<'_>, line: &mut Row<'_>) {
    line.skip_right(1);
    let dim = look.style(Role::TextDim);
    let (time, style, sign) = match (on.state, on.snoozed_until, on.waiting_since) {
        (State::Snoozed, Some(until), _) => {
            (times::single(until.since(look.now), look.words), dim, Some((signs::SNOOZED, dim)))
        }
        (State::Closed, ..) => (look.ago(on.last_message_at), dim, Some((signs::DONE, dim))),
        (_, _, Some(since)) if on.turn == Turn::Us => {
            (look.ago(since), look.style(Role::Text), Some((signs::TURN, look.style(Role::Turn))))
        }
        _ => (look.ago(on.last_message_at), dim, None),
    };
    line.right_field(&time, times::SHORT, if done { dim } else { style });
    line.skip_right(1);
    match sign.filter(|_| !done) {
        Some((sign, style)) => line.right_sign(sign, style),
        None => line.skip_right(1),
    };
    line.skip_right(1);
}

/// The first name of the teammate who has it; a word for ourselves; blank for nobody.
fn assignee(on: &Conversation, beside: Beside<'_>, look: &Look<'_>) -> Clean {
    let Some(id) = &on.assignee else { return Clean::default() };
    if beside.directory.me().is_some_and(|me| me.id == *id) {
        return look.say("ui-you");
    }
    let name = beside.directory.teammate_name(id);
    name.split(' ').next().map_or_else(Clean::default, clean)
}

/// Tags and, after a dot, the assignee, at the right end.
fn draw_tags(on: &Conversation, most: u16, beside: Beside<'_>, done: bool, look: &Look<'_>, line: &mut Row<'_>) {
    let who = assignee(on, beside, look);
    let dim = look.style(if done { Role::Done } else { Role::TextDim });
    let mut left = most;
    if !who.is_blank() {
        let who_cells = cells(&who).min(left);
        line.right_field(&who, who_cells, dim);
        left = left.saturating_sub(who_cells);
        if !on.tags.is_empty() && left > 3 {
            line.skip_right(1).right_sign(signs::DOT, dim).skip_right(1);
            left -= 3;
        }
    }
    draw_tags_alone(on, left, done, look, line);
    line.skip_right(2);
}

/// As many whole tags as have room, the first ones first; `+2` for the others.
fn draw_tags_alone(on: &Conversation, most: u16, done: bool, look: &Look<'_>, line: &mut Row<'_>) {
    if most < 4 || on.tags.is_empty() {
        return;
    }
    let style = look.style(if done { Role::Done } else { Role::Tag });
    let names: Vec<Clean> = on.tags.iter().take(8).map(|tag| tag.name.clean()).collect();
    let mut text = Clean::default();
    let blank = Clean::literal(" ");
    for (at, name) in names.iter().enumerate() {
        let more = on.tags.len() - at;
        let rest = if more > 1 { cells(&times::count(more)) + 2 } else { 0 };
        let gap = u16::from(at > 0);
        if at > 0 && cells(&text) + gap + cells(name) + rest > most {
            text.push(&clean(&format!(" +{more}")));
            break;
        }
        if at > 0 {
            text.push(&blank);
        }
        text.push(name);
    }
    line.right_field(&text, cells(&text).min(most), style);
    line.skip_right(1);
}
