//! What people write, by language: the phrase books and how a phrase is filled in.
//!
//! Owns the three phrase books (`en.talk`, `fr.talk`, `de.talk`), [`Talk`], [`Topic`] and [`fill`].
//! Must not know conversations or the store. Enter at [`talk`].
//!
//! A phrase book has one item a line; the first word says what it is, `#` begins a comment. After
//! `common` come openings, endings and what fits any subject; each `topic NAME` begins what belongs
//! to one kind of trouble: `ask` opens, `extra` may follow it, then `answer`, `follow` and `solve`
//! take turns. A turn that fits only some of the turns before it begins with their numbers: `13:`
//! answers the first and the third. In a phrase `[a|b]` is one of both, `{slot}` is filled in, `\n` is
//! a line break. Notes are English in every book.

use std::sync::OnceLock;

use super::dice::Dice;

/// A language that customers write in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tongue {
    /// English.
    English,
    /// French.
    French,
    /// German.
    German,
}

impl Tongue {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::English, Self::French, Self::German];

    /// The language's code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::German => "de",
        }
    }
}

/// The team that a topic belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Desk {
    /// Orders and questions.
    #[default]
    Support,
    /// Money.
    Billing,
    /// Returns and repairs.
    Returns,
    /// Dealers and groups.
    Wholesale,
}

/// What a topic is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Anything.
    #[default]
    Any,
    /// A tent.
    Tent,
    /// A pair of boots.
    Boots,
    /// A rucksack.
    Pack,
    /// A jacket.
    Jacket,
    /// A stove.
    Stove,
}

type Lines = Vec<&'static str>;

/// Something said in turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The phrase.
    pub text: &'static str,
    /// Places of the turns before that it fits, one bit each; 0 for all.
    after: u16,
}

impl Turn {
    fn read(text: &'static str) -> Self {
        match text.split_once(':') {
            Some((numbers, text))
                if !numbers.is_empty() && numbers.bytes().all(|byte| (b'1'..=b'9').contains(&byte)) =>
            {
                let after = numbers.bytes().fold(0, |after, byte| after | 1 << (byte - b'1'));
                Self { text, after }
            }
            _ => Self { text, after: 0 },
        }
    }

    const fn fits(self, before: Option<usize>) -> bool {
        self.after == 0 || matches!(before, Some(before) if before < 16 && self.after & 1 << before != 0)
    }
}

/// A turn that fits the one `before` it, with its place. When that is not known, or nothing fits, any.
pub fn next_turn(from: &[Turn], before: Option<usize>, dice: &mut Dice) -> (usize, &'static str) {
    let fitting: Vec<usize> = (0..from.len()).filter(|place| from[*place].fits(before)).collect();
    let place = match fitting.len() {
        0 => dice.index(from.len()),
        count => fitting[dice.index(count)],
    };
    (place, from.get(place).map_or("", |turn| turn.text))
}

/// One kind of trouble.
#[derive(Clone, Debug, Default)]
pub struct Topic {
    /// Its name, the same in every language.
    pub name: &'static str,
    /// Who deals with it.
    pub desk: Desk,
    /// Tags that suit it.
    pub tags: Lines,
    /// What it is about.
    pub kind: Kind,
    /// How common it is.
    pub weight: u32,
    /// Subjects.
    pub subjects: Lines,
    /// The customer's question.
    pub asks: Lines,
    /// One more sentence of the customer's.
    pub extras: Lines,
    /// The teammate's first answer, which asks something back.
    pub answers: Vec<Turn>,
    /// The customer's answer to it.
    pub follows: Vec<Turn>,
    /// The teammate's solution.
    pub solves: Vec<Turn>,
    /// Notes among teammates.
    pub notes: Lines,
}

/// What one language offers.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    /// Openings of a customer's mail.
    pub greets: Lines,
    /// Openings of a customer's further mails.
    pub regreets: Lines,
    /// Openings of a customer's chat.
    pub chat_greets: Lines,
    /// Endings of a customer's mail.
    pub byes: Lines,
    /// Openings of a teammate's mail.
    pub answer_greets: Lines,
    /// Openings of a teammate's chat.
    pub answer_chats: Lines,
    /// Endings of a teammate's mail.
    pub answer_byes: Lines,
    /// A customer who got no answer.
    pub chases: Lines,
    /// A teammate who knows nothing yet.
    pub updates: Lines,
    /// The customer's answer to that.
    pub acks: Lines,
    /// The customer is content.
    pub thanks: Lines,
    /// The teammate's answer to that.
    pub welcomes: Lines,
    /// Words with a rating.
    pub remarks: Lines,
    /// Questions on the side, each with its answer.
    pub asides: Vec<(&'static str, &'static str)>,
    /// What the assistant says.
    pub bots: Lines,
    /// The customer wants a person.
    pub humans: Lines,
    /// Notes after a call.
    pub call_notes: Lines,
    /// What stands above a voicemail's transcript.
    pub voicemails: Lines,
    /// What stands above a call's summary.
    pub calls: Lines,
    /// Notes that mention a colleague.
    pub mentions: Lines,
    /// Notes that a colleague leaves in a conversation of the one who is mentioned.
    pub in_yours: Lines,
    /// The colleague's note back.
    pub mentioned: Lines,
    /// What a phone puts below a mail.
    pub mobiles: Lines,
    /// The customer sends the photo that was asked for.
    pub send_photos: Lines,
    /// The customer tells the order's number.
    pub send_orders: Lines,
    /// The customer tells the address.
    pub send_addresses: Lines,
    /// The customer tells the telephone number.
    pub send_phones: Lines,
    /// The customer agrees.
    pub agrees: Lines,
    /// Topics.
    pub topics: Vec<Topic>,
}

impl Talk {
    /// A topic, by how common it is.
    pub fn topic(&self, dice: &mut Dice) -> &Topic {
        &self.topics[dice.weighted(self.topics.iter().map(|topic| topic.weight))]
    }

    /// The topic of that name.
    #[must_use]
    pub fn topic_named(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.name == name)
    }
}

/// Name of the English topic whose `ask` is a teammate's: we write first.
pub const OUTREACH: &str = "back_in_stock";

/// The phrase book of a language.
pub fn talk(tongue: Tongue) -> &'static Talk {
    static BOOKS: OnceLock<[Talk; 3]> = OnceLock::new();
    let books = BOOKS.get_or_init(|| {
        [include_str!("en.talk"), include_str!("fr.talk"), include_str!("de.talk")].map(|text| read(text).0)
    });
    &books[tongue as usize]
}

/// Reads a phrase book; second come the numbers of the lines that mean nothing.
fn read(text: &'static str) -> (Talk, Vec<usize>) {
    let (mut talk, mut odd) = (Talk::default(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "topic" {
            talk.topics.push(Topic { name: rest, weight: 1, ..Topic::default() });
            continue;
        }
        let taken = match talk.topics.last_mut() {
            Some(topic) => topic.take(word, rest),
            None => talk.take(word, rest),
        };
        if !taken {
            odd.push(index + 1);
        }
    }
    (talk, odd)
}

impl Talk {
    fn take(&mut self, word: &str, rest: &'static str) -> bool {
        let list = match word {
            "common" => return true,
            "aside" => {
                self.asides.push((rest, ""));
                return true;
            }
            "reply" => {
                return self.asides.last_mut().is_some_and(|aside| {
                    aside.1 = rest;
                    true
                });
            }
            "greet" => &mut self.greets,
            "regreet" => &mut self.regreets,
            "chatgreet" => &mut self.chat_greets,
            "bye" => &mut self.byes,
            "answergreet" => &mut self.answer_greets,
            "answerchat" => &mut self.answer_chats,
            "answerbye" => &mut self.answer_byes,
            "chase" => &mut self.chases,
            "update" => &mut self.updates,
            "ack" => &mut self.acks,
            "thanks" => &mut self.thanks,
            "welcome" => &mut self.welcomes,
            "remark" => &mut self.remarks,
            "bot" => &mut self.bots,
            "human" => &mut self.humans,
            "callnote" => &mut self.call_notes,
            "voicemail" => &mut self.voicemails,
            "call" => &mut self.calls,
            "mention" => &mut self.mentions,
            "inyours" => &mut self.in_yours,
            "mentioned" => &mut self.mentioned,
            "mobile" => &mut self.mobiles,
            "sendphoto" => &mut self.send_photos,
            "sendorder" => &mut self.send_orders,
            "sendaddress" => &mut self.send_addresses,
            "sendphone" => &mut self.send_phones,
            "yes" => &mut self.agrees,
            _ => return false,
        };
        list.push(rest);
        true
    }
}

impl Topic {
    fn take(&mut self, word: &str, rest: &'static str) -> bool {
        let list = match word {
            "team" => {
                self.desk = match rest {
                    "support" => Desk::Support,
                    "billing" => Desk::Billing,
                    "returns" => Desk::Returns,
                    "wholesale" => Desk::Wholesale,
                    _ => return false,
                };
                return true;
            }
            "kind" => {
                self.kind = match rest {
                    "any" => Kind::Any,
                    "tent" => Kind::Tent,
                    "boots" => Kind::Boots,
                    "pack" => Kind::Pack,
                    "jacket" => Kind::Jacket,
                    "stove" => Kind::Stove,
                    _ => return false,
                };
                return true;
            }
            "weight" => return rest.parse().map(|weight| self.weight = weight).is_ok(),
            "tags" => {
                self.tags = rest.split_whitespace().collect();
                return true;
            }
            "subject" => &mut self.subjects,
            "ask" => &mut self.asks,
            "extra" => &mut self.extras,
            "answer" | "follow" | "solve" => {
                let turns = match word {
                    "answer" => &mut self.answers,
                    "follow" => &mut self.follows,
                    _ => &mut self.solves,
                };
                turns.push(Turn::read(rest));
                return true;
            }
            "note" => &mut self.notes,
            _ => return false,
        };
        list.push(rest);
        true
    }
}

/// Appends `phrase` to `into`: of each `[a|b]` one, for each `{slot}` what `slot` writes.
pub fn fill(phrase: &str, dice: &mut Dice, into: &mut String, slot: &impl Fn(&str, &mut String)) {
    let mut rest = phrase;
    while let Some(at) = rest.find(['[', '{', '\\']) {
        into.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        rest = match rest.as_bytes()[at] {
            b'[' => {
                let (choice, after) = tail.split_once(']').unwrap_or((tail, ""));
                let count = choice.split('|').count();
                let chosen = choice.split('|').nth(dice.index(count)).unwrap_or_default();
                fill(chosen, dice, into, slot);
                after
            }
            b'{' => {
                let (name, after) = tail.split_once('}').unwrap_or((tail, ""));
                let from = into.len();
                slot(name, into);
                if from == 0
                    || into[..from].ends_with(['\n'])
                    || SENTENCE_ENDS.iter().any(|end| into[..from].ends_with(end))
                {
                    capitalise(into, from);
                }
                after
            }
            _ => {
                into.push('\n');
                tail.strip_prefix('n').unwrap_or(tail)
            }
        };
    }
    into.push_str(rest);
}

const SENTENCE_ENDS: [&str; 3] = [". ", "! ", "? "];

fn capitalise(text: &mut String, from: usize) {
    if text[from..].starts_with("http") || text[from..].contains('@') {
        return;
    }
    if let Some(first) = text[from..].chars().next().filter(|first| first.is_lowercase()) {
        let upper: String = first.to_uppercase().collect();
        text.replace_range(from..from + first.len_utf8(), &upper);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_phrase_books_is_understood() {
        for text in [include_str!("en.talk"), include_str!("fr.talk"), include_str!("de.talk")] {
            assert_eq!(read(text).1, Vec::<usize>::new());
        }
    }

    #[test]
    fn every_topic_can_carry_a_thread() {
        for tongue in Tongue::ALL {
            let talk = talk(tongue);
            assert!(talk.topics.len() >= 10, "{tongue:?}");
            assert!(talk.asides.iter().all(|(_, reply)| !reply.is_empty()), "{tongue:?}");
            for lists in [&talk.greets, &talk.byes, &talk.chases, &talk.updates, &talk.acks, &talk.thanks] {
                assert!(lists.len() >= 3, "{tongue:?}");
            }
            for topic in &talk.topics {
                for list in [&topic.subjects, &topic.asks, &topic.notes] {
                    assert!(!list.is_empty(), "{tongue:?} {}", topic.name);
                }
                let before = [topic.asks.len(), topic.answers.len(), topic.follows.len()];
                for (before, list) in before.into_iter().zip([&topic.answers, &topic.follows, &topic.solves]) {
                    for place in 0..before {
                        assert!(list.iter().any(|turn| turn.fits(Some(place))), "{tongue:?} {} {place}", topic.name);
                    }
                    assert!(list.iter().all(|turn| turn.after >> before == 0), "{tongue:?} {}", topic.name);
                }
                assert!(talk_of_english(topic.name), "{}", topic.name);
            }
        }
    }

    #[test]
    fn what_we_write_first_never_comes_from_a_customer() {
        let topic = talk(Tongue::English).topic_named(OUTREACH);
        assert_eq!(topic.map(|topic| topic.weight), Some(0));
    }

    fn talk_of_english(name: &str) -> bool {
        talk(Tongue::English).topic_named(name).is_some()
    }

    #[test]
    fn a_turn_fits_the_one_before_it() {
        let turns = ["12:a", "3:b", "c: d", "x"].map(Turn::read);
        let able = |before| {
            let mut dice = Dice::new(1);
            (0..60).map(|_| next_turn(&turns, before, &mut dice).1).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(able(Some(0)).into_iter().collect::<Vec<_>>(), ["a", "c: d", "x"]);
        assert_eq!(able(Some(2)).into_iter().collect::<Vec<_>>(), ["b", "c: d", "x"]);
        assert_eq!(able(None).into_iter().collect::<Vec<_>>(), ["c: d", "x"]);
        assert_eq!(next_turn(&[], None, &mut Dice::new(1)), (0, ""));
    }

    #[test]
    fn a_phrase_takes_one_of_each_choice_and_fills_its_slots() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..40 {
            let mut text = String::new();
            fill("[a|b {x}] c{x}. {x}\\nd", &mut Dice::new(seed), &mut text, &|name, out| {
                out.push_str(if name == "x" { "ü" } else { "?" });
            });
            seen.insert(text);
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["a cü. Ü\nd", "b ü cü. Ü\nd"]);
    }

    #[test]
    fn choices_are_never_nested_and_always_closed() {
        for text in [include_str!("en.talk"), include_str!("fr.talk"), include_str!("de.talk")] {
            for line in text.lines() {
                let mut depth = 0_i32;
                for c in line.chars() {
                    depth += i32::from(c == '[') - i32::from(c == ']');
                    assert!((0..=1).contains(&depth), "{line}");
                }
                assert_eq!(depth, 0, "{line}");
            }
        }
    }
}
