//! From what a body says to blocks that may be shown.

use super::document::{Block, BlockKind, Document, Span, SpanStyle};
use super::links::{Links, addresses};
use super::quotes;
use super::read::{Piece, PieceKind, read};
use crate::text::{Clean, clean, clean_lines};

/// Line breaks kept in a row: one blank line.
const BREAKS_CAP: usize = 2;

/// The same as [`blocks`], asking now and then whether to go on; `None` when not. For a thread of its own:
/// the caller looks at a clock, this room has none.
#[must_use]
pub fn blocks_while(body: &str, go_on: &dyn Fn() -> bool) -> Option<Document> {
    go_on().then(|| blocks(body))
}

/// What stands in for [`blocks`] when a body could not be read in time or at all: its words without tags, on
/// one level. Never fails and is linear, with a small factor.
#[must_use]
pub fn words_only(body: &str) -> Document {
    let text = clean_lines(&super::strip(super::tokens::capped(body).0));
    let span = Span { text, style: SpanStyle::default() };
    let block = Block {
        kind: BlockKind::Paragraph,
        quote_depth: 0,
        indent: 0,
        gap: false,
        fold: None,
        spans: vec![span],
    };
    Document { blocks: vec![block], cut: true, ..Document::default() }
}

/// A body, HTML or plain text, as blocks of styled text. Linear in its length; reads 512 KB at most.
#[must_use]
pub fn blocks(body: &str) -> Document {
    let mut reading = read(body);
    let mut drafts = Vec::with_capacity(reading.pieces.len());
    for piece in reading.pieces {
        let attribution = piece.attribution;
        drafts.push(quotes::Draft { block: block(piece, &mut reading.links), attribution });
    }
    Document {
        blocks: quotes::mark(drafts),
        links: reading.links.finish(),
        hidden: reading.hidden,
        trackers: reading.trackers,
        cut: reading.cut,
    }
}

fn block(piece: Piece, links: &mut Links) -> Block {
    let code = piece.kind == PieceKind::Code;
    let kind = match piece.kind {
        PieceKind::Paragraph => BlockKind::Paragraph,
        PieceKind::Heading(level) => BlockKind::Heading(level),
        PieceKind::Item { number } => {
            let marker = number.map_or_else(|| Clean::literal("•"), |number| clean(&format!("{number}.")));
            BlockKind::ListItem { marker, depth: piece.indent.max(1) }
        }
        PieceKind::Code => BlockKind::Code,
        PieceKind::Rule => BlockKind::Rule,
    };
    let mut spans = Vec::with_capacity(piece.spans.len());
    for (text, style) in piece.spans {
        if style.image {
            spans.push(Span { text: image_label(&text), style });
        } else if style.link.is_some() || code {
            push_span(&mut spans, &text, style);
        } else {
            push_linked(&mut spans, &text, style, links);
        }
    }
    if !code {
        limit_breaks(&mut spans);
    }
    Block { kind, quote_depth: piece.quote_depth, indent: piece.indent, gap: piece.gap, fold: piece.fold, spans }
}

fn image_label(alt: &str) -> Clean {
    if alt.is_empty() { Clean::literal("[image]") } else { clean(&format!("[image: {alt}]")) }
}

fn push_span(spans: &mut Vec<Span>, text: &str, style: SpanStyle) {
    let text = clean_lines(text);
    if !text.is_empty() {
        spans.push(Span { text, style });
    }
}

/// Text in which web addresses become links of their own.
fn push_linked(spans: &mut Vec<Span>, text: &str, style: SpanStyle, links: &mut Links) {
    let mut done = 0;
    for range in addresses(text) {
        let address = &text[range.clone()];
        let number = if address.contains("://") {
            links.number(address, false)
        } else {
            links.number(&format!("https://{address}"), false)
        };
        let Some(number) = number else { continue };
        links.note_text(number, address);
        push_span(spans, &text[done..range.start], style);
        push_span(spans, address, SpanStyle { link: Some(number), ..style });
        done = range.end;
    }
    push_span(spans, &text[done..], style);
}

/// Several blank lines in a row become one.
fn limit_breaks(spans: &mut [Span]) {
    let mut breaks = 0;
    for span in spans {
        if span.style.image {
            breaks = 0;
            continue;
        }
        let mut kept = String::with_capacity(span.text.len());
        for scalar in span.text.chars() {
            match scalar {
                '\n' => breaks += 1,
                ' ' | '\u{A0}' if breaks > 0 => {}
                _ => breaks = 0,
            }
            if scalar != '\n' || breaks <= BREAKS_CAP {
                kept.push(scalar);
            }
        }
        if kept.len() != span.text.len() {
            span.text = Clean::vouch(kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::filter::is_forbidden;
    use crate::text::html::{Fold, layout};

    fn shown(html: &str) -> Vec<String> {
        let document = blocks(html);
        document
            .blocks
            .iter()
            .map(|block| {
                let mut line = if block.gap { "/".to_owned() } else { String::new() };
                line.push_str(&">".repeat(usize::from(block.quote_depth)));
                match &block.kind {
                    BlockKind::Paragraph => line.push_str(&"  ".repeat(usize::from(block.indent))),
                    BlockKind::Heading(level) => line.push_str(&"#".repeat(usize::from(*level))),
                    BlockKind::ListItem { marker, depth } => line.push_str(&format!("{depth}{marker}")),
                    BlockKind::Code => line.push('`'),
                    BlockKind::Rule => line.push_str("---"),
                }
                for span in &block.spans {
                    line.push_str(&span.text);
                }
                line
            })
            .collect()
    }

    #[test]
    fn paragraphs_and_line_breaks() {
        assert_eq!(shown("<p>Hi  there,</p>\n<p>a<br>b<br></p><p>c</p>"), ["Hi there,", "/a\nb", "/c"]);
        assert_eq!(shown("<div>a</div><div>b</div><div><br></div><div>c</div>"), ["a", "b", "/c"]);
        assert_eq!(shown("a<br><br><br><br>b"), ["a\n\nb"]);
        assert_eq!(
            shown(
                "<p class=MsoNormal>a</p><p class=MsoNormal>b</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>c</p>"
            ),
            ["a", "b", "/c"]
        );
    }

    #[test]
    fn plain_text_keeps_its_lines() {
        assert_eq!(shown("Hello <3\nnext &amp; last\n\n  indented a<b"), ["Hello <3\nnext & last", "/  indented a<b"]);
        assert!(shown("").is_empty());
    }

    #[test]
    fn headings_lists_code_and_rules() {
        assert_eq!(
            shown("<h2>T</h2><ul><li>a<li>b<ol start=3><li>c</li></ol></ul>x<hr><pre>  y\n   z</pre>"),
            ["##T", "/1•a", "1•b", "23.c", "/x", "/---", "/`  y\n   z"]
        );
    }

    #[test]
    fn styles_follow_their_elements() {
        let document = blocks(
            "<p>a <b>bold <i>both</i></b> <code>c</code><span style='font-weight:700'>d</span> <a data-admin-id=1 href='#'>@Ana</a></p>",
        );
        let styled: Vec<(&str, SpanStyle)> =
            document.blocks[0].spans.iter().map(|span| (span.text.as_str(), span.style)).collect();
        let plain = SpanStyle::default();
        assert!(styled.contains(&("both", SpanStyle { strong: true, emphasis: true, ..plain })));
        assert!(styled.contains(&("c", SpanStyle { code: true, ..plain })));
        assert!(styled.contains(&("@Ana", SpanStyle { mention: true, ..plain })));
    }

    #[test]
    fn scripts_styles_and_hidden_text_are_left_out_and_counted() {
        let document = blocks(
            "<head><title>T</title><style>p{}</style></head><div style='DISPLAY: none'>secret <p>more</p></div><p>seen</p><script>alert(1)</script>\
             <span style='font-size:0'>x<b style='font-size:14px'>y</b></span><p hidden>no</p>",
        );
        assert_eq!(document.blocks.iter().map(|block| block.spans[0].text.as_str()).collect::<Vec<_>>(), ["seen", "y"]);
        assert_eq!(document.hidden, 3);
    }

    #[test]
    fn an_open_drawing_does_not_swallow_the_message() {
        assert_eq!(shown("<svg><text>no</text><p>yes</p>"), ["yes"]);
    }

    #[test]
    fn images_have_labels_and_pixels_are_dropped() {
        let document = blocks(
            "<p>a <img src='https://x.org/a.png' alt='A  map'> <img src=cid:1><img width=1 height=1 src='http://t.example/p'></p>",
        );
        let words: String = document.blocks[0].spans.iter().map(|span| span.text.as_str()).collect();
        assert_eq!(words, "a [image: A map] [image]");
        assert_eq!((document.trackers, document.links.len()), (1, 1));
    }

    #[test]
    fn links_are_numbered_once_each() {
        let document = blocks(
            "<a href='https://a.org'>x</a> <a href='https://a.org'>y</a> see https://b.org/z. <a href='javascript:x'>no</a>",
        );
        let hosts: Vec<&str> = document.links.iter().map(|link| link.host.as_str()).collect();
        assert_eq!(hosts, ["a.org", "b.org"]);
        assert_eq!(document.link(1).map(|link| link.text.as_str()), Some("xy"));
        assert_eq!(document.link(0), None);
    }

    #[test]
    fn table_rows_are_lines() {
        assert_eq!(
            shown("<table><tr><th>Item<th>Qty<tr><td>Tea</td> <td>2</td></tr></table>after"),
            ["Item │ Qty", "Tea │ 2", "/after"]
        );
    }

    #[test]
    fn controls_in_entities_are_shown_as_signs() {
        assert_eq!(shown("<p>a&#27;[2Jb&#x202e;c</p>"), ["a␛[2Jb�c"]);
    }

    #[test]
    fn quoted_history_is_marked() {
        let document = blocks(
            "<div>Thanks!</div><div class=gmail_quote><div class=gmail_attr>On Mon, 3 Mar 2025 Ana wrote:<br></div><blockquote>old<blockquote>older</blockquote></blockquote></div>",
        );
        let folds: Vec<(u8, Option<Fold>)> =
            document.blocks.iter().map(|block| (block.quote_depth, block.fold)).collect();
        let quoted = Some(Fold::Quoted);
        assert_eq!(folds, [(0, None), (0, quoted), (1, quoted), (2, quoted)]);
    }

    #[test]
    fn deep_nesting_is_survived() {
        let html = format!("{}x{}y", "<div><b>".repeat(20_000), "</b></div>".repeat(20_000));
        assert_eq!(shown(&html), ["x", "y"]);
        let html = "<ul><li>".repeat(30_000);
        let _ = layout(&blocks(&format!("{html}end")), 20, true);
    }

    #[test]
    fn a_long_body_says_that_it_was_cut() {
        let document = blocks(&"<p>word</p>".repeat(100_000));
        assert!(document.cut);
    }

    fn soup() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            2 => "\\PC{0,8}",
            1 => any::<String>(),
            4 => prop::sample::select(vec![
                "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<br>", "<table>", "<tr>", "<td>", "</table>", "<ul>", "<ol>", "<li>", "</ul>", "<blockquote>",
                "</blockquote>", "<pre>", "</pre>", "<a href='https://x.org/", "'>", "</a>", "<img alt='", "<svg>", "<script>", "</script>", "<style>", "<!--", "-->",
                "&#x202e;", "&amp;", "&lt;", "\n", "\n> ", "\n-- \n", "On 3 May Ana wrote:\n", "<hr>", " ", "&nbsp;", "\u{1b}[2J", "https://y.org", "<p style='display:none'>",
            ]).prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_body_becomes_clean_lines_that_fit(html in soup(), cells in 0_u16..60, fold in any::<bool>()) {
            let document = blocks(&html);
            for line in layout(&document, cells, fold) {
                prop_assert!(line.width() <= usize::from(cells), "{:?}", line);
                for span in &line.spans {
                    prop_assert!(!span.text.chars().any(|c| is_forbidden(c) || c == '\n'));
                }
            }
        }
    }
}
