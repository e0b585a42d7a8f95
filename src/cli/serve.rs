//! `serve`: the helpdesk alone.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::print;
use super::session::{network, variable};
use crate::clock::{Clock, Ids};
use crate::config::Paths;
use crate::error::{Exit, Failure};
use crate::helpdesk::demo::{SeedPlan, run_live, seed, you};
use crate::helpdesk::storage::Store;
use crate::helpdesk::{self, Helpdesk, HelpdeskError, Options, import};
use crate::text::clean;
use crate::words::{Arg, Words};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address and port; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Where everything is kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Fill an empty store with the demo workspace
    #[arg(long)]
    demo: bool,
    /// Size of the demo workspace
    #[arg(long, default_value_t = 400, value_name = "N")]
    conversations: usize,
    /// Seed of the demo workspace
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Let scripted customers and colleagues write
    #[arg(long)]
    live: bool,
    /// Take in conversations from a file of JSON lines
    #[arg(long, value_name = "FILE")]
    import: Option<PathBuf>,
    /// Requests a minute that a token may send
    #[arg(long, value_name = "PER_MINUTE")]
    rate_limit: Option<u32>,
    /// Answer to this host name too (host or host:port); may be repeated
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

/// A helpdesk's failure, for a person.
pub(super) fn helpdesk_failure(error: &HelpdeskError) -> Failure {
    use std::error::Error as _;
    let mut failure = Failure::new(Exit::Failed, "serve-failed").with("what", error).with("next", error.next_step());
    if let Some(source) = error.source() {
        failure = failure.why(source);
    }
    failure
}

/// Fills a store with the demo workspace.
pub(super) async fn fill(store: &Arc<dyn Store>, plan: &SeedPlan) -> Result<(), Failure> {
    seed(store, plan).await.map(|_| ()).map_err(|error| Failure::new(Exit::Failed, "serve-seed").why(error))
}

/// Done when TERM, INT or HUP comes.
async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut int), Ok(mut hup)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()))
        else {
            return std::future::pending().await;
        };
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {}, _ = hup.recv() => {} }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

pub(super) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let paths = Paths::from_env(variable)?;
    let data = args.data.clone().unwrap_or_else(|| paths.data.join("helpdesk"));
    network()?.block_on(serve(args, data, asked_to_end()))
}

async fn serve(args: &ServeArgs, data: PathBuf, end: impl Future<Output = ()> + Send + 'static) -> Result<(), Failure> {
    let (clock, ids, words) = (Clock::system(), Ids::system(), Words::english());
    let mut options = Options::new(&data);
    options.rate_limit_per_minute = args.rate_limit;
    options.allowed_hosts.clone_from(&args.allow_host);
    let store = helpdesk::open_store(&options, &clock, &ids).await.map_err(|error| helpdesk_failure(&error))?;
    if args.demo {
        let plan = SeedPlan { conversations: args.conversations, seed: args.seed, now: clock.unix_secs() };
        let is_empty =
            store.admins().await.map_err(|error| Failure::new(Exit::Failed, "serve-seed").why(error))?.is_empty();
        if is_empty {
            fill(&store, &plan).await?;
            options.acts_as = Some(you());
        }
    }
    let helpdesk =
        Helpdesk::on(store, options, clock.clone(), ids.clone()).await.map_err(|error| helpdesk_failure(&error))?;
    if let Some(file) = &args.import {
        take_in(&helpdesk, file, &words).await?;
    }
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| Failure::new(Exit::Failed, "serve-bind").with("address", args.listen).why(error))?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new(Exit::Failed, "serve-bind").with("address", args.listen).why(error))?;
    if !address.ip().is_loopback() {
        print::aside(&words.say("serve-open"));
    }
    let (stop, stopping) = watch::channel(false);
    let live = args.live.then(|| {
        let (store, mut stopping) = (helpdesk.store(), stopping.clone());
        tokio::spawn(run_live(store, clock.clone(), ids.clone(), async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        }))
    });
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let first_line = format!(
        "{{\"url\":{},\"token\":{},\"data\":{}}}",
        text(&format!("http://{address}")),
        text(helpdesk.token().expose()),
        text(&data.to_string_lossy()),
    );
    // The listener is bound: whoever connects from now on is answered.
    print::bytes(format!("{first_line}\n").as_bytes())?;
    let served = helpdesk::run(listener, helpdesk, async move {
        end.await;
        let _ = stop.send(true);
    })
    .await;
    if let Some(live) = live {
        live.abort();
    }
    served.map_err(|error| Failure::new(Exit::Failed, "serve-bind").with("address", address).why(error))
}

fn number(number: u64) -> Arg<'static> {
    Arg::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Takes a file of conversations in, and reports counts and every line it could not take.
async fn take_in(helpdesk: &Helpdesk, file: &PathBuf, words: &Words) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Usage, "serve-import").with("file", file.display()).why(error)
    };
    let opened = std::fs::File::open(file).map_err(|error| failed(&error))?;
    let report =
        import::import(&helpdesk.store(), std::io::BufReader::new(opened), &Ids::system(), Clock::system().unix_secs())
            .await
            .map_err(|error| failed(&error))?;
    for (line, why) in &report.rejected {
        let why = clean(why);
        print::aside(&words.with("serve-import-line", &[("line", number(*line)), ("why", Arg::Text(&why))]));
    }
    print::aside(&words.with(
        "serve-import-done",
        &[
            ("lines", number(report.lines)),
            ("conversations", number(report.conversations_created)),
            ("there", number(report.already_there)),
            ("parts", number(report.parts)),
            ("contacts", number(report.contacts_created)),
            ("rejected", report.rejected.len().into()),
        ],
    ));
    Ok(())
}
