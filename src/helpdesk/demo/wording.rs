//! How customers and teammates put what they have to say: greetings, endings, habits, files.
//!
//! Owns the way from a phrase to a message's text on its channel, and which files belong to what a
//! text announces. Knows phrase books, casts and files; must not know the store.

use super::cast::Cast;
use super::dice::Dice;
use super::files::{self, File, Subject};
use super::people::Voice;
use super::talk::{Talk, Topic};

/// Picks from lists in turn, so that a thread does not repeat itself before it has to.
#[derive(Clone, Debug, Default)]
pub struct Deck {
    used: std::collections::BTreeMap<usize, usize>,
}

impl Deck {
    /// The next of `from`; nothing of an empty list.
    pub fn draw<T: Copy + Default>(&mut self, from: &[T], dice: &mut Dice) -> T {
        if from.is_empty() {
            return T::default();
        }
        let start = from.as_ptr() as usize;
        let place = match self.used.get(&start) {
            Some(last) => (last + 1) % from.len(),
            None => dice.index(from.len()),
        };
        self.used.insert(start, place);
        from[place]
    }
}

/// Whether messages on that channel are mails.
#[must_use]
pub fn is_mail(channel: &str) -> bool {
    channel == "email"
}

/// The question of a topic: one of its phrases, with its place, maybe with one more sentence.
#[must_use]
pub fn question(cast: &Cast<'_>, topic: &Topic, voice: Voice, channel: &str, dice: &mut Dice) -> (usize, String) {
    let place = dice.index(topic.asks.len());
    let mut body = cast.say(topic.asks.get(place).copied().unwrap_or_default(), dice);
    if !topic.extras.is_empty() && voice != Voice::Terse && dice.chance(55) {
        body.push_str(if is_mail(channel) && dice.chance(50) { "\n\n" } else { " " });
        let extra = dice.word(&topic.extras);
        body.push_str(&cast.say(extra, dice));
    }
    (place, body)
}

/// What a customer writes: `body` with what goes around it on that channel.
#[must_use]
pub fn customer(
    cast: &Cast<'_>,
    talk: &Talk,
    voice: Voice,
    channel: &str,
    body: &str,
    first: bool,
    dice: &mut Dice,
) -> String {
    let mut text = match channel {
        "email" => customer_mail(cast, talk, voice, body, first, dice),
        "phone_call" if first => {
            let head = if dice.chance(55) { &talk.voicemails } else { &talk.calls };
            let head = cast.say(dice.word(head), dice);
            return format!("{head}\n\n“{body}”");
        }
        "twitter" if first => format!("@northwindoutdoor {body}"),
        _ if first && voice != Voice::Terse && dice.chance(60) => {
            let greet = cast.say(dice.word(&talk.chat_greets), dice);
            format!("{greet} {body}")
        }
        _ => body.to_owned(),
    };
    match voice {
        Voice::Loud => text = recase(&text, str::to_uppercase),
        Voice::Low if !is_mail(channel) => text = recase(&text, str::to_lowercase),
        Voice::Merry if !is_mail(channel) || dice.chance(40) => {
            text.push_str(dice.word(&[" 🙂", " 😊", " 🙏", " 😅", " 🏔️", " 🤞", " ⛺️", " 💚"]));
        }
        _ => {}
    }
    text
}

fn customer_mail(cast: &Cast<'_>, talk: &Talk, voice: Voice, body: &str, first: bool, dice: &mut Dice) -> String {
    let mut text = String::with_capacity(body.len() + 120);
    if voice != Voice::Terse && (first || dice.chance(45)) {
        let greets = if first { &talk.greets } else { &talk.regreets };
        text.push_str(&cast.say(dice.word(greets), dice));
        text.push_str("\n\n");
    }
    text.push_str(body);
    if first && voice != Voice::Terse || dice.chance(40) {
        let bye = cast.say(dice.word(&talk.byes), dice);
        if !bye.trim().is_empty() {
            text.push_str("\n\n");
            text.push_str(bye.trim_end());
        }
    }
    if let (Some(company), true) = (cast.customer.company, dice.chance(45)) {
        text.push_str("\n\n-- \n");
        text.push_str(cast.customer.name.unwrap_or_default());
        text.push_str(" · ");
        text.push_str(company);
        if let Some(phone) = cast.customer.phone {
            text.push('\n');
            text.push_str(phone);
        }
    } else if dice.chance(11) {
        text.push_str("\n\n");
        text.push_str(dice.word(&talk.mobiles));
    }
    text
}

/// What a teammate writes: `body` with what goes around it on that channel.
#[must_use]
pub fn teammate(cast: &Cast<'_>, talk: &Talk, channel: &str, body: &str, first: bool, dice: &mut Dice) -> String {
    if is_mail(channel) || channel == "phone_call" {
        let greet = cast.say(dice.word(&talk.answer_greets), dice);
        let bye = cast.say(dice.word(&talk.answer_byes), dice);
        format!("{greet}\n\n{body}\n\n{bye}")
    } else if first || dice.chance(15) {
        format!("{}{body}", cast.say(dice.word(&talk.answer_chats), dice))
    } else {
        body.to_owned()
    }
}

/// Changes the case of every word but web and mail addresses.
fn recase(text: &str, change: fn(&str) -> String) -> String {
    text.split_inclusive([' ', '\n'])
        .map(|word| if word.contains("://") || word.contains('@') { word.to_owned() } else { change(word) })
        .collect()
}

/// Signs of a file, by language: in a customer's text, in ours.
const ANNOUNCES: [[&[&str]; 2]; 3] = [
    [&["attached", "here is the photo"], &["attached", "as pdf", "it is, as a pdf"]],
    [&["photo jointe", "voici la photo", "est jointe"], &["en pdf"]],
    [&["foto anbei", "ist dabei"], &["anbei", "als pdf"]],
];

/// The file that a text announces; none when it announces none.
#[must_use]
pub fn announced(text: &str, by_customer: bool, cast: &Cast<'_>, dice: &mut Dice) -> Option<File> {
    let words = text.to_lowercase();
    let [theirs, ours] = &ANNOUNCES[cast.tongue as usize];
    let signs = if by_customer { theirs } else { ours };
    if !signs.iter().any(|sign| words.contains(sign)) {
        return None;
    }
    if by_customer {
        return Some(if words.contains("screenshot") {
            files::picture(Subject::Screenshot, dice)
        } else if words.contains("proof") || words.contains("beleg") || words.contains("preuve") {
            receipt(cast)
        } else {
            files::picture(Subject::Photo, dice)
        });
    }
    let (prefix, heading) = if words.contains("price list") || words.contains("offer") {
        ("offer", ["Offer", "Offre", "Angebot"])
    } else if words.contains("photo") {
        return Some(files::picture(Subject::Photo, dice));
    } else if words.contains("return label") {
        ("return-label", ["Return label", "Étiquette de retour", "Rücksendeschein"])
    } else {
        ("invoice", ["Invoice", "Facture", "Rechnung"])
    };
    let order = cast.order();
    let lines = [
        "Northwind Outdoor · Harbour Street 4 · Galway".to_owned(),
        cast.customer.company.or(cast.customer.name).unwrap_or_default().to_owned(),
        format!("{order}   {}", cast.product.name(cast.tongue)),
        format!("Total {}", super::cast::money(cast.cents(), cast.tongue)),
    ];
    Some(files::paper(format!("{prefix}-{order}.pdf"), heading[cast.tongue as usize], &lines))
}

fn receipt(cast: &Cast<'_>) -> File {
    let text = format!("{}\r\nOrder {}\r\nAccepted at the counter, 1 parcel, 2.4 kg\r\n", cast.carrier(), cast.order());
    files::text_file(format!("receipt-{}.txt", cast.order()), "text/plain", text)
}

#[cfg(test)]
mod tests {
    use super::super::cast::Customer;
    use super::super::talk::{Kind, Tongue, talk};
    use super::*;

    fn cast(tongue: Tongue) -> Cast<'static> {
        let customer = Customer { name: Some("Chloé Dubois"), town: "Lyon", ..Customer::default() };
        Cast::throw(tongue, customer, "Ana", Kind::Any, 1_790_000_000, &mut Dice::new(1))
    }

    #[test]
    fn a_deck_goes_through_all_before_it_repeats() {
        let (mut deck, mut dice) = (Deck::default(), Dice::new(3));
        let list = [1, 2, 3, 4];
        let mut drawn: Vec<i32> = (0..4).map(|_| deck.draw(&list, &mut dice)).collect();
        drawn.sort_unstable();
        assert_eq!(drawn, list);
        assert_eq!(deck.draw::<i32>(&[], &mut dice), 0);
    }

    #[test]
    fn capitals_leave_addresses_alone() {
        assert_eq!(
            recase("See https://a.example/b or mail x@y.example now", str::to_uppercase),
            "SEE https://a.example/b OR MAIL x@y.example NOW"
        );
    }

    #[test]
    fn what_is_said_to_be_attached_is_attached() {
        let mut dice = Dice::new(4);
        let english = cast(Tongue::English);
        let of = |text: &str, theirs: bool, dice: &mut Dice| {
            announced(text, theirs, &english, dice).map(|file| file.content_type)
        };
        assert_eq!(of("Photo attached. It broke.", true, &mut dice), Some("image/png"));
        assert_eq!(of("Proof of posting is attached: X", true, &mut dice), Some("text/plain"));
        assert_eq!(of("Nothing here", true, &mut dice), None);
        assert_eq!(of("Here is the corrected invoice as PDF.", false, &mut dice), Some("application/pdf"));
        assert_eq!(of("I can offer 12 % off the list price", false, &mut dice), None);
        assert_eq!(of("The offer A1 is attached, with dates", false, &mut dice), Some("application/pdf"));
        let german = cast(Tongue::German);
        assert!(announced("Anbei die korrigierte Rechnung als PDF", false, &german, &mut dice).is_some());
        assert!(announced("Foto anbei.", true, &german, &mut dice).is_some());
    }

    #[test]
    fn mails_begin_and_end_and_chats_do_not() {
        let mut dice = Dice::new(6);
        let cast = cast(Tongue::French);
        let talk = talk(Tongue::French);
        let mail = customer(&cast, talk, Voice::Plain, "email", "Où est-elle ?", true, &mut dice);
        assert!(mail.contains("\n\nOù est-elle ?\n\n"), "{mail}");
        let chat = customer(&cast, talk, Voice::Plain, "sms", "Où est-elle ?", false, &mut dice);
        assert_eq!(chat, "Où est-elle ?");
        assert!(teammate(&cast, talk, "email", "Ici.", true, &mut dice).contains("Ana"));
    }
}
