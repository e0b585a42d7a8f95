//! Fuzzy matching: what was meant by a few letters.
//!
//! Owns an index of folded names ([`Index`]), what is typed ([`Typed`]), how well a name answers it
//! ([`Score`]), and a search that narrows letter by letter ([`Search`]). Names are folded once, when the
//! index is made; each has a set of the letters in it, by which most are passed over at one glance. Knows
//! nothing of what the names stand for. Enter at [`Search::hits`], or at [`rank`] for a short list.

use crate::text::fold;

/// Letters from which on a typed word may be mistyped.
const LONG: usize = 4;

/// Words of a name that an acronym may be made of.
const ACRONYM: usize = 24;

/// How a name answers, best last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Nothing is typed.
    #[default]
    Any,
    /// The letters are there, in order, here and there from the beginning of a word on.
    Scattered,
    /// A word is there but for one wrong, missing, doubled or swapped letter.
    Typo,
    /// Within words.
    Inside,
    /// Letters that begin words, one after the other.
    Acronym,
    /// It begins a word.
    WordBegin,
    /// It begins the name.
    Begin,
    /// It is a word, or several.
    Words,
    /// It is the name.
    Whole,
}

/// How well a name answers; a greater one is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    pub class: Class,
    /// Within the class: less between the letters, nearer to the beginning, shorter. At most 8,191.
    pub closeness: u16,
}

const CLOSEST: usize = 8_191;

fn closeness(penalty: usize) -> u16 {
    u16::try_from(CLOSEST.saturating_sub(penalty)).unwrap_or(0)
}

/// Bit of a byte in a set of letters: one each for `a` to `z` and `0` to `9`, the others share.
const fn bit(byte: u8) -> u64 {
    1 << match byte {
        b'a'..=b'z' => byte - b'a',
        b'0'..=b'9' => 26 + byte - b'0',
        _ => 36 + byte % 28,
    }
}

fn letters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte != b' ').fold(0, |set, byte| set | bit(*byte))
}

/// Whether a byte belongs to a word: an ASCII letter or digit, or part of a letter without an ASCII form.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn byte_at(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).copied()
}

fn begins_word(text: &[u8], at: usize) -> bool {
    at == 0 || byte_at(text, at - 1).is_some_and(|before| !is_word(before))
}

fn ends_word(text: &[u8], end: usize) -> bool {
    byte_at(text, end).is_none_or(|after| !is_word(after))
}

/// Folded names, one after the other in one piece of memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    letters: Vec<u64>,
    initials: Vec<u64>,
    /// First and second letters of long words: what a mistyped one may begin with.
    long: Vec<(u64, u64)>,
}

impl Index {
    /// Puts a name in; it is folded here.
    pub fn push(&mut self, name: &str) {
        let folded = fold(name);
        let bytes = folded.as_bytes();
        let begins = (0..bytes.len()).filter(|at| begins_word(bytes, *at));
        self.initials.push(begins.filter_map(|at| byte_at(bytes, at)).fold(0, |set, byte| set | bit(byte)));
        self.letters.push(letters(bytes));
        let set = |at: usize| words_of(bytes).filter_map(|word| byte_at(word, at)).fold(0, |set, byte| set | bit(byte));
        self.long.push((set(0), set(1)));
        self.bytes.extend_from_slice(bytes);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    /// How many names there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    fn text(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let end = self.ends.get(at).map_or(start, |end| *end as usize);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// How a name answers; `None` when it does not.
    pub fn score(&self, at: usize, typed: &Typed) -> Option<Score> {
        let set = self.letters.get(at)?;
        if typed.letters & !set != 0 {
            return None;
        }
        if let [letter] = *typed.whole.as_bytes() {
            return Some(self.score_letter(at, letter));
        }
        score_text(self.text(at), *self.initials.get(at)?, typed)
    }

    /// One letter is told by the sets alone.
    fn score_letter(&self, at: usize, letter: u8) -> Score {
        let text = self.text(at);
        let begins_a_word = self.initials.get(at).is_some_and(|set| set & bit(letter) != 0);
        let class = match (text.first() == Some(&letter), begins_a_word) {
            (true, _) if ends_word(text, 1) => Class::Words,
            (true, _) => Class::Begin,
            (_, true) => Class::WordBegin,
            _ => Class::Inside,
        };
        Score { class, closeness: closeness(text.len()) }
    }

    /// How a name answers with one letter of a word wrong, missing, doubled or swapped.
    fn score_typo(&self, at: usize, typed: &Typed) -> Option<Score> {
        let missing = typed.letters & !self.letters.get(at)?;
        // One edit adds one letter that the name has not, in each long word.
        if missing.count_ones() as usize > typed.words.len() {
            return None;
        }
        if let ([word], Some((first, second))) = (typed.words.as_slice(), self.long.get(at)) {
            // Its first letter is right, or the second one is, or the two are swapped or one of them doubled.
            let [a, b] = [0, 1].map(|at| byte_at(word.bytes(), at).map_or(0, bit));
            if (a | b) & first == 0 && (a | b) & second == 0 {
                return None;
            }
        }
        let text = self.text(at);
        let is_there = |word: &Word| {
            (word.bytes().len() >= LONG && words_of(text).any(|other| is_one_edit(word.bytes(), other)))
                || occurrences(text, word.bytes()).next().is_some()
        };
        typed.words.iter().all(is_there).then(|| Score { class: Class::Typo, closeness: closeness(text.len()) })
    }
}

fn words_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !is_word(*byte)).filter(|word| word.len() >= LONG)
}

/// Whether what is typed is the beginning of a word but for one edit.
fn is_one_edit(typed: &[u8], word: &[u8]) -> bool {
    if let ([a, b, ..], [first, second, ..]) = (typed, word)
        && ![(a, first), (b, second), (b, first), (a, second)].iter().any(|(typed, there)| typed == there)
    {
        return false;
    }
    let same = typed.iter().zip(word).take_while(|(a, b)| a == b).count();
    let typed_from = |at: usize| typed.get(same + at..);
    let word_from = |at: usize| word.get(same + at..);
    let begins = |rest: Option<&[u8]>, with: Option<&[u8]>| matches!((rest, with), (Some(rest), Some(with)) if rest.starts_with(with));
    let is_swapped =
        || byte_at(typed, same) == byte_at(word, same + 1) && byte_at(typed, same + 1) == byte_at(word, same);
    begins(word_from(1), typed_from(1))
        || begins(word_from(0), typed_from(1))
        || begins(word_from(1), typed_from(0))
        || (begins(word_from(2), typed_from(2)) && is_swapped())
}

fn occurrences<'a>(text: &'a [u8], part: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = part.first().copied();
    let begins = text.iter().enumerate().filter(move |(_, byte)| Some(**byte) == first).map(|(at, _)| at);
    begins.filter(move |at| text.get(*at..at + part.len()) == Some(part))
}

fn score_text(text: &[u8], initials: u64, typed: &Typed) -> Option<Score> {
    let whole = typed.whole.as_bytes();
    let longer = text.len().saturating_sub(whole.len());
    if longer == 0 && text == whole {
        return Some(Score { class: Class::Whole, closeness: closeness(0) });
    }
    let as_typed = score_part(text, whole);
    if let Some(score) = as_typed.filter(|score| score.class >= Class::WordBegin) {
        return Some(score);
    }
    if let [word] = typed.words.as_slice() {
        return as_typed.filter(|_| !acronym_may_be(word, initials)).or_else(|| score_word(text, initials, word));
    }
    // Several words, in any order: the name is as good an answer as the worst of them.
    let mut all = Score { class: Class::Whole, closeness: 0 };
    let mut penalty = 0;
    for word in &typed.words {
        let score = score_word(text, initials, word)?;
        all.class = all.class.min(score.class);
        penalty += CLOSEST.saturating_sub(usize::from(score.closeness));
    }
    // Not as they are typed, so not as good as if they were.
    all.class = all.class.min(Class::WordBegin);
    all.closeness = closeness(penalty);
    Some(all)
}

const fn acronym_may_be(word: &Word, initials: u64) -> bool {
    word.letters & !initials == 0
}

fn score_word(text: &[u8], initials: u64, word: &Word) -> Option<Score> {
    let part = score_part(text, word.bytes());
    if let Some(score) = part.filter(|score| score.class >= Class::WordBegin) {
        return Some(score);
    }
    if acronym_may_be(word, initials) && is_acronym(text, word.bytes()) {
        return Some(Score { class: Class::Acronym, closeness: closeness(text.len()) });
    }
    // Letters without an ASCII form are words of their own kind: they are not looked for here and there.
    part.or_else(|| if word.folded.is_ascii() { score_scattered(text, word.bytes()) } else { None })
}

/// How a run of letters answers, wherever it is best.
fn score_part(text: &[u8], part: &[u8]) -> Option<Score> {
    let mut best: Option<Score> = None;
    for at in occurrences(text, part) {
        let class = match (begins_word(text, at), ends_word(text, at + part.len())) {
            (true, true) => Class::Words,
            (true, false) if at == 0 => Class::Begin,
            (true, false) => Class::WordBegin,
            _ => Class::Inside,
        };
        let score = Score { class, closeness: closeness(at * 2 + text.len()) };
        best = best.max(Some(score));
        if class == Class::Words {
            break;
        }
    }
    best
}

/// Whether the letters begin words that follow each other.
fn is_acronym(text: &[u8], typed: &[u8]) -> bool {
    let mut initials = [0; ACRONYM];
    let begins = text.iter().enumerate().filter(|(at, byte)| is_word(**byte) && begins_word(text, *at));
    let mut count = 0;
    for (slot, (_, byte)) in initials.iter_mut().zip(begins) {
        *slot = *byte;
        count += 1;
    }
    occurrences(initials.get(..count).unwrap_or_default(), typed).next().is_some()
}

/// The letters in order, here and there, from the beginning of a word on: the nearer to each other the better.
fn score_scattered(text: &[u8], typed: &[u8]) -> Option<Score> {
    let (first, rest) = typed.split_first()?;
    let starts = text.iter().enumerate().filter(|(at, byte)| *byte == first && begins_word(text, *at));
    let mut least: Option<usize> = None;
    for (start, _) in starts {
        let (mut end, mut begins) = (start + 1, 0);
        for letter in rest {
            let Some(next) = text.get(end..).and_then(|rest| rest.iter().position(|byte| byte == letter)) else {
                // From a later beginning on it is not there either.
                return least.map(scattered);
            };
            end += next + 1;
            begins += usize::from(begins_word(text, end - 1));
        }
        let gaps = (end - start).saturating_sub(typed.len());
        let penalty = (gaps * 32 + start * 2 + text.len()).saturating_sub(begins * 24);
        least = Some(least.map_or(penalty, |least| least.min(penalty)));
    }
    least.map(scattered)
}

fn scattered(penalty: usize) -> Score {
    Score { class: Class::Scattered, closeness: closeness(penalty) }
}

/// A typed word.
#[derive(Clone, Debug)]
struct Word {
    folded: String,
    letters: u64,
}

impl Word {
    const fn bytes(&self) -> &[u8] {
        self.folded.as_bytes()
    }
}

/// What is typed, folded.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    /// Its words, one space between them.
    whole: String,
    words: Vec<Word>,
    letters: u64,
}

impl Typed {
    /// From what was typed.
    pub fn new(text: &str) -> Self {
        let folded = fold(text);
        let words: Vec<Word> = folded
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| Word { letters: letters(word.as_bytes()), folded: word.to_owned() })
            .collect();
        let whole = words.iter().map(|word| word.folded.as_str()).collect::<Vec<_>>().join(" ");
        Self { letters: words.iter().fold(0, |set, word| set | word.letters), whole, words }
    }

    /// Nothing is typed.
    pub const fn is_blank(&self) -> bool {
        self.whole.is_empty()
    }

    /// Whether every typed word begins a word of the folded text.
    pub fn begins_words_of(&self, folded: &str) -> bool {
        let text = folded.as_bytes();
        self.words.iter().all(|word| occurrences(text, word.bytes()).any(|at| begins_word(text, at)))
    }
}

/// With fewer good answers than this, typos are allowed for.
const FEW: usize = 5;

/// A search that is narrowed as letters are added.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    /// What may be found at all.
    all: Vec<u32>,
    /// What each shorter beginning of what is typed has left, the shortest first.
    levels: Vec<(String, Vec<u32>)>,
}

impl Search {
    /// Among these names of an index.
    pub const fn new(all: Vec<u32>) -> Self {
        Self { all, levels: Vec::new() }
    }

    /// How many may be found at all.
    pub const fn len(&self) -> usize {
        self.all.len()
    }

    /// The names that answer, in the order of the index. A letter more looks through what the letters
    /// before have left, a letter less through what was left before it.
    pub fn hits(&mut self, index: &Index, typed: &Typed) -> Vec<(u32, Score)> {
        if typed.is_blank() {
            self.levels.clear();
            return self.all.iter().map(|at| (*at, Score::default())).collect();
        }
        while self.levels.last().is_some_and(|(before, _)| !typed.whole.starts_with(before.as_str())) {
            self.levels.pop();
        }
        let from = self.levels.last().map_or(&self.all, |(_, left)| left);
        let score = |at: &u32| Some((*at, index.score(*at as usize, typed)?));
        let mut hits: Vec<(u32, Score)> = from.iter().filter_map(score).collect();
        if self.levels.last().is_none_or(|(before, _)| *before != typed.whole) {
            self.levels.push((typed.whole.clone(), hits.iter().map(|(at, _)| *at).collect()));
        }
        let is_long = typed.words.iter().any(|word| word.bytes().len() >= LONG);
        if is_long && hits.iter().filter(|(_, score)| score.class > Class::Typo).take(FEW).count() < FEW {
            self.allow_for_typos(index, typed, &mut hits);
        }
        hits
    }

    fn allow_for_typos(&self, index: &Index, typed: &Typed, hits: &mut Vec<(u32, Score)>) {
        let near = |at: &u32| Some((*at, index.score_typo(*at as usize, typed)?));
        let mut found: Vec<(u32, Score)> = self.all.iter().filter_map(near).collect();
        let known = std::mem::take(hits);
        let mut known = known.into_iter().peekable();
        // Both are in the order of the index; of two scores of one name the better counts.
        let mut near = std::mem::take(&mut found).into_iter().peekable();
        loop {
            let next = match (known.peek(), near.peek()) {
                (Some(a), Some(b)) if a.0 == b.0 => {
                    let both = (a.0, a.1.max(b.1));
                    known.next();
                    near.next();
                    both
                }
                (Some(a), Some(b)) if b.0 < a.0 => {
                    let next = *b;
                    near.next();
                    next
                }
                (Some(a), _) => {
                    let next = *a;
                    known.next();
                    next
                }
                (None, Some(b)) => {
                    let next = *b;
                    near.next();
                    next
                }
                (None, None) => break,
            };
            hits.push(next);
        }
    }
}

/// Indices of the candidates that match what is typed, best first; equals keep their order. Nothing typed
/// matches everything.
pub(super) fn rank<'a>(typed: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut index = Index::default();
    candidates.for_each(|candidate| index.push(candidate));
    let typed = Typed::new(typed);
    if typed.is_blank() {
        return (0..index.len()).collect();
    }
    let mut hits: Vec<(Score, usize)> =
        (0..index.len()).filter_map(|at| Some((index.score(at, &typed)?, at))).collect();
    hits.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    hits.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn beginnings_come_before_letters_found_here_and_there() {
        let names = ["close conversation", "assign to a teammate", "send and close", "sort"];
        assert_eq!(rank("close", names.into_iter()), [0, 2]);
        assert_eq!(rank("asgn", names.into_iter()), [1]);
        assert_eq!(rank("", names.into_iter()), [0, 1, 2, 3]);
        assert!(rank("xyzzy", names.into_iter()).is_empty());
    }

    #[test]
    fn accents_and_case_do_not_matter() {
        assert_eq!(rank("ZOË", ["Zoë Kowalski"].into_iter()), [0]);
        assert_eq!(rank("zoe", ["Zoë Kowalski"].into_iter()), [0]);
    }

    fn class(typed: &str, name: &str) -> Option<Class> {
        let mut index = Index::default();
        index.push(name);
        let hits = Search::new(vec![0]).hits(&index, &Typed::new(typed));
        hits.first().map(|(_, score)| score.class)
    }

    #[test]
    fn each_kind_of_answer_has_its_class() {
        for (typed, name, expected) in [
            ("close", "Close", Class::Whole),
            ("and close", "Send and close", Class::Words),
            ("clo", "Close it", Class::Begin),
            ("clo", "Send and close", Class::WordBegin),
            ("close send", "Send and close", Class::WordBegin),
            ("sac", "Send and close", Class::Acronym),
            ("ac", "Send and close", Class::Acronym),
            ("lose", "Close", Class::Inside),
            ("sdcl", "Send and close", Class::Scattered),
            ("c", "Close", Class::Begin),
            ("l", "Close", Class::Inside),
            ("日本", "東日本", Class::Inside),
            ("Größe", "Falsche Grösse?", Class::Words),
        ] {
            assert_eq!(class(typed, name), Some(expected), "{typed} {name}");
        }
        assert_eq!(class("日東", "東日本"), None);
        assert_eq!(class("snoo", "Mouse on or off"), None, "not from the middle of a word on");
    }

    #[test]
    fn one_letter_may_be_wrong_missing_doubled_or_swapped() {
        for typed in ["refumd", "refnd", "reffund", "rfeund", "refudn", "refundd", "efund"] {
            assert!(class(typed, "Tag: refund").is_some(), "{typed}");
        }
        for typed in ["clsoe", "clpse", "cloose"] {
            assert_eq!(class(typed, "Send and close"), Some(Class::Typo), "{typed}");
        }
        for typed in ["refxmd", "vop", "fefunx"] {
            assert_eq!(class(typed, "Tag: refund vip"), None, "{typed}");
        }
    }

    #[test]
    fn typos_are_tried_only_when_there_are_few_answers() {
        let mut index = Index::default();
        (0..5).for_each(|at| index.push(&format!("clothes {at}")));
        index.push("close");
        let mut search = Search::new((0..6).collect());
        assert_eq!(search.hits(&index, &Typed::new("clot")).len(), 5);
        assert_eq!(search.hits(&index, &Typed::new("cloth")).len(), 5);
        assert_eq!(search.hits(&index, &Typed::new("clote")).len(), 6, "five here and there, one but for a letter");
    }

    proptest! {
        #[test]
        fn narrowing_finds_what_a_fresh_search_finds(
            names in proptest::collection::vec("[a-eé ]{0,12}", 0..30),
            typed in "[a-e ]{0,6}",
        ) {
            let mut index = Index::default();
            for name in &names {
                index.push(name);
            }
            let all = || (0..u32::try_from(names.len()).unwrap_or(0)).collect::<Vec<u32>>();
            let mut narrowed = Search::new(all());
            for end in (0..=typed.len()).chain((0..typed.len()).rev()) {
                let so_far = Typed::new(&typed[..end]);
                prop_assert_eq!(narrowed.hits(&index, &so_far), Search::new(all()).hits(&index, &so_far));
            }
        }
    }
}
