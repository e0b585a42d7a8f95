//! The mouse: what a click or a turn of the wheel means.
//!
//! Owns where what was drawn lies: a click acts on what its cell showed in the frame that the agent saw
//! ([`App::note_drawn`]), found again by what it stands for; what has gone meanwhile is not clicked. No
//! click sends anything. Knows nothing of drawing. Enter at [`Mouse`].

use std::time::Duration;

use super::bulk::BulkLayer;
use super::details::{DetailsPanel, Stop};
use super::moving::Step;
use super::palette::Target;
use super::sidebar::RowName;
use super::thread::LineKind;
use super::{App, Area, Layer, Layout, ListState, Pane, RowKind, Severity};
use crate::command::{CommandId, Context};
use crate::domain::{ConversationId, OutboxId};

/// Lines that a notch of the wheel scrolls.
const NOTCH: usize = 3;
/// Two presses on one spot within this time are a double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button went down.
    Press,
    /// It moved while the left button was down.
    Drag,
    /// The left button went up.
    Release,
    /// The wheel was turned towards the agent.
    WheelDown,
    /// The wheel was turned away.
    WheelUp,
}

/// What the mouse did, and in which cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// Column, from 0.
    pub column: u16,
    /// Row, from 0.
    pub row: u16,
}

/// Where the front overlay was drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Front {
    /// Its box.
    pub frame: Area,
    /// Its lines that can be chosen, each by its index among those that are left.
    pub lines: Vec<(Area, usize)>,
}

/// The part of a scroll bar that says where one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thumb {
    /// The column of the bar.
    pub track: Area,
    /// First row of the thumb within the track.
    pub top: u16,
    /// Rows of the thumb; at least one.
    pub rows: u16,
}

impl Thumb {
    /// A thumb for `shown` lines from `first` on, of `of`; absent when all of them are shown.
    fn new(body: Area, first: usize, shown: usize, of: usize) -> Option<Self> {
        if shown == 0 || of <= shown || body.height < 3 || body.width < 3 {
            return None;
        }
        let height = usize::from(body.height);
        let rows = (height * shown / of).clamp(1, height - 1);
        let top = first.min(of - shown) * (height - rows) / (of - shown);
        let track = Area { x: body.x + body.width - 1, width: 1, ..body };
        Some(Self { track, top: u16::try_from(top).ok()?, rows: u16::try_from(rows).ok()? })
    }

    /// The first line that is shown when the middle of the thumb is pulled to a row of the screen.
    fn first_at(self, row: u16, shown: usize, of: usize) -> usize {
        let room = usize::from(self.track.height.saturating_sub(self.rows)).max(1);
        let top = row.saturating_sub(self.track.y).saturating_sub(self.rows / 2);
        usize::from(top).min(room) * of.saturating_sub(shown) / room
    }
}

/// What a row of the list stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ListTarget {
    Conversation(ConversationId),
    Outbox(OutboxId),
}

/// How the thread stood: a click in it counts while nothing of this has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ThreadView {
    id: ConversationId,
    scroll: usize,
    lines: usize,
    width: u16,
}

/// What was drawn where, in the frame that the agent sees.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawn {
    layout: Layout,
    /// By line of the sidebar's body.
    sidebar: Vec<Option<RowName>>,
    row_height: u16,
    list: Vec<ListTarget>,
    thread: Option<ThreadView>,
    /// First line of the details.
    details: usize,
    layers: usize,
    front: Option<Front>,
}

/// What the mouse is in the middle of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    /// The scroll bar that is being pulled.
    bar: Option<Pane>,
    /// The last press: when, where, and whether it only put a cursor somewhere.
    last: Option<(Duration, u16, u16, bool)>,
}

fn holds(area: Area, at: Mouse) -> bool {
    (area.x..area.x.saturating_add(area.width)).contains(&at.column)
        && (area.y..area.y.saturating_add(area.height)).contains(&at.row)
}

impl App {
    /// A frame has been drawn as the app is now; `front` is where the overlay in front was. To be called
    /// while the mouse is on.
    pub fn note_drawn(&mut self, front: Option<Front>) {
        let layout = self.layout();
        let height = layout.sidebar.map_or(0, |pane| pane.body.height);
        let lines = self.sidebar.lines(height);
        self.drawn = Drawn {
            sidebar: lines.into_iter().map(|at| self.sidebar.row_name(at?)).collect(),
            row_height: self.row_height().max(1),
            list: self.list_targets(),
            thread: self.thread_view(),
            details: self.details.scroll,
            layers: self.layers.len(),
            front,
            layout,
        };
    }

    fn list_targets(&self) -> Vec<ListTarget> {
        let (first, page) = (self.list.scroll, self.list_page() + 1);
        if self.shows_outbox() {
            self.list.outbox.iter().skip(first).take(page).map(|row| ListTarget::Outbox(row.id)).collect()
        } else {
            let rows = self.list.rows.iter().skip(first).take(page);
            rows.map(|row| ListTarget::Conversation(row.conversation.id.clone())).collect()
        }
    }

    fn thread_view(&self) -> Option<ThreadView> {
        let open = self.thread.open.as_ref().filter(|_| !self.thread.is_waiting())?;
        let id = open.thread.conversation.id.clone();
        Some(ThreadView { id, scroll: open.scroll, lines: open.line_count(), width: open.width })
    }

    /// The scroll bar of a pane; absent when everything is in view.
    #[must_use]
    pub fn thumb(&self, pane: Pane) -> Option<Thumb> {
        let body = self.layout().pane(pane)?.body;
        let (first, shown, of) = self.extent(pane)?;
        Thumb::new(body, first, shown, of)
    }

    /// The scroll bar of the details, whose lines are known already.
    #[must_use]
    pub fn details_thumb(&self, panel: &DetailsPanel) -> Option<Thumb> {
        Thumb::new(self.layout().details?.body, self.details.scroll, self.details_page(), panel.lines.len())
    }

    /// First shown line (or row), how many are shown, of how many.
    fn extent(&self, pane: Pane) -> Option<(usize, usize, usize)> {
        match pane {
            Pane::List if self.shows_outbox() => Some((self.list.scroll, self.list_page(), self.list.outbox.len())),
            Pane::List if self.list.state == ListState::Ready => {
                let held = self.list.offset + self.list.rows.len();
                Some((self.list.offset + self.list.scroll, self.list_page(), self.list.total.max(held)))
            }
            Pane::Thread => {
                let open = self.thread.open.as_ref()?;
                Some((open.scroll, self.thread_page(), open.line_count()))
            }
            Pane::Details => Some((self.details.scroll, self.details_page(), self.details_panel().lines.len())),
            Pane::Sidebar => {
                let page = self.layout().sidebar.map_or(0, |area| usize::from(area.body.height));
                Some((self.sidebar.scroll, page, self.sidebar.rows().len()))
            }
            Pane::List | Pane::Composer => None,
        }
    }

    /// The mouse did something.
    pub(super) fn mouse(&mut self, mouse: Mouse) {
        match mouse.kind {
            MouseKind::WheelDown => self.wheel(mouse, true),
            MouseKind::WheelUp => self.wheel(mouse, false),
            MouseKind::Release => self.held.bar = None,
            MouseKind::Drag => {
                if let Some(pane) = self.held.bar {
                    self.pull_bar(pane, mouse.row);
                }
            }
            MouseKind::Press => self.press_button(mouse),
        }
    }

    /// `view.mouse`: the mouse is ours, or the terminal's.
    pub(super) fn toggle_mouse(&mut self) {
        self.settings.mouse = !self.settings.mouse;
        self.held = Held::default();
        self.say(Severity::Info, if self.settings.mouse { "mouse-on" } else { "mouse-off" });
    }

    fn press_button(&mut self, mouse: Mouse) {
        self.held.bar = None;
        self.pending.clear();
        let second = self.held.last.filter(|(at, column, row, _)| {
            self.monotonic.saturating_sub(*at) < DOUBLE && column.abs_diff(mouse.column) < 2 && *row == mouse.row
        });
        if second.is_some_and(|(.., only_moved)| !only_moved) {
            // The first press has done what there was to do: what lies there now was not meant.
            return;
        }
        let only_moved = self.click(mouse);
        self.held.last = Some((self.monotonic, mouse.column, mouse.row, only_moved));
    }

    /// A click. Returns whether it only put a cursor somewhere, so that a second one may do more.
    fn click(&mut self, mouse: Mouse) -> bool {
        if !self.layers.is_empty() || self.drawn.layers > 0 {
            self.click_layer(mouse);
            return false;
        }
        let layout = self.drawn.layout;
        if layout != self.layout() {
            // The screen is another one by now.
            return false;
        }
        if layout.breadcrumb.is_some_and(|area| holds(area, mouse)) {
            self.back();
            return false;
        }
        for pane in [Pane::Sidebar, Pane::List, Pane::Thread, Pane::Details] {
            if self.thumb(pane).is_some_and(|thumb| holds(thumb.track, mouse)) {
                self.held.bar = Some(pane);
                self.pull_bar(pane, mouse.row);
                return false;
            }
        }
        let hit = |pane: Pane| {
            let area = layout.pane(pane)?;
            (holds(area.head, mouse) || holds(area.body, mouse)).then_some((pane, area.body))
        };
        let Some((pane, body)) = Pane::ALL.into_iter().find_map(hit) else { return false };
        let line = mouse.row.checked_sub(body.y).filter(|_| holds(body, mouse)).map(usize::from);
        match (pane, line) {
            (Pane::Sidebar, line) => {
                self.click_sidebar(line);
                false
            }
            (Pane::List, Some(line)) => self.click_list(line / usize::from(self.drawn.row_height.max(1))),
            (Pane::Thread, Some(line)) => self.click_thread(line, mouse.column.saturating_sub(body.x)),
            (Pane::Details, Some(line)) => self.click_details(line),
            (Pane::Composer, Some(line)) => {
                self.focus_on(Pane::Composer);
                self.click_composer(line, mouse.column.saturating_sub(body.x));
                false
            }
            (pane, _) => {
                self.focus_on(pane);
                false
            }
        }
    }

    fn click_sidebar(&mut self, line: Option<usize>) {
        let name = line.and_then(|line| self.drawn.sidebar.get(line).cloned().flatten());
        let Some(row) = name.and_then(|name| self.sidebar.row_named(&name)) else {
            self.focus_on(Pane::Sidebar);
            return;
        };
        self.sidebar.cursor = row;
        if !matches!(self.sidebar.row_at_cursor().map(|row| row.kind), Some(RowKind::Entry(_))) {
            self.focus_on(Pane::Sidebar);
        }
        self.open_sidebar_row();
    }

    /// A click on a row of the list. On the one with the cursor it opens, else the cursor goes there.
    fn click_list(&mut self, row: usize) -> bool {
        let had_focus = self.focus == Pane::List;
        let at = match self.drawn.list.get(row) {
            Some(ListTarget::Conversation(id)) if !self.shows_outbox() => self.list.index_of(id),
            Some(ListTarget::Outbox(id)) if self.shows_outbox() => {
                self.list.outbox.iter().position(|row| row.id == *id)
            }
            _ => None,
        };
        self.focus_on(Pane::List);
        let Some(at) = at else { return false };
        self.list.touched = true;
        if at == self.list.cursor && had_focus {
            self.open_item();
            return false;
        }
        self.put_cursor(at);
        self.cursor_moved();
        true
    }

    /// A click on a line of the thread: the cursor goes to its message; a fold opens, a link or a file is
    /// shown in full, before anything is done with it.
    fn click_thread(&mut self, line: usize, column: u16) -> bool {
        let seen = self.drawn.thread.clone();
        let same = seen.is_some() && seen == self.thread_view();
        self.focus_on(Pane::Thread);
        if !same || seen.as_ref().map(|view| &view.id) != self.thread.wanted.as_ref() {
            return false;
        }
        let body = self.layout().thread.map_or(0, |area| area.body.width);
        let Some(open) = self.thread.open.as_mut() else { return false };
        let Some(line) = open.line(open.scroll + line) else { return false };
        let Some((at, item)) = line.item.and_then(|at| Some((at, open.items.get(at)?))) else { return false };
        // The text stands this far from the edge of the pane.
        let left = body.saturating_sub(open.width).saturating_sub(1).min(2);
        let column = column.saturating_sub(left);
        let (target, folds) = match line.kind {
            LineKind::Text(line) => (item.link_at(line, column).map(|(number, _)| number), item.is_fold(line)),
            LineKind::File(file) => (item.files.get(file).map(|file| file.number), false),
            _ => (None, false),
        };
        if item.is_stop() {
            open.cursor = at;
            open.touched = true;
        }
        if folds {
            open.toggle_fold();
        }
        if let Some(number) = target {
            self.show_number(at, number);
        }
        true
    }

    /// A click on a line of the details: a title folds, an earlier conversation opens at the second one.
    fn click_details(&mut self, line: usize) -> bool {
        let view = self.thread_view();
        let same = view.is_some() && self.drawn.thread == view && self.drawn.details == self.details.scroll;
        let had_focus = self.focus == Pane::Details;
        self.focus_on(Pane::Details);
        let panel = self.details_panel();
        let line = line + self.details.scroll.min(panel.lines.len().saturating_sub(self.details_page()));
        let found = panel.stops.iter().position(|(at, _)| *at == line).filter(|_| same);
        let Some((at, stop)) = found.and_then(|at| Some((at, panel.stops.get(at)?.1.clone()))) else { return false };
        let again = had_focus && self.details.cursor == at;
        self.details.cursor = at;
        let only_moved = !again && matches!(stop, Stop::Conversation(_));
        if !only_moved {
            self.open_in_details();
        }
        only_moved
    }

    /// A click while an overlay is open: on one of its lines it chooses it, outside it closes it. What
    /// would send waits for a key.
    fn click_layer(&mut self, mouse: Mouse) {
        if self.dirty || self.drawn.layers != self.layers.len() {
            // It does not show any more what it showed.
            return;
        }
        let Some(front) = self.drawn.front.as_ref() else { return };
        if !holds(front.frame, mouse) {
            self.run(CommandId::Back);
            return;
        }
        let Some(at) = front.lines.iter().find(|(area, _)| holds(*area, mouse)).map(|(_, at)| *at) else { return };
        if !self.layers.last_mut().is_some_and(|layer| layer.put_cursor(at)) {
            return;
        }
        self.dirty = true;
        match self.layers.last() {
            // Those that are left out are included; only a key says that it is to be done.
            Some(Layer::Bulk(BulkLayer::Preview(_))) => self.run(CommandId::Toggle),
            Some(layer) if layer.sends() => {}
            Some(Layer::Picker(picker)) if picker.choice().is_some_and(|choice| choice.check.is_some()) => {
                self.run(CommandId::Toggle);
            }
            Some(_) => self.run(CommandId::Choose),
            None => {}
        }
    }

    fn wheel(&mut self, mouse: Mouse, down: bool) {
        let step = if down { Step::Down } else { Step::Up };
        if !self.layers.is_empty() {
            self.step_layer(step);
            return;
        }
        let layout = self.layout();
        let over =
            |pane: &Pane| layout.pane(*pane).is_some_and(|area| holds(area.head, mouse) || holds(area.body, mouse));
        match Pane::ALL.into_iter().find(over) {
            Some(Pane::Sidebar) => self.wheel_sidebar(down),
            // Rows are moved over as keys do it, so that what a key acts on is what is shown. Not while
            // something is being written: the list would take its conversation away.
            Some(Pane::List) if self.focus != Pane::Composer => {
                self.focus_on(Pane::List);
                for _ in 0..NOTCH.div_ceil(usize::from(self.row_height().max(1))) {
                    self.step_list(step);
                }
            }
            Some(Pane::Thread) => {
                let page = self.thread_page();
                if let Some(open) = self.thread.open.as_mut() {
                    open.scroll_by(down, NOTCH, page);
                }
            }
            Some(Pane::Details) => (0..NOTCH).for_each(|_| self.step_details(step)),
            Some(Pane::List | Pane::Composer) | None => {}
        }
    }

    /// The view moves, and takes the cursor along at its edge.
    fn wheel_sidebar(&mut self, down: bool) {
        let scroll = self.sidebar.scroll;
        self.scroll_sidebar(if down { scroll + NOTCH } else { scroll.saturating_sub(NOTCH) });
    }

    /// The sidebar's view begins at this row, or as near to it as there are rows.
    fn scroll_sidebar(&mut self, row: usize) {
        let page = self.layout().sidebar.map_or(0, |area| usize::from(area.body.height));
        let scroll = row.min(self.sidebar.rows().len().saturating_sub(page));
        self.sidebar.scroll = scroll;
        let last = (scroll + page).saturating_sub(1).max(scroll);
        self.sidebar.cursor = self.sidebar.cursor.clamp(scroll, last);
    }

    /// The bar of a pane is pulled to a row of the screen.
    fn pull_bar(&mut self, pane: Pane, row: u16) {
        let (Some(thumb), Some((_, shown, of))) = (self.thumb(pane), self.extent(pane)) else { return };
        let first = thumb.first_at(row, shown, of);
        match pane {
            Pane::List if self.focus != Pane::Composer => {
                self.focus_on(Pane::List);
                self.list.touched = true;
                // The cursor goes along, to the middle of what is shown.
                self.go_to_position((first + shown / 2).min(of.saturating_sub(1)));
            }
            Pane::Thread => {
                let height = self.thread_page();
                if let Some(open) = self.thread.open.as_mut() {
                    let at = open.scroll;
                    open.scroll_by(first > at, first.abs_diff(at), height);
                }
            }
            Pane::Details => self.scroll_details(first),
            Pane::Sidebar => self.scroll_sidebar(first),
            Pane::List | Pane::Composer => {}
        }
    }
}

impl Layer {
    /// Puts the cursor on one of the lines that are left. Returns whether it has lines.
    fn put_cursor(&mut self, at: usize) -> bool {
        let cursor = match self {
            Self::Palette(palette) => &mut palette.cursor,
            Self::Picker(picker) => &mut picker.cursor,
            Self::Help(help) => &mut help.cursor,
            Self::New(form) => &mut form.cursor,
            Self::Shift(page) => &mut page.cursor,
            Self::Files(list) => &mut list.cursor,
            Self::Path(entry) => {
                entry.cursor = Some(at);
                return true;
            }
            Self::Bulk(BulkLayer::Preview(preview)) => &mut preview.cursor,
            Self::Bulk(BulkLayer::Results(results)) => &mut results.cursor,
            Self::Links(list) => &mut list.cursor,
            Self::Copy(menu) => &mut menu.cursor,
            Self::Pipe(menu) => &mut menu.cursor,
            Self::Link(_) | Self::Find(_) | Self::Pager(_) | Self::File(_) | Self::Picture(_) | Self::Confirm(_) => {
                return false;
            }
        };
        *cursor = at;
        true
    }

    /// Whether choosing the line with the cursor may send something, or run what is only looked up: a key
    /// does that, no click.
    fn sends(&self) -> bool {
        match self {
            Self::Palette(palette) => palette.found().is_some_and(|found| match &found.target {
                Target::Command(id) => {
                    let contexts = id.command().contexts;
                    contexts.contains(&Context::Composer) || contexts.contains(&Context::Outbox)
                }
                _ => false,
            }),
            Self::Picker(picker) => picker.sends,
            Self::Help(_) | Self::Files(_) | Self::Pipe(_) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumb_stays_in_its_track_and_reaches_both_ends() {
        for of in 1..200 {
            for shown in 1..40 {
                let body = Area::new(3, 5, 20, 30);
                let Some(thumb) = Thumb::new(body, 0, shown, of) else {
                    assert!(of <= shown);
                    continue;
                };
                assert_eq!((thumb.top, thumb.track.x), (0, 22));
                let end = Thumb::new(body, of - shown, shown, of);
                assert_eq!(end.map(|thumb| thumb.top + thumb.rows), Some(30));
                assert_eq!(thumb.first_at(0, shown, of), 0);
                assert_eq!(thumb.first_at(200, shown, of), of - shown);
            }
        }
    }
}
