//! The composer: whom it writes to and how, loud; what came meanwhile; the text.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Color;
use ratatui::widgets::Widget as _;

use super::look::Look;
use super::paint::{Row, cells, inset};
use super::{signs, thread};
use crate::app::Composer;
use crate::domain::{Channel, ConversationId, Mode};
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

/// Cells left of the text: the bar, a blank.
const LEFT: u16 = 2;

/// What the composer's title tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// To whom.
    pub to: Clean,
    /// By which channel.
    pub channel: Channel,
    /// The conversation's number.
    pub conversation: ConversationId,
    /// Sending also takes the conversation.
    pub takes: bool,
}

/// Where the composer is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Areas {
    /// The rule above it, where there is one.
    pub rule: Option<Rect>,
    /// The line that says what it is.
    pub head: Rect,
    /// The text.
    pub body: Rect,
}

/// Draws the composer; returns where the cursor belongs.
pub fn draw(
    part: &Composer,
    facts: Option<&Facts>,
    focused: bool,
    look: &Look<'_>,
    areas: Areas,
    buf: &mut Buffer,
) -> Option<Position> {
    let news = arrival(part, look);
    if let Some(area) = areas.rule {
        draw_rule(news.as_ref(), look, area, buf);
    }
    let mut row = Row::new(buf, areas.head, 0);
    let (role, word) = match part.mode {
        Mode::Reply => (Role::ModeReply, "ui-composer-reply"),
        Mode::Note => (Role::ModeNote, "ui-composer-note"),
    };
    // The mode's own style may be reversed, which a bar does not survive.
    let bar = match part.mode {
        _ if !focused => Role::TextDim,
        Mode::Reply => Role::Accent,
        Mode::Note => Role::Note,
    };
    row.sign(signs::bar(focused), look.style(bar)).skip_right(1);
    let title = look.heading(word);
    let address = facts.map(|facts| address(part.mode, facts, look)).unwrap_or_default();
    let takes = facts.filter(|facts| facts.takes).map(|_| look.say("ui-composer-takes")).unwrap_or_default();
    // Whom it goes to, and what it does besides, come before whether it is saved.
    let needed = cells(&title) + cells(&address) + cells(&takes) + 6;
    let saved = if part.saved { look.say("ui-composer-saved") } else { Clean::default() };
    match news.filter(|_| areas.rule.is_none()) {
        // Without a rule to stand in, news takes the place of the draft's state.
        Some(news) => {
            row.right_field(&news, cells(&news).min(row.room() / 2), look.style(Role::Warning)).skip_right(2);
        }
        None if needed + cells(&saved) <= row.room() => {
            row.right(&saved, look.style(Role::TextDim)).skip_right(2);
        }
        None => {}
    }
    row.put(&title, look.style(role)).skip(1).put(&address, look.style(Role::Text));
    let dim = look.style(Role::TextDim);
    let number = facts.map(|facts| clean(&format!("#{}", facts.conversation))).unwrap_or_default();
    for more in [takes, number] {
        if !more.is_blank() && cells(&more) + 3 <= row.room() {
            row.skip(1).sign(signs::DOT, dim).skip(1).put(&more, dim);
        }
    }
    draw_text(part, focused, look, areas.body, buf)
}

/// `to Chloé Dubois by e-mail`, or who sees a note.
fn address(mode: Mode, facts: &Facts, look: &Look<'_>) -> Clean {
    match mode {
        Mode::Note => look.say("ui-composer-note-to"),
        Mode::Reply => {
            let to = facts.to.clone().or(&look.say("ui-contact-unknown"));
            let channel = look.say(thread::channel_word(&facts.channel));
            look.with("ui-composer-reply-to", &[("name", Arg::Text(&to)), ("channel", Arg::Text(&channel))])
        }
    }
}

/// The newest thing that came while writing: `Ana replied 8m ago`, and how many came before it.
fn arrival(part: &Composer, look: &Look<'_>) -> Option<Clean> {
    let last = part.arrivals.last()?;
    let what = look.with(last.what, &[("who", Arg::Text(&last.who))]);
    let mut parts = vec![what, look.when(last.at)];
    if part.arrivals.len() > 1 {
        parts.push(look.with("ui-composer-more-news", &[("count", Arg::from(part.arrivals.len() - 1))]));
    }
    Some(Clean::join(&parts, &Clean::literal(" · ")))
}

fn draw_rule(news: Option<&Clean>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let line = look.style(Role::Rule);
    let mut row = Row::new(buf, area, 0);
    row.skip(1).skip_right(1);
    if let Some(news) = news {
        let style = look.style(Role::Warning);
        row.sign(signs::RULE_ACROSS, line).sign(signs::RULE_ACROSS, line).skip(1);
        row.sign(signs::CARE, style).skip(1).put(news, style).skip(1);
    }
    row.fill(signs::RULE_ACROSS, line);
}

fn draw_text(part: &Composer, focused: bool, look: &Look<'_>, body: Rect, buf: &mut Buffer) -> Option<Position> {
    if part.mode == Mode::Note {
        // The side of a note runs along its text, as it will in the thread.
        for line in 0..body.height {
            Row::new(buf, body, line).sign(signs::GUTTER, look.style(Role::Note));
        }
    }
    let text = inset(body, LEFT, 1).intersection(buf.area);
    if text.is_empty() {
        return None;
    }
    let area = part.area();
    area.render(text, buf);
    let entry = look.style(Role::Entry);
    for y in text.top()..text.bottom() {
        for x in text.left()..text.right() {
            let Some(cell) = buf.cell_mut((x, y)) else { continue };
            // What is typed was cleaned on entry; this is the last wall.
            if cell.symbol().chars().any(char::is_control) {
                cell.set_symbol(" ");
            }
            if cell.fg == Color::Reset {
                cell.set_style(entry);
            }
        }
    }
    let cursor = area.screen_cursor();
    let (top, left) = area.scroll_offset();
    if area.is_empty() {
        let key = match part.mode {
            Mode::Reply => "ui-composer-placeholder-reply",
            Mode::Note => "ui-composer-placeholder-note",
        };
        Row::new(buf, text, 0).put(&look.say(key), look.style(Role::Placeholder));
    }
    let (row, column) = (cursor.row.checked_sub(usize::from(top))?, cursor.col.checked_sub(usize::from(left))?);
    let (row, column) = (u16::try_from(row).ok()?, u16::try_from(column).ok()?);
    // At the end of a full line the cursor stands on the last cell.
    let at = Position::new(text.x + column.min(text.width - 1), text.y.saturating_add(row));
    (focused && text.contains(at)).then_some(at)
}
