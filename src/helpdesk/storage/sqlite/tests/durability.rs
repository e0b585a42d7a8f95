//! What was answered is still there.

use super::*;

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "<p>keep me</p>").await.conversation.id;
    let before = desk.says(id, Actor::Admin(ANA), "<p>kept</p>").await;
    let seq = *desk.store.last_change().borrow();
    let desk = desk.reopen();
    assert_eq!(desk.store.conversation(id).await.unwrap(), before);
    assert_eq!(*desk.store.last_change().borrow(), seq);
    let next = desk.begin(1, "x").await;
    assert!(next.conversation.id > id, "numbers go on");
    assert!(next.conversation.source.id > before.parts[0].id);
}

#[tokio::test]
async fn a_copy_taken_while_running_holds_what_was_answered() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(desk.dir.path()).unwrap() {
        let entry = entry.unwrap();
        // The shared memory file is a cache of the log: a crash loses it.
        if entry.file_name() != "helpdesk.db-shm" {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    let store = SqliteStore::open(copy.path(), Clock::manual(NOON), Ids::seeded(3)).unwrap();
    assert_eq!(store.conversation(id).await.unwrap().conversation.id, id);
}

#[tokio::test]
async fn many_writes_at_once_all_land() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let writes =
        (0..200).map(|n| desk.store.reply(id, reply(Actor::Admin(ANA), ReplyKind::Note, &format!("note {n}"))));
    for done in futures_util::future::join_all(writes).await {
        done.unwrap();
    }
    let thread = desk.store.conversation(id).await.unwrap();
    assert_eq!((thread.total_parts, thread.conversation.statistics.count_conversation_parts), (200, 200));
}

#[tokio::test]
async fn a_refused_write_costs_its_neighbours_nothing() {
    let desk = Desk::new().await;
    let id = desk.begin(1, "x").await.conversation.id;
    let note = |by| desk.store.reply(id, reply(Actor::Admin(by), ReplyKind::Note, "n"));
    let done = futures_util::future::join_all([note(ANA), note(AdminId(5)), note(BEN)]).await;
    assert_eq!(done.iter().filter(|answer| answer.is_ok()).count(), 2);
    assert_eq!(desk.store.conversation(id).await.unwrap().total_parts, 2);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("deep").join("data");
    let store = SqliteStore::open(&dir, Clock::manual(NOON), Ids::seeded(1)).unwrap();
    store.save_tag(crate::helpdesk::model::act::TagSpec { id: None, name: "x".into() }).await.unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
