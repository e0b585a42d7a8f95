//! The answer for every conversation in the cache: a condition over `conversation AS c`.
//!
//! The cache must offer SQL one function beyond its own, `fold(TEXT)`, which is
//! [`text::fold`](crate::text::fold) and gives NULL for NULL. Values travel as parameters only. Every
//! condition is true or false, never NULL, so that negation means the same as in memory.

use super::ast::{AttributeOf, Has, NumberField, TimeField};
use super::resolve::{Column, ContactTest, Resolved, Test, ValueTest};
use super::span::Span;
use super::words::{NUMBER_FILLERS, Pattern};
use crate::domain::{Kind, TeamId, TeammateId, Turn};

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum SqlValue {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Real(f64),
}

/// A condition with `?` for each parameter, in order. It is in parentheses or a single operand, fit to
/// stand between `AND`s.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clause {
    /// The condition over `conversation AS c` and the tables beside it.
    pub sql: String,
    /// Its parameters.
    pub params: Vec<SqlValue>,
}

impl Resolved {
    /// The condition that holds for the rows for which [`Resolved::matches`] holds.
    #[must_use]
    pub fn to_sql(&self) -> Clause {
        let mut clause = Clause::default();
        clause.put(&self.test);
        clause
    }
}

impl Clause {
    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    fn bind(&mut self, sql: &str, value: impl Into<SqlValue>) {
        self.push(sql);
        self.params.push(value.into());
    }

    fn put(&mut self, test: &Test) {
        match test {
            Test::All => self.push("1"),
            Test::Nothing => self.push("0"),
            Test::Not(inner) => {
                self.push("(NOT ");
                self.put(inner);
                self.push(")");
            }
            Test::And(members) => self.join(members, " AND "),
            Test::Or(members) => self.join(members, " OR "),
            Test::Words(pattern) => {
                // Most rows are told apart by the cheaper of the two.
                self.bind("(instr(c.folded, ?) > 0 AND ", pattern.needle());
                self.words("c.folded", pattern);
                self.push(")");
            }
            Test::State(state) => self.bind("c.state = ?", state.as_str()),
            Test::Kind(Kind::Conversation) => self.push("c.kind = 'conversation'"),
            Test::Kind(Kind::Ticket) => self.push("c.kind = 'ticket'"),
            Test::Unread => self.push("c.unread = 1"),
            Test::Breached(now) => self.sla_left(Span { from: None, until: Some(now.saturating_add(1)) }, true),
            Test::Mentioned => self.push("c.mentioned = 1"),
            Test::Has(Has::Attachment) => self.push("c.has_attachment = 1"),
            Test::Has(Has::Note) => self.push("c.has_note = 1"),
            Test::Has(Has::Draft) => self.push("c.has_draft = 1"),
            Test::Turn(Turn::Us) => self.push("c.turn = 'us'"),
            Test::Turn(Turn::Them) => self.push("c.turn = 'them'"),
            Test::Assignee(id) => self.reference("c.assignee_id", id.as_ref().map(TeammateId::as_str)),
            Test::Team(id) => self.reference("c.team_id", id.as_ref().map(TeamId::as_str)),
            Test::CreatedBy(id) => self.reference("c.created_by", id.as_ref().map(TeammateId::as_str)),
            Test::Tag(id) => {
                self.bind(
                    "EXISTS (SELECT 1 FROM conversation_tag t WHERE t.conversation_id = c.id AND t.tag_id = ?)",
                    id.as_str(),
                );
            }
            Test::Priority(low, high) => {
                self.bind("(c.priority BETWEEN ?", i64::from(*low));
                self.bind(" AND ?)", i64::from(*high));
            }
            Test::Channel(word) => self.bind("c.channel = ?", word.as_str()),
            Test::Contact(wanted) => {
                self.push("(");
                self.contact(wanted);
                self.push(")");
            }
            Test::Participant(wanted) => {
                self.bind(
                    "(EXISTS (SELECT 1 FROM conversation_participant p WHERE p.conversation_id = c.id AND p.contact_id = ?) OR ",
                    wanted.id.as_str(),
                );
                self.contact(wanted);
                self.push(")");
            }
            Test::Email(part) => self.bind("instr(fold(c.contact_email), ?) > 0", part.as_str()),
            Test::Phone(part) => {
                let bare = NUMBER_FILLERS.iter().fold("fold(c.contact_phone)".to_owned(), |number, filler| {
                    format!("replace({number}, '{filler}', '')")
                });
                self.bind(&format!("instr({bare}, ?) > 0"), part.as_str());
            }
            Test::ColumnWords(column, pattern) => self.words(&format!("fold({})", name_of(*column)), pattern),
            Test::ColumnIs(column, folded) => self.bind(&format!("fold({}) = ?", name_of(*column)), folded.as_str()),
            Test::Language(folded) => {
                self.bind("(ifnull(c.written_in, fold(c.language)) = ?", folded.as_str());
                self.bind(" OR instr(ifnull(c.written_in, fold(c.language)), ?) = 1)", format!("{folded}-"));
            }
            Test::Time(field, span) => self.span(time_name(*field), *span),
            Test::SlaStatus(status) => self.bind("(c.sla_status IS NOT NULL AND c.sla_status = ?)", status.as_str()),
            Test::SlaTarget(target) => self.bind("(c.sla_target IS NOT NULL AND c.sla_target = ?)", *target),
            Test::SlaLeft { due, missed } => self.sla_left(*due, *missed),
            Test::Number(field, low, high) => {
                let name = match field {
                    NumberField::Reopens => "c.reopens",
                    NumberField::Rating => "c.rating",
                };
                self.bind(&format!("({name} IS NOT NULL AND {name} BETWEEN ?"), i64::from(*low));
                self.bind(" AND ?)", i64::from(*high));
            }
            Test::Ai(yes) => self.bind("c.ai = ?", i64::from(*yes)),
            Test::Attribute { of, name, test } => self.attribute(*of, name, test),
        }
    }

    /// Members joined as a balanced tree: the database bounds how deep an expression may be, not how wide.
    fn join(&mut self, members: &[Test], operator: &str) {
        match members {
            [] => self.push("1"),
            [single] => self.put(single),
            _ => {
                let (left, right) = members.split_at(members.len() / 2);
                self.push("(");
                self.join(left, operator);
                self.push(operator);
                self.join(right, operator);
                self.push(")");
            }
        }
    }

    fn reference(&mut self, column: &str, id: Option<&str>) {
        match id {
            Some(id) => self.bind(&format!("({column} IS NOT NULL AND {column} = ?)"), id),
            None => self.push(&format!("{column} IS NULL")),
        }
    }

    fn words(&mut self, folded: &str, pattern: &Pattern) {
        self.bind(&format!("(' ' || {folded} || ' ') GLOB ?"), pattern.to_glob());
    }

    fn contact(&mut self, wanted: &ContactTest) {
        self.bind("(c.contact_id IS NOT NULL AND c.contact_id = ?) OR ", wanted.id.as_str());
        self.words("fold(c.contact_name)", &wanted.name);
        self.bind(" OR fold(c.contact_email) = ?", wanted.email.as_str());
    }

    fn span(&mut self, column: &str, span: Span) {
        self.push(&format!("({column} IS NOT NULL"));
        self.bounds(column, span);
        self.push(")");
    }

    fn bounds(&mut self, column: &str, span: Span) {
        if let Some(from) = span.from {
            self.bind(&format!(" AND {column} >= ?"), from);
        }
        if let Some(until) = span.until {
            self.bind(&format!(" AND {column} < ?"), until);
        }
    }

    fn sla_left(&mut self, due: Span, missed: bool) {
        // The pluses keep SQLite's planner from joining two of these by OR, at which it gives up
        // ("internal query planner error"); no index begins with these columns.
        self.push("(c.sla_status IS NOT NULL AND (");
        if missed {
            self.push("+c.sla_status = 'missed' OR ");
        }
        self.push("(+c.sla_status = 'active' AND c.sla_due_at IS NOT NULL");
        self.bounds("+c.sla_due_at", due);
        self.push(")))");
    }

    /// The JSON holds a value as `{"TYPE": VALUE}`, and `"null"` for nothing.
    fn attribute(&mut self, of: AttributeOf, name: &str, test: &ValueTest) {
        let column = match of {
            AttributeOf::Conversation => "c.attributes",
            AttributeOf::Contact => "c.contact_attributes",
        };
        self.bind(&format!("EXISTS (SELECT 1 FROM json_each({column}) a WHERE fold(a.key) = ?"), name);
        self.push(" AND CASE a.type WHEN 'object' THEN (0");
        if let Some(text) = &test.text {
            self.bind(" OR fold(json_extract(a.value, '$.text')) = ?", text.as_str());
        }
        if let Some(yes) = test.yes {
            self.bind(" OR json_extract(a.value, '$.boolean') = ?", i64::from(yes));
        }
        if let Some(number) = test.number {
            for kind in ["integer", "decimal"] {
                let value = format!("CAST(json_extract(a.value, '$.{kind}') AS REAL)");
                self.push(&format!(" OR ({value} IS NOT NULL"));
                if let Some((from, included)) = number.from {
                    self.bind(&format!(" AND {value} {} ?", if included { ">=" } else { ">" }), SqlValue::Real(from));
                }
                if let Some((to, included)) = number.to {
                    self.bind(&format!(" AND {value} {} ?", if included { "<=" } else { "<" }), SqlValue::Real(to));
                }
                self.push(")");
            }
        }
        if let Some(span) = test.time {
            self.push(" OR ");
            self.span("json_extract(a.value, '$.time')", span);
        }
        self.push(") ELSE 0 END)");
    }
}

fn name_of(column: Column) -> &'static str {
    match column {
        Column::Title => "c.title",
        Column::Company => "c.company_name",
        Column::Country => "c.country",
        Column::Policy => "ifnull(c.sla_policy, '')",
        Column::Brand => "c.brand",
    }
}

fn time_name(field: TimeField) -> &'static str {
    match field {
        TimeField::Created => "c.created_at",
        TimeField::Updated => "c.updated_at",
        TimeField::Waiting => "c.waiting_since",
        TimeField::Snoozed => "c.snoozed_until",
    }
}

impl From<&str> for SqlValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for SqlValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for SqlValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Directory, UnixTime};
    use crate::query::{Context, Query};

    fn clause(text: &str) -> Clause {
        let zone = jiff::tz::TimeZone::UTC;
        let directory = Directory::default();
        let context = Context { me: None, now: UnixTime(1_000_000), zone: &zone, directory: &directory };
        Query::parse(text).unwrap().resolve(&context).unwrap().to_sql()
    }

    #[test]
    fn values_travel_as_parameters() {
        let clause = clause("contact:\"'); DROP TABLE conversation; --\"");
        assert!(!clause.sql.contains("DROP"));
        assert_eq!(clause.sql.matches('?').count(), clause.params.len());
    }

    #[test]
    fn a_wide_query_is_no_deep_expression() {
        let clause = clause(&"a ".repeat(1_000));
        let mut depth = 0;
        let mut deepest = 0;
        for scalar in clause.sql.chars() {
            match scalar {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        assert!(depth == 0 && deepest < 20, "{deepest}");
        assert_eq!(clause.params.len(), 2_000);
    }

    #[test]
    fn ages_become_moments() {
        assert_eq!(clause("waiting:>2h").sql, "(c.waiting_since IS NOT NULL AND c.waiting_since < ?)");
        assert_eq!(clause("waiting:>2h").params, [SqlValue::Integer(1_000_000 - 7_200)]);
        assert_eq!(clause("-assignee:nobody").sql, "(NOT c.assignee_id IS NULL)");
    }
}
