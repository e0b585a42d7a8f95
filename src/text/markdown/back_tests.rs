//! The way back from HTML, and that the way forth shows the same again.

use proptest::prelude::*;

use super::*;
use crate::text::html::blocks;

#[test]
fn blocks_become_the_lines_that_an_agent_would_write() {
    for (html, markdown) in [
        ("<p>Hi Ana,</p><p>one<br>two</p>", "Hi Ana,\n\none\ntwo"),
        ("<div>a</div><div>b</div><div><br></div><div>c</div>", "a\nb\n\nc"),
        ("<h1>Refund</h1><p>text</p>", "# Refund\n\ntext"),
        ("<p>text</p><h2>Then 2</h2><h6>deep</h6>", "text\n\n## Then 2\n\n### deep"),
        ("<h1>the end</h1>", "## the end"),
        ("<ul><li>a</li><li>b<ul><li>x</li><li>y</li></ul></li></ul>", "- a\n- b\n  - x\n  - y"),
        ("<ol><li>a<ul><li>x</li></ul></li><li>b</li></ol><p>c</p>", "1. a\n     - x\n2. b\n\nc"),
        ("<ol><li><p>a</p><p>more</p></li><li><p>b</p></li></ol>", "1. a\n   more\n2. b"),
        ("<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>", "- a\n- b\n\n1. c\n2. d"),
        ("<blockquote><p>q</p><blockquote>r</blockquote></blockquote><p>x</p>", "> q\n>\n> > r\n\nx"),
        ("<pre>if x:\n    y()\n\nz</pre>", "```\nif x:\n    y()\n\nz\n```"),
        ("<pre>```\na\n```</pre>", "````\n```\na\n```\n````"),
        ("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb"),
        ("<p>seen<span style='display:none'>not</span></p>", "seen"),
        ("", ""),
    ] {
        assert_eq!(from_html(html), markdown, "{html}");
    }
}

#[test]
fn styles_links_and_pictures_are_written_where_they_are_read_again() {
    for (html, markdown) in [
        ("<p>a <b>bold <i>both</i></b> <code>x < y</code></p>", "a **bold _both_** `x < y`"),
        ("<p><b>Total: </b>5 €</p>", "**Total:** 5 €"),
        ("<p><b>Bold</b>ly</p>", "Boldly"),
        ("<p><b>two<br>lines</b></p>", "**two**\n**lines**"),
        ("<p><a href='https://a.org/?a=1&amp;b=2'>our <b>page</b></a>.</p>", "[our **page**](https://a.org/?a=1&b=2)."),
        ("<p>see <a href='https://a.org/x'>https://a.org/x</a> or www.b.org</p>", "see https://a.org/x or www.b.org"),
        (
            "<p><a href='mailto:a@b.org'>a@b.org</a> <a href='mailto:a@b.org'>write</a></p>",
            "a@b.org [write](mailto:a@b.org)",
        ),
        ("<p><a href='https://a.org/x)y z'>p</a></p>", "[p](https://a.org/x%29y%20z)"),
        ("<p><img src='https://a.org/m.png' alt='A map'></p>", "![A map](https://a.org/m.png)"),
        ("<p><img src='cid:1'></p>", "[image]"),
        ("<p><code>a`b</code></p>", "``a`b``"),
        ("<p>was <s>9 €</s> 8 €</p>", "was ~~9 €~~ 8 €"),
        ("<p>Bonjour&nbsp;! &nbsp; x</p>", "Bonjour\u{a0}!   x"),
    ] {
        assert_eq!(from_html(html), markdown, "{html}");
    }
}

#[test]
fn what_looks_like_markup_and_is_text_stays_text() {
    for (html, markdown) in [
        ("<p>5 * 3 * 2 and snake_case</p>", "5 * 3 * 2 and snake_case"),
        ("<p>*not thin*</p>", "\\*not thin\\*"),
        ("<p>\\*x*</p>", "\\\\*x\\*"),
        ("<p># Title</p><p>x</p>", "\\# Title\n\nx"),
        ("<p>- Ana</p>", "- Ana"),
        ("<p>- a<br>- b</p>", "\\- a\n\\- b"),
        ("<p>1. a<br>2. b</p>", "1\\. a\n2\\. b"),
        ("<p>[x](https://a.org)</p>", "\\[x\\](https://a.org)"),
        ("<p>`a` C:\\temp\\*.txt</p>", "\\`a\\` C:\\temp\\*.txt"),
        ("<p>C:\\*a* b</p>", "C:\\*a* b"),
        ("<p>Hi {{user.first_name | fallback: 'there'}}</p>", "Hi {{user.first_name | fallback: 'there'}}"),
    ] {
        assert_eq!(from_html(html), markdown, "{html}");
        assert_eq!(html::to_plain(&to_html(markdown)), html::to_plain(html), "{html}");
    }
}

#[test]
fn a_macros_placeholders_are_untouched() {
    let body = "<p>Hi <attribute key=\"user.name\" default=\"there &amp; all\"/>,</p><p>it's <b><attribute key='ticket.id'></attribute></b> <attribute default=\"it's\" key=\"x\"/></p>";
    let markdown = "Hi {{user.name | fallback: 'there & all'}},\n\nit's **{{ticket.id}}** {{x | fallback: \"it's\"}}";
    assert_eq!(from_macro(body), markdown);
    assert!(says_all(body, markdown));
    assert_eq!(from_macro("<p>a</p><attributes>b</attributes> <attribute"), "a\n\nb");
}

#[test]
fn what_markdown_cannot_say_is_known() {
    let all = |html: &str| says_all(html, &from_macro(html));
    for html in [
        "<p>a <b>b</b> <a href='https://a.org'>c</a></p>",
        "<ul><li>a</li><li>b</li></ul>",
        "<ol><li><p>a</p><p>more</p></li><li>b</li></ol>",
        "<h1>Title</h1><p>x</p>",
        "<div>a</div><div>b</div>",
        "<p>*x*</p>",
        "<p><img src='https://a.org/x.png' alt='y'></p>",
    ] {
        assert!(all(html), "{html}: {}", from_macro(html));
    }
    for html in [
        "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>2</td></tr><tr><td>Milk</td><td>3</td></tr></table>",
        "<p>a</p><hr><p>b</p>",
        "<p><b>Bold</b>ly</p>",
        "<p><s>old</s> new</p>",
        "<ul><li>alone</li></ul>",
        "<p><img src='cid:1'></p><ol start=3><li>c</li><li>d</li></ol>",
    ] {
        assert!(!all(html), "{html}: {}", from_macro(html));
    }
}

#[test]
fn typical_markdown_comes_back_as_it_was_typed() {
    for text in [
        "Hi Ana,\n\nyour refund is **on its way**: `RF-12`.\nIt takes _three_ days.\n\nBest,\n- Zoe",
        "Steps:\n\n1. one\n2. two\n   more\n3. three\n\nDone",
        "## Refund\n\n> you wrote\n> this\n\nsee [our page](https://a.org/x) or https://b.org/y_z and ana@example.com",
        "```\nls *\n  x\n```\n\n- a\n- b\n  - c\n  - d",
    ] {
        assert_eq!(from_html(&to_html(text)), text);
    }
}

/// The words of a document, as a reader sees them.
fn shown(document: &Document) -> String {
    let spans = document
        .blocks
        .iter()
        .flat_map(|block| block.each_span().map(|span| span.text.to_string()).chain([" ".to_owned()]));
    let text: String = spans.collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn inline() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        4 => "[a-zé]{1,5}",
        1 => prop::sample::select(vec![
            "*", "**", "_", "__", "`", "```", "\\", "\\*", "\\\\", "[", "](https://x.org)", "]", "# ", "## a", "> ", "- ", "1. ", "2) ", "~~", "C:\\", "a_b", "!",
            "https://a.org/_x_", "www.b.org", "x@y.org", "&amp;", "&lt;b&gt;", ".", ",", "(", ")", "|", "{{a.b}}", "5", "😀", "\u{a0}", "://",
        ]).prop_map(str::to_owned),
        3 => Just(" ".to_owned()),
    ];
    let text = prop::collection::vec(words, 1..8).prop_map(|words| words.concat());
    text.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            (prop::sample::select(vec!["b", "i", "code", "s"]), inner.clone())
                .prop_map(|(tag, text)| format!("<{tag}>{text}</{tag}>")),
            inner.clone().prop_map(|text| format!("<a href='https://x.org/a'>{text}</a>")),
            prop::collection::vec(inner, 1..4).prop_map(|parts| parts.concat()),
            Just("<br>".to_owned()),
            Just("<img src='https://x.org/i.png' alt='a *b*'>".to_owned()),
        ]
    })
}

fn body() -> impl Strategy<Value = String> {
    let block = prop_oneof![
        4 => inline().prop_map(|text| format!("<p>{text}</p>")),
        2 => inline().prop_map(|text| format!("<div>{text}</div>")),
        1 => inline().prop_map(|text| format!("<h2>{text}</h2>")),
        1 => "[a-z *\n]{0,20}".prop_map(|text| format!("<pre>{text}</pre>")),
    ];
    block.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|blocks| format!("<ul><li>{}</li></ul>", blocks.join("</li><li>"))),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|blocks| format!("<ol><li>{}</li></ol>", blocks.join("</li><li>"))),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|blocks| format!("<blockquote>{}</blockquote>", blocks.concat())),
            prop::collection::vec(inner, 1..4).prop_map(|blocks| blocks.concat()),
        ]
    })
}

/// Words without the signs that Markdown shows as text: of an item alone, of what is struck out, of a table.
fn bare(text: &str) -> String {
    let words = text.replace("~~", "");
    words.chars().filter(|sign| !sign.is_whitespace()).collect()
}

proptest! {
    #[test]
    fn a_paragraph_shows_the_same_words_again(html in inline().prop_map(|text| format!("<p>{text}</p>"))) {
        let markdown = from_html(&html);
        let (was, is) = (shown(&blocks(&html)), shown(&blocks(&to_html(&markdown))));
        prop_assert_eq!(bare(&was), bare(&is), "{:?}", markdown);
    }

    #[test]
    fn a_body_shows_the_same_words_again_in_order(html in body()) {
        let markdown = from_html(&html);
        let letters = |text: &str| text.chars().filter(|sign| sign.is_alphabetic()).collect::<String>();
        let (was, is) = (shown(&blocks(&html)), shown(&blocks(&to_html(&markdown))));
        prop_assert_eq!(letters(&was), letters(&is), "{:?}", markdown);
    }

    #[test]
    fn after_one_pass_nothing_changes(html in body()) {
        let once = from_html(&to_html(&from_html(&html)));
        let twice = from_html(&to_html(&once));
        let (one, two) = (shown(&blocks(&to_html(&once))), shown(&blocks(&to_html(&twice))));
        prop_assert_eq!(bare(&one), bare(&two), "{:?} {:?}", once, twice);
    }

    #[test]
    fn any_text_at_all_is_survived(html in any::<String>()) {
        let _ = from_macro(&html);
    }
}
