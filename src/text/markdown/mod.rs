//! Markdown, as agents write it, to the HTML that customers get, and the way back.
//!
//! Owns what counts as markup, which is less than in other programs, since a reply is a letter: bold,
//! italic, code, links, pictures, headings, quotes, lists of two items or more numbered from 1, fenced code.
//! Everything else is text, as typed: a line break stays one, HTML is shown, `#2214` and `snake_case` and
//! `C:\*.txt` stay what they are, and nothing typed disappears but the signs of markup. Web and e-mail addresses
//! become links. Blocks are found here, line by line; what is within a line is `pulldown-cmark`'s reading of
//! `CommonMark`, where it agrees with the above. Text without markup is exactly [`from_plain`]'s.
//!
//! What Intercom's API says of bodies is that they are HTML; which of it is kept it does not say. What is written
//! here is `p br b i a code pre h1 h2 h3 ul ol li blockquote img` and nothing else, and it reads well where a
//! channel keeps the words alone. Tables and rules are no markup for that reason.
//!
//! Where a sign could be meant as a sign, that is what it is:
//! - `# words` is a prompt to many: a heading only when a blank line or nothing is above, more text below (behind a
//!   blank line unless it begins the message), and the words do not begin in lower case. `## ` and `### ` always.
//! - `- one` alone is a dash, `2. two` a number: a list has two items, and a numbered one begins with 1.
//! - A word after the three backticks of a fence is a language when it is the name of one, else it is code.
//! - A backslash before a sign that would be markup makes it a sign (`signs`); elsewhere it is a backslash.
//!
//! Enter at [`to_html`] and [`from_html`].

mod address;
mod back;
mod signs;
mod write;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::html::{escape, from_plain};
pub use back::{from_document, from_html, from_macro, says_all};
use signs::SHIELD;

/// Quotes and lists within one another.
const DEEPEST: usize = 5;
/// A longer text is sent as it is: nobody writes markup into it.
const LONGEST: usize = 400 * 1024;
/// Bytes of a word that are looked at to see whether it is an address.
const LONGEST_WORD: usize = 1_000;
/// What may follow the backticks of a fence without being code.
const LANGUAGES: &str = " bash sh shell zsh fish console terminal text txt plain json jsonl yaml yml toml xml html css \
    scss js javascript jsx ts typescript tsx python py ruby rb rust rs go java kotlin swift c cpp c++ h csharp c# cs \
    php perl lua r sql graphql diff patch ini conf log http markdown md powershell ps1 batch bat dockerfile make \
    makefile nginx liquid mermaid vue svelte csv ";

/// A text as the HTML that is sent for it.
#[must_use]
pub fn to_html(text: &str) -> String {
    if text.len() > LONGEST || !text.contains(['*', '_', '`', '[', '#', '>', '-', '.', ')', '\\', '@', ':']) {
        return from_plain(text);
    }
    let shielded;
    let source = if text.contains(signs::is_ours) {
        shielded = text.replace(signs::is_ours, "");
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
    /// Within the words of a link, where no other begins.
    in_link: bool,
}

/// What a line begins.
enum Opens<'l> {
    /// Indent, and what follows the backticks if it is code.
    Fence(usize, Option<&'l str>),
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
        let fences = fences(lines);
        let mut at = 0;
        let mut paragraph = 0;
        while at < lines.len() {
            let rest = lines.get(at..).unwrap_or_default();
            let Some((opens, len)) = opening(lines, &fences, at, depth) else {
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
                Opens::Fence(indent, first) => self.fence(own, indent, first),
                Opens::Heading(level, words) => {
                    let _ = write!(self.html, "<h{level}>");
                    self.inline(&[Cow::Borrowed(words)]);
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
        let lines: Vec<Cow<'_, str>> = lines.iter().map(|line| self.unescaped(line)).collect();
        self.inline(&lines);
        self.html.push_str("</p>");
    }

    /// A line without the backslash that keeps it from being the beginning of a block.
    fn unescaped<'l>(&mut self, line: &'l str) -> Cow<'l, str> {
        let Some((before, after)) = escape_at(line).and_then(|at| Some((line.get(..at)?, line.get(at + 1..)?))) else {
            return Cow::Borrowed(line);
        };
        self.marked = true;
        Cow::Owned(format!("{before}{after}"))
    }

    fn fence(&mut self, lines: &[&str], indent: usize, first: Option<&str>) {
        self.html.push_str("<pre><code>");
        let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
        for (index, line) in first.iter().chain(inner).enumerate() {
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
        // What is indented as far as the words of an item belongs to it.
        let (indent, mut column) = (lines.first().map_or(0, |line| indent_of(line)), 0);
        let mut expected = first;
        for line in lines {
            let own = marker(line).filter(|(found, ..)| *found == expected && indent_of(line) == indent);
            if let Some((found, start, words)) = own {
                self.item(&item, depth);
                (item, expected, column) = (vec![words], found.next(), start);
            } else {
                item.push(line.get(indent_of(line).min(column)..).unwrap_or(line));
            }
        }
        self.item(&item, depth);
        let _ = write!(self.html, "</{name}>");
    }

    /// An item: words, then what is indented below them.
    fn item(&mut self, lines: &[&str], depth: usize) {
        let Some((first, rest)) = lines.split_first() else { return };
        self.html.push_str("<li>");
        let fences = fences(rest);
        let nested = (0..rest.len()).find(|at| opening(rest, &fences, *at, depth + 1).is_some());
        let (words, blocks) = rest.split_at(nested.unwrap_or(rest.len()));
        let words = words.iter().map(|line| self.unescaped(line.trim_start())).collect::<Vec<_>>();
        let words: Vec<Cow<'_, str>> = std::iter::once(Cow::Borrowed(*first)).chain(words).collect();
        self.inline(&words);
        self.blocks(blocks, depth + 1);
        self.html.push_str("</li>");
    }

    /// The inside of some lines: words, line breaks, and markup within them.
    fn inline(&mut self, lines: &[Cow<'_, str>]) {
        let mut source = String::new();
        for line in lines {
            source.push_str(SHIELD);
            source.push_str(line);
            source.push('\n');
        }
        source.pop();
        let source = match signs::hide(&source) {
            Cow::Borrowed(_) => source,
            Cow::Owned(hidden) => {
                self.marked = true;
                hidden
            }
        };
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
                // What is within a picture is part of it.
                _ if range.start < done && !matches!(event, Event::End(_)) => {
                    if matches!(event, Event::Start(ref tag) if !matches!(tag, Tag::Paragraph)) {
                        open.push(None);
                    }
                }
                Event::Start(Tag::Image { link_type: LinkType::Inline, ref dest_url, ref title, .. })
                    if self.picture(&source, &range, done, dest_url, title) =>
                {
                    done = range.end;
                    open.push(None);
                }
                Event::Start(tag) => {
                    let span = span_of(&tag, &source, &range);
                    if let Some((tag, inside, end)) = &span {
                        self.words(source.get(done..range.start).unwrap_or_default());
                        self.html.push_str(tag);
                        self.marked = true;
                        self.in_link |= *end == "</a>";
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
                        self.in_link &= tag != "</a>";
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

    /// `![words](https://…)`, if it is one.
    fn picture(&mut self, source: &str, range: &Range<usize>, done: usize, target: &str, title: &str) -> bool {
        let is_web = ["https://", "http://"].iter().any(|scheme| has_scheme(target, scheme));
        let words = source.get(range.clone()).and_then(|whole| whole.get(2..whole.rfind("](")?));
        let Some(words) = words.filter(|_| is_web) else { return false };
        self.words(source.get(done..range.start).unwrap_or_default());
        let words: String = words.replace(SHIELD, "").replace('\n', " ").chars().map(signs::shown).collect();
        for (name, value) in [("<img src=\"", target), ("\" alt=\"", &words), ("\" title=\"", title)] {
            if name != "\" title=\"" || !value.is_empty() {
                self.html.push_str(name);
                escape(value, &mut self.html);
            }
        }
        self.html.push_str("\">");
        self.marked = true;
        true
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
            self.linked(words);
        }
    }

    /// Words of a line, in which addresses become links.
    fn linked(&mut self, words: &str) {
        let words: Cow<'_, str> = if words.contains(signs::is_ours) {
            Cow::Owned(words.chars().map(signs::shown).collect())
        } else {
            Cow::Borrowed(words)
        };
        let mut done = 0;
        let found = if self.in_link { Vec::new() } else { address::find(&words) };
        for (range, target) in found {
            escape(words.get(done..range.start).unwrap_or_default(), &mut self.html);
            self.html.push_str("<a href=\"");
            escape(&target, &mut self.html);
            self.html.push_str("\">");
            escape(words.get(range.clone()).unwrap_or_default(), &mut self.html);
            self.html.push_str("</a>");
            self.marked = true;
            done = range.end;
        }
        escape(words.get(done..).unwrap_or_default(), &mut self.html);
    }
}

fn has_scheme(target: &str, scheme: &str) -> bool {
    target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// What a tag of `CommonMark` is to us: our start tag, the inside, our end tag; nothing when it is text.
fn span_of(tag: &Tag<'_>, source: &str, range: &Range<usize>) -> Option<(String, Range<usize>, &'static str)> {
    let whole = source.get(range.clone())?;
    let (start, width, end) = match tag {
        Tag::Emphasis => ("<i>".to_owned(), 1, "</i>"),
        Tag::Strong if whole.starts_with("**") => ("<b>".to_owned(), 2, "</b>"),
        Tag::Link { link_type: LinkType::Inline, dest_url, title, .. } => {
            let is_web = ["https://", "http://", "mailto:"].iter().any(|scheme| has_scheme(dest_url, scheme));
            let inside = whole.rfind("](")?;
            if !is_web || whole.get(1..inside)?.replace(SHIELD, "").trim().is_empty() {
                return None;
            }
            let mut start = "<a href=\"".to_owned();
            escape(dest_url, &mut start);
            if !title.is_empty() {
                start.push_str("\" title=\"");
                escape(title, &mut start);
            }
            start.push_str("\">");
            return Some((start, range.start + 1..range.start + inside, "</a>"));
        }
        _ => return None,
    };
    let inside = range.start + width..range.end.checked_sub(width)?;
    let words = source.get(inside.clone())?;
    // Signs alone (`*_*`) are a face, not words; and `*.txt,*.pdf` are files.
    let words = words.replace(SHIELD, "");
    let is_words = words.chars().any(char::is_alphanumeric) && !words.starts_with(signs::is_no_beginning);
    (is_words && stands_apart(source, range)).then_some((start, inside, end))
}

/// Whether a range is no part of a word, a path or an address, where nothing is markup.
fn stands_apart(source: &str, range: &Range<usize>) -> bool {
    let (Some(before), Some(after)) = (source.get(..range.start), source.get(range.end..)) else { return false };
    let mut near = before.len().saturating_sub(LONGEST_WORD);
    while !before.is_char_boundary(near) {
        near += 1;
    }
    let in_address = before
        .get(near..)
        .unwrap_or_default()
        .rsplit([' ', '\n'])
        .next()
        .is_some_and(|word| word.contains("://") || (!word.is_empty() && signs::begins_path(word)));
    let mut next = after.chars();
    let goes_on = match next.next() {
        Some('.' | ':' | '-') => next.next().is_some_and(char::is_alphanumeric),
        Some(sign) => signs::is_joint(sign),
        None => false,
    };
    let goes_before = before.chars().next_back().is_some_and(|sign| signs::is_joint(sign) || matches!(sign, '?' | '.'));
    !goes_before && !goes_on && !in_address
}

/// The block that begins with one of some lines, and how many of them are its own.
fn opening<'l>(all: &[&'l str], fences: &[usize], at: usize, depth: usize) -> Option<(Opens<'l>, usize)> {
    let lines = all.get(at..)?;
    let first = lines.first()?;
    let words = first.trim_start_matches(' ');
    let indent = first.len() - words.len();
    let ticks = words.bytes().take_while(|byte| *byte == b'`').count();
    let has_end = ticks >= 3 && fences.get(at + 1).is_some_and(|longest| *longest >= ticks);
    if let Some(info) = words.get(ticks..).filter(|info| has_end && !info.contains('`')) {
        let is_end = |line: &&str| fence_of(line) >= ticks;
        let end = lines.iter().skip(1).position(is_end)? + 1;
        let info = info.trim();
        let is_language =
            !info.contains(' ') && LANGUAGES.contains(format!(" {} ", info.to_ascii_lowercase()).as_str());
        return Some((Opens::Fence(indent, (!info.is_empty() && !is_language).then_some(info)), end + 1));
    }
    if depth >= DEEPEST {
        return None;
    }
    if let Some((level, title)) = heading(first)
        && (level > 1 || is_clearly_meant(title, all, at))
    {
        return Some((Opens::Heading(level, title), 1));
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
    let (mut len, mut items, mut expected, mut column) = (1, 1, found.next(), start);
    for line in lines.iter().skip(1) {
        if line.trim().is_empty() {
            break;
        }
        let own = marker(line).filter(|(next, ..)| *next == expected && indent_of(line) == indent);
        if let Some((_, start, _)) = own {
            items += 1;
            (expected, column) = (expected.next(), start);
        } else if indent_of(line) < column {
            break;
        }
        len += 1;
    }
    // A single dash is a dash: a sign-off, a temperature, a line of talk.
    (items > 1 || (depth > 0 && indent > 0)).then_some((Opens::List(found), len))
}

/// The backticks of a line that is nothing else; 0 for others.
fn fence_of(line: &str) -> usize {
    let line = line.trim();
    if line.bytes().all(|byte| byte == b'`') { line.len() } else { 0 }
}

/// From each line on, the longest end of a fence that comes. So that none is looked for again and again.
fn fences(lines: &[&str]) -> Vec<usize> {
    let mut longest = 0;
    let mut fences: Vec<usize> = lines
        .iter()
        .rev()
        .map(|line| {
            longest = longest.max(fence_of(line));
            longest
        })
        .collect();
    fences.reverse();
    fences
}

/// What a line says after `# `, `## ` or `### `, and how many there are.
fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line.get(level..).filter(|_| (1..=3).contains(&level))?.strip_prefix(' ')?.trim();
    let begins = |letter: char| letter.is_alphabetic() || (level > 1 && letter.is_alphanumeric());
    title.starts_with(begins).then_some((level, title))
}

/// Whether a line with a single `#` is a heading. It may be the prompt of a terminal, or a remark in a file.
fn is_clearly_meant(title: &str, lines: &[&str], at: usize) -> bool {
    let is_blank = |line: &&str| line.trim().is_empty();
    let (above, below) = lines.split_at(at);
    let below = below.get(1..).unwrap_or_default();
    !title.starts_with(char::is_lowercase)
        && above.last().is_none_or(is_blank)
        && (above.iter().all(is_blank) || below.first().is_some_and(is_blank))
        && below.iter().any(|line| !is_blank(line))
}

/// Where in a line a backslash keeps it from being, or from looking like, the beginning of a block.
fn escape_at(line: &str) -> Option<usize> {
    let indent = indent_of(line);
    let words = line.get(indent..)?;
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let rest = words.get(digits..)?;
    let bare = rest.trim_start_matches('\\');
    if bare.len() == rest.len() {
        return None;
    }
    let looks = if digits == 0 {
        looks_like_block(bare)
    } else {
        let number = words.get(..digits)?;
        marker(&format!("{number}{bare}")).is_some()
    };
    looks.then_some(indent + digits)
}

/// Whether a line without an indent could begin a heading, a quote or a list.
fn looks_like_block(line: &str) -> bool {
    heading(line).is_some() || quoted(line).is_some() || marker(line).is_some()
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
mod tests;
