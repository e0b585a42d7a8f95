//! The orders of a list.

/// In which order a list is shown. What has no such moment comes last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Last message first.
    #[default]
    Newest,
    /// Oldest last message first.
    Oldest,
    /// Longest waiting customer first.
    WaitingLongest,
    /// Breached or next to breach first, then longest waiting.
    NextBreach,
    /// Most urgent first, then longest waiting.
    Priority,
    /// Next to wake from snooze first.
    WakeTime,
}

impl Sort {
    /// All orders, as a picker shows them.
    pub const ALL: [Self; 6] =
        [Self::Newest, Self::Oldest, Self::WaitingLongest, Self::NextBreach, Self::Priority, Self::WakeTime];

    /// The word of views, `--sort` and remembered sorts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::WaitingLongest => "waiting-longest",
            Self::NextBreach => "next-breach",
            Self::Priority => "priority",
            Self::WakeTime => "wake-time",
        }
    }

    /// From that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_is_read_as_it_is_printed() {
        for sort in Sort::ALL {
            assert_eq!(Sort::parse(&sort.to_string()), Some(sort));
        }
        assert_eq!(Sort::parse("random"), None);
    }
}
