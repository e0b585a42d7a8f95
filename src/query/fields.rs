//! `field:value`: which fields there are, and how each reads its value.

use super::ast::{
    AttributeOf, AttributeTest, Compared, FlagField, Has, Is, Name, NumberField, SLA_STATUSES, Scalar, SlaTarget, Term,
    TextField, TimeField, Who,
};
use super::error::QueryError;
use super::print::{looks_compared, print_channel};
use super::span::parse_moment;
use crate::domain::{Channel, Priority, State, Turn};

/// The fields' names, `attr.NAME` and `contact.NAME` as `attr.` and `contact.`.
pub const FIELDS: &[&str] = &[
    "state",
    "is",
    "has",
    "team",
    "assignee",
    "tag",
    "priority",
    "channel",
    "contact",
    "email",
    "phone",
    "company",
    "country",
    "language",
    "subject",
    "created_by",
    "participant",
    "turn",
    "created",
    "updated",
    "waiting",
    "snoozed",
    "sla",
    "policy",
    "reopens",
    "rating",
    "ai",
    "brand",
    "ticket",
    "mention",
    "attr.",
    "contact.",
];

/// A value as it was typed.
pub(super) struct Value {
    pub(super) text: String,
    /// In quotes: words with a meaning of their own, comparisons and ranges are plain text.
    pub(super) quoted: bool,
    /// From 1.
    pub(super) column: usize,
}

/// A field's name as it was typed.
pub(super) struct Field {
    pub(super) name: String,
    /// What follows `attr.` or `contact.`.
    pub(super) attribute: Option<String>,
    /// From 1.
    pub(super) column: usize,
}

type Parsed<T> = Result<T, QueryError>;

/// Reads one condition.
pub(super) fn parse_term(field: &Field, value: Value) -> Parsed<Term> {
    if let Some(name) = &field.attribute {
        let of = match field.name.as_str() {
            "attr" => AttributeOf::Conversation,
            "contact" => AttributeOf::Contact,
            _ => return Err(unknown_field(field)),
        };
        return parse_attribute(of, name, value);
    }
    let name = field.name.as_str();
    if let Some(field) = pick(&TextField::ALL, name) {
        return Ok(Term::Text { field, value: filled(value)?.text });
    }
    if let Some(field) = pick(&TimeField::ALL, name) {
        return Ok(Term::Time { field, test: parse_compared(&value, "time", TIMES, parse_moment)? });
    }
    if let Some(field) = pick(&NumberField::ALL, name) {
        let number = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        return Ok(Term::Number { field, test: parse_compared(&value, "number", "try 2, >1 or 1..3", number)? });
    }
    if let Some(field) = pick(&FlagField::ALL, name) {
        return Ok(Term::Flag { field, value: choose(&value, &YES_NO, "answer")? });
    }
    Ok(match name {
        "state" => {
            let states = [State::Open, State::Closed, State::Snoozed].map(|state| (state.as_str(), state));
            Term::State(choose(&value, &states, "state")?)
        }
        "is" => Term::Is(choose(&value, &Is::ALL, "condition")?),
        "has" => Term::Has(choose(&value, &Has::ALL, "content")?),
        "turn" => Term::Turn(choose(&value, &[("us", Turn::Us), ("them", Turn::Them)], "turn")?),
        "assignee" => Term::Assignee(parse_who(value, true, &["nobody", "none"])?),
        "team" => Term::Team(parse_who(value, false, &["none", "nobody"])?),
        "created_by" => Term::CreatedBy(parse_who(value, true, &["nobody", "none"])?),
        "mention" => match parse_who(value, true, &[])? {
            Who::Named(name) => {
                return Err(QueryError::new(name.column, "only your own mentions are known: mention:me"));
            }
            who => Term::Mention(who),
        },
        "tag" => Term::Tag(parse_name(filled(value)?)),
        "priority" => {
            let level = |text: &str| Priority::ALL.into_iter().find(|priority| priority.as_str() == text);
            Term::Priority(parse_compared(&value, "priority", "there are none, low, medium, high, urgent", level)?)
        }
        "channel" => Term::Channel(parse_channel(&value)?),
        "sla" => parse_sla(&value)?,
        _ => return Err(unknown_field(field)),
    })
}

const TIMES: &str = "try 2h, >3d, 2026-11-01, today or 7d..1d";
const YES_NO: [(&str, bool); 4] = [("yes", true), ("no", false), ("true", true), ("false", false)];

fn unknown_field(field: &Field) -> QueryError {
    let typed = match &field.attribute {
        Some(attribute) => format!("{}.{attribute}", field.name),
        None => field.name.clone(),
    };
    QueryError::unknown(field.column, "field", &typed, FIELDS.iter().copied(), "words with a colon need quotes")
}

fn pick<T: Copy>(words: &[(&str, T)], wanted: &str) -> Option<T> {
    words.iter().find(|(word, _)| *word == wanted).map(|(_, value)| *value)
}

fn filled(value: Value) -> Parsed<Value> {
    if value.text.trim().is_empty() { Err(QueryError::new(value.column, "a value is missing here")) } else { Ok(value) }
}

fn choose<T: Copy>(value: &Value, words: &[(&'static str, T)], what: &str) -> Parsed<T> {
    pick(words, &value.text.to_ascii_lowercase()).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let otherwise = format!("there are {}", known.join(", "));
        QueryError::unknown(value.column, what, &value.text, known, &otherwise)
    })
}

fn parse_name(value: Value) -> Name {
    Name { text: value.text, column: value.column }
}

/// Only people can be `me`.
fn parse_who(value: Value, person: bool, nobody: &[&str]) -> Parsed<Who> {
    let value = filled(value)?;
    Ok(match value.text.as_str() {
        "me" if person && !value.quoted => Who::Me,
        text if !value.quoted && nobody.contains(&text) => Who::Nobody,
        _ => Who::Named(parse_name(value)),
    })
}

fn parse_channel(value: &Value) -> Parsed<Channel> {
    let typed = value.text.to_ascii_lowercase();
    let known = Channel::NAMED.into_iter().find(|channel| print_channel(channel) == typed || channel.as_str() == typed);
    known.ok_or_else(|| {
        let words: Vec<&str> = Channel::NAMED.iter().map(print_channel).collect();
        let otherwise = format!("there are {}", words.join(", "));
        QueryError::unknown(value.column, "channel", &value.text, words, &otherwise)
    })
}

fn parse_sla(value: &Value) -> Parsed<Term> {
    let typed = value.text.to_ascii_lowercase();
    if let Some(status) = pick(&SLA_STATUSES, &typed) {
        return Ok(Term::SlaStatus(status));
    }
    if let Some(target) = pick(&SlaTarget::ALL, &typed) {
        return Ok(Term::SlaTarget(target));
    }
    if !looks_compared(&typed) && parse_moment(&typed).is_none() {
        let words: Vec<&str> =
            SLA_STATUSES.iter().map(|(word, _)| *word).chain(SlaTarget::ALL.iter().map(|(word, _)| *word)).collect();
        return Err(QueryError::unknown(value.column, "SLA state", &value.text, words, "try missed, frt or <30m"));
    }
    Ok(Term::SlaLeft(parse_compared(value, "time", TIMES, parse_moment)?))
}

fn parse_attribute(of: AttributeOf, name: &str, value: Value) -> Parsed<Term> {
    let value = filled(value)?;
    let name = name.to_owned();
    if value.quoted || !looks_compared(&value.text) {
        return Ok(Term::Attribute { of, name, test: AttributeTest::Is(value.text) });
    }
    let test = match parse_compared(&value, "value", "try >5, <2026-11-01 or 1..3", parse_scalar)? {
        // `=5` and `5` say the same.
        Compared::Is(_) => AttributeTest::Is(value.text.trim_start_matches('=').to_owned()),
        test => AttributeTest::Compared(test),
    };
    Ok(Term::Attribute { of, name, test })
}

fn parse_scalar(text: &str) -> Option<Scalar> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain && let Ok(number) = text.parse::<f64>() {
        return Some(Scalar::Number(number.to_string()));
    }
    parse_moment(text).map(Scalar::Moment)
}

type Make<T> = fn(T) -> Compared<T>;

/// Reads `VALUE`, `<VALUE`, `>=VALUE`, `A..B`, `A..`, `..B`.
fn parse_compared<T>(
    value: &Value,
    what: &str,
    advice: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Parsed<Compared<T>> {
    let text = value.text.to_ascii_lowercase();
    let at = |offset: usize| value.column + text.get(..offset).map_or(0, |before| before.chars().count());
    let read = |part: &str, offset: usize| {
        parse(part).ok_or_else(|| {
            if part.is_empty() {
                QueryError::new(at(offset), &format!("a {what} is missing here; {advice}"))
            } else {
                QueryError::unknown(at(offset), what, part, [], advice)
            }
        })
    };
    if value.quoted {
        return read(&text, 0).map(Compared::Is);
    }
    if let Some((from, to)) = text.split_once("..") {
        if from.is_empty() && to.is_empty() {
            return Err(QueryError::new(value.column, &format!("a range needs an end; {advice}")));
        }
        let end = |part: &str, offset: usize| if part.is_empty() { Ok(None) } else { read(part, offset).map(Some) };
        return Ok(Compared::Range(end(from, 0)?, end(to, from.len() + 2)?));
    }
    let comparisons: [(&str, Make<T>); 5] = [
        ("<=", Compared::AtMost),
        (">=", Compared::AtLeast),
        ("<", Compared::Less),
        (">", Compared::More),
        ("=", Compared::Is),
    ];
    for (sign, make) in comparisons {
        if let Some(rest) = text.strip_prefix(sign) {
            return read(rest, sign.len()).map(make);
        }
    }
    read(&text, 0).map(Compared::Is)
}
