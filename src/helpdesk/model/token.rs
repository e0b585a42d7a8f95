//! Keys to the API.

use std::collections::BTreeSet;

use super::{AdminId, TokenId};

/// A bearer token as it is kept: never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Identifier; unset in a record to insert.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Hash of the secret, as hex digits.
    pub hash: String,
    /// The teammate that it acts as.
    pub admin: AdminId,
    /// What it may do; the words are the HTTP layer's.
    pub scopes: BTreeSet<String>,
    /// When it was made.
    pub created_at: i64,
    /// Since when it is no longer good.
    pub revoked_at: Option<i64>,
}
