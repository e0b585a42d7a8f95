//! The way between HTML and plain text, for sending, searching and comparing. Nothing here may be shown.

use super::piece::{Marker, Piece, PieceKind, Rows, Words};
use super::read::read;
use super::tokens::{self, Token};
use super::{elements, links};

/// The words of a body as plain text: paragraphs parted by blank lines, `- ` and `1. ` before list
/// items, `> ` before quotes, links as `label (url)`, a line for each row of a table with ` | ` between its
/// cells. Hidden text is left out. Reads 512 KB and 20,000 lines at most. Not clean: for searching and for
/// answering in plain text, never for showing.
#[must_use]
pub fn to_plain(body: &str) -> String {
    let reading = read(body);
    let targets = reading.links.finish();
    let mut plain = String::with_capacity(body.len().min(tokens::SIZE_CAP) / 2);
    for (index, piece) in reading.pieces.iter().enumerate() {
        if index > 0 {
            plain.push('\n');
            if piece.gap {
                plain.push('\n');
            }
        }
        let text = text_of(piece, &targets);
        let quote = "> ".repeat(usize::from(piece.quote_depth.min(9)));
        for (line_index, line) in text.split('\n').enumerate() {
            if line_index > 0 {
                plain.push('\n');
            }
            plain.push_str(&quote);
            plain.push_str(line.trim_end());
        }
    }
    plain.replace('\u{A0}', " ")
}

fn text_of(piece: &Piece, targets: &[links::Link]) -> String {
    let mut text = match &piece.kind {
        PieceKind::Item(Marker::Bullet) => "- ".to_owned(),
        PieceKind::Item(marker) => format!("{} ", marker.label(1)),
        PieceKind::Rule => "---".to_owned(),
        PieceKind::Table(rows) => return table_of(rows, targets),
        PieceKind::Paragraph | PieceKind::Heading(_) | PieceKind::Code => String::new(),
    };
    push_words(&piece.words, targets, &mut text);
    text
}

fn table_of(rows: &Rows, targets: &[links::Link]) -> String {
    let mut text = String::new();
    let header = Some(&rows.header).filter(|header| !header.is_empty());
    for (index, row) in header.into_iter().chain(&rows.rows).enumerate() {
        if index > 0 {
            text.push('\n');
        }
        for (column, words) in row.iter().enumerate() {
            if column > 0 {
                text.push_str(" | ");
            }
            let mut cell = String::new();
            push_words(words, targets, &mut cell);
            text.push_str(&cell.replace('\n', " "));
        }
    }
    text
}

fn push_words(words: &Words, targets: &[links::Link], text: &mut String) {
    let mut label = String::new();
    for (index, (words_here, style)) in words.iter().enumerate() {
        if style.image {
            text.push_str("[image");
            if !words_here.is_empty() {
                text.push_str(": ");
                text.push_str(words_here);
            }
            text.push(']');
            continue;
        }
        text.push_str(words_here);
        let Some(number) = style.link else { continue };
        label.push_str(words_here);
        if words.get(index + 1).is_some_and(|(_, next)| next.link == Some(number)) {
            continue;
        }
        if let Some(link) = number.checked_sub(1).and_then(|index| targets.get(index)) {
            let url = link.url.as_raw();
            let bare = url.strip_prefix("mailto:").unwrap_or(url);
            if label.trim() != url && label.trim() != bare {
                text.push_str(" (");
                text.push_str(bare);
                text.push(')');
            }
        }
        label.clear();
    }
}

/// Plain text as the HTML that the helpdesk takes: a paragraph per block of lines, `<br>` within it,
/// everything escaped, indents kept.
#[must_use]
pub fn from_plain(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8 + 16);
    let mut open = false;
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            if std::mem::take(&mut open) {
                html.push_str("</p>");
            }
            continue;
        }
        html.push_str(if open { "<br>" } else { "<p>" });
        open = true;
        let words = line.trim_start_matches(' ');
        for _ in words.len()..line.len() {
            html.push_str("&nbsp;");
        }
        escape(words, &mut html);
    }
    if open {
        html.push_str("</p>");
    }
    html
}

/// Writes text so that HTML reads it as the same text, also within a quoted attribute.
pub(in crate::text) fn escape(text: &str, html: &mut String) {
    for scalar in text.chars() {
        match scalar {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            _ => html.push(scalar),
        }
    }
}

/// The characters of a body without its tags, a space where a block or line ends.
pub(in crate::text) fn strip(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut raw = false;
    tokens::each(html, |token| match token {
        Token::Text(piece) if !raw => text.push_str(piece),
        Token::Text(_) => {}
        Token::Open { name, .. } => {
            raw = is_raw(name);
            part(name, &mut text);
        }
        Token::Close { name } => {
            raw = false;
            part(name, &mut text);
        }
    });
    text
}

/// Elements that the tokenizer reads as text up to their end tag.
fn is_raw(name: &str) -> bool {
    matches!(name, "script" | "style" | "title" | "iframe" | "noembed" | "noframes")
}

fn part(name: &str, text: &mut String) {
    if elements::is_block(name) || elements::is_void(name) || matches!(name, "td" | "th") {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_becomes_paragraphs() {
        assert_eq!(
            from_plain("Hi <b>,\r\nyou & me\n\n\n  \"x\"\n"),
            "<p>Hi &lt;b&gt;,<br>you &amp; me</p><p>&nbsp;&nbsp;&quot;x&quot;</p>"
        );
        assert_eq!(from_plain(""), "");
    }

    #[test]
    fn html_becomes_plain_text() {
        assert_eq!(
            to_plain(
                "<h1>T</h1><p>a <b>b</b><br>c &lt;d&gt;</p><ul><li>x</li><li>y</li></ul><blockquote>q</blockquote>"
            ),
            "T\n\na b\nc <d>\n\n- x\n- y\n\n> q"
        );
        assert_eq!(
            to_plain("<a href='https://a.org'>here</a> <a href='mailto:a@b.c'>a@b.c</a>"),
            "here (https://a.org) a@b.c"
        );
        assert_eq!(to_plain("<style>x</style><p style='display:none'>h</p>seen"), "seen");
    }

    #[test]
    fn there_and_back_is_the_same_text() {
        for text in ["Hello\nworld\n\nBye", "a < b & c > d \"e\"", "  indented\n    more", "x https://a.org/?a=1&b=2 y"]
        {
            assert_eq!(to_plain(&from_plain(text)), text);
        }
    }
}
