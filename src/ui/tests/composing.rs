//! The composer as it is drawn: the same rows that the cursor goes by, at every width.

use super::stage::Stage;
use crate::app::composer::attach::{Entry, Listing};
use crate::app::{Msg, update};
use crate::domain::FilePart;
use crate::text::{Untrusted, width};

/// Texts that wrap in ways of their own.
const TEXTS: [&str; 5] = [
    "Hello Chloé, your order is on its way to you and will be there on Monday or Tuesday at the latest.",
    "これは日本語の文章で、空白なしに折り返されます。とても長いので何行にもなります。さらに続きます。",
    "👩‍👩‍👧‍👦👩‍👩‍👧‍👦 family 🇫🇷🇫🇷 flags 👍🏽 e\u{301}a\u{308} ❤️ and-some-words-with-hyphens-in-them ok",
    "https://example.com/a/very/long/address/that/does/not/fit/into/any/line/of/the/composer/at/all/whatever",
    "    indented   and    spaced     out      text       with        many         blanks          here",
];

#[test]
fn what_is_drawn_is_what_the_cursor_goes_by_at_every_width() {
    for text in TEXTS {
        let mut stage = Stage::new(160, 48);
        stage.press("r");
        stage.write(text);
        let written = stage.app.composer.text();
        for columns in [160, 131, 100, 99, 80, 63, 60, 41, 34, 24, 20] {
            stage.resize(columns, 30);
            let (buf, cursor) = stage.draw();
            let Some(area) = stage.app.layout().composer else { continue };
            let cursor = cursor.unwrap_or_else(|| panic!("no cursor at {columns} in {text}"));
            assert!(cursor.x < columns && cursor.y >= area.body.y, "{columns} {text}");
            let room = area.body.width - 3;
            let view = stage.app.composer.view(room, area.body.height);
            for (line, row) in view.rows.iter().enumerate() {
                let y = area.body.y + u16::try_from(line).unwrap();
                let drawn: String = (0..room)
                    .filter_map(|x| buf.cell((area.body.x + 2 + x, y)))
                    .map(ratatui::buffer::Cell::symbol)
                    .collect();
                // A wide sign covers the blank cell after it.
                let squeeze = |text: &str| text.chars().filter(|letter| *letter != ' ').collect::<String>();
                assert_eq!(squeeze(&drawn), squeeze(row), "{columns} {text}");
                assert!(width(row.trim_end()) <= usize::from(room), "{columns} {row:?}");
            }
            // The cursor is at the end of the text.
            assert!(written.ends_with(view.rows[view.cursor.0]), "{columns} {text}");
            assert_eq!(usize::from(cursor.x - area.body.x - 2), view.cursor.1, "{columns} {text}");
        }
    }
}

#[test]
fn text_from_the_right_is_seen_in_its_order_with_the_cursor_where_its_letter_is() {
    let mut stage = Stage::new(160, 48);
    stage.press("r");
    stage.write("שלום abc");
    let (buf, cursor) = stage.draw();
    let body = stage.app.layout().composer.unwrap().body;
    let room = usize::from(body.width - 3);
    let row: String =
        (0..body.width).filter_map(|x| buf.cell((body.x + x, body.y))).map(ratatui::buffer::Cell::symbol).collect();
    assert!(row.trim_end().ends_with("abc םולש"), "{row:?}");
    let left = usize::from(body.x) + 2;
    // The end of the line is left of it; its beginning is at the right.
    assert_eq!(usize::from(cursor.unwrap().x), left + room - 8 - 1);
    stage.press("home");
    let (_, cursor) = stage.draw();
    assert_eq!(usize::from(cursor.unwrap().x), left + room - 1);
    stage.press("right");
    let (_, cursor) = stage.draw();
    assert_eq!(usize::from(cursor.unwrap().x), left + room - 2, "the cursor moves as the line is read");
    assert_eq!(stage.app.composer.text(), "שלום abc");
    assert!(!row.chars().any(|scalar| matches!(scalar, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')));
}

#[test]
fn what_is_offered_stands_beside_the_cursor_and_inside_the_screen() {
    for (columns, rows) in [(160, 48), (80, 24), (60, 20), (24, 12)] {
        let mut stage = Stage::new(columns, rows);
        stage.press("r");
        stage.write("Hello :hear");
        let text = stage.text();
        assert!(text.contains("❤"), "{columns}x{rows}\n{text}");
        stage.press("tab");
        assert!(!stage.text().contains("broken_heart"), "{columns}x{rows}");
        assert!(stage.text().contains("Hello ❤"), "{columns}x{rows}");
    }
}

#[test]
fn the_preview_takes_the_place_of_the_text_without_its_signs() {
    let mut stage = Stage::new(80, 24);
    stage.press("r");
    stage.write("It is **done**:\n- one\n- two");
    assert!(stage.text().contains("**done**"));
    stage.press("ctrl-x p");
    let text = stage.text();
    assert!(text.contains("It is done:") && text.contains("• one") && !text.contains("**"), "{text}");
    assert!(stage.cell_of("done:").modifier.contains(ratatui::style::Modifier::BOLD));
    assert_eq!(stage.draw().1, None, "nothing is typed into a preview");
}

#[test]
fn the_head_has_the_address_where_there_is_room() {
    let mut stage = Stage::new(80, 24);
    stage.press("r");
    assert!(stage.text().contains("REPLY to Chloé Dubois <someone@example.org> by e-mail"), "{}", stage.text());
    stage.resize(60, 20);
    assert!(stage.text().contains("REPLY to Chloé Dubois"), "{}", stage.text());
    stage.resize(30, 20);
    assert!(stage.text().contains("REPLY to Chlo"), "{}", stage.text());
}

#[test]
fn a_path_tells_what_is_there_and_what_is_too_large() {
    let mut stage = Stage::new(80, 24);
    stage.press("r ctrl-x f");
    let entry = |name: &str, is_folder, size| Entry { name: Untrusted::new(name), is_folder, size, kind: "image/png" };
    let entries =
        vec![entry("photos", true, 0), entry("tent.png", false, 21_000_000), entry("film\u{1b}.png", false, 9)];
    let listing = Listing { folder: String::new(), entries, is_missing: false };
    let _ = update(&mut stage.app, Msg::Listed(Box::new(listing)));
    let text = stage.text();
    assert!(text.contains("photos/") && text.contains("tent.png") && text.contains("too large"), "{text}");
    assert!(!text.contains("film"), "a name that cannot be typed is not offered");
    let _ = update(&mut stage.app, Msg::Key(crate::keymap::Key::parse("esc").unwrap()));
    let file = |name: &str| FilePart { name: name.into(), content_type: "x/y".into(), hash: "h".into(), size: 1 };
    stage.app.composer.files = vec![file("one.pdf"), file("two.pdf")];
    stage.press("ctrl-x F");
    assert!(stage.text().contains("Remove a file"), "{}", stage.text());
    for (columns, rows) in [(160, 48), (30, 8), (20, 6), (1, 1), (0, 0)] {
        stage.resize(columns, rows);
        let _ = stage.draw();
    }
}
