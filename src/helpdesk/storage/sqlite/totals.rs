//! Totals of recent searches: a walk through pages and a poll ask for the same one again and again.
//!
//! Owns the memory only; a total is good for the one state of the store that it was counted in.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::helpdesk::search::ConversationQuery;

/// Most totals kept.
const KEPT: usize = 64;

/// Totals by search, each with the number of the change that it was counted after.
#[derive(Default)]
pub(super) struct Totals(Mutex<VecDeque<(ConversationQuery, i64, usize)>>);

impl Totals {
    /// The total of a search in the state after the change `seq`, when it was counted.
    pub(super) fn known(&self, query: &ConversationQuery, seq: i64) -> Option<usize> {
        // A poisoned lock means that a total was being put in or not: those there are whole.
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, at, _)| *at == seq && known == query).map(|(_, _, total)| *total)
    }

    /// Keeps a total in place of an earlier one of the same search.
    pub(super) fn keep(&self, query: &ConversationQuery, seq: i64, total: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _, _)| known != query);
        kept.truncate(KEPT - 1);
        kept.push_front((query.clone(), seq, total));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn search(id: usize) -> ConversationQuery {
        let id = id.to_string();
        ConversationQuery::parse(&json!({"field": "id", "operator": "=", "value": id})).unwrap()
    }

    #[test]
    fn a_total_is_good_for_one_state_only() {
        let totals = Totals::default();
        totals.keep(&search(1), 7, 3);
        assert_eq!((totals.known(&search(1), 7), totals.known(&search(1), 8)), (Some(3), None));
        totals.keep(&search(1), 8, 4);
        assert_eq!((totals.known(&search(1), 7), totals.known(&search(1), 8)), (None, Some(4)));
        assert_eq!(totals.known(&search(2), 8), None);
    }

    #[test]
    fn the_oldest_totals_are_forgotten() {
        let totals = Totals::default();
        for id in 0..=KEPT {
            totals.keep(&search(id), 1, id);
        }
        assert_eq!(totals.known(&search(0), 1), None);
        assert_eq!(totals.known(&search(KEPT), 1), Some(KEPT));
    }
}
