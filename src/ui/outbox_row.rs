//! One row of *Needs you*: what it was, on which conversation, why it stopped, and its words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::Beside;
use super::look::Look;
use super::paint::{Row, cells};
use super::signs::{self, Sign};
use super::times;
use crate::domain::{ActKind, OutboxRow, OutboxStatus};
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

/// Draws one row. On three lines:
///
/// ```text
/// × reply · not sent                     2 tries  10m
///   The helpdesk’s own words.                   #2215
///   “Hello Chloé, …”
/// ```
///
/// On one line, its words and the reason follow each other.
pub fn draw(row: &OutboxRow, has_cursor: bool, beside: Beside<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let (word, role) = status(row.status);
    let dim = look.style(Role::TextDim);
    let ink = look.style(if has_cursor { Role::TextBright } else { Role::Text });
    let mut line = Row::new(buf, area, 0);
    bar(has_cursor, beside.focused, look, &mut line);
    line.sign(status_sign(row.status), look.style(role)).skip(1).skip_right(1);
    line.right_field(&look.ago(row.created_at), times::SHORT, dim).skip_right(1);
    let tries = look.with("ui-outbox-tries", &[("count", Arg::Number(i64::from(row.attempts)))]);
    if row.attempts > 1 && line.room() > 48 + cells(&tries) {
        line.right(&tries, dim).skip_right(1);
    }
    line.put(&look.say(kind(row.act.kind())), ink).skip(1).sign(signs::DOT, dim).skip(1);
    line.put(&look.say(word), look.style(role)).skip(1);
    let number = clean(&format!("#{}", row.conversation));
    if area.height < 3 {
        line.sign(signs::DOT, dim).skip(1).put(&number, dim).skip(2);
        let reason = row.reason.clean();
        if !reason.is_blank() {
            let most = (line.room() * 3 / 5).max(line.room().saturating_sub(cells(&first_words(row)) + 4));
            line.put_within(&reason, most, ink).skip(2);
        }
        line.put(&first_words(row), dim);
        return;
    }
    let mut line = Row::new(buf, area, 1);
    bar(has_cursor, beside.focused, look, &mut line);
    line.skip(2).skip_right(1).right(&number, dim).skip_right(2).put(&reason(row, look), ink);
    let mut line = Row::new(buf, area, 2);
    bar(has_cursor, beside.focused, look, &mut line);
    line.skip(2).skip_right(1).put(&first_words(row), dim);
}

/// Why it stopped, in the helpdesk's words where it said any.
pub fn reason(row: &OutboxRow, look: &Look<'_>) -> Clean {
    row.reason.clean().or(&look.say(match row.status {
        OutboxStatus::Held => "ui-outbox-why-held",
        OutboxStatus::NeedsDecision => "ui-outbox-why-undecided",
        _ => "ui-outbox-why-failed",
    }))
}

/// The beginning of a message, in quotation marks; blank for an act that has no words.
fn first_words(row: &OutboxRow) -> Clean {
    const BYTES: usize = 400;
    let Some(text) = row.act.text() else { return Clean::default() };
    let mut end = text.len().min(BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    clean(&format!("“{}”", text.get(..end).unwrap_or_default().trim()))
}

fn bar(has_cursor: bool, focused: bool, look: &Look<'_>, line: &mut Row<'_>) {
    if has_cursor {
        line.sign(signs::bar(focused), look.bar(focused));
    } else {
        line.skip(1);
    }
}

/// The sign of where an act stands.
pub const fn status_sign(status: OutboxStatus) -> Sign {
    match status {
        OutboxStatus::Queued | OutboxStatus::Sending => signs::SENDING,
        OutboxStatus::Retry => signs::AGAIN,
        OutboxStatus::Unknown => signs::UNKNOWN,
        OutboxStatus::Held | OutboxStatus::NeedsDecision => signs::CARE,
        OutboxStatus::Failed => signs::CROSS,
        OutboxStatus::Sent => signs::DONE,
    }
}

/// The word and role of where an act stands.
pub const fn status(status: OutboxStatus) -> (&'static str, Role) {
    match status {
        OutboxStatus::Queued => ("ui-outbox-queued", Role::Sending),
        OutboxStatus::Held => ("ui-outbox-held", Role::Waiting),
        OutboxStatus::Sending => ("ui-outbox-sending", Role::Sending),
        OutboxStatus::Retry => ("ui-outbox-retry", Role::Waiting),
        OutboxStatus::Unknown => ("ui-outbox-unknown", Role::Waiting),
        OutboxStatus::NeedsDecision => ("ui-outbox-decision", Role::Failed),
        OutboxStatus::Failed => ("ui-outbox-failed", Role::Failed),
        OutboxStatus::Sent => ("ui-outbox-sent", Role::Success),
    }
}

/// The word of a kind of act.
pub const fn kind(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Reply => "ui-act-reply",
        ActKind::Note => "ui-act-note",
        ActKind::Close => "ui-act-close",
        ActKind::Reopen => "ui-act-reopen",
        ActKind::Snooze => "ui-act-snooze",
        ActKind::Assign => "ui-act-assign",
        ActKind::Tag => "ui-act-tag",
        ActKind::Untag => "ui-act-untag",
        ActKind::Priority => "ui-act-priority",
        ActKind::Merge => "ui-act-merge",
    }
}
