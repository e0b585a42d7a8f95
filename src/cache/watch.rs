//! Hearing of what other running programs change in the two files.
//!
//! The system says when a file's log is written to; then, and only then, what was logged since is read:
//! idle costs nothing. Where the system does not tell (network file systems, no watches left), the files
//! are looked at once in a while. Enter at [`Cache::watch`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::change::Place;
use super::{Cache, CacheError, File};
use crate::domain::ConversationId;

/// Looks after the log was written to, each so long after the one before: what is written is committed
/// a moment later, as soon as the disk has it. The first also lets a burst gather.
const LOOKS: [Duration; 6] = [
    Duration::from_millis(15),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
];

/// What others have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Conversations that look different: `None` when none does, empty when any may, and the workspace's
    /// teammates, teams and tags too.
    pub conversations: Option<Vec<ConversationId>>,
    /// The outbox, drafts, marks or sorts changed.
    pub state: bool,
}

/// A watch on the two files; ends when dropped.
pub struct Watch {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
    watcher: Option<RecommendedWatcher>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("by_poll", &self.watcher.is_none()).finish_non_exhaustive()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.bell.lock().is_over = true;
        self.bell.rings.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic of the listener was reported by the hook.
            let _ = thread.join();
        }
    }
}

#[derive(Default)]
struct Bell {
    state: Mutex<Rung>,
    rings: Condvar,
}

#[derive(Default)]
struct Rung {
    times: u64,
    is_over: bool,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Rung> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) {
        self.lock().times += 1;
        self.rings.notify_all();
    }

    /// Waits until it has rung more often than `heard`, or for `longest`. How often it has; `None` when
    /// all is over.
    fn wait(&self, heard: u64, longest: Option<Duration>) -> Option<u64> {
        let is_quiet = |rung: &mut Rung| rung.times == heard && !rung.is_over;
        let rung = match longest {
            Some(longest) => {
                let waited = self.rings.wait_timeout_while(self.lock(), longest, is_quiet);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.rings.wait_while(self.lock(), is_quiet).unwrap_or_else(PoisonError::into_inner),
        };
        (!rung.is_over).then_some(rung.times)
    }

    /// Rests, however often it rings. How often it has; `None` when all is over.
    fn rest(&self, time: Duration) -> Option<u64> {
        let waited = self.rings.wait_timeout_while(self.lock(), time, |rung| !rung.is_over);
        let rung = waited.unwrap_or_else(PoisonError::into_inner).0;
        (!rung.is_over).then_some(rung.times)
    }
}

impl Cache {
    /// Tells `on_news` what other programs change in the two files from now on; what is written here is
    /// no news. It is called on a thread of its own, and should return soon. Where the system gives no
    /// word of changes, the files are looked at every `poll`.
    #[must_use = "the watch ends when it is dropped"]
    pub fn watch(&self, poll: Duration, on_news: impl Fn(News) + Send + 'static) -> Watch {
        let bell = Arc::new(Bell::default());
        if self.0.cache.is_in_memory() && self.0.state.is_in_memory() {
            return Watch { bell, thread: None, watcher: None };
        }
        let watcher = self.listen(&bell);
        let poll = watcher.is_none().then_some(poll);
        let mut place = Place::default();
        self.find_end(&mut place);
        let (cache, heard) = (self.clone(), bell.clone());
        let thread = thread::Builder::new()
            .name("deskhand-watch".to_owned())
            .spawn(move || cache.hear(&heard, poll, place, on_news))
            .inspect_err(|error| tracing::warn!(%error, "changes by other programs will not be seen"))
            .ok();
        Watch { bell, thread, watcher }
    }

    fn listen(&self, bell: &Arc<Bell>) -> Option<RecommendedWatcher> {
        let dirs: Vec<&Path> = [&self.0.cache, &self.0.state]
            .into_iter()
            .filter(|file| !file.is_in_memory())
            .filter_map(|file| file.path().parent())
            .collect();
        if dirs.iter().any(|dir| is_far_away(dir)) {
            return None;
        }
        let bell = bell.clone();
        let on_event = move |event: notify::Result<notify::Event>| match event {
            Ok(event) if event.need_rescan() => bell.ring(),
            Ok(event) if matches!(event.kind, EventKind::Modify(_)) && event.paths.iter().any(|path| is_log(path)) => {
                bell.ring();
            }
            Ok(_) => {}
            Err(_) => bell.ring(),
        };
        let watching = RecommendedWatcher::new(on_event, notify::Config::default()).and_then(|mut watcher| {
            for dir in &dirs {
                watcher.watch(dir, RecursiveMode::NonRecursive)?;
            }
            Ok(watcher)
        });
        watching.inspect_err(|error| tracing::warn!(%error, "the files cannot be watched, so they are polled")).ok()
    }

    fn find_end(&self, place: &mut Place) {
        let me = &self.0.writer.id;
        let cache = self.read_cache(|cache| place.end_of_cache(cache));
        let state = self.read_state(|state| place.news_of_state(state, me));
        if let Err(error) = cache.and(state) {
            tracing::warn!(%error, "what others changed cannot be read");
        }
    }

    fn hear(&self, bell: &Bell, poll: Option<Duration>, mut place: Place, on_news: impl Fn(News)) {
        let mut heard = 0;
        while let Some(times) = bell.wait(heard, poll) {
            if times == heard {
                self.look(&mut place, &on_news);
                continue;
            }
            heard = times;
            let mut looks = LOOKS.iter();
            while let Some(pause) = looks.next() {
                let Some(times) = bell.rest(*pause) else { return };
                self.look(&mut place, &on_news);
                if times != heard {
                    heard = times;
                    looks = LOOKS.iter();
                    // Never twice in the shortest pause, however much is written.
                    looks.next();
                }
            }
        }
    }

    fn look(&self, place: &mut Place, on_news: &impl Fn(News)) {
        match self.news(place) {
            // A fault of the listener costs one piece of news; the hook has said where it is.
            Ok(news) if news != News::default() => {
                if catch_unwind(AssertUnwindSafe(|| on_news(news))).is_err() {
                    tracing::error!("what others changed was not taken in");
                }
            }
            Ok(_) => {}
            // The next write rings again.
            Err(error) => tracing::debug!(%error, "what others changed cannot be read"),
        }
    }

    fn news(&self, place: &mut Place) -> Result<News, CacheError> {
        let me = &self.0.writer.id;
        // What could not be read of one file must not be lost of the other.
        let mut next = place.clone();
        let state = self.read_state(|state| next.news_of_state(state, me))?;
        let conversations = self.read_cache(|cache| next.news_of_cache(cache, me))?;
        *place = next;
        Ok(News { conversations, state })
    }
}

fn is_log(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    [File::Cache, File::State].iter().any(|file| name.strip_suffix("-wal") == Some(file.name()))
}

/// Whether a directory lies where another machine may write unheard.
#[cfg(target_os = "linux")]
fn is_far_away(dir: &Path) -> bool {
    // NFS, SMB, CIFS, SMB2, 9P, AFS, Ceph, Coda, FUSE, Lustre, OCFS2, GFS2 (statfs(2), linux/magic.h).
    const FAR: [u64; 12] = [
        0x6969,
        0x517B,
        0xFF53_4D42,
        0xFE53_4D42,
        0x0102_1997,
        0x5346_414F,
        0x00C3_6400,
        0x7375_7245,
        0x6573_5546,
        0x0BD0_0BD0,
        0x7461_636F,
        0x0116_1970,
    ];
    rustix::fs::statfs(dir).is_ok_and(|found| FAR.contains(&(found.f_type as u64 & 0xFFFF_FFFF)))
}

#[cfg(not(target_os = "linux"))]
fn is_far_away(_dir: &Path) -> bool {
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::super::fixtures::{NOW, Place as Desk, commit, conversation, id};
    use super::*;
    use crate::domain::{Act, Tag, TagId};
    use crate::text::Untrusted;

    const SOON: Duration = Duration::from_secs(5);
    const NEVER: Duration = Duration::from_secs(3_600);

    fn watched(cache: &Cache, poll: Duration) -> (Watch, Receiver<News>) {
        let (tell, told) = channel();
        let watch = cache.watch(poll, move |news| {
            let _ = tell.send(news);
        });
        (watch, told)
    }

    /// Hears until both what is wanted of the cache and of the state has come.
    fn gather(told: &Receiver<News>, is_all: impl Fn(&News) -> bool) -> News {
        let mut all = News::default();
        while !is_all(&all) {
            let news = told.recv_timeout(SOON).unwrap();
            all.state |= news.state;
            if let Some(ids) = news.conversations {
                all.conversations.get_or_insert_default().extend(ids);
            }
        }
        all
    }

    #[test]
    fn another_programs_changes_are_heard_of_and_ones_own_are_not() {
        let place = Desk::new();
        let other = place.another();
        let (_watch, told) = watched(&place.cache, NEVER);
        place.cache.store_page(&[conversation("mine", NOW)], None).unwrap();
        commit(&place.cache, "mine", "mine", &[Act::Close]);
        other.store_page(&[conversation("1", NOW), conversation("2", NOW)], None).unwrap();
        let news = gather(&told, |news| news.conversations.is_some());
        assert_eq!(news, News { conversations: Some(vec![id("1"), id("2")]), state: false });
        commit(&other, "g", "1", &[Act::Close]);
        let news = gather(&told, |news| news.conversations.is_some() && news.state);
        assert_eq!(news.conversations, Some(vec![id("1")]));
    }

    #[test]
    fn where_the_system_is_silent_the_files_are_polled() {
        let place = Desk::new();
        let other = place.another();
        let (tell, told) = channel();
        let bell = Arc::new(Bell::default());
        let (cache, heard) = (place.cache.clone(), bell.clone());
        let mut from = Place::default();
        cache.find_end(&mut from);
        let polling = thread::spawn(move || {
            cache.hear(&heard, Some(Duration::from_millis(5)), from, move |news| {
                let _ = tell.send(news);
            });
        });
        commit(&other, "g", "1", &[Act::Close]);
        assert!(gather(&told, |news| news.state).conversations.is_none());
        bell.lock().is_over = true;
        bell.rings.notify_all();
        polling.join().unwrap();
    }

    #[test]
    fn too_much_to_name_and_the_workspace_itself_are_anything() {
        let place = Desk::new();
        let other = place.another();
        let mut read = Place::default();
        place.cache.find_end(&mut read);
        let many: Vec<_> = (0..300).map(|n| conversation(&n.to_string(), NOW)).collect();
        other.store_page(&many, None).unwrap();
        assert_eq!(place.cache.news(&mut read).unwrap().conversations, Some(Vec::new()));
        other.store_page(&[conversation("1", NOW + 1)], None).unwrap();
        assert_eq!(place.cache.news(&mut read).unwrap().conversations, Some(vec![id("1")]));
        let tag = Tag { id: TagId::parse("9").unwrap(), name: Untrusted::new("new") };
        assert!(other.store_directory_tags(std::slice::from_ref(&tag)).unwrap());
        assert_eq!(place.cache.news(&mut read).unwrap().conversations, Some(Vec::new()));
        assert!(!other.store_directory_tags(&[tag]).unwrap());
        assert_eq!(place.cache.news(&mut read).unwrap(), News::default());
    }

    #[test]
    fn whoever_has_missed_too_much_takes_it_that_anything_changed() {
        let place = Desk::new();
        let other = place.another();
        let mut read = Place::default();
        place.cache.find_end(&mut read);
        for n in 0..520 {
            other.store_page(&[conversation("1", NOW + n)], None).unwrap();
        }
        let rows: i64 =
            other.read_cache(|c| Ok(c.query_row("SELECT count(*) FROM change", [], |row| row.get(0))?)).unwrap();
        assert_eq!(rows, 500);
        assert_eq!(place.cache.news(&mut read).unwrap().conversations, Some(Vec::new()));
    }

    #[test]
    fn news_that_could_not_be_read_are_read_the_next_time() {
        let place = Desk::new();
        let other = place.another();
        let mut read = Place::default();
        place.cache.find_end(&mut read);
        other.store_page(&[conversation("1", NOW)], None).unwrap();
        commit(&other, "g", "1", &[Act::Close]);
        let blocker = rusqlite::Connection::open(place.dirs.cache.join("cache.db")).unwrap();
        blocker.execute_batch("ALTER TABLE change RENAME COLUMN ids TO away").unwrap();
        assert!(place.cache.news(&mut read).is_err());
        blocker.execute_batch("ALTER TABLE change RENAME COLUMN away TO ids").unwrap();
        let news = place.cache.news(&mut read).unwrap();
        assert_eq!((news.state, news.conversations), (true, Some(vec![id("1")])));
    }

    #[test]
    fn a_listener_that_fails_is_told_again() {
        let place = Desk::new();
        let other = place.another();
        let (tell, told) = channel();
        let _watch = place.cache.watch(NEVER, move |news| {
            let is_first = news.conversations == Some(vec![id("1")]);
            let _ = tell.send(news);
            assert!(!is_first, "a fault of the listener");
        });
        other.store_page(&[conversation("1", NOW)], None).unwrap();
        gather(&told, |news| news.conversations.is_some());
        other.store_page(&[conversation("2", NOW)], None).unwrap();
        let news = gather(&told, |news| news.conversations.is_some());
        assert_eq!(news.conversations, Some(vec![id("2")]));
    }

    #[test]
    fn what_changes_nothing_writes_nothing() {
        let place = Desk::new();
        let page = [conversation("1", NOW)];
        place.cache.store_page(&page, Some(("pull", "a"))).unwrap();
        let other = place.another();
        let mut read = Place::default();
        other.find_end(&mut read);
        place.cache.store_page(&page, Some(("pull", "a"))).unwrap();
        place.cache.hasten_retries().unwrap();
        place.cache.reconcile_at_start().unwrap();
        assert_eq!(other.news(&mut read).unwrap(), News::default());
        assert_eq!(other.news(&mut read).unwrap(), News::default());
    }

    #[test]
    fn a_watch_that_is_dropped_is_silent() {
        let place = Desk::new();
        let other = place.another();
        let (watch, told) = watched(&place.cache, NEVER);
        drop(watch);
        other.store_page(&[conversation("1", NOW)], None).unwrap();
        assert!(told.recv().is_err(), "whoever told is gone");
    }
}
