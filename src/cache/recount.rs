//! Counts made anew from the rows, beside those that are kept.
//!
//! Owns the comparison that `doctor --counts` asks for: what the kept counts hold, what the condition of
//! the list finds, and what each conversation is by itself must be one. Enter at [`Cache::recount`].

use std::collections::BTreeSet;

use super::database::Tried;
use super::people::find_contact;
use super::tally::Watched;
use super::{Cache, CacheError};
use crate::domain::{Conversation, ConversationId, UnixTime};
use crate::query::Subject;

/// What was found for one query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recount {
    /// What it was asked under.
    pub key: String,
    /// Length of the kept set.
    pub kept: usize,
    /// Conversations that match by themselves.
    pub rows: BTreeSet<ConversationId>,
    /// Conversations that the kept set and the rows do not agree on.
    pub in_doubt: Vec<ConversationId>,
}

impl Cache {
    /// Counts every query from the rows and compares it with what is kept for the sidebar, all at one moment
    /// of the cache. Reads every row.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn recount(&self, watched: &[Watched], now: UnixTime) -> Result<Vec<Recount>, CacheError> {
        // The kept sets are made, or caught up with, first.
        self.load_watched_counts(watched, now)?;
        self.with_sidebar_sets(watched, |cache, sets| {
            let mut found: Vec<Recount> = watched
                .iter()
                .zip(sets)
                .map(|(one, set)| Recount { key: one.key.clone(), kept: set.len(), ..Recount::default() })
                .collect();
            let mut rows = cache.prepare(
                "SELECT c.row, coalesce(j.shown, j.server), c.has_note, c.has_draft, c.mentioned \
                 FROM conversation c JOIN conversation_json j ON j.row = c.row WHERE c.gone = 0",
            )?;
            let mut each = rows.query([])?;
            while let Some(row) = each.next()? {
                let number: i64 = row.get(0)?;
                let conversation: Conversation = serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default())?;
                let id = conversation.contact.as_ref().and_then(|with| with.id.as_ref());
                let contact = match id {
                    Some(id) => find_contact(cache, id)?.here(),
                    None => None,
                };
                let subject = Subject {
                    conversation: &conversation,
                    contact: contact.as_ref(),
                    has_note: row.get(2)?,
                    has_draft: row.get(3)?,
                    mentioned: row.get(4)?,
                };
                for ((one, set), recount) in watched.iter().zip(sets.iter()).zip(&mut found) {
                    let matches = one.query.matches(&subject);
                    if matches != set.contains(number) {
                        recount.in_doubt.push(conversation.id.clone());
                    }
                    if matches {
                        recount.rows.insert(conversation.id.clone());
                    }
                }
            }
            Tried::Ok(found)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::tz::TimeZone;

    use super::super::fixtures::{NOW, Place, conversation, id};
    use super::*;
    use crate::domain::Directory;
    use crate::query::{Context, Query};

    fn watched(text: &str) -> Vec<Watched> {
        let directory = Directory::default();
        let context = Context { me: None, now: UnixTime(NOW), zone: &TimeZone::UTC, directory: &directory };
        let query = Query::parse(text).unwrap().resolve(&context).unwrap();
        vec![Watched { key: "all".to_owned(), query, is_timed: false }]
    }

    #[test]
    fn a_row_whose_columns_are_not_its_conversations_is_named() {
        let place = Place::new();
        place.cache.store_page(&[conversation("1", 10), conversation("2", 20)], None).unwrap();
        let watched = watched("state:open");
        let found = place.cache.recount(&watched, UnixTime(NOW)).unwrap();
        assert_eq!((found[0].kept, found[0].rows.len(), found[0].in_doubt.len()), (2, 2, 0));
        let wrong = "UPDATE conversation SET state = 'closed' WHERE id = '2'";
        place.cache.write_cache(|cache| Ok(cache.execute(wrong, [])?)).unwrap();
        // The kept sets follow what is written through the cache only: it is opened anew.
        let found = place.another().recount(&watched, UnixTime(NOW)).unwrap();
        assert_eq!((found[0].rows.len(), &found[0].in_doubt), (2, &vec![id("2")]), "{found:?}");
    }
}
