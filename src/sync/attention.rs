//! What the agent looks at: it is pulled and fetched before anything else.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::domain::ConversationId;

/// The thread that is open and the rows around the cursor.
#[derive(Debug, Default)]
pub(super) struct Attention {
    seen: Mutex<Seen>,
    /// Something came for the open thread.
    pub news: Notify,
}

#[derive(Debug, Default)]
struct Seen {
    thread: Option<ConversationId>,
    /// Nearest to the cursor first.
    list: Vec<ConversationId>,
}

impl Attention {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Whole after every statement.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The agent looks here now.
    pub fn turn_to(&self, thread: Option<ConversationId>, list: Vec<ConversationId>) {
        *self.seen() = Seen { thread, list };
    }

    /// The open thread.
    pub fn thread(&self) -> Option<ConversationId> {
        self.seen().thread.clone()
    }

    /// The helpdesk has news of these; empty means of anything.
    pub fn note_changed(&self, ids: &[ConversationId]) {
        let is_open = self.seen().thread.as_ref().is_some_and(|open| ids.is_empty() || ids.contains(open));
        if is_open {
            self.news.notify_one();
        }
    }

    /// Puts the open thread first, then what is visible, then the rest as it was.
    pub fn first(&self, ids: &mut [ConversationId]) {
        let seen = self.seen();
        ids.sort_by_key(|id| {
            if seen.thread.as_ref() == Some(id) {
                return 0;
            }
            seen.list.iter().position(|visible| visible == id).map_or(usize::MAX, |at| at + 1)
        });
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn ids(texts: &[&str]) -> Vec<ConversationId> {
        texts.iter().filter_map(|text| ConversationId::parse(text)).collect()
    }

    #[test]
    fn the_open_thread_comes_first_then_what_is_visible() {
        let attention = Attention::default();
        attention.turn_to(ids(&["5"]).pop(), ids(&["4", "3"]));
        let mut some = ids(&["1", "2", "3", "4", "5"]);
        attention.first(&mut some);
        assert_eq!(some, ids(&["5", "4", "3", "1", "2"]));
    }

    #[test]
    fn news_of_the_open_thread_wakes_whoever_waits_and_other_news_does_not() {
        let attention = Attention::default();
        attention.turn_to(ids(&["5"]).pop(), Vec::new());
        attention.note_changed(&ids(&["4"]));
        assert!(attention.news.notified().now_or_never().is_none());
        attention.note_changed(&ids(&["4", "5"]));
        assert!(attention.news.notified().now_or_never().is_some());
        attention.note_changed(&[]);
        assert!(attention.news.notified().now_or_never().is_some());
        attention.turn_to(None, Vec::new());
        attention.note_changed(&[]);
        assert!(attention.news.notified().now_or_never().is_none());
    }
}
