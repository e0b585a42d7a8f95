//! The canonical form: what a view's file holds, and what parses to the same query again.

use std::fmt;

use super::ast::{
    AttributeOf, AttributeTest, Compared, Expr, FlagField, Has, Is, Moment, NumberField, Query, SLA_STATUSES, Scalar,
    SlaTarget, Term, TextField, TimeField, Who,
};
use super::span::print_duration;
use crate::domain::{Channel, Turn};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print(&self.root, Place::Top))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    InAnd,
    InNot,
}

fn print(expr: &Expr, place: Place) -> String {
    let join = |members: &[Expr], separator: &str, inner: Place| {
        members.iter().map(|member| print(member, inner)).collect::<Vec<_>>().join(separator)
    };
    match expr {
        Expr::All => String::new(),
        Expr::Nothing => NOTHING.to_owned(),
        Expr::Term(term) => print_term(term),
        Expr::Not(inner) => format!("-{}", print(inner, Place::InNot)),
        Expr::And(members) => {
            let text = join(members, " ", Place::InAnd);
            if place == Place::InNot { format!("({text})") } else { text }
        }
        Expr::Or(members) => {
            let text = join(members, " OR ", Place::Top);
            if place == Place::Top { text } else { format!("({text})") }
        }
    }
}

/// Asks for nothing at all: an empty folder.
pub(super) const NOTHING: &str = "NOTHING";

fn print_term(term: &Term) -> String {
    match term {
        Term::Words { text, prefix } => match prefix {
            true => format!("{text}*"),
            false if is_bare_word(text) => text.clone(),
            false => quoted(text),
        },
        Term::State(state) => format!("state:{}", state.as_str()),
        Term::Is(is) => format!("is:{}", word_of(&Is::ALL, is)),
        Term::Has(has) => format!("has:{}", word_of(&Has::ALL, has)),
        Term::Turn(Turn::Us) => "turn:us".to_owned(),
        Term::Turn(Turn::Them) => "turn:them".to_owned(),
        Term::Assignee(who) => format!("assignee:{}", print_who(who, "nobody")),
        Term::Team(who) => format!("team:{}", print_who(who, "none")),
        Term::CreatedBy(who) => format!("created_by:{}", print_who(who, "nobody")),
        Term::Mention(who) => format!("mention:{}", print_who(who, "nobody")),
        Term::Tag(name) => format!("tag:{}", value(&name.text)),
        Term::Priority(test) => format!("priority:{}", print_compared(test, |level| level.as_str().to_owned())),
        Term::Channel(channel) => format!("channel:{}", print_channel(channel)),
        Term::Text { field, value: text } => format!("{}:{}", word_of(&TextField::ALL, field), value(text)),
        Term::Time { field, test } => {
            format!("{}:{}", word_of(&TimeField::ALL, field), print_compared(test, print_moment))
        }
        Term::SlaStatus(status) => format!("sla:{}", word_of(&SLA_STATUSES, status)),
        Term::SlaTarget(target) => format!("sla:{}", word_of(&SlaTarget::ALL, target)),
        Term::SlaLeft(test) => format!("sla:{}", print_compared(test, print_moment)),
        Term::Number { field, test } => {
            format!("{}:{}", word_of(&NumberField::ALL, field), print_compared(test, u32::to_string))
        }
        Term::Flag { field, value } => {
            format!("{}:{}", word_of(&FlagField::ALL, field), if *value { "yes" } else { "no" })
        }
        Term::Attribute { of, name, test } => {
            let owner = match of {
                AttributeOf::Conversation => "attr",
                AttributeOf::Contact => "contact",
            };
            let name = if is_bare_name(name) { name.clone() } else { quoted(name) };
            let test = match test {
                AttributeTest::Is(text) if looks_compared(text) => quoted(text),
                AttributeTest::Is(text) => value(text),
                AttributeTest::Compared(test) => print_compared(test, |scalar| match scalar {
                    Scalar::Number(digits) => digits.clone(),
                    Scalar::Moment(moment) => print_moment(moment),
                }),
            };
            format!("{owner}.{name}:{test}")
        }
    }
}

fn word_of<T: PartialEq>(words: &[(&'static str, T)], wanted: &T) -> &'static str {
    words.iter().find(|(_, value)| value == wanted).map_or("", |(word, _)| word)
}

/// The words for nobody and me are names when they are quoted.
fn print_who(who: &Who, nobody: &str) -> String {
    match who {
        Who::Me => "me".to_owned(),
        Who::Nobody => nobody.to_owned(),
        Who::Named(name) if matches!(name.text.as_str(), "me" | "nobody" | "none") => quoted(&name.text),
        Who::Named(name) => value(&name.text),
    }
}

pub(super) fn print_channel(channel: &Channel) -> &str {
    match channel {
        Channel::Chat => "chat",
        Channel::Phone => "phone",
        other => other.as_str(),
    }
}

fn print_moment(moment: &Moment) -> String {
    match moment {
        Moment::Age(age) => print_duration(*age),
        Moment::Date(date) => date.to_string(),
        Moment::Day(offset) => word_of(&Moment::DAYS, offset).to_owned(),
    }
}

fn print_compared<T>(test: &Compared<T>, print: impl Fn(&T) -> String) -> String {
    let end = |value: &Option<T>| value.as_ref().map(&print).unwrap_or_default();
    match test {
        Compared::Is(value) => print(value),
        Compared::Less(value) => format!("<{}", print(value)),
        Compared::AtMost(value) => format!("<={}", print(value)),
        Compared::More(value) => format!(">{}", print(value)),
        Compared::AtLeast(value) => format!(">={}", print(value)),
        Compared::Range(from, to) => format!("{}..{}", end(from), end(to)),
    }
}

/// A value as it is typed: bare where it can be.
fn value(text: &str) -> String {
    if !text.is_empty() && !text.contains(ends_bare) { text.to_owned() } else { quoted(text) }
}

/// Whether a value, bare, would be read as a comparison or a range.
pub(super) fn looks_compared(text: &str) -> bool {
    text.starts_with(['<', '>', '=']) || text.contains("..")
}

/// What ends a bare word or value.
pub(super) fn ends_bare(scalar: char) -> bool {
    scalar.is_whitespace() || matches!(scalar, '"' | '(' | ')')
}

fn is_bare_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| ends_bare(c) || c == ':')
}

fn is_bare_word(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(ends_bare)
        && !text.contains(':')
        && !text.starts_with('-')
        && !text.ends_with('*')
        && !matches!(text, "OR" | "AND" | "NOT" | NOTHING)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
