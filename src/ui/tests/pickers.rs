//! Pickers, questions on a conversation, and why a conversation is back.

use super::stage::{Stage, ago, chloes_thread, inbox};
use crate::sync::message::SetReminder;

/// Where a text stands: its row.
fn row_of(stage: &Stage, text: &str) -> usize {
    stage.lines().iter().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}\n{}", stage.text()))
}

#[test]
fn a_note_opens_below_the_names_and_moves_none_of_them() {
    for (width, height) in [(160, 48), (80, 24)] {
        let mut stage = Stage::new(width, height);
        stage.press("a");
        let before = row_of(&stage, "Nobody");
        stage.press("tab");
        stage.write("please call her back before noon, she has waited since monday and is not amused at all");
        assert_eq!(row_of(&stage, "Nobody"), before, "{width}x{height}");
        assert!(row_of(&stage, "at all") > before, "{}", stage.text());
        assert!(stage.text().contains("enter assigns with the note"));
    }
}

#[test]
fn a_snooze_says_what_it_means_and_what_it_is_for() {
    let mut stage = Stage::new(100, 30);
    stage.press("z");
    stage.write("tomorrow 9am -- call the carrier");
    stage.press("tab");
    assert!(stage.line_with("tomorrow 9:00").contains("unless they reply · “call the carrier”"), "{}", stage.text());
    assert!(stage.line_with("✓ unless they reply").contains('✓'));
}

#[test]
fn a_merge_shows_both_sides_and_what_happens() {
    let mut stage = Stage::new(100, 30);
    stage.press("M");
    stage.write("4711");
    stage.press("enter");
    let text = stage.text();
    for said in ["closes", "It is not on this machine", "nothing takes it back", "y merge"] {
        assert!(text.contains(said) || text.contains("Looking for it"), "{said}\n{text}");
    }
}

#[test]
fn spam_says_what_can_be_done_and_what_cannot() {
    let mut stage = Stage::new(80, 24);
    stage.press("!");
    let text = stage.text();
    for said in ["Close and tag", "Block Chloé Dubois", "cannot be reached"] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn a_woken_conversation_tells_why_in_its_head() {
    for (width, height) in [(160, 48), (100, 30), (80, 24)] {
        let inbox = inbox();
        let mut thread = chloes_thread(&inbox[0]);
        thread.reminder = Some(SetReminder {
            until: ago(3_600),
            reason: "call the carrier".into(),
            unless_reply: false,
            set_at: ago(90_000),
        });
        let threads = [(inbox[0].id.to_string(), thread)].into();
        let mut stage = Stage::with(width, height, inbox, threads);
        stage.press("enter");
        stage.wait(1);
        assert!(stage.line_with("woke").contains("call the carrier"), "{width}x{height}\n{}", stage.text());
        // Where it has no row of its own, it stands beside the facts and not over them.
        let beside = stage.line_with("woke");
        assert!(height > 24 || beside.contains("Billing › nobody   FRT −5m   ‼"), "{beside}");
    }
}

#[test]
fn pickers_and_questions_fit_any_screen() {
    for width in (0..100).step_by(7) {
        for height in (0..30).step_by(3) {
            let mut stage = Stage::new(width, height);
            for keys in ["a", "tab", "esc esc A", "esc t", "esc z", "esc p", "esc P", "esc M", "esc !", "b", "n w"] {
                stage.press(keys);
                let _ = stage.draw();
            }
        }
    }
}
