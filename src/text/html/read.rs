//! From tags to pieces: what a body says, still as it came.
//!
//! Owns the walk with its stack of open elements (capped, never recursive), white space, lists, links,
//! hidden text and images. What it gives is not clean yet; `build` and `plain` make something of it.

use html5ever::LocalName;

use super::document::{Fold, SpanStyle};
use super::elements::{self, Looks};
use super::links::Links;
use super::tokens::{self, Attributes, DEPTH_CAP, Token};
use crate::text::filter::is_silent;

/// Between the cells of a table's row.
const CELL_SEPARATOR: &str = " │ ";

/// What a body says, in order.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) pieces: Vec<Piece>,
    pub(super) links: Links,
    pub(super) hidden: usize,
    pub(super) trackers: usize,
    pub(super) cut: bool,
}

/// A block, not clean yet.
#[derive(Default)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    pub(super) quote_depth: u8,
    pub(super) indent: u8,
    pub(super) gap: bool,
    pub(super) fold: Option<Fold>,
    /// The sender's program says that this introduces a quote.
    pub(super) attribution: bool,
    pub(super) spans: Vec<(String, SpanStyle)>,
}

#[derive(Clone, Default, PartialEq, Eq)]
pub(super) enum PieceKind {
    #[default]
    Paragraph,
    Heading(u8),
    Item {
        /// The number of an ordered list's item.
        number: Option<u32>,
    },
    Code,
    Rule,
}

/// Reads a body, HTML or plain text.
pub(super) fn read(body: &str) -> Reading {
    let (body, cut) = tokens::capped(body);
    let mut reader = Reader::default();
    if looks_like_html(body) {
        tokens::each(body, |token| reader.take(&token));
    } else {
        reader.take_plain(body);
    }
    reader.flush();
    reader.reading.cut = cut;
    reader.reading
}

/// Whether a body has a tag that mail or the helpdesk would write; `<3` and `a < b` have none.
pub(super) fn looks_like_html(body: &str) -> bool {
    body.match_indices('<').any(|(at, _)| {
        let rest = &body[at + 1..];
        if rest.starts_with("!--") {
            return true;
        }
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest.bytes().take(16).position(|byte| !byte.is_ascii_alphanumeric() && byte != b'!').unwrap_or(16);
        let ends_well =
            rest.as_bytes().get(end).is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
        ends_well && rest.get(..end).is_some_and(|name| is_known(&name.to_ascii_lowercase()))
    })
}

fn is_known(name: &str) -> bool {
    elements::is_block(name)
        || elements::is_void(name)
        || elements::is_dropped(name)
        || matches!(
            name,
            "a" | "abbr"
                | "b"
                | "big"
                | "cite"
                | "code"
                | "del"
                | "em"
                | "font"
                | "head"
                | "i"
                | "ins"
                | "kbd"
                | "label"
                | "mark"
                | "q"
                | "s"
                | "samp"
                | "small"
                | "span"
                | "strike"
                | "strong"
                | "sub"
                | "sup"
                | "td"
                | "th"
                | "tt"
                | "u"
                | "video"
                | "audio"
                | "!doctype"
        )
}

/// What an element changes while it is open.
#[derive(Clone, Default)]
struct State {
    style: SpanStyle,
    quote_depth: u8,
    fold: Option<Fold>,
    keeps_space: bool,
    code_block: bool,
    heading: u8,
    hidden: bool,
    tiny: bool,
    attribution: bool,
    /// Within an element whose contents are not for reading.
    dropped: bool,
}

struct Frame {
    name: LocalName,
    outside: State,
    lists: usize,
    margin: bool,
}

struct List {
    next: Option<u32>,
}

#[derive(Default)]
struct Reader {
    reading: Reading,
    state: State,
    stack: Vec<Frame>,
    /// Open elements beyond the depth that is kept.
    deeper: usize,
    lists: Vec<List>,
    /// The next block is the first of a list item.
    item: Option<PieceKind>,
    /// The next block has a blank line before it.
    gap: bool,
    /// Everything from here on is an earlier message.
    rest_quoted: bool,
    spans: Vec<(String, SpanStyle)>,
    /// A space is due before the next word, in this style.
    space_waits: Option<SpanStyle>,
    cell_waits: bool,
    /// The hidden text being passed over has been counted.
    counted: bool,
}

impl Reader {
    fn take(&mut self, token: &Token<'_>) {
        match token {
            Token::Text(text) => self.take_text(text),
            Token::Open { name, attributes, closed } => self.open(name, *attributes, *closed),
            Token::Close { name } => self.close(name),
        }
    }

    fn take_text(&mut self, text: &str) {
        if self.state.dropped {
            return;
        }
        if self.state.hidden || self.state.tiny {
            if !self.counted && is_visible(text) {
                self.counted = true;
                self.reading.hidden += 1;
            }
            return;
        }
        if self.state.keeps_space {
            self.push(text);
        } else {
            self.push_folded(text);
        }
    }

    /// Text whose runs of white space are one space each.
    fn push_folded(&mut self, text: &str) {
        for (index, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if index > 0 {
                self.space_waits = self.space_waits.or(Some(self.state.style));
            }
            if !word.is_empty() {
                self.push_space();
                self.push(word);
            }
        }
    }

    /// The space that is due, unless a line begins here.
    fn push_space(&mut self) {
        let Some(style) = self.space_waits.take() else { return };
        if self.spans.last().is_some_and(|(text, style)| style.image || !text.ends_with([' ', '\n'])) {
            self.append(" ", style);
        }
    }

    /// Text as it is, in the style of here.
    fn push(&mut self, text: &str) {
        if std::mem::take(&mut self.cell_waits) && self.spans.iter().any(|(text, _)| is_visible(text)) {
            self.append(CELL_SEPARATOR, SpanStyle::default());
        }
        if let Some(number) = self.state.style.link {
            self.reading.links.note_text(number, text);
        }
        self.append(text, self.state.style);
    }

    fn append(&mut self, text: &str, style: SpanStyle) {
        match self.spans.last_mut() {
            Some((last, of)) if *of == style && !style.image => last.push_str(text),
            _ => self.spans.push((text.to_owned(), style)),
        }
    }

    /// Ends the block that is being read.
    fn flush(&mut self) {
        self.space_waits = None;
        self.cell_waits = false;
        let mut spans = std::mem::take(&mut self.spans);
        let shows = spans.iter().any(|(text, style)| style.image || is_visible(text));
        if !shows {
            self.gap |= spans.iter().any(|(text, _)| text.contains(['\n', '\u{A0}']));
            return;
        }
        let leading = trim_start(&mut spans, self.state.keeps_space);
        let trailing = trim_end(&mut spans);
        let kind = match self.item.take() {
            Some(item) => item,
            None if self.state.code_block => PieceKind::Code,
            None if self.state.heading > 0 => PieceKind::Heading(self.state.heading),
            None => PieceKind::Paragraph,
        };
        self.put(Piece { kind, spans, ..Piece::default() }, leading > 0);
        // The last line break of a block only ends its last line.
        self.gap |= trailing > 1;
    }

    fn put(&mut self, piece: Piece, gap: bool) {
        let gap = (std::mem::take(&mut self.gap) || gap) && !self.reading.pieces.is_empty();
        let fold = if self.rest_quoted { Some(Fold::Quoted) } else { self.state.fold };
        self.reading.pieces.push(Piece {
            quote_depth: self.state.quote_depth,
            indent: u8::try_from(self.lists.len()).unwrap_or(u8::MAX),
            attribution: self.state.attribution,
            gap,
            fold,
            ..piece
        });
    }

    fn open(&mut self, name: &LocalName, attributes: Attributes<'_>, closed: bool) {
        let tag: &str = name;
        if self.state.dropped && !elements::is_block(tag) {
            if !closed && !elements::is_void(tag) {
                self.enter(name, false);
            }
            return;
        }
        self.end_implied(tag);
        if elements::is_void(tag) {
            self.take_void(tag, attributes);
            return;
        }
        if elements::is_block(tag) {
            self.flush();
        }
        let looks = Looks::of(attributes);
        let inner_list = matches!(tag, "ul" | "ol") && !self.lists.is_empty();
        let margin = elements::has_margin(tag) && !looks.no_margin && !inner_list;
        self.gap |= margin;
        self.enter(name, margin);
        self.apply(&looks);
        self.apply_names(tag, attributes);
        self.apply_tag(tag, attributes);
    }

    fn enter(&mut self, name: &LocalName, margin: bool) {
        if self.stack.len() >= DEPTH_CAP {
            self.deeper += 1;
            return;
        }
        self.stack.push(Frame { name: name.clone(), outside: self.state.clone(), lists: self.lists.len(), margin });
    }

    fn apply(&mut self, looks: &Looks) {
        if self.deeper > 0 {
            // Nothing would take it back.
            return;
        }
        let state = &mut self.state;
        if looks.hidden && !state.hidden {
            state.hidden = true;
            self.counted = false;
        }
        if let Some(tiny) = looks.tiny {
            if tiny && !state.tiny {
                self.counted = false;
            }
            state.tiny = tiny;
        }
        state.style.strong = looks.strong.unwrap_or(state.style.strong);
        state.style.emphasis = looks.emphasis.unwrap_or(state.style.emphasis);
        state.style.strike |= looks.strike;
        state.keeps_space = looks.keeps_space.unwrap_or(state.keeps_space);
    }

    /// Classes and ids by which mail programs mark history and signatures.
    fn apply_names(&mut self, tag: &str, attributes: Attributes<'_>) {
        if elements::is_named(attributes, &["divRplyFwdMsg", "appendonsend"]) {
            self.rest_quoted = true;
        }
        if self.deeper > 0 {
            return;
        }
        let state = &mut self.state;
        if elements::is_named(attributes, &["yahoo_quoted", "protonmail_quote", "zmail_extra", "tutanota_quote"]) {
            state.fold = Some(Fold::Quoted);
        }
        if elements::is_named(attributes, &["gmail_attr", "moz-cite-prefix"]) {
            state.attribution = true;
        }
        let signature = [
            "gmail_signature",
            "moz-signature",
            "Signature",
            "signature",
            "ms-outlook-mobile-signature",
            "AppleMailSignature",
            "protonmail_signature_block",
        ];
        if elements::is_named(attributes, &signature) || attributes.get("data-smartmail") == Some("gmail_signature") {
            state.fold = state.fold.or(Some(Fold::Signature));
        }
        if attributes.has("data-admin-id") || (tag == "a" && elements::is_named(attributes, &["entity_mention"])) {
            state.style.mention = true;
        }
    }

    fn apply_tag(&mut self, tag: &str, attributes: Attributes<'_>) {
        match tag {
            "li" => {
                let number = self.lists.last_mut().and_then(|list| {
                    let number = attributes.get("value").and_then(|value| value.parse().ok()).or(list.next)?;
                    list.next = Some(number.saturating_add(1));
                    Some(number)
                });
                self.item = Some(PieceKind::Item { number });
                return;
            }
            "td" | "th" => {
                self.cell_waits = true;
                self.space_waits = None;
            }
            _ => {}
        }
        if self.deeper > 0 {
            return;
        }
        let state = &mut self.state;
        match tag {
            "b" | "strong" | "th" => state.style.strong = true,
            "i" | "em" | "cite" | "var" | "dfn" => state.style.emphasis = true,
            "s" | "strike" | "del" => state.style.strike = true,
            "code" | "kbd" | "samp" | "tt" => state.style.code = true,
            "pre" | "listing" | "xmp" => (state.keeps_space, state.code_block) = (true, true),
            "textarea" => state.keeps_space = true,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => state.heading = tag.as_bytes()[1] - b'0',
            "blockquote" => state.quote_depth = state.quote_depth.saturating_add(1),
            "ul" | "menu" | "dir" => self.lists.push(List { next: None }),
            "ol" => {
                let start = attributes.get("start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.lists.push(List { next: Some(start) });
            }
            "a" => {
                if let Some(number) = attributes.get("href").and_then(|target| self.reading.links.number(target, false))
                {
                    state.style.link = Some(number);
                }
            }
            _ if elements::is_dropped(tag) => state.dropped = true,
            _ => {}
        }
    }

    fn take_void(&mut self, tag: &str, attributes: Attributes<'_>) {
        let unseen = self.state.dropped || self.state.hidden;
        match tag {
            "br" if !unseen => {
                self.space_waits = None;
                self.append("\n", self.state.style);
            }
            "hr" => {
                self.flush();
                if !unseen {
                    self.put(Piece { kind: PieceKind::Rule, ..Piece::default() }, true);
                    self.gap = true;
                }
            }
            "img" => self.take_image(attributes),
            _ => {}
        }
    }

    fn take_image(&mut self, attributes: Attributes<'_>) {
        let looks = Looks::of(attributes);
        if looks.speck {
            let fetched = attributes.get("src").is_some_and(|src| src.trim_start().starts_with("http"));
            self.reading.trackers += usize::from(fetched);
            return;
        }
        if self.state.dropped || self.state.hidden || looks.hidden {
            return;
        }
        let alt = attributes.get("alt").unwrap_or_default();
        let alt: Vec<&str> = alt.split_whitespace().collect();
        let alt = alt.join(" ");
        let target = attributes.get("src").and_then(|src| self.reading.links.number(src, true));
        self.push_space();
        let style = SpanStyle { image: true, link: target, ..self.state.style };
        self.cell_waits = false;
        self.spans.push((alt, style));
    }

    /// Closes what this start tag ends by itself.
    fn end_implied(&mut self, opening: &str) {
        if self.deeper > 0 {
            return;
        }
        let reach = self
            .stack
            .iter()
            .rev()
            .take_while(|frame| elements::ends(opening, &frame.name) || !elements::is_wall(&frame.name));
        let ended = reach
            .enumerate()
            .filter(|(_, frame)| elements::ends(opening, &frame.name))
            .map(|(above, _)| above + 1)
            .last();
        for _ in 0..ended.unwrap_or(0) {
            self.leave();
        }
    }

    fn close(&mut self, name: &LocalName) {
        let tag: &str = name;
        if tag == "br" {
            self.take_void("br", NO_ATTRIBUTES);
            return;
        }
        if self.deeper > 0 {
            self.deeper -= 1;
            if elements::is_block(tag) {
                self.flush();
            }
            return;
        }
        let Some(above) = self.stack.iter().rev().position(|frame| frame.name == *name) else { return };
        // A stray `</b>` must not close the table cell that it stands in.
        let crosses = self.stack.iter().rev().take(above).any(|frame| elements::is_wall(&frame.name));
        if crosses && !elements::is_block(tag) && !matches!(tag, "td" | "th") {
            return;
        }
        for _ in 0..=above {
            self.leave();
        }
    }

    /// Closes the innermost open element.
    fn leave(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        let block = elements::is_block(&frame.name);
        if block {
            self.flush();
            self.gap |= frame.margin;
        }
        if &*frame.name == "li" {
            self.item = None;
        }
        self.lists.truncate(frame.lists);
        self.state = frame.outside;
    }

    /// Plain text: entities decoded, lines kept, a blank line parts paragraphs.
    fn take_plain(&mut self, body: &str) {
        let mut text = String::with_capacity(body.len());
        tokens::each(&body.replace('<', "&lt;"), |token| {
            if let Token::Text(piece) = token {
                text.push_str(piece);
            }
        });
        self.state.keeps_space = true;
        for line in text.split('\n') {
            if is_visible(line) {
                self.push(line);
                self.push("\n");
            } else {
                self.flush();
                self.gap = true;
            }
        }
    }
}

const NO_ATTRIBUTES: Attributes<'static> = Attributes::none();

/// Whether a reader would see anything of it.
pub(super) fn is_visible(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_silent(c) && c != '\u{2800}')
}

/// Takes line breaks (and spaces, unless they matter) from the start; says how many line breaks.
fn trim_start(spans: &mut Vec<(String, SpanStyle)>, keep_indent: bool) -> usize {
    let mut breaks = 0;
    let mut empty = 0;
    for (text, style) in spans.iter_mut() {
        if style.image {
            break;
        }
        // Blank lines go; the indent of the first line stays where it was meant.
        let body = text.trim_start();
        let mut kept = text[..text.len() - body.len()].rfind('\n').map_or(0, |at| at + 1);
        if body.is_empty() {
            kept = text.len();
        } else if !keep_indent {
            kept += text[kept..].len() - text[kept..].trim_start_matches(' ').len();
        }
        breaks += text[..kept].matches('\n').count();
        text.drain(..kept);
        if !text.is_empty() {
            break;
        }
        empty += 1;
    }
    spans.drain(..empty);
    breaks
}

/// Takes white space from the end; says how many line breaks it had.
fn trim_end(spans: &mut Vec<(String, SpanStyle)>) -> usize {
    let mut breaks = 0;
    while let Some((text, style)) = spans.last_mut() {
        if style.image {
            break;
        }
        let kept = text.trim_end().len();
        breaks += text[kept..].matches('\n').count();
        text.truncate(kept);
        if !text.is_empty() {
            break;
        }
        spans.pop();
    }
    breaks
}
