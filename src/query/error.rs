//! What is wrong with a query, and where.

use std::fmt;

use crate::text::{Clean, clean};

/// Longest word for which a suggestion is looked for.
const SUGGESTION_CAP: usize = 64;

/// Why a query cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct QueryError {
    /// Where, in characters from 1; 0 when it is nowhere in the text.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: Clean,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.column > 0 {
            write!(f, "column {}: ", self.column)?;
        }
        f.write_str(&self.message)
    }
}

impl QueryError {
    pub(super) fn new(column: usize, message: &str) -> Self {
        Self { column, message: clean(message) }
    }

    /// `no WHAT "WORD"; did you mean "NEAREST"?`, else what there is.
    pub(super) fn unknown<'a>(
        column: usize,
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: &str,
    ) -> Self {
        let word: String = word.chars().take(SUGGESTION_CAP).collect();
        let advice =
            nearest(&word, known).map_or_else(|| otherwise.to_owned(), |near| format!("did you mean \"{near}\"?"));
        let end = if advice.is_empty() { String::new() } else { format!("; {advice}") };
        Self::new(column, &format!("no {what} \"{word}\"{end}"))
    }
}

/// The known word that was most likely meant, if any is near.
fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = crate::text::fold(word);
    let length = folded.chars().count();
    let limit = if length < 4 { 1 } else { 2 + length / 6 };
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= 4 * SUGGESTION_CAP)
        .filter_map(|candidate| {
            let other = crate::text::fold(candidate);
            // Of people, the first name alone is often what was typed.
            let distance = std::iter::once(other.as_str())
                .chain(other.split(' '))
                .map(|part| strsim::damerau_levenshtein(&folded, part))
                .min()
                .filter(|distance| *distance <= limit && *distance < length);
            let begins = length >= 3 && other.starts_with(&folded);
            if begins { Some((0, candidate)) } else { distance.map(|distance| (distance, candidate)) }
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_the_column_and_suggests_the_nearest() {
        let error = QueryError::unknown(4, "field", "asignee", ["assignee", "state"], "");
        assert_eq!(error.to_string(), "column 4: no field \"asignee\"; did you mean \"assignee\"?");
    }

    #[test]
    fn suggests_nothing_far_away() {
        let error = QueryError::unknown(1, "field", "xyz", ["assignee"], "quote words with a colon");
        assert_eq!(error.to_string(), "column 1: no field \"xyz\"; quote words with a colon");
    }

    #[test]
    fn hostile_words_are_cleaned() {
        let error = QueryError::unknown(0, "tag", "\u{1b}[2J", [], "");
        assert_eq!(error.to_string(), "no tag \"␛[2J\"");
    }
}
