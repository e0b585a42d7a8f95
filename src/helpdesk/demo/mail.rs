//! Plain words as the HTML that mail programs and chat windows send.
//!
//! Owns escaping with links ([`paragraphs`]), the ways that mail programs quote ([`Program`]), and
//! signatures. Knows nothing of threads.

use std::fmt::Write as _;

use super::cast::quote_line;
use super::talk::Tongue;

/// Stands in a note's text for the mention.
pub const MENTION: char = '\u{1}';

/// Plain text as paragraphs: an empty line parts them, web addresses become links.
#[must_use]
pub fn paragraphs(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        html.push_str("<p>");
        inline(paragraph.trim_matches('\n'), &mut html);
        html.push_str("</p>");
    }
    html
}

/// One line of text, as subjects are: escaped, without paragraphs.
#[must_use]
pub fn line(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    escape(text, &mut html);
    html
}

/// A note's text, with the mention of a teammate where its mark is.
#[must_use]
pub fn note(text: &str, mentioned: Option<(&str, &str)>) -> String {
    let html = paragraphs(text);
    match mentioned {
        Some((id, name)) => html.replace(MENTION, &format!("<a data-admin-id=\"{id}\">@{name}</a>")),
        None => html.replace(MENTION, ""),
    }
}

fn inline(text: &str, html: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find("https://") {
        escape(&rest[..at], html);
        let tail = &rest[at..];
        let end =
            tail.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '«' | '»')).unwrap_or(tail.len());
        let address = tail[..end].trim_end_matches(['.', ',', ')', '!', '?', ';', ':']);
        html.push_str("<a href=\"");
        escape(address, html);
        html.push_str("\">");
        escape(address, html);
        html.push_str("</a>");
        rest = &tail[address.len()..];
    }
    escape(rest, html);
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\n' => html.push_str("<br>"),
            c => html.push(c),
        }
    }
}

/// A kind of mail program, by how it quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `div`s, the quote in `gmail_quote`.
    Web,
    /// The quote in `blockquote type="cite"`.
    Desk,
    /// A head of `From:` and `Sent:` above the whole mail.
    Office,
    /// Plain text with `>`.
    Text,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Web, Self::Desk, Self::Office, Self::Text];
}

/// The message that an answer quotes.
#[derive(Clone, Debug)]
pub struct Quoted {
    /// Who wrote it.
    pub who: String,
    /// When.
    pub at: i64,
    /// Its HTML.
    pub html: String,
    /// Its subject.
    pub subject: String,
}

/// A mail as that program sends it. Second is the quoted part alone, when there is one.
#[must_use]
pub fn mail(program: Program, text: &str, quoted: Option<&Quoted>, tongue: Tongue) -> (String, Option<String>) {
    let mut html = match program {
        Program::Web => divs(text),
        Program::Desk | Program::Office => paragraphs(text),
        Program::Text => {
            let mut html = String::from("<div>");
            inline(text, &mut html);
            html + "</div>"
        }
    };
    let history = quoted.map(|quoted| quote(program, quoted, tongue));
    if let Some(history) = &history {
        html.push_str(history);
    }
    (html, history)
}

fn divs(text: &str) -> String {
    let mut html = String::from("<div dir=\"ltr\">");
    for line in text.split('\n') {
        html.push_str("<div>");
        if line.is_empty() {
            html.push_str("<br>");
        } else {
            inline(line, &mut html);
        }
        html.push_str("</div>");
    }
    html + "</div>"
}

fn quote(program: Program, quoted: &Quoted, tongue: Tongue) -> String {
    let mut head = String::new();
    escape(&quote_line(quoted.at, &quoted.who, tongue), &mut head);
    match program {
        Program::Web => format!(
            "<br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{head}<br></div>\
             <blockquote class=\"gmail_quote\" style=\"margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex\">\
             {}</blockquote></div>",
            quoted.html
        ),
        Program::Desk => format!("<br><div>{head}</div><br><blockquote type=\"cite\">{}</blockquote>", quoted.html),
        Program::Office => {
            let (from, sent, subject) = match tongue {
                Tongue::English => ("From", "Sent", "Subject"),
                Tongue::French => ("De", "Envoyé", "Objet"),
                Tongue::German => ("Von", "Gesendet", "Betreff"),
            };
            let (mut who, mut topic) = (String::new(), String::new());
            escape(&quoted.who, &mut who);
            escape(&quoted.subject, &mut topic);
            let time = super::cast::local(quoted.at).strftime("%d/%m/%Y %H:%M");
            let mut html = format!("<hr><p><b>{from}:</b> {who}<br><b>{sent}:</b> {time}<br>");
            let _ = write!(html, "<b>{subject}:</b> {topic}</p>{}", quoted.html);
            html
        }
        Program::Text => {
            let plain = strip(&quoted.html);
            let lines: Vec<String> = plain.lines().map(|line| format!("&gt; {line}")).collect();
            format!("<div><br>{head}<br>{}</div>", lines.join("<br>"))
        }
    }
}

/// The words of our own HTML, still escaped, one line a paragraph.
fn strip(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        if tag.starts_with("/p") || tag.starts_with("br") || tag.starts_with("/div") {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted() -> Quoted {
        Quoted {
            who: "Ana <b>".to_owned(),
            at: 1_793_710_920,
            html: "<p>Hi &amp; bye</p>".to_owned(),
            subject: "Re: a".to_owned(),
        }
    }

    #[test]
    fn text_is_escaped_and_addresses_are_links() {
        assert_eq!(
            paragraphs("a < b & c\nsee https://x.example/a?b=1&c=2.\n\nbye"),
            "<p>a &lt; b &amp; c<br>see <a href=\"https://x.example/a?b=1&amp;c=2\">https://x.example/a?b=1&amp;c=2</a>.</p><p>bye</p>"
        );
        assert_eq!(paragraphs("https://"), "<p><a href=\"https://\">https://</a></p>");
    }

    #[test]
    fn every_program_quotes_what_it_answers() {
        for program in Program::ALL {
            let (html, history) = mail(program, "No.\n\nMe", Some(&quoted()), Tongue::German);
            assert!(history.is_some_and(|history| html.ends_with(&history)));
            assert!(html.contains("Hi &amp; bye") && html.contains("Ana &lt;b&gt;"), "{html}");
            assert_eq!(mail(program, "No.", None, Tongue::German).1, None);
        }
        assert!(mail(Program::Web, "a", Some(&quoted()), Tongue::English).0.contains("class=\"gmail_quote\""));
        assert!(mail(Program::Desk, "a", Some(&quoted()), Tongue::English).0.contains("<blockquote type=\"cite\">"));
        assert!(mail(Program::Text, "a", Some(&quoted()), Tongue::English).0.contains("&gt; Hi &amp; bye"));
    }

    #[test]
    fn a_mention_is_a_link_to_the_teammate() {
        assert_eq!(note("\u{1} ok?", Some(("7", "Ana Ito"))), "<p><a data-admin-id=\"7\">@Ana Ito</a> ok?</p>");
        assert_eq!(note("ok", None), "<p>ok</p>");
    }
}
