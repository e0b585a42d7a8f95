//! Every sentence that a user reads, by key, in one catalogue a language (Fluent).
//!
//! Owns the catalogues and nothing else. What goes into a sentence is a number or
//! [`Clean`] text; what comes out is [`Clean`]. Enter at [`Words::say`].

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::text::{Clean, clean_lines};

const ENGLISH: &str = include_str!("en.ftl");

/// What goes into a sentence.
#[derive(Clone, Debug)]
pub enum Arg<'a> {
    /// A number; chooses the plural form.
    Number(i64),
    /// Text that may be shown.
    Text(&'a Clean),
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'a> From<&'a Clean> for Arg<'a> {
    fn from(text: &'a Clean) -> Self {
        Self::Text(text)
    }
}

/// A catalogue of words. Cheap to clone.
#[derive(Clone)]
pub struct Words(Arc<Catalogue>);

struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Sentences without arguments, as they were said before: a frame says dozens of them.
    said: Mutex<HashMap<&'static str, Clean>>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words")
    }
}

impl Words {
    /// The English catalogue.
    #[must_use]
    pub fn english() -> Self {
        // A catalogue with a fault still has its sound entries; a test holds ours to none.
        let resource = FluentResource::try_new(ENGLISH.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new_concurrent(vec!["en".parse().unwrap_or_default()]);
        bundle.set_use_isolating(false);
        let _ = bundle.add_resource(resource);
        Self(Arc::new(Catalogue { bundle, said: Mutex::new(HashMap::new()) }))
    }

    /// The sentence of `key`; the key itself when the catalogue lacks it (a test finds those).
    #[must_use]
    pub fn say(&self, key: &'static str) -> Clean {
        let mut said = self.0.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        said.entry(key).or_insert_with(|| self.with(key, &[])).clone()
    }

    /// The sentence of `key` with its arguments.
    #[must_use]
    pub fn with(&self, key: &str, args: &[(&str, Arg<'_>)]) -> Clean {
        self.format(key, None, args).unwrap_or_else(|| clean_lines(key))
    }

    /// What the user may do next after the failure of `key`, where the catalogue knows (the message's
    /// attribute `next`).
    #[must_use]
    pub fn next_step(&self, key: &str, args: &[(&str, Arg<'_>)]) -> Option<Clean> {
        self.format(key, Some("next"), args)
    }

    fn format(&self, key: &str, attribute: Option<&str>, args: &[(&str, Arg<'_>)]) -> Option<Clean> {
        let message = self.0.bundle.get_message(key)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let mut values = FluentArgs::new();
        for (name, arg) in args {
            match arg {
                Arg::Number(number) => values.set(*name, *number),
                Arg::Text(text) => values.set(*name, FluentValue::from(text.as_str())),
            }
        }
        let mut errors = Vec::new();
        Some(clean_lines(&self.0.bundle.format_pattern(pattern, Some(&values), &mut errors)))
    }

    /// Whether the catalogue has `key`.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.bundle.has_message(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_catalogue_has_no_fault() {
        assert!(FluentResource::try_new(ENGLISH.to_owned()).is_ok());
    }

    #[test]
    fn no_key_stands_twice_in_the_catalogue() {
        let mut keys: Vec<&str> = ENGLISH
            .lines()
            .filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key))
            .collect();
        let all = keys.len();
        keys.sort_unstable();
        let twice: Vec<&str> = keys.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert!(all > 500 && twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn a_missing_key_shows_itself_instead_of_nothing() {
        assert_eq!(Words::english().say("no-such-key").as_str(), "no-such-key");
    }
}
