//! `Untrusted` in, `Clean` out.
//!
//! Owns the two types. Knows the filter between them. Enter at [`clean`].

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::{Deref, Range};

use serde::{Deserialize, Serialize, Serializer};

use super::filter::{Form, filter, is_silent, reveal};

/// Bytes of a text from outside that become one line.
const LONGEST_LINE: usize = 16 * 1024;

/// Text from outside. It cannot be shown: only [`Untrusted::clean`] makes something of it that can.
/// The original is kept for storage and for sending back.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Wraps text as it came.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The bytes as they came: for storing, comparing and sending back, never for showing.
    #[must_use]
    pub fn as_raw(&self) -> &str {
        &self.0
    }

    /// Whether it shows nothing: white space, and what is invisible, count for nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.chars().all(|scalar| scalar.is_whitespace() || is_silent(scalar) || scalar == '\u{2800}')
    }

    /// One line that may be shown; line breaks and tabs become spaces. Nobody reads a line of more than
    /// `LONGEST_LINE` bytes: what is longer ends in `…` there, so that a name of megabytes costs no more than any.
    #[must_use]
    pub fn clean(&self) -> Clean {
        if self.0.len() <= LONGEST_LINE {
            return clean(&self.0);
        }
        let mut line = clean(super::beginning(&self.0, LONGEST_LINE));
        line.0.push('…');
        line
    }

    /// One line that may be shown and is seen: `#id` where the text shows nothing.
    #[must_use]
    pub fn clean_or_id(&self, id: &impl fmt::Display) -> Clean {
        let line = self.clean();
        if line.is_blank() { clean(&format!("#{id}")) } else { line }
    }

    /// Lines that may be shown: line breaks are kept.
    #[must_use]
    pub fn clean_lines(&self) -> Clean {
        clean_lines(&self.0)
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({} bytes)", self.0.len())
    }
}

/// Text that may be shown: printable scalars and spaces only, and `\n` where it was asked for.
///
/// Only this room makes one. It never begins with a combining mark, so two of them can be put next
/// to each other without one changing the other's last letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clean(String);

impl Clean {
    /// Words of our own, on one line. They pass the same filter.
    #[must_use]
    pub fn literal(text: &'static str) -> Self {
        clean(text)
    }

    /// Takes text that is known to be made of pieces of `Clean`, cut between grapheme clusters.
    pub(in crate::text) fn vouch(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, without a copy.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Whether it shows nothing: empty or spaces only.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Itself, or `placeholder` where it shows nothing.
    #[must_use]
    pub fn or(self, placeholder: &Self) -> Self {
        if self.is_blank() { placeholder.clone() } else { self }
    }

    /// Puts `more` behind.
    pub fn push(&mut self, more: &Self) {
        self.0.push_str(&more.0);
    }

    /// The parts in order, `separator` between them.
    #[must_use]
    pub fn join<'a>(parts: impl IntoIterator<Item = &'a Self>, separator: &Self) -> Self {
        let mut joined = String::new();
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                joined.push_str(&separator.0);
            }
            joined.push_str(&part.0);
        }
        Self(joined)
    }

    /// The piece between two byte offsets. An offset within a grapheme cluster counts as the start
    /// of the cluster, one past the end as the end.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let start = super::measure::cluster_start(&self.0, range.start);
        let end = super::measure::cluster_start(&self.0, range.end);
        Self(self.0.get(start..end).unwrap_or_default().to_owned())
    }

    /// Without white space at either end.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        // A mark never follows a space directly (the filter puts a base between), so a trim cannot
        // take a base away from its mark.
        Self(self.0.trim().to_owned())
    }

    /// The lines, without their `\n`.
    pub fn each_line(&self) -> impl Iterator<Item = Self> + '_ {
        self.0.split('\n').map(|line| Self(line.to_owned()))
    }
}

impl Deref for Clean {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Clean {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Clean {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Clean {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Clean {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<Clean> for String {
    fn from(text: Clean) -> Self {
        text.0
    }
}

impl From<Clean> for Cow<'_, str> {
    fn from(text: Clean) -> Self {
        Cow::Owned(text.0)
    }
}

impl<'a> From<&'a Clean> for Cow<'a, str> {
    fn from(text: &'a Clean) -> Self {
        Cow::Borrowed(&text.0)
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Clean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// One line that may be shown. A run of line breaks and tabs becomes one space.
#[must_use]
pub fn clean(text: &str) -> Clean {
    Clean(filter(text, Form::Line))
}

/// Lines that may be shown, parted by `\n`. A tab becomes four spaces.
#[must_use]
pub fn clean_lines(text: &str) -> Clean {
    Clean(filter(text, Form::Lines))
}

/// The lines of a source, as they came: every scalar that could not be seen is shown as a sign. Controls become
/// their pictures (`␛`), all else its number (`⟨U+202E⟩`): joiners and selectors, spaces that are not the common
/// one, direction marks and overrides, what is not assigned. Only spaces and line breaks (`\n`, `\r\n`) are as
/// they were. At most eight bytes come of one.
#[must_use]
pub fn visible_lines(text: &str) -> Clean {
    Clean(reveal(text))
}

/// What a person types or pastes, as it will be shown and sent: line ends become `\n`, tabs four
/// spaces, and what may not be shown is left out rather than replaced.
#[must_use]
pub fn clean_entry(text: &str) -> String {
    filter(text, Form::Entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untrusted_text_is_not_in_its_debug_form() {
        assert_eq!(format!("{:?}", Untrusted::new("secret")), "Untrusted(6 bytes)");
    }

    #[test]
    fn a_line_of_megabytes_is_cut_and_says_so() {
        let name = Untrusted::new("é".repeat(1 << 20));
        let line = name.clean();
        assert!(line.len() < 17_000 && line.ends_with('…'), "{}", line.len());
        assert!(!Untrusted::new(format!("{}x", "\u{200b}".repeat(20_000))).is_empty());
    }

    #[test]
    fn a_name_that_shows_nothing_is_its_number() {
        assert_eq!(Untrusted::new("\u{3164}\u{200b}").clean_or_id(&42), "#42");
        assert_eq!(Untrusted::new("VIP").clean_or_id(&42), "VIP");
    }

    #[test]
    fn slices_keep_clusters_whole() {
        let text = clean("a👩‍👩‍👧‍👦b");
        assert_eq!(text.slice(0..3), "a");
        assert_eq!(text.slice(2..text.len()), "👩‍👩‍👧‍👦b");
        assert_eq!(text.slice(0..999), text);
        assert_eq!(text.slice(5..2), "");
    }

    #[test]
    fn joins_parts_with_a_separator() {
        let parts = [clean("a"), clean("b")];
        assert_eq!(Clean::join(&parts, &Clean::literal(" · ")), "a · b");
        assert_eq!(clean("  ").or(&Clean::literal("(no name)")), "(no name)");
    }
}
