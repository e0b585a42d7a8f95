//! What `tab` completes: teammates after `@` in a note, emoji after `:`.
//!
//! Owns when something is offered, and what. It is offered while typing, takes no key but `tab` and the
//! arrows, and goes by itself. Enter at [`offered`].

use super::emoji;
use crate::domain::{Directory, Mode};
use crate::keymap::{Key, KeyCode};
use crate::text::{Clean, clean, clean_entry, fold};

/// Lines that are offered at most.
const MOST: usize = 6;
/// Words of a name that may be typed.
const NAME_WORDS: usize = 4;

/// One line that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What is shown first: the emoji, or blank.
    pub sign: Clean,
    /// Its name.
    pub name: Clean,
    /// What is put in.
    pub(in crate::app) insert: String,
}

/// What is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Best first; at least one.
    pub items: Vec<Item>,
    /// Index of the line that `tab` takes.
    pub cursor: usize,
    /// How many characters before the cursor it replaces.
    pub(super) typed: usize,
    /// How many cells before the cursor that begins.
    pub back: usize,
}

impl Completion {
    /// The line that `tab` takes.
    pub(super) fn item(&self) -> Option<&Item> {
        self.items.get(self.cursor)
    }

    /// Takes a key that chooses among the lines. Returns whether it was one.
    pub(super) fn key(&mut self, key: Key) -> bool {
        let len = self.items.len().max(1);
        match (key.code, key.ctrl, key.alt) {
            (KeyCode::Down, false, false) | (KeyCode::Char('n'), true, false) => self.cursor = (self.cursor + 1) % len,
            (KeyCode::Up, false, false) | (KeyCode::Char('p'), true, false) => {
                self.cursor = (self.cursor + len - 1) % len;
            }
            _ => return false,
        }
        true
    }
}

/// What is offered for the words around the cursor.
#[must_use]
pub fn offered(mode: Mode, before: &str, after: &str, directory: &Directory) -> Option<Completion> {
    // Within a word nothing is completed.
    if after.chars().next().is_some_and(char::is_alphanumeric) {
        return None;
    }
    let (typed, items) = mention(mode, before, directory).or_else(|| named_emoji(before))?;
    let offered = Completion { items, cursor: 0, typed: typed.chars().count(), back: crate::text::width(typed) };
    (!offered.items.is_empty()).then_some(offered)
}

/// Whether a sign that begins a name stands by itself: not in an address, not in a time.
fn stands_alone(before: &str) -> bool {
    before.chars().next_back().is_none_or(|last| last.is_whitespace() || matches!(last, '(' | '[' | '"' | '“' | '«'))
}

/// `@Full Na`, in a note.
fn mention<'t>(mode: Mode, before: &'t str, directory: &Directory) -> Option<(&'t str, Vec<Item>)> {
    if mode != Mode::Note {
        return None;
    }
    let at = before.rfind('@').filter(|at| stands_alone(before.get(..*at).unwrap_or("")))?;
    let typed = before.get(at..)?;
    let name = fold(typed.strip_prefix('@')?);
    let is_name = name.chars().next().is_some_and(char::is_alphanumeric)
        && name.split(' ').count() <= NAME_WORDS
        && !name.ends_with("  ");
    if !is_name {
        return None;
    }
    let me = directory.me().map(|me| &me.id);
    let mut found: Vec<(bool, Item)> = Vec::new();
    for teammate in directory.teammates.iter().filter(|mate| Some(&mate.id) != me && !mate.name.is_empty()) {
        let shown = teammate.name.clean().trimmed();
        let folded = fold(&shown);
        let begins = folded.starts_with(&name);
        let within = || folded.split([' ', '-']).any(|word| word.starts_with(&name));
        if folded == name.trim_end() {
            // It is there already.
            return None;
        }
        if begins || within() {
            let insert = clean_entry(&format!("@{shown} "));
            found.push((!begins, Item { sign: Clean::default(), name: shown, insert }));
        }
    }
    found.sort_by(|(late, one), (later, other)| (late, &one.name).cmp(&(later, &other.name)));
    // Nobody is called so: it may be something else that is typed after a name.
    let items: Vec<Item> = found.into_iter().map(|(_, item)| item).take(MOST).collect();
    (!items.is_empty()).then_some((typed, items))
}

/// `:smi`, where a word begins.
fn named_emoji(before: &str) -> Option<(&str, Vec<Item>)> {
    let at = before.rfind(':').filter(|at| stands_alone(before.get(..*at).unwrap_or("")))?;
    let typed = before.get(at..)?;
    let name = typed.strip_prefix(':')?;
    let is_name = name.len() >= 2
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+'));
    if !is_name {
        return None;
    }
    let item = |(name, sign): (&str, &str)| Item { sign: clean(sign), name: clean(name), insert: sign.to_owned() };
    Some((typed, emoji::find(&name.to_ascii_lowercase(), MOST).into_iter().map(item).collect()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::{AwayState, Teammate, TeammateId};
    use crate::text::Untrusted;

    fn directory() -> Directory {
        let mate = |id: &str, name: &str| Teammate {
            id: TeammateId::parse(id).unwrap(),
            name: Untrusted::new(name),
            email: Untrusted::default(),
            has_inbox_seat: true,
            away: AwayState::default(),
            teams: Vec::new(),
        };
        let teammates =
            vec![mate("1", "Zoë Ana Kowalski"), mate("2", "Ana Ito"), mate("3", "Anabel\u{1b}[2J"), mate("4", "")];
        Directory { teammates, ..Directory::default() }
    }

    fn names(before: &str) -> Vec<String> {
        let offered = offered(Mode::Note, before, "", &directory());
        offered.map_or_else(Vec::new, |offered| offered.items.iter().map(|item| item.name.to_string()).collect())
    }

    #[test]
    fn teammates_are_found_by_any_of_their_names() {
        assert_eq!(names("ask @an"), ["Ana Ito", "Anabel␛[2J", "Zoë Ana Kowalski"]);
        assert_eq!(names("@zoe a"), ["Zoë Ana Kowalski"]);
        assert_eq!(names("@Ana I"), ["Ana Ito"]);
        assert!(names("@ana ito").is_empty() && names("@ana ito ").is_empty(), "nothing is left to complete");
        assert!(names("mail@an").is_empty() && names("@").is_empty() && names("an").is_empty());
    }

    #[test]
    fn a_mention_is_for_notes() {
        assert_eq!(offered(Mode::Reply, "@an", "", &directory()), None);
        let offered = offered(Mode::Note, "ask @an", "", &directory()).unwrap();
        assert_eq!((offered.typed, offered.back, offered.items[0].insert.as_str()), (3, 3, "@Ana Ito "));
    }

    #[test]
    fn emoji_are_found_by_name_where_a_word_begins() {
        let of = |before: &str, after: &str| offered(Mode::Reply, before, after, &directory());
        assert!(of("so :smi", "").unwrap().items.iter().any(|item| item.sign == "😄" || item.sign == "🙂"));
        assert_eq!(of("at 14:30", ""), None);
        assert_eq!(of("Note:so", ""), None);
        assert_eq!(of(":s", ""), None);
        assert_eq!(of(":smi", "le"), None);
        assert_eq!(of(":zzzz", ""), None);
        let after_name = offered(Mode::Note, "@Ana Ito :smi", "", &directory()).unwrap();
        assert_eq!(after_name.typed, 4, "a name before it does not stand in the way");
    }
}
