//! Blocks to lines of a given width. Pure; whoever draws keeps what it gives.

use std::cell::Cell;
use std::ops::Range;

use super::columns;
use super::document::{Block, BlockKind, Document, Fold, Span, SpanStyle};
use super::links::{Link, LinkKind};
use crate::text::measure::break_lines;
use crate::text::{Clean, bidi, clean, width};

/// Cells of one level of quoting: a bar and a space.
const GUTTER_CELLS: usize = 2;
/// Levels of quoting drawn; deeper ones look like this.
const GUTTER_LEVELS: u8 = 4;
/// Cells of one level of lists.
const INDENT_CELLS: usize = 2;
/// Levels of lists drawn.
const INDENT_LEVELS: u8 = 6;
/// Text keeps this many cells; gutters and indents give way.
const TEXT_CELLS: usize = 12;
/// Fewer folded lines than this are shown: a fold takes a line itself.
const FOLD_LINES: usize = 3;
/// Lines of one body; nobody reads more.
const LINES_CAP: usize = 20_000;

/// A line to draw: the gutter, then the lead, then the spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Levels of quoting to draw as bars, two cells each.
    pub gutter: u8,
    /// Indent and list marker.
    pub lead: Clean,
    /// The text.
    pub spans: Vec<Span>,
    /// For each span, which letter of the document it begins with: letters are scalars that are no white space,
    /// counted from 0 in the order of blocks, in a table in that of its cells. Markers have none.
    pub places: Vec<u32>,
    /// The text that it is of begins from the right.
    pub from_right: bool,
}

/// What a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineKind {
    /// Text, or a blank line.
    #[default]
    Text,
    /// Text of a heading of level 1 to 6.
    Heading(u8),
    /// Text whose spaces matter.
    Code,
    /// A line across; no spans.
    Rule,
    /// So many lines are folded away here; no spans.
    Folded {
        /// What they are.
        fold: Fold,
        /// How many.
        lines: usize,
    },
    /// What a table's columns are called.
    TableHead,
    /// A row of a table: cells with their padding, and what stands between them as marker spans.
    TableRow,
    /// A thin line between rows, drawn by its marker spans.
    TableRule,
    /// So many further rows of a table are not shown; no spans.
    MoreRows(usize),
    /// The rest of the body was too long to be read; no spans.
    Cut,
}

impl Line {
    /// Which letter of the document is the first on it; none where it has none.
    #[must_use]
    pub fn first_letter(&self) -> Option<u32> {
        let own = self.spans.iter().zip(&self.places).filter(|(span, _)| !span.style.marker && !span.text.is_blank());
        own.map(|(_, place)| *place).filter(|place| *place != NOWHERE).min()
    }

    /// Cells of gutter, lead and text.
    #[must_use]
    pub fn width(&self) -> usize {
        let text: usize = self.spans.iter().map(|span| width(&span.text)).sum();
        usize::from(self.gutter) * GUTTER_CELLS + width(&self.lead) + text
    }
}

/// Lines of at most `cells` cells. With `fold_quotes`, earlier messages and signatures of three lines or
/// more are one [`LineKind::Folded`] line each. Linear in the document; gives 20,000 lines at most, the last of
/// them [`LineKind::Cut`] where that is not all.
#[must_use]
pub fn layout(document: &Document, cells: u16, fold_quotes: bool) -> Vec<Line> {
    let cells = usize::from(cells);
    let mut lines = Vec::new();
    if cells == 0 {
        return lines;
    }
    let links = Targets { links: &document.links, said: Cell::new(0) };
    let mut rest = document.blocks.as_slice();
    let mut cut = document.cut;
    let mut letters = 0;
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|block| block.fold == first.fold).count();
        let (blocks, after) = rest.split_at(run);
        rest = after;
        let start = lines.len();
        for block in blocks {
            if lines.len() >= LINES_CAP {
                break;
            }
            lay(block, &links, cells, letters, &mut lines);
            letters = block.each_span().fold(letters, letter_after);
        }
        if let (Some(fold), true) = (first.fold, fold_quotes) {
            fold_from(&mut lines, start, first.gap, fold);
            links.back_to(0);
        }
        if lines.len() >= LINES_CAP {
            lines.truncate(LINES_CAP);
            cut = true;
            break;
        }
    }
    if cut {
        lines.push(Line { kind: LineKind::Cut, ..Line::default() });
    }
    lines
}

fn fold_from(lines: &mut Vec<Line>, start: usize, gap: bool, fold: Fold) {
    let start = start + usize::from(gap);
    let count = lines.len().saturating_sub(start);
    if count >= FOLD_LINES {
        lines.truncate(start);
        lines.push(Line { kind: LineKind::Folded { fold, lines: count }, ..Line::default() });
    }
}

/// Lays out a block, whose first letter is this one of the document.
fn lay(block: &Block, links: &Targets<'_>, cells: usize, letters: u32, lines: &mut Vec<Line>) {
    let gutter = gutter(block.quote_depth, cells);
    let room = cells - usize::from(gutter) * GUTTER_CELLS;
    if block.gap && !lines.is_empty() {
        // The blank line belongs to the shallower of its neighbours.
        let above = lines.last().map_or(gutter, |line| line.gutter);
        lines.push(Line { gutter: gutter.min(above), ..Line::default() });
    }
    let (lead, follow) = leads(block, room);
    let kind = match &block.kind {
        BlockKind::Paragraph | BlockKind::ListItem { .. } => LineKind::Text,
        BlockKind::Heading(level) => LineKind::Heading(*level),
        BlockKind::Code => LineKind::Code,
        BlockKind::Rule => {
            lines.push(Line { kind: LineKind::Rule, gutter, ..Line::default() });
            return;
        }
        BlockKind::Table(table) => {
            columns::lay(table, links, &columns::Place { gutter, lead: &lead, letters }, room, lines);
            return;
        }
    };
    let flow = Flow::of(&block.spans, letters, links);
    let first_room = room - width(&lead);
    let mut lead = Some(lead);
    let mut cut = flow.cut();
    let mut side = Side::of(&flow.text);
    for range in break_lines(&flow.text, first_room, room - width(&follow)) {
        let from_right = side.take(&range);
        let Placed { spans, places } = cut.take(&range);
        let lead = lead.take().unwrap_or_else(|| follow.clone());
        lines.push(Line { kind, gutter, lead, spans, places, from_right });
    }
}

/// From which side the lines of a text begin: each as the first letter after the last line break says.
struct Side<'a> {
    text: &'a str,
    is_mixed: bool,
    /// Where the last line ended, once there was one.
    end: Option<usize>,
    from_right: bool,
}

impl<'a> Side<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, is_mixed: bidi::is_mixed(text), end: None, from_right: false }
    }

    /// Whether the next line begins from the right.
    fn take(&mut self, line: &Range<usize>) -> bool {
        if self.is_mixed {
            let breaks = |end| self.text.get(end..line.start).is_some_and(|between| between.contains('\n'));
            if self.end.is_none_or(breaks) {
                let rest = self.text.get(line.start..).unwrap_or_default();
                self.from_right = bidi::begins_right(rest.split('\n').next().unwrap_or_default());
            }
            self.end = Some(line.end);
        }
        self.from_right
    }
}

fn gutter(quote_depth: u8, cells: usize) -> u8 {
    let fits = cells.saturating_sub(TEXT_CELLS) / GUTTER_CELLS;
    quote_depth.min(GUTTER_LEVELS).min(u8::try_from(fits).unwrap_or(u8::MAX))
}

/// What stands before the first line and before the others, at most `room` less one cell.
fn leads(block: &Block, room: usize) -> (Clean, Clean) {
    let spaces = |cells: usize| Clean::vouch(" ".repeat(cells));
    let most = room.saturating_sub(TEXT_CELLS);
    let levels = |levels: u8| (usize::from(levels.min(INDENT_LEVELS)) * INDENT_CELLS).min(most);
    let BlockKind::ListItem { marker, depth } = &block.kind else {
        let indent = spaces(levels(block.indent));
        return (indent.clone(), indent);
    };
    let mut lead = spaces(levels(depth.saturating_sub(1)));
    lead.push(marker);
    lead.push(&spaces(1));
    if width(&lead) >= room {
        return (Clean::default(), Clean::default());
    }
    let follow = spaces(width(&lead));
    (lead, follow)
}

/// What is not of the document's words is at no letter of it.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The letter after a span that begins with this one.
pub(super) fn letter_after(letters: u32, span: &Span) -> u32 {
    if span.style.marker { letters } else { letters.saturating_add(letters_of(&span.text)) }
}

fn letters_of(text: &str) -> u32 {
    let count = if text.is_ascii() {
        text.bytes().filter(|byte| !char::from(*byte).is_whitespace()).count()
    } else {
        text.chars().filter(|scalar| !scalar.is_whitespace()).count()
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Spans, and which letter of the document each begins with.
#[derive(Default)]
pub(super) struct Placed {
    pub(super) spans: Vec<Span>,
    pub(super) places: Vec<u32>,
}

impl Placed {
    pub(super) fn push(&mut self, span: Span, place: u32) {
        self.spans.push(span);
        self.places.push(place);
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.spans.append(&mut other.spans);
        self.places.append(&mut other.places);
    }
}

/// Text in one string, with the numbers of its links, and where each style ends.
#[derive(Default)]
pub(super) struct Flow {
    pub(super) text: String,
    runs: Vec<Run>,
    /// Which letter of the document comes next.
    letters: u32,
}

/// Text of one style.
struct Run {
    end: usize,
    style: SpanStyle,
    /// Which letter of the document it begins with.
    place: u32,
}

impl Flow {
    pub(super) fn of(spans: &[Span], letters: u32, links: &Targets<'_>) -> Self {
        let mut flow = Self { letters, ..Self::default() };
        flow.push_spans(spans, links);
        flow
    }

    /// What is put behind begins with this letter of the document.
    pub(super) const fn go_on_at(&mut self, letters: u32) {
        self.letters = letters;
    }

    /// Puts spans behind, each link with its number.
    pub(super) fn push_spans(&mut self, spans: &[Span], links: &Targets<'_>) {
        let mut spans = spans.iter().peekable();
        while let Some(span) = spans.next() {
            self.push(&span.text, span.style);
            let Some(number) = span.style.link else { continue };
            let goes_on = spans.peek().is_some_and(|next| next.style.link == Some(number));
            if goes_on {
                continue;
            }
            if let Some(text) = links.marker(number, &span.text) {
                self.push(&text, SpanStyle { marker: true, link: Some(number), ..SpanStyle::default() });
            }
        }
    }

    pub(super) fn push(&mut self, text: &Clean, style: SpanStyle) {
        self.text.push_str(text);
        self.runs.push(Run { end: self.text.len(), style, place: self.letters });
        if !style.marker {
            self.letters = self.letters.saturating_add(letters_of(text));
        }
    }

    /// Hands out the text line by line.
    pub(super) fn cut(&self) -> Cut<'_> {
        Cut { text: &self.text, runs: &self.runs, start: 0, passed: 0 }
    }
}

/// The styled pieces of lines, taken in order.
pub(super) struct Cut<'a> {
    text: &'a str,
    runs: &'a [Run],
    /// Where the first of the runs begins.
    start: usize,
    /// So many letters of it were taken.
    passed: u32,
}

impl Cut<'_> {
    /// The pieces of the next line.
    pub(super) fn take(&mut self, range: &Range<usize>) -> Placed {
        let mut placed = Placed::default();
        while let Some((run, after)) = self.runs.split_first() {
            let piece = self.start.max(range.start)..run.end.min(range.end);
            if let Some(text) = self.text.get(piece).filter(|text| !text.is_empty()) {
                let place = run.place.saturating_add(self.passed);
                placed.push(Span { text: Clean::vouch(text.to_owned()), style: run.style }, place);
                self.passed += letters_of(text);
            }
            if run.end > range.end {
                break;
            }
            (self.start, self.passed) = (run.end, 0);
            self.runs = after;
        }
        placed
    }
}

/// Where a document's links lead, while it is laid out.
pub(super) struct Targets<'a> {
    links: &'a [Link],
    /// The link whose host was said last; 0 at first.
    said: Cell<usize>,
}

impl Targets<'_> {
    /// What was said last, to go back to when something is laid out once more.
    pub(super) fn place(&self) -> usize {
        self.said.get()
    }

    /// Forgets what was said since then.
    pub(super) fn back_to(&self, place: usize) {
        self.said.set(place);
    }

    /// ` [3]`, with `!` where the link deceives, and with the host where neither the words nor the marker before
    /// it name it. It holds together at a line's end.
    fn marker(&self, number: usize, words: &str) -> Option<Clean> {
        let link = number.checked_sub(1).and_then(|index| self.links.get(index))?;
        let again = self.said.replace(number) == number;
        let named = again
            || link.kind == LinkKind::Image
            || (!link.is_disguised() && words.to_lowercase().contains(link.host.as_str()));
        let sign = if link.deceives() { "\u{A0}!" } else { "" };
        let host = if named { String::new() } else { format!("\u{A0}{}", link.host) };
        let text = format!("\u{A0}[{number}{sign}{host}]");
        Some(clean(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::blocks;
    use super::*;

    fn lines(html: &str, cells: u16, fold: bool) -> Vec<String> {
        let say = |line: &Line| {
            let text: String = line.spans.iter().map(|span| span.text.as_str()).collect();
            let body = match line.kind {
                LineKind::Rule => "----".to_owned(),
                LineKind::Folded { lines, fold } => format!("… {lines} {fold:?}"),
                LineKind::Cut => "cut".to_owned(),
                _ => text.replace('\u{A0}', " "),
            };
            format!("{}{}{body}", "│ ".repeat(usize::from(line.gutter)), line.lead)
        };
        layout(&blocks(html), cells, fold).iter().map(say).collect()
    }

    #[test]
    fn text_is_wrapped_with_its_styles() {
        let document = blocks("<p>one <b>two three</b> four</p>");
        let laid = layout(&document, 9, false);
        let texts: Vec<Vec<&str>> =
            laid.iter().map(|line| line.spans.iter().map(|span| span.text.as_str()).collect()).collect();
        assert_eq!(texts, [vec!["one ", "two"], vec!["three"], vec!["four"]]);
        assert!(laid[1].spans[0].style.strong);
    }

    #[test]
    fn list_items_hang() {
        assert_eq!(
            lines("<ul><li>aaa bbb ccc ddd<ul><li>x</ul><li>y</ul>", 14, false),
            ["• aaa bbb ccc", "  ddd", "  ◦ x", "• y"]
        );
        assert_eq!(lines("<ol><li>a<p>b</ol>", 20, false), ["1. a", "", "  b"]);
    }

    #[test]
    fn quotes_have_a_gutter() {
        assert_eq!(
            lines("hi<blockquote>old<blockquote>older</blockquote></blockquote>", 40, false),
            ["hi", "", "│ old", "│ ", "│ │ older"]
        );
    }

    #[test]
    fn history_folds_to_one_line_and_unfolds() {
        let html = "<p>Thanks</p><p>On 3 May 2025 Ana wrote:</p><blockquote><p>a</p><p>b</p></blockquote>";
        assert_eq!(lines(html, 40, true), ["Thanks", "", "… 5 Quoted"]);
        assert_eq!(lines(html, 40, false).len(), 7);
        assert_eq!(lines("<p>Thanks</p><blockquote>short</blockquote>", 40, true), ["Thanks", "", "│ short"]);
    }

    #[test]
    fn links_say_where_they_go() {
        assert_eq!(
            lines("<a href='https://evil.example/x'>Click <b>here</b></a>!", 60, false),
            ["Click here [1 evil.example]!"]
        );
        assert_eq!(lines("see https://a.org/x now", 60, false), ["see https://a.org/x [1] now"]);
        assert_eq!(
            lines("<a href='https://evil.example'>evil.example.bank.com</a>", 60, false),
            ["evil.example.bank.com [1 ! evil.example]"]
        );
        assert_eq!(lines("<img src='https://a.org/i.png' alt=Map>", 60, false), ["[image: Map] [1]"]);
    }

    #[test]
    fn code_keeps_its_spaces_and_rules_are_lines() {
        assert_eq!(lines("<pre>if x:\n    y()</pre><hr>", 40, false), ["if x:", "    y()", "", "----"]);
    }

    #[test]
    fn tiny_widths_are_survived() {
        let html = "<blockquote><blockquote><ol><li>long words 日本 <a href='https://a.org'>x</a></ol></blockquote></blockquote>";
        for cells in 0..20 {
            for line in layout(&blocks(html), cells, false) {
                assert!(line.width() <= usize::from(cells));
            }
        }
    }

    #[test]
    fn a_cut_body_says_so_at_its_end() {
        let document = Document { cut: true, ..blocks("<p>a</p>") };
        assert_eq!(layout(&document, 20, false).last().map(|line| line.kind), Some(LineKind::Cut));
    }
}
