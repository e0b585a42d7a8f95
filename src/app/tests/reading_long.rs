//! Long threads and heavy bodies: what is read for them and when, and find in thread.

use std::time::Duration;

use super::engine::{Engine, id, part};
use super::{Desk, Msg, NOW};
use crate::app::thread::find::{HitPlace, Tally};
use crate::app::thread::search::{Search, Searcher};
use crate::app::thread::{Found, LineKind};
use crate::app::{OpenThread, Pane};
use crate::config::settings::Settings;
use crate::domain::{AuthorKind, ContactId, PartKind, TeammateId, UnixTime};
use crate::sync::message::Event;

/// The whole answer to a question.
pub(super) fn found(search: &Search) -> Found {
    let mut searcher = Searcher::default();
    searcher.take(&search.texts);
    let hits = search.order().filter_map(|at| {
        let hits = searcher.search(at, &search.needle, &|| true)?;
        (!hits.is_empty()).then_some((at, hits))
    });
    Found { generation: search.generation, hits: hits.collect(), done: true, more: false }
}

/// A desk whose conversation 1 has so many parts, of which every tenth is an event and every fifth a note.
fn long(count: usize, body: impl Fn(usize) -> String) -> Desk {
    sized(160, 48, count, body)
}

fn sized(width: u16, height: u16, count: usize, body: impl Fn(usize) -> String) -> Desk {
    Desk::with(width, height, Settings::default(), engine(count, body))
}

/// The same with a reader that answers only when told to, in the thread.
fn held(count: usize, body: impl Fn(usize) -> String) -> Desk {
    let mut desk = Desk::bare(160, 48, Settings::default(), engine(count, body));
    desk.holds_reading = true;
    desk.settle_in();
    desk.press("enter");
    desk
}

fn engine(count: usize, body: impl Fn(usize) -> String) -> Engine {
    let mut engine = Engine::filled();
    let mate = AuthorKind::Teammate(TeammateId::parse("8"));
    let customer = AuthorKind::Contact(ContactId::parse("c1"));
    let start = NOW.0 - 1_000_000;
    let parts = (0..count).map(|n| {
        let at = start + i64::try_from(n).unwrap() * 10;
        let (kind, author) = match n % 10 {
            9 => (PartKind::Close, mate.clone()),
            4 => (PartKind::Note, mate.clone()),
            0 | 3 | 6 => (PartKind::Comment, customer.clone()),
            _ => (PartKind::Comment, mate.clone()),
        };
        let body = if n % 10 == 9 { String::new() } else { body(n) };
        part(&format!("L{n}"), kind, author, &body, at)
    });
    engine.parts.insert(id(1), parts.collect());
    engine
}

fn paragraphs(n: usize) -> String {
    (0..=n % 7).map(|line| format!("<p>Line {line} of message {n}.</p>")).collect()
}

fn open(desk: &Desk) -> &OpenThread {
    desk.app.thread.open.as_ref().unwrap()
}

/// How many bodies are at hand.
fn at_hand(desk: &Desk) -> usize {
    open(desk).items.iter().filter(|item| !item.lines().is_empty()).count()
}

/// The words in view.
fn in_view(desk: &Desk) -> String {
    let open = open(desk);
    assert!(open.is_measured());
    let words = open.lines_in_view().filter_map(|line| {
        let item = open.items.get(line.item?)?;
        let LineKind::Text(text) = line.kind else { return None };
        Some(item.lines().get(text)?.spans.iter().map(|span| span.text.as_str()).collect::<String>())
    });
    words.collect::<Vec<_>>().join("\n")
}

fn is_whole(desk: &Desk) -> bool {
    assert!(open(desk).is_measured());
    !open(desk).lines_in_view().any(|line| line.kind == LineKind::Reading)
}

#[test]
fn a_long_thread_reads_what_is_near_the_view_and_no_more() {
    let mut desk = long(10_000, paragraphs);
    desk.press("enter");
    assert!(is_whole(&desk) && at_hand(&desk) < 200, "{}", at_hand(&desk));
    assert_eq!(open(&desk).items.len(), 10_000);
    for keys in ["g g", "j j j j", "ctrl-d ctrl-d", "> > <", "G", "k k", "ctrl-u", "down down up"] {
        desk.press(keys);
        assert!(is_whole(&desk), "{keys}");
        let open = open(&desk);
        assert!(open.lines_in_view().any(|line| line.item == Some(open.cursor)), "{keys}");
    }
    assert!(at_hand(&desk) < 1_000, "{}", at_hand(&desk));
    desk.press("G");
    assert_eq!(open(&desk).cursor, 9_998);
    assert!(!open(&desk).has_more_below(desk.app.thread_page()));
    desk.press("g g");
    assert_eq!((open(&desk).cursor, open(&desk).scroll), (0, 0));
}

#[test]
fn scrolling_through_a_long_thread_lets_go_of_what_is_far() {
    let mut desk = long(3_000, paragraphs);
    desk.press("enter g g");
    for _ in 0..400 {
        desk.press("ctrl-d");
        assert!(is_whole(&desk));
    }
    assert!(at_hand(&desk) < 1_000, "{}", at_hand(&desk));
}

#[test]
fn what_is_read_ahead_does_not_move_what_is_looked_at() {
    let mut desk = long(400, paragraphs);
    desk.press("enter g g");
    let mut seen = in_view(&desk);
    for _ in 0..60 {
        desk.press("down");
        let now = in_view(&desk);
        let (before, after): (Vec<_>, Vec<_>) = (seen.lines().collect(), now.lines().collect());
        let shift = (0..2).find(|shift| {
            let kept = before.get(*shift..).unwrap_or_default();
            after.starts_with(&kept[..kept.len().min(after.len())])
        });
        assert!(shift.is_some(), "one line down, not more:\n{seen}\n\n{now}");
        seen = now;
    }
}

#[test]
fn a_conversation_that_was_read_is_not_read_again() {
    let mut desk = Desk::new();
    desk.press("enter j j").press("esc j enter").press("esc j enter");
    let wishes = desk.wished.len();
    desk.press("esc k enter").press("esc k enter");
    desk.pass(Duration::from_secs(3));
    assert_eq!(desk.wished.len(), wishes, "both come from memory");
    assert!(is_whole(&desk) && at_hand(&desk) > 0);
    desk.tell(Msg::Resize(90, 30));
    let resized = desk.wished.len();
    assert!(resized > wishes, "another width is laid out");
    desk.tell(Msg::Resize(160, 48));
    assert_eq!(desk.wished.len(), resized, "and the one before is still there");
}

#[test]
fn an_ordinary_thread_is_wished_for_at_once() {
    let mut desk = Desk::new();
    desk.wished.clear();
    desk.press("j enter");
    assert_eq!(desk.wished.len(), 1);
}

#[test]
fn a_frame_waits_a_moment_for_bodies_and_not_longer() {
    let mut desk = held(50, paragraphs);
    desk.pass(Duration::from_secs(1));
    desk.app.take_dirty();
    desk.read_held();
    desk.app.take_dirty();
    desk.holds_reading = true;
    desk.tell(Msg::Resize(120, 48));
    assert!(!desk.app.take_dirty(), "what is soon here is waited for");
    let wake = desk.app.next_wake().unwrap();
    assert!(wake <= desk.monotonic + Duration::from_millis(16));
    desk.monotonic = wake;
    desk.tell(Msg::Tick);
    assert!(desk.app.take_dirty(), "but not for long");
    desk.press("down");
    assert!(desk.app.take_dirty(), "and not again");
    desk.read_held();
    assert!(is_whole(&desk) && desk.app.take_dirty());
}

#[test]
fn a_frame_is_held_once_whatever_comes_at_its_end() {
    let mut desk = held(50, paragraphs);
    desk.pass(Duration::from_secs(1));
    desk.read_held();
    desk.app.take_dirty();
    desk.holds_reading = true;
    desk.tell(Msg::Resize(120, 48));
    assert!(!desk.app.take_dirty());
    desk.monotonic = desk.app.next_wake().unwrap();
    // Other bodies are wanted in the moment in which it ends.
    desk.press("J");
    assert!(desk.app.take_dirty());
    desk.press("K");
    assert!(!desk.app.take_dirty(), "the next frame may wait");
}

#[test]
fn a_body_that_does_not_come_is_asked_for_again() {
    let mut desk = held(50, paragraphs);
    let asked = desk.held_wishes.len();
    // Whatever became of it: nothing answers.
    desk.pass(Duration::from_secs(3));
    assert!(desk.held_wishes.len() > asked, "and nothing had to happen for that");
    desk.read_held();
    assert!(is_whole(&desk));
    let asked = desk.held_wishes.len();
    desk.pass(Duration::from_secs(10));
    assert_eq!(desk.held_wishes.len(), asked, "once all is here it is quiet");
}

#[test]
fn bodies_without_room_to_be_kept_are_read_once() {
    // Each of them takes some MB laid out, and none is heavy to read.
    let mut desk = held(60, |_| "x<br>".repeat(15_000));
    for _ in 0..40 {
        desk.read_held();
        desk.holds_reading = true;
        if desk.held_wishes.is_empty() {
            assert!(is_whole(&desk));
            return;
        }
        desk.held_wishes = desk.held_wishes.split_off(desk.held_wishes.len() - 1);
    }
    panic!("the same bodies are read for ever");
}

#[test]
fn a_heavy_body_holds_up_neither_the_frame_nor_the_others() {
    let mut desk = held(12, |n| if n == 6 { "<div>".repeat(40_000) + "heavy" } else { paragraphs(n) });
    let last = desk.held_wishes.last().unwrap();
    let seen: Vec<bool> = last.iter().map(|wish| wish.seen).collect();
    assert!(seen.iter().filter(|seen| **seen).count() > 4, "{seen:?}");
    // Everything but the heavy one, which is the last of those on the screen.
    desk.read_held_but("L6");
    assert!(desk.app.take_dirty());
    let shown = open(&desk);
    let reading: Vec<_> = shown.lines_in_view().filter(|line| line.kind == LineKind::Reading).collect();
    assert_eq!(reading.len(), 1);
    assert_eq!(reading[0].item, Some(6));
    let (cursor, head) = (shown.cursor, row_of_cursor(&desk));
    desk.read_held();
    assert!(is_whole(&desk));
    assert_eq!((open(&desk).cursor, row_of_cursor(&desk)), (cursor, head), "it fills in and moves nothing");
}

/// The row on the screen of the head of the message with the cursor.
fn row_of_cursor(desk: &Desk) -> Option<usize> {
    let open = open(desk);
    open.lines_in_view().position(|line| line.item == Some(open.cursor))
}

#[test]
fn leaving_a_thread_abandons_its_reading() {
    let mut desk = held(50, paragraphs);
    assert!(desk.held_wishes.last().is_some_and(|wishes| !wishes.is_empty()));
    let is_of_it = |wish: &crate::app::thread::ToRead| format!("{:?}", wish.key).contains("\"L");
    desk.press("J");
    assert!(!desk.held_wishes.last().unwrap().iter().any(is_of_it), "nothing of it is wanted any more");
    desk.press("esc").tell(Msg::Resize(60, 20));
    assert!(desk.held_wishes.last().unwrap().is_empty(), "and nothing of what nobody sees");
}

#[test]
fn a_body_that_could_not_be_read_says_so() {
    let mut desk = held(3, paragraphs);
    desk.read_held_plainly();
    assert!(open(&desk).lines().any(|line| line.kind == LineKind::Plain));
    assert!(open(&desk).items.iter().any(crate::app::thread::Item::is_plain));
}

#[test]
fn what_was_left_out_of_a_body_is_told_under_it() {
    let hidden = "<p>seen</p><p style='display:none'>no</p><img width=1 height=1 src='https://t.example/p'>";
    let mut desk = long(2, |_| hidden.to_owned());
    desk.press("enter");
    let open = open(&desk);
    assert!(open.lines().any(|line| line.kind == LineKind::LeftOut));
    assert_eq!(open.items[0].left_out(), (1, 1));
}

#[test]
fn keys_lead_to_notes_and_to_what_is_new() {
    let mut engine = engine(40, paragraphs);
    engine.seen.insert(id(1), UnixTime(NOW.0 - 1_000_000 + 195));
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.press("enter g g g n");
    assert_eq!(open(&desk).cursor, 4);
    desk.press("g n g n g n");
    assert_eq!(open(&desk).cursor, 34);
    desk.press("g n");
    assert!(desk.notice().contains("No more notes"), "{}", desk.notice());
    desk.press("g N");
    assert_eq!(open(&desk).cursor, 24);
    desk.press("G g f");
    assert_eq!(open(&desk).cursor, 20);
    let mut seen = long(40, paragraphs);
    seen.press("enter g f");
    assert!(seen.notice().contains("Nothing is new"), "{}", seen.notice());
}

#[test]
fn a_restart_returns_to_where_the_thread_was_read() {
    let mut desk = long(2_000, paragraphs);
    desk.press("enter g g ctrl-d ctrl-d ctrl-d down").pass(Duration::from_secs(5));
    let (seen, mark) = (in_view(&desk), desk.engine.place.clone().unwrap());
    let mut again = long(2_000, paragraphs);
    again = {
        let mut engine = Engine::filled();
        std::mem::swap(&mut engine, &mut again.engine);
        let mut desk = Desk::bare(160, 48, Settings::default(), engine);
        desk.hear(Event::Place(mark));
        desk.settle_in();
        desk
    };
    assert_eq!(in_view(&again), seen);
}

fn find(desk: &Desk) -> Tally {
    desk.app.finding().unwrap().tally().unwrap()
}

#[test]
fn words_are_found_as_they_are_typed_across_styles_and_lines() {
    let mut desk = long(30, |n| match n {
        6 => "<p>Le <b>rembour</b>sement<br>de la commande</p>".to_owned(),
        20 => "<p>REMBOURSEMENT de</p>".to_owned(),
        _ => paragraphs(n),
    });
    desk.press("enter g g /").write("remboursement de");
    assert_eq!((open(&desk).cursor, find(&desk).at, find(&desk).of), (6, 1, 2));
    desk.press("enter");
    assert_eq!((open(&desk).cursor, find(&desk).at), (20, 2));
    desk.press("down");
    assert_eq!((open(&desk).cursor, desk.app.finding().unwrap().wrapped), (6, Some(true)));
    desk.press("up");
    assert_eq!((open(&desk).cursor, desk.app.finding().unwrap().wrapped), (20, Some(false)));
    desk.press("shift-tab");
    assert_eq!(open(&desk).cursor, 6);
    desk.press("ctrl-p ctrl-n tab");
    assert_eq!(open(&desk).cursor, 20);
    desk.press("esc");
    assert!(desk.app.finding().is_none());
    assert_eq!((open(&desk).cursor, desk.focus()), (20, Pane::Thread), "the cursor stays");
    desk.press("g g / enter");
    assert_eq!((open(&desk).cursor, find(&desk).of), (6, 2), "nothing typed: the last again");
}

#[test]
fn authors_events_and_files_are_found_too() {
    let mut desk = long(12, paragraphs);
    let parts = desk.engine.parts.get_mut(&id(1)).unwrap();
    parts[3].attachments.push(crate::domain::Attachment {
        name: crate::text::Untrusted::new("Réçeipt.pdf"),
        url: crate::text::Untrusted::default(),
        content_type: crate::text::Untrusted::default(),
        size: None,
    });
    desk.news();
    desk.press("enter g g /").write("receipt");
    assert_eq!((open(&desk).cursor, find(&desk).of), (3, 1));
    desk.press("ctrl-u").write("closed");
    assert_eq!((open(&desk).cursor, find(&desk).of), (9, 1), "an event");
    desk.press("ctrl-u").write("chloe");
    assert!(find(&desk).of > 3, "an author");
    desk.press("ctrl-u").write("nowhere to be found");
    assert_eq!(find(&desk), Tally { at: 0, of: 0, done: true, more: false });
}

#[test]
fn what_is_found_in_folded_mail_unfolds_it() {
    let quoted: String = (0..8).map(|n| format!("<p>old words {n}</p>")).collect();
    let body = format!("<p>New words.</p><blockquote>{quoted}<p>needle</p></blockquote>");
    let mut desk = long(2, |_| body.clone());
    desk.press("enter g g /").write("words");
    assert!(!open(&desk).items[0].expanded, "the first one is not folded away");
    assert_eq!(find(&desk).of, 18);
    desk.press("ctrl-u").write("needle");
    assert!(open(&desk).items[0].expanded && in_view(&desk).contains("needle"));
    desk.press("esc enter");
    assert!(!open(&desk).items[0].expanded, "and it folds again");
}

#[test]
fn what_is_found_far_away_comes_into_view() {
    for (width, height) in [(160, 48), (80, 24), (60, 20)] {
        let mut desk = sized(width, height, 2_000, |n| {
            let end = if n == 1_771 { "<p>the needle</p>" } else { "" };
            format!("{}{end}", paragraphs(n).repeat(4))
        });
        desk.press("enter g g /").write("the needle");
        assert_eq!((open(&desk).cursor, find(&desk).of), (1_771, 1));
        assert!(in_view(&desk).contains("the needle"), "{width}x{height}\n{}", in_view(&desk));
        let marks = desk.app.finding().unwrap().marks(1_771, &open(&desk).items[1_771], HitPlace::Body);
        assert!(marks.len() == 1 && marks[0].current);
    }
}

#[test]
fn the_words_at_the_top_stay_there_when_the_width_changes_or_an_answer_is_begun() {
    let words: String = (0..400).map(|n| format!("word{n} ")).collect();
    let table: String = (0..30).map(|n| format!("<tr><td>name {n}</td><td>cell number {n}</td></tr>")).collect();
    for body in [format!("<p>{words}</p>"), format!("<p>Hi</p><table border=1>{table}</table><p>{words}</p>")] {
        let mut desk = sized(100, 30, 3, |_| body.clone());
        desk.press("enter g g j");
        desk.press(&"down ".repeat(12));
        let top =
            |desk: &Desk| in_view(desk).lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        let (before, cursor) = (top(&desk), open(&desk).cursor);
        let first = before.split_whitespace().next().unwrap_or_default().to_owned();
        for (width, height) in [(80, 24), (60, 20), (160, 48), (100, 30)] {
            desk.tell(Msg::Resize(width, height));
            assert!(top(&desk).contains(&first), "{width}: {before:?} {:?}", top(&desk));
            assert_eq!(open(&desk).cursor, cursor);
        }
        assert_eq!(top(&desk).split_whitespace().next(), Some(first.as_str()));
        let before = top(&desk);
        desk.press("r");
        assert_eq!(top(&desk), before, "the composer takes lines from the end");
    }
}

#[test]
fn a_message_without_words_says_so() {
    let mut desk = long(2, |_| "<p><b></b>&nbsp;</p>".to_owned());
    desk.press("enter");
    assert!(open(&desk).lines().any(|line| line.kind == LineKind::Empty) && is_whole(&desk));
}

/// The pieces that are marked in an item's body.
fn marked(desk: &Desk, at: usize) -> Vec<String> {
    let item = &open(desk).items[at];
    let piece = |mark: crate::app::thread::find::Mark| {
        let line: String = item.lines()[mark.line].spans.iter().map(|span| span.text.as_str()).collect();
        line[mark.bytes].to_owned()
    };
    desk.app.finding().unwrap().marks(at, item, HitPlace::Body).into_iter().map(piece).collect()
}

#[test]
fn what_is_found_in_tables_is_marked_where_it_stands() {
    let rows = [("Kettle Fjord, green and rather long in its name", "12"), ("Tray", "7"), ("Thérmos Polar", "31")];
    let rows: String = rows.iter().map(|(name, count)| format!("<tr><td>{name}</td><td>{count}</td></tr>")).collect();
    let head = "<tr><th>Article</th><th>Pieces:</th></tr>";
    let body =
        format!("<p>Before</p><table border=1>{head}{rows}</table><p>the <a href='https://a.org'>needle</a> after</p>");
    for (width, height) in [(160, 48), (60, 20), (30, 20), (24, 20)] {
        let mut desk = sized(width, height, 2, |_| body.clone());
        desk.press("enter g g /");
        for needle in ["before", "tray", "thermos", "31", "needle", "after"] {
            desk.press("ctrl-u").write(needle);
            let marks = marked(&desk, 0);
            assert_eq!(marks.len(), 1, "{width}: {needle} {marks:?}");
            assert_eq!(crate::text::fold(&marks[0]), needle, "{width}");
        }
        // In records the name of a column stands before each of its entries, and a cell may take several lines.
        desk.press("ctrl-u").write("pieces");
        assert!(!marked(&desk, 0).is_empty() && marked(&desk, 0).iter().all(|mark| mark == "Pieces"), "{width}");
        desk.press("ctrl-u").write("green and rather long");
        assert_eq!(marked(&desk, 0).concat().replace(' ', ""), "greenandratherlong", "{width}");
        desk.press("ctrl-u").write("needle after");
        assert_eq!(marked(&desk, 0), ["needle", " after"].map(str::trim_start), "{width}");
    }
}

#[test]
fn a_message_that_comes_while_finding_is_searched_too() {
    let mut desk = long(12, paragraphs);
    desk.press("enter g g /").write("needle");
    assert_eq!(find(&desk).of, 0);
    desk.engine.customer_writes(1, "here is the needle");
    desk.news();
    assert_eq!(find(&desk).of, 1);
    assert_eq!(desk.app.finding().unwrap().input.text(), "needle");
}

#[test]
fn finding_ends_with_its_thread() {
    let mut desk = long(12, paragraphs);
    desk.press("enter /").write("line");
    desk.engine.parts.clear();
    desk.engine.conversations.retain(|on| on.id != id(1));
    desk.hear(Event::Changed { ids: vec![id(1)] });
    assert!(desk.app.finding().is_none());
}
