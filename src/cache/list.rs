//! Windows of lists, and counts.
//!
//! Both read the effective columns and agree: a count is the length of the list that opening its entry
//! shows.

use std::collections::BTreeMap;

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, OptionalExtension, ToSql};

use super::database::{Tried, int, size};
use super::{Cache, CacheError};
use crate::domain::{Conversation, ConversationId, UnixTime};
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

struct Parameter<'a>(&'a SqlValue);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self.0 {
            SqlValue::Text(text) => text.to_sql(),
            SqlValue::Integer(number) => number.to_sql(),
            SqlValue::Real(number) => number.to_sql(),
        }
    }
}

impl Cache {
    /// Loads part of the list of a query.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_window(&self, query: &Resolved, sort: Sort, span: &Span) -> Result<Window, CacheError> {
        let list = List::new(query, sort);
        self.read_cache(|cache| {
            let total = list.count(cache)?;
            let around = match &span.around {
                Some(id) => list.position(cache, id)?,
                None => None,
            };
            let last = total.saturating_sub(span.limit);
            let offset = match around {
                Some(position) => position.saturating_sub(span.limit / 2).min(last),
                None if span.offset >= total => last,
                None => span.offset,
            };
            Ok(Window { offset, rows: list.load(cache, offset, span.limit)?, total })
        })
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
        self.read_cache(|cache| {
            let mut counts = BTreeMap::new();
            for (key, query) in entries {
                counts.insert(key.clone(), count(cache, query, now)?);
            }
            Ok(counts)
        })
    }

    /// Loads the ids of all that a query finds, in order: for what is done to the whole list.
    ///
    /// # Errors
    /// As [`CacheError`].
    pub fn load_ids(&self, query: &Resolved, sort: Sort) -> Result<Vec<ConversationId>, CacheError> {
        let list = List::new(query, sort);
        self.read_cache(|cache| {
            let sql = format!("SELECT c.id FROM conversation c WHERE {} ORDER BY {}", list.condition, list.order());
            super::effective::ids(cache, &sql, rusqlite::params_from_iter(list.parameters()))
        })
    }
}

/// One list: a condition over `conversation AS c` and an order.
struct List {
    condition: String,
    clause: Clause,
    keys: &'static [Key],
}

impl List {
    fn new(query: &Resolved, sort: Sort) -> Self {
        let clause = query.to_sql();
        Self { condition: format!("c.gone = 0 AND {}", clause.sql), clause, keys: keys(sort) }
    }

    fn parameters(&self) -> Vec<Parameter<'_>> {
        self.clause.params.iter().map(Parameter).collect()
    }

    fn order(&self) -> String {
        let terms: Vec<String> = self
            .keys
            .iter()
            .map(|(key, is_descending)| format!("{key}{}", if *is_descending { " DESC" } else { "" }))
            .collect();
        terms.join(", ")
    }

    fn count_sql(&self) -> String {
        format!("SELECT count(*) FROM conversation c WHERE {}", self.condition)
    }

    fn rows_sql(&self) -> String {
        // Row numbers only: a sort must not carry whole conversations.
        format!("SELECT c.row FROM conversation c WHERE {} ORDER BY {} LIMIT ? OFFSET ?", self.condition, self.order())
    }

    fn count(&self, cache: &Connection) -> Tried<usize> {
        let mut statement = cache.prepare_cached(&self.count_sql())?;
        Ok(statement.query_row(rusqlite::params_from_iter(self.parameters()), |row| size(row, 0))?)
    }

    fn load(&self, cache: &Connection, offset: usize, limit: usize) -> Tried<Vec<Conversation>> {
        let mut statement = cache.prepare_cached(&self.rows_sql())?;
        let (limit, offset) = (int(limit), int(offset));
        let parameters = self.parameters();
        let all = parameters.iter().map(|parameter| parameter as &dyn ToSql).chain([&limit as &dyn ToSql, &offset]);
        let rows = statement
            .query_map(rusqlite::params_from_iter(all), |row| row.get::<_, i64>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut json = cache.prepare_cached("SELECT coalesce(shown, server) FROM conversation_json WHERE row = ?1")?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let text = json.query_row([row], |row| row.get::<_, String>(0))?;
            found.push(serde_json::from_str(&text)?);
        }
        Ok(found)
    }

    /// How many rows come before a conversation; `None` when the list has it not.
    fn position(&self, cache: &Connection, id: &ConversationId) -> Tried<Option<usize>> {
        let columns: Vec<&str> = self.keys.iter().map(|(key, _)| *key).collect();
        let sql = format!("SELECT {} FROM conversation c WHERE c.id = ? AND {}", columns.join(", "), self.condition);
        let id = id.as_str();
        let parameters = self.parameters();
        let all = [&id as &dyn ToSql].into_iter().chain(parameters.iter().map(|parameter| parameter as &dyn ToSql));
        let found: Option<Vec<Value>> = cache
            .prepare_cached(&sql)?
            .query_row(rusqlite::params_from_iter(all), |row| (0..columns.len()).map(|at| row.get(at)).collect())
            .optional()?;
        let Some(values) = found else { return Ok(None) };
        let (before, bound) = self.before(&values);
        let sql = format!("{} AND {before}", self.count_sql());
        let all = parameters
            .iter()
            .map(|parameter| parameter as &dyn ToSql)
            .chain(bound.into_iter().map(|value| value as &dyn ToSql));
        Ok(Some(cache.prepare_cached(&sql)?.query_row(rusqlite::params_from_iter(all), |row| size(row, 0))?))
    }

    /// The condition of coming before a row with these keys. The bound on the first key alone is said
    /// apart, so that an index can end there.
    fn before<'a>(&self, values: &'a [Value]) -> (String, Vec<&'a Value>) {
        let mut sql = String::new();
        let mut bound = Vec::new();
        let mut depth = 0;
        for (at, ((key, is_descending), value)) in self.keys.iter().zip(values).enumerate() {
            let sign = if *is_descending { ">" } else { "<" };
            if at == 0 {
                sql.extend([key, " ", sign, "= ? AND "]);
                bound.push(value);
            }
            if at + 1 < self.keys.len() {
                sql.extend(["(", key, " ", sign, " ? OR (", key, " = ? AND "]);
                bound.extend([value, value]);
                depth += 2;
            } else {
                sql.extend([key, " ", sign, " ?"]);
                bound.push(value);
            }
        }
        sql.push_str(&")".repeat(depth));
        (sql, bound)
    }
}

const COUNT: &str = "SELECT count(*), ifnull(max(c.unread), 0), \
     count(CASE c.sla_status WHEN 'missed' THEN 1 WHEN 'active' THEN CASE WHEN c.sla_due_at <= ? THEN 1 END END) \
     FROM conversation c WHERE c.gone = 0 AND ";

fn count(cache: &Connection, query: &Resolved, now: UnixTime) -> Tried<Count> {
    let clause = query.to_sql();
    let parameters: Vec<Parameter<'_>> = clause.params.iter().map(Parameter).collect();
    let now = now.0;
    let all = [&now as &dyn ToSql].into_iter().chain(parameters.iter().map(|parameter| parameter as &dyn ToSql));
    let mut statement = cache.prepare_cached(&format!("{COUNT}{}", clause.sql))?;
    Ok(statement.query_row(rusqlite::params_from_iter(all), |row| {
        Ok(Count { total: size(row, 0)?, unread: row.get(1)?, breached: size(row, 2)? })
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
                let mut values: Vec<Value> = Vec::new();
                for parameter in &clause.params {
                    values.push(match parameter {
                        SqlValue::Text(text) => Value::Text(text.clone()),
                        SqlValue::Integer(number) => Value::Integer(*number),
                        SqlValue::Real(number) => Value::Real(*number),
                    });
                }
                values.extend((0..more).map(|_| Value::Integer(100)));
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
            let list = List::new(&resolve(text), sort);
            let plan = plan(&place, &list.rows_sql(), &list.clause, 2);
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
            let clause = resolve(text).to_sql();
            let sql = format!("{COUNT}{}", clause.sql);
            let with_now = Clause {
                sql: String::new(),
                params: [SqlValue::Integer(NOW)].into_iter().chain(clause.params).collect(),
            };
            let plan = plan(&place, &sql, &with_now, 0);
            assert!(plan.contains("SEARCH") && plan.contains("COVERING INDEX"), "{text}: {plan}");
        }
        for text in ["has:draft", "is:mentioned", "state:open created_by:me"] {
            let list = List::new(&resolve(text), Sort::Newest);
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

    /// Not a benchmark: shows with `--ignored --nocapture` what a large cache costs.
    #[test]
    #[ignore = "takes a minute"]
    #[allow(clippy::print_stdout)]
    fn a_hundred_thousand_conversations_are_listed_at_once() {
        let place = Place::new();
        let clock = crate::clock::Clock::system();
        let began = clock.monotonic();
        for page in 0..1_000_i64 {
            let rows: Vec<_> = (page * 100..page * 100 + 100)
                .map(|n| {
                    let mut one = conversation(&format!("{}", 215_460_000 + n), NOW - n * 60);
                    one.preview = Untrusted::new("Good morning, my parcel has not arrived yet. ".repeat(5));
                    one.state = if n % 10 < 3 { State::Open } else { State::Closed };
                    one.team = Some(team(&(n % 4 + 1).to_string()));
                    one.assignee = (n % 3 > 0).then(|| teammate(&(n % 8).to_string()));
                    one
                })
                .collect();
            place.cache.store_page(&rows, None).unwrap();
        }
        println!("stored in {:?}", clock.monotonic() - began);
        let span = Span { offset: 0, limit: 100, around: None };
        let open = resolve("state:open");
        place.cache.load_window(&open, Sort::Newest, &span).unwrap();
        for (sort, offset) in [(Sort::Newest, 0), (Sort::NextBreach, 0), (Sort::Priority, 0), (Sort::Newest, 25_000)] {
            let began = clock.monotonic();
            let window = place.cache.load_window(&open, sort, &Span { offset, ..span.clone() }).unwrap();
            println!("{sort} from {offset} of {}: {:?}", window.total, clock.monotonic() - began);
        }
        let around = Span { around: Some(id("215460000")), ..span };
        let began = clock.monotonic();
        place.cache.load_window(&open, Sort::Newest, &around).unwrap();
        println!("around the newest: {:?}", clock.monotonic() - began);
        let mut entries: Vec<(String, Resolved)> = Vec::new();
        for text in ["state:open", "state:closed", "state:snoozed", "state:open is:unassigned", "has:draft"] {
            entries.push((text.to_owned(), resolve(text)));
        }
        for n in 0..8 {
            entries.push((format!("me{n}"), resolve("state:open assignee:me")));
            entries.push((format!("team{n}"), resolve("state:open team:billing")));
        }
        let began = clock.monotonic();
        place.cache.load_counts(&entries, UnixTime(NOW)).unwrap();
        println!("{} counts: {:?}", entries.len(), clock.monotonic() - began);
        let began = clock.monotonic();
        let words =
            place.cache.load_window(&resolve("zebrafish"), Sort::Newest, &Span { limit: 50, ..Span::default() });
        println!("words that nobody wrote ({}): {:?}", words.unwrap().total, clock.monotonic() - began);
        let began = clock.monotonic();
        drop(place.another());
        println!("open again: {:?}", clock.monotonic() - began);
    }
}
