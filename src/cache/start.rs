//! Conversations that an agent begins: kept under a placeholder until the helpdesk has named them.
//!
//! state.db keeps to whom, by which channel and under which subject, as long as a draft or an act is there
//! for it; cache.db shows it like any other conversation. Nothing here is the helpdesk's, so nothing that
//! the helpdesk says takes it away.

use rusqlite::{Connection, OptionalExtension};

use super::database::Tried;
use super::outbox::{self, Settlement};
use super::{Cache, CacheError, OutboxFilter, outbox_rows, row};
use crate::domain::{Act, ConversationId, Opening, OutboxId, OutboxRow, TeammateId};

/// Before the placeholder in the keys of `meta`.
const KEY: &str = "opening:";

fn key(id: &ConversationId) -> String {
    format!("{KEY}{id}")
}

impl Cache {
    /// Keeps what is settled of a new conversation, and shows it.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing was begun then.
    pub fn begin_new(&self, id: &ConversationId, opening: &Opening) -> Result<(), CacheError> {
        let json = serde_json::to_string(opening).unwrap_or_default();
        self.write_state("begin_new", |state| {
            let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
                       ON CONFLICT (key) DO UPDATE SET value = excluded.value";
            state.execute(sql, (key(id), &json))?;
            Ok(())
        })?;
        self.show_new(id, opening)
    }

    fn show_new(&self, id: &ConversationId, opening: &Opening) -> Result<(), CacheError> {
        let by: Option<TeammateId> = self.me().map(|me| me.id);
        self.store_thread(&opening.conversation(id.clone(), by, self.now()), &[], 0).map(drop)
    }

    /// What is settled of a new conversation; `None` when it is not one of ours that still waits.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_opening(&self, id: &ConversationId) -> Result<Option<Opening>, CacheError> {
        self.read_state(|state| {
            let sql = "SELECT value FROM meta WHERE key = ?1";
            let json: Option<String> = state.query_row(sql, [key(id)], |row| row.get(0)).optional()?;
            Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
        })
    }

    /// Forgets a new conversation for which nothing was written. Gives whether it is gone; with a draft or
    /// an act it stays.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn forget_new(&self, id: &ConversationId) -> Result<bool, CacheError> {
        if !id.is_placeholder() {
            return Ok(false);
        }
        let gone = self.write_state("forget_new", |state| {
            if is_wanted(state, id)? {
                return Ok(false);
            }
            state.execute("DELETE FROM meta WHERE key = ?1", [key(id)])?;
            Ok(true)
        })?;
        if gone {
            self.remove_placeholder(id)?;
        }
        Ok(gone)
    }

    /// At a start: what was begun and never written is forgotten; what was written is shown again where
    /// cache.db was rebuilt.
    pub(super) fn restore_new(&self) -> Result<(), CacheError> {
        let mut openings = self.read_state(load_all)?;
        for row in self.load_outbox(&OutboxFilter::Unsent)? {
            if row.conversation.is_placeholder()
                && let Some(opening) = row.act.opening()
                && openings.iter().all(|(id, _)| *id != row.conversation)
            {
                openings.push((row.conversation, opening));
            }
        }
        for (id, opening) in openings {
            if !self.read_state(|state| is_wanted(state, &id))? {
                if self.require_durable().is_ok() {
                    self.forget_new(&id)?;
                }
            } else if self.read_cache(|cache| Ok(row::load_kept(cache, &id)?.is_none()))? {
                self.show_new(&id, &opening)?;
            }
        }
        Ok(())
    }

    /// The contact of a first message is known by id now: it is written down before anything goes there.
    /// `None` when the row has moved on.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn name_recipient(&self, row: &OutboxRow, act: &Act) -> Result<Option<OutboxRow>, CacheError> {
        let Some(opening) = act.opening() else { return Ok(None) };
        let named = self.write_state("name_recipient", |state| {
            let sql = "UPDATE outbox SET act = ?2 WHERE id = ?1 AND attempts = ?3 \
                       AND status IN ('queued', 'retry', 'unknown')";
            if state.execute(sql, (row.id.0, serde_json::to_string(act)?, row.attempts))? == 0 {
                return Ok(None);
            }
            let sql = "UPDATE meta SET value = ?2 WHERE key = ?1";
            state.execute(sql, (key(&row.conversation), serde_json::to_string(&opening)?))?;
            outbox_rows::find(state, row.id)
        })?;
        if named.is_some() {
            self.show_new(&row.conversation, &opening)?;
        }
        Ok(named)
    }

    /// A first message has arrived: in one commit its row is settled, and it, what waits behind it and what
    /// was written meanwhile belong to the conversation that it began. Without `became` (the helpdesk does
    /// not say which it is) they stay where they are. `None` when the row was settled already.
    ///
    /// # Errors
    /// As [`CacheError`]; nothing was moved then.
    pub fn settle_start(
        &self,
        news: &Settlement,
        became: Option<&ConversationId>,
    ) -> Result<Option<OutboxRow>, CacheError> {
        let now = self.now().0;
        let mut placeholder = None;
        let row = self.write_state("settle_start", |state| {
            let Some(row) = outbox::put_settlement(state, news, now)? else { return Ok(None) };
            if !row.conversation.is_placeholder() {
                return Ok(Some(row));
            }
            placeholder = Some(row.conversation.clone());
            if let Some(became) = became {
                let ids = (row.conversation.as_str(), became.as_str());
                state.execute("UPDATE outbox SET conversation_id = ?2 WHERE conversation_id = ?1", ids)?;
                for table in ["draft", "draft_aside"] {
                    let sql = format!("UPDATE OR IGNORE {table} SET conversation_id = ?2 WHERE conversation_id = ?1");
                    state.execute(&sql, ids)?;
                }
            }
            if !is_wanted(state, &row.conversation)? {
                state.execute("DELETE FROM meta WHERE key = ?1", [key(&row.conversation)])?;
            }
            outbox_rows::find(state, OutboxId(row.id.0))
        })?;
        if let Some(id) = placeholder {
            self.remove_placeholder(&id)?;
        }
        if let Some(row) = &row {
            self.show(std::slice::from_ref(&row.conversation));
        }
        Ok(row)
    }
}

/// Whether a draft or an act is there for a new conversation.
fn is_wanted(state: &Connection, id: &ConversationId) -> Tried<bool> {
    let sql = "SELECT 1 FROM outbox WHERE conversation_id = ?1 AND status <> 'sent' \
               UNION ALL SELECT 1 FROM draft WHERE conversation_id = ?1 \
               UNION ALL SELECT 1 FROM draft_aside WHERE conversation_id = ?1";
    Ok(state.prepare_cached(sql)?.exists([id.as_str()])?)
}

fn load_all(state: &Connection) -> Tried<Vec<(ConversationId, Opening)>> {
    let mut statement =
        state.prepare_cached("SELECT key, value FROM meta WHERE key >= 'opening:' AND key < 'opening;'")?;
    let mut found = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        let (key, json) = (row.get_ref(0)?.as_str().unwrap_or_default(), row.get_ref(1)?.as_str().unwrap_or_default());
        let id = key.strip_prefix(KEY).and_then(ConversationId::parse);
        if let (Some(id), Ok(opening)) = (id, serde_json::from_str(json)) {
            all.push((id, opening));
        }
    }
    Ok(all)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixtures::{NOW, Place, group, id, news, take_lease};
    use super::super::{Cache, NewRow};
    use super::*;
    use crate::domain::{
        Channel, ContactId, ContactRef, ContactRole, Draft, Guard, Mode, OutboxStatus, State, UnixTime,
    };
    use crate::text::Untrusted;

    fn opening() -> Opening {
        let to = ContactRef {
            id: ContactId::parse("c9"),
            name: Untrusted::new("Chloé"),
            email: Untrusted::new("chloe@example.fr"),
            role: ContactRole::User,
        };
        Opening { to, channel: Channel::Email, subject: "Your order".to_owned() }
    }

    fn row(id: &str, act: Act) -> NewRow {
        NewRow {
            conversation: ConversationId::parse(id).unwrap(),
            act,
            inverses: Vec::new(),
            due_at: UnixTime(NOW),
            baseline_part: None,
            baseline_count: 0,
            guard: Guard::Off,
            began: None,
            held: None,
        }
    }

    fn begin(cache: &Cache) -> ConversationId {
        let new = ConversationId::placeholder("1").unwrap();
        cache.begin_new(&new, &opening()).unwrap();
        new
    }

    fn draft(on: &ConversationId) -> Draft {
        Draft::new(on.clone(), Mode::Reply, "It left", UnixTime(NOW))
    }

    #[test]
    fn what_is_begun_is_shown_and_outlives_a_rebuilt_cache() {
        let place = Place::new();
        let new = begin(&place.cache);
        let shown = place.cache.load_conversation(&new).unwrap().unwrap();
        assert_eq!((shown.state, shown.title.as_raw()), (State::Closed, "Your order"));
        let state = "SELECT state FROM conversation";
        let state: String = place.cache.read_cache(|cache| Ok(cache.query_row(state, [], |row| row.get(0))?)).unwrap();
        assert_eq!(state, "unsent", "in no list of what is closed");
        place.cache.save_draft(&draft(&new), false).unwrap();
        place.cache.remove(std::slice::from_ref(&new)).unwrap();
        assert!(place.cache.load_conversation(&new).unwrap().is_some(), "the helpdesk has no say in it");
        place.cache.remove_placeholder(&new).unwrap();
        place.cache.write_cache(|cache| Ok(cache.execute("DELETE FROM conversation", [])?)).unwrap();
        place.another().reconcile_at_start().unwrap();
        assert!(place.cache.load_conversation(&new).unwrap().is_some());
        assert_eq!(place.cache.load_opening(&new).unwrap(), Some(opening()));
    }

    #[test]
    fn what_was_never_written_is_forgotten() {
        let place = Place::new();
        let new = begin(&place.cache);
        place.cache.save_draft(&draft(&new), false).unwrap();
        assert!(!place.cache.forget_new(&new).unwrap());
        place.cache.discard_draft(&new, Mode::Reply).unwrap();
        place.cache.reconcile_at_start().unwrap();
        assert_eq!(place.cache.load_opening(&new).unwrap(), None);
        assert!(place.cache.load_conversation(&new).unwrap().is_none());
        assert!(!place.cache.forget_new(&id("1")).unwrap(), "what the helpdesk has stays");
    }

    #[test]
    fn on_arrival_all_that_waits_behind_belongs_to_the_real_conversation() {
        let place = Place::new();
        let cache = &place.cache;
        let new = begin(cache);
        let rows = [row(new.as_str(), opening().act("It left".to_owned())), row(new.as_str(), Act::Close)];
        let rows = cache.commit_acts(&group("g"), &rows, &[]).unwrap().rows;
        assert_eq!(cache.load_conversation(&new).unwrap().unwrap().state, State::Closed, "it closes after it begins");
        cache.save_draft(&draft(&new), false).unwrap();
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows[0].id, "me").unwrap().unwrap();
        let real = id("2214");
        let sent = cache.settle_start(&news(&sending, OutboxStatus::Sent), Some(&real)).unwrap().unwrap();
        assert_eq!((sent.conversation, sent.status), (real.clone(), OutboxStatus::Sent));
        let next = cache.next_due(UnixTime(NOW)).unwrap();
        assert_eq!((next[0].id, &next[0].conversation), (rows[1].id, &real));
        assert_eq!(cache.load_drafts(&real).unwrap()[0].text, "It left");
        assert!(cache.load_conversation(&new).unwrap().is_none());
        assert_eq!(cache.load_opening(&new).unwrap(), None);
        assert_eq!(cache.settle_start(&news(&sending, OutboxStatus::Sent), Some(&real)).unwrap(), None, "once");
    }

    #[test]
    fn nothing_goes_to_what_did_not_begin() {
        let place = Place::new();
        let cache = &place.cache;
        let new = begin(cache);
        let rows = cache.commit_acts(&group("g"), &[row(new.as_str(), opening().act("Hi".to_owned()))], &[]).unwrap();
        cache.commit_acts(&group("h"), &[row(new.as_str(), Act::Close)], &[]).unwrap();
        take_lease(cache, "me");
        let sending = cache.mark_sending(rows.rows[0].id, "me").unwrap().unwrap();
        cache.settle(&news(&sending, OutboxStatus::Failed)).unwrap().unwrap();
        assert!(cache.next_due(UnixTime(NOW)).unwrap().is_empty(), "it waits until the first message is sent");
        assert_eq!(cache.outbox_counts().unwrap().waiting, 0);
    }

    #[test]
    fn undo_gives_the_words_back_to_the_draft_and_keeps_to_whom() {
        let place = Place::new();
        let cache = &place.cache;
        let new = begin(cache);
        let act = opening().act("It left".to_owned());
        cache.save_draft(&draft(&new), false).unwrap();
        cache.commit_acts(&group("g"), &[row(new.as_str(), act)], &[(new.clone(), Mode::Reply)]).unwrap();
        assert!(cache.load_drafts(&new).unwrap().is_empty());
        assert_eq!(cache.load_conversation(&new).unwrap().unwrap().state, State::Open);
        cache.undo(&group("g"), &group("back")).unwrap();
        assert_eq!(cache.load_drafts(&new).unwrap()[0].text, "It left");
        assert_eq!(cache.load_opening(&new).unwrap(), Some(opening()));
    }

    #[test]
    fn a_recipient_that_was_made_is_written_down_before_anything_goes_there() {
        let place = Place::new();
        let cache = &place.cache;
        let new = begin(cache);
        let mut to = opening();
        to.to.id = None;
        let rows = cache.commit_acts(&group("g"), &[row(new.as_str(), to.act("Hi".to_owned()))], &[]).unwrap().rows;
        let named = cache.name_recipient(&rows[0], &opening().act("Hi".to_owned())).unwrap().unwrap();
        assert_eq!(place.another().load_outbox(&OutboxFilter::Row(named.id)).unwrap()[0].act, named.act);
        take_lease(cache, "me");
        let sending = cache.mark_sending(named.id, "me").unwrap().unwrap();
        assert_eq!(cache.name_recipient(&sending, &to.act("Hi".to_owned())).unwrap(), None, "it is on its way");
    }
}
