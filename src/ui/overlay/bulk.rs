//! An act on all that are selected: what it would do, and what became of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::list_row;
use super::super::look::Look;
use super::super::paint::{Row, cells, tint};
use super::super::signs::{self, Sign};
use super::frame::{self, Border};
use super::visible;
use crate::app::bulk::{BulkLayer, BulkPreview, apart_why};
use crate::app::bulk_results::BulkResults;
use crate::domain::bulk::{ApartGroup, BulkItem, Outcome};
use crate::domain::{Conversation, OutboxStatus};
use crate::text::{Clean, clean, truncate};
use crate::theme::Role;
use crate::words::Arg;

const WIDTH: u16 = 76;
/// Conversations that are shown by name.
const NAMED: usize = 5;
/// Rows of results at most.
const ROWS: usize = 16;

/// Draws the overlay.
pub fn draw(part: &BulkLayer, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    match part {
        BulkLayer::Preview(part) => draw_preview(part, look, screen, buf),
        BulkLayer::Results(part) => draw_results(part, look, screen, buf),
    }
}

/// One line of the preview.
enum Line {
    Blank,
    /// What will be done, on how many.
    Lead(Clean),
    /// A conversation that will change.
    Name(Clean, Clean),
    Dim(Clean),
    /// Those that are set apart for one reason: its place among the reasons, whether the cursor is on it.
    Group {
        at: usize,
        mark: Option<Sign>,
        count: Clean,
        why: Clean,
        names: Clean,
        included: Option<Clean>,
        has_cursor: bool,
    },
    /// What must be typed, and what is.
    Number(Clean, Clean),
}

fn draw_preview(part: &BulkPreview, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let lines = preview_lines(part, look);
    let area = frame::place(screen, WIDTH, u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2));
    let selected = part
        .preview
        .as_ref()
        .map_or_else(Clean::default, |preview| look.with("ui-bulk-count", &[("count", Arg::from(preview.selected))]));
    let foot = if part.apart().is_empty() { "ui-bulk-preview-foot-plain" } else { "ui-bulk-preview-foot" };
    let border = Border { title: &part.what, aside: &selected, foot: &look.say(foot), count: &Clean::default() };
    let within = frame::draw(area, border, look, buf);
    // Where there is not room for all, what asks for an answer stays: it stands last.
    let skip = lines.len().saturating_sub(usize::from(within.height)).min(lines.len().saturating_sub(1));
    let head = usize::from(within.height.min(2));
    let shown = lines.iter().enumerate().filter(|(at, _)| skip == 0 || *at < head || *at >= head + skip);
    for (y, (_, line)) in (0..within.height).zip(shown) {
        let row = Rect { y: within.y.saturating_add(y), height: 1, ..within };
        if let Line::Group { at, .. } = line {
            look.hits.line(row, *at);
        }
        draw_line(line, look, row, buf);
    }
}

fn preview_lines(part: &BulkPreview, look: &Look<'_>) -> Vec<Line> {
    let Some(preview) = &part.preview else {
        return vec![Line::Blank, Line::Dim(look.say("ui-bulk-counting")), Line::Blank];
    };
    let count = |key: &str, count: usize| look.with(key, &[("count", Arg::from(count))]);
    let lead = if part.writes() { "ui-bulk-write" } else { "ui-bulk-change" };
    let mut lines = vec![Line::Blank, Line::Lead(count(lead, preview.changes))];
    let text = part.text();
    if !text.is_blank() {
        lines.push(Line::Dim(look.with("ui-draft-words", &[("words", Arg::Text(&text))])));
    }
    for on in preview.first.iter().take(NAMED) {
        lines.push(Line::Name(list_row::contact(on, look), list_row::title(on, look)));
    }
    let more = preview.changes.saturating_sub(NAMED.min(preview.first.len()));
    if more > 0 {
        lines.push(Line::Dim(count("ui-bulk-and-more", more)));
    }
    if preview.already > 0 {
        lines.push(Line::Dim(count("ui-bulk-already", preview.already)));
    }
    if preview.rest > 0 {
        lines.push(Line::Dim(count("ui-bulk-rest", preview.rest)));
    }
    if !preview.apart.is_empty() {
        lines.push(Line::Blank);
        lines.push(Line::Dim(look.say("ui-bulk-apart")));
        for (at, group) in preview.apart.iter().enumerate() {
            lines.push(group_line(group, (at, at == part.cursor), look));
        }
    }
    if part.asks_number() {
        lines.push(Line::Blank);
        let asked = look.with("ui-bulk-number", &[("count", Arg::from(preview.changes))]);
        lines.push(Line::Number(asked, clean(&part.typed)));
    }
    lines.push(Line::Blank);
    lines
}

fn group_line(group: &ApartGroup, (at, has_cursor): (usize, bool), look: &Look<'_>) -> Line {
    let name = |on: &Conversation| truncate(&list_row::contact(on, look), 16);
    let mut names: Vec<Clean> = group.first.iter().map(name).collect();
    if group.count > names.len() && !names.is_empty() {
        names.push(Clean::literal("…"));
    }
    Line::Group {
        at,
        mark: group.why.can_be_included().then_some(if group.included { signs::DONE } else { signs::DOT }),
        count: clean(&group.count.to_string()),
        why: look.say(apart_why(group.why)),
        names: Clean::join(&names, &Clean::literal(", ")),
        included: group.included.then(|| look.say("ui-bulk-included")),
        has_cursor,
    }
}

fn draw_line(line: &Line, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let dim = look.style(Role::TextDim);
    if let Line::Group { has_cursor: true, .. } = line {
        tint(buf, area, look.style(Role::Selection));
    }
    let mut row = Row::new(buf, area, 0);
    match line {
        Line::Blank => {}
        Line::Lead(text) => {
            row.skip(1).put(text, look.style(Role::TextBright));
        }
        Line::Name(name, title) => {
            row.skip(3).field(name, 20, look.style(Role::Text)).skip(1).put(title, dim);
        }
        Line::Dim(text) => {
            row.skip(3).put(text, dim);
        }
        Line::Group { mark, count, why, names, included, has_cursor, .. } => {
            if *has_cursor {
                row.sign(signs::BAR, look.bar(true));
            } else {
                row.skip(1);
            }
            match mark {
                Some(mark) => row.sign(*mark, look.style(Role::Accent)),
                None => row.skip(1),
            };
            row.skip(1).field(count, cells(count).max(5), look.style(Role::TextBright)).skip(1);
            if let Some(included) = included {
                row.right(included, look.style(Role::Accent)).skip_right(2);
            }
            row.put(why, look.style(Role::Warning)).skip(2).put(names, dim);
        }
        Line::Number(asked, typed) => {
            row.skip(1).put(asked, look.style(Role::Warning)).skip(2);
            row.sign(signs::PROMPT, look.style(Role::Accent)).skip(1).put(typed, look.style(Role::Entry));
        }
    }
}

fn draw_results(part: &BulkResults, look: &Look<'_>, screen: Rect, buf: &mut Buffer) {
    let len = part.items.as_ref().map_or(1, Vec::len);
    let rows = u16::try_from(len.clamp(1, ROWS)).unwrap_or(1);
    let area = frame::place(screen, WIDTH, rows + 4);
    let (at, of) = part.place;
    let place = look.with("ui-count-of", &[("count", Arg::from(at)), ("of", Arg::from(of))]);
    let foot = if part.run.paused { "ui-bulk-results-foot-paused" } else { "ui-bulk-results-foot" };
    let border = Border { title: &part.what, aside: &place, foot: &look.say(foot), count: &Clean::default() };
    let within = frame::draw(area, border, look, buf);
    draw_head(part, look, Rect { height: within.height.min(1), ..within }, buf);
    let list = Rect { y: within.y.saturating_add(2), height: within.height.saturating_sub(2), ..within };
    let Some(items) = &part.items else {
        if list.height > 0 {
            Row::new(buf, list, 0).skip(1).put(&look.say("ui-bulk-counting"), look.style(Role::TextDim));
        }
        return;
    };
    let range = visible(items.len(), part.cursor, usize::from(list.height));
    for (line, at) in (0..list.height).zip(range) {
        let Some(item) = items.get(at) else { break };
        let row = Rect { y: list.y + line, height: 1, ..list };
        look.hits.line(row, at);
        draw_item(item, part.run.paused, at == part.cursor, look, row, buf);
    }
}

fn draw_head(part: &BulkResults, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let run = &part.run;
    let done = [("done", Arg::from(run.done)), ("of", Arg::from(run.total))];
    let mut facts = vec![(look.with("ui-bulk-results-head", &done), Role::TextBright)];
    let mut more = |count: usize, key: &str, role: Role| {
        if count > 0 {
            facts.push((look.with(key, &[("count", Arg::from(count))]), role));
        }
    };
    more(run.waiting, "ui-bulk-results-waiting", Role::Text);
    more(run.failed, "bulk-failed", Role::Error);
    more(run.left_out, "ui-bulk-results-left-out", Role::TextDim);
    if run.paused {
        facts.push((look.heading("bulk-paused"), Role::Warning));
    }
    let mut row = Row::new(buf, area, 0);
    row.skip(1);
    for (at, (text, role)) in facts.iter().enumerate() {
        if at > 0 {
            row.skip(1).sign(signs::DOT, look.style(Role::TextDim)).skip(1);
        }
        row.put(text, look.style(*role));
    }
}

fn draw_item(item: &BulkItem, paused: bool, has_cursor: bool, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let (sign, word, role) = match &item.outcome {
        Outcome::Row(row) if paused && matches!(row.status, OutboxStatus::Queued | OutboxStatus::Retry) => {
            (signs::DOT, "bulk-paused", Role::Warning)
        }
        Outcome::Row(row) => outcome(row.status),
        Outcome::LeftOut(why) => (signs::DOT, apart_why(*why), Role::TextDim),
    };
    let mut row = frame::line(area, has_cursor, look, buf);
    row.sign(sign, look.style(role)).skip(1).skip_right(1);
    let mut word = look.say(word);
    if let Outcome::Row(acts) = &item.outcome
        && acts.status.needs_you()
        && !acts.reason.is_empty()
    {
        word = Clean::join(&[word, acts.reason.clean()], &Clean::literal(": "));
    }
    let most = usize::from(row.room() / 2);
    let word = truncate(&word, most);
    if cells(&word) > 0 {
        row.right(&word, look.style(role)).skip_right(2);
    }
    let number = clean(item.id.as_str());
    let name = item.name.clean().or(&look.say("ui-contact-unknown"));
    row.field(&name, 18, look.style(Role::Text)).skip(1);
    row.put(&item.title.clean().or(&number), look.style(Role::TextDim));
}

/// How it stands: sign, word, role.
const fn outcome(status: OutboxStatus) -> (Sign, &'static str, Role) {
    match status {
        OutboxStatus::Sent => (signs::DONE, "ui-bulk-sent", Role::TextDim),
        OutboxStatus::Queued => (signs::DOT, "ui-bulk-queued", Role::Text),
        OutboxStatus::Sending => (signs::SENDING, "ui-bulk-sending", Role::Text),
        OutboxStatus::Retry => (signs::AGAIN, "ui-bulk-retry", Role::Text),
        OutboxStatus::Unknown => (signs::UNKNOWN, "ui-bulk-unknown", Role::Warning),
        OutboxStatus::Held => (signs::CARE, "ui-bulk-held", Role::Error),
        OutboxStatus::NeedsDecision => (signs::CARE, "ui-bulk-undecided", Role::Error),
        OutboxStatus::Failed => (signs::CROSS, "ui-bulk-refused", Role::Error),
    }
}
