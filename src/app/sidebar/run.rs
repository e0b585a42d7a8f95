//! What keys do in the sidebar: moving, opening, folding, arranging.

use super::super::moving::Step;
use super::super::{App, Pane, Severity};
use super::arrange;
use super::{EntryKind, RowKind, Section, SidebarRow};
use crate::sync::message::Request;
use crate::text::{Clean, clean};

impl App {
    /// `enter` in the sidebar: opens an entry, folds or unfolds what has a title.
    pub(in crate::app) fn open_sidebar_row(&mut self) {
        match self.sidebar.row_at_cursor().map(|row| row.kind) {
            Some(RowKind::Entry(at)) => self.open_entry(at),
            Some(_) => self.fold_row(),
            None => {}
        }
    }

    /// Opens an entry's list and goes there.
    pub(in crate::app) fn open_entry(&mut self, at: usize) {
        let stays = matches!(self.sidebar.row_at_cursor(), Some(row) if row.kind == RowKind::Entry(at));
        self.sidebar.set_open(at);
        if !stays && let Some(row) = self.sidebar.rows().iter().position(|row| row.kind == RowKind::Entry(at)) {
            self.sidebar.cursor = row;
        }
        // One of the teammates may be shown only since it is open.
        let uncounted = self.sidebar.open_entry().is_some_and(|entry| entry.query.is_some() && entry.count.is_none());
        if uncounted {
            self.ask_counts();
        }
        self.put_composer_away();
        self.focus = Pane::List;
        self.open_list();
        self.cursor_moved();
    }

    /// Opens the entry of this kind.
    pub(in crate::app) fn go(&mut self, kind: &EntryKind) {
        match self.sidebar.index_of(kind) {
            Some(at) => self.open_entry(at),
            None => self.say(Severity::Warning, "why-no-such-entry"),
        }
    }

    /// A step of the sidebar's cursor. The top is the first entry: the title above it is one step more.
    pub(in crate::app) fn step_sidebar(&mut self, step: Step) {
        let page = self.layout().sidebar.map_or(0, |area| usize::from(area.body.height));
        let rows = self.sidebar.rows();
        self.sidebar.cursor = match step {
            Step::Top => rows.iter().position(|row| matches!(row.kind, RowKind::Entry(_))).unwrap_or(0),
            _ => step.from(self.sidebar.cursor, rows.len(), page),
        };
    }

    /// `space`: folds or unfolds the title under the cursor, or the one that holds what is under it.
    pub(in crate::app) fn fold_row(&mut self) {
        let Some(row) = self.sidebar.row_at_cursor().copied() else { return };
        match row.kind {
            RowKind::Hidden(_) => {
                self.sidebar.shows_hidden = !self.sidebar.shows_hidden;
                self.sidebar.list_again();
                self.ask_counts();
            }
            RowKind::Entry(_) => {
                self.climb();
                self.fold(true);
            }
            RowKind::Title(_) | RowKind::Folder(_) => self.fold(!row.folded),
        }
    }

    /// `h`: to the title that holds what is under the cursor; a title of a section is folded.
    pub(in crate::app) fn sidebar_out(&mut self) {
        match self.sidebar.row_at_cursor() {
            Some(SidebarRow { kind: RowKind::Folder(_) | RowKind::Title(_), folded: false, .. }) => self.fold(true),
            Some(_) => self.climb(),
            None => {}
        }
    }

    /// `l`: unfolds what is folded; else on to the pane on the right.
    pub(in crate::app) fn sidebar_in(&mut self) {
        match self.sidebar.row_at_cursor() {
            Some(SidebarRow { kind: RowKind::Hidden(_), folded: true, .. }) => self.fold_row(),
            Some(SidebarRow { kind: RowKind::Folder(_) | RowKind::Title(_), folded: true, .. }) => self.fold(false),
            _ => self.focus_beside(true),
        }
    }

    /// Puts the cursor on the title above that holds what is under it.
    fn climb(&mut self) {
        let Some(row) = self.sidebar.row_at_cursor().copied() else { return };
        let above = self.sidebar.rows().iter().take(self.sidebar.cursor);
        let holds = |title: &SidebarRow| match (row.kind, row.folder) {
            (RowKind::Hidden(_), _) => false,
            (_, Some(folder)) => title.kind == RowKind::Folder(folder),
            (_, None) => title.kind == RowKind::Title(row.section),
        };
        let titles: Vec<usize> = above.enumerate().filter(|(_, title)| holds(title)).map(|(at, _)| at).collect();
        self.sidebar.cursor = titles.last().copied().unwrap_or(self.sidebar.cursor);
    }

    /// Folds or unfolds the title under the cursor.
    fn fold(&mut self, folded: bool) {
        let Some(row) = self.sidebar.row_at_cursor().copied() else { return };
        let at_first = match row.kind {
            RowKind::Title(section) => section.is_folded_at_first(),
            RowKind::Folder(_) => true,
            RowKind::Entry(_) | RowKind::Hidden(_) => return,
        };
        let key = self.sidebar.key_of(&row).to_owned();
        arrange::fold(&mut self.arrangement, &key, at_first, folded);
        self.arranged();
        self.ask_counts();
    }

    /// `p`: to the pinned ones at the top, or back to where it belongs.
    pub(in crate::app) fn pin_row(&mut self) {
        let Some(key) = self.entry_key() else { return };
        let name = self.sidebar.row_name(self.sidebar.cursor);
        let pinned = arrange::toggle_pinned(&mut self.arrangement, &key);
        self.arranged();
        if let Some(row) = name.and_then(|name| self.sidebar.row_named(&name)) {
            self.sidebar.cursor = row;
        }
        self.say(Severity::Info, if pinned { "sidebar-pinned" } else { "sidebar-unpinned" });
    }

    /// `x`: hides what is under the cursor, or shows it again.
    pub(in crate::app) fn hide_row(&mut self) {
        let Some(row) = self.sidebar.row_at_cursor().copied() else { return };
        let key = self.sidebar.key_of(&row).to_owned();
        let hidden = arrange::toggle_hidden(&mut self.arrangement, &key);
        self.arranged();
        self.ask_counts();
        self.say(Severity::Info, if hidden { "sidebar-hidden" } else { "sidebar-shown" });
    }

    /// `J` and `K`: one place down or up, among what stands beside it.
    pub(in crate::app) fn move_row(&mut self, down: bool) {
        let Some(row) = self.sidebar.row_at_cursor().copied() else { return };
        let beside = |other: &&SidebarRow| match (row.kind, other.kind) {
            (RowKind::Title(_), RowKind::Title(section)) => section != Section::Pinned,
            (RowKind::Title(_), _) | (_, RowKind::Title(_) | RowKind::Hidden(_)) => false,
            _ => (other.section, other.folder, other.depth) == (row.section, row.folder, row.depth),
        };
        let mut keys: Vec<String> =
            self.sidebar.rows().iter().filter(beside).map(|other| self.sidebar.key_of(other).to_owned()).collect();
        let key = self.sidebar.key_of(&row).to_owned();
        let Some(at) = keys.iter().position(|held| *held == key) else { return };
        let to = if down { at + 1 } else { at.wrapping_sub(1) };
        if to >= keys.len() {
            self.say(Severity::Info, if down { "sidebar-at-end" } else { "sidebar-at-start" });
            return;
        }
        keys.swap(at, to);
        let pinned = row.section == Section::Pinned && row.folder.is_none();
        let order = if pinned { &mut self.arrangement.pinned } else { &mut self.arrangement.order };
        arrange::write_order(order, &keys);
        self.arranged();
    }

    /// The key of the entry or folder under the sidebar's cursor.
    fn entry_key(&self) -> Option<String> {
        let row = self.sidebar.row_at_cursor()?;
        matches!(row.kind, RowKind::Entry(_) | RowKind::Folder(_)).then(|| self.sidebar.key_of(row).to_owned())
    }

    /// Whether the sidebar has the focus and its cursor is on an entry or a folder, and whether it is on
    /// anything that can be hidden or moved.
    pub(in crate::app) fn sidebar_facts(&self) -> (bool, bool) {
        let focused = self.focus == Pane::Sidebar;
        match self.sidebar.row_at_cursor().map(|row| row.kind).filter(|_| focused) {
            Some(RowKind::Entry(_) | RowKind::Folder(_)) => (true, true),
            Some(RowKind::Title(section)) => (false, section != Section::Pinned),
            Some(RowKind::Hidden(_)) | None => (false, false),
        }
    }

    /// Every entry as a line to choose from: its kind, its name, its number, and whether it is open. In the
    /// order of the sidebar, then those that have no row there.
    pub(in crate::app) fn entry_lines(&self) -> Vec<(EntryKind, Clean, Clean, bool)> {
        let shown = self.sidebar.rows().iter().filter_map(|row| match row.kind {
            RowKind::Entry(at) => Some(at),
            _ => None,
        });
        let mut order: Vec<usize> = Vec::with_capacity(self.sidebar.entries.len());
        for at in shown.chain(0..self.sidebar.entries.len()) {
            if !order.contains(&at) {
                order.push(at);
            }
        }
        let line = |at: usize| {
            let entry = self.sidebar.entries.get(at)?;
            let total = entry.count.map_or(0, |count| count.total);
            let count = if total == 0 { Clean::default() } else { clean(&total.to_string()) };
            Some((entry.kind.clone(), entry.name.clone(), count, at == self.sidebar.open))
        };
        order.into_iter().filter_map(line).collect()
    }

    /// The arrangement has changed: it is shown and kept.
    fn arranged(&mut self) {
        self.sidebar.arrange(&self.arrangement);
        self.ask(Request::SaveArrangement(Box::new(self.arrangement.clone())));
    }
}
