//! The two answers to a query, in memory and on the cache, are one: for generated conversations and
//! generated queries.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

use super::fixtures::{NOW, Place, commit, contact, conversation, id, note_by, tag, team, teammate};
use super::{Cache, Me, Span, Watched};
use crate::domain::{
    Act, AttributeValue, AwayState, Channel, Contact, ContactRole, Conversation, Directory, Draft, Kind, Mode,
    PartKind, Priority, Rating, SlaFact, SlaStatus, State, Tag, TagRef, Team, Teammate, Turn, UnixTime,
};
use crate::query::{Context, Query, Resolved, Sort, Subject};
use crate::text::Untrusted;

/// Words that meet the edges of folding, of word ends, of globs and of quoting.
const WORDS: [&str; 16] = [
    "refund",
    "Refunds",
    "Größe",
    "zoë",
    "late  delivery",
    "O'Neil",
    "a*b?",
    "[x]",
    "%_",
    "日本語",
    "e-mail",
    "ab\u{301}c",
    "ana@example.com",
    "№5",
    "",
    "İstanbul",
];

fn words() -> impl Strategy<Value = Untrusted> {
    vec(select(WORDS.to_vec()), 0..4).prop_map(|words| Untrusted::new(words.join(" ")))
}

/// Around now, where comparisons turn.
fn moment() -> impl Strategy<Value = UnixTime> {
    prop_oneof![
        select(vec![NOW, NOW - 1, NOW + 1, NOW - 7_200, NOW + 1_800, NOW - 86_400]),
        (-200_000..200_000_i64).prop_map(|by| NOW + by),
    ]
    .prop_map(UnixTime)
}

fn attribute() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        words().prop_map(AttributeValue::Text),
        (-3..20_i64).prop_map(AttributeValue::Integer),
        select(vec![0.5, 2.0, 11.75, -1.0]).prop_map(AttributeValue::Decimal),
        any::<bool>().prop_map(AttributeValue::Boolean),
        moment().prop_map(|at| AttributeValue::Time(at.0)),
        Just(AttributeValue::Null),
    ]
}

fn attributes() -> impl Strategy<Value = std::collections::BTreeMap<String, AttributeValue>> {
    proptest::collection::btree_map(
        select(vec!["plan", "Größe", "two words"]).prop_map(str::to_owned),
        attribute(),
        0..3,
    )
}

fn sla() -> impl Strategy<Value = SlaFact> {
    let status = select(vec![SlaStatus::Active, SlaStatus::Missed, SlaStatus::Hit, SlaStatus::Paused, SlaStatus::None]);
    let target = option::of(select(vec!["FRT".to_owned(), "NRT".to_owned()]));
    (words(), status, target, option::of(moment())).prop_map(|(policy, status, target, due_at)| SlaFact {
        policy,
        target,
        status,
        due_at,
    })
}

/// What is beside the row: its contact, acts on their way, a note, a draft.
#[derive(Clone, Debug)]
struct Beside {
    contact: Option<Contact>,
    acts: Vec<Act>,
    note: Option<&'static str>,
    draft: bool,
    done: bool,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Close),
        Just(Act::Reopen),
        moment().prop_map(|until| Act::Snooze { until, reminder: None }),
        Just(Act::Reply { text: "refund".into(), files: Vec::new() }),
        Just(Act::Note { text: "aside".into(), files: Vec::new() }),
        Just(Act::Tag { tag: tag("t1"), name: Untrusted::new("VIP") }),
        Just(Act::Untag { tag: tag("t2"), name: Untrusted::new("late delivery") }),
        Just(Act::Priority { to: Priority::Urgent }),
        Just(Act::Assign { to: crate::domain::AssignTo::Teammate(teammate("7")) }),
    ]
}

fn beside() -> impl Strategy<Value = Beside> {
    let who = (words(), words(), option::of(words()), select(vec!["+49 (30) 12-34", "", "a.b/c"]), attributes())
        .prop_map(|(name, country, language, phone, attributes)| Contact {
            name,
            country,
            language: language.unwrap_or_else(|| Untrusted::new("fr-CA")),
            phone: Untrusted::new(phone),
            attributes,
            role: ContactRole::User,
            ..contact("none")
        });
    let note = select(vec!["@Ana Gómez please", "nothing", "<i data-admin-id=\"7\">x</i>"]);
    (option::of(who), vec(act(), 0..3), option::of(note), any::<bool>(), any::<bool>())
        .prop_map(|(contact, acts, note, draft, done)| Beside { contact, acts, note, draft, done })
}

prop_compose! {
    fn row()(
        texts in (words(), words(), words(), words(), words()),
        (state, kind, turn) in (
            select(vec![State::Open, State::Closed, State::Snoozed]),
            select(vec![Kind::Conversation, Kind::Ticket]),
            select(vec![Turn::Us, Turn::Them]),
        ),
        (priority, channel) in (select(Priority::ALL.to_vec()), select(vec![Channel::Chat, Channel::Email, Channel::Phone])),
        flags in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        (assignee, creator, at_team) in (
            option::of(select(vec!["7", "8"])), option::of(select(vec!["7", "8"])), option::of(select(vec!["3", "4"])),
        ),
        times in (moment(), moment(), option::of(moment()), option::of(moment()), moment()),
        tags in proptest::sample::subsequence(vec!["t1", "t2"], 0..=2),
        (reopens, rating, sla, attributes) in (0..4_u32, option::of(1..=5_u8), option::of(sla()), attributes()),
        (with_contact, language) in (any::<bool>(), option::of(select(vec!["fr", "en"]))),
    ) -> Conversation {
        let mut row = conversation("x", times.0.0);
        (row.title, row.preview, row.brand, row.company_name) = (texts.0, texts.1, texts.2, texts.3);
        if let Some(with) = &mut row.contact {
            with.name = texts.4;
        }
        if !with_contact {
            row.contact = None;
        }
        (row.state, row.kind, row.turn, row.priority, row.channel) = (state, kind, turn, priority, channel);
        (row.unread, row.ai, row.has_attachment) = (flags.0, flags.1, flags.2);
        row.assignee = assignee.map(teammate);
        row.created_by = creator.map(teammate);
        row.team = at_team.map(team);
        (row.created_at, row.updated_at) = (times.0, times.1);
        (row.waiting_since, row.snoozed_until, row.last_message_at) = (times.2, times.3, times.4);
        let name = |tag: &str| Untrusted::new(if tag == "t1" { "VIP" } else { "late delivery" });
        row.tags = tags.into_iter().map(|t| TagRef { id: tag(t), name: name(t) }).collect();
        (row.reopens, row.sla, row.attributes) = (reopens, sla, attributes);
        row.language = language.and_then(crate::text::Language::parse);
        row.rating = rating.map(|score| Rating { score, remark: Untrusted::default() });
        row
    }
}

/// A value that may be anything, in quotes.
fn quoted() -> impl Strategy<Value = String> {
    let typed: Vec<&str> = WORDS.into_iter().filter(|word| !word.is_empty()).collect();
    select(typed).prop_map(|word| format!("\"{word}\""))
}

/// One of each kind of test, and of most values.
const PLAIN: [&str; 71] = [
    "state:open",
    "state:closed",
    "is:snoozed",
    "is:unread",
    "is:unassigned",
    "is:ticket",
    "is:breached",
    "is:mentioned",
    "mention:me",
    "has:attachment",
    "has:note",
    "has:draft",
    "turn:us",
    "turn:them",
    "team:billing",
    "team:none",
    "assignee:me",
    "assignee:nobody",
    "assignee:ben",
    "created_by:me",
    "tag:vip",
    "tag:\"late delivery\"",
    "priority:high",
    "priority:>=medium",
    "priority:<low",
    "priority:low..high",
    "channel:email",
    "channel:chat",
    "phone:4930",
    "phone:\"12 34\"",
    "email:example",
    "participant:contact-c1",
    "contact:contact-c2",
    "contact:zoe@example.com",
    "created:>2h",
    "created:<1d",
    "created:today",
    "created:2d..1h",
    "updated:>1s",
    "waiting:>2h",
    "waiting:<2h",
    "snoozed:<30m",
    "snoozed:>1h",
    "sla:<30m",
    "sla:>30m",
    "sla:missed",
    "sla:active",
    "sla:none",
    "sla:frt",
    "reopens:>1",
    "reopens:0..2",
    "rating:<=3",
    "rating:5",
    "ai:yes",
    "ai:no",
    "ticket:yes",
    "attr.plan:2",
    "attr.plan:>1",
    "attr.plan:<2d",
    "attr.plan:yes",
    "attr.grosse:0.5..12",
    "attr.\"two words\":true",
    "contact.plan:11.75",
    "contact.plan:>=2",
    "refu*",
    "zo*",
    "delivery",
    "-has:draft",
    "language:fr",
    "language:EN",
    "-language:en",
];

fn term() -> impl Strategy<Value = String> {
    let plain = select(PLAIN.to_vec()).prop_map(str::to_owned);
    let fields = select(vec![
        "",
        "subject:",
        "company:",
        "country:",
        "language:",
        "policy:",
        "brand:",
        "contact:",
        "participant:",
        "email:",
        "attr.plan:",
        "contact.plan:",
    ]);
    prop_oneof![3 => plain, 2 => (fields, quoted()).prop_map(|(field, value)| format!("{field}{value}"))]
}

fn query() -> impl Strategy<Value = String> {
    term().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|terms| format!("({})", terms.join(" "))),
            vec(inner.clone(), 2..4).prop_map(|terms| format!("({})", terms.join(" OR "))),
            inner.prop_map(|term| format!("-({term})")),
        ]
    })
}

fn directory() -> Directory {
    let person = |name: &str, is: &str| Teammate {
        id: teammate(is),
        name: Untrusted::new(name),
        email: Untrusted::default(),
        has_inbox_seat: true,
        away: AwayState::default(),
        teams: Vec::new(),
    };
    let group = |name: &str, is: &str| Team { id: team(is), name: Untrusted::new(name), members: Vec::new() };
    let label = |name: &str, is: &str| Tag { id: tag(is), name: Untrusted::new(name) };
    Directory {
        teammates: vec![person("Ana Gómez", "7"), person("Ben", "8")],
        teams: vec![group("Billing", "3"), group("Shipping", "4")],
        tags: vec![label("VIP", "t1"), label("late delivery", "t2")],
        ..Directory::default()
    }
}

fn fill(cache: &Cache, rows: &[(Conversation, Beside)]) -> Vec<(Conversation, Beside)> {
    cache.set_me(&Me { id: teammate("7"), name: "Ana Gómez".into() }).unwrap();
    let mut filled = Vec::new();
    for (n, (row, beside)) in rows.iter().enumerate() {
        let name = format!("c{n}");
        let (mut row, mut beside) = (row.clone(), beside.clone());
        row.id = id(&name);
        if let (Some(with), Some(known)) = (&mut row.contact, &mut beside.contact) {
            let contact = crate::domain::ContactId::parse(&format!("contact-{name}")).unwrap();
            row.participants = vec![contact.clone()];
            with.id = Some(contact.clone());
            known.id = contact;
            cache.store_contacts(std::slice::from_ref(known)).unwrap();
        } else {
            beside.contact = None;
        }
        cache.store_page(std::slice::from_ref(&row), None).unwrap();
        if let Some(body) = beside.note {
            cache.store_thread(&row, &[note_by("8", body, NOW)], 0).unwrap();
        }
        if beside.done {
            cache.finish_mention(&row.id, UnixTime(NOW)).unwrap();
        }
        if beside.draft {
            let text = "to be said".to_owned();
            let draft = Draft::new(row.id.clone(), Mode::Note, text, UnixTime(NOW));
            cache.save_draft(&draft, false).unwrap();
        }
        if !beside.acts.is_empty() {
            commit(cache, &format!("g{n}"), &name, &beside.acts);
        }
        filled.push((row, beside));
    }
    filled
}

fn resolve(text: &str, directory: &Directory) -> Resolved {
    let me = teammate("7");
    let context = Context { me: Some(&me), now: UnixTime(NOW), zone: &TimeZone::UTC, directory };
    Query::parse(text).unwrap().resolve(&context).unwrap()
}

/// What the agent sees, worked out without the cache's columns.
fn expected(row: &Conversation, beside: &Beside, query: &Resolved) -> bool {
    let mut shown = row.clone();
    if let (Some(with), Some(known)) = (&mut shown.contact, &beside.contact) {
        if !known.name.is_empty() {
            with.name = known.name.clone();
        }
        with.role = known.role;
    }
    for act in &beside.acts {
        act.apply(&mut shown, Some(&teammate("7")), UnixTime(NOW));
    }
    let writes = beside.acts.iter().any(Act::is_message);
    let is_named = beside.note.is_some_and(|body| body != "nothing");
    let notes = beside.acts.iter().any(|act| act.kind() == crate::domain::ActKind::Note);
    let subject = Subject {
        contact: beside.contact.as_ref(),
        has_note: beside.note.is_some() || notes,
        has_draft: beside.draft,
        mentioned: is_named && !writes && !beside.done,
        ..Subject::of(&shown)
    };
    query.matches(&subject)
}

#[test]
fn no_two_terms_joined_by_or_are_too_much_for_the_database() {
    let place = Place::new();
    let directory = directory();
    let mut refused = Vec::new();
    for (at, one) in PLAIN.iter().enumerate() {
        for other in &PLAIN[at..] {
            for text in [format!("({one} OR {other})"), format!("-({one} OR {other}) {one}")] {
                let query = resolve(&text, &directory);
                let watched = [Watched { key: "x".to_owned(), query: query.clone(), is_timed: false }];
                let entries = [("x".to_owned(), query.clone())];
                let span = Span { limit: 9, ..Span::default() };
                let is_found = place.cache.load_ids(&query, Sort::Newest).is_ok()
                    && place.cache.load_counts(&entries, UnixTime(NOW)).is_ok()
                    && place.cache.load_window(&query, Sort::NextBreach, &span).is_ok()
                    && place.cache.load_watched_counts(&watched, UnixTime(NOW)).is_ok();
                if !is_found || !place.cache.unplanned().is_empty() {
                    refused.push(text);
                    place.cache.unplanned().clear();
                }
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

proptest! {
    #![proptest_config(Config { cases: 48, failure_persistence: None, ..Config::default() })]

    #[test]
    fn memory_and_sql_give_one_answer(rows in vec((row(), beside()), 1..14), queries in vec(query(), 24)) {
        let place = Place::new();
        let rows = fill(&place.cache, &rows);
        let directory = directory();
        for text in &queries {
            let query = resolve(text, &directory);
            let wanted: BTreeSet<_> = rows
                .iter()
                .filter(|(row, beside)| expected(row, beside, &query))
                .map(|(row, _)| row.id.clone())
                .collect();
            let found = place.cache.load_ids(&query, Sort::Newest).unwrap();
            prop_assert_eq!(found.len(), wanted.len(), "{}", text);
            prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted, "{}", text);
            let entries = [("x".to_owned(), query.clone())];
            let count = place.cache.load_counts(&entries, UnixTime(NOW)).unwrap()["x"];
            let window = place.cache.load_window(&query, Sort::NextBreach, &Span { limit: 99, ..Span::default() }).unwrap();
            prop_assert_eq!(count.total, window.total);
            prop_assert_eq!(count.unread, window.rows.iter().any(|row| row.unread));
        }
    }

    #[test]
    fn kept_counts_are_those_of_counting(
        rows in vec((row(), beside()), 2..8),
        news in vec((0..8_usize, row(), 0..5_u8), 1..10),
        queries in vec(query(), 12),
    ) {
        let place = Place::new();
        fill(&place.cache, &rows);
        let directory = directory();
        let entries: Vec<_> = queries.iter().map(|text| (text.clone(), resolve(text, &directory))).collect();
        let watched: Vec<_> = entries
            .iter()
            .map(|(key, query)| Watched { key: key.clone(), query: query.clone(), is_timed: false })
            .collect();
        let mut ours = place.cache.clone();
        let theirs = place.another();
        for (step, (which, news, how)) in news.into_iter().enumerate() {
            let on = format!("c{which}");
            let writer = if step % 2 == 0 { &ours } else { &theirs };
            match how {
                0 => drop(writer.remove(&[id(&on)]).unwrap()),
                1 => drop(commit(writer, &format!("n{step}"), &on, &[Act::Close])),
                2 => drop(writer.mark_seen(&id(&on), UnixTime(NOW + 400_000)).unwrap()),
                _ => {
                    let at = UnixTime(NOW + 300_000 + i64::try_from(step).unwrap());
                    let news = Conversation { id: id(&on), updated_at: at, ..news };
                    writer.store_page(&[news], None).unwrap();
                }
            }
            for cache in [&ours, &theirs] {
                let kept = cache.load_watched_counts(&watched, UnixTime(NOW)).unwrap();
                prop_assert_eq!(kept, cache.load_counts(&entries, UnixTime(NOW)).unwrap());
                prop_assert_eq!(
                    cache.count_threads(None).unwrap().0,
                    cache.load_ids(&resolve("", &directory), Sort::Newest).unwrap().len()
                );
                for (_, query) in &entries {
                    let window = cache.load_window(query, Sort::Newest, &Span { limit: 99, ..Span::default() }).unwrap();
                    prop_assert_eq!(window.total, window.rows.len());
                }
                cache.save_counts().unwrap();
            }
            if how == 4 {
                ours = place.another();
            }
            place.clock.advance(std::time::Duration::from_secs(31));
        }
    }

    #[test]
    fn a_stored_conversation_comes_back_as_it_was(row in row()) {
        let place = Place::new();
        place.cache.store_page(std::slice::from_ref(&row), None).unwrap();
        prop_assert_eq!(place.cache.load_conversation(&row.id).unwrap(), Some(row.clone()));
        prop_assert!(place.cache.store_page(std::slice::from_ref(&row), None).unwrap().is_empty());
        let parts = [note_by("8", "x", NOW), super::fixtures::part_by("7", PartKind::Comment, "y", NOW)];
        place.cache.store_thread(&row, &parts, 0).unwrap();
        prop_assert_eq!(place.cache.load_thread(&row.id).unwrap().unwrap().parts, parts);
    }
}
