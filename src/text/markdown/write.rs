//! What is within the lines of a text: words, and signs around them.
//!
//! Owns which style can be written where: a sign that would be taken for text is left out, and a sign that is
//! text gets a backslash where it needs one. What was written is read again; where that says something else, it
//! is written with fewer signs. Knows nothing of blocks but how they begin.

use std::fmt::Write as _;

use super::back::safe_line;
use super::{address, signs, stands_apart, to_html};
use crate::text::html::{self, Block, Link, Span, SpanStyle};

/// How lines belong together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// A paragraph; blank lines part it.
    Text,
    /// An item: without blank lines, and its first line begins no block.
    Item,
    /// One line.
    Line,
}

/// How much of the style is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    All,
    /// Links and pictures.
    Links,
    None,
}

/// The lines of some blocks; what breaks a line within them is one, too.
pub(super) fn lines(blocks: &[Block]) -> Vec<Vec<Span>> {
    let mut lines: Vec<Vec<Span>> = Vec::new();
    for block in blocks {
        lines.push(Vec::new());
        for span in &block.spans {
            for (at, text) in span.text.each_line().enumerate() {
                if at > 0 {
                    lines.push(Vec::new());
                }
                if let Some(line) = lines.last_mut().filter(|_| !text.is_empty() || span.style.image) {
                    line.push(Span { text, style: span.style });
                }
            }
        }
    }
    lines
}

/// Some blocks as lines of Markdown.
pub(super) fn unit(blocks: &[Block], links: &[Link], manner: Manner, has_lists: bool) -> String {
    let lines = lines(blocks);
    let mut parts: Vec<Vec<&[Span]>> = vec![Vec::new()];
    for line in &lines {
        let is_blank = line.iter().all(|span| span.text.trim().is_empty() && !span.style.image);
        match parts.last_mut() {
            Some(part) if !is_blank => part.push(line),
            Some(part) if manner == Manner::Text && !part.is_empty() => parts.push(Vec::new()),
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    let parts: Vec<String> = parts.iter().map(|part| paragraph(part, links, manner, has_lists)).collect();
    parts.join("\n\n")
}

/// A table's cell as Markdown on one line.
pub(super) fn cell(cell: &[Span], links: &[Link]) -> String {
    let lines: Vec<Vec<Span>> = cell
        .iter()
        .map(|span| Span { text: crate::text::clean(&span.text), style: span.style })
        .map(|span| vec![span])
        .collect();
    let line: Vec<Span> = lines.into_iter().flatten().collect();
    paragraph(&[line.as_slice()], links, Manner::Line, false)
}

fn paragraph(lines: &[&[Span]], links: &[Link], manner: Manner, has_lists: bool) -> String {
    let mut plain = String::new();
    for signs in [Signs::All, Signs::Links, Signs::None] {
        let mut writer = Writer { links, signs, out: String::new(), said: String::new() };
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                let between = if manner == Manner::Line { ' ' } else { '\n' };
                writer.out.push(between);
                writer.said.push(between);
            }
            writer.line(line, manner == Manner::Text);
        }
        let spelled = signs::spell(&writer.out);
        let begins_block = |at: usize| manner == Manner::Text || (manner == Manner::Item && at > 0);
        let safe = spelled.split('\n').enumerate();
        let safe = safe.map(|(at, line)| if begins_block(at) { safe_line(line, has_lists) } else { line.to_owned() });
        plain = safe.collect::<Vec<_>>().join("\n");
        let is_simple = writer.said == writer.out && spelled == writer.out && plain == spelled;
        if (is_simple && !plain.contains(['*', '_', '`', '['])) || reads(&plain, manner) == words(&writer.said) {
            break;
        }
    }
    plain
}

/// The words that a reader sees.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same of what was written.
fn reads(markdown: &str, manner: Manner) -> String {
    // What stands behind the sign of an item or a heading begins no block.
    let html = if manner == Manner::Text { to_html(markdown) } else { to_html(&format!("x {markdown}")) };
    let mut text = String::new();
    for block in &html::blocks(&html).blocks {
        for span in block.each_span() {
            text.push_str(&span.text);
        }
        text.push(' ');
    }
    let text = words(&text);
    if manner == Manner::Text { text } else { text.strip_prefix("x ").unwrap_or_default().to_owned() }
}

struct Writer<'l> {
    links: &'l [Link],
    signs: Signs,
    /// What is written; signs that are text are what stands for them.
    out: String,
    /// What it says.
    said: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Link(usize),
    Strong,
    Emphasis,
    Strike,
}

impl Style {
    fn is_on(self, style: SpanStyle) -> bool {
        match self {
            Self::Link(number) => style.link == Some(number) && !style.image,
            Self::Strong => style.strong && !style.code,
            Self::Emphasis => style.emphasis && !style.code,
            Self::Strike => style.strike,
        }
    }
}

impl Writer<'_> {
    fn line(&mut self, line: &[Span], keeps_indent: bool) {
        let mut spans = line.to_vec();
        let blank = |sign: char| matches!(sign, ' ' | '\u{A0}');
        // What a line begins with is its indent.
        for span in &mut spans {
            let bare = span.text.trim_start_matches(blank);
            if keeps_indent {
                let indent = " ".repeat(span.text.chars().take_while(|sign| blank(*sign)).count());
                self.out.push_str(&indent);
                self.said.push_str(&indent);
            }
            let (is_blank, skip) = (bare.is_empty(), span.text.len() - bare.len());
            span.text = span.text.slice(skip..span.text.len());
            if !is_blank || span.style.image {
                break;
            }
        }
        self.spans(&spans, &[], "");
    }

    /// Spans in which some styles are on already; `after` is what follows them.
    fn spans(&mut self, spans: &[Span], on: &[Style], after: &str) {
        let mut at = 0;
        while let Some(span) = spans.get(at) {
            let rest = spans.get(at..).unwrap_or_default();
            let mut styles = vec![Style::Strong, Style::Emphasis, Style::Strike];
            styles.extend(span.style.link.map(Style::Link));
            let run = |style: &Style| rest.iter().take_while(|span| style.is_on(span.style)).count();
            // The one that goes farthest is around the others; of several a link.
            let outer = styles.into_iter().filter(|style| !on.contains(style) && self.writes(*style));
            let outer = outer.map(|style| (run(&style), style)).filter(|(len, _)| *len > 0).max_by_key(|(len, _)| *len);
            let (len, style) = outer.map_or((1, None), |(len, style)| (len, Some(style)));
            let (own, behind) = rest.split_at(len);
            let mut next: String = behind.iter().map(|span| span.text.as_str()).take(2).collect();
            next.push_str(if behind.is_empty() { after } else { "" });
            match style {
                Some(Style::Link(number)) => self.link(own, number, on, &next),
                Some(style) => self.styled(own, style, on, &next),
                None => self.words(span, &next),
            }
            at += len;
        }
    }

    fn writes(&self, style: Style) -> bool {
        match style {
            Style::Link(_) => self.signs != Signs::None,
            Style::Strong | Style::Emphasis => self.signs == Signs::All,
            Style::Strike => true,
        }
    }

    fn styled(&mut self, own: &[Span], style: Style, on: &[Style], next: &str) {
        let on: Vec<Style> = on.iter().copied().chain([style]).collect();
        let sign = match style {
            Style::Strong => "**",
            Style::Emphasis => "_",
            _ => "~~",
        };
        let whole: String = own.iter().map(|span| span.text.as_str()).collect();
        let words = whole.trim();
        let (before, after) = (whole.len() - whole.trim_start().len(), whole.len() - whole.trim_end().len());
        if words.is_empty() || !self.stands(words, if after > 0 { " " } else { next }, sign, before > 0) {
            return self.spans(own, &on, next);
        }
        let blanks = |writer: &mut Self, len: usize| {
            for _ in 0..len {
                writer.out.push(' ');
                writer.said.push(' ');
            }
        };
        blanks(self, usize::from(before > 0));
        self.out.push_str(sign);
        if style == Style::Strike {
            self.said.push_str(sign);
        }
        let mut inner = own.to_vec();
        trim(&mut inner);
        self.spans(&inner, &on, sign);
        self.out.push_str(sign);
        if style == Style::Strike {
            self.said.push_str(sign);
        }
        blanks(self, usize::from(after > 0));
    }

    /// Whether signs around these words would be read as such, here.
    fn stands(&self, words: &str, next: &str, sign: &str, after_blank: bool) -> bool {
        let is_words = words.chars().any(char::is_alphanumeric)
            && !words.starts_with(signs::is_no_beginning)
            && !words.ends_with('\\');
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        let before: String = line.chars().map(signs::shown).collect::<String>() + if after_blank { " " } else { "" };
        let range = before.len()..before.len() + 1;
        is_words && !before.ends_with(sign) && stands_apart(&format!("{before}x{next}"), &range)
    }

    fn link(&mut self, own: &[Span], number: usize, on: &[Style], next: &str) {
        let on: Vec<Style> = on.iter().copied().chain([Style::Link(number)]).collect();
        let whole: String = own.iter().map(|span| span.text.as_str()).collect();
        let label = whole.trim();
        let url = number.checked_sub(1).and_then(|at| self.links.get(at)).map(|link| link.url.as_raw());
        let Some(url) = url.filter(|_| !label.is_empty()) else { return self.spans(own, &on, next) };
        let found = address::find(label);
        let is_bare = match found.as_slice() {
            [(range, target)] => *range == (0..label.len()) && leads_to(target, url),
            _ => false,
        };
        if is_bare {
            return self.spans(own, &on, next);
        }
        if whole.starts_with(char::is_whitespace) {
            self.out.push(' ');
            self.said.push(' ');
        }
        self.out.push('[');
        let mut inner = own.to_vec();
        trim(&mut inner);
        self.spans(&inner, &on, "]");
        let gap = if self.out.ends_with('\\') { " " } else { "" };
        let _ = write!(self.out, "{gap}]({})", target(url));
        if whole.ends_with(char::is_whitespace) {
            self.out.push(' ');
            self.said.push(' ');
        }
    }

    /// Words, code or a picture.
    fn words(&mut self, span: &Span, next: &str) {
        if span.style.image {
            let url = span.style.link.and_then(|number| self.links.get(number.checked_sub(1)?));
            let alt = span.text.strip_prefix("[image").and_then(|rest| rest.strip_suffix(']'));
            if let Some((url, alt)) = url.zip(alt).filter(|_| self.signs != Signs::None) {
                let alt: String = alt.trim_start_matches([':', ' ']).chars().map(signs::literal).collect();
                let _ = write!(self.out, "![{alt}]({})", target(url.url.as_raw()));
                self.said.push_str(&span.text);
                return;
            }
        }
        let words = span.text.trim();
        let blank = |at: usize| if at > 0 { " " } else { "" };
        let before = blank(span.text.len() - span.text.trim_start().len());
        let after = blank(span.text.len() - span.text.trim_end().len());
        let is_code = span.style.code
            && self.signs == Signs::All
            && words.contains(|sign| !matches!(sign, '`' | ' '))
            && !self.out.ends_with(['`', '\u{E003}'])
            && !next.starts_with('`');
        let next = if after.is_empty() { next } else { " " };
        if is_code && self.stands(&format!("x{}", words.replace('\\', "/")), next, "`", !before.is_empty()) {
            let longest = words.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
            let ticks = "`".repeat(longest + 1);
            let room = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
            let _ = write!(self.out, "{before}{ticks}{room}{words}{room}{ticks}{after}");
            let _ = write!(self.said, "{before}{words}{after}");
            return;
        }
        let mut text = span.text.to_string();
        while text.contains("\u{A0} ") || text.contains(" \u{A0}") || text.contains("\u{A0}\u{A0}") {
            text = text.replace("\u{A0} ", "  ").replace(" \u{A0}", "  ").replace("\u{A0}\u{A0}", "  ");
        }
        self.said.push_str(&text);
        self.out.extend(text.chars().map(signs::literal));
    }
}

/// Whether an address is another way to write a link's.
fn leads_to(address: &str, url: &str) -> bool {
    address == url || Link::to(address).is_some_and(|link| link.url.as_raw() == url)
}

/// Takes blanks from both ends.
fn trim(spans: &mut Vec<Span>) {
    while let Some(first) = spans.first_mut().filter(|span| !span.style.image) {
        let bare = first.text.trim_start();
        first.text = first.text.slice(first.text.len() - bare.len()..first.text.len());
        if !first.text.is_empty() {
            break;
        }
        spans.remove(0);
    }
    while let Some(last) = spans.last_mut().filter(|span| !span.style.image) {
        last.text = last.text.slice(0..last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        spans.pop();
    }
}

/// A link's target, so that nothing in it ends it.
fn target(url: &str) -> String {
    let mut depth = 0_i32;
    let balanced = url.chars().all(|sign| {
        depth += i32::from(sign == '(') - i32::from(sign == ')');
        depth >= 0
    }) && depth == 0;
    let mut target = String::with_capacity(url.len());
    for (at, sign) in url.char_indices() {
        match sign {
            '(' | ')' if !balanced || url.contains("](") => target.push_str(if sign == '(' { "%28" } else { "%29" }),
            '\\' => target.push_str("%5C"),
            '<' => target.push_str("%3C"),
            '>' => target.push_str("%3E"),
            '&' if url.get(at..).is_some_and(|rest| rest.contains(';')) => target.push_str("&amp;"),
            _ if sign.is_whitespace() || sign.is_control() => target.push_str("%20"),
            _ => target.push(sign),
        }
    }
    target
}
