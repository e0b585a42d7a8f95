//! What languages are called.

use crate::text::{Clean, Language, clean};
use crate::words::Words;

/// A language's name; its two letters where the catalogue has none.
pub(super) fn name(of: Language, words: &Words) -> Clean {
    let key = match of.as_str() {
        "en" => "language-en",
        "fr" => "language-fr",
        "de" => "language-de",
        "es" => "language-es",
        "it" => "language-it",
        "pt" => "language-pt",
        "nl" => "language-nl",
        "sv" => "language-sv",
        "da" => "language-da",
        "nb" => "language-nb",
        "fi" => "language-fi",
        "pl" => "language-pl",
        "cs" => "language-cs",
        "sk" => "language-sk",
        "hu" => "language-hu",
        "ro" => "language-ro",
        "bg" => "language-bg",
        "el" => "language-el",
        "tr" => "language-tr",
        "ru" => "language-ru",
        "uk" => "language-uk",
        "ar" => "language-ar",
        "he" => "language-he",
        "fa" => "language-fa",
        "hi" => "language-hi",
        "zh" => "language-zh",
        "ja" => "language-ja",
        "ko" => "language-ko",
        "th" => "language-th",
        "vi" => "language-vi",
        "id" => "language-id",
        "ca" => "language-ca",
        "hr" => "language-hr",
        "sl" => "language-sl",
        "et" => "language-et",
        "lv" => "language-lv",
        "lt" => "language-lt",
        other => return clean(&other.to_uppercase()),
    };
    words.say(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_name_or_its_letters() {
        let words = Words::english();
        for first in 'a'..='z' {
            for second in 'a'..='z' {
                let Some(language) = Language::parse(&format!("{first}{second}")) else { continue };
                let name = name(language, &words);
                assert!(!name.is_blank() && !name.starts_with("language-"), "{language}");
            }
        }
    }
}
