//! A selection and deeds on it, as a person sees them.

use super::stage::{NOW, Stage, conversation_id, row};
use crate::domain::bulk::{Apart, ApartGroup, Bulk, BulkItem, Deed, Outcome, Preview};
use crate::domain::{Act, Conversation, GroupId, OutboxStatus};
use crate::sync::message::{BulkPlan, Event, Request};
use crate::text::Untrusted;

fn deed() -> Bulk {
    Bulk {
        group: GroupId::parse("g").unwrap(),
        deed: Deed::Acts(vec![Act::Close]),
        total: 300,
        done: 212,
        waiting: 85,
        failed: 3,
        paused: false,
        left_out: 1,
        created_at: NOW,
    }
}

/// What the stage's engine says to these questions.
pub fn answer(request: Request, inbox: &[Conversation]) -> Vec<Event> {
    match request {
        Request::BulkPreview { generation, plan } => {
            vec![Event::BulkPreview { generation, preview: Box::new(preview(&plan, inbox)) }]
        }
        Request::BulkItems { generation, group } => {
            let item = |id: &str, outcome| BulkItem {
                id: conversation_id(id),
                name: Untrusted::new("Zoë\u{202e} Kowalski"),
                title: Untrusted::new("Tent pole"),
                outcome,
            };
            let refused = row(1, "2214", Act::Close, OutboxStatus::Failed, "The conversation is locked");
            let sent = row(2, "2215", Act::Close, OutboxStatus::Sent, "");
            let items = vec![
                item("2214", Outcome::Row(Box::new(refused))),
                item("2216", Outcome::LeftOut(Apart::Draft)),
                item("2215", Outcome::Row(Box::new(sent))),
            ];
            vec![Event::BulkItems { generation, group, items }]
        }
        _ => Vec::new(),
    }
}

fn preview(plan: &BulkPlan, inbox: &[Conversation]) -> Preview {
    let selected = plan.selected.len();
    let included = plan.included.contains(&Apart::Draft);
    let group = ApartGroup { why: Apart::Draft, count: 1, included, first: inbox.iter().take(1).cloned().collect() };
    Preview {
        selected,
        changes: if plan.deed.writes() { 31 } else { selected },
        already: 2,
        apart: vec![group],
        first: inbox.iter().take(8).cloned().collect(),
        ..Preview::default()
    }
}

#[test]
fn a_selection_is_told_in_the_rows_in_the_head_and_in_the_status_line() {
    let mut stage = Stage::new(100, 30);
    stage.press("x x");
    let lines = stage.lines();
    assert!(lines.iter().any(|line| line.contains("■")), "{}", stage.text());
    assert!(lines.last().unwrap().starts_with(" 2 selected · online"), "{}", lines.last().unwrap());
    assert!(lines.iter().take(2).any(|line| line.contains("2 selected")), "{}", stage.text());
    stage.press("enter");
    assert!(stage.lines().last().unwrap().contains("2 selected"), "in the thread too");
    stage.press("g");
    assert!(stage.lines().last().unwrap().contains("2 selected"), "while a sequence is typed too");
    stage.press("esc esc");
    assert!(!stage.text().contains("selected"));
}

#[test]
fn the_composer_says_loudly_that_it_goes_to_many() {
    for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 20)] {
        let mut stage = Stage::new(width, height);
        stage.press("x x r");
        let text = stage.text();
        for wanted in ["REPLY to 2 customers", "one message each"] {
            assert!(text.contains(wanted), "{wanted}\n{text}");
        }
        stage.press("ctrl-x t");
        assert!(stage.text().contains("NOTE on 2 conversations"), "{}", stage.text());
    }
}

#[test]
fn the_preview_says_what_is_done_to_how_many_and_what_is_left_out() {
    let mut stage = Stage::new(100, 30);
    stage.press("x x e");
    let text = stage.text();
    for wanted in
        ["╭ Close ", "2 selected", "2 will change", "Chloé Dubois", "2 so already", "Left out", "has your draft"]
    {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    assert!(!text.contains("included"));
    stage.press("tab");
    assert!(stage.text().contains("included"), "{}", stage.text());
}

#[test]
fn many_customers_are_counted_by_typing() {
    let mut stage = Stage::new(80, 24);
    stage.press("x x r");
    stage.write("Hello");
    assert!(stage.text().contains("REPLY to 2 customers"), "{}", stage.text());
    stage.press("ctrl-s 3 1");
    let text = stage.text();
    assert!(text.contains("31 customers are written to") && text.contains("Type 31 to go on"), "{text}");
    assert!(text.contains("❯ 31"), "{text}");
}

#[test]
fn progress_and_results_are_told_in_words() {
    let mut stage = Stage::new(120, 40);
    stage.tell(Event::Bulks(vec![deed()]));
    assert!(stage.lines().last().unwrap().contains("closing 212 of 300 · 3 failed · g p"), "{}", stage.text());
    stage.press("g p");
    let text = stage.text();
    for wanted in ["╭ Close ", "212 of 300 done", "85 to be sent", "refused: The conversation is", "has your draft"] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    stage.tell(Event::Bulks(vec![Bulk { paused: true, ..deed() }]));
    assert!(stage.text().contains("PAUSED") && stage.text().contains("p resume"), "{}", stage.text());
}

#[test]
fn the_overlays_fit_any_size() {
    for keys in ["x x e", "g p"] {
        let mut stage = Stage::new(160, 48);
        stage.tell(Event::Bulks(vec![deed()]));
        stage.press(keys);
        for width in (0..130).step_by(7) {
            for height in 0..30 {
                stage.resize(width, height);
                let _ = stage.draw();
            }
        }
    }
}
