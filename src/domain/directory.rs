//! Who and what the workspace has, by id and by name.

use super::{
    AttributeDefinition, AwayReason, Capabilities, Macro, OfficeHours, Tag, TagId, Team, TeamId, Teammate, TeammateId,
    Workspace,
};
use crate::text::{Clean, Untrusted, fold};

/// Teammates, teams, tags and the like: small lists that are held whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// The workspace and ourselves; absent until `/me` has answered once.
    pub workspace: Option<Workspace>,
    /// Teammates by name.
    pub teammates: Vec<Teammate>,
    /// Teams by name.
    pub teams: Vec<Team>,
    /// Tags by name.
    pub tags: Vec<Tag>,
    /// Reasons to be away, in the workspace's order.
    pub away_reasons: Vec<AwayReason>,
    /// Custom attributes.
    pub attributes: Vec<AttributeDefinition>,
    /// What the API can do.
    pub capabilities: Capabilities,
    /// The helpdesk's own macros by name.
    pub macros: Vec<Macro>,
    /// The helpdesk's schedules of office hours.
    pub office_hours: Vec<OfficeHours>,
}

fn by_name<T>(items: &[T], wanted: &str, name: impl Fn(&T) -> &Untrusted, id: impl Fn(&T) -> &str) -> Option<usize> {
    let folded = fold(wanted.trim());
    let exact = items.iter().position(|item| fold(name(item).as_raw()) == folded || id(item) == wanted);
    exact.or_else(|| {
        // An unambiguous first name or prefix will do.
        let mut hits = items.iter().enumerate().filter(|(_, item)| fold(name(item).as_raw()).starts_with(&folded));
        match (hits.next(), hits.next()) {
            (Some((at, _)), None) if !folded.is_empty() => Some(at),
            _ => None,
        }
    })
}

impl Directory {
    /// Ourselves.
    #[must_use]
    pub fn me(&self) -> Option<&Teammate> {
        let me = &self.workspace.as_ref()?.me;
        self.teammate(&me.id).or(Some(me))
    }

    /// The teammate with this id.
    #[must_use]
    pub fn teammate(&self, id: &TeammateId) -> Option<&Teammate> {
        self.teammates.iter().find(|teammate| teammate.id == *id)
    }

    /// The team with this id.
    #[must_use]
    pub fn team(&self, id: &TeamId) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == *id)
    }

    /// The tag with this id.
    #[must_use]
    pub fn tag(&self, id: &TagId) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.id == *id)
    }

    /// The teammate's name, or its id when it is not known.
    #[must_use]
    pub fn teammate_name(&self, id: &TeammateId) -> Clean {
        self.teammate(id).map_or_else(|| crate::text::clean(id.as_str()), |teammate| teammate.name.clean())
    }

    /// The team's name, or its id when it is not known.
    #[must_use]
    pub fn team_name(&self, id: &TeamId) -> Clean {
        self.team(id).map_or_else(|| crate::text::clean(id.as_str()), |team| team.name.clean())
    }

    /// By id, full name in any case and accent, or unambiguous beginning of the name.
    #[must_use]
    pub fn find_teammate(&self, wanted: &str) -> Option<&Teammate> {
        by_name(&self.teammates, wanted, |t| &t.name, |t| t.id.as_str()).and_then(|at| self.teammates.get(at))
    }

    /// By id, name in any case and accent, or unambiguous beginning of the name.
    #[must_use]
    pub fn find_team(&self, wanted: &str) -> Option<&Team> {
        by_name(&self.teams, wanted, |t| &t.name, |t| t.id.as_str()).and_then(|at| self.teams.get(at))
    }

    /// By id or full name in any case and accent.
    #[must_use]
    pub fn find_tag(&self, wanted: &str) -> Option<&Tag> {
        let folded = fold(wanted.trim());
        self.tags.iter().find(|tag| fold(tag.name.as_raw()) == folded || tag.id.as_str() == wanted)
    }
}
