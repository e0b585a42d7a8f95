//! One row of the outbox in *Needs you*: what it was, on which conversation, and why it stopped.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::Beside;
use super::look::Look;
use super::paint::Row;
use super::signs::{self, Sign};
use super::times;
use crate::domain::{ActKind, OutboxRow, OutboxStatus};
use crate::text::clean;
use crate::theme::Role;

/// Draws one row: `× close #2215  refused by the helpdesk    10m`; with two lines, the words of the
/// message below.
pub fn draw(row: &OutboxRow, has_cursor: bool, beside: Beside<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let (word, role) = status(row.status);
    let dim = look.style(Role::TextDim);
    let mut line = Row::new(buf, area, 0);
    bar(has_cursor, beside.focused, look, &mut line);
    line.sign(status_sign(row.status), look.style(role)).skip(1).skip_right(1);
    line.right_field(&look.ago(row.created_at), times::SHORT, dim).skip_right(2);
    let ink = look.style(if has_cursor { Role::TextBright } else { Role::Text });
    line.put(&look.say(kind(row.act.kind())), ink).skip(1);
    line.put(&clean(&format!("#{}", row.conversation)), dim).skip(2);
    line.put(&row.reason.clean().or(&look.say(word)), look.style(role));
    if area.height > 1 {
        let mut line = Row::new(buf, area, 1);
        bar(has_cursor, beside.focused, look, &mut line);
        line.skip(2).skip_right(1).put(&clean(row.act.text().unwrap_or_default()), dim);
    }
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
        ActKind::MarkRead => "ui-act-mark-read",
    }
}
