//! The start of a shift: a page over all panes, one line a conversation under headings with their counts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::list_row;
use super::super::look::Look;
use super::super::paint::Row;
use super::super::signs;
use super::frame::{self, Border};
use super::visible;
use crate::app::shift::ShiftPage;
use crate::domain::{ShiftKind, ShiftLine, ShiftSection};
use crate::text::{Clean, truncate};
use crate::theme::Role;
use crate::words::Arg;

/// Cells of the name, and of the age at the end of a line.
const NAME: u16 = 22;
const AGE: u16 = 9;

enum Shown<'a> {
    Heading(&'a ShiftSection),
    Line(usize, ShiftKind, &'a ShiftLine),
    Rest(usize),
}

/// Draws the page.
pub fn draw(part: &ShiftPage, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let blank = Clean::default();
    let since = look.with("ui-shift-since", &[("time", Arg::Text(&look.ago(part.since)))]);
    let border =
        Border { title: &look.say("ui-shift"), aside: &since, foot: &look.say("ui-foot-shift"), count: &blank };
    let within = frame::draw(frame::place(screen, screen.width, screen.height), border, look, buf);
    let Some(shift) = &part.shift else {
        Row::new(buf, within, 1).skip(1).put(&look.say("ui-loading"), look.style(Role::TextDim));
        return;
    };
    if shift.sections.is_empty() {
        Row::new(buf, within, 1).skip(1).put(&look.say("ui-shift-nothing"), look.style(Role::TextDim));
        return;
    }
    let mut shown = Vec::new();
    let (mut at, mut cursor_row) = (0, 0);
    for section in &shift.sections {
        shown.push(Shown::Heading(section));
        for line in &section.lines {
            if at == part.cursor {
                cursor_row = shown.len();
            }
            shown.push(Shown::Line(at, section.kind, line));
            at += 1;
        }
        if section.total > section.lines.len() {
            shown.push(Shown::Rest(section.total - section.lines.len()));
        }
    }
    for (line, row) in (0..within.height).zip(visible(shown.len(), cursor_row, usize::from(within.height))) {
        let area = Rect { y: within.y + line, height: 1, ..within };
        match shown.get(row) {
            Some(Shown::Heading(section)) => draw_heading(section, look, area, buf),
            Some(Shown::Line(at, kind, told)) => {
                look.hits.line(area, *at);
                draw_line(part, (*at, *kind, told), look, area, buf);
            }
            Some(Shown::Rest(count)) => {
                let text = look.with("ui-shift-rest", &[("count", Arg::from(*count))]);
                Row::new(buf, area, 0).skip(3).put(&text, look.style(Role::TextDim));
            }
            None => {}
        }
    }
}

/// The word for a kind.
pub const fn heading(kind: ShiftKind) -> &'static str {
    match kind {
        ShiftKind::NeedsYou => "shift-needs-you",
        ShiftKind::Breaching => "shift-breaching",
        ShiftKind::Replied => "shift-replied",
        ShiftKind::Woke => "shift-woke",
        ShiftKind::Mentioned => "shift-mentioned",
        ShiftKind::Draft => "shift-draft",
    }
}

fn draw_heading(section: &ShiftSection, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut row = Row::new(buf, area, 0);
    row.put(&look.heading(heading(section.kind)), look.style(Role::OverlayTitle));
    let count = crate::text::clean(&section.total.to_string());
    row.skip(1).put(&count, look.style(Role::TextDim));
}

fn draw_line(
    page: &ShiftPage,
    (at, kind, line): (usize, ShiftKind, &ShiftLine),
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    let has_cursor = at == page.cursor;
    let on = &line.conversation;
    let was_opened = page.was_opened(kind, &on.id);
    let mut row = frame::line(area, has_cursor, look, buf);
    if was_opened {
        row.sign(signs::DONE, look.style(Role::TextDim));
    } else {
        row.skip(1);
    }
    row.skip(1).right_field(&look.ago(line.at), AGE, look.style(Role::TextDim)).skip_right(1);
    let style = look.style(if was_opened {
        Role::TextDim
    } else if has_cursor {
        Role::TextBright
    } else {
        Role::Text
    });
    let name = on.contact.as_ref().map(crate::domain::ContactRef::shown_name).unwrap_or_default();
    row.field(&truncate(&name, usize::from(NAME)), NAME, style).skip(1);
    let why = line.why.clean();
    let half = usize::from(row.room() / 2);
    if why.is_blank() {
        row.put(&list_row::title(on, look), style);
    } else {
        row.put(&truncate(&list_row::title(on, look), half), style).skip(2).put(&why, look.style(Role::TextDim));
    }
}
