//! Fuzzy matching, behind one function.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::text::fold;

/// Indices of the candidates that match what is typed, best first; equals keep their order. The
/// candidates are folded already ([`fold`]). Nothing typed matches everything.
pub(super) fn rank<'a>(typed: &str, folded: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let typed = fold(typed.trim());
    if typed.is_empty() {
        return folded.enumerate().map(|(at, _)| at).collect();
    }
    let pattern = Pattern::new(&typed, CaseMatching::Respect, Normalization::Never, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut hits: Vec<(u32, usize)> = folded
        .enumerate()
        .filter_map(|(at, text)| {
            let score = pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher)?;
            // Whole words and beginnings before letters found here and there.
            let bonus = u32::from(text.starts_with(&typed)) * 200 + u32::from(text.contains(&typed)) * 100;
            Some((score + bonus, at))
        })
        .collect();
    hits.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
    hits.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
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
        assert_eq!(rank("ZOË", [fold("Zoë Kowalski").as_str()].into_iter()), [0]);
        assert_eq!(rank("zoe", [fold("Zoë Kowalski").as_str()].into_iter()), [0]);
    }
}
