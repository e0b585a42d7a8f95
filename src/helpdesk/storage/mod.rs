//! Where the helpdesk keeps everything: one trait of whole operations.
//!
//! Owns [`Store`], what its operations answer, and how they fail. Every writing operation is one
//! transaction: rules applied, parts appended, changes noted; when it returns the effect is on disk,
//! when it fails nothing has happened. No type here speaks of SQL. Enter at [`Store`];
//! [`SqliteStore`] is the implementation.

mod error;
pub mod sqlite;

use async_trait::async_trait;
use tokio::sync::watch;

pub use error::{Class, Missing, Refusal, StoreError};
pub use sqlite::SqliteStore;

use super::model::act::{
    Actor, Away, ContactFields, ConversationUpdate, Inserted, Manage, NewConversation, NewNote, NewRating, Record,
    Redaction, Reply, TagSpec,
};
use super::model::page::{ContactSort, NumberedPage, NumberedRequest, Page, PageRequest, ThreadBatch, ThreadWalk};
use super::model::{
    Admin, AdminId, AttachmentId, AttributeModel, AwayReason, Brand, Company, CompanyId, Contact, ContactId,
    ConversationAttribute, ConversationId, DataAttribute, DeletedConversation, Listed, Macro, MacroId, Note,
    OfficeHours, Segment, SegmentId, Tag, TagId, Team, TeamId, Thread, Token, TokenId, Workspace,
};
use super::search::{ContactQuery, ConversationQuery};

/// What a store operation answers.
pub type Answer<T> = Result<T, StoreError>;

/// One noted change. Sequence numbers ascend without repeating and follow the order of commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub seq: i64,
    /// What kind of thing changed.
    pub kind: ChangeKind,
    /// Which one.
    pub id: String,
}

/// Changes in order, from the log of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether changes before these have been forgotten, or never were: the number asked from is not
    /// of this log.
    pub is_broken: bool,
    /// The changes.
    pub changes: Vec<Change>,
}

/// Kinds of things that change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// A conversation was made or changed.
    Conversation,
    /// A conversation was deleted.
    ConversationDeleted,
    /// A contact was made or changed.
    Contact,
    /// A contact was merged into another.
    ContactMerged,
    /// A company.
    Company,
    /// A teammate.
    Admin,
    /// A team.
    Team,
    /// A tag was made or renamed.
    Tag,
    /// A tag was deleted.
    TagDeleted,
    /// A macro.
    Macro,
    /// Anything else of the workspace's settings.
    Setting,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Conversations in any state.
    pub conversations: usize,
    /// Open ones, without the snoozed.
    pub open: usize,
    /// Snoozed ones.
    pub snoozed: usize,
    /// Closed ones.
    pub closed: usize,
    /// Parts of all conversations.
    pub parts: usize,
    /// Contacts.
    pub contacts: usize,
    /// Companies.
    pub companies: usize,
    /// Teammates, bots left out.
    pub admins: usize,
    /// Teams.
    pub teams: usize,
    /// Tags.
    pub tags: usize,
    /// Macros.
    pub macros: usize,
}

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// File name.
    pub name: String,
    /// MIME type.
    pub content_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Which companies a list is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyFilter {
    /// With this tag.
    pub tag: Option<TagId>,
    /// In this segment.
    pub segment: Option<SegmentId>,
}

/// Everything the helpdesk keeps, as whole operations.
///
/// Reading operations see one committed state each. Writing operations are atomic and durable when
/// they return. Dropping the future of a writing operation does not undo it.
///
/// # Errors
/// Every operation fails with [`StoreError::Refused`] when what it names is not there or may not be
/// (code and message are ready to be told), with [`StoreError::ContactMerged`] when a contact was
/// merged away, and with [`StoreError::Broken`] or [`StoreError::Closed`] when the store itself fails.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    // Conversations, reading

    /// All conversations, changed last first.
    async fn list_conversations(&self, page: PageRequest) -> Answer<Page<Listed>>;

    /// One conversation with its most recent [`Thread::PARTS_SHOWN`] parts.
    async fn conversation(&self, id: ConversationId) -> Answer<Thread>;

    /// Threads in batches: changed last first, then, changed first first, those that changed while the
    /// walk went on. So none is lost, and one comes again only when it changed meanwhile (or in the
    /// very second in which the walk began). What changes in the second in which it ends is for the
    /// next search by `updated_at`. A batch has `most` threads at most, and fewer when they
    /// are long.
    async fn threads_after(&self, walk: ThreadWalk, most: usize) -> Answer<ThreadBatch>;

    /// The first of these threads, in order, as many as make a batch; at least one of them is read.
    async fn threads_of(&self, ids: Vec<ConversationId>) -> Answer<ThreadBatch>;

    /// The conversation that the contact was last active in: the API's id `last`.
    async fn last_conversation(&self, contact: ContactId) -> Answer<ConversationId>;

    /// The conversations that match, changed last first. The cursor stays good while rows change: a
    /// row that changes is at worst seen twice or, when it moves to the front, left to the next search.
    async fn search_conversations(&self, query: ConversationQuery, page: PageRequest) -> Answer<Page<Listed>>;

    /// How many conversations match.
    async fn count_conversations(&self, query: ConversationQuery) -> Answer<usize>;

    /// Deleted conversations by the time of deletion.
    async fn deleted_conversations(&self, page: NumberedRequest) -> Answer<NumberedPage<DeletedConversation>>;

    // Conversations, writing

    /// Begins a conversation for a contact; assignment on arrival is done.
    async fn create_conversation(&self, new: NewConversation) -> Answer<Thread>;

    /// Adds a message or a note. A contact's message opens what was closed or asleep.
    async fn reply(&self, id: ConversationId, reply: Reply) -> Answer<Thread>;

    /// Closes, opens, snoozes or assigns. A step that is so already leaves nothing.
    async fn manage(&self, id: ConversationId, manage: Manage) -> Answer<Thread>;

    /// Sets the read mark, title, attributes, company or priority.
    async fn update_conversation(&self, id: ConversationId, update: ConversationUpdate) -> Answer<Thread>;

    /// Takes the customer's judgement.
    async fn rate_conversation(&self, id: ConversationId, rating: NewRating) -> Answer<Thread>;

    /// Deletes for good; the deletion is listed.
    async fn delete_conversation(&self, id: ConversationId, retain_metrics: bool) -> Answer<()>;

    /// Puts a tag on; putting it on again changes nothing.
    async fn tag_conversation(&self, id: ConversationId, tag: TagId, by: Actor) -> Answer<Tag>;

    /// Takes a tag off.
    async fn untag_conversation(&self, id: ConversationId, tag: TagId, by: Actor) -> Answer<Tag>;

    /// Merges `secondary` into `primary` and answers the primary.
    async fn merge_conversations(
        &self,
        secondary: ConversationId,
        primary: ConversationId,
        by: Actor,
    ) -> Answer<Thread>;

    /// Takes a message's text and files out for good.
    async fn redact(&self, what: Redaction) -> Answer<Thread>;

    /// Adds a contact to a conversation.
    async fn add_participant(&self, id: ConversationId, contact: ContactId, by: Actor) -> Answer<Thread>;

    /// Takes a contact out of a conversation; the last one stays.
    async fn remove_participant(&self, id: ConversationId, contact: ContactId, by: Actor) -> Answer<Thread>;

    /// Wakes every conversation whose sleep is over at `now`, and answers which; hands out what waits
    /// in balanced teams' inboxes to whoever has room.
    async fn wake_due(&self, now: i64) -> Answer<Vec<ConversationId>>;

    /// When the next sleeping conversation wakes.
    async fn next_wake(&self) -> Answer<Option<i64>>;

    // Contacts

    /// All contacts, newest first.
    async fn list_contacts(&self, page: PageRequest) -> Answer<Page<Contact>>;

    /// The contacts that match; newest first when no sort is given.
    async fn search_contacts(
        &self,
        query: ContactQuery,
        sort: Option<ContactSort>,
        page: PageRequest,
    ) -> Answer<Page<Contact>>;

    /// One contact.
    async fn contact(&self, id: ContactId) -> Answer<Contact>;

    /// The contact of that external identifier.
    async fn contact_by_external_id(&self, external_id: String) -> Answer<Contact>;

    /// The contact of that address; the one changed last when there are several.
    async fn contact_by_email(&self, email: String) -> Answer<Contact>;

    /// Makes a contact. One with the same external identifier, or a user with the same address, is a
    /// conflict.
    async fn create_contact(&self, fields: ContactFields) -> Answer<Contact>;

    /// Changes a contact.
    async fn update_contact(&self, id: ContactId, fields: ContactFields) -> Answer<Contact>;

    /// Blocks a contact and closes the conversations with it that are not closed: all or nothing. Blocking
    /// it again changes nothing.
    async fn block_contact(&self, id: ContactId, by: Actor) -> Answer<Contact>;

    /// Merges the lead `from` into the user `into` and answers the latter.
    async fn merge_contacts(
        &self,
        from: ContactId,
        into: ContactId,
        skip_duplicate_validation: bool,
    ) -> Answer<Contact>;

    /// A contact's tags, by name.
    async fn contact_tags(&self, id: ContactId) -> Answer<Vec<Tag>>;

    /// Puts a tag on a contact.
    async fn tag_contact(&self, id: ContactId, tag: TagId) -> Answer<Tag>;

    /// Takes a tag off a contact.
    async fn untag_contact(&self, id: ContactId, tag: TagId) -> Answer<Tag>;

    /// The notes on a contact, newest first.
    async fn contact_notes(&self, id: ContactId, page: NumberedRequest) -> Answer<NumberedPage<Note>>;

    /// Writes a note on a contact.
    async fn create_note(&self, note: NewNote) -> Answer<Note>;

    /// A contact's companies, by name.
    async fn contact_companies(&self, id: ContactId) -> Answer<Vec<Company>>;

    // Companies

    /// Companies that have contacts, changed last first.
    async fn list_companies(&self, filter: CompanyFilter, page: NumberedRequest) -> Answer<NumberedPage<Company>>;

    /// One company.
    async fn company(&self, id: CompanyId) -> Answer<Company>;

    /// The company of that external identifier (`company_id`).
    async fn company_by_external_id(&self, company_id: String) -> Answer<Company>;

    /// The company of that name; the one changed last when there are several.
    async fn company_by_name(&self, name: String) -> Answer<Company>;

    // People of the workspace

    /// Teammates by identifier; bots are left out.
    async fn admins(&self) -> Answer<Vec<Admin>>;

    /// One teammate or bot.
    async fn admin(&self, id: AdminId) -> Answer<Admin>;

    /// Sets a teammate away or back; who comes back gets what waits.
    async fn set_away(&self, id: AdminId, away: Away) -> Answer<Admin>;

    /// Reasons for being away in their order, deleted ones included.
    async fn away_reasons(&self) -> Answer<Vec<AwayReason>>;

    /// Teams by identifier.
    async fn teams(&self) -> Answer<Vec<Team>>;

    /// One team.
    async fn team(&self, id: TeamId) -> Answer<Team>;

    // Settings

    /// The workspace.
    async fn workspace(&self) -> Answer<Workspace>;

    /// Replaces the workspace's settings.
    async fn set_workspace(&self, workspace: Workspace) -> Answer<()>;

    /// Tags by identifier.
    async fn tags(&self) -> Answer<Vec<Tag>>;

    /// One tag.
    async fn tag(&self, id: TagId) -> Answer<Tag>;

    /// Makes or renames a tag. Names are one and the same whatever their case: making one that
    /// exists answers it, renaming to another one's name is refused.
    async fn save_tag(&self, tag: TagSpec) -> Answer<Tag>;

    /// Deletes a tag. One that something still carries is refused with `tag_has_dependent_objects`.
    async fn delete_tag(&self, id: TagId) -> Answer<()>;

    /// Macros that `reader` sees, changed last first; only those changed at or after `updated_since`.
    async fn list_macros(&self, reader: AdminId, updated_since: Option<i64>, page: PageRequest) -> Answer<Page<Macro>>;

    /// One macro, when `reader` sees it.
    async fn get_macro(&self, id: MacroId, reader: AdminId) -> Answer<Macro>;

    /// Segments with their counts.
    async fn segments(&self) -> Answer<Vec<Segment>>;

    /// One segment with its count.
    async fn segment(&self, id: SegmentId) -> Answer<Segment>;

    /// Brands, the default one first.
    async fn brands(&self) -> Answer<Vec<Brand>>;

    /// Definitions of the attributes of contacts and companies, or of one of them.
    async fn data_attributes(&self, model: Option<AttributeModel>) -> Answer<Vec<DataAttribute>>;

    /// Definitions of the attributes of conversations, archived ones included.
    async fn conversation_attributes(&self) -> Answer<Vec<ConversationAttribute>>;

    /// Office hours schedules.
    async fn office_hours(&self) -> Answer<Vec<OfficeHours>>;

    // Files

    /// A stored file.
    async fn attachment(&self, id: AttachmentId) -> Answer<StoredFile>;

    // Tokens

    /// Keeps a token; the hash must be new. Answers it with its identifier.
    async fn create_token(&self, token: Token) -> Answer<Token>;

    /// The token of that hash, revoked or not.
    async fn token_by_hash(&self, hash: String) -> Answer<Option<Token>>;

    /// All tokens, oldest first.
    async fn tokens(&self) -> Answer<Vec<Token>>;

    /// Revokes a token for good; revoking it again changes nothing.
    async fn revoke_token(&self, id: TokenId) -> Answer<()>;

    // Bulk

    /// Inserts records as they are, all in one transaction; no rule is applied. What is known already
    /// is left as it is and reported: a conversation or contact by external identifier, a tag or
    /// attribute by name, anything by identifier. Unset identifiers are given in order.
    ///
    /// Made for some hundreds to some thousands of records at once.
    async fn insert_batch(&self, records: Vec<Record>) -> Answer<Inserted>;

    /// Of these external identifiers of contacts, those known, with the contact of each.
    async fn known_contacts(&self, external_ids: Vec<String>) -> Answer<Vec<(String, ContactId)>>;

    /// Of these external identifiers of conversations, those known, with the conversation of each.
    async fn known_conversations(&self, external_ids: Vec<String>) -> Answer<Vec<(String, ConversationId)>>;

    // Changes

    /// Changes after `seq` in order, at most `limit`.
    async fn changes_since(&self, seq: i64, limit: usize) -> Answer<Changes>;

    /// Forgets the oldest changes but the last `keep`, a few thousand at once; answers whether there
    /// is more to forget.
    async fn forget_changes(&self, keep: usize) -> Answer<bool>;

    /// Number of the last change; a receiver is woken after each commit.
    fn last_change(&self) -> watch::Receiver<i64>;

    /// How much there is.
    async fn counts(&self) -> Answer<Counts>;

    /// Ends the store: what was accepted is written, the files are closed.
    async fn close(&self);
}
