//! Blocks to lines of a given width. Pure; whoever draws keeps what it gives.

use super::document::{Block, BlockKind, Document, Fold, Span, SpanStyle};
use super::links::{Link, LinkKind};
use crate::text::measure::break_lines;
use crate::text::{Clean, clean, width};

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
    /// The rest of the body was too long to be read; no spans.
    Cut,
}

impl Line {
    /// Cells of gutter, lead and text.
    #[must_use]
    pub fn width(&self) -> usize {
        let text: usize = self.spans.iter().map(|span| width(&span.text)).sum();
        usize::from(self.gutter) * GUTTER_CELLS + width(&self.lead) + text
    }
}

/// Lines of at most `cells` cells. With `fold_quotes`, earlier messages and signatures of three lines or
/// more are one [`LineKind::Folded`] line each.
#[must_use]
pub fn layout(document: &Document, cells: u16, fold_quotes: bool) -> Vec<Line> {
    let cells = usize::from(cells);
    let mut lines = Vec::new();
    if cells == 0 {
        return lines;
    }
    let mut rest = document.blocks.as_slice();
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|block| block.fold == first.fold).count();
        let (blocks, after) = rest.split_at(run);
        rest = after;
        let start = lines.len();
        for block in blocks {
            lay(block, &document.links, cells, &mut lines);
        }
        if let (Some(fold), true) = (first.fold, fold_quotes) {
            fold_from(&mut lines, start, first.gap, fold);
        }
    }
    if document.cut {
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

fn lay(block: &Block, links: &[Link], cells: usize, lines: &mut Vec<Line>) {
    let gutter = gutter(block.quote_depth, cells);
    let room = cells - usize::from(gutter) * GUTTER_CELLS;
    if block.gap {
        // The blank line belongs to the shallower of its neighbours.
        let above = lines.last().map_or(gutter, |line| line.gutter);
        lines.push(Line { gutter: gutter.min(above), ..Line::default() });
    }
    let (lead, follow) = leads(block, room);
    let kind = match block.kind {
        BlockKind::Paragraph | BlockKind::ListItem { .. } => LineKind::Text,
        BlockKind::Heading(level) => LineKind::Heading(level),
        BlockKind::Code => LineKind::Code,
        BlockKind::Rule => {
            lines.push(Line { kind: LineKind::Rule, gutter, ..Line::default() });
            return;
        }
    };
    let flow = Flow::of(block, links);
    let mut runs = flow.runs.as_slice();
    let mut lead = Some(lead);
    for range in break_lines(&flow.text, room - lead.as_ref().map_or(0, |lead| width(lead)), room - width(&follow)) {
        let mut spans = Vec::new();
        while let Some(((end, style), after)) = runs.split_first() {
            let start = flow.start_of(runs);
            let piece = start.max(range.start)..(*end).min(range.end);
            if let Some(text) = flow.text.get(piece).filter(|text| !text.is_empty()) {
                spans.push(Span { text: Clean::vouch(text.to_owned()), style: *style });
            }
            if *end > range.end {
                break;
            }
            runs = after;
        }
        lines.push(Line { kind, gutter, lead: lead.take().unwrap_or_else(|| follow.clone()), spans });
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

/// A block's text in one string, with the numbers of its links, and where each style ends.
#[derive(Default)]
struct Flow {
    text: String,
    runs: Vec<(usize, SpanStyle)>,
}

impl Flow {
    fn of(block: &Block, links: &[Link]) -> Self {
        let mut flow = Self::default();
        let mut spans = block.spans.iter().peekable();
        while let Some(span) = spans.next() {
            flow.push(&span.text, span.style);
            let Some(number) = span.style.link else { continue };
            let goes_on = spans.peek().is_some_and(|next| next.style.link == Some(number) && !next.style.image);
            if goes_on && !span.style.image {
                continue;
            }
            if let Some(link) = number.checked_sub(1).and_then(|index| links.get(index)) {
                let style = SpanStyle { marker: true, link: Some(number), ..SpanStyle::default() };
                flow.push(&marker(number, link, &span.text), style);
            }
        }
        flow
    }

    fn push(&mut self, text: &Clean, style: SpanStyle) {
        self.text.push_str(text);
        self.runs.push((self.text.len(), style));
    }

    /// Where the first of the `runs` that are left begins.
    fn start_of(&self, runs: &[(usize, SpanStyle)]) -> usize {
        let passed = self.runs.len() - runs.len();
        passed.checked_sub(1).and_then(|last| self.runs.get(last)).map_or(0, |(end, _)| *end)
    }
}

/// ` [3]`, with the host where the words do not name it. It holds together at a line's end.
fn marker(number: usize, link: &Link, words: &str) -> Clean {
    let named = link.kind == LinkKind::Image || (!link.disguised && words.to_lowercase().contains(link.host.as_str()));
    if named { clean(&format!("\u{A0}[{number}]")) } else { clean(&format!("\u{A0}[{number}\u{A0}{}]", link.host)) }
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
            ["• aaa bbb ccc", "  ddd", "  • x", "• y"]
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
            ["evil.example.bank.com [1 evil.example]"]
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
