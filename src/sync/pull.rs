//! Conversations from the helpdesk into the cache: everything once, then what changed.
//!
//! A list comes page by page, the next one asked for while the last is stored, and each page is stored
//! with the mark that says where to go on: killed at any moment, the next run loses no page and needs
//! none twice. Moments are the server's throughout; our own clock can only make one earlier.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::engine::{Engine, SyncError};
use super::message::{Event, Progress};
use super::pace::{Gauge, News};
use crate::api::{Class, ConversationFilter, Cursor, Page, Priority, Walk};
use crate::domain::{Conversation, ConversationId, State, UnixTime};
use crate::text::Untrusted;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Pass {
    Open,
    Snoozed,
    /// What the first two leave.
    Rest,
    /// Everything again: for a helpdesk whose lists by state do not add up.
    All,
}

impl Pass {
    fn filter(self) -> ConversationFilter {
        match self {
            Self::Open => ConversationFilter { states: vec![State::Open], ..ConversationFilter::default() },
            Self::Snoozed => ConversationFilter { states: vec![State::Snoozed], ..ConversationFilter::default() },
            Self::Rest => {
                ConversationFilter { other_states: vec![State::Open, State::Snoozed], ..ConversationFilter::default() }
            }
            Self::All => ConversationFilter::updated_since(UnixTime(0)),
        }
    }
}

/// How far the conversations have been pulled; kept in the cache with the rows that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The pass of the first pull under way; absent once it is complete.
    pub(super) pass: Option<Pass>,
    /// Next page of that pass.
    cursor: Option<String>,
    /// Everything changed up to here is in the cache once the first pull is complete, Unix seconds.
    pub(super) upto: i64,
    /// Rows of the first pull so far.
    done: usize,
    /// How many there are, as far as the helpdesk says.
    #[serde(default)]
    of: Option<usize>,
    /// Of those done, the ones that could not be read.
    #[serde(default)]
    rejected: usize,
    /// Walks of everything that were short or did not get through.
    #[serde(default)]
    cut: u32,
}

impl Mark {
    /// Whether it stands further on than another of the same pull.
    fn is_further_than(&self, other: &Self) -> bool {
        match (self.pass, other.pass) {
            (None, None) => self.upto > other.upto,
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (Some(pass), Some(others)) => (pass, self.cut, self.done) > (others, other.cut, other.done),
        }
    }

    fn to_text(&self) -> Result<String, SyncError> {
        // Numbers and plain text: this cannot fail.
        serde_json::to_string(self).map_err(|_| SyncError::Stopped)
    }

    fn progress(&self, gauge: &Gauge) -> Option<Progress> {
        self.pass.map(|_| Progress {
            done: self.done,
            // A total that lies does not make more than all.
            of: self.of.map(|of| of.max(self.done)),
            rate: gauge.rate(),
        })
    }
}

/// What a pull carries along.
pub(super) struct Haul {
    priority: Priority,
    pulled: Pulled,
    gauge: Gauge,
    /// Changed and not told yet.
    news: News,
}

impl Haul {
    pub(super) fn new(priority: Priority) -> Self {
        Self { priority, pulled: Pulled::default(), gauge: Gauge::default(), news: News::default() }
    }
}

const MARK: &str = "conversations";
const DELETED: &str = "deleted";
/// What stands before the moment where the helpdesk told no deletions when it was asked last.
const UNSUPPORTED: &str = "unsupported";
/// How long that is believed.
const UNSUPPORTED_FOR: Duration = Duration::from_secs(86_400);
/// Walks of everything that are short or turn in circles before what they gave is taken for all there is.
const CUT_WALKS: u32 = 3;

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walked {
    /// It has been walked, or cannot be.
    Ended,
    /// Another program is ahead: its mark counts.
    TakenOver,
}

/// How far the deletions are known, and when it was found that the helpdesk tells none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Deletions {
    upto: i64,
    unsupported: Option<i64>,
}

impl Deletions {
    /// A text that cannot be read costs a walk of all deletions.
    fn read(text: &str) -> Self {
        let Some(rest) = text.strip_prefix(UNSUPPORTED) else {
            return Self { upto: text.parse().unwrap_or(0), unsupported: None };
        };
        let mut numbers = rest.split(':').skip(1).map(|number| number.parse().unwrap_or(0));
        Self { unsupported: Some(numbers.next().unwrap_or(0)), upto: numbers.next().unwrap_or(0) }
    }

    fn to_text(self) -> String {
        match self.unsupported {
            Some(asked) => format!("{UNSUPPORTED}:{asked}:{}", self.upto),
            None => self.upto.to_string(),
        }
    }
}

impl Engine {
    /// Whether the first pull has been completed once.
    ///
    /// # Errors
    /// When the cache cannot be read.
    pub fn is_filled(&self) -> Result<bool, SyncError> {
        let text = self.cache.load_cursor(MARK)?;
        Ok(text.as_deref().and_then(read_mark).is_some_and(|mark| mark.pass.is_none()))
    }

    /// The same for whoever must not wait for the disk; no where it cannot be told.
    pub(super) async fn has_lists(&self) -> bool {
        let text = self.on_disk(|cache| cache.load_cursor(MARK)).await.ok().flatten();
        text.as_deref().and_then(read_mark).is_some_and(|mark| mark.pass.is_none())
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
        let mut haul = Haul::new(priority);
        let text = self.on_disk(|cache| cache.load_cursor(MARK)).await?;
        let mut mark = match text.as_deref().and_then(read_mark) {
            Some(mark) => {
                if mark.pass.is_none() {
                    // An older program did not note it.
                    let now = self.client.server_now();
                    self.on_disk(move |cache| cache.note_first_sync(now)).await?;
                }
                mark
            }
            None => self.begin(&mut haul).await?,
        };
        let outcome = async {
            while let Some(pass) = mark.pass {
                let was_taken_over = self.fill_pass(pass, &mut mark, &mut haul).await? == Walked::TakenOver;
                if !was_taken_over && mark.pass == Some(pass) {
                    // The list turns in circles for now: what is here stays, and the next pull tries again.
                    tracing::warn!(?pass, "a pass of the first pull did not get through");
                    break;
                }
            }
            self.pull_changes(mark, &mut haul).await
        }
        .await;
        self.tell_changed(haul.news.take());
        outcome.map(|()| haul.pulled)
    }

    /// The first page of everything: the newest are on screen with the first answer, and it tells how
    /// many there are.
    async fn begin(&self, haul: &mut Haul) -> Result<Mark, SyncError> {
        let asked = self.clock.monotonic();
        let page = self.page(&ConversationFilter::default(), None, haul.priority).await?;
        let took = self.clock.monotonic().saturating_sub(asked);
        // What changes from now on is pulled after the first pull. Where the server tells no time, the
        // newest of its own moments is certainly not after now.
        // Of its clock and ours the earlier: one that is wrong costs pages read twice, never a change.
        let now = self.client.server_now().min(self.now()) - self.timings.overlap - took;
        let newest = page.items.iter().map(|row| row.updated_at).max().unwrap_or(UnixTime(0));
        let upto = if self.client.server_offset().is_some() { now } else { now.min(newest) };
        let of = page.total.and_then(|total| usize::try_from(total).ok());
        let mark = Mark { pass: Some(Pass::Open), cursor: None, upto: upto.secs(), done: 0, of, rejected: 0, cut: 0 };
        if let Some(stored) = self.stored_mark().await? {
            // Another program has begun meanwhile.
            self.keep_page(page, None, haul).await?;
            return Ok(stored);
        }
        haul.gauge.read(self.clock.monotonic(), 0);
        // Deletions of before are of conversations that never get here.
        self.on_disk(move |cache| match cache.load_cursor(DELETED)? {
            None => cache.store_cursor(DELETED, Some(&upto.secs().to_string())),
            Some(_) => Ok(()),
        })
        .await?;
        self.keep_page(page, Some(mark.to_text()?), haul).await?;
        self.tell(Event::Progress(mark.progress(&haul.gauge)));
        Ok(mark)
    }

    pub(super) async fn stored_mark(&self) -> Result<Option<Mark>, SyncError> {
        let text = self.on_disk(|cache| cache.load_cursor(MARK)).await?;
        Ok(text.as_deref().and_then(read_mark))
    }

    /// Up to which moment of the server conversations are here; absent before the first pull.
    pub(super) async fn conversations_upto(&self) -> Result<Option<UnixTime>, SyncError> {
        Ok(self.stored_mark().await?.map(|mark| UnixTime(mark.upto)))
    }

    /// One pass of the first pull, from where it stood.
    pub(super) async fn fill_pass(&self, pass: Pass, mark: &mut Mark, haul: &mut Haul) -> Result<Walked, SyncError> {
        let filter = pass.filter();
        let start = mark.cursor.take().and_then(|text| Cursor::parse(&text));
        let mut walk = start.as_ref().map_or_else(Walk::new, Walk::from_cursor);
        let mut has_cursor = start.is_some();
        let mut next_page = self.page(&filter, start.as_ref(), haul.priority).await;
        let mut began_anew = false;
        loop {
            let page = match next_page {
                // A cursor that the helpdesk no longer takes: the pass begins anew.
                Err(SyncError::Api(error)) if has_cursor && !began_anew && *error.class() == Class::Refused => {
                    began_anew = true;
                    has_cursor = false;
                    walk = Walk::new();
                    next_page = self.page(&filter, None, haul.priority).await;
                    continue;
                }
                // A helpdesk that cannot search by state: everything, then, in its own order.
                Err(SyncError::Api(error)) if pass != Pass::All && *error.class() == Class::Refused => {
                    tracing::warn!(%error, ?pass, "no list by state is to be had");
                    mark.pass = Some(Pass::All);
                    return Ok(Walked::Ended);
                }
                other => other?,
            };
            if let Some(stored) = self.stored_mark().await?.filter(|stored| stored.is_further_than(mark)) {
                // Another program walks the same lists, ahead of this one.
                self.keep_page(page, None, haul).await?;
                *mark = stored;
                return Ok(Walked::TakenOver);
            }
            let next = walk.next(&page);
            mark.done += page.items.len();
            mark.rejected += page.rejected.len();
            mark.cursor = next.as_ref().map(Cursor::to_text);
            haul.gauge.read(self.clock.monotonic(), mark.done);
            let Some(cursor) = next else {
                self.keep_page(page, None, haul).await?;
                self.end_pass(pass, mark, walk.is_cut(), haul).await?;
                let (text, now) = (mark.to_text()?, self.client.server_now());
                let is_complete = mark.pass.is_none();
                self.on_disk(move |cache| {
                    if is_complete {
                        cache.note_first_sync(now)?;
                    }
                    cache.store_cursor(MARK, Some(&text))
                })
                .await?;
                self.tell(Event::Progress(mark.progress(&haul.gauge)));
                return Ok(Walked::Ended);
            };
            let text = mark.to_text()?;
            let priority = haul.priority;
            let (kept, fetched) =
                tokio::join!(self.keep_page(page, Some(text), haul), self.page(&filter, Some(&cursor), priority));
            kept?;
            self.tell(Event::Progress(mark.progress(&haul.gauge)));
            has_cursor = true;
            next_page = fetched;
        }
    }

    /// What comes after a pass. Lists by state are believed when together they have what the helpdesk
    /// says that there is; otherwise everything is walked once more.
    async fn end_pass(&self, pass: Pass, mark: &mut Mark, is_cut: bool, haul: &mut Haul) -> Result<(), SyncError> {
        mark.cursor = None;
        mark.pass = match pass {
            Pass::Open => Some(Pass::Snoozed),
            Pass::Snoozed => Some(Pass::Rest),
            Pass::Rest => {
                let mut is_whole = !is_cut && self.has_all(mark).await?;
                if let (false, false, Some(of)) = (is_whole, is_cut, mark.of) {
                    // Some may have come, gone or changed their state since the total was told: it is asked
                    // again, and what changed meanwhile is read before it is believed. One that is much less
                    // than before is of another list.
                    let page = self.page(&ConversationFilter::default(), None, haul.priority).await?;
                    let total = page.total.and_then(|total| usize::try_from(total).ok());
                    mark.of = total.filter(|total| of.saturating_sub(*total) <= (of / 100).max(10)).or(mark.of);
                    self.keep_page(page, None, haul).await?;
                    self.pull_changes(mark.clone(), haul).await?;
                    is_whole = self.has_all(mark).await?;
                }
                (!is_whole).then_some(Pass::All)
            }
            Pass::All => {
                // A whole walk of everything is believed unless it is short of a total that may be true, and
                // so are several that were short or turned in circles: there is no more to be had, and
                // what changes comes of itself. A hundredth may have been deleted meanwhile.
                let (here, _) = self.on_disk(|cache| cache.count_threads(None)).await?;
                let is_short = mark.of.is_some_and(|of| here + mark.rejected + of / 100 < of && of / 2 < here);
                let is_doubtful = is_short || is_cut && !self.has_all(mark).await?;
                mark.cut += u32::from(is_doubtful);
                (is_doubtful && mark.cut < CUT_WALKS).then_some(Pass::All)
            }
        };
        Ok(())
    }

    /// Whether as many are here, or could not be read, as the helpdesk says that there are.
    async fn has_all(&self, mark: &Mark) -> Result<bool, SyncError> {
        let (here, _) = self.on_disk(|cache| cache.count_threads(None)).await?;
        Ok(mark.of.is_some_and(|of| here + mark.rejected >= of))
    }

    /// What changed since the mark. Only a whole walk moves the mark: a cut one is walked again.
    async fn pull_changes(&self, mut mark: Mark, haul: &mut Haul) -> Result<(), SyncError> {
        let since = UnixTime(mark.upto) - self.timings.overlap;
        let filter = ConversationFilter::updated_since(since);
        let before = mark.clone();
        let mut walk = Walk::new();
        let mut newest = mark.upto;
        let mut page = self.page(&filter, None, haul.priority).await?;
        loop {
            newest = page.items.iter().map(|row| row.updated_at.secs()).fold(newest, i64::max);
            let Some(cursor) = walk.next(&page) else {
                if walk.is_cut() {
                    tracing::warn!("the list of changes turns in circles and is walked again");
                } else {
                    // A date in the future would hide what comes before it.
                    mark.upto = newest.min(self.client.server_now().secs());
                }
                let is_news = mark != before || !page.items.is_empty();
                // Another program may have got further meanwhile.
                let stored = if is_news { self.stored_mark().await? } else { None };
                let is_behind = stored.is_some_and(|stored| stored != before && stored.is_further_than(&mark));
                let text = if is_news && !is_behind { Some(mark.to_text()?) } else { None };
                return self.keep_page(page, text, haul).await;
            };
            let priority = haul.priority;
            let (kept, fetched) =
                tokio::join!(self.keep_page(page, None, haul), self.page(&filter, Some(&cursor), priority));
            kept?;
            page = fetched?;
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

    /// Stores a page, and the mark with it.
    async fn keep_page(
        &self,
        page: Page<Conversation>,
        mark: Option<String>,
        haul: &mut Haul,
    ) -> Result<(), SyncError> {
        haul.pulled.rejected += page.rejected.len();
        for bad in &page.rejected {
            tracing::warn!(item = %bad.what, why = %bad.why, "a conversation could not be read and was left out");
        }
        if page.items.is_empty() && mark.is_none() {
            return Ok(());
        }
        let changed =
            self.on_disk(move |cache| cache.store_page(&page.items, mark.as_deref().map(|mark| (MARK, mark)))).await?;
        haul.pulled.changed += changed.len();
        self.attention.note_changed(&changed);
        if let Some(changed) = haul.news.add(changed, self.clock.monotonic()) {
            self.tell_changed(changed);
        }
        Ok(())
    }

    /// Rows that a filter finds, and nothing else: no mark moves.
    pub(super) async fn pull_rows(&self, filter: &ConversationFilter) -> Result<(), SyncError> {
        let mut haul = Haul::new(Priority::Foreground);
        let mut walk = Walk::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = self.page(filter, cursor.as_ref(), haul.priority).await?;
            cursor = walk.next(&page);
            self.keep_page(page, None, &mut haul).await?;
            if cursor.is_none() {
                self.tell_changed(haul.news.take());
                return Ok(());
            }
        }
    }

    /// Takes deleted conversations out of the cache. A helpdesk without such a list goes on without,
    /// and says so once.
    ///
    /// # Errors
    /// When the helpdesk does not answer or the disk refuses.
    pub async fn pull_deletions(&self) -> Result<usize, SyncError> {
        let stored = self.on_disk(|cache| cache.load_cursor(DELETED)).await?;
        let known = stored.as_deref().map(Deletions::read).unwrap_or_default();
        // A plan or a token may have changed: it is asked again at the start, and now and then.
        let is_first = !self.asked_deletions.swap(true, Ordering::Relaxed);
        let now = self.now();
        if !is_first && known.unsupported.is_some_and(|asked| now.since(UnixTime(asked)) < UNSUPPORTED_FOR) {
            return Ok(0);
        }
        let upto = known.upto;
        let client = self.client.background();
        let mut newest = upto;
        let mut gone: Vec<ConversationId> = Vec::new();
        let mut walk = Walk::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let outcome = client.deleted_conversations(cursor.as_ref()).await;
            self.note_item(&outcome);
            let page = match outcome {
                Ok(page) => page,
                Err(error) if matches!(error.class(), Class::NotFound { .. } | Class::NotAllowed) => {
                    let none = Deletions { upto, unsupported: Some(now.secs()) };
                    self.on_disk(move |cache| cache.store_cursor(DELETED, Some(&none.to_text()))).await?;
                    if known.unsupported.is_none() {
                        self.tell(Event::Notice { key: "deletions-unknown", details: Untrusted::default() });
                    }
                    return Ok(0);
                }
                Err(error) => return Err(error.into()),
            };
            cursor = walk.next(&page);
            let (dated, undated): (Vec<_>, Vec<_>) =
                page.items.into_iter().partition(|deleted| deleted.deleted_at.is_some());
            let known_before = gone.len();
            let mut has_new = false;
            for deleted in dated {
                let Some(at) = deleted.deleted_at.map(UnixTime::secs) else { continue };
                // Deletions may become known out of order: a page ends the walk when all of it is old.
                if at >= (UnixTime(upto) - self.timings.overlap).secs() {
                    has_new = true;
                    newest = newest.max(at);
                    gone.push(deleted.id);
                }
            }
            if !undated.is_empty() {
                // Without a moment only that it is here tells whether it is news.
                let here = self
                    .on_disk(move |cache| {
                        let mut here = Vec::new();
                        for deleted in undated {
                            if cache.load_thread(&deleted.id)?.is_some_and(|thread| !thread.is_gone) {
                                here.push(deleted.id);
                            }
                        }
                        Ok(here)
                    })
                    .await?;
                gone.extend(here);
            }
            let reached_known = !has_new && gone.len() == known_before;
            if reached_known || cursor.is_none() {
                break;
            }
        }
        // A date in the future would hide the deletions before it.
        if self.client.server_offset().is_some() {
            newest = newest.min(self.client.server_now().secs());
        }
        let changed = if gone.is_empty() { Vec::new() } else { self.drop_deleted(gone).await? };
        if newest != upto || stored.is_none() || known.unsupported.is_some() {
            let all = Deletions { upto: newest, unsupported: None };
            self.on_disk(move |cache| cache.store_cursor(DELETED, Some(&all.to_text()))).await?;
        }
        Ok(changed.len())
    }

    /// Takes conversations that the helpdesk no longer has out of the cache.
    pub(super) async fn drop_deleted(&self, ids: Vec<ConversationId>) -> Result<Vec<ConversationId>, SyncError> {
        let changed = self.on_disk(move |cache| cache.remove(&ids)).await?;
        self.tell_changed(changed.clone());
        Ok(changed)
    }
}

/// A mark that cannot be read costs a full pull, nothing else.
fn read_mark(text: &str) -> Option<Mark> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_an_older_program_is_understood_and_a_broken_one_begins_anew() {
        let old = r#"{"pass":"all","cursor":"after:x","upto":5,"done":7}"#;
        let mark = read_mark(old);
        assert_eq!(mark.as_ref().and_then(|mark| mark.pass), Some(Pass::All));
        assert_eq!(mark.and_then(|mark| mark.of), None);
        assert_eq!(read_mark("{}"), None);
    }

    #[test]
    fn deletions_that_were_not_to_be_had_are_asked_for_again_from_where_they_stood() {
        assert_eq!(Deletions::read("77"), Deletions { upto: 77, unsupported: None });
        assert_eq!(Deletions::read("unsupported"), Deletions { upto: 0, unsupported: Some(0) });
        let none = Deletions { upto: 77, unsupported: Some(1_000) };
        assert_eq!(Deletions::read(&none.to_text()), none);
    }

    #[test]
    fn the_further_of_two_marks_counts() {
        let mark = |pass, done, upto| Mark { pass, cursor: None, upto, done, of: None, rejected: 0, cut: 0 };
        let in_order = [
            mark(Some(Pass::Open), 0, 9),
            mark(Some(Pass::Open), 150, 9),
            mark(Some(Pass::Rest), 20, 9),
            mark(None, 20, 7),
            mark(None, 20, 9),
        ];
        for (at, earlier) in in_order.iter().enumerate() {
            assert!(!earlier.is_further_than(earlier));
            for later in in_order.iter().skip(at + 1) {
                assert!(later.is_further_than(earlier) && !earlier.is_further_than(later));
            }
        }
    }

    #[test]
    fn totals_that_lie_do_not_make_more_than_all() {
        let mut mark =
            Mark { pass: Some(Pass::Rest), cursor: None, upto: 0, done: 700, of: Some(10), rejected: 0, cut: 0 };
        let of = |mark: &Mark| mark.progress(&Gauge::default()).and_then(|told| told.of);
        assert_eq!(of(&mark), Some(700));
        mark.of = Some(100_000);
        assert_eq!(of(&mark), Some(100_000));
        mark.of = None;
        assert_eq!(of(&mark), None);
        mark.pass = None;
        assert_eq!(mark.progress(&Gauge::default()), None);
    }
}
