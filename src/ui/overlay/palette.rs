//! The palette: what is found on the left, what it would do on the right.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::{Row, cells, rule_down, tint};
use super::super::signs;
use super::frame::{self, Border};
use super::visible;
use crate::app::palette::{Found, Palette, Target};
use crate::text::{Clean, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 92;
const ROWS: u16 = 14;
/// Cells of the keys.
const KEYS: u16 = 8;
/// Cells of the kind, and the room from which on there is one.
const KIND: u16 = 8;
const WITH_KIND: u16 = 34;
/// From this width of the screen on commands are called so; below, only what is none has a kind.
const WITH_COMMANDS: u16 = 100;
/// From this width within on there is a column for what a line would do.
const WITH_PREVIEW: u16 = 72;

/// Draws the palette.
pub fn draw(part: &Palette, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = frame::place(screen, WIDTH, ROWS + 4);
    let count =
        look.with("ui-count-of", &[("count", Arg::from(part.visible.len())), ("of", Arg::from(part.items.len()))]);
    let foot = look.say("ui-foot-palette");
    let border = Border { title: &look.say("ui-palette"), aside: &Clean::default(), foot: &foot, count: &count };
    let within = frame::draw(area, border, look, buf);
    let cursor = frame::input(&part.input, &look.say("ui-palette-hint"), look, within, buf);
    let below = Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2), ..within };
    let list_width = if below.width >= WITH_PREVIEW { below.width * 11 / 20 } else { below.width };
    let list = Rect { width: list_width, ..below };
    if part.visible.is_empty() {
        Row::new(buf, list, 0).skip(1).put(&look.say("ui-nothing-found"), look.style(Role::TextDim));
    }
    let range = visible(part.visible.len(), part.cursor, usize::from(list.height));
    for (line, at) in (0..list.height).zip(range) {
        let Some(found) = part.visible.get(at).and_then(|at| part.items.get(*at)) else { break };
        let row = Rect { y: list.y + line, height: 1, ..list };
        draw_found(found, at == part.cursor, screen.width >= WITH_COMMANDS, look, row, buf);
    }
    if list_width < below.width {
        let rule = Rect { x: below.x + list_width + 1, width: 1, ..below };
        rule_down(buf, rule, look.style(Role::OverlayBorder));
        let preview = Rect { x: rule.x + 2, width: below.right().saturating_sub(rule.x + 2), ..below };
        if let Some(found) = part.found() {
            draw_preview(found, look, preview, buf);
        }
    }
    cursor
}

fn draw_found(found: &Found, has_cursor: bool, names_commands: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    if has_cursor {
        tint(buf, area, look.style(Role::Selection));
    }
    let mut row = Row::new(buf, area, 0);
    if has_cursor {
        row.sign(signs::BAR, look.bar(true));
    } else {
        row.skip(1);
    }
    let dim = look.style(Role::TextDim);
    // Keys end in one column, kinds begin in another; without much room the title comes first.
    let keys = look.style(if found.why_not.is_some() { Role::Disabled } else { Role::Key });
    row.skip_right(1).right_field(&found.keys, KEYS, keys).skip_right(2);
    if row.room() >= WITH_KIND && (names_commands || !matches!(found.target, Target::Command(_))) {
        let kind = look.say(found.kind);
        row.skip_right(KIND.saturating_sub(cells(&kind))).right(&kind, dim).skip_right(2);
    }
    let role = match (found.why_not.is_some(), has_cursor) {
        (true, _) => Role::Disabled,
        (false, true) => Role::TextBright,
        (false, false) => Role::Text,
    };
    row.put(&found.title, look.style(role));
}

fn draw_preview(found: &Found, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut line = 0;
    let mut put = |text: &Clean, role: Role| {
        for piece in wrap(text, usize::from(area.width)) {
            Row::new(buf, area, line).put(&piece, look.style(role));
            line += 1;
        }
    };
    put(&found.title, Role::TextBright);
    put(&look.say(found.kind), Role::TextDim);
    put(&Clean::default(), Role::Text);
    let what = match &found.target {
        Target::Command(id) => id.command().doc,
        Target::Entry(_) => "ui-palette-entry",
        Target::Tag(..) => "ui-palette-tag",
    };
    put(&look.say(what), Role::Text);
    if let Some(why) = found.why_not {
        put(&Clean::default(), Role::Text);
        put(&look.with("ui-not-now", &[("why", Arg::Text(&look.say(why.0)))]), Role::Warning);
    }
}
