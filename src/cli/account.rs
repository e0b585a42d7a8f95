//! `auth`, `away`, `config`: who we are, and how we are set up.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::print;
use super::session::{
    Session, api_failure, configuration, endpoint, endpoint_of, network, read_configuration, variable,
};
use crate::api::{Client, Timeouts};
use crate::clock::Clock;
use crate::config::{
    Account, Accounts, Config, Diagnostic, Paths, Place, WorkspaceConfig, add_workspace, remove_token, save_token,
};
use crate::domain::{AwayState, Secret, Workspace};
use crate::error::{Exit, Failure};
use crate::text::{Clean, clean, fold};
use crate::words::{Arg, Words};

#[derive(Debug, Subcommand)]
pub(super) enum AuthCommand {
    /// Sign in with a token read from standard input; the workspace is added to config.toml
    Login(LoginArgs),
    /// Show who the token belongs to
    Status {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Forget the token
    Logout {
        /// Delete the cache too; drafts and the outbox stay
        #[arg(long)]
        purge: bool,
        /// Say what would be done, and do nothing
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct LoginArgs {
    /// Intercom's region: us, eu or au
    #[arg(long, value_name = "REGION", conflicts_with = "url", required_unless_present = "url")]
    region: Option<String>,
    /// Address of a self-hosted helpdesk
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Name for the workspace; what it calls itself when left out
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Check config.toml; exit 2 when a line is bad
    Check {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Show where files are kept
    Path {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Debug, Args)]
pub(super) struct AwayArgs {
    /// on or off
    switch: Switch,
    /// One of the workspace's reasons
    #[arg(long, value_name = "R")]
    reason: Option<String>,
    /// Replies go back to the team meanwhile
    #[arg(long)]
    reassign: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

/// Reads a token from standard input; at a terminal it is not echoed.
fn read_token(words: &Words) -> Result<Secret, Failure> {
    let unreadable = |error: io::Error| Failure::new(Exit::NotAllowed, "cli-token-input").why(error);
    let stdin = io::stdin();
    let mut typed = zeroize::Zeroizing::new(String::new());
    if stdin.is_terminal() {
        print::aside(&words.say("cli-token-prompt"));
        let _quiet = crate::term::Quiet::start();
        stdin.read_line(&mut typed).map_err(unreadable)?;
    } else {
        stdin.take(64 * 1024).read_to_string(&mut typed).map_err(unreadable)?;
    }
    let token = Secret::new(typed.as_str());
    if token.is_empty() { Err(Failure::new(Exit::NotAllowed, "cli-bad-token")) } else { Ok(token) }
}

pub(super) fn auth(command: AuthCommand, workspace: Option<&str>) -> Result<(), Failure> {
    let (paths, config) = configuration()?;
    let words = Words::english();
    match command {
        AuthCommand::Login(args) => login(&paths, args, &words),
        AuthCommand::Status { json } => status(&paths, &config, workspace, json, &words),
        AuthCommand::Logout { dry_run: true, .. } => {
            let chosen = config.workspace(workspace).ok_or_else(|| Failure::new(Exit::Usage, "cli-no-workspace"))?;
            print::lines(&[words.with("cli-would-sign-out", &[("workspace", Arg::Text(&clean(&chosen.name)))])])
        }
        AuthCommand::Logout { purge, .. } => logout(&paths, &config, workspace, purge, &words),
    }
}

/// Asks the helpdesk who the token belongs to.
fn identify(endpoint: crate::api::Endpoint) -> Result<Workspace, Failure> {
    let runtime = network()?;
    runtime.block_on(async {
        let client =
            Client::new(endpoint, Clock::system(), Timeouts::default()).map_err(|error| api_failure(&error))?;
        client.me().await.map_err(|error| api_failure(&error))
    })
}

fn login(paths: &Paths, args: LoginArgs, words: &Words) -> Result<(), Failure> {
    let place = match (args.url, args.region) {
        (Some(url), _) => Place::Url(url),
        (None, Some(region)) => Place::Region(region),
        (None, None) => return Err(Failure::new(Exit::Usage, "cli-no-workspace")),
    };
    let token = match variable("DESKHAND_TOKEN") {
        Some(token) => Secret::new(token),
        None => read_token(words)?,
    };
    let endpoint = endpoint_of(&place, token.clone())?;
    let address = endpoint.address().to_owned();
    let found = identify(endpoint)?;
    let name = args.name.unwrap_or_else(|| {
        let own = found.name.clean();
        if own.trim().is_empty() { found.id.clone() } else { own.to_string() }
    });
    let unwritable = |error: io::Error| Failure::new(Exit::Failed, "cli-login-unwritable").why(error);
    save_token(paths, &name, &token).map_err(unwritable)?;
    add_workspace(paths, &WorkspaceConfig::new(name.clone(), place)).map_err(unwritable)?;
    let account = Account::of(&found, Clock::system().unix_secs());
    Accounts::load(paths).remember(&address, &token, account).map_err(unwritable)?;
    print::lines(&[words.with(
        "cli-signed-in",
        &[("teammate", Arg::Text(&found.me.name.clean())), ("workspace", Arg::Text(&clean(&name)))],
    )])
}

fn status(
    paths: &Paths,
    config: &Config,
    workspace: Option<&str>,
    as_json: bool,
    words: &Words,
) -> Result<(), Failure> {
    let endpoint = endpoint(paths, config, workspace)?;
    let address = endpoint.address().to_owned();
    let found = identify(endpoint)?;
    if as_json {
        return print::json(&json!({
            "url": address,
            "workspace": {"id": found.id, "name": found.name.as_raw(), "region": found.region.as_raw()},
            "teammate": {"id": found.me.id.as_str(), "name": found.me.name.as_raw(), "email": found.me.email.as_raw()},
        }));
    }
    print::lines(&[words.with(
        "cli-status",
        &[
            ("teammate", Arg::Text(&found.me.name.clean())),
            ("workspace", Arg::Text(&found.name.clean())),
            ("address", Arg::Text(&clean(&address))),
        ],
    )])
}

fn logout(paths: &Paths, config: &Config, workspace: Option<&str>, purge: bool, words: &Words) -> Result<(), Failure> {
    let Some(chosen) = config.workspace(workspace) else {
        return Err(Failure::new(Exit::Usage, "cli-no-workspace"));
    };
    let unwritable = |error: io::Error| Failure::new(Exit::Failed, "cli-login-unwritable").why(error);
    if let Ok(endpoint) = endpoint(paths, config, Some(&chosen.name)) {
        let mut accounts = Accounts::load(paths);
        let (address, token) = (endpoint.address().to_owned(), endpoint.token().clone());
        let account = accounts.find(&address, &token).cloned();
        accounts.forget(&address, &token).map_err(unwritable)?;
        if let (true, Some(account)) = (purge, account) {
            match std::fs::remove_dir_all(paths.cache_of(&account.key)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(error)),
                _ => {}
            }
        }
    }
    let had = remove_token(paths, &chosen.name).map_err(unwritable)?;
    let key = if had { "cli-signed-out" } else { "cli-was-signed-out" };
    print::lines(&[words.with(key, &[("workspace", Arg::Text(&clean(&chosen.name)))])])
}

pub(super) fn away(session: &Session, args: &AwayArgs) -> Result<(), Failure> {
    session.wait(session.engine.pull_directory())?;
    let directory = session.engine.directory();
    let reason = match &args.reason {
        None => None,
        Some(typed) => {
            let wanted = fold(typed);
            let known = directory
                .away_reasons
                .iter()
                .find(|reason| fold(reason.label.as_raw()) == wanted || reason.id == *typed);
            Some(known.ok_or_else(|| Failure::new(Exit::NotFound, "cli-no-reason").with("reason", typed))?.id.clone())
        }
    };
    let away = matches!(args.switch, Switch::On);
    let state = AwayState { away, reassign: away && args.reassign, reason: reason.filter(|_| away) };
    let words = &session.words;
    let key = match (away, args.dry_run) {
        (true, false) => "cli-away",
        (false, false) => "cli-back",
        (true, true) => "cli-would-away",
        (false, true) => "cli-would-back",
    };
    if !args.dry_run {
        session.wait(session.engine.set_away(&state))?;
    }
    if args.json {
        return print::json(&json!({
            "away": state.away, "reassign": state.reassign, "reason": state.reason, "dry_run": args.dry_run,
        }));
    }
    print::lines(&[words.say(key)])
}

pub(super) fn config(command: &ConfigCommand) -> Result<(), Failure> {
    let paths = Paths::from_env(variable)?;
    match command {
        ConfigCommand::Path { json: true } => {
            let shown = |path: &Path| clean(&path.to_string_lossy()).to_string();
            print::json(&json!({
                "config": shown(&paths.config), "data": shown(&paths.data), "cache": shown(&paths.cache),
            }))
        }
        ConfigCommand::Path { json: false } => print::lines(&[
            clean(&paths.config.to_string_lossy()),
            clean(&paths.data.to_string_lossy()),
            clean(&paths.cache.to_string_lossy()),
        ]),
        ConfigCommand::Check { json } => {
            let (_, _, found) = read_configuration()?;
            if *json {
                let document = |one: &Diagnostic| {
                    let file = clean(&one.file.to_string_lossy());
                    json!({"file": file.as_str(), "line": one.line, "message": one.what, "meant": one.meant})
                };
                print::json(&found.iter().map(document).collect::<Vec<_>>().into())?;
            } else {
                let lines: Vec<Clean> = found.iter().map(|diagnostic| clean(&diagnostic.to_string())).collect();
                print::lines(&lines)?;
            }
            if found.is_empty() { Ok(()) } else { Err(Failure::new(Exit::Usage, "cli-config-bad")) }
        }
    }
}
