//! One row of *Needs you*: what it was, on which conversation, why it stopped, and its words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::list::Beside;
use super::look::Look;
use super::paint::{Row, cells};
use super::signs::{self, Sign};
use super::{list_row, times};
use crate::app::App;
use crate::app::outbox::reason_words;
use crate::domain::{ActKind, OutboxRow, OutboxStatus};
use crate::text::{Clean, beginning, clean};
use crate::theme::Role;
use crate::words::Arg;

/// Draws one row. On four lines:
///
/// ```text
/// × reply · not sent                     2 tries  10m
///   Chloé Dubois · Order 1042 never arrived
///   The helpdesk’s own words, which go on on the next
///   line where they are long: “Hello Chloé, …”
/// ```
///
/// On two lines, the conversation stands on the first, and the reason and its words on the second.
pub fn draw(row: &OutboxRow, has_cursor: bool, beside: Beside<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let (word, role) = status(row.status);
    let dim = look.style(Role::TextDim);
    let ink = look.style(if has_cursor { Role::TextBright } else { Role::Text });
    let on = on(row, beside.app, look);
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
    if area.height < 4 {
        line.sign(signs::DOT, dim).skip(1).put(&on, ink).skip(2);
    }
    let why = reason(row, beside.app, look);
    match area.height {
        0 | 1 => {
            line.put(&why, dim);
        }
        2 | 3 => {
            let mut line = Row::new(buf, area, 1);
            bar(has_cursor, beside.focused, look, &mut line);
            let words = first_words(row);
            line.skip(2).skip_right(1);
            let most = (line.room() * 3 / 5).max(line.room().saturating_sub(cells(&words) + 2));
            line.put_within(&why, most, look.style(Role::Text)).skip(2).put(&words, dim);
        }
        _ => {
            let room = usize::from(area.width.saturating_sub(4));
            let (first, second) = two_lines(&why, room);
            let last = if second.is_blank() { (first_words(row), dim) } else { (second, ink) };
            for (at, (text, style)) in (1..).zip([(on, ink), (first, ink), last]) {
                let mut line = Row::new(buf, area, at);
                bar(has_cursor, beside.focused, look, &mut line);
                line.skip(2).skip_right(1).put(&text, style);
            }
        }
    }
}

/// Words on two lines; what does not fit the second is cut where it is drawn.
fn two_lines(text: &Clean, room: usize) -> (Clean, Clean) {
    let mut lines = crate::text::wrap(text, room).into_iter();
    let first = lines.next().unwrap_or_default();
    (first, Clean::join(&lines.collect::<Vec<_>>(), &Clean::literal(" ")))
}

/// Whose conversation it is about, and which; its number where that is not known here.
fn on(row: &OutboxRow, app: &App, look: &Look<'_>) -> Clean {
    app.conversation_of(row).map_or_else(
        || clean(&format!("#{}", row.conversation)),
        |on| {
            let (name, title) = (list_row::contact(on, look), list_row::title(on, look));
            look.with("ui-outbox-on", &[("name", Arg::Text(&name)), ("title", Arg::Text(&title))])
        },
    )
}

/// Why it stopped: what came, or the helpdesk's words where it said any.
pub fn reason(row: &OutboxRow, app: &App, look: &Look<'_>) -> Clean {
    if let Some(held) = app.held_by(row) {
        let mut text = look.with(
            "ui-outbox-held-by",
            &[("what", Arg::Text(&held.what)), ("when", Arg::Text(&super::composer::moment(held.at, look)))],
        );
        if held.more > 0 {
            text.push(&Clean::literal(" · "));
            text.push(&look.with("ui-composer-more-news", &[("count", Arg::from(held.more))]));
        }
        return text;
    }
    reason_words(row, look.words).or(&look.say(match row.status {
        OutboxStatus::Held => "ui-outbox-why-held",
        OutboxStatus::NeedsDecision => "ui-outbox-why-undecided",
        _ => "ui-outbox-why-failed",
    }))
}

/// The beginning of a message, in quotation marks; blank for an act that has no words.
fn first_words(row: &OutboxRow) -> Clean {
    const BYTES: usize = 400;
    let Some(text) = row.act.text() else { return Clean::default() };
    clean(&format!("“{}”", beginning(text, BYTES).trim()))
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
        ActKind::Start => "ui-act-start",
        ActKind::Close => "ui-act-close",
        ActKind::Reopen => "ui-act-reopen",
        ActKind::Snooze => "ui-act-snooze",
        ActKind::Assign => "ui-act-assign",
        ActKind::Tag => "ui-act-tag",
        ActKind::Untag => "ui-act-untag",
        ActKind::Priority => "ui-act-priority",
        ActKind::Merge => "ui-act-merge",
        ActKind::AddParticipant => "ui-act-add-participant",
        ActKind::RemoveParticipant => "ui-act-remove-participant",
        ActKind::Block => "ui-act-block",
    }
}
