//! The sidebar: a tree of entries, each a query with a stable key, and their counts.
//!
//! Owns which entries there are, the lines that are left of them once they are arranged, the cursor, and
//! which entry is open. Knows nothing of conversations. [`entry`] says what entries stand for, [`tree`]
//! lays them out. Enter at [`Sidebar::build`].

mod arrange;
pub mod entry;
mod run;
pub mod tree;

use std::collections::BTreeMap;

pub use entry::{Defined, Entry, EntryKind, Folder, Section, View};
pub use tree::{FolderNode, Node, RowKind, SidebarRow, Tree};

use crate::domain::Directory;
use crate::query::{Query, Sort};
use crate::sync::message::{Arrangement, Count};
use crate::text::{Clean, clean};
use crate::words::Words;

/// What all teammates but me have, whoever they are.
const OTHERS: &str = "state:open -is:unassigned -assignee:me";

/// The sidebar's state.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// The workspace's name.
    pub workspace: Clean,
    /// Beside it: that it is a test workspace; blank for others.
    pub mark: Clean,
    /// All entries in the order of their own: inbox, teams, teammates, views.
    pub entries: Vec<Entry>,
    /// The folders.
    pub tree: Tree,
    /// Index of the entry whose rows the list shows.
    pub open: usize,
    /// Index into [`Sidebar::rows`] of the row with the cursor.
    pub cursor: usize,
    /// First visible row.
    pub scroll: usize,
    /// Hidden entries are shown, dim.
    pub shows_hidden: bool,
    /// What is marked on the title of the teammates while they are folded.
    teammates: Option<Count>,
    defined: Defined,
    arrangement: Arrangement,
    rows: Vec<SidebarRow>,
    sorts: BTreeMap<String, Sort>,
}

/// A row by what it stands for, so that it is found again whatever moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowName {
    key: String,
    folder: Option<String>,
}

impl Sidebar {
    /// A sidebar of the built-in entries and the directory's teams and teammates.
    #[must_use]
    pub fn build(directory: &Directory, words: &Words) -> Self {
        let mut sidebar = Self::default();
        sidebar.rebuild(directory, words);
        sidebar.cursor = 1;
        sidebar
    }

    /// Takes over views and folders; to be followed by [`Sidebar::rebuild`].
    pub fn define(&mut self, defined: Defined) {
        self.defined = defined;
    }

    /// Takes over a new directory: the open entry, the cursor, counts and sorts stay where they can.
    pub fn rebuild(&mut self, directory: &Directory, words: &Words) {
        let open = self.open_entry().map(|entry| entry.key.clone());
        let under_cursor = self.row_name(self.cursor);
        let mut counts: BTreeMap<String, Option<Count>> =
            std::mem::take(&mut self.entries).into_iter().map(|entry| (entry.key, entry.count)).collect();
        let of_folders = std::mem::take(&mut self.tree.folders).into_iter().map(|folder| (folder.key, folder.count));
        let mut of_folders: BTreeMap<String, Option<Count>> = of_folders.collect();
        let me = directory.me().map(|me| me.id.clone());
        let inbox = EntryKind::INBOX.into_iter().map(|kind| {
            let name = kind.word().map_or_else(Clean::default, |key| words.say(key));
            (kind, name)
        });
        let teams =
            directory.teams.iter().map(|team| (EntryKind::Team(team.id.clone()), team.name.clean_or_id(&team.id)));
        let mates = directory
            .teammates
            .iter()
            .filter(|mate| Some(&mate.id) != me.as_ref())
            .map(|mate| (EntryKind::Teammate(mate.id.clone()), mate.name.clean_or_id(&mate.id)));
        let views = self.defined.views.iter().map(|view| (EntryKind::View(Box::new(view.clone())), view.name.clone()));
        self.entries = inbox
            .chain(teams)
            .chain(mates)
            .chain(views)
            .map(|(kind, name)| {
                let key = kind.key();
                let name = if name.is_blank() { clean(&key) } else { name };
                let emoji = match &kind {
                    EntryKind::View(view) => view.emoji.clone(),
                    _ => Clean::default(),
                };
                let query = if kind == EntryKind::NeedsYou { None } else { super::queries::parsed(&kind.query_text()) };
                let sort = self.sorts.get(&key).copied().unwrap_or_else(|| kind.default_sort());
                Entry { count: counts.remove(&key).flatten(), query, sort, name, emoji, key, kind }
            })
            .collect();
        self.tree = Tree::grow(&self.defined.folders, &self.entries);
        for folder in &mut self.tree.folders {
            folder.count = of_folders.remove(&folder.key).flatten();
        }
        self.workspace = directory.workspace.as_ref().map_or_else(Clean::default, |workspace| workspace.name.clean());
        self.open = open.and_then(|key| self.entries.iter().position(|entry| entry.key == key)).unwrap_or(0);
        self.list_rows(under_cursor);
    }

    /// Takes over how the agent has arranged it. The cursor stays on its entry; when that is not shown any
    /// more, on the line that took its place.
    pub fn arrange(&mut self, arrangement: &Arrangement) {
        if self.arrangement != *arrangement {
            self.arrangement = arrangement.clone();
            self.list_again();
        }
    }

    /// Opens an entry.
    pub(super) fn set_open(&mut self, at: usize) {
        self.open = at;
        self.list_again();
    }

    /// Lists the lines anew: what is open or shown has changed.
    fn list_again(&mut self) {
        let under_cursor = self.row_name(self.cursor);
        self.list_rows(under_cursor);
    }

    fn list_rows(&mut self, under_cursor: Option<RowName>) {
        self.rows = self.tree.lay_out(&self.entries, &self.arrangement, self.open, self.shows_hidden);
        if let Some(row) = under_cursor.and_then(|name| self.row_named(&name)) {
            self.cursor = row;
        }
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }

    /// Takes over the sorts that were remembered, by entry key.
    pub fn set_sorts(&mut self, sorts: BTreeMap<String, Sort>) {
        self.sorts = sorts;
        for entry in &mut self.entries {
            if let Some(sort) = self.sorts.get(&entry.key) {
                entry.sort = *sort;
            }
        }
    }

    /// Sets the open entry's sort.
    pub fn set_open_sort(&mut self, sort: Sort) {
        if let Some(entry) = self.entries.get_mut(self.open) {
            entry.sort = sort;
            self.sorts.insert(entry.key.clone(), sort);
        }
    }

    /// The entry whose rows the list shows.
    #[must_use]
    pub fn open_entry(&self) -> Option<&Entry> {
        self.entries.get(self.open)
    }

    /// The row with the cursor.
    #[must_use]
    pub fn row_at_cursor(&self) -> Option<&SidebarRow> {
        self.rows.get(self.cursor)
    }

    /// The entry under the cursor; absent on a title.
    #[must_use]
    pub fn entry_at_cursor(&self) -> Option<&Entry> {
        match self.row_at_cursor()?.kind {
            RowKind::Entry(at) => self.entries.get(at),
            _ => None,
        }
    }

    /// Index of the entry of this kind.
    #[must_use]
    pub fn index_of(&self, kind: &EntryKind) -> Option<usize> {
        let key = kind.key();
        self.entries.iter().position(|entry| entry.key == key)
    }

    /// Index of the first row of the entry of this kind, when it has one.
    #[must_use]
    pub fn row_of(&self, kind: &EntryKind) -> Option<usize> {
        let at = self.index_of(kind)?;
        self.rows.iter().position(|row| row.kind == RowKind::Entry(at))
    }

    /// The lines below the workspace's name, from top to bottom.
    #[must_use]
    pub fn rows(&self) -> &[SidebarRow] {
        &self.rows
    }

    /// The lines of a pane of this height: indices into [`Sidebar::rows`], absent for a blank one. There is
    /// air between the sections where everything has room with it.
    #[must_use]
    pub fn lines(&self, height: u16) -> Vec<Option<usize>> {
        let height = usize::from(height);
        let is_title = |row: &SidebarRow| matches!(row.kind, RowKind::Title(_) | RowKind::Hidden(_));
        let titles = self.rows.iter().filter(|row| is_title(row)).count();
        let airy = self.scroll == 0 && self.rows.len() + titles <= height;
        let mut lines = Vec::with_capacity(height);
        for (at, row) in self.rows.iter().enumerate().skip(self.scroll) {
            if airy && is_title(row) {
                lines.push(None);
            }
            lines.push(Some(at));
        }
        lines.truncate(height);
        lines
    }

    /// The stable key of what a row stands for; empty for the line of the hidden ones.
    #[must_use]
    pub fn key_of(&self, row: &SidebarRow) -> &str {
        match row.kind {
            RowKind::Title(section) => section.key(),
            RowKind::Folder(at) => self.tree.folders.get(at).map_or("", |folder| &folder.key),
            RowKind::Entry(at) => self.entries.get(at).map_or("", |entry| &entry.key),
            RowKind::Hidden(_) => "",
        }
    }

    /// What a row counts: for the title of a section only what is marked on it while it is folded.
    #[must_use]
    pub fn count_of(&self, row: &SidebarRow) -> Option<Count> {
        match row.kind {
            RowKind::Entry(at) => self.entries.get(at).and_then(told),
            RowKind::Folder(at) => self.tree.folders.get(at)?.count,
            RowKind::Title(section) if row.folded && section.counts_as_one() => self.teammates,
            RowKind::Title(section) if row.folded => Some(self.marks_within(section)),
            RowKind::Title(_) | RowKind::Hidden(_) => None,
        }
    }

    /// What a folded section holds: only its marks are of use, since a conversation may be in several.
    fn marks_within(&self, section: Section) -> Count {
        let held = |key: &str, own: Section| match section {
            Section::Pinned => arrange::is_pinned(&self.arrangement, key),
            _ => own == section && !arrange::is_pinned(&self.arrangement, key),
        };
        let entries = self.entries.iter().filter(|entry| held(&entry.key, entry.kind.section()));
        let folders = self.tree.folders.iter().filter(|folder| held(&folder.key, Section::Folders));
        let hidden = |key: &str| arrange::is_hidden(&self.arrangement, key);
        let counts = entries.filter(|entry| !hidden(&entry.key)).filter_map(told);
        let counts = counts.chain(folders.filter(|folder| !hidden(&folder.key)).filter_map(|folder| folder.count));
        counts.fold(Count::default(), |all, one| Count {
            total: all.total.max(one.total),
            unread: all.unread || one.unread,
            breached: all.breached.max(one.breached),
            soon: all.soon.max(one.soon),
        })
    }

    /// What is to be counted, by key: every entry, teammates only where they are shown, and what titles
    /// tell.
    #[must_use]
    pub fn counted(&self) -> Vec<(String, Query)> {
        let has_row = |at: usize| self.rows.iter().any(|row| row.kind == RowKind::Entry(at));
        let entries = self
            .entries
            .iter()
            .enumerate()
            .filter(|(at, entry)| !matches!(entry.kind, EntryKind::Teammate(_)) || has_row(*at))
            .filter_map(|(_, entry)| Some((entry.key.clone(), entry.query.clone()?)));
        let folders = self.tree.folders.iter().map(|folder| (folder.key.clone(), folder.query.clone()));
        let mut counted: Vec<(String, Query)> = entries.chain(folders).collect();
        let folded = |row: &SidebarRow| row.folded && row.kind == RowKind::Title(Section::Teammates);
        if self.rows.iter().any(folded) {
            counted.extend(super::queries::parsed(OTHERS).map(|query| (Section::Teammates.key().to_owned(), query)));
        }
        counted
    }

    /// Takes over counts, by key. Returns whether anything that is shown of them changed.
    pub(super) fn take_counts(&mut self, counts: &BTreeMap<String, Count>) -> bool {
        let before = self.faces();
        for entry in self.entries.iter_mut().filter(|entry| entry.query.is_some()) {
            match counts.get(&entry.key) {
                Some(count) => entry.count = Some(*count),
                // What cannot be asked (any more) has no number. Folded teammates were not asked about.
                None if !counts.is_empty() && !matches!(entry.kind, EntryKind::Teammate(_)) => entry.count = None,
                None => {}
            }
        }
        for folder in &mut self.tree.folders {
            if let Some(count) = counts.get(&folder.key) {
                folder.count = Some(*count);
            }
        }
        self.teammates = counts.get(Section::Teammates.key()).copied().or(self.teammates);
        self.faces() != before
    }

    /// What every row tells in numbers and marks.
    fn faces(&self) -> Vec<Option<Face>> {
        self.rows.iter().map(|row| self.count_of(row).map(Face::of)).collect()
    }

    /// What a row stands for, so that it is found again.
    pub(super) fn row_name(&self, at: usize) -> Option<RowName> {
        let row = self.rows.get(at)?;
        let folder = row.folder.and_then(|at| self.tree.folders.get(at)).map(|folder| folder.key.clone());
        Some(RowName { key: self.key_of(row).to_owned(), folder })
    }

    /// Index of the row that stands for the same, in the same folder if it is there still.
    pub(super) fn row_named(&self, name: &RowName) -> Option<usize> {
        let same = |at: &usize| self.row_name(*at).as_ref() == Some(name);
        let same_key = |row: &SidebarRow| self.key_of(row) == name.key;
        (0..self.rows.len()).find(same).or_else(|| self.rows.iter().position(same_key))
    }
}

/// What an entry tells of its count. A target that was missed before the end is nobody's work any more.
fn told(entry: &Entry) -> Option<Count> {
    let count = entry.count?;
    Some(if entry.kind == EntryKind::Closed { Count { breached: 0, soon: 0, ..count } } else { count })
}

/// What is shown of a count: when this stays the same, nothing has to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Face {
    total: usize,
    unread: bool,
    breached: usize,
    soon: usize,
}

impl Face {
    const fn of(count: Count) -> Self {
        let total = match count.total {
            exact @ 0..10_000 => exact,
            thousands @ 10_000..1_000_000 => thousands - thousands % 1_000,
            millions => millions - millions % 1_000_000,
        };
        Self { total, unread: count.unread, breached: marked(count.breached), soon: marked(count.soon) }
    }
}

/// The greatest number that a mark tells.
const fn marked(number: usize) -> usize {
    if number < 99 { number } else { 99 }
}
