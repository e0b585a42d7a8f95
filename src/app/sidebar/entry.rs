//! Entries: what each stands for, its stable key, and its query.
//!
//! Knows nothing of how entries are arranged. Enter at [`EntryKind`].

use crate::domain::{TeamId, TeammateId};
use crate::query::{Query, Sort};
use crate::sync::message::Count;
use crate::text::Clean;

/// A group of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// What the agent has pinned, from anywhere; always the first.
    Pinned,
    /// Inbox.
    Inbox,
    /// Teams.
    Teams,
    /// Views.
    Views,
    /// Folders of views, teams and teammates.
    Folders,
    /// Teammates; folded at first.
    Teammates,
}

impl Section {
    /// All of them, in the order of their own.
    pub const ALL: [Self; 6] = [Self::Pinned, Self::Inbox, Self::Teams, Self::Views, Self::Folders, Self::Teammates];

    /// Key of its title in the catalogue of words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pinned => "section-pinned",
            Self::Inbox => "section-inbox",
            Self::Teams => "section-teams",
            Self::Views => "section-views",
            Self::Folders => "section-folders",
            Self::Teammates => "section-teammates",
        }
    }

    /// Its stable key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Pinned => "section:pinned",
            Self::Inbox => "section:inbox",
            Self::Teams => "section:teams",
            Self::Views => "section:views",
            Self::Folders => "section:folders",
            Self::Teammates => "section:teammates",
        }
    }

    /// Whether it is folded until the agent unfolds it.
    #[must_use]
    pub const fn is_folded_at_first(self) -> bool {
        matches!(self, Self::Teammates)
    }

    /// Whether it is counted as one while it is folded: it may be long, and its numbers are not shown.
    pub(super) const fn counts_as_one(self) -> bool {
        matches!(self, Self::Teammates)
    }
}

/// A view: a query with a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// Its name.
    pub name: Clean,
    /// Shown before its name; may be blank.
    pub emoji: Clean,
    /// Its query, in the query language.
    pub query: String,
    /// How it is sorted until the agent chooses otherwise.
    pub sort: Option<Sort>,
}

/// A folder: entries and folders under one title, counted as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub name: Clean,
    /// Keys of what it holds, in order: `view:NAME`, `team:ID`, `teammate:ID`, `folder:NAME`. What is not
    /// known is passed over.
    pub items: Vec<String>,
}

impl Folder {
    /// Its stable key: `folder:NAME`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("folder:{}", self.name)
    }
}

/// Views and folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defined {
    /// Views, in order.
    pub views: Vec<View>,
    /// Folders, in order. One that another one holds is shown only there.
    pub folders: Vec<Folder>,
}

/// What an entry stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// A view.
    View(Box<View>),
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

    /// Stable key: `inbox:you`, `team:ID`, `teammate:ID`, `view:NAME`.
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
            Self::View(view) => format!("view:{}", view.name),
        }
    }

    /// Key of its name in the catalogue of words; absent for what has a name.
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
            Self::Team(_) | Self::Teammate(_) | Self::View(_) => return None,
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
            Self::View(view) => view.query.clone(),
        }
    }

    /// Whether what it shows depends on who we are.
    #[must_use]
    pub const fn is_about_me(&self) -> bool {
        // The words of a view may name us: it is asked for again once we are known.
        matches!(self, Self::You | Self::Mentions | Self::View(_))
    }

    /// The section that it belongs to by itself.
    #[must_use]
    pub const fn section(&self) -> Section {
        match self {
            Self::Team(_) => Section::Teams,
            Self::Teammate(_) => Section::Teammates,
            Self::View(_) => Section::Views,
            _ => Section::Inbox,
        }
    }

    /// The sort until the agent chooses another.
    #[must_use]
    pub const fn default_sort(&self) -> Sort {
        match self {
            Self::You | Self::Unassigned | Self::Team(_) => Sort::NextBreach,
            Self::Snoozed => Sort::WakeTime,
            Self::View(view) => match view.sort {
                Some(sort) => sort,
                None => Sort::Newest,
            },
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
    /// Shown before its name; blank for most.
    pub emoji: Clean,
    /// What it shows; absent for *Needs you*.
    pub query: Option<Query>,
    /// How it is sorted.
    pub sort: Sort,
    /// How many it shows; absent until counted.
    pub count: Option<Count>,
}
