//! Pickers and questions on a conversation.

use std::sync::Arc;

use super::{Desk, NOW, engine};
use crate::app::Layer;
use crate::app::layers::Confirm;
use crate::app::picker::{MergeAsk, Picker, With};
use crate::domain::{
    Act, AssignTo, AwayState, ContactId, ContactRef, ContactRole, Reminder, State, TagId, TeamId, TeammateId, UnixTime,
};
use crate::sync::message::{Connection, Person, Pick, Request};
use crate::text::Untrusted;

fn picker(desk: &Desk) -> &Picker {
    match desk.app.layers.last() {
        Some(Layer::Picker(picker)) => picker,
        other => panic!("{other:?}"),
    }
}

fn question(desk: &Desk) -> &Confirm {
    match desk.app.layers.last() {
        Some(Layer::Confirm(confirm)) => confirm,
        other => panic!("{other:?}"),
    }
}

fn titles(desk: &Desk) -> Vec<String> {
    let picker = picker(desk);
    picker.visible.iter().map(|at| picker.choices.get(*at).unwrap().title.to_string()).collect()
}

fn mate(id: &str) -> TeammateId {
    TeammateId::parse(id).unwrap()
}

fn person(id: &str, name: &str, email: &str) -> Person {
    Person {
        contact: ContactRef {
            id: ContactId::parse(id),
            name: Untrusted::new(name),
            email: Untrusted::new(email),
            role: ContactRole::User,
        },
        ..Person::default()
    }
}

/// Changes who the workspace has.
fn staff(desk: &mut Desk, change: impl FnOnce(&mut crate::domain::Directory)) {
    let mut directory = (*desk.engine.directory).clone();
    change(&mut directory);
    desk.engine.directory = Arc::new(directory.clone());
    desk.hear(crate::sync::message::Event::Directory(Arc::new(directory)));
}

/// A desk whose first conversation has two people in it; a third is known.
fn with_people() -> Desk {
    let mut desk = Desk::new();
    desk.engine.people = vec![
        person("c1", "Chloé Dubois", "chloe@example.fr"),
        person("c2", "Luis Castillo", "luis@example.es"),
        person("c3", "Zoë Kowalski", "zoe@example.pl"),
    ];
    desk.engine.edit(1).participants = vec![ContactId::parse("c1").unwrap(), ContactId::parse("c2").unwrap()];
    desk.news();
    desk
}

// teammates and teams

#[test]
fn the_team_comes_first_nobody_second_who_has_it_and_who_is_away_last() {
    let mut desk = Desk::new();
    staff(&mut desk, |directory| {
        directory.teams[0].members = vec![mate("9")];
        directory.teammates[0].away = AwayState { away: true, reassign: false, reason: Some("1".into()) };
    });
    desk.engine.edit(1).team = TeamId::parse("3");
    desk.news().press("a");
    assert_eq!(titles(&desk), ["Zoë Kowalski", "Nobody", "Me (Mia Berg)", "Ana Ito"]);
    let ana = &picker(&desk).choices[3];
    assert_eq!((ana.detail.as_str(), ana.dim), ("away · 🍜 Lunch", true));
    assert_eq!(picker(&desk).choices[0].beside.as_str(), "Billing");
    desk.write("ana");
    assert_eq!(titles(&desk), ["Ana Ito"], "away, and still found");
    desk.press("backspace backspace backspace down enter");
    assert_eq!(desk.server("1").assignee, None);
}

#[test]
fn names_are_found_without_their_accents() {
    let mut desk = Desk::new();
    desk.press("a").write("zoe");
    assert_eq!(titles(&desk), ["Zoë Kowalski"]);
    desk.press("backspace backspace backspace").write("me (");
    assert_eq!(titles(&desk).first().map(String::as_str), Some("Me (Mia Berg)"));
}

#[test]
fn loads_come_into_their_column_and_move_nothing() {
    let mut desk = Desk::new();
    desk.press("a");
    let load = |desk: &Desk, title: &str| {
        picker(desk).choices.iter().find(|choice| choice.title.as_str() == title).unwrap().load
    };
    assert!(picker(&desk).has_loads());
    assert_eq!((load(&desk, "Me (Mia Berg)"), load(&desk, "Ana Ito"), load(&desk, "Nobody")), (Some(5), Some(0), None));
    desk.press("esc A");
    assert_eq!(load(&desk, "Billing"), Some(0));
    let asked = desk.asked.iter().filter(|asked| matches!(asked, Request::Pick { what: Pick::Loads(_), .. })).count();
    assert_eq!(asked, 2);
}

#[test]
fn a_note_goes_with_the_assignment_and_back_with_it() {
    let mut desk = Desk::new();
    desk.press("a").write("ana").press("tab").write("Please call, I am out.");
    assert!(picker(&desk).is_in_note());
    assert_eq!(titles(&desk), ["Ana Ito"], "the names are as they were");
    desk.press("esc");
    assert!(!picker(&desk).is_in_note(), "back to the names");
    desk.press("tab").write("x").press("backspace enter");
    let note = Act::Note { text: "Please call, I am out.".into(), files: Vec::new() };
    let assign = Act::Assign { to: AssignTo::Teammate(mate("8")) };
    assert_eq!(desk.acts(), [("1".to_owned(), note), ("1".to_owned(), assign)], "the note first");
    assert_eq!(desk.notice(), "Note, assigned to Ana Ito · Order 1 · u takes it back");
    assert_eq!(desk.cursor(), "2");
    desk.press("u");
    assert_eq!(desk.server("1").assignee, Some(mate("7")), "taken back together");
    assert!(desk.engine.outbox.is_empty());
}

#[test]
fn a_team_is_shown_with_its_people_and_no_team_only_where_one_is_set() {
    let mut desk = Desk::new();
    staff(&mut desk, |directory| directory.teams[0].members = vec![mate("8"), mate("9")]);
    desk.press("A");
    assert_eq!(titles(&desk), ["Billing", "Support"]);
    assert_eq!(picker(&desk).choices[0].detail.as_str(), "2 people");
    desk.press("enter");
    assert_eq!(desk.server("1").team, TeamId::parse("3"));
    desk.engine.edit(2).team = TeamId::parse("4");
    desk.news().press("A");
    assert_eq!(titles(&desk), ["Billing", "No team", "Support"]);
    desk.press("down enter");
    assert_eq!(desk.server("2").team, None);
}

// tags

#[test]
fn several_tags_at_once_are_one_group() {
    let mut desk = Desk::new();
    desk.press("t tab down space enter");
    let tags: Vec<&str> = desk.server("1").tags.iter().map(|tag| tag.id.as_str()).collect();
    assert_eq!(tags, ["21", "22"]);
    assert_eq!(desk.cursor(), "1", "tagging stays");
    desk.press("t tab enter");
    assert_eq!(
        desk.acts().last().unwrap().1,
        Act::Untag { tag: TagId::parse("21").unwrap(), name: Untrusted::new("refund") }
    );
    desk.press("u u");
    assert!(desk.server("1").tags.is_empty());
}

#[test]
fn tags_that_are_on_come_first_and_then_the_most_used() {
    let mut desk = Desk::new();
    for number in [2, 3] {
        desk.engine.edit(number).tags =
            vec![crate::domain::TagRef { id: TagId::parse("22").unwrap(), name: Untrusted::new("vip") }];
    }
    desk.news().press("t");
    assert_eq!(titles(&desk), ["vip", "refund"], "used in this list");
    desk.press("down space enter esc t");
    assert_eq!(titles(&desk), ["refund", "vip"], "on it");
    assert_eq!(picker(&desk).cursor, 1, "enter alone takes nothing off");
}

#[test]
fn tags_turned_on_and_off_again_change_nothing() {
    let mut desk = Desk::new();
    desk.press("t tab tab down tab").write("vip").press("enter");
    assert_eq!(desk.acts().len(), 1);
}

#[test]
fn a_new_tag_and_those_turned_on_are_one_group() {
    let mut desk = Desk::new();
    desk.press("t").write("re");
    assert_eq!(titles(&desk), ["refund", "Create tag “re”"]);
    desk.write("fun");
    assert_eq!(titles(&desk), ["refund", "Create tag “refun”"]);
    desk.press("ctrl-u tab").write("recall");
    assert_eq!(titles(&desk), ["Create tag “recall”"]);
    desk.press("enter");
    assert_eq!(desk.server("1").tags.len(), 2);
    assert_eq!(desk.notice(), "Tagged refund, tagged recall · Order 1 · u takes it back");
    desk.press("u");
    assert!(desk.server("1").tags.is_empty());
}

#[test]
fn where_a_tag_cannot_be_made_nothing_is_done() {
    let mut desk = Desk::new();
    desk.engine.no_tags = true;
    desk.press("t tab").write("recall").press("enter");
    assert!(desk.acts().is_empty());
    assert!(desk.notice().contains("could not be made"), "{}", desk.notice());
}

#[test]
fn the_tag_looked_for_is_put_on_beside_those_turned_on() {
    let mut desk = Desk::new();
    desk.press("t tab").write("vip").press("enter");
    assert_eq!(desk.server("1").tags.len(), 2);
    assert_eq!(desk.notice(), "Tagged refund, tagged vip · Order 1 · u takes it back");
}

// snooze

#[test]
fn a_typed_time_shows_what_it_means() {
    let mut desk = Desk::new();
    desk.press("z");
    assert!(picker(&desk).meaning.contains("UTC"), "the zone was never chosen");
    desk.write("tomorrow 9am");
    assert!(picker(&desk).meaning.starts_with("tomorrow 9:00"), "{}", picker(&desk).meaning);
    desk.write("x");
    assert!(picker(&desk).meaning.contains("Not a time"));
    desk.press("enter");
    assert!(desk.acts().is_empty() || desk.server("1").state == State::Open);
}

#[test]
fn a_preset_snoozes_with_two_keys() {
    let mut desk = Desk::new();
    desk.press("z enter");
    assert_eq!(desk.server("1").state, State::Snoozed);
    assert_eq!(desk.cursor(), "2");
}

#[test]
fn a_reason_and_a_condition_go_with_a_typed_time() {
    let mut desk = Desk::new();
    desk.press("z").write("2h unless reply -- call the carrier");
    assert_eq!(picker(&desk).meaning.as_str(), "today 16:30 UTC · unless they reply · “call the carrier”");
    desk.press("enter");
    let reminder = Reminder { reason: "call the carrier".into(), unless_reply: true };
    let act = Act::Snooze { until: UnixTime(desk.engine.now.0 + 7_200), reminder: Some(reminder) };
    assert_eq!(desk.acts(), [("1".to_owned(), act.clone())]);
    desk.press("Z");
    let Act::Snooze { until, reminder } = desk.acts().last().unwrap().1.clone() else { panic!() };
    assert_eq!((until, reminder.unwrap().unless_reply), (UnixTime(desk.engine.now.0 + 7_200), true));
    assert_eq!(desk.acts().last().unwrap().0, "2");
}

#[test]
fn a_reason_alone_goes_with_the_preset_under_the_cursor() {
    let mut desk = Desk::new();
    desk.press("z down").write("-- ask again");
    assert!(titles(&desk).len() > 3, "a reason narrows nothing");
    assert!(picker(&desk).meaning.contains("ask again"), "{}", picker(&desk).meaning);
    desk.press("tab");
    assert_eq!(picker(&desk).with, With::UnlessReply(true));
    desk.press("enter");
    let Act::Snooze { reminder, .. } = desk.acts().last().unwrap().1.clone() else { panic!() };
    assert_eq!(reminder, Some(Reminder { reason: "ask again".into(), unless_reply: true }));
}

#[test]
fn presets_are_found_by_name_and_by_what_is_typed_for_them() {
    let mut desk = Desk::new();
    desk.press("z").write("when they");
    assert_eq!(titles(&desk)[0], "When they reply, or in a month");
    desk.press("ctrl-u").write("next monday");
    assert_eq!(titles(&desk), ["next monday"], "said in full it is a time of its own, and stands there once");
}

#[test]
fn no_moment_is_offered_twice_and_the_past_is_named() {
    let mut desk = Desk::new();
    // The Sunday after: tomorrow and next Monday are one.
    desk.engine.now = UnixTime(NOW.0 + 4 * 86_400);
    desk.press("z");
    assert!(!titles(&desk).contains(&"Next week".to_owned()), "{:?}", titles(&desk));
    desk.engine.now = UnixTime(NOW.0 + 5 * 3_600);
    desk.press("esc z");
    assert_eq!(titles(&desk)[..2], ["Tonight", "Later today"], "the soonest first");
    desk.write("2026-11-01");
    assert!(picker(&desk).meaning.contains("is past"));
}

// priority, away

#[test]
fn a_digit_chooses_a_priority_while_nothing_is_typed() {
    let mut desk = Desk::new();
    desk.press("p");
    let first = titles(&desk)[0].clone();
    desk.press("1");
    assert!(desk.app.layers.is_empty());
    assert_eq!(desk.acts().len(), 1);
    assert!(desk.notice().to_lowercase().contains(&first.to_lowercase()), "{}", desk.notice());
    desk.press("p 9");
    assert_eq!((desk.app.layers.len(), picker(&desk).input.text()), (1, ""), "there is no ninth");
    desk.write("hi").press("enter");
    assert_eq!(desk.acts().len(), 2);
}

#[test]
fn being_away_can_return_replies_to_the_team() {
    let mut desk = Desk::new();
    desk.press("w");
    assert_eq!(picker(&desk).choice().unwrap().title.as_str(), "Away", "one key for what is usual");
    desk.press("down tab enter");
    let asked = desk.asked.iter().find_map(|asked| match asked {
        Request::SetAway(state) => Some(state.clone()),
        _ => None,
    });
    assert_eq!(asked, Some(AwayState { away: true, reassign: true, reason: Some("1".into()) }));
    desk.press("w");
    assert_eq!(picker(&desk).with, With::Reassign(true), "as it stands");
}

// participants

#[test]
fn people_are_listed_with_their_roles() {
    let mut desk = with_people();
    desk.press("P");
    assert_eq!(titles(&desk), ["Chloé Dubois", "Luis Castillo"]);
    assert_eq!(picker(&desk).choices[0].detail.as_str(), "user · main contact");
    assert_eq!(picker(&desk).choices[1].beside.as_str(), "luis@example.es");
    desk.press("down enter");
    assert_eq!(desk.server("1").participants.len(), 1);
    desk.press("u");
    assert_eq!(desk.server("1").participants.len(), 2);
}

#[test]
fn somebody_is_added_by_name_or_by_an_address_that_nobody_has() {
    let mut desk = with_people();
    desk.press("P").write("zoe");
    assert_eq!(titles(&desk), ["Zoë Kowalski"]);
    desk.press("enter");
    assert_eq!(desk.server("1").participants.len(), 3);
    desk.press("P").write("new@example.org");
    assert_eq!(titles(&desk), ["Add new@example.org"]);
    desk.press("enter");
    let Act::AddParticipant { contact } = desk.acts().last().unwrap().1.clone() else { panic!() };
    assert_eq!((contact.id, contact.email.as_raw()), (None, "new@example.org"));
    desk.press("P").write("luis@example.es");
    assert_eq!(titles(&desk), ["Luis Castillo"], "who takes part is not added again");
}

#[test]
fn the_last_one_cannot_be_taken_out() {
    let mut desk = with_people();
    desk.engine.edit(1).participants.truncate(1);
    desk.news().press("P enter");
    assert!(desk.acts().is_empty() && desk.app.layers.len() == 1);
    assert!(desk.notice().starts_with("The last participant"), "{}", desk.notice());
}

// merging

#[test]
fn merging_offers_the_same_contacts_conversations_by_channel_first() {
    let mut desk = Desk::new();
    desk.press("M");
    assert_eq!(titles(&desk).len(), 8, "also those that are in no list");
    assert_eq!(titles(&desk).last().map(String::as_str), Some("Order 8"), "the chat comes last");
    assert!(picker(&desk).meaning.contains("cannot be undone"));
    desk.write("#1");
    assert!(titles(&desk).iter().all(|title| !title.contains("Conversation 1")), "never into itself");
}

#[test]
fn merging_shows_both_and_does_nothing_without_a_yes() {
    for answer in ["enter", "n", "esc", "x"] {
        let mut desk = Desk::new();
        desk.press("M").write("3").press("enter");
        let Confirm::Merge(ask) = question(&desk) else { panic!() };
        let MergeAsk { on, into, other, .. } = &**ask;
        assert_eq!((on.id.as_str(), into.as_str()), ("1", "3"));
        assert_eq!(other.as_ref().unwrap().title.as_raw(), "Order 3");
        desk.press(answer);
        assert!(desk.acts().is_empty(), "{answer}");
        assert_eq!(picker(&desk).input.text(), "3", "{answer}: another one can be chosen");
        desk.press("esc");
        assert!(desk.app.layers.is_empty(), "{answer}");
    }
    let mut desk = Desk::new();
    desk.press("M").write("3").press("enter y");
    assert_eq!(desk.acts(), [("1".to_owned(), Act::Merge { into: engine::id(3) })]);
    assert!(desk.notice().starts_with("Merging into #3 · Order 1"), "{}", desk.notice());
    assert!(desk.app.layers.is_empty());
}

#[test]
fn the_other_side_of_a_merge_is_fetched_where_it_is_not_on_disk() {
    let mut desk = Desk::new();
    desk.hear(super::Event::Connection(Connection::Online));
    desk.press("M").write("77").press("enter");
    let asked_for = |desk: &Desk| {
        desk.asked.iter().rev().find_map(|asked| match asked {
            Request::Showing { list, .. } => Some(list.first().map(ToString::to_string)),
            _ => None,
        })
    };
    let Confirm::Merge(ask) = question(&desk) else { panic!() };
    assert!(ask.fetching && ask.other.is_none());
    assert_eq!(asked_for(&desk).flatten().as_deref(), Some("77"));
    desk.engine.add(77, None);
    desk.hear(super::Event::Changed { ids: vec![engine::id(77)] });
    let Confirm::Merge(ask) = question(&desk) else { panic!() };
    assert_eq!((ask.fetching, ask.other.as_ref().unwrap().title.as_raw()), (false, "Order 77"));
    assert_ne!(asked_for(&desk).flatten().as_deref(), Some("77"));
    // Away from the helpdesk only the number is known.
    let mut desk = Desk::new();
    desk.hear(super::Event::Connection(Connection::Offline { since: desk.engine.now, why: "offline-unreachable" }));
    desk.press("M").write("77").press("enter");
    let Confirm::Merge(ask) = question(&desk) else { panic!() };
    assert!(!ask.fetching && ask.asked.is_none() && ask.other.is_none());
}

#[test]
fn a_pasted_address_names_a_conversation_that_is_in_no_list() {
    let mut desk = Desk::new();
    // Not the same contact's as far as the row says: it is asked for.
    desk.engine.edit(9).contact = None;
    desk.press("M");
    desk.tell(super::Msg::Paste("https://app.intercom.com/a/inbox/x/inbox/conversation/9".into()));
    desk.press("enter");
    let Confirm::Merge(ask) = question(&desk) else { panic!() };
    assert_eq!((ask.into.as_str(), ask.other.is_some()), ("9", true));
}

#[test]
fn a_typed_number_shows_what_it_is_and_refuses_what_cannot_be() {
    let mut desk = Desk::new();
    desk.engine.edit(4).contact = Some(ContactRef { id: ContactId::parse("c2"), ..ContactRef::default() });
    desk.news();
    desk.press("M").write("#3");
    let choice = picker(&desk).choice().unwrap();
    assert_eq!((choice.title.as_str(), choice.detail.as_str()), ("Order 3", "Chloé Dubois · #3 open"));
    desk.press("ctrl-u").write("#1");
    assert!(picker(&desk).meaning.contains("into itself"), "{}", picker(&desk).meaning);
    desk.press("ctrl-u").write("#4");
    assert!(picker(&desk).meaning.contains("another contact"), "{}", picker(&desk).meaning);
    desk.press("ctrl-u").write("xyzzy plugh");
    assert!(titles(&desk).is_empty());
}

// spam

#[test]
fn spam_is_closed_and_tagged_by_one_key_and_taken_back() {
    let mut desk = Desk::new();
    desk.press("!");
    assert!(matches!(question(&desk), Confirm::Spam(_)));
    desk.press("enter");
    assert!(desk.acts().is_empty() && desk.app.layers.is_empty(), "enter is no answer");
    desk.press("! s");
    let on = desk.server("1");
    assert_eq!((on.state, on.tags.len(), on.tags[0].name.as_raw()), (State::Closed, 1, "spam"));
    assert_eq!(desk.cursor(), "2");
    desk.press("u");
    assert_eq!((desk.server("1").state, desk.server("1").tags.len()), (State::Open, 0));
}

#[test]
fn spam_is_closed_also_where_its_tag_cannot_be_made() {
    let mut desk = Desk::new();
    desk.engine.no_tags = true;
    desk.press("! s");
    assert_eq!(desk.acts(), [("1".to_owned(), Act::Close)]);
    assert!(desk.notice().starts_with("Closing without the tag"), "{}", desk.notice());
    desk.press("u");
    assert_eq!(desk.server("1").state, State::Open);
}

#[test]
fn blocking_asks_once_more() {
    let mut desk = Desk::new();
    desk.press("! b");
    assert!(matches!(question(&desk), Confirm::Block(_)));
    desk.press("n");
    assert!(desk.acts().is_empty());
    desk.press("! b y");
    let Act::Block { contact } = desk.acts().last().unwrap().1.clone() else { panic!() };
    assert_eq!(contact.id, ContactId::parse("c1"));
    assert_eq!(desk.server("1").state, State::Closed);
}

#[test]
fn nobody_is_blocked_where_nobody_is_known() {
    let mut desk = Desk::new();
    desk.engine.edit(1).contact = None;
    desk.news().press("! b");
    assert!(desk.acts().is_empty() && desk.app.layers.is_empty());
}
