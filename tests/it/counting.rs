//! The numbers of the sidebar, of `deskhand count`, and the lengths of the lists: one and the same after
//! whatever happens.

use std::process::{Command, Stdio};
use std::time::Duration;

use deskhand::app::EntryKind;
use deskhand::app::sidebar::Sidebar;
use deskhand::domain::{Act, AssignTo, BREACH_SOON, Conversation, ConversationId, OutboxStatus, SlaStatus};
use deskhand::query::{Query, Sort};
use deskhand::sync::Engine;
use deskhand::sync::message::{Arrangement, Count, WindowSpec};
use deskhand::words::Words;
use serde_json::{Value, json};

use crate::workplace::{Workplace, commit, push_until, reply, rows};

/// Every entry of a sidebar with everything unfolded, as it asks for counts.
fn entries(engine: &Engine) -> Vec<(String, Query)> {
    let mut sidebar = Sidebar::build(&engine.directory(), &Words::english());
    sidebar.arrange(&Arrangement { unfolded: vec!["section:teammates".into()], ..Arrangement::default() });
    let entries = sidebar.counted();
    assert!(entries.iter().any(|(key, _)| key.starts_with("teammate:")));
    entries
}

/// The rows that opening an entry shows.
fn shown(engine: &Engine, query: &Query) -> Vec<Conversation> {
    let spec = WindowSpec { query: query.clone(), sort: Sort::Newest, offset: 0, limit: 2_000, around: None };
    let window = engine.load_window(&spec).unwrap();
    assert_eq!(window.total, window.rows.len());
    window.rows
}

/// What a person would count in these rows.
fn by_hand(rows: &[Conversation], engine: &Engine) -> Count {
    let now = engine.now();
    let due = |on: &&Conversation| {
        let sla = on.sla.as_ref()?;
        let due = sla.due_at.filter(|_| sla.status == SlaStatus::Active)?;
        Some((due, sla.status))
    };
    let missed = |on: &&Conversation| on.sla.as_ref().is_some_and(|sla| sla.status == SlaStatus::Missed);
    Count {
        total: rows.len(),
        unread: rows.iter().any(|row| row.unread),
        breached: rows.iter().filter(|row| missed(row) || due(row).is_some_and(|(due, _)| due <= now)).count(),
        soon: rows.iter().filter(|row| due(row).is_some_and(|(due, _)| due > now && due < now + BREACH_SOON)).count(),
    }
}

/// The engine's three ways to count agree with the rows.
fn check(engine: &Engine, step: &str) {
    let entries = entries(engine);
    let watched = engine.load_watched_counts(&entries).unwrap();
    for (key, query) in &entries {
        let rows = shown(engine, query);
        let wanted = by_hand(&rows, engine);
        assert_eq!(watched.get(key), Some(&wanted), "{step}: the sidebar's number of {key}");
        assert_eq!(engine.count(query).unwrap(), wanted, "{step}: deskhand's number of {key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_is_the_length_of_its_list_after_every_act() {
    let place = Workplace::open(150).await;
    let engine = place.engine();
    engine.pull_once().await.unwrap();
    check(&engine, "at first");
    let me = engine.me().unwrap();
    let directory = engine.directory();
    let (team, tag) = (directory.teams[0].clone(), directory.tags[0].clone());
    let mate = directory.teammates.iter().find(|mate| mate.id != me).unwrap().clone();
    let mut open: Vec<ConversationId> = rows(&engine, "state:open is:unassigned");
    open.extend(rows(&engine, "state:open -is:unassigned"));
    let until = engine.now() + Duration::from_secs(7_200);
    let acts = [
        ("close", Act::Close),
        ("take", Act::Assign { to: AssignTo::Teammate(me.clone()) }),
        ("give", Act::Assign { to: AssignTo::Teammate(mate.id.clone()) }),
        ("to a team", Act::Assign { to: AssignTo::Team(team.id.clone()) }),
        ("snooze", Act::Snooze { until, reminder: None }),
        ("tag", Act::Tag { tag: tag.id.clone(), name: tag.name.clone() }),
        ("reply", reply("on it")),
    ];
    for ((name, act), id) in acts.iter().zip(&open) {
        let before = engine.load_watched_counts(&entries(&engine)).unwrap();
        commit(&engine, id, act.clone());
        check(&engine, &format!("{name}, waiting"));
        if *name == "close" {
            let after = engine.load_watched_counts(&entries(&engine)).unwrap();
            assert_eq!(after["inbox:unassigned"].total + 1, before["inbox:unassigned"].total);
            assert_eq!(after["inbox:closed"].total, before["inbox:closed"].total + 1);
        }
        push_until(&engine, "the act arrived", <[OutboxStatus]>::is_empty).await;
        check(&engine, &format!("{name}, sent"));
    }
    // Seen, and unread again.
    let unread = rows(&engine, "state:open is:unread");
    engine.seen(&unread[0], engine.now()).unwrap();
    check(&engine, "seen");
    engine.mark_unread(&unread[0]).unwrap();
    check(&engine, "unread again");
    // A colleague and a customer do something by the API.
    let theirs = &open[8];
    let close = json!({"message_type": "close", "type": "admin", "admin_id": mate.id.as_str()});
    place.post(&format!("/conversations/{theirs}/parts"), &close);
    place.customer_writes(&open[9], "Any news?");
    engine.pull_once().await.unwrap();
    assert!(rows(&engine, "state:closed").contains(theirs));
    check(&engine, "others' changes");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_counts_what_the_screen_counts() {
    let place = Workplace::open(90).await;
    let engine = place.engine();
    engine.pull_once().await.unwrap();
    let counted = |view: &str| -> Value {
        let at = place.places.path();
        let done = Command::new(env!("CARGO_BIN_EXE_deskhand"))
            .args(["count", "--json", "--view", view])
            .env("DESKHAND_CONFIG_DIR", at.join("c"))
            .env("DESKHAND_DATA_DIR", at.join("d"))
            .env("DESKHAND_CACHE_DIR", at.join("k"))
            .env("DESKHAND_URL", &place.url)
            .env("DESKHAND_TOKEN", &place.token)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(done.status.success(), "{view}: {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let check = |keys: &[String]| {
        let watched = engine.load_watched_counts(&entries(&engine)).unwrap();
        for key in keys {
            let said = counted(key);
            let number = |field: &str| usize::try_from(said[field].as_u64().unwrap()).unwrap();
            let count = watched[key];
            assert_eq!((number("count"), number("breached")), (count.total, count.breached), "{key}");
        }
    };
    let all: Vec<String> = entries(&engine).into_iter().map(|(key, _)| key).collect();
    check(&all);
    assert_eq!(counted("inbox:needs-you")["count"], 0);
    let id = rows(&engine, "state:open is:unassigned")[0].clone();
    commit(&engine, &id, Act::Close);
    push_until(&engine, "the act arrived", <[OutboxStatus]>::is_empty).await;
    check(&[EntryKind::Unassigned.key(), EntryKind::Closed.key(), EntryKind::All.key()]);
}
