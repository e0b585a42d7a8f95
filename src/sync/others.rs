//! What other running programs do to the two files, and whether the files can be written: told to the
//! screen.

use super::engine::Engine;
use super::message::{Event, Storage};
use crate::cache::{InMemory, News, Watch};
use crate::text::Untrusted;

impl Engine {
    /// Hears of the changes of others until the value is dropped.
    pub(super) fn hear_others(&self) -> Watch {
        let engine = self.clone();
        self.cache.watch(self.timings.watch_poll, move |news| engine.take_in(news))
    }

    fn take_in(&self, news: News) {
        if let Some(ids) = news.conversations {
            if ids.is_empty() {
                match self.cache.load_directory() {
                    Ok(directory) => self.replace_directory(move |known| *known = directory),
                    Err(error) => tracing::warn!(%error, "what another program changed could not be read"),
                }
            }
            self.tell(Event::Changed { ids });
        }
        if news.state {
            self.tell(Event::StateChanged);
            self.tell_outbox();
            // Something may be due, or the one who sent has given the lease back.
            self.wake_outbox();
        }
    }

    /// Tells what became of damaged files.
    pub(super) fn tell_repairs(&self) {
        if let Some(salvage) = self.cache.salvaged() {
            let name = salvage.aside.as_ref().and_then(|aside| aside.file_name()).unwrap_or_default();
            let details = format!("{} + {}: {}", salvage.kept, salvage.lost, name.to_string_lossy());
            self.tell(Event::Notice { key: "state-salvaged", details: Untrusted::new(details) });
        }
        if self.cache.damaged_cache().is_some() {
            self.tell(Event::Notice { key: "cache-rebuilt", details: Untrusted::default() });
        }
    }

    /// Tells whether what is done is kept on disk, when that is other than what was told before; gives
    /// what is known now.
    pub(super) fn tell_storage(&self, told: Storage) -> Storage {
        let now = storage_of(self.cache.storage().state);
        if now != told {
            self.tell(Event::Storage(now));
        }
        now
    }
}

/// What is kept of what an agent does, in words of the catalogue.
const fn storage_of(state: Option<InMemory>) -> Storage {
    match state {
        None => Storage::Disk,
        Some(why) => Storage::Memory(why_in_memory(why)),
    }
}

/// Why a file lives in memory, as a key of the catalogue of words.
#[must_use]
pub const fn why_in_memory(why: InMemory) -> &'static str {
    match why {
        InMemory::Full => "memory-full",
        InMemory::ReadOnly => "memory-read-only",
        InMemory::Unusable => "memory-unusable",
    }
}
