//! Signs of markup that are meant as signs, with a backslash before them.
//!
//! Owns one question: where in the words of a paragraph a backslash takes the meaning from the sign after it.
//! It does so only where that sign could begin or end something, so that `C:\*.txt`, `\o/` and `\d+` stay what
//! they are. Both ways ask it: [`hide`] before Markdown is read, [`spell`] after it was written; so they agree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Stands before every line while its inside is read, so that no line can be the beginning of a block.
/// A character for private use, which no cleaned text holds, and a blank.
pub(super) const SHIELD: &str = "\u{E000} ";
/// The signs, and what stands for each where it is only itself; for private use as well.
const SIGNS: [(char, char); 5] =
    [('*', '\u{E001}'), ('_', '\u{E002}'), ('`', '\u{E003}'), ('[', '\u{E004}'), (']', '\u{E005}')];

/// Whether a character is one of those that stand for something here, and is no text.
pub(super) const fn is_ours(scalar: char) -> bool {
    matches!(scalar, '\u{E000}'..='\u{E005}')
}

/// A sign that is only itself; other characters as they are.
pub(super) fn literal(scalar: char) -> char {
    SIGNS.iter().find(|(sign, _)| *sign == scalar).map_or(scalar, |(_, stands)| *stands)
}

/// The other way round.
pub(super) fn shown(scalar: char) -> char {
    SIGNS.iter().find(|(_, stands)| *stands == scalar).map_or(scalar, |(sign, _)| *sign)
}

/// Whether nothing before a sign with this character is markup: part of a word, a path or an address.
pub(super) fn is_joint(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '/' | '\\' | '=' | '&' | '@' | '%' | '+' | '~' | '$' | '#')
}

/// Words that begin like this are files (`*.txt`) or leftovers, never meant.
pub(super) const fn is_no_beginning(first: char) -> bool {
    matches!(first, '.' | ',' | ';' | '/' | '\\' | '|' | ')')
}

/// Signs after a backslash become what stands for them, the backslash goes.
pub(super) fn hide(source: &str) -> Cow<'_, str> {
    if !source.contains('\\') {
        return Cow::Borrowed(source);
    }
    let (mut hidden, mut done) = (String::new(), 0);
    for at in escapable(source) {
        let (Some(before), Some(sign)) = (source.get(done..at), source.get(at..).and_then(|rest| rest.chars().next()))
        else {
            continue;
        };
        let Some(before) = before.strip_suffix('\\') else { continue };
        hidden.push_str(before);
        hidden.push(literal(sign));
        done = at + sign.len_utf8();
    }
    if done == 0 {
        return Cow::Borrowed(source);
    }
    hidden.push_str(source.get(done..).unwrap_or_default());
    Cow::Owned(hidden)
}

/// What stands for signs becomes the signs, with a backslash where they would mean something else, or where a
/// backslash before them would go.
pub(super) fn spell(source: &str) -> String {
    let escapable = if source.contains(is_ours) { escapable(source) } else { Vec::new() };
    let mut escapable = escapable.into_iter().peekable();
    let mut spelled = String::with_capacity(source.len() + 8);
    for (at, scalar) in source.char_indices() {
        while escapable.next_if(|next| *next < at).is_some() {}
        let sign = shown(scalar);
        if sign != scalar && escapable.peek() == Some(&at) {
            spelled.push('\\');
        }
        spelled.push(sign);
    }
    spelled
}

/// A sign outside of code and addresses, and what stands beside it, backslashes passed over.
struct Mark {
    at: usize,
    sign: char,
    before: char,
    after: char,
}

impl Mark {
    fn opens(&self) -> bool {
        !self.after.is_whitespace()
            && !is_no_beginning(self.after)
            && !is_joint(self.before)
            && !matches!(self.before, '?' | '.')
    }

    fn closes(&self) -> bool {
        !self.before.is_whitespace()
    }

    /// It stands within a word or between blanks, where it is nothing.
    fn is_idle(&self) -> bool {
        let in_word = self.sign == '_' && self.before.is_alphanumeric() && self.after.is_alphanumeric();
        in_word || (self.before.is_whitespace() && self.after.is_whitespace())
    }
}

/// Where a backslash would count: the places of the signs after it, ascending. Backslashes themselves change
/// nothing about it.
fn escapable(source: &str) -> Vec<usize> {
    let marks = marks(source);
    let backticks = source.chars().filter(|scalar| shown(*scalar) == '`').count() > 1;
    let has_link = ["(http", "(mailto:"].iter().any(|opens| {
        source.match_indices(opens).any(|(at, _)| source.get(..at).is_some_and(|to| to.ends_with([']', '\u{E005}'])))
    });
    let span = |sign: char| {
        let of = || marks.iter().filter(move |mark| mark.sign == sign && !mark.is_idle());
        let first = of().find(|mark| mark.opens())?.at;
        let last = of().rev().find(|mark| mark.closes())?.at;
        (first < last).then_some(first..=last)
    };
    let (stars, lows) = (span('*'), span('_'));
    let counts = |mark: &&Mark| match mark.sign {
        '`' => backticks,
        '[' | ']' => has_link,
        '*' => !mark.is_idle() && stars.as_ref().is_some_and(|span| span.contains(&mark.at)),
        _ => !mark.is_idle() && lows.as_ref().is_some_and(|span| span.contains(&mark.at)),
    };
    marks.iter().filter(counts).map(|mark| mark.at).collect()
}

fn marks(source: &str) -> Vec<Mark> {
    let code = code(source);
    let mut skipped = code.iter().chain(&addresses(source)).cloned().collect::<Vec<_>>();
    skipped.sort_by_key(|range| range.start);
    let mut skipped = skipped.into_iter().peekable();
    let mut until = 0;
    let mut marks: Vec<Mark> = Vec::new();
    for (at, scalar) in source.char_indices() {
        while let Some(range) = skipped.next_if(|range| range.start <= at) {
            until = until.max(range.end);
        }
        let sign = shown(scalar);
        if at < until || !SIGNS.iter().any(|(known, _)| *known == sign) {
            continue;
        }
        let before = source.get(..at).unwrap_or_default().trim_end_matches('\\').chars().next_back();
        marks.push(Mark { at, sign, before: before.map_or(' ', shown), after: ' ' });
    }
    // From the end, so that a long run of one sign is passed over once.
    let mut next: Option<(usize, char, char)> = None;
    for mark in marks.iter_mut().rev() {
        let len = source.get(mark.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        let rest = source.get(mark.at + len..).unwrap_or_default();
        let bare = rest.trim_start_matches('\\');
        let start = mark.at + len + rest.len() - bare.len();
        mark.after = match next {
            Some((at, sign, after)) if at == start && sign == mark.sign => after,
            _ => bare.chars().next().map_or(' ', shown),
        };
        next = Some((mark.at, mark.sign, mark.after));
    }
    marks
}

/// Code within text, its backticks included.
fn code(source: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in source.match_indices('`') {
        match runs.last_mut() {
            Some((start, len)) if *start + *len == at => *len += 1,
            _ => runs.push((at, 1)),
        }
    }
    let mut by_length: HashMap<usize, Vec<usize>> = HashMap::new();
    for (start, len) in &runs {
        by_length.entry(*len).or_default().push(*start);
    }
    let (mut found, mut from) = (Vec::new(), 0);
    for (start, len) in runs {
        if start < from {
            continue;
        }
        // The first of a run after a backslash is a sign.
        let skipped = usize::from(source.get(..start).is_some_and(|before| before.ends_with('\\')));
        let (start, len) = (start + skipped, len - skipped);
        let ends = by_length.get(&len).filter(|_| len > 0);
        let end = ends.and_then(|ends| ends.get(ends.partition_point(|end| *end < start + len)));
        if let Some(end) = end {
            found.push(start..*end + len);
            from = *end + len;
        }
    }
    found
}

/// Words that are addresses of pages or files, where no sign means anything. The words of a link are none.
fn addresses(source: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    for word in source.split_inclusive(char::is_whitespace) {
        let (mut start, end) = (at, at + word.len());
        at = end;
        let page = word.find("://");
        if page.is_none() && !begins_path(word) {
            continue;
        }
        // `[words](https://…` is one word where its words have no blank.
        if let Some(target) = page.and_then(|page| word.get(..page)).and_then(|before| before.rfind('(')) {
            start += target;
        }
        found.push(start..end);
    }
    found
}

/// Whether a word is the path of a file as Windows writes it, or may become one.
pub(super) fn begins_path(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '"', '\'', '«', '„', '“', '<']);
    if let Some(server) = word.strip_prefix("\\\\") {
        return server.starts_with(char::is_alphanumeric);
    }
    let mut letters = word.chars();
    let is_drive = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && letters.next() == Some(':');
    is_drive && letters.next().is_none_or(|next| matches!(shown(next), '\\' | '*' | '_' | '`'))
}
