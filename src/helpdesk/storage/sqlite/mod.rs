//! The store on `SQLite`.
//!
//! Owns the database's files, threads and statements. One thread writes and shares a commit among what
//! waits, a few read; a conversation is a row of columns that searches compare, and a document with the
//! rest. Must not know HTTP or the wire. Enter at [`SqliteStore::open`].

mod acts;
mod batch;
mod changes;
mod columns;
mod companies;
mod connection;
mod contacts;
mod conversations;
mod cursor;
mod filter;
mod migrations;
mod people;
mod rows;
mod settings;
#[cfg(test)]
mod tests;
mod threads;
mod tokens;
mod totals;
mod words;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::watch;

use self::connection::Threads;
use self::totals::Totals;
use super::{Answer, Changes, CompanyFilter, Counts, Missing, Store, StoreError, StoredFile};
use crate::clock::{Clock, Ids};
use crate::helpdesk::model::act::{
    Actor, Away, ContactFields, ConversationUpdate, Inserted, Manage, NewConversation, NewNote, NewRating, Record,
    Redaction, Reply, TagSpec,
};
use crate::helpdesk::model::page::{
    ContactSort, NumberedPage, NumberedRequest, Page, PageRequest, ThreadBatch, ThreadWalk,
};
use crate::helpdesk::model::{
    Admin, AdminId, AttachmentId, AttributeModel, AwayReason, Brand, Company, CompanyId, Contact, ContactId,
    ConversationAttribute, ConversationId, DataAttribute, DeletedConversation, Listed, Macro, MacroId, Note,
    OfficeHours, Segment, SegmentId, Tag, TagId, Team, TeamId, Thread, Token, TokenId, Workspace,
};
use crate::helpdesk::search::{ContactQuery, ConversationQuery};

/// The helpdesk's store in one directory: the file `helpdesk.db` and `SQLite`'s own beside it.
pub struct SqliteStore {
    threads: Arc<Threads>,
    totals: Arc<Totals>,
    clock: Clock,
    ids: Ids,
}

/// What a writing job works with.
struct Work<'a> {
    db: &'a Connection,
    now: i64,
    ids: &'a Ids,
}

impl SqliteStore {
    /// Opens the store in `dir`, made when it is not there, and brings it up to date. The directory is
    /// made for its owner only; so is the file. Blocks for some milliseconds. One store at a time may be
    /// open in a directory, in this process and all others.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another one is open there; broken when the directory or file cannot be
    /// made or read, or is of a newer program.
    pub fn open(dir: &Path, clock: Clock, ids: Ids) -> Result<Self, StoreError> {
        Ok(Self { threads: Arc::new(Threads::start(dir)?), totals: Arc::default(), clock, ids })
    }

    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        self.threads.read(question).await
    }

    async fn write<T: Send + 'static>(&self, job: impl FnOnce(&Work<'_>) -> Answer<T> + Send + 'static) -> Answer<T> {
        self.write_at(self.clock.unix_secs(), job).await
    }

    async fn write_at<T: Send + 'static>(
        &self,
        now: i64,
        job: impl FnOnce(&Work<'_>) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let ids = self.ids.clone();
        self.threads.write(move |db| job(&Work { db, now, ids: &ids })).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn list_conversations(&self, page: PageRequest) -> Answer<Page<Listed>> {
        self.search_conversations(ConversationQuery::all(), page).await
    }

    async fn conversation(&self, id: ConversationId) -> Answer<Thread> {
        self.read(move |db| conversations::thread(db, id)).await
    }

    async fn threads_after(&self, walk: ThreadWalk, most: usize) -> Answer<ThreadBatch> {
        let now = self.clock.unix_secs();
        self.read(move |db| threads::after(db, &walk, most, now)).await
    }

    async fn threads_of(&self, ids: Vec<ConversationId>) -> Answer<ThreadBatch> {
        self.read(move |db| threads::of(db, &ids)).await
    }

    async fn last_conversation(&self, contact: ContactId) -> Answer<ConversationId> {
        self.read(move |db| conversations::last_of(db, &contact)).await
    }

    async fn search_conversations(&self, query: ConversationQuery, page: PageRequest) -> Answer<Page<Listed>> {
        let totals = Arc::clone(&self.totals);
        self.read(move |db| conversations::search(db, &totals, &query, &page)).await
    }

    async fn count_conversations(&self, query: ConversationQuery) -> Answer<usize> {
        let totals = Arc::clone(&self.totals);
        self.read(move |db| conversations::count_matching(db, &totals, &query)).await
    }

    async fn deleted_conversations(&self, page: NumberedRequest) -> Answer<NumberedPage<DeletedConversation>> {
        self.read(move |db| conversations::deleted(db, page)).await
    }

    async fn create_conversation(&self, new: NewConversation) -> Answer<Thread> {
        self.write(move |work| acts::create(work, new)).await
    }

    async fn reply(&self, id: ConversationId, reply: Reply) -> Answer<Thread> {
        self.write(move |work| acts::reply(work, id, reply)).await
    }

    async fn manage(&self, id: ConversationId, manage: Manage) -> Answer<Thread> {
        self.write(move |work| acts::manage(work, id, manage)).await
    }

    async fn update_conversation(&self, id: ConversationId, update: ConversationUpdate) -> Answer<Thread> {
        self.write(move |work| acts::update(work, id, update)).await
    }

    async fn rate_conversation(&self, id: ConversationId, rating: NewRating) -> Answer<Thread> {
        self.write(move |work| acts::rate(work, id, rating)).await
    }

    async fn delete_conversation(&self, id: ConversationId, retain_metrics: bool) -> Answer<()> {
        self.write(move |work| acts::delete(work, id, retain_metrics)).await
    }

    async fn tag_conversation(&self, id: ConversationId, tag: TagId, by: Actor) -> Answer<Tag> {
        self.write(move |work| acts::tag(work, id, tag, &by)).await
    }

    async fn untag_conversation(&self, id: ConversationId, tag: TagId, by: Actor) -> Answer<Tag> {
        self.write(move |work| acts::untag(work, id, tag, &by)).await
    }

    async fn merge_conversations(
        &self,
        secondary: ConversationId,
        primary: ConversationId,
        by: Actor,
    ) -> Answer<Thread> {
        self.write(move |work| acts::merge_into(work, secondary, primary, &by)).await
    }

    async fn redact(&self, what: Redaction) -> Answer<Thread> {
        self.write(move |work| acts::redact_message(work, what)).await
    }

    async fn add_participant(&self, id: ConversationId, contact: ContactId, by: Actor) -> Answer<Thread> {
        self.write(move |work| acts::participant(work, id, &contact, &by, true)).await
    }

    async fn remove_participant(&self, id: ConversationId, contact: ContactId, by: Actor) -> Answer<Thread> {
        self.write(move |work| acts::participant(work, id, &contact, &by, false)).await
    }

    async fn wake_due(&self, now: i64) -> Answer<Vec<ConversationId>> {
        self.write_at(now, acts::wake_due).await
    }

    async fn next_wake(&self) -> Answer<Option<i64>> {
        self.read(|db| {
            let sql = "SELECT min(snoozed_until) FROM conversation WHERE snoozed_until IS NOT NULL";
            Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        })
        .await
    }

    async fn list_contacts(&self, page: PageRequest) -> Answer<Page<Contact>> {
        self.read(move |db| contacts::search(db, None, None, &page)).await
    }

    async fn search_contacts(
        &self,
        query: ContactQuery,
        sort: Option<ContactSort>,
        page: PageRequest,
    ) -> Answer<Page<Contact>> {
        self.read(move |db| contacts::search(db, Some(&query), sort.as_ref(), &page)).await
    }

    async fn contact(&self, id: ContactId) -> Answer<Contact> {
        self.read(move |db| contacts::load(db, &id)).await
    }

    async fn contact_by_external_id(&self, external_id: String) -> Answer<Contact> {
        self.read(move |db| contacts::by_external_id(db, &external_id)).await
    }

    async fn contact_by_email(&self, email: String) -> Answer<Contact> {
        self.read(move |db| contacts::by_email(db, &email)).await
    }

    async fn create_contact(&self, fields: ContactFields) -> Answer<Contact> {
        self.write(move |work| contacts::create(work, fields)).await
    }

    async fn update_contact(&self, id: ContactId, fields: ContactFields) -> Answer<Contact> {
        self.write(move |work| contacts::update(work, &id, fields)).await
    }

    async fn block_contact(&self, id: ContactId, by: Actor) -> Answer<Contact> {
        self.write(move |work| acts::block_contact(work, &id, &by)).await
    }

    async fn merge_contacts(
        &self,
        from: ContactId,
        into: ContactId,
        skip_duplicate_validation: bool,
    ) -> Answer<Contact> {
        self.write(move |work| contacts::merge(work, &from, &into, skip_duplicate_validation)).await
    }

    async fn contact_tags(&self, id: ContactId) -> Answer<Vec<Tag>> {
        self.read(move |db| contacts::tags(db, &id)).await
    }

    async fn tag_contact(&self, id: ContactId, tag: TagId) -> Answer<Tag> {
        self.write(move |work| contacts::set_tag(work, &id, tag, true)).await
    }

    async fn untag_contact(&self, id: ContactId, tag: TagId) -> Answer<Tag> {
        self.write(move |work| contacts::set_tag(work, &id, tag, false)).await
    }

    async fn contact_notes(&self, id: ContactId, page: NumberedRequest) -> Answer<NumberedPage<Note>> {
        self.read(move |db| contacts::notes(db, &id, page)).await
    }

    async fn create_note(&self, note: NewNote) -> Answer<Note> {
        self.write(move |work| contacts::create_note(work, note)).await
    }

    async fn contact_companies(&self, id: ContactId) -> Answer<Vec<Company>> {
        self.read(move |db| contacts::companies_of(db, &id)).await
    }

    async fn list_companies(&self, filter: CompanyFilter, page: NumberedRequest) -> Answer<NumberedPage<Company>> {
        self.read(move |db| companies::list(db, &filter, page)).await
    }

    async fn company(&self, id: CompanyId) -> Answer<Company> {
        self.read(move |db| Ok(companies::find(db, &id)?.ok_or(Missing::Company)?)).await
    }

    async fn company_by_external_id(&self, company_id: String) -> Answer<Company> {
        self.read(move |db| companies::by(db, "SELECT doc FROM company WHERE company_id = ?1", &company_id)).await
    }

    async fn company_by_name(&self, name: String) -> Answer<Company> {
        let sql = "SELECT doc FROM company WHERE name = ?1 ORDER BY updated_at DESC, id LIMIT 1";
        self.read(move |db| companies::by(db, sql, &name)).await
    }

    async fn admins(&self) -> Answer<Vec<Admin>> {
        self.read(people::admins).await
    }

    async fn admin(&self, id: AdminId) -> Answer<Admin> {
        self.read(move |db| Ok(people::admin(db, id)?.ok_or(Missing::Admin)?)).await
    }

    async fn set_away(&self, id: AdminId, away: Away) -> Answer<Admin> {
        self.write(move |work| people::set_away(work, id, away)).await
    }

    async fn away_reasons(&self) -> Answer<Vec<AwayReason>> {
        self.read(people::away_reasons).await
    }

    async fn teams(&self) -> Answer<Vec<Team>> {
        self.read(people::teams).await
    }

    async fn team(&self, id: TeamId) -> Answer<Team> {
        self.read(move |db| Ok(people::team(db, id)?.ok_or(Missing::Team)?)).await
    }

    async fn workspace(&self) -> Answer<Workspace> {
        self.read(settings::workspace).await
    }

    async fn set_workspace(&self, workspace: Workspace) -> Answer<()> {
        self.write(move |work| settings::set_workspace(work.db, &workspace)).await
    }

    async fn tags(&self) -> Answer<Vec<Tag>> {
        self.read(settings::tags).await
    }

    async fn tag(&self, id: TagId) -> Answer<Tag> {
        self.read(move |db| Ok(settings::tag(db, id)?.ok_or(Missing::Tag)?)).await
    }

    async fn save_tag(&self, tag: TagSpec) -> Answer<Tag> {
        self.write(move |work| settings::save_tag(work.db, &tag)).await
    }

    async fn delete_tag(&self, id: TagId) -> Answer<()> {
        self.write(move |work| settings::delete_tag(work.db, id)).await
    }

    async fn list_macros(&self, reader: AdminId, updated_since: Option<i64>, page: PageRequest) -> Answer<Page<Macro>> {
        self.read(move |db| settings::macros(db, reader, updated_since, &page)).await
    }

    async fn get_macro(&self, id: MacroId, reader: AdminId) -> Answer<Macro> {
        self.read(move |db| settings::get_macro(db, id, reader)).await
    }

    async fn segments(&self) -> Answer<Vec<Segment>> {
        self.read(settings::segments).await
    }

    async fn segment(&self, id: SegmentId) -> Answer<Segment> {
        self.read(move |db| settings::segment(db, &id)).await
    }

    async fn brands(&self) -> Answer<Vec<Brand>> {
        self.read(settings::brands).await
    }

    async fn data_attributes(&self, model: Option<AttributeModel>) -> Answer<Vec<DataAttribute>> {
        self.read(move |db| settings::data_attributes(db, model)).await
    }

    async fn conversation_attributes(&self) -> Answer<Vec<ConversationAttribute>> {
        self.read(settings::conversation_attributes).await
    }

    async fn office_hours(&self) -> Answer<Vec<OfficeHours>> {
        self.read(settings::office_hours).await
    }

    async fn attachment(&self, id: AttachmentId) -> Answer<StoredFile> {
        self.read(move |db| {
            let sql = "SELECT name, content_type, bytes FROM attachment WHERE id = ?1";
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([id.as_str()])?;
            let row = rows.next()?.ok_or(Missing::Other)?;
            Ok(StoredFile { name: row.get(0)?, content_type: row.get(1)?, bytes: row.get(2)? })
        })
        .await
    }

    async fn create_token(&self, token: Token) -> Answer<Token> {
        self.write(move |work| tokens::create(work.db, token)).await
    }

    async fn token_by_hash(&self, hash: String) -> Answer<Option<Token>> {
        self.read(move |db| tokens::by_hash(db, &hash)).await
    }

    async fn tokens(&self) -> Answer<Vec<Token>> {
        self.read(tokens::all).await
    }

    async fn revoke_token(&self, id: TokenId) -> Answer<()> {
        self.write(move |work| tokens::revoke(work.db, id, work.now)).await
    }

    async fn insert_batch(&self, records: Vec<Record>) -> Answer<Inserted> {
        self.write(move |work| batch::insert(work, records)).await
    }

    async fn known_contacts(&self, external_ids: Vec<String>) -> Answer<Vec<(String, ContactId)>> {
        self.read(move |db| batch::known_contacts(db, external_ids)).await
    }

    async fn known_conversations(&self, external_ids: Vec<String>) -> Answer<Vec<(String, ConversationId)>> {
        self.read(move |db| batch::known_conversations(db, external_ids)).await
    }

    async fn changes_since(&self, seq: i64, limit: usize) -> Answer<Changes> {
        self.read(move |db| changes::since(db, seq, limit)).await
    }

    async fn forget_changes(&self, keep: usize) -> Answer<bool> {
        self.write(move |work| changes::forget(work.db, keep)).await
    }

    fn last_change(&self) -> watch::Receiver<i64> {
        self.threads.last_change()
    }

    async fn counts(&self) -> Answer<Counts> {
        self.read(|db| {
            let all = |sql: &str| rows::count(db, sql, []);
            let in_state = |state: &str| rows::count(db, "SELECT count(*) FROM conversation WHERE state = ?1", [state]);
            Ok(Counts {
                conversations: all("SELECT count(*) FROM conversation")?,
                open: in_state("open")?,
                snoozed: in_state("snoozed")?,
                closed: in_state("closed")?,
                parts: all("SELECT count(*) FROM part")?,
                contacts: all("SELECT count(*) FROM contact")?,
                companies: all("SELECT count(*) FROM company")?,
                admins: people::count(db)?,
                teams: all("SELECT count(*) FROM team")?,
                tags: all("SELECT count(*) FROM tag")?,
                macros: all("SELECT count(*) FROM macro")?,
            })
        })
        .await
    }

    async fn close(&self) {
        let threads = Arc::clone(&self.threads);
        if tokio::task::spawn_blocking(move || threads.finish()).await.is_err() {
            tracing::error!("closing the store ended in a panic");
        }
    }
}
