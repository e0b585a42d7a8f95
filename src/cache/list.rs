//! Windows of lists, and counts.
//!
//! Both read the effective columns and agree: a count is the length of the list that opening its entry
//! shows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{MutexGuard, PoisonError};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};

use super::database::{Tried, int, size};
use super::{Cache, CacheError, tally};
use crate::domain::{BREACH_SOON, Conversation, ConversationId, UnixTime};
use crate::query::{Clause, Resolved, Sort, SqlValue};

/// Which part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First row. Beyond the end means the last `limit` rows.
    pub offset: usize,
    /// At most so many rows.
    pub limit: usize,
    /// When given and in the list, the window is placed around it and `offset` is ignored.
    pub around: Option<ConversationId>,
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Index of the first row in the whole list.
    pub offset: usize,
    /// The rows, in order: effective conversations.
    pub rows: Vec<Conversation>,
    /// Length of the whole list.
    pub total: usize,
}

/// Count of a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Length of its list.
    pub total: usize,
    /// Some of them are unread.
    pub unread: bool,
    /// So many have breached an SLA target, or have one due by now.
    pub breached: usize,
    /// So many have one due within [`BREACH_SOON`].
    pub soon: usize,
}

/// A sort key and whether the greatest comes first. The last one is always the id, so that no two rows
/// are equal.
type Key = (&'static str, bool);

const fn keys(sort: Sort) -> &'static [Key] {
    match sort {
        Sort::Newest => &[("c.last_message_at", true), ("c.id", true)],
        Sort::Oldest => &[("c.last_message_at", false), ("c.id", false)],
        Sort::WaitingLongest => &[("c.waiting_key", false), ("c.id", false)],
        Sort::NextBreach => &[("c.breach_key", false), ("c.waiting_key", false), ("c.id", false)],
        Sort::Priority => &[("c.priority", true), ("c.waiting_key", false), ("c.id", false)],
        Sort::WakeTime => &[("c.wake_key", false), ("c.id", false)],
    }
}

/// Edges of windows that are remembered.
const EDGES: usize = 48;
/// An index is walked over so many rows before a remembered edge is worth the trouble.
const WALKED: usize = 200;

/// Where windows of late began and ended: the next one is read on from there, however deep in its list.
#[derive(Default)]
pub(super) struct Edges(VecDeque<Edge>);

/// A row of a list, by its place and its keys.
#[derive(Clone)]
struct Edge {
    /// Condition, parameters and order.
    list: String,
    /// The state of the rows that the place holds for.
    seq: i64,
    place: usize,
    keys: Vec<Value>,
}

impl Edges {
    fn nearest(&self, list: &str, seq: i64, place: usize) -> Option<Edge> {
        let here = self.0.iter().filter(|edge| edge.list == list && edge.seq == seq);
        here.min_by_key(|edge| edge.place.abs_diff(place)).cloned()
    }

    fn remember(&mut self, edge: Edge) {
        self.0.retain(|known| known.list != edge.list || (known.seq == edge.seq && known.place != edge.place));
        self.0.push_front(edge);
        self.0.truncate(EDGES);
    }
}

/// The parameters of a condition.
pub(super) fn values(clause: &Clause) -> impl Iterator<Item = Value> {
    clause.params.iter().map(|value| match value {
        SqlValue::Text(text) => Value::Text(text.clone()),
        SqlValue::Integer(number) => Value::Integer(*number),
        SqlValue::Real(number) => Value::Real(*number),
    })
}

impl Cache {
    /// Loads part of the list of a query.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_window(&self, query: &Resolved, sort: Sort, span: &Span) -> Result<Window, CacheError> {
        let clause = query.to_sql();
        let list = || List::new(self.plan(clause.clone()), sort);
        self.planned(std::slice::from_ref(&clause), || self.load_window_of(&list(), span))
    }

    fn load_window_of(&self, list: &List, span: &Span) -> Result<Window, CacheError> {
        self.read_cache(|cache| {
            let total = match self.watched_total(cache, &list.clause)? {
                Some(total) => total,
                None => list.count(cache)?,
            };
            let around = match &span.around {
                Some(id) => list.find(cache, id)?,
                None => None,
            };
            let last = total.saturating_sub(span.limit);
            let offset = match &around {
                Some((place, _)) => place.saturating_sub(span.limit / 2).min(last),
                None if span.offset >= total => last,
                None => span.offset,
            };
            let (name, seq) = (list.name(), tally::current(cache)?);
            let edge = match around {
                Some((place, keys)) => Some(Edge { list: name.clone(), seq, place, keys }),
                None => self.edges().nearest(&name, seq, offset),
            };
            let rows = list.load(cache, offset, span.limit, total, edge.as_ref())?;
            // Near the ends the index is quicker.
            for (place, row) in [(offset, rows.first()), (offset + rows.len().saturating_sub(1), rows.last())] {
                let from_end = total.saturating_sub(place);
                if let (true, Some(row)) = (place.min(from_end) > WALKED, row) {
                    let keys = list.keys_of(cache, *row)?;
                    self.edges().remember(Edge { list: name.clone(), seq, place, keys });
                }
            }
            Ok(Window { offset, rows: load_rows(cache, &rows)?, total })
        })
    }

    fn edges(&self) -> MutexGuard<'_, Edges> {
        self.0.edges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts queries, by key, all at one moment of the cache.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_counts(
        &self,
        entries: &[(String, Resolved)],
        now: UnixTime,
    ) -> Result<BTreeMap<String, Count>, CacheError> {
        let clauses: Vec<Clause> = entries.iter().map(|(_, query)| query.to_sql()).collect();
        self.planned(&clauses, || {
            self.read_cache(|cache| {
                let mut counts = BTreeMap::new();
                for ((key, _), clause) in entries.iter().zip(&clauses) {
                    counts.insert(key.clone(), count(cache, &self.plan(clause.clone()), now)?);
                }
                Ok(counts)
            })
        })
    }

    /// Loads the ids of all that a query finds, in order: for what is done to the whole list.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_ids(&self, query: &Resolved, sort: Sort) -> Result<Vec<ConversationId>, CacheError> {
        self.load_listed(query, sort, "c.id", |row| {
            Ok(ConversationId::parse(row.get_ref(0)?.as_str().unwrap_or_default()))
        })
    }

    /// The same, with whatever columns are needed of each; rows that `parse` gives nothing for are left out.
    pub(super) fn load_listed<T>(
        &self,
        query: &Resolved,
        sort: Sort,
        columns: &str,
        parse: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<Option<T>>,
    ) -> Result<Vec<T>, CacheError> {
        let clause = query.to_sql();
        self.planned(std::slice::from_ref(&clause), || {
            let list = List::new(self.plan(clause.clone()), sort);
            let (condition, order) = (&list.condition, list.order(Way::On));
            let sql = format!("SELECT {columns} FROM conversation c WHERE {condition} ORDER BY {order}");
            self.read_cache(|cache| {
                let mut statement = cache.prepare_cached(&sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values(&list.clause)))?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.extend(parse(row)?);
                }
                Ok(found)
            })
        })
    }

    /// A condition as it is asked: by index, unless the database has given up on planning that.
    pub(super) fn plan(&self, clause: Clause) -> Clause {
        if self.unplanned().contains(&clause.sql) {
            return Clause { sql: format!("(({}) + 0)", clause.sql), params: clause.params };
        }
        clause
    }

    /// Asks, and once more without an index where the database gives up on planning one of the
    /// conditions.
    pub(super) fn planned<T>(
        &self,
        clauses: &[Clause],
        ask: impl Fn() -> Result<T, CacheError>,
    ) -> Result<T, CacheError> {
        match ask() {
            Err(error) if error.is_planner_fault() => {
                let culprits = self.read_cache(|cache| {
                    let is_refused = |clause: &&Clause| cache.prepare(&format!("{COUNT}{}", clause.sql)).is_err();
                    Ok(clauses.iter().filter(is_refused).collect::<Vec<_>>())
                })?;
                let culprits = if culprits.is_empty() { clauses.iter().collect() } else { culprits };
                tracing::warn!(%error, conditions = culprits.len(), "asked again without an index");
                self.unplanned().extend(culprits.into_iter().map(|clause| clause.sql.clone()));
                ask()
            }
            result => result,
        }
    }

    /// Conditions that the database cannot plan.
    pub(super) fn unplanned(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.unplanned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One list: a condition over `conversation AS c` and an order.
struct List {
    condition: String,
    clause: Clause,
    keys: &'static [Key],
}

impl List {
    fn new(clause: Clause, sort: Sort) -> Self {
        Self { condition: format!("c.gone = 0 AND {}", clause.sql), clause, keys: keys(sort) }
    }

    /// Tells it from other lists.
    fn name(&self) -> String {
        format!("{} {:?} {}", self.condition, self.clause.params, self.order(Way::On))
    }

    fn order(&self, way: Way) -> String {
        let term = |(key, is_descending): &Key| match (is_descending, way) {
            (true, Way::On) | (false, Way::Back) => format!("{key} DESC"),
            _ => (*key).to_owned(),
        };
        self.keys.iter().map(term).collect::<Vec<_>>().join(", ")
    }

    fn count_sql(&self) -> String {
        format!("SELECT count(*) FROM conversation c WHERE {}", self.condition)
    }

    /// Row numbers only: a sort must not carry whole conversations.
    fn rows_sql(&self, way: Way) -> String {
        let order = self.order(way);
        format!("SELECT c.row FROM conversation c WHERE {} ORDER BY {order} LIMIT ? OFFSET ?", self.condition)
    }

    fn count(&self, cache: &Connection) -> Tried<usize> {
        let mut statement = cache.prepare_cached(&self.count_sql())?;
        Ok(statement.query_row(rusqlite::params_from_iter(values(&self.clause)), |row| size(row, 0))?)
    }

    /// Row numbers of part of the list: read on from `edge`, or from the nearer end.
    fn load(
        &self,
        cache: &Connection,
        offset: usize,
        limit: usize,
        total: usize,
        edge: Option<&Edge>,
    ) -> Tried<Vec<i64>> {
        let until = (offset + limit).min(total);
        let (from_start, from_end) = (offset, total.saturating_sub(until));
        let walked = |edge: &Edge| match edge.place {
            place if place < offset => offset - place,
            place => place.saturating_sub(until),
        };
        if let Some(edge) = edge
            && walked(edge) + WALKED < from_start.min(from_end)
        {
            let mut rows = Vec::new();
            if offset < edge.place {
                let skip = edge.place.saturating_sub(until);
                rows = self.beyond(cache, Way::Back, &edge.keys, skip, edge.place.min(until) - offset)?;
                rows.reverse();
            }
            if (offset..until).contains(&edge.place) {
                rows.extend(row_at(cache, &edge.keys)?);
            }
            if until > edge.place + 1 {
                let skip = offset.saturating_sub(edge.place + 1);
                rows.extend(self.beyond(cache, Way::On, &edge.keys, skip, until - offset.max(edge.place + 1))?);
            }
            return Ok(rows);
        }
        if from_start <= from_end {
            return self.near_end(cache, Way::On, from_start, until - offset.min(until));
        }
        let mut rows = self.near_end(cache, Way::Back, from_end, until - offset.min(until))?;
        rows.reverse();
        Ok(rows)
    }

    /// Rows from the beginning, or from the end backwards.
    fn near_end(&self, cache: &Connection, way: Way, skip: usize, take: usize) -> Tried<Vec<i64>> {
        let more = [Value::Integer(int(take)), Value::Integer(int(skip))];
        let mut statement = cache.prepare_cached(&self.rows_sql(way))?;
        let found = statement
            .query_map(rusqlite::params_from_iter(values(&self.clause).chain(more)), |row| row.get::<_, i64>(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// Rows beyond one with these keys: those that differ in the last key alone, then in the last two, and
    /// so on, each a range of an index.
    fn beyond(&self, cache: &Connection, way: Way, keys: &[Value], skip: usize, take: usize) -> Tried<Vec<i64>> {
        let (mut rows, mut skip) = (Vec::new(), skip);
        for depth in (1..=self.keys.len()).rev() {
            let missing = take - rows.len();
            if missing == 0 {
                break;
            }
            let (range, bound) = self.range(way, keys, depth);
            let order = self.order(way);
            let sql = format!(
                "SELECT c.row FROM conversation c WHERE {} AND {range} ORDER BY {order} LIMIT ?",
                self.condition
            );
            let limit = Value::Integer(int(skip + missing));
            let all = values(&self.clause).chain(bound).chain([limit]);
            let mut statement = cache.prepare_cached(&sql)?;
            let found = statement
                .query_map(rusqlite::params_from_iter(all), |row| row.get::<_, i64>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let skipped = skip.min(found.len());
            skip -= skipped;
            rows.extend(found.into_iter().skip(skipped));
        }
        Ok(rows)
    }

    /// The condition of having the same first keys as these and coming beyond them by the one after.
    fn range(&self, way: Way, keys: &[Value], depth: usize) -> (String, Vec<Value>) {
        let mut terms = Vec::new();
        for (at, (key, is_descending)) in self.keys.iter().take(depth).enumerate() {
            let sign = match (at + 1 == depth, *is_descending, way) {
                (false, ..) => "=",
                (true, true, Way::On) | (true, false, Way::Back) => "<",
                (true, ..) => ">",
            };
            terms.push(format!("{key} {sign} ?"));
        }
        (terms.join(" AND "), keys.iter().take(depth).cloned().collect())
    }

    fn keys_of(&self, cache: &Connection, row: i64) -> Tried<Vec<Value>> {
        let columns: Vec<&str> = self.keys.iter().map(|(key, _)| *key).collect();
        let sql = format!("SELECT {} FROM conversation c WHERE c.row = ?", columns.join(", "));
        let mut statement = cache.prepare_cached(&sql)?;
        Ok(statement.query_row([row], |row| (0..columns.len()).map(|at| row.get(at)).collect())?)
    }

    /// How many rows come before a conversation, and its keys; `None` when the list has it not.
    fn find(&self, cache: &Connection, id: &ConversationId) -> Tried<Option<(usize, Vec<Value>)>> {
        let columns: Vec<&str> = self.keys.iter().map(|(key, _)| *key).collect();
        let sql = format!("SELECT {} FROM conversation c WHERE {} AND c.id = ?", columns.join(", "), self.condition);
        let all = values(&self.clause).chain([Value::Text(id.as_str().to_owned())]);
        let found: Option<Vec<Value>> = cache
            .prepare_cached(&sql)?
            .query_row(rusqlite::params_from_iter(all), |row| (0..columns.len()).map(|at| row.get(at)).collect())
            .optional()?;
        let Some(keys) = found else { return Ok(None) };
        let mut place = 0;
        for depth in 1..=self.keys.len() {
            let (range, bound) = self.range(Way::Back, &keys, depth);
            let mut statement = cache.prepare_cached(&format!("{} AND {range}", self.count_sql()))?;
            let all = values(&self.clause).chain(bound);
            place += statement.query_row(rusqlite::params_from_iter(all), |row| size(row, 0))?;
        }
        Ok(Some((place, keys)))
    }
}

/// In the order of a list, or against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    On,
    Back,
}

/// The row with these keys.
fn row_at(cache: &Connection, keys: &[Value]) -> Tried<Option<i64>> {
    // The last key is the id.
    let mut statement = cache.prepare_cached("SELECT row FROM conversation WHERE id = ?1")?;
    Ok(statement.query_row([keys.last()], |row| row.get(0)).optional()?)
}

/// The effective conversations of these rows, in their order.
pub(super) fn load_rows(cache: &Connection, rows: &[i64]) -> Tried<Vec<Conversation>> {
    let mut json = cache.prepare_cached("SELECT coalesce(shown, server) FROM conversation_json WHERE row = ?1")?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let mut row = json.query([row])?;
        let text = row.next()?.map(|row| row.get_ref(0)).transpose()?;
        let text = text.and_then(|text| text.as_str().ok()).unwrap_or_default();
        found.push(serde_json::from_str(text)?);
    }
    Ok(found)
}

const COUNT: &str = "SELECT count(*), ifnull(max(c.unread), 0), \
     count(CASE c.sla_status WHEN 'missed' THEN 1 WHEN 'active' THEN CASE WHEN c.sla_due_at <= ? THEN 1 END END), \
     count(CASE WHEN c.sla_status = 'active' AND c.sla_due_at > ? AND c.sla_due_at < ? THEN 1 END) \
     FROM conversation c WHERE c.gone = 0 AND ";

fn count(cache: &Connection, clause: &Clause, now: UnixTime) -> Tried<Count> {
    let moments = [now, now, now + BREACH_SOON].map(|at| Value::Integer(at.0));
    let all = moments.into_iter().chain(values(clause));
    let mut statement = cache.prepare_cached(&format!("{COUNT}{}", clause.sql))?;
    Ok(statement.query_row(rusqlite::params_from_iter(all), |row| {
        Ok(Count { total: size(row, 0)?, unread: row.get(1)?, breached: size(row, 2)?, soon: size(row, 3)? })
    })?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::tz::TimeZone;

    use super::super::fixtures::{NOW, Place, conversation, id, team, teammate};
    use super::*;
    use crate::domain::{AwayState, Directory, Priority, SlaFact, SlaStatus, State, Team, TeammateId};
    use crate::query::{Context, Query};
    use crate::text::Untrusted;

    fn resolve(text: &str) -> Resolved {
        let billing = Team { id: team("3"), name: Untrusted::new("Billing"), members: Vec::new() };
        let ben = crate::domain::Teammate {
            id: teammate("8"),
            name: Untrusted::new("Ben"),
            email: Untrusted::default(),
            has_inbox_seat: true,
            away: AwayState::default(),
            teams: Vec::new(),
        };
        let directory = Directory { teams: vec![billing], teammates: vec![ben], ..Directory::default() };
        let me = TeammateId::parse("7");
        let context = Context { me: me.as_ref(), now: UnixTime(NOW), zone: &TimeZone::UTC, directory: &directory };
        Query::parse(text).unwrap().resolve(&context).unwrap()
    }

    /// 200 conversations of every kind, the first the oldest.
    fn filled() -> Place {
        let place = Place::new();
        let all: Vec<_> = (0..200_i64)
            .map(|n| {
                let mut one = conversation(&format!("c{n:03}"), NOW - 100_000 + n * 10);
                one.state = [State::Open, State::Open, State::Closed, State::Snoozed][n as usize % 4];
                one.snoozed_until = (one.state == State::Snoozed).then_some(UnixTime(NOW + 1_000 - n));
                one.waiting_since = (n % 3 > 0).then_some(UnixTime(NOW - n * 7 % 500));
                one.assignee = (n % 5 == 0).then(|| teammate("7"));
                one.team = (n % 2 == 0).then(|| team("3"));
                one.priority = Priority::ALL[n as usize % 5];
                one.unread = n == 42;
                let status = [SlaStatus::Missed, SlaStatus::Active, SlaStatus::Hit][n as usize % 3];
                let due_at = (n % 7 > 0).then_some(UnixTime(NOW + (n * 31 % 200) - 100));
                one.sla = Some(SlaFact { policy: Untrusted::new("VIP"), target: None, status, due_at });
                one
            })
            .collect();
        place.cache.store_page(&all, None).unwrap();
        place
    }

    fn plan(place: &Place, sql: &str, clause: &Clause, more: usize) -> String {
        place
            .cache
            .read_cache(|cache| {
                let mut statement = cache.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let more = (0..more).map(|_| Value::Integer(100));
                let values = super::values(clause).chain(more);
                let lines = statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3))?;
                Ok(lines.collect::<rusqlite::Result<Vec<_>>>()?.join(" | "))
            })
            .unwrap()
    }

    #[test]
    fn lists_of_a_state_are_read_in_order_from_an_index() {
        let place = filled();
        for (text, sort, index) in [
            ("", Sort::Newest, "conversation_recent"),
            ("", Sort::Oldest, "conversation_recent"),
            ("state:open", Sort::Newest, "conversation_state"),
            ("state:open", Sort::Oldest, "conversation_state"),
            ("state:open", Sort::WaitingLongest, "conversation_waiting"),
            ("state:open", Sort::NextBreach, "conversation_breach"),
            ("state:open", Sort::Priority, "conversation_priority"),
            ("state:snoozed", Sort::WakeTime, "conversation_wake"),
            ("state:open assignee:me", Sort::NextBreach, "conversation_assignee"),
            ("state:open is:unassigned", Sort::NextBreach, "conversation_assignee"),
            ("state:open team:billing", Sort::NextBreach, "conversation_team"),
            ("has:draft", Sort::Newest, "conversation_draft"),
            ("state:open is:mentioned", Sort::Newest, "conversation_mention"),
            ("state:open created_by:me", Sort::Newest, "conversation_creator"),
        ] {
            let list = List::new(resolve(text).to_sql(), sort);
            let plan = plan(&place, &list.rows_sql(Way::On), &list.clause, 2);
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{text} {sort}: {plan}");
        }
    }

    #[test]
    fn counts_of_the_sidebar_never_touch_the_table() {
        let place = filled();
        for text in [
            "state:open",
            "state:closed",
            "state:snoozed",
            "state:open assignee:me",
            "state:open assignee:ben",
            "state:open is:unassigned",
            "state:open team:billing",
        ] {
            let list = List::new(resolve(text).to_sql(), Sort::Newest);
            let sql = format!("SELECT c.row FROM conversation c WHERE {}", list.condition);
            let plan = plan(&place, &sql, &list.clause, 0);
            assert!(plan.contains("SEARCH") && plan.contains("COVERING INDEX"), "{text}: {plan}");
        }
        for text in ["has:draft", "is:mentioned", "state:open created_by:me"] {
            let list = List::new(resolve(text).to_sql(), Sort::Newest);
            let plan = plan(&place, &list.count_sql(), &list.clause, 0);
            assert!(!plan.contains("SCAN c |") && plan.contains("INDEX conversation_"), "{text}: {plan}");
        }
    }

    #[test]
    fn windows_counts_and_positions_agree_in_every_order() {
        let place = filled();
        let cache = &place.cache;
        for text in ["", "state:open", "state:snoozed", "assignee:me OR waiting:>2m", "-team:billing", "is:breached"] {
            let query = resolve(text);
            for sort in Sort::ALL {
                let span = |offset, limit| Span { offset, limit, around: None };
                let all = cache.load_window(&query, sort, &span(0, 1_000)).unwrap();
                let ids: Vec<_> = all.rows.iter().map(|row| row.id.clone()).collect();
                assert_eq!(ids, cache.load_ids(&query, sort).unwrap());
                assert!(!ids.is_empty() && all.total == ids.len(), "{text} {sort}");
                let counts = cache.load_counts(&[("x".into(), query.clone())], UnixTime(NOW)).unwrap();
                assert_eq!(counts["x"].total, all.total);
                assert_eq!(counts["x"].unread, all.rows.iter().any(|row| row.unread), "{text}");
                let middle = cache.load_window(&query, sort, &span(7, 5)).unwrap();
                assert_eq!((middle.offset, middle.rows.as_slice()), (7, &all.rows[7..12.min(all.total)]));
                for (at, wanted) in ids.iter().enumerate() {
                    let around = Span { offset: 0, limit: 6, around: Some(wanted.clone()) };
                    let window = cache.load_window(&query, sort, &around).unwrap();
                    assert!(window.rows.iter().any(|row| row.id == *wanted), "{text} {sort} {at}");
                    assert_eq!(window.rows, all.rows[window.offset..(window.offset + 6).min(all.total)]);
                    assert_eq!(window.rows.len(), 6.min(all.total), "full at both ends");
                }
            }
        }
    }

    #[test]
    fn windows_deep_in_a_list_are_read_on_from_those_before() {
        let place = Place::new();
        let cache = &place.cache;
        let rows: Vec<_> = (0..1_500_i64)
            .map(|n| {
                let mut one = conversation(&format!("c{n:04}"), NOW - n / 7 * 10);
                one.priority = Priority::ALL[n as usize % 5];
                one.waiting_since = (n % 3 > 0).then_some(UnixTime(NOW - n * 7 % 500));
                one
            })
            .collect();
        cache.store_page(&rows, None).unwrap();
        let query = resolve("state:open");
        let ids = crate::clock::Ids::seeded(3);
        for sort in Sort::ALL {
            let all = cache.load_ids(&query, sort).unwrap();
            for round in 0..60 {
                let offset = usize::try_from(ids.below(1_500)).unwrap();
                let around = (round % 3 == 0).then(|| all[offset].clone());
                let span = Span { offset: offset / 40 * 40, limit: 50, around };
                let window = cache.load_window(&query, sort, &span).unwrap();
                let found: Vec<_> = window.rows.iter().map(|row| row.id.clone()).collect();
                assert_eq!(found, all[window.offset..(window.offset + 50).min(1_500)], "{sort} {span:?}");
                assert!(span.around.is_none_or(|id| found.contains(&id)));
            }
            assert!(!cache.edges().0.is_empty());
            let mut news = rows[700].clone();
            news.updated_at = UnixTime(NOW + 1 + sort as i64);
            news.last_message_at = news.updated_at;
            cache.store_page(&[news], None).unwrap();
        }
    }

    #[test]
    fn what_lies_beyond_a_row_is_a_range_of_an_index() {
        let place = filled();
        for (text, sort) in [
            ("state:open", Sort::Newest),
            ("state:open", Sort::WaitingLongest),
            ("state:open", Sort::Priority),
            ("state:open", Sort::NextBreach),
            ("state:open team:billing", Sort::NextBreach),
        ] {
            let list = List::new(resolve(text).to_sql(), sort);
            for depth in 1..=list.keys.len() {
                for way in [Way::On, Way::Back] {
                    let (range, bound) = list.range(way, &vec![Value::Integer(1); list.keys.len()], depth);
                    let (condition, order) = (&list.condition, list.order(way));
                    let sql = format!(
                        "SELECT c.row FROM conversation c WHERE {condition} AND {range} ORDER BY {order} LIMIT ?"
                    );
                    let plan = plan(&place, &sql, &list.clause, bound.len() + 1);
                    assert!(plan.contains("SEARCH") && !plan.contains("TEMP B-TREE"), "{text} {sort} {depth}: {plan}");
                }
            }
        }
    }

    #[test]
    fn a_window_beyond_the_end_is_the_last_one() {
        let place = filled();
        let span = Span { offset: 900, limit: 30, around: Some(id("nowhere")) };
        let window = place.cache.load_window(&resolve("state:open"), Sort::Newest, &span).unwrap();
        assert_eq!((window.offset, window.rows.len(), window.total), (70, 30, 100));
        let none = place.cache.load_window(&resolve("created_by:me"), Sort::Newest, &span).unwrap();
        assert_eq!((none.offset, none.rows.len(), none.total), (0, 0, 0));
    }

    #[test]
    fn orders_are_as_named() {
        let place = filled();
        let load = |text, sort| {
            let span = Span { offset: 0, limit: 1_000, around: None };
            place.cache.load_window(&resolve(text), sort, &span).unwrap().rows
        };
        assert!(load("", Sort::Newest).is_sorted_by(|a, b| a.last_message_at >= b.last_message_at));
        assert!(load("", Sort::Oldest).is_sorted_by(|a, b| a.last_message_at <= b.last_message_at));
        let waiting = load("", Sort::WaitingLongest);
        let since = |row: &Conversation| row.waiting_since.map_or(i64::MAX, |at| at.0);
        assert!(waiting.is_sorted_by_key(since));
        let urgent = load("", Sort::Priority);
        assert!(urgent.is_sorted_by_key(|row| (std::cmp::Reverse(row.priority), since(row))));
        let asleep = load("state:snoozed", Sort::WakeTime);
        assert!(asleep.is_sorted_by_key(|row| row.snoozed_until));
        let breach = load("", Sort::NextBreach);
        let rank = |row: &Conversation| {
            let sla = row.sla.as_ref().unwrap();
            match (sla.status, sla.due_at) {
                (SlaStatus::Missed, due) => (0, due.map_or(i64::MIN, |at| at.0)),
                (SlaStatus::Active, Some(due)) => (1, due.0),
                (SlaStatus::Active, None) => (2, 0),
                _ => (3, 0),
            }
        };
        assert!(breach.is_sorted_by_key(|row| (rank(row), since(row))));
    }

    #[test]
    fn breached_are_the_missed_and_the_due() {
        let place = filled();
        let entries = [("all".to_owned(), resolve("")), ("breached".to_owned(), resolve("is:breached"))];
        let counts = place.cache.load_counts(&entries, UnixTime(NOW)).unwrap();
        assert!(counts["all"].breached > 0 && counts["all"].breached < counts["all"].total);
        assert_eq!(counts["all"].breached, counts["breached"].total);
        assert_eq!(counts["breached"].breached, counts["breached"].total);
    }

    #[test]
    fn a_condition_that_cannot_be_planned_gives_the_same_without_an_index() {
        let place = filled();
        let query = resolve("state:open sla:>30m");
        let span = Span { offset: 0, limit: 50, around: None };
        let planned = place.cache.load_window(&query, Sort::NextBreach, &span).unwrap();
        let (asked, clause) = (std::cell::Cell::new(0), query.to_sql());
        let again = place.cache.planned(std::slice::from_ref(&clause), || {
            asked.set(asked.get() + 1);
            if place.cache.unplanned().is_empty() {
                let fault = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERNAL);
                let source = rusqlite::Error::SqliteFailure(fault, None);
                return Err(CacheError::from_sqlite(super::super::File::Cache, source));
            }
            place.cache.load_window(&query, Sort::NextBreach, &span)
        });
        assert_eq!((again.unwrap(), asked.get()), (planned, 2));
        assert!(place.cache.plan(clause).sql.ends_with(") + 0)"));
    }

    #[test]
    fn what_is_gone_is_in_no_list_and_no_count() {
        let place = filled();
        super::super::fixtures::commit(&place.cache, "g", "c001", &[super::super::fixtures::reply("a")]);
        place.cache.remove(&[id("c001")]).unwrap();
        assert!(place.cache.load_conversation(&id("c001")).unwrap().is_some());
        let span = Span { offset: 0, limit: 1_000, around: Some(id("c001")) };
        assert_eq!(place.cache.load_window(&resolve(""), Sort::Newest, &span).unwrap().rows.len(), 199);
        let counts = place.cache.load_counts(&[("all".into(), resolve(""))], UnixTime(NOW)).unwrap();
        assert_eq!(counts["all"].total, 199);
    }
}
