//! Regions of the screen as they should look, letter by letter and style by style: one file for each in
//! `golden/`, read like the screen itself.
//!
//! A file has the region's lines, then a letter for each cell's style, then what the letters mean: the
//! first role of the theme that looks so. `DESKHAND_GOLDEN=write` writes them anew; what changed is then
//! seen in the diff.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ratatui::buffer::{Buffer, CellWidth as _};
use ratatui::style::{Color, Modifier, Style};

use super::stage::{Stage, ago};
use crate::app::{Area, Pane};
use crate::sync::message::{Connection, Event};
use crate::theme::{Role, Theme};

/// The sizes that have snapshots.
const SIZES: [(u16, u16); 4] = [(160, 48), (100, 30), (80, 24), (60, 20)];

/// The first role that looks like a cell, else its colours.
fn named(style: Style, theme: &Theme) -> String {
    let same = |role: &&Role| {
        let of = theme.style(**role);
        let plain = |colour: Option<Color>| colour.unwrap_or(Color::Reset);
        plain(of.fg) == plain(style.fg)
            && plain(of.bg) == plain(style.bg)
            && of.add_modifier == style.add_modifier
            && !role.is_ground()
    };
    match Role::ALL.iter().find(same) {
        Some(role) => role.name().to_owned(),
        None if style.add_modifier.is_empty() => format!("{} on {}", style.fg.unwrap(), style.bg.unwrap()),
        None => format!("{} on {} {:?}", style.fg.unwrap(), style.bg.unwrap(), style.add_modifier),
    }
}

/// A region as text.
fn told(buf: &Buffer, area: Area, theme: &Theme) -> String {
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    let (mut lines, mut styles) = (Vec::new(), Vec::new());
    for y in area.y..area.y + area.height {
        let (mut line, mut style) = (String::new(), String::new());
        let mut covered = 0;
        for x in area.x..area.x + area.width {
            let cell = buf.cell((x, y)).unwrap();
            if covered > 0 {
                covered -= 1;
            } else {
                line.push_str(cell.symbol());
                covered = cell.cell_width().saturating_sub(1);
            }
            let shows = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
            if cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(shows) {
                style.push(' ');
                continue;
            }
            let next = char::from(b'a' + u8::try_from(letters.len() % 26).unwrap());
            style.push(*letters.entry(named(cell.style(), theme)).or_insert(next));
        }
        lines.push(line.trim_end().to_owned());
        styles.push(style.trim_end().to_owned());
    }
    while lines.last().is_some_and(String::is_empty) && styles.last().is_some_and(String::is_empty) {
        lines.pop();
        styles.pop();
    }
    let mut text = lines.join("\n") + "\n---\n" + &styles.join("\n") + "\n---\n";
    let mut meanings: Vec<_> = letters.into_iter().collect();
    meanings.sort_by_key(|(_, letter)| *letter);
    for (name, letter) in meanings {
        writeln!(text, "{letter} {name}").unwrap();
    }
    text
}

/// Compares a region with its file.
fn check(name: &str, stage: &Stage, area: Option<Area>) {
    let (width, height) = stage.app.size;
    let Some(area) = area else { panic!("{name} has no region at {width}x{height}") };
    let (buf, _) = stage.draw();
    let is = told(&buf, area, &stage.theme);
    let file = Path::new(file!()).with_extension("").join(format!("{name}-{width}x{height}.txt"));
    if std::env::var_os("DESKHAND_GOLDEN").is_some_and(|wish| wish == "write") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, is).unwrap();
        return;
    }
    let was = std::fs::read_to_string(&file).unwrap_or_default();
    if is != was {
        let at = is.lines().zip(was.lines()).position(|(is, was)| is != was);
        let line = |text: &str| at.and_then(|at| text.lines().nth(at)).unwrap_or_default().to_owned();
        panic!(
            "{} differs at line {}:\n  is  {}\n  was {}\n(DESKHAND_GOLDEN=write writes it anew)\n\n{is}",
            file.display(),
            at.map_or(0, |at| at + 1),
            line(&is),
            line(&was),
        );
    }
}

/// Head and body of a pane.
fn pane(stage: &Stage, pane: Pane) -> Option<Area> {
    let area = stage.app.layout().pane(pane)?;
    Some(Area { height: area.head.height + area.body.height, y: area.head.y.min(area.body.y), ..area.body })
}

fn at_each_size(name: &str, which: Pane, keys: &str) {
    for (width, height) in SIZES {
        let mut stage = Stage::new(width, height);
        stage.press(keys);
        stage.wait(1);
        check(name, &stage, pane(&stage, which));
    }
}

#[test]
fn the_list() {
    at_each_size("list", Pane::List, "j");
    at_each_size("list-compact", Pane::List, "C j");
}

#[test]
fn a_closed_row_and_exact_times_in_the_list() {
    at_each_size("list-exact-times", Pane::List, "T j");
    let mut stage = Stage::new(160, 48);
    stage.app.list.rows[1].struck_until = Some(crate::domain::UnixTime(super::stage::NOW.0 + 5));
    stage.app.list.rows[2].left = true;
    check("list-done", &stage, pane(&stage, Pane::List));
}

#[test]
fn an_open_thread() {
    at_each_size("thread", Pane::Thread, "enter");
}

#[test]
fn the_details() {
    for (width, height) in SIZES {
        let mut stage = Stage::new(width, height);
        stage.press("enter d");
        if width == 160 {
            // Beside the thread they come and go without the focus.
            stage.press("d l");
        }
        stage.wait(1);
        check("details", &stage, pane(&stage, Pane::Details));
        stage.press("enter");
        check("details-folded", &stage, pane(&stage, Pane::Details));
    }
}

#[test]
fn an_empty_inbox_and_one_without_a_connection() {
    for (width, height) in SIZES {
        let mut stage = Stage::with(width, height, Vec::new(), BTreeMap::new());
        check("list-empty", &stage, pane(&stage, Pane::List));
        for entry in &mut stage.app.sidebar.entries {
            entry.count = None;
        }
        stage.tell(Event::Connection(Connection::Offline { since: ago(5_000), why: "offline-unreachable" }));
        check("list-offline", &stage, pane(&stage, Pane::List));
    }
}

#[test]
fn a_terminal_without_colours() {
    for (width, height) in [(100, 30), (60, 20)] {
        let mut stage = Stage::new(width, height);
        stage.theme = Theme::built_in("dark", crate::theme::Depth::Mono).with_plain_signs(true);
        stage.press("j");
        stage.wait(1);
        check("list-plain", &stage, pane(&stage, Pane::List));
    }
}
