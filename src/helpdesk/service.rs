//! The helpdesk before it serves: its options, its store, its first token.
//!
//! Owns [`Helpdesk`] and the start of an empty one. Must not know HTTP.

use std::fs::DirBuilder;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use super::desk::{App, Desk};
use super::hosts::Hosts;
use super::limit::{DEFAULT_PER_MINUTE, RateLimit};
use super::listen::Patience;
use super::model::act::Record;
use super::model::{Admin, AdminId, AdminRole, Brand, BrandId, Workspace};
use super::places::Places;
use super::storage::{SqliteStore, Store, StoreError};
use super::token::{self, Secret, TokenError};
use crate::clock::{Clock, Ids};

/// Batches of threads that are read at once, whoever asks: fewer than the store has readers.
const BULK_READERS: usize = 2;
/// Answers of `/deskhand/events` that a token may have at once.
const SUBSCRIBERS_OF_TOKEN: usize = 8;
/// Walks of `/deskhand/threads` that a token may have at once.
const WALKS_OF_TOKEN: usize = 2;

/// How the helpdesk is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where everything is kept; made when it is not there, readable by its owner alone.
    pub data_dir: PathBuf,
    /// Requests a minute that a token may send, 1 at least; none for a bound that no honest client reaches.
    pub rate_limit_per_minute: Option<u32>,
    /// Names, besides loopback ones, that requests may be addressed to: a host, or `host:port`.
    pub allowed_hosts: Vec<String>,
    /// Address of this helpdesk in links; none takes the one by which it is asked.
    pub public_url: Option<String>,
    /// The teammate that the first token acts as; none takes the one who has been there longest.
    pub acts_as: Option<AdminId>,
    /// How long connections may keep us waiting.
    pub patience: Patience,
    /// How long a request may take from the end of its head to its answer.
    pub request_timeout: Duration,
    /// How many may be told of changes at once.
    pub subscribers: usize,
    /// How often each of them hears from us when there is nothing to tell.
    pub heartbeat: Duration,
}

impl Options {
    /// A helpdesk kept in `data_dir`, everything else as usual.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            rate_limit_per_minute: None,
            allowed_hosts: Vec::new(),
            public_url: None,
            acts_as: None,
            patience: Patience::default(),
            request_timeout: Duration::from_secs(60),
            subscribers: 64,
            heartbeat: Duration::from_secs(15),
        }
    }

    /// Refuses what nobody could be served with.
    const fn check(&self) -> Result<(), HelpdeskError> {
        if matches!(self.rate_limit_per_minute, Some(0)) { Err(HelpdeskError::NoRequests) } else { Ok(()) }
    }
}

/// Why the helpdesk cannot start. Displays what failed; [`HelpdeskError::why`] and
/// [`HelpdeskError::next_step`] tell the rest.
#[derive(Debug, thiserror::Error)]
pub enum HelpdeskError {
    /// The data directory cannot be made or used.
    #[error("the helpdesk's data directory {} cannot be used", path.display())]
    DataDir {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The store cannot be opened or read.
    #[error("the helpdesk's store in {} cannot be used", path.display())]
    Store {
        /// The data directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// Another helpdesk serves from the directory.
    #[error("another helpdesk uses the data directory {}", path.display())]
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// The rate limit is zero.
    #[error("a rate limit of 0 requests a minute would refuse every request")]
    NoRequests,
    /// There is no token.
    #[error("the helpdesk has no token to sign in with")]
    Token(#[from] TokenError),
}

impl HelpdeskError {
    /// Why it failed, as the system or the store says it.
    #[must_use]
    pub fn why(&self) -> String {
        let mut reasons = Vec::new();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            reasons.push(error.to_string());
            source = error.source();
        }
        reasons.join(": ")
    }

    /// What the operator can do about it, as one sentence.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::DataDir { .. } => "Give a directory that you may write to, with --data.",
            Self::InUse { .. } => "Sign in to that one, or stop it first, or give another directory with --data.",
            Self::Store { .. } => {
                "See that the directory is yours to write to and the disk has room, or give another one with --data."
            }
            Self::NoRequests => "Give 1 or more with --rate-limit, or leave it out for no limit that a client meets.",
            Self::Token(TokenError::NoRandomness) => "See that the system offers random numbers, then start again.",
            Self::Token(_) => {
                "See that the file \"token\" in the data directory is yours to read and write, then start again."
            }
        }
    }
}

/// Opens the store in the data directory, which is made when it is not there.
///
/// # Errors
/// When directory or store cannot be used or is in use, or the options serve nobody.
pub async fn open_store(options: &Options, clock: &Clock, ids: &Ids) -> Result<Arc<dyn Store>, HelpdeskError> {
    options.check()?;
    let path = &options.data_dir;
    make_private(path).map_err(|source| HelpdeskError::DataDir { path: path.clone(), source })?;
    let (dir, clock, ids) = (path.clone(), clock.clone(), ids.clone());
    // Opening reads and may migrate: not on a thread that others wait for.
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&dir, clock, ids))
        .await
        .unwrap_or_else(|error| Err(StoreError::broken("open the store", error)));
    let store = opened.map_err(|source| match source {
        StoreError::InUse => HelpdeskError::InUse { path: path.clone() },
        source => HelpdeskError::Store { path: path.clone(), source },
    })?;
    Ok(Arc::new(store))
}

/// Makes a directory that its owner alone can read. One that is there already is left as it is.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A helpdesk that is ready to serve.
pub struct Helpdesk {
    options: Options,
    store: Arc<dyn Store>,
    clock: Clock,
    ids: Ids,
    token: Secret,
}

impl Helpdesk {
    /// Opens the store and reads or makes the first token. An empty store is given a workspace with
    /// one teammate.
    ///
    /// # Errors
    /// When directory, store or token file cannot be used.
    pub async fn open(options: Options, clock: Clock, ids: Ids) -> Result<Self, HelpdeskError> {
        let store = open_store(&options, &clock, &ids).await?;
        Self::on(store, options, clock, ids).await
    }

    /// The same on a store that is open already, and perhaps filled.
    ///
    /// # Errors
    /// When store or token file cannot be used.
    pub async fn on(store: Arc<dyn Store>, options: Options, clock: Clock, ids: Ids) -> Result<Self, HelpdeskError> {
        options.check()?;
        let broken = |source| HelpdeskError::Store { path: options.data_dir.clone(), source };
        let now = clock.unix_secs();
        let first = store.admins().await.map_err(broken)?.first().map(|admin| admin.id);
        let admin = match options.acts_as.or(first) {
            Some(admin) => admin,
            None => furnish(&*store, &ids, now).await.map_err(broken)?,
        };
        let token = token::first(&options.data_dir, &*store, admin, &ids, now).await?;
        Ok(Self { options, store, clock, ids, token })
    }

    /// The first token; the same after a restart.
    #[must_use]
    pub const fn token(&self) -> &Secret {
        &self.token
    }

    /// The store, for those who live in the same process.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// How it is set up.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// What handlers work with, on a listener of this address, until the end is asked for.
    pub(super) fn into_desk(self, address: IpAddr, stopping: watch::Receiver<bool>) -> App {
        Arc::new(Desk {
            store: self.store,
            clock: self.clock,
            ids: self.ids,
            hosts: Hosts::new(&self.options.allowed_hosts).bound_to(address),
            limit: RateLimit::new(self.options.rate_limit_per_minute.unwrap_or(DEFAULT_PER_MINUTE)),
            request_timeout: self.options.request_timeout,
            public_url: self.options.public_url,
            bulk: Arc::new(Semaphore::new(BULK_READERS)),
            subscribers: Arc::new(Semaphore::new(self.options.subscribers)),
            own_subscribers: Places::new(SUBSCRIBERS_OF_TOKEN),
            own_walks: Places::new(WALKS_OF_TOKEN),
            heartbeat: self.options.heartbeat,
            stopping,
        })
    }
}

/// A workspace, its brand and one teammate, for a store without any.
async fn furnish(store: &dyn Store, ids: &Ids, now: i64) -> Result<AdminId, StoreError> {
    let id_code: String = ids.uuid().chars().take(8).collect();
    let workspace = Workspace {
        id_code: id_code.clone(),
        name: "Helpdesk".to_owned(),
        region: "EU".to_owned(),
        timezone: "UTC".to_owned(),
        created_at: now,
        identity_verification: false,
        default_assignee: None,
        away_reason_mandatory: false,
        office_hours: None,
        channel_teams: std::collections::BTreeMap::new(),
    };
    let brand = Brand {
        id: BrandId(id_code),
        name: workspace.name.clone(),
        is_default: true,
        created_at: now,
        updated_at: now,
        help_center_id: None,
        default_address_settings_id: None,
    };
    let owner = Admin {
        name: "Owner".to_owned(),
        email: "owner@helpdesk.invalid".to_owned(),
        has_inbox_seat: true,
        role: Some(AdminRole { id: "1".to_owned(), name: "Owner".to_owned() }),
        ..Admin::default()
    };
    let records = vec![Record::Workspace(workspace), Record::Brand(brand), Record::Admin(owner)];
    store.insert_batch(records).await?;
    let admins = store.admins().await?;
    admins.first().map(|admin| admin.id).ok_or(StoreError::Closed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_rate_limit_of_nothing_is_refused_before_anything_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { rate_limit_per_minute: Some(0), ..Options::new(dir.path().join("desk")) };
        let error = open_store(&options, &Clock::manual(1), &Ids::seeded(1)).await.err().unwrap();
        assert!(matches!(error, HelpdeskError::NoRequests));
        assert!(error.next_step().contains("--rate-limit"));
        assert!(!options.data_dir.exists());
    }
}
