//! Drawing, and nothing else: the app's parts become cells.
//!
//! Owns what things look like. Every function here takes a part, a `Look` and a
//! rectangle, is total at any size, and changes nothing. Where panes lie is the app's affair
//! (`Layout`), since it scrolls by them; colours are the theme's. Only
//! `Clean` text and our own signs can reach a cell: see `paint`.
//!
//! Must not know: the engine, the cache, the terminal. Enter at [`draw`].

mod composer;
mod composer_text;
mod cut;
mod details;
mod file_line;
mod list;
mod list_row;
mod look;
mod outbox_row;
mod overlay;
mod paint;
mod reminder;
mod scrollbar;
mod sidebar;
mod signs;
mod sla;
mod status;
#[cfg(test)]
mod tests;
mod thread;
mod thread_find;
mod thread_line;
pub mod welcome;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use look::Look;
pub use overlay::{Hits, LinkCells};
use paint::{Row, rect};

use crate::app::times;
use crate::app::{App, Layer, Layout, Pane, PaneArea, Shape};
use crate::command::CommandId;
use crate::text::{Clean, clean, wrap};
use crate::theme::{Role, Theme};
use crate::words::Arg;

/// Draws the whole screen into `buf`, and says where the cursor belongs (nowhere: it is hidden).
///
/// `area` is the app's size; where it is not (a resize that the app has not heard of yet), what does
/// not fit is clipped.
#[must_use]
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    draw_noting(app, theme, area, buf, &Hits::default())
}

/// The same, and notes in `hits` where the overlay in front lies.
#[must_use]
pub fn draw_noting(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer, hits: &Hits) -> Option<Position> {
    let cursor = draw_all(app, theme, area, buf, hits);
    if theme.has_plain_signs() {
        signs::make_plain(buf, theme.is_ascii_only());
    }
    cursor
}

/// The picture in front and where its colours stand, for what draws it in more detail than cells have.
#[must_use]
pub fn picture_place(app: &App) -> Option<(u64, Rect)> {
    let Some(Layer::Picture(picture)) = app.layers.last() else { return None };
    let (width, height) = app.size;
    let place = overlay::picture_place(picture, Rect::new(0, 0, width, height));
    (place.area() > 0).then_some((picture.number, place))
}

fn draw_all(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer, hits: &Hits) -> Option<Position> {
    let screen = area.intersection(buf.area);
    let look = Look {
        theme,
        words: &app.words,
        now: app.now,
        zone: &app.settings.zone,
        absolute: app.absolute_times,
        blocked: &app.settings.blocked_files,
        hits,
    };
    let layout = app.layout();
    if layout.shape == Shape::TooSmall {
        let lines = wrap(&look.say("ui-too-small"), usize::from(screen.width).max(1));
        let rows = u16::try_from(lines.len()).unwrap_or(screen.height);
        for (line, text) in (screen.height.saturating_sub(rows) / 2..screen.height).zip(&lines) {
            Row::new(buf, screen, line).put(text, look.style(Role::Text));
        }
        return None;
    }
    if let Some(area) = layout.banner {
        status::draw_banner(&app.status, &look, rect(area, buf), buf);
    }
    let cursor = draw_panes(app, &layout, &look, buf);
    draw_rules(&layout, &look, buf);
    let hints = app.hints();
    draw_status(app, &hints, &look, rect(layout.status, buf), buf);
    let mut front = cursor;
    for (at, layer) in app.layers.iter().enumerate() {
        // What a question goes back to waits unseen: two boxes of one size would only disturb each other.
        let is_behind = matches!(layer, Layer::Picker(_)) && matches!(app.layers.get(at + 1), Some(Layer::Confirm(_)));
        if let Layer::Find(find) = layer {
            front = layout.thread.and_then(|pane| thread_find::draw(find, &look, rect(pane.body, buf), buf));
        } else if !is_behind {
            front = overlay::draw(layer, &look, screen, buf);
        }
    }
    if !app.pending.is_empty() {
        overlay::keys::draw(&clean(&app.pending_keys()), &app.pending_hint(), &look, screen, buf);
    }
    front.filter(|at| buf.area.contains(*at))
}

fn draw_panes(app: &App, layout: &Layout, look: &Look<'_>, buf: &mut Buffer) -> Option<Position> {
    // A layer takes the keys, so no pane below it has the focus.
    let focus = app.layers.iter().all(|layer| matches!(layer, Layer::Find(_))).then_some(app.focus);
    let focused = |pane| focus == Some(pane);
    let areas = |pane: PaneArea, buf: &Buffer| (rect(pane.head, buf), rect(pane.body, buf));
    if let Some(area) = layout.breadcrumb {
        draw_breadcrumb(app, look, rect(area, buf), buf);
    }
    if let Some(pane) = layout.sidebar {
        let (head, body) = areas(pane, buf);
        sidebar::draw(&app.sidebar, focused(Pane::Sidebar), look, head, body, buf);
        scrollbar::draw(app.thumb(Pane::Sidebar), look, buf);
    }
    if let Some(pane) = layout.list {
        let (head, body) = areas(pane, buf);
        let beside = list::Beside {
            entry: app.sidebar.open_entry(),
            directory: &app.directory,
            row_height: app.row_height(),
            app,
            focused: focused(Pane::List),
            first_pull: app.status.progress.is_some(),
        };
        list::draw(&app.list, beside, look, head, body, buf);
        scrollbar::draw(app.thumb(Pane::List), look, buf);
    }
    if let Some(pane) = layout.thread {
        let (head, body) = areas(pane, buf);
        let beside =
            thread::Beside { app, directory: &app.directory, focused: focused(Pane::Thread), shape: layout.shape };
        thread::draw(&app.thread, beside, look, head, body, buf);
        scrollbar::draw(app.thumb(Pane::Thread), look, buf);
    }
    if let Some(pane) = layout.details {
        let panel = app.details_panel();
        let beside = details::Beside { panel: &panel, focused: focused(Pane::Details), waits: app.thread.is_waiting() };
        details::draw(&app.details, app.thread.open.as_deref(), beside, look, areas(pane, buf), buf);
        scrollbar::draw(app.details_thumb(&panel), look, buf);
    }
    let pane = layout.composer?;
    let (head, body) = areas(pane, buf);
    let areas = composer::Areas { rule: layout.composer_rule.map(|area| rect(area, buf)), head, body };
    let facts = app.composer_facts().map(|facts| composer::Facts {
        to: facts.to,
        email: facts.email,
        cc: facts.cc,
        from: facts.from,
        many: facts.many,
        channel: facts.channel,
        conversation: facts.conversation,
        takes: facts.takes,
        saved: facts.saved,
        seen_keys: if facts.guarded { app.keys_of(CommandId::SeenArrivals) } else { crate::text::Clean::default() },
        theirs: app.theirs_first_words().map(|words| composer::Theirs {
            words,
            keys: [CommandId::TakeTheirs, CommandId::KeepOurs, CommandId::JoinBoth].map(|id| app.keys_of(id)),
        }),
    });
    composer::draw(&app.composer, facts.as_ref(), focused(Pane::Composer), look, areas, buf)
}

/// The rules left of every pane that does not begin at the edge, from the top to the status line.
fn draw_rules(layout: &Layout, look: &Look<'_>, buf: &mut Buffer) {
    let style = look.style(Role::Rule);
    for pane in [layout.sidebar, layout.list, layout.thread, layout.composer, layout.details].into_iter().flatten() {
        if let Some(x) = pane.head.x.checked_sub(1) {
            let top = pane.head.y.min(layout.composer_rule.map_or(u16::MAX, |rule| rule.y.min(pane.head.y)));
            let bottom = pane.body.y.saturating_add(pane.body.height);
            let area = Rect { x, y: top, width: 1, height: bottom.saturating_sub(top) };
            paint::rule_down(buf, area, style);
        }
    }
}

/// Where one is, while panes are shown one at a time: the entry, the conversation, its place.
fn draw_breadcrumb(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let dim = look.style(Role::TextDim);
    let title = look.title(app.layers.is_empty());
    let mut row = Row::new(buf, area, 0);
    row.skip(1).skip_right(1);
    if app.focus == Pane::Sidebar {
        let name = app.sidebar.workspace.clone().or(&look.say("ui-workspace-unknown"));
        row.put(&name, look.theme.framed(title)).skip(1);
        row.put(&app.sidebar.mark, look.theme.framed(look.style(Role::Warning)));
        return;
    }
    if app.list.news > 0 {
        row.right(&look.with("ui-list-news", &[("count", Arg::from(app.list.news))]), look.style(Role::Accent));
        row.skip_right(2);
    }
    if app.list.total > 0 {
        let at = if app.shows_outbox() { app.list.cursor + 1 } else { app.list.position() };
        let place = [("count", Arg::from(at)), ("of", Arg::from(app.list.total))];
        row.right(&look.with("ui-count-of", &place), dim).skip_right(2);
    }
    let entry = app.sidebar.open_entry().map(|entry| entry.name.clone()).unwrap_or_default();
    if app.focus == Pane::List {
        row.put(&entry, title);
        return;
    }
    row.put_within(&entry, row.room() / 3, dim).skip(1).sign(signs::INTO, dim).skip(1);
    match app.thread.open.as_deref().filter(|_| !app.thread.is_waiting()) {
        Some(open) => row.put(&list_row::title(&open.thread.conversation, look), title),
        None => match app.target().filter(|on| app.thread.wanted.as_ref() == Some(&on.id)) {
            Some(on) if !app.thread.preview_waits => row.put(&list_row::title(on, look), title),
            _ => row.sign(signs::MORE, title),
        },
    };
}

fn draw_status(app: &App, hints: &[crate::app::Hint], look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    // Where there is room, what may follow a half-typed sequence has a panel of its own.
    let (pending, following) = if overlay::keys::fits(buf.area) {
        (Clean::default(), Vec::new())
    } else {
        (clean(&app.pending_keys()), app.pending_hint())
    };
    let beside = status::Beside { notice: app.notices.current(), hints, pending: &pending, following: &following };
    status::draw(&app.status, beside, look, area, buf);
}

/// The word of a list's order.
fn sort_word(sort: impl std::fmt::Display) -> String {
    format!("ui-sort-{sort}")
}
