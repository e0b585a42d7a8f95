//! The demo workspace around the conversations: settings, hours, tags, attributes, segments, brands.
//!
//! Owns their names and values. Knows the model; must not know any conversation. Enter at
//! [`records`].

use std::collections::BTreeMap;

use super::cast::ZONE;
use super::goods::CARRIERS;
use super::people::{Marks, mate_id, team_id, teammates, teams};
use super::talk::{Desk, Tongue, talk};
use crate::clock::Ids;
use crate::helpdesk::model::act::Record;
use crate::helpdesk::model::{
    Admin, AdminId, AttributeId, AttributeKind, AttributeModel, AttributeOption, AwayReason, Brand, BrandId,
    ConversationAttribute, DataAttribute, DataKind, ExceptionKind, HoursException, Interval, OfficeHours, ScheduleId,
    Segment, SegmentId, Tag, TagId, Target, Workspace,
};

const DAY: i64 = 86_400;

/// The default brand's identifier.
pub const WORKSPACE: &str = "nwo4rd26";
/// The second brand's identifier.
pub const SECOND_BRAND: &str = "nwbasecamp";
/// The assistant that speaks in chats.
pub const ASSISTANT: AdminId = AdminId(AdminId::FIRST + 80);
/// The keeper of the seed's mark; see `seed`.
pub const SEEDER: AdminId = AdminId(AdminId::FIRST + 81);

/// Values of the conversation attribute `Topic`, by the topics' names.
pub const TOPICS: [(&str, &[&str]); 7] = [
    ("Delivery", &["late_parcel", "address_change", "missing_item", "customs"]),
    ("Refund", &["refund_missing", "double_charge", "cancel_order"]),
    ("Warranty", &["broken_pole", "boot_sole", "stove", "zip_repair"]),
    ("Exchange", &["wrong_size"]),
    ("Invoice", &["invoice_vat", "gift_card", "discount_code"]),
    ("Advice", &["gear_question", "pack_fit", "restock", "back_in_stock", "praise", "rare", "login"]),
    ("Trade", &["wholesale"]),
];

/// Value of the attribute `Topic` for a topic.
#[must_use]
pub fn topic_value(name: &str) -> &'static str {
    TOPICS.iter().find(|(_, topics)| topics.contains(&name)).map_or("Advice", |(value, _)| value)
}

/// The tags' names in the order of their identifiers.
#[must_use]
pub fn tag_names() -> Vec<&'static str> {
    let mut names = vec!["vip", "press"];
    for topic in &talk(Tongue::English).topics {
        for tag in &topic.tags {
            if !names.contains(tag) {
                names.push(tag);
            }
        }
    }
    names
}

/// Identifier of a tag; that of `vip` for a name that is none.
#[must_use]
pub fn tag_id(name: &str) -> TagId {
    let place = tag_names().iter().position(|known| *known == name).unwrap_or(0);
    TagId(TagId::FIRST + i64::try_from(place).unwrap_or(0))
}

/// Segments and the tag that customers carry.
#[must_use]
pub fn marks(seed: u64) -> Marks {
    let ids = Ids::seeded(seed ^ 0x5E6);
    Marks { segments: std::array::from_fn(|_| SegmentId::fresh(&ids)), vip: tag_id("vip") }
}

/// Everything but customers, macros and conversations, in the order in which it can be inserted.
#[must_use]
pub fn records(now: i64, seed: u64, balanced_limit: i64) -> Vec<Record> {
    let born = now - 1_500 * DAY;
    let mut records: Vec<Record> = teammates(now).into_iter().map(Record::Admin).collect();
    records.push(Record::Admin(bot(ASSISTANT, "Northwind Assistant", None)));
    records.extend(teams(balanced_limit).into_iter().map(Record::Team));
    records.push(Record::Workspace(workspace(born, &workspace_id(now, seed))));
    records.extend(hours(born).into_iter().map(Record::OfficeHours));
    records.extend(away_reasons(born).into_iter().map(Record::AwayReason));
    records.extend(brands(born).into_iter().map(Record::Brand));
    records.extend(tag_names().into_iter().map(|name| Record::Tag(Tag { id: tag_id(name), name: name.to_owned() })));
    records.extend(segments(born, &marks(seed)).into_iter().map(Record::Segment));
    records.extend(data_attributes(born).into_iter().map(Record::DataAttribute));
    records.extend(conversation_attributes(born, seed).into_iter().map(Record::ConversationAttribute));
    records.extend(super::macros::macros(now).into_iter().map(Record::Macro));
    records
}

/// A bot, which is no teammate.
#[must_use]
pub fn bot(id: AdminId, name: &str, title: Option<String>) -> Admin {
    let email = format!("{}@northwind-outdoor.example", name.to_lowercase().replace(' ', "."));
    Admin { id, name: name.to_owned(), email, job_title: title, bot: true, ..Admin::default() }
}

/// A workspace of its own each time one is filled, also by two programs in one second: what a client keeps of one
/// is nothing to another.
fn workspace_id(now: i64, seed: u64) -> String {
    let program = u64::from(std::process::id()).rotate_left(40);
    let mixed = (seed ^ now.unsigned_abs().rotate_left(17) ^ program).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!("nwo{:05x}", mixed >> 44)
}

fn workspace(born: i64, id: &str) -> Workspace {
    Workspace {
        id_code: id.to_owned(),
        name: "Northwind Outdoor".to_owned(),
        region: "EU".to_owned(),
        timezone: ZONE.to_owned(),
        created_at: born,
        identity_verification: false,
        default_assignee: Some(Target::Team(team_id(Desk::Support))),
        away_reason_mandatory: false,
        office_hours: Some(ScheduleId(ScheduleId::FIRST)),
        channel_teams: BTreeMap::from([("phone_call".to_owned(), team_id(Desk::Support))]),
    }
}

fn hours(born: i64) -> Vec<OfficeHours> {
    let at = |day: i64, from: i64, to: i64| Interval {
        start_minute: day * 1_440 + from * 60,
        end_minute: day * 1_440 + to * 60,
    };
    let mut week: Vec<Interval> = (0..5).flat_map(|day| [at(day, 9, 12), at(day, 13, 18)]).collect();
    week.push(at(5, 10, 14));
    let holiday = |id: i64, date: &str, name: &str, kind: ExceptionKind| HoursException {
        id: ScheduleId(ScheduleId::FIRST + id),
        date: date.to_owned(),
        kind,
        name: Some(name.to_owned()),
        recurring_annually: true,
        created_at: born,
        updated_at: born,
    };
    vec![
        OfficeHours {
            id: ScheduleId(ScheduleId::FIRST),
            name: "Support EU".to_owned(),
            time_zone: ZONE.to_owned(),
            twenty_four_seven: false,
            intervals: week,
            exceptions: vec![
                holiday(10, "2026-01-01", "New Year", ExceptionKind::Closed),
                holiday(11, "2026-05-01", "May Day", ExceptionKind::Closed),
                holiday(12, "2026-12-25", "Christmas", ExceptionKind::Closed),
                holiday(
                    13,
                    "2026-12-24",
                    "Christmas Eve",
                    ExceptionKind::CustomHours(vec![Interval { start_minute: 540, end_minute: 720 }]),
                ),
            ],
            created_at: born,
            updated_at: born + 300 * DAY,
        },
        OfficeHours {
            id: ScheduleId(ScheduleId::FIRST + 1),
            name: "Trade desk".to_owned(),
            time_zone: "Europe/London".to_owned(),
            twenty_four_seven: false,
            intervals: (0..4).map(|day| at(day, 8, 16)).collect(),
            exceptions: Vec::new(),
            created_at: born,
            updated_at: born + 20 * DAY,
        },
        OfficeHours {
            id: ScheduleId(ScheduleId::FIRST + 2),
            name: "Mountain emergency line".to_owned(),
            time_zone: ZONE.to_owned(),
            twenty_four_seven: true,
            intervals: Vec::new(),
            exceptions: Vec::new(),
            created_at: born,
            updated_at: born,
        },
    ]
}

fn away_reasons(born: i64) -> Vec<AwayReason> {
    [
        ("Lunch", "🍜", false),
        ("Meeting", "📅", false),
        ("Training", "🎓", false),
        ("Done for today", "🏡", false),
        ("On holiday", "🌴", false),
        ("Smoking break", "🚬", true),
    ]
    .into_iter()
    .zip(1_i64..)
    .map(|((label, emoji, deleted), id)| AwayReason {
        id,
        label: label.to_owned(),
        emoji: emoji.to_owned(),
        order: id,
        deleted,
        created_at: born,
        updated_at: born + id * DAY,
    })
    .collect()
}

fn brands(born: i64) -> Vec<Brand> {
    let brand = |id: &str, name: &str, is_default: bool, place: &str| Brand {
        id: BrandId(id.to_owned()),
        name: name.to_owned(),
        is_default,
        created_at: born,
        updated_at: born + DAY,
        help_center_id: Some(place.to_owned()),
        default_address_settings_id: Some(place.to_owned()),
    };
    vec![brand(WORKSPACE, "Northwind Outdoor", true, "101"), brand(SECOND_BRAND, "Basecamp Rental", false, "102")]
}

fn segments(born: i64, marks: &Marks) -> Vec<Segment> {
    ["Active in the last two weeks", "Dealers and clubs", "VIP slipping away"]
        .into_iter()
        .zip(&marks.segments)
        .map(|(name, id)| Segment {
            id: id.clone(),
            name: name.to_owned(),
            person_type: if name.starts_with("Active") { "contact" } else { "user" }.to_owned(),
            created_at: born,
            updated_at: born + 30 * DAY,
            count: 0,
        })
        .collect()
}

fn data_attributes(born: i64) -> Vec<DataAttribute> {
    use AttributeModel::{Company, Contact};
    [
        (Contact, "plan", "Membership", "Level of the Trail Club", DataKind::String, &["basic", "trail", "summit"][..]),
        (Contact, "orders", "Orders", "Orders since sign-up", DataKind::Integer, &[]),
        (Contact, "lifetime_value", "Lifetime value", "Sum of all orders in euro", DataKind::Float, &[]),
        (Contact, "newsletter", "Newsletter", "Gets the monthly letter", DataKind::Boolean, &[]),
        (Contact, "last_order_at", "Last order", "When they ordered last", DataKind::Date, &[]),
        (Contact, "shoe_size", "Shoe size", "European size", DataKind::String, &[]),
        (Company, "tier", "Tier", "Terms of trade", DataKind::String, &["trade", "club", "enterprise"]),
        (Company, "payment_days", "Payment days", "Days to pay", DataKind::Integer, &[]),
        (Company, "credit_limit", "Credit limit", "In euro", DataKind::Integer, &[]),
    ]
    .into_iter()
    .zip(0_i64..)
    .map(|((model, name, label, description, data_type, options), index)| DataAttribute {
        id: AttributeId(AttributeId::FIRST + index),
        model,
        name: name.to_owned(),
        full_name: format!("custom_attributes.{name}"),
        label: label.to_owned(),
        description: description.to_owned(),
        data_type,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        api_writable: true,
        messenger_writable: false,
        ui_writable: true,
        custom: true,
        archived: false,
        created_at: born,
        updated_at: born + index * DAY,
        admin: Some(mate_id(0)),
    })
    .collect()
}

fn conversation_attributes(born: i64, seed: u64) -> Vec<ConversationAttribute> {
    let ids = Ids::seeded(seed ^ 0xA77);
    let list = |labels: &[&str]| {
        let option = |label: &&str| {
            let (high, low) = (ids.next_u64(), ids.next_u64());
            AttributeOption {
                id: format!(
                    "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                    high >> 32,
                    high >> 16 & 0xffff,
                    high & 0xfff,
                    low >> 48 & 0xfff,
                    low & 0xffff_ffff_ffff
                ),
                label: (*label).to_owned(),
                archived: false,
            }
        };
        AttributeKind::List(labels.iter().map(option).collect())
    };
    let topics: Vec<&str> = TOPICS.iter().map(|(value, _)| *value).collect();
    [
        ("Topic", "What it is about", list(&topics), true),
        ("Order", "Number of the order", AttributeKind::String { multiline: false }, false),
        ("Carrier", "Who carries the parcel", list(&CARRIERS), false),
        ("Amount", "Sum in question, in euro", AttributeKind::Decimal, false),
        ("Items", "How many items", AttributeKind::Integer, false),
        ("Goodwill", "Settled without obligation", AttributeKind::Boolean, false),
        ("Callback at", "When we promised to call", AttributeKind::Datetime, false),
        ("Internal summary", "For whoever takes over", AttributeKind::String { multiline: true }, false),
    ]
    .into_iter()
    .zip(0_i64..)
    .map(|((name, description, kind, required), index)| ConversationAttribute {
        id: AttributeId(AttributeId::FIRST + 50 + index),
        name: name.to_owned(),
        description: description.to_owned(),
        kind,
        required,
        visible_to: Vec::new(),
        archived: false,
        created_at: born,
        updated_at: born + index * DAY,
        admin: Some(mate_id(0)),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_and_tag_of_the_phrase_books_is_known() {
        for tongue in Tongue::ALL {
            for topic in &talk(tongue).topics {
                assert!(TOPICS.iter().any(|(_, names)| names.contains(&topic.name)), "{}", topic.name);
                for tag in &topic.tags {
                    assert!(tag_names().contains(tag), "{tag}");
                }
            }
        }
        assert!((20..=34).contains(&tag_names().len()), "{}", tag_names().len());
    }

    #[test]
    fn two_demo_workspaces_are_not_taken_for_one() {
        let id = workspace_id(1_790_000_000, 1);
        assert!(id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        assert_eq!(id, workspace_id(1_790_000_000, 1));
        assert_ne!(id, workspace_id(1_790_000_000, 2));
        assert_ne!(id, workspace_id(1_790_000_001, 1));
    }

    #[test]
    fn identifiers_are_unique() {
        let ids: Vec<_> = tag_names().iter().map(|name| tag_id(name)).collect();
        let mut unique = ids.clone();
        unique.dedup();
        assert_eq!(ids, unique);
        assert_eq!(records(1_790_000_000, 1, 15), records(1_790_000_000, 1, 15));
    }

    #[test]
    fn office_hours_ascend_within_the_week() {
        for schedule in hours(0) {
            let mut last = 0;
            for interval in schedule.intervals {
                assert!(interval.start_minute >= last && interval.end_minute > interval.start_minute);
                last = interval.end_minute;
            }
            assert!(last <= 10_080);
        }
    }
}
