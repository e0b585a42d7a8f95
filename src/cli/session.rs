//! A signed-in session: which helpdesk, which account, its cache and its engine.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Runtime;

use super::print;
use crate::api::{ApiError, Cause, Class, Client, Endpoint, EndpointError, Region, Timeouts};
use crate::app::{EntryKind, WorkspaceChoice, Workspaces};
use crate::cache::{Cache, CacheError, Dirs};
use crate::clock::{Clock, Ids};
use crate::config::{Account, Accounts, Config, Diagnostic, Paths, Place, Settings, WorkspaceConfig, load_token};
use crate::domain::{ConversationId, Secret, State};
use crate::error::{Exit, Failure};
use crate::keymap::{Keymap, OwnKeys};
use crate::sync::message::{Event, Place as ScreenPlace};
use crate::sync::{Engine, EngineParts, SyncError, why_in_memory};
use crate::text::clean;
use crate::words::{Arg, Words};

/// A session of one account.
pub struct Session {
    /// The engine over its cache.
    pub engine: Engine,
    /// The network's threads.
    pub runtime: Arc<Runtime>,
    /// Settings of config.toml.
    pub settings: Settings,
    /// The theme's name; empty for the default.
    pub theme: String,
    /// Words.
    pub words: Words,
    /// Where files are.
    pub paths: Paths,
    /// Where the engine's events go once a screen listens.
    pub listener: Listener,
    /// Whether it is the built-in demo.
    pub is_demo: bool,
    /// The configured workspace that it is of; absent for one that the environment names.
    pub workspace: Option<String>,
    /// Its token is the one that was kept at sign-in, whatever the environment says.
    pub by_kept_token: bool,
    /// The colour of its name on screen, as config.toml writes it.
    pub colour: Option<String>,
    /// Which workspaces a screen can change to.
    pub workspaces: Workspaces,
}

/// Where the helpdesk and its token are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// The environment first, then config.toml.
    Environment,
    /// config.toml and the token that was kept at sign-in.
    Kept,
}

/// How a session is opened.
struct Opening {
    is_demo: bool,
    /// Ask the helpdesk nothing.
    offline: bool,
    /// Say nothing on standard error: a screen has the terminal.
    quiet: bool,
}

/// A place for the one who listens to the engine: events before somebody does are dropped, since the
/// state that they speak of can be asked for.
#[derive(Clone, Default)]
pub struct Listener(Arc<Mutex<Option<Ear>>>);

type Ear = Box<dyn Fn(Event) + Send>;

impl Listener {
    /// From now on events go here.
    pub fn set(&self, to: impl Fn(Event) + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(to));
    }

    fn hear(&self, event: Event) {
        if let Some(to) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            to(event);
        }
    }
}

/// Reads an environment variable.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The network's threads.
pub(crate) fn network() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("deskhand-net")
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, "cli-threads").why(error))
}

/// The paths, and config.toml with its bad lines told on standard error.
pub(super) fn configuration() -> Result<(Paths, Config), Failure> {
    let (paths, config, found) = read_configuration()?;
    for diagnostic in found {
        print::aside(&diagnostic.to_string());
    }
    Ok((paths, config))
}

/// The paths, config.toml, and its bad lines.
pub(super) fn read_configuration() -> Result<(Paths, Config, Vec<Diagnostic>), Failure> {
    let paths = Paths::from_env(variable)?;
    let (config, mut found) = Config::load(&paths).map_err(|error| {
        Failure::new(Exit::Usage, "cli-config-unreadable").with("file", paths.config_file().display()).why(error)
    })?;
    found.extend(OwnKeys::read(&config.settings.pipes, &Keymap::shipped(), &paths.config_file()).1);
    Ok((paths, config, found))
}

/// The helpdesk and token to use: the environment's, else the configured workspace's.
pub(super) fn endpoint(paths: &Paths, config: &Config, workspace: Option<&str>) -> Result<Endpoint, Failure> {
    endpoint_from(From::Environment, paths, config, workspace)
}

/// The name of the configured workspace that is meant; absent when the environment names a helpdesk.
fn configured<'a>(from: From, config: &'a Config, workspace: Option<&str>) -> Option<&'a WorkspaceConfig> {
    if from == From::Environment && workspace.is_none() && variable("DESKHAND_URL").is_some() {
        return None;
    }
    config.workspace(workspace)
}

fn endpoint_from(from: From, paths: &Paths, config: &Config, workspace: Option<&str>) -> Result<Endpoint, Failure> {
    let variable = |name: &str| (from == From::Environment).then(|| variable(name)).flatten();
    if workspace.is_none()
        && let Some(url) = variable("DESKHAND_URL")
    {
        let token =
            variable("DESKHAND_TOKEN").ok_or_else(|| Failure::new(Exit::NotAllowed, "cli-no-token-variable"))?;
        return Endpoint::parse(&url, Secret::new(token)).map_err(|error| bad_endpoint(error, &url));
    }
    let Some(chosen) = config.workspace(workspace) else {
        return Err(match workspace {
            Some(name) => Failure::new(Exit::Usage, "cli-unknown-workspace").with("name", name),
            None => Failure::new(Exit::Usage, "cli-no-workspace"),
        });
    };
    let token = match variable("DESKHAND_TOKEN") {
        Some(token) => Secret::new(token),
        None => load_token(paths, &chosen.name)
            .map_err(|error| {
                Failure::new(Exit::NotAllowed, "cli-token-unreadable").with("name", &chosen.name).why(error)
            })?
            .ok_or_else(|| Failure::new(Exit::NotAllowed, "cli-no-token").with("name", &chosen.name))?,
    };
    endpoint_of(&chosen.place, token)
}

/// The endpoint of a configured place.
pub(super) fn endpoint_of(place: &Place, token: Secret) -> Result<Endpoint, Failure> {
    match place {
        Place::Url(url) => Endpoint::parse(url, token).map_err(|error| bad_endpoint(error, url)),
        Place::Region(region) => {
            let known = Region::parse(region)
                .ok_or_else(|| Failure::new(Exit::Usage, "cli-unknown-region").with("region", region))?;
            Endpoint::for_region(known, token).map_err(|error| bad_endpoint(error, region))
        }
    }
}

fn bad_endpoint(error: EndpointError, address: &str) -> Failure {
    match error {
        EndpointError::NoToken | EndpointError::BadToken => Failure::new(Exit::NotAllowed, "cli-bad-token").why(error),
        _ => Failure::new(Exit::Usage, "cli-bad-address").with("address", address).why(error),
    }
}

/// What a failed call means for a person.
#[must_use]
pub fn api_failure(error: &ApiError) -> Failure {
    let (exit, key) = match error.class() {
        Class::NotSignedIn => (Exit::NotAllowed, "api-not-signed-in"),
        Class::NotAllowed if error.code() == Some("api_plan_restricted") => (Exit::NotAllowed, "api-plan"),
        Class::NotAllowed => (Exit::NotAllowed, "api-not-allowed"),
        Class::NotFound { .. } => (Exit::NotFound, "api-not-found"),
        Class::Refused if error.is_version_refused() => (Exit::NotAllowed, "api-version"),
        Class::Refused => (Exit::Failed, "api-refused"),
        Class::Throttled { .. } => (Exit::Unreachable, "api-throttled"),
        Class::Unreachable(cause) => (
            Exit::Unreachable,
            match cause {
                Cause::Dns => "api-unknown-host",
                Cause::ConnectionRefused => "api-nobody-there",
                Cause::Tls(_) => "api-insecure",
                Cause::Timeout => "api-timeout",
                _ => "api-unreachable",
            },
        ),
        Class::Ambiguous(_) => (Exit::Unreachable, "api-ambiguous"),
        Class::Server => (Exit::Unreachable, "api-server"),
        Class::Nonsense(_) => (Exit::Unreachable, "api-nonsense"),
    };
    let mut failure = Failure::new(exit, key);
    if let Some(status) = error.status() {
        failure = failure.with("status", status);
    }
    if !error.message().is_empty() {
        failure = failure.why(error.message().clean());
    }
    failure
}

/// What a failure of the disk means for a person.
#[must_use]
pub fn cache_failure(error: &CacheError) -> Failure {
    let key = match error {
        CacheError::Full { .. } => "cli-disk-full",
        CacheError::ReadOnly { .. } => "cli-disk-read-only",
        CacheError::Damaged { .. } => "disk-damaged",
        CacheError::Newer { .. } => "disk-newer",
        CacheError::Busy { .. } => "disk-busy",
        _ => "disk-other",
    };
    Failure::new(Exit::Failed, key).why(error)
}

/// What it means when something that was to be sent could not be made durable.
#[must_use]
pub(super) fn not_kept(error: &CacheError) -> Failure {
    let key = match error {
        CacheError::Full { .. } => "cli-not-kept-full",
        CacheError::ReadOnly { .. } => "cli-not-kept-read-only",
        _ => "cli-not-kept",
    };
    Failure { key, ..cache_failure(error) }
}

/// What stopped the engine, for a person.
#[must_use]
pub fn sync_failure(error: &SyncError) -> Failure {
    match error {
        SyncError::Api(error) => api_failure(error),
        SyncError::Cache(error) => cache_failure(error),
        SyncError::Query(error) => Failure::new(Exit::Usage, "cli-bad-query").why(error),
        SyncError::Stopped => Failure::new(Exit::Failed, "cli-stopped"),
    }
}

/// Says on standard error what the two files cannot keep, and what became of damaged ones.
fn say_how_files_are(cache: &Cache) {
    let words = Words::english();
    let storage = cache.storage();
    if let Some(why) = storage.state {
        print::aside(&words.say(why_in_memory(why)));
    } else if storage.cache.is_some() {
        print::aside(&words.say("memory-cache"));
    }
    if let Some(salvage) = cache.salvaged() {
        let all = salvage.kept.saturating_add(salvage.lost);
        let place = clean(&salvage.aside.as_ref().map(|path| path.display().to_string()).unwrap_or_default());
        let key = if place.is_empty() { "cli-salvaged-here" } else { "cli-salvaged" };
        let said = [("kept", salvage.kept.into()), ("of", all.into()), ("path", Arg::Text(&place))];
        print::aside(&words.with(key, &said));
    }
    if cache.damaged_cache().is_some() {
        print::aside(&words.say("cache-rebuilt"));
    }
}

impl Session {
    /// Opens the session that the environment and config.toml name.
    ///
    /// # Errors
    /// When no helpdesk or token is named, when the helpdesk has to be asked who we are and does not
    /// answer, or when the cache cannot be opened.
    pub fn open(workspace: Option<&str>) -> Result<Self, Failure> {
        Self::open_for(workspace, false)
    }

    /// The same; `offline` asks the helpdesk nothing: of a token that was never seen, the only account of
    /// its address is taken.
    ///
    /// # Errors
    /// As [`Session::open`]; also when nobody can tell whose cache to read.
    pub(super) fn open_for(workspace: Option<&str>, offline: bool) -> Result<Self, Failure> {
        let (paths, config) = configuration()?;
        let runtime = Arc::new(network()?);
        let opening = Opening { is_demo: false, offline, quiet: false };
        Self::open_from(From::Environment, workspace, (paths, config), runtime, &opening)
    }

    /// Opens a configured workspace by the token that was kept at its sign-in: a token of the environment
    /// is for the helpdesk that the program was started for, and goes to no other. Says nothing on standard
    /// error.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn open_kept(workspace: &str, runtime: Arc<Runtime>) -> Result<Self, Failure> {
        let (paths, config, _) = read_configuration()?;
        let opening = Opening { is_demo: false, offline: false, quiet: true };
        Self::open_from(From::Kept, Some(workspace), (paths, config), runtime, &opening)
    }

    fn open_from(
        from: From,
        workspace: Option<&str>,
        (paths, config): (Paths, Config),
        runtime: Arc<Runtime>,
        opening: &Opening,
    ) -> Result<Self, Failure> {
        let endpoint = endpoint_from(from, &paths, &config, workspace)?;
        let here = configured(from, &config, workspace).cloned();
        let all = config.workspaces.iter().map(|one| WorkspaceChoice {
            name: one.name.clone(),
            place: match &one.place {
                Place::Region(region) => clean(region),
                Place::Url(url) => clean(url),
            },
            test: one.test,
        });
        let workspaces = Workspaces {
            here: here.as_ref().map(|one| one.name.clone()),
            test: here.as_ref().is_some_and(|one| one.test),
            all: all.collect(),
        };
        let mut session = Self::open_by(paths, config, endpoint, runtime, opening)?;
        session.workspace.clone_from(&workspaces.here);
        session.by_kept_token = from == From::Kept;
        session.colour = here.and_then(|one| one.colour);
        session.workspaces = workspaces;
        Ok(session)
    }

    /// Opens a session at a helpdesk.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub(super) fn open_at(
        paths: Paths,
        config: Config,
        endpoint: Endpoint,
        runtime: Runtime,
        is_demo: bool,
    ) -> Result<Self, Failure> {
        let opening = Opening { is_demo, offline: false, quiet: false };
        Self::open_by(paths, config, endpoint, Arc::new(runtime), &opening)
    }

    fn open_by(
        paths: Paths,
        config: Config,
        endpoint: Endpoint,
        runtime: Arc<Runtime>,
        opening: &Opening,
    ) -> Result<Self, Failure> {
        let offline = opening.offline;
        let (clock, ids) = (Clock::system(), Ids::system());
        let address = endpoint.address().to_owned();
        let token = endpoint.token().clone();
        let client = {
            // The client starts timers, so it is made inside the runtime.
            let _inside = runtime.enter();
            Client::new(endpoint, clock.clone(), Timeouts::default()).map_err(|error| api_failure(&error))?
        };
        let mut accounts = Accounts::load(&paths);
        let alone = || accounts.alone_at(&address).filter(|_| offline);
        let known = accounts.find(&address, &token).or_else(alone).cloned();
        let (account, fresh) = match known {
            Some(account) => (account, None),
            None if offline => return Err(Failure::new(Exit::NotAllowed, "cli-no-account").with("address", &address)),
            None => {
                let workspace = runtime.block_on(client.me()).map_err(|error| match error.class() {
                    // Every helpdesk says who we are: one that does not is none, or not at this path.
                    Class::NotFound { .. } => Failure::new(Exit::Unreachable, "api-no-helpdesk"),
                    _ => api_failure(&error),
                })?;
                let account = Account::of(&workspace, clock.unix_secs());
                // A disk that refuses is told by the cache, with more to say.
                let _ = accounts.remember(&address, &token, account.clone());
                (account, Some(workspace))
            }
        };
        let dirs = Dirs { cache: paths.cache_of(&account.key), state: paths.state_of(&account.key) };
        let cache = Cache::open(&dirs, clock.clone()).map_err(|error| cache_failure(&error))?;
        if !opening.quiet {
            say_how_files_are(&cache);
        }
        if let Some(workspace) = fresh {
            cache.store_directory_workspace(&workspace).map_err(|error| cache_failure(&error))?;
        }
        let listener = Listener::default();
        let ears = listener.clone();
        let engine = Engine::new(EngineParts {
            cache,
            client,
            clock,
            ids,
            timings: config.settings.timings.clone(),
            guard: config.settings.guard,
            zone: config.settings.zone.clone(),
            history: config.settings.history,
            read_file: crate::host::read_attachment,
            sink: Arc::new(move |event| ears.hear(event)),
        })
        .map_err(|error| cache_failure(&error))?;
        Ok(Self {
            engine,
            runtime,
            settings: config.settings,
            theme: config.theme,
            words: Words::english(),
            paths,
            listener,
            is_demo: opening.is_demo,
            workspace: None,
            by_kept_token: false,
            colour: None,
            workspaces: Workspaces::default(),
        })
    }

    /// Waits for the network.
    pub(super) fn wait<T>(&self, step: impl Future<Output = Result<T, SyncError>>) -> Result<T, Failure> {
        self.runtime.block_on(step).map_err(|error| sync_failure(&error))
    }

    /// Brings lists and people up to date before something is read, unless told not to. Without the
    /// network the cache answers, and standard error says so.
    pub(super) fn freshen(&self, offline: bool) -> Result<(), Failure> {
        let filled = self.engine.is_filled().map_err(|error| sync_failure(&error))?;
        if offline {
            return Ok(());
        }
        match self.wait(self.engine.pull_once()) {
            Err(failure) if filled && failure.exit == Exit::Unreachable => {
                print::aside(&failure.say(&self.words));
                print::aside(&self.words.say("cli-from-cache"));
                Ok(())
            }
            other => other.map(|_| self.warn_of_clock()),
        }
    }

    /// The same for one thread.
    pub(super) fn freshen_thread(&self, id: &ConversationId, offline: bool) -> Result<(), Failure> {
        // What the helpdesk does not have yet is all here.
        if offline || id.is_placeholder() {
            return Ok(());
        }
        match self.wait(self.engine.fetch_thread(id)) {
            Err(failure) if failure.exit == Exit::Unreachable => {
                print::aside(&failure.say(&self.words));
                print::aside(&self.words.say("cli-from-cache"));
                Ok(())
            }
            other => other,
        }
    }

    /// Says on standard error when this machine's clock is off, as far as that is known.
    pub(super) fn warn_of_clock(&self) {
        const OFF: u64 = 30;
        if let Some(secs) = self.engine.clock_off().filter(|secs| secs.unsigned_abs() > OFF) {
            print::aside(&self.words.with("cli-sync-clock", &[("secs", Arg::Number(secs))]));
        }
    }

    /// A conversation by its typed id, fetched when it is not in the cache.
    pub(super) fn conversation(&self, typed: &str) -> Result<ConversationId, Failure> {
        let not_found = || Failure::new(Exit::NotFound, "cli-no-conversation").with("id", typed);
        let id = ConversationId::parse_typed(typed).ok_or_else(not_found)?;
        let known = self.engine.cache().load_conversation(&id).map_err(|error| cache_failure(&error))?;
        if known.is_none() {
            self.wait(self.engine.fetch_thread(&id))
                .map_err(|failure| if failure.exit == Exit::NotFound { not_found() } else { failure })?;
        }
        Ok(id)
    }

    /// Where the screen has to begin to show a conversation: in the list that has it.
    pub(super) fn place_of(&self, typed: &str) -> Result<ScreenPlace, Failure> {
        let id = self.conversation(typed)?;
        let known = self.engine.cache().load_conversation(&id).map_err(|error| cache_failure(&error))?;
        let known = known.ok_or_else(|| Failure::new(Exit::NotFound, "cli-no-conversation").with("id", typed))?;
        let entry = match known.state {
            State::Open => EntryKind::All,
            State::Snoozed => EntryKind::Snoozed,
            State::Closed => EntryKind::Closed,
        };
        Ok(ScreenPlace { entry: entry.key(), conversation: Some(id), open: true, ..ScreenPlace::default() })
    }

    /// Ourselves must be known before anything is written.
    pub(super) fn identify(&self) -> Result<(), Failure> {
        let directory = self.engine.directory();
        if directory.me().is_none() || directory.teammates.is_empty() {
            self.wait(self.engine.pull_directory())?;
        }
        Ok(())
    }
}
