//! Text to query: recursive descent, bounded in depth and number of terms.

use std::str::FromStr;

use super::ast::{Expr, Query, Term};
use super::error::QueryError;
use super::fields::{Field, Value, parse_term};
use super::print::{NOTHING, ends_bare};

/// Parentheses and signs of negation within one another.
const DEPTH_CAP: usize = 60;
/// Conditions in one query.
const TERM_CAP: usize = 1_000;
/// Characters of one word or value.
const WORD_CAP: usize = 1_000;

impl Query {
    /// Reads a query. Any text is one, or an error that says where and what instead.
    ///
    /// # Errors
    /// An unknown field or value, a sign without its other half, or more than 1,000 conditions or 60
    /// levels.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut parser = Parser { scalars: text.chars().collect(), at: 0, depth: 0, terms: 0 };
        parser.skip_space();
        if parser.peek().is_none() {
            return Ok(Self::all());
        }
        let root = parser.parse_or()?;
        if parser.peek().is_some() {
            return Err(parser.error("no parenthesis was opened before this one"));
        }
        Ok(Self { root })
    }
}

impl FromStr for Query {
    type Err = QueryError;
    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

struct Parser {
    scalars: Vec<char>,
    at: usize,
    depth: usize,
    terms: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.scalars.get(self.at).copied()
    }

    fn column(&self) -> usize {
        self.at + 1
    }

    fn error(&self, message: &str) -> QueryError {
        QueryError::new(self.column(), message)
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Takes a word in capitals when it stands here alone.
    fn take_keyword(&mut self, keyword: &str) -> bool {
        let end = self.at + keyword.len();
        let here = self.scalars.get(self.at..end).is_some_and(|found| found.iter().copied().eq(keyword.chars()));
        let alone = self.scalars.get(end).is_none_or(|next| ends_bare(*next));
        if here && alone {
            self.at = end;
            self.skip_space();
        }
        here && alone
    }

    fn parse_or(&mut self) -> Result<Expr, QueryError> {
        let mut members = vec![self.parse_and()?];
        while self.take_keyword("OR") {
            members.push(self.parse_and()?);
        }
        Ok(Expr::or(members))
    }

    fn parse_and(&mut self) -> Result<Expr, QueryError> {
        let mut members = vec![self.parse_not()?];
        loop {
            let mark = self.at;
            if self.take_keyword("OR") {
                self.at = mark;
                break;
            }
            let needs_more = self.take_keyword("AND");
            if !needs_more && matches!(self.peek(), None | Some(')')) {
                break;
            }
            members.push(self.parse_not()?);
        }
        Ok(Expr::and(members))
    }

    fn parse_not(&mut self) -> Result<Expr, QueryError> {
        let dash = self.peek() == Some('-')
            && self.scalars.get(self.at + 1).is_some_and(|next| !next.is_whitespace() && *next != ')');
        if dash {
            self.at += 1;
        } else if !self.take_keyword("NOT") {
            return self.parse_primary();
        }
        self.deeper()?;
        let negated = self.parse_not()?.negated();
        self.depth -= 1;
        Ok(negated)
    }

    fn deeper(&mut self) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth > DEPTH_CAP { Err(self.error("too many levels here; 60 are enough")) } else { Ok(()) }
    }

    fn parse_primary(&mut self) -> Result<Expr, QueryError> {
        match self.peek() {
            None => Err(self.error("a condition is missing at the end")),
            Some(')') => Err(self.error("a condition is missing before this parenthesis")),
            Some('(') => {
                let opened = self.column();
                self.at += 1;
                self.skip_space();
                self.deeper()?;
                let inner = self.parse_or()?;
                self.depth -= 1;
                if self.peek() != Some(')') {
                    return Err(QueryError::new(opened, "this parenthesis is never closed"));
                }
                self.at += 1;
                self.skip_space();
                Ok(inner)
            }
            Some(_) => {
                for keyword in ["OR", "AND"] {
                    let column = self.column();
                    if self.take_keyword(keyword) {
                        return Err(QueryError::new(column, &format!("a condition is missing before {keyword}")));
                    }
                }
                if self.take_keyword(NOTHING) {
                    return Ok(Expr::Nothing);
                }
                self.terms += 1;
                if self.terms > TERM_CAP {
                    return Err(self.error("too many conditions; 1,000 are enough"));
                }
                let term = self.parse_term()?;
                self.skip_space();
                Ok(Expr::Term(term))
            }
        }
    }

    fn parse_term(&mut self) -> Result<Term, QueryError> {
        if let Some(field) = self.take_field()? {
            let value = self.take_value()?;
            return parse_term(&field, value);
        }
        let column = self.column();
        if self.peek() == Some('"') {
            let text = self.take_quoted()?;
            if text.trim().is_empty() {
                return Err(QueryError::new(column, "words are missing between these quotes"));
            }
            return Ok(Term::Words { text, prefix: false });
        }
        let word = self.take_bare()?;
        Ok(match word.strip_suffix('*') {
            Some(stem) if !stem.is_empty() && !stem.ends_with('*') => {
                Term::Words { text: stem.to_owned(), prefix: true }
            }
            _ => Term::Words { text: word, prefix: false },
        })
    }

    /// Takes `name:`, `attr.name:` or `attr."a name":`; nothing when no field begins here.
    fn take_field(&mut self) -> Result<Option<Field>, QueryError> {
        let start = self.at;
        let column = self.column();
        let name: String =
            self.scalars[start..].iter().take_while(|c| c.is_ascii_alphabetic() || **c == '_').take(WORD_CAP).collect();
        self.at += name.chars().count();
        let mut attribute = None;
        if !name.is_empty() && self.peek() == Some('.') {
            self.at += 1;
            attribute = Some(if self.peek() == Some('"') {
                self.take_quoted()?
            } else {
                let rest = self.scalars.get(self.at..).unwrap_or_default();
                let part: String = rest.iter().take_while(|c| !ends_bare(**c) && **c != ':').take(WORD_CAP).collect();
                self.at += part.chars().count();
                part
            });
        }
        if name.is_empty() || self.peek() != Some(':') || attribute.as_ref().is_some_and(|name| name.trim().is_empty())
        {
            self.at = start;
            return Ok(None);
        }
        if attribute.is_some()
            && !matches!(name.to_ascii_lowercase().as_str(), "attr" | "contact")
            && self.follows_address()
        {
            self.at = start;
            return Ok(None);
        }
        self.at += 1;
        Ok(Some(Field { name: name.to_ascii_lowercase(), attribute, column }))
    }

    /// Whether `://` or `:80` follows: an address, not a field.
    fn follows_address(&self) -> bool {
        self.scalars.get(self.at + 1).is_some_and(|next| *next == '/' || next.is_ascii_digit())
    }

    fn take_value(&mut self) -> Result<Value, QueryError> {
        let column = self.column();
        if self.peek() == Some('"') {
            return Ok(Value { text: self.take_quoted()?, quoted: true, column });
        }
        if self.peek().is_none_or(ends_bare) {
            return Err(self.error("a value is missing here"));
        }
        Ok(Value { text: self.take_bare()?, quoted: false, column })
    }

    fn take_bare(&mut self) -> Result<String, QueryError> {
        let rest = self.scalars.get(self.at..).unwrap_or_default();
        let word: String = rest.iter().take_while(|c| !ends_bare(**c)).take(WORD_CAP + 1).collect();
        let length = word.chars().count();
        if length > WORD_CAP {
            return Err(self.error("this word is too long"));
        }
        self.at += length;
        Ok(word)
    }

    /// Takes a quoted text; `\"` and `\\` stand for themselves.
    fn take_quoted(&mut self) -> Result<String, QueryError> {
        let column = self.column();
        self.at += 1;
        let mut text = String::new();
        let mut length = 0;
        loop {
            match self.peek() {
                None => return Err(QueryError::new(column, "this quote is never closed")),
                Some('"') => break,
                Some('\\') if matches!(self.scalars.get(self.at + 1), Some('"' | '\\')) => {
                    self.at += 1;
                    text.extend(self.peek());
                }
                Some(scalar) => text.push(scalar),
            }
            self.at += 1;
            length += 1;
            if length > WORD_CAP {
                return Err(QueryError::new(column, "this text is too long"));
            }
        }
        self.at += 1;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use crate::domain::{Channel, Priority, SlaStatus, State, Turn};
    use crate::query::ast::*;

    fn printed(text: &str) -> String {
        Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
    }

    fn refused(text: &str) -> String {
        Query::parse(text).err().map_or_else(|| panic!("{text} was taken"), |error| error.to_string())
    }

    #[test]
    fn queries_of_the_sidebar_print_as_they_are() {
        for text in [
            "",
            "state:open assignee:me",
            "is:mentioned",
            "state:open created_by:me",
            "state:open is:unassigned",
            "has:draft",
            "state:open tag:vip waiting:>30m",
            "tag:vip OR attr.plan:enterprise",
            "team:none -tag:\"very important\" (priority:>=high OR sla:<30m)",
            "updated:7d..1d created:<2026-11-01 reopens:>1 rating:..2 ai:yes ticket:no",
            "refund \"late delivery\" invoice* -(a b)",
            "attr.\"Plan name\":\"a b\" contact.seats:>=5 contact:zoe channel:email turn:us sla:missed sla:frt",
        ] {
            assert_eq!(printed(text), text);
        }
    }

    #[test]
    fn spelling_is_made_canonical() {
        assert_eq!(printed("  a   AND b  OR NOT c "), "a b OR -c");
        assert_eq!(printed("((a b)) c"), "a b c");
        assert_eq!(printed("channel:phone_call waiting:>90m STATE:Open"), "channel:phone waiting:>1h30m state:open");
        assert_eq!(printed("(a OR b) OR c"), "a OR b OR c");
        assert_eq!(printed("attr.x:=5 team:nobody assignee:none"), "attr.x:5 team:none assignee:nobody");
    }

    #[test]
    fn mistakes_are_pointed_at() {
        assert_eq!(refused("a  asignee:me"), "column 4: no field \"asignee\"; did you mean \"assignee\"?");
        assert_eq!(refused("state:opne"), "column 7: no state \"opne\"; did you mean \"open\"?");
        assert_eq!(
            refused("is:x"),
            "column 4: no condition \"x\"; there are unread, open, closed, snoozed, unassigned, ticket, breached, mentioned"
        );
        assert_eq!(refused("waiting:>2x"), "column 10: no time \"2x\"; try 2h, >3d, 2026-11-01, today or 7d..1d");
        assert_eq!(refused("tag:"), "column 5: a value is missing here");
        assert_eq!(refused("(a"), "column 1: this parenthesis is never closed");
        assert_eq!(refused("a)"), "column 2: no parenthesis was opened before this one");
        assert_eq!(refused("\"a"), "column 1: this quote is never closed");
        assert_eq!(refused("a OR"), "column 5: a condition is missing at the end");
        assert_eq!(refused("OR a"), "column 1: a condition is missing before OR");
        assert_eq!(refused("()"), "column 2: a condition is missing before this parenthesis");
        assert_eq!(refused("https://x"), "column 1: no field \"https\"; words with a colon need quotes");
        assert_eq!(refused("reopens:1..x"), "column 12: no number \"x\"; try 2, >1 or 1..3");
        assert_eq!(refused("mention:ana"), "column 9: only your own mentions are known: mention:me");
        assert_eq!(refused("body:x"), "column 1: no field \"body\"; words with a colon need quotes");
    }

    #[test]
    fn words_that_only_look_like_syntax_are_words() {
        for text in ["12:30", "-", "a-b", "*", "x.org:80", "é:x"] {
            assert!(matches!(Query::parse(text).unwrap().root, Expr::Term(Term::Words { .. })), "{text}");
        }
        assert_eq!(printed("\"me\""), "me");
        assert_eq!(printed("assignee:\"me\""), "assignee:\"me\"");
    }

    #[test]
    fn towers_and_floods_are_refused_in_time() {
        assert!(refused(&"(".repeat(100_000)).contains("too many levels"));
        assert!(refused(&format!("{}x", "-".repeat(100_000))).contains("too many levels"));
        assert!(refused(&"NOT ".repeat(100_000)).contains("too many levels"));
        assert!(refused(&"a ".repeat(10_000)).contains("too many conditions"));
        assert!(refused(&"a".repeat(1_000_000)).contains("too long"));
        assert!(refused(&format!("\"{}\"", "a".repeat(1_000_000))).contains("too long"));
    }

    #[test]
    fn folders_are_the_or_of_their_members() {
        let members = ["a b", "c OR d"].map(|text| Query::parse(text).unwrap());
        let folder = Query::any_of(members);
        assert_eq!(folder.to_string(), "a b OR c OR d");
        assert_eq!(folder.and(Query::parse("e").unwrap()).to_string(), "(a b OR c OR d) e");
        let empty = Query::any_of([]);
        assert_eq!(Query::parse(&empty.to_string()), Ok(empty));
    }

    #[test]
    fn a_query_knows_whether_time_alone_changes_it() {
        for (text, changes) in [
            ("state:open", false),
            ("waiting:>2h", true),
            ("-(a OR created:today)", true),
            ("created:<2026-11-01", false),
            ("is:breached", true),
            ("sla:<30m", true),
            ("attr.due:<2d", true),
            ("attr.due:>5", false),
        ] {
            assert_eq!(Query::parse(text).unwrap().changes_with_time(), changes, "{text}");
        }
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z]{1,6}", "\\PC{1,8}", Just("me".to_owned()), Just("none".to_owned()), Just("OR".to_owned())]
            .prop_filter("not blank", |text| !text.trim().is_empty())
    }

    fn compared<T: Clone + std::fmt::Debug + 'static>(
        value: impl Strategy<Value = T> + Clone + 'static,
    ) -> impl Strategy<Value = Compared<T>> {
        prop_oneof![
            value.clone().prop_map(Compared::Is),
            value.clone().prop_map(Compared::Less),
            value.clone().prop_map(Compared::AtMost),
            value.clone().prop_map(Compared::More),
            value.clone().prop_map(Compared::AtLeast),
            value.clone().prop_map(|from| Compared::Range(Some(from), None)),
            (value.clone(), value).prop_map(|(from, to)| Compared::Range(Some(from), Some(to))),
        ]
    }

    fn moment() -> impl Strategy<Value = Moment> + Clone {
        prop_oneof![
            (0_u64..2_000_000).prop_map(|secs| Moment::Age(Duration::from_secs(secs))),
            (2000_i16..2040, 1_i8..13, 1_i8..29).prop_map(|(y, m, d)| Moment::Date(jiff::civil::date(y, m, d))),
            (-1_i8..=1).prop_map(Moment::Day),
        ]
    }

    fn who(nobody: bool, me: bool) -> impl Strategy<Value = Who> {
        name().prop_map(move |text| match text.as_str() {
            "a" if nobody => Who::Nobody,
            "b" if me => Who::Me,
            _ => Who::Named(Name { text, column: 0 }),
        })
    }

    fn term() -> impl Strategy<Value = Term> {
        fn of<T: Copy + std::fmt::Debug + 'static>(words: &'static [(&'static str, T)]) -> impl Strategy<Value = T> {
            (0..words.len()).prop_map(|at| words[at].1)
        }
        let scalar = prop_oneof![
            (-1000_i32..1000).prop_map(|n| Scalar::Number(n.to_string())),
            moment().prop_map(Scalar::Moment)
        ];
        let attribute = prop_oneof![
            name().prop_map(AttributeTest::Is),
            compared(scalar)
                .prop_filter("a comparison", |test| !matches!(test, Compared::Is(_)))
                .prop_map(AttributeTest::Compared),
        ];
        prop_oneof![
            name().prop_map(|text| Term::Words { text, prefix: false }),
            "[a-z]{1,5}".prop_map(|text| Term::Words { text, prefix: true }),
            Just(Term::State(State::Snoozed)),
            of(&Is::ALL).prop_map(Term::Is),
            of(&Has::ALL).prop_map(Term::Has),
            Just(Term::Turn(Turn::Them)),
            who(true, true).prop_map(Term::Assignee),
            who(true, false).prop_map(Term::Team),
            name().prop_map(|text| Term::Tag(Name { text, column: 7 })),
            (0_usize..5).prop_flat_map(|at| compared(Just(Priority::ALL[at]))).prop_map(Term::Priority),
            Just(Term::Channel(Channel::Chat)),
            (of(&TextField::ALL), name()).prop_map(|(field, value)| Term::Text { field, value }),
            (of(&TimeField::ALL), compared(moment())).prop_map(|(field, test)| Term::Time { field, test }),
            of(&SLA_STATUSES).prop_map(Term::SlaStatus),
            of(&SlaTarget::ALL).prop_map(Term::SlaTarget),
            compared(moment()).prop_map(Term::SlaLeft),
            Just(Term::SlaStatus(SlaStatus::None)),
            (of(&NumberField::ALL), compared(0_u32..9)).prop_map(|(field, test)| Term::Number { field, test }),
            (of(&FlagField::ALL), any::<bool>()).prop_map(|(field, value)| Term::Flag { field, value }),
            (any::<bool>(), name(), attribute).prop_map(|(contact, name, test)| Term::Attribute {
                of: if contact { AttributeOf::Contact } else { AttributeOf::Conversation },
                name,
                test,
            }),
        ]
    }

    fn query() -> impl Strategy<Value = Query> {
        term()
            .prop_map(Expr::Term)
            .prop_recursive(4, 24, 4, |inner| {
                prop_oneof![
                    inner.clone().prop_map(Expr::negated),
                    prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::and),
                    prop::collection::vec(inner, 1..4).prop_map(Expr::or),
                ]
            })
            .prop_map(|root| Query { root })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(query in query()) {
            let text = query.to_string();
            prop_assert_eq!(Query::parse(&text), Ok(query), "{}", text);
        }

        #[test]
        fn any_text_is_a_query_or_an_error(text in "\\PC{0,40}|[a-z:.<>=()\"* -]{0,40}|((state|is|sla|attr.x|waiting|tag):[a-z0-9<>.\"]{0,6} ?){0,5}") {
            match Query::parse(&text) {
                Ok(query) => {
                    let again = Query::parse(&query.to_string());
                    prop_assert_eq!(again, Ok(query));
                }
                Err(error) => {
                    prop_assert!((1..=text.chars().count() + 1).contains(&error.column), "{}", error);
                }
            }
        }
    }
}
