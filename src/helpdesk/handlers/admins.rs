//! Teammates and teams: `/me`, `/admins`, `/teams`, `/away_status_reasons`.

use axum::Json;
use axum::extract::{Path, State};

use super::path_id;
use crate::helpdesk::body::Fields;
use crate::helpdesk::desk::{App, Caller, Scope};
use crate::helpdesk::error::ApiError;
use crate::helpdesk::model::act::Away;
use crate::helpdesk::storage::Missing;
use crate::helpdesk::wire::{AdminBody, AdminList, AwayReasonBody, List, MeBody, TeamBody, TeamList};

/// `GET /me`. Any token may ask whose it is.
pub async fn me(State(desk): State<App>, caller: Caller) -> Result<Json<MeBody>, ApiError> {
    let (admin, workspace) = tokio::try_join!(desk.store.admin(caller.admin), desk.store.workspace())?;
    Ok(Json(MeBody::new(&admin, &workspace)))
}

/// `GET /admins`
pub async fn list(State(desk): State<App>, caller: Caller) -> Result<Json<AdminList>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    let (admins, teams) = tokio::try_join!(desk.store.admins(), desk.store.teams())?;
    Ok(Json(AdminList::new(admins.iter().map(|admin| AdminBody::new(admin, &teams)).collect())))
}

/// `GET /admins/{id}`
pub async fn get(State(desk): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<AdminBody>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    let id = path_id(&id, Missing::Admin)?;
    let (admin, teams) = tokio::try_join!(desk.store.admin(id), desk.store.teams())?;
    Ok(Json(AdminBody::new(&admin, &teams)))
}

/// `PUT /admins/{id}/away`
pub async fn set_away(
    State(desk): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Json<AdminBody>, ApiError> {
    caller.may(Scope::WriteWorkspace)?;
    let id = path_id(&id, Missing::Admin)?;
    let flag = |name: &str| fields.boolean(name)?.ok_or_else(|| ApiError::absent(name));
    let away = Away {
        away: flag("away_mode_enabled")?,
        reassign: flag("away_mode_reassign")?,
        reason: fields.integer("away_status_reason_id")?,
    };
    let admin = desk.store.set_away(id, away).await?;
    Ok(Json(AdminBody::new(&admin, &desk.store.teams().await?)))
}

/// `GET /away_status_reasons`
pub async fn away_reasons(State(desk): State<App>, caller: Caller) -> Result<Json<List<AwayReasonBody>>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    let reasons = desk.store.away_reasons().await?;
    Ok(Json(List::whole(reasons.iter().map(AwayReasonBody::from).collect())))
}

/// `GET /teams`
pub async fn teams(State(desk): State<App>, caller: Caller) -> Result<Json<TeamList>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    Ok(Json(TeamList::new(desk.store.teams().await?.iter().map(TeamBody::from).collect())))
}

/// `GET /teams/{id}`
pub async fn team(State(desk): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<TeamBody>, ApiError> {
    caller.may(Scope::ReadWorkspace)?;
    let team = desk.store.team(path_id(&id, Missing::Team)?).await?;
    Ok(Json(TeamBody::from(&team)))
}
