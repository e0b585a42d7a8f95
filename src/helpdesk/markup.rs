//! What a body may contain once it is stored: a small subset of HTML, always balanced.
//!
//! Owns the rules for bodies that come in by the API. Scripts, styles, event handlers and addresses
//! other than web, mail and telephone are dropped with what they hold; unknown elements are
//! unwrapped. Knows nothing of conversations. Enter at [`from_teammate`] and [`from_contact`].

use std::cell::{Cell, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// Elements nested deeper than this are unwrapped.
const DEEPEST: usize = 64;

/// The body that is stored for what a teammate wrote: HTML when it has an element that HTML knows,
/// else plain text. Empty when nothing readable remains.
#[must_use]
pub fn from_teammate(body: &str) -> String {
    if has_element(body) { subset(body) } else { paragraphs(body) }
}

/// The body that is stored for what a contact wrote, which is plain text always.
#[must_use]
pub fn from_contact(body: &str) -> String {
    paragraphs(body)
}

/// A subject or title as HTML: text on one line.
#[must_use]
pub fn line(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let words: Vec<_> = text.split_whitespace().collect();
    escape(&words.join(" "), false, &mut html);
    html
}

/// Plain text as paragraphs: an empty line parts them, a line break within one stays.
fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut html = String::with_capacity(text.len() + 16);
    let mut lines: Vec<&str> = Vec::new();
    for line in text.split('\n').chain(std::iter::once("")) {
        if line.trim().is_empty() {
            if !lines.is_empty() {
                html.push_str("<p>");
                for (index, line) in lines.drain(..).enumerate() {
                    if index > 0 {
                        html.push_str("<br>");
                    }
                    escape(line, false, &mut html);
                }
                html.push_str("</p>");
            }
        } else {
            lines.push(line);
        }
    }
    html
}

fn escape(text: &str, attribute: bool, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' if attribute => into.push_str("&quot;"),
            '\0' => {}
            c => into.push(c),
        }
    }
}

/// What becomes of an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Block,
    Inline,
    Void,
    /// Dropped with all that it holds.
    Drop(Option<RawKind>),
    /// Its own tags go, what it holds stays.
    Unwrap,
    /// No element of HTML.
    Unknown,
}

fn rule(name: &str) -> Rule {
    match name {
        "p" | "div" | "ul" | "ol" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "table"
        | "thead" | "tbody" | "tr" | "td" | "th" => Rule::Block,
        "a" | "b" | "strong" | "i" | "em" | "u" | "s" | "del" | "code" | "sub" | "sup" | "span" | "small"
        | "attribute" => Rule::Inline,
        "br" | "hr" | "img" => Rule::Void,
        "script" => Rule::Drop(Some(RawKind::ScriptData)),
        "style" | "iframe" | "noframes" | "noembed" | "noscript" | "xmp" => Rule::Drop(Some(RawKind::Rawtext)),
        "title" | "textarea" => Rule::Drop(Some(RawKind::Rcdata)),
        "object" | "svg" | "math" | "template" | "select" | "audio" | "video" | "canvas" => Rule::Drop(None),
        "html" | "head" | "body" | "meta" | "link" | "base" | "font" | "center" | "form" | "input" | "button"
        | "label" | "section" | "article" | "header" | "footer" | "main" | "figure" | "figcaption" | "embed"
        | "picture" | "source" | "tfoot" | "caption" | "col" | "colgroup" | "dl" | "dt" | "dd" | "big" | "strike"
        | "abbr" | "cite" | "q" | "kbd" | "mark" | "ins" | "tt" => Rule::Unwrap,
        _ => Rule::Unknown,
    }
}

fn allows_attribute(element: &str, attribute: &str) -> bool {
    matches!(
        (element, attribute),
        ("a", "href" | "data-admin-id" | "title")
            | ("img", "src" | "alt" | "width" | "height")
            | ("attribute", "key" | "default")
            | ("td" | "th", "colspan" | "rowspan")
            | ("ol", "start")
    )
}

/// Whether an address may stay: web, mail or telephone.
fn allows_address(address: &str) -> bool {
    let plain: String = address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    match plain.split_once(':') {
        Some((scheme, _)) => ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known)),
        None => false,
    }
}

fn tokenize<S: TokenSink>(html: &str, sink: S) -> S {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    // A sink of ours never asks for a script to be run, which is the only reason to stop early.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink
}

fn has_element(html: &str) -> bool {
    struct Finder(Cell<bool>);
    impl TokenSink for Finder {
        type Handle = ();
        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            if let Token::TagToken(tag) = token
                && rule(&tag.name) != Rule::Unknown
            {
                self.0.set(true);
            }
            TokenSinkResult::Continue
        }
    }
    html.contains('<') && tokenize(html, Finder(Cell::new(false))).0.get()
}

fn subset(html: &str) -> String {
    let writer = tokenize(html, Writer(RefCell::new(Out::default()))).0.into_inner();
    writer.finish()
}

struct Writer(RefCell<Out>);

impl TokenSink for Writer {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut out = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => out.text(&text),
            Token::TagToken(tag) => {
                if let Some(kind) = out.tag(&tag) {
                    return TokenSinkResult::RawData(kind);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct Out {
    html: String,
    open: Vec<String>,
    /// A paragraph that we opened for text that stood outside any block.
    own_paragraph: bool,
    /// Element whose content is being dropped, and how many of its kind are open.
    dropping: Option<(String, usize)>,
    readable: bool,
}

impl Out {
    fn text(&mut self, text: &str) {
        if self.dropping.is_some() {
            return;
        }
        if self.open.is_empty() && text.trim().is_empty() {
            if self.own_paragraph {
                self.html.push(' ');
            }
            return;
        }
        self.before_inline();
        self.readable |= !text.trim().is_empty();
        escape(text, false, &mut self.html);
    }

    fn before_inline(&mut self) {
        if self.open.is_empty() && !self.own_paragraph {
            self.html.push_str("<p>");
            self.own_paragraph = true;
        }
    }

    fn before_block(&mut self) {
        if self.own_paragraph {
            while let Some(name) = self.open.pop() {
                self.close_tag(&name);
            }
            self.html.push_str("</p>");
            self.own_paragraph = false;
        }
    }

    fn close_tag(&mut self, name: &str) {
        self.html.push_str("</");
        self.html.push_str(name);
        self.html.push('>');
    }

    /// Returns how the tokenizer must read what follows, when that is no markup.
    fn tag(&mut self, tag: &Tag) -> Option<RawKind> {
        let name = &*tag.name;
        if let Some((dropped, depth)) = &mut self.dropping {
            if dropped == name {
                match tag.kind {
                    TagKind::StartTag => *depth += 1,
                    TagKind::EndTag => *depth -= 1,
                }
                if *depth == 0 {
                    self.dropping = None;
                }
            }
            return None;
        }
        match (rule(name), tag.kind) {
            (Rule::Drop(raw), TagKind::StartTag) => {
                if !tag.self_closing || raw.is_some() {
                    self.dropping = Some((name.to_owned(), 1));
                }
                return raw;
            }
            (Rule::Block, TagKind::StartTag) => {
                self.before_block();
                self.open_tag(tag);
            }
            (Rule::Inline, TagKind::StartTag) => {
                self.before_inline();
                self.open_tag(tag);
            }
            (Rule::Void, TagKind::StartTag) => {
                self.before_inline();
                self.void_tag(tag);
            }
            (Rule::Block | Rule::Inline, TagKind::EndTag) => {
                if let Some(at) = self.open.iter().rposition(|open| open == name) {
                    for name in self.open.split_off(at).into_iter().rev() {
                        self.close_tag(&name);
                    }
                }
            }
            _ => {}
        }
        None
    }

    fn open_tag(&mut self, tag: &Tag) {
        if self.open.len() >= DEEPEST {
            return;
        }
        self.start_tag(tag);
        if tag.self_closing {
            self.close_tag(&tag.name);
        } else {
            self.open.push(tag.name.to_string());
        }
    }

    fn void_tag(&mut self, tag: &Tag) {
        if &*tag.name == "img" {
            if !tag.attrs.iter().any(|a| &*a.name.local == "src" && allows_address(&a.value)) {
                return;
            }
            self.readable = true;
        }
        self.start_tag(tag);
    }

    fn start_tag(&mut self, tag: &Tag) {
        let name = &*tag.name;
        self.html.push('<');
        self.html.push_str(name);
        for attribute in &tag.attrs {
            let local = &*attribute.name.local;
            let is_address = matches!(local, "href" | "src");
            if allows_attribute(name, local) && (!is_address || allows_address(&attribute.value)) {
                self.html.push(' ');
                self.html.push_str(local);
                self.html.push_str("=\"");
                escape(&attribute.value, true, &mut self.html);
                self.html.push('"');
            }
        }
        self.html.push('>');
    }

    fn finish(mut self) -> String {
        while let Some(name) = self.open.pop() {
            self.close_tag(&name);
        }
        if self.own_paragraph {
            self.html.push_str("</p>");
        }
        if self.readable { self.html } else { String::new() }
    }
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
    }

    #[test]
    fn what_a_contact_writes_is_text_always() {
        assert_eq!(from_contact("<b>hi</b>"), "<p>&lt;b&gt;hi&lt;/b&gt;</p>");
    }

    #[test]
    fn known_elements_and_their_attributes_stay() {
        let body =
            r#"<p>Hi <a href="https://example.com/?a=1&amp;b=2" onclick="x()">there</a></p><ul><li>one</li></ul>"#;
        assert_eq!(
            from_teammate(body),
            r#"<p>Hi <a href="https://example.com/?a=1&amp;b=2">there</a></p><ul><li>one</li></ul>"#
        );
        let mention = r#"<p><a data-admin-id="814">@Ana</a></p>"#;
        assert_eq!(from_teammate(mention), mention);
    }

    #[test]
    fn scripts_styles_and_handlers_go() {
        assert_eq!(from_teammate("<p>a<script>alert('<p>x</p>')</script>b</p>"), "<p>ab</p>");
        assert_eq!(from_teammate("<style>p{}</style><p style='color:red' onload=x>a</p>"), "<p>a</p>");
        assert_eq!(from_teammate("<script>1</script>"), "");
        assert_eq!(from_teammate("<svg><svg></svg><script>1</script></svg>ok<b>!</b>"), "<p>ok<b>!</b></p>");
        assert_eq!(from_teammate("<img src=x onerror=alert(1)>hi"), "<p>hi</p>");
    }

    #[test]
    fn addresses_that_run_are_dropped() {
        for address in ["javascript:alert(1)", "JaVa\tScript:alert(1)", "data:text/html,x", "vbscript:x", "//e.com"] {
            assert_eq!(from_teammate(&format!("<a href=\"{address}\">x</a>")), "<p><a>x</a></p>");
        }
    }

    #[test]
    fn the_result_is_balanced() {
        assert_eq!(from_teammate("<p>a<b>b<i>c</p>d"), "<p>a<b>b<i>c</i></b></p><p>d</p>");
        assert_eq!(from_teammate("</p></div>x<br>y"), "<p>x<br>y</p>");
        assert_eq!(from_teammate("hello <b>you<p>next</p>"), "<p>hello <b>you</b></p><p>next</p>");
        let deep = "<div>".repeat(100_000) + "x";
        let out = from_teammate(&deep);
        assert_eq!(out.matches("<div>").count(), DEEPEST);
        assert_eq!(out.matches("</div>").count(), DEEPEST);
    }
}
