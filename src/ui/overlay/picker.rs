//! A picker: one choice for one conversation, which its frame names.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::list_row;
use super::super::look::Look;
use super::super::paint::{Row, tint};
use super::super::signs;
use super::frame::{self, Border};
use super::visible;
use crate::app::picker::{Choice, Picker};
use crate::text::{Clean, truncate};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 64;
const ROWS: usize = 12;

/// Draws the picker.
pub fn draw(part: &Picker, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let rows = u16::try_from(part.choices.len().clamp(1, ROWS)).unwrap_or(1);
    let has_meaning = !part.meaning.is_blank();
    let area = frame::place(screen, WIDTH, rows + 4 + 1);
    let count =
        look.with("ui-count-of", &[("count", Arg::from(part.visible.len())), ("of", Arg::from(part.choices.len()))]);
    let on = part.conversation().map(|on| truncate(&list_row::title(on, look), 28)).unwrap_or_default();
    let several = part.choices.iter().any(|choice| choice.checked.is_some());
    let foot = look.say(if several { "ui-foot-tags" } else { "ui-foot-picker" });
    let border = Border { title: &look.say(part.title()), aside: &on, foot: &foot, count: &count };
    let within = frame::draw(area, border, look, buf);
    let cursor = frame::input(&part.input, &look.say("ui-picker-hint"), look, within, buf);
    if has_meaning {
        let line = Rect { y: within.y.saturating_add(1), height: within.height.saturating_sub(1).min(1), ..within };
        Row::new(buf, line, 0).skip(2).put(&part.meaning, look.style(Role::Accent));
    }
    let list = Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2), ..within };
    if part.visible.is_empty() && !has_meaning {
        Row::new(buf, list, 0).skip(2).put(&look.say("ui-nothing-found"), look.style(Role::TextDim));
    }
    let range = visible(part.visible.len(), part.cursor, usize::from(list.height));
    for (line, at) in (0..list.height).zip(range) {
        let Some(choice) = part.visible.get(at).and_then(|at| part.choices.get(*at)) else { break };
        draw_choice(choice, at == part.cursor, look, Rect { y: list.y + line, height: 1, ..list }, buf);
    }
    cursor
}

fn draw_choice(choice: &Choice, has_cursor: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    if has_cursor {
        tint(buf, area, look.style(Role::Selection));
    }
    let mut row = Row::new(buf, area, 0);
    if has_cursor {
        row.sign(signs::BAR, look.bar(true));
    } else {
        row.skip(1);
    }
    match choice.checked {
        Some(true) => row.sign(signs::DONE, look.style(Role::Accent)),
        Some(false) => row.sign(signs::DOT, look.style(Role::TextDim)),
        None if choice.current => row.sign(signs::DONE, look.style(Role::TextDim)),
        None => row.skip(1),
    };
    row.skip(1).skip_right(1);
    if !choice.detail.is_blank() {
        let most = row.room() / 2;
        let detail: Clean = truncate(&choice.detail, usize::from(most));
        row.right(&detail, look.style(Role::TextDim)).skip_right(2);
    }
    row.put(&choice.title, look.style(if has_cursor { Role::TextBright } else { Role::Text }));
}
