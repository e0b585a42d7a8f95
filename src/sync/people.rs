//! Who and what the workspace has: the directory, macros and office hours, contacts, companies.
//!
//! Each on its own schedule, all behind what the agent waits for. What a token may not see is left
//! out and costs nothing else.

use std::sync::{Arc, PoisonError};

use super::engine::{Engine, SyncError, me_of};
use super::message::Event;
use crate::api::{ApiError, Class, Cursor, FoundContacts, Page, Walk};
use crate::cache::{Cache, CacheError};
use crate::domain::{AttributeOwner, Company, CompanyId, Contact, ContactId, Directory, UnixTime};

/// Contacts looked up in one request.
const CONTACTS: usize = 50;
/// Contacts written in one transaction.
const KEPT_AT_ONCE: usize = 10;
/// Contacts looked up by a round of `sync`.
pub const CONTACTS_A_ROUND: usize = 1_000;
/// Where the re-reading of contacts stands: Unix seconds by the server's clock.
const CONTACTS_MARK: &str = "contacts";

impl Engine {
    /// Asks `/me` and the small lists, and keeps them.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn pull_directory(&self) -> Result<(), SyncError> {
        let outcome = self.client.background().me().await;
        self.note_exchange(&outcome);
        let workspace = outcome?;
        // Who we are is kept before anything else can fail: nothing can be sent without it.
        let mut first = (*self.directory()).clone();
        first.workspace = Some(workspace.clone());
        let me = me_of(&first);
        let mentions = self
            .on_disk(move |cache| {
                cache.store_directory_workspace(&workspace)?;
                me.map_or(Ok(Vec::new()), |me| cache.set_me(&me))
            })
            .await?;
        self.tell_changed(mentions);
        let workspace = first.workspace.clone();
        self.replace_directory(move |known| known.workspace = workspace);
        let outcome = self.fetch_directory(first).await;
        self.note_item(&outcome);
        let fetched = outcome?;
        let kept = fetched.clone();
        self.on_disk(move |cache| store_directory(cache, &kept)).await?;
        self.replace_directory(move |known| {
            let (macros, office_hours) = (std::mem::take(&mut known.macros), std::mem::take(&mut known.office_hours));
            *known = Directory { macros, office_hours, ..fetched };
        });
        Ok(())
    }

    /// Reads the helpdesk's macros and office hours, and keeps them.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn pull_library(&self) -> Result<(), SyncError> {
        let client = self.client.background();
        let mut macros = Vec::new();
        let mut walk = Walk::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let outcome = client.macros(None, cursor.as_ref()).await;
            self.note_item(&outcome);
            let page = match outcome {
                Ok(page) => page,
                Err(error) if error.is_permanent() => break,
                Err(error) => return Err(error.into()),
            };
            cursor = walk.next(&page);
            macros.extend(page.items);
            if cursor.is_none() {
                break;
            }
        }
        let outcome = client.office_hours().await;
        self.note_item(&outcome);
        let office_hours = or_none(outcome)?;
        macros.sort_by_key(|one| crate::text::fold(one.name.as_raw()));
        let kept = (macros.clone(), office_hours.clone());
        self.on_disk(move |cache| {
            cache.store_directory_macros(&kept.0)?;
            cache.store_directory_office_hours(&kept.1)
        })
        .await?;
        self.replace_directory(move |known| {
            known.macros = macros;
            known.office_hours = office_hours;
        });
        Ok(())
    }

    /// Takes over a change of the directory, and tells when it is news.
    pub(super) fn replace_directory(&self, change: impl FnOnce(&mut Directory)) {
        let changed = {
            let mut known = self.directory.write().unwrap_or_else(PoisonError::into_inner);
            let mut directory = (**known).clone();
            change(&mut directory);
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
        self.replace_directory(move |known| *known = directory);
        Ok(())
    }

    async fn fetch_directory(&self, mut directory: Directory) -> Result<Directory, ApiError> {
        let client = self.client.background();
        // What a token may not see, or no more, stays as it was known last.
        keep_or_take(&mut directory.teammates, client.admins().await)?;
        keep_or_take(&mut directory.teams, client.teams().await)?;
        keep_or_take(&mut directory.tags, client.tags().await)?;
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

    /// Looks up contacts of whom the rows know only the id: at most `limit` of them, those of the
    /// newest conversations first. Gives how many were looked up.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn pull_contacts(&self, limit: usize) -> Result<usize, SyncError> {
        let wanted: Vec<ContactId> = self.on_disk(move |cache| cache.contacts_wanted(limit)).await?;
        for ids in wanted.chunks(CONTACTS) {
            self.fetch_contacts(ids).await?;
        }
        Ok(wanted.len())
    }

    /// Reads these contacts again and keeps what became of them.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub(super) async fn fetch_contacts(&self, ids: &[ContactId]) -> Result<(), SyncError> {
        let outcome = self.client.background().contacts(ids).await;
        self.note_item(&outcome);
        let FoundContacts { found, mut merged, rejected, .. } = outcome?;
        // One that was merged into itself is nowhere.
        merged.retain(|(old, new)| old != new);
        for bad in &rejected {
            tracing::warn!(item = %bad.what, why = %bad.why, "a contact could not be read and was left out");
        }
        let missing: Vec<ContactId> = ids
            .iter()
            .filter(|id| found.iter().all(|contact| contact.id != **id) && merged.iter().all(|(old, _)| old != *id))
            .cloned()
            .collect();
        self.keep_contacts(found).await?;
        for (old, new) in &merged {
            self.follow_merged(old.clone(), new.clone()).await?;
        }
        // Those that are gone or cannot be read are not asked for again: the row's own name stands.
        self.on_disk(move |cache| missing.iter().try_for_each(|id| cache.store_contact_missing(id))).await
    }

    /// Keeps contacts, few at a time: one with many conversations changes many rows, and an act must not
    /// wait for all of them.
    async fn keep_contacts(&self, mut contacts: Vec<Contact>) -> Result<(), SyncError> {
        while !contacts.is_empty() {
            let some: Vec<_> = contacts.drain(..KEPT_AT_ONCE.min(contacts.len())).collect();
            let changed = self.on_disk(move |cache| cache.store_contacts(&some)).await?;
            self.attention.note_changed(&changed);
            self.tell_changed(changed);
        }
        Ok(())
    }

    /// A contact was merged into another: what refers to it follows.
    pub(super) async fn follow_merged(&self, old: ContactId, new: ContactId) -> Result<(), SyncError> {
        let changed = self.on_disk(move |cache| cache.rewrite_contact(&old, &new)).await?;
        self.tell_changed(changed);
        Ok(())
    }

    /// Reads companies by id and keeps them.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub(super) async fn fetch_companies(&self, ids: &[CompanyId]) -> Result<(), SyncError> {
        let outcome = self.client.background().companies(ids).await;
        self.note_item(&outcome);
        self.keep_companies(outcome?).await
    }

    async fn keep_companies(&self, companies: Vec<Company>) -> Result<(), SyncError> {
        let changed = self.on_disk(move |cache| cache.store_companies(&companies)).await?;
        self.tell_changed(changed);
        Ok(())
    }

    /// Reads again what changed of the contacts that are here, and the names of all companies.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn refresh_people(&self) -> Result<(), SyncError> {
        self.refresh_contacts().await?;
        self.refresh_companies().await
    }

    /// Reads the names of all companies again.
    pub(super) async fn refresh_companies(&self) -> Result<(), SyncError> {
        let client = self.client.background();
        let mut walk = Walk::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let outcome = client.list_companies(cursor.as_ref()).await;
            self.note_item(&outcome);
            let page = match outcome {
                Ok(page) => page,
                // No right to them, or beyond the last page that can be asked for.
                Err(error) if error.is_permanent() => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            cursor = walk.next(&page);
            self.keep_companies(page.items).await?;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    async fn refresh_contacts(&self) -> Result<(), SyncError> {
        let client = self.client.background();
        let mut upto = client.server_now();
        if client.server_offset().is_none() {
            // Our own clock may be wrong: the newest moment that the server has told is certainly past.
            let told = self.conversations_upto().await?;
            upto = told.map_or(upto, |told| upto.min(told));
        }
        let now = upto - self.timings.overlap;
        let stored = self.on_disk(|cache| cache.load_cursor(CONTACTS_MARK)).await?;
        // Before the first time there is nothing that could be out of date.
        if let Some(since) = stored.and_then(|text| text.parse().ok()).map(UnixTime) {
            let mut walk = Walk::new();
            let mut cursor: Option<Cursor> = None;
            loop {
                let outcome = client.contacts_updated_since(since, cursor.as_ref()).await;
                self.note_item(&outcome);
                let page = match outcome {
                    Ok(page) => page,
                    Err(error) if matches!(error.class(), Class::NotAllowed | Class::Refused) => break,
                    Err(error) => return Err(error.into()),
                };
                cursor = walk.next(&page);
                // A workspace has far more contacts than conversations that are here.
                let mut known = page.items;
                let known = self
                    .on_disk(move |cache| {
                        let mut here = Vec::with_capacity(known.len());
                        for contact in known.drain(..) {
                            if cache.load_contact(&contact.id)?.is_some_and(|(before, _)| before != contact) {
                                here.push(contact);
                            }
                        }
                        Ok(here)
                    })
                    .await?;
                self.keep_contacts(known).await?;
                if cursor.is_none() {
                    break;
                }
            }
        }
        self.on_disk(move |cache| cache.store_cursor(CONTACTS_MARK, Some(&now.secs().to_string()))).await
    }
}

/// What is not to be had stays as it was; anything else that failed fails.
fn keep_or_take<T>(known: &mut Vec<T>, outcome: Result<Page<T>, ApiError>) -> Result<(), ApiError> {
    match outcome {
        Ok(page) => *known = page.items,
        Err(error) if error.is_permanent() => tracing::info!(%error, "a list is not to be had with this token"),
        Err(error) => return Err(error),
    }
    Ok(())
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
