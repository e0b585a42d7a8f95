#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use tempfile::TempDir;

use super::super::people::mate_id;
use super::super::seed::{SeedPlan, seed, you};
use super::*;
use crate::helpdesk::model::act::{Actor, Reply, ReplyKind};
use crate::helpdesk::model::page::PageRequest;
use crate::helpdesk::model::{AdminId, ConversationId, PartType, State, Thread};
use crate::helpdesk::storage::SqliteStore;

const NOW: i64 = 1_793_710_920;

async fn begin(seeded: u64) -> (TempDir, Arc<dyn Store>, Clock, Live) {
    let dir = TempDir::new().unwrap();
    let clock = Clock::manual(NOW);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(dir.path(), clock.clone(), Ids::seeded(3)).unwrap());
    seed(&store, &SeedPlan { conversations: 120, seed: 1, now: NOW }).await.unwrap();
    let live = Live::begin(Arc::clone(&store), clock.clone(), seeded).await.unwrap().unwrap();
    (dir, store, clock, live)
}

/// Plays until so many events have happened.
async fn play(live: &mut Live, clock: &Clock, events: u64) {
    let end = live.script.turn() + events;
    while live.script.turn() < end {
        let wait = live.step().await.unwrap();
        clock.advance(wait);
    }
}

async fn all(store: &Arc<dyn Store>) -> BTreeMap<ConversationId, Thread> {
    let mut threads = BTreeMap::new();
    for listed in store.list_conversations(PageRequest::first(10_000)).await.unwrap().items {
        let id = listed.conversation.id;
        threads.insert(id, store.conversation(id).await.unwrap());
    }
    threads
}

#[tokio::test]
async fn the_same_seed_plays_the_same() {
    let mut worlds = Vec::new();
    for _ in 0..2 {
        let (_dir, store, clock, mut live) = begin(7).await;
        play(&mut live, &clock, 25).await;
        let told: Vec<_> = all(&store)
            .await
            .into_values()
            .flat_map(|thread| thread.parts)
            .map(|part| (part.created_at, part.body, part.author.name))
            .collect();
        worlds.push((clock.unix_secs(), told));
    }
    assert_eq!(worlds[0], worlds[1]);
}

#[tokio::test]
async fn the_inbox_lives_and_yours_is_left_to_you() {
    let (_dir, store, clock, mut live) = begin(11).await;
    let before = all(&store).await;
    play(&mut live, &clock, 160).await;
    let after = all(&store).await;
    assert!(after.len() > before.len() + 10, "new ones came in");
    let mut kinds = std::collections::BTreeSet::new();
    for (id, thread) in &after {
        let old = before.get(id);
        let known = old.map_or(0, |old| old.total_parts);
        let was_yours = old.is_some_and(|old| old.conversation.admin_assignee == Some(you()));
        for part in &thread.parts[known..] {
            kinds.insert(part.part_type.as_str().to_owned());
            assert_ne!(part.author.admin(), Some(you()), "nobody speaks for you");
            if was_yours {
                let note = part.part_type == PartType::Note;
                assert!(part.author.is_contact() || note, "{part:?}");
            }
            assert!(part.created_at >= NOW);
        }
        if was_yours {
            assert_eq!(thread.conversation.admin_assignee, Some(you()));
        }
    }
    for kind in ["comment", "assignment", "close", "note"] {
        assert!(kinds.contains(kind), "{kind} of {kinds:?}");
    }
    let counts = store.counts().await.unwrap();
    assert!((30..80).contains(&counts.open), "{}", counts.open);
}

/// What was seen to happen: when, and whether in a conversation that is yours or nobody's.
fn seen(before: &BTreeMap<ConversationId, Thread>, after: &BTreeMap<ConversationId, Thread>) -> Vec<(i64, bool)> {
    let mut seen = Vec::new();
    for (id, thread) in after {
        let before = before.get(id);
        let of = |thread: &Thread| thread.conversation.admin_assignee.is_none_or(|admin| admin == you());
        let concerns = of(thread) || before.is_some_and(of);
        if before.is_none() {
            seen.push((thread.conversation.created_at, concerns));
        } else {
            let known = before.map_or(0, |old| old.parts.len());
            seen.extend(thread.parts[known..].iter().map(|part| (part.created_at, concerns)));
        }
    }
    seen.sort_unstable();
    seen.dedup_by_key(|(at, _)| *at);
    seen
}

#[tokio::test]
async fn the_first_two_minutes_are_worth_watching() {
    for seeded in [1, 2, 3, 4, 5, 6] {
        let (_dir, store, clock, mut live) = begin(seeded).await;
        let before = all(&store).await;
        let mut half = None;
        while clock.unix_secs() <= NOW + 120 {
            let wait = live.step().await.unwrap();
            clock.advance(wait.min(Duration::from_secs(1)));
            if clock.unix_secs() == NOW + 31 && half.is_none() {
                half = Some(all(&store).await);
            }
        }
        let after = all(&store).await;
        let seen = seen(&before, &after);
        assert!((6..=10).contains(&(seen[0].0 - NOW)), "{seeded}: {seen:?}");
        assert!(seen[0].1, "{seeded}: {seen:?}");
        assert!(seen.len() >= 8, "{seeded}: {seen:?}");
        assert!(seen.iter().filter(|(_, concerns)| *concerns).count() >= 4, "{seeded}: {seen:?}");
        let half = half.unwrap();
        let yours = |thread: &&Thread| thread.conversation.admin_assignee.is_none_or(|admin| admin == you());
        let new = half.values().filter(|thread| !before.contains_key(&thread.conversation.id));
        assert!(new.filter(yours).count() >= 1, "{seeded}: something new came in");
        let said = |by_contact: bool| {
            half.values()
                .filter(|thread| before.get(&thread.conversation.id).is_some_and(|old| yours(&old)))
                .filter(|thread| thread.conversation.admin_assignee == Some(you()))
                .flat_map(|thread| &thread.parts)
                .filter(|part| part.created_at >= NOW && part.body.is_some() && part.author.is_contact() == by_contact)
                .count()
        };
        assert!(said(true) >= 1, "{seeded}: a customer of yours wrote");
        assert_eq!(said(false), 1, "{seeded}: a colleague left you a note");
        let notes = half.values().flat_map(|thread| &thread.parts).filter(|part| part.created_at >= NOW);
        let mark = format!("data-admin-id=\"{}\"", you());
        assert!(notes.into_iter().any(|part| part.body.as_deref().is_some_and(|body| body.contains(&mark))));
    }
}

#[tokio::test]
async fn hours_without_you_neither_flood_nor_empty_the_inbox() {
    let (_dir, store, clock, mut live) = begin(21).await;
    let before = all(&store).await;
    let open = store.counts().await.unwrap().open;
    play(&mut live, &clock, 900).await;
    let after = all(&store).await;
    assert!(clock.unix_secs() > NOW + 9_000);
    let now = store.counts().await.unwrap().open;
    assert!(now * 3 > open * 2 && now * 2 < open * 3, "{open} {now}");
    let of = |admin: Option<AdminId>| {
        let fits = |thread: &&Thread| {
            thread.conversation.state == State::Open
                && thread.conversation.merged_into.is_none()
                && thread.conversation.admin_assignee == admin
        };
        after.values().filter(fits).collect::<Vec<_>>()
    };
    assert!((4..=16).contains(&of(Some(you())).len()), "{}", of(Some(you())).len());
    assert!((4..=30).contains(&of(None).len()), "{}", of(None).len());
    for thread in of(Some(you())) {
        let known = before.get(&thread.conversation.id).map_or(0, |old| old.parts.len());
        let times: Vec<i64> =
            thread.parts[known..].iter().filter(|part| part.author.is_contact()).map(|part| part.created_at).collect();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 3_600), "{times:?}");
    }
    let seen = seen(&before, &after);
    let share = seen.iter().filter(|(at, concerns)| *at > NOW + 120 && *concerns).count() * 100 / seen.len();
    assert!((20..=50).contains(&share), "{share}");
}

#[tokio::test]
async fn a_played_teammate_is_left_alone_too() {
    use crate::helpdesk::model::{Token, TokenId};
    let (_dir, store, clock, mut live) = begin(5).await;
    let played: AdminId = mate_id(1);
    let token = Token {
        id: TokenId(0),
        name: "Ben".to_owned(),
        hash: "ab".repeat(32),
        admin: played,
        scopes: std::collections::BTreeSet::default(),
        created_at: NOW,
        revoked_at: None,
    };
    store.create_token(token).await.unwrap();
    play(&mut live, &clock, 80).await;
    for thread in all(&store).await.into_values() {
        let by_ben = thread.parts.iter().filter(|part| part.created_at >= NOW && part.author.admin() == Some(played));
        assert_eq!(by_ben.count(), 0);
    }
}

async fn one_of_yours(store: &Arc<dyn Store>) -> Thread {
    let threads = all(store).await;
    let fits = |thread: &&Thread| {
        thread.conversation.admin_assignee == Some(you())
            && thread.conversation.state == State::Open
            && thread.conversation.source.author.is_contact()
    };
    threads.values().find(fits).unwrap().clone()
}

#[tokio::test]
async fn customers_answer_what_you_write() {
    let (_dir, store, clock, mut live) = begin(2).await;
    let mut answers = 0;
    for round in 0..12 {
        let thread = one_of_yours(&store).await;
        let id = thread.conversation.id;
        let reply = Reply {
            by: Actor::Admin(you()),
            kind: ReplyKind::Comment,
            body: "<p>Could you send me a photo, please?</p>".to_owned(),
            attachments: Vec::new(),
            chosen: None,
            email: None,
            external_id: None,
            at: None,
        };
        let parts = store.reply(id, reply).await.unwrap().total_parts;
        let wrote = clock.unix_secs();
        while clock.unix_secs() < wrote + 60 {
            let wait = live.step().await.unwrap();
            clock.advance(wait.clamp(Duration::from_secs(1), Duration::from_secs(5)));
        }
        let after = store.conversation(id).await.unwrap();
        let answer = after.parts[parts..].iter().find(|part| part.author.is_contact());
        if let Some(answer) = answer {
            answers += 1;
            assert!((12..=30).contains(&(answer.created_at - wrote)), "round {round}");
            assert_eq!(answer.part_type, PartType::Comment);
            assert!(!answer.attachments.is_empty(), "a photo was asked for: {answer:?}");
        }
        assert_eq!(after.conversation.admin_assignee, Some(you()));
    }
    assert!((3..=9).contains(&answers), "{answers}");
}

#[tokio::test]
async fn nothing_is_played_where_there_is_no_demo() {
    let dir = TempDir::new().unwrap();
    let clock = Clock::manual(NOW);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(dir.path(), clock.clone(), Ids::seeded(3)).unwrap());
    assert!(Live::begin(Arc::clone(&store), clock.clone(), 1).await.unwrap().is_none());
    run_live(store, clock, Ids::seeded(1), std::future::pending()).await;
}

#[tokio::test]
async fn shutdown_ends_it() {
    let (_dir, store, clock, _live) = begin(1).await;
    run_live(store, clock, Ids::seeded(1), std::future::ready(())).await;
}
