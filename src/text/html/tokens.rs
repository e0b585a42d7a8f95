//! A body as a flat run of tags and text.
//!
//! Wraps html5ever's tokenizer (no tree is built) and keeps it linear: bodies are cut at a size, tags
//! at a number of attributes, since the tokenizer compares every attribute with all before it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token as Raw, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{Attribute, LocalName};

use crate::text::beginning;

/// Bytes of a body that are read; the rest is not shown, and said to be missing.
pub(super) const SIZE_CAP: usize = 512 * 1024;
/// Elements kept open within one another; deeper ones are read, but change nothing.
pub(super) const DEPTH_CAP: usize = 200;
/// Attributes read of one tag.
const ATTRIBUTE_CAP: usize = 100;
/// Pieces between two questions whether to go on.
const ASK_EVERY: usize = 256;
/// Bytes handed to the tokenizer at a time.
const FEED: usize = 16 * 1024;

/// A piece of a body, in order.
pub(super) enum Token<'a> {
    /// A start tag, name in lower case.
    Open { name: &'a LocalName, attributes: Attributes<'a>, closed: bool },
    /// An end tag.
    Close { name: &'a LocalName },
    /// Characters, entities decoded.
    Text(&'a str),
}

/// The attributes of a start tag.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a>(&'a [Attribute]);

impl Attributes<'static> {
    /// No attributes.
    pub(super) const fn none() -> Self {
        Self(&[])
    }
}

impl<'a> Attributes<'a> {
    /// The value of the attribute with this lower-case name; empty when it has none.
    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
    }

    /// Whether there are none.
    pub(super) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is there, with or without a value.
    pub(super) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Names and values.
    pub(super) fn each(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().map(|attribute| (&*attribute.name.local, &*attribute.value))
    }
}

/// The part of a body that is read, and whether that is less than all of it.
pub(super) fn capped(body: &str) -> (&str, bool) {
    if body.len() <= SIZE_CAP {
        return (body, false);
    }
    (beginning(body, SIZE_CAP), true)
}

/// Hands every piece of `html` to `take`. The contents of script, style and other raw elements come as
/// text within their tags.
pub(super) fn each(html: &str, take: impl FnMut(Token<'_>)) {
    let _whole = each_while(html, take, &|| true);
}

/// The same, as long as `go_on` says so, which is asked every few hundred pieces. Says whether it came to the
/// end.
pub(super) fn each_while(html: &str, take: impl FnMut(Token<'_>), go_on: &dyn Fn() -> bool) -> bool {
    let tame = tame(html);
    let input = BufferQueue::default();
    let sink = Sink { take: RefCell::new(take), go_on, count: Cell::new(0), stopped: Cell::new(false) };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let mut rest: &str = &tame;
    while !rest.is_empty() {
        // Bit by bit: once it is stopped, what it still holds is passed over at no cost.
        let (bit, after) = rest.split_at(beginning(rest, FEED).len());
        rest = after;
        input.push_back(StrTendril::from(bit));
        // The sink never asks for a pause, so one call reads all that is there.
        let _done = tokenizer.feed(&input);
        if tokenizer.sink.stopped.get() || !go_on() {
            return false;
        }
    }
    tokenizer.end();
    !tokenizer.sink.stopped.get()
}

struct Sink<'a, F> {
    take: RefCell<F>,
    go_on: &'a dyn Fn() -> bool,
    count: Cell<usize>,
    stopped: Cell<bool>,
}

impl<F: FnMut(Token<'_>)> Sink<'_, F> {
    fn take(&self, token: Token<'_>) {
        if self.stopped.get() {
            return;
        }
        let count = self.count.get() + 1;
        self.count.set(count);
        if count.is_multiple_of(ASK_EVERY) && !(self.go_on)() {
            self.stopped.set(true);
            return;
        }
        // The closure never comes back into the tokenizer, so the borrow is free.
        if let Ok(mut take) = self.take.try_borrow_mut() {
            take(token);
        }
    }

    fn take_tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        if is_address(&tag.name) {
            // `<ana@example.com>` in text that nobody escaped.
            self.take(Token::Text(&format!("<{}>", tag.name)));
            return TokenSinkResult::Continue;
        }
        match tag.kind {
            TagKind::EndTag => {
                self.take(Token::Close { name: &tag.name });
                TokenSinkResult::Continue
            }
            TagKind::StartTag => {
                self.take(Token::Open {
                    name: &tag.name,
                    attributes: Attributes(&tag.attrs),
                    closed: tag.self_closing,
                });
                match &*tag.name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
                    "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => TokenSinkResult::Continue,
                }
            }
        }
    }
}

impl<F: FnMut(Token<'_>)> TokenSink for Sink<'_, F> {
    type Handle = ();

    fn process_token(&self, token: Raw, _line: u64) -> TokenSinkResult<()> {
        match token {
            Raw::TagToken(tag) => return self.take_tag(&tag),
            Raw::CharacterTokens(text) => self.take(Token::Text(&text)),
            Raw::NullCharacterToken => self.take(Token::Text("\0")),
            Raw::DoctypeToken(_) | Raw::CommentToken(_) | Raw::EOFToken | Raw::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

/// Whether a tag's name is an address that somebody put in angle brackets.
fn is_address(name: &str) -> bool {
    name.contains('@') || name.starts_with("http:") || name.starts_with("https:") || name.starts_with("mailto:")
}

/// Ends tags early that have more attributes than anyone needs.
fn tame(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let mut tamed = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        at += found + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (end, crowded) = tag_end(bytes, at);
        if crowded {
            // `end` is right behind an ASCII byte, so it is on a character's boundary.
            tamed.push_str(&html[copied..end]);
            tamed.push('>');
            copied = end;
        }
        at = end;
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    tamed.push_str(&html[copied..]);
    Cow::Owned(tamed)
}

/// Where the tag whose name begins at `at` ends, or where it has had its share of attributes.
fn tag_end(bytes: &[u8], at: usize) -> (usize, bool) {
    let skip = |from: usize, over: fn(u8) -> bool| {
        bytes[from..].iter().position(|byte| !over(*byte)).map_or(bytes.len(), |found| from + found)
    };
    let in_name = |byte: u8| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>' | b'=');
    let mut at = skip(at, |byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>'));
    for _ in 0..ATTRIBUTE_CAP {
        at = skip(at, |byte| byte.is_ascii_whitespace() || byte == b'/');
        match bytes.get(at) {
            None => return (bytes.len(), false),
            Some(b'>') => return (at + 1, false),
            Some(b'=') => at += 1,
            Some(_) => {}
        }
        at = skip(at, in_name);
        let value = skip(at, |byte| byte.is_ascii_whitespace());
        if bytes.get(value) != Some(&b'=') {
            continue;
        }
        at = skip(value + 1, |byte| byte.is_ascii_whitespace());
        at = match bytes.get(at) {
            Some(&quote @ (b'"' | b'\'')) => {
                let closing = bytes[at + 1..].iter().position(|byte| *byte == quote);
                closing.map_or(bytes.len(), |found| at + 1 + found + 1)
            }
            _ => skip(at, |byte| !byte.is_ascii_whitespace() && byte != b'>'),
        };
    }
    if at < bytes.len() { (at, bytes.get(at) != Some(&b'>')) } else { (at, false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(html: &str) -> String {
        let mut out = Vec::new();
        each(html, |token| {
            out.push(match token {
                Token::Open { name, attributes, .. } => {
                    let attributes: Vec<String> =
                        attributes.each().map(|(key, value)| format!(" {key}={value}")).collect();
                    format!("[{name}{}]", attributes.concat())
                }
                Token::Close { name } => format!("[/{name}]"),
                Token::Text(text) => text.to_owned(),
            });
        });
        out.concat()
    }

    #[test]
    fn tags_attributes_and_entities_are_read() {
        assert_eq!(flat("<P Class='x y'>a &amp; b&nbsp;<br/></p>"), "[p class=x y]a & b\u{a0}[br][/p]");
        assert_eq!(flat("<!-- no --><script>if (a<b) {}</script>x"), "[script]if (a<b) {}[/script]x");
        assert_eq!(flat("1 < 2 <3"), "1 < 2 <3");
    }

    #[test]
    fn addresses_in_angle_brackets_are_text() {
        assert_eq!(flat("Ana <ana@example.com> wrote"), "Ana <ana@example.com> wrote");
    }

    #[test]
    fn crowded_tags_end_early_and_quickly() {
        let attributes: Vec<String> = (0..100_000).map(|n| format!(" a{n}=1")).collect();
        let read = flat(&format!("<p{}>text", attributes.concat()));
        assert!(read.starts_with("[p a0=1") && read.ends_with("text"));
        let many = "<a b c d e f g h>x".repeat(20_000);
        assert!(matches!(tame(&many), Cow::Borrowed(_)));
        assert_eq!(flat("<a href=\"x>y\" b>z"), "[a href=x>y b=]z");
    }

    #[test]
    fn long_bodies_are_cut_between_characters() {
        let body = "é".repeat(SIZE_CAP);
        let (read, cut) = capped(&body);
        assert!(cut && read.len() == SIZE_CAP);
        let body = format!("a{body}");
        assert_eq!(capped(&body).0.len(), SIZE_CAP - 1);
    }
}
