//! Reading a thread: where it opens, how it scrolls, and that news does not move it.

use super::engine::{id, part};
use super::{Desk, NOW};
use crate::app::Pane;
use crate::app::thread::{ItemKind, LineKind};
use crate::domain::{AuthorKind, ContactId, PartKind, TeammateId, UnixTime};

fn long() -> String {
    (0..60).map(|n| format!("<p>Line {n} of a long message.</p>")).collect()
}

fn item(desk: &Desk) -> (usize, ItemKind) {
    let open = desk.app.thread.open.as_ref().unwrap();
    (open.cursor, open.items.get(open.cursor).unwrap().kind)
}

fn scroll(desk: &Desk) -> usize {
    desk.app.thread.open.as_ref().unwrap().scroll
}

#[test]
fn it_opens_at_the_customers_last_message() {
    let mut desk = Desk::new();
    desk.press("j enter");
    assert_eq!(item(&desk), (3, ItemKind::Customer));
}

#[test]
fn it_opens_at_what_is_new() {
    let mut desk = Desk::new();
    desk.engine.seen.insert(id(3), UnixTime(NOW.0 - 9_950));
    desk.press("j j enter");
    assert_eq!(item(&desk), (1, ItemKind::Note));
    let open = desk.app.thread.open.as_ref().unwrap();
    assert_eq!(open.first_new, Some(1));
    assert!(open.lines().any(|line| line.kind == LineKind::New));
    desk.press("esc k enter esc j enter");
    assert_eq!(desk.app.thread.open.as_ref().unwrap().first_new, None, "seen by now");
}

#[test]
fn keys_go_from_message_to_message_and_pass_events() {
    let mut desk = Desk::new();
    desk.press("enter");
    for (key, at) in
        [("k", 1), ("k", 0), ("k", 0), ("j", 1), ("j", 3), ("j", 3), ("<", 0), (">", 3), ("g g", 0), ("G", 3)]
    {
        desk.press(key);
        assert_eq!(item(&desk).0, at, "{key}");
    }
    desk.press(">");
    assert!(desk.notice().contains("No more messages"));
}

#[test]
fn a_long_message_is_read_line_by_line_and_page_by_page() {
    let mut desk = Desk::new();
    desk.engine.parts.get_mut(&id(1)).unwrap().last_mut().unwrap().body = Some(crate::text::Untrusted::new(long()));
    desk.news();
    desk.press("enter");
    let top = scroll(&desk);
    desk.press("down down");
    assert_eq!(scroll(&desk), top + 2);
    desk.press("up");
    assert_eq!(scroll(&desk), top + 1);
    desk.press("ctrl-d");
    assert!(scroll(&desk) > top + 10);
    desk.press("G down down down");
    let open = desk.app.thread.open.as_ref().unwrap();
    assert_eq!(open.scroll + desk.app.thread_page(), open.line_count());
}

#[test]
fn space_opens_pages_and_goes_on_to_the_next_unread() {
    let mut desk = Desk::new();
    desk.press("space");
    assert_eq!((desk.focus(), desk.shown()), (Pane::Thread, "1".into()));
    desk.press("space");
    assert_eq!(desk.shown(), "2");
    desk.press("space");
    assert_eq!(desk.shown(), "4");
    assert!(!desk.server("4").unread);
    desk.press("space");
    assert_eq!(desk.shown(), "4");
    assert!(desk.notice().contains("No more unread"));
}

#[test]
fn news_does_not_move_what_is_being_read() {
    let mut desk = Desk::new();
    desk.engine.parts.get_mut(&id(1)).unwrap().first_mut().unwrap().body = Some(crate::text::Untrusted::new(long()));
    desk.news();
    desk.press("enter g g down down down");
    let (before, at) = (scroll(&desk), item(&desk));
    desk.engine.customer_writes(1, "more");
    desk.news();
    assert_eq!((scroll(&desk), item(&desk)), (before, at));
    assert_eq!(desk.app.thread.open.as_ref().unwrap().items.len(), 5);
}

#[test]
fn quoted_mail_is_folded_until_asked_for() {
    let quoted: String = (0..8).map(|n| format!("<p>old {n}</p>")).collect();
    let body = format!("<p>New words.</p><blockquote>{quoted}</blockquote>");
    let mut desk = Desk::new();
    let contact = AuthorKind::Contact(ContactId::parse("c1"));
    desk.engine.parts.insert(id(1), vec![part("q1", PartKind::Opening, contact, &body, NOW.0 - 500)]);
    desk.news();
    desk.press("enter");
    let lines = |desk: &Desk| desk.app.thread.open.as_ref().unwrap().line_count();
    let folded = lines(&desk);
    desk.press("enter");
    assert!(lines(&desk) > folded);
    desk.news();
    assert!(lines(&desk) > folded, "news does not fold it again");
    desk.press("enter");
    assert_eq!(lines(&desk), folded);
}

#[test]
fn events_are_worded() {
    let mut desk = Desk::new();
    desk.press("enter");
    let open = desk.app.thread.open.as_ref().unwrap();
    assert_eq!(open.items.get(2).unwrap().event.as_str(), "Ana Ito assigned to Billing");
}

#[test]
fn a_hostile_name_and_body_show_no_control() {
    let mut desk = Desk::new();
    let mate = AuthorKind::Teammate(TeammateId::parse("8"));
    let mut evil = part("e1", PartKind::Comment, mate, "a\u{1b}[2Jb\u{202e}c", NOW.0 - 10);
    evil.author.name = crate::text::Untrusted::new("Ev\u{1b}]0;il\u{7}");
    desk.engine.parts.get_mut(&id(1)).unwrap().push(evil);
    desk.news();
    let open = desk.app.thread.open.as_ref().unwrap();
    let item = open.items.last().unwrap();
    assert!(!item.author.contains('\u{1b}'));
    let spans = item.lines().iter().flat_map(|line| &line.spans);
    assert_eq!(spans.filter(|span| !span.text.contains(['\u{1b}', '\u{202e}'])).count(), 1);
}

#[test]
fn details_come_and_go() {
    let mut desk = Desk::new();
    assert!(desk.app.layout().details.is_some());
    desk.press("d");
    assert!(desk.app.layout().details.is_none());
    for width in [60, 80, 100] {
        let mut desk = Desk::sized(width, 24);
        assert!(desk.app.layout().details.is_none());
        desk.press("enter d");
        assert_eq!(desk.focus(), Pane::Details);
        assert!(desk.app.layout().details.is_some() && desk.app.layout().thread.is_none());
        desk.press("j j G k g g d");
        assert_eq!(desk.focus(), Pane::Thread);
        desk.press("d esc esc");
        assert_eq!(desk.focus(), Pane::List);
    }
}

#[test]
fn the_message_being_answered_stays_in_view() {
    let mut desk = Desk::new();
    desk.press("enter");
    let in_view = |desk: &Desk| {
        let open = desk.app.thread.open.as_ref().unwrap();
        let mut lines = open.lines_from(open.scroll).take(desk.app.thread_page());
        lines.any(|line| line.item == Some(open.cursor))
    };
    assert!(in_view(&desk));
    desk.tell(super::Msg::Resize(80, 16));
    assert!(in_view(&desk));
    desk.press("r").write("one\ntwo\nthree\nfour");
    assert!(in_view(&desk));
    assert_eq!(item(&desk), (3, ItemKind::Customer));
}
