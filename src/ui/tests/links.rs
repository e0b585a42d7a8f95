//! What is drawn of links: the question, the list, the menu of copies, the pager, and which cells lead somewhere.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::{Hits, LinkCells, draw_noting};
use super::stage::{Stage, chloes_thread, inbox, lines};
use crate::text::Untrusted;

const BODY: &str = "<p>Log in at <a href='https://аррӏе.com@paypal.com.evil.example:8443/login?next=%2Faccount%2Fsecurity\
                    &token=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'>www.bank.example</a> or \
                    <a href='https://shop.example/'>shop.example</a>.</p>";

fn stage(width: u16, height: u16) -> Stage {
    let rows = inbox();
    let mut thread = chloes_thread(&rows[0]);
    for part in std::sync::Arc::make_mut(&mut thread.parts).iter_mut() {
        if part.body.is_some() {
            part.body = Some(Untrusted::new(BODY));
        }
    }
    let threads = BTreeMap::from([(rows[0].id.as_str().to_owned(), thread)]);
    let mut stage = Stage::with(width, height, rows, threads);
    stage.press("enter");
    stage
}

fn noted(stage: &Stage) -> (Vec<LinkCells>, Buffer) {
    let (width, height) = stage.app.size;
    let area = Rect::new(0, 0, width, height);
    let (mut buf, hits) = (Buffer::empty(area), Hits::with_links());
    let _ = draw_noting(&stage.app, &stage.theme, area, &mut buf, &hits);
    (hits.take_links(), buf)
}

#[test]
fn the_question_shows_host_address_and_warnings_at_every_size() {
    for (width, height) in [(160, 48), (80, 24), (60, 20)] {
        let mut stage = stage(width, height);
        stage.press("1");
        let text = stage.text();
        for words in ["paypal.com.evil.example", "“www.bank.example”", "Its words name another place", "enter opens"]
        {
            assert!(text.contains(words), "{words} at {width}x{height}\n{text}");
        }
        let whole: String = text.chars().filter(|c| !c.is_whitespace() && *c != '│').collect();
        assert!(whole.contains("0123456789abcdef0123456789abcdef"), "{text}");
    }
}

#[test]
fn list_menu_and_source_are_drawn_at_any_size() {
    for (width, height) in [(160, 48), (80, 24), (60, 20), (30, 8), (20, 6), (10, 3), (1, 1), (0, 0)] {
        for keys in ["1", "L", "L L", "L G", "y", "y G", "R", "R G", "R /", "1 G", "L 2 j"] {
            let mut stage = stage(width, height);
            stage.press(keys);
            let _ = stage.draw();
        }
    }
    let mut stage = stage(80, 24);
    stage.press("L");
    assert!(stage.line_with("shop.example").contains('2'), "{}", stage.text());
    assert!(stage.text().contains("Its words name another place"), "{}", stage.text());
    stage.press("esc R");
    assert!(stage.text().contains("<p>Log in at <a"), "{}", stage.text());
}

#[test]
fn the_cells_of_a_links_words_lead_where_it_leads() {
    let stage = stage(160, 48);
    let (links, buf) = noted(&stage);
    let of_shop: Vec<&LinkCells> = links.iter().filter(|link| link.url == "https://shop.example/").collect();
    assert!(!of_shop.is_empty());
    for link in of_shop {
        let cells = link.at.x..link.at.x + link.at.width;
        let words: String = cells.map(|x| buf[(x, link.at.y)].symbol()).collect();
        assert!(words.starts_with("shop.example") || words.contains("[2]"), "{words:?}");
    }
    assert!(links.iter().all(|link| link.url.starts_with("https://") && link.url.is_ascii()));
}

#[test]
fn what_an_overlay_covers_leads_nowhere() {
    let mut stage = stage(80, 24);
    assert!(!noted(&stage).0.is_empty());
    stage.press("R");
    assert!(noted(&stage).0.is_empty());
    stage.press("esc 2");
    let (links, buf) = noted(&stage);
    let lines = lines(&buf);
    let question = links.iter().filter(|link| lines[usize::from(link.at.y)].contains("│ https://shop.example/"));
    assert_eq!(question.count(), 1, "{links:?}");
}

#[test]
fn the_list_warns_of_files_that_are_to_be_handled_with_care() {
    for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 20)] {
        let rows = inbox();
        let mut thread = chloes_thread(&rows[0]);
        if let Some(part) = std::sync::Arc::make_mut(&mut thread.parts).iter_mut().rfind(|part| part.body.is_some()) {
            part.attachments = ["photo.jpg", "invoice.pdf.exe"]
                .map(|name| crate::domain::Attachment {
                    name: Untrusted::new(name),
                    url: Untrusted::new("https://files.example/1"),
                    content_type: Untrusted::default(),
                    size: Some(9),
                })
                .into();
        }
        let threads = BTreeMap::from([(rows[0].id.as_str().to_owned(), thread)]);
        let mut stage = Stage::with(width, height, rows, threads);
        stage.press("enter G L G");
        let text = stage.text();
        let line = |name: &str| text.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
        assert!(line("invoice.pdf.exe").contains("! invoice"), "{width}x{height}\n{text}");
        assert!(!line("photo.jpg").contains("! "), "{width}x{height}\n{text}");
        assert!(text.contains("Its name has two endings"), "{width}x{height}\n{text}");
    }
}
