//! Teammates, teams, tags, away reasons, and `/me`.

use serde::Deserialize;

use super::Wire;
use super::lax::{Count, Flag, Id, Lax, Listed, Text, is_plain};
use crate::domain::{AwayReason, AwayState, Tag, TagId, Team, TeamId, Teammate, TeammateId, Workspace};

/// An admin.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct AdminItem {
    id: Id,
    name: Text,
    email: Text,
    has_inbox_seat: Flag,
    away_mode_enabled: Flag,
    away_mode_reassign: Flag,
    away_status_reason_id: Id,
    team_ids: Listed<Id>,
}

impl Wire for AdminItem {
    type Value = Teammate;
    const WHAT: &'static str = "teammate";

    fn into_value(self) -> Result<Teammate, &'static str> {
        Ok(Teammate {
            id: self.id.parse(TeammateId::parse).ok_or("no usable id")?,
            name: self.name.untrusted(),
            email: self.email.untrusted(),
            has_inbox_seat: self.has_inbox_seat.0.unwrap_or(true),
            away: AwayState {
                away: self.away_mode_enabled.is_set(),
                reassign: self.away_mode_reassign.is_set(),
                reason: self.away_status_reason_id.parse_unless_zero(plain),
            },
            teams: self.team_ids.0.iter().filter_map(|id| id.parse_unless_zero(TeamId::parse)).collect(),
        })
    }
}

fn plain(text: &str) -> Option<String> {
    is_plain(text, 128).then(|| text.to_owned())
}

/// A team.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct TeamItem {
    id: Id,
    name: Text,
    admin_ids: Listed<Id>,
}

impl Wire for TeamItem {
    type Value = Team;
    const WHAT: &'static str = "team";

    fn into_value(self) -> Result<Team, &'static str> {
        Ok(Team {
            id: self.id.parse(TeamId::parse).ok_or("no usable id")?,
            name: self.name.untrusted(),
            members: self.admin_ids.0.iter().filter_map(|id| id.parse_unless_zero(TeammateId::parse)).collect(),
        })
    }
}

/// A tag, of the workspace or on a conversation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct TagItem {
    id: Id,
    name: Text,
}

impl Wire for TagItem {
    type Value = Tag;
    const WHAT: &'static str = "tag";

    fn into_value(self) -> Result<Tag, &'static str> {
        Ok(Tag { id: self.id.parse(TagId::parse).ok_or("no usable id")?, name: self.name.untrusted() })
    }
}

/// A reason to be away.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct AwayReasonItem {
    id: Id,
    label: Text,
    emoji: Text,
    order: Count,
    deleted: Flag,
}

impl Wire for AwayReasonItem {
    /// With its place in the workspace's order; absent for deleted ones.
    type Value = Option<(u64, AwayReason)>;
    const WHAT: &'static str = "away reason";

    fn into_value(self) -> Result<Self::Value, &'static str> {
        if self.deleted.is_set() {
            return Ok(None);
        }
        let id = self.id.parse(plain).ok_or("no usable id")?;
        let reason = AwayReason { id, label: self.label.untrusted(), emoji: self.emoji.untrusted() };
        Ok(Some((self.order.0.unwrap_or(u64::MAX), reason)))
    }
}

/// `/me`: an admin and its workspace.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::api) struct MeItem {
    #[serde(flatten)]
    admin: AdminItem,
    app: Lax<App>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct App {
    id_code: Text,
    name: Text,
    region: Text,
    timezone: Text,
}

impl Wire for MeItem {
    type Value = Workspace;
    const WHAT: &'static str = "me";

    fn into_value(self) -> Result<Workspace, &'static str> {
        let app = self.app.0;
        Ok(Workspace {
            id: plain(app.id_code.as_str()).unwrap_or_default(),
            name: app.name.untrusted(),
            region: app.region.untrusted(),
            time_zone: app.timezone.untrusted(),
            me: self.admin.into_value()?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read<W: Wire>(json: &str) -> Result<W::Value, &'static str> {
        serde_json::from_str::<W>(json).unwrap().into_value()
    }

    #[test]
    fn an_admin_is_a_teammate() {
        let json = r#"{"type":"admin","id":4021,"name":"Ines","email":"ines@shop.example","away_mode_enabled":true,
            "away_mode_reassign":false,"away_status_reason_id":"55","has_inbox_seat":false,"team_ids":[7,"8",0,null],
            "avatar":{"image_url":null},"role":{"name":"Owner"},"hologram":1}"#;
        let teammate = read::<AdminItem>(json).unwrap();
        assert_eq!(teammate.id.as_str(), "4021");
        assert_eq!(teammate.away, AwayState { away: true, reassign: false, reason: Some("55".into()) });
        assert!(!teammate.has_inbox_seat);
        assert_eq!(teammate.teams.iter().map(TeamId::as_str).collect::<Vec<_>>(), ["7", "8"]);
    }

    #[test]
    fn an_admin_with_nothing_but_an_id_will_do() {
        let teammate = read::<AdminItem>(r#"{"id":"9","name":null,"team_ids":null}"#).unwrap();
        assert!(teammate.has_inbox_seat && teammate.name.is_empty() && teammate.teams.is_empty());
        assert_eq!(read::<AdminItem>(r#"{"id":null}"#), Err("no usable id"));
    }

    #[test]
    fn me_names_the_workspace() {
        let json = r#"{"type":"admin","id":"4021","name":"Ines","app":{"type":"app","id_code":"ab12cd","name":"Shop",
            "region":"EU","timezone":"Europe/Berlin","created_at":1}}"#;
        let workspace = read::<MeItem>(json).unwrap();
        assert_eq!((workspace.id.as_str(), workspace.name.as_raw()), ("ab12cd", "Shop"));
        assert_eq!((workspace.region.as_raw(), workspace.time_zone.as_raw()), ("EU", "Europe/Berlin"));
        assert_eq!(workspace.me.id.as_str(), "4021");
        let bare = read::<MeItem>(r#"{"id":"1","app":null}"#).unwrap();
        assert!(bare.id.is_empty() && bare.region.is_empty());
    }

    #[test]
    fn deleted_away_reasons_are_left_out() {
        assert_eq!(read::<AwayReasonItem>(r#"{"id":"1","label":"Old","deleted":true}"#), Ok(None));
        let (order, reason) =
            read::<AwayReasonItem>(r#"{"id":2,"label":"Lunch","emoji":"🥪","order":3}"#).unwrap().unwrap();
        assert_eq!((order, reason.id.as_str(), reason.emoji.as_raw()), (3, "2", "🥪"));
    }
}
