//! One bad line of a file that the user owns.

use std::fmt;
use std::path::PathBuf;

/// What is wrong with a line, and the nearest right word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file.
    pub file: PathBuf,
    /// Line, from 1; 0 when it concerns the whole file.
    pub line: usize,
    /// What is wrong; safe to show.
    pub what: String,
    /// The nearest right word, if one is near.
    pub meant: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.what)?;
        if let Some(meant) = &self.meant {
            write!(f, "; did you mean \"{meant}\"?")?;
        }
        Ok(())
    }
}

/// The candidate nearest to `word`, when it is near enough to be a slip of the finger.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        assert_eq!(nearest("tiem_zone", ["theme", "time_zone"]), Some("time_zone".into()));
        assert_eq!(nearest("xyzzy", ["theme", "time_zone"]), None);
    }
}
