//! Markdown, as agents write it, to the HTML that customers get.
//!
//! Owns what counts as markup, which is less than in other programs, since a reply is a letter: bold,
//! italic, code, links, headings, quotes, lists of two items or more numbered from 1, fenced code.
//! Everything else is text, as typed: a line break stays one, HTML is shown, `#2214` and `snake_case` and
//! `C:\*.txt` stay what they are, and nothing typed disappears but the signs of markup. Blocks are found
//! here, line by line; what is within a line is `pulldown-cmark`'s reading of `CommonMark`, where it agrees
//! with the above. Text without markup is exactly [`from_plain`]'s. Enter at [`to_html`].

use std::fmt::Write as _;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::html::{escape, from_plain};

/// Stands before every line while its inside is read, so that no line can be the beginning of a block.
/// A character for private use, which no cleaned text holds, and a blank.
const SHIELD: &str = "\u{E000} ";
/// Quotes and lists within one another.
const DEEPEST: usize = 5;
/// A longer text is sent as it is: nobody writes markup into it.
const LONGEST: usize = 400 * 1024;

/// A text as the HTML that is sent for it.
#[must_use]
pub fn to_html(text: &str) -> String {
    if text.len() > LONGEST || !text.contains(['*', '_', '`', '[', '#', '>', '-', '.', ')']) {
        return from_plain(text);
    }
    let shielded;
    let source = if text.contains('\u{E000}') {
        shielded = text.replace('\u{E000}', "");
        shielded.as_str()
    } else {
        text
    };
    let lines: Vec<&str> = source.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut writer = Writer::default();
    writer.blocks(&lines, 0);
    if writer.marked { writer.html } else { from_plain(text) }
}

/// Whether a text has markup that means something.
#[must_use]
pub fn is_marked(text: &str) -> bool {
    to_html(text) != from_plain(text)
}

#[derive(Default)]
struct Writer {
    html: String,
    /// There was markup.
    marked: bool,
}

/// What a line begins.
enum Opens<'l> {
    Fence(usize),
    Heading(usize, &'l str),
    Quote,
    List(Marker),
}

/// How the items of a list begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    Bullet(char),
    /// The number, and what follows it.
    Number(u32, char),
}

impl Marker {
    /// The marker of the item after this one.
    const fn next(self) -> Self {
        match self {
            Self::Number(number, sign) => Self::Number(number + 1, sign),
            Self::Bullet(_) => self,
        }
    }
}

impl Writer {
    fn blocks(&mut self, lines: &[&str], depth: usize) {
        let mut at = 0;
        let mut paragraph = 0;
        while at < lines.len() {
            let rest = lines.get(at..).unwrap_or_default();
            let Some((opens, len)) = opening(rest, depth) else {
                if rest.first().is_some_and(|line| line.trim().is_empty()) {
                    self.paragraph(lines.get(paragraph..at).unwrap_or_default());
                    paragraph = at + 1;
                }
                at += 1;
                continue;
            };
            self.paragraph(lines.get(paragraph..at).unwrap_or_default());
            self.marked = true;
            let own = rest.get(..len).unwrap_or_default();
            match opens {
                Opens::Fence(indent) => self.fence(own, indent),
                Opens::Heading(level, words) => {
                    let _ = write!(self.html, "<h{level}>");
                    self.inline(&[words]);
                    let _ = write!(self.html, "</h{level}>");
                }
                Opens::Quote => {
                    let inner: Vec<&str> = own.iter().filter_map(|line| quoted(line)).collect();
                    self.html.push_str("<blockquote>");
                    self.blocks(&inner, depth + 1);
                    self.html.push_str("</blockquote>");
                }
                Opens::List(first) => self.list(own, first, depth),
            }
            at += len;
            paragraph = at;
        }
        self.paragraph(lines.get(paragraph..).unwrap_or_default());
    }

    fn paragraph(&mut self, lines: &[&str]) {
        if lines.iter().all(|line| line.trim().is_empty()) {
            return;
        }
        self.html.push_str("<p>");
        self.inline(lines);
        self.html.push_str("</p>");
    }

    fn fence(&mut self, lines: &[&str], indent: usize) {
        self.html.push_str("<pre><code>");
        let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
        for (index, line) in inner.iter().enumerate() {
            if index > 0 {
                self.html.push('\n');
            }
            let spaces = line.len() - line.trim_start_matches(' ').len();
            escape(line.get(spaces.min(indent)..).unwrap_or(line), &mut self.html);
        }
        self.html.push_str("</code></pre>");
    }

    fn list(&mut self, lines: &[&str], first: Marker, depth: usize) {
        let name = if matches!(first, Marker::Bullet(_)) { "ul" } else { "ol" };
        let _ = write!(self.html, "<{name}>");
        let mut item: Vec<&str> = Vec::new();
        // The column where the words of every item begin; what is indented as far belongs to an item.
        let indent = lines.first().and_then(|line| marker(line)).map_or(0, |(_, start, _)| start);
        let mut expected = first;
        for line in lines {
            let own = marker(line).filter(|(found, start, _)| *found == expected && *start == indent);
            if let Some((found, _, words)) = own {
                self.item(&item, depth);
                (item, expected) = (vec![words], found.next());
            } else {
                let spaces = line.len() - line.trim_start_matches(' ').len();
                item.push(line.get(spaces.min(indent)..).unwrap_or(line));
            }
        }
        self.item(&item, depth);
        let _ = write!(self.html, "</{name}>");
    }

    /// An item: words, then what is indented below them.
    fn item(&mut self, lines: &[&str], depth: usize) {
        let Some((first, rest)) = lines.split_first() else { return };
        self.html.push_str("<li>");
        let nested = (0..rest.len()).find(|at| opening(rest.get(*at..).unwrap_or_default(), depth + 1).is_some());
        let (words, blocks) = rest.split_at(nested.unwrap_or(rest.len()));
        let words: Vec<&str> = std::iter::once(*first).chain(words.iter().map(|line| line.trim_start())).collect();
        self.inline(&words);
        self.blocks(blocks, depth + 1);
        self.html.push_str("</li>");
    }

    /// The inside of some lines: words, line breaks, and markup within them.
    fn inline(&mut self, lines: &[&str]) {
        let mut source = String::new();
        for line in lines {
            source.push_str(SHIELD);
            source.push_str(line);
            source.push('\n');
        }
        source.pop();
        if !source.contains(['*', '_', '`', '[']) {
            return self.words(&source);
        }
        // Where what is written so far ends in the source.
        let mut done = 0;
        // For each open element: where its inside ends, where it ends, and its end tag; absent when it is
        // no markup to us.
        let mut open: Vec<Option<(usize, usize, &'static str)>> = Vec::new();
        for (event, range) in Parser::new_ext(&source, Options::empty()).into_offset_iter() {
            match event {
                Event::Start(tag) => {
                    let span = span_of(&tag, &source, &range);
                    if let Some((tag, inside, end)) = &span {
                        self.words(source.get(done..range.start).unwrap_or_default());
                        self.html.push_str(tag);
                        self.marked = true;
                        done = inside.start;
                        open.push(Some((inside.end, range.end, end)));
                    } else if !matches!(tag, Tag::Paragraph) {
                        open.push(None);
                    }
                }
                Event::End(TagEnd::Paragraph) => {}
                Event::End(_) => {
                    if let Some((inside, end, tag)) = open.pop().flatten() {
                        self.words(source.get(done..inside).unwrap_or_default());
                        self.html.push_str(tag);
                        done = end;
                    }
                }
                // An accent in the place of an apostrophe (``l`heure``) quotes nothing.
                Event::Code(code)
                    if code.replace(SHIELD, "").contains(|sign| !matches!(sign, '`' | ' '))
                        && stands_apart(&source, &range) =>
                {
                    self.words(source.get(done..range.start).unwrap_or_default());
                    self.html.push_str("<code>");
                    escape(&code.replace(SHIELD, ""), &mut self.html);
                    self.html.push_str("</code>");
                    self.marked = true;
                    done = range.end;
                }
                _ => {}
            }
        }
        self.words(source.get(done..).unwrap_or_default());
    }

    /// Words as they were typed, line breaks and indents kept.
    fn words(&mut self, source: &str) {
        for (index, line) in source.split('\n').enumerate() {
            if index > 0 {
                self.html.push_str("<br>");
            }
            let words = match line.strip_prefix(SHIELD) {
                Some(line) => {
                    let words = line.trim_start_matches(' ');
                    for _ in words.len()..line.len() {
                        self.html.push_str("&nbsp;");
                    }
                    words
                }
                None => line,
            };
            escape(words, &mut self.html);
        }
    }
}

/// What a tag of `CommonMark` is to us: our start tag, the inside, our end tag; nothing when it is text.
fn span_of(tag: &Tag<'_>, source: &str, range: &Range<usize>) -> Option<(String, Range<usize>, &'static str)> {
    let whole = source.get(range.clone())?;
    let (start, width, end) = match tag {
        Tag::Emphasis => ("<i>".to_owned(), 1, "</i>"),
        Tag::Strong if whole.starts_with("**") => ("<b>".to_owned(), 2, "</b>"),
        Tag::Link { link_type: LinkType::Inline, dest_url, .. } => {
            let is_web = ["https://", "http://", "mailto:"]
                .iter()
                .any(|scheme| dest_url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
            let inside = whole.rfind("](")?;
            if !is_web || whole.get(1..inside)?.replace(SHIELD, "").trim().is_empty() {
                return None;
            }
            let mut start = "<a href=\"".to_owned();
            escape(dest_url, &mut start);
            start.push_str("\">");
            return Some((start, range.start + 1..range.start + inside, "</a>"));
        }
        _ => return None,
    };
    let inside = range.start + width..range.end.checked_sub(width)?;
    let words = source.get(inside.clone())?;
    // Signs alone (`*_*`) are a face, not words; and `*.txt,*.pdf` are files.
    let words = words.replace(SHIELD, "");
    let is_words = words.chars().any(char::is_alphanumeric) && !words.starts_with(['.', ',', ';', '/', '\\', '|', ')']);
    (is_words && stands_apart(source, range)).then_some((start, inside, end))
}

/// Whether a range is no part of a word, a path or an address, where nothing is markup.
fn stands_apart(source: &str, range: &Range<usize>) -> bool {
    let (Some(before), Some(after)) = (source.get(..range.start), source.get(range.end..)) else { return false };
    let is_joint = |sign: char| {
        sign.is_alphanumeric() || matches!(sign, '/' | '\\' | '=' | '&' | '@' | '%' | '+' | '~' | '$' | '#')
    };
    let in_address = before.rsplit([' ', '\n']).next().is_some_and(|word| word.contains("://"));
    let mut next = after.chars();
    let goes_on = match next.next() {
        Some('.' | ':' | '-') => next.next().is_some_and(char::is_alphanumeric),
        Some(sign) => is_joint(sign),
        None => false,
    };
    let goes_before = before.chars().next_back().is_some_and(|sign| is_joint(sign) || matches!(sign, '?' | '.'));
    !goes_before && !goes_on && !in_address
}

/// The block that begins with the first of some lines, and how many of them are its own.
fn opening<'l>(lines: &[&'l str], depth: usize) -> Option<(Opens<'l>, usize)> {
    let first = lines.first()?;
    let words = first.trim_start_matches(' ');
    let indent = first.len() - words.len();
    let is_fence = |line: &str| line.trim().len() >= 3 && line.trim().bytes().all(|byte| byte == b'`');
    if words.strip_prefix("```").is_some_and(|info| !info.contains('`')) {
        let end = lines.iter().skip(1).position(|line| is_fence(line))? + 1;
        return Some((Opens::Fence(indent), end + 1));
    }
    if depth >= DEEPEST {
        return None;
    }
    let level = first.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=3).contains(&level)
        && let Some(title) = first.get(level..).and_then(|rest| rest.strip_prefix(' '))
        && title.trim_start().chars().next().is_some_and(char::is_alphabetic)
    {
        return Some((Opens::Heading(level, title.trim()), 1));
    }
    if quoted(first).is_some() {
        let len = lines.iter().take_while(|line| quoted(line).is_some()).count();
        let says = lines.iter().take(len).filter_map(|line| quoted(line)).any(|line| !line.trim().is_empty());
        return says.then_some((Opens::Quote, len));
    }
    let (found, start, _) = marker(first)?;
    if !matches!(found, Marker::Bullet(_) | Marker::Number(1, _)) {
        return None;
    }
    let (mut len, mut items, mut expected) = (1, 1, found.next());
    for line in lines.iter().skip(1) {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() {
            break;
        } else if marker(line).is_some_and(|(next, at, _)| next == expected && at == start) {
            items += 1;
            expected = expected.next();
        } else if spaces < start {
            break;
        }
        len += 1;
    }
    // A single dash is a dash: a sign-off, a temperature, a line of talk.
    (items > 1 || (depth > 0 && indent > 0)).then_some((Opens::List(found), len))
}

/// The inside of a quoted line: `> words`, or `>` alone.
fn quoted(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('>')?;
    if rest.is_empty() || rest.starts_with('>') && quoted(rest).is_some() {
        return Some(rest);
    }
    rest.strip_prefix(' ')
}

/// What a line begins an item with, the column where its words begin, and they.
fn marker(line: &str) -> Option<(Marker, usize, &str)> {
    let words = line.trim_start_matches(' ');
    let indent = line.len() - words.len();
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let (found, len) = if digits == 0 {
        let bullet = words.chars().next().filter(|sign| matches!(sign, '-' | '*'))?;
        (Marker::Bullet(bullet), 1)
    } else {
        let number = words.get(..digits)?.parse().ok().filter(|_| digits <= 3)?;
        let sign = words.get(digits..)?.chars().next().filter(|sign| matches!(sign, '.' | ')'))?;
        (Marker::Number(number, sign), digits + 1)
    };
    let said = words.get(len..)?.strip_prefix(' ')?;
    let is_words = said.chars().any(char::is_alphanumeric);
    is_words.then_some((found, indent + len + 1, said.trim_start()))
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
