//! The sidebar as a tree: folds, pins, what is hidden, the agent's order, and what is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Desk;
use crate::app::sidebar::{Defined, Folder, View};
use crate::app::{EntryKind, Pane, RowKind};
use crate::domain::{Directory, Team, TeamId, TeammateId};
use crate::sync::message::{Arrangement, Count, Event, Request};
use crate::text::{Untrusted, clean};

/// The rows as keys, titles with `-` when folded, two blanks a level, `~` before what is hidden.
fn rows(desk: &Desk) -> Vec<String> {
    let sidebar = &desk.app.sidebar;
    let line = |row: &crate::app::SidebarRow| {
        let indent = "  ".repeat(usize::from(row.depth));
        let hidden = if row.hidden { "~" } else { "" };
        let folded = if row.folded { " -" } else { "" };
        match row.kind {
            RowKind::Hidden(count) => format!("hidden {count}{folded}"),
            _ => format!("{indent}{hidden}{}{folded}", sidebar.key_of(row)),
        }
    };
    sidebar.rows().iter().map(line).collect()
}

fn at(desk: &Desk) -> String {
    desk.app.sidebar.row_at_cursor().map(|row| desk.app.sidebar.key_of(row).to_owned()).unwrap_or_default()
}

/// Puts the cursor on the row of this key.
fn stand_on(desk: &mut Desk, key: &str) {
    if desk.app.focus != Pane::Sidebar {
        desk.press("shift-tab");
    }
    assert_eq!(desk.focus(), Pane::Sidebar);
    desk.press("g g k k k k");
    for _ in 0..60 {
        if at(desk) == key {
            return;
        }
        desk.press("j");
    }
    panic!("{key}: {:?}", rows(desk));
}

fn saved(desk: &Desk) -> Option<Arrangement> {
    desk.asked.iter().rev().find_map(|request| match request {
        Request::SaveArrangement(arrangement) => Some((**arrangement).clone()),
        _ => None,
    })
}

fn counted(desk: &Desk) -> Vec<String> {
    let last = desk.asked.iter().rev().find_map(|request| match request {
        Request::Counts { entries, .. } => Some(entries.iter().map(|(key, _)| key.clone()).collect()),
        _ => None,
    });
    last.unwrap_or_default()
}

fn keys(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

const INBOX: [&str; 9] = [
    "section:inbox",
    "inbox:you",
    "inbox:mentions",
    "inbox:unassigned",
    "inbox:all",
    "inbox:snoozed",
    "inbox:closed",
    "inbox:drafts",
    "inbox:needs-you",
];

#[test]
fn sections_stand_in_their_order_and_empty_ones_not_at_all() {
    let desk = Desk::new();
    let shown = rows(&desk);
    assert_eq!(shown[..9], INBOX);
    assert_eq!(shown[9..], ["section:teams", "team:3", "team:4", "section:teammates -"]);
    assert_eq!(at(&desk), "inbox:you");
}

#[test]
fn sections_fold_and_unfold_and_it_is_kept() {
    let mut desk = Desk::new();
    stand_on(&mut desk, "section:teams");
    desk.press("enter");
    assert_eq!(rows(&desk)[9..], ["section:teams -", "section:teammates -"]);
    assert_eq!(saved(&desk).unwrap().folded, ["section:teams"]);
    desk.press("space");
    assert_eq!(rows(&desk)[9..12], ["section:teams", "team:3", "team:4"]);
    assert_eq!(saved(&desk).unwrap(), Arrangement::default());
    stand_on(&mut desk, "section:teammates");
    desk.press("enter");
    assert_eq!(rows(&desk)[12..], ["section:teammates", "teammate:8", "teammate:9"]);
    assert_eq!(saved(&desk).unwrap().unfolded, ["section:teammates"]);
    desk.press("j space");
    assert_eq!((at(&desk).as_str(), rows(&desk).len()), ("section:teammates", 13), "an entry folds what holds it");
}

#[test]
fn the_tree_is_walked_sideways_and_the_list_is_still_one_key_away() {
    let mut desk = Desk::new();
    stand_on(&mut desk, "team:4");
    desk.press("h");
    assert_eq!(at(&desk), "section:teams");
    desk.press("h");
    assert_eq!(rows(&desk)[9], "section:teams -");
    desk.press("h");
    assert_eq!((at(&desk).as_str(), desk.focus()), ("section:teams", Pane::Sidebar));
    desk.press("l");
    assert_eq!((rows(&desk)[9].as_str(), desk.focus()), ("section:teams", Pane::Sidebar));
    desk.press("l");
    assert_eq!(desk.focus(), Pane::List, "nothing is folded: on to the list");
    stand_on(&mut desk, "inbox:you");
    desk.press("l");
    assert_eq!(desk.focus(), Pane::List);
}

#[test]
fn what_is_open_is_shown_in_a_folded_section() {
    let mut desk = Desk::new();
    let ana = EntryKind::Teammate(TeammateId::parse("8").unwrap());
    desk.app.go(&ana);
    desk.news();
    assert_eq!(rows(&desk)[12..], ["section:teammates -", "teammate:8"]);
    assert_eq!(at(&desk), "teammate:8");
    assert!(counted(&desk).contains(&"teammate:8".to_owned()));
    assert_eq!(saved(&desk), None, "nothing was arranged");
    desk.press("g u");
    assert_eq!(rows(&desk)[12..], ["section:teammates -"]);
}

#[test]
fn entries_are_pinned_to_the_top_and_given_back() {
    let mut desk = Desk::new();
    stand_on(&mut desk, "team:4");
    desk.press("p");
    assert_eq!(rows(&desk)[..3], ["section:pinned", "team:4", "section:inbox"]);
    assert_eq!((at(&desk).as_str(), saved(&desk).unwrap().pinned), ("team:4", keys("team:4")));
    assert!(!rows(&desk)[2..].contains(&"team:4".to_owned()), "it is there once");
    stand_on(&mut desk, "inbox:snoozed");
    desk.press("p <");
    assert_eq!(rows(&desk)[..4], ["section:pinned", "inbox:snoozed", "team:4", "section:inbox"]);
    desk.press("p");
    assert_eq!((at(&desk).as_str(), saved(&desk).unwrap().pinned), ("inbox:snoozed", keys("team:4")));
    stand_on(&mut desk, "team:4");
    desk.press("p");
    assert_eq!((at(&desk).as_str(), &rows(&desk)[..9]), ("team:4", &INBOX.map(str::to_owned)[..]));
    desk.press("g g k");
    desk.press("p");
    assert_eq!(desk.notice(), "The cursor is on no entry.");
}

#[test]
fn what_is_hidden_is_counted_shown_dim_and_shown_again() {
    let mut desk = Desk::new();
    stand_on(&mut desk, "inbox:closed");
    desk.press("x");
    assert_eq!(at(&desk), "inbox:drafts", "the cursor is on what took its place");
    stand_on(&mut desk, "section:teammates");
    desk.press("-");
    assert_eq!(rows(&desk)[8..], ["section:teams", "team:3", "team:4", "hidden 2 -"]);
    assert_eq!(saved(&desk).unwrap().hidden, keys("inbox:closed section:teammates"));
    desk.press("G enter");
    assert_eq!(rows(&desk)[6], "~inbox:closed");
    assert_eq!(rows(&desk)[12..], ["~section:teammates -", "hidden 2"]);
    stand_on(&mut desk, "inbox:closed");
    desk.press("x");
    assert_eq!((at(&desk).as_str(), rows(&desk)[6].as_str()), ("inbox:closed", "inbox:closed"));
    desk.press("G enter");
    assert_eq!(rows(&desk)[12..], ["hidden 1 -"]);
}

#[test]
fn what_is_open_stays_in_sight_when_it_is_hidden() {
    let mut desk = Desk::new();
    stand_on(&mut desk, "inbox:you");
    desk.press("x");
    assert_eq!(rows(&desk)[1], "~inbox:you");
    desk.press("g u");
    assert_eq!(rows(&desk)[1], "inbox:mentions");
    desk.press("g i");
    assert_eq!(rows(&desk)[1], "~inbox:you");
}

#[test]
fn the_order_is_the_agents() {
    let mut desk = Desk::new();
    stand_on(&mut desk, "team:3");
    desk.press("<");
    assert_eq!(desk.notice(), "It is the first of its kind already.");
    desk.press(">");
    assert_eq!(rows(&desk)[9..12], ["section:teams", "team:4", "team:3"]);
    assert_eq!(at(&desk), "team:3");
    stand_on(&mut desk, "section:teams");
    desk.press("<");
    assert_eq!(rows(&desk)[..4], ["section:teams", "team:4", "team:3", "section:inbox"]);
    assert_eq!(at(&desk), "section:teams");
    let order = saved(&desk).unwrap().order;
    assert_eq!(order, keys("team:4 team:3 section:teams section:inbox section:teammates"));
}

#[test]
fn what_is_not_loaded_yet_loses_nothing() {
    let mut desk = Desk::new();
    let everything = desk.engine.directory.clone();
    let arrangement = Arrangement {
        pinned: keys("view:gone team:4"),
        hidden: keys("team:99"),
        order: keys("team:99 team:4 team:3 inbox:all inbox:you"),
        ..Arrangement::default()
    };
    desk.hear(Event::Directory(Arc::new(Directory { teams: Vec::new(), ..(*everything).clone() })));
    desk.hear(Event::Arrangement(Box::new(arrangement.clone())));
    assert_eq!(rows(&desk)[..4], ["section:inbox", "inbox:all", "inbox:you", "inbox:mentions"]);
    stand_on(&mut desk, "inbox:mentions");
    desk.press("<");
    desk.hear(Event::Directory(everything));
    assert_eq!(rows(&desk)[..4], ["section:pinned", "team:4", "section:inbox", "inbox:all"]);
    assert_eq!(at(&desk), "inbox:mentions", "the cursor stays on its entry");
    let now = saved(&desk).unwrap();
    assert_eq!((now.pinned, now.hidden), (arrangement.pinned, arrangement.hidden));
    assert!(now.order.starts_with(&keys("team:99 team:4 team:3 inbox:all inbox:mentions inbox:you")[..5]));
}

#[test]
fn a_folder_holds_views_teams_and_folders_and_is_counted_as_one() {
    let mut desk = Desk::new();
    let view = View { name: clean("VIP"), emoji: clean("🔥"), query: "state:open tag:vip".into(), sort: None };
    let folder = |name: &str, items: &str| Folder { name: clean(name), items: keys(items) };
    let defined = Defined {
        views: vec![view],
        folders: vec![
            folder("Europe", "view:VIP team:3 folder:Inner team:404"),
            folder("Inner", "teammate:8 folder:Europe"),
        ],
    };
    desk.app.sidebar.define(defined);
    let directory = (*desk.engine.directory).clone();
    let teams = [directory.teams.clone(), vec![team("5")]].concat();
    desk.engine.directory = Arc::new(Directory { teams, ..directory });
    desk.hear(Event::Directory(desk.engine.directory.clone()));
    let from = rows(&desk).iter().position(|row| row == "section:views").unwrap();
    assert_eq!(rows(&desk)[from..from + 4], ["section:views", "view:VIP", "section:folders", "folder:Europe -"]);
    assert!(counted(&desk).contains(&"folder:Europe".to_owned()));
    stand_on(&mut desk, "folder:Europe");
    desk.press("enter");
    let inner = ["folder:Europe", "  view:VIP", "  team:3", "  folder:Inner -"];
    assert_eq!(rows(&desk)[from + 3..from + 7], inner);
    desk.press("j j");
    assert_eq!(at(&desk), "team:3");
    desk.press(">");
    assert_eq!(rows(&desk)[from + 4..from + 7], ["  view:VIP", "  folder:Inner -", "  team:3"]);
    desk.press("h");
    assert_eq!(at(&desk), "folder:Europe");
    desk.press("j j l j");
    assert_eq!(at(&desk), "teammate:8");
    let folder = desk.app.sidebar.tree.folders[0].clone();
    let finds = desk.engine.conversations.iter().filter(|on| on.assignee.is_none()).count();
    assert!(folder.count.unwrap().total <= finds, "its members' conversations, each once: {folder:?}");
    desk.press("enter");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().key, "teammate:8");
}

fn team(id: &str) -> Team {
    Team { id: TeamId::parse(id).unwrap(), name: Untrusted::new("Returns"), members: Vec::new() }
}

#[test]
fn folded_teammates_are_counted_as_one_and_show_only_a_mark() {
    let mut desk = Desk::new();
    assert!(counted(&desk).contains(&"section:teammates".to_owned()));
    assert!(!counted(&desk).contains(&"teammate:8".to_owned()));
    stand_on(&mut desk, "section:teammates");
    desk.press("enter");
    assert!(counted(&desk).contains(&"teammate:8".to_owned()));
    assert!(!counted(&desk).contains(&"section:teammates".to_owned()));
}

#[test]
fn counts_draw_only_what_they_change() {
    let mut desk = Desk::new();
    let generation = desk.app.counts_asked;
    let counts = |total, breached| {
        let one = Count { total, unread: false, breached, soon: 0 };
        BTreeMap::from([("inbox:closed".to_owned(), one), ("team:3".to_owned(), one)])
    };
    let mut tell = |total, breached| {
        desk.hear(Event::Counts { generation, counts: counts(total, breached) });
        desk.app.take_dirty()
    };
    assert!(tell(23_417, 0));
    assert!(!tell(23_590, 0), "both are 23k");
    assert!(tell(24_000, 0));
    assert!(tell(24_000, 1));
    assert!(!tell(24_001, 1));
}

#[test]
fn counts_are_asked_for_by_the_minute_since_breaches_come_with_time() {
    let mut desk = Desk::new();
    let asked = |desk: &Desk| desk.asked.iter().filter(|request| matches!(request, Request::Counts { .. })).count();
    let before = asked(&desk);
    desk.pass(std::time::Duration::from_secs(180));
    assert_eq!(asked(&desk) - before, 3);
}

#[test]
fn any_list_is_gone_to_by_its_name() {
    let mut desk = Desk::new();
    desk.press("g v").write("zoe").press("enter");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().key, "teammate:9");
    desk.press("g v").write("clos").press("enter");
    assert_eq!(desk.app.sidebar.open_entry().unwrap().key, "inbox:closed");
}
