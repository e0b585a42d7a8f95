//! Searching the words of a whole thread, which may take long: what is searched, and how one item of it is.
//!
//! Owns the question ([`Search`]), its answers ([`Found`]), and the [`Searcher`], which keeps the bodies'
//! text from one question to the next. The runtime has one on a thread of its own, and says when to stop.
//! Knows no thread and no screen.

use std::fmt;
use std::sync::Arc;

use super::find::{Hit, HitPlace};
use super::{ItemKind, OpenThread, Source};
use crate::domain::Part;
use crate::text::html::{self, Document};
use crate::text::{self, Clean, Untrusted, markdown};

/// So many are found at most.
pub const MOST: usize = 10_000;
/// Bytes of bodies' text that are kept from one question to the next.
const ROOM: usize = 64 << 20;

/// What of a thread is searched.
#[derive(Default)]
pub struct Texts {
    parts: Arc<Vec<Part>>,
    items: Vec<ItemText>,
}

struct ItemText {
    /// The author, or the words of an event.
    head: Clean,
    files: Vec<Clean>,
    body: ItemBody,
}

enum ItemBody {
    None,
    Part(usize),
    Markdown(Untrusted),
}

impl Texts {
    /// Everything that can be read in a thread.
    #[must_use]
    pub fn of(open: &OpenThread) -> Self {
        let items = open.items.iter().map(|item| ItemText {
            head: if item.kind == ItemKind::Event { item.event.clone() } else { item.author.clone() },
            files: item.files.iter().map(|file| file.name.clone()).collect(),
            body: match item.source {
                _ if !item.has_body => ItemBody::None,
                Source::Part(at) => ItemBody::Part(at),
                Source::Pending(_) => ItemBody::Markdown(Untrusted::new(item.body(&open.thread))),
            },
        });
        Self { parts: Arc::clone(&open.thread.parts), items: items.collect() }
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Texts({} items)", self.items.len())
    }
}

/// A question: where in a thread are these words?
#[derive(Clone, Debug)]
pub struct Search {
    /// Number of the question.
    pub generation: u64,
    /// The words, folded; not blank.
    pub needle: String,
    /// What is searched.
    pub texts: Arc<Texts>,
    /// The item to begin with; those before it come last.
    pub from: usize,
}

impl Search {
    /// The items in the order in which they are searched.
    pub fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let (from, len) = (self.from.min(self.texts.len()), self.texts.len());
        (from..len).chain(0..from)
    }
}

/// Some of the answer.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Number of the question.
    pub generation: u64,
    /// What was found since the last answer, by item.
    pub hits: Vec<(usize, Vec<Hit>)>,
    /// Everything has been searched.
    pub done: bool,
    /// There may be more than [`MOST`].
    pub more: bool,
}

/// The text of a body, as it is and folded.
#[derive(Clone)]
struct BodyText {
    text: String,
    folded: String,
}

/// Searches thread after thread, one item at a time.
#[derive(Default)]
pub struct Searcher {
    texts: Arc<Texts>,
    bodies: Vec<Option<BodyText>>,
    bytes: usize,
}

impl Searcher {
    /// Another thread, or another state of the same: what did not change stays known.
    pub fn take(&mut self, texts: &Arc<Texts>) {
        if Arc::ptr_eq(&self.texts, texts) {
            return;
        }
        let old = std::mem::replace(&mut self.texts, Arc::clone(texts));
        let mut known = std::mem::take(&mut self.bodies);
        self.bytes = 0;
        self.bodies.resize_with(texts.items.len(), || None);
        for (at, slot) in self.bodies.iter_mut().enumerate().take(old.parts.len().min(texts.parts.len())) {
            if old.parts.get(at) == texts.parts.get(at) {
                *slot = known.get_mut(at).and_then(Option::take);
                self.bytes += slot.as_ref().map_or(0, BodyText::bytes);
            }
        }
    }

    /// Where the words are in an item; `None` when it was not to be gone on with. May panic if the walker over
    /// HTML has a fault: the caller catches that.
    pub fn search(&mut self, at: usize, needle: &str, go_on: &dyn Fn() -> bool) -> Option<Vec<Hit>> {
        self.search_with(at, needle, &|html| html::blocks_while(html, go_on))
    }

    /// The same, for a body that could not be read.
    pub fn search_plainly(&mut self, at: usize, needle: &str) -> Vec<Hit> {
        self.search_with(at, needle, &|html| Some(html::words_only(html))).unwrap_or_default()
    }

    fn search_with(&mut self, at: usize, needle: &str, read: &dyn Fn(&str) -> Option<Document>) -> Option<Vec<Hit>> {
        let texts = Arc::clone(&self.texts);
        let Some(item) = texts.items.get(at) else { return Some(Vec::new()) };
        let mut hits = Vec::new();
        find_in(&item.head, &fold(&item.head), needle, HitPlace::Head, &mut hits);
        if !matches!(item.body, ItemBody::None) {
            if !matches!(self.bodies.get(at), Some(Some(_))) {
                let document = match &item.body {
                    ItemBody::None => Document::default(),
                    ItemBody::Part(part) => {
                        read(texts.parts.get(*part).and_then(|part| part.body.as_ref()).map_or("", Untrusted::as_raw))?
                    }
                    ItemBody::Markdown(text) => read(&markdown::to_html(text.as_raw()))?,
                };
                let text = text_of(&document);
                let body = BodyText { folded: fold(&text), text };
                if self.bytes + body.bytes() > ROOM {
                    find_in(&body.text, &body.folded, needle, HitPlace::Body, &mut hits);
                } else if let Some(slot) = self.bodies.get_mut(at) {
                    self.bytes += body.bytes();
                    *slot = Some(body);
                }
            }
            if let Some(Some(body)) = self.bodies.get(at) {
                find_in(&body.text, &body.folded, needle, HitPlace::Body, &mut hits);
            }
        }
        for (index, file) in item.files.iter().enumerate() {
            find_in(file, &fold(file), needle, HitPlace::File(index), &mut hits);
        }
        Some(hits)
    }
}

impl BodyText {
    const fn bytes(&self) -> usize {
        self.text.len() + self.folded.len()
    }
}

/// The text of a body, blocks and the cells of tables parted by line breaks. What the layout adds, such as
/// the numbers of links, is not in it.
fn text_of(document: &Document) -> String {
    let mut text = String::new();
    let mut push = |spans: &[html::Span]| {
        for span in spans.iter().filter(|span| !span.style.marker) {
            text.push_str(&span.text);
        }
        text.push('\n');
    };
    for block in &document.blocks {
        match &block.kind {
            html::BlockKind::Table(table) => table.cells().for_each(|cell| push(cell)),
            _ => push(&block.spans),
        }
    }
    text
}

/// Words as they are compared: case and accents folded letter by letter, every run of white space one space.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut letters = String::new();
    for scalar in text.chars() {
        fold_onto(scalar, &mut letters, &mut folded);
    }
    folded
}

fn fold_onto(scalar: char, letters: &mut String, folded: &mut String) {
    if scalar.is_whitespace() {
        if !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else if scalar.is_ascii() {
        folded.push(scalar.to_ascii_lowercase());
    } else {
        letters.clear();
        letters.push(scalar);
        folded.push_str(text::fold(letters).trim());
    }
}

/// Finds words in a text, and says where by its letters, white space not counted: that is the same however the
/// text is wrapped.
fn find_in(text: &str, folded: &str, needle: &str, place: HitPlace, hits: &mut Vec<Hit>) {
    if needle.is_empty() {
        return;
    }
    let mut found = folded.match_indices(needle).map(|(at, _)| at..at + needle.len()).peekable();
    if found.peek().is_none() {
        return;
    }
    // The text is folded again, to know which letter of it each folded one comes from.
    let (mut again, mut letters) = (String::new(), String::new());
    let mut passed = 0_u32;
    let mut begun: Option<u32> = None;
    for scalar in text.chars() {
        let before = again.len();
        fold_onto(scalar, &mut letters, &mut again);
        let is_letter = !scalar.is_whitespace();
        while let Some(range) = found.peek() {
            if begun.is_none() && range.start < again.len() && again.len() > before {
                begun = Some(passed);
            }
            let Some(from) = begun.filter(|_| range.end <= again.len()) else { break };
            let len = (passed + u32::from(is_letter)).saturating_sub(from);
            if len > 0 {
                hits.push(Hit { place, from, len });
            }
            begun = None;
            found.next();
        }
        passed += u32::from(is_letter);
        if found.peek().is_none() || hits.len() > MOST {
            return;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn found(text: &str, needle: &str) -> Vec<(u32, u32)> {
        let mut hits = Vec::new();
        find_in(text, &fold(text), &fold(needle), HitPlace::Body, &mut hits);
        hits.iter().map(|hit| (hit.from, hit.len)).collect()
    }

    #[test]
    fn case_accents_and_white_space_do_not_matter() {
        assert_eq!(found("Où est mon Remboursement?", "ou est"), [(0, 5)]);
        assert_eq!(found("Straße, STRASSE", "strasse"), [(0, 6), (7, 7)]);
        assert_eq!(found("a  refund\nplease\u{a0}now", "refund please now"), [(1, 15)]);
        assert_eq!(found("e\u{301}te\u{301}", "été"), [(0, 4)]);
    }

    #[test]
    fn every_place_is_found_once_and_in_order() {
        assert_eq!(found("aaaa", "aa"), [(0, 2), (2, 2)]);
        assert_eq!(found("one two one", "one"), [(0, 3), (6, 3)]);
        assert!(found("one two", "three").is_empty() && found("one", "").is_empty());
    }

    #[test]
    fn letters_that_fold_to_several_or_to_none_keep_their_place() {
        assert_eq!(found("œuvre et œuf", "euf"), [(7, 3)]);
        assert_eq!(found("x\u{200b}y z", "y z"), [(2, 2)]);
    }
}
