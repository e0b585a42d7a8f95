//! What the helpdesk at hand can do.

use serde::{Deserialize, Serialize};

/// What this helpdesk's API can do beyond Intercom 2.16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// Priority can be set.
    pub set_priority: bool,
    /// It tells what changes as it happens.
    pub events: bool,
    /// Many threads can be read with one request.
    pub bulk_threads: bool,
}

/// Why something cannot be done now: a key of the catalogue of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Why(pub &'static str);
