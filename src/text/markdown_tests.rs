//! What is markup, what is not, and that nothing typed is lost on the way.

use proptest::prelude::*;

use super::*;
use crate::text::{canonical, html};

#[test]
fn text_without_markup_is_sent_as_ever() {
    for text in [
        "",
        "Hello,\nthere.\n\n  indented\n\n\nBye",
        "#2214 is yours\n# 2214",
        "snake_case and __init__ and a*b*c, 5 * 3 * 2",
        "*_* -_- ***",
        "C:\\temp\\*.txt and \\*x\\*",
        "1986. A year\n2. two",
        "- Ana",
        "Thanks\n---\nAna",
        "Thanks\n===",
        "Best,\n-- \nAna\n-",
        "> ",
        ">5 items",
        "<b>bold</b> & <script>",
        "&amp; &nbsp; &#x41;",
        "[1]: https://example.com\n[1]",
        "[click](javascript:alert(1)) ![pic](https://x.org/a.png)",
        "<https://example.com>",
        "    four spaces\n\n    more",
        "``` never closed\ntext",
        "+33 6 12 34\n+ 5",
        "https://x.org/*foo*/_bar_",
        "two  \nspaces\\\nslash",
        "```` `` ` ````",
        "/srv/_cache_/x and /tmp/*foo, /var/*",
        "www.example.com/_a_/b?q=_c_&d=*e*",
        "C:\\logs\\_old_\\*.txt",
        "*.txt,*.pdf or (*.doc|*.odt)",
        "l`heure et d`accord",
        "`quoted' and `so'",
        "first_last@x.org, other_name@y.org",
        "5* hotel, 4* too, **",
        "_a_.b *x*.log *y*-z",
    ] {
        assert_eq!(to_html(text), from_plain(text), "{text:?}");
        assert!(!is_marked(text), "{text:?}");
    }
}

#[test]
fn bold_italic_code_and_links() {
    assert_eq!(to_html("so **very *much*** `a < b`"), "<p>so <b>very <i>much</i></b> <code>a &lt; b</code></p>");
    assert_eq!(to_html("_yes_, *no*"), "<p><i>yes</i>, <i>no</i></p>");
    assert_eq!(to_html("**two\nlines**"), "<p><b>two<br>lines</b></p>");
    assert_eq!(
        to_html("see [our \"page\"](https://a.org/?a=1&b=2 \"t\") or [mail](mailto:a@b.c)"),
        "<p>see <a href=\"https://a.org/?a=1&amp;b=2\">our &quot;page&quot;</a> or <a href=\"mailto:a@b.c\">mail</a></p>"
    );
    assert_eq!(to_html("«*ça*» (**oui**)"), "<p>«<i>ça</i>» (<b>oui</b>)</p>");
    assert_eq!(to_html("*bold* <i>x</i> &amp;"), "<p><i>bold</i> &lt;i&gt;x&lt;/i&gt; &amp;amp;</p>");
}

#[test]
fn line_breaks_and_indents_stay_beside_markup() {
    assert_eq!(to_html("Hi **you**,\n  two\n\nBye"), "<p>Hi <b>you</b>,<br>&nbsp;&nbsp;two</p><p>Bye</p>");
}

#[test]
fn headings_quotes_and_code_blocks() {
    assert_eq!(to_html("# Title\ntext"), "<h1>Title</h1><p>text</p>");
    assert_eq!(
        to_html("> you wrote\n> this\nMy answer"),
        "<blockquote><p>you wrote<br>this</p></blockquote><p>My answer</p>"
    );
    assert_eq!(
        to_html("> > deep\n>> too\n> less"),
        "<blockquote><blockquote><p>deep</p></blockquote><blockquote><p>too</p></blockquote><p>less</p></blockquote>"
            .replace("</blockquote><blockquote>", "<br>")
            .replace("</p><br><p>", "<br>")
    );
    assert_eq!(to_html("Run:\n```sh\nls  *\n  x\n```\nok"), "<p>Run:</p><pre><code>ls  *\n  x</code></pre><p>ok</p>");
}

#[test]
fn lists_have_two_items_or_more_and_count_from_one() {
    assert_eq!(to_html("Steps:\n1. one\n2. two\nDone"), "<p>Steps:</p><ol><li>one</li><li>two</li></ol><p>Done</p>");
    assert_eq!(to_html("- a\n- *b*\n  more"), "<ul><li>a</li><li><i>b</i><br>more</li></ul>");
    assert_eq!(to_html("* a\n  - x\n  - y\n* b"), "<ul><li>a<ul><li>x</li><li>y</li></ul></li><li>b</li></ul>");
    assert_eq!(to_html("- a\n  - x\n- b"), "<ul><li>a<br>- x</li><li>b</li></ul>");
    assert_eq!(to_html("- a\n  - x\n  - y\n- b"), "<ul><li>a<ul><li>x</li><li>y</li></ul></li><li>b</li></ul>");
    assert!(!is_marked("2. two\n3. three"));
}

#[test]
fn a_preview_reads_as_it_was_meant() {
    let document = html::blocks(&to_html("# Refund\nIt is **on its way**:\n1. today\n2. tomorrow\n\n> quoted"));
    let kinds: Vec<String> = document.blocks.iter().map(|block| format!("{:?}", block.kind)).collect();
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    assert!(kinds[0].starts_with("Heading(1") && kinds[2].starts_with("ListItem"), "{kinds:?}");
    assert_eq!(document.blocks[4].quote_depth, 1);
}

fn marked() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-zé0-9 ]{1,6}",
        1 => "\\PC{0,4}",
        5 => prop::sample::select(vec![
            "**", "*", "_", "`", "```\n", "\n", "\n\n", "\n- ", "\n* ", "\n1. ", "\n2. ", "\n  ", "> ", "\n> ", "# ", "[", "](https://a.org)", "](x)",
            "<b>", "&amp;", "\\", "https://", "#12", "\n---\n", "  \n", ")", "!", "\u{E000} ",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// The letters and digits of a text, in order.
fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

proptest! {
    #[test]
    fn what_the_helpdesk_gives_back_is_recognised(text in marked()) {
        let sent = to_html(&text);
        prop_assert_eq!(canonical(&sent), canonical(&html::sanitise(&sent)));
        // Servers that wrap, break and indent differently.
        let other = sent.replace("<p>", "<div class=\"x\">").replace("</p>", "</div>\n").replace("<br>", "<br/>\n");
        prop_assert_eq!(canonical(&sent), canonical(&other));
    }

    #[test]
    fn no_word_is_lost(text in marked()) {
        let shown = html::to_plain(&to_html(&text));
        // Targets of links, numbers of items and the words after a fence are markup.
        if !text.contains("](https") && !text.contains("```") && !text.contains("1. ") && !text.contains('&') {
            prop_assert_eq!(letters(&shown), letters(&html::to_plain(&from_plain(&text.replace('\u{E000}', "")))));
        }
    }

    #[test]
    fn what_is_sent_is_balanced_and_harmless(text in marked()) {
        let sent = to_html(&text);
        // The same blanks, spelled the other way.
        prop_assert_eq!(html::sanitise(&sent), sent.replace("&nbsp;", "\u{a0}"));
    }
}
