//! One line of a thread: heads, events, words of a body, files, dividers.

use ratatui::style::{Modifier, Style};

use super::look::Look;
use super::outbox_row;
use super::paint::{Row, cells};
use super::{cut, signs, times};
use crate::app::App;
use crate::app::status::Hint;
use crate::app::thread::lines::LineKind;
use crate::app::thread::{Item, ItemKind, Source};
use crate::domain::{OutboxRow, OutboxStatus};
use crate::text::html::{self, Fold, SpanStyle};
use crate::text::{Clean, clean};
use crate::theme::Role;
use crate::words::Arg;

/// Draws what stands left of the line: the bar of the message with the cursor, the side of a note.
pub fn draw_margin(kind: &LineKind, item: Option<&Item>, has_cursor: bool, look: &Look<'_>, mut row: Row<'_>) {
    if has_cursor && matches!(kind, LineKind::Head | LineKind::Event) {
        row.sign(signs::BAR, look.bar(true));
    } else if item.is_some_and(|item| item.kind == ItemKind::Note) {
        row.sign(signs::GUTTER, look.style(Role::Note));
    } else if has_cursor {
        row.sign(signs::GUTTER, look.bar(true));
    }
}

/// Draws the line itself.
pub fn draw(kind: &LineKind, item: Option<&Item>, pending: &[OutboxRow], look: &Look<'_>, mut row: Row<'_>) {
    let dim = look.style(Role::TextDim);
    match (kind, item) {
        (LineKind::New, _) => {
            let style = look.style(Role::NewSince);
            row.sign(signs::RULE_ACROSS, style).sign(signs::RULE_ACROSS, style).skip(1);
            row.put(&look.say("ui-thread-new"), style).skip(1);
            row.fill(signs::RULE_ACROSS, style);
        }
        (LineKind::Missing(count), _) => {
            let text = look.with("ui-thread-missing", &[("count", Arg::Number(i64::from(*count)))]);
            row.sign(signs::MORE, dim).skip(1).put(&text, dim);
        }
        (LineKind::Fetching, _) => {
            row.sign(signs::MORE, dim).skip(1).put(&look.say("ui-thread-fetching"), dim);
        }
        (LineKind::Head, Some(item)) => draw_head(item, pending, look, row),
        (LineKind::Event, Some(item)) => match item.status.as_ref() {
            Some((status, why)) => draw_own_event(item, *status, why, pending, look, row),
            None => draw_event(item, look, row),
        },
        (LineKind::Text(line), Some(item)) => {
            if let Some(line) = item.lines.get(*line) {
                draw_text(line, item, look, row);
            }
        }
        (LineKind::Redacted, _) => {
            row.put(&look.say("ui-thread-redacted"), look.style(Role::Disabled));
        }
        (LineKind::File(index), Some(item)) => draw_file(*index, item, look, row),
        (
            LineKind::Blank
            | LineKind::Head
            | LineKind::Event
            | LineKind::Why
            | LineKind::Keys
            | LineKind::Text(_)
            | LineKind::File(_),
            _,
        ) => {}
    }
}

fn draw_head(item: &Item, pending: &[OutboxRow], look: &Look<'_>, mut row: Row<'_>) {
    match item.status.as_ref() {
        Some((status, why)) => draw_status(item, *status, why, pending, look, &mut row),
        None => {
            row.right(&look.when(item.at), look.style(Role::TextDim)).skip_right(2);
        }
    }
    if item.kind == ItemKind::Note {
        row.put(&look.heading("ui-note"), look.style(Role::Note)).skip(2);
    }
    let role = match item.kind {
        ItemKind::Customer => Role::Customer,
        _ if item.automatic => Role::Bot,
        ItemKind::Note => Role::Note,
        _ => Role::Teammate,
    };
    let name = cut::name(&item.author, row.room());
    row.put(&name, look.style(role));
    if item.automatic && item.kind != ItemKind::Customer {
        row.skip(2).put(&look.say("ui-automatic"), look.style(Role::TextDim));
    }
}

/// Where an unsent message stands, at the right end of its head.
fn draw_status(
    item: &Item,
    status: OutboxStatus,
    why: &Clean,
    pending: &[OutboxRow],
    look: &Look<'_>,
    row: &mut Row<'_>,
) {
    let style = look.style(outbox_row::status(status).1);
    let text = status_words(item, status, why, pending, look);
    let most = row.room().saturating_sub(12).max(row.room() / 2);
    row.right_field(&text, cells(&text).min(most), style);
    row.skip_right(1).right_sign(outbox_row::status_sign(status), style).skip_right(2);
}

/// An act of ours that is not settled, on one line: `↗ You: closed · sending`.
fn draw_own_event(
    item: &Item,
    status: OutboxStatus,
    why: &Clean,
    pending: &[OutboxRow],
    look: &Look<'_>,
    mut row: Row<'_>,
) {
    let style = look.style(outbox_row::status(status).1);
    let dim = look.style(Role::System);
    let what = match item.source {
        Source::Pending(at) => pending.get(at).map(|row| look.say(outbox_row::kind(row.act.kind()))),
        Source::Part(_) => None,
    };
    let what = look.with("ui-event-own", &[("what", Arg::Text(&what.unwrap_or_default()))]);
    row.sign(outbox_row::status_sign(status), style).skip(1);
    row.put(&what, if status.needs_you() { style } else { dim }).skip(1).sign(signs::DOT, dim).skip(1);
    row.put(&status_words(item, status, why, pending, look), style);
}

/// The outbox row of an unsent act.
pub fn pending_row<'a>(item: &Item, pending: &'a [OutboxRow]) -> Option<&'a OutboxRow> {
    match item.source {
        Source::Pending(at) => pending.get(at),
        Source::Part(_) => None,
    }
}

/// Why it needs a person.
pub fn draw_why(held: &OutboxRow, app: &App, look: &Look<'_>, mut row: Row<'_>) {
    let style = look.style(outbox_row::status(held.status).1);
    row.sign(signs::CARE, style).skip(1).put(&outbox_row::reason(held, app, look), style);
}

/// Which keys settle it: `y send anyway · E edit · D give up`.
pub fn draw_keys(hints: &[Hint], look: &Look<'_>, mut row: Row<'_>) {
    row.skip(2);
    for hint in hints {
        if cells(&hint.keys) + 1 + cells(&hint.label) > row.room() {
            return;
        }
        row.put(&hint.keys, look.style(Role::Key)).skip(1).put(&hint.label, look.style(Role::Text)).skip(3);
    }
}

/// Where an unsent act stands, and why; what needs a person says why on a line of its own.
fn status_words(item: &Item, status: OutboxStatus, why: &Clean, pending: &[OutboxRow], look: &Look<'_>) -> Clean {
    let word = outbox_row::status(status).0;
    let due = match item.source {
        Source::Pending(at) => pending.get(at).map(|row| row.due_at),
        Source::Part(_) => None,
    };
    // Until then it is not tried: the time alone would mislead.
    let waits = [look.say("reason-signed-out"), look.say("reason-waiting-for-server")].contains(why);
    let left = due.map_or(0, |due| due.since(look.now).as_secs());
    let secs = Arg::Number(i64::try_from(left).unwrap_or(i64::MAX));
    let text = match status {
        OutboxStatus::Queued if left > 0 => look.with("ui-outbox-queued-for", &[("secs", secs)]),
        OutboxStatus::Retry if left >= 60 && !waits => {
            let time = due.map(|due| times::short(due.since(look.now), look.words)).unwrap_or_default();
            look.with("ui-outbox-retry-in", &[("time", Arg::Text(&time))])
        }
        OutboxStatus::Retry if waits => return why.clone(),
        _ => look.say(word),
    };
    if why.is_blank() || status.needs_you() { text } else { Clean::join([&text, why], &Clean::literal(": ")) }
}

fn draw_event(item: &Item, look: &Look<'_>, mut row: Row<'_>) {
    const FRAME: u16 = 3;
    let style = look.style(Role::System);
    let line = look.style(Role::Rule);
    let when = look.when(item.at);
    // The time is never what is cut; the frame goes first, then who did it where nobody did.
    let words = row.room().saturating_sub(cells(&when) + 3);
    let mut event = item.event.clone();
    if cells(&event) > words
        && item.automatic
        && let Some(rest) = event.strip_prefix(&*item.author).map(|rest| clean(rest.trim_start()))
    {
        event = rest;
    }
    let spare = words.saturating_sub(cells(&event));
    if spare >= FRAME {
        row.sign(signs::DOTS, line).sign(signs::DOTS, line).skip(1);
    }
    row.put_within(&event, words, style).skip(1).sign(signs::DOT, style).skip(1).put(&when, style);
    if spare >= 2 * FRAME {
        row.skip(1).sign(signs::DOTS, line).sign(signs::DOTS, line);
    }
}

fn draw_file(index: usize, item: &Item, look: &Look<'_>, mut row: Row<'_>) {
    let Some(file) = item.files.get(index) else { return };
    let dim = look.style(Role::TextDim);
    row.sign(signs::FILE, look.style(Role::File)).skip(1);
    row.put(&clean(&file.number.to_string()), dim).skip(1);
    let size = file.size.map(|bytes| times::size(bytes, look.words)).unwrap_or_default();
    let name = row.room().saturating_sub(cells(&size) + 2);
    row.put(&cut::file(&file.name, name), look.style(Role::File)).skip(2).put(&size, dim);
}

fn draw_text(line: &html::Line, item: &Item, look: &Look<'_>, mut row: Row<'_>) {
    let dim = look.style(Role::TextDim);
    for _ in 0..line.gutter {
        row.sign(signs::GUTTER, look.style(Role::Quote)).skip(1);
    }
    match line.kind {
        html::LineKind::Rule => return row.fill(signs::RULE_ACROSS, look.style(Role::Rule)),
        html::LineKind::Folded { fold, lines } => {
            let key = match fold {
                Fold::Quoted => "ui-fold-quoted",
                Fold::Signature => "ui-fold-signature",
            };
            let text = look.with(key, &[("count", Arg::from(lines))]);
            row.skip(2).sign(signs::MORE, dim).skip(1).put(&text, look.style(Role::Quote));
            return;
        }
        html::LineKind::Cut => {
            row.sign(signs::MORE, dim).skip(1).put(&look.say("ui-thread-cut"), dim);
            return;
        }
        html::LineKind::Text | html::LineKind::Heading(_) | html::LineKind::Code => {}
    }
    let base = base_of(line, item, look);
    row.put(&line.lead, if line.gutter > 0 { base } else { dim });
    for span in &line.spans {
        row.put(&span.text, style_of(span.style, base, look));
    }
}

fn base_of(line: &html::Line, item: &Item, look: &Look<'_>) -> Style {
    let unsent = item.status.is_some();
    let base = match (line.gutter, item.kind) {
        (1.., _) => Role::Quote,
        (_, ItemKind::Note) => Role::NoteText,
        _ if unsent => Role::TextDim,
        _ => Role::Text,
    };
    match line.kind {
        html::LineKind::Heading(_) => look.style(Role::TextBright).add_modifier(Modifier::BOLD),
        html::LineKind::Code => look.style(Role::Code),
        _ => look.style(base),
    }
}

/// The style of words that are meant so, over that of their line.
pub fn style_of(span: SpanStyle, base: Style, look: &Look<'_>) -> Style {
    let mut style = base;
    if span.marker {
        return look.style(Role::TextDim);
    }
    if span.code {
        style = style.patch(look.style(Role::Code));
    }
    if span.image {
        style = style.patch(look.style(Role::File));
    } else if span.link.is_some() {
        style = style.patch(look.style(Role::Link));
    }
    if span.mention {
        style = style.patch(look.style(Role::Accent));
    }
    if span.strong {
        style = style.add_modifier(Modifier::BOLD);
    }
    if span.emphasis {
        style = style.add_modifier(Modifier::ITALIC);
    }
    if span.strike {
        style = style.add_modifier(Modifier::CROSSED_OUT);
    }
    style
}
