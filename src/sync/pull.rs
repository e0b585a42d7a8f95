//! Conversations from the helpdesk into the cache: everything once, then what changed.
//!
//! A list comes page by page, the next one asked for while the last is stored, and each page is stored
//! with the mark that says where to go on: killed at any moment, the next run loses no page and needs
//! none twice. Moments are the server's throughout; our own clock can only make one earlier.

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Pass {
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
struct Mark {
    /// The pass of the first pull under way; absent once it is complete.
    pass: Option<Pass>,
    /// Next page of that pass.
    cursor: Option<String>,
    /// Everything changed up to here is in the cache once the first pull is complete, Unix seconds.
    upto: i64,
    /// Rows of the first pull so far.
    done: usize,
    /// How many there are, as far as the helpdesk says.
    #[serde(default)]
    of: Option<usize>,
}

impl Mark {
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
struct Haul {
    priority: Priority,
    pulled: Pulled,
    gauge: Gauge,
    /// Changed and not told yet.
    news: News,
}

impl Haul {
    fn new(priority: Priority) -> Self {
        Self { priority, pulled: Pulled::default(), gauge: Gauge::default(), news: News::default() }
    }
}

const MARK: &str = "conversations";
const DELETED: &str = "deleted";
/// What stands for a moment where the helpdesk tells no deletions.
const UNSUPPORTED: &str = "unsupported";

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
                self.fill_pass(pass, &mut mark, &mut haul).await?;
                if mark.pass == Some(pass) {
                    // The list turns in circles for now: what is here stays, and the next pull tries again.
                    tracing::warn!(?pass, "a pass of the first pull did not get through");
                    return Ok(());
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
        let mark = Mark { pass: Some(Pass::Open), cursor: None, upto: upto.secs(), done: 0, of };
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

    /// One pass of the first pull, from where it stood.
    async fn fill_pass(&self, pass: Pass, mark: &mut Mark, haul: &mut Haul) -> Result<(), SyncError> {
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
                    return Ok(());
                }
                other => other?,
            };
            let next = walk.next(&page);
            mark.done += page.items.len();
            mark.cursor = next.as_ref().map(Cursor::to_text);
            haul.gauge.read(self.clock.monotonic(), mark.done);
            let Some(cursor) = next else {
                self.keep_page(page, None, haul).await?;
                self.end_pass(pass, mark, walk.is_cut()).await?;
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
                return Ok(());
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
    async fn end_pass(&self, pass: Pass, mark: &mut Mark, is_cut: bool) -> Result<(), SyncError> {
        mark.cursor = None;
        mark.pass = match pass {
            Pass::Open => Some(Pass::Snoozed),
            Pass::Snoozed => Some(Pass::Rest),
            Pass::Rest | Pass::All => {
                let (here, _) = self.on_disk(|cache| cache.count_threads(None)).await?;
                let has_as_many = mark.of.is_some_and(|of| here >= of);
                // Of everything, a whole walk is believed whatever the total says.
                let is_whole = if pass == Pass::All { has_as_many || !is_cut } else { has_as_many && !is_cut };
                (!is_whole).then_some(Pass::All)
            }
        };
        Ok(())
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
                let text = if is_news { Some(mark.to_text()?) } else { None };
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
        let upto: i64 = match stored.as_deref() {
            Some(UNSUPPORTED) => return Ok(0),
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
                    self.on_disk(|cache| cache.store_cursor(DELETED, Some(UNSUPPORTED))).await?;
                    self.tell(Event::Notice { key: "deletions-unknown", details: Untrusted::default() });
                    return Ok(0);
                }
                Err(error) => return Err(error.into()),
            };
            let mut reached_known = page.items.is_empty();
            for deleted in &page.items {
                let at = deleted.deleted_at.map_or(i64::MAX, UnixTime::secs);
                // Deletions may become known out of order.
                if at < (UnixTime(upto) - self.timings.overlap).secs() {
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
        // A date in the future would hide the deletions before it.
        if self.client.server_offset().is_some() {
            newest = newest.min(self.client.server_now().secs());
        }
        let changed = if gone.is_empty() { Vec::new() } else { self.drop_deleted(gone).await? };
        if newest != upto || stored.is_none() {
            self.on_disk(move |cache| cache.store_cursor(DELETED, Some(&newest.to_string()))).await?;
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
    fn totals_that_lie_do_not_make_more_than_all() {
        let mut mark = Mark { pass: Some(Pass::Rest), cursor: None, upto: 0, done: 700, of: Some(10) };
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
