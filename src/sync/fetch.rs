//! One thread at a time: the conversation that is open, or is about to be.

use std::collections::HashSet;

use super::engine::{Engine, SyncError};
use crate::api::Class;
use crate::domain::{AwayState, ContactId, ConversationId, FilePart, Tag};

/// Threads that are looked for at once.
const THREADS: usize = 100;

impl Engine {
    /// Reads a conversation with its parts, keeps it, and tells.
    ///
    /// # Errors
    /// When the helpdesk does not answer, has no such conversation, or the disk refuses.
    pub async fn fetch_thread(&self, id: &ConversationId) -> Result<(), SyncError> {
        let outcome = self.client.conversation(id).await;
        self.note_exchange(&outcome);
        match outcome {
            Ok(fetched) => {
                for bad in &fetched.rejected {
                    tracing::warn!(item = %bad.what, why = bad.why, "a part could not be read and was left out");
                }
                self.on_disk(move |cache| cache.store_thread(&fetched.conversation, &fetched.parts, fetched.missing))
                    .await?;
                self.tell_changed(vec![id.clone()]);
                Ok(())
            }
            Err(error) => {
                if matches!(error.class(), Class::NotFound { .. }) {
                    let gone = vec![id.clone()];
                    let changed = self.on_disk(move |cache| cache.remove(&gone)).await?;
                    self.tell_changed(changed);
                }
                Err(error.into())
            }
        }
    }

    /// Fetches every thread that is not on disk or older than its row, newest first.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses; what was stored stays.
    pub async fn fetch_threads(&self) -> Result<usize, SyncError> {
        let mut count = 0;
        // Each is asked for once: what is still wanted afterwards cannot be had.
        let mut asked = HashSet::new();
        loop {
            let limit = asked.len() + THREADS;
            let mut wanted = self.on_disk(move |cache| cache.threads_wanted(limit)).await?;
            wanted.retain(|id| asked.insert(id.clone()));
            if wanted.is_empty() {
                return Ok(count);
            }
            for id in &wanted {
                match self.fetch_thread(id).await {
                    Ok(()) => count += 1,
                    // One that is gone or cannot be read costs itself.
                    Err(SyncError::Api(error)) if error.is_permanent() => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }

    /// Reads a contact with notes and companies, for the details panel.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn fetch_contact(&self, id: &ContactId, of: &ConversationId) -> Result<(), SyncError> {
        let outcome = self.client.contact(id).await;
        self.note_exchange(&outcome);
        let contact = match outcome {
            Err(error) if matches!(error.class(), Class::NotFound { .. }) => {
                let asked = id.clone();
                return self.on_disk(move |cache| cache.store_contact_missing(&asked)).await;
            }
            other => other?,
        };
        // A token that may not see these shows the contact without them.
        let notes = self.client.contact_notes(id).await.map(|page| page.items).unwrap_or_default();
        let companies = self.client.companies(&contact.companies).await.unwrap_or_default();
        let asked = id.clone();
        let mut changed = self
            .on_disk(move |cache| {
                cache.store_companies(&companies)?;
                cache.store_contact_notes(&asked, &notes)?;
                if contact.id != asked {
                    cache.store_contact_missing(&asked)?;
                }
                cache.store_contacts(&[contact])
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
