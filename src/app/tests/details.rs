//! The details panel by keys, and how the screen is arranged: density, exact times.

use super::{Desk, Pane};
use crate::app::details::{DetailLine, Section, Stop};
use crate::domain::State;
use crate::sync::message::Request;

/// A desk whose first conversation has two earlier ones, with the panel focused.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.press("enter");
    let earlier: Vec<_> = ["3", "9"].iter().map(|id| desk.server(id).clone()).collect();
    if let Some(open) = desk.app.thread.open.as_mut() {
        open.thread.earlier = earlier;
    }
    desk.press("l");
    assert_eq!(desk.focus(), Pane::Details);
    desk
}

#[test]
fn enter_folds_a_section_and_this_is_remembered() {
    let mut desk = desk();
    let lines = desk.app.details_panel().lines.len();
    desk.press("enter");
    assert!(desk.app.details_panel().lines.len() < lines);
    let kept = desk.asked.iter().rev().find_map(|request| match request {
        Request::SaveArrangement(kept) => Some(kept.folded.clone()),
        _ => None,
    });
    assert!(kept.is_some_and(|folded| folded.contains(&Section::Earlier.key().to_owned())));
    desk.press("enter");
    assert_eq!(desk.app.details_panel().lines.len(), lines);
}

#[test]
fn enter_on_an_earlier_conversation_opens_it() {
    let mut desk = desk();
    let stops = desk.app.details_panel().stops;
    let is = |stop: &(usize, Stop)| matches!(&stop.1, Stop::Conversation(id) if id.as_str() == "9");
    for _ in 0..stops.iter().position(is).expect("it is listed") {
        desk.press("j");
    }
    desk.press("enter");
    assert_eq!((desk.focus(), desk.shown().as_str()), (Pane::Thread, "9"));
    desk.press("e");
    assert_eq!(desk.acts().last().map(|(id, _)| id.clone()).as_deref(), Some("9"), "what is shown is what is closed");
    desk.press("esc");
    assert_eq!(desk.cursor(), "1");
}

#[test]
fn the_newest_earlier_conversations_are_listed_and_all_of_them_on_demand() {
    let mut desk = Desk::new();
    desk.press("enter");
    let earlier: Vec<_> = (2..=9).map(|number: usize| desk.server(&number.to_string()).clone()).collect();
    let listed = |desk: &Desk| {
        let panel = desk.app.details_panel();
        panel.lines.iter().filter(|line| matches!(line, DetailLine::Earlier(..))).count()
    };
    if let Some(open) = desk.app.thread.open.as_mut() {
        open.thread.earlier = earlier;
    }
    desk.press("l");
    assert_eq!(listed(&desk), 6);
    for _ in 0..7 {
        desk.press("j");
    }
    desk.press("enter");
    assert_eq!(listed(&desk), 8);
    // The cursor is where the rest begins.
    desk.press("enter");
    assert_eq!(desk.shown().as_str(), "8");
    assert!(!desk.app.details.lists_all, "another conversation begins anew");
}

#[test]
fn a_panel_longer_than_its_page_scrolls_to_its_last_line_and_back() {
    let mut desk = Desk::sized(100, 12);
    desk.press("enter");
    let earlier: Vec<_> = (2..9).map(|number: usize| desk.server(&number.to_string()).clone()).collect();
    if let Some(open) = desk.app.thread.open.as_mut() {
        open.thread.earlier = earlier;
    }
    desk.press("d");
    let panel = desk.app.details_panel();
    let page = usize::from(desk.app.layout().details.unwrap().body.height);
    let end = panel.lines.len() - page;
    for _ in 0..panel.lines.len() {
        desk.press("j");
    }
    assert_eq!((desk.app.details.scroll, desk.app.details.cursor), (end, panel.stops.len() - 1));
    desk.press("g g");
    assert_eq!((desk.app.details.scroll, desk.app.details.cursor), (0, 0));
    desk.press("G");
    assert_eq!(desk.app.details.scroll, end);
}

#[test]
fn the_panel_tells_state_and_clock_in_words() {
    let mut desk = desk();
    desk.engine.edit(1).state = State::Snoozed;
    desk.engine.edit(1).snoozed_until = Some(crate::domain::UnixTime(super::NOW.0 + 90_000));
    desk.engine.edit(1).rating =
        Some(crate::domain::Rating { score: 2, remark: crate::text::Untrusted::new("too\u{1b}[31m slow") });
    desk.news();
    let panel = desk.app.details_panel();
    let told = |wanted: &str| {
        panel.lines.iter().any(|line| match line {
            DetailLine::Fact(label, value, ..) => format!("{label} {value}").contains(wanted),
            DetailLine::Text(text, _) => text.contains(wanted),
            _ => false,
        })
    };
    assert!(told("Snoozed to"), "{panel:?}");
    assert!(told("Rating ★★··· 2/5") && told("slow"), "{panel:?}");
}

#[test]
fn density_and_exact_times_are_toggled() {
    let mut desk = Desk::new();
    assert_eq!(desk.app.row_height(), 2);
    desk.press("C");
    assert_eq!(desk.app.row_height(), 1);
    assert!(
        desk.asked.iter().any(|request| matches!(request, Request::SaveArrangement(kept) if kept.density == "compact"))
    );
    desk.press("C T");
    assert_eq!(desk.app.row_height(), 2);
    assert!(desk.app.absolute_times);
    desk.press("T");
    assert!(!desk.app.absolute_times);
}
