//! The tree of the sidebar, and the lines that are left of it once it is arranged.
//!
//! Owns which node belongs where, and what a fold, a pin or a hidden entry leaves of them. Knows nothing
//! of the cursor or of counting. Enter at `Tree::lay_out`.

use std::collections::BTreeSet;

use super::arrange::{is_folded, is_hidden, is_pinned, place};
use super::entry::{Entry, Folder, Section};
use crate::query::Query;
use crate::sync::message::{Arrangement, Count};
use crate::text::Clean;

/// Folders within folders; deeper ones are not shown.
const DEEPEST: u8 = 6;

/// What a line of the sidebar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// Title of a section.
    Title(Section),
    /// Title of a folder, by index into [`Tree::folders`].
    Folder(usize),
    /// An entry, by index into the sidebar's entries.
    Entry(usize),
    /// So many are hidden: the last line, when there are any.
    Hidden(usize),
}

/// A line of the sidebar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SidebarRow {
    /// What it stands for.
    pub kind: RowKind,
    /// The title that it belongs to: its own for titles of sections.
    pub section: Section,
    /// The folder that holds it, by index into [`Tree::folders`].
    pub folder: Option<usize>,
    /// How deep it lies: 0 for what stands directly in a section.
    pub depth: u8,
    /// Title of a section or folder: what it holds is not shown.
    pub folded: bool,
    /// It is hidden, and shown all the same: dim.
    pub hidden: bool,
}

/// A node: an entry, or a folder of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// By index into the entries.
    Entry(usize),
    /// By index into [`Tree::folders`].
    Folder(usize),
}

/// A folder with what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FolderNode {
    /// Its stable key.
    pub key: String,
    /// Its name.
    pub name: Clean,
    /// What any of its entries finds.
    pub query: Query,
    /// How many that are, each counted once; absent until counted.
    pub count: Option<Count>,
    /// What it holds, in the order of its own.
    pub nodes: Vec<Node>,
}

/// Everything that the sidebar holds, before it is arranged.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// All folders.
    pub folders: Vec<FolderNode>,
    /// What stands directly in the section of folders.
    top: Vec<usize>,
}

impl Tree {
    /// The folders with the entries that are there.
    pub(super) fn grow(folders: &[Folder], entries: &[Entry]) -> Self {
        let index = |key: &str| folders.iter().position(|folder| folder.key() == key);
        let mut held = BTreeSet::new();
        let mut nodes: Vec<Vec<Node>> = Vec::with_capacity(folders.len());
        for (at, folder) in folders.iter().enumerate() {
            let mut mine = Vec::new();
            for item in &folder.items {
                if let Some(entry) = entries.iter().position(|entry| entry.key == *item) {
                    mine.push(Node::Entry(entry));
                } else if let Some(inner) = index(item).filter(|inner| *inner != at) {
                    mine.push(Node::Folder(inner));
                    held.insert(inner);
                }
            }
            mine.dedup();
            nodes.push(mine);
        }
        let mut tree = Self { folders: Vec::new(), top: (0..folders.len()).filter(|at| !held.contains(at)).collect() };
        // Folders that hold each other have no outermost one: the first stands for all of them.
        let mut reached = BTreeSet::new();
        for at in tree.top.clone() {
            reach(&nodes, at, &mut reached);
        }
        for at in 0..folders.len() {
            if !reached.contains(&at) {
                tree.top.push(at);
                reach(&nodes, at, &mut reached);
            }
        }
        for (at, folder) in folders.iter().enumerate() {
            let mut within = BTreeSet::new();
            members(&nodes, at, &mut BTreeSet::new(), &mut within);
            let queries = within.iter().filter_map(|entry| entries.get(*entry)?.query.clone());
            tree.folders.push(FolderNode {
                key: folder.key(),
                name: folder.name.clone(),
                query: Query::any_of(queries),
                count: None,
                nodes: nodes.get(at).cloned().unwrap_or_default(),
            });
        }
        tree
    }

    /// Key of a node.
    fn key<'a>(&'a self, node: Node, entries: &'a [Entry]) -> &'a str {
        match node {
            Node::Entry(at) => entries.get(at).map_or("", |entry| &entry.key),
            Node::Folder(at) => self.folders.get(at).map_or("", |folder| &folder.key),
        }
    }

    /// The lines from top to bottom. What is `open` is shown even where it is folded away or hidden; with
    /// `shows_hidden` everything that is hidden is.
    pub(super) fn lay_out(
        &self,
        entries: &[Entry],
        arrangement: &Arrangement,
        open: usize,
        shows_hidden: bool,
    ) -> Vec<SidebarRow> {
        let mut lines =
            Lines { tree: self, entries, arrangement, open, shows_hidden, rows: Vec::new(), hidden: BTreeSet::new() };
        let mut sections = Section::ALL;
        sections.sort_by_key(|section| match section {
            Section::Pinned => (0, 0),
            _ => (1, place(&arrangement.order, section.key())),
        });
        for section in sections {
            lines.section(section);
        }
        let hidden = lines.hidden.len();
        if hidden > 0 {
            lines.rows.push(SidebarRow {
                kind: RowKind::Hidden(hidden),
                section: Section::Teammates,
                folder: None,
                depth: 0,
                folded: !shows_hidden,
                hidden: false,
            });
        }
        lines.rows
    }
}

/// Folders that can be come to from a folder, itself included.
fn reach(nodes: &[Vec<Node>], at: usize, reached: &mut BTreeSet<usize>) {
    if reached.insert(at) {
        for node in nodes.get(at).map_or(&[][..], Vec::as_slice) {
            if let Node::Folder(inner) = node {
                reach(nodes, *inner, reached);
            }
        }
    }
}

/// Entries in a folder and in those that it holds.
fn members(nodes: &[Vec<Node>], at: usize, seen: &mut BTreeSet<usize>, found: &mut BTreeSet<usize>) {
    if !seen.insert(at) {
        return;
    }
    for node in nodes.get(at).map_or(&[][..], Vec::as_slice) {
        match node {
            Node::Entry(entry) => {
                found.insert(*entry);
            }
            Node::Folder(inner) => members(nodes, *inner, seen, found),
        }
    }
}

struct Lines<'a> {
    tree: &'a Tree,
    entries: &'a [Entry],
    arrangement: &'a Arrangement,
    open: usize,
    shows_hidden: bool,
    rows: Vec<SidebarRow>,
    /// Keys of what is hidden, each once.
    hidden: BTreeSet<String>,
}

impl Lines<'_> {
    /// What stands directly in a section, arranged.
    fn nodes(&self, section: Section) -> Vec<Node> {
        let (tree, entries) = (self.tree, self.entries);
        let pinned = &self.arrangement.pinned;
        let all = || {
            let entries = (0..entries.len()).map(Node::Entry);
            entries.chain((0..tree.folders.len()).map(Node::Folder))
        };
        if section == Section::Pinned {
            return pinned.iter().filter_map(|key| all().find(|node| tree.key(*node, entries) == key)).collect();
        }
        let mut nodes: Vec<Node> = if section == Section::Folders {
            tree.top.iter().map(|at| Node::Folder(*at)).collect()
        } else {
            let own = |at: &usize| entries.get(*at).is_some_and(|entry| entry.kind.section() == section);
            (0..entries.len()).filter(own).map(Node::Entry).collect()
        };
        nodes.retain(|node| !is_pinned(self.arrangement, tree.key(*node, entries)));
        self.sort(&mut nodes);
        nodes
    }

    fn sort(&self, nodes: &mut [Node]) {
        nodes.sort_by_cached_key(|node| place(&self.arrangement.order, self.tree.key(*node, self.entries)));
    }

    fn section(&mut self, section: Section) {
        let nodes = self.nodes(section);
        if nodes.is_empty() {
            return;
        }
        let key = section.key();
        let hidden = is_hidden(self.arrangement, key);
        if hidden {
            self.hidden.insert(key.to_owned());
        }
        let folded = is_folded(self.arrangement, key, section.is_folded_at_first());
        let title = self.rows.len();
        self.rows.push(SidebarRow { kind: RowKind::Title(section), section, folder: None, depth: 0, folded, hidden });
        let gone = hidden && !self.shows_hidden;
        for node in nodes {
            self.node(node, Place { section, folder: None, depth: 0, folded: folded || gone, hidden });
        }
        // A title over nothing says nothing, unless it can be unfolded.
        if self.rows.len() == title + 1 && (gone || !folded) {
            self.rows.truncate(title);
        }
    }

    fn node(&mut self, node: Node, at: Place) {
        let key = self.tree.key(node, self.entries);
        let is_open = node == Node::Entry(self.open);
        let hidden = is_hidden(self.arrangement, key);
        if hidden {
            self.hidden.insert(key.to_owned());
        }
        if !is_open && (at.folded || (hidden && !self.shows_hidden)) {
            return;
        }
        let mut row = SidebarRow {
            kind: RowKind::Entry(0),
            section: at.section,
            folder: at.folder,
            depth: at.depth,
            folded: false,
            hidden: hidden || at.hidden,
        };
        match node {
            Node::Entry(entry) => {
                row.kind = RowKind::Entry(entry);
                self.rows.push(row);
            }
            Node::Folder(index) => {
                row.kind = RowKind::Folder(index);
                row.folded = is_folded(self.arrangement, key, true);
                self.rows.push(row);
                if at.depth >= DEEPEST {
                    return;
                }
                let mut nodes = self.tree.folders.get(index).map(|folder| folder.nodes.clone()).unwrap_or_default();
                self.sort(&mut nodes);
                let inner =
                    Place { folder: Some(index), depth: at.depth + 1, folded: row.folded, hidden: row.hidden, ..at };
                for node in nodes {
                    self.node(node, inner);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Place {
    section: Section,
    folder: Option<usize>,
    depth: u8,
    /// What stands here is not shown, unless it is open.
    folded: bool,
    hidden: bool,
}
