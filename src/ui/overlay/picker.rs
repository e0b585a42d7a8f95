//! A picker: one choice, for what its frame names. Columns: mark, name and what belongs to it, what helps to
//! choose, and the number of open conversations, which keeps its place while it is not known.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::list_row;
use super::super::look::Look;
use super::super::paint::{Row, cells};
use super::super::signs;
use super::frame::{self, Border};
use super::visible;
use crate::app::input::Input;
use crate::app::picker::{Check, Choice, NoteLine, Picker, PickerKind, With};
use crate::text::{Clean, clean, truncate, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 64;
/// Of a picker whose lines have more columns.
const WIDE: u16 = 74;
const ROWS: usize = 12;
/// Cells of the number of open conversations, with its word.
const LOAD: u16 = 10;
/// Rows of a note at most.
const NOTE: u16 = 3;

/// Draws the picker; returns where the cursor belongs.
pub fn draw(part: &Picker, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    // Its height is that of all that can be chosen, so that typing does not move it.
    let rows = u16::try_from(part.choices.len().clamp(1, ROWS)).unwrap_or(1);
    let has_columns = part.has_loads() || matches!(part.kind, PickerKind::Snooze(_) | PickerKind::Participants(_));
    let width = if has_columns { WIDE } else { WIDTH };
    let foot_rows = foot_rows(part, width.min(screen.width).saturating_sub(6));
    // A note grows downwards: what is above it stays where it is.
    let grows = matches!(part.with, With::Note(_));
    let mut area = frame::place(screen, width, rows + 4 + 1 + if grows { 0 } else { foot_rows });
    if grows {
        area.height = area.height.saturating_add(foot_rows).min(screen.bottom().saturating_sub(area.y));
    }
    let count =
        look.with("ui-count-of", &[("count", Arg::from(part.visible.len())), ("of", Arg::from(part.choices.len()))]);
    let on = match (part.conversation(), part.on()) {
        (Some(on), _) => truncate(&list_row::title(on, look), 28),
        (None, Some(on)) => look.with("ui-picker-several", &[("count", Arg::from(on.len()))]),
        _ => Clean::default(),
    };
    let border = Border { title: &look.say(part.title()), aside: &on, foot: &look.say(part.foot()), count: &count };
    let within = frame::draw(area, border, look, buf);
    let mut cursor = frame::input(&part.input, &look.say(part.hint()), look, within, buf);
    let has_meaning = !part.meaning.is_blank();
    if has_meaning {
        let line = Rect { y: within.y.saturating_add(1), height: within.height.saturating_sub(1).min(1), ..within };
        Row::new(buf, line, 0).skip(2).put(&part.meaning, look.style(Role::Accent));
    }
    // With the blank row that ends the list.
    let below = if foot_rows > 0 { (foot_rows + 1).min(within.height.saturating_sub(3)) } else { 0 };
    let list =
        Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2).saturating_sub(below), ..within };
    if part.visible.is_empty() {
        Row::new(buf, list, 0).skip(2).put(&look.say(part.empty()), look.style(Role::TextDim));
    }
    let range = visible(part.visible.len(), part.cursor, usize::from(list.height));
    for (line, at) in (0..list.height).zip(range) {
        let Some(choice) = part.visible.get(at).and_then(|at| part.choices.get(*at)) else { break };
        let row = Rect { y: list.y + line, height: 1, ..list };
        look.hits.line(row, at);
        draw_choice(choice, at == part.cursor, part.has_loads(), look, row, buf);
    }
    let foot = Rect { y: list.bottom(), height: below, ..within };
    if let Some(note) = draw_with(part, look, foot, buf) {
        cursor = Some(note);
    }
    cursor
}

/// Rows of what goes with the choice, below the list and the blank row that ends it.
fn foot_rows(part: &Picker, room: u16) -> u16 {
    match &part.with {
        With::Note(NoteLine { input, open }) if *open || !input.text().is_empty() => note_rows(input, room),
        // Until it is begun, only the foot names its key.
        With::Nothing | With::Note(_) => 0,
        With::UnlessReply(_) | With::Reassign(_) => 1,
    }
}

fn note_rows(input: &Input, room: u16) -> u16 {
    let lines = wrap(&input.shown(), usize::from(room.saturating_sub(NOTE_INDENT)).max(1)).len();
    u16::try_from(lines).unwrap_or(NOTE).clamp(1, NOTE)
}

/// Cells before a note's text.
const NOTE_INDENT: u16 = 7;

/// What goes with the choice; returns where the cursor belongs while it has the keys.
fn draw_with(part: &Picker, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let at = Rect { y: area.y.saturating_add(1), height: area.height.saturating_sub(1), ..area };
    match &part.with {
        With::Nothing => None,
        With::UnlessReply(on) => {
            draw_toggle(*on, &look.say("ui-picker-unless"), look, at, buf);
            None
        }
        With::Reassign(on) => {
            draw_toggle(*on, &look.say("ui-picker-reassign"), look, at, buf);
            None
        }
        With::Note(note) => draw_note(note, look, at, buf),
    }
}

fn draw_toggle(on: bool, words: &Clean, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut row = Row::new(buf, area, 0);
    row.skip(1);
    if on {
        row.sign(signs::DONE, look.style(Role::Accent));
    } else {
        row.sign(signs::DOT, look.style(Role::TextDim));
    }
    row.skip(1).put(words, look.style(if on { Role::Text } else { Role::TextDim }));
}

/// One row, growing to three: what is written last is in view.
fn draw_note(note: &NoteLine, look: &Look<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.height == 0 {
        return None;
    }
    let label = look.style(if note.open { Role::Note } else { Role::TextDim });
    Row::new(buf, area, 0).skip(1).put_within(&look.say("ui-picker-note"), NOTE_INDENT - 2, label);
    let text = Rect {
        x: area.x.saturating_add(NOTE_INDENT).min(area.right()),
        width: area.width.saturating_sub(NOTE_INDENT),
        ..area
    };
    let room = usize::from(text.width).max(1);
    let shown = note.input.shown();
    if shown.is_empty() {
        Row::new(buf, text, 0).put(&look.say("ui-picker-note-hint"), look.style(Role::Placeholder));
    }
    let lines = wrap(&shown, room);
    let first = lines.len().saturating_sub(usize::from(text.height));
    for (line, words) in (0..text.height).zip(lines.iter().skip(first)) {
        Row::new(buf, text, line).put(words, look.style(Role::Entry));
    }
    // The cursor is where the words before it end.
    let before = wrap(&note.input.shown_before(), room);
    let line = before.len().saturating_sub(1).saturating_sub(first);
    let column = before.last().map_or(0, |words| cells(words)) + u16::from(note.input.ends_before_with_space());
    let line = u16::try_from(line).unwrap_or(0).min(text.height.saturating_sub(1));
    note.open.then(|| Position::new(text.x + column.min(text.width.saturating_sub(1)), text.y + line))
}

fn draw_choice(choice: &Choice, has_cursor: bool, loads: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut row = frame::line(area, has_cursor, look, buf);
    let dim = look.style(Role::TextDim);
    match choice.check {
        Some(Check::On) => row.sign(signs::DONE, look.style(Role::Accent)),
        Some(Check::Off) => row.sign(signs::DOT, dim),
        Some(Check::Remove) => row.sign(signs::CROSS, look.style(Role::Accent)),
        None if choice.current => row.sign(signs::DONE, dim),
        None => row.skip(1),
    };
    row.skip(1).skip_right(1);
    if loads {
        let load = choice.load.map(|count| look.with("picker-load", &[("count", Arg::from(count))]));
        row.right_field(&load.unwrap_or_else(|| clean("")), LOAD, dim).skip_right(1);
    }
    if !choice.detail.is_blank() {
        let most = row.room() / 2;
        let detail: Clean = truncate(&choice.detail, usize::from(most));
        row.right(&detail, dim).skip_right(2);
    }
    let name = match (has_cursor, choice.dim) {
        (true, _) => Role::TextBright,
        (false, true) => Role::TextDim,
        (false, false) => Role::Text,
    };
    row.put(&choice.title, look.style(name));
    if !choice.beside.is_blank() && row.room() > 6 {
        row.skip(2).put(&choice.beside, dim);
    }
}
