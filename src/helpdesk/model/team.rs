//! Teammates and their teams.

use serde::{Deserialize, Serialize};

use super::{AdminId, TeamId};

/// A teammate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Admin {
    /// Identifier; unset in a record to insert.
    pub id: AdminId,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What they do.
    pub job_title: Option<String>,
    /// Away: gets nothing by automatic assignment.
    pub away: bool,
    /// Away, and the customer's next answer sends the conversation back to its team.
    pub away_reassign: bool,
    /// Why away.
    pub away_reason: Option<i64>,
    /// Since when away.
    pub away_since: Option<i64>,
    /// Has a seat in the inbox.
    pub has_inbox_seat: bool,
    /// Teams; the store derives it from the teams' members when it reads.
    #[serde(skip)]
    pub team_ids: Vec<TeamId>,
    /// Address of their picture.
    pub avatar_url: Option<String>,
    /// What they may do, by name.
    pub role: Option<AdminRole>,
    /// Most open conversations that balanced assignment gives them over all teams; none for no limit.
    pub assignment_limit: Option<i64>,
    /// A bot: not listed among the teammates, never assigned to by a rule.
    pub bot: bool,
}

/// A teammate's role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminRole {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A team inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Team {
    /// Identifier; unset in a record to insert.
    pub id: TeamId,
    /// Name.
    pub name: String,
    /// Members, in the order that round robin follows.
    pub members: Vec<AdminId>,
    /// Members whose first team this is; empty when the team makes no difference.
    pub primary: Vec<AdminId>,
    /// Members who only help out.
    pub secondary: Vec<AdminId>,
    /// How new conversations find a person.
    pub distribution: Distribution,
    /// Most open conversations of this team that balanced assignment gives one member.
    pub assignment_limit: Option<i64>,
}

/// How a team's new conversations find a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// People take them.
    #[default]
    Manual,
    /// Active members in turn.
    RoundRobin,
    /// To whoever has the fewest.
    Balanced,
}

impl Distribution {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::RoundRobin => "round_robin",
            Self::Balanced => "balanced",
        }
    }
}

/// A reason for being away that teammates can choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwayReason {
    /// Identifier.
    pub id: i64,
    /// What it says.
    pub label: String,
    /// Its emoji.
    pub emoji: String,
    /// Place in the list.
    pub order: i64,
    /// No longer to be chosen.
    pub deleted: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it changed.
    pub updated_at: i64,
}
