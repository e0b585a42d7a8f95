//! Bodies as they are stored: a small subset of HTML, always balanced.
//!
//! Owns which bodies are text and which are HTML; what HTML may hold is decided by
//! [`html::sanitise`]. Knows nothing of conversations. Enter at [`from_teammate`] and
//! [`from_contact`].

use crate::text::html;

/// HTML longer than this is kept as text, whole: cutting it would lose words.
const LARGEST_HTML: usize = 400 * 1024;

/// Beginnings of elements that stand for themselves.
const BLOCKS: [&str; 10] = ["<p", "<div", "<ul", "<ol", "<h", "<table", "<blockquote", "<img", "<section", "<article"];

/// The body that is stored for what a teammate wrote: HTML when it has an element that may stay, else
/// plain text. Empty when nothing readable remains.
#[must_use]
pub fn from_teammate(body: &str) -> String {
    if body.len() > LARGEST_HTML && is_paragraphs(body) {
        return body.to_owned();
    }
    if body.len() > LARGEST_HTML || !body.contains('<') {
        return html::from_plain(body);
    }
    let clean = html::sanitise(body);
    if clean.trim().is_empty() {
        return String::new();
    }
    if !clean.contains('<') {
        return html::from_plain(body);
    }
    if html::to_plain(&clean).trim().is_empty() && !clean.contains("<img") {
        return String::new();
    }
    // Inline words alone make a paragraph.
    if BLOCKS.iter().any(|block| clean.contains(block)) { clean } else { format!("<p>{clean}</p>") }
}

/// Whether a body is paragraphs of text with line breaks and nothing else, which may stay whatever its length.
fn is_paragraphs(body: &str) -> bool {
    let mut tags = body.split('<');
    let mut open = false;
    tags.next() == Some("")
        && tags.all(|after| {
            let Some((tag, words)) = after.split_once('>') else { return false };
            let fits = match tag {
                "p" => !std::mem::replace(&mut open, true),
                "/p" => std::mem::take(&mut open) && words.trim().is_empty(),
                "br" => open,
                _ => false,
            };
            fits && !words.contains('>')
        })
        && !open
}

/// The body that is stored for what a contact wrote, which is plain text always.
#[must_use]
pub fn from_contact(body: &str) -> String {
    html::from_plain(body)
}

/// A subject or title as HTML: text on one line.
#[must_use]
pub fn line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let whole = html::from_plain(&words.join(" "));
    whole.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_becomes_paragraphs() {
        assert_eq!(from_teammate("Okay!"), "<p>Okay!</p>");
        assert_eq!(from_teammate("a < b & c\r\nnext\n\n\nlast"), "<p>a &lt; b &amp; c<br>next</p><p>last</p>");
        assert_eq!(from_teammate("set <your name> here"), "<p>set &lt;your name&gt; here</p>");
        assert_eq!(from_teammate(" \n "), "");
        assert_eq!(line(" Where \n is it? <b> "), "Where is it? &lt;b&gt;");
    }

    #[test]
    fn what_a_contact_writes_is_text_always() {
        assert_eq!(from_contact("<b>hi</b>"), "<p>&lt;b&gt;hi&lt;/b&gt;</p>");
    }

    #[test]
    fn known_elements_and_their_attributes_stay() {
        let body = r#"<p>Hi <a href="https://example.com/?a=1&amp;b=2" onclick="x()">there</a></p>"#;
        assert_eq!(from_teammate(body), r#"<p>Hi <a href="https://example.com/?a=1&amp;b=2">there</a></p>"#);
        let mention = r#"<p><a data-admin-id="814">@Ana</a></p>"#;
        assert_eq!(from_teammate(mention), mention);
        assert_eq!(from_teammate("so <b>bold</b>"), "<p>so <b>bold</b></p>");
    }

    #[test]
    fn what_an_agents_markdown_becomes_stays_as_it_was_sent() {
        let text = "# Refund\nIt is **on *its* way**: `x < y`\n1. today\n2. [there](https://example.com/?a=1&b=2)\n\n> quoted\n\n```\nls\n  x\n```\n- a\n- b";
        let sent = crate::text::markdown::to_html(text);
        assert!(sent.contains("<h1>") && sent.contains("<pre><code>") && sent.contains("<ol><li>"), "{sent}");
        assert_eq!(from_teammate(&sent), sent);
    }

    #[test]
    fn scripts_and_handlers_go() {
        assert_eq!(from_teammate("<p>a<script>alert('<p>x</p>')</script>b</p>"), "<p>ab</p>");
        assert!(!from_teammate("<p onload=x>a</p>").contains("onload"));
        assert!(!from_teammate("<p><a href=\"javascript:alert(1)\">x</a></p>").contains("javascript"));
    }

    #[test]
    fn nothing_of_a_very_long_body_is_cut() {
        let body = format!("<b>{}</b>end", "word ".repeat(200_000));
        assert!(from_teammate(&body).contains("end"));
        let text = "a < b\n\n  c\n".repeat(100_000);
        assert_eq!(from_teammate(&html::from_plain(&text)), html::from_plain(&text), "as it was sent");
        for other in
            ["<p>a<p>b</p>", "<p>a", "<p>a</p><script>x</script>", "x<p>a</p>", "<p>a</p>b", "<p onload=x>a</p>"]
        {
            assert!(!is_paragraphs(other), "{other}");
        }
    }
}
