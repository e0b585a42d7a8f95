//! Bodies are read, and threads searched, on threads of their own: nothing that a body may hold delays a key.
//!
//! Owns the two threads, their deadlines, and what becomes of a body that cannot be read: its words alone. The
//! newest wish counts; whatever was under way and is not in it is left at once. Enter at [`BodyReader`].

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::screen::Wake;
use crate::app::Msg;
use crate::app::thread::reading::{Body, BodyKey, read, read_plainly};
use crate::app::thread::search::{MOST, Searcher};
use crate::app::thread::{Found, Reading, Search, ToRead};
use crate::clock::Clock;

/// A body that takes longer is shown without its layout.
const READ_WITHIN: Duration = Duration::from_millis(250);
/// A body that takes longer is searched without its layout.
const SEARCH_WITHIN: Duration = Duration::from_millis(100);
/// What was read or found is told after so long, if no frame waits for it.
const TOLD_AFTER: Duration = Duration::from_millis(15);
/// A walk over hostile markup has room enough.
const STACK: usize = 8 << 20;

/// The newest wish, for a thread that does one at a time.
struct Slot<T> {
    wish: Mutex<Wished<T>>,
    changed: Condvar,
    /// Number of the newest wish; asked without waiting.
    newest: AtomicU64,
}

struct Wished<T> {
    wish: Option<T>,
    closed: bool,
}

impl<T> Slot<T> {
    fn new() -> Arc<Self> {
        let wish = Mutex::new(Wished { wish: None, closed: false });
        Arc::new(Self { wish, changed: Condvar::new(), newest: AtomicU64::new(0) })
    }

    fn lock(&self) -> MutexGuard<'_, Wished<T>> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, wish: T) {
        let mut wished = self.lock();
        wished.wish = Some(wish);
        // Together with the wish: whoever takes it must not find it older than itself.
        self.newest.fetch_add(1, Ordering::SeqCst);
        drop(wished);
        self.changed.notify_one();
    }

    fn close(&self) {
        self.lock().closed = true;
        self.newest.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
    }

    fn number(&self) -> u64 {
        self.newest.load(Ordering::SeqCst)
    }

    /// The newest wish, waited for when asked, and its number; `Err` when there will be none any more.
    fn take(&self, wait: bool) -> Result<(Option<T>, u64), Closed> {
        let mut wished = self.lock();
        loop {
            if wished.closed {
                return Err(Closed);
            }
            if wished.wish.is_some() || !wait {
                return Ok((wished.wish.take(), self.number()));
            }
            wished = self.changed.wait(wished).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

struct Closed;

/// A thread, and where its wishes are put.
struct Worker<T> {
    slot: Arc<Slot<T>>,
    thread: JoinHandle<()>,
}

/// Reads bodies and searches threads aside.
pub(super) struct BodyReader {
    wake: Sender<Wake>,
    reading: Option<Worker<Vec<ToRead>>>,
    searching: Option<Worker<Option<Box<Search>>>>,
}

impl BodyReader {
    /// Its threads begin with their first wish.
    pub(super) const fn new(wake: Sender<Wake>) -> Self {
        Self { wake, reading: None, searching: None }
    }

    /// Reads these bodies, and no others.
    pub(super) fn read(&mut self, wishes: Vec<ToRead>) {
        if self.reading.as_ref().is_none_or(Worker::has_ended) {
            self.reading = self.begin("bodies", |slot, tell| ReadingThread::new(slot, tell).run());
        }
        if let Some(worker) = &self.reading {
            worker.slot.put(wishes);
        }
    }

    /// Searches a thread, and no other; without one, lets go of what is kept for that.
    pub(super) fn search(&mut self, search: Option<Box<Search>>) {
        if self.searching.as_ref().is_none_or(Worker::has_ended) && search.is_some() {
            self.searching = self.begin("search", |slot, tell| search_on(slot, tell));
        }
        if let Some(worker) = &self.searching {
            worker.slot.put(search);
        }
    }

    /// Begins a thread; without one (the system has none left) the next wish tries again, and the app wishes
    /// again for what does not come.
    fn begin<T: Send + 'static>(
        &self,
        name: &str,
        run: impl FnOnce(&Slot<T>, &dyn Fn(Msg)) + Send + 'static,
    ) -> Option<Worker<T>> {
        let slot = Slot::new();
        let (theirs, wake) = (Arc::clone(&slot), self.wake.clone());
        let body = move || {
            // Fails only after the loop has ended.
            let tell = |msg: Msg| drop(wake.send(Wake::Told(Box::new(msg))));
            run(&theirs, &tell);
        };
        match thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(body) {
            Ok(thread) => Some(Worker { slot, thread }),
            Err(error) => {
                tracing::warn!(%error, "no thread for {name}");
                None
            }
        }
    }
}

impl<T> Worker<T> {
    /// Whether it ended by itself: a fault outside of what is caught.
    fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

impl Drop for BodyReader {
    fn drop(&mut self) {
        if let Some(worker) = &self.reading {
            worker.slot.close();
        }
        if let Some(worker) = &self.searching {
            worker.slot.close();
        }
    }
}

/// The thread that reads bodies.
struct ReadingThread<'a> {
    slot: &'a Slot<Vec<ToRead>>,
    tell: &'a dyn Fn(Msg),
    clock: Clock,
    queue: VecDeque<ToRead>,
    /// How long was spent on bodies that were put aside for others.
    spent: HashMap<BodyKey, Duration>,
    /// What was read and is not told yet, and since when.
    done: RefCell<Vec<Reading>>,
    since: Cell<Duration>,
}

impl<'a> ReadingThread<'a> {
    fn new(slot: &'a Slot<Vec<ToRead>>, tell: &'a dyn Fn(Msg)) -> Self {
        let (queue, spent) = (VecDeque::new(), HashMap::new());
        let (done, since) = (RefCell::default(), Cell::default());
        Self { slot, tell, clock: Clock::system(), queue, spent, done, since }
    }

    fn run(mut self) {
        loop {
            let Ok((wishes, number)) = self.slot.take(self.queue.is_empty()) else { return };
            if let Some(wishes) = wishes {
                self.queue = wishes.into();
                self.spent.retain(|key, _| self.queue.iter().any(|wish| wish.key == *key));
            }
            let Some(wish) = self.queue.pop_front() else {
                self.flush();
                continue;
            };
            if self.done.borrow().is_empty() {
                self.since.set(self.clock.monotonic());
            }
            let is_seen = wish.seen;
            if let Some(reading) = self.read(wish, number) {
                self.done.borrow_mut().push(reading);
            }
            let next_is_seen = self.queue.front().is_some_and(|next| next.seen);
            if self.queue.is_empty() || (is_seen && !next_is_seen) {
                self.flush();
            } else {
                self.flush_in_time();
            }
        }
    }

    fn flush(&self) {
        let done = self.done.take();
        if !done.is_empty() {
            (self.tell)(Msg::Read(done));
        }
    }

    /// What is done does not wait for a body that takes long.
    fn flush_in_time(&self) {
        if self.clock.monotonic().saturating_sub(self.since.get()) >= TOLD_AFTER {
            self.flush();
        }
    }

    /// Reads a body; `None` when there is a newer wish. That has it too, if it is still wanted.
    fn read(&mut self, wish: ToRead, number: u64) -> Option<Reading> {
        let begun = self.clock.monotonic();
        let before = self.spent.get(&wish.key).copied().unwrap_or_default();
        let time = || before + self.clock.monotonic().saturating_sub(begun);
        let in_time = || time() < READ_WITHIN;
        let go_on = || {
            self.flush_in_time();
            self.slot.number() == number && in_time()
        };
        let reading = match catch_unwind(AssertUnwindSafe(|| read(&wish, &go_on))) {
            Ok(Some(reading)) => Some(reading),
            Ok(None) if in_time() => None,
            // Too late, or a fault of the reader, which the log has.
            Ok(None) | Err(_) => Some(words_of(&wish)),
        };
        if reading.is_none() {
            self.spent.insert(wish.key, time());
        }
        reading
    }
}

/// The words of a body that could not be read; nothing, should even that fail.
fn words_of(wish: &ToRead) -> Reading {
    catch_unwind(|| read_plainly(wish)).unwrap_or_else(|_| {
        let body = Body::Read(Arc::default(), true);
        read_plainly(&ToRead { body, ..wish.clone() })
    })
}

/// The thread that searches.
fn search_on(slot: &Slot<Option<Box<Search>>>, tell: &dyn Fn(Msg)) {
    let clock = Clock::system();
    let mut searcher = Searcher::default();
    loop {
        match slot.take(true) {
            Err(Closed) => return,
            Ok((Some(Some(search)), number)) => {
                let is_newest = || slot.number() == number;
                search_all(&mut searcher, &search, &clock, &is_newest, tell);
            }
            Ok((Some(None), _)) => searcher = Searcher::default(),
            Ok((None, _)) => {}
        }
    }
}

fn search_all(
    searcher: &mut Searcher,
    search: &Search,
    clock: &Clock,
    is_newest: &dyn Fn() -> bool,
    tell: &dyn Fn(Msg),
) {
    searcher.take(&search.texts);
    let answer = |hits, done, more| {
        let found = Found { generation: search.generation, hits, done, more };
        tell(Msg::Found(Box::new(found)));
    };
    let (mut hits, mut count, mut told) = (Vec::new(), 0, None);
    for at in search.order() {
        if !is_newest() {
            return;
        }
        let begun = clock.monotonic();
        let go_on = || is_newest() && clock.monotonic().saturating_sub(begun) < SEARCH_WITHIN;
        let found = catch_unwind(AssertUnwindSafe(|| searcher.search(at, &search.needle, &go_on)));
        let found = match found {
            Ok(Some(found)) => found,
            Ok(None) if !is_newest() => return,
            Ok(None) | Err(_) => {
                catch_unwind(AssertUnwindSafe(|| searcher.search_plainly(at, &search.needle))).unwrap_or_default()
            }
        };
        if found.is_empty() {
            continue;
        }
        count += found.len();
        hits.push((at, found));
        if count >= MOST {
            answer(hits, true, true);
            return;
        }
        // The first one moves the view: it is told at once.
        if told.is_none_or(|told| clock.monotonic().saturating_sub(told) >= TOLD_AFTER) {
            told = Some(clock.monotonic());
            answer(std::mem::take(&mut hits), false, false);
        }
    }
    answer(hits, true, false);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::app::thread::reading::Form;
    use crate::text::Untrusted;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn reader() -> (BodyReader, Receiver<Wake>) {
        let (wake, wakes) = channel();
        (BodyReader::new(wake), wakes)
    }

    fn wish(id: &str, text: &str, seen: bool) -> ToRead {
        let body = Body::Markdown(Arc::new(Untrusted::new(text)));
        let form = Form { width: 60, folds: true, wide: false };
        ToRead { key: BodyKey::of(id.into(), text), body, form, seen }
    }

    fn next(wakes: &Receiver<Wake>) -> Vec<Reading> {
        match wakes.recv_timeout(PATIENCE).unwrap() {
            Wake::Told(msg) => match *msg {
                Msg::Read(readings) => readings,
                other => panic!("{other:?}"),
            },
            _ => panic!("something else"),
        }
    }

    #[test]
    fn what_is_on_the_screen_comes_in_one_message_before_the_rest() {
        let (mut reader, wakes) = reader();
        reader.read(vec![wish("1", "one", true), wish("2", "two", true), wish("3", "three", false)]);
        assert_eq!(next(&wakes).len(), 2);
        assert_eq!(next(&wakes).len(), 1);
    }

    #[test]
    fn what_is_done_does_not_wait_for_what_takes_long() {
        let (mut reader, wakes) = reader();
        let heavy = "http://a.b/c ".repeat(40_000);
        reader.read(vec![wish("small", "one", true), wish("heavy", &heavy, true)]);
        let first = next(&wakes);
        assert_eq!(first.iter().map(|reading| &reading.key).collect::<Vec<_>>(), [&wish("small", "one", true).key]);
        assert_eq!(next(&wakes).len(), 1);
    }

    #[test]
    fn what_was_read_for_a_wish_that_is_over_is_told_all_the_same() {
        let (mut reader, wakes) = reader();
        for round in 0..200 {
            reader.read(vec![wish("a", "one", true), wish(&format!("b{round}"), "two", true)]);
            reader.read(Vec::new());
        }
        reader.read(vec![wish("end", "end", true)]);
        while !next(&wakes).iter().any(|reading| reading.key == wish("end", "end", true).key) {}
    }

    #[test]
    fn a_newer_wish_takes_the_place_of_the_one_before() {
        let (mut reader, wakes) = reader();
        let heavy = "<div><b>x ".repeat(40_000);
        reader.read((0..200).map(|n| wish(&n.to_string(), &heavy, false)).collect());
        let new = wish("new", "short", true);
        reader.read(vec![new.clone()]);
        let found = std::iter::repeat_with(|| next(&wakes))
            .take(220)
            .position(|readings| readings.iter().any(|reading| reading.key == new.key));
        assert!(found.unwrap() < 20, "it does not wait for the two hundred before it");
        reader.read(Vec::new());
    }

    #[test]
    fn the_newest_wish_is_read_however_quickly_wishes_come() {
        let (mut reader, wakes) = reader();
        for round in 0..500 {
            let last = wish(&format!("last {round}"), "words", true);
            for before in 0..round % 4 {
                reader.read(vec![wish(&before.to_string(), "others", true)]);
            }
            reader.read(vec![last.clone()]);
            // None that comes is the last one's: `next` gives up.
            while !next(&wakes).iter().any(|reading| reading.key == last.key) {}
        }
    }

    #[test]
    fn a_thread_ends_with_its_reader() {
        let (mut reader, wakes) = reader();
        reader.read(vec![wish("1", "one", true)]);
        next(&wakes);
        drop(reader);
        // The thread's end of the channel goes with it.
        assert!(wakes.recv_timeout(PATIENCE).is_err());
    }
}
