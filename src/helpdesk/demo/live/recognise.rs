//! Which topic of which phrase book a text is about, and which of its phrases.
//!
//! Owns [`recognise`] (by the words of the topics' own phrases, the rarer the weightier) and
//! [`best_match`] (which phrase a text was made from). Knows the phrase books only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::super::talk::{Tongue, Topic, talk};
use crate::text::fold;

/// Shortest word that says anything, in characters.
const SHORTEST: usize = 4;
/// Least weight of evidence.
const ENOUGH: f64 = 1.6;

struct Index {
    /// For each word the topics that use it, by place in `topics`.
    words: BTreeMap<String, Vec<usize>>,
    topics: Vec<(Tongue, &'static Topic)>,
}

/// The topic that a customer's text is most likely about; none when nothing speaks for one.
#[must_use]
pub fn recognise(text: &str) -> Option<(Tongue, &'static Topic)> {
    static INDEX: OnceLock<Index> = OnceLock::new();
    let index = INDEX.get_or_init(build);
    let mut scores = vec![0.0; index.topics.len()];
    for word in words(text) {
        if let Some(users) = index.words.get(&word) {
            #[allow(clippy::cast_precision_loss, reason = "a few dozen topics")]
            let weight = 1.0 / users.len() as f64;
            for user in users {
                scores[*user] += weight;
            }
        }
    }
    let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)))?;
    (scores[best] >= ENOUGH).then(|| index.topics[best])
}

/// Place of the phrase that `text` (folded) was most likely made from; none when it is of no phrase.
#[must_use]
pub fn best_match(text: &str, phrases: impl Iterator<Item = &'static str>) -> Option<usize> {
    phrases
        .map(|phrase| {
            // The plain stretches between choices and slots.
            let folded = fold(phrase);
            let pieces = folded.split(['[', ']', '|', '{', '}', '\\']).map(str::trim).filter(|piece| piece.len() > 8);
            let (held, all) = pieces.fold((0, 0), |(held, all), piece| {
                (held + if text.contains(piece) { piece.len() } else { 0 }, all + piece.len())
            });
            (held * 100).checked_div(all).unwrap_or(0)
        })
        .enumerate()
        .filter(|(_, share)| *share >= 30)
        .max_by_key(|(place, share)| (*share, std::cmp::Reverse(*place)))
        .map(|(place, _)| place)
}

fn build() -> Index {
    let topics: Vec<(Tongue, &'static Topic)> = Tongue::ALL
        .into_iter()
        .flat_map(|tongue| talk(tongue).topics.iter().map(move |topic| (tongue, topic)))
        .collect();
    let mut index = BTreeMap::<String, Vec<usize>>::new();
    for (place, (_, topic)) in topics.iter().enumerate() {
        let mut own = BTreeSet::new();
        for phrase in [&topic.subjects, &topic.asks, &topic.extras].into_iter().flatten() {
            own.extend(words(&without_slots(phrase)));
        }
        for word in own {
            index.entry(word).or_default().push(place);
        }
    }
    Index { words: index, topics }
}

fn without_slots(phrase: &str) -> String {
    let mut text = String::with_capacity(phrase.len());
    let mut inside = false;
    for c in phrase.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

fn words(text: &str) -> BTreeSet<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= SHORTEST && !word.chars().all(|c| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::cast::{Cast, Customer};
    use super::super::super::dice::Dice;
    use super::*;

    #[test]
    fn a_topics_own_questions_are_recognised() {
        let mut dice = Dice::new(3);
        let (mut right, mut all) = (0, 0);
        for tongue in Tongue::ALL {
            for topic in &talk(tongue).topics {
                let cast = Cast::throw(tongue, Customer::default(), "Ana", topic.kind, 1_790_000_000, &mut dice);
                for ask in &topic.asks {
                    let text = cast.say(ask, &mut dice);
                    all += 1;
                    right += usize::from(
                        recognise(&text).is_some_and(|(found, it)| found == tongue && it.name == topic.name),
                    );
                }
            }
        }
        assert!(right * 100 >= all * 92, "{right} of {all}");
    }

    #[test]
    fn a_said_phrase_is_found_again() {
        let mut dice = Dice::new(6);
        let (mut right, mut all) = (0, 0);
        for tongue in Tongue::ALL {
            for topic in &talk(tongue).topics {
                let cast = Cast::throw(tongue, Customer::default(), "Ana", topic.kind, 1_790_000_000, &mut dice);
                for turns in [&topic.answers, &topic.solves] {
                    for (place, turn) in turns.iter().enumerate() {
                        let text = fold(&format!("Hi.\n\n{}\n\nBye", cast.say(turn.text, &mut dice)));
                        all += 1;
                        right += usize::from(best_match(&text, turns.iter().map(|turn| turn.text)) == Some(place));
                    }
                }
            }
        }
        assert!(right * 100 >= all * 97, "{right} of {all}");
        assert_eq!(best_match("nothing of the kind", talk(Tongue::English).chases.iter().copied()), None);
    }

    #[test]
    fn what_is_about_nothing_of_ours_is_not_recognised() {
        assert!(recognise("").is_none());
        assert!(recognise("lorem ipsum dolor").is_none());
        assert!(recognise("12345 67890").is_none());
    }
}
