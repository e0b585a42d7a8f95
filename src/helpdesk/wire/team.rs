//! Teammates and teams.

use serde::Serialize;

use crate::helpdesk::model::{Admin, AdminId, AwayReason, Team, TeamId, Workspace};

/// A teammate.
#[derive(Debug, Serialize)]
pub struct AdminBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    email: String,
    job_title: String,
    away_mode_enabled: bool,
    away_mode_reassign: bool,
    away_status_reason_id: Option<i64>,
    has_inbox_seat: bool,
    team_ids: Vec<TeamId>,
    avatar: Option<String>,
    team_priority_level: TeamPriorityLevel,
    role: Option<Role>,
}

#[derive(Debug, Serialize)]
struct TeamPriorityLevel {
    primary_team_ids: Option<Vec<TeamId>>,
    secondary_team_ids: Option<Vec<TeamId>>,
}

#[derive(Debug, Serialize)]
struct Role {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

impl AdminBody {
    /// A teammate, with their level in each of `teams`.
    #[must_use]
    pub fn new(admin: &Admin, teams: &[Team]) -> Self {
        let with = |members: fn(&Team) -> &Vec<AdminId>| {
            some(teams.iter().filter(|team| members(team).contains(&admin.id)).map(|team| team.id).collect())
        };
        Self {
            kind: "admin",
            id: admin.id.to_string(),
            name: admin.name.clone(),
            email: admin.email.clone(),
            job_title: admin.job_title.clone().unwrap_or_default(),
            away_mode_enabled: admin.away,
            away_mode_reassign: admin.away_reassign,
            away_status_reason_id: admin.away_reason,
            has_inbox_seat: admin.has_inbox_seat,
            team_ids: admin.team_ids.clone(),
            avatar: admin.avatar_url.clone(),
            team_priority_level: TeamPriorityLevel {
                primary_team_ids: with(|team| &team.primary),
                secondary_team_ids: with(|team| &team.secondary),
            },
            role: admin.role.as_ref().map(|role| Role { kind: "role", id: role.id.clone(), name: role.name.clone() }),
        }
    }
}

/// All teammates.
#[derive(Debug, Serialize)]
pub struct AdminList {
    #[serde(rename = "type")]
    kind: &'static str,
    admins: Vec<AdminBody>,
}

impl AdminList {
    /// The list.
    #[must_use]
    pub const fn new(admins: Vec<AdminBody>) -> Self {
        Self { kind: "admin.list", admins }
    }
}

/// The teammate whose token asks, with the workspace.
#[derive(Debug, Serialize)]
pub struct MeBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    email: String,
    job_title: String,
    away_mode_enabled: bool,
    away_mode_reassign: bool,
    has_inbox_seat: bool,
    team_ids: Vec<TeamId>,
    avatar: Avatar,
    email_verified: Option<bool>,
    app: App,
}

#[derive(Debug, Serialize)]
struct Avatar {
    #[serde(rename = "type")]
    kind: &'static str,
    image_url: Option<String>,
}

#[derive(Debug, Serialize)]
struct App {
    #[serde(rename = "type")]
    kind: &'static str,
    id_code: String,
    name: String,
    region: String,
    timezone: String,
    created_at: i64,
    identity_verification: bool,
    secure: bool,
}

impl MeBody {
    /// This teammate of this workspace.
    #[must_use]
    pub fn new(admin: &Admin, workspace: &Workspace) -> Self {
        Self {
            kind: "admin",
            id: admin.id.to_string(),
            name: admin.name.clone(),
            email: admin.email.clone(),
            job_title: admin.job_title.clone().unwrap_or_default(),
            away_mode_enabled: admin.away,
            away_mode_reassign: admin.away_reassign,
            has_inbox_seat: admin.has_inbox_seat,
            team_ids: admin.team_ids.clone(),
            avatar: Avatar { kind: "avatar", image_url: admin.avatar_url.clone() },
            email_verified: Some(true),
            app: App {
                kind: "app",
                id_code: workspace.id_code.clone(),
                name: workspace.name.clone(),
                region: workspace.region.clone(),
                timezone: workspace.timezone.clone(),
                created_at: workspace.created_at,
                identity_verification: workspace.identity_verification,
                secure: workspace.identity_verification,
            },
        }
    }
}

/// A team inbox.
#[derive(Debug, Serialize)]
pub struct TeamBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    admin_ids: Vec<AdminId>,
    admin_priority_level: AdminPriorityLevel,
    assignment_limit: Option<i64>,
    distribution_method: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct AdminPriorityLevel {
    primary_admin_ids: Option<Vec<AdminId>>,
    secondary_admin_ids: Option<Vec<AdminId>>,
}

impl From<&Team> for TeamBody {
    fn from(team: &Team) -> Self {
        Self {
            kind: "team",
            id: team.id.to_string(),
            name: team.name.clone(),
            admin_ids: team.members.clone(),
            admin_priority_level: AdminPriorityLevel {
                primary_admin_ids: some(team.primary.clone()),
                secondary_admin_ids: some(team.secondary.clone()),
            },
            assignment_limit: team.assignment_limit,
            distribution_method: Some(team.distribution.as_str()),
        }
    }
}

/// All teams.
#[derive(Debug, Serialize)]
pub struct TeamList {
    #[serde(rename = "type")]
    kind: &'static str,
    teams: Vec<TeamBody>,
}

impl TeamList {
    /// The list.
    #[must_use]
    pub const fn new(teams: Vec<TeamBody>) -> Self {
        Self { kind: "team.list", teams }
    }
}

/// A reason for being away.
#[derive(Debug, Serialize)]
pub struct AwayReasonBody {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    label: String,
    emoji: String,
    order: i64,
    deleted: bool,
    created_at: i64,
    updated_at: i64,
}

impl From<&AwayReason> for AwayReasonBody {
    fn from(reason: &AwayReason) -> Self {
        Self {
            kind: "away_status_reason",
            id: reason.id.to_string(),
            label: reason.label.clone(),
            emoji: reason.emoji.clone(),
            order: reason.order,
            deleted: reason.deleted,
            created_at: reason.created_at,
            updated_at: reason.updated_at,
        }
    }
}
