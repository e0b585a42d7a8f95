//! Intercom's search language: filters, groups, and what each field takes.
//!
//! Owns the checked form of a search ([`ConversationQuery`], [`ContactQuery`]) and the tables of
//! searchable fields. Must not know how a search is carried out. Enter at
//! [`ConversationQuery::parse`] and [`ContactQuery::parse`] with the body's `query`.
//!
//! Limits are Intercom's: two levels of groups, fifteen filters a group.

use serde_json::Value;

/// Most filters (or groups) in a group.
pub const MAX_FILTERS: usize = 15;
/// Most levels of groups.
pub const MAX_NESTING: usize = 2;
/// Most values that one `IN` or `NIN` takes.
pub const MAX_VALUES: usize = 1000;

/// A checked search over conversations.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationQuery(pub Node);

/// A checked search over contacts.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactQuery(pub Node);

impl ConversationQuery {
    /// Reads and checks the `query` of a search body.
    ///
    /// # Errors
    /// When it is no search, names an unknown field, or gives a field an operator or value that it
    /// does not take.
    pub fn parse(query: &Value) -> Result<Self, SearchError> {
        node(query, &conversation_field, 0).map(Self)
    }

    /// Everything.
    #[must_use]
    pub const fn all() -> Self {
        Self(Node::All(Vec::new()))
    }
}

impl ContactQuery {
    /// Reads and checks the `query` of a search body.
    ///
    /// # Errors
    /// As [`ConversationQuery::parse`].
    pub fn parse(query: &Value) -> Result<Self, SearchError> {
        node(query, &contact_field, 0).map(Self)
    }
}

/// A filter, or filters joined.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// One filter.
    Filter(Filter),
    /// All of them hold; none given holds always.
    All(Vec<Node>),
    /// One of them holds.
    Any(Vec<Node>),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// Field, as the API spells it.
    pub field: String,
    /// What the field holds.
    pub kind: Kind,
    /// How it is compared.
    pub operator: Operator,
    /// Values to compare with: one, or any number for `IN` and `NIN`.
    pub values: Vec<Operand>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Text that is compared word by word.
    Words,
    /// Any number of identifiers.
    Set,
    /// The same, which takes `=` and `!=` only.
    TagSet,
    /// Whole number.
    Integer,
    /// Instant, exact to the second.
    Instant,
    /// Instant, compared by day in the workspace's time zone.
    Day,
    /// Yes or no.
    Boolean,
    /// A custom attribute: what its definition says.
    Custom,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `IN`
    In,
    /// `NIN`
    NotIn,
    /// `>`
    Greater,
    /// `<`
    Less,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `~`
    Contains,
    /// `!~`
    NotContains,
    /// `^`
    StartsWith,
    /// `$`
    EndsWith,
}

impl Operator {
    /// All with the API's spelling.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Equal, "="),
        (Self::NotEqual, "!="),
        (Self::In, "IN"),
        (Self::NotIn, "NIN"),
        (Self::Greater, ">"),
        (Self::Less, "<"),
        (Self::AtLeast, ">="),
        (Self::AtMost, "<="),
        (Self::Contains, "~"),
        (Self::NotContains, "!~"),
        (Self::StartsWith, "^"),
        (Self::EndsWith, "$"),
    ];

    /// The API's spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(operator, _)| *operator == self).map_or("", |(_, word)| word)
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(operator, _)| *operator)
    }

    const fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::NotIn)
    }
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Nothing there.
    Null,
    /// Text.
    Text(String),
    /// Whole number or instant.
    Integer(i64),
    /// Number; only for custom attributes.
    Decimal(f64),
    /// Yes or no.
    Boolean(bool),
}

/// Why a search was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SearchError {
    /// The API's code.
    pub code: &'static str,
    /// What a person reads.
    pub message: String,
    /// The field at fault.
    pub field: Option<String>,
}

impl SearchError {
    fn new(message: impl Into<String>) -> Self {
        Self { code: "parameter_invalid", message: message.into(), field: None }
    }

    fn on(field: &str, message: impl Into<String>) -> Self {
        Self { code: "parameter_invalid", message: message.into(), field: Some(field.to_owned()) }
    }
}

/// Searchable fields of conversations.
pub const CONVERSATION_FIELDS: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("created_at", Kind::Instant),
    ("updated_at", Kind::Instant),
    ("source.type", Kind::Text),
    ("source.id", Kind::Text),
    ("source.delivered_as", Kind::Text),
    ("source.subject", Kind::Words),
    ("source.body", Kind::Words),
    ("source.url", Kind::Text),
    ("source.author.id", Kind::Text),
    ("source.author.type", Kind::Text),
    ("source.author.name", Kind::Text),
    ("source.author.email", Kind::Text),
    ("contact_ids", Kind::Set),
    ("teammate_ids", Kind::Set),
    ("tag_ids", Kind::Set),
    ("admin_assignee_id", Kind::Integer),
    ("team_assignee_id", Kind::Integer),
    ("channel_initiated", Kind::Text),
    ("open", Kind::Boolean),
    ("read", Kind::Boolean),
    ("state", Kind::Text),
    ("waiting_since", Kind::Instant),
    ("snoozed_until", Kind::Instant),
    ("priority", Kind::Text),
    ("statistics.time_to_assignment", Kind::Integer),
    ("statistics.time_to_admin_reply", Kind::Integer),
    ("statistics.time_to_first_close", Kind::Integer),
    ("statistics.time_to_last_close", Kind::Integer),
    ("statistics.median_time_to_reply", Kind::Integer),
    ("statistics.first_contact_reply_at", Kind::Instant),
    ("statistics.first_assignment_at", Kind::Instant),
    ("statistics.first_admin_reply_at", Kind::Instant),
    ("statistics.first_close_at", Kind::Instant),
    ("statistics.last_assignment_at", Kind::Instant),
    ("statistics.last_assignment_admin_reply_at", Kind::Instant),
    ("statistics.last_contact_reply_at", Kind::Instant),
    ("statistics.last_admin_reply_at", Kind::Instant),
    ("statistics.last_close_at", Kind::Instant),
    ("statistics.last_closed_by_id", Kind::Text),
    ("statistics.count_reopens", Kind::Integer),
    ("statistics.count_assignments", Kind::Integer),
    ("statistics.count_conversation_parts", Kind::Integer),
    ("conversation_rating.requested_at", Kind::Instant),
    ("conversation_rating.replied_at", Kind::Instant),
    ("conversation_rating.score", Kind::Integer),
    ("conversation_rating.remark", Kind::Text),
    ("conversation_rating.contact_id", Kind::Text),
    // The description spells it without the "i"; both are taken.
    ("conversation_rating.admin_d", Kind::Text),
    ("conversation_rating.admin_id", Kind::Text),
    ("ai_agent_participated", Kind::Boolean),
    ("ai_agent.resolution_state", Kind::Text),
    ("ai_agent.last_answer_type", Kind::Text),
    ("ai_agent.rating", Kind::Integer),
    ("ai_agent.rating_remark", Kind::Text),
    ("ai_agent.source_type", Kind::Text),
    ("ai_agent.source_title", Kind::Text),
];

/// Searchable fields of contacts, custom attributes aside.
pub const CONTACT_FIELDS: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("role", Kind::Text),
    ("name", Kind::Text),
    ("avatar", Kind::Text),
    ("owner_id", Kind::Text),
    ("email", Kind::Text),
    ("email_domain", Kind::Text),
    ("phone", Kind::Text),
    ("formatted_phone", Kind::Text),
    ("external_id", Kind::Text),
    ("created_at", Kind::Day),
    ("signed_up_at", Kind::Day),
    ("updated_at", Kind::Day),
    ("last_seen_at", Kind::Day),
    ("last_contacted_at", Kind::Day),
    ("last_replied_at", Kind::Day),
    ("last_email_opened_at", Kind::Day),
    ("last_email_clicked_at", Kind::Day),
    ("language_override", Kind::Text),
    ("browser", Kind::Text),
    ("browser_language", Kind::Text),
    ("os", Kind::Text),
    ("location.country", Kind::Text),
    ("location.region", Kind::Text),
    ("location.city", Kind::Text),
    ("unsubscribed_from_emails", Kind::Boolean),
    ("marked_email_as_spam", Kind::Boolean),
    ("has_hard_bounced", Kind::Boolean),
    ("ios_last_seen_at", Kind::Day),
    ("ios_app_version", Kind::Text),
    ("ios_device", Kind::Text),
    ("ios_app_device", Kind::Text),
    ("ios_os_version", Kind::Text),
    ("ios_app_name", Kind::Text),
    ("ios_sdk_version", Kind::Text),
    ("android_last_seen_at", Kind::Day),
    ("android_app_version", Kind::Text),
    ("android_device", Kind::Text),
    ("android_app_name", Kind::Text),
    ("android_os_version", Kind::Text),
    // The description leaves out the "r"; both are taken.
    ("andoid_sdk_version", Kind::Text),
    ("android_sdk_version", Kind::Text),
    ("segment_id", Kind::Set),
    ("tag_id", Kind::TagSet),
];

/// What comes before the name of a contact's custom attribute.
pub const CUSTOM_PREFIX: &str = "custom_attributes.";

fn conversation_field(name: &str) -> Option<Kind> {
    CONVERSATION_FIELDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// What a contact's field holds; none when it cannot be searched.
#[must_use]
pub fn contact_field(name: &str) -> Option<Kind> {
    match name.strip_prefix(CUSTOM_PREFIX) {
        Some("") => None,
        Some(_) => Some(Kind::Custom),
        None => CONTACT_FIELDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind),
    }
}

fn node(value: &Value, kind_of: &dyn Fn(&str) -> Option<Kind>, depth: usize) -> Result<Node, SearchError> {
    let Value::Object(map) = value else {
        return Err(SearchError::new("query must be an object with a field, an operator and a value"));
    };
    let operator = match map.get("operator") {
        Some(Value::String(word)) => word.as_str(),
        Some(_) => return Err(SearchError::new("operator must be a string")),
        None => return Err(SearchError::new("operator is missing")),
    };
    if map.contains_key("field") {
        return filter(map, operator, kind_of).map(Node::Filter);
    }
    let joined: fn(Vec<Node>) -> Node = match operator {
        "AND" => Node::All,
        "OR" => Node::Any,
        _ if Operator::parse(operator).is_some() => return Err(SearchError::new("field is missing")),
        _ => return Err(SearchError::new(format!("'{}' is not a valid operator", short(operator)))),
    };
    if depth == MAX_NESTING {
        return Err(SearchError::new(format!("filters can be nested {MAX_NESTING} levels deep at most")));
    }
    let Some(Value::Array(members)) = map.get("value") else {
        return Err(SearchError::new(format!("value of an {operator} group must be an array of filters")));
    };
    if members.is_empty() {
        return Err(SearchError::new(format!("an {operator} group needs at least one filter")));
    }
    if members.len() > MAX_FILTERS {
        return Err(SearchError::new(format!("an {operator} group can hold {MAX_FILTERS} filters at most")));
    }
    members.iter().map(|member| node(member, kind_of, depth + 1)).collect::<Result<_, _>>().map(joined)
}

fn filter(
    map: &serde_json::Map<String, Value>,
    operator: &str,
    kind_of: &dyn Fn(&str) -> Option<Kind>,
) -> Result<Filter, SearchError> {
    let Some(Value::String(field)) = map.get("field") else {
        return Err(SearchError::new("field must be a string"));
    };
    let kind = kind_of(field)
        .ok_or_else(|| SearchError::on(field, format!("'{}' is not a searchable field", short(field))))?;
    let Some(parsed) = Operator::parse(operator) else {
        return Err(SearchError::on(field, format!("'{}' is not a valid operator", short(operator))));
    };
    if !takes(kind, parsed) {
        return Err(SearchError::on(field, format!("operator '{operator}' is not supported for '{}'", short(field))));
    }
    let value = map.get("value").ok_or_else(|| SearchError::on(field, "value is missing"))?;
    let values = if parsed.takes_list() {
        let Value::Array(list) = value else {
            return Err(SearchError::on(field, format!("value of '{operator}' must be an array")));
        };
        if list.len() > MAX_VALUES {
            return Err(SearchError::on(field, format!("'{operator}' takes {MAX_VALUES} values at most")));
        }
        list.iter().map(|item| operand(field, kind, item)).collect::<Result<_, _>>()?
    } else {
        vec![operand(field, kind, value)?]
    };
    let only_equality = matches!(parsed, Operator::Equal | Operator::NotEqual | Operator::In | Operator::NotIn);
    if !only_equality && values.contains(&Operand::Null) {
        return Err(SearchError::on(field, format!("operator '{operator}' does not take null")));
    }
    Ok(Filter { field: field.clone(), kind, operator: parsed, values })
}

/// Which operators a kind of field takes.
const fn takes(kind: Kind, operator: Operator) -> bool {
    use Operator as O;
    let equality = matches!(operator, O::Equal | O::NotEqual | O::In | O::NotIn);
    let order = matches!(operator, O::Greater | O::Less | O::AtLeast | O::AtMost);
    match kind {
        Kind::Text | Kind::Words | Kind::Set => !order,
        Kind::TagSet => matches!(operator, O::Equal | O::NotEqual),
        Kind::Integer | Kind::Instant => equality || order,
        Kind::Day => matches!(operator, O::Equal | O::Greater | O::Less),
        Kind::Boolean => equality,
        Kind::Custom => true,
    }
}

fn operand(field: &str, kind: Kind, value: &Value) -> Result<Operand, SearchError> {
    let wrong = |wanted: &str| Err(SearchError::on(field, format!("value for '{}' must be {wanted}", short(field))));
    match (kind, value) {
        (_, Value::Null) => Ok(Operand::Null),
        (Kind::Text | Kind::Words | Kind::Set | Kind::TagSet | Kind::Custom, Value::String(text)) => {
            Ok(Operand::Text(text.clone()))
        }
        (Kind::Text | Kind::Words | Kind::Set | Kind::TagSet, Value::Number(number)) => {
            Ok(Operand::Text(number.to_string()))
        }
        (Kind::Text | Kind::Words | Kind::Set | Kind::TagSet, _) => wrong("a string"),
        (Kind::Integer, _) => whole(value).map_or_else(|| wrong("an integer"), |number| Ok(Operand::Integer(number))),
        (Kind::Instant | Kind::Day, _) => {
            whole(value).map_or_else(|| wrong("a Unix timestamp"), |number| Ok(Operand::Integer(number)))
        }
        (Kind::Boolean | Kind::Custom, Value::Bool(flag)) => Ok(Operand::Boolean(*flag)),
        (Kind::Boolean, Value::String(word)) if word == "true" || word == "false" => {
            Ok(Operand::Boolean(word == "true"))
        }
        (Kind::Boolean, _) => wrong("a boolean"),
        (Kind::Custom, Value::Number(number)) => number
            .as_i64()
            .map(Operand::Integer)
            .or_else(|| number.as_f64().map(Operand::Decimal))
            .map_or_else(|| wrong("a number in range"), Ok),
        (Kind::Custom, _) => wrong("a string, a number or a boolean"),
    }
}

/// A whole number, given as one or as its digits: clients send both.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A name short enough for a message.
fn short(name: &str) -> String {
    name.chars().take(80).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(query: &Value) -> String {
        ConversationQuery::parse(query).unwrap_err().message
    }

    #[test]
    fn a_single_filter_needs_no_group() {
        let query = ConversationQuery::parse(&json!({"field": "state", "operator": "=", "value": "open"})).unwrap();
        let Node::Filter(filter) = query.0 else { unreachable!("one filter") };
        assert_eq!((filter.field.as_str(), filter.operator), ("state", Operator::Equal));
    }

    #[test]
    fn two_levels_of_groups_are_the_most() {
        let leaf = json!({"field": "open", "operator": "=", "value": true});
        let one = json!({"operator": "AND", "value": [leaf]});
        let two = json!({"operator": "OR", "value": [one]});
        let three = json!({"operator": "AND", "value": [two]});
        assert!(ConversationQuery::parse(&two).is_ok());
        assert!(message(&three).contains("2 levels"));
    }

    #[test]
    fn a_group_holds_one_to_fifteen_filters() {
        let leaf = json!({"field": "open", "operator": "=", "value": true});
        assert!(ConversationQuery::parse(&json!({"operator": "AND", "value": vec![&leaf; 15]})).is_ok());
        assert!(message(&json!({"operator": "AND", "value": vec![&leaf; 16]})).contains("15"));
        assert!(message(&json!({"operator": "OR", "value": []})).contains("at least one"));
    }

    #[test]
    fn values_must_fit_their_field() {
        let with = |field: &str, operator: &str, value: Value| {
            message(&json!({"field": field, "operator": operator, "value": value}))
        };
        assert!(with("created_at", "=", json!("foorbar")).contains("Unix timestamp"));
        assert!(with("admin_assignee_id", "=", json!(true)).contains("integer"));
        assert!(with("open", "=", json!("yes")).contains("boolean"));
        assert!(with("state", ">", json!("open")).contains("not supported"));
        assert!(with("state", "IN", json!("open")).contains("array"));
        assert!(with("updated_at", ">", Value::Null).contains("null"));
        assert!(with("title", "=", json!("x")).contains("not a searchable field"));
        assert!(with("state", "LIKE", json!("x")).contains("not a valid operator"));
    }

    #[test]
    fn numbers_may_come_as_digits() {
        let query = json!({"field": "updated_at", "operator": ">", "value": "1700000000"});
        let Node::Filter(filter) = ConversationQuery::parse(&query).unwrap().0 else { unreachable!("one filter") };
        assert_eq!(filter.values, [Operand::Integer(1_700_000_000)]);
    }

    #[test]
    fn shapes_that_are_no_search_are_refused_in_words() {
        for query in [json!(null), json!([]), json!({}), json!({"operator": 3}), json!({"operator": "AND"})] {
            assert!(!message(&query).is_empty());
        }
        assert!(message(&json!({"operator": "=", "value": 1})).contains("field is missing"));
        assert!(message(&json!({"field": "state", "operator": "="})).contains("value is missing"));
    }

    #[test]
    fn contact_dates_and_tags_take_fewer_operators() {
        let parse = |field: &str, operator: &str, value: Value| {
            ContactQuery::parse(&json!({"field": field, "operator": operator, "value": value}))
        };
        assert!(parse("created_at", ">", json!(1)).is_ok());
        assert!(parse("created_at", ">=", json!(1)).is_err());
        assert!(parse("tag_id", "IN", json!(["1"])).is_err());
        assert!(parse("custom_attributes.plan", "~", json!("pro")).is_ok());
        assert!(parse("custom_attributes.", "=", json!("pro")).is_err());
    }
}
