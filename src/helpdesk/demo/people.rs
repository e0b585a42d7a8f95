//! The demo's people: teammates and teams, customers and their companies.
//!
//! Owns who they are and how customers write ([`Voice`]). Knows the model; must not know the store or
//! any conversation. Enter at [`teammates`], [`teams`] and [`crowd`].

use std::collections::HashSet;

use serde_json::json;

use super::cast::Customer;
use super::dice::Dice;
use super::goods::{COUNTRIES, Country};
use super::odd;
use super::talk::{Desk, Tongue};
use crate::clock::Ids;
use crate::helpdesk::model::{
    Admin, AdminId, AdminRole, AppDevice, Attributes, Company, CompanyId, Contact, ContactId, Distribution, Location,
    Note, NoteId, Plan, Role, SegmentId, SocialProfile, TagId, Team, TeamId,
};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A teammate as the demo needs to know them.
#[derive(Clone, Copy, Debug)]
pub struct Mate {
    /// Name.
    pub name: &'static str,
    /// What they do.
    pub title: &'static str,
    /// Languages they answer in.
    pub tongues: &'static [Tongue],
    /// Desks they sit at.
    pub desks: &'static [Desk],
}

/// The teammates; the first is *you*, whom the first token acts as.
pub const MATES: [Mate; 8] = [
    Mate { name: "Ana Ito", title: "Support lead", tongues: &Tongue::ALL, desks: &[Desk::Support, Desk::Wholesale] },
    Mate { name: "Ben Okafor", title: "Support", tongues: &[Tongue::English], desks: &[Desk::Support] },
    Mate {
        name: "Camille Laurent",
        title: "Support and invoices",
        tongues: &[Tongue::French, Tongue::English],
        desks: &[Desk::Support, Desk::Billing],
    },
    Mate {
        name: "Dariusz Nowak",
        title: "Returns and repairs",
        tongues: &[Tongue::German, Tongue::English],
        desks: &[Desk::Returns],
    },
    Mate {
        name: "Elif Yıldız",
        title: "Billing",
        tongues: &[Tongue::German, Tongue::English],
        desks: &[Desk::Billing],
    },
    Mate {
        name: "Hugo Marchand",
        title: "Workshop and trade customers",
        tongues: &[Tongue::French, Tongue::English],
        desks: &[Desk::Returns, Desk::Wholesale],
    },
    Mate {
        name: "Jonas Weber",
        title: "Support",
        tongues: &[Tongue::German, Tongue::English],
        desks: &[Desk::Support],
    },
    Mate {
        name: "Maya Fernández",
        title: "Billing and returns",
        tongues: &[Tongue::English],
        desks: &[Desk::Billing, Desk::Returns],
    },
];

/// Place of *you* in [`MATES`].
pub const YOU: usize = 0;

/// Identifier of a teammate by place in [`MATES`].
#[must_use]
pub fn mate_id(index: usize) -> AdminId {
    AdminId(AdminId::FIRST + i64::try_from(index).unwrap_or(0))
}

/// Identifier of a desk's team.
#[must_use]
pub const fn team_id(desk: Desk) -> TeamId {
    TeamId(TeamId::FIRST + desk as i64)
}

/// First name of a teammate.
#[must_use]
pub fn first_name(mate: usize) -> &'static str {
    MATES[mate].name.split(' ').next().unwrap_or_default()
}

/// A teammate of that desk who speaks the language; else one who speaks it; never *you* unless
/// `with_you`.
#[must_use]
pub fn mate_for(desk: Desk, tongue: Tongue, with_you: bool, dice: &mut Dice) -> usize {
    let fits = |index: &usize, must_sit_there: bool| {
        let mate = &MATES[*index];
        (with_you || *index != YOU) && mate.tongues.contains(&tongue) && (!must_sit_there || mate.desks.contains(&desk))
    };
    let mut able: Vec<usize> = (0..MATES.len()).filter(|index| fits(index, true)).collect();
    if able.is_empty() {
        able = (0..MATES.len()).filter(|index| fits(index, false)).collect();
    }
    // Every language is spoken by a teammate other than you.
    able[dice.index(able.len())]
}

/// The teammates as they are kept.
#[must_use]
pub fn teammates(now: i64) -> Vec<Admin> {
    MATES
        .iter()
        .enumerate()
        .map(|(index, mate)| {
            let away = mate.name.starts_with("Jonas");
            Admin {
                id: mate_id(index),
                name: mate.name.to_owned(),
                email: format!("{}@northwind-outdoor.example", first_name(index).to_lowercase()),
                job_title: Some(mate.title.to_owned()),
                away,
                away_reassign: away,
                away_reason: away.then_some(1),
                away_since: away.then_some(now - 12 * 60),
                has_inbox_seat: true,
                role: Some(if index == YOU {
                    AdminRole { id: "1".to_owned(), name: "Support lead".to_owned() }
                } else {
                    AdminRole { id: "2".to_owned(), name: "Support".to_owned() }
                }),
                ..Admin::default()
            }
        })
        .collect()
}

/// The teams; `balanced_limit` is what balanced assignment gives one member at most.
#[must_use]
pub fn teams(balanced_limit: i64) -> Vec<Team> {
    let members = |desk: Desk| {
        (0..MATES.len()).filter(|index| MATES[*index].desks.contains(&desk)).map(mate_id).collect::<Vec<_>>()
    };
    [
        (Desk::Support, "Support", Distribution::RoundRobin, None),
        (Desk::Billing, "Billing", Distribution::Balanced, Some(balanced_limit)),
        (Desk::Returns, "Returns", Distribution::RoundRobin, None),
        (Desk::Wholesale, "Wholesale", Distribution::Manual, None),
    ]
    .into_iter()
    .map(|(desk, name, distribution, assignment_limit)| Team {
        id: team_id(desk),
        name: name.to_owned(),
        members: members(desk),
        distribution,
        assignment_limit,
        ..Team::default()
    })
    .collect()
}

/// How a customer writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Like most.
    Plain,
    /// As short as can be.
    Terse,
    /// all in lower case.
    Low,
    /// IN CAPITALS.
    Loud,
    /// With emoji.
    Merry,
}

/// A customer with what messages tell of them.
#[derive(Clone, Debug)]
pub struct Person {
    /// The contact as it is kept.
    pub contact: Contact,
    /// Language.
    pub tongue: Tongue,
    /// Town.
    pub town: &'static str,
    /// Street with number.
    pub street: String,
    /// How they write.
    pub voice: Voice,
    /// Place of their company among [`Crowd::companies`].
    pub company: Option<usize>,
}

/// All customers and companies.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// Customers.
    pub people: Vec<Person>,
    /// Companies.
    pub companies: Vec<Company>,
    /// Places in `people`, by language.
    by_tongue: [Vec<usize>; 3],
}

impl Crowd {
    /// What messages tell of a person.
    #[must_use]
    pub fn customer(&self, index: usize) -> Customer<'_> {
        let person = &self.people[index];
        Customer {
            name: person.contact.name.as_deref(),
            email: person.contact.email.as_deref(),
            phone: person.contact.phone.as_deref(),
            company: person.company.map(|company| self.companies[company].name.as_str()),
            town: person.town,
            street: &person.street,
        }
    }

    /// A person of that language; some write much more often than others.
    pub fn somebody(&self, tongue: Tongue, dice: &mut Dice) -> usize {
        let able = &self.by_tongue[tongue as usize];
        let throw = if dice.chance(35) { dice.index(able.len()) / 5 } else { dice.index(able.len()) };
        able[throw.min(able.len() - 1)]
    }

    /// A person of that language who works for a company, when there is one.
    pub fn somebody_at_work(&self, tongue: Tongue, dice: &mut Dice) -> usize {
        let at = dice.index(self.by_tongue[tongue as usize].len());
        let able = &self.by_tongue[tongue as usize];
        (0..able.len())
            .map(|step| able[(at + step) % able.len()])
            .find(|index| self.people[*index].company.is_some())
            .unwrap_or(able[at])
    }
}

/// What the crowd refers to.
#[derive(Clone, Debug)]
pub struct Marks {
    /// Segments: active, dealers, slipping away.
    pub segments: [SegmentId; 3],
    /// The tag for very important customers.
    pub vip: TagId,
}

const COMPANIES: [(&str, &str, &str); 30] = [
    ("Kettle & Cairn Ltd", "kettle-cairn", "Guided walks"),
    ("Harrow & Finch Ltd", "harrow-finch", "Accountants"),
    ("Peak District Scouts", "peak-scouts", "Youth work"),
    ("Glenfarg Outdoor Centre", "glenfarg", "Education"),
    ("Blue Heron Expeditions", "blueheron", "Travel"),
    ("Tidewater School Trust", "tidewater", "Education"),
    ("North Fell Mountain Rescue", "northfell", "Rescue"),
    ("Cascade Trail Crew", "cascadecrew", "Forestry"),
    ("Birch & Bow Rentals", "birchbow", "Rental"),
    ("Harbour Lights Festival", "harbourlights", "Events"),
    ("Polder Sport BV", "poldersport", "Retail"),
    ("Fjällräddarna AB", "fjallraddarna", "Rescue"),
    ("Sierra Verde Guías SL", "sierraverde", "Guided walks"),
    ("Stonecrop Surveying", "stonecrop", "Surveying"),
    ("Meridian Film Hire", "meridianfilm", "Film"),
    ("Refuge des Trois Lacs", "troislacs", "Mountain hut"),
    ("Compagnie des Sentiers SARL", "sentiers", "Guided walks"),
    ("Colonie Les Marmottes", "marmottes", "Youth work"),
    ("Atelier Vert & Fils", "atelier-vert", "Retail"),
    ("Université de la Montagne", "univ-montagne", "Education"),
    ("Éditions du Col", "editionsducol", "Publishing"),
    ("Rando Liège ASBL", "randoliege", "Club"),
    ("Bergschule Haldenhof GmbH", "haldenhof", "Guided walks"),
    ("Jugendwerk Silberbach e.V.", "silberbach", "Youth work"),
    ("Fernweh & Söhne KG", "fernweh-soehne", "Retail"),
    ("Alpenverleih Gruber", "alpenverleih", "Rental"),
    ("Vermessungsbüro Krähwinkel", "kraehwinkel", "Surveying"),
    ("Waldkindergarten Eichhörnchen", "eichhoernchen", "Education"),
    ("Hüttenwirtschaft Obersee", "obersee", "Mountain hut"),
    ("Zürcher Wanderwege", "zhwege", "Club"),
];

/// Companies of English, French and German customers begin at these places.
const COMPANY_BLOCKS: [(usize, usize); 3] = [(0, 15), (15, 7), (22, 8)];

fn companies(now: i64, ids: &Ids, dice: &mut Dice, marks: &Marks) -> Vec<Company> {
    COMPANIES
        .iter()
        .map(|(name, domain, industry)| {
            let tier = *dice.pick(&["trade", "trade", "club", "enterprise"]);
            let created_at = now - dice.between(90, 1_500) * DAY;
            Company {
                id: CompanyId::fresh(ids),
                company_id: format!("org-{domain}"),
                name: (*name).to_owned(),
                plan: Some(Plan { id: tier.to_owned(), name: tier.to_owned() }),
                remote_created_at: Some(created_at - dice.between(1, 900) * DAY),
                created_at,
                updated_at: now - dice.between(1, 40) * DAY,
                last_request_at: Some(now - dice.between(0, 20 * DAY)),
                size: Some(dice.between(3, 240)),
                website: Some(format!("https://{domain}.example")),
                industry: Some((*industry).to_owned()),
                #[allow(clippy::cast_precision_loss, reason = "small amounts")]
                monthly_spend: dice.between(40, 4_000) as f64,
                session_count: dice.between(3, 400),
                custom_attributes: Attributes::from([
                    ("tier".to_owned(), json!(tier)),
                    ("payment_days".to_owned(), json!(dice.pick(&[14, 30, 30, 60]))),
                    ("credit_limit".to_owned(), json!(dice.between(5, 50) * 1_000)),
                ]),
                segments: vec![marks.segments[1].clone()],
                ..Company::default()
            }
        })
        .collect()
}

/// `count` customers and the companies, the same for the same `seed`.
#[must_use]
pub fn crowd(count: usize, seed: u64, now: i64, marks: &Marks) -> Crowd {
    let ids = Ids::seeded(seed ^ 0x00C0_FFEE);
    let mut dice = Dice::stream(seed, 1);
    let companies = companies(now, &ids, &mut dice, marks);
    let mut people = Vec::with_capacity(count);
    let mut by_tongue = [const { Vec::new() }; 3];
    let mut taken = HashSet::new();
    for index in 0..count.max(COUNTRIES.len()) {
        let mut dice = Dice::stream(seed ^ 0x7E0, index as u64);
        // The first of each country are certain, so that every language has somebody.
        let country = match COUNTRIES.get(index) {
            Some(country) => country,
            None => &COUNTRIES[dice.weighted(COUNTRIES.iter().map(|country| country.weight))],
        };
        let mut person = person(index, country, now, &ids, &mut dice, marks);
        if let Some(company) = person.company {
            let company = &companies[company];
            person.contact.companies = vec![company.id.clone()];
        }
        odd::alter(index, &mut person);
        // Two people may bear one name; an address is one person's.
        if let Some(email) = person.contact.email.as_mut()
            && !taken.insert(email.clone())
        {
            *email = format!("{index}.{email}");
            taken.insert(email.clone());
        }
        by_tongue[person.tongue as usize].push(index);
        people.push(person);
    }
    Crowd { people, companies, by_tongue }
}

fn person(index: usize, country: &'static Country, now: i64, ids: &Ids, dice: &mut Dice, marks: &Marks) -> Person {
    let (first, last) = (*dice.pick(country.first), *dice.pick(country.last));
    let (town, region) = *dice.pick(country.towns);
    let number = dice.between(1, 180);
    let street = dice.pick(country.streets);
    let street = match country.tongue {
        Tongue::German => format!("{street} {number}"),
        _ => format!("{number} {street}"),
    };
    let role = if dice.chance(78) { Role::User } else { Role::Lead };
    let (company_from, company_count) = COMPANY_BLOCKS[country.tongue as usize];
    let company = (role == Role::User && dice.chance(24)).then(|| company_from + dice.index(company_count));
    let mailbox = mailbox(first, last, index);
    let domain = company.map_or_else(
        || (*dice.pick(&["mail.example", "post.example", "webmail.example", "inbox.example"])).to_owned(),
        |company| format!("{}.example", COMPANIES[company].1),
    );
    let created_at = now - dice.between(20, 1_400) * DAY - dice.between(0, DAY);
    let seen = now - dice.between(0, 30 * DAY);
    let vip = role == Role::User && dice.chance(7);
    let plan = if vip { "summit" } else { *dice.pick(&["basic", "basic", "trail", "trail", "summit"]) };
    let orders = if role == Role::Lead { 0 } else { dice.between(1, if vip { 60 } else { 14 }) };
    let handle = format!("{}{}", mailbox.split('.').next().unwrap_or("hiker"), index);
    let mut custom =
        Attributes::from([("orders".to_owned(), json!(orders)), ("newsletter".to_owned(), json!(dice.chance(60)))]);
    if role == Role::User {
        custom.insert("plan".to_owned(), json!(plan));
        custom.insert("lifetime_value".to_owned(), json!(orders * dice.between(45, 190)));
        custom.insert("last_order_at".to_owned(), json!(now - dice.between(2, 200) * DAY));
        if dice.chance(50) {
            custom.insert("shoe_size".to_owned(), json!(dice.between(36, 46).to_string()));
        }
    }
    let contact = Contact {
        id: ContactId::fresh(ids),
        external_id: (role == Role::User).then(|| format!("cust-{}", 20_000 + index)),
        role,
        email: (role == Role::User || dice.chance(85)).then(|| format!("{mailbox}@{domain}")),
        phone: dice.chance(80).then(|| format!("{}{}", country.phone.0, dice.digits(country.phone.1))),
        name: Some(format!("{first} {last}")),
        owner: vip.then(|| mate_id(dice.index(MATES.len()))),
        unsubscribed_from_emails: dice.chance(8),
        created_at,
        updated_at: seen,
        signed_up_at: (role == Role::User).then_some(created_at),
        last_seen_at: Some(seen),
        language_override: (country.tongue != Tongue::English).then(|| country.tongue.code().to_owned()),
        browser: Some((*dice.pick(&["firefox", "chrome", "safari"])).to_owned()),
        browser_version: Some(dice.between(120, 149).to_string()),
        browser_language: Some(country.tongue.code().to_owned()),
        os: Some((*dice.pick(&["Windows 11", "macOS 26", "Ubuntu", "Android 16", "iOS 26"])).to_owned()),
        android: AppDevice::default(),
        ios: AppDevice::default(),
        custom_attributes: custom,
        tags: if vip { vec![marks.vip] } else { Vec::new() },
        segments: segments(vip, company.is_some(), seen, now, marks),
        location: Location {
            country: Some(country.name.to_owned()),
            region: Some(region.to_owned()),
            city: Some(town.to_owned()),
        },
        social_profiles: if dice.chance(25) {
            vec![SocialProfile { name: "Twitter".to_owned(), url: format!("https://twitter.example/{handle}") }]
        } else {
            Vec::new()
        },
        ..Contact::default()
    };
    let voice = [Voice::Plain, Voice::Terse, Voice::Low, Voice::Merry, Voice::Loud]
        [dice.weighted([70, 12, 9, 7, 2].into_iter())];
    Person { contact, tongue: country.tongue, town, street, voice, company }
}

const NOTES: [&str; 10] = [
    "Prefers to be called after 17:00.",
    "Runs a mountain hut; parcels go up on Thursdays only.",
    "Very kind, very long mails. Read to the end, the question is in the last line.",
    "Works for a magazine. Anything unusual: tell Ana first.",
    "Wide feet: send half a size more without asking.",
    "Had two lost parcels with Swiftpost. Use another carrier.",
    "Allergic to wool, so no gift socks.",
    "Pays by bank transfer, always on the last day. That is fine.",
    "Mother and son share this account.",
    "Tests tents for the mountain rescue; goodwill is well placed here.",
];

/// Notes that teammates left on some customers.
#[must_use]
pub fn contact_notes(crowd: &Crowd, seed: u64, now: i64) -> Vec<Note> {
    let mut dice = Dice::stream(seed, 2);
    (0..crowd.people.len().min(500) / 6)
        .map(|_| {
            let contact = &crowd.people[dice.index(crowd.people.len())].contact;
            Note {
                id: NoteId(0),
                contact: contact.id.clone(),
                created_at: dice.between(contact.created_at.min(now - DAY), now - HOUR),
                author: Some(mate_id(dice.index(MATES.len()))),
                body: format!("<p>{}</p>", dice.pick(&NOTES)),
            }
        })
        .collect()
}

fn segments(vip: bool, dealer: bool, seen: i64, now: i64, marks: &Marks) -> Vec<SegmentId> {
    let [active, dealers, slipping] = &marks.segments;
    let mut segments = Vec::new();
    if seen > now - 14 * DAY {
        segments.push(active.clone());
    }
    if dealer {
        segments.push(dealers.clone());
    }
    if vip && seen < now - 20 * DAY {
        segments.push(slipping.clone());
    }
    segments
}

/// The part of an address before the `@`: letters and digits only.
fn mailbox(first: &str, last: &str, index: usize) -> String {
    let plain = |name: &str| -> String {
        crate::text::fold(name).chars().filter(char::is_ascii_alphanumeric).collect::<String>()
    };
    let (first, last) = (plain(first), plain(last));
    if index < 250 { format!("{first}.{last}") } else { format!("{first}.{last}{index}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn sample(count: usize, seed: u64) -> Crowd {
        let marks = Marks { segments: ["a".into(), "b".into(), "c".into()], vip: TagId(1) };
        crowd(count, seed, 1_790_000_000, &marks)
    }

    #[test]
    fn the_same_seed_makes_the_same_people() {
        let contacts = |seed| sample(80, seed).people.into_iter().map(|person| person.contact).collect::<Vec<_>>();
        assert_eq!(contacts(3), contacts(3));
        assert_ne!(contacts(3), contacts(4));
    }

    #[test]
    fn people_are_many_and_different() {
        let crowd = sample(250, 1);
        assert_eq!((crowd.people.len(), crowd.companies.len()), (250, 30));
        let ids: BTreeSet<_> = crowd.people.iter().map(|person| &person.contact.id).collect();
        assert_eq!(ids.len(), 250);
        let external: Vec<_> = crowd.people.iter().filter_map(|person| person.contact.external_id.as_ref()).collect();
        assert_eq!(external.iter().collect::<BTreeSet<_>>().len(), external.len());
        assert!(crowd.people.iter().filter(|person| person.contact.role == Role::Lead).count() > 20);
        assert!(crowd.people.iter().filter(|person| person.company.is_some()).count() > 20);
        let countries: BTreeSet<_> =
            crowd.people.iter().filter_map(|person| person.contact.location.country.as_ref()).collect();
        assert!(countries.len() >= 8);
    }

    #[test]
    fn addresses_of_users_are_unique() {
        let crowd = sample(2_000, 2);
        let emails: Vec<_> = crowd.people.iter().filter_map(|person| person.contact.email.as_ref()).collect();
        assert_eq!(emails.iter().collect::<BTreeSet<_>>().len(), emails.len());
        assert!(emails.iter().all(|email| email.is_ascii()), "{emails:?}");
    }

    #[test]
    fn every_desk_is_manned_in_every_language() {
        let mut dice = Dice::new(1);
        for desk in [Desk::Support, Desk::Billing, Desk::Returns, Desk::Wholesale] {
            for tongue in Tongue::ALL {
                let mate = mate_for(desk, tongue, false, &mut dice);
                assert!(mate != YOU && MATES[mate].tongues.contains(&tongue));
            }
            assert!(teams(15).iter().any(|team| team.id == team_id(desk) && !team.members.is_empty()));
        }
    }

    #[test]
    fn all_three_ways_of_assignment_are_used() {
        let kinds: Vec<_> = teams(15).iter().map(|team| team.distribution).collect();
        for kind in [Distribution::Manual, Distribution::RoundRobin, Distribution::Balanced] {
            assert!(kinds.contains(&kind));
        }
    }
}
