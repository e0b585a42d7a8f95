//! Every sentence that is asked for is in the catalogue, and every one of ours is asked for.

use crate::words::Words;

const SOURCES: &[&str] = &[
    include_str!("../composer.rs"),
    include_str!("../details.rs"),
    include_str!("../list.rs"),
    include_str!("../list_row.rs"),
    include_str!("../look.rs"),
    include_str!("../mod.rs"),
    include_str!("../outbox_row.rs"),
    include_str!("../overlay/confirm.rs"),
    include_str!("../overlay/frame.rs"),
    include_str!("../overlay/help.rs"),
    include_str!("../overlay/keys.rs"),
    include_str!("../overlay/mod.rs"),
    include_str!("../overlay/palette.rs"),
    include_str!("../overlay/path.rs"),
    include_str!("../overlay/picker.rs"),
    include_str!("../paint.rs"),
    include_str!("../reminder.rs"),
    include_str!("../overlay/question.rs"),
    include_str!("../sidebar.rs"),
    include_str!("../sla.rs"),
    include_str!("../status.rs"),
    include_str!("../thread.rs"),
    include_str!("../thread_line.rs"),
    include_str!("../composer_text.rs"),
    include_str!("../cut.rs"),
    include_str!("../scrollbar.rs"),
    include_str!("../signs.rs"),
    include_str!("../welcome.rs"),
    include_str!("../overlay/bulk.rs"),
    include_str!("../overlay/hits.rs"),
    include_str!("../overlay/link.rs"),
    include_str!("../overlay/new.rs"),
    include_str!("../overlay/shift.rs"),
    include_str!("../../app/details/lines.rs"),
    include_str!("../../app/times.rs"),
];

/// Keys as they stand in the sources, between quotes.
fn asked_for() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().flat_map(|source| source.split('"')).filter(|piece| {
        piece.starts_with("ui-") && piece.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

#[test]
fn every_sentence_asked_for_is_in_the_catalogue() {
    let words = Words::english();
    let mut seen = 0;
    for key in asked_for().filter(|key| !key.ends_with('-')) {
        assert!(words.has(key), "{key}");
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
    for sort in ["newest", "oldest", "waiting-longest", "next-breach", "priority", "wake-time"] {
        assert!(words.has(&format!("ui-sort-{sort}")), "{sort}");
    }
}

#[test]
fn every_sentence_of_ours_is_asked_for() {
    let asked: Vec<&str> = asked_for().collect();
    for line in include_str!("../../words/en.ftl").lines() {
        let Some((key, _)) = line.split_once(" =") else { continue };
        if key.starts_with("ui-") && !key.starts_with("ui-sort-") {
            assert!(asked.contains(&key), "{key} is never said");
        }
    }
}
