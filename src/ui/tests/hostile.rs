//! Any size, any text: nothing panics, nothing leaves its place, nothing but printable text is drawn.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::stage::{Stage, chloes_thread, conversation, conversation_id, inbox};
use crate::domain::TagRef;
use crate::text::{Untrusted, width};

const HOSTILE: [&str; 14] = [
    "\u{1b}[2J\u{1b}[31mred\u{7}",
    "a\u{202e}gnp.exe\u{202c}",
    "\u{9b}31m\u{90}x\u{9c}",
    "line\nbreak\r\ttab\u{2028}sep",
    "zero\u{200b}width\u{feff}\u{2060}joiner",
    "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}\u{30c}algo",
    "日本語の長い名前がここに入りますので列を壊さないでください",
    "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
    "مرحبا بالعالم שלום עולם",
    "│▌╭ NOTE  Ana Ito ┄┄ assigned",
    "ﾊﾞﾋﾟﾌﾟ halfwidth",
    "\u{301}\u{302}",
    "   ",
    "🇫🇷🇩🇪🇬🇧 flags 🏳️‍🌈 1️⃣",
];

/// A stage of which every text is hostile.
fn hostile(width: u16, height: u16) -> Stage {
    let mut rows = inbox();
    for (at, text) in HOSTILE.iter().enumerate() {
        let long = format!("{text}{}", text.repeat(20));
        let mut on = conversation(&format!("90{at}"), text, &long, 60 * 60);
        on.unread = true;
        let tag = |name: &str| TagRef { id: crate::domain::TagId::parse("21").unwrap(), name: Untrusted::new(name) };
        on.tags = vec![tag(text), tag(&long)];
        on.company_name = Untrusted::new(long.as_str());
        on.sla.clone_from(&rows[0].sla);
        if let Some(sla) = &mut on.sla {
            sla.policy = Untrusted::new(*text);
            sla.target = Some((*text).to_owned());
        }
        rows.insert(0, on);
    }
    let mut thread = chloes_thread(&rows[0]);
    thread.conversation.id = conversation_id(rows[0].id.as_str());
    for (part, text) in std::sync::Arc::make_mut(&mut thread.parts).iter_mut().zip(HOSTILE) {
        part.author.name = Untrusted::new(text);
        part.body = Some(Untrusted::new(format!("<p>{}</p><pre>{text}</pre>", HOSTILE.join("</p><p>"))));
        for file in &mut part.attachments {
            file.name = Untrusted::new(text);
        }
    }
    if let Some(contact) = &mut thread.contact {
        contact.email = Untrusted::new(HOSTILE[0]);
        contact.city = Untrusted::new(HOSTILE[6]);
        contact.phone = Untrusted::new(HOSTILE[1]);
    }
    let threads = BTreeMap::from([(rows[0].id.as_str().to_owned(), thread)]);
    Stage::with(width, height, rows, threads)
}

/// No control, no bidirectional or invisible character; every wide character has its cells.
fn assert_sound(buf: &Buffer) {
    for y in 0..buf.area.height {
        let mut x = 0;
        while x < buf.area.width {
            let symbol = buf.cell((x, y)).unwrap().symbol();
            let bad = |letter: char| {
                letter.is_control()
                    || matches!(letter, '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            };
            assert!(!symbol.chars().any(bad), "{x},{y}: {symbol:?}");
            // By the measure that all is laid out by: the library's counts halfwidth sound marks twice.
            let cells = u16::try_from(width(symbol)).unwrap();
            assert!((1..=2).contains(&cells), "{x},{y}: {symbol:?}");
            assert!(x + cells <= buf.area.width, "{x},{y}: {symbol:?} hangs over the edge");
            for covered in 1..cells {
                assert_eq!(buf.cell((x + covered, y)).unwrap().symbol(), " ", "{x},{y}: {symbol:?}");
            }
            x += cells.max(1);
        }
    }
}

const TOURS: [&str; 9] = ["", "enter", "enter r", "n", "shift-tab", "enter d", "ctrl-k", "?", "z"];

#[test]
fn hostile_text_is_drawn_soundly_everywhere() {
    for (width, height) in [(160, 48), (120, 40), (100, 30), (80, 24), (60, 20), (40, 12), (20, 6)] {
        for tour in TOURS {
            let mut stage = hostile(width, height);
            stage.press(tour);
            stage.wait(1);
            assert_sound(&stage.draw().0);
        }
    }
}

#[test]
fn hostile_names_do_not_break_columns() {
    let stage = hostile(160, 48);
    let (buf, _) = stage.draw();
    let rules: Vec<u16> = (0..160).filter(|x| buf.cell((*x, 20)).unwrap().symbol() == "│").collect();
    assert_eq!(rules.len(), 3);
    for y in 0..47 {
        for x in &rules {
            assert_eq!(buf.cell((*x, y)).unwrap().symbol(), "│", "{x},{y}");
        }
    }
    // Times end in one column.
    let last = rules[1] - 2;
    for y in (1..29).step_by(2) {
        assert_eq!(buf.cell((last, y)).unwrap().symbol(), "h", "row {y}");
    }
}

#[test]
fn a_message_cannot_draw_our_frame() {
    // What a customer writes stands right of the margin, where notes have their mark.
    let mut stage = hostile(160, 48);
    stage.press("enter");
    stage.wait(1);
    let (buf, _) = stage.draw();
    let edge = (0..160).filter(|x| buf.cell((*x, 20)).unwrap().symbol() == "│").nth(1).unwrap();
    for y in 3..47 {
        let margin = buf.cell((edge + 1, y)).unwrap().symbol();
        assert!([" ", "▌", "▎", "─"].contains(&margin), "{y}: {margin:?}");
    }
}

#[test]
fn every_size_is_survived() {
    for tour in TOURS {
        let mut stage = Stage::new(160, 48);
        stage.press(tour);
        let step = if tour.is_empty() { 1 } else { 3 };
        for height in (0..=30).step_by(step) {
            for width in (0..=50).step_by(step) {
                stage.resize(width, height);
                assert_sound(&stage.draw().0);
            }
        }
        for (width, height) in [(500, 200), (1, 1000), (1000, 1), (81, 17), (119, 9), (120, 10)] {
            stage.resize(width, height);
            assert_sound(&stage.draw().0);
        }
    }
}

#[test]
fn a_buffer_of_another_size_than_the_app_believes_is_survived() {
    let mut stage = Stage::new(160, 48);
    stage.press("r");
    for (width, height) in [(0, 0), (10, 3), (79, 47), (161, 20), (200, 60)] {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let cursor = crate::ui::draw(&stage.app, &stage.theme, area, &mut buf);
        assert!(cursor.is_none_or(|at| area.contains(at)));
    }
}

#[test]
fn wide_letters_are_counted_as_terminals_count_them() {
    let stage = Stage::new(160, 48);
    let line = stage.line_with("佐藤");
    assert_eq!(width(&line), 160, "{line}");
    assert!(line.contains("佐藤 美奈                  ↩     6h │"), "{line}");
}
