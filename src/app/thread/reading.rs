//! What it takes to read a body: which one, at which width, and what comes of it.
//!
//! Owns the wish ([`ToRead`]) and its answer ([`Reading`]), and the way from one to the other
//! ([`read()`]), which is pure and may take long: the runtime does it on a thread of its own, with a
//! deadline. Knows no thread and no screen.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::domain::Part;
use crate::text::html::{self, Document, Line};
use crate::text::{Untrusted, markdown};

/// So many bytes of a body tell it from another one; more are not read either.
const TOLD_BY: usize = 1 << 19;

/// Which body: of which message, and as which text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BodyKey {
    /// The part's id, or `local-` and the outbox row's id.
    id: String,
    /// Tells whether the text changed.
    hash: u64,
}

impl BodyKey {
    /// The key of a message's body. Looks at 512 KB of it at most.
    #[must_use]
    pub fn of(id: String, body: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        body.len().hash(&mut hasher);
        let bytes = body.as_bytes();
        bytes.get(..TOLD_BY).unwrap_or(bytes).hash(&mut hasher);
        Self { id, hash: hasher.finish() }
    }
}

/// A body laid out: at which width in cells, and whether quoted mail and signatures are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Cells.
    pub width: u16,
    /// Folded.
    pub folds: bool,
    /// Letters of ambiguous width take two cells.
    pub wide: bool,
}

/// Where a body is.
#[derive(Clone)]
pub enum Body {
    /// In the part of this index.
    Part(Arc<Vec<Part>>, usize),
    /// Text of our own, not sent yet.
    Markdown(Arc<Untrusted>),
    /// It has been read, and is laid out anew. Whether it was read without its layout.
    Read(Arc<Document>, bool),
}

/// A body that shall be read and laid out.
#[derive(Clone)]
pub struct ToRead {
    /// Which.
    pub key: BodyKey,
    /// Where it is.
    pub body: Body,
    /// How it is laid out.
    pub form: Form,
    /// It is on the screen: a frame may wait for it.
    pub seen: bool,
}

/// A body that was read and laid out.
#[derive(Clone)]
pub struct Reading {
    /// Which.
    pub key: BodyKey,
    /// What it says.
    pub document: Arc<Document>,
    /// It could not be read in time, or at all: these are its words, without layout.
    pub plainly: bool,
    /// Its lines.
    pub lines: Arc<Vec<Line>>,
    /// How it is laid out.
    pub form: Form,
    /// About how many bytes of memory it takes.
    pub bytes: usize,
}

impl fmt::Debug for ToRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToRead").field("key", &self.key).field("form", &self.form).finish_non_exhaustive()
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("key", &self.key).field("lines", &self.lines.len()).finish_non_exhaustive()
    }
}

impl ToRead {
    /// Whether it is the same body in the same form.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.key == other.key && self.form == other.form
    }
}

/// Reads a body and lays it out, asking now and then whether to go on; `None` when not. May panic if the
/// walker over HTML has a fault: the caller catches that.
#[must_use]
pub fn read(wish: &ToRead, go_on: &dyn Fn() -> bool) -> Option<Reading> {
    let (document, plainly) = match &wish.body {
        Body::Read(document, plainly) => (Arc::clone(document), *plainly),
        Body::Part(parts, at) => (Arc::new(html::blocks_while(part_body(parts, *at), go_on)?), false),
        Body::Markdown(text) => (Arc::new(html::blocks_while(&markdown::to_html(text.as_raw()), go_on)?), false),
    };
    go_on().then(|| laid(wish, document, plainly))
}

/// The same of its words alone: linear, and without anything that could go wrong.
#[must_use]
pub fn read_plainly(wish: &ToRead) -> Reading {
    let document = match &wish.body {
        Body::Read(document, _) => Arc::clone(document),
        Body::Part(parts, at) => Arc::new(html::words_only(part_body(parts, *at))),
        Body::Markdown(text) => Arc::new(html::words_only(text.as_raw())),
    };
    laid(wish, document, true)
}

fn part_body(parts: &[Part], at: usize) -> &str {
    parts.get(at).and_then(|part| part.body.as_ref()).map_or("", Untrusted::as_raw)
}

fn laid(wish: &ToRead, document: Arc<Document>, plainly: bool) -> Reading {
    let lines = html::layout(&document, wish.form.width, wish.form.folds);
    let bytes = weight(&document) + lines.iter().map(line_weight).sum::<usize>();
    Reading { key: wish.key.clone(), document, plainly, lines: Arc::new(lines), form: wish.form, bytes }
}

/// Bytes beside the text of a block or link, of a line, and of a span.
const BLOCK: usize = 160;
const LINE: usize = 120;
const SPAN: usize = 68;

fn weight(document: &Document) -> usize {
    let block = |block: &html::Block| BLOCK + block.each_span().map(|span| SPAN + span.text.len()).sum::<usize>();
    let links = document.links.iter().map(|link| BLOCK + 2 * link.url.as_raw().len()).sum::<usize>();
    document.blocks.iter().map(block).sum::<usize>() + links
}

fn line_weight(line: &Line) -> usize {
    LINE + line.lead.len() + line.spans.iter().map(|span| SPAN + span.text.len()).sum::<usize>()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn wish(text: &str) -> ToRead {
        let body = Body::Markdown(Arc::new(Untrusted::new(text)));
        let form = Form { width: 40, folds: true, wide: false };
        ToRead { key: BodyKey::of("p1".into(), text), body, form, seen: true }
    }

    #[test]
    fn a_body_is_told_from_another_one_by_its_text_and_its_message() {
        assert_eq!(BodyKey::of("p1".into(), "a"), BodyKey::of("p1".into(), "a"));
        assert_ne!(BodyKey::of("p1".into(), "a"), BodyKey::of("p1".into(), "b"));
        assert_ne!(BodyKey::of("p1".into(), "a"), BodyKey::of("p2".into(), "a"));
        let long = "x".repeat(TOLD_BY);
        assert_ne!(BodyKey::of("p1".into(), &format!("{long}a")), BodyKey::of("p1".into(), &format!("{long}ab")));
    }

    #[test]
    fn what_is_not_to_be_gone_on_with_is_left() {
        assert!(read(&wish("Hello **you**"), &|| true).is_some());
        assert!(read(&wish("Hello **you**"), &|| false).is_none());
    }

    #[test]
    fn a_body_that_cannot_be_read_shows_its_words() {
        let plain = read_plainly(&wish("Hello you"));
        assert!(plain.plainly);
        let text: String = plain.lines.iter().flat_map(|line| &line.spans).map(|span| span.text.as_str()).collect();
        assert!(text.contains("Hello you"), "{text}");
    }

    #[test]
    fn neither_a_wish_nor_its_answer_tells_the_words_to_a_log() {
        let wish = wish("secret words");
        let reading = read(&wish, &|| true).unwrap();
        assert!(!format!("{wish:?} {reading:?}").contains("secret"));
    }
}
