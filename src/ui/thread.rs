//! The thread: title and facts of one conversation, then its messages line by line.
//!
//! The lines are laid out by the app, which scrolls by them; here they only get words and colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::look::Look;
use super::paint::{Row, cells, inset, rule_across, tint};
use super::{cut, list_row, reminder, signs, sla, thread_find, thread_line};
pub use crate::app::details::lines::{priority_word, state_word};
use crate::app::status::Connection;
use crate::app::thread::find::{HitPlace, Mark};
use crate::app::thread::{Find, Item, LineKind, ThreadLine};
use crate::app::{App, OpenThread, Pane, Shape, ThreadPane};
use crate::domain::{Channel, Conversation, Directory, Priority, State};
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

/// What the thread is drawn with beside itself.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// Which keys settle an act.
    pub app: &'a App,
    /// Names of teammates and teams.
    pub directory: &'a Directory,
    /// The thread has the focus.
    pub focused: bool,
    /// How the screen is divided.
    pub shape: Shape,
}

/// Draws the thread.
pub fn draw(part: &ThreadPane, beside: Beside<'_>, look: &Look<'_>, head: Rect, body: Rect, buf: &mut Buffer) {
    match part.open.as_deref() {
        _ if part.gone && part.sought => {
            bare_head(beside, look, head, buf);
            look.note(&[look.say("ui-thread-sought"), look.say("ui-thread-sought-next")], body, buf);
        }
        _ if part.gone => {
            bare_head(beside, look, head, buf);
            look.note(&[look.say("ui-thread-gone"), look.say("ui-thread-gone-next")], body, buf);
        }
        Some(open) => {
            let at = spare_row(head, beside.shape).filter(|_| !part.is_waiting());
            let taken = reminder::taken(open, at, look, head);
            draw_head(&open.thread.conversation, part.is_waiting(), beside, look, (head, taken), buf);
            reminder::draw(open, at, look, head, buf);
            let above = if beside.app.finding().is_some() { thread_find::above(body) } else { body };
            draw_lines(open, beside, look, above, buf);
        }
        // Its messages are on their way; what a key would act on is told all the same.
        None if part.wanted.is_some() => match beside.app.target().filter(|on| part.wanted.as_ref() == Some(&on.id)) {
            Some(on) => draw_head(on, part.preview_waits, beside, look, (head, 0), buf),
            None => bare_head(beside, look, head, buf),
        },
        None => {
            look.note(&[look.say("ui-thread-none"), look.say("ui-thread-none-next")], body, buf);
        }
    }
}

fn draw_lines(open: &OpenThread, beside: Beside<'_>, look: &Look<'_>, body: Rect, buf: &mut Buffer) {
    // The app keeps a margin on both sides; of a wide pane's rest the right side has more.
    let left = body.width.saturating_sub(open.width).saturating_sub(1).min(2);
    let theirs = Rect { width: open.width.min(body.width.saturating_sub(left)), ..inset(body, left, 0) };
    // What we say begins a column further left: nothing written in a body passes for a head, an event or a file.
    let ours = Rect { x: theirs.x - left / 2, width: theirs.width + left / 2, ..theirs };
    let finding = beside.app.finding();
    let mut found = Found::default();
    for (line, row) in (0..body.height).zip(open.lines_from(open.scroll)) {
        let item = row.item.and_then(|at| open.items.get(at));
        let has_cursor = beside.focused && row.item == Some(open.cursor);
        let text = if matches!(row.kind, LineKind::Text(_)) { theirs } else { ours };
        let margin = Rect { width: left, ..body };
        thread_line::draw_margin(&row.kind, item, has_cursor, look, Row::new(buf, margin, line));
        if let (LineKind::Keys, Some(item)) = (row.kind, item) {
            let acts = thread_line::pending_row(item, &open.thread.pending);
            let hints = acts.map(|row| beside.app.row_hints(row)).unwrap_or_default();
            thread_line::draw_keys(&hints, look, Row::new(buf, text, line));
            continue;
        }
        if row.kind == LineKind::Fetching && !is_reachable(beside.app) {
            let style = look.style(Role::TextDim);
            Row::new(buf, text, line).put(&look.say("ui-thread-not-here"), style);
            continue;
        }
        if let (LineKind::Why, Some(item)) = (row.kind, item) {
            if let Some(held) = thread_line::pending_row(item, &open.thread.pending) {
                thread_line::draw_why(held, beside.app, look, Row::new(buf, text, line));
            }
            continue;
        }
        let marks = finding.map_or(&[][..], |find| found.of(find, row, item));
        thread_line::draw(&row.kind, item, &open.thread.pending, marks, look, Row::new(buf, text, line));
        if let (LineKind::File(_), [mark, ..]) = (row.kind, marks) {
            let style = thread_find::style(mark, Style::default(), look);
            tint(buf, Rect { y: text.y + line, height: 1, ..text }.intersection(body), style);
        }
    }
    let has_bar = beside.app.thumb(Pane::Thread).is_some();
    if !has_bar && open.has_more_below(usize::from(body.height)) && body.height > 2 && body.width > 2 {
        // Not all of it is laid out yet, but something is below: one dim sign at the edge, where no text goes.
        let edge = Rect { x: body.right() - 1, width: 1, ..body };
        Row::new(buf, edge, body.height - 1).sign(signs::UNFOLDED, look.style(Role::TextDim));
    }
}

/// What was found in one place of the thread, kept from line to line.
#[derive(Default)]
struct Found {
    /// The item, and where in it.
    of: Option<(usize, HitPlace)>,
    marks: Vec<Mark>,
}

impl Found {
    /// What was found in a line.
    fn of(&mut self, find: &Find, line: ThreadLine, item: Option<&Item>) -> &[Mark] {
        let (Some(at), Some(item)) = (line.item, item) else { return &[] };
        let (place, body_line) = match line.kind {
            LineKind::Head | LineKind::Event => (HitPlace::Head, 0),
            LineKind::Text(line) => (HitPlace::Body, line),
            LineKind::File(index) => (HitPlace::File(index), 0),
            _ => return &[],
        };
        if self.of != Some((at, place)) {
            self.of = Some((at, place));
            self.marks = find.marks(at, item, place);
        }
        let from = self.marks.partition_point(|mark| mark.line < body_line);
        let to = self.marks.partition_point(|mark| mark.line <= body_line);
        self.marks.get(from..to).unwrap_or_default()
    }
}

/// Whether what is not on disk can come.
const fn is_reachable(app: &App) -> bool {
    matches!(app.status.connection, Connection::Starting | Connection::Online)
}

/// Which of the head's rows holds what.
struct HeadRows {
    title: Option<u16>,
    facts: Option<u16>,
    rule: Option<u16>,
    /// The title stands in the rule.
    titled_rule: bool,
}

const fn head_rows(head: Rect, shape: Shape) -> HeadRows {
    match (head.height, shape) {
        (0, _) => HeadRows { title: None, facts: None, rule: None, titled_rule: false },
        (1, Shape::One) => HeadRows { title: None, facts: Some(0), rule: None, titled_rule: false },
        (1, _) => HeadRows { title: Some(0), facts: None, rule: None, titled_rule: matches!(shape, Shape::Strip) },
        (2.., Shape::One) => HeadRows { title: None, facts: Some(0), rule: Some(1), titled_rule: false },
        (2, _) => HeadRows { title: Some(0), facts: Some(1), rule: None, titled_rule: matches!(shape, Shape::Strip) },
        _ => HeadRows { title: Some(0), facts: Some(1), rule: Some(2), titled_rule: false },
    }
}

/// Where the head has room for one more line, and whether that is its rule; else it is the end of the facts.
const fn spare_row(head: Rect, shape: Shape) -> Option<(u16, bool)> {
    match head_rows(head, shape) {
        HeadRows { rule: Some(at), .. } => Some((at, true)),
        HeadRows { facts: Some(at), .. } => Some((at, false)),
        _ => None,
    }
}

/// The title line while a thread is on its way.
fn waiting_title(rows: &HeadRows, beside: Beside<'_>, look: &Look<'_>, head: Rect, buf: &mut Buffer) {
    let Some(at) = rows.title else { return };
    let line = look.style(Role::Rule);
    let mut row = Row::new(buf, head, at);
    if rows.titled_rule {
        row.sign(signs::RULE_ACROSS, line).sign(signs::RULE_ACROSS, line);
    }
    row.skip(1).sign(signs::MORE, look.title(beside.focused)).skip(1);
    if rows.titled_rule {
        row.fill(signs::RULE_ACROSS, line);
    }
}

/// The head without a thread.
fn bare_head(beside: Beside<'_>, look: &Look<'_>, head: Rect, buf: &mut Buffer) {
    let rows = head_rows(head, beside.shape);
    waiting_title(&rows, beside, look, head, buf);
    if let Some(at) = rows.rule {
        rule(look, head, at, buf);
    }
}

fn rule(look: &Look<'_>, head: Rect, at: u16, buf: &mut Buffer) {
    let row = inset(Rect { y: head.y.saturating_add(at), height: 1, ..head }, 1, 1);
    rule_across(buf, row, look.style(Role::Rule));
}

/// The head. While the thread of another conversation is on its way, the title is only `…`. So many cells at
/// the end of the facts are the reminder's.
fn draw_head(
    on: &Conversation,
    waits: bool,
    beside: Beside<'_>,
    look: &Look<'_>,
    (head, taken): (Rect, u16),
    buf: &mut Buffer,
) {
    let rows = head_rows(head, beside.shape);
    if waits {
        waiting_title(&rows, beside, look, head, buf);
    } else if let Some(at) = rows.title {
        let mut row = Row::new(buf, head, at);
        let line = look.style(Role::Rule);
        if rows.titled_rule {
            row.sign(signs::RULE_ACROSS, line).sign(signs::RULE_ACROSS, line).skip(1);
            row.right_sign(signs::RULE_ACROSS, line).skip_right(1);
        } else {
            row.skip(1).skip_right(1);
        }
        let title = list_row::title(on, look);
        draw_channel_and_state(on, cells(&title), look, &mut row);
        if rows.titled_rule {
            row.skip_right(1);
        }
        let rest = if rows.titled_rule { 2 } else { 0 };
        let title = cut::title(&title, row.room().saturating_sub(rest));
        row.put(&title, look.title(beside.focused));
        if rows.titled_rule {
            row.skip(1).fill(signs::RULE_ACROSS, line);
        }
    }
    if let Some(at) = rows.facts {
        let mut row = Row::new(buf, head, at);
        row.skip_right(taken);
        if beside.shape == Shape::One {
            draw_short_facts(on, beside, look, row);
        } else {
            draw_facts(on, beside, look, row);
        }
    }
    if let Some(at) = rows.rule {
        rule(look, head, at, buf);
    }
}

/// `✉ e-mail · open · #2214` at the right end, as much of it as leaves the title whole: a long number is
/// shortened first, since the details have it, then it goes, then the channel's word (its sign stays). The
/// state, and until when it sleeps, stays beside a title of half the row.
fn draw_channel_and_state(on: &Conversation, title: u16, look: &Look<'_>, row: &mut Row<'_>) {
    let dim = look.style(Role::TextDim);
    let dot = Clean::literal(" · ");
    let channel = look.say(channel_word(&on.channel));
    let state = match (on.state, on.snoozed_until) {
        (State::Snoozed, Some(until)) => {
            look.with("ui-state-snoozed-until", &[("time", Arg::Text(&until_words(until, look)))])
        }
        _ if on.id.is_placeholder() => look.say("ui-unsent"),
        _ => look.say(state_word(on.state)),
    };
    if on.id.is_placeholder() {
        // It has neither a number nor a state yet.
        row.right(&state, dim).skip_right(1).right_sign(signs::channel(&on.channel), dim).skip_right(2);
        return;
    }
    let number = clean(&format!("#{}", on.id));
    let all = [
        Clean::join([&channel, &state, &number], &dot),
        Clean::join([&channel, &state, &short_number(on)], &dot),
        Clean::join([&channel, &state], &dot),
        state,
        look.say(state_word(on.state)),
    ];
    let room = row.room();
    let fits = |title: u16| all.iter().find(|facts| title.saturating_add(cells(facts)).saturating_add(5) <= room);
    let half = || all.iter().skip(3).find(|facts| room / 2 + cells(facts) + 5 <= room);
    if let Some(facts) = fits(title).or_else(half) {
        row.right(facts, dim).skip_right(1).right_sign(signs::channel(&on.channel), dim).skip_right(2);
    }
}

/// The number, the beginning of a long one left out.
fn short_number(on: &Conversation) -> Clean {
    const LAST: usize = 5;
    let id = on.id.as_str();
    let from = id.len().saturating_sub(LAST);
    match id.get(from..) {
        Some(end) if from > 3 => clean(&format!("#…{end}")),
        _ => clean(&format!("#{id}")),
    }
}

fn until_words(until: crate::domain::UnixTime, look: &Look<'_>) -> Clean {
    clean(&crate::domain::when::show(until, look.now, look.zone))
}

/// Team and teammate, the SLA clock, priority; tags on the right.
fn draw_facts(on: &Conversation, beside: Beside<'_>, look: &Look<'_>, mut row: Row<'_>) {
    const LEAST: u16 = 6;
    row.skip(1).skip_right(1);
    draw_owners(on, beside, look, &mut row);
    draw_clock_and_priority(on, look, &mut row);
    row.skip(3);
    draw_language(on, look, &mut row);
    let tags: Vec<Clean> = on.tags.iter().take(12).map(|tag| tag.name.clean_or_id(&tag.id)).collect();
    if !tags.is_empty() && row.room() >= LEAST {
        // Clock and priority come first: the list and the details have the tags too.
        row.right(&Clean::join(&tags, &Clean::literal("  ")), look.style(Role::Tag));
    }
}

/// `FR`: the language that the customer writes, where it is not that of the screen.
fn draw_language(on: &Conversation, look: &Look<'_>, row: &mut Row<'_>) {
    if let Some(language) = on.language.filter(|language| *language.as_str() != *look.say("ui-language")) {
        row.put(&clean(&language.as_str().to_uppercase()), look.style(Role::TextDim)).skip(3);
    }
}

fn draw_clock_and_priority(on: &Conversation, look: &Look<'_>, row: &mut Row<'_>) {
    if let Some((text, role)) = on.sla.as_ref().and_then(|fact| sla::chip(fact, look, true)) {
        row.put(&text, look.style(role)).skip(3);
    }
    if on.priority != Priority::None {
        let style = look.style(list_row::priority_role(on.priority));
        let word = look.say(priority_word(on.priority));
        row.sign(signs::priority(on.priority), style);
        if cells(&word) < row.room() {
            row.skip(1).put(&word, style);
        }
    }
}

/// The same in few cells, for one pane at a time: the state comes first, since the title's line is not
/// there to tell it.
fn draw_short_facts(on: &Conversation, beside: Beside<'_>, look: &Look<'_>, mut row: Row<'_>) {
    let dim = look.style(Role::TextDim);
    row.skip(1).skip_right(1);
    let tags: Vec<Clean> = on.tags.iter().take(6).map(|tag| tag.name.clean_or_id(&tag.id)).collect();
    if !tags.is_empty() {
        let tags = Clean::join(&tags, &Clean::literal(" "));
        let most = row.room() / 4;
        row.right_field(&tags, cells(&tags).min(most), look.style(Role::Tag)).skip_right(2);
    }
    if on.priority != Priority::None {
        let style = look.style(list_row::priority_role(on.priority));
        row.right_sign(signs::priority(on.priority), style).skip_right(1);
    }
    if let Some((text, role)) = on.sla.as_ref().and_then(|fact| sla::chip(fact, look, false)) {
        row.right(&text, look.style(role)).skip_right(2);
    }
    if on.language.is_some_and(|language| *language.as_str() != *look.say("ui-language")) && row.room() > 30 {
        let language = on.language.map(|language| clean(&language.as_str().to_uppercase())).unwrap_or_default();
        row.right(&language, dim).skip_right(2);
    }
    let state = if on.id.is_placeholder() { "ui-unsent" } else { state_word(on.state) };
    row.put(&look.say(state), look.style(Role::Text)).skip(1).sign(signs::DOT, dim).skip(1);
    draw_owners(on, beside, look, &mut row);
}

/// `Billing › Ana Ito`.
fn draw_owners(on: &Conversation, beside: Beside<'_>, look: &Look<'_>, row: &mut Row<'_>) {
    let dim = look.style(Role::TextDim);
    let team = on.team.as_ref().map_or_else(|| look.say("ui-no-team"), |id| beside.directory.team_name(id));
    let who = on.assignee.as_ref().map_or_else(|| look.say("ui-nobody"), |id| beside.directory.teammate_name(id));
    row.put(&team, dim).skip(1).sign(signs::INTO, dim).skip(1).put(&who, look.style(Role::Text)).skip(3);
}

/// The word of a channel.
pub const fn channel_word(channel: &Channel) -> &'static str {
    match channel {
        Channel::Chat => "ui-channel-chat",
        Channel::Email => "ui-channel-email",
        Channel::Phone => "ui-channel-phone",
        Channel::Sms => "ui-channel-sms",
        Channel::Whatsapp => "ui-channel-whatsapp",
        Channel::Facebook => "ui-channel-facebook",
        Channel::Instagram => "ui-channel-instagram",
        Channel::Twitter => "ui-channel-twitter",
        Channel::Push => "ui-channel-push",
        Channel::Other(_) => "ui-channel-other",
    }
}
