//! What came since the agent was last here, and what they did before they went: read from the rows, the
//! parts and the outbox on disk.

use std::collections::{BTreeSet, HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::database::{Tried, int};
use super::{Cache, CacheError, OutboxFilter};
use crate::domain::{
    Act, AssignTo, Conversation, ConversationId, Deed, OutboxStatus, Part, PartKind, Shift, ShiftKind, ShiftLine,
    ShiftSection, State, TeamId, TeammateId, UnixTime,
};
use crate::text::Untrusted;

/// Lines of each kind that are told; beyond them only the number is.
const LINES: usize = 50;
/// Rows of one kind that are counted.
const COUNTED: usize = 2_000;

impl Cache {
    /// What came since a moment, for `me` and the teams that I am in. What breaches before `noon` is told
    /// where it is known when; where only the helpdesk's word is, all that is missed or runs.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_shift(
        &self,
        since: UnixTime,
        noon: UnixTime,
        me: Option<&TeammateId>,
        teams: &[TeamId],
    ) -> Result<Shift, CacheError> {
        let mut sections = Vec::new();
        let mut put = |kind, (total, lines): (usize, Vec<ShiftLine>)| {
            if total > 0 {
                sections.push(ShiftSection { kind, total, lines });
            }
        };
        put(ShiftKind::NeedsYou, self.needs_you_lines()?);
        let mine = Mine::new(me, teams);
        put(ShiftKind::Breaching, self.breaching(noon, &mine)?);
        put(ShiftKind::Replied, self.replied(since, &mine)?);
        put(ShiftKind::Woke, self.woke(since)?);
        put(ShiftKind::Mentioned, self.mentioned()?);
        put(ShiftKind::Draft, self.begun()?);
        Ok(Shift { since, sections })
    }

    fn lines(
        &self,
        found: Vec<(ConversationId, UnixTime, Untrusted)>,
        keep: impl Fn(&Conversation) -> bool,
    ) -> Result<(usize, Vec<ShiftLine>), CacheError> {
        let (mut total, mut lines) = (found.len(), Vec::new());
        for (id, at, why) in found {
            if lines.len() >= LINES {
                break;
            }
            match self.load_conversation(&id)?.filter(&keep) {
                Some(conversation) => lines.push(ShiftLine { conversation, at, why }),
                None => total = total.saturating_sub(1),
            }
        }
        Ok((total, lines))
    }

    fn needs_you_lines(&self) -> Result<(usize, Vec<ShiftLine>), CacheError> {
        let rows = self.load_outbox(&OutboxFilter::NeedsYou)?;
        let found = rows.into_iter().rev().map(|row| (row.conversation, row.created_at, row.reason)).collect();
        self.lines(found, |_| true)
    }

    fn breaching(&self, noon: UnixTime, mine: &Mine) -> Result<(usize, Vec<ShiftLine>), CacheError> {
        let found = self.read_cache(|cache| {
            // Missed ones first, by when; what has no moment waits longest first.
            let sql = format!(
                "SELECT id, coalesce(sla_due_at, waiting_since, last_message_at) FROM conversation \
                 WHERE gone = 0 AND state = 'open' AND (sla_status = 'missed' OR (sla_status = 'active' \
                 AND (sla_due_at IS NULL OR sla_due_at <= ?))) AND ({} OR assignee_id IS NULL) \
                 ORDER BY sla_status = 'missed' DESC, sla_due_at IS NULL, sla_due_at, waiting_key, id LIMIT {COUNTED}",
                mine.sql
            );
            found(cache, &sql, &[Value::Integer(noon.0)], mine)
        })?;
        self.lines(found, |_| true)
    }

    fn replied(&self, since: UnixTime, mine: &Mine) -> Result<(usize, Vec<ShiftLine>), CacheError> {
        let found = self.read_cache(|cache| {
            let sql = format!(
                "SELECT id, last_message_at FROM conversation WHERE gone = 0 AND last_message_at >= ? \
                 AND state = 'open' AND turn = 'us' AND {} ORDER BY last_message_at DESC, id DESC LIMIT {COUNTED}",
                mine.sql
            );
            found(cache, &sql, &[Value::Integer(since.0)], mine)
        })?;
        self.lines(found, |on| on.last_contact_at.is_none_or(|at| at >= since))
    }

    fn woke(&self, since: UnixTime) -> Result<(usize, Vec<ShiftLine>), CacheError> {
        let now = self.now();
        let mut found: Vec<(ConversationId, UnixTime, Untrusted)> = self
            .load_woken(since)?
            .into_iter()
            .map(|(id, set)| (id, set.until.min(now), Untrusted::new(set.reason)))
            .collect();
        // What was put to sleep here without a word.
        for row in self.load_outbox(&OutboxFilter::All)? {
            if let Act::Snooze { until, .. } = row.act
                && row.status == OutboxStatus::Sent
                && (since..=now).contains(&until)
                && found.iter().all(|(id, ..)| *id != row.conversation)
            {
                found.push((row.conversation, until, Untrusted::default()));
            }
        }
        found.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
        self.lines(found, |on| on.state == State::Open)
    }

    fn mentioned(&self) -> Result<(usize, Vec<ShiftLine>), CacheError> {
        let found = self.read_cache(|cache| {
            let sql = format!(
                "SELECT id, coalesce(mentioned_at, last_message_at) FROM conversation \
                 WHERE gone = 0 AND mentioned = 1 ORDER BY last_message_at DESC, id DESC LIMIT {COUNTED}"
            );
            found(cache, &sql, &[], &Mine::default())
        })?;
        self.lines(found, |_| true)
    }

    fn begun(&self) -> Result<(usize, Vec<ShiftLine>), CacheError> {
        let mut found: Vec<(ConversationId, UnixTime, Untrusted)> = Vec::new();
        for draft in self.load_all_drafts()? {
            if found.iter().all(|(id, ..)| *id != draft.conversation) {
                found.push((draft.conversation, draft.begun_at, Untrusted::new(draft.text)));
            }
        }
        self.lines(found, |_| true)
    }

    /// What I did since a moment, as the threads on disk and the outbox have it, the latest conversation
    /// first.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_deeds(&self, since: UnixTime, me: &TeammateId) -> Result<Vec<Deed>, CacheError> {
        let parts = self.read_cache(|cache| {
            let mut statement = cache.prepare_cached(
                "SELECT conversation_id, part FROM part WHERE author_id = ?1 AND created_at >= ?2 \
                 ORDER BY created_at, conversation_id, position",
            )?;
            let mut found = statement.query((me.as_str(), since.0))?;
            let mut parts: Vec<(ConversationId, Part)> = Vec::new();
            while let Some(row) = found.next()? {
                let id = ConversationId::parse(row.get_ref(0)?.as_str().unwrap_or_default());
                let part = serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default());
                if let (Some(id), Ok(part)) = (id, part) {
                    parts.push((id, part));
                }
            }
            Ok(parts)
        })?;
        let mut deeds: HashMap<ConversationId, Counted> = HashMap::new();
        let mut order: BTreeSet<(UnixTime, ConversationId)> = BTreeSet::new();
        let mut latest: HashMap<ConversationId, UnixTime> = HashMap::new();
        for (id, part) in &parts {
            deeds.entry(id.clone()).or_default().add_part(&part.kind, me);
            latest.insert(id.clone(), part.created_at);
        }
        let shown: HashSet<_> = parts.iter().map(|(id, part)| (id, &part.id)).collect();
        // What the helpdesk does not have yet, or what its thread here does not show yet.
        for row in self.load_outbox(&OutboxFilter::All)? {
            let known = row.sent_part.as_ref().is_some_and(|sent| shown.contains(&(&row.conversation, sent)));
            let is_new = row.status.is_unsettled() || (row.status == OutboxStatus::Sent && row.sent_part.is_some());
            if row.created_at >= since && is_new && !known {
                deeds.entry(row.conversation.clone()).or_default().add_act(&row.act, me);
                latest.insert(row.conversation, row.created_at);
            }
        }
        for (id, at) in latest {
            order.insert((at, id));
        }
        let mut told = Vec::new();
        for (_, id) in order.into_iter().rev() {
            let (Some(counted), Some(conversation)) = (deeds.remove(&id), self.load_conversation(&id)?) else {
                continue;
            };
            if counted != Counted::default() {
                told.push(counted.of(conversation));
            }
        }
        Ok(told)
    }
}

/// The condition that a conversation is mine, or nobody's in a team of mine.
#[derive(Default)]
struct Mine {
    sql: String,
    params: Vec<Value>,
}

impl Mine {
    fn new(me: Option<&TeammateId>, teams: &[TeamId]) -> Self {
        let marks = vec!["?"; teams.len()].join(", ");
        let mut params = vec![Value::Text(me.map_or("", TeammateId::as_str).to_owned())];
        params.extend(teams.iter().map(|team| Value::Text(team.as_str().to_owned())));
        Self { sql: format!("(assignee_id = ? OR (assignee_id IS NULL AND team_id IN ({marks})))"), params }
    }
}

fn found(
    cache: &Connection,
    sql: &str,
    first: &[Value],
    mine: &Mine,
) -> Tried<Vec<(ConversationId, UnixTime, Untrusted)>> {
    let mut statement = cache.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(first.iter().chain(&mine.params)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(id) = ConversationId::parse(row.get_ref(0)?.as_str().unwrap_or_default()) {
            found.push((id, UnixTime(row.get(1)?), Untrusted::default()));
        }
    }
    debug_assert!(int(found.len()) <= int(COUNTED));
    Ok(found)
}

#[derive(Default, PartialEq)]
struct Counted {
    replies: usize,
    notes: usize,
    closed: bool,
    snoozed: bool,
    handed_over: bool,
}

impl Counted {
    fn add_part(&mut self, kind: &PartKind, me: &TeammateId) {
        match kind {
            PartKind::Comment | PartKind::Opening => self.replies += 1,
            PartKind::Note => self.notes += 1,
            PartKind::Close => self.closed = true,
            PartKind::Snoozed => self.snoozed = true,
            PartKind::Assignment { teammate: Some(to), .. } if to != me => self.handed_over = true,
            PartKind::Assignment { teammate: None, team: Some(_) } => self.handed_over = true,
            _ => {}
        }
    }

    fn add_act(&mut self, act: &Act, me: &TeammateId) {
        match act {
            Act::Reply { .. } | Act::Start { .. } => self.replies += 1,
            Act::Note { .. } => self.notes += 1,
            Act::Close => self.closed = true,
            Act::Snooze { .. } => self.snoozed = true,
            Act::Assign { to: AssignTo::Teammate(to) } if to != me => self.handed_over = true,
            Act::Assign { to: AssignTo::Team(_) } => self.handed_over = true,
            _ => {}
        }
    }

    fn of(self, conversation: Conversation) -> Deed {
        let Self { replies, notes, closed, snoozed, handed_over } = self;
        Deed { conversation, replies, notes, closed, snoozed, handed_over }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Me;
    use super::super::fixtures::{NOW, Place, commit, conversation, id, note_by, part_by, reply, team, teammate};
    use super::*;
    use crate::domain::{Draft, Mode, SlaFact, SlaStatus, Turn};

    fn kinds(shift: &Shift) -> Vec<(ShiftKind, Vec<String>)> {
        let ids = |section: &ShiftSection| section.lines.iter().map(|line| line.conversation.id.to_string()).collect();
        shift.sections.iter().map(|section| (section.kind, ids(section))).collect()
    }

    #[test]
    fn what_came_is_told_by_kind_and_only_what_is_mine() {
        let place = Place::new();
        let cache = &place.cache;
        cache.set_me(&Me { id: teammate("7"), name: "Ana Costa".to_owned() }).unwrap();
        let answered = |on: &str, who: &str, at: i64| {
            let mut row = conversation(on, at);
            (row.assignee, row.turn, row.last_contact_at) = (Some(teammate(who)), Turn::Us, Some(UnixTime(at)));
            row.last_message_at = UnixTime(at);
            row
        };
        let mut in_team = answered("3", "8", NOW - 50);
        (in_team.assignee, in_team.team) = (None, Some(team("4")));
        let mut missed = answered("5", "7", NOW - 9_000);
        missed.sla =
            Some(SlaFact { policy: Untrusted::default(), target: None, status: SlaStatus::Missed, due_at: None });
        let rows = [
            answered("1", "7", NOW - 100),
            answered("2", "8", NOW - 90),
            in_team,
            answered("4", "7", NOW - 8_000),
            missed,
        ];
        cache.store_page(&rows, None).unwrap();
        let mut named = conversation("6", NOW - 20_000);
        named.assignee = Some(teammate("8"));
        cache.store_thread(&named, &[note_by("8", "@Ana Costa?", NOW - 30)], 0).unwrap();
        cache.save_draft(&Draft::new(id("2"), Mode::Note, "ask Ben", UnixTime(NOW - 10)), false).unwrap();
        let shift =
            cache.load_shift(UnixTime(NOW - 3_600), UnixTime(NOW + 3_600), Some(&teammate("7")), &[team("4")]).unwrap();
        let wanted = [
            (ShiftKind::Breaching, vec!["5"]),
            (ShiftKind::Replied, vec!["3", "1"]),
            (ShiftKind::Mentioned, vec!["6"]),
            (ShiftKind::Draft, vec!["2"]),
        ];
        let wanted: Vec<(ShiftKind, Vec<String>)> =
            wanted.into_iter().map(|(kind, ids)| (kind, ids.into_iter().map(str::to_owned).collect())).collect();
        assert_eq!(kinds(&shift), wanted);
    }

    #[test]
    fn what_i_did_is_told_once_from_threads_and_outbox() {
        let place = Place::new();
        let cache = &place.cache;
        let me = teammate("7");
        let parts = [
            part_by("7", PartKind::Comment, "old", NOW - 90_000),
            part_by("7", PartKind::Comment, "new", NOW - 60),
            part_by("7", PartKind::Close, "", NOW - 59),
            part_by("8", PartKind::Comment, "not mine", NOW - 58),
        ];
        cache.store_thread(&conversation("1", NOW), &parts, 0).unwrap();
        cache.store_page(&[conversation("2", NOW)], None).unwrap();
        commit(cache, "g", "2", &[reply("on its way")]);
        let deeds = cache.load_deeds(UnixTime(NOW - 3_600), &me).unwrap();
        let told: Vec<_> =
            deeds.iter().map(|deed| (deed.conversation.id.as_str(), deed.replies, deed.closed)).collect();
        assert_eq!(told, [("2", 1, false), ("1", 1, true)]);
    }
}
