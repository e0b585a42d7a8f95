//! From the helpdesk into the cache: everything once, then what changed.

use std::sync::{Arc, PoisonError};

use serde::{Deserialize, Serialize};

use super::engine::{Engine, SyncError, me_of};
use super::message::{Event, Progress};
use crate::api::{ApiError, Class, ConversationFilter, Cursor, Page, Priority, Walk};
use crate::cache::{Cache, CacheError};
use crate::domain::{AttributeOwner, ContactId, Conversation, ConversationId, Directory, State, UnixTime};
use crate::text::Untrusted;

/// Contacts looked up in one request.
const CONTACTS: usize = 50;
/// Contacts looked up by a round of `sync`.
pub const CONTACTS_A_ROUND: usize = 1_000;

/// What a pull brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Rows that are new or different.
    pub changed: usize,
    /// Conversations that the helpdesk no longer has.
    pub deleted: usize,
    /// Items that could not be read; each cost only itself.
    pub rejected: usize,
}

/// The passes of the first pull: what agents act on first, then everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Pass {
    Open,
    Snoozed,
    All,
}

impl Pass {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Open => Some(Self::Snoozed),
            Self::Snoozed => Some(Self::All),
            Self::All => None,
        }
    }
}

/// How far the conversations have been pulled; kept in the cache with the rows that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// The pass of the first pull under way; absent once it is complete.
    pass: Option<Pass>,
    /// Next page of that pass.
    cursor: Option<String>,
    /// Everything changed up to here is in the cache once the first pull is complete, Unix seconds.
    upto: i64,
    /// Rows of the first pull so far.
    done: usize,
}

const MARK: &str = "conversations";
const DELETED: &str = "deleted";

impl Engine {
    /// Asks `/me` and the small lists, and keeps them.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn pull_directory(&self) -> Result<(), SyncError> {
        let outcome = self.fetch_directory().await;
        self.note_exchange(&outcome);
        let directory = outcome?;
        let kept = directory.clone();
        let mentions = self
            .on_disk(move |cache| {
                store_directory(cache, &kept)?;
                me_of(&kept).map_or(Ok(Vec::new()), |me| cache.set_me(&me))
            })
            .await?;
        self.tell_changed(mentions);
        self.replace_directory(directory);
        Ok(())
    }

    /// Takes over a directory, and tells when it is news.
    fn replace_directory(&self, directory: Directory) {
        let changed = {
            let mut known = self.directory.write().unwrap_or_else(PoisonError::into_inner);
            let changed = **known != directory;
            *known = Arc::new(directory);
            changed
        };
        if changed {
            self.tell(Event::Directory(self.directory()));
        }
    }

    /// Changes the directory after an answer that told of a part of it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) async fn amend_directory(&self, change: impl FnOnce(&mut Directory) + Send) -> Result<(), SyncError> {
        let mut directory = (*self.directory()).clone();
        change(&mut directory);
        let kept = directory.clone();
        self.on_disk(move |cache| store_directory(cache, &kept)).await?;
        self.replace_directory(directory);
        Ok(())
    }

    async fn fetch_directory(&self) -> Result<crate::domain::Directory, ApiError> {
        let mut directory = (*self.directory()).clone();
        let client = self.client.background();
        directory.workspace = Some(client.me().await?);
        directory.teammates = client.admins().await?.items;
        directory.teams = client.teams().await?.items;
        directory.tags = client.tags().await?.items;
        directory.capabilities = client.capabilities().await?;
        // A plan or token without these loses only these.
        directory.away_reasons = or_none(client.away_reasons().await)?;
        let mut attributes = Vec::new();
        for owner in [AttributeOwner::Conversation, AttributeOwner::Contact, AttributeOwner::Company] {
            attributes.extend(or_none(client.attributes(owner).await)?);
        }
        directory.attributes = attributes;
        directory.teammates.sort_by_key(|teammate| crate::text::fold(teammate.name.as_raw()));
        directory.teams.sort_by_key(|team| crate::text::fold(team.name.as_raw()));
        directory.tags.sort_by_key(|tag| crate::text::fold(tag.name.as_raw()));
        Ok(directory)
    }

    /// Whether the first pull has been completed once.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn is_filled(&self) -> Result<bool, SyncError> {
        Ok(self.mark()?.is_some_and(|mark| mark.pass.is_none()))
    }

    fn mark(&self) -> Result<Option<Mark>, SyncError> {
        let text = self.cache.load_cursor(MARK)?;
        // A mark that cannot be read costs a full pull, nothing else.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// What a reader wants up to date: teammates, teams and tags, conversations, deletions.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses; what was stored stays.
    pub async fn pull_once(&self) -> Result<Pulled, SyncError> {
        self.pull_directory().await?;
        let mut pulled = self.pull_conversations(Priority::Foreground).await?;
        pulled.deleted = self.pull_deletions().await?;
        Ok(pulled)
    }

    /// Pulls conversations: the first pull from where it stood, or what changed since the last.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses; what was stored stays, and the next call
    /// goes on from there.
    pub async fn pull_conversations(&self, priority: Priority) -> Result<Pulled, SyncError> {
        let mut pulled = Pulled::default();
        let text = self.on_disk(|cache| cache.load_cursor(MARK)).await?;
        let known = text.and_then(|text| serde_json::from_str(&text).ok());
        let mut mark = known.unwrap_or_else(|| Mark {
            pass: Some(Pass::Open),
            cursor: None,
            upto: (self.client.server_now() - self.timings.overlap).secs(),
            done: 0,
        });
        while let Some(pass) = mark.pass {
            self.fill_pass(pass, &mut mark, priority, &mut pulled).await?;
        }
        let since = UnixTime(mark.upto) - self.timings.overlap;
        let filter = ConversationFilter::updated_since(since);
        let mut walk = Walk::new();
        let mut cursor: Option<Cursor> = None;
        let mut newest = mark.upto;
        loop {
            let page = self.page(&filter, cursor.as_ref(), priority).await?;
            newest = page.items.iter().map(|row| row.updated_at.secs()).fold(newest, i64::max);
            cursor = walk.next(&page);
            if cursor.is_none() {
                // Only a whole walk moves the mark: a cut one is walked again. A date in the future
                // would hide what comes before it.
                mark.upto = newest.min(self.client.server_now().secs());
            }
            self.keep(page, &mark, &mut pulled).await?;
            if cursor.is_none() {
                return Ok(pulled);
            }
        }
    }

    /// One pass of the first pull, from where it stood.
    async fn fill_pass(
        &self,
        pass: Pass,
        mark: &mut Mark,
        priority: Priority,
        pulled: &mut Pulled,
    ) -> Result<(), SyncError> {
        let filter = match pass {
            Pass::Open => ConversationFilter { states: vec![State::Open], ..ConversationFilter::default() },
            Pass::Snoozed => ConversationFilter { states: vec![State::Snoozed], ..ConversationFilter::default() },
            Pass::All => ConversationFilter::updated_since(UnixTime(0)),
        };
        let mut cursor = mark.cursor.take().and_then(|text| Cursor::parse(&text));
        let mut walk = cursor.as_ref().map_or_else(Walk::new, Walk::from_cursor);
        let mut began_anew = false;
        loop {
            let page = match self.page(&filter, cursor.as_ref(), priority).await {
                // A cursor that the helpdesk no longer takes: the pass begins anew.
                Err(SyncError::Api(error)) if cursor.is_some() && !began_anew && *error.class() == Class::Refused => {
                    began_anew = true;
                    cursor = None;
                    walk = Walk::new();
                    continue;
                }
                other => other?,
            };
            cursor = walk.next(&page);
            mark.done += page.items.len();
            mark.cursor = cursor.as_ref().map(Cursor::to_text);
            if cursor.is_none() {
                mark.pass = pass.next();
            }
            let of = page.total.filter(|_| pass == Pass::All).and_then(|total| usize::try_from(total).ok());
            let done = if pass == Pass::All { mark.done.min(of.unwrap_or(mark.done)) } else { mark.done };
            self.keep(page, mark, pulled).await?;
            self.tell(Event::Progress(mark.pass.map(|_| Progress { done, of, rate: 0 })));
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    async fn page(
        &self,
        filter: &ConversationFilter,
        cursor: Option<&Cursor>,
        priority: Priority,
    ) -> Result<Page<Conversation>, SyncError> {
        let outcome = self.client.with_priority(priority).search_conversations(filter, cursor).await;
        self.note_exchange(&outcome);
        Ok(outcome?)
    }

    async fn keep(&self, page: Page<Conversation>, mark: &Mark, pulled: &mut Pulled) -> Result<(), SyncError> {
        pulled.rejected += page.rejected.len();
        for bad in &page.rejected {
            tracing::warn!(item = %bad.what, why = %bad.why, "a conversation could not be read and was left out");
        }
        let mark = serde_json::to_string(mark).map_err(|_| SyncError::Stopped)?;
        let ids = self.on_disk(move |cache| cache.store_page(&page.items, Some((MARK, &mark)))).await?;
        pulled.changed += ids.len();
        self.tell_changed(ids);
        Ok(())
    }

    /// Takes deleted conversations out of the cache. A helpdesk without such a list goes on without,
    /// and says so once.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn pull_deletions(&self) -> Result<usize, SyncError> {
        let stored = self.on_disk(|cache| cache.load_cursor(DELETED)).await?;
        let upto: i64 = match stored.as_deref() {
            Some("unsupported") => return Ok(0),
            Some(text) => text.parse().unwrap_or(0),
            None => 0,
        };
        let client = self.client.background();
        let mut newest = upto;
        let mut gone: Vec<ConversationId> = Vec::new();
        let mut walk = Walk::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let outcome = client.deleted_conversations(cursor.as_ref()).await;
            self.note_exchange(&outcome);
            let page = match outcome {
                Ok(page) => page,
                Err(error) if matches!(error.class(), Class::NotFound { .. } | Class::NotAllowed) => {
                    self.on_disk(|cache| cache.store_cursor(DELETED, Some("unsupported"))).await?;
                    self.tell(Event::Notice { key: "deletions-unknown", details: Untrusted::default() });
                    return Ok(0);
                }
                Err(error) => return Err(error.into()),
            };
            let mut reached_known = page.items.is_empty();
            for deleted in &page.items {
                let at = deleted.deleted_at.map_or(i64::MAX, UnixTime::secs);
                if at < upto {
                    reached_known = true;
                } else {
                    newest = if at == i64::MAX { newest } else { newest.max(at) };
                    gone.push(deleted.id.clone());
                }
            }
            cursor = walk.next(&page);
            if reached_known || cursor.is_none() {
                break;
            }
        }
        let ids = gone.clone();
        let changed = self
            .on_disk(move |cache| {
                let changed = cache.remove(&ids)?;
                cache.store_cursor(DELETED, Some(&newest.to_string()))?;
                Ok(changed)
            })
            .await?;
        let count = changed.len();
        self.tell_changed(changed);
        Ok(count)
    }

    /// Looks up contacts of whom the rows know only the id: at most `limit` of them, those of the
    /// newest conversations first.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn pull_contacts(&self, limit: usize) -> Result<usize, SyncError> {
        let wanted: Vec<ContactId> = self.on_disk(move |cache| cache.contacts_wanted(limit)).await?;
        let client = self.client.background();
        let mut count = 0;
        for ids in wanted.chunks(CONTACTS) {
            let outcome = client.contacts(ids).await;
            self.note_exchange(&outcome);
            let answer = outcome?;
            count += answer.found.len();
            let changed = self
                .on_disk(move |cache| {
                    let changed = cache.store_contacts(&answer.found)?;
                    // Merged and deleted ones are not asked for again: the row's own name stands.
                    for id in answer.gone.iter().chain(answer.merged.iter().map(|(old, _)| old)) {
                        cache.store_contact_missing(id)?;
                    }
                    Ok(changed)
                })
                .await?;
            self.tell_changed(changed);
        }
        Ok(count)
    }
}

/// What is not to be had is left out; anything else that failed fails.
fn or_none<T>(outcome: Result<Page<T>, ApiError>) -> Result<Vec<T>, ApiError> {
    match outcome {
        Ok(page) => Ok(page.items),
        Err(error) if error.is_permanent() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Keeps the small lists.
///
/// # Errors
/// As the cache says.
pub(super) fn store_directory(cache: &Cache, directory: &Directory) -> Result<(), CacheError> {
    if let Some(workspace) = &directory.workspace {
        cache.store_directory_workspace(workspace)?;
    }
    cache.store_directory_teammates(&directory.teammates)?;
    cache.store_directory_teams(&directory.teams)?;
    cache.store_directory_tags(&directory.tags)?;
    cache.store_directory_away_reasons(&directory.away_reasons)?;
    for owner in [AttributeOwner::Conversation, AttributeOwner::Contact, AttributeOwner::Company] {
        let own: Vec<_> = directory.attributes.iter().filter(|one| one.owner == owner).cloned().collect();
        cache.store_directory_attributes(owner, &own)?;
    }
    cache.store_directory_capabilities(directory.capabilities)?;
    Ok(())
}
