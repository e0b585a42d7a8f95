//! Definitions of custom attributes.

use super::client::{Ask, Client};
use super::error::ApiError;
use super::page::{Page, Shape};
use super::wire::{CompanyAttributeItem, ContactAttributeItem, ConversationAttributeItem};
use crate::domain::{AttributeDefinition, AttributeOwner};

impl Client {
    /// The attributes that the workspace defined for conversations, contacts or companies; archived
    /// ones are left out.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn attributes(&self, of: AttributeOwner) -> Result<Page<AttributeDefinition>, ApiError> {
        let data = |model: &str| Ask::get(&["data_attributes"]).with(("model", model.to_owned()));
        let read = &["data"];
        let page = match of {
            AttributeOwner::Conversation => {
                let answer = self.send(Ask::get(&["conversations", "attributes"])).await?;
                Page::read::<ConversationAttributeItem>(&answer, read, Shape::Whole, None)
            }
            AttributeOwner::Contact => {
                let answer = self.send(data("contact")).await?;
                Page::read::<ContactAttributeItem>(&answer, read, Shape::Whole, None)
            }
            AttributeOwner::Company => {
                let answer = self.send(data("company")).await?;
                Page::read::<CompanyAttributeItem>(&answer, read, Shape::Whole, None)
            }
        }?;
        Ok(page.filter_map(|definition| definition))
    }

    /// The attributes of conversations.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn conversation_attributes(&self) -> Result<Page<AttributeDefinition>, ApiError> {
        self.attributes(AttributeOwner::Conversation).await
    }
}
