//! What the screen asks of the engine room, and what it hears back. Plain values.
//!
//! Requests never wait and never fail at the asker's end; whatever comes of one is an [`Event`].
//! Loads carry a [`Generation`]: an answer older than the latest question is dropped by whoever
//! asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use crate::cache::{Count, FoundContact, SetReminder, Window};
use crate::domain::bulk::{Apart, Bulk, BulkItem, Deed, Matched, Preview, Selected};
use crate::domain::{
    Act, AwayState, Began, Contact, ContactNote, ContactRef, Conversation, ConversationId, Directory, Draft, Duplicate,
    GroupId, Mode, Opening, OutboxId, OutboxRow, Part, Shift, TagId, TagRef, UnixTime,
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
    /// Its parts, oldest first, the opening message first. Empty while not on disk. Shared with whoever reads
    /// their bodies: these can be large.
    pub parts: Arc<Vec<Part>>,
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
    /// Who takes part beside the contact; of those who are not known here only the id is given.
    pub others: Vec<ContactRef>,
    /// Contacts that may be the same person, at most 5.
    pub duplicates: Vec<Duplicate>,
    /// What the agent wanted to be told when it came back; absent while it is snoozed or closed.
    pub reminder: Option<SetReminder>,
}

/// What a picker wants to know beside the names that it has.
#[derive(Clone, Debug, PartialEq)]
pub enum Pick {
    /// How many conversations each of these queries has, by key: counted once, not kept.
    Loads(Vec<(String, Query)>),
    /// Who takes part in a conversation.
    Participants(ConversationId),
    /// People whose name, address or phone number has this in it.
    People(String),
    /// What a conversation may be merged into: the contact's others.
    MergeInto(ConversationId),
    /// One conversation, by its number.
    Conversation(ConversationId),
    /// How often each tag is on the newest conversations.
    TagUse,
}

/// A contact, as a picker shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Id, name, address, role.
    pub contact: ContactRef,
    /// Phone number; may be empty.
    pub phone: Untrusted,
    /// Its company's name; may be empty.
    pub company: Untrusted,
}

/// Answer to a [`Pick`].
#[derive(Clone, Debug, PartialEq)]
pub enum Picked {
    /// How many, by key.
    Loads(BTreeMap<String, usize>),
    /// Who takes part, in the conversation's order. Of those who are not known here only the id is given.
    Participants(Vec<Person>),
    /// People, the best first.
    People(Vec<Person>),
    /// Conversations, newest first.
    MergeInto(Vec<Conversation>),
    /// The conversation, when it is here.
    Conversation(Option<Box<Conversation>>),
    /// How often, by tag; those that are on none are left out.
    TagUse(BTreeMap<TagId, usize>),
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
    /// Look for contacts and conversations in the cache. Of these questions only the newest is answered,
    /// with `Found`.
    Find {
        /// Number of the question.
        generation: Generation,
        /// What is typed: words, a phone number, a conversation's id.
        text: String,
    },
    /// What came since a moment (by our clock), for the start of a shift. Of these questions only the newest
    /// is answered, with `Shift`.
    Shift {
        /// Number of the question.
        generation: Generation,
        /// Since when.
        since: UnixTime,
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
    /// I am done with being mentioned in this conversation, up to this moment by the helpdesk's clock.
    MentionDone {
        /// Which.
        id: ConversationId,
        /// Up to when.
        until: UnixTime,
    },
    /// I am not done with it after all.
    MentionBack(ConversationId),
    /// Keep to whom a new conversation goes; the answer is `NewBegun`, after which it can be shown and
    /// written like any other, or a `Notice`.
    BeginNew {
        /// Its placeholder.
        id: ConversationId,
        /// To whom, by which channel, under which subject.
        opening: Box<Opening>,
    },
    /// Forget a new conversation, unless something was written for it.
    ForgetNew(ConversationId),
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
    /// Make tags. The answer is `TagsMade`, or `Refused` with this group when one could not be made. A tag
    /// of that name that is there already is used.
    MakeTags {
        /// Which question it is.
        group: GroupId,
        /// Their names, as typed.
        names: Vec<Untrusted>,
    },
    /// Load what a picker wants to know. The answer is `Picked`.
    Pick {
        /// Number of the question.
        generation: Generation,
        /// What.
        what: Pick,
    },
    /// Away, or back.
    SetAway(AwayState),
    /// Load all that a query finds, to be frozen as a selection. The answer is `Matching`.
    Matching {
        /// Number of the question.
        generation: Generation,
        /// Which conversations.
        query: Query,
        /// In which order.
        sort: Sort,
    },
    /// Count what a query finds beside those that matched before. The answer is `Later`.
    Later {
        /// Number of the question.
        generation: Generation,
        /// Which conversations.
        query: Query,
        /// Those that matched.
        known: Arc<Matched>,
    },
    /// Judge what a deed on many would do. The answer is `BulkPreview`.
    BulkPreview {
        /// Number of the question.
        generation: Generation,
        /// The deed.
        plan: Box<BulkPlan>,
    },
    /// Do it: all of it is committed, or nothing. The answer is `BulkDone` or `Refused`.
    Bulk {
        /// All of it is undone together.
        group: GroupId,
        /// The deed.
        plan: Box<BulkPlan>,
    },
    /// Load how far the latest deeds on many are. The answer is `Bulks`.
    Bulks,
    /// Load what became of each conversation of a deed. The answer is `BulkItems`.
    BulkItems {
        /// Number of the question.
        generation: Generation,
        /// Which deed.
        group: GroupId,
    },
    /// Let the sender leave a deed alone, or go on with it. The answer is `Bulks`.
    PauseBulk {
        /// Which deed.
        group: GroupId,
        /// Leave it alone.
        paused: bool,
    },
    /// Send what was refused of a deed again.
    RetryBulk(GroupId),
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
    /// Where in its thread, as the thread pane marks it; zero at its beginning.
    pub scroll: usize,
    /// Whether the composer has the focus.
    pub composing: bool,
    /// When a key was last pressed, to ten minutes; zero when that is not known.
    pub at: UnixTime,
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
    /// Commands of the agent's own that may run without being asked about again, each by a digest of it and of what
    /// goes into it.
    pub pipes: Vec<String>,
    /// Where a file was saved last, with its last `/`; empty before there was one.
    pub save_folder: String,
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
        /// Key of the catalogue of words: `offline-unreachable`, `offline-server`, `offline-nonsense`,
        /// `offline-throttled`.
        why: &'static str,
    },
    /// The token was refused.
    SignedOut {
        /// Since when.
        since: UnixTime,
    },
}

/// A deed on many conversations.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkPlan {
    /// On which.
    pub selected: Selected,
    /// What.
    pub deed: Deed,
    /// The list that they were selected in; absent when it has no query.
    pub list: Option<Query>,
    /// Set apart for these reasons, and included by the agent nevertheless.
    pub included: BTreeSet<Apart>,
    /// Where the message was written: the draft that it uses up.
    pub anchor: Option<(ConversationId, Mode)>,
    /// Answering what is nobody's also takes it.
    pub takes: bool,
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
#[allow(clippy::large_enum_variant, reason = "every event is boxed on its way to the screen")]
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
    /// Answer to `Request::Find`.
    Found {
        /// Number of the question.
        generation: Generation,
        /// At most 20, newest first.
        contacts: Vec<FoundContact>,
        /// At most 20, newest first; one of just the typed id before all others.
        conversations: Vec<Conversation>,
    },
    /// Answer to `Request::Shift`.
    Shift {
        /// Number of the question.
        generation: Generation,
        /// What came.
        shift: Box<Shift>,
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
    /// Answer to `Request::MakeTags`: all of them are there, in the order asked for.
    TagsMade {
        /// Which question it was.
        group: GroupId,
        /// The tags.
        tags: Vec<TagRef>,
    },
    /// Answer to `Request::Pick`.
    Picked {
        /// Number of the question.
        generation: Generation,
        /// What is known.
        what: Picked,
    },
    /// Answer to `Request::Matching`.
    Matching {
        /// Number of the question.
        generation: Generation,
        /// What matched.
        matched: Arc<Matched>,
    },
    /// Answer to `Request::Later`.
    Later {
        /// Number of the question.
        generation: Generation,
        /// How many match that did not.
        count: usize,
    },
    /// Answer to `Request::BulkPreview`.
    BulkPreview {
        /// Number of the question.
        generation: Generation,
        /// What would be done.
        preview: Box<Preview>,
    },
    /// A deed on many is on disk.
    BulkDone {
        /// Its group.
        group: GroupId,
        /// The new rows; none for a deed that is no act.
        rows: Vec<OutboxRow>,
        /// On so many conversations.
        done: usize,
        /// So many were left out.
        left_out: usize,
        /// So many were so already.
        already: usize,
        /// What stays selected: what was left out, and what was too many at once.
        stay: Arc<Matched>,
    },
    /// How far the latest deeds on many are, the newest first: the answer to `Request::Bulks`, and when one
    /// was paused.
    Bulks(Vec<Bulk>),
    /// Answer to `Request::BulkItems`.
    BulkItems {
        /// Number of the question.
        generation: Generation,
        /// Which deed.
        group: GroupId,
        /// What became of each: what needs a person first.
        items: Vec<BulkItem>,
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
    /// A new conversation is on disk, under its placeholder.
    NewBegun(ConversationId),
    /// The first message of a new conversation has arrived. Its row, its drafts and what waits behind it
    /// belong to what it became; the placeholder is gone.
    Started {
        /// What stood for it.
        placeholder: ConversationId,
        /// What it became; absent where the helpdesk does not say.
        became: Option<ConversationId>,
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
