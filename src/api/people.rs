//! Who we are, who works here, who is away, and what this helpdesk can do.

use reqwest::Method;
use serde_json::json;

use super::client::{Ask, Client};
use super::error::{ApiError, Class};
use super::page::{Page, Shape};
use super::wire::{AdminItem, AwayReasonItem, Flag, MeItem, TeamItem};
use crate::domain::{AwayReason, AwayState, Capabilities, Team, Teammate, TeammateId, Workspace};

impl Client {
    /// The workspace, and the teammate whose token this is.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn me(&self) -> Result<Workspace, ApiError> {
        self.send(Ask::get(&["me"])).await?.item::<MeItem>()
    }

    /// All teammates.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn admins(&self) -> Result<Page<Teammate>, ApiError> {
        let answer = self.send(Ask::get(&["admins"])).await?;
        Page::read::<AdminItem>(&answer, &["admins", "data"], Shape::Whole, None)
    }

    /// All teams.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn teams(&self) -> Result<Page<Team>, ApiError> {
        let answer = self.send(Ask::get(&["teams"])).await?;
        Page::read::<TeamItem>(&answer, &["teams", "data"], Shape::Whole, None)
    }

    /// The reasons to be away, in the workspace's order, deleted ones left out.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn away_reasons(&self) -> Result<Page<AwayReason>, ApiError> {
        let answer = self.send(Ask::get(&["away_status_reasons"])).await?;
        let page = Page::read::<AwayReasonItem>(&answer, &["data", "away_status_reasons"], Shape::Whole, None)?;
        let mut page = page.filter_map(|reason| reason);
        page.items.sort_by_key(|(order, _)| *order);
        Ok(page.map(|(_, reason)| reason))
    }

    /// Sets whether a teammate is away; returns the teammate as it is then.
    ///
    /// # Errors
    /// Any [`ApiError`]; refused with `away_status_reason_mandatory` where a reason is needed.
    pub async fn set_away(&self, me: &TeammateId, to: &AwayState) -> Result<Teammate, ApiError> {
        let mut body = json!({"away_mode_enabled": to.away, "away_mode_reassign": to.reassign});
        if let Some(reason) = to.reason.as_ref().filter(|_| to.away) {
            let id: u64 = reason.parse().map_err(|_| ApiError::unsendable("id_invalid"))?;
            body["away_status_reason_id"] = json!(id);
        }
        let path = ["admins", me.as_str(), "away"];
        self.send(Ask::write(Method::PUT, &path, body)).await?.item::<AdminItem>()
    }

    /// What this helpdesk can do beyond Intercom's API. Intercom itself is never asked, anybody else
    /// once on a connection: until [`Client::disconnect`], or a call that got no answer.
    ///
    /// # Errors
    /// Only when it may answer another time (unreachable, failing, throttled, not signed in); a helpdesk
    /// that does not understand the question can do nothing more.
    pub async fn capabilities(&self) -> Result<Capabilities, ApiError> {
        if self.endpoint().is_intercom() {
            return Ok(Capabilities::default());
        }
        let known = *self.known_capabilities();
        if let Some(known) = known {
            return Ok(known);
        }
        let can = match self.send(Ask::get(&["deskhand", "capabilities"])).await {
            Ok(answer) => answer.fields().map_or_else(
                |_| Capabilities::default(),
                |fields| {
                    let can = |name| fields.peek::<Flag>(name).is_set();
                    Capabilities {
                        set_priority: can("priority"),
                        events: can("events"),
                        bulk_threads: can("bulk_threads"),
                    }
                },
            ),
            Err(error) => match error.class() {
                Class::Unreachable(_) | Class::Throttled { .. } | Class::NotSignedIn | Class::Server => {
                    return Err(error);
                }
                _ => Capabilities::default(),
            },
        };
        *self.known_capabilities() = Some(can);
        Ok(can)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::Endpoint;
    use super::super::script::{Script, answer, client_of, json as says};
    use super::super::{Region, Timeouts};
    use super::*;
    use crate::clock::Clock;
    use crate::domain::{AttributeOwner, Secret};

    #[tokio::test]
    async fn the_small_lists_are_read_from_their_paths() {
        let script = Script::of_json(&[
            r#"{"type":"admin.list","admins":[{"id":"7","name":"Ines"},null]}"#,
            r#"{"type":"team.list","teams":[{"id":31,"name":"Returns","admin_ids":[7]}]}"#,
            r#"{"type":"list","data":[{"id":"88","name":"vip"}]}"#,
            r#"{"type":"list","data":[{"id":"2","label":"b","order":2},{"id":"1","label":"a","order":1},{"id":"3","deleted":true}]}"#,
            r#"[{"id":"2","label":"b"}]"#,
            r#"{"data":[{"name":"Topic","data_type":"string"}]}"#,
            r#"{"data":[{"name":"tier","data_type":"string","custom":true},{"name":"email","data_type":"string","custom":false}]}"#,
            r#"{"data":[]}"#,
        ])
        .await;
        let client = script.client();
        let admins = client.admins().await.unwrap();
        assert_eq!((admins.items.len(), admins.rejected.len()), (1, 1));
        assert_eq!(client.teams().await.unwrap().items[0].members, [TeammateId::parse("7").unwrap()]);
        assert_eq!(client.tags().await.unwrap().items[0].name.as_raw(), "vip");
        let reasons = client.away_reasons().await.unwrap().items;
        assert_eq!(reasons.iter().map(|reason| reason.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(client.away_reasons().await.unwrap().items.len(), 1);
        assert_eq!(client.conversation_attributes().await.unwrap().items[0].owner, AttributeOwner::Conversation);
        assert_eq!(client.attributes(AttributeOwner::Contact).await.unwrap().items.len(), 1);
        client.attributes(AttributeOwner::Company).await.unwrap();
        assert_eq!(
            script.lines(),
            [
                "GET /admins",
                "GET /teams",
                "GET /tags",
                "GET /away_status_reasons",
                "GET /away_status_reasons",
                "GET /conversations/attributes",
                "GET /data_attributes?model=contact",
                "GET /data_attributes?model=company",
            ]
        );
    }

    #[tokio::test]
    async fn going_away_names_the_reason_and_coming_back_does_not() {
        let script = Script::of_json(&[r#"{"id":"7","away_mode_enabled":true}"#, r#"{"id":"7"}"#]).await;
        let client = script.client();
        let me = TeammateId::parse("7").unwrap();
        let mut to = AwayState { away: true, reassign: true, reason: Some("55".into()) };
        assert!(client.set_away(&me, &to).await.unwrap().away.away);
        to.away = false;
        client.set_away(&me, &to).await.unwrap();
        let heard = script.heard();
        assert_eq!(heard[0].line(), "PUT /admins/7/away");
        assert_eq!(
            heard[0].json(),
            json!({"away_mode_enabled": true, "away_mode_reassign": true, "away_status_reason_id": 55})
        );
        assert_eq!(heard[1].json(), json!({"away_mode_enabled": false, "away_mode_reassign": true}));
    }

    #[tokio::test]
    async fn a_tag_is_created_by_name() {
        let script = Script::of_json(&[r#"{"type":"tag","id":"90","name":"refund"}"#]).await;
        assert_eq!(script.client().create_tag("refund").await.unwrap().id.as_str(), "90");
        assert_eq!(script.heard()[0].json(), json!({"name": "refund"}));
    }

    #[tokio::test]
    async fn capabilities_default_to_none_unless_nobody_answered() {
        let script =
            Script::of_json(&[r#"{"priority":true,"tokens":true,"events":false,"bulk_threads":true,"holograms":1}"#])
                .await;
        let client = script.client();
        let all = Capabilities { set_priority: true, events: false, bulk_threads: true };
        assert_eq!(client.capabilities().await.unwrap(), all);
        assert_eq!(client.background().capabilities().await.unwrap(), all);
        assert_eq!(script.lines(), ["GET /deskhand/capabilities"], "asked once");
        for status in [401, 500] {
            let script = Script::play(vec![says(status, "{}"), says(200, r#"{"events":true}"#)]).await;
            let client = script.client();
            assert!(client.capabilities().await.is_err());
            client.try_now();
            assert!(client.capabilities().await.unwrap().events, "asked again after {status}");
        }
        for say in [says(404, "{}"), says(200, "[]"), answer(200, &[("Content-Type", "text/html")], b"<html>")] {
            let script = Script::play(vec![say]).await;
            assert_eq!(script.client().capabilities().await.unwrap(), Capabilities::default());
        }
        let gone = client_of("http://127.0.0.1:1", Clock::system(), Timeouts::default());
        assert!(matches!(gone.capabilities().await.unwrap_err().class(), Class::Unreachable(_)));
    }

    #[tokio::test]
    async fn intercom_is_never_asked_for_capabilities() {
        let endpoint = Endpoint::for_region(Region::Eu, Secret::new("t")).unwrap();
        let client = Client::new(endpoint, Clock::manual(1), Timeouts::default()).unwrap();
        assert_eq!(client.capabilities().await.unwrap(), Capabilities::default());
    }
}
