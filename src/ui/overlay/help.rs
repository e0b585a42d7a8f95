//! Help: keys, what they do, and why not now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::{Row, cells, rule_across};
use super::super::signs::{self, Sign};
use super::super::thread;
use super::frame::{self, Border};
use super::visible;
use crate::app::help::{Help, HelpRow};
use crate::domain::{Channel, Priority, Why};
use crate::text::{Clean, clean, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 100;
const ROWS: u16 = 26;
/// Rows of the rule and the sentence below the list, and the room from which on there are any.
const FOOT: u16 = 4;
const WITH_FOOT: u16 = 10;
/// From so many rows on a blank line parts the keys and the signs.
const AIRY: u16 = 12;
/// From this room on a line has the beginning of its sentence too.
const WITH_DOC: u16 = 70;
/// Cells of the keys.
const KEYS: u16 = 18;

/// Draws the help.
pub fn draw(part: &Help, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = frame::place(screen, WIDTH, ROWS + 4);
    let count =
        look.with("ui-count-of", &[("count", Arg::from(part.visible.len())), ("of", Arg::from(part.rows.len()))]);
    let foot = look.say("ui-foot-help");
    let border = Border { title: &look.say("ui-help"), aside: &Clean::default(), foot: &foot, count: &count };
    let within = frame::draw(area, border, look, buf);
    let cursor = frame::input(&part.input, &look.say("ui-help-hint"), look, within, buf);
    let below = Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2), ..within };
    // What the line with the cursor does stands whole below a rule.
    let foot_rows = if below.height >= WITH_FOOT { FOOT } else { 0 };
    let list = Rect { height: below.height - foot_rows, ..below };
    if foot_rows > 0 {
        draw_foot(part, look, Rect { y: list.bottom(), height: foot_rows, ..below }, buf);
    }
    if part.visible.is_empty() {
        Row::new(buf, list, 0).skip(1).put(&look.say("ui-nothing-found"), look.style(Role::TextDim));
    }
    // A heading takes a line where another context begins, so fewer rows may be visible than lines.
    let mut lines = lines(part);
    let mut at_cursor = lines.iter().position(|line| *line == Line::Row(part.cursor)).unwrap_or(0);
    if part.input.shown().is_empty() {
        let rows = lines.len();
        if list.height >= AIRY {
            lines.push(Line::Blank);
        }
        lines.extend(legend(look, list.width));
        // Below the last line the legend comes into sight, as far as the cursor stays in it.
        if at_cursor + 1 == rows {
            at_cursor = (lines.len() - 1).min((at_cursor + usize::from(list.height)).saturating_sub(1));
        }
    }
    for (y, at) in (0..list.height).zip(visible(lines.len(), at_cursor, usize::from(list.height))) {
        let place = Rect { y: list.y + y, height: 1, ..list };
        match lines.get(at) {
            Some(Line::Heading(key)) => {
                Row::new(buf, place, 0).skip(1).put(&look.heading(key), look.style(Role::TextDim));
            }
            Some(Line::Row(index)) => {
                if let Some(row) = part.visible.get(*index).and_then(|at| part.rows.get(*at)) {
                    look.hits.line(place, *index);
                    draw_row(row, *index == part.cursor, look, place, buf);
                }
            }
            Some(Line::Signs(text)) => {
                Row::new(buf, place, 0).skip(1).put(text, look.style(Role::Text));
            }
            Some(Line::Blank) | None => {}
        }
    }
    cursor
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Blank,
    Heading(&'static str),
    /// Index into the visible rows.
    Row(usize),
    /// Signs and what they say.
    Signs(Clean),
}

fn lines(part: &Help) -> Vec<Line> {
    let mut lines = Vec::with_capacity(part.visible.len() + 16);
    let mut last = None;
    for (index, row) in part.visible.iter().enumerate().filter_map(|(index, at)| Some((index, part.rows.get(*at)?))) {
        if last != Some(row.context) {
            if last.is_some() {
                lines.push(Line::Blank);
            }
            last = Some(row.context);
            lines.push(Line::Heading(row.context.title()));
        }
        lines.push(Line::Row(index));
    }
    lines
}

fn draw_row(row: &HelpRow, has_cursor: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut line = frame::line(area, has_cursor, look, buf);
    let off = row.why_not.is_some();
    let keys = KEYS.min(line.room() / 3);
    line.field(&row.keys, keys, look.style(if off { Role::Disabled } else { Role::Key })).skip(1);
    let title = if area.width >= WITH_DOC { (line.room() / 3).clamp(12, 28) } else { line.room() };
    line.field(&row.title, title, look.style(if off { Role::Disabled } else { Role::Text })).skip(1);
    let (text, role) = match row.why_not {
        Some(why) => (why_not(why, look), Role::Warning),
        None => (row.doc.clone(), Role::TextDim),
    };
    line.skip_right(1).put(&text, look.style(role));
}

fn why_not(why: Why, look: &Look<'_>) -> Clean {
    look.with("ui-not-now", &[("why", Arg::Text(&look.say(why.0)))])
}

/// What the line with the cursor does, and why not now, in full.
fn draw_foot(part: &Help, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    rule_across(buf, area, look.style(Role::OverlayBorder));
    let Some(row) = part.visible.get(part.cursor).and_then(|at| part.rows.get(*at)) else { return };
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let doc = wrap(&row.doc, width).into_iter().map(|line| (line, Role::Text));
    let why = row.why_not.map(|why| wrap(&why_not(why, look), width)).unwrap_or_default();
    let why = why.into_iter().map(|line| (line, Role::Warning));
    for (at, (text, role)) in (1..area.height).zip(doc.chain(why)) {
        Row::new(buf, area, at).skip(1).put(&text, look.style(role));
    }
}

/// The signs of the screen with their words, group by group, in lines of `width` cells.
fn legend(look: &Look<'_>, width: u16) -> Vec<Line> {
    let mut lines = vec![Line::Heading("ui-signs")];
    let marks: [(Sign, &'static str); 9] = [
        (signs::UNREAD, "ui-sign-unread"),
        (signs::TURN, "ui-sign-turn"),
        (signs::DRAFT, "ui-sign-draft"),
        (signs::SNOOZED, "ui-sign-snoozed"),
        (signs::DONE, "ui-sign-closed"),
        (signs::REOPENED, "ui-sign-reopened"),
        (signs::GIVEN, "ui-sign-given"),
        (signs::LEFT, "ui-sign-left"),
        (signs::CROSS, "ui-sign-failed"),
    ];
    let acts: [(Sign, &'static str); 5] = [
        (signs::SENDING, "ui-sign-sending"),
        (signs::AGAIN, "ui-sign-again"),
        (signs::UNKNOWN, "ui-sign-unknown"),
        (signs::CARE, "ui-sign-care"),
        (signs::FILE, "ui-sign-file"),
    ];
    let priorities = [Priority::Urgent, Priority::High, Priority::Medium, Priority::Low];
    let pair = |sign: Sign, word: Clean| {
        let mut pair = clean(sign.as_str());
        pair.push(&Clean::literal(" "));
        pair.push(&word);
        pair
    };
    let groups: [Vec<Clean>; 5] = [
        marks.into_iter().map(|(sign, word)| pair(sign, look.say(word))).collect(),
        priorities
            .into_iter()
            .map(|priority| pair(signs::priority(priority), look.say(thread::priority_word(priority))))
            .collect(),
        Channel::NAMED
            .iter()
            .map(|channel| pair(signs::channel(channel), look.say(thread::channel_word(channel))))
            .collect(),
        vec![look.say("ui-sign-sla")],
        acts.into_iter().map(|(sign, word)| pair(sign, look.say(word))).collect(),
    ];
    let room = width.saturating_sub(2).max(1);
    for group in groups {
        let mut line = Clean::default();
        for item in group {
            if !line.is_blank() && cells(&line) + 3 + cells(&item) > room {
                lines.push(Line::Signs(std::mem::take(&mut line)));
            }
            if !line.is_blank() {
                line.push(&Clean::literal("   "));
            }
            line.push(&item);
        }
        lines.extend(wrap(&line, usize::from(room)).into_iter().map(Line::Signs));
    }
    lines
}
