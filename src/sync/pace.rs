//! How fast, how often, and when again. Pure: times come in as values.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

use crate::domain::ConversationId;

/// What a rate is measured over.
const LATELY: Duration = Duration::from_secs(5);

/// A count that grows, and how fast it did lately.
#[derive(Clone, Debug, Default)]
pub(super) struct Gauge(VecDeque<(Duration, usize)>);

impl Gauge {
    /// The count at `now`, in monotonic time.
    pub fn read(&mut self, now: Duration, count: usize) {
        self.0.push_back((now, count));
        while self.0.len() > 2 && self.0.get(1).is_some_and(|(at, _)| *at + LATELY <= now) {
            self.0.pop_front();
        }
    }

    /// Growth a second lately; 0 while it cannot be told.
    pub fn rate(&self) -> u32 {
        let (Some((from, before)), Some((to, after))) = (self.0.front(), self.0.back()) else { return 0 };
        let millis = to.saturating_sub(*from).as_millis();
        if millis < 100 {
            return 0;
        }
        let grown = after.saturating_sub(*before) as u128;
        u32::try_from(grown * 1_000 / millis).unwrap_or(u32::MAX)
    }
}

/// What failed lately and is left alone for a while, longer each time.
#[derive(Clone, Debug)]
pub(super) struct Setbacks<K> {
    first: Duration,
    longest: Duration,
    /// How often it failed, and until when it is left alone.
    known: HashMap<K, (u32, Duration)>,
}

impl<K: Eq + Hash + Clone> Setbacks<K> {
    /// The first wait, and the longest.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, known: HashMap::new() }
    }

    /// It failed at `now`.
    pub fn note(&mut self, key: K, now: Duration) {
        let (count, until) = self.known.entry(key).or_default();
        let wait = self.first.saturating_mul(1 << (*count).min(16)).min(self.longest);
        *count = count.saturating_add(1);
        *until = now + wait;
    }

    /// How long it is left alone from `now` on.
    pub fn wait(&self, key: &K, now: Duration) -> Duration {
        self.known.get(key).map_or(Duration::ZERO, |(_, until)| until.saturating_sub(now))
    }

    /// It went well.
    pub fn clear(&mut self, key: &K) {
        self.known.remove(key);
    }

    /// Whether it may be tried at `now`.
    pub fn may_try(&self, key: &K, now: Duration) -> bool {
        self.known.get(key).is_none_or(|(_, until)| *until <= now)
    }

    /// How long from `now` until the first of them may be tried again; absent when none is left alone.
    pub fn soonest(&self, now: Duration) -> Option<Duration> {
        self.known.values().filter_map(|(_, until)| until.checked_sub(now)).filter(|wait| !wait.is_zero()).min()
    }

    /// How many are left alone at `now`. What has not failed for long is forgotten.
    pub fn waiting(&mut self, now: Duration) -> usize {
        let longest = self.longest;
        self.known.retain(|_, (_, until)| now < *until + longest);
        self.known.values().filter(|(_, until)| now < *until).count()
    }
}

/// Between two tellings of what a long pull has changed: whoever shows it reads it anew each time.
const TELL: Duration = Duration::from_millis(250);

/// What has changed and was not told yet.
#[derive(Debug, Default)]
pub(super) struct News {
    ids: Vec<ConversationId>,
    told: Option<Duration>,
}

impl News {
    /// More has changed; what is to be told now, if anything.
    pub fn add(&mut self, ids: Vec<ConversationId>, now: Duration) -> Option<Vec<ConversationId>> {
        self.ids.extend(ids);
        if self.ids.is_empty() || self.told.is_some_and(|told| now < told + TELL) {
            return None;
        }
        self.told = Some(now);
        Some(self.take())
    }

    /// All that was not told yet.
    pub fn take(&mut self) -> Vec<ConversationId> {
        std::mem::take(&mut self.ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_rate_is_what_grew_lately() {
        let mut gauge = Gauge::default();
        assert_eq!(gauge.rate(), 0);
        gauge.read(millis(0), 0);
        gauge.read(millis(50), 150);
        assert_eq!(gauge.rate(), 0, "too short to tell");
        gauge.read(millis(1_000), 4_000);
        assert_eq!(gauge.rate(), 4_000);
        for step in 2..=20 {
            gauge.read(millis(step * 1_000), 4_000 + usize::try_from(step).unwrap_or(0) * 100);
        }
        assert_eq!(gauge.rate(), 100, "the fast beginning is forgotten");
    }

    #[test]
    fn news_is_told_at_once_and_then_now_and_then() {
        let ids = |text: &str| ConversationId::parse(text).into_iter().collect::<Vec<_>>();
        let mut news = News::default();
        assert_eq!(news.add(Vec::new(), millis(1)), None);
        assert_eq!(news.add(ids("1"), millis(2)), Some(ids("1")));
        assert_eq!(news.add(ids("2"), millis(100)), None);
        assert_eq!(news.add(ids("3"), millis(252)), Some([ids("2"), ids("3")].concat()));
        assert_eq!(news.add(ids("4"), millis(253)), None);
        assert_eq!(news.take(), ids("4"));
    }

    #[test]
    fn what_fails_is_left_alone_longer_each_time() {
        let mut setbacks = Setbacks::new(millis(1_000), millis(4_000));
        let mut now = millis(0);
        assert!(setbacks.may_try(&"a", now));
        for wait in [1_000, 2_000, 4_000, 4_000] {
            setbacks.note("a", now);
            assert!(!setbacks.may_try(&"a", now + millis(wait - 1)));
            assert_eq!((setbacks.waiting(now), setbacks.wait(&"a", now)), (1, millis(wait)));
            now += millis(wait);
            assert!(setbacks.may_try(&"a", now));
            assert!(setbacks.may_try(&"b", now));
        }
        assert_eq!(setbacks.waiting(now), 0);
        setbacks.waiting(now + millis(10_000));
        setbacks.note("a", now + millis(10_000));
        assert!(setbacks.may_try(&"a", now + millis(11_000)), "forgotten: it begins anew");
        setbacks.clear(&"a");
        assert!(setbacks.may_try(&"a", now));
    }
}
