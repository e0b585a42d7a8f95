//! One conversation in the list: two lines, or one where there is little room.
//!
//! Columns are the same for all rows of a list, so that numbers stand below each other: bar and
//! unread mark, SLA chip, priority, channel, contact, title, tags, assignee, turn, time. A second line
//! begins where the chip does, so that the title has the width for itself.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::composer::mode_word;
use super::list::Beside;
use super::look::Look;
use super::paint::{Row, cells};
use super::signs::{self, Sign};
use super::sla::{self, CHIP};
use super::{cut, outbox_row, times};
use crate::app::ListRow;
use crate::app::drafts::first_words;
use crate::app::sidebar::EntryKind;
use crate::domain::{Conversation, Mode, OutboxStatus, Priority, State, Turn};
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

/// How a row is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Two lines with the SLA chip in front.
    Wide,
    /// Two lines, narrow: the SLA chip at the end of the second.
    Narrow,
    /// One line.
    Compact,
}

/// Which columns there are, and how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    form: Form,
    /// One line with little room.
    is_short: bool,
    /// The SLA chip's; 0 when no row has one.
    chip: u16,
    /// The contact's, where everything is on one line.
    contact: u16,
    /// The assignee's; 0 where all have the same, and where there is little room.
    assignee: u16,
    /// A title's at least, where it needs them.
    title: u16,
    /// The list is in the order of the last messages, so that is the time that is told.
    by_message: bool,
}

/// From this width on the SLA chip has a column in front.
const WIDE: u16 = 44;
/// Below this width one line has no room for everything.
const SHORT_LINE: u16 = 64;
/// Cells of the widest chip without its target (`−12mo`).
const TIME_CHIP: u16 = 5;
/// Cells before the title on a second line: bar, mark, blank.
const INDENT: u16 = 3;
/// From this width on two lines have a column of an assignee's whole first name.
const ROOMY: u16 = 50;
/// Cells of an assignee's first name, and where there is less room.
const ASSIGNEE: u16 = 7;
const SHORT_ASSIGNEE: u16 = 5;

impl Columns {
    /// The columns for rows in `width` cells.
    pub fn of(rows: &[ListRow], width: u16, beside: Beside<'_>) -> Self {
        let has_chip = rows.iter().any(|row| row.conversation.sla.is_some());
        let chip = if has_chip { CHIP } else { 0 };
        let form = match (beside.row_height, width) {
            (0 | 1, _) => Form::Compact,
            (_, WIDE..) => Form::Wide,
            _ => Form::Narrow,
        };
        let contact = if width >= 50 { (width / 4).clamp(12, 22) } else { width / 3 };
        // Where one line is short, the chip tells its time alone, and the channel is left to the thread.
        let is_short = form == Form::Compact && width < SHORT_LINE;
        let chip = match (is_short, width) {
            (true, ..36) => 0,
            (true, _) => chip.min(TIME_CHIP),
            _ => chip,
        };
        let contact = if is_short { (width / 4).clamp(8, 14) } else { contact };
        let title = if form == Form::Compact { 0 } else { width * 3 / 5 };
        let by_message =
            beside.entry.is_some_and(|entry| matches!(entry.sort.to_string().as_str(), "newest" | "oldest"));
        let assignee = match (form, width) {
            _ if beside.entry.is_some_and(|entry| has_one_assignee(&entry.kind)) => 0,
            (Form::Compact, SHORT_LINE..) | (Form::Wide, ROOMY..) => ASSIGNEE,
            (Form::Wide, _) => SHORT_ASSIGNEE,
            _ => 0,
        };
        Self { form, is_short, chip, contact, assignee, title, by_message }
    }
}

/// Whether all of a list have the same assignee, or none: its name says so.
const fn has_one_assignee(kind: &EntryKind) -> bool {
    matches!(kind, EntryKind::You | EntryKind::Unassigned | EntryKind::Teammate(_))
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
    let ink = Inks::of(row, has_cursor, look);
    let mut line = Row::new(buf, area, 0);
    bar(has_cursor, beside, look, &mut line);
    draw_mark(row, beside, look, &mut line);
    line.skip(1);
    draw_time(on, done, columns.by_message, look, &mut line);
    if columns.form != Form::Narrow && columns.chip > 0 {
        draw_chip(on, columns, look, &mut line);
        line.skip(1);
    }
    line.sign(signs::priority(on.priority), look.style(priority_role(on.priority))).skip(1);
    if !columns.is_short {
        line.sign(signs::channel(&on.channel), look.style(Role::TextDim)).skip(1);
    }
    if columns.form == Form::Compact {
        line.field(&cut::name(&contact(on, look), columns.contact), columns.contact, ink.contact).skip(1);
        line.skip_right(u16::from(columns.assignee > 0));
        draw_assignee_column(on, columns.assignee, beside, done, look, &mut line);
        let title = line.room() * 3 / 4;
        let extras = Extras { who: Clean::default(), done, title };
        draw_title_and_tags(on, &extras, ink.title, look, &mut line);
        return;
    }
    let name = cut::name(&contact(on, look), line.room());
    line.put(&name, ink.contact);
    let mut line = Row::new(buf, area, 1);
    bar(has_cursor, beside, look, &mut line);
    line.skip(INDENT - 1).skip_right(1);
    if columns.form == Form::Narrow {
        draw_chip_right(on, columns, look, &mut line);
    }
    if beside.entry.is_some_and(|entry| entry.kind == EntryKind::Drafts) && draw_drafts(on, beside, look, &mut line) {
        return;
    }
    draw_assignee_column(on, columns.assignee, beside, done, look, &mut line);
    let is_told = columns.form != Form::Narrow || beside.entry.is_some_and(|entry| has_one_assignee(&entry.kind));
    let who = if is_told { Clean::default() } else { assignee(on, beside, look) };
    let extras = Extras { who, done, title: columns.title.min(line.room()) };
    draw_title_and_tags(on, &extras, ink.title, look, &mut line);
}

fn bar(has_cursor: bool, beside: Beside<'_>, look: &Look<'_>, line: &mut Row<'_>) {
    if has_cursor {
        line.sign(signs::bar(beside.focused), look.bar(beside.focused));
    } else {
        line.skip(1);
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
        // The title stays as it is under the cursor: a move has less to write.
        let title = look.style(if row.conversation.unread { Role::TextBright } else { Role::Text });
        let contact = if has_cursor { look.style(Role::TextBright).add_modifier(Modifier::BOLD) } else { title };
        Self { contact, title }
    }
}

/// Done, left, on its way (or stopped), begun or unread.
fn draw_mark(row: &ListRow, beside: Beside<'_>, look: &Look<'_>, line: &mut Row<'_>) {
    let on = &row.conversation;
    let unsettled = beside.app.outbox.status_of(&on.id);
    match on {
        _ if beside.app.selection.contains(&on.id) => line.sign(signs::MARKED, look.style(Role::Marked)),
        _ if row.struck_until.is_some() => line.sign(gone(on, beside), look.style(Role::TextDim)),
        _ if row.left => line.sign(signs::LEFT, look.style(Role::TextDim)),
        _ if unsettled.is_some() => {
            let status = unsettled.unwrap_or(OutboxStatus::Queued);
            line.sign(outbox_row::status_sign(status), look.style(outbox_row::status(status).1))
        }
        _ if beside.app.has_draft(&on.id) => line.sign(signs::DRAFT, look.style(Role::Warning)),
        _ if on.unread => line.sign(signs::UNREAD, look.style(Role::Unread)),
        _ => line.skip(1),
    };
}

/// What became of a row that is about to go.
fn gone(on: &Conversation, beside: Beside<'_>) -> Sign {
    let was_away = matches!(beside.entry.map(|entry| &entry.kind), Some(EntryKind::Closed | EntryKind::Snoozed));
    match on.state {
        State::Snoozed => signs::SNOOZED,
        State::Closed => signs::DONE,
        State::Open if was_away => signs::REOPENED,
        State::Open => signs::GIVEN,
    }
}

fn draw_chip(on: &Conversation, columns: Columns, look: &Look<'_>, line: &mut Row<'_>) {
    let chip = |fact| if columns.is_short { sla::time_chip(fact, look) } else { sla::chip(fact, look, false) };
    match on.sla.as_ref().and_then(chip) {
        Some((text, role)) => line.field(&text, columns.chip, look.style(role)),
        None => line.skip(columns.chip),
    };
}

/// The chip in a column at the end of a second line: its time alone.
fn draw_chip_right(on: &Conversation, columns: Columns, look: &Look<'_>, line: &mut Row<'_>) {
    if columns.chip == 0 {
        return;
    }
    match on.sla.as_ref().and_then(|fact| sla::time_chip(fact, look)) {
        Some((text, role)) => line.right_field(&text, TIME_CHIP, look.style(role)),
        None => line.skip_right(TIME_CHIP),
    };
    line.skip_right(1);
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

/// Turn and time at the right end: how long it sleeps, how long the customer waits, else how long ago
/// anybody wrote; always the last where the list is in that order.
fn draw_time(on: &Conversation, done: bool, by_message: bool, look: &Look<'_>, line: &mut Row<'_>) {
    line.skip_right(1);
    let dim = look.style(Role::TextDim);
    let wrote = || look.ago(on.last_message_at);
    let (time, style, sign) = match (on.state, on.snoozed_until, on.waiting_since) {
        (State::Snoozed, Some(_), _) if by_message => (wrote(), dim, Some((signs::SNOOZED, dim))),
        (State::Snoozed, Some(until), _) => (look.until(until), dim, Some((signs::SNOOZED, dim))),
        (State::Closed, ..) => (wrote(), dim, Some((signs::DONE, dim))),
        (_, _, Some(since)) if on.turn == Turn::Us => {
            let time = if by_message { wrote() } else { look.ago(since) };
            (time, look.style(Role::Text), Some((signs::TURN, look.style(Role::Turn))))
        }
        _ => (wrote(), dim, None),
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

fn draw_assignee_column(
    on: &Conversation,
    cells: u16,
    beside: Beside<'_>,
    done: bool,
    look: &Look<'_>,
    line: &mut Row<'_>,
) {
    if cells > 0 {
        let style = look.style(if done { Role::Done } else { Role::TextDim });
        line.right_field(&assignee(on, beside, look), cells, style).skip_right(2);
    }
}

/// What was begun there: `REPLY “Hi Chloé, …” 1 file 10m`. Returns whether that is known here.
fn draw_drafts(on: &Conversation, beside: Beside<'_>, look: &Look<'_>, line: &mut Row<'_>) -> bool {
    let drafts = beside.app.drafts_of(&on.id);
    let dim = look.style(Role::TextDim);
    let Some((_, newest)) = drafts.iter().max_by_key(|(_, kept)| kept.began.at) else { return false };
    line.right_field(&look.ago(newest.began.at), times::SHORT, dim).skip_right(2);
    let share = line.room() / u16::try_from(drafts.len()).unwrap_or(1).max(1);
    for (mode, kept) in &drafts {
        let title = look.heading(mode_word(*mode));
        let files = if kept.files.is_empty() {
            Clean::default()
        } else {
            look.with("ui-draft-files", &[("count", Arg::from(kept.files.len()))])
        };
        let words = first_words(&kept.text, usize::from(share.saturating_sub(cells(&title) + cells(&files) + 6)));
        let role = if *mode == Mode::Note { Role::Note } else { Role::Accent };
        line.put(&title, look.style(role)).skip(1);
        if !words.is_blank() {
            line.put(&look.with("ui-draft-words", &[("words", Arg::Text(&words))]), look.style(Role::Text)).skip(1);
        }
        line.put(&files, dim).skip(2);
    }
    true
}

/// The title on the left; tags and, after a dot, the assignee on the right. The title comes first, as
/// far as it is promised cells; then tags, then the assignee.
fn draw_title_and_tags(on: &Conversation, beside_it: &Extras, ink: Style, look: &Look<'_>, line: &mut Row<'_>) {
    let title = title(on, look);
    let dim = look.style(if beside_it.done { Role::Done } else { Role::TextDim });
    let kept = cells(&title).min(beside_it.title);
    let most = line.room().saturating_sub(kept + 2).min(line.room() / 2);
    let tags = whole_tags(on, most);
    let between = if tags.is_blank() { 0 } else { 3 };
    let has_who = !beside_it.who.is_blank() && cells(&tags) + between + cells(&beside_it.who) <= most;
    if has_who {
        line.right(&beside_it.who, dim);
    }
    if !tags.is_blank() {
        if has_who {
            line.skip_right(1).right_sign(signs::DOT, dim).skip_right(1);
        }
        line.right(&tags, look.style(if beside_it.done { Role::Done } else { Role::Tag }));
    }
    line.skip_right(if has_who || !tags.is_blank() { 2 } else { 0 });
    let title = cut::title(&title, line.room());
    line.put(&title, ink);
}

/// What stands beside a title.
struct Extras {
    /// The assignee; blank where that has a column of its own, or there is none.
    who: Clean,
    done: bool,
    /// Cells that the title has before anything else does.
    title: u16,
}

/// As many whole tags as fit in `most` cells, the first ones first, and `+2` for the others.
fn whole_tags(on: &Conversation, most: u16) -> Clean {
    let mut best = Clean::default();
    let mut text = Clean::default();
    for (at, tag) in on.tags.iter().enumerate().take(8) {
        if at > 0 {
            text.push(&Clean::literal(" "));
        }
        text.push(&tag.name.clean_or_id(&tag.id));
        let after = on.tags.len() - at - 1;
        let mut whole = text.clone();
        if after > 0 {
            whole.push(&clean(&format!(" +{after}")));
        }
        if cells(&whole) <= most {
            best = whole;
        }
    }
    best
}
