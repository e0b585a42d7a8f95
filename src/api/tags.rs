//! The workspace's tags.

use reqwest::Method;
use serde_json::json;

use super::client::{Ask, Client};
use super::error::ApiError;
use super::page::{Page, Shape};
use super::wire::TagItem;
use crate::domain::Tag;

impl Client {
    /// All tags.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn tags(&self) -> Result<Page<Tag>, ApiError> {
        let answer = self.send(Ask::get(&["tags"])).await?;
        Page::read::<TagItem>(&answer, &["data", "tags"], Shape::Whole, None)
    }

    /// Creates a tag. One of that name in any case of letters is returned as it is, so that doing it
    /// twice does no harm.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub async fn create_tag(&self, name: &str) -> Result<Tag, ApiError> {
        self.send(Ask::write(Method::POST, &["tags"], json!({"name": name}))).await?.item::<TagItem>()
    }
}
