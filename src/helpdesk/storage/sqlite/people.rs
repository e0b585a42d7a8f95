//! Teammates and teams as rows, and what assignment needs to know of them.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Answer, ChangeKind, Class, Missing, Refusal};
use super::rows::{column, document, documents, next_numbers, number, parse, reserve_number, run, write};
use super::{Work, acts, changes, settings};
use crate::helpdesk::model::act::Away;
use crate::helpdesk::model::{Admin, AdminId, Author, AuthorKind, AwayReason, Conversation, Team, TeamId};
use crate::helpdesk::rules::Scene;
use crate::helpdesk::rules::assign::{Member, Roster};

/// Teammates by identifier, bots left out.
pub(super) fn admins(db: &Connection) -> Answer<Vec<Admin>> {
    let teams = teams(db)?;
    let mut all: Vec<Admin> = documents(db, "SELECT doc FROM admin WHERE is_bot = 0 ORDER BY id", [])?;
    for admin in &mut all {
        join_teams(admin, &teams);
    }
    Ok(all)
}

/// One teammate or bot, when there is one.
pub(super) fn admin(db: &Connection, id: AdminId) -> Answer<Option<Admin>> {
    let found: Option<Admin> = document(db, "SELECT doc FROM admin WHERE id = ?1", [id.0])?;
    let Some(mut admin) = found else { return Ok(None) };
    join_teams(&mut admin, &teams(db)?);
    Ok(Some(admin))
}

fn join_teams(admin: &mut Admin, teams: &[Team]) {
    admin.team_ids = teams.iter().filter(|team| team.members.contains(&admin.id)).map(|team| team.id).collect();
}

/// A teammate as messages tell it.
pub(super) fn author(admin: &Admin) -> Author {
    Author {
        kind: if admin.bot { AuthorKind::Bot } else { AuthorKind::Admin },
        id: admin.id.to_string(),
        name: Some(admin.name.clone()),
        email: Some(admin.email.clone()),
        from_ai_agent: false,
        is_ai_answer: false,
    }
}

/// Writes a teammate, new or known. An unset identifier is given.
pub(super) fn save_admin(db: &Connection, admin: &mut Admin) -> Answer<()> {
    if admin.id.is_unset() {
        admin.id = AdminId(next_numbers(db, "admin", AdminId::FIRST, 1)?);
    } else {
        reserve_number(db, "admin", AdminId::FIRST, admin.id.0)?;
    }
    run(
        db,
        "INSERT INTO admin (id, is_bot, doc) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET is_bot = excluded.is_bot, doc = excluded.doc",
        params![admin.id.0, admin.bot, write(admin)?],
    )?;
    changes::note(db, ChangeKind::Admin, admin.id)
}

/// Teams by identifier.
pub(super) fn teams(db: &Connection) -> Answer<Vec<Team>> {
    documents(db, "SELECT doc FROM team ORDER BY id", [])
}

/// One team, when there is one.
pub(super) fn team(db: &Connection, id: TeamId) -> Answer<Option<Team>> {
    document(db, "SELECT doc FROM team WHERE id = ?1", [id.0])
}

/// Writes a team, new or known. An unset identifier is given.
pub(super) fn save_team(db: &Connection, team: &mut Team) -> Answer<()> {
    for member in &team.members {
        if admin(db, *member)?.is_none() {
            return Err(Missing::Admin.into());
        }
    }
    if team.id.is_unset() {
        team.id = TeamId(next_numbers(db, "team", TeamId::FIRST, 1)?);
    } else {
        reserve_number(db, "team", TeamId::FIRST, team.id.0)?;
    }
    run(
        db,
        "INSERT INTO team (id, doc) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
        params![team.id.0, write(team)?],
    )?;
    changes::note(db, ChangeKind::Team, team.id)
}

/// A team with its members' loads, as assignment sees it.
pub(super) fn roster(db: &Connection, id: TeamId) -> Answer<Option<Roster>> {
    let Some(team) = team(db, id)? else { return Ok(None) };
    let last_turn: Option<i64> =
        db.prepare_cached("SELECT last_turn FROM team WHERE id = ?1")?.query_row([id.0], |row| row.get(0))?;
    let mut members = Vec::with_capacity(team.members.len());
    for member in &team.members {
        let found: Option<(String, Option<i64>)> = db
            .prepare_cached("SELECT doc, last_assigned_at FROM admin WHERE id = ?1")?
            .query_row([member.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((doc, last_assigned_at)) = found else { continue };
        let admin: Admin = parse(&doc)?;
        members.push(Member {
            id: *member,
            active: admin.has_inbox_seat && !admin.away && !admin.bot,
            open: number(
                db,
                "SELECT count(*) FROM conversation WHERE state = 'open' AND admin_assignee_id = ?1",
                [member.0],
            )?,
            open_in_team: number(
                db,
                "SELECT count(*) FROM conversation
                 WHERE state = 'open' AND admin_assignee_id = ?1 AND team_assignee_id = ?2",
                [member.0, id.0],
            )?,
            limit: admin.assignment_limit,
            last_assigned_at,
        });
    }
    Ok(Some(Roster {
        team: id,
        name: team.name,
        distribution: team.distribution,
        limit: team.assignment_limit,
        last_turn: last_turn.map(AdminId),
        members,
    }))
}

/// Books who was assigned to, and whose turn it was when a team's method chose.
pub(super) fn assigned(db: &Connection, conversation: &Conversation, turn_of: Option<TeamId>, now: i64) -> Answer<()> {
    let Some(admin) = conversation.admin_assignee else { return Ok(()) };
    run(db, "UPDATE admin SET last_assigned_at = ?2 WHERE id = ?1", params![admin.0, now])?;
    if let Some(team) = turn_of {
        run(db, "UPDATE team SET last_turn = ?2 WHERE id = ?1", params![team.0, admin.0])?;
    }
    Ok(())
}

/// Reasons for being away in their order.
pub(super) fn away_reasons(db: &Connection) -> Answer<Vec<AwayReason>> {
    documents(db, "SELECT doc FROM setting WHERE kind = 'away_reason' ORDER BY place, id", [])
}

/// Sets a teammate away or back.
pub(super) fn set_away(work: &Work<'_>, id: AdminId, away: Away) -> Answer<Admin> {
    let db = work.db;
    let missing = Refusal::new(Class::NotFound, "admin_not_found", "Admin for admin_id not found");
    let mut found = admin(db, id)?.ok_or(missing)?;
    let mandatory = away.away && away.reason.is_none() && settings::workspace(db)?.away_reason_mandatory;
    if mandatory {
        let message = "Away status reason is mandatory";
        return Err(Refusal::new(Class::BadRequest, "away_status_reason_mandatory", message).into());
    }
    if let Some(reason) = away.reason.filter(|_| away.away) {
        match away_reasons(db)?.into_iter().find(|known| known.id == reason) {
            None => return Err(Refusal::invalid("Away status reason not found").at("away_status_reason_id").into()),
            Some(known) if known.deleted => {
                return Err(Refusal::invalid("Away status reason is deleted").at("away_status_reason_id").into());
            }
            Some(_) => {}
        }
    }
    let before = found.clone();
    found.away = away.away;
    found.away_reassign = away.reassign;
    found.away_reason = away.reason.filter(|_| away.away);
    found.away_since = match (away.away, found.away_since) {
        (true, Some(since)) if before.away => Some(since),
        (true, _) => Some(work.now),
        (false, _) => None,
    };
    if found != before {
        save_admin(db, &mut found)?;
        let calendar = settings::calendar(db)?;
        acts::drain(work, &Scene::live(work.now, calendar.as_ref()))?;
    }
    Ok(found)
}

/// Teams that a teammate belongs to.
pub(super) fn teams_of(db: &Connection, id: AdminId) -> Answer<Vec<TeamId>> {
    Ok(teams(db)?.into_iter().filter(|team| team.members.contains(&id)).map(|team| team.id).collect())
}

/// How many teammates there are.
pub(super) fn count(db: &Connection) -> Answer<usize> {
    let ids: Vec<i64> = column(db, "SELECT id FROM admin WHERE is_bot = 0", [])?;
    Ok(ids.len())
}
