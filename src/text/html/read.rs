//! From tags to pieces: what a body says, still as it came.
//!
//! Owns the walk with its stack of open elements (capped, never recursive), white space, lists, links,
//! hidden text and images. What it gives is not clean yet; `build` and `plain` make something of it.

use html5ever::LocalName;

use super::document::{Fold, SpanStyle};
use super::elements::{self, Kind};
use super::lists::{Item, Lists};
use super::looks::{Colour, Looks, Numbering};
use super::piece::{Marker, Piece, PieceKind, Reading, Words, are_visible, is_visible, trim_end, trim_start};
use super::programs;
use super::tables::OpenTable;
use super::tokens::{self, Attributes, DEPTH_CAP, Token};

/// Lines and blocks read of one body; the rest is not shown, and said to be missing.
const LINES_CAP: usize = 20_000;
/// Bytes kept of a link's target or an image's words.
const VALUE_CAP: usize = 8 * 1024;
/// Stands for `<` where there are no tags. No text has it: it is no character.
const NO_TAG: &str = "\u{FDD0}";

/// Reads a body, HTML or plain text.
pub(super) fn read(body: &str) -> Reading {
    read_while(body, &|| true).unwrap_or_default()
}

/// The same, as long as `go_on` says so; none when it did not come to the end.
pub(super) fn read_while(body: &str, go_on: &dyn Fn() -> bool) -> Option<Reading> {
    let (body, cut) = tokens::capped(body);
    let mut reader = Reader::default();
    if looks_like_html(body) {
        if !tokens::each_while(body, |token| reader.take(&token), go_on) {
            return None;
        }
    } else {
        reader.take_plain(body, go_on)?;
    }
    reader.flush();
    while !reader.stack.is_empty() {
        reader.leave();
    }
    reader.reading.cut |= cut;
    Some(reader.reading)
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
    elements::kind(name) != Kind::default() || elements::is_inline(name)
}

/// What an element changes while it is open.
#[derive(Clone, Default)]
#[allow(clippy::struct_excessive_bools)] // independent properties
struct State {
    style: SpanStyle,
    quote_depth: u8,
    /// Levels of indent beside those of lists.
    indent: u8,
    fold: Option<Fold>,
    keeps_space: bool,
    code_block: bool,
    heading: u8,
    hidden: bool,
    tiny: bool,
    /// In the colour of what is behind it.
    faint: bool,
    colour: Option<Colour>,
    background: Option<Colour>,
    attribution: bool,
    cited: bool,
    /// Where the link leads, by index into the reader's targets.
    target: Option<usize>,
    /// In a marker that Word wrote out.
    word_marker: bool,
    /// Within an element whose contents are not for reading.
    dropped: bool,
}

struct Frame {
    name: LocalName,
    kind: Kind,
    outside: State,
    lists: usize,
    tables: usize,
    margin: bool,
}

/// Whether a link has its number: it gets one with its first words.
#[derive(Clone, Copy)]
enum Numbered {
    NotYet,
    /// None for a target that is never opened.
    As(Option<usize>),
}

#[derive(Default)]
struct Reader {
    reading: Reading,
    state: State,
    stack: Vec<Frame>,
    /// Open elements beyond the depth that is kept.
    deeper: usize,
    lists: Lists,
    tables: Vec<OpenTable>,
    /// Targets of links, and what became of them.
    targets: Vec<(String, Numbered)>,
    /// The next block has a blank line before it.
    gap: bool,
    /// Everything from here on is an earlier message.
    rest_quoted: bool,
    words: Words,
    /// A space is due before the next word, in this style.
    space_waits: Option<SpanStyle>,
    /// The hidden text being passed over has been counted.
    counted: bool,
    /// Line breaks and blocks so far.
    lines: usize,
}

impl Reader {
    fn take(&mut self, token: &Token<'_>) {
        if self.lines >= LINES_CAP {
            self.reading.cut = true;
            return;
        }
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
        if self.state.hidden || self.state.tiny || self.state.faint {
            if !self.counted && is_visible(text) {
                self.counted = true;
                self.reading.hidden += 1;
            }
            return;
        }
        if self.state.word_marker {
            self.lists.take_word_marker(text);
        } else if self.state.keeps_space {
            self.push_lines(text);
        } else {
            self.push_folded(text);
        }
    }

    /// Text with line breaks of its own.
    fn push_lines(&mut self, text: &str) {
        let room = LINES_CAP - self.lines.min(LINES_CAP);
        let mut breaks = text.match_indices('\n').map(|(at, _)| at);
        match breaks.by_ref().nth(room) {
            Some(end) => {
                self.push(&text[..end]);
                self.lines = LINES_CAP;
                self.reading.cut = true;
            }
            None => {
                self.push(text);
                self.lines += text.matches('\n').count();
            }
        }
    }

    /// Text whose runs of white space are one space each.
    fn push_folded(&mut self, text: &str) {
        for (index, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if index > 0 && self.space_waits.is_none() {
                self.space_waits = Some(self.state.style);
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
        if self.words.last().is_some_and(|(text, style)| style.image || !text.ends_with([' ', '\n'])) {
            if let Some(number) = style.link {
                self.reading.links.note_text(number, " ");
            }
            self.append(" ", style);
        }
    }

    /// Text as it is, in the style of here.
    fn push(&mut self, text: &str) {
        self.number_link();
        if let Some(number) = self.state.style.link {
            self.reading.links.note_text(number, text);
        }
        self.append(text, self.state.style);
    }

    fn append(&mut self, text: &str, style: SpanStyle) {
        match self.words.last_mut() {
            Some((last, of)) if *of == style && !style.image => last.push_str(text),
            _ => self.words.push((text.to_owned(), style)),
        }
    }

    /// Gives the link of here its number, now that it has something to show.
    fn number_link(&mut self) {
        if self.state.style.link.is_some() {
            return;
        }
        let Some((target, numbered)) = self.state.target.and_then(|index| self.targets.get_mut(index)) else { return };
        self.state.style.link = match *numbered {
            Numbered::As(number) => number,
            Numbered::NotYet => {
                let number = self.reading.links.number(target, false);
                *numbered = Numbered::As(number);
                number
            }
        };
    }

    /// Ends the block that is being read.
    fn flush(&mut self) {
        self.space_waits = None;
        if self.words.is_empty() {
            return;
        }
        let mut words = std::mem::take(&mut self.words);
        if !are_visible(&words) {
            self.gap |= words.iter().any(|(text, _)| text.contains(['\n', '\u{A0}']));
            return;
        }
        let leading = trim_start(&mut words, self.state.keeps_space);
        let trailing = trim_end(&mut words);
        let mut indent = None;
        let kind = match self.lists.take_item(self.reading.pieces.len()) {
            Some(Item { marker: Marker::Number(_, Numbering::Nothing), .. }) => PieceKind::Paragraph,
            Some(item) => {
                indent = item.level;
                PieceKind::Item(item.marker)
            }
            None if self.state.code_block => PieceKind::Code,
            None if self.state.heading > 0 => PieceKind::Heading(self.state.heading),
            None => PieceKind::Paragraph,
        };
        self.put(kind, words, indent, leading > 0);
        // The last line break of a block only ends its last line.
        self.gap |= trailing > 1;
    }

    fn put(&mut self, kind: PieceKind, words: Words, indent: Option<u8>, gap: bool) {
        self.lines += 1;
        let gap = (std::mem::take(&mut self.gap) || gap) && !self.reading.pieces.is_empty();
        let levels = u8::try_from(self.lists.depth()).unwrap_or(u8::MAX);
        self.reading.pieces.push(Piece {
            kind,
            quote_depth: self.state.quote_depth,
            indent: indent.unwrap_or_else(|| levels.saturating_add(self.state.indent)),
            gap,
            fold: if self.rest_quoted { Some(Fold::Quoted) } else { self.state.fold },
            attribution: self.state.attribution,
            cited: self.state.cited,
            words,
        });
    }

    fn open(&mut self, name: &LocalName, attributes: Attributes<'_>, closed: bool) {
        let kind = elements::kind(name);
        if self.state.dropped && !kind.is_block() {
            if !closed && !kind.is_void() {
                self.enter(name, kind, false);
            }
            return;
        }
        self.end_implied(kind);
        if kind.is_void() {
            self.take_void(name, attributes);
            return;
        }
        if kind.is_block() {
            self.flush();
        }
        if attributes.is_empty() {
            let margin = kind.has_margin() && (self.lists.depth() == 0 || !is_list(name));
            self.gap |= margin;
            self.enter(name, kind, margin);
            self.apply_tag(name, kind, attributes, &Looks::default());
            return;
        }
        let looks = Looks::of(attributes);
        let usual = kind.has_margin() && (self.lists.depth() == 0 || !is_list(name));
        // A table keeps its distance whatever its style says: what it holds is something else.
        let is_table = &**name == "table";
        self.gap |= is_table || (kind.is_block() && looks.above.unwrap_or(usual));
        let margin = is_table || (kind.is_block() && looks.below.unwrap_or(usual));
        self.enter(name, kind, margin);
        self.apply(&looks, &**name == "a");
        self.apply_names(name, attributes);
        self.apply_tag(name, kind, attributes, &looks);
    }

    fn enter(&mut self, name: &LocalName, kind: Kind, margin: bool) {
        if self.stack.len() >= DEPTH_CAP {
            self.deeper += 1;
            return;
        }
        let outside = self.state.clone();
        let (lists, tables) = (self.lists.depth(), self.tables.len());
        self.stack.push(Frame { name: name.clone(), kind, outside, lists, tables, margin });
    }

    fn apply(&mut self, looks: &Looks, is_link: bool) {
        if self.deeper > 0 {
            // Nothing would take it back.
            return;
        }
        let state = &mut self.state;
        let was_seen = !(state.hidden || state.tiny || state.faint);
        state.hidden |= looks.hidden;
        state.tiny = looks.tiny.unwrap_or(state.tiny);
        state.colour = looks.colour.or(if is_link { None } else { state.colour });
        state.background = looks.background.or(state.background);
        if looks.colour.is_some() || looks.background.is_some() {
            // Only what is plain to see from the attributes: a style sheet may colour what has a class.
            let here = looks.colour.is_some() && looks.background.is_some();
            let same = state.colour.is_some() && state.colour == state.background;
            state.faint = same && (here || !looks.classed);
        } else if is_link || looks.classed {
            state.faint = false;
        }
        if was_seen && (state.hidden || state.tiny || state.faint) {
            self.counted = false;
        }
        state.style.strong = looks.strong.unwrap_or(state.style.strong);
        state.style.emphasis = looks.emphasis.unwrap_or(state.style.emphasis);
        state.style.strike |= looks.strike;
        state.keeps_space = looks.keeps_space.unwrap_or(state.keeps_space);
        state.word_marker |= looks.word_marker;
        if let Some(level) = looks.word_level {
            self.lists.open_word_item(level);
        }
    }

    /// Classes and ids by which mail programs mark history and signatures.
    fn apply_names(&mut self, tag: &str, attributes: Attributes<'_>) {
        let says = programs::Says::of(tag, attributes);
        self.rest_quoted |= says.rest_is_quoted;
        if self.deeper > 0 {
            return;
        }
        let state = &mut self.state;
        state.fold = if says.fold == Some(Fold::Quoted) { says.fold } else { state.fold.or(says.fold) };
        state.attribution |= says.attribution;
        state.cited |= says.cited;
        state.style.mention |= says.mention;
        state.quote_depth = state.quote_depth.saturating_add(u8::from(says.quotes));
    }

    fn apply_tag(&mut self, tag: &str, kind: Kind, attributes: Attributes<'_>, looks: &Looks) {
        if tag == "li" {
            self.lists.open_item(attributes, looks);
            return;
        }
        if self.deeper > 0 {
            return;
        }
        if kind.is_cell() {
            let at = self.reading.pieces.len();
            if let Some(table) = self.tables.last_mut() {
                table.open_cell(at, tag == "th", attributes);
            }
        }
        if kind.is_dropped() {
            self.state.dropped = true;
            return;
        }
        let state = &mut self.state;
        match tag {
            "b" | "strong" | "th" | "dt" => state.style.strong = true,
            "i" | "em" | "cite" | "var" | "dfn" => state.style.emphasis = true,
            "s" | "strike" | "del" => state.style.strike = true,
            "code" | "kbd" | "samp" | "tt" => state.style.code = true,
            "pre" | "listing" | "xmp" => (state.keeps_space, state.code_block) = (true, true),
            "textarea" => state.keeps_space = true,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => state.heading = tag.as_bytes()[1] - b'0',
            "dd" => state.indent = state.indent.saturating_add(1),
            // Without a border it only moves its text to the right.
            "blockquote" if looks.bordered == Some(false) && !state.cited => {
                state.indent = state.indent.saturating_add(1);
            }
            "blockquote" => {
                state.quote_depth = state.quote_depth.saturating_add(1);
                state.cited |= looks.bordered == Some(true);
            }
            "ul" | "menu" | "dir" => self.lists.open_bullets(looks),
            "ol" => self.lists.open_numbers(attributes, looks),
            "table" => {
                let at = self.reading.pieces.len();
                self.tables.push(OpenTable::new(at, attributes));
            }
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.open_row();
                }
            }
            "q" => self.take_text("“"),
            "a" => {
                if let Some(target) = attributes.get("href").filter(|target| target.len() <= VALUE_CAP) {
                    self.state.target = Some(self.targets.len());
                    self.state.style.link = None;
                    self.targets.push((target.to_owned(), Numbered::NotYet));
                }
            }
            _ => {}
        }
    }

    fn take_void(&mut self, tag: &str, attributes: Attributes<'_>) {
        let unseen = self.state.dropped || self.state.hidden;
        match tag {
            "br" if !unseen => {
                self.space_waits = None;
                self.lines += 1;
                self.append("\n", self.state.style);
            }
            "hr" => {
                self.flush();
                if !unseen {
                    self.put(PieceKind::Rule, Vec::new(), None, true);
                    self.gap = true;
                }
            }
            "img" => self.take_image(attributes),
            "input" if attributes.get("type").is_some_and(|of| of.eq_ignore_ascii_case("checkbox")) => {
                self.take_text(if attributes.has("checked") { "[x] " } else { "[ ] " });
            }
            _ => {}
        }
    }

    fn take_image(&mut self, attributes: Attributes<'_>) {
        let looks = Looks::of(attributes);
        let src = attributes.get("src").unwrap_or_default();
        let alt = attributes.get("alt");
        if looks.is_speck() {
            let fetched = src.trim_start().get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
            self.reading.trackers += usize::from(fetched && looks.is_pixel());
            return;
        }
        let unseen = self.state.dropped || self.state.hidden;
        if unseen || (alt.is_none_or(|alt| alt.trim().is_empty()) && (looks.is_icon() || programs::is_spacer(src))) {
            return;
        }
        let alt: Vec<&str> = alt.unwrap_or_default().split_whitespace().collect();
        let mut alt = alt.join(" ");
        if alt.len() > VALUE_CAP {
            alt.clear();
        }
        self.push_space();
        // What stands on a link leads there; by itself it can be looked at.
        self.number_link();
        let target = match self.state.style.link {
            Some(number) => {
                self.reading.links.note_text(number, &alt);
                Some(number)
            }
            None => self.reading.links.number(src, true),
        };
        self.words.push((alt, SpanStyle { image: true, link: target, ..self.state.style }));
    }

    /// Closes what this start tag ends by itself.
    fn end_implied(&mut self, opening: Kind) {
        if self.deeper > 0 || !opening.ends_some() {
            return;
        }
        let reach = self.stack.iter().rev().take_while(|frame| opening.ends(frame.kind) || !frame.kind.is_wall());
        let ended = reach.enumerate().filter(|(_, frame)| opening.ends(frame.kind)).map(|(above, _)| above + 1).last();
        for _ in 0..ended.unwrap_or(0) {
            self.leave();
        }
    }

    fn close(&mut self, name: &LocalName) {
        let tag: &str = name;
        if tag == "br" {
            self.take_void("br", Attributes::none());
            return;
        }
        let kind = elements::kind(tag);
        if self.deeper > 0 {
            self.deeper -= 1;
            if kind.is_block() {
                self.flush();
            }
            return;
        }
        let Some(above) = self.stack.iter().rev().position(|frame| frame.name == *name) else { return };
        // A stray `</b>` must not close the table cell that it stands in.
        if !kind.is_block() && self.stack.iter().rev().take(above).any(|frame| frame.kind.is_wall()) {
            return;
        }
        if tag == "q" {
            self.take_text("”");
        }
        for _ in 0..=above {
            self.leave();
        }
    }

    /// Closes the innermost open element.
    fn leave(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        if frame.kind.is_block() {
            self.flush();
            self.gap |= frame.margin;
        }
        if frame.kind.is_cell()
            && let Some(table) = self.tables.last_mut()
        {
            table.close_cell(self.reading.pieces.len());
        }
        if frame.kind.is_block() {
            self.lists.close_item(&*frame.name != "li");
        }
        self.lists.close_to(frame.lists, &mut self.reading.pieces);
        while self.tables.len() > frame.tables {
            if let Some(table) = self.tables.pop() {
                table.finish(&mut self.reading.pieces);
            }
            if let Some(outer) = self.tables.last_mut() {
                outer.has_inner = true;
            }
        }
        self.state = frame.outside;
    }

    /// Plain text: entities decoded, lines kept, a blank line parts paragraphs.
    fn take_plain(&mut self, body: &str, go_on: &dyn Fn() -> bool) -> Option<()> {
        let mut decoded = String::new();
        let mut whole = true;
        if body.contains('&') {
            // There are no tags in it: what looks like the start of one is taken round the tokenizer.
            decoded.reserve(body.len());
            let take = |token: Token<'_>| {
                if let Token::Text(piece) = token {
                    decoded.push_str(piece);
                }
            };
            whole = tokens::each_while(&body.replace('<', NO_TAG), take, go_on);
            decoded = decoded.replace(NO_TAG, "<");
        }
        let text = if decoded.is_empty() { body } else { &decoded };
        self.state.keeps_space = true;
        let mut lines = text.split('\n').peekable();
        let mut skip = 0;
        while let Some(line) = lines.next() {
            let own = line.get(skip..).unwrap_or_default();
            skip = 0;
            if self.lines >= LINES_CAP {
                self.reading.cut = true;
                break;
            }
            if is_visible(line) {
                self.lines += 1;
                self.push(own);
                match programs::flows_on(line, lines.peek().copied().unwrap_or_default()) {
                    Some(signs) => skip = signs,
                    None => self.push("\n"),
                }
            } else {
                self.flush();
                self.gap = true;
            }
        }
        whole.then_some(())
    }
}

fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "menu" | "dir")
}
