//! The start of a shift, mentions, the next breach, the web link.

use super::*;
use crate::app::{EntryKind, Layer};
use crate::domain::{Capabilities, ShiftKind, ShiftLine, ShiftSection, SlaFact, SlaStatus};
use crate::sync::message::Place;
use crate::text::Untrusted;

const HOUR: i64 = 3_600;

fn section(desk: &Desk, kind: ShiftKind, on: &[usize]) -> ShiftSection {
    let line = |at: &usize| ShiftLine {
        conversation: desk.engine.conversations[*at].clone(),
        at: desk.engine.now,
        why: Untrusted::default(),
    };
    ShiftSection { kind, total: on.len(), lines: on.iter().map(line).collect() }
}

fn cursor_on_page(desk: &Desk) -> Option<usize> {
    desk.app.layers.last().and_then(|layer| match layer {
        Layer::Shift(page) => Some(page.cursor),
        _ => None,
    })
}

#[test]
fn after_four_hours_away_the_page_is_offered_once() {
    let mut desk = Desk::new();
    desk.press("j");
    desk.pass(Duration::from_secs(3 * 3_600));
    desk.tell(Msg::FocusGained);
    assert_eq!(desk.notice(), "");
    desk.pass(Duration::from_secs(3_700));
    desk.tell(Msg::FocusGained);
    assert_eq!(desk.notice(), "You were away for 4 h: g h shows what came.");
    let last = desk.engine.now.secs();
    desk.press("g h");
    let asked = desk.asked.iter().rev().find_map(|request| match request {
        Request::Shift { since, .. } => Some(since.secs()),
        _ => None,
    });
    assert_eq!(asked, Some(last - 3 * HOUR - 3_700), "since the last key before it");
    desk.press("esc j");
    assert_ne!(desk.notice(), "You were away for 4 h: g h shows what came.");
}

#[test]
fn the_place_tells_the_next_run_when_the_agent_was_here() {
    let mut desk = Desk::new();
    desk.press("j");
    desk.pass(Duration::from_secs(2));
    let at = desk.engine.place.clone().unwrap().at;
    assert_eq!(at.secs() % 600, 0);
    assert!((0..600).contains(&(desk.engine.now.secs() - at.secs())));
    let engine = Engine::filled();
    let place = Place { at: UnixTime(engine.now.secs() - 5 * HOUR), ..Place::default() };
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.hear(Event::Place(place));
    assert_eq!(desk.notice(), "You were away for 5 h: g h shows what came.");
}

#[test]
fn a_screen_that_begins_with_a_conversation_offers_the_page_too() {
    let engine = Engine::filled();
    let place = Place { at: UnixTime(engine.now.secs() - 5 * HOUR), ..Place::default() };
    let mut desk = Desk::with(160, 48, Settings::default(), engine);
    desk.app.begin_at(Place { conversation: Some(engine::id(3)), open: true, ..Place::default() });
    desk.hear(Event::Place(place));
    assert_eq!(desk.notice(), "You were away for 5 h: g h shows what came.");
}

#[test]
fn the_page_walks_what_was_not_opened_and_comes_back_where_it_was() {
    let mut desk = Desk::new();
    desk.engine.shift = vec![section(&desk, ShiftKind::Replied, &[1, 2]), section(&desk, ShiftKind::Mentioned, &[3])];
    desk.press("g h");
    assert_eq!(cursor_on_page(&desk), Some(0));
    desk.press("space");
    assert_eq!(cursor_on_page(&desk), Some(1));
    desk.press("enter");
    let opened = desk.engine.conversations[2].id.to_string();
    assert_eq!((desk.app.layers.len(), desk.shown(), desk.focus()), (0, opened, Pane::Thread));
    desk.press("g h");
    assert_eq!(cursor_on_page(&desk), Some(2), "at the next one");
    desk.press("n");
    assert_eq!(cursor_on_page(&desk), Some(0), "what was opened is passed");
    desk.press("esc");
    assert!(desk.app.layers.is_empty());
    assert!(desk.acts().is_empty());
}

#[test]
fn e_among_mentions_is_done_with_the_mention_and_closes_nothing() {
    let mut desk = Desk::new();
    desk.press("g m");
    let all = desk.engine.conversations.clone();
    let generation = desk.app.list.asked.as_ref().map(|(generation, _)| *generation);
    if let Some(generation) = generation {
        let window = crate::sync::message::Window { offset: 0, total: all.len(), rows: all };
        desk.hear(Event::Window { generation, window });
    } else {
        desk.app.list.replace(crate::sync::message::Window { offset: 0, total: all.len(), rows: all }, None);
    }
    let first = desk.cursor();
    desk.press("e");
    assert!(desk.acts().is_empty(), "nothing is closed");
    let done = |request: &Request| matches!(request, Request::MentionDone { id, .. } if id.as_str() == first);
    assert!(desk.asked.iter().any(done));
    assert!(desk.app.list.rows.iter().any(|row| row.conversation.id.as_str() == first && row.struck_until.is_some()));
    assert_ne!(desk.cursor(), first, "on to the next");
    desk.press("u");
    assert!(desk.asked.iter().any(|request| matches!(request, Request::MentionBack(id) if id.as_str() == first)));
    assert_eq!(desk.notice(), "The mention is back.");
    assert_eq!(desk.cursor(), first, "its row is where it was");
    // It is in no list before the disk has it.
    let lists = |desk: &Desk| desk.asked.iter().filter(|asked| matches!(asked, Request::Window { .. })).count();
    let before = lists(&desk);
    desk.hear(Event::Changed { ids: vec![ConversationId::parse(&first).unwrap()] });
    assert!(lists(&desk) > before);
}

fn sla(status: SlaStatus) -> SlaFact {
    SlaFact { policy: Untrusted::default(), target: None, status, due_at: None }
}

#[test]
fn g_b_walks_from_breach_to_breach() {
    let mut desk = Desk::new();
    desk.press("g b");
    assert_eq!(desk.notice(), "Nothing is breached and no clock is running.");
    desk.engine.conversations[3].sla = Some(sla(SlaStatus::Active));
    desk.engine.conversations[4].sla = Some(sla(SlaStatus::Missed));
    let (second, first) = (desk.engine.conversations[3].id.to_string(), desk.engine.conversations[4].id.to_string());
    desk.news();
    desk.press("g b");
    assert_eq!((desk.shown(), desk.cursor()), (first.clone(), first.clone()));
    desk.press("g b");
    assert_eq!(desk.shown(), second);
    desk.press("g b");
    assert_eq!((desk.shown(), desk.notice()), (first, "That was the last one: back to the first.".to_owned()));
    assert!(desk.acts().is_empty());
}

#[test]
fn g_b_looks_in_all_where_the_open_list_has_none() {
    let mut desk = Desk::new();
    let at = desk.engine.conversations.iter().position(|on| on.assignee.is_none()).unwrap();
    desk.engine.conversations[at].sla = Some(sla(SlaStatus::Missed));
    let id = desk.engine.conversations[at].id.to_string();
    desk.press("g i g b");
    assert_eq!((desk.shown(), desk.cursor()), (id.clone(), id));
    assert_eq!(desk.app.sidebar.open_entry().unwrap().kind, EntryKind::All);
}

#[test]
fn the_web_link_is_shown_in_full_before_it_is_opened_or_copied() {
    let mut desk = Desk::new();
    desk.press("O");
    assert_eq!(desk.notice(), "This helpdesk has no web pages.");
    let mut directory = (*desk.engine.directory).clone();
    directory.capabilities = Capabilities::default();
    let workspace = directory.workspace.as_mut().unwrap();
    (workspace.id, workspace.region) = ("ab12cd34".to_owned(), Untrusted::new("EU"));
    desk.hear(Event::Directory(std::sync::Arc::new(directory)));
    let url = format!("https://app.eu.intercom.com/a/inbox/ab12cd34/inbox/conversation/{}", desk.cursor());
    desk.press("O");
    let Some(Layer::Link(link)) = desk.app.layers.last() else { panic!() };
    assert_eq!(link.link.shown.as_str(), url);
    assert!(desk.links.is_empty());
    desk.press("y O o");
    assert_eq!(desk.links, [format!("copy {url}"), format!("open {url}")]);
    assert!(desk.app.layers.is_empty());
}

#[test]
fn how_far_mentions_are_known_is_said() {
    let mut desk = Desk::new();
    desk.press("g m");
    assert_eq!(desk.notice(), "");
    desk.hear(Event::History(crate::sync::message::History { here: 120, of: 900 }));
    desk.press("g i g m");
    let said = desk.notice().replace(['\u{2068}', '\u{2069}'], "");
    assert_eq!(said, "Mentions are known in the threads that are on disk: 120 of 900.");
}
