//! Words in text: one rule for memory and SQL.

use crate::domain::Conversation;
use crate::text::fold;

/// All that plain words are looked for in, folded: title, preview, contact's name and address, company,
/// parted by `\n`. The cache keeps it in the column `folded`.
#[must_use]
pub fn haystack(conversation: &Conversation) -> String {
    let contact = conversation.contact.as_ref();
    let name = contact.map_or("", |contact| contact.name.as_raw());
    let email = contact.map_or("", |contact| contact.email.as_raw());
    let company = conversation.company_name.as_raw();
    [conversation.title.as_raw(), conversation.preview.as_raw(), name, email, company].map(fold).join("\n")
}

/// Words to look for: folded, found only where they begin and (without `prefix`) end as words. A letter
/// or digit is one of `a` to `z` and `0` to `9`, to which folding brings the letters of Latin scripts;
/// scripts without such word ends are found anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    needle: String,
    begins: bool,
    ends: bool,
}

impl Pattern {
    pub(super) fn new(text: &str, prefix: bool) -> Self {
        let folded = fold(text);
        let needle = folded.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        Self { begins: needle.starts_with(is_word), ends: !prefix && needle.ends_with(is_word), needle }
    }

    /// Whether there is nothing to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.needle.is_empty()
    }

    /// The folded words.
    pub(super) fn needle(&self) -> &str {
        &self.needle
    }

    /// Whether folded text has the words.
    pub(super) fn is_in(&self, folded: &str) -> bool {
        let mut from = 0;
        while let Some(found) = folded.get(from..).and_then(|rest| rest.find(&self.needle)) {
            let start = from + found;
            let end = start + self.needle.len();
            let begins = !self.begins || !folded[..start].ends_with(is_word);
            let ends = !self.ends || !folded[end..].starts_with(is_word);
            if begins && ends {
                return true;
            }
            // `find` gives a character's boundary, so the next one is that character further.
            from = start + folded[start..].chars().next().map_or(1, char::len_utf8);
        }
        false
    }

    /// The same as a pattern for SQL's `' ' || folded || ' ' GLOB ?`.
    pub(super) fn to_glob(&self) -> String {
        let mut glob = String::from("*");
        if self.begins {
            glob.push_str("[^a-z0-9]");
        }
        for scalar in self.needle.chars() {
            if matches!(scalar, '*' | '?' | '[') {
                glob.push('[');
                glob.push(scalar);
                glob.push(']');
            } else {
                glob.push(scalar);
            }
        }
        if self.ends {
            glob.push_str("[^a-z0-9]");
        }
        glob.push('*');
        glob
    }
}

fn is_word(scalar: char) -> bool {
    scalar.is_ascii_lowercase() || scalar.is_ascii_digit()
}

/// A phone number's digits and letters: what people put between them is left out.
pub(super) fn bare_number(number: &str) -> String {
    fold(number).chars().filter(|c| !NUMBER_FILLERS.contains(c)).collect()
}

/// What people put between the digits of a phone number.
pub(super) const NUMBER_FILLERS: [char; 7] = [' ', '-', '.', '/', '(', ')', '+'];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str, text: &str) -> bool {
        Pattern::new(words, false).is_in(&fold(text))
    }

    #[test]
    fn whole_words_are_found_in_any_case_and_accent() {
        assert!(found("refund", "Refund please"));
        assert!(found("grosse", "Die Größe"));
        assert!(!found("art", "The party"));
        assert!(found("art", "party art."));
        assert!(found("ana@example.com", "<ana@example.com>"));
    }

    #[test]
    fn phrases_and_beginnings_are_found() {
        assert!(found("late  delivery", "a Late delivery again"));
        assert!(!found("late delivery", "late, delivery"));
        assert!(Pattern::new("refu", true).is_in("my refund"));
        assert!(!Pattern::new("fund", true).is_in("my refund"));
    }

    #[test]
    fn scripts_without_word_ends_are_found_anywhere() {
        assert!(found("日本", "新日本語"));
    }

    #[test]
    fn globs_keep_special_characters_literal() {
        assert_eq!(Pattern::new("a*b?", false).to_glob(), "*[^a-z0-9]a[*]b[?]*");
        assert_eq!(Pattern::new("x", true).to_glob(), "*[^a-z0-9]x*");
    }
}
