//! What the screen asks of the engine room, and what it hears back. Plain values.
//!
//! Requests never wait and never fail at the asker's end; whatever comes of one is an [`Event`].
//! Loads carry a [`Generation`]: an answer older than the latest question is dropped by whoever
//! asked.

use std::collections::BTreeMap;
use std::sync::Arc;

pub use crate::cache::{Count, Window};
use crate::domain::{
    Act, AwayState, Began, Contact, ContactNote, Conversation, ConversationId, Directory, Draft, GroupId, Mode,
    OutboxId, OutboxRow, Part, UnixTime,
};
use crate::query::{Query, Sort};
use crate::text::Untrusted;

/// Ascending number of a question; a newer question makes older answers stale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);

/// A question for part of a list: rows `offset..offset+limit` in `sort` order.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowSpec {
    /// Which conversations.
    pub query: Query,
    /// In which order.
    pub sort: Sort,
    /// First row.
    pub offset: usize,
    /// At most so many rows.
    pub limit: usize,
    /// When given, `offset` is ignored and the window is placed around this conversation, if the
    /// list has it.
    pub around: Option<ConversationId>,
}

/// A thread, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    /// The effective conversation.
    pub conversation: Conversation,
    /// Its parts, oldest first, the opening message first. Empty while not on disk.
    pub parts: Vec<Part>,
    /// Whether the parts are on disk (else they are being fetched).
    pub is_here: bool,
    /// How many older parts the helpdesk keeps to itself (it gives the newest 500).
    pub missing: u32,
    /// Up to when I had seen it before.
    pub seen_at: Option<UnixTime>,
    /// Unsettled acts on it, in order; unsent messages are shown at the thread's end.
    pub pending: Vec<OutboxRow>,
    /// Its drafts.
    pub drafts: Vec<Draft>,
    /// The contact, once fetched.
    pub contact: Option<Contact>,
    /// Notes about the contact, newest first.
    pub contact_notes: Vec<ContactNote>,
    /// Names of the contact's companies.
    pub companies: Vec<Untrusted>,
    /// The contact's other conversations, newest first, at most 20.
    pub earlier: Vec<Conversation>,
}

/// What the screen asks for.
#[derive(Clone, Debug)]
pub enum Request {
    /// Load part of a list from the cache.
    Window {
        /// Number of the question.
        generation: Generation,
        /// Which part of which list.
        spec: WindowSpec,
    },
    /// Count these queries, by key.
    Counts {
        /// Number of the question.
        generation: Generation,
        /// Entry key to query.
        entries: Vec<(String, Query)>,
    },
    /// Load a thread from the cache, and fetch it when it is absent or older than its row.
    Thread {
        /// Number of the question.
        generation: Generation,
        /// Which.
        id: ConversationId,
    },
    /// Commit acts to the outbox: all or none, in order. The answer is `Committed` or `Refused`.
    Commit {
        /// All of one press of a key.
        group: GroupId,
        /// In order.
        acts: Vec<(ConversationId, Act)>,
        /// Drafts that these acts use up.
        uses_drafts: Vec<(ConversationId, Mode)>,
        /// For a message: what the agent had seen when it was begun. The guard holds it back when more
        /// has come since; absent sends it unguarded.
        began: Option<Began>,
    },
    /// Take a group of acts back: rows not yet sent are dropped (a message becomes a draft again),
    /// sent ones get their inverse. The answer is `Undone`.
    Undo {
        /// Which group.
        group: GroupId,
    },
    /// Keep a draft; an empty text without files discards it. The answer is `DraftSaved`,
    /// `DraftConflict` or `DraftNotSaved`.
    SaveDraft(Draft),
    /// Keep this draft whatever another deskhand has written there since.
    OverwriteDraft(Draft),
    /// Keep a file that goes with a draft: read from this path, copied beside state.db. The answer is
    /// `DraftSaved` with the file in the draft; else a `Notice` after it, `DraftConflict` or
    /// `DraftNotSaved`.
    AttachFile {
        /// The draft that gets it.
        draft: Draft,
        /// The file's path, as typed.
        path: String,
    },
    /// I have seen this conversation up to this moment.
    Seen {
        /// Which.
        id: ConversationId,
        /// Up to when.
        until: UnixTime,
    },
    /// It counts as unread until I look at it again.
    MarkUnread(ConversationId),
    /// Remember where the agent is, for the next start.
    SavePlace(Place),
    /// Remember how the agent has arranged the screen.
    SaveArrangement(Box<Arrangement>),
    /// Send a held message in spite of what came, which the agent has now seen.
    SendAnyway(OutboxId),
    /// Remember the sort of an entry.
    SaveSort {
        /// The entry's key.
        entry: String,
        /// Its sort.
        sort: Sort,
    },
    /// Load the outbox (all rows but the sent ones, newest first).
    Outbox {
        /// Number of the question.
        generation: Generation,
    },
    /// Send a failed, held or undecided row again.
    Retry(OutboxId),
    /// Give a row up; the text of a message becomes a draft again.
    Discard(OutboxId),
    /// The agent says that an undecided row has arrived.
    MarkSent(OutboxId),
    /// Make a tag and put it on a conversation. The helpdesk gives the tag its id; then `Act::Tag` is
    /// committed as a new group of the engine's own, and the answer is `Committed`, or a `Notice` when
    /// the tag could not be made. A tag of that name that is there already is used.
    CreateTag {
        /// Its name, as typed.
        name: Untrusted,
        /// Which conversation gets it.
        on: ConversationId,
    },
    /// Away, or back.
    SetAway(AwayState),
    /// Search teammates, tags … again, pull now, try the outbox now.
    SyncNow,
    /// What is on screen: pulled and fetched first.
    Showing {
        /// Conversation in the thread pane.
        thread: Option<ConversationId>,
        /// Conversations in the list's window, nearest to the cursor first.
        list: Vec<ConversationId>,
    },
}

/// Where the agent is: what the next start returns to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Place {
    /// Key of the sidebar's entry; empty for the first.
    pub entry: String,
    /// The conversation under the cursor, or open.
    pub conversation: Option<ConversationId>,
    /// Whether its thread has the focus.
    pub open: bool,
    /// Lines scrolled down in its thread.
    pub scroll: usize,
    /// Whether the composer has the focus.
    pub composing: bool,
}

/// How the agent has arranged the screen; entries by their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Arrangement {
    /// Sections and folders that are folded.
    pub folded: Vec<String>,
    /// Sections and folders that are folded by themselves at first, and have been unfolded.
    pub unfolded: Vec<String>,
    /// Entries pinned to the top, in order.
    pub pinned: Vec<String>,
    /// Entries that are not shown.
    pub hidden: Vec<String>,
    /// Entries in the agent's order; those that are not named follow in the order of their own.
    pub order: Vec<String>,
    /// What was chosen in the palette, the latest first.
    pub recent: Vec<String>,
    /// Compact or comfortable, once chosen on screen: `compact`, `comfortable`; else empty.
    pub density: String,
}

/// Whether what is done can be kept on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// Yes.
    #[default]
    Disk,
    /// No: the inbox lives in memory, and acts are refused. Why, as a key of the catalogue of words.
    Memory(&'static str),
}

/// How much of the threads is on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Conversations whose thread is here and current.
    pub here: usize,
    /// Conversations whose thread is wanted here (all, or those within the retention limit).
    pub of: usize,
}

/// How the connection to the helpdesk stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Not tried yet.
    Starting,
    /// The last exchange went well.
    Online,
    /// Since when not, and why, as a key of the catalogue of words.
    Offline {
        /// Since when.
        since: UnixTime,
        /// Key of the catalogue of words: `offline-unreachable`, `offline-refused`, `offline-server`,
        /// `offline-nonsense`, `offline-throttled`.
        why: &'static str,
    },
    /// The token was refused.
    SignedOut {
        /// Since when.
        since: UnixTime,
    },
}

/// How far the first pull has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Conversations here.
    pub done: usize,
    /// Conversations at the helpdesk, as far as it says.
    pub of: Option<usize>,
    /// Conversations a second lately; 0 when not known yet.
    pub rate: u32,
}

/// What the engine room says.
#[derive(Clone, Debug)]
pub enum Event {
    /// Answer to `Request::Window`.
    Window {
        /// Number of the question.
        generation: Generation,
        /// The rows.
        window: Window,
    },
    /// Answer to `Request::Counts`, by key.
    Counts {
        /// Number of the question.
        generation: Generation,
        /// Entry key to count.
        counts: BTreeMap<String, Count>,
    },
    /// Answer to `Request::Thread`; comes again when the fetched thread differs.
    Thread {
        /// Number of the question.
        generation: Generation,
        /// The thread; `None` when there is no such conversation.
        thread: Option<Box<Thread>>,
    },
    /// Answer to `Request::Outbox`.
    Outbox {
        /// Number of the question.
        generation: Generation,
        /// The rows.
        rows: Vec<OutboxRow>,
    },
    /// Who and what the workspace has.
    Directory(Arc<Directory>),
    /// Sorts that were remembered, by entry key; once at start.
    Sorts(BTreeMap<String, Sort>),
    /// Rows of the cache changed: ask again for what is on screen.
    Changed {
        /// Conversations that changed; empty means anything may have.
        ids: Vec<ConversationId>,
    },
    /// Acts are on disk.
    Committed {
        /// Their group.
        group: GroupId,
        /// The new rows, in order.
        rows: Vec<OutboxRow>,
    },
    /// Acts could not be committed: nothing was done, the drafts are kept.
    Refused {
        /// Their group.
        group: GroupId,
        /// Why, as a key of the catalogue of words.
        why: &'static str,
        /// The texts that they carried.
        texts: Vec<(ConversationId, Mode, String)>,
    },
    /// A group was taken back.
    Undone {
        /// Which group.
        group: GroupId,
        /// Rows dropped before they were sent.
        dropped: Vec<OutboxRow>,
        /// Compensating acts that were committed.
        inverted: Vec<OutboxRow>,
        /// Rows that nothing takes back.
        left: Vec<OutboxRow>,
    },
    /// An outbox row changed its status.
    Row(OutboxRow),
    /// How many rows wait to be sent, and how many need a person.
    OutboxCounts {
        /// Queued, sending, in retry or unknown.
        waiting: usize,
        /// Failed, held or undecided.
        needs_you: usize,
    },
    /// The connection changed.
    Connection(Connection),
    /// A draft is on disk, as it is there now.
    DraftSaved(Box<Draft>),
    /// A draft was not saved: another deskhand has written there since.
    DraftConflict {
        /// What was to be saved; kept aside on disk until one of the two is chosen.
        ours: Box<Draft>,
        /// What is there.
        theirs: Box<Draft>,
    },
    /// A draft could not be saved: what was there before is there still.
    DraftNotSaved {
        /// On which conversation.
        conversation: ConversationId,
        /// Reply or note.
        mode: Mode,
        /// Why, as a key of the catalogue of words.
        why: &'static str,
        /// Details.
        details: Untrusted,
    },
    /// Another deskhand changed the outbox, drafts or marks: ask again for what is shown of them.
    StateChanged,
    /// Where the agent was when the program ended; once at start.
    Place(Place),
    /// How the agent has arranged the screen; at start, before `Place`.
    Arrangement(Box<Arrangement>),
    /// Whether what is done is kept on disk; at start and when it changes.
    Storage(Storage),
    /// How much of the threads is on disk; when it changed noticeably.
    History(History),
    /// This machine's clock is so many seconds ahead of the helpdesk's (behind when negative); told
    /// when it is more than 30 off, and again (as 0) when it no longer is.
    ClockOff(i64),
    /// The request budget is nearly used up: requests left of so many in this window; `None` when
    /// there is room again.
    Budget(Option<(u64, u64)>),
    /// The first pull goes on; `None` when it is complete.
    Progress(Option<Progress>),
    /// Something that the agent should know: a key of the catalogue of words, and details in the
    /// server's words (may be empty).
    Notice {
        /// Key of the catalogue of words.
        key: &'static str,
        /// Details.
        details: Untrusted,
    },
}
