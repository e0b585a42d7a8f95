//! `workspace`: which helpdesks are configured, and which is the default.

use std::io;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::print;
use super::session::{cache_failure, configuration, endpoint_of};
use crate::api::Region;
use crate::cache::{Cache, Dirs, OutboxFilter};
use crate::clock::Clock;
use crate::config::{
    Account, Accounts, Config, Paths, Place, WorkspaceConfig, add_workspace, load_token, remove_token,
    remove_workspace, set_default_workspace,
};
use crate::domain::Secret;
use crate::error::{Exit, Failure};
use crate::text::{Clean, clean, pad};
use crate::words::{Arg, Words};

#[derive(Debug, Subcommand)]
pub(super) enum WorkspaceCommand {
    /// List the workspaces of config.toml; a star marks the default
    #[command(after_help = "Example:\n  deskhand workspace list --json")]
    List {
        /// Print one JSON document
        #[arg(long, conflicts_with = "jsonl")]
        json: bool,
        /// Print one JSON document a line
        #[arg(long)]
        jsonl: bool,
    },
    /// Make a workspace the default
    #[command(after_help = "Example:\n  deskhand workspace use Northwind")]
    Use {
        /// Its name in config.toml
        name: String,
        #[command(flatten)]
        writing: Writing,
    },
    /// Add a workspace to config.toml; `auth login` does this too, and signs in
    #[command(after_help = "Examples:\n  deskhand workspace add Northwind --region eu\n  \
                            deskhand workspace add Sandbox --url https://desk.example --test --colour red")]
    Add {
        /// A name for it
        name: String,
        /// Intercom's region: us, eu or au
        #[arg(long, value_name = "REGION", conflicts_with = "url", required_unless_present = "url")]
        region: Option<String>,
        /// Address of a self-hosted helpdesk
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// No customer is behind it: the screen says TEST beside its name
        #[arg(long)]
        test: bool,
        /// Colour of its name on screen: #rrggbb, or a name like red
        #[arg(long, value_name = "COLOUR")]
        colour: Option<String>,
        #[command(flatten)]
        writing: Writing,
    },
    /// Take a workspace out of config.toml and forget its token; drafts and the outbox stay
    #[command(after_help = "Examples:\n  deskhand workspace remove Sandbox --yes\n  \
                            deskhand workspace remove Sandbox --purge --yes   # drafts, outbox and cache go too")]
    Remove {
        /// Its name in config.toml
        name: String,
        /// Delete its drafts, outbox and cache from this machine, too
        #[arg(long)]
        purge: bool,
        /// Yes, remove it
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        writing: Writing,
    },
}

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Writing {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: WorkspaceCommand) -> Result<(), Failure> {
    let (paths, config) = configuration()?;
    let words = Words::english();
    match command {
        WorkspaceCommand::List { json, jsonl } => list(&paths, &config, json, jsonl, &words),
        WorkspaceCommand::Use { name, writing } => {
            let chosen = find(&config, &name)?;
            if !writing.dry_run {
                set_default_workspace(&paths, &chosen.name).map_err(|error| unwritable(&error))?;
            }
            let key = if writing.dry_run { "cli-would-use-workspace" } else { "cli-workspace-used" };
            say(key, chosen, &json!({"default": chosen.name, "dry_run": writing.dry_run}), writing, &words)
        }
        WorkspaceCommand::Add { name, region, url, test, colour, writing } => {
            let place = match (url, region) {
                (Some(url), _) => Place::Url(url),
                (None, Some(region)) => Place::Region(region.to_lowercase()),
                (None, None) => return Err(Failure::new(Exit::Usage, "cli-no-workspace")),
            };
            add(&paths, &config, &WorkspaceConfig { name, place, test, colour }, writing, &words)
        }
        WorkspaceCommand::Remove { name, purge, yes, writing } => {
            remove(&paths, find(&config, &name)?, Removal { purge, yes, writing }, &words)
        }
    }
}

fn find<'a>(config: &'a Config, name: &str) -> Result<&'a WorkspaceConfig, Failure> {
    config.workspace(Some(name)).ok_or_else(|| Failure::new(Exit::NotFound, "cli-unknown-workspace").with("name", name))
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::new(Exit::Failed, "cli-config-unwritable").why(error)
}

fn document(of: &WorkspaceConfig, paths: &Paths, config: &Config) -> Value {
    let (region, url) = match &of.place {
        Place::Region(region) => (Some(region), None),
        Place::Url(url) => (None, Some(url)),
    };
    json!({
        "name": of.name,
        "region": region,
        "url": url,
        "test": of.test,
        "colour": of.colour,
        "default": config.workspace(None).is_some_and(|first| first.name == of.name),
        "signed_in": load_token(paths, &of.name).is_ok_and(|token| token.is_some()),
    })
}

fn list(paths: &Paths, config: &Config, json: bool, jsonl: bool, words: &Words) -> Result<(), Failure> {
    if json || jsonl {
        let all: Vec<Value> = config.workspaces.iter().map(|one| document(one, paths, config)).collect();
        return if jsonl { print::jsonl(&all) } else { print::json(&all.into()) };
    }
    let default = config.workspace(None).map(|first| &first.name);
    let lines: Vec<Clean> = config
        .workspaces
        .iter()
        .map(|one| {
            let place = match &one.place {
                Place::Region(place) | Place::Url(place) => clean(place),
            };
            let signed_in = load_token(paths, &one.name).is_ok_and(|token| token.is_some());
            let mut marks = Vec::new();
            if one.test {
                marks.push(words.say("workspace-test"));
            }
            if !signed_in {
                marks.push(words.say("cli-workspace-signed-out"));
            }
            let marks = Clean::join(&marks, &Clean::literal(" "));
            let star = if default == Some(&one.name) { '*' } else { ' ' };
            clean(&format!("{star} {} {} {marks}", pad(&clean(&one.name), 24), pad(&place, 32)))
        })
        .collect();
    if lines.is_empty() {
        print::aside(&Failure::new(Exit::Usage, "cli-no-workspace").say(words));
    }
    print::lines(&lines)
}

/// Says what was done to a workspace.
fn say(
    key: &'static str,
    of: &WorkspaceConfig,
    document: &Value,
    writing: Writing,
    words: &Words,
) -> Result<(), Failure> {
    if writing.json {
        return print::json(document);
    }
    print::lines(&[words.with(key, &[("name", Arg::Text(&clean(&of.name)))])])
}

fn add(paths: &Paths, config: &Config, new: &WorkspaceConfig, writing: Writing, words: &Words) -> Result<(), Failure> {
    if new.name.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "cli-no-workspace-name"));
    }
    if config.workspace(Some(&new.name)).is_some() {
        return Err(Failure::new(Exit::Usage, "cli-workspace-there").with("name", &new.name));
    }
    if let Place::Region(region) = &new.place
        && Region::parse(region).is_none()
    {
        return Err(Failure::new(Exit::Usage, "cli-unknown-region").with("region", region));
    }
    // Whether it could be signed in to: any token does for that.
    endpoint_of(&new.place, Secret::new("none"))?;
    if let Some(colour) = &new.colour
        && !crate::config::is_colour(colour)
    {
        return Err(Failure::new(Exit::Usage, "cli-bad-colour").with("colour", colour));
    }
    if !writing.dry_run {
        add_workspace(paths, new).map_err(|error| unwritable(&error))?;
    }
    let key = if writing.dry_run { "cli-would-add-workspace" } else { "cli-workspace-added" };
    let mut made = document(new, paths, config);
    if let Some(fields) = made.as_object_mut() {
        fields.insert("default".into(), config.workspaces.is_empty().into());
        fields.insert("dry_run".into(), writing.dry_run.into());
    }
    say(key, new, &made, writing, words)
}

#[derive(Clone, Copy)]
struct Removal {
    purge: bool,
    yes: bool,
    writing: Writing,
}

/// What of a workspace is on this machine.
struct Left {
    /// Its account; absent when nobody has signed in from here.
    account: Option<Account>,
    unsent: usize,
    drafts: usize,
    /// An account of another configured workspace.
    shared: bool,
}

/// Looks at what would be lost: by the files alone, since the helpdesk need not answer.
fn look(paths: &Paths, of: &WorkspaceConfig) -> Result<Left, Failure> {
    let accounts = Accounts::load(paths);
    let mut account = None;
    // One whose address cannot be used was never signed in to, and can be taken out all the same.
    if let Ok(Some(token)) = load_token(paths, &of.name)
        && let Ok(endpoint) = endpoint_of(&of.place, token.clone())
    {
        account = accounts.find(endpoint.address(), &token).cloned();
    }
    if account.is_none()
        && let Ok(endpoint) = endpoint_of(&of.place, Secret::new("none"))
    {
        account = accounts.alone_at(endpoint.address()).cloned();
    }
    let mut left = Left { account: account.clone(), unsent: 0, drafts: 0, shared: false };
    let Some(account) = account else { return Ok(left) };
    let (state, cache) = (paths.state_of(&account.key), paths.cache_of(&account.key));
    if state.join("state.db").exists() {
        let open = Cache::open(&Dirs { cache, state }, Clock::system()).map_err(|error| cache_failure(&error))?;
        left.unsent = open.load_outbox(&OutboxFilter::Unsent).map_err(|error| cache_failure(&error))?.len();
        left.drafts = open.load_all_drafts().map_err(|error| cache_failure(&error))?.len();
    }
    Ok(left)
}

fn remove(paths: &Paths, of: &WorkspaceConfig, how: Removal, words: &Words) -> Result<(), Failure> {
    let mut left = look(paths, of)?;
    let (config, _) = Config::load(paths).map_err(|error| unwritable(&error))?;
    left.shared = config.workspaces.iter().filter(|other| other.name != of.name).any(|other| {
        look(paths, other).is_ok_and(|theirs| {
            theirs.account.is_some()
                && theirs.account.as_ref().map(|one| &one.key) == left.account.as_ref().map(|one| &one.key)
        })
    });
    let name = clean(&of.name);
    let counts = [("name", Arg::Text(&name)), ("unsent", left.unsent.into()), ("drafts", left.drafts.into())];
    if left.unsent + left.drafts > 0 {
        let key = if how.purge && !left.shared { "cli-workspace-loses" } else { "cli-workspace-keeps" };
        print::aside(&words.with(key, &counts));
    }
    if !how.yes && !how.writing.dry_run {
        return Err(Failure::new(Exit::Usage, "cli-workspace-yes").with("name", &of.name));
    }
    let purges = how.purge && !left.shared;
    if how.purge && left.shared {
        print::aside(&words.with("cli-workspace-shared", &counts));
    }
    if !how.writing.dry_run {
        if purges && let Some(account) = &left.account {
            for dir in [paths.state_of(&account.key), paths.cache_of(&account.key)] {
                match std::fs::remove_dir_all(&dir) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(&error)),
                    _ => {}
                }
            }
        }
        remove_token(paths, &of.name).map_err(|error| unwritable(&error))?;
        remove_workspace(paths, &of.name).map_err(|error| unwritable(&error))?;
    }
    let key = if how.writing.dry_run { "cli-would-remove-workspace" } else { "cli-workspace-removed" };
    let document = json!({
        "name": of.name,
        "unsent": left.unsent,
        "drafts": left.drafts,
        "purged": purges,
        "dry_run": how.writing.dry_run,
    });
    say(key, of, &document, how.writing, words)
}
