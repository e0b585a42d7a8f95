//! HTML that teammates send, reduced to what customers' programs may be given.

use html5ever::LocalName;

use super::elements;
use super::plain::escape;
use super::tokens::{self, Attributes, DEPTH_CAP, Token};

/// An allow-list of harmless tags and attributes; others are taken away and their text is kept, except
/// for scripts, styles and the like, which go with their contents. Links lead to `http`, `https` or
/// `mailto`, images to `http` or `https`. What comes out is balanced. Text without tags comes out
/// escaped. Reads 512 KB at most.
#[must_use]
pub fn sanitise(html: &str) -> String {
    let (html, _) = tokens::capped(html);
    let mut scrubber = Scrubber { out: String::with_capacity(html.len()), open: Vec::new(), skipping: None };
    tokens::each(html, |token| scrubber.take(&token));
    while let Some(name) = scrubber.open.pop() {
        scrubber.end_tag(&name);
    }
    scrubber.out
}

struct Scrubber {
    out: String,
    open: Vec<LocalName>,
    /// The element whose contents go, and how many of its kind are open.
    skipping: Option<(LocalName, usize)>,
}

impl Scrubber {
    fn take(&mut self, token: &Token<'_>) {
        if self.skip(token) {
            return;
        }
        match token {
            Token::Text(text) => escape(&text.replace('\0', ""), &mut self.out),
            Token::Close { name } => self.close(name),
            Token::Open { name, attributes, closed } => {
                if elements::is_dropped(name) && !closed {
                    self.skipping = Some(((*name).clone(), 1));
                } else if is_allowed(name) {
                    self.open(name, *attributes);
                }
            }
        }
    }

    /// Whether the token is within an element whose contents go.
    fn skip(&mut self, token: &Token<'_>) -> bool {
        let Some((skipped, depth)) = &mut self.skipping else { return false };
        match token {
            Token::Open { name, closed, .. } if *name == skipped => *depth += usize::from(!*closed),
            Token::Open { name, .. } if elements::ends(name, skipped) => {
                self.skipping = None;
                return false;
            }
            Token::Close { name } if *name == skipped => {
                *depth -= 1;
                if *depth == 0 {
                    self.skipping = None;
                }
            }
            _ => {}
        }
        true
    }

    fn open(&mut self, name: &LocalName, attributes: Attributes<'_>) {
        let void = elements::is_void(name);
        if !void && self.open.len() >= DEPTH_CAP {
            return;
        }
        if self.open.last().is_some_and(|last| elements::ends(name, last))
            && let Some(last) = self.open.pop()
        {
            self.end_tag(&last);
        }
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes.each().filter(|(key, value)| keeps(name, key, value)) {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            escape(value, &mut self.out);
            self.out.push('"');
        }
        self.out.push('>');
        if !void {
            self.open.push(name.clone());
        }
    }

    fn close(&mut self, name: &LocalName) {
        let Some(at) = self.open.iter().rposition(|open| open == name) else { return };
        for ended in self.open.split_off(at).iter().rev() {
            self.end_tag(ended);
        }
    }

    fn end_tag(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }
}

fn is_allowed(name: &str) -> bool {
    matches!(
        name,
        "p" | "br"
            | "div"
            | "span"
            | "b"
            | "strong"
            | "i"
            | "em"
            | "u"
            | "s"
            | "strike"
            | "del"
            | "ins"
            | "sub"
            | "sup"
            | "small"
            | "mark"
            | "a"
            | "ul"
            | "ol"
            | "li"
            | "blockquote"
            | "code"
            | "pre"
            | "kbd"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "img"
            | "table"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "td"
            | "th"
            | "caption"
            | "dl"
            | "dt"
            | "dd"
            | "figure"
            | "figcaption"
    )
}

fn keeps(name: &str, key: &str, value: &str) -> bool {
    match (name, key) {
        ("a", "href") => has_scheme(value, &["http", "https", "mailto"]),
        ("img", "src") => has_scheme(value, &["http", "https"]),
        ("img", "alt") | ("a" | "img" | "span", "title") | ("a" | "span", "data-admin-id") => true,
        ("img", "width" | "height") | ("td" | "th", "colspan" | "rowspan") | ("ol", "start") => {
            !value.is_empty() && value.len() <= 5 && value.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

/// Whether the target begins with one of these schemes, read as browsers read it.
fn has_scheme(target: &str, schemes: &[&str]) -> bool {
    let bare: String = target.chars().filter(|c| !c.is_control()).collect();
    let found = bare.trim_start().split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    found.is_some_and(|found| schemes.contains(&found.as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn harmless_markup_stays() {
        let html = "<p>Hi <b>you</b>,<br>see <a href=\"https://a.org/?a=1&amp;b=2\">this</a></p><ul><li>x</li></ul>";
        assert_eq!(sanitise(html), html);
    }

    #[test]
    fn scripts_handlers_and_bad_schemes_go() {
        assert_eq!(sanitise("<p onclick=x()>a<script>alert('</p>')</script>b</p>"), "<p>ab</p>");
        assert_eq!(sanitise("<a href='java\nscript:x'>y</a><a href=' JavaScript:x'>z</a>"), "<a>y</a><a>z</a>");
        assert_eq!(sanitise("<img src=x onerror=y><img src='data:image/png,x'>"), "<img><img>");
        assert_eq!(sanitise("<svg><script>x</script><a>b</a></svg>c<style>d"), "c");
        assert_eq!(sanitise("<form><input><font color=red>text</font></form>"), "text");
        assert_eq!(sanitise("<a title='\"><script>'>x</a>"), "<a title=\"&quot;&gt;&lt;script&gt;\">x</a>");
    }

    #[test]
    fn what_is_open_gets_closed() {
        assert_eq!(sanitise("<p>a<p>b<i>c</p>d"), "<p>a</p><p>b<i>c</i></p>d");
        assert_eq!(sanitise("</div>x"), "x");
    }

    #[test]
    fn text_alone_is_escaped() {
        assert_eq!(sanitise("1 < 2 & 3"), "1 &lt; 2 &amp; 3");
    }

    proptest! {
        #[test]
        fn nothing_that_runs_comes_out(html in "(<(script|p|a|img|svg|style|/p|/a|/svg|/script)( (href|src|onload|style)=['\"]?(javascript:x|x)['\"]?)?>?|[a-z<>&\"' ]){0,20}") {
            let scrubbed = sanitise(&html);
            for bad in ["<script", "<style", "<svg", " onload=", " style=", "\"javascript:"] {
                prop_assert!(!scrubbed.contains(bad), "{} in {}", bad, scrubbed);
            }
            prop_assert_eq!(sanitise(&scrubbed), scrubbed);
        }
    }
}
