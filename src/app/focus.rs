//! Which pane keys go to, and the order of panes.

/// A pane of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// Entries.
    Sidebar,
    /// Conversations (or outbox rows) of the open entry.
    #[default]
    List,
    /// Messages of one conversation.
    Thread,
    /// What is being written.
    Composer,
    /// Contact and conversation facts.
    Details,
}

impl Pane {
    /// All panes, from left to right.
    pub const ALL: [Self; 5] = [Self::Sidebar, Self::List, Self::Thread, Self::Composer, Self::Details];

    /// The pane before or after, among those that pass.
    #[must_use]
    pub fn neighbour(self, forward: bool, wrap: bool, passes: impl Fn(Self) -> bool) -> Option<Self> {
        let panes: Vec<Self> = Self::ALL.into_iter().filter(|pane| *pane == self || passes(*pane)).collect();
        let at = panes.iter().position(|pane| *pane == self)?;
        let next = match (forward, wrap) {
            (true, true) => (at + 1) % panes.len(),
            (true, false) => at + 1,
            (false, true) => (at + panes.len() - 1) % panes.len(),
            (false, false) => at.checked_sub(1)?,
        };
        panes.get(next).copied().filter(|pane| *pane != self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_follow_each_other_and_skip_the_hidden() {
        let shown = |pane| pane != Pane::Composer;
        assert_eq!(Pane::Thread.neighbour(true, true, shown), Some(Pane::Details));
        assert_eq!(Pane::Details.neighbour(true, true, shown), Some(Pane::Sidebar));
        assert_eq!(Pane::Details.neighbour(true, false, shown), None);
        assert_eq!(Pane::Sidebar.neighbour(false, false, shown), None);
        assert_eq!(Pane::List.neighbour(true, true, |_| false), None);
    }
}
