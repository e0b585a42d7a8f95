//! The sidebar: entries, each a query with a stable key, and their counts.
//!
//! Owns which entries there are, in what order, the cursor, and which entry is open. Knows nothing
//! of rows. Enter at [`Sidebar::build`].

use std::collections::BTreeMap;

use crate::domain::{Directory, TeamId, TeammateId};
use crate::query::{Query, Sort};
use crate::sync::message::Count;
use crate::text::{Clean, clean};
use crate::words::Words;

/// A group of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Inbox.
    Inbox,
    /// Teams.
    Teams,
    /// Teammates; folded at first.
    Teammates,
}

impl Section {
    /// Key of its title in the catalogue of words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Inbox => "section-inbox",
            Self::Teams => "section-teams",
            Self::Teammates => "section-teammates",
        }
    }
}

/// What an entry stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// Open and mine.
    You,
    /// Notes that name me.
    Mentions,
    /// Open, no teammate.
    Unassigned,
    /// Open.
    All,
    /// Snoozed.
    Snoozed,
    /// Closed.
    Closed,
    /// With a draft.
    Drafts,
    /// Outbox rows that failed or wait for a decision: no conversations.
    NeedsYou,
    /// A team's.
    Team(TeamId),
    /// A teammate's.
    Teammate(TeammateId),
}

impl EntryKind {
    /// The entries of the inbox section, in order.
    pub const INBOX: [Self; 8] = [
        Self::You,
        Self::Mentions,
        Self::Unassigned,
        Self::All,
        Self::Snoozed,
        Self::Closed,
        Self::Drafts,
        Self::NeedsYou,
    ];

    /// Stable key: `inbox:you`, `team:ID`, `teammate:ID`.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::You => "inbox:you".into(),
            Self::Mentions => "inbox:mentions".into(),
            Self::Unassigned => "inbox:unassigned".into(),
            Self::All => "inbox:all".into(),
            Self::Snoozed => "inbox:snoozed".into(),
            Self::Closed => "inbox:closed".into(),
            Self::Drafts => "inbox:drafts".into(),
            Self::NeedsYou => "inbox:needs-you".into(),
            Self::Team(id) => format!("team:{id}"),
            Self::Teammate(id) => format!("teammate:{id}"),
        }
    }

    /// Key of its name in the catalogue of words; absent for teams and teammates, which have names.
    #[must_use]
    pub const fn word(&self) -> Option<&'static str> {
        Some(match self {
            Self::You => "entry-you",
            Self::Mentions => "entry-mentions",
            Self::Unassigned => "entry-unassigned",
            Self::All => "entry-all",
            Self::Snoozed => "entry-snoozed",
            Self::Closed => "entry-closed",
            Self::Drafts => "entry-drafts",
            Self::NeedsYou => "entry-needs-you",
            Self::Team(_) | Self::Teammate(_) => return None,
        })
    }

    /// The query, in the query language.
    #[must_use]
    pub fn query_text(&self) -> String {
        match self {
            Self::You => "state:open assignee:me".into(),
            Self::Mentions => "is:mentioned".into(),
            Self::Unassigned => "state:open is:unassigned".into(),
            Self::All | Self::NeedsYou => "state:open".into(),
            Self::Snoozed => "state:snoozed".into(),
            Self::Closed => "state:closed".into(),
            Self::Drafts => "has:draft".into(),
            Self::Team(id) => format!("state:open team:\"{id}\""),
            Self::Teammate(id) => format!("state:open assignee:\"{id}\""),
        }
    }

    /// Whether what it shows depends on who we are.
    #[must_use]
    pub const fn is_about_me(&self) -> bool {
        matches!(self, Self::You | Self::Mentions)
    }

    /// The sort until the agent chooses another.
    #[must_use]
    pub const fn default_sort(&self) -> Sort {
        match self {
            Self::You | Self::Unassigned | Self::Team(_) => Sort::NextBreach,
            Self::Snoozed => Sort::WakeTime,
            _ => Sort::Newest,
        }
    }
}

/// An entry of the sidebar.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it stands for.
    pub kind: EntryKind,
    /// Its stable key.
    pub key: String,
    /// Its name.
    pub name: Clean,
    /// What it shows; absent for *Needs you*.
    pub query: Option<Query>,
    /// How it is sorted.
    pub sort: Sort,
    /// How many it shows; absent until counted.
    pub count: Option<Count>,
}

/// A line of the sidebar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SidebarRow {
    /// Title of a section; `folded` hides its entries.
    Title {
        /// Which section.
        section: Section,
        /// Its entries are hidden.
        folded: bool,
    },
    /// An entry, by index into [`Sidebar::entries`].
    Entry(usize),
}

/// The sidebar's state.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// The workspace's name.
    pub workspace: Clean,
    /// All entries in order: inbox, teams, teammates.
    pub entries: Vec<Entry>,
    /// Index of the entry whose rows the list shows.
    pub open: usize,
    /// Index into [`Sidebar::rows`] of the row with the cursor.
    pub cursor: usize,
    /// First visible row.
    pub scroll: usize,
    /// Teammates are shown.
    pub teammates_shown: bool,
    sorts: BTreeMap<String, Sort>,
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

    /// Takes over a new directory: the open entry, the cursor, counts and sorts stay where they can.
    pub fn rebuild(&mut self, directory: &Directory, words: &Words) {
        let open = self.open_entry().map(|entry| entry.kind.clone());
        let under_cursor = self.entry_at_cursor().map(|entry| entry.kind.clone());
        let mut counts: BTreeMap<String, Option<Count>> =
            std::mem::take(&mut self.entries).into_iter().map(|entry| (entry.key, entry.count)).collect();
        let me = directory.me().map(|me| me.id.clone());
        let inbox = EntryKind::INBOX.into_iter().map(|kind| {
            let name = kind.word().map_or_else(Clean::default, |key| words.say(key));
            (kind, name)
        });
        let teams = directory.teams.iter().map(|team| (EntryKind::Team(team.id.clone()), team.name.clean()));
        let mates = directory
            .teammates
            .iter()
            .filter(|mate| Some(&mate.id) != me.as_ref())
            .map(|mate| (EntryKind::Teammate(mate.id.clone()), mate.name.clean()));
        self.entries = inbox
            .chain(teams)
            .chain(mates)
            .map(|(kind, name)| {
                let key = kind.key();
                let name = if name.is_blank() { clean(&key) } else { name };
                let query = if kind == EntryKind::NeedsYou { None } else { super::queries::parsed(&kind.query_text()) };
                let sort = self.sorts.get(&key).copied().unwrap_or_else(|| kind.default_sort());
                Entry { count: counts.remove(&key).flatten(), query, sort, name, key, kind }
            })
            .collect();
        self.workspace = directory.workspace.as_ref().map_or_else(Clean::default, |workspace| workspace.name.clean());
        self.open = open.and_then(|kind| self.index_of(&kind)).unwrap_or(0);
        if let Some(row) = under_cursor.and_then(|kind| self.row_of(&kind)) {
            self.cursor = row;
        }
        self.cursor = self.cursor.min(self.rows().len().saturating_sub(1));
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

    /// The entry under the cursor; absent on a section's title.
    #[must_use]
    pub fn entry_at_cursor(&self) -> Option<&Entry> {
        match self.rows().get(self.cursor)? {
            SidebarRow::Entry(at) => self.entries.get(*at),
            SidebarRow::Title { .. } => None,
        }
    }

    /// Index of the entry of this kind.
    #[must_use]
    pub fn index_of(&self, kind: &EntryKind) -> Option<usize> {
        self.entries.iter().position(|entry| entry.kind == *kind)
    }

    /// Index of its row, when it is not folded away.
    #[must_use]
    pub fn row_of(&self, kind: &EntryKind) -> Option<usize> {
        let at = self.index_of(kind)?;
        self.rows().iter().position(|row| *row == SidebarRow::Entry(at))
    }

    /// The lines below the workspace's name, from top to bottom.
    #[must_use]
    pub fn rows(&self) -> Vec<SidebarRow> {
        let mut rows = Vec::with_capacity(self.entries.len() + 3);
        let mut last = None;
        for (at, entry) in self.entries.iter().enumerate() {
            let section = section_of(&entry.kind);
            let folded = section == Section::Teammates && !self.teammates_shown;
            if last != Some(section) {
                last = Some(section);
                rows.push(SidebarRow::Title { section, folded });
            }
            if !folded {
                rows.push(SidebarRow::Entry(at));
            }
        }
        rows
    }
}

const fn section_of(kind: &EntryKind) -> Section {
    match kind {
        EntryKind::Team(_) => Section::Teams,
        EntryKind::Teammate(_) => Section::Teammates,
        _ => Section::Inbox,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Team;
    use crate::text::Untrusted;

    fn directory(teams: &[&str]) -> Directory {
        let team = |id: &&str| Team {
            id: TeamId::parse(id).expect("a plain id"),
            name: Untrusted::new(format!("Team {id}")),
            members: Vec::new(),
        };
        Directory { teams: teams.iter().map(team).collect(), ..Directory::default() }
    }

    #[test]
    fn every_entry_has_a_query_whatever_its_id() {
        let sidebar = Sidebar::build(&directory(&["5", "a-b_c.d:e@f+g"]), &Words::english());
        assert_eq!(sidebar.entries.len(), 10);
        for entry in &sidebar.entries {
            assert_eq!(entry.query.is_some(), entry.kind != EntryKind::NeedsYou, "{}", entry.key);
        }
    }

    #[test]
    fn a_new_directory_keeps_what_is_open_and_where_the_cursor_is() {
        let words = Words::english();
        let mut sidebar = Sidebar::build(&directory(&["5", "6"]), &words);
        let team = EntryKind::Team(TeamId::parse("6").expect("a plain id"));
        sidebar.open = sidebar.index_of(&team).expect("it is there");
        sidebar.cursor = sidebar.row_of(&team).expect("it is there");
        sidebar.rebuild(&directory(&["4", "5", "6"]), &words);
        assert_eq!(sidebar.open_entry().map(|entry| &entry.kind), Some(&team));
        assert_eq!(sidebar.entry_at_cursor().map(|entry| &entry.kind), Some(&team));
    }

    #[test]
    fn remembered_sorts_come_first_and_defaults_else() {
        let mut sidebar = Sidebar::build(&directory(&[]), &Words::english());
        assert_eq!(sidebar.open_entry().map(|entry| entry.sort), Some(Sort::NextBreach));
        sidebar.set_sorts(BTreeMap::from([("inbox:you".to_owned(), Sort::Oldest)]));
        assert_eq!(sidebar.open_entry().map(|entry| entry.sort), Some(Sort::Oldest));
        let snoozed = sidebar.entries.iter().find(|entry| entry.kind == EntryKind::Snoozed);
        assert_eq!(snoozed.map(|entry| entry.sort), Some(Sort::WakeTime));
    }
}
