//! `demo`: the inbox on a built-in helpdesk in the same process.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::serve::{fill, helpdesk_failure};
use super::session::{Session, configuration, network};
use crate::api::Endpoint;
use crate::clock::{Clock, Ids};
use crate::config::{Paths, write_private};
use crate::domain::Secret;
use crate::error::{Exit, Failure};
use crate::helpdesk::demo::{SeedPlan, needs_seed, run_live, you};
use crate::helpdesk::{self, Helpdesk, Options};

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Size of the demo workspace
    #[arg(long, default_value_t = 400, value_name = "N")]
    conversations: usize,
    /// Seed of the demo workspace
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Begin with a new workspace
    #[arg(long)]
    fresh: bool,
    /// No scripted customers and colleagues
    #[arg(long)]
    still: bool,
}

impl Default for DemoArgs {
    /// As without any argument.
    fn default() -> Self {
        Self { conversations: 400, seed: 1, fresh: false, still: false }
    }
}

/// Where a demo is served, for the next one to join.
const SERVING: &str = "serving.json";

pub(super) fn run(args: &DemoArgs) -> Result<u8, Failure> {
    let (paths, mut config) = configuration()?;
    // The demo is not one of the configured workspaces.
    config.workspaces.clear();
    let paths = Paths { config: paths.config.clone(), data: paths.demo(), cache: paths.cache.join("demo") };
    let runtime = network()?;
    let failed = |error: io::Error| Failure::new(Exit::Failed, "demo-dir").with("dir", paths.data.display()).why(error);
    crate::config::private_dir(&paths.data).map_err(failed)?;
    let lock =
        File::options().create(true).truncate(false).write(true).open(paths.data.join("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => serve_and_open(args, paths, config, runtime, lock),
        Err(fs::TryLockError::WouldBlock) => join(paths, config, runtime),
        Err(fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn serve_and_open(
    args: &DemoArgs,
    paths: Paths,
    config: crate::config::Config,
    runtime: Runtime,
    lock: File,
) -> Result<u8, Failure> {
    let (clock, ids) = (Clock::system(), Ids::system());
    let desk = paths.data.join("helpdesk");
    let failed = |error: io::Error| Failure::new(Exit::Failed, "demo-dir").with("dir", desk.display()).why(error);
    if args.fresh {
        forget(&paths).map_err(failed)?;
    }
    let plan = SeedPlan { conversations: args.conversations, seed: args.seed, now: clock.unix_secs() };
    let helpdesk = runtime.block_on(async {
        let mut options = Options::new(&desk);
        options.acts_as = Some(you());
        let mut store = helpdesk::open_store(&options, &clock, &ids).await.map_err(|error| helpdesk_failure(&error))?;
        let stale =
            needs_seed(&store, &plan).await.map_err(|error| Failure::new(Exit::Failed, "serve-seed").why(error))?;
        if stale {
            // What was cached of the old workspace means nothing to the new one.
            store.close().await;
            drop(store);
            forget(&paths).map_err(failed)?;
            store = helpdesk::open_store(&options, &clock, &ids).await.map_err(|error| helpdesk_failure(&error))?;
            fill(&store, &plan).await?;
        }
        Helpdesk::on(store, options, clock.clone(), ids.clone()).await.map_err(|error| helpdesk_failure(&error))
    })?;
    let token = Secret::new(helpdesk.token().expose());
    let (listener, url) = runtime
        .block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            io::Result::Ok((listener, format!("http://{address}")))
        })
        .map_err(|error| Failure::new(Exit::Failed, "serve-bind").with("address", "127.0.0.1").why(error))?;
    let (stop, mut stopping) = watch::channel(false);
    let live = (!args.still).then(|| {
        let mut stopping = stopping.clone();
        runtime.spawn(run_live(helpdesk.store(), clock, ids, async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        }))
    });
    let served = runtime.spawn(helpdesk::run(listener, helpdesk, async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    }));
    let serving = serde_json::json!({"url": url, "token": token.expose()}).to_string();
    write_private(&paths.data.join(SERVING), serving.as_bytes()).map_err(failed)?;
    let endpoint = Endpoint::parse(&url, token).map_err(|error| Failure::new(Exit::Failed, "demo-join").why(error))?;
    let serving = paths.data.join(SERVING);
    let session = Session::open_at(paths, config, endpoint, runtime, true)?;
    let runtime = Arc::clone(&session.runtime);
    let shown = crate::runtime::inbox(session, None);
    let _ = fs::remove_file(serving);
    let _ = stop.send(true);
    let _ = runtime.block_on(async {
        if let Some(live) = live {
            let _ = live.await;
        }
        served.await
    });
    drop(lock);
    shown
}

/// Opens the inbox on the helpdesk of a demo that runs already.
fn join(paths: Paths, config: crate::config::Config, runtime: Runtime) -> Result<u8, Failure> {
    let read = fs::read(paths.data.join(SERVING)).ok();
    let serving: Option<serde_json::Value> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let text = |name: &str| serving.as_ref().and_then(|value| value.get(name)).and_then(serde_json::Value::as_str);
    let (Some(url), Some(token)) = (text("url"), text("token")) else {
        return Err(Failure::new(Exit::Failed, "demo-busy"));
    };
    let endpoint =
        Endpoint::parse(url, Secret::new(token)).map_err(|error| Failure::new(Exit::Failed, "demo-join").why(error))?;
    crate::runtime::inbox(Session::open_at(paths, config, endpoint, runtime, true)?, None)
}

/// Removes the demo's store, state and cache: all of it made by the demo, none of it anybody's.
fn forget(paths: &Paths) -> io::Result<()> {
    let remove = |dir: &Path| match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    remove(&paths.data.join("helpdesk"))?;
    remove(&paths.data.join("accounts"))?;
    remove(&paths.cache)?;
    match fs::remove_file(paths.data.join("accounts.json")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
