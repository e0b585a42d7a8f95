//! What each part shows, where, and in which style.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier};

use super::stage::{self, Stage, ago, row};
use crate::app::{Notice, Severity};
use crate::domain::{Act, Draft, Mode, OutboxStatus, SlaFact, SlaStatus, State};
use crate::sync::message::{Connection, Event, History, Progress, Storage};
use crate::theme::{Depth, Role, Theme};

fn reply(text: &str) -> Act {
    Act::Reply { text: text.into(), files: Vec::new() }
}

fn has_modifier(stage: &Stage, text: &str, modifier: Modifier) -> bool {
    stage.cell_of(text).modifier.contains(modifier)
}

#[test]
fn a_wide_screen_has_four_panes_side_by_side() {
    let stage = Stage::new(160, 48);
    let lines = stage.lines();
    assert!(lines[0].starts_with(" Northwind Outdoor "));
    assert_eq!(lines[0].matches('│').count(), 3, "{}", lines[0]);
    let first = &lines[1];
    for text in ["▌● FRT −5m  ‼ ✉ Chloé Dubois", "↩  2h 4m", "Billing › nobody", "‼ urgent", "chloe@example.fr"]
    {
        assert!(first.contains(text), "{text:?} in {first}");
    }
    assert!(stage.line_with("Unassigned").contains("‼2   12"));
    assert!(lines[47].starts_with(" online ") && lines[47].ends_with("ctrl-k commands  ? help "), "{}", lines[47]);
}

#[test]
fn a_thread_tells_messages_notes_and_events_apart_in_words() {
    let stage = Stage::new(160, 48);
    for text in [
        "Chloé Dubois                          yesterday 16:02",
        "NOTE  Ana Ito                         yesterday 16:11",
        "┄┄ Ana Ito assigned to Billing · yesterday 16:10 ┄┄",
        "… 6 lines quoted",
        "◫ 2 photo.jpg  JPEG image  1.2 MB",
        "◫ 3 receipt.pdf  PDF document  88 kB",
        "── new since you last looked ──",
        "over\"\u{a0}[1\u{a0}track.example.net]",
    ] {
        assert!(stage.text().contains(text), "{text}\n{}", stage.text());
    }
    assert_eq!(stage.cell_of("NOTE").fg, stage.theme.style(Role::Note).fg.unwrap());
    assert!(has_modifier(&stage, "1042 was", Modifier::BOLD));
    assert!(has_modifier(&stage, "\"handed", Modifier::UNDERLINED));
}

#[test]
fn the_middle_size_has_list_and_thread_and_the_details_lie_over_the_thread() {
    let mut stage = Stage::new(100, 30);
    assert_eq!(stage.lines()[0].matches('│').count(), 1);
    assert!(!stage.text().contains("INBOX"));
    assert!(stage.lines()[1].starts_with("▌● FRT −5m  ‼ ✉ Chloé Dubois"), "{}", stage.lines()[1]);
    assert!(stage.lines()[2].starts_with("▌  Order 1042 never arrived"), "{}", stage.lines()[2]);
    assert!(stage.lines()[2].contains("order vip │"), "{}", stage.lines()[2]);
    assert!(stage.text().contains("Bonjour"));
    stage.press("enter d");
    assert!(stage.text().contains("chloe@example.fr"));
    assert!(!stage.text().contains("Bonjour"));
}

#[test]
fn the_ssh_default_has_a_strip_of_five_rows_above_the_thread() {
    let mut stage = Stage::new(80, 24);
    let lines = stage.lines();
    assert!(lines[0].starts_with(" You · next breach"));
    assert!(lines[1].starts_with("▌● FRT −5m  ‼ ✉ Chloé Dubois"));
    assert!(lines[5].contains("佐藤 美奈"));
    assert!(lines[6].starts_with("── Order 1042 never arrived ─"), "{}", lines[6]);
    assert!(lines[6].contains("✉ e-mail · open · #2214 ─"));
    assert!(lines[7].starts_with(" Billing › nobody   FRT −5m   ‼ urgent"));
    stage.press("r");
    stage.write(&"a line\n".repeat(30));
    let lines = stage.lines();
    let head =
        lines.iter().position(|line| line.contains("REPLY to Chloé Dubois <someone@example.org> by e-mail")).unwrap();
    assert!(head >= 14, "the composer takes at most half, its head is on line {head}");
}

#[test]
fn a_small_screen_has_one_pane_and_a_breadcrumb() {
    let mut stage = Stage::new(60, 20);
    assert!(stage.lines()[0].starts_with(" You   ") && stage.lines()[0].ends_with(" 1 of 12 "));
    stage.press("enter");
    stage.wait(1);
    assert!(stage.lines()[0].starts_with(" You › Order 1042 never arrived "), "{}", stage.lines()[0]);
    let facts = &stage.lines()[1];
    assert!(facts.starts_with(" open · Billing › nobody ") && facts.ends_with("FRT −5m ‼  order vip "), "{facts}");
    assert!(stage.lines()[2].starts_with(" ────"), "{}", stage.lines()[2]);
    assert!(!stage.text().contains('│'));
}

#[test]
fn a_screen_too_small_says_so() {
    let stage = Stage::new(30, 5);
    assert_eq!(stage.text().trim(), "The terminal is too small.");
    let words: Vec<String> = Stage::new(19, 5).text().split_whitespace().map(str::to_owned).collect();
    assert_eq!(words.join(" "), "The terminal is too small.");
}

#[test]
fn the_focused_pane_has_a_bright_title_and_an_accent_bar() {
    let mut stage = Stage::new(160, 48);
    let accent = stage.theme.style(Role::Accent).fg.unwrap();
    assert!(has_modifier(&stage, "You · next", Modifier::BOLD));
    assert_eq!(stage.cell_of("▌● FRT").fg, accent);
    stage.press("enter");
    assert!(!has_modifier(&stage, "You · next", Modifier::BOLD));
    assert_ne!(stage.cell_of("▏  FRT").fg, accent, "opened is read");
    assert!(has_modifier(&stage, "Order 1042 never arrived ", Modifier::BOLD));
}

#[test]
fn selection_focus_and_modes_are_visible_without_colour() {
    let mut stage = Stage::new(160, 48);
    stage.theme = Theme::built_in("dark", Depth::Mono);
    assert!(stage.lines()[1].contains("▌● FRT −5m  ‼"));
    stage.press("j");
    assert!(stage.line_with("Amir Haddad").contains("▌● FRT 12m  !"));
    assert!(!stage.lines()[1].contains("▌● FRT −5m  ‼"));
    stage.press("k r");
    assert!(stage.text().contains("REPLY to Chloé Dubois"));
    stage.press("esc n");
    assert!(stage.text().contains("NOTE only teammates see this"));
    let (buf, _) = stage.draw();
    assert!(buf.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
}

#[test]
fn the_cursor_stands_where_one_types() {
    let mut stage = Stage::new(160, 48);
    assert_eq!(stage.draw().1, None);
    stage.press("r");
    stage.write("Zoë 日本");
    let (buf, cursor) = stage.draw();
    let cursor = cursor.unwrap();
    let line = &stage::lines(&buf)[usize::from(cursor.y)];
    assert!(line.contains("│  Zoë 日本 "), "{line}");
    let start = stage.lines()[0].chars().take_while(|letter| *letter != 'O').count();
    assert!(start > 0 && buf.cell((cursor.x - 2, cursor.y)).unwrap().symbol() == "本");
    stage.press("esc");
    assert_eq!(stage.draw().1, None, "the cursor goes with the focus");
}

#[test]
fn an_empty_composer_says_what_it_is_for() {
    let mut stage = Stage::new(120, 40);
    stage.press("n");
    assert!(stage.text().contains("Write to your teammates…"));
    assert!(stage.text().contains("NOTE only teammates see this"));
    assert_eq!(stage.cell_of("NOTE only").fg, stage.theme.style(Role::ModeNote).fg.unwrap());
}

#[test]
fn unsent_messages_say_where_they_stand() {
    let mut stage = Stage::new(160, 48);
    let rows = [OutboxStatus::Queued, OutboxStatus::Sending, OutboxStatus::Retry, OutboxStatus::Unknown];
    let rows = rows.into_iter().zip(1..).map(|(status, id)| row(id, "2214", reply("We are on it."), status, ""));
    stage.threads.get_mut("2214").unwrap().pending = rows.collect();
    stage.tell(Event::Changed { ids: Vec::new() });
    stage.press("enter G");
    for text in ["↗ sending in 4 s", "↗ sending ", "↻ will be tried again", "? outcome not known: checking"] {
        assert!(stage.text().contains(text), "{text}\n{}", stage.text());
    }
}

#[test]
fn what_needs_a_person_is_listed_with_its_reason() {
    let mut stage = Stage::new(120, 40);
    stage.outbox = vec![
        row(9, "2214", reply("Hello"), OutboxStatus::Held, "Ana Ito"),
        row(10, "2215", Act::Close, OutboxStatus::Failed, "refused"),
    ];
    stage.press("g o");
    assert!(stage.text().contains("▌× close · not sent    "), "{}", stage.text());
    assert!(stage.line_with("refused").contains("▌  refused  "), "{}", stage.text());
    assert!(stage.text().contains("▌  Amir Haddad · "), "whose it is, not a number: {}", stage.text());
    assert!(stage.text().contains(" ! reply · held – not sent    10m "));
    assert!(stage.text().contains("│   Chloé Dubois · Order 1042"), "{}", stage.text());
    assert!(stage.line_with("came in between").contains("│   came in between: Ana Ito"));
    assert!(stage.line_with("“Hello”").contains("│   “Hello”"));
    assert!(stage.lines()[0].contains("Needs you"));
    stage.resize(80, 24);
    assert!(stage.line_with("close · not sent").contains("· Amir Haddad · "), "{}", stage.text());
    assert!(stage.line_with("came in between").contains("Ana Ito  “Hello”"), "two lines a row in a strip");
    stage.resize(60, 20);
    assert!(stage.lines()[0].contains("1 of 2"), "{}", stage.text());
}

#[test]
fn a_closed_row_stays_struck_through_until_it_goes() {
    let mut stage = Stage::new(160, 48);
    stage.app.list.rows[1].struck_until = Some(crate::domain::UnixTime(stage::NOW.0 + 5));
    assert!(has_modifier(&stage, "Amir Haddad", Modifier::CROSSED_OUT));
    assert!(stage.line_with("Amir Haddad").contains(" → FRT 12m"));
    for (state, sign) in [(State::Closed, '✓'), (State::Snoozed, '☾')] {
        stage.app.list.rows[1].conversation.state = state;
        assert!(stage.line_with("Amir Haddad").contains(&format!(" {sign} FRT 12m")), "{}", stage.text());
    }
    stage.theme = Theme::built_in("dark", Depth::Mono);
    assert!(has_modifier(&stage, "Amir Haddad", Modifier::CROSSED_OUT));
}

#[test]
fn assignees_have_a_column_where_they_differ() {
    let mut stage = Stage::new(160, 48);
    assert!(!stage.line_with("Re: tent pole").contains("Ana"), "all of one’s own are one’s own");
    stage.press("g a");
    for (title, who) in [("Re: tent pole", "Ana │"), ("¿Dónde está", "  you │"), ("Call back", "         │")] {
        assert!(stage.line_with(title).contains(who), "{title}\n{}", stage.text());
    }
}

#[test]
fn a_blank_stands_between_chip_and_priority_at_any_size() {
    for (width, height) in [(60, 20), (80, 24), (100, 30), (120, 40), (160, 48)] {
        let mut stage = Stage::new(width, height);
        let on = &mut stage.app.list.rows[0].conversation;
        on.sla = Some(SlaFact { target: None, due_at: None, status: SlaStatus::Missed, ..on.sla.clone().unwrap() });
        let text = stage.text();
        // A narrow list tells the time alone.
        let word = if width == 120 { "late" } else { "SLA late" };
        let chip = text.find(word).unwrap();
        assert!(text[chip + word.len()..].starts_with([' ', '\n']), "{width}: {text}");
    }
}

#[test]
fn a_notice_leaves_the_facts_and_the_way_to_help() {
    let mut stage = Stage::new(60, 20);
    stage.tell(Event::OutboxCounts { waiting: 3, needs_you: 1 });
    let text = "The helpdesk refused to close the conversation: it was changed by somebody else meanwhile.";
    stage.app.notices.push(Notice {
        severity: Severity::Warning,
        text: crate::text::clean(text),
        details: crate::text::Clean::default(),
        until: std::time::Duration::MAX,
        until_key: true,
        matter: crate::app::Matter::None,
    });
    let line = stage.lines()[19].clone();
    assert!(line.starts_with(" online · 1 needs you · outbox 3 · ! The "), "{line}");
    assert!(line.contains('…') && line.contains("? help") && !line.contains("ctrl-k"), "{line}");
}

#[test]
fn the_help_tells_the_chosen_line_in_full_and_ends_with_the_signs() {
    for (width, height) in [(60, 20), (100, 30)] {
        let mut stage = Stage::new(width, height);
        stage.press("enter ?");
        assert!(stage.text().contains("Goes to the next line, conversation or message."), "{}", stage.text());
        assert!(stage.text().contains("Customer’s next message"), "{}", stage.text());
        for _ in 0..80 {
            stage.press("down");
        }
        for text in ["SIGNS", "● unread", "‼ urgent", "✉ e-mail"] {
            assert!(stage.text().contains(text), "{text}\n{}", stage.text());
        }
    }
}

#[test]
fn a_console_has_signs_of_ascii_only() {
    let mut stage = Stage::new(100, 30);
    stage.theme = Theme::built_in("dark", Depth::Ansi).with_plain_signs(true);
    assert!(stage.lines()[1].starts_with("#* FRT -5m  ! m Chloé Dubois"), "{}", stage.lines()[1]);
    assert!(!stage.text().contains(['│', '─', '…', '·']), "{}", stage.text());
}

#[test]
fn until_the_preview_follows_only_the_title_line_changes() {
    let mut stage = Stage::new(160, 48);
    let before = stage.lines();
    stage.press("j");
    let after = stage.lines();
    assert!(after[0].contains("│ …  "), "{}", after[0]);
    for line in 1..47 {
        let thread = |lines: &[String]| lines[line].split('│').skip(2).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(thread(&before), thread(&after), "line {line}");
    }
    stage.wait(1);
    assert!(stage.lines()[0].contains("Call back about the invoice"));
}

#[test]
fn empty_panes_say_what_to_do_next() {
    let mut stage = Stage::with(120, 40, Vec::new(), BTreeMap::new());
    assert!(stage.text().contains("Nothing is assigned to you."));
    assert!(stage.text().contains("Take the next conversation"));
    assert!(stage.text().contains("No conversation is open."));
    stage.press("g o");
    assert!(stage.text().contains("Nothing needs you."));
}

#[test]
fn the_status_line_tells_how_things_stand() {
    let mut stage = Stage::new(160, 48);
    let status = |stage: &Stage| stage.lines()[47].clone();
    stage.tell(Event::OutboxCounts { waiting: 3, needs_you: 1 });
    assert!(status(&stage).starts_with(" online · 1 needs you · outbox 3 "), "{}", status(&stage));
    stage.tell(Event::Connection(Connection::Offline { since: ago(5_000), why: "offline-unreachable" }));
    assert!(status(&stage).starts_with(" offline since 14:06 (not reachable) · "), "{}", status(&stage));
    stage.tell(Event::Connection(Connection::Online));
    stage.tell(Event::OutboxCounts { waiting: 0, needs_you: 0 });
    stage.tell(Event::Progress(Some(Progress { done: 120, of: Some(400), rate: 0 })));
    assert!(status(&stage).starts_with(" online · first sync 120 of 400 "));
    stage.press("g");
    assert!(stage.text().contains("─g…─"), "{}", stage.text());
    assert!(stage.text().contains("u Unassigned"), "{}", stage.text());
    stage.resize(160, 11);
    assert!(stage.lines()[10].starts_with(" g   "), "without room for a panel the status line tells it");
}

#[test]
fn overlays_stand_in_the_upper_third_and_keep_their_columns() {
    let mut stage = Stage::new(160, 48);
    stage.press("ctrl-k");
    stage.write("snoo");
    let lines = stage.lines();
    let top = lines.iter().position(|line| line.contains('╭')).unwrap();
    assert!((2..16).contains(&top), "{top}");
    assert!(lines[top].contains("╭ Commands ─"));
    assert!(stage.line_with("▌Snooze ").contains(" command "));
    assert!(stage.text().contains("Hides the conversation until a time;"));
    assert!(stage.draw().1.is_some());
    stage.press("esc z");
    stage.write("tomorrow 9am");
    assert!(stage.line_with("╭").contains("─ Order 1042 never arrived ─╮"), "{}", stage.line_with("╭"));
    assert!(stage.text().contains("tomorrow 9:00 Berlin"));
    stage.press("esc ?");
    assert!(stage.text().contains("╭ Keys ─"));
    stage.press("esc q");
    assert!(stage.text().contains("╭ Quit? ─"));
    assert_eq!(stage.draw().1, None);
}

/// A stage whose composer has been told of everything at once.
fn busy_composer(width: u16, height: u16) -> Stage {
    let mut stage = Stage::new(width, height);
    stage.press("r");
    stage.write("Hi Chloé");
    let mut thread = stage.threads.get("2214").unwrap().clone();
    let ana = crate::domain::Author {
        kind: crate::domain::AuthorKind::Teammate(crate::domain::TeammateId::parse("2")),
        name: crate::text::Untrusted::new("Ana Ito"),
        email: crate::text::Untrusted::default(),
        is_ai: false,
    };
    std::sync::Arc::make_mut(&mut thread.parts).push(stage::part(
        "p9",
        crate::domain::PartKind::Comment,
        ana,
        Some("<p>On it.</p>"),
        8,
    ));
    stage.threads.insert("2214".into(), thread);
    stage.tell(Event::Changed { ids: Vec::new() });
    let id = stage::conversation_id("2214");
    let mut theirs = Draft::new(id, Mode::Reply, "Dear Chloé,\nyour order", ago(60));
    theirs.revision = 4;
    stage.tell(Event::DraftSaved(Box::new(Draft { revision: 1, text: "Hi Chloé".into(), ..theirs.clone() })));
    stage.write("!");
    stage.wait(2);
    stage.tell(Event::DraftConflict { ours: Box::new(theirs.clone()), theirs: Box::new(theirs) });
    stage.app.composer.files = vec![crate::domain::FilePart {
        name: "photo.jpg".into(),
        content_type: "image/jpeg".into(),
        hash: "h".into(),
        size: 1_240_000,
    }];
    stage
}

#[test]
fn the_composer_tells_loudly_what_came_and_whose_text_stands_against_it() {
    for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 20)] {
        let stage = busy_composer(width, height);
        for text in [
            "! Ana Ito replied 8 s ago",
            "! Another deskhand wrote: “Dear Chloé, yo",
            "ctrl-x 1 theirs · ctrl-x 2 yours · ctrl-x 3 both",
            "◫ photo.jpg 1.2 MB",
            "Hi Chloé!",
            "REPLY to Chloé Dubois",
        ] {
            assert!(stage.text().contains(text), "{width}: {text}\n{}", stage.text());
        }
        assert!(has_modifier(&stage, "! Ana Ito", Modifier::BOLD));
    }
    assert!(busy_composer(160, 48).text().contains("ctrl-x s I have seen it"));
}

#[test]
fn a_stopped_act_says_why_and_which_keys_settle_it_at_any_size() {
    for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 20)] {
        let mut stage = Stage::new(width, height);
        stage.outbox = vec![
            row(9, "2214", reply("Hello Chloé"), OutboxStatus::Held, "Ana Ito"),
            row(10, "2214", Act::Close, OutboxStatus::Failed, "The conversation is locked"),
            row(11, "2214", reply("Twice?"), OutboxStatus::NeedsDecision, ""),
        ];
        stage.tell(Event::OutboxCounts { waiting: 0, needs_you: 3 });
        stage.press("enter G");
        for text in [
            "! held – not sent",
            "! came in between: Ana Ito",
            "y send anyway   E edit   D give up",
            "! perhaps sent: you decide",
            "s send again   Y it has arrived",
        ] {
            assert!(stage.text().contains(text), "{width}: {text}\n{}", stage.text());
        }
        if height > 24 {
            assert!(stage.text().contains("× You: close · not sent"), "{width}\n{}", stage.text());
            assert!(stage.text().contains("! The conversation is locked"));
        }
        assert!(stage.lines()[usize::from(height) - 1].contains("s send again"), "{}", stage.text());
    }
}

#[test]
fn rows_of_the_list_carry_a_sign_until_their_acts_are_settled() {
    let mut stage = Stage::new(160, 48);
    for (status, sign) in [
        (OutboxStatus::Queued, "↗"),
        (OutboxStatus::Retry, "↻"),
        (OutboxStatus::Unknown, "?"),
        (OutboxStatus::Held, "!"),
        (OutboxStatus::Failed, "×"),
    ] {
        stage.tell(Event::Row(row(9, "2215", reply("Hello"), status, "")));
        let line = stage.line_with("Amir Haddad");
        assert!(line.contains(&format!("│ {sign} FRT 12m")), "{status:?} {line}");
    }
    stage.tell(Event::Row(row(9, "2215", reply("Hello"), OutboxStatus::Sent, "")));
    assert!(stage.line_with("Amir Haddad").contains("│ ● FRT 12m"), "{}", stage.line_with("Amir Haddad"));
    stage.drafts = vec!["2216"];
    stage.tell(Event::StateChanged);
    assert!(stage.line_with("Zoë Kowalski").contains("│ ✎ NRT"), "{}", stage.line_with("Zoë Kowalski"));
}

#[test]
fn the_list_of_drafts_tells_what_was_begun_as_far_as_it_is_known() {
    let mut stage = Stage::new(160, 48);
    let mut thread = stage.threads.get("2214").unwrap().clone();
    let id = stage::conversation_id("2214");
    let mut draft = Draft::new(id, Mode::Note, "Ask the carrier,\nthen refund", ago(600));
    draft.revision = 1;
    thread.drafts = vec![draft];
    stage.threads.insert("2214".into(), thread);
    stage.drafts = vec!["2214", "2216"];
    stage.tell(Event::StateChanged);
    stage.press("g d");
    stage.wait(2);
    let line = stage.line_with("NOTE “Ask the carrier,");
    assert!(line.contains("then refund”") && line.contains("10m"), "{}", stage.text());
}

#[test]
fn codes_of_an_act_that_waits_are_said_in_words() {
    let mut stage = Stage::new(160, 48);
    let mut waiting = row(9, "2214", reply("Hello"), OutboxStatus::Retry, "signed_out");
    waiting.due_at = crate::domain::UnixTime(stage::NOW.0 + 65);
    stage.outbox = vec![waiting, row(10, "2214", reply("Again"), OutboxStatus::Retry, "waiting_for_server")];
    stage.tell(Event::StateChanged);
    stage.press("enter G");
    for text in ["↻ waits until you sign in again", "↻ waits until the helpdesk"] {
        assert!(stage.text().contains(text), "{text}\n{}", stage.text());
    }
    assert!(!stage.text().contains("signed_out"));
}

#[test]
fn the_banner_stays_above_everything_and_is_in_words() {
    for (width, height) in [(160, 48), (80, 24), (60, 20)] {
        let mut stage = Stage::new(width, height);
        stage.tell(Event::Storage(Storage::Memory("offline-unreachable")));
        assert!(stage.lines()[0].starts_with(" ‼ NOTHING IS KEPT ON DISK not reachable"), "{}", stage.lines()[0]);
        stage.tell(Event::Storage(Storage::Disk));
        assert!(!stage.text().contains("NOTHING IS KEPT"));
    }
    assert!(crate::words::Words::english().say("ui-banner-memory-next").contains("Acts are refused"));
}

#[test]
fn the_status_line_tells_pace_clock_budget_and_history() {
    let mut stage = Stage::new(160, 48);
    let status = |stage: &Stage| stage.lines()[47].clone();
    stage.tell(Event::Progress(Some(Progress { done: 12_400, of: Some(100_000), rate: 3_900 })));
    assert!(
        status(&stage).starts_with(" online · first sync 12,400 of 100,000 · 3,900/s · 23 s left "),
        "{}",
        status(&stage)
    );
    stage.tell(Event::Progress(None));
    stage.tell(Event::History(History { here: 62, of: 100 }));
    stage.tell(Event::ClockOff(190));
    stage.tell(Event::Budget(Some((12, 166))));
    assert!(
        status(&stage).starts_with(" online · clock 3 min fast · API 12/166 · history 62 % "),
        "{}",
        status(&stage)
    );
    stage.tell(Event::ClockOff(-45));
    assert!(status(&stage).contains(" clock 45 s slow "));
    stage.tell(Event::ClockOff(0));
    stage.tell(Event::Budget(None));
    stage.tell(Event::History(History { here: 100, of: 100 }));
    assert!(status(&stage).starts_with(" online   "), "{}", status(&stage));
}

#[test]
fn quitting_and_taking_back_are_asked_in_words() {
    let mut stage = Stage::new(80, 24);
    stage.tell(Event::OutboxCounts { waiting: 3, needs_you: 0 });
    stage.press("q");
    assert!(stage.text().contains("3 acts unsent: sent in the background."), "{}", stage.text());
    assert!(stage.text().contains("q or y quits"));
    stage.press("esc");
    let confirm = crate::app::layers::Confirm::TakeBack {
        question: crate::text::clean("Reopen “Order 1042” (Chloé Dubois)? Everybody sees it."),
        stays: crate::text::clean("reply"),
    };
    stage.app.layers.push(crate::app::Layer::Confirm(confirm));
    assert!(stage.text().contains("Reopen “Order 1042” (Chloé Dubois)?"), "{}", stage.text());
    assert!(stage.text().contains("u or y does it"));
    stage.press("n r ctrl-x f");
    assert!(stage.text().contains("╭ Attach a file ─") && stage.draw().1.is_some());
}
