//! Searches as SQL: each filter a condition with parameters, never text from outside.

use jiff::tz::TimeZone;
use rusqlite::types::Value;

use super::super::{Answer, Refusal};
use super::words;
use crate::helpdesk::model::{DataAttribute, DataKind};
use crate::helpdesk::search::{CUSTOM_PREFIX, Filter, Kind, Node, Operand, Operator};
use crate::text;

/// A condition and its parameters in order.
#[derive(Debug, Default)]
pub(super) struct Condition {
    /// SQL, parameters as `?`.
    pub sql: String,
    /// Values for the marks.
    pub values: Vec<Value>,
}

impl Condition {
    fn of(sql: impl Into<String>, values: Vec<Value>) -> Self {
        Self { sql: sql.into(), values }
    }

    fn never() -> Self {
        Self::of("0", Vec::new())
    }

    /// The opposite; what is unknown counts as not so.
    fn not(self) -> Self {
        Self { sql: format!("NOT coalesce({}, 0)", self.sql), values: self.values }
    }
}

/// Where a field's values are.
enum Place {
    /// A column, or an expression over columns, of text.
    Text(String),
    /// A column of whole numbers that the API spells as text.
    Digits(&'static str),
    /// A column of numbers; the flag says that 0 stands for nothing.
    Number { column: String, zero_is_null: bool },
    /// Words of the opening message.
    Words { column: &'static str, path: &'static str },
    /// Rows of another table.
    Rows { table: &'static str, owner: &'static str, column: &'static str, outer: &'static str, digits: bool },
}

/// What a contact search needs to know beyond the query.
pub(super) struct ContactScope {
    /// The workspace's zone: days begin there.
    pub zone: TimeZone,
    /// Definitions of contacts' attributes.
    pub attributes: Vec<DataAttribute>,
}

/// How rows of other tables are asked for. The answer is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    /// Those rows first: good when few match.
    Matches,
    /// Row by row in the order of the list: good when many match and a page is wanted.
    List,
}

/// The condition of a conversation search, over the table `conversation` as `c`.
pub(super) fn conversations(node: &Node, walk: Walk) -> Answer<Condition> {
    joined(node, &|filter| Ok(compare(&conversation_place(&filter.field), filter, walk)))
}

/// The whole question for the number of matches of one filter that the rows of another table answer
/// alone: those hold nothing of conversations that are gone. None for any other search.
pub(super) fn counted_elsewhere(node: &Node) -> Option<Condition> {
    let filter = match node {
        Node::Filter(filter) => filter,
        Node::All(members) | Node::Any(members) => match members.as_slice() {
            [one] => return counted_elsewhere(one),
            _ => return None,
        },
    };
    let [Operand::Text(value)] = filter.values.as_slice() else { return None };
    match conversation_place(&filter.field) {
        // With one value no conversation is counted twice.
        Place::Rows { table, column, digits, .. } if filter.operator == Operator::Equal => {
            let condition = if digits {
                digits_condition(column, Operator::Equal, &filter.values)
            } else {
                text_condition(column, Operator::Equal, &filter.values)
            };
            Some(Condition { sql: format!("SELECT count(*) FROM {table} WHERE {}", condition.sql), ..condition })
        }
        Place::Words { column, .. } => {
            let question = match filter.operator {
                Operator::Equal => words::whole_word(column, value),
                Operator::Contains => words::beginnings(column, value),
                Operator::StartsWith => words::start(column, value),
                _ => None,
            }?;
            let sql = "SELECT count(*) FROM source_words WHERE source_words MATCH ?";
            Some(Condition::of(sql, vec![Value::Text(question)]))
        }
        _ => None,
    }
}

/// The condition of a contact search, over the table `contact` as `c`.
pub(super) fn contacts(node: &Node, scope: &ContactScope) -> Answer<Condition> {
    joined(node, &|filter| match filter.kind {
        Kind::Day => day(&contact_column(&filter.field), filter, scope),
        Kind::Custom => custom(filter, scope),
        _ => Ok(compare(&contact_place(filter), filter, Walk::Matches)),
    })
}

/// The expression that a contact's field is sorted by; none when it cannot be.
pub(super) fn contact_order(field: &str) -> Option<String> {
    match crate::helpdesk::search::contact_field(field)? {
        Kind::Set | Kind::TagSet => None,
        Kind::Custom => custom_path(field.strip_prefix(CUSTOM_PREFIX)?).ok(),
        _ => Some(contact_column(field)),
    }
}

fn joined(node: &Node, filter: &dyn Fn(&Filter) -> Answer<Condition>) -> Answer<Condition> {
    let (members, word, empty) = match node {
        Node::Filter(one) => return filter(one),
        Node::All(members) => (members, " AND ", "1"),
        Node::Any(members) => (members, " OR ", "0"),
    };
    if members.is_empty() {
        return Ok(Condition::of(empty, Vec::new()));
    }
    let mut whole = Condition::default();
    whole.sql.push('(');
    for (index, member) in members.iter().enumerate() {
        if index > 0 {
            whole.sql.push_str(word);
        }
        let condition = joined(member, filter)?;
        whole.sql.push_str(&condition.sql);
        whole.values.extend(condition.values);
    }
    whole.sql.push(')');
    Ok(whole)
}

fn conversation_place(field: &str) -> Place {
    let number = |column: &str| Place::Number { column: format!("c.{column}"), zero_is_null: false };
    match field {
        "id" => Place::Digits("c.id"),
        "source.id" => Place::Digits("c.source_id"),
        "source.subject" => Place::Words { column: "subject", path: "$.source.subject" },
        "source.body" => Place::Words { column: "body", path: "$.source.body" },
        "source.author.id" => Place::Text("c.author_id".into()),
        "source.author.type" => Place::Text("c.author_type".into()),
        "source.author.name" => Place::Text("c.author_name".into()),
        "source.author.email" => Place::Text("c.author_email".into()),
        "contact_ids" => rows("conversation_contact", "contact_id", false),
        "teammate_ids" => rows("conversation_teammate", "admin_id", true),
        "tag_ids" => rows("conversation_tag", "tag_id", true),
        "admin_assignee_id" | "team_assignee_id" => Place::Number { column: format!("c.{field}"), zero_is_null: true },
        "open" => number("is_open"),
        "read" => number("is_read"),
        "ai_agent_participated" => number("ai_participated"),
        "ai_agent.rating" => number("ai_rating"),
        "conversation_rating.requested_at" => number("rating_requested_at"),
        "conversation_rating.replied_at" => number("rating_replied_at"),
        "conversation_rating.score" => number("rating_score"),
        "conversation_rating.admin_d" | "conversation_rating.admin_id" => Place::Text("c.rating_admin_id".into()),
        "statistics.last_closed_by_id" => Place::Text("c.last_closed_by_id".into()),
        "created_at" | "updated_at" | "waiting_since" | "snoozed_until" => number(field),
        _ => {
            if let Some(measure) = field.strip_prefix("statistics.") {
                number(measure)
            } else if let Some(rest) = field.strip_prefix("ai_agent.") {
                Place::Text(format!("c.ai_{rest}"))
            } else if let Some(rest) = field.strip_prefix("conversation_rating.") {
                Place::Text(format!("c.rating_{rest}"))
            } else if let Some(rest) = field.strip_prefix("source.") {
                Place::Text(format!("c.source_{rest}"))
            } else {
                Place::Text(format!("c.{field}"))
            }
        }
    }
}

const fn rows(table: &'static str, column: &'static str, digits: bool) -> Place {
    Place::Rows { table, owner: "conversation_id", column, outer: "c.id", digits }
}

fn contact_place(filter: &Filter) -> Place {
    let of = |table, column, digits| Place::Rows { table, owner: "contact_id", column, outer: "c.id", digits };
    match filter.field.as_str() {
        "tag_id" => of("contact_tag", "tag_id", true),
        "segment_id" => of("contact_segment", "segment_id", false),
        field if filter.kind == Kind::Boolean => Place::Number { column: contact_column(field), zero_is_null: false },
        field => Place::Text(contact_column(field)),
    }
}

/// The expression of a contact's field. Only names of the table of searchable fields come here.
fn contact_column(field: &str) -> String {
    let path = match field {
        "id" | "external_id" | "role" | "email" | "email_domain" | "phone" | "name" | "created_at" | "updated_at"
        | "last_seen_at" => return format!("c.{field}"),
        "formatted_phone" => return "c.phone".to_owned(),
        "avatar" => "avatar_url",
        "owner_id" => return "CAST(c.doc ->> '$.owner' AS TEXT)".to_owned(),
        "ios_app_device" => "ios.device",
        "andoid_sdk_version" => "android.sdk_version",
        _ => {
            let nested = ["ios", "android"].iter().find_map(|system| {
                let rest = field.strip_prefix(system)?.strip_prefix('_')?;
                Some(format!("{system}.{rest}"))
            });
            return format!("(c.doc ->> '$.{}')", nested.as_deref().unwrap_or(field));
        }
    };
    format!("(c.doc ->> '$.{path}')")
}

fn compare(place: &Place, filter: &Filter, walk: Walk) -> Condition {
    match place {
        Place::Text(column) => text_condition(column, filter.operator, &filter.values),
        Place::Digits(column) => digits_condition(column, filter.operator, &filter.values),
        Place::Number { column, zero_is_null } => {
            number_condition(column, *zero_is_null, filter.operator, &filter.values)
        }
        Place::Words { column, path } => words_condition(column, path, filter.operator, &filter.values, walk),
        Place::Rows { table, owner, column, outer, digits } => {
            let (positive, negated) = positive(filter.operator);
            let nothing = filter.values.contains(&Operand::Null);
            let given: Vec<Operand> = filter.values.iter().filter(|value| **value != Operand::Null).cloned().collect();
            let mut condition = if given.is_empty() {
                Condition::never()
            } else {
                let inner = if *digits {
                    digits_condition(column, positive, &given)
                } else {
                    text_condition(column, positive, &given)
                };
                let sql = match walk {
                    Walk::Matches => format!("{outer} IN (SELECT {owner} FROM {table} WHERE {})", inner.sql),
                    Walk::List => format!("EXISTS (SELECT 1 FROM {table} WHERE {owner} = {outer} AND {})", inner.sql),
                };
                Condition::of(sql, inner.values)
            };
            if nothing {
                condition.sql =
                    format!("({} OR NOT EXISTS (SELECT 1 FROM {table} WHERE {owner} = {outer}))", condition.sql);
            }
            if negated { condition.not() } else { condition }
        }
    }
}

/// The operator without its negation, and whether there was one.
const fn positive(operator: Operator) -> (Operator, bool) {
    match operator {
        Operator::NotEqual => (Operator::Equal, true),
        Operator::NotIn => (Operator::In, true),
        Operator::NotContains => (Operator::Contains, true),
        other => (other, false),
    }
}

fn value_of(operand: &Operand) -> Value {
    match operand {
        Operand::Null => Value::Null,
        Operand::Text(text) => Value::Text(text.clone()),
        Operand::Integer(number) => Value::Integer(*number),
        Operand::Decimal(number) => Value::Real(*number),
        Operand::Boolean(flag) => Value::Integer(i64::from(*flag)),
    }
}

/// `column` is one of the values; nothing counts as a value.
fn among(column: &str, values: Vec<Value>, negated: bool) -> Condition {
    let nothing = values.contains(&Value::Null);
    let mut given: Vec<Value> = values.into_iter().filter(|value| *value != Value::Null).collect();
    let listed = match given.len() {
        0 => None,
        1 => Some(format!("{column} = ?")),
        count => Some(format!("{column} IN ({})", vec!["?"; count].join(", "))),
    };
    let sql = match (listed, nothing) {
        (Some(listed), false) => listed,
        (Some(listed), true) => format!("({listed} OR {column} IS NULL)"),
        (None, true) => format!("{column} IS NULL"),
        (None, false) => "0".to_owned(),
    };
    let condition = Condition::of(sql, std::mem::take(&mut given));
    if negated { condition.not() } else { condition }
}

fn text_condition(column: &str, operator: Operator, values: &[Operand]) -> Condition {
    let (positive, negated) = positive(operator);
    match positive {
        Operator::Equal | Operator::In => among(column, values.iter().map(value_of).collect(), negated),
        _ => {
            let Some(Operand::Text(value)) = values.first() else { return Condition::never() };
            let folded = Value::Text(text::fold(value));
            let condition = match positive {
                Operator::StartsWith => {
                    Condition::of(format!("substr(fold({column}), 1, length(?)) = ?"), vec![folded.clone(), folded])
                }
                Operator::EndsWith => Condition::of(
                    format!("(? = '' OR substr(fold({column}), -length(?)) = ?)"),
                    vec![folded.clone(), folded.clone(), folded],
                ),
                _ => Condition::of(format!("instr(fold({column}), ?) > 0"), vec![folded]),
            };
            if negated { condition.not() } else { condition }
        }
    }
}

/// Whole numbers that the API spells as text: compared as numbers where that is the same, so that an
/// index helps.
fn digits_condition(column: &str, operator: Operator, values: &[Operand]) -> Condition {
    let (positive, negated) = positive(operator);
    if !matches!(positive, Operator::Equal | Operator::In) {
        return text_condition(&format!("CAST({column} AS TEXT)"), operator, values);
    }
    let numbers = values
        .iter()
        .filter_map(|operand| match operand {
            Operand::Null => Some(Value::Null),
            Operand::Text(digits) => digits.parse().ok().map(Value::Integer),
            other => Some(value_of(other)),
        })
        .collect();
    among(column, numbers, negated)
}

fn number_condition(column: &str, zero_is_null: bool, operator: Operator, values: &[Operand]) -> Condition {
    let (positive, negated) = positive(operator);
    let read = |operand: &Operand| match operand {
        Operand::Null if zero_is_null => Value::Integer(0),
        other => value_of(other),
    };
    let sign = match positive {
        Operator::Greater => ">",
        Operator::Less => "<",
        Operator::AtLeast => ">=",
        Operator::AtMost => "<=",
        _ => return among(column, values.iter().map(read).collect(), negated),
    };
    values.first().map_or_else(Condition::never, |value| Condition::of(format!("{column} {sign} ?"), vec![read(value)]))
}

fn words_condition(column: &str, path: &str, operator: Operator, values: &[Operand], walk: Walk) -> Condition {
    let (positive, negated) = positive(operator);
    let kept = format!("(SELECT plain(d.doc ->> '{path}') FROM conversation_doc d WHERE d.id = c.id)");
    let found = |question: Option<String>| {
        question.map_or_else(Condition::never, |question| {
            let sql = match walk {
                Walk::Matches => "c.id IN (SELECT rowid FROM source_words WHERE source_words MATCH ?)",
                // Asked once, not once a row; the sign keeps the list from being led by it.
                Walk::List => "+c.id IN (SELECT rowid FROM source_words WHERE source_words MATCH ?)",
            };
            Condition::of(sql, vec![Value::Text(question)])
        })
    };
    let one = |operand: &Operand| match operand {
        Operand::Null => Condition::of(format!("trim(coalesce({kept}, '')) = ''"), Vec::new()),
        Operand::Text(value) => match positive {
            Operator::Equal | Operator::In => found(words::whole_word(column, value)),
            Operator::StartsWith => found(words::start(column, value)),
            Operator::EndsWith => {
                text_condition(&format!("trim({kept})"), Operator::EndsWith, &[Operand::Text(value.trim().to_owned())])
            }
            _ => found(words::beginnings(column, value)),
        },
        _ => Condition::never(),
    };
    let mut whole = Condition::default();
    whole.sql.push('(');
    for (index, operand) in values.iter().enumerate() {
        if index > 0 {
            whole.sql.push_str(" OR ");
        }
        let condition = one(operand);
        whole.sql.push_str(&condition.sql);
        whole.values.extend(condition.values);
    }
    if values.is_empty() {
        whole.sql.push('0');
    }
    whole.sql.push(')');
    if negated { whole.not() } else { whole }
}

/// A date of a contact, compared by whole days of the workspace's zone.
fn day(column: &str, filter: &Filter, scope: &ContactScope) -> Answer<Condition> {
    let moment = match filter.values.first() {
        Some(Operand::Integer(moment)) => *moment,
        Some(Operand::Text(text)) => text
            .trim()
            .parse()
            .map_err(|_| Refusal::invalid("value must be a Unix timestamp").at(filter.field.clone()))?,
        _ => return Ok(Condition::of(format!("{column} IS NULL"), Vec::new())),
    };
    let bounds = || -> Option<(i64, i64)> {
        let date = jiff::Timestamp::from_second(moment).ok()?.to_zoned(scope.zone.clone()).date();
        let from = date.to_zoned(scope.zone.clone()).ok()?;
        let to = date.tomorrow().ok()?.to_zoned(scope.zone.clone()).ok()?;
        Some((from.timestamp().as_second(), to.timestamp().as_second()))
    };
    let (from, to) =
        bounds().ok_or_else(|| Refusal::invalid("value is out of range for a date").at(filter.field.clone()))?;
    Ok(match filter.operator {
        Operator::Greater => Condition::of(format!("{column} >= ?"), vec![Value::Integer(to)]),
        Operator::Less => Condition::of(format!("{column} < ?"), vec![Value::Integer(from)]),
        _ => Condition::of(format!("({column} >= ? AND {column} < ?)"), vec![Value::Integer(from), Value::Integer(to)]),
    })
}

/// A contact's custom attribute, compared as its definition says; one without a definition as text.
fn custom(filter: &Filter, scope: &ContactScope) -> Answer<Condition> {
    let name = filter.field.strip_prefix(CUSTOM_PREFIX).unwrap_or_default();
    let column = custom_path(name).map_err(|message| Refusal::invalid(message).at(filter.field.clone()))?;
    let kind =
        scope.attributes.iter().find(|known| known.name == name).map_or(DataKind::String, |known| known.data_type);
    let refused = || {
        let sign = filter.operator.as_str();
        Err(Refusal::invalid(format!("operator '{sign}' is not supported for '{name}'"))
            .at(filter.field.clone())
            .into())
    };
    let ordered = matches!(filter.operator, Operator::Greater | Operator::Less | Operator::AtLeast | Operator::AtMost);
    let textual = matches!(
        filter.operator,
        Operator::Contains | Operator::NotContains | Operator::StartsWith | Operator::EndsWith
    );
    match kind {
        DataKind::Date if matches!(filter.operator, Operator::Equal | Operator::Greater | Operator::Less) => {
            day(&column, filter, scope)
        }
        DataKind::Date => refused(),
        DataKind::String if ordered => refused(),
        DataKind::String => {
            let values: Vec<Operand> = filter.values.iter().map(as_text).collect();
            Ok(text_condition(&format!("CAST({column} AS TEXT)"), filter.operator, &values))
        }
        DataKind::Integer | DataKind::Float | DataKind::Boolean if textual => refused(),
        DataKind::Boolean if ordered => refused(),
        DataKind::Integer | DataKind::Float | DataKind::Boolean => {
            let values =
                filter.values.iter().map(|value| as_number(value, &filter.field)).collect::<Answer<Vec<_>>>()?;
            Ok(number_condition(&column, false, filter.operator, &values))
        }
    }
}

/// The expression of a custom attribute; a name that cannot be quoted in a path is refused.
fn custom_path(name: &str) -> Result<String, String> {
    if name.contains(['"', '\'', '\\', '\0']) {
        return Err("attribute names with quotes or backslashes cannot be searched".to_owned());
    }
    Ok(format!("(c.doc ->> '$.custom_attributes.\"{name}\"')"))
}

fn as_text(operand: &Operand) -> Operand {
    match operand {
        Operand::Integer(number) => Operand::Text(number.to_string()),
        Operand::Decimal(number) => Operand::Text(number.to_string()),
        Operand::Boolean(flag) => Operand::Text(i64::from(*flag).to_string()),
        other => other.clone(),
    }
}

fn as_number(operand: &Operand, field: &str) -> Answer<Operand> {
    match operand {
        Operand::Text(word) if word == "true" || word == "false" => Ok(Operand::Boolean(word == "true")),
        Operand::Text(text) => text
            .trim()
            .parse()
            .map(Operand::Decimal)
            .map_err(|_| Refusal::invalid("value must be a number").at(field.to_owned()).into()),
        other => Ok(other.clone()),
    }
}
