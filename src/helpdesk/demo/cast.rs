//! The facts of one thread: who writes about which order, so that every message agrees with the rest.
//!
//! Owns [`Cast`] and what it writes for each slot of a phrase, in the words of a language, and the
//! calendar words for that. Knows phrase books and goods; must not know the store.

use std::fmt::Write as _;

use jiff::{Timestamp, Zoned, civil, tz::TimeZone};

use super::dice::Dice;
use super::goods::{CARRIERS, COLOURS, PLACES, PRODUCTS, Product};
use super::talk::{Kind, Tongue, fill};

const DAY: i64 = 86_400;

const WEEKDAYS: [[&str; 7]; 3] = [
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
];

const MONTHS: [[&str; 12]; 3] = [
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
];

/// The workspace's time zone, in which people name days and hours.
pub const ZONE: &str = "Europe/Paris";

/// An instant in the workspace's zone; UTC when the zone is not known on this machine.
#[must_use]
pub fn local(at: i64) -> Zoned {
    static CACHE: std::sync::OnceLock<TimeZone> = std::sync::OnceLock::new();
    let zone = CACHE.get_or_init(|| TimeZone::get(ZONE).unwrap_or(TimeZone::UTC)).clone();
    Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone)
}

fn month_name(month: i8, tongue: Tongue) -> &'static str {
    MONTHS[tongue as usize][usize::try_from(month.clamp(1, 12) - 1).unwrap_or(0)]
}

fn weekday_name(weekday: civil::Weekday, tongue: Tongue) -> &'static str {
    WEEKDAYS[tongue as usize][usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0) % 7]
}

/// The line above quoted mail: `On 3 November 2026 at 14:02, Ana Ito wrote:`.
#[must_use]
pub fn quote_line(at: i64, who: &str, tongue: Tongue) -> String {
    let (at, month) = (local(at), month_name(local(at).month(), tongue));
    let (day, year, hour, minute) = (at.day(), at.year(), at.hour(), at.minute());
    match tongue {
        Tongue::English => format!("On {day} {month} {year} at {hour:02}:{minute:02}, {who} wrote:"),
        Tongue::French => format!("Le {day} {month} {year} à {hour:02}:{minute:02}, {who} a écrit :"),
        Tongue::German => format!("Am {day}. {month} {year} um {hour:02}:{minute:02} schrieb {who}:"),
    }
}

/// An amount as people of that language write it.
#[must_use]
pub fn money(cents: i64, tongue: Tongue) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    match tongue {
        Tongue::English => format!("€{whole}.{rest:02}"),
        _ => format!("{whole},{rest:02} €"),
    }
}

/// The customer, as far as messages tell.
#[derive(Clone, Debug, Default)]
pub struct Customer<'a> {
    /// Full name; none when not known.
    pub name: Option<&'a str>,
    /// E-mail address.
    pub email: Option<&'a str>,
    /// Telephone number.
    pub phone: Option<&'a str>,
    /// Company.
    pub company: Option<&'a str>,
    /// Town.
    pub town: &'a str,
    /// Street with number.
    pub street: &'a str,
}

impl<'a> Customer<'a> {
    /// The first of the names.
    #[must_use]
    pub fn first_name(&self) -> Option<&'a str> {
        self.name.and_then(|name| name.split_whitespace().next())
    }
}

/// The facts of one thread.
#[derive(Clone, Debug)]
pub struct Cast<'a> {
    /// Language of customer and answers.
    pub tongue: Tongue,
    /// The customer.
    pub customer: Customer<'a>,
    /// First name of the teammate who answers.
    pub mate: &'a str,
    /// What stands for a mention in notes.
    pub mention: &'a str,
    /// The product it is about.
    pub product: &'static Product,
    /// Another product.
    pub other: &'static Product,
    /// When it begins.
    pub began: i64,
    /// When the next thing is said; days that people name ahead lie after it.
    pub at: i64,
    order: u64,
    tracking: String,
    carrier: &'static str,
    size: i64,
    colour: usize,
    place: &'static str,
    part_refund: i64,
    voucher: i64,
    code: String,
    number: u64,
    back: i64,
    ahead: i64,
    month: i8,
    week: i64,
}

impl<'a> Cast<'a> {
    /// Throws the facts for a thread about something of `kind` that begins at `began`.
    #[must_use]
    pub fn throw(
        tongue: Tongue,
        customer: Customer<'a>,
        mate: &'a str,
        kind: Kind,
        began: i64,
        dice: &mut Dice,
    ) -> Self {
        let product = one_of(kind, None, dice);
        let other = one_of(kind, Some(product), dice);
        let week = i64::from(local(began).date().iso_week_date().week()) + dice.between(1, 7);
        Self {
            tongue,
            customer,
            mate,
            mention: "",
            product,
            other,
            began,
            at: began,
            order: 10_000 + dice.below(89_999),
            tracking: format!("{}{}", dice.pick(&["NW", "PL", "CR", "SP"]), dice.digits(11)),
            carrier: dice.word(&CARRIERS),
            size: dice.between(36, 46),
            colour: dice.index(COLOURS.len()),
            place: dice.word(PLACES[tongue as usize]),
            part_refund: dice.between(500, 2_900) / 10 * 10,
            voucher: *dice.pick(&[1_000, 1_500, 2_000, 2_500]),
            code: format!("{}{}", dice.pick(&["TRAIL", "NORTH", "HIKE", "CAMP", "WALD"]), dice.digits(3)),
            number: 10_000 + dice.below(89_999),
            back: dice.between(2, 5),
            ahead: dice.between(2, 5),
            month: i8::try_from(dice.between(1, 12)).unwrap_or(1),
            week: if week > 52 { week - 52 } else { week },
        }
    }

    /// The same facts, but about the order, product and size that `text` names.
    #[must_use]
    pub fn about(mut self, text: &str) -> Self {
        let order = text.split("NW-").nth(1).map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            &rest[..end]
        });
        if let Some(order) = order.filter(|order| order.len() == 5).and_then(|order| order.parse().ok()) {
            self.order = order;
        }
        if let Some(product) =
            PRODUCTS.iter().filter(|product| text.contains(product.model)).max_by_key(|p| p.model.len())
        {
            self.product = product;
        }
        if self.product.kind == Kind::Boots {
            let numbers = text.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(|word| word.parse().ok());
            if let Some(size) = numbers.filter(|size| (36..=46).contains(size)).min() {
                self.size = size;
            }
        }
        self
    }

    /// A phrase in the thread's language, filled in.
    #[must_use]
    pub fn say(&self, phrase: &str, dice: &mut Dice) -> String {
        self.say_in(self.tongue, phrase, dice)
    }

    /// A phrase in another language than the thread's, filled in.
    #[must_use]
    pub fn say_in(&self, tongue: Tongue, phrase: &str, dice: &mut Dice) -> String {
        let mut text = String::with_capacity(phrase.len() + 64);
        fill(phrase, dice, &mut text, &|name, into| self.slot(name, tongue, into));
        if self.customer.name.is_none() {
            // "Hallo !", "Bonjour ,": the name that is not there leaves its space behind.
            text = text.replace(" ,", ",");
            if tongue != Tongue::French {
                text = text.replace(" !", "!");
            }
        }
        text
    }

    /// Number of the order, as attributes hold it.
    #[must_use]
    pub fn order(&self) -> String {
        format!("NW-{}", self.order)
    }

    /// Who carries the parcel.
    #[must_use]
    pub const fn carrier(&self) -> &'static str {
        self.carrier
    }

    /// Price of the product in cents.
    #[must_use]
    pub const fn cents(&self) -> i64 {
        self.product.cents
    }

    #[allow(clippy::too_many_lines, reason = "one line a slot")]
    fn slot(&self, name: &str, tongue: Tongue, into: &mut String) {
        let customer = &self.customer;
        // Writing into a string cannot fail.
        let _ = match name {
            "name" => into.write_str(customer.first_name().unwrap_or(match tongue {
                Tongue::English => "there",
                Tongue::French | Tongue::German => "",
            })),
            "full" => into.write_str(customer.name.unwrap_or_default()),
            "email" => into.write_str(customer.email.unwrap_or("(see above)")),
            "phone" => into.write_str(customer.phone.unwrap_or("+44 7700 900461")),
            "company" => into.write_str(customer.company.unwrap_or("Harrow & Finch Ltd")),
            "city" => into.write_str(customer.town),
            "street" => into.write_str(customer.street),
            "agent" => into.write_str(self.mate),
            "you" => into.write_str(self.mention),
            "product" => into.write_str(&self.product.name(tongue)),
            "model" => into.write_str(self.product.model),
            "other" => into.write_str(self.other.model),
            "order" => write!(into, "NW-{}", self.order),
            "tracking" => into.write_str(&self.tracking),
            "carrier" => into.write_str(self.carrier),
            "link" => write!(into, "https://{}.example/t/{}", self.carrier.to_lowercase(), self.tracking),
            "size" => write!(into, "{}", self.size),
            "size2" => write!(into, "{}", self.size + 1),
            "colour" => into.write_str(COLOURS[self.colour][tongue as usize]),
            "place" => into.write_str(self.place),
            "amount" => into.write_str(&money(self.product.cents, tongue)),
            "amount2" => into.write_str(&money(self.part_refund, tongue)),
            "shipping" => into.write_str(&money(490, tongue)),
            "voucher" => into.write_str(&money(self.voucher, tongue)),
            "code" => into.write_str(&self.code),
            "case" => write!(into, "C-{}", self.number),
            "lot" => write!(into, "{}", self.number / 7 + 2_300),
            "invoice" => write!(into, "{}-{}", local(self.began).year(), self.number),
            "offer" => write!(into, "A{}", self.number),
            "po" => write!(into, "{}", self.number * 3),
            "vat" => write!(into, "{}00{}0", ["GB", "FR", "DE"][tongue as usize], self.number * 11),
            "last4" => write!(into, "{:04}", self.number % 10_000),
            "percent" => write!(into, "{}", 8 + self.number % 12),
            "seconds" => write!(into, "{}", 20 + self.number % 70),
            "minutes" => write!(into, "{}", 2 + self.number % 11),
            "week" => write!(into, "{}", self.week),
            "month" => into.write_str(month_name(self.month, tongue)),
            "wrote" => into.write_str(weekday(self.began, tongue)),
            "day" => into.write_str(weekday(self.past(), tongue)),
            "soon" => into.write_str(weekday(self.ahead(), tongue)),
            "onday" => write!(into, "am {}", weekday(self.past(), tongue)),
            "onsoon" => write!(into, "am {}", weekday(self.ahead(), tongue)),
            "date" => {
                let at = local(self.began - (self.back + 4) * DAY);
                let (day, month) = (at.day(), month_name(at.month(), tongue));
                match tongue {
                    Tongue::English => write!(into, "{day} {month}"),
                    Tongue::French => write!(into, "le {day} {month}"),
                    Tongue::German => write!(into, "am {day}. {month}"),
                }
            }
            unknown => {
                debug_assert!(unknown.is_empty(), "no such slot: {unknown}");
                Ok(())
            }
        };
    }

    /// A working day before it began.
    fn past(&self) -> i64 {
        let at = self.began - self.back * DAY;
        if is_sunday(at) { at - DAY } else { at }
    }

    /// A working day ahead: the same throughout, until it has gone by.
    fn ahead(&self) -> i64 {
        let mut at = self.began + self.ahead * DAY;
        while at < self.at + DAY {
            at += 3 * DAY;
        }
        if is_sunday(at) { at + DAY } else { at }
    }
}

fn is_sunday(at: i64) -> bool {
    local(at).weekday() == civil::Weekday::Sunday
}

fn weekday(at: i64, tongue: Tongue) -> &'static str {
    weekday_name(local(at).weekday(), tongue)
}

/// One product of a kind; any at all for [`Kind::Any`]. The other one differs from `but`.
fn one_of(kind: Kind, but: Option<&'static Product>, dice: &mut Dice) -> &'static Product {
    let fits = |product: &&'static Product| (kind == Kind::Any || product.kind == kind) && Some(*product) != but;
    let count = PRODUCTS.iter().filter(fits).count();
    PRODUCTS.iter().filter(fits).nth(dice.index(count)).unwrap_or(&PRODUCTS[0])
}

#[cfg(test)]
mod tests {
    use super::super::talk::{Turn, talk};
    use super::*;

    fn customer() -> Customer<'static> {
        Customer {
            name: Some("Chloé Dubois"),
            email: Some("chloe@mail.example"),
            phone: None,
            company: None,
            town: "Lyon",
            street: "12 rue des Lilas",
        }
    }

    fn texts(turns: &[Turn]) -> Vec<&'static str> {
        turns.iter().map(|turn| turn.text).collect()
    }

    #[test]
    fn every_phrase_of_every_book_is_filled_in() {
        let mut dice = Dice::new(4);
        for tongue in Tongue::ALL {
            let book = talk(tongue);
            for topic in &book.topics {
                let cast = Cast::throw(tongue, customer(), "Ana", topic.kind, 1_790_000_000, &mut dice);
                for list in [
                    &topic.subjects,
                    &topic.asks,
                    &topic.extras,
                    &texts(&topic.answers),
                    &texts(&topic.follows),
                    &texts(&topic.solves),
                    &topic.notes,
                    &book.chases,
                    &book.updates,
                    &book.thanks,
                    &book.welcomes,
                    &book.byes,
                    &book.remarks,
                    &book.mentions,
                    &book.in_yours,
                    &book.voicemails,
                    &book.calls,
                ] {
                    for phrase in list {
                        for _ in 0..4 {
                            let text = cast.say(phrase, &mut dice);
                            assert!(!text.contains(['{', '}', '[', ']', '|', '\\']), "{text}");
                            assert!(!text.is_empty());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn one_thread_speaks_of_one_order() {
        let mut dice = Dice::new(5);
        let cast = Cast::throw(Tongue::German, customer(), "Ana", Kind::Tent, 1_790_000_000, &mut dice);
        let first = cast.say("{order} {product} {amount} {onday}", &mut dice);
        assert_eq!(first, cast.say("{order} {product} {amount} {onday}", &mut dice));
        assert!(first.contains("Zelt") && first.contains(" €"), "{first}");
        assert_eq!(cast.product.kind, Kind::Tent);
        assert_ne!(cast.product, cast.other);
    }

    #[test]
    fn the_day_ahead_stays_until_it_has_gone_by_and_is_no_sunday() {
        let mut dice = Dice::new(8);
        for _ in 0..60 {
            let began = 1_790_000_000 + dice.between(0, 30) * DAY;
            let mut cast = Cast::throw(Tongue::English, customer(), "Ana", Kind::Any, began, &mut dice);
            let first = cast.say("{soon}", &mut dice);
            assert_ne!(first, "Sunday");
            cast.at = began + DAY;
            assert_eq!(cast.say("{soon}", &mut dice), first);
            cast.at = began + 20 * DAY;
            assert!(cast.ahead() > cast.at && cast.ahead() < cast.at + 7 * DAY);
        }
    }

    #[test]
    fn a_cast_takes_order_and_product_from_a_text() {
        let mut dice = Dice::new(5);
        let cast = Cast::throw(Tongue::English, customer(), "Ana", Kind::Any, 1_790_000_000, &mut dice)
            .about("Where is my Driftpad XL, order NW-48213?");
        assert_eq!((cast.order().as_str(), cast.product.model), ("NW-48213", "Driftpad XL"));
        let cast = cast.about("The Skarven in 41 are too small. Do you have 42?");
        assert_eq!((cast.product.model, cast.size), ("Skarven", 41));
    }

    #[test]
    fn quotes_are_introduced_as_the_language_does() {
        let at = 1_793_710_920; // 3 November 2026, 14:02 in Paris
        assert_eq!(quote_line(at, "Ana", Tongue::English), "On 3 November 2026 at 14:02, Ana wrote:");
        assert_eq!(quote_line(at, "Ana", Tongue::French), "Le 3 novembre 2026 à 14:02, Ana a écrit :");
        assert_eq!(quote_line(at, "Ana", Tongue::German), "Am 3. November 2026 um 14:02 schrieb Ana:");
    }
}
