//! The text of the composer, with the cursor: its rows, what the customer gets in their place, and what is
//! offered for completion beside the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::look::Look;
use super::paint::{Row, cells, clear, inset, tint};
use super::{signs, thread_line};
use crate::app::Composer;
use crate::app::composer::{Completion, Preview};
use crate::app::composer_run::LEFT;
use crate::domain::Mode;
use crate::text::html::{Line, LineKind};
use crate::text::{clean, graphemes};
use crate::theme::Role;
use crate::words::Arg;

/// Widest box of what is offered.
const WIDEST: u16 = 40;

/// Draws the text, or its preview; returns where the cursor belongs.
pub fn draw(
    part: &Composer,
    many: bool,
    focused: bool,
    look: &Look<'_>,
    body: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
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
    if let Some(preview) = &part.preview {
        draw_preview(preview, part.mode, look, text, buf);
        return None;
    }
    let view = part.view(text.width, text.height);
    let entry = look.style(Role::Entry);
    for (line, words) in (0..text.height).zip(&view.rows) {
        // What is typed was cleaned on entry; this is the last wall. Blanks that hang over are not drawn.
        let words = clean(within(words, text.width));
        let from_right = view.from_right.get(usize::from(line)).copied();
        Row::new(buf, text, line).put_line([(&words, entry)].into_iter(), from_right);
    }
    if part.is_empty() {
        let key = match part.mode {
            Mode::Reply if many => "ui-composer-placeholder-many",
            Mode::Reply => "ui-composer-placeholder-reply",
            Mode::Note => "ui-composer-placeholder-note",
        };
        Row::new(buf, text, 0).put(&look.say(key), look.style(Role::Placeholder));
    }
    let row = u16::try_from(view.cursor.0).ok()?;
    // At the end of a full row the cursor stands in the margin, on the side where the row ends.
    let cell = view.cursor_seen(text.width.into()).clamp(-1, isize::try_from(text.width).ok()?);
    let x = i32::from(text.x).saturating_add(i32::try_from(cell).ok()?);
    let at = Position::new(u16::try_from(x).ok()?, text.y.saturating_add(row));
    if focused && let Some(completion) = &part.completion {
        draw_completion(completion, look, at, buf);
    }
    (focused && row < text.height && buf.area.contains(at)).then_some(at)
}

/// The beginning of a row that fits; blanks at its end may hang over.
fn within(words: &str, room: u16) -> &str {
    let trimmed = words.trim_end_matches(' ');
    let (mut used, mut end) = (0_u16, 0);
    for cluster in graphemes(trimmed) {
        used = used.saturating_add(cells(cluster));
        if used > room {
            return trimmed.get(..end).unwrap_or("");
        }
        end += cluster.len();
    }
    trimmed
}

fn draw_preview(preview: &Preview, mode: Mode, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let base = if mode == Mode::Note { Role::NoteText } else { Role::Text };
    for (row, line) in (0..area.height).zip(preview.visible()) {
        draw_line(line, base, look, Row::new(buf, area, row));
    }
    if preview.below() > 0 {
        let last = area.height.saturating_sub(1);
        let words = look.with("ui-composer-preview-more", &[("count", Arg::from(preview.below()))]);
        Row::new(buf, area, last).right(&words, look.style(Role::TextDim));
    }
}

fn draw_line(line: &Line, base: Role, look: &Look<'_>, mut row: Row<'_>) {
    for _ in 0..line.gutter {
        row.sign(signs::GUTTER, look.style(Role::Quote)).skip(1);
    }
    let style = match line.kind {
        LineKind::Rule => return row.fill(signs::RULE_ACROSS, look.style(Role::Rule)),
        LineKind::Heading(_) | LineKind::TableHead => look.style(Role::TextBright),
        LineKind::Code => look.style(Role::Code),
        _ if line.gutter > 0 => look.style(Role::Quote),
        _ => look.style(base),
    };
    thread_line::put_lead(line, look.style(Role::TextDim), &mut row);
    let spans = line.spans.iter().map(|span| (&span.text, thread_line::style_of(span.style, style, look)));
    thread_line::put_spans(line, spans, &mut row);
}

/// What `tab` would put in, beside the cursor: below it, or above where there is no room.
fn draw_completion(completion: &Completion, look: &Look<'_>, cursor: Position, buf: &mut Buffer) {
    let count = u16::try_from(completion.items.len()).unwrap_or(u16::MAX);
    let widest = completion.items.iter().map(|item| cells(&item.name)).max().unwrap_or(0);
    let has_signs = completion.items.iter().any(|item| !item.sign.is_blank());
    let width = widest.saturating_add(if has_signs { 6 } else { 3 }).min(WIDEST).min(buf.area.width);
    let back = u16::try_from(completion.back).unwrap_or(0).saturating_add(1);
    let x = cursor.x.saturating_sub(back).max(buf.area.x).min(buf.area.right().saturating_sub(width));
    let below = buf.area.bottom().saturating_sub(cursor.y.saturating_add(2));
    let above = cursor.y.saturating_sub(buf.area.y);
    let (y, height) = if below >= count || below >= above {
        (cursor.y.saturating_add(1), count.min(below))
    } else {
        let height = count.min(above);
        (cursor.y.saturating_sub(height), height)
    };
    let area = Rect { x, y, width, height }.intersection(buf.area);
    clear(buf, area, look.style(Role::Overlay));
    let first = completion.cursor.saturating_sub(usize::from(height.saturating_sub(1)));
    for (line, (at, item)) in (0..area.height).zip(completion.items.iter().enumerate().skip(first)) {
        let chosen = at == completion.cursor;
        if chosen {
            tint(buf, Rect { y: area.y + line, height: 1, ..area }, look.style(Role::Selection));
        }
        let mut row = Row::new(buf, area, line);
        if chosen {
            row.sign(signs::BAR, look.bar(true));
        } else {
            row.skip(1);
        }
        if has_signs {
            row.field(&item.sign, 2, look.style(Role::Text)).skip(1);
        }
        row.put(&item.name, look.style(if chosen { Role::TextBright } else { Role::Text }));
    }
}
