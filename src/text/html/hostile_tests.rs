//! Bodies made to be slow, deep or endless: what reading them may cost is bounded and grows with their length.
//!
//! Work is counted, not timed: questions asked while reading (one for so many tags and texts), blocks, lines
//! and the bytes in them. `benches/` times the same kinds of bodies.

use std::cell::Cell;

use super::{Document, blocks_while, layout, to_plain, words_only};

/// Bytes of a body here; a debug build takes its time.
const LENGTH: usize = 24 * 1024;

/// Each is repeated to the length wanted.
const REPEATED: &[&str] = &[
    "<b>",
    "<b></i>",
    "<i>x</i>",
    "<p>a",
    "a<br>",
    "a\n",
    "a\n\n",
    "<div>x",
    "<ul><li>",
    "<ol reversed><li>x</ol>",
    "<blockquote>x",
    "<blockquote type=cite>x</blockquote>y",
    "> x\n",
    "> > > x\n",
    ">",
    "<table>",
    "<table><tr><td>",
    "<table><tr><td>x<td>y</table>",
    "<tr><td>a<td>b",
    "<td>a",
    "<td rowspan=1000000000 colspan=1000000000>a<td>b",
    "<a href='https://a.org/x'>y</a> ",
    "<a href=\"",
    "https://a.org/ ",
    "http://",
    "www.",
    "<!--",
    "<!-- -->",
    "<![if x]>",
    "<",
    "</",
    "<a@b>",
    "<svg>",
    "<style>",
    "<title>",
    "<textarea>",
    "&",
    "&amp;",
    "&a",
    "&notin;&not",
    "&#x41;",
    "x",
    "é",
    " ",
    "&nbsp;",
    "\u{A0}\u{200C}",
    "\u{1b}[2J",
    "a\u{301}\u{302}",
    "日本語",
    "👩‍👩‍👧‍👦",
    "From: a\n",
    "From: a<br>",
    "On 3 May 2025 at 10:10 Ana wrote:\n",
    "-----Original Message-----\n",
    "---------- Forwarded message ---------\n",
    "-- \n",
    "-----\n",
    "<div class=gmail_signature>x",
    "<p style='display:none'>x</p>",
    "<img src='https://a.org/x.png' alt=x>",
    "<p style='mso-list:l0 level9 lfo1'><span style='mso-list:Ignore'>1.</span>x",
    "<pre> x\n",
];

fn bodies(length: usize) -> Vec<(String, String)> {
    let fill = |start: &str, piece: &str| -> String {
        let mut body = start.to_owned();
        while body.len() < length {
            body.push_str(piece);
        }
        body
    };
    let mut bodies: Vec<(String, String)> =
        REPEATED.iter().map(|piece| ((*piece).to_owned(), fill("", piece))).collect();
    // Each within something that is open as deep as anything may be.
    let deep = "<b><i>".repeat(100);
    for piece in ["<u>x</u>", "<p></p>", "</u>", "</b><b>", "<td>x", "<a>"] {
        bodies.push((format!("deep {piece}"), fill(&deep, piece)));
    }
    for piece in ["<tr><td>a<td>b", "<tr><td rowspan=9>a<td colspan=9>b", "<td>a"] {
        bodies.push((format!("table {piece}"), fill("<table border=1><tr><th>x<th>y", piece)));
    }
    let attributes: Vec<String> = (0..length / 8).map(|n| format!("a{n}=1")).collect();
    bodies.push(("attributes".to_owned(), format!("<p {}>x", attributes.join(" "))));
    let link = |n: usize| format!("<a href=//a{n}.org>y</a>https://b{n}.org ");
    bodies.push(("links".to_owned(), (0..length / 32).map(link).collect::<Vec<_>>().concat()));
    bodies
}

/// Questions asked while reading.
fn read(body: &str) -> (Document, usize) {
    let questions = Cell::new(0_usize);
    let go_on = || {
        questions.set(questions.get() + 1);
        true
    };
    (blocks_while(body, &go_on).unwrap_or_default(), questions.get())
}

#[test]
fn work_is_bounded_whatever_is_sent() {
    for (name, body) in bodies(LENGTH) {
        let (document, questions) = read(&body);
        // A tag or text has two bytes at least, and there are three passes.
        assert!(questions <= body.len() / 100 + 100, "{name}: {questions} questions");
        assert!(document.blocks.len() <= body.len() / 2 + 1, "{name}: {} blocks", document.blocks.len());
        assert!(document.weight() <= body.len() * 4 + 16, "{name}: weight {}", document.weight());
        for cells in [3, 40] {
            let lines = layout(&document, cells, false);
            assert!(lines.len() <= 20_001, "{name}: {} lines", lines.len());
            // A link's number and host stand behind its words; a table's cells are filled up with blanks.
            let bytes: usize = lines.iter().flat_map(|line| &line.spans).map(|span| span.text.len()).sum();
            assert!(bytes <= body.len() * 8 + 4_096, "{name}: {bytes} bytes in lines");
        }
        assert!(words_only(&body).weight() <= body.len() * 4 + 16, "{name}");
        assert!(to_plain(&body).len() <= body.len() * 12 + 16, "{name}");
    }
}

#[test]
fn work_grows_with_the_length_and_no_faster() {
    for ((name, short), (_, long)) in bodies(LENGTH / 8).into_iter().zip(bodies(LENGTH / 2)) {
        let ((small, before), (large, after)) = (read(&short), read(&long));
        assert!(after <= before * 8 + 32, "{name}: {before} questions, then {after}");
        let (before, after) = (layout(&small, 40, true).len(), layout(&large, 40, true).len());
        assert!(after <= before * 8 + 64, "{name}: {before} lines, then {after}");
    }
}

#[test]
fn reading_is_left_soon_after_it_is_told_to() {
    for (name, body) in bodies(LENGTH) {
        let asked = Cell::new(0_usize);
        let go_on = || {
            asked.set(asked.get() + 1);
            asked.get() < 3
        };
        let (_, questions) = read(&body);
        if questions >= 3 {
            assert_eq!(blocks_while(&body, &go_on), None, "{name}");
            assert!(asked.get() <= 4, "{name}: asked {} times", asked.get());
        }
    }
}
