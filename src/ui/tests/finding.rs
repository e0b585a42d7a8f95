//! Find in thread, and what a thread says of bodies that are not whole.

use std::sync::Arc;

use ratatui::style::Modifier;

use super::stage::{Stage, chloes_thread, inbox};
use crate::text::Untrusted;

/// A stage with a body in the first part of Chloé's thread, which is open.
fn with_body(size: (u16, u16), body: &str) -> Stage {
    let rows = inbox();
    let mut thread = chloes_thread(&rows[0]);
    Arc::make_mut(&mut thread.parts)[0].body = Some(Untrusted::new(body));
    thread.seen_at = None;
    let threads = std::collections::BTreeMap::from([(rows[0].id.as_str().to_owned(), thread)]);
    let mut stage = Stage::with(size.0, size.1, rows, threads);
    stage.press("enter g g");
    stage
}

#[test]
fn what_is_found_is_marked_and_counted_at_every_size() {
    for size in [(160, 48), (100, 30), (80, 24), (60, 20)] {
        let mut stage = with_body(size, "<p>An <b>or</b>der, and the Order again.</p>");
        stage.press("/");
        assert!(stage.text().contains("words in this thread"), "{}", stage.text());
        stage.write("order");
        let text = stage.text();
        assert!(text.contains("1 of 2"), "{size:?}\n{text}");
        let current = stage.cell_of("order, and the");
        assert!(current.modifier.contains(Modifier::REVERSED | Modifier::UNDERLINED), "{size:?}\n{text}");
        let other = stage.cell_of("Order again");
        assert!(other.modifier.contains(Modifier::UNDERLINED) && !other.modifier.contains(Modifier::REVERSED));
        let (_, cursor) = stage.draw();
        let at = cursor.unwrap();
        assert!(stage.lines()[usize::from(at.y)].contains("order"), "the cursor is behind what is typed");
        stage.press("enter enter");
        assert!(stage.text().contains("on from the beginning"), "{}", stage.text());
        stage.press("x x");
        assert!(stage.text().contains("nothing found"), "{}", stage.text());
        stage.press("esc");
        assert!(!stage.text().contains("nothing found"));
    }
}

#[test]
fn what_was_left_out_is_told_in_one_dim_line() {
    let hidden = "<p style='display:none'>no</p>";
    let pixel = "<img width=1 height=1 src='https://t.example/p'>";
    for (body, told) in [
        (format!("<p>a</p>{hidden}<p>b</p>{hidden}{pixel}"), "2 hidden passages and a tracker left out"),
        (format!("<p>a</p>{pixel}{pixel}"), "2 trackers left out"),
        (format!("<p>a</p>{hidden}"), "one hidden passage left out"),
    ] {
        let stage = with_body((160, 48), &body);
        assert!(stage.text().contains(&format!("… {told}")), "{told}\n{}", stage.text());
    }
}

#[test]
fn a_body_that_is_on_its_way_has_one_line_that_says_so() {
    for (width, height) in [(160, 48), (80, 24), (60, 20)] {
        let mut stage = with_body((width, height), "<p>seen</p>");
        stage.holds_reading = true;
        // Another width is asked for and not there yet: what was laid out stays until it comes.
        stage.resize(width - 2, height);
        assert!(stage.text().contains("seen") && !stage.text().contains("reading…"), "{}", stage.text());
        stage.press("J");
        assert!(stage.text().contains("reading…"), "{width}x{height}\n{}", stage.text());
    }
}
