//! What every request handler has at hand.
//!
//! Owns [`Desk`] (store, clock, ids, limits), who is asking ([`Caller`]) and what they may do
//! ([`Scope`]). Must not know paths. Handlers take [`App`] as their state.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use tokio::sync::{Semaphore, watch};

use super::body::Query;
use super::error::ApiError;
use super::hosts::Hosts;
use super::limit::RateLimit;
use super::model::{AdminId, Company, TokenId};
use super::places::Places;
use super::storage::{Class, Refusal, Store, StoreError};
use super::wire::{Display, Scene};
use crate::clock::{Clock, Ids};

/// Handlers' state.
pub type App = Arc<Desk>;

/// What every request handler has at hand.
pub struct Desk {
    /// Everything that is kept.
    pub store: Arc<dyn Store>,
    /// Time.
    pub clock: Clock,
    /// Identifiers and secrets.
    pub ids: Ids,
    /// Names that we answer to.
    pub hosts: Hosts,
    /// Requests by token.
    pub limit: RateLimit,
    /// How long a request may take from the end of its head to its answer.
    pub request_timeout: Duration,
    /// Address for links back to us; none takes the one that the caller used.
    pub public_url: Option<String>,
    /// Turns for reading many threads.
    pub bulk: Arc<Semaphore>,
    /// Places for those who are told of changes.
    pub subscribers: Arc<Semaphore>,
    /// The same of each token.
    pub own_subscribers: Arc<Places>,
    /// Walks through all threads of each token.
    pub own_walks: Arc<Places>,
    /// How often a subscriber hears from us when there is nothing to tell.
    pub heartbeat: Duration,
    /// Whether the end was asked for: streams stop then.
    pub stopping: watch::Receiver<bool>,
}

impl Desk {
    /// Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.unix_secs()
    }

    /// Whether a token that was good when an answer began still is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_good(&self, token: TokenId) -> Result<bool, StoreError> {
        let tokens = self.store.tokens().await?;
        Ok(tokens.iter().any(|known| known.id == token && known.revoked_at.is_none()))
    }

    /// What shapes need to know, for an answer to `caller` that shows these companies. Names are
    /// read only when one of them needs any.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scene(&self, caller: &Caller, companies: &[&Company]) -> Result<Scene, ApiError> {
        let workspace = self.store.workspace().await?;
        let mut scene = Scene { base_url: caller.base_url.clone(), app_id: workspace.id_code, ..Scene::default() };
        if companies.iter().any(|company| !company.tags.is_empty()) {
            scene.tags = self.store.tags().await?.into_iter().map(|tag| (tag.id, tag.name)).collect();
        }
        if companies.iter().any(|company| !company.segments.is_empty()) {
            let segments = self.store.segments().await?;
            scene.segments = segments.into_iter().map(|segment| (segment.id.clone(), segment)).collect();
        }
        Ok(scene)
    }
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The token.
    pub token: TokenId,
    /// The teammate it acts as.
    pub admin: AdminId,
    /// What it may do.
    pub scopes: BTreeSet<String>,
    /// Address by which we were asked, without a slash at its end.
    pub base_url: String,
}

impl Caller {
    /// Goes on only when the token may do this.
    ///
    /// # Errors
    /// 403 that names the scope.
    pub fn may(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.contains(scope.as_str()) {
            return Ok(());
        }
        Err(ApiError::forbidden(format!(
            "You do not have the required scope ({}) to access this resource",
            scope.as_str()
        )))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    /// The gate has put it there; a route outside the gate has no caller.
    async fn from_request_parts(parts: &mut Parts, _state: &App) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(ApiError::unauthorized)
    }
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// What a token may do. The words of the vendor's where it has them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Scope {
            $($(#[$doc])* $variant,)*
        }

        impl Scope {
            /// All of them; the first token has all.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word that a token carries.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads the word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

scopes! {
    /// Read conversations, their attributes and macros.
    ReadConversations = "read_conversations",
    /// Reply, note, change state and hands, tag, merge, redact, delete with figures retained.
    WriteConversations = "write_conversations",
    /// Delete conversations with their figures.
    DeleteConversations = "delete_conversations_and_metrics",
    /// Read contacts, companies, segments and their attributes.
    ReadContacts = "read_contacts",
    /// Make, change, tag and merge contacts, write notes on them.
    WriteContacts = "write_contacts",
    /// Read tags.
    ReadTags = "read_tags",
    /// Make, rename and delete tags.
    WriteTags = "write_tags",
    /// Read teammates, teams, away reasons, brands and office hours.
    ReadWorkspace = "read_workspace",
    /// Set teammates away, define attributes.
    WriteWorkspace = "write_workspace",
    /// Make, list and revoke tokens.
    ManageTokens = "manage_tokens",
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => refusal.into(),
            StoreError::ContactMerged { into } => Self::merged_into(into.as_str()),
            StoreError::Broken { .. } | StoreError::InUse => {
                tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
                Self::internal()
            }
            StoreError::Closed => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", "The helpdesk is shutting down")
            }
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.class {
            Class::NotFound => StatusCode::NOT_FOUND,
            Class::BadRequest => StatusCode::BAD_REQUEST,
            Class::Conflict => StatusCode::CONFLICT,
            Class::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let error = Self::new(status, refusal.code, refusal.message);
        match refusal.field {
            Some(field) => error.on(&field),
            None => error,
        }
    }
}

impl From<super::search::SearchError> for ApiError {
    fn from(error: super::search::SearchError) -> Self {
        let refused = Self::new(StatusCode::BAD_REQUEST, error.code, error.message);
        match error.field {
            Some(field) => refused.on(&field),
            None => refused,
        }
    }
}

/// The `display_as` of a query string.
///
/// # Errors
/// 400 for a word that is neither `html` nor `plaintext`.
pub fn display_of(query: &Query) -> Result<Display, ApiError> {
    match query.text("display_as") {
        None | Some("html") => Ok(Display::Html),
        Some("plaintext") => Ok(Display::Plaintext),
        Some(_) => Err(ApiError::invalid("display_as", "display_as must be plaintext or html")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_scope_is_named() {
        let caller = Caller {
            token: TokenId(1),
            admin: AdminId(1),
            scopes: BTreeSet::from(["read_tags".to_owned()]),
            base_url: String::new(),
        };
        assert_eq!(caller.may(Scope::ReadTags), Ok(()));
        let error = caller.may(Scope::WriteTags).expect_err("the scope is not there");
        assert_eq!(error.status, StatusCode::FORBIDDEN);
        assert!(error.faults.iter().all(|fault| fault.message.contains("write_tags")));
    }

    #[test]
    fn every_scope_is_read_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
    }
}
