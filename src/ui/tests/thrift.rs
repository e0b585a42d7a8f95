//! Bytes: what a key costs on a slow line.

use super::stage::Stage;
use crate::term::Screen;

struct Line {
    stage: Stage,
    screen: Screen<Vec<u8>>,
}

impl Line {
    fn new() -> Self {
        let mut line = Self { stage: Stage::new(160, 48), screen: Screen::new(Vec::new()) };
        line.screen.trust_ground();
        line.bytes();
        line
    }

    /// Bytes of the next frame.
    fn bytes(&mut self) -> usize {
        let (app, theme) = (&self.stage.app, &self.stage.theme);
        self.screen.draw(app.size, |area, buf| crate::ui::draw(app, theme, area, buf)).unwrap()
    }
}

#[test]
fn a_move_in_the_list_writes_at_most_258_bytes() {
    let mut line = Line::new();
    line.stage.press("j");
    let first = line.bytes();
    let mut moves = Vec::new();
    for key in ["j", "j", "j", "j", "k", "k", "j", "j", "j", "j"] {
        line.stage.press(key);
        moves.push(line.bytes());
    }
    moves.sort_unstable();
    println!("first {first}, then {moves:?}");
    assert!(moves[moves.len() / 2] <= 258, "{moves:?}");
    assert!(first <= 400, "{first}");
}

/// A line over an inbox of some hundred conversations.
fn long_line() -> Line {
    let shop = super::stage::inbox();
    let many = (0..300_usize).map(|at| {
        let mut on = shop[at % shop.len()].clone();
        on.id = super::stage::conversation_id(&format!("{}", 5_000 + at));
        on
    });
    let stage = Stage::with(160, 48, many.collect(), std::collections::BTreeMap::new());
    let mut line = Line { stage, screen: Screen::new(Vec::new()) };
    line.bytes();
    line
}

#[test]
fn a_held_key_writes_at_most_29_500_bytes() {
    let mut line = long_line();
    let mut moves = Vec::new();
    for _ in 0..90 {
        line.stage.press("j");
        moves.push(line.bytes());
    }
    let all: usize = moves.iter().sum();
    moves.sort_unstable();
    println!("90 moves: {all}, median {}, most {:?}", moves[45], &moves[84..]);
    assert!(all <= 29_500, "{all}: {moves:?}");
    assert!(moves[45] <= 258, "{moves:?}");
}

#[test]
fn a_page_writes_at_most_4_300_bytes() {
    let mut line = long_line();
    line.stage.press("ctrl-d ctrl-d ctrl-d");
    line.bytes();
    let mut pages = Vec::new();
    for _ in 0..6 {
        line.stage.press("ctrl-d");
        pages.push(line.bytes());
    }
    println!("pages {pages:?}");
    assert!(pages.iter().all(|page| *page <= 4_300), "{pages:?}");
}

#[test]
fn opening_what_was_previewed_writes_at_most_2_400_bytes() {
    let mut line = Line::new();
    line.stage.wait(3);
    line.bytes();
    line.stage.press("enter");
    let open = line.bytes();
    println!("open {open}");
    assert!(open <= 2_400, "{open}");
}

#[test]
fn a_typed_letter_writes_at_most_40_bytes() {
    let mut line = Line::new();
    line.stage.press("r");
    line.stage.write("Hello ");
    line.bytes();
    for letter in ["w", "o", "r", "l", "d"] {
        line.stage.write(letter);
        let bytes = line.bytes();
        assert!(bytes <= 40, "{letter}: {bytes}");
    }
}

#[test]
fn the_palette_opens_and_narrows_within_its_budget() {
    let mut line = Line::new();
    line.stage.press("ctrl-k");
    let open = line.bytes();
    line.stage.write("s");
    let narrowed = line.bytes();
    println!("palette: open {open}, narrowed {narrowed}");
    assert!(narrowed <= 1_500 && open <= 2_500, "{open} {narrowed}");
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let mut line = Line::new();
    // What is shown counts as read after a while.
    line.stage.wait(3);
    line.bytes();
    line.stage.wait(1);
    assert_eq!(line.bytes(), 0);
}
