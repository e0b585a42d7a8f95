//! What is written: macros as Markdown, the preview of what the customer gets, what a copy brings along.

use std::sync::Arc;

use super::{Desk, Msg, Pane};
use crate::domain::{Act, Channel, Macro, MacroId};
use crate::sync::message::Event;
use crate::text::Untrusted;

/// A desk whose helpdesk has one macro, with this body.
fn with_macro(body: &str) -> Desk {
    let mut desk = Desk::new();
    let mut directory = (*desk.engine.directory).clone();
    directory.macros = vec![Macro {
        id: MacroId::parse("31").unwrap(),
        name: Untrusted::new("Refund approved"),
        body: Untrusted::new(body),
        body_text: Untrusted::new("plain"),
        updated_at: None,
        visible_to: None,
        in_inbox: true,
    }];
    desk.engine.directory = Arc::new(directory);
    let directory = desk.engine.directory.clone();
    desk.hear(Event::Directory(directory));
    desk
}

fn insert(desk: &mut Desk) {
    desk.press("ctrl-k").write("refund appr").press("enter");
}

/// The rows of the preview.
fn previewed(desk: &Desk) -> Vec<String> {
    let preview = desk.app.composer.preview.as_ref().unwrap();
    let words = |line: &crate::text::html::Line| {
        let spans: String = line.spans.iter().map(|span| span.text.as_str()).collect();
        format!("{}{spans}", line.lead).replace('\u{a0}', " ")
    };
    preview.visible().map(words).collect()
}

#[test]
fn a_macros_html_goes_in_as_markdown_and_one_undo_takes_it_out() {
    let body = "<p>Hi <attribute key=\"user.name\" default=\"there\"/>,</p><ul><li>one</li><li><b>two</b></li></ul>";
    let mut desk = with_macro(body);
    desk.press("r").write("Dear all.  Bye").press("left left left left");
    insert(&mut desk);
    let whole = "Dear all. Hi {{user.name | fallback: 'there'}},\n\n- one\n- **two** Bye";
    assert_eq!(desk.text(), whole);
    assert!(desk.notice().contains("gaps"), "{}", desk.notice());
    desk.press("ctrl-_");
    assert_eq!(desk.text(), "Dear all.  Bye");
}

#[test]
fn a_macro_that_markdown_cannot_say_says_so() {
    let mut desk = with_macro("<p>Prices:</p><hr><p>was <s>9 €</s> 8 €</p>");
    insert(&mut desk);
    assert_eq!(desk.text(), "Prices:\n\n---\n\nwas ~~9 €~~ 8 €");
    assert!(desk.notice().contains("Markdown"), "{}", desk.notice());
    let mut desk = with_macro("<p>All <i>fine</i></p>");
    insert(&mut desk);
    assert_eq!((desk.text().as_str(), desk.notice().as_str()), ("All _fine_", ""));
    let mut desk = with_macro(" <p></p>");
    insert(&mut desk);
    assert_eq!(desk.text(), "plain");
}

#[test]
fn the_preview_tells_where_links_lead_and_what_may_differ() {
    let mut desk = Desk::new();
    desk.press("r").write("## Hi\n[here](https://example.com/a?b=1) or https://example.org/x\n{{user.name}}");
    desk.press("ctrl-x p");
    let rows = previewed(&desk);
    let row = |words: &str| rows.iter().any(|row| row.contains(words));
    assert!(row("Goes out from "), "{rows:?}");
    assert!(row("Hi") && row("[1] https://example.com/a?b=1") && !row("[2] https://example.org/x"), "{rows:?}");
    assert!(row("goes out as it stands"), "{rows:?}");
    assert!(!row("may show"), "an e-mail shows it all");
    desk.press("esc esc");
    let mut desk = Desk::new();
    for on in &mut desk.engine.conversations {
        on.channel = Channel::Sms;
    }
    desk.news();
    desk.press("r").write("**Hi**").press("ctrl-x p");
    let rows = previewed(&desk);
    assert!(rows.iter().any(|row| row.contains("This channel may show words alone")), "{rows:?}");
}

#[test]
fn a_path_that_was_dropped_is_offered_as_a_file() {
    let mut desk = Desk::new();
    desk.press("r").write("See ");
    desk.tell(Msg::Paste("/srv/ana/photo\\ 1.jpg".into()));
    assert!(desk.notice().contains("ctrl-x f"), "{}", desk.notice());
    desk.press("ctrl-x f");
    assert_eq!(desk.text(), "See ");
    assert_eq!(desk.listed.last().map(String::as_str), Some("/srv/ana/"));
    desk.press("esc");
    // Once something else was written, it is text.
    desk.tell(Msg::Paste("/srv/ana/photo.jpg".into()));
    desk.write("!").press("ctrl-x f esc");
    assert_eq!(desk.text(), "See /srv/ana/photo.jpg!");
}

#[test]
fn a_paste_is_taken_out_by_one_undo_and_stays_what_it_is() {
    let mut desk = Desk::new();
    desk.press("r").write("Hi ");
    desk.tell(Msg::Paste("<p>one &amp; two</p>\n> wrapped\n> lines".into()));
    assert_eq!(desk.text(), "Hi <p>one &amp; two</p>\n> wrapped\n> lines");
    desk.press("ctrl-_");
    assert_eq!((desk.text().as_str(), desk.focus()), ("Hi ", Pane::Composer));
}

#[test]
fn what_is_sent_is_what_was_written() {
    let mut desk = Desk::new();
    desk.press("r").write("# apt install\n\\*x\\*").press("ctrl-x p ctrl-s");
    assert!(matches!(desk.acts().last(), Some((_, Act::Reply { text, .. })) if text == "# apt install\n\\*x\\*"));
}
