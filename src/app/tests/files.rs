//! Files of messages: shown before anything is fetched, fetched on a key only.

use std::sync::Arc;

use super::Desk;
use super::engine::{Engine, part};
use crate::app::Layer;
use crate::app::Msg;
use crate::app::composer::attach::{Entry, Listing};
use crate::app::file::{FetchInto, FileNews, FileTold, Machine, Stage};
use crate::app::picture::Pixels;
use crate::config::settings::Settings;
use crate::domain::file::{FileClass, sniff};
use crate::domain::{Attachment, AuthorKind, ConversationId, PartKind, Risk};
use crate::text::{Untrusted, clean};

fn file(name: &str, media: &str, size: u64) -> Attachment {
    Attachment {
        name: Untrusted::new(name),
        url: Untrusted::new(format!("https://files.example/{size}")),
        content_type: Untrusted::new(media),
        size: Some(size),
    }
}

/// A desk with conversation 1 open; its last message has these files, the one before it one more.
fn desk(files: Vec<Attachment>) -> Desk {
    let mut engine = Engine::filled();
    let id = ConversationId::parse("1").unwrap();
    let parts = engine.parts.entry(id).or_default();
    let mut first = part("801", PartKind::Comment, AuthorKind::Contact(None), "<p>One</p>", 1_795_000_000);
    first.attachments = vec![file("first.txt", "text/plain", 1)];
    let mut second = part("802", PartKind::Comment, AuthorKind::Contact(None), "<p>See</p>", 1_795_000_100);
    second.attachments = files;
    parts.extend([first, second]);
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.press("enter");
    let open = desk.app.thread.open.as_ref().unwrap();
    let item = open.items.len() - 1;
    desk.app.ask_file(item, 0);
    desk
}

fn stage(desk: &Desk) -> Stage {
    match desk.app.layers.iter().rev().find_map(|layer| match layer {
        Layer::File(page) => Some(page.stage.clone()),
        _ => None,
    }) {
        Some(stage) => stage,
        None => panic!("{:?}", desk.app.layers),
    }
}

fn tell(desk: &mut Desk, told: FileTold) {
    let id = desk.fetched.last().unwrap().id;
    desk.tell(Msg::File(Box::new(FileNews { id, told })));
}

#[test]
fn a_file_is_shown_and_nothing_is_fetched_until_a_key_says_so() {
    let mut desk = desk(vec![file("photo.jpg", "image/jpeg", 1_240_000)]);
    let Some(Layer::File(page)) = desk.app.layers.last() else { panic!() };
    assert_eq!((page.name.as_str(), page.host.as_str(), page.number), ("photo.jpg", "files.example", 2));
    assert_eq!((page.kind.class, page.is_seen, page.risk), (FileClass::Image, false, None));
    assert!(desk.fetched.is_empty());
    desk.press("v");
    assert_eq!(desk.fetched.len(), 1);
    assert_eq!(desk.fetched[0].into, FetchInto::Look);
    tell(&mut desk, FileTold::Progress(500_000, Some(1_240_000)));
    assert!(matches!(stage(&desk), Stage::Fetching(_, 500_000, Some(1_240_000))));
    let pixels = Arc::new(Pixels { width: 1, height: 1, rgb: vec![9, 9, 9], original: (1, 1) });
    tell(&mut desk, FileTold::Picture(pixels, sniff(b"\xff\xd8\xff\xe0\0\x10JFIF")));
    assert!(matches!(desk.app.layers.last(), Some(Layer::Picture(_))));
    desk.press("esc");
    let Some(Layer::File(page)) = desk.app.layers.last() else { panic!() };
    assert!(page.is_seen && page.stage == Stage::Rest);
    desk.press("esc");
    assert!(desk.app.layers.is_empty());
}

#[test]
fn a_risky_file_is_asked_about_twice() {
    let mut desk = desk(vec![file("invoice.pdf.exe", "application/pdf", 9)]);
    let Some(Layer::File(page)) = desk.app.layers.last() else { panic!() };
    assert_eq!(page.risk, Some(Risk::DoubleEnding));
    desk.press("enter");
    assert!(desk.fetched.is_empty() && matches!(stage(&desk), Stage::Again(_)));
    desk.press("s");
    assert!(desk.fetched.is_empty(), "another key is another question");
    desk.press("esc");
    assert_eq!(stage(&desk), Stage::Rest);
    desk.press("v v");
    assert_eq!(desk.fetched.len(), 1);
}

#[test]
fn esc_and_ctrl_c_stop_a_fetch_and_its_late_news_change_nothing() {
    for key in ["esc", "ctrl-c"] {
        let mut desk = desk(vec![file("a.txt", "text/plain", 9)]);
        desk.press("v").press(key);
        assert_eq!(desk.stopped, 1);
        assert!(matches!(stage(&desk), Stage::Failed(_)));
        tell(&mut desk, FileTold::Text(clean("late"), false, sniff(b"late")));
        assert!(matches!(desk.app.layers.last(), Some(Layer::File(_))));
    }
}

#[test]
fn what_is_too_large_is_said_before_it_is_fetched() {
    let mut desk = desk(vec![file("film.mp4", "video/mp4", 21 << 20)]);
    desk.press("v");
    assert!(desk.fetched.is_empty() && matches!(stage(&desk), Stage::Failed(_)));
    desk.press("s");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Path(_))), "but it can be saved");
}

#[test]
fn a_file_is_saved_where_the_line_says_and_the_folder_is_remembered() {
    let mut desk = desk(vec![file("../../.ssh/$(x).txt", "text/plain", 9)]);
    desk.app.set_machine(Machine { downloads: "~/Downloads/".into(), ..Machine::default() });
    desk.press("s");
    let Some(Layer::Path(line)) = desk.app.layers.last() else { panic!() };
    assert_eq!(line.input.text(), "~/Downloads/_(x).txt");
    let entry = |name: &str, is_folder| Entry { name: Untrusted::new(name), is_folder, size: 0, kind: "" };
    let entries = vec![entry("mail", true), entry("mailing.txt", false)];
    desk.tell(Msg::Listed(Box::new(Listing { folder: "~/Downloads/".into(), entries, is_missing: false })));
    desk.press("ctrl-u").write("~/Downloads/ma").press("tab");
    let Some(Layer::Path(line)) = desk.app.layers.last() else { panic!() };
    assert_eq!(line.input.text(), "~/Downloads/mail/", "folders only");
    desk.press("enter");
    assert_eq!(desk.fetched[0].into, FetchInto::Save("~/Downloads/mail/_(x).txt".into()));
    tell(&mut desk, FileTold::Saved(Untrusted::new("/srv/a/Downloads/mail/_(x).txt"), 9, sniff(b"words")));
    let Stage::Done(said) = stage(&desk) else { panic!() };
    assert!(said.contains("/srv/a/Downloads/mail/_(x).txt"), "{said}");
    assert_eq!(desk.app.arrangement.save_folder, "~/Downloads/mail/", "for the next run");
    desk.press("s");
    let Some(Layer::Path(line)) = desk.app.layers.last() else { panic!() };
    assert_eq!(line.input.text(), "~/Downloads/mail/_(x).txt");
}

#[test]
fn what_its_content_is_stays_known_in_the_thread() {
    let mut desk = desk(vec![file("photo.jpg", "image/jpeg", 9)]);
    desk.press("v");
    tell(&mut desk, FileTold::Unshowable(sniff(b"MZ\x90\0\x03\0\0\0")));
    let Some(Layer::File(page)) = desk.app.layers.last() else { panic!() };
    assert_eq!((page.kind.class, page.risk), (FileClass::Program, Some(Risk::NotAsClaimed)));
    desk.press("esc").news();
    let open = desk.app.thread.open.as_ref().unwrap();
    assert_eq!(open.items.last().unwrap().files[0].seen.map(|kind| kind.class), Some(FileClass::Program));
}

#[test]
fn y_copies_the_line_that_fetches_it_from_elsewhere() {
    let mut desk = desk(vec![file("photo.jpg", "image/jpeg", 9)]);
    desk.press("y");
    assert!(desk.links.is_empty(), "a machine without a name cannot be reached");
    desk.app.set_machine(Machine { host: "desk".into(), ..Machine::default() });
    desk.press("y");
    assert_eq!(desk.links, ["copy ssh desk deskhand attachment get 1 2 -o - > 1-2-photo.jpg"]);
}

#[test]
fn where_only_the_environment_names_the_helpdesk_the_line_says_what_it_needs() {
    let mut desk = desk(vec![file("photo.jpg", "image/jpeg", 9)]);
    desk.app.set_machine(Machine { host: "desk".into(), by_environment: true, ..Machine::default() });
    desk.press("y");
    assert_eq!(desk.links.len(), 1);
    let Stage::Done(said) = stage(&desk) else { panic!() };
    assert!(said.contains("DESKHAND_URL and DESKHAND_TOKEN"), "{said}");
}

#[test]
fn an_empty_file_that_was_saved_is_what_it_is_called() {
    let mut desk = desk(vec![file("a.txt", "text/plain", 0)]);
    desk.press("s").press("enter");
    tell(&mut desk, FileTold::Saved(Untrusted::new("/srv/a.txt"), 0, sniff(b"")));
    let Some(Layer::File(page)) = desk.app.layers.last() else { panic!() };
    assert!(page.kind.class == FileClass::Text && !page.is_seen && page.risk.is_none());
}

#[test]
fn text_opens_in_the_pager_over_the_page() {
    let mut desk = desk(vec![file("a.txt", "text/plain", 9)]);
    desk.press("v");
    tell(&mut desk, FileTold::Text(clean("hello"), true, sniff(b"hello")));
    let Some(Layer::Pager(pager)) = desk.app.layers.last() else { panic!() };
    assert_eq!(pager.notes.len(), 2, "what it is, and that its end is left out");
    desk.press("esc");
    assert!(matches!(desk.app.layers.last(), Some(Layer::File(_))));
}

#[test]
fn a_blocked_file_is_refused_where_it_is_chosen() {
    let mut desk = Desk::new();
    desk.press("r ctrl-x f").write("setup.exe").press("enter");
    let Some(Layer::Path(line)) = desk.app.layers.last() else { panic!("{:?}", desk.app.layers) };
    assert!(!line.refused.is_blank());
}

#[test]
fn a_command_is_typed_before_the_file_is_fetched_for_it() {
    let mut desk = desk(vec![file("a.csv", "text/csv", 9)]);
    desk.press("X").write("wc -l");
    assert!(desk.fetched.is_empty());
    desk.press("esc");
    assert_eq!(stage(&desk), Stage::Rest);
    desk.press("|").write("wc -l").press("enter");
    assert_eq!(desk.fetched[0].into, FetchInto::Command("wc -l".into()));
    tell(&mut desk, FileTold::Answer(clean("3"), false));
    assert!(matches!(desk.app.layers.last(), Some(Layer::Pager(_))));
    desk.press("esc X enter");
    assert_eq!(desk.fetched[1].into, FetchInto::Command("wc -l".into()), "it is remembered");
}
