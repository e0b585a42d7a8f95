//! From what HTML says to the Markdown that would say it.
//!
//! Owns which lines a document becomes: what begins them, where blank lines are, and that none of them is read
//! as something else. What is within a line is `write`'s. Nothing but what the document shows is in it: hidden
//! text is not. Enter at [`from_html`].

use super::write::{self, Manner};
use super::{heading, looks_like_block, marker, to_html};
use crate::text::html::{self, Block, BlockKind, Document, Link, Span, Table};

/// A body as Markdown: what [`to_html`] makes of it shows the same words, and the same structure as far as Markdown
/// has it ([`says_all`]). Columns of a table are parted by `|`; what was struck out stands between `~~`. Every
/// line break is one. For texts to be edited, copied or written to a file; cleaned.
#[must_use]
pub fn from_html(body: &str) -> String {
    from_document(&html::blocks(body))
}

/// The same of a document that was read.
#[must_use]
pub fn from_document(document: &Document) -> String {
    let mut back = Back { links: &document.links, has_lists: has_lists(document), ..Back::default() };
    let mut rest = document.blocks.as_slice();
    while let Some(first) = rest.first() {
        let more = rest.iter().skip(1).take_while(|block| goes_on(first, block)).count();
        let (unit, after) = rest.split_at(more + 1);
        back.unit(unit, after);
        rest = after;
    }
    back.text
}

/// A macro's body as Markdown, its placeholders as `{{user.name | fallback: 'there'}}`.
#[must_use]
pub fn from_macro(body: &str) -> String {
    from_html(&with_placeholders(body))
}

/// Whether `markdown` says all that `body` shows: the same words, styles, links and structure. Tables, rules,
/// what is struck out, and styles within a word are what Markdown has no sign for here.
#[must_use]
pub fn says_all(body: &str, markdown: &str) -> bool {
    says(&html::blocks(&with_placeholders(body))) == says(&html::blocks(&to_html(markdown)))
}

/// Structure and styled words of a document.
fn says(document: &Document) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let mut last = String::new();
    for block in &document.blocks {
        let kind = match &block.kind {
            BlockKind::Paragraph => format!("text {} {}", block.quote_depth, block.indent),
            BlockKind::Heading(level) => format!("heading {} {}", (*level).min(3), block.quote_depth),
            BlockKind::ListItem { marker, depth } => format!("item {marker} {depth} {}", block.quote_depth),
            BlockKind::Code => format!("code {}", block.quote_depth),
            BlockKind::Rule => "rule".to_owned(),
            BlockKind::Table(_) => "table".to_owned(),
        };
        // Lines of their own or of one paragraph are the same to a reader, and so is a paragraph of an item.
        let within = matches!(block.kind, BlockKind::Paragraph)
            && (kind == last || (block.indent > 0 && last.starts_with("item")));
        if !within {
            said.push(kind.clone());
            last = kind;
        }
        for span in block.each_span() {
            let target = span.style.link.and_then(|number| document.link(number)).map(|link| link.url.as_raw());
            let style = html::SpanStyle { link: None, mention: false, ..span.style };
            said.extend(span.text.split_whitespace().map(|word| format!("{word} {style:?} {target:?}")));
        }
    }
    said
}

/// `<attribute key="user.name" default="there"/>` as the text that it stands for.
fn with_placeholders(body: &str) -> String {
    const OPENS: &str = "<attribute";
    let (mut text, mut rest) = (String::with_capacity(body.len()), body);
    while let Some((before, after)) = rest.split_once(OPENS) {
        text.push_str(before);
        let Some((inside, behind)) = tag_inside(after).filter(|_| after.starts_with(|sign: char| sign.is_whitespace()))
        else {
            text.push_str(OPENS);
            rest = after;
            continue;
        };
        // What stands between the quotes is escaped as text is, but for these.
        let value = |name| attribute(inside, name).map(|value| value.replace('<', "&lt;").replace('>', "&gt;"));
        if let Some(key) = value("key").filter(|key| !key.trim().is_empty()) {
            text.push_str("{{");
            text.push_str(key.trim());
            if let Some(default) = value("default").filter(|default| !default.is_empty()) {
                let quote = if default.contains('\'') { "&quot;" } else { "'" };
                text.push_str(" | fallback: ");
                text.push_str(quote);
                text.push_str(&default);
                text.push_str(quote);
            }
            text.push_str("}}");
        }
        rest = behind.strip_prefix("</attribute>").unwrap_or(behind);
    }
    text.push_str(rest);
    text
}

/// What is within a tag, and what follows it; a `>` between quotes ends none.
fn tag_inside(after: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, sign) in after.char_indices() {
        match (quote, sign) {
            (None, '"' | '\'') => quote = Some(sign),
            (None, '>') => return Some((after.get(..at)?, after.get(at + 1..)?)),
            (None, '<') => return None,
            (Some(open), _) if open == sign => quote = None,
            _ => {}
        }
    }
    None
}

fn attribute<'t>(inside: &'t str, name: &str) -> Option<&'t str> {
    inside.match_indices(name).find_map(|(at, _)| {
        let begins = inside.get(..at)?.ends_with(|sign: char| sign.is_whitespace());
        let value = inside.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|sign| begins && matches!(sign, '"' | '\''))?;
        value.get(1..)?.split(quote).next()
    })
}

/// Whether lines that look like items could become a list.
fn has_lists(document: &Document) -> bool {
    let texts = document.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Paragraph));
    let lines = texts.flat_map(|block| write::lines(std::slice::from_ref(block)));
    let looks = |line: &Vec<Span>| {
        let line: String = line.iter().map(|span| span.text.as_str()).collect();
        marker(line.trim_start_matches(['\u{A0}', ' ', '\\'])).is_some()
    };
    let items = document.blocks.iter().filter(|block| matches!(block.kind, BlockKind::ListItem { .. }));
    lines.filter(looks).count() + items.count() > 1
}

/// Whether a block belongs to the text that another has begun.
fn goes_on(first: &Block, block: &Block) -> bool {
    let same_place = block.quote_depth == first.quote_depth && matches!(block.kind, BlockKind::Paragraph);
    same_place
        && match &first.kind {
            BlockKind::Paragraph => !block.gap && block.indent == first.indent,
            BlockKind::ListItem { depth, .. } => block.indent == *depth,
            _ => false,
        }
}

/// Where the items of a list stand.
#[derive(Clone, Copy)]
struct Level {
    indent: usize,
    /// Where their words begin.
    column: usize,
    /// The number of the last one.
    number: Option<u32>,
    /// It begins with another number than 1: its items are read as lines of text.
    is_text: bool,
}

#[derive(Default)]
struct Back<'d> {
    text: String,
    links: &'d [Link],
    has_lists: bool,
    /// Lists that are open, outermost first.
    levels: Vec<Level>,
    /// The level of quoting of what was written last.
    quoted: u8,
    /// What was written last stands in a list.
    in_list: bool,
    /// A blank line follows what was written last.
    gap: bool,
}

impl Back<'_> {
    fn unit(&mut self, blocks: &[Block], after: &[Block]) {
        let Some(first) = blocks.first() else { return };
        let quote = first.quote_depth;
        if quote != self.quoted {
            self.levels.clear();
            self.in_list &= quote > 0 && self.quoted > 0;
        }
        match &first.kind {
            BlockKind::ListItem { marker, depth } => self.item(blocks, marker, usize::from(*depth), after),
            BlockKind::Paragraph => {
                let column = self.column_of(usize::from(first.indent));
                self.begin(first, column > 0);
                let manner = if column > 0 { Manner::Item } else { Manner::Text };
                let written = write::unit(blocks, self.links, manner, self.has_lists);
                self.lines(quote, &" ".repeat(column), &written);
            }
            BlockKind::Heading(level) => {
                self.gap = true;
                self.begin(first, false);
                let title = self.title(blocks, usize::from(*level), after.is_empty());
                self.lines(quote, "", &title);
                self.gap = true;
            }
            BlockKind::Code => self.code(first),
            BlockKind::Rule => {
                self.begin(first, false);
                self.lines(quote, "", "---");
            }
            BlockKind::Table(table) => {
                self.begin(first, false);
                let rows = self.table(table);
                self.lines(quote, "", &rows);
            }
        }
        self.quoted = quote;
    }

    /// Parts what comes from what was written.
    fn begin(&mut self, block: &Block, in_list: bool) {
        let leaves = self.in_list && !in_list;
        // A blank line would end the list that is going on.
        let gap = self.gap || (block.gap && !(self.in_list && in_list)) || leaves;
        if gap && !self.text.is_empty() {
            self.line(self.quoted.min(block.quote_depth), "");
        }
        self.gap = false;
        self.in_list = in_list;
        if !in_list {
            self.levels.clear();
        }
    }

    fn column_of(&self, depth: usize) -> usize {
        let level = depth.checked_sub(1).and_then(|at| self.levels.get(at).or(self.levels.last()));
        level.map_or(0, |level| level.column)
    }

    fn item(&mut self, blocks: &[Block], sign: &str, depth: usize, after: &[Block]) {
        let Some(first) = blocks.first() else { return };
        let number: Option<u32> = sign.strip_suffix('.').and_then(|number| number.parse().ok());
        let depth = depth.max(1);
        self.levels.truncate(depth);
        let open = self.levels.get(depth - 1).copied();
        // Another list of the same level begins: a blank line parts them.
        let is_other = open.is_some_and(|level| match (level.number, number) {
            (Some(last), Some(number)) => number != last.saturating_add(1),
            (last, number) => last.is_some() != number.is_some(),
        });
        let written = write::unit(blocks, self.links, Manner::Item, self.has_lists);
        // Signs alone are no item; what would be one is parted from those.
        let is_item = marker(&format!("- {}", written.split('\n').next().unwrap_or_default())).is_some();
        let goes_on = open.filter(|_| !is_other);
        let is_text = goes_on.map_or(number.is_some_and(|number| number != 1), |level| level.is_text);
        // Signs of one such line must not meet those of the next.
        let has_signs = is_text && written.contains(['`', '*', '_', '[']);
        self.gap |= (is_other && depth == 1) || !is_item || has_signs;
        self.begin(first, true);
        let indent = match goes_on {
            Some(level) => level.indent,
            // An item alone is one only where it is indented further than it need be.
            None if depth > 1 => self.column_of(depth - 1) + if is_alone(first, after) { 2 } else { 0 },
            None => 0,
        };
        let sign = number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
        let column = indent + sign.len();
        // A list that is in another without an item of it stands where that one would.
        self.levels.resize(depth - 1, Level { indent, column: indent, number: None, is_text: false });
        // What follows a number that is no item goes on with another one than 1.
        let is_text = is_text || (!is_item && number.is_some());
        self.levels.push(Level { indent, column, number, is_text });
        let mut lines = written.split('\n');
        self.line(first.quote_depth, &format!("{}{sign}{}", " ".repeat(indent), lines.next().unwrap_or_default()));
        for line in lines {
            self.line(first.quote_depth, &format!("{}{line}", " ".repeat(column)));
        }
        self.gap = !is_item || has_signs;
    }

    fn title(&self, blocks: &[Block], level: usize, is_last: bool) -> String {
        let words = write::unit(blocks, self.links, Manner::Line, false);
        // A single `#` is one only where it is clearly meant.
        let is_small = level == 1 && (is_last || words.starts_with(char::is_lowercase));
        let title = format!("{} {words}", "#".repeat(if is_small { 2 } else { level.clamp(1, 3) }));
        if heading(&title).is_some() {
            return title;
        }
        let strong = format!("**{words}**");
        if to_html(&strong).starts_with("<p><b>") { strong } else { words }
    }

    fn code(&mut self, block: &Block) {
        let code: String = block.spans.iter().map(|span| span.text.as_str()).collect();
        let column = if code.split('\n').any(|line| line.trim().is_empty()) {
            0
        } else {
            self.column_of(usize::from(block.indent))
        };
        self.begin(block, column > 0);
        let longest = code.split(|sign| sign != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.saturating_add(1).max(3));
        self.lines(block.quote_depth, &" ".repeat(column), &format!("{fence}\n{code}\n{fence}"));
    }

    fn table(&self, table: &Table) -> String {
        let row = |cells: &[html::Cell]| {
            let cells = cells.iter().map(|cell| write::cell(cell, self.links));
            format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
        };
        let mut rows = Vec::with_capacity(table.rows.len() + 2);
        if !table.header.is_empty() {
            rows.push(row(&table.header));
            let rules = table.header.iter().enumerate();
            let rules = rules.map(|(at, _)| if table.numeric.get(at) == Some(&true) { "---:" } else { "---" });
            rows.push(format!("| {} |", rules.collect::<Vec<_>>().join(" | ")));
        }
        rows.extend(table.rows.iter().map(|cells| row(cells)));
        if table.more_rows > 0 {
            rows.push("| … |".to_owned());
        }
        rows.join("\n")
    }

    fn lines(&mut self, quote: u8, indent: &str, text: &str) {
        for line in text.split('\n') {
            self.line(quote, &format!("{indent}{line}"));
        }
    }

    fn line(&mut self, quote: u8, words: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        for _ in 0..quote {
            self.text.push_str("> ");
        }
        self.text.push_str(words);
        let kept = self.text.get(start..).unwrap_or_default().trim_end().len();
        self.text.truncate(start + kept);
    }
}

/// Whether no further item of its list follows one.
fn is_alone(item: &Block, after: &[Block]) -> bool {
    let BlockKind::ListItem { depth: own, .. } = &item.kind else { return true };
    for block in after.iter().take_while(|block| block.quote_depth == item.quote_depth) {
        match &block.kind {
            BlockKind::ListItem { depth, .. } if depth == own => return false,
            BlockKind::ListItem { depth, .. } if depth > own => {}
            _ if block.indent >= *own && !matches!(block.kind, BlockKind::ListItem { .. }) => {}
            _ => return true,
        }
    }
    true
}

/// A line of text that cannot be taken for the beginning of a block: with a backslash where it could.
pub(super) fn safe_line(line: &str, has_lists: bool) -> String {
    let words = line.trim_start_matches(' ');
    let indent = line.len() - words.len();
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = words.split_at(digits);
    let bare = rest.trim_start_matches('\\');
    let had_backslash = bare.len() < rest.len();
    let counts = if digits == 0 {
        let is_item = marker(bare).is_some();
        looks_like_block(bare) && (had_backslash || has_lists || !is_item)
    } else {
        marker(&format!("{number}{bare}")).is_some() && (had_backslash || has_lists)
    };
    if counts { format!("{}{number}\\{rest}", " ".repeat(indent)) } else { line.to_owned() }
}

#[cfg(test)]
#[path = "back_tests.rs"]
mod tests;
