//! Which language a text is in, found on this machine.
//!
//! Owns [`Language`] and the guess. Knows the detector and nothing of screens. Enter at [`detect`].

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use whatlang::Lang;

/// Fewer letters than this say nothing certain.
const LEAST_LETTERS: usize = 20;
/// So many bytes of a text are looked at: more cost time and tell nothing new.
const LOOKED_AT: usize = 600;

/// A language by its two letters of ISO 639-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 2]);

impl Language {
    /// From two letters, in either case; anything else is none.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let &[first, second] = code.as_bytes() else { return None };
        let is_code = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
        is_code.then(|| Self([first.to_ascii_lowercase(), second.to_ascii_lowercase()]))
    }

    /// Its two letters, small.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("not two letters"))
    }
}

/// The language of plain text, where there is enough of it to be reasonably sure.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    let end = super::measure::cluster_start(text, LOOKED_AT);
    let text = text.get(..end)?;
    if text.chars().filter(|letter| letter.is_alphabetic()).take(LEAST_LETTERS).count() < LEAST_LETTERS {
        return None;
    }
    let found = whatlang::detect(text).filter(whatlang::Info::is_reliable)?;
    two_letters(found.lang())
}

/// ISO 639-1 for what the detector tells apart.
fn two_letters(lang: Lang) -> Option<Language> {
    let code = match lang {
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        _ => return None,
    };
    Language::parse(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_words_say_nothing_and_a_sentence_does() {
        assert_eq!(detect("ok merci"), None);
        let french = "Bonjour, je n'ai toujours pas reçu ma commande et je voudrais savoir quand elle sera livrée.";
        assert_eq!(detect(french).as_ref().map(Language::as_str), Some("fr"));
        let german = "Guten Tag, die Zeltstange ist am zweiten Tag gebrochen und ich hätte gern mein Geld zurück.";
        assert_eq!(detect(german).as_ref().map(Language::as_str), Some("de"));
        let english = "Hello, the pole of my tent broke on the second day and I would like to have a refund please.";
        assert_eq!(detect(english).as_ref().map(Language::as_str), Some("en"));
    }
}
