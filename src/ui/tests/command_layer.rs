//! Palette, help and half-typed sequences as they are drawn.

use super::stage::Stage;
use crate::sync::message::{Event, FoundContact, Request};
use crate::text::Untrusted;

#[test]
fn a_half_typed_sequence_has_a_small_panel_that_moves_no_pane() {
    for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 20)] {
        let mut stage = Stage::new(width, height);
        let before = stage.lines();
        stage.press("g");
        let with = stage.lines();
        let text = stage.text();
        assert!(text.contains("i You") && text.contains("m Mentions"), "{text}");
        let changed = before.iter().zip(&with).filter(|(a, b)| a != b).count();
        assert!(changed <= usize::from(height / 3), "{width}x{height}: {changed}");
        let first = before.iter().zip(&with).position(|(a, b)| a != b).unwrap();
        assert!(before[first + changed..] == with[first + changed..], "it is one piece");
        assert_eq!(before.last(), with.last(), "the status line stays");
        stage.press("esc");
        assert_eq!(stage.lines(), before, "{width}x{height}");
    }
    // Without room for it the status line tells.
    let mut stage = Stage::new(40, 8);
    stage.press("g");
    assert!(stage.lines()[7].contains("i You"), "{}", stage.text());
}

#[test]
fn the_panel_leaves_the_text_that_is_written_in_sight_where_there_is_room() {
    let mut stage = Stage::new(160, 48);
    stage.press("r");
    stage.write("Hello Chloé");
    stage.press("ctrl-x");
    assert!(stage.text().contains("Hello Chloé") && stage.text().contains("e Send and close"), "{}", stage.text());
}

#[test]
fn the_palette_tells_what_a_line_does_where_there_is_room() {
    let mut stage = Stage::new(160, 48);
    stage.press("ctrl-k");
    stage.write("snoo");
    let text = stage.text();
    assert!(text.contains("Hides the conversation until a time"), "{text}");
    assert!(text.contains("enter runs it"), "{text}");
    let mut stage = Stage::new(80, 24);
    stage.press("ctrl-k");
    stage.write("snoo");
    assert!(!stage.text().contains("Hides the conversation"), "{}", stage.text());
    stage.press("tab");
    assert!(stage.text().contains("Hides the conversation until a time"), "{}", stage.text());
    stage.press("tab");
    assert!(!stage.text().contains("Hides the conversation"), "{}", stage.text());
}

#[test]
fn what_cannot_be_done_says_why_beside_its_line() {
    let mut stage = Stage::new(160, 48);
    stage.press("ctrl-k");
    stage.write("reopen");
    assert!(stage.text().contains("Not now: It is open already."), "{}", stage.text());
}

#[test]
fn people_and_conversations_are_told_in_full() {
    let mut stage = Stage::new(160, 48);
    stage.press("ctrl-k");
    stage.app.at(super::stage::NOW, std::time::Duration::from_secs(1_000));
    let mut asked = None;
    for letter in "dubois".chars() {
        let key = crate::keymap::Key::char(letter);
        for effect in crate::app::update(&mut stage.app, crate::app::Msg::Key(key)) {
            if let crate::app::Effect::Request(request) = effect
                && let Request::Find { generation, .. } = *request
            {
                asked = Some(generation);
            }
        }
    }
    let on = stage.inbox[0].clone();
    let contact = FoundContact {
        id: on.contact.as_ref().and_then(|with| with.id.clone()).unwrap(),
        name: Untrusted::new("Chloé Dubois"),
        email: Untrusted::new("chloe@example.fr"),
        phone: Untrusted::new("+33 4 72 00 00 00"),
        company: Untrusted::new("Northwind"),
        newest: on.id.clone(),
        conversations: 3,
    };
    stage.tell(Event::Found { generation: asked.unwrap(), contacts: vec![contact], conversations: vec![on] });
    let text = stage.text();
    for told in ["chloe@example.fr", "+33 4 72", "Northwind", "3 conversations", "enter opens it"] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    stage.press("down");
    let text = stage.text();
    for told in ["#2214 · open", "✉ Chloé Dubois", "Order 1042 never"] {
        assert!(text.contains(told), "{told}\n{text}");
    }
}

#[test]
fn the_composer_tells_the_way_to_its_keys() {
    let mut stage = Stage::new(160, 48);
    stage.press("r");
    assert!(stage.lines()[47].contains("f1 help"), "{}", stage.lines()[47]);
    stage.press("f1");
    assert!(stage.text().contains("COMPOSER") && stage.text().contains("Send and close"), "{}", stage.text());
}
