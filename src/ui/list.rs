//! The list: title, rows of conversations (or of the outbox), and what an empty one says.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::list_row::{self, Columns};
use super::look::Look;
use super::paint::{Row, cells};
use super::{outbox_row, signs, times};
use crate::app::sidebar::{Entry, EntryKind};
use crate::app::status::Connection;
use crate::app::{App, List, ListState};
use crate::domain::Directory;
use crate::theme::Role;
use crate::words::Arg;

/// What the list is drawn with beside itself.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// The open entry.
    pub entry: Option<&'a Entry>,
    /// Names of teammates and teams.
    pub directory: &'a Directory,
    /// Lines of a row: 1 or 2.
    pub row_height: u16,
    /// What is known of drafts and unsettled acts.
    pub app: &'a App,
    /// The list has the focus.
    pub focused: bool,
    /// Nothing has ever been pulled: the first pull is on.
    pub first_pull: bool,
}

impl Beside<'_> {
    fn shows_outbox(&self) -> bool {
        self.entry.is_some_and(|entry| entry.kind == EntryKind::NeedsYou)
    }
}

/// Draws the list.
pub fn draw(part: &List, beside: Beside<'_>, look: &Look<'_>, head: Rect, body: Rect, buf: &mut Buffer) {
    draw_title(part, beside, look, head, buf);
    if beside.shows_outbox() {
        if part.outbox.is_empty() {
            return look.note(&[look.say("ui-empty-needs-you"), look.say("ui-empty-needs-you-next")], body, buf);
        }
        for (line, at) in lines(body, beside.row_height, part.scroll) {
            let Some(row) = part.outbox.get(at) else { break };
            let has_cursor = at == part.cursor;
            outbox_row::draw(row, has_cursor, beside, look, area_of(body, line, beside.row_height), buf);
        }
        return;
    }
    if part.rows.is_empty() {
        return draw_empty(part, beside, look, body, buf);
    }
    let columns = Columns::of(&part.rows, body.width, beside);
    for (line, at) in lines(body, beside.row_height, part.scroll) {
        let Some(row) = part.rows.get(at) else { break };
        let has_cursor = at == part.cursor;
        list_row::draw(row, has_cursor, columns, beside, look, area_of(body, line, beside.row_height), buf);
    }
}

/// First line and index of every visible row.
fn lines(body: Rect, row_height: u16, scroll: usize) -> impl Iterator<Item = (u16, usize)> {
    let step = usize::from(row_height.max(1));
    (0..body.height).step_by(step).zip(scroll..)
}

fn area_of(body: Rect, line: u16, row_height: u16) -> Rect {
    Rect { y: body.y.saturating_add(line), height: row_height.min(body.height.saturating_sub(line)), ..body }
}

fn draw_title(part: &List, beside: Beside<'_>, look: &Look<'_>, head: Rect, buf: &mut Buffer) {
    let mut row = Row::new(buf, head, 0);
    row.skip(1).skip_right(1);
    if part.news > 0 {
        let news = look.with("ui-list-news", &[("count", Arg::from(part.news))]);
        row.right(&news, look.style(Role::Accent)).skip_right(2);
    }
    let total = if beside.shows_outbox() { part.outbox.len() } else { part.standing() };
    if part.state == ListState::Ready || beside.shows_outbox() {
        row.right(&times::count(total), look.style(Role::Count)).skip_right(1);
    }
    let selected = &beside.app.status.selected;
    if !selected.is_blank() {
        row.right(selected, look.style(Role::Marked).add_modifier(Modifier::BOLD | Modifier::REVERSED)).skip_right(2);
    }
    let Some(entry) = beside.entry else { return };
    row.put(&entry.name, look.title(beside.focused));
    if !beside.shows_outbox() {
        let sort = look.with(&super::sort_word(entry.sort), &[]);
        // The sort is only told where it is told whole.
        if cells(&sort) + 3 <= row.room() {
            row.skip(1).sign(signs::DOT, look.style(Role::TextDim)).skip(1).put(&sort, look.style(Role::TextDim));
        }
    }
}

/// Whether a list depends on what stands in the threads, not on the rows alone.
const fn searches_threads(kind: Option<&EntryKind>) -> bool {
    matches!(kind, Some(EntryKind::Mentions))
}

fn draw_empty(part: &List, beside: Beside<'_>, look: &Look<'_>, body: Rect, buf: &mut Buffer) {
    if part.state == ListState::Loading {
        return look.note(&[look.say("ui-list-loading")], body, buf);
    }
    if beside.first_pull {
        return look.note(&[look.say("ui-list-first-pull"), look.say("ui-list-first-pull-next")], body, buf);
    }
    let nothing = beside.app.sidebar.entries.iter().filter_map(|entry| entry.count).all(|count| count.total == 0);
    let (what, next) = match beside.entry.map(|entry| &entry.kind) {
        _ if nothing && matches!(beside.app.status.connection, Connection::Offline { .. }) => {
            ("ui-empty-offline", "ui-empty-offline-next")
        }
        _ if nothing && matches!(beside.app.status.connection, Connection::SignedOut { .. }) => {
            ("ui-empty-signed-out", "ui-empty-signed-out-next")
        }
        Some(EntryKind::You) => ("ui-empty-you", "ui-empty-you-next"),
        Some(EntryKind::Mentions) => ("ui-empty-mentions", "ui-empty-mentions-next"),
        Some(EntryKind::Unassigned) => ("ui-empty-unassigned", "ui-empty-unassigned-next"),
        Some(EntryKind::All) => ("ui-empty-all", "ui-empty-all-next"),
        Some(EntryKind::Snoozed) => ("ui-empty-snoozed", "ui-empty-snoozed-next"),
        Some(EntryKind::Closed) => ("ui-empty-closed", "ui-empty-closed-next"),
        Some(EntryKind::Drafts) => ("ui-empty-drafts", "ui-empty-drafts-next"),
        Some(EntryKind::Team(_)) => ("ui-empty-team", "ui-empty-team-next"),
        Some(EntryKind::Teammate(_)) => ("ui-empty-teammate", "ui-empty-teammate-next"),
        Some(EntryKind::View(_)) => ("ui-empty-view", "ui-empty-view-next"),
        _ => ("ui-empty", "ui-empty-next"),
    };
    let mut lines = vec![look.say(what), look.say(next)];
    let history = beside.app.status.history;
    if searches_threads(beside.entry.map(|entry| &entry.kind)) && history.here < history.of {
        // What is not here yet may belong here.
        let percent = Arg::from(history.here.saturating_mul(100) / history.of);
        lines.push(look.with("ui-empty-history", &[("percent", percent)]));
    }
    look.note(&lines, body, buf);
}
