//! What a query says, names and moments unresolved.

use std::time::Duration;

use jiff::civil::Date;

use crate::domain::{Channel, Priority, SlaStatus, State, Turn};

/// A question about conversations. Compares by meaning as written, not by where its words stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub(super) root: Expr,
}

impl Query {
    /// Every conversation.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Whether it asks for every conversation.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.root == Expr::All
    }

    /// What both ask for: a search within a view.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { root: Expr::and([self.root, other.root]) }
    }

    /// What any of them asks for: a folder's members. Without members, nothing.
    #[must_use]
    pub fn any_of(members: impl IntoIterator<Item = Self>) -> Self {
        Self { root: Expr::or(members.into_iter().map(|query| query.root)) }
    }

    /// Whether its answer can change while nothing changes but the time: an age, a relative day or a
    /// breach.
    #[must_use]
    pub fn changes_with_time(&self) -> bool {
        self.root.any(&|term| term.changes_with_time())
    }
}

/// Terms and how they are joined. `And` and `Or` have at least two members, none of their own kind;
/// `All` and `Nothing` stand alone at the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Expr {
    #[default]
    All,
    Nothing,
    Term(Term),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
}

impl Expr {
    pub(super) fn and(members: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for member in members {
            match member {
                Self::All => {}
                Self::Nothing => return Self::Nothing,
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::All,
            1 => flat.remove(0),
            _ => Self::And(flat),
        }
    }

    pub(super) fn or(members: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for member in members {
            match member {
                Self::Nothing => {}
                Self::All => return Self::All,
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::Nothing,
            1 => flat.remove(0),
            _ => Self::Or(flat),
        }
    }

    pub(super) fn negated(self) -> Self {
        match self {
            Self::All => Self::Nothing,
            Self::Nothing => Self::All,
            other => Self::Not(Box::new(other)),
        }
    }

    fn any(&self, test: &impl Fn(&Term) -> bool) -> bool {
        match self {
            Self::All | Self::Nothing => false,
            Self::Term(term) => test(term),
            Self::Not(inner) => inner.any(test),
            Self::And(members) | Self::Or(members) => members.iter().any(|member| member.any(test)),
        }
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Term {
    /// Words anywhere; with `prefix`, the last word may go on.
    Words {
        text: String,
        prefix: bool,
    },
    State(State),
    Is(Is),
    Has(Has),
    Turn(Turn),
    Assignee(Who),
    Team(Who),
    CreatedBy(Who),
    Tag(Name),
    Mention(Who),
    Priority(Compared<Priority>),
    Channel(Channel),
    Text {
        field: TextField,
        value: String,
    },
    Time {
        field: TimeField,
        test: Compared<Moment>,
    },
    SlaStatus(SlaStatus),
    SlaTarget(SlaTarget),
    SlaLeft(Compared<Moment>),
    Number {
        field: NumberField,
        test: Compared<u32>,
    },
    Flag {
        field: FlagField,
        value: bool,
    },
    Attribute {
        of: AttributeOf,
        name: String,
        test: AttributeTest,
    },
}

impl Term {
    fn changes_with_time(&self) -> bool {
        match self {
            Self::Is(Is::Breached) => true,
            Self::Time { test, .. } | Self::SlaLeft(test) => test.any(Moment::is_relative),
            Self::Attribute { test: AttributeTest::Is(value), .. } => {
                super::span::parse_moment(value).is_some_and(|moment| moment.is_relative())
            }
            Self::Attribute { test: AttributeTest::Compared(test), .. } => test.any(Scalar::is_relative),
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    Unread,
    Open,
    Closed,
    Snoozed,
    Unassigned,
    Ticket,
    Breached,
    Mentioned,
}

impl Is {
    pub(super) const ALL: [(&'static str, Self); 8] = [
        ("unread", Self::Unread),
        ("open", Self::Open),
        ("closed", Self::Closed),
        ("snoozed", Self::Snoozed),
        ("unassigned", Self::Unassigned),
        ("ticket", Self::Ticket),
        ("breached", Self::Breached),
        ("mentioned", Self::Mentioned),
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Has {
    Attachment,
    Note,
    Draft,
}

impl Has {
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("attachment", Self::Attachment), ("note", Self::Note), ("draft", Self::Draft)];
}

/// Somebody, or a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Me,
    /// `nobody` for teammates, `none` for teams.
    Nobody,
    Named(Name),
}

/// A name to be looked up, and where it stands in the text.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: String,
    /// From 1; 0 when it was not typed.
    pub(super) column: usize,
}

// Where a name stood is no part of what the query means.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for Name {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextField {
    Contact,
    Email,
    Phone,
    Company,
    Country,
    Language,
    Subject,
    Participant,
    Policy,
    Brand,
}

impl TextField {
    pub(super) const ALL: [(&'static str, Self); 10] = [
        ("contact", Self::Contact),
        ("email", Self::Email),
        ("phone", Self::Phone),
        ("company", Self::Company),
        ("country", Self::Country),
        ("language", Self::Language),
        ("subject", Self::Subject),
        ("participant", Self::Participant),
        ("policy", Self::Policy),
        ("brand", Self::Brand),
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeField {
    Created,
    Updated,
    Waiting,
    Snoozed,
}

impl TimeField {
    pub(super) const ALL: [(&'static str, Self); 4] = [
        ("created", Self::Created),
        ("updated", Self::Updated),
        ("waiting", Self::Waiting),
        ("snoozed", Self::Snoozed),
    ];

    /// Whether a duration counts from now into the future rather than into the past.
    pub(super) const fn is_ahead(self) -> bool {
        matches!(self, Self::Snoozed)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberField {
    Reopens,
    Rating,
}

impl NumberField {
    pub(super) const ALL: [(&'static str, Self); 2] = [("reopens", Self::Reopens), ("rating", Self::Rating)];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagField {
    Ai,
    Ticket,
}

impl FlagField {
    pub(super) const ALL: [(&'static str, Self); 2] = [("ai", Self::Ai), ("ticket", Self::Ticket)];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SlaTarget {
    Frt,
    Nrt,
    Ttc,
    Ttr,
}

impl SlaTarget {
    pub(super) const ALL: [(&'static str, Self); 4] =
        [("frt", Self::Frt), ("nrt", Self::Nrt), ("ttc", Self::Ttc), ("ttr", Self::Ttr)];

    /// As `SlaFact::target` has it.
    pub(super) const fn as_fact(self) -> &'static str {
        match self {
            Self::Frt => "FRT",
            Self::Nrt => "NRT",
            Self::Ttc => "TTC",
            Self::Ttr => "TTR",
        }
    }
}

pub(super) const SLA_STATUSES: [(&str, SlaStatus); 5] = [
    ("active", SlaStatus::Active),
    ("paused", SlaStatus::Paused),
    ("hit", SlaStatus::Hit),
    ("missed", SlaStatus::Missed),
    ("none", SlaStatus::None),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttributeOf {
    Conversation,
    Contact,
}

/// A value, a comparison with one, or a range; a range has at least one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Compared<T> {
    Is(T),
    Less(T),
    AtMost(T),
    More(T),
    AtLeast(T),
    Range(Option<T>, Option<T>),
}

impl<T> Compared<T> {
    fn any(&self, test: impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Is(value) | Self::Less(value) | Self::AtMost(value) | Self::More(value) | Self::AtLeast(value) => {
                test(value)
            }
            Self::Range(from, to) => from.iter().chain(to).any(test),
        }
    }

    /// Each value made into another, or the first that cannot be.
    pub(super) fn try_map<U, E>(self, mut map: impl FnMut(T) -> Result<U, E>) -> Result<Compared<U>, E> {
        Ok(match self {
            Self::Is(value) => Compared::Is(map(value)?),
            Self::Less(value) => Compared::Less(map(value)?),
            Self::AtMost(value) => Compared::AtMost(map(value)?),
            Self::More(value) => Compared::More(map(value)?),
            Self::AtLeast(value) => Compared::AtLeast(map(value)?),
            Self::Range(from, to) => Compared::Range(from.map(&mut map).transpose()?, to.map(&mut map).transpose()?),
        })
    }
}

/// A point in time as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// So long before now, or after it for what lies ahead.
    Age(Duration),
    /// A day of the calendar.
    Date(Date),
    /// Yesterday (-1), today, tomorrow (1).
    Day(i8),
}

impl Moment {
    pub(super) const DAYS: [(&'static str, i8); 3] = [("yesterday", -1), ("today", 0), ("tomorrow", 1)];

    pub(super) fn is_relative(&self) -> bool {
        !matches!(self, Self::Date(_))
    }
}

/// How an attribute is tested; its type is known only where its value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AttributeTest {
    /// Equal, as the value's type understands it.
    Is(String),
    /// Compared; never `Compared::Is`.
    Compared(Compared<Scalar>),
}

/// Something that can be compared, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    /// A decimal number, kept as its canonical digits.
    Number(String),
    Moment(Moment),
}

impl Scalar {
    fn is_relative(&self) -> bool {
        matches!(self, Self::Moment(moment) if moment.is_relative())
    }
}
