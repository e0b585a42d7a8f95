//! The form before a new conversation: to whom, by which channel, under which subject.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::super::look::Look;
use super::super::paint::Row;
use super::super::signs;
use super::frame::{self, Border};
use super::visible;
use crate::app::new::{Field, NewForm};
use crate::domain::Channel;
use crate::text::{Clean, truncate, wrap};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 72;
const FOUND: u16 = 8;
/// Cells of the words before the lines.
const LABEL: u16 = 10;

/// Draws the form; returns where the cursor belongs.
pub fn draw(part: &NewForm, look: &Look<'_>, screen: Rect, buf: &mut Buffer) -> Option<Position> {
    let blank = Clean::default();
    let foot = match part.field {
        Field::To => "ui-foot-new-to",
        Field::Channel => "ui-foot-new-channel",
        Field::Subject => "ui-foot-new-subject",
    };
    let border = Border { title: &look.say("ui-new"), aside: &blank, foot: &look.say(foot), count: &blank };
    let within = frame::draw(frame::place(screen, WIDTH, 3 + FOUND + 3), border, look, buf);
    let line =
        |at: u16| Rect { y: within.y.saturating_add(at), height: within.height.saturating_sub(at).min(1), ..within };
    let mut cursor = None;
    for (at, field, label) in
        [(0, Field::To, "ui-new-to"), (1, Field::Channel, "ui-new-by"), (2, Field::Subject, "ui-new-subject")]
    {
        if field == Field::Subject && part.channel != Channel::Email {
            continue;
        }
        let area = line(at);
        let style = look.style(if field == part.field { Role::TextBright } else { Role::TextDim });
        Row::new(buf, area, 0).field(&look.say(label), LABEL, style);
        let rest = Rect { x: area.x.saturating_add(LABEL), width: area.width.saturating_sub(LABEL), ..area };
        let here = field == part.field;
        match field {
            Field::To if here => cursor = frame::input(&part.to, &look.say("ui-new-to-hint"), look, rest, buf),
            Field::To => {
                let to = part.chosen.as_ref().map(|to| to.shown_name().or(&to.email.clean())).unwrap_or_default();
                Row::new(buf, rest, 0).skip(2).put(&to, look.style(Role::Text));
            }
            Field::Channel => draw_channels(part, here, look, rest, buf),
            Field::Subject if here => cursor = frame::input(&part.subject, &blank, look, rest, buf),
            Field::Subject => {
                Row::new(buf, rest, 0).skip(2).put(&part.subject.shown(), look.style(Role::Text));
            }
        }
    }
    if part.field == Field::To {
        let list = Rect { y: within.y.saturating_add(4), height: within.height.saturating_sub(4), ..within };
        draw_found(part, look, list, buf);
    }
    cursor
}

fn draw_channels(part: &NewForm, here: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut row = Row::new(buf, area, 0);
    row.skip(2);
    for (channel, word) in [(Channel::Email, "ui-new-email"), (Channel::Chat, "ui-new-chat")] {
        let is_it = part.channel == channel;
        let role = match (is_it, here) {
            (true, true) => Role::Accent,
            (true, false) => Role::Text,
            (false, _) => Role::TextDim,
        };
        if is_it {
            row.sign(signs::DONE, look.style(role)).skip(1);
        } else {
            row.skip(2);
        }
        row.put(&look.say(word), look.style(role)).skip(3);
    }
}

fn draw_found(part: &NewForm, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    if part.is_empty() && part.waits {
        return;
    }
    if part.is_empty() {
        let key = if part.to.text().trim().is_empty() { "ui-new-type" } else { "ui-new-nobody" };
        let room = usize::from(area.width.saturating_sub(4)).max(1);
        for (line, words) in (0..area.height).zip(wrap(&look.say(key), room)) {
            Row::new(buf, area, line).skip(2).put(&words, look.style(Role::TextDim));
        }
        return;
    }
    for (line, at) in (0..area.height).zip(visible(part.len(), part.cursor, usize::from(area.height))) {
        let area = Rect { y: area.y + line, height: 1, ..area };
        look.hits.line(area, at);
        let has_cursor = at == part.cursor;
        let mut row = frame::line(area, has_cursor, look, buf);
        row.skip(1).skip_right(1);
        let style = look.style(if has_cursor { Role::TextBright } else { Role::Text });
        if let Some(one) = part.found.get(at) {
            let name = one.name.clean();
            let detail = one.email.clean().or(&one.phone.clean());
            if name.is_blank() {
                row.put(&detail, style);
            } else {
                // Who it is says more than where.
                let detail = truncate(&detail, usize::from(row.room() / 2));
                row.right(&detail, look.style(Role::TextDim)).skip_right(2);
                row.put(&name, style);
            }
        } else if let Some(address) = part.new_address() {
            row.put(&look.with("ui-new-lead", &[("address", Arg::Text(&address))]), style);
        }
    }
}
