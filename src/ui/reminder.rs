//! Why a conversation is back: the agent's own words, in the head of its thread.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look::Look;
use super::paint::{Row, cells, clear};
use super::signs;
use crate::app::OpenThread;
use crate::domain::when;
use crate::text::{Clean, clean, truncate};
use crate::theme::Role;
use crate::words::Arg;

/// Cells before and behind the words: the sign and the air around it.
const AROUND: u16 = 4;

/// How many cells at the end of the facts the reminder takes; none where it stands within the rule.
pub fn taken(open: &OpenThread, at: Option<(u16, bool)>, look: &Look<'_>, head: Rect) -> u16 {
    let Some((_, false)) = at else { return 0 };
    said(open, false, look)
        .map_or(0, |text| cells(&truncate(&text, usize::from(head.width / 2))).saturating_add(AROUND))
}

/// The words; where there are few cells the reason first: the rest can be cut.
fn said(open: &OpenThread, is_rule: bool, look: &Look<'_>) -> Option<Clean> {
    let reminder = open.thread.reminder.as_ref()?;
    let time = clean(&when::show(reminder.until, look.now, look.zone));
    let woke = if reminder.until <= look.now { "ui-thread-woke" } else { "ui-thread-woke-early" };
    let mut said = vec![look.with(woke, &[("time", Arg::Text(&time))])];
    if reminder.unless_reply {
        said.push(look.say("ui-thread-woke-no-reply"));
    }
    if !reminder.reason.trim().is_empty() {
        said.push(clean(&reminder.reason));
    }
    if !is_rule {
        said.reverse();
    }
    Some(Clean::join(&said, &Clean::literal(" · ")))
}

/// Draws the reminder into a row of the head: within its rule, else at the end of the facts.
pub fn draw(open: &OpenThread, at: Option<(u16, bool)>, look: &Look<'_>, head: Rect, buf: &mut Buffer) {
    let Some((line, is_rule)) = at else { return };
    let Some(text) = said(open, is_rule, look) else { return };
    let style = look.style(Role::Accent);
    let area = Rect { y: head.y.saturating_add(line), height: head.height.saturating_sub(line).min(1), ..head };
    if is_rule {
        let room = area.width.saturating_sub(8);
        let text = truncate(&text, usize::from(room));
        let under = Rect { x: area.x.saturating_add(3), width: cells(&text).saturating_add(4).min(room + 4), ..area };
        clear(buf, under.intersection(area), ratatui::style::Style::new());
        Row::new(buf, under.intersection(area), 0).skip(1).sign(signs::SNOOZED, style).skip(1).put(&text, style);
    } else {
        let text = truncate(&text, usize::from(area.width / 2));
        let width = cells(&text).saturating_add(AROUND).min(area.width);
        let under = Rect { x: area.right().saturating_sub(width), width, ..area };
        clear(buf, under, ratatui::style::Style::new());
        Row::new(buf, under, 0).skip(1).sign(signs::SNOOZED, style).skip(1).put(&text, style);
    }
}
