//! What an agent begins: a first message, and the contact that it goes to.

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Ask, Client};
use super::error::ApiError;
use super::page::{Page, Shape};
use super::wire::{ContactItem, MessageItem};
use crate::domain::{Channel, Contact, ContactRef, ContactRole, ConversationId, TeammateId};
use crate::text::markdown;

/// Contacts of one address that are looked at.
const PER_PAGE: u32 = 50;

impl Client {
    /// Writes to a contact who is known by id, in the name of `me`; a conversation is opened for it. Gives
    /// its id where the API says it.
    ///
    /// # Errors
    /// Any [`ApiError`]. When it [is ambiguous](ApiError::is_ambiguous) the message may have been sent. A
    /// contact that was made a moment ago may not be found yet.
    pub async fn start_conversation(
        &self,
        to: &ContactRef,
        channel: &Channel,
        subject: &str,
        text: &str,
        me: &TeammateId,
    ) -> Result<Option<ConversationId>, ApiError> {
        let to_id = to.id.as_ref().ok_or_else(|| ApiError::unsendable("id_invalid"))?;
        let role = match to.role {
            ContactRole::User => "user",
            ContactRole::Lead | ContactRole::Visitor => "lead",
        };
        // The description wants an integer here, and nowhere else.
        let me = me.as_str().parse::<i64>().map_or_else(|_| json!(me.as_str()), Value::from);
        let mut body = json!({
            "from": {"type": "admin", "id": me},
            "to": {"type": role, "id": to_id.as_str()},
            "body": markdown::to_html(text),
            "create_conversation_without_contact_reply": true,
        });
        match channel {
            Channel::Email => {
                body["message_type"] = json!("email");
                body["subject"] = json!(subject);
                body["template"] = json!("plain");
            }
            Channel::Chat => body["message_type"] = json!("in_app"),
            _ => return Err(ApiError::unsendable("channel_not_supported")),
        }
        self.send(Ask::write(Method::POST, &["messages"], body)).await?.item::<MessageItem>()
    }

    /// Contacts with this address, whatever the case of its letters.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn contacts_of_email(&self, email: &str) -> Result<Vec<Contact>, ApiError> {
        let body = json!({
            "query": {"operator": "AND", "value": [{"field": "email", "operator": "=", "value": email}]},
            "pagination": {"per_page": PER_PAGE},
        });
        let answer = self.send(Ask::search(&["contacts", "search"], body)).await?;
        let page = Page::read::<ContactItem>(&answer, &["data", "contacts"], Shape::After, None)?;
        // A server that ignores the query must not choose whom we write to.
        let is_same = |contact: &Contact| contact.email.as_raw().trim().eq_ignore_ascii_case(email);
        Ok(page.items.into_iter().filter(is_same).collect())
    }

    /// Makes a lead of an address.
    ///
    /// # Errors
    /// Any [`ApiError`]. When it [is ambiguous](ApiError::is_ambiguous) there may be one now.
    pub async fn create_lead(&self, email: &str) -> Result<Contact, ApiError> {
        let body = json!({"role": "lead", "email": email});
        self.send(Ask::write(Method::POST, &["contacts"], body)).await?.item::<ContactItem>()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::super::script::{Script, json as says};
    use super::*;
    use crate::domain::ContactId;
    use crate::text::Untrusted;

    fn to(role: ContactRole) -> ContactRef {
        ContactRef {
            id: ContactId::parse("6762f2341bb69f9f2193bc17"),
            name: Untrusted::new("Chloé"),
            email: Untrusted::new("chloe@example.fr"),
            role,
        }
    }

    fn me() -> TeammateId {
        TeammateId::parse("394051").unwrap()
    }

    #[tokio::test]
    async fn a_mail_names_its_sender_by_number_and_asks_for_a_conversation() {
        let answer = r#"{"type":"admin_message","id":"19","message_type":"email","conversation_id":613}"#;
        let script = Script::play(vec![says(200, answer)]).await;
        let client = script.client();
        let began = client
            .start_conversation(&to(ContactRole::User), &Channel::Email, "Your order", "It left\ntoday", &me())
            .await
            .unwrap();
        assert_eq!(began, ConversationId::parse("613"));
        assert_eq!(script.lines(), ["POST /messages"]);
        let wanted = json!({
            "message_type": "email",
            "from": {"type": "admin", "id": 394_051},
            "to": {"type": "user", "id": "6762f2341bb69f9f2193bc17"},
            "subject": "Your order",
            "template": "plain",
            "body": "<p>It left<br>today</p>",
            "create_conversation_without_contact_reply": true,
        });
        assert_eq!(script.heard()[0].json(), wanted);
    }

    #[tokio::test]
    async fn in_the_messenger_there_is_no_subject_and_maybe_no_conversation() {
        let script =
            Script::play(vec![says(200, r#"{"type":"admin_message","id":"20","message_type":"inapp"}"#)]).await;
        let client = script.client();
        let began = client.start_conversation(&to(ContactRole::Lead), &Channel::Chat, "", "Hi", &me()).await.unwrap();
        assert_eq!(began, None);
        let sent = script.heard()[0].json();
        assert_eq!((&sent["message_type"], &sent["to"]["type"]), (&json!("in_app"), &json!("lead")));
        assert!(sent.get("subject").is_none() && sent.get("template").is_none());
    }

    #[tokio::test]
    async fn a_yes_that_is_no_message_leaves_doubt() {
        let script = Script::play(vec![says(200, r#"{"welcome":"hotel wifi"}"#)]).await;
        let outcome = script.client().start_conversation(&to(ContactRole::User), &Channel::Chat, "", "Hi", &me()).await;
        assert!(outcome.unwrap_err().is_ambiguous());
    }

    #[tokio::test]
    async fn only_contacts_of_that_very_address_count() {
        let found = r#"{"type":"list","data":[{"id":"a","email":"Ana@Example.com"},{"id":"b","email":"bo@example.com"}],"pages":{}}"#;
        let script =
            Script::play(vec![says(200, found), says(200, r#"{"type":"contact","id":"c","role":"lead"}"#)]).await;
        let client = script.client();
        let ids: Vec<_> =
            client.contacts_of_email("ana@example.com").await.unwrap().into_iter().map(|one| one.id).collect();
        assert_eq!(ids, [ContactId::parse("a").unwrap()]);
        assert_eq!(client.create_lead("cy@example.com").await.unwrap().role, ContactRole::Lead);
        assert_eq!(script.heard()[1].json(), json!({"role": "lead", "email": "cy@example.com"}));
    }
}
