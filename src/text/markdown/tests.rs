//! What is markup, what is not, and that nothing typed is lost on the way.

use proptest::prelude::*;

use super::*;
use crate::text::{canonical, html, said, said_plainly};

#[test]
fn text_without_markup_is_sent_as_ever() {
    for text in [
        "",
        "Hello,\nthere.\n\n  indented\n\n\nBye",
        "#2214 is yours\n# 2214",
        "snake_case and __init__ and a*b*c, 5 * 3 * 2",
        "*_* -_- ***",
        "C:\\temp\\*.txt and \\*.* and \\d+\\*",
        "a \\ b \\n \\o/ \\\\server\\share\\*x*",
        "C:\\*a* C:\\_b_ c:*d*",
        "~~~\ncode\n~~~",
        "| a | b |\n| - | - |\n| 1 | 2 |",
        "[ ] todo\n[x] done",
        "1986. A great year",
        "1986. A great year\n1987. Another",
        "# apt install foo",
        "# apt install foo\n# reboot",
        "Run:\n\n# apt install foo\n\nand then reboot",
        "Then\n# Title\ntext",
        "# Title",
        "Zoë\u{301} 😀👩‍👩‍👧‍👦 … “quotes” it's",
        "1986. A year\n2. two",
        "- Ana",
        "Thanks\n---\nAna",
        "Thanks\n===",
        "Best,\n-- \nAna\n-",
        "> ",
        ">5 items",
        "<b>bold</b> & <script>",
        "&amp; &nbsp; &#x41;",
        "    four spaces\n\n    more",
        "``` never closed\ntext",
        "+33 6 12 34\n+ 5",
        "two  \nspaces\\\nslash",
        "```` `` ` ````",
        "/srv/_cache_/x and /tmp/*foo, /var/*",
        "C:\\logs\\_old_\\*.txt",
        "*.txt,*.pdf or (*.doc|*.odt)",
        "l`heure et d`accord",
        "`quoted' and `so'",
        "5* hotel, 4* too, **",
        "_a_.b *x*.log *y*-z",
    ] {
        assert_eq!(to_html(text), from_plain(text), "{text:?}");
        assert!(!is_marked(text), "{text:?}");
    }
}

#[test]
fn addresses_become_links_and_keep_their_words() {
    for text in [
        "[1]: https://example.com\n[1]",
        "[click](javascript:alert(1)) [x](file:///etc) [y](/z) www.example.com",
        "<https://example.com>",
        "https://x.org/*foo*/_bar_",
        "www.example.com/_a_/b?q=_c_&d=*e*",
        "first_last@x.org, other_name@y.org",
        "(see https://x.org/a_(b)), or ana@example.com!",
    ] {
        let sent = to_html(text);
        assert_eq!(canonical(&sent), canonical(&from_plain(text)), "{sent}");
        assert!(sent.contains("<a href=\""), "{sent}");
    }
    assert_eq!(
        to_html("see https://x.org/a?b=1&c=2."),
        "<p>see <a href=\"https://x.org/a?b=1&amp;c=2\">https://x.org/a?b=1&amp;c=2</a>.</p>"
    );
    assert_eq!(to_html("**www.x.org**"), "<p><b><a href=\"https://www.x.org\">www.x.org</a></b></p>");
    assert_eq!(
        to_html("[www.x.org](https://y.org) `a@b.org`"),
        "<p><a href=\"https://y.org\">www.x.org</a> <code>a@b.org</code></p>"
    );
}

#[test]
fn a_picture_is_one_where_it_comes_from_the_web() {
    assert_eq!(
        to_html("see ![our *map*](https://x.org/a.png), [![i](https://x.org/i.png)](https://y.org)"),
        "<p>see <img src=\"https://x.org/a.png\" alt=\"our *map*\">, \
         <a href=\"https://y.org\"><img src=\"https://x.org/i.png\" alt=\"i\"></a></p>"
    );
    assert_eq!(to_html("![a *b*](data:x) ![c](/d)"), "<p>![a <i>b</i>](data:x) ![c](/d)</p>");
}

#[test]
fn a_single_number_sign_is_a_heading_only_where_it_is_meant() {
    assert_eq!(to_html("# Title\ntext"), "<h1>Title</h1><p>text</p>");
    assert_eq!(to_html("Hi\n\n# Title\n\ntext"), "<p>Hi</p><h1>Title</h1><p>text</p>");
    assert_eq!(to_html("Hi\n## steps\n### 3 things"), "<p>Hi</p><h2>steps</h2><h3>3 things</h3>");
    for prompt in ["# apt install\ntext", "Hi\n\n# Apt install\nthen", "Hi\n# Title\n\ntext", "Hi\n\n# Title"] {
        assert!(!is_marked(prompt), "{prompt}");
    }
}

#[test]
fn a_backslash_makes_a_sign_of_what_would_be_markup() {
    assert_eq!(to_html("\\*not thin\\* \\**nor bold**"), "<p>*not thin* **nor bold**</p>");
    assert_eq!(to_html("\\# Title\n\\- one\n1\\. two\n\\> three"), "<p># Title<br>- one<br>1. two<br>&gt; three</p>");
    assert_eq!(to_html("**a\\*b** and \\_init\\_"), "<p><b>a*b</b> and _init_</p>");
    assert_eq!(to_html("\\[x\\](https://a.org)"), "<p>[x](<a href=\"https://a.org\">https://a.org</a>)</p>");
    assert_eq!(to_html("`C:\\temp\\` and `\\*x\\*`"), "<p><code>C:\\temp\\</code> and <code>\\*x\\*</code></p>");
    assert_eq!(to_html("\\\\*x*"), "<p>\\*x*</p>", "one goes");
}

#[test]
fn what_never_ends_is_read_once() {
    for unit in ["`a", "``` x\n", "**a*_b", "````x\n```\n", "\\*", "[", "a@", "- a\n  - b\n"] {
        let sent = to_html(&unit.repeat(60_000 / unit.len()));
        assert!(sent.len() >= 60_000 / unit.len(), "{unit:?}");
    }
}

#[test]
fn lists_go_on_beyond_nine() {
    let steps = (1..=12).map(|step| format!("{step}. step\n")).collect::<Vec<_>>().concat();
    assert_eq!(to_html(&steps), format!("<ol>{}</ol>", "<li>step</li>".repeat(12)));
}

#[test]
fn nothing_after_a_fence_is_lost() {
    assert_eq!(to_html("```Error: no *disk*\nx\n```"), "<pre><code>Error: no *disk*\nx</code></pre>");
    assert_eq!(to_html("```Bash\nx\n```"), "<pre><code>x</code></pre>");
    assert_eq!(to_html("````\n```\nx\n````"), "<pre><code>```\nx</code></pre>");
}

#[test]
fn bold_italic_code_and_links() {
    assert_eq!(to_html("so **very *much*** `a < b`"), "<p>so <b>very <i>much</i></b> <code>a &lt; b</code></p>");
    assert_eq!(to_html("_yes_, *no*"), "<p><i>yes</i>, <i>no</i></p>");
    assert_eq!(to_html("**two\nlines**"), "<p><b>two<br>lines</b></p>");
    assert_eq!(
        to_html("see [our \"page\"](https://a.org/?a=1&b=2 \"t\") or [mail](mailto:a@b.c)"),
        "<p>see <a href=\"https://a.org/?a=1&amp;b=2\" title=\"t\">our &quot;page&quot;</a> or <a href=\"mailto:a@b.c\">mail</a></p>"
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
        let sent = said(&to_html(&text));
        // Targets of links, numbers of items and the language of a fence are markup.
        if !text.contains("](https") && !text.contains("```") && !text.contains("1. ") {
            prop_assert_eq!(letters(&sent), letters(&said_plainly(&text)));
        }
    }

    #[test]
    fn every_word_of_a_letter_is_in_what_is_sent_in_order(words in prop::collection::vec(("[a-zA-Z0-9éß'’.,;:!?%€&<>/#@()*_-]{1,12}", prop::sample::select(vec![" ", "\n", "\n\n", "  ", "\t"])), 0..30)) {
        let text = words.iter().map(|(word, gap)| format!("{word}{gap}")).collect::<Vec<_>>().concat();
        let sent = said(&to_html(&text));
        let mut rest = sent.as_str();
        for (word, _) in &words {
            // What a word is made of, without signs that may be markup.
            for part in word.split(['*', '_', '-', '#', '>']).filter(|part| part.chars().any(char::is_alphanumeric)) {
                let number_of_item = part.trim_end_matches(['.', ')']).bytes().all(|byte| byte.is_ascii_digit());
                let at = rest.find(part);
                prop_assert!(at.is_some() || number_of_item, "{} is not in {}", part, rest);
                rest = rest.get(at.map_or(0, |at| at + part.len())..).unwrap_or_default();
            }
        }
    }

    #[test]
    fn what_is_sent_is_balanced_and_harmless(text in marked()) {
        let sent = to_html(&text);
        // The same blanks, spelled the other way.
        prop_assert_eq!(html::sanitise(&sent), sent.replace("&nbsp;", "\u{a0}"));
    }
}
