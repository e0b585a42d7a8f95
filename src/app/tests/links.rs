//! Numbered links and files, copying, the source of a message, and the page that shows long texts.

use super::super::copy::{Copied, ToWrite};
use super::super::links::{Row, Target};
use super::super::{Layer, Msg, Pane};
use super::Desk;
use crate::domain::Attachment;
use crate::text::Untrusted;

const BODY: &str = "<p>See <a href='https://evil.example/login?a=b'>www.bank.example</a> and \
                    <a href='https://shop.example/x'>the shop</a>, or <a href='mailto:ana@example.com'>Ana</a>. \
                    <a href='javascript:alert(1)'>not this</a><img src='https://shop.example/p.png' alt=Tent>\
                    <img src='https://t.example/o.gif' width=1 height=1></p>";

/// A desk whose conversation 1 is open at a message with links.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.engine.customer_writes(1, BODY);
    desk.press("g i g g ctrl-r enter G");
    assert_eq!((desk.shown().as_str(), desk.focus()), ("1", Pane::Thread));
    desk
}

fn asked(desk: &Desk) -> String {
    match desk.app.layers.last() {
        Some(Layer::Link(link)) => link.link.shown.to_string(),
        _ => String::new(),
    }
}

fn listed(desk: &Desk) -> Vec<String> {
    let Some(Layer::Links(list)) = desk.app.layers.last() else { return Vec::new() };
    let say = |row: &Row| match row {
        Row::Message { author, .. } => format!("by {author}"),
        Row::Entry(entry) => match &entry.target {
            Target::Link(link) => format!("{} {}", entry.number, link.host),
            Target::File { file, .. } => format!("{} {}", entry.number, file.name),
        },
    };
    list.rows.iter().map(say).collect()
}

#[test]
fn a_number_shows_where_its_link_leads_and_only_enter_opens_it() {
    let mut desk = desk();
    desk.press("1");
    assert_eq!(asked(&desk), "https://evil.example/login?a=b");
    let Some(Layer::Link(link)) = desk.app.layers.last() else { panic!() };
    assert!(link.link.is_disguised() && link.number == Some(1));
    desk.press("esc 2");
    assert_eq!(asked(&desk), "https://shop.example/x");
    assert!(desk.links.is_empty(), "nothing has opened");
    desk.press("enter 3 y");
    assert_eq!(desk.links, ["open https://shop.example/x", "copy ana@example.com"]);
    assert!(desk.app.layers.is_empty());
    desk.press("9");
    assert!(desk.notice().contains("[\u{2068}9\u{2069}]") || desk.notice().contains("[9]"), "{}", desk.notice());
    assert_eq!(desk.links.len(), 2);
}

#[test]
fn the_list_has_every_link_of_the_message_then_of_the_thread() {
    let mut desk = desk();
    desk.press("L");
    let own = listed(&desk);
    assert_eq!(own[1..], ["1 evil.example", "2 shop.example", "3 ana@example.com", "4 shop.example"]);
    desk.press("j enter");
    assert_eq!(asked(&desk), "https://shop.example/x");
    desk.press("esc 4");
    assert_eq!(asked(&desk), "https://shop.example/p.png", "a number in the list is one of its message");
    desk.press("esc tab");
    let Some(Layer::Links(list)) = desk.app.layers.last() else { panic!() };
    assert!(list.whole && listed(&desk).len() >= own.len());
    desk.press("L");
    assert_eq!(listed(&desk), own);
    desk.press("y esc");
    assert!(desk.app.layers.is_empty());
    assert_eq!(desk.links.len(), 1, "{:?}", desk.links);
}

#[test]
fn a_thread_without_links_says_so() {
    let mut desk = Desk::new();
    desk.press("g i g g enter L");
    assert_eq!(desk.notice(), "There are no links and no files in this thread.");
    desk.press("1");
    assert!(desk.app.layers.is_empty());
}

#[test]
fn files_are_numbered_behind_the_links_and_are_asked_about_too() {
    let mut desk = Desk::new();
    desk.engine.customer_writes(1, BODY);
    let id = super::engine::id(1);
    if let Some(parts) = desk.engine.parts.get_mut(&id)
        && let Some(part) = parts.last_mut()
    {
        part.attachments.push(Attachment {
            name: Untrusted::new("tent.png"),
            url: Untrusted::new("https://files.example/1"),
            content_type: Untrusted::new("image/png"),
            size: Some(12_000),
        });
    }
    desk.press("g i g g ctrl-r enter G L");
    assert_eq!(listed(&desk).last().map(String::as_str), Some("5 tent.png"));
    desk.press("G enter");
    assert!(matches!(desk.app.layers.last(), Some(Layer::File(_))));
    desk.press("esc esc 5");
    assert!(matches!(desk.app.layers.last(), Some(Layer::File(_))));
    desk.app.set_machine(crate::app::file::Machine { host: "desk".into(), ..Default::default() });
    desk.press("esc L G y");
    assert!(
        desk.links.iter().any(|done| done.starts_with("copy ssh desk deskhand attachment get 1 ")),
        "{:?}",
        desk.links
    );
}

#[test]
fn from_the_palette_a_number_opens_the_list() {
    let mut desk = desk();
    desk.press("ctrl-k");
    desk.write("link or file by");
    desk.press("enter");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Links(_))));
}

#[test]
fn the_menu_copies_with_one_key() {
    let mut desk = desk();
    desk.press("y");
    let Some(Layer::Copy(menu)) = desk.app.layers.last() else { panic!() };
    let keys: String = menu.rows.iter().map(|row| row.key).collect();
    assert!(keys.starts_with("yYtTi") && keys.ends_with("1234"), "{keys}");
    desk.press("i");
    desk.press("y T");
    desk.press("y y");
    desk.press("y 1");
    desk.press("y j enter");
    let part = desk.app.thread.open.as_ref().and_then(|open| open.thread.parts.last()).map(|part| part.id.clone());
    let part = part.unwrap();
    let copied = [
        "copy 1".to_owned(),
        "copy thread 1 markdown".to_owned(),
        format!("copy message {part} plain"),
        "copy https://evil.example/login?a=b".to_owned(),
        format!("copy message {part} markdown"),
    ];
    assert_eq!(desk.links, copied);
    assert!(desk.notice().starts_with("Copied"), "{}", desk.notice());
    // A letter that is none of its keys does nothing at all.
    desk.press("y x");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Copy(_))));
    desk.press("q");
    assert!(desk.app.layers.is_empty() && !desk.quit);
}

#[test]
fn in_the_list_the_thread_and_the_number_are_copied() {
    let mut desk = Desk::new();
    desk.press("g i g g j");
    let id = desk.cursor();
    desk.press("y t");
    desk.press("y i");
    assert_eq!(desk.links, [format!("copy thread {id} plain"), format!("copy {id}")]);
}

#[test]
fn what_is_too_long_is_said_with_the_line_that_writes_it_to_a_file() {
    let mut desk = desk();
    desk.press("y T");
    let id = super::engine::id(1);
    let what = ToWrite::Thread(id, crate::transcript::Format::Markdown);
    let _ = super::update(&mut desk.app, Msg::WrittenOut(what.clone(), Some("x".repeat(200_000))));
    let _ = super::update(&mut desk.app, Msg::Copied(Copied::TooLong { bytes: 200_000, most: 74_000 }));
    let said = desk.notice().replace(['\u{2068}', '\u{2069}'], "");
    assert!(said.contains("200 kB") && said.ends_with("deskhand show 1 --markdown > FILE"), "{said}");
    let _ = super::update(&mut desk.app, Msg::WrittenOut(what, None));
    assert_eq!(desk.notice(), "Not copied: its messages are not on disk yet.");
    let _ = super::update(&mut desk.app, Msg::Copied(Copied::Failed));
    assert!(desk.notice().contains("nothing was copied"));
}

#[test]
fn the_source_shows_every_byte_and_none_acts() {
    let mut desk = Desk::new();
    desk.engine.customer_writes(1, "<p>a\u{1b}]52;c;eA==\u{7}\u{9b}31m\u{202e}b\u{200b}</p><b>\u{0}");
    desk.press("g i g g ctrl-r enter G R");
    let Some(Layer::Pager(pager)) = desk.app.layers.last() else { panic!("{}", desk.notice()) };
    let text = &pager.text;
    assert!(text.whole().starts_with("<p>a") && text.whole().contains("</p><b>"));
    let acts = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200b}');
    assert!(!text.whole().contains(acts), "{:?}", text.whole());
    assert!(pager.notes.iter().any(|note| note.contains("no links")), "{:?}", pager.notes);
    desk.press("y");
    assert_eq!(desk.links.len(), 1);
    desk.press("esc");
    assert!(desk.app.layers.is_empty());
}

#[test]
fn a_page_is_scrolled_and_searched_by_keys() {
    let mut desk = Desk::sized(80, 24);
    let text: String = (0..500).map(|line| format!("<br>line {line} of the text\n")).collect();
    desk.engine.customer_writes(1, &text);
    desk.press("g i g g ctrl-r enter G R");
    let first = |desk: &Desk| match desk.app.layers.last() {
        Some(Layer::Pager(pager)) => pager.rows(72, 10)[0].text.to_string(),
        _ => String::new(),
    };
    assert!(first(&desk).contains("line 0 "));
    desk.press("j");
    assert!(first(&desk).contains("line 1 "));
    desk.press("G");
    assert!(first(&desk).contains("line 48"), "{}", first(&desk));
    desk.press("g g /");
    desk.write("LINE 77 ");
    desk.press("enter");
    let hit = match desk.app.layers.last() {
        Some(Layer::Pager(pager)) => pager.rows(72, 10).into_iter().find(|row| row.hit == Some(true)),
        _ => None,
    };
    assert!(hit.is_some_and(|row| row.text.contains("line 77 ")));
    desk.press("/");
    desk.write("nowhere");
    desk.press("enter");
    assert_eq!(desk.notice(), "It is not in this text.");
    desk.press("/ esc");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Pager(pager)) if !pager.is_seeking()));
    desk.press("q");
    assert!(desk.app.layers.is_empty() && !desk.quit);
}
