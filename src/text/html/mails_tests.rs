//! Mails in the manner of the programs that most customers write with, and what an agent sees of them.
//!
//! The bodies are our own words; `benches/` reads the same files. Beside each stands what it becomes at two
//! widths, with history and signatures folded: `DESKHAND_GOLDEN=write` writes these anew.

use std::fmt::Write as _;
use std::path::Path;

use super::{Block, Document, Fold, Line, LineKind, blocks, blocks_while, layout, to_plain, words_only};

const MAILS: [(&str, &str); 9] = [
    ("outlook", include_str!("mails/outlook.html")),
    ("gmail", include_str!("mails/gmail.html")),
    ("apple", include_str!("mails/apple.html")),
    ("thunderbird", include_str!("mails/thunderbird.html")),
    ("newsletter", include_str!("mails/newsletter.html")),
    ("ticket", include_str!("mails/ticket.html")),
    ("phone", include_str!("mails/phone.html")),
    ("receipt", include_str!("mails/receipt.html")),
    ("plain", include_str!("mails/plain.txt")),
];
const WIDTHS: [u16; 2] = [80, 44];

fn mail(name: &str) -> &'static str {
    MAILS.iter().find(|(of, _)| *of == name).map(|(_, body)| *body).unwrap()
}

fn said(line: &Line) -> String {
    let words: String = line.spans.iter().map(|span| span.text.as_str()).collect();
    let words = match line.kind {
        LineKind::Rule => "----".to_owned(),
        LineKind::Folded { fold: Fold::Quoted, lines } => format!("… {lines} lines quoted"),
        LineKind::Folded { fold: Fold::Signature, lines } => format!("… {lines} lines of signature"),
        LineKind::MoreRows(rows) => format!("… {rows} more rows"),
        LineKind::Cut => "… cut".to_owned(),
        _ => words,
    };
    format!("{}{}{words}", "│ ".repeat(usize::from(line.gutter)), line.lead).trim_end().to_owned()
}

fn shown(document: &Document, cells: u16) -> Vec<String> {
    layout(document, cells, true).iter().map(said).collect()
}

#[test]
fn mails_are_read_as_they_were_meant() {
    let folder = Path::new(file!()).parent().unwrap().join("mails");
    let writes = std::env::var_os("DESKHAND_GOLDEN").is_some_and(|how| how == "write");
    for (name, body) in MAILS {
        let document = blocks(body);
        for cells in WIDTHS {
            let mut told = shown(&document, cells).join("\n");
            let _ = write!(told, "\n\nhidden {} · trackers {}\n", document.hidden, document.trackers);
            let file = folder.join(format!("{name}.{cells}.txt"));
            if writes {
                std::fs::write(&file, &told).unwrap();
            }
            assert_eq!(told, std::fs::read_to_string(&file).unwrap_or_default(), "{name} at {cells}");
        }
    }
}

#[test]
fn mails_fit_at_every_width() {
    for (name, body) in MAILS {
        let document = blocks(body);
        for cells in 0..130 {
            for fold in [true, false] {
                for line in layout(&document, cells, fold) {
                    assert!(line.width() <= usize::from(cells), "{name} at {cells}: {line:?}");
                }
            }
        }
    }
}

#[test]
fn reading_can_be_left_at_any_time() {
    for (name, body) in MAILS {
        let questions = std::cell::Cell::new(0_usize);
        let whole = blocks_while(body, &|| {
            questions.set(questions.get() + 1);
            true
        });
        assert_eq!(whole, Some(blocks(body)), "{name}: the same when read twice");
        assert!(questions.get() >= 4, "{name}: asked in every pass");
        for last in 0..questions.get() {
            let left = std::cell::Cell::new(last);
            let go_on = || left.replace(left.get().saturating_sub(1)) > 0;
            assert_eq!(blocks_while(body, &go_on), None, "{name} after {last} questions");
        }
    }
}

#[test]
fn answers_between_quotes_and_below_them_are_in_sight() {
    let all = shown(&blocks(mail("gmail")), 80).join("\n");
    for words in ["The large one, 42 cm.", "Could you refund", "Which size did you order?"] {
        assert!(all.contains(words), "{words}");
    }
    assert!(!all.contains("Lange Reihe") && !all.contains("You wrote on Monday"));
}

#[test]
fn long_quotes_above_an_answer_keep_their_last_paragraph() {
    let lines = shown(&blocks(mail("plain")), 80);
    let at = |words: &str| lines.iter().position(|line| line.contains(words));
    assert!(at("Please also send us").is_none() && at("the attenuation, both ways").is_some());
    assert!(at("… ").unwrap() < at("the attenuation").unwrap());
    assert!(at("Attenuation is 38.2").is_some());
}

#[test]
fn plain_text_of_a_table_can_be_read() {
    let plain = to_plain(mail("outlook"));
    assert!(plain.contains("Article | Ordered | Received | Unit price\nKettle Fjord 1.2 l, green | 5 | 1 | 34,90 €\n"));
    assert!(!plain.contains("Calibri") && plain.contains("- one lid is cracked,"));
}

#[test]
fn words_alone_hold_what_was_written() {
    for (name, body) in MAILS {
        let document = words_only(body);
        let words: Vec<&str> =
            document.blocks.iter().flat_map(Block::each_span).map(|span| span.text.as_str()).collect();
        let words = words.join("\n");
        assert!(!words.contains("font-family") && !words.contains("</"), "{name}");
        assert!(document.blocks.len() > 3, "{name}");
    }
    let words = words_only(mail("outlook"));
    assert!(words.blocks.iter().any(|block| &*block.spans[0].text == "Dear Northwind team,"));
}
