//! One thread at a time: the conversation that is open, or is about to be.

use std::sync::PoisonError;

use super::engine::{Engine, SyncError};
use crate::api::{Class, Client};
use crate::domain::{AwayState, ContactId, ConversationId, FilePart, Tag};

impl Engine {
    /// Reads a conversation with its parts, keeps it, and tells.
    ///
    /// # Errors
    /// When the helpdesk does not answer, has no such conversation, or the disk refuses.
    pub async fn fetch_thread(&self, id: &ConversationId) -> Result<(), SyncError> {
        let outcome = self.fetch_thread_by(&self.client, id).await;
        self.note_missed(id, &outcome).await?;
        outcome.map(drop)
    }

    /// One that the helpdesk does not have is taken out of the cache only when it says so again, a settle
    /// time or more later, and never said otherwise between: a replica may lag, a proxy may err.
    pub(super) async fn note_missed<T>(
        &self,
        id: &ConversationId,
        outcome: &Result<T, SyncError>,
    ) -> Result<(), SyncError> {
        let Err(SyncError::Api(error)) = outcome else { return Ok(()) };
        if !matches!(error.class(), Class::NotFound { .. }) {
            return Ok(());
        }
        let now = self.clock.monotonic();
        let is_sure = {
            let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
            let first = *missed.entry(id.clone()).or_insert(now);
            let is_sure = now.saturating_sub(first) >= self.timings.settle;
            if is_sure {
                missed.remove(id);
            }
            is_sure
        };
        if is_sure {
            self.drop_deleted(vec![id.clone()]).await?;
        }
        Ok(())
    }

    /// The same in the client's turn. Gives whether the thread is as new as the row that is here: a
    /// replica may lag, and one that does is not asked again at once.
    pub(super) async fn fetch_thread_by(&self, client: &Client, id: &ConversationId) -> Result<bool, SyncError> {
        let outcome = client.conversation(id).await;
        self.note_item(&outcome);
        match outcome {
            Ok(fetched) => {
                self.missed.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
                for bad in &fetched.rejected {
                    tracing::warn!(item = %bad.what, why = bad.why, "a part could not be read and was left out");
                }
                let is_current = self
                    .on_disk(move |cache| {
                        cache.store_thread(&fetched.conversation, &fetched.parts, fetched.missing)?;
                        let row = cache.load_server_conversation(&fetched.conversation.id)?;
                        Ok(row.is_none_or(|row| row.updated_at <= fetched.conversation.updated_at))
                    })
                    .await?;
                self.tell_changed(vec![id.clone()]);
                Ok(is_current)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a contact with notes and companies, for the details panel.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn fetch_contact(&self, id: &ContactId, of: &ConversationId) -> Result<(), SyncError> {
        let outcome = self.client.contact(id).await;
        self.note_item(&outcome);
        let contact = match outcome {
            Err(error) => {
                let Class::NotFound { merged_into } = error.class() else { return Err(error.into()) };
                // Its name stands in the row; one that was merged is found under its new id.
                return match merged_into {
                    Some(new) if new != id => self.follow_merged(id.clone(), new.clone()).await,
                    _ => {
                        let asked = id.clone();
                        self.on_disk(move |cache| cache.store_contact_missing(&asked)).await
                    }
                };
            }
            Ok(contact) => contact,
        };
        // A token that may not see these shows the contact without them; what was here before stays.
        let notes = self.client.contact_notes(&contact.id).await.ok();
        let companies = self.client.companies(&contact.companies).await.unwrap_or_default();
        let asked = id.clone();
        let mut changed = self
            .on_disk(move |cache| {
                cache.store_companies(&companies)?;
                let now = contact.id.clone();
                let mut changed = cache.store_contacts(&[contact])?;
                if now != asked {
                    changed.extend(cache.rewrite_contact(&asked, &now)?);
                }
                if let Some(notes) = notes {
                    cache.store_contact_notes(&now, &notes.items)?;
                }
                Ok(changed)
            })
            .await?;
        if !changed.contains(of) {
            changed.push(of.clone());
        }
        self.tell_changed(changed);
        Ok(())
    }

    /// Makes a tag, or finds the one of that name.
    ///
    /// # Errors
    /// When the helpdesk does not answer or refuses, or the disk does.
    pub async fn create_tag(&self, name: &str) -> Result<Tag, SyncError> {
        let outcome = self.client.create_tag(name).await;
        self.note_exchange(&outcome);
        let tag = outcome?;
        self.amend_directory({
            let tag = tag.clone();
            move |directory| {
                if directory.tags.iter().all(|known| known.id != tag.id) {
                    directory.tags.push(tag);
                }
            }
        })
        .await?;
        Ok(tag)
    }

    /// Sets whether I am away.
    ///
    /// # Errors
    /// When the helpdesk does not answer or refuses, or the disk does.
    pub async fn set_away(&self, state: &AwayState) -> Result<(), SyncError> {
        let Some(me) = self.me() else { return self.pull_directory().await };
        let outcome = self.client.set_away(&me, state).await;
        self.note_exchange(&outcome);
        let teammate = outcome?;
        self.amend_directory(move |directory| {
            if let Some(known) = directory.teammates.iter_mut().find(|known| known.id == teammate.id) {
                *known = teammate;
            }
        })
        .await
    }

    /// Keeps a file that goes with a message. Blocks on the disk.
    ///
    /// # Errors
    /// As the file system says.
    pub fn keep_file(&self, name: &str, content_type: &str, content: &[u8]) -> std::io::Result<FilePart> {
        let hash = self.cache.keep_file(content)?;
        let name = crate::text::clean(name).to_string();
        Ok(FilePart { name, content_type: content_type.to_owned(), hash, size: content.len() as u64 })
    }
}
