//! The mouse: a click acts on what was drawn, and sends nothing.

use std::time::Duration;

use super::Desk;
use super::engine::{Engine, id};
use crate::app::bulk::BulkLayer;
use crate::app::details::{Section, Stop};
use crate::app::mouse::{Front, Mouse, MouseKind};
use crate::app::{Area, Layer, Msg, Pane};
use crate::config::settings::{Density, Settings};
use crate::domain::{Act, Draft, Mode};
use crate::sync::message::Request;

impl Desk {
    /// What is there now is drawn.
    fn drawn(&mut self, front: Option<Front>) -> &mut Self {
        self.app.take_dirty();
        self.app.note_drawn(front);
        self
    }

    fn mouse(&mut self, kind: MouseKind, column: u16, row: u16) -> &mut Self {
        self.tell(Msg::Mouse(Mouse { kind, column, row }));
        self
    }

    /// A click on what was drawn last.
    fn press_at(&mut self, column: u16, row: u16) -> &mut Self {
        self.mouse(MouseKind::Press, column, row).mouse(MouseKind::Release, column, row)
    }

    /// Draws, and clicks a while after the last one.
    fn click(&mut self, column: u16, row: u16) -> &mut Self {
        self.pass(Duration::from_secs(1));
        self.drawn(None).press_at(column, row)
    }

    /// A cell of a pane's body, so many rows down.
    fn cell(&self, pane: Pane, row: u16) -> (u16, u16) {
        let body = self.app.layout().pane(pane).unwrap().body;
        (body.x + 4, body.y + row)
    }
}

fn compact(width: u16, height: u16) -> Desk {
    let settings = Settings { density: Density::Compact, ..Settings::default() };
    Desk::with(width, height, settings, Engine::filled())
}

#[test]
fn a_click_puts_the_cursor_on_a_row_and_a_second_one_opens_it() {
    let mut desk = compact(160, 48);
    let (x, y) = desk.cell(Pane::List, 2);
    desk.click(x, y);
    assert_eq!((desk.cursor().as_str(), desk.focus()), ("3", Pane::List));
    desk.click(x, y);
    assert_eq!((desk.shown().as_str(), desk.focus()), ("3", Pane::Thread));
    desk.click(x, y);
    assert_eq!((desk.cursor().as_str(), desk.focus()), ("3", Pane::List), "back to the list first");
}

#[test]
fn a_row_of_two_lines_is_clicked_on_either() {
    let mut desk = Desk::new();
    assert_eq!(desk.app.row_height(), 2);
    let (x, y) = desk.cell(Pane::List, 3);
    desk.click(x, y);
    assert_eq!(desk.cursor(), "2");
}

#[test]
fn a_click_below_the_last_row_only_gives_the_focus() {
    let mut desk = compact(160, 48);
    desk.press("enter");
    let (x, y) = desk.cell(Pane::List, 30);
    desk.click(x, y);
    assert_eq!((desk.cursor().as_str(), desk.focus()), ("1", Pane::List));
}

#[test]
fn a_click_means_the_conversation_that_was_drawn_there() {
    let mut desk = compact(160, 48);
    let (x, y) = desk.cell(Pane::List, 2);
    desk.drawn(None);
    // Before the next frame the list has become another one.
    desk.app.list.rows.remove(0);
    desk.press_at(x, y);
    assert_eq!(desk.cursor(), "3", "not what lies there by now");
    desk.drawn(None);
    desk.app.list.rows.retain(|row| row.conversation.id.as_str() != "4");
    let (x, y) = desk.cell(Pane::List, 2);
    desk.pass(Duration::from_secs(1)).press_at(x, y);
    assert_eq!(desk.cursor(), "3", "what has gone is not clicked");
}

#[test]
fn entries_open_titles_fold_and_the_last_line_shows_what_is_hidden() {
    let mut desk = Desk::new();
    let lines = desk.app.sidebar.lines(40);
    let line_of = |desk: &Desk, key: &str| {
        let sidebar = &desk.app.sidebar;
        let at = sidebar.rows().iter().position(|row| sidebar.key_of(row) == key).unwrap();
        u16::try_from(lines.iter().position(|line| *line == Some(at)).unwrap()).unwrap()
    };
    let (x, y) = desk.cell(Pane::Sidebar, line_of(&desk, "inbox:unassigned"));
    desk.click(x, y);
    assert_eq!((desk.app.sidebar.open_entry().unwrap().key.as_str(), desk.focus()), ("inbox:unassigned", Pane::List));
    let (x, y) = desk.cell(Pane::Sidebar, line_of(&desk, "section:teams"));
    let before = desk.app.sidebar.rows().len();
    desk.click(x, y);
    assert_eq!((desk.app.sidebar.rows().len(), desk.focus()), (before - 2, Pane::Sidebar));
    // Twice at once is once.
    desk.drawn(None).press_at(x, y);
    assert_eq!(desk.app.sidebar.rows().len(), before - 2);
    desk.click(x, y);
    assert_eq!(desk.app.sidebar.rows().len(), before);
}

#[test]
fn the_wheel_moves_the_cursor_of_the_list_and_the_lines_of_the_thread() {
    let mut desk = compact(160, 48);
    let (x, y) = desk.cell(Pane::List, 1);
    desk.mouse(MouseKind::WheelDown, x, y);
    assert_eq!(desk.cursor(), "4");
    desk.mouse(MouseKind::WheelUp, x, y);
    assert_eq!(desk.cursor(), "1");
    let mut desk = compact(80, 16);
    desk.press("enter");
    let (x, y) = desk.cell(Pane::Thread, 1);
    desk.mouse(MouseKind::WheelUp, x, y).mouse(MouseKind::WheelUp, x, y).mouse(MouseKind::WheelUp, x, y);
    let top = desk.app.thread.open.as_ref().unwrap().scroll;
    assert_eq!(top, 0);
    desk.mouse(MouseKind::WheelDown, x, y);
    assert!(desk.app.thread.open.as_ref().unwrap().scroll > 0);
    assert_eq!(desk.focus(), Pane::Thread);
}

#[test]
fn the_wheel_takes_nothing_away_from_who_is_writing() {
    let mut desk = compact(160, 48);
    desk.press("enter r").write("half a");
    let (x, y) = desk.cell(Pane::List, 1);
    desk.mouse(MouseKind::WheelDown, x, y);
    assert_eq!((desk.focus(), desk.text().as_str(), desk.shown().as_str()), (Pane::Composer, "half a", "1"));
}

#[test]
fn a_click_in_an_overlay_chooses_and_beside_it_closes() {
    let mut desk = Desk::new();
    desk.press("z");
    let line = |at: usize| (Area::new(40, 10 + u16::try_from(at).unwrap(), 40, 1), at);
    let front = Front { frame: Area::new(38, 8, 44, 12), lines: (0..5).map(line).collect() };
    desk.drawn(Some(front.clone()));
    desk.press_at(41, 9);
    assert!(!desk.app.layers.is_empty(), "the border chooses nothing");
    desk.pass(Duration::from_secs(1)).drawn(Some(front.clone()));
    desk.press_at(50, 11);
    assert!(desk.app.layers.is_empty());
    assert!(matches!(desk.acts()[..], [(_, Act::Snooze { .. })]));
    // The second press of a double click was meant for what is gone.
    desk.drawn(None).press_at(50, 11);
    assert_eq!(desk.acts().len(), 1);
    desk.press("z");
    desk.pass(Duration::from_secs(1)).drawn(Some(front));
    desk.press_at(5, 3);
    assert!(desk.app.layers.is_empty());
    assert_eq!(desk.acts().len(), 1);
}

#[test]
fn no_click_answers_a_question_or_sends_a_text() {
    let mut desk = Desk::new();
    desk.press("q");
    assert!(matches!(desk.app.layers.last(), Some(Layer::Confirm(_))));
    let front = || Front { frame: Area::new(38, 8, 44, 12), lines: vec![(Area::new(40, 10, 40, 1), 0)] };
    desk.drawn(Some(front())).press_at(41, 10).press_at(41, 10);
    assert!(!desk.quit);
    desk.press("esc enter r").write("Hi").press("ctrl-x z");
    assert!(matches!(&desk.app.layers.last(), Some(Layer::Picker(picker)) if picker.sends));
    desk.pass(Duration::from_secs(1)).drawn(Some(front())).press_at(41, 10).press_at(41, 10);
    assert_eq!((desk.acts().len(), desk.app.layers.len()), (0, 1), "only the cursor moved");
}

#[test]
fn a_click_in_a_bulk_preview_includes_and_does_not_do_it() {
    let mut desk = Desk::new();
    let draft = Draft::new(id(1), Mode::Reply, "Dear", desk.engine.now);
    desk.engine.drafts.insert((id(1), Mode::Reply), draft);
    let changes = |desk: &Desk| match desk.app.layers.last() {
        Some(Layer::Bulk(BulkLayer::Preview(preview))) => preview.changes(),
        other => panic!("{other:?}"),
    };
    desk.press("x x e");
    assert_eq!(changes(&desk), 1);
    let front = Front { frame: Area::new(38, 8, 80, 12), lines: vec![(Area::new(40, 14, 76, 1), 0)] };
    desk.pass(Duration::from_secs(1)).drawn(Some(front)).press_at(50, 14);
    assert_eq!(changes(&desk), 2);
    assert!(!desk.asked.iter().any(|asked| matches!(asked, Request::Bulk { .. })));
}

#[test]
fn an_overlay_that_changed_since_it_was_drawn_is_not_clicked() {
    let mut desk = Desk::new();
    desk.press("z");
    let front = Front { frame: Area::new(38, 8, 44, 12), lines: vec![(Area::new(40, 10, 40, 1), 0)] };
    desk.drawn(Some(front));
    desk.write("2h");
    desk.press_at(41, 10);
    assert_eq!((desk.acts().len(), desk.app.layers.len()), (0, 1));
}

#[test]
fn a_scroll_bar_is_pulled_to_both_ends() {
    let mut engine = Engine::filled();
    for number in 10..90 {
        engine.add(number, Some(engine.directory.me().unwrap().id.clone()));
    }
    let settings = Settings { density: Density::Compact, ..Settings::default() };
    let mut desk = Desk::with(160, 24, settings, engine);
    let thumb = desk.app.thumb(Pane::List).unwrap();
    let body = desk.app.layout().list.unwrap().body;
    assert_eq!((thumb.top, thumb.track.x), (0, body.x + body.width - 1));
    let (x, top, rows) = (thumb.track.x, thumb.track.y, thumb.track.height);
    desk.drawn(None).mouse(MouseKind::Press, x, top + rows - 1);
    assert!(desk.app.list.position() > 70, "{}", desk.app.list.position());
    desk.mouse(MouseKind::Drag, x - 20, top);
    assert!(desk.app.list.position() < 20, "{}", desk.app.list.position());
    desk.mouse(MouseKind::Release, x, top).mouse(MouseKind::Drag, x, top + rows - 1);
    assert!(desk.app.list.position() < 20, "let go");
    assert_eq!(desk.focus(), Pane::List);
    assert!(desk.app.thumb(Pane::Sidebar).is_none());
}

#[test]
fn the_bars_of_sidebar_and_details_are_pulled_too() {
    let mut desk = Desk::sized(160, 14);
    desk.press("enter");
    let earlier: Vec<_> = (2..9).map(|number: usize| desk.server(&number.to_string()).clone()).collect();
    if let Some(open) = desk.app.thread.open.as_mut() {
        open.thread.earlier = earlier;
    }
    for pane in [Pane::Sidebar, Pane::Details] {
        let scroll = |desk: &Desk| match pane {
            Pane::Sidebar => desk.app.sidebar.scroll,
            _ => desk.app.details.scroll,
        };
        let thumb = desk.app.thumb(pane).unwrap();
        let (x, top, rows) = (thumb.track.x, thumb.track.y, thumb.track.height);
        desk.drawn(None).mouse(MouseKind::Press, x, top + rows - 1);
        assert!(scroll(&desk) > 0, "{pane:?}");
        let end = desk.app.thumb(pane).unwrap();
        assert_eq!(end.top + end.rows, rows, "{pane:?}");
        desk.mouse(MouseKind::Drag, x, top);
        assert_eq!(scroll(&desk), 0, "{pane:?}");
        desk.mouse(MouseKind::Release, x, top).pass(Duration::from_secs(1));
    }
    assert_eq!(desk.focus(), Pane::Thread, "looking around takes no focus");
}

#[test]
fn a_click_in_the_details_folds_a_title_and_opens_a_conversation() {
    let mut desk = Desk::new();
    desk.press("enter");
    let earlier: Vec<_> = ["3", "9"].iter().map(|id| desk.server(id).clone()).collect();
    if let Some(open) = desk.app.thread.open.as_mut() {
        open.thread.earlier = earlier;
    }
    let line_of = |desk: &Desk, wanted: &Stop| {
        let stops = desk.app.details_panel().stops;
        u16::try_from(stops.iter().find(|(_, stop)| stop == wanted).unwrap().0).unwrap()
    };
    let nine = Stop::Conversation(super::engine::id(9));
    let (x, y) = desk.cell(Pane::Details, line_of(&desk, &nine));
    desk.click(x, y);
    assert_eq!((desk.focus(), desk.shown().as_str()), (Pane::Details, "1"), "the first click only points at it");
    let lines = desk.app.details_panel().lines.len();
    let (title, row) = desk.cell(Pane::Details, line_of(&desk, &Stop::Section(Section::Conversation)));
    desk.click(title, row);
    assert!(desk.app.details_panel().lines.len() < lines);
    desk.click(x, y).click(x, y);
    assert_eq!((desk.focus(), desk.shown().as_str()), (Pane::Thread, "9"));
}

#[test]
fn the_mouse_is_given_back_by_a_command() {
    let mut desk = Desk::new();
    assert!(desk.app.settings.mouse);
    desk.app.toggle_mouse();
    assert!(!desk.app.settings.mouse);
    assert_eq!(desk.notice(), "The mouse is off: the terminal selects text.");
}

#[test]
fn clicks_anywhere_at_any_size_are_survived() {
    for (width, height) in [(0, 0), (19, 5), (60, 20), (80, 24), (100, 30), (160, 48)] {
        let mut desk = Desk::sized(width, height);
        for step in 0..400_u16 {
            let (column, row) = (step * 37 % (width + 3), step * 11 % (height + 3));
            let kinds = [MouseKind::Press, MouseKind::Drag, MouseKind::WheelDown, MouseKind::WheelUp];
            desk.drawn(None).mouse(kinds[usize::from(step % 4)], column, row);
            desk.monotonic += Duration::from_millis(500);
        }
        assert!(desk.acts().is_empty());
    }
}
