//! Lists that come in pages.
//!
//! Owns the five shapes in which the API says where a list goes on, and the guard against a list that
//! never ends. A walk is driven by its caller, page by page, so that each page can be stored together
//! with the cursor after it. Enter at [`Page`] and [`Walk`].

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::client::Answer;
use super::error::{ApiError, Nonsense};
use super::wire::{Fields, Id, Text, Wire};

/// Longer cursors are no cursors.
const LONGEST_CURSOR: usize = 4_096;

/// Where a list goes on. Opaque, forward only, good for the same list with the same filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cursor {
    /// `starting_after` of lists and searches.
    After(String),
    /// `page`, from 1.
    Number(u32),
    /// `cursor` of a list with `next_cursor`.
    Token(String),
    /// `scroll_param`.
    Scroll(String),
}

impl Cursor {
    /// As one line of text, for storing.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::After(text) => format!("after:{text}"),
            Self::Number(number) => format!("page:{number}"),
            Self::Token(text) => format!("cursor:{text}"),
            Self::Scroll(text) => format!("scroll:{text}"),
        }
    }

    /// From that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let usable = !rest.is_empty() && rest.len() <= LONGEST_CURSOR;
        match kind {
            "page" => rest.parse().ok().map(Self::Number),
            _ if !usable => None,
            "after" => Some(Self::After(rest.to_owned())),
            "cursor" => Some(Self::Token(rest.to_owned())),
            "scroll" => Some(Self::Scroll(rest.to_owned())),
            _ => None,
        }
    }

    /// The parameter of a query that asks for this page.
    pub(super) fn parameter(&self) -> (&'static str, String) {
        match self {
            Self::After(text) => ("starting_after", text.clone()),
            Self::Number(number) => ("page", number.to_string()),
            Self::Token(text) => ("cursor", text.clone()),
            Self::Scroll(text) => ("scroll_param", text.clone()),
        }
    }
}

/// How a list says where it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `pages.next.starting_after`, or a URL with it.
    After,
    /// Page numbers: `pages.next` is a URL, an object, or absent.
    Number,
    /// `next_cursor` and `has_more`.
    #[cfg_attr(not(test), expect(dead_code, reason = "merge histories are the only such list, and are not read yet"))]
    Token,
    /// `scroll_param`; an empty page ends it.
    Scroll,
    /// Everything at once.
    Whole,
}

/// An item that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadItem {
    /// Kind and id (or `#` and its place in the page); plain.
    pub what: String,
    /// What is wrong with it, in English.
    pub why: &'static str,
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// What could be read, in the server's order.
    pub items: Vec<T>,
    /// What could not.
    pub rejected: Vec<BadItem>,
    /// Where the list goes on; absent at its end.
    pub next: Option<Cursor>,
    /// Length of the whole list, where the server says so. It may be wrong.
    pub total: Option<u64>,
    /// Hash of the items' ids.
    fingerprint: u64,
}

impl<T> Page<T> {
    /// Reads a page; its items are in the first of `containers` that is there, or are the whole answer.
    ///
    /// # Errors
    /// When the answer is no list.
    pub(super) fn read<W: Wire<Value = T>>(
        answer: &Answer,
        containers: &[&str],
        shape: Shape,
        asked: Option<&Cursor>,
    ) -> Result<Self, ApiError> {
        let text = answer.text();
        if text.trim_start().starts_with('[') {
            let raws = serde_json::from_str(text).map_err(|_| answer.bad(Nonsense::Garbled))?;
            return Ok(Self::gather::<W>(raws));
        }
        let mut fields = answer.fields()?;
        let list = containers.iter().find_map(|name| fields.take(name));
        let list = list.ok_or_else(|| answer.bad(Nonsense::Shape))?;
        let raws: Option<Vec<&RawValue>> = serde_json::from_str(list.get()).map_err(|_| answer.bad(Nonsense::Shape))?;
        let mut page = Self::gather::<W>(raws.unwrap_or_default());
        let place = Place::read(fields);
        page.total = place.total;
        page.next = place.next(shape, page.items.is_empty() && page.rejected.is_empty());
        if page.next.as_ref() == asked {
            page.next = None;
        }
        Ok(page)
    }

    /// The same page of something made of its items.
    pub(super) fn map<U>(self, make: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, rejected, next, total, fingerprint } = self;
        Page { items: items.into_iter().map(make).collect(), rejected, next, total, fingerprint }
    }

    /// The same page without the items of which nothing is made.
    pub(super) fn filter_map<U>(self, make: impl FnMut(T) -> Option<U>) -> Page<U> {
        let Self { items, rejected, next, total, fingerprint } = self;
        Page { items: items.into_iter().filter_map(make).collect(), rejected, next, total, fingerprint }
    }

    fn gather<W: Wire<Value = T>>(raws: Vec<&RawValue>) -> Self {
        let mut page = Self {
            items: Vec::with_capacity(raws.len()),
            rejected: Vec::new(),
            next: None,
            total: None,
            fingerprint: 0,
        };
        let mut hash = DefaultHasher::new();
        for (index, raw) in raws.into_iter().enumerate() {
            let mut reject = |id: &Id, why| {
                let name = id.plain().map_or_else(|| format!("#{index}"), str::to_owned);
                page.rejected.push(BadItem { what: format!("{} {name}", W::WHAT), why });
            };
            // At once where nothing is wrong with it, field by field where something is.
            let whole = Identified::parse(raw.get()).zip(serde_json::from_str::<W>(raw.get()).ok());
            let (id, item) = if let Some((id, item)) = whole {
                (id, Some(item))
            } else {
                let Some(fields) = Fields::parse(raw.get()) else {
                    reject(&Id::default(), "not an object");
                    continue;
                };
                (fields.peek("id"), fields.read::<W>())
            };
            id.hash(&mut hash);
            match item.map(W::into_value) {
                Some(Ok(item)) => page.items.push(item),
                Some(Err(why)) => reject(&id, why),
                None => reject(&id, "another shape"),
            }
        }
        page.fingerprint = hash.finish();
        page
    }
}

/// Of an item, only its id.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Identified {
    id: Id,
}

impl Identified {
    /// The id of an object; absent when `json` is none, or not one to be read at once.
    fn parse(json: &str) -> Option<Id> {
        // What is no object could be taken for one with its fields in order.
        json.starts_with('{').then(|| serde_json::from_str::<Self>(json).ok()).flatten().map(|item| item.id)
    }
}

/// What a list says of its own place and length.
struct Place {
    next: Next,
    /// This page's number and the number of pages.
    number: Option<(u64, u64)>,
    total: Option<u64>,
    token: Option<String>,
    has_more: Option<bool>,
    scroll: Option<String>,
}

enum Next {
    /// The list has no such field.
    Unsaid,
    End,
    Link(String),
    Object {
        after: Option<String>,
        number: Option<u64>,
    },
}

impl Place {
    fn read(mut fields: Fields<'_>) -> Self {
        let pages = fields.take("pages").and_then(|raw| Fields::parse(raw.get()));
        let count = |fields: &Fields<'_>, name| fields.peek::<Option<u64>>(name);
        let (next, number) = match &pages {
            Some(pages) => (read_next(pages), count(pages, "page").zip(count(pages, "total_pages"))),
            None => (Next::Unsaid, count(&fields, "page").zip(count(&fields, "total_pages"))),
        };
        Self {
            next,
            number,
            total: count(&fields, "total_count"),
            token: usable(fields.peek("next_cursor")),
            has_more: fields.peek("has_more"),
            scroll: usable(fields.peek("scroll_param")),
        }
    }

    fn next(self, shape: Shape, is_empty: bool) -> Option<Cursor> {
        match shape {
            Shape::Whole => None,
            Shape::Token if self.has_more == Some(false) => None,
            Shape::Token => self.token.map(Cursor::Token),
            Shape::Scroll if is_empty => None,
            Shape::Scroll => self.scroll.map(Cursor::Scroll),
            Shape::After => match self.next {
                Next::Object { after, .. } => after.map(Cursor::After),
                Next::Link(link) => usable(from_link(&link, "starting_after")).map(Cursor::After),
                Next::Unsaid | Next::End => None,
            },
            Shape::Number => match self.next {
                Next::Object { number, .. } => number.and_then(page_number),
                Next::Link(link) => from_link(&link, "page")?.parse().ok().and_then(page_number),
                Next::End => None,
                // Some lists tell only where we are; an empty page ends them whatever they tell.
                Next::Unsaid if is_empty => None,
                Next::Unsaid => self.number.filter(|(at, of)| at < of).and_then(|(at, _)| page_number(at + 1)),
            },
        }
    }
}

fn read_next(pages: &Fields<'_>) -> Next {
    match pages.value("next") {
        None => Next::Unsaid,
        Some(Value::String(link)) => Next::Link(link),
        Some(Value::Object(object)) => Next::Object {
            after: object.get("starting_after").map(Text::of).and_then(Text::into_string).and_then(|t| usable(Some(t))),
            number: object.get("page").and_then(Value::as_u64),
        },
        Some(_) => Next::End,
    }
}

/// The `next` of an object that has it by itself, as `{"starting_after": …}`.
pub(super) fn next_after(fields: &Fields<'_>) -> Option<Cursor> {
    match read_next(fields) {
        Next::Object { after, .. } => after.map(Cursor::After),
        Next::Unsaid | Next::End | Next::Link(_) => None,
    }
}

fn page_number(number: u64) -> Option<Cursor> {
    u32::try_from(number).ok().filter(|number| *number > 0).map(Cursor::Number)
}

fn usable(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty() && text.len() <= LONGEST_CURSOR)
}

/// A parameter of a `next` link's query. Host and path are not looked at: a link cannot send us, and
/// our token, anywhere.
fn from_link(link: &str, name: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    let query = Url::parse("https://unused.invalid/").ok().map(|mut url| {
        url.set_query(Some(query.split('#').next().unwrap_or(query)));
        url
    })?;
    query.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Repeated pages in a row that are walked past before a list counts as one that turns in circles.
const REPEATS: u32 = 3;

/// Guards one walk through a list: a cursor seen before ends it, and so do pages seen before when they
/// keep coming.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    cursors: HashSet<Cursor>,
    pages: HashSet<u64>,
    repeats: u32,
    is_cut: bool,
}

impl Walk {
    /// A walk that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A walk that goes on at a stored cursor.
    #[must_use]
    pub fn from_cursor(cursor: &Cursor) -> Self {
        Self { cursors: HashSet::from([cursor.clone()]), ..Self::default() }
    }

    /// The cursor to go on with after `page`, unless the list is at its end or turns in circles.
    #[must_use]
    pub fn next<T>(&mut self, page: &Page<T>) -> Option<Cursor> {
        self.repeats = if self.pages.insert(page.fingerprint) { 0 } else { self.repeats + 1 };
        let next = page.next.as_ref()?;
        // A scroll keeps its parameter to the end; only its pages change.
        let most = if matches!(next, Cursor::Scroll(_)) { 1 } else { REPEATS };
        let is_new = self.cursors.insert(next.clone()) || matches!(next, Cursor::Scroll(_));
        self.is_cut = !is_new || self.repeats >= most;
        (!self.is_cut).then(|| next.clone())
    }

    /// Whether the walk was ended because the list turns in circles: there may be more that it does not
    /// lead to.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::wire::TagItem;
    use super::*;
    use crate::domain::Tag;

    fn read(json: &str, shape: Shape, asked: Option<&Cursor>) -> Page<Tag> {
        let answer = Answer::of_read(json);
        Page::read::<TagItem>(&answer, &["data"], shape, asked).unwrap()
    }

    fn after(text: &str) -> Cursor {
        Cursor::After(text.into())
    }

    #[test]
    fn the_five_shapes_go_on_and_end() {
        let one = r#""data":[{"id":"1","name":"a"}]"#;
        for (shape, rest, next) in [
            (Shape::After, r#""pages":{"next":{"starting_after":"c2","per_page":2}}"#, Some(after("c2"))),
            (Shape::After, r#""pages":{"next":"https://x.io/contacts?starting_after=c%202&x=1"}"#, Some(after("c 2"))),
            (Shape::After, r#""pages":{"next":{"starting_after":77}}"#, Some(after("77"))),
            (Shape::After, r#""pages":{"next":null,"page":1,"total_pages":9}"#, None),
            (Shape::After, r#""pages":{"next":{"starting_after":null}}"#, None),
            (Shape::After, r#""pages":null"#, None),
            (Shape::After, r#""pages":{"page":1,"total_pages":9}"#, None),
            (
                Shape::Number,
                r#""pages":{"next":"https://evil.example/steal?page=2&per_page=60#f"}"#,
                Some(Cursor::Number(2)),
            ),
            (Shape::Number, r#""pages":{"next":{"page":3}}"#, Some(Cursor::Number(3))),
            (Shape::Number, r#""pages":{"next":null,"page":1,"total_pages":3}"#, None),
            (Shape::Number, r#""page":1,"total_pages":2"#, Some(Cursor::Number(2))),
            (Shape::Number, r#""page":2,"total_pages":2"#, None),
            (Shape::Number, r#""pages":{"next":"not a link"}"#, None),
            (Shape::Token, r#""next_cursor":"t1","has_more":true"#, Some(Cursor::Token("t1".into()))),
            (Shape::Token, r#""next_cursor":"t1","has_more":false"#, None),
            (Shape::Scroll, r#""scroll_param":"s1""#, Some(Cursor::Scroll("s1".into()))),
            (Shape::Whole, r#""pages":{"next":{"starting_after":"c2"}}"#, None),
        ] {
            let json = format!("{{{one},{rest}}}");
            assert_eq!(read(&json, shape, None).next, next, "{json}");
        }
        assert_eq!(read(r#"{"data":[],"scroll_param":"s1"}"#, Shape::Scroll, None).next, None);
    }

    #[test]
    fn a_page_that_points_at_itself_is_the_last() {
        let json = r#"{"data":[{"id":"1","name":"a"}],"pages":{"next":{"starting_after":"c1"}}}"#;
        assert_eq!(read(json, Shape::After, Some(&after("c1"))).next, None);
    }

    #[test]
    fn a_cursor_seen_before_ends_the_walk() {
        let page = |id: u32, next: &str| {
            read(
                &format!(r#"{{"data":[{{"id":"{id}","name":"a"}}],"pages":{{"next":{{"starting_after":"{next}"}}}}}}"#),
                Shape::After,
                None,
            )
        };
        let mut walk = Walk::new();
        assert_eq!(walk.next(&page(1, "b")), Some(after("b")));
        assert_eq!(walk.next(&page(2, "c")), Some(after("c")));
        assert_eq!(walk.next(&page(3, "b")), None);
        assert!(walk.is_cut());
        // The same items under ever new cursors: once may be a slip, three times in a row is a circle.
        let mut walk = Walk::from_cursor(&after("a"));
        assert_eq!(walk.next(&page(1, "b")), Some(after("b")));
        assert_eq!(walk.next(&page(1, "c")), Some(after("c")));
        assert_eq!(walk.next(&page(2, "d")), Some(after("d")));
        assert!(!walk.is_cut());
        assert_eq!(walk.next(&page(2, "e")), Some(after("e")));
        assert_eq!(walk.next(&page(1, "f")), Some(after("f")));
        assert_eq!(walk.next(&page(2, "g")), None);
        assert!(walk.is_cut());
        assert_eq!(Walk::from_cursor(&after("a")).next(&page(1, "a")), None);
    }

    #[test]
    fn a_bad_item_costs_itself_only() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        let json = format!(
            r#"{{"data":[{{"id":"1","name":"a"}},7,{{"name":"no id"}},{{"id":"\u001b[2J","name":"b"}},
                {{"id":"3","name":"deep","x":{deep}}},{{"id":4,"name":1e999}},{{"id":5,"name":"last"}}],"total_count":7}}"#
        );
        let page = read(&json, Shape::Whole, None);
        let ids: Vec<_> = page.items.iter().map(|tag| tag.id.as_str()).collect();
        assert_eq!(ids, ["1", "3", "4", "5"]);
        let bad: Vec<_> = page.rejected.iter().map(|bad| (bad.what.as_str(), bad.why)).collect();
        assert_eq!(bad, [("tag #1", "not an object"), ("tag #2", "no usable id"), ("tag #3", "no usable id")]);
        assert_eq!(page.total, Some(7));
    }

    #[test]
    fn what_is_no_list_is_nonsense() {
        for (json, what) in [
            ("{}", Nonsense::Shape),
            (r#"{"data":{"a":1}}"#, Nonsense::Shape),
            ("7", Nonsense::Shape),
            (r#"{"data":[{"id":"1""#, Nonsense::Garbled),
            ("[1,2", Nonsense::Garbled),
        ] {
            let error = Page::read::<TagItem>(&Answer::of_read(json), &["data"], Shape::Whole, None).unwrap_err();
            assert_eq!(*error.class(), super::super::Class::Nonsense(what), "{json}");
        }
        assert!(read(r#"{"data":null}"#, Shape::Whole, None).items.is_empty());
    }

    #[test]
    fn cursors_survive_storage() {
        for cursor in [after("a:b"), Cursor::Number(7), Cursor::Token("t".into()), Cursor::Scroll("s".into())] {
            assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        }
        assert_eq!(Cursor::parse("nothing"), None);
        assert_eq!(Cursor::parse("after:"), None);
    }
}
