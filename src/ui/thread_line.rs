//! One line of a thread: heads, events, words of a body, files, dividers.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::look::Look;
use super::paint::{Row, cells};
use super::{cut, signs, thread_find, times};
use super::{file_line, outbox_row};
use crate::app::App;
use crate::app::status::Hint;
use crate::app::thread::find::Mark;
use crate::app::thread::lines::LineKind;
use crate::app::thread::{Item, ItemKind, Source};
use crate::domain::{OutboxRow, OutboxStatus};
use crate::text::html::{self, Fold, SpanStyle};
use crate::text::{Clean, bidi, clean};
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

/// Draws the line itself, with what was found in it.
pub fn draw(
    kind: &LineKind,
    item: Option<&Item>,
    pending: &[OutboxRow],
    marks: &[Mark],
    look: &Look<'_>,
    mut row: Row<'_>,
) {
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
        (LineKind::Head, Some(item)) => draw_head(item, pending, marks, look, row),
        (LineKind::Event, Some(item)) => match item.status.as_ref() {
            Some((status, why)) => draw_own_event(item, *status, why, pending, look, row),
            None => draw_event(item, marks, look, row),
        },
        (LineKind::Text(line), Some(item)) => {
            if let Some(line) = item.lines().get(*line) {
                draw_text(line, item, marks, look, row);
            }
        }
        (LineKind::Reading, _) => {
            row.sign(signs::MORE, dim).skip(1).put(&look.say("ui-thread-reading"), dim);
        }
        (LineKind::Empty, _) => {
            row.put(&look.say("ui-thread-empty"), dim);
        }
        (LineKind::Plain, _) => {
            row.sign(signs::CARE, dim).skip(1).put(&look.say("ui-thread-plain"), dim);
        }
        (LineKind::LeftOut, Some(item)) => {
            let (hidden, trackers) = item.left_out();
            let key = match (hidden, trackers) {
                (_, 0) => "ui-thread-hidden",
                (0, _) => "ui-thread-trackers",
                _ => "ui-thread-hidden-and-trackers",
            };
            let text = look.with(key, &[("hidden", Arg::from(hidden)), ("trackers", Arg::from(trackers))]);
            row.sign(signs::MORE, dim).skip(1).put(&text, dim);
        }
        (LineKind::Redacted, _) => {
            row.put(&look.say("ui-thread-redacted"), look.style(Role::Disabled));
        }
        (LineKind::File(index), Some(item)) => draw_file(*index, item, look, row),
        (LineKind::Under(index, line), Some(item)) => draw_under(*index, *line, item, look, row),
        (
            LineKind::Blank
            | LineKind::Head
            | LineKind::Event
            | LineKind::Why
            | LineKind::Keys
            | LineKind::Text(_)
            | LineKind::LeftOut
            | LineKind::Under(..)
            | LineKind::File(_),
            _,
        ) => {}
    }
}

/// A line of what a command has answered about the message: dim, with a line at its side.
fn draw_under(index: usize, line: usize, item: &Item, look: &Look<'_>, mut row: Row<'_>) {
    let Some(under) = item.under.get(index) else { return };
    let dim = look.style(Role::TextDim);
    row.sign(signs::GUTTER, dim).skip(1);
    match line.checked_sub(1).map(|line| under.lines.get(line)) {
        None => {
            row.put(&look.with("ui-thread-under", &[("name", Arg::Text(&under.name))]), look.style(Role::System));
        }
        Some(Some(text)) => {
            row.put(text, dim);
        }
        Some(None) => {
            row.put(&look.with("ui-thread-under-more", &[("count", Arg::from(under.more))]), dim);
        }
    }
}

fn draw_head(item: &Item, pending: &[OutboxRow], marks: &[Mark], look: &Look<'_>, mut row: Row<'_>) {
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
    for (name, style) in thread_find::pieces(&name, look.style(role), 0, marks, look) {
        row.put(&name, style);
    }
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
    let bytes: u64 = item.files.iter().filter_map(|file| file.size).sum();
    let text = match status {
        // Files take their time: how many and how much is told.
        OutboxStatus::Sending if !item.files.is_empty() => {
            let total = times::size(bytes, look.words);
            let files = [("count", Arg::from(item.files.len())), ("total", Arg::Text(&total))];
            look.with("ui-outbox-sending-files", &files)
        }
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

fn draw_event(item: &Item, marks: &[Mark], look: &Look<'_>, mut row: Row<'_>) {
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
    if cells(&event) <= words && event.len() == item.event.len() {
        for (piece, style) in thread_find::pieces(&event, style, 0, marks, look) {
            row.put(&piece, style);
        }
    } else {
        row.put_within(&event, words, marks.first().map_or(style, |mark| thread_find::style(mark, style, look)));
    }
    row.skip(1).sign(signs::DOT, style).skip(1).put(&when, style);
    if spare >= 2 * FRAME {
        row.skip(1).sign(signs::DOTS, line).sign(signs::DOTS, line);
    }
}

fn draw_file(index: usize, item: &Item, look: &Look<'_>, mut row: Row<'_>) {
    if let Some(file) = item.files.get(index) {
        file_line::draw(file, look, &mut row);
    }
}

fn draw_text(line: &html::Line, item: &Item, marks: &[Mark], look: &Look<'_>, mut row: Row<'_>) {
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
        html::LineKind::MoreRows(count) => {
            row.put(&line.lead, dim).sign(signs::MORE, dim).skip(1);
            row.put(&look.with("ui-table-more", &[("count", Arg::from(count))]), dim);
            return;
        }
        html::LineKind::Text
        | html::LineKind::Heading(_)
        | html::LineKind::Code
        | html::LineKind::TableHead
        | html::LineKind::TableRow
        | html::LineKind::TableRule => {}
    }
    let base = base_of(line, item, look);
    put_lead(line, if line.gutter > 0 { base } else { dim }, &mut row);
    note_links(line, item, look, &row);
    let found = found_spans(line, base, marks, look);
    let is_table =
        matches!(line.kind, html::LineKind::TableHead | html::LineKind::TableRow | html::LineKind::TableRule);
    let spans = line.spans.iter().map(|span| match span.style {
        // What stands between cells.
        SpanStyle { marker: true, link: None, .. } if is_table => (&span.text, look.style(Role::Rule)),
        style => (&span.text, style_of(style, base, look)),
    });
    if found.is_empty() {
        put_spans(line, spans, &mut row);
    } else {
        put_spans(line, found.iter().map(|(text, style)| (text, *style)), &mut row);
    }
}

/// Puts what stands before a line's text on the side that the text begins from.
pub fn put_lead(line: &html::Line, style: Style, row: &mut Row<'_>) {
    if line.from_right && !line.lead.is_empty() {
        row.right(&turned(&line.lead), style);
    } else {
        row.put(&line.lead, style);
    }
}

/// The sign of an item as it stands right of its words: ` .12` for `12. `.
fn turned(lead: &Clean) -> Clean {
    let order = bidi::order_from(lead, Some(true));
    order.map_or_else(
        || lead.clone(),
        |order| clean(&order.pieces.iter().map(|piece| piece.symbol(lead)).collect::<String>()),
    )
}

/// Puts a line's text in the order in which it is seen.
pub fn put_spans<'t>(line: &html::Line, spans: impl Iterator<Item = (&'t Clean, Style)> + Clone, row: &mut Row<'_>) {
    if matches!(line.kind, html::LineKind::TableHead | html::LineKind::TableRow) {
        // Each cell of a table is a field of its own.
        for (text, style) in spans {
            row.put(text, style);
        }
    } else {
        row.put_line(spans, Some(line.from_right));
    }
}

/// The text of a line with what was found in it; empty where nothing was.
fn found_spans(line: &html::Line, base: Style, marks: &[Mark], look: &Look<'_>) -> Vec<(Clean, Style)> {
    let mut at = 0;
    let mut found = Vec::new();
    for span in line.spans.iter().take_while(|_| !marks.is_empty()) {
        found.extend(thread_find::pieces(&span.text, style_of(span.style, base, look), at, marks, look));
        at += span.text.len();
    }
    found
}

/// Notes where the words of links are, in a line that is seen in the order in which it is written.
fn note_links(line: &html::Line, item: &Item, look: &Look<'_>, row: &Row<'_>) {
    let is_ordered = || !line.from_right && !line.spans.iter().any(|span| bidi::is_mixed(&span.text));
    if !look.hits.wants_links() || !is_ordered() {
        return;
    }
    let mut place = row.place(u16::MAX);
    for span in &line.spans {
        let width = cells(&span.text).min(place.width);
        let link = span.style.link.and_then(|number| item.links().get(number.checked_sub(1)?));
        if let Some(link) = link {
            look.hits.link(Rect { width, ..place }, link.url.as_raw());
        }
        place = Rect { x: place.x + width, width: place.width - width, ..place };
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
        html::LineKind::TableHead => look.style(base).add_modifier(Modifier::BOLD),
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

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;

    #[test]
    fn the_sign_of_an_item_stands_on_the_side_that_its_words_begin_from() {
        let body = "<ol start='12'><li>שלום עולם abc</li></ol><ul><li>abc שלום</li></ul>";
        let lines = html::layout(&html::blocks(body), 14, false);
        let seen: Vec<String> = lines
            .iter()
            .map(|line| {
                let area = Rect::new(0, 0, 14, 1);
                let mut buf = Buffer::empty(area);
                let mut row = Row::new(&mut buf, area, 0);
                put_lead(line, Style::new(), &mut row);
                put_spans(line, line.spans.iter().map(|span| (&span.text, Style::new())), &mut row);
                buf.content().iter().map(ratatui::buffer::Cell::symbol).collect()
            })
            .filter(|line: &String| !line.trim().is_empty())
            .collect();
        assert_eq!(seen, [" םלוע םולש .12", "       abc    ", "• abc םולש    "]);
    }
}
