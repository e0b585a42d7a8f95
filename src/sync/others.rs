//! What other running programs do to the two files, and whether the files can be written: told to the
//! screen.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use super::engine::Engine;
use super::message::{Event, Storage};
use crate::cache::{InMemory, News, Watch};
use crate::text::Untrusted;

impl Engine {
    /// Hears of the changes of others until the value is dropped.
    pub(super) fn hear_others(&self) -> Watch {
        let engine = self.clone();
        let runtime = Handle::try_current().ok();
        let spaced = Arc::new(Mutex::new(Spaced::default()));
        self.cache.watch(self.timings.watch_poll, move |news| engine.take_in(news, runtime.as_ref(), &spaced))
    }

    /// Anything may have changed: reads what is kept in memory, and tells.
    fn take_in_all(&self) {
        match self.cache.load_directory() {
            Ok(directory) => self.replace_directory(move |known| *known = directory),
            Err(error) => tracing::warn!(%error, "what another program changed could not be read"),
        }
        self.tell(Event::Changed { ids: Vec::new() });
    }

    fn take_in(&self, news: News, runtime: Option<&Handle>, spaced: &Arc<Mutex<Spaced>>) {
        match news.conversations {
            Some(ids) if ids.is_empty() => {
                let now = self.clock.monotonic();
                let turn = spaced.lock().unwrap_or_else(PoisonError::into_inner).ask(now);
                match (turn, runtime) {
                    (Turn::Now, _) | (_, None) => self.take_in_all(),
                    (Turn::Later(wait), Some(runtime)) => {
                        let (engine, spaced) = (self.clone(), Arc::clone(spaced));
                        runtime.spawn(async move {
                            tokio::time::sleep(wait).await;
                            let now = engine.clock.monotonic();
                            spaced.lock().unwrap_or_else(PoisonError::into_inner).come(now);
                            // It fails only while the runtime goes down.
                            let _ = tokio::task::spawn_blocking(move || engine.take_in_all()).await;
                        });
                    }
                    (Turn::Comes, Some(_)) => {}
                }
            }
            Some(ids) => self.tell(Event::Changed { ids }),
            None => {}
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
            let all = salvage.kept.saturating_add(salvage.lost);
            let details = format!("{} of {all}: {}", salvage.kept, name.to_string_lossy());
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

/// Between two readings of everything while another program changes all the time.
const SPACE: Duration = Duration::from_millis(250);

/// What may happen only so often; the last asking is never forgotten.
#[derive(Debug, Default)]
struct Spaced {
    last: Option<Duration>,
    comes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Now,
    Later(Duration),
    /// It has been put off and comes.
    Comes,
}

impl Spaced {
    fn ask(&mut self, now: Duration) -> Turn {
        if self.comes {
            return Turn::Comes;
        }
        let wait = self.last.map_or(Duration::ZERO, |last| (last + SPACE).saturating_sub(now));
        if wait.is_zero() {
            self.last = Some(now);
            return Turn::Now;
        }
        self.comes = true;
        Turn::Later(wait)
    }

    fn come(&mut self, now: Duration) {
        *self = Self { last: Some(now), comes: false };
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
        InMemory::Replaced => "memory-replaced",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_all_the_time_is_read_now_and_then_and_the_last_change_is_not_missed() {
        let millis = Duration::from_millis;
        let mut spaced = Spaced::default();
        assert_eq!(spaced.ask(millis(1_000)), Turn::Now);
        assert_eq!(spaced.ask(millis(1_025)), Turn::Later(millis(225)));
        assert_eq!(spaced.ask(millis(1_050)), Turn::Comes);
        spaced.come(millis(1_250));
        assert_eq!(spaced.ask(millis(1_260)), Turn::Later(millis(240)));
        spaced.come(millis(1_500));
        assert_eq!(spaced.ask(millis(1_800)), Turn::Now);
    }
}
