//! A body's words when it could not be read in time, or at all.
//!
//! A scanner of its own, with nothing of the tokenizer in it: what made that fail must not fail here again.
//! One pass, no nesting. Enter at [`words_only`].

use super::document::{Block, BlockKind, Document, Span, SpanStyle};
use super::{elements, tokens};
use crate::text::clean_lines;

/// Paragraphs kept.
const PARAGRAPHS: usize = 5_000;
/// Bytes of a tag's name that are looked at.
const NAME: usize = 12;
/// Bytes of a character reference.
const REFERENCE: usize = 10;

/// What stands in for [`blocks`](super::blocks) when a body could not be read in time or at all: its words
/// without tags, paragraph by paragraph. Never fails and is linear, with a small factor. Always says `cut`,
/// since links, quotes and hidden text are not told apart here.
#[must_use]
pub fn words_only(body: &str) -> Document {
    let words = words_of(tokens::capped(body).0);
    let mut blocks = Vec::new();
    for paragraph in words.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).take(PARAGRAPHS) {
        let text = clean_lines(paragraph);
        if text.is_blank() {
            continue;
        }
        blocks.push(Block {
            kind: BlockKind::Paragraph,
            quote_depth: 0,
            indent: 0,
            gap: !blocks.is_empty(),
            fold: None,
            spans: vec![Span { text, style: SpanStyle::default() }],
        });
    }
    Document { blocks, cut: true, ..Document::default() }
}

/// The text between tags: a blank line where a block begins or ends, `\n` for a line break.
fn words_of(body: &str) -> String {
    let is_plain = !body.contains("</") && !body.contains("/>") && !body.contains("<br") && !body.contains("<p");
    let mut words = String::with_capacity(body.len());
    let mut rest = body;
    // Ends that are not there are not looked for again.
    let mut open_ended: Vec<&'static str> = Vec::new();
    while !rest.is_empty() {
        let next = rest.find(['<', '&']).unwrap_or(rest.len());
        let (text, after) = rest.split_at(next);
        push(text, is_plain, &mut words);
        rest = if after.starts_with('&') {
            reference(after, &mut words)
        } else if is_plain || after.is_empty() {
            words.push_str(after.get(..1).unwrap_or_default());
            after.get(1..).unwrap_or_default()
        } else {
            tag(after, &mut words, &mut open_ended)
        };
    }
    words
}

/// Takes text, its white space folded unless it is all there is to part lines.
fn push(text: &str, keeps_lines: bool, words: &mut String) {
    if keeps_lines {
        words.push_str(text);
        return;
    }
    for scalar in text.chars() {
        if !scalar.is_ascii_whitespace() {
            words.push(scalar);
        } else if !words.ends_with([' ', '\n']) {
            words.push(' ');
        }
    }
}

/// Passes over what begins with `<`; gives what comes after it.
fn tag<'a>(text: &'a str, words: &mut String, open_ended: &mut Vec<&'static str>) -> &'a str {
    if let Some(comment) = text.strip_prefix("<!--") {
        return past(comment, "-->", open_ended).unwrap_or(comment);
    }
    let inner = text.get(1..).unwrap_or_default();
    let bare = inner.strip_prefix('/').unwrap_or(inner);
    if !bare.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
        words.push('<');
        return inner;
    }
    let Some(after) = past(inner, ">", open_ended) else {
        words.push('<');
        return inner;
    };
    let end = bare.bytes().take(NAME).position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(0);
    let name = bare.get(..end).unwrap_or_default().to_ascii_lowercase();
    let kind = elements::kind(&name);
    if name == "br" {
        words.push('\n');
    } else if kind.is_block() && !words.ends_with("\n\n") {
        words.push_str("\n\n");
    }
    let opens = bare.len() == inner.len();
    let closing = match name.as_str() {
        "script" => "</script",
        "style" => "</style",
        "title" => "</title",
        _ => return after,
    };
    if opens {
        past(after, closing, open_ended).map_or(after, |rest| past(rest, ">", open_ended).unwrap_or(""))
    } else {
        after
    }
}

/// What comes after the next `end`, in whatever case it is written.
fn past<'a>(text: &'a str, end: &'static str, open_ended: &mut Vec<&'static str>) -> Option<&'a str> {
    if open_ended.contains(&end) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(end.get(..1).unwrap_or_default())) {
        let at = from + found;
        let reach = at + end.len();
        if bytes.get(at..reach).is_some_and(|here| here.eq_ignore_ascii_case(end.as_bytes())) {
            return text.get(reach..);
        }
        from = at + 1;
    }
    open_ended.push(end);
    None
}

/// Decodes a character reference; gives what comes after it.
fn reference<'a>(text: &'a str, words: &mut String) -> &'a str {
    let inner = text.get(1..).unwrap_or_default();
    let end = inner.bytes().take(REFERENCE).position(|byte| byte == b';');
    let scalar = end.and_then(|end| inner.get(..end)).and_then(|name| {
        let number = name.strip_prefix('#');
        match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            "auml" => Some('ä'),
            "ouml" => Some('ö'),
            "uuml" => Some('ü'),
            "Auml" => Some('Ä'),
            "Ouml" => Some('Ö'),
            "Uuml" => Some('Ü'),
            "szlig" => Some('ß'),
            "eacute" => Some('é'),
            "egrave" => Some('è'),
            "agrave" => Some('à'),
            "ccedil" => Some('ç'),
            "ntilde" => Some('ñ'),
            "euro" => Some('€'),
            "hellip" => Some('…'),
            "ndash" => Some('–'),
            "mdash" => Some('—'),
            "rsquo" => Some('’'),
            "lsquo" => Some('‘'),
            "rdquo" => Some('”'),
            "ldquo" => Some('“'),
            _ => {
                let number = number?;
                let hex = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
                char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?)
            }
        }
    });
    match (scalar, end) {
        (Some(scalar), Some(end)) => {
            words.push(scalar);
            inner.get(end + 1..).unwrap_or_default()
        }
        _ => {
            words.push('&');
            inner
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(body: &str) -> Vec<String> {
        words_only(body).blocks.iter().map(|block| block.spans[0].text.as_str().to_owned()).collect()
    }

    #[test]
    fn paragraphs_are_parted_and_references_decoded() {
        assert_eq!(
            shown(
                "<style>p{}</style><P class='x'>a &amp; b&nbsp;c<br>d</p><div>e &#x20AC; &unknown; &</div><script>if(a<b){}</SCRIPT >f"
            ),
            ["a & b c\nd", "e € &unknown; &", "f"]
        );
        assert_eq!(shown("a\nb\n\nc < d"), ["a\nb", "c < d"]);
        assert!(words_only("").blocks.is_empty() && words_only("x").cut);
    }

    #[test]
    fn what_is_never_closed_hides_nothing() {
        assert_eq!(shown("<p>a<!-- b</p>c"), ["a b", "c"]);
        assert_eq!(shown("<p>a</p><script>b"), ["a", "b"]);
        assert_eq!(shown("<p>a</p><b"), ["a", "<b"]);
    }

    #[test]
    fn endless_beginnings_take_linear_time() {
        for start in ["<", "<!--", "<a", "&", "<script>", "<style><!--"] {
            let _ = words_only(&start.repeat(150_000));
        }
    }

    proptest! {
        #[test]
        fn never_fails(body in "\\PC{0,60}|(<|>|&|;|#x|!--|--|/|script|style|p|br|é| |\n){0,60}") {
            let document = words_only(&body);
            prop_assert!(document.cut);
        }
    }
}
