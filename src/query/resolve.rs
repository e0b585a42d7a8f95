//! A query bound to names and moments, ready to be asked.

use jiff::tz::TimeZone;

use super::ast::{
    AttributeOf, AttributeTest, Compared, Expr, FlagField, Has, Is, Moment, Name, NumberField, Query, Scalar, Term,
    TextField, TimeField, Who,
};
use super::error::QueryError;
use super::span::{Here, Span, parse_moment};
use super::words::{Pattern, bare_number};
use crate::domain::{Directory, Kind, Priority, SlaStatus, State, TagId, TeamId, TeammateId, Turn, UnixTime};
use crate::text::fold;

/// Who asks, when and where.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Ourselves; before `/me` was heard, `me` is nobody and such conditions match nothing.
    pub me: Option<&'a TeammateId>,
    /// Now.
    pub now: UnixTime,
    /// The agent's zone: where days begin.
    pub zone: &'a TimeZone,
    /// Teammates, teams and tags by name.
    pub directory: &'a Directory,
}

/// A query whose names and moments are bound. It holds for the moment it was made for.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    pub(super) test: Test,
}

impl Query {
    /// Binds names and moments.
    ///
    /// # Errors
    /// A teammate, team or tag that the workspace does not have.
    pub fn resolve(&self, context: &Context<'_>) -> Result<Resolved, QueryError> {
        Ok(Resolved { test: resolve(&self.root, context)? })
    }
}

/// What is asked of a conversation. Folded texts are never empty.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    All,
    Nothing,
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
    Words(Pattern),
    State(State),
    Kind(Kind),
    Unread,
    /// Missed, or running and due at or before this moment.
    Breached(i64),
    Mentioned,
    Has(Has),
    Turn(Turn),
    Assignee(Option<TeammateId>),
    Team(Option<TeamId>),
    CreatedBy(Option<TeammateId>),
    Tag(TagId),
    /// Levels, both included.
    Priority(u8, u8),
    Channel(String),
    Contact(ContactTest),
    Participant(ContactTest),
    /// The folded address has this in it.
    Email(String),
    /// The bare number has this in it.
    Phone(String),
    ColumnWords(Column, Pattern),
    /// The folded column is this.
    ColumnIs(Column, String),
    /// The language that the customer writes, or where that is not known the folded one of the profile, is this, or
    /// a variety of it.
    Language(String),
    Time(TimeField, Span),
    SlaStatus(SlaStatus),
    SlaTarget(&'static str),
    /// A running clock is due in the span; with `missed`, a missed one counts too.
    SlaLeft {
        due: Span,
        missed: bool,
    },
    /// Both included.
    Number(NumberField, u32, u32),
    Ai(bool),
    Attribute {
        of: AttributeOf,
        name: String,
        test: ValueTest,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Title,
    Company,
    Country,
    Policy,
    Brand,
}

/// A contact by id, words of the name, or address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContactTest {
    pub(super) id: String,
    pub(super) name: Pattern,
    pub(super) email: String,
}

/// A test of an attribute's value, for each type that the value may have.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ValueTest {
    /// Folded text to be equal to.
    pub(super) text: Option<String>,
    pub(super) yes: Option<bool>,
    pub(super) number: Option<NumberTest>,
    pub(super) time: Option<Span>,
}

/// Bounds of a number, each with whether it is included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct NumberTest {
    pub(super) from: Option<(f64, bool)>,
    pub(super) to: Option<(f64, bool)>,
}

impl NumberTest {
    pub(super) fn holds(self, number: f64) -> bool {
        let above = self.from.is_none_or(|(from, included)| number > from || (included && number >= from));
        let below = self.to.is_none_or(|(to, included)| number < to || (included && number <= to));
        above && below
    }
}

fn resolve(expr: &Expr, context: &Context<'_>) -> Result<Test, QueryError> {
    let all = |members: &[Expr]| members.iter().map(|member| resolve(member, context)).collect::<Result<Vec<_>, _>>();
    Ok(match expr {
        Expr::All => Test::All,
        Expr::Nothing => Test::Nothing,
        Expr::Not(inner) => Test::Not(Box::new(resolve(inner, context)?)),
        Expr::And(members) => Test::And(all(members)?),
        Expr::Or(members) => Test::Or(all(members)?),
        Expr::Term(term) => resolve_term(term, context)?,
    })
}

fn resolve_term(term: &Term, context: &Context<'_>) -> Result<Test, QueryError> {
    let here = Here { now: context.now, zone: context.zone };
    Ok(match term {
        Term::Words { text, prefix } => {
            let pattern = Pattern::new(text, *prefix);
            if pattern.is_empty() { Test::All } else { Test::Words(pattern) }
        }
        Term::State(state) => Test::State(*state),
        Term::Is(is) => resolve_is(*is, context),
        Term::Has(has) => Test::Has(*has),
        Term::Turn(turn) => Test::Turn(*turn),
        Term::Assignee(who) => person(who, context)?.map_or(Test::Nothing, Test::Assignee),
        Term::CreatedBy(who) => person(who, context)?.map_or(Test::Nothing, Test::CreatedBy),
        Term::Mention(_) => Test::Mentioned,
        Term::Team(Who::Named(name)) => {
            let team = context.directory.find_team(&name.text);
            let team = team
                .ok_or_else(|| unknown(name, "team", context.directory.teams.iter().map(|team| team.name.as_raw())))?;
            Test::Team(Some(team.id.clone()))
        }
        Term::Team(_) => Test::Team(None),
        Term::Tag(name) => {
            let tag = context.directory.find_tag(&name.text);
            let tag =
                tag.ok_or_else(|| unknown(name, "tag", context.directory.tags.iter().map(|tag| tag.name.as_raw())))?;
            Test::Tag(tag.id.clone())
        }
        Term::Priority(test) => {
            let (low, high) = bounds(test, |priority| u32::from(priority.level()));
            let top = u32::from(Priority::Urgent.level());
            let level = |bound: u32| u8::try_from(bound.min(top)).unwrap_or(u8::MAX);
            if low > high || low > top { Test::Nothing } else { Test::Priority(level(low), level(high)) }
        }
        Term::Channel(channel) => Test::Channel(channel.as_str().to_owned()),
        Term::Text { field, value } => resolve_text(*field, value),
        Term::Time { field, test } => Test::Time(*field, here.span(test, field.is_ahead())),
        Term::SlaStatus(status) => Test::SlaStatus(*status),
        Term::SlaTarget(target) => Test::SlaTarget(target.as_fact()),
        Term::SlaLeft(test) => {
            let due = here.span(test, true);
            // What is breached has less time left than anything.
            Test::SlaLeft { due, missed: due.from.is_none() }
        }
        Term::Number { field, test } => {
            let (low, high) = bounds(test, |number| *number);
            if low > high { Test::Nothing } else { Test::Number(*field, low, high) }
        }
        Term::Flag { field: FlagField::Ai, value } => Test::Ai(*value),
        Term::Flag { field: FlagField::Ticket, value } => {
            Test::Kind(if *value { Kind::Ticket } else { Kind::Conversation })
        }
        Term::Attribute { of, name, test } => {
            Test::Attribute { of: *of, name: fold(name), test: resolve_value(test, here) }
        }
    })
}

fn resolve_is(is: Is, context: &Context<'_>) -> Test {
    match is {
        Is::Unread => Test::Unread,
        Is::Open => Test::State(State::Open),
        Is::Closed => Test::State(State::Closed),
        Is::Snoozed => Test::State(State::Snoozed),
        Is::Unassigned => Test::Assignee(None),
        Is::Ticket => Test::Kind(Kind::Ticket),
        Is::Breached => Test::Breached(context.now.0),
        Is::Mentioned => Test::Mentioned,
    }
}

/// A teammate, `Some(None)` for nobody, `None` for ourselves before we know who that is.
#[allow(clippy::option_option)] // three answers
fn person(who: &Who, context: &Context<'_>) -> Result<Option<Option<TeammateId>>, QueryError> {
    Ok(match who {
        Who::Me => context.me.map(|me| Some(me.clone())),
        Who::Nobody => Some(None),
        Who::Named(name) => {
            let known = || context.directory.teammates.iter().map(|teammate| teammate.name.as_raw());
            let teammate =
                context.directory.find_teammate(&name.text).ok_or_else(|| unknown(name, "teammate", known()))?;
            Some(Some(teammate.id.clone()))
        }
    })
}

fn unknown<'a>(name: &Name, what: &str, known: impl IntoIterator<Item = &'a str>) -> QueryError {
    QueryError::unknown(name.column, what, &name.text, known, "")
}

fn resolve_text(field: TextField, value: &str) -> Test {
    let folded = fold(value.trim());
    let words = |column| {
        let pattern = Pattern::new(value, false);
        if pattern.is_empty() { Test::Nothing } else { Test::ColumnWords(column, pattern) }
    };
    let contact =
        || ContactTest { id: value.trim().to_owned(), name: Pattern::new(value, false), email: folded.clone() };
    if folded.is_empty() {
        return Test::Nothing;
    }
    match field {
        TextField::Contact => Test::Contact(contact()),
        TextField::Participant => Test::Participant(contact()),
        TextField::Email => Test::Email(folded),
        TextField::Phone => {
            let bare = bare_number(value);
            if bare.is_empty() { Test::Nothing } else { Test::Phone(bare) }
        }
        TextField::Company => words(Column::Company),
        TextField::Subject => words(Column::Title),
        TextField::Country => Test::ColumnIs(Column::Country, folded),
        TextField::Policy => Test::ColumnIs(Column::Policy, folded),
        TextField::Brand => Test::ColumnIs(Column::Brand, folded),
        TextField::Language => Test::Language(folded),
    }
}

/// Both included; the lower is above the higher when nothing can fit.
fn bounds<T>(test: &Compared<T>, number: impl Fn(&T) -> u32) -> (u32, u32) {
    match test {
        Compared::Is(value) => (number(value), number(value)),
        Compared::Less(value) => number(value).checked_sub(1).map_or((1, 0), |high| (0, high)),
        Compared::AtMost(value) => (0, number(value)),
        Compared::More(value) => number(value).checked_add(1).map_or((1, 0), |low| (low, u32::MAX)),
        Compared::AtLeast(value) => (number(value), u32::MAX),
        Compared::Range(from, to) => (from.as_ref().map_or(0, &number), to.as_ref().map_or(u32::MAX, &number)),
    }
}

fn resolve_value(test: &AttributeTest, here: Here<'_>) -> ValueTest {
    match test {
        AttributeTest::Is(value) => {
            let value = value.trim();
            let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
            ValueTest {
                text: Some(fold(value)),
                yes: match value.to_ascii_lowercase().as_str() {
                    "true" | "yes" => Some(true),
                    "false" | "no" => Some(false),
                    _ => None,
                },
                number: number.map(|number| NumberTest { from: Some((number, true)), to: Some((number, true)) }),
                time: parse_moment(&value.to_ascii_lowercase()).map(|moment| here.span(&Compared::Is(moment), false)),
            }
        }
        AttributeTest::Compared(test) => {
            let moments = test.clone().try_map(|scalar| match scalar {
                Scalar::Moment(moment) => Ok::<Moment, ()>(moment),
                Scalar::Number(_) => Err(()),
            });
            let numbers = test.clone().try_map(|scalar| match scalar {
                Scalar::Number(digits) => digits.parse::<f64>().map_err(|_| ()),
                Scalar::Moment(_) => Err(()),
            });
            ValueTest {
                number: numbers.ok().map(|test| number_test(&test)),
                time: moments.ok().map(|test| here.span(&test, false)),
                ..ValueTest::default()
            }
        }
    }
}

fn number_test(test: &Compared<f64>) -> NumberTest {
    let (from, to) = match test {
        Compared::Is(n) => (Some((*n, true)), Some((*n, true))),
        Compared::Less(n) => (None, Some((*n, false))),
        Compared::AtMost(n) => (None, Some((*n, true))),
        Compared::More(n) => (Some((*n, false)), None),
        Compared::AtLeast(n) => (Some((*n, true)), None),
        Compared::Range(from, to) => (from.map(|n| (n, true)), to.map(|n| (n, true))),
    };
    NumberTest { from, to }
}
