//! The sidebar's region, at the widths that it has at the four sizes, and scroll bars.

use std::sync::Arc;

use super::stage::{Stage, directory};
use crate::app::sidebar::{Defined, Folder, View};
use crate::query::Query;
use crate::sync::message::{Count, Event};
use crate::text::{clean, width};
use crate::theme::{Depth, Role, Theme};

/// A stage with a view, a folder, and marks of every kind.
fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::new(columns, rows);
    let view = |name: &str, emoji: &str| View {
        name: clean(name),
        emoji: clean(emoji),
        query: "state:open tag:vip".into(),
        sort: None,
    };
    stage.app.sidebar.define(Defined {
        views: vec![view("Breaching soon", "🔥"), view("Refunds that wait for the warehouse", "")],
        folders: vec![Folder { name: clean("Europe"), items: vec!["team:11".into(), "view:Breaching soon".into()] }],
    });
    let mut changed = directory();
    changed.attributes = Vec::new();
    changed.away_reasons = vec![crate::domain::AwayReason {
        id: "1".into(),
        label: crate::text::Untrusted::new("Lunch"),
        emoji: crate::text::Untrusted::default(),
    }];
    stage.tell(Event::Directory(Arc::new(changed)));
    count(&mut stage, "view:Breaching soon", Count { total: 3, unread: true, breached: 0, soon: 3 });
    count(&mut stage, "view:Refunds that wait for the warehouse", Count { total: 6, ..Count::default() });
    stage.app.sidebar.tree.folders[0].count = Some(Count { total: 38, unread: true, ..Count::default() });
    stage
}

fn count(stage: &mut Stage, key: &str, count: Count) {
    stage.app.sidebar.entries.iter_mut().find(|entry| entry.key == key).unwrap().count = Some(count);
}

/// The lines of the sidebar's pane, without blanks at their ends.
fn region(stage: &Stage) -> Vec<String> {
    let pane = stage.app.layout().sidebar.unwrap();
    let height = usize::from(pane.head.height + pane.body.height);
    let cut = |line: String| {
        let mut taken = String::new();
        for cluster in crate::text::graphemes(&clean(&line)) {
            if width(&taken) + width(cluster) > usize::from(pane.body.width) {
                break;
            }
            taken.push_str(cluster);
        }
        taken.trim_end().to_owned()
    };
    stage.lines().into_iter().skip(usize::from(pane.head.y)).take(height).map(cut).collect()
}

#[test]
fn a_wide_sidebar_has_titles_marks_and_numbers_in_columns() {
    let stage = stage(200, 48);
    let shown = region(&stage);
    let expected = " Northwind Outdoor

 INBOX
▏You                      4
 Mentions            ●    1
 Unassigned         ‼2   12
 All                 ●  148
 Snoozed                  9
 Closed                 23k
 Drafts
 Needs you

 TEAMS
 Billing            ‼1   23
 Returns
 Support             ●   41

 VIEWS
 🔥 Breaching soon  !3    3
 Refunds that wait for…   6

 FOLDERS
 ▸ Europe            ●   38

 TEAMMATES ▸";
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(shown[..expected.len()], expected, "{shown:#?}");
    assert!(shown[expected.len()..].iter().all(String::is_empty), "{shown:#?}");
}

#[test]
fn names_are_cut_before_the_marks_at_every_width() {
    for (columns, rows, cells) in [(80, 24, 26), (100, 30, 44), (120, 40, 20), (160, 48, 22), (200, 48, 28)] {
        let mut stage = stage(columns, rows);
        if columns < 120 {
            stage.press("h");
        }
        assert_eq!(stage.app.layout().sidebar.unwrap().body.width, cells);
        let shown = region(&stage);
        let long = shown.iter().find(|line| line.contains("Refunds")).unwrap_or_else(|| panic!("{shown:#?}"));
        assert!(long.ends_with('6') && width(long) == usize::from(cells) - 1, "{long:?}");
        assert!(cells >= 40 || long.contains('…'), "{long:?}");
        let unassigned = shown.iter().find(|line| line.contains("Unassigned")).unwrap();
        assert!(unassigned.contains("‼2") && unassigned.ends_with("12"), "{unassigned:?}");
    }
}

#[test]
fn what_is_closed_has_no_marks_of_targets() {
    let mut stage = stage(160, 48);
    count(&mut stage, "inbox:closed", Count { total: 9, unread: false, breached: 3, soon: 1 });
    count(&mut stage, "inbox:snoozed", Count { total: 8, unread: false, breached: 3, soon: 1 });
    let shown = region(&stage);
    let closed = shown.iter().find(|line| line.starts_with(" Closed")).unwrap();
    assert_eq!(closed.split_whitespace().collect::<Vec<_>>(), ["Closed", "9"]);
    assert!(shown.iter().any(|line| line.starts_with(" Snoozed ") && line.contains("‼3")), "{shown:#?}");
}

#[test]
fn one_pane_at_a_time_shows_the_sidebar_alone() {
    let mut stage = stage(60, 20);
    stage.press("h");
    assert!(stage.lines()[0].starts_with(" Northwind Outdoor"), "{}", stage.lines()[0]);
    assert!(region(&stage).iter().any(|line| line.starts_with("▌You")), "{:#?}", region(&stage));
}

#[test]
fn cursor_open_entry_and_folds_are_told_without_colour() {
    let mut stage = stage(160, 48);
    stage.theme = Theme::built_in("dark", Depth::Mono);
    assert!(region(&stage)[3].starts_with("▏You"), "open, without the focus");
    stage.press("h j");
    assert!(region(&stage)[3].starts_with("▏You"), "still open");
    assert!(region(&stage)[4].starts_with("▌Mentions"), "the cursor");
    stage.press("g g k");
    assert!(region(&stage)[2].starts_with("▌INBOX ▾"), "{:#?}", region(&stage));
    stage.press("enter");
    // A title tells a mark without a number; what is open stays in sight.
    assert_eq!(region(&stage)[2], "▌INBOX ▸       ‼");
    assert!(region(&stage)[3].starts_with("▏You"));
    assert!(region(&stage)[5].starts_with(" TEAMS"), "{:#?}", region(&stage));
}

#[test]
fn colours_have_their_roles() {
    let mut stage = stage(160, 48);
    let style = |role| stage.theme.style(role);
    let (breached, soon, accent) = (style(Role::SlaBreached), style(Role::SlaSoon), style(Role::Accent));
    assert_eq!(Some(stage.cell_of("‼2 ").fg), breached.fg);
    assert_eq!(Some(stage.cell_of("!3 ").fg), soon.fg);
    stage.press("h");
    assert_eq!(Some(stage.cell_of("▌You").fg), accent.fg);
}

#[test]
fn hidden_entries_are_told_at_the_end_and_shown_dim() {
    let mut stage = stage(160, 48);
    stage.press("h G");
    stage.press("k k x");
    let shown = region(&stage);
    assert!(shown.iter().any(|line| line.trim() == "▸ 1 hidden"), "{shown:#?}");
    stage.press("G enter");
    assert!(region(&stage).iter().any(|line| line.trim() == "▾ 1 hidden" || line == "▌▾ 1 hidden"));
    assert_eq!(Some(stage.cell_of("▸ Europe").fg), stage.theme.style(Role::TextDim).fg);
}

#[test]
fn a_console_has_no_emoji_in_the_sidebar() {
    let mut stage = stage(160, 48);
    stage.theme = Theme::built_in("dark", Depth::Ansi).with_plain_signs(true);
    let shown = region(&stage);
    assert!(shown.iter().any(|line| line.starts_with(" * Breaching")), "{shown:#?}");
    assert!(shown.iter().all(|line| line.is_ascii()), "{shown:#?}");
}

#[test]
fn what_is_longer_than_its_pane_has_a_bar() {
    let mut stage = Stage::new(80, 24);
    let edge = |stage: &Stage, from: usize, to: usize| {
        stage.lines()[from..to].iter().filter(|line| line.ends_with('▐')).count()
    };
    assert!(edge(&stage, 1, 6) > 0, "twelve rows in a strip of five:\n{}", stage.text());
    assert!(stage.lines()[1].ends_with('▐'));
    stage.press("G");
    assert!(stage.lines()[5].ends_with('▐') && !stage.lines()[1].ends_with('▐'), "{}", stage.text());
    let stage = Stage::new(160, 60);
    assert_eq!(edge(&stage, 0, 59), 0, "everything is in view");
    assert!(!stage.text().contains('▐'));
}

#[test]
fn a_query_of_a_folder_is_any_of_its_members() {
    let stage = stage(160, 48);
    let parsed = |text: &str| Query::parse(text).unwrap();
    let wanted = Query::any_of([parsed("state:open team:\"11\""), parsed("state:open tag:vip")]);
    assert_eq!(stage.app.sidebar.tree.folders[0].query, wanted);
}
